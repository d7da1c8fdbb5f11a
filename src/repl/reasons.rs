//! Commands that explain what is there, and look ahead at what would be.

use std::sync::Arc;
use std::time::Instant;

use crate::answers;
use crate::change::{Limits, Search};
use crate::eval;
use crate::explain::Why;
use crate::report::explanation::{Extent, numbered};
use crate::report::tree::{StepKind, Tree};
use crate::session::Session;

use super::beyond;
use super::edits::broken_off;
use super::scenarios::among;
use super::{Done, Event, Failure, Repl, Reply};

/// Words of a command with its flags taken out.
struct Flags<'a> {
    rest: &'a str,
    given: Vec<&'a str>,
}

/// Takes flags off the end of what was typed, known ones only.
fn flags<'a>(text: &'a str, known: &[&str]) -> Result<Flags<'a>, Failure> {
    let mut rest = text.trim();
    let mut given = Vec::new();
    while let Some((before, last)) = rest.rsplit_once(char::is_whitespace).or(Some(("", rest))) {
        if !last.starts_with("--") {
            break;
        }
        if !known.contains(&last) {
            let hint = among(last, known, "it takes no flags");
            return Err(format!("`{last}` means nothing here; {hint}").into());
        }
        given.push(last);
        rest = before.trim_end();
    }
    Ok(Flags { rest, given })
}

impl Flags<'_> {
    fn has(&self, flag: &str) -> bool {
        self.given.contains(&flag)
    }
}

/// `:why GOAL`, `:why N`
pub(super) fn why(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    explain(repl, text, false, reply)
}

/// `:why-not GOAL`, `:why-not N`
pub(super) fn why_not(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    explain(repl, text, true, reply)
}

/// The goal that is meant: as typed, or the step of that number.
fn goal_of(repl: &Repl, text: &str) -> Result<String, Failure> {
    if text.is_empty() {
        return Err("say what: a goal, or the number of a step".to_owned().into());
    }
    let Ok(number) = text.parse::<usize>() else { return Ok(text.to_owned()) };
    let Some(tree) = repl.trees.last() else {
        return Err("no explanation was shown yet whose steps have numbers".to_owned().into());
    };
    let Some(step) = numbered(tree, number) else {
        return Err(format!("the last explanation has no step {number}").into());
    };
    let atom = step.atom.trim_start_matches('!').trim_start_matches("not ").trim();
    let plain = !matches!(step.kind, StepKind::Computed | StepKind::Gathered | StepKind::Attempt);
    if !plain || !atom.ends_with(')') {
        return Err(
            format!("step {number} is no fact that could be explained: {}", step.atom).into()
        );
    }
    Ok(atom.to_owned())
}

/// The design with the rules of the dossier, if it is about them.
fn of_the_dossier(repl: &mut Repl, about: bool) -> Result<Option<Session>, Failure> {
    match about {
        true => repl.beside_dossier().map(Some),
        false => Ok(None),
    }
}

/// Changes that are said by the numbers of steps, `-3` or `+3`, and nothing else.
fn signed_steps(repl: &Repl, text: &str) -> Result<Option<String>, Failure> {
    let mut changes = Vec::new();
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        let number = word.strip_prefix(['+', '-']).filter(|it| it.parse::<usize>().is_ok());
        let Some(number) = number else { return Ok(None) };
        changes.push(format!("{}{}", &word[..1], goal_of(repl, number)?));
    }
    Ok((!changes.is_empty()).then(|| changes.join(" ")))
}

fn explain(repl: &mut Repl, text: &str, absent: bool, reply: &mut Reply) -> Done {
    let flags = flags(text, &["--all", "--full"])?;
    let (all, start) = (flags.has("--all"), Instant::now());
    let goal = goal_of(repl, flags.rest)?;
    let about = beyond::of_the_dossier(repl, &goal);
    let beside = of_the_dossier(repl, about)?;
    let asked = Arc::clone(&repl.interrupt);
    let options = repl.effort.options(&asked);
    let (session, design) = beside.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let pattern = session.pattern(&goal)?;
    if !pattern.warnings.is_empty() {
        let (diagnostics, sources) = (pattern.warnings.clone(), pattern.sources.clone());
        reply.events.push(Event::Problems { diagnostics, sources });
    }
    let Some(explained) = session.explained(design) else {
        return Err("nothing was derived".to_owned().into());
    };
    let mut why = Why::new(&explained);
    why.limit(eval::Limits::since(start, &options));
    let rows = session.matching(design, pattern.relation, &pattern.values);
    let mut trees: Vec<Tree> = if rows.is_empty() {
        if !absent {
            reply.note("nothing answers this; here is why not");
        }
        vec![answers::explain_absence(&mut why, &explained, design, &pattern, all)]
    } else {
        if absent {
            reply.note("this is derived; here is why");
        }
        let answer = answers::explain_rows(&mut why, &pattern, &rows, all);
        if answer.explained < rows.len() {
            reply.note(format!(
                "{} of {} answers are explained (--all explains every one)",
                answer.explained,
                rows.len()
            ));
        }
        answer.trees
    };
    let mut stopped = why.stopped();
    drop(why);
    if let ([tree], true, None) = (trees.as_mut_slice(), rows.is_empty(), stopped) {
        stopped = answers::ways(session, design, &goal, &options, tree);
    }
    let extent = if flags.has("--full") { Extent::Full } else { Extent::Folded };
    reply.answer(repl.settings.trees(&trees, extent, &repl.session.stamp()));
    repl.trees = trees;
    match stopped {
        Some(reason) => Err(broken_off(reason)),
        None => Ok(()),
    }
}

