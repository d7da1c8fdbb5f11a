//! Every problem that can be reported, with the whole message beside the text that has it.
//!
//! | folder of `tests/errors/` | a case is |
//! | --- | --- |
//! | `program/` | a program, or a folder of one with the `facts/` it reads, loaded and run |
//! | `design/` | a design: a `.dl` or `.json` file, a folder of CSV files, or a folder of several designs |
//! | `goal/` | a goal, asked of the first shipped design; `explain_...` are to be explained |
//! | `rulebook/` | a folder with `rules/` and `facts/`, laid over the rulebook |
//! | `compile/` | a program that cannot be compiled to `ascent!`, for what its `.output` depends on |
//! | `made/` | made by the tests below, since no text can be it |
//!
//! The message stands in `NAME.txt`. `ARCHLOG_UPDATE=1 cargo test --test errors` writes those that
//! are missing or differ; read what it wrote.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use archlog::analyze::program::Directive;
use archlog::analyze::{analyze, beyond, has_errors};
use archlog::batch::Input;
use archlog::diag::{Diagnostic, Renderer, Sources};
use archlog::eval::{Options as EvalOptions, evaluate};
use archlog::io::{Directory, Files, Outputs, Rows, input, output};
use archlog::kb::{Options, Rulebook};
use archlog::plan::Plan;
use archlog::record::{self, Record};
use archlog::session::{QueryFailure, Session};
use archlog::store::Database;
use archlog::syntax::load::{load, tree_of};
use archlog::syntax::operators::DirectiveKind;
use archlog::testing::Suites;
use archlog::value::Interner;
use common::*;
use regex::Regex;

fn render(sources: &Sources, problems: &[Diagnostic]) -> String {
    Renderer { colour: false }.render(sources, problems)
}

/// Whatever is written goes nowhere.
struct Nowhere;

impl Outputs for Nowhere {
    fn save(
        &mut self,
        _name: &str,
        fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        fill(&mut io::sink())
    }

    fn print(&mut self, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        fill(&mut io::sink())
    }
}

/// Files of a folder that messages name as if they lay beside the program.
struct Beside(Directory);

impl Files for Beside {
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.0.read(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.0.list()
    }

    fn strict(&self) -> bool {
        self.0.strict()
    }
}

/// All problems of a program, from its text to its outputs.
fn program_problems(case: &Path) -> String {
    let (folder, entry) = match case.is_dir() {
        true => (case, "program.dl"),
        false => (case.parent().unwrap(), case.file_name().unwrap().to_str().unwrap()),
    };
    let mut sources = Sources::new();
    let mut read = |path: &str| fs::read(folder.join(path));
    let (trees, mut problems) = load(entry, &mut read, &mut sources);
    let (program, more) = analyze(&trees);
    problems.extend(more);
    let strict = !beyond::allowed(&trees);
    if strict {
        problems.extend(beyond::check(&program, &trees, &sources));
    }
    if has_errors(&problems) {
        return render(&sources, &problems);
    }
    let files = Beside(Directory::new(folder.join("facts")).strictly(strict));
    let mut interner = Interner::new();
    let mut database = Database::new(&program);
    database.insert_facts(&program, &mut interner);
    let directives =
        |kind| program.directives.iter().filter(move |it: &&Directive| it.kind == kind);
    for directive in directives(DirectiveKind::Input) {
        let relation = &program.relations[directive.relation.index()];
        let loaded = input(&files, relation, directive, &mut interner, &mut sources, &mut problems);
        let mut row = Vec::new();
        for index in 0..loaded.as_ref().map_or(0, |loaded| loaded.len()) {
            loaded.as_ref().unwrap().row(index, &mut row);
            database.insert(directive.relation, &row);
        }
    }
    let plan = Plan::new(&program, &mut interner);
    let report = evaluate(&plan, &mut database, &mut interner, &EvalOptions::default()).unwrap();
    problems.extend(report.warnings.iter().map(|warning| warning.diagnostic()));
    for directive in directives(DirectiveKind::Output) {
        let declared = &program.relations[directive.relation.index()];
        let relation = database.relation(directive.relation);
        let columns = (0..relation.arity()).map(|column| relation.column(column)).collect();
        let rows = Rows { columns, len: relation.len() };
        output(&mut Nowhere, declared, directive, &rows, &interner, &mut problems).unwrap();
    }
    render(&sources, &problems)
}

