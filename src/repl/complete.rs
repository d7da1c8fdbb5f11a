//! What may stand at the cursor: commands, relations, the values that the column under the cursor can
//! take, the user's own names. And how what was typed so far reads.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::analyze::program::Relation;
use crate::change::tagged;
use crate::diag::SourceId;
use crate::kb::{is_stated, undotted};
use crate::syntax::lexer::{Lexeme, Token, lex};
use crate::syntax::printer::Literal;
use crate::value::{Constant, Primitive, RelationId};

use super::arguments::{arguments, stated_relations};
use super::{Repl, beyond, commands, is_command, show};

/// Something that may stand at the cursor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// What it puts there.
    pub text: String,
    /// A word about it, perhaps nothing.
    pub note: String,
}

/// What may stand at the cursor.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completion {
    /// The byte from which the text up to the cursor is replaced.
    pub start: usize,
    /// What by.
    pub candidates: Vec<Candidate>,
    /// Whether the name of a file is wanted, which only the caller can look for.
    pub file: bool,
}

/// What may stand at a place of a text.
pub fn complete(repl: &Repl, text: &str, at: usize) -> Completion {
    let before = text.get(..at).unwrap_or(text);
    let indent = before.len() - before.trim_start().len();
    if !is_command(before) && !before.trim_start().starts_with(':') {
        if let Some(interview) = &repl.interview {
            let options = interview.options.iter().map(|it| (it.clone(), String::new()));
            return pick(indent, &before[indent..], options.collect());
        }
        return goal(repl, before, 0);
    }
    let line = &before[indent..];
    let Some((name, rest)) = line.split_once(char::is_whitespace) else {
        let typed = line.trim_start_matches([':', '.']);
        let start = indent + line.len() - typed.len();
        return pick(start, typed, commands::names(repl));
    };
    let start = before.len() - rest.len();
    arguments(repl, name.trim_start_matches([':', '.']), before, start)
}

/// The names that begin with what was typed.
pub(super) fn pick(start: usize, typed: &str, names: Vec<(String, String)>) -> Completion {
    short(start, names.into_iter().filter(|(name, _)| name.starts_with(typed)).collect())
}

/// What may stand from a place on.
pub(super) fn short(start: usize, names: Vec<(String, String)>) -> Completion {
    let candidates = names.into_iter().map(|(text, note)| Candidate { text, note }).collect();
    Completion { start, candidates, file: false }
}

/// The relations, those that are stated alone if that is wanted.
pub(super) fn relations(repl: &Repl, stated: bool, end: &str) -> Vec<(String, String)> {
    let relations = repl.session().rulebook().program.relations.iter();
    let shown =
        relations.filter(|it| !it.name.starts_with(['@', '?']) && (!stated || is_stated(it)));
    let note = |it: &Relation| beyond::first_sentence(&it.doc.text);
    let mut names: Vec<(String, String)> =
        shown.map(|it| (format!("{}{end}", it.name), note(it))).collect();
    names.sort();
    names
}

/// Relations that goals may speak of besides those of the prompt's own rulebook, once something of
/// their names is typed.
pub(super) fn others(typed: &str, end: &str) -> Vec<(String, String)> {
    if typed.is_empty() {
        return Vec::new();
    }
    let all = beyond::relations().iter();
    let names = all.map(|(name, declared)| (beyond::typed(name), declared.note.clone()));
    names
        .filter(|(name, _)| name.starts_with(typed))
        .map(|(name, note)| (format!("{name}{end}"), note))
        .collect()
}

/// An atom that is open at the end of a text.
struct Open {
    name: String,
    /// Which argument the text ends in.
    column: usize,
    /// The constants of the arguments before it.
    before: Vec<Option<String>>,
    /// Where that argument begins, and whether anything of it is there.
    argument: Option<Lexeme>,
    /// Whether it stands behind a minus, so that it is taken back.
    minus: bool,
}

