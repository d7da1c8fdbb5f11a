//! Questions put one after the other: first the facts that a design begins with, then what the
//! rulebook would like to know, the question that settles most first. Every answer is a change like
//! any other; leaving the interview keeps them all.
//!
//! Which facts a design begins with is said by `@interview` tags, their values by `@values`; a column
//! of numbers counts by itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analyze::facts::StatedFact;
use crate::change::{Base, Choices, Limits, Setting};
use crate::diag::{Span, nearest};
use crate::explain::key_columns;
use crate::session::Session;
use crate::value::{Constant, Primitive, RelationId};

use super::complete::{identifiers, values_of};
use super::edits::{make, undo};
use super::plain::{self, Proposal};
use super::{Done, Failure, Repl, Reply, UNNAMED};

/// Where an interview stands.
#[derive(Debug, Default)]
pub(super) struct Interview {
    /// The relations whose facts are asked for, in order.
    forms: Vec<RelationId>,
    /// Which of them it is about; past the last one, open questions.
    form: usize,
    /// The values of the fact so far.
    values: Vec<String>,
    /// The answers by number.
    options: Vec<String>,
    /// What is asked: the number of the choice and what tells it apart.
    question: Option<(usize, String)>,
    /// The questions that were left open.
    skipped: BTreeSet<String>,
    /// Whether it has come to what the dossier asks.
    dossier: bool,
    /// How many changes there were when it began.
    began: usize,
    prompt: String,
    /// What is proposed for a sentence, to be accepted.
    proposal: Option<Proposal>,
    /// Whether it is about one sentence and no more.
    single: bool,
}

impl Interview {
    /// What stands before the answer.
    pub fn prompt(&self) -> String {
        match &self.proposal {
            Some(_) => "take it? ".to_owned(),
            None => format!("{}> ", self.prompt),
        }
    }

    /// One about a single sentence.
    pub fn of_one() -> Self {
        Interview { single: true, ..Interview::default() }
    }

    /// Waits for what is said to a proposal.
    pub fn accept(&mut self, proposal: Proposal) {
        self.proposal = Some(proposal);
    }

    /// The proposal that waits.
    pub fn proposal(&mut self) -> Option<Proposal> {
        self.proposal.take()
    }
}

/// `:new NAME`
pub(super) fn new(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    let name = name.trim().trim_matches('"');
    if name.is_empty() {
        return Err("give the design a name: `:new auction`".to_owned().into());
    }
    let rulebook = repl.session.rulebook();
    let Some(naming) = rulebook.design else {
        return Err("this rulebook has no relation that names a design".to_owned().into());
    };
    let numbers = |id: RelationId| {
        let relation = &rulebook.program.relations[id.index()];
        relation.doc.tag("interview").and_then(|it| it.trim().parse::<i64>().ok())
    };
    let all = 0..rulebook.program.relations.len();
    let mut forms: Vec<(i64, RelationId)> =
        all.map(RelationId::from).filter_map(|id| Some((numbers(id)?, id))).collect();
    forms.sort();
    let blank = repl.session.designs().get(repl.current).is_some_and(|it| it.facts.is_empty());
    if !blank {
        repl.current = repl.session.begin(UNNAMED);
    }
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    let title: String =
        letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default();
    let began = repl.log.done.len();
    let forms = forms.into_iter().map(|(_, id)| id).collect();
    state(repl, naming, &[name.to_owned(), title], reply)?;
    repl.interview = Some(Interview { forms, began, ..Interview::default() });
    put(repl, reply)
}

/// States a fact of texts, each as its column wants it.
fn state(repl: &mut Repl, relation: RelationId, values: &[String], reply: &mut Reply) -> Done {
    let declared = &repl.session.rulebook().program.relations[relation.index()];
    let mut constants = Vec::with_capacity(values.len());
    for (column, value) in declared.columns.iter().zip(values) {
        constants.push(constant(column.primitive, value)?);
    }
    let fact = StatedFact { relation, values: constants, span: Span::default() };
    make(repl, vec![fact], Vec::new(), reply)
}

/// A value as a column wants it.
pub(super) fn constant(primitive: Primitive, value: &str) -> Result<Constant, Failure> {
    let wrong = || format!("`{value}` is not a {}", primitive.name());
    Ok(match primitive {
        Primitive::Symbol => Constant::Symbol(Arc::from(value)),
        Primitive::Number => Constant::Number(value.parse().map_err(|_| wrong())?),
        Primitive::Unsigned => Constant::Unsigned(value.parse().map_err(|_| wrong())?),
        Primitive::Float => Constant::Float(value.parse().map_err(|_| wrong())?),
    })
}

/// Goes on behind a proposal that was accepted or dropped.
pub(super) fn go_on(repl: &mut Repl, reply: &mut Reply) -> Done {
    if repl.interview.as_ref().is_some_and(|interview| interview.single) {
        repl.interview = None;
        return Ok(());
    }
    put(repl, reply)
}

/// Puts the next question.
fn put(repl: &mut Repl, reply: &mut Reply) -> Done {
    let Some(interview) = &repl.interview else { return Ok(()) };
    match interview.forms.get(interview.form).copied() {
        Some(form) => put_column(repl, form, reply),
        None => put_question(repl, reply),
    }
}

