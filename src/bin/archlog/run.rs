//! `run`: the stages in a row, from a program's text to its outputs.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result};
use archlog::analyze::program::{Column, Directive, Program};
use archlog::analyze::{analyze, analyze_with_goal, has_errors};
use archlog::diag::{Diagnostic, Sources};
use archlog::eval::{Evaluator, Profile, Warning};
use archlog::io::{
    Directory, OutputDirectory, Outputs, Rows, StandardOutput, input, output, print_size, save,
};
use archlog::plan::demand::{Asked, Demand, demand};
use archlog::plan::{Known, Measured, Plan};
use archlog::report::profile::ShownProfile;
use archlog::report::{Heading, Look, Stamp, Table};
use archlog::store::Database;
use archlog::syntax::load::load;
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
    let mut sources = Sources::new();
    let path = arguments.program.to_string_lossy();
    let (trees, mut problems) = load(&path, &mut |path| fs::read(path), &mut sources);
    let (program, more) = analyze(&trees);
    problems.extend(more);
    if has_errors(&problems) {
        console.problems(&sources, &problems);
        return Ok(Exit::Input);
    }
    let (mut program, goal) = match &arguments.goal {
        None => (program, None),
        Some(goal) => match asked(&program, goal, &mut sources)? {
            Ok((program, goal)) => (program, Some(goal)),
            Err(wrong) => {
                console.problems(&sources, &wrong);
                return Ok(Exit::Input);
            }
        },
    };
    let demand = if arguments.no_demand { None } else { demanded(&mut program, goal) };

    let mut interner = Interner::new();
    let mut database = Database::new(&program);
    database.insert_facts(&program, &mut interner);
    let threads = effort::threads(&arguments.effort).get();
    let read = read_facts(
        &Directory::new(&arguments.facts).on_threads(threads),
        &program,
        &mut database,
        &mut interner,
        &mut sources,
        &mut problems,
    );
    let mut spoilt = has_errors(&problems);
    console.problems(&sources, &problems);
    if !read {
        return Ok(Exit::Input);
    }

    let plan = Plan::new(&program, &mut interner);
    let asked = interrupt.defer();
    let options = effort::options(&arguments.effort, &asked);
    let mut progress = Progress::new(console, plan.strata.len(), arguments.profile.is_some());
    let strata = match goal {
        Some(goal) => plan.needed(&[goal]),
        None => (0..plan.strata.len()).collect(),
    };
    let mut evaluator = Evaluator::new(&plan);
    let done = evaluator.run(strata, &mut database, &mut interner, &options, &mut progress);
    progress.finish();
    if let (Some(to), Some(profiler)) = (&arguments.profile, progress.profiler) {
        let profile = profiler.finish(&program, &database, &interner);
        show_profile(to, &profile, &sources, console)?;
    }
    match done {
        Ok(report) => console.problems(&sources, &warnings(&report.warnings)),
        Err(reason) => {
            console.problems(&sources, &warnings(&reason.report.warnings));
            return Ok(effort::stopped(console, &reason, "nothing"));
        }
    }
    if arguments.plan {
        let known = Known { program: &program, sources: &sources, database: Some(&database) };
        let demand = demand.map(|demand| demand.to_string()).unwrap_or_default();
        console.answer(&format!("{demand}{}", Measured { plan: &plan, known, only: None }))?;
        return Ok(if spoilt { Exit::Input } else { Exit::Yes });
    }
    if let Some(goal) = goal {
        let table = answers(&program, goal, &database, &interner);
        let archlog = env!("CARGO_PKG_VERSION").to_owned();
        let line = format!("archlog {archlog}");
        let stamp = Stamp { archlog, ..Stamp::default() };
        console.answer(&rendered(&table, &stamp, &line, arguments.format, console))?;
        return Ok(match (spoilt, table.rows.is_empty()) {
            (true, _) => Exit::Input,
            (false, true) => Exit::No,
            (false, false) => Exit::Yes,
        });
    }

    let mut problems = Vec::new();
    let stream = io::stdout().lock();
    if arguments.output == Path::new("-") {
        write(&mut StandardOutput(stream), &program, &database, &interner, &mut problems)?;
    } else {
        let mut outputs = OutputDirectory::new(&arguments.output, stream).on_threads(threads);
        write(&mut outputs, &program, &database, &interner, &mut problems)?;
    }
    console.problems(&sources, &problems);
    spoilt |= has_errors(&problems);
    Ok(if spoilt { Exit::Input } else { Exit::Yes })
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
fn show_profile(to: &Path, profile: &Profile, sources: &Sources, console: &Console) -> Result<()> {
    let shown = ShownProfile { profile, sources };
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

/// Reads what the program's directives name. Whether every file could be read; single bad lines
/// are among the problems and leave the others in.
fn read_facts(
    files: &Directory,
    program: &Program,
    database: &mut Database,
    interner: &mut Interner,
    sources: &mut Sources,
    problems: &mut Vec<Diagnostic>,
) -> bool {
    let mut keys = Vec::new();
    let mut all = true;
    for directive in &program.directives {
        if directive.kind != DirectiveKind::Input {
            continue;
        }
        let relation = &program.relations[directive.relation.index()];
        match input(files, relation, directive, interner, sources, problems) {
            None => all = false,
            Some(loaded) => {
                let count = loaded.len();
                database.fill(directive.relation, loaded.columns, count, &mut keys);
            }
        }
    }
    all
}

/// Writes what the program's directives name.
fn write(
    outputs: &mut dyn Outputs,
    program: &Program,
    database: &Database,
    interner: &Interner,
    problems: &mut Vec<Diagnostic>,
) -> Result<()> {
    for directive in &program.directives {
        let relation = &program.relations[directive.relation.index()];
        let found = database.relation(directive.relation);
        match directive.kind {
            DirectiveKind::Output => {
                let columns = (0..relation.arity()).map(|column| found.column(column)).collect();
                let rows = Rows { columns, len: found.len() };
                output(outputs, relation, directive, &rows, interner, problems)?;
            }
            DirectiveKind::PrintSize => print_size(outputs, &relation.name, found.len())?,
            DirectiveKind::Input | DirectiveKind::LimitSize => {}
        }
    }
    Ok(())
}

/// What went wrong with values, as problems.
fn warnings(warnings: &[Warning]) -> Vec<Diagnostic> {
    warnings.iter().map(Warning::diagnostic).collect()
}
