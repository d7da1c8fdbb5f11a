//! Questions put one after the other: first the facts that a design begins with, then what the
//! rulebook would like to know, the question that most open conclusions depend on first. Every answer is
//! a change like any other; leaving the interview keeps them all, and so does going back in it.
//!
//! | file | what it does |
//! | --- | --- |
//! | `forms` | the facts that are asked for, made of texts |
//! | `asked` | what is asked next, and how it is put |
//! | `taken` | what an answer does |
//! | `kept` | what another session goes on with |
//!
//! Here is how one begins, goes back and leaves.

mod asked;
mod forms;
mod kept;
mod taken;

use crate::answers;
use crate::value::Primitive;

use super::edits::make;
use super::trail::{Answered, Fact, Interview, Step};
use super::{Done, Failure, Repl, Reply, UNNAMED};

pub(super) use forms::{constant, count, facts_of, is_taken, may_stay_open};
pub(super) use kept::LeftInterview;
pub(super) use taken::{answer, refused, taken};

use asked::put;
use forms::{facts, forms, is_stated, of_texts};

/// `:new NAME`, or `:new` to go on with an interview that was left.
pub(super) fn new(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    let name = name.trim().trim_matches('"');
    let design = repl.session.designs().get(repl.current);
    let blank = design.is_some_and(|it| it.facts.is_empty());
    let here = design.is_some_and(|it| name.is_empty() || it.id == name);
    if here && !blank {
        return resume(repl, reply);
    }
    if name.is_empty() {
        return Err("give the design a name: `:new auction`".to_owned().into());
    }
    let Some(naming) = repl.session.rulebook().design else {
        return Err("this rulebook has no relation that names a design".to_owned().into());
    };
    if !blank {
        repl.current = repl.session.begin(UNNAMED);
    }
    let title = answers::capital(&name.replace(['-', '_'], " "));
    let fact = of_texts(repl, naming, &[name.to_owned(), title])?;
    make(repl, vec![fact], Vec::new(), reply)?;
    let forms = forms(repl);
    repl.interview = Some(Interview { design: repl.current, forms, ..Interview::default() });
    put(repl, reply)
}

/// Goes on with the interview that was left, or with one about what the design states so far.
fn resume(repl: &mut Repl, reply: &mut Reply) -> Done {
    let left = repl.left.take().filter(|left| left.design == repl.current);
    let mut interview = left.unwrap_or_else(|| {
        let forms = forms(repl);
        let stated = facts(repl);
        let mut trail = Vec::new();
        for (form, relation) in forms.iter().enumerate() {
            let before = trail.len();
            trail.extend(stated.iter().filter(|fact| fact.relation == *relation).map(|fact| {
                let values = fact.values.iter().map(ToString::to_string).collect();
                let stated = vec![fact.clone()];
                Step::Fact(Fact { form, values, stated, ..Fact::default() })
            }));
            if trail.len() == before {
                break;
            }
            trail.push(Step::End(form));
        }
        Interview { design: repl.current, forms, at: trail.len(), trail, ..Interview::default() }
    });
    interview.forget_asking();
    repl.interview = Some(interview);
    reply.note("going on; `:back` leads to what was answered before");
    again(repl, reply)
}

/// Asks again after something else was done: answers that are no longer stated are forgotten, and an
/// interview about another design than the one spoken of is left.
pub(super) fn again(repl: &mut Repl, reply: &mut Reply) -> Done {
    let Some(mut interview) = repl.interview.take() else { return Ok(()) };
    if interview.single {
        repl.interview = Some(interview);
        return Ok(());
    }
    if interview.design != repl.current {
        repl.left = Some(interview);
        reply.note("the interview about the other design is left; `:new` there goes on with it");
        return Ok(());
    }
    interview.proposal = None;
    interview.forget(|fact| is_stated(repl, fact));
    repl.interview = Some(interview);
    put(repl, reply)
}

/// `:skip`: a question stays as it is, a list ends, or a fact that was begun is dropped.
pub(super) fn skip(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    let Some(interview) = &mut repl.interview else { return Err(none()) };
    let form = interview.form();
    let asked = interview.question.clone();
    match (interview.trail.get(interview.at), form) {
        (Some(Step::Fact(fact)), _) if fact.stated.is_empty() => {
            interview.take_out();
            reply.note("what was begun is dropped");
        }
        (Some(_), _) => interview.next(),
        (None, Some(form)) => {
            interview.insert(Step::End(form));
            interview.next();
        }
        (None, None) => {
            let told = asked.unwrap_or_default();
            interview.insert(Step::Question(Answered { told, ..Answered::default() }));
            interview.next();
        }
    }
    interview.proposal = None;
    put(repl, reply)
}

/// `:back`: to what was asked before, with the answer it has.
pub(super) fn back(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    let Some(interview) = &repl.interview else { return Err(none()) };
    // A sentence that was not accepted yet is asked for again, whole.
    let pending =
        interview.proposal.is_some() && interview.fact().is_none_or(|fact| fact.sentence.is_none());
    let relations = &repl.session.rulebook().program.relations;
    let texts = |form: usize| -> Vec<usize> {
        let id = interview.forms.get(form);
        let columns = id.map(|id| relations[id.index()].columns.as_slice()).unwrap_or_default();
        let text = |at: &usize| columns[*at].primitive == Primitive::Symbol;
        (0..columns.len()).filter(text).collect()
    };
    let before = |fact: &Fact, column: usize| {
        texts(fact.form).into_iter().rfind(|at| *at < column && *at < fact.values.len())
    };
    let to = match interview.fact().and_then(|fact| before(fact, interview.column)) {
        _ if pending => Some((interview.at, interview.column)),
        Some(column) => Some((interview.at, column)),
        None => interview.at.checked_sub(1).map(|at| match &interview.trail[at] {
            Step::Fact(fact) if fact.sentence.is_none() => {
                (at, before(fact, usize::MAX).unwrap_or(0))
            }
            _ => (at, 0),
        }),
    };
    let Some(to) = to else {
        return Err("this is the first question".to_owned().into());
    };
    if let Some(interview) = &mut repl.interview {
        interview.proposal = None;
        (interview.at, interview.column) = to;
    }
    put(repl, reply)
}

/// `:stop`
pub(super) fn stop(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    if repl.interview.is_none() {
        return Err(none());
    }
    repl.leave_interview();
    reply.note("the interview is over; what was answered is kept, and `:new` goes on with it");
    Ok(())
}

impl Repl {
    /// Leaves an interview in a way that it can be gone on with.
    pub(super) fn leave_interview(&mut self) {
        if let Some(left) = self.interview.take().filter(|it| !it.single) {
            self.left = Some(Interview { proposal: None, ..left });
        }
    }
}

fn none() -> Failure {
    "no interview is going on; `:new NAME` begins one".to_owned().into()
}
