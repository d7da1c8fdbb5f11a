//! The dossier of a design: what is printed of each of its steps, in order.

use std::collections::BTreeSet;

use crate::kb::{Shape, Sheet, Step, graph};
use crate::report::diagram::{Message, Sequence};
use crate::report::{
    self, Block, Code, Drawing, PartialKey, SchemaColumn, SchemaTable, Section, Table,
};
use crate::session::Session;
use crate::syntax::printer::Literal;
use crate::value::{Constant, RelationId};

/// A step as the rulebook names it.
struct Titled {
    number: i64,
    title: String,
    purpose: String,
}

/// What stands before the first step.
const HEAD: i64 = 0;

/// The sections of all steps, or of one: a heading for each, then its sheets. Before them stands what
/// is of no step; before a single step only what has rows. Nothing where there is no such step.
pub fn dossier(session: &Session, design: usize, only: Option<i64>) -> Option<Vec<Section>> {
    let steps = steps(session, design);
    let wanted = |step: &&Titled| only.is_none_or(|only| only == step.number);
    let sheets = &session.rulebook().sheets;
    let said = sheets.iter().filter(|sheet| only.is_none() || !sheet.whole);
    let mut head: Vec<Section> =
        said.flat_map(|sheet| parts(session, design, sheet, HEAD)).collect();
    head.retain(|section| only.is_none() || !section.tables.is_empty());
    let mut sections = Vec::new();
    for step in steps.iter().filter(wanted) {
        let head = Section {
            name: format!("step_{:02}", step.number),
            title: format!("Step {} — {}", step.number, step.title),
            paragraphs: vec![step.purpose.clone()],
            ..Section::default()
        };
        let within = head.name.clone();
        sections.push(head);
        for sheet in &session.rulebook().sheets {
            let parts = parts(session, design, sheet, step.number).into_iter();
            sections.extend(parts.map(|part| Section { within: within.clone(), ..part }));
        }
    }
    let found = !sections.is_empty();
    head.append(&mut sections);
    found.then_some(head)
}

/// The sections with the goals of their rows in place of the rows: what `why` takes.
pub fn with_goals(sections: Vec<Section>) -> Vec<Section> {
    let of = |section: Section| {
        let lines: Vec<String> = section.goals.concat();
        if lines.is_empty() {
            return section;
        }
        let drawings = vec![Drawing::Code(Code { title: GOALS.to_owned(), lines })];
        Section { drawings, ..section }
    };
    sections.into_iter().map(of).collect()
}

/// What stands above the goals of a section.
const GOALS: &str = "Goals for `why`";

/// The numbers of the steps.
pub fn step_numbers(session: &Session, design: usize) -> Vec<i64> {
    steps(session, design).iter().map(|step| step.number).collect()
}

/// The steps in the order of their numbers (`@steps`).
fn steps(session: &Session, design: usize) -> Vec<Titled> {
    let program = &session.rulebook().program;
    let place = program.relations.iter().position(|it| it.doc.tag("steps").is_some());
    let rows = place.map(|place| session.rows(RelationId::from(place), design));
    let titled = |row: Vec<Constant>| {
        let Some(Constant::Number(number)) = row.first() else { return None };
        let text = |column: usize| row.get(column).map(ToString::to_string).unwrap_or_default();
        Some(Titled { number: *number, title: text(1), purpose: text(2) })
    };
    rows.unwrap_or_default().into_iter().filter_map(titled).collect()
}

