//! The formats of a report, piece by piece: what stands before the documents, each document, and
//! what stands after them. Many documents need not be in memory at once that way; all pieces in a
//! row are the whole report.

use super::explanation::{self, Extent};
use super::{Document, Look, Report, Stamp, html, json, markdown, text};

/// A format of reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Aligned tables.
    Text(Look),
    /// GitHub-flavoured Markdown.
    Markdown,
    /// One object of the documented schema.
    Json,
    /// One self-contained page.
    Html,
}

impl Format {
    /// What stands before the documents; `title` is for formats where the whole has one.
    pub fn open(self, stamp: &Stamp, title: &str) -> String {
        match self {
            Format::Text(_) => text::open(stamp),
            Format::Markdown => String::new(),
            Format::Json => json::open(stamp),
            Format::Html => html::open(stamp, title, ""),
        }
    }

    /// A document; the first is told apart from those that follow another.
    pub fn document(self, document: &Document, first: bool) -> String {
        match self {
            Format::Text(look) => text::document(document, look),
            Format::Markdown => markdown::document(document),
            Format::Json => json::document(document, first),
            Format::Html => html::document(document),
        }
    }

    /// What stands after the documents; `empty` says that there were none.
    pub fn close(self, stamp: &Stamp, empty: bool) -> String {
        match self {
            Format::Text(_) => String::new(),
            Format::Markdown => markdown::close(stamp),
            Format::Json => json::close(empty, &[]),
            Format::Html => html::close(),
        }
    }

    /// A whole report.
    pub fn whole(self, report: &Report) -> String {
        let Report { stamp, documents, explanations } = report;
        let titles: Vec<&str> = documents.iter().map(|document| document.title.as_str()).collect();
        let title = titles.join(", ");
        let mut out = match self {
            Format::Html if !explanations.is_empty() => {
                html::open(stamp, &title, explanation::STYLE)
            }
            _ => self.open(stamp, &title),
        };
        for (index, document) in documents.iter().enumerate() {
            out.push_str(&self.document(document, index == 0));
        }
        match self {
            Format::Text(look) => {
                for tree in explanations {
                    out.push_str(&format!("\n{}", explanation::text(tree, look, Extent::Folded)));
                }
            }
            Format::Markdown => {
                for tree in explanations {
                    out.push_str(&format!("\n{}", explanation::markdown(tree, Extent::Folded)));
                }
            }
            Format::Html => out.push_str(&explanation::sections(explanations)),
            Format::Json => return out + &json::close(documents.is_empty(), explanations),
        }
        out.push_str(&self.close(stamp, documents.is_empty()));
        out
    }
}
