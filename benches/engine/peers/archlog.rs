//! archlog as its command line runs a program: text and files in, files out.

use std::fs;
use std::io::sink;
use std::path::Path;

use archlog::analyze::analyze;
use archlog::diag::SourceId;
use archlog::diag::Sources;
use archlog::eval::{Options, evaluate};
use archlog::io::{Directory, OutputDirectory, Rows, input, output};
use archlog::plan::Plan;
use archlog::store::Database;
use archlog::syntax::operators::DirectiveKind;
use archlog::syntax::parse;
use archlog::value::Interner;

/// Runs the program of a folder; says how many tuples its outputs have.
pub fn run(folder: &Path, threads: usize) -> usize {
    let text = fs::read_to_string(folder.join("program.dl")).unwrap();
    let (tree, mut problems) = parse(SourceId(0), &text);
    let (program, more) = analyze(&[tree]);
    problems.extend(more);
    assert!(problems.is_empty(), "{problems:?}");
    let mut interner = Interner::new();
    let mut database = Database::new(&program);
    database.insert_facts(&program, &mut interner);
    let (files, mut sources, mut keys) = (Directory::new(folder), Sources::new(), Vec::new());
    let of = |kind: DirectiveKind| program.directives.iter().filter(move |it| it.kind == kind);
    for directive in of(DirectiveKind::Input) {
        let relation = &program.relations[directive.relation.index()];
        let loaded =
            input(&files, relation, directive, &mut interner, &mut sources, &mut problems).unwrap();
        let count = loaded.len();
        database.insert_batch(directive.relation, &loaded.columns, count, &mut keys);
    }
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
