//! Which findings count.
//!
//! A finding is let pass by a comment at its place (`// archlog: allow AL0701 because ...`), by an
//! entry of an accepted-findings file, or because it was not asked for. What lets nothing pass is a
//! finding itself, so that neither comments nor entries outlive what they were for.

use rustc_hash::FxHashSet;

use crate::analyze::program::Program;
use crate::diag::{Diagnostic, OWN_CODES, Severity, SourceId, Sources, Span};
use crate::kb::embedded;
use crate::syntax::format::{PieceKind, pieces};
use crate::syntax::tree::{Item, Tree};

use super::Finding;

/// What opens a comment that lets a finding pass.
const ALLOW: &str = "archlog: allow";

/// The comments of a program that let findings pass.
#[derive(Clone, Debug, Default)]
pub struct Suppressions {
    entries: Vec<Suppression>,
}

#[derive(Clone, Debug)]
struct Suppression {
    code: String,
    reason: String,
    comment: Span,
    /// The stretch that findings must start in.
    covers: Span,
}

impl Suppressions {
    /// The comments of some texts. Behind a token a comment covers its line; on a line of its own
    /// it covers the item below, or inside an item the line below.
    pub fn of(sources: &Sources, trees: &[(SourceId, Tree)]) -> Self {
        let mut entries = Vec::new();
        for (source, tree) in trees {
            let Some(text) = sources.get(*source) else { continue };
            let text = &*text.text;
            for piece in pieces(*source, text) {
                let words = piece.text.trim_start_matches('/').trim();
                let allowed =
                    words.strip_prefix(ALLOW).filter(|_| piece.kind == PieceKind::LineComment);
                let Some(allowed) = allowed else { continue };
                let (code, reason) = match allowed.trim().split_once(char::is_whitespace) {
                    Some((code, reason)) => (code, reason.trim()),
                    None => (allowed.trim(), ""),
                };
                let end = piece.start + piece.text.len();
                let span = |start: usize, end: usize| Span {
                    source: *source,
                    start: start as u32,
                    end: end as u32,
                };
                let line =
                    text.get(..piece.start).and_then(|it| it.rfind('\n')).map_or(0, |at| at + 1);
                let own_line = text.get(line..piece.start).is_some_and(|it| it.trim().is_empty());
                let covers = match own_line {
                    false => span(line, end),
                    true => match below(tree, piece.start as u32) {
                        Some(item) => span(end, item as usize),
                        None => {
                            let rest = text.get(end + 1..).unwrap_or_default();
                            span(end, end + 1 + rest.find('\n').unwrap_or(rest.len()))
                        }
                    },
                };
                entries.push(Suppression {
                    code: code.to_owned(),
                    reason: reason.to_owned(),
                    comment: span(piece.start, end),
                    covers,
                });
            }
        }
        Suppressions { entries }
    }
}

/// Where the item below a place ends; nothing where the place is inside an item.
fn below(tree: &Tree, place: u32) -> Option<u32> {
    let spans = tree.items.iter().map(Item::span);
    for span in spans {
        if span.start <= place && place < span.end {
            return None;
        }
        if span.start > place {
            return Some(span.end);
        }
    }
    None
}

/// How a file of accepted findings begins.
const HEADER: [&str; 3] = ["code", "subject", "reason"];

/// A file of accepted findings: CSV with the columns `code`, `subject` and `reason`, and perhaps
/// `resolution`: the rule that resolves what is accepted.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    entries: Vec<Entry>,
    /// The first line, where it is not the header.
    headless: Option<(String, Span)>,
}

#[derive(Clone, Debug)]
struct Entry {
    code: String,
    subject: String,
    reason: String,
    resolution: String,
    span: Span,
    /// Whether it has let a finding pass.
    matched: bool,
}

