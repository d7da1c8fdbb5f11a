//! The engine and its slow twin agree: on the rulebook over the shipped designs and random ones,
//! and on random programs. Of every tuple the engine's rank is true as well: it follows from
//! tuples of smaller rank.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::BTreeSet;

use archlog::analyze::facts::StatedFact;
use archlog::analyze::program::Program;
use archlog::analyze::worlds::{self, WORLD};
use archlog::eval::Options as EvalOptions;
use archlog::session::Session;
use archlog::syntax::printer::Quoted;
use archlog::value::{Constant, Primitive, RelationId};
use common::naive::{self, Relations};
use common::random::{guarded_programs, programs};
use common::values::Value;
use common::*;
use proptest::prelude::*;

/// What the engine derives for one design of a session, a set a relation.
fn relations_of(session: &Session, design: usize) -> Relations {
    let program = &session.rulebook().program;
    let relation = |index: usize| {
        if program.relations[index].name == WORLD {
            return BTreeSet::new();
        }
        let rows = session.rows(RelationId::from(index), design);
        rows.into_iter().map(|row| row.into_iter().map(Value).collect()).collect()
    };
    (0..program.relations.len()).map(relation).collect()
}

/// What the twin derives for the same design, all alone and with no worlds.
fn twin_of(session: &Session, knowledge: &Facts, design: usize) -> Relations {
    let stated = session.designs()[design].facts.iter();
    let stated = stated.map(|fact| (fact.relation, fact.values.clone()));
    naive::evaluate(&session.rulebook().program, knowledge.iter().cloned().chain(stated))
}

fn check_designs(as_written: bool) {
    let session = derived(as_written, &designs());
    let program = &session.rulebook().program;
    let knowledge = input_facts(program, &root().join("facts"));
    assert!(knowledge.len() > 500, "the knowledge base was not read");
    for (index, design) in session.designs().iter().enumerate() {
        let twin = twin_of(&session, &knowledge, index);
        assert_same(program, &relations_of(&session, index), &twin, &design.path);
        let alone = derived(as_written, &[design.path.clone().into()]);
        assert_same(program, &relations_of(&alone, 0), &twin, &format!("{} alone", design.path));
    }
}

#[test]
fn every_shipped_design_derives_as_the_twin_says_together_and_alone() {
    check_designs(false);
}

#[test]
fn every_shipped_design_derives_as_written_as_the_twin_says_together_and_alone() {
    check_designs(true);
}

/// Every tuple that was not given follows from tuples of smaller rank, by some rule.
fn check_ranks(program: &Program, derived: &Derived, text: &str) {
    let ranks: BTreeSet<u32> =
        derived.ranks.iter().flat_map(|ranks| ranks.values()).copied().collect();
    for rank in ranks {
        let smaller = |at: &std::collections::BTreeMap<_, u32>| {
            at.iter()
                .filter(|(_, other)| **other < rank)
                .map(|(tuple, _)| Vec::clone(tuple))
                .collect()
        };
        let before: Relations = derived.ranks.iter().map(smaller).collect();
        let follows: BTreeSet<_> =
            program.rules.iter().flat_map(|rule| naive::conclusions(rule, &before)).collect();
        for (index, ranks) in derived.ranks.iter().enumerate() {
            let relation = RelationId::from(index);
            for (tuple, _) in ranks.iter().filter(|(_, other)| **other == rank) {
                let given = program.facts.iter().any(|fact| {
                    fact.relation == relation
                        && fact.values.iter().cloned().map(Value).eq(tuple.iter().cloned())
                });
                assert!(
                    given && rank == 0 || follows.contains(&(relation, tuple.clone())),
                    "`{}`{} has rank {rank} and follows from no smaller ones\n{text}",
                    program.relations[index].name,
                    shown(tuple),
                );
            }
        }
    }
}

/// What random designs are made of: the stated relations, and for each of their columns the values
/// that the registry or a shipped design knows for it.
struct Vocabulary {
    relations: Vec<(String, Vec<Column>)>,
    /// The facts of the shipped designs but the ones that name them, values as they are written.
    shipped: Vec<Vec<(String, Vec<String>)>>,
}

enum Column {
    Number,
    Symbol(Vec<String>),
}

