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
//! slice of the design. That is exact, and small. A scope with too many completions is sampled, and says so: what differs among the samples is contingent, the
//! rest stays open.

use rustc_hash::FxHashSet;

use crate::analyze::facts::StatedFact;
use crate::eval::{StopReason, Stopped};
use crate::kb::Rulebook;
use crate::value::{Constant, RelationId, Word, compare_tuples};

use super::choices::{Choices, tagged};
use super::completions::{Enumeration, Scope, Table, rests_on};
use super::cone::{Ask, Slice};
use super::scopes::{Root, ask_open, enumerable, scopes, settle};
use super::variants::{Base, Limits, stopped};
use super::what_if::constants;

/// How far the labelling of conclusions has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// So many subjects of conclusions were looked at.
    Subjects(usize),
    /// A scope is derived.
    Scope {
        /// Its number, from 1.
        number: usize,
        /// How many scopes there are.
        of: usize,
        /// How many of its completions were derived.
        tried: usize,
    },
}

/// Told how far it has come, from any thread.
pub type Told<'a> = dyn Fn(Step) + Sync + 'a;

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

/// A relation that the ledger is about.
struct Concluded {
    relation: RelationId,
    /// The closed list of its second column, or nothing.
    list: Vec<Word>,
    /// Whether the others go before it (`@later`).
    later: bool,
}

/// Labels the conclusions of a design. Fails only if the design itself cannot be derived within the
/// limits, or they are hit before any scope is derived.
pub fn ledger(
    rulebook: &Rulebook,
    stated: &[StatedFact],
    limits: &Limits<'_>,
    told: &Told<'_>,
) -> Result<Ledger, Stopped> {
    let mut base = Base::new(rulebook, stated, limits)?;
    let choices = Choices::of(&mut base);
    ledger_of(&base, choices, limits, told)
}

/// Labels the conclusions of a derived design.
pub(super) fn ledger_of(
    base: &Base<'_>,
    choices: Choices,
    limits: &Limits<'_>,
    told: &Told<'_>,
) -> Result<Ledger, Stopped> {
    let concluded = concluded(base);
    let questions = choices.open_choices();
    let (mut cones, late) = settle(base, &choices, &questions, limits)?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut roots: Vec<Root> = Vec::new();
    let mut looked = 0;
    for (position, relation) in concluded.iter().enumerate() {
        let Concluded { relation, list, later } = relation;
        let (relation, arity) =
            (*relation, base.rulebook().program.relations[relation.index()].arity());
        for subject in subjects(base, &choices, relation) {
            limits.check().map_err(stopped)?;
            looked += 1;
            told(Step::Subjects(looked));
            let mut asked = vec![Ask::Unknown; arity];
            asked[0] = Ask::Word(subject);
            let node = cones.ask(relation, &asked);
            let cone = cones.cone(node);
            if cone.possible {
                let (cone, later) = (cone.choices, *later);
                roots.push(Root { node, relation, subject, cone, concluded: position, later });
            } else {
                entries.extend(never(base, relation, subject, list, &[], None));
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
        entries,
        ..Ledger::default()
    };
    for root in roots.iter().filter(|root| root.cone.is_empty()) {
        let (relation, list) = (root.relation, &concluded[root.concluded].list);
        let standing = now(base, root);
        ledger.entries.extend(never(base, relation, root.subject, list, &standing, None));
        ledger.entries.extend(standing.into_iter().map(|values| {
            let label = Label::Certain;
            Entry { relation, values, label, now: true, rests_on: Vec::new(), scope: None }
        }));
    }
    let scopes = scopes(&choices, &late, &roots);
    let whole = enumerable(&choices, &scopes, &roots);
    let of = scopes.len();
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
        let tell = |tried: usize| told(Step::Scope { number: number + 1, of, tried });
        tell(0);
        let enumeration = Enumeration {
            base,
            choices: &choices,
            questions: &questions,
            late: &opens,
            members: &members,
            slice: &slice,
            limits,
            whole,
            tell: &tell,
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
            let relation = root.relation;
            for values in standing {
                if seen.contains(&values) {
                    continue;
                }
                let label = if scope.complete { Label::Excluded } else { Label::Open };
                let (rests_on, scope) = (Vec::new(), Some(number));
                seen.push(values.clone());
                ledger.entries.push(Entry { relation, values, label, now: true, rests_on, scope });
            }
            let (subject, list) = (root.subject, &concluded[root.concluded].list);
            let scope = Some((number, scope.complete));
            ledger.entries.extend(never(base, relation, subject, list, &seen, scope));
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
            let later = declared.doc.tag("later").is_some();
            Some(Concluded { relation: RelationId::from(index), list, later })
        })
        .collect()
}

/// What the conclusions of a relation may be about: whatever the design states in columns of the same
/// name as its first, the subjects of choices in such columns, and what conclusions of it are about
/// now.
fn subjects(base: &Base<'_>, choices: &Choices, relation: RelationId) -> Vec<Word> {
    let relations = &base.rulebook().program.relations;
    let Some(kind) = relations[relation.index()].columns.first() else { return Vec::new() };
    let is_kind = |of: RelationId, column: usize| {
        let column = relations[of.index()].columns.get(column);
        column.is_some_and(|other| other.name == kind.name && other.primitive == kind.primitive)
    };
    let mut subjects = base.database().relation(relation).column(1).to_vec();
    for (stated, words) in base.facts() {
        let of_kind = words.iter().enumerate().filter(|(column, _)| is_kind(*stated, *column));
        subjects.extend(of_kind.map(|(_, word)| *word));
    }
    for choice in &choices.choices {
        let of_kind = choice.key.iter().filter(|(column, _)| is_kind(choice.relation, *column));
        subjects.extend(of_kind.map(|(_, word)| *word));
    }
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}

/// The conclusions of a root as things stand.
fn now(base: &Base<'_>, root: &Root) -> Vec<Vec<Constant>> {
    let rows = base.database().relation(root.relation);
    let declared = &base.rulebook().program.relations[root.relation.index()];
    let mut about = vec![None; rows.arity()];
    about[1] = Some(root.subject);
    let found = rows.matching(&about).into_iter();
    found
        .map(|row| {
            let words: Vec<Word> = rows.row(row).skip(1).collect();
            constants(&words, declared, base.interner())
        })
        .collect()
}

fn about(base: &Base<'_>, root: &Root, values: &[Constant]) -> bool {
    values.first().and_then(|value| base.interner().find(value)) == Some(root.subject)
}

/// The values of a closed list that are not `seen` to be concluded about a subject. They never are, so
/// far as that was tried: `scope` is a number and whether all its completions were.
fn never(
    base: &Base<'_>,
    relation: RelationId,
    subject: Word,
    list: &[Word],
    seen: &[Vec<Constant>],
    scope: Option<(usize, bool)>,
) -> Vec<Entry> {
    let declared = &base.rulebook().program.relations[relation.index()];
    if declared.arity() != 2 {
        return Vec::new();
    }
    let complete = scope.is_none_or(|(_, complete)| complete);
    let label = if complete { Label::Excluded } else { Label::Open };
    let scope = scope.map(|(number, _)| number);
    let all = list.iter().map(|&value| constants(&[subject, value], declared, base.interner()));
    all.filter(|values| !seen.contains(values))
        .map(|values| Entry { relation, values, label, now: false, rests_on: Vec::new(), scope })
        .collect()
}
