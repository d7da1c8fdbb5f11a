//! Findings as text, JSON, SARIF 2.1.0, GitHub annotations and a page of what is on record.
//!
//! Findings of several programs are put into one answer: each becomes an [`Entry`], whose places no
//! longer need the texts.

mod github;
mod json;
mod markdown;
mod sarif;
mod text;

use crate::diag::{Renderer, Severity, Sources, Span};

use super::Finding;
use super::checks::Record;

pub use github::github;
pub use json::json;
pub use markdown::markdown;
pub use sarif::sarif;
pub use text::text;

/// A finding with its places as people count, ready to be written.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The finding.
    pub finding: Finding,
    /// Its places, the most important first.
    pub places: Vec<Place>,
    /// The places that its fix changes, with what replaces them.
    pub edits: Vec<(Place, String)>,
    /// Why it is let pass, if it is.
    pub passed: Option<Passed>,
    /// It in full, with carets.
    pub rendered: String,
}

/// Why a finding is let pass.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passed {
    /// Whether a comment in the program lets it pass, rather than a file of accepted findings.
    pub in_source: bool,
    /// The reason given.
    pub reason: String,
    /// The rule that resolves it, or nothing.
    pub resolution: String,
}

/// A stretch of a file: lines and columns from 1, columns in characters, the end excluded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// One past the last column.
    pub end_column: u32,
    /// What is said there.
    pub text: String,
}

impl Entry {
    /// A finding of some texts.
    pub fn new(
        sources: &Sources,
        renderer: &Renderer,
        finding: Finding,
        passed: Option<Passed>,
    ) -> Self {
        let labels = finding.problem.labels.iter();
        let places = labels.map(|label| place(sources, label.span, &label.text)).collect();
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        let edits = edits.map(|(span, text)| (place(sources, *span, ""), text.clone())).collect();
        let mut shown = finding.problem.clone();
        shown.help.splice(0..0, finding.witness.iter().map(|line| format!("because {line}")));
        if let Some(fix) = &finding.fix {
            shown.help.push(format!("`--fix` can do it: {}", fix.title));
        }
        let rendered = renderer.one(sources, &shown);
        Entry { finding, places, edits, passed, rendered }
    }
}

fn place(sources: &Sources, span: Span, text: &str) -> Place {
    let start = sources.position(span);
    let end = sources.position(Span { start: span.end, ..span });
    Place {
        file: sources.name(span).to_owned(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        text: text.to_owned(),
    }
}

/// All that was found, and what was looked at.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What counts.
    pub findings: Vec<Entry>,
    /// What is let pass.
    pub passed: Vec<Entry>,
    /// What is on record besides.
    pub records: Vec<Record>,
    /// What was looked at, a line each.
    pub looked_at: Vec<String>,
    /// What was not looked at and why, a line each.
    pub skipped: Vec<String>,
}

impl Report {
    /// How many of those that count are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|entry| entry.finding.severity() == severity).count()
    }
}
