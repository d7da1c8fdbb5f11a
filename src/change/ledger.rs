//! Which conclusions hold whatever the answers to open questions are.
//!
//! A *completion* answers every open question, each with one of its values. A question may open
//! only when another is answered in some way; then it is answered too, in every way, until none is
//! open. A conclusion is *certain* if it derives under every completion, *excluded* if under none,
//! and *contingent* otherwise, with the questions it rests on.
//!
//! There are far too many completions to derive, and nearly all differ only in what has nothing to
//! do with a conclusion. So conclusions are asked for by subject, and the open questions in their
//! [cone](super::Cones) make a *scope*: the completions of a scope are derived, all of them, on its
//! slice of the design. That is exact, and small. A scope with more completions than
//! [`MOST_COMPLETIONS`] is sampled, and says so: what differs among the samples is contingent, the
//! rest stays open.

use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::facts::StatedFact;
use crate::eval::{StopReason, Stopped};
use crate::kb::Rulebook;
use crate::store::Database;
use crate::value::{Constant, Interner, RelationId, Word, compare_tuples};

use super::choices::{Choices, Setting, tagged};
use super::cone::{Ask, Cones, Slice};
use super::variants::{Base, Limits, stopped};
use super::what_if::constants;

/// The most completions of a scope that are derived one by one.
pub const MOST_COMPLETIONS: usize = 1 << 13;

/// The most completions of all scopes together that are derived one by one; small scopes come first.
const MOST_TOGETHER: usize = 1 << 14;

/// How many completions of a larger scope are sampled, each with all that differ from it in one
/// answer.
const SAMPLES: usize = 24;

/// The most completions of a larger scope that are sampled, those counted that answer questions which
/// open later.
const MOST_SAMPLES: usize = 4_096;

/// What is known of a conclusion.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Label {
    /// It derives under every completion.
    Certain,
    /// It derives under some completions and not under others.
    Contingent,
    /// It derives under none.
    Excluded,
    /// Its scope is too large to be derived completely, and all samples agree.
    Open,
}

/// A conclusion and what is known of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The relation.
    pub relation: RelationId,
    /// Its values, the subject first.
    pub values: Vec<Constant>,
    /// What is known of it.
    pub label: Label,
    /// Whether it derives as things stand, open questions left open.
    pub now: bool,
    /// The open questions that make a difference to it, by their numbers among the choices.
    pub rests_on: Vec<usize>,
    /// The number of its scope; `None` where no open question can touch it.
    pub scope: Option<usize>,
}

/// Open questions whose answers were combined.
#[derive(Clone, PartialEq, Debug)]
pub struct Scope {
    /// The questions, by their numbers among the choices; those that open only later behind the
    /// others.
    pub questions: Vec<usize>,
    /// How many completions were derived.
    pub tried: usize,
    /// Whether these are all.
    pub complete: bool,
}

/// The conclusions of a design, labelled.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The conclusions, by relation, then by value.
    pub entries: Vec<Entry>,
    /// The open questions, by their numbers among the choices.
    pub questions: Vec<usize>,
    /// The scopes.
    pub scopes: Vec<Scope>,
    /// Why not all scopes were derived, if a limit was hit. What they hold is open.
    pub stopped: Option<StopReason>,
    /// All choices of the design, which the numbers above refer to.
    pub choices: Choices,
    /// What derives under which completion, a table a scope.
    pub(super) tables: Vec<Table>,
    /// The slice of the design that all conclusions need.
    pub(super) slice: Slice,
    /// The relations of the conclusions.
    pub(super) relations: Vec<RelationId>,
    /// What the slice is good for: relations and subjects.
    pub(super) about: FxHashSet<(RelationId, Word)>,
}

/// What derives under the completions of a scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// The answers of each completion, four bits a question of the scope: 0 where it does not arise.
    pub codes: Vec<u128>,
    /// Conclusions, and under which completions they derive.
    pub facts: Vec<(RelationId, Vec<Constant>, Bits)>,
}

