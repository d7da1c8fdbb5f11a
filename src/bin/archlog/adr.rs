//! `adr`: a record of each decision of a design, brought up to date in its folder.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use archlog::analyze::has_errors;
use archlog::eval::Limits;
use archlog::kb::{Options, Part};
use archlog::record::{self, Folder, output};
use archlog::report::{Document, Report};
use archlog::session::Session;

use crate::args::Adr;
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{derive, effort, rulebook};

/// Writes the records of a design, and says what became of each.
pub fn adr(arguments: &Adr, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let start = Instant::now();
    let options = rulebook::options(&arguments.rulebook, Part::Derivation);
    let rulebook =
        rulebook::load_by(&Options { dossier: true, ..options }, &arguments.effort, console)?;
    let mut session = Session::new(Arc::new(rulebook));
    let opened = session.open(&arguments.design);
    console.problems(session.sources(), session.diagnostics());
    if !opened || has_errors(session.diagnostics()) {
        return Ok(Exit::Input);
    }
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    if let Err(stopped) = session.derive(&options) {
        return Ok(effort::stopped(console, &stopped, "nothing"));
    }
    let decided = record::decide(&session, 0, Limits::since(start, &options));
    if let Some(reason) = decided.stopped {
        return Ok(effort::broken_off(console, reason, "nothing"));
    }
    let mut folder = Folder::read(&arguments.out)?;
    let id = session.designs().first().map(|design| design.id.clone()).unwrap_or_default();
    let mut problems = record::same_numbers(&folder.records);
    if arguments.force {
        for record in &mut folder.records {
            record::recover(record, &decided, &id);
        }
    } else {
        problems.extend(folder.records.iter().flat_map(|record| record.problems.clone()));
    }
    if !problems.is_empty() {
        console.problems(&folder.sources, &problems);
        console.say("no record was written");
        return Ok(Exit::Input);
    }
    let by = record::rulebook_of(&session.stamp());
    let changes = folder.update(&arguments.out, &decided, (&arguments.design, &id, &by))?;
    let documents = vec![document(&session, vec![output::changes(&changes)])];
    let report = Report { stamp: session.stamp(), documents, explanations: Vec::new() };
    console.answer(&derive::whole(&report, arguments.format, console.look()))?;
    Ok(Exit::Yes)
}

/// A design's part of an answer.
fn document(session: &Session, sections: Vec<archlog::report::Section>) -> Document {
    let design = session.designs().first();
    Document {
        name: design.map(|design| design.id.clone()).unwrap_or_default(),
        title: design.map(|design| design.title.clone()).unwrap_or_default(),
        sections,
    }
}
