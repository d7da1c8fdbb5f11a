//! Aligned tables for a terminal or a plain file.

use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle,
    TableStyle, Width,
};
use unicode_width::UnicodeWidthStr;

use crate::value::Constant;

use super::wrap::{shared, wrapped, wrapped_from};
use super::{Document, Drawing, Stamp, Table};

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
            for line in paragraph.lines() {
                prose(&mut out, line, look);
            }
        }
        for drawing in &section.drawings {
            match drawing {
                Drawing::Items(items) => {
                    listed(&mut out, items, look);
                }
                _ => {
                    for line in drawing.text().lines() {
                        hanging(&mut out, line, look);
                    }
                }
            }
        }
        for table in &section.shown() {
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

/// A line of prose, in several where it is wider than the look.
fn prose(out: &mut String, line: &str, look: Look) {
    for line in wrapped(&visible(line), look.width.map(usize::from)) {
        out.push_str(&line);
        out.push('\n');
    }
}

/// Short texts one after the other; a line ends between two of them where it can.
fn listed(out: &mut String, items: &[String], look: Look) {
    let mut line = String::new();
    for (at, item) in items.iter().enumerate() {
        let item = visible(item);
        let dot = if at + 1 < items.len() { " ·" } else { "" };
        let wide = line.width() + 1 + item.width() + dot.width();
        if !line.is_empty() && look.width.is_some_and(|width| wide > usize::from(width)) {
            prose(out, &line, look);
            line.clear();
        }
        let gap = if line.is_empty() { "" } else { " " };
        line.push_str(&format!("{gap}{item}{dot}"));
    }
    prose(out, &line, look);
}

/// A line of a drawing; what does not fit goes on further in than it starts.
fn hanging(out: &mut String, line: &str, look: Look) {
    let line = visible(line);
    let text = line.trim_start_matches(' ');
    let start = line.len() - text.len();
    let Some(width) = look.width.map(usize::from).filter(|width| line.width() > *width) else {
        out.push_str(&line);
        out.push('\n');
        return;
    };
    let hang = start + 4;
    for (row, part) in wrapped_from(text, width, start, hang).iter().enumerate() {
        out.push_str(&" ".repeat(if row == 0 { start } else { hang }));
        out.push_str(part);
        out.push('\n');
    }
}

/// The widest line and the widest word of each column, its heading included.
fn extents(table: &Table) -> Vec<(usize, usize)> {
    let widest = |text: &str| {
        let line = text.lines().map(UnicodeWidthStr::width).max();
        let word = text.split_whitespace().map(UnicodeWidthStr::width).max();
        (line.unwrap_or(0), word.unwrap_or(0))
    };
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(at, column)| {
            let cells = table.rows.iter().filter_map(|row| row.get(at));
            let cells = cells.map(|cell| widest(&visible(&cell.to_string())));
            let heading = widest(&visible(&column.title));
            cells.fold(heading, |(line, word), (l, w)| (line.max(l), word.max(w)))
        })
        .collect()
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
    if let Some(width) = look.width {
        let extents = extents(table);
        // A column has a blank on either side and a line before it; the last has one behind it.
        let room = usize::from(width).saturating_sub(3 * extents.len() + 1);
        let fits = extents.iter().map(|(line, _)| line).sum::<usize>() <= room;
        for (index, width) in shared(&extents, room).into_iter().enumerate() {
            if let Some(column) = grid.column_mut(index).filter(|_| !fits) {
                let width = Width::Fixed(u16::try_from(width + 2).unwrap_or(u16::MAX));
                column.set_constraint(ColumnConstraint::Absolute(width));
            }
        }
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

    #[test]
    fn nothing_breaks_within_a_word_where_its_column_can_hold_it() {
        let heading = |title| Heading::new(title, Primitive::Symbol);
        let long = "a sentence of many short words that takes all the room it can get";
        let row = [long, "reconciliation drift", "no"].map(|it| Constant::Symbol(it.into()));
        let table = Table {
            columns: vec![heading("text"), heading("word"), heading("short")],
            rows: vec![row.to_vec(); 2],
            ..Table::default()
        };
        let narrow = text_table(&table, Look { width: Some(48), ..Look::default() });
        assert!(narrow.contains("reconciliation"), "{narrow}");
        assert!(narrow.lines().all(|line| line.width() <= 48), "{narrow}");
    }

    #[test]
    fn prose_and_lists_fit_the_width() {
        let section = crate::report::Section {
            title: "Title".to_owned(),
            paragraphs: vec!["one two three four five six seven".to_owned()],
            drawings: vec![Drawing::Items(
                ["one two", "three four", "five six"].map(str::to_owned).to_vec(),
            )],
            ..crate::report::Section::default()
        };
        let page = Document { sections: vec![section], ..Document::default() };
        let look = Look { width: Some(20), ..Look::default() };
        assert_eq!(
            super::document(&page, look),
            "\nTitle\n─────\none two three four\nfive six seven\none two ·\nthree four ·\nfive six\n"
        );
    }
}
