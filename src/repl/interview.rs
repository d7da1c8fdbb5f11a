//! Questions put one after the other: first the facts that a design begins with, then what the
//! rulebook would like to know, the question that most open conclusions depend on first. Every answer is
//! a change like any other; leaving the interview keeps them all, and so does going back in it.
//!
//! Which facts a design begins with is said by `@interview` tags, their values by `@values`; a column
//! of numbers counts by itself.

use std::sync::Arc;

use crate::analyze::facts::StatedFact;
use crate::answers::{self, Given, given};
use crate::change::{Base, Choice, Choices, Limits, Setting};
use crate::diag::{Span, nearest};
use crate::explain::key_columns;
use crate::report::hanging;
use crate::session::Session;
use crate::value::{Constant, Primitive, RelationId};

use super::complete::{identifiers, values_of};
use super::edits::make;
use super::plain::{self, Proposal};
use super::trail::{Answered, Fact, Interview, Step};
use super::{Done, Failure, Repl, Reply, UNNAMED};

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
    let interview = left.unwrap_or_else(|| {
        let forms = forms(repl);
        let stated = facts(repl);
        let mut trail = Vec::new();
        for (form, relation) in forms.iter().enumerate() {
            let before = trail.len();
            trail.extend(stated.iter().filter(|fact| fact.relation == *relation).map(|fact| {
                let values = fact.values.iter().map(ToString::to_string).collect();
                let stated = vec![fact.clone()];
                Step::Fact(Fact { form, values, stated, sentence: None })
            }));
            if trail.len() == before {
                break;
            }
            trail.push(Step::End(form));
        }
        Interview { design: repl.current, forms, at: trail.len(), trail, ..Interview::default() }
    });
    repl.interview = Some(interview);
    reply.note("going on; `:back` leads to what was answered before");
    again(repl, reply)
}

/// The relations that an interview asks for, in order.
fn forms(repl: &Repl) -> Vec<RelationId> {
    let relations = repl.session.rulebook().program.relations.iter().enumerate();
    let mut forms: Vec<(i64, RelationId)> = relations
        .filter(|(_, it)| it.columns.first().is_some_and(|it| it.primitive == Primitive::Symbol))
        .filter_map(|(at, it)| Some((it.doc.tag("interview")?.trim().parse().ok()?, at.into())))
        .collect();
    forms.sort();
    forms.into_iter().map(|(_, id)| id).collect()
}

/// What the design states.
fn facts(repl: &Repl) -> &[StatedFact] {
    let design = repl.session.designs().get(repl.current);
    design.map(|design| design.facts.as_slice()).unwrap_or_default()
}

fn is_stated(repl: &Repl, fact: &StatedFact) -> bool {
    facts(repl).iter().any(|it| it.relation == fact.relation && it.values == fact.values)
}

/// A fact of texts, each as its column wants it.
fn of_texts(repl: &Repl, relation: RelationId, values: &[String]) -> Result<StatedFact, Failure> {
    let declared = &repl.session.rulebook().program.relations[relation.index()];
    let pairs = declared.columns.iter().zip(values);
    let values: Result<Vec<Constant>, Failure> =
        pairs.map(|(column, value)| constant(column.primitive, value)).collect();
    Ok(StatedFact { relation, values: values?, span: Span::default() })
}

