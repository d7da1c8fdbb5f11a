//! Souffle's command line: `archlog run` takes what it takes, or refuses it by name.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use std::fs;
use std::process::{Command as Process, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

const REACH: &str = "
    .decl edge(a: symbol, b: symbol)
    .input edge
    .decl path(a: symbol, b: symbol)
    path(x, y) :- edge(x, y).
    path(x, z) :- path(x, y), edge(y, z).
    .output path
    .printsize path
";

/// A program that makes numbers for as long as it may, beside what it reads.
const ENDLESS: &str = "
    .decl read(n: number)
    .input read
    .decl n(n: number)
    n(x) :- read(x).
    n(x + 1) :- n(x).
    .output n
";

/// A folder with some files in it.
struct Desk(TempDir);

impl Desk {
    fn with(files: &[(&str, &str)]) -> Self {
        let desk = Desk(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = desk.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        desk
    }

    fn reach() -> Self {
        Self::with(&[("reach.dl", REACH), ("edge.facts", "a\tb\nb\tc\n")])
    }

    fn run(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_archlog"));
        command.current_dir(&self.0).arg("run").args(arguments);
        command
    }

    fn json(&self, name: &str) -> serde_json::Value {
        let text = fs::read_to_string(self.0.path().join(name)).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

const PATHS: &str = "---------------\npath\na\tb\n===============\na\tb\na\tc\nb\tc\n===============\n\
                     path\t3\n";

#[test]
fn results_go_to_standard_output_with_a_minus() {
    let desk = Desk::reach();
    for options in [
        &["reach.dl", "-D", "-"][..],
        &["-D-", "reach.dl", "-F", "."],
        &["reach.dl", "-D-", "-j4"],
        &["reach.dl", "--output-dir=-", "--fact-dir=.", "--jobs=auto"],
        &["reach.dl", "-D", "-", "-w", "--no-preprocessor"],
        &["reach.dl", "-D", "-", "-m", "*"],
        &["reach.dl", "-D", "-", "--magic-transform=path", "--magic-transform-exclude=edge"],
        &["reach.dl", "-D", "-", "-P", "magic-transform:*;verbose"],
    ] {
        desk.run(options).assert().success().stdout(PATHS).stderr(is_empty());
    }
    assert!(!desk.0.path().join("path.csv").exists());
}

#[test]
fn a_program_is_read_from_standard_input_with_a_minus() {
    let desk = Desk::reach();
    desk.run(&["-", "-D", "-"]).write_stdin(REACH).assert().success().stdout(PATHS);
    desk.run(&["-"])
        .write_stdin(".decl p(x: number)\np(y).")
        .assert()
        .code(2)
        .stderr(contains("<stdin>:2:3"));
    let both = ".decl p(x: number) .input p(IO=stdin)";
    desk.run(&["-"]).write_stdin(both).assert().code(2).stderr(contains("standard input"));
}

#[test]
fn included_files_are_looked_for_in_folders() {
    let (one, two) = (".decl p(x: number)\np(1).", ".include \"three.dl\"\n.output p(IO=stdout)");
    let desk = Desk::with(&[
        ("main.dl", ".include \"one.dl\"\n.include \"two.dl\""),
        ("a/one.dl", one),
        ("b/one.dl", "this is not read"),
        ("b/two.dl", two),
        ("b/three.dl", "p(3)."),
    ]);
    let shown = "---------------\np\n===============\n1\n3\n===============\n";
    desk.run(&["main.dl", "-I", "a", "-Ib"]).assert().success().stdout(shown);
    desk.run(&["main.dl", "--include-dir=b"]).assert().code(2).stderr(contains("b/one.dl:1"));
    desk.run(&["main.dl", "-I", "a"]).assert().code(2).stderr(contains("cannot read `two.dl`"));
    desk.run(&["main.dl", "-I", "c"]).assert().code(2).stderr(contains("no folder `c`"));
}

#[test]
fn warnings_are_shown_unless_they_are_not_wanted() {
    let desk = Desk::with(&[
        ("odd.dl", ".decl p(x: number)\np(1).\n.output p(IO=stdout, colour=red)"),
        ("wrong.dl", ".decl p(x: number)\np(1, 2)."),
    ]);
    desk.run(&["odd.dl"]).assert().success().stderr(contains("AL0501"));
    for quiet in ["-w", "--no-warn"] {
        desk.run(&["odd.dl", quiet]).assert().success().stderr(is_empty());
        desk.run(&["wrong.dl", quiet]).assert().code(2).stderr(contains("AL0108"));
    }
}

#[test]
fn what_takes_how_long_is_said_where_it_is_asked_for() {
    let stages =
        ["read the program in", "read the facts in", "evaluated in", "wrote the results in"];
    for option in ["-v", "--verbose"] {
        let assert = Desk::reach().run(&["reach.dl", option, "-D-"]).assert().success();
        let assert = assert.stdout(PATHS);
        stages.into_iter().fold(assert, |assert, stage| assert.stderr(contains(stage)));
    }
}

#[test]
fn what_is_typed_takes_the_place_of_a_pragma() {
    let text = REACH.replace(".printsize path", ".pragma \"magic-transform\" \"edge\"");
    let text = text.replace(".output path", ".decl q(b: symbol) q(b) :- path(\"a\", b). .output q");
    let desk = Desk::with(&[("reach.dl", text.as_str()), ("edge.facts", "a\tb\nb\tc\n")]);
    let asked = |more: &[&str]| {
        let options = [&["reach.dl", "--plan"], more].concat();
        let plan = desk.run(&options).output().unwrap().stdout;
        String::from_utf8(plan).unwrap().contains("path@0")
    };
    assert!(!asked(&[]));
    assert!(asked(&["-m", "path"]));
    assert!(asked(&["-P", "magic-transform:path"]));
    assert!(!asked(&["-m", "*", "--magic-transform-exclude", "path"]));
    desk.run(&["reach.dl", "-m", "pth"]).assert().code(2).stderr(contains("<command line>:1"));
}

#[test]
fn what_archlog_has_not_is_refused_by_name() {
    let desk = Desk::reach();
    for (typed, named, way) in [
        (&["-c"][..], "`-c`, `--compile`", "archlog compile"),
        (&["--compile"], "`-c`, `--compile`", "archlog compile"),
        (&["-o", "reach"], "`-o`, `--dl-program`", "archlog compile"),
        (&["-g", "reach.cpp"], "`-g`, `--generate`", "archlog compile"),
        (&["-C"], "`-C`, `--compile-many`", "archlog compile"),
        (&["-G", "out"], "`-G`, `--generate-many`", "archlog compile"),
        (&["-N", "space"], "`-N`, `--generate-namespace`", "archlog compile"),
        (&["-a", "x"], "`-a`, `--auto-schedule`", "--plan"),
        (&["--version"], "`--version`", "archlog --version"),
        (&["--swig=java"], "`-s`, `--swig`", "archlog compile"),
        (&["-lfunctors"], "`-l`, `--libraries`", "functors of one's own"),
        (&["-L", "lib"], "`-L`, `--library-dir`", "functors of one's own"),
        (&["-M", "LIMIT=3"], "`-M`, `--macro`", "mcpp"),
        (&["-Wall"], "`-W`, `--warn`", "archlog check"),
        (&["-t", "explain"], "`-t`, `--provenance`", "archlog why"),
        (&["-r", "report.html"], "`-r`, `--debug-report`", "--plan"),
        (&["-u", "profile.log"], "`-u`, `--profile-use`", "--plan"),
        (&["-z", "MagicSetTransformer"], "`-z`, `--disable-transformers`", "--plan"),
        (&["--show=transformed-ram"], "`--show`", "--plan"),
        (&["--parse-errors"], "`--parse-errors`", "archlog check"),
        (&["--live-profile"], "`--live-profile`", "-p FILE"),
    ] {
        let options = [&["reach.dl"], typed].concat();
        desk.run(&options)
            .assert()
            .code(2)
            .stdout(is_empty())
            .stderr(contains(named).and(contains("is not supported")).and(contains(way)));
    }
    // They are no part of the help, nor of what a shell completes, nor of other commands.
    desk.run(&["--help"]).assert().success().stdout(contains("swig").not());
    let archlog = || Command::new(env!("CARGO_BIN_EXE_archlog"));
    archlog().args(["completions", "bash"]).assert().stdout(contains("swig").not());
    archlog().args(["fmt", "-c"]).assert().code(2).stderr(contains("unexpected argument '-c'"));
    // What Souffle does not have either is a slip.
    desk.run(&["reach.dl", "--hurry"]).assert().code(2).stderr(contains("unexpected argument"));
}

#[test]
fn a_program_that_is_not_there_has_a_near_name() {
    let desk = Desk::with(&[("reach.dl", REACH), ("in/deep/reach.dl", REACH)]);
    let near = |typed: &str, name: &str| {
        let said = format!("cannot read `{typed}`: no such file; did you mean `{name}`?");
        desk.run(&[typed]).assert().code(2).stderr(contains(said));
    };
    near("rech.dl", "reach.dl");
    near("in/deep/raech.dl", "in/deep/reach.dl");
    let desk = Desk::with(&[("reach.dl", REACH), ("in/Edge.facts", "a\tb\n")]);
    let facts = desk.run(&["reach.dl", "-F", "in"]).assert().code(2);
    facts.stderr(
        contains("`in/edge.facts`: no such file").and(contains("did you mean `Edge.facts`?")),
    );
    let far = desk.run(&["else.dl"]).assert().code(2).stderr(contains("cannot read `else.dl`"));
    far.stderr(contains("did you mean").not());
}

#[test]
fn a_profile_has_what_was_read_and_written() {
    let desk = Desk::reach();
    desk.run(&["reach.dl", "-p", "p.json"]).assert().success().stderr(is_empty());
    let profile = desk.json("p.json");
    let moved = |key: &str| {
        let all = profile[key].as_array().unwrap().iter();
        let one = |it: &serde_json::Value| {
            assert!(it["milliseconds"].as_f64().unwrap() > 0.0, "{it}");
            (it["name"].as_str().unwrap().to_owned(), it["tuples"].as_u64().unwrap())
        };
        all.map(one).collect::<Vec<_>>()
    };
    assert_eq!(moved("loaded"), [("edge".to_owned(), 2)]);
    // The file and the size.
    assert_eq!(moved("stored"), [("path".to_owned(), 3), ("path".to_owned(), 3)]);
    desk.run(&["reach.dl", "-p", "p.html"]).assert().success();
    let page = fs::read_to_string(desk.0.path().join("p.html")).unwrap();
    assert!(page.contains("<h2>Loaded</h2>") && page.contains("<h2>Stored</h2>"));
    let table = desk.run(&["reach.dl", "-p", "-"]).assert().success();
    table.stderr(contains("tuples │ loaded │ stored │"));
}

#[test]
fn a_profile_is_written_of_a_run_that_a_limit_stops() {
    let desk = Desk::with(&[("n.dl", ENDLESS), ("read.facts", "7\n8\n")]);
    desk.run(&["n.dl", "--profile=p.json", "--limit-tuples", "1000"]).assert().code(3);
    let profile = desk.json("p.json");
    assert_eq!(profile["loaded"][0]["tuples"], 2);
    assert!(profile["relations"].as_array().unwrap().iter().any(|it| it["name"] == "n"));
    assert_eq!(profile["stored"].as_array().unwrap().len(), 0);
    assert!(!desk.0.path().join("n.csv").exists());
}

#[cfg(unix)]
#[test]
fn a_profile_is_written_of_a_run_that_is_asked_to_end() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let desk = Desk::with(&[("n.dl", ENDLESS), ("read.facts", "7\n")]);
        let mut run = Process::new(env!("CARGO_BIN_EXE_archlog"));
        run.current_dir(&desk.0).args(["run", "n.dl", "-v", "-p", "p.json"]);
        let mut child = run.stderr(Stdio::piped()).spawn().unwrap();
        // The facts are read before anything is heard of that, so it is evaluating then.
        let mut heard = std::io::BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("read the facts") {
            line.clear();
            assert!(std::io::BufRead::read_line(&mut heard, &mut line).unwrap() > 0);
        }
        thread::sleep(Duration::from_millis(50));
        let id = child.id().to_string();
        assert!(Process::new("kill").args([signal, &id]).status().unwrap().success());
        let asked = Instant::now();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(code), "{signal}");
        assert!(asked.elapsed() < Duration::from_secs(20));
        let profile = desk.json("p.json");
        assert_eq!(profile["loaded"][0]["name"], "read", "{signal}");
        assert!(profile["rounds"].as_u64().unwrap() > 0, "{signal}");
    }
}

#[test]
fn what_json_and_sqlite_have_no_numbers_for_comes_back_as_it_was() {
    let desk = Desk::with(&[
        (
            "write.dl",
            ".decl r(k: symbol, u: unsigned, f: float)
            r(\"nan\", 9223372036854775808, 0.0 / 0.0). r(\"inf\", 9223372036854775809, 1.0 / 0.0).
            r(\"least\", 18446744073709551615, -1.0 / 0.0). r(\"plain\", 7, 0.5).
            .output r(IO=jsonfile) .output r(IO=sqlite) .output r(filename=\"written.csv\")
            .decl n() n(). .output n(IO=jsonfile)",
        ),
        (
            "read.dl",
            ".decl a(k: symbol, u: unsigned, f: float) .input a(IO=jsonfile, filename=\"r.json\")
            .decl r(k: symbol, u: unsigned, f: float) .input r(IO=sqlite)
            .output a .output r .decl n() .input n(IO=jsonfile) .printsize n",
        ),
    ]);
    desk.run(&["write.dl", "-D", "."]).assert().code(0).stderr(is_empty());
    desk.run(&["read.dl", "-F", ".", "-D", "again"]).assert().code(0).stdout("n\t1\n");
    let text = |name: &str| fs::read_to_string(desk.0.path().join(name)).unwrap();
    let written = text("written.csv");
    assert!(written.contains("18446744073709551615") && written.contains("NaN"), "{written}");
    assert_eq!((text("again/a.csv"), text("again/r.csv")), (written.clone(), written));
}

#[test]
fn two_tables_of_a_database_are_not_told_apart_by_case() {
    let desk = Desk::with(&[(
        "case.dl",
        ".decl a(x: number) .decl A(y: number) a(2). A(3).
        .output a(IO=sqlite, filename=\"c.sqlite\") .output A(IO=sqlite, dbname=\"c.sqlite\")",
    )]);
    desk.run(&["case.dl"]).assert().code(2).stderr(contains("AL0129").and(contains("table a")));
}

#[test]
fn whatever_would_be_a_file_is_a_table_on_standard_output() {
    let desk = Desk::with(&[(
        "p.dl",
        ".decl p(n: number, who: symbol)\np(1, \"a\").\n.output p(IO=jsonfile)\n.decl q() q().\n\
         .output q(IO=sqlite)\n.output p(filename=\"x.csv\", delimiter=\";\")\n.printsize p",
    )]);
    let shown = "---------------\np\nn\twho\n===============\n1\ta\n===============\n\
                 ---------------\nq\n\n===============\n()\n===============\n\
                 ---------------\np\nn;who\n===============\n1;a\n===============\np\t1\n";
    let assert = desk.run(&["p.dl", "-D", "-"]).assert().success().stderr(is_empty());
    let found = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert_eq!(found, shown);
}

#[test]
fn what_cannot_be_written_is_known_before_anything_is() {
    let desk = Desk::with(&[
        ("p.dl", ".decl p(x: number) p(1). .output p .decl q(x: number) .output q(headers=4)"),
        ("fine.dl", ".decl p(x: number) p(1). .output p"),
        ("file", "a file"),
    ]);
    desk.run(&["p.dl"]).assert().code(2).stderr(contains("AL0502"));
    for profile in ["file/p.json", "."] {
        let assert = desk.run(&["fine.dl", "-p", profile]).assert().code(2);
        assert.stderr(contains("cannot write the profile to"));
    }
    assert!(!desk.0.path().join("p.csv").exists());
    let assert = desk.run(&["fine.dl", "-D", "file"]).assert().code(2);
    assert.stderr(contains("what should be a folder on the way there is a file"));
}

#[cfg(unix)]
#[test]
fn a_profile_is_written_of_a_run_that_waits_for_standard_input() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let text = ".decl p(x: number)\n.input p(IO=stdin)\n.output p";
        let desk = Desk::with(&[("p.dl", text)]);
        let mut run = Process::new(env!("CARGO_BIN_EXE_archlog"));
        run.current_dir(&desk.0).args(["run", "p.dl", "-v", "-p", "p.json"]);
        let mut child = run.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Waiting for a program closes what it reads.
        let _open = child.stdin.take();
        let mut heard = std::io::BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        assert!(std::io::BufRead::read_line(&mut heard, &mut line).unwrap() > 0);
        thread::sleep(Duration::from_millis(300));
        let id = child.id().to_string();
        assert!(Process::new("kill").args([signal, &id]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        assert_eq!(desk.json("p.json")["loaded"].as_array().unwrap().len(), 0, "{signal}");
        assert!(!desk.0.path().join("p.csv").exists());
    }
}

/// Souffle's refusals hold until somebody says otherwise, on the command line or in the program.
#[test]
fn what_souffle_refuses_is_taken_where_it_is_asked_for() {
    let text = ".decl n(x: number)\n.input n\n.decl m(x: float)\nm(x) :- x = mean y : n(y).\n\
                .output m(IO=stdout)";
    let pragma = format!("{text}\n.pragma \"extensions\"");
    let desk = Desk::with(&[
        ("plain.dl", text),
        ("pragma.dl", &pragma),
        ("facts.dl", ".decl n(x: number)\n.input n\n.output n(IO=stdout)"),
        ("n.facts", "0x1\n\n2\n"),
    ]);
    desk.run(&["plain.dl"]).assert().code(2).stdout(is_empty()).stderr(contains("plain.dl:4:13"));
    let facts = desk.run(&["facts.dl"]).assert().code(2).stdout(contains("\n2\n"));
    facts.stderr(contains("n.facts:1:1").and(contains("n.facts:2:1")));
    let mean = "---------------\nm\n===============\n1.5\n===============\n";
    for options in
        [&["plain.dl", "--extensions"][..], &["pragma.dl"], &["plain.dl", "-Pextensions"]]
    {
        desk.run(options).assert().success().stdout(mean).stderr(is_empty());
    }
    desk.run(&["facts.dl", "--extensions"]).assert().success().stdout(contains("\n1\n2\n"));
}

/// Both are printed, as Souffle does; files would take each other's place.
#[test]
fn two_outputs_of_one_file_are_printed_one_after_the_other() {
    let text = ".decl p, q(x: number)\np(1).\nq(2).\n.output p(filename=\"x\")\n.output q(filename=\"x\")\n\
                .output p(filename=\"x\", delimiter=\",\")";
    let desk = Desk::with(&[("two.dl", text)]);
    desk.run(&["two.dl"]).assert().code(2).stderr(contains("AL0129"));
    let of = |name: &str, row: &str| {
        format!("---------------\n{name}\nx\n===============\n{row}\n===============\n")
    };
    let all = [of("p", "1"), of("q", "2"), of("p", "1")].concat();
    desk.run(&["two.dl", "-D", "-"]).assert().success().stdout(all).stderr(is_empty());
}
