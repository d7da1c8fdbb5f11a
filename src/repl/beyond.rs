//! Relations that goals may speak of and that the prompt's own rulebook does without: those of the
//! dossier, and those about the rules and about what a design rests on. They are known by their
//! declarations; whoever asks for more has the rulebook loaded once more.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::diag::SourceId;
use crate::kb::{self, embedded, embedded_in};
use crate::session::Session;
use crate::syntax::lexer::{Token, lex};
use crate::syntax::parse;
use crate::syntax::tree::Item;

use super::{Failure, Repl};

/// What is known of a relation without loading anything.
#[derive(Debug)]
pub(super) struct Declared {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// The first sentence about it.
    pub note: String,
    /// Whether it is one of the dossier.
    dossier: bool,
}

/// Where the relations of the dossier are declared.
const DOSSIER: [&str; 2] = ["rules/dossier", "queries/dossier"];

/// Where those about rules and proofs are declared.
const OBSERVED: (&str, &str) = ("queries/meta", "rules/meta.dl");

/// What relations about rules and proofs begin with as they are typed, and as they are declared.
const META: [&str; 2] = ["meta.", "meta_"];

/// Whether a relation is about rules and proofs.
pub(super) fn is_meta(name: &str) -> bool {
    META.iter().any(|prefix| name.starts_with(prefix)) && relation(name).is_some()
}

/// The relations, by the names that they are declared with.
pub(super) fn relations() -> &'static BTreeMap<String, Declared> {
    static RELATIONS: OnceLock<BTreeMap<String, Declared>> = OnceLock::new();
    RELATIONS.get_or_init(|| {
        let mut known = BTreeMap::new();
        let dossier = DOSSIER.into_iter().flat_map(embedded_in).filter_map(embedded);
        for text in dossier {
            declared_in(text, &mut known, true);
        }
        let (folder, file) = OBSERVED;
        for text in embedded_in(folder).chain([file]).filter_map(embedded) {
            declared_in(text, &mut known, false);
        }
        known
    })
}

/// The relations that a text declares.
fn declared_in(text: &str, known: &mut BTreeMap<String, Declared>, dossier: bool) {
    let (tree, _) = parse(SourceId(0), text);
    for item in tree.items {
        let Item::Declaration(declaration) = item else { continue };
        for name in &declaration.names {
            let columns = declaration.columns.iter().map(|it| it.name.text.to_string()).collect();
            let note = first_sentence(&declaration.doc.text);
            known.insert(name.text.to_string(), Declared { columns, note, dossier });
        }
    }
}

/// The first sentence of a text.
pub(super) fn first_sentence(text: &str) -> String {
    text.split(". ").next().unwrap_or_default().to_owned()
}

/// The relation of a name, as it was typed or as it is declared.
pub(super) fn relation(name: &str) -> Option<&'static Declared> {
    relations().get(&kb::undotted(name))
}

/// Whether a goal names a relation that only the rulebook with the dossier has.
pub(super) fn of_the_dossier(repl: &Repl, goal: &str) -> bool {
    let lexemes = lex(SourceId(0), goal);
    let names = lexemes.iter().filter(|lexeme| lexeme.token == Token::Name);
    let mut words = names.filter_map(|it| goal.get(it.span.start as usize..it.span.end as usize));
    words.any(|word| {
        let here = repl.session.rulebook().relation(word).is_some();
        !here && relation(word).is_some_and(|declared| declared.dossier)
    })
}

/// A name as it is typed.
pub(super) fn typed(name: &str) -> String {
    let [typed, declared] = META;
    match name.strip_prefix(declared) {
        Some(rest) if kb::observed_names().contains(name) => format!("{typed}{rest}"),
        _ => name.to_owned(),
    }
}

impl Repl {
    /// The design that is spoken of over a rulebook that has a relation, where the prompt's own does
    /// not.
    pub(super) fn beyond(&mut self, name: &str) -> Result<Option<Session>, Failure> {
        match relation(name) {
            Some(_) if self.session.rulebook().relation(&kb::undotted(name)).is_some() => Ok(None),
            Some(declared) if declared.dossier => self.beside_dossier().map(Some),
            Some(_) => self.observed().map(Some),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_of_the_dossier_and_about_rules_are_known_by_their_columns() {
        let compared = relation("dossier_compared").map(|it| it.columns.join(" "));
        assert_eq!(compared.as_deref(), Some("req full short adopted because"));
        let rule = relation("meta.rule").map(|it| it.columns.join(" "));
        assert_eq!(rule.as_deref(), Some("rule relation file line"));
        assert!(relation("load_bearing").is_some() && relation("technology_need").is_some());
        assert!(relation("base_mechanism").is_none());
        assert_eq!(typed("meta_rule"), "meta.rule");
        assert_eq!(typed("meta_something_else"), "meta_something_else");
    }
}
