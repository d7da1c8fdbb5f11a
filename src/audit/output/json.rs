//! Findings as JSON. The types here are the schema, and `docs/json.md` describes them.

use serde::Serialize;

use crate::diag::Severity;
use crate::report::Schema;

use super::{Entry, Place, Report};

#[derive(Serialize)]
struct ReportSchema<'a> {
    schema: Schema,
    archlog: &'a str,
    findings: Vec<FindingSchema<'a>>,
    accepted: Vec<FindingSchema<'a>>,
    looked_at: &'a [String],
    skipped: &'a [String],
    summary: SummarySchema,
}

#[derive(Serialize)]
struct SummarySchema {
    errors: usize,
    warnings: usize,
    notes: usize,
    accepted: usize,
}

#[derive(Serialize)]
struct FindingSchema<'a> {
    code: &'a str,
    severity: String,
    message: &'a str,
    subject: &'a str,
    places: Vec<PlaceSchema<'a>>,
    witness: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    citations: &'a [String],
    help: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixSchema<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<&'a str>,
}

#[derive(Serialize)]
struct PlaceSchema<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct FixSchema<'a> {
    title: &'a str,
    edits: Vec<EditSchema<'a>>,
}

#[derive(Serialize)]
struct EditSchema<'a> {
    #[serde(flatten)]
    place: PlaceSchema<'a>,
    replacement: &'a str,
}

/// The findings as one object, byte for byte the same for the same findings.
pub fn json(report: &Report) -> Result<String, serde_json::Error> {
    let schema = ReportSchema {
        schema: Schema::One,
        archlog: env!("CARGO_PKG_VERSION"),
        findings: report.findings.iter().map(finding).collect(),
        accepted: report.passed.iter().map(finding).collect(),
        looked_at: &report.looked_at,
        skipped: &report.skipped,
        summary: SummarySchema {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            notes: report.count(Severity::Note),
            accepted: report.passed.len(),
        },
    };
    serde_json::to_string_pretty(&schema).map(|text| text + "\n")
}

fn finding(entry: &Entry) -> FindingSchema<'_> {
    let problem = &entry.finding.problem;
    FindingSchema {
        code: &problem.code,
        severity: problem.severity.to_string(),
        message: &problem.message,
        subject: &entry.finding.subject,
        places: entry.places.iter().map(place).collect(),
        witness: &entry.finding.witness,
        citations: &entry.finding.citations,
        help: &problem.help,
        fix: entry.finding.fix.as_ref().map(|fix| FixSchema {
            title: &fix.title,
            edits: (entry.edits.iter())
                .map(|(at, replacement)| EditSchema { place: place(at), replacement })
                .collect(),
        }),
        reason: entry.passed.as_ref().map(|passed| passed.reason.as_str()),
        resolution: entry
            .passed
            .as_ref()
            .map(|it| it.resolution.as_str())
            .filter(|it| !it.is_empty()),
    }
}

fn place(place: &Place) -> PlaceSchema<'_> {
    PlaceSchema {
        file: &place.file,
        line: place.line,
        column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
        text: &place.text,
    }
}
