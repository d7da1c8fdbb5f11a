//! The README and other pages show what the program really prints, and their examples are sound.
//!
//! A line `$ archlog ...` (or `$ cargo run --release -- ...`) of a `console` block is run; the lines
//! below it are what it prints. A line `...` stands for any lines, `(...)` for the rulebook's hash.
//! `ARCHLOG_UPDATE=1` writes anew what the blocks without such a line show.

#![allow(clippy::expect_used, clippy::panic)]

#[path = "common/pages.rs"]
mod pages;

use std::{env, fs};

use assert_cmd::Command;

/// The pages with commands on them.
const PAGES: [&str; 7] = [
    "README.md",
    "docs/adr.md",
    "docs/archetypes.md",
    "docs/checks.md",
    "docs/dossier.md",
    "docs/language.md",
    "docs/testing.md",
];

#[test]
fn the_pages_show_what_the_program_prints() {
    for page in PAGES {
        shows_what_the_program_prints(page);
    }
}

fn shows_what_the_program_prints(name: &str) {
    let page = fs::read_to_string(name).expect("the page");
    let mut renewed = page.clone();
    let mut ran = 0;
    for block in pages::blocks(&page).into_iter().filter(|block| block.language == "console") {
        let mut printed = String::new();
        for line in block.text.lines().filter(|line| line.starts_with("$ ")) {
            printed.push_str(&format!("{line}\n{}\n", answer(line)));
            ran += 1;
        }
        let printed = format!("{}\n", printed.trim_end());
        if printed != block.text && !block.text.lines().any(|line| line == "...") {
            let (old, new) = (format!("```console\n{}```", block.text), &printed);
            renewed = renewed.replacen(&old, &format!("```console\n{new}```"), 1);
        } else {
            assert!(
                agrees(&block.text, &printed),
                "{name}, line {}: it prints\n{printed}",
                block.line
            );
        }
    }
    assert!(ran > 1, "{name}: {ran} commands");
    if env::var_os("ARCHLOG_UPDATE").is_some() {
        fs::write(name, &renewed).expect("the page can be written");
    } else if renewed != page {
        let new = renewed.lines().zip(page.lines()).find(|(new, old)| new != old);
        panic!("{name} is stale (ARCHLOG_UPDATE=1 renews it), from here on: {new:?}");
    }
}

/// What a command of the page prints, without blanks at the ends of lines.
fn answer(line: &str) -> String {
    let words = words(line.trim_start_matches("$ "));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let arguments = match words.as_slice() {
        ["cargo", "run", "--release", "--", arguments @ ..] => arguments,
        ["archlog", arguments @ ..] => arguments,
        _ => panic!("not a command of ours: {line}"),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_archlog"));
    let output = command.args(arguments).output().expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{line}\n{errors}");
    let text = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<String> = text.lines().map(|line| without_hash(line.trim_end())).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

/// A line without the rulebook's hash, which changes with every rule: `(...)` stands for it.
fn without_hash(line: &str) -> String {
    let is_hash = |word: &str| word.len() == 16 && word.bytes().all(|it| it.is_ascii_hexdigit());
    match line.split('(').find_map(|part| part.split_once(')').filter(|(word, _)| is_hash(word))) {
        Some((hash, _)) => line.replace(hash, "..."),
        None => line.to_owned(),
    }
}

/// The words of a command line with single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Whether a text is what is shown, `...` standing for any lines.
fn agrees(shown: &str, text: &str) -> bool {
    let mut rest = text;
    let mut parts = shown.split("...\n");
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    let mut last = first;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        last = part;
    }
    rest.is_empty() || last.is_empty()
}

#[test]
fn the_examples_of_the_pages_are_sound() {
    // The page on the language has a test of its own: its examples read and write, and some are refused.
    for name in PAGES.into_iter().filter(|name| *name != "docs/language.md") {
        let page = fs::read_to_string(name).expect("the page");
        let mut examples: Vec<Vec<pages::Block>> = Vec::new();
        for block in pages::blocks(&page) {
            match (block.language.as_str(), examples.last_mut()) {
                ("datalog", _) => examples.push(vec![block]),
                ("text", Some(example)) if block.argument.contains('.') => example.push(block),
                _ => {}
            }
        }
        assert!(!examples.is_empty(), "{name}");
        for example in examples {
            let said = pages::run(&example);
            assert!(said.codes.is_empty(), "{name}, line {}\n{}", example[0].line, said.messages);
        }
    }
}

#[test]
fn the_first_design_of_the_readme_is_the_one_in_its_file() {
    let page = fs::read_to_string(PAGES[0]).expect("the page");
    let file = fs::read_to_string("designs/auction-minimal.dl").expect("the design");
    let facts: Vec<&str> = file.lines().skip_while(|line| line.starts_with("//")).collect();
    let shown = pages::blocks(&page).into_iter().find(|block| block.argument == "design");
    assert_eq!(shown.map(|block| block.text), Some(facts.join("\n") + "\n"));
}
