//! The graph of an explanation laid out as lines: what stands where, what is numbered how, and what
//! is folded.
//!
//! Two walks, neither of them recursive, so no proof is too deep. The first (`folding`) settles where
//! each step is drawn in full. The second goes everywhere in the same order, numbers the steps and
//! writes the lines. A view of the lines is what media draw: all of them, or those that are not folded.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::tree::{Step, StepKind, Tree};
use super::folding::{Edge, Walk, absence};
use super::{Extent, label, plural};

pub use super::folding::Fold;

/// If more steps than this are drawn, those of the deepest levels are folded.
const MOST_DRAWN: usize = 60;

/// The levels that are drawn however many steps that makes.
const LEAST_LEVELS: usize = 3;

/// A line: a step where it is drawn in full, or a pointer to it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The step.
    pub step: usize,
    /// The line of the step it is a child of.
    pub parent: Option<usize>,
    /// How many steps lie above it.
    pub depth: usize,
    /// Whether it only points to where the step is drawn.
    pub again: bool,
    /// Why it is folded, if it is.
    pub fold: Option<Fold>,
    /// Whether its children take its place where it is folded; else they are folded too.
    pub through: bool,
    /// The line behind the last one below it.
    pub end: usize,
}

/// An explanation laid out.
pub struct Outline<'t> {
    /// The explanation.
    pub tree: &'t Tree,
    /// All lines, each step before what it stands on.
    pub lines: Vec<Line>,
    /// The number of each step: 1 for the root, then depth first. 0 for a step out of reach.
    pub numbers: Vec<usize>,
    /// The line on which each step is drawn in full.
    at: Vec<usize>,
    /// For the first step of a run: how many steps of the run are folded.
    runs: FxHashMap<usize, Vec<usize>>,
}

/// A line as it is drawn.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// How far it is indented.
    pub depth: usize,
    /// The drawn line behind the last one below it.
    pub end: usize,
    /// What stands on it.
    pub what: What,
}

/// What stands on a line that is drawn.
#[derive(Clone, Debug)]
pub enum What {
    /// A step, in full.
    Step {
        /// The line.
        line: usize,
        /// Whether a chain between it and what it stands below is folded.
        after_chain: bool,
        /// What is folded right here, in words.
        notes: Vec<String>,
    },
    /// A pointer to a step that is drawn elsewhere.
    Again(usize),
    /// So many further children with this label.
    More(usize, &'static str),
}

/// What is drawn, as a graph.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The steps, each with what is folded right there.
    pub nodes: Vec<(usize, Vec<String>)>,
    /// From a step to one it stands on.
    pub edges: Vec<(usize, usize)>,
    /// Below a step, so many further ones with a label.
    pub more: Vec<(usize, usize, &'static str)>,
}

impl<'t> Outline<'t> {
    /// Lays an explanation out.
    pub fn new(tree: &'t Tree) -> Self {
        let outline = Outline::down_to(tree, usize::MAX);
        let view = outline.folded();
        if view.len() <= MOST_DRAWN {
            return outline;
        }
        // How many lines each level has, and the deepest level up to which there is room for all.
        let mut levels: Vec<usize> = Vec::new();
        for drawn in &view {
            levels.resize(levels.len().max(drawn.depth + 1), 0);
            levels[drawn.depth] += 1;
        }
        let mut drawn = 0;
        let fitting = levels.iter().take_while(|level| {
            drawn += **level;
            drawn <= MOST_DRAWN
        });
        Outline::down_to(tree, fitting.count().max(LEAST_LEVELS) - 1)
    }

    /// Lays an explanation out with the steps below a level folded.
    fn down_to(tree: &'t Tree, deepest: usize) -> Self {
        let walk = Walk::of(tree, deepest);
        let mut outline = Outline {
            tree,
            lines: Vec::new(),
            numbers: vec![0; tree.steps.len()],
            at: vec![0; tree.steps.len()],
            runs: FxHashMap::default(),
        };
        outline.write(&walk);
        outline.runs = walk.runs;
        outline
    }

    /// The step of a line.
    pub fn step(&self, line: usize) -> &'t Step {
        &self.tree.steps[self.lines[line].step]
    }

