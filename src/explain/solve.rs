//! A body solved backwards: all ways to make its literals hold in a finished database, given some
//! of its variables.
//!
//! Evaluation goes forward through everything; an explanation asks about one tuple, so most
//! variables are bound from the start and a solution takes a few look-ups. The order of literals
//! is chosen as it goes: tests as soon as they can be decided, then the atom with the fewest rows
//! to look through. An atom may be held to rows of earlier rounds, which is what makes proofs
//! end.

use std::ops::ControlFlow;

use crate::analyze::program::{Aggregate, Argument, Atom, Literal, Program, Term};
use crate::eval::{Limits, StopReason, apply, compare, range, test};
use crate::store::Database;
use crate::syntax::operators::{AggregateOperator, Comparison, Functor};
use crate::value::{Constant, Interner, Primitive, RelationId, VariableId, Word};

/// What is known of a rule's variables.
pub type Bindings = Vec<Option<Word>>;

/// A literal that holds, and by what.
#[derive(Clone, PartialEq, Debug)]
pub enum Ground {
    /// A row of a relation.
    Row(RelationId, usize),
    /// No row matches.
    Absent,
    /// It was computed.
    Computed,
}

/// A way to make a body hold.
#[derive(Clone, Debug)]
pub struct Solution {
    /// The value of every variable that the solution binds.
    pub bindings: Bindings,
    /// What each literal stands on, in the order of the body.
    pub grounds: Vec<Ground>,
}

/// The clock is looked at once in so many steps.
const STEPS_A_CHECK: u32 = 256;

/// Solves bodies over one database.
pub struct Solver<'a> {
    program: &'a Program,
    database: &'a Database,
    interner: Interner,
    limits: Option<Limits<'a>>,
    steps: u32,
    stopped: Option<StopReason>,
}

/// Called with each solution; breaks off when enough were seen.
pub type Visit<'v> = &'v mut dyn FnMut(&mut Interner, &Solution) -> ControlFlow<()>;

impl<'a> Solver<'a> {
    /// A solver over a finished database. The interner is a layer of its own: values computed on
    /// the way may be new.
    pub fn new(program: &'a Program, database: &'a Database, interner: Interner) -> Self {
        Solver { program, database, interner, limits: None, steps: 0, stopped: None }
    }

    /// Holds it to limits from now on. Once they are hit every search breaks off, and what it has
    /// not found by then means nothing: ask [`Solver::stopped`].
    pub fn limit(&mut self, limits: Limits<'a>) {
        self.limits = Some(limits);
    }

    /// Why searches break off, once they do.
    pub fn stopped(&self) -> Option<StopReason> {
        self.stopped
    }

    /// Counts a step; says whether to go on.
    pub fn count(&mut self) -> ControlFlow<()> {
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(STEPS_A_CHECK)
            && self.stopped.is_none()
            && let Some(limits) = &self.limits
        {
            self.stopped = limits.check().err();
        }
        if self.stopped.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The program.
    pub fn program(&self) -> &'a Program {
        self.program
    }

