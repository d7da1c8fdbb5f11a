//! From a tuple to its row, for relations whose tables know tuples but no rows.
//!
//! Evaluation asks "is it there?" and never "where?", so the tables of narrow relations keep no
//! rows: that is memory saved a tuple. Explanations ask where. In a relation of ordinary size the
//! first of them has a table made. In a very large one making it would take a second, and an
//! explanation mostly asks for tuples that share a word: the columns are read through once for the
//! two words of the tuple, a stretch of memory that takes milliseconds, and what has one of the
//! words is kept. Only who asks for very many words in turn pays for the table.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::key::pack_one;
use super::table::KeyTable;
use crate::value::Word;

/// Up to this many rows the table is made at once.
const AT_ONCE: usize = 1 << 17;

/// After this many readings of a whole column the table is made after all.
const MOST_READINGS: usize = 64;

/// How many words are looked at before it is decided whether one of them is the one.
const STRETCH: usize = 64;

/// Finds rows; made when somebody asks, kept while the relation grows.
#[derive(Debug, Default)]
pub(super) struct Finder(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    table: KeyTable,
    /// How many rows the table covers.
    covered: usize,
    /// The rows that have a word in a column, for the words that were asked for.
    lists: FxHashMap<(usize, Word), Vec<u32>>,
    /// How many rows the lists cover, and how often columns were read for them.
    listed: usize,
    readings: usize,
}

impl Finder {
    /// The row of a tuple in columns that have it, or nothing in columns that have not.
    pub(super) fn row(&self, columns: &[Vec<Word>], tuple: &[Word]) -> Option<usize> {
        let len = columns.first()?.len();
        let mut known = self.known();
        if len <= AT_ONCE || known.covered > 0 || known.readings >= MOST_READINGS {
            return known.in_table(columns, len, tuple);
        }
        known.in_lists(columns, len, tuple)
    }

    /// The rows that have some words in some columns, in ascending order, read from the columns;
    /// `None` where an index is the better way.
    pub(super) fn rows(
        &self,
        columns: &[Vec<Word>],
        wanted: &[(usize, Word)],
    ) -> Option<Vec<usize>> {
        let len = columns.first()?.len();
        let mut known = self.known();
        if len <= AT_ONCE || known.readings >= MOST_READINGS {
            return None;
        }
        known.forget_if_not(len);
        let listed = wanted.iter().find(|wanted| known.lists.contains_key(wanted));
        let (column, word) = *listed.or(wanted.first())?;
        let known = &mut *known;
        let rows = known.lists.entry((column, word)).or_insert_with(|| {
            known.readings += 1;
            occurrences(&columns[column], word)
        });
        let has = |row: &usize| wanted.iter().all(|(column, word)| columns[*column][*row] == *word);
        Some(rows.iter().map(|row| *row as usize).filter(has).collect())
    }

    /// How many bytes it holds.
    pub(super) fn memory(&self) -> usize {
        let known = self.known();
        let lists: usize = known.lists.values().map(|rows| rows.capacity() * 4).sum();
        known.table.memory() + lists
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Whoever panicked while it looked left a table that is right as far as it says it goes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn in_table(&mut self, columns: &[Vec<Word>], len: usize, tuple: &[Word]) -> Option<usize> {
        self.lists = FxHashMap::default();
        for row in self.covered..len {
            let key = pack_one(columns.iter().map(|column| column[row]));
            self.table.find_or_insert(key, row as u32, |_| true);
        }
        self.covered = len;
        self.table.find(pack_one(tuple.iter().copied()), |_| true).map(|row| row as usize)
    }

    fn forget_if_not(&mut self, len: usize) {
        if self.listed != len {
            self.lists.clear();
            self.listed = len;
        }
    }

    fn in_lists(&mut self, columns: &[Vec<Word>], len: usize, tuple: &[Word]) -> Option<usize> {
        self.forget_if_not(len);
        let has = |row: &u32| {
            columns.iter().zip(tuple).all(|(column, word)| column[*row as usize] == *word)
        };
        let listed = tuple.iter().enumerate().find_map(|(at, word)| self.lists.get(&(at, *word)));
        if let Some(rows) = listed {
            return rows.iter().find(|row| has(row)).map(|row| *row as usize);
        }
        self.readings += 1;
        let mut found = None;
        for (at, (column, word)) in columns.iter().zip(tuple).enumerate() {
            let rows = occurrences(column, *word);
            found = found.or_else(|| rows.iter().find(|row| has(row)).copied());
            self.lists.insert((at, *word), rows);
        }
        found.map(|row| row as usize)
    }
}

/// The rows of a column that have a word.
fn occurrences(column: &[Word], word: Word) -> Vec<u32> {
    let mut rows = Vec::new();
    for (at, stretch) in column.chunks(STRETCH).enumerate() {
        // Without a branch a word, so that many are compared at once.
        if stretch.iter().fold(false, |any, other| any | (*other == word)) {
            let base = at * STRETCH;
            let there = stretch.iter().enumerate().filter(|(_, other)| **other == word);
            rows.extend(there.map(|(offset, _)| (base + offset) as u32));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(rows: u32) -> Vec<Vec<Word>> {
        vec![
            (0..rows).map(|row| Word(row % 7)).collect(),
            (0..rows).map(|row| Word(row / 7)).collect(),
        ]
    }

    #[test]
    fn a_row_is_found_by_table_and_by_reading_alike() {
        for rows in [100, AT_ONCE as u32 + 100] {
            let (finder, columns) = (Finder::default(), columns(rows));
            for row in [0, 1, 50, rows - 1, 50] {
                let tuple = [columns[0][row as usize], columns[1][row as usize]];
                assert_eq!(finder.row(&columns, &tuple), Some(row as usize), "{rows}");
            }
            assert_eq!(finder.row(&columns, &[Word(8), Word(0)]), None);
        }
    }

    #[test]
    fn rows_with_some_words_are_found_by_reading() {
        let rows = AT_ONCE as u32 + 100;
        let (finder, columns) = (Finder::default(), columns(rows));
        let expected: Vec<usize> = (3..rows as usize).step_by(7).collect();
        for _ in 0..2 {
            assert_eq!(finder.rows(&columns, &[(0, Word(3))]), Some(expected.clone()));
        }
        assert_eq!(finder.rows(&columns, &[(1, Word(2)), (0, Word(3))]), Some(vec![17]));
        assert_eq!(finder.known().readings, 1);
        assert_eq!(finder.rows(&self::columns(100), &[(0, Word(3))]), None);
    }

    #[test]
    fn rows_that_came_later_are_found_too() {
        for rows in [100, AT_ONCE as u32 + 100] {
            let finder = Finder::default();
            assert_eq!(finder.row(&columns(rows), &[Word(0), Word(1)]), Some(7));
            let more = columns(rows + 50);
            let last = rows as usize + 49;
            assert_eq!(finder.row(&more, &[more[0][last], more[1][last]]), Some(last));
        }
    }

    #[test]
    fn who_asks_for_very_many_words_gets_a_table() {
        let rows = AT_ONCE as u32 + 100;
        let (finder, columns) = (Finder::default(), columns(rows));
        for row in (0..rows).step_by(1000) {
            let tuple = [columns[0][row as usize], columns[1][row as usize]];
            // A list of the second word is there only where it was asked for before.
            finder.known().lists.retain(|(column, _), _| *column > 0);
            assert_eq!(finder.row(&columns, &tuple), Some(row as usize));
        }
        assert_eq!(finder.known().covered, rows as usize);
    }
}