fn design_problems(case: &Path) -> String {
    let mut session = Session::new(rulebook(false));
    let several = case.is_dir()
        && fs::read_dir(case)
            .unwrap()
            .any(|entry| entry.unwrap().path().extension().is_some_and(|end| end == "dl"));
    let shown = case.strip_prefix(root()).unwrap();
    let paths = if several { files(shown.to_str().unwrap(), "dl") } else { vec![case.to_owned()] };
    for path in paths {
        // Whether anything was stated shows in the message as well.
        let _ = session.open(path.strip_prefix(root()).unwrap());
    }
    render(session.sources(), session.diagnostics())
}

fn goal_problems(case: &Path) -> String {
    let session = derived(false, &designs()[..1]);
    let text = fs::read_to_string(case).unwrap();
    if stem(case).starts_with("change_") {
        return match session.change(0, &text).unwrap_err() {
            QueryFailure::Wrong { diagnostics, sources } => render(&sources, &diagnostics),
            QueryFailure::Stopped(stopped) => panic!("{}: {stopped}", case.display()),
        };
    }
    let failure = match stem(case).starts_with("explain_") {
        true => match session.pattern(&text) {
            Ok(pattern) => return render(&pattern.sources, &pattern.warnings),
            Err(failure) => failure,
        },
        false => session.query(&text).unwrap_err(),
    };
    match failure {
        QueryFailure::Wrong { diagnostics, sources } => render(&sources, &diagnostics),
        QueryFailure::Stopped(stopped) => panic!("{}: {stopped}", case.display()),
    }
}

fn compile_problems(case: &Path) -> String {
    let mut sources = Sources::new();
    let name = case.file_name().unwrap().to_str().unwrap();
    let (tree, problems) = tree_of(name, fs::read(case).unwrap(), &mut sources);
    let (program, more) = analyze(&[tree]);
    assert!(problems.is_empty() && more.is_empty());
    let outputs = program.directives.iter().filter(|it| it.kind == DirectiveKind::Output);
    let wanted: Vec<_> = outputs.map(|it| it.relation).collect();
    let core = archlog::compile::Core::of(&program, &[], &wanted);
    match core.write(archlog::compile::Target::Ascent, "case") {
        Ok(_) => "it compiles".to_owned(),
        Err(problems) => render(&sources, &problems),
    }
}

fn rulebook_problems(case: &Path) -> String {
    let folder = |name: &str| {
        let path = case.strip_prefix(root()).unwrap().join(name);
        path.is_dir().then_some(path).into_iter().collect()
    };
    let options = Options { rules: folder("rules"), facts: folder("facts"), ..Options::default() };
    match Rulebook::load(&options) {
        Err(unsound) => render(&unsound.sources, &unsound.diagnostics),
        Ok(rulebook) => render(&rulebook.sources, &rulebook.warnings),
    }
}

/// The cases of a folder, each with where its message stands.
fn cases(folder: &str) -> Vec<(PathBuf, PathBuf)> {
    let folder = root().join("tests/errors").join(folder);
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_none_or(|end| end != "txt")).collect();
    cases.sort();
    cases
        .into_iter()
        .map(|case| (folder.join(stem(&case)).with_extension("txt"), case))
        .map(|(to, case)| (case, to))
        .collect()
}

/// Holds a message against the file it stands in, or writes the file.
fn compare(expected: &Path, found: &str, wrong: &mut Vec<String>) {
    let found: String = found.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let found = format!("{}\n", found.trim_end());
    if fs::read_to_string(expected).is_ok_and(|expected| expected == found) {
        return;
    }
    if std::env::var_os("ARCHLOG_UPDATE").is_some() {
        fs::write(expected, &found).unwrap();
        return;
    }
    wrong.push(format!("{}\n{found}", expected.display()));
}

