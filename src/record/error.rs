//! What can be wrong with records, a function a kind.

use crate::diag::{Diagnostic, Span};

use super::numbered;

/// A record that ends before it is complete, or lacks what it is read by.
pub fn half_written(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("AL1501", format!("this record is not complete: {what}")).at(span, what).help(
        "`archlog adr DESIGN --force` writes it anew; restore it first if it has notes of yours",
    )
}

/// A record whose sealed part is not as it was written.
pub fn edited(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("AL1502", format!("somebody changed {what} by hand"))
        .at(span, "not as archlog wrote it")
        .help(
            "what you have to say belongs below the marked line; `archlog adr DESIGN --force` writes \
             the rest anew",
        )
}

/// A record of a design that is not where the record says.
pub fn no_design(span: Span, path: &str, why: &str) -> Diagnostic {
    Diagnostic::error("AL1503", format!("the design of this record cannot be read: {why}"))
        .at(span, format!("`{path}`, as seen from the folder of the record"))
        .help("`archlog adr DESIGN` with its new place brings the records up to date")
}

/// Two records with one number.
pub fn same_number(number: u32, span: Span, other: Span) -> Diagnostic {
    let name = numbered(number);
    Diagnostic::error("AL1504", format!("{name} is there twice"))
        .at(span, "this one")
        .at(other, "and this one")
        .help("give one of the files another number, or take it away")
}
