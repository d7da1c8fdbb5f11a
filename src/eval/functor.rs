//! What functors and tests mean, as Souffle has it: integers wrap, text is counted in bytes.

use std::cmp::Ordering;

use super::value::{Note, Value, whole};
use crate::syntax::operators::{Functor, Test};
use crate::value::{
    Constant, Interner, Primitive, Word, compare_constants, read_signed, read_unsigned,
};

/// The value of a functor on constants; `None` where it has none (a division by zero, a text that
/// is no number). What evaluation computes by the batch, one at a time: for explanations.
pub fn apply(
    functor: Functor,
    primitive: Primitive,
    arguments: &[Constant],
    interner: &Interner,
) -> Option<Constant> {
    let mut values = arguments.iter().map(|argument| match argument {
        Constant::Symbol(text) => match interner.find(argument) {
            Some(word) => Value::Symbol(word),
            None => Value::Text(text.to_string()),
        },
        Constant::Number(number) => Value::Number(*number),
        Constant::Unsigned(number) => Value::Unsigned(*number),
        Constant::Float(number) => Value::Float(*number),
        Constant::Record(_) => match interner.find(argument) {
            Some(word) => Value::Record(word),
            None => made(argument, interner),
        },
    });
    match functor {
        Functor::Field(at) => {
            let (record, branch) = (values.next()?, values.next()?);
            return Some(record.field(&branch, at, interner)?.constant(interner));
        }
        Functor::Record { .. } => {
            let branch = values.next()?;
            let fields: Vec<Value> = values.collect();
            return Some(Value::made(&branch, &fields, interner).ok()?.constant(interner));
        }
        _ => {}
    }
    let result = match (values.next(), values.next(), values.next()) {
        (Some(one), None, _) => unary(functor, primitive, one, interner),
        (Some(left), Some(right), None) => binary(functor, primitive, left, right, interner),
        (Some(one), Some(two), Some(three)) => {
            let all: Vec<Value> = [one, two, three].into_iter().chain(values).collect();
            many(functor, &all, interner)
        }
        (None, ..) => return None,
    };
    Some(result.ok()?.constant(interner))
}

/// A record that nobody interned, as a value.
fn made(constant: &Constant, interner: &Interner) -> Value {
    match constant {
        Constant::Record(Some(record)) => {
            let fields: Vec<Value> =
                record.fields.iter().map(|field| made(field, interner)).collect();
            let branch = Value::Text(record.branch.as_deref().unwrap_or_default().to_owned());
            Value::made(&branch, &fields, interner).unwrap_or(Value::Record(Word(0)))
        }
        Constant::Record(None) => Value::Record(Word(0)),
        Constant::Symbol(text) => Value::Text(text.to_string()),
        Constant::Number(number) => Value::Number(*number),
        Constant::Unsigned(number) => Value::Unsigned(*number),
        Constant::Float(number) => Value::Float(*number),
    }
}

/// How two constants of one kind compare: numbers by value, symbols by the bytes of their text.
pub fn compare(left: &Constant, right: &Constant) -> Ordering {
    match (left, right) {
        (Constant::Number(left), Constant::Number(right)) => left.cmp(right),
        (Constant::Unsigned(left), Constant::Unsigned(right)) => left.cmp(right),
        (Constant::Float(left), Constant::Float(right)) => compare_floats(*left, *right),
        (Constant::Symbol(left), Constant::Symbol(right)) => left.cmp(right),
        (left, right) => compare_constants(left, right),
    }
}

/// How two floats compare: zeros are equal, and what is no number comes behind or before all others.
pub(super) fn compare_floats(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.total_cmp(&right))
}

/// Whether a test on two symbols holds; `None` where the pattern is none.
pub fn test(test: Test, first: &Constant, second: &Constant) -> Option<bool> {
    match (test, first, second) {
        (Test::Contains, Constant::Symbol(part), Constant::Symbol(text)) => {
            Some(text.contains(&**part))
        }
        (Test::Match, Constant::Symbol(pattern), Constant::Symbol(text)) => {
            whole(pattern).map(|regex| regex.is_match(text))
        }
        _ => None,
    }
}

