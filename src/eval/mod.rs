//! Plan and database to a larger database. Makes no choices and knows of no explanations.
//!
//! Evaluation goes through the strata of a [`Plan`] in order. The rules of a stratum that do not
//! read it run once. If others do, rounds follow: each runs every such rule on the rows that the
//! round before made, until nothing is new (semi-naive evaluation). Negations and aggregates read
//! earlier strata only, so what they saw stays true.
//!
//! **Batches.** A rule's pipeline moves about a thousand bindings from step to step, a column of
//! words for each variable. What it costs to follow the plan is paid once a batch, and the loops
//! over columns are plain. See `machine` for how a run can pause, `expand` for joins.
//!
//! **Order.** Tuples enter their relation in the order in which the rule's first scan meets them,
//! with one thread or several, so that rows, rounds and words are the same in every run.
//!
//! **Distinct.** Where a head tells the whole solution, because it has all variables or because what came
//! in order has a key (see [`Determined`](crate::plan::Determined)), tuples are taken over without asking
//! whether they are there.
//!
//! **Helpers.** A part of a recursive body that the plan has cut off is a relation like others while its
//! stratum runs. Helpers are brought up to date at the start of a round, from what the round before
//! made, so that a round concludes what it would without them and nobody sees them afterwards.
//!
//! **Stopping.** Limits are checked once a batch. A run that stops early leaves whole rows with
//! right rounds behind; the strata it finished are complete, and running again goes on from there.

mod again;
mod aggregate;
mod batch;
mod expand;
mod functor;
mod guarded;
mod limits;
mod machine;
mod narrow;
mod parallel;
mod profile;
mod value;

pub use expand::range;
pub use functor::{apply, compare, test};
pub use limits::{Limits, Options, StopReason};
pub use profile::{Profile, Profiler, RelationProfile, RuleProfile};
pub use value::{Note, Warning};

use batch::Output;
use machine::{Bounds, Context, Ledger, Machine, Progress};
use parallel::Crew;
use value::Symbols;

use crate::plan::{Plan, RulePlan, StratumPlan};
use crate::store::Database;
use crate::value::{Interner, RelationId, RuleId};

/// Told what evaluation does, as it does it.
pub trait Listener {
    /// A stratum begins.
    fn stratum(&mut self, _stratum: usize) {}
    /// A round begins.
    fn round(&mut self, _round: u32) {}
    /// A rule begins to run.
    fn rule(&mut self, _rule: RuleId) {}
    /// Tuples came in while a rule runs: how many rules have made so far in this run.
    fn stored(&mut self, _derived: usize) {}
    /// The rule that began last has run: how many tuples it concluded, and how many were new.
    fn ran(&mut self, _rule: RuleId, _concluded: usize, _new: usize) {}
}

/// A listener that does not care.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Listener for Silent {}

/// What a run did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// How many rounds were run.
    pub rounds: u32,
    /// How many tuples rules concluded, those known already included.
    pub concluded: usize,
    /// How many of them were new.
    pub derived: usize,
    /// What went wrong with values, by place.
    pub warnings: Vec<Warning>,
}

/// Evaluation stopped before it was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stopped {
    /// Why.
    pub reason: StopReason,
    /// In which stratum.
    pub stratum: usize,
    /// What was done until then.
    pub report: Report,
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Work around a run of the engine stops too, and derives nothing.
        match self.report.derived {
            0 => write!(formatter, "{}", self.reason),
            derived => write!(formatter, "{}, after {derived} derived tuples", self.reason),
        }
    }
}

impl std::error::Error for Stopped {}

/// Evaluates all strata of a plan.
pub fn evaluate(
    plan: &Plan,
    database: &mut Database,
    interner: &mut Interner,
    options: &Options<'_>,
) -> Result<Report, Stopped> {
    Evaluator::new(plan).run(0..plan.strata.len(), database, interner, options, &mut Silent)
}

/// Evaluates strata of one plan, again and again; its buffers are reused.
#[derive(Debug)]
pub struct Evaluator<'p> {
    plan: &'p Plan,
    machine: Machine,
    output: Output,
    keys: Vec<u64>,
    ledger: Ledger,
    bounds: Vec<Bounds>,
    crew: Crew,
    /// The relations that were empty when their stratum began.
    empty: Vec<RelationId>,
    /// Whether each stratum has a stretch of rounds of its own.
    spaced: bool,
    /// Whether a stratum took more rounds than its stretch has.
    overran: bool,
}

/// The parts of a run that stay the same.
struct Run<'a, 'o> {
    database: &'a mut Database,
    interner: &'a mut Interner,
    limits: Limits<'o>,
    threads: usize,
    rounds: u32,
    memory: usize,
    /// What was stored since the memory was measured last.
    unmeasured: usize,
    listener: &'a mut dyn Listener,
    report: Report,
}

