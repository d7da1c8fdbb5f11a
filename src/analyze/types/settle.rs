//! Every value takes the primitive that its place wants, or cannot.

use rustc_hash::FxHashMap;

use crate::analyze::declarations::Declarations;
use crate::analyze::error;
use crate::analyze::program::{Argument, Atom, Literal, Term};
use crate::diag::{Diagnostic, Span};
use crate::syntax::operators::{AggregateOperator, Comparison, Functor};
use crate::value::{Constant, Primitive, VariableId};

use super::infer::{Kind, argument_kind, field_kind, primitive_of, result_kind, works_on};

/// Puts in the place of each variable the first atom that it stands in: what its type is from.
pub(super) fn bound_at(literals: &[Literal], places: &mut [Span]) {
    for literal in literals.iter().rev() {
        match literal {
            Literal::Positive(atom) => {
                for argument in &atom.arguments {
                    if let Argument::Variable(variable) = argument {
                        places[variable.index()] = atom.span;
                    }
                }
            }
            Literal::Aggregate(aggregate) => bound_at(&aggregate.body, places),
            _ => {}
        }
    }
}

pub(super) struct Settle<'a> {
    pub declarations: &'a Declarations,
    pub primitives: Vec<Primitive>,
    pub names: Vec<String>,
    /// Where each variable has its type from.
    pub places: Vec<Span>,
    /// Where the fields of a record are written, by where all of it is.
    pub fields: &'a FxHashMap<Span, Vec<Span>>,
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