/// `:what-if CHANGES`
pub(super) fn what_if(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    let start = Instant::now();
    let flags = flags(text, &["--all", "--reasons", "--dossier"])?;
    let typed = signed_steps(repl, flags.rest)?.unwrap_or_else(|| flags.rest.to_owned());
    let about = flags.has("--dossier") || beyond::of_the_dossier(repl, &typed);
    let beside = of_the_dossier(repl, about)?;
    let (session, design) = beside.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let change = session.change(design, &typed)?;
    let asked = Arc::clone(&repl.interrupt);
    let options = repl.effort.options(&asked);
    let what_if = session.what_if(design, &change, &options)?;
    let all = flags.has("--all");
    let section = answers::what_if(&what_if, all);
    let limits = eval::Limits::since(start, &options);
    let reasons = flags.has("--reasons").then(|| answers::reasons(&what_if, all, limits));
    repl.sections("what-if", vec![section], reply);
    let Some((trees, stopped)) = reasons else { return Ok(()) };
    reply.answer(repl.settings.trees(&trees, Extent::Folded, &repl.session.stamp()));
    repl.trees = trees;
    if let Some(reason) = stopped {
        return Err(broken_off(reason));
    }
    Ok(())
}

/// `:achieve GOAL`, `:achieve GOAL --size 4`
pub(super) fn achieve(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    let (goal, size) = match text.rsplit_once("--size") {
        Some((goal, size)) => match size.trim().parse::<usize>() {
            Ok(size) if (1..=8).contains(&size) => (goal.trim(), size),
            _ => return Err("--size takes a number from 1 to 8".to_owned().into()),
        },
        None => (text, 3),
    };
    let goal = &goal_of(repl, goal)?;
    let about = beyond::of_the_dossier(repl, goal);
    let beside = of_the_dossier(repl, about)?;
    let (session, design) = beside.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let asked = Arc::clone(&repl.interrupt);
    let limits = Limits::from_options(&repl.effort.options(&asked));
    let search = Search { size, answers: 20, limits, progress: &|_, _, _| {} };
    let achieved = session.achieve(design, goal, &search)?;
    let section = answers::achieve(session, &achieved, goal);
    repl.sections("achieve", vec![section], reply);
    match achieved.stopped {
        Some(reason) => Err(broken_off(reason)),
        None => Ok(()),
    }
}

/// `:ask`, `:ask --dossier`
pub(super) fn ask(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    let flags = flags(text, &["--all", "--dossier"])?;
    let beside = of_the_dossier(repl, flags.has("--dossier"))?;
    let (session, design) = beside.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let asked = Arc::clone(&repl.interrupt);
    let (questions, ledger) = session.ask(design, &repl.effort.options(&asked), &|_| ())?;
    let sections = answers::ask(session, &questions, &ledger, flags.has("--all"));
    repl.sections("ask", sections, reply);
    match ledger.stopped {
        Some(reason) => Err(broken_off(reason)),
        None => Ok(()),
    }
}

/// `:ledger`, `:ledger --dossier`
pub(super) fn ledger(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    let flags = flags(text, &["--all", "--dossier"])?;
    let beside = of_the_dossier(repl, flags.has("--dossier"))?;
    let (session, design) = beside.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let asked = Arc::clone(&repl.interrupt);
    let ledger = session.ledger(design, &repl.effort.options(&asked), &|_| ())?;
    let section = answers::ledger(session, &ledger, flags.has("--all"));
    repl.sections("ledger", vec![section], reply);
    match ledger.stopped {
        Some(reason) => Err(broken_off(reason)),
        None => Ok(()),
    }
}
