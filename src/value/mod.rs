//! Constants as machine words.
//!
//! Every constant of a program becomes a [`Word`], a `u32`, when it is loaded. Equal constants of
//! one type have equal words, so that joining, hashing and comparing for equality never look at
//! text. What a word means depends on the type of its column:
//!
//! | type | word |
//! | --- | --- |
//! | `symbol` | the number of the text in the interner's table of symbols |
//! | `number`, `unsigned` | the value itself below 2^31, else [`WIDE`] plus an index into the table of wide values |
//! | a record or branch | 0 for `nil`, else one more than an index into the table of records |
//! | `float` | [`WIDE`] plus an index into the table of wide values, always |
//!
//! Order is *not* preserved by words: comparisons of order go through [`Interner::number`] and its
//! like.
//!
//! An interner can stand on a frozen base: what the base knows keeps its word, what is new is
//! numbered from where the base ends. Many designs are derived at once over one knowledge base
//! that way, with no lock.

mod interner;

use std::fmt;
use std::sync::Arc;

pub use interner::Interner;

/// Set in the word of every value that lives in the table of wide values.
pub const WIDE: u32 = 1 << 31;

/// A constant, as the engine sees it: 32 bits whose meaning the column's type gives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Word(pub u32);

/// The four kinds of value that a column can hold; every declared type has one of them below it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Primitive {
    /// Text.
    Symbol,
    /// A signed 64-bit integer; arithmetic wraps.
    Number,
    /// An unsigned 64-bit integer; arithmetic wraps.
    Unsigned,
    /// A 64-bit floating-point number.
    Float,
    /// A record, a branch of an algebraic data type, or `nil`.
    Record,
}

impl Primitive {
    /// The name of the type as a program writes it.
    pub fn name(self) -> &'static str {
        match self {
            Primitive::Symbol => "symbol",
            Primitive::Number => "number",
            Primitive::Unsigned => "unsigned",
            Primitive::Float => "float",
            Primitive::Record => "record",
        }
    }
}

impl fmt::Display for Primitive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The number that digits stand for: decimal ones, `0x` and hexadecimal ones, `0b` and binary ones.
/// Nothing for anything else, a sign included, and for what does not fit in 64 bits.
pub fn read_unsigned(text: &str) -> Option<u64> {
    // Files are full of short numbers.
    if let 1..=18 = text.len()
        && text.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some(text.bytes().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')));
    }
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x', ..] => (&text[2..], 16),
        [b'0', b'b', ..] => (&text[2..], 2),
        _ => (text, 10),
    };
    if digits.starts_with('+') { None } else { u64::from_str_radix(digits, radix).ok() }
}

/// The same, with a `-` before it or not.
pub fn read_signed(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => 0i64.checked_sub_unsigned(read_unsigned(digits)?),
        None => i64::try_from(read_unsigned(text)?).ok(),
    }
}

/// A constant before it is interned and after it is read back: what people write and see.
#[derive(Clone, PartialEq, Debug)]
pub enum Constant {
    /// Text.
    Symbol(Arc<str>),
    /// A signed 64-bit integer.
    Number(i64),
    /// An unsigned 64-bit integer.
    Unsigned(u64),
    /// A 64-bit floating-point number.
    Float(f64),
    /// A record or a branch with its fields; `nil` where there is none.
    Record(Option<Arc<Record>>),
}

/// Values that are one value.
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    /// The branch of an algebraic data type; records have none.
    pub branch: Option<Arc<str>>,
    /// The fields, in order.
    pub fields: Vec<Constant>,
}

/// Records nest at most so deep.
pub const MOST_NESTED: u32 = 1000;

/// A record, or a branch of an algebraic data type, with interned fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fields {
    /// The branch; records have none.
    pub branch: Option<Arc<str>>,
    /// The fields, each with its kind.
    pub fields: Vec<(Primitive, Word)>,
    /// How deep records are nested in it, itself included.
    pub depth: u32,
}

impl Constant {
    /// The kind of value this is.
    pub fn primitive(&self) -> Primitive {
        match self {
            Constant::Symbol(_) => Primitive::Symbol,
            Constant::Number(_) => Primitive::Number,
            Constant::Unsigned(_) => Primitive::Unsigned,
            Constant::Float(_) => Primitive::Float,
            Constant::Record(_) => Primitive::Record,
        }
    }
}

