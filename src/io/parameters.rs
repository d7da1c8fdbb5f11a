//! What the parameters of a directive mean: `.input p(filename="p.csv", rfc4180=true)`.

use crate::analyze::program::{Directive, Relation};
use crate::diag::Diagnostic;

use super::error;
use super::fields::Cut;

/// How and from where a relation is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reading {
    /// From where.
    pub channel: Channel,
    /// In what format.
    pub encoding: Encoding,
    /// Which field of a record each column of the relation is.
    pub fields: Vec<usize>,
    /// Whether the directive says which fields are meant, so that others are left out on purpose.
    pub picks: bool,
}

/// How and to where a relation is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Writing {
    /// To where.
    pub channel: Channel,
    /// In what format.
    pub encoding: Encoding,
    /// Whether it is compressed.
    pub gzip: bool,
}

/// How a relation is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    /// A row a line.
    Lines(Format),
    /// An array of rows; each an object, or an array.
    Json {
        /// Whether rows are written as objects.
        objects: bool,
    },
    /// A table of a database, with the relation's name.
    Sqlite,
    /// The relation's name and how many tuples it has.
    Size,
}

/// A file or a standard stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Channel {
    /// A file by its name.
    File(String),
    /// Standard input or standard output.
    Standard,
}

/// How records are written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Format {
    /// What stands between fields.
    pub delimiter: String,
    /// Whether fields may be quoted.
    pub rfc4180: bool,
    /// Whether the first line names the columns.
    pub headers: bool,
}

impl Format {
    /// How a text of this format is cut into records.
    pub fn cut(&self) -> Cut<'_> {
        Cut { delimiter: &self.delimiter, quoted: self.rfc4180 }
    }
}

/// Reads the parameters of an `.input`.
pub(super) fn reading(
    relation: &Relation,
    directive: &Directive,
    problems: &mut Vec<Diagnostic>,
) -> Option<Reading> {
    let parameters = Parameters { directive, relation };
    let io = parameters.get("IO").unwrap_or("file");
    let (channel, encoding) = match io {
        "file" => {
            let extension = if parameters.packed() { "facts.gz" } else { "facts" };
            (parameters.file(extension), parameters.lines(problems))
        }
        "stdin" | "stdinfile" => (Channel::Standard, parameters.lines(problems)),
        "jsonfile" => (parameters.file("json"), parameters.json(problems)),
        "json" => (Channel::Standard, parameters.json(problems)),
        "sqlite" => (parameters.file("sqlite"), Some(Encoding::Sqlite)),
        other => {
            let supported = ["file", "stdin", "jsonfile", "json", "sqlite"];
            problems.push(error::unsupported(
                directive.span,
                &format!("`IO={other}`"),
                other,
                &supported,
            ));
            return None;
        }
    };
    let columns = matches!(io, "file" | "stdin" | "stdinfile");
    let more: &[&str] = match (columns, io) {
        (true, "file") => &["columns", "compress"],
        (true, _) => &["columns"],
        (false, _) => &[],
    };
    parameters.warn_of_unknown(io, more, problems);
    let fields = parameters.fields(columns, problems);
    let picks = parameters.get("columns").is_some();
    Some(Reading { channel, encoding: encoding?, fields: fields?, picks })
}