/// Asks for a column of a fact, or states the fact when all columns are known.
fn put_column(repl: &mut Repl, form: RelationId, reply: &mut Reply) -> Done {
    let declared = repl.session.rulebook().program.relations[form.index()].clone();
    let Some(interview) = &repl.interview else { return Ok(()) };
    let at = interview.values.len();
    let Some(column) = declared.columns.get(at) else {
        let values = interview.values.clone();
        if let Some(interview) = &mut repl.interview {
            interview.values.clear();
        }
        state(repl, form, &values, reply)?;
        return put(repl, reply);
    };
    if column.primitive != Primitive::Symbol {
        let design = repl.session.designs().get(repl.current);
        let facts = design.map(|design| design.facts.as_slice()).unwrap_or_default();
        let count = facts.iter().filter(|fact| fact.relation == form).count();
        if let Some(interview) = &mut repl.interview {
            interview.values.push((count + 1).to_string());
        }
        return put_column(repl, form, reply);
    }
    let before: Vec<Option<String>> = interview.values.iter().cloned().map(Some).collect();
    let mut options = values_of(repl, form, at, &before);
    // What the fact is about is a new name, unless another fact is about it too.
    let new = at == 0 && key_columns(&declared).is_some_and(|keys| keys == [0]);
    if options.is_empty() && !new && column.name != "text" {
        options = identifiers(repl, &column.name).into_iter().collect();
    }
    let design = repl.session.designs().get(repl.current);
    let facts = design.map(|design| design.facts.as_slice()).unwrap_or_default();
    if at == 0 && !facts.iter().any(|fact| fact.relation == form) {
        reply.answer(format!("\n{}\n", declared.doc.text));
    }
    let tags = declared.doc.all("column").filter_map(|tag| tag.split_once(char::is_whitespace));
    let meaning = tags.into_iter().find(|(name, _)| *name == column.name);
    let meaning = meaning.map_or("", |(_, meaning)| meaning.trim());
    let end = if at == 0 { " (an empty line: no more)" } else { "" };
    let plain = at == 0 && plain::form(repl)? == Some(form);
    let end = if plain { ", or the whole in plain words (an empty line: no more)" } else { end };
    reply.answer(format!("{}: {meaning}{end}\n{}", column.name, numbered(&options)));
    if let Some(interview) = &mut repl.interview {
        interview.prompt = format!("{} {}", declared.name, column.name);
        interview.options = options;
        interview.question = None;
    }
    Ok(())
}

fn numbered(options: &[String]) -> String {
    let lines = options.iter().enumerate();
    lines.map(|(at, option)| format!("  {}  {option}\n", at + 1)).collect()
}

/// Puts the open question that settles most; when none is left, those of the dossier.
fn put_question(repl: &mut Repl, reply: &mut Reply) -> Done {
    put_behind(repl, "", reply)
}

/// As [`put_question`], with a line to be said before a question.
fn put_behind(repl: &mut Repl, line: &str, reply: &mut Reply) -> Done {
    let beside = match repl.interview.as_ref().is_some_and(|interview| interview.dossier) {
        true => Some(repl.beside_dossier()?),
        false => None,
    };
    let (session, design) = beside.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let asked = Arc::clone(&repl.interrupt);
    let (questions, ledger) = session.ask(design, &repl.effort.options(&asked), &|_| ())?;
    let Some(interview) = &mut repl.interview else { return Ok(()) };
    let told = |choice: usize| {
        let choice = &ledger.choices.choices[choice];
        match choice.subject == choice.field {
            true => choice.field.clone(),
            false => format!("{}, {}", choice.subject, choice.field),
        }
    };
    let open = |it: &&crate::change::Question| !interview.skipped.contains(&told(it.choice));
    let left = questions.iter().filter(open).count();
    let Some(question) = questions.iter().find(open) else {
        if !interview.dossier {
            interview.dossier = true;
            let line = "\nThe worksheets have no more questions; what follows is asked by the dossier. \
                        `:stop` ends here.\n";
            return put_behind(repl, line, reply);
        }
        let skipped = interview.skipped.len();
        repl.interview = None;
        let told = match skipped {
            0 => "every question that matters is answered".to_owned(),
            skipped => format!("{skipped} left open; `:ask` shows what they would settle"),
        };
        reply.answer(format!("\nThat is all: {told}.\n"));
        return Ok(());
    };
    let choice = &ledger.choices.choices[question.choice];
    let mut text = format!("{line}\n{}", told(question.choice));
    if !choice.text.is_empty() {
        text.push_str(&format!(": {}", choice.text));
    }
    text.push_str(&format!(" ({left} open)\n"));
    for (at, value) in choice.values.iter().enumerate() {
        let answer = question.answers.iter().find(|answer| answer.value == at);
        let changes = answer.map_or(0, |it| it.added.len() + it.removed.len());
        let changes = match changes {
            0 => String::new(),
            1 => "  changes 1 conclusion".to_owned(),
            more => format!("  changes {more} conclusions"),
        };
        text.push_str(&format!("  {}  {value}{changes}\n", at + 1));
    }
    text.push_str("  ?  don't know yet\n");
    let told = told(question.choice);
    reply.answer(text);
    let (number, options) = (question.choice, choice.values.clone());
    if let Some(interview) = &mut repl.interview {
        interview.prompt = told.clone();
        interview.options = options;
        interview.question = Some((number, told));
    }
    Ok(())
}

