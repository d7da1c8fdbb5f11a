//! Every proof goes through the checker that trusts nobody, and every why-not names conditions that
//! really fail: on all that derives from the shipped designs, and on random programs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::BTreeSet;

use archlog::analyze::program::Program;
use archlog::diag::Span;
use archlog::eval::{Options as EvalOptions, evaluate};
use archlog::explain::check::{World, check};
use archlog::explain::{Absence, Origin, State, Subject, Why, tree};
use archlog::plan::Plan;
use archlog::session::Session;
use archlog::store::Database;
use archlog::value::{Constant, Interner, RelationId, Word};
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
            let explained = session.explained().unwrap();
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

/// A program of its own as something to be explained.
struct Alone<'a> {
    program: &'a Program,
    database: Database,
    interner: std::sync::Arc<Interner>,
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

    fn is_stated(&self, _relation: RelationId) -> bool {
        false
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
        let mut interner = Interner::new();
        let mut database = Database::new(program);
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
        (Alone { program, database, interner }, Plain { relations, given })
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

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn every_fact_of_a_random_program_has_a_proof_that_checks(sample in random::programs()) {
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

    #[test]
    fn what_a_why_not_says_is_missing_is_missing(sample in random::programs(), pick in any::<u32>()) {
        let program = program(&sample.text);
        let (alone, plain) = Alone::derive(&program, &Vec::new());
        let mut why = Why::new(&alone);
        for id in (0..program.relations.len()).map(RelationId::from) {
            let columns = &program.relations[id.index()].columns;
            // A tuple put together from values that occur in its columns' types.
            let wanted: Vec<Option<Word>> = columns.iter().enumerate().map(|(at, column)| {
                let known = plain.relations.iter().flatten().flatten();
                let known: Vec<&Constant> =
                    known.filter(|value| value.primitive() == column.primitive).collect();
                let value = known.get((pick as usize).wrapping_mul(at + 7) % known.len().max(1))?;
                Some(why.solver().interner_mut().intern(value))
            }).collect();
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
    }
}
