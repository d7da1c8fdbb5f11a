//! What Souffle asks of relations with the qualifier `inline`, though here they are relations like
//! all others: a program that is refused there is refused here.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::diag::{Diagnostic, Span};
use crate::syntax::tree::{Item, Tree};
use crate::value::{RelationId, VariableId};

use super::declarations::Declarations;
use super::error;
use super::program::{Argument, Atom, Literal, Program, Rule};

/// Reports relations that cannot be put in the place of their atoms.
pub fn check(
    declarations: &Declarations,
    trees: &[Tree],
    program: &Program,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut inlined: FxHashMap<RelationId, Span> = FxHashMap::default();
    for item in trees.iter().flat_map(|tree| &tree.items) {
        let Item::Declaration(declaration) = item else { continue };
        let Some(qualifier) = declaration.qualifiers.iter().find(|it| it.text == "inline") else {
            continue;
        };
        let names = declaration.names.iter();
        let ids = names.filter_map(|name| declarations.relation(&name.text));
        inlined.extend(ids.map(|id| (id, qualifier.span)));
    }
    if inlined.is_empty() {
        return;
    }
    let check = Check { program, inlined };
    for directive in &program.directives {
        if let Some(span) = check.inlined.get(&directive.relation) {
            let what = "is read, written or counted";
            check.report(directive.relation, directive.span, *span, what, diagnostics);
        }
    }
    check.cycles(diagnostics);
    for rule in &program.rules {
        check.literals(&rule.body, false, diagnostics);
    }
}

struct Check<'a> {
    program: &'a Program,
    /// The relations, each with the place of its qualifier.
    inlined: FxHashMap<RelationId, Span>,
}

impl Check<'_> {
    fn report(
        &self,
        relation: RelationId,
        place: Span,
        qualifier: Span,
        what: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let name = self.program.relations.get(relation.index()).map_or("", |it| &it.name);
        diagnostics.push(error::not_inlined(place, qualifier, name, what));
    }

    fn rules(&self, relation: RelationId) -> impl Iterator<Item = &Rule> {
        self.program.rules.iter().filter(move |rule| rule.head.relation == relation)
    }

    fn reads(&self, relation: RelationId) -> Vec<RelationId> {
        let atoms = self.rules(relation).flat_map(|rule| &rule.body).filter_map(|it| match it {
            Literal::Positive(atom) | Literal::Negative(atom) => Some(atom.relation),
            _ => None,
        });
        atoms.filter(|id| self.inlined.contains_key(id)).collect()
    }

    /// Reports relations that stand in their own place.
    fn cycles(&self, diagnostics: &mut Vec<Diagnostic>) {
        let mut relations: Vec<(&RelationId, &Span)> = self.inlined.iter().collect();
        relations.sort();
        for (relation, span) in relations {
            let mut seen = FxHashSet::default();
            let mut open = self.reads(*relation);
            while let Some(next) = open.pop() {
                if seen.insert(next) {
                    open.extend(self.reads(next));
                }
            }
            if seen.contains(relation) {
                self.report(*relation, *span, *span, "depends on itself", diagnostics);
            }
        }
    }

    fn literals(&self, body: &[Literal], in_aggregate: bool, diagnostics: &mut Vec<Diagnostic>) {
        for literal in body {
            let (atom, negated) = match literal {
                Literal::Positive(atom) => (atom, false),
                Literal::Negative(atom) => (atom, true),
                Literal::Aggregate(aggregate) => {
                    self.literals(&aggregate.body, true, diagnostics);
                    continue;
                }
                _ => continue,
            };
            let Some(span) = self.inlined.get(&atom.relation) else { continue };
            let what = match (in_aggregate, negated) {
                (true, _) => "stands in an aggregate",
                (false, true) if self.makes_variables(atom) => {
                    "is negated, and its rules or this atom have further variables"
                }
                _ => continue,
            };
            self.report(atom.relation, atom.span, *span, what, diagnostics);
        }
    }

    /// Whether an atom, or the body of a rule for it, has variables beside those of the head.
    fn makes_variables(&self, atom: &Atom) -> bool {
        atom.arguments.contains(&Argument::Wildcard)
            || self.rules(atom.relation).any(|rule| {
                let mut own: FxHashSet<VariableId> = FxHashSet::default();
                rule.head.terms.iter().for_each(|term| {
                    term.variables(&mut |variable| {
                        own.insert(variable);
                    });
                });
                let mut more = false;
                for literal in &rule.body {
                    literal.variables(&mut |variable| more |= !own.contains(&variable));
                }
                more
            })
    }
}
