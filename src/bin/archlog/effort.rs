//! How hard the engine is to try, from what was typed; and what it means that it gave up.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::thread;

use archlog::eval::{Options, StopReason, Stopped};

use crate::args::Effort;
use crate::console::Console;
use crate::exit::Exit;

/// The engine's options.
pub fn options<'a>(effort: &Effort, interrupt: &'a AtomicBool) -> Options<'a> {
    Options {
        threads: threads(effort).get(),
        time: effort.limit_time,
        tuples: effort.limit_tuples,
        rounds: effort.limit_rounds,
        memory: effort.limit_memory.map(|mebibytes| mebibytes.saturating_mul(1 << 20)),
        interrupt: Some(interrupt),
    }
}

/// How many threads may work.
pub fn threads(effort: &Effort) -> NonZeroUsize {
    let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    effort.jobs.unwrap_or_else(cores)
}

/// As [`stopped`], for work after a run.
pub fn broken_off(console: &Console, reason: StopReason, written: &str) -> Exit {
    let report = archlog::eval::Report::default();
    stopped(console, &Stopped { reason, stratum: 0, report }, written)
}

/// Says why the answer is not complete and how much of it was written; gives how the program ends.
pub fn stopped(console: &Console, stopped: &Stopped, written: &str) -> Exit {
    ended(console, stopped, &format!("written: {written}"))
}

/// As [`stopped`], with what became of it in words of one's own.
pub fn ended(console: &Console, stopped: &Stopped, became: &str) -> Exit {
    if stopped.reason == StopReason::Interrupted {
        console.say(&format!("interrupted; {became}"));
        return Exit::Interrupted;
    }
    console.say(&format!("stopped: {stopped}; {became}"));
    Exit::Limit
}
