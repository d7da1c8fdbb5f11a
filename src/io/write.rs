//! The rows of one relation to one file or to the standard output.

use std::io::{self, Write};

use crate::analyze::program::{Directive, Relation};
use crate::diag::{Diagnostic, Severity};
use crate::value::{Interner, Primitive, Word};

use super::error;
use super::fields::breaks_a_plain_field;
use super::files::Outputs;
use super::gzip;
use super::lines::{Shares, lines};
use super::order::{Ranked, order};
use super::parameters::{Channel, Encoding, Format, writing};
use super::sqlite::{Saved, with_table};

/// Rows to be written, in any order.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    /// The words, a slice a column, all equally long.
    pub columns: Vec<&'a [Word]>,
    /// How many rows there are; a relation without columns has at most one.
    pub len: usize,
}

/// This much text is gathered before it is written.
pub(super) const CHUNK: usize = 1 << 18;

/// What is wrong with an `.output` directive, which its text tells before there is anything to write.
pub fn check_output(relation: &Relation, directive: &Directive, problems: &mut Vec<Diagnostic>) {
    let mut found = Vec::new();
    writing(relation, directive, &mut found);
    problems.extend(found.into_iter().filter(|it| it.severity == Severity::Error));
}

/// Writes a relation as an `.output` directive says, rows in order. What went wrong is among the
/// problems; only that nobody reads the standard output any more is an error of its own.
pub fn output(
    outputs: &mut dyn Outputs,
    relation: &Relation,
    directive: &Directive,
    rows: &Rows<'_>,
    interner: &Interner,
    problems: &mut Vec<Diagnostic>,
) -> io::Result<()> {
    let Some(mut writing) = writing(relation, directive, problems) else { return Ok(()) };
    // What is printed instead is a table with the names of its columns, whatever it would have been.
    if outputs.only_prints() && writing.encoding != Encoding::Size {
        writing.encoding = Encoding::Lines(match writing.encoding {
            Encoding::Lines(format) => Format { headers: true, ..format },
            _ => Format { delimiter: "\t".to_owned(), rfc4180: false, headers: true },
        });
    }
    let format = match &writing.encoding {
        Encoding::Lines(format) => format.clone(),
        _ => Format { delimiter: "\t".to_owned(), rfc4180: false, headers: false },
    };
    let mut writer = Writer {
        relation,
        format: &format,
        primitives: relation.columns.iter().map(|column| column.primitive).collect(),
        interner,
        threads: outputs.threads(),
        unreadable: 0,
    };
    let file = match &writing.channel {
        Channel::File(name) if !outputs.only_prints() => Some(name),
        _ => None,
    };
    let shown = file.map_or("<standard output>".to_string(), |name| outputs.shown(name));
    let written = match (&writing.encoding, file) {
        (Encoding::Lines(_), Some(name)) if writing.gzip => outputs
            .save(name, &mut |file| gzip::packed(file, &mut |packed| writer.file(rows, packed))),
        (Encoding::Lines(_), Some(name)) => outputs.save(name, &mut |file| writer.file(rows, file)),
        (Encoding::Lines(_), None) => outputs.print(&mut |stream| writer.framed(rows, stream)),
        (Encoding::Json { objects }, Some(name)) => {
            outputs.save(name, &mut |file| writer.json(rows, *objects, file))
        }
        (Encoding::Json { objects }, None) => {
            outputs.print(&mut |stream| writer.json(rows, *objects, stream))
        }
        (Encoding::Sqlite, Some(name)) => {
            let database = outputs.existing(name).and_then(|before| writer.table(rows, before));
            database.and_then(|bytes| outputs.save(name, &mut |file| file.write_all(&bytes)))
        }
        (Encoding::Sqlite, None) => Err(io::Error::other("it takes no database")),
        (Encoding::Size, _) => print_size(outputs, &relation.name, rows.len),
    };
    if writer.unreadable > 0 {
        let (span, name) = (directive.span, &relation.name);
        problems.push(error::cannot_be_read_back(span, name, &shown, writer.unreadable));
    }
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(error),
        Err(error) => {
            problems.push(error::unwritable(directive.span, &relation.name, &shown, &error));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Prints how many rows a relation has, as `.printsize` asks.
pub fn print_size(outputs: &mut dyn Outputs, name: &str, rows: usize) -> io::Result<()> {
    outputs.print(&mut |stream| writeln!(stream, "{name}\t{rows}"))
}

struct Writer<'a> {
    relation: &'a Relation,
    format: &'a Format,
    primitives: Vec<Primitive>,
    interner: &'a Interner,
    threads: usize,
    /// How many rows hold a field that will not be read back as it is.
    unreadable: usize,
}

/// A file whose reader takes a mark of UTF-8 at the beginning for no part of it: where the first
/// text begins with that sign, a mark is written before it.
struct Marked<'a> {
    to: &'a mut dyn Write,
    begun: bool,
}

