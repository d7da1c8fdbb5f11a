//! Findings as annotations of GitHub's workflows, one a line.

use crate::diag::Severity;

use super::Report;

/// The annotations; a finding without a place has none and is annotated all the same.
pub fn github(report: &Report) -> String {
    let mut text = String::new();
    for entry in &report.findings {
        let problem = &entry.finding.problem;
        let command = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(place) = entry.places.first() {
            properties.push(format!("file={}", property(&place.file)));
            properties.push(format!("line={}", place.line));
            properties.push(format!("endLine={}", place.end_line));
            // Columns of several lines are refused.
            if place.line == place.end_line {
                properties.push(format!("col={}", place.column));
                properties.push(format!("endColumn={}", place.end_column));
            }
        }
        properties.push(format!("title={}", property(&problem.code)));
        let witness = entry.finding.witness.iter().map(|line| format!("because {line}"));
        let lines: Vec<String> = std::iter::once(problem.message.clone())
            .chain(witness)
            .chain(problem.help.iter().cloned())
            .collect();
        text.push_str(&format!(
            "::{command} {}::{}\n",
            properties.join(","),
            data(&lines.join("\n"))
        ));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
