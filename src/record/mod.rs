//! Decision records: what a design decides, one Markdown file a decision, and whether it is still so.
//!
//! A record is written from what derives: the choice with its proof, what else could have been chosen
//! and what kept it out, what was assumed. Its front matter has what it rests on, fact by fact and rule
//! by rule; from that it is verified. What counts as a decision, its title, and the headings of a
//! record are relations of the rulebook, tagged `@record`:
//!
//! | `@record` | columns |
//! | --- | --- |
//! | `part` | name, place, `record` or `person`, heading, what stands there when there is nothing |
//! | `decision` | kind, subject, aspect, what is chosen; the proof of a row is the reason |
//! | `title` | kind, subject, aspect, what is chosen, place of the kind, title |
//! | `row` | kind, subject, aspect, rank, what the row of the ordered list would choose |
//! | `holds` | kind, subject, aspect, rank of a row that holds |
//! | `line` | part, kind, subject, aspect, place, a line of that part |
//! | `sheet` | a printed sheet: name, kind, subject, aspect, what is chosen |
//!
//! ```text
//! session -> decide  -> Decision
//! text    -> read    -> Record         front matter, parts, what a person wrote, whether it is as written
//! both    -> keep    -> Change         which files become what: numbers stay, what changed is superseded
//! both    -> verify  -> Verdict        holds, decided otherwise, other reasons, other words
//! both    -> unrecorded -> Decision    what no record is of
//! Verdict -> blame   -> Difference     the smallest set of facts, or of rules, that makes the difference
//! ```
//!
//! The text of a record above [`MARK`] is sealed: a number for its front matter, one for its head, and
//! one for each part. What stands below belongs to whoever reads it, and is never changed.

mod blame;
mod decide;
pub mod error;
mod folder;
mod keep;
pub mod output;
mod read;
mod seal;
mod verify;
mod write;

use crate::diag::Span;
use crate::report::Stamp;

pub use blame::{Blamed, Rulebooks, blame};
pub use decide::{Decided, decide};
pub use folder::{Folder, beside, names, text_of};
pub use keep::{Change, Done, Keeping, keep, recover};
pub use read::{Record, read, same_numbers};
pub use verify::{Item, Outcome, UNRECORDED, Verdict, unrecorded, verify};

/// What parts the text that archlog writes from the text that a person writes.
pub const MARK: &str =
    "<!-- archlog: `archlog adr` writes what is above this line; what is below it is yours -->";

/// Which decision a record is of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Key {
    /// The kind of decision.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Which of several decisions of the kind about the subject; often nothing.
    pub aspect: String,
}

/// What a decision rests on, as a program writes it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Evidence {
    /// Facts that the design states.
    pub facts: Vec<String>,
    /// Facts that the design states, and that keep other choices out.
    pub against: Vec<String>,
    /// What is taken for granted because nobody says otherwise.
    pub assumptions: Vec<String>,
    /// Rules by id, each with a number for its text.
    pub rules: Vec<String>,
    /// Rows of the knowledge base.
    pub rows: Vec<String>,
}

/// A decision of a design with all that a record says of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Decision {
    /// Which decision it is.
    pub key: Key,
    /// What is chosen.
    pub chosen: String,
    /// The title of its record.
    pub title: String,
    /// The goal that asks for it.
    pub goal: String,
    /// What it rests on.
    pub evidence: Evidence,
    /// What its record says, in order.
    pub parts: Vec<Part>,
}

/// A part of a record.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Part {
    /// Its heading.
    pub heading: String,
    /// Its text.
    pub text: String,
    /// Where it begins, in a record that was read.
    pub span: Span,
}

/// The number of a record as people write it.
pub fn numbered(number: u32) -> String {
    format!("ADR-{number:04}")
}

/// The rulebook as a record names it.
pub fn rulebook_of(stamp: &Stamp) -> String {
    format!("{} ({})", stamp.rulebook, stamp.hash)
}
