//! What may stand behind a command: each takes something of its own, and nothing else is offered.

use std::collections::BTreeSet;

use crate::kb::{embedded_in, undotted};

use super::complete::{
    Completion, goal, identifiers, others, pick, relations, short, suggestions, values_of,
};
use super::edits::one_line;
use super::settings::{MODES, PAGING, SETTINGS};
use super::{Repl, beyond, commands, show};

/// Words with a note about each.
type Words = Vec<(String, String)>;

/// What may stand at the end of a line that begins with a command; `start` is where that ends.
pub(super) fn arguments(repl: &Repl, name: &str, before: &str, start: usize) -> Completion {
    let rest = before.get(start..).unwrap_or_default();
    let word = rest.rfind(char::is_whitespace).map_or(rest, |at| &rest[at + 1..]);
    let word_at = before.len() - word.len();
    let first = word.len() == rest.len();
    let Some(name) = commands::called(repl, name) else { return Completion::default() };
    let offer = |words: Words| pick(word_at, word, words);
    let file = || Completion { start: word_at, file: true, ..Completion::default() };
    let flags = word.starts_with('-');
    match (name.as_str(), rest.split_whitespace().next().unwrap_or_default()) {
        ("switch", _) if first => offer(repl.scenario_names()),
        ("compare", _) if flags => offer(plain(&["--all"])),
        ("compare", _) if first => offer(repl.others()),
        ("check", _) if rest.contains("--accepted ") && !flags => file(),
        ("check", _) => offer(plain(&["--all", "--accepted"])),
        ("review", _) => offer(plain(&["--why"])),
        ("questions", "--answers") if !first && !flags => file(),
        ("questions", _) => offer(plain(&["csv", "--answers", "--dossier"])),
        ("save", _) if first && flags => offer(plain(&["--force", "--rules"])),
        ("load" | "adr", _) if first => file(),
        ("save" | "verify", _) => file(),
        ("list", _) if flags => offer(plain(&["--all"])),
        ("show" | "rules" | "deps" | "plan" | "list", _) if first => offer(known(repl, word)),
        ("facts", _) if first => offer(stated_relations(repl, "")),
        ("help", _) if first => {
            let mut names = commands::names(repl);
            names.push(("keys".to_owned(), "what keys do".to_owned()));
            names.extend(known(repl, word));
            names.sort();
            offer(names)
        }
        ("undo" | "diff", _) if first => {
            let changes = repl.log.done.iter().enumerate().rev();
            let note = |text: &str| one_line(text);
            let sign = if name == "undo" { "#" } else { "" };
            offer(changes.map(|(at, it)| (format!("{sign}{}", at + 1), note(&it.text))).collect())
        }
        ("redo", _) if first => {
            let undone = repl.log.undone.iter().rev().enumerate();
            offer(undone.map(|(at, it)| ((at + 1).to_string(), one_line(&it.text))).collect())
        }
        ("dossier", _) if first => {
            offer((1..=20).map(|it| (it.to_string(), String::new())).collect())
        }
        ("pager", _) if first => offer(plain(&PAGING.map(|(name, _)| name))),
        ("timing", _) if first => offer(plain(&["on", "off"])),
        ("limit", _) if first => offer(plain(&["off"])),
        ("edit", "rules") if !first => offer(plain(&["anew"])),
        ("edit", _) if first => offer(plain(&["rules", "anew"])),
        ("mode", _) if first => offer(plain(&MODES.map(|(name, _)| name))),
        ("set", _) if first => offer(plain(&SETTINGS)),
        ("set", setting) => offer(match setting {
            "mode" => plain(&MODES.map(|(name, _)| name)),
            "pager" => plain(&PAGING.map(|(name, _)| name)),
            "timing" | "ascii" => plain(&["on", "off"]),
            "limit" | "seconds" | "tuples" | "width" => plain(&["off"]),
            _ => Words::new(),
        }),
        ("sheet", _) => {
            let sheets = repl.session().rulebook().sheets.iter();
            let name = |it| crate::answers::short_name(it).to_owned();
            offer(sheets.map(|it| (name(it), it.title.clone())).collect())
        }
        ("run", _) if first => offer(show::saved_names(repl)),
        ("run", _) => parameter(repl, rest, before),
        ("design", _) if first => {
            let designs = repl.session().designs().iter();
            offer(designs.map(|it| (it.id.clone(), it.title.clone())).collect())
        }
        ("kb", _) if first => offer(plain(&["list", "show", "search", "protocol"])),
        ("explain", _) if first => {
            let pages = embedded_in("docs/errors").filter_map(|it| it.rsplit('/').next());
            let codes = pages.filter_map(|it| it.strip_suffix(".md"));
            offer(codes.map(|code| (code.to_owned(), String::new())).collect())
        }
        ("why" | "why-not", _) if flags => offer(plain(&["--all", "--full"])),
        ("what-if", _) if word.starts_with("--") => {
            offer(plain(&["--all", "--reasons", "--dossier"]))
        }
        ("achieve", _) if flags => offer(plain(&["--size"])),
        ("ask" | "ledger", _) => offer(plain(&["--all", "--dossier"])),
        ("watch", _) if first => {
            let mut found = goal(repl, before, start);
            found.candidates.extend(pick(word_at, word, plain(&["off"])).candidates);
            found
        }
        ("expect", _) if first => {
            let mut found = goal(repl, before, start);
            found.candidates.extend(pick(word_at, word, plain(&["not"])).candidates);
            found
        }
        ("why" | "why-not" | "what-if" | "achieve" | "watch" | "expect", _) => {
            goal(repl, before, start)
        }
        _ => Completion { start: word_at, ..Completion::default() },
    }
}

