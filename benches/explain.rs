//! What explaining costs: `why` for every fact that derives from the shipped designs, `why-not` for
//! facts beside them, and the first proof in a large transitive closure.
//!
//! Medians over all facts are printed; criterion repeats the whole pass. `ARCHLOG_BENCH_OUTPUTS`
//! sets about how many tuples the closure has (10000000 under `cargo bench`, 2000 under `cargo test`).

#![allow(missing_docs, reason = "a bench has no readers but its own")]
#![allow(clippy::panic, reason = "a bench that cannot begin says why by panicking")]
#![allow(clippy::print_stdout, reason = "the medians are what the bench is for")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use archlog::analyze::analyze;
use archlog::analyze::program::Program;
use archlog::diag::{SourceId, Span};
use archlog::eval::{Options as EvalOptions, evaluate};
use archlog::explain::{Origin, Subject, Why, tree};
use archlog::kb::{Options, Rulebook};
use archlog::plan::Plan;
use archlog::session::Session;
use archlog::store::Database;
use archlog::syntax::parse;
use archlog::value::{Interner, RelationId, Word};
use criterion::{Criterion, criterion_group, criterion_main};

/// Whether cargo runs the bench as a test.
fn small() -> bool {
    std::env::args().any(|argument| argument == "--test")
        || !std::env::args().any(|a| a == "--bench")
}

fn designs() -> Vec<Session> {
    let rulebook = Rulebook::load(&Options::default())
        .unwrap_or_else(|unsound| panic!("the rulebook does not load: {:?}", unsound.diagnostics));
    let rulebook = Arc::new(rulebook);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("designs");
    let Ok(entries) = std::fs::read_dir(folder) else { panic!("no designs") };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "dl"));
    paths.sort();
    let derived = paths.iter().map(|path| {
        let mut session = Session::new(Arc::clone(&rulebook));
        session.open(path);
        assert!(session.derive(&EvalOptions::default()).is_ok());
        session
    });
    derived.collect()
}

/// The median and the longest of some times.
fn median(mut times: Vec<Duration>) -> (Duration, Duration, usize) {
    times.sort();
    let longest = times.last().copied().unwrap_or_default();
    (times.get(times.len() / 2).copied().unwrap_or_default(), longest, times.len())
}

/// Explains every derived fact of every design, each by an explainer that knows nothing yet.
fn why_all(sessions: &[Session]) -> Vec<Duration> {
    let mut times = Vec::new();
    for session in sessions {
        let Some(explained) = session.explained(0) else { continue };
        let program = explained.program();
        for id in (0..program.relations.len()).map(RelationId::from) {
            if explained.hidden(id) == 0 {
                continue;
            }
            let mut why = Why::new(&explained);
            for row in 0..explained.database().relation(id).len() {
                why.forget();
                let start = Instant::now();
                let proof = why.proof(id, row);
                black_box(tree::of_opened_proof(&mut why, &proof, false));
                times.push(start.elapsed());
            }
        }
    }
    times
}

/// Asks of every conclusion why it is not another: the last column takes a value of another row.
fn why_not_all(sessions: &[Session]) -> Vec<Duration> {
    let mut times = Vec::new();
    for session in sessions {
        let Some(explained) = session.explained(0) else { continue };
        let mut why = Why::new(&explained);
        for id in (0..explained.program().relations.len()).map(RelationId::from) {
            let relation = explained.database().relation(id);
            if explained.hidden(id) == 0 || relation.arity() < 3 || why.concluding(id).is_empty() {
                continue;
            }
            for row in 0..relation.len() {
                let other = relation.word((row + 1) % relation.len(), relation.arity() - 1);
                let mut wanted: Vec<Option<Word>> = relation.row(row).map(Some).collect();
                wanted[relation.arity() - 1] = Some(other);
                if !relation.matching(&wanted).is_empty() {
                    continue;
                }
                let start = Instant::now();
                let answer = why.why_not(id, wanted);
                black_box(tree::of_why_not(&explained, &answer, false));
                times.push(start.elapsed());
            }
        }
    }
    times
}

fn of_designs(criterion: &mut Criterion) {
    let sessions = designs();
    let sessions = if small() { &sessions[..1] } else { &sessions[..] };
    let (half, longest, count) = median(why_all(sessions));
    println!("why: median {half:?}, longest {longest:?}, over {count} facts");
    let (half, longest, count) = median(why_not_all(sessions));
    println!("why-not: median {half:?}, longest {longest:?}, over {count} absent facts");
    let mut group = criterion.benchmark_group("explain");
    group.sample_size(10);
    group.bench_function("why, every fact of the shipped designs", |bench| {
        bench.iter(|| why_all(sessions).len());
    });
    group.finish();
}

/// A program of its own as something to be explained.
struct Alone {
    program: Program,
    database: Database,
    interner: Arc<Interner>,
}

impl Subject for Alone {
    fn program(&self) -> &Program {
        &self.program
    }

    fn database(&self) -> &Database {
        &self.database
    }

    fn interner(&self) -> Interner {
        Interner::over(Arc::clone(&self.interner))
    }

    fn hidden(&self, _relation: RelationId) -> usize {
        0
    }

