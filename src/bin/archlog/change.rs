//! `what-if`, `achieve`, `ask` and `ledger`: what becomes of a design when it is changed.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use archlog::analyze::facts::StatedFact;
use archlog::analyze::has_errors;
use archlog::change::{
    Achieved, Change, Choices, Conclusion, Entry, Label, Ledger, Limits, Question, Search, Setting,
    Step, WhatIf,
};
use archlog::eval::{self, StopReason, Stopped};
use archlog::explain::{Fact, Subject, Why, show, tree};
use archlog::kb::Part;
use archlog::report::tree::Tree;
use archlog::report::{Document, Heading, Report, Section, Table};
use archlog::session::{QueryFailure, Session};
use archlog::value::{Constant, Primitive, RelationId};

use crate::args::{self, DocumentFormat};
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{derive, effort, rulebook};

/// The session of one design; nothing when it cannot be used, which has been said then. A goal or a
/// change that somebody types may name any relation, so it takes the whole rulebook.
fn open(
    rulebook: &args::Rulebook,
    part: Part,
    design: &Path,
    console: &Console,
) -> Option<Session> {
    let mut session = Session::new(Arc::new(rulebook::load(rulebook, part, console)?));
    let opened = session.open(design);
    console.problems(session.sources(), session.diagnostics());
    opened.then_some(session)
}

/// How a command ends that found something, or did not.
fn ended(session: &Session, found: bool) -> Exit {
    match (has_errors(session.diagnostics()), found) {
        (true, _) => Exit::Input,
        (false, true) => Exit::Yes,
        (false, false) => Exit::No,
    }
}

fn failed(failure: QueryFailure, console: &Console) -> Exit {
    match failure {
        QueryFailure::Wrong { diagnostics, sources } => {
            console.problems(&sources, &diagnostics);
            Exit::Input
        }
        QueryFailure::Stopped(stopped) => effort::stopped(console, &stopped, "nothing"),
    }
}

/// Says that an answer is not complete, if it is not, and gives how the program ends then.
fn cut_short(reason: Option<StopReason>, console: &Console) -> Option<Exit> {
    let reason = reason?;
    let stopped = Stopped { reason, stratum: 0, report: eval::Report::default() };
    Some(effort::stopped(console, &stopped, "what was found so far"))
}

fn text(text: impl Into<String>) -> Constant {
    Constant::Symbol(Arc::from(text.into()))
}

fn symbols(names: &[(&str, &str)]) -> Vec<Heading> {
    let heading =
        |(name, title): &(&str, &str)| Heading::new(*name, Primitive::Symbol).titled(*title);
    names.iter().map(heading).collect()
}

/// The difference that a change makes.
pub fn what_if(arguments: &args::WhatIf, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let Some(session) = open(&arguments.rulebook, Part::Whole, &arguments.design, console) else {
        return Ok(Exit::Input);
    };
    let change = match session.change(0, &arguments.changes) {
        Ok(change) => change,
        Err(failure) => return Ok(failed(failure, console)),
    };
    let start = Instant::now();
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let what_if = match session.what_if(0, &change, &options) {
        Ok(what_if) => what_if,
        Err(stopped) => return Ok(effort::stopped(console, &stopped, "nothing")),
    };
    let hidden =
        what_if.difference.workings().map(|r| r.added.len() + r.removed.len()).sum::<usize>();
    let table = differences(&what_if, arguments.all);
    let found = !table.rows.is_empty();
    let mut paragraphs = Vec::new();
    if !found {
        paragraphs.push("Nothing changes.".to_owned());
    }
    if !arguments.all && hidden > 0 {
        paragraphs.push(format!(
            "Workings of the rulebook that change too: {hidden} (--all shows them)."
        ));
    }
    let title = "What would change".to_owned();
    let section = Section {
        name: "difference".into(),
        title,
        paragraphs,
        tables: vec![table],
        ..Section::default()
    };
    let (mut explanations, mut stopped) = (Vec::new(), None);
    if arguments.reasons && arguments.format == DocumentFormat::Csv {
        console.say("reasons are no table, so CSV leaves them out");
    } else if arguments.reasons {
        let limits = eval::Limits::since(start, &options);
        (explanations, stopped) = reasons(&what_if, arguments.all, limits);
    }
    answer_with(&session, vec![section], explanations, arguments.format, console)?;
    Ok(cut_short(stopped, console).unwrap_or(ended(&session, found)))
}

