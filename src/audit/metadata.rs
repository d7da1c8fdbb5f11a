//! Documentation comments of rules and relations: what an explanation needs of them.
//!
//! Ids, titles, sentences and citations are asked for in files that give ids to rules at all: a
//! small program needs none.

use rustc_hash::FxHashMap;

use crate::analyze::program::Rule;
use crate::diag::{SourceId, Span, nearest};
use crate::syntax::tree::{Clause, Declaration, Doc, Item, Tree};
use crate::value::{ClauseId, RelationId};

use super::{Finding, Subject, kinds};

/// What a tag is read on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    Rule,
    Relation,
    Any,
}

/// The tags that something reads, whether one may stand several times, and where it is read. A
/// rulebook may have others; one that is nearly one of these is misspelt.
const TAGS: &[(&str, bool, On)] = &[
    ("as_written", false, On::Any),
    ("assumption", false, On::Rule),
    ("blocks", false, On::Relation),
    ("check", false, On::Relation),
    ("choice", false, On::Relation),
    ("choice_open", false, On::Relation),
    ("choice_text", false, On::Relation),
    ("choice_value", false, On::Relation),
    ("code", false, On::Any),
    ("column", true, On::Relation),
    ("completion_value", false, On::Relation),
    ("conclusion", false, On::Relation),
    ("design", false, On::Relation),
    ("difference", false, On::Relation),
    ("each", false, On::Relation),
    ("edges", true, On::Any),
    ("empty", false, On::Relation),
    ("entry", false, On::Relation),
    ("example", true, On::Any),
    ("finding", false, On::Relation),
    ("fix", false, On::Relation),
    ("hide", false, On::Any),
    ("hit", false, On::Relation),
    ("key", true, On::Relation),
    ("later", false, On::Relation),
    ("list", true, On::Relation),
    ("meta", false, On::Relation),
    ("named", false, On::Rule),
    ("note", false, On::Any),
    ("one_of", true, On::Relation),
    ("open", false, On::Relation),
    ("order", false, On::Relation),
    ("outcomes", false, On::Relation),
    ("page", true, On::Relation),
    ("picks", false, On::Relation),
    ("place", false, On::Relation),
    ("record", false, On::Relation),
    ("reference", false, On::Relation),
    ("refers", true, On::Relation),
    ("rule", false, On::Rule),
    ("says", false, On::Rule),
    ("schema", false, On::Relation),
    ("see", true, On::Any),
    ("sequence", true, On::Relation),
    ("source", true, On::Any),
    ("space", false, On::Relation),
    ("stated", false, On::Relation),
    ("step", false, On::Relation),
    ("steps", false, On::Relation),
    ("stop", false, On::Rule),
    ("subject", false, On::Relation),
    ("title", false, On::Any),
    ("total", false, On::Relation),
    ("whole", false, On::Relation),
];

/// The tag that gives a rule its id.
const ID: &str = "rule";

/// Adds what is odd about documentation.
pub fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let rules = rules_by_clause(subject);
    let mut ids: FxHashMap<&str, Span> = FxHashMap::default();
    for (_, tree) in &subject.trees {
        let has_ids = tree.items.iter().any(|item| match item {
            Item::Clause(clause) => clause.doc.tag("rule").is_some(),
            _ => false,
        });
        for item in &tree.items {
            match item {
                Item::Clause(clause) => {
                    tags(subject, &clause.doc, &name(clause), On::Rule, findings);
                    if let Some(tag) = clause.doc.tags.iter().find(|tag| tag.name == ID) {
                        match ids.get(tag.value.as_str()) {
                            Some(first) => {
                                findings.push(kinds::id_twice(&tag.value, tag.span, *first));
                            }
                            None => drop(ids.insert(&tag.value, tag.span)),
                        }
                    }
                    if has_ids && clause.body.is_some() {
                        rule(clause, findings);
                    }
                    let lowered = rules.get(&clause.span);
                    sentence(clause, lowered.map(Vec::as_slice).unwrap_or_default(), findings);
                }
                Item::Declaration(declaration) => columns(declaration, findings),
                _ => {}
            }
            if let Item::Declaration(declaration) = item {
                let name = declaration.names.first().map_or("", |name| name.text.as_str());
                tags(subject, &declaration.doc, name, On::Relation, findings);
            }
        }
        words(tree, findings);
    }
    same_sentences(subject, findings);
    findings.extend(super::checks::unreadable(subject.program));
}

fn rules_by_clause<'a>(subject: &Subject<'a>) -> FxHashMap<Span, Vec<&'a Rule>> {
    let mut rules: FxHashMap<Span, Vec<&Rule>> = FxHashMap::default();
    for rule in &subject.program.rules {
        rules.entry(subject.place(rule.clause)).or_default().push(rule);
    }
    rules
}

/// The id of a clause, else the relation it concludes.
fn name(clause: &Clause) -> String {
    let head = || clause.heads.first().map_or("", |head| head.name.text.as_str());
    clause.doc.tag("rule").unwrap_or_else(head).to_owned()
}

