//! Indices: from the words of some columns to the rows that have them.
//!
//! The rows of one key are kept together and in order, so that a join copies slices and a range of
//! rounds is a part of a slice. What grows keeps room: a group that is full moves to a place with
//! twice the room, one that a group has left or else the end of the arena. An index over a relation
//! that is complete is the same thing, built in one go with no room to spare.
//!
//! One column whose words are dense is looked up by position; everything else by hash.

use std::sync::OnceLock;

use super::table::{KeyTable, fold, pair};
use crate::value::Word;

/// A set of columns, those below the 64th.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct ColumnSet(u64);

impl ColumnSet {
    /// The most columns a set can speak of.
    pub const LIMIT: usize = 64;

    /// With a column more. Columns from [`ColumnSet::LIMIT`] on cannot be in a set.
    #[must_use]
    pub fn with(self, column: usize) -> Self {
        debug_assert!(column < Self::LIMIT, "a column that no index can have");
        ColumnSet(self.0 | 1 << column)
    }

    /// Whether a column is in it.
    pub fn contains(self, column: usize) -> bool {
        column < Self::LIMIT && self.0 & (1 << column) != 0
    }

    /// How many columns are in it.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether no column is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The columns in ascending order: the order of the words of a key.
    pub fn columns(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let column = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            Some(column)
        })
    }
}

impl FromIterator<usize> for ColumnSet {
    fn from_iter<I: IntoIterator<Item = usize>>(columns: I) -> Self {
        columns.into_iter().fold(ColumnSet::default(), ColumnSet::with)
    }
}

/// The words of one column of a batch of keys.
#[derive(Clone, Copy, Debug)]
pub enum KeyColumn<'a> {
    /// A word a key.
    Words(&'a [Word]),
    /// The same word in all keys.
    Constant(Word),
}

impl KeyColumn<'_> {
    /// The word of one key.
    pub fn word(&self, key: usize) -> Word {
        match self {
            KeyColumn::Words(words) => words[key],
            KeyColumn::Constant(word) => *word,
        }
    }
}

/// Fills `keys` with one 64-bit key for each of `count` keys: the words themselves for one and two
/// columns, a hash for more.
pub(crate) fn pack(columns: &[KeyColumn<'_>], count: usize, keys: &mut Vec<u64>) {
    keys.clear();
    match columns {
        [KeyColumn::Words(words)] => keys.extend(words[..count].iter().map(|w| u64::from(w.0))),
        [KeyColumn::Words(first), KeyColumn::Words(second)] => {
            keys.extend(first[..count].iter().zip(&second[..count]).map(|(a, b)| pair(a.0, b.0)));
        }
        [KeyColumn::Words(first), KeyColumn::Constant(second)] => {
            keys.extend(first[..count].iter().map(|a| pair(a.0, second.0)));
        }
        [KeyColumn::Constant(first), KeyColumn::Words(second)] => {
            keys.extend(second[..count].iter().map(|b| pair(first.0, b.0)));
        }
        [KeyColumn::Constant(word)] => keys.resize(count, u64::from(word.0)),
        [first, second] => keys.resize(count, pair(first.word(0).0, second.word(0).0)),
        columns => {
            keys.resize(count, 0);
            for column in columns {
                match column {
                    KeyColumn::Words(words) => {
                        for (key, word) in keys.iter_mut().zip(*words) {
                            *key = fold(*key, word.0);
                        }
                    }
                    KeyColumn::Constant(word) => {
                        for key in keys.iter_mut() {
                            *key = fold(*key, word.0);
                        }
                    }
                }
            }
        }
    }
}

/// The key of one tuple's words, as [`pack`] makes it.
pub(crate) fn pack_one(words: impl ExactSizeIterator<Item = Word>) -> u64 {
    let long = words.len() > 2;
    words.fold(0, |key, word| if long { fold(key, word.0) } else { key << 32 | u64::from(word.0) })
}

/// The rows of one key: a part of the arena.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    start: u32,
    len: u32,
    room: u32,
    /// Rows that are about to be added.
    pending: u32,
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
    /// How many rows are in it.
    covered: u32,
    directory: Directory,
    groups: Vec<Group>,
    arena: Vec<u32>,
    /// In an index on one column of two: the words of the other column, in step with the arena, so
    /// that a join copies them as they stand.
    beside: Vec<Word>,
    /// Where groups have left the arena: places with room for 1 row, for 2, for 4 and so on.
    left: Vec<Vec<u32>>,
}

/// Which rows of an [`Index`]'s arena belong to a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RowList {
    pub(crate) start: u32,
    pub(crate) len: u32,
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
}

impl Index {
    fn new(columns: ColumnSet) -> Self {
        let columns: Vec<u32> = columns.columns().map(|column| column as u32).collect();
        let directory = if columns.len() == 1 {
            Directory::Dense(Vec::new())
        } else {
            Directory::Hash(KeyTable::default())
        };
        Index {
            columns,
            covered: 0,
            directory,
            groups: Vec::new(),
            arena: Vec::new(),
            beside: Vec::new(),
            left: Vec::new(),
        }
    }

