//! Which items of a document the facts carry over.
//!
//! A term must be found to the letter, in a row that cites the heading of the item, one above it or
//! one below it. A row of a table, and an item nested in another, must also hang together: the row
//! of the facts that has the term shares a cell with a row that has the first column, or the outer
//! item. What is a sentence in the text is a sentence of our own in the facts: it counts when a row
//! of that section speaks of the same things and has every identifier of the original.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::facts::{Row, meets};
use super::ours::Ours;
use super::seed::{Item, Kind, Seed, Table};
use super::tiles::{Column, Laid, Layout, Terms, lay};

/// An item of fewer words is a term, and is carried over to the letter.
const SENTENCE_WORDS: usize = 3;

/// The share of an item's words that a row in our own words has, where nothing else ties them.
const SAME_WORDS: f64 = 0.25;

/// The same where the row also has the number of the item in its list.
const SAME_WORDS_AND_NUMBER: f64 = 0.15;

/// In `words.csv`: white space alone separates terms.
const SPACE: &str = "(space)";

/// In `words.csv`: the first letter of a term may be of another case.
const ANY_CASE: &str = "(any case)";

/// In `words.csv`: an item of a list may be two terms with nothing between.
const PAIR: &str = "(pair)";

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
    ours: &'a Ours,
    /// Sections whose terms also stand in rows that cite another section.
    elsewhere: Vec<(usize, usize)>,
    /// Relations and columns that keep a line of the text as it stands.
    whole: Vec<Vec<String>>,
    here: Vec<OnceCell<Here<'a>>>,
    identifier: Regex,
}

