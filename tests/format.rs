//! The one style: what is formatted parses to the same tree, keeps every comment, and comes out the
//! same when it is formatted again. The shipped files are formatted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::fs;

use archlog::diag::SourceId;
use archlog::syntax::format::{Piece, PieceKind, WIDTH, pieces};
use archlog::syntax::lexer::Token;
use archlog::syntax::{format, parse};
use common::random::programs;
use common::*;
use proptest::prelude::*;

/// The words of all comments, the order of several on one place left open.
fn comments(text: &str) -> Vec<String> {
    let is_comment =
        |piece: &Piece<'_>| matches!(piece.kind, PieceKind::LineComment | PieceKind::BlockComment);
    let all = pieces(SourceId(0), text).into_iter().filter(is_comment);
    all.map(|piece| piece.text.replace("\r\n", "\n")).collect()
}

/// The tokens without documentation, whose blanks may change.
fn tokens(text: &str) -> Vec<String> {
    let is_token =
        |piece: &Piece<'_>| matches!(piece.kind, PieceKind::Token(token) if token != Token::Doc);
    let texts: Vec<String> = pieces(SourceId(0), text)
        .into_iter()
        .filter(is_token)
        .map(|piece| piece.text.to_owned())
        .collect();
    // `a(1).b(2).` is read as two facts, though `.b` is one token.
    texts.concat().split_whitespace().map(str::to_owned).collect()
}

/// Formats a text and holds the result to all that is promised of it.
fn check(text: &str, name: &str) -> String {
    let formatted = format(SourceId(0), text).unwrap_or_else(|it| panic!("{name}: {it:?}\n{text}"));
    let (before, _) = parse(SourceId(0), text);
    let (after, problems) = parse(SourceId(0), &formatted);
    assert_eq!(problems, [], "{name}, formatted:\n{formatted}");
    assert!(shape(&before) == shape(&after), "{name} means another thing:\n{formatted}");
    assert_eq!(comments(text), comments(&formatted), "{name}:\n{formatted}");
    assert_eq!(tokens(text).concat(), tokens(&formatted).concat(), "{name}:\n{formatted}");
    let again = format(SourceId(0), &formatted).unwrap();
    assert_eq!(again, formatted, "{name} is formatted in two ways; it was\n{text}");
    let blank = formatted.lines().find(|line| line.ends_with([' ', '\t']));
    // Inside a block comment blanks are the author's.
    assert!(blank.is_none() || text.contains("/*"), "{name}: {blank:?}");
    assert!(formatted.is_empty() || formatted.ends_with('\n') && !formatted.ends_with("\n\n"));
    formatted
}

#[test]
fn every_shipped_and_tested_text_keeps_its_meaning() {
    let mut seen = 0;
    for folder in ["rules", "queries", "designs", "tests/programs", "tests/rulebook"] {
        for path in files_below(folder, "dl") {
            check(&fs::read_to_string(&path).unwrap(), &path.display().to_string());
            seen += 1;
        }
    }
    assert!(seen > 120, "{seen}");
}

