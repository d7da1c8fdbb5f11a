//! Declared types: subtypes and unions, and the fields of records.

use rustc_hash::FxHashMap;

use crate::analyze::declarations::Declarations;
use crate::analyze::error;
use crate::analyze::lower::Lowered;
use crate::analyze::program::{Argument, Literal, Term};
use crate::diag::{Diagnostic, Span};
use crate::syntax::operators::{Comparison, Functor};
use crate::value::{Primitive, TypeId, VariableId};

/// Checks declared types (subtypes and unions) of variables against the columns they stand in.
pub(super) fn check_declared(
    declarations: &Declarations,
    lowered: &Lowered,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut found: FxHashMap<VariableId, (TypeId, Span)> = FxHashMap::default();
    declared_in(declarations, lowered, &lowered.rule.body, &mut found, diagnostics);
    records_in(declarations, lowered, &lowered.rule.body, &mut found, diagnostics);
    // `x = y` makes one of the other's type.
    for literal in &lowered.rule.body {
        if let Literal::Compare {
            comparison: Comparison::Equal,
            left: Term::Variable(left),
            right: Term::Variable(right),
            ..
        } = literal
        {
            match (found.get(left).copied(), found.get(right).copied()) {
                (Some(ty), None) => drop(found.insert(*right, ty)),
                (None, Some(ty)) => drop(found.insert(*left, ty)),
                (Some(a), Some(b)) if !declarations.overlap(a.0, b.0) => {
                    diagnostics.push(error::disjoint_types(
                        lowered.places[left.index()],
                        &lowered.rule.variables[left.index()].name,
                        (&declarations.ty(a.0).name, a.1),
                        (&declarations.ty(b.0).name, b.1),
                    ));
                }
                _ => {}
            }
        }
    }
    let relation = &declarations.relations[lowered.rule.head.relation.index()];
    for (index, (term, column)) in lowered.rule.head.terms.iter().zip(&relation.columns).enumerate()
    {
        let Term::Variable(variable) = term else { continue };
        let Some((ty, _)) = found.get(variable) else { continue };
        // The columns of a goal have no type of records.
        let of_goal =
            column.primitive == Primitive::Record && declarations.ty(column.ty).branches.is_empty();
        let same_primitive = declarations.ty(*ty).primitive == column.primitive && !of_goal;
        if same_primitive && !declarations.is_subtype(*ty, column.ty) {
            let what = format!("`{}`", lowered.rule.variables[variable.index()].name);
            let (found, wanted) = (&declarations.ty(*ty).name, &declarations.ty(column.ty).name);
            let place = lowered.head_places[index];
            diagnostics.push(error::not_a_subtype(place, &what, found, wanted));
        }
    }
}

/// Checks what stands in records, and what they are equal to, against the types of their fields.
fn records_in(
    declarations: &Declarations,
    lowered: &Lowered,
    literals: &[Literal],
    found: &mut FxHashMap<VariableId, (TypeId, Span)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut open: Vec<(Term, Option<VariableId>)> = Vec::new();
    for literal in literals {
        match literal {
            Literal::Compare { left, right, .. } => {
                for (term, other) in [(left, right), (right, left)] {
                    let equal = match other {
                        Term::Variable(variable) => Some(*variable),
                        _ => None,
                    };
                    open.push((term.clone(), equal));
                }
            }
            Literal::Aggregate(aggregate) => {
                records_in(declarations, lowered, &aggregate.body, found, diagnostics);
            }
            _ => {}
        }
    }
    open.extend(lowered.rule.head.terms.iter().map(|term| (term.clone(), None)));
    while let Some((term, equal)) = open.pop() {
        let Term::Call { functor, arguments, span, .. } = term else { continue };
        let mut places = Vec::new();
        if let Functor::Record { ty, branch } = functor {
            places.extend(equal.map(|variable| (variable, ty)));
            let declared = declarations.ty(ty).branches.get(branch as usize);
            let fields = declared.map(|it| it.fields.as_slice()).unwrap_or_default();
            for (argument, (_, ty)) in arguments.iter().skip(1).zip(fields) {
                if let Term::Variable(variable) = argument {
                    places.push((*variable, *ty));
                }
            }
        }
        for (variable, ty) in places {
            let (before, place) = *found.entry(variable).or_insert((ty, span));
            let related =
                declarations.is_subtype(before, ty) || declarations.is_subtype(ty, before);
            if !related && declarations.ty(before).primitive == declarations.ty(ty).primitive {
                diagnostics.push(error::disjoint_types(
                    lowered.places[variable.index()],
                    &lowered.rule.variables[variable.index()].name,
                    (&declarations.ty(before).name, place),
                    (&declarations.ty(ty).name, span),
                ));
            }
        }
        open.extend(arguments.into_iter().map(|argument| (argument, None)));
    }
}

fn declared_in(
    declarations: &Declarations,
    lowered: &Lowered,
    literals: &[Literal],
    found: &mut FxHashMap<VariableId, (TypeId, Span)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for literal in literals {
        match literal {
            Literal::Positive(atom) => {
                let relation = &declarations.relations[atom.relation.index()];
                for (argument, column) in atom.arguments.iter().zip(&relation.columns) {
                    let Argument::Variable(variable) = argument else { continue };
                    let here = (column.ty, atom.span);
                    let Some(before) = found.get(variable).copied() else {
                        found.insert(*variable, here);
                        continue;
                    };
                    if declarations.is_subtype(before.0, column.ty) {
                        continue;
                    }
                    if declarations.is_subtype(column.ty, before.0) {
                        found.insert(*variable, here);
                        continue;
                    }
                    let same = declarations.ty(before.0).primitive == column.primitive;
                    if same {
                        diagnostics.push(error::disjoint_types(
                            lowered.places[variable.index()],
                            &lowered.rule.variables[variable.index()].name,
                            (&declarations.ty(before.0).name, before.1),
                            (&declarations.ty(column.ty).name, atom.span),
                        ));
                    }
                }
            }
            Literal::Aggregate(aggregate) => {
                declared_in(declarations, lowered, &aggregate.body, found, diagnostics);
            }
            _ => {}
        }
    }
}
