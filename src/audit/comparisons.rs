//! The comparisons of one rule, together: whether anything meets all of them, and whether one is
//! there for nothing.
//!
//! A comparison says how far two values may lie apart: `a < b` of whole numbers is `a - b <= -1`.
//! What is said so contradicts itself exactly if some values, in a circle, would have to be less
//! than themselves, and follows from other comparisons exactly if these contradict its opposite.
//! `!=` says nothing of that kind and is looked at by itself. What is computed (`n + 1`) is left
//! out: sums wrap around.

use rustc_hash::FxHashMap;

use crate::analyze::program::{Literal, Rule, Term};
use crate::diag::Span;
use crate::syntax::operators::Comparison;
use crate::value::{ClauseId, Constant, Primitive, VariableId};

use super::structure::compare;
use super::{Finding, Subject, kinds};

/// How far apart texts and floats count that differ: there is always another value between them.
const FAR: i128 = 1 << 20;

/// More comparisons than this are not held against each other.
const MOST: usize = 40;

/// Adds comparisons that exclude each other, and those that others imply.
pub fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    // A comparison may stand in several rules that one clause makes: it is idle if it is in all.
    let mut idle: FxHashMap<(ClauseId, Span), Idle> = FxHashMap::default();
    let mut order = Vec::new();
    for rule in &subject.program.rules {
        let together = Together::of(rule);
        let name = || subject.name_of(rule.clause, rule.head.relation);
        if let Some((spans, because)) = together.contradiction(rule) {
            findings.push(kinds::contradiction(name(), &spans, &because));
            continue;
        }
        let implied = together.implied();
        for (place, said) in together.said.iter().enumerate() {
            let by = implied.iter().find(|(at, _)| *at == place).map(|(_, by)| by.clone());
            let key = (rule.clause, said.span);
            match idle.get_mut(&key) {
                Some(known) if by.is_none() => known.by = None,
                Some(_) => {}
                None => {
                    order.push(key);
                    idle.insert(key, Idle { name: name(), by });
                }
            }
        }
    }
    for key in order {
        let Some(Idle { name, by: Some(by) }) = idle.remove(&key) else { continue };
        findings.push(match by.as_slice() {
            [] => kinds::always_true(name, key.1, subject.sources.text(key.1)),
            by => kinds::redundant(name, key.1, by),
        });
    }
}

struct Idle {
    name: String,
    by: Option<Vec<Span>>,
}

/// A value: a variable, or a constant by how far it is from nought.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Variable(VariableId),
    Constant(i128),
}

/// A comparison.
#[derive(Clone, Copy)]
struct Said {
    left: Value,
    comparison: Comparison,
    right: Value,
    span: Span,
}

/// `from - to <= most`; a missing end is nought.
struct Edge {
    from: Option<VariableId>,
    to: Option<VariableId>,
    most: i128,
}

struct Together {
    said: Vec<Said>,
    /// Variables that are never below nought.
    unsigned: Vec<VariableId>,
}

impl Together {
    fn of(rule: &Rule) -> Self {
        let mut constants: Vec<&Constant> = Vec::new();
        let mut found = Vec::new();
        for literal in &rule.body {
            let Literal::Compare { comparison, left, right, span, primitive } = literal else {
                continue;
            };
            let plain = |term: &Term| !matches!(term, Term::Call { .. });
            let constant = |term: &Term| matches!(term, Term::Constant(_));
            // What is the same on both sides is looked at by itself.
            if !plain(left) || !plain(right) || left == right || constant(left) && constant(right) {
                continue;
            }
            constants.extend([left, right].into_iter().filter_map(|term| match term {
                Term::Constant(constant) => Some(constant),
                _ => None,
            }));
            found.push((*comparison, left, right, *span, *primitive));
        }
        constants.sort_by(|a, b| compare(a, b));
        constants.dedup_by(|a, b| compare(a, b).is_eq());
        let value = |term: &Term| match term {
            Term::Variable(variable) => Some(Value::Variable(*variable)),
            Term::Constant(Constant::Number(number)) => Some(Value::Constant((*number).into())),
            Term::Constant(Constant::Unsigned(number)) => Some(Value::Constant((*number).into())),
            Term::Constant(other) => {
                let place = constants.iter().position(|it| compare(it, other).is_eq())?;
                Some(Value::Constant(place as i128 * FAR))
            }
            Term::Call { .. } => None,
        };
        let mut unsigned = Vec::new();
        let mut said = Vec::new();
        for (comparison, left, right, span, primitive) in found.into_iter().take(MOST) {
            let (Some(left), Some(right)) = (value(left), value(right)) else { continue };
            for side in [left, right] {
                if let (Value::Variable(it), Primitive::Unsigned) = (side, primitive) {
                    unsigned.push(it);
                }
            }
            said.push(Said { left, comparison, right, span });
        }
        Together { said, unsigned }
    }

