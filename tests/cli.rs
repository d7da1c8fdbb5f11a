//! The real program, each test in a directory of its own.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

/// A directory with the program in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    fn with(files: &[(&str, &str)]) -> Self {
        let desk = Desk::new();
        for (name, text) in files {
            desk.write(name, text);
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The program, in this directory and an environment that says nothing about looks.
    fn archlog(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_archlog"));
        command.current_dir(&self.folder).args(arguments);
        for variable in ["NO_COLOR", "CLICOLOR_FORCE", "LC_ALL", "LC_CTYPE"] {
            command.env_remove(variable);
        }
        command.env("LANG", "C.UTF-8");
        command
    }
}

fn design(name: &str) -> String {
    format!("{}/designs/{name}.dl", env!("CARGO_MANIFEST_DIR"))
}

const REACH: &str = "\
.decl edge(a: symbol, b: symbol)
.input edge
.decl reach(a: symbol, b: symbol)
reach(a, b) :- edge(a, b).
reach(a, c) :- reach(a, b), edge(b, c).
.output reach
.printsize reach
";

mod run {
    use super::*;

    #[test]
    fn facts_come_from_one_folder_and_results_go_to_another() {
        let desk = Desk::with(&[("reach.dl", REACH), ("in/edge.facts", "b\tc\na\tb\n")]);
        desk.archlog(&["run", "reach.dl", "-F", "in", "-D", "out"])
            .assert()
            .code(0)
            .stdout("reach\t3\n")
            .stderr(is_empty());
        assert_eq!(desk.read("out/reach.csv"), "a\tb\na\tc\nb\tc\n");
        assert_eq!(desk.names("out"), ["reach.csv"], "no temporary file is left");
    }

    #[test]
    fn a_dash_prints_the_results() {
        let desk = Desk::with(&[("reach.dl", REACH), ("edge.facts", "a\tb\n")]);
        desk.archlog(&["run", "reach.dl", "-D", "-"]).assert().code(0).stdout(
            "---------------\nreach\na\tb\n===============\na\tb\n===============\nreach\t1\n",
        );
        assert_eq!(desk.names("."), ["edge.facts", "reach.dl"]);
    }

    #[test]
    fn facts_may_come_from_standard_input() {
        let program = REACH.replace(".input edge", ".input edge(IO=stdin, delimiter=\",\")");
        let desk = Desk::with(&[("reach.dl", &program)]);
        desk.archlog(&["run", "reach.dl", "-D", "-"])
            .write_stdin("a,b\nb,a\n")
            .assert()
            .code(0)
            .stdout(contains("\na\ta\na\tb\nb\ta\nb\tb\n"));
    }

    #[test]
    fn every_number_of_threads_gives_the_same_bytes() {
        let edges: String = (0..400).map(|n| format!("n{}\tn{}\n", n, (n * 7 + 3) % 400)).collect();
        let desk = Desk::with(&[("reach.dl", REACH), ("edge.facts", &edges)]);
        for jobs in ["1", "2", "5"] {
            desk.archlog(&["run", "reach.dl", "-D", jobs, "-j", jobs]).assert().code(0);
        }
        let one = desk.read("1/reach.csv");
        assert!(one.lines().count() > 1000);
        assert!(one == desk.read("2/reach.csv") && one == desk.read("5/reach.csv"));
    }

    #[test]
    fn bad_lines_are_shown_and_the_good_ones_count() {
        let desk = Desk::new();
        desk.write("reach.dl", REACH);
        desk.write("edge.facts", b"a\tb\nlonely\n\xFF\tc\nb\tc\n");
        desk.archlog(&["run", "reach.dl", "-D", "out"]).assert().code(2).stderr(
            contains("error[AL0507]")
                .and(contains("edge.facts:2:7"))
                .and(contains("error[AL0506]"))
                .and(contains("edge.facts:3:1")),
        );
        assert_eq!(desk.read("out/reach.csv"), "a\tb\na\tc\nb\tc\n");
    }

    #[test]
    fn a_missing_fact_file_stops_the_run_before_anything_is_written() {
        let desk = Desk::with(&[("reach.dl", REACH)]);
        desk.archlog(&["run", "reach.dl", "-F", "nowhere", "-D", "out"])
            .assert()
            .code(2)
            .stdout(is_empty())
            .stderr(contains("`nowhere/edge.facts`: no such file").and(contains("reach.dl:2:")));
        assert!(!desk.path("out").exists());
    }

    #[test]
    fn a_program_with_errors_is_not_run() {
        let desk = Desk::with(&[("bad.dl", "p(1).\n.decl q(x: number)\nq(y) :- q(x).\n")]);
        desk.archlog(&["run", "bad.dl"])
            .assert()
            .code(2)
            .stdout(is_empty())
            .stderr(contains("`p` is not declared").and(contains("bad.dl:3:")));
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        Desk::new()
            .archlog(&["run", "gone.dl"])
            .assert()
            .code(2)
            .stderr(contains("cannot read `gone.dl`"));
    }

