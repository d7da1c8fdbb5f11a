//! Diagrams: boxes with arrows between them, and who asks whom in what order.
//!
//! A [`Graph`] or a [`Sequence`] is data; each format is one file here that makes text of it. None
//! of them knows what a box stands for: its kind is a word that is printed beside its name.

mod dot;
mod lifelines;
pub(super) mod mermaid;
mod svg;
mod text;

pub use dot::dot;
pub use lifelines::sequence_svg;
pub use mermaid::{flowchart, sequence_diagram, sequence_diagrams};
pub use svg::svg;
pub use text::{graph_text, sequence_text};

/// Boxes and arrows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Graph {
    /// The name that people read.
    pub title: String,
    /// The boxes, in the order they are named in.
    pub nodes: Vec<Node>,
    /// The arrows, in order.
    pub edges: Vec<Edge>,
}

/// A box.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Node {
    /// What is written in it.
    pub label: String,
    /// What kind of box it is, as a word; may be empty. A kind is drawn the same everywhere.
    pub kind: String,
    /// What stands below the label, such as whom the box serves; may be empty.
    pub note: String,
}

/// An arrow between two boxes, by their places.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Edge {
    /// Where it starts.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What is written beside it; may be empty.
    pub label: String,
}

impl Graph {
    /// The kinds of its boxes in order of first appearance, empty ones left out.
    fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = Vec::new();
        for node in &self.nodes {
            if !node.kind.is_empty() && !kinds.contains(&node.kind.as_str()) {
                kinds.push(&node.kind);
            }
        }
        kinds
    }

    /// The place of a box's kind among the kinds.
    fn kind(&self, node: &Node) -> Option<usize> {
        self.kinds().iter().position(|kind| *kind == node.kind)
    }
}

/// Who asks whom for what, in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sequence {
    /// The name that people read.
    pub title: String,
    /// What is asked, in order.
    pub messages: Vec<Message>,
}

/// One step of a sequence.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Message {
    /// Who acts.
    pub from: String,
    /// Who acts next; empty at the end.
    pub to: String,
    /// What is done.
    pub operation: String,
    /// What must hold for it; may be empty.
    pub guard: String,
    /// How it ends; empty where it goes on.
    pub outcome: String,
    /// Whether it begins another way than the one above.
    pub branch: bool,
}

impl Sequence {
    /// For each message whether it begins another way, and whether that way ends with it: a way ends
    /// where its outcome is told, or before the next one begins.
    fn ways(&self) -> Vec<(bool, bool)> {
        let mut inside = false;
        let next = self.messages.iter().skip(1).map(|next| next.branch).chain([true]);
        let told = self.messages.iter().zip(next).map(|(message, next)| {
            inside |= message.branch;
            let ends = inside && (next || !message.outcome.is_empty());
            inside &= !ends;
            (message.branch, ends)
        });
        told.collect()
    }

    /// Everyone who takes part, in order of first appearance.
    fn participants(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for message in &self.messages {
            for name in [&message.from, &message.to] {
                if !name.is_empty() && !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
        }
        names
    }
}

/// The colours of a kind of box: inside and line. Readable on a light and on a dark ground.
const COLOURS: [(&str, &str); 5] = [
    ("#e1f5e6", "#2f8a4b"),
    ("#fff3d1", "#b07d00"),
    ("#e0edff", "#3370c4"),
    ("#f1eafa", "#7d55b0"),
    ("#fde4e1", "#c4402f"),
];

/// The colours of a box without a kind.
const PLAIN: (&str, &str) = ("#f2f4f7", "#667085");

/// The colours of the kind at a place.
fn colours(kind: Option<usize>) -> (&'static str, &'static str) {
    kind.map_or(PLAIN, |kind| COLOURS[kind % COLOURS.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let node = |label: &str, kind: &str| Node {
            label: label.to_owned(),
            kind: kind.to_owned(),
            note: String::new(),
        };
        Graph {
            title: "Shop".to_owned(),
            nodes: vec![node("Till \"A\"", ""), node("Ledger <1>", "truth"), node("View", "copy")],
            edges: vec![
                Edge { from: 0, to: 1, label: "writes".to_owned() },
                Edge { from: 1, to: 2, label: String::new() },
                Edge { from: 2, to: 1, label: String::new() },
                Edge { from: 0, to: 0, label: String::new() },
            ],
        }
    }

    #[test]
    fn every_format_shows_every_box() {
        let graph = graph();
        for (text, ledger) in [
            (graph_text(&graph), "Ledger <1> [truth]"),
            (flowchart(&graph), "Ledger #60;1#62;"),
            (dot(&graph), "Ledger <1>"),
            (svg(&graph), "Ledger &lt;1&gt;"),
        ] {
            assert!(text.contains(ledger), "{text}");
            assert!(text.contains("View"), "{text}");
        }
    }

    #[test]
    fn a_drawing_is_well_formed_also_when_it_is_empty() {
        for graph in [graph(), Graph::default()] {
            let drawing = svg(&graph);
            roxmltree::Document::parse(&drawing)
                .unwrap_or_else(|error| panic!("{error}\n{drawing}"));
        }
    }

    #[test]
    fn a_branch_and_an_outcome_are_told() {
        let step = |from: &str, to: &str, outcome: &str, branch: bool| Message {
            from: from.to_owned(),
            to: to.to_owned(),
            operation: "ask".to_owned(),
            guard: "a < b".to_owned(),
            outcome: outcome.to_owned(),
            branch,
        };
        let sequence = Sequence {
            title: "Main".to_owned(),
            messages: vec![
                step("client", "server", "", false),
                step("server", "", "done", false),
                step("watcher", "", "requeue", true),
            ],
        };
        assert_eq!(
            sequence_text(&sequence),
            "Main\n  client    ask  {a < b}\n  server    ask  {a < b} => done\n\
             \x20 |-> watcher   ask  {a < b} => requeue\n"
        );
        let drawing = sequence_svg(&sequence);
        roxmltree::Document::parse(&drawing).unwrap_or_else(|error| panic!("{error}\n{drawing}"));
        assert!(drawing.contains("requeue") && drawing.contains("a &lt; b"), "{drawing}");
        let diagram = sequence_diagram(&sequence);
        assert!(diagram.contains("p1->>p2: ask"), "{diagram}");
        assert!(diagram.contains("requeue"), "{diagram}");
    }
}
