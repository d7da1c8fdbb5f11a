//! Equalities that only give a variable another name are applied and dropped: `x = "a"` puts the
//! constant wherever the variable stood, `x = y` leaves one of the two. What remains can be looked
//! up by constant instead of being filtered afterwards.

use crate::analyze::program::{Aggregate, Argument, Atom, Literal, Rule, Term};
use crate::syntax::operators::Comparison;
use crate::value::VariableId;

/// The rule without equalities of a variable with a constant or another variable, as far as they
/// can be applied.
pub(super) fn rule(rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    let mut fixed = vec![false; rule.variables.len()];
    results(&rule.body, &mut fixed);
    while let Some((at, variable, term)) = candidate(&rule.body, &fixed) {
        rule.body.remove(at);
        literals(&mut rule.body, variable, &term);
        for head in &mut rule.head.terms {
            replace(head, variable, &term);
        }
    }
    inner(&mut rule.body, &fixed);
    rule
}

/// The same inside of aggregates, for their own variables.
fn inner(body: &mut [Literal], fixed: &[bool]) {
    for literal in body {
        let Literal::Aggregate(aggregate) = literal else { continue };
        let mut fixed = fixed.to_vec();
        for outer in &aggregate.outer {
            fixed[outer.index()] = true;
        }
        while let Some((at, variable, term)) = candidate(&aggregate.body, &fixed) {
            aggregate.body.remove(at);
            literals(&mut aggregate.body, variable, &term);
            if let Some(target) = &mut aggregate.target {
                replace(target, variable, &term);
            }
        }
        inner(&mut aggregate.body, &fixed);
    }
}

/// Marks variables that a literal computes; they must stay variables.
fn results(body: &[Literal], fixed: &mut [bool]) {
    for literal in body {
        match literal {
            Literal::Aggregate(aggregate) => {
                fixed[aggregate.result.index()] = true;
                results(&aggregate.body, fixed);
            }
            Literal::Range { result, .. } => fixed[result.index()] = true,
            _ => {}
        }
    }
}

/// An equality that can be applied: its place, the variable that goes and what stands for it.
fn candidate(body: &[Literal], fixed: &[bool]) -> Option<(usize, VariableId, Term)> {
    body.iter().enumerate().find_map(|(at, literal)| {
        let Literal::Compare { comparison: Comparison::Equal, left, right, .. } = literal else {
            return None;
        };
        let free = |term: &Term| match term {
            Term::Variable(variable) if !fixed[variable.index()] => Some(*variable),
            _ => None,
        };
        let simple = |term: &Term| !matches!(term, Term::Call { .. });
        if left == right {
            return None;
        }
        match (free(left), free(right)) {
            (Some(variable), _) if simple(right) => Some((at, variable, right.clone())),
            (_, Some(variable)) if simple(left) => Some((at, variable, left.clone())),
            _ => None,
        }
    })
}

fn literals(body: &mut [Literal], variable: VariableId, term: &Term) {
    for literal in body {
        match literal {
            Literal::Positive(atom) | Literal::Negative(atom) => arguments(atom, variable, term),
            Literal::Compare { left, right, .. } => {
                replace(left, variable, term);
                replace(right, variable, term);
            }
            Literal::Test { arguments, .. } => {
                for argument in arguments {
                    replace(argument, variable, term);
                }
            }
            Literal::Truth(_) => {}
            Literal::Aggregate(aggregate) => in_aggregate(aggregate, variable, term),
            Literal::Range { from, to, step, .. } => {
                replace(from, variable, term);
                replace(to, variable, term);
                if let Some(step) = step {
                    replace(step, variable, term);
                }
            }
        }
    }
}

fn in_aggregate(aggregate: &mut Aggregate, variable: VariableId, term: &Term) {
    literals(&mut aggregate.body, variable, term);
    if let Some(target) = &mut aggregate.target {
        replace(target, variable, term);
    }
    if let Some(at) = aggregate.outer.iter().position(|&outer| outer == variable) {
        aggregate.outer.remove(at);
        if let Term::Variable(other) = term
            && !aggregate.outer.contains(other)
        {
            aggregate.outer.push(*other);
        }
    }
}

fn arguments(atom: &mut Atom, variable: VariableId, term: &Term) {
    for argument in &mut atom.arguments {
        if *argument == Argument::Variable(variable) {
            *argument = match term {
                Term::Variable(other) => Argument::Variable(*other),
                Term::Constant(constant) => Argument::Constant(constant.clone()),
                Term::Call { .. } => continue,
            };
        }
    }
}

fn replace(term: &mut Term, variable: VariableId, by: &Term) {
    match term {
        Term::Variable(other) if *other == variable => *term = by.clone(),
        Term::Call { arguments, .. } => {
            for argument in arguments {
                replace(argument, variable, by);
            }
        }
        _ => {}
    }
}
