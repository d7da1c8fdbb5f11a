//! Many rows to lines of text, in order.
//!
//! A file says the same few values again and again. Each distinct one is made text once, in the order
//! of the values; a row is one key, the ranks of its values side by side; keys are sorted by their
//! digits, and a line is put together from the texts that its key names. Neither sorting nor writing
//! looks at the rows again.
//!
//! Rows are taken a *stretch* at a time, those whose first value lies between two ranks, so that the
//! keys stay in the cache and memory does not grow with the rows. Several threads take a stretch each, and
//! their texts are written one behind the other.

use std::io::{self, Write};
use std::ops::Range;

use super::order::{Ranked, Ranks, sort_keys, width};
use super::write::{CHUNK, Rows};
use crate::value::{Primitive, Word};

/// Fewer rows are not worth it.
const MANY: usize = 256;

/// About so many rows are sorted at once.
const STRETCH: usize = 1 << 20;

/// A thread takes at least so many.
const SHARE: usize = 1 << 16;

/// The first column is cut into so many parts at most, of which stretches are made.
const PARTS: u32 = 12;

/// A line may be this long, so that memory stays small.
const LONGEST: usize = 1 << 14;

/// The texts of so many keys are asked for before their lines are put together.
const AHEAD: usize = 16;

/// How rows are shared out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    /// About so many rows are sorted at once.
    stretch: usize,
    threads: usize,
}

impl Shares {
    /// For so many rows and threads.
    pub(super) fn of(rows: usize, threads: usize) -> Self {
        match threads {
            0 | 1 => Shares { stretch: STRETCH, threads: 1 },
            _ => Shares { stretch: (rows / threads / 2).clamp(SHARE, STRETCH), threads },
        }
    }
}

/// Writes a field's text; says whether it will read back as it is.
pub(super) type Field<'a> = &'a mut dyn FnMut(Word, Primitive, &mut Vec<u8>) -> io::Result<bool>;

/// Writes rows in order, a line each. Says no, and has written nothing, where this is not the way:
/// there are few rows, nearly all values differ or are long, ranks do not fit into one key, or a value
/// will not read back, so that somebody has to count rows.
pub(super) fn lines(
    shares: Shares,
    rows: &Rows<'_>,
    primitives: &[Primitive],
    ranked: &Ranked,
    delimiter: &str,
    field: Field<'_>,
    to: &mut dyn Write,
) -> io::Result<bool> {
    if rows.len < MANY || primitives.is_empty() {
        return Ok(false);
    }
    let (tables, which) = ranked.tables();
    let mut texts = Vec::with_capacity(tables.len());
    let mut longest = Vec::with_capacity(tables.len());
    for (at, ranks) in tables.iter().enumerate() {
        let of = || which.iter().zip(primitives).filter(move |(table, _)| **table == at);
        let Some((_, primitive)) = of().next() else { return Ok(false) };
        let Some(made) = Texts::new(ranks, rows.len * of().count(), *primitive, &mut *field)?
        else {
            return Ok(false);
        };
        texts.push(made.0);
        longest.push(made.1);
    }
    let mut bits = Vec::with_capacity(which.len());
    for (ranks, column) in ranked.columns().zip(&rows.columns) {
        bits.push(match ranks.words() {
            Some(words) => width(words.len().checked_sub(1).map(|last| last as u32)),
            None => width(column.iter().map(|word| word.0).max()),
        });
    }
    if bits.iter().sum::<u32>() > u64::BITS {
        return Ok(false);
    }
    let room = which.iter().map(|&table| longest[table] + delimiter.len()).sum::<usize>() + 64;
    if room > LONGEST {
        return Ok(false);
    }
    let texts: Vec<&Texts> = which.iter().map(|&table| &texts[table]).collect();
    let columns = ranked.columns().zip(&rows.columns).collect();
    let keys = Keys { columns, bits: &bits, shares };
    let lines =
        Lines { keys, rows: rows.len, texts: &texts, delimiter: delimiter.as_bytes(), room };
    lines.write(to)?;
    Ok(true)
}

/// The texts of a column's values by rank.
enum Texts {
    /// Numbers that are their own ranks.
    Own,
    /// Texts of up to 15 bytes, and of up to 31, each with its length behind it: one place to look at,
    /// and a copy of a length that the compiler knows.
    Short(Vec<[u8; 16]>),
    Middle(Vec<[u8; 32]>),
    /// Texts of any length, end to end, and where each starts and the last one ends.
    Long(Vec<u8>, Vec<u32>),
}

