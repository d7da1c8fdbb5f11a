//! Tables as statements of SQL that PostgreSQL and SQLite both read.
//!
//! Names are quoted, in small letters with underscores. A type is written as it is, but
//! `Enum(A, B)`, which becomes a text with a check. A table comes after those it refers to; where
//! they refer to each other in a circle, the reference that closes it is left out and said so. A
//! table without a primary key is left out, too: nothing says what one of its rows is.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A table of a schema.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SchemaTable {
    /// Its name.
    pub name: String,
    /// What it is.
    pub comment: String,
    /// Its columns, in order.
    pub columns: Vec<SchemaColumn>,
    /// The columns of its primary key, in order.
    pub primary: Vec<String>,
    /// The columns of its other keys, each unique.
    pub unique: Vec<Vec<String>>,
    /// Its keys that some of its rows have.
    pub partial: Vec<PartialKey>,
    /// The columns of its indices.
    pub indices: Vec<Vec<String>>,
    /// Its columns that refer to the primary key of another table.
    pub references: Vec<(String, String)>,
}

/// A key that is unique among the rows that have one of some values in a column.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PartialKey {
    /// The columns of the key, in order.
    pub columns: Vec<String>,
    /// The column that tells the rows.
    pub told_by: String,
    /// The values that it has in them.
    pub values: Vec<String>,
}

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SchemaColumn {
    /// Its name.
    pub name: String,
    /// Its type in SQL, or `Enum(A, B)`.
    pub ty: String,
    /// Whether it may be null.
    pub null: bool,
    /// What is said of it.
    pub comment: String,
}

/// The statements that create tables.
pub fn sql(tables: &[SchemaTable]) -> String {
    let mut out = String::new();
    let mut written: Vec<&str> = Vec::new();
    // Indices are named among the tables.
    let mut names: BTreeSet<String> = tables.iter().map(|table| quoted(&table.name)).collect();
    let (mut waiting, keyless): (Vec<&SchemaTable>, Vec<&SchemaTable>) =
        tables.iter().partition(|table| !table.primary.is_empty());
    while !waiting.is_empty() {
        let ready = |table: &&SchemaTable| {
            let others = table.references.iter().map(|(_, other)| other.as_str());
            others.into_iter().all(|other| {
                let left_out = keyless.iter().any(|table| table.name == other);
                other == table.name || left_out || written.contains(&other)
            })
        };
        let place = waiting.iter().position(ready).unwrap_or(0);
        let table = waiting.remove(place);
        create(table, tables, &written, &mut names, &mut out);
        written.push(&table.name);
    }
    for table in keyless {
        let comment = line(&table.comment);
        let said = if comment.is_empty() { String::new() } else { format!(" ({comment})") };
        let _ =
            writeln!(out, "-- {}{said}: no table, as nothing identifies a row", line(&table.name));
    }
    out
}

