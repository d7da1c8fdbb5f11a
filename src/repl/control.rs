//! Commands about the session itself: asking and watching, files, settings.

use std::path::Path;
use std::time::Duration;

use crate::diag::reason;
use crate::io;
use crate::kb;
use crate::report::Table;
use crate::syntax::printer::Literal;
use crate::text::Text;

use super::beyond;
use super::edits::{one_line, redo as redo_changes, undo as undo_changes};
use super::settings::{MODES, Mode, PAGING};
use super::{Done, Event, Failure, Repl, Reply, Saved, UNNAMED};

/// Answers a goal.
pub(super) fn ask(repl: &mut Repl, goal: &str, reply: &mut Reply) -> Done {
    let table = answers(repl, goal)?;
    repl.table(table, reply);
    Ok(())
}

/// The answers to a goal.
fn answers(repl: &mut Repl, goal: &str) -> Result<Table, Failure> {
    let goal = &kb::undotted(goal);
    if kb::observes(goal) {
        let session = repl.observed()?;
        return Ok(session.query_within(goal, &repl.effort.options(&repl.interrupt))?);
    }
    if beyond::of_the_dossier(repl, goal) {
        let session = repl.beside_dossier()?;
        return Ok(session.query_within(goal, &repl.effort.options(&repl.interrupt))?);
    }
    let options = repl.effort.options(&repl.interrupt);
    Ok(repl.session.query_within(goal, &options)?)
}

/// So many answers, in words.
fn answers_of(count: usize) -> String {
    match count {
        0 => "no answer".to_owned(),
        1 => "1 answer".to_owned(),
        count => format!("{count} answers"),
    }
}

/// `:watch GOAL`, `:watch off`, `:watch`
pub(super) fn watch(repl: &mut Repl, goal: &str, reply: &mut Reply) -> Done {
    match goal {
        "" if repl.watched.is_empty() => reply.note("nothing is watched"),
        "" => {
            let goals: Vec<String> = repl.watched.iter().map(|(goal, _)| goal.clone()).collect();
            reply.answer(format!("{}\n", goals.join("\n")));
        }
        "off" => repl.watched.clear(),
        goal => {
            let table = answers(repl, goal)?;
            let count = answers_of(table.rows.len());
            repl.watched.push((goal.to_owned(), table));
            reply.note(format!("watching {goal}: {count} now; `:watch off` stops it"));
        }
    }
    Ok(())
}

/// Says what answers the goals that are watched now and did not before, and the reverse.
pub(super) fn watch_again(repl: &mut Repl, reply: &mut Reply) {
    for at in 0..repl.watched.len() {
        let goal = repl.watched[at].0.clone();
        let table = match answers(repl, &goal) {
            Ok(table) => table,
            Err(failure) => {
                reply.fail(failure);
                continue;
            }
        };
        let before = std::mem::replace(&mut repl.watched[at].1, table.clone());
        for (sign, these, those) in [('-', &before, &table), ('+', &table, &before)] {
            for row in these.rows.iter().filter(|row| !those.rows.contains(row)) {
                let values = table.columns.iter().zip(row);
                let values =
                    values.map(|(column, value)| format!("{} = {}", column.title, Literal(value)));
                let values: Vec<String> = values.collect();
                let values = if values.is_empty() { goal.clone() } else { values.join(", ") };
                reply.answer(format!("{sign} {values}\n"));
            }
        }
    }
}

/// `:expect GOAL`, `:expect not GOAL`, `:expect N GOAL`
pub(super) fn expect(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (wanted, goal) = match (first, first.parse::<usize>()) {
        ("not", _) => (Some(0), rest),
        (_, Ok(count)) => (Some(count), rest),
        _ => (None, text),
    };
    if goal.trim().is_empty() {
        return Err("say what is expected: `:expect GOAL`, `:expect not GOAL`, `:expect 3 GOAL`"
            .to_owned()
            .into());
    }
    let table = answers(repl, goal)?;
    let count = table.rows.len();
    if wanted.map_or(count > 0, |wanted| wanted == count) {
        return Ok(());
    }
    let wanted = wanted.map_or_else(|| "an answer".to_owned(), answers_of);
    let found = if count == 0 { answers_of(count) } else { count.to_string() };
    let mut text = format!("expected {wanted} to {}, found {found}", goal.trim());
    if count > 0 && !table.columns.is_empty() {
        text.push('\n');
        text.push_str(crate::report::text_table(&table, repl.settings.look).trim_end());
    }
    reply.events.push(Event::Unmet(text));
    Ok(())
}

