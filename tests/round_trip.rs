//! A tree printed and parsed again is the same tree: every file that is shipped or tested, and
//! random programs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::path::PathBuf;

use archlog::diag::SourceId;
use archlog::syntax::printer::{Literal, Quoted};
use archlog::syntax::{parse, parse_goal};
use archlog::value::Constant;
use common::random::programs;
use common::*;
use proptest::prelude::*;

fn check(text: &str, name: &str) {
    let (tree, problems) = parse(SourceId(0), text);
    assert_eq!(problems, [], "{name}");
    let printed = tree.to_string();
    let (again, problems) = parse(SourceId(0), &printed);
    assert_eq!(problems, [], "{name}, printed:\n{printed}");
    let (one, other) = (shape(&tree), shape(&again));
    let first = one.lines().zip(other.lines()).position(|(a, b)| a != b);
    assert!(one == other, "{name} parses to another tree, from line {first:?} on:\n{printed}");
    assert_eq!(again.to_string(), printed, "{name} prints in two ways");
}

fn check_files(folder: &str, least: usize) {
    let paths: Vec<PathBuf> = files_below(folder, "dl");
    assert!(paths.len() >= least, "{folder} holds {} programs only", paths.len());
    for path in paths {
        check(&fs::read_to_string(&path).unwrap(), &path.display().to_string());
    }
}

#[test]
fn every_rule_file_prints_and_parses_to_the_same_tree() {
    check_files("rules", 25);
    check_files("queries", 8);
}

#[test]
fn every_design_prints_and_parses_to_the_same_tree() {
    check_files("designs", 15);
    check_files("tests/rulebook", 5);
}

#[test]
fn every_program_of_the_corpus_prints_and_parses_to_the_same_tree() {
    check_files("tests/programs", 40);
}

/// Values that take thought to print: signs before signs, what binds tighter, what looks like
/// something else.
#[test]
fn awkward_expressions_print_and_parse_to_the_same_tree() {
    for value in [
        "-1",
        "-(1)",
        "- -1",
        "-(-x)",
        "-x ^ 2",
        "(-x) ^ 2",
        "(-1) ^ 2",
        "-1 ^ 2",
        "2 ^ -1",
        "2 ^ -x",
        "bnot -x",
        "lnot (x + 1)",
        "-(x + 1)",
        "-(x * 2)",
        "(x - 1) - (2 - y)",
        "x - -1",
        "x - (-1)",
        "(x band 1) + 2",
        "x band 1 + 2",
        "(x lor y) land z",
        "((((x))))",
        "1.0",
        "-0.5e-7",
        "18446744073709551615",
        "7u",
        "\"\\\"\\\\\\n\\t\\r\"",
        "cat(\"a\", cat(\"b\", \"c\"))",
        "count : { p(_, x), x > 1 } + 1",
        "1 + count : { p(_, _) }",
        "max(sum z : { p(z, _) }, min z * 2 : { p(z, z) })",
        "range(1, x, -1)",
    ] {
        check(&format!("q({value}) :- p(x, y), z = {value}, {value} < 1."), value);
    }
    for body in [
        "!(p(x, y), q(x))",
        "!(p(x, y); q(x))",
        "!!p(x, y)",
        "!(!p(x, y))",
        "(p(x, y); q(x)), r(x)",
        "p(x, y); q(x), r(x)",
        "((p(x, y)))",
        "(x) = 1, p(x, x)",
        "(x + 1) * 2 = y, p(x, y)",
        "!contains(\"a\", x), !match(x, \"b\"), p(x, x)",
        "true, !false, p(x, _)",
        "!x = 1, p(x, _)",
    ] {
        check(&format!("q(x) :- {body}."), body);
        let goal = |text: &str| parse_goal(SourceId(0), text).map(|body| body.to_string());
        let printed = goal(body).unwrap();
        assert_eq!(goal(&printed).unwrap(), printed, "{body}");
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn random_programs_print_and_parse_to_the_same_tree(sample in programs()) {
        check(&sample.text, &format!("{sample:?}"));
    }

    #[test]
    fn any_text_in_quotes_and_any_number_comes_back(
        text in ".{0,20}", number in any::<i64>(), unsigned in any::<u64>(), real in any::<f64>()
    ) {
        prop_assume!(real.is_finite());
        let quoted = Quoted(&text).to_string();
        let real = Literal(&Constant::Float(real)).to_string();
        check(&format!("p({quoted}, {number}, {unsigned}u, {real})."), "constants");
    }
}
