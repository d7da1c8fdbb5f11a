//! A text in the one style.
//!
//! The style is worked on tokens, not on the tree: whatever the author wrote stays (parentheses,
//! hexadecimal numbers, comments, the order of everything), and only the space between tokens is
//! chosen anew.
//!
//! | what | how |
//! | --- | --- |
//! | items | one a line, at the margin, in a component one step in; at most one empty line between two, one above documentation |
//! | conditions | the author says which share a line; a body of several lines starts below its head |
//! | further lines | four blanks in, and four more for each open bracket |
//! | rules | a line longer than [`WIDTH`] is broken behind the last comma that fits |
//! | facts and declarations | never broken: a fact is a row of a table |
//! | brackets | where the author breaks behind the opening one, the closing one has its own line |
//! | comments | keep their words; behind a token they stay there, one blank off |
//!
//! What is formatted already comes out the same, and the text parses to the same tree as before.

use rustc_hash::FxHashMap;

use crate::diag::{Diagnostic, SourceId};

use super::lexer::{Lexeme, Token, lex};
use super::operators::{INFIX, PREFIXES};
use super::parser::parse;
use super::tree::{Item, Tree};

/// The longest line that a rule is given, in characters, where it can be broken at all.
pub const WIDTH: usize = 120;

const INDENT: usize = 4;

/// A stretch of a text that means something or is kept: a token or a comment.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// What it is.
    pub kind: PieceKind,
    /// As written.
    pub text: &'a str,
    /// The byte it starts at.
    pub start: usize,
    /// How many line ends stand between it and the piece before.
    pub newlines: usize,
}

/// The kinds of piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PieceKind {
    /// A token, documentation included.
    Token(Token),
    /// `// ...`, without its line end.
    LineComment,
    /// `/* ... */`
    BlockComment,
}

/// All tokens and comments of a text, in order.
pub fn pieces(source: SourceId, text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut end = 0;
    for Lexeme { token, span } in lex(source, text) {
        let (start, stop) = (span.start as usize, span.end as usize);
        let gap = text.get(end..start).unwrap_or_default();
        let newlines = comments(gap, end, &mut pieces);
        if token != Token::End {
            let text = text.get(start..stop).unwrap_or_default();
            pieces.push(Piece { kind: PieceKind::Token(token), text, start, newlines });
        }
        end = stop;
    }
    pieces
}

/// The comments between two tokens; gives the line ends behind the last of them.
fn comments<'a>(gap: &'a str, offset: usize, into: &mut Vec<Piece<'a>>) -> usize {
    let mut newlines = 0;
    let mut at = 0;
    while let Some(rest) = gap.get(at..).filter(|rest| !rest.is_empty()) {
        let (kind, length) = if rest.starts_with("//") {
            (Some(PieceKind::LineComment), rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (Some(PieceKind::BlockComment), rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else {
            newlines += usize::from(rest.starts_with('\n'));
            (None, rest.chars().next().map_or(1, char::len_utf8))
        };
        if let Some(kind) = kind {
            let text = rest.get(..length).unwrap_or_default().trim_end();
            into.push(Piece { kind, text, start: offset + at, newlines });
            newlines = 0;
        }
        at += length;
    }
    newlines
}

/// The text in the one style; what is wrong with it where it does not parse.
pub fn format(source: SourceId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let (tree, problems) = parse(source, text);
    if !problems.is_empty() {
        return Err(problems);
    }
    let pieces = pieces(source, text);
    let starts = starts(&tree, &pieces);
    let pieces = split_at_items(pieces, &starts);
    let mut page = Page::default();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        if let Some(shape) = starts.get(&piece.start).filter(|_| is_token(piece)) {
            let mut end = at + 1;
            let mut last = at;
            while let Some(next) = pieces.get(end) {
                if is_token(next) {
                    if next.kind == PieceKind::Token(Token::Doc) || starts.contains_key(&next.start)
                    {
                        break;
                    }
                    last = end;
                }
                end += 1;
            }
            let inside = pieces.get(at..=last).unwrap_or_default();
            page.item(inside, *shape, text);
            at = last + 1;
        } else {
            page.between(piece);
            at += 1;
        }
    }
    Ok(page.finish())
}

fn is_token(piece: &Piece<'_>) -> bool {
    matches!(piece.kind, PieceKind::Token(_))
}

/// What kind of item starts at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape {
    /// A fact or a rule.
    Clause,
    /// A `.decl` or a directive with parameters: `:` and `=` stand tight.
    Declaration,
    /// A component up to its opening brace.
    Opening,
    /// An `.init`.
    Instance,
    /// The closing brace of a component.
    Closing,
    /// Anything else.
    Other,
}

