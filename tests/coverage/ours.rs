//! What in the facts is ours, and so is not looked for in the documents: sentences, ids, marks.

use std::collections::BTreeSet;

use super::facts::Row;
use super::records;
use super::seed::{Seed, plain};

/// What `ours.csv` calls a column that says in other words what a document says.
const WORDS: &str = "our own words";

/// What it calls a name that a document other than the cited one has.
const NAMED: &str = "named in another document";

/// A cell of more words is a sentence and may be worded as we like.
const TERM_WORDS: usize = 8;

/// The columns, or some values of them, that are ours.
pub struct Ours {
    entries: Vec<Entry>,
    /// Relations with a column in our own words.
    worded: BTreeSet<String>,
}

struct Entry {
    relation: String,
    /// Any column, when `*`.
    column: String,
    /// Any value, when empty.
    value: String,
    reason: String,
}

impl Ours {
    pub fn read() -> Ours {
        let entry = |row: Vec<String>| {
            let [relation, column, value, reason] = <[String; 4]>::try_from(row).unwrap();
            Entry { relation, column, value, reason }
        };
        let entries: Vec<Entry> = records("ours.csv").into_iter().map(entry).collect();
        let worded = entries.iter().filter(|entry| entry.reason == WORDS);
        let worded = worded.map(|entry| entry.relation.clone()).collect();
        Ours { entries, worded }
    }

    /// Whether the row has a cell in our own words.
    pub fn has_words(&self, row: &Row) -> bool {
        self.worded.contains(&row.relation)
    }

    /// Whether `term` may stand there though the cited document does not have it.
    fn has(&self, relation: &str, column: &str, term: &str, seeds: &[Seed]) -> bool {
        let here = self.entries.iter().filter(|entry| {
            entry.relation == relation
                && (entry.column == column || entry.column == "*")
                && (entry.value.is_empty() || entry.value == term)
        });
        let is_named = || seeds.iter().any(|seed| seed.text.contains(term));
        here.into_iter().any(|entry| entry.reason != NAMED || is_named())
    }

    /// Terms of the rows that their document does not have, each with its column.
    pub fn typos<'a>(&self, seeds: &[Seed], rows: &'a [Row]) -> Vec<(&'a Row, &'a str, &'a str)> {
        let mut found = Vec::new();
        for row in rows {
            let Some(cited) = seeds.iter().find(|seed| seed.source == row.source) else { continue };
            for (column, text) in &row.cells {
                let term = plain(text);
                let is_term =
                    term.split_whitespace().count() < TERM_WORDS && term.parse::<f64>().is_err();
                if is_term
                    && !cited.text.contains(&term)
                    && !self.has(&row.relation, column, &term, seeds)
                {
                    found.push((row, column.as_str(), text.as_str()));
                }
            }
        }
        found
    }

    /// Entries that no row has.
    pub fn unused(&self, rows: &[Row]) -> Vec<String> {
        let mut cells: BTreeSet<[&str; 2]> = BTreeSet::new();
        let mut values: BTreeSet<(&str, &str, String)> = BTreeSet::new();
        for row in rows {
            for (column, text) in &row.cells {
                cells.insert([&row.relation, column]);
                values.insert((&row.relation, column, plain(text)));
            }
        }
        let is_unused = |entry: &&Entry| {
            let (relation, column) = (entry.relation.as_str(), entry.column.as_str());
            if column == "*" {
                return !cells.iter().any(|[of, _]| *of == relation);
            }
            match entry.value.as_str() {
                "" => !cells.contains(&[relation, column]),
                value => !values.contains(&(relation, column, value.to_owned())),
            }
        };
        let unused = self.entries.iter().filter(is_unused);
        unused
            .map(|entry| {
                format!("ours.csv: no {} of {} {:?}", entry.column, entry.relation, entry.value)
            })
            .collect()
    }
}
