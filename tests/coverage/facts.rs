//! The rows of `facts/`, each with the heading that it cites.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::seed::{Heading, ancestry, plain};

/// A row of a relation.
pub struct Row {
    pub relation: String,
    pub file: PathBuf,
    /// Line in the file, from 1.
    pub line: u64,
    /// Column and text; `source` and `section` are not among them.
    pub cells: Vec<(String, String)>,
    pub source: String,
    pub section: String,
    /// Index of the innermost heading that the section names.
    pub heading: Option<usize>,
}

impl Row {
    /// The cells as they are compared with the text.
    pub fn terms(&self) -> impl Iterator<Item = String> {
        self.cells.iter().map(|(_, text)| plain(text)).filter(|text| !text.is_empty())
    }

    /// The terms without those of columns that keep a line of the text as it stands, beside the
    /// relations that take it apart: `whole` has relation and column.
    pub fn short_terms(&self, whole: &[Vec<String>]) -> impl Iterator<Item = String> {
        let is_whole = |name: &str| whole.iter().any(|of| of[0] == self.relation && of[1] == name);
        let cells = self.cells.iter().filter(move |(name, _)| !is_whole(name));
        cells.map(|(_, text)| plain(text)).filter(|text| !text.is_empty())
    }

    pub fn holds(&self, term: &str) -> bool {
        self.terms().any(|cell| cell == term)
    }

    /// Whether both are in one relation and agree in two columns, as the cells of one line of a
    /// table do.
    pub fn is_beside(&self, other: &Row) -> bool {
        let same = self.cells.iter().zip(&other.cells).filter(|(one, two)| one == two).count();
        self.relation == other.relation && same >= 2
    }

    /// Whether the row is drawn from its section alone: joins of names, what `archetypes/` makes of
    /// several documents, and what `dossier/` says of any design, say nothing new about any.
    pub fn carries(&self) -> bool {
        let is_join = self.cells.iter().any(|(name, _)| name == "match");
        let is_ours = |folder: &std::ffi::OsStr| folder == "archetypes" || folder == "dossier";
        !is_join && !self.file.components().any(|part| is_ours(part.as_os_str()))
    }
}

/// Every row below `directory` that cites a document, in the order of the files.
pub fn read(directory: &Path, headings: &BTreeMap<String, Vec<Heading>>) -> Vec<Row> {
    let mut rows = Vec::new();
    for file in files(directory) {
        let mut reader = csv::Reader::from_path(&file).unwrap();
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let place = |name: &str| names.iter().position(|column| column == name);
        let (Some(source), Some(section)) = (place("source"), place("section")) else {
            panic!("{} has no columns `source` and `section`", file.display())
        };
        for record in reader.records() {
            let record = record.unwrap();
            let cells = names.iter().zip(&record).enumerate();
            let cells = cells
                .filter(|(at, _)| *at != source && *at != section)
                .map(|(_, (name, text))| (name.clone(), text.to_owned()))
                .collect();
            let known = headings.get(&record[source]);
            rows.push(Row {
                relation: file.file_stem().unwrap().to_string_lossy().into_owned(),
                line: record.position().unwrap().line(),
                heading: known.and_then(|known| resolve(&record[section], known)),
                source: record[source].to_owned(),
                section: record[section].to_owned(),
                file: file.clone(),
                cells,
            });
        }
    }
    rows
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        // What the documents are, how they are divided, and what was found in them is not in them.
        let about = ["sources.csv", "heading.csv", "findings"].iter().any(|it| path.ends_with(it));
        if about {
            continue;
        }
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "csv") {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// The innermost heading that `section` names: headings from the outside in, separated by ` / `,
/// the last perhaps followed by an item. `Step 6` stands for `Step 6 — Deterministic ...`.
pub fn resolve(section: &str, headings: &[Heading]) -> Option<usize> {
    if section == "title" {
        return Some(0);
    }
    let mut found = None;
    let (mut rest, mut range) = (section, 0..headings.len());
    loop {
        let named = range.clone().filter_map(|at| {
            let heading = &headings[at].text;
            let short = heading.split(" — ").next().unwrap_or(heading);
            let whole = after(rest, heading);
            let short = after(rest, short).filter(|after| !after.starts_with(" — "));
            whole.or(short).map(|after| (at, after))
        });
        // The heading that takes most of what is left; the first of equals.
        let Some((at, after)) = named.min_by_key(|(at, after)| (after.len(), *at)) else {
            return found;
        };
        found = Some(at);
        let inside =
            (at + 1..headings.len()).find(|&next| headings[next].level <= headings[at].level);
        range = at + 1..inside.unwrap_or(headings.len());
        match after.strip_prefix(" / ") {
            Some(next) => rest = next,
            None => return found,
        }
    }
}

/// What follows `name` in `rest`, when `name` ends there as a name does.
fn after<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    let after = rest.strip_prefix(name)?;
    (after.is_empty() || after.starts_with(" / ") || after.starts_with(' ')).then_some(after)
}

/// Whether a row that cites the heading `cited` may carry over an item below the heading `item`:
/// one is the other or stands above it, but the title stands for itself alone.
pub fn meets(headings: &[Heading], cited: usize, item: usize) -> bool {
    if headings[item].level == 0 {
        return cited == item;
    }
    ancestry(headings, item).contains(&cited) || ancestry(headings, cited).contains(&item)
}