/// A set of completions.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, at: usize) {
        if self.0.len() <= at / 64 {
            self.0.resize(at / 64 + 1, 0);
        }
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub fn has(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// A relation that the ledger is about.
struct Concluded {
    relation: RelationId,
    /// The closed list of its second column, or nothing.
    list: Vec<Word>,
}

/// A question for the conclusions of one relation about one subject.
struct Root {
    node: usize,
    relation: RelationId,
    subject: Word,
    cone: Vec<usize>,
    /// The position of the relation among those concluded.
    concluded: usize,
}

/// Labels the conclusions of a design.
pub fn ledger(
    rulebook: &Rulebook,
    stated: &[StatedFact],
    limits: &Limits<'_>,
) -> Result<Ledger, Stopped> {
    let mut base = Base::new(rulebook, stated, limits)?;
    let choices = Choices::of(&mut base);
    ledger_of(&base, choices, limits)
}

/// Labels the conclusions of a derived design.
pub(super) fn ledger_of(
    base: &Base<'_>,
    choices: Choices,
    limits: &Limits<'_>,
) -> Result<Ledger, Stopped> {
    let concluded = concluded(base);
    let questions = choices.open_choices();
    let (mut cones, late) = settle(base, &choices, &questions);
    let subjects = subjects(base, &choices, &concluded);
    let mut roots: Vec<Root> = Vec::new();
    for (position, concluded) in concluded.iter().enumerate() {
        let arity = base.rulebook().program.relations[concluded.relation.index()].arity();
        for &subject in &subjects {
            let mut asked = vec![Ask::Unknown; arity];
            asked[0] = Ask::Word(subject);
            let node = cones.ask(concluded.relation, &asked);
            let cone = cones.cone(node);
            if cone.possible {
                let relation = concluded.relation;
                let cone = cone.choices;
                roots.push(Root { node, relation, subject, cone, concluded: position });
            }
        }
    }
    let nodes: Vec<usize> = roots.iter().map(|root| root.node).collect();
    let slice = cones.slice(&nodes);
    let mut ledger = Ledger {
        relations: concluded.iter().map(|concluded| concluded.relation).collect(),
        about: roots.iter().map(|root| (root.relation, root.subject)).collect(),
        slice,
        questions,
        ..Ledger::default()
    };
    for root in roots.iter().filter(|root| root.cone.is_empty()) {
        for values in now(base, root) {
            let label = Label::Certain;
            let relation = root.relation;
            let entry =
                Entry { relation, values, label, now: true, rests_on: Vec::new(), scope: None };
            ledger.entries.push(entry);
        }
        excluded(base, &concluded, root, None, &mut ledger);
    }
    let scopes = scopes(&choices, &late, &roots);
    let whole = enumerable(&choices, &scopes);
    for ((questions, members), whole) in scopes.into_iter().zip(whole) {
        let members: Vec<&Root> = members.into_iter().map(|at| &roots[at]).collect();
        let slice_roots: Vec<usize> = members.iter().map(|root| root.node).collect();
        let opens: Vec<usize> =
            questions.iter().copied().filter(|choice| late.contains(choice)).collect();
        let mut all = slice_roots.clone();
        for &choice in &opens {
            all.extend(ask_open(base, &mut cones, &choices, choice));
        }
        let slice = cones.slice(&all);
        let number = ledger.scopes.len();
        let enumeration = Enumeration {
            base,
            choices: &choices,
            questions: &questions,
            late: &opens,
            members: &members,
            slice: &slice,
            limits,
            whole,
        };
        let derived = match ledger.stopped {
            None => enumeration.run(),
            Some(reason) => Err(stopped(reason)),
        };
        let (scope, table) = derived.unwrap_or_else(|stopped| {
            ledger.stopped = Some(stopped.reason);
            (Scope { questions: questions.clone(), tried: 0, complete: false }, Table::default())
        });
        for root in &members {
            let mut seen: Vec<Vec<Constant>> = Vec::new();
            let standing = now(base, root);
            for (relation, values, bits) in &table.facts {
                if *relation != root.relation || !about(base, root, values) {
                    continue;
                }
                let rests_on = rests_on(&scope, &table.codes, bits, opens.len());
                let label = match bits.count() {
                    count if count < table.codes.len() => Label::Contingent,
                    _ if scope.complete => Label::Certain,
                    _ => Label::Open,
                };
                ledger.entries.push(Entry {
                    relation: *relation,
                    values: values.clone(),
                    label,
                    now: standing.contains(values),
                    rests_on,
                    scope: Some(number),
                });
                seen.push(values.clone());
            }
            for values in standing.into_iter().filter(|values| !seen.contains(values)) {
                let label = if scope.complete { Label::Excluded } else { Label::Open };
                let relation = root.relation;
                let (rests_on, scope) = (Vec::new(), Some(number));
                ledger.entries.push(Entry { relation, values, label, now: true, rests_on, scope });
            }
            excluded(base, &concluded, root, Some((number, scope.complete)), &mut ledger);
        }
        ledger.scopes.push(scope);
        ledger.tables.push(table);
    }
    let order = |relation: RelationId| ledger.relations.iter().position(|other| *other == relation);
    ledger.entries.sort_by(|a, b| {
        let relations = order(a.relation).cmp(&order(b.relation));
        relations.then_with(|| compare_tuples(&a.values, &b.values))
    });
    ledger.choices = choices;
    Ok(ledger)
}

/// The relations that the ledger is about.
fn concluded(base: &Base<'_>) -> Vec<Concluded> {
    let rulebook = base.rulebook();
    let lists = tagged(rulebook, "choice_value").map(|id| base.database().relation(id));
    let relations = rulebook.program.relations.iter().enumerate();
    relations
        .filter_map(|(index, declared)| {
            let list = declared.doc.tag("conclusion")?;
            if !rulebook.worlds.dependent[index] || declared.arity() == 0 {
                return None;
            }
            let list = base.interner().find(&Constant::Symbol(list.into()));
            let values = |list: Word| {
                let rows = lists?;
                let of = (0..rows.len()).filter(|&row| rows.word(row, 0) == list);
                Some(of.map(|row| rows.word(row, 1)).collect::<Vec<Word>>())
            };
            let list = list.and_then(values).unwrap_or_default();
            Some(Concluded { relation: RelationId::from(index), list })
        })
        .collect()
}

/// What conclusions may be about: the subjects of choices, and whatever conclusions are about now.
fn subjects(base: &Base<'_>, choices: &Choices, concluded: &[Concluded]) -> Vec<Word> {
    let mut subjects: Vec<Word> = choices
        .choices
        .iter()
        .filter_map(|choice| choice.key.first().map(|(_, word)| *word))
        .collect();
    for concluded in concluded {
        subjects.extend_from_slice(base.database().relation(concluded.relation).column(1));
    }
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}

/// Cones in which the open questions are free, and those that may open when others are answered.
fn settle<'b>(
    base: &'b Base<'_>,
    choices: &'b Choices,
    questions: &[usize],
) -> (Cones<'b>, FxHashSet<usize>) {
    let mut late: FxHashSet<usize> = FxHashSet::default();
    loop {
        let mut free: Vec<usize> = questions.iter().chain(&late).copied().collect();
        free.sort_unstable();
        let mut cones = Cones::new(base, choices, &free);
        let mut more = Vec::new();
        for choice in 0..choices.choices.len() {
            if free.binary_search(&choice).is_ok() {
                continue;
            }
            let asked = ask_open(base, &mut cones, choices, choice);
            if asked.is_some_and(|node| !cones.is_fixed(node) && cones.cone(node).possible) {
                more.push(choice);
            }
        }
        if more.is_empty() {
            return (cones, late);
        }
        late.extend(more);
    }
}

