//! First-match decision lists, recognised by their structure:
//!
//! ```text
//! row(10, x) :- ...                                       the rows that hold, each with a rank
//! row(20, x) :- ...
//! earlier(r, x) :- row(r, x), row(e, x), e < r.           an earlier row holds too
//! chosen(x, v) :- row(r, x), !earlier(r, x), ...          the first row that holds
//! ```

use crate::analyze::program::{Argument, Atom, Literal, Program, Rule, Term};
use crate::syntax::operators::Comparison;
use crate::value::{Constant, RelationId, RuleId};

/// A first-match list of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List {
    /// The relation of rows that hold.
    pub rows: RelationId,
    /// The relation of rows that an earlier row passes over.
    pub earlier: RelationId,
    /// The column of the rank in `rows`.
    pub rank: usize,
    /// The rules that conclude a row of a fixed rank, by rank.
    pub rules: Vec<(i64, RuleId)>,
}

/// The first-match lists of a program.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    lists: Vec<List>,
    /// The rules that choose, with their list and the position of the row's atom in their body.
    choosing: Vec<(RuleId, usize, usize)>,
}

impl Lists {
    /// Finds the lists of a program.
    pub fn find(program: &Program) -> Lists {
        let mut lists = Lists::default();
        for rule in &program.rules {
            if let Some((rows, rank)) = passes_over(rule) {
                let earlier = rule.head.relation;
                let concluding = program.rules.iter().filter(|r| r.head.relation == earlier);
                if concluding.count() == 1 {
                    let rules = ranked(program, rows, rank);
                    lists.lists.push(List { rows, earlier, rank, rules });
                }
            }
        }
        for (index, rule) in program.rules.iter().enumerate() {
            for (number, list) in lists.lists.iter().enumerate() {
                if let Some(position) = chooses(rule, list) {
                    lists.choosing.push((RuleId::from(index), number, position));
                }
            }
        }
        lists
    }

    /// All lists.
    pub fn iter(&self) -> impl Iterator<Item = &List> {
        self.lists.iter()
    }

    /// The list that a rule chooses from, and the position in its body of the atom of the chosen
    /// row.
    pub fn chosen_by(&self, rule: RuleId) -> Option<(&List, usize)> {
        let (_, list, position) = self.choosing.iter().find(|(id, ..)| *id == rule)?;
        Some((&self.lists[*list], *position))
    }
}

/// `earlier(r, x) :- row(r, x), row(e, x), e < r.`: the relation of rows and the rank's column.
fn passes_over(rule: &Rule) -> Option<(RelationId, usize)> {
    let atoms: Vec<&Atom> = rule.positive_atoms().collect();
    let [first, second] = atoms.as_slice() else { return None };
    if first.relation != second.relation || rule.body.len() != 3 {
        return None;
    }
    let (low, high) = rule.body.iter().find_map(|literal| match literal {
        Literal::Compare {
            comparison, left: Term::Variable(l), right: Term::Variable(r), ..
        } => match comparison {
            Comparison::Less => Some((*l, *r)),
            Comparison::Greater => Some((*r, *l)),
            _ => None,
        },
        _ => None,
    })?;
    let differ: Vec<usize> = (0..first.arguments.len())
        .filter(|column| first.arguments[*column] != second.arguments[*column])
        .collect();
    let [rank] = differ.as_slice() else { return None };
    let is = |atom: &Atom, variable| atom.arguments[*rank] == Argument::Variable(variable);
    let passed = if is(first, high) && is(second, low) {
        first
    } else if is(second, high) && is(first, low) {
        second
    } else {
        return None;
    };
    let same = passed.arguments.len() == rule.head.terms.len()
        && passed.arguments.iter().zip(&rule.head.terms).all(|pair| match pair {
            (Argument::Variable(a), Term::Variable(b)) => a == b,
            _ => false,
        });
    same.then_some((first.relation, *rank))
}

/// `chosen(...) :- row(r, x), !earlier(r, x), ...`: the position of the row's atom.
fn chooses(rule: &Rule, list: &List) -> Option<usize> {
    rule.body.iter().position(|literal| {
        let Literal::Positive(row) = literal else { return false };
        row.relation == list.rows
            && rule.body.iter().any(|other| {
                matches!(other, Literal::Negative(earlier)
                    if earlier.relation == list.earlier && earlier.arguments == row.arguments)
            })
    })
}

/// The rules that conclude rows of a fixed rank, by rank.
fn ranked(program: &Program, rows: RelationId, rank: usize) -> Vec<(i64, RuleId)> {
    let mut rules: Vec<(i64, RuleId)> = program
        .rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.head.relation == rows)
        .filter_map(|(index, rule)| match rule.head.terms.get(rank) {
            Some(Term::Constant(Constant::Number(rank))) => Some((*rank, RuleId::from(index))),
            _ => None,
        })
        .collect();
    rules.sort();
    rules
}
