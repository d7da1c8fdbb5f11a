//! Text to records to fields, each with its place.
//!
//! Two formats, as Souffle knows them. *Plain*: a record is a line, fields are what stands between
//! delimiters, nothing is quoted. *Quoted* (RFC 4180): a field in double quotes may hold delimiters
//! and line breaks, and two double quotes in it are one.
//!
//! This is done here and not by the csv crate, because that one tells neither where a field stands
//! nor that a quote was never closed: such a quote would swallow the rest of the file in silence.

use std::ops::Range;

use memchr::{memchr, memchr2};

use super::numbers::Place;

/// A stretch of the text that is one field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Field {
    /// Where its content is, quotes around it left out.
    pub range: Range<usize>,
    /// Whether doubled quotes in it stand for one.
    pub doubled: bool,
}

/// What is wrong with the quotes of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Misquoted {
    /// The quote at this place is never closed.
    Open { quote: usize },
    /// The quoted field that starts at `quote` is followed by something other than a delimiter.
    Trailing { quote: usize, at: usize },
}

/// A line up to this long is gone through byte by byte: a search for each field costs more.
const SHORT: usize = 64;

/// How a text is cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Cut<'a> {
    /// What stands between fields.
    pub delimiter: &'a str,
    /// Whether fields may be quoted.
    pub quoted: bool,
}

/// A record found by [`Records::next`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Record {
    /// Where it is, line break left out.
    pub range: Range<usize>,
    /// The line it starts in, from 1.
    pub line: u32,
    /// What is wrong with it, if anything; its fields mean nothing then.
    pub misquoted: Option<Misquoted>,
}

/// The records of a text, one after the other. The fields of the last one are kept in a buffer that
/// is used again, since most files are nothing but many small records.
pub(super) struct Records<'a> {
    text: &'a str,
    cut: Cut<'a>,
    /// Where the next one begins.
    pub place: Place,
    /// The fields of the record found last.
    pub fields: Vec<Field>,
}

impl<'a> Records<'a> {
    pub fn new(text: &'a str, cut: Cut<'a>) -> Self {
        Records { text, cut, place: Place { at: 0, line: 1 }, fields: Vec::new() }
    }

    /// The next record; blank lines are records without text.
    pub fn next(&mut self) -> Option<Record> {
        let Place { at: start, line } = self.place;
        if start >= self.text.len() {
            return None;
        }
        self.fields.clear();
        let first_end = self.line_end(start);
        let quoted = self.cut.quoted
            && memchr(b'"', &self.text.as_bytes()[start..first_end.content]).is_some();
        let (end, misquoted) = if quoted {
            match self.quoted_fields(start) {
                Ok(end) => (end, None),
                // The record ends with its first line: what follows may be read again, and most
                // often is good.
                Err(misquoted) => (first_end, Some(misquoted)),
            }
        } else {
            self.plain_fields(start..first_end.content);
            (first_end, None)
        };
        let within = if quoted { newlines(&self.text.as_bytes()[start..end.content]) } else { 0 };
        self.place = Place { at: end.next, line: line + 1 + within };
        Some(Record { range: start..end.content, line, misquoted })
    }

    fn line_end(&self, from: usize) -> End {
        let bytes = self.text.as_bytes();
        let newline = memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |offset| from + offset);
        let content =
            if newline > from && bytes[newline - 1] == b'\r' { newline - 1 } else { newline };
        End { content, next: (newline + 1).min(bytes.len()) }
    }

    fn plain_fields(&mut self, line: Range<usize>) {
        let mut start = line.start;
        if let [delimiter] = self.cut.delimiter.as_bytes()
            && line.len() <= SHORT
        {
            let bytes = &self.text.as_bytes()[line.clone()];
            for (at, byte) in (line.start..).zip(bytes) {
                if byte == delimiter {
                    self.fields.push(Field { range: start..at, doubled: false });
                    start = at + 1;
                }
            }
            self.fields.push(Field { range: start..line.end, doubled: false });
            return;
        }
        while let Some(at) = self.find_delimiter(start..line.end) {
            self.fields.push(Field { range: start..at, doubled: false });
            start = at + self.cut.delimiter.len();
        }
        self.fields.push(Field { range: start..line.end, doubled: false });
    }

    fn find_delimiter(&self, range: Range<usize>) -> Option<usize> {
        let within = &self.text.as_bytes()[range.clone()];
        let found = match self.cut.delimiter.as_bytes() {
            [] => None,
            // Fields are short: the plain way is the shorter one.
            [byte] => within.iter().position(|it| it == byte),
            many => memchr::memmem::find(within, many),
        };
        found.map(|offset| range.start + offset)
    }

    /// Cuts a record with quotes in it; gives where it ends.
    fn quoted_fields(&mut self, start: usize) -> Result<End, Misquoted> {
        let bytes = self.text.as_bytes();
        let mut at = start;
        // Where the line ends is found again only behind a quoted field, which may hold line breaks.
        let mut line = self.line_end(start);
        loop {
            if bytes.get(at) != Some(&b'"') {
                match self.find_delimiter(at..line.content) {
                    Some(delimiter) => {
                        self.fields.push(Field { range: at..delimiter, doubled: false });
                        at = delimiter + self.cut.delimiter.len();
                        continue;
                    }
                    None => {
                        self.fields.push(Field { range: at..line.content, doubled: false });
                        return Ok(line);
                    }
                }
            }
            let quote = at;
            let (close, doubled) = closing_quote(bytes, quote).ok_or(Misquoted::Open { quote })?;
            self.fields.push(Field { range: quote + 1..close, doubled });
            at = close + 1;
            if at > line.content {
                line = self.line_end(at);
            }
            if self.text[at..].starts_with(self.cut.delimiter) {
                at += self.cut.delimiter.len();
                continue;
            }
            return if line.content == at {
                Ok(line)
            } else {
                Err(Misquoted::Trailing { quote, at })
            };
        }
    }
}

