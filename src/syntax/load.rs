//! A text and all that it includes, to trees in the order of inclusion.
//!
//! Where texts come from is the caller's business. A path is relative to the text that includes
//! it. A text that says `.once`, or that includes itself, is read the first time only.

use std::io;

use rustc_hash::FxHashSet;

use crate::diag::{Diagnostic, SourceId, Sources, Span};
use crate::text::Text;

use super::error;
use super::parser::parse;
use super::tree::{Item, Tree};

/// Reads one file by its path.
pub type Reader<'a> = &'a mut dyn FnMut(&str) -> io::Result<Vec<u8>>;

/// Texts that include each other deeper than this are taken to do so without end.
const MOST_DEPTH: usize = 64;

/// The trees of a file and of all that it includes, and what is wrong with them.
pub fn load(path: &str, read: Reader<'_>, sources: &mut Sources) -> (Vec<Tree>, Vec<Diagnostic>) {
    load_all([path], read, sources)
}

/// The trees of several files that make one program, and of all that they include.
pub fn load_all<'p>(
    paths: impl IntoIterator<Item = &'p str>,
    read: Reader<'_>,
    sources: &mut Sources,
) -> (Vec<Tree>, Vec<Diagnostic>) {
    let mut loader =
        Loader { read, sources, once: FxHashSet::default(), loaded: Loaded::default() };
    for path in paths {
        if loader.once.contains(path) {
            continue;
        }
        match (loader.read)(path) {
            Ok(bytes) => loader.text(path, bytes, 0),
            Err(problem) => loader.loaded.diagnostics.push(error::unreadable(None, path, &problem)),
        }
    }
    (loader.loaded.trees, loader.loaded.diagnostics)
}

/// The tree of one text that is already in memory; includes in it are left to the caller.
pub fn tree_of(name: &str, bytes: Vec<u8>, sources: &mut Sources) -> (Tree, Vec<Diagnostic>) {
    if u32::try_from(bytes.len()).is_err() {
        return (Tree::default(), vec![error::too_large(name)]);
    }
    let text = Text::new(bytes);
    let source = sources.add(name, text.text.as_str());
    let mut diagnostics: Vec<Diagnostic> =
        text.invalid.iter().map(|range| error::not_text(span(source, range))).collect();
    let (tree, problems) = parse(source, &text.text);
    diagnostics.extend(problems);
    (tree, diagnostics)
}

fn span(source: SourceId, range: &std::ops::Range<usize>) -> Span {
    Span { source, start: range.start as u32, end: range.end as u32 }
}

#[derive(Default)]
struct Loaded {
    trees: Vec<Tree>,
    diagnostics: Vec<Diagnostic>,
}

struct Loader<'a> {
    read: Reader<'a>,
    sources: &'a mut Sources,
    /// The paths that are read no second time.
    once: FxHashSet<String>,
    loaded: Loaded,
}

impl Loader<'_> {
    fn text(&mut self, path: &str, bytes: Vec<u8>, depth: usize) {
        let (tree, problems) = tree_of(path, bytes, self.sources);
        self.loaded.diagnostics.extend(problems);
        if tree.items.iter().any(|item| matches!(item, Item::Once(_))) {
            self.once.insert(path.to_owned());
        }
        // What stands before an include comes before what is included.
        let mut before = Tree::default();
        for item in tree.items {
            match item {
                Item::Include { path: included, span } => {
                    self.loaded.trees.push(std::mem::take(&mut before));
                    self.include(&beside(path, &included), span, depth + 1);
                }
                Item::Component(mut component) => {
                    component.items = self.inside(path, component.items, depth);
                    before.items.push(Item::Component(component));
                }
                item => before.items.push(item),
            }
        }
        self.loaded.trees.push(before);
    }

    /// The items of a component, with what they include in its place.
    fn inside(&mut self, path: &str, items: Vec<Item>, depth: usize) -> Vec<Item> {
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::Include { path: included, span } => {
                    let before = std::mem::take(&mut self.loaded.trees);
                    self.include(&beside(path, &included), span, depth + 1);
                    let trees = std::mem::replace(&mut self.loaded.trees, before);
                    all.extend(trees.into_iter().flat_map(|tree| tree.items));
                }
                Item::Component(mut component) => {
                    component.items = self.inside(path, component.items, depth);
                    all.push(Item::Component(component));
                }
                item => all.push(item),
            }
        }
        all
    }

    fn include(&mut self, path: &str, span: Span, depth: usize) {
        if self.once.contains(path) {
            return;
        }
        if depth > MOST_DEPTH {
            self.loaded.diagnostics.push(error::included_without_end(span, path));
            return;
        }
        match (self.read)(path) {
            Ok(bytes) => self.text(path, bytes, depth),
            Err(problem) => {
                self.loaded.diagnostics.push(error::unreadable(Some(span), path, &problem));
            }
        }
    }
}

/// A path as seen from the file that names it, with `.` and `..` resolved where they can be.
fn beside(from: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let rooted = from.starts_with('/');
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if rooted { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(files: &[(&str, &str)]) -> (String, Vec<String>) {
        let mut read = |path: &str| match files.iter().find(|(name, _)| *name == path) {
            Some((_, text)) => Ok(text.as_bytes().to_vec()),
            None => Err(io::Error::from(io::ErrorKind::NotFound)),
        };
        let (trees, problems) = load(files[0].0, &mut read, &mut Sources::new());
        let text = trees.iter().map(|tree| tree.to_string()).collect::<String>();
        let lines = text.lines().filter(|line| *line != ".once").collect::<Vec<_>>().join(" ");
        (lines, problems.into_iter().map(|problem| problem.message).collect())
    }

    #[test]
    fn includes_are_relative_to_the_including_file_and_keep_their_order() {
        let files = [
            ("rules/main.dl", "a(1).\n.include \"sub/b.dl\"\nd(1)."),
            ("rules/sub/b.dl", "b(1).\n.include \"../c.dl\""),
            ("rules/c.dl", "c(1)."),
        ];
        assert_eq!(loaded(&files).0, "a(1). b(1). c(1). d(1).");
    }

    #[test]
    fn what_says_once_is_read_once() {
        let files = [
            ("m.dl", ".include \"v.dl\"\n.include \"v.dl\"\n.include \"w.dl\"\n.include \"w.dl\""),
            ("v.dl", ".once\nv(1)."),
            ("w.dl", "w(1)."),
        ];
        assert_eq!(loaded(&files).0, "v(1). w(1). w(1).");
    }

    #[test]
    fn a_missing_file_and_an_endless_inclusion_are_problems() {
        let files =
            [("m.dl", ".include \"gone.dl\"\n.include \"n.dl\""), ("n.dl", ".include \"n.dl\"")];
        let problems = loaded(&files).1;
        assert_eq!(problems[0], "cannot read `gone.dl`: no such file");
        assert_eq!(problems[1], "`n.dl` includes itself without end");
    }
}
