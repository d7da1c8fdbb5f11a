//! Expressions, from infix signs down to the digits of a number.

use std::sync::Arc;

use crate::diag::Span;
use crate::syntax::error;
use crate::syntax::lexer::Token;
use crate::syntax::operators::{
    AggregateOperator, CALLS, Functor, INFIX, PREFIX, PREFIXES, Precedence,
};
use crate::syntax::tree::*;
use crate::value::{Constant, read_unsigned};

use super::{MOST_LINKS, Parsed, Parser};

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        self.infix(Precedence(0))
    }

    fn infix(&mut self, least: Precedence) -> Parsed<Expression> {
        self.deeper(|parser| {
            let mut left = parser.prefix()?;
            // A chain of signs is a tree as deep as the chain is long.
            while let Some((functor, precedence, right_first)) = parser.infix_sign()
                && precedence >= least
            {
                // A chain leans to the left, one level a link, and chains may stand in chains.
                parser.links += 1;
                if parser.links > MOST_LINKS {
                    return Err(Box::new(error::too_deep(parser.span(), MOST_LINKS)));
                }
                let span = parser.advance();
                let name = Name { text: parser.slice(span).to_owned(), span };
                let next = if right_first { precedence.0 } else { precedence.0 + 1 };
                let right = parser.infix(Precedence(next))?;
                let span = left.span().to(right.span());
                left = Expression::Call { functor, arguments: vec![left, right], name, span };
            }
            Ok(left)
        })
    }

    fn infix_sign(&self) -> Option<(Functor, Precedence, bool)> {
        let word = match self.token() {
            Token::Name
            | Token::Plus
            | Token::Minus
            | Token::Star
            | Token::Slash
            | Token::Percent
            | Token::Caret => self.word(),
            _ => return None,
        };
        INFIX
            .iter()
            .find(|(sign, ..)| *sign == word)
            .map(|(_, functor, precedence, right)| (*functor, *precedence, *right))
    }

    fn prefix(&mut self) -> Parsed<Expression> {
        let word = match self.token() {
            Token::Minus | Token::Name => self.word(),
            _ => return self.primary(),
        };
        let Some((_, functor)) = PREFIXES.iter().find(|(sign, _)| *sign == word) else {
            return self.primary();
        };
        let start = self.advance();
        // `-2` is a constant, but `-2 ^ 2` is the negative of a power.
        if *functor == Functor::Negate
            && matches!(self.token(), Token::Number | Token::Float)
            && self.lexeme(1).token != Token::Caret
        {
            let digits = self.advance();
            let span = start.to(digits);
            let constant = self.number(digits, Some(span))?;
            return Ok(Expression::Constant(constant, span));
        }
        let operand = self.infix(PREFIX)?;
        let span = start.to(operand.span());
        let name = Name { text: word.to_owned(), span: start };
        Ok(Expression::Call { functor: *functor, arguments: vec![operand], name, span })
    }

    fn primary(&mut self) -> Parsed<Expression> {
        match self.token() {
            Token::Wildcard => Ok(Expression::Wildcard(self.advance())),
            Token::Number | Token::Float => {
                let span = self.advance();
                self.no_address(span)?;
                Ok(Expression::Constant(self.number(span, None)?, span))
            }
            Token::Text => {
                let (text, span) = self.quoted("a text")?;
                Ok(Expression::Constant(Constant::Symbol(Arc::from(text)), span))
            }
            Token::LeftParenthesis => {
                self.advance();
                let inner = self.expression()?;
                self.expect(Token::RightParenthesis, "`)`")?;
                Ok(inner)
            }
            Token::Name => self.named(),
            Token::LeftBracket => {
                let start = self.advance();
                let arguments = self.deeper(|parser| parser.expressions(Token::RightBracket))?;
                let end = self.expect(Token::RightBracket, "`,` or `]`")?;
                Ok(Expression::Record { branch: None, arguments, span: start.to(end) })
            }
            Token::Dollar if self.lexeme(1).token == Token::Name => {
                let start = self.advance();
                let branch = self.qualified("the name of a branch")?;
                let mut arguments = Vec::new();
                if self.token() == Token::LeftParenthesis {
                    arguments = self.deeper(Self::arguments)?;
                }
                let span = start.to(self.previous());
                Ok(Expression::Record { branch: Some(branch), arguments, span })
            }
            _ => Err(self.unexpected("a variable, a constant or a functor")),
        }
    }

    /// A variable, a call or an aggregate.
    fn named(&mut self) -> Parsed<Expression> {
        let word = self.word();
        let called = self.lexeme(1).token == Token::LeftParenthesis;
        let alone = matches!(
            self.lexeme(1).token,
            Token::Comma | Token::RightParenthesis | Token::RightBracket | Token::Dot | Token::If
        );
        if let Some(operator) = AggregateOperator::by_name(word)
            && !(called && matches!(word, "min" | "max"))
            && !alone
        {
            return self.aggregate(operator);
        }
        if word.len() > 4 && word.starts_with("__") && word.ends_with("__") {
            let what = format!("`{word}` (a macro)");
            return Err(Box::new(error::unsupported(self.span(), &what)));
        }
        if !called {
            if word == "nil" {
                return Ok(Expression::Constant(Constant::Record(None), self.advance()));
            }
            return self.name("a variable").map(Expression::Variable);
        }
        if word == "range" {
            let start = self.advance();
            let arguments = self.arguments()?;
            let span = start.to(self.previous());
            if !(2..=3).contains(&arguments.len()) {
                return Err(Box::new(error::malformed(
                    span,
                    &format!("`range` takes 2 or 3 arguments, not {}", arguments.len()),
                    "write `range(from, to)` or `range(from, to, step)`",
                )));
            }
            return Ok(Expression::Range { arguments, span });
        }
        let Some((_, functor, fewest, most, usage)) = CALLS.iter().find(|(name, ..)| *name == word)
        else {
            let span = self.span();
            return Err(Box::new(if word == "as" {
                error::unsupported(span, "a type cast (`as`)")
            } else if matches!(word, "autoinc" | "recursive_iteration_cnt") {
                error::unsupported(span, &format!("`{word}` (a counter)"))
            } else {
                let help = match self.is_argument_of("not") {
                    true => "not is written `!`, as in `!p(x)`",
                    false => "an atom cannot stand where a value is wanted",
                };
                error::malformed(span, &format!("`{word}` is not a functor"), help)
                    .nearest(word, CALLS.iter().map(|(name, ..)| *name))
            }));
        };
        let name = self.keyword("a functor")?;
        let arguments = self.arguments()?;
        let span = name.span.to(self.previous());
        if arguments.len() < *fewest || arguments.len() > *most {
            let at_least = if fewest == most { "" } else { "at least " };
            let noun = if *fewest == 1 { "argument" } else { "arguments" };
            let found = arguments.len();
            let message = format!("`{word}` takes {at_least}{fewest} {noun}, not {found}");
            return Err(Box::new(error::malformed(span, &message, &format!("write `{usage}`"))));
        }
        Ok(Expression::Call { functor: *functor, arguments, name, span })
    }

    /// Whether `name(` stands before what is read.
    fn is_argument_of(&self, name: &str) -> bool {
        let before = self.at.checked_sub(2).and_then(|from| self.lexemes.get(from..self.at));
        let [called, opening] = before.unwrap_or_default() else { return false };
        opening.token == Token::LeftParenthesis && self.slice(called.span) == name
    }

    fn aggregate(&mut self, operator: AggregateOperator) -> Parsed<Expression> {
        let start = self.advance();
        let target = match operator {
            AggregateOperator::Count => None,
            _ => Some(Box::new(self.expression()?)),
        };
        self.expect(Token::Colon, "`:` and what the aggregate ranges over")?;
        let body = if self.accept(Token::LeftBrace) {
            let body = self.body()?;
            self.expect(Token::RightBrace, "`,` or `}`")?;
            body
        } else {
            Body::Atom(self.atom()?)
        };
        let span = start.to(self.previous());
        Ok(Expression::Aggregate { operator, target, body: Box::new(body), span })
    }

    pub(super) fn quoted(&mut self, expected: &str) -> Parsed<(String, Span)> {
        let span = self.expect(Token::Text, expected)?;
        let inner = &self.slice(span)[1..(span.end - span.start) as usize - 1];
        let mut text = String::with_capacity(inner.len());
        let mut characters = inner.char_indices();
        while let Some((at, character)) = characters.next() {
            if character != '\\' {
                text.push(character);
                continue;
            }
            match characters.next().map(|(_, escape)| escape) {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some('a') => text.push('\x07'),
                Some('b') => text.push('\x08'),
                Some('f') => text.push('\x0c'),
                Some('v') => text.push('\x0b'),
                Some(plain @ ('"' | '\'' | '\\')) => text.push(plain),
                escape => {
                    let start = span.start + 1 + at as u32;
                    let escape = escape.unwrap_or(' ');
                    let end = start + 1 + escape.len_utf8() as u32;
                    let place = Span { start, end, ..span };
                    self.diagnostics.push(error::unknown_escape(place, escape));
                }
            }
        }
        Ok((text, span))
    }

    /// Four numbers with dots between them are one in Souffle. They read as a float, a dot and a float.
    fn no_address(&mut self, first: Span) -> Parsed<()> {
        let (dot, last) = (self.lexeme(0), self.lexeme(1));
        let tokens = [dot.token, last.token] == [Token::Dot, Token::Float];
        if !tokens || dot.span.start != first.end || last.span.start != dot.span.end {
            return Ok(());
        }
        self.advance();
        self.advance();
        Err(Box::new(error::unsupported(first.to(last.span), "an address as a number")))
    }

    /// The number of some digits; with the place of the whole where a minus stands before them.
    fn number(&self, digits: Span, negated: Option<Span>) -> Parsed<Constant> {
        let (negative, span) = (negated.is_some(), negated.unwrap_or(digits));
        let (text, digits) = (self.slice(span), self.slice(digits));
        if digits.contains('.') {
            let number: f64 = digits.parse().unwrap_or(f64::INFINITY);
            if number.is_infinite() {
                return Err(Box::new(error::number_out_of_range(span, text)));
            }
            return Ok(Constant::Float(if negative { -number } else { number }));
        }
        let (digits, unsigned) = match digits.strip_suffix('u') {
            Some(digits) if !negative => (digits, true),
            _ => (digits, false),
        };
        let out_of_range = || Box::new(error::number_out_of_range(span, text));
        let value = read_unsigned(digits).ok_or_else(out_of_range)?;
        if unsigned {
            return Ok(Constant::Unsigned(value));
        }
        let value = if negative { -i128::from(value) } else { i128::from(value) };
        match i64::try_from(value) {
            Ok(number) => Ok(Constant::Number(number)),
            // Too large for a number, but an unsigned column may still hold it.
            Err(_) if !negative => {
                u64::try_from(value).map(Constant::Unsigned).map_err(|_| out_of_range())
            }
            Err(_) => Err(out_of_range()),
        }
    }
}
