//! Explanations in every medium, on proofs of the shipped rulebook and of small programs.
//!
//! What each medium draws is kept under `tests/golden/explain/`. `ARCHLOG_UPDATE=1` writes it anew;
//! read the difference before it is kept.

#![allow(clippy::panic, reason = "a test says what went wrong by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use archlog::analyze::analyze;
use archlog::analyze::program::Program;
use archlog::diag::{Sources, Span};
use archlog::eval::{Options as EvalOptions, evaluate};
use archlog::explain::{
    Origin, Subject, Why,
    tree::{of_opened_proof, of_why_not},
};
use archlog::kb::{Options, Rulebook, is_stated};
use archlog::plan::Plan;
use archlog::report::explanation::{self, Extent};
use archlog::report::tree::{Detail, DetailKind, Step, StepKind, Tree, Way};
use archlog::report::{Look, Stamp};
use archlog::session::Session;
use archlog::store::Database;
use archlog::syntax::load::tree_of;
use unicode_width::UnicodeWidthStr;

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

    fn why_not(&self, relation: &str, values: &[&str]) -> Tree {
        let id = relation_of(&self.program, relation);
        let pattern: Vec<Option<Word>> = values
            .iter()
            .map(|value| self.interner.find(&Constant::Symbol((*value).into())))
            .collect();
        of_why_not(self, &Why::new(self).why_not(id, pattern), false)
    }

    fn why(&self, relation: &str, values: &[&str]) -> Tree {
        let id = relation_of(&self.program, relation);
        let pattern: Vec<Option<Word>> = values
            .iter()
            .map(|value| self.interner.find(&Constant::Symbol((*value).into())))
            .collect();
        let rows = self.database.relation(id).matching(&pattern);
        let row = rows.first().unwrap_or_else(|| panic!("{relation}{values:?} is not there"));
        let mut why = Why::new(self);
        let proof = why.proof(id, *row);
        of_opened_proof(&mut why, &proof, false)
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
    let explained = session.explained(0).unwrap_or_else(|| panic!("not derived"));
    let mut why = Why::new(&explained);
    let proof = why.proof(id, *row);
    of_opened_proof(&mut why, &proof, false)
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
        negative: true,
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
        ways: vec![Way {
            say: "to get it, say `a`: *b* <c>".into(),
            facts: vec!["-says(\"`\", \"<b>\").".into(), "says(\"&\", \"|\").".into()],
        }],
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
        ("why_not", Small::new("safe.dl").why_not("safe", &["mallory"])),
        ("why_not_recursive", Small::new("reach.dl").why_not("reach", &["vault", "gate"])),
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
        golden.check(name, "html", &without_style(&explanation::html(one, &stamp())));
    }
    golden.done();
}

/// A page with the names of its stylesheets in the place of their text.
fn without_style(page: &str) -> String {
    let (names, sheets) = STYLE;
    assert!(page.contains(&format!("<style>\n{}</style>", sheets.concat())));
    page.replace(&sheets.concat(), names)
}

/// The stylesheets of a page of explanations.
const STYLE: (&str, [&str; 2]) = (
    "/* src/report/page.css, src/report/explanation/explanation.css */\n",
    [
        include_str!("../src/report/page.css"),
        include_str!("../src/report/explanation/explanation.css"),
    ],
);

#[test]
fn lines_end_within_the_width() {
    for (name, tree) in cases().into_iter().chain(random().into_iter().take(20)) {
        for width in [40, 60, 80, 120, 200] {
            for (extent, ascii) in [(Extent::Folded, false), (Extent::Full, true)] {
                let look = Look { width: Some(width), ascii, styled: false };
                let text = explanation::text(&tree, look, extent);
                for line in text.lines() {
                    let wide = line.width() > usize::from(width);
                    assert!(!wide && line == line.trim_end(), "{name} {width}: {line:?}");
                }
                assert!(!ascii || tree_is_not_ascii(&tree) || text.is_ascii(), "{text}");
            }
        }
    }
}

fn tree_is_not_ascii(tree: &Tree) -> bool {
    tree.steps.iter().any(|step| !(step.sentence.is_ascii() && step.source.is_ascii()))
}

#[test]
fn colours_change_nothing_but_colours() {
    for (name, tree) in cases() {
        let plain = explanation::text(&tree, WIDE, Extent::Folded);
        let mut styled = explanation::text(&tree, Look { styled: true, ..WIDE }, Extent::Folded);
        assert!(styled.contains('\u{1b}'), "{name}");
        for code in [0, 1, 2, 31, 32, 33, 36] {
            styled = styled.replace(&format!("\u{1b}[{code}m"), "");
        }
        assert_eq!(styled, plain, "{name}");
    }
}

