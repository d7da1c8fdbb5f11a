//! Aligned tables for a terminal or a plain file.

use comfy_table::{
    Cell, CellAlignment, ContentArrangement, ContentLineStyle, LineStyle, TableStyle,
};

use crate::value::Constant;

use super::{Document, Stamp, Table};

const LINES: TableStyle = TableStyle::new()
    .top_border(LineStyle::new('┌', '─', '┬', '┐'))
    .header_lines(ContentLineStyle::new('│', '│', '│'))
    .header_separator(LineStyle::new('╞', '═', '╪', '╡'))
    .content_lines(ContentLineStyle::new('│', '│', '│'))
    .bottom_border(LineStyle::new('└', '─', '┴', '┘'));

const ASCII_LINES: TableStyle = TableStyle::new()
    .top_border(LineStyle::new('+', '-', '+', '+'))
    .header_lines(ContentLineStyle::new('|', '|', '|'))
    .header_separator(LineStyle::new('+', '=', '+', '+'))
    .content_lines(ContentLineStyle::new('|', '|', '|'))
    .bottom_border(LineStyle::new('+', '-', '+', '+'));

/// How text is to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Look {
    /// The width to fit into, where there is one.
    pub width: Option<u16>,
    /// Whether only ASCII may be used for lines.
    pub ascii: bool,
    /// Whether titles are bold.
    pub styled: bool,
}

impl Look {
    fn title(self, title: &str) -> String {
        let title = visible(title);
        if self.styled { format!("\u{1b}[1m{title}\u{1b}[0m") } else { title }
    }
}

/// What made it, in the first line.
pub(super) fn open(stamp: &Stamp) -> String {
    format!("{}\n", stamp.line())
}

/// A document: its title and its sections.
pub(super) fn document(document: &Document, look: Look) -> String {
    let mut out = String::new();
    if !document.title.is_empty() {
        let rule = if look.ascii { "=" } else { "═" };
        let under = rule.repeat(document.title.chars().count());
        out.push_str(&format!("\n{}\n{under}\n", look.title(&document.title)));
    }
    let heads: Vec<&str> = document.sections.iter().map(|it| it.within.as_str()).collect();
    for section in &document.sections {
        out.push('\n');
        out.push_str(&look.title(&section.title));
        out.push('\n');
        if heads.contains(&section.name.as_str()) {
            let rule = if look.ascii { "-" } else { "─" };
            out.push_str(&format!("{}\n", rule.repeat(section.title.chars().count())));
        }
        for paragraph in &section.paragraphs {
            out.push_str(&visible(paragraph));
            out.push('\n');
        }
        for drawing in &section.drawings {
            out.push_str(&visible(&drawing.text()));
        }
        for table in section.shown() {
            if let Some(title) = section.title_of(table) {
                out.push('\n');
                out.push_str(&look.title(title));
                out.push('\n');
            }
            if table.rows.is_empty() {
                out.push_str("(none)\n");
            } else {
                out.push_str(&text_table(table, look));
            }
        }
    }
    out
}

/// A table without its title. Rows are ruled off where a cell has several lines.
pub fn text_table(table: &Table, look: Look) -> String {
    let several_lines = table
        .rows
        .iter()
        .flatten()
        .any(|cell| matches!(cell, Constant::Symbol(text) if text.contains('\n')));
    let mut grid = comfy_table::Table::new();
    let style = if look.ascii { ASCII_LINES } else { LINES };
    grid.load_style(match (several_lines, look.ascii) {
        (false, _) => style,
        (true, true) => style.row_separator(LineStyle::new('+', '-', '+', '+')),
        (true, false) => style.row_separator(LineStyle::new('├', '─', '┼', '┤')),
    });
    match look.width {
        Some(width) => {
            grid.set_content_arrangement(ContentArrangement::Dynamic);
            grid.set_width(width);
        }
        None => {
            grid.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    grid.set_header(table.columns.iter().map(|column| visible(&column.title)));
    for row in &table.rows {
        grid.add_row(row.iter().map(|cell| Cell::new(visible(&cell.to_string()))));
    }
    for (index, column) in table.columns.iter().enumerate() {
        if column.numeric()
            && let Some(column) = grid.column_mut(index)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut out = String::new();
    for line in grid.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// A text that cannot give orders to the terminal: control characters are written out.
pub(super) fn visible(text: &str) -> String {
    if !text.contains(|character: char| character.is_control() && character != '\n') {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\n' {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::awkward;
    use super::*;
    use crate::report::{Format, Heading};
    use crate::value::Primitive;

    #[test]
    fn a_report_is_aligned_and_cells_have_several_lines() {
        let look = Look { ascii: true, ..Look::default() };
        assert_eq!(
            Format::Text(look).whole(&awkward()),
            "\
archlog 0.1.0, rulebook 1.0.0 (abc123)

Auction
=======

Sheet X — <Awkward>
+------------------------------+-----+
| Path                         |   N |
+==============================+=====+
| P1                           |   7 |
| write | read                 |     |
+------------------------------+-----+
| a \"b\", <c> & *d*\\t\\u{1b}[31m | -10 |
+------------------------------+-----+
|                              |   0 |
+------------------------------+-----+

Open items
Nothing is open.
"
        );
    }

    #[test]
    fn a_table_fits_the_width_it_is_given() {
        let table = Table {
            columns: vec![Heading::new("text", Primitive::Symbol)],
            rows: vec![vec![Constant::Symbol("many words that do not fit in one line".into())]],
            ..Table::default()
        };
        let wide = text_table(&table, Look::default());
        assert_eq!(wide.lines().count(), 5);
        let narrow = text_table(&table, Look { width: Some(20), ..Look::default() });
        assert!(narrow.lines().all(|line| line.chars().count() <= 20), "{narrow}");
        assert!(narrow.lines().count() > 5);
    }
}
