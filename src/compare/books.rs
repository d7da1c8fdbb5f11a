//! Two rulebooks: their clauses and rows side by side, and the rulebooks that lie between them.
//!
//! A rulebook between the old and the new is the old one with some of the differences made in its
//! files. Declarations, inclusions and new files that are added are in all of them, and those that
//! are taken away stay: by themselves they conclude nothing. A set of differences that makes no sound
//! rulebook comes to nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::batch::Input;
use crate::change::Limits;
use crate::diag::Sources;
use crate::eval::{Options as EvalOptions, StopReason};
use crate::kb::{Options, Rulebook, RulebookFiles};
use crate::session::Session;
use crate::syntax::load::tree_of;
use crate::syntax::tree::{Doc, Item};

use super::conclusions::{Compared, Conclusion, Printed, changes, printed};
use super::{Between, Comparison, Difference, Failure, Kind, find_witnesses};

/// The files of a rulebook.
#[derive(Clone, Debug)]
pub struct Book {
    files: RulebookFiles,
    /// Rule files that no other includes.
    added: Vec<String>,
}

/// A folder that is no rulebook.
#[derive(Debug)]
pub enum Unreadable {
    /// It cannot be read.
    Failed(io::Error),
    /// It holds neither `rules/` nor `facts/`.
    Neither,
}

impl Book {
    /// The rulebook that is built in.
    pub fn shipped() -> Self {
        Book { files: RulebookFiles::embedded(), added: Vec::new() }
    }

    /// The rulebook of a folder: a whole one where it holds `rules/main.dl`, else what is in its
    /// `rules/` and `facts/` laid over the one that is built in.
    pub fn of_folder(folder: &Path) -> Result<Self, Unreadable> {
        let (rules, facts) = (folder.join("rules"), folder.join("facts"));
        if rules.join("main.dl").is_file() {
            let files = RulebookFiles::of_folder(folder).map_err(Unreadable::Failed)?;
            return Ok(Book { files, added: Vec::new() });
        }
        if !rules.is_dir() && !facts.is_dir() {
            return Err(Unreadable::Neither);
        }
        let mut book = Book::shipped();
        for (folder, onto) in [(rules, "rules"), (facts, "facts")] {
            if folder.is_dir() {
                let added = book.files.overlay(&folder, onto).map_err(Unreadable::Failed)?;
                book.added.extend(added);
            }
        }
        Ok(book)
    }

    /// The rulebook that is built in, with folders laid over its rules and facts.
    pub fn overlaid(rules: &[PathBuf], facts: &[PathBuf]) -> io::Result<Self> {
        let mut book = Book::shipped();
        for (folders, onto) in [(rules, "rules"), (facts, "facts")] {
            for folder in folders {
                let added = book.files.overlay(folder, onto)?;
                book.added.extend(added);
            }
        }
        Ok(book)
    }

    /// A number for exactly these files.
    pub fn hash(&self) -> String {
        self.files.hash()
    }

    fn load(&self, options: &Options) -> Result<Rulebook, Failure> {
        Rulebook::of_files(options, self.files.clone(), self.added.clone()).map_err(|unsound| {
            let problems = unsound.diagnostics;
            Failure::Wrong { sources: Box::new(unsound.sources), problems }
        })
    }
}

/// Two rulebooks and the designs to derive by them.
#[derive(Debug)]
pub struct Books<'a> {
    /// The old one.
    pub old: &'a Book,
    /// The new one.
    pub new: &'a Book,
    /// The designs; none compares the texts alone.
    pub designs: &'a [Input],
    /// Which part, and whether as written; its folders are not looked at.
    pub options: &'a Options,
}

/// Compares two rulebooks.
pub fn compare_books(
    books: &Books<'_>,
    options: &EvalOptions<'_>,
    told: &dyn Fn(usize, usize),
) -> Result<Comparison, Failure> {
    compare_books_on(Compared::All, books, options, told)
}

