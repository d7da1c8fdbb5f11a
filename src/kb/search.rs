//! A search over every term of the knowledge base: ranked, and tolerant of typing errors.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use strsim::damerau_levenshtein;

use crate::value::Primitive;

use super::Rulebook;
use super::facts::FactTable;

/// How well a word is met by one that it is a part of and does not begin.
const WITHIN: u32 = 60;

/// A word of as many letters says something of what is searched for.
const TELLING: usize = 4;

/// A term that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hit {
    /// The term, as it is written.
    pub term: String,
    /// How well it answers, higher is better.
    pub score: u32,
    /// Where it stands, each place once.
    pub places: Vec<Place>,
}

/// Where a term stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The relation.
    pub relation: String,
    /// What the relation holds.
    pub meaning: String,
    /// The first column of the row, where it is another than the term: whose it is.
    pub about: String,
    /// The document and passage that the row cites.
    pub citation: String,
}

impl Rulebook {
    /// The terms that answer some words, the best first. Each word has to be met by a word of the
    /// term: the same, one that it begins or is part of, or one that is a slip of the keyboard away.
    /// Where no term meets all words, those answer that meet half of its longer words.
    pub fn search(&self, words: &str) -> Vec<Hit> {
        let mut asked = Asked::new(words);
        let all = self.answering(&mut asked);
        if !all.is_empty() {
            return all;
        }
        // Short words are most often those that join the others.
        asked.words.retain(|word| word.chars().count() >= TELLING);
        asked.met.clear();
        asked.enough = asked.words.len().div_ceil(2);
        if asked.enough == 0 {
            return Vec::new();
        }
        self.answering(&mut asked)
    }

    fn answering(&self, asked: &mut Asked) -> Vec<Hit> {
        // What does not answer is kept as well: most terms stand in many places.
        let mut hits: FxHashMap<String, Option<Hit>> = FxHashMap::default();
        if asked.words.is_empty() {
            return Vec::new();
        }
        self.each_table(&mut |table, rows| {
            let symbols = table.own().filter(|at| table.columns[*at].1 == Primitive::Symbol);
            let symbols: Vec<usize> = symbols.collect();
            rows(&mut |row| {
                for &column in &symbols {
                    let Some(term) = row.get(column).filter(|it| !it.is_empty()) else { continue };
                    match hits.get_mut(&**term) {
                        Some(None) => {}
                        Some(Some(hit)) => meet(hit, &table, row, column),
                        None => {
                            let term = term.clone().into_owned();
                            let mut hit = asked.score(&term).map(|score| Hit {
                                term: term.clone(),
                                score,
                                places: Vec::new(),
                            });
                            if let Some(hit) = &mut hit {
                                meet(hit, &table, row, column);
                            }
                            hits.insert(term, hit);
                        }
                    }
                }
            });
        });
        let mut hits: Vec<Hit> = hits.into_values().flatten().collect();
        hits.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.term.cmp(&b.term)));
        hits
    }
}

