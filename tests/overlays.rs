//! Folders laid over the rulebook: several of them, and limits on what they take.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use archlog::diag::Sources;
use archlog::io::{Files, input};
use archlog::value::Interner;
use assert_cmd::Command;
use common::{program, root};

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A relation of its own, read from a table of its own.
const READS: &str = ".decl mine(a: symbol)\n\
    .input mine(IO=file, filename=\"own/mine.csv\", delimiter=\",\", headers=true, rfc4180=true)\n";

fn query(goal: &str, rules: &Path, facts: &[&Path], more: &[&str]) -> Output {
    let mut command = Command::cargo_bin("archlog").unwrap();
    command.current_dir(root()).args(["query", "designs/auction-minimal.dl", goal]);
    command.args(["--format", "csv", "--rules"]).arg(rules).args(more);
    for folder in facts {
        command.arg("--facts").arg(folder);
    }
    command.timeout(Duration::from_secs(120)).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn of_several_folders_of_facts_all_add_and_the_last_one_replaces() {
    let rules = folder(&[("mine.dl", READS)]);
    let first = folder(&[("own/mine.csv", "a\none\n"), ("own/mine.add.csv", "a\ntwo\n")]);
    let second = folder(&[("own/mine.add.csv", "a\nthree\n")]);
    let third = folder(&[("own/mine.add.csv", "a\nfour\n"), ("own/mine.csv", "a\nfive\n")]);
    let (first, second, third) = (first.path(), second.path(), third.path());
    let rows = |facts: &[&Path]| {
        let output = query("mine(X)", rules.path(), facts, &[]);
        assert_eq!(said(&output.stderr), "");
        let mut rows: Vec<String> = said(&output.stdout).lines().map(str::to_owned).collect();
        assert_eq!(rows.remove(0), "X");
        rows.sort();
        rows
    };
    assert_eq!(rows(&[first]), ["one", "two"]);
    assert_eq!(rows(&[first, second]), ["one", "three", "two"]);
    assert_eq!(rows(&[first, second, third]), ["five", "four", "three", "two"]);
    assert_eq!(rows(&[third, second, first]), ["four", "one", "three", "two"]);
}

#[test]
fn of_several_folders_of_rules_all_are_read_and_the_last_one_replaces() {
    let rule = |value: &str| format!(".decl mine(a: symbol)\nmine(\"{value}\").\n");
    let first = folder(&[
        ("mine.dl", &rule("one")),
        ("other.dl", ".decl other(a: symbol)\nother(\"x\").\n"),
    ]);
    let second = folder(&[("mine.dl", &rule("two"))]);
    let more = ["--rules", second.path().to_str().unwrap()];
    let output = query("mine(X), other(Y)", first.path(), &[], &more);
    assert_eq!(said(&output.stdout), "X,Y\ntwo,x\n", "{}", said(&output.stderr));
}

/// Nothing is answered, it ends soon, and it says so.
fn stopped(rules: &Path, facts: &[&Path], limit: &[&str], said_of: &str) {
    let started = Instant::now();
    let output = query("mine(X)", rules, facts, limit);
    let errors = said(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert_eq!(said(&output.stdout), "");
    assert!(errors.contains("[AL0030]") && errors.contains(said_of), "{errors}");
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn limits_hold_for_what_is_laid_over_the_rulebook() {
    let rules = folder(&[("mine.dl", READS)]);
    let rows: String = (0..300_000).map(|row| format!("row {row}\n")).collect();
    let long = folder(&[("own/mine.csv", &format!("a\n{rows}"))]);
    let memory = "the memory limit of 1048576 bytes was reached";
    stopped(rules.path(), &[long.path()], &["--limit-memory", "1"], memory);
    // The file alone is within this limit, and its rows are not.
    stopped(rules.path(), &[long.path()], &["--limit-memory", "6"], "the memory limit");
    stopped(rules.path(), &[long.path()], &["--limit-time", "0.0001"], "the time limit");
    let output = query("mine(\"row 7\")", rules.path(), &[long.path()], &["--limit-memory", "500"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
}

#[test]
fn a_rule_of_ones_own_that_never_ends_is_stopped_by_the_limits() {
    let endless = ".decl mine(a: number)\nmine(0).\nmine(x + 1) :- mine(x).\n";
    let rules = folder(&[("mine.dl", endless)]);
    stopped(rules.path(), &[], &["--limit-time", "0.5"], "the time limit of 500ms was reached");
}

/// A file of many lines, and somebody who loses patience after so many questions.
struct Long(Cell<usize>);

impl Files for Long {
    fn read(&self, _name: &str) -> io::Result<Vec<u8>> {
        Ok("1\n".repeat(100_000).into_bytes())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn halted(&self) -> bool {
        self.0.set(self.0.get() - 1);
        self.0.get() == 0
    }
}

#[test]
fn a_long_file_is_left_where_somebody_says_so() {
    let program = program(".decl p(a: number)\n.input p");
    let (mut interner, mut sources, mut problems) = (Interner::new(), Sources::new(), Vec::new());
    let files = Long(Cell::new(3));
    let (relation, directive) = (&program.relations[0], &program.directives[0]);
    let read = input(&files, relation, directive, &mut interner, &mut sources, &mut problems);
    let rows = read.unwrap().len();
    assert!((1..50_000).contains(&rows), "{rows}");
}

#[test]
fn a_file_that_is_named_in_capitals_or_nearly_right_is_not_passed_over() {
    let rules = folder(&[("mine.dl", READS)]);
    let facts = folder(&[("own/mine.CSV", "a\none\n"), ("own/mine.add.Csv", "a\ntwo\n")]);
    let output = query("mine(X)", rules.path(), &[facts.path()], &[]);
    assert_eq!(said(&output.stdout), "X\none\ntwo\n", "{}", said(&output.stderr));
    let table = [("own/mine.csv", "a\none\n")];
    for (name, code) in
        [("own/mien.csv", 2), ("own/nime.add.csv", 2), ("notes/of_a_meeting.csv", 0)]
    {
        let facts = folder(&[table[0], (name, "a\ntwo\n")]);
        let output = query("mine(X)", rules.path(), &[facts.path()], &[]);
        let said = said(&output.stderr);
        assert!(said.contains("AL0035") && said.contains(name), "{name}: {said}");
        assert_eq!(output.status.code(), Some(code), "{name}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_named() {
    let rules = folder(&[("mine.dl", READS)]);
    let facts = folder(&[("own/mine.csv", "a\none\n")]);
    std::os::unix::fs::symlink("/nowhere/at/all", facts.path().join("own/yours.csv")).unwrap();
    let output = query("mine(X)", rules.path(), &[facts.path()], &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = said(&output.stderr);
    assert!(said.contains("`own/yours.csv` in it: no such file"), "{said}");
}

#[test]
fn rules_that_go_on_without_end_stop_at_the_limit_of_tuples() {
    let rules = |bound: &str| {
        let text = format!(".decl n(x: number)\nn(0).\nn(x + 1) :- n(x){bound}.\n");
        folder(&[("mine.dl", text.as_str())])
    };
    let limit = ["--limit-tuples", "2000"];
    let endless = query("n(5)", rules("").path(), &[], &limit);
    let said_of_it = said(&endless.stderr);
    assert_eq!(endless.status.code(), Some(3), "{said_of_it}");
    assert!(said_of_it.contains("the limit of 2000 derived tuples"), "{said_of_it}");
    let some = query("n(1000)", rules(", x < 1000").path(), &[], &limit);
    assert_eq!(some.status.code(), Some(0), "{}", said(&some.stderr));
    // The memory is measured often enough, and not at every tuple.
    let endless = query("n(5)", rules("").path(), &[], &["--limit-memory", "40"]);
    assert_eq!(endless.status.code(), Some(3), "{}", said(&endless.stderr));
}