    #[test]
    fn a_limit_leaves_nothing_behind_and_exits_3() {
        let program = "\
.decl n(x: number)
n(0).
n(x + 1) :- n(x).
.output n
";
        let desk = Desk::with(&[("count.dl", program)]);
        for limit in [["--limit-tuples", "1000"], ["--limit-time", "0.2"], ["--limit-rounds", "50"]]
        {
            desk.archlog(&["run", "count.dl", limit[0], limit[1]])
                .assert()
                .code(3)
                .stdout(is_empty())
                .stderr(contains("stopped: the").and(contains("; written: nothing")));
        }
        assert_eq!(desk.names("."), ["count.dl"]);
    }

    #[test]
    fn values_that_go_wrong_are_warnings() {
        let program = ".decl q(x: number)\nq(1 / x) :- x = 0.\nq(7).\n.output q\n";
        let desk = Desk::with(&[("q.dl", program)]);
        desk.archlog(&["run", "q.dl"])
            .assert()
            .code(0)
            .stderr(contains("warning[AL0401]: division by zero").and(contains("q.dl:2:")));
        assert_eq!(desk.read("q.csv"), "7\n");
    }

    #[test]
    fn an_endless_line_is_an_error_of_a_screen() {
        let desk = Desk::with(&[("n.dl", ".decl n(x: number)\n.input n\n.printsize n\n")]);
        let mut text = b"1\n".to_vec();
        text.resize(20_000_000, b'x');
        text.extend(b"\n2\n");
        desk.write("n.facts", text);
        let output = desk.archlog(&["run", "n.dl"]).assert().code(2).stdout("n\t2\n");
        assert!(output.get_output().stderr.len() < 2000);
    }

