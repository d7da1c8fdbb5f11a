//! Record to text.

use super::read::{FENCE, FIRST};
use super::seal::seal;
use super::{Decision, MARK, Part, numbered};

/// What a record says of its place among the others.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Standing {
    /// The record that it takes the place of, and its file.
    pub supersedes: Option<(u32, String)>,
    /// The record that took its place, and its file.
    pub superseded_by: Option<(u32, String)>,
    /// Whether nothing decides it any more.
    pub retired: bool,
}

/// Where a record comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct From<'a> {
    /// The design as seen from the folder of the record.
    pub design: &'a str,
    /// The id of the design.
    pub id: &'a str,
    /// The rulebook.
    pub rulebook: &'a str,
}

/// A text of the front matter: JSON's notation is one of YAML's.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A record, from the first line to what stands below the mark.
pub(super) fn record(
    number: u32,
    decision: &Decision,
    from: &From<'_>,
    standing: &Standing,
    below: &str,
) -> String {
    let mut matter = vec![format!("{FIRST}: {number}")];
    let mut say = |key: &str, value: &str| matter.push(format!("{key}: {}", quoted(value)));
    say("title", &decision.title);
    say("design", from.design);
    say("design-id", from.id);
    say("kind", &decision.key.kind);
    say("subject", &decision.key.subject);
    if !decision.key.aspect.is_empty() {
        say("aspect", &decision.key.aspect);
    }
    say("decision", &decision.chosen);
    say("goal", &decision.goal);
    if let Some((other, _)) = &standing.supersedes {
        say("supersedes", &numbered(*other));
    }
    if let Some((other, _)) = &standing.superseded_by {
        say("superseded-by", &numbered(*other));
    }
    if standing.retired {
        say("retired", "nothing decides it any more");
    }
    say("rulebook", from.rulebook);
    let evidence = &decision.evidence;
    let lists = [
        ("facts", &evidence.facts),
        ("against", &evidence.against),
        ("assumptions", &evidence.assumptions),
        ("rules", &evidence.rules),
        ("rows", &evidence.rows),
    ];
    for (key, list) in lists {
        if !list.is_empty() {
            matter.push(format!("{key}:"));
            matter.extend(list.iter().map(|item| format!("  - {}", quoted(item))));
        }
    }
    let mut parts = vec![Part { text: head(number, decision, standing), ..Part::default() }];
    parts.extend(decision.parts.iter().cloned());
    let matter = matter.join("\n");
    let mut seals = vec![seal(&matter)];
    seals.extend(parts.iter().map(|part| seal(&part.sealed())));
    let mut out = format!("{FENCE}\n{matter}\nseal: {}\n{FENCE}\n\n", quoted(&seals.join(" ")));
    for part in &parts {
        if !part.heading.is_empty() {
            out.push_str(&format!("## {}\n\n", part.heading));
        }
        if !part.text.is_empty() {
            out.push_str(&format!("{}\n\n", part.text));
        }
    }
    out.push_str(MARK);
    out.push('\n');
    out.push_str(below);
    out
}

/// The title, and what the record is to others.
fn head(number: u32, decision: &Decision, standing: &Standing) -> String {
    let mut lines = vec![format!("# {}: {}", numbered(number), decision.title)];
    let other = |(number, file): &(u32, String)| format!("[{}]({file})", numbered(*number));
    if let Some(by) = &standing.superseded_by {
        lines.push(format!("**Superseded by {}: it is decided otherwise now.**", other(by)));
    }
    if standing.retired {
        lines.push("**Retired: nothing decides it any more.**".to_owned());
    }
    if let Some(old) = &standing.supersedes {
        lines.push(format!("Supersedes {}.", other(old)));
    }
    lines.join("\n\n")
}

/// What stands below the mark of a new record: the parts that a person writes.
pub(super) fn below(parts: &[Part]) -> String {
    let part = |part: &Part| match part.text.as_str() {
        "" => format!("\n## {}\n", part.heading),
        text => format!("\n## {}\n\n{text}\n", part.heading),
    };
    parts.iter().map(part).collect()
}