/// The innermost atom that is open at the end of the tokens.
fn innermost(text: &str, lexemes: &[Lexeme]) -> Option<Open> {
    let word = |lexeme: &Lexeme| {
        text.get(lexeme.span.start as usize..lexeme.span.end as usize).unwrap_or_default()
    };
    let mut stack: Vec<Option<Open>> = Vec::new();
    let mut name: Option<(String, usize)> = None;
    for lexeme in lexemes {
        match lexeme.token {
            Token::LeftParenthesis => stack.push(name.take().map(|(name, at)| Open {
                name,
                column: 0,
                before: Vec::new(),
                argument: None,
                minus: is_taken_back(text.get(..at).unwrap_or_default()),
            })),
            Token::LeftBrace => stack.push(None),
            Token::RightParenthesis | Token::RightBrace => {
                stack.pop();
            }
            Token::Comma => {
                if let Some(Some(open)) = stack.last_mut() {
                    let value = open.argument.take().filter(|it| it.token == Token::Text);
                    open.before.push(value.map(|it| word(&it).trim_matches('"').to_owned()));
                    open.column += 1;
                }
            }
            Token::End => break,
            _ => {
                if let Some(Some(open)) = stack.last_mut()
                    && open.argument.is_none()
                {
                    open.argument = Some(*lexeme);
                }
            }
        }
        name = (lexeme.token == Token::Name)
            .then(|| (word(lexeme).to_owned(), lexeme.span.start as usize));
    }
    stack.pop().flatten()
}

/// Whether an atom behind a text is taken back.
fn is_taken_back(before: &str) -> bool {
    let before = before.trim_end();
    before.ends_with('-') && !before.ends_with("?-") && !before.contains(":-")
}

/// What may stand at the end of a statement or goal that begins at a byte.
pub(super) fn goal(repl: &Repl, text: &str, from: usize) -> Completion {
    let typed = text.get(from..).unwrap_or_default();
    // `meta.rule` is written with a dot and is one name.
    let word = typed.rfind(|it: char| !it.is_alphanumeric() && it != '_' && it != '.');
    let word_at = word.map_or(0, |at| at + typed[at..].chars().next().map_or(1, char::len_utf8));
    let word = &typed[word_at..];
    if word.contains('.') && !others(word, "(").is_empty() {
        return pick(from + word_at, word, others(word, "("));
    }
    let typed = undotted(typed);
    let typed = typed.as_str();
    let lexemes = lex(SourceId(0), typed);
    let last = lexemes.iter().rev().find(|it| it.token != Token::End).copied();
    let touching = last.filter(|last| last.span.end as usize == typed.len());
    let Some(open) = innermost(typed, &lexemes) else {
        let start = match touching {
            Some(last) if last.token == Token::Name => last.span.start as usize,
            _ => typed.len(),
        };
        let word = typed.get(start..).unwrap_or_default();
        let mut names = match is_taken_back(typed.get(..start).unwrap_or_default()) {
            true => stated_relations(repl, "("),
            false => [relations(repl, false, "("), others(word, "(")].concat(),
        };
        names.sort();
        names.dedup_by(|one, other| one.0 == other.0);
        return pick(from + start, word, names);
    };
    let (start, quoted) = match (open.argument, touching) {
        (Some(argument), _) if argument.token == Token::OpenText => {
            (argument.span.start as usize, typed.get(argument.span.start as usize + 1..))
        }
        (Some(argument), Some(last)) if argument.span == last.span => {
            (argument.span.start as usize, typed.get(argument.span.start as usize..))
        }
        (Some(_), _) => return Completion { start: text.len(), ..Completion::default() },
        (None, _) => (typed.len(), Some("")),
    };
    let wanted = quoted.unwrap_or_default();
    let Some(relation) = repl.session().rulebook().relation(&open.name) else {
        // What the design has in columns of that name.
        let columns = beyond::relation(&open.name).map(|it| it.columns.as_slice());
        let column = columns.and_then(|columns| columns.get(open.column));
        let names = column.map(|column| identifiers(repl, column)).unwrap_or_default();
        let fitting = names.into_iter().filter(|name| name.starts_with(wanted));
        let candidates = fitting
            .map(|name| Candidate { text: show::literal(&name), note: String::new() })
            .collect();
        return Completion { start: from + start, candidates, file: false };
    };
    if open.minus {
        let fitting = stated_in(repl, relation, &open).into_iter();
        let fitting = fitting.filter(|(value, _)| value.starts_with(wanted));
        let names = fitting.map(|(_, written)| (written, String::new())).collect();
        return short(from + start, names);
    }
    let values = suggestions(repl, relation, open.column, &open.before);
    let declared = &repl.session().rulebook().program.relations[relation.index()];
    let column = declared.columns.get(open.column).map_or("", |column| column.name.as_str());
    let fitting = values.into_iter().filter(|value| value.starts_with(wanted));
    let candidates = fitting
        .map(|value| Candidate {
            note: meaning_of(repl, declared, column, &value),
            text: show::literal(&value),
        })
        .collect();
    Completion { start: from + start, candidates, file: false }
}

