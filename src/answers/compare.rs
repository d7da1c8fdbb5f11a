//! Two states of a design side by side: what each concludes that the other does not, with the facts
//! responsible.

use crate::analyze::facts::StatedFact;
use crate::change::{Change, WhatIf};
use crate::eval::{Limits, StopReason};
use crate::explain::{Why, tree};
use crate::report::tree::{StepKind, Tree};
use crate::report::{Section, Table};
use crate::session::Session;

use super::{fact_of, symbols, text};

/// The facts that only one of the two states, and the conclusions that only one of the two draws;
/// each conclusion with those of the facts that it follows from, or that keep it from following.
/// `names` are what people call the two; the change leads from the first to the second.
pub fn compare(
    session: &Session,
    what_if: &WhatIf<'_>,
    change: &Change,
    names: (&str, &str),
    all: bool,
    limits: Limits<'_>,
) -> (Vec<Section>, Option<StopReason>) {
    let said = |facts: &[StatedFact]| -> Vec<String> {
        facts.iter().map(|fact| fact_of(session, fact.relation, &fact.values)).collect()
    };
    let (first, second) = (said(&change.remove), said(&change.add));
    let rows = first.iter().map(|fact| vec![text(names.0), text(fact)]);
    let rows = rows.chain(second.iter().map(|fact| vec![text(names.1), text(fact)])).collect();
    let columns = symbols(&[("side", "Only in"), ("fact", "Fact")]);
    let facts = Table { name: "facts".into(), title: String::new(), columns, rows };

    let mut why = Why::new(&what_if.variant);
    why.limit(limits);
    let mut rows = Vec::new();
    for relation in what_if.difference.relations.iter().filter(|it| !it.stated) {
        if !relation.contract && !all {
            continue;
        }
        let sides = [(names.0, &relation.removed, [&first, &second])];
        let sides = sides.into_iter().chain([(names.1, &relation.added, [&second, &first])]);
        for (side, lines, [own, other]) in sides {
            for line in lines {
                let mut because = String::new();
                if why.stopped().is_none() {
                    // It is proved in the state that has it.
                    let proof = why.proof(relation.relation, line.row);
                    let tree = tree::of_opened_proof(&mut why, &proof, false);
                    because = responsible(&tree, own, other);
                }
                // Of one difference all else follows.
                if let ([only], []) | ([], [only]) = (own.as_slice(), other.as_slice())
                    && because.is_empty()
                {
                    because = if own.is_empty() { format!("not {only}") } else { only.clone() };
                }
                let fact = fact_of(session, relation.relation, &line.values);
                rows.push(vec![text(side), text(&relation.name), text(fact), text(because)]);
            }
        }
    }
    let columns = symbols(&[
        ("side", "Only in"),
        ("of", "Relation"),
        ("conclusion", "Conclusion"),
        ("because", "Facts responsible"),
    ]);
    let none = rows.is_empty();
    let conclusions = Table { name: "conclusions".into(), title: String::new(), columns, rows };
    let section = |name: &str, title: &str, table: Table, none: bool| Section {
        name: name.into(),
        title: title.into(),
        paragraphs: none.then(|| "Both conclude the same.".to_owned()).into_iter().collect(),
        tables: if none { Vec::new() } else { vec![table] },
        ..Section::default()
    };
    let sections = vec![
        section("stated", "What is stated", facts, false),
        section("concluded", "What follows", conclusions, none),
    ];
    (sections, why.stopped())
}

/// The facts of the difference that a proof rests on: stated ones of its own state, and absent ones
/// that only the other states.
fn responsible(tree: &Tree, own: &[String], other: &[String]) -> String {
    let mut named: Vec<String> = Vec::new();
    for step in &tree.steps {
        let atom = step.atom.trim_start_matches('!').trim_start_matches("not ").trim();
        let absent = matches!(
            step.kind,
            StepKind::Assumed | StepKind::Failed | StepKind::RuledOut | StepKind::NotGiven
        );
        let found = match absent {
            false => own.iter().find(|fact| *fact == atom).cloned(),
            true => other.iter().find(|fact| fits(atom, fact)).map(|fact| format!("not {fact}")),
        };
        if let Some(fact) = found.filter(|fact| !named.contains(fact)) {
            named.push(fact);
        }
    }
    named.join("\n")
}

/// Whether a fact is one of those that an atom with blanks stands for.
fn fits(atom: &str, fact: &str) -> bool {
    let cut = |text: &str| -> Vec<String> {
        let text = text.trim_end_matches(')').replacen('(', ", ", 1);
        text.split(", ").map(str::to_owned).collect()
    };
    let (atom, fact) = (cut(atom), cut(fact));
    atom.len() == fact.len()
        && atom.iter().zip(&fact).all(|(one, other)| one == "_" || one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_stands_for_anything() {
        assert!(fits(r#"p("a", _)"#, r#"p("a", "b")"#));
        assert!(fits(r#"p("a")"#, r#"p("a")"#));
        assert!(!fits(r#"p("a", _)"#, r#"p("c", "b")"#));
        assert!(!fits(r#"q("a", _)"#, r#"p("a", "b")"#));
    }
}
