//! The order in which people see rows: columns left to right, numbers by value, text by its bytes.
//!
//! Words do not sort as their values do, so each column is first given ranks: small numbers are
//! their own rank, everything else is ranked by sorting the distinct values of the column once.
//! Then rows are sorted by ranks alone, packed into one integer where they fit.

use crate::value::{Interner, Primitive, WIDE, Word};

/// The positions of the rows of some columns, in order. The columns are equally long.
pub fn order(columns: &[&[Word]], primitives: &[Primitive], interner: &Interner) -> Vec<u32> {
    let rows = columns.first().map_or(0, |column| column.len());
    let ranks: Vec<Vec<u32>> = columns
        .iter()
        .zip(primitives)
        .map(|(column, primitive)| ranks(column, *primitive, interner))
        .collect();
    let mut order: Vec<u32> = (0..rows as u32).collect();
    match ranks.as_slice() {
        [] => {}
        [only] => order.sort_unstable_by_key(|&row| (only[row as usize], row)),
        [first, second] => {
            let mut keyed: Vec<(u64, u32)> = first
                .iter()
                .zip(second)
                .zip(0..)
                .map(|((first, second), row)| (u64::from(*first) << 32 | u64::from(*second), row))
                .collect();
            keyed.sort_unstable();
            for (place, (_, row)) in order.iter_mut().zip(keyed) {
                *place = row;
            }
        }
        many => order.sort_unstable_by(|&a, &b| {
            let differing = many
                .iter()
                .map(|column| column[a as usize].cmp(&column[b as usize]))
                .find(|ordering| ordering.is_ne());
            differing.unwrap_or_else(|| a.cmp(&b))
        }),
    }
    order
}

/// A number a row that sorts as the values of the column do.
fn ranks(column: &[Word], primitive: Primitive, interner: &Interner) -> Vec<u32> {
    let own = primitive != Primitive::Symbol && column.iter().all(|word| word.0 & WIDE == 0);
    if own {
        return column.iter().map(|word| word.0).collect();
    }
    let mut distinct: Vec<Word> = column.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let mut sorted = distinct.clone();
    match primitive {
        Primitive::Symbol => {
            sorted.sort_unstable_by(|a, b| interner.symbol(*a).cmp(interner.symbol(*b)));
        }
        Primitive::Number => sorted.sort_unstable_by_key(|word| interner.number(*word)),
        Primitive::Unsigned => sorted.sort_unstable_by_key(|word| interner.unsigned(*word)),
        Primitive::Float => {
            sorted.sort_unstable_by(|a, b| interner.float(*a).total_cmp(&interner.float(*b)));
        }
    }
    let mut ranked: Vec<(Word, u32)> = sorted.into_iter().zip(0..).collect();
    ranked.sort_unstable();
    // Words of symbols are dense, so a table by word is small unless few of many are here.
    let greatest = ranked.last().map_or(0, |(word, _)| word.0 as usize);
    if greatest < 4 * column.len() {
        let mut table = vec![0; greatest + 1];
        for (word, rank) in &ranked {
            table[word.0 as usize] = *rank;
        }
        return column.iter().map(|word| table[word.0 as usize]).collect();
    }
    let rank = |word: &Word| {
        let at = ranked.partition_point(|(other, _)| other < word);
        ranked.get(at).map_or(0, |(_, rank)| *rank)
    };
    column.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Constant;

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
        let texts = ["b", "é", "B", "", "ba"].map(|text| Constant::Symbol(text.into()));
        assert_eq!(sorted(&texts), ["", "B", "b", "ba", "é"]);
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
