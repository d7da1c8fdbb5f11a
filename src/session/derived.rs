//! What derived, and how it follows what is stated.
//!
//! Designs are derived in *runs*: all that were opened together in one, a design that changed after
//! that in one of its own. A run of one design goes on from what it made before, so that a change costs
//! what it reaches. A run that is made is frozen; who wants to go back puts the old ones back.

use std::sync::Arc;

use crate::analyze::facts::StatedFact;
use crate::diag::Span;
use crate::eval::{Evaluator, Options as EvalOptions, Silent, Stopped, Warning};
use crate::kb::Rulebook;
use crate::store::Database;
use crate::value::{Interner, RelationId, Word};

/// Designs derived together, frozen.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub database: Arc<Database>,
    pub interner: Arc<Interner>,
    /// Where each fact of a stated relation is written, by relation and row.
    pub origins: Arc<Vec<Vec<Span>>>,
    /// The designs of it, by number.
    worlds: Vec<usize>,
    /// How many symbols there were when it was derived from nothing; nothing if it cannot be gone on
    /// from.
    began: Option<u32>,
}

/// What derived from the designs of a session.
#[derive(Clone, Debug, Default)]
pub(super) struct Derived {
    runs: Vec<Run>,
    /// The run that has a design, by number; nothing for one that is not derived as it is now.
    place: Vec<Option<usize>>,
    /// The run that had it when it was other than it is now.
    before: Vec<Option<usize>>,
}

/// Symbols that no design states any more are forgotten when there are so many more than at first.
const FORGOTTEN: u32 = 10_000;

impl Derived {
    /// A design is not what it was, or new.
    pub fn touch(&mut self, design: usize) {
        if self.place.len() <= design {
            self.place.resize(design + 1, None);
            self.before.resize(design + 1, None);
        }
        if let Some(run) = self.place[design].take() {
            self.before[design] = Some(run);
        }
    }

    /// The run that has a design, also where the design changed since. Where there is no design at
    /// all, what holds without one.
    pub fn run_of(&self, design: usize) -> Option<&Run> {
        if self.place.is_empty() {
            return self.runs.first();
        }
        let at = |places: &[Option<usize>]| places.get(design).copied().flatten();
        self.runs.get(at(&self.place).or_else(|| at(&self.before))?)
    }

