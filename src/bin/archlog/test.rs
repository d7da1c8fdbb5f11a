//! `test`: whether designs come to what they expect, what they exercise of the rulebook, and which
//! changes to it they would not notice.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use archlog::batch::Input;
use archlog::eval::{StopReason, Stopped};
use archlog::io::save;
use archlog::kb::{self, Options, Part};
use archlog::report::{Document, Format, Report};
use archlog::session::Session;
use archlog::testing::{self, Failure, Outcome, Suites, output};

use crate::args::{Test, TestFormat};
use crate::console::{Console, cannot_read};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{effort, rulebook};

/// At most this many failures are explained.
const MOST_EXPLAINED: usize = 3;

/// Runs the tests and shows what they came to.
pub fn test(arguments: &Test, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let inputs = match arguments.files.is_empty() {
        true => testing::shipped(),
        false => inputs(&arguments.files)?,
    };
    if inputs.is_empty() {
        bail!("there is no design in what was named");
    }
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let started = Instant::now();
    let wanted = rulebook::options(&arguments.rulebook, Part::Whole);
    let wanted = Options { dossier: inputs.iter().any(speaks_of_the_dossier), ..wanted };
    let cover = arguments.coverage || arguments.generate;
    let suites = match Suites::run(&wanted, &inputs, cover, &options) {
        Ok(suites) => suites,
        Err(Failure::Unsound(unsound)) => {
            console.problems(&unsound.sources, &unsound.diagnostics);
            return Ok(Exit::Input);
        }
        Err(Failure::Unfit(unfit)) => {
            console.problems(&unfit.sources, &unfit.problems);
            return Ok(Exit::Input);
        }
        Err(Failure::Stopped(stopped)) => {
            return Ok(effort::stopped(console, &stopped, "nothing"));
        }
    };
    for (sources, warnings) in &suites.warnings {
        console.problems(sources, warnings);
    }
    let outcomes = suites.outcomes();
    let failed: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.holds).collect();
    let mut exit = if failed.is_empty() && !outcomes.is_empty() { Exit::Yes } else { Exit::No };
    match arguments.format {
        TestFormat::Junit => console.answer(&output::junit(&outcomes))?,
        TestFormat::Tap => console.answer(&output::tap(&outcomes))?,
        _ => {}
    }
    let mut sections = vec![output::outcomes(&outcomes)];
    if arguments.coverage {
        sections.push(output::coverage(&suites.coverage()));
    }
    if arguments.generate {
        return propose(&suites, arguments, &options, console);
    }
    if arguments.mutate && exit != Exit::Yes {
        console.say("mutants are tried once all expectations hold");
    } else if arguments.mutate {
        let options = archlog::eval::Options {
            time: options.time.map(|time| time.saturating_sub(started.elapsed())),
            ..options.clone()
        };
        let mutants = mutants(&suites, &options, console);
        sections.push(output::mutants(&mutants));
        exit = match mutants.stopped {
            Some(StopReason::Interrupted) => Exit::Interrupted,
            Some(_) => Exit::Limit,
            None if mutants.survivors().next().is_some() => Exit::No,
            None => exit,
        };
    }
    let explained = failed.iter().take(MOST_EXPLAINED);
    let explanations = explained.flat_map(|outcome| suites.reasons(outcome)).collect();
    let documents =
        vec![Document { name: "tests".into(), title: "Tests of the rulebook".into(), sections }];
    let report = Report { stamp: suites.stamp().unwrap_or_default(), documents, explanations };
    let format = match arguments.format {
        TestFormat::Text => Format::Text(console.look()),
        TestFormat::Md => Format::Markdown,
        TestFormat::Json => Format::Json,
        TestFormat::Junit | TestFormat::Tap => return Ok(exit),
    };
    console.answer(&format.whole(&report))?;
    Ok(exit)
}

