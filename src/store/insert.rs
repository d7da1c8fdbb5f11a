//! How batches of tuples come into a relation.
//!
//! A batch is packed into one key a tuple first. Keys of one or two columns are the tuples
//! themselves, so that the log is filled from the keys; wider tuples are compared where the keys
//! are equal.

use super::bits::{BitTable, WORTH};
use super::blocks::BlockTable;
use super::key::{KeyColumn, pack};
use super::relation::{AHEAD, Relation};
use super::table::KeyTable;
use crate::value::Word;

impl Relation {
    /// Adds `count` tuples in order, `tuples` having a vector a column; says how many were new.
    pub(super) fn insert_batch(
        &mut self,
        round: u32,
        tuples: &[Vec<Word>],
        count: usize,
        keys: &mut Vec<u64>,
    ) -> usize {
        if self.arity == 0 {
            return usize::from(count > 0 && self.insert_empty(round));
        }
        if self.ascend(round, tuples, count) {
            return count;
        }
        self.settle();
        let before = self.len;
        let mut start = 0;
        while self.is_small() && start < count {
            let tuple: Vec<Word> = tuples.iter().map(|column| column[start]).collect();
            self.insert(round, &tuple);
            start += 1;
        }
        let Some(first) = tuples.first() else { return 0 };
        let count = count.min(first.len());
        if start < count {
            let rest: Vec<KeyColumn<'_>> =
                tuples.iter().map(|column| KeyColumn::Words(&column[start..count])).collect();
            pack(&rest, count - start, keys);
            self.open_round(round);
            match self.columns.as_mut_slice() {
                [only] => {
                    insert_keys(&mut self.set, keys, &mut self.len, |key| {
                        only.push(Word(key as u32))
                    });
                }
                [_, _] => self.insert_pairs(keys),
                _ => self.insert_wide(&rest, keys),
            }
            // A round without rows leaves no trace.
            if self.len == before
                && self.rounds.last().is_some_and(|&(_, at)| at as usize == before)
            {
                self.rounds.pop();
            }
        }
        self.len - before
    }

    /// Adds tuples that are known to differ from each other and from those that are there, and puts
    /// the table off until somebody asks. Only for a relation that is empty or was filled so. `key` says
    /// how many leading columns tell all rows apart if they are in order then.
    pub(super) fn append(
        &mut self,
        round: u32,
        tuples: &[Vec<Word>],
        count: usize,
        key: Option<usize>,
    ) {
        if count == 0 {
            return;
        }
        self.loose = true;
        self.open_round(round);
        for (column, words) in self.columns.iter_mut().zip(tuples) {
            column.extend_from_slice(&words[..count]);
        }
        self.len += count;
        if let Some(key) = key {
            self.ascends_by(key);
        }
    }

    fn insert_pairs(&mut self, keys: &[u64]) {
        self.consider_bits();
        if self.insert_blocks(keys) {
            return;
        }
        let taken = self.insert_bits(keys);
        if let [first, second] = self.columns.as_mut_slice() {
            insert_keys(&mut self.set, &keys[taken..], &mut self.len, |key| {
                first.push(Word((key >> 32) as u32));
                second.push(Word(key as u32));
            });
        }
    }

    /// Goes over from the table to bits when the relation has doubled and its words are dense.
    fn consider_bits(&mut self) {
        if self.bits.is_some() || self.numbered || self.len < WORTH.max(self.reconsider) {
            return;
        }
        self.reconsider = self.len * 2;
        let [first, second] = self.columns.as_slice() else { return };
        let greatest = |words: &[Word]| words.iter().max().map_or(0, |word| word.0);
        let Some(mut bits) = BitTable::new(greatest(first), greatest(second), self.len) else {
            self.consider_blocks();
            return;
        };
        for (first, second) in first.iter().zip(second) {
            bits.insert(first.0, second.0);
        }
        self.bits = Some(bits);
        self.blocks = None;
        self.set = KeyTable::default();
    }

    /// Goes over to blocks, or back to the table, by how many tuples share a block.
    fn consider_blocks(&mut self) {
        if let Some(blocks) = &self.blocks {
            if !blocks.pays(self.len) {
                self.blocks = None;
                self.set = self.table();
            }
            return;
        }
        let [first, second] = self.columns.as_slice() else { return };
        let pairs = first.iter().zip(second).map(|(first, second)| (first.0, second.0));
        self.blocks = BlockTable::new(pairs);
        if self.blocks.is_some() {
            self.set = KeyTable::default();
        }
    }

    /// Adds pairs to the blocks, if that is where they go.
    fn insert_blocks(&mut self, keys: &[u64]) -> bool {
        let ([first, second], Some(blocks)) = (self.columns.as_mut_slice(), &mut self.blocks)
        else {
            return false;
        };
        for &key in keys {
            let (one, other) = ((key >> 32) as u32, key as u32);
            if blocks.insert(one, other) {
                first.push(Word(one));
                second.push(Word(other));
                self.len += 1;
            }
        }
        true
    }

    /// Adds pairs to the bits; returns how many of them it took. If words come that there is no
    /// room for, the table takes over from there.
    fn insert_bits(&mut self, keys: &[u64]) -> usize {
        let ([first, second], Some(bits)) = (self.columns.as_mut_slice(), &mut self.bits) else {
            return 0;
        };
        for (at, &key) in keys.iter().enumerate() {
            let (one, other) = ((key >> 32) as u32, key as u32);
            if !bits.covers(one, other) {
                match bits.widen(one, other, self.len) {
                    Some(wider) => *bits = wider,
                    None => {
                        self.bits = None;
                        self.set = self.table();
                        return at;
                    }
                }
            }
            if bits.insert(one, other) {
                first.push(Word(one));
                second.push(Word(other));
                self.len += 1;
            }
        }
        keys.len()
    }

