//! The text of a field to a value of a column's kind, and back.

use crate::value::{Constant, Interner, Primitive, Word};

/// The word of a value written as text, made if it is new; nothing where the text is no such value.
pub(super) fn intern(text: &str, primitive: Primitive, interner: &mut Interner) -> Option<Word> {
    Some(match primitive {
        Primitive::Symbol => interner.intern_symbol(text),
        Primitive::Number => interner.intern_number(number(text)?),
        Primitive::Unsigned => interner.intern_unsigned(unsigned(text)?),
        Primitive::Float => interner.intern_float(float(text)?),
    })
}

/// The value written as text; nothing where the text is no such value.
pub(super) fn constant(text: &str, primitive: Primitive) -> Option<Constant> {
    Some(match primitive {
        Primitive::Symbol => Constant::Symbol(text.into()),
        Primitive::Number => Constant::Number(number(text)?),
        Primitive::Unsigned => Constant::Unsigned(unsigned(text)?),
        Primitive::Float => Constant::Float(float(text)?),
    })
}

/// What a field of a kind has to look like.
pub(super) fn expected(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Symbol => "text",
        Primitive::Number => "a whole number, such as 7, -7, 0xff or 0b11, of 64 bits",
        Primitive::Unsigned => "a whole number of 0 or more, such as 7, 0xff or 0b11, of 64 bits",
        Primitive::Float => "a number, such as 0.5, 7 or -1e9",
    }
}

fn number(text: &str) -> Option<i64> {
    match text.as_bytes() {
        [b'0', b'x' | b'b', ..] => i64::try_from(unsigned(text)?).ok(),
        [b'-', b'0', b'x' | b'b', ..] => 0i64.checked_sub_unsigned(unsigned(text.get(1..)?)?),
        [b'+', ..] => None,
        _ => text.parse().ok(),
    }
}

fn unsigned(text: &str) -> Option<u64> {
    let (digits, radix) = if let Some(digits) = text.strip_prefix("0x") {
        (digits, 16)
    } else if let Some(digits) = text.strip_prefix("0b") {
        (digits, 2)
    } else {
        (text, 10)
    };
    if digits.starts_with('+') { None } else { u64::from_str_radix(digits, radix).ok() }
}

fn float(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_three_bases() {
        assert_eq!(number("-7"), Some(-7));
        assert_eq!(number("0xff"), Some(255));
        assert_eq!(number("-0b11"), Some(-3));
        assert_eq!(number("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(number("-0x8000000000000000"), Some(i64::MIN));
        assert_eq!(unsigned("18446744073709551615"), Some(u64::MAX));
        assert_eq!(float("-1.5e3"), Some(-1500.0));
    }

    #[test]
    fn what_is_no_number_is_not_guessed_at() {
        for text in ["", " 7", "7 ", "+7", "7.0", "0x", "0xg", "--7", "9223372036854775808", "0x+7"]
        {
            assert_eq!(number(text), None, "{text:?}");
        }
        for text in ["-1", "", "18446744073709551616"] {
            assert_eq!(unsigned(text), None, "{text:?}");
        }
        for text in ["", "1,5", "1.2.3"] {
            assert_eq!(float(text), None, "{text:?}");
        }
    }
}
