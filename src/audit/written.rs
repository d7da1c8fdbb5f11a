//! One rule at a time, as written: what the analyzed rule no longer shows.

use rustc_hash::FxHashSet;

use crate::analyze::program::{Literal, Term};
use crate::diag::Span;
use crate::syntax::operators::Functor;
use crate::syntax::printer::Literal as Shown;
use crate::syntax::tree::{Body, Clause, Expression, Item};
use crate::value::{Constant, Primitive};

use super::{Finding, Subject, kinds, rules};

/// A rule with more conditions than this is a note.
const MOST_CONDITIONS: usize = 20;

/// Adds what is odd about the writing of rules.
pub fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let on_numbers = calls_on_numbers(subject);
    for item in subject.trees.iter().flat_map(|(_, tree)| &tree.items) {
        let Item::Clause(clause) = item else { continue };
        let name = clause.doc.tag("rule").map(str::to_owned);
        let head = clause.heads.first().map(|head| head.name.text.clone());
        let name = name.or(head).unwrap_or_default();
        let writing = Writing { subject, name, on_numbers: &on_numbers };
        if let Some(body) = &clause.body {
            let conditions = writing.body(body, findings);
            if conditions > MOST_CONDITIONS {
                let span = clause.span;
                findings.push(kinds::very_long(
                    writing.name.clone(),
                    span,
                    conditions,
                    MOST_CONDITIONS,
                ));
            }
        }
        let arguments = clause.heads.iter().chain(&clause.greater).flat_map(|head| &head.arguments);
        arguments.for_each(|argument| writing.value(argument, findings));
    }
}

/// A variable where it is written: its name, its place, and whether it is an argument of an atom of
/// the body, so that `_` could stand there.
pub type Written<'a> = (&'a str, Span, bool);

/// The variables of a clause where they are written, in order.
pub fn variables(clause: &Clause) -> Vec<Written<'_>> {
    let mut found = Vec::new();
    for argument in clause.heads.iter().chain(&clause.greater).flat_map(|head| &head.arguments) {
        variables_of_value(argument, false, &mut found);
    }
    if let Some(body) = &clause.body {
        variables_of_body(body, &mut found);
    }
    found
}

fn variables_of_body<'a>(body: &'a Body, into: &mut Vec<Written<'a>>) {
    let mut values = |values: &[&'a Expression], in_atom| {
        values.iter().for_each(|value| variables_of_value(value, in_atom, into));
    };
    match body {
        Body::And(parts) | Body::Or(parts) => {
            parts.iter().for_each(|part| variables_of_body(part, into));
        }
        Body::Not(inner, _) => variables_of_body(inner, into),
        Body::Atom(atom) => values(&atom.arguments.iter().collect::<Vec<_>>(), true),
        Body::Compare { left, right, .. } => values(&[left, right], false),
        Body::Test { arguments, .. } => values(&arguments.iter().collect::<Vec<_>>(), false),
        Body::Truth(..) => {}
    }
}

fn variables_of_value<'a>(value: &'a Expression, in_atom: bool, into: &mut Vec<Written<'a>>) {
    match value {
        Expression::Variable(name) => into.push((&name.text, name.span, in_atom)),
        Expression::Wildcard(_) | Expression::Constant(..) => {}
        Expression::Record { arguments, .. } => {
            arguments.iter().for_each(|argument| variables_of_value(argument, in_atom, into));
        }
        Expression::Call { arguments, .. } | Expression::Range { arguments, .. } => {
            arguments.iter().for_each(|argument| variables_of_value(argument, false, into));
        }
        Expression::Aggregate { target, body, .. } => {
            target.iter().for_each(|target| variables_of_value(target, false, into));
            variables_of_body(body, into);
        }
    }
}

/// A clause that is looked at.
struct Writing<'a> {
    subject: &'a Subject<'a>,
    name: String,
    /// Where functors work on signed numbers.
    on_numbers: &'a FxHashSet<Span>,
}

/// Where functors work on signed numbers: what arithmetic comes to depends on the kind of number.
fn calls_on_numbers(subject: &Subject<'_>) -> FxHashSet<Span> {
    fn of_term(term: &Term, into: &mut FxHashSet<Span>) {
        if let Term::Call { primitive, arguments, span, .. } = term {
            if *primitive == Primitive::Number {
                into.insert(*span);
            }
            arguments.iter().for_each(|argument| of_term(argument, into));
        }
    }
    fn of_literal(literal: &Literal, into: &mut FxHashSet<Span>) {
        match literal {
            Literal::Compare { left, right, .. } => {
                [left, right].into_iter().for_each(|term| of_term(term, into));
            }
            Literal::Test { arguments, .. } => {
                arguments.iter().for_each(|term| of_term(term, into));
            }
            Literal::Range { from, to, step, .. } => {
                let terms = [Some(from), Some(to), step.as_ref()];
                terms.into_iter().flatten().for_each(|term| of_term(term, into));
            }
            Literal::Aggregate(aggregate) => {
                aggregate.target.iter().for_each(|term| of_term(term, into));
                aggregate.body.iter().for_each(|literal| of_literal(literal, into));
            }
            Literal::Positive(_) | Literal::Negative(_) | Literal::Truth(_) => {}
        }
    }
    let mut spans = FxHashSet::default();
    for rule in &subject.program.rules {
        rule.head.terms.iter().for_each(|term| of_term(term, &mut spans));
        rule.body.iter().for_each(|literal| of_literal(literal, &mut spans));
    }
    spans
}

