//! Strata whose relations do not take everything in: `choice-domain` and subsumption.
//!
//! Rounds are as elsewhere, but what a round concludes is gathered first. Of candidates for a key
//! the least tuple is chosen, by value and not by who came first, so that the order of clauses, of
//! conditions and of threads does not matter. Then what a tuple makes superfluous is taken out,
//! before any rule sees it: the next round starts from what is left.

use rustc_hash::FxHashSet;

use super::batch::Output;
use super::limits::StopReason;
use super::machine::{Bounds, Context, Machine, Progress};
use super::value::Symbols;
use super::{Evaluator, Run};
use crate::plan::{ChoicePlan, RulePlan, StratumPlan};
use crate::value::{Constant, Interner, Primitive, RelationId, Word, compare_tuples};

/// A tuple.
type Tuple = Vec<Word>;

/// What a round has concluded for a relation that chooses.
struct Candidates<'p> {
    choice: &'p ChoicePlan,
    tuples: Vec<Tuple>,
    /// For each key, its values that are taken.
    taken: Vec<FxHashSet<Tuple>>,
}

impl<'p> Candidates<'p> {
    fn new(choice: &'p ChoicePlan) -> Self {
        let taken = choice.keys.iter().map(|_| FxHashSet::default()).collect();
        Candidates { choice, tuples: Vec::new(), taken }
    }

    /// Chooses of the tuples those whose keys are free, in order.
    fn choose(&mut self) -> FxHashSet<Tuple> {
        let mut chosen = FxHashSet::default();
        for tuple in self.tuples.drain(..) {
            let keys = self.choice.keys.iter();
            let keys: Vec<Tuple> =
                keys.map(|columns| columns.iter().map(|column| tuple[*column]).collect()).collect();
            if keys.iter().zip(&self.taken).any(|(key, taken)| taken.contains(key)) {
                continue;
            }
            for (key, taken) in keys.into_iter().zip(&mut self.taken) {
                taken.insert(key);
            }
            chosen.insert(tuple);
        }
        chosen
    }
}

/// Puts tuples in the order of their values.
fn sort(tuples: &mut Vec<Tuple>, kinds: &[Primitive], interner: &Interner) {
    let values = |tuple: &Tuple| -> Vec<Constant> {
        tuple.iter().zip(kinds).map(|(word, kind)| interner.constant(*word, *kind)).collect()
    };
    let mut keyed: Vec<(Vec<Constant>, Tuple)> =
        tuples.drain(..).map(|tuple| (values(&tuple), tuple)).collect();
    keyed.sort_by(|a, b| compare_tuples(&a.0, &b.0));
    tuples.extend(keyed.into_iter().map(|(_, tuple)| tuple));
    tuples.dedup();
}

