//! The engine beside ascent, crepe and datafrog, on the same facts in the same run: believe the
//! ratios, not the times. The peers compile the rules; archlog gets them as text.
//!
//! `ARCHLOG_BENCH_OUTPUTS` sets about how many tuples each program derives (300000 under
//! `cargo bench`, 2000 under `cargo test`).

#![allow(missing_docs, clippy::unwrap_used, clippy::type_complexity, clippy::panic)]

use std::hint::black_box;
use std::sync::Arc;

use archlog::analyze::analyze;
use archlog::analyze::program::Program;
use archlog::diag::SourceId;
use archlog::eval::{Evaluator, Options, Silent, evaluate};
use archlog::plan::Plan;
use archlog::store::Database;
use archlog::syntax::parse;
use archlog::value::{Interner, RelationId, Word};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

const CLOSURE: &str = ".decl edge(x: number, y: number) .decl tc(x: number, y: number)
    tc(x, y) :- edge(x, y).
    tc(x, z) :- tc(x, y), edge(y, z).";

const GENERATION: &str = ".decl edge(x: number, y: number) .decl sg(x: number, y: number)
    sg(x, y) :- edge(p, x), edge(p, y), x != y.
    sg(x, y) :- edge(p, x), sg(p, q), edge(q, y).";

mod in_ascent {
    ascent::ascent! {
        struct Closure;
        relation edge(u32, u32);
        relation tc(u32, u32);
        tc(x, y) <-- edge(x, y);
        tc(x, z) <-- tc(x, y), edge(y, z);
    }

    ascent::ascent! {
        struct Generation;
        relation edge(u32, u32);
        relation sg(u32, u32);
        sg(x, y) <-- edge(p, x), edge(p, y), if x != y;
        sg(x, y) <-- edge(p, x), sg(p, q), edge(q, y);
    }

    pub fn closure(edges: &[(u32, u32)]) -> usize {
        let mut program = Closure { edge: edges.to_vec(), ..Default::default() };
        program.run();
        program.tc.len()
    }

    pub fn generation(edges: &[(u32, u32)]) -> usize {
        let mut program = Generation { edge: edges.to_vec(), ..Default::default() };
        program.run();
        program.sg.len()
    }
}

mod closure_in_crepe {
    crepe::crepe! {
        @input
        pub struct Edge(pub u32, pub u32);
        @output
        pub struct Tc(pub u32, pub u32);
        Tc(x, y) <- Edge(x, y);
        Tc(x, z) <- Tc(x, y), Edge(y, z);
    }

    pub fn run(edges: &[(u32, u32)]) -> usize {
        let mut runtime = Crepe::new();
        runtime.extend(edges.iter().map(|&(x, y)| Edge(x, y)));
        runtime.run().0.len()
    }
}

mod generation_in_crepe {
    crepe::crepe! {
        @input
        pub struct Edge(pub u32, pub u32);
        @output
        pub struct Sg(pub u32, pub u32);
        Sg(x, y) <- Edge(p, x), Edge(p, y), (x != y);
        Sg(x, y) <- Edge(p, x), Sg(p, q), Edge(q, y);
    }

    pub fn run(edges: &[(u32, u32)]) -> usize {
        let mut runtime = Crepe::new();
        runtime.extend(edges.iter().map(|&(x, y)| Edge(x, y)));
        runtime.run().0.len()
    }
}

mod in_datafrog {
    use datafrog::{Iteration, Relation};

    pub fn closure(edges: &[(u32, u32)]) -> usize {
        let mut iteration = Iteration::new();
        let edge: Relation<(u32, u32)> = edges.iter().copied().collect();
        let reversed = iteration.variable::<(u32, u32)>("tc(y, x)");
        reversed.extend(edges.iter().map(|&(x, y)| (y, x)));
        while iteration.changed() {
            reversed.from_join(&reversed, &edge, |_y, &x, &z| (z, x));
        }
        reversed.complete().len()
    }

    pub fn generation(edges: &[(u32, u32)]) -> usize {
        let mut iteration = Iteration::new();
        let edge: Relation<(u32, u32)> = edges.iter().copied().collect();
        let sg = iteration.variable::<(u32, u32)>("sg(p, q)");
        let middle = iteration.variable::<(u32, u32)>("middle(q, x)");
        let start = Relation::from_join(&edge, &edge, |_p, &x, &y| (x, y));
        sg.extend(start.iter().filter(|(x, y)| x != y));
        while iteration.changed() {
            middle.from_join(&sg, &edge, |_p, &q, &x| (q, x));
            sg.from_join(&middle, &edge, |_q, &x, &y| (x, y));
        }
        sg.complete().len()
    }
}

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

