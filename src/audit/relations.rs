//! Relations: who writes them, who reads them, what for, and what their columns hold.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::analyze::program::{Literal, Program, Term};
use crate::diag::Span;
use crate::syntax::operators::{AggregateOperator, CALLS, PREFIXES, Test};
use crate::syntax::tree::{Item, TypeBody};
use crate::value::{Constant, RelationId};

use super::structure::{Structure, each_atom};
use super::{Finding, Subject, kinds};

/// Adds what is odd about relations.
pub fn check(subject: &Subject<'_>, structure: &Structure, findings: &mut Vec<Finding>) {
    use_of_relations(subject, structure, findings);
    names(subject, findings);
    types(subject, findings);
    order_of_arguments(subject, findings);
    spellings(subject, findings);
}

/// Where relations are read, each place with whether it is under negation, and who concludes what
/// reads them.
#[derive(Default)]
struct Readers {
    places: FxHashMap<RelationId, Vec<(Span, bool)>>,
    by: FxHashMap<RelationId, Vec<RelationId>>,
}

fn readers(subject: &Subject<'_>) -> Readers {
    let mut readers = Readers::default();
    let Program { rules, subsumptions, .. } = subject.program;
    let rules = rules.iter().map(|rule| (rule, None));
    // A subsumption reads the tuples that it compares, and that is no use of them.
    let subsumptions = subsumptions.iter().map(|rule| (rule, Some(rule.head.relation)));
    for (rule, compared) in rules.chain(subsumptions) {
        for literal in &rule.body {
            let negated = matches!(literal, Literal::Negative(_));
            each_atom(literal, &mut |atom| {
                if compared == Some(atom.relation) {
                    return;
                }
                let places = readers.places.entry(atom.relation).or_default();
                if !places.contains(&(atom.span, negated)) {
                    places.push((atom.span, negated));
                }
                let by = readers.by.entry(atom.relation).or_default();
                if !by.contains(&rule.head.relation) {
                    by.push(rule.head.relation);
                }
            });
        }
    }
    readers
}

/// The relations that are empty because this one is.
fn empty_therefore<'a>(
    subject: &'a Subject<'_>,
    structure: &Structure,
    root: RelationId,
) -> Vec<&'a str> {
    let ids = (0..subject.program.relations.len()).map(RelationId::from);
    let follows = |id: &RelationId| {
        *id != root
            && !structure.holds(*id)
            && structure.depends(*id, root)
            && !structure.depends(root, *id)
    };
    ids.filter(follows).map(|id| subject.relation(id)).collect()
}

/// Whether a relation is empty for a reason of its own: what its rules need and cannot have needs
/// the relation in turn.
fn is_root(subject: &Subject<'_>, structure: &Structure, relation: RelationId) -> bool {
    let rules = subject.program.rules.iter().filter(|rule| rule.head.relation == relation);
    let needs = rules.flat_map(|rule| &rule.body).filter_map(|literal| match literal {
        Literal::Positive(atom) if !structure.holds(atom.relation) => Some(atom.relation),
        _ => None,
    });
    needs.into_iter().all(|need| need == relation || structure.depends(need, relation))
}

