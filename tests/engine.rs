//! The engine against its slow twin, on programs that between them use everything, with random
//! facts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use archlog::analyze::{analyze, has_errors};
use archlog::diag::SourceId;
use archlog::eval::{Options, evaluate};
use archlog::plan::Plan;
use archlog::store::Database;
use archlog::syntax::parse;
use archlog::value::{Constant, Interner, RelationId};
use common::naive;
use common::values::Value;

/// Declarations of the relations that get random facts, numbers below ten and short words.
const GIVEN: &str = "
    .decl e(x: number, y: number)
    .decl f(x: number, y: number)
    .decl n(x: number)
    .decl s(x: symbol, n: number)
    .decl t(x: number, y: symbol, z: number)
";

const PROGRAMS: [(&str, &str); 12] = [
    (
        "transitive closure, three ways",
        "n(x) :- e(x, _). n(y) :- e(_, y).
        .decl a(x: number, y: number) a(x, y) :- e(x, y). a(x, z) :- a(x, y), e(y, z).
        .decl b(x: number, y: number) b(x, y) :- e(x, y). b(x, z) :- e(x, y), b(y, z).
        .decl c(x: number, y: number) c(x, y) :- e(x, y). c(x, z) :- c(x, y), c(y, z).
        .decl d(x: number, y: number) d(x, y) :- n(x), n(y), !a(x, y).",
    ),
    (
        "same generation",
        ".decl sg(x: number, y: number)
        sg(x, x) :- e(x, _). sg(x, x) :- e(_, x).
        sg(x, y) :- e(x, p), sg(p, q), e(y, q).",
    ),
    (
        "mutual recursion over three relations with facts of their own",
        ".decl a(x: number, y: number) .decl b(x: number, y: number) .decl c(x: number, y: number)
        a(1, 2). b(3, 3).
        a(x, y) :- e(x, y). a(x, y) :- b(x, z), c(z, y).
        b(x, y) :- a(x, z), a(z, y), f(x, _). c(x, y) :- b(y, x). c(x, y) :- a(x, y), b(_, y).",
    ),
    (
        "pointers",
        ".decl pt(x: number, y: number) .decl hpt(x: number, y: number) .decl al(x: number, y: number)
        pt(x, y) :- e(x, y). pt(x, z) :- f(x, y), pt(y, z).
        pt(x, z) :- e(x, y), pt(y, w), hpt(w, z). hpt(x, z) :- pt(x, x), f(x, y), pt(y, z).
        al(x, y) :- pt(x, z), pt(y, z), x != y.",
    ),
    (
        "negation in layers, with wildcards and constants",
        ".decl a(x: number) a(x) :- e(x, _), !f(x, _). a(x) :- n(x), !e(_, x), !t(x, _, 3).
        .decl b(x: number) b(x) :- f(_, x), !a(x). b(7) :- !n(7).
        .decl c(x: number, y: number) c(x, y) :- b(x), b(y), !e(x, y), !e(y, x), x < y.",
    ),
    (
        "constants, repeated variables and checks",
        ".decl a(x: number) a(x) :- e(x, x). a(x) :- t(x, \"b\", _). a(y) :- e(3, y), f(y, 4).
        .decl b(x: number, s: symbol) b(x, s) :- t(x, s, x), s = \"a\". b(x, y) :- t(z, y, x), z = x, n(z).
        .decl c(x: symbol) c(\"some\") :- e(_, _), f(_, _). c(\"all\") :- n(x), e(x, y), f(y, x).",
    ),
    (
        "a cross product and a triangle",
        ".decl a(x: number, y: symbol) a(x, y) :- n(x), s(y, _).
        .decl b(x: number, y: number, z: number) b(x, y, z) :- e(x, y), e(y, z), e(z, x).
        .decl c(x: number, y: number, z: number, w: number) c(x, y, z, w) :- e(x, y), f(z, w), x < z, y < w.",
    ),
    (
        "arithmetic and symbols",
        ".decl a(x: number) a(x + y * 2 - 3) :- e(x, y). a(-x) :- n(x). a(x / y) :- e(x, y), y > 0.
        .decl b(x: symbol) b(cat(x, \"-\", to_string(n))) :- s(x, n). b(substr(x, 0, 1)) :- s(x, _).
        .decl c(x: symbol, y: symbol) c(x, y) :- s(x, _), s(y, _), x < y, !contains(\"a\", x).
        .decl d(x: number) d(strlen(x) + n) :- s(x, n), match(\".*b.*\", x).",
    ),
    (
        "aggregates with and without groups",
        ".decl a(x: number, n: number) a(x, k) :- n(x), k = count : { e(x, _) }.
        .decl b(x: number, n: number) b(x, k) :- n(x), k = sum y : { e(x, y), f(y, _) }.
        .decl c(k: number) c(k) :- k = max x : { e(x, _), !f(x, _) }. c(k) :- k = min x + y : { e(x, y) }.
        .decl d(x: number) d(x) :- e(x, _), 2 <= count : { e(x, y), y > x }.
        .decl m(x: symbol) m(x) :- x = max y : { s(y, _) }.",
    ),
    (
        "an aggregate over what recursion concluded",
        ".decl a(x: number, y: number) a(x, y) :- e(x, y). a(x, z) :- a(x, y), e(y, z).
        .decl b(x: number, k: number) b(x, k) :- n(x), k = count : { a(x, _) }.
        .decl c(x: number) c(x) :- b(x, k), k = max j : { b(_, j) }.
        .decl d(x: number, y: number) d(x, y) :- c(x), a(x, y). d(y, x) :- d(x, y).",
    ),
    (
        "a decision list: the first row that holds",
        ".decl row(r: number, x: number)
        row(1, x) :- e(x, x). row(2, x) :- f(x, _), e(x, _). row(3, x) :- t(x, _, _). row(4, x) :- n(x).
        .decl earlier(r: number, x: number) earlier(r, x) :- row(r, x), row(q, x), q < r.
        .decl first(r: number, x: number) first(r, x) :- row(r, x), !earlier(r, x).",
    ),
    (
        "disjunction and several heads",
        ".decl a(x: number) .decl b(x: number, y: number)
        a(x), b(x, y) :- e(x, y), (f(x, y) ; f(y, x) ; n(x), !n(y)).
        b(x, x) :- (a(x) ; e(x, _), !a(x)), x > 2.",
    ),
];

/// Numbers in a sequence that only the seed decides.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % bound
    }

    fn number(&mut self) -> Constant {
        Constant::Number(self.below(10) as i64)
    }

    fn symbol(&mut self) -> Constant {
        let words = ["a", "b", "ab", "cab", "", "bd"];
        Constant::Symbol(words[self.below(6) as usize].into())
    }

    fn facts(&mut self, size: u64) -> Vec<(RelationId, Vec<Constant>)> {
        let mut facts = Vec::new();
        for _ in 0..self.below(size) {
            facts.push((RelationId(0), vec![self.number(), self.number()]));
            facts.push((RelationId(1), vec![self.number(), self.number()]));
            facts.push((RelationId(2), vec![self.number()]));
            facts.push((RelationId(3), vec![self.symbol(), self.number()]));
            facts.push((RelationId(4), vec![self.number(), self.symbol(), self.number()]));
        }
        facts
    }
}

#[test]
fn the_engine_and_its_twin_agree_on_random_facts() {
    for (name, text) in PROGRAMS {
        let (tree, mut problems) = parse(SourceId(0), &format!("{GIVEN}{text}"));
        let (program, more) = analyze(&[tree]);
        problems.extend(more);
        assert!(!has_errors(&problems), "{name}: {problems:?}");
        let mut interner = Interner::new();
        let plan = Plan::new(&program, &mut interner);
        for seed in 0..12 {
            let facts = Random(seed).facts(4 + seed * 3);
            let mut database = Database::new(&program);
            database.insert_facts(&program, &mut interner);
            for (relation, values) in &facts {
                let tuple: Vec<_> = values.iter().map(|value| interner.intern(value)).collect();
                database.insert(*relation, &tuple);
            }
            let options = Options { threads: 1 + seed as usize % 2, ..Options::default() };
            evaluate(&plan, &mut database, &mut interner, &options).unwrap();
            let expected = naive::evaluate(&program, facts);
            for (at, relation) in program.relations.iter().enumerate() {
                let constants = |row: Vec<_>| -> Vec<Value> {
                    let columns = row.into_iter().zip(&relation.columns);
                    columns.map(|(word, c)| Value(interner.constant(word, c.primitive))).collect()
                };
                let rows = database.relation(RelationId::from(at)).rows();
                let found: BTreeSet<Vec<Value>> = rows.map(constants).collect();
                assert_eq!(found, expected[at], "{name}, seed {seed}, {}\n{plan}", relation.name);
            }
        }
    }
}
