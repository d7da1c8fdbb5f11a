//! What a person waits for: one design from process start, the rulebook on its own, and many
//! designs in one process.
//!
//! ```text
//! cargo bench --bench derive                                  everything, some two minutes
//! cargo bench --bench derive -- process                       one group
//! ARCHLOG_BENCH_SIZES=100,1000 cargo bench --bench derive     other numbers of designs
//! ARCHLOG_BENCH_BLOCK=64 cargo bench --bench derive           other blocks
//! ```
//!
//! At the end the processor time and the peak memory of whole processes are told: unlike the time
//! on the clock they do not depend on what else the machine is doing.
//!
//! The many designs are the auction over and over, every word in it that is the user's own made
//! distinct, so that no two designs share more than the rulebook. As a test
//! (`cargo test --benches`) everything runs once and small.

#![allow(missing_docs, clippy::expect_used)]

mod common {
    pub mod reference;
}

use std::env;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use archlog::batch::{Batch, Input, derive_many};
use archlog::eval::Options as EvalOptions;
use archlog::kb::{Options, Part, Rulebook};
use archlog::session::Session;
use archlog::value::Constant;
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};

const DESIGN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/designs/auction.dl");
const AUCTION: &str = include_str!("../designs/auction.dl");

/// Set for a process of its own that derives so many designs and tells its peak memory.
const ALONE: &str = "ARCHLOG_BENCH_ALONE";

/// How often the program is started to tell its processor time.
const STARTS: u32 = 50;