/// What a sheet says in a step: a section, or one for each thing that is drawn apart.
fn parts(session: &Session, design: usize, sheet: &Sheet, step: i64) -> Vec<Section> {
    let rows = match sheet.step {
        None => return Vec::new(),
        Some(Step::Number(number)) if number == step => session.rows(sheet.relation, design),
        Some(Step::Number(_)) => return Vec::new(),
        Some(Step::Column(column)) => {
            let own = |row: &Vec<Constant>| row.get(column) == Some(&Constant::Number(step));
            session.rows(sheet.relation, design).into_iter().filter(own).collect()
        }
    };
    let mut name = sheet.name.clone();
    if matches!(sheet.step, Some(Step::Column(_))) {
        name.push_str(&format!("_{step:02}"));
    }
    if rows.is_empty() {
        let said = || Section {
            name,
            title: sheet.title.clone(),
            paragraphs: vec![sheet.empty.clone()],
            ..Section::default()
        };
        return if sheet.empty.is_empty() { Vec::new() } else { vec![said()] };
    }
    let arrows = sheet.edges.map(|edges| (edges, session.rows(edges, design)));
    let Some(each) = sheet.each else {
        return vec![part(session, sheet, (name, &sheet.title), rows, arrows, 0)];
    };
    let values: BTreeSet<String> =
        rows.iter().filter_map(|row| row.get(each).map(ToString::to_string)).collect();
    let of = |value: &str, rows: &[Vec<Constant>]| -> Vec<Vec<Constant>> {
        let own = |row: &&Vec<Constant>| row.get(each).is_some_and(|it| it.to_string() == value);
        rows.iter().filter(own).cloned().collect()
    };
    let mut sections = Vec::new();
    for (place, value) in values.iter().enumerate() {
        let arrows = arrows.as_ref().map(|(edges, arrows)| (*edges, of(value, arrows)));
        let title = format!("{}: {value}", sheet.title);
        let named = (format!("{name}_{}", place + 1), title.as_str());
        sections.push(part(session, sheet, named, of(value, &rows), arrows, each + 1));
    }
    sections
}

/// Rows of a sheet as a section; boxes and arrows begin at the column given.
fn part(
    session: &Session,
    sheet: &Sheet,
    (name, title): (String, &str),
    rows: Vec<Vec<Constant>>,
    arrows: Option<(RelationId, Vec<Vec<Constant>>)>,
    first: usize,
) -> Section {
    let rulebook = session.rulebook();
    let mut drawings = Vec::new();
    let mut tables = Vec::new();
    let mut goals = vec![goals_of(session, sheet.relation, &rows)];
    if sheet.shape == Shape::Sequence {
        drawings.extend(sequences(&rows).into_iter().map(Drawing::Sequence));
    }
    if let Some((edges, arrows)) = arrows {
        drawings.push(Drawing::Graph(graph(title, &rows, &arrows, first)));
        goals.push(goals_of(session, edges, &arrows));
        tables.push(rulebook.sheet_of(edges).table(&rulebook.program, arrows));
    }
    let table = sheet.table(&rulebook.program, rows);
    match sheet.shape {
        Shape::Blocks => drawings.extend(blocks(&table).into_iter().map(Drawing::Block)),
        Shape::Code => drawings.extend(code(&table).into_iter().map(Drawing::Code)),
        Shape::Table | Shape::Sequence => {}
    }
    tables.insert(0, Table { title: title.to_owned(), ..table });
    let paragraphs = (!sheet.note.is_empty()).then(|| sheet.note.clone()).into_iter().collect();
    let title = title.to_owned();
    Section { name, title, paragraphs, tables, drawings, goals, ..Section::default() }
}

/// Rows as goals: with the columns that are not printed.
fn goals_of(session: &Session, relation: RelationId, rows: &[Vec<Constant>]) -> Vec<String> {
    let name = &session.rulebook().program.relations[relation.index()].name;
    let goal = |row: &Vec<Constant>| {
        let values: Vec<String> = row.iter().map(|value| Literal(value).to_string()).collect();
        format!("{name}({})", values.join(", "))
    };
    rows.iter().map(goal).collect()
}

/// The rows of a table by what stands in its first column, which is in order.
fn by_first(table: &Table) -> Vec<(String, Vec<&[Constant]>)> {
    let mut groups: Vec<(String, Vec<&[Constant]>)> = Vec::new();
    for row in &table.rows {
        let Some((first, rest)) = row.split_first() else { continue };
        let title = first.to_string();
        match groups.last_mut().filter(|(last, _)| *last == title) {
            Some((_, rows)) => rows.push(rest),
            None => groups.push((title, vec![rest])),
        }
    }
    groups
}

fn blocks(table: &Table) -> Vec<Block> {
    let item = |row: &&[Constant]| {
        let mut cells = row.iter().map(ToString::to_string);
        let what = cells.next().unwrap_or_default();
        let said: Vec<String> = cells.filter(|text| !text.is_empty()).collect();
        (what, said.join(" · "))
    };
    let block = |(title, rows): (String, Vec<&[Constant]>)| {
        let mut items: Vec<(String, String)> = Vec::new();
        for (what, said) in rows.iter().map(item) {
            match items.last_mut().filter(|(last, _)| *last == what) {
                Some((_, before)) => before.push_str(&format!("\n{said}")),
                None => items.push((what, said)),
            }
        }
        Block { title, items }
    };
    by_first(table).into_iter().map(block).collect()
}

