//! Explanations as JSON. The types here are the schema, and `docs/json.md` describes them.

use serde::Serialize;

use super::super::Stamp;
use super::super::json::{RulebookSchema, Schema, pretty, rulebook};
use super::super::tree::{DetailKind, StepKind, Tree, Way};
use super::label;
use super::outline::{Fold, Outline};

#[derive(Serialize)]
struct AnswerSchema<'a> {
    schema: Schema,
    archlog: &'a str,
    rulebook: RulebookSchema<'a>,
    explanations: Vec<ExplanationSchema<'a>>,
}

#[derive(Serialize)]
struct ExplanationSchema<'a> {
    subject: &'a str,
    summary: &'a str,
    steps: Vec<StepSchema<'a>>,
    notes: &'a [String],
    ways: &'a [Way],
}

#[derive(Serialize)]
struct StepSchema<'a> {
    number: usize,
    kind: StepKind,
    label: &'static str,
    sentence: &'a str,
    atom: &'a str,
    rule: &'a str,
    source: &'a str,
    place: &'a str,
    details: Vec<DetailSchema<'a>>,
    on: Vec<usize>,
    folded: Option<Fold>,
}

#[derive(Serialize)]
struct DetailSchema<'a> {
    kind: DetailKind,
    text: &'a str,
}

/// Explanations as one object. Nothing is left out: a step says why other media fold it.
pub fn json(trees: &[Tree], stamp: &Stamp) -> String {
    pretty(&AnswerSchema {
        schema: Schema::One,
        archlog: &stamp.archlog,
        rulebook: rulebook(stamp),
        explanations: trees.iter().map(explanation).collect(),
    })
}

/// Explanations as the value of a key of an object.
pub(in super::super) fn array(trees: &[Tree]) -> String {
    let trees: Vec<ExplanationSchema<'_>> = trees.iter().map(explanation).collect();
    // Line breaks inside of strings are escaped, so these are all between values.
    pretty(&trees).trim_end().replace('\n', "\n  ")
}

fn explanation(tree: &Tree) -> ExplanationSchema<'_> {
    let outline = Outline::new(tree);
    let steps = outline.lines.iter().filter(|line| !line.again).map(|line| {
        let step = &tree.steps[line.step];
        let on = step.children.iter().filter_map(|child| outline.numbers.get(*child).copied());
        let details = step
            .details
            .iter()
            .map(|detail| DetailSchema { kind: detail.kind, text: &detail.text });
        StepSchema {
            number: outline.numbers[line.step],
            kind: step.kind,
            label: label(step),
            sentence: &step.sentence,
            atom: &step.atom,
            rule: &step.rule,
            source: &step.source,
            place: &step.place,
            details: details.collect(),
            on: on.collect(),
            folded: line.fold,
        }
    });
    let steps = steps.collect();
    let Tree { subject, summary, notes, ways, .. } = tree;
    ExplanationSchema { subject, summary, steps, notes, ways }
}
