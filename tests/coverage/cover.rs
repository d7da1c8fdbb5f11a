//! Which items of a document the facts carry over.
//!
//! A term must be found to the letter, in a row that cites the heading of the item, one above it or
//! one below it. A row of a table, and an item nested in another, must also hang together: the row
//! of the facts that has the term shares a cell with a row that has the first column, or the outer
//! item. What is a sentence in the text is a sentence of our own in the facts: it counts when a row
//! of that section speaks of the same things and has every identifier of the original.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use regex::Regex;

use super::facts::{Row, meets};
use super::seed::{Item, Kind, Seed, Table};
use super::tiles::{Laid, Layout, Terms, lay};

/// An item of fewer words is a term, and is carried over to the letter.
const SENTENCE_WORDS: usize = 6;

/// The share of an item's words that a row in our own words has, where nothing else ties them.
const SAME_WORDS: f64 = 0.25;

/// The same where the row also has the number of the item in its list.
const SAME_WORDS_AND_NUMBER: f64 = 0.15;

/// In `words.csv`: white space alone separates terms.
const SPACE: &str = "(space)";

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    Letter,
    OwnWords,
    /// Why not.
    Missing(String),
}

/// A label or a connecting word of a document, or the name of a column.
pub struct Word {
    /// The heading below which it is one; anywhere, when empty.
    pub heading: String,
    pub text: String,
    /// The relation that has the terms after it, when it says which.
    pub relation: Option<Regex>,
}

/// The rows that may carry over the items of one heading.
struct Here<'a> {
    rows: Vec<&'a Row>,
    terms: Terms,
    /// Every word and identifier in the rows.
    all: String,
}

/// A document against the facts.
pub struct Cover<'a> {
    seed: &'a Seed,
    rows: Vec<&'a Row>,
    tables: &'a [Table],
    words: Vec<Word>,
    /// Sections whose terms also stand in rows that cite another section.
    elsewhere: Vec<(usize, usize)>,
    here: Vec<OnceCell<Here<'a>>>,
    identifier: Regex,
}

