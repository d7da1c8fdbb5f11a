//! What is done to records, and what they come to, as sections of an answer.

use std::collections::BTreeMap;

use crate::answers::{plural, symbols, text};
use crate::report::{Section, Table};
use crate::value::Constant;

use super::blame::Blamed;
use super::keep::Change;
use super::read::Record;
use super::verify::{Outcome, Verdict};
use super::numbered;

fn table(name: &str, headings: &[(&str, &str)], rows: Vec<Vec<Constant>>) -> Table {
    Table { name: name.to_owned(), title: String::new(), columns: symbols(headings), rows }
}

/// What is done to the records of a folder.
pub fn changes(changes: &[Change]) -> Section {
    let row = |it: &Change| {
        let cells = [numbered(it.number), it.title.clone(), it.file.clone()];
        let cells = cells.into_iter().map(text);
        cells.chain([text(it.done.word())]).collect::<Vec<_>>()
    };
    let headings =
        [("record", "Record"), ("title", "Title"), ("file", "File"), ("done", "Done")];
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for change in changes {
        *counts.entry(change.done).or_default() += 1;
    }
    let counts = counts.iter().map(|(done, count)| format!("{count} {}", done.word()));
    let said = match changes {
        [] => "The design decides nothing that a record could be written of.".to_owned(),
        _ => format!("{}.", counts.collect::<Vec<_>>().join(", ")),
    };
    let rows: Vec<_> = changes.iter().map(row).collect();
    Section {
        name: "records".to_owned(),
        title: "Records".to_owned(),
        paragraphs: vec![said],
        tables: if rows.is_empty() { Vec::new() } else { vec![table("records", &headings, rows)] },
        ..Section::default()
    }
}

/// A record, its verdict and what is responsible for it.
pub type Judged<'a> = (&'a Record, Verdict, Blamed);

/// What records come to: all of them, and what differs in those that are not as they say.
pub fn verdicts(judged: &[Judged<'_>]) -> Vec<Section> {
    let verdict = |(record, verdict, _): &Judged<'_>| {
        let code = verdict.outcome.code().unwrap_or_default();
        let expected = if verdict.outcome == Outcome::Otherwise { &*record.decision } else { "" };
        vec![
            text(numbered(record.number)),
            text(&*record.title),
            text(&*record.file),
            text(verdict.outcome.said()),
            text(expected),
            text(verdict.derived.clone().unwrap_or_default()),
            text(code),
        ]
    };
    let headings = [
        ("record", "Record"),
        ("title", "Title"),
        ("file", "File"),
        ("verdict", "Verdict"),
        ("expected", "Expected"),
        ("derived", "Derived"),
        ("code", "Code"),
    ];
    let first = Section {
        name: "records".to_owned(),
        title: "Records".to_owned(),
        paragraphs: vec![summary(judged)],
        tables: vec![table("records", &headings, judged.iter().map(verdict).collect())],
        lean: true,
        ..Section::default()
    };
    let mut sections = vec![first];
    sections.extend(differences(judged));
    sections
}

/// `3 records hold, 1 is decided otherwise`.
fn summary(judged: &[Judged<'_>]) -> String {
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    for (_, verdict, _) in judged {
        *counts.entry(verdict.outcome).or_default() += 1;
    }
    let said = counts.iter().map(|(outcome, count)| match outcome {
        Outcome::Holds if *count == 1 => "1 record holds".to_owned(),
        Outcome::Holds => format!("{} hold", plural(*count, "record")),
        Outcome::Ended => format!("{count} no longer standing"),
        other => format!("{count}: {}", other.said()),
    });
    format!("{}.", said.collect::<Vec<_>>().join("; "))
}

fn differences(judged: &[Judged<'_>]) -> Option<Section> {
    let mut rows = Vec::new();
    let mut all = true;
    for (record, _, blamed) in judged {
        all &= blamed.smallest || blamed.differences.is_empty();
        for it in &blamed.differences {
            let change = match (&it.before, &it.after) {
                (None, _) => "added",
                (_, None) => "removed",
                _ => "changed",
            };
            let kind = if it.file.is_empty() { &*it.name } else { it.kind.word() };
            rows.push(vec![
                text(numbered(record.number)),
                text(change),
                text(kind),
                text(it.before.clone().unwrap_or_default()),
                text(it.after.clone().unwrap_or_default()),
                text(&*it.file),
            ]);
        }
    }
    let headings = [
        ("record", "Record"),
        ("change", "Change"),
        ("kind", "Of"),
        ("before", "Recorded"),
        ("after", "Now"),
        ("place", "Place"),
    ];
    let said = match all {
        true => "The smallest set of differences that makes each, taken alone.",
        false => "What differs in what the recorded and the present choice rest on.",
    };
    (!rows.is_empty()).then(|| Section {
        name: "responsible".to_owned(),
        title: "What is responsible".to_owned(),
        paragraphs: vec![said.to_owned()],
        tables: vec![table("responsible", &headings, rows)],
        lean: true,
        ..Section::default()
    })
}
