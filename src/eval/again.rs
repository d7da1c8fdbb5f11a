//! Evaluation over what an earlier evaluation made of other facts: only the strata that a difference
//! reaches run again, and where one of them comes out as it was, the difference goes no further.
//!
//! What is kept has the rounds it was made in, and a tuple must stay younger than what it follows
//! from. So each stratum has a stretch of rounds of its own, whatever the strata before it took.

use std::time::Instant;

use crate::plan::StratumPlan;
use crate::store::Database;
use crate::value::Interner;

use super::{Evaluator, Listener, Options, Report, StopReason, Stopped};

/// How many rounds a stratum has to itself.
const ROUNDS: u32 = 1 << 12;

/// Where the rounds of a stratum begin.
pub(super) fn first_round(stratum: usize) -> u32 {
    let stratum = u32::try_from(stratum).unwrap_or(u32::MAX);
    stratum.saturating_mul(ROUNDS).min(u32::MAX / 2)
}

impl Evaluator<'_> {
    /// Gives each stratum a stretch of rounds of its own, so that [`Evaluator::again`] can go on from
    /// what is made.
    pub fn spaced(mut self) -> Self {
        self.spaced = true;
        self
    }

    /// Whether what this evaluator made can be gone on from: every stratum kept to its stretch.
    pub fn is_even(&self) -> bool {
        self.spaced && !self.overran
    }

    /// Evaluates strata, given what they came to before. `changed` says which relations that no rule
    /// concludes differ from `old`; the database has them as they are now. Afterwards it says of all
    /// relations whether they differ.
    ///
    /// Both databases stand on the same base, words mean the same in both, and `old` is frozen.
    #[allow(clippy::too_many_arguments, reason = "those of a run, and what was before")]
    pub fn again(
        &mut self,
        strata: impl IntoIterator<Item = usize>,
        old: &Database,
        changed: &mut [bool],
        database: &mut Database,
        interner: &mut Interner,
        options: &Options<'_>,
        listener: &mut dyn Listener,
    ) -> Result<Report, Stopped> {
        let (plan, started) = (self.plan, Instant::now());
        let mut report = Report::default();
        for at in strata {
            let Some(stratum) = plan.strata.get(at) else { continue };
            if !reaches(stratum, changed) {
                stratum.relations.iter().for_each(|id| database.share(*id, old));
                continue;
            }
            let left = Options {
                time: options.time.map(|time| time.saturating_sub(started.elapsed())),
                tuples: options.tuples.map(|most| most.saturating_sub(report.derived)),
                ..options.clone()
            };
            match self.run([at], database, interner, &left, listener) {
                Ok(done) => report.absorb(done),
                Err(mut stopped) => {
                    report.absorb(stopped.report);
                    stopped.report = report;
                    // The limit that was given, not what was left of it.
                    match (&mut stopped.reason, options.time, options.tuples) {
                        (StopReason::Time(time), Some(given), _) => *time = given,
                        (StopReason::Tuples(most), _, Some(given)) => *most = given,
                        _ => {}
                    }
                    return Err(stopped);
                }
            }
            for &id in &stratum.relations {
                let (new, before) = (database.relation(id), old.relation(id));
                let same = new.same_rows(before);
                let keep = same && new.same_rounds(before);
                changed[id.index()] = !same;
                if keep {
                    database.share(id, old);
                }
            }
        }
        Ok(report)
    }
}

impl Report {
    fn absorb(&mut self, other: Report) {
        self.rounds += other.rounds;
        self.concluded += other.concluded;
        self.derived += other.derived;
        self.warnings.extend(other.warnings);
    }
}

/// Whether a difference reaches a stratum.
fn reaches(stratum: &StratumPlan, changed: &[bool]) -> bool {
    let mut relations = stratum.reads.iter().chain(&stratum.relations);
    relations.any(|id| changed.get(id.index()).is_some_and(|changed| *changed))
}
