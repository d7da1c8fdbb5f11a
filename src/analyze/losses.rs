//! What Souffle asks of relations that lose tuples by subsumption.

use rustc_hash::FxHashMap;

use crate::diag::Diagnostic;
use crate::syntax::tree::{Item, Tree};

use super::error;
use super::program::Program;

/// Finds clauses with `<=` for relations that cannot lose tuples, once a relation.
pub(super) fn check(trees: &[Tree], program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let mut kept: FxHashMap<&str, &'static str> = FxHashMap::default();
    for item in trees.iter().flat_map(|tree| &tree.items) {
        let Item::Declaration(declaration) = item else { continue };
        let qualified = |name: &str| declaration.qualifiers.iter().any(|it| it.text == name);
        let why = if declaration.columns.is_empty() {
            "it has no columns, so it holds one tuple at most"
        } else if qualified("eqrel") {
            "an equivalence holds again what the rest implies"
        } else if qualified("brie") {
            "nothing is taken out of what `brie` stands for"
        } else if qualified("btree") {
            "nothing is taken out of what `btree` stands for, but of `btree_delete`"
        } else {
            continue;
        };
        kept.extend(declaration.names.iter().map(|name| (name.text.as_str(), why)));
    }
    for rule in &program.subsumptions {
        let relation = program.relations.get(rule.head.relation.index());
        let Some(relation) = relation else { continue };
        let clause = program.clauses.get(rule.clause.index());
        if let (Some(why), Some(clause)) = (kept.remove(relation.name.as_str()), clause) {
            diagnostics.push(error::nothing_to_lose(clause.span, &relation.name, why));
        }
    }
}
