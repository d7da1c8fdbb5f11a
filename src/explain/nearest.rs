//! The nearest miss of a rule: the way through its body that sets the fewest conditions aside.
//!
//! A condition that nothing meets is set aside, and the rest is tried without the variables that it
//! would have bound. Ways that are equally near and set other conditions aside are told apart.

use rustc_hash::FxHashSet;

use crate::analyze::program::{Argument, Atom, Literal};
use crate::value::{Primitive, RelationId, RuleId, VariableId, Word};

use super::solve::{Bindings, ready};
use super::why::Why;

/// At most this many steps are spent on the nearest miss of one rule.
const MOST_STEPS: usize = 4_000;

/// A condition that nothing stated could change counts for so many that could be.
pub const UNCHANGEABLE: usize = 100;

/// At most this many ways of one rule that are equally near are told apart.
const WAYS: usize = 3;

/// At most this many rows of an atom are tried for one nearest miss.
const MOST_ROWS: usize = 64;

/// How a literal fared in a nearest miss.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Outcome {
    /// By a row.
    Row(RelationId, usize),
    /// By itself.
    Holds,
    /// It was set aside.
    Fails,
    /// It waits for something that nothing bound.
    Open,
}

/// The nearest miss of a rule.
pub struct Miss {
    /// The rule.
    pub rule: RuleId,
    /// Its conditions; a computed column of the head is one more.
    pub body: Vec<Literal>,
    /// What is known of its variables.
    pub bindings: Bindings,
    /// What the missing fact says of them: the bindings that every way has.
    pub asked: Bindings,
    /// The same and what the rows of this way add that nothing changes.
    pub bound: Bindings,
    /// How each condition fared.
    pub outcomes: Vec<Outcome>,
    /// How far it is from holding.
    pub score: usize,
}

impl Miss {
    /// How many conditions nothing can be said of.
    pub fn unknown(&self) -> usize {
        self.outcomes.iter().filter(|outcome| **outcome == Outcome::Open).count()
    }
}

/// The ways in which a rule comes nearest to a pattern.
pub fn nearest_misses(
    why: &mut Why<'_>,
    rule_id: RuleId,
    wanted: &[Option<Word>],
    cut: &mut bool,
) -> Vec<Miss> {
    let rule = &why.solver().program().rules[rule_id.index()];
    let Some(bindings) = why.unify(rule, wanted) else { return Vec::new() };
    let body = why.wanted_body(rule, wanted);
    let types: Vec<Primitive> = rule.variables.iter().map(|variable| variable.primitive).collect();
    let mut nearest = Nearest {
        body: &body,
        types: &types,
        least: usize::MAX,
        best: Vec::new(),
        steps: 0,
        cut: false,
        state: Partial {
            bindings: bindings.clone(),
            outcomes: vec![Outcome::Open; body.len()],
            failed: 0,
        },
    };
    nearest.step(why);
    *cut |= nearest.cut || nearest.steps >= MOST_STEPS;
    let score = nearest.least;
    let ways = std::mem::take(&mut nearest.best).into_iter().map(|way| Miss {
        rule: rule_id,
        asked: bindings.clone(),
        bound: fixed(why, &body, &way, &bindings),
        bindings: way.bindings,
        outcomes: way.outcomes,
        body: body.clone(),
        score,
    });
    ways.collect()
}

/// Bindings with those that rows of relations add which nothing stated changes.
fn fixed(why: &Why<'_>, body: &[Literal], way: &Partial, bindings: &Bindings) -> Bindings {
    let mut bound = bindings.clone();
    for (literal, outcome) in body.iter().zip(&way.outcomes) {
        if let (Literal::Positive(atom), Outcome::Row(..)) = (literal, outcome)
            && !why.is_changeable(atom.relation)
        {
            for argument in &atom.arguments {
                if let Argument::Variable(variable) = argument {
                    bound[variable.index()] = way.bindings[variable.index()];
                }
            }
        }
    }
    bound
}

#[derive(Clone)]
struct Partial {
    bindings: Bindings,
    outcomes: Vec<Outcome>,
    failed: usize,
}

/// The search for the way through a body with the fewest conditions set aside.
struct Nearest<'b> {
    body: &'b [Literal],
    types: &'b [Primitive],
    /// How many conditions are set aside at least, and ways to set that many aside.
    least: usize,
    best: Vec<Partial>,
    steps: usize,
    /// Whether rows were left out.
    cut: bool,
    state: Partial,
}

