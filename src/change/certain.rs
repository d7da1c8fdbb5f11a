//! What holds whatever is chosen, given that some other tuples hold.
//!
//! A rule such as `effective(X) :- written(X), !replaced(X)` looks possible as long as `written(X)`
//! is and `replaced(X)` need not hold. But where `replaced(X) :- written(X), !allowed(X)` and nothing
//! can allow it, both can never be: whenever the first condition holds, so does the second. So a
//! negated condition is asked whether it must hold, *assuming* the other conditions of its rule.
//!
//! The answer is a proof search of small depth. A condition is met by an assumption, by tuples that
//! are the same whatever is chosen, or by a rule whose conditions are met. Where it gives up it says
//! that nothing is certain, which only makes a cone larger.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use crate::analyze::program::{Argument, Atom, Literal, Term, positive_atoms};
use crate::explain::{Bindings, ready};
use crate::value::{RelationId, Word};

use super::cone::{Ask, Cones};
use super::trim::Trimmed;
use super::walk::Walk;

/// How many rules deep a proof may be.
const DEPTH: usize = 8;

/// How many rules deep it is followed what a tuple cannot hold without.
const BEHIND: usize = 4;

/// How many ways to meet a condition are followed.
const WAYS: usize = 32;

/// How many conditions one proof search looks at: rules that lead back to themselves have no end of
/// proofs.
const STEPS: usize = 2_000;

/// A tuple that is taken to hold; `None` where a column is not known.
pub type Assumed = (RelationId, Vec<Option<Word>>);

