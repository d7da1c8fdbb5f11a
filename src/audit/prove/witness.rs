//! Facts that can be loaded and that show a claim.

use std::collections::BTreeSet;

use crate::analyze::program::Program;
use crate::eval::Options;
use crate::syntax::printer::Literal as Shown;
use crate::value::{Interner, RelationId, Word};

use super::bulk::{Bulk, Ground};
use super::reach::{Choice, Obstacle, said};
use super::space::{Fact, Space};
use super::table::Subject;

/// A design, or the facts of a program, and what a list makes of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Witness {
    /// The code of the finding that it shows.
    pub code: String,
    /// What the finding is about.
    pub subject: String,
    /// The facts, a line each.
    pub facts: Vec<String>,
    /// The relation of the list's rows.
    pub rows: String,
    /// The ranks of the rows that hold.
    pub hold: Vec<i64>,
    /// The relation of what is chosen.
    pub list: String,
    /// What is chosen: the columns that say what it is, as text.
    pub chosen: Vec<String>,
}

/// Makes witnesses.
pub struct Witnesses<'a> {
    program: &'a Program,
    /// The whole program, given what can be stated.
    whole: Bulk,
    /// What is wanted of it.
    wanted: Vec<RelationId>,
    /// The relations that can be stated.
    stated: Vec<RelationId>,
    /// A fact before all others.
    opening: Option<String>,
}

/// What a list makes of a point, and what its rows look at there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// The ranks of the rows that hold.
    pub rows: Vec<i64>,
    /// What is chosen.
    pub chosen: BTreeSet<Vec<Word>>,
    /// The values of what rows look at.
    pub seen: Vec<Vec<Word>>,
}

impl<'a> Witnesses<'a> {
    /// Witnesses of facts in the relations that no rule concludes.
    pub fn new(
        ground: Ground<'a>,
        interner: &mut Interner,
        targets: &[RelationId],
        outside: &dyn Fn(RelationId) -> bool,
        subjects: &[Subject],
        opening: Option<String>,
    ) -> Self {
        let program = ground.program;
        let concluded = |id: &RelationId| program.rules.iter().any(|it| it.head.relation == *id);
        let stated: Vec<RelationId> = targets.iter().copied().filter(|id| !concluded(id)).collect();
        let relations = (0..program.relations.len()).map(RelationId::from);
        let given: Vec<RelationId> =
            relations.filter(|id| outside(*id) || stated.contains(id)).collect();
        let of = |it: &Subject| {
            let looks = it.looks.iter().map(|look| look.relation);
            [it.list.rows, it.chosen].into_iter().chain(looks).collect::<Vec<_>>()
        };
        let mut wanted: Vec<RelationId> = subjects.iter().flat_map(of).collect();
        wanted.sort();
        wanted.dedup();
        let whole = Bulk::new(ground, interner, &given, &wanted);
        Witnesses { program, whole, wanted, stated, opening }
    }

    /// A witness from a point: the facts of its choice that can be stated, fewer if fewer do, if the
    /// whole program makes of them what the point says.
    #[allow(clippy::too_many_arguments, reason = "what a point is, and what a finding is")]
    pub fn of(
        &self,
        interner: &mut Interner,
        options: &Options<'_>,
        space: &Space,
        choice: &Choice,
        subject: &Subject,
        made: Made,
        (code, about): (&str, &str),
    ) -> Result<Option<Witness>, Obstacle> {
        let mut facts: Vec<Fact> = Vec::new();
        said(space, choice, &mut |fact| {
            if self.stated.contains(&fact.0) {
                facts.push(fact.clone());
            }
        });
        facts.sort();
        facts.dedup();
        if !self.makes(interner, options, &[facts.clone()], subject, &made)?[0] {
            return Ok(None);
        }
        // What makes no difference by itself often makes none together with the rest.
        loop {
            let without = |at: usize| {
                let kept = facts.iter().enumerate().filter(|(other, _)| *other != at);
                kept.map(|(_, fact)| fact.clone()).collect::<Vec<Fact>>()
            };
            let fewer: Vec<Vec<Fact>> = (0..facts.len()).map(without).collect();
            let does = self.makes(interner, options, &fewer, subject, &made)?;
            let idle: Vec<usize> = (0..facts.len()).filter(|at| does[*at]).collect();
            let Some(last) = idle.last() else { break };
            let kept = facts.iter().enumerate().filter(|(at, _)| !idle.contains(at));
            let all: Vec<Fact> = kept.map(|(_, fact)| fact.clone()).collect();
            facts =
                match self.makes(interner, options, std::slice::from_ref(&all), subject, &made)?[0]
                {
                    true => all,
                    false => without(*last),
                };
        }
        let shown = |(relation, tuple): &Fact| {
            let declared = &self.program.relations[relation.index()];
            let words = tuple.iter().zip(&declared.columns);
            let values: Vec<String> = words
                .map(|(word, column)| {
                    Shown(&interner.constant(*word, column.primitive)).to_string()
                })
                .collect();
            format!("{}({}).", declared.name, values.join(", "))
        };
        let text = |tuple: &Vec<Word>| {
            let columns = &self.program.relations[subject.chosen.index()].columns;
            let words = tuple.iter().zip(&subject.outcome);
            let values: Vec<String> = words
                .map(|(word, column)| {
                    interner.constant(*word, columns[*column].primitive).to_string()
                })
                .collect();
            values.join(", ")
        };
        Ok(Some(Witness {
            code: code.to_owned(),
            subject: about.to_owned(),
            facts: self.opening.iter().cloned().chain(facts.iter().map(shown)).collect(),
            rows: self.program.relations[subject.list.rows.index()].name.clone(),
            hold: made.rows,
            list: self.program.relations[subject.chosen.index()].name.clone(),
            chosen: made.chosen.iter().map(text).collect(),
        }))
    }

    /// Whether the whole program makes the same of each of some sets of facts.
    fn makes(
        &self,
        interner: &mut Interner,
        options: &Options<'_>,
        sets: &[Vec<Fact>],
        subject: &Subject,
        made: &Made,
    ) -> Result<Vec<bool>, Obstacle> {
        let mut all = Vec::new();
        let facts = |number: usize, say: &mut dyn FnMut(&Fact)| sets[number].iter().for_each(say);
        let mut derived_all = Vec::new();
        self.whole
            .run(interner, options, sets.len(), &|number, say| facts(number, say), &mut |_, it| {
                derived_all.push(it);
            })
            .map_err(Obstacle::Stopped)?;
        for derived in derived_all {
            let tuples = |id: RelationId| {
                let place = self.wanted.iter().position(|it| *it == id);
                let own = derived.iter().filter(move |(at, _)| Some(*at) == place);
                own.map(|(_, tuple)| tuple)
            };
            let rank = |tuple: &Vec<Word>| interner.number(tuple[subject.list.rank]);
            let mut rows: Vec<i64> = tuples(subject.list.rows).map(rank).collect();
            rows.sort_unstable();
            rows.dedup();
            let outcome = |tuple: &Vec<Word>| subject.outcome.iter().map(|it| tuple[*it]).collect();
            let chosen: BTreeSet<Vec<Word>> = tuples(subject.chosen).map(outcome).collect();
            let seen = subject.looks.iter().map(|look| look.seen(&self.wanted, &derived)).collect();
            all.push(Made { rows, chosen, seen } == *made);
        }
        Ok(all)
    }
}