pub(super) fn unary(
    functor: Functor,
    primitive: Primitive,
    value: Value,
    interner: &Interner,
) -> Result<Value, Note> {
    let integer = |of: fn(i64) -> i64| match primitive {
        Primitive::Unsigned => Value::Unsigned(of(value.number()) as u64),
        _ => Value::Number(of(value.number())),
    };
    Ok(match functor {
        Functor::Negate if primitive == Primitive::Float => Value::Float(-value.float()),
        Functor::Negate => integer(i64::wrapping_neg),
        Functor::BitNot => integer(|number| !number),
        Functor::Not => integer(|number| i64::from(number == 0)),
        Functor::Length => Value::Number(value.text(interner).len() as i64),
        Functor::Ordinal => Value::Number(match value {
            Value::Symbol(word) => i64::from(word.0),
            ref other => interner
                .find(&Constant::Symbol(other.text(interner).into()))
                .map_or(0, |word| i64::from(word.0)),
        }),
        Functor::ToString => match value {
            Value::Number(number) => Value::Text(number.to_string()),
            Value::Unsigned(number) => Value::Text(number.to_string()),
            Value::Float(number) => Value::Text(format!("{number:.6}")),
            symbol => symbol,
        },
        Functor::ToNumber => convert(value, Primitive::Number, interner)?,
        Functor::ToUnsigned => convert(value, Primitive::Unsigned, interner)?,
        Functor::ToFloat => convert(value, Primitive::Float, interner)?,
        Functor::Convert => convert(value, primitive, interner)?,
        Functor::Cat | Functor::Minimum | Functor::Maximum => value,
        _ => return many(functor, &[value], interner),
    })
}

fn convert(value: Value, to: Primitive, interner: &Interner) -> Result<Value, Note> {
    if let Value::Symbol(_) | Value::Text(_) = value {
        let text = value.text(interner);
        let parsed = match to {
            Primitive::Number => parse_integer(text).map(Value::Number),
            Primitive::Unsigned => parse_unsigned(text).map(Value::Unsigned),
            Primitive::Float => text.trim_start().parse().ok().map(Value::Float),
            Primitive::Symbol | Primitive::Record => return Ok(value),
        };
        return parsed.ok_or(Note::NotANumber);
    }
    Ok(match to {
        Primitive::Number => Value::Number(value.number()),
        Primitive::Unsigned => Value::Unsigned(value.unsigned()),
        Primitive::Float => Value::Float(value.float()),
        Primitive::Symbol | Primitive::Record => value,
    })
}

/// As Souffle reads it: blanks before, a sign, `0x` or `0b`, nothing after.
fn parse_integer(text: &str) -> Option<i64> {
    let text = text.trim_start();
    match text.strip_prefix('+') {
        Some(digits) => i64::try_from(read_unsigned(digits)?).ok(),
        None => read_signed(text),
    }
}

fn parse_unsigned(text: &str) -> Option<u64> {
    let text = text.trim_start();
    read_unsigned(text.strip_prefix('+').unwrap_or(text))
}

pub(super) fn binary(
    functor: Functor,
    primitive: Primitive,
    left: Value,
    right: Value,
    interner: &Interner,
) -> Result<Value, Note> {
    if matches!(functor, Functor::Cat | Functor::Minimum | Functor::Maximum) {
        return many(functor, &[left, right], interner);
    }
    match primitive {
        Primitive::Float => {
            let (left, right) = (left.float(), right.float());
            Ok(Value::Float(match functor {
                Functor::Add => left + right,
                Functor::Subtract => left - right,
                Functor::Multiply => left * right,
                Functor::Divide => left / right,
                Functor::Remainder => left % right,
                Functor::Power => left.powf(right),
                _ => 0.0,
            }))
        }
        Primitive::Unsigned => {
            let (left, right) = (left.unsigned(), right.unsigned());
            let logical = |truth: bool| u64::from(truth);
            Ok(Value::Unsigned(match functor {
                Functor::Divide => left.checked_div(right).ok_or(Note::DivisionByZero)?,
                Functor::Remainder => left.checked_rem(right).ok_or(Note::DivisionByZero)?,
                Functor::Power => wrapping_power(left, right),
                Functor::ShiftLeft => left << (right & 63),
                Functor::ShiftRight | Functor::ShiftRightUnsigned => left >> (right & 63),
                Functor::And => logical(left != 0 && right != 0),
                Functor::Or => logical(left != 0 || right != 0),
                Functor::Xor => logical((left != 0) != (right != 0)),
                other => wrapping(other, left as i64, right as i64) as u64,
            }))
        }
        _ => {
            let (left, right) = (left.number(), right.number());
            Ok(Value::Number(match functor {
                Functor::Divide | Functor::Remainder if right == 0 => {
                    return Err(Note::DivisionByZero);
                }
                Functor::Divide => left.wrapping_div(right),
                Functor::Remainder => left.wrapping_rem(right),
                Functor::Power => power(left, right),
                Functor::ShiftLeft => left << (right & 63),
                Functor::ShiftRight => left >> (right & 63),
                Functor::ShiftRightUnsigned => ((left as u64) >> (right & 63)) as i64,
                Functor::And => i64::from(left != 0 && right != 0),
                Functor::Or => i64::from(left != 0 || right != 0),
                Functor::Xor => i64::from((left != 0) != (right != 0)),
                other => wrapping(other, left, right),
            }))
        }
    }
}

/// What is the same for signed and unsigned integers.
fn wrapping(functor: Functor, left: i64, right: i64) -> i64 {
    match functor {
        Functor::Add => left.wrapping_add(right),
        Functor::Subtract => left.wrapping_sub(right),
        Functor::Multiply => left.wrapping_mul(right),
        Functor::BitAnd => left & right,
        Functor::BitOr => left | right,
        Functor::BitXor => left ^ right,
        _ => 0,
    }
}

