//! Rows that came in order.
//!
//! Facts stand in their files in order mostly, and what is concluded from a scan of them comes out in
//! order. Such rows differ because they ascend: no table has to say so. A tuple is found by halving,
//! many tuples in order by going along, and how many leading columns tell the rows apart is known
//! from looking at neighbours, which is what proves that a rule cannot conclude a tuple twice.

use std::cmp::Ordering;
use std::sync::atomic::{self, AtomicUsize};

use super::key::KeyColumn;
use super::relation::Relation;
use crate::value::Word;

/// Fewer rows than this are not looked at: a table of them costs nothing.
const WORTH: usize = 64;

/// Tuples out of order are found by halving until they are this part of the rows; then a table pays.
const PART: usize = 8;

/// How far a relation's rows are in order.
#[derive(Debug, Default)]
pub(super) struct Ascent {
    /// So many rows ascend. They are all as long as no row came another way.
    rows: usize,
    /// So many leading columns tell them apart.
    key: usize,
    /// How many tuples were found by halving.
    halved: AtomicUsize,
}

impl Clone for Ascent {
    fn clone(&self) -> Self {
        Ascent { rows: self.rows, key: self.key, halved: AtomicUsize::default() }
    }
}

impl Relation {
    /// How many leading columns tell its rows apart, if its rows came in order.
    pub fn leading_key(&self) -> Option<usize> {
        (self.ascent.rows == self.len).then_some(self.ascent.key)
    }

    /// Whether its rows are in order and nothing but that says that they differ.
    fn only_ascends(&self) -> bool {
        self.loose && self.ascent.rows == self.len
    }

    /// Takes in tuples that go on in order where the relation ends, if they do and nothing else keeps
    /// the rows apart.
    pub(super) fn ascend(&mut self, round: u32, tuples: &[Vec<Word>], count: usize) -> bool {
        let goes_on = (self.len == 0 || self.loose) && self.ascent.rows == self.len;
        if count < WORTH || !goes_on {
            return false;
        }
        let Some(key) = self.next_key(tuples, count) else { return false };
        self.append(round, tuples, count, Some(key));
        true
    }

    /// How many leading columns tell rows apart when some more are added, if all are in order then.
    pub(super) fn next_key(&self, tuples: &[Vec<Word>], count: usize) -> Option<usize> {
        if self.ascent.rows != self.len || tuples.is_empty() || count == 0 {
            return None;
        }
        let mut key = self.ascent.key;
        if let Some(last) = self.len.checked_sub(1) {
            let pairs = self.columns.iter().zip(tuples).map(|(old, new)| (old[last], new[0]));
            key = key.max(differs(pairs)?);
        }
        for row in 1..count {
            key = key.max(differs(tuples.iter().map(|column| (column[row - 1], column[row])))?);
        }
        Some(key)
    }

    /// Notes that all rows ascend, told apart by so many leading columns.
    pub(super) fn ascends_by(&mut self, key: usize) {
        self.ascent.rows = self.len;
        self.ascent.key = key;
    }

    /// The row of a tuple, if rows are found by halving; says nothing where they are not.
    pub(super) fn halve(&self, tuple: &[Word]) -> Option<Option<usize>> {
        if !self.only_ascends() {
            return None;
        }
        let row = self.lower(0, self.len, |column| tuple[column]);
        let found = row < self.len && self.row(row).eq(tuple.iter().copied());
        Some(found.then_some(row))
    }