    /// The database.
    pub fn database(&self) -> &'a Database {
        self.database
    }

    /// The words.
    pub fn interner(&self) -> &Interner {
        &self.interner
    }

    /// The words, to make new ones.
    pub fn interner_mut(&mut self) -> &mut Interner {
        &mut self.interner
    }

    /// Visits the solutions of a body in a stable order. `before`, where given, is the round that
    /// the rows of positive atoms must come before.
    pub fn solve(
        &mut self,
        body: &[Literal],
        types: &[Primitive],
        bindings: Bindings,
        before: Option<u32>,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        let mut state = State {
            solution: Solution { bindings, grounds: vec![Ground::Computed; body.len()] },
            open: (0..body.len()).collect(),
        };
        let search = Search { body, types, before };
        self.step(&search, &mut state, visit)
    }

    /// The bindings under which one condition holds, at most so many.
    pub fn ways(
        &mut self,
        condition: &Literal,
        types: &[Primitive],
        bindings: Bindings,
        most: usize,
    ) -> Vec<Bindings> {
        let mut ways = Vec::new();
        let _ =
            self.solve(std::slice::from_ref(condition), types, bindings, None, &mut |_, found| {
                ways.push(found.bindings.clone());
                if ways.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        ways
    }

    fn step(
        &mut self,
        search: &Search<'_>,
        state: &mut State,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        self.count()?;
        let Some(choice) = self.choose(search, state) else {
            if state.open.is_empty() {
                return visit(&mut self.interner, &state.solution);
            }
            // Only an unsafe rule gets here, and analysis lets none through.
            debug_assert!(false, "a body that cannot be ordered");
            return ControlFlow::Continue(());
        };
        let literal = state.open.remove(choice);
        let result = self.literal(search, state, literal, visit);
        state.open.insert(choice, literal);
        result
    }

    /// The position among the open literals of the one to try next.
    fn choose(&self, search: &Search<'_>, state: &State) -> Option<usize> {
        let bindings = &state.solution.bindings;
        let mut best: Option<(u64, usize)> = None;
        for (position, &literal) in state.open.iter().enumerate() {
            let cost = match &search.body[literal] {
                Literal::Positive(atom) => self.cost(atom, bindings),
                other if ready(other, bindings) => match other {
                    Literal::Aggregate(_) | Literal::Range { .. } => 2,
                    _ => 0,
                },
                _ => continue,
            };
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, position));
            }
        }
        best.map(|(_, position)| position)
    }

    /// About how many rows an atom makes us look at.
    fn cost(&self, atom: &Atom, bindings: &Bindings) -> u64 {
        let bound = atom.arguments.iter().filter(|argument| match argument {
            Argument::Variable(variable) => bindings[variable.index()].is_some(),
            Argument::Constant(_) => true,
            Argument::Wildcard => false,
        });
        let bound = bound.count();
        if bound == atom.arguments.len() {
            return 1;
        }
        let rows = self.database.relation(atom.relation).len() as u64;
        // Each bound column is taken to cut the rows to a sixteenth. An atom that no column binds
        // is looked at whole, so it comes last.
        let cut = rows >> (4 * bound.min(15));
        3 + cut + if bound == 0 { rows } else { rows >> 8 }
    }

    fn literal(
        &mut self,
        search: &Search<'_>,
        state: &mut State,
        literal: usize,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        match &search.body[literal] {
            Literal::Positive(atom) => self.positive(search, state, literal, atom, visit),
            Literal::Negative(atom) => {
                if self.any_row(atom, &state.solution.bindings) {
                    return ControlFlow::Continue(());
                }
                state.solution.grounds[literal] = Ground::Absent;
                self.step(search, state, visit)
            }
            Literal::Compare { comparison: Comparison::Equal, left, right, .. } => {
                let unbound = |term: &Term, bindings: &Bindings| match term {
                    Term::Variable(variable) if bindings[variable.index()].is_none() => {
                        Some(*variable)
                    }
                    _ => None,
                };
                let bindings = &state.solution.bindings;
                let binding = match (unbound(left, bindings), unbound(right, bindings)) {
                    (Some(variable), _) => Some((variable, right)),
                    (_, Some(variable)) => Some((variable, left)),
                    _ => None,
                };
                let Some((variable, term)) = binding else {
                    let left = self.value(left, search.types, &state.solution.bindings);
                    let right = self.value(right, search.types, &state.solution.bindings);
                    return match (left, right) {
                        (Some(left), Some(right)) if compare(&left, &right).is_eq() => {
                            self.step(search, state, visit)
                        }
                        _ => ControlFlow::Continue(()),
                    };
                };
                match self.value(term, search.types, &state.solution.bindings) {
                    Some(value) => {
                        let word = self.interner.intern(&value);
                        self.bound(search, state, variable, word, visit)
                    }
                    None => ControlFlow::Continue(()),
                }
            }
            other => match self.holds(other, search.types, &state.solution.bindings) {
                Held::Yes => self.step(search, state, visit),
                Held::No => ControlFlow::Continue(()),
                Held::Values(variable, values) => {
                    for value in values {
                        let word = self.interner.intern(&value);
                        self.bound(search, state, variable, word, visit)?;
                    }
                    ControlFlow::Continue(())
                }
            },
        }
    }

    /// Goes on with a variable bound, if it is not bound to something else.
    fn bound(
        &mut self,
        search: &Search<'_>,
        state: &mut State,
        variable: VariableId,
        word: Word,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        match state.solution.bindings[variable.index()] {
            Some(known) if known != word => ControlFlow::Continue(()),
            Some(_) => self.step(search, state, visit),
            None => {
                state.solution.bindings[variable.index()] = Some(word);
                let result = self.step(search, state, visit);
                state.solution.bindings[variable.index()] = None;
                result
            }
        }
    }

    fn positive(
        &mut self,
        search: &Search<'_>,
        state: &mut State,
        literal: usize,
        atom: &Atom,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        let Some(rows) = self.rows(atom, &state.solution.bindings) else {
            return ControlFlow::Continue(());
        };
        let relation = self.database.relation(atom.relation);
        for row in rows {
            if search.before.is_some_and(|before| relation.rank(row) >= before) {
                continue;
            }
            let mut set: Vec<VariableId> = Vec::new();
            let mut fits = true;
            for (column, argument) in atom.arguments.iter().enumerate() {
                if let Argument::Variable(variable) = argument {
                    let word = relation.word(row, column);
                    match state.solution.bindings[variable.index()] {
                        Some(known) => fits &= known == word,
                        None => {
                            state.solution.bindings[variable.index()] = Some(word);
                            set.push(*variable);
                        }
                    }
                }
            }
            let result = if fits {
                state.solution.grounds[literal] = Ground::Row(atom.relation, row);
                self.step(search, state, visit)
            } else {
                self.count()
            };
            for variable in set {
                state.solution.bindings[variable.index()] = None;
            }
            result?;
        }
        ControlFlow::Continue(())
    }

    /// The rows that match an atom as far as its variables are bound. `None` where a constant of it
    /// is not in the database at all.
    pub fn rows(&self, atom: &Atom, bindings: &Bindings) -> Option<Vec<usize>> {
        let relation = self.database.relation(atom.relation);
        let mut pattern = Vec::with_capacity(atom.arguments.len());
        for argument in &atom.arguments {
            pattern.push(match argument {
                Argument::Variable(variable) => bindings[variable.index()],
                Argument::Constant(constant) => Some(self.interner.find(constant)?),
                Argument::Wildcard => None,
            });
        }
        let all: Option<Vec<Word>> = pattern.iter().copied().collect();
        Some(match all {
            Some(tuple) => relation.find(&tuple).into_iter().collect(),
            None => relation.matching(&pattern),
        })
    }

    fn any_row(&self, atom: &Atom, bindings: &Bindings) -> bool {
        self.rows(atom, bindings).is_some_and(|rows| !rows.is_empty())
    }

    /// Whether a literal that is no atom and no equality holds. All that it needs is bound.
    fn holds(&mut self, literal: &Literal, types: &[Primitive], bindings: &Bindings) -> Held {
        let yes = |holds: bool| if holds { Held::Yes } else { Held::No };
        match literal {
            Literal::Truth(truth) => yes(*truth),
            Literal::Compare { comparison, left, right, .. } => {
                let left = self.value(left, types, bindings);
                let right = self.value(right, types, bindings);
                let (Some(left), Some(right)) = (left, right) else { return Held::No };
                yes(compares(*comparison, &left, &right))
            }
            Literal::Test { test: which, arguments: [first, second], negated, .. } => {
                let first = self.value(first, types, bindings);
                let second = self.value(second, types, bindings);
                let (Some(first), Some(second)) = (first, second) else { return Held::No };
                match test(*which, &first, &second) {
                    Some(holds) => yes(holds != *negated),
                    None => Held::No,
                }
            }
            Literal::Aggregate(aggregate) => {
                let group = self.aggregate(aggregate, types, bindings);
                match group.result {
                    Some(result) => Held::Values(aggregate.result, vec![result]),
                    None => Held::No,
                }
            }
            Literal::Range { result, primitive, from, to, step, .. } => {
                let from = self.value(from, types, bindings);
                let to = self.value(to, types, bindings);
                let step = step.as_ref().map(|step| self.value(step, types, bindings));
                match (from, to, step) {
                    (Some(from), Some(to), None) => {
                        Held::Values(*result, range(*primitive, &from, &to, None).collect())
                    }
                    (Some(from), Some(to), Some(Some(step))) => {
                        Held::Values(*result, range(*primitive, &from, &to, Some(&step)).collect())
                    }
                    _ => Held::No,
                }
            }
            Literal::Positive(_) | Literal::Negative(_) => Held::No,
        }
    }

    /// The group of an aggregate: its result and what it ranges over. Its outer variables are
    /// bound.
    pub fn aggregate(
        &mut self,
        aggregate: &Aggregate,
        types: &[Primitive],
        bindings: &Bindings,
    ) -> Group {
        let mut inner: Bindings = vec![None; bindings.len()];
        for outer in &aggregate.outer {
            inner[outer.index()] = bindings[outer.index()];
        }
        let mut members = Vec::new();
        let _ = self.solve(&aggregate.body, types, inner, None, &mut |_, solution| {
            members.push(solution.clone());
            ControlFlow::Continue(())
        });
        let mut contributions = Vec::with_capacity(members.len());
        for member in members {
            let value = match &aggregate.target {
                Some(target) => self.value(target, types, &member.bindings),
                None => Some(Constant::Number(1)),
            };
            if let Some(value) = value {
                contributions.push((value, member));
            }
        }
        let values = contributions.iter().map(|(value, _)| value);
        let result = fold(aggregate.operator, aggregate.primitive, values, &self.interner);
        Group { result, contributions }
    }

    /// The value of a term whose variables are bound; `None` where a functor has none.
    pub fn value(&self, term: &Term, types: &[Primitive], bindings: &Bindings) -> Option<Constant> {
        match term {
            Term::Variable(variable) => {
                let word = bindings[variable.index()]?;
                Some(self.interner.constant(word, types[variable.index()]))
            }
            Term::Constant(constant) => Some(constant.clone()),
            Term::Call { functor, primitive, arguments, .. } => {
                let arguments: Vec<Constant> = arguments
                    .iter()
                    .map(|argument| self.value(argument, types, bindings))
                    .collect::<Option<_>>()?;
                apply(*functor, *primitive, &arguments, &self.interner)
            }
        }
    }
}

