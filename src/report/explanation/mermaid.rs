//! An explanation as a Mermaid flowchart.

use std::fmt::Write as _;

use super::super::diagram;
use super::super::tree::Tree;
use super::dot::{colours, step_lines};
use super::outline::Outline;
use super::{Extent, Verdict};

/// A label's lines are broken at this width.
const WIDTH: usize = 40;

const VERDICTS: [Verdict; 6] = [
    Verdict::Concluded,
    Verdict::Given,
    Verdict::Assumed,
    Verdict::Absent,
    Verdict::Wrong,
    Verdict::Open,
];

/// An explanation as a flowchart. Arrows lead from what is concluded to what it stands on.
pub fn mermaid(tree: &Tree, extent: Extent) -> String {
    let outline = Outline::new(tree);
    let graph = outline.graph(extent);
    // Lines are broken here; left alone, Mermaid breaks them again, and narrower.
    let mut out =
        String::from("%%{init: {\"flowchart\": {\"wrappingWidth\": 600}}}%%\nflowchart LR\n");
    for (step, notes) in &graph.nodes {
        let shown = &tree.steps[*step];
        let mut lines = step_lines(shown, outline.numbers[*step], extent, WIDTH);
        lines.extend(notes.iter().map(|note| format!("⋯ {note}")));
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(
            out,
            "  n{}[\"{}\"]:::{}",
            outline.numbers[*step],
            escaped(&lines),
            Verdict::of(shown).class()
        );
    }
    for (from, to) in &graph.edges {
        let _ = writeln!(out, "  n{} --> n{}", outline.numbers[*from], outline.numbers[*to]);
    }
    for (at, (parent, count, label)) in graph.more.iter().enumerate() {
        let text = format!("… {count} more {label}");
        let text = escaped(&[text.trim_end().to_owned()]);
        let _ = writeln!(out, "  n{} --> m{at}[\"{text}\"]", outline.numbers[*parent]);
    }
    if let Some(folds) = outline.folds(extent) {
        let lines = super::dot::broken(&folds, WIDTH);
        let _ = writeln!(out, "  folded[\"{}\"]:::absent", escaped(&lines));
    }
    for verdict in VERDICTS {
        let (fill, line) = colours(verdict);
        let dashed = if verdict == Verdict::Assumed { ",stroke-dasharray:4 3" } else { "" };
        let _ = writeln!(
            out,
            "  classDef {} fill:{fill},stroke:{line},color:#111,text-align:left{dashed}",
            verdict.class()
        );
    }
    out
}

/// Lines as the text of a quoted label.
fn escaped(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| diagram::mermaid::escaped(line)).collect();
    lines.join("<br/>")
}
