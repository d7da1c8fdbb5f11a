//! What a set of patterns can be, over all points of a space.
//!
//! Going through every point is out of the question: their number is a product over all variables.
//! But patterns that share no variable vary independently, so the patterns are followed backwards
//! until they fall apart into groups that share none; each group is settled by itself, in the same
//! way, down to single variables. What a group can be is a handful of *cases*, each with a choice
//! of values that shows it. A group above is then derived over the product of the cases of the
//! groups below: that covers every point, since what a group is depends on nothing but what the
//! groups below are.
//!
//! Beside the cases goes what every variable does: from which case to which one changing it alone
//! can lead. So it is known of each variable whether it ever matters.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::eval::{Options, Stopped};
use crate::value::{Interner, RelationId, Word};

use super::bulk::{Bulk, Ground};
use super::cone::{Cone, Pattern};
use super::space::{Fact, Space};

/// Values of variables: the place of the variable in its space, the place of the value.
pub type Choice = Vec<(usize, usize)>;

/// From which case to which one changing a variable can lead.
pub type Moves = BTreeMap<usize, BTreeSet<(u32, u32)>>;

/// What a group of patterns can be.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    /// For each case, the plainest choice that shows it.
    pub shown_by: Vec<Choice>,
    /// What changing one variable does.
    pub moves: Moves,
}

/// Why something cannot be gone through.
#[derive(Clone, Debug)]
pub enum Obstacle {
    /// More combinations than can be gone through.
    Many(u128),
    /// A limit was hit, or somebody interrupted.
    Stopped(Stopped),
}

/// More combinations than this are not gone through at once.
const MOST: u128 = 1 << 20;

/// Patterns are followed no further than this many steps.
const DEEPEST: usize = 256;

/// All combinations of the cases of some groups.
#[derive(Clone, Debug)]
pub struct Product {
    parts: Vec<Cases>,
}

impl Product {
    /// Combinations of the cases of groups.
    pub fn new(parts: Vec<Cases>) -> Result<Self, Obstacle> {
        let count: u128 = parts.iter().map(|part| part.shown_by.len() as u128).product();
        if count > MOST { Err(Obstacle::Many(count)) } else { Ok(Product { parts }) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.shown_by.len()).product()
    }

    /// The choice that shows one.
    pub fn choice(&self, mut number: usize) -> Choice {
        let mut choice = Choice::new();
        for part in self.parts.iter().rev() {
            let count = part.shown_by.len();
            choice.extend_from_slice(&part.shown_by[number % count]);
            number /= count;
        }
        choice.sort_unstable();
        choice
    }

    /// For each variable, which classes of combinations changing it alone leads between, given the
    /// class of each combination.
    pub fn moves(&self, class: &[u32]) -> Moves {
        let mut moves = Moves::new();
        let mut stride = 1;
        for part in self.parts.iter().rev() {
            let count = part.shown_by.len();
            for (variable, pairs) in &part.moves {
                let found = moves.entry(*variable).or_default();
                for (from, to) in pairs {
                    let (from, to) = (*from as usize, *to as usize);
                    for number in (0..class.len()).filter(|it| it / stride % count == from) {
                        let other = number + to * stride - from * stride;
                        let (a, b) = (class[number], class[other]);
                        if a != b {
                            found.insert((a.min(b), a.max(b)));
                        }
                    }
                }
            }
            stride *= count;
        }
        moves
    }
}

/// Goes through a space.
pub struct Reach<'a, 'b> {
    /// What is known without any design.
    pub ground: Ground<'a>,
    /// The rules.
    pub cone: &'b mut Cone<'a>,
    /// The space.
    pub space: &'b Space,
    /// What points give.
    pub targets: &'b [RelationId],
    /// The words.
    pub interner: &'b mut Interner,
    /// Limits.
    pub options: &'b Options<'b>,
    /// How many combinations were derived.
    pub derived: usize,
}

