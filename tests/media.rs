//! Explanations in every medium, on proofs of the shipped rulebook and of small programs.
//!
//! What each medium draws is kept under `tests/golden/explain/`. `ARCHLOG_UPDATE=1` writes it anew;
//! read the difference before it is kept.

#![allow(clippy::panic, reason = "a test says what went wrong by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use archlog::analyze::analyze;
use archlog::analyze::program::Program;
use archlog::diag::{Sources, Span};
use archlog::eval::{Options as EvalOptions, evaluate};
use archlog::explain::{Origin, Subject, Why, tree::of_proof};
use archlog::kb::{Options, Rulebook, is_stated};
use archlog::plan::Plan;
use archlog::report::explanation::{self, Extent};
use archlog::report::tree::{Detail, DetailKind, Step, StepKind, Tree};
use archlog::report::{Look, Stamp};
use archlog::session::Session;
use archlog::store::Database;
use archlog::syntax::load::tree_of;
use archlog::value::{Constant, Interner, RelationId, Word};

/// A program of its own as something to be explained.
struct Small {
    program: Program,
    database: Database,
    interner: Arc<Interner>,
    sources: Sources,
}

impl Small {
    fn new(name: &str) -> Self {
        let path = root().join("tests/explain").join(name);
        let mut sources = Sources::new();
        let (tree, problems) = tree_of(name, read(&path).into_bytes(), &mut sources);
        let (program, more) = analyze(&[tree]);
        assert!(problems.is_empty() && more.is_empty(), "{name}: {problems:?} {more:?}");
        let mut interner = Interner::new();
        let mut database = Database::new(&program);
        database.insert_facts(&program, &mut interner);
        let plan = Plan::new(&program, &mut interner);
        evaluate(&plan, &mut database, &mut interner, &EvalOptions::default())
            .unwrap_or_else(|stopped| panic!("{name}: {stopped}"));
        Small { program, database, interner: Arc::new(interner), sources }
    }

    fn why(&self, relation: &str, values: &[&str]) -> Tree {
        let id = relation_of(&self.program, relation);
        let pattern: Vec<Option<Word>> = values
            .iter()
            .map(|value| self.interner.find(&Constant::Symbol((*value).into())))
            .collect();
        let rows = self.database.relation(id).matching(&pattern);
        let row = rows.first().unwrap_or_else(|| panic!("{relation}{values:?} is not there"));
        of_proof(self, &Why::new(self).proof(id, *row))
    }
}

impl Subject for Small {
    fn program(&self) -> &Program {
        &self.program
    }

    fn database(&self) -> &Database {
        &self.database
    }

    fn interner(&self) -> Interner {
        Interner::over(Arc::clone(&self.interner))
    }

    fn hidden(&self, _: RelationId) -> usize {
        0
    }

    fn is_stated(&self, relation: RelationId) -> bool {
        is_stated(&self.program.relations[relation.index()])
    }

    fn origin(&self, relation: RelationId, row: usize) -> Origin {
        let words = self.database.relation(relation).row(row);
        let columns = &self.program.relations[relation.index()].columns;
        let values: Vec<Constant> = words
            .zip(columns)
            .map(|(word, column)| self.interner.constant(word, column.primitive))
            .collect();
        let facts = &self.program.facts;
        match facts.iter().find(|fact| fact.relation == relation && fact.values == values) {
            Some(fact) => {
                let clause = &self.program.clauses[fact.clause.index()];
                let (file, line) = self.place(clause.span);
                let source = clause.doc.tag("source").unwrap_or_default().to_owned();
                Origin::Written { file, line, source }
            }
            None => Origin::Unplaced,
        }
    }

    fn place(&self, span: Span) -> (String, u32) {
        (self.sources.name(span).to_owned(), self.sources.position(span).line)
    }
}

fn relation_of(program: &Program, name: &str) -> RelationId {
    let position = program.relations.iter().position(|relation| relation.name == name);
    RelationId::from(position.unwrap_or_else(|| panic!("no relation {name}")))
}

/// Why a path of a shipped design gets its mechanism.
fn mechanism() -> Tree {
    let rulebook = Rulebook::load(&Options::default())
        .unwrap_or_else(|unsound| panic!("the rulebook does not load: {:?}", unsound.diagnostics));
    let mut session = Session::new(Arc::new(rulebook));
    let path = "designs/auction-minimal.dl";
    assert!(session.state_text(path, read(&root().join(path)).into_bytes()));
    session.derive(&EvalOptions::default()).unwrap_or_else(|stopped| panic!("{stopped}"));
    let id = relation_of(&session.rulebook().program, "base_mechanism");
    let goal = [Some(Constant::Symbol("place_bid".into())), None];
    let rows = session.matching(0, id, &goal);
    let row = rows.first().unwrap_or_else(|| panic!("no mechanism"));
    let explained = session.explained().unwrap_or_else(|| panic!("not derived"));
    of_proof(&explained, &Why::new(&explained).proof(id, *row))
}

