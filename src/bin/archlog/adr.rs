//! `adr`: a record of each decision of a design, brought up to date in its folder.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use archlog::analyze::has_errors;
use archlog::diag::Sources;
use archlog::eval::Limits;
use archlog::io::save_durably;
use archlog::kb::{Options, Part};
use archlog::record::{self, Keeping, Record, output};
use archlog::report::{Document, Report, Stamp};
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
    let rulebook = match rulebook::load_by(
        &Options { dossier: true, ..options },
        &arguments.effort,
        console,
    ) {
        Ok(rulebook) => rulebook,
        Err(exit) => return Ok(exit),
    };
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
    let keeping = Keeping {
        records: &folder.records,
        files: &folder.files,
        design: &relative(&arguments.out, &arguments.design)?,
        id: &id,
        rulebook: &by(&session.stamp()),
    };
    let changes = record::keep(&decided, &keeping);
    // New records first: what they supersede says so only once they are there.
    for change in changes.iter().rev() {
        let Some(text) = &change.text else { continue };
        let path = arguments.out.join(&change.file);
        save_durably(&path, &mut |out| out.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
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

/// The rulebook as a record names it.
fn by(stamp: &Stamp) -> String {
    format!("{} ({})", stamp.rulebook, stamp.hash)
}

/// A folder of records.
pub struct Folder {
    /// The texts.
    pub sources: Sources,
    /// The records in it, in the order of their files.
    pub records: Vec<Record>,
    /// The names of all its files.
    pub files: Vec<String>,
}

impl Folder {
    /// Reads a folder; one that is not there yet is empty.
    pub fn read(path: &Path) -> Result<Folder> {
        let (mut sources, mut records) = (Sources::new(), Vec::new());
        let files = names(path)?;
        for name in files.iter().filter(|name| name.ends_with(".md")) {
            let path = path.join(name);
            let text = text_of(&path)?;
            records.extend(record::read(&path.display().to_string(), &text, &mut sources));
        }
        Ok(Folder { sources, records, files })
    }
}

/// The names of the files of a folder, in order; none of one that is not there.
pub fn names(path: &Path) -> Result<Vec<String>> {
    let cannot = || format!("cannot read `{}`", path.display());
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(cannot),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.with_context(cannot)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The text of a file; what is no UTF-8 in it is marked, so that its seal does not fit.
pub fn text_of(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A path as seen from a folder, with `/` between its parts.
fn relative(folder: &Path, path: &Path) -> Result<String> {
    let there = std::path::absolute(folder)
        .with_context(|| format!("cannot tell where `{}` is", folder.display()))?;
    let (folder, path) = (real(&there), real(&std::path::absolute(path)?));
    let parts = |path: &Path| -> Vec<String> {
        let parts = path.components().filter(|part| *part != Component::CurDir);
        parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let (from, to) = (parts(&folder), parts(&path));
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    if common == 0 {
        return Ok(path.display().to_string());
    }
    let up = std::iter::repeat_n("..", from.len() - common);
    let down = to.iter().skip(common).map(String::as_str);
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// A path without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(real), _, _) => real,
        (Err(_), Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_path_buf(),
    }
}