/// The group of an aggregate.
#[derive(Clone, Debug)]
pub struct Group {
    /// The aggregate's value; `None` where an empty group has none.
    pub result: Option<Constant>,
    /// Each solution of the body with the value it brings in.
    pub contributions: Vec<(Constant, Solution)>,
}

struct Search<'a> {
    body: &'a [Literal],
    types: &'a [Primitive],
    before: Option<u32>,
}

struct State {
    solution: Solution,
    open: Vec<usize>,
}

enum Held {
    Yes,
    No,
    Values(VariableId, Vec<Constant>),
}

/// Whether all that a literal needs is bound. Positive atoms need nothing.
pub fn ready(literal: &Literal, bindings: &Bindings) -> bool {
    let bound = |variable: &VariableId| bindings[variable.index()].is_some();
    match literal {
        Literal::Positive(_) | Literal::Truth(_) => true,
        Literal::Negative(atom) => atom.arguments.iter().all(|argument| match argument {
            Argument::Variable(variable) => bound(variable),
            Argument::Constant(_) | Argument::Wildcard => true,
        }),
        Literal::Compare { comparison, left, right, .. } => {
            let (l, r) = (term_bound(left, bindings), term_bound(right, bindings));
            let variable = |term: &Term| matches!(term, Term::Variable(_));
            l && r
                || *comparison == Comparison::Equal && (l && variable(right) || r && variable(left))
        }
        Literal::Test { arguments, .. } => arguments.iter().all(|term| term_bound(term, bindings)),
        Literal::Aggregate(aggregate) => aggregate.outer.iter().all(bound),
        Literal::Range { from, to, step, .. } => [Some(from), Some(to), step.as_ref()]
            .into_iter()
            .flatten()
            .all(|term| term_bound(term, bindings)),
    }
}

