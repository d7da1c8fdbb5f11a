//! Decision records: what they say, that they stay as they are while nothing changes, and what is said
//! when something does. Each test is the real program in a directory of its own.
//!
//! What is expected stands in `tests/adr/NAME.txt`; the records themselves are those of the auction in
//! `docs/adr`. `ARCHLOG_UPDATE=1 cargo test --test adr` writes what differs; read what it wrote.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use assert_cmd::Command;
use tempfile::TempDir;

const MECHANISM: &str = "docs/adr/0001-base-mechanism-place-bid.md";
const READ: &str = "docs/adr/0006-read-path-view-highest-bid.md";
const COMPANION: &str = "docs/adr/0002-companion-place-bid-idempotency-key.md";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A directory with the auction in it, and the program.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        let auction = fs::read_to_string(root().join("designs/auction.dl")).unwrap();
        desk.write("designs/auction.dl", &auction);
        desk
    }

    /// With the records of the auction.
    fn with_records() -> Self {
        let desk = Desk::new();
        desk.run(&["adr", "designs/auction.dl"], 0);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Changes a text of a file that is in it once or more.
    fn change(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, &text.replace(from, to));
    }

    /// All records, by name.
    fn records(&self) -> BTreeMap<String, String> {
        records(&self.path("docs/adr"))
    }

    /// What the program answers and says, and how it ends.
    fn run(&self, arguments: &[&str], code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_archlog"));
        for variable in ["NO_COLOR", "CLICOLOR_FORCE", "LC_ALL", "LC_CTYPE"] {
            command.env_remove(variable);
        }
        let output = command.current_dir(&self.folder).args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{said}{answer}");
        said + &answer
    }
}

fn records(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let record = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path()).unwrap();
        (entry.file_name().into_string().unwrap(), text)
    };
    entries.map(record).collect()
}

/// A text without what changes with every rule of the rulebook.
fn without_hash(text: &str) -> String {
    let changes = |line: &&str| line.starts_with("seal: ") || line.contains("\"hash\": \"");
    let kept = text.lines().filter(|line| !changes(line));
    let plain =
        |line: &str| match line.split_once("rulebook 0.").or(line.split_once("rulebook: \"")) {
            Some((before, _)) => format!("{before}rulebook ..."),
            None => line.trim_end().to_owned(),
        };
    let lines: Vec<String> = kept.map(plain).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

/// Holds an answer against the file it stands in, or writes the file.
fn check(name: &str, found: &str) {
    let (path, found) = (root().join(format!("tests/adr/{name}.txt")), without_hash(found));
    if env::var_os("ARCHLOG_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{name}");
}

const TABLE: [&str; 4] = ["verify", "docs/adr", "--format", "md"];

#[test]
fn the_records_of_the_auction_are_as_they_are_shown_and_hold() {
    let shown = root().join("docs/adr");
    let program = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_archlog"));
        command.current_dir(root()).args(arguments).output().unwrap()
    };
    if env::var_os("ARCHLOG_UPDATE").is_some() {
        assert!(program(&["adr", "designs/auction.dl", "--force"]).status.success());
    }
    let verified = program(&["verify", "docs/adr", "--deny", "warning"]);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success(), "`ARCHLOG_UPDATE=1` brings them up to date\n{said}");
    // Written from nothing they come out the same, but for the rulebook they were written by.
    let desk = Desk::with_records();
    let (shown, fresh) = (records(&shown), desk.records());
    assert_eq!(shown.keys().collect::<Vec<_>>(), fresh.keys().collect::<Vec<_>>());
    for (name, text) in shown {
        assert_eq!(without_hash(&text), without_hash(&fresh[&name]), "{name}");
    }
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    let desk = Desk::new();
    check("written", &desk.run(&["adr", "designs/auction.dl", "--format", "md"], 0));
    let before = desk.records();
    check("unchanged", &desk.run(&["adr", "designs/auction.dl", "--format", "md"], 0));
    assert_eq!(before, desk.records());
    check("holds", &desk.run(&TABLE, 0));
    // From elsewhere, too: a record names its design as seen from its own folder.
    let records = desk.path("docs/adr");
    let elsewhere = Desk::new();
    elsewhere.run(&["verify", records.to_str().unwrap(), "--deny", "warning"], 0);
    // A comment in the design moves its lines, and no record speaks of lines.
    let text = desk.read("designs/auction.dl");
    desk.write("designs/auction.dl", &format!("// A comment.\n\n{text}"));
    desk.run(&["verify", "docs/adr", "--deny", "warning"], 0);
    desk.run(&["adr", "designs/auction.dl"], 0);
    assert_eq!(before, desk.records());
}