impl Settle<'_> {
    pub fn literals(&mut self, literals: &mut [Literal]) {
        for literal in literals {
            match literal {
                Literal::Positive(atom) | Literal::Negative(atom) => self.atom(atom),
                Literal::Compare { comparison, primitive, left, right, span } => {
                    let common = self.of(left).or_else(|| self.of(right));
                    *primitive = common.unwrap_or(Primitive::Number);
                    let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
                    if ordered && self.orders_records(left, right, *span) {
                        continue;
                    }
                    self.term(left, *primitive, *span);
                    self.term(right, *primitive, *span);
                }
                Literal::Test { arguments, span, .. } => {
                    for argument in arguments {
                        self.term(argument, Primitive::Symbol, *span);
                    }
                }
                Literal::Truth(_) => {}
                Literal::Aggregate(aggregate) => {
                    self.literals(&mut aggregate.body);
                    aggregate.primitive = self.primitives[aggregate.result.index()];
                    if let Some(target) = &mut aggregate.target {
                        let wanted = match aggregate.operator {
                            AggregateOperator::Mean => self.of(target).unwrap_or(Primitive::Number),
                            _ => aggregate.primitive,
                        };
                        self.term(target, wanted, aggregate.span);
                        let sums = matches!(
                            aggregate.operator,
                            AggregateOperator::Sum | AggregateOperator::Mean
                        );
                        if wanted == Primitive::Record || wanted == Primitive::Symbol && sums {
                            let what = format!("the target of `{}`", aggregate.operator.name());
                            self.diagnostics.push(error::type_conflict(
                                aggregate.span,
                                &what,
                                wanted.name(),
                                "number",
                            ));
                        }
                    }
                }
                Literal::Range { result, primitive, from, to, step, span } => {
                    *primitive = self.primitives[result.index()];
                    if *primitive == Primitive::Symbol {
                        let what = "what `range` gives";
                        self.diagnostics
                            .push(error::type_conflict(*span, what, "number", "symbol"));
                        continue;
                    }
                    for term in [Some(from), Some(to), step.as_mut()].into_iter().flatten() {
                        self.term(term, *primitive, *span);
                    }
                }
            }
        }
    }

    /// Reports a record on a side of `<` and the like; says whether there is one.
    fn orders_records(&mut self, left: &Term, right: &Term, span: Span) -> bool {
        let is_record = |it: &Self, term: &Term| it.of(term) == Some(Primitive::Record);
        let (record, other) = match (is_record(self, left), is_record(self, right)) {
            (true, _) => (left, right),
            (false, true) => (right, left),
            (false, false) => return false,
        };
        let wanted = self.of(other).filter(|it| *it != Primitive::Record);
        let wanted = wanted.unwrap_or(Primitive::Number).name();
        let help = "records are equal or not, and none is before another";
        match record {
            Term::Variable(variable) if !self.names[variable.index()].starts_with('@') => {
                let what = format!("`{}`", self.names[variable.index()]);
                let problem = error::type_conflict(span, &what, "record", wanted).help(help);
                self.report(problem, *variable);
            }
            _ => {
                let conflict = error::type_conflict(span, "the value", "record", wanted);
                self.diagnostics.push(conflict.help(help));
            }
        }
        true
    }

    fn atom(&mut self, atom: &mut Atom) {
        let relation = &self.declarations.relations[atom.relation.index()];
        for (argument, column) in atom.arguments.iter_mut().zip(&relation.columns) {
            match argument {
                Argument::Wildcard => {}
                Argument::Variable(variable) => {
                    let found = self.primitives[variable.index()];
                    if found != column.primitive {
                        let what = format!("`{}`", self.names[variable.index()]);
                        let wanted = column.primitive.name();
                        let problem = error::type_conflict(atom.span, &what, found.name(), wanted);
                        self.report(problem, *variable);
                    }
                }
                Argument::Constant(constant) => {
                    constant_as(constant, column.primitive, atom.span, self.diagnostics);
                }
            }
        }
    }

    /// Reports what is wrong with a variable, and where its type is from unless that is the place.
    fn report(&mut self, problem: Diagnostic, variable: VariableId) {
        let from = self.places[variable.index()];
        let found = self.primitives[variable.index()];
        self.diagnostics.push(match problem.span() {
            Some(place) if place != from => problem.at(from, format!("`{found}` here")),
            _ => problem,
        });
    }

    fn of(&self, term: &Term) -> Option<Primitive> {
        primitive_of(term, &|variable| Some(self.primitives[variable.index()]))
    }

    /// Makes a term be of the primitive that its place wants, or reports that it is not.
    pub fn term(&mut self, term: &mut Term, wanted: Primitive, place: Span) {
        match term {
            Term::Variable(variable) => {
                let found = self.primitives[variable.index()];
                if found != wanted {
                    let name = &self.names[variable.index()];
                    let what = if name.starts_with('@') {
                        "the value".to_owned()
                    } else {
                        format!("`{name}`")
                    };
                    let problem = error::type_conflict(place, &what, found.name(), wanted.name());
                    self.report(problem, *variable);
                }
            }
            Term::Constant(constant) => constant_as(constant, wanted, place, self.diagnostics),
            Term::Call { functor, primitive, arguments, span } => {
                let functor = *functor;
                let result = match result_kind(functor) {
                    Kind::Is(result) => result,
                    Kind::Any => *primitive,
                    Kind::Same => wanted,
                };
                if result != wanted {
                    let (found, wanted) = (result.name(), wanted.name());
                    self.diagnostics.push(error::type_conflict(*span, "the value", found, wanted));
                }
                if argument_kind(functor) == Kind::Same && !works_on(functor, wanted) {
                    let what = "the value computed here";
                    let problem = error::type_conflict(*span, what, "number", wanted.name());
                    let joins = functor == Functor::Add && wanted == Primitive::Symbol;
                    self.diagnostics.push(match joins {
                        true => problem.help("`+` adds numbers; `cat(a, b)` joins texts"),
                        false => problem,
                    });
                    return;
                }
                if functor != Functor::Convert {
                    *primitive = match argument_kind(functor) {
                        Kind::Same => wanted,
                        _ => result,
                    };
                }
                let span = *span;
                for (index, argument) in arguments.iter_mut().enumerate() {
                    let wanted = match (functor, argument_kind(functor)) {
                        (Functor::Record { ty, branch }, _) => {
                            field_kind(self.declarations, ty, branch, index)
                        }
                        (Functor::Substring, _) if index > 0 => Primitive::Number,
                        (_, Kind::Is(primitive)) => primitive,
                        (_, Kind::Same) => wanted,
                        (_, Kind::Any) => match &*argument {
                            Term::Variable(variable) => self.primitives[variable.index()],
                            other => self.of(other).unwrap_or(Primitive::Number),
                        },
                    };
                    let whole = matches!(functor, Functor::Record { .. });
                    if wanted == Primitive::Record && !whole {
                        let what = "the value";
                        let conflict = error::type_conflict(span, what, "record", "number");
                        self.diagnostics.push(conflict);
                    }
                    let field = match functor {
                        Functor::Record { .. } => self.fields.get(&span).zip(index.checked_sub(1)),
                        _ => None,
                    };
                    let field = field.and_then(|(fields, at)| fields.get(at).copied());
                    self.term(argument, wanted, field.unwrap_or(span));
                }
            }
        }
    }
}

/// Makes a constant be of the primitive that its place wants, or reports that it cannot.
pub fn constant_as(
    constant: &mut Constant,
    wanted: Primitive,
    place: Span,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let settled = match (&*constant, wanted) {
        (Constant::Number(number), Primitive::Unsigned) => {
            u64::try_from(*number).ok().map(Constant::Unsigned)
        }
        (Constant::Number(number), Primitive::Float) => Some(Constant::Float(*number as f64)),
        (other, wanted) if other.primitive() == wanted => return,
        _ => None,
    };
    match settled {
        Some(settled) => *constant = settled,
        None => {
            let found = constant.primitive();
            let what = match constant {
                Constant::Symbol(text) => format!("the text {:?}", clip(text)),
                Constant::Record(_) => "`nil`".to_owned(),
                other => format!("the number {other}"),
            };
            diagnostics.push(error::type_conflict(place, &what, found.name(), wanted.name()));
        }
    }
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}
