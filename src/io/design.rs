//! A whole design from a folder of CSV files or from one JSON text.
//!
//! Both say the same as facts in a program would: each fact knows its relation, its values and its
//! place. Columns are found by name, so their order in a file is free; in JSON a row may be an
//! array in the order of declaration or an object by name.

use std::ops::Range;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::analyze::facts::{Statable, StatedFact};
use crate::analyze::program::Relation;
use crate::diag::{Diagnostic, SourceId, Sources, Span};
use crate::text::Text;
use crate::value::{Constant, RelationId};

use super::error;
use super::fields::{Cut, Field, Misquoted, Records, content};
use super::files::Files;
use super::json::{Json, array, entries};
use super::value;

/// What a design may state.
#[derive(Clone, Copy)]
struct Schema<'a> {
    statable: &'a Statable,
    relations: &'a [Arc<Relation>],
}

impl<'a> Schema<'a> {
    fn find(
        self,
        name: &str,
        span: Span,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<(RelationId, &'a Relation)> {
        let id = self.statable.resolve(name, span, problems)?;
        Some((id, self.relations.get(id.index())?))
    }
}

/// Reads a design from a folder: every file `RELATION.csv` holds the facts of a relation, quoted as
/// RFC 4180 has it, the first line naming the columns. Other files are left alone.
pub fn design_of_folder(
    files: &dyn Files,
    statable: &Statable,
    relations: &[Arc<Relation>],
    sources: &mut Sources,
    problems: &mut Vec<Diagnostic>,
) -> Vec<StatedFact> {
    let mut facts = Vec::new();
    let names = match files.list() {
        Ok(names) => names,
        Err(error) => {
            problems.push(error::unreadable_design(&files.shown("."), &error));
            return facts;
        }
    };
    let schema = Schema { statable, relations };
    let mut tables = 0;
    for name in names {
        let cut = name.rsplit_once('.').filter(|(_, end)| end.eq_ignore_ascii_case("csv"));
        let Some((relation, _)) = cut else { continue };
        tables += 1;
        let shown = files.shown(&name);
        let bytes = match files.read(&name) {
            Ok(bytes) => bytes,
            Err(error) => {
                problems.push(error::unreadable_design(&shown, &error));
                continue;
            }
        };
        if let Some(text) = keep(bytes, &shown, sources, problems) {
            let mut table = Table { text, sources, problems: &mut *problems, facts: &mut facts };
            table.read(schema, relation);
        }
    }
    if tables == 0 {
        let shown = files.shown("");
        problems.push(error::no_tables(shown.trim_end_matches('/')));
    }
    facts
}

/// Reads a design from a JSON text: an object whose keys are relations and whose values are arrays
/// of rows, each an array of values in the order of the columns or an object of values by column.
pub fn design_of_json(
    name: &str,
    bytes: Vec<u8>,
    statable: &Statable,
    relations: &[Arc<Relation>],
    sources: &mut Sources,
    problems: &mut Vec<Diagnostic>,
) -> Vec<StatedFact> {
    let mut facts = Vec::new();
    let Some(kept) = keep(bytes, name, sources, problems) else { return facts };
    if let Some(bad) = kept.marks.invalid.first() {
        problems
            .push(error::not_text(kept.span(bad.clone()), (kept.marks.before + bad.start) as u64));
        return facts;
    }
    let schema = Schema { statable, relations };
    let text = sources.get(kept.source).map_or("", |source| &source.text);
    let json = Json { source: kept.source, text };
    read_json(&json, schema, &mut facts, problems);
    facts
}

fn read_json(
    json: &Json<'_>,
    schema: Schema<'_>,
    facts: &mut Vec<StatedFact>,
    problems: &mut Vec<Diagnostic>,
) {
    // Whether it is JSON at all is asked first, so that the answer has serde_json's place.
    let whole: &RawValue = match serde_json::from_str(json.text) {
        Ok(whole) => whole,
        Err(error) => return problems.push(json.syntax(&error)),
    };
    let Some(relations) = entries(whole.get()) else {
        return problems.push(error::bad_shape(json.head(whole), "an object of relations"));
    };
    for (name, rows) in relations {
        let key = json.key(rows, &name);
        let Some((id, relation)) = schema.find(&name, key, problems) else { continue };
        let Some(rows) = array(rows.get()) else {
            let expected = format!("an array of the rows of `{name}`");
            problems.push(error::bad_shape(json.head(rows), &expected));
            continue;
        };
        for row in rows {
            match json.row(relation, row) {
                Ok(values) => {
                    facts.push(StatedFact { relation: id, values, span: json.span(row) });
                }
                Err(problem) => problems.push(problem),
            }
        }
    }
}

/// A text that is in the sources now.
struct Kept {
    source: SourceId,
    /// What was not UTF-8 in it; the text itself is in the sources.
    marks: Text,
}

impl Kept {
    fn span(&self, range: Range<usize>) -> Span {
        Span { source: self.source, start: range.start as u32, end: range.end as u32 }
    }
}

fn keep(
    bytes: Vec<u8>,
    shown: &str,
    sources: &mut Sources,
    problems: &mut Vec<Diagnostic>,
) -> Option<Kept> {
    if u32::try_from(bytes.len()).is_err() {
        problems.push(error::too_large(None, shown));
        return None;
    }
    let mut marks = Text::new(bytes);
    let source = sources.add(shown, std::mem::take(&mut marks.text));
    Some(Kept { source, marks })
}

/// The reading of one CSV file of a design.
struct Table<'a> {
    text: Kept,
    sources: &'a Sources,
    problems: &'a mut Vec<Diagnostic>,
    facts: &'a mut Vec<StatedFact>,
}

