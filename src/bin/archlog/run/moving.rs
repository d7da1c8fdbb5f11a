//! What a program reads and writes, each with its time.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use archlog::analyze::program::Program;
use archlog::diag::{Diagnostic, Sources};
use archlog::io::{Directory, Files, Outputs, Rows, input, output, print_size};
use archlog::report::profile::Moved;
use archlog::store::Database;
use archlog::syntax::operators::DirectiveKind;
use archlog::value::Interner;

/// So long standard input is waited for before somebody may have asked to stop.
const PAUSE: Duration = Duration::from_millis(20);

/// The folder of facts, until somebody asks to stop.
struct Watched<'a> {
    files: Directory,
    asked: &'a AtomicBool,
}

impl Files for Watched<'_> {
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.files.read(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.files.list()
    }

    fn shown(&self, name: &str) -> String {
        self.files.shown(name)
    }

    /// Waits for standard input in a thread of its own, so that a request to stop is heard here.
    fn standard_input(&self) -> io::Result<Vec<u8>> {
        let (hand, wait) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes);
            // Nobody listens any more where the run was stopped.
            let _ = hand.send(read);
        });
        loop {
            match wait.recv_timeout(PAUSE) {
                Ok(read) => return read,
                Err(RecvTimeoutError::Timeout) if !self.halted() => {}
                Err(_) => return Err(io::Error::from(io::ErrorKind::Interrupted)),
            }
        }
    }

    fn halted(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    fn threads(&self) -> usize {
        self.files.threads()
    }

    fn strict(&self) -> bool {
        self.files.strict()
    }
}

/// Reads what the program's directives name. Whether every file could be read; single bad lines
/// are among the problems and leave the others in. Ends early where somebody asks to stop.
pub fn read_facts(
    (files, asked): (Directory, &AtomicBool),
    program: &Program,
    (database, interner): (&mut Database, &mut Interner),
    (sources, problems): (&mut Sources, &mut Vec<Diagnostic>),
    moved: &mut Vec<Moved>,
) -> bool {
    let files = Watched { files, asked };
    let mut keys = Vec::new();
    let mut all = true;
    for directive in &program.directives {
        if directive.kind != DirectiveKind::Input || files.halted() {
            continue;
        }
        let (start, before) = (Instant::now(), problems.len());
        let relation = &program.relations[directive.relation.index()];
        match input(&files, relation, directive, interner, sources, problems) {
            // What was not waited for is no problem of its own.
            None if files.halted() => problems.truncate(before),
            None => all = false,
            Some(loaded) => {
                let tuples = loaded.len();
                database.fill(directive.relation, loaded.columns, tuples, &mut keys);
                let (name, time) = (relation.name.clone(), start.elapsed());
                moved.push(Moved { written: false, name, tuples, time });
            }
        }
    }
    all
}

/// Writes what the program's directives name. Whether nobody asked to stop before all was written.
pub fn write(
    outputs: &mut dyn Outputs,
    program: &Program,
    (database, interner): (&Database, &Interner),
    asked: &AtomicBool,
    problems: &mut Vec<Diagnostic>,
    moved: &mut Vec<Moved>,
) -> Result<bool> {
    for directive in &program.directives {
        if asked.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let start = Instant::now();
        let relation = &program.relations[directive.relation.index()];
        let found = database.relation(directive.relation);
        match directive.kind {
            DirectiveKind::Output => {
                let columns = (0..relation.arity()).map(|column| found.column(column)).collect();
                let rows = Rows { columns, len: found.len() };
                output(outputs, relation, directive, &rows, interner, problems)?;
            }
            DirectiveKind::PrintSize => print_size(outputs, &relation.name, found.len())?,
            DirectiveKind::Input | DirectiveKind::LimitSize => continue,
        }
        let (name, time) = (relation.name.clone(), start.elapsed());
        moved.push(Moved { written: true, name, tuples: found.len(), time });
    }
    Ok(true)
}
