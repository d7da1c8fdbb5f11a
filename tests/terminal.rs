//! The prompt at a real terminal: what is typed is seen, completed, dropped, pasted and kept. And what
//! it acknowledged is still there when it is killed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]
#![cfg(unix)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::*;
use rexpect::process::{Signal, WaitStatus};
use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};
use tempfile::TempDir;

/// A prompt at a terminal of its own, with a home of its own.
struct Terminal {
    home: TempDir,
    session: PtySession,
}

const PROMPT: &str = "> ";

impl Terminal {
    fn new(arguments: &[&str]) -> Terminal {
        Terminal::at(tempfile::tempdir().unwrap(), arguments, &[])
    }

    fn at(home: TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> Terminal {
        // What the terminal is called is written down first, to resize it by that name.
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "stty $MODES cols 200 rows 50; tty > \"$XDG_STATE_HOME/tty\"; exec \"$0\" \"$@\"",
        ]);
        command.arg(env!("CARGO_BIN_EXE_archlog"));
        command.arg("repl").args(arguments).current_dir(root());
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "PAGER", "ARCHLOG_PAGER", "ARCHLOG_HISTORY"] {
            command.env_remove(name);
        }
        command.env("XDG_STATE_HOME", home.path()).env("XDG_CONFIG_HOME", home.path());
        command.env("TERM", "xterm").env("LC_ALL", "C.UTF-8").env("ARCHLOG_PAGER", "cat");
        command.envs(variables.iter().copied());
        let options = Options::new().timeout_ms(Some(30_000)).strip_ansi_escape_codes(true);
        let mut session = spawn_with_options(command, options).unwrap();
        session.process_mut().set_kill_timeout(Some(1_000));
        Terminal { home, session }
    }

    fn send(&mut self, text: &str) {
        self.session.send(text).unwrap();
        self.session.flush().unwrap();
    }

    /// Types a line; what is seen from then on is its answer.
    fn line(&mut self, text: &str) {
        self.send(text);
        self.send("\r");
        self.see("\n");
    }

    /// Ctrl-C at the prompt.
    fn drop_line(&mut self) {
        self.send("\u{3}");
        self.see("\n");
        self.see(PROMPT);
        // The terminal is made raw again behind the prompt.
        std::thread::sleep(Duration::from_millis(100));
    }

    /// Waits for a text; gives what came before it.
    fn see(&mut self, text: &str) -> String {
        self.session.exp_string(text).unwrap_or_else(|problem| {
            let problem = problem.to_string();
            let end: String = problem.chars().rev().take(300).collect();
            panic!("waiting for {text:?}: {}", end.chars().rev().collect::<String>())
        })
    }

    fn exit(&mut self) -> Option<i32> {
        let _ = self.session.exp_eof();
        match self.session.process().wait().unwrap() {
            WaitStatus::Exited(_, code) => Some(code),
            _ => None,
        }
    }

    /// Makes the terminal as wide.
    fn resize(&self, columns: u16) {
        let device = fs::read_to_string(self.home.path().join("tty")).unwrap();
        let status = Command::new("stty")
            .args(["-F", device.trim()])
            .args(["cols", &columns.to_string(), "rows", "50"])
            .status()
            .unwrap();
        assert!(status.success());
    }
}

