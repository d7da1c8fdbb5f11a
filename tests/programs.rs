//! One corpus of small programs, a construct each, run on the engine with one and several threads
//! and on its slow twin. What is expected was written by hand from what Souffle's documentation
//! says they mean.
//!
//! A folder of `tests/programs/` holds `program.dl`, the files it reads in `facts/`, and in
//! `expected/` exactly the files it writes; what it prints is in `expected/stdout`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use archlog::analyze::program::Program;
use archlog::analyze::{analyze, beyond, has_errors};
use archlog::diag::{Renderer, Sources};
use archlog::eval::{Options as EvalOptions, evaluate};
use archlog::io::{Outputs, Rows, output, print_size};
use archlog::plan::Plan;
use archlog::store::Database;
use archlog::syntax::load::load;
use archlog::syntax::operators::{AggregateOperator, CALLS, DirectiveKind, INFIX, PREFIXES, Test};
use archlog::value::{Interner, Word};
use common::*;

/// Files that are kept in memory, and the standard output beside them.
#[derive(Default)]
struct Written {
    files: BTreeMap<String, String>,
    printed: Vec<u8>,
}

impl Outputs for Written {
    fn save(
        &mut self,
        name: &str,
        fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        fill(&mut bytes)?;
        self.files.insert(name.to_owned(), String::from_utf8(bytes).unwrap());
        Ok(())
    }

    fn print(&mut self, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        fill(&mut self.printed)
    }
}

fn load_program(folder: &Path) -> Program {
    let mut sources = Sources::new();
    let mut read = |path: &str| fs::read(folder.join(path));
    let (trees, mut problems) = load("program.dl", &mut read, &mut sources);
    let (program, more) = analyze(&trees);
    problems.extend(more);
    if !beyond::allowed(&trees) {
        problems.extend(beyond::check(&program, &trees, &sources));
    }
    let shown = Renderer { colour: false }.render(&sources, &problems);
    assert!(!has_errors(&problems), "{}\n{shown}", folder.display());
    program
}

/// What a program writes, by file.
fn run(program: &Program, facts: &Facts, threads: usize) -> BTreeMap<String, String> {
    let mut interner = Interner::new();
    let mut database = Database::new(program);
    database.insert_facts(program, &mut interner);
    for (relation, values) in facts {
        let tuple: Vec<Word> = values.iter().map(|value| interner.intern(value)).collect();
        database.insert(*relation, &tuple);
    }
    let plan = Plan::new(program, &mut interner);
    let options = EvalOptions { threads, ..EvalOptions::default() };
    evaluate(&plan, &mut database, &mut interner, &options).unwrap();
    let (mut written, mut problems) = (Written::default(), Vec::new());
    for directive in &program.directives {
        let declared = &program.relations[directive.relation.index()];
        let relation = database.relation(directive.relation);
        match directive.kind {
            DirectiveKind::Output => {
                let columns = (0..relation.arity()).map(|column| relation.column(column)).collect();
                let rows = Rows { columns, len: relation.len() };
                output(&mut written, declared, directive, &rows, &interner, &mut problems).unwrap();
            }
            DirectiveKind::PrintSize => {
                print_size(&mut written, &declared.name, relation.len()).unwrap();
            }
            DirectiveKind::Input | DirectiveKind::LimitSize => {}
        }
    }
    assert!(problems.is_empty(), "{problems:?}");
    if !written.printed.is_empty() {
        written.files.insert("stdout".to_owned(), String::from_utf8(written.printed).unwrap());
    }
    written.files
}

fn expected(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder.join("expected")).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    entries
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), text(&path)))
        .collect()
}

fn folders() -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(root().join("tests/programs")).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() > 40, "the corpus is gone");
    folders
}

#[test]
fn every_program_writes_what_is_expected_of_it() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let program = load_program(&folder);
        let facts = input_facts(&program, &folder.join("facts"));
        let expected = expected(&folder);
        assert!(!expected.is_empty(), "{} expects nothing", folder.display());
        for threads in [1, 4] {
            let found = run(&program, &facts, threads);
            for file in expected.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
                let (wanted, found) = (expected.get(file), found.get(file));
                if wanted != found {
                    wrong.push(format!(
                        "{}, {file}, {threads} threads\n--- expected\n{}--- found\n{}",
                        stem(&folder),
                        wanted.map_or("(no such file)\n", String::as_str),
                        found.map_or("(no such file)\n", String::as_str),
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_twin_agrees_on_every_program() {
    for folder in folders() {
        let program = load_program(&folder);
        // The twin has no rounds, so it cannot stop after some of them.
        if program.directives.iter().any(|directive| directive.kind == DirectiveKind::LimitSize) {
            continue;
        }
        let facts = input_facts(&program, &folder.join("facts"));
        let twin = naive::evaluate(&program, facts.iter().cloned());
        let engine = engine(&program, &facts, 1);
        assert_same(&program, &engine.relations, &twin, &folder.display().to_string());
    }
}

/// Every word of the language stands in some program of the corpus.
#[test]
fn the_corpus_uses_every_operator() {
    let mut words = BTreeSet::new();
    let text = regex::Regex::new(r#""[^"]*""#).unwrap();
    let word = regex::Regex::new(r"\.?[a-z_0-9]+|[^\sa-z_0-9]").unwrap();
    for folder in folders() {
        let program = fs::read_to_string(folder.join("program.dl")).unwrap();
        let code: String = program.lines().map(|line| line.split("//").next().unwrap()).collect();
        let code = text.replace_all(&code, "\"\"").into_owned();
        words.extend(word.find_iter(&code).map(|found| found.as_str().to_owned()));
    }
    let signs = INFIX.iter().map(|row| row.0).chain(PREFIXES.iter().map(|row| row.0));
    let calls = CALLS.iter().map(|row| row.0).chain(Test::ALL.iter().map(|test| test.name()));
    let aggregates = [
        AggregateOperator::Count,
        AggregateOperator::Sum,
        AggregateOperator::Minimum,
        AggregateOperator::Maximum,
        AggregateOperator::Mean,
    ];
    let aggregates = aggregates.iter().map(|operator| operator.name());
    let others = ["range", "true", "false", "!", ";", ".include", ".type", ".pragma", ".plan"];
    let directives = [".input", ".output", ".printsize", ".limitsize"];
    let all = signs.chain(calls).chain(aggregates).chain(others).chain(directives);
    let unused: Vec<&str> = all.filter(|word| !words.contains(*word)).collect();
    assert!(unused.is_empty(), "no program uses {unused:?}");
}
