//! The order of a body's literals: which comes next, given what is bound.

use crate::analyze::program::{Argument, Atom, Literal, Term};
use crate::syntax::operators::Comparison;

/// A body that is being put in order. `uses` says how often each variable stands in the rule. In an
/// `exact` one every solution counts, so that no atom may be weakened to a check.
pub(super) struct Order<'a> {
    pub(super) body: &'a [Literal],
    pub(super) uses: &'a [usize],
    pub(super) exact: bool,
}

impl Order<'_> {
    /// Which of the literals left comes next, by its place among them.
    pub(super) fn next(&self, left: &[usize], bound: &[bool]) -> Option<usize> {
        let best = left
            .iter()
            .enumerate()
            .map(|(place, &at)| {
                let urgency = self.urgency(&self.body[at], bound);
                let idle = urgency == Urgency::Now && idle(self.body, at, left, bound);
                (if idle { Urgency::Last } else { urgency }, place)
            })
            .min_by(|(a, _), (b, _)| a.cmp(b));
        let (urgency, place) = best?;
        debug_assert!(urgency != Urgency::Blocked, "a body that analysis called safe");
        Some(place)
    }

    /// How soon a literal should come, given what is bound.
    fn urgency(&self, literal: &Literal, bound: &[bool]) -> Urgency {
        let known = |term: &Term| {
            let mut all = true;
            term.variables(&mut |variable| all &= bound[variable.index()]);
            all
        };
        let now = |ready: bool| if ready { Urgency::Now } else { Urgency::Blocked };
        match literal {
            Literal::Truth(_) => Urgency::Now,
            Literal::Test { arguments, .. } => now(arguments.iter().all(known)),
            Literal::Compare { comparison, left, right, .. } => {
                let binds = |one: &Term, other: &Term| {
                    *comparison == Comparison::Equal
                        && matches!(one, Term::Variable(_))
                        && known(other)
                };
                now(known(left) && known(right) || binds(left, right) || binds(right, left))
            }
            Literal::Negative(atom) => now(atom.arguments.iter().all(|argument| match argument {
                Argument::Variable(variable) => bound[variable.index()],
                _ => true,
            })),
            Literal::Positive(atom) => self.atom(atom, bound),
            Literal::Range { from, to, step, .. } => {
                if known(from) && known(to) && step.as_ref().is_none_or(known) {
                    Urgency::Aggregate
                } else {
                    Urgency::Blocked
                }
            }
            Literal::Aggregate(aggregate) => {
                if aggregate.outer.iter().all(|variable| bound[variable.index()]) {
                    Urgency::Aggregate
                } else {
                    Urgency::Blocked
                }
            }
        }
    }

    fn atom(&self, atom: &Atom, bound: &[bool]) -> Urgency {
        let fixed = atom.arguments.iter().filter(|argument| is_fixed(argument, bound)).count();
        match (fixed, self.open_columns(atom, bound)) {
            (_, 0) => Urgency::Check,
            (0, _) => Urgency::Unrelated,
            (fixed, open) => {
                let is_bound = |argument: &Argument| match argument {
                    Argument::Variable(it) => bound[it.index()],
                    _ => false,
                };
                let leads = atom.arguments.first().is_some_and(|it| is_fixed(it, bound));
                Urgency::Join {
                    open_less_fixed: open as isize - fixed as isize,
                    trails: !leads && atom.arguments.iter().any(is_bound),
                }
            }
        }
    }

    /// The columns whose words are not known before and needed after.
    pub(super) fn open_columns(&self, atom: &Atom, bound: &[bool]) -> usize {
        let open = |argument: &&Argument| match argument {
            Argument::Variable(variable) => {
                !bound[variable.index()] && (self.exact || self.uses[variable.index()] > 1)
            }
            Argument::Constant(_) => false,
            Argument::Wildcard => self.exact,
        };
        atom.arguments.iter().filter(open).count()
    }
}

/// How soon a literal should come; the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Urgency {
    /// It only narrows or computes.
    Now,
    /// An atom that adds nothing but a condition.
    Check,
    /// An atom that shares columns with what is bound. Of equals, one that shares its first column comes
    /// before one that only shares others: what tells rows apart is mostly written first, so it matches
    /// fewer.
    Join { open_less_fixed: isize, trails: bool },
    /// A computation that reads relations or makes numbers.
    Aggregate,
    /// An atom that shares nothing.
    Unrelated,
    /// It computes what only the head needs: best done for what is left at the end.
    Last,
    /// It needs variables that are not bound yet.
    Blocked,
}

/// Whether the word of an atom's column is known.
fn is_fixed(argument: &Argument, bound: &[bool]) -> bool {
    match argument {
        Argument::Variable(variable) => bound[variable.index()],
        Argument::Constant(_) => true,
        Argument::Wildcard => false,
    }
}

/// Whether a literal computes a variable that none of the others left over mentions.
fn idle(body: &[Literal], at: usize, left: &[usize], bound: &[bool]) -> bool {
    let Literal::Compare { left: one, right: other, .. } = &body[at] else { return false };
    let computed = match (one, other) {
        (Term::Variable(variable), Term::Call { .. })
        | (Term::Call { .. }, Term::Variable(variable))
            if !bound[variable.index()] =>
        {
            *variable
        }
        _ => return false,
    };
    left.iter().all(|&other| {
        let mut mentioned = false;
        body[other].variables(&mut |variable| mentioned |= variable == computed);
        other == at || !mentioned
    })
}
