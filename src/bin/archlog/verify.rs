//! `verify`: whether records still say what derives, and what is responsible if not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use archlog::analyze::has_errors;
use archlog::audit::Pattern;
use archlog::batch::Input;
use archlog::compare::{Book, Failure};
use archlog::diag::{Diagnostic, Severity, Sources};
use archlog::eval::{Limits, Options as Effort};
use archlog::kb::{Options, Part, Rulebook};
use archlog::record::output::Judged;
use archlog::record::{
    self, Blamed, Decision, Outcome, Record, Rulebooks, Verdict, names, output, text_of,
};
use archlog::report::{Document, Report};
use archlog::session::Session;

use crate::args::Verify;
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{derive, effort, rulebook};

/// Holds records against what derives.
pub fn verify(arguments: &Verify, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let start = Instant::now();
    let (sources, records) = given(arguments, console)?;
    let options = rulebook::options(&arguments.rulebook, Part::Derivation);
    let options = Options { dossier: true, ..options };
    let rulebook = rulebook::load_by(&options, &arguments.effort, console)?;
    let asked = interrupt.defer();
    let effort = effort::options(&arguments.effort, &asked);
    let mut judge = Judge {
        rulebook: Arc::new(rulebook),
        books: books(arguments)?,
        options: &options,
        effort: &effort,
        start,
        console,
        beside: record::beside(records.iter().map(|record| &*record.file))?,
        missing: Vec::new(),
        problems: record::same_numbers(&records),
        broken: false,
    };
    judge.problems.extend(records.iter().flat_map(|record| record.problems.clone()));
    let mut by_design: BTreeMap<PathBuf, Vec<&Record>> = BTreeMap::new();
    for record in records.iter().filter(|record| record.problems.is_empty()) {
        by_design.entry(design_of(record)).or_default().push(record);
    }
    let damaged = records.iter().filter_map(|it| Some((it, it.problems.first()?.code.clone())));
    let mut judged: Vec<Judged<'_>> =
        damaged.map(|(it, code)| (it, Verdict::unread(code), Blamed::default())).collect();
    for (design, records) in by_design {
        judged.extend(judge.design(&design, &records)?);
    }
    judged.sort_by(|(one, ..), (other, ..)| {
        (one.number, &one.file).cmp(&(other.number, &other.file))
    });
    console.problems(&sources, &judge.problems);
    let missing: Vec<&Decision> = judge.missing.iter().collect();
    let mut sections = output::verdicts(&judged);
    sections.extend(output::unrecorded(&missing));
    let documents = vec![Document {
        name: "verify".to_owned(),
        title: "Decision records".to_owned(),
        sections,
    }];
    let stamp = Session::new(Arc::clone(&judge.rulebook)).stamp();
    let report = Report { stamp, documents, explanations: Vec::new() };
    console.answer(&derive::whole(&report, arguments.format, console.look()))?;
    let missing = !missing.is_empty() && warned(record::UNRECORDED, &arguments.deny);
    let fails = judged.iter().any(|(_, verdict, _)| denied(verdict.outcome, &arguments.deny));
    Ok(match (judge.broken || has_errors(&judge.problems), fails || missing) {
        (true, _) => Exit::Input,
        (false, true) => Exit::No,
        (false, false) => Exit::Yes,
    })
}

/// Whether an outcome makes the command fail.
fn denied(outcome: Outcome, deny: &[Pattern]) -> bool {
    let (Some(code), Some(severity)) = (outcome.code(), outcome.severity()) else { return false };
    severity == Severity::Error || warned(code, deny)
}

/// Whether what is only a warning makes the command fail.
fn warned(code: &str, deny: &[Pattern]) -> bool {
    deny.iter().any(|pattern| match pattern {
        Pattern::Code(other) => other == code,
        Pattern::Severity(other) => *other == Severity::Warning,
    })
}

/// The records of the files and folders that were named.
fn given(arguments: &Verify, console: &Console) -> Result<(Sources, Vec<Record>)> {
    let (mut sources, mut records) = (Sources::new(), Vec::new());
    for path in &arguments.records {
        let files: Vec<PathBuf> = match path.is_dir() {
            true => {
                let names = names(path)?.into_iter().filter(|name| name.ends_with(".md"));
                names.map(|name| path.join(name)).collect()
            }
            false => vec![path.clone()],
        };
        for file in files {
            let shown = file.display().to_string();
            match record::read(&shown, &text_of(&file)?, &mut sources) {
                Some(record) => records.push(record),
                None => {
                    console.say(&format!("{shown} is none of archlog's records; it is passed over"))
                }
            }
        }
    }
    if records.is_empty() {
        bail!(
            "nothing that was named is one of archlog's records; `archlog adr DESIGN` writes them"
        );
    }
    Ok((sources, records))
}

