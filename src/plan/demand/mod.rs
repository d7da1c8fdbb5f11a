//! Deriving only what is asked for.
//!
//! A goal such as `path("a", x)` needs of `path` what begins at `"a"`. So the program is rewritten before
//! it is planned (magic sets): `path@0` is `path` by its column 0, and `?path@0` holds the words that its
//! column 0 is asked for with. Each rule of `path` becomes one of `path@0`, with the question as a
//! condition; and where a rule asks for a relation, a rule of the question's says with which words:
//!
//! ```text
//! ?path@0("a").
//! path@0(x, y) :- ?path@0(x), edge(x, y).
//! path@0(x, z) :- path@0(x, y), edge(y, z).
//! ```
//!
//! Words are passed from left to right, in the order in which the plan would join (`pass`). What the
//! rewritten program derives of `path@0` is part of `path`, and all of it that is asked for: the answers
//! are the same.
//!
//! **Where questions stop.** A negation and an aggregate need a relation whole, and so all that the
//! relation rests on; so do relations that choose, lose tuples or have a limit. None of these then
//! depends on a question, so the strata stay what they were. Words that a functor made are never
//! asked for: so there are finitely many questions where there are finitely many tuples.
//!
//! **Where it pays.** A relation is asked for by columns if it is recursive, joins relations, or rests on
//! one that does; else it is derived whole, which is as cheap as asking.

mod chain;
mod pass;
mod rewrite;
mod whole;

use std::collections::VecDeque;
use std::fmt::{self, Display, Formatter};

use crate::analyze::program::{Literal, Program, Rule, Term, positive_atoms};
use crate::store::ColumnSet;
use crate::syntax::operators::Functor;
use crate::value::RelationId;

use chain::Chain;
use pass::{Passed, passed};
use whole::{Cone, Worth};

use super::simplify;

/// A program that derives only what is asked for, and why.
#[derive(Clone, Debug)]
pub struct Demand {
    /// The program. Its relations are those of the program before, and some more; those that nothing
    /// asks for have no rules. Without a value the program has to be left as it is.
    pub program: Option<Program>,
    notes: Vec<String>,
}

impl Display for Demand {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if !self.notes.is_empty() {
            out.write_str("demand\n")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(out, "  {note}"))
    }
}

/// Whose questions count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// Those for all relations, but for what the program excepts.
    Everywhere,
    /// Those for relations that the program names.
    AsWished,
}

/// Rewrites a program to derive only what some relations need, which are derived whole themselves.
pub fn demand(program: &Program, roots: &[RelationId], asked: Asked) -> Demand {
    let cone = Cone::new(program, roots, asked);
    if program.rules.iter().any(counts_symbols) {
        let notes = vec!["all: whole, since `ord` depends on what is derived".to_owned()];
        return Demand { program: None, notes };
    }
    let mut search = Search::new(program, cone);
    while !search.settle(roots) {}
    let chains = chain::chains(&search);
    let notes = search.notes(roots, &chains);
    Demand { program: rewrite::rewrite(&search, &chains), notes }
}

/// Whether a rule reads the number of a symbol, which depends on which symbols came before.
fn counts_symbols(rule: &Rule) -> bool {
    rule.head.terms.iter().any(counts) || body_counts(&rule.body)
}

fn body_counts(body: &[Literal]) -> bool {
    body.iter().any(|literal| match literal {
        Literal::Compare { left, right, .. } => counts(left) || counts(right),
        Literal::Test { arguments, .. } => arguments.iter().any(counts),
        Literal::Range { from, to, step, .. } => {
            counts(from) || counts(to) || step.as_ref().is_some_and(counts)
        }
        Literal::Aggregate(aggregate) => {
            aggregate.target.as_ref().is_some_and(counts) || body_counts(&aggregate.body)
        }
        Literal::Positive(_) | Literal::Negative(_) | Literal::Truth(_) => false,
    })
}

fn counts(term: &Term) -> bool {
    match term {
        Term::Call { functor, arguments, .. } => {
            *functor == Functor::Ordinal || arguments.iter().any(counts)
        }
        _ => false,
    }
}

/// A relation by columns that are known. Without any it is the relation itself, whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct Version {
    relation: RelationId,
    known: ColumnSet,
}

impl Version {
    /// Whether it is the same relation by some of the columns of the other one.
    fn is_within(self, other: Version) -> bool {
        self.relation == other.relation && self.known.columns().all(|it| other.known.contains(it))
    }
}

/// A relation that is asked for in more ways than these is derived whole.
const MOST_VERSIONS: usize = 4;

/// The versions of relations that are needed.
struct Search<'a> {
    program: &'a Program,
    cone: Cone<'a>,
    /// The rules, without equalities that only rename.
    rules: Vec<Rule>,
    /// All versions, in the order in which they were found.
    versions: Vec<Version>,
    /// Versions that stand for those of their relations by more columns.
    weaker: Vec<Version>,
}

