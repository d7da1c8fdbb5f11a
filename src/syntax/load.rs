//! A text and all that it includes, to trees in the order of inclusion.
//!
//! Where texts come from is the caller's business. A path is relative to the text that includes
//! it. A text that says `.once`, or that includes itself, is read the first time only.

use std::io;

use rustc_hash::FxHashSet;

use crate::diag::{Diagnostic, SourceId, Sources, Span};
use crate::text::Text;

use super::ahead::Ahead;
use super::error;
use super::parser::parse;
use super::tree::{Item, Tree};

/// Reads one file by its path.
pub type Reader<'a> = &'a mut dyn FnMut(&str) -> io::Result<Vec<u8>>;

/// Texts that include each other deeper than this are taken to do so without end.
pub(super) const MOST_DEPTH: usize = 64;

/// As many texts are read at most: a few files that each include the next one twice would be very many.
pub(super) const MOST_TEXTS: usize = 10_000;

/// The trees of a file and of all that it includes, and what is wrong with them.
pub fn load(path: &str, read: Reader<'_>, sources: &mut Sources) -> (Vec<Tree>, Vec<Diagnostic>) {
    load_all([path], read, sources)
}

/// As [`load`]. What is not found beside the file that includes it is looked for in some folders, in order.
pub fn load_within(
    path: &str,
    folders: &[String],
    read: Reader<'_>,
    sources: &mut Sources,
) -> (Vec<Tree>, Vec<Diagnostic>) {
    if folders.is_empty() {
        return load(path, read, sources);
    }
    // What is included from where is known only when it was looked for.
    load_from(Ahead::default(), &[path], folders, read, sources)
}

/// The trees of several files that make one program, and of all that they include.
pub fn load_all<'p>(
    paths: impl IntoIterator<Item = &'p str>,
    read: Reader<'_>,
    sources: &mut Sources,
) -> (Vec<Tree>, Vec<Diagnostic>) {
    let paths: Vec<&str> = paths.into_iter().collect();
    let ahead = Ahead::parse(&paths, read, sources.len());
    load_after(ahead, &paths, read, sources)
}

/// As [`load_all`], with texts that are there already.
pub(super) fn load_after(
    ahead: Ahead,
    paths: &[&str],
    read: Reader<'_>,
    sources: &mut Sources,
) -> (Vec<Tree>, Vec<Diagnostic>) {
    load_from(ahead, paths, &[], read, sources)
}

