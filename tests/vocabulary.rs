//! `docs/vocabulary.md` says what the declarations say.

#![allow(clippy::expect_used, clippy::panic)]

use std::{env, fs};

use archlog::kb::{Options, Rulebook, vocabulary};

#[test]
fn the_vocabulary_page_is_what_the_declarations_say() {
    let rulebook = Rulebook::load(&Options::default()).expect("the rulebook is sound");
    let page = vocabulary(&rulebook);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/vocabulary.md");
    if env::var_os("ARCHLOG_UPDATE").is_some() {
        fs::write(path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page,
        "docs/vocabulary.md is stale; `ARCHLOG_UPDATE=1 cargo test --test vocabulary` renews it"
    );
}
