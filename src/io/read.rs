//! One file to the rows of one relation.
//!
//! The file is read whole, cut into records, and each field becomes a word at once; text is copied
//! into the interner only when it is new there. Problems are collected with places in the file,
//! and only a file that has some is kept as a source for messages: facts may be large.

use std::ops::Range;

use crate::analyze::program::{Column, Directive, Relation};
use crate::diag::{Diagnostic, Sources, Span};
use crate::text::Text;
use crate::value::{Constant, Interner, Primitive, Word};

use super::ahead::Ahead;
use super::error;
use super::faults::{Fault, Faults, Misplaced, Place};
use super::fields::{Record, Records, content};
use super::files::Files;
use super::json::Json;
use super::numbers::Numbers;
use super::parameters::{Channel, Encoding, Format, Reading, reading};
use super::{gzip, sqlite, value};

/// Rows read from a file, and where each comes from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Loaded {
    /// What messages call the file.
    pub name: String,
    /// The words, a vector a column.
    pub columns: Vec<Vec<Word>>,
    /// The line of the file that each row stands in, from 1.
    pub lines: Vec<u32>,
    /// Which field of a record each column is.
    fields: Vec<usize>,
    format: Format,
}

impl Loaded {
    /// How many rows were read.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether no row was read.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Copies a row.
    pub fn row(&self, row: usize, into: &mut Vec<Word>) {
        into.clear();
        into.extend(self.columns.iter().map(|column| column[row]));
    }

    /// Where a field stands in the text that the rows were read from, quotes around it left out.
    pub fn field(&self, text: &str, row: usize, column: usize) -> Option<Range<usize>> {
        let (line, field) = (*self.lines.get(row)?, *self.fields.get(column)?);
        let mut records = Records::new(text, self.format.cut());
        while let Some(record) = records.next() {
            if record.line == line {
                return Some(records.fields.get(field)?.range.clone());
            }
        }
        None
    }
}

/// After so many records a reader asks whether it is to go on.
const PATIENCE: usize = 4096;

/// Reads a relation as an `.input` directive says. Rows are as many as could be read; problems say
/// what could not, and a text with problems is kept in the sources. Nothing is returned when there
/// is no file or the directive itself is wrong.
pub fn input(
    files: &dyn Files,
    relation: &Relation,
    directive: &Directive,
    interner: &mut Interner,
    sources: &mut Sources,
    problems: &mut Vec<Diagnostic>,
) -> Option<Loaded> {
    let reading = reading(relation, directive, problems)?;
    let (shown, bytes) = match &reading.channel {
        Channel::File(name) => (files.shown(name), files.read(name)),
        Channel::Standard => ("<standard input>".to_string(), files.standard_input()),
    };
    let bytes = match bytes.and_then(gzip::unpacked) {
        Ok(bytes) => bytes,
        Err(error) => {
            let problem = error::unreadable(directive.span, &relation.name, &shown, &error);
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            problems.push(match &reading.channel {
                Channel::File(name) if missing => {
                    let there = files.list().unwrap_or_default();
                    problem.nearest(name, there.iter().map(String::as_str))
                }
                _ => problem,
            });
            return None;
        }
    };
    if u32::try_from(bytes.len()).is_err() {
        problems.push(error::too_large(Some(directive.span), &shown));
        return None;
    }
    let strict = files.strict();
    let mut target = Target { relation, interner, sources, problems, strict };
    match &reading.encoding {
        Encoding::Lines(format) => {
            let rows = rows(Text::new(bytes), shown, (&reading, format), files, &mut target);
            Some(rows)
        }
        Encoding::Json { .. } => Some(json(Text::new(bytes), shown, &mut target)),
        Encoding::Sqlite => match sqlite::table(&bytes, relation) {
            Ok(read) => Some(table(read, shown, directive, &mut target)),
            Err(error) => {
                let problem = error::unreadable(directive.span, &relation.name, &shown, &error);
                problems.push(problem);
                None
            }
        },
        Encoding::Size => None,
    }
}

/// What rows are read for.
struct Target<'a> {
    relation: &'a Relation,
    interner: &'a mut Interner,
    sources: &'a mut Sources,
    problems: &'a mut Vec<Diagnostic>,
    strict: bool,
}

