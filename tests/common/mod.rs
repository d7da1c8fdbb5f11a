//! What the tests share: programs from text, the engine's answers and those of its slow twin in
//! one shape, and the shipped designs.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod disguise;
pub mod dossier;
pub mod naive;
pub mod random;
pub mod values;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use archlog::analyze::program::Program;
use archlog::analyze::{analyze, has_errors};
use archlog::diag::{Renderer, Sources};
use archlog::eval::{Options as EvalOptions, evaluate};
use archlog::io::{self, Directory};
use archlog::kb::{Options, Rulebook};
use archlog::plan::Plan;
use archlog::session::Session;
use archlog::store::Database;
use archlog::syntax::load::tree_of;
use archlog::syntax::operators::DirectiveKind;
use archlog::syntax::tree::Tree;
use archlog::value::{Constant, Interner, RelationId, Word};

use proptest::test_runner::{Config as ProptestConfig, RngSeed};
use regex::Regex;

use naive::{Relations, Tuple};
use values::Value;

pub type Facts = Vec<(RelationId, Vec<Constant>)>;

/// How many random cases to try: as many as said, or as `PROPTEST_CASES` says. The cases are the same
/// in every run, so that a run can be repeated; `PROPTEST_RNG_SEED` draws others.
pub fn config(cases: u32) -> ProptestConfig {
    let asked = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    ProptestConfig {
        cases: asked("PROPTEST_CASES").map_or(cases, |cases| cases as u32),
        rng_seed: RngSeed::Fixed(asked("PROPTEST_RNG_SEED").unwrap_or(7)),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// As [`config`], for programs against the slow twin: `ARCHLOG_PROGRAMS` says how many.
pub fn programs_config(cases: u32) -> ProptestConfig {
    let asked = std::env::var("ARCHLOG_PROGRAMS").ok().and_then(|value| value.parse().ok());
    let config = config(cases);
    ProptestConfig { cases: asked.unwrap_or(config.cases), ..config }
}

/// The folder that the package lies in.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the package.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|problem| panic!("{path}: {problem}"))
}

/// The files directly in a folder of the package, with this extension, sorted.
pub fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder));
    let entries = entries.unwrap_or_else(|problem| panic!("{folder}: {problem}"));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == extension));
    paths.sort();
    paths
}

/// All files below a folder of the package with this extension, sorted.
pub fn files_below(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = files(folder, extension);
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let below = path.strip_prefix(root()).unwrap().to_str().unwrap();
            found.extend(files_below(below, extension));
        }
    }
    found.sort();
    found
}

/// The name of a file without its folder and extension.
pub fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// The program of a text without problems.
pub fn program(text: &str) -> Program {
    let mut sources = Sources::new();
    let (tree, mut problems) = tree_of("program.dl", text.into(), &mut sources);
    let (program, more) = analyze(&[tree]);
    problems.extend(more);
    let shown = Renderer { colour: false }.render(&sources, &problems);
    assert!(!has_errors(&problems), "{shown}{text}");
    program
}

/// What the engine made of a program: the tuples of each relation, each with its rank.
pub struct Derived {
    pub relations: Relations,
    pub ranks: Vec<BTreeMap<Tuple, u32>>,
    /// The rows in the order of the log.
    pub rows: Vec<Vec<Vec<Word>>>,
}

/// The engine's answers.
pub fn engine(program: &Program, facts: &Facts, threads: usize) -> Derived {
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
    let mut derived = Derived { relations: Vec::new(), ranks: Vec::new(), rows: Vec::new() };
    for (index, declared) in program.relations.iter().enumerate() {
        let relation = database.relation(RelationId::from(index));
        let constants = |row: usize| -> Tuple {
            let words = relation.row(row).zip(&declared.columns);
            words.map(|(word, column)| Value(interner.constant(word, column.primitive))).collect()
        };
        let ranks = (0..relation.len()).map(|row| (constants(row), relation.rank(row)));
        let ranks: BTreeMap<Tuple, u32> = ranks.collect();
        assert_eq!(ranks.len(), relation.len(), "`{}` holds a tuple twice", declared.name);
        derived.relations.push(ranks.keys().cloned().collect());
        derived.ranks.push(ranks);
        derived.rows.push(relation.rows().collect());
    }
    derived
}

