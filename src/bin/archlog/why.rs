//! `why` and `why-not`: explanations of what derives and of what does not.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use archlog::analyze::has_errors;
use archlog::change::{Limits, Search};
use archlog::eval::{self, Options, StopReason};
use archlog::explain::{Why, tree};
use archlog::kb::Part;
use archlog::report::explanation::{self, Extent};
use archlog::report::tree::{Tree, Way};
use archlog::session::{Explained, Pattern, QueryFailure, Session};

use crate::args::{self, TreeFormat};
use crate::change::{setting_line, to_copy};
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{effort, rulebook};

/// At most this many answers of a pattern are explained, unless all are asked for.
const MOST_ANSWERS: usize = 10;

/// The smallest change is looked for among so many choices at a time; `archlog achieve` goes further.
const WAY: usize = 2;

/// What was asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Why it is there.
    Why,
    /// Why it is not there.
    WhyNot,
}

/// Derives the design and explains the goal.
pub fn why(
    arguments: &args::Why,
    question: Question,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<Exit> {
    let start = Instant::now();
    let Some(rulebook) = rulebook::load(&arguments.rulebook, Part::Whole, console) else {
        return Ok(Exit::Input);
    };
    let mut session = Session::new(Arc::new(rulebook));
    let opened = session.open(&arguments.design);
    console.problems(session.sources(), session.diagnostics());
    if !opened {
        return Ok(Exit::Input);
    }
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    if let Err(stopped) = session.derive(&options) {
        return Ok(effort::stopped(console, &stopped, "nothing"));
    }
    let pattern = match session.pattern(&arguments.goal) {
        Ok(pattern) => pattern,
        Err(QueryFailure::Wrong { diagnostics, sources }) => {
            console.problems(&sources, &diagnostics);
            return Ok(Exit::Input);
        }
        Err(QueryFailure::Stopped(stopped)) => {
            return Ok(effort::stopped(console, &stopped, "nothing"));
        }
    };
    console.problems(&pattern.sources, &pattern.warnings);
    let explained = session.explained().context("nothing was derived")?;
    let mut why = Why::new(&explained);
    why.limit(eval::Limits::since(start, &options));
    let rows = session.matching(0, pattern.relation, &pattern.values);
    let mut trees = if rows.is_empty() {
        if question == Question::Why {
            console.say("nothing answers this; here is why not");
        }
        vec![missing(&mut why, &explained, &pattern, arguments.all)]
    } else {
        if question == Question::WhyNot {
            console.say("this is derived; here is why");
        }
        present(&mut why, &pattern, &rows, arguments.all, console)
    };
    let mut stopped = why.stopped();
    if let ([tree], true, None) = (trees.as_mut_slice(), rows.is_empty(), stopped) {
        let left = options.time.map(|time| time.saturating_sub(start.elapsed()));
        let options = Options { time: left, ..options.clone() };
        stopped = ways(&session, &arguments.goal, &options, tree);
    }
    console.answer(&rendered(&trees, &session, arguments, console))?;
    if let Some(reason) = stopped {
        return Ok(broken_off(reason, &options, console));
    }
    Ok(
        match (has_errors(session.diagnostics()), rows.is_empty() == (question == Question::WhyNot))
        {
            (true, _) => Exit::Input,
            (false, true) => Exit::Yes,
            (false, false) => Exit::No,
        },
    )
}

/// Says that the answer is not complete; gives how the program ends.
fn broken_off(reason: StopReason, options: &Options<'_>, console: &Console) -> Exit {
    let what = "written: what was found until then";
    match (reason, options.time) {
        (StopReason::Interrupted, _) => {
            console.say(&format!("interrupted; {what}"));
            return Exit::Interrupted;
        }
        // The last part of the work had what the parts before it left of the time.
        (StopReason::Time(_), Some(all)) => {
            console.say(&format!("stopped: {}; {what}", StopReason::Time(all)));
        }
        (reason, _) => console.say(&format!("stopped: {reason}; {what}")),
    }
    Exit::Limit
}

fn present(
    why: &mut Why<'_>,
    pattern: &Pattern,
    rows: &[usize],
    all: bool,
    console: &Console,
) -> Vec<Tree> {
    let shown = if all { rows.len() } else { rows.len().min(MOST_ANSWERS) };
    if shown < rows.len() {
        console.say(&format!(
            "{} answers; the first {shown} are explained (--all explains every one)",
            rows.len()
        ));
    }
    let mut trees = Vec::new();
    for (explained, row) in rows[..shown].iter().enumerate() {
        if why.stopped().is_some() {
            console.say(&format!("{explained} of {shown} answers are explained"));
            break;
        }
        let proofs = if all {
            why.all_proofs(pattern.relation, *row, MOST_ANSWERS)
        } else {
            vec![why.proof(pattern.relation, *row)]
        };
        trees.extend(proofs.iter().map(|proof| tree::of_opened_proof(why, proof, all)));
    }
    trees
}

fn missing(why: &mut Why<'_>, explained: &Explained<'_>, pattern: &Pattern, all: bool) -> Tree {
    let interner = why.solver().interner_mut();
    let words = explained.words(0, pattern.relation, &pattern.values, interner);
    let answer = why.why_not(pattern.relation, words);
    tree::of_why_not(explained, &answer, all)
}

/// Adds the smallest changes that would make a goal true; gives why the search for them broke off, if
/// it did.
fn ways(
    session: &Session,
    goal: &str,
    options: &Options<'_>,
    tree: &mut Tree,
) -> Option<StopReason> {
    let limits = Limits::from_options(options);
    let search = Search { size: WAY, answers: 3, limits, progress: &|_, _, _| {} };
    let achieved = match session.achieve(0, goal, &search) {
        Ok(achieved) => achieved,
        Err(QueryFailure::Stopped(stopped)) => return Some(stopped.reason),
        Err(QueryFailure::Wrong { .. }) => return None,
    };
    if achieved.impossible {
        let line = "no set of the choices of this design (its fields and judgements) gives it; other facts are not \
             tried";
        tree.notes.push(line.to_owned());
        return achieved.stopped;
    }
    tree.ways = achieved
        .plans
        .iter()
        .take(3)
        .map(|plan| {
            let lines = plan.settings.iter().map(|it| setting_line(&achieved.choices, *it));
            let say = format!("to get it, say {}", lines.collect::<Vec<_>>().join("; and "));
            Way { say, facts: to_copy(session, &plan.change) }
        })
        .collect();
    if tree.ways.is_empty() {
        let most = achieved.complete_to;
        tree.notes.push(format!(
            "no change of up to {most} choices gives it; `archlog achieve` looks further"
        ));
    }
    achieved.stopped
}

fn rendered(trees: &[Tree], session: &Session, arguments: &args::Why, console: &Console) -> String {
    let extent = if arguments.full { Extent::Full } else { Extent::Folded };
    let each = |draw: &dyn Fn(&Tree) -> String| -> String {
        trees.iter().map(draw).collect::<Vec<_>>().join("\n")
    };
    match arguments.format {
        TreeFormat::Text => each(&|tree| explanation::text(tree, console.look(), extent)),
        TreeFormat::Md => each(&|tree| explanation::markdown(tree, extent)),
        TreeFormat::Json => explanation::json(trees, &session.stamp()),
        TreeFormat::Html => explanation::html(trees, &session.stamp()),
        TreeFormat::Mermaid => each(&|tree| explanation::mermaid(tree, extent)),
        TreeFormat::Dot => each(&|tree| explanation::dot(tree, extent)),
        TreeFormat::Svg => each(&|tree| explanation::svg(tree, extent)),
    }
}
