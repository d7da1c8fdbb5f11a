//! The prompt through a pipe: transcripts that can be read, properties of changes, and what a script
//! exits with.
//!
//! A file `tests/repl/NAME.txt` begins with the arguments; a line `> text` is typed, what follows is the
//! answer, messages behind `! `. `ARCHLOG_UPDATE=1` writes the answers anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use archlog::diag::Renderer;
use archlog::kb::{Options, Part, Rulebook};
use archlog::repl::{Event, Kind, Repl, complete, kinds, step};
use archlog::session::Session;
use assert_cmd::Command;
use common::*;

/// The prompt over the whole rulebook.
fn repl() -> Repl {
    let options = Options { part: Part::Whole, typed: Some(String::new()), ..Options::default() };
    let rulebook = Rulebook::load(&options).unwrap();
    Repl::new(Arc::new(rulebook), options, Arc::new(AtomicBool::new(false)))
}

/// What a person sees of events.
fn seen(events: Vec<Event>) -> String {
    marked(events, "! ")
}

/// What a person sees of events, what is said beside an answer marked.
fn marked(events: Vec<Event>, mark: &str) -> String {
    let mut text = String::new();
    let beside = |message: &str| {
        message
            .trim_end()
            .lines()
            .map(|line| format!("{mark}{line}").trim_end().to_owned() + "\n")
            .collect::<String>()
    };
    for event in events {
        match event {
            Event::Answer(answer) => {
                let lines = answer.lines().map(|line| format!("{}\n", line.trim_end()));
                text.push_str(&lines.collect::<String>());
            }
            Event::Note(note) | Event::Made(note) => text.push_str(&beside(&note)),
            Event::Problems { diagnostics, sources } => {
                text.push_str(&beside(&Renderer { colour: false }.render(&sources, &diagnostics)));
            }
            Event::Error(message) => text.push_str(&beside(&format!("error: {message}"))),
            Event::Unmet(message) => text.push_str(&beside(&format!("unmet: {message}"))),
            Event::Stopped(stopped) => text.push_str(&beside(&format!("stopped: {stopped}"))),
            Event::Quit => text.push_str("! (left)\n"),
            Event::Changed | Event::Edit { .. } => {}
        }
    }
    text
}

#[test]
fn transcripts_are_as_they_were() {
    let folder = root().join("tests/repl");
    let mut stale = Vec::new();
    let mut ran = 0;
    for path in files_below("tests/repl", "txt") {
        let text = fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap_or_default().trim_start_matches('#').trim();
        let designs: Vec<_> =
            first.split_whitespace().map(|name| Path::new(name).to_path_buf()).collect();
        let mut repl = repl();
        let mut out = format!("# {first}").trim_end().to_owned() + "\n";
        out.push_str(&seen(repl.open(&designs)));
        for line in text.lines().filter_map(|line| line.strip_prefix('>')) {
            let line = line.strip_prefix(' ').unwrap_or(line);
            out.push_str(format!("> {line}").trim_end());
            out.push('\n');
            out.push_str(&seen(step(&mut repl, line)));
            ran += 1;
        }
        if out != text {
            if std::env::var_os("ARCHLOG_UPDATE").is_some() {
                fs::write(&path, &out).unwrap();
            } else {
                let at = out.lines().zip(text.lines()).find(|(new, old)| new != old);
                stale.push(format!("{}: {at:?}", path.strip_prefix(&folder).unwrap().display()));
            }
        }
    }
    assert!(ran > 20, "{ran}");
    assert!(stale.is_empty(), "ARCHLOG_UPDATE=1 renews: {}", stale.join("\n"));
}

