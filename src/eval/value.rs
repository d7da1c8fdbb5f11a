//! Values of expressions: what functors mean.

use std::cmp::Ordering;

use regex::Regex;
use rustc_hash::FxHashMap;

use super::batch::Batch;
use crate::diag::{Diagnostic, Span};
use crate::plan::Expression;
use crate::syntax::operators::{Functor, Test};
use crate::value::{Constant, Interner, Primitive, Word};

/// The interner of a run: one that may grow, or one that several threads read.
pub(super) enum Symbols<'a> {
    /// New words can be made.
    Grow(&'a mut Interner),
    /// Everything that comes up is known.
    Fixed(&'a Interner),
}

impl Symbols<'_> {
    pub(super) fn read(&self) -> &Interner {
        match self {
            Symbols::Grow(interner) => interner,
            Symbols::Fixed(interner) => interner,
        }
    }

    /// The word of a value. Where the interner is fixed and does not know it, there is none; plans
    /// see to it that this does not come up.
    pub(super) fn intern(&mut self, value: Value) -> Option<Word> {
        let interner = match self {
            Symbols::Grow(interner) => interner,
            Symbols::Fixed(interner) => {
                let constant = match value {
                    Value::Symbol(word) => return Some(word),
                    Value::Text(text) => Constant::Symbol(text.into()),
                    Value::Number(number) => Constant::Number(number),
                    Value::Unsigned(number) => Constant::Unsigned(number),
                    Value::Float(number) => Constant::Float(number),
                };
                let found = interner.find(&constant);
                debug_assert!(found.is_some(), "a rule that makes words ran in parallel");
                return found;
            }
        };
        Some(match value {
            Value::Symbol(word) => word,
            Value::Text(text) => interner.intern_symbol(&text),
            Value::Number(number) => interner.intern_number(number),
            Value::Unsigned(number) => interner.intern_unsigned(number),
            Value::Float(number) => interner.intern_float(number),
        })
    }
}

/// A value while it is computed with.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(i64),
    Unsigned(u64),
    Float(f64),
    /// A symbol that is interned.
    Symbol(Word),
    /// A symbol that may not be.
    Text(String),
}

impl Value {
    pub(super) fn new(word: Word, primitive: Primitive, interner: &Interner) -> Value {
        match primitive {
            Primitive::Symbol => Value::Symbol(word),
            Primitive::Number => Value::Number(interner.number(word)),
            Primitive::Unsigned => Value::Unsigned(interner.unsigned(word)),
            Primitive::Float => Value::Float(interner.float(word)),
        }
    }

    /// The text of a symbol; empty for numbers, which types keep away.
    pub(super) fn text<'a>(&'a self, interner: &'a Interner) -> &'a str {
        match self {
            Value::Symbol(word) => interner.symbol(*word),
            Value::Text(text) => text,
            _ => "",
        }
    }

    pub(super) fn number(&self) -> i64 {
        match self {
            Value::Number(number) => *number,
            Value::Unsigned(number) => *number as i64,
            Value::Float(number) => *number as i64,
            Value::Symbol(_) | Value::Text(_) => 0,
        }
    }

    pub(super) fn unsigned(&self) -> u64 {
        match self {
            Value::Number(number) => *number as u64,
            Value::Unsigned(number) => *number,
            Value::Float(number) => *number as u64,
            Value::Symbol(_) | Value::Text(_) => 0,
        }
    }

    pub(super) fn float(&self) -> f64 {
        match self {
            Value::Number(number) => *number as f64,
            Value::Unsigned(number) => *number as f64,
            Value::Float(number) => *number,
            Value::Symbol(_) | Value::Text(_) => 0.0,
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        match self {
            Value::Number(number) => *number == 0,
            Value::Unsigned(number) => *number == 0,
            Value::Float(number) => *number == 0.0,
            Value::Symbol(_) | Value::Text(_) => false,
        }
    }

    /// How two values of one kind compare: numbers by value, symbols by the bytes of their text.
    pub(super) fn compare(&self, other: &Value, interner: &Interner) -> Ordering {
        match (self, other) {
            (Value::Number(one), Value::Number(other)) => one.cmp(other),
            (Value::Unsigned(one), Value::Unsigned(other)) => one.cmp(other),
            (Value::Float(one), Value::Float(other)) => one.total_cmp(other),
            (Value::Symbol(one), Value::Symbol(other)) if one == other => Ordering::Equal,
            _ => self.text(interner).cmp(other.text(interner)),
        }
    }
}

/// What can go wrong with a value; the instance of the rule then yields nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Note {
    /// An integer was divided by zero.
    DivisionByZero,
    /// A text that is no number was to become one.
    NotANumber,
    /// A pattern is no regular expression.
    InvalidPattern,
    /// A range does not get anywhere.
    ZeroStep,
}

