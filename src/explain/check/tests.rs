//! What the checker computes is what evaluation computes, edges included.

use std::sync::Arc;

use super::values::{call, equal, holds};
use crate::eval::apply;
use crate::explain::compares;
use crate::syntax::operators::{Comparison, Functor};
use crate::value::{Constant, Interner, Primitive};

fn agree(functor: Functor, primitive: Primitive, arguments: &[Constant]) {
    let engine = apply(functor, primitive, arguments, &Interner::new());
    let checker = call(functor, primitive, arguments);
    let same = match (&engine, &checker) {
        (Some(one), Some(other)) => equal(one, other),
        (one, other) => one == other,
    };
    assert!(same, "{functor:?} of {arguments:?}: evaluation {engine:?}, checker {checker:?}");
}

const INFIX: [Functor; 17] = [
    Functor::Add,
    Functor::Subtract,
    Functor::Multiply,
    Functor::Divide,
    Functor::Remainder,
    Functor::Power,
    Functor::ShiftLeft,
    Functor::ShiftRight,
    Functor::ShiftRightUnsigned,
    Functor::And,
    Functor::Or,
    Functor::Xor,
    Functor::BitAnd,
    Functor::BitOr,
    Functor::BitXor,
    Functor::Minimum,
    Functor::Maximum,
];

#[test]
fn integers_come_out_alike_however_large_or_negative() {
    let edges = [
        i64::MIN,
        i64::MIN + 1,
        -5_000_000_000,
        -65,
        -64,
        -3,
        -2,
        -1,
        0,
        1,
        2,
        3,
        7,
        63,
        64,
        4_294_967_295,
        4_294_967_296,
        5_000_000_001,
        i64::MAX - 1,
        i64::MAX,
    ];
    for functor in INFIX {
        for left in edges {
            for right in edges {
                let signed = [Constant::Number(left), Constant::Number(right)];
                agree(functor, Primitive::Number, &signed);
                let unsigned = [Constant::Unsigned(left as u64), Constant::Unsigned(right as u64)];
                agree(functor, Primitive::Unsigned, &unsigned);
            }
        }
    }
}

#[test]
fn floats_come_out_and_compare_alike() {
    let edges =
        [f64::NEG_INFINITY, -2.5, -1.0, -0.0, 0.0, 0.5, 3.0, 1e300, f64::INFINITY, f64::NAN];
    use Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
    use Functor::{Add, Divide, Maximum, Minimum, Multiply, Power, Remainder, Subtract};
    for (left, right) in edges.iter().flat_map(|left| edges.map(|right| (*left, right))) {
        let both = [Constant::Float(left), Constant::Float(right)];
        for functor in [Add, Divide, Maximum, Minimum, Multiply, Power, Remainder, Subtract] {
            agree(functor, Primitive::Float, &both);
        }
        for comparison in [Greater, GreaterOrEqual, Less, LessOrEqual] {
            let [left, right] = &both;
            assert_eq!(
                compares(comparison, left, right),
                holds(comparison, left, right),
                "{comparison:?} of {both:?}"
            );
        }
    }
}

#[test]
fn text_becomes_the_same_number_or_none() {
    let texts = [
        "7",
        "+3",
        "-3",
        " 7",
        "7 ",
        "0x1f",
        "0x1F",
        "-0x10",
        "+0b101",
        "0b102",
        "0x",
        "0b",
        "",
        "-",
        "+",
        "--7",
        "+-7",
        "-+7",
        "0x-7",
        "7.0",
        "1e3",
        "-0",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "0x8000000000000000",
        "18446744073709551615",
        "18446744073709551616",
        "0xffffffffffffffffffffffffffffffffffff",
        " 0.5",
        "x",
        "٣",
    ];
    for text in texts {
        let text = [Constant::Symbol(Arc::from(text))];
        agree(Functor::ToNumber, Primitive::Number, &text);
        agree(Functor::ToUnsigned, Primitive::Unsigned, &text);
        agree(Functor::ToFloat, Primitive::Float, &text);
    }
}
