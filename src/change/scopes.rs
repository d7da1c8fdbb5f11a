//! Which open questions have to be answered together.

use rustc_hash::FxHashSet;

use crate::eval::Stopped;
use crate::value::{RelationId, Word};

use super::choices::Choices;
use super::cone::{Ask, Cones};
use super::variants::{Base, Limits, stopped};

/// The most completions of a scope that are derived one by one.
pub const MOST_COMPLETIONS: usize = 1 << 13;

/// The most completions of all scopes together that are derived one by one; small scopes come first.
const MOST_TOGETHER: usize = 1 << 14;

/// A question for the conclusions of one relation about one subject.
pub struct Root {
    /// The number of the question.
    pub node: usize,
    /// The relation.
    pub relation: RelationId,
    /// The subject.
    pub subject: Word,
    /// The open questions that it depends on.
    pub cone: Vec<usize>,
    /// The position of the relation among those concluded.
    pub concluded: usize,
    /// Whether others go before it.
    pub later: bool,
}

/// Cones in which the open questions are free, and those that may open when others are answered.
pub fn settle<'b>(
    base: &'b Base<'_>,
    choices: &'b Choices,
    questions: &[usize],
    limits: &Limits<'_>,
) -> Result<(Cones<'b>, FxHashSet<usize>), Stopped> {
    let mut late: FxHashSet<usize> = FxHashSet::default();
    loop {
        let mut free: Vec<usize> = questions.iter().chain(&late).copied().collect();
        free.sort_unstable();
        let mut cones = Cones::new(base, choices, &free);
        let mut more = Vec::new();
        for choice in 0..choices.choices.len() {
            if free.binary_search(&choice).is_ok() {
                continue;
            }
            limits.check().map_err(stopped)?;
            let asked = ask_open(base, &mut cones, choices, choice);
            if asked.is_some_and(|node| !cones.is_fixed(node) && cones.cone(node).possible) {
                more.push(choice);
            }
        }
        if more.is_empty() {
            return Ok((cones, late));
        }
        late.extend(more);
    }
}

/// Asks whether a choice is open.
pub fn ask_open(
    base: &Base<'_>,
    cones: &mut Cones<'_>,
    choices: &Choices,
    choice: usize,
) -> Option<usize> {
    let (open, row) = choices.open_row(base, choice)?;
    let asked: Vec<Ask> = row.into_iter().map(Ask::Word).collect();
    Some(cones.ask(open, &asked))
}

/// How many completions some questions have, as long as that can be counted.
pub fn product(choices: &Choices, questions: &[usize]) -> usize {
    let counts = questions.iter().map(|&choice| choices.choices[choice].values.len().max(1));
    counts.fold(1usize, usize::saturating_mul)
}

/// Puts roots together whose cones lie in one another, largest cones first, and gives the questions
/// of each scope with its roots. A scope too large to be derived takes only roots with its own
/// cone. Roots that others go before take part in the scopes of these and change none.
pub fn scopes(
    choices: &Choices,
    late: &FxHashSet<usize>,
    roots: &[Root],
) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut order: Vec<usize> = (0..roots.len()).filter(|&at| !roots[at].cone.is_empty()).collect();
    order.sort_by_key(|&at| (roots[at].later, std::cmp::Reverse(roots[at].cone.len()), at));
    let mut scopes: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for at in order {
        let cone = &roots[at].cone;
        let holds = |questions: &Vec<usize>| {
            let all = cone.iter().all(|choice| questions.binary_search(choice).is_ok());
            all && (questions.len() == cone.len()
                || product(choices, questions) <= MOST_COMPLETIONS)
        };
        let fitting = scopes.iter_mut().filter(|(questions, _)| holds(questions));
        match fitting.min_by_key(|(questions, _)| questions.len()) {
            Some((_, members)) => members.push(at),
            None => scopes.push((cone.clone(), vec![at])),
        }
    }
    for (questions, _) in &mut scopes {
        questions.sort_by_key(|choice| (late.contains(choice), *choice));
    }
    scopes
}

/// Which scopes are to be derived completely: the smallest first, as many as fit; scopes that others
/// go before count apart.
pub fn enumerable(
    choices: &Choices,
    scopes: &[(Vec<usize>, Vec<usize>)],
    roots: &[Root],
) -> Vec<bool> {
    let sizes: Vec<usize> =
        scopes.iter().map(|(questions, _)| product(choices, questions)).collect();
    let later = |at: usize| scopes[at].1.iter().all(|&root| roots[root].later);
    let mut order: Vec<usize> = (0..scopes.len()).collect();
    order.sort_by_key(|&at| (later(at), sizes[at], at));
    let mut whole = vec![false; scopes.len()];
    let (mut together, mut apart) = (0usize, false);
    for at in order {
        if later(at) && !apart {
            (together, apart) = (0, true);
        }
        together = together.saturating_add(sizes[at].min(MOST_COMPLETIONS));
        whole[at] = together <= MOST_TOGETHER;
    }
    whole
}