#[test]
fn the_shipped_files_are_formatted() {
    let mut wrong = Vec::new();
    for folder in ["rules", "queries", "designs"] {
        for path in files_below(folder, "dl") {
            let text = fs::read_to_string(&path).unwrap();
            if format(SourceId(0), &text).unwrap() != text {
                wrong.push(path.display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "`archlog fmt` would change {wrong:#?}");
}

/// A text, and how it is formatted.
#[track_caller]
fn becomes(text: &str, expected: &str) {
    assert_eq!(check(text, text), expected, "\n{text}");
}

#[test]
fn blanks_stand_where_they_always_stand() {
    becomes(".decl  p( x:number,y :symbol )brie\n", ".decl p(x: number, y: symbol) brie\n");
    becomes(
        ".input p( IO = file , filename=\"p.csv\" )",
        ".input p(IO=file, filename=\"p.csv\")\n",
    );
    becomes("p(1).p(2). p( 3 ).", "p(1).\np(2).\np(3).\n");
    becomes("p(x):-q(x),! r( x,_ ),x<3.", "p(x) :- q(x), !r(x, _), x < 3.\n");
    becomes(
        "p(n):-n=count:{q(_)},m=-n,k=n- -1,j=bnot(n) band(3),i=max(1,2)*(n+1).",
        "p(n) :- n = count : { q(_) }, m = -n, k = n - -1, j = bnot (n) band (3), i = max(1, 2) * (n + 1).\n",
    );
    becomes(".type A=B|C\n.type B<:symbol", ".type A = B | C\n.type B <: symbol\n");
    becomes(
        ".include  \"a.dl\"\n.once\n.pragma \"a\"   \"b\"",
        ".include \"a.dl\"\n.once\n.pragma \"a\" \"b\"\n",
    );
    becomes("?-p( x ).\np(x),q(x) ?\n-p(1).", "?- p(x).\np(x), q(x)?\n-p(1).\n");
    becomes("", "");
    becomes("\n\n// only words  \n\n\n", "// only words\n");
}

#[test]
fn lines_that_the_author_parts_stay_parted() {
    becomes("p(x) :- q(x),\n r(x).", "p(x) :-\n    q(x),\n    r(x).\n");
    becomes("p(x)\n  :- q(x)\n  , r(x)\n  .", "p(x) :-\n    q(x),\n    r(x).\n");
    becomes("p(x) :-\n  q(x), r(x).", "p(x) :-\n    q(x), r(x).\n");
    becomes(".decl p(\n  x: number,\n  y: number)", ".decl p(\n    x: number,\n    y: number\n)\n");
    becomes(
        "p(n) :- n = count : {\n q(x), r(x) }, n > 1.",
        "p(n) :-\n    n = count : {\n        q(x), r(x)\n    }, n > 1.\n",
    );
    becomes("p(x) :- q(x\n).", "p(x) :- q(x).\n");
    becomes(
        "p(a\n + b\n * c) :- q(a,\n b, c).",
        "p(a\n    + b\n    * c) :-\n    q(a,\n        b, c).\n",
    );
}

#[test]
fn comments_stay_where_they_are() {
    becomes("p(1).// one\n  // two\np(2).", "p(1). // one\n// two\np(2).\n");
    becomes(
        "p(x) :- q(x) // why\n , r(x) // and\n .",
        "p(x) :-\n    q(x), // why\n    r(x). // and\n",
    );
    becomes(
        "p(x) :-\n// above\n q(x), /* here */ r(x) /* there */ .",
        "p(x) :-\n    // above\n    q(x), /* here */ r(x) /* there */.\n",
    );
    becomes(
        ".decl p(\n x: number, // the first\n y: number // the second\n)",
        ".decl p(\n    x: number, // the first\n    y: number // the second\n)\n",
    );
    becomes("p(1).\n///about q\n///@rule r\nq(1).", "p(1).\n\n/// about q\n/// @rule r\nq(1).\n");
    becomes("/// a\n\n// b\n\nq(1).", "/// a\n// b\nq(1).\n");
    becomes(
        "p(x) :- q(x).\n .plan 0:(1)  // kept\np(1).",
        "p(x) :- q(x).\n.plan 0:(1) // kept\np(1).\n",
    );
}

#[test]
fn empty_lines_are_one_at_most() {
    becomes("p(1).\n\n\n\np(2).\np(3).", "p(1).\n\np(2).\np(3).\n");
    becomes("p(x) :-\n\n q(x),\n\n r(x).", "p(x) :-\n    q(x),\n    r(x).\n");
}

#[test]
fn a_long_rule_is_broken_and_a_long_fact_is_not() {
    let conditions: Vec<String> = (0..20).map(|n| format!("condition_{n}(x)")).collect();
    let formatted = check(&format!("p(x) :- {}.", conditions.join(",")), "long");
    assert!(formatted.lines().count() == 4, "{formatted}");
    assert!(formatted.lines().all(|line| line.len() <= WIDTH), "{formatted}");
    assert!(formatted.starts_with("p(x) :-\n    condition_0(x), "), "{formatted}");
    let fact = format!("p({}).", vec!["\"a long text in a row\""; 20].join(","));
    assert_eq!(check(&fact, "fact").lines().count(), 1);
}

/// What can stand between two tokens.
fn gap() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        8 => Just(" "),
        2 => Just("\n"),
        1 => Just("\n\n\n  "),
        1 => Just("\r\n\t"),
        1 => Just(" // a word\n"),
        1 => Just("\n  // a line of its own  \n"),
        1 => Just(" /* in between */ "),
        1 => Just("\n/* over\n   lines */\n"),
    ]
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn random_programs_with_anything_between_their_tokens(
        sample in programs(), gaps in prop::collection::vec(gap(), 1..60)
    ) {
        let mut text = String::new();
        let mut gaps = gaps.iter().cycle();
        for piece in pieces(SourceId(0), &sample.text) {
            match piece.kind {
                // Documentation, and a plan, reach to the end of their line.
                PieceKind::Token(Token::Doc) => {
                    text.push_str(if text.is_empty() || text.ends_with('\n') { "" } else { "\n" });
                    text.push_str(piece.text);
                    text.push('\n');
                }
                _ => {
                    text.push_str(piece.text);
                    if let Some(gap) = gaps.next() {
                        text.push_str(gap);
                    }
                    if matches!(piece.kind, PieceKind::LineComment) {
                        text.push('\n');
                    }
                }
            }
        }
        check(&text, "spaced");
    }
}
