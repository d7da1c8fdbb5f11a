//! What a derived design rests on, as facts that questions can be about: relations tagged `@proofs` are
//! filled from the proofs of everything that the rulebook promises.
//!
//! | kind | columns |
//! | --- | --- |
//! | `steps` | what is concluded, the rule, a premise, what kind of thing that is |
//! | `grounds` | relation and fact concluded, kind, what it rests on, document and passage cited |

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analyze::facts::StatedFact;
use crate::change::promised;
use crate::diag::Span;
use crate::eval::{Limits, StopReason};
use crate::explain::{Why, tree};
use crate::kb::{cut_citation, is_stated};
use crate::report::tree::{StepKind, Tree};
use crate::session::Session;
use crate::value::{Constant, RelationId};

/// The facts about what a design rests on. Why they are not all there, if they are not.
pub fn grounds(
    session: &Session,
    design: usize,
    limits: Limits<'_>,
) -> (Vec<StatedFact>, Option<StopReason>) {
    let rulebook = session.rulebook();
    let Some(explained) = session.explained(design) else { return (Vec::new(), None) };
    let mut why = Why::new(&explained);
    why.limit(limits);
    let promised = promised(rulebook);
    let mut steps: BTreeSet<[String; 4]> = BTreeSet::new();
    let mut grounds: BTreeSet<[String; 6]> = BTreeSet::new();
    for (at, declared) in rulebook.program.relations.iter().enumerate() {
        if !promised[at] || is_stated(declared) || !rulebook.worlds.dependent[at] {
            continue;
        }
        let relation = RelationId::from(at);
        let anything = vec![None; declared.arity()];
        for row in session.matching(design, relation, &anything) {
            if why.stopped().is_some() {
                break;
            }
            let proof = why.proof(relation, row);
            let tree = tree::of_opened_proof(&mut why, &proof, false);
            gather(&tree, &declared.name, &mut steps, &mut grounds);
        }
    }
    let fact = |kind: &str, values: &[String]| {
        let relations = rulebook.program.relations.iter();
        let at = relations.clone().position(|it| it.doc.tag("proofs") == Some(kind))?;
        let fits = relations.clone().nth(at).is_some_and(|it| it.arity() == values.len());
        fits.then(|| StatedFact {
            relation: RelationId::from(at),
            values: values.iter().map(|it| Constant::Symbol(Arc::from(it.as_str()))).collect(),
            span: Span::default(),
        })
    };
    let mut facts: Vec<StatedFact> = steps.iter().filter_map(|it| fact("steps", it)).collect();
    facts.extend(grounds.iter().filter_map(|it| fact("grounds", it)));
    (facts, why.stopped())
}

/// What kind of thing a premise is, as programs call it; nothing for a step that is no premise.
fn kind(kind: StepKind) -> Option<String> {
    let premise = matches!(
        kind,
        StepKind::Derived
            | StepKind::Stated
            | StepKind::Supposed
            | StepKind::Rulebook
            | StepKind::Assumed
            | StepKind::RuledOut
            | StepKind::Failed
            | StepKind::NotGiven
            | StepKind::Computed
            | StepKind::Gathered
    );
    let name = serde_json::to_value(kind).ok()?;
    name.as_str().filter(|_| premise).map(str::to_owned)
}

fn gather(
    tree: &Tree,
    relation: &str,
    steps: &mut BTreeSet<[String; 4]>,
    grounds: &mut BTreeSet<[String; 6]>,
) {
    let Some(root) = tree.steps.first() else { return };
    for step in &tree.steps {
        for child in step.children.iter().filter_map(|child| tree.steps.get(*child)) {
            if let (false, Some(kind)) = (step.rule.is_empty(), kind(child.kind)) {
                let premise = child.atom.clone();
                steps.insert([step.atom.clone(), step.rule.clone(), premise, kind]);
            }
        }
        let ground = match step.kind {
            StepKind::Derived if !step.rule.is_empty() => Some(&step.rule),
            StepKind::Stated | StepKind::Supposed | StepKind::Rulebook | StepKind::Assumed => {
                Some(&step.atom)
            }
            _ => None,
        };
        let Some(ground) = ground else { continue };
        let kind = match step.kind {
            StepKind::Derived => Some("rule".to_owned()),
            other => kind(other),
        };
        let kind = kind.unwrap_or_default();
        // A rule may cite several passages.
        for source in step.source.split("; ") {
            let (document, section) = cut_citation(source);
            let texts = [relation, &root.atom, &kind, ground, document, section];
            grounds.insert(texts.map(str::to_owned));
        }
    }
}
