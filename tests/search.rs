//! `achieve` on random programs, against trying every set of choices in full.
//!
//! The programs are laid over the shipped rulebook, all of them at once, each with relations of its
//! own: stated ones whose facts are there or not, one whose column takes a value of a closed list, and
//! rules over them with recursion, negation, comparisons and aggregates.

#![allow(clippy::panic, reason = "a test says what went wrong by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use archlog::analyze::facts::StatedFact;
use archlog::change::{Base, Choices, Goal, Limits, Search, Setting, Slice, achieve};
use archlog::eval::StopReason;
use archlog::kb::{Options, Rulebook};
use archlog::session::Session;
use archlog::value::Constant;

#[path = "../benches/common/reference.rs"]
#[allow(dead_code, reason = "benches use the rest")]
mod reference;

use reference::Random;

/// How many programs.
const PROGRAMS: usize = 40;

/// How many relations each concludes; every second one has two columns.
const DERIVED: usize = 6;

/// The largest sets that are searched and tried.
const SIZE: usize = 3;

const DOMAIN: [&str; 3] = ["x", "y", "z"];

/// The facts that may be there or not, the same in all programs: `s` of one column, `e` of two.
const EDGES: [[&str; 2]; 4] = [["x", "y"], ["y", "z"], ["z", "x"], ["x", "x"]];

/// A program, and a design of it.
struct Sample {
    program: String,
    design: String,
}

fn arity(derived: usize) -> usize {
    1 + derived % 2
}

/// An argument of an atom: a variable of the head, `Z`, a constant, or anything.
fn argument(random: &mut Random, variables: &[&str]) -> String {
    match random.below(8) {
        0 => format!("\"{}\"", random.one(&DOMAIN)),
        1 => "_".to_owned(),
        _ => random.one(variables).to_owned(),
    }
}

/// A condition of a rule for a derived relation of program `n`.
fn condition(
    random: &mut Random,
    n: usize,
    derived: usize,
    bound: &mut Vec<&'static str>,
) -> String {
    let kind = random.below(10);
    if kind == 0 {
        return format!("{} != \"{}\"", bound[random.below(bound.len())], random.one(&DOMAIN));
    }
    if kind == 1 {
        let (sign, count) = (random.one(&["<", ">=", "="]), random.below(3));
        let of = bound[random.below(bound.len())];
        return format!("C = count : {{ p{n}_e({of}, _) }}, C {sign} {count}");
    }
    let negative = kind < 5;
    // A negated relation lies below; a positive one may be the one that is concluded.
    let levels = if negative { derived } else { derived + 1 };
    let which = random.below(levels + 4);
    let (name, arity) = match which.checked_sub(levels) {
        None => (format!("p{n}_r{which}"), arity(which)),
        Some(0) => (format!("p{n}_s"), 1),
        Some(1) => (format!("p{n}_v"), 2),
        Some(_) => (format!("p{n}_e"), 2),
    };
    let known: Vec<&str> = if negative { bound.clone() } else { [&bound[..], &["Z"]].concat() };
    let mut arguments: Vec<String> = (0..arity).map(|_| argument(random, &known)).collect();
    if name.ends_with("_v") && random.percent(70) {
        arguments[1] = format!("\"{}\"", random.one(&["low", "high", "none"]));
    }
    if !negative && arguments.iter().any(|argument| argument == "Z") && !bound.contains(&"Z") {
        bound.push("Z");
    }
    format!("{}{name}({})", if negative { "!" } else { "" }, arguments.join(", "))
}

