//! Rules that conclude a greater value from each value, again and again.
//!
//! Said only where it is certain: what such a rule needs besides the one tuple it goes on from does
//! not depend on what changes in it, so that it holds every time once it holds at all.

use crate::analyze::program::{Argument, Atom, Literal, Rule, Term};
use crate::diag::Span;
use crate::syntax::operators::{Comparison, DirectiveKind, Functor};
use crate::value::{Constant, RelationId, VariableId};

use super::Subject;
use super::structure::{term_variables, variables_of};

/// How a rule makes a column of what it concludes from a column of what it reads.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// The relation that is read.
    pub from: RelationId,
    /// Its column.
    pub column: usize,
    /// The column of the head.
    pub to: usize,
    /// Whether a greater value arrives than left.
    pub grows: bool,
}

/// A column of a head that is greater than what it is made from.
pub struct Growing {
    /// The column.
    column: usize,
    /// What it is made from.
    variable: VariableId,
    /// Where it is made.
    pub span: Span,
}

/// What a rule hands on from one tuple to the next, if it does so whatever the values are.
pub fn passes(
    subject: &Subject<'_>,
    rule: &Rule,
    relations: &dyn Fn(RelationId) -> bool,
) -> Vec<Pass> {
    let program = subject.program;
    let head = rule.head.relation;
    let stops = program
        .directives
        .iter()
        .any(|directive| directive.kind == DirectiveKind::LimitSize && directive.relation == head);
    // What chooses between tuples may leave the greater ones out.
    let chooses = program.subsumptions.iter().any(|it| it.head.relation == head)
        || program.relations.get(head.index()).is_some_and(|it| !it.choices.is_empty());
    let limited = stops || chooses;
    let mut read = rule.positive_atoms().filter(|atom| relations(atom.relation));
    let (Some(atom), None) = (read.next(), read.next()) else { return Vec::new() };
    let grown = growing(rule);
    if limited || !goes_on(rule, atom, &grown) {
        return Vec::new();
    }
    let column = |variable: VariableId| {
        atom.arguments.iter().position(|it| *it == Argument::Variable(variable))
    };
    let mut passes = Vec::new();
    for (to, term) in rule.head.terms.iter().enumerate() {
        let grows = grown.iter().find(|it| it.column == to);
        let from = match (grows, term) {
            (Some(it), _) => column(it.variable),
            (None, Term::Variable(variable)) => column(*variable),
            _ => None,
        };
        let pass =
            from.map(|column| Pass { from: atom.relation, column, to, grows: grows.is_some() });
        passes.extend(pass);
    }
    passes
}

/// Whether a rule that concluded something from a tuple concludes something from that as well.
fn goes_on(rule: &Rule, atom: &Atom, grown: &[Growing]) -> bool {
    let same = atom.relation == rule.head.relation;
    let mut own: Vec<VariableId> = Vec::new();
    for (column, argument) in atom.arguments.iter().enumerate() {
        match argument {
            Argument::Wildcard => {}
            Argument::Variable(variable) if own.contains(variable) => return false,
            Argument::Variable(variable) => own.push(*variable),
            // What is asked for is there again only if it is concluded.
            Argument::Constant(constant) => {
                let again = rule.head.terms.get(column);
                if !same || again != Some(&Term::Constant(constant.clone())) {
                    return false;
                }
            }
        }
    }
    // What stays where it is may be asked about: the answer is always the same.
    let stays = |variable: VariableId| {
        same && rule.head.terms.iter().zip(&atom.arguments).any(|(term, argument)| {
            *term == Term::Variable(variable) && *argument == Argument::Variable(variable)
        })
    };
    let mut mentioned = Vec::new();
    for literal in &rule.body {
        let is_it = matches!(literal, Literal::Positive(it) if it.span == atom.span);
        let makes = matches!(literal, Literal::Compare { span, .. }
            if grown.iter().any(|it| it.span == *span));
        if !is_it && !makes {
            variables_of(literal, &mut mentioned);
        }
    }
    mentioned.into_iter().all(|variable| {
        let changes = own.contains(&variable) && !stays(variable);
        let made = grown
            .iter()
            .any(|it| rule.head.terms.get(it.column) == Some(&Term::Variable(variable)));
        !changes && !made
    })
}

/// The columns of a rule's head that are greater than a variable of its body.
pub fn growing(rule: &Rule) -> Vec<Growing> {
    let mut found = Vec::new();
    for (column, term) in rule.head.terms.iter().enumerate() {
        match term {
            Term::Call { span, .. } => {
                let variable = grows(term);
                found.extend(variable.map(|variable| Growing { column, variable, span: *span }));
            }
            Term::Variable(made) => {
                let made_by = rule.body.iter().find_map(|literal| match literal {
                    Literal::Compare {
                        comparison: Comparison::Equal, left, right, span, ..
                    } => {
                        let other = match (left, right) {
                            (Term::Variable(it), other) | (other, Term::Variable(it))
                                if it == made =>
                            {
                                other
                            }
                            _ => return None,
                        };
                        Some((grows(other)?, *span))
                    }
                    _ => None,
                });
                found.extend(made_by.map(|(variable, span)| Growing { column, variable, span }));
            }
            Term::Constant(_) => {}
        }
    }
    found
}

/// The variable of a term that is always another value than it, and never one it was before.
fn grows(term: &Term) -> Option<VariableId> {
    let Term::Call { functor, arguments, .. } = term else { return None };
    let constant = |term: &Term| match term {
        Term::Constant(Constant::Number(number)) => *number != 0,
        Term::Constant(Constant::Unsigned(number)) => *number != 0,
        Term::Constant(Constant::Symbol(text)) => !text.is_empty(),
        _ => false,
    };
    if !matches!(functor, Functor::Add | Functor::Subtract | Functor::Cat) {
        return None;
    }
    let mut variables = Vec::new();
    term_variables(term, &mut variables);
    let ([variable], true) = (variables.as_slice(), arguments.len() > 1) else { return None };
    let plain = |it: &Term| *it == Term::Variable(*variable) || constant(it);
    // From `5 - n` one comes back.
    let first = arguments.first() == Some(&Term::Variable(*variable));
    let forward = *functor != Functor::Subtract || first;
    (forward && arguments.iter().all(plain)).then_some(*variable)
}
