//! How people write in other languages what is meant here: a line of help for it.

use crate::diag::{Span, nearest};
use crate::syntax::lexer::Token;
use crate::syntax::operators::AggregateOperator;

use super::{DIRECTIVES, Parser, reserved};

/// Signs of other languages, and how that is written here.
const SIGNS: [(&str, &str); 29] = [
    (">==", GREATER_OR_EQUAL),
    ("<==", LESS_OR_EQUAL),
    ("!==", NOT_EQUAL),
    ("=!=", NOT_EQUAL),
    ("~=", NOT_EQUAL),
    ("\u{2260}", NOT_EQUAL),
    ("\u{2264}", LESS_OR_EQUAL),
    ("\u{2265}", GREATER_OR_EQUAL),
    ("~", NOT),
    ("\u{ac}", NOT),
    ("\u{2227}", AND),
    ("\u{2228}", OR),
    ("\u{2190}", RULE),
    ("=:=", EQUAL),
    ("=\\=", NOT_EQUAL),
    ("\\==", NOT_EQUAL),
    ("\\=", NOT_EQUAL),
    ("\\+", NOT),
    ("==", EQUAL),
    ("<>", NOT_EQUAL),
    ("/=", NOT_EQUAL),
    ("=<", LESS_OR_EQUAL),
    ("=>", "greater or equal is written `>=`; a rule is written `head :- conditions.`"),
    ("<-", RULE),
    (":=", RULE),
    ("&&", AND),
    ("&", AND),
    ("||", OR),
    ("|", OR),
];

const EQUAL: &str = "equal is written `=`";
const NOT_EQUAL: &str = "not equal is written `!=`";
const LESS_OR_EQUAL: &str = "less or equal is written `<=`";
const GREATER_OR_EQUAL: &str = "greater or equal is written `>=`";
const NOT: &str = "not is written `!`, as in `!p(x)`";
const AND: &str = "and is written `,`, as in `p(x), q(x)`";
const OR: &str = "or is written `;`, as in `p(x); q(x)`";
const RULE: &str = "a rule is written `head :- conditions.`, a value is given by `=`";
const REST: &str = "the rest of a division is written `%`, as in `x % 2`";
const FROM_TO: &str = "the numbers from 1 to 3 are written `range(1, 4)`, as in `x = range(1, 4)`";
const COMMENT: &str = "a comment is written `// ...` or `/* ... */`";

/// Aggregates of other languages.
const AGGREGATES: [(&str, &str); 7] = [
    ("avg", "mean"),
    ("average", "mean"),
    ("cnt", "count"),
    ("number_of", "count"),
    ("total", "sum"),
    ("minimum", "min"),
    ("maximum", "max"),
];

impl Parser<'_> {
    /// What was most likely meant where something else was expected.
    pub(super) fn habit(&self) -> Option<String> {
        let (token, word) = (self.token(), self.word());
        let first = self.at == self.item;
        let before = if first { "" } else { self.slice(self.previous()) };
        let apart = self.previous().end < self.span().start;
        if first {
            let sign = self.text.get(self.span().start as usize..).unwrap_or_default();
            return match token {
                Token::Percent => Some(COMMENT.to_owned()),
                Token::Dot if self.at > 0 && self.lexemes[self.at - 1].token != Token::Dot => {
                    Some("a declaration and a directive end without a dot".to_owned())
                }
                _ if sign.starts_with('\'') => Some(quotes()),
                _ => None,
            };
        }
        if token == Token::Minus && before == "-" && self.at == self.item + 1 {
            return Some(COMMENT.to_owned());
        }
        if word.starts_with('\'') {
            return Some(quotes());
        }
        let directive = format!(".{before}");
        if self.at == self.item + 1 && apart && DIRECTIVES.contains(&directive.as_str()) {
            return Some(format!("a directive begins with a dot: `{directive}`"));
        }
        match (before, token) {
            ("not", Token::Name) => return Some(NOT.to_owned()),
            (_, Token::Name) if word == "is" => {
                return Some("a value is given by `=`, as in `x = y + 1`".to_owned());
            }
            (_, Token::Name) if word == "and" => return Some(AND.to_owned()),
            (_, Token::Name) if word == "or" => return Some(OR.to_owned()),
            (_, Token::Name) if word == "mod" => return Some(REST.to_owned()),
            _ if self.dots().is_some() => return Some(FROM_TO.to_owned()),
            _ => {}
        }
        let named = self.at > 0 && self.lexemes[self.at - 1].token == Token::Name;
        if named && matches!(token, Token::Dot | Token::If) && !reserved::is_reserved(before) {
            return Some(format!("an atom without arguments is written `{before}()`"));
        }
        self.aggregate_meant(before).or_else(|| self.sign_meant())
    }

    /// The `..` between two numbers that stands here.
    pub(super) fn dots(&self) -> Option<Span> {
        let [dot, other, last] = [0, 1, 2].map(|ahead| self.lexeme(ahead));
        let behind = self.previous().end == dot.span.start && dot.span.end == other.span.start;
        if dot.token != Token::Dot || !behind {
            return None;
        }
        let variable = other.token == Token::Directive
            && self
                .lexemes
                .get(self.at.wrapping_sub(1))
                .is_some_and(|it| it.token == Token::Number)
            && !DIRECTIVES.contains(&self.slice(other.span));
        let number = other.token == Token::Dot
            && last.token == Token::Number
            && other.span.end == last.span.start;
        (variable || number).then(|| Span { end: dot.span.end + 1, ..dot.span })
    }

    /// The aggregate that a word before `:`, `{`, `(` or a variable is meant to be.
    fn aggregate_meant(&self, before: &str) -> Option<String> {
        let next = self.lexeme(1).token;
        let begins = match self.token() {
            Token::Colon => matches!(next, Token::LeftBrace | Token::Name),
            Token::LeftBrace | Token::LeftParenthesis => true,
            Token::Name => next == Token::Colon,
            _ => false,
        };
        if !begins {
            return None;
        }
        let known = ["count", "sum", "min", "max", "mean"];
        let operator = match AggregateOperator::by_name(before) {
            Some(_) => before,
            None => match AGGREGATES.iter().find(|(other, _)| *other == before) {
                Some((_, operator)) => operator,
                None => nearest(before, known)?,
            },
        };
        Some(match operator {
            "count" => "how many there are is written `count : { p(_, x) }`".to_owned(),
            _ => format!("an aggregate is written `{operator} x : {{ p(x) }}`"),
        })
    }

    /// The sign that some of the characters here are.
    fn sign_meant(&self) -> Option<String> {
        let at = self.span().start as usize;
        SIGNS
            .iter()
            .find(|(sign, _)| {
                // The parser stops somewhere in the sign.
                (0..sign.len()).any(|back| {
                    let from = at.checked_sub(back);
                    let rest = from.and_then(|from| self.text.get(from..));
                    rest.is_some_and(|rest| rest.starts_with(sign))
                })
            })
            .map(|(_, help)| (*help).to_owned())
    }
}

fn quotes() -> String {
    "a text stands in double quotes: `\"...\"`".to_owned()
}
