//! Lines of nothing but small numbers, read without a detour: most large files are nothing else.
//!
//! A line is taken here if each of its fields is a number below 2³¹ written in digits alone, which is
//! its own word, and it has just the fields that the relation has columns. Whatever else a line may
//! be, the reading stops before it and somebody else takes that line. Pieces of a large text
//! are read on several threads; their rows follow each other as in the text.

use std::ops::Range;

use memchr::memchr;

use crate::analyze::program::Column;
use crate::value::{Primitive, WIDE, Word};

/// So much text is read at a time, before somebody is asked whether to go on.
const STRIDE: usize = 1 << 15;

/// So much is read at a time by each of several threads.
const PIECE: usize = 1 << 19;

/// More digits than this are left to others.
const DIGITS: usize = 10;

/// How lines are read that are nothing but numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    delimiter: u8,
    arity: usize,
    /// Whether empty lines are passed over; else they are left to others.
    blank: bool,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The byte.
    pub at: usize,
    /// The line, from 1.
    pub line: u32,
}

/// The rows of a piece.
#[derive(Debug, Default)]
struct Piece {
    columns: Vec<Vec<Word>>,
    /// The line of each row, counted from the piece's first.
    lines: Vec<u32>,
    /// How many lines were read, blank ones included.
    read: u32,
    /// Where the reading stopped.
    end: usize,
}

impl Numbers {
    /// For relations of numbers, whose fields stand in the order of the columns with one byte between
    /// them.
    pub(super) fn of(columns: &[Column], delimiter: &str, blank: bool) -> Option<Self> {
        let plain = |it: &Column| matches!(it.primitive, Primitive::Number | Primitive::Unsigned);
        match delimiter.as_bytes() {
            &[delimiter] if !b"0123456789\r\n".contains(&delimiter) && !columns.is_empty() => {
                let all = columns.iter().all(plain);
                all.then_some(Numbers { delimiter, arity: columns.len(), blank })
            }
            _ => None,
        }
    }

    /// Reads on from a place for as long as lines are nothing but numbers, on so many threads; says
    /// whether it was halted.
    pub(super) fn read(
        self,
        text: &str,
        place: &mut Place,
        threads: usize,
        halted: &dyn Fn() -> bool,
        (columns, lines): (&mut [Vec<Word>], &mut Vec<u32>),
    ) -> bool {
        let bytes = text.as_bytes();
        let mut pieces: Vec<Piece> = Vec::new();
        // Only what has begun well is read by several.
        let mut several = 1;
        while place.at < bytes.len() {
            if halted() {
                return true;
            }
            pieces.resize_with(several, Piece::default);
            let (mut start, size) = (place.at, if several > 1 { PIECE } else { STRIDE });
            let ranges = pieces.iter().map(|_| {
                let range = start..line_end(bytes, start + size);
                start = range.end;
                range
            });
            let ranges: Vec<Range<usize>> = ranges.collect();
            std::thread::scope(|scope| {
                let mut work: Vec<_> = pieces.iter_mut().zip(&ranges).collect();
                let first = if work.is_empty() { None } else { Some(work.remove(0)) };
                for (piece, range) in work {
                    scope.spawn(move || self.piece(bytes, range.clone(), piece));
                }
                if let Some((piece, range)) = first {
                    self.piece(bytes, range.clone(), piece);
                }
            });
            if lines.is_empty() {
                self.reserve(bytes.len() - place.at, &pieces, columns, lines);
            }
            for (piece, range) in pieces.iter().zip(&ranges) {
                for (column, words) in columns.iter_mut().zip(&piece.columns) {
                    column.extend_from_slice(words);
                }
                lines.extend(piece.lines.iter().map(|line| place.line + line));
                place.line += piece.read;
                place.at = piece.end;
                if piece.end < range.end {
                    return false;
                }
            }
            several = threads.max(1);
        }
        false
    }

    /// Makes room for as many rows as there will be if the rest of the text is like its beginning.
    fn reserve(
        self,
        rest: usize,
        pieces: &[Piece],
        columns: &mut [Vec<Word>],
        lines: &mut Vec<u32>,
    ) {
        let Some(piece) = pieces.first().filter(|_| rest > PIECE) else { return };
        let rows = piece.lines.len() as u64 * rest as u64 / STRIDE as u64;
        let rows = usize::try_from(rows + rows / 64).unwrap_or_default();
        columns.iter_mut().for_each(|column| column.reserve_exact(rows));
        lines.reserve_exact(rows);
    }

