//! Markdown pages with examples in them, and what the examples say when they are run.

// Each test that includes this file needs a part of it.
#![allow(dead_code, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use archlog::analyze::{analyze, beyond, has_errors};
use archlog::audit::checks::{self, Record, Whose};
use archlog::audit::prove;
use archlog::audit::{Accepted, Finding, Selection, Subject, Suppressions, audit, sift};
use archlog::diag::{Diagnostic, Renderer, Sources};
use archlog::eval::{Options as EvalOptions, evaluate};
use archlog::io::{Directory, OutputDirectory, Rows, input, output};
use archlog::kb::{Options, Part, Rulebook};
use archlog::plan::Plan;
use archlog::session::Session;
use archlog::store::Database;
use archlog::syntax::load::load;
use archlog::syntax::operators::DirectiveKind;
use archlog::value::Interner;

/// A fenced block: "```language argument".
#[derive(Clone, Debug)]
pub struct Block {
    /// The line of the page that it opens on.
    pub line: usize,
    /// The first word behind the fence.
    pub language: String,
    /// The rest behind it.
    pub argument: String,
    /// What is in it.
    pub text: String,
}

impl Block {
    /// Whether the block is a file of facts that is laid over the rulebook to be checked.
    fn is_overlay(&self) -> bool {
        self.language == "csv" && self.argument.starts_with("check ")
    }

    /// Whether the block is a file of this name rather than a text to be run.
    fn is_file(&self) -> bool {
        self.argument.contains('.') && !self.is_overlay()
    }
}

/// All fenced blocks of a page.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(information) => {
                let (language, argument) = information.split_once(' ').unwrap_or((information, ""));
                blocks.push(Block {
                    line: index + 1,
                    language: language.to_owned(),
                    argument: argument.trim().to_owned(),
                    text: String::new(),
                });
                open = true;
            }
            None if open => {
                if let Some(block) = blocks.last_mut() {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
            }
            None => {}
        }
    }
    blocks
}

/// What an example said.
#[derive(Debug, Default)]
pub struct Said {
    /// The codes, in order.
    pub codes: Vec<String>,
    /// The messages in full.
    pub messages: String,
    /// The files that were written, by name and text.
    pub written: Vec<(String, String)>,
}

impl Said {
    fn new(sources: &Sources, diagnostics: &[Diagnostic]) -> Self {
        Said {
            codes: diagnostics.iter().map(|diagnostic| diagnostic.code.to_string()).collect(),
            messages: Renderer { colour: false }.render(sources, diagnostics),
            written: Vec::new(),
        }
    }

    fn of_findings(sources: &Sources, findings: Vec<Finding>) -> Self {
        let problems: Vec<Diagnostic> =
            findings.into_iter().map(|finding| finding.problem).collect();
        Said::new(sources, &problems)
    }
}

static RULEBOOK: LazyLock<Arc<Rulebook>> =
    LazyLock::new(|| Arc::new(rulebook(&Options::default())));

fn rulebook(options: &Options) -> Rulebook {
    Rulebook::load(options).expect("the rulebook is sound")
}

/// Runs an example: one program, one goal or several designs, with the files that it needs.
///
/// | block | what it is |
/// | --- | --- |
/// | `datalog` | a program, run as `archlog run` does |
/// | `datalog design` | a design |
/// | `datalog rules` | a file of rules laid over the rulebook; other files are its facts |
/// | `datalog check` | a program, checked as `archlog check` does; `accepted.csv` is what is accepted |
/// | `datalog check rules` | a file of rules, laid over the rulebook and checked |
/// | `csv check NAME.csv` | a file of facts, laid over the rulebook and checked, perhaps with rules |
/// | `datalog check design` | a design, derived and checked |
/// | `datalog goal` | a goal, asked of the auction |
/// | `json design.json` | a design |
/// | `csv NAME.csv` alone | a design in a folder |
/// | any other with a file's name | a file beside the program |
pub fn run(blocks: &[Block]) -> Said {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let (files, texts): (Vec<&Block>, Vec<&Block>) = blocks.iter().partition(|it| it.is_file());
    for file in &files {
        let path = folder.join(&file.argument);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        fs::write(path, &file.text).expect("a file");
    }
    let is_laid_over = |it: &&&Block| it.is_overlay() || it.argument == "check rules";
    let laid_over: Vec<&Block> = texts.iter().filter(is_laid_over).copied().collect();
    if !laid_over.is_empty() {
        for block in laid_over {
            let path = match block.argument.strip_prefix("check ") {
                Some(name) if block.is_overlay() => folder.join("facts").join(name),
                _ => folder.join("rules/checks/mine.dl"),
            };
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, &block.text).expect("a file");
        }
        let (sources, findings) = checked_overlay(folder);
        return Said::of_findings(&sources, findings);
    }
    match texts.first() {
        None => match files.iter().find(|file| file.argument.ends_with(".json")) {
            Some(file) => designs(&[folder.join(&file.argument)]),
            None => designs(&[folder.to_path_buf()]),
        },
        Some(text) => match text.argument.as_str() {
            "" => program(folder, &text.text),
            "goal" => goal(&text.text),
            "rules" => rules(folder, &text.text),
            "check" => {
                fs::write(folder.join("program.dl"), &text.text).expect("a file");
                let (sources, findings) = checked(folder, "program.dl");
                Said::of_findings(&sources, findings)
            }
            "check design" => {
                fs::write(folder.join("design.dl"), &text.text).expect("a file");
                let (sources, mut findings) = checked_design(&folder.join("design.dl"));
                // A short example leaves questions open.
                findings.retain(|finding| finding.problem.code != "AL1403");
                Said::of_findings(&sources, findings)
            }
            "design" => {
                let write = |(index, block): (usize, &&Block)| {
                    let path = folder.join(format!("design-{index}.dl"));
                    fs::write(&path, &block.text).expect("a file");
                    path
                };
                designs(&texts.iter().enumerate().map(write).collect::<Vec<_>>())
            }
            other => panic!("line {}: no such kind of example: {other}", text.line),
        },
    }
}

