//! What changing a design costs, on the reference design: `what-if`, `achieve` up to size 3, the
//! ledger of assumptions, and `ask`.
//!
//! Run small by `cargo test --benches`.

#![allow(missing_docs, reason = "a bench has no readers but its own")]
#![allow(clippy::panic, reason = "a bench that cannot begin says why by panicking")]

mod common {
    pub mod reference;
}

use std::time::{Duration, Instant};

use archlog::change::{Goal, Limits, Search, achieve, ask, ledger, parse_change, what_if};
use archlog::diag::Sources;
use archlog::kb::{Options, Rulebook};
use archlog::session::Session;
use archlog::value::Constant;
use criterion::{Criterion, criterion_group, criterion_main};
use std::sync::Arc;

fn session() -> Session {
    let rulebook = Rulebook::load(&Options::default())
        .unwrap_or_else(|unsound| panic!("the rulebook does not load: {:?}", unsound.diagnostics));
    let mut session = Session::new(Arc::new(rulebook));
    session.state_text("reference.dl", common::reference::reference().into_bytes());
    assert!(session.diagnostics().is_empty(), "{:?}", session.diagnostics());
    session
}

fn threads() -> Limits<'static> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Limits { threads, ..Limits::default() }
}

fn change(criterion: &mut Criterion) {
    let session = session();
    let rulebook = session.rulebook();
    let facts = &session.designs()[0].facts;
    let limits = threads();

    criterion.bench_function("ask on the reference design", |bench| {
        bench.iter(|| ask(rulebook, facts, &limits, &|_| ()).map(|(questions, _)| questions.len()));
    });
    criterion.bench_function("ledger of the reference design", |bench| {
        bench.iter(|| ledger(rulebook, facts, &limits, &|_| ()).map(|ledger| ledger.entries.len()));
    });
    let mut sources = Sources::new();
    let text = r#"+judgement("req1", "one_writer_owns_scope", "Yes")"#;
    let source = sources.add("<change>", text);
    let Ok(change) = parse_change(rulebook, facts, source, text) else {
        panic!("the change does not parse");
    };
    criterion.bench_function("what-if on the reference design", |bench| {
        bench.iter(|| {
            what_if(rulebook, session.sources(), facts, &change, &limits)
                .map(|what_if| what_if.difference.size())
        });
    });

    // A search takes seconds, so it is timed by itself and not repeated.
    let Some(relation) = rulebook.relation("base_mechanism") else { return };
    // Cargo says `--bench` to a bench, and nothing when it runs it as a test.
    let sizes: usize = if std::env::args().any(|argument| argument == "--bench") { 3 } else { 1 };
    // The last one is the slowest of all mechanisms for all requirements.
    let goals = [
        ("req1", "lease"),
        ("req2", "Saga"),
        ("req3", "append log"),
        ("req4", "CRDT"),
        ("req12", "single writer per partition"),
    ];
    for (req, mechanism) in goals {
        let symbol = |text: &str| Some(Constant::Symbol(text.into()));
        let goal = Goal { relation, values: vec![symbol(req), symbol(mechanism)] };
        let search = Search { size: sizes, answers: usize::MAX, limits, progress: &|_, _, _| () };
        let started = Instant::now();
        let Ok(found) = achieve(rulebook, facts, &goal, &search) else { continue };
        println!(
            "achieve base_mechanism({req}, {mechanism}) to size {sizes}: {:?}, {} answers, {} sets tried, \
             {} choices in the cone, cut {:?}, {} open",
            started.elapsed(),
            found.plans.len(),
            found.tried,
            found.cone.len(),
            found.cut.iter().map(|&at| &found.choices.choices[at].field).collect::<Vec<_>>(),
            found.choices.open_choices().len(),
        );
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(2));
    targets = change
}
criterion_main!(benches);