/// As [`compare_books`], by some of the sheets.
pub fn compare_books_on(
    compared: Compared<'_>,
    books: &Books<'_>,
    options: &EvalOptions<'_>,
    told: &dyn Fn(usize, usize),
) -> Result<Comparison, Failure> {
    let limits = Limits::from_options(options);
    let mut way = Way { compared, ..Way::of(books, limits) };
    let differences = way.differences.clone();
    let rulebooks = [books.old.load(books.options)?, books.new.load(books.options)?];
    if books.designs.is_empty() {
        return Ok(Comparison { differences, ..Comparison::default() });
    }
    let mut sessions = Vec::new();
    for rulebook in rulebooks {
        let session = derive(rulebook, books.designs, &limits).map_err(Failure::Stopped)?;
        if crate::analyze::has_errors(session.diagnostics()) {
            let sources = Box::new(session.sources().clone());
            return Err(Failure::Wrong { sources, problems: session.diagnostics().to_vec() });
        }
        sessions.push(session);
    }
    let [old, new] = &sessions[..] else { return Ok(Comparison::default()) };
    let names: Vec<String> = old.designs().iter().map(|design| design.id.clone()).collect();
    let mut conclusions = changes(&names, &printed(old, compared), &printed(new, compared));
    way.conclusions = conclusions.clone();
    let only = |one: &Session, other: &Session| -> Vec<String> {
        let there = |name: &str| other.rulebook().sheets.iter().any(|sheet| sheet.name == name);
        let sheets = one.rulebook().sheets.iter().filter(|sheet| !there(&sheet.name));
        sheets.map(|sheet| sheet.title.clone()).collect()
    };
    let sheets = (only(old, new), only(new, old));
    let designs = names.len();
    let (tried, stopped) = find_witnesses(&way, way.differences.len(), &mut conclusions, told);
    Ok(Comparison { differences, conclusions, sheets, designs, tried, stopped })
}

fn derive(
    rulebook: Rulebook,
    designs: &[Input],
    limits: &Limits<'_>,
) -> Result<Session, crate::eval::Stopped> {
    let mut session = Session::new(Arc::new(rulebook));
    for input in designs {
        match input {
            Input::Path(path) => session.open(path),
            Input::Text { name, text } => session.state_text(name, text.clone().into_bytes()),
        };
    }
    session.derive(&limits.options()).map_err(|stopped| limits.named(stopped))?;
    Ok(session)
}

/// A piece of a file: an item of a program, or a row of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Piece {
    /// As a file holds it.
    text: String,
    /// What it is known by; two pieces of one kind that share it are the same thing in two forms.
    key: Option<String>,
    kind: Kind,
    name: String,
    /// Whether it concludes anything by itself.
    inert: bool,
}

/// The pieces of the files of a book, by path; the first piece of a table is its heading.
fn pieces(book: &Book) -> BTreeMap<String, Vec<Piece>> {
    let folders = ["rules", "facts", "queries"];
    let paths = folders.iter().flat_map(|folder| book.files.paths(folder));
    paths
        .map(|path| {
            let bytes = book.files.get(path).unwrap_or_default();
            let pieces = match path.ends_with(".csv") {
                true => rows(&bytes),
                false => items(path, bytes),
            };
            (path.to_owned(), pieces)
        })
        .collect()
}

fn items(path: &str, bytes: Vec<u8>) -> Vec<Piece> {
    let (tree, _) = tree_of(path, bytes, &mut Sources::new());
    tree.items.iter().map(|item| piece(path, item)).collect()
}