    #[cfg(unix)]
    #[test]
    fn ctrl_c_interrupts_and_writes_nothing() {
        let program = ".decl n(x: number)\nn(0).\nn(x + 1) :- n(x).\n.output n\n";
        let desk = Desk::with(&[("count.dl", program)]);
        let mut child = Process::new(env!("CARGO_BIN_EXE_archlog"))
            .args(["run", "count.dl"])
            .current_dir(&desk.folder)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(400));
        let kill = Process::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let started = Instant::now();
        let status = child.wait().unwrap();
        assert!(started.elapsed() < Duration::from_secs(20));
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(status.code(), Some(130), "{said}");
        assert!(said.contains("interrupted; written: nothing"), "{said}");
        assert_eq!(desk.names("."), ["count.dl"]);
    }

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        let desk = Desk::with(&[("reach.dl", REACH)]);
        desk.write("edge.facts", (0..600).map(|n| format!("{n}\t{}\n", n + 1)).collect::<String>());
        let mut child = Process::new(env!("CARGO_BIN_EXE_archlog"))
            .args(["run", "reach.dl", "-D", "-"])
            .current_dir(&desk.folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 10];
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut first).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }

    #[test]
    fn compressed_files_and_databases_come_back() {
        let desk = Desk::with(&[
            (
                "write.dl",
                ".decl p(a: symbol, n: number, f: float)\np(\"it's\", -7, 0.5). p(\"a\tb\", 9, 2).\n\
                 .decl q(n: unsigned)\nq(3).\n.output p(rfc4180=true, compress=true)\n\
                 .output q(filename=\"q.gz\")\n.output p, q(IO=sqlite, filename=\"all.db\")\n",
            ),
            (
                "read.dl",
                ".decl p(a: symbol, n: number, f: float)\n.decl q(n: unsigned)\n\
                 .input p(filename=\"p.csv.gz\", rfc4180=true)\n.input q(filename=\"q.gz\")\n\
                 .output p(IO=json)\n.output q\n",
            ),
            (
                "database.dl",
                ".decl p(a: symbol, n: number, f: float)\n.decl q(n: unsigned)\n\
                 .input p, q(IO=sqlite, dbname=\"all.db\")\n.output p(IO=json)\n.output q\n",
            ),
        ]);
        desk.archlog(&["run", "write.dl"]).assert().success();
        // Written again, the tables of the database are replaced.
        desk.archlog(&["run", "write.dl"]).assert().success();
        assert_eq!(fs::read(desk.path("p.csv.gz")).unwrap()[..2], [0x1f, 0x8b]);
        for program in ["read.dl", "database.dl"] {
            desk.archlog(&["run", program])
                .assert()
                .success()
                .stdout("[[\"a\\tb\", 9, 2.0],\n[\"it's\", -7, 0.5]]\n");
            assert_eq!(desk.read("q.csv"), "3\n");
            fs::remove_file(desk.path("q.csv")).unwrap();
        }
        // On standard output a database is a table like any other.
        desk.archlog(&["run", "write.dl", "-D-"])
            .assert()
            .success()
            .stdout(contains("p\na\tn\tf\n===============\na\tb\t9\t2\n"));
    }

    const PATHS: &str = ".decl edge(a: symbol, b: symbol)\nedge(\"a\", \"b\"). edge(\"b\", \"c\").\n\
        .decl path(a: symbol, b: symbol)\npath(x, y) :- edge(x, y).\n\
        path(x, z) :- path(x, y), edge(y, z).\n.output path\n";

    #[test]
    fn the_plan_is_printed_with_sizes_and_indices_and_nothing_is_written() {
        let desk = Desk::with(&[("paths.dl", PATHS)]);
        desk.archlog(&["run", "paths.dl", "--plan"])
            .assert()
            .success()
            .stdout(contains("path(x, z) :- path(x, y), edge(y, z). (paths.dl:5), for new path"))
            .stdout(contains("    scan new path (3) giving x (column 0), y (column 1)"))
            .stdout(contains("    look up edge (2) by column 0 = y giving z (column 1)"))
            .stdout(contains("indices\n  edge (2) by column 0\n"))
            .stderr(is_empty());
        assert_eq!(desk.names("."), ["paths.dl"]);
    }

    #[test]
    fn a_goal_is_answered_from_a_part_and_nothing_is_written() {
        let desk = Desk::with(&[("paths.dl", PATHS)]);
        let asked = |goal: &str, more: &[&str]| {
            let mut command = desk.archlog(&["run", "paths.dl", "--goal", goal]);
            command.args(more);
            command.assert().stderr(is_empty())
        };
        asked("path(\"b\", X)", &["--format", "csv"]).success().stdout("X\nc\n");
        asked("?- path(X, \"c\").", &["--format", "tsv"]).success().stdout("X\na\nb\n");
        asked("path(\"b\", \"c\")", &[]).success().stdout("yes\n(archlog 0.1.0)\n");
        asked("path(\"c\", X)", &["--format", "jsonl"]).code(1).stdout("");
        let plan = asked("path(\"b\", X)", &["--plan"]).success();
        plan.stdout(predicate::str::starts_with(
            "demand\n  path by column 0: what is asked for, since it is",
        ))
        .stdout(contains("    emit path@0(x, y)\n"));
        let whole = asked("path(\"b\", X)", &["--plan", "--no-demand"]).success();
        whole
            .stdout(predicate::str::starts_with("stratum"))
            .stdout(contains("    emit path(x, y)\n"));
        assert_eq!(desk.names("."), ["paths.dl"]);
        desk.archlog(&["run", "paths.dl", "--goal", "pth(X, Y)"])
            .assert()
            .code(2)
            .stderr(contains("`pth`"));
    }

    #[test]
    fn a_program_wishes_for_demand_in_souffles_words() {
        let by = |before: &str, qualifier: &str| {
            let text = PATHS.replace(".decl path(a: symbol, b: symbol)", &format!(
                "{before}\n.decl path(a: symbol, b: symbol) {qualifier}\n.decl to_c(a: symbol)\n\
                 to_c(x) :- path(x, \"c\").\n.output to_c\n"
            ));
            let text = text.replace(".output path", "");
            let desk = Desk::with(&[("paths.dl", &text)]);
            desk.archlog(&["run", "paths.dl"]).assert().success().stderr(is_empty());
            assert_eq!(desk.read("to_c.csv"), "a\nb\n", "{text}");
            let plan = desk.archlog(&["run", "paths.dl", "--plan"]).output().unwrap().stdout;
            let plain = ["run", "paths.dl", "--plan", "--no-demand"];
            let plain = desk.archlog(&plain).output().unwrap().stdout;
            assert!(!String::from_utf8(plain).unwrap().contains("path@1"));
            String::from_utf8(plan).unwrap().contains("emit path@1(")
        };
        assert!(!by("", ""));
        assert!(by(".pragma \"magic-transform\" \"*\"", ""));
        assert!(by(".pragma \"magic-transform\" \"edge, path\"", ""));
        assert!(!by(".pragma \"magic-transform\" \"edge\"", ""));
        assert!(by("", "magic"));
        assert!(!by(".pragma \"magic-transform\" \"*\"", "no_magic"));
        let except = ".pragma \"magic-transform-exclude\" \"path\"";
        assert!(!by(&format!(".pragma \"magic-transform\" \"*\"\n{except}"), ""));
        let none = ".pragma \"magic-transform-exclude\" \"*\"";
        assert!(!by(&format!(".pragma \"magic-transform\" \"*\"\n{none}"), ""));
        assert!(!by(".pragma \"legacy\"", ""));
    }

    #[test]
    fn a_profile_is_a_table_an_object_or_a_page() {
        let desk = Desk::with(&[("paths.dl", PATHS)]);
        desk.archlog(&["run", "paths.dl", "--profile"])
            .assert()
            .success()
            .stdout(is_empty())
            .stderr(contains("in 3 rounds"))
            .stderr(contains("path(x, z) :- path(x, y), edge(y, z)."));
        for name in ["p.json", "p.html", "p.txt"] {
            let profile = format!("--profile={name}");
            desk.archlog(&["run", "paths.dl", &profile]).assert().success().stderr(is_empty());
        }
        let json: serde_json::Value = serde_json::from_str(&desk.read("p.json")).unwrap();
        let path = &json["relations"].as_array().unwrap().iter().find(|it| it["name"] == "path");
        assert_eq!((&path.unwrap()["tuples"], &path.unwrap()["rounds"]), (&3.into(), &2.into()));
        assert_eq!(json["rules"].as_array().unwrap().len(), 2);
        assert!(desk.read("p.html").contains("class=\"bar\""));
        assert!(!desk.read("p.html").contains("src="));
        assert!(desk.read("p.txt").contains("concluded"));
    }
}

