//! Where the time of a run goes: a listener that keeps what each rule took and made.

use std::time::{Duration, Instant};

use crate::analyze::program::Program;
use crate::diag::Span;
use crate::store::Database;
use crate::value::{Interner, RelationId, RuleId};

use super::Listener;

/// Listens to a run and measures it.
#[derive(Debug)]
pub struct Profiler {
    started: Instant,
    rule: Option<(RuleId, Instant)>,
    rules: Vec<Measured>,
    rounds: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Measured {
    runs: u32,
    time: Duration,
    concluded: usize,
    new: usize,
}

/// What a run took and made.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Profile {
    /// From the first stratum to the last.
    pub time: Duration,
    /// How many rounds were run.
    pub rounds: u32,
    /// How many bytes the symbols and large numbers take.
    pub symbols: usize,
    /// The rules that ran, the slowest first.
    pub rules: Vec<RuleProfile>,
    /// The relations, in order of the time that concluding them took; those that are empty and
    /// took none are left out.
    pub relations: Vec<RelationProfile>,
}

/// What a rule took and made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleProfile {
    /// Its number.
    pub rule: RuleId,
    /// The relation it concludes.
    pub relation: String,
    /// Where it is written.
    pub span: Span,
    /// How often it ran: once, or once a round and choice of delta.
    pub runs: u32,
    /// How long all runs took.
    pub time: Duration,
    /// How many tuples it concluded, those known already included.
    pub concluded: usize,
    /// How many of them were new.
    pub new: usize,
}

/// What a relation holds and took.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RelationProfile {
    /// Its name.
    pub name: String,
    /// How many tuples it has.
    pub tuples: usize,
    /// In how many rounds it grew; facts are no round.
    pub rounds: usize,
    /// How many bytes it takes, its indices included.
    pub memory: usize,
    /// How long the rules took that conclude it.
    pub time: Duration,
}

impl Default for Profiler {
    fn default() -> Self {
        Profiler { started: Instant::now(), rule: None, rules: Vec::new(), rounds: 0 }
    }
}

impl Listener for Profiler {
    fn round(&mut self, _round: u32) {
        self.rounds += 1;
    }

    fn rule(&mut self, rule: RuleId) {
        self.rule = Some((rule, Instant::now()));
    }

    fn ran(&mut self, rule: RuleId, concluded: usize, new: usize) {
        let time = match self.rule.take() {
            Some((begun, start)) if begun == rule => start.elapsed(),
            _ => Duration::ZERO,
        };
        if self.rules.len() <= rule.index() {
            self.rules.resize(rule.index() + 1, Measured::default());
        }
        let measured = &mut self.rules[rule.index()];
        measured.runs += 1;
        measured.time += time;
        measured.concluded += concluded;
        measured.new += new;
    }
}

impl Profiler {
    /// The profile of a run that is over.
    pub fn finish(self, program: &Program, database: &Database, interner: &Interner) -> Profile {
        let time = self.started.elapsed();
        let mut of_relation = vec![Duration::ZERO; program.relations.len()];
        let mut rules = Vec::new();
        for (index, measured) in self.rules.iter().enumerate().filter(|(_, it)| it.runs > 0) {
            let Some(rule) = program.rules.get(index) else { continue };
            let head = rule.head.relation.index();
            of_relation[head] += measured.time;
            rules.push(RuleProfile {
                rule: RuleId::from(index),
                relation: program.relations[head].name.clone(),
                span: program
                    .clauses
                    .get(rule.clause.index())
                    .map_or(Span::default(), |it| it.span),
                runs: measured.runs,
                time: measured.time,
                concluded: measured.concluded,
                new: measured.new,
            });
        }
        rules.sort_by_key(|rule| (std::cmp::Reverse(rule.time), rule.rule));
        let relations = program.relations.iter().zip(of_relation).enumerate();
        let mut relations: Vec<RelationProfile> = relations
            .map(|(index, (declared, time))| {
                let relation = database.relation(RelationId::from(index));
                RelationProfile {
                    name: declared.name.clone(),
                    tuples: relation.len(),
                    rounds: relation.growths(),
                    memory: relation.memory(),
                    time,
                }
            })
            .filter(|it| it.tuples > 0 || it.time > Duration::ZERO)
            .collect();
        relations.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.name.cmp(&b.name)));
        Profile { time, rounds: self.rounds, symbols: interner.memory(), rules, relations }
    }
}
