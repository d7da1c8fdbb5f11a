//! The shape of the library: modules use those declared above them, and the source holds no
//! knowledge of its own about designs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::*;
use regex::Regex;

/// A source file of the library without its tests and comments.
struct Code {
    path: PathBuf,
    text: String,
}

/// The files below `src/`, those of the program included.
fn sources() -> Vec<Code> {
    let mut all = files_below("src", "rs");
    all.retain(|path| !path.ends_with("tests.rs"));
    assert!(all.len() > 40, "the sources are not where they were");
    all.into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            Code { text: without_comments(without_tests(&text)), path }
        })
        .collect()
}

/// Everything before the first module of tests: they stand at the end of a file.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]").map_or(text, |at| &text[..at])
}

/// The text with its comments blanked out; what looks like one in a literal stays.
fn without_comments(text: &str) -> String {
    let token =
        Regex::new(r##"(?s)r#".*?"#|"(?:[^"\\]|\\.)*"|'(?:[^'\\\n]|\\.)'|//[^\n]*|/\*.*?\*/"##);
    let replace = |found: &regex::Captures<'_>| {
        if found[0].starts_with('/') { String::new() } else { found[0].to_owned() }
    };
    token.unwrap().replace_all(text, replace).into_owned()
}

/// The modules of the library in the order of their declarations.
fn layers() -> Vec<String> {
    let declared = Regex::new(r"(?m)^(?:pub )?mod (\w+);").unwrap();
    let text = read("src/lib.rs");
    declared.captures_iter(&text).map(|found| found[1].to_owned()).collect()
}

/// The module that a file of the library is part of, none for those of the program.
fn module(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    let name = first.trim_end_matches(".rs");
    (name != "bin" && name != "lib").then(|| name.to_owned())
}

/// The modules that a file names: `crate::x`, and `super::x` where that leads to the top.
fn named_modules(code: &Code) -> BTreeSet<String> {
    let named = Regex::new(r"\bcrate::(?:(\w+)|\{([^}]*)\})").unwrap();
    let mut found = BTreeSet::new();
    for captures in named.captures_iter(&code.text) {
        match (captures.get(1), captures.get(2)) {
            (Some(name), _) => drop(found.insert(name.as_str().to_owned())),
            (_, Some(names)) => {
                let names = names.as_str().split(',');
                let first = |name: &str| name.trim().split("::").next().unwrap().to_owned();
                found.extend(names.map(first).filter(|name| !name.is_empty()));
            }
            _ => {}
        }
    }
    let inside = code.path.strip_prefix(root().join("src")).unwrap();
    let folded = ["mod.rs", "lib.rs"].iter().any(|name| inside.ends_with(name));
    let depth = inside.components().count() - usize::from(folded);
    let upwards = format!(r"\b(?:super::){{{depth}}}(\w+)");
    let upwards = Regex::new(&upwards).unwrap();
    found.extend(upwards.captures_iter(&code.text).map(|captures| captures[1].to_owned()));
    found
}