impl Repl {
    /// Opens a design: in the place of the empty one that a prompt starts with, else beside the
    /// others. It becomes the one that is spoken of.
    pub(super) fn load(&mut self, path: &str, reply: &mut Reply) -> Done {
        let known = self.session.diagnostics().len();
        let opened = self.session.open(Path::new(path));
        let problems = self.session.take_diagnostics(known);
        if !problems.is_empty() {
            let sources = self.session.sources().clone();
            reply.events.push(Event::Problems { diagnostics: problems, sources });
        }
        if !opened {
            return Err(format!("`{path}` is not loaded").into());
        }
        let first = self.session.designs().first();
        let blank = first.is_some_and(|it| it.id == UNNAMED && it.facts.is_empty())
            && self.log.done.is_empty()
            && self.log.undone.is_empty()
            && self.scenarios.is_empty();
        if blank {
            self.session.close(0);
            self.saved.clear();
            self.bases.clear();
        }
        self.current = self.session.designs().len().saturating_sub(1);
        Ok(())
    }
}

/// `:load FILE`
pub(super) fn load(repl: &mut Repl, path: &str, reply: &mut Reply) -> Done {
    if path.is_empty() {
        return Err("say which design: `:load FILE`".to_owned().into());
    }
    repl.load(path, reply)?;
    repl.derive(reply)?;
    let design = repl.session.designs().get(repl.current);
    if let Some(design) = design {
        let facts = crate::answers::plural(design.facts.len(), "fact");
        reply.note(format!("{}: {facts}", design.id));
    }
    Ok(())
}

/// `:design`, `:design ID`
pub(super) fn design(repl: &mut Repl, id: &str, reply: &mut Reply) -> Done {
    let designs = repl.session.designs();
    if id.is_empty() {
        for (at, design) in designs.iter().enumerate() {
            let mark = if at == repl.current { "*" } else { " " };
            reply.answer(format!("{mark} {}  {}  {}\n", design.id, design.title, design.path));
        }
        return Ok(());
    }
    match designs.iter().position(|design| design.id == id) {
        Some(at) => repl.current = at,
        None => {
            let known: Vec<&str> = designs.iter().map(|design| design.id.as_str()).collect();
            let hint = super::scenarios::among(id, &known, "`:load FILE` opens one");
            return Err(format!("no design is called `{id}`; {hint}").into());
        }
    }
    Ok(())
}

/// `:save`, `:save FILE`, `:save --force FILE`, `:save --rules DIR`
pub(super) fn save(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    if let Some(folder) = words.strip_prefix("--rules") {
        return save_rules(repl, folder.trim(), reply);
    }
    let (force, name) = match words.strip_prefix("--force") {
        Some(rest) => (true, rest.trim()),
        None => (false, words),
    };
    let own = repl.session.designs().get(repl.current).map(|design| design.path.clone());
    let own = repl.saved_to(repl.current).map(|it| it.path.clone()).or(own).unwrap_or_default();
    let path = if name.is_empty() { own.as_str() } else { name };
    // A branch begins where the first scenario was: that one's file is not its own.
    let first = repl.scenarios.iter().find(|it| it.name == super::scenarios::MAIN);
    let aside = first.is_some_and(|first| {
        let saved = first.saved.iter().find(|it| it.design == repl.current);
        let read = repl.session.designs().get(repl.current).map(|design| &design.path);
        saved.map(|it| &it.path).or(read).is_some_and(|it| *it == own)
    });
    if aside && name.is_empty() && !force && !own.is_empty() {
        let message = format!(
            "`{path}` is the file of another scenario; `:save FILE.dl` gives `{}` one of its own, \
             `:save --force` writes it there",
            repl.scenario
        );
        return Err(message.into());
    }
    if path.is_empty() || !path.ends_with(".dl") {
        return Err("a design is saved as facts: say `:save FILE.dl`".to_owned().into());
    }
    if !force && let Ok(there) = std::fs::read(path) {
        if path != own {
            let message =
                format!("`{path}` is there already; `:save --force {path}` overwrites it");
            return Err(message.into());
        }
        if repl.on_disk(repl.current).is_some_and(|it| *it != *Text::new(there).text) {
            let message = format!(
                "`{path}` is not what it was when it was read: somebody else wrote it; \
                 `:save FILE.dl` writes another file, `:save --force {path}` overwrites it"
            );
            return Err(message.into());
        }
    }
    let text = repl.text();
    let folder = missing_folder(Path::new(path));
    io::save_durably(Path::new(path), &mut |file| file.write_all(text.as_bytes()))
        .map_err(|problem| format!("cannot write `{path}`: {}", reason(&problem)))?;
    let path = path.to_owned();
    repl.log.save(repl.current);
    reply.events.push(Event::Changed);
    reply.events.push(wrote(&path, folder, ""));
    if !repl.log.keeps_rules(repl.typed()) {
        reply.note("the rules typed here are no part of a design; `:save --rules DIR` writes them");
    }
    repl.saved.retain(|saved| saved.design != repl.current);
    repl.saved.push(Saved { design: repl.current, path, text });
    Ok(())
}

