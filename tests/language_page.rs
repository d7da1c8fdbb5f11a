//! `docs/language.md` says what is true: its examples run, and write what is shown below them.

#![allow(clippy::expect_used, clippy::panic)]

#[path = "common/pages.rs"]
mod pages;

use pages::Block;

#[test]
fn the_examples_of_the_language_page_say_what_is_shown() {
    let page = std::fs::read_to_string("docs/language.md").expect("the page");
    let mut wrong = Vec::new();
    let mut ran = 0;
    for mut example in examples(pages::blocks(&page)) {
        let line = example[0].line;
        let refused = refusal(&mut example[0]);
        let (shown, blocks): (Vec<Block>, Vec<Block>) =
            example.into_iter().partition(|block| block.language == "output");
        let said = pages::run(&blocks);
        ran += 1;
        if said.codes != refused.as_slice() {
            wrong.push(format!("line {line}: expected {refused:?}\n{}", said.messages));
        }
        for block in shown {
            let found = said.written.iter().find(|(name, _)| *name == block.argument);
            let found = found.map_or("nothing".to_owned(), |(_, text)| text.replace('\t', " "));
            if found != block.text {
                wrong.push(format!("line {}: it writes\n{found}", block.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran > 10, "{ran} examples");
}

/// A block of Datalog that is no file, and the blocks that belong to it.
fn examples(blocks: Vec<Block>) -> Vec<Vec<Block>> {
    let mut examples: Vec<Vec<Block>> = Vec::new();
    for block in blocks {
        match examples.last_mut() {
            Some(example) if block.language != "datalog" => example.push(block),
            _ => examples.push(vec![block]),
        }
    }
    examples
}

/// The code that the block is refused with, taken out of its argument.
fn refusal(block: &mut Block) -> Vec<String> {
    let Some((kind, code)) = block.argument.split_once("refused ") else { return Vec::new() };
    let code = vec![code.to_owned()];
    block.argument = kind.trim().to_owned();
    code
}
