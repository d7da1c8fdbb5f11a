//! What was measured, and what follows from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::child::Run;

/// The engines that are compiled with their rules: what archlog is held against.
pub const PEERS: [&str; 3] = ["ascent", "crepe", "datafrog"];

/// The runs of one workload at one size.
#[derive(Debug)]
pub struct Measured {
    pub workload: String,
    pub size: String,
    pub outputs: usize,
    runs: BTreeMap<&'static str, Vec<Run>>,
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub struct Results {
    pub measured: Vec<Measured>,
}

impl Results {
    pub fn add(&mut self, measured: Measured) {
        self.measured.push(measured);
    }

    /// What was measured at a size, in order.
    pub fn at(&self, size: &str) -> impl Iterator<Item = &Measured> {
        self.measured.iter().filter(move |it| it.size == size)
    }

    pub fn find(&self, workload: &str, size: &str) -> Option<&Measured> {
        self.at(size).find(|it| it.workload == workload)
    }

    /// The exponent of an engine's processor time in the number of tuples from one size to another.
    pub fn growth(&self, workload: &str, engine: &str, from: &str, to: &str) -> Option<f64> {
        let (small, large) = (self.find(workload, from)?, self.find(workload, to)?);
        let times = large.processor(engine)?.as_secs_f64() / small.processor(engine)?.as_secs_f64();
        Some(times.ln() / (large.outputs as f64 / small.outputs as f64).ln())
    }
}

impl Measured {
    pub fn new(workload: &str, size: &str) -> Self {
        Measured {
            workload: workload.to_owned(),
            size: size.to_owned(),
            outputs: 0,
            runs: BTreeMap::new(),
        }
    }

    /// Adds a run, which must have found as many tuples as those before it.
    pub fn add(&mut self, engine: &str, run: Run) {
        let Some(engine) = crate::child::ENGINES.iter().find(|it| **it == engine) else { return };
        if self.outputs == 0 {
            self.outputs = run.outputs;
        }
        // Programs of somebody else's are counted by what they print.
        if !matches!(*engine, "souffle" | "duckdb") {
            assert_eq!(run.outputs, self.outputs, "{engine} on {} {}", self.workload, self.size);
        }
        self.runs.entry(engine).or_default().push(run);
    }

    fn median(&self, engine: &str, what: impl Fn(&Run) -> Duration) -> Option<Duration> {
        let mut all: Vec<Duration> = self.runs.get(engine)?.iter().map(what).collect();
        all.sort();
        all.get(all.len() / 2).copied()
    }

    /// The median of an engine's processor times.
    pub fn processor(&self, engine: &str) -> Option<Duration> {
        self.median(engine, |run| run.processor)
    }

    /// The median of an engine's times on the clock.
    pub fn clock(&self, engine: &str) -> Option<Duration> {
        self.median(engine, |run| run.clock)
    }

    /// The median of what evaluation took.
    pub fn evaluation(&self, engine: &str) -> Option<Duration> {
        self.median(engine, |run| run.evaluation)
    }

    /// An engine's peak memory, in KiB.
    pub fn kib(&self, engine: &str) -> Option<u64> {
        self.runs.get(engine)?.iter().map(|run| run.kib).max()
    }

    /// The best of the peers.
    pub fn best(&self) -> Option<(&'static str, Duration)> {
        let timed = PEERS.iter().filter_map(|&peer| Some((peer, self.processor(peer)?)));
        timed.min_by_key(|(_, time)| *time)
    }

    /// archlog's time as a ratio to the best peer's.
    pub fn ratio(&self) -> Option<f64> {
        let (own, (_, best)) = (self.processor("archlog")?, self.best()?);
        Some(own.as_secs_f64() / best.as_secs_f64())
    }

    /// Everything in a line, for whoever watches.
    pub fn line(&self) -> String {
        let mut line = format!("{:>2} {:<9} {:>10}", self.size, self.workload, self.outputs);
        for engine in self.runs.keys() {
            if let Some(time) = self.processor(engine) {
                let _ = write!(line, "  {engine} {:.1} ms", time.as_secs_f64() * 1e3);
            }
        }
        if let Some(time) = self.evaluation("archlog") {
            let _ = write!(line, "  evaluation {:.1} ms", time.as_secs_f64() * 1e3);
        }
        if let Some(ratio) = self.ratio() {
            let _ = write!(line, "  ratio {ratio:.2}");
        }
        line
    }
}
