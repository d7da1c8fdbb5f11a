//! The tests of the rulebook, as `archlog test` runs them, and goals that no design may answer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use archlog::eval::Options as EvalOptions;
use archlog::kb::{Options, Rulebook};
use archlog::report::Table;
use archlog::session::Session;
use archlog::testing::{self, Suites};

#[test]
fn what_must_follow_follows_and_what_must_not_does_not() {
    let options = EvalOptions::default();
    let suites = Suites::run(&Options::default(), &testing::shipped(), false, &options).unwrap();
    let outcomes = suites.outcomes();
    let failures: Vec<String> = outcomes
        .iter()
        .filter(|outcome| !outcome.holds)
        .map(|outcome| format!("{}:{}: {}", outcome.file, outcome.line, outcome.text))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(outcomes.len() > 450, "only {} expectations were found", outcomes.len());
    assert!(outcomes.iter().filter(|outcome| outcome.as_written).count() > 30);
    assert!(suites.warnings.iter().all(|(_, warnings)| warnings.is_empty()));
}

#[test]
fn no_expectation_is_left_in_a_comment() {
    for path in files("tests/rulebook", "dl") {
        let text = read(&path);
        let marks = ["// expect", "// never", "// as written"];
        let lost = text.lines().find(|line| marks.iter().any(|mark| line.starts_with(mark)));
        assert_eq!(lost, None, "{}: nobody reads this", path.display());
    }
}

/// What tests expect to be concluded, somewhere, by relation and list.
#[test]
fn every_shape_mechanism_read_path_and_companion_is_expected_somewhere() {
    let options = EvalOptions::default();
    let suites = Suites::run(&Options::default(), &testing::shipped(), false, &options).unwrap();
    let expected: BTreeSet<String> =
        suites.outcomes().into_iter().map(|outcome| outcome.text).collect();
    let session = derived(false, &files("designs", "dl"));
    let mut missing = Vec::new();
    for (field, relation) in [
        ("Write shape", "write_shape"),
        ("Base mechanism", "base_mechanism"),
        ("Read path", "read_path"),
        ("Required companions", "required_companion"),
    ] {
        for row in answers(&session, &format!("closed_value({field:?}, Value, _)")).rows {
            let value = row.last().unwrap().to_string();
            let says = |text: &String| {
                let companion = field == "Required companions" && text.contains("companion(");
                text.contains(&format!(".expect {relation}("))
                    && text.contains(&format!("{value:?}"))
                    || companion && text.contains(&format!("{value:?}"))
            };
            if !expected.iter().any(says) {
                missing.push(format!("{relation}(_, {value:?})"));
            }
        }
    }
    assert!(missing.is_empty(), "no test expects {missing:?}");
}

#[test]
fn no_design_answers_an_impossible_goal() {
    let text = read(&root().join("tests/rulebook/impossible.goals"));
    let goals: Vec<&str> =
        text.lines().filter(|line| !line.is_empty() && !line.starts_with("//")).collect();
    assert!(!goals.is_empty());
    let designs = [files("tests/rulebook", "dl"), files("designs", "dl")].concat();
    let mut failures = Vec::new();
    for as_written in [false, true] {
        let session = derived(as_written, &designs);
        for goal in &goals {
            for row in answers(&session, goal).rows {
                failures.push(format!("as written {as_written}: {goal}: {row:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A session that has derived these designs.
fn derived(as_written: bool, designs: &[PathBuf]) -> Session {
    let options = Options { as_written, ..Options::default() };
    let rulebook = Rulebook::load(&options).unwrap_or_else(|unsound| {
        panic!("the rulebook does not load: {:?}", unsound.diagnostics);
    });
    let mut session = Session::new(Arc::new(rulebook));
    for path in designs {
        session.open(path);
    }
    session.derive(&EvalOptions::default()).unwrap_or_else(|stopped| panic!("{stopped:?}"));
    assert_eq!(session.designs().len(), designs.len(), "{:?}", session.diagnostics());
    session
}

fn answers(session: &Session, goal: &str) -> Table {
    session.query(goal).unwrap_or_else(|failure| panic!("{goal}: {failure:?}"))
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(root().join(folder)).unwrap_or_else(|e| panic!("{folder}: {e}"));
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
