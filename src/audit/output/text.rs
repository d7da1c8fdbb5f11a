//! Findings for people.

use crate::diag::Severity;

use super::Report;

/// Everything with carets, then one line of counts. With `all`, what is let pass too.
pub fn text(report: &Report, all: bool) -> String {
    let mut text = String::new();
    for entry in &report.findings {
        text.push_str(&entry.rendered);
        text.push_str("\n\n");
    }
    for entry in report.passed.iter().filter(|_| all) {
        text.push_str(&entry.rendered);
        let reason = entry.passed.as_ref().map_or("", |passed| passed.reason.as_str());
        text.push_str(&format!("\n  = accepted: {reason}\n"));
        match entry.passed.as_ref().map_or("", |passed| passed.resolution.as_str()) {
            "" => {}
            resolution => text.push_str(&format!("  = resolved by {resolution}\n")),
        }
        text.push('\n');
    }
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (report.count(severity), severity))
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {severity}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let found = match counts.is_empty() {
        true => "nothing found".to_owned(),
        false => counts.join(", "),
    };
    let passed = match (report.passed.len(), all) {
        (0, _) => String::new(),
        (count, true) => format!("; {count} accepted"),
        (count, false) => format!("; {count} accepted, `--all` shows them"),
    };
    for line in &report.looked_at {
        text.push_str(&format!("checked {line}\n"));
    }
    for line in &report.skipped {
        text.push_str(&format!("skipped: {line}\n"));
    }
    text.push_str(&format!("{found}{passed}\n"));
    text
}
