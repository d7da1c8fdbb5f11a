//! Which changed rules no test notices.
//!
//! A *mutant* is the rulebook with one condition of one rule left out, or turned into its opposite. A
//! test notices it when something that it expects comes out otherwise. What no test notices is either
//! not tested, or a condition that never makes a difference.
//!
//! A mutant costs little: what does not depend on the changed rule is read from the tests as they
//! were derived, and what nobody expects anything of is left alone. Mutants that mean nothing are not
//! counted: those whose variables nothing binds, and those that depend on themselves through negation.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::analyze::GOAL;
use crate::analyze::program::{Literal, Program, Rule};
use crate::change::Limits;
use crate::eval::{Evaluator, Options as EvalOptions, Silent, StopReason};
use crate::kb::Rulebook;
use crate::plan::Plan;
use crate::store::Database;
use crate::value::{Interner, RelationId, RuleId, Word};

use super::{Suite, Suites, coverage, rules};

/// A mutant may derive so many times what the tests derive before it counts as one without end.
const RUNAWAY: usize = 50;

/// A rule with a change to one of its conditions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mutant {
    /// Which condition of the rule.
    pub condition: usize,
    /// What became of it.
    pub mutation: Mutation,
    /// The file of the rule.
    pub file: String,
    /// Its line.
    pub line: u32,
    /// The id of the rule, else the relation that it concludes.
    pub rule: String,
    /// The condition as written.
    pub text: String,
    id: RuleId,
}

/// A change to a condition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Mutation {
    /// It is left out.
    Dropped,
    /// It is turned into its opposite.
    Negated,
}

impl std::fmt::Display for Mutation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Mutation::Dropped => "dropped",
            Mutation::Negated => "negated",
        })
    }
}

/// What became of a mutant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Something that is expected comes out otherwise.
    Noticed,
    /// All that is expected comes out as before.
    Survived,
    /// Nothing that is expected depends on the rule at all.
    OutOfSight,
    /// The changed rule has a variable that nothing binds.
    Unsafe,
    /// The changed rule depends on itself through negation.
    Unstratified,
}

/// What became of all mutants.
#[derive(Clone, Debug, Default)]
pub struct Mutants {
    /// Each mutant that was tried, by place.
    pub tried: Vec<(Mutant, Verdict)>,
    /// How many there are, tried or not.
    pub of: usize,
    /// Why not all were tried.
    pub stopped: Option<StopReason>,
}

impl Mutants {
    /// How many mutants came to a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.tried.iter().filter(|(_, found)| *found == verdict).count()
    }

    /// Those that mean something and that no test noticed.
    pub fn survivors(&self) -> impl Iterator<Item = &(Mutant, Verdict)> {
        let unnoticed = |verdict| matches!(verdict, Verdict::Survived | Verdict::OutOfSight);
        self.tried.iter().filter(move |(_, verdict)| unnoticed(*verdict))
    }
}

impl Suites {
    /// Tries every mutant of the rules below a folder of the rulebook. `progress` is told how many
    /// are done, and how many there are.
    pub fn mutants(
        &self,
        folder: &str,
        options: &EvalOptions<'_>,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Mutants {
        let Some(first) = self.suites.first() else { return Mutants::default() };
        let mutants = of(first.session.rulebook(), folder);
        let rulebooks: Vec<Ground<'_>> = self.suites.iter().filter_map(Ground::of).collect();
        let limits = Limits::from_options(options);
        let next = AtomicUsize::new(0);
        let done = AtomicUsize::new(0);
        let found: Mutex<BTreeMap<usize, Verdict>> = Mutex::default();
        let stopped: Mutex<Option<StopReason>> = Mutex::default();
        let work = || {
            let mut desks: Vec<Desk<'_>> = rulebooks.iter().map(Desk::new).collect();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(mutant) = mutants.get(number) else { return };
                if let Err(reason) = limits.check() {
                    *lock(&stopped) = Some(reason);
                    return;
                }
                match verdict(&mut desks, mutant, &limits) {
                    Ok(verdict) => drop(lock(&found).insert(number, verdict)),
                    Err(reason) => {
                        *lock(&stopped) = Some(reason);
                        return;
                    }
                }
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, mutants.len());
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..options.threads.max(1) {
                scope.spawn(work);
            }
        });
        let of = mutants.len();
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let tried = mutants.into_iter().enumerate();
        let tried = tried.filter_map(|(at, mutant)| Some((mutant, *found.get(&at)?))).collect();
        Mutants { tried, of, stopped: stopped.into_inner().unwrap_or_else(PoisonError::into_inner) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The mutants of the rules that designs can change, by place.
fn of(rulebook: &Rulebook, folder: &str) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, rule) in rulebook.program.rules.iter().enumerate() {
        let id = RuleId::from(index);
        let Some(clause) = rulebook.program.clauses.get(rule.clause.index()) else { continue };
        let file = rulebook.sources.name(clause.span);
        if !is_written(&rulebook.program, id)
            || !file.starts_with(folder)
            || !rulebook.worlds.dependent[rule.head.relation.index()]
        {
            continue;
        }
        for (condition, literal) in rule.body.iter().enumerate() {
            for mutation in [Mutation::Dropped, Mutation::Negated] {
                if changed(rule, condition, mutation).is_some() {
                    mutants.push(Mutant {
                        condition,
                        mutation,
                        file: file.to_owned(),
                        line: rulebook.sources.position(clause.span).line,
                        rule: coverage::name_of(rulebook, id),
                        text: rules::written(literal, &rulebook.sources),
                        id,
                    });
                }
            }
        }
    }
    mutants
}

