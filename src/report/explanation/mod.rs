//! Explanations in every medium, from one [`Tree`].
//!
//! | medium | file | what is folded |
//! | --- | --- | --- |
//! | terminal text | `text` | all that `outline` folds, counted in the last line |
//! | Markdown | `markdown` | the same |
//! | HTML | `html` | the same, shown by a switch on the page; needs no script |
//! | Mermaid, DOT, SVG | `mermaid`, `dot`, `svg` | the same, counted in the drawing |
//! | JSON | `json` | nothing; each step says whether and why the others fold it |
//!
//! `outline` walks the graph once, numbers its steps depth first and decides what is folded; no
//! medium decides anything of the kind. A step has the same number in every medium, folded or not.

mod dot;
mod folding;
mod html;
mod json;
mod markdown;
mod mermaid;
mod outline;
mod svg;
mod text;

use super::tree::{DetailKind, Step, StepKind, Tree};

pub use dot::dot;
pub use html::html;
pub(super) use html::{STYLE, sections};
pub(super) use json::array;
pub use json::json;
pub use markdown::{code, line, markdown};
pub use mermaid::mermaid;
pub use outline::Fold;
pub use svg::svg;
pub use text::text;

/// The step that every medium numbers so.
pub fn numbered(tree: &Tree, number: usize) -> Option<&Step> {
    let outline = outline::Outline::new(tree);
    let at = outline.numbers.iter().position(|other| *other == number && number > 0)?;
    tree.steps.get(at)
}

/// How much of an explanation is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Extent {
    /// What a reader needs first; the rest is counted.
    #[default]
    Folded,
    /// Every step, every citation in full.
    Full,
}

/// What people are told a step is. In a why-not an absence is what is wrong, not what is right.
fn label(step: &Step) -> &'static str {
    match (step.kind, step.negative) {
        (StepKind::Derived, _) => "",
        (StepKind::Stated, _) => "you said",
        (StepKind::Supposed, _) => "supposed",
        (StepKind::Rulebook, _) => "rulebook",
        (StepKind::Assumed, false) => "assumed",
        (StepKind::Assumed, true) => "never stated",
        (StepKind::RuledOut, false) => "ruled out",
        (StepKind::RuledOut, true) => "stated otherwise",
        (StepKind::Failed, false) => "failed",
        (StepKind::Failed, true) => "not derived",
        (StepKind::NotGiven, _) => "not given",
        (StepKind::Computed, _) => "computed",
        (StepKind::Gathered, _) => "gathered",
        (StepKind::Holds, _) => "holds",
        (StepKind::Missing, _) => "comes out otherwise",
        (StepKind::Unknown, _) => "unknown",
        (StepKind::InTheWay, _) => "in the way",
        (StepKind::Attempt, _) => "rule",
        (StepKind::Unexplained, _) => "not explained",
    }
}

/// The verdict on a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    /// A rule concludes it.
    Concluded,
    /// It is given and needs no reason.
    Given,
    /// It is taken for granted.
    Assumed,
    /// It is absent, as it has to be.
    Absent,
    /// It is not as it would have to be.
    Wrong,
    /// Nothing can be said of it.
    Open,
}

impl Verdict {
    fn of(step: &Step) -> Self {
        match (step.kind, step.negative) {
            (StepKind::Derived, _) => Verdict::Concluded,
            (
                StepKind::Stated
                | StepKind::Supposed
                | StepKind::Rulebook
                | StepKind::Computed
                | StepKind::Gathered
                | StepKind::Holds,
                _,
            ) => Verdict::Given,
            (StepKind::Assumed, false) => Verdict::Assumed,
            (StepKind::Failed | StepKind::RuledOut | StepKind::NotGiven, false) => Verdict::Absent,
            (
                StepKind::Assumed | StepKind::Failed | StepKind::RuledOut | StepKind::NotGiven,
                true,
            )
            | (StepKind::Missing | StepKind::InTheWay, _) => Verdict::Wrong,
            (StepKind::Unknown | StepKind::Attempt | StepKind::Unexplained, _) => Verdict::Open,
        }
    }

    fn glyph(self, ascii: bool) -> &'static str {
        match (self, ascii) {
            (Verdict::Concluded, false) => "●",
            (Verdict::Concluded, true) => "*",
            (Verdict::Given, false) => "✓",
            (Verdict::Given, true) => "+",
            (Verdict::Assumed, false) => "○",
            (Verdict::Assumed, true) => "o",
            (Verdict::Absent, false) => "∅",
            (Verdict::Absent, true) => "-",
            (Verdict::Wrong, false) => "✗",
            (Verdict::Wrong, true) => "x",
            (Verdict::Open, _) => "?",
        }
    }

    /// A word for style sheets and graph attributes.
    fn class(self) -> &'static str {
        match self {
            Verdict::Concluded => "concluded",
            Verdict::Given => "given",
            Verdict::Assumed => "assumed",
            Verdict::Absent => "absent",
            Verdict::Wrong => "wrong",
            Verdict::Open => "open",
        }
    }
}

fn mark(kind: DetailKind, ascii: bool) -> &'static str {
    match (kind, ascii) {
        (DetailKind::Plain, _) => " ",
        (DetailKind::Chosen, false) => "▶",
        (DetailKind::Chosen, true) => ">",
        (DetailKind::PassedOver, false) => "✗",
        (DetailKind::PassedOver, true) => "x",
        (DetailKind::Masked, _) => "~",
        (DetailKind::Contributor, _) => "+",
    }
}

/// What a step says, in words where it has some: the sentence, and the atom if that is something
/// else.
fn said(step: &Step) -> (&str, &str) {
    if step.sentence.is_empty() { (&step.atom, "") } else { (&step.sentence, &step.atom) }
}

/// The atom that stands beside the sentence of a line; none at the root if the title says it.
fn beside<'t>(tree: &'t Tree, line: usize, step: &'t Step) -> &'t str {
    let (_, atom) = said(step);
    if line == 0 && atom == tree.subject { "" } else { atom }
}

/// Where a step can be looked up: the passage it cites, else its place.
fn reference(step: &Step, extent: Extent) -> String {
    match extent {
        Extent::Folded if step.source.is_empty() => step.place.clone(),
        Extent::Folded => shortened(&step.source),
        Extent::Full => {
            let rule =
                if step.rule.is_empty() { String::new() } else { format!("[{}]", step.rule) };
            let parts = [&rule, &step.source, &step.place];
            let parts: Vec<&str> =
                parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
            parts.join(" · ")
        }
    }
}

/// A citation without all but the last of the headings it goes through.
fn shortened(source: &str) -> String {
    if let (Some(open), Some(last)) = (source.find('"'), source.rfind(" / "))
        && open < last
    {
        return format!("{}\"… /{}", &source[..open], &source[last + 2..]);
    }
    source.to_owned()
}

/// `1 step`, `2 steps`.
fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
