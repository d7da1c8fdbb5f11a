//! What a goal can depend on.
//!
//! The rules are asked backwards for *patterns* of tuples, such as `base_mechanism("bid", ?)`. A rule
//! that could conclude a match asks for patterns of its body, and so on down to stated facts. What a
//! pattern reaches is all that can change it: its *cone*.
//!
//! Bindings keep cones small. A pattern whose cone holds no free choice is *fixed*: it has the same
//! tuples whatever is chosen, so its tuples in the base bind the rule's variables, and a rule whose
//! fixed conditions fail is never followed further. A pattern that is not fixed leaves its
//! variables unknown. A column whose value nobody looks at is not asked for, and neither is what
//! computes it.
//!
//! A cone is too large rather than too small: whatever a choice outside of it is, the tuples that
//! match the pattern are the same. So are the tuples in a world that states only the facts inside:
//! such a [`Slice`] of a design is what variants are derived from.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::program::Program;
use crate::eval::StopReason;
use crate::explain::Solver;
use crate::kb::is_stated;
use crate::value::{Interner, RelationId, Word};

use super::choices::{Choice, Choices};
use super::trim::Rules;
use super::variants::{Base, WordFact};
use super::walk::Walk;

/// What is asked of a column.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ask {
    /// Tuples with this word.
    Word(Word),
    /// Tuples with any word, which matters.
    Unknown,
    /// Tuples with any word, which nobody looks at.
    Whatever,
}

/// A question for tuples: a relation, and what is asked of each column, the hidden one included.
type Pattern = (RelationId, Vec<Ask>);

/// What a goal depends on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cone {
    /// The free choices that can change it, ascending.
    pub choices: Vec<usize>,
    /// Whether anything can match it at all, as far as can be seen.
    pub possible: bool,
}

/// What has to be stated and evaluated to answer goals.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Slice {
    /// The numbers of the facts that matter.
    pub facts: Vec<usize>,
    /// The strata to evaluate.
    pub strata: Vec<usize>,
}

impl Slice {
    /// Everything.
    pub fn whole(base: &Base<'_>) -> Self {
        Slice {
            facts: (0..base.facts().len()).collect(),
            strata: base.rulebook().design_strata().collect(),
        }
    }
}

/// A choice that may be made otherwise than the base has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Free {
    /// Its number.
    pub choice: usize,
    /// The words it may put into its column, and those that are there now.
    pub words: Vec<Word>,
}

impl Free {
    /// A choice with all its values.
    fn whole(base: &Base<'_>, choices: &Choices, choice: usize) -> Self {
        let Choice { column, stated, words, .. } = &choices.choices[choice];
        let now = column.map(|column| stated.iter().map(move |&fact| base.facts()[fact].1[column]));
        let words = now.into_iter().flatten().chain(words.iter().copied()).collect();
        Free { choice, words }
    }
}

/// Patterns asked for so far, and what they depend on, for one set of free choices.
pub struct Cones<'a> {
    pub(super) base: &'a Base<'a>,
    choices: &'a Choices,
    pub(super) program: &'a Program,
    pub(super) solver: Solver<'a>,
    pub(super) rules: Rc<Rules>,
    /// The free choices by the relation they state.
    free: FxHashMap<RelationId, Vec<Free>>,
    pub(super) nodes: Vec<Node>,
    known: FxHashMap<Pattern, usize>,
    /// How many conditions the proof search under way may still look at.
    pub(super) steps: usize,
    /// How many conditions were looked at.
    pub(super) looked: usize,
    /// How many may be: with more, nothing that was found counts.
    pub(super) most: usize,
}

/// A pattern that was asked for.
pub(super) struct Node {
    pattern: Pattern,
    /// The patterns it asks for.
    asks: Vec<usize>,
    /// The free choices that state matches of it.
    choices: Vec<usize>,
    /// Whether all below is known: not where a pattern leads back to itself.
    pub done: bool,
    /// Its tuples are those of the base whatever is chosen.
    pub fixed: bool,
    /// There may be tuples that match it.
    pub possible: bool,
    /// Every tuple that may match it fits one of these; `None` where a column is not known.
    pub tuples: Vec<Vec<Option<Word>>>,
}

/// More tuples than this are not told apart.
pub(super) const MOST_TUPLES: usize = 64;

/// The world that the base is derived in.
const BASE_WORLD: Word = Word(0);

impl<'a> Cones<'a> {
    /// Nothing asked yet; the given choices are free, all others are as the base has them.
    pub fn new(base: &'a Base<'a>, choices: &'a Choices, free: &[usize]) -> Self {
        let whole = |&choice: &usize| Free::whole(base, choices, choice);
        Cones::within(base, Rules::of(base), choices, free.iter().map(whole).collect())
    }

