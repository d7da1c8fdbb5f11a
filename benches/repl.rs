//! What the prompt costs on the reference design: a fact stated or taken back up to the next prompt, a
//! question, a completion, a rule, and how long it takes until there is a prompt at all.
//!
//! Run small by `cargo test --benches`.

#![allow(missing_docs, reason = "a bench has no readers but its own")]
#![allow(clippy::panic, reason = "a bench that cannot begin says why by panicking")]

mod common {
    pub mod reference;
}

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

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
    criterion.bench_function("a rule typed and undone", |bench| {
        bench.iter(|| {
            step(&mut repl, ".decl risky(req: symbol)").len() + step(&mut repl, ":undo").len()
        });
    });
    criterion.bench_function("the rulebook loaded and the first prompt", |bench| {
        bench.iter(|| empty().prompt());
    });
}

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
    targets = prompt, thousand
}
criterion_main!(benches);
