//! The dossier: what the derivation framework prints for its worked designs comes out row by row, or
//! the difference is listed with its reason; every printed line can be explained; the tables are
//! read by SQLite; and nobody pays for it who does not ask.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use archlog::answers;
use archlog::explain::Why;
use archlog::kb::{Options, Part, Rulebook, Step};
use archlog::session::Session;
use common::{files, read, root, stem};

static RULEBOOK: LazyLock<Arc<Rulebook>> = LazyLock::new(|| {
    let options = Options { dossier: true, ..Options::default() };
    Arc::new(Rulebook::load(&options).unwrap())
});

/// A design, derived with its dossier.
fn derived(path: &Path) -> Session {
    let mut session = Session::new(Arc::clone(&RULEBOOK));
    assert!(session.open(path), "{}", path.display());
    session.derive(&archlog::eval::Options::default()).unwrap();
    session
}

/// The designs that the framework works out.
fn worked() -> Vec<PathBuf> {
    files("tests/dossier/delivery", "dl")
}

/// The records of a CSV file, by column.
fn records(path: &str) -> Vec<BTreeMap<String, String>> {
    let text = read(path);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn what_the_framework_prints_comes_out_row_by_row() {
    let sessions: BTreeMap<String, Session> =
        worked().iter().map(|path| (stem(path), derived(path))).collect();
    let mut wrong = Vec::new();
    for row in records("tests/dossier/rows.csv") {
        let (design, goal) = (&row["design"], &row["goal"]);
        let named = format!("{} {}: {goal}", row["table"], row["row"]);
        assert_eq!(row["verdict"] == "same", row["reason"].is_empty(), "{named}");
        assert!(["same", "differs", "missing"].contains(&row["verdict"].as_str()), "{named}");
        assert!(row["verdict"] == "missing" || !goal.is_empty(), "{named}");
        if goal.is_empty() {
            continue;
        }
        let table =
            sessions[design].query(goal).unwrap_or_else(|error| panic!("{named} {error:?}"));
        if table.rows.is_empty() {
            wrong.push(named);
        }
    }
    assert!(wrong.is_empty(), "these do not come out:\n{}", wrong.join("\n"));
}

#[test]
fn no_row_that_the_framework_prints_is_passed_over() {
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    for row in records("tests/dossier/rows.csv") {
        let named = (row["table"].clone(), row["row"].clone());
        assert!(known.insert(named.clone()), "{named:?} stands twice");
    }
    for table in records("tests/dossier/tables.csv") {
        let name = &table["table"];
        for row in records(&format!("facts/derivation/{name}.csv")) {
            let parts = table["columns"].split('|').map(|column| row[column].as_str());
            let key = (name.clone(), parts.collect::<Vec<_>>().join(" | "));
            assert!(known.remove(&key), "{key:?} is in no row of tests/dossier/rows.csv");
        }
    }
    assert!(known.is_empty(), "the framework prints none of these: {known:?}");
}

#[test]
fn every_printed_relation_can_be_explained() {
    let session = derived(&root().join("tests/dossier/delivery/auction.dl"));
    let explained = session.explained(0).unwrap();
    let sheets = RULEBOOK.sheets.iter().filter(|sheet| sheet.step.is_some());
    let mut explained_rows = 0;
    for sheet in sheets {
        let goal: Vec<&str> = RULEBOOK.program.relations[sheet.relation.index()]
            .columns
            .iter()
            .map(|_| "_")
            .collect();
        let pattern = session.pattern(&format!("{}({})", sheet.name, goal.join(", "))).unwrap();
        let rows = session.matching(0, pattern.relation, &pattern.values);
        for row in rows.iter().take(2) {
            let mut why = Why::new(&explained);
            let answer = answers::explain_rows(&mut why, &pattern, &[*row], false);
            assert_eq!(answer.trees.len(), 1, "{}", sheet.name);
            explained_rows += 1;
        }
    }
    assert!(explained_rows > 60, "{explained_rows}");
}

#[test]
fn all_twenty_steps_have_something_to_say() {
    let steps: BTreeSet<i64> = RULEBOOK
        .sheets
        .iter()
        .filter_map(|sheet| match sheet.step {
            Some(Step::Number(number)) => Some(number),
            _ => None,
        })
        .collect();
    assert_eq!(steps, (1..=20).collect());
    let session = derived(&root().join("tests/dossier/delivery/auction.dl"));
    assert_eq!(answers::step_numbers(&session, 0), (1..=20).collect::<Vec<_>>());
    for step in 1..=20 {
        let sections = answers::dossier(&session, 0, Some(step)).unwrap();
        assert!(sections.len() > 1, "step {step} prints nothing");
    }
    assert!(answers::dossier(&session, 0, Some(21)).is_none());
}

#[test]
fn the_tables_of_every_design_are_read_by_sqlite() {
    let designs = files("designs", "dl").into_iter().chain(worked());
    for path in designs.filter(|path| stem(path) != "wrong") {
        let sql = answers::sql(&derived(&path), 0);
        let database = rusqlite::Connection::open_in_memory().unwrap();
        database
            .execute_batch(&format!("PRAGMA foreign_keys = ON;\n{sql}"))
            .unwrap_or_else(|error| panic!("{}: {error}\n{sql}", path.display()));
    }
}

/// Where `ARCHLOG_POSTGRES` says how to connect to a PostgreSQL server; nothing stays in it.
#[test]
fn the_tables_of_every_design_are_read_by_postgresql_where_there_is_one() {
    let Ok(connection) = std::env::var("ARCHLOG_POSTGRES") else { return };
    let designs = files("designs", "dl").into_iter().chain(worked());
    for path in designs.filter(|path| stem(path) != "wrong") {
        let sql = answers::sql(&derived(&path), 0);
        let within = format!("BEGIN;\nCREATE SCHEMA a;\nSET search_path = a;\n{sql}\nROLLBACK;\n");
        let output = std::process::Command::new("psql")
            .args([&connection, "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-c", &within])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}\n{sql}", path.display());
    }
}

