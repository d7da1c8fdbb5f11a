//! `archlog diff`: what differs, what follows otherwise, and the smallest cause of each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use archlog::batch::Input;
use archlog::compare::{Book, Books, Comparison, Failure, Kind, compare_books, compare_designs};
use archlog::eval::{Options as EvalOptions, StopReason};
use archlog::kb::{Options, Part, Rulebook};
use archlog::session::Session;

const DESIGN: &str = "design(\"d\", \"D\").
need(\"bid\", 1, \"user\", \"conditional write\", \"C1\", \"Bid\").
on(\"bid\", \"Auction\").
object(\"Auction\", \"process\").
rule(\"I1\", \"bid\", \"eligibility\").
context(\"Topology\", \"single service distributed\").
";

fn rulebook() -> Arc<Rulebook> {
    let options = Options { part: Part::Derivation, ..Options::default() };
    Arc::new(Rulebook::load(&options).unwrap())
}

fn designs(old: &str, new: &str) -> Comparison {
    let rulebook = rulebook();
    let open = |text: &str| {
        let mut session = Session::new(Arc::clone(&rulebook));
        assert!(session.state_text("d.dl", text.as_bytes().to_vec()));
        session
    };
    compare_designs(&open(old), &open(new), &EvalOptions::default(), &|_, _| ()).unwrap()
}

#[test]
fn a_design_is_the_same_as_itself_whatever_it_is_called() {
    let renamed = DESIGN.replace("\"d\", \"D\"", "\"e\", \"E\"");
    let same = designs(DESIGN, &renamed);
    assert!(same.differences.is_empty() && same.conclusions.is_empty(), "{same:#?}");
}

#[test]
fn each_conclusion_has_its_smallest_cause() {
    let new = DESIGN
        .replace("\"conditional write\"", "\"append event\"")
        .replace("object(\"Auction\", \"process\")", "object(\"Auction\", \"event\")")
        .replace("rule(\"I1\", \"bid\", \"eligibility\").\n", "")
        + "hotspot(\"sales\", \"read hotspot\").\n";
    let compared = designs(DESIGN, &new);
    // The operation and the class are stated otherwise, the invariant is gone, the hotspot is new.
    let changed =
        compared.differences.iter().filter(|it| it.before.is_some() && it.after.is_some());
    assert_eq!((compared.differences.len(), changed.count()), (4, 2));
    assert_eq!(compared.stopped, None);
    let mechanism =
        compared.conclusions.iter().find(|it| it.column == "Base mechanism").expect("it changes");
    assert_eq!(mechanism.after.as_deref(), Some("append log"));
    for conclusion in &compared.conclusions {
        let witness = conclusion.witness.as_ref().expect("it is found");
        assert!(!witness.is_empty(), "{conclusion:#?}");
        // Made by hand: the old design with the witness alone, and with any one of it less.
        let made = |left_out: Option<usize>| {
            let mut facts: Vec<String> = DESIGN.lines().map(str::to_owned).collect();
            for &at in witness.iter().filter(|at| Some(**at) != left_out) {
                let difference = &compared.differences[at];
                facts.retain(|fact| Some(fact) != difference.before.as_ref());
                facts.extend(difference.after.clone());
            }
            designs(DESIGN, &facts.join("\n"))
        };
        let is_there = |found: &Comparison| {
            found.conclusions.iter().any(|it| {
                let same = (&it.sheet, &it.column, &it.after)
                    == (&conclusion.sheet, &conclusion.column, &conclusion.after);
                same && (conclusion.after.is_some() || it.before == conclusion.before)
            })
        };
        assert!(is_there(&made(None)), "{conclusion:#?}");
        for at in witness {
            assert!(!is_there(&made(Some(*at))), "without {at}: {conclusion:#?}");
        }
    }
}

/// A folder laid over the rulebook.
fn book(files: &[(&str, &str)]) -> (tempfile::TempDir, Book) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let book = Book::of_folder(folder.path()).unwrap();
    (folder, book)
}

fn compare(new: &Book, designs: &[Input], options: &EvalOptions<'_>) -> Comparison {
    let asked = Options { part: Part::Derivation, ..Options::default() };
    let old = Book::shipped();
    let books = Books { old: &old, new, designs, options: &asked };
    compare_books(&books, options, &|_, _| ()).unwrap_or_else(|failure| match failure {
        Failure::Wrong { problems, .. } => panic!("{problems:#?}"),
        Failure::Stopped(stopped) => panic!("{stopped}"),
    })
}

fn shipped(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn a_rulebook_is_the_same_as_itself() {
    let (_folder, same) = book(&[("rules/main.dl", "")]);
    // A folder with a main file is a whole rulebook, and this one is empty.
    let asked = Options { part: Part::Derivation, ..Options::default() };
    let shipped = Book::shipped();
    let books = Books { old: &shipped, new: &shipped, designs: &[], options: &asked };
    let compared = compare_books(&books, &EvalOptions::default(), &|_, _| ()).unwrap();
    assert!(compared.differences.is_empty());
    let books = Books { old: &shipped, new: &same, designs: &[], options: &asked };
    let compared = compare_books(&books, &EvalOptions::default(), &|_, _| ()).unwrap();
    assert!(compared.differences.len() > 1000);
    assert!(compared.differences.iter().all(|it| it.after.is_none()));
}

#[test]
fn a_rule_that_changes_is_told_from_those_that_make_no_difference() {
    let mechanisms = shipped("rules/decide/base_mechanism.dl");
    let (lock, lease) = ("\"holder_may_crash\", \"true\"", "\"holder_may_crash\", \"false\"");
    assert!(mechanisms.contains(lock) && mechanisms.contains(lease));
    // The lease is for all claims now.
    let changed = mechanisms.replacen(&format!(", predicate(Req, {lock})"), "", 1);
    let extra = ".decl own(x: symbol)\n/// @rule of-my-own\n/// @title T\n/// @says {X}\n\
                 /// @source 004 \"Step 1\"\nown(X) :- object(X, _).\n";
    let (_folder, new) =
        book(&[("rules/decide/base_mechanism.dl", &changed), ("rules/own.dl", extra)]);
    let lockers = [Input::Text { name: "lockers.dl".into(), text: shipped("designs/lockers.dl") }];
    let compared = compare(&new, &lockers, &EvalOptions { threads: 2, ..EvalOptions::default() });
    let told: Vec<(Kind, &str)> =
        compared.differences.iter().map(|it| (it.kind, it.name.as_str())).collect();
    assert_eq!(
        told,
        [
            (Kind::Rule, "lease-for-crashable-holder"),
            (Kind::Declaration, "own"),
            (Kind::Rule, "of-my-own")
        ]
    );
    let mechanism =
        compared.conclusions.iter().find(|it| it.column == "Base mechanism").expect("it changes");
    assert_eq!(mechanism.before.as_deref(), Some("pessimistic lock"));
    assert_eq!(mechanism.after.as_deref(), Some("lease"));
    assert!(compared.conclusions.iter().all(|it| it.witness == Some(vec![0])), "{compared:#?}");
}

#[test]
fn two_rules_that_take_each_other_are_a_cause_together() {
    // A mechanism for a new predicate: neither rule does anything without the other.
    let rules = ".decl special(req: symbol)\n\
        /// @rule some-are-special\n/// @title T\n/// @says {R}\n/// @source 004 \"Step 6\"\n\
        special(R) :- need(R, _, _, _, _, _).\n\
        /// @rule special-ones-need-a-key\n/// @title T\n/// @says {R}\n/// @source 004 \"Step 6\"\n\
        required_companion(R, \"heartbeat\") :- special(R).\n";
    let (_folder, new) = book(&[("rules/special.dl", rules)]);
    let inputs = [Input::Text { name: "d.dl".into(), text: DESIGN.to_owned() }];
    let compared = compare(&new, &inputs, &EvalOptions::default());
    let companions =
        compared.conclusions.iter().find(|it| it.column == "Companions").expect("one more");
    let names: Vec<&str> = companions
        .witness
        .as_ref()
        .unwrap()
        .iter()
        .map(|&at| compared.differences[at].name.as_str())
        .collect();
    assert_eq!(names, ["some-are-special", "special-ones-need-a-key"]);
}

#[test]
fn rows_of_tables_are_told_by_their_first_field() {
    let (_folder, new) = book(&[(
        "facts/derivation/threshold.add.csv",
        "quantity,use,number,unit,source,section\nCAS retry rate,wait,30,%,003,Step 18\n",
    )]);
    let compared = compare(&new, &[], &EvalOptions::default());
    let [table] = &compared.differences[..] else {
        panic!("{} differ", compared.differences.len())
    };
    assert_eq!((table.kind, &table.before), (Kind::Table, &None));
    assert!(table.after.as_ref().unwrap().ends_with("CAS retry rate,wait,30,%,003,Step 18"));
    let table = shipped("facts/framework/tier_meaning.csv");
    let line = table.lines().nth(1).unwrap();
    let (_folder, new) = book(&[(
        "facts/framework/tier_meaning.csv",
        &table.replace(line, &line.replacen(',', ",Another ", 1)),
    )]);
    let compared = compare(&new, &[], &EvalOptions::default());
    let [row] = &compared.differences[..] else { panic!("{compared:#?}") };
    assert_eq!((row.kind, row.name.as_str()), (Kind::Row, line.split(',').next().unwrap()));
    assert_eq!(row.before.as_deref(), Some(line));
}

#[test]
fn a_limit_leaves_witnesses_open_and_says_so() {
    let interrupt = std::sync::atomic::AtomicBool::new(true);
    let rulebook = rulebook();
    let mut old = Session::new(Arc::clone(&rulebook));
    old.state_text("d.dl", DESIGN.as_bytes().to_vec());
    let mut new = Session::new(rulebook);
    new.state_text("d.dl", DESIGN.replace("process", "event").into_bytes());
    let options = EvalOptions { interrupt: Some(&interrupt), ..EvalOptions::default() };
    match compare_designs(&old, &new, &options, &|_, _| ()) {
        Ok(compared) => assert_eq!(compared.stopped, Some(StopReason::Interrupted)),
        Err(Failure::Stopped(stopped)) => {
            assert_eq!(stopped.reason, StopReason::Interrupted);
        }
        Err(failure) => panic!("{failure:?}"),
    }
}
