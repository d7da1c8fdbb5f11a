//! JSON. The types here are the schema, and `docs/json.md` describes them.
//!
//! Keys come in the order of the fields below, rows in the order of the table, so the same answer
//! is the same bytes. A change that takes something away or gives it another meaning makes a new
//! schema name; a field more does not.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::value::{Constant, Primitive};

use super::explanation::array;
use super::tree::Tree;
use super::{Document, Section, Stamp, Table};

/// The name of the schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Schema {
    /// The first.
    #[serde(rename = "archlog/1")]
    One,
}

#[derive(Serialize)]
struct ReportSchema<'a> {
    schema: Schema,
    archlog: &'a str,
    rulebook: RulebookSchema<'a>,
    /// Written one by one.
    documents: [DocumentSchema<'a>; 0],
}

#[derive(Serialize)]
struct DocumentSchema<'a> {
    name: &'a str,
    title: &'a str,
    sections: Vec<SectionSchema<'a>>,
}

#[derive(Serialize)]
pub(super) struct RulebookSchema<'a> {
    version: &'a str,
    hash: &'a str,
}

#[derive(Serialize)]
struct SectionSchema<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    within: &'a str,
    title: &'a str,
    paragraphs: &'a [String],
    tables: Vec<TableSchema<'a>>,
}

#[derive(Serialize)]
struct AnswerSchema<'a> {
    schema: Schema,
    archlog: &'a str,
    rulebook: RulebookSchema<'a>,
    table: TableSchema<'a>,
}

#[derive(Serialize)]
struct TableSchema<'a> {
    name: &'a str,
    title: &'a str,
    columns: Vec<ColumnSchema<'a>>,
    rows: Vec<Vec<Value<'a>>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    goals: &'a [String],
}

#[derive(Serialize)]
struct ColumnSchema<'a> {
    name: &'a str,
    title: &'a str,
    #[serde(rename = "type")]
    ty: &'static str,
}

/// A symbol is a string; all else is a number, and a float that JSON has no number for is a string.
struct Value<'a>(&'a Constant);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Constant::Symbol(text) => serializer.serialize_str(text),
            Constant::Number(number) => serializer.serialize_i64(*number),
            Constant::Unsigned(number) => serializer.serialize_u64(*number),
            Constant::Float(number) if number.is_finite() => serializer.serialize_f64(*number),
            Constant::Float(number) => serializer.collect_str(number),
            record @ Constant::Record(_) => serializer.collect_str(record),
        }
    }
}

/// A report up to its documents.
pub(super) fn open(stamp: &Stamp) -> String {
    let whole = pretty(&ReportSchema {
        schema: Schema::One,
        archlog: &stamp.archlog,
        rulebook: rulebook(stamp),
        documents: [],
    });
    // An empty array and the end of the object: what `close` writes.
    whole.strip_suffix(EMPTY).map_or(String::new(), str::to_owned)
}

/// How a report ends that has no documents.
const EMPTY: &str = "[]\n}\n";

/// A document in its place in the array of documents.
pub(super) fn document(document: &Document, first: bool) -> String {
    let schema = DocumentSchema {
        name: &document.name,
        title: &document.title,
        sections: document.sections.iter().map(section).collect(),
    };
    // Line breaks inside of strings are escaped, so these are all between values.
    let indented = pretty(&schema).trim_end().replace('\n', "\n    ");
    format!("{}\n    {indented}", if first { "[" } else { "," })
}

/// What follows the documents. A report without explanations has no key for them.
pub(super) fn close(empty: bool, explanations: &[Tree]) -> String {
    let documents = if empty { "[]" } else { "\n  ]" };
    if explanations.is_empty() {
        return format!("{documents}\n}}\n");
    }
    format!("{documents},\n  \"explanations\": {}\n}}\n", array(explanations))
}

/// A table as one object, with the stamp of what made it.
pub fn table_json(table: &Table, stamp: &Stamp) -> String {
    pretty(&AnswerSchema {
        schema: Schema::One,
        archlog: &stamp.archlog,
        rulebook: rulebook(stamp),
        table: table_schema(table),
    })
}