/// Whether a rule is one of the rulebook's, not of a goal.
fn is_written(program: &Program, rule: RuleId) -> bool {
    program.relations[program.rules[rule.index()].head.relation.index()].name != GOAL
}

fn changed(rule: &Rule, condition: usize, mutation: Mutation) -> Option<Rule> {
    match (mutation, &rule.body[condition]) {
        (Mutation::Negated, _) => rules::negated(rule, condition),
        // What only names a value cannot be left out, and is no condition.
        (Mutation::Dropped, Literal::Aggregate(_) | Literal::Range { .. }) => None,
        (Mutation::Dropped, _) => {
            rules::negated(rule, condition).map(|_| rules::without(rule, condition))
        }
    }
}

/// What the first of the rulebooks to notice says; else what the first says.
fn verdict(
    desks: &mut [Desk<'_>],
    mutant: &Mutant,
    limits: &Limits<'_>,
) -> Result<Verdict, StopReason> {
    let Some(first) = desks.first() else { return Ok(Verdict::OutOfSight) };
    let place = first.ground.place(mutant.id);
    let mut said: Option<Verdict> = None;
    for desk in desks {
        let Some(id) = desk.ground.places.get(&place).copied() else { continue };
        match desk.verdict(id, mutant, limits)? {
            Verdict::Survived if said == Some(Verdict::OutOfSight) => {
                said = Some(Verdict::Survived)
            }
            Verdict::Survived | Verdict::OutOfSight if said.is_some() => {}
            Verdict::Survived => said = Some(Verdict::Survived),
            Verdict::OutOfSight => said = Some(Verdict::OutOfSight),
            verdict => return Ok(verdict),
        }
    }
    Ok(said.unwrap_or(Verdict::OutOfSight))
}

/// Where a rule is written: file, start, and which of the rules of that clause it is.
type Place = (String, u32, usize);

/// A derived suite, as mutants need it.
struct Ground<'a> {
    suite: &'a Suite,
    rulebook: &'a Rulebook,
    database: Arc<Database>,
    interner: Arc<Interner>,
    /// The rules by where they are written.
    places: FxHashMap<Place, RuleId>,
    /// The stratum of each relation.
    stratum: Vec<usize>,
    /// For each stratum, whether something expected depends on it.
    needed: Vec<bool>,
    /// How many tuples a mutant may derive.
    most: usize,
}

impl<'a> Ground<'a> {
    fn of(suite: &'a Suite) -> Option<Self> {
        let (database, interner) = suite.session.derived(0)?;
        let rulebook = suite.session.rulebook();
        let strata = &rulebook.worlds.program.strata;
        let relations = rulebook.worlds.program.relations.len();
        let mut stratum = vec![0; relations];
        for (number, it) in strata.iter().enumerate() {
            it.relations.iter().for_each(|relation| stratum[relation.index()] = number);
        }
        let goals: Vec<RelationId> = suite.cases.iter().map(|case| case.goal).collect();
        let mut needed = vec![false; strata.len()];
        rulebook.plan.needed(&goals).into_iter().for_each(|stratum| needed[stratum] = true);
        let tuples = (0..relations).map(|at| database.relation(RelationId::from(at)).len());
        let most = tuples.sum::<usize>().saturating_mul(RUNAWAY);
        let mut ground = Ground {
            suite,
            rulebook,
            database: Arc::clone(database),
            interner: Arc::clone(interner),
            places: FxHashMap::default(),
            stratum,
            needed,
            most,
        };
        let rules = (0..rulebook.program.rules.len()).map(RuleId::from);
        let written = rules.filter(|id| is_written(&rulebook.program, *id));
        ground.places = written.map(|id| (ground.place(id), id)).collect();
        Some(ground)
    }

