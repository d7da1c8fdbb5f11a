//! The worked example: worksheets A to H of `designs/auction.dl` are those that the framework
//! prints, kept in `tests/golden/auction/`, except exactly the cells of `differences.csv`, each with
//! its reason.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::BTreeMap;

use archlog::value::Constant;
use common::*;

type Cells = Vec<Vec<String>>;

/// A CSV file: its header and its rows.
fn csv_file(path: &str) -> (Vec<String>, Cells) {
    let text = read(path);
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = texts(reader.headers().unwrap());
    let rows = reader.records().map(|record| texts(&record.unwrap())).collect();
    (header, rows)
}

/// Where the framework prints one thing and archlog another.
struct Difference {
    seed: String,
    ours: String,
}

/// The differences by sheet, row from 1 and heading.
fn differences() -> BTreeMap<(String, usize, String), Difference> {
    let (header, rows) = csv_file("tests/golden/auction/differences.csv");
    assert_eq!(header, ["sheet", "row", "column", "seed prints", "archlog prints", "reason"]);
    let place = |row: &Vec<String>| (row[0].clone(), row[1].parse().unwrap(), row[2].clone());
    for row in &rows {
        assert!(row[5].len() > 20, "a difference without a reason: {row:?}");
        assert_ne!(row[3], row[4], "a difference that is none: {row:?}");
    }
    let difference = |row: &Vec<String>| Difference { seed: row[3].clone(), ours: row[4].clone() };
    rows.iter().map(|row| (place(row), difference(row))).collect()
}

fn check(as_written: bool) {
    let session = derived(as_written, &[root().join("designs/auction.dl")]);
    let mut differences = differences();
    let mut wrong = Vec::new();
    for letter in ["A", "B", "C", "D", "E", "F", "G", "H"] {
        let name = format!("sheet_{}", letter.to_lowercase());
        let (header, expected) = csv_file(&format!("tests/golden/auction/{name}.csv"));
        let sheets = session.rulebook().sheets.iter();
        let sheet = sheets.clone().find(|sheet| sheet.name == name);
        let sheet = sheet.unwrap_or_else(|| panic!("there is no {name}"));
        assert!(sheet.title.starts_with(&format!("Sheet {letter} ")), "{}", sheet.title);
        let table = session.sheet(sheet, 0);
        let titles: Vec<&str> = table.columns.iter().map(|column| column.title.as_str()).collect();
        assert_eq!(titles, header, "the headings of sheet {letter}");
        let text = |row: &Vec<Constant>| row.iter().map(Constant::to_string).collect();
        let found: Cells = table.rows.iter().map(text).collect();
        assert_eq!(found.len(), expected.len(), "the rows of sheet {letter}: {found:#?}");
        for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
            for (column, (found, expected)) in found.iter().zip(expected).enumerate() {
                let place = (letter.to_owned(), row + 1, header[column].clone());
                let right = match differences.remove(&place) {
                    Some(known) => *expected == known.seed && *found == known.ours,
                    None => found == expected,
                };
                if !right {
                    wrong.push(format!("{place:?}\n  expected {expected:?}\n  found    {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unused: Vec<_> = differences.keys().collect();
    assert!(unused.is_empty(), "differences of cells that are not there: {unused:?}");
}

#[test]
fn the_worksheets_are_as_the_framework_prints_them() {
    check(false);
}

#[test]
fn the_worksheets_are_so_as_written_too() {
    check(true);
}

#[test]
fn nothing_is_open_or_wrong() {
    for as_written in [false, true] {
        let session = derived(as_written, &[root().join("designs/auction.dl")]);
        for goal in
            ["problem(Severity, Code, Subject, Message)", "assumption(Subject, Question, _)"]
        {
            assert_eq!(answers(&session, goal), [] as [Vec<String>; 0], "{goal}");
        }
    }
}
