//! What a prompt leaves behind, and what goes on from it: all scenarios, all changes, what was undone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use archlog::kb::{Options, Part, Rulebook};
use archlog::repl::{Event, Left, Repl, step};
use common::*;

fn options() -> Options {
    Options { part: Part::Whole, typed: Some(String::new()), ..Options::default() }
}

fn rulebook() -> Arc<Rulebook> {
    static RULEBOOK: std::sync::OnceLock<Arc<Rulebook>> = std::sync::OnceLock::new();
    Arc::clone(RULEBOOK.get_or_init(|| Arc::new(Rulebook::load(&options()).unwrap())))
}

fn repl(designs: &[&Path]) -> Repl {
    let mut repl = Repl::new(rulebook(), options(), Arc::new(AtomicBool::new(false)));
    repl.open(designs);
    repl
}

/// What is told by a line.
fn told(repl: &mut Repl, line: &str) -> String {
    let events = step(repl, line);
    let told = events.into_iter().map(|event| match event {
        Event::Answer(text) => text,
        Event::Note(text) | Event::Made(text) | Event::Error(text) | Event::Unmet(text) => {
            text + "\n"
        }
        Event::Problems { diagnostics, .. } => format!("{diagnostics:?}\n"),
        _ => String::new(),
    });
    told.collect()
}

/// A session that goes on from what another one left.
fn again(left: &str, designs: &[&Path]) -> Repl {
    let mut repl = repl(designs);
    repl.take_up(&Left::read(left).unwrap()).unwrap();
    repl
}

/// All that can be seen of a prompt: every scenario with its text, its changes and its rules.
fn all(repl: &mut Repl) -> Vec<String> {
    let mut seen = vec![repl.prompt(), told(repl, ":branch"), repl.unsaved().join("\n")];
    let names: Vec<String> = told(repl, ":branch")
        .lines()
        .map(|line| line.trim_start_matches(['*', ' ']).to_owned())
        .collect();
    let here =
        told(repl, ":branch").lines().find_map(|it| it.strip_prefix("* ").map(str::to_owned));
    for name in names.iter().chain(&here) {
        told(repl, &format!(":switch {name}"));
        let design = repl.session().designs()[repl.current()].clone();
        let facts: Vec<String> = design
            .facts
            .iter()
            .map(|fact| {
                let source = repl.session().sources();
                format!("{:?} {}", fact.values, source.position(fact.span).line)
            })
            .collect();
        seen.push(format!(
            "{name}\n{}\n{}\n{}\n{}\n{facts:#?}",
            repl.text(),
            told(repl, ":log"),
            told(repl, ":diff"),
            repl.typed()
        ));
    }
    seen
}

fn design(name: &str) -> std::path::PathBuf {
    root().join("designs").join(name)
}

