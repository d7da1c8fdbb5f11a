//! The knowledge base as pages: what it lists, a page for each thing listed, and drawings.
//!
//! Which relations make a page is said by tags on declarations below `queries/kb/`:
//!
//! | tag | on | meaning |
//! | --- | --- | --- |
//! | `@entry` | a relation | its rows are the things listed; the first two columns are id and name |
//! | `@page N` | a relation | a part of a page, at that place; the first column is the id |
//! | `@list` | a part | its one printed column is set as a list and not as a table |
//! | `@edges RELATION` | a part | its rows are boxes (label, kind); the relation holds the arrows |
//! | `@difference` | a relation | what documents say differently of the id in its first column |
//! | `@sequence` | a part | steps of protocols: id, protocol, title, step, actor, next, operation, guard, outcome, branch |

use std::collections::BTreeMap;

use crate::diag::nearest;
use crate::report::diagram::{Message, Sequence};
use crate::report::{Document, Drawing, Section, Table};
use crate::value::{Constant, RelationId, compare_tuples};

use super::Rulebook;
use super::sheet::{Sheet, graph, sheet};

/// Stands for a name while a passage is cut.
const NAME: &str = "\u{0}";

/// A thing that the knowledge base has a page of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A protocol with its drawing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Protocol {
    /// The id of the thing it is a protocol of.
    pub entry: String,
    /// Its own id.
    pub id: String,
    /// Its steps.
    pub sequence: Sequence,
}

/// Why something is not found, and what may have been meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotFound {
    /// What was asked for.
    pub asked: String,
    /// The nearest id or name.
    pub near: Option<String>,
    /// The ids of the things that have the name, where several have.
    pub several: Vec<String>,
}

impl Rulebook {
    /// What the knowledge base lists, in tables.
    pub fn entries(&self) -> Vec<Table> {
        self.tagged("entry")
            .map(|relation| self.base_table(&self.described(relation), None))
            .collect()
    }

    /// The thing of an id or a name, in any case of letters; a name that several things have stands
    /// for none of them.
    pub fn entry(&self, asked: &str) -> Result<Entry, NotFound> {
        let mut entries = Vec::new();
        for relation in self.tagged("entry") {
            entries.extend(self.base_rows(relation, None).into_iter().filter_map(|row| {
                Some(Entry { id: row.first()?.to_string(), name: row.get(1)?.to_string() })
            }));
        }
        let same = |text: &str| text.eq_ignore_ascii_case(asked.trim());
        if let Some(entry) = entries.iter().find(|it| same(&it.id)) {
            return Ok(entry.clone());
        }
        let mut named: Vec<&Entry> = entries.iter().filter(|it| same(&it.name)).collect();
        named.dedup();
        match named.as_slice() {
            [] => {}
            [entry] => return Ok((*entry).clone()),
            several => {
                let several: Vec<String> = several.iter().map(|it| it.id.clone()).collect();
                let near = several.first().cloned();
                return Err(NotFound { asked: asked.to_owned(), near, several });
            }
        }
        let lower = asked.to_lowercase();
        let names: Vec<(String, &str)> = entries
            .iter()
            .flat_map(|it| [&it.id, &it.name])
            .map(|name| (name.to_lowercase(), name.as_str()))
            .collect();
        let near = nearest(&lower, names.iter().map(|(lower, _)| lower.as_str()));
        let near = near.and_then(|near| names.iter().find(|(lower, _)| lower == near));
        let near = near.map(|(_, name)| (*name).to_owned());
        Err(NotFound { asked: asked.to_owned(), near, several: Vec::new() })
    }

    /// What documents say differently, of one thing or of all (`@difference`; the first column is
    /// the id).
    pub fn differences(&self, id: Option<&str>) -> Vec<Table> {
        self.tagged("difference")
            .map(|relation| self.base_table(&self.described(relation), id))
            .collect()
    }

    /// The page of a thing.
    pub fn page(&self, entry: &Entry) -> Document {
        let mut parts: Vec<(i64, RelationId)> = self
            .tagged("page")
            .map(|relation| {
                let tag = self.program.relations[relation.index()].doc.tag("page");
                (tag.and_then(|place| place.parse().ok()).unwrap_or(0), relation)
            })
            .collect();
        parts.sort_unstable();
        let mut sections: Vec<Section> =
            parts.into_iter().filter_map(|(_, relation)| self.part(relation, &entry.id)).collect();
        let cited = self.cited(entry);
        if !cited.is_empty() {
            sections.push(Section {
                name: "sources".to_owned(),
                title: "Sources".to_owned(),
                paragraphs: cited,
                ..Section::default()
            });
        }
        Document { name: entry.id.clone(), title: format!("{} {}", entry.id, entry.name), sections }
    }

