//! What the prompt costs on the reference design: a fact stated or taken back up to the next prompt, by
//! itself, kept on the disk, and at a terminal; a question, a completion, a rule, and how long it takes
//! until there is a prompt at all.
//!
//! Run small by `cargo test --benches`.

#![allow(missing_docs, reason = "a bench has no readers but its own")]
#![allow(clippy::panic, reason = "a bench that cannot begin says why by panicking")]

mod common {
    pub mod reference;
}

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use archlog::kb::{Options, Part, Rulebook};
use archlog::repl::{Repl, complete, step};
use criterion::{Criterion, criterion_group, criterion_main};

fn empty() -> Repl {
    let options = Options { part: Part::Whole, typed: Some(String::new()), ..Options::default() };
    let rulebook = Rulebook::load(&options)
        .unwrap_or_else(|unsound| panic!("the rulebook does not load: {:?}", unsound.diagnostics));
    Repl::new(Arc::new(rulebook), options, Arc::new(AtomicBool::new(false)))
}

/// The prompt over the reference design, stated as somebody would paste it.
fn reference() -> Repl {
    let mut repl = empty();
    step(&mut repl, &common::reference::reference());
    assert!(repl.session().designs().iter().any(|design| design.facts.len() > 100));
    repl
}

fn prompt(criterion: &mut Criterion) {
    let mut repl = reference();
    // Once a session, their declarations are read; criterion would only see the times after that.
    let started = Instant::now();
    let found = complete(&repl, "dossier_", "dossier_".len()).candidates.len();
    println!("the first completion of {found} relations of the dossier: {:?}", started.elapsed());
    criterion.bench_function("state or take back a fact, to the next prompt", |bench| {
        let mut there = false;
        bench.iter(|| {
            there = !there;
            let sign = if there { "" } else { "-" };
            let line =
                format!("{sign}judgement(\"req1\", \"one_writer_owns_scope\", \"Unknown\").");
            (step(&mut repl, &line).len(), repl.prompt())
        });
    });
    criterion.bench_function("a fact that turns a mechanism, to the next prompt", |bench| {
        let mut there = false;
        bench.iter(|| {
            there = !there;
            let sign = if there { "" } else { "-" };
            let line = format!("{sign}judgement(\"req1\", \"exclusive_holder\", \"Yes\").");
            (step(&mut repl, &line).len(), repl.prompt())
        });
    });
    criterion.bench_function("a question", |bench| {
        bench.iter(|| step(&mut repl, "base_mechanism(P, M), write_shape(P, S)?").len());
    });
    criterion.bench_function("a completion of a value", |bench| {
        let line = "judgement(\"req1\", \"";
        bench.iter(|| complete(&repl, line, line.len()).candidates.len());
    });
    criterion.bench_function("a completion of a relation of the dossier", |bench| {
        bench.iter(|| complete(&repl, "dossier_", "dossier_".len()).candidates.len());
    });
    criterion.bench_function("a rule typed and undone", |bench| {
        bench.iter(|| {
            step(&mut repl, ".decl risky(req: symbol)").len() + step(&mut repl, ":undo").len()
        });
    });
    criterion.bench_function("the rulebook loaded and the first prompt", |bench| {
        bench.iter(|| empty().prompt());
    });
}

/// What is acknowledged is on the disk: the same with all changes kept, few and many.
fn kept(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap_or_else(|problem| panic!("{problem}"));
    let mut slots = archlog::io::Slots::new(folder.path().join("kept"));
    let mut slots_alone = archlog::io::Slots::new(folder.path().join("alone"));
    let mut repl = reference();
    let mut keep = |repl: &mut Repl, line: &str| {
        let events = step(repl, line).len();
        let text = repl.left().unwrap_or_default();
        let done = slots.keep(&text);
        done.unwrap_or_else(|problem| panic!("{problem}"));
        (events, text.len(), repl.prompt())
    };
    for changes in [1, 200] {
        for at in 0..changes {
            step(&mut repl, &format!("object(\"Further{changes}x{at}\", \"process\")."));
        }
        let name =
            format!("a fact stated or undone behind {changes} changes, kept, to the next prompt");
        criterion.bench_function(&name, |bench| {
            let mut there = false;
            bench.iter(|| {
                there = !there;
                let fact = "judgement(\"req1\", \"exclusive_holder\", \"Yes\").";
                keep(&mut repl, if there { fact } else { ":undo" })
            });
        });
        // What of it is the disk: as much, written over and synced, and nothing derived; and the same as
        // a new file that takes the place of the old.
        let text = repl.left().unwrap_or_default();
        let name = format!("of that the disk: {} bytes written over and synced", text.len());
        criterion.bench_function(&name, |bench| bench.iter(|| slots_alone.keep(&text).is_ok()));
        let name = format!("for comparison: {} bytes as a new file in its place", text.len());
        let path = folder.path().join("anew");
        criterion.bench_function(&name, |bench| {
            bench.iter(|| {
                archlog::io::save_durably(&path, &mut |file| file.write_all(text.as_bytes()))
                    .is_ok()
            });
        });
        if repl.text().contains("exclusive_holder\", \"Yes\").") {
            step(&mut repl, ":undo");
        }
    }
}

