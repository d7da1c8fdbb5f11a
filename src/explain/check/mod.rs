//! A checker that trusts nobody: it takes a proof and the plain contents of relations, and says
//! whether every step follows.
//!
//! It shares the analyzed rules with the engine and nothing else: no interning, no indices, no
//! rounds, no worlds, no solver. Aggregates are gathered again by trying everything.

#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;

use crate::analyze::program::{Aggregate, Argument, Atom, Literal, Program, Term};
use crate::syntax::operators::{Comparison, Test};
use crate::value::{Constant, RelationId, VariableId};

use super::proof::{Fact, NodeId, NodeKind, Proof};
use values::{equal, evaluate, fold, holds, range};

/// The contents of relations, and which facts need no reason.
pub trait World {
    /// All tuples of a relation.
    fn tuples(&self, relation: RelationId) -> &[Vec<Constant>];

    /// Whether a fact was stated or given.
    fn is_given(&self, relation: RelationId, tuple: &[Constant]) -> bool;
}

type Bindings = BTreeMap<VariableId, Constant>;

/// Whether every step of a proof follows; else the first that does not, and why.
pub fn check(program: &Program, world: &dyn World, proof: &Proof) -> Result<(), String> {
    let checker = Checker { program, world, proof };
    (0..proof.nodes.len())
        .try_for_each(|index| checker.node(index).map_err(|fault| format!("step {index}: {fault}")))
}

struct Checker<'a> {
    program: &'a Program,
    world: &'a dyn World,
    proof: &'a Proof,
}

