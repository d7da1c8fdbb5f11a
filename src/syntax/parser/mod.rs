//! Tokens to tree, by recursive descent.
//!
//! A problem inside an item is reported once; the parser then skips to the end of the item and
//! goes on, so that one reading reports every item that is wrong and keeps every item that is not.

mod clauses;
mod declarations;
mod expressions;
mod habits;
mod items;
mod lookahead;
mod reserved;

use crate::diag::{Diagnostic, SourceId, Span};

use super::error;
use super::lexer::{Lexeme, Token, lex};
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
        let mut lexemes = lex(source, text);
        part_question(text, &mut lexemes);
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
        let problem = match self.token() {
            Token::OpenText => error::open_text(span),
            Token::OpenComment => error::open_comment(span),
            Token::At => error::unsupported(span, "a user-defined functor"),
            Token::Dollar => error::unsupported(span, "`$` (a counter)"),
            Token::Dot if let Some(dots) = self.dots() => {
                error::unexpected(Token::Unknown, "..", dots, expected)
            }
            found if later => {
                let after = Span { start: before.end, ..before };
                error::unfinished(found, self.slice(span), span, after, expected)
            }
            found => error::unexpected(found, self.slice(span), span, expected),
        };
        Box::new(match self.habit() {
            Some(help) => problem.help(help),
            None => problem,
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

    /// A name that a text may give something.
    fn name(&mut self, expected: &str) -> Parsed<Name> {
        if self.token() == Token::Name && reserved::is_reserved(self.word()) {
            let (span, word) = (self.span(), self.word());
            let directive = format!(".{word}");
            let alone = self.at == self.item && self.lexeme(1).token != Token::LeftParenthesis;
            if alone && DIRECTIVES.contains(&directive.as_str()) {
                let problem = error::unexpected(Token::Name, word, span, expected);
                let help = format!("a directive begins with a dot: `{directive}`");
                return Err(Box::new(problem.help(help)));
            }
            // Read on as if it were a name: what is called so is there.
            self.diagnostics.push(error::reserved(span, word, expected));
        }
        self.keyword(expected)
    }

    /// A word that may be one of the language.
    fn keyword(&mut self, expected: &str) -> Parsed<Name> {
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
        let mut span = self.name(expected)?.span;
        for _ in 0..words {
            span = span.to(self.advance());
        }
        Ok(Name { text: self.slice(span).to_owned(), span })
    }
}

/// The `?` behind a name that ends the text is that of a question, unless a directive ends there.
fn part_question(text: &str, lexemes: &mut Vec<Lexeme>) {
    let [before @ .., last, _] = lexemes.as_slice() else { return };
    let word = &text[last.span.start as usize..last.span.end as usize];
    let item = before.iter().rev().take_while(|it| it.token != Token::Dot);
    let mut directives = item.filter(|it| it.token == Token::Directive);
    let is_directive =
        |it: &Lexeme| DIRECTIVES.contains(&&text[it.span.start as usize..it.span.end as usize]);
    if last.token != Token::Name || !word.ends_with('?') || directives.any(is_directive) {
        return;
    }
    let (last, mark) = (*last, Span { start: last.span.end - 1, ..last.span });
    let name = Lexeme { span: Span { end: mark.start, ..last.span }, ..last };
    let end = lexemes.len() - 2;
    lexemes.splice(end..=end, [name, Lexeme { token: Token::QuestionMark, span: mark }]);
}
