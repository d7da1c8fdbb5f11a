//! Records and decisions to verdicts: whether each record still says what derives.

use std::borrow::Cow;

use crate::diag::Severity;

use super::decide::{Decided, sealed};
use super::keep::{Pair, paired};
use super::read::Record;
use super::{Decision, Evidence};
use crate::session::Session;

/// What a record comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The record, by its place among those given.
    pub record: usize,
    /// In a word.
    pub outcome: Outcome,
    /// The code with a page that says more; nothing where all is well.
    pub code: Option<Cow<'static, str>>,
    /// What is decided now, where that is something else.
    pub derived: Option<String>,
    /// What differs in what it rests on and says.
    pub items: Vec<Item>,
}

/// What a record comes to, in a word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// It is as it says.
    Holds,
    /// It says itself that it no longer stands.
    Ended,
    /// The decision is the same, for the same reasons, and something else that the record says is not.
    Words,
    /// The decision is the same, for other reasons.
    Reasons,
    /// Nothing decides it any more.
    Undecided,
    /// Something else is decided.
    Otherwise,
    /// It or its design cannot be read as it is, so it was not held against anything.
    Unread,
}

impl Outcome {
    /// The code with a page that says more; nothing where all is well.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Outcome::Holds | Outcome::Ended | Outcome::Unread => None,
            Outcome::Otherwise => Some("AL1511"),
            Outcome::Undecided => Some("AL1512"),
            Outcome::Reasons => Some("AL1513"),
            Outcome::Words => Some("AL1514"),
        }
    }

    /// How bad it is.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Outcome::Holds | Outcome::Ended => None,
            Outcome::Otherwise | Outcome::Undecided | Outcome::Unread => Some(Severity::Error),
            Outcome::Reasons | Outcome::Words => Some(Severity::Warning),
        }
    }

    /// In words.
    pub fn said(self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Ended => "no longer stands",
            Outcome::Words => "same decision and reasons, other words",
            Outcome::Reasons => "same decision, other reasons",
            Outcome::Undecided => "nothing decides it any more",
            Outcome::Otherwise => "decided otherwise",
            Outcome::Unread => "not looked at",
        }
    }
}

/// A difference in what a decision rests on, or in what a record says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// `removed`, `added` or `changed`.
    pub change: &'static str,
    /// What it is: a fact, a fact against others, an assumption, a rule, a row, a part.
    pub kind: &'static str,
    /// The thing.
    pub text: String,
}

impl Item {
    fn new(change: &'static str, kind: &'static str, text: impl Into<String>) -> Self {
        Item { change, kind, text: text.into() }
    }
}

impl Verdict {
    /// The verdict on a record that cannot be read as it is.
    pub fn unread(code: Cow<'static, str>) -> Self {
        let (outcome, derived, items) = (Outcome::Unread, None, Vec::new());
        Verdict { record: 0, outcome, code: Some(code), derived, items }
    }
}

/// Holds the records of a design against what it decides.
pub fn verify(session: &Session, decided: &Decided, records: &[&Record]) -> Vec<Verdict> {
    let standing: Vec<&Record> = records.iter().copied().filter(|it| it.stands()).collect();
    let pairs = paired(&standing, &decided.decisions);
    let mut verdicts = Vec::new();
    for (number, record) in records.iter().enumerate() {
        let of = |pair: &&Pair<'_>| match pair {
            Pair::Same(it, _) | Pair::Otherwise(it, _) | Pair::Undecided(it) => {
                std::ptr::eq(*it, *record)
            }
            Pair::New(_) => false,
        };
        let (outcome, derived, items) = match pairs.iter().find(of) {
            Some(Pair::Same(_, decision)) => {
                let items = reasons(&record.evidence, &decision.evidence);
                let words = words(record, decision);
                match (items.is_empty(), words.is_empty()) {
                    (false, _) => (Outcome::Reasons, None, items),
                    (true, false) => (Outcome::Words, None, words),
                    (true, true) => (Outcome::Holds, None, Vec::new()),
                }
            }
            Some(Pair::Otherwise(_, decision)) => {
                let items = reasons(&record.evidence, &decision.evidence);
                (Outcome::Otherwise, Some(decision.chosen.clone()), items)
            }
            Some(Pair::Undecided(_)) => (Outcome::Undecided, None, gone(session, record)),
            Some(Pair::New(_)) | None => (Outcome::Ended, None, Vec::new()),
        };
        let code = outcome.code().map(Cow::Borrowed);
        verdicts.push(Verdict { record: number, outcome, code, derived, items });
    }
    verdicts
}