impl<'a> Cover<'a> {
    pub fn new(
        seed: &'a Seed,
        rows: &'a [Row],
        tables: &'a [Table],
        words: Vec<Word>,
        elsewhere: Vec<(usize, usize)>,
    ) -> Cover<'a> {
        let rows = rows.iter().filter(|row| row.source == seed.source && !row.is_alias()).collect();
        Cover {
            seed,
            rows,
            tables,
            words,
            elsewhere,
            here: seed.headings.iter().map(|_| OnceCell::new()).collect(),
            identifier: Regex::new(r"\b([A-Z][a-z0-9]+[A-Z]\w*|\w*[A-Za-z0-9]_\w+|[AI]\d\d)\b").unwrap(),
        }
    }

    /// What became of each item, in the order of the text; `None` for an item that is only layout.
    pub fn items(&self) -> Vec<Option<Carried>> {
        let mut used = HashSet::new();
        self.seed.items.iter().map(|item| self.item(item, &mut used)).collect()
    }

    fn item(&self, item: &Item, used: &mut HashSet<(u64, &'a str)>) -> Option<Carried> {
        let words: Vec<&str> = self.words_at(item.heading).iter().map(|word| word.text.as_str()).collect();
        if item.text.ends_with(':') && matches!(item.kind, Kind::List | Kind::Paragraph)
            || words.contains(&item.text.as_str())
        {
            return None;
        }
        let here = self.here(item.heading);
        let columns = match item.table {
            Some(table) => self.tables[table].columns.iter().map(|(_, ours)| *ours).collect(),
            None => vec![false],
        };
        let several_lines = item.table.is_some_and(|table| self.tables[table].row_start.is_some());
        let code = item.kind == Kind::Code || several_lines || words.contains(&SPACE);
        let layout = Layout { columns: &columns, words: &words, code };
        let failed = match lay(&item.text, &here.terms, &layout) {
            Ok(laid) => return Some(self.hangs_together(item, here, &laid)),
            Err(rest) => rest,
        };
        if matches!(item.kind, Kind::List | Kind::Paragraph) {
            if is_sentence(&item.text) && self.own_words(item, here, used) {
                return Some(Carried::OwnWords);
            }
            if self.label_and_sentence(item, here, &layout) {
                return Some(Carried::OwnWords);
            }
        }
        Some(Carried::Missing(if failed == item.text {
            "nothing of it found".to_owned()
        } else {
            format!("not found from `{}`", failed.trim())
        }))
    }

    /// Whether the rows that have the terms belong to one another.
    fn hangs_together(&self, item: &Item, here: &Here, laid: &Laid) -> Carried {
        let key: Vec<String> = match (item.kind, item.parent) {
            (Kind::Row, _) => first_column(laid),
            (Kind::List, Some(parent)) => vec![self.seed.items[parent].text.clone()],
            _ => Vec::new(),
        };
        let rows_of_key: Vec<&&Row> =
            here.rows.iter().filter(|row| key.iter().any(|term| row.holds(term))).collect();
        if !rows_of_key.is_empty() {
            let bound: BTreeSet<String> = rows_of_key
                .iter()
                .flat_map(|row| row.terms())
                .filter(|term| term.parse::<f64>().is_err())
                .collect();
            for (_, term, _) in &laid.tiles {
                let tied = key.contains(term)
                    || here.rows.iter().any(|row| {
                        row.holds(term) && row.terms().any(|cell| cell != *term && bound.contains(&cell))
                            || rows_of_key.iter().any(|of| of.holds(term))
                    });
                if !tied {
                    return Carried::Missing(format!("`{term}` is not tied to `{}`", key.join(", ")));
                }
            }
        }
        let words = self.words_at(item.heading);
        for (column, term, label) in &laid.tiles {
            let name = match item.table {
                Some(table) if label.is_empty() => &self.tables[table].columns[*column].0,
                _ => label,
            };
            let bound = words.iter().filter(|word| word.text == *name);
            let Some(relation) = bound.filter_map(|word| word.relation.as_ref()).next() else { continue };
            if !here.rows.iter().any(|row| relation.is_match(&row.relation) && row.holds(term)) {
                return Carried::Missing(format!("`{term}` is not in a relation {relation}"));
            }
        }
        for (_, gap) in &laid.gaps {
            if !self.identifiers_in(gap, here) {
                return Carried::Missing(format!("an identifier of `{}` is not found", gap.trim()));
            }
        }
        if laid.gaps.is_empty() { Carried::Letter } else { Carried::OwnWords }
    }

    /// Whether a row says what the sentence says; a row says it for one sentence only.
    fn own_words(&self, item: &Item, here: &Here<'a>, used: &mut HashSet<(u64, &'a str)>) -> bool {
        if !self.identifiers_in(&item.text, here) {
            return false;
        }
        let number = item.number.to_string();
        let mut best: Option<(f64, &Row)> = None;
        for row in &here.rows {
            if row.heading != Some(item.heading) && !below(self.seed, row, item) {
                continue;
            }
            if used.contains(&(row.line, row.relation.as_str())) {
                continue;
            }
            let same = same_words(&item.text, &row_text(row));
            let numbered = row.holds(&number);
            let enough = if numbered { SAME_WORDS_AND_NUMBER } else { SAME_WORDS };
            let same = if numbered { same + 0.2 } else { same };
            if same >= enough + if numbered { 0.2 } else { 0.0 } && best.is_none_or(|(most, _)| same > most) {
                best = Some((same, row));
            }
        }
        match best {
            Some((_, row)) => {
                let relation = self.rows.iter().find(|other| std::ptr::eq(**other, row)).unwrap();
                used.insert((row.line, relation.relation.as_str()))
            }
            None => false,
        }
    }

    /// `label: sentence`: the label to the letter, the sentence in a row that has the label.
    fn label_and_sentence(&self, item: &Item, here: &Here, layout: &Layout) -> bool {
        [": ", " — ", " → ", "? ", " is ", " are ", " when "].into_iter().any(|mark| {
            let Some((label, sentence)) = item.text.split_once(mark) else { return false };
            let Ok(laid) = lay(label, &here.terms, layout) else { return false };
            self.identifiers_in(sentence, here)
                && laid.tiles.iter().any(|(_, term, _)| {
                    here.rows.iter().any(|row| {
                        row.holds(term) && row.terms().any(|cell| same_words(sentence, &cell) > 0.0)
                    })
                })
        })
    }

    fn identifiers_in(&self, text: &str, here: &Here) -> bool {
        self.identifier.find_iter(text).all(|found| here.all.contains(found.as_str()))
    }

    fn words_at(&self, heading: usize) -> Vec<&Word> {
        let chain = super::seed::ancestry(&self.seed.headings, heading);
        let names: Vec<&str> = chain.iter().map(|&at| self.seed.headings[at].text.as_str()).collect();
        let all = self.words.iter();
        all.filter(|word| word.heading.is_empty() || names.contains(&word.heading.as_str())).collect()
    }

    /// Whether a row that cites `cited` may carry over an item below `heading`.
    fn may_cite(&self, cited: usize, heading: usize) -> bool {
        let headings = &self.seed.headings;
        let above = super::seed::ancestry(headings, heading);
        meets(headings, cited, heading)
            || self.elsewhere.iter().any(|(of, also)| {
                above.contains(of) && super::seed::ancestry(headings, cited).contains(also)
            })
    }

    fn here(&self, heading: usize) -> &Here<'a> {
        self.here[heading].get_or_init(|| {
            let rows: Vec<&Row> = self
                .rows
                .iter()
                .copied()
                .filter(|row| row.heading.is_some_and(|cited| self.may_cite(cited, heading)))
                .collect();
            let terms: BTreeSet<String> = rows.iter().flat_map(|row| row.short_terms()).collect();
            let all = terms.iter().cloned().collect::<Vec<_>>().join("\n");
            Here { rows, terms: Terms::new(terms), all }
        })
    }
}