/// Writes the rules that were typed to where `--rules` finds them.
fn save_rules(repl: &mut Repl, folder: &str, reply: &mut Reply) -> Done {
    if folder.is_empty() {
        return Err("say a folder: `:save --rules DIR`".to_owned().into());
    }
    if repl.typed().is_empty() {
        return Err("no rules were typed".to_owned().into());
    }
    let path = Path::new(folder).join("typed.dl");
    let shown = path.display().to_string();
    let own = std::fs::read_to_string(&path).is_ok_and(|there| there == repl.log.rules);
    if path.exists() && !own {
        return Err(format!("`{shown}` is there already; it is not overwritten").into());
    }
    let missing = missing_folder(&path);
    io::save_durably(&path, &mut |file| file.write_all(repl.typed().as_bytes()))
        .map_err(|problem| format!("cannot write `{shown}`: {}", reason(&problem)))?;
    repl.log.rules = repl.typed().to_owned();
    reply.events.push(Event::Changed);
    let more = format!("; `archlog repl --rules {folder}` uses it");
    reply.events.push(wrote(&shown, missing, &more));
    Ok(())
}

/// The folder of a file that is to be written, where there is none yet.
fn missing_folder(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists())
}

/// What is said of a file that was written. That its folder was made as well nobody may overlook: the
/// path may be a slip.
fn wrote(path: &str, folder: Option<&Path>, more: &str) -> Event {
    match folder {
        None => Event::Note(format!("wrote {path}{more}")),
        Some(folder) => {
            Event::Made(format!("wrote {path}, in a new folder {}{more}", folder.display()))
        }
    }
}

/// `:undo`, `:undo 3`, `:undo #3`
pub(super) fn undo(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let count = count_of(words, repl.log.done.len())?;
    undo_changes(repl, count, reply)
}

/// `:redo`, `:redo 3`
pub(super) fn redo(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let count = if words.is_empty() { 1 } else { number(words)? };
    redo_changes(repl, count, reply)
}

/// How many changes `3` or `#3` stands for, of as many as there are.
fn count_of(words: &str, all: usize) -> Result<usize, Failure> {
    match words.strip_prefix('#') {
        _ if words.is_empty() => Ok(1),
        None => number(words),
        Some(first) => {
            let first = number(first)?;
            if first == 0 || first > all {
                return Err(format!("there is no change #{first}; `:log` lists them").into());
            }
            Ok(all + 1 - first)
        }
    }
}

fn number(text: &str) -> Result<usize, Failure> {
    text.trim().parse().map_err(|_| format!("`{text}` is not a number").into())
}

/// `:log`
pub(super) fn log(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    let mut text = String::new();
    for (at, change) in repl.log.done.iter().enumerate() {
        text.push_str(&format!("#{} {}\n", at + 1, one_line(&change.text)));
    }
    for change in repl.log.undone.iter().rev() {
        text.push_str(&format!("(undone) {}\n", one_line(&change.text)));
    }
    if text.is_empty() {
        reply.note("nothing was changed");
    }
    reply.answer(text);
    Ok(())
}

/// `:diff`, `:diff N`: what the changes from a number on come to.
pub(super) fn diff(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let from = if words.is_empty() { 0 } else { number(words.trim_start_matches('#'))? };
    let made = repl.log.done.len();
    if from > made {
        let there = match made {
            0 => "nothing was changed".to_owned(),
            made => format!("the last one is #{made}"),
        };
        return Err(format!("there is no change #{from}; {there}").into());
    }
    let (mut gone, mut new): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for change in repl.log.done.iter().skip(from).filter(|it| it.design == repl.current) {
        for (_, fact) in &change.removed {
            cancel(repl.session.written(fact), &mut new, &mut gone);
        }
        for fact in &change.added {
            cancel(repl.session.written(fact), &mut gone, &mut new);
        }
    }
    let gone = gone.iter().map(|fact| format!("-{fact}.\n"));
    let text: String = gone.chain(new.iter().map(|fact| format!("{fact}.\n"))).collect();
    if text.is_empty() {
        reply.note("nothing differs");
    }
    reply.answer(text);
    Ok(())
}

/// What goes in one direction takes back what went in the other.
fn cancel(fact: String, back: &mut Vec<String>, forth: &mut Vec<String>) {
    match back.iter().position(|other| *other == fact) {
        Some(at) => drop(back.remove(at)),
        None => forth.push(fact),
    }
}

/// `:mode`, `:mode NAME`
pub(super) fn mode(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    if name.is_empty() {
        let names: Vec<&str> = MODES.iter().map(|(name, _)| *name).collect();
        reply.answer(format!("{} (of {})\n", repl.settings.mode.name(), names.join(", ")));
    } else {
        repl.settings.mode = Mode::named(name)?;
    }
    Ok(())
}

