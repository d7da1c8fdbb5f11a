//! A file of facts: read in every way there is, written out and read again.

use std::io::{self, Write};

use archlog::analyze::analyze;
use archlog::analyze::facts::Statable;
use archlog::analyze::program::Program;
use archlog::diag::{Diagnostic, Renderer, Sources};
use archlog::io::{Files, Loaded, Outputs, Rows, design_of_folder, design_of_json, input, output};
use archlog::syntax::load::tree_of;
use archlog::value::{Constant, Interner};

/// What is read, by the first byte of the input.
const COLUMNS: [&str; 6] = [
    "a: symbol, b: number",
    "a: float, b: unsigned",
    "a: symbol",
    "a: number, b: symbol, c: symbol",
    "",
    "a: symbol, b: float, c: unsigned, d: number",
];

/// How it is read and written, by the second byte.
const WAYS: [&str; 9] = [
    "",
    "rfc4180=true",
    "headers=true",
    "rfc4180=true, headers=true",
    "delimiter=\",\"",
    "rfc4180=true, delimiter=\"::\"",
    "IO=jsonfile",
    "IO=jsonfile, format=object",
    "IO=sqlite, filename=\"p.sqlite\"",
];

/// Reads bytes as the facts of a relation; what could be read is written and read back. Reads them as
/// a table of a design and as a design in JSON besides.
pub fn facts(bytes: &[u8]) {
    let [columns, way, content @ ..] = bytes else { return };
    let pick = |byte: u8, of: usize| usize::from(byte.wrapping_sub(b'0')) % of;
    let (columns, way) = (COLUMNS[pick(*columns, COLUMNS.len())], WAYS[pick(*way, WAYS.len())]);
    let parameters = if way.is_empty() { String::new() } else { format!("({way})") };
    let text = format!(".decl p({columns})\n.input p{parameters}\n.output p{parameters}\n");
    let (mut sources, mut interner) = (Sources::new(), Interner::new());
    let (tree, problems) = tree_of("fuzzed.dl", text.into(), &mut sources);
    let (program, more) = analyze(&[tree]);
    assert!(problems.is_empty() && more.is_empty(), "{problems:?}{more:?}");

    let Some(loaded) = read(&program, content, &mut interner, &mut sources) else { return };
    let (written, unreadable) = write(&program, &loaded, &interner);
    if !unreadable {
        let again = read(&program, &written, &mut interner, &mut sources);
        let again = again.map(|again| distinct(&program, &again, &interner));
        let shown = String::from_utf8_lossy(&written);
        assert!(
            again == Some(distinct(&program, &loaded, &interner)),
            "what was written is read otherwise:\n{shown}"
        );
    }

    let statable = Statable::new(&program, |_| true, []);
    let mut problems = Vec::new();
    let files = One(content);
    design_of_folder(&files, &statable, &program.relations, &mut sources, &mut problems);
    design_of_json(
        "p.json",
        content.to_vec(),
        &statable,
        &program.relations,
        &mut sources,
        &mut problems,
    );
    render(&sources, &problems);
}

fn render(sources: &Sources, problems: &[Diagnostic]) {
    let shown = Renderer { colour: false }.render(sources, problems);
    assert_eq!(shown.is_empty(), problems.is_empty());
}

fn read(
    program: &Program,
    bytes: &[u8],
    interner: &mut Interner,
    sources: &mut Sources,
) -> Option<Loaded> {
    let (relation, directive) = (&program.relations[0], &program.directives[0]);
    let mut problems = Vec::new();
    let loaded = input(&One(bytes), relation, directive, interner, sources, &mut problems);
    render(sources, &problems);
    let columns = loaded.iter().flat_map(|loaded| &loaded.columns);
    assert!(columns.clone().all(|column| Some(column.len()) == loaded.as_ref().map(Loaded::len)));
    loaded
}

/// The bytes that are written for rows, and whether it is said that they cannot be read back.
fn write(program: &Program, loaded: &Loaded, interner: &Interner) -> (Vec<u8>, bool) {
    let (relation, directive) = (&program.relations[0], &program.directives[1]);
    let columns = loaded.columns.iter().map(Vec::as_slice).collect();
    // A relation without columns holds one tuple at most.
    let len = if loaded.columns.is_empty() { loaded.len().min(1) } else { loaded.len() };
    let mut kept = Kept::default();
    let mut problems = Vec::new();
    let rows = Rows { columns, len };
    let done = output(&mut kept, relation, directive, &rows, interner, &mut problems);
    assert!(done.is_ok(), "{done:?}");
    (kept.0, !problems.is_empty())
}

/// The rows, sorted, without those that are there twice.
fn distinct(program: &Program, loaded: &Loaded, interner: &Interner) -> Vec<Vec<String>> {
    let mut row = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for index in 0..loaded.len() {
        loaded.row(index, &mut row);
        let columns = row.iter().zip(&program.relations[0].columns);
        let shown = |constant: Constant| format!("{constant:?}");
        rows.push(columns.map(|(w, it)| shown(interner.constant(*w, it.primitive))).collect());
    }
    rows.sort();
    rows.dedup();
    rows
}

/// One file, whatever it is asked for.
struct One<'a>(&'a [u8]);

impl Files for One<'_> {
    fn read(&self, _name: &str) -> io::Result<Vec<u8>> {
        Ok(self.0.to_vec())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(vec!["p.csv".to_owned()])
    }
}

/// What was written last.
#[derive(Default)]
struct Kept(Vec<u8>);

impl Outputs for Kept {
    fn save(
        &mut self,
        _name: &str,
        fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        self.0.clear();
        fill(&mut self.0)
    }

    fn print(&mut self, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        fill(&mut self.0)
    }
}
