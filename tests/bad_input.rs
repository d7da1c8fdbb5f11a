//! Input that is wrong: each kind with its clear error or finding, what could be derived all the
//! same still there, and nothing that panics or never ends, not on random bytes either.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use archlog::analyze::{analyze, has_errors};
use archlog::diag::{Diagnostic, Renderer, Sources};
use archlog::eval::Options as EvalOptions;
use archlog::io::{Files, input};
use archlog::session::{QueryFailure, Session};
use archlog::syntax::load::tree_of;
use archlog::value::Interner;
use common::*;
use proptest::prelude::*;

fn render(sources: &Sources, problems: &[Diagnostic]) -> String {
    Renderer { colour: false }.render(sources, problems)
}

/// A design of which a write, a read and a few more things derive.
const SOUND: &str = r#"
design("shop", "A shop").
need("bid", 1, "user", "conditional write", "C1", "User places bid").
on("bid", "Auction").
object("Auction", "process").
scope("Auction", "instance", "auction_id").
rule("I1", "bid", "eligibility").
context("Topology", "single service distributed").
"#;

/// The sound design with more in it, derived.
fn with(more: &[u8]) -> Session {
    let mut session = Session::new(rulebook(false));
    assert!(session.state_text("shop.dl", [SOUND.as_bytes(), more].concat()));
    session.derive(&EvalOptions::default()).unwrap();
    session
}

fn still_derives(session: &Session) {
    let mechanisms = answers(session, "base_mechanism(\"bid\", Mechanism)").concat();
    assert_eq!(mechanisms, ["CAS on (state, version)"]);
}

#[test]
fn a_wrong_line_of_a_design_is_an_error_and_the_rest_derives() {
    let cases: [(&[u8], &str, &str); 12] = [
        (b"onwer(\"Auction\", \"user\").", "AL0107", "did you mean `owner`?"),
        (b"owner(\"Auction\").", "AL0108", "its columns are: owner(object, value)"),
        (b"write_shape(\"bid\", \"x\").", "AL0113", "not for a design to state"),
        (b"owner(\"Auction\", 3).", "AL0201", "but a `symbol` is wanted"),
        (b"owner(Auction, \"user\").", "AL0115", "texts stand in quotes"),
        (b"owner(x, \"user\") :- object(x, _).", "AL0114", "a design holds facts"),
        (b"owner(\"Auction\" \"user\").", "AL0001", "expected `,` or `)`, found a text"),
        (b"owner(\"Auction\", \"user\")", "AL0001", "the end of the clause"),
        (b"owner(\"Auction\", \"user).", "AL0002", "close it with"),
        (b"/* owner(\"Auction\", \"user\").", "AL0003", "opened here, never closed"),
        (b"owner(\"Auct\xffion\", \"user\").", "AL0022", "save the file as UTF-8"),
        (b"owner(((((\"Auction\", \"user\").", "AL0001", "expected"),
    ];
    for (line, code, said) in cases {
        let session = with(line);
        let shown = render(session.sources(), session.diagnostics());
        let line = String::from_utf8_lossy(line);
        assert!(shown.contains(&format!("[{code}]")), "{line}\n{shown}");
        assert!(shown.contains(said), "{line}\n{shown}");
        assert!(shown.contains("shop.dl:9:"), "{line} is not where it is\n{shown}");
        still_derives(&session);
    }
}

#[test]
fn a_fact_that_makes_no_sense_is_a_finding_and_the_rest_derives() {
    let cases = [
        (
            "owner(\"Auction\", \"nobody\").",
            "value-outside-vocabulary",
            "\"nobody\" is not a value of Owner",
        ),
        ("judgement(\"bid\", \"is_it_fast\", \"Yes\").", "unknown-question", "is_it_fast"),
        ("object(\"Auction\", \"event\").", "conflicting-values", "is stated as"),
        ("rule(\"I1\", \"other\", \"uniqueness\").", "", "I1"),
        ("touches(\"bid\", \"Nothing\").", "", "Nothing"),
        ("touches(\"bdi\", \"Auction\").", "", "bdi"),
        ("rule(\"I2\", \"nobody\", \"uniqueness\").", "", "nobody"),
    ];
    for (fact, code, said) in cases {
        let session = with(fact.as_bytes());
        assert_eq!(session.diagnostics(), [], "{fact}");
        let problems = answers(&session, "problem(_, Code, _, Message)");
        let found = problems.iter().any(|row| row[0].contains(code) && row[1].contains(said));
        assert!(found, "{fact}: {problems:#?}");
        assert!(!answers(&session, "path(\"bid\", Id, Kind)").is_empty(), "{fact}");
    }
}