/// Reads the parameters of an `.output`.
pub(super) fn writing(
    relation: &Relation,
    directive: &Directive,
    problems: &mut Vec<Diagnostic>,
) -> Option<Writing> {
    let parameters = Parameters { directive, relation };
    let io = parameters.get("IO").unwrap_or("file");
    let (channel, encoding) = match io {
        "file" => {
            let extension = if parameters.packed() { "csv.gz" } else { "csv" };
            (parameters.file(extension), parameters.lines(problems))
        }
        "stdout" => (Channel::Standard, parameters.lines(problems)),
        "jsonfile" => (parameters.file("json"), parameters.json(problems)),
        "json" => (Channel::Standard, parameters.json(problems)),
        "sqlite" => (parameters.file("sqlite"), Some(Encoding::Sqlite)),
        "stdoutprintsize" => (Channel::Standard, Some(Encoding::Size)),
        other => {
            let supported = ["file", "stdout", "jsonfile", "json", "sqlite", "stdoutprintsize"];
            problems.push(error::unsupported(
                directive.span,
                &format!("`IO={other}`"),
                other,
                &supported,
            ));
            return None;
        }
    };
    let is_file = io == "file";
    parameters.warn_of_unknown(io, if is_file { &["compress"] } else { &[] }, problems);
    let compress = is_file && parameters.truth("compress", problems)?;
    let named = matches!(&channel, Channel::File(name) if name.ends_with(".gz"));
    Some(Writing { gzip: is_file && (compress || named), channel, encoding: encoding? })
}

/// Parameters of Souffle that have no meaning here: passing over them would change what is read.
const UNSUPPORTED: [&str; 3] = ["attributeNames", "params", "types"];

struct Parameters<'a> {
    directive: &'a Directive,
    relation: &'a Relation,
}

