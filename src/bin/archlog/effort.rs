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
    let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Options {
        threads: effort.jobs.unwrap_or_else(cores).get(),
        time: effort.limit_time,
        tuples: effort.limit_tuples,
        rounds: effort.limit_rounds,
        memory: effort.limit_memory.map(|mebibytes| mebibytes.saturating_mul(1 << 20)),
        interrupt: Some(interrupt),
    }
}

/// Says why there is no answer, and how the program ends for it.
pub fn stopped(console: &Console, stopped: &Stopped) -> Exit {
    if stopped.reason == StopReason::Interrupted {
        console.say("interrupted; nothing was written");
        return Exit::Interrupted;
    }
    console.say(&format!("stopped: {stopped}; nothing was written"));
    Exit::Limit
}