impl Write for Marked<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        if !bytes.is_empty() && !std::mem::replace(&mut self.begun, true) && bytes.starts_with(MARK)
        {
            self.to.write_all(MARK)?;
        }
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Writer<'_> {
    fn file(&mut self, rows: &Rows<'_>, to: &mut dyn Write) -> io::Result<()> {
        let to = &mut Marked { to, begun: false };
        if self.format.headers {
            writeln!(to, "{}", self.header())?;
        }
        self.rows(rows, to)
    }

    /// On the standard output relations stand one below the other, framed as Souffle frames them.
    fn framed(&mut self, rows: &Rows<'_>, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "---------------\n{}", self.relation.name)?;
        if self.format.headers {
            writeln!(to, "{}", self.header())?;
        }
        writeln!(to, "===============")?;
        self.rows(rows, to)?;
        writeln!(to, "===============")
    }

    fn header(&self) -> String {
        let names: Vec<&str> = self.relation.columns.iter().map(|column| &*column.name).collect();
        names.join(&self.format.delimiter)
    }

    fn rows(&mut self, rows: &Rows<'_>, to: &mut dyn Write) -> io::Result<()> {
        self.unreadable = 0;
        if self.primitives.is_empty() {
            return if rows.len > 0 { writeln!(to, "()") } else { Ok(()) };
        }
        let mut field = |word, primitive, text: &mut Vec<u8>| self.field(word, primitive, text);
        let delimiter = &self.format.delimiter;
        let ranked = Ranked::new(&rows.columns, &self.primitives, self.interner);
        let shares = Shares::of(rows.len, self.threads);
        if lines(shares, rows, &self.primitives, &ranked, delimiter, &mut field, to)? {
            return Ok(());
        }
        let mut text = Vec::with_capacity(CHUNK + 1024);
        for row in ranked.order(&rows.columns) {
            let mut readable = true;
            for (index, column) in rows.columns.iter().enumerate() {
                if index > 0 {
                    text.extend_from_slice(self.format.delimiter.as_bytes());
                }
                readable &= self.field(column[row as usize], self.primitives[index], &mut text)?;
            }
            text.push(b'\n');
            self.unreadable += usize::from(!readable);
            if text.len() >= CHUNK {
                to.write_all(&text)?;
                text.clear();
            }
        }
        to.write_all(&text)
    }

    /// An array of rows, a line each.
    fn json(&self, rows: &Rows<'_>, objects: bool, to: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::with_capacity(CHUNK + 1024);
        text.push(b'[');
        let order = order(&rows.columns, &self.primitives, self.interner);
        for (at, row) in order.into_iter().enumerate() {
            if at > 0 {
                text.extend_from_slice(b",\n");
            }
            text.push(if objects { b'{' } else { b'[' });
            for (index, column) in rows.columns.iter().enumerate() {
                if index > 0 {
                    text.extend_from_slice(b", ");
                }
                if objects {
                    let name = self.relation.columns.get(index).map_or("", |it| &it.name);
                    serde_json::to_writer(&mut text, name)?;
                    text.extend_from_slice(b": ");
                }
                self.json_value(column[row as usize], self.primitives[index], &mut text)?;
            }
            text.push(if objects { b'}' } else { b']' });
            if text.len() >= CHUNK {
                to.write_all(&text)?;
                text.clear();
            }
        }
        if self.primitives.is_empty() && rows.len > 0 {
            text.extend_from_slice(b"null\n");
        }
        text.extend_from_slice(b"]\n");
        to.write_all(&text)
    }

    fn json_value(&self, word: Word, kind: Primitive, text: &mut Vec<u8>) -> io::Result<()> {
        match kind {
            Primitive::Symbol => serde_json::to_writer(text, self.interner.symbol(word))?,
            Primitive::Number => write!(text, "{}", self.interner.number(word))?,
            Primitive::Unsigned => write!(text, "{}", self.interner.unsigned(word))?,
            Primitive::Float => match self.interner.float(word) {
                number if number.is_finite() => serde_json::to_writer(text, &number)?,
                // JSON has no numbers for these.
                _ => {
                    text.push(b'"');
                    self.field(word, kind, text)?;
                    text.push(b'"');
                }
            },
            Primitive::Record => match self.interner.record(word) {
                None => text.extend_from_slice(b"null"),
                Some(record) => {
                    if let Some(branch) = &record.branch {
                        text.push(b'{');
                        serde_json::to_writer(&mut *text, &**branch)?;
                        text.extend_from_slice(b": ");
                    }
                    text.push(b'[');
                    for (at, (kind, field)) in record.fields.iter().enumerate() {
                        if at > 0 {
                            text.extend_from_slice(b", ");
                        }
                        self.json_value(*field, *kind, text)?;
                    }
                    text.push(b']');
                    if record.branch.is_some() {
                        text.push(b'}');
                    }
                }
            },
        }
        Ok(())
    }

    /// A database with the rows as a table.
    fn table(&self, rows: &Rows<'_>, before: Option<Vec<u8>>) -> io::Result<Vec<u8>> {
        if self.primitives.is_empty() {
            return Err(io::Error::other("a table has at least one column"));
        }
        let columns = self.relation.columns.iter().map(|it| (it.name.clone(), it.primitive));
        let columns: Vec<(String, Primitive)> = columns.collect();
        let text = |word: Word, kind| self.interner.constant(word, kind).to_string();
        let rows: Vec<Vec<String>> = order(&rows.columns, &self.primitives, self.interner)
            .into_iter()
            .map(|row| {
                let words = rows.columns.iter().zip(&self.primitives);
                words.map(|(column, kind)| text(column[row as usize], *kind)).collect()
            })
            .collect();
        let table = Saved { name: &self.relation.name, columns: &columns, rows: &rows };
        with_table(before, &table)
    }

    /// Writes a field; whether it will read back as it is.
    fn field(&self, word: Word, primitive: Primitive, text: &mut Vec<u8>) -> io::Result<bool> {
        match primitive {
            Primitive::Symbol => {
                let symbol = self.interner.symbol(word);
                if self.format.rfc4180 {
                    quoted(symbol, text);
                } else {
                    text.extend_from_slice(symbol.as_bytes());
                    return Ok(!breaks_a_plain_field(symbol, &self.format.delimiter));
                }
            }
            Primitive::Number => {
                let mut digits = itoa::Buffer::new();
                text.extend_from_slice(digits.format(self.interner.number(word)).as_bytes());
            }
            Primitive::Unsigned => {
                let mut digits = itoa::Buffer::new();
                text.extend_from_slice(digits.format(self.interner.unsigned(word)).as_bytes());
            }
            Primitive::Float => float(self.interner.float(word), text)?,
            Primitive::Record => {
                let shown = self.interner.constant(word, primitive).to_string();
                match self.format.rfc4180 {
                    true => quoted(&shown, text),
                    false => text.extend_from_slice(shown.as_bytes()),
                }
            }
        }
        Ok(true)
    }
}