fn piece(path: &str, item: &Item) -> Piece {
    let text = item.to_string();
    let (key, name, kind) = match item {
        Item::Clause(clause) => {
            let bare = crate::syntax::tree::Clause { doc: Doc::default(), ..clause.clone() };
            let id = clause.doc.tag("rule");
            let head = clause.heads.first().map_or("", |head| head.name.text.as_str());
            let key = id.map_or_else(|| bare.to_string(), |id| format!("@rule {id}"));
            (Some(key), id.unwrap_or(head).to_owned(), Kind::Rule)
        }
        Item::Declaration(it) => {
            let names: Vec<&str> = it.names.iter().map(|name| name.text.as_str()).collect();
            let name = names.join(", ");
            (Some(format!(".decl {name}")), name, Kind::Declaration)
        }
        Item::Type(it) => {
            let name = it.name.text.clone();
            (Some(format!(".type {name}")), name, Kind::Declaration)
        }
        Item::Directive(it) => {
            let names: Vec<&str> = it.relations.iter().map(|name| name.text.as_str()).collect();
            let name = format!(".{} {}", it.kind.name(), names.join(", "));
            (Some(name.clone()), name, Kind::Declaration)
        }
        Item::Include { path: included, .. } => {
            let name = format!(".include {included}");
            (Some(format!("{path} {name}")), name, Kind::Declaration)
        }
        // Rules stand in a component, and an instance is what makes them conclude.
        Item::Component(it) => {
            let name = format!(".comp {}", it.head.name.text);
            (Some(name.clone()), name, Kind::Rule)
        }
        Item::Instance(it) => {
            let name = format!(".init {}", it.name.text);
            (Some(name.clone()), name, Kind::Rule)
        }
        _ => (None, text.clone(), Kind::Declaration),
    };
    Piece { inert: kind == Kind::Declaration, text, key, kind, name }
}

fn rows(bytes: &[u8]) -> Vec<Piece> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let written = |record: &csv::StringRecord| {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        let _ = writer.write_record(record);
        String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
    };
    let row = |record: csv::StringRecord| {
        let first = record.get(0).unwrap_or_default().to_owned();
        let text = written(&record).trim_end_matches('\n').to_owned();
        Piece { text, key: Some(first.clone()), kind: Kind::Row, name: first, inert: false }
    };
    reader.records().flatten().map(row).collect()
}

/// A difference and what is done in the old files to make it.
#[derive(Clone, Debug)]
struct Step {
    /// The old piece, by file and number.
    gone: Option<(String, usize)>,
    /// The new piece, and the file it belongs to.
    come: Option<(String, String)>,
}

/// The rulebooks between two.
struct Way<'a> {
    books: &'a Books<'a>,
    limits: Limits<'a>,
    compared: Compared<'a>,
    old: BTreeMap<String, Vec<Piece>>,
    differences: Vec<Difference>,
    steps: Vec<Step>,
    /// Pieces that are in all that lies between, by file.
    scaffold: Vec<(String, String)>,
    /// Files of the new one that the old one does not have.
    fresh: BTreeSet<String>,
    conclusions: Vec<Conclusion>,
}

/// A piece and where it is.
struct Placed<'p> {
    file: &'p str,
    number: usize,
    piece: &'p Piece,
}

impl<'a> Way<'a> {
    fn of(books: &'a Books<'a>, limits: Limits<'a>) -> Self {
        let (old, new) = (pieces(books.old), pieces(books.new));
        let mut way = Way {
            books,
            limits,
            compared: Compared::All,
            differences: Vec::new(),
            steps: Vec::new(),
            scaffold: Vec::new(),
            fresh: new.keys().filter(|path| !old.contains_key(*path)).cloned().collect(),
            conclusions: Vec::new(),
            old: BTreeMap::new(),
        };
        let is_table = |path: &&String| path.ends_with(".csv");
        let tables: BTreeSet<&String> = old.keys().chain(new.keys()).filter(is_table).collect();
        for path in tables {
            way.table(path, old.get(path), new.get(path));
        }
        way.programs(&old, &new);
        way.old = old;
        way
    }

