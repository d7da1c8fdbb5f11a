//! Range restriction: every variable whose value is needed is bound by something that gives it
//! finitely many values.

use rustc_hash::FxHashSet;

use crate::diag::{Diagnostic, Span};
use crate::syntax::operators::{AggregateOperator, Comparison, Functor};
use crate::value::VariableId;

use super::error;
use super::lower::Lowered;
use super::program::{Aggregate, Argument, Literal, Term};

/// Reports every variable of a rule that nothing binds where its value is needed, each once.
pub fn check(lowered: &Lowered, diagnostics: &mut Vec<Diagnostic>) {
    let mut bound = FxHashSet::default();
    bind_all(&lowered.rule.body, &mut bound);
    let mut report = Report { lowered, reported: FxHashSet::default(), diagnostics };
    report.literals(&lowered.rule.body, &bound);
    // What is reported once is not the cause of a second problem.
    bound.extend(&report.reported);
    bound.extend(report.lowered.rule.body.iter().filter_map(|literal| match literal {
        Literal::Aggregate(aggregate) => Some(aggregate.result),
        _ => None,
    }));
    bind_all(&lowered.rule.body, &mut bound);
    for term in &lowered.rule.head.terms {
        for variable in sorted(&used_by(term)) {
            if !bound.contains(&variable) {
                // What nothing binds is first written in the head.
                let place = lowered.places[variable.index()];
                report.once(variable, |_, name| match lowered.rule.body.is_empty() {
                    true => error::unbound_fact(place, name),
                    false => error::unbound_head(place, name),
                });
            }
        }
    }
}

fn used_by(term: &Term) -> FxHashSet<VariableId> {
    let mut used = FxHashSet::default();
    term.variables(&mut |variable| {
        used.insert(variable);
    });
    used
}

fn sorted(variables: &FxHashSet<VariableId>) -> Vec<VariableId> {
    let mut sorted: Vec<VariableId> = variables.iter().copied().collect();
    sorted.sort();
    sorted
}

/// Adds to `bound` all that the literals bind, in whatever order they would have to be evaluated.
pub fn bind_all(literals: &[Literal], bound: &mut FxHashSet<VariableId>) {
    loop {
        let before = bound.len();
        literals.iter().for_each(|literal| bind(literal, bound));
        literals.iter().for_each(|literal| take_apart(literal, bound));
        if bound.len() == before {
            return;
        }
    }
}

/// The same, but for what is bound by taking records apart.
pub(super) fn bind_plainly(literals: &[Literal], bound: &mut FxHashSet<VariableId>) {
    loop {
        let before = bound.len();
        literals.iter().for_each(|literal| bind(literal, bound));
        if bound.len() == before {
            return;
        }
    }
}

/// A record whose value is known binds what stands in it.
fn take_apart(literal: &Literal, bound: &mut FxHashSet<VariableId>) {
    if let Literal::Compare { comparison: Comparison::Equal, left, right, .. } = literal {
        for (record, value) in [(left, right), (right, left)] {
            if is_bound(value, bound) {
                fields(record, bound);
            }
        }
    }
}

fn fields(record: &Term, bound: &mut FxHashSet<VariableId>) {
    let Term::Call { functor: Functor::Record { .. }, arguments, .. } = record else { return };
    for argument in arguments {
        match argument {
            Term::Variable(variable) => {
                bound.insert(*variable);
            }
            argument => fields(argument, bound),
        }
    }
}

fn bind(literal: &Literal, bound: &mut FxHashSet<VariableId>) {
    match literal {
        Literal::Positive(atom) => {
            for argument in &atom.arguments {
                if let Argument::Variable(variable) = argument {
                    bound.insert(*variable);
                }
            }
        }
        Literal::Compare { comparison: Comparison::Equal, left, right, .. } => {
            if let Term::Variable(variable) = left
                && is_bound(right, bound)
            {
                bound.insert(*variable);
            }
            if let Term::Variable(variable) = right
                && is_bound(left, bound)
            {
                bound.insert(*variable);
            }
        }
        Literal::Aggregate(aggregate) => {
            if aggregate.outer.iter().all(|variable| bound.contains(variable)) {
                bound.insert(aggregate.result);
            }
        }
        Literal::Range { result, from, to, step, .. } => {
            let terms = [Some(from), Some(to), step.as_ref()];
            if terms.into_iter().flatten().all(|term| is_bound(term, bound)) {
                bound.insert(*result);
            }
        }
        Literal::Negative(_)
        | Literal::Compare { .. }
        | Literal::Test { .. }
        | Literal::Truth(_) => {}
    }
}

