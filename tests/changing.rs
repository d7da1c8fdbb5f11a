//! `what-if`, `achieve`, `ask`, `ledger` and what `why-not` says of the smallest change, as the program
//! prints them: facts to copy, reasons in every medium, limits and Ctrl-C.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

use std::fs;
use std::io::Read;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

#[path = "../benches/common/reference.rs"]
#[allow(dead_code, reason = "benches use the rest")]
mod reference;

use reference::Shape;

const MINIMAL: &str = include_str!("../designs/auction-minimal.dl");
const LEASE: &str = r#"base_mechanism("place_bid", "lease")"#;

/// Much is open in it, so that its ledger takes a while.
fn big() -> String {
    reference::design(7, &Shape { requirements: 200, objects: 100, answered: 30, context: 2 })
}

/// A folder with a design in it.
fn desk(design: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("design.dl"), design).unwrap();
    folder
}

/// What a command prints about a design, and its exit code.
fn run(design: &str, arguments: &[&str]) -> (String, String, i32) {
    let folder = desk(design);
    let (command, rest) = arguments.split_first().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_archlog"))
        .current_dir(&folder)
        .args([*command, "design.dl"])
        .args(rest)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn json(design: &str, arguments: &[&str]) -> Value {
    let (out, said, _) = run(design, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&out).unwrap_or_else(|problem| panic!("{problem}: {out}{said}"))
}

/// The rows of a table of the first section, and the names of its columns.
fn table(answer: &Value, name: &str) -> (Vec<String>, Vec<Value>) {
    let tables = answer["documents"][0]["sections"][0]["tables"].as_array().unwrap();
    let table = tables.iter().find(|table| table["name"] == name).unwrap();
    let columns = table["columns"].as_array().unwrap().iter();
    let columns = columns.map(|column| column["name"].as_str().unwrap().to_owned());
    (columns.collect(), table["rows"].as_array().unwrap().clone())
}

#[test]
fn ask_gives_the_facts_of_each_answer() {
    let (text, _, code) = run(MINIMAL, &["ask"]);
    assert_eq!(code, 0);
    assert!(text.contains("Facts to copy"), "{text}");
    let asked = json(MINIMAL, &["ask"]);
    let (columns, rows) = table(&asked, "facts");
    assert_eq!(columns, ["answer", "facts"]);
    assert!(rows.len() >= 2);
    let question = &asked["documents"][0]["sections"][0]["title"];
    for row in rows {
        let (answer, fact) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
        assert!(
            fact.ends_with(&format!("\"{answer}\").")) && text.contains(fact),
            "{fact}\n{text}"
        );
        let answered = format!("{MINIMAL}\n{fact}\n");
        let next = json(&answered, &["ask", "--all"]);
        let sections = next["documents"][0]["sections"].as_array().unwrap();
        assert!(sections.iter().all(|section| section["title"] != *question), "{question}");
    }
}

#[test]
fn achieve_gives_facts_that_make_the_goal_true_when_copied() {
    let (text, _, code) = run(MINIMAL, &["achieve", LEASE, "--size", "2"]);
    assert_eq!(code, 0);
    let (columns, rows) = table(&json(MINIMAL, &["achieve", LEASE, "--size", "2"]), "plans");
    assert_eq!(columns, ["n", "choices", "facts", "contradicted", "added", "collateral"]);
    assert!(!rows.is_empty());
    for row in rows {
        let facts = row[2].as_str().unwrap();
        for fact in facts.lines() {
            assert!(text.contains(fact), "{fact}\n{text}");
        }
        let signed = |fact: &str| match fact.strip_prefix('-') {
            Some(gone) => format!("-{gone}"),
            None => format!("+{fact}"),
        };
        let changes: Vec<String> = facts.lines().map(signed).collect();
        let (_, lines) = table(&json(MINIMAL, &["what-if", &changes.join(" ")]), "difference");
        assert!(lines.iter().any(|line| line[0] == "+" && line[2] == LEASE), "{facts}: {lines:?}");
        if row[3] == 0 {
            let (_, said, code) = run(&format!("{MINIMAL}\n{facts}\n"), &["why", LEASE]);
            assert_eq!(code, 0, "{facts}: {said}");
        }
    }
}

#[test]
fn a_goal_may_name_what_no_rule_reads() {
    let goal = "pattern_discriminant(_, _, _, _)";
    let (out, said, code) = run(MINIMAL, &["achieve", goal]);
    assert_eq!(code, 0, "{said}");
    assert!(out.contains("It holds already"), "{out}");
}

#[test]
fn what_choices_cannot_do_other_facts_may() {
    let design = format!("{MINIMAL}\n{}\n", r#"relates("Bid", "claim on", "Auction")."#);
    let goal = r#"object_aspect("Bid", "time bound", "expiry")"#;
    let (out, _, code) = run(&design, &["achieve", goal]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("No set of the choices of this design (its fields and"), "{out}");
    assert!(out.contains("Other facts are not tried"), "{out}");
    let (out, _, _) = run(&design, &["why-not", goal]);
    assert!(out.contains("no set of the choices of this design"), "{out}");
    let (out, _, _) = run(&design, &["what-if", r#"+time_bound("Bid", "expiry")"#, "--all"]);
    assert!(out.contains(goal), "{out}");
}

#[test]
fn the_smallest_change_of_a_why_not_has_facts_to_copy_in_every_medium_with_a_caption() {
    let explained = json(MINIMAL, &["why-not", LEASE]);
    let ways = explained["explanations"][0]["ways"].as_array().unwrap();
    assert!(!ways.is_empty());
    let facts: Vec<&str> =
        ways[0]["facts"].as_array().unwrap().iter().map(|fact| fact.as_str().unwrap()).collect();
    assert_eq!(facts.len(), 2);
    assert!(ways[0]["say"].as_str().unwrap().starts_with("to get it, say "));
    let (_, said, code) = run(&format!("{MINIMAL}\n{}\n", facts.join("\n")), &["why", LEASE]);
    assert_eq!(code, 0, "{said}");
    for (format, quote) in [("text", "\""), ("md", "\""), ("html", "&quot;"), ("svg", "&quot;")] {
        let (text, _, code) = run(MINIMAL, &["why-not", LEASE, "--format", format]);
        assert_eq!(code, 0);
        for fact in &facts {
            let written = fact.replace('"', quote);
            assert!(text.contains(&written) || text.contains(*fact), "{format}: {fact}\n{text}");
        }
    }
}

const SUPPOSED: &str = r#"+judgement("place_bid", "one_writer_owns_scope", "Yes")"#;

#[test]
fn the_reasons_of_a_what_if_are_part_of_the_answer_in_its_format() {
    let answer = json(MINIMAL, &["what-if", SUPPOSED, "--reasons"]);
    let explanations = answer["explanations"].as_array().unwrap();
    let (_, rows) = table(&answer, "difference");
    assert_eq!(explanations.len(), rows.len(), "one a line");
    let steps = || explanations.iter().flat_map(|tree| tree["steps"].as_array().unwrap());
    let supposed = steps().find(|step| step["kind"] == "supposed").unwrap();
    assert_eq!(supposed["label"], "supposed");
    assert_eq!(supposed["atom"], &SUPPOSED[1..]);
    // What a proof needs to be absent says why it is.
    let opened = |step: &&Value| {
        step["kind"] == "failed" && step["on"].as_array().is_some_and(|on| !on.is_empty())
    };
    assert!(steps().find(opened).is_some());
    for format in ["text", "md", "html"] {
        let (text, _, code) = run(MINIMAL, &["what-if", SUPPOSED, "--reasons", "--format", format]);
        assert_eq!(code, 0);
        assert!(text.contains("supposed"), "{format}: {text}");
        assert!(text.matches("archlog 0.1.0").count() == 1, "one answer, one stamp: {text}");
    }
    let (text, said, _) = run(MINIMAL, &["what-if", SUPPOSED, "--reasons", "--format", "csv"]);
    assert!(!text.contains("supposed") && said.contains("no table"), "{said}");
    assert!(json(MINIMAL, &["what-if", SUPPOSED]).get("explanations").is_none());
}

#[test]
fn limits_hold_for_all_that_changes_a_design() {
    let big = big();
    let change = r#"+context("Topology", "single service distributed")"#;
    let commands: [&[&str]; 4] = [
        &["ledger"],
        &["ask"],
        &["what-if", change],
        &["achieve", r#"base_mechanism("req3", "lease")"#],
    ];
    let limits = [
        ("--limit-time", "0.001", "the time limit of 1ms"),
        ("--limit-tuples", "1000", "the limit of 1000 derived tuples"),
        ("--limit-rounds", "1", "the limit of 1 rounds"),
        ("--limit-memory", "1", "the memory limit of 1048576 bytes"),
    ];
    for command in commands {
        for (option, value, message) in limits {
            let started = Instant::now();
            let (_, said, code) = run(&big, &[command, &[option, value]].concat());
            assert_eq!(code, 3, "{command:?} {option}: {said}");
            assert!(said.contains(message), "{command:?} {option}: {said}");
            assert!(started.elapsed() < Duration::from_secs(10), "{command:?} {option}");
        }
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_long_ledger_and_a_long_ask() {
    let folder = desk(&big());
    for command in ["ledger", "ask"] {
        let mut child = Process::new(env!("CARGO_BIN_EXE_archlog"))
            .args([command, "design.dl"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(1_500));
        assert!(child.try_wait().unwrap().is_none(), "{command} was done too soon to be stopped");
        let kill = Process::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let started = Instant::now();
        let status = child.wait().unwrap();
        assert!(started.elapsed() < Duration::from_secs(20));
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(status.code(), Some(130), "{said}");
        assert!(said.contains("interrupted; written: "), "{said}");
    }
}
