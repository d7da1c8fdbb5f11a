//! What of an explanation is folded: the first of the two walks of an outline. It goes where a reader of the
//! folded explanation goes, and settles where each step is drawn in full: where that reader meets it first.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::super::tree::{DetailKind, Step, StepKind, Tree};

/// More children of one kind than this are folded.
const MOST_SIBLINGS: usize = 8;

/// A run of one rule is folded if at least this many of its steps go.
const SHORTEST_RUN: usize = 2;

/// Why a step is folded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fold {
    /// The author of the rule wants it so (`@hide`); what it stands on takes its place.
    Hidden,
    /// An absence or equality that says nothing which is not said already.
    Technical,
    /// The inside of a chain of rules with one premise each.
    Chain,
    /// The inside of a run of one rule that uses itself again and again.
    Run,
    /// It lies below a step at which the author stops (`@stop`), or below an assumption.
    Stop,
    /// It says why something is not there whose absence is all that the conclusion needs.
    Absence,
    /// One of very many children of one kind.
    More,
    /// It lies deeper than there is room for.
    Deep,
}

impl Fold {
    pub(super) const ALL: [Fold; 8] = [
        Fold::Hidden,
        Fold::Technical,
        Fold::Chain,
        Fold::Run,
        Fold::Stop,
        Fold::Absence,
        Fold::More,
        Fold::Deep,
    ];

    pub(super) fn words(self, count: usize) -> String {
        match self {
            Fold::Hidden => format!("{count} of plumbing"),
            Fold::Technical => format!("{count} technical"),
            Fold::Chain => format!("{count} inside chains"),
            Fold::Run => format!("{count} inside runs of one rule"),
            Fold::Stop => format!("{count} below a stop"),
            Fold::Absence => format!("{count} below what is absent"),
            Fold::More => format!("{count} among many of a kind"),
            Fold::Deep => format!("{count} on deep levels"),
        }
    }
}

/// An edge of the graph: a step and which of its children.
pub type Edge = (usize, usize);

/// Whether a step says that something is not there, as it has to be: why it is not comes second.
pub fn absence(step: &Step) -> bool {
    step.kind == StepKind::Failed && !step.negative
}

/// The way of a reader through the folded explanation.
pub struct Walk<'t> {
    tree: &'t Tree,
    /// The deepest level that is drawn.
    deepest: usize,
    /// Where each step is drawn in full: at this edge, or at no edge for the root. The outer
    /// `None` is a step the reader never meets.
    pub claimed: Vec<Option<Option<Edge>>>,
    /// Steps whose children take their place.
    pub through: FxHashMap<usize, Fold>,
    /// Edges that are folded with all below them.
    pub gone: FxHashMap<Edge, Fold>,
    /// The folded steps of a run, by the step that it starts with.
    pub runs: FxHashMap<usize, Vec<usize>>,
}

impl<'t> Walk<'t> {
    /// The way through a tree whose steps below a level are folded.
    pub fn of(tree: &'t Tree, deepest: usize) -> Self {
        let mut walk = Walk {
            tree,
            deepest,
            claimed: vec![None; tree.steps.len()],
            through: FxHashMap::default(),
            gone: FxHashMap::default(),
            runs: FxHashMap::default(),
        };
        walk.run();
        walk
    }

    fn run(&mut self) {
        if self.tree.steps.is_empty() {
            return;
        }
        // An edge, where it leads, and on which level that is drawn.
        let mut open: Vec<(Option<Edge>, usize, usize)> = vec![(None, 0, 0)];
        while let Some((edge, step, level)) = open.pop() {
            if self.claimed[step].is_some()
                || edge.is_some_and(|edge| self.gone.contains_key(&edge))
            {
                continue;
            }
            self.claimed[step] = Some(edge);
            let shown = &self.tree.steps[step];
            if edge.is_some() && self.plumbing(step) {
                self.through.insert(step, Fold::Hidden);
            } else if shown.stop {
                self.fold_all(step, Fold::Stop);
            } else if absence(shown) {
                self.fold_all(step, Fold::Absence);
            } else if level >= self.deepest && !self.through.contains_key(&step) {
                self.fold_all(step, Fold::Deep);
            } else {
                self.fold_below(step);
            }
            self.fold_technical(step);
            let below = if self.through.contains_key(&step) { level } else { level + 1 };
            open.extend(self.edges(step).rev().map(|(edge, child)| (Some(edge), child, below)));
        }
    }

    fn edges(&self, step: usize) -> impl DoubleEndedIterator<Item = (Edge, usize)> {
        let all = self.tree.steps.len();
        let children = self.tree.steps[step].children.iter().enumerate();
        children
            .filter(move |(_, child)| **child < all)
            .map(move |(slot, child)| ((step, slot), *child))
    }

    fn plumbing(&self, step: usize) -> bool {
        let step = &self.tree.steps[step];
        step.hidden && step.kind == StepKind::Derived && !step.children.is_empty()
    }