impl Accepted {
    /// Reads a file that is among the texts. Lines of another shape are passed over and so accept
    /// nothing.
    pub fn read(sources: &Sources, source: SourceId) -> Self {
        let Some(text) = sources.get(source) else { return Accepted::default() };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.text.as_bytes());
        let mut entries = Vec::new();
        let columns = reader.headers().map(|it| it.iter().map(str::trim).take(3).collect());
        let columns: Vec<&str> = columns.unwrap_or_default();
        let headless = (!text.text.trim().is_empty() && columns != HEADER).then(|| {
            let end = text.text.find('\n').unwrap_or(text.text.len());
            (text.name.clone(), Span { source, start: 0, end: end as u32 })
        });
        for record in reader.records().flatten() {
            let field = |index: usize| record.get(index).unwrap_or_default().trim().to_owned();
            let start = record.position().map_or(0, |position| position.byte() as usize);
            let rest = text.text.get(start..).unwrap_or_default();
            let end = start + rest.find('\n').unwrap_or(rest.len());
            let span = Span { source, start: start as u32, end: end as u32 };
            let (code, subject, reason, resolution) = (field(0), field(1), field(2), field(3));
            entries.push(Entry { code, subject, reason, resolution, span, matched: false });
        }
        Accepted { entries, headless }
    }

    /// Leaves out entries of codes that begin like this: nothing looked for what they accept.
    pub fn leave(&mut self, codes: &str) {
        self.entries.retain(|entry| !entry.code.starts_with(codes));
    }

    /// The entries that are said to be resolved by a rule that is not there.
    pub fn unresolved(&self, program: &Program, selection: &Selection) -> Vec<Finding> {
        let ids: FxHashSet<&str> =
            program.clauses.iter().filter_map(|clause| clause.doc.tag("rule")).collect();
        let named = self.entries.iter().filter(|entry| !entry.resolution.is_empty());
        let unknown = named.filter(|entry| !ids.contains(entry.resolution.as_str()));
        let findings =
            unknown.map(|it| unknown_resolution(&it.resolution, it.span, ids.iter().copied()));
        findings.filter(|finding| selection.takes(finding)).collect()
    }

    /// The entries that have let nothing pass, once everything was sifted; and the first line where it
    /// stands in place of the header and so lets nothing pass either.
    pub fn idle(&self, selection: &Selection) -> Vec<Finding> {
        let idle = self.entries.iter().filter(|entry| !entry.matched);
        let findings = idle.map(|it| {
            idle_acceptance(it.code.as_str(), &it.subject, it.reason.is_empty(), it.span)
        });
        let headless = self.headless.iter();
        let headless = headless.map(|(file, span)| accepted_without_header(file, *span));
        headless.chain(findings).filter(|finding| selection.takes(finding)).collect()
    }
}

/// A code, or all findings of a severity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pattern {
    /// A code, such as `AL0701`.
    Code(String),
    /// `error`, `warning` or `note`.
    Severity(Severity),
}

impl std::str::FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let severities = [Severity::Error, Severity::Warning, Severity::Note];
        if let Some(severity) = severities.into_iter().find(|it| it.to_string() == text) {
            return Ok(Pattern::Severity(severity));
        }
        let code = text.to_ascii_uppercase();
        match is_code(&code) {
            true => Ok(Pattern::Code(code)),
            false => Err("neither a code nor `error`, `warning` or `note`".to_owned()),
        }
    }
}

impl Pattern {
    fn fits(&self, finding: &Finding) -> bool {
        match self {
            Pattern::Code(code) => finding.problem.code == code.as_str(),
            Pattern::Severity(severity) => finding.severity() == *severity,
        }
    }
}

/// Whether this is a code: one of ours has a page, one of a user's own is letters and then digits.
pub(super) fn is_code(code: &str) -> bool {
    if code.starts_with(OWN_CODES) {
        return embedded(&format!("docs/errors/{code}.md")).is_some();
    }
    let letters = code.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = code.get(letters..).unwrap_or_default();
    letters > 0 && !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
}

/// Which findings were asked for.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// What makes a check fail besides errors and warnings.
    pub deny: Vec<Pattern>,
    /// What is let pass.
    pub allow: Vec<Pattern>,
    /// Nothing but this is looked at; empty for all.
    pub only: Vec<Pattern>,
}

impl Selection {
    fn takes(&self, finding: &Finding) -> bool {
        let fits = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.fits(finding));
        (self.only.is_empty() || fits(&self.only)) && (!fits(&self.allow) || fits(&self.deny))
    }

    /// Whether a finding makes a check fail.
    pub fn fails(&self, finding: &Finding) -> bool {
        finding.severity() != Severity::Note
            || self.deny.iter().any(|pattern| pattern.fits(finding))
    }
}

/// Findings, sorted out.
#[derive(Clone, Debug, Default)]
pub struct Sifted {
    /// Those that count.
    pub kept: Vec<Finding>,
    /// Those that a comment lets pass, each with its reason.
    pub suppressed: Vec<(Finding, String)>,
    /// Those that are accepted, each with its reason and the rule that resolves it, if one does.
    pub accepted: Vec<(Finding, String, String)>,
}

