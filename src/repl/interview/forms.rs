//! The facts that an interview asks for, and facts made of texts.
//!
//! Which facts a design begins with is said by `@interview` tags, their values by `@values`; a column
//! of numbers counts by itself.

use std::sync::Arc;

use crate::analyze::facts::StatedFact;
use crate::analyze::program::Relation;
use crate::diag::Span;
use crate::explain::key_columns;
use crate::value::{Constant, Primitive, RelationId};

use crate::repl::{Failure, Repl};

/// The relations that an interview asks for, in order.
pub(super) fn forms(repl: &Repl) -> Vec<RelationId> {
    let relations = repl.session.rulebook().program.relations.iter().enumerate();
    let mut forms: Vec<(i64, RelationId)> = relations
        .filter(|(_, it)| it.columns.first().is_some_and(|it| it.primitive == Primitive::Symbol))
        .filter_map(|(at, it)| Some((it.doc.tag("interview")?.trim().parse().ok()?, at.into())))
        .collect();
    forms.sort();
    forms.into_iter().map(|(_, id)| id).collect()
}

/// What the design states.
pub(super) fn facts(repl: &Repl) -> &[StatedFact] {
    let design = repl.session.designs().get(repl.current);
    design.map(|design| design.facts.as_slice()).unwrap_or_default()
}

pub(super) fn is_stated(repl: &Repl, fact: &StatedFact) -> bool {
    facts(repl).iter().any(|it| it.relation == fact.relation && it.values == fact.values)
}

/// A fact of texts, each as its column wants it.
pub(super) fn of_texts(
    repl: &Repl,
    relation: RelationId,
    values: &[String],
) -> Result<StatedFact, Failure> {
    let declared = &repl.session.rulebook().program.relations[relation.index()];
    let pairs = declared.columns.iter().zip(values);
    let values: Result<Vec<Constant>, Failure> =
        pairs.map(|(column, value)| constant(column.primitive, value)).collect();
    Ok(StatedFact { relation, values: values?, span: Span::default() })
}

/// A value as a column wants it.
pub(in crate::repl) fn constant(primitive: Primitive, value: &str) -> Result<Constant, Failure> {
    let wrong = || format!("`{value}` is not a {}", primitive.name());
    Ok(match primitive {
        Primitive::Symbol => Constant::Symbol(Arc::from(value)),
        Primitive::Number => Constant::Number(value.parse().map_err(|_| wrong())?),
        Primitive::Unsigned => Constant::Unsigned(value.parse().map_err(|_| wrong())?),
        Primitive::Float => Constant::Float(value.parse().map_err(|_| wrong())?),
        Primitive::Record => return Err(wrong().into()),
    })
}

/// Whether a column holds a name that no other fact of the relation has.
pub(super) fn is_new(declared: &Relation, column: usize) -> bool {
    column == 0 && key_columns(declared).is_some_and(|keys| keys == [0])
}