/// `:timing`, `:timing on|off`
pub(super) fn timing(repl: &mut Repl, word: &str, reply: &mut Reply) -> Done {
    repl.settings.timing = match word {
        "on" => true,
        "off" => false,
        "" => !repl.settings.timing,
        _ => return Err(format!("`:timing on` or `:timing off`, not `{word}`").into()),
    };
    reply.note(format!("timing is {}", if repl.settings.timing { "on" } else { "off" }));
    Ok(())
}

/// `:pager`, `:pager auto|on|off`
pub(super) fn pager(repl: &mut Repl, word: &str, reply: &mut Reply) -> Done {
    let known = PAGING.iter().find(|(name, _)| *name == word);
    match (word, known) {
        ("", _) => {
            let paging = PAGING.iter().find(|(_, paging)| *paging == repl.settings.paging);
            reply.answer(format!("{}\n", paging.map_or("", |(name, _)| name)));
        }
        (_, Some((_, paging))) => repl.settings.paging = *paging,
        _ => return Err(format!("`:pager auto`, `on` or `off`, not `{word}`").into()),
    }
    Ok(())
}

/// `:limit`, `:limit N`, `:limit off`
pub(super) fn limit(repl: &mut Repl, word: &str, reply: &mut Reply) -> Done {
    match word {
        "" => {
            let limit = repl.settings.limit.map_or("off".to_owned(), |limit| limit.to_string());
            reply.answer(format!("{limit}\n"));
        }
        "off" => repl.settings.limit = None,
        word => repl.settings.limit = Some(number(word)?),
    }
    Ok(())
}

/// `:set`, `:set NAME VALUE`
pub(super) fn set(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let (name, value) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let value = value.trim();
    let off = value == "off";
    match name {
        "" => {
            let shown = |value: Option<String>| value.unwrap_or_else(|| "off".to_owned());
            let Repl { settings, effort, .. } = &*repl;
            reply.answer(format!(
                "mode {}\nlimit {}\ntiming {}\npager {}\nseconds {}\ntuples {}\nwidth {}\nascii {}\n",
                settings.mode.name(),
                shown(settings.limit.map(|it| it.to_string())),
                if settings.timing { "on" } else { "off" },
                PAGING.iter().find(|it| it.1 == settings.paging).map_or("", |it| it.0),
                shown(effort.time.map(|it| it.as_secs_f64().to_string())),
                shown(effort.tuples.map(|it| it.to_string())),
                shown(settings.look.width.map(|it| it.to_string())),
                if settings.look.ascii { "on" } else { "off" },
            ));
        }
        "mode" => mode(repl, value, reply)?,
        "limit" => limit(repl, value, reply)?,
        "timing" => timing(repl, value, reply)?,
        "pager" => pager(repl, value, reply)?,
        "seconds" if off => repl.effort.time = None,
        "seconds" => {
            let seconds = value.parse::<f64>().ok();
            let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            repl.effort.time =
                Some(time.ok_or_else(|| format!("`{value}` is not a number of seconds"))?);
        }
        "tuples" => repl.effort.tuples = if off { None } else { Some(number(value)?) },
        "width" if off => {
            repl.settings.look.width = None;
            repl.settings.fixed_width = true;
        }
        "width" => {
            let width = value.parse::<u16>().map_err(|_| format!("`{value}` is not a width"))?;
            repl.settings.look.width = Some(width.max(20));
            repl.settings.fixed_width = true;
        }
        "ascii" => repl.settings.look.ascii = !off,
        _ => {
            let known = super::settings::SETTINGS;
            let hint = match crate::diag::nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known.join(", ")),
            };
            return Err(format!("nothing called `{name}` can be set; {hint}").into());
        }
    }
    Ok(())
}

/// `:history`, `:history N`, `:history PATTERN`
pub(super) fn history(repl: &mut Repl, word: &str, reply: &mut Reply) -> Done {
    let most = word.parse::<usize>().ok();
    let fits = |text: &&String| word.is_empty() || most.is_some() || text.contains(word);
    let found: Vec<&String> = repl.history.iter().filter(fits).collect();
    let skipped = most.map_or(0, |most| found.len().saturating_sub(most));
    let text: String = found.iter().skip(skipped).map(|text| format!("{text}\n")).collect();
    reply.answer(text);
    Ok(())
}

/// `:last`
pub(super) fn last(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    let Some(table) = repl.last.clone() else {
        return Err("no table was shown yet".to_owned().into());
    };
    let settings = super::Settings { limit: None, ..repl.settings.clone() };
    reply.answer(settings.table(&table, &repl.session.stamp()));
    Ok(())
}

/// `:quit`
pub(super) fn quit(_: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    reply.events.push(Event::Quit);
    Ok(())
}
