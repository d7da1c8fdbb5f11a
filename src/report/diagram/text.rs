//! Diagrams as lines of text.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::{Graph, Node, Sequence};

fn noted(node: &Node) -> String {
    if node.note.is_empty() { String::new() } else { format!("  ({})", node.note) }
}

/// A graph as one line an arrow; boxes without arrows stand alone.
pub fn graph_text(graph: &Graph) -> String {
    let named = |node: &Node| match node.kind.as_str() {
        "" => node.label.clone(),
        kind => format!("{} [{kind}]", node.label),
    };
    let mut out = String::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let leaving: Vec<_> = graph.edges.iter().filter(|edge| edge.from == at).collect();
        let reached = graph.edges.iter().any(|edge| edge.to == at);
        if leaving.is_empty() && reached {
            continue;
        }
        let note = if node.note.is_empty() { String::new() } else { format!("  ({})", node.note) };
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(out, "{}{note}", named(node));
        for (index, edge) in leaving.iter().enumerate() {
            let corner = if index + 1 == leaving.len() { "└" } else { "├" };
            let label =
                if edge.label.is_empty() { String::new() } else { format!(" {} ─", edge.label) };
            let Some(target) = graph.nodes.get(edge.to) else { continue };
            // What no arrow leaves has no line of its own.
            let leaves = graph.edges.iter().any(|it| it.from == edge.to);
            let note = if leaves { String::new() } else { noted(target) };
            let _ = writeln!(out, "  {corner}─{label}▶ {}{note}", named(target));
        }
    }
    out
}

/// A sequence as one line a step.
pub fn sequence_text(sequence: &Sequence) -> String {
    let mut out = String::new();
    if !sequence.title.is_empty() {
        let _ = writeln!(out, "{}", sequence.title);
    }
    let width = sequence.messages.iter().map(|message| message.from.width()).max().unwrap_or(0);
    let operations = sequence.messages.iter().map(|message| message.operation.width()).max();
    let mut inside = false;
    for (message, (begins, ends)) in sequence.messages.iter().zip(sequence.ways()) {
        inside |= begins;
        let mark = match (begins, inside) {
            (true, _) => "  |-> ",
            (false, true) => "      ",
            (false, false) => "  ",
        };
        let mut line = format!(
            "{mark}{}{}   {}",
            message.from,
            " ".repeat(width - message.from.width()),
            message.operation
        );
        if !message.guard.is_empty() {
            let gap = operations.unwrap_or(0) - message.operation.width();
            let _ = write!(line, "{}  {{{}}}", " ".repeat(gap), message.guard);
        }
        if !message.outcome.is_empty() {
            let _ = write!(line, " => {}", message.outcome);
        }
        let _ = writeln!(out, "{line}");
        inside &= !ends;
    }
    out
}