#[test]
fn a_changed_fact_is_told_with_what_is_responsible() {
    let desk = Desk::with_records();
    desk.change(
        "designs/auction.dl",
        r#""exclusive_holder", "No""#,
        r#""exclusive_holder", "Yes""#,
    );
    // Something besides that has nothing to do with it.
    desk.change(
        "designs/auction.dl",
        r#"hotspot("viral read traffic""#,
        r#"hotspot("viral reads""#,
    );
    check("changed_fact", &desk.run(&TABLE, 1));
    let json = desk.run(&["verify", MECHANISM, "--format", "json"], 1);
    check("changed_fact_json", &json);
    let before = desk.read(MECHANISM);
    check("superseded", &desk.run(&["adr", "designs/auction.dl", "--format", "md"], 0));
    let head = |name: &str| {
        let text = desk.read(name);
        let (front, body) = text
            .split_once("\n## Context")
            .map(|(it, _)| it)
            .unwrap()
            .split_once("\nfacts:")
            .unwrap();
        let (_, title) = body.split_once("\n---\n").unwrap();
        format!("{front}\n{title}\n")
    };
    let heads = head(MECHANISM) + &head("docs/adr/0011-base-mechanism-place-bid.md");
    check("superseded_heads", &heads);
    check(
        "superseded_holds",
        &desk.run(&["verify", "docs/adr", "--deny", "warning", "--format", "md"], 0),
    );
    // Had somebody pulled the plug before the old one was marked, it would be marked now.
    let marked = desk.read(MECHANISM);
    desk.write(MECHANISM, &before);
    desk.run(&["verify", "docs/adr"], 1);
    desk.run(&["adr", "designs/auction.dl"], 0);
    assert_eq!(desk.read(MECHANISM), marked);
    // The way back is a decision of its own: nobody renumbers the past.
    desk.change(
        "designs/auction.dl",
        r#""exclusive_holder", "Yes""#,
        r#""exclusive_holder", "No""#,
    );
    desk.run(&["verify", "docs/adr"], 1);
    desk.run(&["adr", "designs/auction.dl"], 0);
    let names: Vec<String> = desk.records().into_keys().collect();
    assert_eq!(names.last().unwrap(), "0012-base-mechanism-place-bid.md");
    desk.run(&["verify", "docs/adr", "--deny", "warning"], 0);
}

#[test]
fn a_path_that_is_gone_retires_its_records() {
    let desk = Desk::with_records();
    desk.change(
        "designs/auction.dl",
        r#"priority("place_bid", "C1")"#,
        r#"priority("place_bid", "C2")"#,
    );
    check("undecided", &desk.run(&TABLE, 1));
    check("retired", &desk.run(&["adr", "designs/auction.dl", "--format", "md"], 0));
    desk.run(&["verify", "docs/adr", "--deny", "warning"], 0);
}

#[test]
fn a_changed_rule_is_told_with_what_is_responsible() {
    let desk = Desk::with_records();
    let shipped = fs::read_to_string(root().join("rules/decide/read_path.dl")).unwrap();
    let (from, to) = (
        r#"predicate(Req, "read_heavy", "true"), predicate(Req, "staleness_allowed", "true")"#,
        r#"predicate(Req, "read_heavy", "false"), predicate(Req, "staleness_allowed", "true")"#,
    );
    assert!(shipped.contains(from));
    desk.write("mine/decide/read_path.dl", &shipped.replace(from, to));
    // A rule of one's own that has nothing to do with it.
    desk.write("mine/own.dl", ".decl own(req: symbol)\nown(P) :- base_mechanism(P, _).\n");
    let by = ["verify", READ, "--rules", "mine", "--format", "md"];
    check("changed_rule", &desk.run(&by, 1));
    // By the rulebook that it was written by it holds.
    desk.run(&["verify", READ], 0);
}