    /// For each of `count` tuples, whether it is there, without a table. Says no, and has answered
    /// nothing, where a table is the better way.
    pub(super) fn contains_in_order(
        &self,
        tuples: &[KeyColumn<'_>],
        count: usize,
        mut answer: impl FnMut(usize, bool),
    ) -> bool {
        let Some((first, stored)) = tuples.first().zip(self.columns.first()) else { return false };
        if !self.only_ascends() || self.has_late_table() {
            return false;
        }
        let in_order = match first {
            KeyColumn::Words(words) => words[..count].is_sorted(),
            KeyColumn::Constant(_) => true,
        };
        if !in_order {
            let halved = self.ascent.halved.fetch_add(count, atomic::Ordering::Relaxed);
            if halved + count > self.len / PART {
                return false;
            }
        }
        let mut start = 0;
        for at in 0..count {
            let word = first.word(at);
            if !in_order {
                start = 0;
            }
            let end = leap(start, self.len, |row| stored[row] < word);
            start += stored[start..end].partition_point(|other| *other < word);
            let same =
                leap(start, self.len, |row| self.before(row, |column| tuples[column].word(at)));
            let row = self.lower(start, same, |column| tuples[column].word(at));
            let equal = |(column, key): (&Vec<Word>, &KeyColumn<'_>)| column[row] == key.word(at);
            answer(at, row < self.len && self.columns.iter().zip(tuples).all(equal));
        }
        true
    }

    /// Adds tuples as [`Relation::insert_batch`] does, and takes their vectors over if nothing is there
    /// yet and they ascend.
    pub(super) fn fill(
        &mut self,
        round: u32,
        tuples: Vec<Vec<Word>>,
        count: usize,
        keys: &mut Vec<u64>,
    ) -> usize {
        let whole = tuples.len() == self.arity && tuples.iter().all(|words| words.len() == count);
        if self.len > 0 || count < WORTH || !whole {
            return self.insert_batch(round, &tuples, count, keys);
        }
        let Some(key) = self.next_key(&tuples, count) else {
            return self.insert_batch(round, &tuples, count, keys);
        };
        self.append(round, &[], count, None);
        self.columns = tuples;
        self.ascends_by(key);
        count
    }

    /// Whether a row comes before a tuple.
    fn before(&self, row: usize, tuple: impl Fn(usize) -> Word) -> bool {
        let pairs = self.columns.iter().enumerate().map(|(at, column)| (column[row], tuple(at)));
        order(pairs).is_lt()
    }

    /// The first row of a range that does not come before a tuple.
    fn lower(&self, mut start: usize, mut end: usize, tuple: impl Fn(usize) -> Word) -> usize {
        while start < end {
            let middle = start + (end - start) / 2;
            if self.before(middle, &tuple) {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        start
    }
}

/// How two rows compare.
fn order(mut pairs: impl Iterator<Item = (Word, Word)>) -> Ordering {
    pairs.find(|(one, other)| one != other).map_or(Ordering::Equal, |(one, other)| one.cmp(&other))
}

/// In which column, counted from 1, a row first differs from one that it comes before.
fn differs(pairs: impl Iterator<Item = (Word, Word)>) -> Option<usize> {
    for (at, (one, other)) in pairs.enumerate() {
        match one.cmp(&other) {
            Ordering::Less => return Some(at + 1),
            Ordering::Equal => {}
            Ordering::Greater => return None,
        }
    }
    None
}

/// A row at or behind the last one of which `before` says yes, in steps that double.
fn leap(start: usize, end: usize, before: impl Fn(usize) -> bool) -> usize {
    let mut step = 1;
    let mut at = start;
    while at < end && before(at) {
        at += step;
        step *= 2;
    }
    at.min(end)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_in_order_answer_as_a_table_does() {
        let mut random = 9_u64;
        let mut below = |bound: u32| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            Word(((random >> 33) % u64::from(bound)) as u32)
        };
        for arity in [1, 2, 3, 4].into_iter().cycle().take(80) {
            let spread = [4, 40, 3000][below(3).0 as usize];
            let mut draw = |count: usize| -> Vec<Vec<Word>> {
                (0..count).map(|_| (0..arity).map(|_| below(spread)).collect()).collect()
            };
            let rows: BTreeSet<Vec<Word>> = draw(600).into_iter().collect();
            let rows: Vec<Vec<Word>> = rows.into_iter().collect();
            let columns = |rows: &[Vec<Word>]| -> Vec<Vec<Word>> {
                (0..arity).map(|at| rows.iter().map(|row| row[at]).collect()).collect()
            };
            let (mut ordered, mut table) = (Relation::new(arity), Relation::new(arity));
            let (half, mut keys) = (rows.len() / 2, Vec::new());
            for part in [&rows[..half], &rows[half..]] {
                let new = ordered.insert_batch(1, &columns(part), part.len(), &mut keys);
                assert_eq!(new, part.len());
            }
            for row in rows.iter().rev() {
                assert!(table.insert(1, row));
            }
            if half >= WORTH {
                assert!(ordered.only_ascends() && !table.only_ascends());
                let key = ordered.leading_key().unwrap();
                let leading: BTreeSet<&[Word]> = rows.iter().map(|row| &row[..key]).collect();
                assert_eq!(leading.len(), rows.len(), "no key");
                let fewer: BTreeSet<&[Word]> = rows.iter().map(|row| &row[..key - 1]).collect();
                assert!(fewer.len() < rows.len(), "a shorter key would do");
            }
            let mut asked = draw(300);
            asked.extend(rows.iter().step_by(7).cloned());
            for sorted in [true, false, false] {
                if sorted {
                    asked.sort();
                } else {
                    asked.reverse();
                    asked.rotate_left(50);
                }
                let columns = columns(&asked);
                let tuples: Vec<KeyColumn<'_>> =
                    columns.iter().map(|it| KeyColumn::Words(it)).collect();
                let mut answers = Vec::new();
                let count = asked.len();
                ordered.contains_each(&tuples, count, &mut keys, |at, yes| answers.push((at, yes)));
                for (at, yes) in answers.iter().copied() {
                    assert_eq!(yes, table.contains(&asked[at]));
                    assert_eq!(yes, ordered.contains(&asked[at]));
                    assert_eq!(yes, ordered.find(&asked[at]).is_some());
                }
                assert_eq!(answers.len(), count);
            }
            let found = rows.iter().enumerate().all(|(at, row)| ordered.find(row) == Some(at));
            assert!(found || half < WORTH);
            let again = ordered.insert_batch(2, &columns(&asked), asked.len(), &mut keys);
            assert_eq!(again, table.insert_batch(2, &columns(&asked), asked.len(), &mut keys));
            assert_eq!(ordered.len(), table.len());
        }
    }

    #[test]
    fn the_same_row_again_is_no_row_in_order() {
        let mut relation = Relation::new(1);
        let column: Vec<Word> = (0..100).map(Word).collect();
        let mut keys = Vec::new();
        assert_eq!(relation.insert_batch(1, std::slice::from_ref(&column), 100, &mut keys), 100);
        assert_eq!(relation.insert_batch(2, &[column], 100, &mut keys), 0);
        assert_eq!((relation.len(), relation.rank(99)), (100, 1));
        let twice: Vec<Word> = (200..300).flat_map(|at| [Word(at), Word(at)]).collect();
        let mut other = Relation::new(1);
        assert_eq!(other.insert_batch(1, &[twice], 200, &mut keys), 100);
    }
}
