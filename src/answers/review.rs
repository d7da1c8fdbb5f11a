//! What someone chose against what derives: the relations tagged `@review`, in the order of their
//! numbers, each row with what explains it.
//!
//! `@explain RELATION COLUMN ...` names the columns of a row that say what is explained: one that holds
//! the name of a relation, and those that hold its first values; an empty value is anything. What
//! derives is explained by why, what does not by why not.

use crate::explain::Why;
use crate::report::tree::Tree;
use crate::report::{Section, Table};
use crate::session::{Pattern, QueryFailure, Session};
use crate::syntax::printer::Quoted;
use crate::value::{Constant, RelationId};

use super::{explain_absence, explain_rows};
use crate::eval::{Limits, StopReason};

/// What a review found, and the goals that explain it.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// A section a relation.
    pub sections: Vec<Section>,
    /// What explains the rows, in their order, each once.
    pub goals: Vec<String>,
}

impl Review {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.sections.iter().flat_map(|section| &section.tables).all(|table| table.rows.is_empty())
    }
}

/// Reviews a derived design.
pub fn review(session: &Session, design: usize) -> Review {
    let rulebook = session.rulebook();
    let relations = rulebook.program.relations.iter().enumerate();
    let mut tagged: Vec<(i64, RelationId)> = relations
        .filter_map(|(at, it)| {
            Some((it.doc.tag("review")?.trim().parse().ok()?, RelationId::from(at)))
        })
        .collect();
    tagged.sort();
    let mut review = Review::default();
    for (_, id) in tagged {
        let (sheet, declared) = (rulebook.sheet_of(id), &rulebook.program.relations[id.index()]);
        let rows = session.rows(id, design);
        let place = |name: &str| declared.columns.iter().position(|column| column.name == name);
        let explain = declared.doc.tag("explain").unwrap_or_default();
        let explain: Option<Vec<usize>> = explain.split_whitespace().map(place).collect();
        for row in &rows {
            let goal = explain.as_deref().and_then(|columns| goal(session, row, columns));
            review.goals.extend(goal.filter(|goal| !review.goals.contains(goal)));
        }
        let section = super::section(session, &sheet, design);
        // A table without rows is said in words.
        let tables: Vec<Table> =
            section.tables.into_iter().filter(|table| !table.rows.is_empty()).collect();
        review.sections.push(Section { tables, ..section });
    }
    review
}

/// The goal that a row names.
fn goal(session: &Session, row: &[Constant], columns: &[usize]) -> Option<String> {
    let (name, values) = columns.split_first()?;
    let name = row.get(*name)?.to_string();
    let id = session.rulebook().relation(&name)?;
    let arity = session.rulebook().program.relations[id.index()].arity();
    let mut arguments: Vec<String> = values
        .iter()
        .filter_map(|column| row.get(*column))
        .map(|value| match value.to_string() {
            empty if empty.is_empty() => "_".to_owned(),
            text => Quoted(&text).to_string(),
        })
        .collect();
    arguments.resize(arity, "_".to_owned());
    Some(format!("{name}({})", arguments.join(", ")))
}

/// Explains goals, each by why or by why not; and why not all were, if they were not.
pub fn explain_goals(
    session: &Session,
    design: usize,
    goals: &[String],
    limits: Limits<'_>,
) -> Result<(Vec<Tree>, Option<StopReason>), QueryFailure> {
    let Some(explained) = session.explained(design) else { return Ok((Vec::new(), None)) };
    let mut why = Why::new(&explained);
    why.limit(limits);
    let mut trees = Vec::new();
    for goal in goals {
        if why.stopped().is_some() {
            break;
        }
        let pattern: Pattern = session.pattern(goal)?;
        let rows = session.matching(design, pattern.relation, &pattern.values);
        if rows.is_empty() {
            trees.push(explain_absence(&mut why, &explained, design, &pattern, false));
        } else {
            trees.extend(explain_rows(&mut why, &pattern, &rows, false).trees);
        }
    }
    Ok((trees, why.stopped()))
}