/// Whether a row cites a heading below the one of the item.
fn below(seed: &Seed, row: &Row, item: &Item) -> bool {
    row.heading.is_some_and(|cited| meets(&seed.headings, cited, item.heading))
}

fn first_column(laid: &Laid) -> Vec<String> {
    let first = laid.tiles.iter().filter(|(column, ..)| *column == 0);
    first.map(|(_, term, _)| term.clone()).collect()
}

fn row_text(row: &Row) -> String {
    row.terms().collect::<Vec<_>>().join(" ")
}

pub fn is_sentence(text: &str) -> bool {
    text.split_whitespace().count() >= SENTENCE_WORDS || text.ends_with(['?', '!'])
}

/// The share of the words of `text` that `other` has, by the beginning of the word.
fn same_words(text: &str, other: &str) -> f64 {
    let (text, other) = (stems(text), stems(other));
    if text.is_empty() {
        return 0.0;
    }
    text.intersection(&other).count() as f64 / text.len() as f64
}

fn stems(text: &str) -> BTreeSet<String> {
    const COMMON: [&str; 24] = [
        "that", "this", "with", "from", "must", "when", "have", "which", "into", "then", "than", "only",
        "they", "what", "does", "will", "each", "every", "same", "used", "more", "other", "your", "there",
    ];
    text.to_lowercase()
        .split(|char: char| !char.is_alphanumeric())
        .filter(|word| word.len() >= 4 && !COMMON.contains(word))
        .map(|word| word.chars().take(5).collect())
        .collect()
}

/// Terms of the facts that the document does not have: a typo, or a column that is ours.
pub fn typos<'a>(
    seed: &Seed,
    rows: &'a [Row],
    ours: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<(&'a Row, &'a str, &'a str)> {
    let mut found = Vec::new();
    for row in rows.iter().filter(|row| row.source == seed.source) {
        for (column, text) in &row.cells {
            let term = super::seed::plain(text);
            let declared = [row.relation.as_str(), ""].iter().any(|relation| {
                ours.get(*relation).is_some_and(|columns| columns.contains(column) || columns.contains("*"))
            });
            if declared
                || term.is_empty()
                || term.parse::<f64>().is_ok()
                || is_sentence(&term)
                || seed.text.contains(&term)
            {
                continue;
            }
            found.push((row, column.as_str(), text.as_str()));
        }
    }
    found
}
