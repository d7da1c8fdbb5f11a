//! What comparisons, functors and aggregates mean, said once more and independently.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analyze::program::Term;
use crate::syntax::operators::{AggregateOperator, Comparison, Functor};
use crate::value::{Constant, Primitive, VariableId};

pub(super) fn equal(left: &Constant, right: &Constant) -> bool {
    order(left, right) == Ordering::Equal
}

fn order(left: &Constant, right: &Constant) -> Ordering {
    match (left, right) {
        (Constant::Symbol(left), Constant::Symbol(right)) => left.cmp(right),
        (Constant::Number(left), Constant::Number(right)) => left.cmp(right),
        (Constant::Unsigned(left), Constant::Unsigned(right)) => left.cmp(right),
        (left, right) => as_float(left).total_cmp(&as_float(right)),
    }
}

pub(super) fn holds(comparison: Comparison, left: &Constant, right: &Constant) -> bool {
    match comparison {
        Comparison::Equal => order(left, right).is_eq(),
        Comparison::NotEqual => order(left, right).is_ne(),
        Comparison::Less => order(left, right).is_lt(),
        Comparison::LessOrEqual => order(left, right).is_le(),
        Comparison::Greater => order(left, right).is_gt(),
        Comparison::GreaterOrEqual => order(left, right).is_ge(),
    }
}

pub(super) fn as_float(value: &Constant) -> f64 {
    match value {
        Constant::Number(number) => *number as f64,
        Constant::Unsigned(number) => *number as f64,
        Constant::Float(number) => *number,
        Constant::Symbol(_) => f64::NAN,
    }
}

pub(super) fn evaluate(term: &Term, bindings: &BTreeMap<VariableId, Constant>) -> Option<Constant> {
    match term {
        Term::Variable(variable) => bindings.get(variable).cloned(),
        Term::Constant(constant) => Some(constant.clone()),
        Term::Call { functor, primitive, arguments, .. } => {
            let values = arguments.iter().map(|argument| evaluate(argument, bindings));
            call(*functor, *primitive, &values.collect::<Option<Vec<Constant>>>()?)
        }
    }
}

/// The value of a functor. Ordinals are numbers of the interner, which nobody here knows, and bit
/// operations are left to the engine: such a value counts as unknown.
fn call(functor: Functor, primitive: Primitive, values: &[Constant]) -> Option<Constant> {
    let text = |at: usize| {
        values.get(at).map(|value| match value {
            Constant::Float(number) => format!("{number:.6}"),
            other => other.to_string(),
        })
    };
    let symbol = |text: String| Some(Constant::Symbol(Arc::from(text)));
    match functor {
        Functor::Cat => symbol((0..values.len()).filter_map(text).collect()),
        Functor::ToString => symbol(text(0)?),
        Functor::ToNumber => text(0)?.parse().ok().map(Constant::Number),
        Functor::Length => Some(Constant::Number(text(0)?.len() as i64)),
        Functor::Minimum => values.iter().min_by(|a, b| order(a, b)).cloned(),
        Functor::Maximum => values.iter().max_by(|a, b| order(a, b)).cloned(),
        Functor::Substring => {
            let (whole, from, length) = (text(0)?, text(1)?.parse().ok()?, text(2)?.parse().ok()?);
            let end = usize::checked_add(from, length)?.min(whole.len());
            symbol(whole.get(from..end).unwrap_or_default().to_owned())
        }
        Functor::Negate => match values.first()? {
            Constant::Number(number) => Some(Constant::Number(number.wrapping_neg())),
            Constant::Float(number) => Some(Constant::Float(-number)),
            _ => None,
        },
        _ => match (values.first()?, values.get(1)?) {
            (Constant::Number(left), Constant::Number(right)) if primitive == Primitive::Number => {
                let whole = match functor {
                    Functor::Add => left.wrapping_add(*right),
                    Functor::Subtract => left.wrapping_sub(*right),
                    Functor::Multiply => left.wrapping_mul(*right),
                    Functor::Divide if *right != 0 => left.wrapping_div(*right),
                    Functor::Remainder if *right != 0 => left.wrapping_rem(*right),
                    _ => return None,
                };
                Some(Constant::Number(whole))
            }
            (Constant::Unsigned(left), Constant::Unsigned(right)) => {
                let whole = match functor {
                    Functor::Add => left.wrapping_add(*right),
                    Functor::Subtract => left.wrapping_sub(*right),
                    Functor::Multiply => left.wrapping_mul(*right),
                    Functor::Divide => left.checked_div(*right)?,
                    Functor::Remainder => left.checked_rem(*right)?,
                    _ => return None,
                };
                Some(Constant::Unsigned(whole))
            }
            (Constant::Float(left), Constant::Float(right)) => {
                let number = match functor {
                    Functor::Add => left + right,
                    Functor::Subtract => left - right,
                    Functor::Multiply => left * right,
                    Functor::Divide => left / right,
                    _ => return None,
                };
                Some(Constant::Float(number))
            }
            _ => None,
        },
    }
}

pub(super) fn fold(
    operator: AggregateOperator,
    primitive: Primitive,
    count: usize,
    values: Vec<Constant>,
) -> Option<Constant> {
    match operator {
        AggregateOperator::Count => Some(Constant::Number(count as i64)),
        AggregateOperator::Minimum => values.into_iter().min_by(order),
        AggregateOperator::Maximum => values.into_iter().max_by(order),
        AggregateOperator::Mean if values.is_empty() => None,
        AggregateOperator::Mean => {
            let sum: f64 = values.iter().map(as_float).sum();
            Some(Constant::Float(sum / values.len() as f64))
        }
        AggregateOperator::Sum => {
            let zero = match primitive {
                Primitive::Unsigned => Constant::Unsigned(0),
                Primitive::Float => Constant::Float(0.0),
                _ => Constant::Number(0),
            };
            let mut values = values.into_iter();
            values.try_fold(zero, |sum, next| call(Functor::Add, primitive, &[sum, next]))
        }
    }
}
