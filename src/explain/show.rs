//! Conditions of rules as text, with what is known of their variables.

use crate::analyze::program::{Argument, Atom, Literal, Rule, Term};
use crate::syntax::operators::{CALLS, Functor, INFIX, PREFIXES};
use crate::syntax::printer::Literal as Written;
use crate::value::{Constant, VariableId};

use super::solve::{Bindings, Solver};
use super::{Fact, Subject};

/// A fact as a program writes it: `name("a", 1)`, with `_` for what may be anything.
pub fn fact(subject: &dyn Subject, fact: &Fact) -> String {
    let name = &subject.program().relations[fact.relation.index()].name;
    let values: Vec<String> = fact
        .values
        .iter()
        .map(|value| match value {
            Some(constant) => Written(constant).to_string(),
            None => "_".to_owned(),
        })
        .collect();
    format!("{name}({})", values.join(", "))
}

/// A literal as written, or with the values that are known put in.
pub fn literal(
    subject: &dyn Subject,
    solver: &Solver<'_>,
    rule: &Rule,
    literal: &Literal,
    known: Option<&Bindings>,
) -> String {
    Show { subject, solver, rule, known }.literal(literal)
}

struct Show<'a> {
    subject: &'a dyn Subject,
    solver: &'a Solver<'a>,
    rule: &'a Rule,
    known: Option<&'a Bindings>,
}

impl Show<'_> {
    fn literal(&self, literal: &Literal) -> String {
        match literal {
            Literal::Positive(atom) => self.atom(atom),
            Literal::Negative(atom) => format!("!{}", self.atom(atom)),
            Literal::Compare { comparison, left, right, .. } => {
                format!("{} {} {}", self.term(left), comparison.sign(), self.term(right))
            }
            Literal::Test { test, arguments: [first, second], negated, .. } => {
                let not = if *negated { "!" } else { "" };
                format!("{not}{}({}, {})", test.name(), self.term(first), self.term(second))
            }
            Literal::Truth(truth) => truth.to_string(),
            Literal::Aggregate(aggregate) => {
                let body: Vec<String> =
                    aggregate.body.iter().map(|literal| self.literal(literal)).collect();
                let target = match &aggregate.target {
                    Some(target) => format!(" {}", self.term(target)),
                    None => String::new(),
                };
                format!("{}{target} : {{ {} }}", aggregate.operator.name(), body.join(", "))
            }
            Literal::Range { result, from, to, step, .. } => {
                let step = step.as_ref().map(|step| format!(", {}", self.term(step)));
                format!(
                    "{} = range({}, {}{})",
                    self.variable(*result),
                    self.term(from),
                    self.term(to),
                    step.unwrap_or_default()
                )
            }
        }
    }

    fn atom(&self, atom: &Atom) -> String {
        let name = &self.subject.program().relations[atom.relation.index()].name;
        let arguments: Vec<String> = atom
            .arguments
            .iter()
            .skip(self.subject.hidden(atom.relation))
            .map(|argument| match argument {
                Argument::Variable(variable) => self.variable(*variable),
                Argument::Constant(constant) => Written(constant).to_string(),
                Argument::Wildcard => "_".to_owned(),
            })
            .collect();
        format!("{name}({})", arguments.join(", "))
    }

    fn variable(&self, variable: VariableId) -> String {
        let declared = &self.rule.variables[variable.index()];
        let word = self.known.and_then(|known| known[variable.index()]);
        match word {
            Some(word) => {
                let value: Constant = self.solver.interner().constant(word, declared.primitive);
                Written(&value).to_string()
            }
            None if declared.name.starts_with('@') => "_".to_owned(),
            None => declared.name.clone(),
        }
    }

    fn term(&self, term: &Term) -> String {
        match term {
            Term::Variable(variable) => self.variable(*variable),
            Term::Constant(constant) => Written(constant).to_string(),
            Term::Call { functor, arguments, .. } => {
                let shown: Vec<String> =
                    arguments.iter().map(|argument| self.term(argument)).collect();
                if let (Some(row), [left, right]) =
                    (INFIX.iter().find(|row| row.1 == *functor), shown.as_slice())
                {
                    return format!("({left} {} {right})", row.0);
                }
                if let (Some(row), [one]) =
                    (PREFIXES.iter().find(|row| row.1 == *functor), shown.as_slice())
                {
                    return format!("{} {one}", row.0);
                }
                match (functor, arguments.as_slice(), shown.as_slice()) {
                    (Functor::Field(at), [_, branch], [record, _]) => {
                        let of = match branch {
                            Term::Constant(Constant::Symbol(name)) if !name.is_empty() => {
                                format!(" as ${name}")
                            }
                            _ => String::new(),
                        };
                        return format!("field {} of {record}{of}", at + 1);
                    }
                    (Functor::Record { .. }, [Term::Constant(name), ..], [_, fields @ ..]) => {
                        let (name, fields) = (name.to_string(), fields.join(", "));
                        return match name.is_empty() {
                            true => format!("[{fields}]"),
                            false if fields.is_empty() => format!("${name}"),
                            false => format!("${name}({fields})"),
                        };
                    }
                    _ => {}
                }
                let name = CALLS.iter().find(|row| row.1 == *functor).map_or("", |row| row.0);
                format!("{name}({})", shown.join(", "))
            }
        }
    }
}