fn plain(names: &[&str]) -> Words {
    names.iter().map(|name| ((*name).to_owned(), String::new())).collect()
}

/// The relations that can be shown.
fn known(repl: &Repl, word: &str) -> Words {
    let mut names = relations(repl, false, "");
    names.extend(others(word, ""));
    names
}

/// The relations that the design states something of.
pub(super) fn stated_relations(repl: &Repl, end: &str) -> Words {
    let design = repl.session().designs().get(repl.current());
    let facts = design.map(|design| design.facts.as_slice()).unwrap_or_default();
    let relations = &repl.session().rulebook().program.relations;
    let stated: BTreeSet<usize> = facts.iter().map(|fact| fact.relation.index()).collect();
    let stated = stated.into_iter().map(|at| &relations[at]);
    let note = |text: &str| beyond::first_sentence(text);
    let mut names: Words =
        stated.map(|it| (format!("{}{end}", it.name), note(&it.doc.text))).collect();
    names.sort();
    names
}

/// The values that a parameter of a saved question can have, those it would answer first.
fn parameter(repl: &Repl, rest: &str, before: &str) -> Completion {
    let quoted = rest.matches('"').count() % 2 == 1;
    let from = match quoted {
        true => rest.rfind('"').unwrap_or(rest.len()),
        false => rest.rfind([' ', ',']).map_or(0, |at| at + 1),
    };
    let start = before.len() - (rest.len() - from);
    let typed = rest.get(from..).unwrap_or_default().trim_start_matches('"');
    let words = show::words(rest.get(..from).unwrap_or_default());
    let Some((name, given)) = words.split_first() else { return Completion::default() };
    let place = given.len();
    let mut values: Vec<String> = Vec::new();
    match repl.session().rulebook().relation(name) {
        Some(id) => {
            let fits = |row: &Vec<_>| {
                let mut pairs = row.iter().zip(given);
                pairs.all(|(value, wanted): (&crate::value::Constant, _)| {
                    wanted == "_" || value.to_string() == *wanted
                })
            };
            let rows = repl.session().rows(id, repl.current());
            let rows: BTreeSet<String> = rows
                .iter()
                .filter(|row| fits(row))
                .filter_map(|row| row.get(place).map(ToString::to_string))
                .collect();
            values.extend(rows);
            if values.is_empty() && values_of(repl, id, place, &[]).is_empty() {
                values = suggestions(repl, id, place, &[]);
            }
        }
        None => {
            let columns = beyond::relation(&undotted(name)).map(|it| it.columns.as_slice());
            let column = columns.and_then(|columns| columns.get(place));
            values.extend(column.map(|it| identifiers(repl, it)).unwrap_or_default());
        }
    }
    let wanted = |value: &String| value.starts_with(typed);
    let word = |value: String| match quoted || value.contains([' ', ',']) {
        true => show::literal(&value),
        false => value,
    };
    let words = values.into_iter().filter(wanted).map(|it| (word(it), String::new()));
    short(start, words.collect())
}