#[test]
fn branches_are_left_and_taken_up_as_they_were() {
    let path = design("auction-minimal.dl");
    let mut first = repl(&[&path]);
    assert_eq!(first.left(), None);
    step(&mut first, r#"context("Topology", "single node")."#);
    step(&mut first, ":branch queue");
    step(&mut first, r#"judgement("place_bid", "one_writer_owns_scope", "Yes")."#);
    step(&mut first, r#"-context("Topology", _)."#);
    step(&mut first, ":undo");
    step(&mut first, ":branch lease");
    step(&mut first, r#"judgement("place_bid", "exclusive_holder", "Yes")."#);
    step(&mut first, ".decl risky(req: symbol)");
    step(&mut first, r#"risky(P) :- base_mechanism(P, "pessimistic lock")."#);
    step(&mut first, ":switch queue");
    let left = first.left().unwrap();
    assert_eq!(
        first.unsaved(),
        [
            "auction-minimal: 3 changes on lease, 1 change on main, 2 changes on queue",
            "rules typed here on lease"
        ]
    );
    let mut second = again(&left, &[&path]);
    assert_eq!(second.left(), Some(left), "what goes on leaves the same");
    assert!(second.prompt().contains("@queue*"), "{}", second.prompt());
    // The changes still have their numbers, can be undone and made again.
    assert!(told(&mut second, ":log").contains("#2 judgement(\"place_bid\", \"one_writer"));
    assert!(told(&mut second, ":log").contains("(undone) -context"));
    assert_eq!(all(&mut second), all(&mut first));
    for line in [":switch queue", ":redo", ":undo 2", ":redo"] {
        assert_eq!(told(&mut second, line), told(&mut first, line), "{line}");
    }
    step(&mut second, ":switch main");
    assert!(!second.text().contains("one_writer"), "a branch's facts stay in the branch");
    step(&mut second, ":undo");
    assert_eq!(second.text(), fs::read_to_string(&path).unwrap());
}

#[test]
fn saving_one_design_or_branch_does_not_pass_for_saving_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["a", "b"] {
        fs::write(path(&format!("{name}.dl")), format!("design(\"{name}\", \"It\").\n")).unwrap();
    }
    let mut repl = repl(&[&path("a.dl"), &path("b.dl")]);
    step(&mut repl, "object(\"OfB\", \"process\").");
    step(&mut repl, ":design a");
    step(&mut repl, "object(\"OfA\", \"process\").");
    told(&mut repl, ":save");
    assert_eq!(repl.unsaved(), ["b: 1 change"]);
    let mut second = again(&repl.left().unwrap(), &[&path("a.dl"), &path("b.dl")]);
    assert_eq!(second.unsaved(), ["b: 1 change"]);
    assert_eq!(second.session().designs().len(), 2);
    step(&mut second, ":design b");
    assert!(second.text().contains("OfB") && !second.text().contains("OfA"));
    // What the other design states goes with the scenario.
    step(&mut second, ":branch other");
    step(&mut second, "object(\"OnlyThere\", \"process\").");
    step(&mut second, ":design a");
    step(&mut second, ":switch main");
    step(&mut second, ":design b");
    assert!(!second.text().contains("OnlyThere"));
    told(&mut second, ":save");
    assert_eq!(second.unsaved(), ["b: 2 changes on other"]);
    assert!(second.left().is_some());
}

#[test]
fn each_branch_is_saved_to_a_file_of_its_own_and_not_offered_as_unsaved() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.dl"), "design(\"a\", \"It\").\n").unwrap();
    let mut repl = repl(&[&path("a.dl")]);
    step(&mut repl, "object(\"A\", \"process\").");
    let alt = path("alt.dl").display().to_string();
    told(&mut repl, &format!(":save {alt}"));
    step(&mut repl, ":branch b");
    step(&mut repl, "object(\"B\", \"process\").");
    assert_eq!(repl.unsaved(), ["a: 2 changes on b"]);
    let left = Left::read(&repl.left().unwrap()).unwrap();
    let lines = left.told();
    assert_eq!(lines[1], "* b: 2 changes, the last: object(\"B\", \"process\").");
    assert_eq!(lines[2], format!("  main: saved in {alt}"));
    assert!(left.files().any(|file| file == alt));
    let mut repl = again(&repl.left().unwrap(), &[&path("a.dl")]);
    // Where one goes is not where the other went.
    let other = path("b.dl").display().to_string();
    assert!(told(&mut repl, ":save").contains("is the file of another scenario"));
    told(&mut repl, &format!(":save {other}"));
    assert!(repl.is_saved());
    step(&mut repl, ":switch main");
    step(&mut repl, "object(\"C\", \"process\").");
    assert!(told(&mut repl, ":save").contains(&alt));
    let text = |path: &str| fs::read_to_string(path).unwrap();
    assert!(text(&alt).contains("\"C\"") && !text(&alt).contains("\"B\""), "{}", text(&alt));
    assert!(text(&other).contains("\"B\"") && !text(&other).contains("\"C\""));
    assert_eq!(text(&path("a.dl").display().to_string()), "design(\"a\", \"It\").\n");
}

#[test]
fn what_an_interview_asked_only_half_is_left_and_gone_on_with() {
    let mut first = repl(&[]);
    for line in [":new shop", "User pays an invoice", "yes", "refund", "user", "?"] {
        step(&mut first, line);
    }
    assert_eq!(first.prompt(), "need priority> ");
    let left = first.left().unwrap();
    let lines = Left::read(&left).unwrap().told();
    assert!(lines.iter().any(|line| line.contains("an interview")), "{lines:?}");
    let mut second = again(&left, &[]);
    assert_eq!(second.left(), Some(left), "what goes on leaves the same");
    assert_eq!(second.text(), first.text());
    told(&mut second, ":new");
    assert_eq!(second.prompt(), "need priority> ");
    for line in ["C1", "User gets a refund"] {
        let (one, other) = (told(&mut first, line), told(&mut second, line));
        assert_eq!(one, other);
    }
    assert!(second.text().contains("priority(\"refund\", \"C1\")."), "{}", second.text());
    // The sentence is still one, to be gone back to.
    step(&mut second, ":back\n:back\n:back\n:back\n:back");
    let said = told(&mut second, ":back");
    assert!(said.contains("Proposed:") && said.contains("user_pays_invoice"), "{said}");
    // Even where all else is in a file.
    let folder = tempfile::tempdir().unwrap();
    let mut third = repl(&[]);
    step(&mut third, ":new shop");
    told(&mut third, &format!(":save {}", folder.path().join("shop.dl").display()));
    assert!(third.left().is_none());
    step(&mut third, "refund");
    assert_eq!(third.unsaved(), ["shop: what an interview asked and is not stated yet"]);
    assert!(third.left().is_some());
    let dropped = step(&mut third, ":skip");
    assert!(dropped.iter().any(|it| matches!(it, Event::Changed)), "it is to be forgotten");
    assert!(third.left().is_none());
}

#[test]
fn rules_are_unsaved_until_they_are_in_a_file_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.dl");
    fs::write(&path, "design(\"a\", \"It\").\n").unwrap();
    let mut repl = repl(&[&path]);
    step(&mut repl, ".decl mine(a: symbol)");
    told(&mut repl, ":save");
    assert_eq!(repl.unsaved(), ["rules typed here"]);
    told(&mut repl, &format!(":save --rules {}", folder.path().join("rules").display()));
    assert!(repl.is_saved());
    step(&mut repl, "mine(\"x\").");
    assert!(!repl.is_saved());
    told(&mut repl, &format!(":save --rules {}", folder.path().join("rules").display()));
    assert!(repl.is_saved(), "what it wrote itself, it may write again");
}

#[test]
fn a_file_that_somebody_else_wrote_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.dl");
    fs::write(&path, "design(\"a\", \"It\").\n").unwrap();
    let (mut one, mut other) = (repl(&[&path]), repl(&[&path]));
    step(&mut one, "object(\"One\", \"process\").");
    step(&mut other, "object(\"Other\", \"process\").");
    assert!(told(&mut one, ":save").contains("wrote"));
    assert!(told(&mut other, ":save").contains("somebody else wrote it"));
    assert!(fs::read_to_string(&path).unwrap().contains("One"));
    step(&mut one, "object(\"Two\", \"process\").");
    assert!(told(&mut one, ":save").contains("wrote"), "its own writing is no surprise");
    let events = repl(&[&path]).take_up(&Left::read(&other.left().unwrap()).unwrap()).unwrap();
    let warned = |it: &Event| matches!(it, Event::Note(note) if note.contains("somebody else"));
    assert!(events.iter().any(warned), "{events:?}");
    assert!(told(&mut other, &format!(":save --force {}", path.display())).contains("wrote"));
}

#[test]
fn what_was_edited_as_a_whole_keeps_its_comments_and_is_taken_up_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.dl");
    let text = "// The first.\ndesign(\"a\", \"It\").\nobject(\"A\", \"process\"). // why\n";
    fs::write(&path, text).unwrap();
    let mut first = repl(&[&path]);
    let edited = text.replace("\"A\"", "\"B\"").replace("The first.", "The second.");
    first.edited(archlog::repl::Text::Design, &edited);
    assert_eq!(first.text(), edited);
    step(&mut first, "object(\"C\", \"process\").");
    let expected = format!("{edited}object(\"C\", \"process\").\n");
    assert_eq!(first.text(), expected);
    let mut second = again(&first.left().unwrap(), &[&path]);
    assert_eq!(second.text(), expected);
    step(&mut second, ":undo");
    assert_eq!(second.text(), edited);
    step(&mut second, ":undo");
    assert_eq!(second.text(), text);
    step(&mut second, ":redo 2");
    assert_eq!(second.text(), expected);
    step(&mut second, ":save");
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
}

