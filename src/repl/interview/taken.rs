//! What an answer in an interview does: it becomes a fact, takes the place of another answer, or leaves
//! something open.

use std::sync::Arc;

use crate::analyze::facts::StatedFact;
use crate::answers::{Given, given};
use crate::change::Setting;
use crate::diag::nearest;
use crate::session::Session;
use crate::value::RelationId;

use crate::repl::edits::{make, same};
use crate::repl::plain::{self, Proposal};
use crate::repl::trail::{Answered, Fact, Interview, Step};
use crate::repl::{Done, Failure, Repl, Reply};

use super::asked::{choices, of_the_dossier, put};
use super::forms::{
    constant, facts, facts_of, is_new, is_stated, is_taken, may_be_left, said_since,
};
use super::{asked, skip};

/// Takes an answer.
pub(in crate::repl) fn answer(repl: &mut Repl, line: &str, reply: &mut Reply) -> Done {
    let Some(interview) = &repl.interview else { return Ok(()) };
    if interview.proposal.is_some() {
        return plain::answer(repl, line, reply);
    }
    match (interview.question.clone(), interview.form()) {
        (Some(told), _) => answer_question(repl, told, line, reply),
        (None, Some(form)) => answer_column(repl, form, line, reply),
        (None, None) => put(repl, reply),
    }
}

/// Takes the value of a column.
pub(super) fn answer_column(repl: &mut Repl, form: usize, line: &str, reply: &mut Reply) -> Done {
    let Some(interview) = &repl.interview else { return Ok(()) };
    let Some(&relation) = interview.forms.get(form) else { return Ok(()) };
    let (at, earlier) = (interview.column, interview.earlier.clone());
    let stated = interview.fact().map(|fact| fact.stated.clone()).unwrap_or_default();
    match line {
        "" if earlier.is_some() => {
            if let Some(interview) = &mut repl.interview {
                interview.column += 1;
            }
            return put(repl, reply);
        }
        "" if at == 0 => return skip(repl, "", reply),
        "" => {
            let hint = "say something, or `:back` to the one before, or `:skip` to drop it all";
            return Err(hint.to_owned().into());
        }
        "-" if at == 0 && !stated.is_empty() => return take_back(repl, reply),
        _ => {}
    }
    let relations = &repl.session.rulebook().program.relations;
    let declared = Arc::clone(&relations[relation.index()]);
    let (name, column) = (&declared.name, &declared.columns[at].name);
    let correction = line.split_once('=').is_some_and(|(name, _)| {
        let columns = interview.forms.iter().flat_map(|form| &relations[form.index()].columns);
        columns.into_iter().any(|column| column.name == name.trim())
    });
    if correction {
        return Err("nothing waits to be corrected; `:back` goes back to it".to_owned().into());
    }
    // Words such as "open" may well be names.
    let unknown = line.contains('?') || line.contains(char::is_whitespace) || line == "-";
    let open = given(line, &interview.options) == Given::Open
        && (unknown || !interview.options.is_empty());
    if open && !may_be_left(repl, relation, at) {
        let hint = match is_new(&declared, at) {
            true => format!("`{column}` is a name of your own: any word will do"),
            false => format!(
                "there is no `{name}` without its {column}: answer what is likeliest, `:back` corrects \
                 it later"
            ),
        };
        return Err(format!("{hint}, or `:skip` leaves this one out for now").into());
    }
    if at == 0
        && line.contains(char::is_whitespace)
        && plain::form(repl)? == Some(relation)
        && let Some(proposal) = plain::propose(repl, line)?
    {
        plain::put(repl, proposal, reply);
        return Ok(());
    }
    let Some(interview) = &repl.interview else { return Ok(()) };
    let options = &interview.options;
    let value = match given(line, options) {
        Given::Value(at) => options.get(at).cloned().unwrap_or_default(),
        _ if open => String::new(),
        _ if options.is_empty() || is_new(&declared, at) => line.to_owned(),
        _ => return Err(no_answer(line, options)),
    };
    if is_new(&declared, at) && earlier.as_ref() != Some(&value) && is_taken(repl, relation, &value)
    {
        return Err(format!("`{value}` is there already; give another name").into());
    }
    if !stated.is_empty() {
        replace(repl, relation, at, &value, reply)?;
    } else if let Some(interview) = &mut repl.interview {
        match interview.fact_mut() {
            Some(fact) if at < fact.values.len() => fact.values[at] = value,
            Some(fact) => fact.values.push(value),
            None => {
                let values = vec![value];
                interview.insert(Step::Fact(Fact { form, values, ..Fact::default() }));
            }
        }
    }
    if let Some(interview) = &mut repl.interview {
        interview.column += 1;
    }
    put(repl, reply)
}

