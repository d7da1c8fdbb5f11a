//! `dossier`: all steps of a design as one document.

use std::sync::Arc;

use anyhow::{Result, bail};
use archlog::analyze::has_errors;
use archlog::answers;
use archlog::kb::{Options, Part};
use archlog::report::{Document, Report};
use archlog::session::Session;

use crate::args::Dossier;
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{derive, effort, rulebook};

/// Derives a design and prints what its steps say.
pub fn dossier(arguments: &Dossier, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let options = rulebook::options(&arguments.rulebook, Part::Derivation);
    let options = Options { dossier: true, ..options };
    let rulebook = rulebook::load_by(&options, &arguments.effort, console)?;
    let mut session = Session::new(Arc::new(rulebook));
    let opened = session.open(&arguments.design);
    console.problems(session.sources(), session.diagnostics());
    if !opened {
        return Ok(Exit::Input);
    }
    let asked = interrupt.defer();
    if let Err(stopped) = session.derive(&effort::options(&arguments.effort, &asked)) {
        return Ok(effort::stopped(console, &stopped, "nothing"));
    }
    let ended = if has_errors(session.diagnostics()) { Exit::Input } else { Exit::Yes };
    if arguments.sql {
        console.answer(&answers::sql(&session, 0))?;
        return Ok(ended);
    }
    let Some(sections) = answers::dossier(&session, 0, arguments.step) else {
        bail!("{}", no_step(&session));
    };
    let sections = if arguments.goals { answers::with_goals(sections) } else { sections };
    let design = session.designs().first();
    let name = design.map_or_else(String::new, |design| design.id.clone());
    let title = design.map_or_else(String::new, |design| design.title.clone());
    let documents = vec![Document { name, title, sections }];
    let report = Report { stamp: session.stamp(), documents, explanations: Vec::new() };
    console.answer(&derive::whole(&report, arguments.format, console.look()))?;
    Ok(ended)
}

/// Says which steps there are.
fn no_step(session: &Session) -> String {
    let steps = answers::step_numbers(session, 0);
    match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => format!("there is no such step; they are {first} to {last}"),
        _ => "the rulebook names no steps".to_owned(),
    }
}
