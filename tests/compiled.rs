//! `compiled/` is what the rulebook compiles to, and three evaluators agree on it: this engine,
//! `ascent!` and `crepe!`, on random facts, for the letter and for the default.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};
use std::fs;
use std::process::Command;

use archlog::analyze::program::{Argument, Literal};
use archlog::audit::prove;
use archlog::compile::{Core, Crate, Target};
use archlog::eval::{Options as EvalOptions, evaluate};
use archlog::kb::{Options, Part, Rulebook};
use archlog::plan::Plan;
use archlog::store::Database;
use archlog::value::{Constant, Interner, Primitive, RelationId, Word};
use common::*;
use proptest::prelude::*;

/// The folders of `compiled/`: which rulebook, which target.
const COMPILED: [(&str, bool, Target); 4] = [
    ("default-ascent", false, Target::Ascent),
    ("default-crepe", false, Target::Crepe),
    ("letter-ascent", true, Target::Ascent),
    ("letter-crepe", true, Target::Crepe),
];

fn proven(as_written: bool) -> Rulebook {
    Rulebook::load(&Options { as_written, part: Part::Proof, ..Options::default() }).unwrap()
}

#[test]
fn the_compiled_crates_are_what_the_rulebook_compiles_to() {
    let mut stale = Vec::new();
    for (folder, as_written, target) in COMPILED {
        let core = prove::core(&proven(as_written));
        let Crate { manifest, library } = core.write(target, &format!("archlog-{folder}")).unwrap();
        for (file, text) in [("Cargo.toml", manifest), ("src/lib.rs", library)] {
            let path = root().join("compiled").join(folder).join(file);
            if fs::read_to_string(&path).is_ok_and(|known| known == text) {
                continue;
            }
            match std::env::var_os("ARCHLOG_UPDATE") {
                Some(_) => fs::write(&path, text).unwrap(),
                None => stale.push(path.display().to_string()),
            }
        }
    }
    assert!(
        stale.is_empty(),
        "stale: {}; `ARCHLOG_UPDATE=1 cargo test --test compiled` writes them anew",
        stale.join(", ")
    );
}

#[test]
fn the_command_writes_the_same() {
    let core = prove::core(&proven(false));
    let names = |ids: &[RelationId]| ids.iter().map(|id| core.name(*id)).collect::<Vec<_>>();
    let given: Vec<RelationId> =
        core.inputs.iter().copied().filter(|id| core.in_worlds[id.index()]).collect();
    let given: Vec<&str> = names(&given).into_iter().filter(|it| !it.starts_with('@')).collect();
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_archlog"))
        .current_dir(root())
        .args(["compile", "rules/main.dl", "--designs", "--name", "archlog-default-ascent"])
        .args(["--given", &given.join(","), "--wanted", &names(&core.wanted).join(",")])
        .arg("-o")
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for file in ["Cargo.toml", "src/lib.rs"] {
        let written = fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(written == read(&format!("compiled/default-ascent/{file}")), "{file}");
    }
}

/// What an evaluator makes of facts: for each output, its tuples.
type Outputs = Vec<BTreeSet<Vec<u64>>>;

/// An evaluator: from tuples by the place of their relation among the inputs.
type Evaluator = fn(&[(usize, Vec<u64>)]) -> Outputs;

macro_rules! evaluator {
    ($name:ident) => {
        (|given| {
            let mut facts = $name::Facts::default();
            given.iter().for_each(|(place, values)| assert!(facts.add(*place, values)));
            let derived = $name::derive(facts);
            let all = |place| {
                let mut tuples = BTreeSet::new();
                derived.each(place, &mut |values| {
                    tuples.insert(values.to_vec());
                });
                tuples
            };
            (0..$name::OUTPUTS.len()).map(all).collect()
        }) as Evaluator
    };
}

