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

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::program::{Argument, Atom, Head, Literal, Program, Term};
use crate::explain::{Bindings, Solver, ready};
use crate::kb::is_stated;
use crate::syntax::operators::{AggregateOperator, Comparison, Functor};
use crate::value::{Interner, Primitive, RelationId, RuleId, VariableId, Word};

use super::certain::Assumed;
use super::choices::{Choice, Choices};
use super::variants::{Base, WordFact};

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
    base: &'a Base<'a>,
    choices: &'a Choices,
    pub(super) program: &'a Program,
    pub(super) solver: Solver<'a>,
    pub(super) rules: Rc<Rules>,
    /// The free choices by the relation they state.
    free: FxHashMap<RelationId, Vec<Free>>,
    nodes: Vec<Node>,
    known: FxHashMap<Pattern, usize>,
}

/// The rules of a program, to be asked backwards; cones of one design can share them.
pub struct Rules {
    /// By the relation they conclude.
    pub(super) concluding: Vec<Vec<RuleId>>,
    /// What each has in its head.
    heads: Vec<Vec<HeadTerm>>,
    /// For each rule and each set of columns nobody looks at, what is left of the body.
    trimmed: RefCell<FxHashMap<(RuleId, Vec<bool>), Rc<Trimmed>>>,
    /// What tuples cannot hold without.
    pub(super) behind: RefCell<FxHashMap<Assumed, Rc<Vec<Assumed>>>>,
}

/// A head's column.
enum HeadTerm {
    Variable(VariableId),
    Word(Word),
    Computed,
}

impl Rules {
    /// The rules of the program of a base.
    pub fn of(base: &Base<'_>) -> Rc<Self> {
        let program = &base.rulebook().worlds.program;
        let mut concluding = vec![Vec::new(); program.relations.len()];
        for (index, rule) in program.rules.iter().enumerate() {
            concluding[rule.head.relation.index()].push(RuleId::from(index));
        }
        let head = |term: &Term| match term {
            Term::Variable(variable) => HeadTerm::Variable(*variable),
            Term::Constant(constant) => {
                base.interner().find(constant).map_or(HeadTerm::Computed, HeadTerm::Word)
            }
            Term::Call { .. } => HeadTerm::Computed,
        };
        let heads = program.rules.iter().map(|rule| rule.head.terms.iter().map(head).collect());
        let heads = heads.collect();
        Rc::new(Rules {
            concluding,
            heads,
            trimmed: RefCell::default(),
            behind: RefCell::default(),
        })
    }
}

struct Node {
    pattern: Pattern,
    /// The patterns it asks for.
    asks: Vec<usize>,
    /// The free choices that state matches of it.
    choices: Vec<usize>,
    done: bool,
    /// Its tuples are those of the base whatever is chosen.
    fixed: bool,
    /// There may be tuples that match it.
    possible: bool,
    /// Every tuple that may match it fits one of these; `None` where a column is not known.
    tuples: Vec<Vec<Option<Word>>>,
}

/// More tuples than this are not told apart.
const MOST_TUPLES: usize = 64;

/// How often a walk through one rule may branch over tuples that only may be there.
const MOST_BRANCHES: usize = 512;

/// A body without what only computes values nobody looks at.
pub(super) struct Trimmed {
    pub body: Vec<Literal>,
    pub types: Vec<Primitive>,
    /// How often each variable is looked at.
    pub uses: Vec<u32>,
}

