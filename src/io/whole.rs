//! A file of rows as it is: its header and every field, whether or not a relation has the column.

use std::borrow::Cow;

use crate::analyze::program::{Directive, Relation};

use super::fields::{Field, Records};
use super::parameters::{Encoding, reading};

/// A line of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line<'a> {
    /// What the first one calls the columns, if it does.
    Header(&'a [Cow<'a, str>]),
    /// A row.
    Row(&'a [Cow<'a, str>]),
}

/// Shows the lines of a file that an `.input` names, one after the other; blank ones and those that
/// cannot be cut are left out. Nothing is shown for a directive that cannot be followed or bytes that are
/// no text: [`input`](super::input) says what is wrong with them.
pub fn each_line(
    relation: &Relation,
    directive: &Directive,
    bytes: &[u8],
    see: &mut dyn FnMut(Line<'_>),
) {
    let format = match reading(relation, directive, &mut Vec::new()).map(|it| it.encoding) {
        Some(Encoding::Lines(format)) => format,
        _ => return,
    };
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = Records::new(text, format.cut());
    let (mut first, mut row) = (format.headers, Vec::new());
    while let Some(record) = records.next() {
        if record.misquoted.is_some() || record.range.is_empty() {
            continue;
        }
        row.clear();
        row.extend(records.fields.iter().map(|field| content(text, field)));
        match std::mem::take(&mut first) {
            true => see(Line::Header(&row)),
            false => see(Line::Row(&row)),
        }
    }
}

/// The content of a field; only one with doubled quotes is copied.
fn content<'a>(text: &'a str, field: &Field) -> Cow<'a, str> {
    let raw = &text[field.range.clone()];
    if field.doubled { Cow::Owned(raw.replace("\"\"", "\"")) } else { Cow::Borrowed(raw) }
}