/// Adds the place of a row to a hit.
fn meet(hit: &mut Hit, table: &FactTable, row: &[Cow<'_, str>], column: usize) {
    let cited = table.citation(row);
    let place = Place {
        relation: table.name.clone(),
        meaning: table.meaning.clone(),
        about: if column == 0 { String::new() } else { row.first().map_or("", |it| it).to_owned() },
        citation: format!("{} \"{}\"", cited.source, cited.section),
    };
    let same = |other: &Place| (&other.relation, &other.about) == (&place.relation, &place.about);
    if !hit.places.iter().any(same) {
        hit.places.push(place);
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// What is searched for.
struct Asked {
    whole: String,
    words: Vec<String>,
    /// How many of them have to be met.
    enough: usize,
    /// How well each word meets those of terms, as they are written, as far as they were met.
    met: FxHashMap<String, Vec<u32>>,
}

impl Asked {
    fn new(words: &str) -> Self {
        let whole = words.trim().to_owned();
        let words: Vec<String> = split(&whole).map(str::to_lowercase).collect();
        Asked { enough: words.len(), words, whole, met: FxHashMap::default() }
    }

    /// How well each word is met by the words of a term, and how many those are.
    fn best(&mut self, term: &str) -> (Vec<u32>, usize) {
        let (mut best, mut found) = (vec![0; self.words.len()], 0);
        for other in split(term) {
            found += 1;
            let words = &self.words;
            if !self.met.contains_key(other) {
                let lower = other.to_lowercase();
                let met = words.iter().map(|word| met(word, &lower)).collect();
                self.met.insert(other.to_owned(), met);
            }
            let met = self.met.get(other).into_iter().flatten();
            best.iter_mut().zip(met).for_each(|(best, met)| *best = (*best).max(*met));
        }
        (best, found)
    }

    /// How well a term answers, in hundredths of a word met exactly, less a little for each word
    /// that was not asked for.
    fn score(&mut self, term: &str) -> Option<u32> {
        let (best, found) = self.best(term);
        let more = found.saturating_sub(best.len()) as u32;
        if best.iter().filter(|best| **best > 0).count() < self.enough {
            return None;
        }
        let score = best.iter().sum::<u32>() + whole(&self.whole, &self.words, term, found, &best);
        Some((score * 10).saturating_sub(more * 15).max(1))
    }
}

/// What a term has in advance whose whole is meant: the same, one that begins so, or one whose words are
/// those asked for, each a slip away at most, and no more.
fn whole(asked: &str, words: &[String], term: &str, found: usize, best: &[u32]) -> u32 {
    let begins = term.get(..asked.len()).is_some_and(|it| it.eq_ignore_ascii_case(asked));
    match begins {
        true if term.len() == asked.len() => 200,
        _ if found == words.len() && best.iter().all(|best| *best > 0 && *best != WITHIN) => 40,
        true => 20,
        false => 0,
    }
}

/// How well one word meets another, of 100.
fn met(word: &str, other: &str) -> u32 {
    if word == other {
        return 100;
    }
    if other.starts_with(word) {
        return 80;
    }
    if word.len() >= 3 && other.contains(word) {
        return WITHIN;
    }
    let length = word.chars().count();
    let slips = match length {
        0..=3 => return 0,
        4..=6 => 1,
        _ => 2,
    };
    // Words of other lengths cannot be that near.
    let longer = length.max(other.chars().count());
    if longer.abs_diff(length.min(other.chars().count())) > slips {
        return 0;
    }
    match damerau_levenshtein(word, other) {
        // The same slips weigh less in a longer word.
        slip if slip <= slips => (50 * (longer - slip) / longer) as u32,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_met_exactly_or_nearly() {
        let ranked = ["table", "tables", "stable", "tabel", "basket"].map(|it| met("table", it));
        assert_eq!(ranked, [100, 80, 60, 40, 0]);
    }

    #[test]
    fn a_slip_weighs_less_in_a_longer_word_and_a_term_that_is_meant_whole_more() {
        assert!(met("hose", "horse") > met("hose", "nose"));
        let mut asked = Asked::new("hose");
        assert!(asked.score("horse") > asked.score("horse box"));
        let mut asked = Asked::new("hor");
        assert!(asked.score("horse box") > asked.score("grey horse"));
    }

    #[test]
    fn every_word_has_to_be_met() {
        let mut asked = Asked::new("grey horse");
        let more = asked.score("grey horse after dark");
        assert!(more.is_some());
        assert_eq!(asked.score("grey hound"), None);
        assert!(asked.score("Grey horse") > more);
    }
    #[test]
    fn half_of_the_words_are_enough_when_asked_so() {
        let mut asked = Asked::new("a grey horse and a dog");
        assert_eq!(asked.score("grey horse"), None);
        asked.enough = 2;
        assert!(asked.score("grey horse") > asked.score("grey hat"));
    }
}
