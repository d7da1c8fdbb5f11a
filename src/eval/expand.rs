//! Stages: a batch extended by what an atom matches.
//!
//! A stage first decides which input binding meets which row, two vectors of numbers, and then
//! gathers the columns that are needed, one tight loop a column.

use super::batch::{BATCH, Batch};
use super::machine::{Context, Frame, Ledger, Scratch};
use super::value::{Note, Symbols, Value, value};
use crate::diag::Span;
use crate::plan::{Expand, Expression, RowCheck, Rows, Slot, Source, Stage};
use crate::store::{ColumnSet, Index, Kept, KeyColumn, Relation, RowList};
use crate::value::{Constant, Primitive, RelationId, Word};

/// A relation of at most so many rows is searched row by row instead of by an index.
pub(super) const FEW: usize = 8;

/// How far a stage is through its input, and the pairs that it has found.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    /// The binding of the input.
    at: usize,
    /// How many rows of its list, or numbers of its range, are used up.
    offset: usize,
    /// Whether the lists below are those of this input.
    ready: bool,
    /// Whether those lists are cut to a window.
    cut: bool,
    finished: bool,
    lists: Vec<RowList>,
    from: Vec<u32>,
    rows: Vec<u32>,
}

impl Cursor {
    /// Goes to the start of a new input.
    pub(super) fn reset(&mut self) {
        self.at = 0;
        self.offset = 0;
        self.ready = false;
        self.cut = false;
        self.finished = false;
    }

    /// Leaves a window of the rows of each binding.
    fn cut(&mut self, (start, end): (usize, usize)) {
        if !std::mem::replace(&mut self.cut, true) {
            self.lists.iter_mut().for_each(|list| *list = list.part(start, end));
        }
    }

    /// Skips the rest of the input.
    pub(super) fn finish(&mut self) {
        self.finished = true;
    }
}

impl Expand {
    /// Whether it binds a slot that is needed.
    pub(super) fn gives(&self) -> bool {
        match self {
            Expand::Rows { take, .. } => !take.is_empty(),
            Expand::Range { .. } => true,
        }
    }
}

/// What computing a value needs.
pub(super) struct Computing<'a, 's> {
    pub(super) symbols: &'a mut Symbols<'s>,
    pub(super) ledger: &'a mut Ledger,
}

/// Fills the frame's batch with the next extended bindings, perhaps none. Says whether there was
/// any input left.
pub(super) fn stage(
    context: Context<'_>,
    stage: &Stage,
    window: Option<(usize, usize)>,
    input: &Batch,
    frame: &mut Frame,
    scratch: &mut Scratch,
    computing: &mut Computing<'_, '_>,
) -> bool {
    if frame.cursor.finished {
        return false;
    }
    match &stage.expand {
        Expand::Rows { relation, rows, by, key, checks, take } => {
            let keeps = stage.expand.keeps();
            let atom = Atom { relation: *relation, rows: *rows, by: *by, keeps, key, checks, take };
            atom.expand(context, stage, window, input, frame, scratch)
        }
        Expand::Range { result, primitive, from, to, step, span } => {
            let range =
                Range { result: *result, primitive: *primitive, from, to, step, span: *span };
            range.expand(stage, input, frame, computing)
        }
    }
}

/// How many rows the first stage of a pipeline looks up, if its key is made of constants.
pub(super) fn looked_up(context: Context<'_>, expand: &Expand) -> Option<usize> {
    let Expand::Rows { relation, rows, by, key, checks, take } = expand else { return None };
    let (found, constant) = (context.database.relation(*relation), |source: &Source| {
        matches!(source, Source::Constant(..))
    });
    if by.is_empty() || found.len() <= FEW || !key.iter().all(constant) {
        return None;
    }
    let keeps = expand.keeps();
    let atom = Atom { relation: *relation, rows: *rows, by: *by, keeps, key, checks, take };
    let range = context.rows(*relation, *rows);
    let (mut input, mut cursor) = (Batch::default(), Cursor::default());
    input.len = 1;
    atom.prepare(found, range, &input, &mut cursor, &mut Scratch::default());
    cursor.lists.first().map(|list| list.len())
}

struct Atom<'a> {
    relation: RelationId,
    rows: Rows,
    by: ColumnSet,
    keeps: Kept,
    key: &'a [Source],
    checks: &'a [RowCheck],
    take: &'a [(usize, Slot)],
}