fn differences(what_if: &WhatIf<'_>, all: bool) -> Table {
    let mut rows = Vec::new();
    for relation in what_if.difference.relations.iter().filter(|relation| !relation.stated) {
        if !relation.contract && !all {
            continue;
        }
        for (sign, lines) in [("-", &relation.removed), ("+", &relation.added)] {
            for line in lines {
                let fact = written(&what_if.variant, relation.relation, &line.values);
                rows.push(vec![text(sign), text(&relation.name), text(fact)]);
            }
        }
    }
    let columns = symbols(&[("change", ""), ("of", "Relation"), ("fact", "Fact")]);
    Table { name: "difference".into(), title: String::new(), columns, rows }
}

fn written(subject: &dyn Subject, relation: RelationId, values: &[Constant]) -> String {
    let values = values.iter().cloned().map(Some).collect();
    show::fact(subject, &Fact { relation, row: None, values })
}

/// Why each added line is there, and each removed one is not; and why not all are explained, if they
/// are not.
fn reasons(
    what_if: &WhatIf<'_>,
    all: bool,
    limits: eval::Limits<'_>,
) -> (Vec<Tree>, Option<StopReason>) {
    let mut why = Why::new(&what_if.variant);
    why.limit(limits);
    let mut trees = Vec::new();
    let relations = what_if.difference.relations.iter();
    for relation in relations.filter(|r| !r.stated && (r.contract || all)) {
        for line in &relation.removed {
            if why.stopped().is_some() {
                return (trees, why.stopped());
            }
            let interner = why.solver().interner_mut();
            let values: Vec<Option<Constant>> = line.values.iter().cloned().map(Some).collect();
            let words = what_if.variant.words(relation.relation, &values, interner);
            let answer = why.why_not(relation.relation, words);
            trees.push(tree::of_why_not(&what_if.variant, &answer, false));
        }
        for line in &relation.added {
            if why.stopped().is_some() {
                return (trees, why.stopped());
            }
            let proof = why.proof(relation.relation, line.row);
            trees.push(tree::of_opened_proof(&mut why, &proof, false));
        }
    }
    (trees, why.stopped())
}

/// Prints sections about the design.
fn answer(
    session: &Session,
    sections: Vec<Section>,
    format: DocumentFormat,
    console: &Console,
) -> Result<()> {
    answer_with(session, sections, Vec::new(), format, console)
}

/// Prints sections about the design, and explanations below them.
fn answer_with(
    session: &Session,
    sections: Vec<Section>,
    explanations: Vec<Tree>,
    format: DocumentFormat,
    console: &Console,
) -> Result<()> {
    let design = session.designs().first();
    let name = design.map_or_else(String::new, |design| design.id.clone());
    let title = design.map_or_else(String::new, |design| design.title.clone());
    let documents = vec![Document { name, title, sections }];
    let report = Report { stamp: session.stamp(), documents, explanations };
    Ok(console.answer(&derive::whole(&report, format, console.look()))?)
}

