//! Consistency: what is odd about a program, a file of rules, the rulebook.
//!
//! A [`Subject`] goes in, [`Finding`]s come out. Each check is a function over the program or the
//! tree; the questions of reachability are Datalog over the program's own structure
//! (`structure`). Every kind of finding is made by a small function of its own (`kinds`) and has a
//! page in `docs/errors/`.
//!
//! | module | what it looks at |
//! | --- | --- |
//! | `relations` | relations, their columns, their values |
//! | `rules` | one rule at a time, as analyzed |
//! | `comparisons` | the comparisons of a rule, together |
//! | `endless` | rules that go on without end |
//! | `lists` | first-match lists, as far as their texts show it |
//! | `written` | one rule at a time, as written |
//! | `between` | pairs of rules |
//! | `metadata` | documentation comments |
//! | `checks` | checks that are written as rules, and what they find |
//! | `texts` | comments, inclusions, directives |
//! | `prove` | first-match lists, over every point of their inputs |
//! | `sieve` | which findings count: suppressed, accepted, asked for |
//! | `mend` | the fixes of findings, made |
//! | `output` | text, JSON, SARIF, annotations |

mod between;
pub mod checks;
mod comparisons;
mod endless;
mod kinds;
mod lists;
mod mend;
mod metadata;
pub mod output;
pub mod prove;
mod relations;
mod rules;
mod sieve;
pub mod structure;
mod subject;
mod texts;
mod written;

use crate::diag::{Diagnostic, Severity, Span};

pub use mend::mend;
pub use sieve::{Accepted, Pattern, Selection, Sifted, Suppressions, sift};
pub use subject::Subject;

/// Something odd, with where it is and what can be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The problem.
    pub problem: Diagnostic,
    /// What it is about: a relation, a rule's id, a file; stays the same when lines move.
    pub subject: String,
    /// What shows it: facts, a chain of relations, a pair of conditions.
    pub witness: Vec<String>,
    /// The passages it rests on, where the facts that show it cite any.
    pub citations: Vec<String>,
    /// A change of the text that mends it without changing what the program concludes.
    pub fix: Option<Fix>,
}

/// A change of texts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, as a command.
    pub title: String,
    /// Stretches and what replaces them; none overlap.
    pub edits: Vec<(Span, String)>,
}

impl Finding {
    /// A finding about something, from a problem.
    pub fn new(subject: impl Into<String>, problem: Diagnostic) -> Self {
        Finding {
            problem,
            subject: subject.into(),
            witness: Vec::new(),
            citations: Vec::new(),
            fix: None,
        }
    }

    /// Shows it by an example.
    pub fn witness(mut self, line: impl Into<String>) -> Self {
        self.witness.push(line.into());
        self
    }

    /// Can be mended by replacing a stretch of text.
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits: vec![(span, text.into())] });
        self
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.problem.severity
    }
}

/// All that is odd about a program without errors, in order of places.
pub fn audit(subject: &Subject<'_>) -> Vec<Finding> {
    let structure = structure::Structure::of(subject);
    let mut findings = Vec::new();
    relations::check(subject, &structure, &mut findings);
    rules::check(subject, &structure, &mut findings);
    comparisons::check(subject, &mut findings);
    written::check(subject, &mut findings);
    between::check(subject, &mut findings);
    lists::check(subject, &structure, &mut findings);
    metadata::check(subject, &mut findings);
    texts::check(subject, &mut findings);
    let key =
        |it: &Finding| (it.problem.span(), it.problem.code.clone(), it.problem.message.clone());
    findings.sort_by_key(key);
    findings.dedup_by_key(|it| key(it));
    findings
}