/// Tuples in order: numbers by value, symbols by their bytes.
pub fn compare_tuples(a: &[Constant], b: &[Constant]) -> std::cmp::Ordering {
    let ordered = a.iter().zip(b).map(|(a, b)| compare_constants(a, b));
    ordered.into_iter().find(|order| order.is_ne()).unwrap_or(a.len().cmp(&b.len()))
}

/// Two constants in order: records by their branch and then by their fields, `nil` before all.
pub fn compare_constants(a: &Constant, b: &Constant) -> std::cmp::Ordering {
    match (a, b) {
        (Constant::Symbol(a), Constant::Symbol(b)) => a.cmp(b),
        (Constant::Number(a), Constant::Number(b)) => a.cmp(b),
        (Constant::Unsigned(a), Constant::Unsigned(b)) => a.cmp(b),
        (Constant::Float(a), Constant::Float(b)) => a.total_cmp(b),
        (Constant::Record(None), Constant::Record(None)) => std::cmp::Ordering::Equal,
        (Constant::Record(None), Constant::Record(_)) => std::cmp::Ordering::Less,
        (Constant::Record(_), Constant::Record(None)) => std::cmp::Ordering::Greater,
        (Constant::Record(Some(a)), Constant::Record(Some(b))) => {
            a.branch.cmp(&b.branch).then_with(|| compare_tuples(&a.fields, &b.fields))
        }
        (a, b) => a.primitive().cmp(&b.primitive()),
    }
}

/// As Souffle prints it: symbols without quotes.
impl fmt::Display for Constant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Constant::Symbol(text) => formatter.write_str(text),
            Constant::Number(number) => write!(formatter, "{number}"),
            Constant::Unsigned(number) => write!(formatter, "{number}"),
            Constant::Float(number) => write!(formatter, "{number}"),
            Constant::Record(None) => formatter.write_str("nil"),
            Constant::Record(Some(record)) => {
                let (open, close) = match &record.branch {
                    None => ("[", "]"),
                    Some(branch) => {
                        write!(formatter, "${branch}")?;
                        if record.fields.is_empty() {
                            return Ok(());
                        }
                        ("(", ")")
                    }
                };
                formatter.write_str(open)?;
                for (at, field) in record.fields.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(formatter, "{comma}{field}")?;
                }
                formatter.write_str(close)
            }
        }
    }
}

macro_rules! typed_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the table of these ids.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(index: usize) -> Self {
                $name(index as u32)
            }
        }
    };
}

typed_id! {
    /// A relation of one program, in order of declaration.
    RelationId
}
typed_id! {
    /// A rule of one program. A clause with several heads or a disjunction makes several rules.
    RuleId
}
typed_id! {
    /// A clause (fact or rule as written) of one program.
    ClauseId
}
typed_id! {
    /// A variable of one rule.
    VariableId
}
typed_id! {
    /// A declared or built-in type of one program.
    TypeId
}

/// Numbers from here on are those of helpers.
const HELPERS: u32 = 1 << 31;

impl RelationId {
    /// A relation that no program declares: evaluation makes it for itself and drops it.
    pub fn helper(number: usize) -> Self {
        RelationId(HELPERS | number as u32)
    }

    /// Which helper it is, if it is one.
    pub fn as_helper(self) -> Option<usize> {
        self.0.checked_sub(HELPERS).map(|number| number as usize)
    }

    /// Whether it is a helper.
    pub fn is_helper(self) -> bool {
        self.0 >= HELPERS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_in_three_bases() {
        let signed = [
            ("-7", Some(-7)),
            ("0x1f", Some(31)),
            ("-0b11", Some(-3)),
            ("007", Some(7)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-9223372036854775808", Some(i64::MIN)),
            ("-9223372036854775809", None),
            ("-0x8000000000000000", Some(i64::MIN)),
            ("0x8000000000000000", None),
        ];
        for (text, number) in signed {
            assert_eq!(read_signed(text), number, "{text}");
        }
        assert_eq!(read_unsigned("18446744073709551615"), Some(u64::MAX));
        assert_eq!(read_unsigned("0xffffffffffffffff"), Some(u64::MAX));
        for text in ["18446744073709551616", "0x1ffffffffffffffff", "-1"] {
            assert_eq!(read_unsigned(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_guessed_at() {
        for text in
            ["", "-", " 7", "7 ", "+7", "+3", "7.0", "0x", "0xg", "--7", "0x+7", "0x-7", "7u"]
        {
            assert_eq!((read_signed(text), read_unsigned(text)), (None, None), "{text:?}");
        }
    }
}