impl Note {
    /// What happened, as a sentence.
    pub fn message(self) -> &'static str {
        match self {
            Note::DivisionByZero => "division by zero: such instances of the rule yield nothing",
            Note::NotANumber => "a text that is not a number: such instances yield nothing",
            Note::InvalidPattern => "a pattern that is not a regular expression matches nothing",
            Note::ZeroStep => "a range with step 0 gives its first number only",
        }
    }
}

/// Something that went wrong with values at a place in the program, and how often.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Warning {
    /// What.
    pub note: Note,
    /// Where.
    pub span: Span,
    /// How often.
    pub count: u64,
}

impl Warning {
    /// The warning as a problem.
    pub fn diagnostic(&self) -> Diagnostic {
        let code = match self.note {
            Note::DivisionByZero => "AL0401",
            Note::NotANumber => "AL0402",
            Note::InvalidPattern => "AL0403",
            Note::ZeroStep => "AL0404",
        };
        let times = if self.count == 1 { "once".into() } else { format!("{} times", self.count) };
        Diagnostic::warning(code, self.note.message()).at(self.span, times)
    }
}

/// The warnings of a run, one a place and kind.
#[derive(Debug, Default)]
pub(super) struct Notes {
    list: Vec<Warning>,
}

impl Notes {
    pub(super) fn add(&mut self, note: Note, span: Span) {
        self.add_many(Warning { note, span, count: 1 });
    }

    fn add_many(&mut self, new: Warning) {
        match self.list.iter_mut().find(|old| old.note == new.note && old.span == new.span) {
            Some(warning) => warning.count += new.count,
            None => self.list.push(new),
        }
    }

    /// Takes in the warnings of another run.
    pub(super) fn absorb(&mut self, other: &mut Notes) {
        other.list.drain(..).for_each(|warning| self.add_many(warning));
    }

    /// The warnings by place, leaving none.
    pub(super) fn take(&mut self) -> Vec<Warning> {
        let mut list = std::mem::take(&mut self.list);
        list.sort_by_key(|warning| (warning.span, warning.note));
        list
    }
}

/// Regular expressions that were compiled, by the word of their text.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    compiled: FxHashMap<Word, Option<Regex>>,
}

impl Patterns {
    /// Whether a pattern matches the whole text; `None` if it is no pattern.
    pub(super) fn matches(
        &mut self,
        pattern: &Value,
        text: &str,
        interner: &Interner,
    ) -> Option<bool> {
        match pattern {
            Value::Symbol(word) => self
                .compiled
                .entry(*word)
                .or_insert_with(|| whole(interner.symbol(*word)))
                .as_ref()
                .map(|regex| regex.is_match(text)),
            other => whole(other.text(interner)).map(|regex| regex.is_match(text)),
        }
    }

    /// Forgets all patterns; words may mean something else in the next run.
    pub(super) fn clear(&mut self) {
        self.compiled.clear();
    }
}

/// What is no pattern by itself is none between parentheses either: `a)|(b`.
fn whole(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()?;
    Regex::new(&format!("^(?:{pattern})$")).ok()
}

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
    });
    let result = match (values.next(), values.next(), values.next()) {
        (Some(one), None, _) => unary(functor, primitive, one, interner),
        (Some(left), Some(right), None) => binary(functor, primitive, left, right, interner),
        (Some(one), Some(two), Some(three)) => {
            let all: Vec<Value> = [one, two, three].into_iter().chain(values).collect();
            many(functor, &all, interner)
        }
        (None, ..) => return None,
    };
    Some(match result.ok()? {
        Value::Number(number) => Constant::Number(number),
        Value::Unsigned(number) => Constant::Unsigned(number),
        Value::Float(number) => Constant::Float(number),
        Value::Symbol(word) => interner.constant(word, Primitive::Symbol),
        Value::Text(text) => Constant::Symbol(text.into()),
    })
}