/// Holds two sets of answers against each other, relation by relation.
pub fn assert_same(program: &Program, engine: &Relations, twin: &Relations, text: &str) {
    for (index, relation) in program.relations.iter().enumerate() {
        let name = &relation.name;
        let missing: Vec<_> = twin[index].difference(&engine[index]).map(shown).collect();
        let extra: Vec<_> = engine[index].difference(&twin[index]).map(shown).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "`{name}`: the engine lacks {missing:?} and has too many {extra:?}\n{text}"
        );
    }
}

pub fn shown(tuple: &Tuple) -> String {
    let values: Vec<String> = tuple.iter().map(|value| format!("{:?}", value.0)).collect();
    format!("({})", values.join(", "))
}

/// What the `.input` directives of a program name, read from a folder.
pub fn input_facts(program: &Program, folder: &Path) -> Facts {
    let (mut interner, mut sources) = (Interner::new(), Sources::new());
    let (mut facts, mut problems, mut row) = (Vec::new(), Vec::new(), Vec::new());
    for directive in &program.directives {
        if directive.kind != DirectiveKind::Input {
            continue;
        }
        let relation = &program.relations[directive.relation.index()];
        let directory = Directory::new(folder);
        let loaded =
            io::input(&directory, relation, directive, &mut interner, &mut sources, &mut problems);
        let Some(loaded) = loaded else { continue };
        for index in 0..loaded.len() {
            loaded.row(index, &mut row);
            let words = row.iter().zip(&relation.columns);
            let values = words.map(|(word, column)| interner.constant(*word, column.primitive));
            facts.push((directive.relation, values.collect()));
        }
    }
    let shown = Renderer { colour: false }.render(&sources, &problems);
    assert!(problems.is_empty(), "{shown}");
    facts
}

/// The rulebook, loaded once a process: the default, or as written.
pub fn rulebook(as_written: bool) -> Arc<Rulebook> {
    static LOADED: [OnceLock<Arc<Rulebook>>; 2] = [OnceLock::new(), OnceLock::new()];
    let load = || {
        let options = Options { as_written, ..Options::default() };
        Rulebook::load(&options).map(Arc::new).unwrap_or_else(|unsound| {
            let renderer = Renderer { colour: false };
            panic!("{}", renderer.render(&unsound.sources, &unsound.diagnostics))
        })
    };
    Arc::clone(LOADED[usize::from(as_written)].get_or_init(load))
}

/// The shipped designs.
pub fn designs() -> Vec<PathBuf> {
    files("designs", "dl")
}

/// A derived session over designs.
pub fn derived(as_written: bool, designs: &[PathBuf]) -> Session {
    let mut session = Session::new(rulebook(as_written));
    for path in designs {
        assert!(session.open(path), "{}", path.display());
    }
    session.derive(&EvalOptions::default()).unwrap();
    session
}

/// The answers to a goal, a row a line of texts.
pub fn answers(session: &Session, goal: &str) -> Vec<Vec<String>> {
    let table = session.query(goal).unwrap_or_else(|failure| panic!("{goal}: {failure:?}"));
    let text = |row: Vec<Constant>| row.iter().map(Constant::to_string).collect();
    table.rows.into_iter().map(text).collect()
}

/// A tree without its places and without the blanks of documentation, which prints as one line.
pub fn shape(tree: &Tree) -> String {
    let span =
        Regex::new(r"Span \{\s*source: SourceId\(\s*\d+,?\s*\),\s*start: \d+,\s*end: \d+,?\s*\}")
            .unwrap();
    span.replace_all(&format!("{tree:#?}"), "").into_owned()
}
