//! Every proof goes through the checker that trusts nobody, and every why-not names conditions that
//! really fail: on all that derives from the shipped designs, and on random programs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use archlog::analyze::program::Program;
use archlog::diag::Span;
use archlog::eval::{Limits, Options as EvalOptions, StopReason, evaluate};
use archlog::explain::check::{World, check};
use archlog::explain::{
    Absence, Never, Node, NodeKind, Origin, Root, State, Subject, Unproved, Why, WhyNot, tree,
};
use archlog::plan::Plan;
use archlog::report::Look;
use archlog::report::explanation::{self, Extent};
use archlog::report::tree::{StepKind, Tree};
use archlog::session::Session;
use archlog::store::Database;
use archlog::value::{Constant, Interner, RelationId, Word};
use proptest::collection::vec;
use proptest::prelude::*;

use common::{config, program, random};

/// Plain contents of relations.
struct Plain {
    relations: Vec<Vec<Vec<Constant>>>,
    given: Vec<Vec<Vec<Constant>>>,
}

impl World for Plain {
    fn tuples(&self, relation: RelationId) -> &[Vec<Constant>] {
        &self.relations[relation.index()]
    }

    fn is_given(&self, relation: RelationId, tuple: &[Constant]) -> bool {
        self.given[relation.index()].iter().any(|given| given == tuple)
    }
}

/// The contents of a derived session, as the checker wants them: every fact of a relation that no
/// rule concludes was given.
fn plain(session: &Session) -> Plain {
    let program = &session.rulebook().program;
    let relations: Vec<Vec<Vec<Constant>>> =
        (0..program.relations.len()).map(|id| session.rows(RelationId::from(id), 0)).collect();
    let concluded: BTreeSet<RelationId> =
        program.rules.iter().map(|rule| rule.head.relation).collect();
    let mut given = relations.clone();
    for (id, facts) in given.iter_mut().enumerate() {
        if concluded.contains(&RelationId::from(id)) {
            let written = program.facts.iter().filter(|fact| fact.relation.index() == id);
            *facts = written.map(|fact| fact.values.clone()).collect();
        }
    }
    Plain { relations, given }
}

#[test]
fn every_fact_of_every_design_has_a_proof_that_checks() {
    let mut proved = 0;
    for as_written in [false, true] {
        let rulebook = common::rulebook(as_written);
        for path in common::files("designs", "dl") {
            let mut session = Session::new(std::sync::Arc::clone(&rulebook));
            session.open(&path);
            session.derive(&EvalOptions::default()).unwrap();
            let plain = plain(&session);
            let explained = session.explained(0).unwrap();
            let mut why = Why::new(&explained);
            for id in (0..rulebook.program.relations.len()).map(RelationId::from) {
                if explained.hidden(id) == 0 {
                    continue;
                }
                for row in 0..explained.database().relation(id).len() {
                    let proof = why.proof(id, row);
                    let name = &rulebook.program.relations[id.index()].name;
                    if let Err(fault) = check(&rulebook.program, &plain, &proof) {
                        let drawn = tree::of_proof(&explained, &proof);
                        panic!("{path:?} {name} row {row}: {fault}\n{drawn:#?}");
                    }
                    proved += 1;
                }
            }
        }
    }
    assert!(proved > 10_000, "{proved}");
}

