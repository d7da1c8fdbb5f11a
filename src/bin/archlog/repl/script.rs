//! Statements and commands from arguments, a file or a pipe: no prompt, no banner, nothing but answers
//! on standard output.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result};
use archlog::repl::{Event, Repl, step};

use crate::args;
use crate::console::Console;
use crate::exit::Exit;

use super::{Told, tell};

/// Does all of it, or what comes before the first error.
pub fn script(mut repl: Repl, arguments: &args::Repl, console: &Console) -> Result<Exit> {
    let mut script = Script { console, keep_going: arguments.keep_going, told: Told::default() };
    repl.settings.bail = !arguments.keep_going;
    let opened = repl.open(&arguments.designs);
    if script.goes_on(opened)? {
        script.read(&mut repl, arguments)?;
    }
    let Told { wrong, unmet, limit, interrupted, .. } = script.told;
    Ok(match (interrupted, wrong, limit, unmet) {
        (true, ..) => Exit::Interrupted,
        (_, true, ..) => Exit::Input,
        (_, _, true, _) => Exit::Limit,
        (.., true) => Exit::No,
        _ => Exit::Yes,
    })
}

struct Script<'a> {
    console: &'a Console,
    keep_going: bool,
    told: Told,
}

impl Script<'_> {
    fn read(&mut self, repl: &mut Repl, arguments: &args::Repl) -> Result<()> {
        for command in &arguments.commands {
            // A question or a fact may leave out its stop here: there is nothing to wait for.
            let mut events = step(repl, command);
            events.extend(repl.finish());
            if !self.goes_on(events)? {
                return Ok(());
            }
        }
        let file = match &arguments.file {
            Some(path) if path != Path::new("-") => Some(path),
            None if !arguments.commands.is_empty() => return Ok(()),
            _ => None,
        };
        let lines: Box<dyn BufRead> = match file {
            Some(path) => {
                let shown = path.display();
                let file = File::open(path).with_context(|| format!("cannot read `{shown}`"))?;
                Box::new(BufReader::new(file))
            }
            None => Box::new(io::stdin().lock()),
        };
        for line in lines.lines() {
            let line = line.context("cannot read the script")?;
            let events = step(repl, &line);
            if !self.goes_on(events)? {
                return Ok(());
            }
        }
        let events = repl.finish();
        self.goes_on(events)?;
        Ok(())
    }

    /// Prints events; gives whether the script goes on behind them.
    fn goes_on(&mut self, events: Vec<Event>) -> Result<bool> {
        let told = tell(events, false, self.console)?;
        self.told.wrong |= told.wrong;
        self.told.unmet |= told.unmet;
        self.told.limit |= told.limit;
        self.told.interrupted |= told.interrupted;
        let failed = told.wrong || told.limit;
        Ok(!told.quit && !told.interrupted && (!failed || self.keep_going))
    }
}