/// As short as it reads back; with an exponent where there would be many zeros.
fn float(number: f64, text: &mut Vec<u8>) -> io::Result<()> {
    let plain = number == 0.0 || !number.is_finite() || (1e-5..1e16).contains(&number.abs());
    if plain { write!(text, "{number}") } else { write!(text, "{number:e}") }
}

/// Souffle quotes every symbol in this format, so we do.
fn quoted(symbol: &str, text: &mut Vec<u8>) {
    text.push(b'"');
    let mut rest = symbol.as_bytes();
    while let Some(at) = memchr::memchr(b'"', rest) {
        text.extend_from_slice(&rest[..=at]);
        text.push(b'"');
        rest = &rest[at + 1..];
    }
    text.extend_from_slice(rest);
    text.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::super::files::StandardOutput;
    use super::super::read::tests::{directive, relation};
    use super::*;
    use crate::value::Constant;

    /// What is printed for some rows, and the problems' messages.
    fn print(
        columns: &str,
        parameters: &[(&str, &str)],
        rows: &[Vec<Constant>],
    ) -> (String, Vec<String>) {
        let relation = relation("p", columns);
        let mut interner = Interner::new();
        let words: Vec<Vec<Word>> = (0..relation.arity())
            .map(|column| rows.iter().map(|row| interner.intern(&row[column])).collect())
            .collect();
        let columns = words.iter().map(Vec::as_slice).collect();
        let rows = Rows { columns, len: rows.len() };
        let mut printed = Vec::new();
        let mut problems = Vec::new();
        let directive = directive(parameters);
        output(
            &mut StandardOutput(&mut printed),
            &relation,
            &directive,
            &rows,
            &interner,
            &mut problems,
        )
        .unwrap();
        let messages = problems.into_iter().map(|problem| problem.message).collect();
        (String::from_utf8(printed).unwrap(), messages)
    }

    fn row(symbol: &str, number: i64) -> Vec<Constant> {
        vec![Constant::Symbol(symbol.into()), Constant::Number(number)]
    }

    #[test]
    fn rows_are_framed_and_sorted() {
        let rows = [row("b", 10), row("a", 3), row("b", 9)];
        let (printed, problems) =
            print("s: symbol, n: number", &[("IO", "stdout"), ("headers", "true")], &rows);
        assert_eq!(
            printed,
            "---------------\np\ns\tn\n===============\na\t3\nb\t9\nb\t10\n===============\n"
        );
        assert!(problems.is_empty());
    }

    #[test]
    fn a_text_that_begins_with_a_mark_keeps_it_behind_another() {
        for (text, written) in
            [("\u{feff}a\n", "\u{feff}\u{feff}a\n"), ("a\u{feff}\n", "a\u{feff}\n")]
        {
            let mut bytes = Vec::new();
            let mut marked = Marked { to: &mut bytes, begun: false };
            marked.write_all(b"").unwrap();
            marked.write_all(text.as_bytes()).unwrap();
            marked.write_all(text.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(bytes).unwrap(), format!("{written}{text}"));
        }
    }

    #[test]
    fn quoted_symbols_read_back() {
        let (printed, problems) =
            print("s: symbol, n: number", &[("rfc4180", "true")], &[row("a \"b\",\nc", -1)]);
        assert!(printed.contains("\n\"a \"\"b\"\",\nc\",-1\n"), "{printed}");
        assert!(problems.is_empty());
    }

    #[test]
    fn a_plain_field_that_cannot_be_read_back_is_a_warning() {
        let (printed, problems) =
            print("s: symbol, n: number", &[], &[row("a\tb", 1), row("c", 2)]);
        assert!(printed.contains("a\tb\t1\nc\t2\n"));
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("1 row of `p` in `<standard output>` cannot be read back"));
    }

    #[test]
    fn a_relation_without_columns_is_a_pair_of_parentheses() {
        assert!(print("", &[], &[vec![]]).0.contains("\n()\n"));
        assert!(!print("", &[], &[]).0.contains("()"));
    }

    #[test]
    fn floats_are_written_as_short_as_they_read_back() {
        let values = [1.0, 0.1, -2.5e300].map(|number| vec![Constant::Float(number)]);
        let (printed, _) = print("f: float", &[], &values);
        assert!(printed.contains("\n-2.5e300\n0.1\n1\n"), "{printed}");
    }
}
