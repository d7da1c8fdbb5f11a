//! `diff`: two rulebooks or two designs, what differs in them and in what follows.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use archlog::batch::Input;
use archlog::compare::{
    Book, Books, Comparison, Failure, Unreadable, compare_books, compare_designs, output,
};
use archlog::eval::{Options, Report as Run, StopReason, Stopped};
use archlog::kb::Part;
use archlog::report::{Document, Report};
use archlog::session::Session;
use archlog::testing;

use crate::args::Diff;
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{derive, effort, rulebook, test};

/// What the rulebook that is built in is called on the command line.
const SHIPPED: &str = "shipped";

/// Compares two rulebooks or two designs and shows how they differ.
pub fn diff(arguments: &Diff, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let visible = std::io::stderr().is_terminal();
    let told = |done: usize, of: usize| {
        if visible {
            console.status(&format!("conclusion {} of {of}", done + 1));
        }
    };
    let books = (book(&arguments.old)?, book(&arguments.new)?);
    let (compared, stamp) = match books {
        (Some(old), Some(new)) => rulebooks(arguments, &old, &new, &options, &told)?,
        (None, None) => {
            let rulebook =
                rulebook::load(&arguments.rulebook, Part::Derivation, &arguments.effort, console)?;
            if !arguments.designs.is_empty() {
                bail!("two designs are compared by one rulebook: name no further designs");
            }
            let rulebook = Arc::new(rulebook);
            let mut opened = true;
            let mut open = |path: &Path| {
                let mut session = Session::new(Arc::clone(&rulebook));
                opened &= session.open(path);
                console.problems(session.sources(), session.diagnostics());
                session
            };
            let (old, new) = (open(&arguments.old), open(&arguments.new));
            if !opened {
                return Ok(Exit::Input);
            }
            (compare_designs(&old, &new, &options, &told), old.stamp())
        }
        (old, _) => {
            let other = if old.is_some() { &arguments.new } else { &arguments.old };
            bail!("{}", no_book(other));
        }
    };
    if visible {
        console.status("");
    }
    let comparison = match compared {
        Ok(comparison) => comparison,
        Err(Failure::Wrong { sources, problems }) => {
            console.problems(&sources, &problems);
            return Ok(Exit::Input);
        }
        Err(Failure::Stopped(stopped)) => {
            return Ok(effort::stopped(console, &stopped, "nothing"));
        }
    };
    let mut sections = vec![output::differences(&comparison)];
    if comparison.designs > 0 {
        sections.push(output::conclusions(&comparison));
    }
    let title = format!("{} and {}", arguments.old.display(), arguments.new.display());
    let documents = vec![Document { name: "diff".into(), title, sections }];
    let report = Report { stamp, documents, explanations: Vec::new() };
    console.answer(&derive::whole(&report, arguments.format, console.look()))?;
    Ok(ended(&comparison, console))
}

fn ended(comparison: &Comparison, console: &Console) -> Exit {
    if let Some(reason) = comparison.stopped {
        let stopped = Stopped { reason, stratum: 0, report: Run::default() };
        let exit = effort::stopped(console, &stopped, "what was found so far");
        return if reason == StopReason::Interrupted { Exit::Interrupted } else { exit };
    }
    match comparison.differences.is_empty() && comparison.conclusions.is_empty() {
        true => Exit::Yes,
        false => Exit::No,
    }
}

type Compared = (Result<Comparison, Failure>, archlog::report::Stamp);

fn rulebooks(
    arguments: &Diff,
    old: &Book,
    new: &Book,
    options: &Options<'_>,
    told: &dyn Fn(usize, usize),
) -> Result<Compared> {
    if !arguments.rulebook.rules.is_empty() || !arguments.rulebook.facts.is_empty() {
        bail!("`--rules` and `--facts` are for designs; two rulebooks are named as they are");
    }
    let designs: Vec<Input> = match (arguments.no_designs, arguments.designs.is_empty()) {
        (true, _) => Vec::new(),
        (false, true) => testing::examples(),
        (false, false) => test::inputs(&arguments.designs)?,
    };
    let asked = rulebook::options(&arguments.rulebook, Part::Derivation);
    let books = Books { old, new, designs: &designs, options: &asked };
    let stamp = archlog::report::Stamp {
        archlog: env!("CARGO_PKG_VERSION").to_owned(),
        rulebook: "old and new".to_owned(),
        hash: format!("{} -> {}", old.hash(), new.hash()),
    };
    Ok((compare_books(&books, options, told), stamp))
}

/// Why something cannot be compared with a rulebook.
fn no_book(path: &Path) -> String {
    let shown = path.display();
    let design = |it: &Path| it.extension().is_some_and(|end| end == "csv");
    let mut entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    if !path.exists() {
        format!("there is no `{shown}` to compare a rulebook with")
    } else if path.is_dir() && !entries.any(|entry| design(&entry.path())) {
        format!("`{shown}` is no rulebook: it holds neither `rules/` nor `facts/`")
    } else {
        "one of them is a rulebook and the other is a design".to_owned()
    }
}

/// The rulebook that a path names; nothing for a design.
fn book(path: &Path) -> Result<Option<Book>> {
    if path == Path::new(SHIPPED) && !path.exists() {
        return Ok(Some(Book::shipped()));
    }
    if !path.is_dir() {
        return Ok(None);
    }
    match Book::of_folder(path) {
        Ok(book) => Ok(Some(book)),
        // A folder of CSV files is a design.
        Err(Unreadable::Neither) => Ok(None),
        Err(Unreadable::Failed(error)) => {
            Err(error).with_context(|| format!("cannot read `{}`", path.display()))
        }
    }
}
