//! Which way round a record is meant: `r = [x, y]` puts a record together where its fields are
//! bound, and takes one apart where they are not. After this every record in a rule is put
//! together; what was to be taken apart became an equality for each field.

use rustc_hash::FxHashSet;

use crate::diag::{Diagnostic, Span};
use crate::syntax::operators::{Comparison, Functor};
use crate::value::{Constant, Primitive, VariableId};

use super::declarations::Declarations;
use super::error;
use super::lower::Lowered;
use super::program::{Literal, Term, Variable};
use super::safety::bind_plainly;

/// Settles all records of a rule that is safe.
pub fn settle(
    declarations: &Declarations,
    lowered: &mut Lowered,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut body = std::mem::take(&mut lowered.rule.body);
    let (variables, places) = (&mut lowered.rule.variables, &mut lowered.places);
    let mut settling = Settling { declarations, variables, places, diagnostics };
    settling.body(&mut body, &FxHashSet::default());
    let mut bound = FxHashSet::default();
    bind_plainly(&body, &mut bound);
    for term in &lowered.rule.head.terms {
        settling.unbound(term, &bound);
    }
    lowered.rule.body = body;
}

struct Settling<'a> {
    declarations: &'a Declarations,
    variables: &'a mut Vec<Variable>,
    places: &'a mut Vec<Span>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

fn is_bound(term: &Term, bound: &FxHashSet<VariableId>) -> bool {
    let mut all = true;
    term.variables(&mut |variable| all &= bound.contains(&variable));
    all
}

fn is_record(term: &Term) -> bool {
    matches!(term, Term::Call { functor: Functor::Record { .. }, .. })
}

impl Settling<'_> {
    fn body(&mut self, literals: &mut Vec<Literal>, outer: &FxHashSet<VariableId>) {
        loop {
            let mut bound = outer.clone();
            bind_plainly(literals, &mut bound);
            let apart = |one: &Term, other: &Term| {
                is_record(one) && !is_bound(one, &bound) && is_bound(other, &bound)
            };
            let found = literals.iter().position(|literal| match literal {
                Literal::Compare { comparison: Comparison::Equal, left, right, .. } => {
                    apart(left, right) || apart(right, left)
                }
                _ => false,
            });
            let Some(at) = found else {
                for literal in literals.iter() {
                    if let Literal::Compare { left, right, .. } = literal {
                        self.unbound(left, &bound);
                        self.unbound(right, &bound);
                    }
                }
                break;
            };
            let Literal::Compare { left, right, span, .. } = literals.remove(at) else { break };
            let (record, value) = if apart(&left, &right) { (left, right) } else { (right, left) };
            let mut made = Vec::new();
            let whole = self.named(value, Primitive::Record, span, &mut made);
            self.apart(record, whole, &bound, &mut made);
            literals.splice(at..at, made);
        }
        for literal in literals {
            if let Literal::Aggregate(aggregate) = literal {
                let outer = aggregate.outer.iter().copied().collect();
                self.body(&mut aggregate.body, &outer);
            }
        }
    }

    /// A variable for a value.
    fn named(
        &mut self,
        value: Term,
        primitive: Primitive,
        span: Span,
        made: &mut Vec<Literal>,
    ) -> VariableId {
        if let Term::Variable(variable) = value {
            return variable;
        }
        let variable = VariableId::from(self.variables.len());
        self.variables.push(Variable { name: format!("@field{}", variable.0), primitive });
        self.places.push(span);
        made.push(equal(Term::Variable(variable), value, primitive, span));
        variable
    }

    /// An equality for each field of a record.
    fn apart(
        &mut self,
        record: Term,
        whole: VariableId,
        bound: &FxHashSet<VariableId>,
        made: &mut Vec<Literal>,
    ) {
        let Term::Call { functor: Functor::Record { ty, branch }, arguments, span, .. } = record
        else {
            return;
        };
        let declared = self.declarations.ty(ty).branches.get(branch as usize);
        let Some(declared) = declared.cloned() else { return };
        let name = Term::Constant(Constant::Symbol(declared.name.as_str().into()));
        let fields = arguments.into_iter().skip(1).zip(&declared.fields);
        for (at, (argument, (_, ty))) in fields.enumerate() {
            let primitive = self.declarations.ty(*ty).primitive;
            let field = Term::Call {
                functor: Functor::Field(at as u32),
                primitive,
                arguments: vec![Term::Variable(whole), name.clone()],
                span,
            };
            if is_record(&argument) && !is_bound(&argument, bound) {
                let inner = self.named(field, primitive, span, made);
                self.apart(argument, inner, bound, made);
            } else {
                made.push(equal(argument, field, primitive, span));
            }
        }
    }

    /// Reports `_` in a record that is put together.
    fn unbound(&mut self, term: &Term, bound: &FxHashSet<VariableId>) {
        let Term::Call { functor, arguments, span, .. } = term else { return };
        for argument in arguments {
            match argument {
                Term::Variable(variable)
                    if matches!(functor, Functor::Record { .. }) && !bound.contains(variable) =>
                {
                    self.diagnostics.push(error::wildcard_as_value(*span));
                }
                argument => self.unbound(argument, bound),
            }
        }
    }
}

fn equal(left: Term, right: Term, primitive: Primitive, span: Span) -> Literal {
    Literal::Compare { comparison: Comparison::Equal, primitive, left, right, span }
}
