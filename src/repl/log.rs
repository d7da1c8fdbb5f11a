//! What was changed: the changes in order, what each does to what a design states, and which of them
//! are in a file of the user's.

use crate::analyze::facts::StatedFact;
use crate::diag::SourceId;
use crate::session::Session;

/// What a design states, and the text that it is written in as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Stated {
    pub facts: Vec<StatedFact>,
    /// The text; nothing where it is the one that the design was read from.
    pub text: Option<SourceId>,
}

/// Another text in the place of a design's, from and to; nothing is the one it was read from.
pub(super) type Whole = (Option<SourceId>, Option<SourceId>);

/// A change that was made, or made and undone.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// What was typed.
    pub text: String,
    /// The design.
    pub design: usize,
    /// The facts taken back, with their places among the facts, in ascending order.
    pub removed: Vec<(usize, StatedFact)>,
    /// The facts stated; they are the last ones.
    pub added: Vec<StatedFact>,
    /// The text of all rules typed before and after it, where it changes them.
    pub rules: Option<(Option<String>, Option<String>)>,
    /// The design's text before and after it, where it was edited as a whole.
    pub whole: Option<Whole>,
}

impl Change {
    /// Whether it changes what a design states.
    fn restates(&self) -> bool {
        !self.removed.is_empty() || !self.added.is_empty() || self.whole.is_some()
    }

    /// Makes it, of what a design states.
    pub fn make(&self, stated: &mut Stated) {
        for (at, _) in self.removed.iter().rev() {
            if *at < stated.facts.len() {
                stated.facts.remove(*at);
            }
        }
        stated.facts.extend(self.added.iter().cloned());
        if let Some((_, after)) = self.whole {
            stated.text = after;
        }
    }

    /// Unmakes it.
    pub fn unmake(&self, stated: &mut Stated) {
        stated.facts.truncate(stated.facts.len().saturating_sub(self.added.len()));
        for (at, fact) in &self.removed {
            stated.facts.insert((*at).min(stated.facts.len()), fact.clone());
        }
        if let Some((before, _)) = self.whole {
            stated.text = before;
        }
    }
}

/// All changes, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    /// The changes that hold; the first has number 1.
    pub done: Vec<Change>,
    /// The changes that were undone, the last one undone last.
    pub undone: Vec<Change>,
    /// Of designs that were saved, how many changes of each held then; nothing where that state is
    /// out of reach.
    pub saved: Vec<(usize, Option<usize>)>,
    /// The rules typed that are in a file.
    pub rules: String,
}

impl Log {
    /// How many changes of a design hold.
    pub fn count(&self, design: usize) -> usize {
        self.done.iter().filter(|it| it.design == design && it.restates()).count()
    }

    /// How many changes of a design held when it was saved.
    fn mark(&self, design: usize) -> Option<usize> {
        self.saved.iter().find(|(saved, _)| *saved == design).map_or(Some(0), |(_, mark)| *mark)
    }

    /// Whether all changes of a design are in a file.
    pub fn is_saved(&self, design: usize) -> bool {
        self.mark(design) == Some(self.count(design))
    }

    /// The designs with changes that are in no file, in order.
    pub fn unsaved(&self) -> Vec<usize> {
        let changed = self.done.iter().map(|change| change.design);
        let mut designs: Vec<usize> =
            changed.chain(self.saved.iter().map(|(design, _)| *design)).collect();
        designs.sort_unstable();
        designs.dedup();
        designs.retain(|&design| !self.is_saved(design));
        designs
    }

    /// Whether rules that were typed are in a file, or there are none.
    pub fn keeps_rules(&self, typed: &str) -> bool {
        typed.is_empty() || typed == self.rules
    }

    /// The changes of a design so far are in a file.
    pub fn save(&mut self, design: usize) {
        let count = self.count(design);
        self.saved.retain(|(saved, _)| *saved != design);
        self.saved.push((design, Some(count)));
    }

    /// A new change; those that were undone are gone.
    pub fn push(&mut self, change: Change) {
        if !self.undone.is_empty() {
            let here: Vec<usize> = self.saved.iter().map(|(it, _)| self.count(*it)).collect();
            for ((_, mark), here) in self.saved.iter_mut().zip(here) {
                *mark = mark.filter(|mark| *mark <= here);
            }
        }
        self.undone.clear();
        self.done.push(change);
    }

    /// The designs that a change that holds is about.
    pub fn touched(&self) -> impl Iterator<Item = usize> + '_ {
        self.done.iter().filter(|change| change.restates()).map(|change| change.design)
    }

    /// What a design states where these changes hold, from what it states without them.
    pub fn made(&self, design: usize, mut stated: Stated) -> Stated {
        for change in self.done.iter().filter(|change| change.design == design) {
            change.make(&mut stated);
        }
        stated
    }

    /// What a design states without these changes, from what it states with them.
    pub fn unmade(&self, design: usize, mut stated: Stated) -> Stated {
        for change in self.done.iter().rev().filter(|change| change.design == design) {
            change.unmake(&mut stated);
        }
        stated
    }
}

/// What a design states now.
pub(super) fn stated(session: &Session, design: usize) -> Stated {
    let found = session.designs().get(design);
    found.map_or_else(Stated::default, |it| Stated { facts: it.facts.clone(), text: it.text })
}
