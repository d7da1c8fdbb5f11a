//! An explanation as a graph for Graphviz.

use std::fmt::Write as _;

use super::super::tree::{Step, Tree};
use super::outline::Outline;
use super::{Extent, Verdict, label, reference, said};

/// A label's lines are broken at this width.
const WIDTH: usize = 44;

/// An explanation as DOT. Arrows lead from what is concluded to what it stands on.
pub fn dot(tree: &Tree, extent: Extent) -> String {
    let outline = Outline::new(tree);
    let graph = outline.graph(extent);
    let mut out = String::from("digraph explanation {\n");
    let mut caption = vec![tree.subject.clone(), tree.summary.clone()];
    caption.extend(outline.folds(extent));
    caption.retain(|line| !line.is_empty());
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(
        out,
        "  graph [rankdir=LR, labelloc=t, fontname=\"sans-serif\", label={}];",
        left(&caption)
    );
    out.push_str("  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=11, margin=\"0.12,0.06\"];\n");
    out.push_str("  edge [color=\"#667085\", arrowsize=0.7];\n");
    for (step, notes) in &graph.nodes {
        let shown = &tree.steps[*step];
        let verdict = Verdict::of(shown);
        let mut lines = step_lines(shown, outline.numbers[*step], extent, WIDTH);
        lines.extend(notes.iter().map(|note| format!("⋯ {note}")));
        let (fill, line) = colours(verdict);
        let style =
            if verdict == Verdict::Assumed { ", style=\"rounded,filled,dashed\"" } else { "" };
        let _ = writeln!(
            out,
            "  n{} [label={}, fillcolor=\"{fill}\", color=\"{line}\"{style}];",
            outline.numbers[*step],
            left(&lines),
        );
    }
    for (from, to) in &graph.edges {
        let _ = writeln!(out, "  n{} -> n{};", outline.numbers[*from], outline.numbers[*to]);
    }
    for (at, (parent, count, label)) in graph.more.iter().enumerate() {
        let text = format!("… {count} more {label}");
        let _ =
            writeln!(out, "  m{at} [label={}, style=dashed];", left(&[text.trim_end().to_owned()]));
        let _ = writeln!(out, "  n{} -> m{at};", outline.numbers[*parent]);
    }
    out.push_str("}\n");
    out
}

/// What a drawing says of a step, in lines of at most some characters.
pub(super) fn step_lines(step: &Step, number: usize, extent: Extent, width: usize) -> Vec<String> {
    let (words, atom) = said(step);
    let label = label(step);
    let head = if label.is_empty() {
        format!("{number} · {words}")
    } else {
        format!("{number} · {label}: {words}")
    };
    let mut lines = broken(&head, width);
    lines.extend(broken(atom, width));
    for detail in &step.details {
        lines
            .extend(broken(&format!("{} {}", super::mark(detail.kind, false), detail.text), width));
    }
    lines.extend(broken(&reference(step, extent), width));
    lines
}

/// A text in lines of at most some columns; no line for no text.
pub(super) fn broken(text: &str, width: usize) -> Vec<String> {
    if text.is_empty() {
        Vec::new()
    } else {
        super::super::wrap::wrapped(&super::text::clean(text), Some(width))
    }
}

/// The colours of a verdict: inside and line. Both are readable on a light and on a dark ground.
pub(super) fn colours(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Concluded => ("#e0edff", "#3370c4"),
        Verdict::Given => ("#e1f5e6", "#2f8a4b"),
        Verdict::Assumed => ("#fff3d1", "#b07d00"),
        Verdict::Absent => ("#eeeeee", "#777777"),
        Verdict::Wrong => ("#fde4e1", "#c4402f"),
        Verdict::Open => ("#f1eafa", "#7d55b0"),
    }
}

/// Lines as one quoted string, each flush left.
fn left(lines: &[String]) -> String {
    let mut out = String::from("\"");
    for line in lines {
        for character in line.chars() {
            if matches!(character, '"' | '\\') {
                out.push('\\');
            }
            out.push(character);
        }
        out.push_str("\\l");
    }
    out.push('"');
    out
}