impl Cones<'_> {
    /// The positive conditions of a body, as far as bindings tell, and what they cannot hold without.
    pub(super) fn assume(&mut self, body: &[Literal], bindings: &Bindings) -> Vec<Assumed> {
        let mut assumed: Vec<Assumed> = Vec::new();
        for atom in positive_atoms(body) {
            let tuple = (atom.relation, self.known_columns(atom, bindings));
            let behind = self.behind(&tuple, BEHIND);
            for other in std::iter::once(&tuple).chain(behind.iter()) {
                if !assumed.contains(other) {
                    assumed.push(other.clone());
                }
            }
        }
        assumed
    }

    /// What a tuple cannot hold without: the positive conditions that all rules share which conclude
    /// it, and what these cannot hold without.
    fn behind(&mut self, tuple: &Assumed, depth: usize) -> Rc<Vec<Assumed>> {
        let (relation, pattern) = tuple;
        let rules = Rc::clone(&self.rules);
        let concluding = &rules.concluding[relation.index()];
        if depth == 0 || concluding.is_empty() || self.is_stated(*relation) {
            return Rc::default();
        }
        if let Some(known) = rules.behind.borrow().get(tuple) {
            return Rc::clone(known);
        }
        let asked: Vec<Ask> =
            pattern.iter().map(|word| word.map_or(Ask::Unknown, Ask::Word)).collect();
        let mut shared: Option<Vec<Assumed>> = None;
        for &id in concluding {
            let Some(bindings) = rules.unify(id, &asked) else { continue };
            let mut needed: Vec<Assumed> = Vec::new();
            for literal in &self.program.rules[id.index()].body {
                let Literal::Positive(atom) = literal else { continue };
                let condition = (atom.relation, self.known_columns(atom, &bindings));
                let behind = self.behind(&condition, depth - 1);
                needed.push(condition);
                needed.extend(behind.iter().cloned());
            }
            match &mut shared {
                None => shared = Some(needed),
                Some(shared) => shared.retain(|tuple| needed.contains(tuple)),
            }
        }
        let mut shared = shared.unwrap_or_default();
        let mut seen = FxHashSet::default();
        shared.retain(|tuple| seen.insert(tuple.clone()));
        let shared = Rc::new(shared);
        // What was cut short by its depth is found again where there is more room.
        if depth == BEHIND {
            rules.behind.borrow_mut().insert(tuple.clone(), Rc::clone(&shared));
        }
        shared
    }

    /// Whether an atom must hold if some others do.
    pub(super) fn must_hold(
        &mut self,
        atom: &Atom,
        bindings: &Bindings,
        assumed: &[Assumed],
    ) -> bool {
        let pattern = self.known_columns(atom, bindings);
        self.steps = STEPS;
        !self.concluded(atom.relation, &pattern, assumed, DEPTH, 1).is_empty()
    }

    pub(super) fn known_columns(&mut self, atom: &Atom, bindings: &Bindings) -> Vec<Option<Word>> {
        let known = |argument: &Argument| match argument {
            Argument::Wildcard => None,
            Argument::Constant(constant) => Some(self.solver.interner_mut().intern(constant)),
            Argument::Variable(variable) => bindings[variable.index()],
        };
        atom.arguments.iter().map(known).collect()
    }

    /// Tuples of a relation that some rule must conclude.
    fn concluded(
        &mut self,
        relation: RelationId,
        pattern: &[Option<Word>],
        assumed: &[Assumed],
        depth: usize,
        most: usize,
    ) -> Vec<Vec<Option<Word>>> {
        let mut tuples = Vec::new();
        if depth == 0 {
            return tuples;
        }
        let asked: Vec<Ask> =
            pattern.iter().map(|word| word.map_or(Ask::Unknown, Ask::Word)).collect();
        let rules = Rc::clone(&self.rules);
        for &id in &rules.concluding[relation.index()] {
            let rule = &self.program.rules[id.index()];
            let Some(bindings) = rules.unify(id, &asked) else { continue };
            let trimmed = rules.trimmed(self.program, id, &asked);
            let open: Vec<&Literal> = trimmed.body.iter().collect();
            let mut found = Vec::new();
            self.meet(&trimmed, open, bindings, assumed, depth, &mut found);
            for bindings in found {
                let word = |term: &Term| match term {
                    Term::Variable(variable) => bindings[variable.index()],
                    Term::Constant(constant) => self.solver.interner().find(constant),
                    Term::Call { .. } => None,
                };
                let tuple: Vec<Option<Word>> = rule.head.terms.iter().map(word).collect();
                let fits =
                    tuple.iter().zip(pattern).all(|(have, want)| want.is_none() || have == want);
                if fits && !tuples.contains(&tuple) {
                    tuples.push(tuple);
                    if tuples.len() >= most {
                        return tuples;
                    }
                }
            }
        }
        tuples
    }

    /// Finds bindings under which all conditions of a body must hold.
    fn meet(
        &mut self,
        rule: &Rc<Trimmed>,
        mut open: Vec<&Literal>,
        bindings: Bindings,
        assumed: &[Assumed],
        depth: usize,
        found: &mut Vec<Bindings>,
    ) {
        if found.len() >= WAYS || self.steps == 0 || self.looked > self.most {
            return;
        }
        self.steps -= 1;
        self.looked += 1;
        let Some(next) = self.next(&open, &bindings) else {
            found.push(bindings);
            return;
        };
        let literal = open.remove(next);
        let fixed = match literal {
            Literal::Positive(atom) => {
                let ways = self.given(rule, atom, &bindings, assumed);
                for bindings in ways {
                    self.meet(rule, open.clone(), bindings, assumed, depth, found);
                }
                if !self.is_settled(rule, atom, &bindings) {
                    let pattern = self.known_columns(atom, &bindings);
                    let tuples = self.concluded(atom.relation, &pattern, assumed, depth - 1, WAYS);
                    for tuple in tuples {
                        if let Some(bindings) = bind(rule, atom, &tuple, &bindings) {
                            self.meet(rule, open.clone(), bindings, assumed, depth, found);
                        }
                    }
                    return;
                }
                true
            }
            Literal::Negative(atom) => {
                if self.never(rule, atom, &bindings) {
                    return self.meet(rule, open, bindings, assumed, depth, found);
                }
                self.is_settled(rule, atom, &bindings)
            }
            Literal::Aggregate(_) => false,
            _ => true,
        };
        if !fixed || !ready(literal, &bindings) {
            return;
        }
        let ways = self.solver.ways(literal, &rule.types, bindings, WAYS);
        for bindings in ways {
            self.meet(rule, open.clone(), bindings, assumed, depth, found);
        }
    }

    /// The ways in which assumptions meet an atom.
    fn given(
        &mut self,
        rule: &Trimmed,
        atom: &Atom,
        bindings: &Bindings,
        assumed: &[Assumed],
    ) -> Vec<Bindings> {
        let pattern = self.known_columns(atom, bindings);
        let about = assumed.iter().filter(|(relation, _)| *relation == atom.relation);
        let fits = about.filter(|(_, tuple)| {
            tuple.iter().zip(&pattern).all(|(have, want)| want.is_none() || have == want)
        });
        fits.filter_map(|(_, tuple)| bind(rule, atom, tuple, bindings)).collect()
    }

    /// Whether the tuples of an atom are those of the base whatever is chosen.
    fn is_settled(&mut self, rule: &Trimmed, atom: &Atom, bindings: &Bindings) -> bool {
        let mut walk = Walk::default();
        self.asks(rule, atom, bindings, &mut walk).is_none_or(|node| self.settles(node, &mut walk))
    }

    /// Whether no tuple matches an atom whatever is chosen.
    fn never(&mut self, rule: &Trimmed, atom: &Atom, bindings: &Bindings) -> bool {
        let node = self.asks(rule, atom, bindings, &mut Walk::default());
        node.is_some_and(|node| self.is_impossible(node))
    }
}

/// Bindings that make an atom a tuple. Where a column is not known, nobody may look at it: a variable
/// there must stand nowhere else.
fn bind(
    rule: &Trimmed,
    atom: &Atom,
    tuple: &[Option<Word>],
    bindings: &Bindings,
) -> Option<Bindings> {
    let mut bound = bindings.clone();
    for (argument, word) in atom.arguments.iter().zip(tuple) {
        let Argument::Variable(variable) = argument else { continue };
        match (bound[variable.index()], word) {
            (Some(known), Some(word)) if known != *word => return None,
            (Some(_), None) => return None,
            (None, None) if rule.uses[variable.index()] > 1 => return None,
            (_, word) => bound[variable.index()] = bound[variable.index()].or(*word),
        }
    }
    Some(bound)
}
