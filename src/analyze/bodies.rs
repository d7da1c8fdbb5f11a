//! What stands in a body as it is written: where, which variables, whether records.

use crate::diag::Span;
use crate::syntax::tree::{self, Body, Expression};
use crate::value::Constant;

/// Where a body is written.
pub fn body_span(body: &Body) -> Span {
    match body {
        Body::And(parts) | Body::Or(parts) => match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => body_span(first).to(body_span(last)),
            _ => Span::default(),
        },
        Body::Not(_, span)
        | Body::Compare { span, .. }
        | Body::Test { span, .. }
        | Body::Truth(_, span) => *span,
        Body::Atom(atom) => atom.span,
    }
}

/// The variables of a goal that its answers show, in order of appearance.
pub fn goal_variables(body: &Body) -> Vec<String> {
    let mut names = Vec::new();
    body_outside_aggregates(body, &mut |name| {
        if !name.text.starts_with('_') && !names.contains(&name.text) {
            names.push(name.text.clone());
        }
    });
    names
}

/// Every place where a variable stands outside of any aggregate.
pub fn outside_aggregates(expression: &Expression, keep: &mut impl FnMut(&tree::Name)) {
    match expression {
        Expression::Variable(name) => keep(name),
        Expression::Call { arguments, .. }
        | Expression::Record { arguments, .. }
        | Expression::Range { arguments, .. } => {
            for argument in arguments {
                outside_aggregates(argument, keep);
            }
        }
        Expression::Wildcard(_) | Expression::Constant(..) | Expression::Aggregate { .. } => {}
    }
}

/// The same in a body.
pub fn body_outside_aggregates(body: &Body, keep: &mut impl FnMut(&tree::Name)) {
    match body {
        Body::And(parts) | Body::Or(parts) => {
            for part in parts {
                body_outside_aggregates(part, keep);
            }
        }
        Body::Not(inner, _) => body_outside_aggregates(inner, keep),
        Body::Atom(atom) => {
            for argument in &atom.arguments {
                outside_aggregates(argument, keep);
            }
        }
        Body::Compare { left, right, .. } => {
            outside_aggregates(left, keep);
            outside_aggregates(right, keep);
        }
        Body::Test { arguments, .. } => {
            for argument in arguments {
                outside_aggregates(argument, keep);
            }
        }
        Body::Truth(..) => {}
    }
}

/// Whether a record is put together in an expression.
pub fn has_record(expression: &Expression) -> bool {
    match expression {
        Expression::Record { .. } | Expression::Constant(Constant::Record(_), _) => true,
        Expression::Call { arguments, .. } | Expression::Range { arguments, .. } => {
            arguments.iter().any(has_record)
        }
        Expression::Aggregate { body, .. } => body_has_record(body),
        Expression::Variable(_) | Expression::Wildcard(_) | Expression::Constant(..) => false,
    }
}

/// The same in a body.
pub fn body_has_record(body: &Body) -> bool {
    match body {
        Body::And(parts) | Body::Or(parts) => parts.iter().any(body_has_record),
        Body::Not(inner, _) => body_has_record(inner),
        Body::Atom(atom) => atom.arguments.iter().any(has_record),
        Body::Compare { left, right, .. } => has_record(left) || has_record(right),
        Body::Test { arguments, .. } => arguments.iter().any(has_record),
        Body::Truth(..) => false,
    }
}