#[test]
fn proofs_check_after_changes_too_and_are_those_of_deriving_from_nothing() {
    let rulebook = common::rulebook(false);
    let mut seed = 7_u64;
    let mut random = |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % bound.max(1)
    };
    for name in ["hotel-booking.dl"] {
        let mut session = Session::new(std::sync::Arc::clone(&rulebook));
        session.open(&common::root().join("designs").join(name));
        session.derive(&EvalOptions::default()).unwrap();
        let whole = session.designs()[0].facts.clone();
        for round in 0..4 {
            // Some of its facts, in another order now and then.
            let mut facts: Vec<_> =
                whole.iter().filter(|_| random(12) > 0).cloned().collect::<Vec<_>>();
            if round % 2 == 1 {
                let middle = random(facts.len());
                facts.rotate_left(middle);
            }
            session.restate(0, facts.clone());
            session.derive(&EvalOptions::default()).unwrap();
            let mut fresh = Session::new(std::sync::Arc::clone(&rulebook));
            fresh.open(&common::root().join("designs").join(name));
            fresh.restate(0, facts);
            fresh.derive(&EvalOptions::default()).unwrap();
            let (plain, explained) = (plain(&session), session.explained(0).unwrap());
            let other = fresh.explained(0).unwrap();
            let (mut why, mut again) = (Why::new(&explained), Why::new(&other));
            for id in (0..rulebook.program.relations.len()).map(RelationId::from) {
                if explained.hidden(id) == 0 {
                    continue;
                }
                assert_eq!(session.rows(id, 0), fresh.rows(id, 0), "{name}, round {round}");
                let rows = explained.database().relation(id).len();
                for row in (0..rows).filter(|row| rows < 9 || row % 11 == 0) {
                    let proof = why.proof(id, row);
                    check(&rulebook.program, &plain, &proof).unwrap();
                    let drawn = tree::of_proof(&explained, &proof);
                    let fresh = tree::of_proof(&other, &again.proof(id, row));
                    assert_eq!(drawn, fresh, "{name}, round {round}");
                }
            }
        }
    }
}

/// A program of its own as something to be explained.
struct Alone<'a> {
    program: &'a Program,
    database: Database,
    interner: std::sync::Arc<Interner>,
    /// Relations that a design would state.
    stated: Vec<RelationId>,
}

impl Subject for Alone<'_> {
    fn program(&self) -> &Program {
        self.program
    }

    fn database(&self) -> &Database {
        &self.database
    }

    fn interner(&self) -> Interner {
        Interner::over(std::sync::Arc::clone(&self.interner))
    }

    fn hidden(&self, _relation: RelationId) -> usize {
        0
    }

    fn is_stated(&self, relation: RelationId) -> bool {
        self.stated.contains(&relation)
    }

    fn origin(&self, _relation: RelationId, _row: usize) -> Origin {
        Origin::Unplaced
    }

    fn place(&self, _span: Span) -> (String, u32) {
        (String::new(), 0)
    }
}

impl<'a> Alone<'a> {
    fn derive(program: &'a Program, facts: &common::Facts) -> (Self, Plain) {
        Self::derive_in(Database::new(program), program, facts)
    }

    fn derive_in(
        mut database: Database,
        program: &'a Program,
        facts: &common::Facts,
    ) -> (Self, Plain) {
        let mut interner = Interner::new();
        database.insert_facts(program, &mut interner);
        for (relation, values) in facts {
            let tuple: Vec<Word> = values.iter().map(|value| interner.intern(value)).collect();
            database.insert(*relation, &tuple);
        }
        let given = contents(program, &database, &interner);
        let plan = Plan::new(program, &mut interner);
        evaluate(&plan, &mut database, &mut interner, &EvalOptions::default()).unwrap();
        let relations = contents(program, &database, &interner);
        let interner = std::sync::Arc::new(interner);
        (Alone { program, database, interner, stated: Vec::new() }, Plain { relations, given })
    }
}

fn contents(
    program: &Program,
    database: &Database,
    interner: &Interner,
) -> Vec<Vec<Vec<Constant>>> {
    let relations = program.relations.iter().enumerate();
    relations
        .map(|(id, declared)| {
            let relation = database.relation(RelationId::from(id));
            (0..relation.len())
                .map(|row| {
                    let words = relation.row(row).zip(&declared.columns);
                    words.map(|(word, column)| interner.constant(word, column.primitive)).collect()
                })
                .collect()
        })
        .collect()
}

