//! What functors, comparisons and aggregates mean to the slow twin, written from Souffle's
//! documentation and sharing nothing with the engine but the names of the operators.

use std::cmp::Ordering;
use std::sync::Arc;

use archlog::syntax::operators::{AggregateOperator, Comparison, Functor, Test};
use archlog::value::{Constant, Primitive, Record};

/// A constant with a total order: by number or by the bytes of the text.
#[derive(Clone, Debug)]
pub struct Value(pub Constant);

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Constant::Symbol(a), Constant::Symbol(b)) => a.cmp(b),
            (Constant::Number(a), Constant::Number(b)) => a.cmp(b),
            (Constant::Unsigned(a), Constant::Unsigned(b)) => a.cmp(b),
            // What is no number is one value, whatever its sign.
            (Constant::Float(a), Constant::Float(b)) if a.is_nan() && b.is_nan() => Ordering::Equal,
            (Constant::Float(a), Constant::Float(b)) => a.total_cmp(b),
            (Constant::Record(a), Constant::Record(b)) => match (a, b) {
                (Some(a), Some(b)) => a.branch.cmp(&b.branch).then_with(|| {
                    let wrapped = |it: &Record| it.fields.iter().cloned().map(Value).collect();
                    let (a, b): (Vec<Value>, Vec<Value>) = (wrapped(a), wrapped(b));
                    a.cmp(&b)
                }),
                (a, b) => a.is_some().cmp(&b.is_some()),
            },
            (a, b) => panic!("{a:?} and {b:?} are never compared"),
        }
    }
}

fn symbol(text: impl AsRef<str>) -> Option<Value> {
    Some(Value(Constant::Symbol(Arc::from(text.as_ref()))))
}

fn number(number: i64) -> Option<Value> {
    Some(Value(Constant::Number(number)))
}

impl Value {
    fn text(&self) -> &str {
        match &self.0 {
            Constant::Symbol(text) => text,
            other => panic!("{other:?} is no text"),
        }
    }

    fn to_i64(&self) -> i64 {
        match self.0 {
            Constant::Number(number) => number,
            Constant::Unsigned(number) => number as i64,
            Constant::Float(number) => number as i64,
            _ => panic!("a text is no number"),
        }
    }

    fn to_f64(&self) -> f64 {
        match self.0 {
            Constant::Float(number) => number,
            Constant::Unsigned(number) => number as f64,
            _ => self.to_i64() as f64,
        }
    }
}

pub fn compares(comparison: Comparison, left: &Value, right: &Value) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

/// Whether a test holds; nothing where the pattern is none, and then it neither holds nor fails.
pub fn test(test: Test, first: &Value, second: &Value) -> Option<bool> {
    match test {
        Test::Contains => Some(second.text().contains(first.text())),
        Test::Match => {
            let pattern = regex::Regex::new(first.text()).ok()?;
            let whole = regex::Regex::new(&format!(r"\A(?:{pattern})\z")).ok()?;
            Some(whole.is_match(second.text()))
        }
    }
}

/// The values from one to another, the last left out; a step of nothing gives the first alone.
pub fn range(from: &Value, to: &Value, step: Option<&Value>) -> Vec<Value> {
    if let Constant::Float(_) = from.0 {
        let (from, to) = (from.to_f64(), to.to_f64());
        let step = step.map_or(if from <= to { 1.0 } else { -1.0 }, Value::to_f64);
        let inside = |at: &f64| if step < 0.0 { *at > to } else { *at < to };
        let count = if step == 0.0 { usize::from(from != to) } else { usize::MAX };
        let values = (0..).map(|at| from + step * f64::from(at)).take(count);
        return values
            .take_while(|at| step == 0.0 || inside(at))
            .map(|at| Value(Constant::Float(at)))
            .collect();
    }
    let unsigned = matches!(from.0, Constant::Unsigned(_));
    let wide = |value: &Value| match value.0 {
        Constant::Unsigned(number) => i128::from(number),
        _ => i128::from(value.to_i64()),
    };
    let (from, to) = (wide(from), wide(to));
    let step = step.map_or(if from <= to { 1 } else { -1 }, wide);
    let mut values = Vec::new();
    let mut at = from;
    while if step < 0 { at > to } else { at < to || step == 0 && at != to } {
        values.push(at);
        at += step;
        if step == 0 {
            break;
        }
    }
    let constant = |at: i128| match unsigned {
        true => Constant::Unsigned(at as u64),
        false => Constant::Number(at as i64),
    };
    values.into_iter().map(|at| Value(constant(at))).collect()
}