fn load_from(
    ahead: Ahead,
    paths: &[&str],
    folders: &[String],
    read: Reader<'_>,
    sources: &mut Sources,
) -> (Vec<Tree>, Vec<Diagnostic>) {
    let (once, within, loaded) = (FxHashSet::default(), Vec::new(), Loaded::default());
    let mut loader = Loader { read, folders, sources, ahead, once, within, texts: 0, loaded };
    for path in paths {
        if !loader.once.contains(*path) {
            loader.file(path, None);
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
    tree_of_text(source, &text)
}

/// The tree of a text, and what is wrong with it.
pub(super) fn tree_of_text(source: SourceId, text: &Text) -> (Tree, Vec<Diagnostic>) {
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
    /// Where an included file is looked for that is not beside the one that includes it.
    folders: &'a [String],
    sources: &'a mut Sources,
    /// Texts that are parsed already.
    ahead: Ahead,
    /// The paths that are read no second time.
    once: FxHashSet<String>,
    /// The paths that are being read, each included by the one before.
    within: Vec<String>,
    /// How many texts were read.
    texts: usize,
    loaded: Loaded,
}

impl Loader<'_> {
    /// Reads a file with all that it includes; it may be included itself.
    fn file(&mut self, path: &str, included: Option<Span>) {
        self.texts += 1;
        let (tree, problems) = match self.ahead.take(path, self.sources) {
            Some(parsed) => parsed,
            None => match (self.read)(path) {
                Ok(bytes) => tree_of(path, bytes, self.sources),
                Err(problem) => {
                    let problem = error::unreadable(included, path, &problem);
                    return self.loaded.diagnostics.push(problem);
                }
            },
        };
        self.loaded.diagnostics.extend(problems);
        if tree.items.iter().any(|item| matches!(item, Item::Once(_))) {
            self.once.insert(path.to_owned());
        }
        self.within.push(path.to_owned());
        self.tree(path, tree);
        self.within.pop();
    }

    fn tree(&mut self, path: &str, tree: Tree) {
        // What stands before an include comes before what is included.
        let mut before = Tree::default();
        for item in tree.items {
            match item {
                Item::Include { path: included, span } => {
                    self.loaded.trees.push(std::mem::take(&mut before));
                    self.include(path, &included, span);
                }
                Item::Component(mut component) => {
                    component.items = self.inside(path, component.items);
                    before.items.push(Item::Component(component));
                }
                item => before.items.push(item),
            }
        }
        self.loaded.trees.push(before);
    }

    /// The items of a component, with what they include in its place.
    fn inside(&mut self, path: &str, items: Vec<Item>) -> Vec<Item> {
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::Include { path: included, span } => {
                    let before = std::mem::take(&mut self.loaded.trees);
                    self.include(path, &included, span);
                    let trees = std::mem::replace(&mut self.loaded.trees, before);
                    all.extend(trees.into_iter().flat_map(|tree| tree.items));
                }
                Item::Component(mut component) => {
                    component.items = self.inside(path, component.items);
                    all.push(Item::Component(component));
                }
                item => all.push(item),
            }
        }
        all
    }

    fn include(&mut self, from: &str, included: &str, span: Span) {
        let path = self.place_of(from, included);
        let path = path.as_str();
        if self.once.contains(path) {
            return;
        }
        let itself = self.within.iter().any(|it| it == path);
        let too_many = self.within.len() > MOST_DEPTH || self.texts > MOST_TEXTS;
        if itself || too_many {
            // One of them says it for all the others.
            self.once.insert(path.to_owned());
            return self.loaded.diagnostics.push(error::included_without_end(span, path, itself));
        }
        self.file(path, Some(span));
    }

    /// Where a file is that another one includes: beside it, else in one of the folders.
    fn place_of(&mut self, from: &str, included: &str) -> String {
        let place = beside(from, included);
        if self.folders.is_empty() || included.starts_with('/') || (self.read)(&place).is_ok() {
            return place;
        }
        let mut others = self.folders.iter().map(|folder| beside(&format!("{folder}/"), included));
        others.find(|other| (self.read)(other).is_ok()).unwrap_or(place)
    }
}

/// A path as seen from the file that names it, with `.` and `..` resolved where they can be.
pub(super) fn beside(from: &str, path: &str) -> String {
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
    fn what_is_not_beside_the_including_file_is_found_in_a_folder() {
        let files = [
            ("m.dl", ".include \"a.dl\"\n.include \"b.dl\"\n.include \"sub/c.dl\""),
            ("a.dl", "here(1)."),
            ("one/a.dl", "there(1)."),
            ("two/b.dl", "b(1).\n.include \"d.dl\""),
            ("one/sub/c.dl", "c(1)."),
            ("two/d.dl", "d(2)."),
            ("one/d.dl", "d(1)."),
        ];
        let mut read = |path: &str| match files.iter().find(|(name, _)| *name == path) {
            Some((_, text)) => Ok(text.as_bytes().to_vec()),
            None => Err(io::Error::from(io::ErrorKind::NotFound)),
        };
        let folders = ["one".to_owned(), "two".to_owned()];
        let (trees, problems) = load_within("m.dl", &folders, &mut read, &mut Sources::new());
        let text = trees.iter().map(|tree| tree.to_string()).collect::<String>();
        assert_eq!(text.lines().collect::<Vec<_>>(), ["here(1).", "b(1).", "d(2).", "c(1)."]);
        assert!(problems.is_empty());
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

    #[test]
    fn files_that_include_others_twice_come_to_an_end() {
        let files = [("m.dl", ".include \"m.dl\"\n.include \"m.dl\"\na(1).")];
        let (text, problems) = loaded(&files);
        assert_eq!((text.as_str(), problems.len()), ("a(1).", 1));
        let texts: Vec<(String, String)> = (0..60)
            .map(|at| {
                let next = at + 1;
                (format!("{at}.dl"), format!(".include \"{next}.dl\"\n.include \"{next}.dl\"\n"))
            })
            .chain([("60.dl".to_owned(), "a(1).".to_owned())])
            .collect();
        let files: Vec<(&str, &str)> = texts.iter().map(|(a, b)| (&**a, &**b)).collect();
        let problems = loaded(&files).1;
        assert!(
            problems.iter().all(|it| it.ends_with("is one inclusion too many")),
            "{problems:?}"
        );
        assert!((1..=61).contains(&problems.len()), "{}", problems.len());
    }
}
