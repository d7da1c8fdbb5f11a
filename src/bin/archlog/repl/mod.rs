//! `repl`: the prompt. A line editor where there is a terminal, a script where there is none; both
//! hand text to the same `step`.

mod editor;
mod kept;
mod outside;
mod prompt;
mod quiet;
mod script;

use std::io::{self, IsTerminal};
use std::sync::Arc;

use anyhow::Result;
use archlog::kb::Part;
use archlog::repl::{Effort, Event, Mode, Repl};
use archlog::report::hanging;

use crate::args;
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{effort, rulebook};

/// At a terminal the rest of a longer table is only counted.
const ROWS: usize = 40;

/// Reads statements and commands to the end.
pub fn repl(arguments: &args::Repl, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let mode = Mode::named(&arguments.mode).map_err(anyhow::Error::msg)?;
    let mut options = rulebook::options(&arguments.rulebook, Part::Whole);
    options.typed = Some(String::new());
    let rulebook = rulebook::load_by(&options, &arguments.effort, console)?;
    let mut repl = Repl::new(Arc::new(rulebook), options, interrupt.defer());
    let wanted = &arguments.effort;
    repl.effort = Effort {
        threads: effort::threads(wanted).get(),
        time: wanted.limit_time,
        tuples: wanted.limit_tuples,
        rounds: wanted.limit_rounds,
        memory: wanted.limit_memory.map(|mebibytes| mebibytes.saturating_mul(1 << 20)),
    };
    repl.settings.mode = mode;
    repl.settings.look = console.look();
    let scripted = !arguments.commands.is_empty() || arguments.file.is_some();
    if scripted || !io::stdin().is_terminal() {
        return script::script(repl, arguments, console);
    }
    repl.settings.limit = Some(ROWS);
    #[cfg(unix)]
    if quiet::listen().is_ok() {
        interrupt.leave_the_second();
    }
    prompt::prompt(repl, arguments, console)
}

/// What became of the events of a step.
#[derive(Clone, Copy, Default)]
struct Told {
    /// Something was wrong.
    wrong: bool,
    /// An expectation does not hold.
    unmet: bool,
    /// A limit was hit.
    limit: bool,
    /// Somebody interrupted.
    interrupted: bool,
    /// The end.
    quit: bool,
    /// What is stated is not what it was.
    changed: bool,
}

/// Prints events: answers to standard output, all else beside it. Notes are for people alone.
fn tell(events: Vec<Event>, notes: bool, console: &Console) -> Result<Told> {
    let mut told = Told::default();
    for event in events {
        match event {
            Event::Answer(text) => console.answer(&text)?,
            Event::Note(text) if notes => console.say(&text),
            Event::Note(_) => {}
            Event::Made(text) => console.say(&text),
            Event::Problems { diagnostics, sources } => {
                told.wrong |= archlog::analyze::has_errors(&diagnostics);
                console.problems(&sources, &diagnostics);
            }
            Event::Error(message) => {
                told.wrong = true;
                console.fail(&anyhow::Error::msg(in_lines(&message, console)));
            }
            Event::Unmet(text) => {
                told.unmet = true;
                console.say(&text);
            }
            Event::Stopped(stopped) => {
                let exit = effort::ended(console, &stopped, "nothing was changed");
                told.interrupted |= exit == Exit::Interrupted;
                told.limit |= exit == Exit::Limit;
            }
            Event::Changed => told.changed = true,
            Event::Edit { .. } => {
                told.wrong = true;
                let message = "`:edit` wants a terminal";
                console.fail(&anyhow::Error::msg(message));
            }
            Event::Quit => told.quit = true,
        }
    }
    Ok(told)
}

/// A message in lines that a terminal does not break inside of words.
fn in_lines(message: &str, console: &Console) -> String {
    let Some(width) = console.look().width else { return message.to_owned() };
    // `error: ` stands before the first line.
    let lines = message
        .lines()
        .map(|line| hanging("", line, 0, Some(usize::from(width).saturating_sub(8))));
    lines.collect::<String>().trim_end().to_owned()
}

/// Says what went wrong beside the prompt, such as with the files it keeps.
fn warn(console: &Console, what: &str, error: &io::Error) {
    console.say(&format!("{what}: {}", archlog::diag::reason(error)));
}
