//! Aggregates, for many groups at once.
//!
//! The groups of a batch that have not been seen in this run of the rule go through the
//! aggregate's pipeline together, each with its number (its *lane*); every solution is counted for
//! its lane. Results are kept by group until the rule is done, unless no group comes twice.

use super::batch::{BATCH, Batch};
use super::limits::StopReason;
use super::machine::{Context, Ledger, Machine};
use super::value::{Symbols, Value, value};
use crate::plan::{AggregatePlan, Expression};
use crate::store::Relation;
use crate::syntax::operators::AggregateOperator;
use crate::value::{Primitive, WIDE, Word};

/// The groups that an aggregate has met in this run of its rule, and their results.
#[derive(Debug, Default)]
pub(super) struct AggregateState {
    groups: Relation,
    results: Vec<Option<Word>>,
    lanes: Vec<Accumulator>,
    /// The groups of a batch, a vector a column.
    tuples: Vec<Vec<Word>>,
    positions: Vec<u32>,
}

/// What is known of a group while its solutions come in.
#[derive(Clone, Debug, Default)]
struct Accumulator {
    count: u64,
    integer: i64,
    float: f64,
    best: Option<Value>,
}

impl AggregateState {
    /// Forgets all groups, and keeps memory for few.
    pub(super) fn clear(&mut self) {
        if self.groups.len() > BATCH {
            *self = Self::default();
        }
        self.groups.clear();
        self.results.clear();
    }

    /// Computes the aggregate for each binding of a batch; those without a value are not chosen.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn step(
        &mut self,
        context: Context<'_>,
        plan: &AggregatePlan,
        batch: &mut Batch,
        machine: &mut Machine,
        symbols: &mut Symbols<'_>,
        ledger: &mut Ledger,
        chosen: &mut Vec<u32>,
    ) -> Result<(), StopReason> {
        self.tuples.resize_with(plan.group.len(), Vec::new);
        for (column, slot) in self.tuples.iter_mut().zip(&plan.group) {
            column.clear();
            column.extend_from_slice(&batch.column(*slot)[..batch.len]);
        }
        if plan.apart {
            self.results.clear();
            self.positions.clear();
            self.positions.extend(0..batch.len as u32);
            Self::begin(plan, machine, batch.len, |column| &self.tuples[column]);
            self.evaluate(context, plan, batch.len, machine, symbols, ledger)?;
        } else {
            self.meet(context, plan, batch.len, machine, symbols, ledger)?;
        }
        let mut words = std::mem::take(batch.column_mut(plan.result));
        words.clear();
        for (at, &position) in self.positions.iter().enumerate() {
            if let Some(word) = self.results[position as usize] {
                words.push(word);
                chosen.push(at as u32);
            }
        }
        *batch.column_mut(plan.result) = words;
        Ok(())
    }

    /// Computes the aggregate for the groups of a batch that were not met before, and says where the
    /// result of each group is.
    fn meet(
        &mut self,
        context: Context<'_>,
        plan: &AggregatePlan,
        count: usize,
        machine: &mut Machine,
        symbols: &mut Symbols<'_>,
        ledger: &mut Ledger,
    ) -> Result<(), StopReason> {
        if self.groups.arity() != plan.group.len() {
            self.groups = Relation::numbered(plan.group.len());
            self.results.clear();
        }
        self.groups.positions(&self.tuples, count, &mut self.positions);
        while self.results.len() < self.groups.len() {
            let start = self.results.len();
            let end = self.groups.len().min(start + BATCH);
            let new = |column| &self.groups.column(column)[start..end];
            Self::begin(plan, machine, end - start, new);
            self.evaluate(context, plan, end - start, machine, symbols, ledger)?;
        }
        Ok(())
    }

    /// Hands so many groups to the machine; `words` are those of a column.
    fn begin<'a>(
        plan: &AggregatePlan,
        machine: &mut Machine,
        count: usize,
        words: impl Fn(usize) -> &'a [Word],
    ) {
        machine.root.reserve(plan.pipeline.slots);
        machine.root.len = count;
        for (column, slot) in plan.group.iter().enumerate() {
            let into = machine.root.column_mut(*slot);
            into.clear();
            into.extend_from_slice(words(column));
        }
    }

    /// Computes the aggregate for the groups that the machine was handed.
    fn evaluate(
        &mut self,
        context: Context<'_>,
        plan: &AggregatePlan,
        count: usize,
        machine: &mut Machine,
        symbols: &mut Symbols<'_>,
        ledger: &mut Ledger,
    ) -> Result<(), StopReason> {
        let lanes = machine.root.column_mut(plan.lane);
        lanes.clear();
        lanes.extend((0..count as u32).map(Word));
        self.lanes.clear();
        self.lanes.resize(count, Accumulator::default());
        machine.restart(&plan.pipeline);
        let context = Context { window: None, ..context };
        let accumulators = &mut self.lanes;
        machine.resume(context, &plan.pipeline, symbols, ledger, |batch, symbols, ledger| {
            accumulate(plan, batch, accumulators, symbols, ledger);
            false
        })?;
        for lane in &self.lanes {
            let result = lane.result(plan);
            self.results.push(result.and_then(|value| symbols.intern(value)));
        }
        Ok(())
    }
}