/// Where the items of a tree start. An inclusion knows the place of its path only: it starts at the
/// token before that.
fn starts(tree: &Tree, pieces: &[Piece<'_>]) -> FxHashMap<usize, Shape> {
    let directive_of = |path: usize| {
        let at = pieces.partition_point(|piece| piece.start < path);
        pieces.get(..at)?.iter().rfind(|piece| is_token(piece)).map(|piece| piece.start)
    };
    let mut starts = FxHashMap::default();
    let mut open: Vec<&Item> = tree.items.iter().collect();
    while let Some(item) = open.pop() {
        let (span, shape) = match item {
            Item::Declaration(declaration) => (declaration.span, Shape::Declaration),
            Item::Directive(directive) => (directive.span, Shape::Declaration),
            Item::Clause(clause) => (clause.span, Shape::Clause),
            Item::Type(declaration) => (declaration.span, Shape::Other),
            Item::Component(component) => {
                open.extend(&component.items);
                starts.insert(component.inside.end as usize, Shape::Closing);
                (component.span, Shape::Opening)
            }
            Item::Instance(instance) => (instance.span, Shape::Instance),
            Item::Once(span) | Item::Pragma { span, .. } | Item::Override { span, .. } => {
                (*span, Shape::Other)
            }
            Item::Query(query) => (query.span, Shape::Other),
            Item::Expectation(expectation) => (expectation.span, Shape::Other),
            Item::Retraction { span, .. } => (*span, Shape::Other),
            Item::Include { span, .. } => {
                starts.extend(directive_of(span.start as usize).map(|start| (start, Shape::Other)));
                continue;
            }
        };
        starts.insert(span.start as usize, shape);
    }
    starts
}

/// Makes the pieces fit the items: in `a(1).b(2).` the `.b`, which looks like a directive, is an
/// end and a name.
fn split_at_items<'a>(pieces: Vec<Piece<'a>>, starts: &FxHashMap<usize, Shape>) -> Vec<Piece<'a>> {
    let mut fitting: Vec<Piece<'a>> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let directive = piece.kind == PieceKind::Token(Token::Directive);
        if directive && starts.contains_key(&(piece.start + 1)) {
            let (dot, name) = piece.text.split_at(1);
            fitting.push(Piece { kind: PieceKind::Token(Token::Dot), text: dot, ..piece });
            let kind = PieceKind::Token(Token::Name);
            fitting.push(Piece { kind, text: name, start: piece.start + 1, newlines: 0 });
        } else {
            fitting.push(piece);
        }
    }
    fitting
}

