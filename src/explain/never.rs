//! What can never hold, whatever is stated.
//!
//! Every way to conclude a fact has something in common: facts that it needs, and facts that must
//! not be there. Both are collected from the rules, down to what is stated; of several rules what
//! all of them need counts. A way that needs a fact and its absence can never hold, nor can one that
//! wants something of a relation that nothing stated changes and that has it not. Everything here
//! errs on one side: what is called impossible is, and much that is impossible is not found out.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::program::Literal;
use crate::value::{Primitive, RuleId, Word};

use super::solve::{Bindings, ready};
use super::why::Why;
use super::why_not::Pattern;

/// Rules are followed so deep.
const DEEPEST: usize = 24;

/// At most so many facts are looked into for one question.
const MOST_FACTS: usize = 2_000;

/// Of the rows of relations that nothing changes, so many are told apart in one rule.
const MOST_WAYS: usize = 8;

/// What every way to make something hold needs.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Patterns of facts that must be there.
    present: BTreeSet<Pattern>,
    /// Patterns that no fact may match.
    absent: BTreeSet<Pattern>,
}

impl Needs {
    fn add(&mut self, other: &Needs) {
        self.present.extend(other.present.iter().cloned());
        self.absent.extend(other.absent.iter().cloned());
    }

    fn keep_common(&mut self, other: &Needs) {
        self.present.retain(|pattern| other.present.contains(pattern));
        self.absent.retain(|pattern| other.absent.contains(pattern));
    }

    /// The needs of both.
    #[must_use]
    pub fn and(&self, other: &Needs) -> Needs {
        let mut both = self.clone();
        both.add(other);
        both
    }

    /// Whether these are all needs of others, and perhaps more.
    pub fn holds_all(&self, others: &Needs) -> bool {
        others.present.is_subset(&self.present) && others.absent.is_subset(&self.absent)
    }

    /// A fact that must be there and must not.
    pub fn contradiction(&self) -> Option<&Pattern> {
        let covers = |absent: &Pattern, present: &Pattern| {
            absent.0 == present.0
                && absent.1.iter().zip(&present.1).all(|(a, p)| a.is_none() || a == p)
        };
        self.present.iter().find(|present| self.absent.iter().any(|absent| covers(absent, present)))
    }
}

/// What was found out about facts; kept from one question to the next.
#[derive(Debug, Default)]
pub struct Known {
    facts: FxHashMap<Pattern, Option<Rc<Needs>>>,
    open: FxHashSet<Pattern>,
    looked_into: usize,
    /// How often something was not looked into: in a circle, too deep, or after too many.
    cut: usize,
}

impl Known {
    /// Begins another question.
    pub fn begin(&mut self) {
        self.looked_into = 0;
    }
}

impl Why<'_> {
    /// What a rule with some variables bound needs to hold; `None` if it never can.
    pub(super) fn needs_of_rule(&mut self, rule: RuleId, bindings: &Bindings) -> Option<Needs> {
        self.of_rule(rule, bindings, 0)
    }

    fn of_fact(&mut self, pattern: &Pattern, depth: usize) -> Option<Rc<Needs>> {
        if let Some(known) = self.never.facts.get(pattern) {
            return known.clone();
        }
        let itself = || Needs { present: BTreeSet::from([pattern.clone()]), ..Needs::default() };
        let stated = self.subject().is_stated(pattern.0);
        if !self.is_changeable(pattern.0) {
            let there =
                !self.solver().database().relation(pattern.0).matching(&pattern.1).is_empty();
            return there.then(|| Rc::new(Needs::default()));
        }
        let rules = self.concluding(pattern.0).to_vec();
        let relation = self.solver().database().relation(pattern.0);
        let written = || relation.matching(&pattern.1).iter().any(|row| relation.rank(*row) == 0);
        if stated || rules.is_empty() || written() {
            return Some(Rc::new(itself()));
        }
        self.never.looked_into += 1;
        if depth > DEEPEST
            || self.never.looked_into > MOST_FACTS
            || !self.never.open.insert(pattern.clone())
        {
            self.never.cut += 1;
            return Some(Rc::new(itself()));
        }
        let cut = self.never.cut;
        let mut common: Option<Needs> = None;
        for rule in rules {
            let analyzed = &self.solver().program().rules[rule.index()];
            let Some(bindings) = self.unify(analyzed, &pattern.1) else { continue };
            let Some(needs) = self.of_rule(rule, &bindings, depth) else { continue };
            match &mut common {
                Some(common) => common.keep_common(&needs),
                None => common = Some(needs),
            }
        }
        self.never.open.remove(pattern);
        let needs = common.map(|common| Rc::new(common.and(&itself())));
        // Where something was cut off on the way there may be more to say than was found.
        if self.never.cut == cut || self.never.open.is_empty() {
            self.never.facts.insert(pattern.clone(), needs.clone());
        }
        needs
    }

    fn of_rule(&mut self, rule: RuleId, bindings: &Bindings, depth: usize) -> Option<Needs> {
        let rule = &self.solver().program().rules[rule.index()];
        let types: Vec<Primitive> = rule.variables.iter().map(|v| v.primitive).collect();
        // What nothing changes is there or not: its rows are told apart.
        let fixed = |why: &Self, literal: &Literal| matches!(literal, Literal::Positive(atom) if !why.is_changeable(atom.relation));
        let (settled, open): (Vec<&Literal>, Vec<&Literal>) =
            rule.body.iter().partition(|literal| fixed(self, literal));
        let settled: Vec<Literal> = settled.into_iter().cloned().collect();
        let mut ways: Vec<Bindings> = Vec::new();
        let _ =
            self.solver().solve(&settled, &types, bindings.clone(), None, &mut |_, solution| {
                ways.push(solution.bindings.clone());
                if ways.len() > MOST_WAYS {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
        if ways.len() > MOST_WAYS || self.stopped().is_some() {
            ways = vec![bindings.clone()];
        }
        let mut common: Option<Needs> = None;
        for way in ways {
            let Some(needs) = self.of_way(&open, &types, &way, depth) else { continue };
            match &mut common {
                Some(common) => common.keep_common(&needs),
                None => common = Some(needs),
            }
        }
        common
    }

    fn of_way(
        &mut self,
        body: &[&Literal],
        types: &[Primitive],
        bindings: &Bindings,
        depth: usize,
    ) -> Option<Needs> {
        let mut needs = Needs::default();
        for literal in body {
            match literal {
                Literal::Positive(atom) => {
                    let pattern = (atom.relation, self.words(atom, bindings));
                    needs.add(&*self.of_fact(&pattern, depth + 1)?);
                }
                Literal::Negative(atom) if ready(literal, bindings) => {
                    let wanted: Vec<Option<Word>> = self.words(atom, bindings);
                    if !self.is_changeable(atom.relation) {
                        let relation = self.solver().database().relation(atom.relation);
                        if !relation.matching(&wanted).is_empty() {
                            return None;
                        }
                    }
                    needs.absent.insert((atom.relation, wanted));
                }
                Literal::Compare { .. } | Literal::Test { .. } | Literal::Truth(_)
                    if ready(literal, bindings) =>
                {
                    let mut holds = false;
                    let one = std::slice::from_ref(*literal);
                    let _ = self.solver().solve(one, types, bindings.clone(), None, &mut |_, _| {
                        holds = true;
                        ControlFlow::Break(())
                    });
                    if !holds && self.stopped().is_none() {
                        return None;
                    }
                }
                _ => {}
            }
        }
        if needs.contradiction().is_some() { None } else { Some(needs) }
    }
}
