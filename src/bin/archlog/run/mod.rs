//! `run`: the stages in a row, from a program's text to its outputs.

mod moving;
mod text;

use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use archlog::analyze::error::written_over_code;
use archlog::analyze::program::{Column, Directive, Program};
use archlog::analyze::{analyze, analyze_with_goal, beyond, has_errors};
use archlog::diag::{Diagnostic, Severity, Sources, reason};
use archlog::eval::{Evaluator, Profile, Warning};
use archlog::io::{Directory, OutputDirectory, StandardOutput, can_save, check_output, save};
use archlog::plan::demand::{Asked, Demand, demand};
use archlog::plan::{Known, Measured, Plan};
use archlog::report::profile::{Moved, ShownProfile, time};
use archlog::report::{Heading, Look, Stamp, Table};
use archlog::store::Database;
use archlog::syntax::operators::DirectiveKind;
use archlog::syntax::parse_goal;
use archlog::value::{Constant, Interner, RelationId, compare_tuples};

use crate::args::Run;
use crate::console::Console;
use crate::effort;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::query::{rendered, text_of};

/// Runs a program as Souffle's command line would.
pub fn run(arguments: &Run, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    interrupt.hear_termination()?;
    if let Some(to) = arguments.profile().filter(|to| *to != Path::new("-")) {
        can_save(to).map_err(|error| {
            anyhow!("cannot write the profile to `{}`: {}", to.display(), reason(&error))
        })?;
    }
    let mut stages = Stages::new(arguments.verbose.then_some(console));
    let mut sources = Sources::new();
    let show = |sources: &Sources, problems: &[Diagnostic]| match arguments.no_warn {
        true => {
            let errors = problems.iter().filter(|it| it.severity == Severity::Error).cloned();
            console.problems(sources, &errors.collect::<Vec<_>>());
        }
        false => console.problems(sources, problems),
    };
    let (trees, mut problems) = text::trees(arguments, &mut sources)?;
    let (program, more) = analyze(&trees);
    problems.extend(more);
    if arguments.output == Path::new("-") {
        // What is printed takes no other's place.
        problems.retain(|it| it.code != written_over_code());
    }
    let strict = !arguments.extensions && !beyond::allowed(&trees);
    if strict {
        problems.extend(beyond::check(&program, &trees, &sources));
    }
    if has_errors(&problems) {
        show(&sources, &problems);
        return Ok(Exit::Input);
    }
    let (mut program, goal) = match &arguments.goal {
        None => (program, None),
        Some(goal) => match asked(&program, goal, &mut sources)? {
            Ok((program, goal)) => (program, Some(goal)),
            Err(wrong) => {
                show(&sources, &wrong);
                return Ok(Exit::Input);
            }
        },
    };
    let demand = if arguments.no_demand { None } else { demanded(&mut program, goal) };
    stages.done("read the program");

    let mut interner = Interner::new();
    let mut database = Database::new(&program);
    database.insert_facts(&program, &mut interner);
    if reads_standard_input(&program) && arguments.program == Path::new("-") {
        bail!("the program is read from standard input, so its facts cannot be");
    }
    // What is wrong with an output is known before there is anything to write.
    if goal.is_none() && !arguments.plan {
        let outputs = program.directives.iter().filter(|it| it.kind == DirectiveKind::Output);
        for directive in outputs {
            let relation = &program.relations[directive.relation.index()];
            check_output(relation, directive, &mut problems);
        }
        if has_errors(&problems) {
            show(&sources, &problems);
            return Ok(Exit::Input);
        }
    }
    let asked = interrupt.defer();
    let mut profile = Profile::default();
    let mut moved = Vec::new();
    let threads = effort::threads(&arguments.effort).get();
    let files = Directory::new(&arguments.facts).on_threads(threads).strictly(strict);
    let read = moving::read_facts(
        (files, &asked),
        &program,
        (&mut database, &mut interner),
        (&mut sources, &mut problems),
        &mut moved,
    );
    stages.done("read the facts");
    let mut spoilt = has_errors(&problems);
    show(&sources, &problems);
    let finish = |exit: Exit, profile: &Profile, moved: &[Moved]| {
        if let Some(to) = arguments.profile() {
            let stopped = !matches!(exit, Exit::Yes | Exit::No | Exit::Input);
            let shown = ShownProfile { profile, moved, stopped, sources: &sources };
            show_profile(to, &shown, console)?;
        }
        Ok(match exit {
            Exit::Interrupted if interrupt.terminated() => Exit::Terminated,
            exit => exit,
        })
    };
    if asked.load(Ordering::Relaxed) {
        console.say("interrupted; written: nothing");
        return finish(Exit::Interrupted, &profile, &moved);
    }
    if !read {
        return Ok(Exit::Input);
    }

    let plan = Plan::new(&program, &mut interner);
    let options = effort::options(&arguments.effort, &asked);
    let wanted = arguments.profile().is_some();
    let mut progress = Progress::new(console, plan.strata.len(), wanted);
    let strata = match goal {
        Some(goal) => plan.needed(&[goal]),
        None => (0..plan.strata.len()).collect(),
    };
    let mut evaluator = Evaluator::new(&plan);
    let done = evaluator.run(strata, &mut database, &mut interner, &options, &mut progress);
    progress.finish();
    if let Some(profiler) = progress.profiler {
        profile = profiler.finish(&program, &database, &interner);
    }
    stages.done("evaluated");
    match done {
        Ok(report) => show(&sources, &warnings(&report.warnings)),
        Err(reason) => {
            show(&sources, &warnings(&reason.report.warnings));
            return finish(effort::stopped(console, &reason, "nothing"), &profile, &moved);
        }
    }
    if arguments.plan {
        let known = Known { program: &program, sources: &sources, database: Some(&database) };
        let demand = demand.map(|demand| demand.to_string()).unwrap_or_default();
        console.answer(&format!("{demand}{}", Measured { plan: &plan, known, only: None }))?;
        return finish(if spoilt { Exit::Input } else { Exit::Yes }, &profile, &moved);
    }
    if let Some(goal) = goal {
        let table = answers(&program, goal, &database, &interner);
        let archlog = env!("CARGO_PKG_VERSION").to_owned();
        let line = format!("archlog {archlog}");
        let stamp = Stamp { archlog, ..Stamp::default() };
        console.answer(&rendered(&table, &stamp, &line, arguments.format, console))?;
        let exit = match (spoilt, table.rows.is_empty()) {
            (true, _) => Exit::Input,
            (false, true) => Exit::No,
            (false, false) => Exit::Yes,
        };
        return finish(exit, &profile, &moved);
    }

    let mut problems = Vec::new();
    let stream = io::stdout().lock();
    let found = (&database, &interner);
    let all = if arguments.output == Path::new("-") {
        let mut outputs = StandardOutput(stream);
        moving::write(&mut outputs, &program, found, &asked, &mut problems, &mut moved)?
    } else {
        let mut outputs = OutputDirectory::new(&arguments.output, stream).on_threads(threads);
        moving::write(&mut outputs, &program, found, &asked, &mut problems, &mut moved)?
    };
    stages.done("wrote the results");
    show(&sources, &problems);
    spoilt |= has_errors(&problems);
    if !all {
        let written = moved.iter().filter(|it| it.written).count();
        console.say(&format!("interrupted; written: the first {written} of the results"));
        return finish(Exit::Interrupted, &profile, &moved);
    }
    finish(if spoilt { Exit::Input } else { Exit::Yes }, &profile, &moved)
}

