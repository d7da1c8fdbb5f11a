//! All minimal changes that make a goal true.
//!
//! The search goes through sets of [`Setting`]s by size: all of one setting, all of two, and so on.
//! Three things keep it small, and none of them loses an answer:
//!
//! - only choices in the goal's [cone](super::Cones) can matter;
//! - a set that contains an answer already found is not minimal;
//! - a *cut* is a set of choices without which the goal is out of reach, whatever all others say, so
//!   every answer has a choice of the cut. A small one is found by leaving choices fixed in turn.
//!
//! Sets are tried on the goal's slice of the design. What is found is derived in full, and so is
//! every proper subset of it, before it is called an answer.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::facts::StatedFact;
use crate::eval::{StopReason, Stopped};
use crate::kb::{Rulebook, is_stated};
use crate::store::Database;
use crate::value::{Constant, Interner, RelationId, Word};

use super::Change;
use super::choices::{Choice, Choices, Setting};
use super::cone::{Ask, Cones, Slice};
use super::variants::{Base, Edit, Limits};
use super::what_if::promised;

/// A tuple that is wanted; `None` stands for anything.
#[derive(Clone, PartialEq, Debug)]
pub struct Goal {
    /// Its relation.
    pub relation: RelationId,
    /// A value a column.
    pub values: Vec<Option<Constant>>,
}

/// How far to search.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// The most settings in one answer.
    pub size: usize,
    /// The most answers; with more, the search ends with the size they were found in.
    pub answers: usize,
    /// When to give up, and who may work.
    pub limits: Limits<'a>,
    /// Told the size that is searched, how many sets were tried, and of how many at most.
    pub progress: &'a (dyn Fn(usize, usize, usize) + Sync),
}

/// A minimal change that makes the goal true.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// The choices and how they are made.
    pub settings: Vec<Setting>,
    /// The same as facts.
    pub change: Change,
    /// How many stated facts it takes back.
    pub contradicted: usize,
    /// How many facts it states.
    pub added: usize,
    /// How many other promised conclusions it adds or removes.
    pub collateral: usize,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Achieved {
    /// Whether the goal holds as it is. Nothing was searched then.
    pub holds: bool,
    /// Whether it is out of reach of every set of choices, whatever its size.
    pub impossible: bool,
    /// The answers: fewest facts contradicted first, then fewest added, then least collateral.
    pub plans: Vec<Plan>,
    /// Up to this size there are no other answers.
    pub complete_to: usize,
    /// How many sets were tried.
    pub tried: usize,
    /// The choices that the goal can depend on.
    pub cone: Vec<usize>,
    /// A smallest-found cut: every answer of any size makes one of these choices.
    pub cut: Vec<usize>,
    /// Why the search ended before its size was reached, if it did.
    pub stopped: Option<StopReason>,
    /// All choices of the design, which the numbers above refer to.
    pub choices: Choices,
}

impl Achieved {
    /// A choice by its number.
    pub fn choice(&self, setting: Setting) -> &Choice {
        &self.choices.choices[setting.choice]
    }
}

/// How many sets of a size there are at most.
fn combinations(options: usize, size: usize) -> usize {
    (0..size).fold(1usize, |count, at| count.saturating_mul(options.saturating_sub(at)) / (at + 1))
}

/// How many sets are made ahead of trying them.
const AHEAD: usize = 16_384;