mod derive {
    use super::*;

    #[test]
    fn a_design_is_derived_as_text() {
        Desk::new()
            .archlog(&["derive", &design("auction")])
            .assert()
            .code(0)
            .stdout(contains("rulebook").and(contains("Auction")));
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_the_rest_is_derived() {
        let desk = Desk::new();
        desk.archlog(&["derive", "gone.dl", &design("auction")])
            .assert()
            .code(2)
            .stdout(contains("Auction"))
            .stderr(contains("gone.dl"));
    }

    #[test]
    fn input_that_is_no_design_gets_a_clear_error() {
        let cases: [(&str, &[u8], &str); 6] = [
            ("empty.dl", b"", "states nothing"),
            ("comment.dl", b"// nothing\n", "states nothing"),
            ("syntax.dl", b"design(\"a\", \"A\"\n", "syntax.dl:"),
            (
                "undeclared.dl",
                b"design(\"a\", \"A\").\nownr(\"x\", \"y\").\n",
                "did you mean `owner`?",
            ),
            ("arity.dl", b"design(\"a\").\n", "arity.dl:1:"),
            ("bytes.dl", b"design(\"a\", \"\xFF\").\n", "UTF-8"),
        ];
        for (name, text, expected) in cases {
            let desk = Desk::new();
            desk.write(name, text);
            desk.archlog(&["derive", name]).assert().code(2).stderr(contains(expected));
        }
    }

    #[test]
    fn a_folder_without_tables_is_an_error() {
        let desk = Desk::with(&[("folder/notes.txt", "")]);
        desk.archlog(&["derive", "folder"])
            .assert()
            .code(2)
            .stdout(is_empty())
            .stderr(contains("there is no CSV file in the folder `folder`"));
    }

    #[test]
    fn a_folder_and_json_and_text_derive_the_same() {
        let desk = Desk::with(&[
            (
                "t.dl",
                "design(\"d\", \"D\").\nneed(\"a\", 1, \"user\", \"state transition\", \"C1\", \"A does\").\n",
            ),
            (
                "t.json",
                "{\"design\": [[\"d\", \"D\"]], \"need\": [{\"ordinal\": 1, \"req\": \"a\", \"actor\": \"user\", \"operation\": \"state transition\", \"priority\": \"C1\", \"text\": \"A does\"}]}",
            ),
            ("t/design.csv", "id,title\nd,D\n"),
            (
                "t/need.csv",
                "ordinal,req,actor,operation,priority,text\n1,a,user,state transition,C1,A does\n",
            ),
        ]);
        let derived = |path: &str| {
            let output = desk.archlog(&["derive", path, "--format", "json"]).assert().code(0);
            String::from_utf8(output.get_output().stdout.clone()).unwrap()
        };
        let text = derived("t.dl");
        assert_eq!(derived("t.json"), text);
        assert_eq!(derived("t"), text);
    }

    #[test]
    fn json_is_the_same_bytes_every_time() {
        let desk = Desk::new();
        let derived = |jobs: &str| {
            let arguments =
                ["derive", &design("auction"), &design("wrong"), "--format", "json", "-j", jobs];
            desk.archlog(&arguments).output().unwrap().stdout
        };
        let first = derived("1");
        assert!(first.starts_with(b"{\n  \"schema\": \"archlog/1\","));
        assert_eq!(derived("3"), first);
    }

    #[test]
    fn one_sheet_is_printed_as_csv() {
        let golden = format!("{}/tests/golden/auction/sheet_f.csv", env!("CARGO_MANIFEST_DIR"));
        Desk::new()
            .archlog(&["derive", &design("auction"), "--sheet", "f", "--format", "csv"])
            .assert()
            .code(0)
            .stdout(fs::read_to_string(golden).unwrap());
    }

    #[test]
    fn several_tables_are_no_csv() {
        Desk::new()
            .archlog(&["derive", &design("auction"), "--format", "csv"])
            .assert()
            .code(2)
            .stdout(is_empty())
            .stderr(contains("pick one with `--sheet`"));
    }

    #[test]
    fn a_folder_gets_a_file_a_sheet_and_a_folder_a_design() {
        let desk = Desk::new();
        let saved = |designs: &[&str], format: &str, folder: &str| {
            let designs: Vec<String> = designs.iter().map(|name| design(name)).collect();
            let mut arguments = vec!["derive", "--format", format, "-D", folder];
            arguments.extend(designs.iter().map(String::as_str));
            desk.archlog(&arguments).assert().code(0).stdout(is_empty());
            desk.names(folder)
        };
        let names = saved(&["auction"], "csv", "one");
        assert!(names.contains(&"sheet_a.csv".to_string()), "{names:?}");
        assert!(names.contains(&"open_items.csv".to_string()), "{names:?}");
        assert_eq!(saved(&["auction", "chat"], "md", "two"), ["auction", "chat"]);
        assert!(desk.read("two/chat/sheet_e.md").starts_with("# Conversations\n\n## Sheet E"));
    }

    #[test]
    fn strict_exits_1_while_anything_is_open() {
        let desk = Desk::new();
        desk.archlog(&["derive", &design("auction"), "--strict"]).assert().code(0);
        desk.archlog(&["derive", &design("auction-minimal"), "--strict"]).assert().code(1);
        desk.archlog(&["derive", &design("auction-minimal")]).assert().code(0);
    }

    #[test]
    fn every_format_says_what_made_it() {
        let desk = Desk::new();
        for format in ["text", "md", "json", "html"] {
            let arguments = ["derive", &design("auction"), "--format", format];
            let output = desk.archlog(&arguments).assert().code(0);
            let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
            assert!(
                text.contains("rulebook") && text.contains(env!("CARGO_PKG_VERSION")),
                "{format}"
            );
        }
    }

    #[test]
    fn an_unknown_sheet_is_an_error() {
        Desk::new()
            .archlog(&["derive", &design("auction"), "--sheet", "zz"])
            .assert()
            .code(2)
            .stdout(is_empty())
            .stderr(contains("there is no sheet `zz`"));
    }
}

mod query {
    use super::*;

