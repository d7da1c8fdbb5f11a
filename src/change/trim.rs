//! Rules as they are asked backwards: by what they conclude, with what is known of a head, and without
//! what only computes columns that nobody looks at.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::analyze::program::{Head, Literal, Program, Term};
use crate::explain::Bindings;
use crate::syntax::operators::{AggregateOperator, Comparison, Functor};
use crate::value::{Primitive, RuleId, VariableId, Word};

use super::certain::Assumed;
use super::cone::Ask;
use super::variants::Base;

/// Rules without what nobody looks at, by rule and which of its columns nobody looks at.
type TrimmedRules = FxHashMap<(RuleId, Vec<bool>), Rc<Trimmed>>;

/// The rules of a program, to be asked backwards; cones of one design can share them.
pub struct Rules {
    /// By the relation they conclude.
    pub(super) concluding: Vec<Vec<RuleId>>,
    /// What each has in its head.
    heads: Vec<Vec<HeadTerm>>,
    /// How many variables each has.
    variables: Vec<usize>,
    /// For each rule and each set of columns nobody looks at, what is left of the body.
    trimmed: RefCell<TrimmedRules>,
    /// What tuples cannot hold without.
    pub(super) behind: RefCell<FxHashMap<Assumed, Rc<Vec<Assumed>>>>,
}

/// A body without what only computes values nobody looks at.
pub(super) struct Trimmed {
    pub body: Vec<Literal>,
    pub types: Vec<Primitive>,
    /// How often each variable is looked at.
    pub uses: Vec<u32>,
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
        Rc::new(Rules {
            concluding,
            heads: heads.collect(),
            variables: program.rules.iter().map(|rule| rule.variables.len()).collect(),
            trimmed: RefCell::default(),
            behind: RefCell::default(),
        })
    }

    /// The body of a rule without what computes columns that nobody looks at.
    pub(super) fn trimmed(&self, program: &Program, id: RuleId, asked: &[Ask]) -> Rc<Trimmed> {
        let ignored: Vec<bool> = asked.iter().map(|ask| *ask == Ask::Whatever).collect();
        let rule = &program.rules[id.index()];
        let mut known = self.trimmed.borrow_mut();
        let trimmed = known.entry((id, ignored)).or_insert_with_key(|(_, ignored)| {
            let types = rule.variables.iter().map(|variable| variable.primitive).collect();
            Rc::new(trim(&rule.head, &rule.body, types, ignored))
        });
        Rc::clone(trimmed)
    }

    /// The bindings that an asked tuple gives the variables of a rule's head; `None` where it cannot
    /// match.
    pub(super) fn unify(&self, rule: RuleId, asked: &[Ask]) -> Option<Bindings> {
        let head = &self.heads[rule.index()];
        let differs = head.iter().zip(asked).any(|pair| match pair {
            (HeadTerm::Word(constant), Ask::Word(word)) => constant != word,
            _ => false,
        });
        if differs {
            return None;
        }
        let mut bindings: Bindings = vec![None; self.variables[rule.index()]];
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

/// Drops from a body what only computes values that nobody looks at, if it cannot fail.
fn trim(head: &Head, body: &[Literal], types: Vec<Primitive>, ignored: &[bool]) -> Trimmed {
    let mut body: Vec<Literal> = body.to_vec();
    loop {
        let mut uses = vec![0; types.len()];
        for (term, ignored) in head.terms.iter().zip(ignored) {
            if !ignored {
                // A head variable is looked at by whoever asks, whatever else happens to it.
                term.variables(&mut |variable| uses[variable.index()] += 2);
            }
        }
        body.iter().for_each(|literal| count_uses(literal, &mut uses));
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

/// Counts where variables of a condition are looked at. What ranges in an aggregate is counted by its
/// bindings, so every variable in it matters, wherever else it stands.
fn count_uses(literal: &Literal, uses: &mut [u32]) {
    let Literal::Aggregate(aggregate) = literal else {
        return literal.variables(&mut |variable| uses[variable.index()] += 1);
    };
    uses[aggregate.result.index()] += 1;
    let mut see = |variable: VariableId| uses[variable.index()] += 2;
    aggregate.target.iter().for_each(|target| target.variables(&mut see));
    aggregate.body.iter().for_each(|literal| literal.variables(&mut see));
}