/// A core, its evaluators, and what random facts of it are made of.
struct Subject {
    core: Core,
    plan: Plan,
    interner: Interner,
    /// The relations that come from outside, as the compiled crates number them.
    inputs: Vec<RelationId>,
    outputs: Vec<RelationId>,
    compiled: [(&'static str, Evaluator); 2],
    /// The symbols: what each is in the crates by its word here, and back.
    theirs: BTreeMap<Word, u64>,
    tables: Vec<(RelationId, Vec<Word>)>,
    /// For each column of each input, the values that facts have there.
    values: BTreeMap<(RelationId, usize), Vec<Constant>>,
}

/// Identifiers of a design's own: few, so that facts meet.
const OWN: [&str; 2] = ["a", "b"];

impl Subject {
    fn new(as_written: bool) -> Self {
        let rulebook = proven(as_written);
        let core = prove::core(&rulebook);
        let mut interner = (*rulebook.interner).clone();
        let plan = Plan::new(&core.program, &mut interner);
        let by_name = |name: &&str| {
            let place = core.program.relations.iter().position(|it| it.name == *name);
            RelationId::from(place.unwrap())
        };
        let (inputs, outputs, compiled) = match as_written {
            true => (
                archlog_letter_ascent::INPUTS.to_vec(),
                archlog_letter_ascent::OUTPUTS.to_vec(),
                [
                    ("ascent", evaluator!(archlog_letter_ascent)),
                    ("crepe", evaluator!(archlog_letter_crepe)),
                ],
            ),
            false => (
                archlog_default_ascent::INPUTS.to_vec(),
                archlog_default_ascent::OUTPUTS.to_vec(),
                [
                    ("ascent", evaluator!(archlog_default_ascent)),
                    ("crepe", evaluator!(archlog_default_crepe)),
                ],
            ),
        };
        assert_eq!(archlog_default_ascent::INPUTS, archlog_default_crepe::INPUTS);
        assert_eq!(archlog_default_ascent::OUTPUTS, archlog_default_crepe::OUTPUTS);
        assert_eq!(archlog_letter_ascent::INPUTS, archlog_letter_crepe::INPUTS);
        assert_eq!(archlog_letter_ascent::OUTPUTS, archlog_letter_crepe::OUTPUTS);
        let inputs: Vec<RelationId> = inputs.iter().map(by_name).collect();
        let outputs: Vec<RelationId> = outputs.iter().map(by_name).collect();
        let mut tables = Vec::new();
        for input in inputs.iter().filter(|id| !core.in_worlds[id.index()]) {
            tables.extend(rulebook.base.relation(*input).rows().map(|row| (*input, row)));
        }
        assert!(tables.len() > 10, "the tables were not read");
        // Values that rules ask for at a place, and identifiers.
        let mut values: BTreeMap<(RelationId, usize), Vec<Constant>> = BTreeMap::new();
        let own = || OWN.map(|text| Constant::Symbol(text.into()));
        for input in &inputs {
            for column in 1..core.program.relations[input.index()].arity() {
                values.insert((*input, column), own().to_vec());
            }
        }
        for literal in core.program.rules.iter().flat_map(|rule| &rule.body) {
            let (Literal::Positive(atom) | Literal::Negative(atom)) = literal else { continue };
            for (column, argument) in atom.arguments.iter().enumerate() {
                let Argument::Constant(constant) = argument else { continue };
                if let Some(known) = values.get_mut(&(atom.relation, column))
                    && !known.contains(constant)
                {
                    known.push(constant.clone());
                }
            }
        }
        for constant in own() {
            interner.intern(&constant);
        }
        let words: Vec<Word> = (0..interner.symbol_count()).map(Word).collect();
        let mut theirs = BTreeMap::new();
        let mut symbols = archlog_letter_ascent::Symbols::default();
        let mut others = archlog_default_ascent::Symbols::default();
        for word in words {
            let text = interner.symbol(word);
            let (letter, default) = (symbols.intern(text).0, others.intern(text).0);
            theirs.insert(word, u64::from(if as_written { letter } else { default }));
        }
        Subject { core, plan, interner, inputs, outputs, compiled, theirs, tables, values }
    }

    /// A tuple as the compiled crates take it.
    fn numbers(&self, interner: &Interner, relation: RelationId, tuple: &[Word]) -> Vec<u64> {
        let columns = &self.core.program.relations[relation.index()].columns;
        let number =
            |(word, column): (&Word, &archlog::analyze::program::Column)| match column.primitive {
                Primitive::Symbol => self.theirs[word],
                _ => interner.unsigned(*word),
            };
        tuple.iter().zip(columns).map(number).collect()
    }

    /// The facts of random sets: each set in a world of its own.
    fn facts(&self, sets: &[FactSet]) -> Vec<(RelationId, Vec<Word>)> {
        let mut interner = self.interner.clone();
        let mut facts = self.tables.clone();
        let given: Vec<RelationId> = self.given();
        for (world, set) in sets.iter().enumerate() {
            if let Some(id) = self.core.world() {
                facts.push((id, vec![Word(world as u32)]));
            }
            for (relation, choices) in &set.0 {
                let relation = given[usize::from(*relation) % given.len()];
                let mut tuple = vec![Word(world as u32)];
                let arity = self.core.program.relations[relation.index()].arity();
                tuple.extend((1..arity).map(|column| {
                    let values = &self.values[&(relation, column)];
                    let choice = usize::from(choices[column - 1]);
                    interner.intern(&values[choice % values.len()])
                }));
                facts.push((relation, tuple));
            }
        }
        facts
    }

    /// What random facts are of, those that are told apart by most values more often.
    fn given(&self) -> Vec<RelationId> {
        let own = self.inputs.iter().filter(|id| self.core.in_worlds[id.index()]);
        let own = own.filter(|id| Some(**id) != self.core.world());
        let weight = |id: &&RelationId| {
            let columns = 1..self.core.program.relations[id.index()].arity();
            let most = columns.map(|it| self.values[&(**id, it)].len()).max().unwrap_or(1);
            1 + most / 2
        };
        own.flat_map(|id| std::iter::repeat_n(*id, weight(&id))).collect()
    }

    fn engine(&self, facts: &[(RelationId, Vec<Word>)]) -> Outputs {
        let mut interner = self.interner.clone();
        let mut database = Database::new(&self.core.program);
        database.insert_facts(&self.core.program, &mut interner);
        for (id, tuple) in facts {
            database.insert(*id, tuple);
        }
        evaluate(&self.plan, &mut database, &mut interner, &EvalOptions::default()).unwrap();
        let tuples = |id: &RelationId| {
            let rows = database.relation(*id).rows();
            rows.map(|row| self.numbers(&interner, *id, &row)).collect()
        };
        self.outputs.iter().map(tuples).collect()
    }

    /// Says where evaluators differ; where they do not, how many tuples of each output they derive.
    fn compare(&self, sets: &[FactSet]) -> Result<Vec<usize>, String> {
        let facts = self.facts(sets);
        let engine = self.engine(&facts);
        let place = |id: RelationId| self.inputs.iter().position(|it| *it == id).unwrap();
        let given: Vec<(usize, Vec<u64>)> = facts
            .iter()
            .map(|(id, tuple)| (place(*id), self.numbers(&self.interner, *id, tuple)))
            .collect();
        for (name, evaluator) in self.compiled {
            let found = evaluator(&given);
            for ((id, ours), theirs) in self.outputs.iter().zip(&engine).zip(&found) {
                if ours == theirs {
                    continue;
                }
                let shown =
                    |tuples: Vec<&Vec<u64>>| format!("{:?}", &tuples[..tuples.len().min(3)]);
                return Err(format!(
                    "`{}`: the engine alone has {}, {name} alone {}\n{}",
                    self.core.name(*id),
                    shown(ours.difference(theirs).collect()),
                    shown(theirs.difference(ours).collect()),
                    self.text(&facts),
                ));
            }
        }
        Ok(engine.iter().map(BTreeSet::len).collect())
    }

    fn text(&self, facts: &[(RelationId, Vec<Word>)]) -> String {
        let line = |(id, tuple): &(RelationId, Vec<Word>)| {
            let relation = &self.core.program.relations[id.index()];
            let words = tuple.iter().zip(&relation.columns);
            let values: Vec<String> = words
                .map(|(word, it)| format!("{:?}", self.interner.constant(*word, it.primitive)))
                .collect();
            format!("{}({})\n", relation.name, values.join(", "))
        };
        facts[self.tables.len()..].iter().map(line).collect()
    }
}

/// Facts as numbers: which relation, which value a column.
#[derive(Clone)]
struct FactSet(Vec<(u8, [u8; 6])>);

impl Debug for FactSet {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} facts", self.0.len())
    }
}

