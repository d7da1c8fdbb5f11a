//! The shipped designs: what each of them comes to stands in `tests/golden/designs.csv`, and
//! between them they reach everything that can be reached.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use archlog::kb::{Options, Part, Rulebook};
use archlog::session::Session;
use common::*;

/// What is decided for a requirement.
#[derive(Default, Debug, PartialEq, Eq)]
struct Decided {
    write_shape: BTreeSet<String>,
    base_mechanism: BTreeSet<String>,
    companions: BTreeSet<String>,
    read_path: BTreeSet<String>,
}

/// Where in [`Decided`] the answers to a goal go.
type Field = fn(&mut Decided) -> &mut BTreeSet<String>;

type Decisions = BTreeMap<(String, String), Decided>;

/// A companion that a design chooses; what is not on the list is a problem and counts for nothing.
const CHOSEN: &str = "companion(Req, Value), closed_value(\"Required companions\", Value, _)";

/// Everything that is decided in the designs of a session, by design and requirement.
fn decided(session: &Session) -> Decisions {
    let mut decisions = Decisions::new();
    let fields: [(&str, Field); 5] = [
        ("write_shape(Req, Value)", |decided| &mut decided.write_shape),
        ("base_mechanism(Req, Value)", |decided| &mut decided.base_mechanism),
        ("required_companion(Req, Value)", |decided| &mut decided.companions),
        (CHOSEN, |decided| &mut decided.companions),
        ("read_path(Req, Value)", |decided| &mut decided.read_path),
    ];
    for (goal, field) in fields {
        for row in answers(session, goal) {
            let [design, req, value] = row.try_into().unwrap();
            field(decisions.entry((design, req)).or_default()).insert(value);
        }
    }
    for row in answers(session, "modeled_incorrectly(Req, List, _)") {
        let [design, req, list] = row.try_into().unwrap();
        let decided = decisions.entry((design, req)).or_default();
        if list == "Write shape" {
            decided.write_shape.insert("modeled incorrectly".to_owned());
        } else if list == "Base mechanism" && !decided.write_shape.is_empty() {
            decided.base_mechanism.insert("modeled incorrectly".to_owned());
        }
    }
    decisions
}

