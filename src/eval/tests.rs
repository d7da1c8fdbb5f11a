use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::*;
use crate::analyze::program::Program;
use crate::analyze::{analyze, has_errors};
use crate::diag::SourceId;
use crate::syntax::parse;
use crate::value::RelationId;

/// A program from text, planned, with its facts in a database.
struct Loaded {
    program: Program,
    plan: Plan,
    database: Database,
    interner: Interner,
}

fn load(text: &str) -> Loaded {
    let (tree, problems) = parse(SourceId(0), text);
    assert!(!has_errors(&problems), "{problems:?}");
    let (program, problems) = analyze(&[tree]);
    assert!(!has_errors(&problems), "{problems:?}");
    let mut interner = Interner::new();
    let plan = Plan::new(&program, &mut interner);
    let mut database = Database::new(&program);
    database.insert_facts(&program, &mut interner);
    Loaded { program, plan, database, interner }
}

impl Loaded {
    fn run(&mut self, options: &Options<'_>) -> Result<Report, Stopped> {
        evaluate(&self.plan, &mut self.database, &mut self.interner, options)
    }

    fn id(&self, name: &str) -> RelationId {
        let at = self.program.relations.iter().position(|relation| relation.name == name);
        RelationId::from(at.unwrap())
    }

    /// The tuples of a relation, sorted, columns apart by a blank.
    fn answers(&self, name: &str) -> Vec<String> {
        let id = self.id(name);
        let columns = &self.program.relations[id.index()].columns;
        let mut rows: Vec<Vec<crate::value::Constant>> = self
            .database
            .relation(id)
            .rows()
            .map(|row| {
                let constant = |(word, column): (_, &crate::analyze::program::Column)| {
                    self.interner.constant(word, column.primitive)
                };
                row.into_iter().zip(columns).map(constant).collect()
            })
            .collect();
        rows.sort_by(|a, b| a.partial_cmp_keys(b));
        rows.iter()
            .map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
            .collect()
    }
}

trait CompareKeys {
    fn partial_cmp_keys(&self, other: &Self) -> std::cmp::Ordering;
}

impl CompareKeys for Vec<crate::value::Constant> {
    fn partial_cmp_keys(&self, other: &Self) -> std::cmp::Ordering {
        use crate::value::Constant;
        let key = |constant: &Constant| match constant {
            Constant::Number(number) => (*number, String::new()),
            other => (0, other.to_string()),
        };
        self.iter().map(key).cmp(other.iter().map(key))
    }
}

/// The tuples of `r` after evaluation.
fn check(text: &str, expected: &[&str]) {
    let mut loaded = load(text);
    let report = loaded.run(&Options::default()).unwrap();
    assert_eq!(loaded.answers("r"), expected, "{}\n{}", loaded.plan, text);
    assert!(report.warnings.is_empty());
}

fn check_warned(text: &str, expected: &[&str], note: Note) {
    let mut loaded = load(text);
    let report = loaded.run(&Options::default()).unwrap();
    assert_eq!(loaded.answers("r"), expected);
    assert_eq!(report.warnings.iter().map(|w| w.note).collect::<Vec<_>>(), [note]);
}

const EDGES: &str = ".decl e(x: number, y: number)
    e(1, 2). e(2, 3). e(3, 4). e(4, 2). e(5, 5).\n";

#[test]
fn linear_recursion_reaches_everything_once() {
    check(
        &format!(
            "{EDGES} .decl r(x: number, y: number)
            r(x, y) :- e(x, y).
            r(x, z) :- r(x, y), e(y, z)."
        ),
        &[
            "1 2", "1 3", "1 4", "2 2", "2 3", "2 4", "3 2", "3 3", "3 4", "4 2", "4 3", "4 4",
            "5 5",
        ],
    );
}

#[test]
fn recursion_over_two_atoms_is_the_same() {
    check(
        &format!(
            "{EDGES} .decl r(x: number, y: number)
            r(x, y) :- e(x, y).
            r(x, z) :- r(x, y), r(y, z)."
        ),
        &[
            "1 2", "1 3", "1 4", "2 2", "2 3", "2 4", "3 2", "3 3", "3 4", "4 2", "4 3", "4 4",
            "5 5",
        ],
    );
}

