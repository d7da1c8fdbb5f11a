//! `why` and `why-not`: explanations of what derives and of what does not.

use std::sync::Arc;

use anyhow::{Context, Result};
use archlog::analyze::has_errors;
use archlog::change::{Limits, Search};
use archlog::eval::Options;
use archlog::explain::{Why, tree};
use archlog::kb::Part;
use archlog::report::explanation::{self, Extent};
use archlog::report::tree::Tree;
use archlog::session::{Explained, Pattern, QueryFailure, Session};

use crate::args::{self, TreeFormat};
use crate::change::setting_line;
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
    if let Err(stopped) = session.derive(&effort::options(&arguments.effort, &asked)) {
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
    let rows = session.matching(0, pattern.relation, &pattern.values);
    let trees = if rows.is_empty() {
        if question == Question::Why {
            console.say("nothing answers this; here is why not");
        }
        let mut tree = missing(&explained, &pattern, arguments.all);
        tree.notes.extend(ways(
            &session,
            &arguments.goal,
            &effort::options(&arguments.effort, &asked),
        ));
        vec![tree]
    } else {
        if question == Question::WhyNot {
            console.say("this is derived; here is why");
        }
        present(&explained, &pattern, &rows, arguments.all, console)
    };
    console.answer(&rendered(&trees, &session, arguments, console))?;
    Ok(
        match (has_errors(session.diagnostics()), rows.is_empty() == (question == Question::WhyNot))
        {
            (true, _) => Exit::Input,
            (false, true) => Exit::Yes,
            (false, false) => Exit::No,
        },
    )
}

fn present(
    explained: &Explained<'_>,
    pattern: &Pattern,
    rows: &[usize],
    all: bool,
    console: &Console,
) -> Vec<Tree> {
    let mut why = Why::new(explained);
    let shown = if all { rows.len() } else { rows.len().min(MOST_ANSWERS) };
    if shown < rows.len() {
        console.say(&format!(
            "{} answers; the first {shown} are explained (--all explains every one)",
            rows.len()
        ));
    }
    let mut trees = Vec::new();
    for row in &rows[..shown] {
        if all {
            let proofs = why.all_proofs(pattern.relation, *row, MOST_ANSWERS);
            trees.extend(proofs.iter().map(|proof| tree::of_proof(explained, proof)));
        } else {
            trees.push(tree::of_proof(explained, &why.proof(pattern.relation, *row)));
        }
    }
    trees
}

fn missing(explained: &Explained<'_>, pattern: &Pattern, all: bool) -> Tree {
    let mut why = Why::new(explained);
    let interner = why.solver().interner_mut();
    let words = explained.words(0, pattern.relation, &pattern.values, interner);
    let answer = why.why_not(pattern.relation, words);
    tree::of_why_not(explained, &answer, all)
}

/// The smallest changes that would make a goal true, a line each.
fn ways(session: &Session, goal: &str, options: &Options<'_>) -> Vec<String> {
    let limits = Limits::from_options(options);
    let search = Search { size: WAY, answers: 3, limits, progress: &|_, _, _| {} };
    let Ok(achieved) = session.achieve(0, goal, &search) else { return Vec::new() };
    if achieved.impossible {
        return vec![
            "no choice among closed lists of values gives it; other facts are not tried".to_owned(),
        ];
    }
    let said = achieved.plans.iter().take(3).map(|plan| {
        let lines = plan.settings.iter().map(|it| setting_line(&achieved.choices, *it));
        format!("to get it, say {}", lines.collect::<Vec<_>>().join("; and "))
    });
    let mut lines: Vec<String> = said.collect();
    if lines.is_empty() {
        let most = achieved.complete_to;
        lines.push(format!(
            "no change of up to {most} choices gives it; `archlog achieve` looks further"
        ));
    }
    lines
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
