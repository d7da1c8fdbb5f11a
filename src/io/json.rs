//! JSON with places.
//!
//! Places come from borrowing: `serde_json` is asked for the raw text of each row and value, and
//! where that lies in the whole text is its place. So serde_json stays the only thing here that
//! knows JSON.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::analyze::program::Relation;
use crate::diag::{Diagnostic, SourceId, Span};
use crate::value::{Constant, Primitive};

use super::error;

/// An object with its keys in the order written, twice the same key included.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Collect<'a> {
            type Value = Entries<'a>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Collect(PhantomData))
    }
}

/// The reading of one JSON text.
pub(super) struct Json<'a> {
    pub(super) source: SourceId,
    pub(super) text: &'a str,
}

impl<'a> Json<'a> {
    /// All rows of a text that is an array of rows; what is wrong goes to the problems, and the
    /// other rows are read.
    pub(super) fn rows(
        &self,
        relation: &Relation,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<(Vec<Constant>, Span)> {
        let whole: &RawValue = match serde_json::from_str(self.text) {
            Ok(whole) => whole,
            Err(error) => {
                problems.push(self.syntax(&error));
                return Vec::new();
            }
        };
        let Some(rows) = array(whole.get()) else {
            let expected = format!("an array of the rows of `{}`", relation.name);
            problems.push(error::bad_shape(self.head(whole), &expected));
            return Vec::new();
        };
        let mut read = Vec::with_capacity(rows.len());
        for row in rows {
            match self.row(relation, row) {
                Ok(values) => read.push((values, self.span(row))),
                Err(problem) => problems.push(problem),
            }
        }
        read
    }

    pub(super) fn row(
        &self,
        relation: &Relation,
        row: &'a RawValue,
    ) -> Result<Vec<Constant>, Diagnostic> {
        if relation.arity() == 0 && row.get() == "null" {
            return Ok(Vec::new());
        }
        if let Some(values) = array(row.get()) {
            if values.len() != relation.arity() {
                let (found, wanted) = (values.len(), relation.arity());
                return Err(error::bad_length(self.span(row), &relation.name, found, wanted));
            }
            let columns = relation.columns.iter().zip(values);
            return columns
                .map(|(column, value)| self.value(&column.name, column.primitive, value))
                .collect();
        }
        let Some(entries) = entries(row.get()) else {
            let expected = format!("a row of `{}`: an array or an object", relation.name);
            return Err(error::bad_shape(self.span(row), &expected));
        };
        let known = || relation.columns.iter().map(|column| column.name.as_str());
        let mut values: Vec<Option<Constant>> = vec![None; relation.arity()];
        for (name, value) in entries {
            let Some(index) = known().position(|column| column == name) else {
                let span = self.key(value, &name);
                return Err(error::unknown_column(span, &relation.name, &name, known()));
            };
            if values[index].is_some() {
                return Err(error::column_twice(self.key(value, &name), &name));
            }
            values[index] = Some(self.value(&name, relation.columns[index].primitive, value)?);
        }
        let columns = relation.columns.iter().zip(values);
        columns
            .map(|(column, value)| {
                value.ok_or_else(|| {
                    error::column_missing(self.span(row), &relation.name, &column.name)
                })
            })
            .collect()
    }

    fn value(
        &self,
        column: &str,
        primitive: Primitive,
        raw: &'a RawValue,
    ) -> Result<Constant, Diagnostic> {
        let text = raw.get();
        let found = match primitive {
            Primitive::Symbol => {
                serde_json::from_str::<String>(text).ok().map(|text| Constant::Symbol(text.into()))
            }
            Primitive::Number => serde_json::from_str(text).ok().map(Constant::Number),
            Primitive::Unsigned => serde_json::from_str(text).ok().map(Constant::Unsigned),
            Primitive::Float => {
                let named = || serde_json::from_str::<String>(text).ok()?.parse().ok();
                let named = || named().filter(|number: &f64| !number.is_finite());
                serde_json::from_str(text).ok().or_else(named).map(Constant::Float)
            }
            // Relations with records are not read.
            Primitive::Record => None,
        };
        found.ok_or_else(|| error::bad_value(self.span(raw), column, primitive, text))
    }

    /// Where a value lies in the text it was borrowed from.
    pub(super) fn span(&self, raw: &RawValue) -> Span {
        let start = raw.get().as_ptr() as usize - self.text.as_ptr() as usize;
        Span { source: self.source, start: start as u32, end: (start + raw.get().len()) as u32 }
    }

    /// The first character of a value, which stands for the whole where that may be long.
    pub(super) fn head(&self, raw: &RawValue) -> Span {
        let span = self.span(raw);
        Span { end: span.end.min(span.start + 1), ..span }
    }

    /// The key before a value, quotes included; the value itself where the key is written with
    /// escapes.
    pub(super) fn key(&self, value: &RawValue, name: &str) -> Span {
        let span = self.span(value);
        let quoted = format!("\"{name}\"");
        let before = self.text.get(..span.start as usize).unwrap_or("");
        let before = before.trim_end_matches([' ', '\t', '\r', '\n', ':']);
        if before.ends_with(&quoted) {
            let end = before.len() as u32;
            return Span { start: end - quoted.len() as u32, end, ..span };
        }
        self.head(value)
    }

    pub(super) fn syntax(&self, error: &serde_json::Error) -> Diagnostic {
        let line_start: usize = self
            .text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let at = (line_start + error.column().saturating_sub(1)).min(self.text.len());
        let span = Span {
            source: self.source,
            start: at as u32,
            end: (at + 1).min(self.text.len()) as u32,
        };
        // serde_json ends with the place, which the span says better.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let message = message.replacen("EOF while parsing", "the text ends within", 1);
        error::not_json(span, &message)
    }
}

pub(super) fn array(text: &str) -> Option<Vec<&RawValue>> {
    if text.starts_with('[') { serde_json::from_str(text).ok() } else { None }
}

pub(super) fn entries(text: &str) -> Option<Vec<(String, &RawValue)>> {
    if !text.starts_with('{') {
        return None;
    }
    let Entries(entries) = serde_json::from_str(text).ok()?;
    Some(entries)
}