impl Checker<'_> {
    fn node(&self, index: usize) -> Result<(), String> {
        match &self.proof.nodes[index].kind {
            NodeKind::Given { fact, .. } => {
                let tuple = tuple_of(fact)?;
                let given = self.world.is_given(fact.relation, &tuple);
                if given { Ok(()) } else { Err(format!("nobody gave {tuple:?}")) }
            }
            NodeKind::Absent { fact, .. } => {
                let tuples = self.world.tuples(fact.relation);
                match tuples.iter().find(|tuple| matches(&fact.values, tuple)) {
                    Some(tuple) => Err(format!("{tuple:?} is there")),
                    None => Ok(()),
                }
            }
            NodeKind::Unproved { reason, .. } => Err(format!("not proved: {reason:?}")),
            // These are checked where a rule uses them.
            NodeKind::Computed { .. } | NodeKind::Aggregate(_) => Ok(()),
            NodeKind::Derived { fact, rule, premises, list, .. } => {
                let Some(rule) = self.program.rules.get(rule.index()) else {
                    return self.everywhere(fact);
                };
                if premises.iter().any(|premise| premise.0 <= index) {
                    return Err("a premise comes before its conclusion".into());
                }
                if rule.head.relation != fact.relation || premises.len() != rule.body.len() {
                    return Err("the rule does not fit".into());
                }
                let tuple = tuple_of(fact)?;
                let head = rule.head.terms.iter().zip(&tuple);
                let comes_to = |way: &Bindings| {
                    head.clone().all(|(term, value)| {
                        evaluate(term, way).is_some_and(|head| equal(&head, value))
                    })
                };
                if !self.instances(&rule.body, premises)?.iter().any(comes_to) {
                    return Err(format!("the head does not come to {tuple:?}"));
                }
                list.iter().try_for_each(|choice| {
                    let rank = |row: &super::PassedOver| Constant::Number(row.rank);
                    choice.passed_over.iter().map(rank).try_for_each(|rank| {
                        self.no_row(choice.rows, &rank, premises)
                            .map_err(|()| format!("row {rank} was passed over and holds"))
                    })
                })
            }
        }
    }

    /// A fact that a program states for every design alike.
    fn everywhere(&self, fact: &Fact) -> Result<(), String> {
        let tuple = tuple_of(fact)?;
        let mut facts = self.program.facts.iter();
        let stated = facts.any(|other| other.relation == fact.relation && other.values == tuple);
        if stated { Ok(()) } else { Err("no such fact in the program".into()) }
    }

    /// Whether a list has no row of a rank for the keys of the row that was chosen.
    fn no_row(&self, rows: RelationId, rank: &Constant, premises: &[NodeId]) -> Result<(), ()> {
        let chosen = premises.iter().find_map(|premise| match self.proof.node(*premise) {
            NodeKind::Derived { fact, .. } if fact.relation == rows => Some(fact),
            _ => None,
        });
        let Some(chosen) = chosen else { return Err(()) };
        let column = self.program.rules.iter().find_map(|rule| {
            let constant = |term: &Term| matches!(term, Term::Constant(Constant::Number(_)));
            let is_row = rule.head.relation == rows;
            is_row.then(|| rule.head.terms.iter().position(constant)).flatten()
        });
        let mut wanted = chosen.values.clone();
        wanted[column.ok_or(())?] = Some(rank.clone());
        let found = self.world.tuples(rows).iter().any(|tuple| matches(&wanted, tuple));
        if found { Err(()) } else { Ok(()) }
    }

    /// The bindings under which all literals of a body hold, given a premise for each; there are
    /// several only where a range gives several values.
    fn instances(&self, body: &[Literal], premises: &[NodeId]) -> Result<Vec<Bindings>, String> {
        let mut bindings = Bindings::new();
        for (literal, premise) in body.iter().zip(premises) {
            let Literal::Positive(atom) = literal else { continue };
            let fact = match self.proof.node(*premise) {
                NodeKind::Derived { fact, .. }
                | NodeKind::Given { fact, .. }
                | NodeKind::Unproved { fact, .. } => fact,
                _ => return Err("a premise is no fact".into()),
            };
            let fits = fact.relation == atom.relation;
            if !fits || !unify(atom, &tuple_of(fact)?, &mut bindings) {
                return Err("a premise does not match its condition".into());
            }
        }
        let mut ways = vec![bindings];
        let mut open: Vec<usize> =
            (0..body.len()).filter(|at| !matches!(body[*at], Literal::Positive(_))).collect();
        while let Some(first) = ways.first().filter(|_| !open.is_empty()) {
            let ready = open.iter().position(|at| ready(&body[*at], first));
            let Some(ready) = ready else { return Err("a condition is not bound".into()) };
            let at = open.remove(ready);
            ways = ways.iter().flat_map(|way| self.decide(&body[at], way)).collect();
            if ways.is_empty() {
                return Err(format!("condition {} does not hold", at + 1));
            }
            if let (Literal::Aggregate(aggregate), NodeKind::Aggregate(said)) =
                (&body[at], self.proof.node(premises[at]))
            {
                let result = |way: &Bindings| way.get(&aggregate.result).cloned();
                ways.retain(|way| result(way).is_some_and(|real| equal(&real, &said.result)));
                if ways.is_empty() {
                    return Err("an aggregate has another value".into());
                }
            }
        }
        Ok(ways)
    }

    /// All ways to extend bindings so that a body holds.
    fn solve(&self, body: &[Literal], bindings: Bindings) -> Vec<Bindings> {
        let mut ways = vec![bindings];
        let mut open: Vec<&Literal> = body.iter().collect();
        while !open.is_empty() {
            let Some(first) = ways.first() else { return ways };
            let next = open.iter().position(|literal| ready(literal, first));
            let literal = open.remove(next.unwrap_or(0));
            ways = ways.iter().flat_map(|way| self.decide(literal, way)).collect();
        }
        ways
    }

    /// The ways in which one literal holds.
    fn decide(&self, literal: &Literal, bindings: &Bindings) -> Vec<Bindings> {
        let only = |holds: bool| if holds { vec![bindings.clone()] } else { Vec::new() };
        let value = |term: &Term| evaluate(term, bindings);
        match literal {
            Literal::Positive(atom) => {
                let extend = |tuple: &Vec<Constant>| {
                    let mut extended = bindings.clone();
                    unify(atom, tuple, &mut extended).then_some(extended)
                };
                self.world.tuples(atom.relation).iter().filter_map(extend).collect()
            }
            Literal::Negative(atom) => {
                let tuples = self.world.tuples(atom.relation);
                only(!tuples.iter().any(|tuple| unify(atom, tuple, &mut bindings.clone())))
            }
            Literal::Truth(truth) => only(*truth),
            Literal::Compare { comparison, left, right, .. } => {
                let equality = *comparison == Comparison::Equal;
                match (left, right, value(left), value(right)) {
                    (_, _, Some(left), Some(right)) => only(holds(*comparison, &left, &right)),
                    (Term::Variable(variable), _, None, Some(value))
                    | (_, Term::Variable(variable), Some(value), None)
                        if equality =>
                    {
                        let mut extended = bindings.clone();
                        extended.insert(*variable, value);
                        vec![extended]
                    }
                    _ => Vec::new(),
                }
            }
            Literal::Test { test, arguments: [first, second], negated, .. } => {
                let (Some(first), Some(second)) = (value(first), value(second)) else {
                    return Vec::new();
                };
                let (first, second) = (first.to_string(), second.to_string());
                let passes = match test {
                    Test::Contains => Some(second.contains(&first)),
                    Test::Match => regex::Regex::new(&first)
                        .and_then(|_| regex::Regex::new(&format!("^(?:{first})$")))
                        .ok()
                        .map(|pattern| pattern.is_match(&second)),
                };
                only(passes.is_some_and(|passes| passes != *negated))
            }
            Literal::Aggregate(aggregate) => {
                let Some(value) = self.gather(aggregate, bindings) else { return Vec::new() };
                let mut extended = bindings.clone();
                extended.insert(aggregate.result, value);
                vec![extended]
            }
            Literal::Range { result, from, to, step, primitive, .. } => {
                let step = step.as_ref().map(value);
                let (Some(from), Some(to)) = (value(from), value(to)) else { return Vec::new() };
                let values = match step {
                    None => range(*primitive, &from, &to, None),
                    Some(Some(step)) => range(*primitive, &from, &to, Some(&step)),
                    Some(None) => Vec::new(),
                };
                let bind = |value: Constant| {
                    let mut extended = bindings.clone();
                    let bound = extended.entry(*result).or_insert_with(|| value.clone());
                    equal(bound, &value).then_some(extended)
                };
                values.into_iter().filter_map(bind).collect()
            }
        }
    }

    fn gather(&self, aggregate: &Aggregate, bindings: &Bindings) -> Option<Constant> {
        let outer = aggregate.outer.iter();
        let group = outer.map(|outer| Some((*outer, bindings.get(outer)?.clone())));
        let ways = self.solve(&aggregate.body, group.collect::<Option<Bindings>>()?);
        let target = aggregate.target.as_ref();
        let values = ways.iter().filter_map(|way| evaluate(target?, way)).collect();
        fold(aggregate.operator, aggregate.primitive, ways.len(), values)
    }
}

