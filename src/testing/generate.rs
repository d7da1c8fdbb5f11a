//! Designs for what no test exercises.
//!
//! Each test and each design that is shipped is varied: one fact left out, or one choice made
//! otherwise. All variants of a design are derived together, and whatever a variant exercises that no
//! test does is found at once. What is found is shrunk to the facts that it takes, so that a proposal
//! can be read. A proposal says what derives, not what should: that is for its reader to decide.

use rustc_hash::FxHashSet;

use crate::analyze::facts::StatedFact;
use crate::change::{Base, Choices, Edit, Limits, Setting, Slice, shrink};
use crate::eval::{Options as EvalOptions, StopReason, Stopped};
use crate::kb::Rulebook;
use crate::session::Session;
use crate::syntax::printer::Literal as Written;
use crate::value::{Constant, Interner, RelationId, Word};

use super::coverage::Covered;
use super::{Item, ItemKind, Suite, Suites};

/// At most this many conclusions are expected of a proposal.
const MOST_EXPECTED: usize = 3;

/// A proposed test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// A name for its file, without the ending.
    pub name: String,
    /// The design with what it expects.
    pub text: String,
    /// What it exercises that no test does.
    pub shows: Vec<Covered>,
}

/// What was proposed.
#[derive(Clone, Debug, Default)]
pub struct Proposals {
    /// The proposals, in the order in which they were found.
    pub proposals: Vec<Proposal>,
    /// What was exercised by no variant.
    pub left: Vec<Covered>,
    /// Why the search broke off.
    pub stopped: Option<StopReason>,
}

impl Suites {
    /// Proposes tests for what none exercises; `others` are designs to vary besides the tests. Needs
    /// suites that were run with coverage.
    pub fn proposals(
        &self,
        others: &Session,
        options: &EvalOptions<'_>,
        progress: &dyn Fn(usize, usize),
    ) -> Proposals {
        let Some(suite) = self.suites.first() else { return Proposals::default() };
        let limits = Limits::from_options(options);
        let missing = |item: &&Item| {
            let designs = 0..suite.session.designs().len();
            designs.into_iter().all(|design| suite.session.count(item.goal, design) == 0)
        };
        let mut search = Search {
            suite,
            rulebook: suite.session.rulebook(),
            limits,
            open: suite.coverage.iter().filter(missing).collect(),
            bare: Vec::new(),
            proposals: Vec::new(),
        };
        let wanted = search.open.len();
        let mut stopped = None;
        let designs = suite.session.designs().iter().chain(others.designs());
        for design in designs {
            if let Err(reason) = search.design(&design.facts) {
                stopped = Some(reason.reason);
                break;
            }
            progress(wanted - search.open.len(), wanted);
        }
        let left = search.open.iter().chain(&search.bare);
        let left = left.map(|item| search.covered(item)).collect();
        Proposals { proposals: search.proposals, left, stopped }
    }
}

struct Search<'a> {
    suite: &'a Suite,
    rulebook: &'a Rulebook,
    limits: Limits<'a>,
    /// What nothing exercises as yet.
    open: Vec<&'a Item>,
    /// What takes no fact at all: a design that says nothing is no test.
    bare: Vec<&'a Item>,
    proposals: Vec<Proposal>,
}

impl<'a> Search<'a> {
    fn covered(&self, item: &Item) -> Covered {
        Covered::of(self.rulebook, item, None)
    }

    /// Varies a design for what is open.
    fn design(&mut self, stated: &[StatedFact]) -> Result<(), Stopped> {
        let mut base = Base::new(self.rulebook, stated, &self.limits)?;
        let choices = Choices::of(&mut base);
        let mut edits = vec![Edit::default()];
        let naming = |at: usize| Some(stated[at].relation) == self.rulebook.design;
        let spared = (0..stated.len()).filter(|at| !naming(*at));
        edits.extend(spared.map(|at| Edit { remove: vec![at], add: Vec::new() }));
        for (choice, it) in choices.choices.iter().enumerate() {
            let settings = (0..it.values.len()).map(|value| Setting { choice, value });
            let settings = settings.filter(|setting| !choices.is_set(&base, *setting));
            edits.extend(settings.map(|setting| choices.edit(&base, &[setting])));
        }
        let goals: Vec<RelationId> = self.open.iter().map(|item| item.goal).collect();
        let slice = self.slice(&base, &goals);
        let found = base.derive(
            &slice,
            edits.len(),
            false,
            &self.limits,
            &|at| edits[at].clone(),
            &|database, _: &Interner, range| {
                // The first variant of the block that exercises each goal.
                let first = |goal: &RelationId| {
                    let worlds = database.relation(*goal).column(0);
                    worlds.iter().min().map(|world| range.start + world.0 as usize)
                };
                goals.iter().map(first).collect::<Vec<Option<usize>>>()
            },
            &|_| (),
        )?;
        let first = |goal: usize| found.iter().find_map(|block| block[goal]);
        let hits: Vec<(RelationId, usize)> =
            goals.iter().enumerate().filter_map(|(at, goal)| Some((*goal, first(at)?))).collect();
        for (goal, variant) in hits {
            // A proposal made before may exercise it as well.
            if self.open.iter().any(|item| item.goal == goal) {
                self.propose(&base, &edits[variant], goal)?;
            }
        }
        Ok(())
    }

    fn slice(&self, base: &Base<'_>, goals: &[RelationId]) -> Slice {
        let shared = self.rulebook.worlds.shared_strata;
        let needed = self.rulebook.plan.needed(goals);
        let strata = needed.into_iter().filter(|stratum| *stratum >= shared).collect();
        Slice { strata, ..Slice::whole(base) }
    }