    /// How many rows of the relation are in it: all before this one.
    pub fn covered(&self) -> usize {
        self.covered as usize
    }

    /// How many keys there are.
    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The rows of a list, in ascending order.
    pub fn rows(&self, list: RowList) -> &[u32] {
        &self.arena[list.start as usize..(list.start + list.len) as usize]
    }

    /// The words of the other column of those rows, in an index on one column of two.
    pub(crate) fn words(&self, list: RowList) -> Option<&[Word]> {
        self.beside.get(list.start as usize..(list.start + list.len) as usize)
    }

    /// The part of a list that lies before a row.
    pub fn before(&self, list: RowList, row: usize) -> RowList {
        let len = self.rows(list).partition_point(|&other| (other as usize) < row);
        RowList { start: list.start, len: len as u32 }
    }

    /// Takes in the rows of a relation that it does not cover yet. `stored` are the relation's
    /// columns.
    fn extend(&mut self, stored: &[Vec<Word>], len: usize) {
        let first = self.covered as usize;
        if first >= len {
            return;
        }
        let columns: Vec<KeyColumn<'_>> = self
            .columns
            .iter()
            .map(|&column| KeyColumn::Words(&stored[column as usize][first..len]))
            .collect();
        let count = len - first;
        let mut keys = Vec::with_capacity(count);
        pack(&columns, count, &mut keys);
        self.choose_directory(&keys, len);
        // First the group of each row and how many rows each group gains, then the rows.
        let mut members = Vec::with_capacity(count);
        let mut touched = Vec::new();
        for (at, &key) in keys.iter().enumerate() {
            let id = self.group_of(key, first + at, stored);
            let group = &mut self.groups[id as usize];
            if group.pending == 0 {
                touched.push(id);
            }
            group.pending += 1;
            members.push(id);
        }
        let other = match (self.columns.as_slice(), stored) {
            ([0], [_, other]) | ([1], [other, _]) => Some(other),
            _ => None,
        };
        let fresh = first == 0;
        for id in touched {
            let group = &mut self.groups[id as usize];
            let needed = group.len + group.pending;
            group.pending = 0;
            if needed > group.room {
                let room = if fresh { needed } else { needed.next_power_of_two() };
                let (from, len, old) = (group.start as usize, group.len as usize, group.room);
                let start = self.place(room, other.is_some());
                if old > 0 {
                    self.arena.copy_within(from..from + len, start as usize);
                    if other.is_some() {
                        self.beside.copy_within(from..from + len, start as usize);
                    }
                    self.leave(from as u32, old);
                }
                let group = &mut self.groups[id as usize];
                group.start = start;
                group.room = room;
            }
        }
        for (at, &group) in members.iter().enumerate() {
            let group = &mut self.groups[group as usize];
            let place = (group.start + group.len) as usize;
            self.arena[place] = (first + at) as u32;
            if let Some(other) = other {
                self.beside[place] = other[first + at];
            }
            group.len += 1;
        }
        self.covered = len as u32;
    }

    /// A place in the arena with so much room, and in what is beside it.
    fn place(&mut self, room: u32, beside: bool) -> u32 {
        let size = room.is_power_of_two().then(|| room.trailing_zeros() as usize);
        if let Some(place) = size.and_then(|size| self.left.get_mut(size)?.pop()) {
            return place;
        }
        let start = self.arena.len();
        self.arena.resize(start + room as usize, 0);
        if beside {
            self.beside.resize(start + room as usize, Word(0));
        }
        start as u32
    }

    /// Leaves a place in the arena to others.
    fn leave(&mut self, place: u32, room: u32) {
        let size = room.ilog2() as usize;
        if self.left.len() <= size {
            self.left.resize_with(size + 1, Vec::new);
        }
        self.left[size].push(place);
    }