fn designs(paths: &[PathBuf]) -> Said {
    let mut session = Session::new(Arc::clone(&RULEBOOK));
    for path in paths {
        session.open(path);
    }
    Said::new(session.sources(), session.diagnostics())
}

fn goal(text: &str) -> Said {
    let mut session = Session::new(Arc::clone(&RULEBOOK));
    session.open(Path::new("designs/auction.dl"));
    session.derive(&EvalOptions::default()).expect("no limit is set");
    let answer = session.query(text);
    match answer {
        Ok(table) => {
            let written = vec![("answers".to_owned(), archlog::report::csv(&table))];
            Said { written, ..Said::default() }
        }
        Err(archlog::session::QueryFailure::Wrong { diagnostics, sources }) => {
            Said::new(&sources, &diagnostics)
        }
        Err(failure) => panic!("{failure:?}"),
    }
}

fn rules(folder: &Path, text: &str) -> Said {
    let beside = folder.join("rules");
    fs::create_dir(&beside).expect("a folder");
    fs::write(beside.join("mine.dl"), text).expect("a file");
    let facts = folder.join("facts");
    fs::create_dir(&facts).expect("a folder");
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_file() {
            fs::copy(entry.path(), facts.join(entry.file_name())).expect("a copy");
        }
    }
    let options = Options { rules: vec![beside], facts: vec![facts], ..Options::default() };
    match Rulebook::load(&options) {
        Ok(rulebook) => Said::new(&rulebook.sources, &rulebook.warnings),
        Err(unsound) => Said::new(&unsound.sources, &unsound.diagnostics),
    }
}

/// What is odd about a program of a folder, accepted findings left out if there is a file of them.
pub fn checked(folder: &Path, program: &str) -> (Sources, Vec<Finding>) {
    let mut sources = Sources::new();
    let mut read = |path: &str| fs::read(folder.join(path));
    let (trees, mut problems) = load(program, &mut read, &mut sources);
    let (program, more) = analyze(&trees);
    problems.extend(more);
    if has_errors(&problems) {
        return (sources, problems.into_iter().map(|it| Finding::new("", it)).collect());
    }
    let accepted = fs::read_to_string(folder.join("accepted.csv"));
    let accepted = accepted.map(|text| sources.add("accepted.csv", text));
    let mut accepted = accepted.map(|it| Accepted::read(&sources, it)).unwrap_or_default();
    let subject = Subject::program(&program, &sources);
    let mut findings: Vec<Finding> = problems.into_iter().map(|it| Finding::new("", it)).collect();
    findings.extend(audit(&subject));
    let unresolved = accepted.unresolved(subject.program, &Selection::default());
    findings.extend(unresolved);
    let suppressions = Suppressions::of(&sources, &subject.trees);
    // Only a program that says what its inputs can be has anything to prove.
    let proof = prove::program(subject, &EvalOptions::default(), &|_| ()).expect("no limit is set");
    findings.extend(proof.findings);
    let mut kept = sift(findings, &suppressions, &mut accepted, &Selection::default()).kept;
    kept.extend(accepted.idle(&Selection::default()));
    (sources, kept)
}

/// The rulebook with its checks.
static CHECKS: LazyLock<Arc<Rulebook>> =
    LazyLock::new(|| Arc::new(rulebook(&Options { part: Part::Checks, ..Options::default() })));

/// What the checks find in the rulebook as it is shipped: code, subject, message.
static SHIPPED: LazyLock<BTreeSet<(String, String, String)>> = LazyLock::new(|| {
    let (_, findings, _) = declared(&CHECKS);
    findings.iter().map(known).collect()
});

fn known(finding: &Finding) -> (String, String, String) {
    let problem = &finding.problem;
    (problem.code.to_string(), finding.subject.clone(), problem.message.clone())
}

