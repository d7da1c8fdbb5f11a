//! The engines, each a function from a folder with a program and its facts to a number of tuples.
//!
//! All read the same files and, where the program says so, write theirs; what the peers read with is
//! below: as little as there can be.

pub mod archlog;
pub mod ascent;
pub mod crepe;
pub mod datafrog;
pub mod installed;

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use rustc_hash::FxHashMap;

/// A folder with facts, to read from and write to.
pub struct Facts<'a>(pub &'a Path);

impl Facts<'_> {
    fn text(&self, relation: &str) -> Vec<u8> {
        fs::read(self.0.join(format!("{relation}.facts"))).unwrap()
    }

    /// The numbers of a relation, row by row.
    fn numbers<const N: usize>(&self, relation: &str) -> Vec<[u32; N]> {
        let mut rows = Vec::new();
        let (mut row, mut at, mut number) = ([0; N], 0, 0);
        for byte in self.text(relation) {
            match byte {
                b'0'..=b'9' => number = number * 10 + u32::from(byte - b'0'),
                _ => {
                    row[at] = number;
                    number = 0;
                    at += 1;
                    if byte == b'\n' {
                        rows.push(row);
                        at = 0;
                    }
                }
            }
        }
        rows
    }

    pub fn pairs(&self, relation: &str) -> Vec<(u32, u32)> {
        self.numbers(relation).into_iter().map(|[x, y]| (x, y)).collect()
    }

    pub fn triples(&self, relation: &str) -> Vec<(u32, u32, u32)> {
        self.numbers(relation).into_iter().map(|[x, y, z]| (x, y, z)).collect()
    }

    pub fn quadruples(&self, relation: &str) -> Vec<(u32, u32, u32, u32)> {
        self.numbers(relation).into_iter().map(|[w, x, y, z]| (w, x, y, z)).collect()
    }

    pub fn ones(&self, relation: &str) -> Vec<u32> {
        self.numbers(relation).into_iter().map(|[x]| x).collect()
    }

    /// Pairs of symbols as numbers.
    pub fn symbols(&self, relation: &str, symbols: &mut Symbols) -> Vec<(u32, u32)> {
        let text = String::from_utf8(self.text(relation)).unwrap();
        let row = |line: &str| {
            let (one, other) = line.split_once('\t').unwrap();
            (symbols.number(one), symbols.number(other))
        };
        text.lines().map(row).collect()
    }

    /// Writes a relation.
    pub fn write<T>(
        &self,
        relation: &str,
        rows: impl IntoIterator<Item = T>,
        mut line: impl FnMut(&mut BufWriter<fs::File>, T),
    ) -> usize {
        let file = fs::File::create(self.0.join(format!("{relation}.csv"))).unwrap();
        let mut writer = BufWriter::with_capacity(1 << 18, file);
        let mut count = 0;
        for row in rows {
            line(&mut writer, row);
            count += 1;
        }
        writer.flush().unwrap();
        count
    }

    /// Writes a relation of numbers.
    pub fn write_numbers<const N: usize>(
        &self,
        relation: &str,
        rows: impl IntoIterator<Item = [u32; N]>,
    ) -> usize {
        let mut buffer = itoa::Buffer::new();
        self.write(relation, rows, |writer, row| {
            for (at, number) in row.into_iter().enumerate() {
                if at > 0 {
                    writer.write_all(b"\t").unwrap();
                }
                writer.write_all(buffer.format(number).as_bytes()).unwrap();
            }
            writer.write_all(b"\n").unwrap();
        })
    }

    /// Writes a relation of symbols.
    pub fn write_symbols<const N: usize>(
        &self,
        relation: &str,
        symbols: &Symbols,
        rows: impl IntoIterator<Item = [u32; N]>,
    ) -> usize {
        self.write(relation, rows, |writer, row| {
            for (at, number) in row.into_iter().enumerate() {
                if at > 0 {
                    writer.write_all(b"\t").unwrap();
                }
                writer.write_all(symbols.texts[number as usize].as_bytes()).unwrap();
            }
            writer.write_all(b"\n").unwrap();
        })
    }
}

/// Symbols by number.
#[derive(Default)]
pub struct Symbols {
    numbers: FxHashMap<String, u32>,
    texts: Vec<String>,
}

impl Symbols {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        number
    }
}