/// A value as a column wants it.
pub(super) fn constant(primitive: Primitive, value: &str) -> Result<Constant, Failure> {
    let wrong = || format!("`{value}` is not a {}", primitive.name());
    Ok(match primitive {
        Primitive::Symbol => Constant::Symbol(Arc::from(value)),
        Primitive::Number => Constant::Number(value.parse().map_err(|_| wrong())?),
        Primitive::Unsigned => Constant::Unsigned(value.parse().map_err(|_| wrong())?),
        Primitive::Float => Constant::Float(value.parse().map_err(|_| wrong())?),
        Primitive::Record => return Err(wrong().into()),
    })
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

/// Puts what is to be asked.
fn put(repl: &mut Repl, reply: &mut Reply) -> Done {
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
fn put_column(repl: &mut Repl, form: usize, reply: &mut Reply) -> Done {
    let Some(interview) = &repl.interview else { return Ok(()) };
    let Some(&relation) = interview.forms.get(form) else { return Ok(()) };
    let declared = Arc::clone(&repl.session.rulebook().program.relations[relation.index()]);
    let at = interview.column;
    let known = interview.fact().map(|fact| fact.values.clone()).unwrap_or_default();
    let Some(column) = declared.columns.get(at) else { return complete(repl, form, reply) };
    if column.primitive != Primitive::Symbol {
        let count = facts(repl).iter().filter(|fact| fact.relation == relation).count();
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
    }
    let new = is_new(&declared, at);
    if new {
        // What was named elsewhere and is not declared yet.
        let declared = |name: &String| {
            let mut same = facts(repl).iter().filter(|fact| fact.relation == relation);
            same.any(|it| it.values.first().is_some_and(|value| value.to_string() == *name))
        };
        options.retain(|name| !declared(name));
    }
    let width = repl.settings.look.width.map(usize::from);
    let fresh = interview.trail.len() == interview.at;
    if at == 0 && fresh && !facts(repl).iter().any(|fact| fact.relation == relation) {
        reply.answer(format!("\n{}", hanging("", &declared.doc.text, 0, width)));
    }
    let tags = declared.doc.all("column").filter_map(|tag| tag.split_once(char::is_whitespace));
    let meaning = tags.into_iter().find(|(name, _)| *name == column.name);
    let meaning = meaning.map_or("", |(_, meaning)| meaning.trim());
    let earlier = known.get(at).cloned();
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
    reply.answer(format!("{asks}{named}{}", numbered(&options, &earlier)));
    if let Some(interview) = &mut repl.interview {
        interview.prompt = format!("{} {}", declared.name, column.name);
        (interview.options, interview.earlier) = (options, earlier);
    }
    Ok(())
}

/// Whether a column holds a name that no other fact of the relation has.
fn is_new(declared: &crate::analyze::program::Relation, column: usize) -> bool {
    column == 0 && key_columns(declared).is_some_and(|keys| keys == [0])
}

fn numbered(options: &[String], earlier: &Option<String>) -> String {
    let lines = options.iter().enumerate();
    let lines = lines.map(|(at, option)| {
        let mark = if Some(option) == earlier.as_ref() { "  (so far)" } else { "" };
        format!("{:>3}  {option}{mark}\n", at + 1)
    });
    lines.collect()
}

/// States the fact whose columns are all known, and goes on.
fn complete(repl: &mut Repl, form: usize, reply: &mut Reply) -> Done {
    let Some(interview) = &repl.interview else { return Ok(()) };
    let (Some(fact), Some(&relation)) = (interview.fact(), interview.forms.get(form)) else {
        return Ok(());
    };
    if fact.stated.is_empty() {
        let values = fact.values.clone();
        let new = of_texts(repl, relation, &values)
            .and_then(|new| make(repl, vec![new.clone()], Vec::new(), reply).map(|()| new));
        let Some(interview) = &mut repl.interview else { return Ok(()) };
        match (new, interview.fact_mut()) {
            (Ok(new), Some(fact)) => fact.stated = vec![new],
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

/// What tells a choice apart.
fn told(choice: &Choice) -> String {
    match choice.subject == choice.field {
        true => choice.field.clone(),
        false => format!("{}, {}", choice.subject, choice.field),
    }
}

/// The design with the rules of the dossier, once the interview has come to what these ask.
fn of_the_dossier(repl: &mut Repl) -> Result<Option<Session>, Failure> {
    match repl.interview.as_ref().is_some_and(|interview| interview.dossier) {
        true => repl.beside_dossier().map(Some),
        false => Ok(None),
    }
}

/// Puts the open question that most conclusions depend on; when none is left, those of the dossier.
fn put_question(repl: &mut Repl, reply: &mut Reply) -> Done {
    put_behind(repl, "", reply)
}

/// As [`put_question`], with a line to be said before a question.
fn put_behind(repl: &mut Repl, line: &str, reply: &mut Reply) -> Done {
    let beside = of_the_dossier(repl)?;
    let (session, design) = beside.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let asked = Arc::clone(&repl.interrupt);
    let (questions, ledger) = session.ask(design, &repl.effort.options(&asked), &|_| ())?;
    let Some(interview) = &mut repl.interview else { return Ok(()) };
    let choice = |question: &crate::change::Question| &ledger.choices.choices[question.choice];
    let open = |it: &&crate::change::Question| !interview.left_open(&told(choice(it)));
    let left = questions.iter().filter(open).count();
    let Some(question) = questions.iter().find(open) else {
        if !interview.dossier {
            interview.dossier = true;
            let line = "\nThe worksheets have no more questions; what follows is asked by the dossier. \
                        `:stop` ends here.\n";
            return put_behind(repl, line, reply);
        }
        let said = match questions.len() {
            0 => "every question that matters is answered".to_owned(),
            open => format!("{open} left open; `:ask` shows what they would settle"),
        };
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
fn put_again(repl: &mut Repl, question: &Answered, reply: &mut Reply) -> Done {
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
        numbered(&choice.values, &answer)
    ));
    interview.prompt.clone_from(&question.told);
    interview.question = Some(question.told.clone());
    interview.earlier = Some(answer.unwrap_or_else(|| "?".to_owned()));
    interview.options = choice.values;
    Ok(())
}

/// The design and its choices, with the rules of the dossier or without.
fn choices<'r>(
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

/// Facts stated under another rulebook, under that of the prompt: its relations may have other numbers.
fn stated_here(repl: &Repl, beside: Option<&Session>, facts: Vec<StatedFact>) -> Vec<StatedFact> {
    let Some(beside) = beside else { return facts };
    let relations = &beside.rulebook().program.relations;
    let here = |fact: StatedFact| {
        let relation = repl.session.rulebook().relation(&relations[fact.relation.index()].name)?;
        Some(StatedFact { relation, ..fact })
    };
    facts.into_iter().filter_map(here).collect()
}

/// Takes an answer.
pub(super) fn answer(repl: &mut Repl, line: &str, reply: &mut Reply) -> Done {
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
fn answer_column(repl: &mut Repl, form: usize, line: &str, reply: &mut Reply) -> Done {
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
    if given(line, &interview.options) == Given::Open && (unknown || !interview.options.is_empty())
    {
        return Err(format!(
            "there is no `{name}` without its {column}: answer what is likeliest, `:back` corrects it later, \
             or `:skip` leaves this one out for now"
        )
        .into());
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
        _ if options.is_empty() || is_new(&declared, at) => line.to_owned(),
        _ => return Err(no_answer(line, options)),
    };
    let other = |fact: &&StatedFact| {
        fact.relation == relation && fact.values.first().is_some_and(|it| it.to_string() == value)
    };
    if is_new(&declared, at)
        && earlier.as_ref() != Some(&value)
        && facts(repl).iter().any(|fact| other(&fact))
    {
        return Err(format!("`{value}` is there already; give another name").into());
    }
    if !stated.is_empty() {
        if earlier.as_ref() != Some(&value) {
            replace(repl, relation, &stated, at, &value, reply)?;
        }
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

fn no_answer(line: &str, options: &[String]) -> Failure {
    let near = nearest(line, options.iter().map(String::as_str));
    let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("`{line}` is no answer; there is a number up to {}{hint}", options.len()).into()
}

/// Puts another value into a fact that is stated. A name that changes, changes in other facts too.
fn replace(
    repl: &mut Repl,
    relation: RelationId,
    stated: &[StatedFact],
    column: usize,
    value: &str,
    reply: &mut Reply,
) -> Done {
    let relations = &repl.session.rulebook().program.relations;
    let declared = &relations[relation.index()];
    let name = &declared.columns[column];
    let new = constant(name.primitive, value)?;
    let old = stated.first().and_then(|fact| fact.values.get(column)).cloned();
    let everywhere = is_new(declared, column);
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    for fact in facts(repl) {
        let mut changed = fact.clone();
        let columns = &relations[fact.relation.index()].columns;
        for (at, value) in changed.values.iter_mut().enumerate() {
            let this = fact.relation == relation
                && stated.first().is_some_and(|it| it.values == fact.values);
            let named =
                everywhere && columns[at].name == name.name && Some(&*value) == old.as_ref();
            if this && at == column || named {
                *value = new.clone();
            }
        }
        if changed.values != fact.values {
            remove.push(fact.clone());
            add.push(changed);
        }
    }
    let pairs: Vec<(StatedFact, StatedFact)> =
        remove.iter().cloned().zip(add.iter().cloned()).collect();
    make(repl, add, remove, reply)?;
    if let Some(interview) = &mut repl.interview {
        interview.renew(&pairs);
    }
    Ok(())
}

/// Takes back what the fact that is asked about stated.
fn take_back(repl: &mut Repl, reply: &mut Reply) -> Done {
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
pub(super) fn taken(
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
    let step = Step::Fact(Fact { form, values, stated: facts, sentence: Some(proposal) });
    if interview.fact().is_some() {
        interview.take_out();
    }
    interview.insert(step);
    interview.next();
    put(repl, reply)
}

fn same(one: &StatedFact, other: &StatedFact) -> bool {
    one.relation == other.relation && one.values == other.values
}

/// Goes on behind a proposal that was refused; what it had stated before is taken back.
pub(super) fn refused(repl: &mut Repl, reply: &mut Reply) -> Done {
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
fn answer_question(repl: &mut Repl, told: String, line: &str, reply: &mut Reply) -> Done {
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
            let found = choices.choices.iter().position(|it| self::told(it) == now.told);
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