/// Searches for all minimal changes that make a goal true. Fails only if the design itself cannot
/// be derived within the limits.
pub fn achieve(
    rulebook: &Rulebook,
    stated: &[StatedFact],
    goal: &Goal,
    search: &Search<'_>,
) -> Result<Achieved, Stopped> {
    let mut base = Base::new(rulebook, stated, &search.limits)?;
    let choices = Choices::of(&mut base);
    let asked: Vec<Ask> = base.learn(|interner| {
        let ask = |value: &Option<Constant>| match value {
            Some(value) => Ask::Word(interner.intern(value)),
            None => Ask::Whatever,
        };
        goal.values.iter().map(ask).collect()
    });
    let goal = AskedGoal::new(&base, goal.relation, &asked);
    let mut achieved = Achieved {
        holds: !goal.worlds(base.database()).is_empty(),
        impossible: false,
        plans: Vec::new(),
        complete_to: 0,
        tried: 0,
        cone: Vec::new(),
        cut: Vec::new(),
        stopped: None,
        choices,
    };
    if achieved.holds {
        return Ok(achieved);
    }
    let choices = &achieved.choices;
    let free: Vec<usize> = (0..choices.choices.len()).collect();
    let mut cones = Cones::new(&base, choices, &free);
    let root = cones.ask(goal.relation, &asked);
    let cone = cones.cone(root);
    let slice = cones.slice(&[root]);
    drop(cones);
    achieved.cone = cone.choices;
    if !cone.possible {
        achieved.impossible = true;
        achieved.complete_to = search.size;
        return Ok(achieved);
    }
    let reach = |free: &[usize]| {
        let mut cones = Cones::new(&base, choices, free);
        let root = cones.ask(goal.relation, &asked);
        cones.cone(root).possible
    };
    achieved.cut = cut(&achieved.cone, &reach, &search.limits);
    let result = sizes(&base, &goal, &slice, search, &mut achieved);
    if let Err(stopped) = result {
        achieved.stopped = Some(stopped.reason);
    }
    Ok(achieved)
}

/// A goal in words.
struct AskedGoal {
    relation: RelationId,
    /// Without the hidden column.
    pattern: Vec<Option<Word>>,
    dependent: bool,
}

impl AskedGoal {
    fn new(base: &Base<'_>, relation: RelationId, asked: &[Ask]) -> Self {
        let word = |ask: &Ask| match ask {
            Ask::Word(word) => Some(*word),
            _ => None,
        };
        AskedGoal {
            relation,
            pattern: asked.iter().map(word).collect(),
            dependent: base.rulebook().worlds.dependent[relation.index()],
        }
    }

    /// The worlds in which it holds.
    fn worlds(&self, database: &Database) -> FxHashSet<u32> {
        let rows = database.relation(self.relation);
        let mut pattern = self.pattern.clone();
        if self.dependent {
            pattern.insert(0, None);
        }
        let found = rows.matching(&pattern);
        found.into_iter().map(|row| if self.dependent { rows.word(row, 0).0 } else { 0 }).collect()
    }
}

/// A minimal set of choices of the cone that keeps the goal out of reach as long as it is fixed.
fn cut(cone: &[usize], reach: &dyn Fn(&[usize]) -> bool, limits: &Limits<'_>) -> Vec<usize> {
    let mut cut: Vec<usize> = cone.to_vec();
    let mut piece = cut.len().div_ceil(2);
    loop {
        let mut at = 0;
        while at < cut.len() {
            if limits.check().is_err() {
                return cut;
            }
            let end = (at + piece).min(cut.len());
            let left: Vec<usize> = cut[..at].iter().chain(&cut[end..]).copied().collect();
            let free: Vec<usize> =
                cone.iter().filter(|choice| !left.contains(choice)).copied().collect();
            if !left.is_empty() && !reach(&free) { cut = left } else { at = end }
        }
        if piece <= 1 {
            return cut;
        }
        piece = piece.div_ceil(2);
    }
}