impl Nearest<'_> {
    fn step(&mut self, why: &mut Why<'_>) {
        self.steps += 1;
        if self.steps > MOST_STEPS
            || self.state.failed > self.least
            || self.state.failed == self.least && self.best.len() >= WAYS
            || why.solver().count().is_break()
        {
            return;
        }
        let Some(literal) = self.next(why) else {
            // What is still open waits for something that nothing bound.
            let open = self.state.outcomes.iter().filter(|o| **o == Outcome::Open).count();
            let score = self.state.failed + open;
            if score < self.least {
                self.least = score;
                self.best.clear();
            }
            if score == self.least && self.best.len() < WAYS && !self.is_known() {
                self.best.push(self.state.clone());
            }
            return;
        };
        if let Literal::Positive(atom) = &self.body[literal] {
            self.positive(why, literal, atom);
        } else {
            self.decide(why, literal);
        }
    }

    /// Whether a way was found that sets the same conditions aside with the same values.
    fn is_known(&self) -> bool {
        let fails = |way: &Partial, at: usize| way.outcomes[at] == Outcome::Fails;
        self.best.iter().any(|way| {
            (0..self.body.len()).all(|at| {
                fails(way, at) == fails(&self.state, at)
                    && (!fails(way, at) || {
                        let mut of_body = FxHashSet::default();
                        mentions(&self.body[at], &mut of_body);
                        of_body.iter().all(|variable| {
                            way.bindings[variable.index()] == self.state.bindings[variable.index()]
                        })
                    })
            })
        })
    }

    /// The next literal: what can be decided, else the atom with the fewest rows, those first that
    /// nobody can change; an atom that nothing matches comes last.
    fn next(&self, why: &mut Why<'_>) -> Option<usize> {
        let open = |index: &usize| self.state.outcomes[*index] == Outcome::Open;
        let mut best: Option<((bool, bool, usize), usize)> = None;
        for index in (0..self.body.len()).filter(open) {
            match &self.body[index] {
                Literal::Positive(atom) => {
                    let rows = why.solver().rows(atom, &self.state.bindings);
                    // An atom that nothing matches waits: what others bind says more about it.
                    let count = rows.map_or(0, |rows| rows.len());
                    let cost = (count == 0, why.is_changeable(atom.relation), count);
                    if best.is_none_or(|(least, _)| cost < least) {
                        best = Some((cost, index));
                    }
                }
                literal if ready(literal, &self.state.bindings) => return Some(index),
                _ => {}
            }
        }
        best.map(|(_, index)| index)
    }

    fn positive(&mut self, why: &mut Why<'_>, literal: usize, atom: &Atom) {
        let rows = why.solver().rows(atom, &self.state.bindings).unwrap_or_default();
        let mut matched = false;
        let mut fitting = 0;
        for row in rows {
            let relation = why.solver().database().relation(atom.relation);
            let mut set: Vec<VariableId> = Vec::new();
            let mut fits = true;
            for (column, argument) in atom.arguments.iter().enumerate() {
                if let Argument::Variable(variable) = argument {
                    let word = relation.word(row, column);
                    match self.state.bindings[variable.index()] {
                        Some(known) => fits &= known == word,
                        None => {
                            self.state.bindings[variable.index()] = Some(word);
                            set.push(*variable);
                        }
                    }
                }
            }
            // Rows that do not fit, such as for a variable that stands twice, count for nothing.
            fitting += usize::from(fits);
            if fits && fitting <= MOST_ROWS {
                matched = true;
                self.state.outcomes[literal] = Outcome::Row(atom.relation, row);
                self.step(why);
                self.state.outcomes[literal] = Outcome::Open;
            }
            for variable in set {
                self.state.bindings[variable.index()] = None;
            }
            if fitting > MOST_ROWS {
                self.cut = true;
                break;
            }
        }
        if !matched {
            self.fails(why, literal);
        }
    }

    fn fails(&mut self, why: &mut Why<'_>, literal: usize) {
        let weight = match &self.body[literal] {
            Literal::Positive(atom) | Literal::Negative(atom)
                if !why.is_changeable(atom.relation) =>
            {
                UNCHANGEABLE
            }
            _ => 1,
        };
        self.state.outcomes[literal] = Outcome::Fails;
        self.state.failed += weight;
        self.step(why);
        self.state.failed -= weight;
        self.state.outcomes[literal] = Outcome::Open;
    }

    /// A literal that is no positive atom and has all it needs: the solver says whether it holds,
    /// and what it binds.
    fn decide(&mut self, why: &mut Why<'_>, literal: usize) {
        let one = std::slice::from_ref(&self.body[literal]);
        let mut ways: Vec<Bindings> = Vec::new();
        let bindings = self.state.bindings.clone();
        let _ = why.solver().solve(one, self.types, bindings, None, &mut |_, solution| {
            ways.push(solution.bindings.clone());
            if ways.len() <= MOST_ROWS {
                std::ops::ControlFlow::Continue(())
            } else {
                std::ops::ControlFlow::Break(())
            }
        });
        if ways.is_empty() {
            return self.fails(why, literal);
        }
        self.cut |= ways.len() > MOST_ROWS;
        let before = self.state.bindings.clone();
        for way in ways.into_iter().take(MOST_ROWS) {
            self.state.bindings = way;
            self.state.outcomes[literal] = Outcome::Holds;
            self.step(why);
        }
        self.state.outcomes[literal] = Outcome::Open;
        self.state.bindings = before;
    }
}

/// The variables of a condition that its value depends on: of an aggregate, its group.
fn mentions(literal: &Literal, found: &mut FxHashSet<VariableId>) {
    match literal {
        Literal::Aggregate(aggregate) => found.extend(&aggregate.outer),
        Literal::Range { result, .. } => {
            let mut all = FxHashSet::default();
            literal.variables(&mut |variable| {
                all.insert(variable);
            });
            all.remove(result);
            found.extend(all);
        }
        _ => literal.variables(&mut |variable| {
            found.insert(variable);
        }),
    }
}
