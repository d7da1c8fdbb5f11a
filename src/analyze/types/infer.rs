//! The primitive of every variable, by passing what is known along atoms, comparisons and functors until
//! nothing new is learnt.

use crate::analyze::declarations::Declarations;
use crate::analyze::lower::Lowered;
use crate::analyze::program::{Argument, Literal, Term};
use crate::syntax::operators::{AggregateOperator, Functor};
use crate::value::{Constant, Primitive, TypeId, VariableId};

/// What is known of each variable's primitive, from the body and, if wanted, from the head.
pub(super) fn infer(
    declarations: &Declarations,
    lowered: &Lowered,
    from_head: bool,
) -> Vec<Option<Primitive>> {
    let mut infer =
        Infer { declarations, known: vec![None; lowered.rule.variables.len()], changed: true };
    while std::mem::take(&mut infer.changed) {
        infer.literals(&lowered.rule.body);
        let relation = &declarations.relations[lowered.rule.head.relation.index()];
        if from_head {
            for (term, column) in lowered.rule.head.terms.iter().zip(&relation.columns) {
                infer.learn(term, Some(column.primitive));
            }
        }
    }
    infer.known
}

struct Infer<'a> {
    declarations: &'a Declarations,
    known: Vec<Option<Primitive>>,
    changed: bool,
}

impl Infer<'_> {
    fn literals(&mut self, literals: &[Literal]) {
        for literal in literals {
            match literal {
                Literal::Positive(atom) | Literal::Negative(atom) => {
                    let relation = &self.declarations.relations[atom.relation.index()];
                    for (argument, column) in atom.arguments.iter().zip(&relation.columns) {
                        if let Argument::Variable(variable) = argument {
                            self.set(*variable, column.primitive);
                        }
                    }
                }
                Literal::Compare { left, right, .. } => {
                    let primitive = self.of(left).or_else(|| self.of(right));
                    self.learn(left, primitive);
                    self.learn(right, primitive);
                }
                Literal::Test { arguments, .. } => {
                    arguments.iter().for_each(|a| self.learn(a, Some(Primitive::Symbol)));
                }
                Literal::Truth(_) => {}
                Literal::Aggregate(aggregate) => {
                    self.literals(&aggregate.body);
                    let result = match aggregate.operator {
                        AggregateOperator::Count => Some(Primitive::Number),
                        AggregateOperator::Mean => Some(Primitive::Float),
                        _ => aggregate.target.as_ref().and_then(|target| self.of(target)),
                    };
                    if let Some(result) = result {
                        self.set(aggregate.result, result);
                    }
                    let wanted = self.known[aggregate.result.index()];
                    if let (Some(target), false) =
                        (&aggregate.target, aggregate.operator == AggregateOperator::Mean)
                    {
                        self.learn(target, wanted);
                    }
                }
                Literal::Range { result, from, to, step, .. } => {
                    let known = self.known[result.index()]
                        .or_else(|| self.of(from))
                        .or_else(|| self.of(to))
                        .or_else(|| step.as_ref().and_then(|step| self.of(step)));
                    if let Some(primitive) = known {
                        self.set(*result, primitive);
                    }
                    [Some(from), Some(to), step.as_ref()]
                        .into_iter()
                        .flatten()
                        .for_each(|term| self.learn(term, known));
                }
            }
        }
    }

    fn set(&mut self, variable: VariableId, primitive: Primitive) {
        let known = &mut self.known[variable.index()];
        if known.is_none() {
            *known = Some(primitive);
            self.changed = true;
        }
    }

    /// Learns from the place of a term what its variables are.
    fn learn(&mut self, term: &Term, wanted: Option<Primitive>) {
        match term {
            Term::Variable(variable) => {
                if let Some(primitive) = wanted {
                    self.set(*variable, primitive);
                }
            }
            Term::Constant(_) => {}
            Term::Call { functor, arguments, .. } => {
                let own = self.of(term).or(wanted);
                for (index, argument) in arguments.iter().enumerate() {
                    let wanted = match (functor, argument_kind(*functor)) {
                        (Functor::Record { ty, branch }, _) => {
                            Some(field_kind(self.declarations, *ty, *branch, index))
                        }
                        (Functor::Substring, _) if index > 0 => Some(Primitive::Number),
                        (_, Kind::Is(primitive)) => Some(primitive),
                        (_, Kind::Same) => own,
                        (_, Kind::Any) => None,
                    };
                    self.learn(argument, wanted);
                }
            }
        }
    }

    fn of(&self, term: &Term) -> Option<Primitive> {
        primitive_of(term, &|variable| self.known[variable.index()])
    }
}