/// The search, size by size.
fn sizes(
    base: &Base<'_>,
    goal: &AskedGoal,
    slice: &Slice,
    search: &Search<'_>,
    achieved: &mut Achieved,
) -> Result<(), Stopped> {
    let mut options: Vec<Setting> = Vec::new();
    for &choice in &achieved.cone {
        let values = 0..achieved.choices.choices[choice].values.len();
        let settings = values.map(|value| Setting { choice, value });
        options.extend(settings.filter(|&setting| !achieved.choices.is_set(base, setting)));
    }
    let mut answers: FxHashSet<Vec<Setting>> = FxHashSet::default();
    for size in 1..=search.size {
        // A setting that is an answer by itself is in no other.
        options.retain(|option| !answers.contains(std::slice::from_ref(option)));
        let mut sets = Sets::new(&options, &achieved.cut, size);
        let total = combinations(options.len(), size);
        let before = achieved.tried;
        let mut found: Vec<Vec<Setting>> = Vec::new();
        loop {
            let tried: Vec<Vec<Setting>> =
                sets.by_ref().filter(|set| !has_answer(set, &answers)).take(AHEAD).collect();
            if tried.is_empty() {
                break;
            }
            let choices = &achieved.choices;
            let done = achieved.tried - before;
            let blocks = base.derive(
                slice,
                tried.len(),
                false,
                &search.limits,
                &|at| choices.edit(base, &tried[at]),
                &|database, _, range| {
                    let worlds = goal.worlds(database);
                    range
                        .clone()
                        .filter(|at| worlds.contains(&((at - range.start) as u32)))
                        .collect()
                },
                &|now| (search.progress)(size, done + now, total),
            );
            let blocks: Vec<Vec<usize>> = match blocks {
                Ok(blocks) => blocks,
                Err(stopped) => {
                    // What was found before the stop is answered all the same.
                    let verified = verify(
                        base,
                        goal,
                        found,
                        &Limits { threads: 1, ..Limits::default() },
                        achieved,
                    );
                    rank(achieved);
                    return verified.and(Err(stopped));
                }
            };
            achieved.tried += tried.len();
            found.extend(blocks.into_iter().flatten().map(|at| tried[at].clone()));
        }
        answers.extend(found.iter().cloned());
        verify(base, goal, found, &search.limits, achieved)?;
        achieved.complete_to = size;
        if achieved.plans.len() >= search.answers {
            break;
        }
    }
    rank(achieved);
    Ok(())
}

fn rank(achieved: &mut Achieved) {
    achieved.plans.sort_by(|a, b| {
        let key =
            |plan: &Plan| (plan.contradicted, plan.added, plan.collateral, plan.settings.len());
        (key(a), &a.settings).cmp(&(key(b), &b.settings))
    });
}

/// Whether a proper subset of a set is an answer.
fn has_answer(set: &[Setting], answers: &FxHashSet<Vec<Setting>>) -> bool {
    !answers.is_empty() && subsets(set).any(|subset| answers.contains(&subset))
}

/// The proper subsets of a set but the empty one.
fn subsets(set: &[Setting]) -> impl Iterator<Item = Vec<Setting>> + '_ {
    (1..(1u32 << set.len()) - 1).map(|mask| {
        let chosen = set.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
        chosen.map(|(_, setting)| *setting).collect()
    })
}

/// Sets of settings of different choices, at least one of them of the cut.
#[derive(Clone)]
struct Sets<'a> {
    options: &'a [Setting],
    in_cut: Vec<bool>,
    at: Vec<usize>,
    begun: bool,
}

impl<'a> Sets<'a> {
    fn new(options: &'a [Setting], cut: &[usize], size: usize) -> Self {
        let in_cut = options.iter().map(|option| cut.contains(&option.choice)).collect();
        Sets { options, in_cut, at: (0..size).collect(), begun: false }
    }

    /// Moves on to the next combination of options, in order.
    fn advance(&mut self) -> bool {
        let (size, count) = (self.at.len(), self.options.len());
        if size == 0 || size > count {
            return false;
        }
        if !self.begun {
            self.begun = true;
            return true;
        }
        let Some(place) = (0..size).rev().find(|&place| self.at[place] < count - size + place)
        else {
            return false;
        };
        self.at[place] += 1;
        for later in place + 1..size {
            self.at[later] = self.at[later - 1] + 1;
        }
        true
    }
}