#[test]
fn a_value_is_completed_stated_undone_and_found_in_the_history() {
    let mut terminal = Terminal::new(&["designs/auction.dl"]);
    terminal.see("auction> ");
    // What fits only once is put there; a list follows where more fits.
    terminal.send("chosen(\"place_bid\", \"Base mech\t");
    terminal.see("\"Base mechanism\"");
    terminal.drop_line();
    terminal.send(":hist\t");
    terminal.see(":history");
    terminal.drop_line();
    terminal.line(r#"owner("Auction", "user")."#);
    terminal.see("#1");
    terminal.see("auction* ");
    terminal.see(PROMPT);
    terminal.line(":undo");
    terminal.see("undid #1");
    terminal.see("auction> ");
    // Up once is the command, up twice the fact.
    terminal.send("\u{1b}[A\u{1b}[A");
    terminal.see(r#"owner("Auction", "user")."#);
    terminal.send("\r");
    terminal.see("#1");
    terminal.line(" :log");
    terminal.see("#1 owner");
    terminal.send("\u{4}");
    assert_eq!(terminal.exit(), Some(0));
    let history = fs::read_to_string(terminal.home.path().join("archlog/history")).unwrap();
    assert!(history.contains("owner(\"Auction\"") && history.contains(":undo"), "{history}");
    assert!(!history.contains(":log"), "what begins with a blank is private: {history}");
}

#[test]
fn ctrl_c_drops_a_line_stops_what_runs_and_the_third_leaves() {
    let mut terminal = Terminal::new(&[]);
    terminal.see("archlog> ");
    terminal.send("object(\"A\", ");
    terminal.see("object(\"A\", ");
    terminal.drop_line();
    terminal.line(".decl endless(n: number)");
    terminal.see("#1");
    terminal.see(PROMPT);
    terminal.line("endless(N) :- N = range(0, 9000000000).");
    std::thread::sleep(Duration::from_millis(700));
    terminal.send("\u{3}");
    terminal.see("interrupted");
    terminal.see(PROMPT);
    terminal.line(":log");
    let told = terminal.see(PROMPT);
    assert!(told.contains("#1 .decl") && !told.contains("#2"), "{told}");
    terminal.line("endless(N)?");
    terminal.see("(0 answers)");
    terminal.see(PROMPT);
    for _ in 0..3 {
        terminal.send("\u{3}");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(terminal.exit(), Some(130));
}

#[test]
fn an_interview_is_left_with_everything_kept() {
    let mut terminal = Terminal::new(&[]);
    terminal.see("archlog> ");
    terminal.line(":new shop");
    terminal.see("need req> ");
    terminal.line("User buys a book");
    terminal.see("take it? ");
    terminal.line("yes");
    terminal.see("#2");
    terminal.see("need req> ");
    terminal.send("half an answ");
    terminal.send("\u{3}");
    terminal.see("\n");
    terminal.see("shop* ");
    terminal.see(PROMPT);
    std::thread::sleep(Duration::from_millis(100));
    terminal.line(":facts need");
    let told = terminal.see("User buys a book");
    assert!(told.contains("conditional write"), "{told}");
}

#[test]
fn a_pasted_block_is_taken_as_it_stands_and_tables_follow_the_terminal() {
    let mut terminal = Terminal::new(&["--ascii"]);
    terminal.see("archlog> ");
    let block = "design(\"shop\", \"Shop\").\nobject(\"Order\",\n  \"process\").\nneed(\"buy\", 1, \
                 \"user\", \"conditional write\", \"C1\", \"User buys a thing that somebody sells and \
                 that is in stock at that very moment\").\n";
    terminal.send(&format!("\u{1b}[200~{block}\u{1b}[201~"));
    terminal.send("\r");
    terminal.see("#3");
    terminal.see("shop*");
    terminal.see(PROMPT);
    terminal.line(":log");
    let told = terminal.see(PROMPT);
    assert!(told.contains("#3 need") && !told.contains("#4"), "{told}");
    let widest = |text: &str| {
        text.lines().map(|line| line.trim_end().chars().count()).max().unwrap_or_default()
    };
    terminal.resize(140);
    terminal.line("need(R, N, A, O, P, T)?");
    let wide = terminal.see("(1 answer)");
    terminal.see(PROMPT);
    terminal.resize(60);
    terminal.line("need(R, N, A, O, P, T)?");
    let narrow = terminal.see("(1 answer)");
    assert!(widest(&wide) > 100 && widest(&narrow) <= 61, "{}, {}", widest(&wide), widest(&narrow));
}

#[test]
fn what_is_typed_ahead_is_done_line_by_line() {
    let mut terminal = Terminal::new(&[]);
    terminal.see("archlog> ");
    let lines: String = (0..60).map(|at| format!("object(\"O{at}\", \"process\").\r")).collect();
    terminal.send(&lines);
    terminal.see("#60");
    terminal.see(PROMPT);
    // A word that answers nothing, and what is not finished, take no command with them.
    terminal.line("yes");
    terminal.see("nothing is asked");
    terminal.line("object(");
    terminal.line(":undo 59");
    terminal.see("dropped");
    terminal.see("undid #2");
}

#[test]
fn what_is_typed_while_something_runs_is_not_shown_before_the_next_prompt() {
    // A terminal of a test does not echo by itself.
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::at(home, &[], &[("MODES", "echo")]);
    terminal.see("archlog> ");
    terminal.line(".decl endless(n: number)");
    terminal.see("#1");
    terminal.see(PROMPT);
    terminal.line("endless(N) :- N = range(0, 9000000000).");
    std::thread::sleep(Duration::from_millis(700));
    terminal.send(":mode\r");
    std::thread::sleep(Duration::from_millis(300));
    terminal.send("\u{3}");
    let before = terminal.see("interrupted");
    assert!(!before.contains(":mode"), "{before}");
}

#[test]
fn a_dumb_terminal_shows_what_is_typed_and_pages_nothing() {
    let home = tempfile::tempdir().unwrap();
    let variables = [("TERM", "dumb"), ("MODES", "echo"), ("ARCHLOG_PAGER", "sed s/^/PAGED/")];
    let mut terminal = Terminal::at(home, &["designs/auction.dl"], &variables);
    terminal.see(PROMPT);
    // The lines behind the first one are typed while that runs.
    terminal.send("owner(\"Auction\", \"user\").\r:derive\r:mode\r");
    let told = terminal.see("table (of");
    assert!(told.contains(":derive") && told.contains(":mode"), "{told}");
    assert!(told.contains("Sheet A") && !told.contains("PAGED"), "{told}");
}

/// A prompt under a shell that writes down how it leaves the terminal.
fn under_a_shell(lines: &dyn Fn(&mut Terminal)) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    // What it is called by the system is written down first, to end it by that.
    let script = "trap '' INT; stty echo; sh -c 'echo $$ > \"$XDG_STATE_HOME/id\"; exec \"$0\" repl' \"$0\"; \
                  stty -a > \"$XDG_STATE_HOME/left\"; echo left it";
    command.args(["-c", script, env!("CARGO_BIN_EXE_archlog")]).current_dir(root());
    command.env("XDG_STATE_HOME", home.path()).env("XDG_CONFIG_HOME", home.path());
    command.env("TERM", "xterm").env("LC_ALL", "C.UTF-8");
    let options = Options::new().timeout_ms(Some(30_000)).strip_ansi_escape_codes(true);
    let session = spawn_with_options(command, options).unwrap();
    let mut terminal = Terminal { home, session };
    terminal.see("archlog> ");
    lines(&mut terminal);
    terminal.see("left it");
    fs::read_to_string(terminal.home.path().join("left")).unwrap()
}

#[test]
fn the_terminal_echoes_again_however_the_prompt_is_left() {
    let endless = |terminal: &mut Terminal| {
        terminal.line(".decl endless(n: number)");
        terminal.see("#1");
        terminal.see(PROMPT);
        terminal.line("endless(N) :- N = range(0, 9000000000).");
        std::thread::sleep(Duration::from_millis(700));
    };
    let ways: [&dyn Fn(&mut Terminal); 4] = [
        &|terminal| terminal.line(":quit"),
        &|terminal| {
            endless(terminal);
            terminal.send("\u{3}");
            terminal.see("interrupted");
            terminal.see(PROMPT);
            std::thread::sleep(Duration::from_millis(100));
            terminal.send("\u{4}");
        },
        &|terminal| {
            endless(terminal);
            for _ in 0..5 {
                terminal.send("\u{3}");
                std::thread::sleep(Duration::from_millis(150));
            }
        },
        &|terminal| {
            endless(terminal);
            let id = fs::read_to_string(terminal.home.path().join("id")).unwrap();
            assert!(Command::new("kill").args(["-TERM", id.trim()]).status().unwrap().success());
        },
    ];
    for (at, way) in ways.into_iter().enumerate() {
        let left = under_a_shell(way);
        let echoes = left.split_whitespace().any(|word| word == "echo" || word == "echo;");
        assert!(echoes, "way {at}: {left}");
    }
}

#[test]
fn what_an_interview_asked_only_half_is_not_lost_to_a_kill() {
    let mut terminal = Terminal::new(&[]);
    terminal.see("archlog> ");
    terminal.line(":new shop");
    terminal.see("need req> ");
    terminal.line("refund");
    terminal.see("need actor> ");
    terminal.line("user");
    terminal.see("need operation> ");
    gone(&mut terminal);
    let mut terminal = Terminal::at(terminal.home, &[], &[]);
    terminal.see("and an interview that was not at its end");
    terminal.see("take them up? [Y/n] ");
    terminal.line("");
    terminal.see("`:new` goes on with it");
    terminal.see("shop* ");
    terminal.see(PROMPT);
    terminal.line(":new");
    terminal.see("need operation> ");
    terminal.line(":back");
    terminal.see("need actor [user]> ");
}

#[test]
fn an_editor_edits_the_design_and_a_pager_shows_what_is_long() {
    let home = tempfile::tempdir().unwrap();
    let editor = home.path().join("editor");
    fs::write(&editor, "#!/bin/sh\nsed -i 's/\"service\"/\"user\"/' \"$1\"\n").unwrap();
    let editor = format!("sh {}", editor.display());
    let pager = "sed s/^/PAGED/";
    let variables = [("VISUAL", editor.as_str()), ("ARCHLOG_PAGER", pager)];
    let mut terminal = Terminal::at(home, &["designs/auction.dl"], &variables);
    terminal.see("auction> ");
    terminal.line(":edit");
    terminal.see("#1");
    terminal.see(PROMPT);
    terminal.line(":diff");
    terminal.see("\"user\")");
    terminal.see(PROMPT);
    terminal.line(":derive");
    terminal.see("PAGED");
    terminal.see("auction*> ");
    terminal.line(":pager off");
    terminal.see(PROMPT);
    terminal.line(":derive");
    let told = terminal.see("auction*> ");
    assert!(!told.contains("PAGED"), "{told}");
}

#[test]
fn an_edited_text_with_a_mistake_in_it_is_not_lost() {
    let home = tempfile::tempdir().unwrap();
    // The first time a mistake is made, the second time it is mended.
    let editor = home.path().join("editor");
    let script = "grep -q broken \"$1\" && sed -i 's/broken(1)/object(\"New\", \"process\")/' \"$1\" \
                  || echo '// mine\nbroken(1).' >> \"$1\"\n";
    fs::write(&editor, format!("#!/bin/sh\n{script}")).unwrap();
    let editor = format!("sh {}", editor.display());
    let mut terminal = Terminal::at(home, &["designs/auction.dl"], &[("VISUAL", &editor)]);
    terminal.see("auction> ");
    terminal.line(":edit");
    terminal.see("`broken` is not declared");
    terminal.see("`:edit` goes on with your text");
    terminal.see("auction> ");
    terminal.line(":edit");
    terminal.see("#1");
    terminal.see(PROMPT);
    terminal.line(":diff");
    terminal.see("object(\"New\", \"process\").");
}

#[test]
fn what_was_typed_at_the_start_is_done_unless_somebody_says_not() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("archlog");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("init.dl"), ":mode csv\n.decl mine(a: symbol)\n").unwrap();
    let mut terminal = Terminal::at(home, &["designs/auction.dl"], &[]);
    terminal.see(PROMPT);
    terminal.line(":mode");
    terminal.see("csv");
    terminal.line(":rules");
    terminal.see(".decl mine");
    let mut terminal = Terminal::at(terminal.home, &["--no-init", "designs/auction.dl"], &[]);
    terminal.see(PROMPT);
    terminal.line(":mode");
    terminal.see("table (of");
}

