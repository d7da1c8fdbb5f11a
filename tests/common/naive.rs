//! The slow and obvious twin of the engine: every rule is tried on everything until nothing new
//! comes. It shares the analyzed program with the engine and nothing else: no interning, no
//! indices, no deltas, no plan.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use archlog::analyze::program::{Argument, Atom, Literal, Program, Rule, Stratum, Term};
use archlog::syntax::operators::Comparison;
use archlog::value::{Constant, RelationId, VariableId};

use super::values::{Value, call, compares, fold, range, test};

pub type Tuple = Vec<Value>;
pub type Relations = Vec<BTreeSet<Tuple>>;
type Bindings = BTreeMap<VariableId, Value>;

thread_local! {
    /// How many tuples may still be looked at.
    static LEFT: Cell<u64> = const { Cell::new(u64::MAX) };
}

/// As [`evaluate`]; nothing where more than so many tuples have to be looked at, some of them many
/// times: without indices and deltas a join that takes the engine a second can take hours.
#[allow(dead_code, reason = "not every test has a limit")]
pub fn evaluate_within(
    most: u64,
    program: &Program,
    facts: impl IntoIterator<Item = (RelationId, Vec<Constant>)>,
) -> Option<Relations> {
    LEFT.set(most);
    let relations = evaluate(program, facts);
    (LEFT.replace(u64::MAX) > 0).then_some(relations)
}

/// All relations of a program, given the facts that come from outside of it.
pub fn evaluate(
    program: &Program,
    facts: impl IntoIterator<Item = (RelationId, Vec<Constant>)>,
) -> Relations {
    let mut relations: Relations = vec![BTreeSet::new(); program.relations.len()];
    let written = program.facts.iter().map(|fact| (fact.relation, fact.values.clone()));
    for (relation, values) in written.chain(facts) {
        relations[relation.index()].insert(values.into_iter().map(Value).collect());
    }
    for stratum in &program.strata {
        if guarded(program, stratum, &mut relations) {
            continue;
        }
        let rules = || stratum.rules.iter().map(|id| &program.rules[id.index()]);
        loop {
            let new: Vec<(RelationId, Tuple)> =
                rules().flat_map(|rule| conclusions(rule, &relations)).collect();
            let before: usize = relations.iter().map(BTreeSet::len).sum();
            for (relation, tuple) in new {
                relations[relation.index()].insert(tuple);
            }
            if relations.iter().map(BTreeSet::len).sum::<usize>() == before {
                break;
            }
        }
    }
    relations
}

/// Evaluates a stratum in which relations choose or tuples make others superfluous; whether it is
/// one. What reads nothing of the stratum comes first, then rounds of the other rules.
fn guarded(program: &Program, stratum: &Stratum, relations: &mut Relations) -> bool {
    let choices = |relation: &RelationId| &program.relations[relation.index()].choices;
    let prunes: Vec<&Rule> = program
        .subsumptions
        .iter()
        .filter(|rule| stratum.relations.contains(&rule.head.relation))
        .collect();
    if prunes.is_empty() && stratum.relations.iter().all(|it| choices(it).is_empty()) {
        return false;
    }
    let add = |new: Vec<(RelationId, Tuple)>, relations: &mut Relations| {
        let sorted: BTreeSet<(RelationId, Tuple)> = new.into_iter().collect();
        for (relation, tuple) in sorted {
            let held = &mut relations[relation.index()];
            let taken = choices(&relation).iter().any(|columns| {
                held.iter().any(|other| columns.iter().all(|&at| other[at] == tuple[at]))
            });
            if !taken {
                held.insert(tuple);
            }
        }
        for relation in &stratum.relations {
            let arity = program.relations[relation.index()].arity();
            let rules = prunes.iter().filter(|rule| rule.head.relation == *relation);
            let pairs: BTreeSet<Tuple> =
                rules.flat_map(|rule| conclusions(rule, relations)).map(|(_, pair)| pair).collect();
            let mut gone: BTreeSet<Tuple> = BTreeSet::new();
            for pair in pairs {
                let (less, greater) = pair.split_at(arity);
                if less != greater && !gone.contains(greater) {
                    gone.insert(less.to_vec());
                }
            }
            relations[relation.index()].retain(|tuple| !gone.contains(tuple));
        }
    };
    let mut facts = Vec::new();
    for relation in &stratum.relations {
        let held = std::mem::take(&mut relations[relation.index()]);
        facts.extend(held.into_iter().map(|tuple| (*relation, tuple)));
    }
    // Facts are chosen among before a rule concludes anything, and nothing goes before that.
    let reads =
        |rule: &&Rule| rule.positive_atoms().any(|atom| stratum.relations.contains(&atom.relation));
    let rules = || stratum.rules.iter().map(|id| &program.rules[id.index()]);
    let first = |relations: &Relations| -> Vec<(RelationId, Tuple)> {
        rules().filter(|rule| !reads(rule)).flat_map(|rule| conclusions(rule, relations)).collect()
    };
    let mut chosen: Relations = relations.clone();
    for (relation, tuple) in facts.into_iter().collect::<BTreeSet<_>>() {
        let held = &mut chosen[relation.index()];
        let taken = choices(&relation).iter().any(|columns| {
            held.iter().any(|other| columns.iter().all(|&at| other[at] == tuple[at]))
        });
        if !taken {
            held.insert(tuple);
        }
    }
    *relations = chosen;
    add(first(relations), relations);
    loop {
        let before = relations.clone();
        let new = rules().filter(reads).flat_map(|rule| conclusions(rule, relations)).collect();
        add(new, relations);
        if *relations == before {
            return true;
        }
    }
}

