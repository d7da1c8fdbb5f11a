//! The prompt at a real terminal: what is typed is seen, completed, dropped, pasted and kept. And what
//! it acknowledged is still there when it is killed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]
#![cfg(unix)]

mod common;
#[path = "terminal/kept.rs"]
mod kept;

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