fn create(
    table: &SchemaTable,
    all: &[SchemaTable],
    written: &[&str],
    names: &mut BTreeSet<String>,
    out: &mut String,
) {
    // Writing to a string cannot fail, here and below.
    if !table.comment.is_empty() {
        let _ = writeln!(out, "-- {}: {}", line(&table.name), line(&table.comment));
    }
    let mut parts: Vec<(String, &str)> = Vec::new();
    for column in &table.columns {
        let null = if column.null { "" } else { " NOT NULL" };
        let (name, ty) = (quoted(&column.name), typed(column));
        parts.push((format!("{name} {ty}{null}"), &column.comment));
    }
    if !table.primary.is_empty() {
        parts.push((format!("PRIMARY KEY ({})", list(&table.primary)), ""));
    }
    let unique = table.unique.iter().filter(|key| **key != table.primary);
    parts.extend(unique.map(|key| (format!("UNIQUE ({})", list(key)), "")));
    let mut closing = Vec::new();
    for (column, other) in &table.references {
        let key = all.iter().find(|it| it.name == *other).map(|it| it.primary.as_slice());
        let there = other == &table.name || written.contains(&other.as_str());
        match key {
            Some([key]) if there => {
                let (column, other, key) = (quoted(column), quoted(other), quoted(key));
                parts.push((format!("FOREIGN KEY ({column}) REFERENCES {other} ({key})"), ""));
            }
            _ => closing.push((column, other)),
        }
    }
    for (column, other) in closing {
        let _ = writeln!(out, "-- {} refers to {}", line(column), line(other));
    }
    let _ = writeln!(out, "CREATE TABLE {} (", quoted(&table.name));
    for (place, (part, comment)) in parts.iter().enumerate() {
        let comma = if place + 1 < parts.len() { "," } else { "" };
        let comment =
            if comment.is_empty() { String::new() } else { format!("  -- {}", line(comment)) };
        let _ = writeln!(out, "  {part}{comma}{comment}");
    }
    out.push_str(");\n");
    let on = quoted(&table.name);
    for key in &table.partial {
        let told = key.columns.iter().chain(&key.values).map(String::as_str);
        let Some(name) = free_name(&table.name, told, names) else { continue };
        let (columns, told_by, values) = (
            list(&key.columns),
            quoted(&key.told_by),
            texts(key.values.iter().map(String::as_str)),
        );
        let _ = writeln!(
            out,
            "CREATE UNIQUE INDEX {name} ON {on} ({columns}) WHERE {told_by} IN ({values});"
        );
    }
    for (place, index) in table.indices.iter().enumerate() {
        // A key of its columns is an index on them already.
        let earlier = table.indices.iter().take(place);
        if *index == table.primary || table.unique.iter().chain(earlier).any(|key| key == index) {
            continue;
        }
        let told = index.iter().map(String::as_str);
        let Some(name) = free_name(&table.name, told, names) else { continue };
        let _ = writeln!(out, "CREATE INDEX {name} ON {on} ({});", list(index));
    }
    out.push('\n');
}

/// A name for an index that nothing has yet.
fn free_name<'a>(
    table: &'a str,
    told: impl Iterator<Item = &'a str>,
    names: &mut BTreeSet<String>,
) -> Option<String> {
    let parts: Vec<&str> = std::iter::once(table).chain(told).collect();
    let mut all = (1..).map(|place| match place {
        1 => quoted(&parts.join("_")),
        _ => quoted(&format!("{}_{place}", parts.join("_"))),
    });
    all.find(|name| names.insert(name.clone()))
}

/// Texts in a list.
fn texts<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let quote = |value: &str| format!("'{}'", value.trim().replace('\'', "''"));
    values.map(quote).collect::<Vec<_>>().join(", ")
}

fn typed(column: &SchemaColumn) -> String {
    let values = column.ty.strip_prefix("Enum(").and_then(|rest| rest.strip_suffix(')'));
    match values {
        None => column.ty.clone(),
        Some(values) => {
            format!("TEXT CHECK ({} IN ({}))", quoted(&column.name), texts(values.split(',')))
        }
    }
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}

/// A name in small letters with underscores, quoted.
fn quoted(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    let mut before_small = false;
    for character in name.chars() {
        if character.is_uppercase() && before_small {
            out.push('_');
        }
        before_small = character.is_lowercase() || character.is_numeric();
        out.extend(character.to_lowercase());
    }
    format!("\"{}\"", out.replace('"', "\"\""))
}

