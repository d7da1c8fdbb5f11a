//! The proof of a fact: of least rank, with the fewest assumptions among those, rebuilt from the
//! rounds.
//!
//! A fact that first appeared in round `n` has a derivation from facts of rounds before `n`, and
//! none from earlier ones only. Among the derivations of that kind the one is taken that rests on
//! the fewest assumptions, and of these the first in a fixed order. Where no rule below a relation
//! can lead to an assumption, the first derivation found is as good as any, and the search stops
//! there: that is what keeps a proof in a closure of millions of tuples short work.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::bind_all;
use crate::analyze::program::{Aggregate, Argument, Atom, Literal, Program, Rule, Term};
use crate::eval::{Limits, StopReason};
use crate::syntax::operators::{AggregateOperator, Comparison};
use crate::value::{Constant, Primitive, RelationId, RuleId, VariableId, Word};

use super::lists::Lists;
use super::never::Known;
use super::proof::{
    Absence, Choice, Fact, Gathered, Node, NodeId, NodeKind, Others, PassedOver, Proof, Unproved,
};
use super::reach::{can_assume, changeable};
use super::solve::{Bindings, Ground, Solution, Solver, ready};
use super::weigh::{Best, Tuple};
use super::{Subject, key_columns, show};

/// At most this many contributors of an aggregate are shown.
const SHOWN_CONTRIBUTORS: usize = 5;

/// Makes proofs over one subject. What it learns on the way is kept for the next.
pub struct Why<'a> {
    subject: &'a dyn Subject,
    pub(super) solver: Solver<'a>,
    lists: Lists,
    /// For each relation, the rules that conclude it.
    concluding: Vec<Vec<RuleId>>,
    /// For each relation, whether an assumption can lie below it.
    can_assume: Vec<bool>,
    /// For each relation, whether what is stated can change it.
    changeable: Vec<bool>,
    /// The best derivation of tuples weighed already.
    pub(super) best: FxHashMap<Tuple, Best>,
    /// What is known of what can never hold.
    pub(super) never: Known,
}

impl<'a> Why<'a> {
    /// An explainer of a subject.
    pub fn new(subject: &'a dyn Subject) -> Self {
        let program = subject.program();
        let mut concluding = vec![Vec::new(); program.relations.len()];
        for (index, rule) in program.rules.iter().enumerate() {
            concluding[rule.head.relation.index()].push(RuleId::from(index));
        }
        let can_assume = can_assume(subject);
        Why {
            subject,
            solver: Solver::new(program, subject.database(), subject.interner()),
            lists: Lists::find(program),
            concluding,
            can_assume,
            changeable: changeable(subject),
            best: FxHashMap::default(),
            never: Known::default(),
        }
    }

    /// Holds explanations to limits from now on. Once they are hit, what is not explained yet stays
    /// so and says so.
    pub fn limit(&mut self, limits: Limits<'a>) {
        self.solver.limit(limits);
    }

    /// Why explanations break off, once they do.
    pub fn stopped(&self) -> Option<StopReason> {
        self.solver.stopped()
    }

