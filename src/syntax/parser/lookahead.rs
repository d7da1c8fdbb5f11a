//! What a token tells of what comes: a condition, an expression, its continuation.

use crate::syntax::lexer::Token;
use crate::syntax::operators::{AggregateOperator, CALLS, INFIX, PREFIXES};

/// Whether a word begins an expression that is no variable.
pub(super) fn starts_expression(word: &str) -> bool {
    word == "range"
        || matches!(word, "as" | "autoinc" | "recursive_iteration_cnt")
        || CALLS.iter().any(|(name, ..)| *name == word)
        || AggregateOperator::by_name(word).is_some()
        || PREFIXES.iter().any(|(sign, _)| *sign == word)
}

/// Whether a condition may begin so, rightly or with a problem that says more.
pub(super) fn begins_condition(token: Token) -> bool {
    matches!(
        token,
        Token::Name
            | Token::Wildcard
            | Token::Number
            | Token::Float
            | Token::Text
            | Token::OpenText
            | Token::OpenComment
            | Token::LeftParenthesis
            | Token::LeftBracket
            | Token::Not
            | Token::Minus
            | Token::Dollar
            | Token::At
    )
}

/// Whether a token goes on with an expression.
pub(super) fn continues_expression(token: Token, word: &str) -> bool {
    match token {
        Token::Plus
        | Token::Minus
        | Token::Star
        | Token::Slash
        | Token::Percent
        | Token::Caret
        | Token::Equal
        | Token::NotEqual
        | Token::Less
        | Token::LessOrEqual
        | Token::Greater
        | Token::GreaterOrEqual => true,
        Token::Name => INFIX.iter().any(|(sign, ..)| *sign == word),
        _ => false,
    }
}

/// Whether a token stands in bodies and never in expressions.
pub(super) fn only_in_conditions(token: Token) -> bool {
    matches!(
        token,
        Token::Comma
            | Token::Semicolon
            | Token::Not
            | Token::Equal
            | Token::NotEqual
            | Token::Less
            | Token::LessOrEqual
            | Token::Greater
            | Token::GreaterOrEqual
    )
}