/// Tags that nothing reads, that stand twice, and that cite what is not there.
fn tags(subject: &Subject<'_>, doc: &Doc, name: &str, on: On, findings: &mut Vec<Finding>) {
    let mut first: FxHashMap<&str, Span> = FxHashMap::default();
    for tag in &doc.tags {
        let known = TAGS.iter().find(|(known, ..)| *known == tag.name);
        match (known, first.get(tag.name.as_str())) {
            (None, _) => {
                let known = TAGS.iter().map(|(tag, ..)| *tag);
                if let Some(near) = nearest(&tag.name, known) {
                    findings.push(kinds::misspelt_tag(name.to_owned(), tag.span, &tag.name, near));
                }
            }
            (Some((_, false, _)), Some(first)) => {
                findings.push(kinds::tag_twice(name.to_owned(), tag.span, &tag.name, *first));
            }
            _ => drop(first.insert(&tag.name, tag.span)),
        }
        let elsewhere = match (known, on) {
            (Some((.., On::Rule)), On::Relation) => Some("rules"),
            (Some((.., On::Relation)), On::Rule) => Some("declarations of relations"),
            _ => None,
        };
        findings.extend(
            elsewhere.map(|wanted| kinds::misplaced_tag(name, tag.span, &tag.name, wanted)),
        );
        if let Some(documents) = subject.documents.as_ref().filter(|_| tag.name == "source") {
            let cited = tag.value.split_whitespace().next().unwrap_or_default();
            if !documents.contains(cited) {
                let known = documents.iter().map(String::as_str);
                findings.push(kinds::unknown_document(name.to_owned(), tag.span, cited, known));
            }
        }
    }
}

/// What a rule with documentation should have.
fn rule(clause: &Clause, findings: &mut Vec<Finding>) {
    let Some(head) = clause.heads.first() else { return };
    let doc = &clause.doc;
    if doc.tag("rule").is_none() {
        findings.push(kinds::no_id(&head.name.text, head.span));
        return;
    }
    if doc.tag("title").is_none() {
        findings.push(kinds::no_title(name(clause), head.span));
    }
    if doc.tag("says").is_none() && doc.tag("hide").is_none() {
        findings.push(kinds::no_sentence(name(clause), head.span));
    }
    if doc.tag("source").is_none() {
        findings.push(kinds::no_source(name(clause), head.span));
    }
}

/// The placeholders of a sentence against the variables of its rules.
fn sentence(clause: &Clause, rules: &[&Rule], findings: &mut Vec<Finding>) {
    let Some(says) = clause.doc.tags.iter().find(|tag| tag.name == "says") else { return };
    let placeholders = placeholders(&says.value);
    let variables: Vec<&str> = rules
        .iter()
        .flat_map(|rule| &rule.variables)
        .map(|variable| variable.name.as_str())
        .filter(|name| !name.starts_with('@'))
        .collect();
    if rules.is_empty() {
        return;
    }
    for name in &placeholders {
        if !variables.contains(name) {
            let known = variables.iter().copied();
            let subject = self::name(clause);
            findings.push(kinds::unknown_placeholder(subject, says.span, name, known));
        }
    }
    if placeholders.is_empty() && !variables.is_empty() {
        findings.push(kinds::sentence_without_variables(self::name(clause), says.span));
    }
}

/// The names in braces.
pub(super) fn placeholders(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else { break };
        names.push(name);
        rest = after;
    }
    names
}

/// `@column` tags against the columns.
fn columns(declaration: &Declaration, findings: &mut Vec<Finding>) {
    let name = declaration.names.first().map_or("", |name| name.text.as_str());
    let known = || declaration.columns.iter().map(|column| column.name.text.as_str());
    for tag in declaration.doc.tags.iter().filter(|tag| tag.name == "column") {
        let column = tag.value.split_whitespace().next().unwrap_or_default();
        if !known().any(|known| known == column) {
            let subject = name.to_owned();
            findings.push(kinds::column_of_nothing(subject, tag.span, column, known()));
        }
    }
}

/// Relations without a word about them in files where most have some.
fn words(tree: &Tree, findings: &mut Vec<Finding>) {
    let declarations = || {
        tree.items.iter().filter_map(|item| match item {
            Item::Declaration(declaration) => Some(declaration),
            _ => None,
        })
    };
    let described = |it: &Declaration| !it.doc.text.is_empty() || !it.doc.tags.is_empty();
    let with = declarations().filter(|it| described(it)).count();
    if with * 2 <= declarations().count() {
        return;
    }
    for declaration in declarations().filter(|it| !described(it)) {
        for name in &declaration.names {
            findings.push(kinds::undocumented(&name.text, name.span));
        }
    }
}

/// Rules of one relation whose sentences are the same.
fn same_sentences(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut first: FxHashMap<(SourceId, RelationId, &str), ClauseId> = FxHashMap::default();
    for rule in &subject.program.rules {
        let Some(clause) = subject.program.clauses.get(rule.clause.index()) else { continue };
        let Some(says) = clause.doc.tag("says") else { continue };
        let key = (clause.span.source, rule.head.relation, says);
        let before = *first.entry(key).or_insert(rule.clause);
        if before != rule.clause {
            let name = subject.name_of(rule.clause, rule.head.relation);
            findings.push(kinds::same_sentence(name, clause.span, subject.place(before)));
        }
    }
}
