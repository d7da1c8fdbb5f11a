//! `kb`: the knowledge base, to be read.

use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::{Context, Result, bail};
use archlog::io::{self, Saved};
use archlog::kb::{FactTable, Hit, NotFound, Part, Protocol, Rulebook};
use archlog::report::diagram::{Sequence, sequence_diagrams, sequence_text};
use archlog::report::{Document, Report, Section, Stamp, Table};
use serde_json::{Map, Value, json};

use crate::args::Effort;
use crate::args::{self, ExportFormat, Kb, KbCommand, SequenceFormat};
use crate::console::Console;
use crate::exit::Exit;
use crate::{derive, rulebook};

/// How many places of a term are named in a table of hits.
const PLACES: usize = 3;

/// Shows what is asked for of the knowledge base.
pub fn kb(arguments: &Kb, console: &Console) -> Result<Exit> {
    let (rules, facts) = (arguments.rules.clone(), arguments.facts.clone());
    let overlay = args::Rulebook { as_written: false, rules, facts };
    let part = match &arguments.command {
        KbCommand::Search { .. } | KbCommand::Export { .. } => Part::Texts,
        _ => Part::Knowledge,
    };
    let rulebook = rulebook::load(&overlay, part, &Effort::default(), console)?;
    // The end of the process takes it down faster than we could.
    let rulebook = ManuallyDrop::new(rulebook);
    let stamp = stamp(&rulebook);
    let shown = |document: Document, format| {
        let (stamp, documents) = (stamp.clone(), vec![document]);
        let report = Report { stamp, documents, explanations: Vec::new() };
        console.answer(&derive::whole(&report, format, console.look()))
    };
    match &arguments.command {
        KbCommand::List { format } => {
            let sections = rulebook.entries().into_iter().map(Section::of_table).collect();
            shown(document("kb", "Knowledge base", sections), *format)?;
        }
        KbCommand::Show { id, format } => {
            let entry = rulebook.entry(id).map_err(not_found)?;
            shown(rulebook.page(&entry), *format)?;
        }
        KbCommand::Search { words, limit, format } => {
            let words = words.join(" ");
            let hits = rulebook.search(&words);
            if hits.is_empty() {
                console.say(&format!("nothing in the knowledge base answers `{words}`"));
                return Ok(Exit::No);
            }
            let section = found(&hits, *limit);
            shown(document("search", &format!("“{words}”"), vec![section]), *format)?;
        }
        KbCommand::Protocol { id, format } => {
            let mut protocols = rulebook.protocols(id);
            if protocols.is_empty() {
                let entry = rulebook.entry(id).map_err(not_found)?;
                protocols = rulebook.protocols(&entry.id);
                if !protocols.is_empty() {
                    return draw(protocols, *format, console);
                }
                console.say(&format!("{} {} has no protocol", entry.id, entry.name));
                return Ok(Exit::No);
            }
            return draw(protocols, *format, console);
        }
        KbCommand::Diff { id, format } => {
            let entry =
                id.as_deref().map(|id| rulebook.entry(id).map_err(not_found)).transpose()?;
            let id = entry.as_ref().map(|entry| entry.id.as_str());
            let tables = rulebook.differences(id);
            let same = tables.iter().all(|table| table.rows.is_empty());
            let title =
                entry.as_ref().map_or("Differences between the documents".to_owned(), |it| {
                    format!("{} {}", it.id, it.name)
                });
            let sections = tables.into_iter().map(Section::of_table).collect();
            shown(document("diff", &title, sections), *format)?;
            return Ok(if same { Exit::No } else { Exit::Yes });
        }
        KbCommand::Export { format, output } => {
            export(&rulebook, *format, output.as_deref(), console)?
        }
    }
    Ok(Exit::Yes)
}

/// Prints protocols.
fn draw(protocols: Vec<Protocol>, format: SequenceFormat, console: &Console) -> Result<Exit> {
    let sequences: Vec<Sequence> = protocols.into_iter().map(|it| it.sequence).collect();
    console.answer(&match format {
        SequenceFormat::Text => {
            let texts: Vec<String> = sequences.iter().map(sequence_text).collect();
            texts.join("\n")
        }
        SequenceFormat::Mermaid => sequence_diagrams(&sequences),
        SequenceFormat::Md => format!("```mermaid\n{}```\n", sequence_diagrams(&sequences)),
    })?;
    Ok(Exit::Yes)
}

fn stamp(rulebook: &Rulebook) -> Stamp {
    Stamp {
        archlog: env!("CARGO_PKG_VERSION").to_owned(),
        rulebook: rulebook.version.clone(),
        hash: rulebook.hash.clone(),
    }
}

fn document(name: &str, title: &str, sections: Vec<Section>) -> Document {
    Document { name: name.to_owned(), title: title.to_owned(), sections }
}