/// The values that stated facts have in the column that an atom ends in, where what stands before it
/// fits; each as it is and as it is written.
fn stated_in(repl: &Repl, relation: RelationId, open: &Open) -> BTreeSet<(String, String)> {
    let design = repl.session().designs().get(repl.current());
    let facts = design.map(|design| design.facts.as_slice()).unwrap_or_default();
    let fits = |value: &Constant, wanted: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| value.to_string() == *wanted)
    };
    let fitting = facts.iter().filter(|fact| {
        let mut pairs = fact.values.iter().zip(&open.before);
        fact.relation == relation && pairs.all(|(value, wanted)| fits(value, wanted))
    });
    let values = fitting.filter_map(|fact| fact.values.get(open.column));
    values.map(|value| (value.to_string(), Literal(value).to_string())).collect()
}

/// Values that a column may have: its closed list; else what the design has in it or in columns of
/// the same name.
pub(super) fn suggestions(
    repl: &Repl,
    relation: RelationId,
    column: usize,
    before: &[Option<String>],
) -> Vec<String> {
    let values = values_of(repl, relation, column, before);
    if !values.is_empty() {
        return values;
    }
    let program = &repl.session().rulebook().program;
    let Some(declared) = program.relations[relation.index()].columns.get(column) else {
        return Vec::new();
    };
    if declared.primitive != Primitive::Symbol {
        return Vec::new();
    }
    let mut values = BTreeSet::new();
    for row in repl.session().rows(relation, repl.current()) {
        values.extend(row.get(column).map(ToString::to_string));
    }
    values.extend(identifiers(repl, &declared.name));
    values.into_iter().collect()
}

/// What the design states in columns of a name.
pub(super) fn identifiers(repl: &Repl, column: &str) -> BTreeSet<String> {
    let relations = &repl.session().rulebook().program.relations;
    let design = repl.session().designs().get(repl.current());
    let facts = design.map(|design| design.facts.as_slice()).unwrap_or_default();
    let mut names = BTreeSet::new();
    for fact in facts {
        let columns = relations[fact.relation.index()].columns.iter().zip(&fact.values);
        for (declared, value) in columns {
            if let (true, Constant::Symbol(text)) = (declared.name == column, value) {
                names.insert(text.to_string());
            }
        }
    }
    names
}

/// The closed list of values of a column, in order; nothing where it has none. `before` are the
/// values of the columns before it, which may name the list.
pub(super) fn values_of(
    repl: &Repl,
    relation: RelationId,
    column: usize,
    before: &[Option<String>],
) -> Vec<String> {
    let rulebook = repl.session().rulebook();
    let declared = &rulebook.program.relations[relation.index()];
    let Some(name) = declared.columns.get(column).map(|column| column.name.as_str()) else {
        return Vec::new();
    };
    let mut tags = declared.doc.all("values").filter_map(|tag| tag.split_once(char::is_whitespace));
    let Some((_, list)) = tags.find(|(column, _)| *column == name) else { return Vec::new() };
    let list = list.trim();
    if let Some((table, column)) = list.split_once('.') {
        let Some(id) = rulebook.relation(table) else { return Vec::new() };
        let columns = &rulebook.program.relations[id.index()].columns;
        let Some(at) = columns.iter().position(|it| it.name == column) else { return Vec::new() };
        let rows = repl.session().rows(id, repl.current());
        let values: BTreeSet<String> =
            rows.iter().filter_map(|row| row.get(at)).map(ToString::to_string).collect();
        return values.into_iter().collect();
    }
    let list = match list.strip_prefix('=') {
        None => list.to_owned(),
        Some(other) => {
            let at = declared.columns.iter().position(|it| it.name == other);
            match at.and_then(|at| before.get(at)).cloned().flatten() {
                Some(list) => list,
                None => return Vec::new(),
            }
        }
    };
    let Some(values) = tagged(rulebook, "completion_value") else { return Vec::new() };
    let mut rows: Vec<(i64, String)> = repl
        .session()
        .rows(values, repl.current())
        .into_iter()
        .filter_map(|row| match row.as_slice() {
            [Constant::Symbol(of), Constant::Symbol(value), Constant::Number(at)]
                if **of == *list =>
            {
                Some((*at, value.to_string()))
            }
            _ => None,
        })
        .collect();
    rows.sort();
    rows.into_iter().map(|(_, value)| value).collect()
}