    const PRIORITIES: &str = "priority(R, P), ordinal_of(R)";

    #[test]
    fn the_name_of_a_saved_question_asks_for_all_of_it() {
        let desk = Desk::new();
        let auction = design("auction");
        let answers = |goal: &str| {
            let output = desk.archlog(&["query", &auction, goal, "--format", "csv"]).assert();
            String::from_utf8(output.get_output().stdout.clone()).unwrap()
        };
        let named = answers("mechanism_paths");
        let whole = answers("mechanism_paths(Mechanism, Shape, Req)");
        assert!(named.starts_with("Mechanism,Shape,Req\n") && named.lines().count() > 1, "{named}");
        assert_eq!(named, whole);
        desk.archlog(&["query", &auction, "nofile.dl"])
            .assert()
            .code(2)
            .stderr(contains("cannot read `nofile.dl`: there is no such file"));
    }

    #[test]
    fn answers_are_rows_of_the_goals_variables() {
        let desk = Desk::new();
        let goal = "requirement(Name, Place, _), Place < 3";
        let ask = |format: &str| {
            let arguments = ["query", &design("auction"), goal, "--format", format];
            let output = desk.archlog(&arguments).assert().code(0);
            String::from_utf8(output.get_output().stdout.clone()).unwrap()
        };
        assert_eq!(ask("csv"), "Name,Place\nplace_bid,1\nview_highest_bid,2\n");
        assert_eq!(ask("tsv"), "Name\tPlace\nplace_bid\t1\nview_highest_bid\t2\n");
        assert_eq!(
            ask("jsonl"),
            "{\"Name\":\"place_bid\",\"Place\":1}\n{\"Name\":\"view_highest_bid\",\"Place\":2}\n"
        );
        let json: serde_json::Value = serde_json::from_str(&ask("json")).unwrap();
        assert_eq!(json["table"]["rows"][1][0], "view_highest_bid");
        assert!(json["rulebook"]["hash"].as_str().unwrap().len() > 8);
        assert!(ask("table").contains("│ place_bid        │     1 │"), "{}", ask("table"));
    }

    #[test]
    fn several_designs_are_told_apart() {
        Desk::new()
            .archlog(&[
                "query",
                &design("auction"),
                &design("chat"),
                "design(_, Title)",
                "--format",
                "csv",
            ])
            .assert()
            .code(0)
            .stdout(predicate::str::starts_with("design,Title\nauction,Auction\nchat,"));
    }