    fn write(&mut self, walk: &Walk<'_>) {
        if self.tree.steps.is_empty() {
            return;
        }
        let mut count = 0;
        // An edge and the line of its parent.
        let mut open: Vec<(Option<Edge>, usize, Option<usize>)> = vec![(None, 0, None)];
        while let Some((edge, step, parent)) = open.pop() {
            let above = parent.map(|parent: usize| &self.lines[parent]);
            let depth = above.map_or(0, |above| above.depth + 1);
            let below_fold = above.and_then(|above| above.fold.filter(|_| !above.through));
            let gone = edge.and_then(|edge| walk.gone.get(&edge).copied());
            let again = match walk.claimed[step] {
                Some(claim) => claim != edge,
                None => self.numbers[step] != 0,
            };
            let fold = below_fold.or(gone);
            let through = fold.is_none() && !again && walk.through.contains_key(&step);
            let fold = if through { walk.through.get(&step).copied() } else { fold };
            let line = self.lines.len();
            self.lines.push(Line { step, parent, depth, again, fold, through, end: line + 1 });
            if again {
                continue;
            }
            count += 1;
            self.numbers[step] = count;
            self.at[step] = line;
            let children = self.tree.steps[step].children.iter().enumerate().rev();
            open.extend(
                children
                    .filter(|(_, child)| **child < self.tree.steps.len())
                    .map(|(slot, child)| (Some((step, slot)), *child, Some(line))),
            );
        }
        for line in (0..self.lines.len()).rev() {
            if let Some(parent) = self.lines[line].parent {
                self.lines[parent].end = self.lines[parent].end.max(self.lines[line].end);
            }
        }
    }

    /// The lines that are drawn.
    pub fn view(&self, extent: Extent) -> Vec<Drawn> {
        let mut view: Vec<Drawn> = match extent {
            Extent::Full => (0..self.lines.len()).map(|line| self.plain(line)).collect(),
            Extent::Folded => self.folded(),
        };
        let mut open: Vec<usize> = Vec::new();
        for at in 0..view.len() {
            while open.last().is_some_and(|above| view[*above].depth >= view[at].depth) {
                open.pop().into_iter().for_each(|above| view[above].end = at);
            }
            open.push(at);
        }
        let all = view.len();
        open.into_iter().for_each(|above| view[above].end = all);
        view
    }

    fn plain(&self, line: usize) -> Drawn {
        let Line { step, depth, again, .. } = self.lines[line];
        let what = if again {
            What::Again(step)
        } else {
            What::Step { line, after_chain: false, notes: Vec::new() }
        };
        Drawn { depth, end: 0, what }
    }

