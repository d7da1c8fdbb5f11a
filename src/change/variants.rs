//! Many variants of one design, each in a world of its own.
//!
//! The design is derived once, alone, in world 0: that is the *base*. A variant is an [`Edit`] of
//! its facts. Variants are derived in blocks of worlds over the rulebook's shared relations, blocks
//! on several threads. Words of the base are frozen below all blocks, so tuples of a block and of
//! the base compare by words wherever no variant made a new word.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::analyze::facts::StatedFact;
use crate::eval::{Evaluator, Options as EvalOptions, Report, Silent, StopReason, Stopped};
use crate::kb::Rulebook;
use crate::store::Database;
use crate::value::{Interner, RelationId, Word};

use super::cone::Slice;

/// How many worlds are derived in one run. Measured on the reference design: below 64 the cost of a
/// run shows, above 1,024 relations leave the caches.
pub const BLOCK: usize = 256;

/// When to give up, and who may work.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// How many threads may work; results do not depend on it.
    pub threads: usize,
    /// When to stop.
    pub deadline: Option<(Instant, Duration)>,
    /// Set by somebody else to stop soon.
    pub interrupt: Option<&'a AtomicBool>,
    /// The most tuples that one run of the engine may derive. A run derives the design, or a block
    /// of up to `BLOCK` variants of it; several may be under way, one a thread.
    pub tuples: Option<usize>,
    /// The most rounds of one stratum in a run.
    pub rounds: Option<u32>,
    /// The most bytes that relations and symbols of a run may take.
    pub memory: Option<usize>,
    /// The most conditions that a search looks at when it asks what a goal can depend on. They are
    /// counted the same in every run, whatever the threads.
    pub steps: Option<usize>,
}

impl Default for Limits<'_> {
    fn default() -> Self {
        Limits {
            threads: 1,
            deadline: None,
            interrupt: None,
            tuples: None,
            rounds: None,
            memory: None,
            steps: None,
        }
    }
}

impl<'a> Limits<'a> {
    /// The limits that evaluation options stand for, from now on.
    pub fn from_options(options: &EvalOptions<'a>) -> Self {
        let deadline =
            options.time.and_then(|time| Some((Instant::now().checked_add(time)?, time)));
        Limits {
            threads: options.threads.max(1),
            deadline,
            interrupt: options.interrupt,
            tuples: options.tuples,
            rounds: options.rounds,
            memory: options.memory,
            steps: None,
        }
    }

    /// Whether to go on.
    pub fn check(&self) -> Result<(), StopReason> {
        if self.interrupt.is_some_and(|interrupt| interrupt.load(Ordering::Relaxed)) {
            return Err(StopReason::Interrupted);
        }
        match self.deadline {
            Some((deadline, time)) if Instant::now() >= deadline => Err(StopReason::Time(time)),
            _ => Ok(()),
        }
    }

    /// A stop of one run of the engine, with the limit that was given in place of what was left of it.
    pub fn named(&self, stopped: Stopped) -> Stopped {
        match (stopped.reason, self.deadline) {
            (StopReason::Time(_), Some((_, time))) => {
                Stopped { reason: StopReason::Time(time), ..stopped }
            }
            _ => stopped,
        }
    }

    /// The same limits for one run of the engine; see [`Limits::named`] for what it says when they
    /// are hit.
    pub fn options(&self) -> EvalOptions<'a> {
        let left =
            |(deadline, _): (Instant, Duration)| deadline.saturating_duration_since(Instant::now());
        EvalOptions {
            time: self.deadline.map(left),
            interrupt: self.interrupt,
            tuples: self.tuples,
            rounds: self.rounds,
            memory: self.memory,
            threads: 1,
        }
    }
}

/// A stop without a stratum.
pub fn stopped(reason: StopReason) -> Stopped {
    Stopped { reason, stratum: 0, report: Report::default() }
}

/// A fact in words, its hidden column left out.
pub type WordFact = (RelationId, Vec<Word>);

/// What a variant changes in the facts of the base.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Edit {
    /// The numbers of facts that are left out.
    pub remove: Vec<usize>,
    /// Facts that are stated in addition.
    pub add: Vec<WordFact>,
}

/// A design derived alone, in world 0.
#[derive(Debug)]
pub struct Base<'a> {
    rulebook: &'a Rulebook,
    facts: Vec<WordFact>,
    database: Arc<Database>,
    interner: Arc<Interner>,
}

impl<'a> Base<'a> {
    /// Derives a design, all of it.
    pub fn new(
        rulebook: &'a Rulebook,
        stated: &[StatedFact],
        limits: &Limits<'_>,
    ) -> Result<Self, Stopped> {
        let mut interner = Interner::over(Arc::clone(&rulebook.interner));
        let facts: Vec<WordFact> = stated
            .iter()
            .map(|fact| {
                let words = fact.values.iter().map(|value| interner.intern(value)).collect();
                (fact.relation, words)
            })
            .collect();
        let mut database = Database::over(Arc::clone(&rulebook.base));
        world(rulebook, &mut database, 0, &facts, None, &Edit::default());
        Evaluator::new(&rulebook.plan)
            .run(
                rulebook.design_strata(),
                &mut database,
                &mut interner,
                &limits.options(),
                &mut Silent,
            )
            .map_err(|stopped| limits.named(stopped))?;
        let (database, interner) = (Arc::new(database), Arc::new(interner));
        Ok(Base { rulebook, facts, database, interner })
    }

