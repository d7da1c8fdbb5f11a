//! Records and decisions to changes: which files become what, so that a folder of records says what a
//! design decides. A record keeps its number, its file and what a person wrote; one whose decision came
//! out otherwise stays as it is, and says which record took its place.

use std::collections::BTreeMap;

use super::decide::Decided;
use super::read::Record;
use super::write::{self, From, Standing};
use super::{Decision, Key};

/// The folder of records, and where the decisions come from.
#[derive(Clone, Debug)]
pub struct Keeping<'a> {
    /// The records in the folder, of this design and of others.
    pub records: &'a [Record],
    /// The names of all files in the folder.
    pub files: &'a [String],
    /// The design as seen from the folder.
    pub design: &'a str,
    /// The id of the design.
    pub id: &'a str,
    /// The rulebook.
    pub rulebook: &'a str,
}

/// What becomes of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Its file, as a name in the folder.
    pub file: String,
    /// What is done.
    pub done: Done,
    /// The new text of the file; nothing where it stays as it is.
    pub text: Option<String>,
}

/// What is done about a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Done {
    /// It is new.
    Written,
    /// It says the same decision in other words, or for other reasons.
    Updated,
    /// It stays as it is.
    Unchanged,
    /// Another record takes its place.
    Superseded,
    /// Nothing decides it any more.
    Retired,
}

impl Done {
    /// What is done, in a word.
    pub fn word(self) -> &'static str {
        match self {
            Done::Written => "written",
            Done::Updated => "updated",
            Done::Unchanged => "unchanged",
            Done::Superseded => "superseded",
            Done::Retired => "retired",
        }
    }
}

/// A standing record and a decision that belong together, one of which may be missing.
#[derive(Debug)]
pub(super) enum Pair<'a> {
    /// The record is of this decision.
    Same(&'a Record, &'a Decision),
    /// What the record is of is decided otherwise now.
    Otherwise(&'a Record, &'a Decision),
    /// Nothing decides what the record is of.
    Undecided(&'a Record),
    /// No record is of this decision.
    New(&'a Decision),
}

/// Pairs the standing records of a design with its decisions, the records first, in order.
pub(super) fn paired<'a>(records: &[&'a Record], decisions: &'a [Decision]) -> Vec<Pair<'a>> {
    let mut left: Vec<&Decision> = decisions.iter().collect();
    let mut pairs: Vec<Option<Pair<'a>>> = Vec::new();
    for record in records {
        let same = |it: &&Decision| it.key == record.key && it.chosen == record.decision;
        let at = left.iter().position(same);
        pairs.push(at.map(|at| Pair::Same(record, left.remove(at))));
    }
    for (record, pair) in records.iter().zip(&mut pairs) {
        if pair.is_none() {
            let at = left.iter().position(|it| it.key == record.key);
            *pair = Some(match at {
                Some(at) => Pair::Otherwise(record, left.remove(at)),
                None => Pair::Undecided(record),
            });
        }
    }
    pairs.into_iter().flatten().chain(left.into_iter().map(Pair::New)).collect()
}

/// What becomes of a folder of records. What is wrong with a record is not looked at: it is written
/// anew where its text is not what it would be.
pub fn keep(decided: &Decided, keeping: &Keeping<'_>) -> Vec<Change> {
    let mut keeper = Keeper::of(decided, keeping);
    let own = keeping.records.iter().filter(|it| it.design_id == keeping.id && it.stands());
    let own: Vec<&Record> = own.collect();
    for pair in paired(&own, &decided.decisions) {
        match pair {
            Pair::Same(record, decision) => keeper.same(record, decision),
            Pair::Otherwise(record, decision) => keeper.otherwise(record, decision),
            Pair::Undecided(record) => keeper.retired(record),
            Pair::New(decision) => keeper.new_record(decision, None),
        }
    }
    keeper.changes.sort_by_key(|change| change.number);
    keeper.changes
}

/// Gives a record that does not say reliably what it is of to the decision that its file is named
/// after, so that it is written anew under its number.
pub fn recover(record: &mut Record, decided: &Decided, id: &str) {
    if record.trusted || !record.stands() {
        return;
    }
    let name = file_name(&record.file);
    let Some((digits, rest)) = name.split_once('-') else { return };
    let named = |it: &&Decision| rest.strip_suffix(".md") == Some(&slug(&it.key));
    let named: Vec<&Decision> = decided.decisions.iter().filter(named).collect();
    let same = named.iter().find(|it| it.chosen == record.decision);
    let (Ok(number), Some(of)) = (digits.parse(), same.or(named.first())) else { return };
    record.number = number;
    record.key = of.key.clone();
    record.decision = of.chosen.clone();
    record.design_id = id.to_owned();
}

struct Keeper<'a> {
    keeping: &'a Keeping<'a>,
    below: String,
    next: u32,
    names: BTreeMap<u32, String>,
    changes: Vec<Change>,
}

impl<'a> Keeper<'a> {
    fn of(decided: &Decided, keeping: &'a Keeping<'a>) -> Self {
        let leading = |name: &String| -> Option<u32> {
            let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        };
        let named = keeping.files.iter().filter_map(leading);
        let last = named.chain(keeping.records.iter().map(|record| record.number)).max();
        let name = |record: &Record| (record.number, file_name(&record.file));
        Keeper {
            keeping,
            below: write::below(&decided.below),
            next: last.unwrap_or(0).saturating_add(1),
            names: keeping.records.iter().map(name).collect(),
            changes: Vec::new(),
        }
    }

