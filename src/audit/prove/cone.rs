//! What a condition depends on: patterns of tuples, followed backwards through rules as far as the
//! relations that points give.
//!
//! A pattern is a relation with some columns fixed. Constants travel from a rule's head to its
//! body, so `predicate(_, "a", _)` depends on what is asked for `"a"` and not on all that any
//! predicate depends on.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::program::{Argument, Literal, Program, Rule, Term};
use crate::syntax::operators::Comparison;
use crate::value::{Interner, RelationId, VariableId, Word};

use super::super::structure::each_atom;
use super::space::{Fact, Space};

/// A relation with some columns fixed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pattern {
    /// The relation.
    pub relation: RelationId,
    /// The value of each column, where it is fixed.
    pub columns: Vec<Option<Word>>,
}

impl Pattern {
    /// Whether a tuple fits.
    pub fn fits(&self, tuple: &[Word]) -> bool {
        self.columns.len() == tuple.len()
            && self
                .columns
                .iter()
                .zip(tuple)
                .all(|(fixed, word)| fixed.is_none_or(|it| it == *word))
    }
}

/// The rules that patterns are followed through.
pub struct Cone<'a> {
    program: &'a Program,
    rules: Vec<Vec<&'a Rule>>,
    /// The relations that points give: nothing is followed behind them.
    given: Vec<bool>,
    /// How many rules lie between a relation and what is given.
    heights: Vec<u32>,
    below: BTreeMap<Pattern, BTreeSet<Pattern>>,
}

impl<'a> Cone<'a> {
    /// The rules of a program, cut off at what points give.
    pub fn new(program: &'a Program, targets: &[RelationId]) -> Self {
        let count = program.relations.len();
        let mut rules = vec![Vec::new(); count];
        for rule in &program.rules {
            rules[rule.head.relation.index()].push(rule);
        }
        let mut given = vec![false; count];
        targets.iter().for_each(|target| given[target.index()] = true);
        let mut heights = vec![0; count];
        // Strata come in order of dependency.
        for stratum in &program.strata {
            let read = stratum.rules.iter().flat_map(|rule| &program.rules[rule.index()].body);
            let mut most = 0;
            read.for_each(|literal| {
                each_atom(literal, &mut |atom| {
                    if !given[atom.relation.index()] {
                        most = most.max(heights[atom.relation.index()] + 1);
                    }
                });
            });
            stratum.relations.iter().for_each(|id| heights[id.index()] = most.max(1));
        }
        Cone { program, rules, given, heights, below: BTreeMap::new() }
    }

    /// How far a relation is from what is given.
    pub fn height(&self, relation: RelationId) -> u32 {
        if self.given[relation.index()] { 0 } else { self.heights[relation.index()] }
    }

    /// Whether points give the relation, or nothing but tables and facts does.
    pub fn is_leaf(&self, relation: RelationId) -> bool {
        self.given[relation.index()] || self.rules[relation.index()].is_empty()
    }

    /// The patterns that the rules of a pattern read.
    pub fn step(&self, pattern: &Pattern, interner: &mut Interner) -> BTreeSet<Pattern> {
        let mut found = BTreeSet::new();
        if self.is_leaf(pattern.relation) {
            return found;
        }
        for rule in &self.rules[pattern.relation.index()] {
            let Some(bound) = unify(rule, pattern, interner) else { continue };
            for literal in &rule.body {
                each_atom(literal, &mut |atom| {
                    let columns = atom.arguments.iter().map(|argument| match argument {
                        Argument::Constant(constant) => Some(interner.intern(constant)),
                        Argument::Variable(variable) => bound.get(variable).copied(),
                        Argument::Wildcard => None,
                    });
                    let columns = columns.collect();
                    found.insert(Pattern { relation: atom.relation, columns });
                });
            }
        }
        found
    }

    /// All patterns below a pattern at which following it ends.
    pub fn leaves(&mut self, pattern: &Pattern, interner: &mut Interner) -> BTreeSet<Pattern> {
        if let Some(known) = self.below.get(pattern) {
            return known.clone();
        }
        let (mut open, mut seen) = (vec![pattern.clone()], BTreeSet::new());
        let mut leaves = BTreeSet::new();
        while let Some(next) = open.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            if self.is_leaf(next.relation) {
                leaves.insert(next);
            } else {
                open.extend(self.step(&next, interner));
            }
        }
        self.below.insert(pattern.clone(), leaves.clone());
        leaves
    }

    /// The variables of a space, by place, that something below a pattern depends on. Those of one
    /// value only are left out: they do not vary.
    pub fn variables(
        &mut self,
        pattern: &Pattern,
        space: &Space,
        interner: &mut Interner,
    ) -> BTreeSet<usize> {
        let leaves = self.leaves(pattern, interner);
        let touches = |(relation, tuple): &Fact| {
            leaves.iter().any(|leaf| leaf.relation == *relation && leaf.fits(tuple))
        };
        let varies = |variable: &super::space::Variable| {
            variable.values.len() > 1
                && variable.values.iter().any(|value| value.facts.iter().any(touches))
        };
        let variables = space.variables.iter().enumerate();
        variables.filter(|(_, variable)| varies(variable)).map(|(place, _)| place).collect()
    }

    /// The first relation below a pattern that comes from outside and that nothing says the values
    /// of.
    pub fn unbounded(
        &mut self,
        pattern: &Pattern,
        outside: &dyn Fn(RelationId) -> bool,
        interner: &mut Interner,
    ) -> Option<RelationId> {
        let leaves = self.leaves(pattern, interner);
        let open = |leaf: &&Pattern| !self.given[leaf.relation.index()] && outside(leaf.relation);
        leaves.iter().find(open).map(|leaf| leaf.relation)
    }

    /// The program.
    pub fn program(&self) -> &'a Program {
        self.program
    }
}

/// What the variables of a rule are bound to where its head fits a pattern; nothing where it does
/// not.
fn unify(
    rule: &Rule,
    pattern: &Pattern,
    interner: &mut Interner,
) -> Option<BTreeMap<VariableId, Word>> {
    let mut bound = BTreeMap::new();
    let mut bind =
        |variable: VariableId, word: Word| *bound.entry(variable).or_insert(word) == word;
    for literal in &rule.body {
        if let Literal::Compare { comparison: Comparison::Equal, left, right, .. } = literal {
            let (variable, constant) = match (left, right) {
                (Term::Variable(variable), Term::Constant(constant))
                | (Term::Constant(constant), Term::Variable(variable)) => (*variable, constant),
                _ => continue,
            };
            if !bind(variable, interner.intern(constant)) {
                return None;
            }
        }
    }
    for (term, fixed) in rule.head.terms.iter().zip(&pattern.columns) {
        let Some(fixed) = *fixed else { continue };
        let fits = match term {
            Term::Constant(constant) => interner.intern(constant) == fixed,
            Term::Variable(variable) => bind(*variable, fixed),
            Term::Call { .. } => true,
        };
        if !fits {
            return None;
        }
    }
    Some(bound)
}
