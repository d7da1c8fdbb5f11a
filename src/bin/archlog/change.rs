//! `what-if`, `achieve`, `ask` and `ledger`: what becomes of a design when it is changed.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use archlog::analyze::has_errors;
use archlog::answers;
use archlog::change::{Limits, Search, Step, Told};
use archlog::diag::reason;
use archlog::eval::{self, StopReason, Stopped};
use archlog::kb::{Part, Rulebook};
use archlog::report::tree::Tree;
use archlog::report::{Document, Report, Section};
use archlog::session::{QueryFailure, Session};

use crate::args::{self, DocumentFormat};
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{derive, effort, rulebook};

/// The session of one design; how the program ends when it cannot be used, which has been said then. A
/// goal or a change that somebody types may name any relation, so it takes the whole rulebook.
fn open_for(
    rulebook: &args::Rulebook,
    goal: &str,
    design: &Path,
    (effort, console): (&args::Effort, &Console),
) -> Result<Session, Exit> {
    opened(rulebook::load_for(rulebook, Part::Whole, goal, effort, console)?, design, console)
}

/// As [`open_for`], where nobody types a goal; with the rules of the dossier where they are asked for.
fn open(
    rulebook: &args::Rulebook,
    part: Part,
    dossier: bool,
    design: &Path,
    (effort, console): (&args::Effort, &Console),
) -> Result<Session, Exit> {
    opened(rulebook::load_with(rulebook, part, dossier, effort, console)?, design, console)
}

fn opened(rulebook: Rulebook, design: &Path, console: &Console) -> Result<Session, Exit> {
    let mut session = Session::new(Arc::new(rulebook));
    let opened = session.open(design);
    console.problems(session.sources(), session.diagnostics());
    if opened { Ok(session) } else { Err(Exit::Input) }
}

/// How a command ends that found something, or did not.
fn ended(session: &Session, found: bool) -> Exit {
    match (has_errors(session.diagnostics()), found) {
        (true, _) => Exit::Input,
        (false, true) => Exit::Yes,
        (false, false) => Exit::No,
    }
}

fn failed(failure: QueryFailure, console: &Console) -> Exit {
    match failure {
        QueryFailure::Wrong { diagnostics, sources } => {
            console.problems(&sources, &diagnostics);
            Exit::Input
        }
        QueryFailure::Stopped(stopped) => effort::stopped(console, &stopped, "nothing"),
    }
}

/// Says that an answer is not complete, if it is not, and gives how the program ends then.
fn cut_short(reason: Option<StopReason>, console: &Console) -> Option<Exit> {
    let reason = reason?;
    let stopped = Stopped { reason, stratum: 0, report: eval::Report::default() };
    Some(effort::stopped(console, &stopped, "what was found so far"))
}

/// The difference that a change makes.
pub fn what_if(arguments: &args::WhatIf, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let session = open(
        &arguments.rulebook,
        Part::Whole,
        arguments.dossier,
        &arguments.design,
        (&arguments.effort, console),
    )?;
    let change = match session.change(0, &arguments.changes) {
        Ok(change) => change,
        Err(failure) => return Ok(failed(failure, console)),
    };
    let start = Instant::now();
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let what_if = match session.what_if(0, &change, &options) {
        Ok(what_if) => what_if,
        Err(stopped) => return Ok(effort::stopped(console, &stopped, "nothing")),
    };
    let section = answers::what_if(&what_if, arguments.all);
    let found = section.tables.iter().any(|table| !table.rows.is_empty());
    let (mut explanations, mut stopped) = (Vec::new(), None);
    if arguments.reasons && arguments.format == DocumentFormat::Csv {
        console.say("reasons are no table, so CSV leaves them out");
    } else if arguments.reasons {
        let limits = eval::Limits::since(start, &options);
        (explanations, stopped) = answers::reasons(&what_if, arguments.all, limits);
    }
    answer_with(&session, vec![section], explanations, arguments.format, console)?;
    Ok(cut_short(stopped, console).unwrap_or(ended(&session, found)))
}

/// Prints sections about the design.
fn answer(
    session: &Session,
    sections: Vec<Section>,
    format: DocumentFormat,
    console: &Console,
) -> Result<()> {
    answer_with(session, sections, Vec::new(), format, console)
}

/// Prints sections about the design, and explanations below them.
fn answer_with(
    session: &Session,
    sections: Vec<Section>,
    explanations: Vec<Tree>,
    format: DocumentFormat,
    console: &Console,
) -> Result<()> {
    let design = session.designs().first();
    let name = design.map_or_else(String::new, |design| design.id.clone());
    let title = design.map_or_else(String::new, |design| design.title.clone());
    let documents = vec![Document { name, title, sections }];
    let report = Report { stamp: session.stamp(), documents, explanations };
    Ok(console.answer(&derive::whole(&report, format, console.look()))?)
}

