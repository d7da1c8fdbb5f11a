//! The tables, as Markdown, and their place in the page on performance.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::child::ENGINES;
use crate::plot;
use crate::results::Results;
use crate::workloads::WORKLOADS;

const BEGIN: &str = "<!-- engine bench: begin -->";
const END: &str = "<!-- engine bench: end -->";

/// All tables that there is something for.
pub fn tables(results: &Results) -> String {
    let mut text = String::new();
    header(&mut text, &["Workload"], &["what it computes"]);
    for workload in &WORKLOADS {
        let _ = writeln!(text, "| {} | {} |", workload.name, workload.about);
    }
    text.push('\n');
    for size in ["XS", "S", "M", "L"] {
        if results.at(size).next().is_some() {
            times(results, size, &mut text);
        }
    }
    memory(results, &mut text);
    growth(results, &mut text);
    threads(results, &mut text);
    text
}

/// Processor times at a size, each with its ratio to the best of the compiled peers.
fn times(results: &Results, size: &str, text: &mut String) {
    let engines: Vec<&str> = engines(results, size).filter(|it| *it != "archlog-j2").collect();
    let _ = writeln!(
        text,
        "Size {size}, processor time in ms, ratio to the best of ascent, crepe, datafrog:\n"
    );
    header(text, &["Workload", "tuples"], &engines);
    for measured in results.at(size) {
        let _ = write!(text, "| {} | {} |", measured.workload, grouped(measured.outputs as u64));
        let best = measured.best();
        for engine in &engines {
            match (measured.processor(engine), best) {
                (Some(time), Some((_, best))) => {
                    let ratio = time.as_secs_f64() / best.as_secs_f64();
                    let _ = write!(text, " {:.1} ({ratio:.2}) |", time.as_secs_f64() * 1e3);
                }
                (Some(time), None) => {
                    let _ = write!(text, " {:.1} |", time.as_secs_f64() * 1e3);
                }
                (None, _) => text.push_str("  |"),
            }
        }
        text.push('\n');
    }
    text.push('\n');
}

/// Peak memory at the largest size there is.
fn memory(results: &Results, text: &mut String) {
    let Some(size) = largest(results) else { return };
    let engines: Vec<&str> = engines(results, size).collect();
    let _ = writeln!(text, "Size {size}, peak memory in MiB:\n");
    header(text, &["Workload"], &engines);
    for measured in results.at(size) {
        let _ = write!(text, "| {} |", measured.workload);
        for engine in &engines {
            match measured.kib(engine) {
                Some(kib) => {
                    let _ = write!(text, " {} |", kib.div_ceil(1024));
                }
                None => text.push_str("  |"),
            }
        }
        text.push('\n');
    }
    text.push('\n');
}

/// How times grow with the number of tuples.
fn growth(results: &Results, text: &mut String) {
    let steps = [("S", "M"), ("M", "L")];
    let there = |step: &&(&str, &str)| {
        results.at(step.0).next().is_some() && results.at(step.1).next().is_some()
    };
    let steps: Vec<_> = steps.iter().filter(there).collect();
    let Some(size) = largest(results) else { return };
    if steps.is_empty() {
        return;
    }
    let engines: Vec<&str> = engines(results, size).filter(|it| *it != "archlog-j2").collect();
    let names: Vec<String> = steps.iter().map(|(from, to)| format!("{from} to {to}")).collect();
    let _ = writeln!(
        text,
        "Exponent of processor time in the number of tuples, {}:\n",
        names.join(" / ")
    );
    header(text, &["Workload"], &engines);
    for workload in &WORKLOADS {
        let _ = write!(text, "| {} |", workload.name);
        for engine in &engines {
            let all: Vec<String> = steps
                .iter()
                .filter_map(|(from, to)| results.growth(workload.name, engine, from, to))
                .map(|exponent| format!("{exponent:.2}"))
                .collect();
            let _ = write!(text, " {} |", all.join(" / "));
        }
        text.push('\n');
    }
    text.push('\n');
}

/// Two threads beside one, on the clock.
fn threads(results: &Results, text: &mut String) {
    let both = |size: &str| {
        results.at(size).any(|it| it.clock("archlog").is_some() && it.clock("archlog-j2").is_some())
    };
    let sizes: Vec<&str> = ["M", "L"].into_iter().filter(|size| both(size)).collect();
    if sizes.is_empty() {
        return;
    }
    let _ = writeln!(text, "Two threads, how many times faster than one on the clock:\n");
    header(text, &["Workload"], &sizes);
    for workload in &WORKLOADS {
        let _ = write!(text, "| {} |", workload.name);
        for size in &sizes {
            let measured = results.find(workload.name, size);
            let times =
                measured.and_then(|it| Some((it.clock("archlog")?, it.clock("archlog-j2")?)));
            match times {
                Some((one, two)) => {
                    let _ = write!(text, " {:.2} |", one.as_secs_f64() / two.as_secs_f64());
                }
                None => text.push_str("  |"),
            }
        }
        text.push('\n');
    }
    text.push('\n');
}

fn header(text: &mut String, first: &[&str], rest: &[&str]) {
    let _ = writeln!(text, "| {} | {} |", first.join(" | "), rest.join(" | "));
    let numbers = " ---: |".repeat(first.len() - 1 + rest.len());
    let _ = writeln!(text, "| --- |{numbers}");
}

fn largest(results: &Results) -> Option<&'static str> {
    ["L", "M", "S", "XS"].into_iter().find(|size| results.at(size).next().is_some())
}

/// The engines that were measured at a size.
fn engines<'a>(results: &'a Results, size: &'a str) -> impl Iterator<Item = &'static str> + 'a {
    let measured = move |engine: &&str| results.at(size).any(|it| it.kib(engine).is_some());
    ENGINES.into_iter().filter(move |engine| measured(engine))
}

/// A number with commas.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Puts the tables between the markers of the page, and the plots beside it.
pub fn write(results: &Results, docs: &Path) -> io::Result<()> {
    let path = docs.join("performance.md");
    let page = fs::read_to_string(&path)?;
    let marked = page.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some(format!("{before}{BEGIN}\n\n{}{END}{after}", tables(results)))
    });
    let Some(page) = marked else { return Err(io::Error::other("no markers in performance.md")) };
    fs::write(path, page)?;
    fs::write(docs.join("engine-ratios.svg"), plot::ratios(results))?;
    fs::write(docs.join("engine-growth.svg"), plot::growth(results))
}
