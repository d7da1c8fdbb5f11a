//! What keeps a goal out of reach, learned from one set of choices and good for many.
//!
//! A [`Nogood`] holds some choices to some of their states: as long as each of them is in one of
//! these, the goal does not hold, whatever all other choices are. It is found from a set of
//! settings that does not reach the goal. In the changed design all choices are held; then as many
//! are let go as can be without the goal coming into reach, and of those that stay, as many states
//! are allowed as can be. Whether the goal is in reach is a question to [`Cones`], which says *no*
//! only if it is so. Choices that the set makes are let go last: a nogood of these alone refutes
//! everything that contains the set.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::eval::{StopReason, Stopped};
use crate::value::{RelationId, Word};

use super::choices::{Choices, Setting};
use super::cone::{Ask, Cones, Free, Slice};
use super::trim::Rules;
use super::variants::{Base, Limits, WordFact, stopped};

/// How a choice is: with the number of a value that it is set to, or as the base has it.
pub type State = Option<usize>;

/// A choice that is held to some of its states.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// The number of the choice.
    pub choice: usize,
    /// The states, the one it was found in first.
    pub states: Vec<State>,
}

/// Choices held to states in which a goal is out of reach.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Nogood {
    /// The choices; no two the same.
    pub held: Vec<Held>,
}

/// The state of a choice in a set of settings.
pub fn state(set: &[Setting], choice: usize) -> State {
    set.iter().find(|setting| setting.choice == choice).map(|setting| setting.value)
}

impl Nogood {
    /// Whether a set of settings leaves every choice that is held in one of its states; the goal
    /// does not hold there.
    pub fn covers(&self, set: &[Setting]) -> bool {
        self.held.iter().all(|held| held.states.contains(&state(set, held.choice)))
    }

    /// The settings by which a set that it covers can be left: everything that contains the set and
    /// reaches the goal has one of them.
    pub fn ways_out<'n>(
        &'n self,
        set: &'n [Setting],
        options: &'n FxHashMap<usize, Vec<usize>>,
    ) -> impl Iterator<Item = Setting> + 'n {
        let open = self.held.iter().filter(|held| state(set, held.choice).is_none());
        open.flat_map(|held| {
            let values = options.get(&held.choice).map(Vec::as_slice).unwrap_or_default();
            let out = values.iter().filter(|value| !held.states.contains(&Some(**value)));
            out.map(|&value| Setting { choice: held.choice, value })
        })
    }
}

/// Learns nogoods for one goal.
pub struct Learner<'l, 'b> {
    /// The design as it is.
    pub base: &'l Base<'b>,
    /// Its choices.
    pub choices: &'l Choices,
    /// The choices that the goal can depend on.
    pub cone: &'l [usize],
    /// For each of them, the values that differ from what the base has.
    pub options: &'l FxHashMap<usize, Vec<usize>>,
    /// The part of the design that the goal needs.
    pub slice: &'l Slice,
    /// The relation of the goal.
    pub relation: RelationId,
    /// Its columns, the hidden one left out.
    pub asked: &'l [Ask],
    /// When to give up.
    pub limits: &'l Limits<'l>,
}

/// A changed design, and the words each choice has in it now.
struct World<'b> {
    base: Base<'b>,
    rules: Rc<Rules>,
    now: FxHashMap<usize, Vec<Word>>,
}

