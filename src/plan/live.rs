//! Which slots are needed where: a pass from the end of a pipeline to its start.

use super::lower::Planned;
use super::{Expand, Expression, Operation, Pipeline, RowCheck, Slot, Source, Stage, Step};

/// Cuts a planned body into stages and notes for each step the slots that are needed after it.
/// `wanted` are needed at the end.
pub(super) fn pipeline(
    planned: Vec<Planned>,
    slots: usize,
    wanted: Vec<Slot>,
    exact: bool,
) -> Pipeline {
    let mut needed = vec![false; slots];
    for slot in wanted {
        needed[slot.index()] = true;
    }
    let mut pipeline = Pipeline { slots, exact, ..Pipeline::default() };
    let mut then: Vec<Step> = Vec::new();
    for planned in planned.into_iter().rev() {
        match planned {
            Planned::Narrow(operation) => {
                defines(&operation, &mut needed);
                let keep = listed(&needed);
                uses(&operation, &mut |slot| needed[slot.index()] = true);
                then.push(Step { operation, keep });
            }
            Planned::Expand(mut expand) => {
                match &mut expand {
                    Expand::Rows { take, .. } => {
                        take.retain(|(_, slot)| needed[slot.index()]);
                        for (_, slot) in take.iter() {
                            needed[slot.index()] = false;
                        }
                    }
                    Expand::Range { result, .. } => needed[result.index()] = false,
                }
                let carry = listed(&needed);
                expand_uses(&expand, &mut |slot| needed[slot.index()] = true);
                then.reverse();
                pipeline.stages.push(Stage { expand, carry, then: std::mem::take(&mut then) });
            }
        }
    }
    then.reverse();
    pipeline.first = then;
    pipeline.stages.reverse();
    pipeline
}

fn listed(needed: &[bool]) -> Vec<Slot> {
    (0..needed.len() as u32).map(Slot).filter(|slot| needed[slot.index()]).collect()
}

fn defines(operation: &Operation, needed: &mut [bool]) {
    match operation {
        Operation::Let(slot, _) => needed[slot.index()] = false,
        Operation::Aggregate(aggregate) => needed[aggregate.result.index()] = false,
        _ => {}
    }
}

fn uses(operation: &Operation, see: &mut dyn FnMut(Slot)) {
    match operation {
        Operation::Check { key, .. } => key.iter().for_each(|source| source.slots(see)),
        Operation::Compare(_, _, left, right) => {
            left.slots(see);
            right.slots(see);
        }
        Operation::Test { arguments, .. } => {
            arguments.iter().for_each(|argument| argument.slots(see));
        }
        Operation::Let(_, expression) => expression.slots(see),
        Operation::Aggregate(aggregate) => aggregate.group.iter().for_each(|slot| see(*slot)),
        Operation::Never => {}
    }
}

fn expand_uses(expand: &Expand, see: &mut dyn FnMut(Slot)) {
    match expand {
        Expand::Rows { key, checks, .. } => {
            key.iter().for_each(|source| source.slots(see));
            for check in checks {
                if let RowCheck::Word(_, source) = check {
                    source.slots(see);
                }
            }
        }
        Expand::Range { from, to, step, .. } => {
            from.slots(see);
            to.slots(see);
            if let Some(step) = step {
                step.slots(see);
            }
        }
    }
}

impl Source {
    fn slots(&self, see: &mut dyn FnMut(Slot)) {
        if let Source::Slot(slot) = self {
            see(*slot);
        }
    }
}

impl Expression {
    /// Every slot it reads.
    pub(super) fn slots(&self, see: &mut dyn FnMut(Slot)) {
        match self {
            Expression::Slot(slot, _) => see(*slot),
            Expression::Constant(..) => {}
            Expression::Call { arguments, .. } => {
                arguments.iter().for_each(|argument| argument.slots(see));
            }
        }
    }
}