#[test]
fn every_step_is_shown_or_counted() {
    for (name, tree) in cases().into_iter().chain(random()) {
        let text = explanation::text(&tree, Look::default(), Extent::Folded);
        let full = explanation::text(&tree, Look::default(), Extent::Full);
        assert!(!full.contains("folded:"), "{name}\n{full}");
        let folded: usize = text
            .lines()
            .last()
            .and_then(|line| {
                line.split_once(if line.contains("steps") {
                    " steps folded"
                } else {
                    " step folded"
                })
            })
            .map_or(0, |(count, _)| count.parse().unwrap_or_else(|e| panic!("{name}: {e}")));
        let shown = numbers(&text);
        let all = numbers(&full);
        assert_eq!(shown.len() + folded, all.len(), "{name}\n{text}");
        assert_eq!(all, (1..=all.len()).collect::<BTreeSet<usize>>(), "{name}: depth first");
        let json: serde_json::Value =
            serde_json::from_str(&explanation::json(std::slice::from_ref(&tree), &stamp()))
                .unwrap_or_else(|e| panic!("{name}: {e}"));
        let steps = json["explanations"][0]["steps"].as_array().unwrap_or_else(|| panic!("{name}"));
        let unfolded = steps.iter().filter(|step| step["folded"].is_null());
        let unfolded: BTreeSet<usize> =
            unfolded.filter_map(|step| step["number"].as_u64().map(|n| n as usize)).collect();
        assert_eq!(unfolded, shown, "{name}: every medium folds the same");
        assert_eq!(steps.len(), all.len(), "{name}: JSON has every step");
    }
}

/// The numbers of the steps that a text shows in full.
fn numbers(text: &str) -> BTreeSet<usize> {
    let lines = text.lines().map(|line| line.trim_start_matches(['│', '├', '└', '─', ' ', '⋯']));
    lines
        .filter_map(|line| {
            let (number, rest) = line.split_once(' ')?;
            rest.starts_with(['●', '✓', '○', '∅', '✗', '?']).then(|| number.parse().ok())?
        })
        .collect()
}

#[test]
fn pages_and_drawings_are_well_formed_and_every_link_leads_somewhere() {
    for (name, tree) in cases().into_iter().chain(random()) {
        let page = explanation::html(&[tree.clone(), tree.clone()], &stamp());
        let page = page.strip_prefix("<!doctype html>\n").unwrap_or_else(|| panic!("{name}"));
        well_formed(name, page);
        assert!(!page.contains("<script") && !page.contains("http"), "{name}: stands alone");
        for extent in [Extent::Folded, Extent::Full] {
            well_formed(name, &explanation::svg(&tree, extent));
        }
    }
}

fn well_formed(name: &str, text: &str) {
    let parsed = roxmltree::Document::parse(text).unwrap_or_else(|e| panic!("{name}: {e}\n{text}"));
    let mut ids = BTreeSet::new();
    for node in parsed.descendants() {
        if let Some(id) = node.attribute("id") {
            assert!(ids.insert(id), "{name}: {id} twice");
        }
    }
    for node in parsed.descendants() {
        if let Some(link) = node.attribute("href") {
            let to = link.strip_prefix('#').unwrap_or_else(|| panic!("{name}: {link}"));
            assert!(ids.contains(to), "{name}: {link} leads nowhere");
        }
    }
}

#[test]
fn boxes_of_a_drawing_lie_apart_and_inside() {
    for (name, tree) in cases().into_iter().chain(random()) {
        let svg = explanation::svg(&tree, Extent::Full);
        let parsed = roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{name}: {e}"));
        let number = |node: &roxmltree::Node<'_, '_>, key: &str| -> f64 {
            let text = node.attribute(key).unwrap_or_else(|| panic!("{name}: no {key}"));
            text.parse().unwrap_or_else(|e| panic!("{name}: {text}: {e}"))
        };
        let root = parsed.root_element();
        let (width, height) = (number(&root, "width"), number(&root, "height"));
        let boxes: Vec<[f64; 4]> = parsed
            .descendants()
            .filter(|node| node.attribute("class").is_some_and(|class| class.starts_with("box ")))
            .map(|node| ["x", "y", "width", "height"].map(|key| number(&node, key)))
            .collect();
        for (at, [x, y, w, h]) in boxes.iter().enumerate() {
            assert!(*x >= 0.0 && x + w <= width && *y >= 0.0 && y + h <= height, "{name}");
            for [x2, y2, w2, h2] in &boxes[at + 1..] {
                let apart = x + w < *x2 || x2 + w2 < *x || y + h < *y2 || y2 + h2 < *y;
                assert!(apart, "{name}: two boxes overlap");
            }
        }
    }
}

