//! What an interview asks next, and how it is put.

use std::sync::Arc;

use crate::answers;
use crate::change::{Base, Choice, Choices, Limits, Question, Setting};
use crate::report::hanging;
use crate::session::Session;
use crate::value::Primitive;

use crate::repl::complete::{identifiers, meaning_of, values_of};
use crate::repl::edits::make;
use crate::repl::trail::{Answered, Fact, Step};
use crate::repl::{Done, Failure, Repl, Reply, plain};

use super::forms::{
    count, facts, facts_of, heading, is_in_parts, is_new, is_taken, may_be_left, said_since,
};

/// Puts what is to be asked.
pub(super) fn put(repl: &mut Repl, reply: &mut Reply) -> Done {
    let Some(interview) = &mut repl.interview else { return Ok(()) };
    (interview.question, interview.earlier) = (None, None);
    interview.options.clear();
    let form = interview.form();
    match interview.trail.get(interview.at) {
        Some(Step::Fact(Fact { sentence: Some(proposal), .. })) => {
            let proposal = proposal.clone();
            plain::put(repl, proposal, reply);
            Ok(())
        }
        Some(Step::Question(question)) => {
            let question = question.clone();
            put_again(repl, &question, reply)
        }
        _ => match form {
            Some(form) => put_column(repl, form, reply),
            None => put_question(repl, reply),
        },
    }
}

/// Asks for a column of a fact, or states the fact when all columns are known.
pub(super) fn put_column(repl: &mut Repl, form: usize, reply: &mut Reply) -> Done {
    let Some(interview) = &repl.interview else { return Ok(()) };
    let Some(&relation) = interview.forms.get(form) else { return Ok(()) };
    let declared = Arc::clone(&repl.session.rulebook().program.relations[relation.index()]);
    let at = interview.column;
    let mut known = interview.fact().map(|fact| fact.values.clone()).unwrap_or_default();
    if interview.fact().is_some_and(|fact| fact.in_parts) {
        said_since(repl, relation, &mut known);
    }
    let Some(column) = declared.columns.get(at) else { return complete(repl, form, reply) };
    if column.primitive != Primitive::Symbol {
        let count = count(repl, relation);
        let Some(interview) = &mut repl.interview else { return Ok(()) };
        if let Some(fact) = interview.fact_mut().filter(|fact| fact.values.len() == at) {
            fact.values.push((count + 1).to_string());
        }
        interview.column += 1;
        return put_column(repl, form, reply);
    }
    let before: Vec<Option<String>> = known.iter().take(at).cloned().map(Some).collect();
    let mut options = values_of(repl, relation, at, &before);
    if options.is_empty() && column.name != "text" {
        options = identifiers(repl, &column.name).into_iter().collect();
        let relations = &repl.session.rulebook().program.relations;
        // What was named and is not stated yet, since something of it is not known.
        for fact in interview.left().filter(|fact| !fact.is_same(interview.fact())) {
            let Some(id) = interview.forms.get(fact.form) else { continue };
            let columns = relations[id.index()].columns.iter().zip(&fact.values);
            let named = columns.filter(|(it, name)| it.name == column.name && !name.is_empty());
            for (_, name) in named {
                if !options.contains(name) {
                    options.push(name.clone());
                }
            }
        }
    }
    let new = is_new(&declared, at);
    if new {
        // What was named elsewhere and is not declared yet.
        let left = |name: &String| {
            let mut left = interview.left().filter(|fact| fact.form == form);
            left.any(|fact| fact.values.first() == Some(name))
        };
        options.retain(|name| !is_taken(repl, relation, name) && !left(name));
    }
    let width = repl.settings.look.width.map(usize::from);
    let fresh = interview.trail.len() == interview.at;
    let first = !interview.left().any(|fact| fact.form == form);
    if at == 0 && fresh && first && count(repl, relation) == 0 {
        reply.answer(format!("\n{}", hanging("", heading(&declared), 0, width)));
    }
    let tags = declared.doc.all("column").filter_map(|tag| tag.split_once(char::is_whitespace));
    let meaning = tags.into_iter().find(|(name, _)| *name == column.name);
    let meaning = meaning.map_or("", |(_, meaning)| meaning.trim());
    let open = may_be_left(repl, relation, at);
    let earlier = known.get(at).map(|value| match value.as_str() {
        "" => OPEN.to_owned(),
        value => value.to_owned(),
    });
    let stated = interview.fact().is_some_and(|fact| !fact.stated.is_empty());
    let plain = at == 0 && plain::form(repl)? == Some(relation);
    let end = match (&earlier, at) {
        (Some(_), 0) if stated => " (an empty line keeps it, `-` takes it all back)",
        (Some(_), _) => " (an empty line keeps it)",
        (None, 0) if plain => ", or the whole in plain words (an empty line: no more)",
        (None, 0) => " (an empty line: no more)",
        (None, _) => "",
    };
    let named = if new && !options.is_empty() { "named so far, or another:\n" } else { "" };
    let asks = hanging("", &format!("{}: {meaning}{end}", column.name), 0, width);
    let unknown = match open {
        true if earlier.as_deref() == Some(OPEN) => "  ?  don't know yet  (so far)\n",
        true => "  ?  don't know yet\n",
        false => "",
    };
    let meanings: Vec<String> =
        options.iter().map(|value| meaning_of(repl, &declared, &column.name, value)).collect();
    let listed = numbered(&options, &earlier, &meanings);
    reply.answer(format!("{asks}{named}{listed}{unknown}"));
    if let Some(interview) = &mut repl.interview {
        interview.prompt = format!("{} {}", declared.name, column.name);
        (interview.options, interview.earlier) = (options, earlier);
    }
    Ok(())
}