/// The primitive of a term, as far as those of variables are known. That of plain numbers is not: they
/// adapt.
pub(in crate::analyze) fn primitive_of(
    term: &Term,
    known: &impl Fn(VariableId) -> Option<Primitive>,
) -> Option<Primitive> {
    match term {
        Term::Variable(variable) => known(*variable),
        Term::Constant(Constant::Number(_)) => None,
        Term::Constant(constant) => Some(constant.primitive()),
        Term::Call { functor, primitive, arguments, .. } => match result_kind(*functor) {
            Kind::Is(primitive) => Some(primitive),
            Kind::Any => Some(*primitive),
            Kind::Same => arguments.iter().find_map(|argument| primitive_of(argument, known)),
        },
    }
}

/// What a functor's arguments or result are.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// One primitive.
    Is(Primitive),
    /// All alike: the arguments and the result.
    Same,
    /// Whatever it is.
    Any,
}

pub(super) fn argument_kind(functor: Functor) -> Kind {
    match functor {
        // `substr` wants numbers behind the first argument; that is seen to where it is checked.
        Functor::Cat | Functor::Length | Functor::Substring | Functor::Ordinal => {
            Kind::Is(Primitive::Symbol)
        }
        Functor::ToNumber
        | Functor::ToString
        | Functor::ToUnsigned
        | Functor::ToFloat
        | Functor::Record { .. }
        | Functor::Field(_)
        | Functor::Convert => Kind::Any,
        _ => Kind::Same,
    }
}

pub(super) fn result_kind(functor: Functor) -> Kind {
    match functor {
        Functor::Cat | Functor::Substring | Functor::ToString => Kind::Is(Primitive::Symbol),
        Functor::Length | Functor::Ordinal | Functor::ToNumber => Kind::Is(Primitive::Number),
        Functor::ToUnsigned => Kind::Is(Primitive::Unsigned),
        Functor::ToFloat => Kind::Is(Primitive::Float),
        Functor::Record { .. } => Kind::Is(Primitive::Record),
        Functor::Convert | Functor::Field(_) => Kind::Any,
        _ => Kind::Same,
    }
}

/// The kind of an argument of a record: the first is the name of its branch.
pub(super) fn field_kind(
    declarations: &Declarations,
    ty: TypeId,
    branch: u32,
    index: usize,
) -> Primitive {
    let fields = declarations.ty(ty).branches.get(branch as usize).map(|branch| &branch.fields);
    let at = index.checked_sub(1);
    let field = fields.zip(at).and_then(|(fields, at)| fields.get(at));
    field.map_or(Primitive::Symbol, |(_, ty)| declarations.ty(*ty).primitive)
}

/// Whether a functor that works on several types works on this one.
pub(super) fn works_on(functor: Functor, primitive: Primitive) -> bool {
    match functor {
        _ if primitive == Primitive::Record => false,
        Functor::Minimum | Functor::Maximum => true,
        Functor::Add | Functor::Subtract | Functor::Multiply | Functor::Divide | Functor::Power => {
            primitive != Primitive::Symbol
        }
        Functor::Negate => matches!(primitive, Primitive::Number | Primitive::Float),
        _ => matches!(primitive, Primitive::Number | Primitive::Unsigned),
    }
}
