//! What a run says while it runs, and what is measured of it.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use archlog::eval::{Listener, Profiler};
use archlog::report::profile::number;
use archlog::value::RuleId;

use crate::console::Console;

/// Nothing is said of a run that is shorter than this.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often something is said.
const EVERY: Duration = Duration::from_millis(250);

/// Measures a run where that is asked for, and says on a terminal how far it is.
pub struct Progress<'a> {
    console: &'a Console,
    terminal: bool,
    /// What is measured.
    pub profiler: Option<Profiler>,
    strata: usize,
    stratum: usize,
    round: u32,
    derived: usize,
    started: Instant,
    said: Instant,
    shown: bool,
}

impl<'a> Progress<'a> {
    /// Of a run that begins now.
    pub fn new(console: &'a Console, strata: usize, profile: bool) -> Self {
        let now = Instant::now();
        Progress {
            console,
            terminal: io::stderr().is_terminal(),
            profiler: profile.then(Profiler::default),
            strata,
            stratum: 0,
            round: 0,
            derived: 0,
            started: now,
            said: now,
            shown: false,
        }
    }

    /// Takes away what it said.
    pub fn finish(&mut self) {
        if std::mem::take(&mut self.shown) {
            self.console.status("");
        }
    }

    fn say(&mut self) {
        if !self.terminal {
            return;
        }
        let run = self.started.elapsed();
        if run < PATIENCE || self.said.elapsed() < EVERY {
            return;
        }
        self.said = Instant::now();
        self.shown = true;
        let rate = (self.derived as f64 / run.as_secs_f64()) as usize;
        self.console.status(&format!(
            "{:.1} s: stratum {} (the last is {}), round {}, {} tuples, {} a second",
            run.as_secs_f64(),
            self.stratum,
            self.strata.saturating_sub(1),
            self.round,
            number(self.derived),
            number(rate)
        ));
    }
}

impl Listener for Progress<'_> {
    fn stratum(&mut self, stratum: usize) {
        self.stratum = stratum;
        self.round = 0;
    }

    fn round(&mut self, round: u32) {
        self.round += 1;
        if let Some(profiler) = &mut self.profiler {
            profiler.round(round);
        }
        self.say();
    }

    fn rule(&mut self, rule: RuleId) {
        if let Some(profiler) = &mut self.profiler {
            profiler.rule(rule);
        }
    }

    fn stored(&mut self, derived: usize) {
        self.derived = derived;
        self.say();
    }

    fn ran(&mut self, rule: RuleId, concluded: usize, new: usize) {
        if let Some(profiler) = &mut self.profiler {
            profiler.ran(rule, concluded, new);
        }
        self.say();
    }
}
