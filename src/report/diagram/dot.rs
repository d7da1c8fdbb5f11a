//! A graph in Graphviz's notation.

use std::fmt::Write as _;

use super::{Graph, colours};

/// A graph as DOT.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph map {\n");
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(
        out,
        "  graph [rankdir=LR, labelloc=t, fontname=\"sans-serif\", label={}];",
        quoted(&[&graph.title])
    );
    out.push_str(
        "  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=11];\n",
    );
    out.push_str("  edge [color=\"#667085\", fontname=\"sans-serif\", fontsize=10];\n");
    for (at, node) in graph.nodes.iter().enumerate() {
        let (fill, line) = colours(graph.kind(node));
        let lines: Vec<&str> = [&node.label, &node.kind, &node.note].map(String::as_str).to_vec();
        let _ = writeln!(
            out,
            "  n{at} [label={}, fillcolor=\"{fill}\", color=\"{line}\"];",
            quoted(&lines)
        );
    }
    for edge in &graph.edges {
        let label = match edge.label.as_str() {
            "" => String::new(),
            label => format!(" [label={}]", quoted(&[label])),
        };
        let _ = writeln!(out, "  n{} -> n{}{label};", edge.from, edge.to);
    }
    out.push_str("}\n");
    out
}

/// Lines as one quoted string; empty ones are left out.
fn quoted(lines: &[&str]) -> String {
    let escaped: Vec<String> = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| line.replace('\\', "\\\\").replace('"', "\\\""))
        .collect();
    format!("\"{}\"", escaped.join("\\n"))
}
