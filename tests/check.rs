//! Every check against a program that was made wrong on purpose, and against all that is shipped.
//!
//! `tests/check/CODE.dl` (or `CODE_more.dl`, or a folder of a `program.dl` and its files, or of
//! `rules/` or `facts/` that are laid over the rulebook, or of a `design.dl`) has exactly the finding CODE, at its severity and
//! above; what is said stands in `CODE.txt`. `tests/check/programs.csv` lists what is found in
//! `tests/programs`, each with the reason why it is let be. `ARCHLOG_UPDATE=1` writes what is said
//! anew; read what it wrote.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;
#[path = "common/pages.rs"]
mod pages;
#[path = "common/schema.rs"]
mod schema;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use archlog::audit::output::{Entry, Passed, Report, github, json, markdown, sarif, text};
use archlog::audit::prove;
use archlog::audit::structure::Structure;
use archlog::audit::{Accepted, Finding, Selection, Subject, Suppressions, audit, mend, sift};
use archlog::diag::{Renderer, Severity, SourceId, Sources};
use archlog::eval::Options as EvalOptions;
use archlog::kb::{Options, Part, Rulebook};
use archlog::syntax::{format, parse};
use archlog::value::RelationId;
use common::random::programs;
use common::*;
use proptest::prelude::*;
use serde_json::Value;

const PLAIN: Renderer = Renderer { colour: false };

/// A case: where it is, its name, what it finds.
type Case = (PathBuf, String, Sources, Vec<Finding>);

/// All cases, checked once for all tests.
fn cases() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(checked_cases);
    &CASES
}

fn checked_cases() -> Vec<Case> {
    let folder = root().join("tests/check");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_dir() || path.extension().is_some_and(|end| end == "dl"));
    paths.sort();
    let folder = &folder;
    let check = move |path: PathBuf| {
        let (sources, findings) = if path.join("design.dl").is_file() {
            pages::checked_design(&path.join("design.dl"))
        } else if path.join("rules").is_dir() || path.join("facts").is_dir() {
            pages::checked_overlay(&path)
        } else if path.is_dir() {
            pages::checked(&path, "program.dl")
        } else {
            pages::checked(folder, path.file_name().unwrap().to_str().unwrap())
        };
        (folder.join(stem(&path)), stem(&path), sources, findings)
    };
    // Each rulebook is loaded anew, so the cases are shared between the processors.
    let half = paths.split_off(paths.len() / 2);
    std::thread::scope(|scope| {
        let halves = [paths, half]
            .map(|paths| scope.spawn(move || paths.into_iter().map(check).collect::<Vec<_>>()));
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    })
}

