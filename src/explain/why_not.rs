//! Why a fact is not there: for each rule that could conclude it the nearest miss, what it lacks,
//! and what those lack in turn, down to facts that somebody could state.
//!
//! Nobody is asked for bindings. For each rule the body is solved as far as it goes: a condition
//! that nothing meets is set aside, and the rest is tried without the variables it would have
//! bound. The attempt with the fewest conditions set aside is the nearest miss.
//!
//! The result is a graph: a fact that is missing in several places is explained once.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::program::{Argument, Atom, Literal, Term};
use crate::value::{Constant, Primitive, RelationId, RuleId, VariableId, Word};

use super::never::Needs;
use super::proof::{Absence, Fact, NodeKind, Origin};
use super::show;
use super::solve::{Bindings, ready};
use super::why::{Why, is_made_up};

/// At most this many missing facts are explained in one answer.
const MOST_FACTS: usize = 200;

/// At most this many steps are spent on the nearest miss of one rule.
const MOST_STEPS: usize = 4_000;

/// A condition that nothing stated could change counts for so many that could be.
const UNCHANGEABLE: usize = 100;

/// At most this many ways of one rule that are equally near are told apart.
const WAYS: usize = 3;

/// At most this many rows of an atom are tried for one nearest miss.
const MOST_ROWS: usize = 64;

/// Of the rules that could conclude a missing fact, conditions are opened for this many.
const OPENED: usize = 3;

/// At most this many facts that stand in the way of one condition are named.
const MOST_IN_THE_WAY: usize = 3;

/// Why a fact is not there.
#[derive(Clone, PartialEq, Debug)]
pub struct WhyNot {
    /// The missing facts; the first is the one asked about.
    pub missing: Vec<Missing>,
    /// What is there of the same relation that agrees with the fact in all but one column.
    pub instead: Vec<Fact>,
    /// Whether the search stopped before everything was explained.
    pub cut: bool,
}

/// A missing fact.
#[derive(Clone, PartialEq, Debug)]
pub struct Missing {
    /// The fact; `None` for a column that may be anything.
    pub fact: Fact,
    /// In which way it is missing.
    pub absence: Absence,
    /// The nearest misses of each rule that could conclude it, the nearest first.
    pub attempts: Vec<Attempt>,
    /// Whether the search stopped before it came to this fact: then `attempts` says nothing.
    pub cut: bool,
}

/// The nearest miss of a rule.
#[derive(Clone, PartialEq, Debug)]
pub struct Attempt {
    /// The rule.
    pub rule: RuleId,
    /// What is known of its named variables.
    pub bindings: Vec<(String, Constant)>,
    /// Its conditions, in the order written; a computed column of the head is one more.
    pub conditions: Vec<Condition>,
    /// Whether it fails on something that nothing stated could change.
    pub hopeless: bool,
    /// Whether it can be proved that it can never hold, and why.
    pub never: Option<Never>,
}

/// Why something can never hold, whatever is stated.
#[derive(Clone, PartialEq, Debug)]
pub enum Never {
    /// Its conditions rule each other out, or want what nobody can state and no rule concludes.
    Alone,
    /// It needs this fact one way, and what it is needed for needs it the other way.
    Together(Fact),
}

impl Attempt {
    /// How many conditions hold.
    pub fn holding(&self) -> usize {
        self.conditions.iter().filter(|c| matches!(c.state, State::Holds(_))).count()
    }
}

impl Attempt {
    /// What it would take to meet all its conditions, given what each missing fact takes.
    fn cost(&self, costs: &[u32]) -> u32 {
        if self.never.is_some() {
            return cost::OUT_OF_REACH;
        }
        let each = self.conditions.iter().map(|condition| match &condition.state {
            State::Holds(_) | State::Unknown => 0,
            State::Missing(at) => costs.get(*at).copied().unwrap_or(cost::OUT_OF_REACH),
            State::InTheWay { .. } => cost::CHANGE,
            State::Otherwise => cost::OTHERWISE,
            State::NotOpened => cost::NOT_OPENED,
        });
        each.fold(0, u32::saturating_add)
    }
}

