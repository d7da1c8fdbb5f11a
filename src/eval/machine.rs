//! One pipeline, run in pieces.
//!
//! A frame stands for a stage: the batch the stage has made and how far it is through its input,
//! the batch of the frame before. The machine fills the deepest frame it can, goes deeper while
//! there are bindings, and back when a stage has used up its input. Between two steps it holds no
//! reference into the database, so the run can pause when enough tuples have come out, the caller
//! stores them, and the run goes on.

use super::aggregate::AggregateState;
use super::batch::{BATCH, Batch};
use super::expand::{self, Cursor};
use super::limits::{Limits, StopReason};
use super::narrow;
use super::value::{Notes, Patterns, Symbols};
use crate::plan::{Pipeline, Rows};
use crate::store::{Database, RowList};
use crate::value::RelationId;
use std::ops::Range;

/// What a pipeline reads besides its batches.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) database: &'a Database,
    /// The relations that grow in this stratum.
    pub(super) bounds: &'a [Bounds],
    /// The part of the first stage's scan that is to be run.
    pub(super) window: Option<(usize, usize)>,
    pub(super) limits: &'a Limits<'a>,
}

/// How far a growing relation is: rows before `old` have met each other, those before `all` are
/// to meet them in this round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) relation: RelationId,
    pub(super) old: usize,
    pub(super) all: usize,
}

impl Context<'_> {
    /// The rows of a relation that an atom reads.
    pub(super) fn rows(&self, relation: RelationId, rows: Rows) -> Range<usize> {
        match self.bounds.iter().find(|bounds| bounds.relation == relation) {
            None => 0..self.database.relation(relation).len(),
            Some(bounds) => match rows {
                Rows::All => 0..bounds.all,
                Rows::Delta => bounds.old..bounds.all,
                Rows::Old => 0..bounds.old,
            },
        }
    }
}

/// What a stage has made and how far it is.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) batch: Batch,
    pub(super) cursor: Cursor,
}

/// Buffers that steps need for a moment.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) keys: Vec<u64>,
    pub(super) lists: Vec<RowList>,
    pub(super) chosen: Vec<u32>,
}

/// What a run keeps beside its batches: warnings, compiled patterns.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) notes: Notes,
    pub(super) patterns: Patterns,
}

/// Runs pipelines; its buffers are used again from one to the next.
#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) root: Batch,
    frames: Vec<Frame>,
    depth: usize,
    fresh: bool,
    pub(super) scratch: Scratch,
    /// The results of the rule's aggregates, by their numbers.
    pub(super) aggregates: Vec<AggregateState>,
    /// Runs the pipelines of aggregates.
    nested: Option<Box<Machine>>,
}

/// Whether a run has more to give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Progress {
    /// It paused because the sink is full.
    Paused,
    /// It is done.
    Done,
}

impl Machine {
    /// Sets it to the start of a pipeline whose input is one binding of nothing.
    pub(super) fn begin(&mut self, pipeline: &Pipeline, aggregates: usize) {
        self.root.reserve(pipeline.slots);
        self.root.len = 1;
        if aggregates > 0 {
            self.forget();
        }
        self.restart(pipeline);
    }

    /// Drops the results of the last rule's aggregates.
    pub(super) fn forget(&mut self) {
        self.aggregates.iter_mut().for_each(AggregateState::clear);
        if let Some(nested) = &mut self.nested {
            nested.forget();
        }
    }

    /// Sets it to the start of a pipeline whose input is in `root`.
    pub(super) fn restart(&mut self, pipeline: &Pipeline) {
        if self.frames.len() < pipeline.stages.len() {
            self.frames.resize_with(pipeline.stages.len(), Frame::default);
        }
        self.depth = 0;
        self.fresh = true;
    }

    /// Runs on until the pipeline is done or `sink`, which gets each batch of solutions, says that
    /// it is full.
    pub(super) fn resume(
        &mut self,
        context: Context<'_>,
        pipeline: &Pipeline,
        symbols: &mut Symbols<'_>,
        ledger: &mut Ledger,
        mut sink: impl FnMut(&Batch, &mut Symbols<'_>, &mut Ledger) -> bool,
    ) -> Result<Progress, StopReason> {
        let Machine { root, frames, depth, fresh, scratch, aggregates, nested } = self;
        if *fresh {
            *fresh = false;
            let mut run = narrow::Run { context, symbols, ledger, scratch, aggregates, nested };
            run.steps(&pipeline.first, root, pipeline.exact)?;
            if root.len == 0 {
                return Ok(Progress::Done);
            }
            if let Some(frame) = frames.first_mut() {
                frame.cursor.reset();
            }
            if pipeline.stages.is_empty() {
                sink(root, symbols, ledger);
                return Ok(Progress::Done);
            }
        }
        let last = pipeline.stages.len();
        loop {
            context.limits.check()?;
            if *depth >= last {
                *depth = last - 1;
                if sink(&frames[last - 1].batch, symbols, ledger) {
                    return Ok(Progress::Paused);
                }
                continue;
            }
            let stage = &pipeline.stages[*depth];
            let (before, after) = frames.split_at_mut(*depth);
            let input = before.last().map_or(&*root, |frame| &frame.batch);
            let frame = &mut after[0];
            frame.batch.reserve(pipeline.slots);
            let window = if *depth == 0 { context.window } else { None };
            let more = {
                let mut computing = expand::Computing { symbols, ledger };
                expand::stage(context, stage, window, input, frame, scratch, &mut computing)
            };
            if !more {
                if *depth == 0 {
                    return Ok(Progress::Done);
                }
                *depth -= 1;
                continue;
            }
            if !pipeline.exact && stage.carry.is_empty() && !stage.expand.gives() {
                // All solutions are the same one.
                frame.batch.len = frame.batch.len.min(1);
                if frame.batch.len == 1 {
                    frame.cursor.finish();
                }
            }
            let mut run = narrow::Run { context, symbols, ledger, scratch, aggregates, nested };
            run.steps(&stage.then, &mut frame.batch, pipeline.exact)?;
            if frame.batch.len > 0 {
                *depth += 1;
                if let Some(next) = frames.get_mut(*depth) {
                    next.cursor.reset();
                }
            }
        }
    }

    /// Whether a sink with so many tuples should be emptied.
    pub(super) fn full(tuples: usize) -> bool {
        tuples >= 16 * BATCH
    }
}