fn shown(sources: &Sources, findings: &[Finding]) -> String {
    let entries = findings.iter().map(|it| Entry::new(sources, &PLAIN, it.clone(), None));
    let texts: Vec<String> = entries.map(|entry| entry.rendered + "\n\n").collect();
    // Overlays are called by their whole path; golden files are the same everywhere.
    let lines = texts.concat().replace(&format!("{}/", root().display()), "");
    let lines: Vec<&str> = lines.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

#[test]
fn every_defect_is_caught_and_nothing_else_is_said() {
    let (mut wrong, mut codes) = (Vec::new(), BTreeSet::new());
    for (place, name, sources, findings) in cases() {
        let code = name.split('_').next().unwrap();
        let own: Vec<&Finding> = findings.iter().filter(|it| it.problem.code == code).collect();
        let worst = own.iter().map(|it| it.severity()).min();
        let others = findings.iter().filter(|it| {
            it.problem.code != code && worst.is_some_and(|worst| it.severity() <= worst)
        });
        let found = shown(sources, findings);
        if own.is_empty() || others.count() > 0 {
            wrong.push(format!("{name} is to have {code} and nothing else:\n{found}"));
        }
        codes.insert(code.to_owned());
        let expected = place.with_extension("txt");
        if fs::read_to_string(&expected).is_ok_and(|expected| expected == found) {
            continue;
        }
        match std::env::var_os("ARCHLOG_UPDATE") {
            Some(_) => fs::write(&expected, &found).unwrap(),
            None => wrong.push(format!("{name} says something else:\n{found}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(codes.len() >= 114, "{} codes have a case", codes.len());
}

#[test]
fn what_is_found_in_the_corpus_is_what_is_known_to_be_there() {
    let mut shelf = Sources::new();
    let file = shelf.add("tests/check/programs.csv", read("tests/check/programs.csv"));
    let mut accepted = Accepted::read(&shelf, file);
    let mut wrong = String::new();
    let mut seen = 0;
    for folder in fs::read_dir(root().join("tests/programs")).unwrap() {
        let folder = folder.unwrap().path();
        let (sources, mut findings) = pages::checked(&folder, "program.dl");
        for finding in &mut findings {
            finding.subject = format!("{} {}", stem(&folder), finding.subject);
        }
        let none = (Suppressions::default(), Selection::default());
        let left = sift(findings, &none.0, &mut accepted, &none.1).kept;
        for finding in &left {
            wrong.push_str(&format!("{},{},\n", finding.problem.code, finding.subject));
        }
        if !left.is_empty() {
            wrong.push_str(&shown(&sources, &left));
        }
        seen += 1;
    }
    let idle = accepted.idle(&Selection::default());
    assert!(wrong.is_empty(), "{wrong}");
    assert!(idle.is_empty(), "{}", shown(&shelf, &idle));
    assert!(seen > 45, "{seen}");
}

/// The rulebook's findings that are not accepted, and its accepted ones.
fn rulebook_report() -> (Sources, Report) {
    let options = Options { part: Part::Checks, ..Options::default() };
    let rulebook = Arc::new(Rulebook::load(&options).unwrap());
    let (mut sources, found, records) = pages::declared(&rulebook);
    let file = sources.add("rules/accepted.csv", read("rules/accepted.csv"));
    let mut accepted = Accepted::read(&sources, file);
    let subject = Subject::rulebook(&rulebook);
    let suppressions = Suppressions::of(&sources, &subject.trees);
    let mut findings = audit(&subject);
    findings.extend(found);
    let mut sifted = sift(findings, &suppressions, &mut accepted, &Selection::default());
    // What only a proof finds is accepted in the same file.
    let proven = Rulebook::load(&Options { part: Part::Proof, ..Options::default() }).unwrap();
    let proof = prove::rulebook(&proven, &EvalOptions::default(), &|_| ()).unwrap();
    let none = Suppressions::default();
    let proved = sift(proof.findings, &none, &mut accepted, &Selection::default());
    sifted.kept.extend(accepted.idle(&Selection::default()));
    let mut report = Report { records, ..Report::default() };
    for (sources, sifted) in [(&sources, sifted), (&*proven.sources, proved)] {
        let entry = |finding, passed| Entry::new(sources, &PLAIN, finding, passed);
        report.findings.extend(sifted.kept.into_iter().map(|finding| entry(finding, None)));
        report.passed.extend((sifted.accepted.into_iter()).map(|(it, reason, resolution)| {
            entry(it, Some(Passed { in_source: false, reason, resolution }))
        }));
    }
    (sources, report)
}

#[test]
fn the_rulebook_is_clean_but_for_what_is_accepted_with_a_reason() {
    let (_, report) = rulebook_report();
    let loud = report.findings.iter().filter(|it| it.finding.severity() != Severity::Note);
    let loud: Vec<&str> = loud.map(|entry| entry.rendered.as_str()).collect();
    assert!(loud.is_empty(), "{}", loud.join("\n\n"));
    for entry in &report.passed {
        let reason = entry.passed.as_ref().map_or("", |it| it.reason.as_str());
        assert!(
            reason.len() > 20,
            "no reason for {} of {}",
            entry.finding.problem.code,
            entry.finding.subject
        );
    }
}

/// `docs/findings.md` is what is on record and what is accepted, and nothing else.
#[test]
fn the_page_of_findings_is_the_one_that_is_generated() {
    let page = markdown(&rulebook_report().1);
    if std::env::var_os("ARCHLOG_UPDATE").is_some() {
        fs::write(root().join("docs/findings.md"), &page).unwrap();
    }
    let committed = read("docs/findings.md");
    assert!(committed == page, "docs/findings.md is not what the checks find: ARCHLOG_UPDATE=1");
    let rows = page.lines().filter(|line| line.starts_with("| ")).count();
    assert!(rows > 350, "{rows}");
    assert!(!page.contains("are not accepted"), "{page}");
}

/// The table of what is looked for names codes that there are, and leaves nothing without an answer.
#[test]
fn what_is_looked_for_is_found_by_codes_that_there_are() {
    let page = read("docs/checks.md");
    let table = page.split("## What is looked for").nth(1).unwrap();
    let mut numbers = Vec::new();
    for line in table.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let Ok(number) = cells[0].parse::<usize>() else { continue };
        numbers.push(number);
        let [_, what, by] = cells.as_slice() else { panic!("{line}") };
        assert!(what.len() > 10, "{line}");
        let codes: Vec<&str> = by
            .split(|it: char| !it.is_ascii_alphanumeric())
            .filter(|word| word.starts_with("AL") && word.len() == 6)
            .collect();
        for code in &codes {
            let path = format!("docs/errors/{code}.md");
            assert!(root().join(&path).is_file(), "{number}: there is no {path}");
        }
        assert!(!codes.is_empty() || by.len() > 15, "{number}: neither a code nor a reason");
    }
    assert_eq!(numbers, (1..=88).collect::<Vec<_>>());
}

/// A report with a bit of everything: two places, a witness, a fix, something accepted.
fn report_of_everything() -> Report {
    let mut report = Report::default();
    for (_, _, sources, findings) in cases() {
        for finding in findings {
            report.findings.push(Entry::new(sources, &PLAIN, finding.clone(), None));
        }
    }
    let passed = Passed {
        in_source: true,
        reason: "said in the program".to_owned(),
        resolution: String::new(),
    };
    let mut last = report.findings.pop().unwrap();
    last.passed = Some(passed);
    report.passed.push(last);
    report
}

/// The schema of SARIF 2.1.0 itself: `tests/sarif/README.md` says where it is from.
#[test]
fn sarif_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(&read("tests/sarif/sarif-schema-2.1.0.json")).unwrap();
    let mut log: Value = serde_json::from_str(&sarif(&report_of_everything()).unwrap()).unwrap();
    assert_eq!(schema::departures(&schema, &log), [] as [&str; 0]);
    // And it is looked at.
    log["runs"][0]["results"][0]["level"] = "loud".into();
    log["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"]["startLine"] =
        0.into();
    log["runs"][0]["tool"]["driver"]["colour"] = "red".into();
    log["runs"][0]["results"][2].as_object_mut().unwrap().remove("message");
    let places = schema::departures(&schema, &log);
    let places: Vec<&str> = places.iter().map(|it| it.split(':').next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "/runs/0/results/0/level",
            "/runs/0/results/1/locations/0/physicalLocation/region/startLine",
            "/runs/0/results/2",
            "/runs/0/tool/driver/colour",
        ]
    );
}

/// What we promise beyond the schema: which of its properties are there, and that they fit together.
#[test]
fn sarif_has_the_shape_of_its_standard() {
    let log: Value = serde_json::from_str(&sarif(&report_of_everything()).unwrap()).unwrap();
    let keys = |value: &Value, required: &[&str], allowed: &[&str]| {
        let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
        for key in required {
            assert!(object.contains_key(*key), "no `{key}` in {value}");
        }
        for key in object.keys() {
            assert!(
                required.contains(&key.as_str()) || allowed.contains(&key.as_str()),
                "`{key}` in {value}"
            );
        }
    };
    let message = |value: &Value| {
        keys(value, &["text"], &["markdown"]);
        assert!(!value["text"].as_str().unwrap().is_empty() || value.get("text").is_some());
    };
    let region = |value: &Value| {
        keys(value, &["startLine", "startColumn", "endLine", "endColumn"], &[]);
        let number = |key: &str| value[key].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1, "{value}");
        assert!(
            (number("endLine"), number("endColumn"))
                >= (number("startLine"), number("startColumn"))
        );
    };
    let artifact = |value: &Value| {
        keys(value, &["uri"], &[]);
        let uri = value["uri"].as_str().unwrap();
        assert!(uri.is_ascii() && !uri.contains(' ') && !uri.is_empty(), "{uri}");
    };
    let location = |value: &Value| {
        keys(value, &["physicalLocation"], &["id", "message"]);
        keys(&value["physicalLocation"], &["artifactLocation", "region"], &[]);
        artifact(&value["physicalLocation"]["artifactLocation"]);
        region(&value["physicalLocation"]["region"]);
        value.get("message").into_iter().for_each(message);
    };
    keys(&log, &["version", "runs"], &["$schema"]);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    keys(run, &["tool", "results", "columnKind"], &[]);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    keys(&run["tool"], &["driver"], &[]);
    keys(&run["tool"]["driver"], &["name", "version", "rules"], &[]);
    let level =
        |value: &Value| assert!(["note", "warning", "error"].contains(&value.as_str().unwrap()));
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for rule in rules {
        keys(rule, &["id", "shortDescription", "help", "defaultConfiguration"], &[]);
        message(&rule["shortDescription"]);
        message(&rule["help"]);
        level(&rule["defaultConfiguration"]["level"]);
        assert!(ids.insert(rule["id"].as_str().unwrap()), "a rule twice");
    }
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 50);
    let (mut related, mut fixed, mut suppressed) = (0, 0, 0);
    for result in results {
        let optional = ["relatedLocations", "suppressions", "fixes"];
        keys(
            result,
            &["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
            &optional,
        );
        message(&result["message"]);
        level(&result["level"]);
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(result["partialFingerprints"].as_object().unwrap().values().all(Value::is_string));
        result["locations"].as_array().unwrap().iter().for_each(location);
        for place in result.get("relatedLocations").and_then(Value::as_array).into_iter().flatten()
        {
            location(place);
            related += 1;
        }
        for it in result.get("suppressions").and_then(Value::as_array).into_iter().flatten() {
            keys(it, &["kind", "justification"], &[]);
            assert!(["inSource", "external"].contains(&it["kind"].as_str().unwrap()));
            suppressed += 1;
        }
        for fix in result.get("fixes").and_then(Value::as_array).into_iter().flatten() {
            keys(fix, &["description", "artifactChanges"], &[]);
            message(&fix["description"]);
            for change in fix["artifactChanges"].as_array().unwrap() {
                keys(change, &["artifactLocation", "replacements"], &[]);
                artifact(&change["artifactLocation"]);
                for replacement in change["replacements"].as_array().unwrap() {
                    keys(replacement, &["deletedRegion", "insertedContent"], &[]);
                    region(&replacement["deletedRegion"]);
                    message(&replacement["insertedContent"]);
                }
            }
            fixed += 1;
        }
    }
    assert!(related > 10 && fixed > 3 && suppressed == 1, "{related} {fixed} {suppressed}");
}

#[test]
fn the_other_formats_say_the_same() {
    let report = report_of_everything();
    let value: Value = serde_json::from_str(&json(&report).unwrap()).unwrap();
    assert_eq!(value["schema"], "archlog/1");
    assert_eq!(value["findings"].as_array().unwrap().len(), report.findings.len());
    let first = &value["findings"][0];
    for key in ["code", "severity", "message", "subject", "places", "witness", "help"] {
        assert!(first.get(key).is_some(), "no `{key}`");
    }
    let annotations = github(&report);
    assert_eq!(annotations.lines().count(), report.findings.len());
    for line in annotations.lines() {
        let (command, rest) = line.strip_prefix("::").unwrap().split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&command), "{line}");
        let (properties, message) = rest.split_once("::").unwrap();
        assert!(properties.contains("file=") && properties.contains("title=AL"), "{line}");
        assert!(!message.is_empty());
    }
    assert!(text(&report, true).contains("accepted: said in the program"));
    assert!(!text(&report, false).contains("said in the program"));
}

