//! The graph of an explanation laid out as lines: what stands where, what is numbered how, and what
//! is folded.
//!
//! Two walks, neither of them recursive, so no proof is too deep. The first goes where a reader of
//! the folded explanation goes, and settles where each step is drawn in full: where that reader
//! meets it first. The second goes everywhere in the same order, numbers the steps and writes the
//! lines. A view of the lines is what media draw: all of them, or those that are not folded.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::super::tree::{DetailKind, Step, StepKind, Tree};
use super::{Extent, label, plural};

/// More children of one kind than this are folded.
const MOST_SIBLINGS: usize = 8;

/// If more steps than this are drawn, those of the deepest levels are folded.
const MOST_DRAWN: usize = 60;

/// The levels that are drawn however many steps that makes.
const LEAST_LEVELS: usize = 3;

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
    const ALL: [Fold; 8] = [
        Fold::Hidden,
        Fold::Technical,
        Fold::Chain,
        Fold::Run,
        Fold::Stop,
        Fold::Absence,
        Fold::More,
        Fold::Deep,
    ];

    fn words(self, count: usize) -> String {
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
type Edge = (usize, usize);

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
        let mut walk = Walk {
            tree,
            deepest,
            claimed: vec![None; tree.steps.len()],
            through: FxHashMap::default(),
            gone: FxHashMap::default(),
            runs: FxHashMap::default(),
        };
        walk.run();
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

/// Whether a step says that something is not there, as it has to be: why it is not comes second.
fn absence(step: &Step) -> bool {
    step.kind == StepKind::Failed && !step.negative
}

/// The way of a reader through the folded explanation.
struct Walk<'t> {
    tree: &'t Tree,
    /// The deepest level that is drawn.
    deepest: usize,
    /// Where each step is drawn in full: at this edge, or at no edge for the root. The outer
    /// `None` is a step the reader never meets.
    claimed: Vec<Option<Option<Edge>>>,
    /// Steps whose children take their place.
    through: FxHashMap<usize, Fold>,
    /// Edges that are folded with all below them.
    gone: FxHashMap<Edge, Fold>,
    /// The folded steps of a run, by the step that it starts with.
    runs: FxHashMap<usize, Vec<usize>>,
}

impl Walk<'_> {
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