impl Loaded {
    fn new(name: String, relation: &Relation) -> Self {
        Loaded { name, columns: vec![Vec::new(); relation.arity()], ..Loaded::default() }
    }

    fn push(&mut self, values: &[Constant], line: u32, interner: &mut Interner) {
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(interner.intern(value));
        }
        self.lines.push(line);
    }
}

/// Reads an array of rows.
fn json(text: Text, shown: String, target: &mut Target<'_>) -> Loaded {
    let mut loaded = Loaded::new(shown, target.relation);
    let source = target.sources.add(loaded.name.as_str(), text.text);
    let found = target.sources.get(source).map_or("", |source| &source.text);
    if let Some(bad) = text.invalid.first() {
        let span = Span { source, start: bad.start as u32, end: bad.end as u32 };
        target.problems.push(error::not_text(span, (text.before + bad.start) as u64));
        return loaded;
    }
    let before = target.problems.len();
    let rows = Json { source, text: found }.rows(target.relation, target.problems);
    for (values, span) in rows {
        let line = target.sources.position(span).line;
        loaded.push(&values, line, target.interner);
    }
    if target.problems.len() == before {
        target.sources.forget_last();
    }
    loaded
}

/// Takes over the rows of a table.
fn table(
    read: Vec<Vec<Option<String>>>,
    shown: String,
    directive: &Directive,
    target: &mut Target<'_>,
) -> Loaded {
    let mut loaded = Loaded::new(shown, target.relation);
    for (row, line) in read.into_iter().zip(1..) {
        let columns = target.relation.columns.iter().zip(&row);
        let values: Result<Vec<Constant>, Diagnostic> = columns
            .map(|(column, written)| {
                let found = written.as_deref();
                let beyond =
                    target.strict && found.is_some_and(|it| value::is_beyond(it, column.primitive));
                if beyond {
                    return Err(error::digits_beyond(directive.span));
                }
                let value = found.and_then(|text| value::constant(text, column.primitive));
                value.ok_or_else(|| {
                    let found = found.unwrap_or("NULL");
                    error::bad_value(directive.span, &column.name, column.primitive, found)
                })
            })
            .collect();
        match values {
            Ok(values) => loaded.push(&values, line, target.interner),
            Err(problem) => target
                .problems
                .push(problem.help(format!("it stands in row {line} of `{}`", loaded.name))),
        }
    }
    loaded
}

/// Reads all records of a text.
fn rows(
    text: Text,
    shown: String,
    (reading, format): (&Reading, &Format),
    files: &dyn Files,
    target: &mut Target<'_>,
) -> Loaded {
    let Target { relation, interner, sources, problems, strict } = target;
    let mut reader = Reader {
        text: &text,
        columns: &relation.columns,
        reading,
        format,
        interner,
        loaded: Loaded {
            fields: reading.fields.clone(),
            format: format.clone(),
            ..Loaded::new(shown, relation)
        },
        row: Vec::new(),
        buffer: String::new(),
        faults: Faults::default(),
        strict: *strict,
    };
    reader.read(files);
    let Reader { loaded, faults, .. } = reader;
    if !faults.is_empty() {
        let before = text.before;
        let source = sources.add(loaded.name.as_str(), text.text);
        let text = sources.get(source).map_or("", |source| &source.text);
        let place = Place { source, text, before, relation, reading, format };
        faults.tell(&place, &loaded.name, problems);
    }
    loaded
}

/// The reading of one text.
struct Reader<'a> {
    text: &'a Text,
    columns: &'a [Column],
    reading: &'a Reading,
    format: &'a Format,
    interner: &'a mut Interner,
    loaded: Loaded,
    row: Vec<Word>,
    buffer: String,
    faults: Faults,
    strict: bool,
}

