//! One relation: a log of tuples.

use std::sync::OnceLock;

use super::ascent::Ascent;
use super::bits::BitTable;
use super::blocks::BlockTable;
use super::finder::Finder;
use super::index::{Index, Kept, Part, RowList};
use super::indices::IndexList;
use super::key::{ColumnSet, KeyColumn, pack, pack_one};
use super::table::KeyTable;
use crate::value::Word;

/// Up to this many rows a relation is searched row by row; a table costs more than it saves.
const SMALL: usize = 8;

/// How many keys are looked at ahead of the decision about each.
pub(super) const AHEAD: usize = 64;

/// A set of tuples, kept as an append-only log: a vector of words for each column. The number of a
/// row is the tuple's id and never changes.
#[derive(Debug, Default)]
pub struct Relation {
    pub(super) arity: usize,
    pub(super) len: usize,
    pub(super) columns: Vec<Vec<Word>>,
    /// The keys of the tuples; empty while the relation is small, and while `bits` stand in. With
    /// their rows, if the relation is wide or somebody said that it will be asked for rows.
    pub(super) set: KeyTable,
    /// Which tuples there are, for a large binary relation of dense words.
    pub(super) bits: Option<BitTable>,
    /// The same where only second words are near each other; never together with `bits`.
    pub(super) blocks: Option<BlockTable>,
    /// Whether rows came in that are known to differ and no table was made: it is in `late` if
    /// somebody asked.
    pub(super) loose: bool,
    late: OnceLock<KeyTable>,
    /// How far the rows came in order.
    pub(super) ascent: Ascent,
    /// Where `set` keeps no rows: what somebody who asked for rows has learnt.
    finder: Finder,
    /// Whether `set` keeps rows though the relation is narrow.
    pub(super) numbered: bool,
    /// Whether nobody will ask for rounds.
    unranked: bool,
    /// Bits are considered again when there are this many rows.
    pub(super) reconsider: usize,
    /// Each round that made rows and the first row it made, in order.
    pub(super) rounds: Vec<(u32, u32)>,
    indices: IndexList,
    complete: bool,
}

/// A copy has the same rows and rounds; its indices are made anew when they are asked for.
impl Clone for Relation {
    fn clone(&self) -> Self {
        Relation {
            arity: self.arity,
            len: self.len,
            columns: self.columns.clone(),
            set: self.set.clone(),
            bits: self.bits.clone(),
            blocks: self.blocks.clone(),
            loose: self.loose,
            late: OnceLock::new(),
            ascent: self.ascent.clone(),
            finder: Finder::default(),
            numbered: self.numbered,
            unranked: self.unranked,
            reconsider: self.reconsider,
            rounds: self.rounds.clone(),
            indices: IndexList::default(),
            complete: self.complete,
        }
    }
}

impl Relation {
    /// An empty relation with so many columns.
    pub fn new(arity: usize) -> Self {
        Relation { arity, columns: vec![Vec::new(); arity], ..Self::default() }
    }

    /// An empty relation that will be asked for the rows of its tuples while it grows.
    pub(crate) fn numbered(arity: usize) -> Self {
        Relation { numbered: true, ..Relation::new(arity) }
    }

    /// An empty relation that keeps no rounds.
    pub(super) fn unranked(arity: usize) -> Self {
        Relation { unranked: true, ..Relation::new(arity) }
    }

    /// How many columns it has.
    pub fn arity(&self) -> usize {
        self.arity
    }

    /// How many tuples are in it.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no tuple is in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The word in a row and column.
    pub fn word(&self, row: usize, column: usize) -> Word {
        self.columns[column][row]
    }

    /// All words of a column, by row.
    pub fn column(&self, column: usize) -> &[Word] {
        &self.columns[column]
    }