/// What an aggregate makes of its solutions' targets (`solutions` of them for a count).
pub fn fold(
    operator: AggregateOperator,
    primitive: Primitive,
    solutions: usize,
    targets: &[Value],
) -> Option<Value> {
    let zero = match primitive {
        Primitive::Unsigned => Constant::Unsigned(0),
        Primitive::Float => Constant::Float(0.0),
        _ => Constant::Number(0),
    };
    match operator {
        AggregateOperator::Count => number(solutions as i64),
        AggregateOperator::Sum => targets
            .iter()
            .try_fold(Value(zero), |sum, next| call(Functor::Add, primitive, &[sum, next.clone()])),
        AggregateOperator::Minimum => targets.iter().min().cloned(),
        AggregateOperator::Maximum => targets.iter().max().cloned(),
        AggregateOperator::Mean if targets.is_empty() => None,
        AggregateOperator::Mean => {
            let sum: f64 = targets.iter().map(Value::to_f64).sum();
            Some(Value(Constant::Float(sum / targets.len() as f64)))
        }
    }
}

/// The value of a functor, if it has one.
pub fn call(functor: Functor, primitive: Primitive, values: &[Value]) -> Option<Value> {
    let digits = |text: &str| text.trim_start().parse::<i64>().ok();
    match (functor, values) {
        (Functor::Record { .. }, [branch, fields @ ..]) => {
            let branch = Some(branch.text()).filter(|it| !it.is_empty()).map(Arc::from);
            let fields = fields.iter().map(|field| field.0.clone()).collect();
            Some(Value(Constant::Record(Some(Arc::new(Record { branch, fields })))))
        }
        (Functor::Field(at), [record, branch]) => match &record.0 {
            Constant::Record(Some(record))
                if record.branch.as_deref().unwrap_or("") == branch.text() =>
            {
                record.fields.get(at as usize).cloned().map(Value)
            }
            _ => None,
        },
        (Functor::Cat, _) => symbol(values.iter().map(Value::text).collect::<String>()),
        (Functor::Length, [text]) => number(text.text().len() as i64),
        (Functor::Substring, [text, from, length]) => {
            // Bytes are counted; a place within a character is taken back to where it begins.
            let text = text.text();
            let (from, length) = (usize::try_from(from.to_i64()), usize::try_from(length.to_i64()));
            let (Ok(from), Ok(length)) = (from, length) else { return symbol("") };
            if from >= text.len() {
                return symbol("");
            }
            let begins = |at: &usize| text.is_char_boundary(*at);
            let begin = |at: usize| (0..=at.min(text.len())).rev().find(begins).unwrap();
            symbol(&text[begin(from)..begin(from.saturating_add(length))])
        }
        // Any number will do, as long as it is the symbol's own.
        (Functor::Ordinal, [text]) => number(
            text.text()
                .bytes()
                .fold(1i64, |sum, byte| sum.wrapping_mul(257).wrapping_add(i64::from(byte))),
        ),
        (Functor::ToString, [value]) => match &value.0 {
            Constant::Float(number) => symbol(format!("{number:.6}")),
            other => symbol(other.to_string()),
        },
        (
            Functor::ToNumber | Functor::ToUnsigned | Functor::ToFloat | Functor::Convert,
            [value],
        ) => {
            let to = match functor {
                Functor::ToNumber => Primitive::Number,
                Functor::ToUnsigned => Primitive::Unsigned,
                Functor::ToFloat => Primitive::Float,
                _ => primitive,
            };
            Some(Value(match (&value.0, to) {
                (Constant::Symbol(text), Primitive::Number) => Constant::Number(digits(text)?),
                (Constant::Symbol(text), Primitive::Unsigned) => {
                    Constant::Unsigned(digits(text)?.try_into().ok()?)
                }
                (Constant::Symbol(text), Primitive::Float) => Constant::Float(text.parse().ok()?),
                (_, Primitive::Number) => Constant::Number(value.to_i64()),
                (Constant::Float(number), Primitive::Unsigned) => {
                    Constant::Unsigned(*number as u64)
                }
                (_, Primitive::Unsigned) => Constant::Unsigned(value.to_i64() as u64),
                (_, Primitive::Float) => Constant::Float(value.to_f64()),
                (_, Primitive::Symbol | Primitive::Record) => value.0.clone(),
            }))
        }
        (Functor::Minimum, _) => values.iter().min().cloned(),
        (Functor::Maximum, _) => values.iter().max().cloned(),
        (_, [one]) => match &one.0 {
            Constant::Float(number) => float(functor, 0.0, *number),
            Constant::Unsigned(number) => unsigned(functor, 0, *number),
            _ => signed(functor, 0, one.to_i64()),
        },
        (_, [left, right]) => match (&left.0, &right.0) {
            (Constant::Float(left), Constant::Float(right)) => float(functor, *left, *right),
            (Constant::Unsigned(left), Constant::Unsigned(right)) => {
                unsigned(functor, *left, *right)
            }
            (Constant::Number(left), Constant::Number(right)) => signed(functor, *left, *right),
            other => panic!("{functor:?} of {other:?}"),
        },
        _ => panic!("{functor:?} of {values:?}"),
    }
}