/// Columns that hold identifiers of a design's own get few of them, so that facts meet.
const IDENTIFIERS: [(&str, &[&str]); 6] = [
    ("req", &["pay", "view", "hold"]),
    ("object", &["Cart", "Order", "Seat"]),
    ("target", &["Cart", "Order", "Seat"]),
    ("inv", &["I1", "I2", "I3"]),
    ("concept", &["total", "best"]),
    ("subject", &["pay", "Cart", "I1"]),
];

/// These say most about a path, so they are drawn more often.
const OFTEN: [&str; 8] =
    ["need", "on", "object", "rule", "judgement", "context", "touches", "governing_object"];

impl Vocabulary {
    fn new(session: &Session) -> Self {
        let program = &session.rulebook().program;
        let registry: Vec<String> = answers(session, "closed_value(_, Value, _)").concat();
        assert!(registry.len() > 100, "the registry has only {registry:?}");
        let mut relations = Vec::new();
        for (index, relation) in program.relations.iter().enumerate() {
            if relation.doc.tag("stated").is_none() || relation.doc.tag("design").is_some() {
                continue;
            }
            let facts = session.designs().iter().flat_map(|design| &design.facts);
            let facts: Vec<_> = facts.filter(|fact| fact.relation.index() == index).collect();
            let column = |(at, column): (usize, &archlog::analyze::program::Column)| {
                if column.primitive == Primitive::Number {
                    return Column::Number;
                }
                let own = IDENTIFIERS.iter().find(|(name, _)| *name == column.name);
                if let Some((_, names)) = own {
                    return Column::Symbol(names.iter().map(ToString::to_string).collect());
                }
                let seen: BTreeSet<String> =
                    facts.iter().map(|fact| fact.values[at].to_string()).collect();
                let mut values: Vec<String> = seen.into_iter().collect();
                // Now and then a value of another list, which is a problem to be found.
                values.extend(
                    registry.iter().step_by(registry.len() / (2 + values.len() / 6)).cloned(),
                );
                Column::Symbol(values)
            };
            let columns = relation.columns.iter().enumerate().map(column).collect();
            relations.push((relation.name.clone(), columns));
        }
        let often = |(name, _): &&(String, Vec<Column>)| OFTEN.contains(&name.as_str());
        relations.sort_by_key(|relation| !often(&relation));
        let written = |value: &Constant| match value {
            Constant::Symbol(text) => format!("{}", Quoted(text)),
            other => other.to_string(),
        };
        let fact = |fact: &StatedFact| {
            let relation = &program.relations[fact.relation.index()];
            let values = fact.values.iter().map(written).collect();
            relation.doc.tag("design").is_none().then(|| (relation.name.clone(), values))
        };
        let designs = session.designs().iter();
        let shipped =
            designs.map(|design| design.facts.iter().filter_map(fact).collect()).collect();
        Vocabulary { relations, shipped }
    }

    fn fact(&self, relation: u16, choices: [u8; 6]) -> String {
        let often = if relation.is_multiple_of(2) { OFTEN.len() } else { self.relations.len() };
        let (name, columns) = &self.relations[usize::from(relation / 2) % often];
        let values = columns.iter().zip(choices).map(|(column, choice)| match column {
            Column::Number => (choice % 4).to_string(),
            Column::Symbol(values) => format!("{:?}", values[usize::from(choice) % values.len()]),
        });
        format!("{name}({}).\n", values.collect::<Vec<_>>().join(", "))
    }
}

/// A random design, as numbers: a shipped one of which some facts are left out and some have a
/// value of another fact's, and facts drawn from the whole vocabulary; or those alone.
#[derive(Clone, Debug)]
struct Drawn {
    shipped: Option<u8>,
    fates: Vec<(u8, u8, u8)>,
    further: Vec<(u16, [u8; 6])>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let fates = proptest::collection::vec(any::<(u8, u8, u8)>(), 64);
    let further = proptest::collection::vec(any::<(u16, [u8; 6])>(), 0..40);
    (prop::option::weighted(0.75, any::<u8>()), fates, further)
        .prop_map(|(shipped, fates, further)| Drawn { shipped, fates, further })
}