    /// As [`Cones::new`], with choices that may be free for some of their values only.
    pub fn within(
        base: &'a Base<'a>,
        rules: Rc<Rules>,
        choices: &'a Choices,
        free: Vec<Free>,
    ) -> Self {
        let program = &base.rulebook().worlds.program;
        let mut by_relation: FxHashMap<RelationId, Vec<Free>> = FxHashMap::default();
        for free in free {
            by_relation.entry(choices.choices[free.choice].relation).or_default().push(free);
        }
        let interner = Interner::over(std::sync::Arc::clone(base.interner()));
        Cones {
            base,
            choices,
            program,
            solver: Solver::new(program, base.database(), interner),
            rules,
            free: by_relation,
            nodes: Vec::new(),
            known: FxHashMap::default(),
            steps: 0,
            looked: 0,
            most: usize::MAX,
        }
    }

    /// The same, but it gives up after so many conditions.
    pub fn at_most(self, most: Option<usize>) -> Self {
        Cones { most: most.unwrap_or(usize::MAX), ..self }
    }

    /// How many conditions were looked at; an error where there were more than may be, and what was
    /// found says nothing.
    pub fn looked(&self) -> Result<usize, StopReason> {
        if self.looked > self.most { Err(StopReason::Steps(self.most)) } else { Ok(self.looked) }
    }

    /// Asks for tuples of a relation; columns are given without the hidden one. Gives the number
    /// of the question.
    pub fn ask(&mut self, relation: RelationId, columns: &[Ask]) -> usize {
        let mut asked = Vec::with_capacity(columns.len() + 1);
        if self.dependent(relation) {
            asked.push(Ask::Word(BASE_WORLD));
        }
        asked.extend_from_slice(columns);
        self.node((relation, asked))
    }

    /// What a question depends on.
    pub fn cone(&self, root: usize) -> Cone {
        let mut choices: Vec<usize> = self
            .reached(&[root])
            .into_iter()
            .flat_map(|n| &self.nodes[n].choices)
            .copied()
            .collect();
        choices.sort_unstable();
        choices.dedup();
        Cone { choices, possible: self.nodes[root].possible }
    }

    /// Whether a question has the same answers whatever is chosen.
    pub fn is_fixed(&self, root: usize) -> bool {
        self.nodes[root].fixed
    }

    /// The facts and strata that questions need.
    pub fn slice(&self, roots: &[usize]) -> Slice {
        let reached = self.reached(roots);
        let mut by_relation: FxHashMap<RelationId, Vec<&[Ask]>> = FxHashMap::default();
        let mut relations: FxHashSet<RelationId> = FxHashSet::default();
        for node in reached {
            let (relation, asked) = &self.nodes[node].pattern;
            relations.insert(*relation);
            if self.is_stated(*relation) {
                by_relation.entry(*relation).or_default().push(&asked[1..]);
            }
        }
        let wanted = |(relation, words): &WordFact| {
            by_relation.get(relation).is_some_and(|patterns| {
                patterns.iter().any(|pattern| {
                    pattern.iter().zip(words).all(|(ask, word)| match ask {
                        Ask::Word(asked) => asked == word,
                        _ => true,
                    })
                })
            })
        };
        let facts = self.base.facts().iter().enumerate();
        let facts = facts.filter(|(_, fact)| wanted(fact)).map(|(index, _)| index).collect();
        let program = &self.program.strata;
        let strata = self
            .base
            .rulebook()
            .design_strata()
            .filter(|&at| program[at].relations.iter().any(|id| relations.contains(id)))
            .collect();
        Slice { facts, strata }
    }