/// What stands for an answer that was left open.
const OPEN: &str = "?";

/// The answers by number, each with what it means where that is known.
fn numbered(options: &[String], earlier: &Option<String>, meanings: &[String]) -> String {
    let lines = options.iter().enumerate();
    let lines = lines.map(|(at, option)| {
        let mark = if Some(option) == earlier.as_ref() { "  (so far)" } else { "" };
        let meaning = meanings.get(at).filter(|it| !it.is_empty());
        let meaning = meaning.map(|it| format!("  {it}")).unwrap_or_default();
        format!("{:>3}  {option}{meaning}{mark}\n", at + 1)
    });
    lines.collect()
}

/// States the fact whose columns are all known, and goes on.
pub(super) fn complete(repl: &mut Repl, form: usize, reply: &mut Reply) -> Done {
    let Some(interview) = &repl.interview else { return Ok(()) };
    let (Some(fact), Some(&relation)) = (interview.fact(), interview.forms.get(form)) else {
        return Ok(());
    };
    let in_parts = fact.values.iter().any(String::is_empty);
    if fact.stated.is_empty() && in_parts && !is_in_parts(repl, relation) {
        let relations = &repl.session.rulebook().program.relations;
        let mut columns = relations[relation.index()].columns.iter().zip(&fact.values);
        let what = columns.find(|(_, value)| value.is_empty());
        let what = what.map_or(String::new(), |(column, _)| column.name.clone());
        let name = fact.values.first().cloned().unwrap_or_default();
        reply.note(format!(
            "`{}` of `{name}` is not stated before its {what} is known; it is asked for again at the end",
            relations[relation.index()].name
        ));
    } else if fact.stated.is_empty() {
        let values = fact.values.clone();
        let new = facts_of(repl, relation, &values, in_parts)
            .and_then(|new| make(repl, new.clone(), Vec::new(), reply).map(|()| new));
        let Some(interview) = &mut repl.interview else { return Ok(()) };
        match (new, interview.fact_mut()) {
            (Ok(new), Some(fact)) => (fact.stated, fact.in_parts) = (new, in_parts),
            (Err(failure), Some(fact)) => {
                // The last answer is asked for again, nothing else.
                fact.values.pop();
                interview.column = interview.column.saturating_sub(1);
                return Err(failure);
            }
            (_, None) => {}
        }
    }
    if let Some(interview) = &mut repl.interview {
        interview.next();
    }
    put(repl, reply)
}

/// Puts the open question that most conclusions depend on; when none is left, those of the dossier.
pub(super) fn put_question(repl: &mut Repl, reply: &mut Reply) -> Done {
    put_behind(repl, "", reply)
}