impl<'p> Evaluator<'p> {
    /// An evaluator of a plan.
    pub fn new(plan: &'p Plan) -> Self {
        Evaluator {
            plan,
            machine: Machine::default(),
            output: Output::default(),
            keys: Vec::new(),
            ledger: Ledger::default(),
            bounds: Vec::new(),
            crew: Crew::default(),
            empty: Vec::new(),
            spaced: false,
            overran: false,
        }
    }

    /// Evaluates the given strata, which must be in order; what they read below must be there.
    /// Their relations are complete afterwards.
    pub fn run(
        &mut self,
        strata: impl IntoIterator<Item = usize>,
        database: &mut Database,
        interner: &mut Interner,
        options: &Options<'_>,
        listener: &mut dyn Listener,
    ) -> Result<Report, Stopped> {
        let mut run = Run {
            database,
            interner,
            limits: Limits::start(options),
            threads: options.threads.max(1),
            rounds: options.rounds.unwrap_or(u32::MAX),
            memory: options.memory.unwrap_or(usize::MAX),
            unmeasured: 0,
            listener,
            report: Report::default(),
        };
        self.ledger.patterns.clear();
        let plan = self.plan;
        for at in strata {
            let Some(stratum) = plan.strata.get(at) else { continue };
            run.listener.stratum(at);
            if self.spaced {
                run.database.rounds_from(again::first_round(at));
            }
            let done = self.stratum(&mut run, stratum);
            if let Err(reason) = done {
                run.report.warnings = self.ledger.notes.take();
                return Err(Stopped { reason, stratum: at, report: run.report });
            }
            self.overran |= run.database.round() > again::first_round(at + 1);
        }
        run.report.warnings = self.ledger.notes.take();
        Ok(run.report)
    }

    fn stratum(&mut self, run: &mut Run<'_, '_>, stratum: &StratumPlan) -> Result<(), StopReason> {
        self.empty.clear();
        if !stratum.choices.is_empty() || !stratum.prunes.is_empty() {
            return self.guarded(run, stratum);
        }
        self.bounds.clear();
        let is_empty = |relation: &RelationId| run.database.relation(*relation).is_empty();
        self.empty.extend(stratum.relations.iter().copied().filter(is_empty));
        if stratum.once.iter().any(|rule| run.can_fire(rule)) {
            run.begin_round();
            for rule in &stratum.once {
                if run.can_fire(rule) {
                    self.rule(run, rule)?;
                }
            }
        }
        if !stratum.repeated.is_empty() {
            run.database.set_helpers(&stratum.helpers);
            let done = self.rounds(run, stratum);
            run.database.set_helpers(&[]);
            done?;
        }
        for &relation in &stratum.relations {
            run.database.complete(relation);
        }
        Ok(())
    }

    fn rounds(&mut self, run: &mut Run<'_, '_>, stratum: &StratumPlan) -> Result<(), StopReason> {
        let start = |&relation| Bounds { relation, old: 0, all: 0 };
        self.bounds.extend(stratum.relations.iter().map(start));
        let own = self.bounds.len();
        let helpers: Vec<_> = (0..stratum.helpers.len()).map(RelationId::helper).collect();
        self.bounds.extend(helpers.iter().map(start));
        for round in 0.. {
            run.advance(&mut self.bounds[..own]);
            if self.bounds[..own].iter().all(|bounds| bounds.old == bounds.all) {
                break;
            }
            let enough = |&(relation, size)| run.database.relation(relation).len() >= size;
            if stratum.enough.iter().any(enough) {
                break;
            }
            if round >= run.rounds {
                return Err(StopReason::Rounds(run.rounds));
            }
            run.begin_round();
            for &(relation, columns, kept) in &stratum.growing {
                run.database.refresh_index(relation, columns, kept);
            }
            self.fresh(run, &stratum.prepare)?;
            run.advance(&mut self.bounds[own..]);
            for &(relation, columns, kept) in stratum.growing.iter().filter(|it| it.0.is_helper()) {
                run.database.refresh_index(relation, columns, kept);
            }
            self.fresh(run, &stratum.repeated)?;
        }
        self.bounds.clear();
        Ok(())
    }

    /// Runs the rules whose delta has rows.
    fn fresh(&mut self, run: &mut Run<'_, '_>, rules: &[RulePlan]) -> Result<(), StopReason> {
        for rule in rules {
            let fresh = self
                .bounds
                .iter()
                .any(|bounds| Some(bounds.relation) == rule.delta && bounds.old < bounds.all);
            if fresh && run.can_fire(rule) {
                self.rule(run, rule)?;
            }
        }
        Ok(())
    }

