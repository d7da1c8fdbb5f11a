//! Every code has a page, and the examples on the pages are what the pages say they are.

#![allow(clippy::expect_used, clippy::panic)]

#[path = "common/pages.rs"]
mod pages;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const HEADINGS: [&str; 5] = ["What", "Bad", "Good", "Why", "Configure"];

/// A page says so, and why, where its examples cannot be run.
const NOT_RUN: &str = "\nThe tests do not run these examples: ";

/// The pages by their codes.
fn error_pages() -> Vec<(String, String)> {
    let mut pages: Vec<(String, String)> = fs::read_dir("docs/errors")
        .expect("the folder of pages")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| {
            let code = path.file_stem()?.to_string_lossy().into_owned();
            Some((code, fs::read_to_string(path).ok()?))
        })
        .filter(|(code, _)| code.starts_with("AL"))
        .collect();
    pages.sort();
    pages
}

/// The text below a heading, up to the next.
fn section<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n"))?;
    Some(rest.split("\n## ").next().unwrap_or(rest))
}

#[test]
fn every_code_that_can_be_reported_has_a_page_and_every_page_a_code() {
    let mut reported = BTreeSet::new();
    let mut files = Vec::new();
    collect(Path::new("src"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        let product = text.split("#[cfg(test)]").next().unwrap_or(&text);
        reported.extend(product.split('"').filter(|word| is_code(word)).map(str::to_owned));
    }
    for check in fs::read_dir("rules/checks").expect("the checks").flatten() {
        let text = fs::read_to_string(check.path()).expect("a file of checks");
        let tags = text.lines().filter_map(|line| line.strip_prefix("/// @check "));
        let codes = tags.filter_map(|tag| tag.split_whitespace().next());
        reported.extend(codes.filter(|code| is_code(code)).map(str::to_owned));
    }
    let described: BTreeSet<String> = error_pages().into_iter().map(|(code, _)| code).collect();
    let missing: Vec<_> = reported.difference(&described).collect();
    let idle: Vec<_> = described.difference(&reported).collect();
    assert!(missing.is_empty(), "codes without a page in docs/errors: {missing:?}");
    assert!(idle.is_empty(), "pages of codes that nothing reports: {idle:?}");
}

fn is_code(word: &str) -> bool {
    word.strip_prefix("AL")
        .is_some_and(|number| number.len() == 4 && number.bytes().all(|it| it.is_ascii_digit()))
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn every_page_has_a_title_and_the_five_headings_in_order() {
    for (code, page) in error_pages() {
        assert!(page.starts_with(&format!("# {code}: ")), "{code}: no title");
        let headings: Vec<&str> =
            page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, HEADINGS, "{code}");
        for heading in HEADINGS {
            let text = section(&page, heading).unwrap_or_default().trim();
            assert!(!text.is_empty(), "{code}: nothing under {heading}");
        }
    }
}

#[test]
fn the_bad_examples_have_the_problem_and_the_good_ones_have_none() {
    let mut wrong = Vec::new();
    for (code, page) in error_pages() {
        let bad = pages::blocks(section(&page, "Bad").unwrap_or_default());
        let good = pages::blocks(section(&page, "Good").unwrap_or_default());
        if page.contains(NOT_RUN) {
            if !bad.is_empty() || !good.is_empty() {
                wrong.push(format!("{code}: says it is not run, and has examples to run"));
            }
            continue;
        }
        if bad.is_empty() || good.is_empty() {
            wrong.push(format!("{code}: no example"));
            continue;
        }
        let said = pages::run(&bad);
        if said.codes.is_empty() || said.codes.iter().any(|found| *found != code) {
            wrong
                .push(format!("{code}: the bad example gives {:?}\n{}", said.codes, said.messages));
        }
        let said = pages::run(&good);
        if !said.codes.is_empty() {
            wrong.push(format!("{code}: the good example gives\n{}", said.messages));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
