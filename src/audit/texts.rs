//! Texts beside their rules: comments, inclusions, directives, characters that nobody sees.

use std::collections::BTreeMap;

use crate::analyze::beyond::PRAGMA as EXTENSIONS;
use crate::analyze::wishes::is_wish;
use crate::diag::{SourceId, Span};
use crate::syntax::format::{PieceKind, pieces};
use crate::syntax::tree::{Item, Name, Tree};

use super::{Finding, Subject, kinds};

/// Qualifiers that say what becomes of a relation, and not how it is kept.
const EFFECTIVE: [&str; 7] =
    ["eqrel", "input", "output", "printsize", "overridable", "magic", "no_magic"];

/// Words that say that something is left to do.
const LEFT_TO_DO: [&str; 3] = ["TODO", "FIXME", "XXX"];

/// Adds what is odd about texts.
pub fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (source, tree) in &subject.trees {
        let Some(text) = subject.sources.get(*source) else { continue };
        characters(*source, &text.name, &text.text, findings);
        comments(*source, &text.name, &text.text, findings);
        items(tree, findings);
    }
    inclusions(subject, findings);
}

/// Whether a character shows nothing, or turns the direction of what follows.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{00ad}'
            | '\u{feff}'
    )
}

fn characters(source: SourceId, name: &str, text: &str, findings: &mut Vec<Finding>) {
    for (start, character) in text.char_indices().filter(|(_, it)| is_invisible(*it)) {
        let (start, end) = (start as u32, (start + character.len_utf8()) as u32);
        let span = Span { source, start, end };
        findings.push(kinds::invisible_character(name, span, character));
    }
}

fn comments(source: SourceId, name: &str, text: &str, findings: &mut Vec<Finding>) {
    let is_comment = |kind| matches!(kind, PieceKind::LineComment | PieceKind::BlockComment);
    for piece in pieces(source, text).into_iter().filter(|piece| is_comment(piece.kind)) {
        let words = piece.text.split(|it: char| !it.is_ascii_alphanumeric());
        if words.into_iter().any(|word| LEFT_TO_DO.contains(&word)) {
            let (start, end) = (piece.start as u32, (piece.start + piece.text.len()) as u32);
            findings.push(kinds::left_to_do(name, Span { source, start, end }));
        }
    }
}

/// Directives that do nothing, and those that stand twice.
fn items(tree: &Tree, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<(&str, &str, String), Span> = BTreeMap::new();
    for item in &tree.items {
        match item {
            Item::Pragma { words, span }
                if !is_wish(words) && words.first().is_none_or(|it| it != EXTENSIONS) =>
            {
                findings.push(kinds::without_effect(*span, "`.pragma`"));
            }
            Item::Clause(clause) if clause.plan.is_some() => {
                findings.push(kinds::without_effect(clause.span, "the `.plan` of this rule"));
            }
            Item::Declaration(declaration) => {
                let without = |it: &&Name| !EFFECTIVE.contains(&it.text.as_str());
                for qualifier in declaration.qualifiers.iter().filter(without) {
                    let what = format!("the qualifier `{}`", qualifier.text);
                    findings.push(kinds::without_effect(qualifier.span, &what));
                }
            }
            Item::Directive(directive) => {
                let parameters = format!("{:?}", parameters(directive));
                for name in &directive.relations {
                    let kind = directive.kind.name();
                    let key = (kind, name.text.as_str(), parameters.clone());
                    match first.get(&key) {
                        Some(first) => {
                            findings
                                .push(kinds::directive_twice(&name.text, kind, name.span, *first));
                        }
                        None => drop(first.insert(key, name.span)),
                    }
                }
            }
            _ => {}
        }
    }
}

fn parameters(directive: &crate::syntax::tree::Directive) -> Vec<(&str, &str)> {
    directive.parameters.iter().map(|(key, value)| (key.text.as_str(), value.as_str())).collect()
}

/// Files that are read twice though once is enough.
fn inclusions(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let once = |path: &str| {
        subject.trees.iter().any(|(source, tree)| {
            let name = subject.sources.get(*source).map_or("", |it| it.name.as_str());
            let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
            last(name) == last(path) && tree.items.iter().any(|it| matches!(it, Item::Once(_)))
        })
    };
    for (_, tree) in &subject.trees {
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        for item in &tree.items {
            let Item::Include { path, span } = item else { continue };
            match first.get(path.as_str()) {
                Some(first) if !once(path) => {
                    findings.push(kinds::included_twice(path, *span, *first));
                }
                Some(_) => {}
                None => drop(first.insert(path, *span)),
            }
        }
    }
}
