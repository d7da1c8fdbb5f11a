//! Clauses, questions, plans, and the bodies they have.

use crate::diag::Span;
use crate::syntax::error;
use crate::syntax::lexer::{Lexeme, Token};
use crate::syntax::operators::{Comparison, Test};
use crate::syntax::tree::*;

use super::lookahead::{
    begins_condition, continues_expression, only_in_conditions, starts_expression,
};
use super::{DIRECTIVES, Parsed, Parser};

impl Parser<'_> {
    pub(super) fn expectation(&mut self, doc: Doc) -> Parsed<Item> {
        let start = self.advance();
        let (negated, body) = match self.body()? {
            Body::Not(body, _) => (true, *body),
            body => (false, body),
        };
        let span = start.to(self.end_of_clause()?);
        Ok(Item::Expectation(Expectation { body, negated, doc, span }))
    }

    pub(super) fn clause_or_question(&mut self, doc: Doc) -> Parsed<Item> {
        let start = self.span();
        let body = self.body()?;
        if self.accept(Token::QuestionMark) {
            self.accept(Token::Dot);
            return Ok(Item::Query(Query { body, span: start.to(self.previous()) }));
        }
        let heads = self.heads(body, start)?;
        let mut clause = Clause { heads, greater: None, body: None, plan: None, doc, span: start };
        if self.accept(Token::If) {
            clause.body = Some(self.body()?);
        } else if self.token() == Token::LessOrEqual {
            let sign = self.advance();
            if clause.heads.len() > 1 {
                return Err(Box::new(error::malformed(
                    start.to(sign),
                    "several heads before `<=`",
                    "write a clause for each: `less(...) <= greater(...) :- conditions.`",
                )));
            }
            clause.greater = Some(self.atom()?);
            self.expect(Token::If, "`:-` and the conditions")?;
            clause.body = Some(self.body()?);
        }
        clause.span = start.to(self.end_of_clause()?);
        if clause.body.is_none() && clause.heads.len() > 1 {
            let help = "write a fact for each: `p(1). p(2).`";
            let problem = error::malformed(clause.span, "several facts in one clause", help);
            self.diagnostics.push(problem);
        }
        if self.token() == Token::Directive && self.word() == ".plan" {
            // The two heads of a subsumption are its first atoms.
            let heads = if clause.greater.is_some() { 2 } else { 0 };
            match self.plan(clause.body.as_ref(), heads) {
                Ok(plan) => clause.plan = Some(plan),
                // The rule is right, and so may be what follows.
                Err(problem) => {
                    let start = self.previous().end as usize;
                    let rest = self.text.get(start..).unwrap_or_default();
                    let line = start + rest.find('\n').unwrap_or(rest.len());
                    self.skip_to(line as u32);
                    self.diagnostics.push(*problem);
                }
            }
        }
        Ok(Item::Clause(clause))
    }

    /// The orders that `.plan` gives the atoms of a body: `.plan 0:(2,1), 1:(1,2)`.
    fn plan(&mut self, body: Option<&Body>, heads: usize) -> Parsed<Plan> {
        let from = self.advance();
        if body.is_none() {
            return Err(Box::new(error::malformed(
                from,
                "a `.plan` of a fact",
                "a fact has no atoms that could be put in order",
            )));
        }
        let mut versions = Vec::new();
        // A disjunction stands for several bodies, which may have different numbers of atoms.
        let atoms = body.and_then(atoms_of).map(|atoms| heads + atoms);
        loop {
            let version = self.expect(Token::Number, "the number of a version, as in `0:(2,1)`")?;
            versions.push((self.slice(version).parse().unwrap_or(u64::MAX), version));
            self.expect(Token::Colon, "`:` and an order, as in `0:(2,1)`")?;
            let opening = self.expect(Token::LeftParenthesis, "`(` and the places of the atoms")?;
            let mut order = Vec::new();
            if self.token() != Token::RightParenthesis {
                loop {
                    let place = self.expect(Token::Number, "the place of an atom, from 1")?;
                    order.push(self.slice(place).parse::<usize>().unwrap_or_default());
                    if !self.accept(Token::Comma) {
                        break;
                    }
                }
            }
            let closing = self.expect(Token::RightParenthesis, "`,` or `)`")?;
            order.sort_unstable();
            if let Some(atoms) = atoms
                && !order.iter().copied().eq(1..=atoms)
            {
                return Err(Box::new(error::malformed(
                    opening.to(closing),
                    "an order that is none",
                    &format!("it names each atom of the rule once, by its place from 1 to {atoms}"),
                )));
            }
            if !self.accept(Token::Comma) {
                break;
            }
        }
        Ok(Plan { text: self.slice(from.to(self.previous())).to_owned(), versions })
    }

    /// What was read as a body, taken as the heads of a clause.
    fn heads(&mut self, body: Body, start: Span) -> Parsed<Vec<Atom>> {
        let parts = match body {
            Body::And(parts) => parts,
            part => vec![part],
        };
        let mut heads = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Body::Atom(atom) => heads.push(atom),
                _ => {
                    let span = start.to(self.previous());
                    return Err(Box::new(error::malformed(
                        span,
                        "a clause concludes atoms, nothing else",
                        "write `head(...) :- conditions.`; a question ends with `?`",
                    )));
                }
            }
        }
        Ok(heads)
    }

    pub(super) fn end_of_clause(&mut self) -> Parsed<Span> {
        // `a(1).b(2).` is two facts, though `.b` looks like a directive.
        if self.token() == Token::Directive && !DIRECTIVES.contains(&self.word()) {
            let span = self.span();
            let dot = Span { end: span.start + 1, ..span };
            let name = Span { start: span.start + 1, ..span };
            self.lexemes[self.at] = Lexeme { token: Token::Name, span: name };
            return Ok(dot);
        }
        let expected = "`,` and another condition, or `.` and the end of the clause";
        if self.dots().is_some() {
            return Err(self.unexpected(expected));
        }
        self.expect(Token::Dot, expected)
    }

    pub(super) fn goal(&mut self) -> Parsed<Body> {
        self.accept(Token::Ask);
        let body = self.body()?;
        let _ = self.accept(Token::QuestionMark) || self.accept(Token::Dot);
        self.expect(Token::End, "`,` and another condition, or the end of the goal")?;
        Ok(body)
    }

    // Bodies.

    pub(super) fn body(&mut self) -> Parsed<Body> {
        self.deeper(|parser| {
            let mut branches = vec![parser.conjunction()?];
            while parser.accept(Token::Semicolon) {
                branches.push(parser.conjunction()?);
            }
            Ok(match branches.len() {
                1 => branches.swap_remove(0),
                _ => Body::Or(branches.into_iter().flat_map(Body::into_branches).collect()),
            })
        })
    }

    fn conjunction(&mut self) -> Parsed<Body> {
        let mut parts = vec![self.condition()?];
        while self.accept(Token::Comma) {
            parts.push(self.condition()?);
        }
        Ok(match parts.len() {
            1 => parts.swap_remove(0),
            _ => Body::And(parts.into_iter().flat_map(Body::into_parts).collect()),
        })
    }

    fn condition(&mut self) -> Parsed<Body> {
        match self.token() {
            Token::Not => {
                let start = self.advance();
                let inner = self.deeper(Self::condition)?;
                Ok(Body::Not(Box::new(inner), start.to(self.previous())))
            }
            Token::LeftParenthesis if self.parenthesis_holds_conditions() => {
                self.advance();
                let body = self.body()?;
                self.expect(Token::RightParenthesis, "`,`, `;` or `)`")?;
                Ok(body)
            }
            Token::Name if self.lexeme(1 + self.qualifiers()).token == Token::LeftParenthesis => {
                let word = self.word();
                if self.qualifiers() > 0 {
                    self.atom().map(Body::Atom)
                } else if let Some(test) = Test::by_name(word) {
                    self.test(test)
                } else if starts_expression(word) {
                    self.comparison()
                } else {
                    self.atom().map(Body::Atom)
                }
            }
            Token::Name if matches!(self.word(), "true" | "false") => {
                let truth = self.word() == "true";
                Ok(Body::Truth(truth, self.advance()))
            }
            token if !begins_condition(token) => {
                Err(self.unexpected("a condition, such as an atom or a comparison"))
            }
            _ => self.comparison(),
        }
    }

    /// Whether the parenthesis here encloses conditions rather than a value: looks for what stands
    /// behind it, or for a sign inside that only conditions have.
    fn parenthesis_holds_conditions(&self) -> bool {
        let mut open = 0usize;
        let mut braces = 0usize;
        let mut ahead = 0;
        loop {
            let lexeme = self.lexeme(ahead);
            match lexeme.token {
                Token::LeftParenthesis => open += 1,
                Token::LeftBrace => braces += 1,
                Token::RightBrace => braces = braces.saturating_sub(1),
                Token::RightParenthesis => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        let behind = self.lexeme(ahead + 1);
                        return !continues_expression(behind.token, self.slice(behind.span));
                    }
                }
                Token::End | Token::Dot | Token::If => return true,
                token if braces == 0 && open == 1 && only_in_conditions(token) => return true,
                _ => {}
            }
            ahead += 1;
        }
    }

    fn test(&mut self, test: Test) -> Parsed<Body> {
        let start = self.advance();
        let arguments = self.arguments()?;
        let span = start.to(self.previous());
        if arguments.len() != 2 {
            let message = format!("`{}` takes 2 arguments, not {}", test.name(), arguments.len());
            let help = format!("write `{}`", test.usage());
            return Err(Box::new(error::malformed(span, &message, &help)));
        }
        Ok(Body::Test { test, arguments, span })
    }

    fn comparison(&mut self) -> Parsed<Body> {
        let start = self.span();
        let left = self.expression()?;
        let comparison = match self.token() {
            Token::Equal => Comparison::Equal,
            Token::NotEqual => Comparison::NotEqual,
            Token::Less => Comparison::Less,
            Token::LessOrEqual => Comparison::LessOrEqual,
            Token::Greater => Comparison::Greater,
            Token::GreaterOrEqual => Comparison::GreaterOrEqual,
            _ if matches!(left, Expression::Variable(_)) => {
                return Err(self.unexpected("`(` and arguments, or a comparison such as `=`"));
            }
            _ => return Err(self.unexpected("a comparison such as `=` or `<`")),
        };
        self.advance();
        let right = self.expression()?;
        Ok(Body::Compare { comparison, left, right, span: start.to(self.previous()) })
    }

    pub(super) fn atom(&mut self) -> Parsed<Atom> {
        let name = self.qualified("the name of a relation")?;
        let arguments = self.arguments()?;
        let span = name.span.to(self.previous());
        Ok(Atom { name, arguments, span })
    }

    pub(super) fn arguments(&mut self) -> Parsed<Vec<Expression>> {
        self.expect(Token::LeftParenthesis, "`(` and arguments")?;
        let arguments = self.expressions(Token::RightParenthesis)?;
        self.expect(Token::RightParenthesis, "`,` or `)`")?;
        Ok(arguments)
    }

    /// Values with commas between them, up to a bracket.
    pub(super) fn expressions(&mut self, closing: Token) -> Parsed<Vec<Expression>> {
        let mut arguments = Vec::new();
        if self.token() != closing {
            loop {
                arguments.push(self.expression()?);
                if !self.accept(Token::Comma) {
                    break;
                }
            }
        }
        Ok(arguments)
    }
}

/// How many positive atoms a body without "or" has.
fn atoms_of(body: &Body) -> Option<usize> {
    match body {
        Body::Or(_) => None,
        Body::And(parts) => parts.iter().map(atoms_of).sum(),
        Body::Atom(_) => Some(1),
        _ => Some(0),
    }
}