    /// The protocols of a thing, or the one of an id.
    pub fn protocols(&self, asked: &str) -> Vec<Protocol> {
        let mut found: Vec<Protocol> = Vec::new();
        for relation in self.tagged("sequence") {
            for row in self.base_rows(relation, None) {
                let text =
                    |column: usize| row.get(column).map(ToString::to_string).unwrap_or_default();
                let (entry, id) = (text(0), text(1));
                if !entry.eq_ignore_ascii_case(asked) && !id.eq_ignore_ascii_case(asked) {
                    continue;
                }
                let message = Message {
                    from: text(4),
                    to: text(5),
                    operation: text(6),
                    guard: text(7),
                    outcome: text(8),
                    branch: !text(9).is_empty(),
                };
                match found.last_mut().filter(|last| last.id == id) {
                    Some(last) => last.sequence.messages.push(message),
                    None => found.push(Protocol {
                        entry,
                        id,
                        sequence: Sequence { title: text(2), messages: vec![message] },
                    }),
                }
            }
        }
        found
    }

    fn part(&self, relation: RelationId, id: &str) -> Option<Section> {
        let declared = &self.program.relations[relation.index()];
        let sheet = self.described(relation);
        let mut section = Section {
            name: sheet.name.clone(),
            title: sheet.title.clone(),
            lean: true,
            ..Section::default()
        };
        if declared.doc.tag("sequence").is_some() {
            let protocols = self.protocols(id).into_iter();
            section.drawings = protocols.map(|it| Drawing::Sequence(it.sequence)).collect();
            section.tables.push(self.base_table(&sheet, Some(id)));
            return (!section.drawings.is_empty()).then_some(section);
        }
        let table = self.base_table(&sheet, Some(id));
        if table.rows.is_empty() {
            return None;
        }
        if declared.doc.tag("list").is_some() {
            let items: Vec<String> =
                table.rows.iter().filter_map(|row| Some(row.first()?.to_string())).collect();
            section.drawings.push(Drawing::Items(items));
        }
        if let Some(edges) = sheet.edges {
            let rows = |relation| self.base_rows(relation, Some(id));
            let drawn = graph(&sheet.title, &rows(relation), &rows(edges), 1);
            section.drawings.push(Drawing::Graph(drawn));
            section.tables.push(self.base_table(&self.described(edges), Some(id)));
        }
        section.tables.push(table);
        Some(section)
    }

    /// The passages that the tables' rows about a thing cite, a line a document.
    fn cited(&self, entry: &Entry) -> Vec<String> {
        let mut passages: BTreeMap<String, Vec<String>> = BTreeMap::new();
        self.each_table(&mut |table, rows| {
            rows(&mut |row| {
                if row.first().is_none_or(|first| *first != entry.id) {
                    return;
                }
                let cited = table.citation(row);
                // A passage is cited as far as its second heading; a name may have a stroke in it.
                let marked = cited.section.replace(&entry.name, NAME);
                let short: Vec<&str> = marked.split(" / ").take(2).collect();
                let passage = format!("\"{}\"", short.join(" / ").replace(NAME, &entry.name));
                let known = passages.entry(cited.source).or_default();
                if !known.contains(&passage) {
                    known.push(passage);
                }
            });
        });
        passages
            .into_iter()
            .map(|(source, found)| format!("{source} {}", found.join(" · ")))
            .collect()
    }

    pub(super) fn tagged<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = RelationId> + 'a {
        let relations = self.program.relations.iter().enumerate();
        relations
            .filter(move |(_, relation)| relation.doc.tag(tag).is_some())
            .map(|(index, _)| RelationId::from(index))
    }

    fn described(&self, relation: RelationId) -> Sheet {
        sheet(&self.program, relation)
    }

    /// The rows of a relation that no design changes, sorted; those alone that begin with an id.
    pub(super) fn base_rows(&self, relation: RelationId, id: Option<&str>) -> Vec<Vec<Constant>> {
        let declared = &self.program.relations[relation.index()];
        let mut tuples: Vec<Vec<Constant>> = self
            .base
            .relation(relation)
            .rows()
            .map(|row| {
                let words = row.iter().zip(&declared.columns);
                words
                    .map(|(word, column)| self.interner.constant(*word, column.primitive))
                    .collect::<Vec<Constant>>()
            })
            .filter(|row| id.is_none_or(|id| row.first().is_some_and(|it| it.to_string() == id)))
            .collect();
        tuples.sort_by(|a, b| compare_tuples(a, b));
        tuples
    }

    /// The printed columns of a relation that no design changes.
    fn base_table(&self, sheet: &Sheet, id: Option<&str>) -> Table {
        sheet.table(&self.program, self.base_rows(sheet.relation, id))
    }
}
