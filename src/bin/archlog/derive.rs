//! `derive`: the printed tables of designs.
//!
//! Designs are derived in blocks on several threads, and each block is printed or saved when it is
//! its turn, so ten thousand designs take no more memory than a few hundred.

use std::io::Write;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use archlog::analyze::has_errors;
use archlog::answers;
use archlog::batch::{Batch, Finished, Input, derive_many};
use archlog::diag::Sources;
use archlog::io::save;
use archlog::kb::{Part, Sheet};
use archlog::report::{self, Document, Format, Look, Report, Section, Stamp};
use archlog::session::Session;

use crate::args::{Derive, DocumentFormat};
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{effort, rulebook};

/// Derives the designs and shows what is asked for.
pub fn derive(arguments: &Derive, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let part = Part::Derivation;
    let rulebook = rulebook::load_with(
        &arguments.rulebook,
        part,
        arguments.dossier,
        &arguments.effort,
        console,
    )?;
    let rulebook = Arc::new(rulebook);
    // The end of the process takes it down faster than we could.
    std::mem::forget(Arc::clone(&rulebook));
    let sheets = answers::called(&rulebook, &arguments.sheet).map_err(anyhow::Error::msg)?;
    let tables = sheets.len() * arguments.designs.len();
    if arguments.format == DocumentFormat::Csv && arguments.output.is_none() && tables != 1 {
        bail!(
            "there are {tables} tables and CSV holds one: pick one with `--sheet`, or a folder with \
             `-D`"
        );
    }
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let mut batch = Batch { threads: effort::threads(&arguments.effort), ..Batch::default() };
    let blocks = arguments.designs.len().div_ceil(batch.block.get());
    batch.threads = batch.threads.min(NonZeroUsize::new(blocks).unwrap_or(NonZeroUsize::MIN));
    let mut shelf = Shelf::new(arguments, Session::new(Arc::clone(&rulebook)).stamp(), console);
    let (mut spoilt, mut open, mut failed) = (false, false, None);
    let designs = arguments.designs.iter().cloned().map(Input::Path);
    let answer = |session: &Session| answer(session, &sheets, console);
    let deliver = |Finished { answer, repeated, .. }: Finished<Answer>| {
        console.warn(&answer.problems);
        console.problems(&Sources::new(), &repeated);
        spoilt |= answer.spoilt || has_errors(&repeated);
        open |= answer.open;
        match answer.documents.iter().try_for_each(|document| shelf.put(document)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let derived = derive_many(&rulebook, designs, batch, &options, answer, deliver);
    if let Some(error) = failed {
        return Err(error);
    }
    if let Err(stopped) = derived {
        let written = format!("{} of {} designs", shelf.designs, arguments.designs.len());
        return Ok(effort::stopped(console, &stopped, &written));
    }
    shelf.close()?;
    Ok(match (spoilt, arguments.strict && open) {
        (true, _) => Exit::Input,
        (false, true) => Exit::No,
        (false, false) => Exit::Yes,
    })
}

/// What a block of designs comes to.
struct Answer {
    documents: Vec<Document>,
    /// What is wrong with the texts of the designs, as text.
    problems: String,
    /// Whether any of it is an error.
    spoilt: bool,
    /// Whether any design has a row in a sheet of what is open.
    open: bool,
}

fn answer(session: &Session, sheets: &[&Sheet], console: &Console) -> Answer {
    let designs = session.designs().iter().enumerate();
    let partly = session.designs().len() == 1 && has_errors(session.diagnostics());
    let documents = designs.clone().map(|(index, design)| Document {
        name: design.id.clone(),
        title: design.title.clone(),
        sections: (partly.then(read_in_part).into_iter())
            .chain(sheets.iter().map(|sheet| answers::section(session, sheet, index)))
            .collect(),
    });
    let open = session.rulebook().sheets.iter().filter(|sheet| sheet.open);
    let mut rows = designs
        .flat_map(|(index, _)| open.clone().map(move |sheet| session.count(sheet.relation, index)));
    Answer {
        documents: documents.collect(),
        problems: console.rendered(session.sources(), session.diagnostics()),
        spoilt: has_errors(session.diagnostics()),
        open: rows.any(|rows| rows > 0),
    }
}

/// What stands before all else where facts of a design could not be read.
fn read_in_part() -> Section {
    let text = "Some of this design could not be read; the messages say what and where. What follows \
                derives from the rest of it.";
    Section {
        name: "read_in_part".to_owned(),
        title: "Read in part".to_owned(),
        paragraphs: vec![text.to_owned()],
        ..Section::default()
    }
}

/// Where documents go, one after the other.
struct Shelf<'a> {
    arguments: &'a Derive,
    stamp: Stamp,
    console: &'a Console,
    /// How many designs have been put there.
    designs: usize,
}

impl<'a> Shelf<'a> {
    fn new(arguments: &'a Derive, stamp: Stamp, console: &'a Console) -> Self {
        Shelf { arguments, stamp, console, designs: 0 }
    }

    /// Whether more than one design is asked for.
    fn is_for_several(&self) -> bool {
        self.arguments.designs.len() > 1
    }

    fn put(&mut self, document: &Document) -> Result<()> {
        match &self.arguments.output {
            Some(folder) => {
                let folder = self.folder_of(document, folder);
                for section in &document.sections {
                    self.save(document, section, &folder)?;
                }
            }
            None => self.print(document)?,
        }
        self.designs += 1;
        Ok(())
    }

    fn print(&self, document: &Document) -> Result<()> {
        let Some(format) = format(self.arguments.format, self.console.look()) else {
            let tables = document.sections.iter().flat_map(|section| &section.tables);
            return Ok(self.console.answer(&report::csv_of_all(tables))?);
        };
        let first = self.designs == 0;
        let mut text = String::new();
        if first {
            let count = self.arguments.designs.len();
            let several = format!("{count} designs");
            let title = if self.is_for_several() { &several } else { &document.title };
            text = format.open(&self.stamp, title);
        }
        text.push_str(&format.document(document, first));
        Ok(self.console.answer(&text)?)
    }

    /// Ends what was printed. Where no design was, there is nothing to end.
    fn close(&self) -> Result<()> {
        match format(self.arguments.format, Look::default()) {
            Some(format) if self.arguments.output.is_none() && self.designs > 0 => {
                Ok(self.console.answer(&format.close(&self.stamp, false))?)
            }
            _ => Ok(()),
        }
    }

    /// A folder of its own for each design where there are several.
    fn folder_of(&self, document: &Document, folder: &Path) -> PathBuf {
        if self.is_for_several() { folder.join(file_name(&document.name)) } else { folder.into() }
    }

    /// Saves one sheet. What is saved is read elsewhere: no terminal's width, no colours.
    fn save(&self, document: &Document, section: &Section, folder: &Path) -> Result<()> {
        let text = match format(self.arguments.format, Look::default()) {
            None => report::csv_of_all(&section.tables),
            Some(format) => {
                let alone = Document { sections: vec![section.clone()], ..document.clone() };
                let (stamp, explanations) = (self.stamp.clone(), Vec::new());
                format.whole(&Report { stamp, documents: vec![alone], explanations })
            }
        };
        let name = format!("{}.{}", section.name, extension(self.arguments.format));
        let path = folder.join(name);
        save(&path, &mut |file: &mut dyn Write| file.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write `{}`", path.display()))
    }
}

/// A report as a whole answer; CSV shows its tables.
pub fn whole(report: &Report, asked: DocumentFormat, look: Look) -> String {
    let sections = report.documents.iter().flat_map(|document| &document.sections);
    match format(asked, look) {
        Some(format) => format.whole(report),
        None => report::csv_of_all(sections.flat_map(|section| &section.tables)),
    }
}

/// The format of a document; CSV is one of tables.
fn format(format: DocumentFormat, look: Look) -> Option<Format> {
    match format {
        DocumentFormat::Text => Some(Format::Text(look)),
        DocumentFormat::Md => Some(Format::Markdown),
        DocumentFormat::Json => Some(Format::Json),
        DocumentFormat::Html => Some(Format::Html),
        DocumentFormat::Csv => None,
    }
}

fn extension(format: DocumentFormat) -> &'static str {
    match format {
        DocumentFormat::Text => "txt",
        DocumentFormat::Md => "md",
        DocumentFormat::Json => "json",
        DocumentFormat::Csv => "csv",
        DocumentFormat::Html => "html",
    }
}

/// An id as the name of a folder: what leads elsewhere or is no good in a name becomes `_`.
fn file_name(id: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "-_. ".contains(character);
    let name: String =
        id.chars().map(|character| if plain(character) { character } else { '_' }).collect();
    if name.is_empty() || name.starts_with('.') { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_nowhere_but_into_its_own_folder() {
        assert_eq!(file_name("ride-dispatch"), "ride-dispatch");
        assert_eq!(file_name("../../etc"), "_.._.._etc");
        assert_eq!(file_name(""), "_");
        assert_eq!(file_name("a/b\\c"), "a_b_c");
    }
}
