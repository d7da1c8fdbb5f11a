//! Verdict to what is responsible: the smallest set of facts, or of rules, that makes a decision come
//! out otherwise than recorded.
//!
//! Where folders are laid over the built-in rulebook, and the built-in one decides as recorded for the
//! design as it is, they are responsible, and the two rulebooks are compared. Else the design is. As it
//! was it is not kept anywhere, but the facts that the decision rested on are: with those put back, and
//! without the facts that only the present choice rests on, what is left must come to the recorded
//! choice. If it does, the two are compared like any two designs ([`crate::compare`]). If it does not,
//! all that differs in what the two choices rest on is named.

use crate::analyze::facts::StatedFact;
use crate::batch::Input;
use crate::change::Limits;
use crate::compare::{
    Book, Books, Compared, Comparison, Difference, Failure, Kind, compare_books_on,
    compare_designs_on,
};
use crate::eval::Options;
use crate::explain::{Origin, Root, Why, show};
use crate::kb;
use crate::session::Session;

use super::decide::{relation, text};
use super::read::Record;
use super::verify::{Item, Outcome, Verdict};
use super::{Decision, Key};

/// What is responsible for a decision that comes out otherwise.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Blamed {
    /// The differences.
    pub differences: Vec<Difference>,
    /// Whether they are a smallest set that makes the decision come out otherwise, taken alone; else
    /// they are all that differs in what the recorded and the present choice rest on.
    pub smallest: bool,
}

/// The built-in rulebook and the one in use, where that is another.
#[derive(Debug)]
pub struct Rulebooks<'a> {
    /// The built-in one.
    pub old: &'a Book,
    /// The one in use.
    pub new: &'a Book,
    /// The design as a program reads it.
    pub design: &'a Input,
    /// Which part of a rulebook is loaded.
    pub options: &'a kb::Options,
}

/// What is responsible for the verdict on a record of the design of a session, which is derived.
pub fn blame(
    session: &Session,
    record: &Record,
    verdict: &Verdict,
    decision: Option<&Decision>,
    rulebooks: Option<&Rulebooks<'_>>,
    options: &Options<'_>,
) -> Result<Blamed, Failure> {
    let by_evidence =
        || Blamed { differences: verdict.items.iter().map(difference).collect(), smallest: false };
    if !matches!(verdict.outcome, Outcome::Otherwise | Outcome::Undecided) {
        return Ok(by_evidence());
    }
    let Some(sheet) = sheet(session) else { return Ok(by_evidence()) };
    let compared = Compared::Sheet(&sheet);
    // Rules laid over the built-in ones come first: where those alone decide as recorded for the design as it
    // is, no fact of it is responsible. A record by the very rulebook in use knows these rules.
    let other = record.rulebook != super::rulebook_of(&session.stamp());
    if let Some(it) = rulebooks.filter(|_| other) {
        let designs = std::slice::from_ref(it.design);
        let books = Books { old: it.old, new: it.new, designs, options: it.options };
        let found = compare_books_on(compared, &books, options, &|_, _| {})?;
        if let Some(differences) = responsible(&found, &row_names(session, &record.key), record) {
            return Ok(Blamed { differences, smallest: true });
        }
    }
    if let Some(before) = before(session, record, decision, options)? {
        let found = compare_designs_on(compared, &before, session, options, &|_, _| {})?;
        if let Some(differences) = responsible(&found, &row_names(&before, &record.key), record) {
            return Ok(Blamed { differences, smallest: true });
        }
    }
    Ok(by_evidence())
}

/// The name of the sheet that shows decisions.
fn sheet(session: &Session) -> Option<String> {
    let relation = relation(session, "sheet", 5)?;
    let sheets = &session.rulebook().sheets;
    sheets.iter().find(|sheet| sheet.relation == relation).map(|sheet| sheet.name.clone())
}