impl<'a> Cover<'a> {
    pub fn new(
        seed: &'a Seed,
        rows: &'a [Row],
        tables: &'a [Table],
        words: Vec<Word>,
        ours: &'a Ours,
        elsewhere: Vec<(usize, usize)>,
    ) -> Cover<'a> {
        let rows = rows.iter().filter(|row| row.source == seed.source && row.carries()).collect();
        Cover {
            seed,
            rows,
            tables,
            words,
            ours,
            elsewhere,
            whole: super::records("whole.csv"),
            here: seed.headings.iter().map(|_| OnceCell::new()).collect(),
            identifier: Regex::new(r"\b([A-Z][a-z0-9]+[A-Z]\w*|\w*[A-Za-z0-9]_\w+|[AI]\d\d)\b")
                .unwrap(),
        }
    }

    /// What became of each item, in the order of the text; `None` for an item that is only layout.
    pub fn items(&self) -> Vec<Option<Carried>> {
        let mut carried: Vec<Option<Carried>> =
            self.seed.items.iter().map(|item| self.to_the_letter(item)).collect();
        for index in self.in_own_words(&carried) {
            carried[index] = Some(Carried::OwnWords);
        }
        carried
    }

    fn to_the_letter(&self, item: &Item) -> Option<Carried> {
        let words: Vec<&str> =
            self.words_at(item.heading).iter().map(|word| word.text.as_str()).collect();
        let here = self.here(item.heading);
        let leads = item.text.ends_with(':') && matches!(item.kind, Kind::List | Kind::Paragraph);
        if leads && !self.identifiers_in(&item.text, here) {
            return Some(Carried::Missing("an identifier of it is not found".to_owned()));
        }
        if leads || words.contains(&item.text.as_str()) || item.text == self.seed.headings[0].text {
            return None;
        }
        let columns: Vec<Column> = match item.table {
            Some(table) => self.tables[table].columns.iter().map(|(_, column)| *column).collect(),
            None if item.kind == Kind::List && words.contains(&PAIR) => vec![Column::Letter; 2],
            None if words.contains(&ANY_CASE) => vec![Column::AnyCase],
            None => vec![Column::Letter],
        };
        let several_lines = item.table.is_some_and(|table| self.tables[table].row_start.is_some());
        let code = item.kind == Kind::Code || several_lines || words.contains(&SPACE);
        let layout = Layout { columns: &columns, words: &words, code };
        let single = Layout { columns: &[Column::Letter], words: &words, code };
        let paragraph = item.paragraph.as_ref();
        if paragraph.is_some_and(|text| lay(text, &here.terms, &layout).is_ok()) {
            return Some(Carried::Letter);
        }
        let laid = lay(&item.text, &here.terms, &layout);
        let laid = if item.table.is_none() {
            laid.or_else(|_| lay(&item.text, &here.terms, &single))
        } else {
            laid
        };
        let failed = match laid {
            Ok(laid) => return Some(self.hangs_together(item, here, &layout, laid)),
            Err(rest) => rest,
        };
        if matches!(item.kind, Kind::List | Kind::Paragraph)
            && self.label_and_sentence(item, here, &layout)
        {
            return Some(Carried::OwnWords);
        }
        Some(Carried::Missing(if failed == item.text {
            "nothing of it found".to_owned()
        } else {
            format!("not found from `{}`", failed.trim())
        }))
    }

    /// Whether the text can be laid with terms of rows that belong to one another.
    fn hangs_together(&self, item: &Item, here: &Here, layout: &Layout, laid: Laid) -> Carried {
        // `action -> entity`: what begins the item names it.
        let is_arrow = item.text.contains(" -> ")
            && laid.tiles.first().is_some_and(|(_, term, _)| item.text.starts_with(term));
        let key: Vec<String> = match (item.kind, item.parent) {
            (Kind::Row, _) => first_column(&laid),
            (Kind::List, Some(parent)) => vec![self.seed.items[parent].text.clone()],
            (Kind::List, None) if is_arrow => vec![laid.tiles[0].1.clone()],
            (Kind::List, None) => {
                self.identifier.find_iter(&item.lead).map(|name| name.as_str().to_owned()).collect()
            }
            _ => Vec::new(),
        };
        let rows_of_key: Vec<&Row> = here
            .rows
            .iter()
            .copied()
            .filter(|row| key.iter().any(|term| row.holds(term)))
            .collect();
        let mut laid = laid;
        let mut tied: Vec<&Row> = here.rows.clone();
        if !rows_of_key.is_empty() {
            let bound: BTreeSet<String> = rows_of_key
                .iter()
                .flat_map(|row| row.terms())
                .filter(|term| term.parse::<f64>().is_err())
                .collect();
            tied.retain(|row| {
                if is_arrow {
                    return row.holds(&key[0]);
                }
                row.terms().any(|cell| bound.contains(&cell))
                    || rows_of_key.iter().any(|of| of.is_beside(row))
            });
            let terms: BTreeSet<String> = tied
                .iter()
                .flat_map(|row| row.short_terms(&self.whole))
                .chain(key.iter().cloned())
                .collect();
            match lay(&item.text, &Terms::new(terms), layout) {
                Ok(of_key) => laid = of_key,
                Err(rest) => {
                    let (rest, key) = (rest.trim(), key.join(", "));
                    return Carried::Missing(format!("nothing ties `{key}` to `{rest}`"));
                }
            }
        }
        let words = self.words_at(item.heading);
        for (column, term, label) in &laid.tiles {
            let name = match item.table {
                _ if !label.is_empty() => label,
                Some(table) => &self.tables[table].columns[*column].0,
                None => item.parent.map_or(&item.lead, |parent| &self.seed.items[parent].text),
            };
            let bound = words.iter().filter(|word| word.text == *name);
            let Some(relation) = bound.filter_map(|word| word.relation.as_ref()).next() else {
                continue;
            };
            let of_key = |row: &Row| {
                rows_of_key.is_empty()
                    || key.iter().any(|term| row.holds(term))
                    || rows_of_key.iter().any(|of| of.is_beside(row))
            };
            let mut bound = tied.iter().filter(|row| relation.is_match(&row.relation));
            if !bound.any(|row| row.holds(term) && of_key(row)) {
                return Carried::Missing(format!("`{term}` is not in a relation {relation}"));
            }
        }
        for (_, gap) in &laid.gaps {
            if !self.identifiers_in(gap, here) {
                return Carried::Missing(format!("an identifier of `{}` is not found", gap.trim()));
            }
            if !tied.iter().any(|row| self.ours.has_words(row)) {
                return Carried::Missing(format!("nobody says `{}` in other words", gap.trim()));
            }
        }
        if laid.gaps.is_empty() { Carried::Letter } else { Carried::OwnWords }
    }

    /// The sentences that a row says in other words. A row says one sentence only: as many
    /// sentences as can be have a row of their own.
    fn in_own_words(&self, carried: &[Option<Carried>]) -> Vec<usize> {
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (index, item) in self.seed.items.iter().enumerate() {
            if !matches!(carried[index], Some(Carried::Missing(_)))
                || !matches!(item.kind, Kind::List | Kind::Paragraph)
                || item.text.split_whitespace().count() < SENTENCE_WORDS
            {
                continue;
            }
            let here = self.here(item.heading);
            if !self.identifiers_in(&item.text, here) {
                continue;
            }
            for &row in &here.rows {
                let alike = self.alike(item, row);
                if self.ours.has_words(row) && alike > 0.0 {
                    let place = self.rows.iter().position(|other| std::ptr::eq(*other, row));
                    pairs.push((alike, index, place.unwrap_or_default()));
                }
            }
        }
        pairs.sort_by(|one, two| {
            two.0.total_cmp(&one.0).then(one.1.cmp(&two.1)).then(one.2.cmp(&two.2))
        });
        let (mut rows_of, mut order) = (BTreeMap::<usize, Vec<usize>>::new(), Vec::new());
        for (_, item, row) in pairs {
            if !rows_of.contains_key(&item) {
                order.push(item);
            }
            rows_of.entry(item).or_default().push(row);
        }
        let mut taken = BTreeMap::new();
        for item in order {
            take_row(item, &rows_of, &mut taken, &mut BTreeSet::new());
        }
        taken.into_values().collect()
    }

    /// How much a row in our own words has in common with an item; 0 when too little.
    fn alike(&self, item: &Item, row: &Row) -> f64 {
        let parent = item.parent.map(|parent| self.seed.items[parent].text.as_str());
        let of_parent = parent.is_some_and(|parent| row.holds(parent));
        let numbered = row.holds(&item.number.to_string());
        let (same, shared) = same_words(&item.text, &row_text(row));
        if of_parent {
            1.0 + same
        } else if numbered && same >= SAME_WORDS_AND_NUMBER {
            0.2 + same
        } else if same >= SAME_WORDS && shared >= 2 {
            same
        } else {
            0.0
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
                        row.holds(term)
                            && self.ours.has_words(row)
                            && same_words(sentence, &row_text(row)).1 > 0
                    })
                })
        })
    }

    fn identifiers_in(&self, text: &str, here: &Here) -> bool {
        self.identifier.find_iter(text).all(|found| here.all.contains(found.as_str()))
    }

    fn words_at(&self, heading: usize) -> Vec<&Word> {
        let chain = super::seed::ancestry(&self.seed.headings, heading);
        let names: Vec<&str> =
            chain.iter().map(|&at| self.seed.headings[at].text.as_str()).collect();
        let all = self.words.iter();
        all.filter(|word| word.heading.is_empty() || names.contains(&word.heading.as_str()))
            .collect()
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
            let terms: BTreeSet<String> =
                rows.iter().flat_map(|row| row.short_terms(&self.whole)).collect();
            let all = terms.iter().cloned().collect::<Vec<_>>().join("\n");
            Here { rows, terms: Terms::new(terms), all }
        })
    }
}

