//! The tables of the knowledge base as they are in their files: every column, citations included.

use crate::analyze::program::{Directive, Relation};
use crate::io::{self, Whole};
use crate::syntax::operators::DirectiveKind;
use crate::value::Primitive;

use super::Rulebook;

/// The columns of a fact file that say where a row is from and stay out of the relation.
const CITATION: [&str; 2] = ["source", "section"];

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
    /// What the rows that begin with a text cite, in order.
    pub fn about<'a>(&'a self, first: &'a str) -> impl Iterator<Item = Cited> + 'a {
        let rows = self.rows.iter().filter(move |row| row.first().is_some_and(|it| it == first));
        rows.map(|row| self.citation(row))
    }

    /// What a row cites.
    pub fn citation(&self, row: &[String]) -> Cited {
        let [source, section] = CITATION.map(|name| {
            let column = self.columns.iter().position(|(column, _)| column == name);
            column.and_then(|column| row.get(column)).cloned().unwrap_or_default()
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
        let mut tables: Vec<FactTable> = self
            .program
            .directives
            .iter()
            .filter(|directive| directive.kind == DirectiveKind::Input)
            .filter_map(|directive| {
                let (_, file) = directive.parameters.iter().find(|(name, _)| name == "filename")?;
                let relation = &self.program.relations[directive.relation.index()];
                let bytes = self.files.get(&format!("facts/{file}")).ok()?;
                let mut table = read(relation, directive, &bytes)?;
                for addition in self.files.additions(file) {
                    table.rows.extend(read(relation, directive, addition.bytes())?.rows);
                }
                Some(table)
            })
            .collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        tables
    }
}

/// The rows of a file; one that is too short is filled up, one that is too long is cut.
fn read(relation: &Relation, directive: &Directive, bytes: &[u8]) -> Option<FactTable> {
    let Whole { header, mut rows } = io::whole(relation, directive, bytes)?;
    let columns: Vec<(String, Primitive)> = match header {
        Some(names) => {
            let kind = |name: &str| {
                let declared = relation.columns.iter().find(|column| column.name == name);
                declared.map_or(Primitive::Symbol, |column| column.primitive)
            };
            names
                .into_iter()
                .map(|name| {
                    let kind = kind(&name);
                    (name, kind)
                })
                .collect()
        }
        None => relation.columns.iter().map(|it| (it.name.clone(), it.primitive)).collect(),
    };
    rows.iter_mut().for_each(|row| row.resize(columns.len(), String::new()));
    let meaning = relation.doc.text.split(". ").next().unwrap_or_default();
    let meaning = meaning.trim_end_matches('.').to_owned();
    Some(FactTable { name: relation.name.clone(), meaning, columns, rows })
}