/// Whether a test names a relation of the dossier.
fn speaks_of_the_dossier(input: &Input) -> bool {
    match input {
        // What cannot be read is said where it is opened.
        Input::Path(path) => {
            fs::read_to_string(path).is_ok_and(|it| kb::speaks_of_the_dossier(&it))
        }
        Input::Text { text, .. } => kb::speaks_of_the_dossier(text),
    }
}

/// Shows or writes designs for what no test exercises.
fn propose(
    suites: &Suites,
    arguments: &Test,
    options: &archlog::eval::Options<'_>,
    console: &Console,
) -> Result<Exit> {
    let Some(rulebook) = suites.rulebook() else { return Ok(Exit::Input) };
    let mut others = Session::new(rulebook);
    for input in testing::examples() {
        if let Input::Text { name, text } = input {
            others.state_text(&name, text.into_bytes());
        }
    }
    let visible = std::io::stderr().is_terminal();
    let progress = |found: usize, of: usize| {
        if visible {
            console.status(&format!("{found} of {of} found"));
        }
    };
    let found = suites.proposals(&others, options, &progress);
    if visible {
        console.status("");
    }
    for proposal in &found.proposals {
        match &arguments.output {
            None => console.answer(&format!("// {}.dl\n{}\n", proposal.name, proposal.text))?,
            Some(folder) => {
                fs::create_dir_all(folder)
                    .with_context(|| format!("cannot write to `{}`", folder.display()))?;
                let path = folder.join(format!("{}.dl", proposal.name));
                save(&path, &mut |file: &mut dyn Write| file.write_all(proposal.text.as_bytes()))
                    .with_context(|| format!("cannot write `{}`", path.display()))?;
            }
        }
    }
    let shown: usize = found.proposals.iter().map(|proposal| proposal.shows.len()).sum();
    console.say(&match (found.proposals.len(), found.left.len()) {
        (0, 0) => "nothing is missing: the tests exercise all there is".to_owned(),
        (0, left) => {
            format!("no proposal: nothing that was tried shows any of {left} that no test shows")
        }
        (count, left) => {
            format!("{} for {shown} of {} that no test shows", proposals(count), shown + left)
        }
    });
    let Some(reason) = found.stopped else { return Ok(Exit::Yes) };
    let written = match found.proposals.len() {
        0 => "nothing".to_owned(),
        count => proposals(count),
    };
    let stopped = Stopped { reason, stratum: 0, report: Default::default() };
    Ok(effort::stopped(console, &stopped, &written))
}

/// `1 proposal`, `2 proposals`.
fn proposals(count: usize) -> String {
    format!("{count} proposal{}", if count == 1 { "" } else { "s" })
}

fn mutants(
    suites: &Suites,
    options: &archlog::eval::Options<'_>,
    console: &Console,
) -> testing::Mutants {
    let visible = std::io::stderr().is_terminal();
    let last = Mutex::new(Instant::now());
    let progress = |done: usize, of: usize| {
        // A line a mutant would take longer than the mutant.
        if let Ok(mut last) = last.try_lock()
            && visible
            && last.elapsed().as_millis() > 100
        {
            console.status(&format!("{done} of {of} mutants"));
            *last = Instant::now();
        }
    };
    let mutants = suites.mutants(testing::MUTATED, options, &progress);
    if visible {
        console.status("");
    }
    mutants
}

/// The designs that files and folders hold; in a folder, all `.dl` and `.json` files below it.
pub fn inputs(paths: &[PathBuf]) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for path in paths {
        let name = path.display();
        let found = fs::metadata(path).map_err(|problem| cannot_read(path, &problem))?;
        match found.is_dir() {
            true => collect(path, &mut inputs).with_context(|| format!("cannot read `{name}`"))?,
            false => inputs.push(Input::Path(path.clone())),
        }
    }
    Ok(inputs)
}

fn collect(folder: &Path, into: &mut Vec<Input>) -> std::io::Result<()> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|it| it.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            collect(&path, into)?;
        } else if path.extension().is_some_and(|end| end == "dl" || end == "json") {
            into.push(Input::Path(path));
        }
    }
    Ok(())
}
