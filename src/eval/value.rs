//! Values of expressions, and what can go wrong with them.

use std::cmp::Ordering;

use regex::Regex;
use rustc_hash::FxHashMap;

use super::batch::Batch;
use super::functor::{binary, many, unary};
use crate::diag::{Diagnostic, Span};
use crate::plan::Expression;
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
            (Value::Float(one), Value::Float(other)) => {
                super::functor::compare_floats(*one, *other)
            }
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
pub(super) fn whole(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()?;
    Regex::new(&format!("^(?:{pattern})$")).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

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