impl Texts {
    /// The texts, and how long the longest may be.
    fn new(
        ranks: &Ranks,
        cells: usize,
        primitive: Primitive,
        field: Field<'_>,
    ) -> io::Result<Option<(Texts, usize)>> {
        let Some(words) = ranks.words() else { return Ok(Some((Texts::Own, 20))) };
        if words.len() > cells / 2 {
            return Ok(None);
        }
        let (mut bytes, mut starts, mut longest) = (Vec::new(), vec![0], 0);
        for &word in words {
            let start = bytes.len();
            if !field(word, primitive, &mut bytes)? {
                return Ok(None);
            }
            longest = longest.max(bytes.len() - start);
            let Ok(end) = u32::try_from(bytes.len()) else { return Ok(None) };
            starts.push(end);
        }
        Ok(Some(match longest {
            0..16 => (Texts::Short(blocks(&bytes, &starts)), 16),
            16..32 => (Texts::Middle(blocks(&bytes, &starts)), 32),
            _ => (Texts::Long(bytes, starts), longest),
        }))
    }

    /// Asks for a text, so that it is in the cache when it is put somewhere.
    #[inline]
    fn peek(&self, rank: u32) -> u8 {
        match self {
            Texts::Own => 0,
            Texts::Short(texts) => texts[rank as usize][15],
            Texts::Middle(texts) => texts[rank as usize][31],
            Texts::Long(bytes, starts) => {
                bytes.get(starts[rank as usize] as usize).copied().unwrap_or_default()
            }
        }
    }

    /// Writes the text of a rank into `line` at `at`, where there is room; gives where it ends.
    #[inline]
    fn put(&self, rank: u32, line: &mut [u8], at: usize) -> usize {
        match self {
            Texts::Own => {
                let mut digits = itoa::Buffer::new();
                let digits = digits.format(rank).as_bytes();
                line[at..at + digits.len()].copy_from_slice(digits);
                at + digits.len()
            }
            Texts::Short(texts) => {
                let text = &texts[rank as usize];
                line[at..at + 16].copy_from_slice(text);
                at + usize::from(text[15])
            }
            Texts::Middle(texts) => {
                let text = &texts[rank as usize];
                line[at..at + 32].copy_from_slice(text);
                at + usize::from(text[31])
            }
            Texts::Long(bytes, starts) => {
                let (start, end) = (starts[rank as usize], starts[rank as usize + 1]);
                let text = &bytes[start as usize..end as usize];
                line[at..at + text.len()].copy_from_slice(text);
                at + text.len()
            }
        }
    }
}

/// Texts in blocks of one length, the last byte of which says how long the text is.
fn blocks<const LENGTH: usize>(bytes: &[u8], starts: &[u32]) -> Vec<[u8; LENGTH]> {
    let block = |ends: &[u32]| {
        let mut block = [0; LENGTH];
        if let [start, end] = *ends {
            let text = &bytes[start as usize..end as usize];
            block[..text.len()].copy_from_slice(text);
            block[LENGTH - 1] = text.len() as u8;
        }
        block
    };
    starts.windows(2).map(block).collect()
}

/// Rows as keys.
struct Keys<'a> {
    columns: Vec<(&'a Ranks, &'a &'a [Word])>,
    /// How many bits of a key each column has.
    bits: &'a [u32],
    shares: Shares,
}

/// How keys become lines.
struct Lines<'a> {
    keys: Keys<'a>,
    rows: usize,
    texts: &'a [&'a Texts],
    delimiter: &'a [u8],
    /// How long a line may be.
    room: usize,
}

/// What a stretch is made with.
#[derive(Default)]
struct Buffers {
    keys: Vec<u64>,
    other: Vec<u64>,
    chosen: Vec<u32>,
}

