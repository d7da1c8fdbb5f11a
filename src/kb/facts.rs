//! The tables of the knowledge base as they are in their files: every column, citations included.

use std::borrow::Cow;
use std::iter;

use crate::analyze::program::{Directive, Relation};
use crate::io::{self, Line};
use crate::syntax::operators::DirectiveKind;
use crate::value::Primitive;

use super::Rulebook;

/// The columns of a fact file that say where a row is from and stay out of the relation.
const CITATION: [&str; 2] = ["source", "section"];

/// Goes over the rows of a table; one that is too short lacks its last fields.
pub(super) type Rows<'a> = dyn FnMut(&mut dyn FnMut(&[Cow<'_, str>])) + 'a;

/// A table with its citations.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FactTable {
    /// The relation.
    pub name: String,
    /// What it holds, in a sentence.
    pub meaning: String,
    /// The columns of the file in order, and the kind of value where the relation has the column.
    pub columns: Vec<(String, Primitive)>,
    /// The rows, a text a column.
    pub rows: Vec<Vec<String>>,
}

/// What a row of a table cites.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cited {
    /// The document.
    pub source: String,
    /// The passage.
    pub section: String,
}

impl FactTable {
    /// What a row cites.
    pub fn citation<T: AsRef<str>>(&self, row: &[T]) -> Cited {
        let [source, section] = CITATION.map(|name| {
            let column = self.columns.iter().position(|(column, _)| column == name);
            column.and_then(|column| row.get(column)).map_or("", AsRef::as_ref).to_owned()
        });
        Cited { source, section }
    }

    /// The columns that are of the relation, by their places.
    pub fn own(&self) -> impl Iterator<Item = usize> + '_ {
        let columns = self.columns.iter().enumerate();
        columns.filter(|(_, (name, _))| !CITATION.contains(&name.as_str())).map(|(at, _)| at)
    }
}

impl Rulebook {
    /// Every table of the knowledge base, by name. Rows that an overlay adds come last.
    pub fn tables(&self) -> Vec<FactTable> {
        let mut tables = Vec::new();
        self.each_table(&mut |mut table, rows| {
            let width = table.columns.len();
            let mut kept = Vec::new();
            rows(&mut |row| {
                let mut row: Vec<String> = row.iter().map(|it| it.clone().into_owned()).collect();
                row.resize(width, String::new());
                kept.push(row);
            });
            table.rows = kept;
            tables.push(table);
        });
        tables
    }

    /// Shows every table of the knowledge base without its rows, by name, and what goes over them: as they
    /// are in their files, those that an overlay adds last.
    pub(super) fn each_table(&self, see: &mut dyn FnMut(FactTable, &mut Rows<'_>)) {
        let inputs = self.program.directives.iter().filter(|it| it.kind == DirectiveKind::Input);
        let mut inputs: Vec<(&Relation, &Directive)> =
            inputs.map(|it| (&*self.program.relations[it.relation.index()], it)).collect();
        inputs.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        for (relation, directive) in inputs {
            let Some(file) = directive.parameter("filename") else { continue };
            let Some(bytes) = self.files.bytes(&format!("facts/{file}")) else { continue };
            let additions = self.files.additions(file);
            let added = additions.iter().map(|it| it.bytes());
            let parts: Vec<&[u8]> = iter::once(bytes).chain(added).collect();
            see(heading(relation, directive, bytes), &mut |row| {
                for bytes in &parts {
                    io::each_line(relation, directive, bytes, &mut |line| match line {
                        Line::Header(_) => {}
                        Line::Row(fields) => row(fields),
                    });
                }
            });
        }
    }
}

/// A table without its rows. What its file does not call in its first line is called as the relation
/// calls it.
fn heading(relation: &Relation, directive: &Directive, bytes: &[u8]) -> FactTable {
    let first = bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    let own = relation.columns.iter().map(|it| (it.name.clone(), it.primitive));
    let mut columns: Vec<(String, Primitive)> = own.collect();
    io::each_line(relation, directive, first, &mut |line| {
        let Line::Header(names) = line else { return };
        let kind = |name: &str| {
            let declared = relation.columns.iter().find(|column| column.name == name);
            declared.map_or(Primitive::Symbol, |column| column.primitive)
        };
        columns = names.iter().map(|name| (name.clone().into_owned(), kind(name))).collect();
    });
    let meaning = relation.doc.text.split(". ").next().unwrap_or_default();
    let meaning = meaning.trim_end_matches('.').to_owned();
    FactTable { name: relation.name.clone(), meaning, columns, rows: Vec::new() }
}
