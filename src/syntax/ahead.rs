//! Texts parsed before they are included, on two threads.
//!
//! Which texts a file includes is known for sure when it is parsed. Most often a glance at the lines that
//! begin with `.include` tells the same: so the texts are read in that order, the second half of them is
//! parsed beside the first, and the loader takes what it finds at the place it has come to. What was not
//! foreseen it parses by itself.

use std::thread;

use rustc_hash::FxHashSet;

use crate::diag::{Diagnostic, SourceId, Sources};
use crate::text::Text;

use super::load::{MOST_DEPTH, Reader, beside, tree_of_text};
use super::tree::Tree;

/// Programs shorter than this are parsed before a thread has begun.
const WORTHWHILE: usize = 64 * 1024;

/// A text that will most likely be included.
struct Foreseen {
    path: String,
    text: Text,
    parsed: Option<Parsed>,
}

type Parsed = (Tree, Vec<Diagnostic>);

/// Texts in the order in which they will most likely be included, parsed where that is worth a thread.
#[derive(Default)]
pub(super) struct Ahead {
    /// Those that were not included yet.
    texts: Vec<Option<Foreseen>>,
    /// How many texts there are before the first of them.
    before: usize,
}

impl Ahead {
    /// Reads some files and what they seem to include, and parses them.
    pub fn parse(paths: &[&str], read: Reader<'_>, before: usize) -> Self {
        let (once, within) = (FxHashSet::default(), Vec::new());
        let mut glance = Glance { read, once, within, bytes: 0, texts: Vec::new() };
        let foreseen = paths.iter().try_for_each(|path| glance.file(path)).is_some();
        let (mut texts, bytes) = (glance.texts, glance.bytes);
        if foreseen && bytes >= WORTHWHILE {
            let mut sum = 0;
            let half = texts.iter().take_while(|it| {
                sum += it.text.text.len();
                sum < bytes / 2
            });
            let half = half.count();
            let (first, last) = texts.split_at_mut(half);
            thread::scope(|scope| {
                scope.spawn(|| parse(before + half, last));
                parse(before, first);
            });
        }
        Ahead { texts: texts.into_iter().map(Some).collect(), before }
    }

    /// The tree of a file that is the next to be included, if it was read here; it is among the texts then.
    pub fn take(&mut self, path: &str, sources: &mut Sources) -> Option<Parsed> {
        let next = sources.len().checked_sub(self.before)?;
        let is_it = |it: &Option<Foreseen>| it.as_ref().is_some_and(|it| it.path == path);
        let in_place = self.texts.get(next).is_some_and(is_it);
        let at = if in_place { next } else { self.texts.iter().position(is_it)? };
        let Foreseen { text, parsed, .. } = self.texts.get_mut(at)?.take()?;
        // Places in a text that comes at another place than foreseen have another number.
        let parsed = parsed.filter(|_| in_place);
        let source = SourceId(sources.len() as u32);
        let parsed = parsed.unwrap_or_else(|| tree_of_text(source, &text));
        sources.add(path, text.text);
        Some(parsed)
    }
}

/// Parses texts that are numbered from `first`.
fn parse(first: usize, texts: &mut [Foreseen]) {
    for (at, it) in texts.iter_mut().enumerate() {
        it.parsed = Some(tree_of_text(SourceId((first + at) as u32), &it.text));
    }
}

/// What a glance at texts tells about inclusions.
struct Glance<'a> {
    read: Reader<'a>,
    once: FxHashSet<String>,
    /// The files that are being read, each included by the one before.
    within: Vec<String>,
    bytes: usize,
    texts: Vec<Foreseen>,
}

impl Glance<'_> {
    /// Goes through a file; nothing where one cannot be read, or where they do not seem to end.
    fn file(&mut self, path: &str) -> Option<()> {
        if self.once.contains(path) {
            return Some(());
        }
        let itself = self.within.iter().any(|it| it == path);
        if itself || self.within.len() > MOST_DEPTH || self.texts.len() >= MOST_FORESEEN {
            return None;
        }
        let bytes = (self.read)(path).ok()?;
        u32::try_from(bytes.len()).ok()?;
        let text = Text::new(bytes);
        self.bytes += text.text.len();
        let mut included = Vec::new();
        for line in text.text.lines().filter(|line| line.starts_with('.')) {
            if line.starts_with(".once") {
                self.once.insert(path.to_owned());
            } else if let Some(rest) = line.strip_prefix(".include \"") {
                included.extend(rest.split_once('"').map(|(name, _)| beside(path, name)));
            }
        }
        self.texts.push(Foreseen { path: path.to_owned(), text, parsed: None });
        self.within.push(path.to_owned());
        let all = included.iter().try_for_each(|path| self.file(path));
        self.within.pop();
        all
    }
}

/// More texts than this are not foreseen.
const MOST_FORESEEN: usize = 1_000;

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io;

    use crate::syntax::load::{load_after, load_all};

    use super::*;

    fn facts(name: &str) -> String {
        (0..3_000).map(|at| format!("{name}({at}).\n")).collect()
    }

    #[test]
    fn what_is_parsed_ahead_is_what_would_have_been_parsed() {
        let firsts = [
            ".include \"a.dl\"\n.include \"b.dl\"\n.include \"c.dl\"\n.include \"c.dl\"",
            // These say other things than they seem to.
            "/*\n.include \"c.dl\"\n*/\n.include \"a.dl\"",
            " .include \"c.dl\"\n.include \"b.dl\"",
            ".include \"b.dl\" .include \"c.dl\"",
            ".include \"a.dl\"\n.include \"gone.dl\"",
        ];
        for first in firsts {
            let files = [
                ("m.dl", format!("{first}\n{}", facts("m"))),
                ("a.dl", format!(".once\n.include \"b.dl\"\n{}a(;\n", facts("a"))),
                ("b.dl", format!(".once\n{}", facts("b"))),
                ("c.dl", facts("c")),
            ];
            let asked = RefCell::new(Vec::new());
            let mut read = |path: &str| {
                asked.borrow_mut().push(path.to_owned());
                match files.iter().find(|(name, _)| *name == path) {
                    Some((_, text)) => Ok(text.clone().into_bytes()),
                    None => Err(io::Error::from(io::ErrorKind::NotFound)),
                }
            };
            let mut alone = Sources::new();
            let by_itself = load_after(Ahead::default(), &["m.dl"], &mut read, &mut alone);
            asked.borrow_mut().clear();
            let mut sources = Sources::new();
            let ahead = load_all(["m.dl"], &mut read, &mut sources);
            assert_eq!(format!("{ahead:?}"), format!("{by_itself:?}"), "{first}");
            let names = |sources: &Sources| -> Vec<String> {
                let all = (0..sources.len()).filter_map(|at| sources.get(SourceId(at as u32)));
                all.map(|it| format!("{} {}", it.name, it.text.len())).collect()
            };
            assert_eq!(names(&sources), names(&alone), "{first}");
            // The standard input can be read only once.
            let asked = asked.borrow().iter().filter(|path| *path == "m.dl").count();
            assert_eq!(asked, 1, "{first}");
        }
    }
}
