//! The sets of choices that may make a goal true, by size.
//!
//! Trying all sets of three among hundreds of choices takes minutes. Nearly all fail for a reason
//! that has to do with two or three choices only, so each failure is asked for its reason: a
//! [`Nogood`], which names the settings one of which every answer around the failed set has. The
//! search is a tree: from the empty set, a set that fails grows by each of its *ways out*, and only
//! by those. A set that a known nogood covers is not derived at all.
//!
//! Nothing is lost. Take an answer that is minimal. The empty set lies in it; and whenever a smaller
//! set lies in it, that set fails, since the answer is minimal, so some nogood covers it, so one of
//! its ways out is a setting of the answer, and the set grown by it lies in the answer too. After as
//! many steps as the answer has settings, the set is the answer. Sets around an answer are not
//! minimal and are left out.
//!
//! A set of the last size needs no reason, as it does not grow. It is asked for one only while many
//! others wait that the reason may rule out.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashSet;

use crate::eval::{StopReason, Stopped};
use crate::store::Database;

use super::achieve::{Search, subsets};
use super::choices::Setting;
use super::nogood::{Learner, Nogood};
use super::variants::stopped;

/// A reason for a set, and how many conditions were looked at for it.
type Learned = Result<(Nogood, usize), Stopped>;

/// How many sets are derived at once. Small where each one asks for a reason, as a reason often
/// covers the next sets.
const TOGETHER: usize = 32;

/// How many sets are derived at once where none needs a reason.
const MANY: usize = 2_048;

/// How many reasons are sought at once; results do not depend on the number of threads.
const REASONS: usize = 4;

/// In which worlds of a database, of so many, the goal holds.
pub type Holds<'t> = dyn Fn(&Database, usize) -> Vec<bool> + Sync + 't;

/// A search under way: the sets of one size, and what smaller sets taught.
pub struct Tree<'t, 'b> {
    learner: Learner<'t, 'b>,
    holds: &'t Holds<'t>,
    search: &'t Search<'t>,
    nogoods: Vec<Nogood>,
    answers: FxHashSet<Vec<Setting>>,
    /// The sets of the size searched last that do not reach the goal.
    failed: Vec<Vec<Setting>>,
    /// The sets of the size searched last that do.
    found: Vec<Vec<Setting>>,
    size: usize,
    tried: usize,
    /// How many conditions were looked at for reasons.
    looked: usize,
}

impl<'t, 'b> Tree<'t, 'b> {
    /// A search for a goal that does not hold as things are.
    pub fn new(
        learner: Learner<'t, 'b>,
        holds: &'t Holds<'t>,
        search: &'t Search<'t>,
    ) -> Result<Self, Stopped> {
        let (nogood, looked) = learner.learn(&[])?;
        Ok(Tree {
            learner,
            holds,
            search,
            nogoods: vec![nogood],
            answers: FxHashSet::default(),
            failed: vec![Vec::new()],
            found: Vec::new(),
            size: 0,
            tried: 0,
            looked,
        })
    }

    /// The choices of which every answer makes one.
    pub fn cut(&self) -> Vec<usize> {
        let mut cut: Vec<usize> =
            self.nogoods.iter().take(1).flat_map(|n| &n.held).map(|held| held.choice).collect();
        cut.sort_unstable();
        cut
    }

    /// The size searched last.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many sets were derived.
    pub fn tried(&self) -> usize {
        self.tried
    }

    /// The sets of the size searched last that reach the goal.
    pub fn found(&self) -> &[Vec<Setting>] {
        &self.found
    }

    /// Searches the next size. After an error, [`Tree::found`] gives what was found of it.
    pub fn level(&mut self) -> Result<(), Stopped> {
        let sets = self.grown();
        let size = self.size + 1;
        let last = size >= self.search.size;
        self.failed.clear();
        self.found.clear();
        let (mut at, mut together) = (0, TOGETHER);
        while at < sets.len() {
            (self.search.progress)(size, at, sets.len());
            let mut open = Vec::new();
            while at < sets.len() && open.len() < together {
                let set = &sets[at];
                at += 1;
                if self.covered(set) {
                    self.fail(set, last);
                } else {
                    open.push(set);
                }
            }
            let holds = self.derive(&open)?;
            self.tried += open.len();
            let mut missed = Vec::new();
            for (set, holds) in open.into_iter().zip(holds) {
                if holds {
                    self.answers.insert(set.clone());
                    self.found.push(set.clone());
                } else {
                    missed.push(set);
                }
            }
            if last {
                // One reason may rule out thousands; where it does not, derive more at once.
                let waiting = sets.len() - at;
                if waiting > together {
                    missed.truncate(REASONS);
                    together = (together * 2).min(MANY);
                } else {
                    missed.clear();
                    together = MANY;
                }
            }
            self.reasons(&missed)?;
            missed.into_iter().for_each(|set| self.fail(set, last));
        }
        self.size = size;
        Ok(())
    }

