//! The order in which people see rows: columns left to right, numbers by value, text by its bytes.
//!
//! Words do not sort as their values do, so each is first given a rank: small numbers are their own
//! rank, everything else is ranked by sorting the distinct values once, symbols for all columns
//! together. Then rows are sorted by ranks alone, packed into one integer where they fit.

use std::cmp::Ordering;

use crate::value::{Constant, Interner, Primitive, WIDE, Word, compare_constants};

/// The positions of the rows of some columns, in order. The columns are equally long.
pub fn order(columns: &[&[Word]], primitives: &[Primitive], interner: &Interner) -> Vec<u32> {
    Ranked::new(columns, primitives, interner).order(columns)
}

/// How many bits a number needs.
pub(super) fn width(number: Option<u32>) -> u32 {
    u32::BITS - number.unwrap_or(0).leading_zeros()
}

/// The order of rows whose ranks fit into one integer, with the row in its `low` bits.
fn packed(ranks: &[Vec<u32>], widths: &[u32], rows: usize, low: u32) -> Vec<u32> {
    let mut keys: Vec<u64> = vec![0; rows];
    for (column, width) in ranks.iter().zip(widths) {
        for (key, rank) in keys.iter_mut().zip(column) {
            *key = *key << width | u64::from(*rank);
        }
    }
    for (row, key) in keys.iter_mut().enumerate() {
        *key = *key << low | row as u64;
    }
    sort_keys(&mut keys, &mut Vec::new(), low, low + widths.iter().sum::<u32>());
    let mask = (1_u64 << low) - 1;
    keys.into_iter().map(|key| (key & mask) as u32).collect()
}

/// Fewer rows are sorted by comparing.
const FEW: usize = 4096;

/// At most so many bits are looked at in one pass.
const DIGIT: u32 = 11;

/// Sorts keys that differ in the bits from `low` to `high` only, or are in order of their lower bits;
/// `other` is scratch.
pub(super) fn sort_keys(keys: &mut Vec<u64>, other: &mut Vec<u64>, low: u32, high: u32) {
    if keys.len() < FEW { keys.sort_unstable() } else { radix_sort(keys, other, low, high) }
}

/// Sorts by the bits from `low` to `high`, a digit a pass from the right; equals stay in order.
fn radix_sort(keys: &mut Vec<u64>, other: &mut Vec<u64>, low: u32, high: u32) {
    let bits = high - low;
    let digit = bits.div_ceil(bits.div_ceil(DIGIT).max(1));
    other.clear();
    other.resize(keys.len(), 0);
    let mut from = low;
    while from < high {
        let mask = (1 << digit.min(high - from)) - 1;
        let mut places = [0_usize; 1 << DIGIT];
        for &key in keys.iter() {
            places[(key >> from) as usize & mask] += 1;
        }
        if !places.contains(&keys.len()) {
            let mut next = 0;
            for place in &mut places {
                (*place, next) = (next, next + *place);
            }
            for &key in keys.iter() {
                let place = &mut places[(key >> from) as usize & mask];
                other[*place] = key;
                *place += 1;
            }
            std::mem::swap(keys, other);
        }
        from += digit;
    }
}

/// The ranks of some columns: symbols are ranked for all columns together.
pub(super) struct Ranked {
    tables: Vec<Ranks>,
    /// Which table each column has.
    which: Vec<usize>,
}

impl Ranked {
    pub(super) fn new(
        columns: &[&[Word]],
        primitives: &[Primitive],
        interner: &Interner,
    ) -> Ranked {
        let is_symbol = |primitive: &Primitive| *primitive == Primitive::Symbol;
        let all = || columns.iter().zip(primitives);
        let symbols: Vec<&[Word]> =
            all().filter(|(_, primitive)| is_symbol(primitive)).map(|it| *it.0).collect();
        let mut tables = Vec::new();
        if !symbols.is_empty() {
            tables.push(Ranks::of(&symbols, Primitive::Symbol, interner));
        }
        let which = all().map(|(column, primitive)| {
            if is_symbol(primitive) {
                return 0;
            }
            tables.push(Ranks::of(&[column], *primitive, interner));
            tables.len() - 1
        });
        let which = which.collect();
        Ranked { tables, which }
    }