    fn link(&self, number: Option<u32>) -> Option<(u32, String)> {
        number.map(|number| (number, self.names.get(&number).cloned().unwrap_or_default()))
    }

    fn from(&self, rulebook: &'a str) -> From<'a> {
        From { design: self.keeping.design, id: self.keeping.id, rulebook }
    }

    fn same(&mut self, record: &'a Record, decision: &Decision) {
        let standing = Standing { supersedes: self.link(record.supersedes), ..Standing::default() };
        let below = record.below.as_deref().unwrap_or(&self.below);
        // A rulebook in which nothing of the record's is different is no reason to write it anew.
        let by = |rulebook: &'a str| {
            write::record(record.number, decision, &self.from(rulebook), &standing, below)
        };
        let text =
            (!same_lines(&by(&record.rulebook), &record.text)).then(|| by(self.keeping.rulebook));
        self.changes.push(Change {
            number: record.number,
            title: decision.title.clone(),
            file: file_name(&record.file),
            done: if text.is_some() { Done::Updated } else { Done::Unchanged },
            text,
        });
    }

    fn new_record(&mut self, decision: &Decision, supersedes: Option<u32>) {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        let standing = Standing { supersedes: self.link(supersedes), ..Standing::default() };
        let from = self.from(self.keeping.rulebook);
        let text = write::record(number, decision, &from, &standing, &self.below);
        let file = format!("{number:04}-{}.md", slug(&decision.key));
        self.names.insert(number, file.clone());
        let title = decision.title.clone();
        self.changes.push(Change { number, title, file, done: Done::Written, text: Some(text) });
    }

    fn otherwise(&mut self, record: &'a Record, decision: &Decision) {
        let by = self.next;
        self.new_record(decision, Some(record.number));
        self.ended(record, Some(by), Done::Superseded);
    }

    /// A record that nothing decides any more; unless another one took its place already, and
    /// somebody stopped archlog before it could say so here.
    fn retired(&mut self, record: &'a Record) {
        let mut others = self.keeping.records.iter().filter(|it| it.design_id == record.design_id);
        match others.find(|it| it.supersedes == Some(record.number)) {
            Some(by) => self.ended(record, Some(by.number), Done::Superseded),
            None => self.ended(record, None, Done::Retired),
        }
    }

    /// A record that no longer stands keeps what it says, and says so.
    fn ended(&mut self, record: &'a Record, by: Option<u32>, done: Done) {
        let decision = Decision {
            key: record.key.clone(),
            chosen: record.decision.clone(),
            title: record.title.clone(),
            goal: record.goal.clone(),
            evidence: record.evidence.clone(),
            parts: record.parts.get(1..).unwrap_or_default().to_vec(),
        };
        let standing = Standing {
            supersedes: self.link(record.supersedes),
            superseded_by: self.link(by),
            retired: by.is_none(),
        };
        let from =
            From { design: &record.design, id: &record.design_id, rulebook: &record.rulebook };
        let below = record.below.as_deref().unwrap_or(&self.below);
        let text = write::record(record.number, &decision, &from, &standing, below);
        self.changes.push(Change {
            number: record.number,
            title: record.title.clone(),
            file: file_name(&record.file),
            done,
            text: Some(text),
        });
    }
}

/// Whether two texts have the same lines, however these end.
fn same_lines(one: &str, other: &str) -> bool {
    one.lines().eq(other.lines())
}

fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

/// A decision as part of a file's name.
fn slug(key: &Key) -> String {
    let text = format!("{} {} {}", key.kind, key.subject, key.aspect).to_lowercase();
    let words = text.split(|character: char| !character.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(subject: &str) -> Key {
        Key { kind: "a kind".into(), subject: subject.into(), aspect: "(x, y)".into() }
    }

    #[test]
    fn a_file_is_named_by_what_is_decided_and_not_by_the_choice() {
        assert_eq!(slug(&key("Some_thing")), "a-kind-some-thing-x-y");
    }

    #[test]
    fn what_is_chosen_still_goes_before_what_is_decided_otherwise() {
        let record = |subject: &str, decision: &str| Record {
            key: key(subject),
            decision: decision.into(),
            ..Record::default()
        };
        let decision = |subject: &str, chosen: &str| Decision {
            key: key(subject),
            chosen: chosen.into(),
            ..Decision::default()
        };
        let records = [record("a", "old"), record("a", "kept"), record("b", "gone")];
        let decisions = [decision("a", "kept"), decision("a", "new"), decision("c", "first")];
        let records: Vec<&Record> = records.iter().collect();
        let pairs = paired(&records, &decisions);
        let [one, two, three, four] = pairs.as_slice() else { panic!("{pairs:?}") };
        assert!(matches!(one, Pair::Otherwise(_, decision) if decision.chosen == "new"));
        assert!(matches!(two, Pair::Same(..)));
        assert!(matches!(three, Pair::Undecided(_)));
        assert!(matches!(four, Pair::New(_)));
    }
}
