//! Deriving only what is asked for: the answers are those of deriving everything, whatever the program
//! and the question, and what is decided is printed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::cell::Cell;
use std::fmt::Write;

use archlog::analyze::analyze_with_goal;
use archlog::analyze::program::Program;
use archlog::diag::Sources;
use archlog::plan::demand::{Asked, Demand, demand};
use archlog::syntax::parse_goal;
use archlog::value::{Constant, RelationId};
use common::naive::Relations;
use common::random::{Sample, guarded_programs, programs};
use common::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// A program with a goal in it.
fn with_goal(program: &Program, goal: &str) -> (Program, RelationId) {
    let mut sources = Sources::new();
    let source = sources.add("<goal>", goal);
    let body = parse_goal(source, goal).unwrap_or_else(|wrong| panic!("{goal}: {wrong:?}"));
    analyze_with_goal(program, &body).unwrap_or_else(|wrong| panic!("{goal}: {wrong:?}"))
}

/// How many relations are asked for by columns.
fn questions(demand: &Demand) -> usize {
    let program = demand.program.as_ref();
    program.map_or(0, |it| it.relations.iter().filter(|it| it.name.starts_with("?r")).count())
}

/// Holds what is derived on demand against what is derived without.
fn same_answers(program: &Program, goal: &str, text: &str) -> usize {
    let (whole, answers) = with_goal(program, goal);
    let demand = demand(&whole, &[answers], Asked::Everywhere);
    let rewritten = demand.program.as_ref().unwrap_or(&whole);
    let expected = engine(&whole, &Facts::new(), 1);
    let found = engine(rewritten, &Facts::new(), 1);
    let at = answers.index();
    assert_eq!(
        found.relations[at], expected.relations[at],
        "{goal} is answered otherwise\n{demand}{text}"
    );
    questions(&demand)
}

/// A constant as it is written.
fn literal(constant: &Constant) -> String {
    match constant {
        Constant::Symbol(text) => format!("{text:?}"),
        Constant::Unsigned(number) => format!("{number}u"),
        Constant::Float(_) => format!("({constant})"),
        other => other.to_string(),
    }
}

/// An atom of a random relation: words that are there, variables, and wildcards.
fn atom(program: &Program, all: &Relations, choice: [u8; 4], names: [&str; 3]) -> String {
    let at = usize::from(choice[0]) % program.relations.len();
    let relation = &program.relations[at];
    let arguments = relation.columns.iter().enumerate().map(|(column, declared)| {
        let choice = choice[column + 1];
        let rows: Vec<_> = all[at].iter().collect();
        let row = usize::from(choice / 4).checked_rem(rows.len()).map(|row| rows[row]);
        match (choice % 4, row) {
            (0 | 1, Some(row)) => literal(&row[column].0),
            (2, _) => "_".to_owned(),
            // One name a kind, so that what two atoms share is of one kind.
            _ => format!("{}_{}", names[column], declared.primitive.name()),
        }
    });
    let name = &relation.name;
    format!("{name}({})", arguments.collect::<Vec<_>>().join(", "))
}

fn samples() -> impl Strategy<Value = Sample> {
    prop_oneof![3 => programs(), 1 => guarded_programs(true)]
}