#[test]
fn mutual_recursion_alternates() {
    check(
        ".decl even(n: number) .decl r(n: number)
        even(0).
        r(n + 1) :- even(n), n < 9.
        even(n + 1) :- r(n).",
        &["1", "3", "5", "7", "9"],
    );
}

#[test]
fn negation_sees_the_finished_stratum_below() {
    check(
        &format!(
            "{EDGES} .decl n(x: number) .decl reached(x: number) .decl r(x: number)
            n(x) :- e(x, _). n(y) :- e(_, y).
            reached(2). reached(y) :- reached(x), e(x, y).
            r(x) :- n(x), !reached(x)."
        ),
        &["1", "5"],
    );
}

#[test]
fn negation_with_wildcards_asks_for_any_row() {
    check(
        &format!(
            "{EDGES} .decl big(x: number, y: number, z: number) .decl r(x: number)
            big(x, y, 0) :- e(x, y), x < 4.
            r(x) :- e(x, _), !big(x, _, _)."
        ),
        &["4", "5"],
    );
}

#[test]
fn relations_without_columns_are_flags() {
    check(
        ".decl on() .decl off() .decl r(x: number)
        on().
        r(1) :- on(). r(2) :- !on(). r(3) :- !off(). r(4) :- off().",
        &["1", "3"],
    );
}

#[test]
fn a_variable_twice_in_an_atom_must_be_the_same() {
    check(&format!("{EDGES} .decl r(x: number) r(x) :- e(x, x)."), &["5"]);
    check(&format!("{EDGES} .decl r(x: number) r(x) :- e(x, y), !e(y, y)."), &["1", "2", "3", "4"]);
}

#[test]
fn equalities_with_constants_become_lookups() {
    let text = format!("{EDGES} .decl r(x: number) r(y) :- e(x, y), x = 3.");
    check(&text, &["4"]);
    assert!(load(&text).plan.to_string().contains("look up e by column 0 = 3"));
}

#[test]
fn an_atom_that_binds_nothing_needed_is_a_check() {
    let text = format!("{EDGES} .decl r(x: number) r(x) :- e(x, y), e(y, z).");
    check(&text, &["1", "2", "3", "4", "5"]);
    assert!(load(&text).plan.to_string().contains("keep if e by column 0 = y"));
}

#[test]
fn a_head_of_constants_needs_one_solution() {
    check(&format!("{EDGES} .decl r(x: symbol) r(\"yes\") :- e(_, _), e(_, y), y > 1."), &["yes"]);
}

#[test]
fn arithmetic_wraps_and_symbols_are_made() {
    check(
        r#".decl r(s: symbol, n: number)
        r(cat("a", to_string(3)), strlen("é") + 2 * 3 ^ 2).
        r(substr("Auction", 0, 3), 7 / 2 - 10 % 4).
        r("x", to_number("-12")).
        r("y", min(3, 1, 2) + max(10, 20)).
        r("w", 9223372036854775807 + x) :- x = 1."#,
        &["Auc 1", "a3 20", "w -9223372036854775808", "x -12", "y 21"],
    );
}

#[test]
fn what_has_no_value_yields_nothing_and_is_noted() {
    let facts = ".decl v(s: symbol, n: number) v(\"4\", 2). v(\"x\", 0). .decl r(n: number)\n";
    check_warned(&format!("{facts} r(8 / n) :- v(_, n)."), &["4"], Note::DivisionByZero);
    check_warned(&format!("{facts} r(to_number(s)) :- v(s, _)."), &["4"], Note::NotANumber);
    check_warned(&format!("{facts} r(1) :- v(s, _), match(\"(\", s)."), &[], Note::InvalidPattern);
}

