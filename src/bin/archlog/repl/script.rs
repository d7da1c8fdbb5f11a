//! Statements and commands from arguments, a file or a pipe: no prompt, no banner, nothing but answers
//! on standard output.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result};
use archlog::repl::{Event, Repl, step};

use crate::args;
use crate::console::{Console, cannot_read};
use crate::exit::Exit;

use super::{Told, tell};

/// Does all of it, or what comes before the first error.
pub fn script(mut repl: Repl, arguments: &args::Repl, console: &Console) -> Result<Exit> {
    let (keep_going, told) = (arguments.keep_going, Told::default());
    let mut script = Script { console, keep_going, told, failures: 0 };
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
    /// How many steps went wrong.
    failures: usize,
}

impl Script<'_> {
    fn read(&mut self, repl: &mut Repl, arguments: &args::Repl) -> Result<()> {
        for command in &arguments.commands {
            // What does not end here has no end: there is nothing to wait for.
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
                let file = File::open(path).map_err(|problem| cannot_read(path, &problem))?;
                Box::new(BufReader::new(file))
            }
            None => Box::new(io::stdin().lock()),
        };
        for (at, line) in lines.lines().enumerate() {
            let line = line.context("cannot read the script")?;
            let events = step(repl, &line);
            let (before, goes_on) = (self.failures, self.goes_on(events)?);
            if self.failures > before {
                // What is wrong is shown as it was typed; here is where that ends.
                let name = file.map(|path| format!("{}:", path.display()));
                let name = name.unwrap_or_else(|| "line ".to_owned());
                self.console.say(&format!("(that was {name}{})", at + 1));
            }
            if !goes_on {
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
        self.failures += usize::from(failed || told.unmet);
        Ok(!told.quit && !told.interrupted && (!failed || self.keep_going))
    }
}
