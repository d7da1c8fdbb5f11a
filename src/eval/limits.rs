//! When to stop early.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How to evaluate, and when to give up.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// How many threads may work; results do not depend on it.
    pub threads: usize,
    /// The most time to take.
    pub time: Option<Duration>,
    /// The most tuples to derive.
    pub tuples: Option<usize>,
    /// The most rounds in one stratum.
    pub rounds: Option<u32>,
    /// The most bytes for relations and symbols of this layer.
    pub memory: Option<usize>,
    /// Set by somebody else to make evaluation stop soon.
    pub interrupt: Option<&'a AtomicBool>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            threads: 1,
            time: None,
            tuples: None,
            rounds: None,
            memory: None,
            interrupt: None,
        }
    }
}

/// Why evaluation stopped early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopReason {
    /// It took too long.
    Time(Duration),
    /// It derived too many tuples.
    Tuples(usize),
    /// A stratum took too many rounds.
    Rounds(u32),
    /// Relations and symbols took too many bytes.
    Memory(usize),
    /// A search for changes looked at too many conditions.
    Steps(usize),
    /// Somebody asked for it.
    Interrupted,
}

impl fmt::Display for StopReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopReason::Time(limit) => write!(formatter, "the time limit of {limit:?} was reached"),
            StopReason::Tuples(limit) => {
                write!(formatter, "the limit of {limit} derived tuples was reached")
            }
            StopReason::Rounds(limit) => {
                write!(formatter, "the limit of {limit} rounds in one stratum was reached")
            }
            StopReason::Memory(limit) => {
                write!(formatter, "the memory limit of {limit} bytes was reached")
            }
            StopReason::Steps(limit) => {
                write!(formatter, "the limit of {limit} conditions looked at was reached")
            }
            StopReason::Interrupted => formatter.write_str("interrupted"),
        }
    }
}

/// The options of a run that has begun.
#[derive(Clone, Debug)]
pub struct Limits<'a> {
    deadline: Option<(Instant, Duration)>,
    interrupt: Option<&'a AtomicBool>,
    tuples: usize,
}

impl<'a> Limits<'a> {
    /// The limits of a run that begins now.
    pub fn start(options: &Options<'a>) -> Self {
        Limits::since(Instant::now(), options)
    }

    /// The limits of work that began a while ago, of which a run may have been a part.
    pub fn since(start: Instant, options: &Options<'a>) -> Self {
        let deadline =
            options.time.and_then(|time| start.checked_add(time).map(|deadline| (deadline, time)));
        let tuples = options.tuples.unwrap_or(usize::MAX);
        Limits { deadline, interrupt: options.interrupt, tuples }
    }

    /// Whether to go on: an error once the time is up or somebody asked to stop. Evaluation asks
    /// once a batch.
    pub fn check(&self) -> Result<(), StopReason> {
        if self.interrupt.is_some_and(|interrupt| interrupt.load(Ordering::Relaxed)) {
            return Err(StopReason::Interrupted);
        }
        match self.deadline {
            Some((deadline, time)) if Instant::now() >= deadline => Err(StopReason::Time(time)),
            _ => Ok(()),
        }
    }

    /// How many more tuples may be derived.
    pub(super) fn tuples_left(&self, derived: usize) -> usize {
        self.tuples.saturating_sub(derived)
    }

    /// Whether so many derived tuples are still within the limit.
    pub(super) fn check_tuples(&self, derived: usize) -> Result<(), StopReason> {
        if derived > self.tuples { Err(StopReason::Tuples(self.tuples)) } else { Ok(()) }
    }
}
