//! Replies as text.
//!
//! What a command answers is data: a [`Table`], or a [`Report`] of documents of sections with tables
//! and paragraphs. Each format is one file here that makes a [`String`] of that data. None of them knows
//! what the tables are about, and none of them prints.
//!
//! Every format says the same: rows in the order given, every column, every line of a cell. What a
//! format cannot say plainly it escapes.

mod csv;
pub mod diagram;
mod format;
pub mod explanation;
mod html;
mod json;
mod markdown;
pub mod profile;
mod sql;
mod text;
pub mod tree;
mod wrap;

use std::borrow::Cow;

use crate::value::{Constant, Primitive};

use diagram::{Graph, Sequence};
use tree::Tree;

pub use csv::{csv, csv_of_all, tsv};
pub use format::Format;
pub use json::{Schema, json_lines, table_json};
pub use markdown::markdown_table;
pub use sql::{PartialKey, SchemaColumn, SchemaTable, sql};
pub use text::{Look, text_table};
pub use wrap::{hanging, shortened};

/// The rows of one answer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Table {
    /// The name that programs know it by.
    pub name: String,
    /// The name that people read; may be empty.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Heading>,
    /// Its rows, a constant a column. A line break in a symbol is a line break in its cell.
    pub rows: Vec<Vec<Constant>>,
}

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heading {
    /// The name that programs know it by.
    pub name: String,
    /// The name that people read.
    pub title: String,
    /// The kind of value in it; numbers are set flush right.
    pub primitive: Primitive,
}

impl Table {
    /// The table without the columns that are empty in every row, and without the cells that a row
    /// begins with as the row above does.
    fn lean(&self) -> Table {
        let empty = |cell: &Constant| matches!(cell, Constant::Symbol(text) if text.is_empty());
        let holds =
            |at: usize| self.rows.iter().any(|row| row.get(at).is_some_and(|it| !empty(it)));
        let kept: Vec<usize> = (0..self.columns.len()).filter(|at| holds(*at)).collect();
        let cells = |row: &Vec<Constant>| -> Vec<Constant> {
            kept.iter().filter_map(|at| row.get(*at).cloned()).collect()
        };
        let mut rows: Vec<Vec<Constant>> = self.rows.iter().map(cells).collect();
        for at in (1..rows.len()).rev() {
            let (above, below) = rows.split_at_mut(at);
            let (Some(above), Some(row)) = (above.last(), below.first_mut()) else { continue };
            let last = row.len().saturating_sub(1);
            let same = row.iter().zip(above).take_while(|(cell, above)| cell == above).count();
            row.iter_mut()
                .take(same.min(last))
                .for_each(|cell| *cell = Constant::Symbol("".into()));
        }
        let columns = kept.iter().filter_map(|at| self.columns.get(*at).cloned()).collect();
        Table { name: self.name.clone(), title: self.title.clone(), columns, rows }
    }
}

impl Heading {
    /// A column that is called the same by programs and people.
    pub fn new(name: impl Into<String>, primitive: Primitive) -> Self {
        let name = name.into();
        Heading { title: name.clone(), name, primitive }
    }

    /// Gives the column another name for people.
    pub fn titled(self, title: impl Into<String>) -> Self {
        Heading { title: title.into(), ..self }
    }

    /// Whether numbers are in it.
    pub fn numeric(&self) -> bool {
        self.primitive != Primitive::Symbol
    }
}

/// What made an answer: it stands on everything that is printed, so that an answer can be traced.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stamp {
    /// The version of archlog.
    pub archlog: String,
    /// The version of the rulebook.
    pub rulebook: String,
    /// The hash of the rulebook, overlays included.
    pub hash: String,
}

impl Stamp {
    /// The stamp in one line.
    pub fn line(&self) -> String {
        match self.rulebook.is_empty() {
            true => format!("archlog {}", self.archlog),
            false => {
                format!("archlog {}, rulebook {} ({})", self.archlog, self.rulebook, self.hash)
            }
        }
    }
}

/// An answer of several documents, such as one for each design.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Report {
    /// What made it.
    pub stamp: Stamp,
    /// The documents, in order.
    pub documents: Vec<Document>,
    /// Explanations that go with them, below.
    pub explanations: Vec<Tree>,
}

/// A titled answer of several parts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Document {
    /// The name that programs know it by.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its parts, in order.
    pub sections: Vec<Section>,
}

/// A part of a document: paragraphs, then tables.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Section {
    /// The name that programs know it by.
    pub name: String,
    /// The name of the part above that it belongs to; empty where it stands for itself.
    pub within: String,
    /// Its heading.
    pub title: String,
    /// Text below the heading.
    pub paragraphs: Vec<String>,
    /// Tables below the text. A table whose title is that of the section is not titled again.
    pub tables: Vec<Table>,
    /// Whether people are shown its tables without empty columns and without what a row repeats of
    /// the one above; programs get all of it.
    pub lean: bool,
    /// Drawings that people are shown in place of the tables; programs get the tables.
    pub drawings: Vec<Drawing>,
    /// A list for each table where it is known what its rows are called: a goal for each row.
    pub goals: Vec<Vec<String>>,
}

