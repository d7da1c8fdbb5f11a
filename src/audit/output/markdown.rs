//! Findings on record, as a page: what was written down by hand, then what the checks find and is
//! let be, each with the passages it rests on. `docs/findings.md` is this page for the rulebook.

use std::collections::BTreeMap;

use crate::kb::embedded;

use super::{Entry, Report};

/// The page.
pub fn markdown(report: &Report) -> String {
    let mut page = String::from("# Findings\n");
    for record in &report.records {
        if !record.note.is_empty() {
            page.push_str(&format!("\n{}\n", record.note));
        }
        let mut open = "";
        for row in &record.rows {
            if row.group != open {
                open = &row.group;
                page.push_str(&format!("\n## {open}\n\n"));
                page.push_str(&line(record.headings.iter().map(String::as_str)));
                page.push_str(&line(record.headings.iter().map(|_| "---")));
            }
            page.push_str(&line(row.cells.iter().map(String::as_str)));
        }
    }
    let mut codes: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in report.passed.iter().filter(|entry| !entry.finding.citations.is_empty()) {
        codes.entry(&entry.finding.problem.code).or_default().push(entry);
    }
    for (code, entries) in codes {
        page.push_str(&section(code, &entries));
    }
    if !report.findings.is_empty() {
        let count = report.findings.len();
        page.push_str(&format!("\n{count} more are not accepted; `archlog check` shows them.\n"));
    }
    page
}

/// All findings of one code.
fn section(code: &str, entries: &[&Entry]) -> String {
    let page = embedded(&format!("docs/errors/{code}.md")).unwrap_or_default();
    let title = page.lines().next().and_then(|line| line.split_once(": "));
    let title = title.map_or(String::new(), |(_, title)| format!(": {title}"));
    let mut text = format!("\n## {code}{title}\n\n");
    let meaning = page.split_once("\n## Why\n").map(|(_, rest)| rest);
    let meaning = meaning.and_then(|rest| rest.split("\n## ").next()).unwrap_or_default().trim();
    if !meaning.is_empty() {
        text.push_str(&format!("{meaning}\n\n"));
    }
    text.push_str(&line(["Finding", "Passages", "Why it is let be", "Resolved by"].into_iter()));
    text.push_str(&line(["---"; 4].into_iter()));
    for entry in entries {
        let (reason, resolution) = match &entry.passed {
            Some(passed) => (passed.reason.as_str(), passed.resolution.as_str()),
            None => ("", ""),
        };
        let resolution = match resolution {
            "" => "nothing".to_owned(),
            name => format!("`{name}`"),
        };
        let cited = entry.finding.citations.join("; ");
        text.push_str(&line(
            [&entry.finding.problem.message, &cited, reason, &resolution].into_iter(),
        ));
    }
    text
}

/// A row of a table; marks that Markdown knows are kept, for they are meant.
fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells = cells.map(|cell| {
        let cell = cell.replace('|', "\\|").replace('<', "&lt;");
        cell.replace(['\n', '\r'], " ")
    });
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}