    /// What is explained.
    pub fn subject(&self) -> &'a dyn Subject {
        self.subject
    }

    /// The solver, for explanations that are built on this one.
    pub fn solver(&mut self) -> &mut Solver<'a> {
        &mut self.solver
    }

    /// The first-match lists of the program.
    pub fn lists(&self) -> &Lists {
        &self.lists
    }

    /// The rules that conclude a relation.
    pub fn concluding(&self, relation: RelationId) -> &[RuleId] {
        &self.concluding[relation.index()]
    }

    /// Whether an assumption can lie below a relation.
    pub(super) fn can_assume(&self, relation: RelationId) -> bool {
        self.can_assume[relation.index()]
    }

    /// Forgets what was learnt from proofs made so far.
    pub fn forget(&mut self) {
        self.best.clear();
    }

    /// Whether what is stated can change a relation. Where nothing can be stated at all, every
    /// relation counts as changeable.
    pub fn is_changeable(&self, relation: RelationId) -> bool {
        self.changeable[relation.index()]
    }

    /// The proof of a row of a relation.
    pub fn proof(&mut self, relation: RelationId, row: usize) -> Proof {
        self.weigh((relation, row));
        let mut proof = Proof { nodes: Vec::new() };
        // Facts in the proof, each once. Facts are added when first met and opened later, so no
        // proof is too deep for the stack.
        let mut known: BTreeMap<Tuple, NodeId> = BTreeMap::new();
        let mut open: Vec<Tuple> = vec![(relation, row)];
        self.add(&mut proof, &mut known, (relation, row));
        let mut next = 0;
        while next < open.len() {
            let tuple = open[next];
            next += 1;
            let Some(id) = known.get(&tuple).copied() else { continue };
            let Some(derivation) = self.derivation(tuple) else { continue };
            let rule = &self.solver.program().rules[derivation.rule.index()];
            let mut premises = Vec::with_capacity(rule.body.len());
            for (literal, ground) in rule.body.iter().zip(&derivation.solution.grounds) {
                if is_made_up(self.solver.program(), literal) {
                    continue;
                }
                let premise = match ground {
                    Ground::Row(relation, row) => match known.get(&(*relation, *row)) {
                        Some(known) => *known,
                        None => {
                            open.push((*relation, *row));
                            self.add(&mut proof, &mut known, (*relation, *row))
                        }
                    },
                    Ground::Absent | Ground::Computed => {
                        let kind = self.leaf(rule, literal, &derivation.solution.bindings);
                        push(&mut proof, kind)
                    }
                };
                premises.push(premise);
            }
            let list = self.choice(derivation.rule, &derivation.solution);
            if let NodeKind::Derived { premises: open, list: choice, .. } =
                &mut proof.nodes[id.0].kind
            {
                *open = premises;
                *choice = list;
            }
        }
        order(proof)
    }

    /// Other derivations of a row from facts that came before it, each as a proof of the same fact.
    pub fn all_proofs(&mut self, relation: RelationId, row: usize, most: usize) -> Vec<Proof> {
        let mut derivations = self.derivations((relation, row), most);
        for derivation in &derivations {
            for ground in &derivation.solution.grounds {
                if let Ground::Row(relation, row) = ground {
                    self.weigh((*relation, *row));
                }
            }
        }
        if derivations.is_empty() {
            return vec![self.proof(relation, row)];
        }
        let kept = self.best.remove(&(relation, row));
        let others = Others::of(derivations.len());
        let first = self.weighed(&derivations);
        derivations.swap(0, first);
        let proofs = derivations
            .into_iter()
            .map(|derivation| {
                let derivation = Some(derivation);
                self.best.insert((relation, row), Best { weight: 0, derivation, others });
                self.proof(relation, row)
            })
            .collect();
        match kept {
            Some(kept) => drop(self.best.insert((relation, row), kept)),
            None => drop(self.best.remove(&(relation, row))),
        }
        proofs
    }

    fn add(
        &mut self,
        proof: &mut Proof,
        known: &mut BTreeMap<Tuple, NodeId>,
        tuple: Tuple,
    ) -> NodeId {
        let fact = self.fact(tuple.0, tuple.1);
        let kind = match self.derivation(tuple) {
            None if self.is_given(tuple) => {
                NodeKind::Given { fact, origin: self.subject.origin(tuple.0, tuple.1) }
            }
            None => NodeKind::Unproved { fact, reason: self.unproved(tuple.0) },
            Some(derivation) => {
                let rule = &self.solver.program().rules[derivation.rule.index()];
                let clause = &self.solver.program().clauses[rule.clause.index()];
                NodeKind::Derived {
                    fact,
                    rule: derivation.rule,
                    bindings: self.named(rule, &derivation.solution.bindings),
                    premises: Vec::new(),
                    others: self.best.get(&tuple).map(|best| best.others).unwrap_or_default(),
                    assumed: clause.doc.tag("assumption").is_some(),
                    list: None,
                }
            }
        };
        let id = push(proof, kind);
        known.insert(tuple, id);
        id
    }

    /// A fact of the database, as it is shown.
    pub fn fact(&self, relation: RelationId, row: usize) -> Fact {
        let rows = self.solver.database().relation(relation);
        let columns = &self.solver.program().relations[relation.index()].columns;
        let hidden = self.subject.hidden(relation);
        let values = rows
            .row(row)
            .zip(columns)
            .skip(hidden)
            .map(|(word, column)| Some(self.solver.interner().constant(word, column.primitive)))
            .collect();
        Fact { relation, row: Some(row), values }
    }

    /// What an atom says with what is known of its variables, as it is shown.
    pub fn pattern(&self, rule: &Rule, atom: &Atom, bindings: &Bindings) -> Fact {
        let hidden = self.subject.hidden(atom.relation);
        let values = atom
            .arguments
            .iter()
            .skip(hidden)
            .map(|argument| match argument {
                Argument::Variable(variable) => {
                    let word = bindings[variable.index()]?;
                    let primitive = rule.variables[variable.index()].primitive;
                    Some(self.solver.interner().constant(word, primitive))
                }
                Argument::Constant(constant) => Some(constant.clone()),
                Argument::Wildcard => None,
            })
            .collect();
        Fact { relation: atom.relation, row: None, values }
    }

    /// The values of a rule's named variables.
    pub fn named(&self, rule: &Rule, bindings: &Bindings) -> Vec<(String, Constant)> {
        rule.variables
            .iter()
            .zip(bindings)
            .filter(|(variable, _)| !variable.name.starts_with('@'))
            .filter_map(|(variable, word)| {
                let value = self.solver.interner().constant((*word)?, variable.primitive);
                Some((variable.name.clone(), value))
            })
            .collect()
    }

    /// A step that is no fact of the database.
    fn leaf(&mut self, rule: &Rule, literal: &Literal, bindings: &Bindings) -> NodeKind {
        match literal {
            Literal::Negative(atom) | Literal::Positive(atom) => {
                let fact = self.pattern(rule, atom, bindings);
                let words = self.words(atom, bindings);
                let absence = self.absence(atom.relation, &words);
                NodeKind::Absent { fact, wanted: words, absence }
            }
            Literal::Aggregate(aggregate) => self.gathered(rule, aggregate, bindings),
            other => {
                let show = |known| show::literal(self.subject, &self.solver, rule, other, known);
                NodeKind::Computed { written: show(None), values: show(Some(bindings)) }
            }
        }
    }

    /// In which way nothing matches a pattern; it has an entry for every column, the hidden ones
    /// included.
    pub fn absence(&self, relation: RelationId, pattern: &[Option<Word>]) -> Absence {
        if !self.concluding(relation).is_empty() {
            return Absence::Underivable;
        }
        if !self.subject.is_stated(relation) {
            return Absence::NotGiven;
        }
        // What is stated with the same key says otherwise.
        let declared = &self.solver.program().relations[relation.index()];
        let hidden = self.subject.hidden(relation);
        let Some(key) = key_columns(declared) else { return Absence::NeverStated };
        let key = (0..hidden).chain(key);
        let mut wanted: Vec<Option<Word>> = vec![None; pattern.len()];
        for column in key {
            if pattern[column].is_none() {
                return Absence::NeverStated;
            }
            wanted[column] = pattern[column];
        }
        let stated = self.solver.database().relation(relation).matching(&wanted);
        match stated.first() {
            Some(row) => Absence::StatedOtherwise {
                instead: self.fact(relation, *row),
                origin: self.subject.origin(relation, *row),
            },
            None => Absence::NeverStated,
        }
    }

    /// What is known of an atom's columns. A constant that the database does not know is made
    /// here, to be shown.
    pub fn words(&mut self, atom: &Atom, bindings: &Bindings) -> Vec<Option<Word>> {
        let word = |argument: &Argument| match argument {
            Argument::Variable(variable) => bindings[variable.index()],
            Argument::Constant(constant) => Some(self.solver.interner_mut().intern(constant)),
            Argument::Wildcard => None,
        };
        atom.arguments.iter().map(word).collect()
    }

    fn gathered(&mut self, rule: &Rule, aggregate: &Aggregate, bindings: &Bindings) -> NodeKind {
        let types: Vec<Primitive> = rule.variables.iter().map(|v| v.primitive).collect();
        let group = self.solver.aggregate(aggregate, &types, bindings);
        if self.stopped().is_some() {
            // Not all of the group is known.
            let literal = Literal::Aggregate(aggregate.clone());
            let show = |known| show::literal(self.subject, &self.solver, rule, &literal, known);
            return NodeKind::Computed { written: show(None), values: show(Some(bindings)) };
        }
        let mut contributions = group.contributions;
        let size = contributions.len();
        contributions.sort_by(|(a, _), (b, _)| crate::eval::compare(b, a));
        if matches!(aggregate.operator, crate::syntax::operators::AggregateOperator::Minimum) {
            contributions.reverse();
        }
        let contributors = contributions
            .into_iter()
            .take(SHOWN_CONTRIBUTORS)
            .map(|(value, solution)| {
                let facts = solution.grounds.iter().filter_map(|ground| match ground {
                    Ground::Row(relation, row) => Some(self.fact(*relation, *row)),
                    _ => None,
                });
                (value, facts.collect())
            })
            .collect();
        let result = match bindings[aggregate.result.index()] {
            Some(word) => self.solver.interner().constant(word, aggregate.primitive),
            None => Constant::Number(0),
        };
        let outer = aggregate.outer.iter().filter_map(|outer| {
            let variable = &rule.variables[outer.index()];
            let word = bindings[outer.index()]?;
            let shown = !variable.name.starts_with('@');
            shown.then(|| {
                let value = self.solver.interner().constant(word, variable.primitive);
                (variable.name.clone(), value)
            })
        });
        NodeKind::Aggregate(Gathered {
            operator: aggregate.operator.name(),
            written: show::literal(
                self.subject,
                &self.solver,
                rule,
                &Literal::Aggregate(aggregate.clone()),
                None,
            ),
            group: outer.collect(),
            margin: self.margin(rule, aggregate, &result, bindings),
            result,
            size,
            contributors,
        })
    }

    /// How far an aggregate's value is from the edge of a comparison it is used in.
    fn margin(
        &self,
        rule: &Rule,
        aggregate: &Aggregate,
        result: &Constant,
        bindings: &Bindings,
    ) -> Option<String> {
        // The result itself, and what an equality calls it.
        let mut names = vec![aggregate.result];
        for literal in &rule.body {
            if let Literal::Compare {
                comparison: Comparison::Equal,
                left: Term::Variable(left),
                right: Term::Variable(right),
                ..
            } = literal
            {
                if names.contains(left) {
                    names.push(*right);
                } else if names.contains(right) {
                    names.push(*left);
                }
            }
        }
        let types: Vec<Primitive> = rule.variables.iter().map(|v| v.primitive).collect();
        let is = |term: &Term| matches!(term, Term::Variable(variable) if names.contains(variable));
        rule.body.iter().find_map(|literal| {
            let Literal::Compare { comparison, left, right, .. } = literal else { return None };
            if *comparison == Comparison::Equal {
                return None;
            }
            let other = match (is(left), is(right)) {
                (true, false) => right,
                (false, true) => left,
                _ => return None,
            };
            let other = self.solver.value(other, &types, bindings)?;
            match (result, &other) {
                (Constant::Number(result), Constant::Number(other)) => {
                    Some(format!("{:+}", result.saturating_sub(*other)))
                }
                (Constant::Unsigned(result), Constant::Unsigned(other)) => {
                    Some(format!("{:+}", i128::from(*result) - i128::from(*other)))
                }
                (Constant::Float(result), Constant::Float(other)) => {
                    Some(format!("{:+}", result - other))
                }
                _ => None,
            }
        })
    }

    /// What the choice of a list passed over.
    fn choice(&mut self, rule: RuleId, solution: &Solution) -> Option<Choice> {
        let (list, position) = self.lists.chosen_by(rule)?;
        let list = list.clone();
        let Ground::Row(relation, row) = solution.grounds[position] else { return None };
        let words: Vec<Word> = self.solver.database().relation(relation).row(row).collect();
        let rank = self.solver.interner().number(words[list.rank]);
        let keys: Vec<Option<Word>> = words
            .iter()
            .enumerate()
            .map(|(column, word)| (column != list.rank).then_some(*word))
            .collect();
        let mut passed_over = Vec::new();
        for (earlier, rule) in list.rules.iter().filter(|(earlier, _)| *earlier < rank) {
            let failing = self.first_failing(*rule, &keys, list.rank, *earlier);
            passed_over.push(PassedOver { rank: *earlier, rule: *rule, failing });
        }
        let holding = self.solver.database().relation(list.rows).matching(&keys);
        let mut masked = Vec::new();
        for row in holding {
            let word = self.solver.database().relation(list.rows).word(row, list.rank);
            let other = self.solver.interner().number(word);
            if other > rank
                && let Some((_, rule)) = list.rules.iter().find(|(rank, _)| *rank == other)
            {
                masked.push((other, *rule));
            }
        }
        masked.sort();
        masked.dedup_by_key(|(rank, _)| *rank);
        let mut ranks: Vec<i64> = list.rules.iter().map(|(rank, _)| *rank).collect();
        ranks.dedup();
        Some(Choice { rows: list.rows, rank, of: ranks.len(), passed_over, masked })
    }

    /// The first condition, as written, that a row's rule fails on for the keys given.
    fn first_failing(
        &mut self,
        rule: RuleId,
        keys: &[Option<Word>],
        rank: usize,
        value: i64,
    ) -> String {
        let rule = &self.solver.program().rules[rule.index()];
        let mut head = keys.to_vec();
        head[rank] = self.solver.interner().find(&Constant::Number(value));
        let Some(bindings) = self.unify(rule, &head) else { return "it is about others".into() };
        let types: Vec<Primitive> = rule.variables.iter().map(|v| v.primitive).collect();
        let ordered = in_order(&rule.body, &bindings);
        // The longest prefix that can hold; the literal behind it fails. What the prefix says of
        // the variables makes the failing condition readable.
        let mut known = bindings.clone();
        for length in 1..=ordered.len() {
            let mut found = None;
            let prefix = &ordered[..length];
            let _ = self.solver.solve(prefix, &types, bindings.clone(), None, &mut |_, s| {
                found = Some(s.bindings.clone());
                ControlFlow::Break(())
            });
            match found {
                Some(bindings) => known = bindings,
                None if self.stopped().is_some() => return "something, not looked into".into(),
                None => {
                    let literal = &ordered[length - 1];
                    return show::literal(self.subject, &self.solver, rule, literal, Some(&known));
                }
            }
        }
        "nothing".into()
    }

    /// The bindings of a rule's variables that make its head this tuple, as far as the tuple is
    /// known; `None` where a constant of the head says otherwise.
    pub fn unify(&self, rule: &Rule, tuple: &[Option<Word>]) -> Option<Bindings> {
        let mut bindings: Bindings = vec![None; rule.variables.len()];
        for (term, word) in rule.head.terms.iter().zip(tuple) {
            let Some(word) = word else { continue };
            match term {
                Term::Variable(variable) => match bindings[variable.index()] {
                    Some(known) if known != *word => return None,
                    _ => bindings[variable.index()] = Some(*word),
                },
                Term::Constant(constant) => {
                    if self.solver.interner().find(constant) != Some(*word) {
                        return None;
                    }
                }
                // Checked when the body has bound its variables.
                Term::Call { .. } => {}
            }
        }
        Some(bindings)
    }

    /// Why no derivation of a tuple of a relation was found.
    fn unproved(&self, relation: RelationId) -> Unproved {
        let adds_floats = |literal: &Literal| {
            matches!(literal, Literal::Aggregate(Aggregate { operator, primitive, .. })
                if *operator == AggregateOperator::Mean
                    || *operator == AggregateOperator::Sum && *primitive == Primitive::Float)
        };
        let rules = &self.solver.program().rules;
        let mut bodies = self.concluding(relation).iter().map(|rule| &rules[rule.index()].body);
        if self.stopped().is_some() {
            Unproved::Stopped
        } else if bodies.any(|body| body.iter().any(adds_floats)) {
            Unproved::Order
        } else {
            Unproved::Fault
        }
    }
}

