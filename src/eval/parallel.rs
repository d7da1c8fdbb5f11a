//! One rule on several threads.
//!
//! The rows of the rule's first scan, or those that its first atom finds by constants, are cut into
//! windows. Workers take the next window as soon as they are done with one, run the pipeline over it,
//! and drop what the head's relation has already and what they have found before; then this thread stores
//! what is left, in the order of the windows, so that the rows come out as one thread would have made
//! them: the first window with a tuple is the first of its worker's that has it. Nothing is shared but
//! what nobody changes, and there is no lock.
//!
//! Only rules that make no new words take part, and only where so much is to be concluded that it pays
//! for the threads, as far as the indices tell. Where the head's tuples are bits, or may yet
//! be, setting one is less than what a worker does to find out that it should be set: such rules stay on
//! one thread. Threads end with the rule: nobody waits in a loop.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::batch::Output;
use super::expand::looked_up;
use super::limits::StopReason;
use super::machine::{Bounds, Context, Ledger, Machine};
use super::value::Symbols;
use super::{Evaluator, Run};
use crate::plan::{Expand, RulePlan};
use crate::store::{KeyColumn, KeyTable, Relation, pack};
use crate::value::RelationId;

/// Rules that are about to conclude less than this stay on one thread.
const MUCH: usize = 40_000;

/// About so much is to be concluded from one window.
const WINDOW: usize = 32_768;

/// After so many windows a thread, what was found is stored.
const TURNS: usize = 32;

/// Where windows give as many times what they should, the rule goes on alone: what workers have found
/// takes room, and no limit sees it before it is stored.
const SKEWED: usize = 4;

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
    /// Where in the output what each window gave ends.
    ends: Vec<(usize, usize)>,
    /// The keys of what is in the output.
    found: KeyTable,
}

/// The rows of a rule's first scan or look up that are shared out, and how many of them make a window.
pub(super) struct Windows {
    rows: Range<usize>,
    size: usize,
    /// Whether what is concluded is known to differ.
    differ: bool,
}

impl Windows {
    fn window(&self, number: usize) -> Option<(usize, usize)> {
        let start = self.rows.start.saturating_add(number.saturating_mul(self.size));
        (start < self.rows.end).then(|| (start, self.rows.end.min(start + self.size)))
    }
}

/// The windows of a rule, if it should be shared out.
pub(super) fn windows(
    run: &Run<'_, '_>,
    bounds: &[Bounds],
    rule: &RulePlan,
    empty: &[RelationId],
) -> Option<Windows> {
    if run.threads < 2 || rule.creates || rule.emit.is_empty() {
        return None;
    }
    let (first, others) = rule.pipeline.stages.split_first()?;
    let Expand::Rows { relation, rows, by, .. } = &first.expand else { return None };
    let context = Context { database: run.database, bounds, window: None, limits: &run.limits };
    let rows = match by.is_empty() {
        true => context.rows(*relation, *rows),
        false => 0..looked_up(context, &first.expand)?,
    };
    if rows.len() < run.threads * 2 {
        return None;
    }
    let mut each = 1.0;
    for stage in others {
        let Expand::Rows { relation, by, .. } = &stage.expand else { return None };
        let relation = run.database.relation(*relation);
        each *= match by.is_empty() {
            true => relation.len() as f64,
            false => relation.mean_matches(*by),
        };
    }
    let much = rows.len() as f64 * each;
    let size = (WINDOW as f64 / each.max(1.0)).max(1.0) as usize;
    let size = size.min(rows.len().div_ceil(run.threads * 2));
    if much < MUCH as f64 {
        return None;
    }
    let differ = run.differ(rule, empty);
    let may_be_bits = !differ && run.database.relation(rule.head).may_be_bits();
    (!may_be_bits).then_some(Windows { rows, size, differ })
}

/// How many tuples workers may have found before they are stored.
struct Room {
    most: usize,
    taken: AtomicUsize,
}

impl Room {
    /// Takes so much, or gives it back: then it is as much less than nothing.
    fn take(&self, tuples: usize) {
        self.taken.fetch_add(tuples, Ordering::Relaxed);
    }

    fn is_full(&self) -> bool {
        self.taken.load(Ordering::Relaxed) > self.most
    }
}

/// The room of a turn: what its windows should give, a few times, as far as the limits go.
fn room(run: &Run<'_, '_>, rule: &RulePlan) -> usize {
    let bytes = run.memory.saturating_sub(run.database.memory() + run.interner.memory());
    let tuples = run.limits.tuples_left(run.report.derived);
    let most = SKEWED * TURNS * run.threads * WINDOW;
    most.min(bytes / (16 * rule.head_arity().max(1))).min(tuples.saturating_add(WINDOW))
}

