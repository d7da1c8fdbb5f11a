//! Facts in order go other ways than facts in disorder: what derives must be the same.

use std::collections::BTreeSet;

use super::*;
use crate::analyze::analyze;
use crate::diag::SourceId;
use crate::syntax::parse;
use crate::value::Word;

type Rows = Vec<Vec<Word>>;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((self.0 >> 33) % u64::from(bound)) as u32
    }
}

/// Features with a value each, or several; a table; pairs without order.
const PROGRAM: &str = "
.decl feature(d: number, f: number, v: number)
.decl level(f: number, v: number, k: number)
.decl pair(a: number, b: number)
.decl known(d: number, n: number)
.decl first(d: number, k: number)
.decl strong(d: number)
.decl weak(d: number)
.decl row(d: number, n: number)
.decl choice(d: number, t: number, n: number)
.decl most(d: number, t: number, n: number)
.decl sum(d: number, n: number)
.decl beside(a: number, c: number)
.decl over(a: number, v: number)
.decl stated(d: number, n: number)
.decl there(a: number, b: number)
first(d, k) :- feature(d, 1, v), level(1, v, k).
strong(d) :- first(d, k), k >= 2.
weak(d) :- feature(d, 2, 0).
row(d, 1) :- strong(d), !weak(d).
row(d, 2) :- strong(d), feature(d, 3, 1).
row(d, 3) :- first(d, _).
row(d, 4) :- first(d, k), k > 0.
row(d, n) :- known(d, n).
choice(d, 0, n) :- first(d, _), n = min m : { row(d, m) }.
choice(d, 1, n) :- weak(d), n = count : { row(d, _) }.
most(d, 0, n) :- feature(d, _, _), n = max v : { feature(d, _, v) }.
sum(d, n) :- feature(d, _, _), n = sum v : { feature(d, _, v) }.
beside(a, c) :- pair(a, b), pair(c, b), a != c.
over(a, v) :- pair(a, d), feature(d, _, v).
stated(d, 1) :- feature(d, 0, _).
stated(d, 2) :- feature(d, 0, 0).
stated(d, n) :- known(d, n), !strong(d).
there(a, b) :- pair(a, b), feature(b, a, _).
there(a, b) :- pair(a, b), !first(b, 1).
";

/// The tuples of all relations, facts put in a row at a time or all at once.
fn derive(facts: &[(usize, Rows)], at_once: bool, threads: usize) -> (Vec<Rows>, Vec<usize>) {
    let (tree, _) = parse(SourceId(0), PROGRAM);
    let (program, problems) = analyze(&[tree]);
    assert!(problems.iter().all(|it| !it.message.is_empty()), "{problems:?}");
    let mut interner = Interner::new();
    let plan = Plan::new(&program, &mut interner);
    let mut database = Database::new(&program);
    for (relation, rows) in facts {
        let id = RelationId::from(*relation);
        if at_once {
            let arity = database.relation(id).arity();
            let column = |at: usize| rows.iter().map(|row| row[at]).collect::<Vec<Word>>();
            let columns: Vec<Vec<Word>> = (0..arity).map(column).collect();
            database.insert_batch(id, &columns, rows.len(), &mut Vec::new());
        } else {
            rows.iter().for_each(|row| assert!(database.insert(id, row)));
        }
    }
    let options = Options { threads, ..Options::default() };
    evaluate(&plan, &mut database, &mut interner, &options).unwrap();
    let ids = (0..program.relations.len()).map(RelationId::from);
    let all = ids.map(|id| {
        let mut rows: Rows = database.relation(id).rows().collect();
        let found = rows.iter().all(|row| {
            let place = database.relation(id).find(row);
            place.is_some_and(|place| database.relation(id).row(place).eq(row.iter().copied()))
        });
        assert!(found, "a row that is not found");
        rows.sort();
        rows
    });
    let all = all.collect();
    let loose = (0..program.relations.len()).map(RelationId::from);
    let loose = loose.filter(|id| database.relation(*id).leading_key().is_some());
    (all, loose.map(|id| id.index()).collect())
}

#[test]
fn facts_in_order_derive_what_facts_in_disorder_do() {
    let mut random = Random(3);
    let mut ordered = BTreeSet::new();
    for round in 0..12 {
        let several = round % 3 == 0;
        let mut set = |spreads: &[u32], count: u32| -> Rows {
            let row = |random: &mut Random| {
                spreads.iter().map(|spread| Word(random.below(*spread))).collect::<Vec<Word>>()
            };
            let rows: BTreeSet<Vec<Word>> = (0..count).map(|_| row(&mut random)).collect();
            rows.into_iter().collect()
        };
        let mut features = set(&[500, 5, 3], 1800);
        if !several {
            features.dedup_by(|next, one| next[..2] == one[..2]);
        }
        let levels = set(&[5, 3, 4], 12 + 8 * (round % 2));
        let mut pairs = set(&[300, 300], 500);
        let known = set(&[500, 6], if round % 4 == 0 { 100 } else { 0 });
        let facts = [(0, features), (1, levels), (2, pairs.clone()), (3, known)];
        let mut shuffled = facts.clone();
        for (_, rows) in &mut shuffled {
            for at in (1..rows.len()).rev() {
                rows.swap(at, random.below(at as u32 + 1) as usize);
            }
        }
        let (expected, none) = derive(&shuffled, false, 1);
        assert!(!none.contains(&0));
        for threads in [1, 3] {
            let (found, which) = derive(&facts, true, threads);
            assert!(found == expected, "round {round}, {threads} threads");
            ordered.extend(which);
        }
        pairs.reverse();
        let (found, _) =
            derive(&[facts[0].clone(), facts[1].clone(), (2, pairs), facts[3].clone()], true, 1);
        assert!(found == expected, "round {round}, pairs backwards");
    }
    // Else this test would show nothing: facts, and what is concluded from one scan.
    assert!([0, 2, 4, 5].iter().all(|relation| ordered.contains(relation)), "{ordered:?}");
}