    #[test]
    fn a_goal_may_stand_in_a_file() {
        let desk = Desk::with(&[("goal.dl", "design(Id, _)\n")]);
        desk.archlog(&["query", &design("auction"), "goal.dl", "--format", "csv"])
            .assert()
            .code(0)
            .stdout("Id\nauction\n");
    }

    #[test]
    fn a_goal_without_variables_is_answered_with_yes_or_no() {
        let desk = Desk::new();
        let ask = |goal: &str| desk.archlog(&["query", &design("auction"), goal]).assert();
        ask("design(\"auction\", _)").code(0).stdout(predicate::str::starts_with("yes\n"));
        ask("design(\"other\", _)").code(1).stdout(predicate::str::starts_with("no\n"));
    }

    #[test]
    fn nothing_found_exits_1() {
        Desk::new()
            .archlog(&["query", &design("auction"), "design(X, \"nothing\")", "--format", "csv"])
            .assert()
            .code(1)
            .stdout("X\n");
    }

    #[test]
    fn a_text_that_occurs_nowhere_is_told_with_the_one_that_is_meant() {
        let (desk, auction) = (Desk::new(), design("auction"));
        let told = || contains("AL0117").and(contains("did you mean `place_bid`?"));
        let goals = ["base_mechanism(\"place_bd\", M)", "path(R, P, _), !path(\"place_bd\", P, _)"];
        for goal in goals {
            desk.archlog(&["query", &auction, goal]).assert().stderr(told());
        }
        desk.archlog(&["query", &auction, "path(R, P, _), P != \"place_bd\""])
            .assert()
            .stderr(is_empty());
        desk.archlog(&["achieve", &auction, "base_mechanism(\"place_bd\", \"lease\")"])
            .assert()
            .code(1)
            .stderr(told());
    }

    #[test]
    fn a_wrong_goal_is_underlined() {
        Desk::new()
            .archlog(&["query", &design("auction"), PRIORITIES])
            .assert()
            .code(2)
            .stdout(is_empty())
            .stderr(contains("`ordinal_of` is not declared").and(contains("^^^^^^^^^^")));
    }

    #[test]
    fn a_forgotten_goal_is_noticed() {
        Desk::new()
            .archlog(&["query", &design("auction")])
            .assert()
            .code(2)
            .stdout(is_empty())
            .stderr(contains("a goal is missing"));
    }
}

mod new {
    use super::*;

    #[test]
    fn a_skeleton_is_a_design_that_derives_without_a_word() {
        let desk = Desk::new();
        desk.archlog(&["new", "seat-map"]).assert().code(0).stdout(is_empty());
        assert!(desk.read("seat-map.dl").contains("design(\"seat-map\", \"Seat map\")."));
        desk.archlog(&["derive", "seat-map.dl"]).assert().code(0).stderr(is_empty());
    }

    #[test]
    fn every_commented_example_in_it_is_real() {
        let desk = Desk::new();
        desk.archlog(&["new", "seats"]).assert().code(0);
        let skeleton = desk.read("seats.dl");
        let mut taken = 0;
        let lines = skeleton.lines().map(|line| {
            let example = line.strip_prefix("// ").filter(|text| text.ends_with(")."));
            taken += usize::from(example.is_some());
            format!("{}\n", example.unwrap_or(line))
        });
        let text: String = lines.collect();
        desk.write("all.dl", text);
        assert!(taken >= 15, "{taken} examples");
        desk.archlog(&["derive", "all.dl"]).assert().code(0).stderr(is_empty());
        desk.archlog(&["query", "all.dl", "problem(S, C, Subject, Message)"])
            .assert()
            .stdout(contains("(0 answers"));
    }

    #[test]
    fn nothing_is_overwritten() {
        let desk = Desk::with(&[("a.dl", "mine")]);
        desk.archlog(&["new", "a"]).assert().code(2).stderr(contains("is there already"));
        desk.archlog(&["new", "a.dl"]).assert().code(2);
        assert_eq!(desk.read("a.dl"), "mine");
    }

    #[test]
    fn what_is_said_of_a_file_can_be_typed() {
        let desk = Desk::new();
        let folder = contains("cannot write `no/b.dl`: there is no folder `no`");
        desk.archlog(&["new", "no/b"]).assert().code(2).stderr(folder);
        let quoted = contains("wrote My shop.dl; derive it with `archlog derive 'My shop.dl'`");
        desk.archlog(&["new", "My shop"]).assert().code(0).stderr(quoted);
    }

    #[test]
    fn a_name_that_cannot_be_one_is_refused() {
        let desk = Desk::new();
        for name in ["", ".dl", "a\"b", "gone/folder/x"] {
            desk.archlog(&["new", name]).assert().code(2);
        }
        assert!(desk.names(".").is_empty());
    }
}

mod missing {
    use super::*;

