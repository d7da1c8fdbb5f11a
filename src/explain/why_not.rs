//! Why a fact is not there: for each rule that could conclude it the nearest miss, what it lacks,
//! and what those lack in turn, down to facts that somebody could state.
//!
//! Nobody is asked for bindings. For each rule the body is solved as far as it goes; see `nearest`.
//! Of the ways there are, one that can hold comes before one that never can; see `never`.
//!
//! The result is a graph: a fact that is missing in several places is explained once.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::analyze::program::{Atom, Literal, Program};
use crate::value::{Constant, RelationId, RuleId, Word};

use super::nearest::{Miss, Outcome, UNCHANGEABLE, nearest_misses};
use super::never::Needs;
use super::proof::{Absence, Fact, NodeKind, Origin};
use super::show;
use super::solve::Bindings;
use super::why::{Why, is_made_up};

/// At most this many missing facts are explained in one answer.
const MOST_FACTS: usize = 200;

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
    /// The rows that this way rests on rule the rest of it out; there may be other rows.
    ThisWay,
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
            State::NotOpened(_) => cost::NOT_OPENED,
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
        /// What would take the first of them away if it were there, by position among the missing
        /// facts: what the rule that concludes it wants to be absent.
        lacking: Vec<usize>,
    },
    /// A comparison, test or aggregate comes out otherwise.
    Otherwise,
    /// No fact meets it, and it was not looked into: other rules are nearer, or it wants two columns
    /// to agree and facts agree with all else.
    NotOpened(Absence),
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
    pub const BY_NAME: u32 = 1_000;
    pub const OUT_OF_REACH: u32 = 1_000_000;
}

