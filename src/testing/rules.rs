//! Rules with one condition changed: what tests have to tell apart from the rule as it is.

use rustc_hash::FxHashSet;

use crate::analyze::bind_all;
use crate::analyze::program::{Argument, Atom, Literal, Rule, Term};
use crate::diag::{Sources, Span};
use crate::syntax::operators::Comparison;
use crate::value::VariableId;

/// Whether something binds every variable of a rule whose value is needed.
pub fn is_safe(rule: &Rule) -> bool {
    let mut bound = FxHashSet::default();
    bind_all(&rule.body, &mut bound);
    rule.head.terms.iter().all(|term| is_bound(term, &bound))
        && rule.body.iter().all(|literal| is_ready(literal, &bound))
}

fn is_bound(term: &Term, bound: &FxHashSet<VariableId>) -> bool {
    let mut all = true;
    term.variables(&mut |variable| all &= bound.contains(&variable));
    all
}

fn unbound<'a>(
    atom: &'a Atom,
    bound: &'a FxHashSet<VariableId>,
) -> impl Iterator<Item = VariableId> + 'a {
    atom.arguments.iter().filter_map(|argument| match argument {
        Argument::Variable(variable) if !bound.contains(variable) => Some(*variable),
        _ => None,
    })
}

/// Whether a condition can be looked at once these variables have a value.
fn is_ready(literal: &Literal, bound: &FxHashSet<VariableId>) -> bool {
    match literal {
        Literal::Positive(_) | Literal::Truth(_) => true,
        Literal::Negative(atom) => unbound(atom, bound).next().is_none(),
        Literal::Compare { left, right, .. } => is_bound(left, bound) && is_bound(right, bound),
        Literal::Test { arguments, .. } => arguments.iter().all(|term| is_bound(term, bound)),
        Literal::Aggregate(aggregate) => {
            aggregate.outer.iter().all(|variable| bound.contains(variable))
        }
        Literal::Range { from, to, step, .. } => [Some(from), Some(to), step.as_ref()]
            .into_iter()
            .flatten()
            .all(|it| is_bound(it, bound)),
    }
}

/// A rule without one of its conditions. It need not be safe.
pub fn without(rule: &Rule, at: usize) -> Rule {
    let mut changed = rule.clone();
    changed.body.remove(at);
    changed
}

/// The opposite of a condition, where what is bound elsewhere is told: what else stands in an atom may
/// be anything. Nothing for what cannot be false.
fn opposite(literal: &Literal, bound: &FxHashSet<VariableId>) -> Option<Literal> {
    match literal {
        Literal::Positive(atom) => {
            let mut atom = atom.clone();
            for argument in &mut atom.arguments {
                if matches!(argument, Argument::Variable(variable) if !bound.contains(variable)) {
                    *argument = Argument::Wildcard;
                }
            }
            Some(Literal::Negative(atom))
        }
        Literal::Negative(atom) => Some(Literal::Positive(atom.clone())),
        Literal::Compare { comparison, primitive, left, right, span }
            if is_bound(left, bound) && is_bound(right, bound) =>
        {
            let (primitive, left, right) = (*primitive, left.clone(), right.clone());
            let comparison = complement(*comparison);
            Some(Literal::Compare { comparison, primitive, left, right, span: *span })
        }
        Literal::Test { test, arguments, negated, span }
            if arguments.iter().all(|term| is_bound(term, bound)) =>
        {
            let (test, arguments) = (*test, arguments.clone());
            Some(Literal::Test { test, arguments, negated: !negated, span: *span })
        }
        _ => None,
    }
}

fn complement(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
    }
}

/// A rule with one of its conditions turned into its opposite. Nothing for a condition that cannot be
/// false, such as one that only names a value; the rule need not be safe.
pub fn negated(rule: &Rule, at: usize) -> Option<Rule> {
    let rest = without(rule, at);
    let mut bound = FxHashSet::default();
    bind_all(&rest.body, &mut bound);
    let mut changed = rule.clone();
    changed.body[at] = opposite(&rule.body[at], &bound)?;
    Some(changed)
}

/// A body that holds where one condition of a rule alone keeps it from concluding: the others hold,
/// and it does not. What only says something about variables that the condition binds is left out.
pub fn decided_by(rule: &Rule, at: usize) -> Option<Vec<Literal>> {
    let mut rest = without(rule, at).body;
    let mut bound = FxHashSet::default();
    loop {
        bound.clear();
        bind_all(&rest, &mut bound);
        let before = rest.len();
        rest.retain(|literal| is_ready(literal, &bound));
        if rest.len() == before {
            break;
        }
    }
    rest.push(opposite(&rule.body[at], &bound)?);
    Some(rest)
}

/// A condition as it is written.
pub fn written(literal: &Literal, sources: &Sources) -> String {
    let text = |span: Span| sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
    match literal {
        Literal::Positive(atom) => text(atom.span),
        Literal::Negative(atom) => format!("!{}", text(atom.span)),
        Literal::Compare { span, .. } | Literal::Range { span, .. } => text(*span),
        Literal::Test { span, negated: false, .. } => text(*span),
        Literal::Test { span, .. } => format!("!{}", text(*span)),
        Literal::Truth(truth) => truth.to_string(),
        Literal::Aggregate(aggregate) => text(aggregate.span),
    }
}