/// A condition of a rule in its nearest miss.
#[derive(Clone, PartialEq, Debug)]
pub struct Condition {
    /// The condition with what is known of its values.
    pub text: String,
    /// Whether it holds.
    pub state: State,
}

/// Whether a condition holds in a nearest miss.
#[derive(Clone, PartialEq, Debug)]
pub enum State {
    /// It does; by this fact, where a fact makes it so.
    Holds(Option<Fact>),
    /// No fact meets it: the position among the missing facts, where it is explained.
    Missing(usize),
    /// It wants no such fact, and there are some.
    InTheWay {
        /// Facts that are there, some of them.
        facts: Vec<Fact>,
        /// What is stated below them.
        stated: Vec<(Fact, Origin)>,
    },
    /// A comparison, test or aggregate comes out otherwise.
    Otherwise,
    /// No fact meets it, and it was not looked into: other rules are nearer, or it wants two columns
    /// to agree and facts agree with all else.
    NotOpened,
    /// It is about something that a missing condition would have named.
    Unknown,
}

/// Something that could be done something about.
#[derive(Clone, PartialEq, Debug)]
pub enum Root {
    /// Nobody stated this.
    NeverStated(Fact),
    /// Something else is stated in its place.
    StatedOtherwise {
        /// What would be wanted.
        wanted: Fact,
        /// What is stated.
        instead: Fact,
        /// Where.
        origin: Origin,
    },
    /// No file or text gives this.
    NotGiven(Fact),
    /// This is stated and stands in the way.
    InTheWay(Fact, Origin),
    /// A comparison or aggregate comes out otherwise.
    Otherwise(String),
}

/// What it takes to meet a condition, in facts to be stated or taken back, as far as it can be
/// told from the conditions alone. Used to say which rule is nearest.
mod cost {
    pub const STATE: u32 = 1;
    pub const CHANGE: u32 = 2;
    pub const OTHERWISE: u32 = 3;
    pub const NOT_OPENED: u32 = 50;
    pub const NOT_GIVEN: u32 = 100;
    pub const OUT_OF_REACH: u32 = 1_000_000;
}

impl WhyNot {
    /// Puts the attempts of each missing fact in order of what it would take to meet them.
    fn rank(&mut self) {
        let mut costs: Vec<u32> = self
            .missing
            .iter()
            .map(|missing| match missing.absence {
                Absence::NeverStated => cost::STATE,
                Absence::StatedOtherwise { .. } => cost::CHANGE,
                Absence::NotGiven => cost::NOT_GIVEN,
                Absence::Underivable => cost::OUT_OF_REACH,
            })
            .collect();
        // Costs only fall, so this ends; a fact that needs itself never gets cheaper by it.
        let mut changed = true;
        while std::mem::take(&mut changed) {
            for at in 0..self.missing.len() {
                let attempts = self.missing[at].attempts.iter();
                let least = attempts.map(|attempt| attempt.cost(&costs)).min();
                if let Some(least) = least.filter(|least| *least < costs[at]) {
                    costs[at] = least;
                    changed = true;
                }
            }
        }
        for missing in &mut self.missing {
            missing.attempts.sort_by_cached_key(|attempt| attempt.cost(&costs));
        }
    }

    /// What somebody could do something about, each once: along the nearest miss of each missing
    /// fact, or along all that were opened.
    pub fn roots(&self, nearest: bool) -> Vec<Root> {
        let mut roots: Vec<Root> = Vec::new();
        let mut add = |root: Root| {
            if !roots.contains(&root) {
                roots.push(root);
            }
        };
        let mut seen = vec![false; self.missing.len()];
        let mut open: VecDeque<usize> = VecDeque::from([0]);
        while let Some(at) = open.pop_front() {
            let Some(missing) = self.missing.get(at) else { continue };
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            let fact = missing.fact.clone();
            match missing.absence.clone() {
                Absence::Underivable => {}
                Absence::NeverStated => add(Root::NeverStated(fact)),
                Absence::NotGiven => add(Root::NotGiven(fact)),
                Absence::StatedOtherwise { instead, origin } => {
                    add(Root::StatedOtherwise { wanted: fact, instead, origin });
                }
            }
            let shown = if nearest { 1 } else { missing.attempts.len() };
            for condition in missing.attempts.iter().take(shown).flat_map(|a| &a.conditions) {
                match &condition.state {
                    State::Missing(next) => open.push_back(*next),
                    State::InTheWay { stated, .. } => stated.iter().for_each(|(fact, origin)| {
                        add(Root::InTheWay(fact.clone(), origin.clone()))
                    }),
                    State::Otherwise => add(Root::Otherwise(condition.text.clone())),
                    State::Holds(_) | State::Unknown | State::NotOpened => {}
                }
            }
        }
        roots
    }
}