/// What its rows about a decision are called: by what derives, or else by how others are called.
fn row_names(session: &Session, key: &Key) -> Vec<String> {
    let rows = relation(session, "sheet", 5).map(|relation| session.rows(relation, 0));
    let of = |row: &Vec<crate::value::Constant>| {
        [text(row, 1), text(row, 2), text(row, 3)] == [&*key.kind, &*key.subject, &*key.aspect]
    };
    rows.unwrap_or_default().iter().filter(|row| of(row)).map(|row| text(row, 0)).collect()
}

/// The differences that take a decision from what is recorded to what it is.
fn responsible(found: &Comparison, names: &[String], record: &Record) -> Option<Vec<Difference>> {
    let gone = |before: &str| {
        before == record.decision
            || before.strip_suffix(&record.decision).is_some_and(|rest| rest.ends_with(" | "))
    };
    let conclusion = found.conclusions.iter().find(|it| {
        let named = names.is_empty() || names.contains(&it.row);
        named && it.before.as_deref().is_some_and(gone)
    })?;
    let witness = conclusion.witness.as_ref()?;
    Some(witness.iter().filter_map(|at| found.differences.get(*at).cloned()).collect())
}

/// The design with what the record rested on put back, and without what speaks for the present choice
/// alone; derived. Nothing where that is the design as it is.
fn before(
    session: &Session,
    record: &Record,
    decision: Option<&Decision>,
    options: &Options<'_>,
) -> Result<Option<Session>, Failure> {
    let Some(design) = session.designs().first() else { return Ok(None) };
    let recorded: Vec<&String> =
        record.evidence.facts.iter().chain(&record.evidence.against).collect();
    let mut present: Vec<String> = Vec::new();
    if let Some(decision) = decision {
        present.extend(decision.evidence.facts.iter().chain(&decision.evidence.against).cloned());
    }
    present.extend(in_the_way(session, record));
    let written = |fact: &StatedFact| session.written(fact);
    let stated: Vec<String> = design.facts.iter().map(written).collect();
    let kept = |fact: &&StatedFact| {
        let text = session.written(fact);
        recorded.contains(&&text) || !present.contains(&text)
    };
    let mut facts: Vec<StatedFact> = design.facts.iter().filter(kept).cloned().collect();
    let put_back: Vec<StatedFact> = recorded
        .iter()
        .filter(|fact| !stated.contains(fact))
        .filter_map(|fact| session.change(0, &format!("+{fact}")).ok())
        .flat_map(|change| change.add)
        .collect();
    if put_back.is_empty() && facts.len() == design.facts.len() {
        return Ok(None);
    }
    facts.extend(put_back);
    let mut before = Session::new(session.shared());
    let number = before.begin(&design.id);
    before.restate(number, facts);
    let limits = Limits::from_options(options);
    let run = before.derive(&limits.options());
    run.map_err(|stopped| Failure::Stopped(limits.named(stopped)))?;
    Ok(Some(before))
}

/// Facts of the design that keep the recorded choice from following.
fn in_the_way(session: &Session, record: &Record) -> Vec<String> {
    let (Some(explained), Ok(pattern)) = (session.explained(0), session.pattern(&record.goal))
    else {
        return Vec::new();
    };
    let mut why = Why::new(&explained);
    let words = {
        let interner = why.solver().interner_mut();
        explained.words(0, pattern.relation, &pattern.values, interner)
    };
    let roots = why.why_not(pattern.relation, words).roots(false);
    let fact = |root: Root| match root {
        Root::StatedOtherwise { instead, .. } => Some(show::fact(&explained, &instead)),
        Root::InTheWay(fact, Origin::Stated { .. }) => Some(show::fact(&explained, &fact)),
        _ => None,
    };
    roots.into_iter().filter_map(fact).collect()
}

/// A difference in what decisions rest on, as a difference of designs or rulebooks.
fn difference(item: &Item) -> Difference {
    let kind = match item.kind.split(", ").next().unwrap_or_default() {
        "rule" => Kind::Rule,
        "row" => Kind::Row,
        _ => Kind::Fact,
    };
    let text = Some(item.text.clone());
    let (before, after) = match item.change {
        "removed" => (text, None),
        "added" => (None, text),
        _ => (text.clone(), text),
    };
    Difference { kind, name: item.kind.to_string(), file: String::new(), before, after }
}