#[test]
fn workers_find_each_tuple_where_one_thread_does() {
    let text = "
.decl e(x: number, y: number)
.decl p(x: number, y: number)
.decl q(x: number, y: number, z: number)
.decl t(x: number, y: number)
t(x, y) :- e(x, y).
t(x, z) :- t(x, y), e(y, z).
p(x, y) :- e(x, y).
p(x, z) :- t(y, x), p(y, z).
q(x, y, z) :- t(x, y), e(y, z).
";
    let run = |threads: usize| {
        let (tree, _) = parse(SourceId(0), text);
        let (program, _) = analyze(&[tree]);
        let mut interner = Interner::new();
        let plan = Plan::new(&program, &mut interner);
        let mut database = Database::new(&program);
        let mut random = Random(11);
        for _ in 0..600 {
            // Words far apart, so that no bits stand for pairs.
            let at = random.below(200);
            let edge = [Word(at * 99_991), Word((at + random.below(9)).min(199) * 99_991)];
            database.insert(RelationId(0), &edge);
        }
        let options = Options { threads, ..Options::default() };
        let report = evaluate(&plan, &mut database, &mut interner, &options).unwrap();
        let relations = (0..4).map(|at| database.relation(RelationId(at)));
        let rows: Vec<Rows> = relations.clone().map(|it| it.rows().collect()).collect();
        let rounds: Vec<Vec<u32>> =
            relations.map(|it| (0..it.len()).map(|row| it.rank(row)).collect()).collect();
        (rows, rounds, report.concluded, report.derived)
    };
    let one = run(1);
    assert!(one.2 > 2 * one.3, "too few are concluded twice");
    assert!(one == run(3));
}

#[test]
fn what_constants_find_and_groups_of_their_own_are_shared_out_alike() {
    // A row for each of 60,000 words and 4 keys, in no order; the second rule computes a least number for
    // each binding, the third one for a few groups.
    let text = "
.decl f(d: number, k: number, v: number)
.decl s(d: number, v: number, w: number)
.decl least(d: number, v: number, w: number, n: number)
.decl few(k: number, n: number)
s(d, v, w) :- f(d, 2, v), f(d, 3, w).
least(d, v, w, n) :- s(d, v, w), n = min m : { f(d, _, m), m >= v, m >= w }.
few(k, n) :- f(_, k, _), n = min m : { f(_, k, m) }.
";
    let run = |threads: usize| {
        let (tree, _) = parse(SourceId(0), text);
        let (program, _) = analyze(&[tree]);
        let mut interner = Interner::new();
        let plan = Plan::new(&program, &mut interner);
        let mut database = Database::new(&program);
        let columns = [
            (0..240_000u32).map(|at| Word(at * 11 % 60_000)).collect(),
            (0..240_000u32).map(|at| Word(at / 60_000)).collect::<Vec<Word>>(),
            (0..240_000u32).map(|at| Word(at * 7 % 1013)).collect(),
        ];
        database.insert_batch(RelationId(0), &columns, 240_000, &mut Vec::new());
        let options = Options { threads, ..Options::default() };
        let report = evaluate(&plan, &mut database, &mut interner, &options).unwrap();
        let rows: Vec<Rows> =
            (1..4).map(|at| database.relation(RelationId(at)).rows().collect()).collect();
        (rows, report)
    };
    let (rows, report) = run(1);
    assert_eq!((rows[0].len(), rows[1].len(), rows[2].len()), (60_000, 60_000, 4));
    let values = |d: Word| (0..240_000u32).filter(move |at| at * 11 % 60_000 == d.0);
    for row in rows[1].iter().step_by(997) {
        let least = values(row[0]).map(|at| at * 7 % 1013).filter(|n| *n >= row[1].0.max(row[2].0));
        assert_eq!(Some(row[3].0), least.min());
    }
    for threads in [2, 3] {
        assert!(run(threads) == (rows.clone(), report.clone()), "{threads} threads");
    }
}

