//! The operators of the language: each one's name and meaning in one place.

use std::cmp::Ordering;

use crate::value::TypeId;

/// How two values compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Whether it holds between two values that are in this order.
    pub fn allows(self, order: Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// A test on two symbols.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Test {
    /// `contains(needle, haystack)`
    Contains,
    /// `match(pattern, text)`: the whole text matches the regular expression.
    Match,
}

/// A function from values to a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Functor {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`, towards zero; dividing an integer by zero makes the rule instance fail, with a
    /// warning of the run.
    Divide,
    /// `a % b`
    Remainder,
    /// `a ^ b`
    Power,
    /// `-a`
    Negate,
    /// `a band b`
    BitAnd,
    /// `a bor b`
    BitOr,
    /// `a bxor b`
    BitXor,
    /// `bnot a`
    BitNot,
    /// `a bshl b`
    ShiftLeft,
    /// `a bshr b`
    ShiftRight,
    /// `a bshru b`
    ShiftRightUnsigned,
    /// `a land b`: 1 or 0
    And,
    /// `a lor b`: 1 or 0
    Or,
    /// `a lxor b`: 1 or 0
    Xor,
    /// `lnot a`: 1 or 0
    Not,
    /// `[a, b]`, `$Branch(a, b)`: the name of the branch, empty for a record, and the fields.
    Record {
        /// The declared type.
        ty: TypeId,
        /// Which of its branches.
        branch: u32,
    },
    /// A field of a record: the record, and the name of its branch. No value where it is `nil` or
    /// another branch.
    Field(u32),
    /// `cat(a, b, ...)`
    Cat,
    /// `strlen(s)`: bytes, as Souffle counts.
    Length,
    /// `substr(s, from, length)`: bytes, as Souffle counts; out of range gives the empty symbol.
    Substring,
    /// `ord(s)`: a number for the symbol, stable within one run.
    Ordinal,
    /// `to_number(s)`
    ToNumber,
    /// `to_string(n)`
    ToString,
    /// `to_unsigned(x)`
    ToUnsigned,
    /// `to_float(x)`
    ToFloat,
    /// `min(a, b, ...)`
    Minimum,
    /// `max(a, b, ...)`
    Maximum,
    /// `itou`, `utoi`, `itof`, `ftoi`, `utof`, `ftou`: the argument's kind is that of the
    /// argument's term, the result's is the call's primitive.
    Convert,
}

/// What an aggregate computes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AggregateOperator {
    /// How many bindings of the body there are; 0 for none.
    Count,
    /// The sum of the target over all bindings; 0 for none.
    Sum,
    /// The least target; no value for none.
    Minimum,
    /// The greatest target; no value for none.
    Maximum,
    /// The mean of the targets as a float; no value for none.
    Mean,
}

/// What a directive asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DirectiveKind {
    /// Read the relation's facts before evaluation.
    Input,
    /// Write the relation afterwards.
    Output,
    /// Print how many tuples it has.
    PrintSize,
    /// Stop when it has this many tuples (parameter `n`).
    LimitSize,
}

impl Comparison {
    /// The sign.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }

    /// The comparison that holds exactly where this one does not.
    pub fn negated(self) -> Self {
        match self {
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::LessOrEqual => Comparison::Greater,
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
        }
    }
}

impl Test {
    /// All tests.
    pub const ALL: [Test; 2] = [Test::Contains, Test::Match];

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Test::Contains => "contains",
            Test::Match => "match",
        }
    }

    /// An example of its use.
    pub fn usage(self) -> &'static str {
        match self {
            Test::Contains => "contains(part, whole)",
            Test::Match => "match(pattern, text)",
        }
    }

    /// The test of a name.
    pub fn by_name(name: &str) -> Option<Test> {
        Test::ALL.into_iter().find(|test| test.name() == name)
    }
}

impl AggregateOperator {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            AggregateOperator::Count => "count",
            AggregateOperator::Sum => "sum",
            AggregateOperator::Minimum => "min",
            AggregateOperator::Maximum => "max",
            AggregateOperator::Mean => "mean",
        }
    }

    /// The operator of a name.
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Count, Self::Sum, Self::Minimum, Self::Maximum, Self::Mean]
            .into_iter()
            .find(|operator| operator.name() == name)
    }
}

impl DirectiveKind {
    /// The name as written, without the dot.
    pub fn name(self) -> &'static str {
        match self {
            DirectiveKind::Input => "input",
            DirectiveKind::Output => "output",
            DirectiveKind::PrintSize => "printsize",
            DirectiveKind::LimitSize => "limitsize",
        }
    }
}

/// How an infix functor binds: the higher, the tighter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Precedence(pub u8);

/// The precedence of a sign before its operand.
pub const PREFIX: Precedence = Precedence(9);

/// All infix functors as written, how they bind, and whether to the right.
pub const INFIX: [(&str, Functor, Precedence, bool); 15] = [
    ("lor", Functor::Or, Precedence(0), false),
    ("lxor", Functor::Xor, Precedence(1), false),
    ("land", Functor::And, Precedence(2), false),
    ("bor", Functor::BitOr, Precedence(3), false),
    ("bxor", Functor::BitXor, Precedence(4), false),
    ("band", Functor::BitAnd, Precedence(5), false),
    ("bshl", Functor::ShiftLeft, Precedence(6), false),
    ("bshr", Functor::ShiftRight, Precedence(6), false),
    ("bshru", Functor::ShiftRightUnsigned, Precedence(6), false),
    ("+", Functor::Add, Precedence(7), false),
    ("-", Functor::Subtract, Precedence(7), false),
    ("*", Functor::Multiply, Precedence(8), false),
    ("/", Functor::Divide, Precedence(8), false),
    ("%", Functor::Remainder, Precedence(8), false),
    ("^", Functor::Power, Precedence(10), true),
];

/// All functors written before one operand.
pub const PREFIXES: [(&str, Functor); 3] =
    [("-", Functor::Negate), ("bnot", Functor::BitNot), ("lnot", Functor::Not)];

/// All functors written as calls: the name, the fewest and the most arguments, an example.
pub const CALLS: [(&str, Functor, usize, usize, &str); 16] = [
    ("cat", Functor::Cat, 1, usize::MAX, "cat(a, b, ...)"),
    ("strlen", Functor::Length, 1, 1, "strlen(text)"),
    ("substr", Functor::Substring, 3, 3, "substr(text, from, length)"),
    ("ord", Functor::Ordinal, 1, 1, "ord(text)"),
    ("to_number", Functor::ToNumber, 1, 1, "to_number(text)"),
    ("to_string", Functor::ToString, 1, 1, "to_string(n)"),
    ("to_unsigned", Functor::ToUnsigned, 1, 1, "to_unsigned(text)"),
    ("to_float", Functor::ToFloat, 1, 1, "to_float(text)"),
    ("min", Functor::Minimum, 2, usize::MAX, "min(a, b, ...)"),
    ("max", Functor::Maximum, 2, usize::MAX, "max(a, b, ...)"),
    ("itou", Functor::Convert, 1, 1, "itou(x)"),
    ("utoi", Functor::Convert, 1, 1, "utoi(x)"),
    ("itof", Functor::Convert, 1, 1, "itof(x)"),
    ("ftoi", Functor::Convert, 1, 1, "ftoi(x)"),
    ("utof", Functor::Convert, 1, 1, "utof(x)"),
    ("ftou", Functor::Convert, 1, 1, "ftou(x)"),
];
