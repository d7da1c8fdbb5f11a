//! The texts of a program: a file or standard input, what it includes, and the pragmas of the command line.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use archlog::diag::{Diagnostic, Sources};
use archlog::syntax::load::{load_within, tree_of};
use archlog::syntax::printer::Quoted;
use archlog::syntax::tree::{Item, Tree};

use crate::args::Run;
use crate::console::cannot_read;

/// What a program from standard input is called.
const STANDARD_INPUT: &str = "<stdin>";

/// Where pragmas are from that were typed.
const COMMAND_LINE: &str = "<command line>";

/// The trees of a program, and what is wrong with them.
pub fn trees(arguments: &Run, sources: &mut Sources) -> Result<(Vec<Tree>, Vec<Diagnostic>)> {
    if let Some(folder) = arguments.include.iter().find(|it| !it.is_dir()) {
        bail!("there is no folder `{}` to look for included files in", folder.display());
    }
    let folders: Vec<String> =
        arguments.include.iter().map(|it| it.to_string_lossy().into_owned()).collect();
    let (mut trees, mut problems) = if arguments.program == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        let mut read = |path: &str| match path {
            STANDARD_INPUT => Ok(bytes.clone()),
            path => fs::read(path),
        };
        load_within(STANDARD_INPUT, &folders, &mut read, sources)
    } else {
        let path = &arguments.program;
        fs::metadata(path).map_err(|problem| cannot_read(path, &problem))?;
        load_within(&path.to_string_lossy(), &folders, &mut |path| fs::read(path), sources)
    };
    let (typed, more) = pragmas(arguments, sources);
    problems.extend(more);
    // What is typed goes before what is written.
    let keys: Vec<String> = typed.items.iter().filter_map(key).map(str::to_owned).collect();
    for tree in &mut trees {
        tree.items.retain(|item| !key(item).is_some_and(|it| keys.iter().any(|key| key == it)));
    }
    trees.push(typed);
    Ok((trees, problems))
}

fn key(item: &Item) -> Option<&str> {
    match item {
        Item::Pragma { words, .. } => words.first().map(String::as_str),
        _ => None,
    }
}

/// The pragmas that were typed, as a text of their own.
fn pragmas(arguments: &Run, sources: &mut Sources) -> (Tree, Vec<Diagnostic>) {
    let options = [
        ("magic-transform", &arguments.magic_transform),
        ("magic-transform-exclude", &arguments.magic_transform_exclude),
    ];
    let options = options.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
    let more = arguments.pragma.as_deref().unwrap_or_default().split(';');
    let more = more.filter(|it| !it.is_empty()).map(|it| it.split_once(':').unwrap_or((it, "")));
    let line = |(key, value): (&str, &str)| match value {
        "" => format!(".pragma {}\n", Quoted(key)),
        value => format!(".pragma {} {}\n", Quoted(key), Quoted(value)),
    };
    let text: String = options.chain(more).map(line).collect();
    match text.is_empty() {
        true => (Tree::default(), Vec::new()),
        false => tree_of(COMMAND_LINE, text.into_bytes(), sources),
    }
}