/// What is wanted: a relation and what is known of its columns, the hidden ones included.
pub type Pattern = (RelationId, Vec<Option<Word>>);

impl Why<'_> {
    /// Why no fact of a relation matches a pattern; `pattern` has an entry for every column, the
    /// hidden ones included.
    pub fn why_not(&mut self, relation: RelationId, pattern: Vec<Option<Word>>) -> WhyNot {
        let instead = self.instead(relation, &pattern);
        WhyNot { instead, ..self.search(vec![(relation, pattern)], MOST_FACTS, true) }
    }

    /// Why nothing matches some patterns, explained together: what is missing in several places is
    /// explained once. The first missing facts are the patterns, which must be distinct; at most so
    /// many others are explained.
    pub fn why_none(&mut self, patterns: Vec<Pattern>, most: usize) -> WhyNot {
        self.search(patterns, most, false)
    }

    fn search(&mut self, patterns: Vec<Pattern>, most: usize, prove: bool) -> WhyNot {
        self.never.begin();
        let mut search = Search {
            answer: WhyNot { missing: Vec::new(), instead: Vec::new(), cut: false },
            known: FxHashMap::default(),
            open: VecDeque::new(),
            most: patterns.len() + most,
            prove,
        };
        for pattern in patterns {
            search.missing(self, pattern, &Rc::default());
        }
        while let Some(open) = search.open.pop_front() {
            search.explain(self, open);
        }
        search.answer.rank();
        search.answer
    }

    /// A pattern as it is shown.
    fn shown(&mut self, relation: RelationId, words: &[Option<Word>]) -> Fact {
        let hidden = self.subject().hidden(relation);
        let columns = &self.solver().program().relations[relation.index()].columns;
        let values = words.iter().zip(columns).skip(hidden).map(|(word, column)| {
            word.map(|word| self.solver().interner().constant(word, column.primitive))
        });
        Fact { relation, row: None, values: values.collect() }
    }

    /// Facts that agree with a pattern in all known columns but one.
    fn instead(&mut self, relation: RelationId, pattern: &[Option<Word>]) -> Vec<Fact> {
        let hidden = self.subject().hidden(relation);
        let known: Vec<usize> =
            (hidden..pattern.len()).filter(|column| pattern[*column].is_some()).collect();
        let mut facts = Vec::new();
        if known.len() < 2 {
            return facts;
        }
        for column in known.iter().rev() {
            let mut looser = pattern.to_vec();
            looser[*column] = None;
            let rows = self.solver().database().relation(relation).matching(&looser);
            for row in rows.into_iter().take(MOST_IN_THE_WAY) {
                facts.push(self.fact(relation, row));
            }
            if !facts.is_empty() {
                break;
            }
        }
        facts
    }
}

struct Search {
    answer: WhyNot,
    known: FxHashMap<Pattern, usize>,
    open: VecDeque<Open>,
    /// At most so many missing facts are looked into.
    most: usize,
    /// Whether to prove what can never hold.
    prove: bool,
}

/// A missing fact that is to be explained.
struct Open {
    at: usize,
    pattern: Pattern,
    /// What is needed besides where it was first met: all that its being there would be good for.
    context: Rc<Needs>,
}

impl Search {
    /// The position of a missing fact, added and to be explained if it is new.
    fn missing(&mut self, why: &mut Why<'_>, pattern: Pattern, context: &Rc<Needs>) -> usize {
        if let Some(at) = self.known.get(&pattern) {
            return *at;
        }
        let at = self.answer.missing.len();
        let fact = why.shown(pattern.0, &pattern.1);
        let absence = why.absence(pattern.0, &pattern.1);
        self.answer.missing.push(Missing { fact, absence, attempts: Vec::new(), cut: false });
        self.known.insert(pattern.clone(), at);
        self.open.push_back(Open { at, pattern, context: Rc::clone(context) });
        at
    }