/// Asks whether a choice is open.
fn ask_open(
    base: &Base<'_>,
    cones: &mut Cones<'_>,
    choices: &Choices,
    choice: usize,
) -> Option<usize> {
    let row = choices.open_row(base, choice)?;
    let asked: Vec<Ask> = row.into_iter().map(Ask::Word).collect();
    Some(cones.ask(choices.open?, &asked))
}

/// How many completions some questions have, as long as that can be counted.
fn product(choices: &Choices, questions: &[usize]) -> usize {
    let counts = questions.iter().map(|&choice| choices.choices[choice].values.len().max(1));
    counts.fold(1usize, usize::saturating_mul)
}

/// Puts roots together whose cones lie in one another, largest cones first, and gives the questions
/// of each scope with its roots. A scope too large to be derived takes only roots with its own
/// cone.
fn scopes(
    choices: &Choices,
    late: &FxHashSet<usize>,
    roots: &[Root],
) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut order: Vec<usize> = (0..roots.len()).filter(|&at| !roots[at].cone.is_empty()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(roots[at].cone.len()), at));
    let mut scopes: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for at in order {
        let cone = &roots[at].cone;
        let holds = |questions: &Vec<usize>| {
            let all = cone.iter().all(|choice| questions.binary_search(choice).is_ok());
            all && (questions.len() == cone.len()
                || product(choices, questions) <= MOST_COMPLETIONS)
        };
        let fitting = scopes.iter_mut().filter(|(questions, _)| holds(questions));
        match fitting.min_by_key(|(questions, _)| questions.len()) {
            Some((_, members)) => members.push(at),
            None => scopes.push((cone.clone(), vec![at])),
        }
    }
    for (questions, _) in &mut scopes {
        questions.sort_by_key(|choice| (late.contains(choice), *choice));
    }
    scopes
}

