//! What if: a design with some facts changed, many such variants at once, and what is learned from
//! them.
//!
//! Everything here rests on two things. *Variants* ([`Base`]) derives hundreds of changed designs in
//! one run, each in a world of its own. *Cones* ([`Cones`]) finds what a goal can depend on at all,
//! by asking the rules backwards: the choices that lie outside can be left alone, and so can the
//! facts, which makes a variant cost microseconds.
//!
//! | file | what it does |
//! | --- | --- |
//! | `choices` | the choices a designer has, read from relations the rulebook concludes |
//! | `variants` | derives many variants of a design, on several threads |
//! | `cone` | what a goal depends on |
//! | `walk` | a rule asked backwards, condition by condition |
//! | `trim` | rules without what nobody looks at |
//! | `certain` | what must hold if something else does, whatever is chosen |
//! | `parse` | `+fact -fact ...` as a [`Change`] |
//! | `what_if` | the difference a change makes in everything derived |
//! | `achieve` | all minimal changes that make a goal true |
//! | `search` | the sets of choices worth trying, by size |
//! | `shrink` | what is left of a set when all that can be spared is gone |
//! | `nogood` | what keeps a goal out of reach, learned from a set that does not reach it |
//! | `ledger` | which conclusions hold whatever the answers to open questions are |
//! | `scopes` | which open questions have to be answered together |
//! | `completions` | what derives under each way to answer them |
//! | `ask` | the open questions, the one that most conclusions wait for first |
//!
//! Nothing here knows what a rulebook is about. It finds its way by tags on declarations:
//!
//! | tag | on | meaning |
//! | --- | --- | --- |
//! | `@choice` | relations | form, column, subject, part, further parts if the key has them, field, list: see [`Choice`] |
//! | `@choice_open` | relations | form, column, subject, part, further parts of the choices nobody has made |
//! | `@choice_value` | a relation | list, value, ordinal: what a choice can be |
//! | `@choice_text` | a relation | form, part or field, text, place: how a choice is put to somebody, and when among those that matter as much |
//! | `@conclusion LIST` | a relation | what the ledger is about: its first column is the subject, its second is of the list |
//! | `@later` | a relation of conclusions or choices | the others go before it: it takes no effort from them, and its questions are asked behind theirs |
//!
//! What a conclusion can be about is told by names of columns: `base_mechanism(req, value)` is about
//! what designs state in columns called `req`.

mod achieve;
mod ask;
mod certain;
mod choices;
mod completions;
mod cone;
mod ledger;
mod nogood;
mod parse;
mod scopes;
mod search;
mod shrink;
mod trim;
mod variants;
mod walk;
mod what_if;

pub use achieve::{Achieved, Goal, Plan, Search, achieve};
pub use ask::{Answer, Conclusion, Question, ask};
pub use choices::{Choice, Choices, Setting, tagged};
pub use completions::Scope;
pub use cone::{Cone, Cones, Slice};
pub use ledger::{Entry, Label, Ledger, Step, Told, ledger};
pub use parse::{
    fitting, is_open, not_stated, not_to_be_taken_back, parse_change, parse_goal_fact,
};
pub use shrink::shrink;
pub use variants::{BLOCK, Base, Edit, Limits};
pub use what_if::{Difference, Line, RelationDifference, Variant, WhatIf, promised, what_if};

use crate::analyze::facts::StatedFact;

/// Facts stated in addition, and facts taken back.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Change {
    /// What is stated in addition.
    pub add: Vec<StatedFact>,
    /// What is taken back.
    pub remove: Vec<StatedFact>,
}

impl Change {
    /// How many facts it touches.
    pub fn size(&self) -> usize {
        self.add.len() + self.remove.len()
    }
}
