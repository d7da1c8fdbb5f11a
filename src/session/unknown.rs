//! Texts of a goal that occur nowhere: most often they are mistyped.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Session;
use super::derived::Derived;
use crate::analyze::error::unknown_constant;
use crate::diag::{Diagnostic, Sources, Span};
use crate::syntax::parse_goal;
use crate::syntax::tree::{Body, Expression};
use crate::value::{Constant, Interner, Word};

impl Session {
    /// Warnings about texts in a goal that occur nowhere, and the texts to show them in. Nothing of a goal
    /// that is none.
    pub fn unknown_texts(&self, goal: &str) -> (Vec<Diagnostic>, Sources) {
        let mut sources = Sources::over(Arc::new(self.sources.clone()));
        let source = sources.add("<goal>", goal);
        let body = parse_goal(source, goal);
        let warnings = body.map(|body| self.unknown_constants(&body)).unwrap_or_default();
        (warnings, sources)
    }

    pub(super) fn unknown_constants(&self, goal: &Body) -> Vec<Diagnostic> {
        // What is not derived has the words of the rulebook and of what is stated.
        let runs = self.derived.iter().flat_map(Derived::runs);
        let interners: Vec<&Interner> = match &self.derived {
            Some(_) => runs.map(|(run, _)| run.interner.as_ref()).collect(),
            None => vec![self.rulebook.interner.as_ref()],
        };
        let facts = self.designs.iter().flat_map(|design| &design.facts);
        let values = facts.flat_map(|fact| &fact.values);
        let stated: FxHashSet<&str> = values.filter_map(symbol).collect();
        let mut unknown = Vec::new();
        for_each_text(goal, &mut |constant, text, span| {
            let interned = interners.iter().any(|it| it.find(constant).is_some());
            if !interned && !stated.contains(text) {
                unknown.push((text.to_owned(), span));
            }
        });
        let known = || {
            let words = interners.iter().flat_map(|interner| {
                (0..interner.symbol_count()).map(|word| interner.symbol(Word(word)))
            });
            words.chain(stated.iter().copied()).filter(|text| text.len() <= 64)
        };
        unknown.iter().map(|(text, span)| unknown_constant(*span, text, known())).collect()
    }
}

fn symbol(constant: &Constant) -> Option<&str> {
    match constant {
        Constant::Symbol(text) => Some(text),
        _ => None,
    }
}

/// Hands on the texts that stand as arguments of the atoms of a goal.
fn for_each_text(goal: &Body, see: &mut dyn FnMut(&Constant, &str, Span)) {
    let mut arguments = |arguments: &[Expression]| {
        for argument in arguments {
            if let Expression::Constant(constant @ Constant::Symbol(text), span) = argument {
                see(constant, text, *span);
            }
        }
    };
    match goal {
        Body::Atom(atom) => arguments(&atom.arguments),
        Body::And(parts) | Body::Or(parts) => parts.iter().for_each(|it| for_each_text(it, see)),
        Body::Not(inner, _) => for_each_text(inner, see),
        Body::Compare { left, right, .. } => {
            for side in [left, right] {
                if let Expression::Aggregate { body, .. } = side {
                    for_each_text(body, see);
                }
            }
        }
        Body::Test { .. } | Body::Truth(..) => {}
    }
}
