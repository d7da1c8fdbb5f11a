//! Recursive bodies cut where a variable dies.
//!
//! `p(y, w) :- load(y, x), p(x, z), p(z, w)` needs of `x` only that there is one: the pairs `(y, z)` are
//! few beside the ways to make them, and when `p(z, w)` is new, going back over all `p(x, z)` to find
//! the `load`s among them is in vain mostly. So the first two conditions become a *helper*, a relation
//! of its own that grows with the stratum, and the rule joins that. A helper is brought up to date
//! at the start of a round, before the rules that read it: what a round concludes is the same with and
//! without, and explanations need not know.

use crate::analyze::program::{Argument, Atom, Head, Literal, Rule, Term};
use crate::value::{RelationId, VariableId};

/// A rule in two: one that concludes the helper, and what is left of the rule.
pub(super) struct Split {
    pub(super) helper: Rule,
    pub(super) rest: Rule,
}

/// A body has to have so many conditions that are positive.
const LEAST_ATOMS: usize = 3;

/// A helper has so many columns at most: pairs are what relations are fastest at.
const MOST_COLUMNS: usize = 2;

/// Cuts a rule of which the literals in `recursive` read its own stratum, if two of its atoms share a
/// variable that nothing else needs. The helper is to be called `id`.
pub(super) fn split(rule: &Rule, recursive: &[usize], id: RelationId) -> Option<Split> {
    if recursive.len() < 2 || rule.positive_atoms().count() < LEAST_ATOMS {
        return None;
    }
    let atoms: Vec<(usize, &Atom)> = rule.body.iter().enumerate().filter_map(plain).collect();
    let mut uses = vec![0; rule.variables.len()];
    let mut count = |variable: VariableId| uses[variable.index()] += 1;
    rule.head.terms.iter().for_each(|term| term.variables(&mut count));
    rule.body.iter().for_each(|literal| literal.variables(&mut count));
    let mut best: Option<(usize, usize, usize, Vec<VariableId>)> = None;
    for (place, &(one, first)) in atoms.iter().enumerate() {
        for &(other, second) in &atoms[place + 1..] {
            let reads = [one, other].iter().filter(|at| recursive.contains(at)).count();
            let Some(kept) = kept(first, second, &uses) else { continue };
            let better = best.as_ref().is_none_or(|&(least, ..)| reads < least);
            if reads > 0 && better {
                best = Some((reads, one, other, kept));
            }
        }
    }
    let (_, one, other, kept) = best?;
    let span = atoms.iter().find(|(at, _)| *at == one).map(|(_, atom)| atom.span)?;
    let head = Head { relation: id, terms: kept.iter().copied().map(Term::Variable).collect() };
    let body = vec![rule.body[one].clone(), rule.body[other].clone()];
    let helper = Rule { head, body, ..rule.clone() };
    let mut rest = rule.clone();
    let arguments = kept.into_iter().map(Argument::Variable).collect();
    rest.body[one] = Literal::Positive(Atom { relation: id, arguments, span });
    rest.body.remove(other);
    Some(Split { helper, rest })
}

/// A positive atom of variables that differ.
fn plain((at, literal): (usize, &Literal)) -> Option<(usize, &Atom)> {
    let Literal::Positive(atom) = literal else { return None };
    let plain = atom.arguments.iter().enumerate().all(|(place, argument)| match argument {
        Argument::Variable(_) => !atom.arguments[..place].contains(argument),
        Argument::Wildcard => true,
        Argument::Constant(_) => false,
    });
    plain.then_some((at, atom))
}

/// The variables that two atoms give to the others, if they share one that they do not give.
fn kept(first: &Atom, second: &Atom, uses: &[usize]) -> Option<Vec<VariableId>> {
    let (mut kept, mut dies) = (Vec::new(), false);
    let all = first.arguments.iter().chain(&second.arguments);
    for argument in all {
        let Argument::Variable(variable) = argument else { continue };
        let shared = first.arguments.contains(argument) && second.arguments.contains(argument);
        if uses[variable.index()] > 1 + usize::from(shared) {
            if !kept.contains(variable) {
                kept.push(*variable);
            }
        } else {
            dies |= shared;
        }
    }
    (dies && !kept.is_empty() && kept.len() <= MOST_COLUMNS).then_some(kept)
}