    /// All runs that still have a design, each with the designs that it has.
    pub fn runs(&self) -> impl Iterator<Item = (&Run, impl Fn(usize) -> bool + '_)> + '_ {
        self.runs.iter().enumerate().filter_map(move |(at, run)| {
            let has = move |design: usize| {
                let place = self.place.get(design).copied().flatten();
                place.or_else(|| self.before.get(design).copied().flatten()) == Some(at)
            };
            let here = run.worlds.is_empty() || run.worlds.iter().any(|&design| has(design));
            here.then_some((run, has))
        })
    }

    /// Derives what is not derived as it is now. Where a limit is hit, nothing changes.
    pub fn refresh(
        &mut self,
        rulebook: &Rulebook,
        facts: &[&[StatedFact]],
        options: &EvalOptions<'_>,
    ) -> Result<Vec<Warning>, Stopped> {
        for design in 0..facts.len() {
            if self.place.get(design).is_none() {
                self.touch(design);
            }
        }
        let changed: Vec<usize> =
            (0..facts.len()).filter(|&design| self.place[design].is_none()).collect();
        if changed.is_empty() && !(facts.is_empty() && self.runs.is_empty()) {
            return Ok(Vec::new());
        }
        let own = match changed.as_slice() {
            [design] => {
                let run = self.before[*design].and_then(|at| self.runs.get(at));
                run.filter(|run| run.worlds == [*design]).map(|run| (run.clone(), facts[*design]))
            }
            _ => None,
        };
        let gone_on = match &own {
            Some((before, facts)) => before.again(rulebook, facts, options)?,
            None => None,
        };
        let (run, warnings) = match gone_on {
            Some(done) => done,
            None => Run::new(rulebook, changed.clone(), facts, options)?,
        };
        for &design in &changed {
            self.place[design] = Some(self.runs.len());
            self.before[design] = None;
        }
        self.runs.push(run);
        if !facts.is_empty() {
            self.forget();
        }
        Ok(warnings)
    }

    /// Drops runs that no design is in any more.
    fn forget(&mut self) {
        let mut number = vec![None; self.runs.len()];
        let mut kept = Vec::with_capacity(self.runs.len());
        for (at, run) in std::mem::take(&mut self.runs).into_iter().enumerate() {
            if run.worlds.iter().any(|&design| self.place.get(design) == Some(&Some(at))) {
                number[at] = Some(kept.len());
                kept.push(run);
            }
        }
        self.runs = kept;
        for place in &mut self.place {
            *place = place.and_then(|at| number.get(at).copied().flatten());
        }
        self.before.iter_mut().for_each(|before| *before = None);
    }
}

/// The facts of a design put into a layer, each with its place.
fn state(
    rulebook: &Rulebook,
    world: usize,
    facts: &[StatedFact],
    database: &mut Database,
    interner: &mut Interner,
    origins: &mut [Vec<Span>],
) {
    let world = Word(world as u32);
    database.insert(rulebook.worlds.world, &[world]);
    let mut tuple: Vec<Word> = Vec::new();
    for fact in facts {
        tuple.clear();
        tuple.push(world);
        tuple.extend(fact.values.iter().map(|value| interner.intern(value)));
        if database.insert(fact.relation, &tuple) {
            origins[fact.relation.index()].push(fact.span);
        }
    }
}

impl Run {
    /// Derives designs from nothing.
    fn new(
        rulebook: &Rulebook,
        worlds: Vec<usize>,
        facts: &[&[StatedFact]],
        options: &EvalOptions<'_>,
    ) -> Result<(Run, Vec<Warning>), Stopped> {
        let mut database = Database::over(Arc::clone(&rulebook.base));
        let mut interner = Interner::over(Arc::clone(&rulebook.interner));
        let mut origins = vec![Vec::new(); rulebook.program.relations.len()];
        for &design in &worlds {
            let facts = facts[design];
            state(rulebook, design, facts, &mut database, &mut interner, &mut origins);
        }
        let mut evaluator = Evaluator::new(&rulebook.plan).spaced();
        let strata = rulebook.design_strata();
        let report = evaluator.run(strata, &mut database, &mut interner, options, &mut Silent)?;
        if worlds.len() == 1 {
            database.freeze();
        }
        let began = evaluator.is_even().then(|| interner.symbol_count());
        let (database, interner) = (Arc::new(database), Arc::new(interner));
        let origins = Arc::new(origins);
        Ok((Run { database, interner, origins, worlds, began }, report.warnings))
    }

    /// Derives the only design of this run as it is now. Nothing where that has to be done from
    /// nothing.
    fn again(
        &self,
        rulebook: &Rulebook,
        facts: &[StatedFact],
        options: &EvalOptions<'_>,
    ) -> Result<Option<(Run, Vec<Warning>)>, Stopped> {
        let Some(began) = self.began else { return Ok(None) };
        if self.interner.symbol_count() > began.saturating_add(FORGOTTEN) {
            return Ok(None);
        }
        let mut database = Database::over(Arc::clone(&rulebook.base));
        let mut interner = (*self.interner).clone();
        let mut origins = vec![Vec::new(); rulebook.program.relations.len()];
        let world = self.worlds.first().copied().unwrap_or_default();
        state(rulebook, world, facts, &mut database, &mut interner, &mut origins);
        let dependent = rulebook.worlds.dependent.iter().enumerate();
        let mut changed: Vec<bool> = dependent
            .map(|(at, dependent)| {
                let id = RelationId::from(at);
                let (new, old) = (database.relation(id), self.database.relation(id));
                *dependent && stated_differs(new, old)
            })
            .collect();
        let mut evaluator = Evaluator::new(&rulebook.plan).spaced();
        let report = evaluator.again(
            rulebook.design_strata(),
            &self.database,
            &mut changed,
            &mut database,
            &mut interner,
            options,
            &mut Silent,
        )?;
        if !evaluator.is_even() {
            return Ok(None);
        }
        database.freeze();
        let run = Run {
            database: Arc::new(database),
            interner: Arc::new(interner),
            origins: Arc::new(origins),
            worlds: self.worlds.clone(),
            began: self.began,
        };
        Ok(Some((run, report.warnings)))
    }
}

/// Whether what is stated in a relation is not what was: the rows that were there before any round.
fn stated_differs(new: &crate::store::Relation, old: &crate::store::Relation) -> bool {
    let before = old.before_round(1);
    new.len() != before
        || (0..new.arity())
            .any(|column| old.column(column).get(..before) != Some(new.column(column)))
}