/// What a walk through a body gathers.
#[derive(Default)]
pub(super) struct Walk {
    asks: Vec<usize>,
    /// A pattern that is not fixed was met.
    open: bool,
    /// The end of the body was reached.
    reached: bool,
    /// What the head was then.
    tuples: FxHashSet<Vec<Option<Word>>>,
    /// How often it branched over tuples that only may be there.
    branches: usize,
}

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
        }
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

    fn dependent(&self, relation: RelationId) -> bool {
        self.base.rulebook().worlds.dependent[relation.index()]
    }

    pub(super) fn is_stated(&self, relation: RelationId) -> bool {
        is_stated(&self.base.rulebook().program.relations[relation.index()])
    }

    fn node(&mut self, pattern: Pattern) -> usize {
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

    fn rule(&mut self, id: RuleId, asked: &[Ask], walk: &mut Walk) {
        let rule = &self.program.rules[id.index()];
        let Some(bindings) = self.unify(id, asked) else { return };
        let trimmed = self.trimmed(id, asked);
        let open: Vec<&Literal> = trimmed.body.iter().collect();
        self.walk(&trimmed, Some(&rule.head), open, bindings, walk);
    }

    /// The body of a rule without what computes columns that nobody looks at.
    pub(super) fn trimmed(&mut self, id: RuleId, asked: &[Ask]) -> Rc<Trimmed> {
        let ignored: Vec<bool> = asked.iter().map(|ask| *ask == Ask::Whatever).collect();
        let rule = &self.program.rules[id.index()];
        let mut known = self.rules.trimmed.borrow_mut();
        let trimmed = known.entry((id, ignored)).or_insert_with_key(|(_, ignored)| {
            let types = rule.variables.iter().map(|variable| variable.primitive).collect();
            Rc::new(trim(&rule.head, &rule.body, types, ignored))
        });
        Rc::clone(trimmed)
    }

    /// Follows a body as far as its fixed conditions allow.
    fn walk(
        &mut self,
        rule: &Trimmed,
        head: Option<&Head>,
        mut open: Vec<&Literal>,
        bindings: Bindings,
        walk: &mut Walk,
    ) {
        if self.denied(rule, &mut open, &bindings, walk) {
            return;
        }
        let Some(next) = self.next(&open, &bindings) else {
            walk.reached = true;
            if let Some(head) = head
                && walk.tuples.len() <= MOST_TUPLES
            {
                let word = |term: &Term| match term {
                    Term::Variable(variable) => bindings[variable.index()],
                    Term::Constant(constant) => self.solver.interner().find(constant),
                    Term::Call { .. } => None,
                };
                walk.tuples.insert(head.terms.iter().map(word).collect());
            }
            return;
        };
        let literal = open.remove(next);
        let exact = match literal {
            Literal::Positive(atom) => match self.asks(rule, atom, &bindings, walk) {
                Some(node) if self.is_impossible(node) => return,
                Some(node) if !self.settles(node, walk) => {
                    let ways = self.ways(node, atom, &bindings);
                    walk.branches += ways.len().saturating_sub(1);
                    if walk.branches > MOST_BRANCHES {
                        return self.walk(rule, head, open, bindings, walk);
                    }
                    for bindings in ways {
                        self.walk(rule, head, open.clone(), bindings, walk);
                    }
                    return;
                }
                _ => true,
            },
            Literal::Negative(atom) => {
                let node = self.asks(rule, atom, &bindings, walk);
                let settled = node.is_none_or(|node| self.settles(node, walk));
                if !settled {
                    let assumed = self.assume(&rule.body, &bindings);
                    if self.must_hold(atom, &bindings, &assumed) {
                        return;
                    }
                }
                settled
            }
            Literal::Aggregate(aggregate) => {
                let mut inner = Walk::default();
                let body: Vec<&Literal> = aggregate.body.iter().collect();
                self.walk(rule, None, body, bindings.clone(), &mut inner);
                walk.asks.append(&mut inner.asks);
                walk.open |= inner.open;
                !inner.open
            }
            _ => true,
        };
        if !exact || !ready(literal, &bindings) {
            return self.walk(rule, head, open, bindings, walk);
        }
        let mut found: Vec<Bindings> = Vec::new();
        let _ = self.solver.solve(
            std::slice::from_ref(literal),
            &rule.types,
            bindings,
            None,
            &mut |_, solution| {
                found.push(solution.bindings.clone());
                ControlFlow::Continue(())
            },
        );
        found.sort();
        found.dedup();
        for bindings in found {
            self.walk(rule, head, open.clone(), bindings, walk);
        }
    }

    /// Whether a negated condition fails whatever is chosen. Those that hold whatever is chosen are
    /// done with: looked at early, they spare the questions behind the others.
    fn denied(
        &mut self,
        rule: &Trimmed,
        open: &mut Vec<&Literal>,
        bindings: &Bindings,
        walk: &mut Walk,
    ) -> bool {
        let mut at = 0;
        while let Some(&literal) = open.get(at) {
            let Literal::Negative(atom) = literal else {
                at += 1;
                continue;
            };
            if !ready(literal, bindings) {
                at += 1;
                continue;
            }
            let node = self.asks(rule, atom, bindings, walk);
            if node.is_some_and(|node| !(self.nodes[node].done && self.nodes[node].fixed)) {
                at += 1;
                continue;
            }
            let known = self.known_columns(atom, bindings);
            if !self.base.database().relation(atom.relation).matching(&known).is_empty() {
                return true;
            }
            open.remove(at);
        }
        false
    }

    /// What an atom may bind, by the tuples that may answer a question.
    fn ways(&self, node: usize, atom: &Atom, bindings: &Bindings) -> Vec<Bindings> {
        let mut ways: Vec<Bindings> = Vec::new();
        'tuples: for tuple in &self.nodes[node].tuples {
            let mut bound = bindings.clone();
            for (argument, word) in atom.arguments.iter().zip(tuple) {
                let (Argument::Variable(variable), Some(word)) = (argument, word) else { continue };
                match bound[variable.index()] {
                    Some(known) if known != *word => continue 'tuples,
                    _ => bound[variable.index()] = Some(*word),
                }
            }
            ways.push(bound);
        }
        ways.sort_unstable();
        ways.dedup();
        ways
    }

    /// Asks for an atom, unless no design can change it; gives the number of the question.
    pub(super) fn asks(
        &mut self,
        rule: &Trimmed,
        atom: &Atom,
        bindings: &Bindings,
        walk: &mut Walk,
    ) -> Option<usize> {
        if !self.dependent(atom.relation) || atom.relation == self.base.rulebook().worlds.world {
            return None;
        }
        let mut asked = Vec::with_capacity(atom.arguments.len());
        for argument in &atom.arguments {
            asked.push(match argument {
                Argument::Wildcard => Ask::Whatever,
                Argument::Constant(constant) => match self.solver.interner().find(constant) {
                    Some(word) => Ask::Word(word),
                    // Nothing has this constant yet, but a rule may compute it.
                    None => Ask::Word(self.solver.interner_mut().intern(constant)),
                },
                Argument::Variable(variable) => match bindings[variable.index()] {
                    Some(word) => Ask::Word(word),
                    None if rule.uses[variable.index()] <= 1 => Ask::Whatever,
                    None => Ask::Unknown,
                },
            });
        }
        let node = self.node((atom.relation, asked));
        walk.asks.push(node);
        Some(node)
    }

    /// Whether nothing answers a question whatever is chosen.
    pub(super) fn is_impossible(&self, node: usize) -> bool {
        self.nodes[node].done && !self.nodes[node].possible
    }

    /// Whether the tuples of a question are those of the base whatever is chosen.
    pub(super) fn settles(&self, node: usize, walk: &mut Walk) -> bool {
        let fixed = self.nodes[node].done && self.nodes[node].fixed;
        walk.open |= !fixed;
        fixed
    }

    /// The position of the condition to look at next: tests first, then atoms whose first columns
    /// are known, of those the one with most columns known. Negations and aggregates come when
    /// nothing else can bind their variables.
    pub(super) fn next(&self, open: &[&Literal], bindings: &Bindings) -> Option<usize> {
        let score = |literal: &Literal| -> (u32, usize) {
            match literal {
                Literal::Positive(atom) => {
                    let hidden = usize::from(self.dependent(atom.relation));
                    let known = |argument: &Argument| match argument {
                        Argument::Variable(variable) => bindings[variable.index()].is_some(),
                        Argument::Constant(_) => true,
                        Argument::Wildcard => false,
                    };
                    let first = atom.arguments.get(hidden).is_none_or(known);
                    let count = atom.arguments.iter().filter(|argument| known(argument)).count();
                    (if first { 1 } else { 2 }, usize::MAX - count)
                }
                Literal::Negative(_) | Literal::Aggregate(_) => (3, 0),
                other if ready(other, bindings) => (0, 0),
                _ => (4, 0),
            }
        };
        let scored = open.iter().enumerate().map(|(at, literal)| (score(literal), at));
        scored.min().map(|(_, at)| at)
    }

    /// The bindings that an asked tuple gives the variables of a rule's head; `None` where it cannot
    /// match.
    pub(super) fn unify(&self, rule: RuleId, asked: &[Ask]) -> Option<Bindings> {
        let head = &self.rules.heads[rule.index()];
        let differs = head.iter().zip(asked).any(|pair| match pair {
            (HeadTerm::Word(constant), Ask::Word(word)) => constant != word,
            _ => false,
        });
        if differs {
            return None;
        }
        let mut bindings: Bindings = vec![None; self.program.rules[rule.index()].variables.len()];
        for (term, ask) in head.iter().zip(asked) {
            let (HeadTerm::Variable(variable), Ask::Word(word)) = (term, ask) else { continue };
            match bindings[variable.index()] {
                Some(known) if known != *word => return None,
                _ => bindings[variable.index()] = Some(*word),
            }
        }
        Some(bindings)
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

/// Drops from a body what only computes values that nobody looks at, if it cannot fail.
fn trim(head: &Head, body: &[Literal], types: Vec<Primitive>, ignored: &[bool]) -> Trimmed {
    let mut body: Vec<Literal> = body.to_vec();
    loop {
        let mut uses = vec![0; types.len()];
        for (term, ignored) in head.terms.iter().zip(ignored) {
            if !ignored {
                // A head variable is looked at by whoever asks, whatever else happens to it.
                term_uses(term, 2, &mut uses);
            }
        }
        body.iter().for_each(|literal| literal_uses(literal, &mut uses));
        let idle = |literal: &Literal| match literal {
            Literal::Compare { comparison: Comparison::Equal, left, right, .. } => {
                let computes = |variable: &Term, value: &Term| match variable {
                    Term::Variable(variable) => uses[variable.index()] == 1 && total(value),
                    _ => false,
                };
                computes(left, right) || computes(right, left)
            }
            Literal::Aggregate(aggregate) => {
                let counts =
                    matches!(aggregate.operator, AggregateOperator::Count | AggregateOperator::Sum);
                counts && uses[aggregate.result.index()] == 1
            }
            _ => false,
        };
        match body.iter().position(idle) {
            Some(at) => drop(body.remove(at)),
            None => return Trimmed { body, types, uses },
        }
    }
}

/// Whether a value can always be computed.
fn total(term: &Term) -> bool {
    match term {
        Term::Variable(_) | Term::Constant(_) => true,
        Term::Call { functor, arguments, .. } => {
            let safe = matches!(
                functor,
                Functor::Cat
                    | Functor::ToString
                    | Functor::Length
                    | Functor::Add
                    | Functor::Subtract
                    | Functor::Multiply
            );
            safe && arguments.iter().all(total)
        }
    }
}

fn term_uses(term: &Term, weight: u32, uses: &mut [u32]) {
    match term {
        Term::Variable(variable) => uses[variable.index()] += weight,
        Term::Constant(_) => {}
        Term::Call { arguments, .. } => {
            arguments.iter().for_each(|argument| term_uses(argument, weight, uses));
        }
    }
}

fn literal_uses(literal: &Literal, uses: &mut [u32]) {
    let mut variable = |id: &VariableId| uses[id.index()] += 1;
    match literal {
        Literal::Positive(atom) | Literal::Negative(atom) => {
            for argument in &atom.arguments {
                if let Argument::Variable(id) = argument {
                    variable(id);
                }
            }
        }
        Literal::Compare { left, right, .. } => {
            term_uses(left, 1, uses);
            term_uses(right, 1, uses);
        }
        Literal::Test { arguments, .. } => {
            arguments.iter().for_each(|term| term_uses(term, 1, uses));
        }
        Literal::Truth(_) => {}
        Literal::Range { result, from, to, step, .. } => {
            variable(result);
            [Some(from), Some(to), step.as_ref()]
                .into_iter()
                .flatten()
                .for_each(|term| term_uses(term, 1, uses));
        }
        Literal::Aggregate(aggregate) => {
            variable(&aggregate.result);
            if let Some(target) = &aggregate.target {
                term_uses(target, 2, uses);
            }
            aggregate.body.iter().for_each(|literal| literal_uses(literal, uses));
            // What ranges is counted by its bindings, so every variable in it matters.
            aggregate.body.iter().for_each(|literal| literal_uses(literal, uses));
        }
    }
}