fn tuple_of(fact: &Fact) -> Result<Vec<Constant>, String> {
    fact.values.iter().cloned().collect::<Option<_>>().ok_or("a fact is not whole".into())
}

fn matches(pattern: &[Option<Constant>], tuple: &[Constant]) -> bool {
    pattern.iter().zip(tuple).all(|(known, value)| known.as_ref().is_none_or(|k| equal(k, value)))
}

fn unify(atom: &Atom, tuple: &[Constant], bindings: &mut Bindings) -> bool {
    atom.arguments.iter().zip(tuple).all(|(argument, value)| match argument {
        Argument::Wildcard => true,
        Argument::Constant(constant) => equal(constant, value),
        Argument::Variable(variable) => {
            equal(bindings.entry(*variable).or_insert_with(|| value.clone()), value)
        }
    })
}

/// Whether all that a literal needs is bound.
fn ready(literal: &Literal, bindings: &Bindings) -> bool {
    let bound = |term: &Term| evaluate(term, bindings).is_some();
    let known = |variable: &VariableId| bindings.contains_key(variable);
    let is = |term: &Term| matches!(term, Term::Variable(_));
    match literal {
        Literal::Positive(_) | Literal::Truth(_) => true,
        Literal::Negative(atom) => atom.arguments.iter().all(|argument| match argument {
            Argument::Variable(variable) => known(variable),
            _ => true,
        }),
        Literal::Compare { comparison, left, right, .. } => match (bound(left), bound(right)) {
            (true, true) => true,
            (true, false) => *comparison == Comparison::Equal && is(right),
            (false, true) => *comparison == Comparison::Equal && is(left),
            _ => false,
        },
        Literal::Test { arguments, .. } => arguments.iter().all(bound),
        Literal::Aggregate(aggregate) => aggregate.outer.iter().all(known),
        Literal::Range { from, to, .. } => bound(from) && bound(to),
    }
}