/// Everything that a rule concludes from relations as they are.
pub fn conclusions(rule: &Rule, relations: &Relations) -> Vec<(RelationId, Tuple)> {
    let mut concluded = Vec::new();
    solve(&rule.body, relations, &Bindings::new(), &mut |bindings| {
        let tuple: Option<Tuple> =
            rule.head.terms.iter().map(|term| value(term, bindings)).collect();
        concluded.extend(tuple.map(|tuple| (rule.head.relation, tuple)));
    });
    concluded
}

/// Calls `found` with every way to make all literals hold, whatever order they are written in:
/// what only looks at bound variables comes as soon as it can, then atoms in their order.
fn solve(
    literals: &[Literal],
    relations: &Relations,
    bindings: &Bindings,
    found: &mut dyn FnMut(&Bindings),
) {
    let is_atom = |literal: &Literal| matches!(literal, Literal::Positive(_));
    let looks = |literal: &Literal| !is_atom(literal) && ready(literal, bindings);
    let Some(next) = literals.iter().position(looks).or_else(|| literals.iter().position(is_atom))
    else {
        assert!(literals.is_empty(), "an unsafe rule came through analysis: {literals:?}");
        return found(bindings);
    };
    let mut rest = literals.to_vec();
    let literal = rest.remove(next);
    let mut go_on = |bindings: &Bindings| solve(&rest, relations, bindings, found);
    let value = |term: &Term| value(term, bindings);
    match &literal {
        Literal::Positive(atom) => matches(atom, relations, bindings).iter().for_each(&mut go_on),
        Literal::Negative(atom) if matches(atom, relations, bindings).is_empty() => go_on(bindings),
        Literal::Compare { comparison: Comparison::Equal, left, right, .. } => {
            let unbound = |term: &Term| match term {
                Term::Variable(id) if !bindings.contains_key(id) => Some(*id),
                _ => None,
            };
            let extended = match (unbound(left), unbound(right)) {
                (Some(variable), _) => bind(bindings, variable, value(right)),
                (_, Some(variable)) => bind(bindings, variable, value(left)),
                _ => {
                    (value(left).is_some() && value(left) == value(right)).then(|| bindings.clone())
                }
            };
            extended.iter().for_each(go_on);
        }
        Literal::Compare { comparison, left, right, .. } => {
            if let (Some(left), Some(right)) = (value(left), value(right))
                && compares(*comparison, &left, &right)
            {
                go_on(bindings);
            }
        }
        Literal::Test { test: kind, arguments: [first, second], negated, .. } => {
            if let (Some(first), Some(second)) = (value(first), value(second))
                && test(*kind, &first, &second) == Some(!negated)
            {
                go_on(bindings);
            }
        }
        Literal::Truth(true) => go_on(bindings),
        Literal::Aggregate(aggregate) => {
            let outer = aggregate.outer.iter();
            let group: Bindings = outer.map(|outer| (*outer, bindings[outer].clone())).collect();
            let (mut solutions, mut targets) = (0, Vec::new());
            solve(&aggregate.body, relations, &group, &mut |solution| {
                solutions += 1;
                targets.extend(aggregate.target.as_ref().and_then(|t| self::value(t, solution)));
            });
            let result = fold(aggregate.operator, aggregate.primitive, solutions, &targets);
            bind(bindings, aggregate.result, result).iter().for_each(go_on);
        }
        Literal::Range { result, from, to, step, .. } => {
            let step = step.as_ref().map(value);
            if let (Some(from), Some(to), false) = (value(from), value(to), step == Some(None)) {
                let values = range(&from, &to, step.flatten().as_ref());
                let bound = values.into_iter().filter_map(|v| bind(bindings, *result, Some(v)));
                bound.for_each(|bindings| go_on(&bindings));
            }
        }
        Literal::Negative(_) | Literal::Truth(false) => {}
    }
}