/// A text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, ty: &str) -> SchemaColumn {
        SchemaColumn { name: name.to_owned(), ty: ty.to_owned(), ..SchemaColumn::default() }
    }

    #[test]
    fn a_table_comes_after_those_it_refers_to() {
        let line = SchemaTable {
            name: "OrderLine".into(),
            comment: "a line\nof an order".into(),
            columns: vec![column("line_id", "UUID"), column("order_id", "UUID")],
            primary: vec!["line_id".into()],
            unique: vec![vec!["order_id".into(), "line_id".into()]],
            partial: vec![PartialKey {
                columns: vec!["order_id".into()],
                told_by: "state".into(),
                values: vec!["NEW".into(), "DON'T".into()],
            }],
            indices: vec![vec!["order_id".into()]],
            references: vec![("order_id".into(), "Order".into())],
        };
        let order = SchemaTable {
            name: "Order".into(),
            columns: vec![column("order_id", "UUID"), column("state", "Enum(NEW, DON'T)")],
            primary: vec!["order_id".into()],
            ..SchemaTable::default()
        };
        let text = sql(&[line, order]);
        assert_eq!(
            text,
            "CREATE TABLE \"order\" (\n  \"order_id\" UUID NOT NULL,\n  \
             \"state\" TEXT CHECK (\"state\" IN ('NEW', 'DON''T')) NOT NULL,\n  \
             PRIMARY KEY (\"order_id\")\n);\n\n\
             -- OrderLine: a line of an order\n\
             CREATE TABLE \"order_line\" (\n  \"line_id\" UUID NOT NULL,\n  \
             \"order_id\" UUID NOT NULL,\n  PRIMARY KEY (\"line_id\"),\n  \
             UNIQUE (\"order_id\", \"line_id\"),\n  \
             FOREIGN KEY (\"order_id\") REFERENCES \"order\" (\"order_id\")\n);\n\
             CREATE UNIQUE INDEX \"order_line_order_id_new_don't\" ON \"order_line\" (\"order_id\") \
             WHERE \"state\" IN ('NEW', 'DON''T');\n\
             CREATE INDEX \"order_line_order_id\" ON \"order_line\" (\"order_id\");\n\n"
        );
    }

    #[test]
    fn a_table_without_a_key_is_left_out_and_no_two_indices_have_one_name() {
        let table = |name: &str, indices: Vec<Vec<String>>| SchemaTable {
            name: name.into(),
            columns: vec![column("id", "UUID"), column("b_c", "UUID"), column("c", "UUID")],
            primary: vec!["id".into()],
            indices,
            ..SchemaTable::default()
        };
        let keyless = SchemaTable {
            name: "Map".into(),
            comment: "projection".into(),
            columns: vec![column("updated_at", "TIMESTAMP")],
            ..SchemaTable::default()
        };
        let mut referring = table("A", vec![vec!["b_c".into()]]);
        referring.references = vec![("c".into(), "Map".into())];
        let text =
            sql(&[keyless, referring, table("AB", vec![]), table("a_b", vec![vec!["c".into()]])]);
        assert!(!text.contains("\"map\""), "{text}");
        assert!(
            text.ends_with("-- Map (projection): no table, as nothing identifies a row\n"),
            "{text}"
        );
        assert!(text.contains("-- c refers to Map\n"), "{text}");
        assert!(text.contains("CREATE INDEX \"a_b_c\" ON \"a\""), "{text}");
        assert!(text.contains("CREATE INDEX \"a_b_c_2\" ON \"a_b\""), "{text}");
    }

    #[test]
    fn a_key_is_written_once() {
        let key = || vec!["day".to_owned(), "id".to_owned()];
        let index = || vec!["id".to_owned()];
        let table = SchemaTable {
            name: "Statement".into(),
            columns: vec![column("id", "UUID"), column("day", "DATE")],
            primary: key(),
            unique: vec![key(), index()],
            indices: vec![key(), index(), vec!["day".into()], vec!["day".into()]],
            ..SchemaTable::default()
        };
        let text = sql(&[table]);
        assert_eq!(text.matches("UNIQUE").count(), 1, "{text}");
        assert_eq!(text.matches("INDEX").count(), 1, "{text}");
        assert!(text.contains("CREATE INDEX \"statement_day\" ON \"statement\""), "{text}");
    }

    #[test]
    fn tables_that_refer_to_each_other_are_still_written() {
        let refers = |name: &str, other: &str| SchemaTable {
            name: name.into(),
            columns: vec![column("id", "UUID"), column("other", "UUID")],
            primary: vec!["id".into()],
            references: vec![("other".into(), other.into())],
            ..SchemaTable::default()
        };
        let text = sql(&[refers("A", "B"), refers("B", "A")]);
        assert!(text.starts_with("-- other refers to B\nCREATE TABLE \"a\""), "{text}");
        assert!(text.contains("REFERENCES \"a\""), "{text}");
    }
}