/// What the checks that are rules find in a rulebook, and what is on record.
pub fn declared(rulebook: &Arc<Rulebook>) -> (Sources, Vec<Finding>, Vec<Record>) {
    let mut session = Session::new(Arc::clone(rulebook));
    session.derive(&EvalOptions::default()).expect("no limit is set");
    let mut sources = Sources::over(Arc::clone(&rulebook.sources));
    let explained = session.explained(0).expect("it was derived");
    let findings = checks::run(rulebook, &explained, Whose::Rulebook, &mut sources);
    (sources, findings, checks::records(rulebook, &explained))
}

/// What is odd about the files below `rules/` and `facts/` of a folder, laid over the rulebook: in
/// the files themselves, and what the checks find that they do not find without them.
pub fn checked_overlay(folder: &Path) -> (Sources, Vec<Finding>) {
    let part = |name: &str| {
        let path = Some(folder.join(name)).filter(|path| path.is_dir());
        path.into_iter().collect::<Vec<PathBuf>>()
    };
    let (rules, facts) = (part("rules"), part("facts"));
    let options = Options { rules, facts, part: Part::Checks, ..Options::default() };
    let rulebook = match Rulebook::load(&options) {
        Ok(rulebook) => Arc::new(rulebook),
        Err(unsound) => {
            let problems = unsound.diagnostics.into_iter();
            return (unsound.sources, problems.map(|it| Finding::new("", it)).collect());
        }
    };
    let own = |span: archlog::diag::Span| {
        folder.join(rulebook.sources.name(span)).is_file()
            || Path::new(rulebook.sources.name(span)).starts_with(folder)
    };
    let mut findings = Vec::new();
    if !part("rules").is_empty() {
        findings = audit(&Subject::rulebook(&rulebook));
        findings.retain(|finding| finding.problem.span().is_some_and(own));
    }
    let (sources, found, _) = declared(&rulebook);
    findings.extend(found.into_iter().filter(|finding| !SHIPPED.contains(&known(finding))));
    (sources, findings)
}

/// What is odd about a design.
pub fn checked_design(path: &Path) -> (Sources, Vec<Finding>) {
    let mut session = Session::new(Arc::clone(&CHECKS));
    session.open(path);
    session.derive(&EvalOptions::default()).expect("no limit is set");
    let problems = session.diagnostics().iter().cloned();
    let mut findings: Vec<Finding> = problems.map(|it| Finding::new("", it)).collect();
    let mut sources = Sources::over(Arc::new(session.sources().clone()));
    let explained = session.explained(0).expect("it was derived");
    for (number, design) in session.designs().iter().enumerate() {
        let whose = Whose::Design(number, &design.id);
        findings.extend(checks::run(&CHECKS, &explained, whose, &mut sources));
    }
    (sources, findings)
}

fn program(folder: &Path, text: &str) -> Said {
    fs::write(folder.join("program.dl"), text).expect("a file");
    let mut sources = Sources::new();
    let mut read = |path: &str| fs::read(folder.join(path));
    let (trees, mut problems) = load("program.dl", &mut read, &mut sources);
    let (program, more) = analyze(&trees);
    problems.extend(more);
    let strict = !beyond::allowed(&trees);
    if strict {
        problems.extend(beyond::check(&program, &trees, &sources));
    }
    if has_errors(&problems) {
        return Said::new(&sources, &problems);
    }
    let mut interner = Interner::new();
    let mut database = Database::new(&program);
    database.insert_facts(&program, &mut interner);
    let files = Directory::new(folder).strictly(strict);
    let (mut row, mut directives) = (Vec::new(), program.directives.iter());
    for directive in directives.clone().filter(|it| it.kind == DirectiveKind::Input) {
        let relation = &program.relations[directive.relation.index()];
        let loaded = input(&files, relation, directive, &mut interner, &mut sources, &mut problems);
        let Some(loaded) = loaded else { continue };
        for index in 0..loaded.len() {
            loaded.row(index, &mut row);
            database.insert(directive.relation, &row);
        }
    }
    let plan = Plan::new(&program, &mut interner);
    let options = EvalOptions { rounds: Some(10_000), ..EvalOptions::default() };
    let report = evaluate(&plan, &mut database, &mut interner, &options).expect("it ends");
    problems.extend(report.warnings.iter().map(archlog::eval::Warning::diagnostic));
    let out = folder.join("out");
    let mut outputs = OutputDirectory::new(&out, std::io::sink());
    for directive in directives.by_ref().filter(|it| it.kind == DirectiveKind::Output) {
        let relation = &program.relations[directive.relation.index()];
        let found = database.relation(directive.relation);
        let columns = (0..relation.arity()).map(|column| found.column(column)).collect();
        let rows = Rows { columns, len: found.len() };
        let written = output(&mut outputs, relation, directive, &rows, &interner, &mut problems);
        written.expect("only a closed pipe stops writing");
    }
    let mut written: Vec<(String, String)> = fs::read_dir(&out)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let text = fs::read_to_string(entry.path()).ok()?;
            Some((entry.file_name().to_string_lossy().into_owned(), text))
        })
        .collect();
    written.sort();
    Said { written, ..Said::new(&sources, &problems) }
}