fn sample(n: usize) -> Sample {
    let mut random = Random::new(7_000 + n as u64);
    let mut program = String::new();
    let mut say = |line: String| writeln!(program, "{line}").unwrap_or_default();
    say(format!("/// @stated\n.decl p{n}_s(a: symbol)"));
    say(format!("/// @stated\n.decl p{n}_e(a: symbol, b: symbol)"));
    say(format!("/// @stated\n/// @key a\n.decl p{n}_v(a: symbol, value: symbol)"));
    for value in DOMAIN {
        say(format!(
            "to_choose(\"p{n}_s\", \"\", \"{value}\", \"\", \"s\", \"\") :- design(_, _)."
        ));
    }
    for [a, b] in EDGES {
        say(format!("to_choose(\"p{n}_e\", \"\", \"{a}\", \"{b}\", \"e\", \"\") :- design(_, _)."));
    }
    for of in ["x", "y"] {
        say(format!(
            "to_choose(\"p{n}_v\", \"value\", \"{of}\", \"\", \"v\", \"level\") :- design(_, _)."
        ));
    }
    for derived in 0..DERIVED {
        let columns = if arity(derived) == 1 { "a: symbol" } else { "a: symbol, b: symbol" };
        say(format!(".decl p{n}_r{derived}({columns})"));
        for _ in 0..1 + random.below(3) {
            let mut bound = if arity(derived) == 1 { vec!["X"] } else { vec!["X", "Y"] };
            let head = format!("p{n}_r{derived}({})", bound.join(", "));
            let mut body: Vec<String> = bound.iter().map(|of| format!("letter({of})")).collect();
            let mut counted = false;
            for _ in 0..1 + random.below(3) {
                let condition = condition(&mut random, n, derived, &mut bound);
                if !(counted && condition.contains("count")) {
                    counted |= condition.contains("count");
                    body.push(condition);
                }
            }
            say(format!("{head} :- {}.", body.join(", ")));
        }
    }
    let mut design = format!("design(\"d{n}\", \"Random\").\n");
    for of in DOMAIN {
        if random.percent(40) {
            design.push_str(&format!("p{n}_s(\"{of}\").\n"));
        }
    }
    for [a, b] in EDGES {
        if random.percent(40) {
            design.push_str(&format!("p{n}_e(\"{a}\", \"{b}\").\n"));
        }
    }
    if random.percent(60) {
        design.push_str(&format!("p{n}_v(\"x\", \"{}\").\n", random.one(&["low", "high"])));
    }
    Sample { program, design }
}

/// The shipped rulebook with all programs laid over it.
fn rulebook(samples: &[Sample]) -> Arc<Rulebook> {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let mut text = String::from(
        ".decl letter(a: symbol)\nletter(\"x\"). letter(\"y\"). letter(\"z\").\n\
         value_to_choose(\"level\", \"low\", 1). value_to_choose(\"level\", \"high\", 2).\n\
         value_to_choose(\"level\", \"none\", 3).\n",
    );
    samples.iter().for_each(|sample| text.push_str(&sample.program));
    std::fs::write(folder.path().join("random.dl"), &text).unwrap_or_else(|e| panic!("{e}"));
    let options = Options { rules: vec![folder.path().to_owned()], ..Options::default() };
    let loaded = Rulebook::load(&options);
    Arc::new(loaded.unwrap_or_else(|unsound| panic!("{:?}\n{text}", unsound.diagnostics)))
}

