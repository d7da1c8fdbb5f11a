//! Recursion that only passes a question on.
//!
//! `path(x, z) :- edge(x, y), path(y, z).` answers `path("a", z)` with the answers of another question.
//! Asked for one tuple, `path@0` needs no answers but those to the first question: the questions
//! follow `edge`, and where a rule without recursion answers one of them, it answers the first.

use crate::analyze::program::{Argument, Atom, Literal, Rule, Term};
use crate::store::ColumnSet;
use crate::value::{Constant, VariableId};

use super::{Search, Version};

/// A version whose recursion only passes the question on.
pub(super) struct Chain {
    pub(super) version: Version,
    /// What it is asked for: a constant a column that is known.
    pub(super) first: Vec<Constant>,
}

/// All such versions.
pub(super) fn chains(search: &Search<'_>) -> Vec<Chain> {
    let known = search.versions.iter().filter(|version| !version.known.is_empty());
    let chain =
        |version: &Version| Some(Chain { version: *version, first: first(search, *version)? });
    known.filter_map(chain).collect()
}

/// What a version is asked for, if it is a chain.
fn first(search: &Search<'_>, version: Version) -> Option<Vec<Constant>> {
    let mut first: Option<Vec<Constant>> = None;
    let mut chained = Vec::new();
    for other in &search.versions {
        for (rule, passed) in search.passed(*other) {
            if search.read(&passed) != version {
                continue;
            }
            if *other == version {
                if chained.contains(&rule)
                    || !passes_on(&search.rules[rule], passed.at, passed.atom, version.known)
                {
                    return None;
                }
                chained.push(rule);
                continue;
            }
            if !other.known.is_empty() {
                return None;
            }
            let constants: Option<Vec<Constant>> = constants(passed.atom, version.known);
            let constants = constants?;
            if first.get_or_insert_with(|| constants.clone()) != &constants {
                return None;
            }
        }
    }
    first.filter(|_| !chained.is_empty())
}

fn constants(atom: &Atom, known: ColumnSet) -> Option<Vec<Constant>> {
    let constant = |column: usize| match atom.arguments.get(column) {
        Some(Argument::Constant(constant)) => Some(constant.clone()),
        _ => None,
    };
    known.columns().map(constant).collect()
}

/// Whether a rule takes what is not known of its head from the atom as it is, and uses it for nothing
/// else.
fn passes_on(rule: &Rule, at: usize, atom: &Atom, known: ColumnSet) -> bool {
    let mut others: Vec<VariableId> = Vec::new();
    for column in known.columns() {
        if let Some(term) = rule.head.terms.get(column) {
            term.variables(&mut |variable| others.push(variable));
        }
        if let Some(Argument::Variable(variable)) = atom.arguments.get(column) {
            others.push(*variable);
        }
    }
    for (_, literal) in rule.body.iter().enumerate().filter(|(other, _)| *other != at) {
        literal.variables(&mut |variable| others.push(variable));
    }
    let mut same = rule.head.terms.iter().zip(&atom.arguments).enumerate();
    same.all(|(column, (term, argument))| match (term, argument) {
        _ if known.contains(column) => true,
        (Term::Variable(one), Argument::Variable(other)) if one == other => {
            let fresh = !others.contains(one);
            others.push(*one);
            fresh
        }
        _ => false,
    }) && matches!(rule.body.get(at), Some(Literal::Positive(_)))
}
