//! `archlog test`: expectations, coverage, mutants and proposals, over a rulebook small enough to count.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::fs;
use std::path::Path;

use archlog::batch::Input;
use archlog::eval::{Options as EvalOptions, StopReason};
use archlog::kb::Options;
use archlog::session::Session;
use archlog::testing::{Coverage, Covered, Failure, ItemKind, Suites, Verdict, examples};

/// Rules laid over the rulebook: two ways to be odd, and a list.
const RULES: &str = r#"
.decl odd(object: symbol)
/// @rule two-owners-and-no-scope
/// @title T
/// @says {O} is odd
/// @source 004 "Step 3"
odd(O) :- owner(O, One), owner(O, Other), One < Other, !scope(O, _, _).
/// @rule never-fires
/// @title T
/// @says {O} is odd as well
/// @source 004 "Step 3"
odd(O) :- object(O, "nonsense"), hotspot(O, _).
"#;

fn design(name: &str, facts: &str) -> Input {
    Input::Text { name: format!("{name}.dl"), text: format!("design({name:?}, \"D\").\n{facts}") }
}

/// The rulebook with the rules above laid over it.
fn options(folder: &Path) -> Options {
    fs::write(folder.join("odd.dl"), RULES).unwrap();
    Options { rules: vec![folder.to_path_buf()], ..Options::default() }
}

fn run(inputs: &[Input], cover: bool) -> Suites {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path());
    Suites::run(&options, inputs, cover, &EvalOptions::default()).unwrap_or_else(|failure| {
        match failure {
            Failure::Unsound(unsound) => panic!("{:#?}", unsound.diagnostics),
            Failure::Unfit(unfit) => panic!("{:#?}", unfit.problems),
            Failure::Stopped(stopped) => panic!("{stopped}"),
        }
    })
}

const TWO: &str = "owner(\"A\", \"user\").\nowner(\"A\", \"service\").\n";

#[test]
fn expectations_hold_or_say_what_is_there_instead() {
    let facts = format!(
        "{TWO}.expect odd(\"A\").\n.expect !odd(X).\n.expect !(odd(X), X != \"A\").\n\
         /// Counted.\n.expect 2 = count : {{ owner(\"A\", _) }}.\n.expect odd(\"B\")."
    );
    let suites = run(&[design("d", &facts)], false);
    let outcomes = suites.outcomes();
    let told: Vec<(u32, bool)> = outcomes.iter().map(|it| (it.line, it.holds)).collect();
    assert_eq!(told, [(4, true), (5, false), (6, true), (8, true), (9, false)]);
    assert_eq!(outcomes[1].text, ".expect !odd(X).");
    assert_eq!(outcomes[1].answers, ["X = \"A\""]);
    assert_eq!(outcomes[3].label, "Counted.");
    let why = suites.reasons(&outcomes[1]);
    assert!(why[0].steps.iter().any(|step| step.rule == "two-owners-and-no-scope"), "{why:#?}");
    let why_not = suites.reasons(&outcomes[4]);
    assert!(why_not[0].steps.iter().any(|step| step.negative), "{why_not:#?}");
}

#[test]
fn an_expectation_of_the_letter_is_asked_of_the_letter() {
    let facts = "need(\"r\", 1, \"user\", \"state transition\", \"C1\", \"R\").\non(\"r\", \"O\").\n\
                 object(\"O\", \"process\").\n.expect suggested_state(\"r\", _, _).\n\
                 /// @as_written\n.expect !suggested_state(\"r\", _, _).";
    let inputs =
        [Input::Text { name: "d.dl".into(), text: format!("design(\"d\", \"D\").\n{facts}") }];
    let options = EvalOptions::default();
    let suites = Suites::run(&Options::default(), &inputs, false, &options).unwrap();
    let told: Vec<(bool, bool)> =
        suites.outcomes().iter().map(|outcome| (outcome.as_written, outcome.holds)).collect();
    assert_eq!(told, [(false, true), (true, true)]);
}

#[test]
fn a_goal_that_means_nothing_is_a_problem_of_the_test() {
    let inputs = [design("d", ".expect nothing_like_it(X).")];
    let failure = Suites::run(&Options::default(), &inputs, false, &EvalOptions::default());
    let Err(Failure::Unfit(unfit)) = failure else { panic!("it was run") };
    assert_eq!(unfit.problems[0].code, "AL0107");
}

/// What is said of one rule.
fn of_rule(coverage: &Coverage, rule: &str) -> Vec<(ItemKind, String, bool)> {
    let items = coverage.items.iter().filter(|item| item.rule == rule);
    items.map(|item| (item.kind, item.text.clone(), item.by.is_some())).collect()
}

#[test]
fn a_condition_counts_once_it_alone_was_in_the_way() {
    let two = run(&[design("d", TWO)], true).coverage();
    let fires = (ItemKind::Fires, String::new());
    let of = |coverage: &Coverage| of_rule(coverage, "two-owners-and-no-scope");
    assert_eq!(of(&two)[0], (fires.0, fires.1.clone(), true));
    // Of two owners one is the lesser: the comparison is false with the two the other way round. A
    // scope was in nobody's way.
    let told: Vec<(String, bool)> =
        of(&two).into_iter().skip(1).map(|(_, text, seen)| (text, seen)).collect();
    assert_eq!(
        told[2..],
        [("One < Other".to_owned(), true), ("!scope(O, _, _)".to_owned(), false)]
    );
    let scoped = format!("{TWO}scope(\"A\", \"global\", \"all\").");
    let both = run(&[design("d", TWO), design("e", &scoped)], true).coverage();
    assert!(of(&both).last().unwrap().2);
    assert!(
        of_rule(&both, "never-fires")
            .iter()
            .all(|(kind, _, seen)| { !seen || *kind != ItemKind::Fires })
    );
}