/// The steps of a proof of the only fact of a relation that has these values, checked.
fn proved(text: &str, relation: &str, values: &[Constant]) -> Vec<NodeKind> {
    let program = program(text);
    let (alone, plain) = Alone::derive(&program, &Vec::new());
    let mut why = Why::new(&alone);
    let (id, row) = row_of(&alone, relation, values);
    let proof = why.proof(id, row);
    check(&program, &plain, &proof).unwrap();
    proof.nodes.into_iter().map(|node| node.kind).collect()
}

fn row_of(alone: &Alone<'_>, relation: &str, values: &[Constant]) -> (RelationId, usize) {
    let id = alone.program.relations.iter().position(|it| it.name == relation).unwrap();
    let id = RelationId::from(id);
    let wanted: Vec<Word> = values.iter().map(|it| alone.interner.find(it).unwrap()).collect();
    (id, alone.database.relation(id).find(&wanted).unwrap())
}

const COUNTING: &str = ".decl n(x: number) .decl far(x: number, d: unsigned) .decl back(x: number)
    n(0). far(7, 0u).
    n(x + 1) :- n(x), x < 3000.
    far(x, 1u + d) :- far(x, d), d < 50u.
    back(100 - x) :- n(x), x < 20.";

#[test]
fn a_computed_head_is_turned_round() {
    // Without that every step would look at every other: this would take minutes.
    assert_eq!(proved(COUNTING, "n", &[Constant::Number(3000)]).len(), 3000 * 2 + 1);
    let far = proved(COUNTING, "far", &[Constant::Number(7), Constant::Unsigned(50)]);
    assert_eq!(far.len(), 50 * 2 + 1);
    let back = proved(COUNTING, "back", &[Constant::Number(81)]);
    assert!(matches!(&back[0], NodeKind::Derived { others, .. } if others.count == 0));
}

#[test]
fn powers_and_numbers_in_text_are_proved_as_they_are_derived() {
    let text = r#".decl in(x: number, y: number, text: symbol) .decl out(x: number, n: number)
        in(3, 9223372036854775807, "+3"). in(2, -1, "0x1f"). in(-1, -3, "-0b11").
        out(x ^ y, to_number(text)) :- in(x, y, text)."#;
    let program = program(text);
    let (alone, plain) = Alone::derive(&program, &Vec::new());
    assert_eq!(alone.database.relation(RelationId(1)).len(), 3);
    let mut why = Why::new(&alone);
    for row in 0..3 {
        check(&program, &plain, &why.proof(RelationId(1), row)).unwrap();
    }
}

#[test]
fn an_explanation_that_is_stopped_says_what_it_does_not_know() {
    let program = program(COUNTING);
    let (alone, plain) = Alone::derive(&program, &Vec::new());
    let stop = AtomicBool::new(true);
    let options = EvalOptions { interrupt: Some(&stop), ..EvalOptions::default() };
    let mut why = Why::new(&alone);
    why.limit(Limits::start(&options));
    let (id, row) = row_of(&alone, "n", &[Constant::Number(3000)]);
    let proof = why.proof(id, row);
    assert_eq!(why.stopped(), Some(StopReason::Interrupted));
    let unproved =
        |node: &Node| matches!(node.kind, NodeKind::Unproved { reason: Unproved::Stopped, .. });
    assert_eq!(proof.nodes.iter().filter(|node| unproved(node)).count(), 1);
    assert!(proof.nodes.len() > 50, "what was found is kept");
    assert!(check(&program, &plain, &proof).unwrap_err().contains("not proved"));
    let drawn = tree::of_opened_proof(&mut why, &proof, false);
    assert!(drawn.steps.iter().any(|step| step.kind == StepKind::Unexplained));
    // A search that breaks off calls nothing missing that it has not looked at.
    let wanted = why.solver().interner_mut().intern(&Constant::Number(4000));
    let answer = why.why_not(id, vec![Some(wanted)]);
    assert!(answer.cut && answer.missing[0].cut && answer.missing[0].attempts.is_empty());
    let drawn = tree::of_why_not(&alone, &answer, false);
    assert_eq!(drawn.summary, "not derived; the search stopped before it said why");
}

