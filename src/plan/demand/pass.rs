//! What the conditions of a rule know when it comes to each: a walk from left to right in the order of
//! the plan.

use crate::analyze::program::{Argument, Atom, Literal, Rule, Term};
use crate::store::ColumnSet;
use crate::syntax::operators::{Comparison, Functor};
use crate::value::VariableId;

use super::super::order::Order;

/// A positive condition, and what is known when it is its turn.
pub(super) struct Passed<'a> {
    /// Which literal of the body it is.
    pub(super) at: usize,
    /// Its atom.
    pub(super) atom: &'a Atom,
    /// The columns whose words are known.
    pub(super) known: ColumnSet,
    /// The literals that come before and say which words are asked for.
    pub(super) before: Vec<usize>,
}

/// What is known of a variable.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Bound {
    /// Nothing.
    Not,
    /// It is a word of a relation, and the conditions before say which.
    Known,
    /// The conditions before say which word it is, but it may be a new one. Nobody asks for what is not
    /// in any relation: else questions could go on without end.
    Made,
    /// It has a word, but the conditions that are passed on do not say which.
    Lacking,
}

/// Goes through the body of a rule of whose head some columns are known.
pub(super) fn passed(rule: &Rule, known: ColumnSet) -> Vec<Passed<'_>> {
    let mut uses = vec![0; rule.variables.len()];
    let mut count = |variable: VariableId| uses[variable.index()] += 1;
    rule.head.terms.iter().for_each(|term| term.variables(&mut count));
    rule.body.iter().for_each(|literal| literal.variables(&mut count));
    let mut walk = Walk {
        bound: vec![Bound::Not; rule.variables.len()],
        before: Vec::new(),
        passed: Vec::new(),
    };
    for column in known.columns() {
        if let Some(Term::Variable(variable)) = rule.head.terms.get(column) {
            walk.bound[variable.index()] = Bound::Known;
        }
    }
    let order = Order { body: &rule.body, uses: &uses, exact: false };
    let mut left: Vec<usize> = (0..rule.body.len()).collect();
    loop {
        let bound: Vec<bool> = walk.bound.iter().map(|bound| *bound != Bound::Not).collect();
        let Some(place) = order.next(&left, &bound) else { break };
        let at = left.remove(place);
        walk.literal(at, &rule.body[at]);
    }
    walk.passed
}

struct Walk<'a> {
    bound: Vec<Bound>,
    before: Vec<usize>,
    passed: Vec<Passed<'a>>,
}

impl<'a> Walk<'a> {
    fn literal(&mut self, at: usize, literal: &'a Literal) {
        match literal {
            Literal::Positive(atom) => self.atom(at, atom),
            Literal::Negative(atom) => {
                let variables = variables(atom);
                if variables.iter().all(|it| self.is_told(*it)) {
                    self.before.push(at);
                }
            }
            Literal::Compare { comparison, left, right, .. } => {
                self.compare(at, *comparison, left, right);
            }
            Literal::Truth(_) => self.before.push(at),
            // Tests may fail with a warning, and nobody is to be warned twice.
            Literal::Test { .. } => {}
            Literal::Aggregate(aggregate) => self.lacks(aggregate.result),
            Literal::Range { result, .. } => self.lacks(*result),
        }
    }

    fn atom(&mut self, at: usize, atom: &'a Atom) {
        let is_known = |argument: &Argument| match argument {
            Argument::Constant(_) => true,
            Argument::Variable(variable) => self.bound[variable.index()] == Bound::Known,
            Argument::Wildcard => false,
        };
        let arguments = atom.arguments.iter().take(ColumnSet::LIMIT).enumerate();
        let known = arguments.filter(|(_, it)| is_known(it)).map(|(column, _)| column).collect();
        self.passed.push(Passed { at, atom, known, before: self.before.clone() });
        let variables = variables(atom);
        if variables.iter().any(|it| self.bound[it.index()] == Bound::Lacking) {
            variables.into_iter().for_each(|variable| self.lacks(variable));
            return;
        }
        self.before.push(at);
        for variable in variables {
            self.bound[variable.index()] = Bound::Known;
        }
    }

    fn compare(&mut self, at: usize, comparison: Comparison, left: &Term, right: &Term) {
        let free = |term: &Term| match term {
            Term::Variable(variable) if self.bound[variable.index()] == Bound::Not => {
                Some(*variable)
            }
            _ => None,
        };
        let binds = match comparison {
            Comparison::Equal => {
                free(left).map(|it| (it, right)).or(free(right).map(|it| (it, left)))
            }
            _ => None,
        };
        match binds {
            None if self.is_plain(left) && self.is_plain(right) => self.before.push(at),
            None => {}
            Some((variable, value)) if self.is_plain(value) => {
                let mut known = !makes(value);
                value.variables(&mut |it| known &= self.bound[it.index()] == Bound::Known);
                self.before.push(at);
                self.bound[variable.index()] = if known { Bound::Known } else { Bound::Made };
            }
            Some((variable, _)) => self.lacks(variable),
        }
    }

    fn lacks(&mut self, variable: VariableId) {
        let bound = &mut self.bound[variable.index()];
        if *bound == Bound::Not {
            *bound = Bound::Lacking;
        }
    }

    fn is_told(&self, variable: VariableId) -> bool {
        matches!(self.bound[variable.index()], Bound::Known | Bound::Made)
    }

    /// Whether a term has a value whenever its variables have, and the conditions passed on say which.
    fn is_plain(&self, term: &Term) -> bool {
        match term {
            Term::Variable(variable) => self.is_told(*variable),
            Term::Constant(_) => true,
            Term::Call { functor, arguments, .. } => {
                let never_warns = matches!(
                    functor,
                    Functor::Add
                        | Functor::Subtract
                        | Functor::Multiply
                        | Functor::Negate
                        | Functor::Cat
                        | Functor::Field(_)
                );
                never_warns && arguments.iter().all(|argument| self.is_plain(argument))
            }
        }
    }
}

/// Whether a term can have a value that no relation has. A field of a record is a part of a word that
/// there is: there are finitely many.
fn makes(term: &Term) -> bool {
    match term {
        Term::Call { functor: Functor::Field(_), arguments, .. } => arguments.iter().any(makes),
        Term::Call { .. } => true,
        _ => false,
    }
}

/// The variables of an atom.
pub(super) fn variables(atom: &Atom) -> Vec<VariableId> {
    let variables = atom.arguments.iter().filter_map(|argument| match argument {
        Argument::Variable(variable) => Some(*variable),
        _ => None,
    });
    variables.collect()
}