#[test]
fn a_design_that_is_not_there_or_says_nothing_spoils_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    fs::create_dir(folder.path().join("no_tables")).unwrap();
    fs::create_dir(folder.path().join("tables")).unwrap();
    file("tables/ownr.csv", b"object,value\nAuction,user\n");
    let cases = [
        (file("empty.dl", b""), "AL0040", "states nothing"),
        (file("comment.dl", b"// Nothing yet.\n"), "AL0040", "states nothing"),
        (folder.path().join("missing.dl"), "AL0020", "no such file"),
        (folder.path().join("missing"), "AL0020", "no such file"),
        (folder.path().join("no_tables"), "AL0520", "there is no CSV file"),
        (folder.path().join("tables"), "AL0107", "did you mean `owner`?"),
        (file("empty.json", b""), "AL0524", "not JSON"),
        (file("list.json", b"[1, 2]"), "AL0525", "an object of relations"),
        (file("bytes.json", b"\xff\xfe"), "AL0506", "not UTF-8"),
        (file("bytes.dl", b"\xff\xfe\x00\x01"), "AL0022", "not UTF-8"),
    ];
    for (path, code, said) in cases {
        let mut session = with(b"");
        assert!(!session.open(&path), "{} states something", path.display());
        let shown = render(session.sources(), session.diagnostics());
        assert!(shown.contains(&format!("[{code}]")), "{}\n{shown}", path.display());
        assert!(shown.contains(said), "{}\n{shown}", path.display());
        session.derive(&EvalOptions::default()).unwrap();
        still_derives(&session);
    }
}

#[test]
fn two_designs_of_one_id_are_told_apart_and_both_derive() {
    let mut session = with(b"");
    assert!(session.state_text("again.dl", SOUND.into()));
    session.derive(&EvalOptions::default()).unwrap();
    let shown = render(session.sources(), session.diagnostics());
    assert!(shown.contains("[AL0042]") && shown.contains("`shop.dl` is called so too"), "{shown}");
    for design in 0..2 {
        let relation = session.rulebook().relation("base_mechanism").unwrap();
        assert_eq!(session.rows(relation, design).len(), 1);
    }
}

#[test]
fn a_goal_that_is_wrong_is_an_error_and_the_next_one_is_answered() {
    let session = with(b"");
    for goal in ["", "base_mechanism(", "nothing(X)", "need(R)", "X > 1", "!on(R, O)", "on(R, 1)"] {
        match session.query(goal) {
            Err(QueryFailure::Wrong { diagnostics, sources }) => {
                assert!(has_errors(&diagnostics), "{goal}");
                assert!(render(&sources, &diagnostics).contains("<goal>:1:"), "{goal}");
            }
            other => panic!("{goal}: {other:?}"),
        }
    }
    still_derives(&session);
}

/// One file, whatever it is asked for.
struct One(Vec<u8>);

impl Files for One {
    fn read(&self, _name: &str) -> io::Result<Vec<u8>> {
        Ok(self.0.clone())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(vec!["owner.csv".to_owned()])
    }
}