/// The program at a terminal of its own: started up to the first prompt, and a fact up to the next one.
#[cfg(unix)]
fn terminal(criterion: &mut Criterion) {
    use rexpect::session::{PtySession, spawn_with_options};
    let home = tempfile::tempdir().unwrap_or_else(|problem| panic!("{problem}"));
    let design = home.path().join("design.dl");
    std::fs::write(&design, common::reference::reference())
        .unwrap_or_else(|problem| panic!("{problem}"));
    let start = || -> PtySession {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_archlog"));
        command.arg("repl").arg(&design).env("TERM", "xterm").env_remove("ARCHLOG_HISTORY");
        command.env("XDG_STATE_HOME", home.path()).env("XDG_CONFIG_HOME", home.path());
        let options = rexpect::reader::Options::new().timeout_ms(Some(30_000));
        let session = spawn_with_options(command, options.strip_ansi_escape_codes(true));
        session.unwrap_or_else(|problem| panic!("{problem}"))
    };
    // `exp_string` looks only every 100 ms.
    let see = |session: &mut PtySession, text: &str| {
        let (mut seen, started) = (String::new(), std::time::Instant::now());
        while !seen.ends_with(text) {
            assert!(started.elapsed() < Duration::from_secs(30), "no {text:?} in {seen:?}");
            match session.try_read() {
                Some(character) => seen.push(character),
                None => std::thread::yield_now(),
            }
        }
    };
    let leave = |mut session: PtySession| {
        let _ = session.process_mut().kill(rexpect::process::Signal::SIGKILL);
        let _ = std::fs::remove_dir_all(home.path().join("archlog"));
    };
    criterion.bench_function("at a terminal: the first prompt", |bench| {
        bench.iter_custom(|times| {
            let mut taken = Duration::ZERO;
            for _ in 0..times {
                let started = std::time::Instant::now();
                let mut session = start();
                see(&mut session, "> ");
                taken += started.elapsed();
                leave(session);
            }
            taken
        });
    });
    let mut session = start();
    see(&mut session, "> ");
    let mut there = false;
    criterion.bench_function("at a terminal: a fact or its undoing, to the next prompt", |bench| {
        bench.iter_custom(|times| {
            let mut taken = Duration::ZERO;
            for _ in 0..times {
                there = !there;
                let fact = "judgement(\"req1\", \"exclusive_holder\", \"Yes\").";
                let _ = session.send(if there { fact } else { ":undo" });
                let _ = session.flush();
                // What is typed is drawn before the key that ends it.
                std::thread::sleep(Duration::from_millis(20));
                let started = std::time::Instant::now();
                let _ = session.send("\r");
                let _ = session.flush();
                see(&mut session, if there { "#1" } else { "undid #1" });
                see(&mut session, "> ");
                taken += started.elapsed();
            }
            taken
        });
    });
    leave(session);
}

/// There are no such terminals elsewhere.
#[cfg(not(unix))]
fn terminal(_: &mut Criterion) {}

/// The same with a thousand designs open.
fn thousand(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap_or_else(|problem| panic!("{problem}"));
    let mut paths = Vec::new();
    for number in 0..1_000 {
        let name = format!("d{number}");
        let text = common::reference::reference();
        let id = text.replacen("\"reference-1\"", &format!("\"{name}\""), 1);
        assert!(number == 0 || id != text, "the design has no name to change");
        let path = folder.path().join(format!("{name}.dl"));
        std::fs::write(&path, id).unwrap_or_else(|problem| panic!("{problem}"));
        paths.push(path);
    }
    let mut repl = empty();
    repl.open(&paths);
    assert_eq!(repl.session().designs().len(), 1_000);
    criterion.bench_function("with 1,000 designs: a fact that turns a mechanism", |bench| {
        let mut there = false;
        bench.iter(|| {
            there = !there;
            let sign = if there { "" } else { "-" };
            let line = format!("{sign}judgement(\"req1\", \"exclusive_holder\", \"Yes\").");
            (step(&mut repl, &line).len(), repl.prompt())
        });
    });
    criterion.bench_function("with 1,000 designs: a completion of a value", |bench| {
        let line = "judgement(\"req1\", \"";
        bench.iter(|| complete(&repl, line, line.len()).candidates.len());
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(3));
    targets = prompt, kept, terminal, thousand
}
criterion_main!(benches);
