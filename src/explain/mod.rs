//! Why, why not, what if: explanations over one graph of derivations and absences.
//!
//! Nothing is recorded while rules run but the round in which each tuple first appeared. An
//! explanation is rebuilt on demand: the rule is solved backwards for the tuple asked about, with
//! premises from earlier rounds only, so it ends and never runs in a circle.
//!
//! | file | what it does |
//! | --- | --- |
//! | `solve` | all ways to make a body hold, given some of its variables |
//! | `proof` | what a proof is |
//! | `why` | the proof of a fact |
//! | `weigh` | its derivations, and the best of them |
//! | `reach` | what can lie below a relation |
//! | `why_not` | what a missing fact lacks |
//! | `nearest` | the ways in which a rule comes nearest |
//! | `never` | what can never hold, whatever is stated |
//! | `tree` | both as a tree that can be drawn |
//! | `lists` | which rules form a first-match list |
//! | `check` | whether a proof holds, by code that did not make it |

pub mod check;
mod lists;
mod nearest;
mod never;
mod proof;
pub mod show;
pub mod tree;
mod reach;
mod solve;
mod weigh;
mod why;
mod why_not;

pub use lists::{List, Lists};
pub use proof::{
    Absence, Choice, Fact, Gathered, Node, NodeId, NodeKind, Origin, Others, PassedOver, Proof,
    Unproved,
};
pub use solve::{Bindings, Ground, Group, Solution, Solver, compares, ready};
pub use why::{Why, in_order};
pub use why_not::{Attempt, Condition, Missing, Never, Pattern, Root, State, WhyNot};

use crate::analyze::program::{Program, Relation};
use crate::store::Database;
use crate::value::{Interner, RelationId};

/// What an explanation is about: a finished database and what is known of its facts.
pub trait Subject {
    /// The program that was evaluated.
    fn program(&self) -> &Program;

    /// The finished database.
    fn database(&self) -> &Database;

    /// A fresh layer over the words of the database.
    fn interner(&self) -> Interner;

    /// How many leading columns of a relation nobody is shown.
    fn hidden(&self, relation: RelationId) -> usize;

    /// Whether a design states this relation.
    fn is_stated(&self, relation: RelationId) -> bool;

    /// Where a fact that no rule concluded comes from.
    fn origin(&self, relation: RelationId, row: usize) -> Origin;

    /// Where a span lies, as a file and a line.
    fn place(&self, span: crate::diag::Span) -> (String, u32);
}

/// The columns that tell apart what is stated from what is stated instead of it (`@key`): two facts
/// of a relation that agree in them say different things of the same.
pub fn key_columns(relation: &Relation) -> Option<Vec<usize>> {
    let names = relation.doc.tag("key")?;
    names
        .split(|character: char| character == ',' || character.is_whitespace())
        .filter(|name| !name.is_empty())
        .map(|name| relation.columns.iter().position(|column| column.name == name))
        .collect()
}
