//! What is wrong with a file of rows, kept by places in its text until all of it is read.

use std::ops::Range;

use crate::analyze::program::Relation;
use crate::diag::{Diagnostic, SourceId, Span};

use super::error;
use super::fields::Misquoted;
use super::parameters::{Format, Reading};

/// At most this many bad lines of one file are kept as problems of their own.
const REPORTED: usize = 1000;

/// What is wrong with a line, by places in the text.
pub(super) enum Fault {
    NotText(Range<usize>),
    Misquoted(Misquoted),
    TooFew {
        end: usize,
        line: Range<usize>,
        column: usize,
        found: usize,
    },
    Value {
        range: Range<usize>,
        column: usize,
    },
    /// Digits that Souffle does not read.
    Digits(Range<usize>),
    /// An empty line, which Souffle does not read.
    Empty(Range<usize>),
}

/// What is wrong with a file.
#[derive(Default)]
pub(super) struct Faults {
    pub kept: Vec<Fault>,
    /// How many more there are than were kept.
    pub more: usize,
    /// The first field that is not read although nothing says so, and how many lines have one.
    pub extra: Option<(Range<usize>, usize)>,
    /// A field whose name is that of another column than it goes to.
    pub misplaced: Option<Misplaced>,
}

/// A field of a header that has the name of another column than it goes to.
pub(super) struct Misplaced {
    pub range: Range<usize>,
    pub name: String,
    pub column: String,
    /// Where the columns are by their names, if each is somewhere.
    pub places: Option<Vec<usize>>,
}

impl Faults {
    pub fn push(&mut self, fault: Fault) {
        if self.kept.len() < REPORTED {
            self.kept.push(fault);
        } else {
            self.more += 1;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.extra.is_none() && self.misplaced.is_none()
    }

    /// Makes problems of all of them.
    pub fn tell(self, place: &Place<'_>, shown: &str, problems: &mut Vec<Diagnostic>) {
        if let Some(Misplaced { range, name, column, places }) = self.misplaced {
            let span = place.span(range);
            problems.push(error::misplaced(span, &name, &column, places.as_deref()));
        }
        problems.extend(self.kept.into_iter().map(|fault| place.diagnostic(fault)));
        if let Some((range, lines)) = self.extra {
            let (span, relation) = (place.span(range), place.relation);
            problems.push(error::extra_fields(span, &relation.name, relation.arity(), lines));
        }
        if self.more > 0 {
            problems.push(error::further_lines(shown, self.more));
        }
    }
}

/// Where faults become diagnostics.
pub(super) struct Place<'a> {
    pub source: SourceId,
    pub text: &'a str,
    /// How many bytes of the file come before the text.
    pub before: usize,
    pub relation: &'a Relation,
    pub reading: &'a Reading,
    pub format: &'a Format,
}

impl Place<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span { source: self.source, start: range.start as u32, end: range.end as u32 }
    }

    fn diagnostic(&self, fault: Fault) -> Diagnostic {
        match fault {
            Fault::NotText(range) => {
                let byte = (self.before + range.start) as u64;
                error::not_text(self.span(range), byte)
            }
            Fault::Misquoted(Misquoted::Open { quote }) => {
                error::open_quote(self.span(quote..quote + 1))
            }
            Fault::Misquoted(Misquoted::Trailing { quote, at }) => {
                error::after_quote(self.span(at..at + 1), self.span(quote..quote + 1))
            }
            Fault::TooFew { end, line, column, found } => {
                let wanted = self.reading.fields.iter().max().map_or(0, |most| most + 1);
                let diagnostic = error::too_few_fields(
                    self.span(end..end),
                    &self.relation.name,
                    &self.relation.columns[column].name,
                    found,
                    wanted,
                );
                self.suspect_the_delimiter(diagnostic, &self.text[line], wanted)
            }
            Fault::Digits(range) => error::digits_beyond(self.span(range)),
            Fault::Empty(range) => error::blank_beyond(self.span(range)),
            Fault::Value { range, column } => {
                let column = &self.relation.columns[column];
                let found = &self.text[range.clone()];
                error::bad_value(self.span(range), &column.name, column.primitive, found)
            }
        }
    }

    /// A line that another delimiter would cut into the right number of fields says so.
    fn suspect_the_delimiter(
        &self,
        diagnostic: Diagnostic,
        line: &str,
        wanted: usize,
    ) -> Diagnostic {
        let used = &self.format.delimiter;
        let other = ["\t", ",", ";", "|"].into_iter().find(|other| {
            other != used && line.len() < 1 << 16 && line.split(other).count() == wanted
        });
        match other {
            Some(seen) => error::other_delimiter(diagnostic, used, seen),
            None => diagnostic,
        }
    }
}