#[test]
fn a_random_question_has_the_same_answers_on_demand() {
    let (asked, partly) = (Cell::new(0), Cell::new(0));
    let one = any::<[u8; 4]>;
    let case = (samples(), vec((one(), one(), any::<bool>()), 1..6));
    let mut runner = TestRunner::new(programs_config(150));
    let result = runner.run(&case, |(sample, goals)| {
        let program = program(&sample.text);
        let all = engine(&program, &Facts::new(), 1).relations;
        for (one, other, both) in goals {
            let mut goal = atom(&program, &all, one, ["X", "Y", "Z"]);
            if both {
                write!(goal, ", {}", atom(&program, &all, other, ["X", "Z", "V"])).unwrap();
            }
            asked.set(asked.get() + 1);
            let questions = same_answers(&program, &goal, &sample.text);
            partly.set(partly.get() + usize::from(questions > 0));
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    println!("{} questions, {} of them answered from a part", asked.get(), partly.get());
    assert!(partly.get() * 10 > asked.get(), "{} of {}", partly.get(), asked.get());
}

/// Recursion of every shape over `e` and `f`; `r` and what begins with it is asked for.
const SHAPES: [&str; 12] = [
    "ra(x, y) :- e(x, y). ra(x, z) :- ra(x, y), e(y, z).",
    "ra(x, y) :- f(x, y). ra(x, z) :- e(x, y), ra(y, z).",
    "ra(x, y) :- e(x, y). ra(x, z) :- ra(x, y), ra(y, z).",
    "ra(x, y) :- f(x, y). ra(x, z) :- ra(x, y), e(y, z). ra(x, z) :- f(x, y), ra(y, z).",
    "ra(x, y) :- f(x, y). ra(x, y) :- e(p, x), ra(p, q), e(q, y).",
    "ra(x, y) :- e(x, y). ra(x, y) :- rb(y, x). rb(x, z) :- ra(x, y), f(y, z). rb(x, x) :- f(x, _).",
    "ra(x, y) :- e(x, y). ra(x, z) :- e(x, y), ra(y, z), x != z. rb(x) :- ra(x, x).",
    "ra(x, y) :- f(x, y). ra(x, z) :- e(x, y), !f(y, x), ra(y, z). \
     rb(x, n) :- e(x, _), n = count : { ra(x, _) }.",
    "ra(x, y) :- e(x, y), y != 0. ra(x, z) :- e(x, y), ra(y, z), rb(y). rb(y) :- ra(y, _). rb(0).",
    "ra(x + 1, y) :- e(x, y), x < 9. ra(x + 1, z) :- e(x, y), x < 9, ra(y, z). ra(3, 4).",
    "ra(x, n) :- e(x, _), n = 0. ra(x, n) :- ra(y, m), e(y, x), n = m + 1, n < 5.",
    "ra(x, y) :- e(x, y). ra(x, z) :- e(x, y), k = y - 1, f(k, _), ra(k, z). \
     rb(x, y) :- ra(x, y), ra(y, x). rc(x, y) :- rb(x, z), rb(z, y); rc(y, x).",
];

#[test]
fn recursion_of_every_shape_has_the_same_answers_on_demand() {
    let partly = Cell::new([0usize; SHAPES.len()]);
    let edges = || vec((0..7u8, 0..7u8), 0..14);
    let goals = vec(any::<[u8; 4]>(), 1..5);
    let case = (0..SHAPES.len(), edges(), edges(), edges(), goals);
    let mut runner = TestRunner::new(programs_config(600));
    let result = runner.run(&case, |(shape, e, f, r, goals)| {
        let mut text = ".decl e(a: number, b: number)\n.decl f(a: number, b: number)\n".to_owned();
        for name in ["ra", "rb", "rc"] {
            let unary = SHAPES[shape].contains(&format!("{name}(x) :-"))
                || SHAPES[shape].contains(&format!("{name}(y) :-"));
            let second = if unary { "" } else { ", b: number" };
            writeln!(text, ".decl {name}(a: number{second})").unwrap();
        }
        for (a, b) in &e {
            writeln!(text, "e({a}, {b}).").unwrap();
        }
        for (a, b) in &f {
            writeln!(text, "f({a}, {b}).").unwrap();
        }
        // A relation that rules conclude may have facts as well.
        for (a, b) in r.iter().take(r.len().saturating_sub(10)) {
            writeln!(text, "ra({a}, {b}).").unwrap();
        }
        text.push_str(SHAPES[shape]);
        let program = program(&text);
        let all = engine(&program, &Facts::new(), 1).relations;
        for goal in goals {
            // The relations of the shape come behind those of edges.
            let goal = [2 + goal[0] % 3, goal[1], goal[2], goal[3]];
            let questions =
                same_answers(&program, &atom(&program, &all, goal, ["X", "Y", "Z"]), &text);
            let mut counted = partly.get();
            counted[shape] += questions;
            partly.set(counted);
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    println!("relations asked for by columns, by shape: {:?}", partly.get());
    assert!(partly.get().iter().all(|asked| *asked > 0), "{:?}", partly.get());
}

#[test]
fn what_a_program_writes_is_the_same_where_it_wishes_for_demand() {
    let partly = Cell::new(0);
    let case = (samples(), any::<[u8; 2]>());
    let mut runner = TestRunner::new(programs_config(150));
    let result = runner.run(&case, |(sample, [one, other])| {
        let mut program = program(&sample.text);
        program.wishes.all = true;
        let roots = [one, other].map(|it| usize::from(it) % program.relations.len());
        let ids = roots.map(RelationId::from);
        let demand = demand(&program, &ids, Asked::AsWished);
        partly.set(partly.get() + usize::from(questions(&demand) > 0));
        let rewritten = demand.program.as_ref().unwrap_or(&program);
        let expected = engine(&program, &Facts::new(), 1).relations;
        let found = engine(rewritten, &Facts::new(), 1).relations;
        for root in roots {
            assert_eq!(found[root], expected[root], "{}\n{demand}{}", root, sample.text);
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    println!("{} programs with a relation asked for by columns", partly.get());
    assert!(partly.get() > 0);
}

/// What is decided for a goal, or for what a program writes.
fn decided(text: &str, goal: &str) -> String {
    let (program, answers) = with_goal(&program(text), goal);
    demand(&program, &[answers], Asked::Everywhere).to_string()
}

const EDGES: &str = ".decl e(a: number, b: number)\n.decl p(a: number, b: number)\n\
    e(1, 2). e(2, 3).\np(x, y) :- e(x, y).\np(x, z) :- p(x, y), e(y, z).\n";

#[test]
fn what_is_decided_is_said() {
    let more = ".decl joins(a: number, b: number)\njoins(x, z) :- e(x, y), e(y, z).\n\
        .decl same(a: number, b: number)\nsame(x, y) :- e(x, y).\n\
        .decl above(a: number, b: number)\nabove(x, y) :- p(y, x).\n\
        .decl ends(a: number)\nends(x) :- e(_, x), !p(x, _).\n\
        .decl many(a: number, n: number)\nmany(x, n) :- e(x, _), n = count : { p(x, _) }.\n\
        .decl alike(a: number, b: number) eqrel\nalike(x, y) :- p(x, y).\n\
        .decl one(a: number, b: number) choice-domain a\none(x, y) :- p(x, y).\n\
        .decl few(a: number, b: number)\n.limitsize few(n=2)\nfew(x, y) :- p(x, y).\n\
        .decl next(a: number, b: number)\nnext(x, y) :- e(x, z), y = z + 0, p(y, _).\n\
        .decl not(a: number, b: number) no_magic\nnot(x, y) :- e(y, x), p(x, y).\n";
    let text = format!("{EDGES}{more}");
    let cases = [
        ("p(1, X)", "p by column 0: what is asked for, since it is recursive"),
        ("p(1, 3)", "p by column 0: what is asked for, since it is recursive"),
        (
            "p(X, 3)",
            "p by column 1: what is asked for, since it is recursive, and its rules only pass the \
             question on",
        ),
        ("p(X, Y)", "p: whole, since it is asked for with nothing known"),
        (
            "p(1, X), p(_, X)",
            "p by column 0: what is asked for, since it is recursive\n  \
             p by column 1: what is asked for, since it is recursive",
        ),
        ("joins(1, X)", "joins by column 0: what is asked for, since it joins relations"),
        ("same(1, X)", ""),
        (
            "above(1, X)",
            "above by column 0: what is asked for, since it rests on p\n  p by column 1: what is \
             asked for, since it is recursive",
        ),
        ("ends(2)", "p: whole, since a negation or an aggregate reads it"),
        ("many(1, X)", "p: whole, since a negation or an aggregate reads it"),
        ("p(1, X), !p(X, _)", "p: whole, since a negation or an aggregate reads it"),
        (
            "alike(1, X)",
            "alike: whole, since the program wants it so\n  p: whole, since it is asked for with \
             nothing known",
        ),
        (
            "one(1, X)",
            "one: whole, since what is in it depends on the order of deriving\n  p: whole, since \
             one needs all of it",
        ),
        (
            "few(1, X)",
            "few: whole, since what is in it depends on the order of deriving\n  p: whole, since \
             few needs all of it",
        ),
        // What a functor makes is asked for nowhere.
        (
            "next(1, X)",
            "next by column 0: what is asked for, since it joins relations\n  p: whole, since it \
             is asked for with nothing known",
        ),
        (
            "not(1, X)",
            "not: whole, since the program wants it so\n  p by column 0: what is asked for, since \
             it is recursive",
        ),
    ];
    for (goal, expected) in cases {
        let expected =
            if expected.is_empty() { String::new() } else { format!("demand\n  {expected}\n") };
        assert_eq!(decided(&text, goal), expected, "{goal}");
    }
    let counts =
        format!("{EDGES}.decl o(n: number)\no(ord(\"a\")).\no(x) :- x = ord(\"b\"), e(1, _).\n");
    let expected = "demand\n  all: whole, since `ord` depends on what is derived\n";
    assert_eq!(decided(&counts, "p(1, X)"), expected);
}

/// The rewritten rules of a goal, head and body by name, and what they derive.
#[test]
fn a_question_derives_what_it_asks_for_and_no_more() {
    let text = format!("{EDGES}e(5, 6). e(6, 7). e(7, 5).");
    let derived = |goal: &str| {
        let (program, answers) = with_goal(&program(&text), goal);
        let program = demand(&program, &[answers], Asked::Everywhere).program.unwrap();
        let found = engine(&program, &Facts::new(), 1);
        let sizes = program.relations.iter().zip(&found.relations);
        let sizes = sizes.filter(|(relation, _)| relation.name.contains('@'));
        sizes.map(|(relation, tuples)| format!("{} {}", relation.name, tuples.len())).collect()
    };
    let cases: [(&str, &[&str]); 4] = [
        ("p(1, X)", &["p@0 2", "?p@0 1"]),
        ("p(X, 3)", &["p@1 2", "?p@1 3"]),
        ("p(5, X)", &["p@0 3", "?p@0 1"]),
        ("e(1, X), p(X, Y)", &["p@0 1", "?p@0 1"]),
    ];
    for (goal, expected) in cases {
        let found: Vec<String> = derived(goal);
        assert_eq!(found, expected, "{goal}");
    }
}
