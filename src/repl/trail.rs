//! What an interview asked and what was answered, in order: one goes back along it and forth again, and
//! what is not answered anew stays as it is.

use crate::analyze::facts::StatedFact;
use crate::value::RelationId;

use super::plain::Proposal;

/// Something that was asked and answered.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A fact, column by column or from a sentence.
    Fact(Fact),
    /// No more facts of a form, by its number.
    End(usize),
    /// An open question.
    Question(Answered),
}

/// A fact that was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Fact {
    /// The number of its form.
    pub form: usize,
    /// The values of its columns so far; an empty one is left open.
    pub values: Vec<String>,
    /// Whether it is stated in parts, since something was left open.
    pub in_parts: bool,
    /// What was stated when all were known.
    pub stated: Vec<StatedFact>,
    /// The sentence it was made from, as it was accepted.
    pub sentence: Option<Proposal>,
    /// Whether it was asked for again, behind all else.
    pub again: bool,
}

impl Fact {
    /// Whether nothing is stated of it, since something was left open.
    fn is_left(&self) -> bool {
        self.stated.is_empty() && self.values.iter().any(String::is_empty)
    }

    /// Whether this is the same one.
    pub fn is_same(&self, other: Option<&Fact>) -> bool {
        other.is_some_and(|other| std::ptr::eq(self, other))
    }
}

/// An open question that was put.
#[derive(Clone, Debug, Default)]
pub(super) struct Answered {
    /// What tells it apart.
    pub told: String,
    /// The answer; nothing for "don't know yet".
    pub answer: Option<String>,
    /// The facts that the answer stated and took back.
    pub added: Vec<StatedFact>,
    /// What it took back.
    pub removed: Vec<StatedFact>,
}

/// Where an interview stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Interview {
    /// The design that it is about.
    pub design: usize,
    /// The relations whose facts are asked for, in order; behind them, open questions.
    pub forms: Vec<RelationId>,
    /// What was asked.
    pub trail: Vec<Step>,
    /// Which step is asked about; behind the last one, something new.
    pub at: usize,
    /// The column of the fact that is asked for.
    pub column: usize,
    /// The answers by number.
    pub options: Vec<String>,
    /// What tells the question apart, where one is put.
    pub question: Option<String>,
    /// The earlier answer, which an empty line keeps.
    pub earlier: Option<String>,
    /// What stands before the answer.
    pub prompt: String,
    /// What is proposed for a sentence, to be accepted.
    pub proposal: Option<Proposal>,
    /// Whether it is about one sentence and no more.
    pub single: bool,
    /// Whether it has come to what the dossier asks.
    pub dossier: bool,
}

impl Interview {
    /// One about a single sentence.
    pub fn of_one() -> Self {
        Interview { single: true, ..Interview::default() }
    }

    /// What stands before the answer.
    pub fn prompt(&self) -> String {
        match (&self.proposal, &self.earlier) {
            (Some(_), _) => "take it? ".to_owned(),
            (None, Some(earlier)) => format!("{} [{earlier}]> ", self.prompt),
            (None, None) => format!("{}> ", self.prompt),
        }
    }

    /// The fact that is asked for.
    pub fn fact(&self) -> Option<&Fact> {
        match self.trail.get(self.at) {
            Some(Step::Fact(fact)) => Some(fact),
            _ => None,
        }
    }

    /// The fact that is asked for, to be changed.
    pub fn fact_mut(&mut self) -> Option<&mut Fact> {
        match self.trail.get_mut(self.at) {
            Some(Step::Fact(fact)) => Some(fact),
            _ => None,
        }
    }

    /// The number of the form that is asked for; none where open questions are.
    pub fn form(&self) -> Option<usize> {
        let form = match self.trail.get(self.at) {
            Some(Step::Fact(fact)) => fact.form,
            Some(Step::End(form)) => *form,
            Some(Step::Question(_)) => return None,
            None => self.trail.iter().filter(|step| matches!(step, Step::End(_))).count(),
        };
        (form < self.forms.len()).then_some(form)
    }

