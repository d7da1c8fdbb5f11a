//! The operators of the language: each one's name and meaning in one place.

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
