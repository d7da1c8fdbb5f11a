//! The text of a field to a value of a column's kind, and back.

use crate::value::{Constant, Interner, Primitive, Word, read_signed, read_unsigned};

/// The word of a value written as text, made if it is new; nothing where the text is no such value.
pub(super) fn intern(text: &str, primitive: Primitive, interner: &mut Interner) -> Option<Word> {
    Some(match primitive {
        Primitive::Symbol => interner.intern_symbol(text),
        Primitive::Number => interner.intern_number(read_signed(text)?),
        Primitive::Unsigned => interner.intern_unsigned(read_unsigned(text)?),
        Primitive::Float => interner.intern_float(float(text)?),
        // Relations with records are not read.
        Primitive::Record => return None,
    })
}

/// The value written as text; nothing where the text is no such value.
pub(super) fn constant(text: &str, primitive: Primitive) -> Option<Constant> {
    Some(match primitive {
        Primitive::Symbol => Constant::Symbol(text.into()),
        Primitive::Number => Constant::Number(read_signed(text)?),
        Primitive::Unsigned => Constant::Unsigned(read_unsigned(text)?),
        Primitive::Float => Constant::Float(float(text)?),
        Primitive::Record => return None,
    })
}

/// Whether a text is a value that Souffle does not read: it takes digits to other bases than ten in a
/// column of `unsigned`, and not in one of `number`.
pub(super) fn is_beyond(text: &str, primitive: Primitive) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    primitive == Primitive::Number
        && matches!(digits, [b'0', b'x' | b'b', ..])
        && read_signed(text).is_some()
}

/// What a field of a kind has to look like.
pub(super) fn expected(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Symbol | Primitive::Record => "text",
        Primitive::Number => "a whole number, such as 7 or -7, of 64 bits",
        Primitive::Unsigned => "a whole number of 0 or more, such as 7, 0xff or 0b11, of 64 bits",
        Primitive::Float => "a number, such as 0.5, 7 or -1e9",
    }
}

/// The infinite is written in letters; digits that come to it are too many.
fn float(text: &str) -> Option<f64> {
    let finite =
        |number: &f64| number.is_finite() || !text.contains(|it: char| it.is_ascii_digit());
    text.parse().ok().filter(finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_their_columns_want_them() {
        let read = |text: &str, primitive| constant(text, primitive);
        assert_eq!(read("-0b11", Primitive::Number), Some(Constant::Number(-3)));
        assert_eq!(read("0x1f", Primitive::Unsigned), Some(Constant::Unsigned(31)));
        assert_eq!(read("-1.5e3", Primitive::Float), Some(Constant::Float(-1500.0)));
        assert_eq!(read("-7", Primitive::Symbol), Some(Constant::Symbol("-7".into())));
        for text in ["", "+3", " 7", "9223372036854775808"] {
            assert_eq!(read(text, Primitive::Number), None, "{text:?}");
        }
        for text in ["", "-1", "18446744073709551616"] {
            assert_eq!(read(text, Primitive::Unsigned), None, "{text:?}");
        }
        for text in ["", "1,5", "1.2.3", "1e999", "-1e999"] {
            assert_eq!(read(text, Primitive::Float), None, "{text:?}");
        }
    }
}