    fn insert_wide(&mut self, tuples: &[KeyColumn<'_>], keys: &[u64]) {
        for (chunk_at, chunk) in keys.chunks(AHEAD).enumerate() {
            let seen = chunk.iter().fold(0, |seen, &key| seen ^ self.set.peek(key));
            std::hint::black_box(seen);
            for (at, &key) in chunk.iter().enumerate() {
                let at = chunk_at * AHEAD + at;
                let columns = &self.columns;
                let found = self.set.find_or_insert(key, self.len as u32, |row| {
                    columns
                        .iter()
                        .zip(tuples)
                        .all(|(column, words)| column[row as usize] == words.word(at))
                });
                if found.is_none() {
                    for (column, words) in self.columns.iter_mut().zip(tuples) {
                        column.push(words.word(at));
                    }
                    self.len += 1;
                }
            }
        }
    }
}

/// Adds keys that are whole tuples; `push` stores each new one.
fn insert_keys(set: &mut KeyTable, keys: &[u64], len: &mut usize, mut push: impl FnMut(u64)) {
    let mut seen = [0; AHEAD];
    for chunk in keys.chunks(AHEAD) {
        for (seen, &key) in seen.iter_mut().zip(chunk) {
            *seen = set.peek(key);
        }
        for (&seen, &key) in seen.iter().zip(chunk) {
            if KeyTable::proves(seen, key) {
                continue;
            }
            if set.find_or_insert(key, *len as u32, |_| true).is_none() {
                push(key);
                *len += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(words: &[u32]) -> Vec<Word> {
        words.iter().copied().map(Word).collect()
    }

    #[test]
    fn a_batch_inserts_as_its_tuples_one_by_one_would() {
        for arity in [1, 2, 3, 5] {
            let columns: Vec<Vec<Word>> = (0..arity)
                .map(|c| (0..500u32).map(|i| Word((i * 31 + c) % 97)).collect())
                .collect();
            let mut one = Relation::new(arity as usize);
            for i in 0..500 {
                let tuple: Vec<Word> = columns.iter().map(|column| column[i]).collect();
                one.insert(3, &tuple);
            }
            let mut batch = Relation::new(arity as usize);
            assert_eq!(batch.insert_batch(3, &columns, 500, &mut Vec::new()), one.len());
            assert!(one.rows().eq(batch.rows()));
            assert_eq!(batch.insert_batch(4, &columns, 500, &mut Vec::new()), 0);
            assert_eq!(batch.round_range(4), 0..0);
            assert_eq!(batch.round_range(3), 0..one.len());
        }
    }

    #[test]
    fn what_was_appended_is_found_and_not_taken_twice() {
        for arity in [1, 2, 3] {
            let columns: Vec<Vec<Word>> =
                (0..arity).map(|c| (0..900u32).map(|i| Word(i * 7 + c)).collect()).collect();
            let mut relation = Relation::new(arity as usize);
            relation.append(1, &columns, 900, None);
            let row: Vec<Word> = columns.iter().map(|column| column[33]).collect();
            assert!(relation.contains(&row) && relation.find(&row) == Some(33));
            assert!(!relation.clone().insert(2, &row));
            assert_eq!(relation.insert_batch(2, &columns, 900, &mut Vec::new()), 0);
            let other = vec![Word(5); arity as usize];
            assert!(!relation.contains(&other) && relation.insert(2, &other));
            assert_eq!((relation.len(), relation.rank(899), relation.rank(900)), (901, 1, 2));
        }
    }

    #[test]
    fn bits_and_table_take_turns_without_a_tuple_lost() {
        let mut relation = Relation::new(2);
        let mut keys = Vec::new();
        let mut insert = |relation: &mut Relation, first: &[u32], second: &[u32]| {
            relation.insert_batch(1, &[tuple(first), tuple(second)], first.len(), &mut keys)
        };
        let pairs = |from: u32| (0..6000).map(move |i| ((from + i) / 70, (from + i) % 70));
        let (first, second): (Vec<u32>, Vec<u32>) = pairs(0).unzip();
        assert_eq!(insert(&mut relation, &first, &second), 6000);
        assert_eq!(insert(&mut relation, &first, &second), 0);
        assert!(relation.bits.is_some());
        assert_eq!(relation.find(&tuple(&[1, 3])), Some(73));
        let (first, second): (Vec<u32>, Vec<u32>) = pairs(3000).unzip();
        assert_eq!(insert(&mut relation, &first, &second), 3000);
        assert!(relation.bits.is_some());
        assert_eq!(insert(&mut relation, &[1, 4_000_000_000], &[3, 5]), 1);
        assert!(relation.bits.is_none());
        assert_eq!(relation.find(&tuple(&[4_000_000_000, 5])), Some(9000));
        assert_eq!(relation.find(&tuple(&[1, 3])), Some(73));
        assert!(!relation.contains(&tuple(&[3, 71])));
        assert!(!relation.insert(2, &tuple(&[1, 3])) && relation.insert(2, &tuple(&[3, 71])));
    }
}