/// What `designs.csv` says, by default or as written.
fn expected(as_written: bool) -> Decisions {
    let text = read("tests/golden/designs.csv");
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let suffix = if as_written { "_as_written" } else { "" };
    let mut decisions = Decisions::new();
    for record in reader.records() {
        let record = record.unwrap();
        let values = |name: &str| -> BTreeSet<String> {
            let column = headers.iter().position(|header| header == format!("{name}{suffix}"));
            let cell = &record[column.unwrap()];
            cell.split(" + ").filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let decided = Decided {
            write_shape: values("write_shape"),
            base_mechanism: values("base_mechanism"),
            companions: values("companions"),
            read_path: values("read_path"),
        };
        let place = (record[0].to_owned(), record[1].to_owned());
        assert!(decisions.insert(place, decided).is_none(), "{record:?} is there twice");
    }
    decisions
}

fn check(as_written: bool) {
    let (found, expected) = (decided(&derived(as_written, &designs())), expected(as_written));
    let mut wrong = Vec::new();
    for place in found.keys().chain(expected.keys()).collect::<BTreeSet<_>>() {
        let nothing = Decided::default();
        let (wanted, found) = (expected.get(place), found.get(place));
        if wanted.unwrap_or(&nothing) != found.unwrap_or(&nothing) {
            wrong.push(format!("{place:?}\n  expected {wanted:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "tests/golden/designs.csv differs:\n{}", wrong.join("\n"));
}

#[test]
fn every_design_comes_to_what_is_expected_of_it() {
    check(false);
}

#[test]
fn every_design_comes_to_what_is_expected_of_it_as_written() {
    check(true);
}

#[test]
fn every_design_is_among_the_expected() {
    let expected = expected(false);
    let named: BTreeSet<&String> = expected.keys().map(|(design, _)| design).collect();
    let missing: Vec<String> =
        designs().iter().map(|path| stem(path)).filter(|id| !named.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?} are not in tests/golden/designs.csv");
    assert_eq!(named.len(), designs().len(), "an expected design is not shipped");
}

#[test]
fn a_design_is_called_as_its_file_and_says_what_it_shows() {
    let session = derived(false, &designs());
    assert_eq!(session.diagnostics(), [], "a shipped design has problems in its text");
    for (design, path) in session.designs().iter().zip(designs()) {
        assert_eq!(design.id, stem(&path));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("// "), "{} has no comment at its top", design.id);
    }
}

#[test]
fn no_design_but_the_wrong_one_has_a_problem() {
    for as_written in [false, true] {
        let session = derived(as_written, &designs());
        let problems = answers(&session, "problem(Severity, Code, Subject, Message)");
        let of_the_wrong_one = problems.iter().filter(|row| row[0] == "wrong").count();
        assert!(of_the_wrong_one > 15, "the wrong design has {of_the_wrong_one} problems only");
        let others: Vec<_> = problems.iter().filter(|row| row[0] != "wrong").collect();
        assert!(others.is_empty(), "as written {as_written}: {others:#?}");
    }
}

/// What is in the registry and no design can come to, with the reason. Empty as long as every value
/// of the four lists is reached; each resolution that opens a corner has a design in it.
const UNREACHABLE: [(&str, &str, &str); 0] = [];

#[test]
fn the_designs_reach_everything_that_can_be_reached() {
    let session = derived(false, &designs());
    let lists = [
        ("Write shape", "write_shape(_, Value)"),
        ("Base mechanism", "base_mechanism(_, Value)"),
        ("Read path", "read_path(_, Value)"),
        // A companion is required by a rule or chosen by the design.
        ("Required companions", "required_companion(_, Value); companion(_, Value)"),
    ];
    let mut problems = Vec::new();
    for (field, goal) in lists {
        let allowed = answers(&session, &format!("closed_value({field:?}, Value, _)")).concat();
        let allowed: BTreeSet<String> = allowed.into_iter().collect();
        assert!(allowed.len() > 5, "the registry closes {field} over {allowed:?}");
        let answers = answers(&session, goal);
        let reached: BTreeSet<String> = answers.into_iter().map(|row| row[1].clone()).collect();
        for value in allowed.difference(&reached) {
            let known = UNREACHABLE.iter().any(|(list, known, _)| *list == field && known == value);
            if !known {
                problems.push(format!("no design comes to {value:?} of {field}"));
            }
        }
        for (_, value, _) in UNREACHABLE.iter().filter(|(list, ..)| *list == field) {
            if reached.contains(*value) || !allowed.contains(*value) {
                problems.push(format!("{value:?} of {field} is listed as unreachable, wrongly"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_tables_that_no_rule_reads_change_nothing_that_is_printed() {
    for as_written in [false, true] {
        let sheets = |part: Part| {
            let options = Options { as_written, part, ..Options::default() };
            let mut session = Session::new(Arc::new(Rulebook::load(&options).unwrap()));
            for design in designs() {
                session.open(&design);
            }
            session.derive(&Default::default()).unwrap();
            (0..session.designs().len()).map(|design| session.sheets(design)).collect::<Vec<_>>()
        };
        assert_eq!(sheets(Part::Derivation), sheets(Part::Whole));
    }
}

/// What a design is about, by the archetypes that dominate it: `ARCHLOG_UPDATE=1` writes the list anew.
#[test]
fn every_design_is_dominated_by_the_archetypes_it_is_about() {
    let session = derived(false, &designs());
    let mut found = String::from("design,subject,archetype\n");
    let mut rows = answers(&session, "dominant_archetype(Subject, Archetype)");
    rows.sort();
    rows.iter().for_each(|row| found.push_str(&(row.join(",") + "\n")));
    let path = root().join("tests/golden/dominant.csv");
    if std::env::var_os("ARCHLOG_UPDATE").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&path).unwrap(), "ARCHLOG_UPDATE=1 renews it");
}