fn main() {
    let rulebook = Arc::new(rulebook());
    if let Some(count) = number(ALONE) {
        many(&rulebook, &Template::new(&rulebook), count);
        println!("{}", peak_memory().unwrap_or_default());
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    process(&mut criterion);
    load(&mut criterion);
    designs(&mut criterion, &rulebook);
    criterion.final_summary();
    if measuring() && !filtered() {
        resources();
    }
}

/// A number in the environment.
fn number(name: &str) -> Option<usize> {
    env::var(name).ok()?.parse().ok()
}

/// Whether this is a measurement and not a test that the benches still run.
fn measuring() -> bool {
    env::args().any(|argument| argument == "--bench")
}

/// Whether only some benches were asked for.
fn filtered() -> bool {
    env::args().skip(1).any(|argument| !argument.starts_with('-'))
}

/// How many designs to derive in one process.
fn sizes() -> Vec<usize> {
    match env::var("ARCHLOG_BENCH_SIZES") {
        Ok(sizes) => sizes.split(',').filter_map(|size| size.trim().parse().ok()).collect(),
        Err(_) if measuring() => vec![100, 1_000, 10_000],
        Err(_) => vec![10],
    }
}

fn rulebook() -> Rulebook {
    Rulebook::load(&Options { part: Part::Derivation, ..Options::default() })
        .expect("the rulebook is sound")
}

/// `archlog derive designs/auction.dl`, from the start of the process to its end.
fn process(criterion: &mut Criterion) {
    let mut command = auction();
    match command.output() {
        Ok(output) if output.status.success() && !output.stdout.is_empty() => {}
        Ok(output) => {
            println!("process: skipped, `archlog derive` gives no answer ({})", output.status);
            return;
        }
        Err(problem) => {
            println!("process: skipped, the program cannot be started: {problem}");
            return;
        }
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    criterion.bench_function("process/derive designs/auction.dl", |bencher| {
        bencher.iter(|| command.status().expect("it ran before"));
    });
    let folder = tempfile::tempdir().expect("there is a place for a file");
    let design = folder.path().join("reference.dl");
    std::fs::write(&design, common::reference::reference()).expect("it can be written");
    for format in ["text", "html"] {
        let mut dossier = Command::new(env!("CARGO_BIN_EXE_archlog"));
        dossier.args(["dossier", "--format", format]).arg(&design);
        dossier.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        criterion.bench_function(
            &format!("process/dossier of the reference, {format}"),
            |bencher| {
                bencher.iter(|| dossier.status().expect("the program ran before"));
            },
        );
    }
}

fn auction() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_archlog"));
    command.args(["derive", DESIGN]).stdin(Stdio::null());
    command
}

/// Reading, checking, planning and evaluating the rulebook, which every process does once.
fn load(criterion: &mut Criterion) {
    criterion.bench_function("load/rulebook", |bencher| bencher.iter(rulebook));
}

/// One design, and many, over a rulebook that is loaded.
fn designs(criterion: &mut Criterion, rulebook: &Arc<Rulebook>) {
    let template = Template::new(rulebook);
    criterion.bench_function("designs/1 alone", |bencher| {
        bencher.iter(|| {
            let mut session = Session::new(Arc::clone(rulebook));
            session.open(Path::new(DESIGN));
            session.derive(&EvalOptions::default()).expect("no limit is set");
            black_box(&session);
        });
    });
    let mut group = criterion.benchmark_group("designs");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    for size in sizes() {
        group.throughput(Throughput::Elements(size as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &size, |bencher, size| {
            bencher.iter(|| many(rulebook, &template, *size));
        });
    }
    group.finish();
}

/// Derives so many designs on all cores, and counts what is open in each.
fn many(rulebook: &Arc<Rulebook>, template: &Template, count: usize) -> usize {
    let open = rulebook.relation("open_item").expect("the rulebook has open items");
    let answer = |session: &Session| {
        let designs = 0..session.designs().len();
        designs.map(|design| session.count(open, design)).sum::<usize>()
    };
    let inputs = (0..count).map(|number| template.design(number));
    let (mut found, options, mut batch) = (0, EvalOptions::default(), Batch::default());
    if let Some(block) = number("ARCHLOG_BENCH_BLOCK").and_then(NonZeroUsize::new) {
        batch.block = block;
    }
    derive_many(rulebook, inputs, batch, &options, answer, |finished| {
        found += finished.answer;
        ControlFlow::Continue(())
    })
    .expect("no limit is set");
    black_box(found)
}

/// The auction in pieces: a number goes between each two.
struct Template {
    pieces: Vec<String>,
}

impl Template {
    /// Cuts the auction behind every text in quotes that the rulebook does not know: the names and
    /// the words that are the user's own.
    fn new(rulebook: &Rulebook) -> Self {
        let mut pieces = vec![String::new()];
        let facts = AUCTION.lines().filter(|line| !line.starts_with("//"));
        let facts: String = facts.flat_map(|line| [line, "\n"]).collect();
        for (index, part) in facts.split('"').enumerate() {
            let quoted = index % 2 == 1;
            let known = rulebook.interner.find(&Constant::Symbol(part.into())).is_some();
            let piece = pieces.last_mut().expect("one is there from the start");
            piece.push_str(part);
            if quoted && !known && !part.is_empty() {
                pieces.push(String::new());
            }
            pieces.last_mut().expect("one is there from the start").push('"');
        }
        pieces.last_mut().expect("one is there from the start").pop();
        Template { pieces }
    }

    fn design(&self, number: usize) -> Input {
        let name = format!("auction-{number}.dl");
        Input::Text { name, text: self.pieces.join(&format!(" {number}")) }
    }
}

/// Processor time and peak memory of whole processes.
fn resources() {
    let before = children();
    for _ in 0..STARTS {
        let mut command = auction();
        drop(command.stdout(Stdio::null()).stderr(Stdio::null()).status());
    }
    if let (Some(before), Some(after)) = (before, children()) {
        println!("resources/process: {:?} of processor time", (after - before) / STARTS);
    }
    let Ok(program) = env::current_exe() else { return };
    for size in sizes() {
        let before = children();
        let output = Command::new(&program).env(ALONE, size.to_string()).output();
        let peak = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        match (before, children(), peak) {
            (Some(before), Some(after), Ok(peak)) => {
                println!("resources/{size}: {:?} of processor time, peak {peak}", after - before);
            }
            _ => println!("resources/{size}: skipped, this system does not tell"),
        }
    }
}

/// The processor time of all processes that this one has started and seen the end of, as Linux
/// tells it: in ticks of a hundredth of a second.
fn children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(13);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_millis((user + system) * 10))
}

/// The most memory this process has had, as Linux tells it.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(format!("{} MiB", kib.div_ceil(1024)))
}