    fn explain(&mut self, why: &mut Why<'_>, open: Open) {
        let Open { at, pattern, context } = open;
        if self.answer.missing[at].absence != Absence::Underivable {
            return;
        }
        let mut misses: Vec<Miss> = Vec::new();
        if at < self.most && why.stopped().is_none() {
            for rule in why.concluding(pattern.0).to_vec() {
                misses.extend(nearest_misses(why, rule, &pattern.1, &mut self.answer.cut));
            }
        }
        // A search that broke off has found conditions failing that it never looked at.
        if at >= self.most || why.stopped().is_some() {
            self.answer.cut = true;
            self.answer.missing[at].cut = true;
            return;
        }
        let mut misses: Vec<(Option<Never>, Rc<Needs>, Miss)> = misses
            .into_iter()
            .map(|miss| {
                let (never, needs) = self.never(why, &miss, &context);
                (never, needs, miss)
            })
            .collect();
        misses.sort_by_key(|(never, _, miss)| {
            (never.is_some(), miss.score, miss.unknown(), miss.rule)
        });
        let mut attempts = Vec::with_capacity(misses.len());
        // A rule that nothing stated could make hold is opened only where there is no other.
        let hope = misses.iter().any(|(.., miss)| miss.score < UNCHANGEABLE);
        for (position, (never, needs, miss)) in misses.into_iter().enumerate() {
            let opened = position < OPENED && (!hope || miss.score < UNCHANGEABLE);
            let attempt = self.attempt(why, miss, opened, &needs);
            attempts.push(Attempt { never, ..attempt });
        }
        self.answer.missing[at].attempts = attempts;
    }

    /// Whether a miss can be proved never to hold, and what it needs together with what it is
    /// needed for.
    fn never(
        &self,
        why: &mut Why<'_>,
        miss: &Miss,
        context: &Rc<Needs>,
    ) -> (Option<Never>, Rc<Needs>) {
        if !self.prove {
            return (None, Rc::clone(context));
        }
        let Some(needs) = why.needs_of_rule(miss.rule, &miss.bound) else {
            return (Some(Never::Alone), Rc::clone(context));
        };
        let both = needs.and(context);
        let never = both
            .contradiction()
            .map(|(relation, words)| Never::Together(why.shown(*relation, words)));
        let needs = if never.is_some() { Rc::clone(context) } else { Rc::new(both) };
        (never, needs)
    }

    fn attempt(
        &mut self,
        why: &mut Why<'_>,
        miss: Miss,
        opened: bool,
        needs: &Rc<Needs>,
    ) -> Attempt {
        let rule = &why.solver().program().rules[miss.rule.index()];
        let mut conditions = Vec::with_capacity(miss.body.len());
        for (literal, outcome) in miss.body.iter().zip(&miss.outcomes) {
            if is_made_up(why.solver().program(), literal) {
                continue;
            }
            let text =
                show::literal(why.subject(), why.solver(), rule, literal, Some(&miss.bindings));
            let state = match outcome {
                Outcome::Row(relation, row) => State::Holds(Some(why.fact(*relation, *row))),
                Outcome::Holds => State::Holds(None),
                Outcome::Open => State::Unknown,
                Outcome::Fails => match literal {
                    Literal::Positive(atom) if opened => {
                        let words = why.words(atom, &miss.bindings);
                        // Rows may match but for a variable that stands in it twice.
                        let rows = why.solver().database().relation(atom.relation).matching(&words);
                        if rows.is_empty() {
                            State::Missing(self.missing(why, (atom.relation, words), needs))
                        } else {
                            State::NotOpened
                        }
                    }
                    Literal::Negative(atom) => {
                        let facts = in_the_way(why, atom, &miss.bindings);
                        let stated = if opened { stated_below(why, &facts) } else { Vec::new() };
                        State::InTheWay { facts, stated }
                    }
                    Literal::Positive(_) => State::NotOpened,
                    _ => State::Otherwise,
                },
            };
            conditions.push(Condition { text, state });
        }
        let rule = &why.solver().program().rules[miss.rule.index()];
        Attempt {
            rule: miss.rule,
            bindings: why.named(rule, &miss.bindings),
            conditions,
            hopeless: miss.score >= UNCHANGEABLE,
            never: None,
        }
    }
}

