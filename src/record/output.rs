//! What is done to records, and what they come to, as sections of an answer.

use std::collections::BTreeMap;

use crate::answers::{plural, symbols, text};
use crate::compare::Difference;
use crate::report::{Section, Table};
use crate::value::Constant;

use super::blame::Blamed;
use super::keep::Change;
use super::read::Record;
use super::verify::{Outcome, UNRECORDED, Verdict};
use super::{Decision, numbered};

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
    let headings = [("record", "Record"), ("title", "Title"), ("file", "File"), ("done", "Done")];
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
        let code = verdict.code.as_deref().unwrap_or_default();
        let expected = if verdict.outcome == Outcome::Otherwise { &*record.decision } else { "" };
        vec![
            text(if record.number > 0 { numbered(record.number) } else { String::new() }),
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
        ("present", "Derived"),
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

/// The decisions that no record is of, where there are any.
pub fn unrecorded(decisions: &[&Decision]) -> Option<Section> {
    let row = |it: &&Decision| vec![text(&*it.title), text(&*it.chosen), text(UNRECORDED)];
    let headings = [("title", "Title"), ("present", "Derived"), ("code", "Code")];
    let rows: Vec<_> = decisions.iter().map(row).collect();
    (!rows.is_empty()).then(|| Section {
        name: "unrecorded".to_owned(),
        title: "Not recorded".to_owned(),
        paragraphs: vec![
            "The design decides this, and no record in the folder is of it.".to_owned(),
        ],
        tables: vec![table("unrecorded", &headings, rows)],
        ..Section::default()
    })
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

/// What is responsible for the decisions that come out otherwise, and what else is different.
fn differences(judged: &[Judged<'_>]) -> impl Iterator<Item = Section> {
    let of = |smallest: bool| {
        let judged = judged.iter().filter(move |(_, _, blamed)| blamed.smallest == smallest);
        judged.flat_map(|(record, _, blamed)| blamed.differences.iter().map(|it| row(record, it)))
    };
    let (smallest, others) = (of(true).collect::<Vec<_>>(), of(false).collect::<Vec<_>>());
    let section = |name: &str, title: &str, said: &str, rows: Vec<Vec<Constant>>| {
        let headings = [
            ("record", "Record"),
            ("change", "Change"),
            ("kind", "Of"),
            ("before", "Recorded"),
            ("after", "Now"),
            ("place", "Place"),
        ];
        (!rows.is_empty()).then(|| Section {
            name: name.to_owned(),
            title: title.to_owned(),
            paragraphs: vec![said.to_owned()],
            tables: vec![table(name, &headings, rows)],
            lean: true,
            ..Section::default()
        })
    };
    let sections = [
        section(
            "responsible",
            "What is responsible",
            "A smallest set of differences that changes the decision, taken alone.",
            smallest,
        ),
        section(
            "reasons",
            "What is different",
            "What the record rests on or says and the present decision does not, and the reverse.",
            others,
        ),
    ];
    sections.into_iter().flatten()
}

fn row(record: &Record, it: &Difference) -> Vec<Constant> {
    let change = match (&it.before, &it.after) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    let kind = if it.file.is_empty() { &*it.name } else { it.kind.word() };
    vec![
        text(numbered(record.number)),
        text(change),
        text(kind),
        text(it.before.as_deref().map(without_comment).unwrap_or_default()),
        text(it.after.as_deref().map(without_comment).unwrap_or_default()),
        text(&*it.file),
    ]
}

/// A rule with its id and without the rest of the comment on it.
fn without_comment(rule: &str) -> String {
    let said = |line: &&str| !line.starts_with("///") || line.starts_with("/// @rule ");
    rule.lines().filter(said).collect::<Vec<_>>().join("\n")
}