#[test]
fn a_derived_fact_without_a_derivation_is_never_called_given() {
    // The sum of 0.1, 0.2 and 0.3 depends on their order. A database that holds another sum stands
    // for an evaluation that added them in another order.
    let text = ".decl part(x: float) .decl total(x: float) .decl twice(x: float)
        part(0.1). part(0.2). part(0.3).
        total(s) :- s = sum x : { part(x) }.
        twice(x) :- total(s), x = s * 2.0.";
    let program = program(text);
    let (mut alone, _) = Alone::derive(&program, &Vec::new());
    let mut interner = (*alone.interner).clone();
    let other = interner.intern(&Constant::Float(0.6));
    alone.interner = std::sync::Arc::new(interner);
    for relation in [RelationId(1), RelationId(2)] {
        alone.database.begin_round();
        alone.database.insert_batch(relation, &[vec![other]], 1, &mut Vec::new());
    }
    let mut why = Why::new(&alone);
    for (relation, expected) in [(RelationId(1), Unproved::Order), (RelationId(2), Unproved::Fault)]
    {
        let row = alone.database.relation(relation).find(&[other]).unwrap();
        let proof = why.proof(relation, row);
        let root = &proof.node(proof.root());
        assert!(
            matches!(root, NodeKind::Unproved { reason, .. } if *reason == expected),
            "{root:?}"
        );
    }
}

#[test]
fn an_absence_opens_once_and_a_large_one_says_that_it_is_cut() {
    // Each level is missing for want of two, and both want the next: 2^n ways down.
    let levels = |n: usize| {
        let mut text = String::from(
            ".decl in(x: number) in(1). .decl end(x: number)
",
        );
        for level in 0..=n {
            text.push_str(&format!(
                ".decl a{level}(x: number) .decl b{level}(x: number) .decl c{level}(x: number)
"
            ));
            let next = if level == n { "end".to_owned() } else { format!("a{}", level + 1) };
            text.push_str(&format!(
                "a{level}(x) :- b{level}(x), c{level}(x).
                 b{level}(x) :- {next}(x).
c{level}(x) :- {next}(x).
"
            ));
        }
        text.push_str(
            ".decl one(x: number) .decl two(x: number) .decl out(x: number)
            one(x) :- in(x), !a0(x). two(x) :- in(x), !a0(x). out(x) :- one(x), two(x).",
        );
        text
    };
    for (n, cut) in [(20, false), (150, true)] {
        let program = program(&levels(n));
        let (alone, plain) = Alone::derive(&program, &Vec::new());
        let mut why = Why::new(&alone);
        let (id, row) = row_of(&alone, "out", &[Constant::Number(1)]);
        let proof = why.proof(id, row);
        check(&program, &plain, &proof).unwrap();
        let drawn = tree::of_opened_proof(&mut why, &proof, false);
        let said = drawn.notes.iter().any(|note| note.contains("not every absence is opened"));
        assert_eq!(said, cut, "{:?}", drawn.notes);
        assert!(drawn.steps.len() < 1500, "{}", drawn.steps.len());
        let absent: BTreeSet<usize> = drawn
            .steps
            .iter()
            .flat_map(|step| &step.children)
            .copied()
            .filter(|step| drawn.steps[*step].atom == "!a0(1)")
            .collect();
        assert_eq!(absent.len(), 1, "equal absences are one step");
        let text = explanation::text(&drawn, Look::default(), Extent::Folded);
        assert!(text.contains("↑ "), "{text}");
        assert!(text.contains("failed: ") && text.contains("below what is absent"), "{text}");
    }
}

