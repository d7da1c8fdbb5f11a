//! Indices: from the words of some columns to the rows that have them.
//!
//! The rows of one key are kept together and in order, so that a join copies slices and what is older
//! than a round is the front of a slice. In an index on one column of two a join wants the words of
//! the other column only: such an index keeps those in the place of row numbers.
//!
//! An index that is made in one go has one list after the other, with no room to spare. When more rows
//! come its lists move into an arena where each can grow.
//!
//! One column whose words are dense is looked up by position; everything else by hash.

use std::ops::Range;

use super::arena::Arena;
use super::key::{ColumnSet, KeyColumn, pack};
use super::table::KeyTable;
use crate::value::Word;

/// How many rows are looked up together while an index is made: their keys stay in the nearest cache.
const AT_ONCE: usize = 1024;

/// What an index keeps of a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kept {
    /// Its number.
    Rows,
    /// The word in the other column of two.
    Words,
}

/// The list of one key in the arena.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    start: u64,
    len: u32,
    room: u32,
    /// How long the list was before the index was last extended; while it is being extended, how
    /// long it will be.
    old: u32,
}

/// The lists of all keys.
#[derive(Clone, Debug)]
enum Lists {
    /// One after the other: where each begins, and where the last one ends.
    Packed { starts: Vec<u32>, held: Vec<u32> },
    /// Each in a place of its own, and those that the last rows went to.
    Apart { groups: Vec<Group>, arena: Arena, touched: Vec<u32> },
}

#[derive(Clone, Debug)]
enum Directory {
    /// By the word of the only column: one more than the number of the group, 0 for none.
    Dense(Vec<u32>),
    /// By key.
    Hash(KeyTable),
}

/// From the words of some columns to the rows that have them, for the first rows of a relation.
#[derive(Clone, Debug)]
pub struct Index {
    columns: Vec<u32>,
    kept: Kept,
    /// How many rows are in it.
    covered: u32,
    /// The first of the rows that came in last.
    latest: u32,
    directory: Directory,
    lists: Lists,
}

/// Which of an [`Index`]'s rows belong to a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RowList {
    start: u64,
    len: u32,
}

/// How much of a list is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    /// All of it.
    All,
    /// What was there before the index was last extended.
    Old,
    /// The rows before one.
    Before(u32),
}

impl RowList {
    /// How many rows there are.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The rows from one place to another, as far as there are so many.
    pub(crate) fn part(self, start: usize, end: usize) -> RowList {
        let (start, end) = (start.min(self.len()), end.min(self.len()));
        let len = end.saturating_sub(start) as u32;
        RowList { start: self.start + start as u64, len }
    }
}

impl Index {
    pub(super) fn new(columns: ColumnSet, kept: Kept) -> Self {
        let columns: Vec<u32> = columns.columns().map(|column| column as u32).collect();
        let directory = if columns.len() == 1 {
            Directory::Dense(Vec::new())
        } else {
            Directory::Hash(KeyTable::default())
        };
        let lists = Lists::Packed { starts: vec![0], held: Vec::new() };
        Index { columns, kept, covered: 0, latest: 0, directory, lists }
    }

    /// What it keeps of a row.
    pub fn kept(&self) -> Kept {
        self.kept
    }

    /// How many rows of the relation are in it: all before this one.
    pub fn covered(&self) -> usize {
        self.covered as usize
    }

    /// How many keys there are.
    pub(super) fn groups(&self) -> usize {
        match &self.lists {
            Lists::Packed { starts, .. } => starts.len() - 1,
            Lists::Apart { groups, .. } => groups.len(),
        }
    }

    fn held(&self, list: RowList) -> &[u32] {
        match &self.lists {
            Lists::Packed { held, .. } => {
                &held[list.start as usize..list.start as usize + list.len()]
            }
            Lists::Apart { arena, .. } => arena.list(list.start, list.len),
        }
    }

    /// The rows of a list, in ascending order, in an index that keeps rows.
    pub fn rows(&self, list: RowList) -> &[u32] {
        debug_assert_eq!(self.kept, Kept::Rows, "an index without rows is asked for them");
        self.held(list)
    }

    /// The words of the other column of a list's rows, in the order of the rows, in an index that keeps
    /// words.
    pub(crate) fn words(&self, list: RowList) -> &[u32] {
        debug_assert_eq!(self.kept, Kept::Words, "an index without words is asked for them");
        self.held(list)
    }