/// The facts that a program reads from some bytes, and what is said about them.
fn read_facts(declarations: &str, bytes: Vec<u8>) -> (usize, String) {
    let (mut sources, mut interner) = (Sources::new(), Interner::new());
    let (tree, mut problems) = tree_of("program.dl", declarations.into(), &mut sources);
    let (program, more) = analyze(&[tree]);
    problems.extend(more);
    assert!(!has_errors(&problems), "{}", render(&sources, &problems));
    let (relation, directive) = (&program.relations[0], &program.directives[0]);
    let files = One(bytes);
    let loaded = input(&files, relation, directive, &mut interner, &mut sources, &mut problems);
    (loaded.map_or(0, |loaded| loaded.len()), render(&sources, &problems))
}

/// A line of 100 MB between two that are right.
fn long_line(before: &str, filling: &[u8], after: &str) -> Vec<u8> {
    const LENGTH: usize = 100 << 20;
    let mut bytes = before.as_bytes().to_vec();
    bytes.extend(filling.iter().cycle().take(LENGTH / filling.len() * filling.len()));
    bytes.extend(after.as_bytes());
    bytes
}

/// No message repeats a line of 100 MB, and none takes long to make.
fn short_and_soon(work: impl FnOnce() -> String) -> String {
    let start = Instant::now();
    let shown = work();
    assert!(shown.len() < 20_000, "a message of {} bytes", shown.len());
    let taken = start.elapsed();
    assert!(taken < Duration::from_secs(60), "it took {taken:?}");
    shown
}

#[test]
fn a_line_of_100_mb_in_a_design_is_read_or_told_in_short() {
    let text =
        long_line(&format!("{SOUND}label(\"bid\", \""), b"long ", "\").\nowner(\"Auction\").");
    let shown = short_and_soon(|| {
        let mut session = Session::new(rulebook(false));
        assert!(session.state_text("shop.dl", text));
        session.derive(&EvalOptions::default()).unwrap();
        still_derives(&session);
        render(session.sources(), session.diagnostics())
    });
    assert!(shown.contains("[AL0108]") && !shown.contains("long long"), "{shown}");
}

#[test]
fn a_wrong_line_of_100_mb_in_a_design_is_told_in_short() {
    let text = long_line(SOUND, b"x", "\nowner(\"Auction\").\n");
    let shown = short_and_soon(|| {
        let mut session = Session::new(rulebook(false));
        session.state_text("shop.dl", text);
        session.derive(&EvalOptions::default()).unwrap();
        still_derives(&session);
        render(session.sources(), session.diagnostics())
    });
    assert!(shown.contains("shop.dl:9:"), "{shown}");
}

#[test]
fn a_line_of_100_mb_in_a_file_of_facts_hides_no_other() {
    let declarations = ".decl p(a: symbol, b: number)\n.input p";
    let (rows, shown) = {
        let bytes = long_line("one\t1\ntwo\t", b"9", "\nthree\t3\n");
        let mut rows = 0;
        let shown = short_and_soon(|| {
            let (found, shown) = read_facts(declarations, bytes);
            rows = found;
            shown
        });
        (rows, shown)
    };
    assert_eq!(rows, 2);
    assert!(shown.contains("[AL0508]") && shown.contains("p.facts:2:5"), "{shown}");
}

/// Nesting as deep as a text of this many parts can be.
const PARTS: usize = 50_000;

