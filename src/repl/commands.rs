//! The commands by name, and their help, which is one page of text: `docs/help/commands.txt`.

use std::sync::OnceLock;

use crate::diag::nearest;
use crate::kb::Sheet;
use crate::report::hanging;

use super::{
    Done, Failure, Repl, Reply, aside, beyond, control, dossier, edit, interview, plain, plans,
    reasons, scenarios, show,
};

/// The page: an entry begins at the margin with how a command is typed; the lines below it say what
/// it does, first in one line; lines that begin with two blanks and a sign are examples.
const PAGE: &str = include_str!("../../docs/help/commands.txt");

/// A command's entry.
#[derive(Clone, Debug, Default)]
pub struct Help {
    /// Its name.
    pub name: &'static str,
    /// How it is typed, without the colon.
    pub usage: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Everything below the summary.
    pub rest: String,
}

/// The entries of all commands, in the order of the page.
pub fn helps() -> &'static [Help] {
    static HELPS: OnceLock<Vec<Help>> = OnceLock::new();
    HELPS.get_or_init(|| {
        let mut helps: Vec<Help> = Vec::new();
        for line in PAGE.lines() {
            match helps.last_mut() {
                _ if !line.is_empty() && !line.starts_with(' ') => {
                    let name = line.split_whitespace().next().unwrap_or_default();
                    helps.push(Help { name, usage: line, ..Help::default() });
                }
                Some(help) if help.summary.is_empty() => help.summary = line.trim(),
                Some(help) => {
                    help.rest.push_str(line.strip_prefix("  ").unwrap_or(line));
                    help.rest.push('\n');
                }
                None => {}
            }
        }
        helps
    })
}

/// What keys do at a terminal.
const KEYS: &str = include_str!("../../docs/help/keys.txt");

type Run = fn(&mut Repl, &str, &mut Reply) -> Done;

/// What a command does, by its name.
const COMMANDS: &[(&str, Run)] = &[
    ("help", help),
    ("list", show::list),
    ("show", show::show),
    ("rules", show::rules),
    ("facts", show::facts),
    ("deps", show::deps),
    ("plan", plans::plan),
    ("derive", show::derive),
    ("sheet", show::sheet),
    ("open", show::open),
    ("map", show::map),
    ("dossier", dossier::dossier),
    ("adr", dossier::adr),
    ("verify", dossier::verify),
    ("kb", show::kb),
    ("queries", show::queries),
    ("run", show::run),
    ("why", reasons::why),
    ("why-not", reasons::why_not),
    ("what-if", reasons::what_if),
    ("achieve", reasons::achieve),
    ("ask", reasons::ask),
    ("ledger", reasons::ledger),
    ("new", interview::new),
    ("require", plain::require),
    ("skip", interview::skip),
    ("back", interview::back),
    ("stop", interview::stop),
    ("load", control::load),
    ("save", control::save),
    ("design", control::design),
    ("undo", control::undo),
    ("redo", control::redo),
    ("log", control::log),
    ("diff", control::diff),
    ("edit", edit::edit),
    ("branch", scenarios::branch),
    ("switch", scenarios::switch),
    ("compare", scenarios::compare),
    ("check", aside::check),
    ("review", aside::review),
    ("questions", aside::questions),
    ("watch", control::watch),
    ("expect", control::expect),
    ("mode", control::mode),
    ("limit", control::limit),
    ("pager", control::pager),
    ("last", control::last),
    ("timing", control::timing),
    ("set", control::set),
    ("history", control::history),
    ("quit", control::quit),
    ("exit", control::quit),
    ("explain", show::explain),
];

/// The sheet that a name shows: its own name, the name for short, or its `@command`.
pub(super) fn sheet_called<'a>(repl: &'a Repl, name: &str) -> Option<&'a Sheet> {
    let rulebook = repl.session.rulebook();
    rulebook.sheets.iter().find(|sheet| {
        let doc = &rulebook.program.relations[sheet.relation.index()].doc;
        sheet.name == name
            || crate::answers::short_name(sheet) == name
            || doc.all("command").any(|command| command == name)
    })
}

/// The names of all commands and of the sheets that are commands, each with a line about it.
pub(super) fn names(repl: &Repl) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> =
        helps().iter().map(|help| (help.name.to_owned(), help.summary.to_owned())).collect();
    let rulebook = repl.session.rulebook();
    for sheet in &rulebook.sheets {
        let doc = &rulebook.program.relations[sheet.relation.index()].doc;
        let commands = doc.all("command").map(str::to_owned);
        names.extend(commands.map(|command| (command, sheet.title.clone())));
        let short = crate::answers::short_name(sheet);
        if short.len() > 1 {
            names.push((short.to_owned(), sheet.title.clone()));
        }
    }
    names.sort();
    names.dedup_by(|one, other| one.0 == other.0);
    names
}

/// The commands that a name stands for.
enum Fitting {
    None,
    One(String),
    Several(Vec<String>),
}