/// Sorts findings out; adds those about comments that let nothing pass.
pub fn sift(
    findings: Vec<Finding>,
    suppressions: &Suppressions,
    accepted: &mut Accepted,
    selection: &Selection,
) -> Sifted {
    let mut sifted = Sifted::default();
    let mut used = vec![false; suppressions.entries.len()];
    for finding in findings {
        let place = finding.problem.span();
        let covered = suppressions.entries.iter().position(|it| {
            let within = |span: Span| {
                span.source == it.covers.source
                    && it.covers.start <= span.start
                    && span.start < it.covers.end
            };
            it.code == finding.problem.code && place.is_some_and(within)
        });
        let entry = accepted
            .entries
            .iter_mut()
            .find(|it| it.code == finding.problem.code && it.subject == finding.subject)
            // Who accepts something says why.
            .filter(|it| !it.reason.is_empty());
        if let Some(at) = covered {
            used[at] = true;
            sifted.suppressed.push((finding, suppressions.entries[at].reason.clone()));
        } else if let Some(entry) = entry {
            entry.matched = true;
            sifted.accepted.push((finding, entry.reason.clone(), entry.resolution.clone()));
        } else {
            sifted.kept.push(finding);
        }
    }
    for (suppression, used) in suppressions.entries.iter().zip(used) {
        let Suppression { code, reason, comment, .. } = suppression;
        sifted.kept.extend(match (is_code(code), used, reason.is_empty()) {
            (false, ..) => Some(suppression_of_no_code(code, *comment)),
            (_, false, _) => Some(idle_suppression(code, *comment)),
            (_, _, true) => Some(suppression_without_reason(code, *comment)),
            _ => None,
        });
    }
    sifted.kept.retain(|finding| selection.takes(finding));
    sifted.suppressed.retain(|(finding, _)| selection.takes(finding));
    sifted.accepted.retain(|(finding, ..)| selection.takes(finding));
    sifted.kept.sort_by(|a, b| {
        let key = |it: &Finding| it.problem.span();
        (key(a), &a.problem.code).cmp(&(key(b), &b.problem.code))
    });
    sifted
}

/// `// archlog: allow AL0701 because` where there is no such finding
fn idle_suppression(code: &str, span: Span) -> Finding {
    let problem = Diagnostic::warning("AL0921", format!("there is no {code} here to allow"))
        .at(span, "it lets nothing pass")
        .help("take it out");
    Finding::new(code, problem)
}

/// `// archlog: allow AL0701`
fn suppression_without_reason(code: &str, span: Span) -> Finding {
    let problem = Diagnostic::warning("AL0922", format!("{code} is allowed without a reason"))
        .at(span, "who reads this will want to know why")
        .help(format!("write `// archlog: allow {code} the reason`"));
    Finding::new(code, problem)
}

/// `// archlog: allow AL9999 because`
fn suppression_of_no_code(code: &str, span: Span) -> Finding {
    let problem = Diagnostic::warning("AL0923", format!("`{code}` is no code"))
        .at(span, "it lets nothing pass")
        .help("`archlog explain` lists all codes");
    Finding::new(code, problem)
}

/// An accepted finding that is not found any more
fn idle_acceptance(code: &str, subject: &str, unexplained: bool, span: Span) -> Finding {
    let (message, help) = match unexplained {
        true => (format!("{code} of `{subject}` is accepted without a reason"), "say why"),
        false => (format!("{code} of `{subject}` is accepted and not found"), "take the entry out"),
    };
    let problem =
        Diagnostic::warning("AL0924", message).at(span, "this entry lets nothing pass").help(help);
    Finding::new(subject, problem)
}

/// A file of accepted findings that does not open with `code,subject,reason`
fn accepted_without_header(file: &str, span: Span) -> Finding {
    let problem = Diagnostic::error("AL0927", format!("`{file}` does not begin with its header"))
        .at(span, "taken for the header, so what it accepts would be lost")
        .help("begin the file with the line `code,subject,reason`");
    Finding::new(file, problem)
}

/// `AL0701,buyer,a reason,no-such-rule` in a file of accepted findings
fn unknown_resolution<'a>(
    rule: &str,
    span: Span,
    known: impl IntoIterator<Item = &'a str>,
) -> Finding {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    let problem = Diagnostic::error("AL0926", format!("no rule is called `{rule}`"))
        .at(span, "said to resolve this")
        .nearest(rule, known)
        .help("name the `@rule` that resolves it, or leave the column empty");
    Finding::new(rule, problem)
}