/// A table as an object a line, keyed by the names of its columns.
pub fn json_lines(table: &Table) -> String {
    struct Row<'a>(&'a Table, &'a [Constant]);
    impl Serialize for Row<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(self.1.len()))?;
            for (column, value) in self.0.columns.iter().zip(self.1) {
                map.serialize_entry(&column.name, &Value(value))?;
            }
            map.end()
        }
    }
    let mut out = String::new();
    for row in &table.rows {
        // Writing strings and numbers to memory cannot fail.
        out.push_str(&serde_json::to_string(&Row(table, row)).unwrap_or_default());
        out.push('\n');
    }
    out
}

pub(super) fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

pub(super) fn rulebook(stamp: &Stamp) -> RulebookSchema<'_> {
    RulebookSchema { version: &stamp.rulebook, hash: &stamp.hash }
}

fn section(section: &Section) -> SectionSchema<'_> {
    let goals = |at: usize| section.goals.get(at).map_or(&[][..], Vec::as_slice);
    let table = |(at, table)| TableSchema { goals: goals(at), ..table_schema(table) };
    SectionSchema {
        name: &section.name,
        within: &section.within,
        title: &section.title,
        paragraphs: &section.paragraphs,
        tables: section.tables.iter().enumerate().map(table).collect(),
    }
}

fn table_schema(table: &Table) -> TableSchema<'_> {
    let columns = table.columns.iter().map(|column| ColumnSchema {
        name: &column.name,
        title: &column.title,
        ty: Primitive::name(column.primitive),
    });
    TableSchema {
        name: &table.name,
        title: &table.title,
        columns: columns.collect(),
        rows: table.rows.iter().map(|row| row.iter().map(Value).collect()).collect(),
        goals: &[],
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::awkward;
    use super::super::{Format, Heading, Report};
    use super::*;

    #[test]
    fn a_report_is_one_object_of_the_named_schema() {
        let text = Format::Json.whole(&awkward());
        assert!(
            text.starts_with("{\n  \"schema\": \"archlog/1\",\n  \"archlog\": \"0.1.0\","),
            "{text}"
        );
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["rulebook"]["hash"], "abc123");
        let table = &value["documents"][0]["sections"][0]["tables"][0];
        assert_eq!(table["columns"][1]["type"], "number");
        assert_eq!(table["rows"][0][0], "P1\nwrite | read");
        assert_eq!(table["rows"][1][1], -10);
        assert_eq!(Format::Json.whole(&awkward()), text);
        assert_eq!(
            serde_json::to_string_pretty(&value).unwrap().lines().count(),
            text.lines().count()
        );
    }

    #[test]
    fn a_report_has_any_number_of_documents() {
        for count in 0..3 {
            let mut report = awkward();
            report.documents = vec![report.documents[0].clone(); count];
            let value: serde_json::Value =
                serde_json::from_str(&Format::Json.whole(&report)).unwrap();
            assert_eq!(value["documents"].as_array().unwrap().len(), count);
        }
        assert!(Format::Json.whole(&Report::default()).contains("\"schema\": \"archlog/1\""));
    }

    #[test]
    fn every_kind_of_value_keeps_its_digits() {
        let values = [
            Constant::Number(i64::MIN),
            Constant::Unsigned(u64::MAX),
            Constant::Float(0.5),
            Constant::Float(f64::INFINITY),
        ];
        let table = Table {
            columns: ["a", "b", "c", "d"]
                .iter()
                .zip(&values)
                .map(|(name, value)| Heading::new(*name, value.primitive()))
                .collect(),
            rows: vec![values.to_vec()],
            ..Table::default()
        };
        assert_eq!(
            json_lines(&table),
            "{\"a\":-9223372036854775808,\"b\":18446744073709551615,\"c\":0.5,\"d\":\"inf\"}\n"
        );
    }

    #[test]
    fn an_answer_has_its_table_and_its_stamp() {
        let report = awkward();
        let text = table_json(&report.documents[0].sections[0].tables[0], &report.stamp);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["schema"], "archlog/1");
        assert_eq!(value["table"]["name"], "sheet_x");
    }
}
