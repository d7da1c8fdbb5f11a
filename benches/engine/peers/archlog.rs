//! archlog as its command line runs a program: text and files in, files out.

use std::fs;
use std::io::sink;
use std::path::Path;

use archlog::analyze::program::Program;
use archlog::analyze::{analyze, analyze_with_goal};
use archlog::diag::SourceId;
use archlog::diag::Sources;
use archlog::eval::{Evaluator, Options, Silent, evaluate};
use archlog::io::{Directory, OutputDirectory, Rows, input, output};
use archlog::plan::Plan;
use archlog::plan::demand::{Asked, demand};
use archlog::store::Database;
use archlog::syntax::operators::DirectiveKind;
use archlog::syntax::{parse, parse_goal};
use archlog::value::Interner;

/// The program of a folder.
fn program(folder: &Path) -> Program {
    let text = fs::read_to_string(folder.join("program.dl")).unwrap();
    let (tree, mut problems) = parse(SourceId(0), &text);
    let (program, more) = analyze(&[tree]);
    problems.extend(more);
    assert!(problems.is_empty(), "{problems:?}");
    program
}

/// What a program states, and what it reads from its folder.
fn facts(program: &Program, folder: &Path) -> (Database, Interner) {
    let mut interner = Interner::new();
    let mut database = Database::new(program);
    database.insert_facts(program, &mut interner);
    let (files, mut sources, mut keys) = (Directory::new(folder), Sources::new(), Vec::new());
    let mut problems = Vec::new();
    for directive in program.directives.iter().filter(|it| it.kind == DirectiveKind::Input) {
        let relation = &program.relations[directive.relation.index()];
        let loaded =
            input(&files, relation, directive, &mut interner, &mut sources, &mut problems).unwrap();
        let count = loaded.len();
        database.insert_batch(directive.relation, &loaded.columns, count, &mut keys);
    }
    assert!(problems.is_empty(), "{problems:?}");
    (database, interner)
}

/// Asks the question of a folder about its program, which is derived whole or on demand; says how many
/// answers there are.
pub fn ask(folder: &Path, on_demand: bool) -> usize {
    let goal = fs::read_to_string(folder.join("goal")).unwrap();
    let body = parse_goal(SourceId(1), &goal).unwrap();
    let (mut program, goal) = analyze_with_goal(&program(folder), &body).unwrap();
    if on_demand {
        program = demand(&program, &[goal], Asked::Everywhere).program.unwrap();
    }
    let (mut database, mut interner) = facts(&program, folder);
    let plan = Plan::new(&program, &mut interner);
    let options = Options::default();
    let strata = plan.needed(&[goal]);
    let mut evaluator = Evaluator::new(&plan);
    evaluator.run(strata, &mut database, &mut interner, &options, &mut Silent).unwrap();
    let answers = database.relation(goal).len();
    std::mem::forget((database, interner));
    answers
}

/// Runs the program of a folder; says how many tuples its outputs have.
pub fn run(folder: &Path, threads: usize) -> usize {
    let program = program(folder);
    let (mut database, mut interner) = facts(&program, folder);
    let of = |kind: DirectiveKind| program.directives.iter().filter(move |it| it.kind == kind);
    let mut problems = Vec::new();
    let plan = Plan::new(&program, &mut interner);
    let read = super::super::child::processor_time();
    let options = Options { threads, ..Options::default() };
    evaluate(&plan, &mut database, &mut interner, &options).unwrap();
    super::super::child::phase(read);
    let mut outputs = OutputDirectory::new(folder, sink());
    let mut count = 0;
    for directive in of(DirectiveKind::Output) {
        let relation = &program.relations[directive.relation.index()];
        let found = database.relation(directive.relation);
        let columns = (0..relation.arity()).map(|column| found.column(column)).collect();
        let rows = Rows { columns, len: found.len() };
        output(&mut outputs, relation, directive, &rows, &interner, &mut problems).unwrap();
        count += found.len();
    }
    for directive in of(DirectiveKind::PrintSize) {
        count += database.relation(directive.relation).len();
    }
    assert!(problems.is_empty(), "{problems:?}");
    std::mem::forget((database, interner));
    count
}
