//! What Souffle asks of a `.plan`, though here it has no effect: a rule is run once for each of its
//! atoms that may be the new one, and a plan is about one of these versions.

use crate::diag::Diagnostic;
use crate::syntax::tree::{Body, Clause, Item, Tree};
use crate::value::RelationId;

use super::declarations::Declarations;
use super::error;
use super::program::Program;

/// Reports plans of versions that their rules do not have. A rule that does not depend on its own head
/// has one version, and Souffle does not look at the plans of it.
pub(super) fn check(
    declarations: &Declarations,
    trees: &[Tree],
    program: &Program,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for item in trees.iter().flat_map(|tree| &tree.items) {
        let Item::Clause(clause @ Clause { plan: Some(plan), body: Some(body), .. }) = item else {
            continue;
        };
        let heads = clause.heads.iter().filter_map(|it| declarations.relation(&it.name.text));
        let together = |head: RelationId| {
            // A relation that loses tuples depends on itself.
            let strata =
                program.strata.iter().filter(|it| it.recursive || clause.greater.is_some());
            strata.map(|it| it.relations.as_slice()).find(|it| it.contains(&head))
        };
        // The two heads of a subsumption are its first atoms.
        let before = if clause.greater.is_some() { 2 } else { 0 };
        let versions = heads.filter_map(together).map(|stratum| {
            let inside =
                |name: &str| declarations.relation(name).is_some_and(|it| stratum.contains(&it));
            before + most(body, &inside)
        });
        let Some(versions) = versions.max().filter(|versions| *versions > 0) else { continue };
        for (version, span) in &plan.versions {
            if *version >= versions as u64 {
                diagnostics.push(error::plan_of_no_version(*span, *version, versions));
            }
        }
    }
}

/// How many atoms of the relations inside a body has; of several branches the one that has most.
fn most(body: &Body, inside: &dyn Fn(&str) -> bool) -> usize {
    match body {
        Body::Atom(atom) => usize::from(inside(&atom.name.text)),
        Body::And(parts) => parts.iter().map(|it| most(it, inside)).sum(),
        Body::Or(parts) => parts.iter().map(|it| most(it, inside)).max().unwrap_or_default(),
        _ => 0,
    }
}