/// How long the stages of a run take, for who wants to hear it.
struct Stages<'a> {
    console: Option<&'a Console>,
    started: Instant,
    before: Instant,
}

impl<'a> Stages<'a> {
    fn new(console: Option<&'a Console>) -> Self {
        let now = Instant::now();
        Stages { console, started: now, before: now }
    }

    fn done(&mut self, what: &str) {
        let Some(console) = self.console else { return };
        let (took, all) = (self.before.elapsed(), self.started.elapsed());
        console.say(&format!("{what} in {}, {} in all", time(took), time(all)));
        self.before = Instant::now();
    }
}

/// Whether a program waits for what somebody types or pipes in.
fn reads_standard_input(program: &Program) -> bool {
    program.directives.iter().any(|it| {
        let channel = it.parameter("IO").unwrap_or_default();
        it.kind == DirectiveKind::Input && matches!(channel, "stdin" | "stdinfile" | "json")
    })
}

/// A program with a goal, or what is wrong with the goal.
fn asked(
    program: &Program,
    goal: &str,
    sources: &mut Sources,
) -> Result<std::result::Result<(Program, RelationId), Vec<Diagnostic>>> {
    let goal = text_of(goal)?;
    let source = sources.add("<goal>", goal.as_str());
    Ok(parse_goal(source, &goal).and_then(|body| analyze_with_goal(program, &body)))
}

/// Has a program derive only what is asked for, where its author or a goal want it so: a goal asks for
/// itself, a program without one for what it writes.
fn demanded(program: &mut Program, goal: Option<RelationId>) -> Option<Demand> {
    let wishes = &program.wishes;
    let demand = match goal {
        Some(goal) => demand(program, &[goal], Asked::Everywhere),
        None if !wishes.all && wishes.only.is_empty() => return None,
        None => {
            let writes = |it: &&Directive| {
                matches!(it.kind, DirectiveKind::Output | DirectiveKind::PrintSize)
            };
            let written = program.directives.iter().filter(writes).map(|it| it.relation);
            demand(program, &written.collect::<Vec<_>>(), Asked::AsWished)
        }
    };
    if let Some(rewritten) = &demand.program {
        program.clone_from(rewritten);
    }
    Some(demand)
}

/// The answers to a goal, in order.
fn answers(program: &Program, goal: RelationId, database: &Database, interner: &Interner) -> Table {
    let columns = &program.relations[goal.index()].columns;
    let found = database.relation(goal);
    let value = |(word, column): (_, &Column)| interner.constant(word, column.primitive);
    let mut rows: Vec<Vec<Constant>> =
        (0..found.len()).map(|row| found.row(row).zip(columns).map(value).collect()).collect();
    rows.sort_by(|one, other| compare_tuples(one, other));
    let columns = columns.iter().map(|it| Heading::new(&it.name, it.primitive)).collect();
    Table { name: "answers".to_owned(), columns, rows, ..Table::default() }
}

/// Writes a profile to a file, whose name says in what shape, or beside the answers.
fn show_profile(to: &Path, shown: &ShownProfile<'_>, console: &Console) -> Result<()> {
    let text = match to.extension().and_then(|end| end.to_str()) {
        _ if to == Path::new("-") => {
            console.say(shown.text(Look::default()).trim_end());
            return Ok(());
        }
        Some("json") => shown.json(),
        Some("html") => {
            let archlog = env!("CARGO_PKG_VERSION").to_owned();
            shown.html(&Stamp { archlog, ..Stamp::default() }, "Profile")
        }
        _ => shown.text(Look::default()),
    };
    save(to, &mut |file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write the profile to `{}`", to.display()))
}

/// What went wrong with values, as problems.
fn warnings(warnings: &[Warning]) -> Vec<Diagnostic> {
    warnings.iter().map(Warning::diagnostic).collect()
}