fn fact_set() -> impl Strategy<Value = FactSet> {
    proptest::collection::vec(any::<(u8, [u8; 6])>(), 0..60).prop_map(FactSet)
}

/// How many sets are derived in one run, each in a world of its own: the worlds keep them apart, so
/// one run says of each what a run of its own would. It shrinks to the one set that shows it.
const TOGETHER: usize = 500;

fn agree(as_written: bool) {
    let subject = Subject::new(as_written);
    let mut derived = vec![0; subject.outputs.len()];
    let mut runner = proptest::test_runner::TestRunner::new(config(1));
    let sets = proptest::collection::vec(fact_set(), 1..=2 * TOGETHER - 1);
    let mut tried = 0;
    while tried < 10_000 {
        let seen = std::cell::RefCell::new((0, Vec::new()));
        let mut one = proptest::test_runner::TestRunner::new_with_rng(config(1), runner.new_rng());
        let result = one.run(&sets, |sets| {
            let tuples = subject.compare(&sets).map_err(TestCaseError::fail)?;
            *seen.borrow_mut() = (sets.len(), tuples);
            Ok(())
        });
        if let Err(failure) = result {
            panic!("after {tried} sets: {failure}");
        }
        let (sets, tuples) = seen.into_inner();
        tried += sets;
        derived.iter_mut().zip(tuples).for_each(|(sum, more)| *sum += more);
    }
    // Facts that meet nowhere would agree about nothing.
    for (id, count) in subject.outputs.iter().zip(derived) {
        let name = subject.core.name(*id);
        assert!(count > 200, "{tried} sets derive {count} tuples of `{name}` only");
    }
}

