//! Steps that keep, drop or complete the bindings of a batch.

use super::aggregate::AggregateState;
use super::batch::Batch;
use super::expand::{FEW, key_columns};
use super::limits::StopReason;
use super::machine::{Context, Ledger, Machine, Scratch};
use super::value::{Note, Symbols, Value, value};
use crate::plan::{Expression, Operation, Rows, Slot, Source, Step};
use crate::store::{ColumnSet, KeyColumn, Relation};
use crate::syntax::operators::{Comparison, Test};
use crate::value::{Interner, Primitive, RelationId, WIDE, Word};

/// A run of steps and what they may use.
pub(super) struct Run<'a, 'c, 's> {
    pub(super) context: Context<'c>,
    pub(super) symbols: &'a mut Symbols<'s>,
    pub(super) ledger: &'a mut Ledger,
    pub(super) scratch: &'a mut Scratch,
    pub(super) aggregates: &'a mut Vec<AggregateState>,
    pub(super) nested: &'a mut Option<Box<Machine>>,
}

impl Run<'_, '_, '_> {
    /// Applies steps in order. Where solutions need not be `exact`, bindings of nothing are one.
    pub(super) fn steps(
        &mut self,
        steps: &[Step],
        batch: &mut Batch,
        exact: bool,
    ) -> Result<(), StopReason> {
        for step in steps {
            if batch.len == 0 {
                return Ok(());
            }
            let mut chosen = std::mem::take(&mut self.scratch.chosen);
            chosen.clear();
            let done = self.operation(&step.operation, batch, &mut chosen);
            let done = done.and_then(|()| self.symbols.check());
            if done.is_ok() {
                batch.choose(&chosen, &step.keep);
                if let Operation::Let(slot, _) = &step.operation {
                    batch.column_mut(*slot).truncate(chosen.len());
                } else if !exact && step.keep.is_empty() && !step.operation.gives() {
                    batch.len = batch.len.min(1);
                }
            }
            self.scratch.chosen = chosen;
            done?;
        }
        Ok(())
    }

    /// Puts the numbers of the bindings that stay into `chosen`.
    fn operation(
        &mut self,
        operation: &Operation,
        batch: &mut Batch,
        chosen: &mut Vec<u32>,
    ) -> Result<(), StopReason> {
        match operation {
            Operation::Check { relation, rows, columns, key, negated } => {
                let check =
                    Check { relation: *relation, rows: *rows, columns, key, negated: *negated };
                check.run(self.context, batch, self.scratch, chosen);
            }
            Operation::Compare(comparison, primitive, left, right) => {
                let sides = Sides { comparison: *comparison, primitive: *primitive, left, right };
                sides.run(batch, self.symbols.read(), self.ledger, chosen);
            }
            Operation::Test { test, arguments: [first, second], negated, span } => {
                let interner = self.symbols.read();
                let Ledger { notes, patterns } = self.ledger;
                for at in 0..batch.len {
                    let (Some(first), Some(second)) = (
                        value(first, batch, at, interner, notes),
                        value(second, batch, at, interner, notes),
                    ) else {
                        continue;
                    };
                    let text = second.text(interner);
                    let holds = match test {
                        Test::Contains => Some(text.contains(first.text(interner))),
                        Test::Match => patterns.matches(&first, text, interner),
                    };
                    match holds {
                        Some(holds) if holds != *negated => chosen.push(at as u32),
                        Some(_) => {}
                        None => notes.add(Note::InvalidPattern, *span),
                    }
                }
            }
            Operation::Let(slot, expression) => self.compute(*slot, expression, batch, chosen),
            Operation::Aggregate(plan) => {
                let Run { context, symbols, ledger, aggregates, nested, .. } = self;
                while aggregates.len() <= plan.number {
                    aggregates.push(AggregateState::default());
                }
                let machine = nested.get_or_insert_default();
                let state = &mut aggregates[plan.number];
                state.step(*context, plan, batch, machine, symbols, ledger, chosen)?;
            }
            Operation::Never => {}
        }
        Ok(())
    }

    fn compute(
        &mut self,
        slot: Slot,
        expression: &Expression,
        batch: &mut Batch,
        chosen: &mut Vec<u32>,
    ) {
        let mut words = std::mem::take(batch.column_mut(slot));
        words.clear();
        match expression {
            Expression::Constant(word, _) => words.resize(batch.len, *word),
            Expression::Slot(from, _) => words.extend_from_slice(&batch.column(*from)[..batch.len]),
            Expression::Call { .. } => {
                for at in 0..batch.len {
                    let computed =
                        value(expression, batch, at, self.symbols.read(), &mut self.ledger.notes);
                    if let Some(word) = computed.and_then(|value| self.symbols.intern(value)) {
                        words.push(word);
                        chosen.push(at as u32);
                    }
                }
            }
        }
        if !matches!(expression, Expression::Call { .. }) {
            chosen.extend(0..batch.len as u32);
        }
        *batch.column_mut(slot) = words;
    }
}

