//! What in the facts is ours, and so is not looked for in the documents: sentences, ids, marks.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Row;
use super::records;
use super::seed::{Seed, plain};

/// What `ours.csv` calls a column that says in other words what a document says.
const WORDS: &str = "our own words";

/// A cell of more words is a sentence and may be worded as we like.
const TERM_WORDS: usize = 8;

/// The columns and values that are ours, by relation and column.
pub struct Ours {
    /// The values; all of them, when there are none.
    columns: BTreeMap<[String; 2], BTreeSet<String>>,
    /// Relations with a column in our own words.
    worded: BTreeSet<String>,
}

impl Ours {
    pub fn read() -> Ours {
        let mut ours = Ours { columns: BTreeMap::new(), worded: BTreeSet::new() };
        for row in records("ours.csv") {
            let values = ours.columns.entry([row[0].clone(), row[1].clone()]).or_default();
            if !row[2].is_empty() {
                values.insert(row[2].clone());
            }
            if row[3] == WORDS {
                ours.worded.insert(row[0].clone());
            }
        }
        ours
    }

    /// Whether the row has a cell in our own words.
    pub fn has_words(&self, row: &Row) -> bool {
        self.worded.contains(&row.relation)
    }

    fn has(&self, relation: &str, column: &str, term: &str) -> bool {
        let values = self.columns.get(&[relation.to_owned(), column.to_owned()]);
        values.is_some_and(|values| values.is_empty() || values.contains(term))
    }

    /// Terms of the rows that their document does not have, each with its column.
    pub fn typos<'a>(&self, seed: &Seed, rows: &'a [Row]) -> Vec<(&'a Row, &'a str, &'a str)> {
        let mut found = Vec::new();
        for row in rows.iter().filter(|row| row.source == seed.source) {
            for (column, text) in &row.cells {
                let term = plain(text);
                let is_term =
                    term.split_whitespace().count() < TERM_WORDS && term.parse::<f64>().is_err();
                if is_term && !seed.text.contains(&term) && !self.has(&row.relation, column, &term)
                {
                    found.push((row, column.as_str(), text.as_str()));
                }
            }
        }
        found
    }

    /// Entries for columns or values that no row has.
    pub fn unused(&self, rows: &[Row]) -> Vec<String> {
        let mut unused = Vec::new();
        for ([relation, column], values) in &self.columns {
            let cells: BTreeSet<String> = rows
                .iter()
                .filter(|row| row.relation == *relation)
                .flat_map(|row| row.cells.iter().filter(|(name, _)| name == column))
                .map(|(_, text)| plain(text))
                .collect();
            if cells.is_empty() {
                unused.push(format!("ours.csv: no column {column} of {relation}"));
            }
            let absent = values.iter().filter(|value| !cells.contains(*value));
            unused.extend(
                absent.map(|value| format!("ours.csv: no {value:?} in {column} of {relation}")),
            );
        }
        unused
    }
}