/// Every set of settings about a program, and in which of them each goal holds.
fn trying(
    base: &Base<'_>,
    choices: &Choices,
    prefix: &str,
    goals: &[Goal],
) -> Vec<BTreeSet<Vec<Setting>>> {
    let named = |choice: usize| {
        let relation = choices.choices[choice].relation;
        base.rulebook().program.relations[relation.index()].name.starts_with(prefix)
    };
    let settings: Vec<Setting> = (0..choices.choices.len())
        .filter(|choice| named(*choice))
        .flat_map(|choice| {
            let values = 0..choices.choices[choice].values.len();
            values.map(move |value| Setting { choice, value })
        })
        .filter(|setting| !choices.is_set(base, *setting))
        .collect();
    let mut sets: Vec<Vec<Setting>> = vec![Vec::new()];
    let mut all: Vec<Vec<Setting>> = Vec::new();
    for _ in 0..SIZE {
        let grown = sets.iter().flat_map(|set| {
            let last = set.last().copied();
            let more = settings.iter().filter(move |setting| {
                last.is_none_or(|last| **setting > last && setting.choice != last.choice)
            });
            more.map(move |setting| [&set[..], &[*setting]].concat())
        });
        sets = grown.collect();
        all.extend(sets.iter().cloned());
    }
    let found = base.derive(
        &Slice::whole(base),
        all.len(),
        false,
        &Limits { threads: 2, ..Limits::default() },
        &|at| choices.edit(base, &all[at]),
        &|database, interner, range| {
            let worlds = |goal: &Goal| {
                let rows = database.relation(goal.relation);
                let wanted = |row: usize| {
                    rows.row(row).skip(1).zip(&goal.values).all(|(word, value)| {
                        let same = |value: &Constant| interner.find(value) == Some(word);
                        value.as_ref().is_none_or(same)
                    })
                };
                let matches = (0..rows.len()).filter(|&row| wanted(row));
                matches.map(|row| range.start + rows.word(row, 0).0 as usize).collect::<Vec<_>>()
            };
            goals.iter().map(worlds).collect::<Vec<_>>()
        },
        &|_| (),
    );
    let mut works = vec![BTreeSet::new(); goals.len()];
    for block in found.unwrap_or_else(|e| panic!("{e}")) {
        for (works, worlds) in works.iter_mut().zip(block) {
            works.extend(worlds.into_iter().map(|at| all[at].clone()));
        }
    }
    works
}

/// The sets that hold no smaller one.
fn minimal(works: &BTreeSet<Vec<Setting>>) -> BTreeSet<Vec<Setting>> {
    let holds_less = |set: &Vec<Setting>| {
        (1..(1u32 << set.len()) - 1).any(|mask| {
            let part = set.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
            works.contains(&part.map(|(_, setting)| *setting).collect::<Vec<_>>())
        })
    };
    works.iter().filter(|set| !holds_less(set)).cloned().collect()
}

#[test]
fn achieve_finds_exactly_what_trying_everything_finds_on_random_programs() {
    let samples: Vec<Sample> = (0..PROGRAMS).map(sample).collect();
    let rulebook = rulebook(&samples);
    let (mut by_size, mut never, mut held) = ([0; SIZE + 1], 0, 0);
    for (n, sample) in samples.iter().enumerate() {
        let mut session = Session::new(Arc::clone(&rulebook));
        assert!(session.state_text("random.dl", sample.design.clone().into_bytes()));
        assert!(session.diagnostics().is_empty(), "{:?}", session.diagnostics());
        let stated = &session.designs()[0].facts;
        let limits = Limits::default();
        let mut base = Base::new(&rulebook, stated, &limits).unwrap_or_else(|e| panic!("{e}"));
        let choices = Choices::of(&mut base);
        let goal = |derived: usize| {
            let Some(relation) = rulebook.relation(&format!("p{n}_r{derived}")) else {
                panic!("no relation {derived} of program {n}");
            };
            let symbol = |text: &str| Some(Constant::Symbol(text.into()));
            let mut values = vec![symbol(DOMAIN[(n + derived) % 3])];
            values.resize(arity(derived), if n % 2 == 0 { None } else { symbol("y") });
            Goal { relation, values }
        };
        let mut goals: Vec<Goal> = (0..DERIVED).map(goal).collect();
        // What no design can change is the same in all worlds and has no column for them.
        goals.retain(|goal| rulebook.worlds.dependent[goal.relation.index()]);
        let works = trying(&base, &choices, &format!("p{n}_"), &goals);
        for (goal, works) in goals.iter().zip(&works) {
            let search =
                Search { size: SIZE, answers: usize::MAX, limits, progress: &|_, _, _| () };
            let found = achieve(&rulebook, stated, goal, &search);
            let found = found.unwrap_or_else(|e| panic!("{e}"));
            if found.holds {
                held += 1;
                continue;
            }
            assert_eq!((found.complete_to, found.stopped), (SIZE, None));
            let said: BTreeSet<Vec<Setting>> =
                found.plans.iter().map(|plan| plan.settings.clone()).collect();
            let truth = minimal(works);
            let Sample { program, design } = sample;
            assert_eq!(said, truth, "{goal:?}\n{program}\n{design}");
            assert!(!found.impossible || truth.is_empty());
            never += usize::from(truth.is_empty());
            truth.iter().for_each(|set| by_size[set.len()] += 1);
        }
    }
    // Otherwise nothing much was compared.
    assert!(by_size[1..].iter().all(|count| *count > 3), "{by_size:?}, {never} never, {held} held");
    assert!(never > 20 && held > 20, "{by_size:?}, {never} never, {held} held");
}

