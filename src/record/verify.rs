//! Records and decisions to verdicts: whether each record still says what derives.

use std::borrow::Cow;

use crate::diag::Severity;
use crate::session::Session;

use super::decide::{Decided, sealed};
use super::keep::{Pair, paired};
use super::read::Record;
use super::{Decision, Evidence, Part};

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
    /// What it is: a fact, a fact against others, an assumption, a rule, a row, or the heading of the
    /// part that a line is of.
    pub kind: Cow<'static, str>,
    /// The thing.
    pub text: String,
}

impl Item {
    fn new(
        change: &'static str,
        kind: impl Into<Cow<'static, str>>,
        text: impl Into<String>,
    ) -> Self {
        Item { change, kind: kind.into(), text: text.into() }
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
    let present = Present::new(session, records);
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
                let items = reasons(&record.evidence, &decision.evidence, &present);
                let words = words(record, decision);
                match (items.is_empty(), words.is_empty()) {
                    (false, _) => (Outcome::Reasons, None, items),
                    (true, false) => (Outcome::Words, None, words),
                    (true, true) => (Outcome::Holds, None, Vec::new()),
                }
            }
            Some(Pair::Otherwise(_, decision)) => {
                let items = reasons(&record.evidence, &decision.evidence, &present);
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

/// The code of a decision that no record is of.
pub const UNRECORDED: &str = "AL1515";

/// The decisions of a design that none of these records is of. Where one of them does not say reliably
/// what it is of, that is looked into first, and nothing is missing.
pub fn unrecorded<'a>(decided: &'a Decided, records: &'a [Record], id: &str) -> Vec<&'a Decision> {
    if records.iter().any(|record| !record.problems.is_empty()) {
        return Vec::new();
    }
    let standing = records.iter().filter(|record| record.stands() && record.design_id == id);
    let standing: Vec<&Record> = standing.collect();
    let pairs = paired(&standing, &decided.decisions);
    let new = |pair: Pair<'a>| match pair {
        Pair::New(decision) => Some(decision),
        _ => None,
    };
    pairs.into_iter().filter_map(new).collect()
}

/// What there is now, whatever a decision rests on.
struct Present {
    /// The facts of the design.
    stated: Vec<String>,
    /// The rules of the rulebook, each with the number for its text.
    rules: Vec<String>,
    /// The facts that some record rests on and that are not stated any more.
    gone: Vec<String>,
}

impl Present {
    fn new(session: &Session, records: &[&Record]) -> Self {
        let facts = session.designs().iter().flat_map(|design| &design.facts);
        let stated: Vec<String> = facts.map(|fact| session.written(fact)).collect();
        let clauses = &session.rulebook().program.clauses;
        let rules = clauses.iter().map(|clause| sealed(session, clause)).collect();
        let known =
            records.iter().flat_map(|it| it.evidence.facts.iter().chain(&it.evidence.against));
        let mut gone: Vec<String> = known.filter(|it| !stated.contains(it)).cloned().collect();
        gone.sort();
        gone.dedup();
        Present { stated, rules, gone }
    }