impl Writing<'_> {
    fn text(&self, span: Span) -> &str {
        self.subject.sources.text(span)
    }

    /// Looks at a body; gives how many conditions it has.
    fn body(&self, body: &Body, findings: &mut Vec<Finding>) -> usize {
        match body {
            Body::And(parts) | Body::Or(parts) => {
                parts.iter().map(|part| self.body(part, findings)).sum()
            }
            Body::Not(inner, span) => {
                if let Body::Not(innermost, _) = inner.as_ref() {
                    let text = match innermost.as_ref() {
                        Body::Or(_) => format!("({innermost})"),
                        single => single.to_string(),
                    };
                    findings.push(kinds::double_negation(self.name.clone(), *span, &text));
                    return self.body(innermost, findings);
                }
                self.body(inner, findings)
            }
            Body::Atom(atom) => {
                atom.arguments.iter().for_each(|argument| self.value(argument, findings));
                1
            }
            Body::Compare { comparison, left, right, span } => {
                self.value(left, findings);
                self.value(right, findings);
                let constant = |value: &Expression| matches!(value, Expression::Constant(..));
                // `1 = x` may bind `x`; turned round it still does.
                if constant(left) && !constant(right) {
                    let sign = rules::turned(*comparison).sign();
                    let turned =
                        format!("{} {sign} {}", self.text(right.span()), self.text(left.span()));
                    findings.push(kinds::constant_first(self.name.clone(), *span, &turned));
                }
                1
            }
            Body::Test { arguments, .. } => {
                arguments.iter().for_each(|argument| self.value(argument, findings));
                1
            }
            Body::Truth(..) => 1,
        }
    }

    /// Looks at a value: arithmetic on constants, divisions by zero.
    fn value(&self, value: &Expression, findings: &mut Vec<Finding>) {
        match value {
            Expression::Record { arguments, .. } => {
                arguments.iter().for_each(|argument| self.value(argument, findings));
            }
            Expression::Call { functor, arguments, span, .. } => {
                if matches!(functor, Functor::Divide | Functor::Remainder)
                    && let Some(Expression::Constant(Constant::Number(0), _)) = arguments.get(1)
                {
                    findings.push(kinds::division_by_nothing(self.name.clone(), *span));
                    return;
                }
                match folded(value).filter(|_| self.on_numbers.contains(span)) {
                    Some(Folded::Value(number)) => {
                        let shown = Shown(&Constant::Number(number)).to_string();
                        findings.push(kinds::foldable(self.name.clone(), *span, &shown));
                    }
                    Some(Folded::Wraps) => {
                        findings.push(kinds::overflow(self.name.clone(), *span));
                    }
                    None => arguments.iter().for_each(|argument| self.value(argument, findings)),
                }
            }
            Expression::Range { arguments, .. } => {
                arguments.iter().for_each(|argument| self.value(argument, findings));
            }
            Expression::Aggregate { target, body, .. } => {
                target.iter().for_each(|target| self.value(target, findings));
                self.body(body, findings);
            }
            Expression::Variable(_) | Expression::Wildcard(_) | Expression::Constant(..) => {}
        }
    }
}

/// What arithmetic on whole constants comes to.
enum Folded {
    Value(i64),
    Wraps,
}

/// The value of a sum, difference or product of whole constants, or that it does not fit. A
/// constant alone is nothing to fold.
fn folded(value: &Expression) -> Option<Folded> {
    let Expression::Call { functor, arguments, .. } = value else { return None };
    let number = |value: &Expression| match value {
        Expression::Constant(Constant::Number(number), _) => Some(Folded::Value(*number)),
        other => folded(other),
    };
    let [left, right] = arguments.as_slice() else { return None };
    let (Folded::Value(a), Folded::Value(b)) = (number(left)?, number(right)?) else {
        return Some(Folded::Wraps);
    };
    let result = match functor {
        Functor::Add => a.checked_add(b),
        Functor::Subtract => a.checked_sub(b),
        Functor::Multiply => a.checked_mul(b),
        _ => return None,
    };
    Some(result.map_or(Folded::Wraps, Folded::Value))
}