#[test]
fn a_row_that_can_never_hold_is_passed_by_and_said_to_be_one() {
    let design = common::root().join("designs/auction.dl");
    for as_written in [false, true] {
        let mut session = Session::new(common::rulebook(as_written));
        session.open(&design);
        session.derive(&EvalOptions::default()).unwrap();
        let explained = session.explained(0).unwrap();
        let pattern = session.pattern(r#"base_mechanism("place_bid", "Saga")"#).unwrap();
        let mut why = Why::new(&explained);
        let interner = why.solver().interner_mut();
        let words = explained.words(0, pattern.relation, &pattern.values, interner);
        let answer = why.why_not(pattern.relation, words);
        let drawn = tree::of_why_not(&explained, &answer, false);
        let atoms: Vec<&str> = drawn.steps.iter().map(|step| step.atom.as_str()).collect();
        let first = &answer.missing[0].attempts[0];
        if as_written {
            assert_eq!(first.never, Some(Never::Alone));
            assert!(drawn.summary.contains("can never hold"), "{}", drawn.summary);
        } else {
            assert_eq!(first.never, None);
            assert!(atoms.contains(&r#"write_shape_row(15, "place_bid")"#), "{atoms:#?}");
            assert!(!atoms.contains(&r#"write_shape_row(10, "place_bid")"#));
            let all = tree::of_why_not(&explained, &answer, true);
            let said = all.steps.iter().flat_map(|step| &step.details);
            let said: Vec<&str> = said.map(|detail| detail.text.as_str()).collect();
            assert!(
                said.iter().any(|text| text.contains(r#"together with the rest: repairable("place_bid")"#)),
                "{said:#?}"
            );
        }
    }
}

/// The why-not of a fact of a program in which a design states some relations.
fn why_not(text: &str, stated: &[&str], relation: &str, value: &str) -> (WhyNot, Tree) {
    let program = program(text);
    let id =
        |name: &str| program.relations.iter().position(|r| r.name == name).map(RelationId::from);
    let (mut alone, _) = Alone::derive(&program, &Vec::new());
    alone.stated = stated.iter().filter_map(|name| id(name)).collect();
    let mut why = Why::new(&alone);
    let word = why.solver().interner_mut().intern(&Constant::Symbol(value.into()));
    let answer = why.why_not(id(relation).unwrap(), vec![Some(word)]);
    let drawn = tree::of_why_not(&alone, &answer, true);
    (answer, drawn)
}

#[test]
fn what_one_row_rules_out_is_not_said_of_the_rule() {
    let text = ".decl vv(v: number) .decl allowedv(v: number) .decl on(r: symbol)
        .decl bb(r: symbol, v: number) .decl cc(r: symbol, v: number) .decl goalx(r: symbol)
        vv(1). vv(2). allowedv(2).
        goalx(\"w\") :- vv(v), bb(_, v), cc(_, v).
        bb(\"z\", 1) :- on(_).
        bb(r, 2) :- on(r).
        cc(r, v) :- allowedv(v), on(r).";
    let (answer, drawn) = why_not(text, &["on"], "goalx", "w");
    assert!(!drawn.summary.contains("never"), "{}", drawn.summary);
    assert!(answer.missing[0].attempts.iter().all(|it| it.never != Some(Never::Alone)));
}

#[test]
fn rows_that_do_not_fit_do_not_count_for_the_limit() {
    let mut text = String::from(
        ".decl pr(a: number, b: number) .decl on(r: symbol) .decl qq(r: symbol)
        qq(\"w\") :- pr(x, x), on(\"w\"). pr(500, 500) :- on(_). on(\"v\").",
    );
    (0..100).for_each(|n| text.push_str(&format!("pr({n}, {}).\n", n + 1)));
    let (answer, _) = why_not(&text, &["on"], "qq", "w");
    assert_eq!(answer.missing[0].attempts[0].holding(), 1);
}

#[test]
fn what_is_in_the_way_opens_into_what_would_take_it_away() {
    let text = ".decl on(r: symbol) .decl sign(r: symbol) .decl lacks(r: symbol)
        .decl fits(r: symbol) .decl holds(r: symbol)
        on(\"w\"). holds(r) :- on(r), sign(r). lacks(r) :- on(r), !holds(r). fits(r) :- on(r), !lacks(r).";
    let (answer, _) = why_not(text, &["on", "sign"], "fits", "w");
    let roots = answer.roots(true);
    assert!(matches!(roots.as_slice(), [Root::NeverStated(_)]), "{roots:?}");
}

#[test]
fn what_somebody_names_is_no_nearer_than_what_can_hold_by_itself() {
    let text =
        ".decl called(r: symbol) .decl one(r: symbol) .decl two(r: symbol) .decl kind(r: symbol)
        /// @named
        kind(r) :- called(r).
        kind(r) :- one(r), two(r).";
    let wanted = |stated: &[&str]| {
        let (answer, _) = why_not(text, stated, "kind", "w");
        answer.missing[0].attempts[0].conditions.len()
    };
    assert_eq!(wanted(&["called", "one", "two"]), 2);
    assert_eq!(wanted(&["called", "one"]), 1, "nothing can state `two`");
}

fn missing_is_missing(sample: &random::Sample, pick: u32) -> Result<(), TestCaseError> {
    let program = program(&sample.text);
    let (alone, plain) = Alone::derive(&program, &Vec::new());
    let mut why = Why::new(&alone);
    for id in (0..program.relations.len()).map(RelationId::from) {
        let columns = &program.relations[id.index()].columns;
        // A tuple put together from values that occur in its columns' types.
        let wanted: Vec<Option<Word>> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let known = plain.relations.iter().flatten().flatten();
                let known: Vec<&Constant> =
                    known.filter(|value| value.primitive() == column.primitive).collect();
                let value = known.get((pick as usize).wrapping_mul(at + 7) % known.len().max(1))?;
                Some(why.solver().interner_mut().intern(value))
            })
            .collect();
        if !alone.database.relation(id).matching(&wanted).is_empty() {
            continue;
        }
        let answer = why.why_not(id, wanted);
        for missing in &answer.missing {
            let tuples = &plain.relations[missing.fact.relation.index()];
            let there = tuples.iter().find(|tuple| {
                let pairs = missing.fact.values.iter().zip(tuple.iter());
                pairs.clone().all(|(known, value)| known.as_ref().is_none_or(|k| k == value))
            });
            prop_assert!(there.is_none(), "{:?} is there\n{}", missing.fact, sample.text);
            let concluded = program.rules.iter().any(|r| r.head.relation == missing.fact.relation);
            prop_assert_eq!(missing.absence == Absence::Underivable, concluded);
            for attempt in &missing.attempts {
                // A rule whose conditions all held would have concluded the fact.
                let fails = attempt.conditions.iter().any(|c| !matches!(c.state, State::Holds(_)));
                prop_assert!(fails, "{attempt:?} does not fail\n{}", sample.text);
                for condition in &attempt.conditions {
                    if let State::InTheWay { facts, .. } = &condition.state {
                        prop_assert!(!facts.is_empty());
                    }
                }
            }
        }
    }
    Ok(())
}

#[test]
fn every_fact_of_the_other_constructs_has_a_proof_that_checks() {
    for name in ["records", "branches", "equivalence", "choices", "components_that_inherit"] {
        let text = common::read(&format!("tests/programs/{name}/program.dl"));
        every_fact_has_a_proof(&random::Sample { text });
    }
}

fn every_fact_has_a_proof(sample: &random::Sample) {
    let program = program(&sample.text);
    let (alone, plain) = Alone::derive(&program, &Vec::new());
    let mut why = Why::new(&alone);
    for id in (0..program.relations.len()).map(RelationId::from) {
        for row in 0..alone.database.relation(id).len() {
            let proof = why.proof(id, row);
            if let Err(fault) = check(&program, &plain, &proof) {
                let name = &program.relations[id.index()].name;
                panic!("{name} row {row}: {fault}\n{}\n{proof:#?}", sample.text);
            }
        }
    }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn results_are_the_same_with_explanation_on_and_off(sample in random::programs()) {
        let program = program(&sample.text);
        let (on, _) = Alone::derive(&program, &Vec::new());
        let (off, _) = Alone::derive_in(Database::unranked(&program), &program, &Vec::new());
        let of = |alone: &Alone<'_>| contents(&program, &alone.database, &alone.interner);
        // Debug text, for there may be floats that are no numbers.
        let before = format!("{:?}", of(&on));
        prop_assert_eq!(&before, &format!("{:?}", of(&off)));
        let mut why = Why::new(&on);
        for id in (0..program.relations.len()).map(RelationId::from) {
            for row in 0..on.database.relation(id).len() {
                let proof = why.proof(id, row);
                tree::of_opened_proof(&mut why, &proof, true);
            }
        }
        prop_assert_eq!(before, format!("{:?}", of(&on)));
    }

    #[test]
    fn what_can_never_hold_never_does(sample in random::programs(), more in vec((any::<u8>(), any::<[u8; 3]>()), 1..40)) {
        let program = program(&sample.text);
        let (mut alone, plain) = Alone::derive(&program, &Vec::new());
        // Other facts of relations that no rule concludes, from values that are there.
        let values: Vec<Constant> = plain.relations.iter().flatten().flatten().cloned().collect();
        let base: Vec<RelationId> = (0..program.relations.len())
            .map(RelationId::from)
            .filter(|id| program.rules.iter().all(|rule| rule.head.relation != *id))
            .collect();
        // Half of them can be stated, so the others can never change.
        let base: Vec<RelationId> = base.into_iter().step_by(2).collect();
        alone.stated.clone_from(&base);
        let mut facts = common::Facts::new();
        for (which, picks) in &more {
            let Some(id) = base.get(*which as usize % base.len().max(1)) else { continue };
            let columns = &program.relations[id.index()].columns;
            let tuple: Option<Vec<Constant>> = columns.iter().zip(picks.iter().cycle()).map(|(column, pick)| {
                let fitting: Vec<&Constant> =
                    values.iter().filter(|value| value.primitive() == column.primitive).collect();
                fitting.get(*pick as usize % fitting.len().max(1)).map(|value| (*value).clone())
            }).collect();
            facts.extend(tuple.map(|tuple| (*id, tuple)));
        }
        let (other, _) = Alone::derive(&program, &facts);
        let mut why = Why::new(&alone);
        for id in (0..program.relations.len()).map(RelationId::from) {
            for row in 0..other.database.relation(id).len() {
                let columns = &program.relations[id.index()].columns;
                let wanted: Vec<Option<Word>> = other.database.relation(id).row(row).zip(columns).map(|(word, column)| {
                    let value = other.interner.constant(word, column.primitive);
                    Some(why.solver().interner_mut().intern(&value))
                }).collect();
                if !alone.database.relation(id).matching(&wanted).is_empty() {
                    continue;
                }
                let answer = why.why_not(id, wanted);
                let attempts = &answer.missing[0].attempts;
                let never = !attempts.is_empty() && attempts.iter().all(|it| it.never == Some(Never::Alone));
                prop_assert!(!never, "{:?} can hold\n{}", answer.missing[0].fact, sample.text);
            }
        }
    }

    #[test]
    fn every_fact_that_was_chosen_has_a_proof_that_checks(sample in random::guarded_programs(false)) {
        // What was concluded from a tuple that went has lost a premise: none goes here.
        every_fact_has_a_proof(&sample);
    }

    #[test]
    fn every_fact_of_a_random_program_has_a_proof_that_checks(sample in random::programs()) {
        every_fact_has_a_proof(&sample);
    }

    #[test]
    fn what_a_why_not_says_is_missing_is_missing(sample in random::programs(), pick in any::<u32>()) {
        missing_is_missing(&sample, pick)?;
    }

    #[test]
    fn what_was_not_chosen_is_missing_for_that_reason(sample in random::guarded_programs(false), pick in any::<u32>()) {
        missing_is_missing(&sample, pick)?;
    }
}
