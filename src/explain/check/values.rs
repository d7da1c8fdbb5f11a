//! What comparisons, functors and aggregates mean, said once more and independently.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analyze::program::Term;
use crate::syntax::operators::{AggregateOperator, Comparison, Functor};
use crate::value::{Constant, Primitive, Record, VariableId, compare_constants};

pub(super) fn equal(left: &Constant, right: &Constant) -> bool {
    order(left, right) == Ordering::Equal
}

fn order(left: &Constant, right: &Constant) -> Ordering {
    match (left, right) {
        (Constant::Symbol(left), Constant::Symbol(right)) => left.cmp(right),
        (Constant::Number(left), Constant::Number(right)) => left.cmp(right),
        (Constant::Unsigned(left), Constant::Unsigned(right)) => left.cmp(right),
        (Constant::Record(_), _) | (_, Constant::Record(_)) => compare_constants(left, right),
        (left, right) => {
            let (left, right) = (as_float(left), as_float(right));
            left.partial_cmp(&right).unwrap_or_else(|| left.total_cmp(&right))
        }
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

fn as_float(value: &Constant) -> f64 {
    match value {
        Constant::Number(number) => *number as f64,
        Constant::Unsigned(number) => *number as f64,
        Constant::Float(number) => *number,
        Constant::Symbol(_) | Constant::Record(_) => f64::NAN,
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

/// The value of a functor, if it has one. An ordinal is a number of the interner, which nobody here
/// knows: it counts as unknown.
pub(super) fn call(
    functor: Functor,
    primitive: Primitive,
    values: &[Constant],
) -> Option<Constant> {
    let text = |at: usize| match values.get(at)? {
        Constant::Float(number) => Some(format!("{number:.6}")),
        other => Some(other.to_string()),
    };
    let symbol = |text: String| Some(Constant::Symbol(Arc::from(text)));
    match functor {
        Functor::Record { .. } => {
            let (first, fields) = values.split_first()?;
            let Constant::Symbol(name) = first else { return None };
            let branch = if name.is_empty() { None } else { Some(Arc::clone(name)) };
            Some(Constant::Record(Some(Arc::new(Record { branch, fields: fields.to_vec() }))))
        }
        Functor::Field(at) => match values {
            [Constant::Record(Some(record)), Constant::Symbol(name)]
                if record.branch.as_deref().unwrap_or("") == &**name =>
            {
                record.fields.get(at as usize).cloned()
            }
            _ => None,
        },
        Functor::Cat => symbol((0..values.len()).filter_map(text).collect()),
        Functor::ToString => symbol(text(0)?),
        Functor::Length => Some(Constant::Number(text(0)?.len() as i64)),
        Functor::Substring => {
            let (whole, from, length) = (text(0)?, text(1)?.parse::<usize>(), text(2)?.parse());
            let (Ok(from), Ok(length)) = (from, length) else { return symbol(String::new()) };
            let begins = |at: &usize| whole.is_char_boundary(*at);
            let begin = |at: usize| (0..=at.min(whole.len())).rev().find(begins);
            let (first, last) = (begin(from)?, begin(from.saturating_add(length))?);
            symbol(if from < whole.len() { whole[first..last].to_owned() } else { String::new() })
        }
        Functor::ToNumber => convert(values.first()?, Primitive::Number),
        Functor::ToUnsigned => convert(values.first()?, Primitive::Unsigned),
        Functor::ToFloat => convert(values.first()?, Primitive::Float),
        Functor::Convert => convert(values.first()?, primitive),
        Functor::Minimum => values.iter().min_by(|a, b| order(a, b)).cloned(),
        Functor::Maximum => values.iter().max_by(|a, b| order(a, b)).cloned(),
        Functor::Ordinal => None,
        _ => match values {
            [Constant::Float(one)] => float(functor, 0.0, *one),
            [Constant::Float(left), Constant::Float(right)] => float(functor, *left, *right),
            [Constant::Unsigned(one)] => unsigned(functor, 0, *one),
            [Constant::Unsigned(left), Constant::Unsigned(right)] => {
                unsigned(functor, *left, *right)
            }
            [Constant::Number(one)] => signed(functor, 0, *one).map(Constant::Number),
            [Constant::Number(left), Constant::Number(right)] => {
                signed(functor, *left, *right).map(Constant::Number)
            }
            _ => None,
        },
    }
}

fn convert(value: &Constant, to: Primitive) -> Option<Constant> {
    Some(match (value, to) {
        (Constant::Symbol(text), Primitive::Number) => {
            Constant::Number(integer(text)?.try_into().ok()?)
        }
        (Constant::Symbol(text), Primitive::Unsigned) if !text.contains('-') => {
            Constant::Unsigned(integer(text)?.try_into().ok()?)
        }
        (Constant::Symbol(_), Primitive::Unsigned) => return None,
        (Constant::Symbol(text), Primitive::Float) => {
            Constant::Float(text.trim_start().parse().ok()?)
        }
        (Constant::Float(number), Primitive::Number) => Constant::Number(*number as i64),
        (Constant::Float(number), Primitive::Unsigned) => Constant::Unsigned(*number as u64),
        (Constant::Unsigned(number), Primitive::Number) => Constant::Number(*number as i64),
        (Constant::Number(number), Primitive::Unsigned) => Constant::Unsigned(*number as u64),
        (number, Primitive::Float) => Constant::Float(as_float(number)),
        (same, _) => same.clone(),
    })
}

/// Blanks, a sign, and digits of base ten, sixteen (`0x`) or two (`0b`).
fn integer(text: &str) -> Option<i128> {
    let text = text.trim_start();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let based = |prefix| digits.strip_prefix(prefix);
    let (digits, base) = match (based("0x"), based("0b")) {
        (Some(digits), _) => (digits, 16),
        (_, Some(digits)) => (digits, 2),
        _ => (digits, 10),
    };
    if digits.is_empty() {
        return None;
    }
    let number = digits.chars().try_fold(0i128, |number, digit| {
        number.checked_mul(i128::from(base))?.checked_add(digit.to_digit(base)?.into())
    })?;
    Some(if text.starts_with('-') { -number } else { number })
}

fn float(functor: Functor, left: f64, right: f64) -> Option<Constant> {
    Some(Constant::Float(match functor {
        Functor::Add => left + right,
        Functor::Subtract => left - right,
        Functor::Multiply => left * right,
        Functor::Divide => left / right,
        Functor::Remainder => left % right,
        Functor::Power => left.powf(right),
        Functor::Negate => -right,
        _ => return None,
    }))
}

fn unsigned(functor: Functor, left: u64, right: u64) -> Option<Constant> {
    Some(Constant::Unsigned(match functor {
        Functor::Divide => left.checked_div(right)?,
        Functor::Remainder => left.checked_rem(right)?,
        Functor::ShiftRight => left.wrapping_shr(right as u32),
        Functor::Power => power(left as i64, right) as u64,
        other => signed(other, left as i64, right as i64)? as u64,
    }))
}

fn signed(functor: Functor, left: i64, right: i64) -> Option<i64> {
    Some(match functor {
        Functor::Divide | Functor::Remainder if right == 0 => return None,
        Functor::Divide => left.wrapping_div(right),
        Functor::Remainder => left.wrapping_rem(right),
        // Below 0 lie the fractions 1/left, 1/left^2, ... cut to whole numbers.
        Functor::Power if right < 0 => match left {
            1 => 1,
            -1 => 1 - 2 * (right & 1),
            _ => 0,
        },
        Functor::Power => power(left, right as u64),
        Functor::ShiftLeft => left.wrapping_shl(right as u32),
        Functor::ShiftRight => left.wrapping_shr(right as u32),
        Functor::ShiftRightUnsigned => (left as u64).wrapping_shr(right as u32) as i64,
        Functor::And => i64::from(left != 0 && right != 0),
        Functor::Or => i64::from(left != 0 || right != 0),
        Functor::Xor => i64::from((left != 0) != (right != 0)),
        Functor::Not => i64::from(right == 0),
        Functor::BitAnd => left & right,
        Functor::BitOr => left | right,
        Functor::BitXor => left ^ right,
        Functor::BitNot => !right,
        Functor::Negate => right.wrapping_neg(),
        Functor::Add => left.wrapping_add(right),
        Functor::Subtract => left.wrapping_sub(right),
        Functor::Multiply => left.wrapping_mul(right),
        _ => return None,
    })
}

fn power(base: i64, exponent: u64) -> i64 {
    if exponent == 0 {
        return 1;
    }
    let half = power(base, exponent / 2);
    let square = half.wrapping_mul(half);
    if exponent.is_multiple_of(2) { square } else { square.wrapping_mul(base) }
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

/// The values from one to another, the last left out; a step of nothing gives the first alone.
pub(super) fn range(
    primitive: Primitive,
    from: &Constant,
    to: &Constant,
    step: Option<&Constant>,
) -> Vec<Constant> {
    let ahead = order(from, to).is_le();
    let one = match primitive {
        Primitive::Float => Constant::Float(1.0),
        Primitive::Unsigned => Constant::Unsigned(1),
        _ => Constant::Number(1),
    };
    let back = step.map_or(!ahead, |step| as_float(step) < 0.0);
    let still = step.is_some_and(|step| as_float(step) == 0.0);
    let step = step.cloned().unwrap_or(one);
    // Without a step of its own a range counts down by one where it has to.
    let functor = if back && as_float(&step) > 0.0 { Functor::Subtract } else { Functor::Add };
    let mut values = Vec::new();
    let mut at = from.clone();
    while if back {
        order(&at, to).is_gt()
    } else {
        order(&at, to).is_lt() || still && !equal(&at, to)
    } {
        let Some(next) = call(functor, primitive, &[at.clone(), step.clone()]) else { break };
        let ends = still || order(&next, &at).is_gt() == back;
        values.push(std::mem::replace(&mut at, next));
        if ends {
            break;
        }
    }
    values
}