fn float(functor: Functor, left: f64, right: f64) -> Option<Value> {
    Some(Value(Constant::Float(match functor {
        Functor::Add => left + right,
        Functor::Subtract => left - right,
        Functor::Multiply => left * right,
        Functor::Divide => left / right,
        Functor::Power => left.powf(right),
        Functor::Negate => -right,
        other => panic!("{other:?} on floats"),
    })))
}

fn signed(functor: Functor, left: i64, right: i64) -> Option<Value> {
    let truth = i64::from;
    number(match functor {
        Functor::Divide | Functor::Remainder if right == 0 => return None,
        Functor::Divide => left.wrapping_div(right),
        Functor::Remainder => left.wrapping_rem(right),
        Functor::Power => (0..right).fold(1, |power: i64, _| power.wrapping_mul(left)),
        Functor::ShiftLeft => left.wrapping_shl(right as u32),
        Functor::ShiftRight => left.wrapping_shr(right as u32),
        Functor::ShiftRightUnsigned => (left as u64).wrapping_shr(right as u32) as i64,
        Functor::And => truth(left != 0 && right != 0),
        Functor::Or => truth(left != 0 || right != 0),
        Functor::Xor => truth((left != 0) != (right != 0)),
        Functor::Not => truth(right == 0),
        Functor::BitAnd => left & right,
        Functor::BitOr => left | right,
        Functor::BitXor => left ^ right,
        Functor::BitNot => !right,
        Functor::Negate => right.wrapping_neg(),
        Functor::Add => left.wrapping_add(right),
        Functor::Subtract => left.wrapping_sub(right),
        Functor::Multiply => left.wrapping_mul(right),
        other => panic!("{other:?} on numbers"),
    })
}

fn unsigned(functor: Functor, left: u64, right: u64) -> Option<Value> {
    Some(Value(Constant::Unsigned(match functor {
        Functor::Divide | Functor::Remainder if right == 0 => return None,
        Functor::Divide => left / right,
        Functor::Remainder => left % right,
        Functor::ShiftRight => left.wrapping_shr(right as u32),
        other => match signed(other, left as i64, right as i64)?.0 {
            Constant::Number(number) => number as u64,
            other => panic!("{other:?} is no number"),
        },
    })))
}
