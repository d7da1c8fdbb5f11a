//! One run of one engine in a process of its own, and what it took.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::peers;

/// Set for a process that is to run one engine on one workload.
const ASKED: &str = "ARCHLOG_BENCH_ENGINE_RUN";

/// Who takes part, and whether it is to be found outside.
pub const ENGINES: [&str; 7] =
    ["archlog", "archlog-j2", "ascent", "crepe", "datafrog", "souffle", "duckdb"];

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// How many tuples came out.
    pub outputs: usize,
    /// Processor time of the whole process, start and reading included.
    pub processor: Duration,
    /// The same on the clock.
    pub clock: Duration,
    /// Of that, what evaluation took, where the engine tells.
    pub evaluation: Duration,
    /// The most memory the process had.
    pub kib: u64,
}

/// The processor time of this process's first thread. Where the system does not tell, the clock.
pub fn processor_time() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    // Who gives way is brought up to date in the system's books.
    sleep(Duration::from_micros(1));
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let told = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
    told.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

static EVALUATION: AtomicU64 = AtomicU64::new(0);

/// Says that evaluation began at a time and ends now.
pub fn phase(since: Duration) {
    let took = processor_time().saturating_sub(since).as_nanos();
    EVALUATION.store(took as u64, Ordering::Relaxed);
}

/// In a process that is to run an engine: runs it and prints what it took.
pub fn answer() -> bool {
    let Ok(asked) = std::env::var(ASKED) else { return false };
    let clock = Instant::now();
    let [engine, workload, folder] = *asked.splitn(3, ' ').collect::<Vec<_>>() else {
        return false;
    };
    let folder = Path::new(folder);
    let outputs = match engine {
        "archlog" => Some(peers::archlog::run(folder, 1)),
        "ask" => Some(peers::archlog::ask(folder, true)),
        "ask-whole" => Some(peers::archlog::ask(folder, false)),
        "archlog-j2" => Some(peers::archlog::run(folder, 2)),
        "ascent" => peers::ascent::run(workload, folder),
        "crepe" => peers::crepe::run(workload, folder),
        "datafrog" => peers::datafrog::run(workload, folder),
        _ => None,
    };
    if let Some(outputs) = outputs {
        let (processor, evaluation) = (processor_time(), EVALUATION.load(Ordering::Relaxed));
        let (processor, clock) = (processor.as_nanos(), clock.elapsed().as_nanos());
        println!("{outputs} {processor} {clock} {evaluation} {}", peak().unwrap_or(0));
    }
    // What is in memory is not taken apart: the answer is out.
    std::process::exit(0);
}

/// Runs an engine on a workload whose facts are in a folder. Nothing if it cannot say it.
pub fn run(engine: &str, workload: &str, folder: &Path) -> Option<Run> {
    if matches!(engine, "souffle" | "duckdb") {
        return outside(engine, workload, folder);
    }
    let program = std::env::current_exe().ok()?;
    let asked = format!("{engine} {workload} {}", folder.display());
    let output = Command::new(program).env(ASKED, asked).stderr(Stdio::inherit()).output().ok()?;
    assert!(output.status.success(), "{engine} failed on {workload}");
    let text = String::from_utf8(output.stdout).ok()?;
    let numbers: Vec<u64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [outputs, processor, clock, evaluation, kib] = *numbers else { return None };
    Some(Run {
        outputs: outputs as usize,
        processor: Duration::from_nanos(processor),
        clock: Duration::from_nanos(clock),
        evaluation: Duration::from_nanos(evaluation),
        kib,
    })
}

/// Runs a program of somebody else's. Its memory is looked at from outside, now and then; its
/// processor time is told in hundredths of a second.
fn outside(engine: &str, workload: &str, folder: &Path) -> Option<Run> {
    if !peers::installed::is_there(engine) {
        return None;
    }
    let mut command = peers::installed::command(engine, workload, folder)?;
    let (before, clock) = (children()?, Instant::now());
    let mut child = command.stdout(Stdio::piped()).spawn().ok()?;
    let status = format!("/proc/{}/status", child.id());
    let mut kib = 0;
    while child.try_wait().ok()?.is_none() {
        kib = kib.max(line(&status, "VmHWM:").unwrap_or(0));
        sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().ok()?;
    let (clock, processor) = (clock.elapsed(), children()? - before);
    let text = String::from_utf8(output.stdout).ok()?;
    let numbers = text.split(|it: char| !it.is_ascii_digit());
    let outputs = numbers.filter_map(|word| word.parse::<usize>().ok()).sum();
    Some(Run { outputs, processor, clock, evaluation: Duration::ZERO, kib })
}

/// The processor time of all processes that this one has seen the end of.
fn children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(13);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_millis((user + system) * 10))
}

/// The most memory this process has had, in KiB.
fn peak() -> Option<u64> {
    line("/proc/self/status", "VmHWM:")
}

fn line(path: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