    fn reached(&self, roots: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.nodes.len()];
        let mut open: Vec<usize> = roots.to_vec();
        let mut reached = Vec::new();
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut seen[node], true) {
                reached.push(node);
                open.extend(&self.nodes[node].asks);
            }
        }
        reached
    }

    pub(super) fn dependent(&self, relation: RelationId) -> bool {
        self.base.rulebook().worlds.dependent[relation.index()]
    }

    pub(super) fn is_stated(&self, relation: RelationId) -> bool {
        is_stated(&self.base.rulebook().program.relations[relation.index()])
    }

    pub(super) fn node(&mut self, pattern: Pattern) -> usize {
        if let Some(&node) = self.known.get(&pattern) {
            return node;
        }
        let node = self.nodes.len();
        self.nodes.push(Node {
            pattern: pattern.clone(),
            asks: Vec::new(),
            choices: Vec::new(),
            done: false,
            fixed: false,
            possible: true,
            tuples: vec![pattern.1.iter().map(word_of).collect()],
        });
        self.known.insert(pattern.clone(), node);
        let (relation, asked) = &pattern;
        let mut walk = Walk::default();
        if self.is_stated(*relation) {
            let choices = self.stating(*relation, asked);
            walk.open = !choices.is_empty();
            walk.reached = walk.open || self.any_row(*relation, asked);
            walk.tuples.extend(self.rows(*relation, asked));
            self.statable(*relation, asked, &choices, &mut walk.tuples);
            self.nodes[node].choices = choices;
        }
        let rules = Rc::clone(&self.rules);
        let concluding = &rules.concluding[relation.index()];
        for &rule in concluding {
            walk.branches = 0;
            self.rule(rule, asked, &mut walk);
        }
        if concluding.is_empty() && !self.is_stated(*relation) {
            walk.reached = self.any_row(*relation, asked);
            walk.tuples.extend(self.rows(*relation, asked));
        }
        if let Some(tuples) = general(walk.tuples) {
            self.nodes[node].tuples = tuples;
        }
        walk.asks.sort_unstable();
        walk.asks.dedup();
        let settled = &mut self.nodes[node];
        settled.asks = walk.asks;
        settled.done = true;
        settled.fixed = !walk.open;
        settled.possible = walk.reached;
        node
    }

    /// The free choices that can state a match.
    fn stating(&self, relation: RelationId, asked: &[Ask]) -> Vec<usize> {
        let Some(free) = self.free.get(&relation) else { return Vec::new() };
        let fits = |column: usize, word: Word| match asked[column + 1] {
            Ask::Word(asked) => asked == word,
            _ => true,
        };
        let matters = |free: &&Free| {
            let choice = &self.choices.choices[free.choice];
            let about = choice.key.iter().all(|&(column, word)| fits(column, word));
            about
                && choice.column.is_none_or(|column| {
                    // A fact that is there stays there when one of its columns changes.
                    let looked_at = asked[column + 1] != Ask::Whatever || choice.stated.len() != 1;
                    looked_at && free.words.iter().any(|word| fits(column, *word))
                })
        };
        free.iter().filter(matters).map(|free| free.choice).collect()
    }

    /// The tuples that choices may state.
    fn statable(
        &self,
        relation: RelationId,
        asked: &[Ask],
        choices: &[usize],
        tuples: &mut FxHashSet<Vec<Option<Word>>>,
    ) {
        let free = self.free.get(&relation).map(Vec::as_slice).unwrap_or_default();
        for free_choice in free.iter().filter(|free| choices.contains(&free.choice)) {
            let choice = &self.choices.choices[free_choice.choice];
            let mut about: Vec<Option<Word>> = vec![None; asked.len()];
            about[0] = Some(BASE_WORLD);
            for &(column, word) in &choice.key {
                about[column + 1] = Some(word);
            }
            // Another choice may change another column of the same fact.
            let mut open = vec![false; asked.len()];
            for other in free.iter().map(|other| &self.choices.choices[other.choice]) {
                if let (Some(column), true) = (other.column, other.key == choice.key) {
                    open[column + 1] = true;
                }
            }
            let rows = self.base.database().relation(relation);
            let mut shapes: Vec<Vec<Option<Word>>> = rows
                .matching(&about)
                .into_iter()
                .map(|row| rows.row(row).zip(&open).map(|(w, open)| (!open).then_some(w)).collect())
                .collect();
            if shapes.is_empty() {
                shapes.push(about);
            }
            for shape in shapes {
                let Some(column) = choice.column else {
                    tuples.insert(shape);
                    continue;
                };
                for &word in &free_choice.words {
                    let mut tuple = shape.clone();
                    tuple[column + 1] = Some(word);
                    tuples.insert(tuple);
                }
            }
        }
        tuples.retain(|tuple| {
            tuple.iter().zip(asked).all(|(word, ask)| match (word, ask) {
                (Some(word), Ask::Word(asked)) => word == asked,
                _ => true,
            })
        });
    }

    fn rows(&self, relation: RelationId, asked: &[Ask]) -> Vec<Vec<Option<Word>>> {
        let pattern: Vec<Option<Word>> = asked.iter().map(word_of).collect();
        let rows = self.base.database().relation(relation);
        let found = rows.matching(&pattern).into_iter().take(MOST_TUPLES + 1);
        found.map(|row| rows.row(row).map(Some).collect()).collect()
    }

    fn any_row(&self, relation: RelationId, asked: &[Ask]) -> bool {
        let pattern: Vec<Option<Word>> = asked.iter().map(word_of).collect();
        !self.base.database().relation(relation).matching(&pattern).is_empty()
    }
}

/// Tuples without those that a more general one among them covers; `None` if there are too many.
fn general(tuples: FxHashSet<Vec<Option<Word>>>) -> Option<Vec<Vec<Option<Word>>>> {
    if tuples.len() > MOST_TUPLES {
        return None;
    }
    let mut tuples: Vec<Vec<Option<Word>>> = tuples.into_iter().collect();
    tuples.sort_unstable();
    let covers = |one: &[Option<Word>], other: &[Option<Word>]| {
        one != other && one.iter().zip(other).all(|(a, b)| a.is_none() || a == b)
    };
    let all = tuples.clone();
    tuples.retain(|tuple| !all.iter().any(|other| covers(other, tuple)));
    Some(tuples)
}

fn word_of(ask: &Ask) -> Option<Word> {
    match ask {
        Ask::Word(word) => Some(*word),
        _ => None,
    }
}