impl Operation {
    /// Whether it binds a slot.
    fn gives(&self) -> bool {
        matches!(self, Operation::Let(..) | Operation::Aggregate(_))
    }
}

struct Check<'a> {
    relation: RelationId,
    rows: Rows,
    columns: &'a [usize],
    key: &'a [Source],
    negated: bool,
}

impl Check<'_> {
    fn run(
        &self,
        context: Context<'_>,
        batch: &Batch,
        scratch: &mut Scratch,
        chosen: &mut Vec<u32>,
    ) {
        let relation = context.database.relation(self.relation);
        let range = context.rows(self.relation, self.rows);
        if range.is_empty() || self.columns.is_empty() {
            if range.is_empty() == self.negated {
                chosen.extend(0..batch.len as u32);
            }
            return;
        }
        // Column numbers ascend, so the last one tells whether a set can hold them all.
        let indexable = self.columns.last().is_some_and(|&last| last < ColumnSet::LIMIT);
        if relation.len() <= FEW || !indexable {
            self.search(relation, range, batch, chosen);
            return;
        }
        let mut columns = [KeyColumn::Constant(Word(0)); ColumnSet::LIMIT];
        let key = key_columns(batch, self.key, &mut columns);
        let Scratch { keys, lists, .. } = scratch;
        // A relation that grows in this round has rows that are not to be seen yet.
        if self.columns.len() == relation.arity() && range.end == relation.len() {
            relation.contains_each(key, batch.len, keys, |at, found| {
                if found != self.negated {
                    chosen.push(at as u32);
                }
            });
            return;
        }
        let by: ColumnSet = self.columns.iter().copied().collect();
        // Of a relation that is not to be seen whole, the rows before one are asked for.
        let whole = range.end == relation.len();
        let index = if whole { relation.any_index_on(by) } else { relation.index_on(by) };
        relation.lists(index, by, range.end, key, batch.len, keys, lists);
        for (at, list) in lists.iter().enumerate() {
            if list.is_empty() == self.negated {
                chosen.push(at as u32);
            }
        }
    }

    fn search(
        &self,
        relation: &Relation,
        range: std::ops::Range<usize>,
        batch: &Batch,
        chosen: &mut Vec<u32>,
    ) {
        for at in 0..batch.len {
            let found = range.clone().any(|row| {
                self.columns
                    .iter()
                    .zip(self.key)
                    .all(|(column, source)| relation.word(row, *column) == batch.word(source, at))
            });
            if found != self.negated {
                chosen.push(at as u32);
            }
        }
    }
}

struct Sides<'a> {
    comparison: Comparison,
    primitive: Primitive,
    left: &'a Expression,
    right: &'a Expression,
}

impl Sides<'_> {
    fn run(&self, batch: &Batch, interner: &Interner, ledger: &mut Ledger, chosen: &mut Vec<u32>) {
        let equality = matches!(self.comparison, Comparison::Equal | Comparison::NotEqual);
        let integer = matches!(self.primitive, Primitive::Number | Primitive::Unsigned);
        let (left, right) = (plain(self.left, batch), plain(self.right, batch));
        for at in 0..batch.len {
            // Equal values have equal words; small integers are their own words.
            if let (Some(left), Some(right)) = (left, right) {
                let (left, right) = (left.word(at), right.word(at));
                if equality || integer && (left.0 | right.0) & WIDE == 0 {
                    if self.comparison.holds(left.cmp(&right)) {
                        chosen.push(at as u32);
                    }
                    continue;
                }
            }
            let notes = &mut ledger.notes;
            let (Some(left), Some(right)) = (
                value(self.left, batch, at, interner, notes),
                value(self.right, batch, at, interner, notes),
            ) else {
                continue;
            };
            if self.holds(&left, &right, interner) {
                chosen.push(at as u32);
            }
        }
    }

    fn holds(&self, left: &Value, right: &Value, interner: &Interner) -> bool {
        self.comparison.holds(left.compare(right, interner))
    }
}

/// The words of an expression that needs no computing.
fn plain<'a>(expression: &Expression, batch: &'a Batch) -> Option<KeyColumn<'a>> {
    match expression {
        Expression::Slot(slot, _) => Some(KeyColumn::Words(batch.column(*slot))),
        Expression::Constant(word, _) => Some(KeyColumn::Constant(*word)),
        Expression::Call { .. } => None,
    }
}

impl Comparison {
    /// Whether it holds of two values that compare like this.
    fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Equal => ordering.is_eq(),
            Comparison::NotEqual => ordering.is_ne(),
            Comparison::Less => ordering.is_lt(),
            Comparison::LessOrEqual => ordering.is_le(),
            Comparison::Greater => ordering.is_gt(),
            Comparison::GreaterOrEqual => ordering.is_ge(),
        }
    }
}
