//! `derive`: the printed tables of designs.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use archlog::analyze::has_errors;
use archlog::diag::nearest;
use archlog::io::save;
use archlog::kb::{Rulebook, Sheet};
use archlog::report::{self, Document, Report, Section, Table};
use archlog::session::Session;

use crate::args::{Derive, DocumentFormat};
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{effort, rulebook};

/// Derives the designs and shows what is asked for.
pub fn derive(arguments: &Derive, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let Some(rulebook) = rulebook::load(&arguments.rulebook, console) else {
        return Ok(Exit::Input);
    };
    let rulebook = Arc::new(rulebook);
    let sheets = chosen(&rulebook, &arguments.sheet)?;
    let mut session = Session::new(Arc::clone(&rulebook));
    for design in &arguments.designs {
        session.open(design);
    }
    console.problems(session.sources(), session.diagnostics());
    let spoilt = has_errors(session.diagnostics());
    if session.designs().is_empty() {
        return Ok(Exit::Input);
    }
    let asked = interrupt.defer();
    if let Err(stopped) = session.derive(&effort::options(&arguments.effort, &asked)) {
        return Ok(effort::stopped(console, &stopped));
    }
    let report = report_of(&session, &sheets);
    match &arguments.output {
        Some(folder) => save_all(&report, arguments.format, folder, console)?,
        None => console.answer(&rendered(&report, arguments.format, console)?)?,
    }
    Ok(match (spoilt, arguments.strict && is_open(&session)) {
        (true, _) => Exit::Input,
        (false, true) => Exit::No,
        (false, false) => Exit::Yes,
    })
}

/// The sheets that are asked for, in the order of the rulebook; all of them when none is named.
fn chosen<'a>(rulebook: &'a Rulebook, names: &[String]) -> Result<Vec<&'a Sheet>> {
    let all: Vec<&Sheet> = rulebook.sheets.iter().collect();
    if names.is_empty() {
        return Ok(all);
    }
    for name in names {
        if !all.iter().any(|sheet| is_called(sheet, name)) {
            let known = all.iter().map(|sheet| short_name(sheet));
            let hint = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
            };
            bail!("there is no sheet `{name}`; {hint}");
        }
    }
    let wanted = |sheet: &&Sheet| names.iter().any(|name| is_called(sheet, name));
    Ok(all.into_iter().filter(wanted).collect())
}

/// A sheet is called by its name, or by the last word of it.
fn is_called(sheet: &Sheet, name: &str) -> bool {
    sheet.name.eq_ignore_ascii_case(name) || short_name(sheet).eq_ignore_ascii_case(name)
}

/// `sheet_a` is `a` for short.
fn short_name(sheet: &Sheet) -> &str {
    sheet.name.strip_prefix("sheet_").unwrap_or(&sheet.name)
}

fn report_of(session: &Session, sheets: &[&Sheet]) -> Report {
    let documents = session.designs().iter().enumerate().map(|(index, design)| Document {
        name: design.id.clone(),
        title: design.title.clone(),
        sections: sheets.iter().map(|sheet| section(session, sheet, index)).collect(),
    });
    Report { stamp: session.stamp(), documents: documents.collect() }
}

fn section(session: &Session, sheet: &Sheet, design: usize) -> Section {
    let table = session.sheet(sheet, design);
    let said = [(&sheet.note, true), (&sheet.empty, table.rows.is_empty())];
    let paragraphs = said
        .into_iter()
        .filter(|(text, holds)| *holds && !text.is_empty())
        .map(|(text, _)| text.clone())
        .collect();
    Section { paragraphs, ..Section::of_table(table) }
}

/// Whether any design has a row in a sheet of what is open.
fn is_open(session: &Session) -> bool {
    let open = session.rulebook().sheets.iter().filter(|sheet| sheet.open);
    open.clone().any(|sheet| {
        (0..session.designs().len()).any(|design| session.count(sheet.relation, design) > 0)
    })
}

fn rendered(report: &Report, format: DocumentFormat, console: &Console) -> Result<String> {
    Ok(match format {
        DocumentFormat::Text => report::text(report, console.look()),
        DocumentFormat::Md => report::markdown(report),
        DocumentFormat::Json => report::json(report),
        DocumentFormat::Html => report::html(report),
        DocumentFormat::Csv => match tables(report).as_slice() {
            [(_, table)] => report::csv(table),
            tables => bail!(
                "there are {} tables and CSV holds one: pick one with `--sheet`, or a folder with \
                 `-D`",
                tables.len()
            ),
        },
    })
}

fn tables(report: &Report) -> Vec<(&Document, &Table)> {
    let documents = report.documents.iter();
    documents
        .flat_map(|document| document.sections.iter().map(move |section| (document, section)))
        .flat_map(|(document, section)| section.tables.iter().map(move |table| (document, table)))
        .collect()
}

/// Saves a file a sheet, in a folder a design where there are several.
fn save_all(
    report: &Report,
    format: DocumentFormat,
    folder: &Path,
    console: &Console,
) -> Result<()> {
    let several = report.documents.len() > 1;
    for document in &report.documents {
        let folder = if several { folder.join(&document.name) } else { folder.to_path_buf() };
        for section in &document.sections {
            let alone = Report {
                stamp: report.stamp.clone(),
                documents: vec![Document { sections: vec![section.clone()], ..document.clone() }],
            };
            let path = folder.join(format!("{}.{}", section.name, extension(format)));
            let text = match format {
                // What is saved is read elsewhere: no terminal's width, no colours.
                DocumentFormat::Text => report::text(&alone, Default::default()),
                _ => rendered(&alone, format, console)?,
            };
            save(&path, &mut |file: &mut dyn Write| file.write_all(text.as_bytes()))
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
    }
    Ok(())
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