/// What a value of a column means, where a table of the knowledge base says so (`@meaning COLUMN
/// TABLE.COLUMN`; the first column of the table is the value).
pub(super) fn meaning_of(repl: &Repl, declared: &Relation, column: &str, value: &str) -> String {
    let rulebook = repl.session().rulebook();
    let meaning = || -> Option<String> {
        let mut tags = declared.doc.all("meaning").filter_map(|tag| tag.split_once(' '));
        let (table, named) = tags.find(|(of, _)| *of == column)?.1.trim().split_once('.')?;
        let id = rulebook.relation(table)?;
        let columns = &rulebook.program.relations[id.index()].columns;
        let at = columns.iter().position(|it| it.name == named)?;
        let rows = repl.session().rows(id, repl.current());
        let row =
            rows.into_iter().find(|row| row.first().is_some_and(|it| it.to_string() == value));
        Some(row?.get(at)?.to_string())
    };
    meaning().unwrap_or_default()
}

/// The columns that are still to come where a text ends in an atom.
pub fn hint(repl: &Repl, text: &str) -> Option<String> {
    let text = undotted(text);
    let text = text.as_str();
    let lexemes = lex(SourceId(0), text);
    let open = innermost(text, &lexemes)?;
    if open.argument.is_some() {
        return None;
    }
    let rulebook = repl.session().rulebook();
    let columns: Vec<&str> = match rulebook.relation(&open.name) {
        Some(id) => {
            let columns = &rulebook.program.relations[id.index()].columns;
            columns.iter().map(|column| column.name.as_str()).collect()
        }
        None => beyond::relation(&open.name)?.columns.iter().map(String::as_str).collect(),
    };
    let columns = columns.get(open.column..).unwrap_or_default();
    let blank = if text.ends_with(',') { " " } else { "" };
    (!columns.is_empty()).then(|| format!("{blank}{})", columns.join(", ")))
}

/// What a stretch of what was typed is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A command.
    Command,
    /// A relation.
    Relation,
    /// The name of something applied that is not declared.
    Unknown,
    /// A text.
    Text,
    /// A number.
    Number,
}

/// What the stretches of a text are, in order.
pub fn kinds(repl: &Repl, text: &str) -> Vec<(Range<usize>, Kind)> {
    let indent = text.len() - text.trim_start().len();
    let mut kinds = Vec::new();
    let mut from = 0;
    if text.trim_start().starts_with(':') {
        from = text[indent..].find(char::is_whitespace).map_or(text.len(), |at| indent + at);
        kinds.push((indent..from, Kind::Command));
    }
    let declared = undotted(text);
    let lexemes = lex(SourceId(0), declared.get(from..).unwrap_or_default());
    let rulebook = repl.session().rulebook();
    for (at, lexeme) in lexemes.iter().enumerate() {
        let range = from + lexeme.span.start as usize..from + lexeme.span.end as usize;
        let applied = lexemes.get(at + 1).is_some_and(|it| it.token == Token::LeftParenthesis);
        let kind = match lexeme.token {
            Token::Text | Token::OpenText => Kind::Text,
            Token::Number | Token::Float => Kind::Number,
            Token::Name if applied => {
                let name = &declared[range.clone()];
                match rulebook.relation(name).is_some() || beyond::relation(name).is_some() {
                    true => Kind::Relation,
                    false => Kind::Unknown,
                }
            }
            _ => continue,
        };
        kinds.push((range, kind));
    }
    kinds
}