/// Lines as they are made.
#[derive(Default)]
struct Page {
    text: String,
    /// What the last line holds.
    last: Last,
    /// How many components are open.
    components: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Last {
    #[default]
    Nothing,
    Item,
    Opening,
    Doc,
    Line,
    Block,
}

impl Page {
    fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, text: &str, blank: bool) {
        if blank && !self.text.is_empty() {
            self.text.push('\n');
        }
        for (at, line) in text.split('\n').enumerate() {
            // What is not of the first line of a comment stays as it is.
            if at == 0 && !line.is_empty() {
                (0..self.components * INDENT).for_each(|_| self.text.push(' '));
            }
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// A comment or a line of documentation between items.
    fn between(&mut self, piece: &Piece<'_>) {
        let blank = piece.newlines > 1 && !matches!(self.last, Last::Doc | Last::Opening);
        match piece.kind {
            PieceKind::Token(Token::Doc) => {
                let words = piece.text.get(3..).unwrap_or_default().trim_end();
                let tight = words.starts_with([' ', '\t']) || words.is_empty();
                let line = format!("///{}{words}", if tight { "" } else { " " });
                self.line(&line, blank || self.last == Last::Item);
                self.last = Last::Doc;
            }
            _ => {
                let text = piece.text.replace("\r\n", "\n");
                let closed = matches!(self.last, Last::Item | Last::Opening | Last::Block);
                if piece.newlines == 0 && closed {
                    self.text.pop();
                    self.text.push(' ');
                    self.text.push_str(&text);
                    self.text.push('\n');
                } else {
                    self.line(&text, blank);
                }
                self.last = match piece.kind {
                    // Documentation is of what follows, whatever stands in between.
                    _ if self.last == Last::Doc => Last::Doc,
                    PieceKind::BlockComment => Last::Block,
                    _ => Last::Line,
                };
            }
        }
    }

    fn item(&mut self, pieces: &[Piece<'_>], shape: Shape, text: &str) {
        let Some(first) = pieces.first() else { return };
        if shape == Shape::Closing {
            self.components = self.components.saturating_sub(1);
        }
        let (lines, behind) = lay_out(pieces, shape, text, self.components * INDENT);
        let blank = first.newlines > 1 && !matches!(self.last, Last::Doc | Last::Opening);
        for (at, line) in lines.iter().enumerate() {
            self.line(line, at == 0 && blank && shape != Shape::Closing);
        }
        self.last = Last::Item;
        if shape == Shape::Opening {
            self.components += 1;
            self.last = Last::Opening;
        }
        behind.iter().for_each(|comment| self.between(comment));
    }
}

/// A piece of an item with what was decided about the space before it.
struct Placed<'a> {
    piece: Piece<'a>,
    text: &'a str,
    /// Whether a blank stands before it on its line.
    blank: bool,
    /// Whether it starts a line.
    breaks: bool,
    /// Whether a line may be broken before it.
    may_break: bool,
    /// How many brackets are open before it.
    depth: usize,
    /// Whether it stands behind `:-`.
    in_body: bool,
    /// Whether its item is a rule.
    in_rule: bool,
}

/// The lines of an item, and the comments that go behind it.
fn lay_out<'a>(
    pieces: &[Piece<'a>],
    shape: Shape,
    text: &'a str,
    margin: usize,
) -> (Vec<String>, Vec<Piece<'a>>) {
    let (pieces, plan) = split_plan(pieces, text);
    let mut placed = place(pieces, shape);
    let mut behind = Vec::new();
    while placed.last().is_some_and(|it| it.piece.kind == PieceKind::LineComment) {
        behind.extend(placed.pop().map(|it| it.piece));
    }
    behind.reverse();
    settle(&mut placed, shape, margin);
    let mut lines = Vec::new();
    let mut rest = placed.as_slice();
    while !rest.is_empty() {
        let next = rest.iter().skip(1).position(|it| it.breaks).map_or(rest.len(), |at| at + 1);
        let (line, behind) = rest.split_at(next);
        wrap(line, shape, margin, &mut lines);
        rest = behind;
    }
    lines.extend(plan.map(str::to_owned));
    (lines, behind)
}

/// A `.plan` below a rule reaches to the end of its line and is kept as it is.
fn split_plan<'p, 'a>(
    pieces: &'p [Piece<'a>],
    text: &'a str,
) -> (&'p [Piece<'a>], Option<&'a str>) {
    let plan = pieces.iter().enumerate().skip(1).find(|(_, piece)| {
        piece.kind == PieceKind::Token(Token::Directive) && piece.text == ".plan"
    });
    let (Some((at, piece)), Some(last)) = (plan, pieces.last()) else { return (pieces, None) };
    let words = text.get(piece.start..last.start + last.text.len());
    (pieces.get(..at).unwrap_or_default(), words)
}

/// A token and how it is written.
type Word<'a> = (Token, &'a str);

/// An open bracket: whether its inside stands on lines of its own.
struct Open {
    broken: bool,
}

