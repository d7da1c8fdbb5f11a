//! The items of a text one after the other, what is skipped behind a wrong one, and components.

use crate::diag::{Diagnostic, Span};
use crate::syntax::error;
use crate::syntax::lexer::Token;
use crate::syntax::operators::DirectiveKind;
use crate::syntax::tree::*;

use super::lookahead::begins_condition;
use super::{DIRECTIVES, Parsed, Parser};

impl Parser<'_> {
    pub(super) fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        loop {
            let start = self.at;
            self.links = 0;
            let doc = self.doc();
            let ends = self.token() == Token::RightBrace && !self.components.is_empty();
            if ends || self.token() == Token::End {
                if self.at > start {
                    self.diagnostics.push(error::detached_doc(self.previous()));
                }
                return items;
            }
            self.item = self.at;
            match self.item(doc) {
                Ok(item) => items.push(item),
                Err(problem) => {
                    self.diagnostics.push(*problem);
                    self.depth = self.components.len();
                    self.recover(start);
                }
            }
        }
    }

    /// Skips to where the next item may start: behind a `.` that ends a clause, or before a
    /// directive or a documentation comment.
    fn recover(&mut self, start: usize) {
        if std::mem::take(&mut self.passed_over) {
            return;
        }
        if self.at == start {
            self.advance();
        }
        // The braces of the item that are still open.
        let mut open =
            self.lexemes[start..self.at].iter().fold(0_usize, |open, it| match it.token {
                Token::LeftBrace => open + 1,
                Token::RightBrace => open.saturating_sub(1),
                _ => open,
            });
        loop {
            match self.token() {
                Token::End | Token::Doc => return,
                // The end of the component, unless the brace is of an aggregate.
                Token::RightBrace
                    if !self.components.is_empty() && (open == 0 || self.ends_line()) =>
                {
                    return;
                }
                Token::LeftBrace => {
                    open += 1;
                    self.advance();
                }
                Token::RightBrace => {
                    open = open.saturating_sub(1);
                    self.advance();
                }
                Token::Directive if DIRECTIVES.contains(&self.word()) => return,
                Token::Dot if self.dots().is_some() => {
                    self.advance();
                    self.advance();
                }
                Token::Dot => {
                    self.advance();
                    return;
                }
                _ => {
                    self.advance();
                }
            }
        }
    }

    fn doc(&mut self) -> Doc {
        let mut doc = Doc::default();
        while self.token() == Token::Doc {
            let span = self.advance();
            let line = self.slice(span)[3..].trim();
            if let Some(tag) = line.strip_prefix('@') {
                let (name, value) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
                let (name, value) = (name.to_owned(), value.trim().to_owned());
                doc.tags.push(Tag { name, value, span });
            } else {
                let text = doc.tags.last_mut().map_or(&mut doc.text, |tag| &mut tag.value);
                if !text.is_empty() && !line.is_empty() {
                    text.push(' ');
                }
                text.push_str(line);
            }
        }
        doc
    }

    fn item(&mut self, doc: Doc) -> Parsed<Item> {
        match self.token() {
            Token::Directive => self.directive(doc),
            Token::Ask => {
                let start = self.advance();
                let body = self.body()?;
                let end = match self.token() {
                    Token::QuestionMark => self.advance(),
                    _ => self.end_of_clause()?,
                };
                Ok(Item::Query(Query { body, span: start.to(end) }))
            }
            Token::Minus => {
                let start = self.advance();
                let atom = self.atom()?;
                let end = self.end_of_clause()?;
                Ok(Item::Retraction { atom, span: start.to(end) })
            }
            token if begins_condition(token) => self.clause_or_question(doc),
            Token::Hash => {
                let what = "a directive of the C preprocessor (`#`)";
                Err(self.skip_line(error::unsupported(self.span(), what)))
            }
            _ => Err(self.unexpected("a declaration, a directive, a fact or a rule")),
        }
    }

    fn directive(&mut self, doc: Doc) -> Parsed<Item> {
        let start = self.span();
        match self.word() {
            ".decl" => self.declaration(doc),
            ".type" => self.type_declaration(doc),
            ".input" => self.io_directive(DirectiveKind::Input),
            ".output" => self.io_directive(DirectiveKind::Output),
            ".printsize" => self.io_directive(DirectiveKind::PrintSize),
            ".limitsize" => self.io_directive(DirectiveKind::LimitSize),
            ".include" => {
                self.advance();
                let (path, span) = self.quoted("the path of a file, in quotes")?;
                Ok(Item::Include { path, span })
            }
            ".expect" => self.expectation(doc),
            ".once" => Ok(Item::Once(self.advance())),
            ".pragma" => {
                self.advance();
                let mut words = Vec::new();
                while self.token() == Token::Text {
                    words.push(self.quoted("a text")?.0);
                }
                let span = start.to(self.previous());
                if !(1..=2).contains(&words.len()) {
                    return Err(Box::new(error::malformed(
                        span,
                        &format!("`.pragma` takes one or two texts, not {}", words.len()),
                        "write `.pragma \"key\"` or `.pragma \"key\" \"value\"`",
                    )));
                }
                if !self.components.is_empty() {
                    return Err(Box::new(error::malformed(
                        span,
                        "a `.pragma` in a component",
                        "it is about the whole program: write it outside",
                    )));
                }
                Ok(Item::Pragma { words, span })
            }
            ".comp" => self.component(doc),
            ".init" => {
                self.advance();
                let name = self.name("the name of the instance")?;
                self.expect(Token::Equal, "`=` and a component")?;
                let of = self.component_type()?;
                Ok(Item::Instance(Instance { name, of, span: start.to(self.previous()) }))
            }
            ".override" if self.components.is_empty() => {
                self.advance();
                Err(Box::new(error::malformed(
                    start,
                    "an `.override` outside of a component",
                    "it stands in a component and says which relation's rules are not inherited",
                )))
            }
            ".override" => {
                self.advance();
                let relation = self.name("the name of a relation")?;
                Ok(Item::Override { relation, span: start.to(self.previous()) })
            }
            ".functor" => Err(self.skip_line(error::unsupported(start, "a user-defined functor"))),
            ".lattice" => Err(self.skip_braces(error::unsupported(start, "a lattice"))),
            ".number_type" | ".symbol_type" => {
                Err(self.skip_line(error::unsupported(start, "this old form of `.type`")))
            }
            ".plan" => Err(Box::new(error::malformed(
                start,
                "a `.plan` without a rule before it",
                "write it directly below the rule that it is for",
            ))),
            name => Err(self.skip_line(error::unknown_directive(start, name, &DIRECTIVES))),
        }
    }

    /// Whether the token here is the first on its line.
    fn ends_line(&self) -> bool {
        let (before, span) = (self.previous(), self.span());
        self.text[before.end as usize..span.start as usize].contains('\n')
    }

    fn component(&mut self, doc: Doc) -> Parsed<Item> {
        let start = self.advance();
        let head = self.component_type()?;
        let mut bases = Vec::new();
        if self.accept(Token::Colon) {
            bases.push(self.component_type()?);
            while self.accept(Token::Comma) || self.accept(Token::Colon) {
                bases.push(self.component_type()?);
            }
        }
        let opening = self.expect(Token::LeftBrace, "`{` and what stands in the component")?;
        let items = self.deeper(|parser| {
            parser.components.push(opening);
            let items = parser.items();
            parser.components.pop();
            Ok(items)
        })?;
        let closing = if self.token() == Token::RightBrace {
            self.advance()
        } else {
            return Err(Box::new(error::open_component(opening, self.span())));
        };
        let inside = Span { start: opening.end, end: closing.start, ..opening };
        let span = start.to(closing);
        Ok(Item::Component(Component { head, bases, items, doc, span, inside }))
    }

    fn component_type(&mut self) -> Parsed<ComponentType> {
        let name = self.name("the name of a component")?;
        let mut arguments = Vec::new();
        if self.accept(Token::Less) {
            loop {
                arguments.push(self.qualified("the name of a type or of a component")?);
                if !self.accept(Token::Comma) {
                    break;
                }
            }
            self.expect(Token::Greater, "`,` or `>`")?;
        }
        let span = name.span.to(self.previous());
        Ok(ComponentType { name, arguments, span })
    }

    /// Passes over an unsupported block, so that what is inside is not reported as well.
    fn skip_braces(&mut self, problem: Diagnostic) -> Box<Diagnostic> {
        let line = self.end_of_line();
        let mut open = 0usize;
        loop {
            match self.token() {
                Token::End => break,
                Token::LeftBrace => open += 1,
                Token::RightBrace if open <= 1 => {
                    self.advance();
                    break;
                }
                Token::RightBrace => open -= 1,
                _ if open == 0 && self.span().start >= line => break,
                _ => {}
            }
            self.advance();
        }
        self.passed_over = true;
        Box::new(problem)
    }

    /// Passes over the rest of an unsupported directive's line.
    pub(super) fn skip_line(&mut self, problem: Diagnostic) -> Box<Diagnostic> {
        let line = self.end_of_line();
        let ends =
            |parser: &Self| parser.token() == Token::RightBrace && !parser.components.is_empty();
        while self.token() != Token::End && self.span().start < line && !ends(self) {
            self.advance();
        }
        self.passed_over = true;
        Box::new(problem)
    }

    /// Passes over all that stands before a place.
    pub(super) fn skip_to(&mut self, place: u32) {
        while self.token() != Token::End && self.span().start < place {
            self.advance();
        }
    }

    fn end_of_line(&self) -> u32 {
        let start = self.span().start;
        let rest = &self.text[start as usize..];
        start + rest.find('\n').unwrap_or(rest.len()) as u32
    }
}
