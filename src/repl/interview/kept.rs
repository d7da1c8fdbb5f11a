//! An interview as part of what another session goes on with: what was asked and answered, the fact
//! that is only half asked included.

use serde::{Deserialize, Serialize};

use crate::analyze::facts::StatedFact;

use crate::repl::Repl;
use crate::repl::plain::LeftProposal;
use crate::repl::trail::{Answered, Fact, Interview, Step};

use super::forms::forms;

/// An interview that was not at its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::repl) struct LeftInterview {
    /// The design that it is about, among those that are left.
    pub design: usize,
    trail: Vec<LeftStep>,
    at: usize,
    column: usize,
    dossier: bool,
}

/// Something that was asked; forms by the names of their relations, facts as they are written.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum LeftStep {
    Fact {
        form: String,
        values: Vec<String>,
        in_parts: bool,
        stated: Vec<String>,
        sentence: Option<LeftProposal>,
    },
    End(String),
    Question {
        told: String,
        answer: Option<String>,
        added: Vec<String>,
        removed: Vec<String>,
    },
}

impl Repl {
    /// The interview that is going on, or that was left.
    fn whole_interview(&self) -> Option<&Interview> {
        self.interview.as_ref().filter(|it| !it.single).or(self.left.as_ref())
    }

    /// Whether an interview knows something that the design does not state.
    pub(in crate::repl) fn is_half_asked(&self) -> bool {
        self.whole_interview().is_some_and(Interview::is_half_asked)
    }

    /// The design of an interview that knows something that it does not state.
    pub(in crate::repl) fn half_asked(&self) -> Option<usize> {
        self.whole_interview().filter(|it| it.is_half_asked()).map(|it| it.design)
    }

    /// The interview, to be gone on with. `place` is where the designs stand that are left.
    pub(in crate::repl) fn left_interview(
        &self,
        place: &dyn Fn(usize) -> usize,
    ) -> Option<LeftInterview> {
        let interview = self.whole_interview()?;
        let relations = &self.session.rulebook().program.relations;
        let form = |form: usize| {
            let id = interview.forms.get(form);
            id.map(|id| relations[id.index()].name.clone()).unwrap_or_default()
        };
        let written = |facts: &[StatedFact]| -> Vec<String> {
            facts.iter().map(|fact| self.session.written(fact)).collect()
        };
        let step = |step: &Step| match step {
            Step::Fact(fact) => LeftStep::Fact {
                form: form(fact.form),
                values: fact.values.clone(),
                in_parts: fact.in_parts,
                stated: written(&fact.stated),
                sentence: fact.sentence.as_ref().map(|it| it.left(self)),
            },
            Step::End(end) => LeftStep::End(form(*end)),
            Step::Question(question) => LeftStep::Question {
                told: question.told.clone(),
                answer: question.answer.clone(),
                added: written(&question.added),
                removed: written(&question.removed),
            },
        };
        Some(LeftInterview {
            design: place(interview.design),
            trail: interview.trail.iter().map(step).collect(),
            at: interview.at,
            column: interview.column,
            dossier: interview.dossier,
        })
    }

    /// An interview that was left, to be gone on with about a design; none where this rulebook asks
    /// for something else.
    pub(in crate::repl) fn read_interview(
        &mut self,
        left: &LeftInterview,
        design: usize,
    ) -> Option<Interview> {
        let forms = forms(self);
        let relations = self.session.rulebook().program.relations.clone();
        let form = |name: &str| forms.iter().position(|id| relations[id.index()].name == name);
        let mut trail = Vec::with_capacity(left.trail.len());
        for step in &left.trail {
            trail.push(match step {
                LeftStep::Fact { form: name, values, in_parts, stated, sentence } => {
                    let sentence = match sentence {
                        Some(sentence) => Some(sentence.read(self)?),
                        None => None,
                    };
                    let (form, stated) = (form(name)?, self.written_facts(stated));
                    let (values, in_parts) = (values.clone(), *in_parts);
                    Step::Fact(Fact { form, values, in_parts, stated, sentence, again: false })
                }
                LeftStep::End(name) => Step::End(form(name)?),
                LeftStep::Question { told, answer, added, removed } => Step::Question(Answered {
                    told: told.clone(),
                    answer: answer.clone(),
                    added: self.written_facts(added),
                    removed: self.written_facts(removed),
                }),
            });
        }
        let at = left.at.min(trail.len());
        let (column, dossier) = (left.column, left.dossier);
        Some(Interview { design, forms, trail, at, column, dossier, ..Interview::default() })
    }
}