fn check(folder: &str, problems: fn(&Path) -> String) {
    let mut wrong = Vec::new();
    for (case, expected) in cases(folder) {
        compare(&expected, &problems(&case), &mut wrong);
    }
    assert!(wrong.is_empty(), "messages differ from what is expected:\n\n{}", wrong.join("\n"));
}

#[test]
fn programs_that_are_wrong_are_told_so() {
    check("program", program_problems);
}

#[test]
fn designs_that_are_wrong_are_told_so() {
    check("design", design_problems);
}

#[test]
fn goals_that_are_wrong_are_told_so() {
    check("goal", goal_problems);
}

#[test]
fn rulebooks_that_are_wrong_are_told_so() {
    check("rulebook", rulebook_problems);
}

#[test]
fn programs_that_cannot_be_compiled_are_told_so() {
    check("compile", compile_problems);
}

#[test]
fn records_that_are_wrong_are_told_so() {
    let mut wrong = Vec::new();
    let mut check = |name: &str, texts: &[&str], more: fn(&[Record]) -> Vec<Diagnostic>| {
        let mut sources = Sources::new();
        let named = texts.iter().enumerate();
        let read = named.map(|(at, text)| (format!("000{}-a.md", at + 1), text));
        let records: Vec<Record> =
            read.map(|(name, text)| record::read(&name, text, &mut sources).unwrap()).collect();
        let mut problems: Vec<Diagnostic> =
            records.iter().flat_map(|record| record.problems.clone()).collect();
        problems.extend(more(&records));
        let expected = root().join("tests/errors/made").join(name).with_extension("txt");
        compare(&expected, &render(&sources, &problems), &mut wrong);
    };
    let whole = read("docs/adr/0002-companion-place-bid-idempotency-key.md");
    let none = |_: &[Record]| Vec::new();
    check("a_record_as_it_was_written", &[&whole], none);
    let cut = |at: &str| whole[..whole.find(at).unwrap()].to_owned();
    check("an_empty_record", &[""], none);
    check("a_record_that_ends_in_its_front_matter", &[&cut("facts:")], none);
    check("a_record_that_ends_in_its_text", &[&cut("## Why")], none);
    check("a_record_without_a_key", &[&whole.replace("design-id:", "design-name:")], none);
    check("a_record_without_a_front_matter", &[&whole[whole.find("# ADR").unwrap()..]], none);
    check("a_record_with_another_fact", &[&whole.replace("C1", "C2")], none);
    check("a_record_with_another_title", &[&whole.replace("# ADR-0002", "# ADR-0009")], none);
    let added = whole.replace("## Why", "Or so we hope.\n\n## Why");
    check("a_record_with_another_text", &[&added], none);
    let dropped = format!("{}{}", cut("## Why"), &whole[whole.find("## Alternatives").unwrap()..]);
    check("a_record_without_a_part", &[&dropped], none);
    check("a_record_with_notes", &[&format!("{whole}Somebody agreed.\n")], none);
    check("a_record_with_other_ends_of_lines", &[&whole.replace('\n', "\r\n")], none);
    check("two_records_of_one_number", &[&whole, &whole], record::same_numbers);
    check("a_record_without_its_design", &[&whole], |records| {
        let why = "there is no such file";
        let of = |it: &Record| record::error::no_design(it.design_span, &it.design, why);
        records.iter().map(of).collect()
    });
    assert!(wrong.is_empty(), "messages differ from what is expected:\n\n{}", wrong.join("\n"));
}

/// One file of 4 GiB and one byte, none of which is ever touched.
struct Huge;

impl Files for Huge {
    fn read(&self, _name: &str) -> io::Result<Vec<u8>> {
        Ok(vec![0; (1 << 32) + 1])
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(vec!["owner.csv".to_owned()])
    }
}

/// A disk without room.
struct Full;

impl Outputs for Full {
    fn save(
        &mut self,
        _name: &str,
        _fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }

    fn print(&mut self, _fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        Err(io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

/// Files that are what a test says.
struct Said(String);

impl Files for Said {
    fn read(&self, _name: &str) -> io::Result<Vec<u8>> {
        Ok(self.0.clone().into_bytes())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }
}

#[test]
fn what_no_text_can_be_is_told_as_well() {
    let mut wrong = Vec::new();
    let mut check = |name: &str, sources: &Sources, problems: &[Diagnostic]| {
        let expected = root().join("tests/errors/made").join(name).with_extension("txt");
        compare(&expected, &render(sources, problems), &mut wrong);
    };
    let mut sources = Sources::new();
    let (_, problems) = tree_of("huge.dl", Huge.read("").unwrap(), &mut sources);
    check("a_text_too_large", &sources, &problems);

    let read = |text: &str, files: &dyn Files| {
        let mut sources = Sources::new();
        let (tree, mut problems) = tree_of("program.dl", text.into(), &mut sources);
        let program = analyze(&[tree]).0;
        let (relation, directive) = (&program.relations[0], &program.directives[0]);
        input(files, relation, directive, &mut Interner::new(), &mut sources, &mut problems);
        (sources, problems)
    };
    let (sources, problems) = read(".decl p(x: number)\n.input p", &Huge);
    check("a_file_too_large", &sources, &problems);

    let lines = "not a number\n".repeat(1002);
    let (sources, problems) = read(".decl p(x: number)\n.input p", &Said(lines));
    check("more_bad_lines_than_are_kept", &sources, &problems);
    let further: Vec<Diagnostic> =
        problems.into_iter().filter(|problem| problem.code == "AL0512").collect();
    check("further_bad_lines", &sources, &further);

    let input_of = |text: &str| Input::Text { name: "machine.dl".into(), text: text.into() };
    let test = input_of("design(\"machine\", \"A machine\").\n");
    let options = (Options::default(), EvalOptions::default());
    let suites = Suites::run(&options.0, &[test], false, &options.1).unwrap();
    let (sources, problems) = &suites.warnings[0];
    check("a_test_that_expects_nothing", sources, problems);

    let text = ".decl p(x: number)\n.output p\np(1).";
    let mut sources = Sources::new();
    let (tree, mut problems) = tree_of("program.dl", text.into(), &mut sources);
    let program = analyze(&[tree]).0;
    let rows = Rows { columns: vec![&[]], len: 0 };
    let (relation, directive) = (&program.relations[0], &program.directives[0]);
    let _ = output(&mut Full, relation, directive, &rows, &Interner::new(), &mut problems);
    check("a_full_disk", &sources, &problems);

    let mut session = Session::new(rulebook(false));
    assert!(!session.open(Path::new("no/such/design.dl")));
    assert!(!session.open(Path::new("no/such/folder")));
    check("a_missing_design", session.sources(), session.diagnostics());

    let options = Options { rules: vec!["no/such/rules".into()], ..Options::default() };
    let unsound = Rulebook::load(&options).err().map(|unsound| *unsound).unwrap();
    check("a_missing_rulebook", &unsound.sources, &unsound.diagnostics);
    assert!(wrong.is_empty(), "messages differ from what is expected:\n\n{}", wrong.join("\n"));
}

/// The codes in the sources of the library and the program, tests left out, and in the checks.
fn codes() -> BTreeMap<String, BTreeSet<String>> {
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let code = Regex::new(r#""(AL\d{4})""#).unwrap();
    for path in files_below("src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        for found in code.captures_iter(text) {
            codes.entry(found[1].to_owned()).or_default().insert(name.clone());
        }
    }
    // Checks that are written as rules say their code where they are declared.
    let check = Regex::new(r"(?m)^/// @check (AL\d{4}) ").unwrap();
    for path in files_below("rules/checks", "dl") {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        for found in check.captures_iter(&fs::read_to_string(&path).unwrap()) {
            codes.entry(found[1].to_owned()).or_default().insert(name.clone());
        }
    }
    assert!(codes.len() > 50, "codes are no longer written as they were: {codes:?}");
    codes
}

/// Codes that no input brings about, each with the reason.
const WITHOUT_CASE: [(&str, &str); 6] = [
    ("AL0030", "the rulebook is evaluated without limits, so nothing can stop it"),
    ("AL1511", "a verdict in a table; tests/adr has its cases"),
    ("AL1512", "a verdict in a table; tests/adr has its cases"),
    ("AL1513", "a verdict in a table; tests/adr has its cases"),
    ("AL1514", "a verdict in a table; tests/adr has its cases"),
    ("AL1515", "a verdict in a table; tests/adr has its cases"),
];

#[test]
fn every_code_has_a_case() {
    let shown = Regex::new(r"(?m)^(?:error|warning|note)\[(AL\d{4})\]").unwrap();
    let mut seen = BTreeSet::new();
    // What `archlog check` finds has its cases in a folder of its own.
    let shows = ["tests/errors", "tests/check"].map(|folder| files_below(folder, "txt"));
    for path in shows.concat() {
        let text = fs::read_to_string(&path).unwrap();
        seen.extend(shown.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    let codes = codes();
    let without = |code: &&String| WITHOUT_CASE.iter().all(|(other, _)| other != code);
    let missing: Vec<&String> =
        codes.keys().filter(|code| !seen.contains(*code)).filter(without).collect();
    assert!(missing.is_empty(), "no case in tests/errors or tests/check shows {missing:?}");
    let stale: Vec<_> = WITHOUT_CASE.iter().filter(|(code, _)| seen.contains(*code)).collect();
    assert!(stale.is_empty(), "these have a case after all: {stale:?}");
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes: BTreeSet<String> = codes().into_keys().collect();
    let pages: BTreeSet<String> =
        files("docs/errors", "md").iter().map(|path| stem(path)).collect();
    let missing: Vec<_> = codes.difference(&pages).collect();
    let stale: Vec<_> = pages.difference(&codes).filter(|page| page.starts_with("AL")).collect();
    assert!(missing.is_empty(), "no page docs/errors/CODE.md for {missing:?}");
    assert!(stale.is_empty(), "pages of codes that nothing reports: {stale:?}");
    for code in codes {
        let page = read(&format!("docs/errors/{code}.md"));
        assert!(page.starts_with(&format!("# {code}: ")), "the page of {code} opens with another");
    }
}

/// A code stands in one function only, unless the functions say the same in other words: the same
/// thing gone wrong in a text, in a file or in an answer.
#[test]
fn a_code_has_one_meaning() {
    let function = Regex::new(r"(?m)^(?:    )?(?:pub )?(?:pub\(\w+\) )?fn (\w+)").unwrap();
    let code = Regex::new(r#""(AL\d{4})""#).unwrap();
    let mut meanings: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files_below("src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for found in code.captures_iter(text) {
            let at = found.get(1).unwrap().start();
            let within = function.captures_iter(&text[..at]).last().unwrap();
            meanings.entry(found[1].to_owned()).or_default().insert(within[1].to_owned());
        }
    }
    for (code, functions) in meanings {
        let same = SAME_MEANING.iter().find(|(same, _)| *same == code).map_or(&[][..], |it| it.1);
        let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
        assert!(functions.len() == 1 || functions == same, "{code} is reported by {functions:?}");
    }
}

/// Codes that several functions report, all of them for one meaning.
const SAME_MEANING: [(&str, &[&str]); 10] = [
    ("AL0001", &["open_component", "unexpected", "unfinished"]),
    ("AL0202", &["compared_types", "disjoint_types"]),
    ("AL0301", &["unbound_fact", "unbound_head"]),
    ("AL0010", &["disjunction_in_aggregate", "unsupported"]),
    ("AL0120", &["component_of_itself", "instances_without_end"]),
    ("AL0121", &["not_inherited", "not_overridable"]),
    ("AL0020", &["unreadable", "unreadable_folder"]),
    ("AL0043", &["no_fact", "no_sign"]),
    ("AL0716", &["row_never_there", "value_never_there"]),
    ("AL0504", &["unreadable", "unreadable_design"]),
];