#[test]
fn a_design_that_is_gone_or_never_had_a_file_is_taken_up_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.dl");
    fs::write(&path, "// Mine.\ndesign(\"a\", \"It\").\n").unwrap();
    let mut first = repl(&[&path]);
    step(&mut first, "object(\"A\", \"process\").");
    let left = first.left().unwrap();
    fs::remove_file(&path).unwrap();
    let mut second = again(&left, &[]);
    assert_eq!(second.session().designs().len(), 1);
    assert!(second.text().starts_with("// Mine."), "{}", second.text());
    assert!(told(&mut second, ":save").contains("wrote"));
    let mut blank = repl(&[]);
    step(&mut blank, "design(\"new\", \"New\").");
    step(&mut blank, "object(\"A\", \"process\").");
    let second = again(&blank.left().unwrap(), &[]);
    assert_eq!(second.text(), blank.text());
    assert_eq!(second.prompt(), blank.prompt());
}

#[test]
fn what_cannot_be_read_changes_nothing() {
    let path = design("auction-minimal.dl");
    let mut first = repl(&[&path]);
    step(&mut first, r#"context("Topology", "single node")."#);
    let left = first.left().unwrap();
    let mut second = repl(&[&path]);
    for wrong in
        [left.replace("context(", "contest("), left.replace("single node\\\")", "x\\\", 1)")]
    {
        let failed = second.take_up(&Left::read(&wrong).unwrap());
        assert!(failed.is_err_and(|it| it.contains("nothing this rulebook can read")), "{wrong}");
        assert!(second.is_saved() && second.text() == fs::read_to_string(&path).unwrap());
    }
    assert!(Left::read("{").is_err());
    assert!(Left::read(&left.replace("\"form\":2", "\"form\":9")).is_err());
}

/// A small generator of numbers: the same from the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound.max(1)
    }
}