/// How two constants of one kind compare: numbers by value, symbols by the bytes of their text.
pub fn compare(left: &Constant, right: &Constant) -> Ordering {
    match (left, right) {
        (Constant::Number(left), Constant::Number(right)) => left.cmp(right),
        (Constant::Unsigned(left), Constant::Unsigned(right)) => left.cmp(right),
        (Constant::Float(left), Constant::Float(right)) => left.total_cmp(right),
        (Constant::Symbol(left), Constant::Symbol(right)) => left.cmp(right),
        (left, right) => left.primitive().cmp(&right.primitive()),
    }
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

/// The value of an expression in one binding of a batch; `None` when there is none, with a note.
pub(super) fn value(
    expression: &Expression,
    batch: &Batch,
    at: usize,
    interner: &Interner,
    notes: &mut Notes,
) -> Option<Value> {
    match expression {
        Expression::Slot(slot, primitive) => {
            Some(Value::new(batch.column(*slot)[at], *primitive, interner))
        }
        Expression::Constant(word, constant) => {
            Some(Value::new(*word, constant.primitive(), interner))
        }
        Expression::Call { functor, primitive, arguments, span } => {
            let mut compute =
                |expression: &Expression| value(expression, batch, at, interner, notes);
            let result = match arguments.as_slice() {
                [one] => unary(*functor, *primitive, compute(one)?, interner),
                [left, right] => {
                    let (left, right) = (compute(left)?, compute(right)?);
                    binary(*functor, *primitive, left, right, interner)
                }
                _ => {
                    let mut values = Vec::with_capacity(arguments.len());
                    for argument in arguments {
                        values.push(compute(argument)?);
                    }
                    many(*functor, &values, interner)
                }
            };
            if let Err(note) = &result {
                notes.add(*note, *span);
            }
            result.ok()
        }
    }
}

fn unary(
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
            Primitive::Symbol => return Ok(value),
        };
        return parsed.ok_or(Note::NotANumber);
    }
    Ok(match to {
        Primitive::Number => Value::Number(value.number()),
        Primitive::Unsigned => Value::Unsigned(value.unsigned()),
        Primitive::Float => Value::Float(value.float()),
        Primitive::Symbol => value,
    })
}

/// As Souffle reads it: blanks before, a sign, `0x` or `0b`, nothing after.
fn parse_integer(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = i128::from(parse_digits(digits)?);
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

fn parse_unsigned(text: &str) -> Option<u64> {
    let text = text.trim_start();
    parse_digits(text.strip_prefix('+').unwrap_or(text))
}

fn parse_digits(digits: &str) -> Option<u64> {
    let (digits, radix) = if let Some(rest) = digits.strip_prefix("0x") {
        (rest, 16)
    } else if let Some(rest) = digits.strip_prefix("0b") {
        (rest, 2)
    } else {
        (digits, 10)
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { u64::from_str_radix(digits, radix).ok() } else { None }
}

fn binary(
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
                Functor::Power => left.wrapping_pow(right.min(u64::from(u32::MAX)) as u32),
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
        (base, 0..) => base.wrapping_pow(exponent.min(i64::from(u32::MAX)) as u32),
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

fn many(functor: Functor, values: &[Value], interner: &Interner) -> Result<Value, Note> {
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
        assert_eq!(number(Functor::Power, 2, -1), Ok(0));
        assert_eq!(number(Functor::ShiftRight, -8, 1), Ok(-4));
        assert_eq!(number(Functor::ShiftRightUnsigned, -1, 63), Ok(1));
    }

    #[test]
    fn text_becomes_a_number_only_as_a_whole() {
        let cases = [("12", Some(12)), (" -7", Some(-7)), ("+3", Some(3)), ("0x1f", Some(31))];
        for (text, expected) in cases {
            assert_eq!(parse_integer(text), expected, "{text}");
        }
        for text in ["", "x", "12a", "1 ", "--1", "1.5", "9223372036854775808"] {
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

    #[test]
    fn a_pattern_matches_the_whole_text_or_nothing() {
        let (mut patterns, mut interner) = (Patterns::default(), Interner::new());
        let pattern = Value::Symbol(interner.intern_symbol("a|b*"));
        assert_eq!(patterns.matches(&pattern, "bbb", &interner), Some(true));
        assert_eq!(patterns.matches(&pattern, "ab", &interner), Some(false));
        let broken = Value::Symbol(interner.intern_symbol("("));
        assert_eq!(patterns.matches(&broken, "(", &interner), None);
    }
}