fn term_bound(term: &Term, bindings: &Bindings) -> bool {
    match term {
        Term::Variable(variable) => bindings[variable.index()].is_some(),
        Term::Constant(_) => true,
        Term::Call { arguments, .. } => arguments.iter().all(|term| term_bound(term, bindings)),
    }
}

/// Whether a comparison holds between two constants.
pub fn compares(comparison: Comparison, left: &Constant, right: &Constant) -> bool {
    comparison.allows(compare(left, right))
}

fn fold<'v>(
    operator: AggregateOperator,
    primitive: Primitive,
    values: impl ExactSizeIterator<Item = &'v Constant> + Clone,
    interner: &Interner,
) -> Option<Constant> {
    let count = values.len();
    match operator {
        AggregateOperator::Count => Some(Constant::Number(count as i64)),
        AggregateOperator::Sum => {
            let zero = match primitive {
                Primitive::Unsigned => Constant::Unsigned(0),
                Primitive::Float => Constant::Float(0.0),
                _ => Constant::Number(0),
            };
            values.cloned().try_fold(zero, |sum, value| {
                apply(Functor::Add, primitive, &[sum, value], interner)
            })
        }
        AggregateOperator::Minimum => values.min_by(|a, b| compare(a, b)).cloned(),
        AggregateOperator::Maximum => values.max_by(|a, b| compare(a, b)).cloned(),
        AggregateOperator::Mean if count == 0 => None,
        AggregateOperator::Mean => {
            let number = |value: &Constant| match value {
                Constant::Number(number) => *number as f64,
                Constant::Unsigned(number) => *number as f64,
                Constant::Float(number) => *number,
                Constant::Symbol(_) | Constant::Record(_) => 0.0,
            };
            Some(Constant::Float(values.map(number).sum::<f64>() / count as f64))
        }
    }
}
