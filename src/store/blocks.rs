//! The members of a binary relation as blocks of bits, where second words come in clusters.
//!
//! A block is a first word and the second words that differ in their last six bits only: one place
//! in a hash table for up to 64 tuples. What a variable points to, whom a person lives near: words
//! that were made together stay together, and a table of a third of the size answers from a nearer
//! cache. A block without bits marks a free place, so no key is set aside.

use super::table::mix;

/// Blocks are worth it while they hold this many tuples on average.
const WORTH: usize = 2;

/// A place in the table: which block, and its bits.
type Place = (u64, u64);

/// Which pairs of words there are.
#[derive(Clone, Debug)]
pub(super) struct BlockTable {
    places: Vec<Place>,
    used: usize,
    shift: u32,
}

impl BlockTable {
    /// The table of the pairs in two columns; nothing if too few would share a block.
    pub(super) fn new(pairs: impl ExactSizeIterator<Item = (u32, u32)>) -> Option<Self> {
        let len = pairs.len();
        let mut table = BlockTable { places: vec![(0, 0); 64], used: 0, shift: 64 - 6 };
        for (first, second) in pairs {
            table.insert(first, second);
            if table.used * WORTH > len {
                return None;
            }
        }
        Some(table)
    }

    /// Whether it is worth it for so many tuples.
    pub(super) fn pays(&self, len: usize) -> bool {
        self.used * WORTH <= len
    }

    fn split(first: u32, second: u32) -> Place {
        (u64::from(first) << 26 | u64::from(second >> 6), 1 << (second & 63))
    }

    /// Where a block is, or where it would go.
    fn place(&self, block: u64) -> usize {
        let last = self.places.len() - 1;
        let mut place = (mix(block) >> self.shift) as usize;
        while self.places[place].1 != 0 && self.places[place].0 != block {
            place = (place + 1) & last;
        }
        place
    }

    /// Whether a pair is there.
    pub(super) fn contains(&self, first: u32, second: u32) -> bool {
        let (block, bit) = Self::split(first, second);
        self.places[self.place(block)].1 & bit != 0
    }

    /// Adds a pair; says whether it is new.
    pub(super) fn insert(&mut self, first: u32, second: u32) -> bool {
        let (block, bit) = Self::split(first, second);
        let place = self.place(block);
        let (there, bits) = &mut self.places[place];
        if *bits & bit != 0 {
            return false;
        }
        if *bits == 0 {
            *there = block;
            self.used += 1;
        }
        *bits |= bit;
        if self.used * 3 > self.places.len() * 2 {
            self.grow();
        }
        true
    }

    fn grow(&mut self) {
        let size = self.places.len() * 2;
        self.shift = 64 - size.trailing_zeros();
        let old = std::mem::replace(&mut self.places, vec![(0, 0); size]);
        for (block, bits) in old.into_iter().filter(|&(_, bits)| bits != 0) {
            let place = self.place(block);
            self.places[place] = (block, bits);
        }
    }

    /// How many bytes it holds.
    pub(super) fn memory(&self) -> usize {
        self.places.capacity() * size_of::<Place>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_there_once_however_the_table_grew() {
        let pairs = || (0..40_000u32).map(|i| (i / 200, u32::MAX - i % 200));
        let mut table = BlockTable::new(pairs()).unwrap();
        for (first, second) in pairs() {
            assert!(table.contains(first, second) && !table.insert(first, second));
        }
        assert!(!table.contains(3, 7) && table.insert(3, 7) && table.contains(3, 7));
        assert!(table.insert(0, 0) && !table.insert(0, 0));
        assert!(table.pays(40_002) && !table.pays(100));
    }

    #[test]
    fn words_without_clusters_get_no_blocks() {
        assert!(BlockTable::new((0..10_000).map(|i| (i, i * 640))).is_none());
    }
}