#[test]
fn symbols_compare_by_their_text() {
    check(
        r#".decl s(x: symbol) s("b"). s("a"). s("c"). .decl r(x: symbol)
        r(x) :- s(x), x < "c", x > "a".
        r(cat("min ", m)) :- m = min x : { s(x) }.
        r(cat("has ", x)) :- s(x), contains("c", x).
        r(cat("matches ", x)) :- s(x), match("[ab]", x), !match("a", x)."#,
        &["b", "has c", "matches b", "min a"],
    );
}

#[test]
fn aggregates_range_over_a_group() {
    let facts = ".decl p(g: symbol, n: number) p(\"a\", 1). p(\"a\", 5). p(\"b\", 7).
        .decl g(x: symbol) g(\"a\"). g(\"b\"). g(\"c\"). .decl r(x: symbol, n: number)\n";
    check(&format!("{facts} r(x, n) :- g(x), n = count : {{ p(x, _) }}."), &["a 2", "b 1", "c 0"]);
    check(&format!("{facts} r(x, n) :- g(x), n = sum v : {{ p(x, v) }}."), &["a 6", "b 7", "c 0"]);
    check(&format!("{facts} r(x, n) :- g(x), n = max v : {{ p(x, v) }}."), &["a 5", "b 7"]);
    check(&format!("{facts} r(x, n) :- g(x), n = min v + 1 : {{ p(x, v) }}."), &["a 2", "b 8"]);
    check(&format!("{facts} r(\"all\", n) :- n = sum v : {{ p(_, v) }}."), &["all 13"]);
    check(&format!("{facts} r(x, n) :- p(x, n), n = max v : {{ p(x, v) }}."), &["a 5", "b 7"]);
}

#[test]
fn an_aggregate_can_hold_a_condition_and_another_aggregate() {
    check(
        &format!(
            "{EDGES} .decl n(x: number) n(x) :- e(x, _). n(y) :- e(_, y). .decl r(n: number)
            r(k) :- k = count : {{ n(x), 2 <= count : {{ e(_, x) }} }}."
        ),
        &["1"],
    );
}

#[test]
fn ranges_count_up_to_their_end() {
    check(".decl r(n: number) r(x) :- x = range(1, 4).", &["1", "2", "3"]);
    check(".decl r(n: number) r(x) :- x = range(5, 0, -2).", &["1", "3", "5"]);
}

#[test]
fn seventeen_columns_are_as_good_as_two() {
    let columns: Vec<String> = (0..17).map(|c| format!("c{c}: number")).collect();
    let facts: String = (0..30)
        .map(|i| {
            let words: Vec<String> = (0..17).map(|c| (i % (c + 2)).to_string()).collect();
            format!("w({}). ", words.join(", "))
        })
        .collect();
    let vars: Vec<String> = (0..17).map(|c| format!("v{c}")).collect();
    let vars = vars.join(", ");
    check(
        &format!(
            ".decl w({}) {facts} .decl x({0}) .decl r(n: number)
            x({vars}) :- w({vars}), v15 < 10.
            r(n) :- n = count : {{ x({vars}), w({vars}) }}.
            r(100 + n) :- n = count : {{ w({vars}), !x({vars}) }}.",
            columns.join(", ")
        ),
        &["20", "110"],
    );
}

#[test]
fn joins_larger_than_a_batch_are_complete() {
    check(
        ".decl n(x: number) n(x) :- x = range(0, 300). .decl r(n: number)
        .decl p(x: number, y: number) p(x, y) :- n(x), n(y), x < y.
        .decl q(x: number, z: number) q(x, z) :- p(x, y), p(y, z), z < x + 4.
        r(n) :- n = count : { p(_, _) }.
        r(n) :- n = count : { q(_, _) }.",
        // Distances 2 and 3.
        &["595", "44850"],
    );
}

#[test]
fn premises_have_smaller_rounds_than_conclusions() {
    let mut loaded = load(&format!(
        "{EDGES} .decl r(x: number, y: number) .decl n(x: number) .decl far(x: number)
        r(x, y) :- e(x, y).
        r(x, z) :- r(x, y), e(y, z).
        n(x) :- e(x, _).
        far(x) :- n(x), !r(x, 2)."
    ));
    loaded.run(&Options::default()).unwrap();
    let rank = |name: &str, tuple: &[u32]| {
        let relation = loaded.database.relation(loaded.id(name));
        let tuple: Vec<crate::value::Word> =
            tuple.iter().copied().map(crate::value::Word).collect();
        relation.rank(relation.find(&tuple).unwrap())
    };
    assert_eq!(rank("e", &[1, 2]), 0);
    assert!(rank("r", &[1, 2]) < rank("r", &[1, 3]));
    assert!(rank("r", &[1, 3]) < rank("r", &[1, 4]));
    assert!(rank("far", &[5]) > rank("r", &[1, 4]));
    assert!(rank("far", &[5]) > rank("n", &[5]));
}

#[test]
fn a_body_that_is_cut_concludes_in_each_round_what_the_whole_one_does() {
    // Where comparisons need the variables too, none dies and bodies stay whole.
    let program = |also: &str, facts: &str| {
        format!(
            ".decl load(y: number, x: number) .decl store(y: number, x: number)
            .decl p(y: number, x: number) .decl q(x: number, y: number)
            p(y, w) :- load(y, x), p(x, z), p(z, w){also}.
            p(y, w) :- store(x, z), p(x, y), p(z, w){also}.
            q(a, b) :- p(x, a), p(x, z), q(z, b){also}.
            q(a, b) :- p(a, b), load(b, _).
            p(a, b) :- q(a, b), load(a, b).
            {facts}"
        )
    };
    let mut seed = 7_u64;
    let mut below = |bound: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % bound
    };
    for (words, step, count) in [(6, 1, 8), (40, 1, 30), (300, 1, 110), (300, 9_001, 110)] {
        let mut facts = String::new();
        for name in ["p", "p", "load", "store"] {
            for _ in 0..count {
                let (one, other) = (below(words), below(words));
                facts.push_str(&format!("{name}({}, {}).\n", one * step, other * step));
            }
        }
        let (mut cut, mut whole) =
            (load(&program("", &facts)), load(&program(", x >= 0, z >= 0", &facts)));
        let helpers = |plan: &Plan| plan.strata.iter().map(|it| it.helpers.len()).sum::<usize>();
        assert_eq!((helpers(&cut.plan), helpers(&whole.plan)), (3, 0));
        let mut threads = load(&program("", &facts));
        let report = cut.run(&Options::default()).unwrap();
        let other = whole.run(&Options::default()).unwrap();
        assert_eq!((report.derived, report.rounds), (other.derived, other.rounds));
        assert_eq!(threads.run(&Options { threads: 2, ..Options::default() }).unwrap(), report);
        for name in ["p", "q"] {
            let id = cut.id(name);
            let of = |loaded: &Loaded, round: u32| {
                let relation = loaded.database.relation(id);
                let rows = relation.round_range(round);
                let mut rows: Vec<Vec<_>> = rows.map(|row| relation.row(row).collect()).collect();
                rows.sort();
                rows
            };
            for round in 0..=cut.database.round() {
                assert_eq!(of(&cut, round), of(&whole, round), "{name} in round {round}");
            }
            assert!(cut.database.relation(id).rows().eq(threads.database.relation(id).rows()));
        }
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let text = ".decl n(x: number) n(x) :- x = range(0, 400).
        .decl p(x: number, y: number) p(x, y) :- n(x), n(y).
        .decl r(x: number, y: number) r(x, y) :- p(x, y), p(y, x), x < 200.
        .decl t(x: number, y: number) t(x, y) :- r(x, y), !r(y, x). t(x, y) :- t(y, x).";
    let mut one = load(text);
    let mut two = load(text);
    let first = one.run(&Options::default()).unwrap();
    let second = two.run(&Options { threads: 2, ..Options::default() }).unwrap();
    assert_eq!(first, second);
    for name in ["r", "t"] {
        let (one, two) = (one.database.relation(one.id(name)), two.database.relation(two.id(name)));
        assert_eq!(one.len(), 80_000);
        assert!(one.rows().eq(two.rows()));
    }
}

#[test]
fn limits_stop_an_endless_program_and_say_which() {
    let text = ".decl r(n: number) r(0). r(n + 1) :- r(n).";
    let stopped = |options: &Options<'_>| {
        let mut loaded = load(text);
        let stopped = loaded.run(options).unwrap_err();
        let relation = loaded.database.relation(loaded.id("r"));
        assert!(!relation.is_complete());
        assert_eq!(relation.len(), stopped.report.derived + 1);
        stopped.reason
    };
    let limit = Options { tuples: Some(1000), ..Options::default() };
    assert_eq!(stopped(&limit), StopReason::Tuples(1000));
    let limit = Options { rounds: Some(50), ..Options::default() };
    assert_eq!(stopped(&limit), StopReason::Rounds(50));
    let limit = Options { memory: Some(1 << 20), ..Options::default() };
    assert_eq!(stopped(&limit), StopReason::Memory(1 << 20));
    let time = Duration::from_millis(5);
    let limit = Options { time: Some(time), ..Options::default() };
    assert_eq!(stopped(&limit), StopReason::Time(time));
    let flag = AtomicBool::new(true);
    let limit = Options { interrupt: Some(&flag), ..Options::default() };
    assert_eq!(stopped(&limit), StopReason::Interrupted);
}

