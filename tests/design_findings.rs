//! Every finding of `archlog check` on every shipped design, each looked at by a person: what it says
//! and why it is right stands in `tests/golden/design_findings.csv`. A finding on a design that is not
//! wrong on purpose would be a false alarm.
//!
//! `ARCHLOG_UPDATE=1 cargo test --test design_findings` writes what is found, and leaves the reviews of
//! what was found before; write a review of what is new.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;
#[path = "common/pages.rs"]
mod pages;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use archlog::diag::Severity;
use common::*;

const GOLDEN: &str = "tests/golden/design_findings.csv";

/// Designs in which something is wrong on purpose, and the code of what is; all codes where it is
/// wrong as a whole.
const ON_PURPOSE: [(&str, &str); 2] = [("wrong", ""), ("hotel-booking", "AL1419")];

/// Design, code, severity, subject, message.
type Row = [String; 5];

fn found() -> Vec<Row> {
    let mut rows = Vec::new();
    for path in designs() {
        let (_, findings) = pages::checked_design(&path);
        rows.extend(findings.into_iter().map(|finding| {
            let problem = &finding.problem;
            let severity = problem.severity.to_string();
            [
                stem(&path),
                problem.code.to_string(),
                severity,
                finding.subject.clone(),
                problem.message.clone(),
            ]
        }));
    }
    rows.sort();
    rows
}

#[test]
fn every_finding_on_a_shipped_design_is_known_and_reviewed() {
    let text = fs::read_to_string(root().join(GOLDEN)).unwrap_or_default();
    let mut reviews: BTreeMap<Row, String> = BTreeMap::new();
    for record in csv::Reader::from_reader(text.as_bytes()).records() {
        let record = record.unwrap();
        let row: Row = std::array::from_fn(|at| record[at].to_owned());
        reviews.insert(row, record[5].to_owned());
    }
    let found = found();
    if std::env::var_os("ARCHLOG_UPDATE").is_some() {
        let mut writer = csv::Writer::from_path(root().join(GOLDEN)).unwrap();
        writer
            .write_record(["design", "code", "severity", "subject", "message", "review"])
            .unwrap();
        for row in &found {
            let review = reviews.get(row).map_or("", String::as_str);
            writer.write_record(row.iter().map(String::as_str).chain([review])).unwrap();
        }
        writer.flush().unwrap();
        return;
    }
    let known: BTreeSet<&Row> = reviews.keys().collect();
    let now: BTreeSet<&Row> = found.iter().collect();
    let new: Vec<_> = now.difference(&known).collect();
    let gone: Vec<_> = known.difference(&now).collect();
    assert!(new.is_empty(), "found, and not in {GOLDEN}: {new:#?}");
    assert!(gone.is_empty(), "in {GOLDEN}, and not found: {gone:#?}");
    let unseen: Vec<_> = reviews.iter().filter(|(_, review)| review.is_empty()).collect();
    assert!(unseen.is_empty(), "not reviewed: {unseen:#?}");
}

#[test]
fn only_what_is_wrong_on_purpose_is_called_wrong() {
    let alarms: Vec<Row> = found()
        .into_iter()
        .filter(|[_, _, severity, ..]| *severity != Severity::Note.to_string())
        .filter(|[design, code, ..]| {
            !ON_PURPOSE.iter().any(|(name, own)| design == name && (own.is_empty() || code == own))
        })
        .collect();
    assert!(alarms.is_empty(), "{alarms:#?}");
}
