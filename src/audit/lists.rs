//! First-match lists, as far as their texts show what they do: rows that an earlier one masks word
//! for word, rows that choose nothing, and tags of lists that stand on something else.
//!
//! Where a program says what the inputs of its lists can be (`@space`), the proof (`prove`) tells
//! masked rows, all of them.

use crate::analyze::program::{Argument, Literal, Relation, Rule};
use crate::diag::{Diagnostic, Span};
use crate::explain::{List, Lists};
use crate::value::{Constant, Primitive, RelationId, RuleId};

use super::structure::Structure;
use super::{Finding, Subject, between, kinds};

/// Adds what is odd about lists.
pub fn check(subject: &Subject<'_>, structure: &Structure, findings: &mut Vec<Finding>) {
    let program = subject.program;
    let lists = Lists::find(program);
    let spaces = program.relations.iter().any(|it| it.doc.tag("space").is_some());
    for list in lists.iter() {
        if !spaces {
            masked(subject, list, findings);
        }
        without_outcome(subject, structure, &lists, list, findings);
    }
    let chosen: Vec<RelationId> = (program.rules.iter().enumerate())
        .filter(|(index, _)| lists.chosen_by(RuleId::from(*index)).is_some())
        .map(|(_, rule)| rule.head.relation)
        .collect();
    for (index, relation) in program.relations.iter().enumerate() {
        let id = RelationId::from(index);
        let is_rows = lists.iter().any(|list| list.rows == id);
        if !is_rows {
            misplaced(relation, "hit", "the relation of the rows of a first-match list", findings);
        }
        if !chosen.contains(&id) {
            let wanted = "the relation of what a first-match list chooses";
            misplaced(relation, "total", wanted, findings);
        }
        outcomes(subject, structure, id, &chosen, findings);
    }
}

fn misplaced(relation: &Relation, tag: &str, wanted: &str, findings: &mut Vec<Finding>) {
    if let Some(found) = relation.doc.tags.iter().find(|it| it.name == tag) {
        findings.push(kinds::misplaced_tag(&relation.name, found.span, tag, wanted));
    }
}

/// What lists are to give is said of lists that there are.
fn outcomes(
    subject: &Subject<'_>,
    structure: &Structure,
    id: RelationId,
    chosen: &[RelationId],
    findings: &mut Vec<Finding>,
) {
    let Some(relation) = subject.program.relations.get(id.index()) else { return };
    if relation.doc.tag("outcomes").is_none() {
        return;
    }
    let columns = relation.columns.iter().map(|column| column.primitive);
    if !columns.eq([Primitive::Symbol, Primitive::Symbol]) {
        let wanted = "a relation of two symbols: what a list chooses, and a value it is to choose";
        misplaced(relation, "outcomes", wanted, findings);
        return;
    }
    for name in structure.values(id, 0).unwrap_or_default() {
        let Constant::Symbol(name) = name else { continue };
        if !chosen.iter().any(|id| subject.relation(*id) == &**name) {
            let wanted = format!("values of lists, and `{name}` is nothing that a list chooses");
            misplaced(relation, "outcomes", &wanted, findings);
        }
    }
}

fn rule<'a>(subject: &'a Subject<'_>, id: RuleId) -> Option<&'a Rule> {
    subject.program.rules.get(id.index())
}

/// Rows that hold only where an earlier row does, as their conditions show.
fn masked(subject: &Subject<'_>, list: &List, findings: &mut Vec<Finding>) {
    for (place, (rank, id)) in list.rules.iter().enumerate() {
        let Some(row) = rule(subject, *id) else { continue };
        let earlier = list.rules.iter().take(place).filter(|(before, _)| before < rank);
        let masking = earlier.filter_map(|(before, id)| Some((before, rule(subject, *id)?)));
        let mask = masking
            .into_iter()
            .find(|(_, earlier)| between::holds_wherever(earlier, row, list.rank));
        if let Some((before, earlier)) = mask {
            let name = subject.name_of(row.clause, list.rows);
            let rows = (subject.relation(list.rows), *rank, *before);
            let places = (subject.place(row.clause), subject.place(earlier.clause));
            findings.push(masked_row(name, rows, places));
        }
    }
}

/// Rows whose rank stands nowhere that what is chosen is taken from.
fn without_outcome(
    subject: &Subject<'_>,
    structure: &Structure,
    lists: &Lists,
    list: &List,
    findings: &mut Vec<Finding>,
) {
    let rules = subject.program.rules.iter().enumerate();
    let choosing: Vec<(&Rule, usize)> = rules
        .filter(|(index, _)| structure.fires(*index))
        .filter_map(|(index, rule)| {
            let (of, position) = lists.chosen_by(RuleId::from(index))?;
            (of.rows == list.rows).then_some((rule, position))
        })
        .collect();
    let Some((first, _)) = choosing.first() else { return };
    let mut reported = Vec::new();
    for (rank, id) in &list.rules {
        let wanted = Constant::Number(*rank);
        let gives = |(rule, position): &(&Rule, usize)| {
            let Some(Literal::Positive(row)) = rule.body.get(*position) else { return true };
            let Some(Argument::Variable(own)) = row.arguments.get(list.rank) else { return true };
            let mut others = rule.positive_atoms().filter(|atom| atom.relation != list.rows);
            others.all(|atom| {
                atom.arguments.iter().enumerate().all(|(column, argument)| {
                    let known = structure.values(atom.relation, column);
                    *argument != Argument::Variable(*own)
                        || known.is_none_or(|known| known.contains(&&wanted))
                })
            })
        };
        if choosing.iter().any(gives) || reported.contains(rank) {
            continue;
        }
        reported.push(*rank);
        if let Some(row) = rule(subject, *id) {
            let name = subject.name_of(row.clause, list.rows);
            let rows = (subject.relation(list.rows), *rank);
            let places = (subject.place(row.clause), subject.place(first.clause));
            findings.push(row_without_outcome(name, rows, places));
        }
    }
}

/// `row(10, x) :- p(x). row(20, x) :- p(x), q(x).`
fn masked_row(subject: String, (list, rank, by): (&str, i64, i64), at: (Span, Span)) -> Finding {
    let message = format!("row {rank} of `{list}` is never the first that holds");
    let problem = Diagnostic::warning("AL0804", message)
        .at(at.0, "never chosen")
        .at(at.1, format!("row {by} holds wherever it does"))
        .help("take one of them out, or give it the conditions that tell it from the other");
    Finding::new(subject, problem)
}

/// `row(30, x) :- p(x).` where nothing says what row 30 chooses
fn row_without_outcome(subject: String, (list, rank): (&str, i64), at: (Span, Span)) -> Finding {
    let message = format!("row {rank} of `{list}` chooses nothing");
    let problem = Diagnostic::warning("AL0805", message)
        .at(at.0, "where this row is the first that holds, nothing is concluded")
        .at(at.1, format!("nothing that this reads has a value for {rank}"))
        .help(format!("say what row {rank} chooses, or take the row out"));
    Finding::new(subject, problem)
}