/// Whether a literal reads a relation that no text declares, such as that of worlds.
pub fn is_made_up(program: &Program, literal: &Literal) -> bool {
    matches!(literal, Literal::Positive(atom)
        if program.relations[atom.relation.index()].name.starts_with('@'))
}

fn push(proof: &mut Proof, kind: NodeKind) -> NodeId {
    proof.nodes.push(Node { kind });
    NodeId(proof.nodes.len() - 1)
}

/// The literals of a body in the order in which they can be decided: as written, but a test on a
/// variable that only a later atom binds waits for that atom.
pub fn in_order(body: &[Literal], bindings: &Bindings) -> Vec<Literal> {
    let known = bindings.iter().enumerate().filter(|(_, word)| word.is_some());
    let mut bound: FxHashSet<VariableId> =
        known.map(|(index, _)| VariableId::from(index)).collect();
    let mut waiting: Vec<&Literal> = body.iter().collect();
    let mut ordered = Vec::with_capacity(body.len());
    while !waiting.is_empty() {
        let known: Bindings = (0..bindings.len())
            .map(|index| bound.contains(&VariableId::from(index)).then_some(Word(0)))
            .collect();
        let next = waiting.iter().position(|literal| ready(literal, &known)).unwrap_or(0);
        let literal = waiting.remove(next);
        bind_all(std::slice::from_ref(literal), &mut bound);
        ordered.push(literal.clone());
    }
    ordered
}

