//! A session at the prompt: lines typed one after the other, and what the session leaves.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use archlog::diag::Renderer;
use archlog::kb::{Options, Part, Rulebook};
use archlog::repl::{Effort, Event, Left, Repl, complete, step};

/// The design that the session begins with.
const DESIGN: &str = include_str!("../../designs/auction-minimal.dl");

/// More lines than this teach nothing that these do not.
const LINES: usize = 40;

fn options() -> Options {
    Options { part: Part::Whole, typed: Some(String::new()), ..Options::default() }
}

fn repl() -> Repl {
    static RULEBOOK: OnceLock<Arc<Rulebook>> = OnceLock::new();
    let load = || match Rulebook::load(&options()) {
        Ok(rulebook) => Arc::new(rulebook),
        Err(unsound) => panic!("{:?}", unsound.diagnostics),
    };
    let rulebook = Arc::clone(RULEBOOK.get_or_init(load));
    let mut repl = Repl::new(rulebook, options(), Arc::new(AtomicBool::new(false)));
    let second = Some(Duration::from_secs(1));
    repl.effort = Effort {
        time: second,
        tuples: Some(200_000),
        rounds: Some(1000),
        memory: Some(256 << 20),
        ..Effort::default()
    };
    repl
}

/// Types every line of a text; of a transcript, what was typed in it. Files are left alone.
pub fn session(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let transcript = text.lines().any(|line| line.starts_with("> "));
    let typed = text.lines().filter_map(|line| match transcript {
        true => line.strip_prefix("> "),
        false => Some(line),
    });
    let mut repl = repl();
    render(step(&mut repl, DESIGN));
    for line in typed.take(LINES).filter(|line| !reaches_out(line)) {
        complete(&repl, line, line.len());
        render(step(&mut repl, line));
        assert!(!repl.prompt().is_empty());
    }
    render(repl.finish());
    // What is open in an interview is not kept.
    repl.abandon();
    let (text, typed) = (repl.text(), repl.typed().to_owned());
    if let Some(left) = repl.left() {
        let read = Left::read(&left);
        assert!(read.is_ok(), "{read:?}\n{left}");
        let mut again = self::repl();
        // On a slow machine what took a second line by line takes longer at once.
        again.effort.time = None;
        if let Ok(read) = read {
            match again.take_up(&read) {
                Ok(events) => render(events),
                Err(problem) => panic!("{problem}\n{left}"),
            }
        }
        assert_eq!(again.text(), text, "it goes on with another design\n{left}");
        assert_eq!(again.typed(), typed, "it goes on with other rules\n{left}");
    }
}

/// Whether a line may read or write a file: the one name of those commands, or a directive.
fn reaches_out(line: &str) -> bool {
    let line = line.to_lowercase();
    let commands = ["lo", "sav", "ver"].map(|name| [format!(":{name}"), format!(".{name}")]);
    let named = ["--answers", "include", "input", "output"];
    commands.concat().iter().any(|it| line.contains(it)) || named.iter().any(|it| line.contains(it))
}

fn render(events: Vec<Event>) {
    for event in events {
        if let Event::Problems { diagnostics, sources } = event {
            assert!(!Renderer { colour: false }.render(&sources, &diagnostics).is_empty());
        }
    }
}