impl Drawn {
    fn text(&self, id: &str, vocabulary: &Vocabulary) -> String {
        let mut text = format!("design({id:?}, \"Random\").\n");
        if let Some(shipped) = self.shipped {
            let facts = &vocabulary.shipped[usize::from(shipped) % vocabulary.shipped.len()];
            for ((name, values), (fate, column, other)) in
                facts.iter().zip(self.fates.iter().cycle())
            {
                let mut values = values.clone();
                if fate % 16 == 1 && !values.is_empty() {
                    let same: Vec<_> = facts.iter().filter(|(other, _)| other == name).collect();
                    let column = usize::from(*column) % values.len();
                    values[column] = same[usize::from(*other) % same.len()].1[column].clone();
                }
                if fate % 8 != 7 {
                    text.push_str(&format!("{name}({}).\n", values.join(", ")));
                }
            }
        }
        let further =
            self.further.iter().map(|(relation, choices)| vocabulary.fact(*relation, *choices));
        text.extend(further);
        text
    }
}

thread_local! {
    static VOCABULARY: Vocabulary = Vocabulary::new(&derived(false, &designs()));
    static KNOWLEDGE: [Facts; 2] = [false, true].map(|as_written| {
        input_facts(&rulebook(as_written).program, &root().join("facts"))
    });
}

