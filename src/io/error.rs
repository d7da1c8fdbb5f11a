//! What can be wrong with files and their parameters, each kind with the shortest case of it.
//!
//! Messages quote what they found, so what they found is clipped: a file may be one line of a
//! hundred megabytes.

use std::io;

use crate::analyze::error::beyond;
use crate::diag::{Diagnostic, Span, reason};
use crate::value::Primitive;

use super::value::expected;

/// At most this many characters of a file are quoted in a message.
const QUOTED: usize = 40;

/// The start of a text as messages quote it: as it stands in the file, but for what cannot be seen.
fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        None => format!("`{}`", visible(text)),
        Some((end, _)) => format!("`{}...`", visible(&text[..end])),
    }
}

fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' => shown.push(character),
            other => shown.extend(other.escape_debug()),
        }
    }
    shown
}

/// `.input p(filenam="p.csv")`
pub fn unknown_parameter(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::warning("AL0501", format!("the parameter `{name}` is not known and has no effect"))
        .at(span, "")
        .nearest(name, known.iter().copied())
}

/// `.input p(headers=perhaps)`
pub fn bad_parameter(span: Span, name: &str, value: &str, expected: &str) -> Diagnostic {
    Diagnostic::error("AL0502", format!("`{name}` cannot be {}", quote(value)))
        .at(span, "")
        .help(format!("`{name}` is {expected}"))
}

/// `.input p(IO=mysql)`, `.input p(params="")`
pub fn unsupported(span: Span, what: &str, name: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::error("AL0503", format!("{what} is not supported"))
        .at(span, "")
        .nearest(name, known.iter().copied())
        .help(format!("supported here: {}", known.join(", ")))
}

/// `.input p` without a `p.facts`
pub fn unreadable(span: Span, relation: &str, shown: &str, error: &io::Error) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "AL0504",
        format!("cannot read the facts of `{relation}` from `{shown}`: {}", reason(error)),
    )
    .at(span, "asked for here");
    if error.kind() == io::ErrorKind::NotFound {
        diagnostic.help(
            "`filename` in the directive names the file; it is looked for in the folder given with \
             `-F`, that of a rulebook in the one given with `--facts`",
        )
    } else {
        diagnostic
    }
}

/// A file of more than 4 GiB.
pub fn too_large(span: Option<Span>, shown: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("AL0505", format!("`{shown}` is larger than 4 GiB"))
        .help("split it into several files");
    match span {
        Some(span) => diagnostic.at(span, "asked for here"),
        None => diagnostic,
    }
}

/// A byte 0xFF in a file.
pub fn not_text(span: Span, byte: u64) -> Diagnostic {
    Diagnostic::error("AL0506", format!("not UTF-8 at byte {byte} of the file"))
        .at(span, "these bytes are no text (shown as `?`)")
        .help("save the file as UTF-8")
}

/// A line `a` for `.decl p(x: symbol, y: symbol)`
pub fn too_few_fields(
    span: Span,
    relation: &str,
    column: &str,
    found: usize,
    wanted: usize,
) -> Diagnostic {
    let wanted = count(wanted, "field");
    Diagnostic::error(
        "AL0507",
        format!("a row of `{relation}` needs {wanted}, and this line has {found}"),
    )
    .at(span, format!("nothing here for `{column}`"))
}

/// A delimiter that another program would use.
pub fn other_delimiter(diagnostic: Diagnostic, used: &str, seen: &str) -> Diagnostic {
    diagnostic.help(format!(
        "fields are separated by {} here; for {} say `delimiter=\"{}\"` in the directive",
        delimiter_name(used),
        delimiter_name(seen),
        seen.escape_debug()
    ))
}

fn delimiter_name(delimiter: &str) -> String {
    match delimiter {
        "\t" => "a tab".to_string(),
        "," => "a comma".to_string(),
        ";" => "a semicolon".to_string(),
        other => format!("`{other}`"),
    }
}

/// A line `a` for `.decl p(x: number)`
pub fn bad_value(span: Span, column: &str, primitive: Primitive, found: &str) -> Diagnostic {
    let article = if primitive == Primitive::Unsigned { "an" } else { "a" };
    let message = format!("`{column}` is {article} {primitive}, and {} is none", quote(found));
    Diagnostic::error("AL0508", message).at(span, format!("expected {}", expected(primitive)))
}

/// A line of two fields for `.decl p(x: symbol)`
pub fn extra_fields(span: Span, relation: &str, wanted: usize, lines: usize) -> Diagnostic {
    let picked: Vec<String> = (0..wanted).map(|column| column.to_string()).collect();
    let lines = if lines == 1 { "a line has".to_string() } else { format!("{lines} lines have") };
    Diagnostic::warning(
        "AL0509",
        format!("{lines} more fields than the {} of `{relation}`", count(wanted, "column")),
    )
    .at(span, "this and what follows it is not read")
    .help(format!("to say that this is meant, pick columns: `columns=\"{}\"`", picked.join(":")))
}

/// The code of a quote that is never closed.
pub fn open_quote_code() -> &'static str {
    "AL0510"
}

