//! The facts that an interview asks for, and facts made of texts.
//!
//! Which facts a design begins with is said by `@interview` tags, their values by `@values`; a column
//! of numbers counts by itself. What a fact says in one, facts of the relations in its `@part` tags say
//! one by one: so a column can be left open.

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
        .filter_map(|(at, it)| {
            let place = it.doc.tag("interview")?.split_whitespace().next()?;
            Some((place.parse().ok()?, at.into()))
        })
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

/// What is said before the first fact of a relation is asked for: the words of its `@interview` tag,
/// else what the relation means.
pub(super) fn heading(declared: &Relation) -> &str {
    let tag = declared.doc.tag("interview").and_then(|it| it.trim().split_once(' '));
    tag.map_or(declared.doc.text.as_str(), |(_, words)| words.trim())
}

/// A relation that says some columns of a shorter form, in the order of its own.
struct Part {
    relation: RelationId,
    columns: Vec<usize>,
}

/// The relations that say the same as a shorter form; the first declares what it is about.
fn parts(repl: &Repl, form: RelationId) -> Vec<Part> {
    let rulebook = repl.session.rulebook();
    let declared = &rulebook.program.relations[form.index()];
    let column = |name: &str| declared.columns.iter().position(|column| column.name == name);
    let part = |tag: &str| {
        let mut words = tag.split_whitespace();
        let relation = rulebook.relation(words.next()?)?;
        let columns: Vec<usize> = words.map(column).collect::<Option<_>>()?;
        let arity = rulebook.program.relations[relation.index()].arity();
        (columns.len() == arity && columns.first() == Some(&0))
            .then_some(Part { relation, columns })
    };
    declared.doc.all("part").filter_map(part).collect()
}

/// The relations whose facts declare what a form is about.
pub(in crate::repl) fn declaring(repl: &Repl, form: RelationId) -> Vec<RelationId> {
    let first = parts(repl, form).into_iter().next();
    [form].into_iter().chain(first.map(|part| part.relation)).collect()
}

/// How many things of a form are declared.
pub(in crate::repl) fn count(repl: &Repl, form: RelationId) -> usize {
    let declaring = declaring(repl, form);
    facts(repl).iter().filter(|fact| declaring.contains(&fact.relation)).count()
}

/// Whether something of a form is called so.
pub(in crate::repl) fn is_taken(repl: &Repl, form: RelationId, name: &str) -> bool {
    let declaring = declaring(repl, form);
    let mut same = facts(repl).iter().filter(|fact| declaring.contains(&fact.relation));
    same.any(|fact| fact.values.first().is_some_and(|value| value.to_string() == name))
}

/// Whether a fact of the form can be stated without a column: another relation says that, and not the
/// one that declares it.
pub(in crate::repl) fn may_stay_open(repl: &Repl, form: RelationId, column: usize) -> bool {
    let parts = parts(repl, form);
    let says = |part: &Part| part.columns.contains(&column);
    parts.iter().skip(1).any(says) && !parts.first().is_some_and(says)
}

/// Whether an interview takes "don't know yet" for a column: the fact can be stated without it, or it has
/// a name by then and is asked for again.
pub(super) fn may_be_left(repl: &Repl, form: RelationId, column: usize) -> bool {
    may_stay_open(repl, form, column) || column > 0 && !is_in_parts(repl, form)
}

/// Whether facts of other relations say what a form says.
pub(super) fn is_in_parts(repl: &Repl, form: RelationId) -> bool {
    !parts(repl, form).is_empty()
}

/// The facts that state the values of a form: one where all are known and nothing is to be left open,
/// else the parts that are known. An empty text is a value that is left open.
pub(in crate::repl) fn facts_of(
    repl: &Repl,
    form: RelationId,
    values: &[String],
    in_parts: bool,
) -> Result<Vec<StatedFact>, Failure> {
    if !in_parts {
        return Ok(vec![of_texts(repl, form, values)?]);
    }
    let mut stated = Vec::new();
    for part in parts(repl, form) {
        let known = part.columns.iter().map(|at| values.get(*at).cloned().unwrap_or_default());
        let known: Vec<String> = known.collect();
        if !known.iter().any(String::is_empty) {
            stated.push(of_texts(repl, part.relation, &known)?);
        }
    }
    Ok(stated)
}

/// What a design says of the columns that a fact in parts has left open so far.
pub(super) fn said_since(repl: &Repl, form: RelationId, values: &mut [String]) {
    let Some(name) = values.first().cloned() else { return };
    for part in parts(repl, form) {
        let mut about = facts(repl).iter().filter(|fact| fact.relation == part.relation);
        let about = about.find(|it| it.values.first().is_some_and(|it| it.to_string() == name));
        let Some(fact) = about else { continue };
        for (at, value) in part.columns.iter().zip(&fact.values) {
            if let Some(slot) = values.get_mut(*at) {
                *slot = value.to_string();
            }
        }
    }
}

/// Whether a column holds a name that no other fact of the relation has.
pub(super) fn is_new(declared: &Relation, column: usize) -> bool {
    column == 0 && key_columns(declared).is_some_and(|keys| keys == [0])
}