#[test]
fn the_sessions_of_the_page_are_what_the_prompt_says() {
    let page = read("docs/repl.md");
    let mut out = String::new();
    let (mut repl, mut inside) = (None, false);
    for line in page.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            out.push_str(&format!("{line}\n"));
            inside = fence.starts_with("session");
            repl = inside.then(|| {
                let mut repl = self::repl();
                let design = fence.trim_start_matches("session").trim();
                repl.open(&[design]);
                repl.settings.look.width = Some(118);
                repl
            });
        } else if let (Some(typed), Some(repl)) = (line.strip_prefix("> "), &mut repl) {
            out.push_str(&format!("{line}\n{}", marked(step(repl, typed), "")));
        } else if !inside {
            out.push_str(&format!("{line}\n"));
        }
    }
    if std::env::var_os("ARCHLOG_UPDATE").is_some() {
        fs::write(root().join("docs/repl.md"), &out).unwrap();
    } else {
        let at = out.lines().zip(page.lines()).find(|(new, old)| new != old);
        assert!(out == page, "ARCHLOG_UPDATE=1 renews docs/repl.md: {at:?}");
    }
}

/// Sentences, each with the operation and the object that are proposed first.
const SENTENCES: [(&str, &str, &str); 12] = [
    ("Customer places an order for an item", "conditional write", "Order"),
    ("User places bid", "conditional write", "Bid"),
    ("User leaves a review for a restaurant", "append event", "Review"),
    ("User sees the list of messages in a channel", "read projection", "Message"),
    ("Seller changes the price of a product", "overwrite state", "Product"),
    ("Scheduler expires holds after ten minutes", "state transition", "Hold"),
    ("Visitor answers a poll about lunch", "append event", "Poll"),
    ("Patient opens an account", "overwrite state", "Account"),
    ("Client gets the number of unread notifications", "read projection", "Notification"),
    ("System sends a reminder for an appointment", "async deliver", "Reminder"),
    ("Warehouse ships the items of an order", "state transition", "Item"),
    ("Guest books a room in a hotel for three nights", "conditional write", "Room"),
];

#[test]
fn a_sentence_names_the_thing_that_it_is_about() {
    let mut repl = repl();
    for (sentence, operation, object) in SENTENCES {
        let said = seen(step(&mut repl, &format!(":require {sentence}")));
        let value = |column: &str| {
            let line = said.lines().find_map(|line| line.trim().strip_prefix(column));
            line.map(|line| line.trim().split("   ").next().unwrap_or_default().to_owned())
        };
        let found = (value("operation "), value("object "));
        assert_eq!(
            found,
            (Some(operation.to_owned()), Some(object.to_owned())),
            "{sentence}: {said}"
        );
        step(&mut repl, "no");
    }
}

#[test]
fn a_mistake_in_an_edited_text_is_shown_where_it_is_in_it() {
    let mut repl = repl();
    repl.open(&[root().join("designs/auction-minimal.dl")]);
    let text = format!("{}broken(1).\n", repl.text());
    let line = text.lines().count();
    let said = seen(repl.edited(archlog::repl::Text::Design, &text));
    assert!(said.contains(&format!("--> your text:{line}:1")), "{said}");
    assert!(said.contains("| broken(1)."), "{said}");
    let said = seen(repl.edited(archlog::repl::Text::Rules, "risky(P) :- base_mechanism(P, M).\n"));
    assert!(
        said.contains("risky(P) :- base_mechanism(P, M).") && !said.contains("<edited>"),
        "{said}"
    );
}

