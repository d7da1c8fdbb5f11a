//! Tokens to tree, by recursive descent.
//!
//! A problem inside an item is reported once; the parser then skips to the end of the item and
//! goes on, so that one reading reports every item that is wrong and keeps every item that is not.

use std::sync::Arc;

use crate::diag::{Diagnostic, SourceId, Span};
use crate::value::{Constant, read_unsigned};

use super::error;
use super::lexer::{Lexeme, Token, lex};
use super::operators::{
    AggregateOperator, CALLS, Comparison, DirectiveKind, Functor, INFIX, PREFIX, PREFIXES,
    Precedence, Test,
};
use super::tree::*;

/// How deep expressions and bodies may nest. Deep enough for any text a person writes, shallow
/// enough for any stack.
pub const MOST_DEPTH: usize = 128;

const DIRECTIVES: [&str; 14] = [
    ".decl",
    ".type",
    ".input",
    ".output",
    ".printsize",
    ".limitsize",
    ".include",
    ".once",
    ".pragma",
    ".plan",
    ".comp",
    ".init",
    ".override",
    ".expect",
];

/// How many infix signs one item may have.
pub const MOST_LINKS: usize = 1_000;

/// The tree of a text, and what is wrong with the text. The tree holds all items that are right.
pub fn parse(source: SourceId, text: &str) -> (Tree, Vec<Diagnostic>) {
    let mut parser = Parser::new(source, text);
    let items = parser.items();
    (Tree { items }, parser.diagnostics)
}