/// A line `"a`
pub fn open_quote(span: Span) -> Diagnostic {
    Diagnostic::error(open_quote_code(), "a quoted field without its closing quote")
        .at(span, "opened here, never closed")
        .help("close it with `\"`; a quote inside a quoted field is written twice: `\"\"`")
}

/// A line `"a"b`
pub fn after_quote(span: Span, quote: Span) -> Diagnostic {
    Diagnostic::error("AL0511", "a quoted field is followed by text")
        .at(span, "expected a delimiter or the end of the line")
        .at(quote, "the field starts here")
        .help("a quote inside a quoted field is written twice: `\"\"`")
}

/// A file with thousands of bad lines.
pub fn further_lines(shown: &str, lines: usize) -> Diagnostic {
    Diagnostic::error("AL0512", format!("{lines} further lines of `{shown}` could not be read"))
}

/// `.output p` where the disk is full
pub fn unwritable(span: Span, relation: &str, shown: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::error(
        "AL0513",
        format!("cannot write `{relation}` to `{shown}`: {}", reason(error)),
    )
    .at(span, "asked for here")
}

/// `p("a\tb").` with `.output p`
pub fn cannot_be_read_back(span: Span, relation: &str, shown: &str, rows: usize) -> Diagnostic {
    Diagnostic::warning(
        "AL0514",
        format!(
            "{} of `{relation}` in `{shown}` cannot be read back: a field holds the delimiter or a \
             line break",
            count(rows, "row")
        ),
    )
    .at(span, "")
    .help("with `rfc4180=true` such fields are quoted")
}

/// A header `b,a` for `.decl p(a: symbol, b: symbol)`
pub fn misplaced(span: Span, name: &str, column: &str, places: Option<&[usize]>) -> Diagnostic {
    let message = format!("the field that the header calls `{name}` is read as `{column}`");
    let diagnostic = Diagnostic::warning("AL0515", message)
        .at(span, "fields go by their place, not by what a header calls them");
    match places {
        Some(places) => {
            let places: Vec<String> = places.iter().map(usize::to_string).collect();
            let places = places.join(":");
            diagnostic.help(format!("to read them by these names, say `columns=\"{places}\"`"))
        }
        None => diagnostic,
    }
}

/// A line `0x10` for `.decl p(x: number)`, where Souffle's refusals are wanted
pub fn digits_beyond(span: Span) -> Diagnostic {
    beyond_souffle(
        span,
        "a number that is not decimal",
        "write it in decimal digits, or let the column be `unsigned`",
    )
}

/// An empty line, where Souffle's refusals are wanted
pub fn blank_beyond(span: Span) -> Diagnostic {
    beyond_souffle(span, "an empty line", "take the line out")
}

/// What is read here and not by Souffle.
fn beyond_souffle(span: Span, what: &str, portable: &str) -> Diagnostic {
    beyond("AL0516", span, what, portable)
}

/// An empty folder given as a design.
pub fn no_tables(shown: &str) -> Diagnostic {
    Diagnostic::error("AL0520", format!("there is no CSV file in the folder `{shown}`")).help(
        "a design is a `.dl` file, a `.json` file, or a folder with one CSV file a relation, named \
         `RELATION.csv`, whose first line names the columns",
    )
}

/// A folder that cannot be listed, or a file in it that cannot be read.
pub fn unreadable_design(shown: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::error("AL0504", format!("cannot read `{shown}`: {}", reason(error)))
}

/// A header `object,valu`
pub fn unknown_column<'a>(
    span: Span,
    relation: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    let columns = known.join(", ");
    Diagnostic::error("AL0521", format!("`{relation}` has no column {}", quote(name)))
        .at(span, "unknown column")
        .nearest(name, known)
        .help(format!("its columns are: {columns}"))
}

/// A header `object,object`
pub fn column_twice(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("AL0522", format!("the column `{name}` is given twice"))
        .at(span, "again here")
}

/// A header `object` for a relation of an object and a value
pub fn column_missing(span: Span, relation: &str, name: &str) -> Diagnostic {
    Diagnostic::error("AL0523", format!("the column `{name}` of `{relation}` is missing"))
        .at(span, format!("no `{name}` here"))
}

/// `{"owner": [`
pub fn not_json(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error("AL0524", format!("this is not JSON: {message}")).at(span, "")
}

/// `{"owner": 1}`
pub fn bad_shape(span: Span, expected: &str) -> Diagnostic {
    Diagnostic::error("AL0525", format!("expected {expected}")).at(span, "").help(
        "rows in JSON are an array: `[[\"a\", 1], {\"COLUMN\": \"b\", ...}]`; a design is an object of \
         relations: `{\"RELATION\": ROWS}`",
    )
}

/// `{"owner": [["a"]]}`
pub fn bad_length(span: Span, relation: &str, found: usize, wanted: usize) -> Diagnostic {
    Diagnostic::error(
        "AL0526",
        format!("a row of `{relation}` has {}, and this one {found}", count(wanted, "value")),
    )
    .at(span, "")
}

fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}
