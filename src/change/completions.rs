//! The completions of a few open questions, derived one by one, or sampled where there are too many.

use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::eval::Stopped;
use crate::store::Database;
use crate::value::{Constant, Interner, RelationId, Word, compare_tuples};

use super::choices::{Choices, Setting};
use super::cone::Slice;
use super::scopes::{MOST_COMPLETIONS, Root, product};
use super::variants::{Base, Limits};
use super::what_if::constants;

/// How many completions of a larger scope are sampled, each with all that differ from it in one
/// answer.
const SAMPLES: usize = 24;

/// The most completions of a larger scope that are sampled, those counted that answer questions which
/// open later.
const MOST_SAMPLES: usize = 4_096;

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

/// What derives under the completions of a scope.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The answers of each completion, four bits a question of the scope: 0 where it does not arise.
    pub codes: Vec<u128>,
    /// Conclusions, and under which completions they derive.
    pub facts: Vec<(RelationId, Vec<Constant>, Bits)>,
}

/// A set of completions.
#[derive(Clone, Debug, Default)]
pub struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, at: usize) {
        if self.0.len() <= at / 64 {
            self.0.resize(at / 64 + 1, 0);
        }
        self.0[at / 64] |= 1 << (at % 64);
    }

    /// Whether one is in it.
    pub fn has(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    /// How many are in it.
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// The questions of a scope that make a difference: two completions that differ in no other answer,
/// but perhaps in questions that open only later, disagree.
pub fn rests_on(scope: &Scope, codes: &[u128], bits: &Bits, late: usize) -> Vec<usize> {
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
pub struct Enumeration<'e, 'b> {
    /// The design.
    pub base: &'e Base<'b>,
    /// Its choices.
    pub choices: &'e Choices,
    /// The questions of the scope.
    pub questions: &'e [usize],
    /// Those of them that may open when others are answered.
    pub late: &'e [usize],
    /// What is asked for.
    pub members: &'e [&'e Root],
    /// The part of the design that this needs.
    pub slice: &'e Slice,
    /// When to give up.
    pub limits: &'e Limits<'e>,
    /// Whether all completions are to be derived, as far as that can be known.
    pub whole: bool,
    /// Told how many completions were derived.
    pub tell: &'e (dyn Fn(usize) + Sync),
}

/// What a block of variants says: conclusions with the variants they derive in, and the late
/// questions that are open with the variants they are open in.
type Read = (Vec<((RelationId, Vec<Word>), Vec<usize>)>, Vec<(usize, Vec<usize>)>);

impl Enumeration<'_, '_> {
    /// Derives them.
    pub fn run(&self) -> Result<(Scope, Table), Stopped> {
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
            let before = tried;
            tried += frontier.len();
            let blocks = self.base.derive(
                self.slice,
                frontier.len(),
                false,
                self.limits,
                &|at| self.choices.edit(self.base, &frontier[at]),
                &|database, interner, range| self.read(database, interner, range, &words),
                &|done| (self.tell)(before + done),
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
        for &choice in self.late {
            let Some((open, row)) = self.choices.open_row(self.base, choice) else { continue };
            let rows = database.relation(open);
            let pattern: Vec<Option<Word>> =
                std::iter::once(None).chain(row.into_iter().map(Some)).collect();
            let found = rows.matching(&pattern);
            let variants = found.into_iter().map(|row| range.start + rows.word(row, 0).0 as usize);
            opened.push((choice, variants.collect()));
        }
        (facts, opened)
    }
}