impl Table<'_> {
    fn read(&mut self, schema: Schema<'_>, name: &str) {
        let text: &str = self.sources.get(self.text.source).map_or("", |source| &source.text);
        let mut records = Records::new(text, Cut { delimiter: ",", quoted: true });
        let header = records.next();
        let header_span =
            self.text.span(header.as_ref().map_or(0..0, |header| header.range.clone()));
        let Some((id, relation)) = schema.find(name, header_span, self.problems) else { return };
        let Some(columns) = self.columns(relation, text, &records.fields, header_span) else {
            return;
        };
        let mut buffer = String::new();
        while let Some(record) = records.next() {
            if record.range.is_empty() {
                continue;
            }
            let bad = self.text.marks.invalid_in(&record.range);
            if let Some(bad) = bad {
                let byte = (self.text.marks.before + bad.start) as u64;
                self.problems.push(error::not_text(self.text.span(bad), byte));
                continue;
            }
            if let Some(misquoted) = record.misquoted {
                self.problems.push(self.misquoted(misquoted));
                continue;
            }
            let span = self.text.span(record.range.clone());
            match self.row(relation, &columns, text, &records.fields, span, &mut buffer) {
                Ok(values) => self.facts.push(StatedFact { relation: id, values, span }),
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    /// Which field each column of the relation is, from the header.
    fn columns(
        &mut self,
        relation: &Relation,
        text: &str,
        header: &[Field],
        span: Span,
    ) -> Option<Vec<usize>> {
        let known = || relation.columns.iter().map(|column| column.name.as_str());
        let mut fields: Vec<Option<usize>> = vec![None; relation.arity()];
        let before = self.problems.len();
        for (index, field) in header.iter().enumerate() {
            let mut buffer = String::new();
            let name = content(text, field, &mut buffer).trim();
            let span = self.text.span(field.range.clone());
            match known().position(|column| column == name).and_then(|at| fields.get_mut(at)) {
                None => {
                    self.problems.push(error::unknown_column(span, &relation.name, name, known()))
                }
                Some(Some(_)) => self.problems.push(error::column_twice(span, name)),
                Some(place) => *place = Some(index),
            }
        }
        if self.problems.len() == before {
            for (column, field) in relation.columns.iter().zip(&fields) {
                if field.is_none() {
                    let missing = error::column_missing(span, &relation.name, &column.name);
                    self.problems.push(missing);
                }
            }
        }
        if self.problems.len() == before { fields.into_iter().collect() } else { None }
    }

    fn row(
        &self,
        relation: &Relation,
        fields_of_columns: &[usize],
        text: &str,
        fields: &[Field],
        span: Span,
        buffer: &mut String,
    ) -> Result<Vec<Constant>, Diagnostic> {
        if let Some(extra) = fields.get(relation.arity()) {
            let span = self.text.span(extra.range.clone());
            return Err(error::bad_length(span, &relation.name, fields.len(), relation.arity()));
        }
        let columns = relation.columns.iter().zip(fields_of_columns);
        let values = columns.map(|(column, &field)| {
            let Some(field) = fields.get(field) else {
                let end = Span { start: span.end, ..span };
                let (found, wanted) = (fields.len(), relation.arity());
                let (relation, column) = (&relation.name, &column.name);
                return Err(error::too_few_fields(end, relation, column, found, wanted));
            };
            let written = content(text, field, buffer);
            value::constant(written, column.primitive).ok_or_else(|| {
                let span = self.text.span(field.range.clone());
                error::bad_value(span, &column.name, column.primitive, written)
            })
        });
        values.collect()
    }

    fn misquoted(&self, misquoted: Misquoted) -> Diagnostic {
        let at = |place: usize| self.text.span(place..place + 1);
        match misquoted {
            Misquoted::Open { quote } => error::open_quote(at(quote)),
            Misquoted::Trailing { quote, at: place } => error::after_quote(at(place), at(quote)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::read::tests::relation;
    use super::*;
    use crate::analyze::program::Program;
    use crate::diag::Renderer;

    fn relations() -> Vec<Relation> {
        vec![
            relation("owner", "object: symbol, value: symbol"),
            relation("need", "req: symbol, ordinal: number"),
            relation("derived", "a: symbol"),
        ]
    }

    fn shown(
        read: impl FnOnce(
            &Statable,
            &[Arc<Relation>],
            &mut Sources,
            &mut Vec<Diagnostic>,
        ) -> Vec<StatedFact>,
    ) -> (Vec<String>, String) {
        let program = Program {
            relations: relations().into_iter().map(Arc::new).collect(),
            ..Program::default()
        };
        let statable = Statable::new(&program, |relation| relation.name != "derived", []);
        let relations = program.relations;
        let (mut sources, mut problems) = (Sources::new(), Vec::new());
        let facts = read(&statable, &relations, &mut sources, &mut problems);
        let facts = facts
            .iter()
            .map(|fact| {
                let values: Vec<String> =
                    fact.values.iter().map(|value| value.to_string()).collect();
                let name = &relations[fact.relation.index()].name;
                let line = sources.position(fact.span).line;
                format!("{}:{line} {name}({})", sources.name(fact.span), values.join(", "))
            })
            .collect();
        (facts, Renderer { colour: false }.render(&sources, &problems))
    }

    fn folder(files: &[(&str, &str)]) -> (Vec<String>, String) {
        let files: BTreeMap<&str, &[u8]> =
            files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        shown(|statable, relations, sources, problems| {
            design_of_folder(&files, statable, relations, sources, problems)
        })
    }

    fn json(text: &str) -> (Vec<String>, String) {
        shown(|statable, relations, sources, problems| {
            let bytes = text.as_bytes().to_vec();
            design_of_json("d.json", bytes, statable, relations, sources, problems)
        })
    }

    #[test]
    fn a_folder_is_read_by_the_names_of_its_columns() {
        let (facts, problems) = folder(&[
            ("need.csv", "ordinal,req\n1,bid\n2,\"a, b\"\n"),
            ("notes.txt", "not a table"),
            ("owner.csv", "object,value\r\nAuction,system\r\n"),
        ]);
        assert_eq!(problems, "");
        assert_eq!(
            facts,
            [
                "need.csv:2 need(bid, 1)",
                "need.csv:3 need(a, b, 2)",
                "owner.csv:2 owner(Auction, system)"
            ]
        );
    }

    #[test]
    fn a_folder_without_tables_is_an_error() {
        assert!(folder(&[("a.txt", "")]).1.contains("there is no CSV file in the folder"));
    }

    #[test]
    fn what_is_wrong_in_a_folder_is_shown_and_the_rest_is_read() {
        let (facts, problems) = folder(&[
            ("need.csv", "req,ordinal\nbid,one\nsee\nlist,3\nx,4,5\n"),
            ("ownr.csv", "object,value\n"),
            ("owner.csv", "object,valu\n"),
            ("derived.csv", "a\nx\n"),
        ]);
        assert_eq!(facts, ["need.csv:4 need(list, 3)"]);
        for part in [
            "`ordinal` is a number, and `one` is none",
            "a row of `need` needs 2 fields, and this line has 1",
            "a row of `need` has 2 values, and this one 3",
            "`ownr` is not declared",
            "did you mean `owner`?",
            "`owner` has no column `valu`",
            "did you mean `value`?",
            "`derived` is not for a design to state",
        ] {
            assert!(problems.contains(part), "{part}\n{problems}");
        }
    }

    #[test]
    fn json_rows_are_arrays_or_objects() {
        let (facts, problems) = json(
            "{\n\"owner\": [[\"Auction\", \"caf\\u00e9\"]],\n\"need\": [\n{\"ordinal\": 1, \"req\": \"bid\"}\n]}",
        );
        assert_eq!(problems, "");
        assert_eq!(facts, ["d.json:2 owner(Auction, café)", "d.json:4 need(bid, 1)"]);
    }

    #[test]
    fn what_is_wrong_in_json_is_underlined() {
        let (facts, problems) = json(
            "{\"ownr\": [],\n \"owner\": [[\"a\"], 7, [\"a\", 5], {\"object\": \"a\", \"valu\": \"b\"},\n  {\"object\": \"a\"}, [\"x\", \"y\"]],\n \"need\": 3}",
        );
        assert_eq!(facts, ["d.json:3 owner(x, y)"]);
        for part in [
            "--> d.json:1:2",
            "`ownr` is not declared",
            "a row of `owner` has 2 values, and this one 1",
            "expected a row of `owner`: an array or an object",
            "`value` is a symbol, and `5` is none",
            "--> d.json:2:48",
            "`owner` has no column `valu`",
            "the column `value` of `owner` is missing",
            "expected an array of the rows of `need`",
        ] {
            assert!(problems.contains(part), "{part}\n{problems}");
        }
    }

    #[test]
    fn a_text_that_is_no_json_says_where() {
        let (_, problems) = json("{\"owner\": [\n[\"a\" \"b\"]]}");
        assert!(problems.contains("this is not JSON: expected `,` or `]`"), "{problems}");
        assert!(problems.contains("--> d.json:2:6"), "{problems}");
        assert!(json("").1.contains("this is not JSON"));
        assert!(json("[]").1.contains("expected an object of relations"));
    }
}