fn code(table: &Table) -> Vec<Code> {
    let line = |row: &&[Constant]| row.last().map(ToString::to_string).unwrap_or_default();
    let code = |(title, rows): (String, Vec<&[Constant]>)| Code {
        title,
        lines: rows.iter().map(line).collect(),
    };
    by_first(table).into_iter().map(code).collect()
}

/// One sequence for each protocol, in the order of the rows.
fn sequences(rows: &[Vec<Constant>]) -> Vec<Sequence> {
    let mut found: Vec<((String, String), Sequence)> = Vec::new();
    for row in rows {
        let text = |column: usize| row.get(column).map(ToString::to_string).unwrap_or_default();
        let message = Message {
            from: text(4),
            to: text(5),
            operation: text(6),
            guard: text(7),
            outcome: text(8),
            branch: !text(9).is_empty(),
        };
        let key = (text(0), text(1));
        match found.last_mut().filter(|(last, _)| *last == key) {
            Some((_, sequence)) => sequence.messages.push(message),
            None => found.push((key, Sequence { title: text(2), messages: vec![message] })),
        }
    }
    found.into_iter().map(|(_, sequence)| sequence).collect()
}

/// The schema of a design as statements of SQL: the relations that are tagged `@schema table`
/// (name, comment), `@schema column` (table, place, name, type, null, comment) and `@schema key`
/// (table, kind, place, column, other table; or, of a unique key of some rows, `column: VALUE or VALUE`).
pub fn sql(session: &Session, design: usize) -> String {
    let text = |row: &[Constant], column: usize| {
        row.get(column).map(ToString::to_string).unwrap_or_default()
    };
    let mut tables: Vec<SchemaTable> = Vec::new();
    for row in tagged(session, design, "table") {
        let (name, comment) = (text(&row, 0), text(&row, 1));
        if tables.iter().all(|table| table.name != name) {
            tables.push(SchemaTable { name, comment, ..SchemaTable::default() });
        }
    }
    for row in tagged(session, design, "column") {
        let Some(table) = tables.iter_mut().find(|it| it.name == text(&row, 0)) else { continue };
        let name = text(&row, 2);
        if table.columns.iter().all(|column| column.name != name) {
            let (ty, null, comment) = (text(&row, 3), text(&row, 4) == "yes", text(&row, 5));
            table.columns.push(SchemaColumn { name, ty, null, comment });
        }
    }
    for row in tagged(session, design, "key") {
        let Some(table) = tables.iter_mut().find(|it| it.name == text(&row, 0)) else { continue };
        let (column, first) = (text(&row, 3), row.get(2) == Some(&Constant::Number(1)));
        if table.columns.iter().all(|it| it.name != column) {
            continue;
        }
        let keys = match text(&row, 1).as_str() {
            "primary" => {
                table.primary.push(column);
                continue;
            }
            "foreign" => {
                table.references.push((column, text(&row, 4)));
                continue;
            }
            kind if kind.starts_with("unique") => match text(&row, 4).split_once(": ") {
                None => &mut table.unique,
                Some((told_by, values)) => {
                    let values: Vec<String> = values.split(" or ").map(str::to_owned).collect();
                    match table.partial.last_mut().filter(|_| !first) {
                        Some(key) => key.columns.push(column),
                        None => table.partial.push(PartialKey {
                            columns: vec![column],
                            told_by: told_by.to_owned(),
                            values,
                        }),
                    }
                    continue;
                }
            },
            _ => &mut table.indices,
        };
        match keys.last_mut().filter(|_| !first) {
            Some(key) => key.push(column),
            None => keys.push(vec![column]),
        }
    }
    tables.retain(|table| !table.columns.is_empty());
    report::sql(&tables)
}

/// The rows of the relation that holds a part of the schema.
fn tagged(session: &Session, design: usize, part: &str) -> Vec<Vec<Constant>> {
    let relations = &session.rulebook().program.relations;
    let place = relations.iter().position(|relation| relation.doc.tag("schema") == Some(part));
    place.map(|place| session.rows(RelationId::from(place), design)).unwrap_or_default()
}