/// All minimal changes that make a goal true.
pub fn achieve(
    arguments: &args::Achieve,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Exit> {
    let Some(session) = open(&arguments.rulebook, Part::Whole, &arguments.design, console) else {
        return Ok(Exit::Input);
    };
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let visible = std::io::stderr().is_terminal();
    let progress = |size: usize, tried: usize, of: usize| {
        if visible {
            console.status(&format!("size {size}: {tried} of {of} sets tried"));
        }
    };
    let search = Search {
        size: usize::from(arguments.size),
        answers: arguments.answers,
        limits: Limits::from_options(&options),
        progress: &progress,
    };
    let achieved = session.achieve(0, &arguments.goal, &search);
    if visible {
        console.status("");
    }
    let achieved = match achieved {
        Ok(achieved) => achieved,
        Err(failure) => return Ok(failed(failure, console)),
    };
    let section = plans(&achieved, arguments, &session);
    answer(&session, vec![section], arguments.format, console)?;
    let found = achieved.holds || !achieved.plans.is_empty();
    Ok(cut_short(achieved.stopped, console).unwrap_or(ended(&session, found)))
}

fn plans(achieved: &Achieved, arguments: &args::Achieve, session: &Session) -> Section {
    let mut paragraphs = Vec::new();
    if achieved.holds {
        paragraphs.push("It holds already; `archlog why` says why.".to_owned());
    } else if achieved.impossible {
        paragraphs.push("No set of the choices of this design (its fields and judgements) makes it true, whatever \
             its size. Other facts are not tried; `archlog what-if` tells what they do."
                .to_owned());
    } else {
        let stopped = achieved.stopped.map(|reason| format!(" ({reason})")).unwrap_or_default();
        paragraphs.push(format!(
            "Complete to {} at a time{stopped}: {} sets tried over {} choices that matter.",
            plural(achieved.complete_to, "choice"),
            achieved.tried,
            achieved.cone.len()
        ));
        if achieved.unverified > 0 {
            let sets = plural(achieved.unverified, "more set");
            paragraphs.push(format!("{sets} found but not verified before the stop: left out."));
        }
        if achieved.plans.is_empty() && achieved.complete_to > 0 {
            let most = plural(achieved.complete_to, "choice");
            paragraphs.push(format!("Nothing of at most {most} does it."));
        }
    }
    let number = |number: usize| Constant::Number(number as i64);
    let row = |(at, plan): (usize, &archlog::change::Plan)| {
        let lines = plan.settings.iter().map(|setting| setting_line(&achieved.choices, *setting));
        vec![
            number(at + 1),
            text(lines.collect::<Vec<_>>().join("\n")),
            text(to_copy(session, &plan.change).join("\n")),
            number(plan.contradicted),
            number(plan.added),
            number(plan.collateral),
        ]
    };
    let columns = [
        ("n", "#"),
        ("choices", "Say"),
        ("facts", "Facts to copy"),
        ("contradicted", "Taken back"),
        ("added", "Stated"),
        ("collateral", "Else changed"),
    ];
    let columns = columns.iter().map(|(name, title)| {
        let words = matches!(*name, "choices" | "facts");
        let primitive = if words { Primitive::Symbol } else { Primitive::Number };
        Heading::new(*name, primitive).titled(*title)
    });
    let table = Table {
        name: "plans".into(),
        title: String::new(),
        columns: columns.collect(),
        rows: achieved.plans.iter().enumerate().map(row).collect(),
    };
    let title = format!("What it would take: {}", arguments.goal);
    Section { name: "achieve".into(), title, paragraphs, tables: vec![table], ..Section::default() }
}

/// A change as a design file or a prompt takes it, a fact a line; what is taken back stands behind a
/// sign.
pub fn to_copy(session: &Session, change: &Change) -> Vec<String> {
    let fact = |fact: &StatedFact| fact_of(session, fact.relation, &fact.values);
    let removed = change.remove.iter().map(|gone| format!("-{}.", fact(gone)));
    let added = change.add.iter().map(|new| format!("{}.", fact(new)));
    removed.chain(added).collect()
}

/// A choice made, as people say it.
pub fn setting_line(choices: &Choices, setting: Setting) -> String {
    let choice = &choices.choices[setting.choice];
    let value = choice.values.get(setting.value).map_or("", String::as_str);
    if choice.subject == choice.field {
        format!("{}: {value}", choice.field)
    } else {
        format!("{}, {}: {value}", choice.subject, choice.field)
    }
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Does something that may take long; where somebody watches, shows how far it has come.
fn told<T>(console: &Console, work: impl FnOnce(&archlog::change::Told<'_>) -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work(&|_| ());
    }
    let done = work(&|step| match step {
        Step::Subjects(count) => console.status(&format!("{count} subjects looked at")),
        Step::Scope { number, of, tried } => {
            console.status(&format!("group {number} of {of}: {tried} combinations tried"));
        }
    });
    console.status("");
    done
}

/// The open questions, the one that settles most first.
pub fn ask(arguments: &args::Ask, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let Some(session) = open(&arguments.rulebook, Part::Derivation, &arguments.design, console)
    else {
        return Ok(Exit::Input);
    };
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let (questions, ledger) = match told(console, |told| session.ask(0, &options, told)) {
        Ok(found) => found,
        Err(stopped) => return Ok(effort::stopped(console, &stopped, "nothing")),
    };
    let shown = if arguments.all { questions.len() } else { 1 };
    let sections = questions.iter().take(shown).map(|question| put(question, &ledger, &session));
    let mut sections: Vec<Section> = sections.collect();
    if questions.is_empty() {
        let title = "No open question".to_owned();
        let paragraphs = vec!["Every question that can make a difference is answered.".to_owned()];
        sections.push(Section {
            name: "ask".into(),
            title,
            paragraphs,
            tables: Vec::new(),
            ..Section::default()
        });
    } else if let Some(last) = sections.last_mut()
        && shown < questions.len()
    {
        let more = questions.len() - shown;
        last.paragraphs
            .push(format!("{} wait behind this one (--all).", plural(more, "other question")));
    }
    answer(&session, sections, arguments.format, console)?;
    Ok(cut_short(ledger.stopped, console).unwrap_or(ended(&session, !questions.is_empty())))
}

/// A question as a section: its words, and what each answer does.
fn put(question: &Question, ledger: &Ledger, session: &Session) -> Section {
    let choice = &ledger.choices.choices[question.choice];
    let mut paragraphs = Vec::new();
    if !choice.text.is_empty() {
        paragraphs.push(choice.text.clone());
    }
    let mut rows = Vec::new();
    let mut facts = Vec::new();
    for each in &question.answers {
        let value = choice.values.get(each.value).cloned().unwrap_or_default();
        facts.push(vec![text(&value), text(to_copy(session, &each.change).join("\n"))]);
        // What an answer settles is not said again as what it changes.
        let unless = |changed: &[Conclusion], settled: &[Conclusion]| -> Vec<Conclusion> {
            changed.iter().filter(|one| !settled.contains(one)).cloned().collect()
        };
        let effects = [
            ("then certain", each.certain.clone()),
            ("then excluded", each.excluded.clone()),
            ("added", unless(&each.added, &each.certain)),
            ("removed", unless(&each.removed, &each.excluded)),
        ];
        let mut any = false;
        for (effect, conclusions) in effects {
            for (relation, values) in conclusions {
                any = true;
                let fact = fact_of(session, relation, &values);
                rows.push(vec![text(&value), text(effect), text(fact)]);
            }
        }
        if !any {
            rows.push(vec![text(&value), text("settles nothing by itself"), text("")]);
        }
    }
    let columns =
        symbols(&[("answer", "Answer"), ("effect", "What it does"), ("conclusion", "Conclusion")]);
    let answers = Table { name: "answers".into(), title: String::new(), columns, rows };
    let facts = Table {
        name: "facts".into(),
        title: String::new(),
        columns: symbols(&[("answer", "Answer"), ("facts", "Facts to copy")]),
        rows: facts,
    };
    let title = format!("{}: {}", choice.subject, choice.field);
    Section {
        name: choice.field.clone(),
        title,
        paragraphs,
        tables: vec![answers, facts],
        ..Section::default()
    }
}

fn fact_of(session: &Session, relation: RelationId, values: &[Constant]) -> String {
    let name = &session.rulebook().program.relations[relation.index()].name;
    let values = values.iter().map(|value| archlog::syntax::printer::Literal(value).to_string());
    format!("{name}({})", values.collect::<Vec<_>>().join(", "))
}

/// Which conclusions hold whatever the open questions are answered.
pub fn ledger(arguments: &args::Ledger, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let Some(session) = open(&arguments.rulebook, Part::Derivation, &arguments.design, console)
    else {
        return Ok(Exit::Input);
    };
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let ledger = match told(console, |told| session.ledger(0, &options, told)) {
        Ok(ledger) => ledger,
        Err(stopped) => return Ok(effort::stopped(console, &stopped, "nothing")),
    };
    let shown = |entry: &&Entry| arguments.all || entry.label != Label::Excluded;
    let rows = ledger.entries.iter().filter(shown).map(|entry| {
        let label = match entry.label {
            Label::Certain => "certain",
            Label::Contingent => "contingent",
            Label::Excluded => "excluded",
            Label::Open => "not settled",
        };
        let rests: Vec<String> = entry
            .rests_on
            .iter()
            .map(|question| {
                let choice = &ledger.choices.choices[*question];
                format!("{}, {}", choice.subject, choice.field)
            })
            .collect();
        vec![
            text(fact_of(&session, entry.relation, &entry.values)),
            text(label),
            text(if entry.now { "yes" } else { "no" }),
            text(rests.join("\n")),
        ]
    });
    let columns = symbols(&[
        ("conclusion", "Conclusion"),
        ("label", "Holds"),
        ("now", "Now"),
        ("rests_on", "Rests on"),
    ]);
    let table =
        Table { name: "ledger".into(), title: String::new(), columns, rows: rows.collect() };
    let sampled = ledger.scopes.iter().filter(|scope| !scope.complete).count();
    let tried: usize = ledger.scopes.iter().map(|scope| scope.tried).sum();
    let exact = if sampled == 0 {
        "every one was derived".to_owned()
    } else {
        format!("{} of questions too large to enumerate, sampled", plural(sampled, "group"))
    };
    let mut paragraphs = vec![format!(
        "{} open; {} of their answers tried; {exact}.",
        plural(ledger.questions.len(), "question"),
        plural(tried, "combination")
    )];
    for scope in ledger.scopes.iter().filter(|scope| !scope.complete) {
        let names = scope.questions.iter().map(|&question| {
            let choice = &ledger.choices.choices[question];
            format!("{}, {}", choice.subject, choice.field)
        });
        let names: Vec<String> = names.collect();
        paragraphs.push(format!(
            "Not enumerable, {} of its combinations tried: {}.",
            scope.tried,
            names.join("; ")
        ));
    }
    let hidden = ledger.entries.iter().filter(|entry| !shown(entry)).count();
    if hidden > 0 {
        paragraphs.push(format!("{} under no answer (--all).", plural(hidden, "conclusion")));
    }
    let title = "What stands, and on what".to_owned();
    let section = Section {
        name: "ledger".into(),
        title,
        paragraphs,
        tables: vec![table],
        ..Section::default()
    };
    answer(&session, vec![section], arguments.format, console)?;
    Ok(cut_short(ledger.stopped, console).unwrap_or(ended(&session, true)))
}