impl Parameters<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.directive.parameter(name)
    }

    fn warn_of_unknown(&self, io: &str, more: &[&str], problems: &mut Vec<Diagnostic>) {
        let own: &[&str] = match io {
            "file" => &["filename", "delimiter", "headers", "rfc4180"],
            "stdin" | "stdinfile" | "stdout" => &["delimiter", "headers", "rfc4180"],
            "jsonfile" => &["filename", "format"],
            "json" => &["format"],
            "sqlite" => &["filename", "dbname"],
            _ => &[],
        };
        let known = [&["IO"], own, more].concat();
        for (name, _) in &self.directive.parameters {
            if UNSUPPORTED.contains(&name.as_str()) {
                let what = format!("the parameter `{name}`");
                problems.push(error::unsupported(self.directive.span, &what, name, &known));
            } else if !known.contains(&name.as_str()) {
                problems.push(error::unknown_parameter(self.directive.span, name, &known));
            }
        }
    }

    /// Whether a file is said to be compressed.
    fn packed(&self) -> bool {
        self.truth("compress", &mut Vec::new()) == Some(true)
    }

    fn file(&self, extension: &str) -> Channel {
        let old = if extension == "sqlite" { self.get("dbname") } else { None };
        Channel::File(match self.get("filename").or(old) {
            Some(name) => name.to_string(),
            None => format!("{}.{extension}", self.relation.name),
        })
    }

    fn json(&self, problems: &mut Vec<Diagnostic>) -> Option<Encoding> {
        match self.get("format") {
            None | Some("list") => Some(Encoding::Json { objects: false }),
            Some("object") => Some(Encoding::Json { objects: true }),
            Some(other) => {
                let span = self.directive.span;
                problems.push(error::bad_parameter(span, "format", other, "`list` or `object`"));
                None
            }
        }
    }

    fn lines(&self, problems: &mut Vec<Diagnostic>) -> Option<Encoding> {
        self.format(problems).map(Encoding::Lines)
    }

    fn format(&self, problems: &mut Vec<Diagnostic>) -> Option<Format> {
        let headers = self.truth("headers", problems);
        let rfc4180 = self.truth("rfc4180", problems)?;
        let delimiter = match self.get("delimiter") {
            // Souffle takes the two characters for a tab as well.
            Some("\\t") => "\t",
            Some(written) => written,
            None if rfc4180 => ",",
            None => "\t",
        };
        let unusable = delimiter.is_empty()
            || delimiter.contains(['\n', '\r'])
            || (rfc4180 && delimiter.contains('"'));
        if unusable {
            let expected = if rfc4180 {
                "one or more characters other than quotes and line breaks"
            } else {
                "one or more characters other than line breaks"
            };
            let span = self.directive.span;
            problems.push(error::bad_parameter(span, "delimiter", delimiter, expected));
            return None;
        }
        Some(Format { delimiter: delimiter.to_string(), rfc4180, headers: headers? })
    }

    fn truth(&self, name: &str, problems: &mut Vec<Diagnostic>) -> Option<bool> {
        match self.get(name) {
            None | Some("false") => Some(false),
            Some("true") => Some(true),
            Some(other) => {
                let span = self.directive.span;
                problems.push(error::bad_parameter(span, name, other, "`true` or `false`"));
                None
            }
        }
    }

    /// `columns="1:0:3"`: field 1 is the first column, field 0 the second, field 3 the third.
    fn fields(&self, of_lines: bool, problems: &mut Vec<Diagnostic>) -> Option<Vec<usize>> {
        let relation = self.relation;
        let Some(written) = self.get("columns").filter(|_| of_lines) else {
            return Some((0..relation.arity()).collect());
        };
        let numbers: Option<Vec<usize>> = written
            .split(':')
            .filter(|_| !written.is_empty())
            .map(|number| number.trim().parse().ok().filter(|field| *field < 1 << 16))
            .collect();
        let right = numbers.filter(|numbers| {
            let mut distinct = numbers.clone();
            distinct.sort_unstable();
            distinct.dedup();
            distinct.len() == relation.arity() && numbers.len() == relation.arity()
        });
        if right.is_none() {
            let expected = format!(
                "{} different field numbers from 0, one for each column of `{}`, such as `{}`",
                relation.arity(),
                relation.name,
                (0..relation.arity())
                    .map(|column| column.to_string())
                    .collect::<Vec<_>>()
                    .join(":")
            );
            let span = self.directive.span;
            problems.push(error::bad_parameter(span, "columns", written, &expected));
        }
        right
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{directive, relation};
    use super::*;

    fn read(parameters: &[(&str, &str)]) -> Result<Reading, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let relation = relation("p", "a: symbol, b: number");
        let reading = reading(&relation, &directive(parameters), &mut problems);
        reading.ok_or(problems)
    }

    fn delimiter(reading: &Reading) -> &str {
        match &reading.encoding {
            Encoding::Lines(format) => &format.delimiter,
            other => panic!("{other:?}"),
        }
    }

    fn message(parameters: &[(&str, &str)]) -> String {
        read(parameters).unwrap_err()[0].message.clone()
    }

    #[test]
    fn without_parameters_a_relation_is_read_from_tabs() {
        let reading = read(&[]).unwrap();
        assert_eq!(reading.channel, Channel::File("p.facts".into()));
        assert_eq!(delimiter(&reading), "\t");
        assert_eq!(reading.fields, [0, 1]);
    }

    #[test]
    fn rfc4180_means_commas_unless_said_otherwise() {
        assert_eq!(delimiter(&read(&[("rfc4180", "true")]).unwrap()), ",");
        let reading = read(&[("rfc4180", "true"), ("delimiter", ";")]).unwrap();
        assert_eq!(delimiter(&reading), ";");
    }

    #[test]
    fn columns_say_which_field_is_which_column() {
        assert_eq!(read(&[("columns", "3:0")]).unwrap().fields, [3, 0]);
        for wrong in ["", "0", "0:0", "0:x", "0:1:2", "-1:0"] {
            assert!(message(&[("columns", wrong)]).starts_with("`columns` cannot be"), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_supported_is_refused_by_name() {
        assert_eq!(message(&[("IO", "mysql")]), "`IO=mysql` is not supported");
        assert_eq!(message(&[("IO", "json"), ("format", "x")]), "`format` cannot be `x`");
        assert_eq!(message(&[("headers", "yes")]), "`headers` cannot be `yes`");
        assert_eq!(message(&[("delimiter", "")]), "`delimiter` cannot be ``");
    }

    #[test]
    fn an_unknown_parameter_is_a_warning_with_the_nearest_name() {
        let mut problems = Vec::new();
        let relation = relation("p", "a: symbol");
        reading(&relation, &directive(&[("filenam", "x")]), &mut problems).unwrap();
        assert_eq!(problems[0].help, ["did you mean `filename`?"]);
    }
}
