//! The rulebook against small designs that say in comments what must and must not follow, and
//! against goals that no design may answer.
//!
//! In a design under `tests/rulebook/`, `// expect: GOAL` must have an answer and `// never: GOAL`
//! must have none; `// as written: GOAL` and `// never as written: GOAL` say the same of the letter
//! alone. All designs of a mode are derived together, each in a world of its own.

#![allow(clippy::panic, reason = "a test says what went wrong by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use archlog::eval::Options as EvalOptions;
use archlog::kb::{Options, Rulebook};
use archlog::report::Table;
use archlog::session::Session;
use archlog::value::Constant;

const MARKS: [(&str, bool, bool); 4] = [
    ("// expect: ", false, true),
    ("// never: ", false, false),
    ("// as written: ", true, true),
    ("// never as written: ", true, false),
];

#[test]
fn what_must_follow_follows_and_what_must_not_does_not() {
    let mut failures = Vec::new();
    let mut checked = 0;
    for as_written in [false, true] {
        let session = derived(as_written, &files("tests/rulebook", "dl"));
        for design in session.designs() {
            let text = read(Path::new(&design.path));
            for (mark, letter, expected) in MARKS {
                let goals = text.lines().filter_map(|line| line.strip_prefix(mark));
                for goal in goals.filter(|_| letter == as_written) {
                    checked += 1;
                    if holds(&answers(&session, goal), &design.id) != expected {
                        failures.push(format!("{}: {}{goal}", design.path, &mark[3..]));
                    }
                }
            }
        }
    }
    assert!(checked > 300, "only {checked} expectations were found");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
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

/// Whether a design is among the answers, whose first column names the design.
fn holds(table: &Table, id: &str) -> bool {
    table.rows.iter().any(|row| match row.first() {
        Some(Constant::Symbol(design)) => **design == *id,
        _ => false,
    })
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