impl Evaluator<'_> {
    /// Runs a rule on several threads.
    pub(super) fn together(
        &mut self,
        run: &mut Run<'_, '_>,
        rule: &RulePlan,
        windows: &Windows,
    ) -> Result<(), StopReason> {
        let differ = windows.differ;
        let Evaluator { crew, keys, bounds, ledger, .. } = self;
        crew.workers.resize_with(run.threads, Worker::new);
        let (mut from, all) = (0, windows.rows.len().div_ceil(windows.size));
        while from < all {
            let until = all.min(from + TURNS * run.threads);
            let context =
                Context { database: run.database, bounds, window: None, limits: &run.limits };
            let interner = &*run.interner;
            let next = AtomicUsize::new(from);
            let room = Room { most: room(run, rule), taken: AtomicUsize::new(0) };
            let work = |worker: &mut Worker| {
                worker.begin(rule);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let window = windows.window(number).filter(|_| number < until);
                    let Some(window) = window.filter(|_| !room.is_full()) else { return Ok(()) };
                    let context = Context { window: Some(window), ..context };
                    worker.run(context, rule, interner, differ, &room)?;
                    worker.ends.push((number, worker.output.len));
                }
            };
            let Some((own, others)) = crew.workers.split_first_mut() else { return Ok(()) };
            let results: Vec<Result<(), StopReason>> = std::thread::scope(|scope| {
                let work = &work;
                let handles: Vec<_> =
                    others.iter_mut().map(|worker| scope.spawn(move || work(worker))).collect();
                let own = work(own);
                let join = |handle: std::thread::ScopedJoinHandle<'_, _>| {
                    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                std::iter::once(own).chain(handles.into_iter().map(join)).collect()
            });
            if room.is_full() {
                // Nothing of this turn is stored: this thread does it anew, and looks at the limits.
                crew.workers.clear();
                results.into_iter().collect::<Result<(), StopReason>>()?;
                let start = windows.rows.start + from * windows.size;
                return self.alone(run, rule, Some((start, windows.rows.end)));
            }
            for worker in &mut crew.workers {
                ledger.notes.absorb(&mut worker.ledger.notes);
            }
            results.into_iter().collect::<Result<(), StopReason>>()?;
            let mut stretches: Vec<(usize, usize, Range<usize>)> = Vec::new();
            for (at, worker) in crew.workers.iter().enumerate() {
                if !rule.head.is_helper() {
                    run.report.concluded += worker.concluded - worker.output.len;
                }
                let mut start = 0;
                for &(number, end) in &worker.ends {
                    stretches.push((number, at, start..end));
                    start = end;
                }
            }
            stretches.sort_unstable_by_key(|(number, ..)| *number);
            for (_, at, stretch) in stretches {
                if let Some(worker) = crew.workers.get(at) {
                    let part = worker.output.part(stretch);
                    match differ {
                        true => run.append(rule, &part)?,
                        false => run.store(rule, &part, keys)?,
                    }
                }
            }
            from = until;
        }
        Ok(())
    }
}

impl Worker {
    fn new() -> Self {
        Worker { found: KeyTable::of_keys(), ..Worker::default() }
    }

    fn begin(&mut self, rule: &RulePlan) {
        self.output.begin(rule.head_arity());
        self.ledger.patterns.clear();
        self.ends.clear();
        self.found.clear();
        self.concluded = 0;
    }

    /// Runs a rule over a window; what is new is then in `output`, behind what was there.
    fn run(
        &mut self,
        context: Context<'_>,
        rule: &RulePlan,
        interner: &crate::value::Interner,
        differ: bool,
        room: &Room,
    ) -> Result<(), StopReason> {
        let Worker { machine, output, ledger, keys, keep, concluded, found, .. } = self;
        let head = context.database.relation(rule.head);
        machine.begin(&rule.pipeline, rule.aggregates);
        let mut symbols = Symbols::Fixed(interner);
        let mut clean = output.len;
        machine.resume(context, &rule.pipeline, &mut symbols, ledger, |batch, _, _| {
            *concluded += batch.len;
            let before = output.len;
            output.emit(batch, &rule.emit);
            if !differ && Machine::full(output.len - clean) {
                clean = sift(head, output, clean, keys, keep, found);
            }
            room.take(output.len.wrapping_sub(before));
            room.is_full()
        })?;
        if !differ {
            sift(head, output, clean, keys, keep, found);
        }
        Ok(())
    }
}

/// Drops the tuples from `start` on that a relation has already, and pairs and single words that were
/// found before; returns how many are left.
fn sift(
    relation: &Relation,
    output: &mut Output,
    start: usize,
    keys: &mut Vec<u64>,
    keep: &mut Vec<u32>,
    found: &mut KeyTable,
) -> usize {
    let tuples: Vec<KeyColumn<'_>> =
        output.columns.iter().map(|column| KeyColumn::Words(&column[start..])).collect();
    let count = output.len - start;
    keep.clear();
    if relation.is_empty() {
        keep.extend(0..count as u32);
    } else {
        relation.contains_each(&tuples, count, keys, |at, found| {
            if !found {
                keep.push(at as u32);
            }
        });
    }
    if tuples.len() <= 2 {
        pack(&tuples, count, keys);
        keep.retain(|&at| found.find_or_insert(keys[at as usize], 0, |_| true).is_none());
    }
    for column in &mut output.columns {
        for (to, &from) in keep.iter().enumerate() {
            column[start + to] = column[start + from as usize];
        }
        column.truncate(start + keep.len());
    }
    output.len = start + keep.len();
    output.len
}