/// As [`put_question`], with a line to be said before a question.
pub(super) fn put_behind(repl: &mut Repl, line: &str, reply: &mut Reply) -> Done {
    let beside = of_the_dossier(repl)?;
    let (session, design) = beside.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let asked = Arc::clone(&repl.interrupt);
    let (questions, ledger) = session.ask(design, &repl.effort.options(&asked), &|_| ())?;
    let Some(interview) = &mut repl.interview else { return Ok(()) };
    let choice = |question: &Question| &ledger.choices.choices[question.choice];
    let open = |it: &&Question| !interview.left_open(&told(choice(it)));
    let left = questions.iter().filter(open).count();
    let Some(question) = questions.iter().find(open) else {
        if !interview.dossier {
            interview.dossier = true;
            let line = "\nThe worksheets have no more questions; what follows is asked by the dossier. \
                        `:stop` ends here.\n";
            return put_behind(repl, line, reply);
        }
        let again = interview.ask_again();
        let left: Vec<&str> =
            interview.left().filter_map(|fact| fact.values.first()).map(String::as_str).collect();
        let unstated = match left.as_slice() {
            [] => String::new(),
            names => format!("; nothing is stated of {} yet, `:new` asks again", names.join(", ")),
        };
        if again {
            reply.answer("\nWhat was left open before:\n".to_owned());
            return put(repl, reply);
        }
        let said = match questions.len() {
            0 => "every question that matters is answered".to_owned(),
            open => format!("{open} left open; `:ask` shows what they would settle"),
        } + &unstated;
        repl.left = repl.interview.take();
        reply.answer(format!("\nThat is all: {said}.\n"));
        return Ok(());
    };
    let (choice, waiting) = (choice(question).clone(), answers::depend(question.waiting));
    let told = told(&choice);
    let text = if choice.text.is_empty() { String::new() } else { format!(": {}", choice.text) };
    let width = repl.settings.look.width.map(usize::from);
    let text = hanging("", &format!("{told}{text}"), 0, width);
    let mut text = format!("{line}\n{text}({left} open; {waiting})\n");
    for (at, value) in choice.values.iter().enumerate() {
        let answer = question.answers.iter().find(|answer| answer.value == at);
        let changes = answer.map_or(0, |it| it.added.len() + it.removed.len());
        let changes = match changes {
            0 => String::new(),
            1 => "  changes 1 conclusion".to_owned(),
            more => format!("  changes {more} conclusions"),
        };
        text.push_str(&format!("{:>3}  {value}{changes}\n", at + 1));
    }
    text.push_str("  ?  don't know yet\n");
    reply.answer(text);
    if let Some(interview) = &mut repl.interview {
        interview.prompt.clone_from(&told);
        (interview.options, interview.question) = (choice.values, Some(told));
    }
    Ok(())
}

/// Puts a question again, with the answer it has.
pub(super) fn put_again(repl: &mut Repl, question: &Answered, reply: &mut Reply) -> Done {
    let beside = of_the_dossier(repl)?;
    let found = {
        let (base, choices) = choices(repl, beside.as_ref())?;
        let at = choices.choices.iter().position(|it| told(it) == question.told);
        at.map(|number| {
            let choice = choices.choices[number].clone();
            let set =
                |value: &usize| choices.is_set(&base, Setting { choice: number, value: *value });
            let set = (0..choice.values.len()).find(set).filter(|_| !choice.open);
            (set.and_then(|at| choice.values.get(at).cloned()), choice)
        })
    };
    let Some(interview) = &mut repl.interview else { return Ok(()) };
    let Some((answer, choice)) = found else {
        // Other answers have made it pointless; what it stated stays.
        interview.take_out();
        return put(repl, reply);
    };
    let text = if choice.text.is_empty() { String::new() } else { format!(": {}", choice.text) };
    if let Some(Step::Question(question)) = interview.trail.get_mut(interview.at) {
        question.answer.clone_from(&answer);
    }
    let (mark, keeps) = match answer {
        Some(_) => ("", "an empty line keeps the answer"),
        None => ("  (so far)", "an empty line leaves it open"),
    };
    let width = repl.settings.look.width.map(usize::from);
    reply.answer(format!(
        "\n{}({keeps})\n{}  ?  don't know yet{mark}\n",
        hanging("", &format!("{}{text}", question.told), 0, width),
        numbered(&choice.values, &answer, &[])
    ));
    interview.prompt.clone_from(&question.told);
    interview.question = Some(question.told.clone());
    interview.earlier = Some(answer.unwrap_or_else(|| OPEN.to_owned()));
    interview.options = choice.values;
    Ok(())
}

/// What tells a choice apart.
pub(super) fn told(choice: &Choice) -> String {
    match choice.subject == choice.field {
        true => choice.field.clone(),
        false => format!("{}, {}", choice.subject, choice.field),
    }
}

/// The design with the rules of the dossier, once the interview has come to what these ask.
pub(super) fn of_the_dossier(repl: &mut Repl) -> Result<Option<Session>, Failure> {
    match repl.interview.as_ref().is_some_and(|interview| interview.dossier) {
        true => repl.beside_dossier().map(Some),
        false => Ok(None),
    }
}

/// The design and its choices, with the rules of the dossier or without.
pub(super) fn choices<'r>(
    repl: &'r Repl,
    beside: Option<&'r Session>,
) -> Result<(Base<'r>, Choices), Failure> {
    let limits = Limits::from_options(&repl.effort.options(&repl.interrupt));
    let of = |session: &'r Session| {
        session.designs().first().map(|design| design.facts.as_slice()).unwrap_or_default()
    };
    let mut base = match beside {
        Some(beside) => Base::new(beside.rulebook(), of(beside), &limits)?,
        None => Base::new(repl.session.rulebook(), facts(repl), &limits)?,
    };
    let choices = Choices::of(&mut base);
    Ok((base, choices))
}
