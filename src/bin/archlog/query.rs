//! `query`: answers to a goal.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use archlog::analyze::has_errors;
use archlog::answers::{self, capital};
use archlog::eval::{self, Limits, Options, Stopped};
use archlog::kb::{self, Part, Rulebook};
use archlog::report::{self, Stamp, Table};
use archlog::session::{QueryFailure, Session};

use crate::args::{Query, TableFormat};
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{effort, rulebook};

/// Derives the designs and answers the goal.
pub fn query(arguments: &Query, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let Some((goal, designs)) = arguments.designs_and_goal.split_last() else {
        bail!("a goal is missing");
    };
    if designs.is_empty() && Path::new(goal).exists() {
        bail!("a goal is missing: it is the last argument, after the designs");
    }
    let typed = text_of(goal)?;
    let goal = kb::undotted(&typed);
    let part = if kb::observes(&goal) { Part::Observed } else { Part::Whole };
    let rulebook =
        rulebook::load_for(&arguments.rulebook, part, &goal, &arguments.effort, console)?;
    let goal = whole(&rulebook, &goal);
    let mut session = Session::new(Arc::new(rulebook));
    let mut opened = true;
    for design in designs {
        opened &= session.open(Path::new(design));
    }
    console.problems(session.sources(), session.diagnostics());
    if !opened {
        return Ok(Exit::Input);
    }
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    if let Err(stopped) = session.derive(&options) {
        return Ok(effort::stopped(console, &stopped, "nothing"));
    }
    if part == Part::Observed
        && let Err(stopped) = observe(&mut session, &options)
    {
        return Ok(effort::stopped(console, &stopped, "nothing"));
    }
    let table = match session.query_within(&goal, &options) {
        Ok(table) => table,
        Err(QueryFailure::Stopped(stopped)) => {
            return Ok(effort::stopped(console, &stopped, "nothing"));
        }
        Err(QueryFailure::Wrong { mut diagnostics, mut sources }) => {
            kb::as_typed(&typed, &mut diagnostics, &mut sources);
            console.problems(&sources, &diagnostics);
            return Ok(Exit::Input);
        }
    };
    let (mut warnings, mut sources) = session.unknown_texts(&goal);
    kb::as_typed(&typed, &mut warnings, &mut sources);
    console.problems(&sources, &warnings);
    let stamp = session.stamp();
    console.answer(&rendered(&table, &stamp, &stamp.line(), arguments.format, console))?;
    Ok(match (has_errors(session.diagnostics()), table.rows.is_empty()) {
        (true, _) => Exit::Input,
        (false, true) => Exit::No,
        (false, false) => Exit::Yes,
    })
}

/// States beside each design what it rests on.
fn observe(session: &mut Session, options: &Options<'_>) -> Result<(), Stopped> {
    for at in 0..session.designs().len() {
        let (grounds, stopped) = answers::grounds(session, at, Limits::start(options));
        if let Some(reason) = stopped {
            return Err(Stopped { reason, stratum: 0, report: eval::Report::default() });
        }
        let facts = session.designs()[at].facts.iter().cloned().chain(grounds).collect();
        session.restate(at, facts);
    }
    session.derive(options)
}

/// A goal; where it is the name of a relation and nothing else, such as a saved question, all that is in
/// it.
fn whole(rulebook: &Rulebook, goal: &str) -> String {
    let Some(relation) = rulebook.relation(goal.trim()) else { return goal.to_owned() };
    let columns = &rulebook.program.relations[relation.index()].columns;
    let variables: Vec<String> = columns.iter().map(|column| capital(&column.name)).collect();
    format!("{}({})", goal.trim(), variables.join(", "))
}

/// A goal as typed, or the content of the file that was named instead.
pub fn text_of(goal: &str) -> Result<String> {
    let path = Path::new(goal);
    if path.is_dir() {
        bail!("`{goal}` is a folder; the last argument is the goal");
    }
    if path.is_file() {
        return fs::read_to_string(path).with_context(|| format!("cannot read `{goal}`"));
    }
    let named = path.extension().is_some_and(|it| it == "dl" || it == "json");
    if (named || path.is_absolute()) && !goal.contains('(') {
        bail!("cannot read `{goal}`: there is no such file; the last argument is the goal");
    }
    Ok(goal.to_string())
}

/// Answers in a format, and below them what made them where the format has room for it.
pub fn rendered(
    table: &Table,
    stamp: &Stamp,
    line: &str,
    format: TableFormat,
    console: &Console,
) -> String {
    match format {
        TableFormat::Table => {
            let count = table.rows.len();
            let answers = if count == 1 { "answer" } else { "answers" };
            // A goal without variables has no columns: its answer is yes or no.
            let rows = match (table.columns.is_empty(), count) {
                (true, 0) => "no\n".to_string(),
                (true, _) => "yes\n".to_string(),
                (false, 0) => String::new(),
                (false, _) => report::text_table(table, console.look()),
            };
            if table.columns.is_empty() {
                format!("{rows}({line})\n")
            } else {
                format!("{rows}({count} {answers}; {line})\n")
            }
        }
        TableFormat::Csv => report::csv(table),
        TableFormat::Tsv => report::tsv(table),
        TableFormat::Json => report::table_json(table, stamp),
        TableFormat::Jsonl => report::json_lines(table),
    }
}
