//! The open questions, in the order in which they are worth answering.

use std::cmp::Reverse;

use crate::analyze::facts::StatedFact;
use crate::eval::Stopped;
use crate::kb::Rulebook;
use crate::store::Database;
use crate::value::{Constant, Interner, RelationId, Word, compare_tuples};

use super::Change;
use super::choices::{Choices, Setting};
use super::ledger::{Label, Ledger, Told, ledger_of};
use super::variants::{Base, Limits};
use super::what_if::constants;

/// A conclusion: its relation and values.
pub type Conclusion = (RelationId, Vec<Constant>);

/// An open question and what answering it does.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// Its number among the choices.
    pub choice: usize,
    /// How many open conclusions depend on it: contingent ones that it makes a difference to.
    pub waiting: usize,
    /// What each answer does, in order of the values.
    pub answers: Vec<Answer>,
}

/// What an answer does.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answer {
    /// The number of the value.
    pub value: usize,
    /// The answer as facts.
    pub change: Change,
    /// Contingent conclusions that become certain.
    pub certain: Vec<Conclusion>,
    /// Contingent conclusions that become excluded.
    pub excluded: Vec<Conclusion>,
    /// Conclusions that derive with this answer alone and do not as things stand.
    pub added: Vec<Conclusion>,
    /// Conclusions that derive as things stand and do not with this answer alone.
    pub removed: Vec<Conclusion>,
}

/// The open questions, the one that most open conclusions depend on first; those that as many depend
/// on stand in the order of the rulebook, and questions that others go before behind them. With them
/// comes the ledger they were found from.
pub fn ask(
    rulebook: &Rulebook,
    stated: &[StatedFact],
    limits: &Limits<'_>,
    told: &Told<'_>,
) -> Result<(Vec<Question>, Ledger), Stopped> {
    let mut base = Base::new(rulebook, stated, limits)?;
    let choices = Choices::of(&mut base);
    let mut ledger = ledger_of(&base, choices, limits, told)?;
    let mut questions: Vec<Question> = ledger
        .questions
        .iter()
        .map(|&choice| {
            let answers = settled(&ledger, choice);
            Question { choice, waiting: waiting(&ledger, choice), answers }
        })
        .collect();
    for question in &mut questions {
        for answer in &mut question.answers {
            let setting = Setting { choice: question.choice, value: answer.value };
            answer.change = ledger.choices.change(&base, &[setting]);
        }
    }
    if ledger.stopped.is_none() {
        let compared = differences(&base, &ledger, limits, &mut questions);
        ledger.stopped = compared.err().map(|stopped| stopped.reason);
    }
    let choice = |question: &Question| &ledger.choices.choices[question.choice];
    questions.sort_by_key(|it| {
        let choice = choice(it);
        (choice.later, Reverse(it.waiting), choice.place, it.choice)
    });
    Ok((questions, ledger))
}

/// How many open conclusions a choice makes a difference to.
fn waiting(ledger: &Ledger, choice: usize) -> usize {
    let open = ledger.entries.iter().filter(|entry| entry.label == Label::Contingent);
    open.filter(|entry| entry.rests_on.contains(&choice)).count()
}

/// What each answer to a question settles.
fn settled(ledger: &Ledger, choice: usize) -> Vec<Answer> {
    let values = ledger.choices.choices[choice].values.len();
    let mut answers: Vec<Answer> =
        (0..values).map(|value| Answer { value, ..Answer::default() }).collect();
    for (number, (scope, table)) in ledger.scopes.iter().zip(&ledger.tables).enumerate() {
        let Some(place) = scope.questions.iter().position(|other| *other == choice) else {
            continue;
        };
        if !scope.complete {
            continue;
        }
        let contingent = ledger
            .entries
            .iter()
            .filter(|entry| entry.scope == Some(number) && entry.label == Label::Contingent)
            .filter(|entry| entry.rests_on.contains(&choice));
        for entry in contingent {
            let found = table.facts.iter().find(|(relation, values, _)| {
                (relation, values) == (&entry.relation, &entry.values)
            });
            let Some((relation, values, bits)) = found else { continue };
            // For each answer, how many completions there are and in how many it derives.
            let mut counts = vec![(0usize, 0usize); answers.len()];
            for (at, code) in table.codes.iter().enumerate() {
                let digit = (code >> (4 * place)) & 15;
                if let Some(value) = (digit as usize).checked_sub(1) {
                    counts[value].0 += 1;
                    counts[value].1 += usize::from(bits.has(at));
                }
            }
            for (answer, (completions, derived)) in answers.iter_mut().zip(counts) {
                let conclusion = || (*relation, values.clone());
                if completions > 0 && derived == completions {
                    answer.certain.push(conclusion());
                } else if completions > 0 && derived == 0 {
                    answer.excluded.push(conclusion());
                }
            }
        }
    }
    answers
}

/// Finds what each answer alone changes in the conclusions.
fn differences(
    base: &Base<'_>,
    ledger: &Ledger,
    limits: &Limits<'_>,
    questions: &mut [Question],
) -> Result<(), Stopped> {
    let settings: Vec<Setting> = questions
        .iter()
        .flat_map(|question| {
            let choice = question.choice;
            question.answers.iter().map(move |answer| Setting { choice, value: answer.value })
        })
        .collect();
    let choices: &Choices = &ledger.choices;
    let blocks = base.derive(
        &ledger.slice,
        settings.len(),
        true,
        limits,
        &|at| choices.edit(base, &[settings[at]]),
        &|database, interner, range| compare(base, ledger, database, interner, range.len()),
        &|_| (),
    )?;
    let mut found = blocks.into_iter().flatten();
    for answer in questions.iter_mut().flat_map(|question| &mut question.answers) {
        (answer.added, answer.removed) = found.next().unwrap_or_default();
    }
    Ok(())
}

/// For each world behind the first, the conclusions that are in it and not in the first, and the
/// other way round.
fn compare(
    base: &Base<'_>,
    ledger: &Ledger,
    database: &Database,
    interner: &Interner,
    worlds: usize,
) -> Vec<(Vec<Conclusion>, Vec<Conclusion>)> {
    let mut found = vec![(Vec::new(), Vec::new()); worlds];
    for &relation in &ledger.relations {
        let rows = database.relation(relation);
        let declared = &base.rulebook().program.relations[relation.index()];
        let conclusion = |words: &[Word]| (relation, constants(words, declared, interner));
        let mut tuple: Vec<Word> = Vec::new();
        let mut in_base: Vec<Vec<Word>> = Vec::new();
        let subjects = rows.column(1);
        for row in (0..rows.len()).filter(|&row| ledger.about.contains(&(relation, subjects[row])))
        {
            tuple.clear();
            tuple.extend(rows.row(row));
            let world = tuple[0].0 as usize;
            if world == 0 {
                in_base.push(tuple[1..].to_vec());
                continue;
            }
            tuple[0] = Word(0);
            if !rows.contains(&tuple) {
                found[world - 1].0.push(conclusion(&tuple[1..]));
            }
        }
        for words in in_base {
            tuple.clear();
            tuple.push(Word(0));
            tuple.extend_from_slice(&words);
            for (at, (_, removed)) in found.iter_mut().enumerate() {
                tuple[0] = Word(at as u32 + 1);
                if !rows.contains(&tuple) {
                    removed.push(conclusion(&words));
                }
            }
        }
    }
    for (added, removed) in &mut found {
        for conclusions in [added, removed] {
            conclusions.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| compare_tuples(&a.1, &b.1)));
        }
    }
    found
}