/// Which scopes are to be derived completely: the smallest first, as many as fit.
fn enumerable(choices: &Choices, scopes: &[(Vec<usize>, Vec<usize>)]) -> Vec<bool> {
    let sizes: Vec<usize> =
        scopes.iter().map(|(questions, _)| product(choices, questions)).collect();
    let mut order: Vec<usize> = (0..scopes.len()).collect();
    order.sort_by_key(|&at| (sizes[at], at));
    let mut whole = vec![false; scopes.len()];
    let mut together = 0usize;
    for at in order {
        together = together.saturating_add(sizes[at].min(MOST_COMPLETIONS));
        whole[at] = together <= MOST_TOGETHER;
    }
    whole
}

/// The conclusions of a root as things stand.
fn now(base: &Base<'_>, root: &Root) -> Vec<Vec<Constant>> {
    let rows = base.database().relation(root.relation);
    let declared = &base.rulebook().program.relations[root.relation.index()];
    let about = (0..rows.len()).filter(|&row| rows.word(row, 1) == root.subject);
    about
        .map(|row| {
            let words: Vec<Word> = rows.row(row).skip(1).collect();
            constants(&words, declared, base.interner())
        })
        .collect()
}

fn about(base: &Base<'_>, root: &Root, values: &[Constant]) -> bool {
    values.first().and_then(|value| base.interner().find(value)) == Some(root.subject)
}

/// Adds the values of the closed list that are concluded under no completion.
fn excluded(
    base: &Base<'_>,
    concluded: &[Concluded],
    root: &Root,
    scope: Option<(usize, bool)>,
    ledger: &mut Ledger,
) {
    let declared = &base.rulebook().program.relations[root.relation.index()];
    if declared.arity() != 2 {
        return;
    }
    for &value in &concluded[root.concluded].list {
        let values = constants(&[root.subject, value], declared, base.interner());
        let known = ledger
            .entries
            .iter()
            .any(|entry| entry.relation == root.relation && entry.values == values);
        if !known {
            ledger.entries.push(Entry {
                relation: root.relation,
                values,
                label: if scope.is_none_or(|(_, complete)| complete) {
                    Label::Excluded
                } else {
                    Label::Open
                },
                now: false,
                rests_on: Vec::new(),
                scope: scope.map(|(number, _)| number),
            });
        }
    }
}