    fn table(&mut self, path: &str, old: Option<&Vec<Piece>>, new: Option<&Vec<Piece>>) {
        let none = Vec::new();
        let (old, new) = (old.unwrap_or(&none), new.unwrap_or(&none));
        if old == new {
            return;
        }
        let (before, after) = (old.first(), new.first());
        if before.map(|it| &it.text) != after.map(|it| &it.text) {
            let whole = |pieces: &[Piece]| {
                let lines: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
                (!lines.is_empty()).then(|| lines.join("\n") + "\n")
            };
            // Of a table that is there twice the heading says what differs; one that is new or gone is
            // shown as a whole.
            let shown = |pieces: &[Piece]| match before.is_some() && after.is_some() {
                true => pieces.first().map(|it| it.text.clone()),
                false => whole(pieces).map(|text| text.trim_end().to_owned()),
            };
            self.differences.push(Difference {
                kind: Kind::Table,
                name: path.to_owned(),
                file: path.to_owned(),
                before: shown(old),
                after: shown(new),
            });
            let gone = before.map(|_| (path.to_owned(), 0));
            let come = whole(new).map(|text| (path.to_owned(), text));
            self.steps.push(Step { gone, come });
            return;
        }
        let placed = |pieces: &'_ [Piece]| -> Vec<(usize, Piece)> {
            pieces.iter().cloned().enumerate().skip(1).collect()
        };
        let (old, new) = (placed(old), placed(new));
        let placed = |(number, piece): &(usize, Piece)| (path.to_owned(), *number, piece.clone());
        self.pair(old.iter().map(placed).collect(), new.iter().map(placed).collect());
    }

    fn programs(&mut self, old: &BTreeMap<String, Vec<Piece>>, new: &BTreeMap<String, Vec<Piece>>) {
        let placed = |book: &BTreeMap<String, Vec<Piece>>| -> Vec<(String, usize, Piece)> {
            let files = book.iter().filter(|(path, _)| !path.ends_with(".csv"));
            let pieces = files.flat_map(|(path, pieces)| {
                pieces.iter().enumerate().map(move |(at, piece)| (path.clone(), at, piece.clone()))
            });
            pieces.filter(|(_, _, piece)| piece.key.is_some()).collect()
        };
        self.pair(placed(old), placed(new));
    }

    /// Pairs what is there twice, then what is the same thing in two forms; the rest came or went.
    fn pair(&mut self, old: Vec<(String, usize, Piece)>, new: Vec<(String, usize, Piece)>) {
        let mut same: FxHashMap<&str, usize> = FxHashMap::default();
        for (_, _, piece) in &new {
            *same.entry(piece.text.as_str()).or_default() += 1;
        }
        let mut stays: FxHashMap<&str, usize> = FxHashMap::default();
        let mut gone: Vec<Placed<'_>> = Vec::new();
        for (file, number, piece) in &old {
            match same.get_mut(piece.text.as_str()) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    *stays.entry(piece.text.as_str()).or_default() += 1;
                }
                _ => gone.push(Placed { file, number: *number, piece }),
            }
        }
        let mut come: Vec<Placed<'_>> = Vec::new();
        for (file, number, piece) in &new {
            match stays.get_mut(piece.text.as_str()) {
                Some(left) if *left > 0 => *left -= 1,
                _ => come.push(Placed { file, number: *number, piece }),
            }
        }
        let alone = |pieces: &[Placed<'_>], piece: &Piece| {
            pieces
                .iter()
                .filter(|it| it.piece.key == piece.key && it.piece.kind == piece.kind)
                .count()
                == 1
        };
        let mut paired = vec![false; come.len()];
        for before in &gone {
            let after = come.iter().position(|after| {
                after.piece.key == before.piece.key && after.piece.kind == before.piece.kind
            });
            let after = after.filter(|_| alone(&gone, before.piece) && alone(&come, before.piece));
            if let Some(at) = after {
                paired[at] = true;
            }
            self.step(Some(before), after.map(|at| &come[at]));
        }
        for (after, paired) in come.iter().zip(paired) {
            if !paired {
                self.step(None, Some(after));
            }
        }
    }

    fn step(&mut self, before: Option<&Placed<'_>>, after: Option<&Placed<'_>>) {
        let Some(shown) = after.or(before) else { return };
        let difference = Difference {
            kind: shown.piece.kind,
            name: shown.piece.name.clone(),
            file: shown.file.to_owned(),
            before: before.map(|it| it.piece.text.clone()),
            after: after.map(|it| it.piece.text.clone()),
        };
        if shown.piece.inert && (before.is_none() || after.is_none()) {
            if let Some(after) = after {
                self.scaffold.push((after.file.to_owned(), after.piece.text.clone()));
            }
            // It is told of, and no conclusion hangs on it: a step that does nothing.
            self.differences.push(difference);
            self.steps.push(Step { gone: None, come: None });
            return;
        }
        self.differences.push(difference);
        self.steps.push(Step {
            gone: before.map(|it| (it.file.to_owned(), it.number)),
            come: after.map(|after| {
                let file = before.map_or(after.file, |before| before.file);
                (file.to_owned(), after.piece.text.clone())
            }),
        });
    }

    /// The old files with some of the steps taken.
    fn book(&self, set: &[usize]) -> Book {
        let mut book = self.books.old.clone();
        let mut changed: BTreeSet<&str> = self.fresh.iter().map(String::as_str).collect();
        let mut gone: BTreeSet<(&str, usize)> = BTreeSet::new();
        let mut come: Vec<(&str, &str)> =
            self.scaffold.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
        for step in set.iter().map(|&at| &self.steps[at]) {
            if let Some((file, number)) = &step.gone {
                gone.insert((file, *number));
            }
            if let Some((file, text)) = &step.come {
                come.push((file, text));
            }
        }
        changed.extend(gone.iter().map(|(file, _)| *file));
        changed.extend(come.iter().map(|(file, _)| *file));
        let none = Vec::new();
        for file in changed {
            let old = self.old.get(file).unwrap_or(&none);
            let is_table = file.ends_with(".csv");
            let kept =
                old.iter().enumerate().filter(|(number, _)| !gone.contains(&(file, *number)));
            // A table whose heading goes, goes.
            let whole = is_table && gone.contains(&(file, 0));
            let mut lines: Vec<&str> =
                kept.filter(|_| !whole).map(|(_, piece)| piece.text.as_str()).collect();
            lines.extend(come.iter().filter(|(into, _)| *into == file).map(|(_, text)| *text));
            let text = lines.join("\n") + "\n";
            book.files.put(file, Some(text.into_bytes()));
        }
        book.added.extend(self.books.new.added.iter().cloned());
        book.added.sort();
        book.added.dedup();
        book
    }

    fn one(&self, set: &[usize]) -> Result<Vec<bool>, StopReason> {
        self.limits.check()?;
        let nothing = vec![false; self.conclusions.len()];
        let Ok(rulebook) = self.book(set).load(self.books.options) else { return Ok(nothing) };
        let session = derive(rulebook, self.books.designs, &self.limits);
        let session = session.map_err(|stopped| stopped.reason)?;
        let sheets: Printed = printed(&session, self.compared);
        Ok(self.conclusions.iter().map(|it| it.is_in(&sheets)).collect())
    }
}

impl Between for Way<'_> {
    fn realized(&self, sets: &[Vec<usize>]) -> Result<Vec<Vec<bool>>, StopReason> {
        let next = AtomicUsize::new(0);
        let found: Mutex<BTreeMap<usize, Vec<bool>>> = Mutex::default();
        let failed: Mutex<Option<StopReason>> = Mutex::default();
        let work = || {
            while let Some(set) = sets.get(next.fetch_add(1, Ordering::Relaxed)) {
                let number = sets.iter().position(|it| std::ptr::eq(it, set)).unwrap_or_default();
                match self.one(set) {
                    Ok(realized) => {
                        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                        found.insert(number, realized);
                    }
                    Err(reason) => {
                        *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
                        return;
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.limits.threads.min(sets.len()).max(1) {
                scope.spawn(work);
            }
        });
        match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(reason) => Err(reason),
            None => {
                let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
                Ok(found.into_values().collect())
            }
        }
    }
}