fn not_found(NotFound { asked, near, several }: NotFound) -> anyhow::Error {
    if !several.is_empty() {
        let ids = several.join(" and ");
        return anyhow::anyhow!("`{asked}` is the name of {ids}; ask for one of them by its id");
    }
    match near {
        Some(near) => {
            anyhow::anyhow!("the knowledge base has no `{asked}`; did you mean `{near}`?")
        }
        None => anyhow::anyhow!(
            "the knowledge base has no `{asked}`; `archlog kb list` lists what it has a page of, and \
             `archlog kb search` finds any term"
        ),
    }
}

/// Hits as a table.
fn found(hits: &[Hit], limit: usize) -> Section {
    use archlog::report::Heading;
    use archlog::value::{Constant, Primitive};
    let headings = [("term", "Term"), ("places", "Where"), ("citation", "Source")];
    let rows = hits.iter().take(limit).map(|hit| {
        let mut places: Vec<String> = hit
            .places
            .iter()
            .take(PLACES)
            .map(|place| match place.about.as_str() {
                "" => place.relation.clone(),
                about => format!("{} of {about}", place.relation),
            })
            .collect();
        let more = hit.places.len().saturating_sub(PLACES);
        places.extend((more > 0).then(|| format!("and {more} more")));
        let citation = hit.places.first().map(|place| place.citation.clone()).unwrap_or_default();
        [hit.term.clone(), places.join("\n"), citation]
            .map(|text| Constant::Symbol(text.into()))
            .to_vec()
    });
    let table = Table {
        name: "search".to_owned(),
        title: "Terms".to_owned(),
        columns: headings
            .map(|(name, title)| Heading::new(name, Primitive::Symbol).titled(title))
            .to_vec(),
        rows: rows.collect(),
    };
    let left = hits.len().saturating_sub(limit);
    let paragraphs =
        (left > 0).then(|| format!("The best {limit} of {}; `--limit` shows more.", hits.len()));
    Section { paragraphs: paragraphs.into_iter().collect(), ..Section::of_table(table) }
}

fn export(
    rulebook: &Rulebook,
    format: ExportFormat,
    output: Option<&Path>,
    console: &Console,
) -> Result<()> {
    let tables = rulebook.tables();
    match (format, output) {
        (ExportFormat::Json, None) => console.answer(&json_of(rulebook, &tables)?)?,
        (ExportFormat::Json, Some(path)) => {
            let text = json_of(rulebook, &tables)?;
            io::save(path, &mut |file| file.write_all(text.as_bytes()))
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        (_, None) => bail!("say where to: `-o` names a folder for CSV and a file for SQLite"),
        (ExportFormat::Csv, Some(folder)) => {
            for table in &tables {
                let path = folder.join(format!("{}.csv", table.name));
                let text = csv_of(table)?;
                io::save(&path, &mut |file| file.write_all(text.as_bytes()))
                    .with_context(|| format!("cannot write `{}`", path.display()))?;
            }
        }
        (ExportFormat::Sqlite, Some(path)) => {
            let saved: Vec<Saved<'_>> = tables
                .iter()
                .map(|it| Saved { name: &it.name, columns: &it.columns, rows: &it.rows })
                .collect();
            let bytes = io::sqlite(&saved)?;
            io::save(path, &mut |file| file.write_all(&bytes))
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
    }
    if let Some(path) = output {
        let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
        console.say(&format!(
            "wrote {} tables with {rows} rows to {}",
            tables.len(),
            path.display()
        ));
    }
    Ok(())
}

fn csv_of(table: &FactTable) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|(name, _)| name))?;
    for row in &table.rows {
        writer.write_record(row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn json_of(rulebook: &Rulebook, tables: &[FactTable]) -> Result<String> {
    let mut relations = Map::new();
    for table in tables {
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        let rows: Vec<Vec<Value>> = table
            .rows
            .iter()
            .map(|row| {
                let cells = row.iter().zip(&table.columns);
                cells
                    .map(|(text, (_, kind))| match kind {
                        archlog::value::Primitive::Symbol => Value::from(text.as_str()),
                        _ => text
                            .parse::<i64>()
                            .map_or_else(|_| Value::from(text.as_str()), Value::from),
                    })
                    .collect()
            })
            .collect();
        let meaning = &table.meaning;
        relations.insert(
            table.name.clone(),
            json!({ "meaning": meaning, "columns": columns, "rows": rows }),
        );
    }
    let stamp = stamp(rulebook);
    let whole = json!({
        "schema": "archlog.kb/1",
        "archlog": stamp.archlog,
        "rulebook": stamp.rulebook,
        "hash": stamp.hash,
        "relations": relations,
    });
    let mut text = serde_json::to_string_pretty(&whole)?;
    text.push('\n');
    Ok(text)
}