    fn rule(&mut self, run: &mut Run<'_, '_>, rule: &RulePlan) -> Result<(), StopReason> {
        run.listener.rule(rule.rule);
        let (concluded, derived) = (run.report.concluded, run.report.derived);
        let done = match parallel::windows(run, &self.bounds, rule, &self.empty) {
            Some(windows) => self.together(run, rule, &windows),
            None => self.alone(run, rule, None),
        };
        self.machine.forget();
        let concluded = run.report.concluded - concluded;
        run.listener.ran(rule.rule, concluded, run.report.derived - derived);
        done
    }

    /// Runs a rule on this thread, over all rows of its first scan or those of a window.
    fn alone(
        &mut self,
        run: &mut Run<'_, '_>,
        rule: &RulePlan,
        window: Option<(usize, usize)>,
    ) -> Result<(), StopReason> {
        let Evaluator { machine, output, keys, ledger, bounds, empty, .. } = self;
        machine.begin(&rule.pipeline, rule.aggregates);
        let (mut first, mut loose) = (true, false);
        loop {
            output.begin(rule.head_arity());
            let context = Context { database: run.database, bounds, window, limits: &run.limits };
            let mut symbols = Symbols::Grow(run.interner, run.memory);
            let progress =
                machine.resume(context, &rule.pipeline, &mut symbols, ledger, |batch, _, _| {
                    output.emit(batch, &rule.emit);
                    Machine::full(output.len)
                })?;
            if first && !rule.emit.is_empty() {
                let many = output.len >= LOOSE || run.database.relation(rule.head).is_loose();
                loose = many && run.differ(rule, empty);
            }
            match loose {
                true => run.append(rule, output)?,
                false => run.store(rule, output, keys)?,
            }
            if progress == Progress::Done {
                return Ok(());
            }
            first = false;
        }
    }
}

/// The memory is measured when so many tuples were stored: that goes over all relations.
const MEASURED: usize = 1_024;

/// Fewer tuples than this are taken in one by one though they are known to differ: a table that is
/// made later costs more than it saves.
const LOOSE: usize = 256;

impl RulePlan {
    fn head_arity(&self) -> usize {
        self.emit.len()
    }
}

impl Run<'_, '_> {
    /// Whether a rule's positive atoms have rows at all.
    fn can_fire(&self, rule: &RulePlan) -> bool {
        rule.needs.iter().all(|&relation| !self.database.relation(relation).is_empty())
    }

    /// Lets what came in since be the delta.
    fn advance(&self, bounds: &mut [Bounds]) {
        for bounds in bounds {
            bounds.old = bounds.all;
            bounds.all = self.database.relation(bounds.relation).len();
        }
    }

    fn begin_round(&mut self) {
        let round = self.database.begin_round();
        self.report.rounds += 1;
        self.listener.round(round);
    }

    /// Whether what a rule is about to conclude is known to differ from each other and from what is
    /// there: its head tells its solution, and the relation is empty or was filled by rules that
    /// conclude something else. Helpers are no relations of the program, and have a table always.
    fn differ(&self, rule: &RulePlan, empty: &[RelationId]) -> bool {
        if rule.head.is_helper() {
            return false;
        }
        let head = self.database.relation(rule.head);
        let others = head.is_empty() || rule.apart && head.is_loose() && empty.contains(&rule.head);
        let key = |relation: RelationId| self.database.relation(relation).leading_key();
        others && rule.distinct.as_ref().is_some_and(|it| it.holds(key))
    }

    /// Moves tuples into the relation of a rule's head.
    fn store(
        &mut self,
        rule: &RulePlan,
        output: &Output,
        keys: &mut Vec<u64>,
    ) -> Result<(), StopReason> {
        if output.len == 0 {
            return Ok(());
        }
        let new = self.database.insert_batch(rule.head, &output.columns, output.len, keys);
        // What helpers hold is no conclusion of the program's.
        if !rule.head.is_helper() {
            self.report.concluded += output.len;
            self.report.derived += new;
        }
        self.listener.stored(self.report.derived);
        self.check_memory(output.len)?;
        self.limits.check_tuples(self.report.derived)
    }

    /// As [`Run::store`], for tuples that are known to differ.
    fn append(&mut self, rule: &RulePlan, output: &Output) -> Result<(), StopReason> {
        self.report.concluded += output.len;
        self.report.derived += output.len;
        self.database.append(rule.head, &output.columns, output.len);
        self.listener.stored(self.report.derived);
        self.check_memory(output.len)?;
        self.limits.check_tuples(self.report.derived)
    }

    /// Measures the memory when enough came in that it can have grown.
    fn check_memory(&mut self, stored: usize) -> Result<(), StopReason> {
        let limit = self.memory;
        self.unmeasured += stored + MEASURED / 64;
        if limit == usize::MAX || self.unmeasured < MEASURED {
            return Ok(());
        }
        self.unmeasured = 0;
        if self.database.memory() + self.interner.memory() > limit {
            return Err(StopReason::Memory(limit));
        }
        Ok(())
    }
}

#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod tests;