/// What differs in what a decision rests on.
fn reasons(old: &Evidence, new: &Evidence) -> Vec<Item> {
    let mut items = Vec::new();
    let mut list = |kind, old: &[String], new: &[String]| {
        let gone = old.iter().filter(|it| !new.contains(it));
        items.extend(gone.map(|it| Item::new("removed", kind, it)));
        let come = new.iter().filter(|it| !old.contains(it));
        items.extend(come.map(|it| Item::new("added", kind, it)));
    };
    list("fact", &old.facts, &new.facts);
    list("fact against others", &old.against, &new.against);
    list("assumption", &old.assumptions, &new.assumptions);
    list("row", &old.rows, &new.rows);
    rules(&old.rules, &new.rules, &mut items);
    items
}

/// A rule without the number for its text.
fn id(rule: &str) -> &str {
    rule.rsplit_once(' ').map_or(rule, |(id, _)| id)
}

fn rules(old: &[String], new: &[String], items: &mut Vec<Item>) {
    for rule in old.iter().filter(|rule| !new.contains(rule)) {
        let same = new.iter().any(|it| id(it) == id(rule));
        items.push(Item::new(if same { "changed" } else { "removed" }, "rule", id(rule)));
    }
    let come = new.iter().filter(|rule| old.iter().all(|it| id(it) != id(rule)));
    items.extend(come.map(|rule| Item::new("added", "rule", id(rule))));
}

/// What a record says otherwise than it would be written now.
fn words(record: &Record, decision: &Decision) -> Vec<Item> {
    let mut items = Vec::new();
    if record.title != decision.title {
        items.push(Item::new("changed", "title", &decision.title));
    }
    let old = record.parts.get(1..).unwrap_or_default();
    let said = |parts: &[super::Part], heading: &str| -> Option<String> {
        parts.iter().find(|part| part.heading == heading).map(|part| part.text.clone())
    };
    for part in &decision.parts {
        // Blanks at the ends of lines are nothing that anybody sees.
        let plain = |text: String| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        match said(old, &part.heading).map(plain) {
            None => items.push(Item::new("added", "part", &part.heading)),
            Some(text) if text != plain(part.text.clone()) => {
                items.push(Item::new("changed", "part", &part.heading));
            }
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|part| said(&decision.parts, &part.heading).is_none());
    items.extend(gone.map(|part| Item::new("removed", "part", &part.heading)));
    items
}

/// What of that on which a record rests is not there any more.
fn gone(session: &Session, record: &Record) -> Vec<Item> {
    let mut items = Vec::new();
    let clauses = &session.rulebook().program.clauses;
    let now: Vec<String> = clauses.iter().map(|clause| sealed(session, clause)).collect();
    let old = &record.evidence;
    for rule in old.rules.iter().filter(|rule| !now.contains(rule)) {
        let same = now.iter().any(|it| !it.is_empty() && id(it) == id(rule));
        items.push(Item::new(if same { "changed" } else { "removed" }, "rule", id(rule)));
    }
    let designs = session.designs().iter().flat_map(|design| &design.facts);
    let stated: Vec<String> = designs.map(|fact| session.written(fact)).collect();
    let facts = old.facts.iter().filter(|fact| !stated.contains(fact));
    items.extend(facts.map(|fact| Item::new("removed", "fact", fact)));
    let row = |row: &&String| match session.pattern(row) {
        Ok(pattern) => session.matching(0, pattern.relation, &pattern.values).is_empty(),
        Err(_) => true,
    };
    items.extend(old.rows.iter().filter(row).map(|row| Item::new("removed", "row", row)));
    items
}
