//! Two designs by one rulebook.

use std::sync::Arc;

use crate::analyze::facts::StatedFact;
use crate::change::Limits;
use crate::eval::{Options as EvalOptions, StopReason};
use crate::kb::Rulebook;
use crate::session::Session;

use super::conclusions::{Conclusion, changes, printed};
use super::{Between, Comparison, Difference, Failure, Kind, find_witnesses};

/// How many designs that lie between are derived in one run.
const TOGETHER: usize = 64;

/// Compares the design of a session with that of another over the same rulebook. What they are called
/// does not count.
pub fn compare_designs(
    before: &Session,
    after: &Session,
    options: &EvalOptions<'_>,
    told: &dyn Fn(usize, usize),
) -> Result<Comparison, Failure> {
    let (Some(old), Some(new)) = (before.designs().first(), after.designs().first()) else {
        return Ok(Comparison::default());
    };
    let rulebook = before.shared();
    let naming = rulebook.design;
    let has = |facts: &[StatedFact], fact: &StatedFact| {
        facts.iter().any(|it| it.relation == fact.relation && it.values == fact.values)
    };
    let (named, facts): (Vec<_>, Vec<_>) =
        old.facts.iter().cloned().partition(|fact| Some(fact.relation) == naming);
    let others: Vec<StatedFact> =
        new.facts.iter().filter(|fact| Some(fact.relation) != naming).cloned().collect();
    let gone = facts.iter().filter(|fact| !has(&others, fact)).map(|fact| (fact.clone(), false));
    let come = others.iter().filter(|fact| !has(&facts, fact)).map(|fact| (fact.clone(), true));
    let steps: Vec<(StatedFact, bool)> = gone.chain(come).collect();
    let difference = |(fact, added): &(StatedFact, bool)| {
        let text = format!("{}.", before.written(fact));
        let place = if *added { after.sources() } else { before.sources() };
        Difference {
            kind: Kind::Fact,
            name: rulebook.program.relations[fact.relation.index()].name.clone(),
            file: format!("{}:{}", place.name(fact.span), place.position(fact.span).line),
            before: (!added).then(|| text.clone()),
            after: added.then_some(text),
        }
    };
    let differences: Vec<Difference> = steps.iter().map(difference).collect();
    let limits = Limits::from_options(options);
    let mut way =
        Way { rulebook: &rulebook, named, facts, steps: &steps, limits, conclusions: Vec::new() };
    let all: Vec<usize> = (0..steps.len()).collect();
    let ends = way.derive(&[Vec::new(), all]).map_err(Failure::Stopped)?;
    let (old, new) = (printed(&ends).remove(0), printed(&ends).remove(1));
    let mut conclusions = changes(&[ends.designs()[0].id.clone()], &vec![old], &vec![new]);
    way.conclusions = conclusions.clone();
    let (tried, stopped) = find_witnesses(&way, steps.len(), &mut conclusions, told);
    Ok(Comparison { differences, conclusions, designs: 2, tried, stopped, ..Comparison::default() })
}

/// The designs between two.
struct Way<'a> {
    rulebook: &'a Arc<Rulebook>,
    /// What names the old one.
    named: Vec<StatedFact>,
    /// What else it states.
    facts: Vec<StatedFact>,
    /// Facts that come, and facts that go.
    steps: &'a [(StatedFact, bool)],
    limits: Limits<'a>,
    conclusions: Vec<Conclusion>,
}

impl Way<'_> {
    /// The old design with some of the steps taken.
    fn derive(&self, sets: &[Vec<usize>]) -> Result<Session, crate::eval::Stopped> {
        let mut session = Session::new(Arc::clone(self.rulebook));
        for set in sets {
            let number = session.begin("");
            let taken = || set.iter().map(|&step| &self.steps[step]);
            let kept = |fact: &&StatedFact| {
                !taken().any(|(gone, added)| !added && gone == *fact)
            };
            let facts = self.named.iter().chain(self.facts.iter().filter(kept)).cloned();
            let added = taken().filter(|(_, added)| *added).map(|(fact, _)| fact.clone());
            session.restate(number, facts.chain(added).collect());
        }
        session.derive(&self.limits.options()).map_err(|stopped| self.limits.named(stopped))?;
        Ok(session)
    }
}

impl Between for Way<'_> {
    fn realized(&self, sets: &[Vec<usize>]) -> Result<Vec<Vec<bool>>, StopReason> {
        let mut realized = Vec::with_capacity(sets.len());
        for sets in sets.chunks(TOGETHER) {
            self.limits.check()?;
            let session = self.derive(sets).map_err(|stopped| stopped.reason)?;
            for sheets in printed(&session) {
                let sheets = vec![sheets];
                realized.push(self.conclusions.iter().map(|it| it.is_in(&sheets)).collect());
            }
        }
        Ok(realized)
    }
}