    fn place(&self, rule: RuleId) -> Place {
        let program = &self.rulebook.program;
        let clause = program.rules[rule.index()].clause;
        let Some(written) = program.clauses.get(clause.index()) else {
            return (String::new(), 0, rule.index());
        };
        // The rules of a clause stand together.
        let before = program.rules[..rule.index()].iter().rev();
        let number = before.take_while(|rule| rule.clause == clause).count();
        (self.rulebook.sources.name(written.span).to_owned(), written.span.start, number)
    }
}

/// What a thread works with: a ground, and a program of its own to change.
struct Desk<'a> {
    ground: &'a Ground<'a>,
    program: Program,
}

impl<'a> Desk<'a> {
    fn new(ground: &'a Ground<'a>) -> Self {
        Desk { ground, program: ground.rulebook.worlds.program.clone() }
    }

    /// What the tests say to a rulebook with a changed rule.
    fn verdict(
        &mut self,
        id: RuleId,
        mutant: &Mutant,
        limits: &Limits<'_>,
    ) -> Result<Verdict, StopReason> {
        let rulebook = self.ground.rulebook;
        let rule = &rulebook.program.rules[id.index()];
        let Some(mut changed) = changed(rule, mutant.condition, mutant.mutation) else {
            return Ok(Verdict::Unsafe);
        };
        if !rules::is_safe(&changed) {
            return Ok(Verdict::Unsafe);
        }
        let head = changed.head.relation;
        let own = self.ground.stratum[head.index()];
        let inside = |literal: &Literal| match literal {
            Literal::Negative(atom) => self.ground.stratum[atom.relation.index()] == own,
            _ => false,
        };
        if changed.body.iter().any(inside) {
            return Ok(Verdict::Unstratified);
        }
        let (_, touched) = rulebook.plan.split(&[head]);
        let touched: Vec<usize> =
            touched.into_iter().filter(|stratum| self.ground.needed[*stratum]).collect();
        if !touched.contains(&own) {
            return Ok(Verdict::OutOfSight);
        }
        rulebook.worlds.rule(&mut changed);
        self.derive(id, changed, own, &touched, limits)
    }

    /// Derives once more what a changed rule can change, and looks whether it is as expected.
    fn derive(
        &mut self,
        id: RuleId,
        mut changed: Rule,
        own: usize,
        touched: &[usize],
        limits: &Limits<'_>,
    ) -> Result<Verdict, StopReason> {
        let Ground { rulebook, suite, .. } = self.ground;
        let strata = &rulebook.worlds.program.strata;
        let relations: Vec<RelationId> =
            touched.iter().flat_map(|&stratum| strata[stratum].relations.iter().copied()).collect();
        let mut database = Database::over_without(Arc::clone(&self.ground.database), &relations);
        let mut interner = Interner::over(Arc::clone(&self.ground.interner));
        std::mem::swap(&mut self.program.rules[id.index()], &mut changed);
        self.program.strata = vec![strata[own].clone()];
        let plan = Plan::new(&self.program, &mut interner);
        std::mem::swap(&mut self.program.rules[id.index()], &mut changed);
        let most = self.ground.most.saturating_add(100_000);
        let options = EvalOptions { tuples: Some(most), ..limits.options() };
        let (words, silent) = (&mut interner, &mut Silent);
        let run = Evaluator::new(&plan).run(0..1, &mut database, words, &options, silent);
        let rest = touched.iter().copied().filter(|stratum| *stratum != own);
        let run = run.and_then(|_| {
            Evaluator::new(&rulebook.plan).run(rest, &mut database, words, &options, silent)
        });
        match run.map_err(|stopped| limits.named(stopped).reason) {
            Ok(_) => {}
            // Whatever has no end is noticed.
            Err(StopReason::Tuples(_)) => return Ok(Verdict::Noticed),
            Err(reason) => return Err(reason),
        }
        let mut expected = suite
            .cases
            .iter()
            .filter(|case| touched.contains(&self.ground.stratum[case.goal.index()]));
        let otherwise = expected.any(|case| {
            let rows = database.relation(case.goal);
            let world = Word(case.design as u32);
            let holds = rows.column(0).contains(&world);
            holds == suite.expectation(case).negated
        });
        Ok(if otherwise { Verdict::Noticed } else { Verdict::Survived })
    }
}