/// A negative exponent gives the truncated fraction.
fn power(base: i64, exponent: i64) -> i64 {
    match (base, exponent) {
        (base, 0..) => wrapping_power(base as u64, exponent as u64) as i64,
        (1, _) => 1,
        (-1, exponent) => {
            if exponent % 2 == 0 {
                1
            } else {
                -1
            }
        }
        _ => 0,
    }
}

/// A power in the numbers of 64 bits, whatever the exponent: squared and multiplied, a bit at a time.
fn wrapping_power(mut base: u64, mut exponent: u64) -> u64 {
    let mut power = 1u64;
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = power.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    power
}

pub(super) fn many(functor: Functor, values: &[Value], interner: &Interner) -> Result<Value, Note> {
    let best = |wanted: Ordering| {
        values
            .iter()
            .reduce(
                |best, value| {
                    if value.compare(best, interner) == wanted { value } else { best }
                },
            )
            .cloned()
            .unwrap_or(Value::Number(0))
    };
    Ok(match (functor, values) {
        (Functor::Cat, _) => Value::Text(values.iter().map(|value| value.text(interner)).collect()),
        (Functor::Minimum, _) => best(Ordering::Less),
        (Functor::Maximum, _) => best(Ordering::Greater),
        (Functor::Substring, [text, from, length]) => {
            let part = substring(text.text(interner), from.number(), length.number());
            Value::Text(part.to_owned())
        }
        _ => {
            debug_assert!(false, "a functor with a number of arguments it does not have");
            Value::Number(0)
        }
    })
}

/// Counted in bytes; an end inside a character moves to the character's start.
fn substring(text: &str, from: i64, length: i64) -> &str {
    let (Ok(from), Ok(length)) = (usize::try_from(from), usize::try_from(length)) else {
        return "";
    };
    if from >= text.len() {
        return "";
    }
    let floor = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    &text[floor(from)..floor(from.saturating_add(length).min(text.len()))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(functor: Functor, left: i64, right: i64) -> Result<i64, Note> {
        let interner = Interner::new();
        let (left, right) = (Value::Number(left), Value::Number(right));
        binary(functor, Primitive::Number, left, right, &interner).map(|value| value.number())
    }

    #[test]
    fn integers_wrap_and_division_goes_towards_zero() {
        assert_eq!(number(Functor::Add, i64::MAX, 1), Ok(i64::MIN));
        assert_eq!(number(Functor::Divide, -7, 2), Ok(-3));
        assert_eq!(number(Functor::Remainder, -7, 2), Ok(-1));
        assert_eq!(number(Functor::Divide, i64::MIN, -1), Ok(i64::MIN));
        assert_eq!(number(Functor::Divide, 1, 0), Err(Note::DivisionByZero));
        assert_eq!(number(Functor::Remainder, 1, 0), Err(Note::DivisionByZero));
        assert_eq!(number(Functor::Power, 2, 10), Ok(1024));
        for (base, exponent, power) in [
            (2, -1, 0),
            (0, 0, 1),
            (0, -3, 0),
            (1, i64::MIN, 1),
            (-1, -3, -1),
            (-1, i64::MAX, -1),
            (3, 41, 36_472_996_377_170_786_403u128 as i64),
            (2, i64::MAX, 0),
            // 3 to the power of 2^62 is 1 in 64 bits, so one less is the inverse of 3.
            (3, (1 << 62) - 1, -6_148_914_691_236_517_205),
        ] {
            assert_eq!(number(Functor::Power, base, exponent), Ok(power), "{base} ^ {exponent}");
        }
        assert_eq!(number(Functor::ShiftRight, -8, 1), Ok(-4));
        assert_eq!(number(Functor::ShiftRightUnsigned, -1, 63), Ok(1));
    }

    #[test]
    fn text_becomes_a_number_only_as_a_whole() {
        let cases = [("12", Some(12)), (" -7", Some(-7)), ("+3", Some(3)), ("0x1f", Some(31))];
        for (text, expected) in cases {
            assert_eq!(parse_integer(text), expected, "{text}");
        }
        for text in
            ["", "x", "12a", "1 ", "--1", "+-1", "0x-1", "-+1", "1.5", "9223372036854775808"]
        {
            assert_eq!(parse_integer(text), None, "{text}");
        }
        assert_eq!(parse_integer("-9223372036854775808"), Some(i64::MIN));
    }

    #[test]
    fn a_substring_counts_bytes_and_never_splits_a_character() {
        assert_eq!(substring("Auction", 1, 3), "uct");
        assert_eq!(substring("Auction", 5, 100), "on");
        assert_eq!(substring("Auction", 7, 1), "");
        assert_eq!(substring("Auction", -1, 2), "");
        assert_eq!(substring("é", 0, 1), "");
        assert_eq!(substring("aéb", 0, 3), "aé");
    }
}