#[test]
fn a_mutant_survives_until_a_test_tells_it_from_the_rule() {
    let expected = format!("{TWO}.expect odd(\"A\").");
    let tried = |inputs: &[Input]| {
        let suites = run(inputs, false);
        let options = EvalOptions { threads: 2, ..EvalOptions::default() };
        let mutants = suites.mutants("", &options, &|_, _| ());
        assert_eq!(mutants.tried.len(), mutants.of);
        let own = mutants.tried.into_iter().filter(|it| it.0.rule == "two-owners-and-no-scope");
        own.map(|(mutant, verdict)| (format!("{} {}", mutant.text, mutant.mutation), verdict))
            .collect::<Vec<_>>()
    };
    let one = tried(&[design("d", &expected)]);
    let verdict = |told: &[(String, Verdict)], what: &str| {
        told.iter().find(|(text, _)| text == what).unwrap_or_else(|| panic!("{what}: {told:?}")).1
    };
    assert_eq!(verdict(&one, "!scope(O, _, _) dropped"), Verdict::Survived);
    assert_eq!(verdict(&one, "!scope(O, _, _) negated"), Verdict::Noticed);
    assert_eq!(verdict(&one, "One < Other dropped"), Verdict::Survived);
    assert_eq!(verdict(&one, "owner(O, One) dropped"), Verdict::Unsafe);
    let scoped = format!("{TWO}scope(\"A\", \"global\", \"all\").\n.expect !odd(\"A\").");
    let single = "owner(\"A\", \"user\").\n.expect !odd(\"A\").";
    let all = tried(&[design("d", &expected), design("e", &scoped), design("f", single)]);
    assert_eq!(verdict(&all, "!scope(O, _, _) dropped"), Verdict::Noticed);
    assert_eq!(verdict(&all, "One < Other dropped"), Verdict::Noticed);
}

#[test]
fn what_nobody_expects_anything_of_is_out_of_sight_and_time_is_kept() {
    let suites = run(&[design("d", ".expect !odd(_).")], false);
    let stopped = suites.mutants(
        "",
        &EvalOptions { time: Some(std::time::Duration::ZERO), ..EvalOptions::default() },
        &|_, _| (),
    );
    assert!(matches!(stopped.stopped, Some(StopReason::Time(_))) && stopped.tried.is_empty());
    let mutants = suites.mutants("rules/decide/", &EvalOptions::default(), &|_, _| ());
    assert!(mutants.tried.iter().all(|(_, verdict)| {
        matches!(verdict, Verdict::OutOfSight | Verdict::Unsafe | Verdict::Unstratified)
    }));
}

#[test]
fn a_proposal_is_small_loads_and_shows_what_it_says() {
    let full = format!(
        "{TWO}scope(\"A\", \"global\", \"all\").\nobject(\"B\", \"event\").\nactor(\"r\", \"user\").\n\
         .expect !odd(\"A\")."
    );
    let inputs = [design("d", &full)];
    let suites = run(&inputs, true);
    let others = Session::new(suites.rulebook().unwrap());
    let found = suites.proposals(&others, &EvalOptions::default(), &|_, _| ());
    let fires = |item: &Covered, rule: &str| item.rule == rule && item.kind == ItemKind::Fires;
    let shows = |item: &Covered| fires(item, "two-owners-and-no-scope");
    let proposal = found.proposals.iter().find(|it| it.shows.iter().any(shows)).unwrap();
    let facts: Vec<&str> = proposal
        .text
        .lines()
        .filter(|line| !line.starts_with("//") && !line.starts_with("design"))
        .collect();
    assert_eq!(
        facts,
        ["owner(\"A\", \"user\").", "owner(\"A\", \"service\").", ".expect odd(\"A\")."]
    );
    assert!(found.left.iter().any(|item| fires(item, "never-fires")));
    // Every proposal is a test that passes.
    let proposed: Vec<Input> = found
        .proposals
        .iter()
        .map(|it| Input::Text { name: it.name.clone(), text: it.text.clone() })
        .collect();
    assert!(proposed.len() > 20);
    let outcomes = run(&proposed, false).outcomes();
    let failed: Vec<_> = outcomes.iter().filter(|outcome| !outcome.holds).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

fn typed(arguments: &[&str]) -> (String, i32) {
    let made =
        std::process::Command::new(env!("CARGO_BIN_EXE_archlog")).args(arguments).output().unwrap();
    (String::from_utf8(made.stderr).unwrap(), made.status.code().unwrap())
}

#[test]
fn proposals_that_break_off_say_why() {
    let test = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/claim.dl");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let (told, exit) = typed(&["test", test, "--gen", "-D", out, "--limit-tuples", "120000"]);
    assert_eq!(exit, 3, "{told}");
    assert!(told.contains("stopped: the limit of 120000 derived tuples"), "{told}");
    let written = std::fs::read_dir(out).unwrap().count();
    assert!(written > 0, "{told}");
    assert!(told.contains(&format!("written: {written} proposals")), "{told}");
}

#[test]
fn what_takes_no_fact_is_not_proposed() {
    let suites = run(&[design("d", TWO)], true);
    let others = Session::new(suites.rulebook().unwrap());
    let found = suites.proposals(&others, &EvalOptions::default(), &|_, _| ());
    let says_something = |line: &str| {
        !line.starts_with("//") && !line.starts_with("design") && !line.starts_with(".expect")
    };
    assert!(found.proposals.iter().all(|it| it.text.lines().any(says_something)));
}

#[test]
fn the_examples_are_built_in() {
    assert!(examples().len() > 15);
}
