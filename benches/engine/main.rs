//! The engine beside ascent, crepe and datafrog, and Souffle and DuckDB where they are installed, on
//! the same facts in the same run: believe the ratios, not the times.
//!
//! ```text
//! cargo bench --bench engine                           every workload, sizes S, M and L
//! cargo bench --bench engine -- --size M --only sg,agg --engine archlog,datafrog --repeat 3
//! cargo bench --bench engine -- --write                renews the tables and plots of the page
//! cargo bench --bench engine -- --repeat 5,3,1         so many runs each at S, M and L
//! cargo bench --bench engine -- --size L --prepare DIR writes programs and facts, for a profiler
//! ```
//!
//! Every run is a process of its own that reads the facts from files, evaluates, and writes what the
//! program says; processor time and peak memory are those of the process. The engines take turns, so
//! that what else the machine does meets all of them. Results must have the same number of tuples.
//!
//! `--only goals` asks questions instead, each with the relation derived whole and with what is asked
//! for alone.
//!
//! As a test (`cargo test --benches`) everything runs once at the smallest size.

#![allow(missing_docs, clippy::unwrap_used, clippy::type_complexity, clippy::panic)]

mod child;
mod goals;
mod page;
mod peers;
mod plot;
mod results;
mod workloads;

use std::path::PathBuf;

use results::{Measured, Results};
use workloads::{SIZES, Size, WORKLOADS};

/// What was asked on the command line.
#[derive(Debug, Default)]
struct Asked {
    sizes: Vec<String>,
    workloads: Vec<String>,
    engines: Vec<String>,
    /// For each size in turn, the last for all that follow.
    repeats: Vec<usize>,
    prepare: Option<PathBuf>,
    write: bool,
}

fn asked() -> Asked {
    let mut asked = Asked::default();
    let mut benching = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut list = || -> Vec<String> {
            let list = arguments.next().unwrap_or_default();
            list.split(',').map(str::to_owned).collect()
        };
        match argument.as_str() {
            "--size" => asked.sizes = list(),
            "--only" => asked.workloads = list(),
            "--engine" => asked.engines = list(),
            "--repeat" => {
                asked.repeats = list().iter().filter_map(|number| number.parse().ok()).collect();
            }
            "--prepare" => asked.prepare = list().first().map(PathBuf::from),
            "--write" => asked.write = true,
            "--bench" => benching = true,
            other => eprintln!("unknown: {other}"),
        }
    }
    if asked.sizes.is_empty() {
        let sizes: &[&str] = if benching { &["S", "M", "L"] } else { &["XS"] };
        asked.sizes = sizes.iter().map(|&size| size.to_owned()).collect();
    }
    asked
}

fn main() {
    if child::answer() {
        return;
    }
    let asked = asked();
    let wanted = |list: &[String], name: &str| list.is_empty() || list.iter().any(|it| it == name);
    let mut results = Results::default();
    let mut questions = String::new();
    let sizes = SIZES.iter().filter(|size| asked.sizes.iter().any(|it| it == size.name));
    for (at, size) in sizes.enumerate() {
        let repeats = asked.repeats.get(at).or(asked.repeats.last());
        for workload in WORKLOADS.iter().filter(|it| wanted(&asked.workloads, it.name)) {
            if let Some(folder) = &asked.prepare {
                let outputs = f64::from(size.outputs);
                workload.prepare(outputs, &folder.join(size.name).join(workload.name)).unwrap();
                continue;
            }
            let engines = child::ENGINES.iter().copied();
            let engines: Vec<&str> = engines.filter(|it| wanted(&asked.engines, it)).collect();
            let measured = measure(workload.name, *size, &engines, repeats.copied());
            println!("{}", measured.line());
            results.add(measured);
        }
        if asked.prepare.is_none() && wanted(&asked.workloads, "goals") {
            questions.push_str(&goals::measure(*size, repeats.copied()));
        }
    }
    if asked.prepare.is_some() {
        return;
    }
    print!("\n{}{questions}", page::tables(&results));
    if asked.write {
        let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs");
        page::write(&results, &docs).unwrap();
    }
}

/// Runs the engines on a workload in turns.
fn measure(name: &str, size: Size, engines: &[&str], repeats: Option<usize>) -> Measured {
    let workload = WORKLOADS.iter().find(|it| it.name == name).unwrap();
    let folder = tempfile::tempdir().unwrap();
    workload.prepare(f64::from(size.outputs), folder.path()).unwrap();
    let mut measured = Measured::new(name, size.name);
    for _ in 0..repeats.unwrap_or(size.repeats) {
        for engine in engines {
            if let Some(run) = child::run(engine, name, folder.path()) {
                measured.add(engine, run);
            }
        }
    }
    measured
}