/// The questions of a scope that make a difference: two completions that differ in no other answer,
/// but perhaps in questions that open only later, disagree.
pub(super) fn rests_on(scope: &Scope, codes: &[u128], bits: &Bits, late: usize) -> Vec<usize> {
    let count = bits.count();
    if count == 0 || count == codes.len() {
        return Vec::new();
    }
    let first_late = scope.questions.len() - late;
    let mask = |place: usize| 15u128 << (4 * place);
    let later = (first_late..scope.questions.len()).fold(0, |all, place| all | mask(place));
    let mut found = Vec::new();
    for (place, &question) in scope.questions.iter().enumerate() {
        let ignored = if place < first_late { mask(place) | later } else { mask(place) };
        let mut seen: FxHashMap<u128, [Option<u128>; 2]> = FxHashMap::default();
        let differs = codes.iter().enumerate().any(|(at, code)| {
            let answer = code & mask(place);
            let group = seen.entry(code & !ignored).or_default();
            let (mine, other) = if bits.has(at) { (1, 0) } else { (0, 1) };
            // The first answer of each kind is enough: with two answers among three, one of them
            // meets a different one.
            if group[mine].is_none() {
                group[mine] = Some(answer);
            }
            group[other].is_some_and(|opposite| opposite != answer)
        });
        if differs {
            found.push(question);
        }
    }
    found
}

/// Derives the completions of a scope.
struct Enumeration<'e, 'b> {
    base: &'e Base<'b>,
    choices: &'e Choices,
    questions: &'e [usize],
    late: &'e [usize],
    members: &'e [&'e Root],
    slice: &'e Slice,
    limits: &'e Limits<'e>,
    /// Whether all completions are to be derived, as far as that can be known.
    whole: bool,
}

/// What a block of variants says: conclusions with the variants they derive in, and the late
/// questions that are open with the variants they are open in.
type Read = (Vec<((RelationId, Vec<Word>), Vec<usize>)>, Vec<(usize, Vec<usize>)>);

