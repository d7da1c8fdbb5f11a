//! Findings as SARIF 2.1.0, the format of the OASIS standard, for code hosts and editors.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diag::Severity;
use crate::kb::embedded;

use super::{Entry, Place, Report};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'a str,
    results: Vec<ResultObject<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Message,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultObject<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixObject>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    justification: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixObject {
    description: Message,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

/// The findings as one log of one run; those that are let pass are in it as suppressed results.
pub fn sarif(report: &Report) -> Result<String, serde_json::Error> {
    let entries = || report.findings.iter().chain(&report.passed);
    let levels: BTreeMap<&str, Severity> =
        entries().map(|it| (&*it.finding.problem.code, it.finding.severity())).collect();
    let codes: Vec<&str> = levels.keys().copied().collect();
    let rules = levels.iter().map(|(code, severity)| rule(code, *severity)).collect();
    let results = entries().map(|entry| result(entry, &codes)).collect();
    let driver = Driver { name: "archlog", version: env!("CARGO_PKG_VERSION"), rules };
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    serde_json::to_string_pretty(&log).map(|text| text + "\n")
}

fn rule(code: &str, severity: Severity) -> Rule<'_> {
    let page = embedded(&format!("docs/errors/{code}.md")).unwrap_or_default();
    let title = page.lines().next().unwrap_or_default();
    let title = title.split_once(": ").map_or(title, |(_, title)| title);
    Rule {
        id: code,
        short_description: Message { text: title.to_owned() },
        help: Help { text: page.to_owned(), markdown: page.to_owned() },
        default_configuration: Configuration { level: level(severity) },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result<'a>(entry: &'a Entry, codes: &[&str]) -> ResultObject<'a> {
    let problem = &entry.finding.problem;
    let mut lines = vec![problem.message.clone()];
    lines.extend(entry.finding.witness.iter().map(|line| format!("because {line}")));
    lines.extend(problem.help.iter().cloned());
    let fingerprint = format!("{}:{}", problem.code, entry.finding.subject);
    let suppressions = entry.passed.iter().map(|passed| Suppression {
        kind: if passed.in_source { "inSource" } else { "external" },
        justification: &passed.reason,
    });
    let location = |(id, place): (usize, &Place)| Location {
        id: (id > 0).then_some(id),
        physical_location: physical(place),
        message: (!place.text.is_empty()).then(|| Message { text: place.text.clone() }),
    };
    let mut locations = entry.places.iter().enumerate().map(location);
    ResultObject {
        rule_id: &problem.code,
        rule_index: codes.iter().position(|code| **code == *problem.code).unwrap_or_default(),
        level: level(problem.severity),
        message: Message { text: lines.join("\n") },
        locations: locations.next().into_iter().collect(),
        related_locations: locations.collect(),
        partial_fingerprints: [("codeAndSubject/v1", fingerprint)].into(),
        suppressions: suppressions.collect(),
        fixes: fix(entry).into_iter().collect(),
    }
}

fn fix(entry: &Entry) -> Option<FixObject> {
    let fix = entry.finding.fix.as_ref()?;
    let mut changes: BTreeMap<ArtifactLocation, Vec<Replacement>> = BTreeMap::new();
    for (place, text) in &entry.edits {
        let replacement = Replacement {
            deleted_region: region(place),
            inserted_content: Message { text: text.clone() },
        };
        changes.entry(artifact(place)).or_default().push(replacement);
    }
    let change =
        |(artifact_location, replacements)| ArtifactChange { artifact_location, replacements };
    Some(FixObject {
        description: Message { text: fix.title.clone() },
        artifact_changes: changes.into_iter().map(change).collect(),
    })
}

fn physical(place: &Place) -> PhysicalLocation {
    PhysicalLocation { artifact_location: artifact(place), region: region(place) }
}

fn region(place: &Place) -> Region {
    Region {
        start_line: place.line,
        start_column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
    }
}

/// A path as a reference: what a URI cannot hold is written in hexadecimal.
fn artifact(place: &Place) -> ArtifactLocation {
    let mut uri = String::new();
    for byte in place.file.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(byte));
            }
            b'\\' => uri.push('/'),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    ArtifactLocation { uri }
}