/// The nodes in an order in which premises come behind what they are premises of: by depth first
/// from the root, a shared node where it is reached last.
fn order(proof: Proof) -> Proof {
    let count = proof.nodes.len();
    let mut waiting = vec![0usize; count];
    let premises = |id: usize| match &proof.nodes[id].kind {
        NodeKind::Derived { premises, .. } => premises.as_slice(),
        _ => &[],
    };
    for id in 0..count {
        premises(id).iter().for_each(|premise| waiting[premise.0] += 1);
    }
    let mut stack = vec![0];
    let mut sequence = Vec::with_capacity(count);
    while let Some(id) = stack.pop() {
        sequence.push(id);
        for premise in premises(id).iter().rev() {
            waiting[premise.0] -= 1;
            if waiting[premise.0] == 0 {
                stack.push(premise.0);
            }
        }
    }
    let mut position = vec![0; count];
    for (new, old) in sequence.iter().enumerate() {
        position[*old] = new;
    }
    let mut nodes: Vec<Option<Node>> = proof.nodes.into_iter().map(Some).collect();
    let nodes = sequence
        .into_iter()
        .filter_map(|old| nodes[old].take())
        .map(|mut node| {
            if let NodeKind::Derived { premises, .. } = &mut node.kind {
                premises.iter_mut().for_each(|premise| *premise = NodeId(position[premise.0]));
            }
            node
        })
        .collect();
    Proof { nodes }
}