#[test]
fn any_walk_through_branches_is_taken_up_as_it_was() {
    let path = design("auction-minimal.dl");
    let text = fs::read_to_string(&path).unwrap();
    let facts: Vec<&str> = text.lines().filter(|line| line.ends_with(").")).collect();
    let more = [
        r#"judgement("place_bid", "exclusive_holder", "Yes")."#,
        r#"context("Topology", "multi-service")."#,
        r#"evolution("Auction", "append-only")."#,
    ];
    let facts: Vec<&str> = facts.iter().copied().chain(more).collect();
    let (mut random, mut taken) = (Random(7), 0);
    for walk in 0..4 {
        let mut repl = repl(&[&path]);
        let mut names = vec!["main".to_owned()];
        for at in 0..20 {
            let fact = facts[random.below(facts.len())];
            let line = match random.below(9) {
                0..=2 => fact.to_owned(),
                3 | 4 => format!("-{fact}"),
                5 => ":undo".to_owned(),
                6 => ":redo".to_owned(),
                7 => {
                    names.push(format!("b{at}"));
                    format!(":branch b{at}")
                }
                _ => format!(":switch {}", names[random.below(names.len())]),
            };
            step(&mut repl, &line);
        }
        let Some(left) = repl.left() else { continue };
        let mut other = again(&left, &[&path]);
        assert_eq!(other.left(), Some(left), "walk {walk}");
        assert_eq!(all(&mut other), all(&mut repl), "walk {walk}");
        taken += 1;
    }
    assert!(taken > 2, "{taken}");
}
