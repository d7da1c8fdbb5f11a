//! The systems of 004 "Common System Mappings" as facts: the archetypes that dominate them against
//! those they are mapped to. Every difference stands with its reason in `misses.csv`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use archlog::session::Session;
use common::*;

type Pairs = BTreeSet<(String, String)>;

/// The folder of the systems.
const FOLDER: &str = "tests/recognition";

/// What dominates a system, what of the catalog is recognised in it at all, and what it is mapped
/// to, by the id of its design.
struct Measured {
    dominant: Pairs,
    recognised: Pairs,
    mapped: Pairs,
    systems: usize,
}

/// Every design of a folder, derived, and how many they are.
fn derived(folder: &str) -> (Session, usize) {
    let mut files: Vec<_> = fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "dl"))
        .collect();
    files.sort();
    let mut session = Session::new(rulebook(false));
    for file in &files {
        assert!(session.open(file), "{}", file.display());
        assert!(session.diagnostics().is_empty(), "{:?}", session.diagnostics());
    }
    session.derive(&Default::default()).unwrap();
    let problems = answers(&session, "problem(\"error\", Code, Subject, Message)");
    assert!(problems.is_empty(), "{problems:?}");
    (session, files.len())
}

/// The archetypes that a goal finds, with the ids of the designs.
fn pairs(session: &Session, goal: &str) -> Pairs {
    answers(session, goal).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
}

/// The goal that asks for what dominates.
const DOMINANT: &str = "dominant_archetype(_, Archetype)";

fn measured() -> Measured {
    let (session, systems) = derived(FOLDER);
    let dominant = pairs(&session, DOMINANT);
    let mut recognised = pairs(&session, "archetype(_, Archetype, _)");
    // The mapping names archetypes of the catalog only.
    recognised.retain(|(_, archetype)| archetype.starts_with('F'));
    let designs = session.designs();
    let ids: BTreeMap<&str, &str> =
        designs.iter().map(|design| (design.title.as_str(), design.id.as_str())).collect();
    let text = read("facts/framework/system_mapping.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mapped: Pairs = reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            let id = ids.get(&record[0]).unwrap_or_else(|| panic!("no facts of {}", &record[0]));
            ((*id).to_owned(), record[2].to_owned())
        })
        .collect();
    Measured { dominant, recognised, mapped, systems }
}

/// Precision and recall, printed.
fn measure(what: &str, found: &Pairs, mapped: &Pairs) -> (f64, f64) {
    let both = found.intersection(mapped).count();
    let part = |of: usize| both as f64 / of as f64;
    let (precision, recall) = (part(found.len()), part(mapped.len()));
    println!(
        "{what}: {} found, {both} of them as mapped: precision {precision:.3}, recall {recall:.3}",
        found.len()
    );
    (precision, recall)
}

#[test]
fn the_systems_are_recognised_but_for_the_listed_differences() {
    let Measured { dominant, recognised, mapped, systems } = measured();
    assert_eq!(systems, 27);
    println!("{systems} systems, {} mapped archetypes", mapped.len());
    let (precision, recall) = measure("dominant", &dominant, &mapped);
    let (_, recognition) = measure("recognised at all", &recognised, &mapped);
    // Signs that are changed are not to recognise less than they did.
    assert!(precision >= 0.9 && recall >= 0.9 && recognition >= 0.9);
    let difference = |a: &Pairs, b: &Pairs, what: &str| -> BTreeSet<(String, String, String)> {
        a.difference(b).map(|(id, it)| (id.clone(), it.clone(), what.to_owned())).collect()
    };
    let mut differences = difference(&mapped, &dominant, "missed");
    differences.extend(difference(&dominant, &mapped, "extra"));
    let text = read(&format!("{FOLDER}/misses.csv"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let listed: BTreeSet<(String, String, String)> = reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            assert!(!record[3].is_empty(), "{record:?} has no reason");
            (record[0].to_owned(), record[1].to_owned(), record[2].to_owned())
        })
        .collect();
    for (id, archetype, what) in &listed {
        println!("{id}: {archetype} {what}");
    }
    assert_eq!(differences, listed, "misses.csv is not what differs");
}

#[test]
fn the_examples_of_the_catalog_are_dominated_by_the_archetype_that_names_them() {
    let (session, examples) = derived(&format!("{FOLDER}/examples"));
    let dominant = pairs(&session, DOMINANT);
    let text = read("facts/framework/catalog_example.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let named: BTreeSet<(String, String)> = reader
        .records()
        .map(Result::unwrap)
        .map(|record| (record[2].to_owned(), record[0].to_owned()))
        .collect();
    let mut found = 0;
    for design in session.designs() {
        let of = |(id, _): &&(String, String)| *id == design.id;
        let expected = dominant
            .iter()
            .filter(of)
            .any(|(_, archetype)| named.contains(&(design.title.clone(), archetype.clone())));
        println!("{}: {}", design.title, if expected { "as named" } else { "not as named" });
        found += usize::from(expected);
    }
    println!("{found} of {examples} examples, {} archetypes dominate", dominant.len());
    assert_eq!(found, examples);
}

/// Archetypes that no signs reach: the catalog with the shapes (004) has none for them, and what it has
/// is at most related to them. A design may name them with `archetype_of`.
const UNREACHED: [&str; 14] = [
    "A15", "A19", "I04", "I08", "I10", "I11", "I15", "I17", "I19", "I20", "I21", "X06", "X08",
    "X10",
];

#[test]
fn signs_reach_every_archetype_but_the_listed_and_tell_any_two_apart() {
    let (session, _) = derived("tests/recognition/examples");
    let goal =
        |goal: &str| -> BTreeSet<Vec<String>> { answers(&session, goal).into_iter().collect() };
    let roles = goal("archetype_role(Archetype, Role, 1)");
    let mut reached: BTreeSet<String> = roles.iter().map(|row| row[0].clone()).collect();
    let implies = goal("archetype_implies(Archetype, General)");
    loop {
        let new =
            implies.iter().filter(|row| reached.contains(&row[0]) && !reached.contains(&row[1]));
        let new: Vec<String> = new.map(|row| row[1].clone()).collect();
        if new.is_empty() {
            break;
        }
        reached.extend(new);
    }
    let called = goal("archetype_called(Archetype, _)");
    let unreached: Vec<&str> =
        called.iter().map(|row| row[0].as_str()).filter(|it| !reached.contains(*it)).collect();
    assert_eq!(unreached, UNREACHED);

    let mut signs: BTreeMap<String, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (kind, of) in [
        ("sign", "archetype_sign(Archetype, Role, Sign, Aspect, Value)"),
        ("bar", "archetype_bar(Archetype, Role, Aspect, Value)"),
        ("link", "archetype_link(Archetype, Role, Link, Direction, Relation, Other)"),
    ] {
        for mut row in goal(of) {
            let archetype = std::mem::replace(&mut row[0], kind.to_owned());
            signs.entry(archetype).or_default().insert(row);
        }
    }
    assert!(signs.len() > 30, "{}", signs.len());
    for (one, its) in &signs {
        let same = signs.iter().find(|(other, others)| *other > one && *others == its);
        assert!(same.is_none(), "{one} and {same:?} are known by the same signs");
    }
}
