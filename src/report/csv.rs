//! Tables for other programs: CSV as RFC 4180 has it, and tab-separated values.

use super::Table;

/// A table as CSV: a header of titles, fields quoted where they must be, lines ended by a line
/// feed alone.
pub fn csv(table: &Table) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    // Writing to memory cannot fail, and rows of any length are accepted.
    let _ = writer.write_record(table.columns.iter().map(|column| &column.title));
    for row in &table.rows {
        let _ = writer.write_record(row.iter().map(|cell| cell.to_string()));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// Tables as CSV, parted by an empty line.
pub fn csv_of_all<'a>(tables: impl IntoIterator<Item = &'a Table>) -> String {
    let tables: Vec<String> = tables.into_iter().map(csv).collect();
    tables.join("\n")
}

/// A table as tab-separated values: a header of titles; tab, line feed, carriage return and
/// backslash in a field are written `\t`, `\n`, `\r` and `\\`.
pub fn tsv(table: &Table) -> String {
    let mut out = String::new();
    line(table.columns.iter().map(|column| column.title.clone()), &mut out);
    for row in &table.rows {
        line(row.iter().map(|cell| cell.to_string()), &mut out);
    }
    out
}

fn line(fields: impl Iterator<Item = String>, out: &mut String) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            out.push('\t');
        }
        for character in field.chars() {
            match character {
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\\' => out.push_str("\\\\"),
                other => out.push(other),
            }
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::super::tests::awkward;
    use super::*;

    #[test]
    fn csv_quotes_what_must_be_quoted() {
        assert_eq!(
            csv(&awkward().documents[0].sections[0].tables[0]),
            "Path,N\n\"P1\nwrite | read\",7\n\"a \"\"b\"\", <c> & *d*\t\u{1b}[31m\",-10\n,0\n"
        );
    }

    #[test]
    fn csv_tells_an_empty_field_from_an_empty_line() {
        let table = Table {
            columns: vec![super::super::Heading::new("a", crate::value::Primitive::Symbol)],
            rows: vec![vec![crate::value::Constant::Symbol("".into())]],
            ..Table::default()
        };
        assert_eq!(csv(&table), "a\n\"\"\n");
    }

    #[test]
    fn tsv_has_a_line_a_row() {
        assert_eq!(
            tsv(&awkward().documents[0].sections[0].tables[0]),
            "Path\tN\nP1\\nwrite | read\t7\na \"b\", <c> & *d*\\t\u{1b}[31m\t-10\n\t0\n"
        );
    }
}