fn is_bound(term: &Term, bound: &FxHashSet<VariableId>) -> bool {
    used_by(term).is_subset(bound)
}

struct Report<'a> {
    lowered: &'a Lowered,
    reported: FxHashSet<VariableId>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Report<'_> {
    fn is_made_up(&self, variable: VariableId) -> bool {
        self.lowered.rule.variables[variable.index()].name.starts_with('@')
    }

    fn once(&mut self, variable: VariableId, problem: impl FnOnce(Span, &str) -> Diagnostic) {
        if self.reported.insert(variable) && !self.is_made_up(variable) {
            let place = self.lowered.places[variable.index()];
            let name = &self.lowered.rule.variables[variable.index()].name;
            self.diagnostics.push(problem(place, name));
        }
    }

    /// Reports what is not bound in the literals; aggregates first, since what they fail to bind
    /// is no problem of its own.
    fn literals(&mut self, literals: &[Literal], bound: &FxHashSet<VariableId>) {
        let mut bound = bound.clone();
        for literal in literals {
            if let Literal::Aggregate(aggregate) = literal {
                self.aggregate(aggregate, &bound);
                bound.insert(aggregate.result);
            }
        }
        bind_all(literals, &mut bound);
        for literal in literals {
            match literal {
                Literal::Positive(_) | Literal::Truth(_) | Literal::Aggregate(_) => {}
                Literal::Negative(atom) => {
                    for argument in &atom.arguments {
                        if let Argument::Variable(variable) = argument
                            && !bound.contains(variable)
                        {
                            self.once(*variable, |_, name| error::unbound_negated(atom.span, name));
                        }
                    }
                }
                // One side of an equality may be bound by it: the other side is the problem.
                Literal::Compare { comparison: Comparison::Equal, left, right, .. } => {
                    match (left, right) {
                        (Term::Variable(_), other) if !is_bound(other, &bound) => {
                            self.terms([other], &bound);
                        }
                        (other, Term::Variable(_)) if !is_bound(other, &bound) => {
                            self.terms([other], &bound);
                        }
                        _ => self.terms([left, right], &bound),
                    }
                    bound.extend(&self.reported);
                    bind_all(literals, &mut bound);
                }
                Literal::Compare { left, right, .. } => self.terms([left, right], &bound),
                Literal::Test { arguments: [first, second], .. } => {
                    self.terms([first, second], &bound);
                }
                Literal::Range { from, to, step, .. } => {
                    self.terms([from, to].into_iter().chain(step), &bound);
                }
            }
        }
    }

    fn terms<'t>(
        &mut self,
        terms: impl IntoIterator<Item = &'t Term>,
        bound: &FxHashSet<VariableId>,
    ) {
        for term in terms {
            for variable in sorted(&used_by(term)) {
                if !bound.contains(&variable) {
                    self.once(variable, error::unbound_value);
                }
            }
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate, bound: &FxHashSet<VariableId>) {
        let mut inside = FxHashSet::default();
        bind_all(&aggregate.body, &mut inside);
        // A variable outside that is called like what is aggregated is another one, and no witness of it.
        let targets: FxHashSet<VariableId> = aggregate.target.iter().flat_map(used_by).collect();
        let shadowing = &self.lowered.shadowing;
        let alike = shadowing.iter().filter(|(target, _)| targets.contains(target));
        let alike: Vec<VariableId> = alike.map(|(_, outside)| *outside).collect();
        for variable in aggregate.outer.iter().chain(&alike) {
            if !bound.contains(variable) {
                if inside.contains(variable) || alike.contains(variable) {
                    self.once(*variable, |span, name| match aggregate.operator {
                        AggregateOperator::Minimum => error::witness(span, name, "min"),
                        AggregateOperator::Maximum => error::witness(span, name, "max"),
                        _ => error::unbound_in_aggregate(span, name),
                    });
                } else {
                    self.once(*variable, error::unbound_value);
                }
            }
        }
        let mut bound: FxHashSet<VariableId> = aggregate.outer.iter().copied().collect();
        bind_all(&aggregate.body, &mut bound);
        self.literals(&aggregate.body, &bound);
        self.terms(&aggregate.target, &bound);
    }
}