#[test]
fn the_tables_keep_what_the_auction_must_keep() {
    let session = derived(&root().join("tests/dossier/delivery/auction.dl"));
    let database = rusqlite::Connection::open_in_memory().unwrap();
    let sql = answers::sql(&session, 0);
    database.execute_batch(&format!("PRAGMA foreign_keys = ON;\n{sql}")).unwrap();
    let bid = |id: &str, auction: &str, request: &str| {
        let (columns, values) =
            ("bid_id, auction_id, bidder_id, amount, created_at, request_id", "u");
        database.execute(
            &format!("INSERT INTO bid ({columns}) VALUES (?, ?, '{values}', 7, '2026-01-01', ?)"),
            [id, auction, request],
        )
    };
    let auction = "INSERT INTO auction (auction_id, seller_id, starting_price, end_time, status, \
                   current_highest, version) VALUES ('a', 's', 1, '2026-01-02', ?, 1, 1)";
    assert!(database.execute(auction, ["SOLD"]).is_err(), "no such state");
    database.execute(auction, ["OPEN"]).unwrap();
    bid("b1", "a", "r1").unwrap();
    assert!(bid("b2", "a", "r1").is_err(), "a retry is one bid");
    assert!(bid("b3", "none", "r2").is_err(), "a bid is on an auction");
}

#[test]
fn nobody_pays_for_it_who_does_not_ask() {
    let options = Options { part: Part::Derivation, ..Options::default() };
    let rulebook = Rulebook::load(&options).unwrap();
    let names = rulebook.program.relations.iter().map(|relation| relation.name.as_str());
    assert_eq!(names.filter(|name| name.starts_with("dossier_")).count(), 0);
}
