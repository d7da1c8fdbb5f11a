//! JSON. The types here are the schema, and `docs/json.md` describes them.
//!
//! Keys come in the order of the fields below, rows in the order of the table, so the same answer
//! is the same bytes. A change that takes something away or gives it another meaning makes a new
//! schema name; a field more does not.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::value::{Constant, Primitive};

use super::{Report, Section, Stamp, Table};

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
    documents: Vec<DocumentSchema<'a>>,
}

#[derive(Serialize)]
struct DocumentSchema<'a> {
    name: &'a str,
    title: &'a str,
    sections: Vec<SectionSchema<'a>>,
}

#[derive(Serialize)]
struct RulebookSchema<'a> {
    version: &'a str,
    hash: &'a str,
}

#[derive(Serialize)]
struct SectionSchema<'a> {
    name: &'a str,
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
        }
    }
}

/// A report as one object.
pub fn json(report: &Report) -> String {
    let documents = report.documents.iter().map(|document| DocumentSchema {
        name: &document.name,
        title: &document.title,
        sections: document.sections.iter().map(section).collect(),
    });
    pretty(&ReportSchema {
        schema: Schema::One,
        archlog: &report.stamp.archlog,
        rulebook: rulebook(&report.stamp),
        documents: documents.collect(),
    })
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

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

fn rulebook(stamp: &Stamp) -> RulebookSchema<'_> {
    RulebookSchema { version: &stamp.rulebook, hash: &stamp.hash }
}

fn section(section: &Section) -> SectionSchema<'_> {
    SectionSchema {
        name: &section.name,
        title: &section.title,
        paragraphs: &section.paragraphs,
        tables: section.tables.iter().map(table_schema).collect(),
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
    }
}

#[cfg(test)]
mod tests {
    use super::super::Heading;
    use super::super::tests::awkward;
    use super::*;

    #[test]
    fn a_report_is_one_object_of_the_named_schema() {
        let text = json(&awkward());
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
        assert_eq!(json(&awkward()), text);
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