impl<'a> Search<'a> {
    fn new(program: &'a Program, cone: Cone<'a>) -> Self {
        let rules = program.rules.iter().map(simplify::rule).collect();
        Search { program, cone, rules, versions: Vec::new(), weaker: Vec::new() }
    }

    /// Goes from the roots through all rules. Whether all went well: else something was found that has
    /// to be known from the start, and the search is to begin again.
    fn settle(&mut self, roots: &[RelationId]) -> bool {
        let whole =
            |relation: &RelationId| Version { relation: *relation, known: ColumnSet::default() };
        self.versions = roots.iter().map(whole).collect();
        let mut queue: VecDeque<Version> = self.versions.iter().copied().collect();
        while let Some(version) = queue.pop_front() {
            let mut reached = Vec::new();
            for body in self.cone.bodies(version.relation) {
                if self.cone.is_closed(version.relation) {
                    reached.extend(positive_atoms(body).map(|atom| whole(&atom.relation)));
                }
                reached.extend(whole::needed_whole(body).iter().map(whole));
            }
            let passed = self.passed(version);
            if let Some((relation, reason)) = passed.iter().find_map(|(_, it)| self.too_much(it)) {
                self.cone.make_whole(relation, reason);
                return false;
            }
            reached.extend(passed.iter().map(|(_, passed)| self.read(passed)));
            for next in reached {
                if !self.versions.contains(&next) {
                    self.versions.push(next);
                    queue.push_back(next);
                }
            }
        }
        let found = self.versions.iter().copied().find(|one| {
            let more = |other: &Version| other.known != one.known && one.is_within(*other);
            !one.known.is_empty() && self.versions.iter().any(more)
        });
        self.weaker.extend(found);
        found.is_none()
    }

    /// The positive conditions of all rules for a version, each with its rule and what is known in it.
    /// None where all that the relation rests on is derived whole.
    fn passed(&self, version: Version) -> Vec<(usize, Passed<'_>)> {
        if self.cone.is_closed(version.relation) {
            return Vec::new();
        }
        let rules = self.cone.rules_of(version.relation).iter();
        let all = rules.flat_map(|&rule| {
            passed(&self.rules[rule], version.known).into_iter().map(move |it| (rule, it))
        });
        all.collect()
    }

    /// The relation of a condition and why it has to be derived whole, if that turns out here.
    fn too_much(&self, passed: &Passed<'_>) -> Option<(RelationId, &'static str)> {
        let Version { relation, known } = self.read(passed);
        if self.cone.rules_of(relation).is_empty() || self.cone.is_whole(relation) {
            return None;
        }
        let others = self.versions.iter().filter(|it| it.relation == relation && it.known != known);
        match known.is_empty() {
            true => Some((relation, "it is asked for with nothing known")),
            false if others.count() < MOST_VERSIONS => None,
            false => Some((relation, "it is asked for in too many ways")),
        }
    }

    /// The version that stands in the place of a condition's relation.
    fn read(&self, passed: &Passed<'_>) -> Version {
        let relation = passed.atom.relation;
        let whole = self.cone.rules_of(relation).is_empty() || self.cone.is_whole(relation);
        let version =
            Version { relation, known: if whole { ColumnSet::default() } else { passed.known } };
        let weaker =
            self.weaker.iter().rfind(|it| !version.known.is_empty() && it.is_within(version));
        weaker.copied().unwrap_or(version)
    }

    /// What was decided for each relation for which there was something to decide.
    fn notes(&self, roots: &[RelationId], chains: &[Chain]) -> Vec<String> {
        let mut notes = Vec::new();
        for version in &self.versions {
            let Version { relation, known } = *version;
            let Some(worth) = self.cone.worth(relation) else { continue };
            let name = &self.program.relations[relation.index()].name;
            if known.is_empty() {
                if !roots.contains(&relation) {
                    let reason = self.cone.reason(relation);
                    notes.push(format!("{name}: whole, since {reason}"));
                }
                continue;
            }
            let why = match worth {
                Worth::Recursive => "is recursive".to_owned(),
                Worth::Joins => "joins relations".to_owned(),
                Worth::RestsOn(other) => {
                    format!("rests on {}", self.program.relations[other.index()].name)
                }
            };
            let columns: Vec<String> = known.columns().map(|it| it.to_string()).collect();
            let by = if columns.len() == 1 { "column" } else { "columns" };
            let only = match chains.iter().any(|chain| chain.version == *version) {
                true => ", and its rules only pass the question on",
                false => "",
            };
            let columns = columns.join(", ");
            notes
                .push(format!("{name} by {by} {columns}: what is asked for, since it {why}{only}"));
        }
        notes
    }
}