pub(super) fn no_answer(line: &str, options: &[String]) -> Failure {
    let near = nearest(line, options.iter().map(String::as_str));
    let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("`{line}` is no answer; there is a number up to {}{hint}", options.len()).into()
}

/// Puts another value into the fact that is asked about, which is stated. A name that changes, changes
/// in other facts too.
fn replace(
    repl: &mut Repl,
    relation: RelationId,
    column: usize,
    value: &str,
    reply: &mut Reply,
) -> Done {
    let Some(fact) = repl.interview.as_ref().and_then(Interview::fact).cloned() else {
        return Ok(());
    };
    let relations = &repl.session.rulebook().program.relations;
    let declared = &relations[relation.index()];
    let name = &declared.columns[column];
    let mut values = fact.values.clone();
    if fact.in_parts {
        said_since(repl, relation, &mut values);
    }
    let Some(old) = values.get_mut(column).map(|slot| std::mem::replace(slot, value.to_owned()))
    else {
        return Ok(());
    };
    if old == value {
        return Ok(());
    }
    // What was said in parts stays so: others may speak of the parts.
    let in_parts = fact.in_parts || values.iter().any(String::is_empty);
    let stated = facts_of(repl, relation, &values, in_parts)?;
    let about = |it: &StatedFact| {
        let key = stated.first().and_then(|fact| fact.values.first());
        let part = stated.iter().any(|fact| fact.relation == it.relation);
        in_parts && part && it.values.first() == key
    };
    let gone = |it: &StatedFact| fact.stated.iter().any(|own| same(own, it)) || about(it);
    let everywhere = is_new(declared, column);
    let new = constant(name.primitive, value)?;
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    let mut renamed = Vec::new();
    for other in facts(repl) {
        if gone(other) {
            if !stated.iter().any(|it| same(it, other)) {
                remove.push(other.clone());
            }
            continue;
        }
        let mut changed = other.clone();
        let columns = &relations[other.relation.index()].columns;
        for (at, it) in changed.values.iter_mut().enumerate() {
            if everywhere && columns[at].name == name.name && it.to_string() == old {
                *it = new.clone();
            }
        }
        if changed.values != other.values {
            remove.push(other.clone());
            add.push(changed.clone());
            renamed.push((other.clone(), changed));
        }
    }
    let there = |it: &&StatedFact| !facts(repl).iter().any(|other| same(it, other));
    add.extend(stated.iter().filter(there).cloned());
    make(repl, add, remove, reply)?;
    if let Some(interview) = &mut repl.interview {
        interview.renew(&renamed);
        if let Some(fact) = interview.fact_mut() {
            (fact.values, fact.stated, fact.in_parts) = (values, stated, in_parts);
        }
    }
    Ok(())
}

/// Takes back what the fact that is asked about stated.
pub(super) fn take_back(repl: &mut Repl, reply: &mut Reply) -> Done {
    let Some(interview) = &repl.interview else { return Ok(()) };
    let stated = interview.fact().map(|fact| fact.stated.clone()).unwrap_or_default();
    let gone = stated.into_iter().filter(|fact| is_stated(repl, fact)).collect();
    make(repl, Vec::new(), gone, reply)?;
    if let Some(interview) = &mut repl.interview {
        interview.take_out();
    }
    put(repl, reply)
}