    /// What is not there is called what it should have been, and an error.
    #[test]
    fn what_is_not_there_is_named() {
        let desk = Desk::with(&[("empty/notes.txt", ""), ("tables/need.csv", "")]);
        let auction = design("auction");
        for (arguments, said) in [
            (
                &["diff", "shipped", "gone"][..],
                "error: there is no `gone` to compare a rulebook with",
            ),
            (&["diff", "gone", "shipped"], "error: there is no `gone`"),
            (
                &["diff", "shipped", "empty"],
                "error: `empty` is no rulebook: it holds neither `rules/` nor `facts/`",
            ),
            (&["diff", "shipped", "tables"], "one of them is a rulebook and the other is a design"),
            (
                &["dossier", &auction, "--step", "99"],
                "error: there is no such step; they are 1 to 20",
            ),
            (&["derive", &auction, "--rules", "gone"], "cannot read `gone`: no such folder"),
            (&["check", "--facts", "gone"], "cannot read `gone`: no such folder"),
        ] {
            let assert = desk.archlog(arguments).assert().code(2).stdout(is_empty());
            assert.stderr(contains(said));
        }
    }
}

mod talk {
    use super::*;

    #[test]
    fn codes_are_explained() {
        let desk = Desk::new();
        desk.archlog(&["explain", "al0508"])
            .assert()
            .code(0)
            .stdout(predicate::str::starts_with("# AL0508"));
        desk.archlog(&["explain", "AL0598"]).assert().code(2).stderr(contains("did you mean"));
        desk.archlog(&["explain"]).assert().code(0).stdout(contains("AL0504"));
    }

    #[test]
    fn help_is_an_answer_and_a_mistyped_command_is_not() {
        let desk = Desk::new();
        desk.archlog(&["--help"]).assert().code(0).stdout(contains("Exit codes:"));
        desk.archlog(&["derive", "--help"])
            .assert()
            .code(0)
            .stdout(contains("Examples:").and(contains("a world of its own")));
        desk.archlog(&["--version"]).assert().code(0).stdout(contains("archlog 0."));
        desk.archlog(&["deriv", "x"])
            .assert()
            .code(2)
            .stdout(is_empty())
            .stderr(contains("derive"));
        desk.archlog(&[]).assert().code(2).stdout(is_empty());
    }

    #[test]
    fn completions_are_made_for_every_shell() {
        let desk = Desk::new();
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            desk.archlog(&["completions", shell]).assert().code(0).stdout(contains("derive"));
        }
    }

    #[test]
    fn manual_pages_are_made() {
        let desk = Desk::new();
        desk.archlog(&["man"]).assert().code(0).stdout(contains(".TH archlog 1"));
        desk.archlog(&["man", "--dir", "man1"]).assert().code(0).stdout(is_empty());
        let names = desk.names("man1");
        assert!(names.contains(&"archlog.1".to_string()), "{names:?}");
        assert!(names.contains(&"archlog-derive.1".to_string()), "{names:?}");
    }

    #[test]
    fn colours_are_for_those_who_want_them() {
        let desk = Desk::new();
        let said = |arguments: &[&str], variable: Option<(&str, &str)>| {
            let mut command = desk.archlog(&[&["run", "gone.dl"], arguments].concat());
            if let Some((name, value)) = variable {
                command.env(name, value);
            }
            String::from_utf8(command.output().unwrap().stderr).unwrap().contains('\u{1b}')
        };
        assert!(!said(&[], None));
        assert!(said(&["--color", "always"], None));
        assert!(said(&["--color", "always"], Some(("NO_COLOR", "1"))));
        assert!(said(&[], Some(("CLICOLOR_FORCE", "1"))));
        assert!(!said(&["--color", "never"], Some(("CLICOLOR_FORCE", "1"))));
    }

    #[test]
    fn tables_are_ascii_when_asked() {
        Desk::new()
            .archlog(&["query", &design("auction"), "design(X, Y)", "--ascii"])
            .assert()
            .stdout(contains("| auction | Auction |"));
    }

    #[test]
    fn a_closed_standard_input_does_not_matter() {
        let desk =
            Desk::with(&[("p.dl", ".decl p(x: number)\n.input p(IO=stdin)\n.printsize p\n")]);
        let mut child = Process::new(env!("CARGO_BIN_EXE_archlog"))
            .args(["run", "p.dl"])
            .current_dir(&desk.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"1\n2\n").unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.stdout, b"p\t2\n");
    }
}