/// An explanation with all that is awkward in some medium: markup, quotes, controls, wide
/// characters, long words, and a circle.
fn awkward() -> Tree {
    let step = |kind, sentence: &str, atom: &str, children: &[usize]| Step {
        kind,
        sentence: sentence.into(),
        atom: atom.into(),
        rule: String::new(),
        source: String::new(),
        place: String::new(),
        details: Vec::new(),
        children: children.to_vec(),
        hidden: false,
        stop: false,
    };
    let mut root = step(StepKind::Failed, "", "says(\"<b>\", _)", &[1, 4]);
    root.details.push(Detail { kind: DetailKind::Plain, text: "a *b* `c` [d](e) & </f>".into() });
    let mut attempt =
        step(StepKind::Attempt, "Quotes: \"one\", 'two', #35; and \\n", "1 of 3 hold", &[2, 3, 0]);
    attempt.rule = "awkward-rule".into();
    attempt.source = "001 \"A / B_c_ / 日本語の見出し\" 7".into();
    let long = "x".repeat(150);
    Tree {
        subject: root.atom.clone(),
        summary: "not derived; 2 rules could conclude it".into(),
        steps: vec![
            root,
            attempt,
            step(StepKind::Holds, "", "line(\"one\ntwo\u{1b}[31m\u{7}\")", &[]),
            step(StepKind::Missing, "広い文字 are two columns wide", &long, &[]),
            step(StepKind::InTheWay, "", "]]> -- --> %% {{x}} $y$ | ~", &[1]),
        ],
        notes: vec!["- not a list".into(), "# not a heading".into()],
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The proofs that every medium draws.
fn cases() -> Vec<(&'static str, Tree)> {
    vec![
        ("mechanism", mechanism()),
        ("closure", Small::new("reach.dl").why("reach", &["gate", "vault"])),
        ("aggregate", Small::new("load.dl").why("hot", &["orders"])),
        ("absence", Small::new("safe.dl").why("safe", &["alice"])),
        ("many", Small::new("many.dl").why("quorum", &["cluster"])),
        ("awkward", awkward()),
    ]
}

fn stamp() -> Stamp {
    Stamp { archlog: "0.1.0".into(), rulebook: "1.0.0".into(), hash: "abc123".into() }
}

const WIDE: Look = Look { width: Some(120), ascii: false, styled: false };
const NARROW: Look = Look { width: Some(80), ..WIDE };

#[test]
fn every_medium_draws_what_is_kept() {
    let mut golden = Golden::default();
    for (name, tree) in cases() {
        let Extent::Folded = Extent::default() else { panic!("folded is the default") };
        let folded = Extent::Folded;
        golden.check(name, "80.txt", &explanation::text(&tree, NARROW, folded));
        golden.check(name, "120.txt", &explanation::text(&tree, WIDE, folded));
        let plain = Look { width: None, ascii: true, styled: false };
        golden.check(name, "ascii.txt", &explanation::text(&tree, plain, folded));
        golden.check(name, "full.txt", &explanation::text(&tree, WIDE, Extent::Full));
        golden.check(name, "md", &explanation::markdown(&tree, folded));
        golden.check(name, "mmd", &explanation::mermaid(&tree, folded));
        golden.check(name, "dot", &explanation::dot(&tree, folded));
        golden.check(name, "svg", &explanation::svg(&tree, folded));
        let one = std::slice::from_ref(&tree);
        golden.check(name, "json", &explanation::json(one, &stamp()));
        golden.check(name, "html", &explanation::html(one, &stamp()));
    }
    golden.done();
}

/// Expected texts and how they differ from what is.
#[derive(Default)]
struct Golden {
    differences: Vec<String>,
}

impl Golden {
    fn check(&mut self, name: &str, ending: &str, found: &str) {
        let path = root().join(format!("tests/golden/explain/{name}.{ending}"));
        if std::env::var_os("ARCHLOG_UPDATE").is_some() {
            std::fs::write(&path, found).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            return;
        }
        let expected = read(&path);
        if expected != found {
            let line = expected.lines().zip(found.lines()).position(|(a, b)| a != b);
            let line = line.unwrap_or_else(|| expected.lines().count().min(found.lines().count()));
            self.differences.push(format!(
                "{name}.{ending}:{}\n  expected: {:?}\n  found:    {:?}",
                line + 1,
                expected.lines().nth(line),
                found.lines().nth(line)
            ));
        }
    }

    fn done(self) {
        assert!(self.differences.is_empty(), "{}", self.differences.join("\n"));
    }
}
