//! Two designs by one rulebook.

use std::sync::Arc;

use crate::analyze::facts::StatedFact;
use crate::change::Limits;
use crate::eval::{Options as EvalOptions, StopReason};
use crate::explain::key_columns;
use crate::kb::Rulebook;
use crate::session::Session;
use crate::value::{Constant, RelationId};

use super::conclusions::{Compared, Conclusion, changes, printed};
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
    compare_designs_on(Compared::All, before, after, options, told)
}

/// As [`compare_designs`], by some of the sheets.
pub fn compare_designs_on(
    compared: Compared<'_>,
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
    let gone: Vec<&StatedFact> = facts.iter().filter(|fact| !has(&others, fact)).collect();
    let come: Vec<&StatedFact> = others.iter().filter(|fact| !has(&facts, fact)).collect();
    let steps = paired(&rulebook, &gone, &come);
    let difference = |step: &Step| {
        let text = |fact: &StatedFact| format!("{}.", before.written(fact));
        let (shown, sources) = match step {
            Step { come: Some(fact), .. } => (Some(fact), after.sources()),
            Step { gone, .. } => (gone.as_ref(), before.sources()),
        };
        let place = |fact: &StatedFact| {
            format!("{}:{}", sources.name(fact.span), sources.position(fact.span).line)
        };
        let name =
            |fact: &StatedFact| rulebook.program.relations[fact.relation.index()].name.clone();
        Difference {
            kind: Kind::Fact,
            name: shown.map(name).unwrap_or_default(),
            file: shown.map(place).unwrap_or_default(),
            before: step.gone.as_ref().map(text),
            after: step.come.as_ref().map(text),
        }
    };
    let differences: Vec<Difference> = steps.iter().map(difference).collect();
    let limits = Limits::from_options(options);
    let mut way = Way {
        rulebook: &rulebook,
        named,
        facts,
        steps: &steps,
        limits,
        compared,
        conclusions: Vec::new(),
    };
    let all: Vec<usize> = (0..steps.len()).collect();
    let ends = way.derive(&[Vec::new(), all]).map_err(Failure::Stopped)?;
    let mut printed = printed(&ends, compared);
    let (new, old) = (printed.remove(1), printed.remove(0));
    let mut conclusions = changes(&[ends.designs()[0].id.clone()], &vec![old], &vec![new]);
    way.conclusions = conclusions.clone();
    let (tried, stopped) = find_witnesses(&way, steps.len(), &mut conclusions, told);
    Ok(Comparison { differences, conclusions, designs: 2, tried, stopped, ..Comparison::default() })
}

/// What is done to the old design to come nearer to the new one: a fact goes, comes, or is stated
/// otherwise.
struct Step {
    gone: Option<StatedFact>,
    come: Option<StatedFact>,
}

/// Pairs facts that say different things of the same (`@key`), where it is clear which; the rest goes
/// and comes.
fn paired(rulebook: &Rulebook, gone: &[&StatedFact], come: &[&StatedFact]) -> Vec<Step> {
    let key = |fact: &StatedFact| -> Option<(RelationId, Vec<Constant>)> {
        let columns = key_columns(&rulebook.program.relations[fact.relation.index()])?;
        let values = columns.iter().map(|&column| fact.values[column].clone());
        Some((fact.relation, values.collect()))
    };
    let alone = |facts: &[&StatedFact], wanted: &(RelationId, Vec<Constant>)| {
        facts.iter().filter(|fact| key(fact).as_ref() == Some(wanted)).count() == 1
    };
    let mut taken = vec![false; come.len()];
    let mut steps = Vec::new();
    for fact in gone {
        let wanted = key(fact).filter(|key| alone(gone, key) && alone(come, key));
        let at =
            wanted.and_then(|wanted| come.iter().position(|it| key(it).as_ref() == Some(&wanted)));
        if let Some(at) = at {
            taken[at] = true;
        }
        steps.push(Step { gone: Some((*fact).clone()), come: at.map(|at| come[at].clone()) });
    }
    let rest = come.iter().zip(&taken).filter(|(_, taken)| !**taken);
    steps.extend(rest.map(|(fact, _)| Step { gone: None, come: Some((*fact).clone()) }));
    steps
}

/// The designs between two.
struct Way<'a> {
    rulebook: &'a Arc<Rulebook>,
    /// What names the old one.
    named: Vec<StatedFact>,
    /// What else it states.
    facts: Vec<StatedFact>,
    steps: &'a [Step],
    limits: Limits<'a>,
    compared: Compared<'a>,
    conclusions: Vec<Conclusion>,
}

impl Way<'_> {
    /// The old design with some of the steps taken.
    fn derive(&self, sets: &[Vec<usize>]) -> Result<Session, crate::eval::Stopped> {
        let mut session = Session::new(Arc::clone(self.rulebook));
        for set in sets {
            let number = session.begin("");
            let taken = || set.iter().map(|&step| &self.steps[step]);
            let kept = |fact: &&StatedFact| !taken().any(|step| step.gone.as_ref() == Some(*fact));
            let facts = self.named.iter().chain(self.facts.iter().filter(kept)).cloned();
            let come = taken().filter_map(|step| step.come.clone());
            session.restate(number, facts.chain(come).collect());
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
            for sheets in printed(&session, self.compared) {
                let sheets = vec![sheets];
                realized.push(self.conclusions.iter().map(|it| it.is_in(&sheets)).collect());
            }
        }
        Ok(realized)
    }
}