    fn covered(&self, set: &[Setting]) -> bool {
        self.nogoods.iter().any(|nogood| nogood.covers(set))
    }

    /// Keeps a set that failed if it may grow.
    fn fail(&mut self, set: &[Setting], last: bool) {
        if !last {
            self.failed.push(set.to_vec());
        }
    }

    /// The sets of the next size, in order.
    fn grown(&self) -> Vec<Vec<Setting>> {
        let options = self.learner.options;
        let mut sets: FxHashSet<Vec<Setting>> = FxHashSet::default();
        for set in &self.failed {
            let covering = self.nogoods.iter().filter(|nogood| nogood.covers(set));
            let Some(nogood) = covering.min_by_key(|n| n.ways_out(set, options).count()) else {
                debug_assert!(false, "a set failed and nobody knows why");
                continue;
            };
            for setting in nogood.ways_out(set, options) {
                let mut more = set.clone();
                more.push(setting);
                more.sort_unstable();
                if !self.has_answer(&more) {
                    sets.insert(more);
                }
            }
        }
        let mut sets: Vec<Vec<Setting>> = sets.into_iter().collect();
        sets.sort_unstable();
        sets
    }

    /// Whether a proper subset of a set is an answer.
    fn has_answer(&self, set: &[Setting]) -> bool {
        !self.answers.is_empty() && subsets(set).any(|subset| self.answers.contains(&subset))
    }

    /// Whether the goal holds, for each of some sets.
    fn derive(&self, sets: &[&Vec<Setting>]) -> Result<Vec<bool>, Stopped> {
        let Learner { base, choices, slice, .. } = self.learner;
        let blocks = base.derive(
            slice,
            sets.len(),
            false,
            &self.search.limits,
            &|at| choices.edit(base, sets[at]),
            &|database, _, range| (self.holds)(database, range.len()),
            &|_| (),
        )?;
        Ok(blocks.into_iter().flatten().collect())
    }

    /// Learns until every one of some sets is covered.
    fn reasons(&mut self, sets: &[&Vec<Setting>]) -> Result<(), Stopped> {
        let mut at = 0;
        while at < sets.len() {
            let mut open = Vec::new();
            while at < sets.len() && open.len() < REASONS {
                if !self.covered(sets[at]) {
                    open.push(sets[at]);
                }
                at += 1;
            }
            let learned = self.learn(&open)?;
            for (nogood, looked) in learned {
                self.looked += looked;
                if !self.nogoods.contains(&nogood) {
                    self.nogoods.push(nogood);
                }
            }
            if let Some(steps) = self.search.limits.steps.filter(|&steps| self.looked > steps) {
                return Err(stopped(StopReason::Steps(steps)));
            }
        }
        Ok(())
    }

    /// A reason for each of a few sets, found on several threads, and how many conditions were looked
    /// at for it.
    fn learn(&self, sets: &[&Vec<Setting>]) -> Result<Vec<(Nogood, usize)>, Stopped> {
        self.search.limits.check().map_err(stopped)?;
        let threads = self.search.limits.threads.clamp(1, sets.len().max(1));
        if threads == 1 {
            return sets.iter().map(|set| self.learner.learn(set)).collect();
        }
        let learned: Mutex<Vec<(usize, Learned)>> = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for first in 0..threads {
                let learned = &learned;
                scope.spawn(move || {
                    for (at, set) in sets.iter().enumerate().skip(first).step_by(threads) {
                        let nogood = self.learner.learn(set);
                        learned.lock().unwrap_or_else(PoisonError::into_inner).push((at, nogood));
                    }
                });
            }
        });
        let mut learned = learned.into_inner().unwrap_or_else(PoisonError::into_inner);
        learned.sort_by_key(|(at, _)| *at);
        learned.into_iter().map(|(_, nogood)| nogood).collect()
    }
}