#[test]
fn only_three_ctrl_c_with_nothing_typed_between_leave() {
    let mut terminal = Terminal::new(&[]);
    terminal.see("archlog> ");
    for _ in 0..4 {
        terminal.send("object(");
        terminal.see("object(");
        terminal.drop_line();
    }
    // What was typed and dropped is a first one at most.
    for _ in 0..3 {
        terminal.drop_line();
        terminal.line(":mode");
        terminal.see("table (of");
        terminal.see(PROMPT);
    }
    for _ in 0..3 {
        terminal.send("\u{3}");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(terminal.exit(), Some(130));
}

#[test]
fn what_was_left_is_told_and_offered_until_somebody_says_no() {
    let mut terminal = Terminal::new(&["designs/auction.dl"]);
    terminal.see("auction> ");
    terminal.line(r#"owner("Auction", "user")."#);
    terminal.see("#1");
    terminal.line(":branch cheap");
    terminal.line(r#"context("Topology", "single node")."#);
    terminal.see("#2");
    terminal.see("auction@cheap*");
    terminal.see(PROMPT);
    terminal.line(":quit");
    terminal.see("not saved: auction: 2 changes on cheap, 1 change on main");
    terminal.see("the next `archlog repl designs/auction.dl` offers it");
    assert_eq!(terminal.exit(), Some(0));
    // Whatever is no answer loses nothing.
    let mut terminal = Terminal::at(terminal.home, &["designs/auction.dl"], &[]);
    terminal.see("less than a minute ago");
    terminal.see("auction (designs/auction.dl)");
    terminal.see("* cheap: 2 changes, the last: context(");
    terminal.see("main: 1 change, the last: owner(");
    terminal.see("take them up? [Y/n] ");
    terminal.line("owner(\"x\", \"y\").");
    terminal.see("`y` takes them up, `n` does not");
    terminal.see("take them up? [Y/n] ");
    terminal.send("\u{3}");
    terminal.see("the next start offers them again");
    terminal.see("auction> ");
    terminal.line(":quit");
    assert_eq!(terminal.exit(), Some(0));
    let mut terminal = Terminal::at(terminal.home, &["designs/auction.dl"], &[]);
    terminal.see("take them up? [Y/n] ");
    terminal.line("");
    terminal.see("auction@cheap*");
    terminal.see(PROMPT);
    terminal.line(":undo 2");
    terminal.see("undid #2 context(");
    terminal.see("undid #1 owner(");
    terminal.see(PROMPT);
    gone(&mut terminal);
    // What was undone on one branch is not on the other.
    let mut terminal = Terminal::at(terminal.home, &["designs/auction.dl"], &[]);
    terminal.see("* cheap: 0 changes");
    terminal.see("main: 1 change");
    terminal.see("take them up? [Y/n] ");
    terminal.line("No");
    let told = terminal.see("auction> ");
    assert!(told.contains("not offered again") && told.contains(".declined.kept"), "{told}");
    let mut terminal = Terminal::at(terminal.home, &["designs/auction.dl"], &[]);
    let told = terminal.see("auction> ");
    assert!(!told.contains("earlier session"), "{told}");
}

#[test]
fn what_was_left_is_offered_by_any_of_its_designs() {
    let home = tempfile::tempdir().unwrap();
    let (one, other) = (home.path().join("one.dl"), home.path().join("other.dl"));
    fs::copy(root().join("designs/auction-minimal.dl"), &one).unwrap();
    fs::write(&other, "design(\"other\", \"Other\").\n").unwrap();
    let (one, other) = (one.display().to_string(), other.display().to_string());
    let mut terminal = Terminal::at(home, &[&other, &one], &[]);
    terminal.see("auction-minimal ");
    terminal.see(PROMPT);
    terminal.line(r#"owner("Auction", "user")."#);
    terminal.see("#1");
    terminal.see(PROMPT);
    terminal.send("\u{4}");
    terminal.see("not saved");
    assert_eq!(terminal.exit(), Some(0));
    // A design of its own has nothing to do with it.
    let mut terminal = Terminal::at(terminal.home, &["designs/auction.dl"], &[]);
    terminal.see("auction> ");
    terminal.send("\u{4}");
    assert_eq!(terminal.exit(), Some(0));
    let mut terminal = Terminal::at(terminal.home, &[&one], &[]);
    terminal.see("take them up? [Y/n] ");
    terminal.line("");
    terminal.see("auction-minimal*");
    terminal.see(PROMPT);
    terminal.line(":log");
    terminal.see("#1 owner");
    terminal.see(PROMPT);
    // Where it was saved to is a file of its own, too.
    let saved = terminal.home.path().join("new/folder/saved.dl").display().to_string();
    terminal.line(&format!(":save {saved}"));
    terminal.see("in a new folder");
    terminal.see(PROMPT);
    terminal.line(":undo");
    terminal.see("undid #1");
    terminal.see(PROMPT);
    terminal.send("\u{4}");
    assert_eq!(terminal.exit(), Some(0));
    let mut terminal = Terminal::at(terminal.home, &[&saved], &[]);
    terminal.see("take them up? [Y/n] ");
    terminal.line("n");
    terminal.see("not offered again");
    terminal.see(PROMPT);
    terminal.send("\u{4}");
    assert_eq!(terminal.exit(), Some(0));
}

#[test]
fn what_is_grey_is_no_text_unless_it_was_typed_before() {
    let mut terminal = Terminal::new(&["designs/auction-minimal.dl"]);
    terminal.see(PROMPT);
    // The names of the columns are said and not taken.
    terminal.send("owner(");
    terminal.see("object, value)");
    terminal.send("\u{1b}[C\"Auction\", \"user\").\r");
    terminal.see("#1");
    terminal.see(PROMPT);
    // What ends an open statement is said where it goes on.
    terminal.line("base_mechanism(P, M)");
    terminal.see("an empty line gives it up");
    terminal.send("\r");
    terminal.see("has no end");
    terminal.see(PROMPT);
    // What was typed before is taken.
    terminal.send("own");
    terminal.see("er(");
    terminal.send("\u{1b}[C\r");
    terminal.see("is stated already");
    terminal.see(PROMPT);
    terminal.send("\u{4}");
    assert_eq!(terminal.exit(), Some(0));
}

#[test]
fn where_nothing_can_be_kept_nobody_leaves_unawares() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("archlog"), "no folder").unwrap();
    let mut terminal = Terminal::at(home, &["designs/auction.dl"], &[]);
    terminal.see("changes are not kept in case of a crash");
    terminal.see(PROMPT);
    terminal.line(r#"owner("Auction", "user")."#);
    terminal.see("#1");
    terminal.see(PROMPT);
    for _ in 0..2 {
        terminal.line(":quit");
        terminal.see("not saved: auction: 1 change; and nowhere to keep it");
        terminal.see(PROMPT);
        terminal.line(":mode");
        terminal.see("table (of");
        terminal.see(PROMPT);
    }
    terminal.send("\u{4}");
    terminal.see("leaving once more");
    terminal.see(PROMPT);
    std::thread::sleep(Duration::from_millis(100));
    terminal.send("\u{4}");
    terminal.see("not saved, and lost: auction: 1 change");
    assert_eq!(terminal.exit(), Some(0));
}

/// Waits for the end of a process that was killed.
fn gone(terminal: &mut Terminal) {
    let _ = terminal.session.process_mut().kill(Signal::SIGKILL);
}

/// What a kill must not take: the changes of every branch, and which one is spoken of.
struct Known {
    branches: Vec<(String, Vec<String>)>,
    /// The place of the current one.
    current: usize,
    /// What was under way there; it may be there or not.
    pending: Option<String>,
}

impl Known {
    /// Looks whether all of it is there.
    fn seen(&mut self, terminal: &mut Terminal, round: usize) {
        let current = self.branches[self.current].0.clone();
        if current != "main" {
            terminal.see(&format!("@{current}"));
        }
        terminal.see(PROMPT);
        let mut answer = |line: &str| {
            terminal.line(line);
            terminal.see(PROMPT)
        };
        for (name, changes) in &mut self.branches {
            answer(&format!(":switch {name}"));
            let (facts, log, rules) = (answer(":facts object"), answer(":log"), answer(":rules"));
            if *name == current {
                let here = format!("#{} ", changes.len() + 1);
                let pending = self.pending.take().filter(|_| log.contains(&here));
                changes.extend(pending);
            }
            for (at, change) in changes.iter().enumerate() {
                let mine = format!("#{} {change}", at + 1);
                assert!(log.contains(&mine), "round {round}, {name}: {mine} is lost: {log}");
                let shown = if change.starts_with(".decl") { &rules } else { &facts };
                assert!(shown.contains(change), "round {round}, {name}: {change} is lost: {shown}");
            }
            let declared = changes.iter().filter(|change| change.starts_with(".decl")).count();
            assert_eq!(rules.matches(".decl kept").count(), declared, "round {round}, {name}");
            let count = facts.matches("object(").count();
            assert_eq!(count + declared, changes.len(), "round {round}, {name}: {facts}");
            assert!(!log.contains(&format!("#{} ", changes.len() + 1)), "{name}: {log}");
        }
        answer(&format!(":switch {current}"));
    }
}

#[test]
fn nothing_that_was_acknowledged_is_lost_to_a_kill() {
    let mut home = tempfile::tempdir().unwrap();
    let design = home.path().join("design.dl");
    fs::write(&design, "design(\"d\", \"D\").\n").unwrap();
    let path = design.display().to_string();
    let branches = vec![("main".to_owned(), Vec::new())];
    let mut known = Known { branches, current: 0, pending: None };
    let mut seed = 7_u64;
    for round in 0..6 {
        let mut terminal = Terminal::at(home, &[path.as_str()], &[]);
        if round > 0 {
            terminal.see("d (");
            terminal.see("take them up?");
            terminal.line("y");
        }
        known.seen(&mut terminal, round);
        for step in 0..8 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if step == 3 && round < 3 {
                // A branch begins with all that is there, and goes on by itself.
                let facts = known.branches[known.current].1.clone();
                known.branches.push((format!("b{round}"), facts));
                known.current = known.branches.len() - 1;
                terminal.line(&format!(":branch b{round}"));
                terminal.see(PROMPT);
            } else if step == 5 {
                known.current = (seed >> 33) as usize % known.branches.len();
                terminal.line(&format!(":switch {}", known.branches[known.current].0));
                terminal.see(PROMPT);
            }
            let here = &mut known.branches[known.current].1;
            let fact = if round == 1 && step == 0 {
                ".decl kept(a: symbol)".to_owned()
            } else {
                format!("object(\"O{round}x{step}\", \"process\").")
            };
            terminal.line(&fact);
            here.push(fact);
            terminal.see(&format!("#{}", here.len()));
            if step > 3 && (seed >> 33).is_multiple_of(4) {
                // Killed while the next one is under way; that one may be there or not.
                let fact = format!("object(\"P{round}x{step}\", \"process\").");
                terminal.line(&fact);
                known.pending = Some(fact);
                std::thread::sleep(Duration::from_micros((seed >> 40) % 3_000));
                break;
            }
        }
        gone(&mut terminal);
        home = terminal.home;
    }
    let changes: usize = known.branches.iter().map(|(_, changes)| changes.len()).sum();
    assert!(known.branches.len() > 2 && changes > 12, "{changes}");
    // What is kept is whole, too.
    let left: Vec<_> = fs::read_dir(home.path().join("archlog/unsaved")).unwrap().collect();
    assert!(left.iter().any(|entry| is_whole(&entry.as_ref().unwrap().path())), "{left:?}");
}

fn is_whole(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "kept")
        && archlog::io::Slots::read(path).is_ok_and(|text| archlog::repl::Left::read(&text).is_ok())
}
