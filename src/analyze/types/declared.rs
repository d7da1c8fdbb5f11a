//! Declared types: subtypes and unions, and the fields of records.
//!
//! Each variable is of one of some types, narrowed by all that it meets until nothing changes: the
//! columns of positive atoms, the fields of records, the other side of a comparison, the target of an
//! aggregate. Constants and what functors compute are of any type of their kind, and negated atoms want
//! no more than the kind.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::declarations::Declarations;
use crate::analyze::error;
use crate::analyze::lower::Lowered;
use crate::analyze::program::{Argument, Literal, Term};
use crate::diag::{Diagnostic, Span};
use crate::syntax::operators::{AggregateOperator, Functor};
use crate::value::{Primitive, TypeId, VariableId};

/// Checks declared types (subtypes and unions) of variables against the places they stand in.
pub(super) fn check_declared(
    declarations: &Declarations,
    lowered: &Lowered,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let found = FxHashMap::default();
    let mut narrow = Narrow {
        declarations,
        lowered,
        found,
        refused: FxHashSet::default(),
        changed: true,
        diagnostics,
    };
    while std::mem::take(&mut narrow.changed) {
        narrow.literals(&lowered.rule.body);
        for term in &lowered.rule.head.terms {
            narrow.fields(term, None);
        }
    }
    let (found, refused) = (narrow.found, narrow.refused);
    let relation = &declarations.relations[lowered.rule.head.relation.index()];
    for (index, (term, column)) in lowered.rule.head.terms.iter().zip(&relation.columns).enumerate()
    {
        let Term::Variable(variable) = term else { continue };
        let Some((types, _)) = found.get(variable).filter(|_| !refused.contains(variable)) else {
            continue;
        };
        // The columns of a goal have no type of records.
        let of_goal =
            column.primitive == Primitive::Record && declarations.ty(column.ty).branches.is_empty();
        let wide = types.iter().find(|ty| {
            let same_primitive = declarations.ty(**ty).primitive == column.primitive && !of_goal;
            same_primitive && !declarations.is_subtype(**ty, column.ty)
        });
        if let Some(ty) = wide {
            let what = format!("`{}`", lowered.rule.variables[variable.index()].name);
            let (found, wanted) = (&declarations.ty(*ty).name, &declarations.ty(column.ty).name);
            let place = lowered.head_places[index];
            diagnostics.push(error::not_a_subtype(place, &what, found, wanted));
        }
    }
}

/// The types that a value is of one of, and the place that they are from.
type Known = (Vec<TypeId>, Span);

struct Narrow<'a> {
    declarations: &'a Declarations,
    lowered: &'a Lowered,
    found: FxHashMap<VariableId, Known>,
    /// Variables that no type is left for.
    refused: FxHashSet<VariableId>,
    changed: bool,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Narrow<'_> {
    fn literals(&mut self, literals: &[Literal]) {
        for literal in literals {
            match literal {
                Literal::Positive(atom) => {
                    let relation = &self.declarations.relations[atom.relation.index()];
                    for (argument, column) in atom.arguments.iter().zip(&relation.columns) {
                        if let Argument::Variable(variable) = argument {
                            self.narrow(*variable, &(vec![column.ty], atom.span), None);
                        }
                    }
                }
                Literal::Compare { left, right, span, .. } => {
                    self.alike(left, right, *span);
                    for (term, other) in [(left, right), (right, left)] {
                        let equal = match other {
                            Term::Variable(variable) => Some(*variable),
                            _ => None,
                        };
                        self.fields(term, equal);
                    }
                }
                Literal::Test { arguments, span, .. } => {
                    if let [left, right] = arguments.as_slice() {
                        self.alike(left, right, *span);
                    }
                }
                Literal::Aggregate(aggregate) => {
                    self.literals(&aggregate.body);
                    let counts = matches!(
                        aggregate.operator,
                        AggregateOperator::Count | AggregateOperator::Mean
                    );
                    if let (Some(target), false) = (&aggregate.target, counts) {
                        self.alike(target, &Term::Variable(aggregate.result), aggregate.span);
                    }
                }
                _ => {}
            }
        }
    }

    /// What is compared is of one type, and so is what is summed and the sum.
    fn alike(&mut self, left: &Term, right: &Term, place: Span) {
        let (Term::Variable(left), Term::Variable(right)) = (left, right) else { return };
        for (one, other) in [(left, right), (right, left)] {
            if let Some(known) = self.found.get(other).cloned() {
                self.narrow(*one, &known, Some((*other, place)));
            }
        }
    }

    /// The fields of a record have the types that are declared, and what it is equal to has its type.
    fn fields(&mut self, term: &Term, equal: Option<VariableId>) {
        let Term::Call { functor, arguments, span, .. } = term else { return };
        if let Functor::Record { ty, branch } = functor {
            if let Some(variable) = equal {
                self.narrow(variable, &(vec![*ty], *span), None);
            }
            let declared = self.declarations.ty(*ty).branches.get(*branch as usize);
            let fields = declared.map(|it| it.fields.as_slice()).unwrap_or_default();
            let places = self.lowered.fields.get(span);
            for (at, (argument, (_, ty))) in arguments.iter().skip(1).zip(fields).enumerate() {
                if let Term::Variable(variable) = argument {
                    let place = places.and_then(|it| it.get(at).copied()).unwrap_or(*span);
                    self.narrow(*variable, &(vec![*ty], place), None);
                }
            }
        }
        arguments.iter().for_each(|argument| self.fields(argument, None));
    }

    /// Leaves a variable the types that it may still be of; `compared` is what it is compared with, and
    /// where.
    fn narrow(
        &mut self,
        variable: VariableId,
        known: &Known,
        compared: Option<(VariableId, Span)>,
    ) {
        let Some((before, place)) = self.found.get(&variable) else {
            self.found.insert(variable, known.clone());
            self.changed = true;
            return;
        };
        let other_kind = |a: &[TypeId], b: &[TypeId]| match (a.first(), b.first()) {
            (Some(a), Some(b)) => {
                self.declarations.ty(*a).primitive != self.declarations.ty(*b).primitive
            }
            _ => true,
        };
        // Kinds that differ are told of elsewhere.
        if self.refused.contains(&variable) || other_kind(before, &known.0) {
            return;
        }
        let pairs = before.iter().flat_map(|a| known.0.iter().map(move |b| (*a, *b)));
        let mut common: Vec<TypeId> =
            pairs.flat_map(|(a, b)| self.declarations.common(a, b)).collect();
        common.sort_unstable();
        common.dedup();
        if common.is_empty() {
            self.refused.insert(variable);
            let name = |types: &[TypeId]| {
                types.first().map_or("", |ty| self.declarations.ty(*ty).name.as_str())
            };
            let (before, after) = ((name(before), *place), (name(&known.0), known.1));
            let name_of = |it: VariableId| self.lowered.rule.variables[it.index()].name.as_str();
            let named = |it: VariableId| match name_of(it) {
                made if made.starts_with('@') => "the value".to_owned(),
                name => format!("`{name}`"),
            };
            let problem = match compared {
                Some((other, _)) if self.refused.contains(&other) => return,
                Some((other, place)) => error::compared_types(
                    place,
                    (&named(variable), before.0, before.1),
                    (&named(other), after.0, after.1),
                ),
                None => {
                    let place = self.lowered.places[variable.index()];
                    error::disjoint_types(place, name_of(variable), before, after)
                }
            };
            self.diagnostics.push(problem);
        } else if common != *before {
            let place = if compared.is_some() { *place } else { known.1 };
            self.found.insert(variable, (common, place));
            self.changed = true;
        }
    }
}
