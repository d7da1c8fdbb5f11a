//! A file of rows as it is: its header and every field, whether or not a relation has the column.

use crate::analyze::program::{Directive, Relation};

use super::fields::{Records, content};
use super::parameters::{Encoding, reading};

/// The fields of a file, as texts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Whole {
    /// What its first line calls the columns, if that line does.
    pub header: Option<Vec<String>>,
    /// Its rows. Blank lines and records that cannot be cut are left out.
    pub rows: Vec<Vec<String>>,
}

/// Cuts the bytes of a file that an `.input` names. Nothing for a directive that cannot be followed
/// or bytes that are no text: [`input`](super::input) says what is wrong with them.
pub fn whole(relation: &Relation, directive: &Directive, bytes: &[u8]) -> Option<Whole> {
    let format = match reading(relation, directive, &mut Vec::new())?.encoding {
        Encoding::Lines(format) => format,
        _ => return None,
    };
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = Records::new(text, format.cut());
    let (mut whole, mut first, mut buffer) = (Whole::default(), format.headers, String::new());
    while let Some(record) = records.next() {
        if record.misquoted.is_some() || record.range.is_empty() {
            continue;
        }
        let fields = records.fields.iter();
        let row = fields.map(|field| content(text, field, &mut buffer).to_owned()).collect();
        if std::mem::take(&mut first) {
            whole.header = Some(row);
        } else {
            whole.rows.push(row);
        }
    }
    Some(whole)
}
