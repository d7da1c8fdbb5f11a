//! Values of expressions, and what can go wrong with them.

use std::cmp::Ordering;
use std::sync::Arc;

use regex::Regex;
use rustc_hash::FxHashMap;

use super::batch::Batch;
use super::functor::{binary, many, unary};
use super::limits::StopReason;
use crate::diag::{Diagnostic, Span};
use crate::plan::Expression;
use crate::syntax::operators::Functor;
use crate::value::{Constant, Interner, MOST_NESTED, Primitive, Record, Word, compare_constants};

/// The interner of a run: one that may grow, or one that several threads read.
pub(super) enum Symbols<'a> {
    /// New words can be made, while its texts take at most so many bytes.
    Grow(&'a mut Interner, usize),
    /// Everything that comes up is known.
    Fixed(&'a Interner),
}

impl Symbols<'_> {
    pub(super) fn read(&self) -> &Interner {
        match self {
            Symbols::Grow(interner, _) => interner,
            Symbols::Fixed(interner) => interner,
        }
    }

    /// Whether its texts take no more than they may. Once they do, no text is made.
    pub(super) fn check(&self) -> Result<(), StopReason> {
        match self {
            Symbols::Grow(interner, most) if interner.text_bytes() > *most => {
                Err(StopReason::Memory(*most))
            }
            _ => Ok(()),
        }
    }

    /// The word of a value. Where the interner is fixed and does not know it, there is none; plans
    /// see to it that this does not come up. Nor is there where [`Symbols::check`] fails.
    pub(super) fn intern(&mut self, value: Value) -> Option<Word> {
        let (interner, most) = match self {
            Symbols::Grow(interner, most) => (interner, *most),
            Symbols::Fixed(interner) => {
                if let Value::Symbol(word) | Value::Record(word) = value {
                    return Some(word);
                }
                let found = interner.find(&value.constant(interner));
                debug_assert!(found.is_some(), "a rule that makes words ran in parallel");
                return found;
            }
        };
        Some(match value {
            Value::Symbol(word) | Value::Record(word) => word,
            Value::Made(made) => {
                let fields = made.fields.iter();
                let fields: Option<Vec<(Primitive, Word)>> =
                    fields.map(|it| Some((it.kind(), self.intern(it.clone())?))).collect();
                let Symbols::Grow(interner, _) = self else { return None };
                return interner.intern_record(made.branch.clone(), fields?);
            }
            Value::Text(_) if interner.text_bytes() > most => return None,
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
    /// A record that is interned.
    Record(Word),
    /// A record that may not be.
    Made(Arc<Made>),
}

/// A record that was put together.
#[derive(Clone, Debug)]
pub(super) struct Made {
    branch: Option<Arc<str>>,
    fields: Vec<Value>,
    depth: u32,
}

impl Value {
    /// A record of a branch, whose name is empty for plain records, and its fields.
    pub(super) fn made(
        branch: &Value,
        fields: &[Value],
        interner: &Interner,
    ) -> Result<Value, Note> {
        let branch = Some(branch.text(interner)).filter(|it| !it.is_empty()).map(Arc::from);
        let depth = |field: &Value| match field {
            Value::Record(word) => interner.record(*word).map_or(0, |record| record.depth),
            Value::Made(made) => made.depth,
            _ => 0,
        };
        let depth = fields.iter().map(depth).max().unwrap_or_default() + 1;
        if depth > MOST_NESTED {
            return Err(Note::TooDeep);
        }
        Ok(Value::Made(Arc::new(Made { branch, fields: fields.to_vec(), depth })))
    }

    /// A field of a record of this branch, counted from 0.
    pub(super) fn field(&self, branch: &Value, at: u32, interner: &Interner) -> Option<Value> {
        let branch = branch.text(interner);
        match self {
            Value::Record(word) => {
                let record = interner.record(*word)?;
                let (kind, word) = record.fields.get(at as usize)?;
                let same = record.branch.as_deref().unwrap_or_default() == branch;
                same.then(|| Value::new(*word, *kind, interner))
            }
            Value::Made(made) if made.branch.as_deref().unwrap_or_default() == branch => {
                made.fields.get(at as usize).cloned()
            }
            _ => None,
        }
    }

    /// The value as a constant.
    pub(super) fn constant(&self, interner: &Interner) -> Constant {
        match self {
            Value::Number(number) => Constant::Number(*number),
            Value::Unsigned(number) => Constant::Unsigned(*number),
            Value::Float(number) => Constant::Float(*number),
            Value::Symbol(word) => interner.constant(*word, Primitive::Symbol),
            Value::Text(text) => Constant::Symbol(text.as_str().into()),
            Value::Record(word) => interner.constant(*word, Primitive::Record),
            Value::Made(made) => Constant::Record(Some(Arc::new(Record {
                branch: made.branch.clone(),
                fields: made.fields.iter().map(|field| field.constant(interner)).collect(),
            }))),
        }
    }

    fn kind(&self) -> Primitive {
        match self {
            Value::Number(_) => Primitive::Number,
            Value::Unsigned(_) => Primitive::Unsigned,
            Value::Float(_) => Primitive::Float,
            Value::Symbol(_) | Value::Text(_) => Primitive::Symbol,
            Value::Record(_) | Value::Made(_) => Primitive::Record,
        }
    }

    pub(super) fn new(word: Word, primitive: Primitive, interner: &Interner) -> Value {
        match primitive {
            Primitive::Symbol => Value::Symbol(word),
            Primitive::Number => Value::Number(interner.number(word)),
            Primitive::Unsigned => Value::Unsigned(interner.unsigned(word)),
            Primitive::Float => Value::Float(interner.float(word)),
            Primitive::Record => Value::Record(word),
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
            _ => 0,
        }
    }

    pub(super) fn unsigned(&self) -> u64 {
        match self {
            Value::Number(number) => *number as u64,
            Value::Unsigned(number) => *number,
            Value::Float(number) => *number as u64,
            _ => 0,
        }
    }

    pub(super) fn float(&self) -> f64 {
        match self {
            Value::Number(number) => *number as f64,
            Value::Unsigned(number) => *number as f64,
            Value::Float(number) => *number,
            _ => 0.0,
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        match self {
            Value::Number(number) => *number == 0,
            Value::Unsigned(number) => *number == 0,
            Value::Float(number) => *number == 0.0,
            _ => false,
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
            (Value::Record(one), Value::Record(other)) if one == other => Ordering::Equal,
            (Value::Record(_) | Value::Made(_), Value::Record(_) | Value::Made(_)) => {
                compare_constants(&self.constant(interner), &other.constant(interner))
            }
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
    /// Records nest too deep.
    TooDeep,
}

impl Note {
    /// What happened, as a sentence.
    pub fn message(self) -> &'static str {
        match self {
            Note::DivisionByZero => "division by zero: such instances of the rule yield nothing",
            Note::NotANumber => "a text that is not a number: such instances yield nothing",
            Note::InvalidPattern => "a pattern that is not a regular expression matches nothing",
            Note::ZeroStep => "a range with step 0 gives its first number only",
            Note::TooDeep => "records nested more than 1000 deep: such instances yield nothing",
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
            Note::TooDeep => "AL0405",
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
    row: usize,
    interner: &Interner,
    notes: &mut Notes,
) -> Option<Value> {
    match expression {
        Expression::Slot(slot, primitive) => {
            Some(Value::new(batch.column(*slot)[row], *primitive, interner))
        }
        Expression::Constant(word, constant) => {
            Some(Value::new(*word, constant.primitive(), interner))
        }
        Expression::Call { functor: Functor::Field(at), arguments, .. } => {
            let [record, branch] = arguments.as_slice() else { return None };
            let record = value(record, batch, row, interner, notes)?;
            record.field(&value(branch, batch, row, interner, notes)?, *at, interner)
        }
        Expression::Call { functor, primitive, arguments, span } => {
            let mut compute =
                |expression: &Expression| value(expression, batch, row, interner, notes);
            let result = match arguments.as_slice() {
                [branch, fields @ ..] if matches!(functor, Functor::Record { .. }) => {
                    let branch = compute(branch)?;
                    let fields: Option<Vec<Value>> = fields.iter().map(compute).collect();
                    Value::made(&branch, &fields?, interner)
                }
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
