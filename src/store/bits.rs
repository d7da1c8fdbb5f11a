//! The members of a binary relation as bits, where words are dense.
//!
//! A recursive relation concludes most of its tuples many times, and asking "is it there?" costs a
//! trip to memory in a hash table of any size. Where the words of both columns are small numbers, as
//! interned symbols and the nodes of a graph are, a bit a possible tuple answers from a cache:
//! a million pairs of a thousand nodes take 125 kB of bits and 24 MB of hash table.

/// Relations with fewer tuples are not worth it.
pub(super) const WORTH: usize = 4096;

/// At most so many bits a tuple are spent.
const BITS_PER_TUPLE: usize = 64;

/// Which pairs of words below some bounds there are.
#[derive(Clone, Debug)]
pub(super) struct BitTable {
    bits: Vec<u64>,
    /// How many first words there is room for, and how many 64-bit blocks of second words.
    firsts: usize,
    blocks: usize,
}

impl BitTable {
    /// Room for the pairs of words up to the given ones, if that is not too much for `len` tuples.
    pub(super) fn new(first: u32, second: u32, len: usize) -> Option<Self> {
        let firsts = first as usize + 1;
        let blocks = (second as usize + 1).div_ceil(64);
        let total = firsts.checked_mul(blocks)?;
        let allowed = len.max(WORTH) * BITS_PER_TUPLE / 64;
        (total <= allowed).then(|| BitTable { bits: vec![0; total], firsts, blocks })
    }

    /// Whether there is room for a pair.
    pub(super) fn covers(&self, first: u32, second: u32) -> bool {
        (first as usize) < self.firsts && (second as usize) < self.blocks * 64
    }

    fn place(&self, first: u32, second: u32) -> (usize, u64) {
        (first as usize * self.blocks + second as usize / 64, 1 << (second % 64))
    }

    /// Whether a pair is there.
    pub(super) fn contains(&self, first: u32, second: u32) -> bool {
        if !self.covers(first, second) {
            return false;
        }
        let (block, bit) = self.place(first, second);
        self.bits[block] & bit != 0
    }

    /// Adds a pair that it covers; says whether it is new.
    pub(super) fn insert(&mut self, first: u32, second: u32) -> bool {
        let (block, bit) = self.place(first, second);
        let block = &mut self.bits[block];
        let new = *block & bit == 0;
        *block |= bit;
        new
    }

    /// Makes room for a pair and some more, if that is not too much for `len` tuples.
    pub(super) fn widen(&self, first: u32, second: u32, len: usize) -> Option<Self> {
        let roomy = |word: u32, room: usize| {
            if (word as usize) < room { room as u32 - 1 } else { word.saturating_add(word / 4) }
        };
        let mut wider =
            BitTable::new(roomy(first, self.firsts), roomy(second, self.blocks * 64), len)?;
        for (old, new) in self.bits.chunks(self.blocks).zip(wider.bits.chunks_mut(wider.blocks)) {
            new[..old.len()].copy_from_slice(old);
        }
        Some(wider)
    }

    /// How many bytes it holds.
    pub(super) fn memory(&self) -> usize {
        self.bits.capacity() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_table_knows_the_same_pairs() {
        let mut table = BitTable::new(10, 70, WORTH).unwrap();
        assert!(table.insert(3, 65));
        assert!(!table.insert(3, 65));
        assert!(table.insert(10, 0));
        assert!(!table.covers(11, 0));
        let table = table.widen(40, 400, WORTH).unwrap();
        assert!(table.contains(3, 65) && table.contains(10, 0));
        assert!(!table.contains(3, 64) && table.covers(40, 400));
    }

    #[test]
    fn words_far_apart_get_no_bits() {
        assert!(BitTable::new(1 << 31, 1 << 31, 1_000_000).is_none());
        assert!(BitTable::new(2000, 2000, 1_000_000).is_some());
    }
}