impl WhyNot {
    /// Puts the attempts of each missing fact in order of what it would take to meet them. Those of
    /// rules that conclude a fact because somebody names it come after all that can be met.
    fn rank(&mut self, by_name: impl Fn(RuleId) -> bool) {
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
            missing.attempts.sort_by_cached_key(|attempt| {
                let by_name = if by_name(attempt.rule) { cost::BY_NAME } else { 0 };
                attempt.cost(&costs).saturating_add(by_name)
            });
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
                    State::InTheWay { stated, lacking, .. } => {
                        open.extend(lacking);
                        stated.iter().for_each(|(fact, origin)| {
                            add(Root::InTheWay(fact.clone(), origin.clone()))
                        });
                    }
                    State::Otherwise => add(Root::Otherwise(condition.text.clone())),
                    State::Holds(_) | State::Unknown | State::NotOpened(_) => {}
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
            contexts: Vec::new(),
            elsewhere: Vec::new(),
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
        search.forget_contexts();
        let program = self.solver().program();
        search.answer.rank(|rule| {
            let clause = program.rules[rule.index()].clause;
            program.clauses[clause.index()].doc.tag("named").is_some()
        });
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
    /// For each missing fact, what is needed besides where it was first met.
    contexts: Vec<Rc<Needs>>,
    /// Missing facts that are needed elsewhere too, with less besides.
    elsewhere: Vec<usize>,
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
            if !context.holds_all(&self.contexts[*at]) {
                self.elsewhere.push(*at);
            }
            return *at;
        }
        let at = self.answer.missing.len();
        let fact = why.shown(pattern.0, &pattern.1);
        let absence = why.absence(pattern.0, &pattern.1);
        self.answer.missing.push(Missing { fact, absence, attempts: Vec::new(), cut: false });
        self.known.insert(pattern.clone(), at);
        self.contexts.push(Rc::clone(context));
        self.open.push_back(Open { at, pattern, context: Rc::clone(context) });
        at
    }

    /// Takes back what was said of facts together with the rest, where the rest is not the same in
    /// all places that need them, and of all that is below such facts.
    fn forget_contexts(&mut self) {
        let mut seen = vec![false; self.answer.missing.len()];
        let mut open = std::mem::take(&mut self.elsewhere);
        while let Some(at) = open.pop() {
            let Some(missing) = self.answer.missing.get_mut(at) else { continue };
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            for attempt in &mut missing.attempts {
                if matches!(attempt.never, Some(Never::Together(_))) {
                    attempt.never = None;
                }
                for condition in &attempt.conditions {
                    match &condition.state {
                        State::Missing(below) => open.push(*below),
                        State::InTheWay { lacking, .. } => open.extend(lacking),
                        _ => {}
                    }
                }
            }
        }
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
        // What is said of the rule is proved without the rows that this way happens to rest on.
        let Some(of_rule) = why.needs_of_rule(miss.rule, &miss.asked) else {
            return (Some(Never::Alone), Rc::clone(context));
        };
        if let Some((relation, words)) = of_rule.and(context).contradiction() {
            return (Some(Never::Together(why.shown(*relation, words))), Rc::clone(context));
        }
        let Some(needs) = why.needs_of_rule(miss.rule, &miss.bound) else {
            return (Some(Never::ThisWay), Rc::clone(context));
        };
        let both = needs.and(context);
        let never = both.contradiction().map(|_| Never::ThisWay);
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
                    Literal::Positive(atom) => {
                        let words = why.words(atom, &miss.bindings);
                        // Rows may match but for a variable that stands in it twice.
                        let relation = why.solver().database().relation(atom.relation);
                        if opened && relation.matching(&words).is_empty() {
                            State::Missing(self.missing(why, (atom.relation, words), needs))
                        } else {
                            State::NotOpened(why.absence(atom.relation, &words))
                        }
                    }
                    Literal::Negative(atom) => {
                        let facts = in_the_way(why, atom, &miss.bindings);
                        let (mut stated, mut lacking) = (Vec::new(), Vec::new());
                        if opened {
                            stated = stated_below(why, &facts);
                            // To take back what the rule itself rests on is of no use.
                            let needed = stated_below(why, &held(why, &miss.outcomes));
                            stated.retain(|(fact, _)| needed.iter().all(|(it, _)| it != fact));
                            for pattern in wanted_absent(why, &facts) {
                                lacking.push(self.missing(why, pattern, needs));
                            }
                        }
                        State::InTheWay { facts, stated, lacking }
                    }
                    _ => State::Otherwise,
                },
            };
            conditions.push(Condition { text, state });
        }
        // A relation may not take in what a rule concludes.
        if conditions.iter().all(|condition| matches!(condition.state, State::Holds(_))) {
            let relation = why.solver().program().rules[miss.rule.index()].head.relation;
            let refused = refused(why.solver().program(), relation);
            conditions.extend(refused.map(|text| Condition { text, state: State::Otherwise }));
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

/// What a relation asks of a tuple besides a rule that concludes it.
fn refused(program: &Program, relation: RelationId) -> Option<String> {
    let declared = program.relations.get(relation.index())?;
    if !declared.choices.is_empty() {
        let name = |at: &usize| declared.columns.get(*at).map_or("", |column| &column.name);
        let key = |columns: &Vec<usize>| columns.iter().map(name).collect::<Vec<_>>().join(", ");
        let keys: Vec<String> = declared.choices.iter().map(key).collect();
        return Some(format!("no other tuple is chosen for its {}", keys.join(", or its ")));
    }
    let goes = program.subsumptions.iter().any(|rule| rule.head.relation == relation);
    goes.then(|| "no other tuple makes it superfluous".to_owned())
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

/// The facts that conditions of a way hold by.
fn held(why: &Why<'_>, outcomes: &[Outcome]) -> Vec<Fact> {
    let row = |outcome: &Outcome| match outcome {
        Outcome::Row(relation, row) => Some(why.fact(*relation, *row)),
        _ => None,
    };
    outcomes.iter().filter_map(row).collect()
}

/// What the rule that concludes the first of some facts wants to be absent and could be there.
fn wanted_absent(why: &mut Why<'_>, facts: &[Fact]) -> Vec<Pattern> {
    let Some(Fact { relation, row: Some(row), .. }) = facts.first() else { return Vec::new() };
    let proof = why.proof(*relation, *row);
    let NodeKind::Derived { premises, .. } = proof.node(proof.root()) else { return Vec::new() };
    let absent = premises.iter().filter_map(|premise| match proof.node(*premise) {
        NodeKind::Absent { fact, wanted, absence: Absence::Underivable | Absence::NeverStated } => {
            Some((fact.relation, wanted.clone()))
        }
        _ => None,
    });
    absent.take(MOST_IN_THE_WAY).collect()
}

/// Facts that match an atom that wants none.
fn in_the_way(why: &mut Why<'_>, atom: &Atom, bindings: &Bindings) -> Vec<Fact> {
    let rows = why.solver().rows(atom, bindings).unwrap_or_default();
    rows.into_iter().take(MOST_IN_THE_WAY).map(|row| why.fact(atom.relation, row)).collect()
}
