//! The facts of a text, against declarations made elsewhere: how designs are read. Everything but
//! facts of the relations allowed is reported, and the facts that are right are kept.

use rustc_hash::FxHashMap;

use crate::diag::{Diagnostic, Span};
use crate::syntax::tree::{Atom, Body, Expression, Item, Tree};
use crate::value::{Constant, RelationId};

use super::bodies::body_span;
use super::error;
use super::program::{Program, Relation};
use super::types::constant_as;

/// The relations that facts may be stated in, by name.
#[derive(Clone, Debug)]
pub struct Statable {
    /// All relations there are; those that no design states without their id.
    by_name: FxHashMap<String, Option<RelationId>>,
}

/// A fact of a design and where it is written.
#[derive(Clone, PartialEq, Debug)]
pub struct StatedFact {
    /// The relation it is in.
    pub relation: RelationId,
    /// One constant a column, of the column's type.
    pub values: Vec<Constant>,
    /// Where it is written.
    pub span: Span,
}

impl Statable {
    /// The relations of a program, those told apart in which a design may state facts. `others` are
    /// names of relations that the program was loaded without.
    pub fn new<'n>(
        program: &Program,
        stated: impl Fn(&Relation) -> bool,
        others: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let declared = program.relations.iter().enumerate().map(|(index, relation)| {
            (relation.name.clone(), stated(relation).then(|| RelationId::from(index)))
        });
        let others = others.into_iter().map(|name| (name.to_owned(), None));
        let by_name = others.chain(declared).collect();
        Statable { by_name }
    }

    /// The relation that a fact of this name is in, or the problem that there is none.
    pub fn resolve(
        &self,
        name: &str,
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<RelationId> {
        let stated =
            || self.by_name.iter().filter(|(_, id)| id.is_some()).map(|(name, _)| name.as_str());
        match self.by_name.get(name) {
            Some(Some(relation)) => Some(*relation),
            Some(None) => {
                diagnostics.push(error::not_stated(span, name));
                None
            }
            None => {
                diagnostics.push(error::unknown_relation(span, name, stated()));
                None
            }
        }
    }
}

/// The facts of a tree. `program` is the one that declares the relations.
pub fn stated_facts(
    statable: &Statable,
    program: &Program,
    tree: &Tree,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<StatedFact> {
    let mut facts = Vec::with_capacity(tree.items.len());
    for item in &tree.items {
        let clause = match item {
            Item::Clause(clause) => clause,
            Item::Once(_) | Item::Pragma { .. } | Item::Expectation(_) => continue,
            other => {
                diagnostics.push(error::not_a_fact(other.span()));
                continue;
            }
        };
        if clause.body.is_some() {
            diagnostics.push(error::not_a_fact(clause.span));
            continue;
        }
        for atom in &clause.heads {
            let Some(relation) = statable.resolve(&atom.name.text, atom.name.span, diagnostics)
            else {
                continue;
            };
            let declared = &program.relations[relation.index()];
            if let Some(values) = values(atom, declared, diagnostics) {
                facts.push(StatedFact { relation, values, span: clause.span });
            }
        }
    }
    facts
}

fn values(
    atom: &Atom,
    relation: &Relation,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Constant>> {
    if atom.arguments.len() != relation.arity() {
        diagnostics.push(error::wrong_arity(atom.span, relation, atom.arguments.len()));
        return None;
    }
    let reported = diagnostics.len();
    let mut values = Vec::with_capacity(atom.arguments.len());
    for (argument, column) in atom.arguments.iter().zip(&relation.columns) {
        match argument {
            Expression::Constant(constant, span) => {
                let mut constant = constant.clone();
                constant_as(&mut constant, column.primitive, *span, diagnostics);
                values.push(constant);
            }
            other => {
                let text = match other {
                    Expression::Variable(name) => name.text.as_str(),
                    _ => "",
                };
                diagnostics.push(error::not_constant(other.span(), text));
            }
        }
    }
    (diagnostics.len() == reported).then_some(values)
}

/// A goal that is one atom, as a relation and what is known of its columns. Variables and wildcards
/// stand for anything, so no variable stands in two places.
pub fn pattern(
    program: &Program,
    body: &Body,
) -> Result<(RelationId, Vec<Option<Constant>>), Vec<Diagnostic>> {
    let Body::Atom(atom) = body else {
        return Err(vec![error::not_one_atom(body_span(body))]);
    };
    let found = program.relations.iter().position(|relation| relation.name == atom.name.text);
    let Some(found) = found else {
        let known = program.relations.iter().map(|relation| relation.name.as_str());
        return Err(vec![error::unknown_relation(atom.name.span, &atom.name.text, known)]);
    };
    let relation = &program.relations[found];
    if atom.arguments.len() != relation.arity() {
        return Err(vec![error::wrong_arity(atom.span, relation, atom.arguments.len())]);
    }
    let mut diagnostics = Vec::new();
    let mut values = Vec::with_capacity(atom.arguments.len());
    let mut names: Vec<&str> = Vec::new();
    for (argument, column) in atom.arguments.iter().zip(&relation.columns) {
        values.push(match argument {
            Expression::Wildcard(_) => None,
            Expression::Variable(name) => {
                if names.contains(&name.text.as_str()) {
                    return Err(vec![error::not_one_atom(name.span)]);
                }
                names.push(&name.text);
                None
            }
            Expression::Constant(constant, span) => {
                let mut constant = constant.clone();
                constant_as(&mut constant, column.primitive, *span, &mut diagnostics);
                Some(constant)
            }
            other => {
                diagnostics.push(error::not_constant(other.span(), ""));
                None
            }
        });
    }
    if diagnostics.is_empty() { Ok((RelationId::from(found), values)) } else { Err(diagnostics) }
}