/// Decides the blanks, and where the author's line ends are kept.
fn place<'a>(pieces: &[Piece<'a>], shape: Shape) -> Vec<Placed<'a>> {
    let mut placed: Vec<Placed<'a>> = Vec::with_capacity(pieces.len());
    let mut open: Vec<Open> = Vec::new();
    let in_rule = pieces.iter().any(|piece| piece.kind == PieceKind::Token(Token::If));
    let (mut in_body, mut carried, mut forced) = (false, false, false);
    // The last two tokens: what is written tight depends on them.
    let (mut before, mut last): (Option<Word<'_>>, Option<Word<'_>>) = (None, None);
    for (index, piece) in pieces.iter().enumerate() {
        let token = match piece.kind {
            PieceKind::Token(token) => token,
            PieceKind::LineComment => {
                placed.push(Placed {
                    piece: *piece,
                    text: piece.text,
                    blank: true,
                    breaks: piece.newlines > 0 || forced,
                    may_break: false,
                    depth: open.len(),
                    in_body,
                    in_rule,
                });
                forced = true;
                continue;
            }
            PieceKind::BlockComment => {
                let opportunity = last.is_none_or(|(token, _)| invites_break(token, &open));
                placed.push(Placed {
                    piece: *piece,
                    text: piece.text,
                    blank: !matches!(
                        last,
                        Some((Token::LeftParenthesis | Token::Not | Token::LeftBracket, _))
                    ),
                    breaks: forced || opportunity && (piece.newlines > 0 || carried),
                    may_break: opportunity,
                    depth: open.len(),
                    in_body,
                    in_rule,
                });
                forced = false;
                carried = false;
                continue;
            }
        };
        let closes =
            matches!(token, Token::RightParenthesis | Token::RightBrace | Token::RightBracket);
        let own_line = closes && open.last().is_some_and(|open| open.broken);
        let sticks = matches!(
            token,
            Token::Comma | Token::Semicolon | Token::Dot | Token::QuestionMark | Token::If
        ) || closes && !own_line;
        if closes {
            open.pop();
        }
        // A line may start with a sign between two values, if the author has it so.
        let infix = INFIX.iter().any(|(sign, ..)| *sign == piece.text) && ends_value(last);
        let invited = last.is_some_and(|(token, _)| invites_break(token, &open)) || own_line;
        let opportunity = invited || infix && matches!(shape, Shape::Clause | Shape::Other);
        let wants = piece.newlines > 0 || carried || forced;
        let it = Placed {
            piece: *piece,
            text: piece.text,
            blank: blank_before(token, last, before, shape),
            breaks: !sticks && (forced || opportunity && wants) || own_line,
            may_break: invited && !sticks && !own_line,
            depth: open.len(),
            in_body,
            in_rule,
        };
        if sticks {
            carried |= piece.newlines > 0 && !closes;
            // A comment never parts a comma from what it follows.
            let comments = placed
                .iter()
                .rev()
                .take_while(|it| it.piece.kind == PieceKind::LineComment)
                .count();
            let behind = placed.len() - comments;
            for comment in placed.iter_mut().skip(behind) {
                (comment.depth, comment.in_body) = (open.len(), in_body || token == Token::If);
            }
            placed.insert(behind, it);
        } else {
            carried = false;
            forced = false;
            placed.push(it);
        }
        if matches!(token, Token::LeftParenthesis | Token::LeftBrace | Token::LeftBracket) {
            let next = pieces.get(index + 1);
            let broken = next.is_some_and(|next| {
                next.kind == PieceKind::LineComment
                    || next.newlines > 0
                        && !matches!(next.kind, PieceKind::Token(it) if it == closing(token))
            });
            open.push(Open { broken });
        }
        in_body |= token == Token::If;
        before = last;
        last = Some((token, piece.text));
    }
    placed
}

fn closing(token: Token) -> Token {
    match token {
        Token::LeftParenthesis => Token::RightParenthesis,
        Token::LeftBrace => Token::RightBrace,
        _ => Token::RightBracket,
    }
}

/// Whether a line may end behind this token.
fn invites_break(token: Token, open: &[Open]) -> bool {
    match token {
        Token::Comma | Token::Semicolon | Token::If | Token::Bar => true,
        Token::LeftParenthesis | Token::LeftBrace => open.last().is_some_and(|open| open.broken),
        _ => false,
    }
}

/// Whether a value ends with this token, so that a sign behind it stands between two values.
fn ends_value(word: Option<Word<'_>>) -> bool {
    word.is_some_and(|(token, text)| match token {
        Token::Name => !is_sign(text),
        Token::Number
        | Token::Float
        | Token::Text
        | Token::Wildcard
        | Token::RightParenthesis
        | Token::RightBrace => true,
        _ => false,
    })
}

fn is_sign(word: &str) -> bool {
    INFIX.iter().any(|(sign, ..)| *sign == word) || PREFIXES.iter().any(|(sign, _)| *sign == word)
}

