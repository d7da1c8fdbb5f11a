//! How much of the five documents is in `facts/`, and whether it is there to the letter.
//!
//! `ARCHLOG_SEEDS=DIRECTORY cargo test --test coverage -- --nocapture`, where the directory has the
//! documents under the names of `facts/sources.csv`, prints for each section how many rows, list
//! items, lines of code and rules the text has and how many the facts carry over, and fails when
//! one is missing that `left_out.csv` does not name. Without the documents it says so and compares
//! the rows of every relation and section with `counts.csv`.
//!
//! What is ours, and read beside the text, lies in `tests/coverage/`:
//!
//! | File | What it lists |
//! |---|---|
//! | `headings.csv` | the headings of each document, with the levels that the text has lost |
//! | `tables.csv` | the headers of tables whose cells are run together; `*`: carried over in our own words |
//! | `splits.csv` | what begins a paragraph though the text has run it together with the one before |
//! | `words.csv` | labels and connecting words that need no term, and the relation that a label or column stands for |
//! | `whole.csv` | columns that keep a line as it stands; its terms must be found apart from them |
//! | `elsewhere.csv` | sections that repeat what rows of another section carry over, and why |
//! | `said.csv` | items that a row says in words too far from theirs to be matched, and that row |
//! | `left_out.csv` | items that no fact carries over, and why |
//! | `ours.csv` | columns, or values of them, that are not the documents': ids, marks, sentences in our own words |
//! | `stated.csv` | how many of what the facts must have |
//! | `counts.csv` | rows of each relation and section; `ARCHLOG_UPDATE=1` writes it anew |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a report for a person")]

#[path = "coverage/cover.rs"]
mod cover;
#[path = "coverage/facts.rs"]
mod facts;
#[path = "coverage/ours.rs"]
mod ours;
#[path = "coverage/report.rs"]
mod report;
#[path = "coverage/seed.rs"]
mod seed;
#[path = "coverage/tiles.rs"]
mod tiles;

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use facts::Row;
use ours::Ours;
use regex::Regex;
use seed::Heading;

/// The records of a file in `tests/coverage/`, without its header.
fn records(name: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/coverage").join(name);
    let mut reader =
        csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The headings of each document.
fn headings() -> BTreeMap<String, Vec<Heading>> {
    let mut all: BTreeMap<String, Vec<Heading>> = BTreeMap::new();
    for row in records("headings.csv") {
        let heading = Heading { level: row[1].parse().unwrap(), text: row[2].clone() };
        all.entry(row[0].clone()).or_default().push(heading);
    }
    all
}

fn all_facts(headings: &BTreeMap<String, Vec<Heading>>) -> Vec<Row> {
    facts::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("facts"), headings)
}

/// The documents, by number, when a directory is named. One that does not have them is a mistake.
fn documents() -> Option<BTreeMap<String, PathBuf>> {
    let directory = PathBuf::from(env::var_os("ARCHLOG_SEEDS")?);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("facts/sources.csv");
    let mut reader = csv::Reader::from_path(sources).unwrap();
    let files = reader.records().map(|record| {
        let record = record.unwrap();
        (record[0].to_owned(), directory.join(&record[2]))
    });
    let files: BTreeMap<String, PathBuf> = files.collect();
    let missing: Vec<&PathBuf> = files.values().filter(|file| !file.is_file()).collect();
    assert!(missing.is_empty(), "ARCHLOG_SEEDS names a directory without {missing:?}");
    Some(files)
}

#[test]
fn every_row_cites_a_section_that_exists() {
    let rows = all_facts(&headings());
    let lost: Vec<String> = rows
        .iter()
        .filter(|row| row.heading.is_none())
        .map(|row| format!("{}:{}: {} {:?}", row.relation, row.line, row.source, row.section))
        .collect();
    assert!(lost.is_empty(), "no such heading:\n{}", lost.join("\n"));
}

#[test]
fn the_documents_are_carried_over() {
    let Some(files) = documents() else {
        eprintln!(
            "The documents are not at hand (ARCHLOG_SEEDS names no directory): coverage is not \
             computed. The recorded counts are checked instead."
        );
        return;
    };
    let (mut known, tables) = (headings(), seed::tables());
    let rows = all_facts(&known);
    let ours = Ours::read();
    let (mut said, mut left_out) = (report::Said::read(), report::LeftOut::read());
    let mut problems = Vec::new();
    for (source, file) in &files {
        let listed = known.remove(source).unwrap();
        let seed = seed::read(source, file, listed, &tables);
        let words = records("words.csv").into_iter().filter(|row| row[0] == *source);
        let words = words.map(|row| cover::Word {
            heading: row[1].clone(),
            text: row[2].clone(),
            relation: (!row[3].is_empty()).then(|| Regex::new(&format!("^({})$", row[3])).unwrap()),
        });
        let elsewhere = records("elsewhere.csv").into_iter().filter(|row| row[0] == *source);
        let place = |section: &str| {
            let found = facts::resolve(section, &seed.headings);
            found.unwrap_or_else(|| panic!("elsewhere.csv: no heading {section} in {source}"))
        };
        let elsewhere = elsewhere.map(|row| (place(&row[1]), place(&row[2]))).collect();
        let carried =
            cover::Cover::new(&seed, &rows, &tables, words.collect(), &ours, elsewhere).items();
        problems.extend(report::print(&seed, &carried, &rows, &mut said, &mut left_out));
    }
    problems.extend(said.unused());
    problems.extend(left_out.unused());
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn no_term_is_changed_by_a_typo() {
    let Some(files) = documents() else { return };
    let mut known = headings();
    let rows = all_facts(&known);
    let ours = Ours::read();
    let mut problems = ours.unused(&rows);
    let tables = seed::tables();
    let seeds: Vec<seed::Seed> = files
        .iter()
        .map(|(source, file)| seed::read(source, file, known.remove(source).unwrap(), &tables))
        .collect();
    for (row, column, text) in ours.typos(&seeds, &rows) {
        let place = format!("{}:{}", row.relation, row.line);
        problems.push(format!("{place}: {column} {text:?} is not in {}", row.source));
    }
    assert!(problems.is_empty(), "{} terms:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn the_rows_are_those_recorded() {
    report::check_counts(&all_facts(&headings()), &headings());
}

#[test]
fn the_facts_have_what_the_documents_count() {
    report::check_stated(&all_facts(&headings()));
}