#[test]
fn what_no_fact_can_change_is_evaluated_once_and_shared() {
    let loaded = load(
        ".decl known(x: number, y: number) known(1, 2). known(2, 3).
        .decl closed(x: number, y: number)
        closed(x, y) :- known(x, y). closed(x, z) :- closed(x, y), known(y, z).
        .decl said(x: number)
        .decl r(x: number, y: number) r(x, y) :- said(x), closed(x, y).",
    );
    let (said, r) = (loaded.id("said"), loaded.id("r"));
    let Loaded { plan, mut database, mut interner, .. } = loaded;
    let (shared, own) = plan.split(&[said]);
    assert_eq!(shared.len() + own.len(), plan.strata.len());
    let options = Options::default();
    let mut evaluator = Evaluator::new(&plan);
    evaluator.run(shared, &mut database, &mut interner, &options, &mut Silent).unwrap();
    let base = Arc::new(database);
    let mut layer = Database::over(Arc::clone(&base));
    for (fact, expected) in [(1, 2), (2, 1), (3, 0)] {
        layer.reset();
        layer.insert(said, &[crate::value::Word(fact)]);
        evaluator
            .run(own.iter().copied(), &mut layer, &mut interner, &options, &mut Silent)
            .unwrap();
        assert_eq!(layer.relation(r).len(), expected);
    }
    assert!(base.relation(r).is_empty());
    assert_eq!(plan.needed(&[said]).len(), 1);
}

#[test]
fn texts_that_double_are_stopped_before_they_fill_the_memory() {
    // One tuple a round, each with a text of twice the length; one rule that makes many long ones at once.
    let double = r#".decl p(x: symbol, n: number) p("aaaaaaaaaaaaaaaa", 0).
        p(cat(x, x), n + 1) :- p(x, n), n < 40."#;
    let many = r#".decl n(x: number) n(x) :- x = range(0, 900).
        .decl long(x: symbol, n: number) long("aaaaaaaaaaaaaaaa", 0).
        long(cat(x, x), n + 1) :- long(x, n), n < 12.
        .decl p(x: symbol) p(cat(to_string(i), x)) :- long(x, 12), n(i)."#;
    for text in [double, many] {
        let mut loaded = load(text);
        let most = 4 << 20;
        let stopped =
            loaded.run(&Options { memory: Some(most), ..Options::default() }).unwrap_err();
        assert_eq!(stopped.reason, StopReason::Memory(most));
        assert!(loaded.interner.text_bytes() < 3 * most, "{}", loaded.interner.text_bytes());
    }
}