impl Reader<'_> {
    fn read(&mut self, files: &dyn Files) {
        let (threads, halted) = (files.threads(), &|| files.halted());
        let mut read = 0_usize;
        let text: &str = &self.text.text;
        let format = self.format;
        let mut records = Records::new(text, format.cut());
        if format.headers
            && let Some(header) = records.next()
        {
            self.header(&header, &records);
        }
        // An empty line is what Souffle reads it as: the empty text, or that which is without columns.
        let blank_is_a_row = match self.columns {
            [] => files.blank_rows(),
            [column] => {
                let quoted = format.rfc4180 && !files.blank_rows();
                column.primitive == Primitive::Symbol && !quoted
            }
            _ => false,
        };
        let plain = !self.reading.picks && self.text.invalid.is_empty();
        let numbers = plain.then(|| Numbers::of(self.columns, &format.delimiter, !self.strict));
        let numbers = numbers.flatten();
        let mut ahead = plain.then(|| Ahead::of(self.columns, &format.delimiter)).flatten();
        loop {
            if let Some(numbers) = numbers {
                let Loaded { columns, lines, .. } = &mut self.loaded;
                let rows = (columns.as_mut_slice(), lines);
                if numbers.read(text, &mut records.place, threads, halted, rows) {
                    return;
                }
            }
            if let Some(ahead) = &mut ahead {
                ahead.come(records.place.at, text, self.columns, self.interner);
            }
            let Some(record) = records.next() else { return };
            read += 1;
            if read.is_multiple_of(PATIENCE) && halted() {
                return;
            }
            if record.range.is_empty() && !blank_is_a_row {
                if self.strict {
                    self.faults.push(Fault::Empty(record.range));
                }
                continue;
            }
            match self.record(&record, &records) {
                Ok(()) => self.keep(record.line),
                Err(fault) => self.faults.push(fault),
            }
        }
    }

    /// Notices a field that goes to one column by its place and has the name of another.
    fn header(&mut self, header: &Record, records: &Records<'_>) {
        let names: Vec<&str> = records
            .fields
            .iter()
            .map(|field| content(&self.text.text, field, &mut self.buffer).trim().to_owned())
            .map(|name| self.columns.iter().find(|it| it.name == name))
            .map(|column| column.map_or("", |it| it.name.as_str()))
            .collect();
        let picked = self.reading.fields.iter().zip(self.columns);
        let other = picked.filter_map(|(field, column)| {
            let name = *names.get(*field)?;
            (!name.is_empty() && name != column.name).then_some((*field, name, column))
        });
        let Some((field, name, column)) = other.into_iter().next() else { return };
        let places =
            self.columns.iter().map(|column| names.iter().position(|it| *it == column.name));
        let places: Option<Vec<usize>> = places.collect();
        if header.misquoted.is_none() {
            let range = records.fields[field].range.clone();
            let (name, column) = (name.to_owned(), column.name.clone());
            self.faults.misplaced = Some(Misplaced { range, name, column, places });
        }
    }

    /// Makes words of a record's fields.
    fn record(&mut self, record: &Record, records: &Records<'_>) -> Result<(), Fault> {
        if !self.text.invalid.is_empty()
            && let Some(bad) = self.text.invalid_in(&record.range)
        {
            return Err(Fault::NotText(bad));
        }
        if let Some(misquoted) = &record.misquoted {
            return Err(Fault::Misquoted(misquoted.clone()));
        }
        self.row.clear();
        let fields = &records.fields;
        for (column, &field) in self.reading.fields.iter().enumerate() {
            let Some(field) = fields.get(field) else {
                let (end, line) = (record.range.end, record.range.clone());
                return Err(Fault::TooFew { end, line, column, found: fields.len() });
            };
            let text = content(&self.text.text, field, &mut self.buffer);
            let primitive = self.columns[column].primitive;
            if self.strict && value::is_beyond(text, primitive) {
                return Err(Fault::Digits(field.range.clone()));
            }
            match value::intern(text, primitive, self.interner) {
                Some(word) => self.row.push(word),
                None => return Err(Fault::Value { range: field.range.clone(), column }),
            }
        }
        if !self.reading.picks
            && !self.columns.is_empty()
            && let Some(extra) = fields.get(self.columns.len())
        {
            let start = extra.range.start;
            let (_, lines) =
                self.faults.extra.get_or_insert((start..extra.range.end.max(start), 0));
            *lines += 1;
        }
        Ok(())
    }

    fn keep(&mut self, line: u32) {
        for (column, word) in self.loaded.columns.iter_mut().zip(&self.row) {
            column.push(*word);
        }
        self.loaded.lines.push(line);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;
    use std::io;

    use super::*;
    use crate::diag::Renderer;
    use crate::syntax::operators::DirectiveKind;
    use crate::syntax::tree::Doc;
    use crate::value::{RelationId, TypeId};

    /// A relation from how it is declared.
    pub fn relation(name: &str, columns: &str) -> Relation {
        let columns = columns.split(", ").filter(|column| !column.is_empty()).map(|column| {
            let (name, ty) = column.split_once(": ").unwrap();
            let primitives =
                [Primitive::Symbol, Primitive::Number, Primitive::Unsigned, Primitive::Float];
            let index = primitives.iter().position(|primitive| primitive.name() == ty).unwrap();
            Column { name: name.into(), ty: TypeId(index as u32), primitive: primitives[index] }
        });
        Relation {
            name: name.into(),
            columns: columns.collect(),
            choices: Vec::new(),
            span: Span::default(),
            doc: Doc::default(),
        }
    }

    /// A directive with parameters.
    pub fn directive(parameters: &[(&str, &str)]) -> Directive {
        Directive {
            kind: DirectiveKind::Input,
            relation: RelationId(0),
            parameters: parameters
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            span: Span::default(),
        }
    }

    impl Files for BTreeMap<&str, &[u8]> {
        fn read(&self, name: &str) -> io::Result<Vec<u8>> {
            let found = self.get(name).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
            Ok(found.to_vec())
        }

        fn list(&self) -> io::Result<Vec<String>> {
            Ok(self.keys().map(|name| name.to_string()).collect())
        }
    }

    /// What reading a text gives: a line a row (its line in the file, its values), and the problems
    /// as people see them.
    fn read(columns: &str, parameters: &[(&str, &str)], text: &[u8]) -> (Vec<String>, String) {
        let relation = relation("p", columns);
        let files = BTreeMap::from([("p.facts", text)]);
        let (mut interner, mut sources, mut problems) =
            (Interner::new(), Sources::new(), Vec::new());
        sources.add("p.dl", ".input p");
        let loaded = input(
            &files,
            &relation,
            &directive(parameters),
            &mut interner,
            &mut sources,
            &mut problems,
        )
        .unwrap_or_default();
        let rows = (0..loaded.len())
            .map(|row| {
                let values = loaded.columns.iter().zip(&relation.columns).map(|(words, column)| {
                    interner.constant(words[row], column.primitive).to_string()
                });
                format!("{}: {}", loaded.lines[row], values.collect::<Vec<_>>().join("|"))
            })
            .collect();
        (rows, Renderer { colour: false }.render(&sources, &problems))
    }

    fn good(columns: &str, parameters: &[(&str, &str)], text: &[u8]) -> Vec<String> {
        let (rows, problems) = read(columns, parameters, text);
        assert_eq!(problems, "");
        rows
    }

    /// Many symbols are asked for ahead, whatever else a line holds.
    #[test]
    fn many_symbols_named_again_in_any_order_are_what_the_text_says() {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (row, line) in (0..60_000_u64).zip(1..) {
            let again = row.wrapping_mul(2_654_435_761) % (row + 1);
            let (one, other) = (format!("s{row}"), format!("é {again}"));
            text.push_str(&format!("{one}\t{again}\t{other}{}", ["\n", "\r\n"][row as usize % 2]));
            expected.push(format!("{line}: {one}|{again}|{other}"));
        }
        assert_eq!(good("one: symbol, n: number, other: symbol", &[], text.as_bytes()), expected);
    }

    #[test]
    fn every_kind_of_value_is_read() {
        assert_eq!(
            good(
                "s: symbol, n: number, u: unsigned, f: float",
                &[],
                b"a b\t-0x10\t0b101\t1e3\r\n\t0\t0\t.5"
            ),
            ["1: a b|-16|5|1000", "2: |0|0|0.5"]
        );
    }

    #[test]
    fn headers_are_skipped_and_columns_picked() {
        assert_eq!(
            good(
                "b: symbol, a: number",
                &[("rfc4180", "true"), ("headers", "true"), ("columns", "2:0")],
                b"a,source,b\n1,\"x,\ny\",\"say \"\"b\"\"\"\n\n2,,c\n"
            ),
            ["2: say \"b\"|1", "5: c|2"]
        );
    }

    #[test]
    fn a_blank_line_is_an_empty_symbol_only_where_one_is_written_so() {
        assert_eq!(good("a: symbol", &[], b"x\n\ny\n"), ["1: x", "2: ", "3: y"]);
        assert_eq!(good("a: number", &[], b"1\n\n2\n\n"), ["1: 1", "3: 2"]);
    }

    #[test]
    fn a_relation_without_columns_holds_when_its_file_has_a_line() {
        assert_eq!(good("", &[], b"()\n"), ["1: "]);
        assert_eq!(good("", &[], b""), [""; 0]);
    }

    #[test]
    fn every_bad_line_is_shown_and_the_good_ones_load() {
        let (rows, problems) =
            read("a: symbol, n: number", &[("delimiter", ",")], b"x,1\ny,one\nz\n\xFFq,2\nw,3\n");
        assert_eq!(rows, ["1: x|1", "5: w|3"]);
        let expected = "\
error[AL0508]: `n` is a number, and `one` is none
 --> p.facts:2:3
  |
2 | y,one
  |   ^^^ expected a whole number, such as 7 or -7, of 64 bits
  |
  = note: more: archlog explain AL0508

error[AL0507]: a row of `p` needs 2 fields, and this line has 1
 --> p.facts:3:2
  |
3 | z
  |  ^ nothing here for `n`
  |
  = note: more: archlog explain AL0507

error[AL0506]: not UTF-8 at byte 12 of the file
 --> p.facts:4:1
  |
4 | ?q,2
  | ^ these bytes are no text (shown as `?`)
  |
  = help: save the file as UTF-8
  = note: more: archlog explain AL0506

";
        assert_eq!(problems, expected);
    }

    #[test]
    fn commas_in_a_file_of_tabs_are_suspected() {
        let (rows, problems) = read("a: symbol, b: symbol", &[], b"x,y\n");
        assert!(rows.is_empty());
        assert!(problems.contains("for a comma say `delimiter=\",\"`"), "{problems}");
    }

    #[test]
    fn more_fields_than_columns_are_one_warning_a_file() {
        let (rows, problems) = read("a: symbol", &[], b"x\ty\nz\nv\tw\n");
        assert_eq!(rows, ["1: x", "2: z", "3: v"]);
        assert!(
            problems.starts_with("warning[AL0509]: 2 lines have more fields than the 1 column")
        );
        assert_eq!(problems.matches("AL0509").count(), 2, "once as its code, once as its page");
    }

    #[test]
    fn a_quote_that_is_never_closed_spoils_one_line() {
        let (rows, problems) = read("a: symbol", &[("rfc4180", "true")], b"\"x\ny\nz\n");
        assert_eq!(rows, ["2: y", "3: z"]);
        assert!(problems.contains("p.facts:1:1"), "{problems}");
    }

    #[test]
    fn a_missing_file_says_where_it_was_looked_for() {
        let (_, problems) = read("a: symbol", &[("filename", "q.csv")], b"");
        assert!(problems.contains("facts of `p` from `q.csv`: no such file"), "{problems}");
    }

    #[test]
    fn a_million_bad_lines_are_counted_not_kept() {
        let text = "x\n".repeat(1_000_000);
        let (rows, problems) = read("n: number", &[], text.as_bytes());
        assert!(rows.is_empty());
        assert!(problems.contains("more"), "{problems}");
        assert!(problems.len() < 20_000);
    }

    #[test]
    fn one_line_of_a_hundred_megabytes_is_an_error_like_any_other() {
        let mut text = b"1\n".to_vec();
        text.resize(100_000_000, b'x');
        text.extend(b"\n2\n");
        let (rows, problems) = read("n: number", &[], &text);
        assert_eq!(rows, ["1: 1", "3: 2"]);
        assert!(problems.contains("p.facts:2:1"), "{problems}");
        assert!(problems.len() < 2_000, "{}", problems.len());
    }
}
