//! What goes beyond Souffle: constructs that are taken here and that Souffle refuses. A program that is to be
//! refused wherever Souffle refuses it has none of them, unless it says that they are meant.

use rustc_hash::FxHashSet;

use crate::diag::{Diagnostic, Sources, Span};
use crate::syntax::operators::{AggregateOperator, Functor};
use crate::syntax::tree::{Atom, Body, Clause, Expression, Item, Tree};
use crate::value::{Constant, Primitive};

use super::error;
use super::program::{Literal, Program, Rule};
use super::types::primitive_of;

/// The pragma of programs that use such constructs.
pub const PRAGMA: &str = "extensions";

/// Whether the texts say that such constructs are meant.
pub fn allowed(trees: &[Tree]) -> bool {
    trees.iter().flat_map(|tree| &tree.items).any(|item| match item {
        Item::Pragma { words, .. } => words.first().is_some_and(|first| first == PRAGMA),
        _ => false,
    })
}

/// All such constructs of a program and of the texts that it comes from, in the order of the texts.
pub fn check(program: &Program, trees: &[Tree], sources: &Sources) -> Vec<Diagnostic> {
    let mut finder = Finder { sources, found: Vec::new() };
    trees.iter().for_each(|tree| finder.items(&tree.items));
    let mut found = finder.found;
    for rule in program.rules.iter().chain(&program.subsumptions) {
        aggregates(rule, &rule.body, &mut found);
    }
    // Instances of a component, and heads and branches of a clause, repeat what is found.
    let mut seen = FxHashSet::default();
    found.retain(|problem| seen.insert(problem.span()));
    found.sort_by_key(|problem| problem.span().map(|span| (span.source, span.start)));
    found
}

/// Aggregates over values that Souffle has no such aggregate of.
fn aggregates(rule: &Rule, literals: &[Literal], found: &mut Vec<Diagnostic>) {
    for literal in literals {
        let Literal::Aggregate(aggregate) = literal else { continue };
        aggregates(rule, &aggregate.body, found);
        let known = |variable: crate::value::VariableId| {
            rule.variables.get(variable.index()).map(|variable| variable.primitive)
        };
        let Some(of) = aggregate.target.as_ref().and_then(|it| primitive_of(it, &known)) else {
            continue;
        };
        let name = aggregate.operator.name();
        let (what, portable) = match (aggregate.operator, of) {
            (AggregateOperator::Minimum | AggregateOperator::Maximum, Primitive::Symbol) => {
                (format!("`{name}` of texts"), "say what no other text comes before or after")
            }
            (AggregateOperator::Mean, Primitive::Number | Primitive::Unsigned) => {
                (format!("`{name}` of whole numbers"), "write `mean to_float(x)`")
            }
            _ => continue,
        };
        found.push(error::beyond_souffle(aggregate.span, &what, portable));
    }
}

/// What is told from the text alone.
struct Finder<'a> {
    sources: &'a Sources,
    found: Vec<Diagnostic>,
}

