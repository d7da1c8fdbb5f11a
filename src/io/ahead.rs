//! Asking for symbols before they are needed.
//!
//! A large file of symbols names each of many texts again and again, in any order, and where a text is
//! kept is far from where the last one was: to find one takes several places of memory, each of which
//! tells the next. Asked for one by one, each text waits for all of them; asked for many at a time,
//! they come side by side. What is asked for changes nothing but the time that reading takes.

use crate::analyze::program::Column;
use crate::value::{Interner, Primitive};

/// So much of a text is looked at ahead of reading it.
const AHEAD: usize = 1 << 11;

/// How far a text has been looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ahead {
    delimiter: u8,
    until: usize,
}

impl Ahead {
    /// For relations with symbols whose fields stand in the order of the columns with one byte between
    /// them.
    pub(super) fn of(columns: &[Column], delimiter: &str) -> Option<Self> {
        let symbols = columns.iter().any(|it| it.primitive == Primitive::Symbol);
        match delimiter.as_bytes() {
            &[delimiter] if symbols => Some(Ahead { delimiter, until: 0 }),
            _ => None,
        }
    }

    /// Reading has come to the line at a place.
    #[inline]
    pub(super) fn come(
        &mut self,
        place: usize,
        text: &str,
        columns: &[Column],
        interner: &Interner,
    ) {
        if place >= self.until && interner.is_large() {
            self.until = (place + AHEAD).min(text.len());
            let lines = text.as_bytes()[place..self.until].split(|byte| *byte == b'\n');
            let fields = lines.flat_map(|line| {
                line.split(|byte| *byte == self.delimiter)
                    .zip(columns)
                    .filter(|(_, column)| column.primitive == Primitive::Symbol)
            });
            interner.ask_for(fields.map(|(field, _)| field));
        }
    }
}