impl Atom<'_> {
    fn expand(
        &self,
        context: Context<'_>,
        stage: &Stage,
        window: Option<(usize, usize)>,
        input: &Batch,
        frame: &mut Frame,
        scratch: &mut Scratch,
    ) -> bool {
        let relation = context.database.relation(self.relation);
        let mut range = context.rows(self.relation, self.rows);
        if let Some((start, end)) = window
            && self.by.is_empty()
        {
            range = range.start.max(start)..range.end.min(end);
        }
        let Frame { batch, cursor } = frame;
        if cursor.at >= input.len || range.is_empty() {
            return false;
        }
        if self.by.is_empty() {
            if input.len == 1 && self.checks.is_empty() {
                self.copy(relation, range, stage, input, batch, cursor);
                return true;
            }
            self.scan(range, input, cursor);
        } else if relation.len() <= FEW {
            self.search(relation, range, input, cursor);
        } else {
            let index = self.prepare(relation, range, input, cursor, scratch);
            if let Some(window) = window {
                cursor.cut(window);
            }
            if index.kept() == Kept::Words {
                self.join(index, stage, input, batch, cursor);
                return true;
            }
            Self::look_up(index, input, cursor);
        }
        self.check(relation, input, cursor);
        batch.len = cursor.from.len();
        for slot in &stage.carry {
            let words = input.column(*slot);
            let column = batch.column_mut(*slot);
            column.clear();
            column.extend(cursor.from.iter().map(|&at| words[at as usize]));
        }
        for (stored, slot) in self.take {
            let words = relation.column(*stored);
            let column = batch.column_mut(*slot);
            column.clear();
            column.extend(cursor.rows.iter().map(|&row| words[row as usize]));
        }
        true
    }

    /// The rows themselves, when there is one binding and nothing to check.
    fn copy(
        &self,
        relation: &Relation,
        range: std::ops::Range<usize>,
        stage: &Stage,
        input: &Batch,
        batch: &mut Batch,
        cursor: &mut Cursor,
    ) {
        let start = range.start + cursor.offset;
        let end = range.end.min(start + BATCH);
        batch.len = end - start;
        for slot in &stage.carry {
            let word = input.column(*slot)[0];
            let column = batch.column_mut(*slot);
            column.clear();
            column.resize(end - start, word);
        }
        for (stored, slot) in self.take {
            let column = batch.column_mut(*slot);
            column.clear();
            column.extend_from_slice(&relation.column(*stored)[start..end]);
        }
        cursor.offset += end - start;
        if end == range.end {
            cursor.at = 1;
        }
    }

    /// Pairs of every binding with every row.
    fn scan(&self, range: std::ops::Range<usize>, input: &Batch, cursor: &mut Cursor) {
        cursor.from.clear();
        cursor.rows.clear();
        while cursor.at < input.len && cursor.rows.len() < BATCH {
            let start = range.start + cursor.offset;
            let end = range.end.min(start + BATCH - cursor.rows.len());
            cursor.from.resize(cursor.from.len() + end - start, cursor.at as u32);
            cursor.rows.extend(start as u32..end as u32);
            cursor.offset += end - start;
            if end == range.end {
                cursor.at += 1;
                cursor.offset = 0;
            }
        }
    }

    /// Pairs of each binding with its rows among few.
    fn search(
        &self,
        relation: &Relation,
        range: std::ops::Range<usize>,
        input: &Batch,
        cursor: &mut Cursor,
    ) {
        cursor.from.clear();
        cursor.rows.clear();
        while cursor.at < input.len && cursor.rows.len() < BATCH {
            for row in range.clone() {
                let same = self.by.columns().zip(self.key).all(|(column, source)| {
                    relation.word(row, column) == input.word(source, cursor.at)
                });
                if same {
                    cursor.from.push(cursor.at as u32);
                    cursor.rows.push(row as u32);
                }
            }
            cursor.at += 1;
        }
    }

    /// Finds the rows of each binding in the index.
    fn prepare<'r>(
        &self,
        relation: &'r Relation,
        range: std::ops::Range<usize>,
        input: &Batch,
        cursor: &mut Cursor,
        scratch: &mut Scratch,
    ) -> &'r Index {
        let words = (self.keeps == Kept::Words).then(|| relation.words_on(self.by, range.end));
        let index = words.flatten().unwrap_or_else(|| relation.index_on(self.by));
        if !cursor.ready {
            cursor.ready = true;
            let mut columns = [KeyColumn::Constant(Word(0)); ColumnSet::LIMIT];
            let columns = key_columns(input, self.key, &mut columns);
            relation.lists(
                index,
                self.by,
                range.end,
                columns,
                input.len,
                &mut scratch.keys,
                &mut cursor.lists,
            );
        }
        index
    }

    /// The words of a relation of two columns beside the keys, copied list by list: all that was
    /// asked for.
    fn join(
        &self,
        index: &Index,
        stage: &Stage,
        input: &Batch,
        batch: &mut Batch,
        cursor: &mut Cursor,
    ) {
        let &[(_, slot)] = self.take else { return };
        let mut taken = std::mem::take(batch.column_mut(slot));
        taken.clear();
        // Which binding each word belongs to, as runs.
        cursor.from.clear();
        cursor.rows.clear();
        while cursor.at < input.len && taken.len() < BATCH {
            let words = index.words(cursor.lists[cursor.at]);
            let rest = &words[cursor.offset..];
            let count = rest.len().min(BATCH - taken.len());
            if count > 0 {
                taken.extend(rest[..count].iter().map(|&word| Word(word)));
                cursor.from.push(cursor.at as u32);
                cursor.rows.push(count as u32);
            }
            if count == rest.len() {
                cursor.at += 1;
                cursor.offset = 0;
            } else {
                cursor.offset += count;
            }
        }
        batch.len = taken.len();
        *batch.column_mut(slot) = taken;
        for slot in &stage.carry {
            let words = input.column(*slot);
            let column = batch.column_mut(*slot);
            column.clear();
            for (&at, &count) in cursor.from.iter().zip(&cursor.rows) {
                let end = column.len() + count as usize;
                column.resize(end, words[at as usize]);
            }
        }
    }

    /// Pairs of each binding with its rows in the index.
    fn look_up(index: &Index, input: &Batch, cursor: &mut Cursor) {
        cursor.from.clear();
        cursor.rows.clear();
        while cursor.at < input.len && cursor.rows.len() < BATCH {
            let rows = index.rows(cursor.lists[cursor.at]);
            let rest = &rows[cursor.offset..];
            let taken = rest.len().min(BATCH - cursor.rows.len());
            cursor.rows.extend_from_slice(&rest[..taken]);
            cursor.from.resize(cursor.from.len() + taken, cursor.at as u32);
            if taken == rest.len() {
                cursor.at += 1;
                cursor.offset = 0;
            } else {
                cursor.offset += taken;
            }
        }
    }

    /// Drops the pairs that fail a check.
    fn check(&self, relation: &Relation, input: &Batch, cursor: &mut Cursor) {
        for check in self.checks {
            let mut kept = 0;
            for pair in 0..cursor.rows.len() {
                let (from, row) = (cursor.from[pair], cursor.rows[pair]);
                let holds = match check {
                    RowCheck::Word(column, source) => {
                        relation.word(row as usize, *column) == input.word(source, from as usize)
                    }
                    RowCheck::Same(one, other) => {
                        relation.word(row as usize, *one) == relation.word(row as usize, *other)
                    }
                };
                cursor.from[kept] = from;
                cursor.rows[kept] = row;
                kept += usize::from(holds);
            }
            cursor.from.truncate(kept);
            cursor.rows.truncate(kept);
        }
    }
}

