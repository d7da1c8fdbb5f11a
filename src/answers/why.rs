//! Why something derives and why something does not, as explanations that can be drawn.

use crate::change::{Limits, Search};
use crate::eval::{Options, StopReason};
use crate::explain::{Why, tree};
use crate::report::tree::{Tree, Way};
use crate::session::{Explained, Pattern, QueryFailure, Session};

use super::{setting_line, to_copy};

/// At most this many answers of a pattern are explained, unless all are asked for.
const MOST_ANSWERS: usize = 10;

/// The smallest change is looked for among so many choices at a time; `achieve` goes further.
const WAY: usize = 2;

/// How many conditions the search for them looks at: about a second.
const STEPS: usize = 1_000_000;

/// Explanations of some of the answers to a goal.
#[derive(Debug, Default)]
pub struct Explanation {
    /// The explanations.
    pub trees: Vec<Tree>,
    /// How many answers were to be explained.
    pub wanted: usize,
    /// How many were, which is fewer when a limit was hit.
    pub explained: usize,
}

/// Why rows derive: the best proof of each of the first few, or with `all` every proof of every one.
pub fn explain_rows(
    why: &mut Why<'_>,
    pattern: &Pattern,
    rows: &[usize],
    all: bool,
) -> Explanation {
    let wanted = if all { rows.len() } else { rows.len().min(MOST_ANSWERS) };
    let mut answer = Explanation { wanted, ..Explanation::default() };
    for row in rows.iter().take(wanted) {
        if why.stopped().is_some() {
            break;
        }
        let proofs = if all {
            why.all_proofs(pattern.relation, *row, MOST_ANSWERS)
        } else {
            vec![why.proof(pattern.relation, *row)]
        };
        answer.trees.extend(proofs.iter().map(|proof| tree::of_opened_proof(why, proof, all)));
        answer.explained += 1;
    }
    answer
}

/// Why nothing answers a goal in a design; `all` shows every rule that could conclude it.
pub fn explain_absence(
    why: &mut Why<'_>,
    explained: &Explained<'_>,
    design: usize,
    pattern: &Pattern,
    all: bool,
) -> Tree {
    let interner = why.solver().interner_mut();
    let words = explained.words(design, pattern.relation, &pattern.values, interner);
    let answer = why.why_not(pattern.relation, words);
    tree::of_why_not(explained, &answer, all)
}

/// Adds the smallest changes that would make a goal true; gives why the search for them broke off, if
/// it did.
pub fn ways(
    session: &Session,
    design: usize,
    goal: &str,
    options: &Options<'_>,
    tree: &mut Tree,
) -> Option<StopReason> {
    let limits = Limits { steps: Some(STEPS), ..Limits::from_options(options) };
    let search = Search { size: WAY, answers: 3, limits, progress: &|_, _, _| {} };
    let achieved = match session.achieve(design, goal, &search) {
        Ok(achieved) => achieved,
        Err(QueryFailure::Stopped(stopped)) => return Some(stopped.reason),
        Err(QueryFailure::Wrong { .. }) => return None,
    };
    if achieved.impossible {
        let line = "no set of the choices of this design (its fields and judgements) gives it; other facts \
                    are not tried";
        tree.notes.push(line.to_owned());
        return achieved.stopped;
    }
    tree.ways = achieved
        .plans
        .iter()
        .take(3)
        .map(|plan| {
            let lines = plan.settings.iter().map(|it| setting_line(&achieved.choices, *it));
            let say = format!("to get it, say {}", lines.collect::<Vec<_>>().join("; and "));
            Way { say, facts: to_copy(session, &plan.change) }
        })
        .collect();
    if let Some(StopReason::Steps(_)) = achieved.stopped {
        let line =
            "the search for a change that gives it ended early; `archlog achieve` looks further";
        tree.notes.push(line.to_owned());
        return None;
    }
    if tree.ways.is_empty() {
        let most = achieved.complete_to;
        tree.notes.push(format!(
            "no change of up to {most} choices gives it; `archlog achieve` looks further"
        ));
    }
    achieved.stopped
}
