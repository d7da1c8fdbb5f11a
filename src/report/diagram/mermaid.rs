//! Diagrams in Mermaid's notation, which most forges draw.

use std::fmt::Write as _;

use super::{Graph, Sequence, colours};

/// A graph as a flowchart.
pub fn flowchart(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    for (at, node) in graph.nodes.iter().enumerate() {
        let mut label = escaped(&node.label);
        // Writing to a string cannot fail, here and below.
        for more in [&node.kind, &node.note] {
            if !more.is_empty() {
                let _ = write!(label, "<br/>{}", escaped(more));
            }
        }
        let class = graph.kind(node).map_or("plain".to_owned(), |kind| format!("kind{kind}"));
        let _ = writeln!(out, "  n{at}[\"{label}\"]:::{class}");
    }
    for edge in &graph.edges {
        let label = match edge.label.as_str() {
            "" => String::new(),
            label => format!("|\"{}\"|", escaped(label)),
        };
        let _ = writeln!(out, "  n{} -->{label} n{}", edge.from, edge.to);
    }
    let plain =
        graph.nodes.iter().any(|node| node.kind.is_empty()).then_some(("plain".into(), None));
    let kinds = (0..graph.kinds().len()).map(|kind| (format!("kind{kind}"), Some(kind)));
    for (class, kind) in plain.into_iter().chain(kinds) {
        let (fill, line) = colours(kind);
        let _ = writeln!(out, "  classDef {class} fill:{fill},stroke:{line},color:#111");
    }
    out
}

/// A sequence as a sequence diagram. An arrow leads from who acts to who acts next.
pub fn sequence_diagram(sequence: &Sequence) -> String {
    sequence_diagrams(std::slice::from_ref(sequence))
}

/// Sequences one below the other in one diagram, each below its title.
pub fn sequence_diagrams(sequences: &[Sequence]) -> String {
    let mut out = String::from("sequenceDiagram\n");
    let mut participants: Vec<&str> = Vec::new();
    for name in sequences.iter().flat_map(Sequence::participants) {
        if !participants.contains(&name) {
            participants.push(name);
            let number = participants.len();
            let _ = writeln!(out, "  participant p{number} as {}", escaped(name));
        }
    }
    let identifier = |name: &str| {
        let place = participants.iter().position(|it| *it == name);
        format!("p{}", place.map_or(0, |place| place + 1))
    };
    let ends = participants.first().zip(participants.last());
    for sequence in sequences {
        if let Some((first, last)) = ends.filter(|_| !sequence.title.is_empty()) {
            let over = match first == last {
                true => identifier(first),
                false => format!("{},{}", identifier(first), identifier(last)),
            };
            let _ = writeln!(out, "  Note over {over}: {}", escaped(&sequence.title));
        }
        steps(sequence, &identifier, &mut out);
    }
    out
}

fn steps(sequence: &Sequence, identifier: &dyn Fn(&str) -> String, out: &mut String) {
    for (message, (begins, ends)) in sequence.messages.iter().zip(sequence.ways()) {
        if begins {
            let _ = writeln!(out, "  opt {}", said(&message.guard, "otherwise"));
        }
        let from = identifier(&message.from);
        let to = if message.to.is_empty() { from.clone() } else { identifier(&message.to) };
        let guard = match message.guard.as_str() {
            // Where another way begins, the frame around it says when.
            "" => String::new(),
            _ if begins => String::new(),
            guard => format!("<br/>[{}]", escaped(guard)),
        };
        let _ = writeln!(out, "  {from}->>{to}: {}{guard}", escaped(&message.operation));
        if !message.outcome.is_empty() {
            let _ = writeln!(out, "  Note over {from}: {}", escaped(&message.outcome));
        }
        if ends {
            out.push_str("  end\n");
        }
    }
}

fn said(text: &str, otherwise: &str) -> String {
    escaped(if text.is_empty() { otherwise } else { text })
}

/// A text as part of a label. Mermaid writes a character it would take for markup by its number
/// between `#` and `;`, and so the first letter of a word that would end a block.
pub(in crate::report) fn escaped(text: &str) -> String {
    let words = text.split_inclusive(|character: char| !character.is_alphanumeric());
    let plain = words.map(|word| {
        let bare = word.trim_end_matches(|character: char| !character.is_alphanumeric());
        match bare.eq_ignore_ascii_case("end") {
            true => format!("#101;{}", escaped_word(word.get(1..).unwrap_or_default())),
            false => escaped_word(word),
        }
    });
    plain.collect()
}

fn escaped_word(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | '*' | '_' | '{' | '}' | '[' | ']' | '|'
            | '~' | '%' | ';' | '$' => {
                let _ = write!(out, "#{};", u32::from(character));
            }
            '\n' => out.push_str("<br/>"),
            other => out.push(other),
        }
    }
    out
}