#[test]
fn fmt_writes_the_one_style_and_check_changes_nothing() {
    let desk = Desk::with(&[("a.dl", "p(1).p(2)."), ("b.dl", "q(1).\n"), ("bad.dl", "p(1")]);
    desk.archlog(&["fmt", "--check", "a.dl", "b.dl"])
        .assert()
        .code(1)
        .stdout("a.dl:1: would change\n");
    assert_eq!(desk.read("a.dl"), "p(1).p(2).");
    // A file that is wrong is left as it is; the others are done.
    desk.archlog(&["fmt", "bad.dl", "a.dl", "b.dl"])
        .assert()
        .code(2)
        .stderr(contains("AL0001").and(contains("formatted a.dl")));
    assert_eq!(desk.read("a.dl"), "p(1).\np(2).\n");
    assert_eq!(desk.read("bad.dl"), "p(1");
    desk.archlog(&["fmt", "--check", "a.dl", "b.dl"]).assert().code(0).stdout(is_empty());
    assert_eq!(desk.names("."), ["a.dl", "b.dl", "bad.dl"]);
    desk.archlog(&["fmt", "--stdin"]).write_stdin("p( 1 ).").assert().code(0).stdout("p(1).\n");
    desk.archlog(&["fmt", "--stdin", "--check"]).write_stdin("p( 1 ).").assert().code(1);
    desk.archlog(&["fmt"]).assert().code(2);
    desk.archlog(&["fmt", "none.dl"]).assert().code(2).stderr(contains("cannot read `none.dl`"));
}

/// What is not written as it should be is said to be, and not passed over.
#[test]
fn a_headless_file_of_accepted_findings_and_a_check_that_cannot_be_run_are_told() {
    let check = "/// A design that says anything.\n/// @check HOUSE9 loud\n/// @finding {object} is there\n\
                 .decl house_any(object: symbol)\n\n/// @rule any\n/// @title Any object\n\
                 /// @says {Object} is there\n/// @source 003 \"Step 11\"\n\
                 house_any(Object) :- candidate_object(Object).\n";
    let desk = Desk::with(&[
        ("program.dl", ".decl p(x: number)\np(1).\n.output p\n"),
        ("accepted.csv", "AL0603,p,nobody reads it and that is fine\n"),
        ("rules/checks/house.dl", check),
    ]);
    desk.archlog(&["check", "program.dl", "--accepted", "accepted.csv"])
        .assert()
        .code(1)
        .stdout(contains("error[AL0927]").and(contains("code,subject,reason")));
    desk.archlog(&["check", &design("auction"), "--rules", "rules"])
        .assert()
        .code(1)
        .stdout(contains("error[AL0925]: `house_any`"));
    desk.archlog(&["explain", "HOUSE9"]).assert().failure().stderr(contains("--rules"));
    desk.write("rules/checks/house.dl", check.replace("HOUSE9 loud", "HOUSE9 note"));
    desk.archlog(&["explain", "HOUSE9", "--rules", "rules"])
        .assert()
        .success()
        .stdout(contains("# HOUSE9: {object} is there").and(contains("rules/checks/house.dl:4")));
}

#[test]
fn check_says_what_is_odd_and_exits_so() {
    let odd = ".decl p(x: number, y: number)\n.decl q(x: number)\n.input p\nq(x) :- p(x, z), 1 < x.\n.output q\n";
    let desk = Desk::with(&[("odd.dl", odd), ("bad.dl", "p(1).")]);
    desk.archlog(&["check", "odd.dl"]).assert().code(1).stdout(
        contains("warning[AL0701]")
            .and(contains("note[AL0714]"))
            .and(contains("1 warning, 1 note")),
    );
    desk.archlog(&["check", "odd.dl", "--allow", "AL0701"]).assert().code(0);
    desk.archlog(&["check", "odd.dl", "--allow", "AL0701", "--deny", "note"]).assert().code(1);
    desk.archlog(&["check", "odd.dl", "--only", "AL0801"]).assert().code(0);
    desk.archlog(&["check", "odd.dl", "--only", "AL9801"]).assert().code(2);
    desk.archlog(&["check", "bad.dl"]).assert().code(1).stdout(contains("error[AL0107]"));
    desk.archlog(&["check", "none.dl"]).assert().code(2).stderr(contains("cannot read `none.dl`"));
    for (format, part) in [
        ("json", "\"schema\": \"archlog/1\""),
        ("sarif", "\"2.1.0\""),
        ("github", "::warning file=odd.dl,line=4"),
    ] {
        desk.archlog(&["check", "odd.dl", "--format", format])
            .assert()
            .code(1)
            .stdout(contains(part));
    }
    desk.write("accepted.csv", "code,subject,reason\nAL0701,q,said elsewhere\n");
    desk.archlog(&["check", "odd.dl", "--accepted", "accepted.csv", "--all"])
        .assert()
        .code(0)
        .stdout(contains("accepted: said elsewhere"));
    desk.archlog(&["check", "odd.dl", "--fix"])
        .assert()
        .code(0)
        .stderr(contains("mended 2 in odd.dl"));
    assert!(desk.read("odd.dl").contains("q(x) :- p(x, _), x > 1."));
    desk.archlog(&["check"]).assert().code(0).stdout(contains("accepted, `--all` shows them"));
}