/// A rule that makes a fact count which has been there all the time: the rule is to blame, not the fact.
#[test]
fn a_rule_is_blamed_and_no_fact_that_has_not_changed() {
    let desk = Desk::with_records();
    desk.write(
        "mine/published.dl",
        "/// @rule house-routes-published-writes\n\
         /// @title Published writes are routed to one writer a partition\n\
         /// @says {Req} publishes, and this house routes such writes\n\
         /// @source 004 \"Step 6 / Classification Rule For Base mechanism\" 4\n\
         base_mechanism_row(40, Req) :- judgement(Req, \"publishes_downstream\", \"Yes\").\n",
    );
    let found = desk.run(&["verify", MECHANISM, "--rules", "mine", "--format", "md"], 1);
    assert!(found.contains("| added | rule | /// @rule house-routes-published-writes"), "{found}");
    let responsible = found.split("## What is responsible").nth(1).unwrap_or_default();
    assert!(!responsible.contains("| fact |"), "{found}");
}

#[test]
fn a_changed_reason_is_a_warning() {
    let desk = Desk::with_records();
    desk.change("designs/auction.dl", "evolution(\"Auction\", \"state machine\").\n", "");
    check("changed_reason", &desk.run(&["verify", MECHANISM, "--format", "md"], 0));
    desk.run(&["verify", MECHANISM, "--deny", "warning"], 1);
    desk.run(&["verify", MECHANISM, "--deny", "AL1513"], 1);
    desk.run(&["verify", MECHANISM, "--deny", "AL1514"], 0);
    desk.run(&["adr", "designs/auction.dl"], 0);
    desk.run(&["verify", MECHANISM, "--deny", "warning"], 0);
}

#[test]
fn other_words_are_a_warning() {
    let desk = Desk::with_records();
    desk.change(
        "designs/auction.dl",
        "bid correctness is per auction",
        "a bid concerns one auction",
    );
    check("changed_words", &desk.run(&["verify", MECHANISM, "--format", "md"], 0));
    desk.run(&["verify", MECHANISM, "--deny", "AL1514"], 1);
}

#[test]
fn what_stands_on_assumptions_is_named() {
    let desk = Desk::new();
    let brief = fs::read_to_string(root().join("designs/auction-minimal.dl")).unwrap();
    desk.write("brief.dl", &brief);
    desk.run(&["adr", "brief.dl"], 0);
    let text = desk.read(MECHANISM);
    let part = text.split("## What stands on assumptions").nth(1).unwrap();
    check("assumptions", part.split("\n## ").next().unwrap());
    // Said, it is no assumption any more.
    let said = "judgement(\"place_bid\", \"exclusive_holder\", \"No\").\n";
    desk.write("brief.dl", &format!("{brief}{said}"));
    check("assumption_said", &desk.run(&["verify", MECHANISM, "--format", "md"], 0));
}

#[test]
fn what_a_person_writes_stays_and_what_is_written_for_them_is_not_theirs_to_change() {
    let desk = Desk::with_records();
    desk.change(MECHANISM, "Proposed.", "Accepted on the first Monday.");
    let noted = desk.read(MECHANISM) + "\nWe measured it.\n";
    desk.write(MECHANISM, &noted);
    desk.run(&["verify", "docs/adr", "--deny", "warning"], 0);
    desk.run(&["adr", "designs/auction.dl"], 0);
    assert_eq!(desk.read(MECHANISM), noted);
    // Its own text is sealed.
    desk.change(MECHANISM, "**Place bid stays correct by CAS", "**Place bid stays correct by luck");
    check("tampered", &desk.run(&TABLE, 2));
    let before = desk.records();
    check("not_overwritten", &desk.run(&["adr", "designs/auction.dl"], 2));
    assert_eq!(before, desk.records());
    desk.run(&["adr", "designs/auction.dl", "--force"], 0);
    assert_eq!(desk.read(MECHANISM), noted);
    // So is its front matter, and a record that broke off is none.
    desk.change(MECHANISM, "decision: \"CAS", "decision: \"2PC or CAS");
    let half: String =
        desk.read(COMPANION).lines().take(12).map(|line| format!("{line}\n")).collect();
    desk.write(COMPANION, &half);
    check("damaged", &desk.run(&TABLE, 2));
    desk.run(&["adr", "designs/auction.dl"], 2);
    desk.run(&["adr", "designs/auction.dl", "--force"], 0);
    assert_eq!(desk.read(MECHANISM), noted);
    assert_eq!(desk.records().len(), 10);
    desk.run(&["verify", "docs/adr", "--deny", "warning"], 0);
}