    /// Comparisons that nothing meets, as few as show it, and what it is that cannot be.
    fn contradiction(&self, rule: &Rule) -> Option<(Vec<Span>, String)> {
        let all: Vec<Said> = self.said.clone();
        let different = all.iter().filter(|it| it.comparison == Comparison::NotEqual);
        let equal = |it: &Said| Said { comparison: Comparison::Equal, ..*it };
        let core = match self.can_hold(&all) {
            false => self.fewest(&all, &|some| !self.can_hold(some)),
            true => {
                let same = different.into_iter().find(|it| self.follows(&all, &equal(it)))?;
                let mut core = self.fewest(&all, &|some| self.follows(some, &equal(same)));
                core.push(*same);
                core
            }
        };
        let mut names: Vec<&str> = Vec::new();
        for value in core.iter().flat_map(|it| [it.left, it.right]) {
            if let Value::Variable(variable) = value
                && let Some(known) = rule.variables.get(variable.index())
                && !names.contains(&known.name.as_str())
            {
                names.push(&known.name);
            }
        }
        let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let because = match core.len() {
            1 => format!("no {} meets it", shown.join(" and ")),
            2 => format!("no {} meets both", shown.join(" and ")),
            _ => format!("no {} meet all of them", shown.join(" and ")),
        };
        let mut spans: Vec<Span> = core.iter().map(|it| it.span).collect();
        spans.sort();
        Some((spans, because))
    }

    /// The comparisons that others imply, by place, each with few that do; of two that say the same
    /// the later is too many.
    fn implied(&self) -> Vec<(usize, Vec<Span>)> {
        let mut left: Vec<usize> = (0..self.said.len()).collect();
        let mut implied = Vec::new();
        for place in (0..self.said.len()).rev() {
            let it = &self.said[place];
            let others: Vec<Said> =
                left.iter().filter(|at| **at != place).map(|at| self.said[*at]).collect();
            let follows = |some: &[Said]| match it.comparison {
                // What is said to be equal may be where a variable gets its value.
                Comparison::Equal => some.iter().any(|other| other.is_same(it)),
                Comparison::NotEqual => {
                    some.iter().any(|other| other.is_same(it)) || self.follows(some, it)
                }
                _ => self.follows(some, it),
            };
            if follows(&others) {
                let by = self.fewest(&others, &follows);
                implied.push((place, by.iter().map(|it| it.span).collect()));
                left.retain(|at| *at != place);
            }
        }
        implied
    }

    /// Whether a comparison follows from others.
    fn follows(&self, from: &[Said], it: &Said) -> bool {
        let opposites: &[Comparison] = match it.comparison {
            Comparison::Less => &[Comparison::GreaterOrEqual],
            Comparison::LessOrEqual => &[Comparison::Greater],
            Comparison::Greater => &[Comparison::LessOrEqual],
            Comparison::GreaterOrEqual => &[Comparison::Less],
            Comparison::NotEqual => &[Comparison::Equal],
            Comparison::Equal => &[Comparison::Less, Comparison::Greater],
        };
        opposites.iter().all(|opposite| {
            let mut all = from.to_vec();
            all.push(Said { comparison: *opposite, ..*it });
            !self.can_hold(&all)
        })
    }

    /// Some of the comparisons of which this is still so and of fewer is not.
    fn fewest(&self, all: &[Said], is_so: &dyn Fn(&[Said]) -> bool) -> Vec<Said> {
        let mut kept = all.to_vec();
        let mut place = 0;
        while place < kept.len() {
            let mut fewer = kept.clone();
            fewer.remove(place);
            match is_so(&fewer) {
                true => kept = fewer,
                false => place += 1,
            }
        }
        kept
    }

    /// Whether some values meet all of these, `!=` left aside.
    fn can_hold(&self, some: &[Said]) -> bool {
        let mut edges: Vec<Edge> = some.iter().flat_map(Said::edges).collect();
        let above = |it: &VariableId| Edge { from: None, to: Some(*it), most: 0 };
        edges.extend(self.unsigned.iter().map(above));
        let mut nodes: Vec<Option<VariableId>> =
            edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
        nodes.sort();
        nodes.dedup();
        // The longest way down to each node; one that still grows goes in a circle.
        let mut far: FxHashMap<Option<VariableId>, i128> = FxHashMap::default();
        for _ in 0..=nodes.len() {
            let mut changed = false;
            for edge in &edges {
                let start = far.get(&edge.to).copied().unwrap_or_default();
                let known = far.get(&edge.from).copied().unwrap_or_default();
                let most = start.saturating_add(edge.most);
                if most < known {
                    far.insert(edge.from, most);
                    changed = true;
                }
            }
            if !changed {
                return true;
            }
        }
        false
    }
}

impl Said {
    fn edges(&self) -> Vec<Edge> {
        let strictly = |strict: bool| if strict { -1 } else { 0 };
        let at_most = |a: Value, b: Value, strict: bool| {
            let end = |value: Value| match value {
                Value::Variable(variable) => (Some(variable), 0),
                Value::Constant(far) => (None, far),
            };
            let ((from, x), (to, y)) = (end(a), end(b));
            Edge { from, to, most: y - x + strictly(strict) }
        };
        let (a, b) = (self.left, self.right);
        match self.comparison {
            Comparison::Less => vec![at_most(a, b, true)],
            Comparison::LessOrEqual => vec![at_most(a, b, false)],
            Comparison::Greater => vec![at_most(b, a, true)],
            Comparison::GreaterOrEqual => vec![at_most(b, a, false)],
            Comparison::Equal => vec![at_most(a, b, false), at_most(b, a, false)],
            Comparison::NotEqual => Vec::new(),
        }
    }

    /// Whether both say the same, perhaps turned round.
    fn is_same(&self, other: &Said) -> bool {
        let straight = self.left == other.left && self.right == other.right;
        let round = self.left == other.right && self.right == other.left;
        self.comparison == other.comparison && straight
            || super::rules::turned(self.comparison) == other.comparison && round
    }
}