impl Enumeration<'_, '_> {
    fn run(&self) -> Result<(Scope, Table), Stopped> {
        let early: Vec<usize> =
            self.questions.iter().copied().filter(|choice| !self.late.contains(choice)).collect();
        let wide = |choice: &usize| self.choices.choices[*choice].values.len() > 15;
        let codable = self.questions.len() <= 32 && !self.questions.iter().any(wide);
        let mut complete =
            self.whole && codable && product(self.choices, &early) <= MOST_COMPLETIONS;
        let mut frontier =
            if complete { self.completions(&[], &early) } else { self.samples(&early) };
        let words = Mutex::new(Interner::over(std::sync::Arc::clone(self.base.interner())));
        let mut table = Table::default();
        let mut facts: FxHashMap<(RelationId, Vec<Word>), Bits> = FxHashMap::default();
        let mut tried = 0;
        while !frontier.is_empty() {
            tried += frontier.len();
            let blocks = self.base.derive(
                self.slice,
                frontier.len(),
                false,
                self.limits,
                &|at| self.choices.edit(self.base, &frontier[at]),
                &|database, interner, range| self.read(database, interner, range, &words),
                &|_| (),
            )?;
            // Completions that open further questions are none yet.
            let mut opened: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
            for (question, variants) in blocks.iter().flat_map(|(_, opened)| opened) {
                for &variant in variants {
                    if frontier[variant].iter().all(|setting| setting.choice != *question) {
                        opened.entry(variant).or_default().push(*question);
                    }
                }
            }
            let mut number = vec![None; frontier.len()];
            for (at, settings) in frontier.iter().enumerate() {
                if !opened.contains_key(&at) {
                    number[at] = Some(table.codes.len());
                    table.codes.push(self.code(settings));
                }
            }
            for (fact, variants) in blocks.into_iter().flat_map(|(facts, _)| facts) {
                let completions = variants.iter().filter_map(|&variant| number[variant]);
                let mut completions = completions.peekable();
                if completions.peek().is_some() {
                    let bits = facts.entry(fact).or_default();
                    completions.for_each(|at| bits.set(at));
                }
            }
            let mut next = Vec::new();
            let mut grown: Vec<(usize, Vec<usize>)> = opened.into_iter().collect();
            grown.sort_unstable();
            for (variant, questions) in grown {
                let most = if complete { MOST_COMPLETIONS } else { MOST_SAMPLES };
                let more = product(self.choices, &questions);
                if more.saturating_add(next.len() + table.codes.len()) > most {
                    complete = false;
                    continue;
                }
                next.extend(self.completions(&frontier[variant], &questions));
            }
            frontier = next;
        }
        let words = words.into_inner().unwrap_or_else(PoisonError::into_inner);
        table.facts = facts
            .into_iter()
            .map(|((relation, tuple), bits)| {
                let declared = &self.base.rulebook().program.relations[relation.index()];
                (relation, constants(&tuple, declared, &words), bits)
            })
            .collect();
        table.facts.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| compare_tuples(&a.1, &b.1)));
        let scope = Scope { questions: self.questions.to_vec(), tried, complete };
        Ok((scope, table))
    }

    /// Some settings with every combination of answers to further questions.
    fn completions(&self, settings: &[Setting], questions: &[usize]) -> Vec<Vec<Setting>> {
        let mut all = vec![settings.to_vec()];
        for &choice in questions {
            let values = self.choices.choices[choice].values.len();
            all = all
                .into_iter()
                .flat_map(|settings| {
                    (0..values).map(move |value| {
                        let mut more = settings.clone();
                        more.push(Setting { choice, value });
                        more
                    })
                })
                .collect();
        }
        all
    }

    /// Some completions, and all that differ from them in one answer.
    fn samples(&self, questions: &[usize]) -> Vec<Vec<Setting>> {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut random = move |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below.max(1) as u64) as usize
        };
        let count = |choice: usize| self.choices.choices[choice].values.len();
        let mut samples: FxHashSet<Vec<Setting>> = FxHashSet::default();
        for sample in 0..SAMPLES {
            // The first samples answer every question alike, the way people often do.
            let chosen: Vec<Setting> = questions
                .iter()
                .map(|&choice| {
                    let value = if sample < 2 { sample } else { random(count(choice)) };
                    Setting { choice, value: value.min(count(choice).saturating_sub(1)) }
                })
                .collect();
            for (at, &choice) in questions.iter().enumerate() {
                for value in 0..count(choice) {
                    let mut other = chosen.clone();
                    other[at].value = value;
                    samples.insert(other);
                }
            }
        }
        let mut samples: Vec<Vec<Setting>> = samples.into_iter().collect();
        samples.sort();
        samples
    }

    fn code(&self, settings: &[Setting]) -> u128 {
        settings.iter().fold(0, |code, setting| {
            let place = self.questions.iter().position(|choice| *choice == setting.choice);
            let digit = (setting.value as u128 + 1).min(15);
            place.filter(|place| *place < 32).map_or(code, |place| code | (digit << (4 * place)))
        })
    }

    fn read(
        &self,
        database: &Database,
        interner: &Interner,
        range: std::ops::Range<usize>,
        words: &Mutex<Interner>,
    ) -> Read {
        let mut facts: FxHashMap<(RelationId, Vec<Word>), Vec<usize>> = FxHashMap::default();
        for root in self.members {
            let rows = database.relation(root.relation);
            let (worlds, subjects) = (rows.column(0), rows.column(1));
            for row in (0..rows.len()).filter(|&row| subjects[row] == root.subject) {
                let tuple = rows.row(row).skip(1).collect();
                let variant = range.start + worlds[row].0 as usize;
                facts.entry((root.relation, tuple)).or_default().push(variant);
            }
        }
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        let common = |((relation, tuple), variants): ((RelationId, Vec<Word>), Vec<usize>)| {
            let declared = &self.base.rulebook().program.relations[relation.index()];
            let values = constants(&tuple, declared, interner);
            let tuple = values.iter().map(|value| words.intern(value)).collect();
            ((relation, tuple), variants)
        };
        let facts = facts.into_iter().map(common).collect();
        let mut opened = Vec::new();
        if let (false, Some(open)) = (self.late.is_empty(), self.choices.open) {
            let rows = database.relation(open);
            for &choice in self.late {
                let Some(row) = self.choices.open_row(self.base, choice) else { continue };
                let pattern: Vec<Option<Word>> =
                    std::iter::once(None).chain(row.into_iter().map(Some)).collect();
                let found = rows.matching(&pattern);
                let variants =
                    found.into_iter().map(|row| range.start + rows.word(row, 0).0 as usize);
                opened.push((choice, variants.collect()));
            }
        }
        (facts, opened)
    }
}