impl Reach<'_, '_> {
    /// The groups that some patterns fall apart into, settled.
    pub fn parts(&mut self, patterns: &BTreeSet<Pattern>) -> Result<Vec<Cases>, Obstacle> {
        let mut front = patterns.clone();
        for step in 0.. {
            let groups = self.groups(&front);
            if groups.len() > 1 {
                return groups.into_iter().map(|(_, patterns)| self.cases(&patterns)).collect();
            }
            let Some((variables, group)) = groups.into_iter().next() else { return Ok(Vec::new()) };
            let height = |it: &Pattern| self.cone.height(it.relation);
            let most = group.iter().filter(|it| !self.cone.is_leaf(it.relation)).map(height).max();
            let Some(most) = most else {
                return Ok(variables.into_iter().map(|it| self.variable(it)).collect());
            };
            let mut next = BTreeSet::new();
            for pattern in &group {
                if !self.cone.is_leaf(pattern.relation) && height(pattern) == most {
                    next.extend(self.cone.step(pattern, self.interner));
                } else {
                    next.insert(pattern.clone());
                }
            }
            // Relations that lean on themselves never fall apart.
            if next == group || step > DEEPEST {
                return Ok(variables.into_iter().map(|it| self.variable(it)).collect());
            }
            front = next;
        }
        Ok(Vec::new())
    }

    /// Patterns that share variables, with the variables; patterns that depend on none are left
    /// out.
    fn groups(
        &mut self,
        patterns: &BTreeSet<Pattern>,
    ) -> Vec<(BTreeSet<usize>, BTreeSet<Pattern>)> {
        let mut groups: Vec<(BTreeSet<usize>, BTreeSet<Pattern>)> = Vec::new();
        for pattern in patterns {
            let mut variables = self.cone.variables(pattern, self.space, self.interner);
            if variables.is_empty() {
                continue;
            }
            let mut group = BTreeSet::from([pattern.clone()]);
            groups.retain(|(others, members)| {
                let apart = others.is_disjoint(&variables);
                if !apart {
                    variables.extend(others);
                    group.extend(members.iter().cloned());
                }
                apart
            });
            groups.push((variables, group));
        }
        groups.sort();
        groups
    }

    /// The cases of a variable by itself.
    fn variable(&self, variable: usize) -> Cases {
        let count = self.space.variables[variable].values.len();
        let pairs = (0..count as u32).flat_map(|a| (a + 1..count as u32).map(move |b| (a, b)));
        Cases {
            shown_by: (0..count).map(|value| vec![(variable, value)]).collect(),
            moves: Moves::from([(variable, pairs.collect())]),
        }
    }

    /// The cases of one group.
    fn cases(&mut self, patterns: &BTreeSet<Pattern>) -> Result<Cases, Obstacle> {
        let product = Product::new(self.parts(patterns)?)?;
        let mut wanted: Vec<RelationId> = patterns.iter().map(|it| it.relation).collect();
        wanted.dedup();
        let bulk = Bulk::new(self.ground, self.interner, self.targets, &wanted);
        let mut known: FxHashMap<Vec<(usize, Vec<Word>)>, u32> = FxHashMap::default();
        let (mut class, mut cases) = (Vec::with_capacity(product.len()), Cases::default());
        let space = self.space;
        bulk.run(
            self.interner,
            self.options,
            product.len(),
            &|number, say| said(space, &product.choice(number), say),
            &mut |number, derived| {
                let fits = |(place, tuple): &(usize, Vec<Word>)| {
                    let relation = wanted[*place];
                    patterns.iter().any(|it| it.relation == relation && it.fits(tuple))
                };
                let case: Vec<_> = derived.into_iter().filter(fits).collect();
                let next = known.len() as u32;
                let case = *known.entry(case).or_insert(next);
                if case == next {
                    cases.shown_by.push(product.choice(number));
                }
                class.push(case);
            },
        )
        .map_err(Obstacle::Stopped)?;
        self.derived += product.len();
        cases.moves = product.moves(&class);
        Ok(cases)
    }
}

/// What a choice says: the facts of all variables, those not chosen at their plainest value if
/// they have but one.
pub fn said(space: &Space, choice: &Choice, say: &mut dyn FnMut(&Fact)) {
    let fixed = space.variables.iter().filter(|variable| variable.values.len() == 1);
    let fixed = fixed.flat_map(|variable| variable.values.first());
    let chosen = choice.iter().map(|(variable, value)| &space.variables[*variable].values[*value]);
    fixed.chain(chosen).flat_map(|value| &value.facts).for_each(say);
}
