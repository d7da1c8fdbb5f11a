//! The slow and obvious twin of the engine: every rule is tried on everything until nothing new
//! comes. It shares the analyzed program with the engine and nothing else: no interning, no
//! indices, no deltas, no plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use archlog::analyze::program::{Argument, Atom, Literal, Program, Term};
use archlog::syntax::operators::{AggregateOperator, Comparison, Functor, Test};
use archlog::value::{Constant, Primitive, RelationId, VariableId};

/// A constant with a total order: by number or by the bytes of the text.
#[derive(Clone, PartialEq, Debug)]
pub struct Value(pub Constant);

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (&self.0, &other.0) {
            (Constant::Symbol(a), Constant::Symbol(b)) => a.cmp(b),
            (Constant::Number(a), Constant::Number(b)) => a.cmp(b),
            (Constant::Unsigned(a), Constant::Unsigned(b)) => a.cmp(b),
            (Constant::Float(a), Constant::Float(b)) => a.total_cmp(b),
            (a, b) => a.primitive().cmp(&b.primitive()),
        }
    }
}

pub type Relations = Vec<BTreeSet<Vec<Value>>>;
type Bindings = BTreeMap<VariableId, Value>;

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
        loop {
            let mut new = Vec::new();
            for rule in stratum.rules.iter().map(|id| &program.rules[id.index()]) {
                solve(&rule.body, &relations, &Bindings::new(), &mut |bindings| {
                    let tuple: Option<Vec<Value>> =
                        rule.head.terms.iter().map(|term| value(term, bindings)).collect();
                    new.extend(tuple.map(|tuple| (rule.head.relation, tuple)));
                });
            }
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

/// Calls `found` with every way to make all literals hold, whatever order they are written in.
fn solve(
    literals: &[Literal],
    relations: &Relations,
    bindings: &Bindings,
    found: &mut dyn FnMut(&Bindings),
) {
    let ready = |literal: &Literal| ready(literal, bindings);
    let Some(next) = literals.iter().position(ready) else {
        assert!(literals.is_empty(), "an unsafe rule came through analysis: {literals:?}");
        return found(bindings);
    };
    let mut rest = literals.to_vec();
    let literal = rest.remove(next);
    let mut go_on = |bindings: &Bindings| solve(&rest, relations, bindings, found);
    match &literal {
        Literal::Positive(atom) => matches(atom, relations, bindings).iter().for_each(&mut go_on),
        Literal::Negative(atom) if matches(atom, relations, bindings).is_empty() => go_on(bindings),
        Literal::Compare { comparison: Comparison::Equal, left, right, .. } => {
            let bind = |variable: &VariableId, other: &Term| {
                let mut bindings = bindings.clone();
                bindings.insert(*variable, value(other, &bindings)?);
                Some(bindings)
            };
            let extended = match (left, right) {
                (Term::Variable(variable), other) if !bindings.contains_key(variable) => {
                    bind(variable, other)
                }
                (other, Term::Variable(variable)) if !bindings.contains_key(variable) => {
                    bind(variable, other)
                }
                _ => (value(left, bindings).is_some()
                    && value(left, bindings) == value(right, bindings))
                .then(|| bindings.clone()),
            };
            extended.iter().for_each(go_on);
        }
        Literal::Compare { comparison, left, right, .. } => {
            if let (Some(left), Some(right)) = (value(left, bindings), value(right, bindings)) {
                let holds = match comparison {
                    Comparison::Equal => left == right,
                    Comparison::NotEqual => left != right,
                    Comparison::Less => left < right,
                    Comparison::LessOrEqual => left <= right,
                    Comparison::Greater => left > right,
                    Comparison::GreaterOrEqual => left >= right,
                };
                if holds {
                    go_on(bindings);
                }
            }
        }
        Literal::Test { test, arguments: [first, second], negated, .. } => {
            if let (Some(first), Some(second)) = (value(first, bindings), value(second, bindings)) {
                let (first, second) = (first.0.to_string(), second.0.to_string());
                let holds = match test {
                    Test::Contains => second.contains(&first),
                    Test::Match => {
                        regex::Regex::new(&format!("^(?:{first})$")).unwrap().is_match(&second)
                    }
                };
                if holds != *negated {
                    go_on(bindings);
                }
            }
        }
        Literal::Truth(true) => go_on(bindings),
        Literal::Aggregate(aggregate) => {
            let group: Bindings =
                aggregate.outer.iter().map(|outer| (*outer, bindings[outer].clone())).collect();
            let (mut solutions, mut targets) = (0i64, Vec::new());
            solve(&aggregate.body, relations, &group, &mut |solution| {
                solutions += 1;
                targets
                    .extend(aggregate.target.as_ref().and_then(|target| value(target, solution)));
            });
            if let Some(result) = fold(aggregate.operator, aggregate.primitive, solutions, &targets)
            {
                let mut extended = bindings.clone();
                if extended.insert(aggregate.result, result.clone()).is_none_or(|old| old == result)
                {
                    go_on(&extended);
                }
            }
        }
        Literal::Range { .. } => panic!("the twin knows no ranges"),
        Literal::Negative(_) | Literal::Truth(false) => {}
    }
}

/// Whether a literal can be tried: what it needs is bound. Atoms wait for nothing but negation.
fn ready(literal: &Literal, bindings: &Bindings) -> bool {
    let bound = |variable: &VariableId| bindings.contains_key(variable);
    let is = |argument: &Argument| !matches!(argument, Argument::Variable(v) if !bound(v));
    match literal {
        Literal::Positive(_) | Literal::Truth(_) | Literal::Range { .. } => true,
        Literal::Negative(atom) => atom.arguments.iter().all(is),
        Literal::Aggregate(aggregate) => aggregate.outer.iter().all(bound),
        Literal::Test { arguments, .. } => arguments.iter().all(|term| term_ready(term, bindings)),
        Literal::Compare { comparison, left, right, .. } => {
            let (l, r) = (term_ready(left, bindings), term_ready(right, bindings));
            let binds = *comparison == Comparison::Equal;
            let variable = |term: &Term| matches!(term, Term::Variable(_));
            l && r || binds && (l && variable(right) || r && variable(left))
        }
    }
}

fn term_ready(term: &Term, bindings: &Bindings) -> bool {
    match term {
        Term::Variable(variable) => bindings.contains_key(variable),
        Term::Constant(_) => true,
        Term::Call { arguments, .. } => arguments.iter().all(|term| term_ready(term, bindings)),
    }
}

fn matches(atom: &Atom, relations: &Relations, bindings: &Bindings) -> Vec<Bindings> {
    let extend = |tuple: &Vec<Value>| {
        let mut extended = bindings.clone();
        let fits = atom.arguments.iter().zip(tuple).all(|(argument, value)| match argument {
            Argument::Wildcard => true,
            Argument::Constant(constant) => Value(constant.clone()) == *value,
            Argument::Variable(variable) => {
                extended.entry(*variable).or_insert_with(|| value.clone()) == value
            }
        });
        fits.then_some(extended)
    };
    relations[atom.relation.index()].iter().filter_map(extend).collect()
}

fn fold(
    operator: AggregateOperator,
    primitive: Primitive,
    solutions: i64,
    targets: &[Value],
) -> Option<Value> {
    let number = |value: &Value| match value.0 {
        Constant::Number(number) => number as f64,
        Constant::Unsigned(number) => number as f64,
        Constant::Float(number) => number,
        Constant::Symbol(_) => f64::NAN,
    };
    let zero = match primitive {
        Primitive::Unsigned => Constant::Unsigned(0),
        Primitive::Float => Constant::Float(0.0),
        _ => Constant::Number(0),
    };
    match operator {
        AggregateOperator::Count => Some(Value(Constant::Number(solutions))),
        AggregateOperator::Sum => {
            targets.iter().try_fold(Value(zero), |sum, next| arithmetic(Functor::Add, &sum, next))
        }
        AggregateOperator::Minimum => targets.iter().min().cloned(),
        AggregateOperator::Maximum => targets.iter().max().cloned(),
        AggregateOperator::Mean if targets.is_empty() => None,
        AggregateOperator::Mean => {
            let sum: f64 = targets.iter().map(number).sum();
            Some(Value(Constant::Float(sum / targets.len() as f64)))
        }
    }
}

fn value(term: &Term, bindings: &Bindings) -> Option<Value> {
    let (functor, arguments) = match term {
        Term::Variable(variable) => return bindings.get(variable).cloned(),
        Term::Constant(constant) => return Some(Value(constant.clone())),
        Term::Call { functor, arguments, .. } => (*functor, arguments),
    };
    let values: Vec<Value> =
        arguments.iter().map(|term| value(term, bindings)).collect::<Option<_>>()?;
    let text = |index: usize| values[index].0.to_string();
    let symbol = |text: String| Some(Value(Constant::Symbol(Arc::from(text))));
    match functor {
        Functor::Cat => symbol(values.iter().map(|value| value.0.to_string()).collect()),
        Functor::ToString => symbol(text(0)),
        Functor::ToNumber => text(0).parse().ok().map(|number| Value(Constant::Number(number))),
        Functor::Length => Some(Value(Constant::Number(text(0).len() as i64))),
        Functor::Substring => {
            let (from, length) = (text(1).parse::<usize>().ok()?, text(2).parse::<usize>().ok()?);
            let end = from.saturating_add(length).min(text(0).len());
            symbol(text(0).get(from..end).unwrap_or_default().to_owned())
        }
        Functor::Minimum => values.into_iter().min(),
        Functor::Maximum => values.into_iter().max(),
        Functor::Negate => arithmetic(Functor::Subtract, &Value(Constant::Number(0)), &values[0]),
        functor => arithmetic(functor, &values[0], &values[1]),
    }
}

fn arithmetic(functor: Functor, left: &Value, right: &Value) -> Option<Value> {
    let constant = match (&left.0, &right.0) {
        (Constant::Number(a), Constant::Number(b)) => Constant::Number(match functor {
            Functor::Add => a.wrapping_add(*b),
            Functor::Subtract => a.wrapping_sub(*b),
            Functor::Multiply => a.wrapping_mul(*b),
            Functor::Divide if *b != 0 => a.wrapping_div(*b),
            Functor::Remainder if *b != 0 => a.wrapping_rem(*b),
            Functor::Divide | Functor::Remainder => return None,
            other => panic!("the twin does not know {other:?}"),
        }),
        (Constant::Float(a), Constant::Float(b)) => Constant::Float(match functor {
            Functor::Add => a + b,
            Functor::Subtract => a - b,
            Functor::Multiply => a * b,
            other => panic!("the twin does not know {other:?} on floats"),
        }),
        other => panic!("the twin does not know {functor:?} on {other:?}"),
    };
    Some(Value(constant))
}
