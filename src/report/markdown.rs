//! GitHub-flavoured Markdown.

use super::diagram::{flowchart, sequence_diagram};
use super::{Document, Drawing, Stamp, Table};

/// A document: headings, paragraphs, tables.
pub(super) fn document(document: &Document) -> String {
    let mut out = String::new();
    if !document.title.is_empty() {
        out.push_str(&format!("# {}\n\n", escape(&document.title)));
    }
    for section in &document.sections {
        let below = if section.within.is_empty() { "" } else { "#" };
        out.push_str(&format!("##{below} {}\n\n", escape(&section.title)));
        for paragraph in &section.paragraphs {
            out.push_str(&format!("{}\n\n", escape(paragraph)));
        }
        for drawing in &section.drawings {
            out.push_str(&drawn(drawing));
            out.push('\n');
        }
        for table in &section.shown() {
            if let Some(title) = section.title_of(table) {
                out.push_str(&format!("###{below} {}\n\n", escape(title)));
            }
            if table.rows.is_empty() {
                out.push_str("(none)\n\n");
            } else {
                out.push_str(&markdown_table(table));
                out.push('\n');
            }
        }
    }
    out
}

/// A drawing as a block that forges draw, or as a list.
fn drawn(drawing: &Drawing) -> String {
    match drawing {
        Drawing::Graph(graph) => format!("```mermaid\n{}```\n", flowchart(graph)),
        Drawing::Sequence(sequence) => format!("```mermaid\n{}```\n", sequence_diagram(sequence)),
        Drawing::Items(items) => items.iter().map(|item| format!("- {}\n", escape(item))).collect(),
        Drawing::Block(block) => {
            let item = |(what, said): &(String, String)| {
                format!("- {}: {}\n", escape(what), escape(said).replace('\n', "<br>"))
            };
            let items: String = block.items.iter().map(item).collect();
            format!("**{}**\n\n{items}", escape(&block.title))
        }
        Drawing::Code(code) => {
            let lines: String = code.lines.iter().map(|line| format!("{line}\n")).collect();
            let fence = fence(&lines);
            format!("**{}**\n\n{fence}text\n{lines}{fence}\n", escape(&code.title))
        }
    }
}

/// A fence that no line of the text ends.
fn fence(text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    fence
}

/// What made it, in the last line.
pub(super) fn close(stamp: &Stamp) -> String {
    format!("*{}*\n", escape(&stamp.line()))
}

/// A table without its title. A cell's lines are parted by `<br>`.
pub fn markdown_table(table: &Table) -> String {
    let mut out = String::from("|");
    for column in &table.columns {
        out.push_str(&format!(" {} |", cell(&column.title)));
    }
    out.push_str("\n|");
    for column in &table.columns {
        out.push_str(if column.numeric() { " ---: |" } else { " --- |" });
    }
    out.push('\n');
    for row in &table.rows {
        out.push('|');
        for value in row {
            out.push_str(&format!(" {} |", cell(&value.to_string())));
        }
        out.push('\n');
    }
    out
}

fn cell(text: &str) -> String {
    escape(text).replace('|', "\\|").replace('\n', "<br>")
}

/// A text that is shown as it is: nothing in it is taken for markup.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' | '`' | '*' | '[' | '~' => out.extend(['\\', character]),
            // Inside a word an underscore means nothing, and most names are full of them.
            '_' => {
                let inside = before.is_some_and(char::is_alphanumeric)
                    && characters.peek().is_some_and(|next| next.is_alphanumeric());
                if !inside {
                    out.push('\\');
                }
                out.push('_');
            }
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            control if control.is_control() && control != '\n' => {
                out.extend(control.escape_default().filter(|character| *character != '\\'));
            }
            other => out.push(other),
        }
        before = Some(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::awkward;
    use super::*;

    #[test]
    fn nothing_in_a_cell_is_taken_for_markup() {
        assert_eq!(
            Format::Markdown.whole(&awkward()),
            "\
# Auction

## Sheet X — &lt;Awkward>

| Path | N |
| --- | ---: |
| P1<br>write \\| read | 7 |
| a \"b\", &lt;c> &amp; \\*d\\*tu{1b}\\[31m | -10 |
|  | 0 |

## Open items

Nothing is open.

*archlog 0.1.0, rulebook 1.0.0 (abc123)*
"
        );
        assert_eq!(escape("place_bid _x_"), "place_bid \\_x\\_");
    }
}