/// What is shown other than as a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Drawing {
    /// Boxes and arrows.
    Graph(Graph),
    /// Who asks whom.
    Sequence(Sequence),
    /// Short texts one after the other.
    Items(Vec<String>),
    /// A titled list of things, each with what is said of it.
    Block(Block),
    /// A titled piece of program text.
    Code(Code),
}

/// A titled list of things, each with what is said of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Block {
    /// Its title.
    pub title: String,
    /// What is said, and of what.
    pub items: Vec<(String, String)>,
}

/// A titled piece of program text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Code {
    /// Its title.
    pub title: String,
    /// Its lines.
    pub lines: Vec<String>,
}

impl Drawing {
    /// The drawing as lines of text.
    pub fn text(&self) -> String {
        match self {
            Drawing::Graph(graph) => diagram::graph_text(graph),
            Drawing::Sequence(sequence) => diagram::sequence_text(sequence),
            Drawing::Items(items) => format!("{}\n", items.join(" · ")),
            Drawing::Block(block) => {
                let width = block.items.iter().map(|(what, _)| what.chars().count()).max();
                let line = |(what, said): &(String, String)| {
                    let said = said.replace('\n', &format!("\n{:1$}", "", width.unwrap_or(0) + 4));
                    format!("  {what:0$}  {said}\n", width.unwrap_or(0))
                };
                let items: String = block.items.iter().map(line).collect();
                format!("{}\n{items}", block.title)
            }
            Drawing::Code(code) => {
                let lines: String = code.lines.iter().map(|line| format!("  {line}\n")).collect();
                format!("{}\n{lines}", code.title)
            }
        }
    }
}

impl Section {
    /// A part that is one table under its own title.
    pub fn of_table(table: Table) -> Self {
        let (name, title) = (table.name.clone(), table.title.clone());
        Section { name, title, tables: vec![table], ..Section::default() }
    }

    /// Its tables as people are shown them: an empty one says nothing that a paragraph has not said.
    fn shown(&self) -> Vec<Cow<'_, Table>> {
        let drawn = !self.drawings.is_empty();
        let said = !self.paragraphs.is_empty();
        let tables = self.tables.iter();
        let shown = tables.filter(|table| !drawn && (!table.rows.is_empty() || !said));
        let lean =
            |table| if self.lean { Cow::Owned(Table::lean(table)) } else { Cow::Borrowed(table) };
        shown.map(lean).collect()
    }

    /// The title of one of its tables, where it says something that the section's does not.
    fn title_of<'a>(&self, table: &'a Table) -> Option<&'a str> {
        let title = table.title.as_str();
        (!title.is_empty() && title != self.title).then_some(title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(text: &str) -> Constant {
        Constant::Symbol(text.into())
    }

    /// A report with everything in it that is awkward somewhere.
    pub fn awkward() -> Report {
        let table = Table {
            name: "sheet_x".into(),
            title: "Sheet X — <Awkward>".into(),
            columns: vec![
                Heading::new("path", Primitive::Symbol).titled("Path"),
                Heading::new("n", Primitive::Number).titled("N"),
            ],
            rows: vec![
                vec![symbol("P1\nwrite | read"), Constant::Number(7)],
                vec![symbol("a \"b\", <c> & *d*\t\u{1b}[31m"), Constant::Number(-10)],
                vec![symbol(""), Constant::Number(0)],
            ],
        };
        let empty = Table {
            name: "open".into(),
            title: "Open".into(),
            columns: vec![Heading::new("what", Primitive::Symbol)],
            rows: vec![],
        };
        let sections = vec![
            Section::of_table(table),
            Section {
                name: "open".into(),
                title: "Open items".into(),
                paragraphs: vec!["Nothing is open.".into()],
                tables: vec![empty],
                ..Section::default()
            },
        ];
        let stamp =
            Stamp { archlog: "0.1.0".into(), rulebook: "1.0.0".into(), hash: "abc123".into() };
        let document = Document { name: "auction".into(), title: "Auction".into(), sections };
        Report { stamp, documents: vec![document], explanations: Vec::new() }
    }

    #[test]
    fn a_table_in_a_section_of_the_same_title_is_not_titled_again() {
        let report = awkward();
        let [first, second] = report.documents[0].sections.as_slice() else {
            panic!("two sections")
        };
        assert_eq!(first.title_of(&first.tables[0]), None);
        assert_eq!(second.title_of(&second.tables[0]), Some("Open"));
    }
}
