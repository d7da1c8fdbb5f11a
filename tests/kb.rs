//! The knowledge base as it is read: pages, drawings, searches and exports, each in `tests/golden/kb`
//! or held against the tables.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use common::*;
use rusqlite::Connection;

fn archlog(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_archlog"))
        .current_dir(root())
        .args(arguments)
        .output()
        .expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// Holds an answer, without the rulebook's hash, against a file; `ARCHLOG_UPDATE=1` writes it.
fn golden(name: &str, answer: &str) {
    let path = root().join("tests/golden/kb").join(name);
    let is_hash = |word: &str| word.len() == 16 && word.bytes().all(|it| it.is_ascii_hexdigit());
    let lines: Vec<String> = answer
        .lines()
        .map(|line| {
            let words = line.split(['(', ')', '"']).find(|word| is_hash(word));
            words.map_or_else(|| line.to_owned(), |hash| line.replace(hash, "..."))
        })
        .collect();
    let found = format!("{}\n", lines.join("\n"));
    if std::env::var_os("ARCHLOG_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{} differs (ARCHLOG_UPDATE=1 renews it)", path.display());
}

/// What archetypes bring to a design.
const SHEETS: &str = "archetypes,failure_words,archetype_questions,map";

#[test]
fn pages_and_drawings_are_as_they_were() {
    for (name, arguments) in [
        ("list.txt", &["kb", "list"][..]),
        ("show-A06.txt", &["kb", "show", "a06"]),
        ("show-I15.txt", &["kb", "show", "I15"]),
        ("show-F02.md", &["kb", "show", "Subject + Exclusive Child", "--format", "md"]),
        ("show-X02.json", &["kb", "show", "X02", "--format", "json"]),
        ("protocol-I15.mmd", &["kb", "protocol", "I15", "--format", "mermaid"]),
        ("protocol-I01.2.txt", &["kb", "protocol", "I01.2"]),
        ("diff-I08.txt", &["kb", "diff", "I08"]),
        ("search-stale-holder.txt", &["kb", "search", "stale", "holdr", "--limit", "5"]),
        ("auction.txt", &["derive", "designs/auction.dl", "--sheet", SHEETS]),
        ("auction-map.dot", &["map", "designs/auction.dl", "--format", "dot"]),
        ("auction-map.svg", &["map", "designs/auction.dl", "--format", "svg"]),
        (
            "map-overlay.mmd",
            &[
                "map",
                "docs/examples/waiting-list/allotments.dl",
                "--facts",
                "docs/examples/waiting-list/facts",
                "--format",
                "mermaid",
            ],
        ),
    ] {
        let (code, answer, said) = archlog(arguments);
        assert_eq!((code, said.as_str()), (0, ""), "{arguments:?}");
        golden(name, &answer);
    }
}

#[test]
fn every_thing_listed_has_a_page() {
    let (_, list, _) = archlog(&["kb", "list", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(list.as_bytes());
    let ids: Vec<String> = reader.records().map(|it| it.unwrap()[0].to_owned()).collect();
    assert!(ids.len() >= 19 + 21 + 20 + 10, "{}", ids.len());
    for id in ids {
        let (code, page, said) = archlog(&["kb", "show", &id]);
        assert_eq!((code, said.as_str()), (0, ""), "{id}");
        assert!(page.contains("Sources") && page.lines().count() > 10, "{id}\n{page}");
    }
}

#[test]
fn what_is_not_there_is_told_with_the_nearest_name() {
    let (code, _, said) = archlog(&["kb", "show", "A66"]);
    assert_eq!(code, 2);
    assert!(said.contains("did you mean `A06`?"), "{said}");
    let (code, answer, _) = archlog(&["kb", "search", "xyzzyplugh"]);
    assert_eq!((code, answer.as_str()), (1, ""));
    let (code, _, said) = archlog(&["kb", "protocol", "A06"]);
    assert_eq!(code, 1, "{said}");
    let (code, _, said) = archlog(&["kb", "export", "--format", "sqlite"]);
    assert_eq!(code, 2, "{said}");
}

/// The number of rows of every table below `facts/`, headings left out.
fn rows() -> usize {
    let count = |path: &Path| csv::Reader::from_path(path).unwrap().records().count();
    files_below("facts", "csv").iter().map(|path| count(path)).sum()
}

#[test]
fn an_export_holds_every_row_with_its_citation() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("kb.sqlite");
    let (code, _, said) =
        archlog(&["kb", "export", "--format", "sqlite", "-o", base.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let connection = Connection::open(&base).unwrap();
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let count = |table: &String| {
        let of = |filter: &str| {
            let query = format!("SELECT count(*) FROM \"{table}\" {filter}");
            connection.query_row(&query, [], |row| row.get::<_, i64>(0)).unwrap() as usize
        };
        assert_eq!(of("WHERE source = '' OR section = ''"), 0, "{table} has rows without citation");
        of("")
    };
    assert_eq!(tables.iter().map(count).sum::<usize>(), rows());

    let (_, json, _) = archlog(&["kb", "export"]);
    let whole: serde_json::Value = serde_json::from_str(&json).unwrap();
    let relations = whole["relations"].as_object().unwrap();
    assert_eq!(relations.len(), tables.len());

    let csvs = folder.path().join("csv");
    let (code, _, _) = archlog(&["kb", "export", "--format", "csv", "-o", csvs.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert_eq!(fs::read_dir(&csvs).unwrap().count(), tables.len());
}

#[test]
fn an_overlay_adds_an_archetype_that_is_recognised_shown_and_found() {
    let overlay = ["--facts", "docs/examples/waiting-list/facts"];
    let with = |arguments: &[&str]| {
        let arguments = [arguments, &overlay].concat();
        let (code, answer, said) = archlog(&arguments);
        assert_eq!((code, said.as_str()), (0, ""), "{arguments:?}");
        answer
    };
    let design = "docs/examples/waiting-list/allotments.dl";
    let matched =
        with(&["query", design, "archetype(Subject, \"Z01\", Evidence)", "--format", "csv"]);
    assert_eq!(matched, "Subject,Evidence\nEntry,matched\n");
    let goal = "failure_answered_by(_, \"Z01\", Failure, _, _, Answer)";
    let answered = with(&["query", design, goal, "--format", "csv"]);
    assert!(answered.contains("offer accepted after expiry,fencing token"), "{answered}");
    let page = with(&["kb", "show", "Waiting List"]);
    for part in
        ["XOfferState", "check the offer's expiry", "offer the next free place", "accept_offer"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let goal = "dominant_archetype(Subject, \"Z01\")";
    assert_eq!(with(&["query", design, goal, "--format", "csv"]), "Subject\nEntry\n");
    assert!(with(&["kb", "search", "entry skipped"]).contains("reference_failure of Z01"));
}

#[test]
fn tables_that_are_read_as_they_come_load_whole() {
    let folder = tempfile::tempdir().unwrap();
    let reference = folder.path().join("reference");
    fs::create_dir(&reference).unwrap();
    let text = "\u{feff}archetype,ordinal,failure,source,section\r\n\
                A01,90,\"two\nlines, and a comma\",000,Product Archetypes\r\n";
    fs::write(reference.join("reference_failure.add.csv"), text).unwrap();
    let facts = folder.path().to_str().unwrap();
    let goal = "reference_failure(\"A01\", 90, Text)";
    let (code, answer, said) =
        archlog(&["query", "designs/auction.dl", goal, "--facts", facts, "--format", "json"]);
    assert_eq!((code, said.as_str()), (0, ""));
    assert!(answer.contains("two\\nlines, and a comma"), "{answer}");
}

#[test]
fn a_name_of_two_things_and_words_that_no_term_has_all_of_are_answered() {
    let (code, _, said) = archlog(&["kb", "show", "shared mutable subject"]);
    assert_ne!(code, 0);
    assert!(said.contains("A17 and F07"), "{said}");
    let (_, _, said) = archlog(&["kb", "show", "lease"]);
    assert!(said.contains("kb search"), "{said}");
    let (code, found, _) = archlog(&["kb", "search", "two users book the same seat"]);
    assert_eq!(code, 0);
    assert!(found.lines().skip(4).any(|line| line.contains("user")), "{found}");
    let (code, ..) = archlog(&["kb", "search", "lease", "--limit", "0"]);
    assert_eq!(code, 2);
}
