//! What a relation is asked by: a set of columns, and a batch of keys as 64-bit numbers.

use super::table::{fold, pair};
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