/// What is stated below facts that stand in the way.
fn stated_below(why: &mut Why<'_>, facts: &[Fact]) -> Vec<(Fact, Origin)> {
    let mut stated = Vec::new();
    for fact in facts {
        let Some(row) = fact.row else { continue };
        for node in why.proof(fact.relation, row).nodes {
            if let NodeKind::Given { fact, origin } = node.kind
                && why.subject().is_stated(fact.relation)
            {
                stated.push((fact, origin));
            }
        }
    }
    stated
}

/// How a literal fared in a nearest miss.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Outcome {
    Row(RelationId, usize),
    Holds,
    Fails,
    Open,
}

/// The nearest miss of a rule.
struct Miss {
    rule: RuleId,
    body: Vec<Literal>,
    bindings: Bindings,
    /// The bindings that the missing fact and what nothing changes leave no choice of.
    bound: Bindings,
    outcomes: Vec<Outcome>,
    /// How far it is from holding.
    score: usize,
}

impl Miss {
    fn unknown(&self) -> usize {
        self.outcomes.iter().filter(|outcome| **outcome == Outcome::Open).count()
    }
}

/// The ways in which a rule comes nearest to a pattern.
fn nearest_misses(
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
        state: Partial {
            bindings: bindings.clone(),
            outcomes: vec![Outcome::Open; body.len()],
            failed: 0,
        },
    };
    nearest.step(why);
    *cut |= nearest.steps >= MOST_STEPS;
    let score = nearest.least;
    let ways = std::mem::take(&mut nearest.best).into_iter().map(|way| Miss {
        rule: rule_id,
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
        for row in rows.into_iter().take(MOST_ROWS) {
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
            if fits {
                matched = true;
                self.state.outcomes[literal] = Outcome::Row(atom.relation, row);
                self.step(why);
                self.state.outcomes[literal] = Outcome::Open;
            }
            for variable in set {
                self.state.bindings[variable.index()] = None;
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
            if ways.len() < MOST_ROWS {
                std::ops::ControlFlow::Continue(())
            } else {
                std::ops::ControlFlow::Break(())
            }
        });
        if ways.is_empty() {
            return self.fails(why, literal);
        }
        let before = self.state.bindings.clone();
        for way in ways {
            self.state.bindings = way;
            self.state.outcomes[literal] = Outcome::Holds;
            self.step(why);
        }
        self.state.outcomes[literal] = Outcome::Open;
        self.state.bindings = before;
    }
}

/// The variables of a condition that its value depends on.
fn mentions(literal: &Literal, found: &mut FxHashSet<VariableId>) {
    match literal {
        Literal::Positive(atom) | Literal::Negative(atom) => {
            found.extend(atom.arguments.iter().filter_map(|argument| match argument {
                Argument::Variable(variable) => Some(*variable),
                _ => None,
            }));
        }
        Literal::Aggregate(aggregate) => found.extend(aggregate.outer.iter().copied()),
        Literal::Compare { left, right, .. } => of_terms([left, right], found),
        Literal::Test { arguments, .. } => of_terms(arguments, found),
        Literal::Range { from, to, step, .. } => {
            of_terms([from, to], found);
            of_terms(step, found);
        }
        Literal::Truth(_) => {}
    }
}

fn of_terms<'t>(terms: impl IntoIterator<Item = &'t Term>, found: &mut FxHashSet<VariableId>) {
    for term in terms {
        match term {
            Term::Variable(variable) => drop(found.insert(*variable)),
            Term::Constant(_) => {}
            Term::Call { arguments, .. } => of_terms(arguments, found),
        }
    }
}

/// Facts that match an atom that wants none.
fn in_the_way(why: &mut Why<'_>, atom: &Atom, bindings: &Bindings) -> Vec<Fact> {
    let rows = why.solver().rows(atom, bindings).unwrap_or_default();
    rows.into_iter().take(MOST_IN_THE_WAY).map(|row| why.fact(atom.relation, row)).collect()
}
