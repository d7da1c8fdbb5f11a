//! What commands answer, as data that is laid out elsewhere: sections, tables and explanations. The
//! program and the prompt say the same because both take it from here.

mod change;
mod compare;
mod dossier;
mod form;
mod given;
mod proofs;
mod review;
mod sheets;
mod why;

use std::sync::Arc;

use crate::report::Heading;
use crate::session::Session;
use crate::value::{Constant, Primitive, RelationId};

pub use change::{achieve, ask, ledger, reasons, setting_line, to_copy, what_if};
pub use compare::compare;
pub use dossier::{dossier, sql, step_numbers, with_goals};
pub use form::{Filled, Form, capital, depend, form_text, words_of};
pub use given::{Given, given, plain};
pub use proofs::grounds;
pub use review::{Review, explain_goals, review};
pub use sheets::{called, section, short_name};
pub use why::{Explanation, explain_absence, explain_rows, ways};

/// A cell of text.
pub(crate) fn text(text: impl Into<String>) -> Constant {
    Constant::Symbol(Arc::from(text.into()))
}

/// Headings of columns of text: the name for programs, the title for people.
pub(crate) fn symbols(names: &[(&str, &str)]) -> Vec<Heading> {
    let heading =
        |(name, title): &(&str, &str)| Heading::new(*name, Primitive::Symbol).titled(*title);
    names.iter().map(heading).collect()
}

/// `1 step`, `2 steps`.
pub(crate) fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// A fact as a design states it, without the stop.
pub fn fact_of(session: &Session, relation: RelationId, values: &[Constant]) -> String {
    let name = &session.rulebook().program.relations[relation.index()].name;
    let values = values.iter().map(|value| crate::syntax::printer::Literal(value).to_string());
    format!("{name}({})", values.collect::<Vec<_>>().join(", "))
}