/// Hands on each goal of a few programs, with the rulebook and what its design states.
fn for_each_goal(mut see: impl FnMut(&Arc<Rulebook>, &[StatedFact], &Goal)) {
    let samples: Vec<Sample> = (0..8).map(sample).collect();
    let rulebook = rulebook(&samples);
    for (n, sample) in samples.iter().enumerate() {
        let mut session = Session::new(Arc::clone(&rulebook));
        session.state_text("random.dl", sample.design.clone().into_bytes());
        let stated = &session.designs()[0].facts;
        for derived in 0..DERIVED {
            let relation = rulebook.relation(&format!("p{n}_r{derived}"));
            let Some(relation) = relation else { panic!("no relation") };
            let mut values = vec![Some(Constant::Symbol("x".into()))];
            values.resize(arity(derived), None);
            see(&rulebook, stated, &Goal { relation, values });
        }
    }
}

#[test]
fn a_search_tells_how_far_it_is() {
    let mut calls = 0;
    for_each_goal(|rulebook, stated, goal| {
        let told: Mutex<Vec<(usize, usize, usize)>> = Mutex::default();
        let progress = |size: usize, settled: usize, of: usize| {
            told.lock().unwrap_or_else(|e| panic!("{e}")).push((size, settled, of));
        };
        let limits = Limits::default();
        let search = Search { size: SIZE, answers: usize::MAX, limits, progress: &progress };
        let found = achieve(rulebook, stated, goal, &search);
        let found = found.unwrap_or_else(|e| panic!("{e}"));
        let told = told.into_inner().unwrap_or_else(|e| panic!("{e}"));
        assert!(told.is_sorted(), "{told:?}");
        for (size, settled, of) in &told {
            assert!((1..=SIZE).contains(size) && settled < of, "{told:?}");
        }
        let sizes: BTreeSet<usize> = told.iter().map(|(size, _, _)| *size).collect();
        for size in sizes {
            let first = told.iter().find(|(other, _, _)| *other == size);
            assert!(first.is_some_and(|(_, settled, _)| *settled == 0), "{told:?}");
        }
        assert!(told.is_empty() || !(found.holds || found.impossible), "{told:?}");
        calls += told.len();
    });
    assert!(calls > 3, "{calls}");
}

#[test]
fn a_search_that_may_look_at_few_conditions_ends_alike_on_any_number_of_threads() {
    let (mut ended, mut whole) = (0, 0);
    for_each_goal(|rulebook, stated, goal| {
        let found = |steps: Option<usize>, threads: usize| {
            let limits = Limits { steps, threads, ..Limits::default() };
            let search =
                Search { size: SIZE, answers: usize::MAX, limits, progress: &|_, _, _| () };
            achieve(rulebook, stated, goal, &search).unwrap_or_else(|e| panic!("{e}"))
        };
        let all = found(None, 1);
        for steps in [1, 200, 20_000] {
            let [one, four] = [1, 4].map(|threads| found(Some(steps), threads));
            assert_eq!(one.plans, four.plans);
            assert_eq!((one.complete_to, one.stopped), (four.complete_to, four.stopped));
            assert!(one.plans.iter().all(|plan| all.plans.contains(plan)));
            match one.stopped {
                Some(reason) => {
                    assert_eq!(reason, StopReason::Steps(steps));
                    assert!(!one.impossible && one.complete_to < SIZE);
                    ended += 1;
                }
                None => {
                    assert_eq!(one.plans, all.plans);
                    whole += 1;
                }
            }
        }
    });
    assert!(ended > 20 && whole > 20, "{ended} ended early, {whole} did not");
}