/// The command of a name, or those that begin so.
fn fitting(repl: &Repl, name: &str) -> Fitting {
    let mut known: Vec<String> = names(repl).into_iter().map(|(name, _)| name).collect();
    if name == "exit" || known.iter().any(|known| known == name) {
        return Fitting::One(name.to_owned());
    }
    known.retain(|known| known.starts_with(name) && !name.is_empty());
    match known.len() {
        0 => Fitting::None,
        1 => Fitting::One(known.remove(0)),
        _ => Fitting::Several(known),
    }
}

/// The command that a name stands for, where that is one.
pub(super) fn called(repl: &Repl, name: &str) -> Option<String> {
    match fitting(repl, name) {
        Fitting::One(name) => Some(name),
        _ => None,
    }
}

/// Does a command.
pub(super) fn run(repl: &mut Repl, line: &str, reply: &mut Reply) -> Done {
    let line = line.trim().trim_start_matches([':', '.']);
    let line = if line == "?" { "help" } else { line };
    let (name, arguments) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let arguments = arguments.trim();
    let name = match fitting(repl, name) {
        Fitting::One(name) => name,
        Fitting::Several(all) => {
            return Err(format!("`:{name}` may be :{}", all.join(", :")).into());
        }
        Fitting::None => {
            let known = names(repl);
            let near = nearest(name, known.iter().map(|(name, _)| name.as_str()));
            let hint = match near {
                Some(near) => format!("did you mean `:{near}`?"),
                None => "`:help` lists the commands".to_owned(),
            };
            return Err(format!("there is no command `:{name}`; {hint}").into());
        }
    };
    match COMMANDS.iter().find(|(known, _)| *known == name) {
        Some((_, run)) => run(repl, arguments, reply),
        None => show::sheet(repl, &name, reply),
    }
}

/// What to say of a word by itself.
pub(super) fn word(repl: &Repl, word: &str) -> Failure {
    if names(repl).iter().any(|(name, _)| name == word) {
        return format!("commands begin with a colon: `:{word}`").into();
    }
    let end = "a fact ends with a stop, a question with `?`, and commands begin with a colon";
    let near =
        repl.session.rulebook().relation(word).map(|_| format!("; `:show {word}` says more"));
    format!("nothing is asked that `{word}` would answer; {end}{}", near.unwrap_or_default()).into()
}

/// `:help`, `:help NAME`: a command, or a relation.
fn help(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    let name = name.trim_start_matches(':');
    if name.is_empty() {
        let width = repl.settings.look.width.map(usize::from);
        let mut text = String::from(
            "fact.             state it               -fact.     take it back\n\
             head :- body.     add a rule             .decl ...  declare a relation\n\
             ?- body.          ask; or body?\n\n",
        );
        for help in helps() {
            text.push_str(&hanging(&format!(":{}", help.usage), help.summary, 37, width));
        }
        let rulebook = repl.session.rulebook();
        let sheets = rulebook.sheets.iter().map(crate::answers::short_name);
        let sheets: Vec<String> =
            sheets.filter(|it| it.len() > 1).map(|it| format!(":{it}")).collect();
        text.push('\n');
        text.push_str(&hanging("Sheets are commands too:", &sheets.join(" "), 26, width));
        text.push_str(
            "`:help NAME` says more of a command or a relation, with examples; `:help keys` of keys.\n",
        );
        reply.answer(text);
        return Ok(());
    }
    if let Some(help) = helps().iter().find(|help| help.name == name) {
        reply.answer(format!(":{}\n{}\n{}", help.usage, help.summary, help.rest.trim_end()) + "\n");
        return Ok(());
    }
    if let Some(sheet) = sheet_called(repl, name) {
        let (title, relation) = (sheet.title.clone(), sheet.name.clone());
        let doc = &repl.session.rulebook().program.relations[sheet.relation.index()].doc;
        let text = if doc.text.is_empty() { String::new() } else { format!("{}\n", doc.text) };
        reply.answer(format!(
            ":{name}\n{title}\n{text}`:show {relation}` says what its columns mean.\n\n:{name}\n"
        ));
        return Ok(());
    }
    if name == "keys" {
        reply.answer(KEYS);
        return Ok(());
    }
    let beyond = beyond::relation(name).is_some();
    if beyond || repl.session.rulebook().relation(name).is_some() {
        return show::show(repl, name, reply);
    }
    let near = nearest(name, helps().iter().map(|help| help.name)).map(str::to_owned);
    let near = near.or_else(|| show::near_relation(repl, name));
    let hint = near.map(|near| format!("; did you mean `{near}`?"));
    Err(format!("there is no help on `{name}`{}", hint.unwrap_or_default()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_an_entry_with_an_example_and_every_entry_is_a_command() {
        let mut named: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
        named.retain(|name| *name != "exit");
        let mut written: Vec<&str> = helps().iter().map(|help| help.name).collect();
        named.sort_unstable();
        written.sort_unstable();
        assert_eq!(named, written);
        for help in helps() {
            let example = format!(":{}", help.name);
            assert!(help.rest.contains(&example), "{} has no example", help.name);
            assert!(!help.summary.is_empty(), "{}", help.name);
        }
    }
}