/// The end of a record: of its content, and where the next one starts.
#[derive(Clone, Copy)]
struct End {
    content: usize,
    next: usize,
}

/// The quote that closes the one at a place, and whether doubled ones lie between.
fn closing_quote(bytes: &[u8], quote: usize) -> Option<(usize, bool)> {
    let mut at = quote + 1;
    let mut doubled = false;
    loop {
        let found = at + memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(found + 1) != Some(&b'"') {
            return Some((found, doubled));
        }
        doubled = true;
        at = found + 2;
    }
}

fn newlines(bytes: &[u8]) -> u32 {
    memchr::memchr_iter(b'\n', bytes).count() as u32
}

/// The content of a field, doubled quotes made single in a buffer where there are any.
pub(super) fn content<'a>(text: &'a str, field: &Field, buffer: &'a mut String) -> &'a str {
    let raw = &text[field.range.clone()];
    if !field.doubled {
        return raw;
    }
    buffer.clear();
    let mut rest = raw;
    while let Some(at) = rest.find("\"\"") {
        buffer.push_str(&rest[..=at]);
        rest = &rest[at + 2..];
    }
    buffer.push_str(rest);
    buffer
}

/// Whether a byte may not stand in an unquoted field; used when writing.
pub(super) fn breaks_a_plain_field(text: &str, delimiter: &str) -> bool {
    memchr2(b'\n', b'\r', text.as_bytes()).is_some()
        || (!delimiter.is_empty() && text.contains(delimiter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(
        text: &str,
        delimiter: &str,
        quoted: bool,
    ) -> Vec<(u32, Result<Vec<String>, Misquoted>)> {
        let mut records = Records::new(text, Cut { delimiter, quoted });
        let mut all = Vec::new();
        while let Some(record) = records.next() {
            let fields = match record.misquoted {
                Some(misquoted) => Err(misquoted),
                None => Ok(records
                    .fields
                    .iter()
                    .map(|field| content(text, field, &mut String::new()).to_string())
                    .collect()),
            };
            all.push((record.line, fields));
        }
        all
    }

    fn good(line: u32, fields: &[&str]) -> (u32, Result<Vec<String>, Misquoted>) {
        (line, Ok(fields.iter().map(|field| field.to_string()).collect()))
    }

    #[test]
    fn plain_lines_are_cut_at_delimiters_and_nothing_is_quoted() {
        assert_eq!(
            records("a\t\"b\r\n\nc\td\te", "\t", false),
            [good(1, &["a", "\"b"]), good(2, &[""]), good(3, &["c", "d", "e"])]
        );
    }

    #[test]
    fn a_delimiter_may_be_long() {
        assert_eq!(records("a||b|c\n", "||", false), [good(1, &["a", "b|c"])]);
        assert_eq!(records("\"a\"||b\n", "||", true), [good(1, &["a", "b"])]);
    }

    #[test]
    fn a_quoted_field_holds_delimiters_quotes_and_line_breaks() {
        assert_eq!(
            records("a,\"b,\"\"c\"\"\r\nd\",e\r\nf,g,\"\"", ",", true),
            [good(1, &["a", "b,\"c\"\r\nd", "e"]), good(3, &["f", "g", ""])]
        );
    }

    #[test]
    fn a_quote_inside_an_unquoted_field_is_text() {
        assert_eq!(records("a\"b,c\n", ",", true), [good(1, &["a\"b", "c"])]);
    }

    #[test]
    fn after_a_quote_that_is_never_closed_the_next_lines_are_read() {
        assert_eq!(
            records("a,\"b\nc,d\n", ",", true),
            [(1, Err(Misquoted::Open { quote: 2 })), good(2, &["c", "d"])]
        );
    }

    #[test]
    fn text_after_a_closing_quote_spoils_its_line_only() {
        assert_eq!(
            records("\"a\"b,c\nd,e\n", ",", true),
            [(1, Err(Misquoted::Trailing { quote: 0, at: 3 })), good(2, &["d", "e"])]
        );
    }

    #[test]
    fn records_are_cut_as_the_csv_crate_cuts_them() {
        let mut random = 7u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (random >> 33) % below
        };
        let pieces = ["a", "", "b,", "\"", "\n", "\r\n", "é", " ", "\"\"", ";"];
        for _ in 0..500 {
            let width = 1 + next(4) as usize;
            let rows: Vec<Vec<String>> = (0..next(6))
                .map(|_| {
                    (0..width)
                        .map(|_| (0..next(4)).map(|_| pieces[next(10) as usize]).collect())
                        .collect()
                })
                .collect();
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let ours: Vec<Vec<String>> =
                records(&text, ",", true).into_iter().map(|(_, fields)| fields.unwrap()).collect();
            assert_eq!(ours, rows, "{text:?}");
        }
    }
}