/// Bindings with one more, unless there is no value or the variable has another one.
fn bind(bindings: &Bindings, variable: VariableId, value: Option<Value>) -> Option<Bindings> {
    let value = value?;
    let mut extended = bindings.clone();
    extended.insert(variable, value.clone()).is_none_or(|old| old == value).then_some(extended)
}

/// Whether a literal other than an atom can be tried: what it needs is bound.
fn ready(literal: &Literal, bindings: &Bindings) -> bool {
    let bound = |variable: &VariableId| bindings.contains_key(variable);
    let is = |term: &Term| term_ready(term, bindings);
    match literal {
        Literal::Positive(_) | Literal::Truth(_) => true,
        Literal::Negative(atom) => atom
            .arguments
            .iter()
            .all(|argument| !matches!(argument, Argument::Variable(variable) if !bound(variable))),
        Literal::Aggregate(aggregate) => aggregate.outer.iter().all(bound),
        Literal::Test { arguments, .. } => arguments.iter().all(is),
        Literal::Range { from, to, step, .. } => [from, to].into_iter().chain(step).all(is),
        Literal::Compare { comparison: Comparison::Equal, left, right, .. } => {
            let variable = |term: &Term| matches!(term, Term::Variable(_));
            is(left) && (is(right) || variable(right)) || is(right) && variable(left)
        }
        Literal::Compare { left, right, .. } => is(left) && is(right),
    }
}

fn term_ready(term: &Term, bindings: &Bindings) -> bool {
    match term {
        Term::Variable(variable) => bindings.contains_key(variable),
        Term::Constant(_) => true,
        Term::Call { arguments, .. } => arguments.iter().all(|term| term_ready(term, bindings)),
    }
}

/// The bindings with which an atom is in its relation.
fn matches(atom: &Atom, relations: &Relations, bindings: &Bindings) -> Vec<Bindings> {
    let same = |argument: &Argument, value: &Value| match argument {
        Argument::Wildcard => true,
        Argument::Constant(constant) => Value(constant.clone()) == *value,
        Argument::Variable(variable) => bindings.get(variable).is_none_or(|bound| bound == value),
    };
    let fits = |tuple: &&Tuple| atom.arguments.iter().zip(*tuple).all(|(a, value)| same(a, value));
    let extend = |tuple: &Tuple| {
        let mut extended = bindings.clone();
        let consistent = atom.arguments.iter().zip(tuple).all(|(argument, value)| match argument {
            Argument::Variable(id) => extended.entry(*id).or_insert_with(|| value.clone()) == value,
            _ => true,
        });
        consistent.then_some(extended)
    };
    let held = &relations[atom.relation.index()];
    let left = LEFT.get().saturating_sub(held.len() as u64);
    LEFT.set(left);
    if left == 0 {
        return Vec::new();
    }
    held.iter().filter(fits).filter_map(extend).collect()
}

fn value(term: &Term, bindings: &Bindings) -> Option<Value> {
    match term {
        Term::Variable(variable) => bindings.get(variable).cloned(),
        Term::Constant(constant) => Some(Value(constant.clone())),
        Term::Call { functor, primitive, arguments, .. } => {
            let values: Option<Vec<Value>> =
                arguments.iter().map(|term| value(term, bindings)).collect();
            call(*functor, *primitive, &values?)
        }
    }
}