impl Lines<'_> {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let stretches = self.keys.stretches(self.rows);
        let mut buffers = Buffers::default();
        if self.keys.shares.threads < 2 || stretches.len() < 2 {
            for stretch in stretches {
                let mut written = Ok(());
                self.stretch(stretch, &mut buffers, &mut |text| {
                    if written.is_ok() {
                        written = to.write_all(text);
                    }
                });
                written?;
            }
            return Ok(());
        }
        let mut all: Vec<(Buffers, Vec<u8>)> = Vec::new();
        all.resize_with(self.keys.shares.threads, Default::default);
        for some in stretches.chunks(all.len()) {
            std::thread::scope(|scope| {
                for ((buffers, text), range) in all.iter_mut().zip(some) {
                    scope.spawn(move || {
                        text.clear();
                        self.stretch(range.clone(), buffers, &mut |more| {
                            text.extend_from_slice(more);
                        });
                    });
                }
            });
            for (_, text) in all.iter().take(some.len()) {
                to.write_all(text)?;
            }
        }
        Ok(())
    }

    /// Hands on the lines of a stretch, in order.
    fn stretch(&self, stretch: Range<usize>, buffers: &mut Buffers, to: &mut dyn FnMut(&[u8])) {
        let Lines { keys: all, room, .. } = self;
        let Buffers { keys, other, chosen } = buffers;
        let mut buffer = vec![0; CHUNK + AHEAD * room];
        let mut at = 0;
        all.fill(self.rows, stretch, chosen, keys);
        sort_keys(keys, other, 0, all.bits.iter().sum());
        let Some((last, texts)) = all.bits.last().zip(self.texts.last()) else { return };
        // What the last line begins with, all of it but the last field, and where that stands.
        let mut head = None;
        let mut begins = 0..0;
        for keys in keys.chunks(AHEAD) {
            let mut seen = 0;
            let mut before = head;
            for &key in keys {
                if before.replace(key >> last) != Some(key >> last) {
                    all.head(key, |index, rank| seen ^= self.texts[index].peek(rank));
                }
                seen ^= texts.peek(low(key, *last));
            }
            std::hint::black_box(seen);
            for &key in keys {
                let start = at;
                if head.replace(key >> last) == Some(key >> last) {
                    at = again(&mut buffer, &begins, at);
                } else {
                    all.head(key, |index, rank| {
                        at = self.texts[index].put(rank, &mut buffer, at);
                        at = self.part(&mut buffer, at);
                    });
                }
                begins = start..at;
                at = texts.put(low(key, *last), &mut buffer, at);
                buffer[at] = b'\n';
                at += 1;
            }
            if at >= CHUNK {
                to(&buffer[..at]);
                (at, head) = (0, None);
            }
        }
        to(&buffer[..at]);
    }

    /// Writes a delimiter at `at`; gives where it ends.
    #[inline]
    fn part(&self, line: &mut [u8], at: usize) -> usize {
        if let [byte] = *self.delimiter {
            line[at] = byte;
        } else {
            line[at..at + self.delimiter.len()].copy_from_slice(self.delimiter);
        }
        at + self.delimiter.len()
    }
}

/// Copies what a line before begins with to `at`; gives where it ends.
#[inline]
fn again(line: &mut [u8], begins: &Range<usize>, at: usize) -> usize {
    const SHORT: usize = 32;
    match line.get(begins.start..begins.start + SHORT) {
        // A copy of a length that the compiler knows; what is too much of it is written over.
        Some(some) if begins.len() <= SHORT => {
            let mut block = [0; SHORT];
            block.copy_from_slice(some);
            line[at..at + SHORT].copy_from_slice(&block);
        }
        _ => line.copy_within(begins.clone(), at),
    }
    at + begins.len()
}

/// The lowest bits of a key.
#[inline]
fn low(key: u64, bits: u32) -> u32 {
    (key & ((1 << bits) - 1)) as u32
}