    /// What to ask for, to get the rows before one; nothing if that cannot be told any more.
    pub(crate) fn until(&self, row: usize) -> Option<Part> {
        if row >= self.covered() {
            Some(Part::All)
        } else if row == self.latest as usize {
            Some(Part::Old)
        } else {
            (self.kept == Kept::Rows).then_some(Part::Before(row as u32))
        }
    }

    /// Takes in the rows of a relation that it does not cover yet. `stored` are the relation's
    /// columns.
    pub(super) fn extend(&mut self, stored: &[Vec<Word>], len: usize) {
        let first = self.covered as usize;
        if first >= len {
            return;
        }
        self.choose_directory(stored, first..len);
        match first {
            0 => self.build(stored, len),
            _ => self.grow(stored, first..len),
        }
        self.latest = first as u32;
        self.covered = len as u32;
    }

    /// The column whose words it keeps, if it keeps words.
    fn other<'a>(&self, stored: &'a [Vec<Word>]) -> Option<&'a [Word]> {
        match (self.kept, self.columns.as_slice(), stored) {
            (Kept::Words, [0], [_, other]) | (Kept::Words, [1], [other, _]) => Some(other),
            _ => None,
        }
    }

    /// The keys of some rows. The directory's places for them are looked at, so that they come into the
    /// cache together.
    fn pack(&self, stored: &[Vec<Word>], rows: Range<usize>, keys: &mut Vec<u64>) {
        let count = rows.len();
        let words = |&column: &u32| KeyColumn::Words(&stored[column as usize][rows.clone()]);
        let columns: Vec<KeyColumn<'_>> = self.columns.iter().map(words).collect();
        pack(&columns, count, keys);
        let seen = keys.iter().fold(0, |seen, &key| seen ^ self.peek(key));
        std::hint::black_box(seen);
    }

    /// Makes its lists, over all rows.
    fn build(&mut self, stored: &[Vec<Word>], len: usize) {
        let wide = self.columns.len() > 2;
        // How long each list is, and its first row if keys have to be compared.
        let (mut next, mut firsts) = (Vec::new(), Vec::new());
        let dense = matches!(self.directory, Directory::Dense(_));
        let mut members = Vec::with_capacity(if dense { 0 } else { len });
        let mut keys = Vec::with_capacity(AT_ONCE);
        for start in (0..len).step_by(AT_ONCE) {
            let rows = start..len.min(start + AT_ONCE);
            self.pack(stored, rows.clone(), &mut keys);
            for (row, &key) in rows.zip(&keys) {
                let (columns, new) = (&self.columns, next.len() as u32);
                let is = |group: u32| same(columns, stored, firsts[group as usize], row as u32);
                let found = self.directory.group(key, new, |group| !wide || is(group));
                let group = found.unwrap_or_else(|| {
                    next.push(0u32);
                    if wide {
                        firsts.push(row as u32);
                    }
                    new
                });
                next[group as usize] += 1;
                if !dense {
                    members.push(group);
                }
            }
        }
        let mut starts = Vec::with_capacity(next.len() + 1);
        let mut end = 0;
        for count in &mut next {
            starts.push(end);
            end += std::mem::replace(count, end);
        }
        starts.push(end);
        let other = self.other(stored);
        let mut held = vec![0; len];
        let mut put = |row: usize, group: u32| {
            let place = &mut next[group as usize];
            held[*place as usize] = other.map_or(row as u32, |words| words[row].0);
            *place += 1;
        };
        match (&self.directory, self.columns.first()) {
            (Directory::Dense(groups), Some(&column)) => {
                for (row, word) in stored[column as usize][..len].iter().enumerate() {
                    put(row, groups[word.0 as usize] - 1);
                }
            }
            _ => members.iter().enumerate().for_each(|(row, &group)| put(row, group)),
        }
        self.lists = Lists::Packed { starts, held };
    }

    /// Gives every list a place of its own.
    fn part(&mut self) {
        let Lists::Packed { starts, held } = &self.lists else { return };
        let mut arena = Arena::default();
        let groups = starts.windows(2).map(|ends| {
            let (start, end) = (ends[0] as usize, ends[1] as usize);
            let words = &held[start..end];
            let (len, room) = (words.len() as u32, room(words.len() as u32));
            let place = arena.place(room);
            arena.list_mut(place, len).copy_from_slice(words);
            Group { start: place, len, room, old: len }
        });
        let groups = groups.collect();
        self.lists = Lists::Apart { groups, arena, touched: Vec::new() };
    }

    /// Takes in more rows.
    fn grow(&mut self, stored: &[Vec<Word>], rows: Range<usize>) {
        self.part();
        let mut members = Vec::with_capacity(rows.len());
        let mut keys = Vec::with_capacity(AT_ONCE);
        for start in rows.clone().step_by(AT_ONCE) {
            let some = start..rows.end.min(start + AT_ONCE);
            self.pack(stored, some.clone(), &mut keys);
            for (row, &key) in some.zip(&keys) {
                members.push(self.member(key, row as u32, stored));
            }
        }
        let other = self.other(stored);
        let Lists::Apart { groups, arena, touched } = &mut self.lists else { return };
        for group in touched.drain(..) {
            let group = &mut groups[group as usize];
            group.old = group.len;
        }
        for &id in &members {
            let group = &mut groups[id as usize];
            if group.old == group.len {
                touched.push(id);
            }
            group.old += 1;
        }
        for &id in touched.iter() {
            let group = &mut groups[id as usize];
            let needed = std::mem::replace(&mut group.old, group.len);
            if needed > group.room {
                let room = room(needed);
                group.start = match group.room {
                    0 => arena.place(room),
                    old => arena.moved(group.start, group.len, old, room),
                };
                group.room = room;
            }
        }
        for (row, &id) in rows.zip(&members) {
            let group = &mut groups[id as usize];
            let kept = other.map_or(row as u32, |words| words[row].0);
            arena.set(group.start, group.len, kept);
            group.len += 1;
        }
    }

    /// The group of a row, made if it is the first of its key. A new group keeps its first row in
    /// `start` until it has room, so that wide keys can be compared.
    fn member(&mut self, key: u64, row: u32, stored: &[Vec<Word>]) -> u32 {
        let (columns, wide) = (&self.columns, self.columns.len() > 2);
        let Lists::Apart { groups, arena, .. } = &mut self.lists else { return 0 };
        let new = groups.len() as u32;
        let is = |group: u32| {
            let group = &groups[group as usize];
            let first = match group.room {
                0 => group.start as u32,
                _ => arena.list(group.start, 1)[0],
            };
            same(columns, stored, first, row)
        };
        let found = self.directory.group(key, new, |group| !wide || is(group));
        found.unwrap_or_else(|| {
            groups.push(Group { start: u64::from(row), ..Group::default() });
            new
        })
    }

    /// Keeps the dense directory only while its size is in proportion to the rows.
    fn choose_directory(&mut self, stored: &[Vec<Word>], rows: Range<usize>) {
        let (Directory::Dense(dense), Some(&column)) = (&mut self.directory, self.columns.first())
        else {
            return;
        };
        let greatest = stored[column as usize][rows.clone()].iter().max();
        let needed = greatest.map_or(0, |word| word.0 as usize + 1);
        if needed <= dense.len() {
            return;
        }
        if needed <= rows.end * 4 + 64 {
            dense.resize(needed, 0);
            return;
        }
        let mut table = KeyTable::default();
        for (word, &group) in dense.iter().enumerate() {
            if group != 0 {
                table.find_or_insert(word as u64, group - 1, |_| true);
            }
        }
        self.directory = Directory::Hash(table);
    }

    /// A part of the rows of one key; `is` compares a wide key with a row.
    pub(crate) fn list(&self, key: u64, part: Part, mut is: impl FnMut(u32) -> bool) -> RowList {
        let first = |group: u32| match &self.lists {
            Lists::Packed { starts, held } => held[starts[group as usize] as usize],
            Lists::Apart { groups, arena, .. } => arena.list(groups[group as usize].start, 1)[0],
        };
        let group = match &self.directory {
            Directory::Dense(dense) => match dense.get(key as usize) {
                Some(&place) if place != 0 => Some(place - 1),
                _ => None,
            },
            Directory::Hash(table) if self.columns.len() <= 2 => table.find(key, |_| true),
            Directory::Hash(table) => table.find(key, |group| is(first(group))),
        };
        let Some(group) = group else { return RowList::default() };
        let (all, old) = match &self.lists {
            Lists::Packed { starts, .. } => {
                let (start, end) = (starts[group as usize], starts[group as usize + 1]);
                (RowList { start: u64::from(start), len: end - start }, 0)
            }
            Lists::Apart { groups, .. } => {
                let group = groups[group as usize];
                (RowList { start: group.start, len: group.len }, group.old)
            }
        };
        let len = match part {
            Part::All => all.len,
            Part::Old => old,
            Part::Before(row) => self.held(all).partition_point(|&other| other < row) as u32,
        };
        RowList { len, ..all }
    }

    /// Asks for the first place of a key, so that a later [`Index::list`] finds it in the cache.
    pub(crate) fn peek(&self, key: u64) -> u64 {
        match &self.directory {
            Directory::Dense(_) => 0,
            Directory::Hash(table) => table.peek(key),
        }
    }

    /// How many bytes it holds.
    pub(crate) fn memory(&self) -> usize {
        let directory = match &self.directory {
            Directory::Dense(dense) => dense.capacity() * 4,
            Directory::Hash(table) => table.memory(),
        };
        directory
            + match &self.lists {
                Lists::Packed { starts, held } => (starts.capacity() + held.capacity()) * 4,
                Lists::Apart { groups, arena, touched } => {
                    groups.capacity() * size_of::<Group>() + arena.memory() + touched.capacity() * 4
                }
            }
    }
}