    /// The fact that was stated in the place of one that is stated now.
    fn replaced(&self, fact: &str) -> Option<&String> {
        let subject = |fact: &str| fact.rsplit_once(", ").map(|(subject, _)| subject.to_owned());
        let own = subject(fact)?;
        self.gone.iter().find(|it| subject(it).as_deref() == Some(&own))
    }
}

/// What differs in what a decision rests on. What has changed comes first; then what it rests on no
/// longer or only now, though that may have been there all the time.
fn reasons(old: &Evidence, new: &Evidence, present: &Present) -> Vec<Item> {
    let mut items = Vec::new();
    let stands =
        |there: bool, kind: &'static str, still: &'static str| if there { still } else { kind };
    for fact in old.facts.iter().chain(&old.against) {
        if !new.facts.contains(fact) && !new.against.contains(fact) {
            let kind = stands(present.stated.contains(fact), "fact", "fact, still stated");
            items.push(Item::new("removed", kind, fact));
        }
    }
    for fact in new.facts.iter().chain(&new.against) {
        if old.facts.contains(fact) || old.against.contains(fact) {
            continue;
        }
        let replaced = present.replaced(fact);
        let kind = stands(replaced.is_none(), "fact", "fact, not used before");
        let known = |it: &&String| !old.facts.contains(it) && !old.against.contains(it);
        items.extend(replaced.filter(known).map(|it| Item::new("removed", "fact", it)));
        items.push(Item::new("added", kind, fact));
    }
    let mut list = |kind, old: &[String], new: &[String]| {
        let gone = old.iter().filter(|it| !new.contains(it));
        items.extend(gone.map(|it| Item::new("removed", kind, it)));
        let come = new.iter().filter(|it| !old.contains(it));
        items.extend(come.map(|it| Item::new("added", kind, it)));
    };
    list("assumption", &old.assumptions, &new.assumptions);
    list("row", &old.rows, &new.rows);
    rules(&old.rules, &new.rules, present, &mut items);
    items.sort_by_key(|item| item.kind.contains(", "));
    items
}

/// A rule without the number for its text.
fn id(rule: &str) -> &str {
    rule.rsplit_once(' ').map_or(rule, |(id, _)| id)
}

fn rules(old: &[String], new: &[String], present: &Present, items: &mut Vec<Item>) {
    for rule in old.iter().filter(|rule| !new.contains(rule)) {
        let same = new.iter().any(|it| id(it) == id(rule));
        let there = present.rules.contains(rule);
        let kind = if there { "rule, still there" } else { "rule" };
        items.push(Item::new(if same { "changed" } else { "removed" }, kind, id(rule)));
    }
    let come = new.iter().filter(|rule| old.iter().all(|it| id(it) != id(rule)));
    items.extend(come.map(|rule| Item::new("added", "rule, not used before", id(rule))));
}

/// What a record says otherwise than it would be written now, line by line.
fn words(record: &Record, decision: &Decision) -> Vec<Item> {
    let mut items = Vec::new();
    if record.title != decision.title {
        items.push(Item::new("removed", "title", &record.title));
        items.push(Item::new("added", "title", &decision.title));
    }
    let old = record.parts.get(1..).unwrap_or_default();
    let text = |parts: &[Part], heading: &str| -> Option<String> {
        parts.iter().find(|part| part.heading == heading).map(|part| part.text.clone())
    };
    for part in &decision.parts {
        match text(old, &part.heading) {
            None => items.push(Item::new("added", part.heading.clone(), "(the whole part)")),
            Some(said) => lines(&part.heading, &said, &part.text, &mut items),
        }
    }
    let gone = old.iter().filter(|part| text(&decision.parts, &part.heading).is_none());
    items.extend(gone.map(|it| Item::new("removed", it.heading.clone(), "(the whole part)")));
    items
}

/// At most so many lines of a part are told that are gone, and as many that are new.
const MOST_LINES: usize = 5;

/// The lines of a part that only one of two texts has; blanks at the ends of lines do not count.
fn lines(heading: &str, old: &str, new: &str, items: &mut Vec<Item>) {
    let [old, new] = [old, new].map(|text| text.lines().map(str::trim_end).collect::<Vec<&str>>());
    if old == new {
        return;
    }
    let before = items.len();
    for (change, own, other) in [("removed", &old, &new), ("added", &new, &old)] {
        let only: Vec<&str> = own.iter().copied().filter(|line| !other.contains(line)).collect();
        let told = only.iter().take(MOST_LINES).map(|line| (*line).to_owned());
        let more = only.len().saturating_sub(MOST_LINES);
        let more = (more > 0).then(|| format!("(and {more} more)"));
        let told = told.chain(more);
        items.extend(told.map(|line| Item::new(change, heading.to_owned(), line)));
    }
    if items.len() == before {
        items.push(Item::new("changed", heading.to_owned(), "(the order of its lines)"));
    }
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