    /// A changed design as a base of its own, as far as a slice goes. It shares the words of this
    /// one.
    pub fn changed(
        &self,
        edit: &Edit,
        slice: &Slice,
        limits: &Limits<'_>,
    ) -> Result<Self, Stopped> {
        let kept = slice.facts.iter().filter(|fact| !edit.remove.contains(fact));
        let facts: Vec<WordFact> =
            kept.map(|&fact| self.facts[fact].clone()).chain(edit.add.iter().cloned()).collect();
        let mut interner = Interner::over(Arc::clone(&self.interner));
        let mut database = Database::over(Arc::clone(&self.rulebook.base));
        world(self.rulebook, &mut database, 0, &facts, None, &Edit::default());
        Evaluator::new(&self.rulebook.plan)
            .run(
                slice.strata.iter().copied(),
                &mut database,
                &mut interner,
                &limits.options(),
                &mut Silent,
            )
            .map_err(|stopped| limits.named(stopped))?;
        let (database, interner) = (Arc::new(database), Arc::new(interner));
        Ok(Base { rulebook: self.rulebook, facts, database, interner })
    }

    /// The rulebook.
    pub fn rulebook(&self) -> &'a Rulebook {
        self.rulebook
    }

    /// What the design states, in words.
    pub fn facts(&self) -> &[WordFact] {
        &self.facts
    }

    /// What derives from it, in world 0.
    pub fn database(&self) -> &Arc<Database> {
        &self.database
    }

    /// The words of it.
    pub fn interner(&self) -> &Arc<Interner> {
        &self.interner
    }

    /// Makes words known to the base, so that variants share them. To be done before anything is
    /// derived from it.
    pub fn learn<T>(&mut self, learn: impl FnOnce(&mut Interner) -> T) -> T {
        let mut interner = (*self.interner).clone();
        let learned = learn(&mut interner);
        self.interner = Arc::new(interner);
        learned
    }

    /// Derives variants in blocks and reads each block: `read` gets what derived, the words, and
    /// which variants the worlds of the block are, in order. Answers come in the order of blocks.
    /// `progress` is told how many variants are done.
    ///
    /// World 0 of a block is the base itself if `with_base` is set; variants follow.
    #[allow(clippy::too_many_arguments, reason = "each is a choice of the caller")]
    pub fn derive<T: Send>(
        &self,
        slice: &Slice,
        count: usize,
        with_base: bool,
        limits: &Limits<'_>,
        edit: &(dyn Fn(usize) -> Edit + Sync),
        read: &(dyn Fn(&Database, &Interner, std::ops::Range<usize>) -> T + Sync),
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Vec<T>, Stopped> {
        let blocks = count.div_ceil(BLOCK);
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let answers: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(blocks));
        let failed: Mutex<Option<Stopped>> = Mutex::new(None);
        let work = || {
            let mut evaluator = Evaluator::new(&self.rulebook.plan);
            let mut database = Database::over(Arc::clone(&self.rulebook.base));
            loop {
                let block = next.fetch_add(1, Ordering::Relaxed);
                if block >= blocks || lock(&failed).is_some() {
                    return;
                }
                let variants = block * BLOCK..count.min((block + 1) * BLOCK);
                database.reset();
                let mut interner = Interner::over(Arc::clone(&self.interner));
                let mut number = 0;
                if with_base {
                    let none = Edit::default();
                    world(self.rulebook, &mut database, 0, &self.facts, Some(slice), &none);
                    number = 1;
                }
                for variant in variants.clone() {
                    let edit = edit(variant);
                    let kept = Some(slice);
                    world(self.rulebook, &mut database, number, &self.facts, kept, &edit);
                    number += 1;
                }
                let run = limits.check().map_err(stopped).and_then(|()| {
                    evaluator.run(
                        slice.strata.iter().copied(),
                        &mut database,
                        &mut interner,
                        &limits.options(),
                        &mut Silent,
                    )
                });
                if let Err(stopped) = run {
                    *lock(&failed) = Some(limits.named(stopped));
                    return;
                }
                let answer = read(&database, &interner, variants.clone());
                lock(&answers).push((block, answer));
                progress(done.fetch_add(variants.len(), Ordering::Relaxed) + variants.len());
            }
        };
        let threads = limits.threads.clamp(1, blocks.max(1));
        if threads == 1 {
            work();
        } else {
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(work);
                }
            });
        }
        if let Some(stopped) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(stopped);
        }
        let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
        answers.sort_by_key(|(block, _)| *block);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// States the facts of a variant in a world.
fn world(
    rulebook: &Rulebook,
    database: &mut Database,
    number: usize,
    facts: &[WordFact],
    slice: Option<&Slice>,
    edit: &Edit,
) {
    let world = Word(number as u32);
    database.insert(rulebook.worlds.world, &[world]);
    let mut tuple = Vec::with_capacity(8);
    let mut state = |(relation, words): &WordFact| {
        tuple.clear();
        tuple.push(world);
        tuple.extend_from_slice(words);
        database.insert(*relation, &tuple);
    };
    match slice {
        None => {
            for (index, fact) in facts.iter().enumerate() {
                if !edit.remove.contains(&index) {
                    state(fact);
                }
            }
        }
        Some(slice) => {
            for &index in &slice.facts {
                if !edit.remove.contains(&index) {
                    state(&facts[index]);
                }
            }
        }
    }
    edit.add.iter().for_each(state);
}