impl Evaluator<'_> {
    /// Evaluates a stratum in which relations choose or tuples go.
    pub(super) fn guarded(
        &mut self,
        run: &mut Run<'_, '_>,
        stratum: &StratumPlan,
    ) -> Result<(), StopReason> {
        let mut all: Vec<Candidates<'_>> = stratum.choices.iter().map(Candidates::new).collect();
        for candidates in &mut all {
            self.choose_facts(run, candidates);
        }
        self.bounds.clear();
        let start = |&relation| Bounds { relation, old: 0, all: 0 };
        let start: Vec<Bounds> = stratum.relations.iter().map(start).collect();
        run.begin_round();
        for rule in &stratum.once {
            self.guarded_rule(run, rule, &mut all)?;
        }
        self.settle(run, &mut all)?;
        self.bounds = start;
        self.prune(run, stratum)?;
        for round in 0.. {
            for bounds in &mut self.bounds {
                bounds.old = bounds.all;
                bounds.all = run.database.relation(bounds.relation).len();
            }
            let enough = |&(relation, size)| run.database.relation(relation).len() >= size;
            if self.bounds.iter().all(|bounds| bounds.old == bounds.all)
                || stratum.enough.iter().any(enough)
            {
                break;
            }
            if round >= run.rounds {
                return Err(StopReason::Rounds(run.rounds));
            }
            run.begin_round();
            refresh(run, stratum);
            for rule in &stratum.repeated {
                self.guarded_rule(run, rule, &mut all)?;
            }
            self.settle(run, &mut all)?;
            self.prune(run, stratum)?;
        }
        self.bounds.clear();
        for &relation in &stratum.relations {
            run.database.complete(relation);
        }
        Ok(())
    }

    /// Chooses among the facts that are there, as if they were the first round.
    fn choose_facts(&mut self, run: &mut Run<'_, '_>, candidates: &mut Candidates<'_>) {
        let relation = candidates.choice.relation;
        candidates.tuples = run.database.relation(relation).rows().collect();
        sort(&mut candidates.tuples, self.plan.kinds(relation), run.interner);
        let chosen = candidates.choose();
        run.database.retain(relation, |tuple| chosen.contains(tuple));
    }

    fn guarded_rule(
        &mut self,
        run: &mut Run<'_, '_>,
        rule: &RulePlan,
        all: &mut [Candidates<'_>],
    ) -> Result<(), StopReason> {
        if !run.can_fire(rule) {
            return Ok(());
        }
        match all.iter_mut().find(|it| it.choice.relation == rule.head) {
            None => self.rule(run, rule),
            Some(candidates) => {
                run.listener.rule(rule.rule);
                let before = candidates.tuples.len();
                self.gather(run, rule, &mut candidates.tuples)?;
                let concluded = candidates.tuples.len() - before;
                run.report.concluded += concluded;
                run.listener.ran(rule.rule, concluded, 0);
                Ok(())
            }
        }
    }

    /// Runs a rule and keeps what it concludes out of its relation.
    fn gather(
        &mut self,
        run: &mut Run<'_, '_>,
        rule: &RulePlan,
        into: &mut Vec<Tuple>,
    ) -> Result<(), StopReason> {
        let Evaluator { machine, output, ledger, bounds, .. } = self;
        machine.begin(&rule.pipeline, rule.aggregates);
        loop {
            output.begin(rule.emit.len());
            let context =
                Context { database: run.database, bounds, window: None, limits: &run.limits };
            let mut symbols = Symbols::Grow(run.interner, run.memory);
            let progress =
                machine.resume(context, &rule.pipeline, &mut symbols, ledger, |batch, _, _| {
                    output.emit(batch, &rule.emit);
                    Machine::full(output.len)
                })?;
            let taken = output.len;
            take(output, into);
            run.check_memory(taken)?;
            if progress == Progress::Done {
                return Ok(());
            }
        }
    }

    /// Moves what was chosen into its relation.
    fn settle(
        &mut self,
        run: &mut Run<'_, '_>,
        all: &mut [Candidates<'_>],
    ) -> Result<(), StopReason> {
        for candidates in all {
            let relation = candidates.choice.relation;
            sort(&mut candidates.tuples, self.plan.kinds(relation), run.interner);
            let order = candidates.tuples.clone();
            let chosen = candidates.choose();
            let order: Vec<&Tuple> = order.iter().filter(|it| chosen.contains(*it)).collect();
            let arity = self.plan.kinds(relation).len();
            let column = |at: usize| order.iter().map(|tuple| tuple[at]).collect();
            let columns: Vec<Vec<Word>> = (0..arity).map(column).collect();
            let keys = &mut self.keys;
            let new = run.database.insert_batch(relation, &columns, order.len(), keys);
            run.report.derived += new;
            run.check_memory(new)?;
            run.limits.check_tuples(run.report.derived)?;
        }
        Ok(())
    }

    /// Takes out what new tuples make superfluous and what makes new tuples superfluous.
    fn prune(&mut self, run: &mut Run<'_, '_>, stratum: &StratumPlan) -> Result<(), StopReason> {
        if stratum.prunes.is_empty() {
            return Ok(());
        }
        refresh(run, stratum);
        let before: Vec<usize> = self.bounds.iter().map(|bounds| bounds.all).collect();
        for bounds in &mut self.bounds {
            bounds.old = bounds.all;
            bounds.all = run.database.relation(bounds.relation).len();
        }
        let mut pairs: Vec<(RelationId, Vec<Tuple>)> = Vec::new();
        for rule in &stratum.prunes {
            let mut found = Vec::new();
            if run.can_fire(rule) {
                self.gather(run, rule, &mut found)?;
            }
            match pairs.iter_mut().find(|(relation, _)| *relation == rule.head) {
                Some((_, all)) => all.append(&mut found),
                None => pairs.push((rule.head, found)),
            }
        }
        for (bounds, before) in self.bounds.iter_mut().zip(before) {
            bounds.all = before;
        }
        for (relation, mut pairs) in pairs {
            let kinds = self.plan.kinds(relation);
            let arity = kinds.len();
            sort(&mut pairs, &[kinds, kinds].concat(), run.interner);
            // A tuple that is gone makes nothing superfluous: of two that do so to each other one
            // is left.
            let mut gone: FxHashSet<&[Word]> = FxHashSet::default();
            for pair in &pairs {
                let (less, greater) = pair.split_at(arity);
                if less != greater && !gone.contains(greater) {
                    gone.insert(less);
                }
            }
            let Some(bounds) = self.bounds.iter_mut().find(|it| it.relation == relation) else {
                continue;
            };
            let (mut row, mut left) = (0, 0);
            run.database.retain(relation, |tuple| {
                let keep = !gone.contains(tuple);
                left += usize::from(keep && row < bounds.all);
                row += 1;
                keep
            });
            bounds.all = left;
        }
        Ok(())
    }
}

/// Makes indices on the stratum cover what is new.
fn refresh(run: &mut Run<'_, '_>, stratum: &StratumPlan) {
    for &(relation, columns, kept) in &stratum.growing {
        run.database.refresh_index(relation, columns, kept);
    }
}

/// Takes tuples over from an output.
fn take(output: &Output, into: &mut Vec<Tuple>) {
    for at in 0..output.len {
        into.push(output.columns.iter().map(|column| column[at]).collect());
    }
}