#[test]
fn engine_ascent_and_crepe_agree_on_random_facts() {
    agree(false);
}

#[test]
fn engine_ascent_and_crepe_agree_on_random_facts_as_written() {
    agree(true);
}

#[test]
fn a_difference_would_be_seen() {
    let mut subject = Subject::new(false);
    subject.compiled[1] = ("half of it", |given| {
        let half: Vec<_> = given.iter().step_by(2).cloned().collect();
        evaluator!(archlog_default_crepe)(&half)
    });
    let set = FactSet((0..60).map(|it| (it * 4, [it, it / 2, it / 3, it, it, it])).collect());
    let failure = subject.compare(&[set]).unwrap_err();
    assert!(failure.contains("half of it alone"), "{failure}");
}

fn archlog(arguments: &[&str]) -> (String, String, i32) {
    let made = Command::new(env!("CARGO_BIN_EXE_archlog"))
        .current_dir(root())
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(made.stdout), text(made.stderr), made.status.code().unwrap())
}

/// What is written of a program that has a bit of everything that can be.
#[test]
fn a_program_is_written_for_both_macros() {
    for target in ["ascent", "crepe"] {
        let program = "tests/golden/compile/graph.dl";
        let (written, said, exit) = archlog(&["compile", program, "--target", target]);
        assert_eq!((said.as_str(), exit), ("", 0));
        let path = root().join(format!("tests/golden/compile/graph-{target}.txt"));
        if fs::read_to_string(&path).is_ok_and(|known| known == written) {
            continue;
        }
        match std::env::var_os("ARCHLOG_UPDATE") {
            Some(_) => fs::write(&path, written).unwrap(),
            None => panic!("{} is another:\n{written}", path.display()),
        }
    }
}

#[test]
fn what_cannot_be_compiled_is_said_and_given_from_outside() {
    let program = "tests/errors/compile/what_ascent_has_no_word_for.dl";
    let (_, said, exit) = archlog(&["compile", program]);
    assert_eq!((said.matches("error[AL1031]").count(), exit), (5, 2), "{said}");
    // Cut off above, nothing of that is left.
    let (written, said, exit) =
        archlog(&["compile", program, "--given", "total", "--wanted", "total"]);
    assert_eq!((said.as_str(), exit), ("", 0));
    assert!(written.contains("relation r_total(i64);"), "{written}");
    let (_, said, exit) = archlog(&["compile", program, "--wanted", "totl"]);
    assert!(said.contains("did you mean `total`?") && exit == 2, "{said}");
}

#[test]
fn what_keeps_tuples_out_and_records_are_refused_by_name() {
    let program = "tests/errors/compile/what_only_the_engine_keeps_out.dl";
    for target in ["ascent", "crepe"] {
        let (written, said, exit) = archlog(&["compile", program, "--target", target]);
        assert_eq!((written.as_str(), exit), ("", 2), "{said}");
        let names =
            ["a column of records", "a record", "`choice-domain`", "subsumption", "`.limitsize`"];
        for name in names {
            assert!(said.contains(&format!("error[AL1031]: {name}")), "{name}: {said}");
        }
    }
}

#[test]
fn a_program_without_outputs_is_asked_what_it_is_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("idle.dl");
    fs::write(&path, ".decl p(x: number)\np(1).\n").unwrap();
    let (_, said, exit) = archlog(&["compile", path.to_str().unwrap()]);
    assert!(said.contains("nothing says what") && exit == 2, "{said}");
}
