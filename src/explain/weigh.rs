//! The derivations of a fact: all that there are from facts before it, and which is the best.
//!
//! The best one rests on the fewest assumptions. Premises have smaller ranks, so whatever a fact may
//! rest on is gathered first and weighed from the earliest round to the latest.

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use crate::analyze::program::{Literal, Rule, Term};
use crate::syntax::operators::{Comparison, Functor};
use crate::value::{Primitive, RelationId, RuleId, Word};

use super::proof::{Absence, Others};
use super::solve::{Bindings, Ground, Solution};
use super::why::Why;

/// At most this many derivations of one fact are looked at.
const MOST_DERIVATIONS: usize = 256;

/// Up to this many derivations of one fact are counted.
const MOST_COUNTED: usize = 64;

/// At most this many facts are weighed to find the proof with the fewest assumptions.
const MOST_WEIGHED: usize = 100_000;

/// A tuple: its relation and row.
pub type Tuple = (RelationId, usize);

/// A derivation of a tuple: a rule and a solution of its body.
#[derive(Clone, Debug)]
pub struct Derivation {
    /// The rule.
    pub rule: RuleId,
    /// The solution.
    pub solution: Solution,
}

/// What is known of the derivations of a tuple.
#[derive(Clone, Debug, Default)]
pub struct Best {
    /// How many assumptions the best one rests on.
    pub weight: u64,
    /// The best one; none for a tuple that needs none, or of which none was found.
    pub derivation: Option<Derivation>,
    /// How many others there are.
    pub others: Others,
}