#[test]
fn a_module_uses_those_declared_before_it_and_none_behind() {
    let layers = layers();
    assert!(layers.len() > 8, "the modules are not declared in src/lib.rs: {layers:?}");
    let place = |name: &str| layers.iter().position(|layer| layer == name);
    let (mut wrong, mut uses) = (Vec::new(), 0);
    for code in sources() {
        let Some(module) = module(&code.path) else { continue };
        let own = place(&module).unwrap_or_else(|| panic!("`{module}` is not declared"));
        for named in named_modules(&code) {
            let Some(used) = place(&named) else { continue };
            uses += 1;
            if used > own {
                let path = code.path.display();
                wrong
                    .push(format!("{path}: `{module}` uses `{named}`, which is declared below it"));
            }
        }
    }
    assert!(uses > 80, "only {uses} uses were seen: this test no longer reads them");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn uses_are_seen_however_they_are_written() {
    let named = |path: &str, text: &str| {
        let path = root().join("src").join(path);
        named_modules(&Code { path, text: without_comments(text) }).into_iter().collect::<Vec<_>>()
    };
    assert_eq!(
        named("eval/batch.rs", "use crate::plan::Plan; let x = crate::kb::f();"),
        ["kb", "plan"]
    );
    assert_eq!(named("eval/batch.rs", "use crate::{diag::Span, value};"), ["diag", "value"]);
    assert_eq!(
        named("eval/batch.rs", "// use crate::plan;\n/* crate::kb */ \"crate::io\""),
        ["io"]
    );
    assert_eq!(named("eval/batch.rs", "use super::super::session::Session;"), ["session"]);
    assert_eq!(named("eval/batch.rs", "use super::limits::Limits;"), [] as [&str; 0]);
    assert_eq!(named("session.rs", "use super::kb::Rulebook;"), ["kb"]);
    assert_eq!(named("eval/mod.rs", "use super::kb::Rulebook;"), ["kb"]);
}

/// Every word that the rulebook alone should know: all values of the knowledge base, and the
/// relations of the rules.
fn terms() -> (BTreeSet<String>, BTreeSet<String>) {
    let session = derived(false, &designs()[..1]);
    let mut values: BTreeSet<String> = BTreeSet::new();
    for goal in ["closed_value(_, X, _)", "mechanism_companion(_, X)", "mechanism_companion(X, _)"]
    {
        values.extend(answers(&session, goal).concat());
    }
    let relations = &session.rulebook().program.relations;
    let mut names: BTreeSet<String> = relations.iter().map(|it| it.name.clone()).collect();
    // Relations that are made by the engine are none of the rulebook's.
    names.retain(|name| !name.starts_with(['@', '?']));
    assert!(values.len() > 100 && names.len() > 100, "the rulebook was not read");
    (values, names)
}

/// Tags of documentation comments are words of the rule language, whatever relations are called;
/// so are the folders and files that a rulebook consists of.
const TAGS: &str = r#"\b(?:tag|all)\("[a-z]+"\)|"(?:rules|facts|queries)""#;

/// Words of the language too.
const OWN: [&str; 3] = ["true", "false", "relation"];

#[test]
fn no_term_of_the_knowledge_base_stands_in_the_source() {
    let literal = Regex::new(r##"(?s)r#"(.*?)"#|'(?:[^'\\\n]|\\.)'|"((?:[^"\\]|\\.)*)""##).unwrap();
    let tags = Regex::new(TAGS).unwrap();
    let (values, names) = terms();
    let mut wrong = Vec::new();
    for code in sources() {
        let path = code.path.display();
        let text = tags.replace_all(&code.text, "").into_owned();
        for found in literal.captures_iter(&text) {
            let place = found.get(0).unwrap().start();
            let Some(inside) = found.get(1).or(found.get(2)) else { continue };
            let inside = inside.as_str();
            let several = |term: &str| term.contains([' ', '_', '-', '(']);
            // What is looked up or compared by name: `relation("x")`, `name == "x"`.
            let before = text[..place].trim_end();
            let looked_up = ["relation(", "==", "!="].iter().any(|sign| before.ends_with(sign));
            for value in &values {
                // A single word is a value where it stands alone, several words wherever they do.
                let alone = inside == value && !OWN.contains(&inside);
                if alone || several(value) && inside.contains(value.as_str()) {
                    wrong.push(format!("{path}: the value {value:?} in {inside:?}"));
                }
            }
            for name in &names {
                // Single words are names of relations where they are applied or looked up: they
                // are ordinary words as well.
                let applied = inside.contains(&format!("{name}("));
                let looked_up = looked_up && inside == name && !OWN.contains(&inside);
                if applied || looked_up || several(name) && inside.contains(name.as_str()) {
                    wrong.push(format!("{path}: the relation {name:?} in {inside:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
