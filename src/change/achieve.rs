//! All minimal changes that make a goal true.
//!
//! The [search](super::search) tries sets of [`Setting`]s on the part of the design that the goal can
//! depend on. What it finds is derived in full, and so is every proper subset of it, before it is
//! called an answer.

use std::time::{Duration, Instant};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::facts::StatedFact;
use crate::eval::{StopReason, Stopped};
use crate::kb::{Rulebook, is_stated};
use crate::store::Database;
use crate::value::{Constant, Interner, RelationId, Word};

use super::Change;
use super::choices::{Choice, Choices, Setting};
use super::cone::{Ask, Cones, Slice};
use super::nogood::Learner;
use super::search::Tree;
use super::variants::{Base, Edit, Limits};
use super::what_if::promised;

/// How long what was found before a stop may take to be derived in full.
const GRACE: Duration = Duration::from_secs(1);

/// How many sets are derived in full at once after a stop, so that those done in time are kept.
const TOGETHER: usize = 32;

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
    /// Told the size that is searched, how many of its sets are settled, and of how many.
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
    /// How many sets were derived; all others are ruled out by what these taught.
    pub tried: usize,
    /// How many sets reached the goal but were not derived in full, as the search was stopped. They are
    /// not among the answers.
    pub unverified: usize,
    /// The choices that the goal can depend on.
    pub cone: Vec<usize>,
    /// A cut: every answer of any size makes one of these choices.
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
        unverified: 0,
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
    let mut cones = Cones::new(&base, choices, &free).at_most(search.limits.steps);
    let root = cones.ask(goal.relation, &asked);
    if let Err(reason) = cones.looked() {
        achieved.stopped = Some(reason);
        return Ok(achieved);
    }
    let cone = cones.cone(root);
    let slice = cones.slice(&[root]);
    drop(cones);
    achieved.cone = cone.choices;
    if !cone.possible {
        achieved.impossible = true;
        achieved.complete_to = search.size;
        return Ok(achieved);
    }
    let result = sizes(&base, &goal, &asked, &slice, search, &mut achieved);
    rank(&mut achieved);
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

/// The search, size by size.
fn sizes(
    base: &Base<'_>,
    goal: &AskedGoal,
    asked: &[Ask],
    slice: &Slice,
    search: &Search<'_>,
    achieved: &mut Achieved,
) -> Result<(), Stopped> {
    let (choices, cone) = (achieved.choices.clone(), achieved.cone.clone());
    let options = options(base, &choices, &cone);
    let learner = Learner {
        base,
        choices: &choices,
        cone: &cone,
        options: &options,
        slice,
        relation: goal.relation,
        asked,
        limits: &search.limits,
    };
    let holds = |database: &Database, worlds: usize| {
        let found = goal.worlds(database);
        (0..worlds).map(|world| found.contains(&(world as u32))).collect()
    };
    let mut tree = Tree::new(learner, &holds, search)?;
    achieved.cut = tree.cut();
    while tree.size() < search.size {
        let level = tree.level();
        achieved.tried = tree.tried();
        let found = tree.found();
        let verified = level.and_then(|()| verify(base, goal, found, &search.limits, achieved));
        if let Err(stopped) = verified {
            // What was found before a stop is answered all the same, as far as that takes no time.
            achieved.unverified = hurry(base, goal, found, &search.limits, achieved);
            return Err(stopped);
        }
        achieved.complete_to = tree.size();
        if achieved.plans.len() >= search.answers {
            break;
        }
    }
    Ok(())
}

/// The values of each choice that would change it.
fn options(base: &Base<'_>, choices: &Choices, cone: &[usize]) -> FxHashMap<usize, Vec<usize>> {
    let values = |&choice: &usize| {
        let values = 0..choices.choices[choice].values.len();
        let changes = |value: &usize| !choices.is_set(base, Setting { choice, value: *value });
        (choice, values.filter(changes).collect())
    };
    cone.iter().map(values).collect()
}

fn rank(achieved: &mut Achieved) {
    achieved.plans.sort_by(|a, b| {
        let key =
            |plan: &Plan| (plan.contradicted, plan.added, plan.collateral, plan.settings.len());
        (key(a), &a.settings).cmp(&(key(b), &b.settings))
    });
}

/// The proper subsets of a set but the empty one.
pub(super) fn subsets(set: &[Setting]) -> impl Iterator<Item = Vec<Setting>> + '_ {
    (1..(1u32 << set.len()) - 1).map(|mask| {
        let chosen = set.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
        chosen.map(|(_, setting)| *setting).collect()
    })
}

/// Verifies what was found before a stop, within a grace; gives how many sets it did not come to.
/// The stop itself does not count any more; what a run may derive is limited as before.
fn hurry(
    base: &Base<'_>,
    goal: &AskedGoal,
    found: &[Vec<Setting>],
    limits: &Limits<'_>,
    achieved: &mut Achieved,
) -> usize {
    let deadline = Instant::now().checked_add(GRACE).map(|end| (end, GRACE));
    let limits = Limits { deadline, interrupt: None, ..*limits };
    let mut left = found.len();
    for some in found.chunks(TOGETHER) {
        if verify(base, goal, some, &limits, achieved).is_err() {
            break;
        }
        left -= some.len();
    }
    left
}

/// Derives what was found in full, with all its proper subsets, and keeps what is an answer and
/// minimal.
fn verify(
    base: &Base<'_>,
    goal: &AskedGoal,
    found: &[Vec<Setting>],
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
        if !holds(set) || subsets(set).any(|subset| holds(&subset)) {
            debug_assert!(false, "a slice of a design derives something else than the whole");
            continue;
        }
        let change = achieved.choices.change(base, set);
        let collateral = number.get(set).map_or(0, |&at| verdicts[at].1).saturating_sub(1);
        achieved.plans.push(Plan {
            contradicted: change.remove.len(),
            added: change.add.len(),
            collateral,
            change,
            settings: set.clone(),
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