    /// Reads the lines of a range, up to the first that is more than numbers.
    fn piece(self, bytes: &[u8], range: Range<usize>, piece: &mut Piece) {
        piece.columns.resize_with(self.arity, Vec::new);
        piece.columns.iter_mut().for_each(Vec::clear);
        piece.lines.clear();
        (piece.read, piece.end) = (0, range.start);
        let bytes = &bytes[..range.end];
        while piece.end < range.end {
            let blank = line_break(bytes, piece.end);
            let next = match blank {
                Some(next) if self.blank => next,
                Some(_) => return,
                None => match self.row(bytes, piece.end, &mut piece.columns) {
                    Some(next) => {
                        piece.lines.push(piece.read);
                        next
                    }
                    None => {
                        let rows = piece.lines.len();
                        piece.columns.iter_mut().for_each(|column| column.truncate(rows));
                        return;
                    }
                },
            };
            piece.end = next;
            piece.read += 1;
        }
    }

    /// Reads a line's numbers into the columns; says where the next line begins. Nothing if it is
    /// no such line, some columns may have a word too many then.
    fn row(self, bytes: &[u8], mut at: usize, columns: &mut [Vec<Word>]) -> Option<usize> {
        let last = columns.len() - 1;
        for (index, column) in columns.iter_mut().enumerate() {
            let (mut number, start) = (0_u64, at);
            while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0'))
                && digit < 10
                && at - start < DIGITS
            {
                number = number * 10 + u64::from(digit);
                at += 1;
            }
            if at == start || number >= u64::from(WIDE) {
                return None;
            }
            column.push(Word(number as u32));
            if index < last {
                if bytes.get(at) != Some(&self.delimiter) {
                    return None;
                }
                at += 1;
            }
        }
        if at == bytes.len() { Some(at) } else { line_break(bytes, at) }
    }
}

/// Where the line behind a line break begins, if there is one at this place.
fn line_break(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'\n' => Some(at + 1),
        b'\r' if bytes.get(at + 1) == Some(&b'\n') => Some(at + 2),
        _ => None,
    }
}

/// The end of the line that a place is in.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    memchr(b'\n', rest).map_or(bytes.len(), |offset| at + offset + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a text with two columns: the rows with their lines, and how far.
    fn read(text: &str, threads: usize) -> (Vec<(u32, u32, u32)>, Place) {
        let numbers = Numbers { delimiter: b',', arity: 2, blank: true };
        let (mut columns, mut lines) = (vec![Vec::new(); 2], Vec::new());
        let mut place = Place { at: 0, line: 1 };
        let rows = (columns.as_mut_slice(), &mut lines);
        assert!(!numbers.read(text, &mut place, threads, &|| false, rows));
        let words = columns[0].iter().zip(&columns[1]);
        (words.zip(lines).map(|((a, b), line)| (a.0, b.0, line)).collect(), place)
    }

    #[test]
    fn it_stops_before_whatever_is_more_than_numbers() {
        for odd in
            ["-1,2", "1,2,3", "1", "x,2", "1,2 ", "2147483648,1", "1,", "00000000001,1", "1;2"]
        {
            let text = format!("1,2\n\r\n007,2147483647\r\n{odd}\n3,4\n");
            let (rows, place) = read(&text, 1);
            assert_eq!(rows, [(1, 2, 1), (7, 2_147_483_647, 3)], "{odd}");
            assert_eq!((place.line, text[place.at..].starts_with(odd)), (4, true), "{odd}");
        }
        assert_eq!(read("5,6", 1).0, [(5, 6, 1)]);
        assert_eq!(read("5,6\r", 1).0, []);
    }

    #[test]
    fn several_threads_read_what_one_does() {
        let mut text: String = (0..300_000).map(|at| format!("{at},{}\n", at % 97)).collect();
        assert!(text.len() > 5 * PIECE);
        let (rows, place) = read(&text, 1);
        assert_eq!((rows.len(), place.line, place.at), (300_000, 300_001, text.len()));
        for threads in [2, 3, 7] {
            assert_eq!(read(&text, threads).0, rows);
        }
        // A line that is more than numbers stops all of them there.
        let at = text.find("\n200000,").unwrap() + 1;
        text.insert(at, '-');
        for threads in [1, 2, 3] {
            let (some, place) = read(&text, threads);
            assert_eq!((place.at, place.line), (at, 200_001));
            assert_eq!(some, rows[..200_000]);
        }
    }

    #[test]
    fn it_can_be_halted() {
        let numbers = Numbers { delimiter: b',', arity: 1, blank: true };
        let (mut columns, mut lines) = (vec![Vec::new()], Vec::new());
        let mut place = Place { at: 0, line: 1 };
        let rows = (columns.as_mut_slice(), &mut lines);
        assert!(numbers.read("1\n", &mut place, 1, &|| true, rows));
    }
}