/// The path of the design of a record.
fn design_of(record: &Record) -> PathBuf {
    let folder = Path::new(&record.file).parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for part in folder.join(&record.design).components() {
        match part {
            std::path::Component::ParentDir
                if path.file_name().is_some_and(|name| name != "..") =>
            {
                path.pop();
            }
            std::path::Component::CurDir => {}
            part => path.push(part),
        }
    }
    path
}

/// The built-in rulebook and the one in use, where folders are laid over it.
fn books(arguments: &Verify) -> Result<Option<[Book; 2]>> {
    let (rules, facts) = (&arguments.rulebook.rules, &arguments.rulebook.facts);
    if rules.is_empty() && facts.is_empty() {
        return Ok(None);
    }
    let laid = Book::overlaid(rules, facts);
    let laid = laid.context("cannot read the folders laid over the rulebook")?;
    Ok(Some([Book::shipped(), laid]))
}

struct Judge<'a> {
    rulebook: Arc<Rulebook>,
    books: Option<[Book; 2]>,
    options: &'a Options,
    effort: &'a Effort<'a>,
    start: Instant,
    console: &'a Console,
    /// All records in the folders of those that are judged.
    beside: Vec<Record>,
    /// Decisions that none of them is of.
    missing: Vec<Decision>,
    /// What is wrong with records.
    problems: Vec<Diagnostic>,
    /// Whether a design is wrong, which was said then.
    broken: bool,
}

impl Judge<'_> {
    /// The verdicts on the records of one design; how the program ends where a limit was hit.
    fn design<'r>(&mut self, path: &Path, records: &[&'r Record]) -> Result<Vec<Judged<'r>>, Exit> {
        if !path.exists() {
            return Ok(self.unread(records, "there is no such file"));
        }
        let mut session = Session::new(Arc::clone(&self.rulebook));
        let opened = session.open(path);
        self.console.problems(session.sources(), session.diagnostics());
        if !opened || has_errors(session.diagnostics()) {
            self.broken = true;
            return Ok(Vec::new());
        }
        let id = session.designs().first().map(|design| design.id.clone()).unwrap_or_default();
        let (own, others): (Vec<&Record>, Vec<&Record>) =
            records.iter().partition(|record| record.design_id == id);
        let mut judged = Vec::new();
        for other in others {
            let why = format!("the design there is `{id}`, not `{}`", other.design_id);
            judged.extend(self.unread(&[other], &why));
        }
        let stopped = |stopped: &_| effort::stopped(self.console, stopped, "nothing");
        session.derive(self.effort).map_err(|it| stopped(&it))?;
        let limits = Limits::since(self.start, self.effort);
        let decided = record::decide(&session, 0, limits);
        if let Some(reason) = decided.stopped {
            return Err(effort::broken_off(self.console, reason, "nothing"));
        }
        if !own.is_empty() {
            let missing = record::unrecorded(&decided, &self.beside, &id);
            self.missing.extend(missing.into_iter().cloned());
        }
        let input = Input::Path(path.to_path_buf());
        let books = self.books.as_ref().map(|[old, new]| Rulebooks {
            old,
            new,
            design: &input,
            options: self.options,
        });
        for verdict in record::verify(&session, &decided, &own) {
            let Some(record) = own.get(verdict.record).copied() else { continue };
            let decision = decided
                .decisions
                .iter()
                .find(|it| it.key == record.key && Some(&it.chosen) == verdict.derived.as_ref());
            let (books, effort) = (books.as_ref(), self.effort);
            match record::blame(&session, record, &verdict, decision, books, effort) {
                Ok(blamed) => judged.push((record, verdict, blamed)),
                Err(Failure::Stopped(it)) => return Err(stopped(&it)),
                Err(Failure::Wrong { sources, problems }) => {
                    self.console.problems(&sources, &problems);
                    return Err(Exit::Input);
                }
            }
        }
        Ok(judged)
    }

    /// The verdicts on records whose design cannot be read.
    fn unread<'r>(&mut self, records: &[&'r Record], why: &str) -> Vec<Judged<'r>> {
        let mut judged = Vec::new();
        for record in records {
            let problem = record::error::no_design(record.design_span, &record.design, why);
            judged.push((*record, Verdict::unread(problem.code.clone()), Blamed::default()));
            self.problems.push(problem);
        }
        judged
    }
}
