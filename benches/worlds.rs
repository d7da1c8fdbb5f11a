//! Many small sets of facts through many small rules: what the rulebook asks of the engine.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::hint::black_box;
use std::sync::Arc;

use archlog::analyze::analyze;
use archlog::analyze::program::Program;
use archlog::diag::SourceId;
use archlog::eval::{Evaluator, Options, Silent};
use archlog::plan::Plan;
use archlog::store::Database;
use archlog::syntax::parse;
use archlog::value::{Interner, RelationId, Word};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// A program from text and its plan.
struct Planned {
    program: Program,
    plan: Plan,
    interner: Interner,
}

fn planned(text: &str) -> Planned {
    let (tree, problems) = parse(SourceId(0), text);
    assert!(problems.is_empty(), "{problems:?}");
    let (program, problems) = analyze(&[tree]);
    assert!(problems.is_empty(), "{problems:?}");
    let mut interner = Interner::new();
    let plan = Plan::new(&program, &mut interner);
    Planned { program, plan, interner }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % u64::from(bound)) as u32
    }
}

/// A program of the rulebook's shape: many small rules over few stated relations and tables.
fn topics(count: usize) -> String {
    let mut text = String::from(
        ".decl stated(w: number, r: number, f: number, v: number)
        .decl table(f: number, v: number, k: number)\n",
    );
    for f in 0..8 {
        for v in 0..6 {
            text.push_str(&format!("table({f}, {v}, {}). ", (f + v) % 5));
        }
    }
    for topic in 0..count {
        let (a, b) = (topic % 8, (topic / 8) % 8);
        text.push_str(&format!(
            "\n.decl p{topic}(w: number, r: number, k: number)
            .decl row{topic}(n: number, w: number, r: number)
            .decl earlier{topic}(n: number, w: number, r: number)
            .decl chosen{topic}(w: number, r: number, n: number)
            p{topic}(w, r, k) :- stated(w, r, {a}, v), table({a}, v, k).
            row{topic}(1, w, r) :- p{topic}(w, r, 0), stated(w, r, {b}, 1).
            row{topic}(2, w, r) :- p{topic}(w, r, 1), !stated(w, r, {b}, 2).
            row{topic}(3, w, r) :- p{topic}(w, r, k), k > 1.
            row{topic}(4, w, r) :- p{topic}(w, r, _).
            earlier{topic}(n, w, r) :- row{topic}(n, w, r), row{topic}(m, w, r), m < n.
            chosen{topic}(w, r, n) :- row{topic}(n, w, r), !earlier{topic}(n, w, r).\n"
        ));
    }
    text
}

/// Many small sets of facts through many small rules, one at a time and in blocks.
fn rulebooks(criterion: &mut Criterion) {
    let Planned { program, plan, mut interner } = planned(&topics(56));
    let stated = RelationId(0);
    let (shared, own) = plan.split(&[stated]);
    let mut base = Database::new(&program);
    base.insert_facts(&program, &mut interner);
    let mut evaluator = Evaluator::new(&plan);
    let options = Options::default();
    evaluator.run(shared, &mut base, &mut interner, &options, &mut Silent).unwrap();
    let base = Arc::new(base);
    let mut group = criterion.benchmark_group("a rulebook of 392 rules");
    group.sample_size(10);
    for worlds in [0, 1, 16, 256] {
        group.bench_function(BenchmarkId::new("worlds in one run", worlds), |b| {
            let mut random = Random(1);
            let mut layer = Database::over(Arc::clone(&base));
            b.iter(|| {
                layer.reset();
                for world in 0..worlds {
                    for at in 0..30 {
                        let fact = [world, at / 8, at % 8, random.below(6)].map(Word);
                        layer.insert(stated, &fact);
                    }
                }
                let strata = own.iter().copied();
                let report =
                    evaluator.run(strata, &mut layer, &mut interner, &options, &mut Silent);
                black_box(report.unwrap().derived)
            });
        });
    }
    group.bench_function("a layer made", |b| {
        b.iter(|| black_box(Database::over(Arc::clone(&base))));
    });
}

criterion_group!(benches, rulebooks);
criterion_main!(benches);
