//! Batches: columns of words that flow through a pipeline.

use std::ops::Range;

use crate::plan::{Slot, Source};
use crate::store::KeyColumn;
use crate::value::Word;

/// How many bindings a batch aims for: enough to pay for a step's dispatch, few enough for the
/// columns to stay in the first-level cache.
pub(super) const BATCH: usize = 1024;

/// Bindings, a column for each slot that is in use.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// How many bindings there are.
    pub(super) len: usize,
    columns: Vec<Vec<Word>>,
}

impl Batch {
    /// Makes room for so many slots.
    pub(super) fn reserve(&mut self, slots: usize) {
        if self.columns.len() < slots {
            self.columns.resize_with(slots, Vec::new);
        }
    }

    /// The words of a slot.
    pub(super) fn column(&self, slot: Slot) -> &[Word] {
        &self.columns[slot.index()]
    }

    /// The words of a slot, to be filled.
    pub(super) fn column_mut(&mut self, slot: Slot) -> &mut Vec<Word> {
        &mut self.columns[slot.index()]
    }

    /// The word of a source in one binding.
    pub(super) fn word(&self, source: &Source, at: usize) -> Word {
        match source {
            Source::Slot(slot) => self.columns[slot.index()][at],
            Source::Constant(word, _) => *word,
        }
    }

    /// A source as a column of keys.
    pub(super) fn key<'a>(&'a self, source: &Source) -> KeyColumn<'a> {
        match source {
            Source::Slot(slot) => KeyColumn::Words(&self.columns[slot.index()]),
            Source::Constant(word, _) => KeyColumn::Constant(*word),
        }
    }

    /// Keeps the bindings in `chosen`, which is in ascending order, with the given slots.
    pub(super) fn choose(&mut self, chosen: &[u32], slots: &[Slot]) {
        if chosen.len() == self.len {
            return;
        }
        for slot in slots {
            // A slot can be listed that a later step fills.
            let column = &mut self.columns[slot.index()];
            if column.len() < self.len {
                continue;
            }
            for (to, &from) in chosen.iter().enumerate() {
                column[to] = column[from as usize];
            }
            column.truncate(chosen.len());
        }
        self.len = chosen.len();
    }
}

/// Tuples that rules have concluded and no relation has taken in yet.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// A vector a column; of these, the first `arity` are in use.
    pub(super) columns: Vec<Vec<Word>>,
    /// How many tuples there are.
    pub(super) len: usize,
}

impl Output {
    /// Empties it for tuples of an arity.
    pub(super) fn begin(&mut self, arity: usize) {
        self.columns.resize_with(arity, Vec::new);
        self.columns.iter_mut().for_each(Vec::clear);
        self.len = 0;
    }

    /// Some of its tuples.
    pub(super) fn part(&self, rows: Range<usize>) -> Output {
        let columns = self.columns.iter().map(|column| column[rows.clone()].to_vec());
        Output { columns: columns.collect(), len: rows.len() }
    }

    /// Adds a tuple for each binding.
    pub(super) fn emit(&mut self, batch: &Batch, emit: &[Source]) {
        for (column, source) in self.columns.iter_mut().zip(emit) {
            match source {
                Source::Slot(slot) => column.extend_from_slice(&batch.column(*slot)[..batch.len]),
                Source::Constant(word, _) => column.resize(column.len() + batch.len, *word),
            }
        }
        self.len += batch.len;
    }
}
