//! What the rows of fact files cite: their columns `source` and `section`.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::files::RulebookFiles;
use super::tables::Lines;

/// The citations of rows, by file and line. Every file is read once, and only if it is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Citations {
    files: FxHashMap<Arc<str>, FxHashMap<u32, (String, String)>>,
}

impl Citations {
    /// Those of all files that rows were read from.
    pub fn of(files: &RulebookFiles, lines: &Lines) -> Self {
        let names: FxHashSet<&Arc<str>> = lines.values().map(|(file, _)| file).collect();
        let read = |name: &Arc<str>| {
            let bytes = files.shown_as(name).unwrap_or_default();
            (Arc::clone(name), citations(bytes))
        };
        Citations { files: names.into_iter().map(read).collect() }
    }

    /// The document and the section that a line cites; either may be empty.
    pub fn get(&self, file: &str, line: u32) -> Option<(&str, &str)> {
        let (document, section) = self.files.get(file)?.get(&line)?;
        Some((document, section))
    }
}

/// The citations of a file, by line.
pub(super) fn citations(bytes: &[u8]) -> FxHashMap<u32, (String, String)> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let Ok(headers) = reader.headers() else { return FxHashMap::default() };
    let column = |name: &str| headers.iter().position(|header| header == name);
    let (document, section) = (column("source"), column("section"));
    let field = |record: &csv::StringRecord, column: Option<usize>| {
        column.and_then(|column| record.get(column)).unwrap_or_default().to_owned()
    };
    let mut found = FxHashMap::default();
    for record in reader.records().flatten() {
        let Some(position) = record.position() else { continue };
        let cited = (field(&record, document), field(&record, section));
        found.insert(position.line() as u32, cited);
    }
    found
}

/// A citation of a comment, `004 "Step 6 / Part C" 2`, as its document and its section.
pub fn cut(citation: &str) -> (&str, &str) {
    let (document, rest) = citation.split_once(char::is_whitespace).unwrap_or((citation, ""));
    let section = rest.split('"').nth(1).unwrap_or_else(|| rest.trim());
    (document, section)
}