/// The columns of a key, at most as many as a set has columns.
pub(super) fn key_columns<'a, 'b>(
    input: &'a Batch,
    key: &[Source],
    columns: &'b mut [KeyColumn<'a>; ColumnSet::LIMIT],
) -> &'b [KeyColumn<'a>] {
    for (column, source) in columns.iter_mut().zip(key) {
        *column = input.key(source);
    }
    &columns[..key.len().min(ColumnSet::LIMIT)]
}

struct Range<'a> {
    result: Slot,
    primitive: Primitive,
    from: &'a Expression,
    to: &'a Expression,
    step: &'a Option<Expression>,
    span: Span,
}

impl Range<'_> {
    fn expand(
        &self,
        stage: &Stage,
        input: &Batch,
        frame: &mut Frame,
        computing: &mut Computing<'_, '_>,
    ) -> bool {
        let Frame { batch, cursor } = frame;
        if cursor.at >= input.len {
            return false;
        }
        cursor.from.clear();
        let mut results = std::mem::take(batch.column_mut(self.result));
        results.clear();
        while cursor.at < input.len && results.len() < BATCH {
            let number = self.number(input, cursor, computing);
            match number.and_then(|number| computing.symbols.intern(number)) {
                Some(word) => {
                    results.push(word);
                    cursor.from.push(cursor.at as u32);
                    cursor.offset += 1;
                }
                None => {
                    cursor.at += 1;
                    cursor.offset = 0;
                }
            }
        }
        batch.len = results.len();
        *batch.column_mut(self.result) = results;
        for slot in &stage.carry {
            let words = input.column(*slot);
            let column = batch.column_mut(*slot);
            column.clear();
            column.extend(cursor.from.iter().map(|&at| words[at as usize]));
        }
        true
    }

    /// The number at the cursor's offset in the range of its binding, if the range is that long.
    fn number(
        &self,
        input: &Batch,
        cursor: &Cursor,
        computing: &mut Computing<'_, '_>,
    ) -> Option<Value> {
        let interner = computing.symbols.read();
        let notes = &mut computing.ledger.notes;
        let mut compute = |expression| value(expression, input, cursor.at, interner, notes);
        let (from, to) = (compute(self.from)?, compute(self.to)?);
        let step = match self.step {
            Some(step) => Some(compute(step)?),
            None => None,
        };
        let stuck = cursor.offset == 0 && step.as_ref().is_some_and(Value::is_zero);
        let offset = cursor.offset;
        let number = match self.primitive {
            Primitive::Float => float_at(from.float(), to.float(), step.map(|s| s.float()), offset)
                .map(Value::Float),
            Primitive::Unsigned => {
                let signed = |value: &Value| i128::from(value.unsigned());
                // A step that counts down is written as its two's complement.
                let step = step.map(|step| i128::from(step.unsigned() as i64));
                integer_at(signed(&from), signed(&to), step, offset)
                    .map(|number| Value::Unsigned(number as u64))
            }
            _ => {
                let signed = |value: &Value| i128::from(value.number());
                integer_at(signed(&from), signed(&to), step.as_ref().map(signed), offset)
                    .map(|number| Value::Number(number as i64))
            }
        };
        // A range from a number to itself has none, whatever its step.
        if stuck && number.is_some() {
            notes.add(Note::ZeroStep, self.span);
        }
        number
    }
}