/// All minimal changes that make a goal true.
pub fn achieve(
    arguments: &args::Achieve,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Exit> {
    let (design, goal) = (&arguments.design, &arguments.goal);
    let session = open_for(&arguments.rulebook, goal, design, (&arguments.effort, console))?;
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let visible = std::io::stderr().is_terminal();
    let progress = |size: usize, tried: usize, of: usize| {
        if visible {
            console.status(&format!("size {size}: {tried} of {of} sets tried"));
        }
    };
    let search = Search {
        size: usize::from(arguments.size),
        answers: arguments.answers,
        limits: Limits::from_options(&options),
        progress: &progress,
    };
    let achieved = session.achieve(0, &arguments.goal, &search);
    if visible {
        console.status("");
    }
    let achieved = match achieved {
        Ok(achieved) => achieved,
        Err(failure) => return Ok(failed(failure, console)),
    };
    let (warnings, sources) = session.unknown_texts(&arguments.goal);
    console.problems(&sources, &warnings);
    let section = answers::achieve(&session, &achieved, &arguments.goal);
    answer(&session, vec![section], arguments.format, console)?;
    let found = achieved.holds || !achieved.plans.is_empty();
    Ok(cut_short(achieved.stopped, console).unwrap_or(ended(&session, found)))
}

/// Does something that may take long; where somebody watches, shows how far it has come.
fn told<T>(console: &Console, work: impl FnOnce(&Told<'_>) -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work(&|_| ());
    }
    let done = work(&|step| match step {
        Step::Subjects(count) => console.status(&format!("{count} subjects looked at")),
        Step::Scope { number, of, tried } => {
            console.status(&format!("group {number} of {of}: {tried} combinations tried"));
        }
    });
    console.status("");
    done
}

/// The open questions, the one that settles most first.
pub fn ask(arguments: &args::Ask, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let session = open(
        &arguments.rulebook,
        Part::Derivation,
        arguments.dossier,
        &arguments.design,
        (&arguments.effort, console),
    )?;
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let (questions, ledger) = match told(console, |told| session.ask(0, &options, told)) {
        Ok(found) => found,
        Err(stopped) => return Ok(effort::stopped(console, &stopped, "nothing")),
    };
    let sections = answers::ask(&session, &questions, &ledger, arguments.all);
    answer(&session, sections, arguments.format, console)?;
    Ok(cut_short(ledger.stopped, console).unwrap_or(ended(&session, !questions.is_empty())))
}

/// Which conclusions hold whatever the open questions are answered.
pub fn ledger(arguments: &args::Ledger, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let session = open(
        &arguments.rulebook,
        Part::Derivation,
        arguments.dossier,
        &arguments.design,
        (&arguments.effort, console),
    )?;
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let ledger = match told(console, |told| session.ledger(0, &options, told)) {
        Ok(ledger) => ledger,
        Err(stopped) => return Ok(effort::stopped(console, &stopped, "nothing")),
    };
    let section = answers::ledger(&session, &ledger, arguments.all);
    answer(&session, vec![section], arguments.format, console)?;
    Ok(cut_short(ledger.stopped, console).unwrap_or(ended(&session, true)))
}

/// What someone chose against what derives.
pub fn review(arguments: &args::Review, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let mut session = open(
        &arguments.rulebook,
        Part::Whole,
        false,
        &arguments.design,
        (&arguments.effort, console),
    )?;
    let start = Instant::now();
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    if let Err(stopped) = session.derive(&options) {
        return Ok(effort::stopped(console, &stopped, "nothing"));
    }
    let review = answers::review(&session, 0);
    let (mut explanations, mut stopped) = (Vec::new(), None);
    if arguments.why {
        let limits = eval::Limits::since(start, &options);
        match answers::explain_goals(&session, 0, &review.goals, limits) {
            Ok(found) => (explanations, stopped) = found,
            Err(failure) => return Ok(failed(failure, console)),
        }
    }
    let clean = review.is_clean();
    answer_with(&session, review.sections, explanations, arguments.format, console)?;
    // Findings are what a review is there to report: with any, it says no.
    Ok(cut_short(stopped, console).unwrap_or(ended(&session, clean)))
}

/// The open questions as a form, or the answers of one that was filled in.
pub fn questions(
    arguments: &args::Questions,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Exit> {
    let session = open(
        &arguments.rulebook,
        Part::Derivation,
        arguments.dossier,
        &arguments.design,
        (&arguments.effort, console),
    )?;
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let (questions, ledger) = match told(console, |told| session.ask(0, &options, told)) {
        Ok(found) => found,
        Err(stopped) => return Ok(effort::stopped(console, &stopped, "nothing")),
    };
    let form = answers::Form::of(&session, 0, &questions, &ledger);
    let Some(path) = &arguments.answers else {
        let text = match arguments.format {
            args::FormFormat::Md => form.markdown(),
            args::FormFormat::Csv => form.csv(),
        };
        console.answer(&text)?;
        return Ok(ended(&session, !questions.is_empty()));
    };
    let shown = path.display().to_string();
    let bytes = std::fs::read(path)
        .map_err(|problem| anyhow::anyhow!("cannot read `{shown}`: {}", reason(&problem)))?;
    let text = answers::form_text(&bytes)
        .map_err(|problem| anyhow::anyhow!("cannot read `{shown}`: {problem}"))?;
    let limits = Limits::from_options(&options);
    let filled = match form.filled(&session, 0, &text, &limits) {
        Ok(filled) => filled,
        Err(stopped) => return Ok(effort::stopped(console, &stopped, "nothing")),
    };
    for (line, problem) in &filled.problems {
        console.say(&format!("{shown}:{line}: {problem}"));
    }
    if let Some(nothing) = filled.nothing_new() {
        console.say(&format!("{shown}: {nothing}"));
    }
    console.answer(&filled.facts)?;
    Ok(match filled.problems.is_empty() {
        true => ended(&session, !filled.facts.is_empty()),
        false => Exit::Input,
    })
}
