//! Finds the tables that nothing derives from, so that a derivation can pass over their declarations:
//! a third of what the rulebook declares is there to be looked up, and reading it takes its time.

use std::collections::BTreeSet;
use std::ops::Range;

/// Tags that name columns, passages of a seed or other tables, but read none of them.
const SILENT: [&str; 4] = ["key", "column", "refers", "source"];

/// A paragraph of a rule file.
struct Paragraph<'a> {
    path: &'a str,
    range: Range<usize>,
    /// The tables it declares and fills, where it does nothing else.
    tables: Vec<&'a str>,
    /// All names in it that may be those of relations.
    words: BTreeSet<&'a str>,
}

/// A table that nothing reads: its file, where its declaration stands, its name.
pub type Unread<'a> = (&'a str, Range<usize>, &'a str);

/// The tables that no rule, directive or tag in these files leads to, by path and place.
pub fn unread<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Unread<'a>> {
    let mut paragraphs = Vec::new();
    for (path, text) in files {
        let mut start = 0;
        for piece in text.split_inclusive("\n\n") {
            paragraphs.push(paragraph(path, start..start + piece.len(), piece));
            start += piece.len();
        }
    }
    let (mut read, mut left): (Vec<_>, Vec<_>) =
        paragraphs.into_iter().partition(|it| it.tables.is_empty());
    let mut words = BTreeSet::new();
    while !read.is_empty() {
        words.extend(read.drain(..).flat_map(|it| it.words));
        (read, left) =
            left.into_iter().partition(|it| it.tables.iter().any(|it| words.contains(it)));
    }
    let unread = left.into_iter();
    unread
        .flat_map(|it| it.tables.into_iter().map(move |table| (it.path, it.range.clone(), table)))
        .collect()
}

fn paragraph<'a>(path: &'a str, range: Range<usize>, text: &'a str) -> Paragraph<'a> {
    let (mut declared, mut filled, mut pure) = (BTreeSet::new(), BTreeSet::new(), true);
    let mut words = BTreeSet::new();
    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        if let Some(doc) = line.strip_prefix("//") {
            let tag = doc.trim_start_matches(['/', ' ']).strip_prefix('@').unwrap_or_default();
            if !SILENT.iter().any(|silent| tag.split(' ').next() == Some(silent)) {
                words.extend(names(tag));
            }
        } else if let Some(rest) = line.strip_prefix(".decl ").filter(|rest| rest.ends_with(')')) {
            declared.extend(names(rest).take(1));
        } else if let Some(rest) = line.strip_prefix(".input ").filter(|rest| rest.ends_with(')')) {
            filled.extend(names(rest).take(1));
        } else {
            pure = false;
            words.extend(names(line));
        }
    }
    pure &= declared == filled;
    if !pure {
        words.extend(declared.iter().chain(&filled));
    }
    let tables = if pure { declared.into_iter().collect() } else { Vec::new() };
    Paragraph { path, range, tables, words }
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}