impl Iterator for Sets<'_> {
    type Item = Vec<Setting>;

    fn next(&mut self) -> Option<Vec<Setting>> {
        while self.advance() {
            // Options of one choice stand together.
            let distinct = self
                .at
                .windows(2)
                .all(|pair| self.options[pair[0]].choice != self.options[pair[1]].choice);
            if distinct && self.at.iter().any(|&at| self.in_cut[at]) {
                return Some(self.at.iter().map(|&at| self.options[at]).collect());
            }
        }
        None
    }
}

/// Derives what was found in full, with all its proper subsets, and keeps what is an answer and
/// minimal.
fn verify(
    base: &Base<'_>,
    goal: &AskedGoal,
    found: Vec<Vec<Setting>>,
    limits: &Limits<'_>,
    achieved: &mut Achieved,
) -> Result<(), Stopped> {
    if found.is_empty() {
        return Ok(());
    }
    let mut number: FxHashMap<Vec<Setting>, usize> = FxHashMap::default();
    let mut sets: Vec<Vec<Setting>> = Vec::new();
    for set in found.iter().flat_map(|set| subsets(set).chain([set.clone()])) {
        number.entry(set).or_insert_with_key(|set| {
            sets.push(set.clone());
            sets.len() - 1
        });
    }
    let rulebook = base.rulebook();
    let promised: Vec<RelationId> = promised(rulebook)
        .into_iter()
        .enumerate()
        .filter(|&(index, promised)| {
            let stated = is_stated(&rulebook.program.relations[index]);
            promised && !stated && rulebook.worlds.dependent[index]
        })
        .map(|(index, _)| RelationId::from(index))
        .collect();
    let choices = &achieved.choices;
    let blocks = base.derive(
        &Slice::whole(base),
        sets.len(),
        true,
        limits,
        &|at| -> Edit { choices.edit(base, &sets[at]) },
        &|database, _: &Interner, range| {
            let worlds = goal.worlds(database);
            let differences = differences(database, &promised, range.len() + 1);
            let read = |at: usize| {
                let world = at - range.start + 1;
                (worlds.contains(&(world as u32)), differences[world])
            };
            range.clone().map(read).collect::<Vec<(bool, usize)>>()
        },
        &|_| (),
    )?;
    let verdicts: Vec<(bool, usize)> = blocks.into_iter().flatten().collect();
    for set in found {
        let holds = |set: &Vec<Setting>| number.get(set).is_some_and(|&at| verdicts[at].0);
        if !holds(&set) || subsets(&set).any(|subset| holds(&subset)) {
            debug_assert!(false, "a slice of a design derives something else than the whole");
            continue;
        }
        let change = achieved.choices.change(base, &set);
        let collateral = number.get(&set).map_or(0, |&at| verdicts[at].1).saturating_sub(1);
        achieved.plans.push(Plan {
            contradicted: change.remove.len(),
            added: change.add.len(),
            collateral,
            change,
            settings: set,
        });
    }
    Ok(())
}

/// For each world, how many tuples of the relations are in it and not in world 0, or the other way
/// round.
fn differences(database: &Database, relations: &[RelationId], worlds: usize) -> Vec<usize> {
    let mut differences = vec![0; worlds];
    let mut tuple = Vec::new();
    for &relation in relations {
        let rows = database.relation(relation);
        let base = |row: usize| rows.word(row, 0) == Word(0);
        let mut own = 0;
        let mut shared = vec![0; worlds];
        for row in 0..rows.len() {
            if base(row) {
                own += 1;
                continue;
            }
            tuple.clear();
            tuple.push(Word(0));
            tuple.extend(rows.row(row).skip(1));
            let world = rows.word(row, 0).0 as usize;
            if rows.contains(&tuple) { shared[world] += 1 } else { differences[world] += 1 }
        }
        for (difference, shared) in differences.iter_mut().zip(shared).skip(1) {
            *difference += own - shared;
        }
    }
    differences
}
