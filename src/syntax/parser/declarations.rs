//! Declarations of relations and types, and directives that read and write.

use crate::syntax::error;
use crate::syntax::lexer::Token;
use crate::syntax::operators::DirectiveKind;
use crate::syntax::tree::*;

use super::{Parsed, Parser};

impl Parser<'_> {
    pub(super) fn declaration(&mut self, doc: Doc) -> Parsed<Item> {
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
            let qualifier = self.keyword("a qualifier")?;
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
        self.unknown_qualifiers();
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

    /// Passes over words behind the columns that are no qualifiers and begin no clause either.
    fn unknown_qualifiers(&mut self) {
        while self.token() == Token::Name
            && self.word() != "choice"
            && matches!(
                self.lexeme(1).token,
                Token::Directive | Token::Doc | Token::Name | Token::RightBrace | Token::End
            )
        {
            let span = self.advance();
            let problem = error::unknown_qualifier(span, self.slice(span), &QUALIFIERS);
            self.diagnostics.push(problem);
        }
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

    pub(super) fn type_declaration(&mut self, doc: Doc) -> Parsed<Item> {
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
            Token::Directive | Token::Doc | Token::RightBrace | Token::End => {
                let span = start.to(name.span);
                return Err(Box::new(error::unsupported(span, "this old form of `.type`")));
            }
            _ => return Err(self.unexpected("`<:` and a base type, or `=` and a union")),
        };
        Ok(Item::Type(TypeDeclaration { name, body, doc, span: start.to(self.previous()) }))
    }

    pub(super) fn io_directive(&mut self, kind: DirectiveKind) -> Parsed<Item> {
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