#[test]
fn a_design_that_moved_is_named_and_found_by_its_id() {
    let desk = Desk::with_records();
    desk.change(MECHANISM, "Proposed.", "Accepted.");
    fs::rename(desk.path("designs/auction.dl"), desk.path("auction.dl")).unwrap();
    check("moved", &desk.run(&["verify", MECHANISM, "--format", "md"], 2));
    desk.run(&["adr", "auction.dl"], 0);
    assert!(desk.read(MECHANISM).contains("Accepted."));
    assert_eq!(desk.records().len(), 10);
    desk.run(&["verify", "docs/adr", "--deny", "warning"], 0);
    // Another design in its place is not the same.
    desk.change("auction.dl", "design(\"auction\"", "design(\"sale\"");
    check("another_design", &desk.run(&["verify", MECHANISM, "--format", "md"], 2));
}

#[test]
fn records_of_several_designs_and_other_texts_share_a_folder() {
    let desk = Desk::with_records();
    let brief = fs::read_to_string(root().join("designs/auction-minimal.dl")).unwrap();
    desk.write("brief.dl", &brief);
    desk.write("docs/adr/0011-by-hand.md", "# We like it simple\n");
    desk.run(&["adr", "brief.dl"], 0);
    let names: Vec<String> = desk.records().into_keys().collect();
    assert_eq!(names.len(), 14, "{names:?}");
    assert_eq!(names[11], "0012-base-mechanism-place-bid.md");
    let said = desk.run(&["verify", "docs/adr", "--deny", "warning"], 0);
    assert!(said.contains("docs/adr/0011-by-hand.md is none of archlog's records"), "{said}");
    assert!(said.contains("13 records hold."), "{said}");
}

#[test]
fn a_decision_that_no_record_holds_is_named() {
    let desk = Desk::with_records();
    // The records beside the one that is named count, too.
    let said = desk.run(&["verify", MECHANISM, "--deny", "warning"], 0);
    assert!(!said.contains("Not recorded"), "{said}");
    fs::remove_file(desk.path(COMPANION)).unwrap();
    check("unrecorded", &desk.run(&TABLE, 0));
    desk.run(&["verify", MECHANISM, "--deny", "AL1515"], 1);
    desk.run(&["verify", "docs/adr", "--deny", "AL1513"], 0);
    desk.run(&["adr", "designs/auction.dl"], 0);
    desk.run(&["verify", "docs/adr", "--deny", "warning"], 0);
}

#[test]
fn the_prompt_writes_the_same_records_of_a_design_that_is_saved() {
    let desk = Desk::new();
    let at = |commands: &[&str], code: i32| {
        let commands = commands.iter().flat_map(|command| ["-c", command]);
        let arguments: Vec<&str> =
            ["repl", "designs/auction.dl"].into_iter().chain(commands).collect();
        desk.run(&arguments, code)
    };
    let change = r#"context_why("Topology", "said at the prompt")."#;
    let said = at(&[change, ":adr"], 2);
    assert!(said.contains("`:save FILE.dl` first"), "{said}");
    let said = at(&[".decl own(req: symbol)", "own(P) :- base_mechanism(P, _).", ":adr"], 2);
    assert!(said.contains("`:save FILE.dl` first"), "{said}");
    assert!(!desk.path("docs").exists());
    let said = at(&[":mode markdown", ":adr", ":verify docs/adr"], 0);
    assert!(said.contains("10 written.") && said.contains("10 records hold."), "{said}");
    assert_eq!(desk.records(), Desk::with_records().records());
    desk.run(&["verify", "docs/adr", "--deny", "warning"], 0);
    fs::remove_file(desk.path(COMPANION)).unwrap();
    let said = at(&[":verify docs/adr"], 0);
    assert!(said.contains("Place bid goes with idempotency key"), "{said}");
    // Saved elsewhere, the design is where the records say.
    let said = at(&[change, ":save other.dl", ":adr decisions"], 0);
    assert!(said.contains("10 written."), "{said}");
    desk.run(&["verify", "decisions", "--deny", "warning"], 0);
    assert!(desk.read("decisions/0001-base-mechanism-place-bid.md").contains("\"../other.dl\""));
}