/// States the facts of a proposal that was accepted, in the place of those of the sentence that is asked
/// about again.
pub(in crate::repl) fn taken(
    repl: &mut Repl,
    proposal: Proposal,
    values: Vec<String>,
    facts: Vec<StatedFact>,
    reply: &mut Reply,
) -> Done {
    let fact = repl.interview.as_ref().and_then(Interview::fact);
    let (again, before) = match fact {
        Some(fact) => (!fact.stated.is_empty(), fact.stated.clone()),
        None => (false, Vec::new()),
    };
    let here = |it: &StatedFact| facts.iter().any(|new| same(new, it));
    let gone: Vec<StatedFact> =
        before.iter().filter(|it| !here(it) && is_stated(repl, it)).cloned().collect();
    let new: Vec<StatedFact> =
        facts.iter().filter(|new| !before.iter().any(|it| same(it, new))).cloned().collect();
    if !(again && gone.is_empty() && new.is_empty()) {
        make(repl, new, gone, reply)?;
    }
    let Some(interview) = &mut repl.interview else { return Ok(()) };
    if interview.single {
        repl.interview = None;
        return Ok(());
    }
    let form = interview.form().unwrap_or(0);
    let in_parts = values.iter().any(String::is_empty);
    let sentence = Some(proposal);
    let step = Step::Fact(Fact { form, values, in_parts, stated: facts, sentence, again: false });
    if interview.fact().is_some() {
        interview.take_out();
    }
    interview.insert(step);
    interview.next();
    put(repl, reply)
}

/// Goes on behind a proposal that was refused; what it had stated before is taken back.
pub(in crate::repl) fn refused(repl: &mut Repl, reply: &mut Reply) -> Done {
    match &repl.interview {
        Some(interview) if interview.single => {
            repl.interview = None;
            Ok(())
        }
        Some(interview) if interview.fact().is_some_and(|fact| fact.sentence.is_some()) => {
            take_back(repl, reply)
        }
        _ => put(repl, reply),
    }
}

/// Takes the answer to an open question.
pub(super) fn answer_question(
    repl: &mut Repl,
    told: String,
    line: &str,
    reply: &mut Reply,
) -> Done {
    let Some(interview) = &mut repl.interview else { return Ok(()) };
    let before = match interview.trail.get(interview.at) {
        Some(Step::Question(question)) => Some(question.clone()),
        _ => None,
    };
    if let (Some(_), "") = (&before, line) {
        interview.next();
        return put(repl, reply);
    }
    let value = match given(line, &interview.options) {
        Given::Open => None,
        Given::Value(at) => Some(at),
        Given::Other => return Err(no_answer(line, &interview.options)),
    };
    let answer = value.and_then(|at| interview.options.get(at).cloned());
    let again = before.is_some();
    let before = before.unwrap_or_default();
    let mut now = Answered { told, answer, added: Vec::new(), removed: Vec::new() };
    if again && before.answer == now.answer {
        interview.next();
        return put(repl, reply);
    }
    match value {
        Some(value) => {
            let beside = of_the_dossier(repl)?;
            let (base, choices) = choices(repl, beside.as_ref())?;
            let found = choices.choices.iter().position(|it| asked::told(it) == now.told);
            let Some(choice) = found else {
                return Err("this question is not asked any more".to_owned().into());
            };
            let change = choices.change(&base, &[Setting { choice, value }]);
            drop(base);
            let here = |facts| stated_here(repl, beside.as_ref(), facts);
            (now.added, now.removed) = (here(change.add), here(change.remove));
            let new = |fact: &StatedFact| before.added.iter().any(|it| same(it, fact));
            let made = (now.added.clone(), now.removed.clone());
            // What the first answer had taken back still counts as gone.
            now.removed.retain(|fact| !new(fact));
            now.removed.extend(before.removed);
            make(repl, made.0, made.1, reply)?;
        }
        None if again => {
            let gone = before.added.into_iter().filter(|fact| is_stated(repl, fact)).collect();
            make(repl, before.removed, gone, reply)?;
        }
        None => {}
    }
    let Some(interview) = &mut repl.interview else { return Ok(()) };
    if again {
        interview.take_out();
    }
    interview.insert(Step::Question(now));
    interview.next();
    put(repl, reply)
}

/// Facts stated under another rulebook, under that of the prompt: its relations may have other numbers.
pub(super) fn stated_here(
    repl: &Repl,
    beside: Option<&Session>,
    facts: Vec<StatedFact>,
) -> Vec<StatedFact> {
    let Some(beside) = beside else { return facts };
    let relations = &beside.rulebook().program.relations;
    let here = |fact: StatedFact| {
        let relation = repl.session.rulebook().relation(&relations[fact.relation.index()].name)?;
        Some(StatedFact { relation, ..fact })
    };
    facts.into_iter().filter_map(here).collect()
}