/// The values of a range, one after the other: what evaluation computes by the batch, for
/// explanations. All arguments are numbers of the kind given.
pub fn range(
    primitive: Primitive,
    from: &Constant,
    to: &Constant,
    step: Option<&Constant>,
) -> Box<dyn Iterator<Item = Constant>> {
    let integer = |value: &Constant| match value {
        Constant::Number(number) => i128::from(*number),
        Constant::Unsigned(number) => i128::from(*number),
        _ => 0,
    };
    let float = |value: &Constant| match value {
        Constant::Float(number) => *number,
        _ => 0.0,
    };
    if primitive == Primitive::Float {
        let (from, to, step) = (float(from), float(to), step.map(float));
        let values = (0..).map_while(move |offset| float_at(from, to, step, offset));
        return Box::new(values.map(Constant::Float));
    }
    let (from, to) = (integer(from), integer(to));
    if primitive == Primitive::Unsigned {
        // A step that counts down is written as its two's complement.
        let step = step.map(|step| i128::from(integer(step) as i64));
        let values = (0..).map_while(move |offset| integer_at(from, to, step, offset));
        return Box::new(values.map(|number| Constant::Unsigned(number as u64)));
    }
    let step = step.map(integer);
    let values = (0..).map_while(move |offset| integer_at(from, to, step, offset));
    Box::new(values.map(|number| Constant::Number(number as i64)))
}

fn integer_at(from: i128, to: i128, step: Option<i128>, offset: usize) -> Option<i128> {
    let step = step.unwrap_or(if from <= to { 1 } else { -1 });
    let number = from + step * offset as i128;
    let inside = match step {
        0 => offset == 0 && from != to,
        1.. => number < to,
        _ => number > to,
    };
    inside.then_some(number)
}

fn float_at(from: f64, to: f64, step: Option<f64>, offset: usize) -> Option<f64> {
    let step = step.unwrap_or(if from <= to { 1.0 } else { -1.0 });
    let number = from + step * offset as f64;
    let inside = if step > 0.0 {
        number < to
    } else if step < 0.0 {
        number > to
    } else {
        offset == 0 && from != to
    };
    inside.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_counts_up_or_down_and_leaves_its_end_out() {
        let all = |from, to, step| -> Vec<i128> {
            (0..).map_while(|offset| integer_at(from, to, step, offset)).collect()
        };
        assert_eq!(all(1, 4, None), [1, 2, 3]);
        assert_eq!(all(3, 0, None), [3, 2, 1]);
        assert_eq!(all(0, 5, Some(2)), [0, 2, 4]);
        assert_eq!(all(5, 0, Some(-3)), [5, 2]);
        assert_eq!(all(0, 5, Some(-1)), [] as [i128; 0]);
        assert_eq!(all(0, 5, Some(0)), [0]);
    }
}