    fn folded(&self) -> Vec<Drawn> {
        let mut drawn = Vec::new();
        // The drawn lines above the present one: line, end, and the children folded among many.
        let mut above: Vec<(usize, Vec<(&'static str, usize)>)> = Vec::new();
        let mut pointed: FxHashSet<(usize, usize)> = FxHashSet::default();
        let mut at = 0;
        loop {
            while let Some((line, _)) = above.last()
                && self.lines[*line].end <= at
            {
                let depth = above.len();
                for (label, count) in above.pop().map(|(_, more)| more).unwrap_or_default() {
                    drawn.push(Drawn { depth, end: 0, what: What::More(count, label) });
                }
            }
            let Some(line) = self.lines.get(at) else { return drawn };
            let depth = above.len();
            if line.through {
                at += 1;
                continue;
            }
            if line.fold.is_some() {
                if line.fold == Some(Fold::More)
                    && let Some((_, more)) = above.last_mut()
                {
                    let label = label(&self.tree.steps[line.step]);
                    match more.iter_mut().find(|(known, _)| *known == label) {
                        Some((_, count)) => *count += 1,
                        None => more.push((label, 1)),
                    }
                }
                at = line.end;
                continue;
            }
            if line.again {
                let parent = above.last().map_or(0, |(line, _)| *line);
                for step in self.frontier(line.step) {
                    if pointed.insert((parent, step)) {
                        drawn.push(Drawn { depth, end: 0, what: What::Again(step) });
                    }
                }
                at += 1;
                continue;
            }
            drawn.push(Drawn { depth, end: 0, what: self.noted(at) });
            above.push((at, Vec::new()));
            at += 1;
        }
    }

    /// A step with what is folded right there.
    fn noted(&self, line: usize) -> What {
        let Line { step, parent, end, .. } = self.lines[line];
        let mut above = parent.map(|parent| &self.lines[parent]);
        let mut after_chain = false;
        while let Some(passed) = above.filter(|above| above.through) {
            after_chain |= passed.fold == Some(Fold::Chain);
            above = passed.parent.map(|parent| &self.lines[parent]);
        }
        let mut notes = Vec::new();
        if let Some(run) = self.runs.get(&step)
            && let (Some(first), Some(last)) = (run.first(), run.last())
        {
            notes.push(format!(
                "{} more by the same rule: {} to {}",
                run.len(),
                self.numbers[*first],
                self.numbers[*last]
            ));
        }
        if self.closed(line) {
            notes.extend(self.failing(line));
            let below = self.lines[line + 1..end].iter().filter(|line| !line.again);
            let folded =
                |line: &&Line| matches!(line.fold, Some(Fold::Stop | Fold::Absence | Fold::Deep));
            let below = below.filter(folded);
            match below.count() {
                0 => {}
                count => notes.push(format!("{} below", plural(count, "step"))),
            }
        }
        What::Step { line, after_chain, notes }
    }

    /// Below something absent: the first condition that fails on the nearest way to it.
    fn failing(&self, line: usize) -> Option<String> {
        if !absence(self.step(line)) {
            return None;
        }
        let failing = self.lines[line + 1..self.lines[line].end].iter().find(|below| {
            use StepKind::{Assumed, Failed, InTheWay, Missing, NotGiven, RuledOut};
            let kind = self.tree.steps[below.step].kind;
            matches!(kind, Failed | Missing | Assumed | RuledOut | NotGiven | InTheWay)
        })?;
        let step = &self.tree.steps[failing.step];
        let number = self.numbers[failing.step];
        Some(format!("failed: {number} {} ({})", step.atom, label(step)))
    }

    /// Whether all below a line that is drawn is folded away.
    pub fn closed(&self, line: usize) -> bool {
        let below =
            |line: &Line| matches!(line.fold, Some(Fold::Stop | Fold::Absence | Fold::Deep));
        // All children are folded for the same reason, so the first one tells.
        let child = self.lines.get(line + 1).filter(|child| child.parent == Some(line));
        !below(&self.lines[line]) && child.is_some_and(below)
    }

    /// The steps that stand for a step where it is not drawn itself.
    fn frontier(&self, step: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut seen = FxHashSet::default();
        let mut open = vec![step];
        while let Some(step) = open.pop() {
            let line = &self.lines[self.at[step]];
            if !seen.insert(step) {
                continue;
            }
            if line.through {
                let children = self.tree.steps[step].children.iter().rev();
                open.extend(children.filter(|child| self.numbers.get(**child) > Some(&0)));
            } else if line.fold.is_none() {
                found.push(step);
            }
        }
        found
    }

    /// The steps that are drawn, in order, and from each to what it stands on.
    pub fn graph(&self, extent: Extent) -> Graph {
        let mut graph = Graph::default();
        let mut above: Vec<usize> = Vec::new();
        let mut known = FxHashSet::default();
        for drawn in self.view(extent) {
            above.truncate(drawn.depth);
            let parent = above.last().copied();
            let step = match drawn.what {
                What::Step { line, notes, .. } => {
                    let step = self.lines[line].step;
                    graph.nodes.push((step, notes));
                    above.push(step);
                    step
                }
                What::Again(step) => step,
                What::More(count, label) => {
                    graph.more.extend(parent.map(|parent| (parent, count, label)));
                    continue;
                }
            };
            if let Some(parent) = parent
                && known.insert((parent, step))
            {
                graph.edges.push((parent, step));
            }
        }
        graph
    }

    /// What is folded and why, in words; nothing if nothing is.
    pub fn folds(&self, extent: Extent) -> Option<String> {
        if extent == Extent::Full {
            return None;
        }
        let mut counts = [0; Fold::ALL.len()];
        for line in self.lines.iter().filter(|line| !line.again) {
            if let Some(at) = line.fold.and_then(|fold| Fold::ALL.iter().position(|f| *f == fold)) {
                counts[at] += 1;
            }
        }
        let total: usize = counts.iter().sum();
        let parts: Vec<String> = Fold::ALL
            .iter()
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .map(|(fold, count)| fold.words(count))
            .collect();
        (total > 0).then(|| format!("{} folded: {}", plural(total, "step"), parts.join(", ")))
    }

    /// How many steps there are and how deep they go.
    pub fn size(&self) -> (usize, usize) {
        let depth = self.lines.iter().map(|line| line.depth + 1).max().unwrap_or(0);
        (self.lines.iter().filter(|line| !line.again).count(), depth)
    }
}