fn accumulate(
    plan: &AggregatePlan,
    batch: &Batch,
    lanes: &mut [Accumulator],
    symbols: &Symbols<'_>,
    ledger: &mut Ledger,
) {
    let interner = symbols.read();
    if let Some(words) = small(plan, batch) {
        for (lane, &word) in batch.column(plan.lane)[..batch.len].iter().zip(words) {
            lanes[lane.0 as usize].add(plan, word);
        }
        return;
    }
    for (at, lane) in batch.column(plan.lane)[..batch.len].iter().enumerate() {
        let lane = &mut lanes[lane.0 as usize];
        let Some(target) = &plan.target else {
            lane.count += 1;
            continue;
        };
        let Some(new) = value(target, batch, at, interner, &mut ledger.notes) else { continue };
        lane.count += 1;
        let better =
            |wanted| lane.best.as_ref().is_none_or(|best| new.compare(best, interner) == wanted);
        match plan.operator {
            AggregateOperator::Count => {}
            AggregateOperator::Sum => {
                lane.integer = lane.integer.wrapping_add(new.number());
                lane.float += new.float();
            }
            AggregateOperator::Mean => lane.float += new.float(),
            AggregateOperator::Minimum => {
                if better(std::cmp::Ordering::Less) {
                    lane.best = Some(new);
                }
            }
            AggregateOperator::Maximum => {
                if better(std::cmp::Ordering::Greater) {
                    lane.best = Some(new);
                }
            }
        }
    }
}

/// The words of what an aggregate sums or compares, if they are all numbers that are their own words.
fn small<'a>(plan: &AggregatePlan, batch: &'a Batch) -> Option<&'a [Word]> {
    let Some(Expression::Slot(slot, Primitive::Number | Primitive::Unsigned)) = &plan.target else {
        return None;
    };
    let words = &batch.column(*slot)[..batch.len];
    let plain = plan.operator != AggregateOperator::Mean;
    (plain && words.iter().all(|word| word.0 & WIDE == 0)).then_some(words)
}

impl Accumulator {
    /// Takes in a number that is its own word.
    fn add(&mut self, plan: &AggregatePlan, word: Word) {
        self.count += 1;
        let number = i64::from(word.0);
        let best = match &self.best {
            Some(Value::Number(best)) => Some(i128::from(*best)),
            Some(Value::Unsigned(best)) => Some(i128::from(*best)),
            _ => None,
        };
        let better = match plan.operator {
            AggregateOperator::Minimum => best.is_none_or(|best| i128::from(number) < best),
            AggregateOperator::Maximum => best.is_none_or(|best| i128::from(number) > best),
            AggregateOperator::Sum => {
                self.integer = self.integer.wrapping_add(number);
                false
            }
            AggregateOperator::Count | AggregateOperator::Mean => false,
        };
        if better {
            self.best = Some(match plan.primitive {
                Primitive::Unsigned => Value::Unsigned(u64::from(word.0)),
                _ => Value::Number(number),
            });
        }
    }

    fn result(&self, plan: &AggregatePlan) -> Option<Value> {
        match plan.operator {
            AggregateOperator::Count => Some(Value::Number(self.count as i64)),
            AggregateOperator::Sum => Some(match plan.primitive {
                Primitive::Float => Value::Float(self.float),
                Primitive::Unsigned => Value::Unsigned(self.integer as u64),
                _ => Value::Number(self.integer),
            }),
            AggregateOperator::Mean if self.count == 0 => None,
            AggregateOperator::Mean => Some(Value::Float(self.float / self.count as f64)),
            AggregateOperator::Minimum | AggregateOperator::Maximum => self.best.clone(),
        }
    }
}