    /// Shrinks a variant to what it takes to exercise a goal, and writes it down.
    fn propose(&mut self, base: &Base<'_>, edit: &Edit, goal: RelationId) -> Result<(), Stopped> {
        let slice = Slice { facts: (0..base.facts().len()).collect(), ..self.slice(base, &[goal]) };
        let mut facts: Vec<(RelationId, Vec<Word>)> = Vec::new();
        let kept = base.facts().iter().enumerate().filter(|(at, _)| !edit.remove.contains(at));
        facts.extend(kept.map(|(_, fact)| fact.clone()).chain(edit.add.iter().cloned()));
        let named = |fact: &(RelationId, Vec<Word>)| Some(fact.0) == self.rulebook.design;
        let (names, rest): (Vec<_>, Vec<_>) = facts.into_iter().partition(named);
        let all: Vec<usize> = (0..base.facts().len()).collect();
        let mut passes = |candidates: &[Vec<usize>]| -> Result<Vec<bool>, Stopped> {
            let edit = |at: usize| {
                let some = candidates[at].iter().map(|&fact| rest[fact].clone());
                Edit { remove: all.clone(), add: names.iter().cloned().chain(some).collect() }
            };
            let read =
                |database: &crate::store::Database, _: &Interner, range: std::ops::Range<usize>| {
                    let worlds: FxHashSet<u32> =
                        database.relation(goal).column(0).iter().map(|world| world.0).collect();
                    range
                        .map(|at| worlds.contains(&((at % crate::change::BLOCK) as u32)))
                        .collect::<Vec<bool>>()
                };
            let limits = &self.limits;
            let blocks =
                base.derive(&slice, candidates.len(), false, limits, &edit, &read, &|_| ())?;
            Ok(blocks.into_iter().flatten().collect())
        };
        let needed = shrink(rest.len(), &mut passes)?;
        let facts: Vec<String> = needed.iter().map(|&at| self.written(base, &rest[at])).collect();
        if facts.is_empty() {
            let (bare, open) = self.open.iter().partition(|item| item.goal == goal);
            self.open = open;
            self.bare.extend::<Vec<&Item>>(bare);
            return Ok(());
        }
        self.write(&facts, goal)
    }

    fn written(&self, base: &Base<'_>, (relation, words): &(RelationId, Vec<Word>)) -> String {
        let declared = &self.rulebook.program.relations[relation.index()];
        let values = words.iter().zip(&declared.columns);
        let values = values.map(|(word, it)| base.interner().constant(*word, it.primitive));
        fact(&declared.name, &values.collect::<Vec<_>>())
    }

    /// Writes a proposal down: its facts, and what derives from them. Whatever else of what is open it
    /// exercises is open no longer.
    fn write(&mut self, facts: &[String], goal: RelationId) -> Result<(), Stopped> {
        let Some(item) = self.open.iter().find(|item| item.goal == goal).copied() else {
            return Ok(());
        };
        let about = self.covered(item);
        let name = format!("proposed-{:03}-{}", self.proposals.len() + 1, slug(&about.rule));
        let naming = self.rulebook.design.map(|relation| {
            let declared = &self.rulebook.program.relations[relation.index()];
            let values = declared.columns.iter().map(|_| Constant::Symbol(name.as_str().into()));
            fact(&declared.name, &values.collect::<Vec<_>>())
        });
        let mut text = format!("{}\n", naming.unwrap_or_default());
        facts.iter().for_each(|fact| text.push_str(&format!("{fact}\n")));
        let mut session = Session::new(self.suite.session.shared());
        session.state_text(&name, text.clone().into_bytes());
        session.derive(&self.limits.options())?;
        let (shown, open): (Vec<&Item>, Vec<&Item>) =
            self.open.iter().partition(|item| session.count(item.goal, 0) > 0);
        let shows: Vec<Covered> = shown.iter().map(|item| self.covered(item)).collect();
        let mut comment = String::from("// A proposal. It shows something that no test does:\n");
        for item in &shows {
            comment.push_str(&format!("// - {}\n", said(item)));
        }
        comment.push_str("// What is expected is what derives: see whether it should.\n");
        let rules = shown.iter().map(|item| item.rule);
        let mut heads: Vec<RelationId> =
            rules.map(|rule| self.rulebook.program.rules[rule.index()].head.relation).collect();
        heads.dedup();
        for head in heads {
            let declared = &self.rulebook.program.relations[head.index()];
            let rows = session.rows(head, 0);
            if rows.is_empty() {
                let any = vec!["_"; declared.arity()].join(", ");
                text.push_str(&format!(".expect !{}({any}).\n", declared.name));
            }
            for row in rows.iter().take(MOST_EXPECTED) {
                text.push_str(&format!(".expect {}\n", fact(&declared.name, row)));
            }
        }
        self.open = open;
        self.proposals.push(Proposal { name, text: comment + &text, shows });
        Ok(())
    }
}

/// What an item is that a proposal shows.
fn said(item: &Covered) -> String {
    let Covered { rule, file, line, text, .. } = item;
    match item.kind {
        ItemKind::Fires => format!("{rule} ({file}:{line}) concludes something"),
        ItemKind::Decides(_) => {
            format!("{rule} ({file}:{line}) concludes nothing because of {text} alone")
        }
        ItemKind::Chosen(rank) => format!("row {rank} is chosen: {rule} ({file}:{line})"),
    }
}

fn fact(name: &str, values: &[Constant]) -> String {
    let values: Vec<String> = values.iter().map(|value| Written(value).to_string()).collect();
    format!("{name}({}).", values.join(", "))
}

fn slug(text: &str) -> String {
    let plain = |character: char| if character.is_alphanumeric() { character } else { '-' };
    text.chars().map(plain).collect()
}
