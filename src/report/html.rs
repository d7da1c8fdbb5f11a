//! One page that needs nothing beside it.

use super::diagram::{sequence_svg, sequence_text, svg};
use super::{Document, Drawing, Stamp, Table};

pub(super) const STYLE: &str = include_str!("page.css");

/// The head of the page and what made it; `style` is what its own style has to be added.
pub(super) fn open(stamp: &Stamp, title: &str, style: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n\
         <p class=\"stamp\">{}</p>\n",
        escape(title),
        escape(&stamp.line())
    )
}

/// The end of the page.
pub(super) fn close() -> String {
    "</body>\n</html>\n".to_owned()
}

/// A document with links to its sections.
pub(super) fn document(document: &Document) -> String {
    // An id has no blanks.
    let called: Vec<&str> = document.name.split_whitespace().collect();
    let called = called.join("-");
    let anchor = |name: &str| escape(&format!("{called}.{name}"));
    let mut out = format!("<h1>{}</h1>\n<nav><ul>\n", escape(&document.title));
    for section in document.sections.iter().filter(|section| section.within.is_empty()) {
        let (name, title) = (anchor(&section.name), escape(&section.title));
        out.push_str(&format!("<li><a href=\"#{name}\">{title}</a></li>\n"));
    }
    out.push_str("</ul></nav>\n");
    for section in &document.sections {
        let (name, title) = (anchor(&section.name), escape(&section.title));
        let level = if section.within.is_empty() { 2 } else { 3 };
        out.push_str(&format!("<section id=\"{name}\">\n<h{level}>{title}</h{level}>\n"));
        for paragraph in &section.paragraphs {
            out.push_str(&format!("<p>{}</p>\n", quoted(paragraph)));
        }
        for drawing in &section.drawings {
            draw(drawing, &mut out);
        }
        for table in &section.shown() {
            if let Some(title) = section.title_of(table) {
                out.push_str(&format!("<h{0}>{1}</h{0}>\n", level + 1, escape(title)));
            }
            if table.rows.is_empty() {
                out.push_str("<p>(none)</p>\n");
            } else {
                html_table(table, &mut out);
            }
        }
        out.push_str("</section>\n");
    }
    out
}

/// A picture of its own, whose style is kept from the page's; `said` is what it shows, in words.
fn picture(drawing: &str, said: &str, out: &mut String) {
    let mut address = String::from("data:image/svg+xml,");
    for byte in drawing.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'/'
            | b':'
            | b'='
            | b' '
            | b','
            | b';'
            | b'('
            | b')' => address.push(char::from(byte)),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    let said = escape(said);
    out.push_str(&format!("<p class=\"drawing\"><img alt=\"{said}\" src=\"{address}\"></p>\n"));
}

/// Graphs and sequences as pictures, the rest as text.
fn draw(drawing: &Drawing, out: &mut String) {
    match drawing {
        Drawing::Graph(graph) => picture(&svg(graph), &graph.title, out),
        Drawing::Items(items) => {
            let items = items.iter().map(|item| format!("<li>{}</li>", escape(item)));
            out.push_str(&format!("<ul>{}</ul>\n", items.collect::<String>()));
        }
        Drawing::Block(block) => {
            let item = |(what, said): &(String, String)| {
                format!("<dt>{}</dt><dd>{}</dd>\n", escape(what), lines(said))
            };
            let items: String = block.items.iter().map(item).collect();
            out.push_str(&format!("<h4>{}</h4>\n<dl>\n{items}</dl>\n", escape(&block.title)));
        }
        Drawing::Code(code) => {
            let title = escape(&code.title);
            out.push_str(&format!(
                "<h4>{title}</h4>\n<pre>{}</pre>\n",
                escape(&code.lines.join("\n"))
            ));
        }
        Drawing::Sequence(sequence) => {
            picture(&sequence_svg(sequence), &sequence_text(sequence), out);
        }
    }
}

fn html_table(table: &Table, out: &mut String) {
    let narrow = table.columns.len() < 3;
    let class = if narrow { "" } else { " class=\"wide\"" };
    out.push_str(&format!("<table{class}>\n<thead><tr>"));
    for column in &table.columns {
        out.push_str(&format!("<th scope=\"col\">{}</th>", lines(&column.title)));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (column, value) in table.columns.iter().zip(row) {
            let class = if column.numeric() { " class=\"number\"" } else { "" };
            // On a narrow screen a row is a card, and a cell says itself what it is.
            let of = match narrow {
                true => String::new(),
                false => format!(" data-of=\"{}\"", escape(&column.title).replace('\n', " ")),
            };
            out.push_str(&format!("<td{class}{of}>{}</td>", lines(&value.to_string())));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

fn lines(text: &str) -> String {
    escape(text).replace('\n', "<br>")
}

/// A paragraph, in which what stands in backquotes is to be typed as it is.
fn quoted(text: &str) -> String {
    let text = lines(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text;
    }
    let part = |(place, part): (usize, &&str)| match place % 2 {
        0 => (*part).to_owned(),
        _ => format!("<code>{part}</code>"),
    };
    parts.iter().enumerate().map(part).collect()
}

pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            control if control.is_control() && !matches!(control, '\n' | '\t') => {
                out.extend(control.escape_default());
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::awkward;

    #[test]
    fn what_is_to_be_typed_is_marked_and_an_odd_backquote_is_a_letter() {
        assert_eq!(
            super::quoted("say `a < b`, or `c`"),
            "say <code>a &lt; b</code>, or <code>c</code>"
        );
        assert_eq!(super::quoted("one ` alone"), "one ` alone");
    }

    #[test]
    fn a_page_stands_alone_and_shows_text_as_it_is() {
        let page = Format::Html.whole(&awkward());
        for part in [
            "<h2>Sheet X — &lt;Awkward&gt;</h2>",
            "<td>P1<br>write | read</td><td class=\"number\">7</td>",
            "a &quot;b&quot;, &lt;c&gt; &amp; *d*",
            "<p>Nothing is open.</p>",
            "<li><a href=\"#auction.sheet_x\">",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert!(!page.contains("http"), "nothing is fetched");
        assert!(!page.contains('\u{1b}'));
    }
}