impl Finder<'_> {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Clause(clause) => self.clause(clause),
                Item::Component(component) => self.items(&component.items),
                _ => {}
            }
        }
    }

    fn clause(&mut self, clause: &Clause) {
        clause.heads.iter().chain(&clause.greater).for_each(|atom| self.atom(atom));
        clause.body.iter().for_each(|body| self.body(body));
    }

    fn atom(&mut self, atom: &Atom) {
        atom.arguments.iter().for_each(|argument| self.expression(argument));
    }

    fn body(&mut self, body: &Body) {
        match body {
            Body::And(parts) | Body::Or(parts) => parts.iter().for_each(|part| self.body(part)),
            Body::Not(inner, _) => self.body(inner),
            Body::Atom(atom) => self.atom(atom),
            Body::Compare { left, right, .. } => {
                self.expression(left);
                self.expression(right);
            }
            Body::Test { arguments, .. } => arguments.iter().for_each(|it| self.expression(it)),
            Body::Truth(..) => {}
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Variable(_) | Expression::Wildcard(_) => {}
            Expression::Constant(Constant::Float(number), span) => self.float(*number, *span),
            Expression::Constant(..) => {}
            Expression::Record { branch: Some(branch), arguments, span }
                if arguments.is_empty() && !self.sources.text(*span).ends_with(')') =>
            {
                let portable = format!("write `${}()`", branch.text);
                self.found.push(error::beyond_souffle(
                    *span,
                    "a branch without parentheses",
                    &portable,
                ));
            }
            Expression::Record { arguments, .. } | Expression::Range { arguments, .. } => {
                arguments.iter().for_each(|argument| self.expression(argument));
            }
            Expression::Call { functor, arguments, name, .. } => {
                if *functor == Functor::Convert {
                    let of = match name.text.as_bytes().last() {
                        Some(b'u') => "to_unsigned",
                        Some(b'f') => "to_float",
                        _ => "to_number",
                    };
                    let what = format!("the functor `{}`", name.text);
                    let portable = format!("write `{of}(x)`");
                    self.found.push(error::beyond_souffle(name.span, &what, &portable));
                }
                arguments.iter().for_each(|argument| self.expression(argument));
            }
            Expression::Aggregate { target, body, .. } => {
                target.iter().for_each(|target| self.expression(target));
                self.body(body);
            }
        }
    }

    /// A float is written with an exponent, or without.
    fn float(&mut self, number: f64, span: Span) {
        if !self.sources.text(span).contains(['e', 'E']) {
            return;
        }
        let what = "an exponent in a number";
        // As long as it can be read; a number like `1e300` has too many digits.
        let digits = format!("{number:?}");
        let plain = match digits.contains('e') {
            true => format!("{number}"),
            false => digits,
        };
        let plain = if plain.contains('.') { plain } else { format!("{plain}.0") };
        let portable = match plain.len() {
            ..=24 => format!("write `{plain}`"),
            _ => "write all its digits".to_owned(),
        };
        self.found.push(error::beyond_souffle(span, what, &portable));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::analyze;
    use crate::syntax::load::tree_of;

    /// The texts that are beyond Souffle in a program.
    fn found(text: &str) -> Vec<String> {
        let mut sources = Sources::new();
        let (tree, problems) = tree_of("p.dl", text.as_bytes().to_vec(), &mut sources);
        let trees = [tree];
        let (program, more) = analyze(&trees);
        assert!(problems.is_empty() && more.is_empty(), "{problems:?} {more:?}");
        let problems = check(&program, &trees, &sources);
        let spans = problems.iter().filter_map(Diagnostic::span);
        spans.map(|span| sources.text(span).to_owned()).collect()
    }

    const DECLARED: &str = ".decl f, g(x: float)\n.decl n, m(x: number)\n\
                            .decl u(x: unsigned)\n.decl s, t(x: symbol)\n";

    #[test]
    fn what_souffle_refuses_is_found_wherever_it_stands() {
        for (text, expected) in [
            ("f(1.5e3). f(-2.5E-1). f(15.0).", &["1.5e3", "-2.5E-1"][..]),
            ("f(1.0 + 1.0e2).", &["1.0e2"]),
            ("f(x) :- f(x), f(y), !(x < y * 1.0e1, y > 1.0e2).", &["1.0e1", "1.0e2"]),
            ("n(x) :- u(y), x = utoi(y).", &["utoi"]),
            ("g(itof(x)), u(itou(x)) :- n(x); f(y), x = ftoi(y).", &["itof", "itou", "ftoi"]),
            ("t(x) :- x = min y : { s(y) }.", &["min y : { s(y) }"]),
            ("t(x) :- x = max cat(y, \"a\") : { s(y) }.", &["max cat(y, \"a\") : { s(y) }"]),
            ("m(x) :- x = min y : { n(y) }. g(x) :- x = max y : { f(y) }.", &[]),
            ("g(x) :- x = mean y : { n(y) }.", &["mean y : { n(y) }"]),
            ("g(x) :- x = mean y + 1 : { u(y) }.", &["mean y + 1 : { u(y) }"]),
            ("g(x) :- x = mean to_float(y) : { n(y) }.", &[]),
            ("g(x) :- x = mean 1 : { n(_) }.", &[]),
            ("g(x) :- x = mean y : { f(y) }.", &[]),
            ("m(x) :- n(x), 1 = count : { s(y), y = max z : { s(z) } }.", &["max z : { s(z) }"]),
            ("f(x) <= f(y) :- x < y + 1.0e0.", &["1.0e0"]),
            (".comp C { f(1.0e0). }\n.init a = C\n.init b = C", &["1.0e0"]),
            (".comp C { f(1.0e0). }", &["1.0e0"]),
        ] {
            assert_eq!(found(&format!("{DECLARED}{text}")), expected, "{text}");
        }
    }

    #[test]
    fn a_pragma_says_that_they_are_meant() {
        let of = |text: &str| {
            let (tree, _) = tree_of("p.dl", text.as_bytes().to_vec(), &mut Sources::new());
            allowed(&[tree])
        };
        assert!(of(".pragma \"extensions\""));
        assert!(!of(".pragma \"verbose\" \"extensions\""));
    }
}