impl Why<'_> {
    /// The best derivation of a tuple; none where it needs none or none was found.
    pub fn derivation(&mut self, tuple: Tuple) -> Option<Derivation> {
        if !self.best.contains_key(&tuple) {
            self.weigh(tuple);
        }
        self.best.get(&tuple).and_then(|best| best.derivation.clone())
    }

    /// Whether a tuple needs no derivation.
    pub fn is_given(&self, tuple: Tuple) -> bool {
        self.concluding(tuple.0).is_empty()
            || self.solver.database().relation(tuple.0).rank(tuple.1) == 0
    }

    /// Finds the best derivation of a tuple and of all that it may rest on.
    pub fn weigh(&mut self, tuple: Tuple) {
        let mut found: Vec<(u32, Tuple, Vec<Derivation>)> = Vec::new();
        let mut seen: FxHashMap<Tuple, ()> = FxHashMap::default();
        let mut open = vec![tuple];
        while let Some(tuple) = open.pop() {
            if self.best.contains_key(&tuple) || seen.insert(tuple, ()).is_some() {
                continue;
            }
            if self.is_given(tuple) {
                self.best.insert(tuple, Best::default());
                continue;
            }
            if self.stopped().is_some() {
                break;
            }
            let weighs = self.can_assume(tuple.0) && found.len() < MOST_WEIGHED;
            let most = if weighs { MOST_DERIVATIONS } else { MOST_COUNTED };
            let derivations = self.derivations(tuple, most);
            if !weighs {
                let others = Others::of(derivations.len());
                let derivation = derivations.into_iter().next();
                self.best.insert(tuple, Best { weight: 0, derivation, others });
                continue;
            }
            for derivation in &derivations {
                for ground in &derivation.solution.grounds {
                    if let Ground::Row(relation, row) = ground {
                        open.push((*relation, *row));
                    }
                }
            }
            let rank = self.solver.database().relation(tuple.0).rank(tuple.1);
            found.push((rank, tuple, derivations));
        }
        // Premises have smaller ranks, so in order of ranks every premise is weighed before.
        found.sort_by_key(|(rank, tuple, _)| (*rank, *tuple));
        for (_, tuple, mut derivations) in found {
            let first = self.weighed(&derivations);
            let weight = derivations.get(first).map_or(0, |best| self.weight(best));
            let others = Others::of(derivations.len());
            let derivation = (first < derivations.len()).then(|| derivations.swap_remove(first));
            self.best.insert(tuple, Best { weight, derivation, others });
        }
    }

    /// The position of the derivation with the fewest assumptions.
    pub fn weighed(&mut self, derivations: &[Derivation]) -> usize {
        let weights: Vec<u64> =
            derivations.iter().map(|derivation| self.weight(derivation)).collect();
        weights
            .into_iter()
            .enumerate()
            .min_by_key(|(position, weight)| (*weight, *position))
            .map_or(0, |m| m.0)
    }

    /// How many assumptions a derivation rests on, its premises weighed before.
    fn weight(&mut self, derivation: &Derivation) -> u64 {
        let program = self.solver.program();
        let rule = &program.rules[derivation.rule.index()];
        if program.clauses[rule.clause.index()].doc.tag("assumption").is_some() {
            return 1;
        }
        let mut weight = 0u64;
        for (literal, ground) in rule.body.iter().zip(&derivation.solution.grounds) {
            weight = weight.saturating_add(match (literal, ground) {
                (_, Ground::Row(relation, row)) => {
                    self.best.get(&(*relation, *row)).map_or(0, |best| best.weight)
                }
                (Literal::Negative(atom), Ground::Absent) => {
                    let words = self.words(atom, &derivation.solution.bindings);
                    u64::from(self.absence(atom.relation, &words) == Absence::NeverStated)
                }
                _ => 0,
            });
        }
        weight
    }

    /// Derivations of a tuple from tuples that came before it, at most so many.
    pub fn derivations(&mut self, tuple: Tuple, most: usize) -> Vec<Derivation> {
        let (relation, row) = tuple;
        let rows = self.solver.database().relation(relation);
        let known: Vec<Option<Word>> = rows.row(row).map(Some).collect();
        let rank = rows.rank(row);
        let mut derivations = Vec::new();
        for rule_id in self.concluding(relation).to_vec() {
            let rule = &self.solver.program().rules[rule_id.index()];
            let Some(mut bindings) = self.unify(rule, &known) else { continue };
            self.turn_round(rule, &known, &mut bindings);
            let types: Vec<Primitive> = rule.variables.iter().map(|v| v.primitive).collect();
            // What a computed column of the head comes to is one more condition.
            let body = self.wanted_body(rule, &known);
            let _ = self.solver.solve(&body, &types, bindings, Some(rank), &mut |_, solution| {
                let mut solution = solution.clone();
                solution.grounds.truncate(rule.body.len());
                derivations.push(Derivation { rule: rule_id, solution });
                if derivations.len() < most {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            });
            if derivations.len() >= most {
                break;
            }
        }
        derivations
    }

    /// Binds what a computed column of a head leaves no choice of: where `d + 1` came to 8, `d` is 7.
    /// Whole numbers wrap, so there is one such number always.
    fn turn_round(&mut self, rule: &Rule, known: &[Option<Word>], bindings: &mut Bindings) {
        for (term, word) in rule.head.terms.iter().zip(known) {
            let Term::Call { functor, primitive, arguments, .. } = term else { continue };
            let (Some(word), [left, right]) = (word, arguments.as_slice()) else { continue };
            let whole = self.solver.interner().constant(*word, *primitive);
            let (variable, functor, arguments) = match (functor, left, right) {
                (Functor::Add, Term::Variable(variable), Term::Constant(part))
                | (Functor::Add, Term::Constant(part), Term::Variable(variable)) => {
                    (variable, Functor::Subtract, [whole, part.clone()])
                }
                (Functor::Subtract, Term::Variable(variable), Term::Constant(part)) => {
                    (variable, Functor::Add, [whole, part.clone()])
                }
                (Functor::Subtract, Term::Constant(part), Term::Variable(variable)) => {
                    (variable, Functor::Subtract, [part.clone(), whole])
                }
                _ => continue,
            };
            let place = &mut bindings[variable.index()];
            if place.is_some() || !matches!(primitive, Primitive::Number | Primitive::Unsigned) {
                continue;
            }
            let value = crate::eval::apply(functor, *primitive, &arguments, self.solver.interner());
            *place = value.map(|value| self.solver().interner_mut().intern(&value));
        }
    }

    /// The body of a rule and, for each computed column of the head that is wanted, the condition
    /// that it comes to what is wanted.
    pub fn wanted_body(&self, rule: &Rule, wanted: &[Option<Word>]) -> Vec<Literal> {
        let mut body = rule.body.clone();
        let columns = &self.solver.program().relations[rule.head.relation.index()].columns;
        for ((term, word), column) in rule.head.terms.iter().zip(wanted).zip(columns) {
            let Term::Call { span, .. } = term else { continue };
            // Where any value will do the column must still have one.
            let right = match word {
                Some(word) => {
                    Term::Constant(self.solver.interner().constant(*word, column.primitive))
                }
                None => term.clone(),
            };
            body.push(Literal::Compare {
                comparison: Comparison::Equal,
                primitive: column.primitive,
                left: term.clone(),
                right,
                span: *span,
            });
        }
        body
    }
}

impl Others {
    /// What a count of derivations, taken no further than `MOST_COUNTED`, says.
    pub fn of(derivations: usize) -> Self {
        let count = derivations.min(MOST_COUNTED);
        Others { count: count.saturating_sub(1), more: count == MOST_COUNTED }
    }
}