    fn technical(&self, parent: usize, step: usize) -> bool {
        let step = &self.tree.steps[step];
        let list = || {
            let details = &self.tree.steps[parent].details;
            details.iter().any(|detail| detail.kind == DetailKind::Chosen)
        };
        match step.kind {
            // That no earlier row holds is what the rows that were passed over say.
            StepKind::Failed => !step.negative && (step.hidden || list()),
            StepKind::Computed => {
                let half = step.atom.len().checked_sub(" = ".len()).map(|length| length / 2);
                half.and_then(|half| step.atom.get(..half)).is_some_and(|left| {
                    step.atom.len() == 2 * left.len() + 3 && step.atom == format!("{left} = {left}")
                })
            }
            _ => false,
        }
    }

    fn fold_technical(&mut self, step: usize) {
        let technical: Vec<Edge> = self
            .edges(step)
            .filter(|(_, child)| self.technical(step, *child))
            .map(|(edge, _)| edge)
            .collect();
        for edge in technical {
            self.gone.entry(edge).or_insert(Fold::Technical);
        }
    }

    fn fold_all(&mut self, step: usize, fold: Fold) {
        let edges: Vec<Edge> = self.edges(step).map(|(edge, _)| edge).collect();
        for edge in edges {
            self.gone.entry(edge).or_insert(fold);
        }
    }

    /// Decides what is folded right below a step that is drawn.
    fn fold_below(&mut self, step: usize) {
        if !self.through.contains_key(&step) {
            self.fold_run(step);
        }
        let children = self.children(step);
        if let [(_, only)] = children.as_slice()
            && self.inside_chain(*only)
        {
            self.through.entry(*only).or_insert(Fold::Chain);
        }
        let mut kinds: Vec<(StepKind, usize)> = Vec::new();
        for (_, child) in &children {
            let kind = self.tree.steps[*child].kind;
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, count)) => *count += 1,
                None => kinds.push((kind, 1)),
            }
        }
        for (kind, _) in kinds.into_iter().filter(|(_, count)| *count > MOST_SIBLINGS) {
            let many = children.iter().filter(|(_, child)| self.tree.steps[*child].kind == kind);
            let many: Vec<Edge> = many.map(|(edge, _)| *edge).collect();
            for edge in many.into_iter().skip(MOST_SIBLINGS - 1) {
                self.gone.entry(edge).or_insert(Fold::More);
            }
        }
    }

    /// The children of a step as a reader sees them: those of a hidden child in its place.
    fn children(&self, step: usize) -> Vec<(Edge, usize)> {
        let mut found = Vec::new();
        let mut seen = FxHashSet::default();
        let mut open: Vec<(Edge, usize)> = self.edges(step).rev().collect();
        while let Some((edge, child)) = open.pop() {
            if self.gone.contains_key(&edge) || self.technical(edge.0, child) {
                continue;
            }
            if self.plumbing(child) && self.claimed[child].is_none() && seen.insert(child) {
                open.extend(self.edges(child).rev());
            } else {
                found.push((edge, child));
            }
        }
        found
    }

    /// Whether a step is the inside of a chain, given that it is all that a step stands on.
    fn inside_chain(&self, step: usize) -> bool {
        let shown = &self.tree.steps[step];
        self.claimed[step].is_none()
            && shown.kind == StepKind::Derived
            && shown.details.is_empty()
            && !shown.stop
            && self.children(step).len() == 1
    }

    /// Folds the inside of the run of one rule that starts at a step.
    fn fold_run(&mut self, first: usize) {
        let mut steps = Vec::new();
        let mut at = first;
        while let Some(next) = self.next_in_run(at) {
            // A why-not may run in a circle.
            if next == first || steps.last() == Some(&next) {
                break;
            }
            steps.push(next);
            at = next;
            if steps.len() > self.tree.steps.len() {
                return;
            }
        }
        steps.pop();
        if steps.len() < SHORTEST_RUN {
            return;
        }
        for step in &steps {
            self.through.insert(*step, Fold::Run);
            let leaves = self.children(*step).into_iter();
            let leaves = leaves.filter(|(_, child)| self.tree.steps[*child].children.is_empty());
            let leaves: Vec<Edge> = leaves.map(|(edge, _)| edge).collect();
            self.gone.extend(leaves.into_iter().map(|edge| (edge, Fold::Run)));
        }
        self.runs.insert(first, steps);
    }

    /// The only child of a step that is no leaf, if the same rule concludes it.
    fn next_in_run(&self, step: usize) -> Option<usize> {
        let this = &self.tree.steps[step];
        if this.kind != StepKind::Derived || this.stop || !this.details.is_empty() {
            return None;
        }
        let mut inner = self
            .children(step)
            .into_iter()
            .filter(|(_, c)| !self.tree.steps[*c].children.is_empty());
        let (_, next) = inner.next()?;
        let that = &self.tree.steps[next];
        let same = that.kind == StepKind::Derived
            && (&that.rule, &that.place) == (&this.rule, &this.place)
            && !(that.rule.is_empty() && that.place.is_empty())
            && that.details.is_empty()
            && !that.stop;
        (same && self.claimed[next].is_none() && inner.next().is_none()).then_some(next)
    }
}