impl Keys<'_> {
    /// Takes a key apart, the last column left out.
    #[inline]
    fn head(&self, key: u64, mut take: impl FnMut(usize, u32)) {
        let mut left: u32 = self.bits.iter().sum();
        let Some((_, head)) = self.bits.split_last() else { return };
        for (index, bits) in head.iter().enumerate() {
            left -= bits;
            take(index, low(key.checked_shr(left).unwrap_or(0), *bits));
        }
    }

    /// Which part of the first column a rank belongs to.
    fn part(&self, rank: u32) -> usize {
        (rank >> self.bits.first().map_or(0, |bits| bits.saturating_sub(PARTS))) as usize
    }

    /// The parts of the first column, put together to stretches.
    fn stretches(&self, rows: usize) -> Vec<Range<usize>> {
        let Some((ranks, column)) = self.columns.first().filter(|_| rows > self.shares.stretch)
        else {
            return std::iter::once(0..usize::MAX).collect();
        };
        let mut counts = vec![0; 1 << PARTS];
        for word in column.iter() {
            counts[self.part(ranks.rank(*word))] += 1;
        }
        let (mut stretches, mut start, mut sum) = (Vec::new(), 0, 0);
        for (part, count) in counts.iter().enumerate() {
            if sum > 0 && sum + count > self.shares.stretch {
                stretches.push(start..part);
                (start, sum) = (part, 0);
            }
            sum += count;
        }
        stretches.push(start..usize::MAX);
        stretches
    }

    /// The keys of the rows of a stretch.
    fn fill(&self, rows: usize, stretch: Range<usize>, chosen: &mut Vec<u32>, keys: &mut Vec<u64>) {
        keys.clear();
        let whole = stretch == (0..usize::MAX);
        if let Some((ranks, column)) = self.columns.first().filter(|_| !whole) {
            chosen.clear();
            let inside = |word: &Word| stretch.contains(&self.part(ranks.rank(*word)));
            chosen.extend(
                (0..).zip(column.iter()).filter(|(_, word)| inside(word)).map(|(row, _)| row),
            );
        }
        keys.resize(if whole { rows } else { chosen.len() }, 0);
        for ((ranks, column), bits) in self.columns.iter().zip(self.bits) {
            let add = |key: &mut u64, word: Word| {
                *key = key.checked_shl(*bits).unwrap_or(0) | u64::from(ranks.rank(word));
            };
            if whole {
                keys.iter_mut().zip(column.iter()).for_each(|(key, word)| add(key, *word));
            } else {
                let words = chosen.iter().map(|&row| column[row as usize]);
                keys.iter_mut().zip(words).for_each(|(key, word)| add(key, word));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::order::order;
    use crate::value::{Constant, Interner};

    /// What a field looks like here; a symbol with a `!` does not read back.
    fn shown(interner: &Interner, word: Word, kind: Primitive) -> String {
        interner.constant(word, kind).to_string()
    }

    fn written(
        columns: &[Vec<Word>],
        kinds: &[Primitive],
        interner: &Interner,
        shares: Shares,
    ) -> Option<String> {
        let slices: Vec<&[Word]> = columns.iter().map(Vec::as_slice).collect();
        let rows = Rows { columns: slices.clone(), len: columns[0].len() };
        let ranked = Ranked::new(&slices, kinds, interner);
        let mut field = |word, kind, text: &mut Vec<u8>| {
            let shown = shown(interner, word, kind);
            text.extend_from_slice(shown.as_bytes());
            Ok(!shown.contains('!'))
        };
        let mut text = Vec::new();
        let done = lines(shares, &rows, kinds, &ranked, "; ", &mut field, &mut text).unwrap();
        assert!(done || text.is_empty());
        done.then(|| String::from_utf8(text).unwrap())
    }

    #[test]
    fn lines_are_those_of_the_rows_in_order() {
        let mut interner = Interner::new();
        let mut random = 5_u64;
        let mut below = |bound: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) % bound
        };
        let long = "long ".repeat(20);
        let mut symbols = vec![interner.intern_symbol(""), interner.intern_symbol(&long)];
        symbols.extend((0..40).map(|at| interner.intern_symbol(&format!("s{}", at * 37 % 41))));
        for round in 0..60 {
            let width = 1 + below(4) as usize;
            let rows = MANY + below(3 * MANY as u64) as usize;
            let (mut kinds, mut columns) = (Vec::new(), Vec::new());
            for _ in 0..width {
                let (kind, spread) = (below(4), [1, 5, 60, 1 << 31][below(4) as usize]);
                kinds.push(
                    [Primitive::Symbol, Primitive::Number, Primitive::Float][kind.min(2) as usize],
                );
                let column = (0..rows).map(|_| match kind {
                    0 => symbols[below(symbols.len() as u64) as usize],
                    1 => interner.intern(&Constant::Number(below(spread) as i64)),
                    _ => interner.intern(&Constant::Float(0.5 - below(spread.min(60)) as f64)),
                });
                columns.push(column.collect::<Vec<Word>>());
            }
            let slices: Vec<&[Word]> = columns.iter().map(Vec::as_slice).collect();
            let mut expected = String::new();
            for row in order(&slices, &kinds, &interner) {
                let fields = columns.iter().zip(&kinds);
                let fields: Vec<String> =
                    fields.map(|(it, kind)| shown(&interner, it[row as usize], *kind)).collect();
                expected.push_str(&fields.join("; "));
                expected.push('\n');
            }
            for (stretch, threads) in [(1, 1), (100, 1), (STRETCH, 1), (1, 2), (100, 3)] {
                let shares = Shares { stretch, threads };
                let found = written(&columns, &kinds, &interner, shares);
                let wide: u32 = columns.iter().map(|it| width_of(it)).sum();
                assert!(found.is_some() || wide > 64, "round {round}");
                assert!(found.is_none_or(|found| found == expected), "round {round}, {shares:?}");
            }
        }
    }

    fn width_of(column: &[Word]) -> u32 {
        width(column.iter().map(|word| word.0 & !crate::value::WIDE).max())
    }

    #[test]
    fn what_does_not_read_back_and_what_nearly_all_differs_goes_the_other_way() {
        let mut interner = Interner::new();
        let few: Vec<Word> =
            (0..MANY).map(|at| interner.intern_symbol(["a", "b", "c"][at % 3])).collect();
        let many: Vec<Word> =
            (0..MANY).map(|at| interner.intern_symbol(&format!("{at:04}"))).collect();
        let kinds = [Primitive::Symbol];
        assert!(written(std::slice::from_ref(&few), &kinds, &interner, Shares::of(0, 1)).is_some());
        assert!(written(&[few[1..].to_vec()], &kinds, &interner, Shares::of(0, 1)).is_none());
        assert!(written(&[many], &kinds, &interner, Shares::of(0, 1)).is_none());
        let mut bad = few;
        bad[7] = interner.intern_symbol("not this!");
        assert!(written(&[bad], &kinds, &interner, Shares::of(0, 1)).is_none());
    }
}
