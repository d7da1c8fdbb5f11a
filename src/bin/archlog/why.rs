//! `why` and `why-not`: explanations of what derives and of what does not.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use archlog::analyze::has_errors;
use archlog::answers::{self, Explanation};
use archlog::eval::{self, Options, StopReason};
use archlog::explain::Why;
use archlog::kb::Part;
use archlog::report::explanation::{self, Extent};
use archlog::report::tree::Tree;
use archlog::session::{QueryFailure, Session};

use crate::args::{self, TreeFormat};
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{effort, rulebook};

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
    let (typed, effort) = (&arguments.goal, &arguments.effort);
    let part = Part::Whole;
    let rulebook = rulebook::load_for(&arguments.rulebook, part, typed, effort, console)?;
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
    let explained = session.explained(0).context("nothing was derived")?;
    let mut why = Why::new(&explained);
    why.limit(eval::Limits::since(start, &options));
    let rows = session.matching(0, pattern.relation, &pattern.values);
    let mut trees = if rows.is_empty() {
        if question == Question::Why {
            console.say("nothing answers this; here is why not");
        }
        vec![answers::explain_absence(&mut why, &explained, 0, &pattern, arguments.all)]
    } else {
        if question == Question::WhyNot {
            console.say("this is derived; here is why");
        }
        let answer = answers::explain_rows(&mut why, &pattern, &rows, arguments.all);
        said(&answer, rows.len(), console);
        answer.trees
    };
    let mut stopped = why.stopped();
    if let ([tree], true, None) = (trees.as_mut_slice(), rows.is_empty(), stopped) {
        let left = options.time.map(|time| time.saturating_sub(start.elapsed()));
        let options = Options { time: left, ..options.clone() };
        stopped = answers::ways(&session, 0, &arguments.goal, &options, tree);
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

/// Says how many of the answers are explained, where it is not all of them.
fn said(answer: &Explanation, all: usize, console: &Console) {
    let Explanation { wanted, explained, .. } = *answer;
    if wanted < all {
        console.say(&format!(
            "{all} answers; the first {wanted} are explained (--all explains every one)"
        ));
    }
    if explained < wanted {
        console.say(&format!("{explained} of {wanted} answers are explained"));
    }
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