fn use_of_relations(subject: &Subject<'_>, structure: &Structure, findings: &mut Vec<Finding>) {
    let program = subject.program;
    let readers = readers(subject);
    let mut written = vec![false; program.relations.len()];
    program.rules.iter().for_each(|rule| written[rule.head.relation.index()] = true);
    program.facts.iter().for_each(|fact| written[fact.relation.index()] = true);
    for (index, relation) in program.relations.iter().enumerate() {
        let id = RelationId::from(index);
        let written = written[index] || subject.is_filled(id);
        let read = readers.places.get(&id);
        match (written, read) {
            (false, None) if !subject.is_wanted(id) => findings.push(kinds::never_used(relation)),
            (false, Some(places)) => {
                let empty = empty_therefore(subject, structure, id);
                findings.push(kinds::never_written(relation, places, &empty));
            }
            (true, _) if !structure.holds(id) => {
                findings.extend(empty_for_itself(subject, structure, id));
            }
            (true, None) if !subject.is_wanted(id) && subject.has_outputs() => {
                findings.push(kinds::never_read(relation));
            }
            (true, Some(_)) if !structure.serves(id) && subject.has_outputs() => {
                let by = readers.by.get(&id).map(Vec::as_slice).unwrap_or_default();
                let names: Vec<&str> = by.iter().map(|reader| subject.relation(*reader)).collect();
                findings.push(kinds::leads_nowhere(relation, &names));
            }
            (true, Some(_)) if subject.has_outputs() && !subject.is_filled(id) => {
                for (column, declared) in relation.columns.iter().enumerate() {
                    if !structure.is_used(id, column) {
                        findings.push(kinds::unused_column(relation, &declared.name));
                    }
                }
            }
            _ => {}
        }
    }
}

/// That a relation can never hold, unless that follows from another one that cannot.
fn empty_for_itself(
    subject: &Subject<'_>,
    structure: &Structure,
    id: RelationId,
) -> Option<Finding> {
    let relation = subject.program.relations.get(id.index())?;
    is_root(subject, structure, id).then(|| {
        let empty = empty_therefore(subject, structure, id);
        kinds::cannot_hold(relation, why_empty(subject, structure, id), &empty)
    })
}

/// What keeps a relation empty: from rule to rule, down to a relation that nothing fills or that
/// stands on itself.
fn why_empty(subject: &Subject<'_>, structure: &Structure, relation: RelationId) -> String {
    let mut chain = vec![relation];
    let mut at = relation;
    let blocked = |at: RelationId| {
        let rule = subject.program.rules.iter().find(|rule| rule.head.relation == at)?;
        rule.body.iter().find_map(|literal| match literal {
            Literal::Positive(atom) if !structure.holds(atom.relation) => Some(atom.relation),
            _ => None,
        })
    };
    while let Some(next) = blocked(at) {
        let again = chain.contains(&next);
        chain.push(next);
        if again {
            break;
        }
        at = next;
    }
    let names: Vec<String> =
        chain.iter().map(|relation| format!("`{}`", subject.relation(*relation))).collect();
    let end = match chain.last() {
        Some(last) if structure.depends(*last, *last) => "which stands on itself alone",
        _ => "which nothing fills",
    };
    format!("{}, {end}", names.join(" needs "))
}

/// Words that are read as something else where an atom is wanted.
fn is_word(name: &str) -> bool {
    CALLS.iter().any(|(word, ..)| *word == name)
        || PREFIXES.iter().any(|(word, _)| *word == name)
        || AggregateOperator::by_name(name).is_some()
        || Test::by_name(name).is_some()
        || ["range", "as", "true", "false", "nil"].contains(&name)
}

fn names(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let relations = &subject.program.relations;
    let mut plain: BTreeMap<String, usize> = BTreeMap::new();
    // The style is the one that most relations of the program have.
    let is_snake = |name: &str| !name.chars().any(|it| it.is_ascii_uppercase());
    let snake = relations.iter().filter(|relation| is_snake(&relation.name)).count();
    for (index, relation) in relations.iter().enumerate() {
        if is_word(&relation.name) {
            findings.push(kinds::word_of_the_language(relation));
        }
        let key = relation.name.to_lowercase().replace('_', "");
        match plain.get(&key).and_then(|first| relations.get(*first)) {
            Some(first) => findings.push(kinds::nearly_the_same_name(relation, first)),
            None => {
                plain.insert(key, index);
                if !is_snake(&relation.name) && snake * 2 > relations.len() {
                    findings
                        .push(kinds::name_of_another_style(relation, &snake_case(&relation.name)));
                }
            }
        }
    }
}

fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !text.is_empty() && !text.ends_with('_') {
            text.push('_');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

fn types(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let items = || subject.trees.iter().flat_map(|(_, tree)| &tree.items);
    let mut used: Vec<&str> = Vec::new();
    let mut open: Vec<&Item> = items().collect();
    while let Some(item) = open.pop() {
        match item {
            Item::Component(component) => {
                let bases = component.bases.iter().flat_map(|base| &base.arguments);
                used.extend(bases.map(|name| name.text.as_str()));
                open.extend(&component.items);
            }
            Item::Instance(instance) => {
                used.extend(instance.of.arguments.iter().map(|name| name.text.as_str()));
            }
            Item::Declaration(declaration) => {
                used.extend(declaration.columns.iter().map(|column| column.ty.text.as_str()));
            }
            Item::Type(declaration) => match &declaration.body {
                TypeBody::Subtype(base) => used.push(&base.text),
                TypeBody::Union(members) => used.extend(members.iter().map(|it| it.text.as_str())),
                TypeBody::Record(fields) => {
                    used.extend(fields.iter().map(|field| field.ty.text.as_str()));
                }
                TypeBody::Sum(branches) => {
                    let fields = branches.iter().flat_map(|(_, fields)| fields);
                    used.extend(fields.map(|field| field.ty.text.as_str()));
                }
            },
            _ => {}
        }
    }
    for item in items() {
        if let Item::Type(declaration) = item
            && !used.contains(&declaration.name.text.as_str())
        {
            findings.push(kinds::unused_type(&declaration.name.text, declaration.name.span));
        }
    }
}

/// Two rules of a relation that name the same arguments in different orders.
fn order_of_arguments(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut first: FxHashMap<RelationId, (Vec<&str>, Span)> = FxHashMap::default();
    for rule in &subject.program.rules {
        let names: Option<Vec<&str>> = rule
            .head
            .terms
            .iter()
            .map(|term| match term {
                Term::Variable(variable) => {
                    rule.variables.get(variable.index()).map(|it| it.name.as_str())
                }
                _ => None,
            })
            .collect();
        let Some(names) = names.filter(|names| names.len() > 1) else { continue };
        let span = subject.place(rule.clause);
        let (before, place) = first.entry(rule.head.relation).or_insert((names.clone(), span));
        let (mut one, mut other) = (before.clone(), names.clone());
        one.sort_unstable();
        other.sort_unstable();
        // Symmetric rules turn their own arguments round on purpose.
        let turns = rule.body.iter().any(
            |literal| matches!(literal, Literal::Positive(atom) if atom.relation == rule.head.relation),
        );
        if *before != names && one == other && !turns && *place != span {
            let name = subject.relation(rule.head.relation);
            findings.push(kinds::arguments_in_another_order(name, span, *place));
        }
    }
}

/// Values of one column, written in the program, that differ in case or blanks only.
fn spellings(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let program = subject.program;
    let facts = program.facts.iter().flat_map(|fact| {
        let values = fact.values.iter().enumerate();
        values.map(move |(column, value)| (fact.relation, column, value, fact.clause))
    });
    let heads = program.rules.iter().flat_map(|rule| {
        rule.head.terms.iter().enumerate().filter_map(move |(column, term)| match term {
            Term::Constant(value) => Some((rule.head.relation, column, value, rule.clause)),
            _ => None,
        })
    });
    let mut first: FxHashMap<(RelationId, usize, String), (&str, Span)> = FxHashMap::default();
    for (relation, column, value, clause) in facts.chain(heads) {
        let Constant::Symbol(text) = value else { continue };
        let mut key: String = text.to_lowercase();
        key.retain(|character| !character.is_whitespace());
        let span = subject.place(clause);
        let (before, place) = *first.entry((relation, column, key)).or_insert((text, span));
        if before != &**text {
            let declared = &program.relations[relation.index()];
            let name = declared.columns.get(column).map_or("", |it| it.name.as_str());
            let column = format!("{}.{name}", declared.name);
            findings.push(kinds::two_spellings(&column, text, before, span, place));
        }
    }
}
