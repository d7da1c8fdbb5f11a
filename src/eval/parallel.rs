//! One rule on several threads.
//!
//! The rows of the rule's first scan are cut into windows. Workers run the pipeline over a window
//! each and drop what the head's relation has already; then this thread stores what they found, in
//! the order of the windows, so that the rows come out as one thread would have made them. Only
//! rules that make no new words take part, and only where the scan is long enough to pay for the
//! threads. Threads end with their window: nobody waits in a loop.

use super::batch::Output;
use super::limits::StopReason;
use super::machine::{Bounds, Context, Ledger, Machine};
use super::value::Symbols;
use super::{Evaluator, Run};
use crate::plan::{Expand, RulePlan};
use crate::store::{Database, KeyColumn};
use crate::value::RelationId;

/// Scans shorter than this stay on one thread.
const LONG: usize = 50_000;

/// The rows of a window.
const WINDOW: usize = 32_768;

/// Workers with their buffers.
#[derive(Debug, Default)]
pub(super) struct Crew {
    workers: Vec<Worker>,
}

#[derive(Debug, Default)]
struct Worker {
    machine: Machine,
    output: Output,
    ledger: Ledger,
    keys: Vec<u64>,
    keep: Vec<u32>,
    concluded: usize,
}

/// The rows of the first scan, if they should be shared out.
pub(super) fn windows(
    run: &Run<'_, '_>,
    bounds: &[Bounds],
    rule: &RulePlan,
) -> Option<std::ops::Range<usize>> {
    if run.threads < 2 || rule.creates || rule.head.is_helper() {
        return None;
    }
    let Expand::Rows { relation, rows, by, .. } = &rule.pipeline.stages.first()?.expand else {
        return None;
    };
    let context = Context { database: run.database, bounds, window: None, limits: &run.limits };
    let range = context.rows(*relation, *rows);
    (by.is_empty() && range.len() >= LONG).then_some(range)
}

impl Evaluator<'_> {
    /// Runs a rule on several threads.
    pub(super) fn together(
        &mut self,
        run: &mut Run<'_, '_>,
        rule: &RulePlan,
        rows: std::ops::Range<usize>,
    ) -> Result<(), StopReason> {
        let Evaluator { crew, keys, bounds, ledger, .. } = self;
        crew.workers.resize_with(run.threads, Worker::default);
        let window = WINDOW.min(rows.len().div_ceil(run.threads));
        let mut start = rows.start;
        while start < rows.end {
            let context =
                Context { database: run.database, bounds, window: None, limits: &run.limits };
            let interner = &*run.interner;
            let mut busy = 0;
            let results: Vec<Result<(), StopReason>> = std::thread::scope(|scope| {
                let mut handles = Vec::with_capacity(run.threads);
                for worker in &mut crew.workers {
                    if start >= rows.end {
                        break;
                    }
                    let end = rows.end.min(start + window);
                    let context = Context { window: Some((start, end)), ..context };
                    handles.push(scope.spawn(move || worker.run(context, rule, interner)));
                    start = end;
                    busy += 1;
                }
                let join = |handle: std::thread::ScopedJoinHandle<'_, _>| {
                    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                handles.into_iter().map(join).collect()
            });
            for (worker, result) in crew.workers.iter_mut().take(busy).zip(results) {
                ledger.notes.absorb(&mut worker.ledger.notes);
                result?;
                run.report.concluded += worker.concluded - worker.output.len;
                run.store(rule, &worker.output, keys)?;
            }
        }
        Ok(())
    }
}

impl Worker {
    /// Runs a rule over a window; what is new is then in `output`.
    fn run(
        &mut self,
        context: Context<'_>,
        rule: &RulePlan,
        interner: &crate::value::Interner,
    ) -> Result<(), StopReason> {
        let Worker { machine, output, ledger, keys, keep, concluded } = self;
        output.begin(rule.head_arity());
        *concluded = 0;
        ledger.patterns.clear();
        machine.begin(&rule.pipeline, rule.aggregates);
        let mut symbols = Symbols::Fixed(interner);
        let mut clean = 0;
        machine.resume(context, &rule.pipeline, &mut symbols, ledger, |batch, _, _| {
            *concluded += batch.len;
            output.emit(batch, &rule.emit);
            if Machine::full(output.len - clean) {
                clean = sift(context.database, rule.head, output, clean, keys, keep);
            }
            false
        })?;
        sift(context.database, rule.head, output, clean, keys, keep);
        Ok(())
    }
}

/// Drops the tuples from `start` on that a relation has already; returns how many are left.
fn sift(
    database: &Database,
    head: RelationId,
    output: &mut Output,
    start: usize,
    keys: &mut Vec<u64>,
    keep: &mut Vec<u32>,
) -> usize {
    let relation = database.relation(head);
    let count = output.len - start;
    let tuples: Vec<KeyColumn<'_>> =
        output.columns.iter().map(|column| KeyColumn::Words(&column[start..])).collect();
    if tuples.is_empty() || relation.is_empty() {
        return output.len;
    }
    keep.clear();
    relation.contains_each(&tuples, count, keys, |at, found| {
        if !found {
            keep.push(at as u32);
        }
    });
    for column in &mut output.columns {
        for (to, &from) in keep.iter().enumerate() {
            column[start + to] = column[start + from as usize];
        }
        column.truncate(start + keep.len());
    }
    output.len = start + keep.len();
    output.len
}
