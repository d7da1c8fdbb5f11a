//! Following the body of a rule backwards, one condition after the other, as far as what is the same
//! whatever is chosen allows.

use rustc_hash::FxHashSet;

use crate::analyze::program::{Argument, Atom, Head, Literal, Term};
use crate::explain::{Bindings, ready};
use crate::value::{RuleId, Word};

use super::cone::{Ask, Cones, MOST_TUPLES};
use super::trim::Trimmed;

/// How often a walk through one rule may branch over tuples that only may be there.
const MOST_BRANCHES: usize = 512;

/// What a walk through a body gathers.
#[derive(Default)]
pub(super) struct Walk {
    /// The patterns it asked for.
    pub asks: Vec<usize>,
    /// A pattern that is not fixed was met.
    pub open: bool,
    /// The end of the body was reached.
    pub reached: bool,
    /// What the head was then.
    pub tuples: FxHashSet<Vec<Option<Word>>>,
    /// How often it branched over tuples that only may be there.
    pub branches: usize,
}

impl Cones<'_> {
    /// Follows a rule that could conclude what is asked.
    pub(super) fn rule(&mut self, id: RuleId, asked: &[Ask], walk: &mut Walk) {
        let rule = &self.program.rules[id.index()];
        let Some(bindings) = self.rules.unify(id, asked) else { return };
        let trimmed = self.rules.trimmed(self.program, id, asked);
        let open: Vec<&Literal> = trimmed.body.iter().collect();
        self.walk(&trimmed, Some(&rule.head), open, bindings, walk);
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
        self.looked += 1;
        if self.looked > self.most {
            (walk.open, walk.reached) = (true, true);
            return;
        }
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
        let mut found = self.solver.ways(literal, &rule.types, bindings, usize::MAX);
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
}
