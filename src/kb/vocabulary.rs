//! The vocabulary as a page: what designs state, what the rulebook promises to conclude, and the
//! closed lists that values come from. `docs/vocabulary.md` is this page; a test holds it so.
//!
//! The page is made from declarations and their comment blocks. The relations it shows are those of
//! every file that declares one with `@stated`; the tables behind them are the relations marked
//! `@reference`, laid out like sheets.

use crate::analyze::program::Relation;
use crate::diag::SourceId;
use crate::report::{Heading, Table, markdown_table};
use crate::value::{Constant, Primitive, RelationId};

use super::sheet::{Sheet, sheet};
use super::{Rulebook, is_stated};

/// The page, in Markdown.
pub fn vocabulary(rulebook: &Rulebook) -> String {
    let relations = &rulebook.program.relations;
    let files: Vec<SourceId> = relations
        .iter()
        .filter(|relation| is_stated(relation))
        .map(|relation| relation.span.source)
        .collect();
    let shown = relations.iter().filter(|relation| files.contains(&relation.span.source));
    let shown = shown.map(|it| &**it);
    let (stated, derived): (Vec<&Relation>, Vec<&Relation>) = shown.partition(|it| is_stated(it));
    let references = relations.iter().enumerate().filter_map(|(index, relation)| {
        relation.doc.tag("reference")?;
        let sheet = sheet(&rulebook.program, RelationId::from(index));
        Some((table(rulebook, &sheet), sheet))
    });
    let mut page = String::from(
        "# Vocabulary\n\nGenerated from the declarations in `rules/` and the tables in `facts/`; \
         `ARCHLOG_UPDATE=1 cargo test --test vocabulary` writes it anew.\n\n\
         A design states facts of the relations under *Stated*; the rulebook concludes those under \
         *Derived*, and both can be asked for with `archlog query`. Columns may be added at the \
         end of a derived relation, none is taken away. The tables behind them list every value \
         that a closed field can have.\n",
    );
    for (title, relations) in [("Stated", stated), ("Derived", derived)] {
        page.push_str(&format!("\n## {title}\n\n"));
        page.push_str(&index(&relations));
        for relation in relations {
            page.push_str(&entry(relation));
        }
    }
    for (table, sheet) in references {
        page.push_str(&format!("\n## {}\n", table.title));
        if !sheet.note.is_empty() {
            page.push_str(&format!("\n{}\n", sheet.note));
        }
        page.push_str(&format!("\n{}", markdown_table(&table)));
    }
    page
}

/// Links to the entries, in one paragraph.
fn index(relations: &[&Relation]) -> String {
    let links: Vec<String> =
        relations.iter().map(|relation| format!("[{0}](#{0})", relation.name)).collect();
    format!("{}\n", links.join(" · "))
}

/// One relation: what it means, its columns, its citations.
fn entry(relation: &Relation) -> String {
    let mut text = format!("\n### {}\n\n{}\n", relation.name, relation.doc.text);
    let symbol = |text: &str| Constant::Symbol(text.into());
    let meaning = |name: &str| {
        let tags = relation.doc.all("column").filter_map(|tag| tag.split_once(char::is_whitespace));
        tags.into_iter().find(|(column, _)| *column == name).map_or("", |(_, text)| text.trim())
    };
    let heading = |name: &str| Heading::new(name, Primitive::Symbol);
    let columns = relation.columns.iter().map(|column| {
        let (name, primitive) = (column.name.as_str(), column.primitive.name());
        vec![symbol(name), symbol(primitive), symbol(meaning(name))]
    });
    let table = Table {
        columns: ["Column", "Type", "Meaning"].map(heading).to_vec(),
        rows: columns.collect(),
        ..Table::default()
    };
    if !relation.columns.is_empty() {
        text.push_str(&format!("\n{}", markdown_table(&table)));
    }
    let sources: Vec<&str> = relation.doc.all("source").collect();
    if !sources.is_empty() {
        text.push_str(&format!("\nSource: {}\n", sources.join("; ")));
    }
    text
}

/// A table of the knowledge base. Rows that differ in the last printed column alone are one row.
fn table(rulebook: &Rulebook, sheet: &Sheet) -> Table {
    let mut table = sheet.table(&rulebook.program, rulebook.base_rows(sheet.relation, None));
    let mut rows: Vec<Vec<Constant>> = Vec::new();
    for mut row in table.rows {
        let Some(last) = row.pop() else { continue };
        match rows.last_mut() {
            Some(above) if !row.is_empty() && above[..row.len()] == row[..] => {
                if let Some(cell) = above.last_mut() {
                    *cell = Constant::Symbol(format!("{cell} · {last}").into());
                }
            }
            _ => {
                row.push(last);
                rows.push(row);
            }
        }
    }
    table.rows = rows;
    table
}