/// The body of a text that is a body and nothing else, such as a goal on a command line. A final
/// `.` or `?` and a leading `?-` are allowed.
pub fn parse_goal(source: SourceId, text: &str) -> Result<Body, Vec<Diagnostic>> {
    let mut parser = Parser::new(source, text);
    let parsed = parser.goal();
    match parsed {
        Ok(body) if parser.diagnostics.is_empty() => Ok(body),
        Ok(_) => Err(parser.diagnostics),
        Err(problem) => {
            parser.diagnostics.push(*problem);
            Err(parser.diagnostics)
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    lexemes: Vec<Lexeme>,
    at: usize,
    /// Where the item begins that is read.
    item: usize,
    depth: usize,
    /// Where the components are opened that are read.
    components: Vec<Span>,
    /// The infix signs of the item so far.
    links: usize,
    /// The item that failed was passed over already; what follows is the next one.
    passed_over: bool,
    diagnostics: Vec<Diagnostic>,
}

/// A problem ends the item it is in.
type Parsed<T> = Result<T, Box<Diagnostic>>;

impl<'a> Parser<'a> {
    fn new(source: SourceId, text: &'a str) -> Self {
        let lexemes = lex(source, text);
        Parser {
            text,
            lexemes,
            at: 0,
            item: 0,
            depth: 0,
            components: Vec::new(),
            links: 0,
            passed_over: false,
            diagnostics: Vec::new(),
        }
    }

    // Moving over tokens.

    fn lexeme(&self, ahead: usize) -> Lexeme {
        let last = self.lexemes.len() - 1;
        self.lexemes[(self.at + ahead).min(last)]
    }

    fn token(&self) -> Token {
        self.lexeme(0).token
    }

    fn span(&self) -> Span {
        self.lexeme(0).span
    }

    fn previous(&self) -> Span {
        self.lexemes[self.at.saturating_sub(1)].span
    }

    fn slice(&self, span: Span) -> &'a str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn word(&self) -> &'a str {
        self.slice(self.span())
    }

    fn advance(&mut self) -> Span {
        let span = self.span();
        if self.at < self.lexemes.len() - 1 {
            self.at += 1;
        }
        span
    }

    fn accept(&mut self, token: Token) -> bool {
        let found = self.token() == token;
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, token: Token, expected: &str) -> Parsed<Span> {
        if self.token() == token { Ok(self.advance()) } else { Err(self.unexpected(expected)) }
    }

    /// Where what was found stands on a later line than what came before it in the item, the place
    /// to mend is the end of what came before.
    fn unexpected(&self, expected: &str) -> Box<Diagnostic> {
        let (before, span) = (self.previous(), self.span());
        let later = self.at > self.item
            && self.text[before.end as usize..span.start as usize].contains('\n');
        Box::new(match self.token() {
            Token::OpenText => error::open_text(span),
            Token::OpenComment => error::open_comment(span),
            Token::At => error::unsupported(span, "a user-defined functor"),
            Token::Dollar => error::unsupported(span, "`$` (a counter)"),
            found if later => {
                let after = Span { start: before.end, ..before };
                error::unfinished(found, self.slice(span), span, after, expected)
            }
            found => error::unexpected(found, self.slice(span), span, expected),
        })
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MOST_DEPTH {
            return Err(Box::new(error::too_deep(self.span(), MOST_DEPTH)));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    // Items.

    fn items(&mut self) -> Vec<Item> {
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
        loop {
            match self.token() {
                Token::End | Token::Doc => return,
                // The end of the component, unless the brace is of an aggregate.
                Token::RightBrace if !self.components.is_empty() && self.ends_line() => return,
                Token::Directive if DIRECTIVES.contains(&self.word()) => return,
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
                Ok(Item::Pragma { words, span: start.to(self.previous()) })
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
    fn skip_line(&mut self, problem: Diagnostic) -> Box<Diagnostic> {
        let line = self.end_of_line();
        self.skip_to(line);
        self.passed_over = true;
        Box::new(problem)
    }

    /// Passes over all that stands before a place.
    fn skip_to(&mut self, place: u32) {
        while self.token() != Token::End && self.span().start < place {
            self.advance();
        }
    }

    fn end_of_line(&self) -> u32 {
        let start = self.span().start;
        let rest = &self.text[start as usize..];
        start + rest.find('\n').unwrap_or(rest.len()) as u32
    }

    fn declaration(&mut self, doc: Doc) -> Parsed<Item> {
        let start = self.advance();
        let mut names = vec![self.name("the name of a relation")?];
        while self.accept(Token::Comma) {
            names.push(self.name("the name of a relation")?);
        }
        if self.token() == Token::Equal && self.slice(self.lexeme(1).span) == "debug_delta" {
            let span = self.span();
            return Err(self.skip_line(error::unsupported(span, "`debug_delta`")));
        }
        self.expect(Token::LeftParenthesis, "`(` and the columns")?;
        let columns = self.columns(Token::RightParenthesis)?;
        self.expect(Token::RightParenthesis, "`,` or `)`")?;
        let mut qualifiers = Vec::new();
        while self.token() == Token::Name && QUALIFIERS.contains(&self.word()) {
            let qualifier = self.name("a qualifier")?;
            let same = |other: &&Name| {
                other.text == qualifier.text
                    || EITHER.iter().any(|group| {
                        group.contains(&&*other.text) && group.contains(&&*qualifier.text)
                    })
            };
            if let Some(other) = qualifiers.iter().find(same) {
                let message = match other.text == qualifier.text {
                    true => format!("the qualifier `{}` twice", other.text),
                    false => format!("both `{}` and `{}`", other.text, qualifier.text),
                };
                let help = "one of them is enough";
                self.diagnostics.push(error::malformed(qualifier.span, &message, help));
            }
            qualifiers.push(qualifier);
        }
        let mut choices = Vec::new();
        if self.token() == Token::Name && self.word() == "choice" {
            self.advance();
            self.expect(Token::Minus, "`choice-domain`")?;
            if self.word() != "domain" {
                return Err(self.unexpected("`choice-domain`"));
            }
            self.advance();
            choices.push(self.choice()?);
            while self.accept(Token::Comma) {
                choices.push(self.choice()?);
            }
        }
        Ok(Item::Declaration(Declaration {
            names,
            columns,
            qualifiers,
            choices,
            doc,
            span: start.to(self.previous()),
        }))
    }

    /// Names with types, up to a bracket.
    fn columns(&mut self, closing: Token) -> Parsed<Vec<ColumnDeclaration>> {
        let mut columns = Vec::new();
        if self.token() != closing {
            loop {
                let name = self.name("the name of a column, as in `name: type`")?;
                self.expect(Token::Colon, "`:` and the column's type")?;
                let ty = self.qualified("the name of a type")?;
                if self.token() == Token::Less {
                    let span = self.span();
                    return Err(self.skip_line(error::unsupported(span, "a lattice")));
                }
                columns.push(ColumnDeclaration { name, ty });
                if !self.accept(Token::Comma) {
                    break;
                }
            }
        }
        Ok(columns)
    }

    /// The fields of a branch.
    fn branch(&mut self, name: Name) -> Parsed<(Name, Vec<ColumnDeclaration>)> {
        self.expect(Token::LeftBrace, "`{` and the fields of the branch")?;
        let fields = self.columns(Token::RightBrace)?;
        self.expect(Token::RightBrace, "`,` or `}`")?;
        Ok((name, fields))
    }

    /// A column, or several in parentheses.
    fn choice(&mut self) -> Parsed<Vec<Name>> {
        let expected = "the name of a column, or several in parentheses";
        if !self.accept(Token::LeftParenthesis) {
            return Ok(vec![self.name(expected)?]);
        }
        let mut columns = vec![self.name(expected)?];
        while self.accept(Token::Comma) {
            columns.push(self.name("the name of a column")?);
        }
        self.expect(Token::RightParenthesis, "`,` or `)`")?;
        Ok(columns)
    }

    fn type_declaration(&mut self, doc: Doc) -> Parsed<Item> {
        let start = self.advance();
        let name = self.name("the name of a type")?;
        let body = match self.token() {
            Token::Subtype => {
                self.advance();
                TypeBody::Subtype(self.qualified("the name of a type")?)
            }
            Token::Equal => {
                self.advance();
                if self.accept(Token::LeftBracket) {
                    let fields = self.columns(Token::RightBracket)?;
                    self.expect(Token::RightBracket, "`,` or `]`")?;
                    let span = start.to(self.previous());
                    return Ok(Item::Type(TypeDeclaration {
                        name,
                        body: TypeBody::Record(fields),
                        doc,
                        span,
                    }));
                }
                let first = self.qualified("the name of a type")?;
                if self.token() == Token::LeftBrace {
                    let mut branches = vec![self.branch(first)?];
                    while self.accept(Token::Bar) {
                        let branch = self.name("the name of a branch")?;
                        branches.push(self.branch(branch)?);
                    }
                    let body = TypeBody::Sum(branches);
                    let span = start.to(self.previous());
                    return Ok(Item::Type(TypeDeclaration { name, body, doc, span }));
                }
                let mut members = vec![first];
                while self.accept(Token::Bar) {
                    members.push(self.qualified("the name of a type")?);
                }
                TypeBody::Union(members)
            }
            _ => return Err(self.unexpected("`<:` and a base type, or `=` and a union")),
        };
        Ok(Item::Type(TypeDeclaration { name, body, doc, span: start.to(self.previous()) }))
    }

    fn io_directive(&mut self, kind: DirectiveKind) -> Parsed<Item> {
        let start = self.advance();
        let mut relations = vec![self.qualified("the name of a relation")?];
        while self.accept(Token::Comma) {
            relations.push(self.qualified("the name of a relation")?);
        }
        let mut parameters = Vec::new();
        if self.accept(Token::LeftParenthesis) {
            while self.token() != Token::RightParenthesis {
                let key = self.name("the name of a parameter")?;
                self.expect(Token::Equal, "`=` and the parameter's value")?;
                let value = match self.token() {
                    Token::Text => self.quoted("a value")?.0,
                    Token::Name | Token::Number => {
                        let span = self.advance();
                        self.slice(span).to_owned()
                    }
                    _ => return Err(self.unexpected("the parameter's value")),
                };
                parameters.push((key, value));
                if !self.accept(Token::Comma) {
                    break;
                }
            }
            self.expect(Token::RightParenthesis, "`,` or `)`")?;
        }
        let span = start.to(self.previous());
        Ok(Item::Directive(Directive { kind, relations, parameters, span }))
    }

    fn expectation(&mut self, doc: Doc) -> Parsed<Item> {
        let start = self.advance();
        let (negated, body) = match self.body()? {
            Body::Not(body, _) => (true, *body),
            body => (false, body),
        };
        let span = start.to(self.end_of_clause()?);
        Ok(Item::Expectation(Expectation { body, negated, doc, span }))
    }

    fn clause_or_question(&mut self, doc: Doc) -> Parsed<Item> {
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
        if self.token() == Token::Directive && self.word() == ".plan" {
            match self.plan(clause.body.as_ref()) {
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
    fn plan(&mut self, body: Option<&Body>) -> Parsed<String> {
        let from = self.advance();
        // A disjunction stands for several bodies, which may have different numbers of atoms.
        let atoms = body.and_then(atoms_of);
        loop {
            self.expect(Token::Number, "the number of a version, as in `0:(2,1)`")?;
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
        Ok(self.slice(from.to(self.previous())).to_owned())
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

    fn end_of_clause(&mut self) -> Parsed<Span> {
        // `a(1).b(2).` is two facts, though `.b` looks like a directive.
        if self.token() == Token::Directive && !DIRECTIVES.contains(&self.word()) {
            let span = self.span();
            let dot = Span { end: span.start + 1, ..span };
            let name = Span { start: span.start + 1, ..span };
            self.lexemes[self.at] = Lexeme { token: Token::Name, span: name };
            return Ok(dot);
        }
        self.expect(Token::Dot, "`,` and another condition, or `.` and the end of the clause")
    }

    fn goal(&mut self) -> Parsed<Body> {
        self.accept(Token::Ask);
        let body = self.body()?;
        let _ = self.accept(Token::QuestionMark) || self.accept(Token::Dot);
        self.expect(Token::End, "`,` and another condition, or the end of the goal")?;
        Ok(body)
    }

    // Bodies.

    fn body(&mut self) -> Parsed<Body> {
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

    fn atom(&mut self) -> Parsed<Atom> {
        let name = self.qualified("the name of a relation")?;
        let arguments = self.arguments()?;
        let span = name.span.to(self.previous());
        Ok(Atom { name, arguments, span })
    }

    fn arguments(&mut self) -> Parsed<Vec<Expression>> {
        self.expect(Token::LeftParenthesis, "`(` and arguments")?;
        let arguments = self.expressions(Token::RightParenthesis)?;
        self.expect(Token::RightParenthesis, "`,` or `)`")?;
        Ok(arguments)
    }

    /// Values with commas between them, up to a bracket.
    fn expressions(&mut self, closing: Token) -> Parsed<Vec<Expression>> {
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

    // Values.

    fn expression(&mut self) -> Parsed<Expression> {
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
        if let Some(operator) = AggregateOperator::by_name(word)
            && !(called && matches!(word, "min" | "max"))
        {
            return self.aggregate(operator);
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
                error::malformed(
                    span,
                    &format!("`{word}` is not a functor"),
                    "an atom cannot stand where a value is wanted",
                )
                .nearest(word, CALLS.iter().map(|(name, ..)| *name))
            }));
        };
        let name = self.name("a functor")?;
        let arguments = self.arguments()?;
        let span = name.span.to(self.previous());
        if arguments.len() < *fewest || arguments.len() > *most {
            let message = if fewest == most {
                format!("`{word}` takes {fewest} arguments, not {}", arguments.len())
            } else {
                format!("`{word}` takes at least {fewest} arguments, not {}", arguments.len())
            };
            return Err(Box::new(error::malformed(span, &message, &format!("write `{usage}`"))));
        }
        Ok(Expression::Call { functor: *functor, arguments, name, span })
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

    // Words.

    fn name(&mut self, expected: &str) -> Parsed<Name> {
        let span = self.expect(Token::Name, expected)?;
        Ok(Name { text: self.slice(span).to_owned(), span })
    }

    /// How many words of a qualified name follow the word here: `.b` of `a.b` looks like a
    /// directive.
    fn qualifiers(&self) -> usize {
        let mut count = 0;
        let mut end = self.span().end;
        loop {
            let Lexeme { token, span } = self.lexeme(count + 1);
            let is_word = token == Token::Directive && span.start == end;
            if !is_word || DIRECTIVES.contains(&self.slice(span)) {
                return count;
            }
            end = span.end;
            count += 1;
        }
    }

    /// A name that may have the names of instances before it: `a.b.c`.
    fn qualified(&mut self, expected: &str) -> Parsed<Name> {
        let words = self.qualifiers();
        let mut span = self.expect(Token::Name, expected)?;
        for _ in 0..words {
            span = span.to(self.advance());
        }
        Ok(Name { text: self.slice(span).to_owned(), span })
    }

    fn quoted(&mut self, expected: &str) -> Parsed<(String, Span)> {
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
                Some(plain @ ('"' | '\\')) => text.push(plain),
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

/// Words behind a `.decl`: hints about representation, and those that change meaning.
const QUALIFIERS: [&str; 12] = [
    "brie",
    "btree",
    "btree_delete",
    "inline",
    "no_inline",
    "magic",
    "no_magic",
    "input",
    "output",
    "eqrel",
    "overridable",
    "printsize",
];

/// Qualifiers of which a declaration has one at most.
const EITHER: [&[&str]; 3] =
    [&["brie", "btree", "btree_delete", "eqrel"], &["inline", "no_inline"], &["magic", "no_magic"]];

/// How many positive atoms a body without "or" has.
fn atoms_of(body: &Body) -> Option<usize> {
    match body {
        Body::Or(_) => None,
        Body::And(parts) => parts.iter().map(atoms_of).sum(),
        Body::Atom(_) => Some(1),
        _ => Some(0),
    }
}

fn starts_expression(word: &str) -> bool {
    word == "range"
        || matches!(word, "as" | "autoinc" | "recursive_iteration_cnt")
        || CALLS.iter().any(|(name, ..)| *name == word)
        || AggregateOperator::by_name(word).is_some()
        || PREFIXES.iter().any(|(sign, _)| *sign == word)
}

/// Whether a condition may begin so, rightly or with a problem that says more.
fn begins_condition(token: Token) -> bool {
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

fn continues_expression(token: Token, word: &str) -> bool {
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

fn only_in_conditions(token: Token) -> bool {
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