    /// The words of a row.
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = Word> + Clone + '_ {
        self.columns.iter().map(move |column| column[row])
    }

    /// All rows in the order in which they came, each a vector of words.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Vec<Word>> + '_ {
        (0..self.len).map(|row| self.row(row).collect())
    }

    /// Whether a tuple is in it.
    pub fn contains(&self, tuple: &[Word]) -> bool {
        if let (Some(blocks), [first, second]) = (&self.blocks, tuple) {
            return blocks.contains(first.0, second.0);
        }
        if tuple.len() == self.arity
            && let Some(found) = self.halve(tuple)
        {
            return found.is_some();
        }
        match (&self.bits, tuple) {
            (Some(bits), [first, second]) => bits.contains(first.0, second.0),
            _ if tuple.len() == self.arity && self.keeps_no_rows() => {
                self.keys().find(pack_one(tuple.iter().copied()), |_| true).is_some()
            }
            _ => self.find(tuple).is_some(),
        }
    }

    /// Whether its tuples are known to be there and not where.
    fn keeps_no_rows(&self) -> bool {
        self.arity <= 2 && !self.numbered && !self.is_small()
    }

    /// The row of a tuple.
    pub fn find(&self, tuple: &[Word]) -> Option<usize> {
        if tuple.len() != self.arity {
            return None;
        }
        if self.is_small() {
            return (0..self.len).find(|&row| self.equals(row, tuple));
        }
        if let Some(found) = self.halve(tuple) {
            return found;
        }
        if self.keeps_no_rows() {
            return if self.contains(tuple) { self.finder.row(&self.columns, tuple) } else { None };
        }
        let key = pack_one(tuple.iter().copied());
        self.keys().find(key, |row| self.equals(row as usize, tuple)).map(|row| row as usize)
    }

    /// Whether it is searched row by row.
    pub(super) fn is_small(&self) -> bool {
        self.set.is_empty() && self.bits.is_none() && self.blocks.is_none() && !self.loose
    }

    /// The table of the tuples, made now if it was not.
    fn keys(&self) -> &KeyTable {
        if self.loose { self.late.get_or_init(|| self.table()) } else { &self.set }
    }

    /// Whether a bit says whether a tuple is in it, or nobody has looked yet whether one should.
    pub(crate) fn may_be_bits(&self) -> bool {
        self.bits.is_some() || self.arity == 2 && self.reconsider == 0
    }

    /// Whether its rows are known to differ and no table says so.
    pub(crate) fn is_loose(&self) -> bool {
        self.loose
    }

    /// Whether the table that was put off was made for somebody who asked.
    pub(super) fn has_late_table(&self) -> bool {
        self.late.get().is_some()
    }

    /// Makes the table that was put off.
    pub(super) fn settle(&mut self) {
        if std::mem::take(&mut self.loose) {
            self.set = self.late.take().unwrap_or_else(|| self.table());
        }
    }

    fn equals(&self, row: usize, tuple: &[Word]) -> bool {
        self.columns.iter().zip(tuple).all(|(column, word)| column[row] == *word)
    }

    /// The round in which a row was made; 0 for facts that were there at the start.
    pub fn rank(&self, row: usize) -> u32 {
        let after = self.rounds.partition_point(|&(_, first)| first as usize <= row);
        after.checked_sub(1).map_or(0, |at| self.rounds[at].0)
    }

    /// How many rounds made rows.
    pub fn growths(&self) -> usize {
        self.rounds.iter().filter(|(round, _)| *round > 0).count()
    }

    /// The rows that a round made.
    pub fn round_range(&self, round: u32) -> std::ops::Range<usize> {
        let at = self.rounds.partition_point(|&(other, _)| other < round);
        match self.rounds.get(at) {
            Some(&(other, first)) if other == round => {
                let end = self.rounds.get(at + 1).map_or(self.len, |&(_, end)| end as usize);
                first as usize..end
            }
            _ => 0..0,
        }
    }

    /// How many rows were made before a round: they are the rows before this one.
    pub fn before_round(&self, round: u32) -> usize {
        let at = self.rounds.partition_point(|&(other, _)| other < round);
        self.rounds.get(at).map_or(self.len, |&(_, first)| first as usize)
    }

    /// The rows that have the given words in the given columns, in ascending order. `pattern` has
    /// an entry a column, `None` where any word will do. An index is made when it is worth it.
    pub fn matching(&self, pattern: &[Option<Word>]) -> Vec<usize> {
        let bound: Vec<(usize, Word)> = pattern
            .iter()
            .enumerate()
            .filter_map(|(column, word)| word.map(|word| (column, word)))
            .collect();
        if bound.is_empty() {
            return (0..self.len).collect();
        }
        let holds = |row: usize| bound.iter().all(|&(column, word)| self.word(row, column) == word);
        if self.len <= SMALL || bound.iter().any(|&(column, _)| column >= ColumnSet::LIMIT) {
            return (0..self.len).filter(|&row| holds(row)).collect();
        }
        let columns: ColumnSet = bound.iter().map(|&(column, _)| column).collect();
        if self.indices.made(columns, Some(Kept::Rows)).is_none()
            && let Some(rows) = self.finder.rows(&self.columns, &bound)
        {
            return rows;
        }
        let index = self.index_on(columns);
        let key = pack_one(bound.iter().map(|&(_, word)| word));
        let list = index.list(key, Part::All, |row| holds(row as usize));
        let tail = index.covered()..self.len;
        let indexed = index.rows(list).iter().map(|&row| row as usize);
        indexed.chain(tail.filter(|&row| holds(row))).collect()
    }

    /// Whether another relation has the same tuples in the same order.
    pub fn same_rows(&self, other: &Relation) -> bool {
        self.len == other.len && self.columns == other.columns
    }

    /// Whether the rows of another relation were made in the same rounds.
    pub fn same_rounds(&self, other: &Relation) -> bool {
        self.rounds == other.rounds
    }

    /// Whether it has all the tuples it will ever have.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Says that it has all its tuples; its indices are brought up to date.
    pub(super) fn complete(&mut self) {
        self.indices.refresh_all(&self.columns, self.len);
        self.complete = true;
    }

    /// Adds a fact to a relation that rules may have read before: its indices are made anew.
    pub(super) fn insert_fact(&mut self, tuple: &[Word]) -> bool {
        self.indices = IndexList::default();
        self.insert(0, tuple)
    }

    /// The row of a tuple, which is added if it is new.
    fn position(&mut self, tuple: &[Word]) -> usize {
        let last = self.len;
        if self.insert(0, tuple) { last } else { self.find(tuple).unwrap_or_default() }
    }

    /// The row of each of `count` tuples, which are added where they are new; `tuples` has a vector a
    /// column.
    pub(crate) fn positions(&mut self, tuples: &[Vec<Word>], count: usize, rows: &mut Vec<u32>) {
        rows.clear();
        let before = self.len as u32;
        if self.ascend(0, tuples, count) {
            rows.extend(before..self.len as u32);
            return;
        }
        let mut tuple = Vec::with_capacity(self.arity);
        for at in 0..count {
            tuple.clear();
            tuple.extend(tuples.iter().map(|column| column[at]));
            rows.push(self.position(&tuple) as u32);
        }
    }

    /// The index of a column set that keeps rows. It covers the rows there were when it was last
    /// refreshed, or made.
    pub fn index_on(&self, columns: ColumnSet) -> &Index {
        self.indices.get(columns, Kept::Rows, &self.columns, self.len)
    }

    /// The index on one column of two that keeps the words of the other, if it can tell the rows
    /// before one from those behind.
    pub(crate) fn words_on(&self, columns: ColumnSet, until: usize) -> Option<&Index> {
        let kept = self.kept(columns, Kept::Words);
        let index = self.indices.get(columns, kept, &self.columns, self.len);
        (kept == Kept::Words && index.until(until).is_some()).then_some(index)
    }

    /// The index of a column set that was made already, or else one made now.
    pub(crate) fn any_index_on(&self, columns: ColumnSet) -> &Index {
        self.indices.made(columns, None).unwrap_or_else(|| {
            let kept = self.kept(columns, Kept::Words);
            self.indices.get(columns, kept, &self.columns, self.len)
        })
    }

    /// What an index of a column set can keep, if somebody would like it to keep this.
    fn kept(&self, columns: ColumnSet, wish: Kept) -> Kept {
        if self.arity == 2 && columns.len() == 1 { wish } else { Kept::Rows }
    }

    /// How many rows have the same words in some columns, on average.
    pub(crate) fn mean_matches(&self, columns: ColumnSet) -> f64 {
        if self.len <= SMALL {
            return 1.0;
        }
        let index = self.any_index_on(columns);
        index.covered() as f64 / index.groups().max(1) as f64
    }

    /// Makes the index of a column set cover all rows.
    pub(super) fn refresh(&mut self, columns: ColumnSet, kept: Kept) {
        let kept = self.kept(columns, kept);
        let latest = self.rounds.last().map_or(0, |&(_, first)| first as usize);
        self.indices.refresh(columns, kept, &self.columns, latest, self.len);
    }

    /// For each of `count` keys, its rows before `until` in the index of a column set. `key` has an
    /// entry for each column of the set, in ascending order.
    #[allow(clippy::too_many_arguments)]
    pub fn lists(
        &self,
        index: &Index,
        columns: ColumnSet,
        until: usize,
        key: &[KeyColumn<'_>],
        count: usize,
        keys: &mut Vec<u64>,
        lists: &mut Vec<RowList>,
    ) {
        pack(key, count, keys);
        lists.clear();
        lists.reserve(count);
        let wide = key.len() > 2;
        let part = index.until(until).unwrap_or(Part::All);
        for (chunk_at, chunk) in keys.chunks(AHEAD).enumerate() {
            let seen = chunk.iter().fold(0, |seen, &key| seen ^ index.peek(key));
            std::hint::black_box(seen);
            for (at, &packed) in chunk.iter().enumerate() {
                let at = chunk_at * AHEAD + at;
                lists.push(index.list(packed, part, |row| {
                    !wide
                        || columns.columns().zip(key).all(|(column, words)| {
                            self.columns[column][row as usize] == words.word(at)
                        })
                }));
            }
        }
    }

    /// For each of `count` tuples, whether it is in it. `tuples` has an entry a column.
    pub fn contains_each(
        &self,
        tuples: &[KeyColumn<'_>],
        count: usize,
        keys: &mut Vec<u64>,
        mut answer: impl FnMut(usize, bool),
    ) {
        let same = |row: usize, at: usize| {
            self.columns.iter().zip(tuples).all(|(column, words)| column[row] == words.word(at))
        };
        if self.is_small() {
            for at in 0..count {
                answer(at, (0..self.len).any(|row| same(row, at)));
            }
            return;
        }
        if let (Some(bits), [first, second]) = (&self.bits, tuples) {
            for at in 0..count {
                answer(at, bits.contains(first.word(at).0, second.word(at).0));
            }
            return;
        }
        if let (Some(blocks), [first, second]) = (&self.blocks, tuples) {
            for at in 0..count {
                answer(at, blocks.contains(first.word(at).0, second.word(at).0));
            }
            return;
        }
        if self.contains_in_order(tuples, count, &mut answer) {
            return;
        }
        pack(tuples, count, keys);
        let (narrow, set) = (self.arity <= 2, self.keys());
        let mut seen = [0; AHEAD];
        for (chunk_at, chunk) in keys.chunks(AHEAD).enumerate() {
            for (seen, &key) in seen.iter_mut().zip(chunk) {
                *seen = set.peek(key);
            }
            for (at, (&seen, &key)) in seen.iter().zip(chunk).enumerate() {
                let at = chunk_at * AHEAD + at;
                let found = if narrow && KeyTable::proves(seen, key) {
                    true
                } else {
                    !KeyTable::refutes(seen, key)
                        && set.find(key, |row| narrow || same(row as usize, at)).is_some()
                };
                answer(at, found);
            }
        }
    }

    /// Adds a tuple, in a round not before the last one; says whether it is new.
    pub(super) fn insert(&mut self, round: u32, tuple: &[Word]) -> bool {
        debug_assert_eq!(tuple.len(), self.arity, "a tuple of another arity");
        if self.arity == 0 {
            return self.insert_empty(round);
        }
        self.settle();
        let row = self.len as u32;
        if self.bits.is_some() || self.blocks.is_some() {
            let tuple: Vec<Vec<Word>> = tuple.iter().map(|word| vec![*word]).collect();
            return self.insert_batch(round, &tuple, 1, &mut Vec::new()) == 1;
        }
        if self.set.is_empty() {
            if self.len >= SMALL {
                self.set = self.table();
            } else if (0..self.len).any(|row| self.equals(row, tuple)) {
                return false;
            }
        }
        if !self.set.is_empty() {
            let key = pack_one(tuple.iter().copied());
            let (columns, narrow) = (&self.columns, self.arity <= 2);
            let found = self.set.find_or_insert(key, row, |row| {
                narrow
                    || columns.iter().zip(tuple).all(|(column, word)| column[row as usize] == *word)
            });
            if found.is_some() {
                return false;
            }
        }
        self.open_round(round);
        for (column, word) in self.columns.iter_mut().zip(tuple) {
            column.push(*word);
        }
        self.len += 1;
        true
    }

    pub(super) fn insert_empty(&mut self, round: u32) -> bool {
        if self.len > 0 {
            return false;
        }
        self.open_round(round);
        self.len = 1;
        true
    }

    /// The table of the tuples there are.
    pub(super) fn table(&self) -> KeyTable {
        let alone = self.arity <= 2 && !self.numbered;
        let mut table = if alone { KeyTable::of_keys() } else { KeyTable::default() };
        for row in 0..self.len {
            let key = pack_one(self.columns.iter().map(|column| column[row]));
            // Rows differ, so equal keys of wide rows are told apart by never being the same.
            table.find_or_insert(key, row as u32, |_| false);
        }
        table
    }

    pub(super) fn open_round(&mut self, round: u32) {
        match self.rounds.last() {
            Some(&(last, _)) if last >= round => {}
            _ if self.unranked => {}
            _ => self.rounds.push((round, self.len as u32)),
        }
    }

    /// Forgets all rows, rounds and indices, and keeps what memory it can.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.columns.iter_mut().for_each(Vec::clear);
        self.set.clear();
        self.bits = None;
        self.blocks = None;
        self.loose = false;
        self.late = OnceLock::new();
        self.ascent = Ascent::default();
        self.finder = Finder::default();
        self.reconsider = 0;
        self.rounds.clear();
        self.indices = IndexList::default();
        self.complete = false;
    }

    /// Keeps the rows for which `keep` says so, with their rounds; they move up.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&[Word]) -> bool) {
        let kept: Vec<(u32, Vec<Word>)> = (0..self.len)
            .map(|row| (self.rank(row), self.row(row).collect::<Vec<Word>>()))
            .filter(|(_, tuple)| keep(tuple))
            .collect();
        if kept.len() == self.len {
            return;
        }
        self.clear();
        for (round, tuple) in kept {
            self.insert(round, &tuple);
        }
    }

    /// How many bytes it holds.
    pub fn memory(&self) -> usize {
        let columns: usize = self.columns.iter().map(|column| column.capacity() * 4).sum();
        let bits = self.bits.as_ref().map_or(0, BitTable::memory);
        let blocks = self.blocks.as_ref().map_or(0, BlockTable::memory);
        let late = self.late.get().map_or(0, KeyTable::memory);
        let members = self.set.memory() + late + bits + blocks + self.finder.memory();
        columns + members + self.rounds.capacity() * 8 + self.indices.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(words: &[u32]) -> Vec<Word> {
        words.iter().copied().map(Word).collect()
    }

    #[test]
    fn a_tuple_is_kept_once_whatever_the_arity() {
        for arity in 0..=17u32 {
            let mut relation = Relation::new(arity as usize);
            let make = |i: u32| (0..arity).map(|c| Word(i.wrapping_mul(c + 1))).collect::<Vec<_>>();
            for i in (0..100).chain(0..100) {
                relation.insert(0, &make(i));
            }
            assert_eq!(relation.len(), if arity == 0 { 1 } else { 100 });
            for i in 0..100 {
                let row = relation.find(&make(i)).unwrap();
                assert!(relation.row(row).eq(make(i)));
            }
            assert_eq!(relation.find(&make(1000)).is_some(), arity == 0);
        }
    }

    #[test]
    fn the_rank_of_a_row_is_the_round_that_made_it() {
        let mut relation = Relation::new(1);
        for (round, word) in [(0, 1), (0, 2), (3, 3), (7, 4), (7, 5)] {
            relation.insert(round, &tuple(&[word]));
        }
        let ranks: Vec<u32> = (0..5).map(|row| relation.rank(row)).collect();
        assert_eq!(ranks, [0, 0, 3, 7, 7]);
        assert_eq!(relation.round_range(7), 3..5);
        assert_eq!(relation.round_range(4), 0..0);
        assert_eq!(relation.before_round(7), 3);
        assert_eq!(relation.before_round(8), 5);
    }

    #[test]
    fn matching_sees_rows_that_came_after_the_index() {
        let mut relation = Relation::new(2);
        for i in 0..40 {
            relation.insert(0, &tuple(&[i % 4, i]));
        }
        assert_eq!(relation.matching(&[Some(Word(1)), None]).len(), 10);
        relation.insert(1, &tuple(&[1, 400]));
        assert_eq!(relation.matching(&[Some(Word(1)), None]).last(), Some(&40));
        assert_eq!(relation.matching(&[None, None]).len(), 41);
        assert_eq!(relation.matching(&[Some(Word(1)), Some(Word(5))]), [5]);
    }
}