/// Takes an answer.
pub(super) fn answer(repl: &mut Repl, line: &str, reply: &mut Reply) -> Done {
    let Some(interview) = &mut repl.interview else { return Ok(()) };
    if interview.proposal.is_some() {
        return plain::answer(repl, line, reply);
    }
    let first = interview.question.is_none() && interview.values.is_empty();
    let form = interview.forms.get(interview.form).copied();
    if first
        && line.contains(char::is_whitespace)
        && form.is_some()
        && plain::form(repl)? == form
        && let Some(proposal) = plain::propose(repl, line)?
    {
        plain::put(repl, proposal, reply);
        return Ok(());
    }
    let Some(interview) = &mut repl.interview else { return Ok(()) };
    let asks = interview.question.is_some();
    let unknown = ["?", "don't know", "don't know yet", "unknown"];
    if line.is_empty() && (asks || interview.values.is_empty())
        || asks && unknown.contains(&line.to_lowercase().as_str())
    {
        return skip(repl, "", reply);
    }
    let value = if interview.options.is_empty() {
        line.to_owned()
    } else {
        let number = line.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let by_number = number.and_then(|number| interview.options.get(number));
        let named = interview.options.iter().find(|option| option.eq_ignore_ascii_case(line));
        match by_number.or(named) {
            Some(value) => value.clone(),
            None => {
                let known = interview.options.iter().map(String::as_str);
                let hint = nearest(line, known).map(|near| format!("; did you mean `{near}`?"));
                let hint = hint.unwrap_or_default();
                let most = interview.options.len();
                return Err(format!("answer with a number up to {most}{hint}").into());
            }
        }
    };
    let Some((choice, _)) = interview.question.clone() else {
        interview.values.push(value);
        return put(repl, reply);
    };
    let at = interview.options.iter().position(|option| *option == value).unwrap_or(0);
    let beside = match interview.dossier {
        true => Some(repl.beside_dossier()?),
        false => None,
    };
    let (session, design) = beside.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let asked = Arc::clone(&repl.interrupt);
    let limits = Limits::from_options(&repl.effort.options(&asked));
    let design = session.designs().get(design);
    let facts = design.map(|design| design.facts.as_slice()).unwrap_or_default();
    let mut base = Base::new(session.rulebook(), facts, &limits)?;
    let choices = Choices::of(&mut base);
    let change = choices.change(&base, &[Setting { choice, value: at }]);
    drop(base);
    let (add, remove) = match &beside {
        Some(beside) => {
            (stated_here(repl, beside, change.add), stated_here(repl, beside, change.remove))
        }
        None => (change.add, change.remove),
    };
    make(repl, add, remove, reply)?;
    put(repl, reply)
}

/// Facts stated under another rulebook, under that of the prompt: its relations have other numbers.
fn stated_here(repl: &Repl, beside: &Session, facts: Vec<StatedFact>) -> Vec<StatedFact> {
    let relations = &beside.rulebook().program.relations;
    let here = |fact: StatedFact| {
        let relation = repl.session.rulebook().relation(&relations[fact.relation.index()].name)?;
        Some(StatedFact { relation, ..fact })
    };
    facts.into_iter().filter_map(here).collect()
}

/// `:skip`: a question stays open, or a list ends.
pub(super) fn skip(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    let Some(interview) = &mut repl.interview else { return Err(none()) };
    match interview.question.take() {
        Some((_, told)) => drop(interview.skipped.insert(told)),
        None => {
            interview.form += 1;
            interview.values.clear();
        }
    }
    put(repl, reply)
}

/// `:back`: the last answer is taken back and asked for again.
pub(super) fn back(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    let Some(interview) = &mut repl.interview else { return Err(none()) };
    let form = interview.forms.get(interview.form).copied();
    if let Some(form) = form {
        let relations = &repl.session.rulebook().program.relations;
        let columns = &relations[form.index()].columns;
        // Numbers count by themselves, so nobody is asked for them again.
        while interview.values.pop().is_some() {
            let at = interview.values.len();
            if columns.get(at).is_some_and(|column| column.primitive == Primitive::Symbol) {
                return put(repl, reply);
            }
        }
    }
    if repl.log.done.len() > interview.began + 1 {
        undo(repl, 1, reply)?;
    } else if let Some(interview) = &mut repl.interview {
        interview.form = 0;
    }
    put(repl, reply)
}

/// `:stop`
pub(super) fn stop(repl: &mut Repl, _: &str, reply: &mut Reply) -> Done {
    if repl.interview.take().is_none() {
        return Err(none());
    }
    reply.note("the interview is over; what was answered is kept");
    Ok(())
}

fn none() -> super::Failure {
    "no interview is going on; `:new NAME` begins one".to_owned().into()
}