#[test]
fn deep_nesting_is_an_error_or_read_and_overflows_nothing() {
    let nested = |open: &str, inside: &str, close: &str| {
        format!("p(x) :- q(x), {}{inside}{}.\n", open.repeat(PARTS), close.repeat(PARTS))
    };
    let value = |open: &str, close: &str| nested(&format!("x = {open}"), "x", close);
    let cases = [
        nested("(", "q(x)", ")"),
        nested("!", "q(x)", ""),
        nested("!(q(x); ", "q(x)", ")"),
        nested("(q(x), ", "q(x)", ""),
        nested("(", "q(x)", ""),
        nested("{", "", "}"),
        nested("count : { q(x), 1 < ", "", " }"),
        nested("1 = count : { q(x), ", "q(x)", " }"),
        format!("p(x) :- x = {}1{}.\n", "(".repeat(PARTS), ")".repeat(PARTS)),
        format!("p({}1).\n", "-".repeat(PARTS)),
        format!("p({}1).\n", "bnot ".repeat(PARTS)),
        format!("p({}1{}).\n", "max(1, ".repeat(PARTS), ")".repeat(PARTS)),
        format!("p({}1).\n", "1 ^ ".repeat(PARTS)),
        format!("p({}1).\n", "1 + ".repeat(PARTS)),
        format!("p(x) :- q(x){}.\n", ", q(x)".repeat(PARTS)),
        format!("p(x) :- q(x){}.\n", "; q(x)".repeat(PARTS)),
        format!("p(1){}.\n", ", p(1)".repeat(PARTS)),
        value("(1 + ", ")"),
        ".decl r(".to_owned() + &"x: number, ".repeat(PARTS),
        ".type T = ".to_owned() + &"A | ".repeat(PARTS),
        "/*".repeat(PARTS),
        "/// ".repeat(PARTS),
        "///\n".repeat(PARTS),
        "\"".repeat(PARTS),
        ".comp A { ".repeat(PARTS),
    ];
    for case in cases {
        let start = Instant::now();
        let text = format!(".decl p(x: number)\n.decl q(x: number)\np(7).\n{case}\nq(7).\n");
        let mut sources = Sources::new();
        let (tree, mut problems) = tree_of("deep.dl", text.into(), &mut sources);
        let (program, more) = analyze(std::slice::from_ref(&tree));
        problems.extend(more);
        let shown = render(&sources, &problems);
        let name: String = case.chars().take(60).collect();
        assert!(shown.len() < 100_000, "{name}: a message of {} bytes", shown.len());
        assert!(
            program.facts.iter().any(|fact| fact.relation.index() == 0),
            "{name}: p(7) is gone"
        );
        assert!(tree.to_string().contains("p(7)."), "{name}");
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(20), "{name} took {taken:?}");
    }
}

/// Instances that stand for more than anybody can hold are refused soon: in themselves, several at a
/// time, and in each other, twice as many a level.
#[test]
fn components_that_grow_without_bounds_are_refused_soon() {
    let several = ".init a = C .init b = C .init c = C .init d = C".to_owned();
    let itself = format!(".comp C {{ .decl p(x: number) {several} }}\n.init e = C\n");
    let mut levels = ".comp C0 { .decl p(x: number) }\n".to_owned();
    for level in 1..40 {
        let below = level - 1;
        levels += &format!(".comp C{level} {{ .init a = C{below} .init b = C{below} }}\n");
    }
    for text in [itself, levels + ".init e = C39\n"] {
        let start = Instant::now();
        let mut sources = Sources::new();
        let (tree, _) = tree_of("components.dl", text.into(), &mut sources);
        let (_, problems) = analyze(&[tree]);
        let shown = render(&sources, &problems);
        assert!(shown.contains("[AL0120]") && problems.len() < 10, "{shown}");
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(60), "it took {taken:?}");
    }
}

/// A text where everything is wrong takes no longer than it has lines.
#[test]
fn many_problems_are_counted_not_piled_up() {
    for line in ["p(1, 2).\n", "q(1).\n", "p(x) :- p(y).\n", "p(\"a\").\n", "p(.\n", "$.\n"] {
        let start = Instant::now();
        let text = format!(".decl p(x: number)\n{}", line.repeat(30_000));
        let mut sources = Sources::new();
        let (tree, mut problems) = tree_of("many.dl", text.into(), &mut sources);
        problems.extend(analyze(&[tree]).1);
        let shown = render(&sources, &problems);
        assert!(shown.contains("... and 29980 more"), "{line}{}", shown.len());
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(20), "{line} 30,000 times took {taken:?}");
    }
}

