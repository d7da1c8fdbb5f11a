//! What is printed of a derived design: relations with an `.output` directive in `queries/`, laid
//! out as their documentation comments say.

use crate::analyze::program::Program;
use crate::diag::Sources;
use crate::report::diagram::{Edge, Graph, Node};
use crate::report::{Heading, Table};
use crate::syntax::operators::DirectiveKind;
use crate::value::{Constant, RelationId};

use super::Rulebook;

/// A relation that is printed as a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sheet {
    /// The relation.
    pub relation: RelationId,
    /// Its name.
    pub name: String,
    /// The heading of the table (`@title`).
    pub title: String,
    /// A line below the heading (`@note`), or nothing.
    pub note: String,
    /// What is said when the table is empty (`@empty`), or nothing.
    pub empty: String,
    /// Whether a row in it says that the design is not complete (`@open`).
    pub open: bool,
    /// The relation with the arrows between its rows (`@edges`), where it is drawn as a diagram.
    pub edges: Option<RelationId>,
    /// The step of the dossier that it belongs to (`@step`).
    pub step: Option<Step>,
    /// Whether it says something of all steps, and nothing beside one alone (`@whole`).
    pub whole: bool,
    /// The column that parts its rows into one drawing each (`@each`).
    pub each: Option<usize>,
    /// How its rows are set.
    pub shape: Shape,
    /// The columns that are printed (`@column`), in order. The others only sort the rows.
    pub columns: Vec<SheetColumn>,
    /// Where among the sheets it stands (`@order`, else in order of files).
    order: i64,
}

/// Where in the dossier a sheet belongs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// To this step.
    Number(i64),
    /// Each of its rows to the step in this column.
    Column(usize),
}

/// How the rows of a sheet of the dossier are set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Shape {
    /// As a table, or as boxes where it has arrows.
    #[default]
    Table,
    /// A titled block for each value of the first printed column, an item for each row of it: the
    /// second printed column says what the others are (`@blocks`).
    Blocks,
    /// A titled block of program text for each value of the first printed column; the last one is
    /// its lines (`@code`).
    Code,
    /// A drawing of who asks whom: subject, protocol, title, step, actor, next, operation, guard,
    /// outcome, branch (`@sequence`).
    Sequence,
}

/// A printed column of a sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SheetColumn {
    /// Which column of the relation.
    pub column: usize,
    /// Its heading.
    pub title: String,
}

/// The sheets of a program, in order of printing.
pub fn sheets(program: &Program, sources: &Sources) -> Vec<Sheet> {
    let mut sheets: Vec<Sheet> = program
        .directives
        .iter()
        .filter(|directive| directive.kind == DirectiveKind::Output)
        .filter(|directive| sources.name(directive.span).starts_with("queries/"))
        .map(|directive| sheet(program, directive.relation))
        .collect();
    sheets.sort_by_key(|sheet| sheet.order);
    sheets
}

impl Rulebook {
    /// A relation laid out as a sheet, whether it is printed or not.
    pub fn sheet_of(&self, relation: RelationId) -> Sheet {
        sheet(&self.program, relation)
    }
}

impl Sheet {
    /// Its rows as a table: of whole tuples, the columns that are printed.
    pub fn table(&self, program: &Program, tuples: Vec<Vec<Constant>>) -> Table {
        let declared = &program.relations[self.relation.index()].columns;
        let heading = |column: &SheetColumn| {
            let declared = &declared[column.column];
            Heading::new(&declared.name, declared.primitive).titled(&column.title)
        };
        let printed = |tuple: Vec<Constant>| {
            self.columns.iter().map(|column| tuple[column.column].clone()).collect()
        };
        Table {
            name: self.name.clone(),
            title: self.title.clone(),
            columns: self.columns.iter().map(heading).collect(),
            rows: tuples.into_iter().map(printed).collect(),
        }
    }
}

/// A diagram of boxes (label, kind, note) and arrows (from, to, label), the first of these columns
/// at the place given. Arrows between boxes that are not there are left out.
pub fn graph(
    title: &str,
    boxes: &[Vec<Constant>],
    arrows: &[Vec<Constant>],
    first: usize,
) -> Graph {
    let text = |row: &[Constant], column: usize| {
        row.get(first + column).map(ToString::to_string).unwrap_or_default()
    };
    let node =
        |row: &Vec<Constant>| Node { label: text(row, 0), kind: text(row, 1), note: text(row, 2) };
    let nodes: Vec<Node> = boxes.iter().map(node).collect();
    let place = |label: &str| nodes.iter().position(|node| node.label == label);
    let edges = arrows.iter().filter_map(|row| {
        let (from, to) = (place(&text(row, 0))?, place(&text(row, 1))?);
        Some(Edge { from, to, label: text(row, 2) })
    });
    let edges = edges.collect();
    Graph { title: title.to_owned(), nodes, edges }
}

/// The sheet that a relation's comment block describes.
pub(super) fn sheet(program: &Program, id: RelationId) -> Sheet {
    let relation = &program.relations[id.index()];
    let tagged = relation.doc.all("column").filter_map(|value| {
        let (name, title) = value.split_once(char::is_whitespace).unwrap_or((value, value));
        let column = relation.columns.iter().position(|column| column.name == name)?;
        Some(SheetColumn { column, title: title.trim().to_owned() })
    });
    let mut columns: Vec<SheetColumn> = tagged.collect();
    if columns.is_empty() {
        let all = relation.columns.iter().enumerate();
        columns = all
            .map(|(column, declared)| SheetColumn { column, title: declared.name.clone() })
            .collect();
    }
    let tag = |name: &str| relation.doc.tag(name).unwrap_or_default().to_owned();
    let column_called =
        |name: &str| relation.columns.iter().position(|column| column.name == name.trim());
    let step = relation.doc.tag("step").and_then(|text| match text.trim().parse() {
        Ok(number) => Some(Step::Number(number)),
        Err(_) => column_called(text).map(Step::Column),
    });
    let shapes = [("blocks", Shape::Blocks), ("code", Shape::Code), ("sequence", Shape::Sequence)];
    let shape = shapes.into_iter().find(|(name, _)| relation.doc.tag(name).is_some());
    let title = relation.doc.tag("title").unwrap_or(&relation.name).to_owned();
    Sheet {
        relation: id,
        name: relation.name.clone(),
        title,
        note: tag("note"),
        empty: tag("empty"),
        open: relation.doc.tag("open").is_some(),
        edges: relation.doc.tag("edges").and_then(|name| {
            let index = program.relations.iter().position(|relation| relation.name == name)?;
            Some(RelationId::from(index))
        }),
        step,
        whole: relation.doc.tag("whole").is_some(),
        each: relation.doc.tag("each").and_then(column_called),
        shape: shape.map(|(_, shape)| shape).unwrap_or_default(),
        columns,
        order: tag("order").parse().unwrap_or(0),
    }
}