    /// The positions of the rows of the columns, in order.
    pub(super) fn order(&self, columns: &[&[Word]]) -> Vec<u32> {
        let rows = columns.first().map_or(0, |column| column.len());
        let ranks: Vec<Vec<u32>> = columns
            .iter()
            .zip(self.columns())
            .map(|(column, ranks)| column.iter().map(|word| ranks.rank(*word)).collect())
            .collect();
        let widths: Vec<u32> =
            ranks.iter().map(|column| width(column.iter().copied().max())).collect();
        let (low, high) =
            (width(rows.checked_sub(1).map(|last| last as u32)), widths.iter().sum::<u32>());
        if low + high <= u64::BITS {
            return packed(&ranks, &widths, rows, low);
        }
        let mut order: Vec<u32> = (0..rows as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            let differing = ranks
                .iter()
                .map(|column| column[a as usize].cmp(&column[b as usize]))
                .find(|ordering| ordering.is_ne());
            differing.unwrap_or_else(|| a.cmp(&b))
        });
        order
    }

    /// The ranks of each column.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Ranks> {
        self.which.iter().map(|&table| &self.tables[table])
    }

    /// Each table once, and which of them each column has.
    pub(super) fn tables(&self) -> (&[Ranks], &[usize]) {
        (&self.tables, &self.which)
    }
}

/// A number for each word of some columns that sorts as the words' values do.
pub(super) enum Ranks {
    /// The words themselves: numbers below 2^31.
    Own,
    /// By word, for words that lie close together; and the words by rank.
    Table(Vec<u32>, Vec<Word>),
    /// Words in order, each with its rank; and the words by rank.
    Sparse(Vec<(Word, u32)>, Vec<Word>),
}

impl Ranks {
    fn of(columns: &[&[Word]], primitive: Primitive, interner: &Interner) -> Ranks {
        let words = || columns.iter().flat_map(|column| column.iter());
        let plain = !matches!(primitive, Primitive::Symbol | Primitive::Record);
        if plain && words().all(|word| word.0 & WIDE == 0) {
            return Ranks::Own;
        }
        let cells: usize = columns.iter().map(|column| column.len()).sum();
        let greatest = words().max().map_or(0, |word| word.0 as usize);
        if greatest < 4 * cells {
            let mut seen = vec![0; greatest + 1];
            words().for_each(|word| seen[word.0 as usize] = 1);
            let present = (0..=greatest as u32).filter(|word| seen[*word as usize] == 1).map(Word);
            let sorted = sorted(present.collect(), primitive, interner);
            for (word, rank) in sorted.iter().zip(0..) {
                seen[word.0 as usize] = rank;
            }
            return Ranks::Table(seen, sorted);
        }
        let mut distinct: Vec<Word> = words().copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let sorted = sorted(distinct, primitive, interner);
        let mut ranked: Vec<(Word, u32)> = sorted.iter().copied().zip(0..).collect();
        ranked.sort_unstable();
        Ranks::Sparse(ranked, sorted)
    }

    /// The rank of a word that is in one of the columns.
    pub(super) fn rank(&self, word: Word) -> u32 {
        match self {
            Ranks::Own => word.0,
            Ranks::Table(table, _) => table[word.0 as usize],
            Ranks::Sparse(ranked, _) => {
                let at = ranked.partition_point(|(other, _)| *other < word);
                ranked.get(at).map_or(0, |(_, rank)| *rank)
            }
        }
    }

    /// The words by rank; nothing where words are their own ranks.
    pub(super) fn words(&self) -> Option<&[Word]> {
        match self {
            Ranks::Own => None,
            Ranks::Table(_, words) | Ranks::Sparse(_, words) => Some(words),
        }
    }
}

/// A record by its order.
struct Ordered(Constant);

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_constants(&self.0, &other.0)
    }
}

/// Distinct words in the order of their values.
fn sorted(mut words: Vec<Word>, primitive: Primitive, interner: &Interner) -> Vec<Word> {
    match primitive {
        Primitive::Symbol => return sorted_symbols(&words, interner),
        Primitive::Number => words.sort_unstable_by_key(|word| interner.number(*word)),
        Primitive::Unsigned => words.sort_unstable_by_key(|word| interner.unsigned(*word)),
        Primitive::Float => {
            words.sort_unstable_by(|a, b| interner.float(*a).total_cmp(&interner.float(*b)));
        }
        Primitive::Record => {
            words.sort_by_cached_key(|word| Ordered(interner.constant(*word, primitive)))
        }
    }
    words
}