/// Words and signs of the language, in any order.
fn token_soup() -> impl Strategy<Value = String> {
    const TOKENS: [&str; 64] = [
        "p",
        "q",
        "x",
        "y",
        "_",
        "1",
        "2u",
        "0x1f",
        "1.5",
        "-1",
        "\"a\"",
        "\"\\n\"",
        "\"open",
        "(",
        ")",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        ".",
        ".",
        ";",
        ":-",
        "!",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ":",
        "<:",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "|",
        "$",
        "@",
        "?",
        "?-",
        "count",
        "sum",
        "min",
        "mean",
        "cat",
        "substr",
        "range",
        "contains",
        "match",
        "true",
        "band",
        ".decl",
        ".type",
        ".input",
        ".output",
        ".include",
        ".plan",
        "/// @rule r\n",
        "/* */",
    ];
    proptest::collection::vec(proptest::sample::select(TOKENS.to_vec()), 0..40)
        .prop_map(|tokens| tokens.join(" "))
}

/// A rule or two with something put in, taken out or changed.
fn broken_programs() -> impl Strategy<Value = Vec<u8>> {
    (random::programs(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), token_soup())
        .prop_map(|(sample, from, to, soup)| {
            let mut bytes = sample.text.into_bytes();
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 12));
            bytes.splice(from..to, soup.into_bytes());
            bytes
        })
}

/// Everything that happens to a text before it runs; whatever it is, it ends and is rendered.
fn understand(bytes: Vec<u8>) {
    let mut sources = Sources::new();
    let (tree, mut problems) = tree_of("random.dl", bytes, &mut sources);
    let (_, more) = analyze(std::slice::from_ref(&tree));
    problems.extend(more);
    for colour in [false, true] {
        let shown = Renderer { colour }.render(&sources, &problems);
        assert_eq!(shown.is_empty(), problems.is_empty());
    }
    let _ = tree.to_string();
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn random_bytes_are_understood_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        understand(bytes);
    }

    #[test]
    fn random_characters_are_understood_or_refused(text in "\\PC{0,80}") {
        understand(text.into());
    }

    #[test]
    fn token_soup_is_understood_or_refused(soup in token_soup()) {
        understand(format!(".decl p(x: number)\n.decl q(x: symbol)\n{soup}").into());
    }

    #[test]
    fn broken_programs_are_understood_or_refused(bytes in broken_programs()) {
        understand(bytes);
    }

    #[test]
    fn random_files_of_facts_are_read_or_refused(
        bytes in proptest::collection::vec(prop_oneof![
            4 => proptest::sample::select(b"\t\n\",;019-.xu\r ".to_vec()), 1 => any::<u8>()
        ], 0..120),
        parameters in proptest::sample::select(vec![
            "", "(rfc4180=true)", "(headers=true)", "(delimiter=\";\")", "(columns=\"2:0\")",
            "(rfc4180=true, delimiter=\"::\", headers=true)",
        ]),
    ) {
        read_facts(&format!(".decl p(a: symbol, b: number)\n.input p{parameters}"), bytes.clone());
        read_facts(&format!(".decl p(a: float, b: unsigned)\n.input p{parameters}"), bytes);
    }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn random_designs_spoil_nothing(
        soup in token_soup(), bytes in proptest::collection::vec(any::<u8>(), 0..60)
    ) {
        still_derives(&with(soup.replace("/*", "//").as_bytes()));
        still_derives(&with(&bytes));
    }

    #[test]
    fn random_goals_are_answered_or_refused(soup in token_soup(), text in "\\PC{0,30}") {
        let session = SESSION.with(|session| session.clone());
        for goal in [soup, text] {
            if let Err(QueryFailure::Wrong { diagnostics, sources }) = session.query(&goal) {
                assert!(!render(&sources, &diagnostics).is_empty());
            }
        }
    }

    #[test]
    fn random_json_is_read_or_refused(text in "[\\[\\]{}\",:a-d0-9 ]{0,60}") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("design.json");
        fs::write(&path, format!("{{\"owner\": {text}}}")).unwrap();
        let mut session = Session::new(rulebook(false));
        session.open(Path::new(&path));
        let _ = render(session.sources(), session.diagnostics());
        session.derive(&EvalOptions::default()).unwrap();
    }
}

thread_local! {
    static SESSION: std::rc::Rc<Session> = std::rc::Rc::new(with(b""));
}
