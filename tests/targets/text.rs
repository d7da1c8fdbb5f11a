//! A program: what every stage makes of it, up to what it derives within narrow limits.

use std::time::Duration;

use archlog::analyze::program::Program;
use archlog::analyze::{analyze, has_errors};
use archlog::audit::{Subject, audit};
use archlog::diag::{Renderer, SourceId, Sources};
use archlog::eval::{Options, evaluate};
use archlog::plan::Plan;
use archlog::store::Database;
use archlog::syntax::load::tree_of;
use archlog::syntax::{format, parse};
use archlog::value::{Interner, RelationId, Word};

/// Longer texts teach nothing that shorter ones do not, and take longer.
const LONGEST: usize = 20_000;

/// Understands a text or refuses it; prints, formats and runs what it understands.
pub fn text(bytes: &[u8]) {
    if bytes.len() > LONGEST {
        return;
    }
    let mut sources = Sources::new();
    let (tree, mut problems) = tree_of("fuzzed.dl", bytes.to_vec(), &mut sources);
    if problems.is_empty() {
        let printed = tree.to_string();
        let (again, said) = parse(SourceId(0), &printed);
        assert!(said.is_empty(), "what was printed is refused: {said:?}\n{printed}");
        assert_eq!(again.to_string(), printed, "it is printed in two ways");
        let written = std::str::from_utf8(bytes).unwrap_or_default();
        let formatted = format(SourceId(0), written).unwrap_or_default();
        let (again, said) = parse(SourceId(0), &formatted);
        assert!(said.is_empty(), "what was formatted is refused: {said:?}\n{formatted}");
        assert_eq!(again.to_string(), printed, "formatted it means another thing\n{formatted}");
        let twice = format(SourceId(0), &formatted).unwrap_or_default();
        assert_eq!(twice, formatted, "it is formatted in two ways");
    }
    let (program, more) = analyze(std::slice::from_ref(&tree));
    problems.extend(more);
    for colour in [false, true] {
        let shown = Renderer { colour }.render(&sources, &problems);
        assert_eq!(shown.is_empty(), problems.is_empty());
    }
    if has_errors(&problems) {
        return;
    }
    let found = audit(&Subject::program(&program, &sources));
    let found: Vec<_> = found.into_iter().map(|finding| finding.problem).collect();
    let _ = Renderer { colour: false }.render(&sources, &found);
    let (alone, together) = (rows(&program, 1), rows(&program, 4));
    if let (Some(alone), Some(together)) = (alone, together) {
        assert!(alone == together, "what derives depends on the number of threads");
    }
}

/// What derives, relation by relation, unless a limit was hit.
fn rows(program: &Program, threads: usize) -> Option<Vec<Vec<Vec<Word>>>> {
    let (mut interner, mut database) = (Interner::new(), Database::new(program));
    database.insert_facts(program, &mut interner);
    let plan = Plan::new(program, &mut interner);
    assert!(threads > 1 || plan.to_string().len() < 10_000_000);
    let options = Options {
        threads,
        time: Some(Duration::from_secs(2)),
        tuples: Some(20_000),
        rounds: Some(300),
        memory: Some(64 << 20),
        ..Options::default()
    };
    evaluate(&plan, &mut database, &mut interner, &options).ok()?;
    let relation = |index| database.relation(RelationId::from(index)).rows().collect();
    Some((0..program.relations.len()).map(relation).collect())
}