/// Gives `item` a row, and the item that had it another; whether that was possible.
fn take_row(
    item: usize,
    rows_of: &BTreeMap<usize, Vec<usize>>,
    taken: &mut BTreeMap<usize, usize>,
    tried: &mut BTreeSet<usize>,
) -> bool {
    for &row in &rows_of[&item] {
        let free = tried.insert(row)
            && taken.get(&row).copied().is_none_or(|other| take_row(other, rows_of, taken, tried));
        if free {
            taken.insert(row, item);
            return true;
        }
    }
    false
}

fn first_column(laid: &Laid) -> Vec<String> {
    let first = laid.tiles.iter().filter(|(column, ..)| *column == 0);
    first.map(|(_, term, _)| term.clone()).collect()
}

fn row_text(row: &Row) -> String {
    row.terms().collect::<Vec<_>>().join(" ")
}

/// The share of the words of `text` that `other` has, and their number, by the beginning of the
/// word.
fn same_words(text: &str, other: &str) -> (f64, usize) {
    let (text, other) = (stems(text), stems(other));
    let shared = text.intersection(&other).count();
    (shared as f64 / text.len().max(1) as f64, shared)
}

fn stems(text: &str) -> BTreeSet<String> {
    const COMMON: [&str; 24] = [
        "that", "this", "with", "from", "must", "when", "have", "which", "into", "then", "than",
        "only", "they", "what", "does", "will", "each", "every", "same", "used", "more", "other",
        "your", "there",
    ];
    text.to_lowercase()
        .split(|char: char| !char.is_alphanumeric())
        .filter(|word| word.len() >= 4 && !COMMON.contains(word))
        .map(|word| word.chars().take(5).collect())
        .collect()
}