    fn is_stated(&self, _relation: RelationId) -> bool {
        false
    }

    fn origin(&self, _relation: RelationId, _row: usize) -> Origin {
        Origin::Unplaced
    }

    fn place(&self, _span: Span) -> (String, u32) {
        (String::new(), 0)
    }
}

const CLOSURE: &str = ".decl edge(x: number, y: number) .decl tc(x: number, y: number)
    tc(x, y) :- edge(x, y).
    tc(x, z) :- tc(x, y), edge(y, z).";

/// The same from the other end.
const MIRRORED: &str = ".decl edge(x: number, y: number) .decl tc(x: number, y: number)
    tc(x, y) :- edge(x, y).
    tc(x, z) :- edge(x, y), tc(y, z).";

/// The same with a column more, so that tuples are told apart by hash.
const WIDE: &str = ".decl edge(x: number, y: number) .decl tc(x: number, y: number, kind: number)
    tc(x, y, 1) :- edge(x, y).
    tc(x, z, k) :- tc(x, y, k), edge(y, z).";

/// The longest paths of a chain, a tuple a round: as many rounds as there can be.
const STEPS: &str = ".decl edge(x: number, y: number) .decl tc(x: number, y: number)
    tc(0, 1) :- edge(_, _).
    tc(y, y + 1) :- tc(_, y), edge(_, _), y < 20000.";

/// The closure of a random graph of so many nodes, about 1.5 edges a node.
fn closure(text: &str, nodes: u64) -> Alone {
    let (program, interner, database) = evaluated(text, nodes, 1, true).1;
    Alone { program, database, interner: Arc::new(interner) }
}

/// Evaluates a program over a random graph, the numbers of whose nodes are multiples of `apart`;
/// says how long that took.
fn evaluated(
    text: &str,
    nodes: u64,
    apart: u32,
    ranked: bool,
) -> (Duration, (Program, Interner, Database)) {
    let (program, _) = analyze(&[parse(SourceId(0), text).0]);
    let mut interner = Interner::new();
    let mut database = if ranked { Database::new(&program) } else { Database::unranked(&program) };
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Word((state % nodes) as u32 * apart)
    };
    for _ in 0..nodes * 3 / 2 {
        let edge = [random(), random()];
        database.insert(RelationId(0), &edge);
    }
    let plan = Plan::new(&program, &mut interner);
    let start = Instant::now();
    assert!(evaluate(&plan, &mut database, &mut interner, &EvalOptions::default()).is_ok());
    (start.elapsed(), (program, interner, database))
}

/// How many tuples the closures have.
fn outputs() -> u64 {
    let outputs = std::env::var("ARCHLOG_BENCH_OUTPUTS").ok().and_then(|n| n.parse().ok());
    outputs.unwrap_or(if small() { 2_000 } else { 10_000_000 })
}

/// Evaluation with and without what explanations need, in turn.
fn of_provenance(_criterion: &mut Criterion) {
    // About a third of all pairs are in the closure of such a graph.
    let nodes = (outputs() / 5 * 3).isqrt();
    let cases = [
        ("closure, dense words", CLOSURE, 1),
        ("closure, words far apart", CLOSURE, 500_000),
        ("closure, three columns", WIDE, 1),
        ("a tuple a round", STEPS, 1),
    ];
    for (name, text, apart) in cases {
        let mut times = [Vec::new(), Vec::new()];
        let mut memory = [0, 0];
        let mut tuples = 0;
        for run in 0..if small() { 2 } else { 14 } {
            let ranked = run % 2;
            let (time, (_, _, database)) = evaluated(text, nodes, apart, ranked == 1);
            times[ranked].push(time);
            memory[ranked] = database.memory();
            tuples = database.relation(RelationId(1)).len();
        }
        // The least, because other work on the machine only ever adds.
        let [without, with] = times.map(|times| times.into_iter().min().unwrap_or_default());
        println!(
            "evaluation, {name}, {tuples} tuples: {with:?} ready to explain, {without:?} not: \
             ratio {:.3}, {:+.3} bytes a tuple of {:.1}",
            with.as_secs_f64() / without.as_secs_f64(),
            (memory[1] as f64 - memory[0] as f64) / tuples as f64,
            memory[1] as f64 / tuples as f64,
        );
    }
}

fn of_a_closure(_criterion: &mut Criterion) {
    for (name, text) in [("left", CLOSURE), ("right", MIRRORED)] {
        let start = Instant::now();
        let alone = closure(text, (outputs() * 3).isqrt());
        let took = start.elapsed();
        let tuples = alone.database.relation(RelationId(1)).len();
        println!("{name}-linear closure of {tuples} tuples, evaluated in {took:?}");
        // The tuple that appeared last has the longest proof. The first proof is of it.
        for row in [tuples - 1, tuples / 2, 0] {
            let start = Instant::now();
            let mut why = Why::new(&alone);
            let proof = why.proof(RelationId(1), row);
            println!("  proof of row {row}: {:?}, {} steps", start.elapsed(), proof.nodes.len());
        }
    }
}

criterion_group!(benches, of_designs, of_a_closure, of_provenance);
criterion_main!(benches);
