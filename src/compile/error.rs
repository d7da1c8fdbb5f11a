//! What another evaluator has no word for.

use crate::diag::{Diagnostic, Span};

/// `p(n) :- n = count : { q(_) }.`
pub fn not_compiled(span: Span, construct: &str, target: &str) -> Diagnostic {
    Diagnostic::error("AL1031", format!("{construct} cannot be compiled to `{target}!`"))
        .at(span, "used here")
        .help("leave the rule out by giving its relation from outside: `--given RELATION`")
}
