//! How long it takes to check the shipped rulebook: loading it with all its tables, and asking its
//! structure; the bar is one second for both together. And to prove its ordered lists, by the
//! compiled core and by the engine; the bar is thirty seconds.

use std::hint::black_box;
use std::path::PathBuf;

use archlog::audit::{Subject, audit, prove};
use archlog::eval::Options as EvalOptions;
use archlog::kb::{Options, Part, Rulebook};
use archlog::syntax::format;
use criterion::{Criterion, criterion_group, criterion_main};

fn load() -> Rulebook {
    match Rulebook::load(&Options { part: Part::Whole, ..Options::default() }) {
        Ok(rulebook) => rulebook,
        Err(unsound) => unreachable!("the shipped rulebook is sound: {:?}", unsound.diagnostics),
    }
}

fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    group.sample_size(20);
    group.bench_function("load the whole rulebook", |bench| bench.iter(|| black_box(load())));
    let rulebook = load();
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
    let shipped = load(false, None);
    group.bench_function("prove the lists by the compiled core", |bench| {
        bench.iter(|| black_box(proof(&shipped)));
    });
    // A rulebook with a row of its own is another core: nothing compiled knows it.
    let own = load(false, Some(PathBuf::from("benches/own-row")));
    group.bench_function("prove the lists by the engine", |bench| {
        bench.iter(|| black_box(proof(&own)));
    });
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