#[test]
fn a_run_that_stopped_within_a_join_can_go_on_to_the_same_end() {
    let text = "
.decl e(x: number, y: number)
.decl p(x: number, y: number, z: number)
.decl q(x: number, z: number)
.decl r(x: number, n: number)
p(x, y, z) :- e(x, y), e(y, z).
q(x, z) :- p(x, _, z), x < z.
q(x, z) :- q(x, y), q(y, z).
r(x, 1) :- e(x, _).
r(x, 2) :- q(x, _).
";
    let (tree, _) = parse(SourceId(0), text);
    let (program, _) = analyze(&[tree]);
    let start = || {
        let mut interner = Interner::new();
        let plan = Plan::new(&program, &mut interner);
        let mut database = Database::new(&program);
        let all =
            |first: bool| (0..1600).map(move |at| Word(if first { at / 40 } else { at % 40 }));
        let columns = [all(true).collect(), all(false).collect()];
        database.insert_batch(RelationId(0), &columns, 1600, &mut Vec::new());
        (plan, database, interner)
    };
    let rows = |database: &Database| -> Vec<BTreeSet<Vec<Word>>> {
        (0..4).map(|at| database.relation(RelationId(at)).rows().collect()).collect()
    };
    let (plan, mut database, mut interner) = start();
    evaluate(&plan, &mut database, &mut interner, &Options::default()).unwrap();
    let expected = rows(&database);
    assert_eq!(expected[1].len(), 64_000);
    let memory = database.memory();
    for threads in [1, 3] {
        let options = Options { threads, ..Options::default() };
        let limits = [
            Options { tuples: Some(20_000), ..options.clone() },
            Options { tuples: Some(64_100), ..options.clone() },
            Options { memory: Some(memory / 2), ..options.clone() },
            Options { time: Some(std::time::Duration::ZERO), ..options.clone() },
        ];
        for limit in &limits {
            let (plan, mut database, mut interner) = start();
            assert!(evaluate(&plan, &mut database, &mut interner, limit).is_err());
            let some = rows(&database);
            assert!(some.iter().zip(&expected).all(|(some, all)| some.is_subset(all)));
            evaluate(&plan, &mut database, &mut interner, &options).unwrap();
            assert!(rows(&database) == expected, "{threads} threads");
            let count = |at: u32| database.relation(RelationId(at)).len();
            assert!((0..4).all(|at| count(at) == expected[at as usize].len()), "a tuple twice");
        }
    }
}

/// What a program derives, in order, or why it stopped, and how many tuples that took.
fn run(text: &str, options: &Options<'_>) -> (Result<(), StopReason>, Vec<Rows>) {
    let (tree, _) = parse(SourceId(0), text);
    let (program, problems) = analyze(&[tree]);
    assert!(!crate::analyze::has_errors(&problems), "{problems:?}");
    let mut interner = Interner::new();
    let plan = Plan::new(&program, &mut interner);
    let mut database = Database::new(&program);
    database.insert_facts(&program, &mut interner);
    let done = evaluate(&plan, &mut database, &mut interner, options);
    let ids = (0..program.relations.len()).map(RelationId::from);
    let rows = ids.map(|id| database.relation(id).rows().collect()).collect();
    (done.map(drop).map_err(|stopped| stopped.reason), rows)
}

#[test]
fn a_body_that_is_cut_takes_many_rows_that_are_in_order() {
    // What stands between the two atoms is no relation of the program.
    let text = "
.decl l(y: number, x: number)
l(y, y) :- y = range(0, 300).
.decl p(x: number, y: number)
p(x, x) :- l(x, _).
p(y, w) :- l(y, x), p(x, z), p(z, w).
";
    for threads in [1, 3] {
        let (done, rows) = run(text, &Options { threads, ..Options::default() });
        assert!(done.is_ok());
        assert_eq!(rows[1].len(), 300);
    }
}

/// Most rows join with nothing, a few all with each other.
const SKEWED: &str = "
.decl a(h: number, x: number)
.decl p(x: number, y: number, h: number)
a(h, 0) :- h = range(1, 40000).
a(0, x) :- x = range(0, 3000).
p(x, y, h) :- a(h, x), a(h, y).
";

#[test]
fn limits_hold_where_a_few_rows_give_most_of_all() {
    let all = 40_000 - 1 + 3_000 * 3_000;
    let limits = [
        Options { tuples: Some(200_000), ..Options::default() },
        Options { memory: Some(20 << 20), ..Options::default() },
    ];
    for limit in limits {
        for threads in [1, 2] {
            let (done, rows) = run(SKEWED, &Options { threads, ..limit.clone() });
            assert!(done.is_err(), "{threads}");
            assert!(rows[1].len() < all / 4, "{threads}: {}", rows[1].len());
        }
    }
}

#[test]
fn rows_that_one_thread_had_to_finish_are_those_of_one_thread() {
    let text = SKEWED.replace("3000", "1500");
    let limit = |threads| Options { threads, tuples: Some(3_000_000), ..Options::default() };
    let (one, rows) = run(&text, &limit(1));
    assert!(one.is_ok());
    let (two, same) = run(&text, &limit(2));
    assert!(two.is_ok());
    assert!(rows == same);
}