    /// Goes on to what comes behind the step.
    pub fn next(&mut self) {
        (self.at, self.column) = (self.at + 1, 0);
    }

    /// Puts a step in before the one that is asked about, and makes it that.
    pub fn insert(&mut self, step: Step) {
        self.at = self.at.min(self.trail.len());
        self.trail.insert(self.at, step);
    }

    /// Takes the step out that is asked about.
    pub fn take_out(&mut self) {
        if self.at < self.trail.len() {
            self.trail.remove(self.at);
        }
        self.column = 0;
    }

    /// The facts of which nothing is stated, since something was left open.
    pub fn left(&self) -> impl Iterator<Item = &Fact> {
        let facts = self.trail.iter().filter_map(|step| match step {
            Step::Fact(fact) => Some(fact),
            _ => None,
        });
        facts.filter(|fact| fact.is_left())
    }

    /// Goes to a fact that was left open and not asked for again yet; gives whether there is one. It
    /// comes last from then on.
    pub fn ask_again(&mut self) -> bool {
        let waits = |step: &Step| matches!(step, Step::Fact(it) if it.is_left() && !it.again);
        let Some(found) = self.trail.iter().position(waits) else { return false };
        let mut step = self.trail.remove(found);
        if let Step::Fact(fact) = &mut step {
            fact.again = true;
            self.column = fact.values.iter().position(String::is_empty).unwrap_or(0);
        }
        self.trail.push(step);
        self.at = self.trail.len() - 1;
        true
    }

    /// Asks once more for what was left open.
    pub fn forget_asking(&mut self) {
        for step in &mut self.trail {
            if let Step::Fact(fact) = step {
                fact.again = false;
            }
        }
    }

    /// Whether it knows something that the design does not state: a fact that is only half asked.
    pub fn is_half_asked(&self) -> bool {
        let half =
            |fact: &Fact| fact.stated.is_empty() && fact.values.iter().any(|it| !it.is_empty());
        self.trail.iter().any(|step| matches!(step, Step::Fact(fact) if half(fact)))
    }

    /// Whether a question was left open.
    pub fn left_open(&self, told: &str) -> bool {
        self.trail.iter().any(
            |step| matches!(step, Step::Question(it) if it.told == told && it.answer.is_none()),
        )
    }

    /// Facts that were stated have others in their places now.
    pub fn renew(&mut self, pairs: &[(StatedFact, StatedFact)]) {
        let renew = |fact: &mut StatedFact| {
            let same =
                |old: &StatedFact| old.relation == fact.relation && old.values == fact.values;
            if let Some((_, new)) = pairs.iter().find(|(old, _)| same(old)) {
                *fact = new.clone();
            }
        };
        for step in &mut self.trail {
            match step {
                Step::Fact(fact) => {
                    fact.stated.iter_mut().for_each(renew);
                    let first = fact.stated.first().map(|it| it.values.as_slice());
                    let mut first = first.unwrap_or_default().iter().map(ToString::to_string);
                    if !fact.in_parts {
                        fact.values = first.collect();
                    } else if let (Some(name), Some(slot)) = (first.next(), fact.values.first_mut())
                    {
                        *slot = name;
                    }
                    if let Some(sentence) = &mut fact.sentence {
                        sentence.renew(&fact.values);
                    }
                }
                Step::Question(question) => question.added.iter_mut().for_each(renew),
                Step::End(_) => {}
            }
        }
    }

    /// Forgets the answers whose facts are no longer stated.
    pub fn forget(&mut self, is_stated: impl Fn(&StatedFact) -> bool) {
        let mut at = 0;
        let (mut before, asked) = (0, self.at);
        self.trail.retain(|step| {
            let facts = match step {
                Step::Fact(fact) => fact.stated.as_slice(),
                Step::Question(question) => question.added.as_slice(),
                Step::End(_) => &[],
            };
            let kept = facts.iter().all(&is_stated);
            before += usize::from(!kept && at < asked);
            at += 1;
            kept
        });
        self.at = asked - before;
        let known = self.fact().map_or(0, |fact| fact.values.len());
        self.column = self.column.min(known);
    }
}
