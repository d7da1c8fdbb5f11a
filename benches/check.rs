//! How long it takes to check the shipped rulebook: loading it with all its tables, asking its structure,
//! and running the checks that are written in Datalog; the bar is one second for all of it. And to prove its ordered lists, by the
//! compiled core and by the engine; the bar is thirty seconds.

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;

use archlog::audit::checks::{self, Whose};
use archlog::audit::{Subject, audit, prove};
use archlog::diag::Sources;
use archlog::eval::Options as EvalOptions;
use archlog::kb::{Options, Part, Rulebook};
use archlog::session::Session;
use archlog::syntax::format;
use criterion::{Criterion, criterion_group, criterion_main};

fn load(part: Part) -> Rulebook {
    match Rulebook::load(&Options { part, ..Options::default() }) {
        Ok(rulebook) => rulebook,
        Err(unsound) => unreachable!("the shipped rulebook is sound: {:?}", unsound.diagnostics),
    }
}

/// All that `archlog check` does without `--prove`; how many findings there are, accepted or not.
fn everything() -> usize {
    let rulebook = Arc::new(load(Part::Checks));
    let mut session = Session::new(Arc::clone(&rulebook));
    let derived = session.derive(&EvalOptions::default());
    let mut sources = Sources::over(Arc::clone(&rulebook.sources));
    match (derived, session.explained(0)) {
        (Ok(_), Some(explained)) => {
            let found = checks::run(&rulebook, &explained, Whose::Rulebook, &mut sources);
            audit(&Subject::rulebook(&rulebook)).len() + found.len()
        }
        _ => unreachable!("no limit is set"),
    }
}

fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    group.sample_size(20);
    group.bench_function("load the whole rulebook", |bench| {
        bench.iter(|| black_box(load(Part::Whole)))
    });
    group.bench_function("load, ask the structure, run the checks", |bench| {
        bench.iter(|| black_box(everything()));
    });
    let rulebook = load(Part::Whole);
    group.bench_function("ask its structure", |bench| {
        bench.iter(|| black_box(audit(&Subject::rulebook(&rulebook)).len()));
    });
    group.bench_function("format every rule file", |bench| {
        let ids = (0..rulebook.sources.len() as u32).map(archlog::diag::SourceId);
        let texts: Vec<_> = ids
            .filter_map(|id| Some((id, rulebook.sources.get(id)?.clone())))
            .filter(|(_, source)| source.name.ends_with(".dl"))
            .collect();
        bench.iter(|| {
            texts
                .iter()
                .filter_map(|(id, it)| format(*id, &it.text).ok())
                .map(|it| it.len())
                .sum::<usize>()
        });
    });
    let load = |as_written, rules| {
        let options = Options { as_written, rules, part: Part::Proof, ..Options::default() };
        match Rulebook::load(&options) {
            Ok(rulebook) => rulebook,
            Err(unsound) => unreachable!("{:?}", unsound.diagnostics),
        }
    };
    let proof =
        |rulebook: &Rulebook| match prove::rulebook(rulebook, &EvalOptions::default(), &|_| ()) {
            Ok(proof) => proof.points,
            Err(stopped) => unreachable!("no limit is set: {stopped}"),
        };
    group.sample_size(10);
    let shipped = load(false, Vec::new());
    group.bench_function("prove the lists by the compiled core", |bench| {
        bench.iter(|| black_box(proof(&shipped)));
    });
    // A rulebook with a row of its own is another core: nothing compiled knows it.
    let own = load(false, vec![PathBuf::from("benches/own-row")]);
    group.bench_function("prove the lists by the engine", |bench| {
        bench.iter(|| black_box(proof(&own)));
    });
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