/// Fixes change no conclusion, and leave nothing to fix.
#[test]
fn what_is_mended_is_sound_and_has_nothing_left_to_mend() {
    let mut mended = 0;
    for (_, name, sources, findings) in cases() {
        let Some(source) = sources.get(SourceId(0)) else { continue };
        let (text, made) = mend(SourceId(0), &source.text, findings);
        if made == 0 {
            continue;
        }
        let (tree, problems) = parse(SourceId(0), &text);
        assert!(problems.is_empty() && !tree.items.is_empty(), "{name}\n{text}");
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("program.dl"), &text).unwrap();
        let (again, left) = pages::checked(folder.path(), "program.dl");
        assert!(left.is_empty(), "{name} still has\n{}", shown(&again, &left));
        mended += 1;
    }
    assert!(mended >= 4, "{mended}");
}

proptest! {
    #![proptest_config(config(200))]

    /// Whatever a program is, checking it ends; what cannot hold is empty when it is run; a relation
    /// is recursive in the Datalog of the checks where it is in the strata of the analysis.
    #[test]
    fn what_is_said_of_random_programs_is_true(sample in programs()) {
        let mut sources = Sources::new();
        let source = sources.add("program.dl", sample.text.as_str());
        let program = program(&sample.text);
        let subject = Subject::program(&program, &sources);
        let findings = audit(&subject);
        prop_assert!(findings.iter().all(|it| it.problem.span().is_some()));
        let structure = Structure::of(&subject);
        let derived = engine(&program, &Vec::new(), 1);
        for stratum in &program.strata {
            for relation in &stratum.relations {
                let recursive = structure.depends(*relation, *relation);
                prop_assert_eq!(recursive, stratum.recursive, "{}", sample.text);
            }
        }
        for (index, relation) in derived.relations.iter().enumerate() {
            let id = RelationId::from(index);
            prop_assert!(structure.holds(id) || relation.is_empty(), "{}", sample.text);
            // What a column is said to hold at most is what it holds at most.
            for column in 0..program.relations[index].arity() {
                let Some(known) = structure.values(id, column) else { continue };
                for tuple in relation {
                    prop_assert!(known.contains(&&tuple[column].0), "{}", sample.text);
                }
            }
        }
        // A rule that another makes idle can be left out.
        let idle: Vec<_> = findings
            .iter()
            .filter(|it| ["AL0801", "AL0802", "AL0803"].contains(&&*it.problem.code))
            .filter_map(|it| it.problem.span())
            .collect();
        if let Some(span) = idle.first() {
            let mut text = sample.text.clone();
            text.replace_range(span.start as usize..span.end as usize, "");
            let without = engine(&common::program(&text), &Vec::new(), 1);
            prop_assert!(without.relations == derived.relations, "{}\nwithout {:?}", sample.text, sources.text(*span));
        }
        let (mended, made) = mend(source, &sample.text, &findings);
        if made > 0 {
            let after = engine(&common::program(&mended), &Vec::new(), 1);
            prop_assert!(after.relations == derived.relations, "{}\nmended\n{mended}", sample.text);
        }
        prop_assert!(format(source, &mended).is_ok());
    }
}
