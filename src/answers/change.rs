//! What becomes of a design when it is changed, as sections of an answer.

use crate::analyze::facts::StatedFact;
use crate::change::{
    self, Achieved, Change, Choices, Conclusion, Entry, Label, Ledger, Question, Setting, WhatIf,
};
use crate::eval::{self, StopReason};
use crate::explain::{Fact, Subject, Why, show, tree};
use crate::report::tree::Tree;
use crate::report::{Heading, Section, Table};
use crate::session::Session;
use crate::value::{Constant, Primitive, RelationId};

use super::{fact_of, plural, symbols, text};

/// The difference that a change makes; `all` shows the workings of the rulebook too.
pub fn what_if(what_if: &WhatIf<'_>, all: bool) -> Section {
    let hidden =
        what_if.difference.workings().map(|r| r.added.len() + r.removed.len()).sum::<usize>();
    let table = differences(what_if, all);
    let found = !table.rows.is_empty();
    let mut paragraphs = Vec::new();
    if !found {
        paragraphs.push("Nothing changes.".to_owned());
    }
    if !all && hidden > 0 {
        paragraphs.push(format!(
            "Workings of the rulebook that change too: {hidden} (--all shows them)."
        ));
    }
    let title = "What would change".to_owned();
    Section {
        name: "difference".into(),
        title,
        paragraphs,
        tables: vec![table],
        ..Section::default()
    }
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
pub fn reasons(
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

/// What it would take to make a goal true: the sets of choices that do.
pub fn achieve(session: &Session, achieved: &Achieved, goal: &str) -> Section {
    let mut paragraphs = Vec::new();
    if achieved.holds {
        paragraphs.push("It holds already; `why` says why.".to_owned());
    } else if achieved.impossible {
        paragraphs.push("No set of the choices of this design (its fields and judgements) makes it true, whatever \
             its size. Other facts are not tried; `what-if` tells what they do."
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
    let row = |(at, plan): (usize, &change::Plan)| {
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
    let title = format!("What it would take: {}", goal);
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

/// The open questions, the one that most open conclusions depend on first; without `all` that one alone.
pub fn ask(session: &Session, questions: &[Question], ledger: &Ledger, all: bool) -> Vec<Section> {
    let shown = if all { questions.len() } else { 1 };
    let sections = questions.iter().take(shown).map(|question| put(question, ledger, session));
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
    sections
}

/// A question as a section: its words, and what each answer does.
fn put(question: &Question, ledger: &Ledger, session: &Session) -> Section {
    let choice = &ledger.choices.choices[question.choice];
    let mut paragraphs = Vec::new();
    if !choice.text.is_empty() {
        paragraphs.push(choice.text.clone());
    }
    paragraphs.push(super::form::capital(&super::depend(question.waiting)) + ".");
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

/// Which conclusions hold whatever the open questions are answered; `all` shows those that no answer
/// leads to, too.
pub fn ledger(session: &Session, ledger: &Ledger, all: bool) -> Section {
    let shown = |entry: &&Entry| all || entry.label != Label::Excluded;
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
            text(fact_of(session, entry.relation, &entry.values)),
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
    Section { name: "ledger".into(), title, paragraphs, tables: vec![table], ..Section::default() }
}