impl Directory {
    /// The group of a key that `is` says yes to; `new` becomes it when there is none.
    fn group(&mut self, key: u64, new: u32, is: impl FnMut(u32) -> bool) -> Option<u32> {
        match self {
            Directory::Dense(dense) => {
                let place = &mut dense[key as usize];
                if *place == 0 {
                    *place = new + 1;
                    return None;
                }
                Some(*place - 1)
            }
            Directory::Hash(table) => table.find_or_insert(key, new, is),
        }
    }
}

/// Whether two rows have the same words in some columns.
fn same(columns: &[u32], stored: &[Vec<Word>], one: u32, other: u32) -> bool {
    columns.iter().all(|&column| {
        let words = &stored[column as usize];
        words[one as usize] == words[other as usize]
    })
}

/// How much room a list of so many rows gets where it can grow.
fn room(len: u32) -> u32 {
    len.checked_next_power_of_two().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::key::pack_one;

    fn words(words: &[u32]) -> Vec<Word> {
        words.iter().copied().map(Word).collect()
    }

    #[test]
    fn the_rows_of_a_key_are_in_order_however_the_index_grew() {
        for keys in [1, 2, 3] {
            let stored: Vec<Vec<Word>> = (0..keys)
                .map(|c| (0..300u32).map(|row| Word((row * 7 + c) % 10)).collect())
                .collect();
            let columns: ColumnSet = (0..keys as usize).collect();
            let mut index = Index::new(columns, Kept::Rows);
            let mut before = 0;
            for len in [1, 2, 50, 51, 300] {
                index.extend(&stored, len);
                for row in 0..len {
                    let key = pack_one(stored.iter().map(|column| column[row]));
                    let same = |&other: &u32| stored[0][other as usize] == stored[0][row];
                    let rows = |end: usize| (0..end as u32).filter(same).collect::<Vec<u32>>();
                    for end in [before, len / 2, len] {
                        let part = index.until(end).unwrap();
                        let list = index.list(key, part, |other| same(&other));
                        assert_eq!(index.rows(list), rows(end));
                    }
                }
                before = len;
            }
        }
    }

    #[test]
    fn an_index_of_words_knows_what_came_before_the_last_rows() {
        let stored = vec![
            (0..3000u32).map(|row| Word(row * 7 % 10)).collect::<Vec<Word>>(),
            (0..3000u32).map(|row| Word(row % 64)).collect(),
        ];
        for column in [0, 1] {
            let mut index = Index::new(ColumnSet::default().with(column), Kept::Words);
            let mut before = 0;
            for len in [5, 700, 701, 3000] {
                index.extend(&stored, len);
                for key in 0..64 {
                    let words = |end: usize| -> Vec<u32> {
                        let rows = (0..end).filter(|&row| stored[column][row] == Word(key));
                        rows.map(|row| stored[1 - column][row].0).collect()
                    };
                    let list = |part| index.words(index.list(u64::from(key), part, |_| true));
                    assert_eq!(list(Part::All), words(len));
                    assert_eq!(list(index.until(before).unwrap()), words(before));
                }
                assert_eq!(index.until(before / 2).is_some(), before == 0);
                before = len;
            }
        }
    }

    #[test]
    fn a_word_far_off_turns_a_dense_directory_into_a_hash() {
        let stored = vec![words(&[3, 1, 3, 4_000_000_000])];
        let mut index = Index::new(ColumnSet::default().with(0), Kept::Rows);
        index.extend(&stored, 3);
        assert!(matches!(index.directory, Directory::Dense(_)));
        index.extend(&stored, 4);
        assert!(matches!(index.directory, Directory::Hash(_)));
        let rows = |key| index.rows(index.list(key, Part::All, |_| true));
        assert_eq!(rows(3), [0, 2]);
        assert_eq!(rows(4_000_000_000), [3]);
        assert!(rows(2).is_empty());
    }
}