    /// Keeps the dense directory only while its size is in proportion to the rows.
    fn choose_directory(&mut self, keys: &[u64], len: usize) {
        let Directory::Dense(dense) = &mut self.directory else { return };
        let needed = keys.iter().copied().max().map_or(0, |word| word as usize + 1);
        if needed <= dense.len() {
            return;
        }
        if needed <= len * 4 + 64 {
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

    /// The group of a row, made if it is the first of its key. A new group keeps its first row in
    /// `start` until it gets room, so that wide keys can be compared.
    fn group_of(&mut self, key: u64, row: usize, stored: &[Vec<Word>]) -> u32 {
        let new = self.groups.len() as u32;
        let (groups, arena, columns) = (&self.groups, &self.arena, &self.columns);
        let found = match &mut self.directory {
            Directory::Dense(dense) => {
                let place = &mut dense[key as usize];
                if *place == 0 {
                    *place = new + 1;
                    None
                } else {
                    Some(*place - 1)
                }
            }
            Directory::Hash(table) if columns.len() <= 2 => {
                table.find_or_insert(key, new, |_| true)
            }
            Directory::Hash(table) => table.find_or_insert(key, new, |group| {
                let group = groups[group as usize];
                let other = if group.room == 0 { group.start } else { arena[group.start as usize] };
                columns.iter().all(|&column| {
                    let column = &stored[column as usize];
                    column[other as usize] == column[row]
                })
            }),
        };
        found.unwrap_or_else(|| {
            self.groups.push(Group { start: row as u32, len: 0, room: 0, pending: 0 });
            new
        })
    }

    /// The rows of one key; `is` compares a wide key with a row.
    pub(crate) fn list(&self, key: u64, mut is: impl FnMut(u32) -> bool) -> RowList {
        let group = match &self.directory {
            Directory::Dense(dense) => match dense.get(key as usize) {
                Some(&place) if place != 0 => Some(place - 1),
                _ => None,
            },
            Directory::Hash(table) if self.columns.len() <= 2 => table.find(key, |_| true),
            Directory::Hash(table) => {
                table.find(key, |group| is(self.arena[self.groups[group as usize].start as usize]))
            }
        };
        group.map_or(RowList::default(), |group| {
            let group = self.groups[group as usize];
            RowList { start: group.start, len: group.len }
        })
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
            + self.groups.capacity() * size_of::<Group>()
            + (self.arena.capacity() + self.beside.capacity()) * 4
            + self.left.iter().map(|places| places.capacity() * 4).sum::<usize>()
    }
}

/// The indices of one relation, each made when it is first asked for. A list, because it must be
/// able to gain a member while many threads read it.
#[derive(Debug, Default)]
pub(crate) struct IndexList {
    first: OnceLock<Box<Node>>,
}

#[derive(Debug)]
struct Node {
    columns: ColumnSet,
    index: OnceLock<Index>,
    next: IndexList,
}

impl IndexList {
    /// The index of a column set, over at least those rows that it was first made for.
    pub(crate) fn get(&self, columns: ColumnSet, stored: &[Vec<Word>], len: usize) -> &Index {
        let mut list = self;
        loop {
            let node = list.first.get_or_init(|| Box::new(Node::new(columns)));
            if node.columns == columns {
                return node.index.get_or_init(|| {
                    let mut index = Index::new(columns);
                    index.extend(stored, len);
                    index
                });
            }
            list = &node.next;
        }
    }

    /// Whether the index of a column set was made.
    pub(crate) fn has(&self, columns: ColumnSet) -> bool {
        let mut list = self;
        while let Some(node) = list.first.get() {
            if node.columns == columns {
                return node.index.get().is_some();
            }
            list = &node.next;
        }
        false
    }

    /// Makes the index of a column set cover all rows.
    pub(crate) fn refresh(&mut self, columns: ColumnSet, stored: &[Vec<Word>], len: usize) {
        let mut list = self;
        loop {
            list.first.get_or_init(|| Box::new(Node::new(columns)));
            let Some(node) = list.first.get_mut() else { return };
            if node.columns == columns {
                node.index.get_or_init(|| Index::new(columns));
                if let Some(index) = node.index.get_mut() {
                    index.extend(stored, len);
                }
                return;
            }
            list = &mut node.next;
        }
    }

    /// Makes every index that was made cover all rows.
    pub(crate) fn refresh_all(&mut self, stored: &[Vec<Word>], len: usize) {
        let mut list = self;
        while let Some(node) = list.first.get_mut() {
            if let Some(index) = node.index.get_mut() {
                index.extend(stored, len);
            }
            list = &mut node.next;
        }
    }

    /// How many bytes all of them hold.
    pub(crate) fn memory(&self) -> usize {
        let mut list = self;
        let mut bytes = 0;
        while let Some(node) = list.first.get() {
            bytes += node.index.get().map_or(0, Index::memory);
            list = &node.next;
        }
        bytes
    }
}

impl Node {
    fn new(columns: ColumnSet) -> Self {
        Node { columns, index: OnceLock::new(), next: IndexList::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let mut index = Index::new(columns);
            for len in [1, 2, 50, 51, 300] {
                index.extend(&stored, len);
            }
            for row in 0..300usize {
                let key = pack_one(stored.iter().map(|column| column[row]));
                let list = index.list(key, |other| stored[0][other as usize] == stored[0][row]);
                let expected: Vec<u32> = (0..300u32)
                    .filter(|&other| stored[0][other as usize] == stored[0][row])
                    .collect();
                assert_eq!(index.rows(list), expected);
            }
        }
    }

    #[test]
    fn a_word_far_off_turns_a_dense_directory_into_a_hash() {
        let stored = vec![words(&[3, 1, 3, 4_000_000_000])];
        let mut index = Index::new(ColumnSet::default().with(0));
        index.extend(&stored, 3);
        assert!(matches!(index.directory, Directory::Dense(_)));
        index.extend(&stored, 4);
        assert!(matches!(index.directory, Directory::Hash(_)));
        assert_eq!(index.rows(index.list(3, |_| true)), [0, 2]);
        assert_eq!(index.rows(index.list(4_000_000_000, |_| true)), [3]);
        assert!(index.list(2, |_| true).is_empty());
    }
}