/// The first sixteen bytes of a text stand beside its word, so that most comparisons do not go to
/// the interner: of a million symbols that is twice as fast.
fn sorted_symbols(words: &[Word], interner: &Interner) -> Vec<Word> {
    let mut keyed: Vec<(u128, Word)> =
        words.iter().map(|word| (prefix(interner.symbol(*word)), *word)).collect();
    keyed.sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| interner.symbol(a.1).cmp(interner.symbol(b.1)))
    });
    keyed.into_iter().map(|(_, word)| word).collect()
}

fn prefix(text: &str) -> u128 {
    let mut bytes = [0; 16];
    for (place, byte) in bytes.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of a column in order.
    fn sorted(values: &[Constant]) -> Vec<String> {
        let mut interner = Interner::new();
        let column: Vec<Word> = values.iter().map(|value| interner.intern(value)).collect();
        order(&[&column], &[values[0].primitive()], &interner)
            .into_iter()
            .map(|row| values[row as usize].to_string())
            .collect()
    }

    #[test]
    fn numbers_sort_by_value() {
        let numbers = [10, 9, -1, i64::MIN, i64::MAX, 1 << 40].map(Constant::Number);
        assert_eq!(
            sorted(&numbers),
            ["-9223372036854775808", "-1", "9", "10", "1099511627776", "9223372036854775807"]
        );
        assert_eq!(sorted(&[u64::MAX, 2].map(Constant::Unsigned)), ["2", "18446744073709551615"]);
        assert_eq!(sorted(&[0.5, -2.0, 10.0].map(Constant::Float)), ["-2", "0.5", "10"]);
    }

    #[test]
    fn text_sorts_by_bytes() {
        let texts =
            ["b", "é", "B", "", "ba", "a long text that goes on", "a long text that goes off"]
                .map(|text| Constant::Symbol(text.into()));
        assert_eq!(
            sorted(&texts),
            ["", "B", "a long text that goes off", "a long text that goes on", "b", "ba", "é"]
        );
    }

    #[test]
    fn symbols_that_lie_far_apart_sort_as_well() {
        let mut interner = Interner::new();
        let words: Vec<Word> =
            (0..1000).rev().map(|number| interner.intern_symbol(&format!("{number:04}"))).collect();
        let column = [words[7], words[990], words[500]];
        assert_eq!(order(&[&column, &column], &[Primitive::Symbol; 2], &interner), [1, 2, 0]);
    }

    #[test]
    fn many_rows_sort_as_few_do() {
        let interner = Interner::new();
        for spread in [7, 1000, 1 << 30] {
            let column = |salt: u32| -> Vec<Word> {
                (0..3 * FEW as u32)
                    .map(|row| {
                        Word(
                            row.wrapping_mul(2_654_435).wrapping_add(salt).wrapping_mul(40_503)
                                % spread,
                        )
                    })
                    .collect()
            };
            let columns = [column(1), column(2), column(3)];
            let columns: Vec<&[Word]> = columns.iter().map(Vec::as_slice).collect();
            for width in 1..=3 {
                let mut expected: Vec<u32> = (0..3 * FEW as u32).collect();
                expected.sort_by_key(|&row| {
                    columns[..width].iter().map(|column| column[row as usize]).collect::<Vec<_>>()
                });
                let kinds = &[Primitive::Number; 3][..width];
                assert_eq!(order(&columns[..width], kinds, &interner), expected);
            }
        }
    }

    #[test]
    fn rows_sort_by_columns_from_the_left() {
        let interner = Interner::new();
        let columns: Vec<Vec<Word>> = [[2, 1, 2, 1], [0, 9, 0, 3], [5, 0, 4, 0]]
            .map(|column| column.map(Word).to_vec())
            .to_vec();
        for width in 1..=3 {
            let columns: Vec<&[Word]> = columns[..width].iter().map(Vec::as_slice).collect();
            let order = order(&columns, &[Primitive::Number; 3][..width], &interner);
            let expected = [[1u32, 3, 0, 2], [3, 1, 0, 2], [3, 1, 2, 0]][width - 1];
            assert_eq!(order, expected, "{width} columns");
        }
    }
}