#[test]
fn random_designs_derive_as_the_twin_says() {
    let concluded = std::cell::RefCell::new(BTreeSet::new());
    let mut runner = proptest::test_runner::TestRunner::new(config(100));
    let drawn = (any::<bool>(), [drawn(), drawn(), drawn()]);
    let result = runner.run(&drawn, |(as_written, designs)| {
        let mut session = Session::new(rulebook(as_written));
        let mut texts = Vec::new();
        for (index, drawn) in designs.iter().enumerate() {
            let text = VOCABULARY.with(|vocabulary| drawn.text(&format!("d{index}"), vocabulary));
            assert!(session.state_text("random.dl", text.clone().into()), "{text}");
            texts.push(text);
        }
        prop_assert!(session.diagnostics().is_empty(), "{:?}", session.diagnostics());
        session.derive(&EvalOptions::default()).unwrap();
        for (index, text) in texts.iter().enumerate() {
            KNOWLEDGE.with(|knowledge| {
                let twin = twin_of(&session, &knowledge[usize::from(as_written)], index);
                let program = &session.rulebook().program;
                assert_same(program, &relations_of(&session, index), &twin, text);
            });
        }
        for relation in ["write_shape", "base_mechanism", "read_path", "required_companion"] {
            let values = answers(&session, &format!("{relation}(_, Value)"));
            concluded
                .borrow_mut()
                .extend(values.into_iter().map(|mut row| (relation, row.remove(row.len() - 1))));
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    let concluded = concluded.into_inner();
    assert!(concluded.len() > 20, "random designs conclude too little: {concluded:?}");
}

/// Relations so long that several threads share them; the twin would take an hour, so what must
/// come out is computed here.
#[test]
fn long_relations_derive_the_same_on_several_threads_and_what_they_must() {
    let program = program(
        ".decl edge(a: number, b: number)\n.decl odd(a: number)\n.decl back(a: number, b: number)\n\
         .decl even(a: number, b: number)\n.decl next(a: number, b: number)\n\
         back(b, a) :- edge(a, b), a < b.\nback(b, a) :- back(a, b).\n\
         even(a, b) :- edge(a, b), !odd(a).\nnext(a, c) :- edge(a, b), edge(b, c), odd(b).",
    );
    const COUNT: i64 = 120_000;
    let edge = |at: i64| (at, (at * 7919 + 13) % COUNT);
    let number = |at: i64| Constant::Number(at);
    let mut facts = Facts::new();
    for (a, b) in (0..COUNT).map(edge) {
        facts.push((RelationId(0), vec![number(a), number(b)]));
    }
    facts.extend((0..COUNT / 2).map(|at| (RelationId(1), vec![number(at * 2 + 1)])));
    let one = engine(&program, &facts, 1);
    let four = engine(&program, &facts, 4);
    assert!(one.rows == four.rows, "the rows or their order depend on the number of threads");
    assert!(one.ranks == four.ranks, "the ranks depend on the number of threads");
    let pairs = |index: usize| -> BTreeSet<(i64, i64)> {
        let pair = |tuple: &Vec<Value>| match (&tuple[0].0, &tuple[1].0) {
            (Constant::Number(a), Constant::Number(b)) => (*a, *b),
            other => panic!("{other:?}"),
        };
        one.relations[index].iter().map(pair).collect()
    };
    let edges = || (0..COUNT).map(edge);
    let ascending = edges().filter(|(a, b)| a < b);
    assert!(pairs(2) == ascending.flat_map(|(a, b)| [(a, b), (b, a)]).collect());
    assert!(pairs(3) == edges().filter(|(a, _)| a % 2 == 0).collect());
    let through_odd = edges().filter(|(_, b)| b % 2 == 1);
    assert!(pairs(4) == through_odd.map(|(a, b)| (a, edge(b).1)).collect());
}

/// How many worlds a random program is derived in.
const WORLDS: i64 = 3;

/// The facts of the first two relations are stated by designs: most of them in some worlds only,
/// every fifth in none, so that it stays in the program and holds everywhere.
fn apart(program: &mut Program) -> Vec<Facts> {
    let mut stated: Vec<Facts> = vec![Facts::new(); WORLDS as usize];
    let facts = std::mem::take(&mut program.facts);
    for (index, fact) in facts.into_iter().enumerate() {
        if fact.relation.index() >= 2 || index % 5 == 0 {
            program.facts.push(fact);
            continue;
        }
        for (world, facts) in stated.iter_mut().enumerate() {
            if (index + world) % 3 != 0 {
                facts.push((fact.relation, fact.values.clone()));
            }
        }
    }
    stated
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn random_programs_derive_as_the_twin_says_with_true_ranks(sample in programs()) {
        let program = program(&sample.text);
        let derived = engine(&program, &Facts::new(), 1);
        let twin = naive::evaluate(&program, Facts::new());
        assert_same(&program, &derived.relations, &twin, &sample.text);
        check_ranks(&program, &derived, &sample.text);
        let several = engine(&program, &Facts::new(), 4);
        prop_assert_eq!(&derived.rows, &several.rows);
        prop_assert_eq!(&derived.ranks, &several.ranks);
    }

    #[test]
    fn programs_that_choose_and_take_out_derive_as_the_twin_says(sample in guarded_programs(true)) {
        let program = program(&sample.text);
        let derived = engine(&program, &Facts::new(), 1);
        let twin = naive::evaluate(&program, Facts::new());
        assert_same(&program, &derived.relations, &twin, &sample.text);
        let several = engine(&program, &Facts::new(), 4);
        prop_assert_eq!(&derived.rows, &several.rows);
        prop_assert_eq!(&derived.ranks, &several.ranks);
    }

    #[test]
    fn random_programs_derive_in_many_worlds_as_in_each_alone(sample in programs()) {
        let mut program = program(&sample.text);
        let stated = apart(&mut program);
        let alone = program.clone();
        worlds::declare(&mut program);
        let worlds = worlds::separate(&program, |relation| ["r0", "r1"].contains(&&*relation.name));
        let mut facts = Facts::new();
        for (world, stated) in stated.iter().enumerate() {
            let world = Constant::Number(world as i64);
            facts.push((worlds.world, vec![world.clone()]));
            facts.extend(stated.iter().map(|(relation, values)| {
                let values = std::iter::once(&world).chain(values).cloned();
                (*relation, values.collect())
            }));
        }
        let derived = engine(&worlds.program, &facts, 1);
        for (world, stated) in stated.iter().enumerate() {
            let world = Value(Constant::Number(world as i64));
            let of_world = |index: usize| -> BTreeSet<_> {
                let tuples = derived.relations[index].iter();
                match worlds.dependent[index] {
                    true => tuples.filter(|it| it[0] == world).map(|it| it[1..].to_vec()).collect(),
                    false => tuples.cloned().collect(),
                }
            };
            let found: Relations = (0..alone.relations.len()).map(of_world).collect();
            let twin = naive::evaluate(&alone, stated.iter().cloned());
            let text = format!("in world {}\n{}", shown(&vec![world]), sample.text);
            assert_same(&alone, &found, &twin, &text);
        }
    }
}
