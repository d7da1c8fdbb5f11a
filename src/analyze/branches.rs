//! Bodies with "or" and "not" multiplied out to conjunctions.

use crate::diag::Diagnostic;
use crate::syntax::tree::Body;

use super::bodies::body_span;
use super::error;

/// More rules than this no clause may stand for.
const MOST_BRANCHES: usize = 1024;

/// The conjunctions that a body stands for, each a list of conditions without "or" and with "not"
/// on single conditions only.
pub fn branches(body: &Body, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Vec<Body>>> {
    let normal = push_negation(body, false);
    let count = count_branches(&normal);
    if count > MOST_BRANCHES {
        diagnostics.push(error::too_many_branches(body_span(body), MOST_BRANCHES));
        return None;
    }
    Some(multiply(&normal))
}

/// A body with "not" on single conditions only; of its negation, where that is asked for.
pub fn push_negation(body: &Body, negated: bool) -> Body {
    let all = |parts: &[Body]| parts.iter().map(|part| push_negation(part, negated)).collect();
    match body {
        Body::And(parts) if negated => Body::Or(all(parts)),
        Body::And(parts) => Body::And(all(parts)),
        Body::Or(parts) if negated => Body::And(all(parts)),
        Body::Or(parts) => Body::Or(all(parts)),
        Body::Not(inner, _) => push_negation(inner, !negated),
        Body::Compare { comparison, left, right, span } if negated => Body::Compare {
            comparison: comparison.negated(),
            left: left.clone(),
            right: right.clone(),
            span: *span,
        },
        Body::Truth(truth, span) => Body::Truth(*truth != negated, *span),
        single if negated => Body::Not(Box::new(single.clone()), body_span(single)),
        single => single.clone(),
    }
}

fn count_branches(body: &Body) -> usize {
    match body {
        Body::And(parts) => {
            parts.iter().fold(1usize, |count, part| count.saturating_mul(count_branches(part)))
        }
        Body::Or(parts) => {
            parts.iter().fold(0usize, |count, part| count.saturating_add(count_branches(part)))
        }
        _ => 1,
    }
}

fn multiply(body: &Body) -> Vec<Vec<Body>> {
    match body {
        Body::And(parts) => parts.iter().fold(vec![Vec::new()], |mut products, part| {
            let branches = multiply(part);
            if let [branch] = branches.as_slice() {
                products.iter_mut().for_each(|product| product.extend_from_slice(branch));
                return products;
            }
            products
                .iter()
                .flat_map(|product| {
                    branches.iter().map(move |branch| [product.as_slice(), branch].concat())
                })
                .collect()
        }),
        Body::Or(parts) => parts.iter().flat_map(multiply).collect(),
        single => vec![vec![single.clone()]],
    }
}
