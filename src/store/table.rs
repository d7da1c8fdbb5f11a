//! Open addressing from 64-bit keys to 32-bit values: the one hash table of the store.
//!
//! Places are found by the high bits of the hash and probed in order, so that growing walks old
//! and new places side by side instead of jumping. A key can stand for a longer thing (the hash of
//! a wide tuple); the caller then says which of the values under the key is meant.
//!
//! Memory is what a join waits for. [`KeyTable::peek`] lets a caller look at the first place of
//! many keys in a row, loads that the processor overlaps, before it decides one by one.
//! [`KeyTable::of_keys`] keeps keys and no values, where nobody asks for more than whether a key is
//! there: a third of the memory less.

/// The key of a free place; a table keeps this key's own value aside.
const FREE: u64 = u64::MAX;

/// A table from keys to values. Equal keys may occur more than once, told apart by the caller.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyTable {
    keys: Vec<u64>,
    /// As many as keys; none in a table of keys alone, where every value reads as 0.
    values: Vec<u32>,
    keys_alone: bool,
    /// Values under the key that marks free places.
    aside: Vec<u32>,
    used: usize,
    /// How far a hash is shifted to become a place.
    shift: u32,
}

/// Two words as one key.
pub(crate) fn pair(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

/// The key of a longer row, a word at a time.
pub(crate) fn fold(key: u64, word: u32) -> u64 {
    mix(key ^ (u64::from(word) + 0x9E37_79B9_7F4A_7C15))
}

/// Spreads a key's bits over all of a word.
pub(super) fn mix(key: u64) -> u64 {
    let product = u128::from(key ^ 0xA076_1D64_78BD_642F) * u128::from(0xE703_7ED1_A0B4_28DB_u64);
    (product >> 64) as u64 ^ product as u64
}

impl KeyTable {
    /// An empty table that keeps no values.
    pub(crate) fn of_keys() -> Self {
        KeyTable { keys_alone: true, ..Self::default() }
    }

    fn value(&self, place: usize) -> u32 {
        self.values.get(place).copied().unwrap_or_default()
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.used == 0 && self.aside.is_empty()
    }

    fn place(&self, key: u64) -> usize {
        (mix(key) >> self.shift) as usize
    }

    /// The key at the first place where `key` could be: equal to it means that it is there.
    pub(crate) fn peek(&self, key: u64) -> u64 {
        if self.keys.is_empty() { FREE } else { self.keys[self.place(key)] }
    }

    /// Whether what [`KeyTable::peek`] saw proves that `key` is there.
    pub(crate) fn proves(seen: u64, key: u64) -> bool {
        seen == key && key != FREE
    }

    /// Whether what [`KeyTable::peek`] saw proves that `key` is not there.
    pub(crate) fn refutes(seen: u64, key: u64) -> bool {
        seen == FREE && key != FREE
    }

    /// The value under `key` that `is` says yes to.
    pub(crate) fn find(&self, key: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        if key == FREE {
            return self.aside.iter().copied().find(|&value| is(value));
        }
        if self.keys.is_empty() {
            return None;
        }
        let last = self.keys.len() - 1;
        let mut place = self.place(key);
        loop {
            let there = self.keys[place];
            if there == key && is(self.value(place)) {
                return Some(self.value(place));
            }
            if there == FREE {
                return None;
            }
            place = (place + 1) & last;
        }
    }

    /// The value under `key` that `is` says yes to; `new` is put there when there is none.
    #[inline]
    pub(crate) fn find_or_insert(
        &mut self,
        key: u64,
        new: u32,
        mut is: impl FnMut(u32) -> bool,
    ) -> Option<u32> {
        if key == FREE {
            let found = self.find(key, is);
            if found.is_none() {
                self.aside.push(new);
            }
            return found;
        }
        if (self.used + 1) * 3 > self.keys.len() * 2 {
            self.grow();
        }
        let last = self.keys.len() - 1;
        let mut place = self.place(key);
        loop {
            let there = self.keys[place];
            if there == key && is(self.value(place)) {
                return Some(self.value(place));
            }
            if there == FREE {
                self.keys[place] = key;
                if let Some(value) = self.values.get_mut(place) {
                    *value = new;
                }
                self.used += 1;
                return None;
            }
            place = (place + 1) & last;
        }
    }

    fn grow(&mut self) {
        let size = (self.keys.len() * 2).max(16);
        self.shift = 64 - size.trailing_zeros();
        let keys = std::mem::replace(&mut self.keys, vec![FREE; size]);
        if self.keys_alone {
            for key in keys.into_iter().filter(|&key| key != FREE) {
                let place = self.free_place(key);
                self.keys[place] = key;
            }
            return;
        }
        let values = std::mem::replace(&mut self.values, vec![0; size]);
        for (key, value) in keys.into_iter().zip(values) {
            if key != FREE {
                let place = self.free_place(key);
                self.keys[place] = key;
                self.values[place] = value;
            }
        }
    }

    fn free_place(&self, key: u64) -> usize {
        let last = self.keys.len() - 1;
        let mut place = self.place(key);
        while self.keys[place] != FREE {
            place = (place + 1) & last;
        }
        place
    }

    /// Forgets everything and keeps the memory.
    pub(crate) fn clear(&mut self) {
        if self.used > 0 {
            self.keys.fill(FREE);
            self.used = 0;
        }
        self.aside.clear();
    }

    /// How many bytes it holds.
    pub(crate) fn memory(&self) -> usize {
        self.keys.capacity() * 8 + (self.values.capacity() + self.aside.capacity()) * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_again_even_the_one_that_marks_free_places() {
        let mut table = KeyTable::default();
        let keys: Vec<u64> = (0..1000).map(|i| pair(i % 7, i)).chain([u64::MAX]).collect();
        for (value, &key) in keys.iter().enumerate() {
            assert_eq!(table.find_or_insert(key, value as u32, |_| true), None);
        }
        for (value, &key) in keys.iter().enumerate() {
            assert_eq!(table.find(key, |_| true), Some(value as u32));
            assert_eq!(table.find_or_insert(key, 0, |_| true), Some(value as u32));
        }
        assert_eq!(table.find(pair(8, 8), |_| true), None);
    }

    #[test]
    fn a_table_of_keys_alone_knows_its_keys() {
        let mut table = KeyTable::of_keys();
        for key in (0..1000).chain([u64::MAX]) {
            assert_eq!(table.find_or_insert(key, 7, |_| true), None);
        }
        assert!(table.find(999, |_| true).is_some() && table.find(u64::MAX, |_| true).is_some());
        assert_eq!(table.find(1000, |_| true), None);
        assert!(table.values.is_empty());
    }

    #[test]
    fn one_key_can_stand_for_several_values() {
        let mut table = KeyTable::default();
        for value in 0..20 {
            assert_eq!(table.find_or_insert(5, value, |other| other == value), None);
        }
        assert_eq!(table.find(5, |other| other == 17), Some(17));
    }

    #[test]
    fn a_cleared_table_is_empty() {
        let mut table = KeyTable::default();
        table.find_or_insert(5, 1, |_| true);
        table.find_or_insert(u64::MAX, 1, |_| true);
        table.clear();
        assert!(table.is_empty());
        assert_eq!(table.find(5, |_| true), None);
    }
}