impl Planned {
    /// How many tuples the second relation has, given the first.
    fn run(&self, edges: &[(u32, u32)], threads: usize) -> usize {
        let mut database = Database::new(&self.program);
        for &(x, y) in edges {
            database.insert(RelationId(0), &[Word(x), Word(y)]);
        }
        let mut interner = self.interner.clone();
        let options = Options { threads, ..Options::default() };
        evaluate(&self.plan, &mut database, &mut interner, &options).unwrap();
        database.relation(RelationId(1)).len()
    }
}

fn outputs() -> f64 {
    let asked = std::env::var("ARCHLOG_BENCH_OUTPUTS").ok().and_then(|text| text.parse().ok());
    let benching = std::env::args().any(|argument| argument == "--bench");
    asked.unwrap_or(if benching { 300_000.0 } else { 2_000.0 })
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % u64::from(bound)) as u32
    }
}

fn sparse() -> Vec<(u32, u32)> {
    let nodes = outputs().sqrt() as u32;
    let mut random = Random(7);
    (0..nodes * 4).map(|_| (random.below(nodes), random.below(nodes))).collect()
}

/// The same with names far apart, so that nothing can be looked up by position.
fn scattered() -> Vec<(u32, u32)> {
    let name = |node: u32| node.wrapping_mul(2_654_435_769) >> 1;
    sparse().into_iter().map(|(x, y)| (name(x), name(y))).collect()
}

fn chain() -> Vec<(u32, u32)> {
    let nodes = (2.0 * outputs()).sqrt() as u32;
    (1..nodes).map(|node| (node - 1, node)).collect()
}

fn grid() -> Vec<(u32, u32)> {
    let side = (2.0 * outputs().sqrt()).sqrt() as u32;
    let at = |x: u32, y: u32| x * side + y;
    let right = (1..side).flat_map(|x| (0..side).map(move |y| (at(x - 1, y), at(x, y))));
    let down = (0..side).flat_map(|x| (1..side).map(move |y| (at(x, y - 1), at(x, y))));
    right.chain(down).collect()
}

/// A tree of random fan-out, whose generations are wide.
fn tree() -> Vec<(u32, u32)> {
    let nodes = (outputs() * 6.0).sqrt() as u32;
    let mut random = Random(3);
    (1..nodes).map(|node| (random.below(node.div_ceil(8).max(1)), node)).collect()
}

fn closures(criterion: &mut Criterion) {
    let planned = planned(CLOSURE);
    for (name, edges) in
        [("sparse", sparse()), ("scattered", scattered()), ("chain", chain()), ("grid", grid())]
    {
        let mut group = criterion.benchmark_group(format!("closure of a {name} graph"));
        group.sample_size(10);
        let tuples = planned.run(&edges, 1);
        assert_eq!(tuples, in_datafrog::closure(&edges));
        assert_eq!(tuples, closure_in_crepe::run(&edges));
        for threads in [1, 2] {
            let id = BenchmarkId::new(format!("archlog -j{threads}"), tuples);
            group.bench_function(id, |b| b.iter(|| black_box(planned.run(&edges, threads))));
        }
        group.bench_function(BenchmarkId::new("ascent", tuples), |b| {
            b.iter(|| black_box(in_ascent::closure(&edges)));
        });
        group.bench_function(BenchmarkId::new("crepe", tuples), |b| {
            b.iter(|| black_box(closure_in_crepe::run(&edges)));
        });
        group.bench_function(BenchmarkId::new("datafrog", tuples), |b| {
            b.iter(|| black_box(in_datafrog::closure(&edges)));
        });
    }
}

fn generations(criterion: &mut Criterion) {
    let planned = planned(GENERATION);
    let edges = tree();
    let mut group = criterion.benchmark_group("same generation in a tree");
    group.sample_size(10);
    let tuples = planned.run(&edges, 1);
    assert_eq!(tuples, in_datafrog::generation(&edges));
    assert_eq!(tuples, generation_in_crepe::run(&edges));
    for threads in [1, 2] {
        let id = BenchmarkId::new(format!("archlog -j{threads}"), tuples);
        group.bench_function(id, |b| b.iter(|| black_box(planned.run(&edges, threads))));
    }
    group.bench_function(BenchmarkId::new("ascent", tuples), |b| {
        b.iter(|| black_box(in_ascent::generation(&edges)));
    });
    group.bench_function(BenchmarkId::new("crepe", tuples), |b| {
        b.iter(|| black_box(generation_in_crepe::run(&edges)));
    });
    group.bench_function(BenchmarkId::new("datafrog", tuples), |b| {
        b.iter(|| black_box(in_datafrog::generation(&edges)));
    });
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

criterion_group!(benches, closures, generations, rulebooks);
criterion_main!(benches);