#[test]
fn what_was_left_open_is_asked_for_again_at_the_end() {
    let mut repl = repl();
    let lines = ["User pays an invoice", "yes", "", "Invoice", "?", "", "", ""];
    step(&mut repl, ":new shop");
    for line in lines {
        step(&mut repl, line);
    }
    let mut said = String::new();
    for _ in 0..60 {
        if said.contains("What was left open before:") {
            break;
        }
        said = seen(step(&mut repl, ":skip"));
    }
    assert!(said.contains("class: entity, event"), "{said}");
    assert!(!repl.text().contains("object("), "{}", repl.text());
    let said = seen(step(&mut repl, "entity"));
    assert!(repl.text().contains("object(\"Invoice\", \"entity\")."), "{said}{}", repl.text());
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

/// Everything that derives, as text.
fn everything(session: &Session, design: usize) -> Vec<String> {
    let relations = &session.rulebook().program.relations;
    let rows = |at: usize| session.rows(archlog::value::RelationId::from(at), design);
    let named = (0..relations.len()).filter(|at| !relations[*at].name.starts_with(['@', '?']));
    named
        .flat_map(|at| rows(at).into_iter().map(move |row| (at, row)))
        .map(|it| format!("{it:?}"))
        .collect()
}

#[test]
fn any_walk_of_changes_comes_to_the_same_as_deriving_its_facts_from_scratch() {
    let text = fs::read_to_string(root().join("designs/auction-minimal.dl")).unwrap();
    let facts: Vec<&str> = text.lines().filter(|line| line.ends_with(").")).collect();
    let more = [
        r#"judgement("place_bid", "exclusive_holder", "Yes")."#,
        r#"judgement("place_bid", "publishes_downstream", "Yes")."#,
        r#"context("Topology", "multi-service")."#,
        r#"evolution("Auction", "append-only")."#,
        r#"note("a", 1)."#,
    ];
    let all: Vec<&str> = facts.iter().copied().chain(more).collect();
    let mut random = Random(7);
    for walk in 0..6 {
        let mut repl = repl();
        repl.open(&[root().join("designs/auction-minimal.dl")]);
        let began = everything(repl.session(), 0);
        let mut made = 0;
        for _ in 0..25 {
            let fact = all[random.below(all.len())];
            let line = match random.below(5) {
                0 | 1 => fact.to_owned(),
                2 => format!("-{fact}"),
                3 => ":undo".to_owned(),
                _ => ":redo".to_owned(),
            };
            step(&mut repl, &line);
            made += 1;
        }
        let mut fresh = Session::new(repl_rulebook(&repl));
        // A design that states nothing cannot be read back; there is nothing to compare then.
        if fresh.state_text("again.dl", repl.text().into_bytes()) {
            fresh.derive(&archlog::eval::Options::default()).unwrap();
            assert_eq!(everything(repl.session(), 0), everything(&fresh, 0), "walk {walk}");
        }
        step(&mut repl, &format!(":undo {made}"));
        assert_eq!(everything(repl.session(), 0), began, "walk {walk}, undone");
        assert_eq!(repl.text(), text, "walk {walk}, undone");
    }
}

fn repl_rulebook(_: &Repl) -> Arc<Rulebook> {
    let options = Options { part: Part::Whole, ..Options::default() };
    Arc::new(Rulebook::load(&options).unwrap())
}

#[test]
fn a_saved_design_reads_back_keeps_its_comments_and_is_the_same_the_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.dl");
    let shown = path.display();
    let mut repl = repl();
    repl.open(&[root().join("designs/auction.dl")]);
    step(&mut repl, r#"-owner("Auction", "service")."#);
    step(&mut repl, r#"owner("Auction", "user")."#);
    assert!(!repl.is_saved());
    assert_eq!(seen(step(&mut repl, &format!(":save {shown}"))), format!("! wrote {shown}\n"));
    assert!(repl.is_saved());
    let saved = fs::read_to_string(&path).unwrap();
    let original = fs::read_to_string(root().join("designs/auction.dl")).unwrap();
    let expected = original.replace("owner(\"Auction\", \"service\").\n", "");
    assert_eq!(saved, format!("{expected}owner(\"Auction\", \"user\").\n"));
    let mut again = self::repl();
    again.open(std::slice::from_ref(&path));
    assert_eq!(everything(again.session(), 0), everything(repl.session(), 0));
    step(&mut again, ":save");
    assert_eq!(fs::read_to_string(&path).unwrap(), saved);
    assert!(
        seen(step(&mut again, &format!(":save {}", root().join("designs/auction.dl").display())))
            .contains("is there already")
    );
}

/// The words that may stand at the end of a line.
fn completed(repl: &Repl, line: &str) -> Vec<String> {
    let found = complete(repl, line, line.len());
    let whole = |text: &str| format!("{}{text}", &line[..found.start]);
    found.candidates.iter().map(|candidate| whole(&candidate.text)).collect()
}

#[test]
fn completion_knows_commands_relations_values_and_the_names_of_the_design() {
    let mut repl = repl();
    repl.open(&[root().join("designs/auction.dl")]);
    assert_eq!(completed(&repl, ":why-"), [":why-not"]);
    assert_eq!(completed(&repl, ":mode js"), [":mode json", ":mode jsonl"]);
    assert!(completed(&repl, "base_m").contains(&"base_mechanism(".to_owned()));
    assert_eq!(
        completed(&repl, "evolution(\"Auction\", \"ap"),
        ["evolution(\"Auction\", \"append-only\""]
    );
    assert_eq!(completed(&repl, "evolution(\"Auction\", ").len(), 4);
    assert_eq!(
        completed(&repl, "context(\"Compensation acceptable?\", "),
        [
            "context(\"Compensation acceptable?\", \"Yes\"",
            "context(\"Compensation acceptable?\", \"No\""
        ]
    );
    assert_eq!(completed(&repl, "judgement(\"pl"), ["judgement(\"place_bid\""]);
    assert_eq!(completed(&repl, ":why base_mechanism(\"pl"), [":why base_mechanism(\"place_bid\""]);
    assert_eq!(completed(&repl, ":run unf"), [":run unfenced_leases"]);
    assert_eq!(completed(&repl, "meta.rest"), ["meta.rests_on("]);
    assert_eq!(completed(&repl, ":compare "), Vec::<String>::new());
    assert_eq!(completed(&repl, ":review -"), [":review --why"]);
    assert_eq!(completed(&repl, ":pager o"), [":pager on", ":pager off"]);
    assert_eq!(completed(&repl, ":run pass"), [":run passages"]);
    assert!(complete(&repl, ":questions --answers f", 22).file);
    assert!(complete(&repl, ":load des", 9).file);
    assert_eq!(
        archlog::repl::hint(&repl, "judgement(\"place_bid\", "),
        Some("question, answer)".to_owned())
    );
}

#[test]
fn each_command_offers_what_it_takes_and_nothing_else() {
    let mut repl = repl();
    repl.open(&[root().join("designs/auction-minimal.dl")]);
    step(
        &mut repl,
        "owner(\"Auction\", \"user\").\nobject(\"Lot\", \"entity\").\n:undo\n:branch b",
    );
    let offered = |line: &str| -> Vec<String> {
        let words = completed(&repl, line);
        words.iter().map(|it| it.strip_prefix(line.trim_start()).unwrap_or(it).to_owned()).collect()
    };
    let cases: &[(&str, &[&str])] = &[
        (":timing ", &["on", "off"]),
        // An abbreviation is the command it stands for.
        (":tim o", &["n", "ff"]),
        (":new ", &[]),
        (":require ", &[]),
        (":branch ", &[]),
        (":log ", &[]),
        (":history ", &[]),
        (":undo ", &["#1"]),
        (":redo ", &["1"]),
        (":diff ", &["1"]),
        (":switch ", &["main"]),
        (":compare ", &["main"]),
        (":limit ", &["off"]),
        (":set pager ", &["auto", "on", "off"]),
        (":set ascii ", &["on", "off"]),
        (":edit rules ", &["anew"]),
        (":check ", &["--all", "--accepted"]),
        (":questions ", &["csv", "--answers", "--dossier"]),
        (":ledger ", &["--all", "--dossier"]),
        (":save --", &["force", "rules"]),
        (":kb s", &["how", "earch"]),
        (":kb show ", &[]),
        (":dossier 2", &["", "0"]),
        (":explain AL0107", &[""]),
        (":run open_about p", &["lace_bid"]),
        (":run open_about place_bid ret", &["ry-answered"]),
        (":run mechanism_paths ", &["\"CAS on (state, version)\""]),
        (":run mechanism_paths \"CAS", &[" on (state, version)\""]),
        (":run mechanism_paths _ _ p", &["lace_bid"]),
        (":watch of", &["f"]),
        // What is taken back is among what is stated.
        ("-contex", &["t("]),
        ("-objec", &["t("]),
        ("-owner(", &["\"Auction\""]),
        ("-context(\"", &["Compensation acceptable?\"", "Holder model\"", "Topology\""]),
        ("-context(\"Topology\", ", &["\"single service distributed\""]),
        (":what-if -context(\"Topology\", \"", &["single service distributed\""]),
        (":what-if +owner(\"Auction\", \"user\") -need(_, ", &["1", "2"]),
        ("-judgement(", &[]),
        ("judgement(\"place_bid\", \"exclusive_holder\", ", &["\"Yes\"", "\"No\"", "\"Unknown\""]),
    ];
    for (line, wanted) in cases {
        assert_eq!(offered(line), *wanted, "{line}");
    }
    for line in [":load d", ":save ", ":save --rules ", ":verify docs", ":check --accepted a"] {
        assert!(complete(&repl, line, line.len()).file, "{line}");
    }
    // A question still offers all that a column can have.
    assert!(offered("?- context(\"Topology\", ").len() > 2);
    assert!(completed(&repl, ":why-not base_mechanism(\"place_bid\", \"le").len() == 1);
}

#[test]
fn relations_beyond_the_prompts_own_are_completed_hinted_at_and_known() {
    let mut repl = repl();
    repl.open(&[root().join("designs/auction-minimal.dl")]);
    assert_eq!(completed(&repl, "dossier_compared"), ["dossier_compared("]);
    assert_eq!(completed(&repl, ":why dossier_compared"), [":why dossier_compared("]);
    assert_eq!(completed(&repl, ":show dossier_compared"), [":show dossier_compared"]);
    assert_eq!(completed(&repl, ":show meta.rest"), [":show meta.rests_on"]);
    assert_eq!(completed(&repl, "-dossier_compa"), Vec::<String>::new());
    assert_eq!(completed(&repl, "dossier_compared(\"pl"), ["dossier_compared(\"place_bid\""]);
    let hint = |text: &str| archlog::repl::hint(&repl, text);
    assert_eq!(hint("dossier_compared(").as_deref(), Some("req, full, short, adopted, because)"));
    assert_eq!(hint("meta.rule(R, ").as_deref(), Some("relation, file, line)"));
    let kinds = |text: &str| kinds(&repl, text).into_iter().map(|(_, kind)| kind).next();
    assert_eq!(kinds("dossier_compared(P)?"), Some(Kind::Relation));
    assert_eq!(kinds("dossier_nothing(P)?"), Some(Kind::Unknown));
    // What a value means stands beside it.
    let line = "need(\"buy\", 3, \"user\", \"conditional write\", \"C";
    let found = complete(&repl, line, line.len());
    let notes: Vec<&str> = found.candidates.iter().map(|it| it.note.as_str()).collect();
    assert_eq!(notes, ["correctness-critical write", "supporting write"]);
}

#[test]
fn saved_questions_have_titles_and_examples_that_run() {
    let mut repl = repl();
    repl.open(&[root().join("designs/auction.dl")]);
    let rulebook = Arc::new(repl.session().rulebook().program.relations.clone());
    let saved: Vec<_> = rulebook.iter().filter(|it| it.doc.tag("saved").is_some()).collect();
    assert!(saved.len() >= 12, "{}", saved.len());
    for relation in saved {
        assert!(relation.doc.tag("title").is_some_and(|it| it.ends_with('?')), "{}", relation.name);
        let example = relation.doc.tag("example").unwrap();
        let events = step(&mut repl, example);
        assert!(
            example.contains(&relation.name)
                && events.iter().any(|it| matches!(it, Event::Answer(_))),
            "{example}"
        );
        assert!(
            !events.iter().any(|it| matches!(it, Event::Error(_))),
            "{example}: {}",
            seen(events)
        );
    }
}

#[test]
fn what_is_interrupted_or_wrong_changes_nothing() {
    let mut repl = repl();
    repl.open(&[root().join("designs/auction.dl")]);
    let before = everything(repl.session(), 0);
    for line in [
        "owner(\"Auction\").",
        "owner(\"Auction\", \"user\"). bogus(1).",
        "-owner(\"Auction\", \"nobody\").",
        "x(P) :- base_mechanism(P).",
        ".decl owner(a: symbol)",
        "base_mechanism(\"a\", \"b\").",
    ] {
        let told = seen(step(&mut repl, line));
        assert!(told.contains("error"), "{line}: {told}");
        assert_eq!(everything(repl.session(), 0), before, "{line}");
        assert!(repl.is_saved(), "{line}");
    }
    repl.effort.tuples = Some(1);
    let told = seen(step(&mut repl, "owner(\"Auction\", \"user\")."));
    assert!(told.contains("stopped"), "{told}");
    assert_eq!(everything(repl.session(), 0), before);
    repl.effort.tuples = None;
    assert!(
        repl.is_saved()
            && repl.text() == fs::read_to_string(root().join("designs/auction.dl")).unwrap()
    );
}

fn archlog(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_archlog"));
    let output = command.args(arguments).write_stdin(input).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn scripts_answer_on_standard_output_and_exit_honestly() {
    let design = "designs/auction.dl";
    let goal = "base_mechanism(\"place_bid\", M)?";
    let answer = "M\n\"CAS on (state, version)\"\n";
    let csv = ["repl", design, "--mode", "csv"];
    assert_eq!(archlog(&csv, goal), (0, answer.to_owned(), String::new()));
    assert_eq!(
        archlog(&[&csv[..], &["-c", goal]].concat(), ""),
        (0, answer.to_owned(), String::new())
    );
    let (code, out, said) = archlog(&csv, &format!("bogus(1).\n{goal}\n"));
    assert!((code, out.as_str()) == (2, "") && said.contains("AL0107"), "{code} {out} {said}");
    let going = [&csv[..], &["--keep-going"]].concat();
    let (code, out, _) = archlog(&going, &format!("bogus(1).\n{goal}\n"));
    assert_eq!((code, out.as_str()), (2, answer));
    let (code, out, said) = archlog(&csv, ":expect not base_mechanism(_, _)\n");
    assert!((code, out.as_str()) == (1, "") && said.contains("expected no answer"), "{said}");
    assert_eq!(archlog(&csv, ":expect base_mechanism(_, _)\n:quit\nbogus(1).").0, 0);
    assert_eq!(archlog(&["repl", design, "--limit-tuples", "1"], "").0, 3);
    assert_eq!(archlog(&["repl", "designs/nowhere.dl"], "").0, 2);
}

#[test]
fn a_script_says_what_it_made_beside_what_was_asked_for_and_what_it_cannot_read() {
    let desk = tempfile::tempdir().unwrap();
    let path = |name: &str| desk.path().join(name).to_str().unwrap().to_owned();
    let design = "designs/auction-minimal.dl";
    let saved = |name: &str| {
        let save = format!(":save {}", path(name));
        archlog(&["repl", design, "-c", &save], "")
    };
    let (code, _, said) = saved("a.dl");
    assert_eq!((code, said.as_str()), (0, ""));
    let (code, _, said) = saved("slip/a.dl");
    assert!(code == 0 && said.contains("slip/a.dl, in a new folder"), "{said}");
    let (code, _, said) = archlog(&["repl", design, "-f", &path("b.dl")], "");
    assert!(code == 2 && said.contains("no such file; did you mean `"), "{said}");
    let (code, _, said) =
        archlog(&["repl", design, "-c", "meta.rule(\"a\", \"b\", \"c\", 1)."], "");
    assert!(code == 2 && said.contains("AL0113") && said.contains("ask for it"), "{said}");
}

#[test]
fn an_interview_that_was_interrupted_goes_on_where_it_was() {
    let mut repl = repl();
    step(&mut repl, ":new shop\nplace_order\nuser");
    assert_eq!(repl.prompt(), "need operation> ");
    repl.abandon();
    assert!(!repl.is_interview());
    let said = seen(step(&mut repl, ":new"));
    assert!(said.contains("operation: "), "{said}");
    step(&mut repl, ":back");
    assert_eq!(repl.prompt(), "need actor [user]> ");
    // What was half typed is no statement, and what was stated is another design's.
    assert_eq!(seen(step(&mut repl, ":facts need")), "! nothing is stated\n");
    let said = seen(step(&mut repl, ":load designs/auction-minimal.dl"));
    assert!(said.contains("the interview about the other design is left"), "{said}");
    step(&mut repl, ":design shop\n:new shop");
    assert_eq!(repl.prompt(), "need actor [user]> ");
    let completion = complete(&repl, "cl", 2);
    assert_eq!(completion.candidates[0].text, "client");
}

#[test]
fn reviews_forms_and_goals_about_proofs_work_from_outside_too() {
    let hotel = "designs/hotel-booking.dl";
    let (code, out, _) = archlog(&["review", hotel, "--why"], "");
    assert_eq!(code, 1);
    for part in ["contradicted", "unjustified", "missing", "Saga", "rests on"] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert_eq!(archlog(&["review", "designs/nowhere.dl"], "").0, 2);
    let (code, out, _) = archlog(&["review", hotel, "--format", "json"], "");
    assert!(code == 1 && out.contains("\"review_choices\""), "{out}");

    let small = "designs/auction-minimal.dl";
    let (code, form, _) = archlog(&["questions", small], "");
    assert!(code == 0 && form.starts_with("# Open questions") && form.contains("\nAnswer:\n"));
    let (code, facts, said) = archlog(&["questions", small, "--answers", "tests/repl/form.md"], "");
    assert_eq!((code, said.as_str()), (0, ""));
    assert!(facts.contains("judgement(\"place_bid\", \"one_writer_owns_scope\", \"Yes\")."));
    assert!(!facts.contains("exclusive_holder"), "that one is not known yet: {facts}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("form.csv");
    let (_, table, _) = archlog(&["questions", small, "--format", "csv"], "");
    fs::write(&path, table.replace("Yes | No,", "Yes | No,perhaps")).unwrap();
    let (code, _, said) = archlog(&["questions", small, "--answers", path.to_str().unwrap()], "");
    assert!(code == 2 && said.contains("form.csv:2: `perhaps` is no answer to"), "{said}");
    assert!(said.contains("it takes Yes or No"), "{said}");

    // The near forms of an answer are read, and a form with none is told what is wanted.
    let page = folder.path().join("form.md");
    let listed = form.replacen("\nAnswer:\n", "\nAnswer:\n- No\n", 1);
    fs::write(&page, listed).unwrap();
    let (code, facts, said) =
        archlog(&["questions", small, "--answers", page.to_str().unwrap()], "");
    assert_eq!((code, said.as_str()), (0, ""));
    assert!(facts.ends_with("\"No\").\n"), "{facts}");
    fs::write(&page, &form).unwrap();
    let (code, facts, said) =
        archlog(&["questions", small, "--answers", page.to_str().unwrap()], "");
    assert!(code == 1 && facts.is_empty(), "{facts}");
    assert!(said.contains("no answer is in it, so 20 questions are left open"), "{said}");
    assert!(said.contains("behind `Answer:`"), "{said}");
    fs::write(&page, "# Notes\n").unwrap();
    let (_, _, said) = archlog(&["questions", small, "--answers", page.to_str().unwrap()], "");
    assert!(said.contains("there is no question of a form in it"), "{said}");
    fs::write(&page, b"question,answer\n\xe4,Yes\n").unwrap();
    let (code, _, said) = archlog(&["questions", small, "--answers", page.to_str().unwrap()], "");
    assert!(code == 2 && said.contains("CSV UTF-8"), "{said}");

    let goal = "meta.rests_on(\"base_mechanism\", F, \"stated\", G, _, _)";
    let (code, out, _) = archlog(&["query", "--format", "csv", small, goal], "");
    assert!(code == 0 && out.starts_with("F,G\n") && out.contains("place_bid"), "{out}");
    let (code, out, _) = archlog(&["query", "--format", "csv", small, "passages(D, S, N)"], "");
    assert!(code == 0 && out.contains("004,"), "{out}");
}

#[test]
fn the_dossier_is_shown_as_on_the_command_line() {
    let mut repl = repl();
    let path = root().join("designs/auction-minimal.dl");
    repl.open(&[&path]);
    let shown = |repl: &mut Repl, command: &str| seen(step(repl, command));
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_archlog"));
        let design = path.display().to_string();
        let output = command.arg("dossier").arg(design).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let plain = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(plain(&shown(&mut repl, ":dossier --sql")), plain(&run(&["--sql"])));
    let page = shown(&mut repl, ":dossier 10 --format html");
    assert!(page.starts_with("<!doctype html>") && page.contains("Technology Landscape"), "{page}");
    let goals = shown(&mut repl, ":dossier 10 --goals");
    let asked = goals.lines().find(|line| line.contains("dossier_technologies(")).unwrap();
    let why = shown(&mut repl, &format!(":why {}", asked.trim()));
    assert!(why.contains("rests on"), "{why}");
}