/// Whether a blank stands between two tokens of a line.
fn blank_before(
    token: Token,
    last: Option<Word<'_>>,
    before: Option<Word<'_>>,
    shape: Shape,
) -> bool {
    let Some((previous, word)) = last else { return false };
    let declares = shape == Shape::Declaration;
    let of_types = matches!(shape, Shape::Opening | Shape::Instance);
    match (previous, token) {
        (Token::LeftParenthesis | Token::LeftBracket | Token::Not, _) => false,
        // `choice-domain`
        (_, Token::Minus) | (Token::Minus, _) if declares => false,
        // A sign before its operand stands tight: `-x`, but `bnot x` and `a - x`.
        (Token::Minus, _) if !ends_value(before) => false,
        // The word behind the dot of a qualified name looks like a directive.
        (_, Token::Directive) | (Token::Directive, Token::LeftParenthesis) => false,
        (_, Token::Less | Token::Greater) | (Token::Less, _) if of_types => false,
        (_, Token::Comma | Token::Semicolon | Token::Dot | Token::QuestionMark) => false,
        (_, Token::RightParenthesis | Token::RightBracket) => false,
        (Token::LeftBrace, Token::RightBrace) => false,
        (_, Token::Colon) => !declares,
        (_, Token::Equal) | (Token::Equal, _) => !declares,
        // A call or an atom, unless the word is a sign before or between values.
        (Token::Name, Token::LeftParenthesis) => {
            PREFIXES.iter().any(|(sign, _)| *sign == word) || is_sign(word) && ends_value(before)
        }
        _ => true,
    }
}

/// A body that takes several lines, or that does not fit behind its head, starts on its own line.
fn settle(placed: &mut [Placed<'_>], shape: Shape, outside: usize) {
    let is_turn = |it: &Placed<'_>| it.piece.kind == PieceKind::Token(Token::If);
    let Some(turn) = placed.iter().position(is_turn) else { return };
    let (head, body) = placed.split_at_mut(turn + 1);
    let start = head.iter().rposition(|it| it.breaks).unwrap_or(0);
    let line = head.get(start..).unwrap_or_default();
    let margin = line.first().map_or(0, |first| indent(first, shape, start == 0));
    let first = body.iter().position(|it| it.piece.kind != PieceKind::LineComment).unwrap_or(0);
    let several = body.iter().skip(first + 1).any(|it| it.breaks);
    let too_long = outside + margin + width(line) + width(body) > WIDTH;
    if let Some(first) = body.get_mut(first).filter(|_| several || too_long) {
        first.breaks = true;
    }
}

/// The columns that pieces take on one line, a comment at its end not counted.
fn width(line: &[Placed<'_>]) -> usize {
    line.iter().map(columns).sum()
}

fn columns(it: &Placed<'_>) -> usize {
    match it.piece.kind {
        PieceKind::LineComment => 0,
        _ => it.text.chars().count() + usize::from(it.blank),
    }
}

/// How far a line is moved in: a body one step, what stands in brackets one more for each.
fn indent(first: &Placed<'_>, shape: Shape, is_first: bool) -> usize {
    let closes = matches!(
        first.piece.kind,
        PieceKind::Token(Token::RightParenthesis | Token::RightBrace | Token::RightBracket)
    );
    let base = match shape {
        Shape::Clause => first.in_body,
        _ => !is_first && first.depth == 0 && !closes,
    };
    (usize::from(base) + first.depth) * INDENT
}

/// Makes a line of pieces; of a rule, several where they do not fit on one: broken as far out and
/// as late as possible.
fn wrap(line: &[Placed<'_>], shape: Shape, outside: usize, lines: &mut Vec<String>) {
    let mut rest = line;
    while let Some(first) = rest.first() {
        let margin = indent(first, shape, lines.is_empty());
        let mut used = outside + margin;
        let mut best: Option<(usize, usize)> = None;
        let mut end = rest.len();
        for (at, it) in rest.iter().enumerate() {
            if at > 0 && it.may_break && best.is_none_or(|(depth, _)| it.depth <= depth) {
                best = Some((it.depth, at));
            }
            used += if at == 0 { it.text.chars().count() } else { columns(it) };
            if let Some((_, at)) = best.filter(|_| used > WIDTH && it.in_rule) {
                end = at;
                break;
            }
        }
        let (now, behind) = rest.split_at(end);
        lines.push(rendered(now, margin));
        rest = behind;
    }
}

fn rendered(line: &[Placed<'_>], margin: usize) -> String {
    let mut text = " ".repeat(margin);
    for (at, it) in line.iter().enumerate() {
        if at > 0 && it.blank {
            text.push(' ');
        }
        text.push_str(&it.text.replace("\r\n", "\n"));
    }
    text
}