impl<'b> Learner<'_, 'b> {
    /// A nogood that covers a set which does not reach the goal, and how many conditions were looked
    /// at to find it.
    pub fn learn(&self, set: &[Setting]) -> Result<(Nogood, usize), Stopped> {
        let world = self.world(set)?;
        let mut looked = 0;
        let (inside, mut held): (Vec<usize>, Vec<usize>) =
            self.cone.iter().copied().partition(|choice| state(set, *choice).is_some());
        held.extend(inside);
        let mut piece = held.len().div_ceil(2);
        loop {
            let mut at = 0;
            while at < held.len() {
                self.limits.check().map_err(stopped)?;
                let end = (at + piece).min(held.len());
                let fewer: Vec<usize> = held[..at].iter().chain(&held[end..]).copied().collect();
                let reaches = self.reaches(&world, &hold(set, &fewer), &mut looked);
                if reaches.map_err(stopped)? { at = end } else { held = fewer }
            }
            if piece <= 1 {
                break;
            }
            piece = piece.div_ceil(2);
        }
        let mut nogood = Nogood { held: hold(set, &held) };
        for at in 0..nogood.held.len() {
            self.limits.check().map_err(stopped)?;
            let choice = nogood.held[at].choice;
            let now = state(set, choice);
            let values = self.options.get(&choice).map(Vec::as_slice).unwrap_or_default();
            let others = std::iter::once(None).chain(values.iter().copied().map(Some));
            for other in others.filter(|other| *other != now) {
                nogood.held[at].states.push(other);
                if self.reaches(&world, &nogood.held, &mut looked).map_err(stopped)? {
                    nogood.held[at].states.pop();
                }
            }
        }
        Ok((nogood, looked))
    }

    fn world(&self, set: &[Setting]) -> Result<World<'b>, Stopped> {
        let edit = self.choices.edit(self.base, set);
        let base = self.base.changed(&edit, self.slice, self.limits)?;
        let mut by_relation: FxHashMap<RelationId, Vec<&WordFact>> = FxHashMap::default();
        for fact in base.facts() {
            by_relation.entry(fact.0).or_default().push(fact);
        }
        let mut now: FxHashMap<usize, Vec<Word>> = FxHashMap::default();
        for &number in self.cone {
            let choice = &self.choices.choices[number];
            let Some(column) = choice.column else { continue };
            let facts = by_relation.get(&choice.relation).map(Vec::as_slice).unwrap_or_default();
            let about = facts
                .iter()
                .filter(|(_, words)| choice.key.iter().all(|(at, word)| words[*at] == *word));
            now.insert(number, about.map(|(_, words)| words[column]).collect());
        }
        let rules = Rules::of(&base);
        Ok(World { base, rules, now })
    }

    /// Whether the goal may be in reach as long as some choices are held. `looked` counts the
    /// conditions that were looked at.
    fn reaches(
        &self,
        world: &World<'b>,
        held: &[Held],
        looked: &mut usize,
    ) -> Result<bool, StopReason> {
        let mut free = Vec::with_capacity(self.cone.len());
        for &number in self.cone {
            let choice = &self.choices.choices[number];
            let mut words = world.now.get(&number).cloned().unwrap_or_default();
            match held.iter().find(|held| held.choice == number) {
                None => {
                    words.extend_from_slice(&choice.words);
                    words.extend(self.stated(number));
                }
                Some(held) if held.states.len() == 1 => continue,
                Some(held) => {
                    for state in &held.states {
                        match state {
                            Some(value) => words.extend(choice.words.get(*value)),
                            None => words.extend(self.stated(number)),
                        }
                    }
                }
            }
            free.push(Free { choice: number, words });
        }
        let rules = Rc::clone(&world.rules);
        let left = self.limits.steps.map(|steps| steps.saturating_sub(*looked));
        let mut cones = Cones::within(&world.base, rules, self.choices, free).at_most(left);
        let root = cones.ask(self.relation, self.asked);
        match (cones.looked(), self.limits.steps) {
            (Ok(more), _) => *looked += more,
            (Err(_), Some(steps)) => return Err(StopReason::Steps(steps)),
            (Err(reason), None) => return Err(reason),
        }
        Ok(cones.cone(root).possible)
    }

    /// The words that a choice has in the base.
    fn stated(&self, choice: usize) -> impl Iterator<Item = Word> + '_ {
        let choice = &self.choices.choices[choice];
        let facts = choice.stated.iter().map(|&fact| &self.base.facts()[fact].1);
        choice
            .column
            .into_iter()
            .flat_map(move |column| facts.clone().map(move |fact| fact[column]))
    }
}

/// Choices held as a set of settings has them.
fn hold(set: &[Setting], choices: &[usize]) -> Vec<Held> {
    let held = |&choice: &usize| Held { choice, states: vec![state(set, choice)] };
    choices.iter().map(held).collect()
}
