//! Two states of a design side by side: what each concludes that the other does not, with the facts
//! responsible.

use crate::analyze::facts::StatedFact;
use crate::change::{Change, WhatIf};
use crate::eval::{Limits, StopReason};
use crate::explain::{Why, tree};
use crate::report::tree::{StepKind, Tree};
use crate::report::{Section, Table};
use crate::session::Session;
use crate::value::{Constant, RelationId};

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
        for line in &relation.removed {
            let because = match why.stopped() {
                None => {
                    kept_out(&mut why, what_if, relation.relation, &line.values, &first, &second)
                }
                Some(_) => String::new(),
            };
            let fact = fact_of(session, relation.relation, &line.values);
            rows.push(vec![text(names.0), text(&relation.name), text(fact), text(because)]);
        }
        for line in &relation.added {
            let because = match why.stopped() {
                None => {
                    let proof = why.proof(relation.relation, line.row);
                    let tree = tree::of_opened_proof(&mut why, &proof, false);
                    responsible(&tree, &first, &second)
                }
                Some(_) => String::new(),
            };
            let fact = fact_of(session, relation.relation, &line.values);
            rows.push(vec![text(names.1), text(&relation.name), text(fact), text(because)]);
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

/// The facts that keep a conclusion from following in the second state.
fn kept_out(
    why: &mut Why<'_>,
    what_if: &WhatIf<'_>,
    relation: RelationId,
    values: &[Constant],
    first: &[String],
    second: &[String],
) -> String {
    let interner = why.solver().interner_mut();
    let values: Vec<Option<Constant>> = values.iter().cloned().map(Some).collect();
    let words = what_if.variant.words(relation, &values, interner);
    let answer = why.why_not(relation, words);
    responsible(&tree::of_why_not(&what_if.variant, &answer, false), first, second)
}

/// The facts of the difference that an explanation names: stated ones of the second state, and absent
/// ones of the first.
fn responsible(tree: &Tree, first: &[String], second: &[String]) -> String {
    let mut named: Vec<String> = Vec::new();
    for step in &tree.steps {
        let atom = step.atom.trim_start_matches('!').trim_start_matches("not ").trim();
        let stated = second.iter().find(|fact| *fact == atom);
        let absent = || {
            let missing = matches!(
                step.kind,
                StepKind::Assumed | StepKind::Failed | StepKind::RuledOut | StepKind::NotGiven
            );
            first.iter().find(|fact| missing && *fact == atom)
        };
        let fact = match (stated, absent()) {
            (Some(fact), _) => fact.clone(),
            (None, Some(fact)) => format!("not {fact}"),
            (None, None) => continue,
        };
        if !named.contains(&fact) {
            named.push(fact);
        }
    }
    named.join("\n")
}
