//! The types of a rule's variables and values.
//!
//! First the primitive of every variable, by passing what is known along atoms, comparisons and
//! functors until nothing new is learnt; a plain number takes the type its place wants. Then the
//! declared types: a variable must be able to be in all columns that bind it, and its type must be
//! within that of every head column it fills.

mod declared;
mod infer;
mod settle;

use crate::diag::Diagnostic;
use crate::value::Primitive;

use super::declarations::Declarations;
use super::lower::Lowered;
use super::program::Term;

use declared::check_declared;
use infer::infer;
use settle::{Settle, bound_at};

pub(super) use infer::primitive_of;
pub use settle::constant_as;

/// Settles and checks all types of a rule.
pub fn check(
    declarations: &Declarations,
    lowered: &mut Lowered,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let known = infer(declarations, lowered, true);
    for (variable, primitive) in lowered.rule.variables.iter_mut().zip(&known) {
        variable.primitive = primitive.unwrap_or(Primitive::Number);
    }
    let primitives: Vec<Primitive> =
        lowered.rule.variables.iter().map(|variable| variable.primitive).collect();
    let names: Vec<String> =
        lowered.rule.variables.iter().map(|variable| variable.name.clone()).collect();
    let mut places = lowered.places.clone();
    bound_at(&lowered.rule.body, &mut places);
    let fields = std::mem::take(&mut lowered.fields);
    let mut settle =
        Settle { declarations, primitives, names, places, fields: &fields, diagnostics };
    let mut body = std::mem::take(&mut lowered.rule.body);
    settle.literals(&mut body);
    lowered.rule.body = body;
    let relation = &declarations.relations[lowered.rule.head.relation.index()];
    let columns: Vec<Primitive> = relation.columns.iter().map(|column| column.primitive).collect();
    for (index, term) in lowered.rule.head.terms.iter_mut().enumerate() {
        if let Some(primitive) = columns.get(index) {
            settle.term(term, *primitive, lowered.head_places[index]);
        }
    }
    lowered.fields = fields;
    check_declared(declarations, lowered, diagnostics);
}

/// Gives the columns of a goal's relation the types of its variables.
pub fn infer_head(declarations: &mut Declarations, lowered: &Lowered) {
    let known = infer(declarations, lowered, false);
    let relation = lowered.rule.head.relation;
    for (column, term) in lowered.rule.head.terms.iter().enumerate() {
        if let Term::Variable(variable) = term {
            let primitive = known[variable.index()].unwrap_or(Primitive::Number);
            declarations.set_column(relation, column, primitive);
        }
    }
}