#[test]
fn graphs_name_every_node_they_draw_lines_to() {
    for (name, tree) in cases().into_iter().chain(random()) {
        for (text, arrow) in [
            (explanation::dot(&tree, Extent::Folded), " -> "),
            (explanation::mermaid(&tree, Extent::Folded), " --> "),
        ] {
            let mut known = BTreeSet::new();
            let mut named = BTreeSet::new();
            for line in text.lines().map(str::trim) {
                let id = |part: &str| part.split(['[', ';']).next().map(|id| id.trim().to_owned());
                if let Some((from, to)) = line.split_once(arrow) {
                    named.extend(id(from));
                    named.extend(id(to));
                    if to.contains('[') {
                        known.extend(id(to));
                    }
                } else if line.contains('[') && line.starts_with(['n', 'm']) {
                    known.extend(id(line));
                }
            }
            assert!(named.is_subset(&known), "{name}\n{text}");
        }
    }
}

#[test]
fn a_very_deep_proof_is_drawn_by_every_medium() {
    let steps = 100_000;
    let mut tree = awkward();
    let step = Step { atom: "deep".into(), details: Vec::new(), ..tree.steps[3].clone() };
    tree.steps = (0..steps)
        .map(|at| Step {
            kind: if at + 1 < steps { StepKind::Derived } else { StepKind::Stated },
            rule: format!("rule-{}", at % 2),
            // Shared leaves keep it from being a chain.
            children: if at + 1 < steps { vec![at + 1, steps - 1] } else { Vec::new() },
            ..step.clone()
        })
        .collect();
    for extent in [Extent::Folded, Extent::Full] {
        assert!(explanation::text(&tree, NARROW, extent).contains("steps, "));
        assert!(explanation::markdown(&tree, extent).contains("deep"));
        assert!(explanation::dot(&tree, extent).contains("n3"));
        assert!(explanation::mermaid(&tree, extent).contains("n3"));
        assert!(explanation::svg(&tree, extent).contains("</svg>"));
    }
    assert!(explanation::html(std::slice::from_ref(&tree), &stamp()).contains("e1-100000"));
    assert!(explanation::json(&[tree], &stamp()).contains("100000"));
}

#[test]
fn an_empty_explanation_is_drawn_too() {
    let tree = Tree::default();
    for extent in [Extent::Folded, Extent::Full] {
        assert_eq!(explanation::text(&tree, NARROW, extent), "\n0 steps, 0 levels\n");
        explanation::markdown(&tree, extent);
        explanation::dot(&tree, extent);
        explanation::mermaid(&tree, extent);
        well_formed("empty", &explanation::svg(&tree, extent));
    }
    let page = explanation::html(&[], &stamp());
    well_formed("empty", page.trim_start_matches("<!doctype html>\n"));
}

/// Graphs of any shape, circles included, always the same ones.
fn random() -> Vec<(&'static str, Tree)> {
    let mut seed = 7u64;
    let mut next = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    const KINDS: [StepKind; 8] = [
        StepKind::Derived,
        StepKind::Derived,
        StepKind::Derived,
        StepKind::Derived,
        StepKind::Stated,
        StepKind::Failed,
        StepKind::Computed,
        StepKind::Assumed,
    ];
    let mut tree = || {
        let size = 1 + next(90);
        let steps = (0..size).map(|at| {
            let kind = KINDS[next(KINDS.len())];
            let most = if kind == StepKind::Derived { next(4) } else { 0 };
            let most = if next(12) == 0 { most + 10 } else { most };
            Step {
                kind,
                sentence: if next(2) == 0 { String::new() } else { format!("says {at}") },
                atom: if next(9) == 0 { "1 = 1".into() } else { format!("atom({at})") },
                rule: format!("rule-{}", next(3)),
                source: String::new(),
                place: String::new(),
                details: Vec::new(),
                children: (0..most)
                    .map(|_| if next(3) == 0 { next(size) } else { (at + 1 + next(6)) % size })
                    .collect(),
                negative: next(2) == 0,
                hidden: next(4) == 0,
                stop: next(15) == 0,
            }
        });
        Tree { subject: "random".into(), steps: steps.collect(), ..Tree::default() }
    };
    (0..200).map(|_| ("random", tree())).collect()
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
