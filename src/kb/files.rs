//! The files of the rulebook: those embedded in the binary, and a user's own laid over them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::{fs, io};

use crate::diag::reason;
use crate::eval::{Limits, Options as EvalOptions, StopReason};
use crate::io::Files;

use super::hash;

/// Every file of the rulebook as it was when the binary was built.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The hash of the embedded rulebook.
const EMBEDDED_HASH: &str = include!(concat!(env!("OUT_DIR"), "/hash.rs"));

/// The tables that nothing derives from: the file that declares one, where, and its name.
pub(super) const UNREAD: &[(&str, Range<usize>, &str)] =
    include!(concat!(env!("OUT_DIR"), "/unread.rs"));

/// Where what a conclusion can depend on lies. Examples, tests and pages are embedded as well.
const RULEBOOK: [&str; 3] = ["rules/", "facts/", "queries/"];

/// The text of an embedded page, such as `docs/errors/AL0001.md`.
pub fn embedded(path: &str) -> Option<&'static str> {
    let (_, bytes) = EMBEDDED.iter().find(|(name, _)| *name == path)?;
    std::str::from_utf8(bytes).ok()
}

/// The paths of all embedded files below a folder, sorted.
pub fn embedded_in(folder: &str) -> impl Iterator<Item = &'static str> + '_ {
    EMBEDDED
        .iter()
        .map(|(name, _)| *name)
        .filter(move |name| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

/// The text of an embedded rule file without the declarations in [`UNREAD`]. Only the ends of their
/// lines stay, so that all else keeps its place.
pub(super) fn without_unread(path: &str, mut text: Vec<u8>) -> Vec<u8> {
    for (_, range, _) in UNREAD.iter().filter(|(file, _, _)| *file == path) {
        let declared = text.get_mut(range.clone()).unwrap_or_default();
        declared.split_mut(|byte| *byte == b'\n').for_each(|line| line.fill(b' '));
    }
    text
}

/// Files by path, `rules/...`, `facts/...` and `queries/...`.
#[derive(Clone, Debug)]
pub struct RulebookFiles {
    files: BTreeMap<String, Cow<'static, [u8]>>,
    /// The files that a user laid over, by path, as the user would call them.
    overlaid: BTreeMap<String, String>,
}

/// The table of the documents; its first column names them.
const DOCUMENTS: &str = "sources.csv";

/// What the name of a fact file ends in whose rows are added to those of the file without it. What a
/// second folder adds to the same file has a number behind it.
pub(super) const ADDED: &str = ".add.csv";

/// How many bytes files may take, and have taken.
pub(super) struct Room {
    most: Option<usize>,
    taken: u64,
}

impl Room {
    /// So much, and nothing taken.
    pub fn of(most: Option<usize>) -> Self {
        Room { most, taken: 0 }
    }
}

/// How much of a file is read at once where reading has limits.
const CHUNK: u64 = 1 << 20;

impl RulebookFiles {
    /// The files that came with the binary.
    pub fn embedded() -> Self {
        let files = EMBEDDED
            .iter()
            .filter(|(name, _)| RULEBOOK.iter().any(|folder| name.starts_with(folder)))
            .map(|(name, bytes)| ((*name).to_owned(), Cow::Borrowed(*bytes)))
            .collect();
        RulebookFiles { files, overlaid: BTreeMap::new() }
    }

    /// Lays the files of a folder over those below `onto`: one of the same path replaces the
    /// file, any other is added. Gives the paths of the rule files added.
    pub fn overlay(&mut self, folder: &Path, onto: &str) -> io::Result<Vec<String>> {
        let no_limits = Limits::start(&EvalOptions::default());
        let added = self.overlay_within(folder, onto, &no_limits, &mut Room::of(None))?;
        Ok(added.unwrap_or_default())
    }

    /// As [`RulebookFiles::overlay`], within limits.
    pub(super) fn overlay_within(
        &mut self,
        folder: &Path,
        onto: &str,
        limits: &Limits<'_>,
        room: &mut Room,
    ) -> io::Result<Result<Vec<String>, StopReason>> {
        let mut found = Vec::new();
        collect(folder, Path::new(""), &mut found)?;
        let mut added = Vec::new();
        for relative in found {
            let unreadable = |problem: io::Error| {
                io::Error::other(format!("`{relative}` in it: {}", reason(&problem)))
            };
            let read = read_within(&folder.join(&relative), limits, room).map_err(unreadable)?;
            let bytes = match read {
                Ok(bytes) => bytes,
                Err(reason) => return Ok(Err(reason)),
            };
            let path = format!("{onto}/{}", lower_end(&relative.replace('\\', "/")));
            // What one folder adds to a table, the next one does not take back.
            let path = match path.strip_prefix("facts/").and_then(|it| it.strip_suffix(ADDED)) {
                Some(stem) if self.files.contains_key(&path) => {
                    format!("{path}/{:04}", self.additions(stem).len())
                }
                _ => path,
            };
            let shown = folder.join(&relative).display().to_string();
            self.overlaid.insert(path.clone(), shown);
            if self.files.insert(path.clone(), Cow::Owned(bytes)).is_none() && path.ends_with(".dl")
            {
                added.push(path);
            }
        }
        Ok(Ok(added))
    }

    /// The files of a folder that holds a whole rulebook: `rules/`, `facts/` and `queries/`.
    pub fn of_folder(root: &Path) -> io::Result<Self> {
        let mut files = RulebookFiles { files: BTreeMap::new(), overlaid: BTreeMap::new() };
        for folder in RULEBOOK.map(|folder| folder.trim_end_matches('/')) {
            if root.join(folder).is_dir() {
                files.overlay(&root.join(folder), folder)?;
            }
        }
        Ok(files)
    }

    /// Puts a file in the place of another, or takes it away.
    pub fn put(&mut self, path: &str, content: Option<Vec<u8>>) {
        self.overlaid.entry(path.to_owned()).or_insert_with(|| path.to_owned());
        match content {
            Some(bytes) => drop(self.files.insert(path.to_owned(), Cow::Owned(bytes))),
            None => drop(self.files.remove(path)),
        }
    }

    /// The content of a file, if it is there.
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(AsRef::as_ref)
    }

    /// The content of a file.
    pub fn get(&self, path: &str) -> io::Result<Vec<u8>> {
        match self.bytes(path) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => Err(io::Error::new(io::ErrorKind::NotFound, "no such file in the rulebook")),
        }
    }

    /// Whether a user laid files over those of the binary.
    pub fn overlaid(&self) -> bool {
        !self.overlaid.is_empty()
    }

    /// The files that add rows to a fact file.
    pub fn additions(&self, name: &str) -> Vec<Addition<'_>> {
        let stem = name.strip_suffix(".csv").unwrap_or(name);
        let path = format!("facts/{stem}{ADDED}");
        let from = self.files.range(path.clone()..).take_while(|(it, _)| it.starts_with(&path));
        let its = |other: &str| other.len() == path.len() || other[path.len()..].starts_with('/');
        let found = from.filter(|(other, _)| its(other));
        found.map(|(path, bytes)| Addition { path: self.shown(path), bytes }).collect()
    }

    /// Whether a user laid rule files of their own over those of the binary.
    pub fn own_rules(&self) -> bool {
        self.overlaid.keys().any(|path| path.ends_with(".dl"))
    }

    /// The documents that rules and tables may cite.
    pub fn documents(&self) -> BTreeSet<String> {
        let names = |bytes: &[u8]| {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
            let first = |record: csv::StringRecord| record.get(0).map(str::to_owned);
            reader.records().flatten().filter_map(first).collect::<Vec<String>>()
        };
        let own = self.files.get(&format!("facts/{DOCUMENTS}"));
        let mut all: BTreeSet<String> = own.into_iter().flat_map(|it| names(it)).collect();
        all.extend(self.additions(DOCUMENTS).iter().flat_map(|addition| names(addition.bytes())));
        all
    }

    /// What messages call a file: where it lies, if a user laid it over.
    pub fn shown<'a>(&'a self, path: &'a str) -> &'a str {
        self.overlaid.get(path).map_or(path, String::as_str)
    }

    /// The content of a file by the name that messages call it.
    pub fn shown_as(&self, name: &str) -> Option<&[u8]> {
        let laid = self.overlaid.iter().find(|(_, shown)| *shown == name);
        let path = laid.map_or(name, |(path, _)| path);
        self.files.get(path).map(AsRef::as_ref)
    }

    /// The fact files that a user laid over, as `.input` would name them: those that add rows by the
    /// name of the file they add to.
    pub fn overlaid_facts(&self) -> impl Iterator<Item = (String, &str)> {
        self.overlaid.iter().filter_map(|(path, shown)| {
            let name = path.strip_prefix("facts/")?;
            let read = match name.split_once(ADDED) {
                Some((stem, "")) => format!("{stem}.csv"),
                Some((stem, more)) if more.starts_with('/') => format!("{stem}.csv"),
                _ => name.to_owned(),
            };
            read.ends_with(".csv").then_some((read, shown.as_str()))
        })
    }

    /// The paths of all files below a folder, sorted.
    pub fn paths<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.files
            .keys()
            .map(String::as_str)
            .filter(move |name| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The number that two rulebooks share only if they are the same.
    pub fn hash(&self) -> String {
        if !self.overlaid() {
            return EMBEDDED_HASH.to_owned();
        }
        hash::of_files(self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_ref())))
    }
}

/// The content of a file, read while limits allow it.
fn read_within(
    path: &Path,
    limits: &Limits<'_>,
    room: &mut Room,
) -> io::Result<Result<Vec<u8>, StopReason>> {
    let mut file = fs::File::open(path)?;
    let mut bytes = Vec::new();
    loop {
        if let Err(reason) = limits.check() {
            return Ok(Err(reason));
        }
        let read = file.by_ref().take(CHUNK).read_to_end(&mut bytes)? as u64;
        room.taken += read;
        if let Some(most) = room.most.filter(|most| room.taken > *most as u64) {
            return Ok(Err(StopReason::Memory(most)));
        }
        if read == 0 {
            return Ok(Ok(bytes));
        }
    }
}

/// The fact files of the rulebook, as `.input` names them, read while limits allow it.
pub struct FactFiles<'a> {
    /// The files.
    pub files: &'a RulebookFiles,
    /// When to stop reading.
    pub limits: &'a Limits<'a>,
}

impl Files for FactFiles<'_> {
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.files.get(&format!("facts/{name}"))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.files.paths("facts").map(|path| path["facts/".len()..].to_owned()).collect())
    }

    fn shown(&self, name: &str) -> String {
        self.files.shown(&format!("facts/{name}")).to_owned()
    }

    fn halted(&self) -> bool {
        self.limits.check().is_err()
    }

    fn blank_rows(&self) -> bool {
        false
    }
}

/// A file whose rows are added to those of another one.
pub struct Addition<'a> {
    path: &'a str,
    bytes: &'a [u8],
}

impl<'a> Addition<'a> {
    /// Where it lies.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// Its content.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// A file whose rows are added, read while limits allow it.
pub struct AddedFile<'a>(pub &'a Addition<'a>, pub &'a Limits<'a>);

impl Files for AddedFile<'_> {
    fn read(&self, _: &str) -> io::Result<Vec<u8>> {
        Ok(self.0.bytes.to_vec())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(vec![self.0.path.to_owned()])
    }

    fn shown(&self, _: &str) -> String {
        self.0.path.to_owned()
    }

    fn halted(&self) -> bool {
        self.1.check().is_err()
    }

    fn blank_rows(&self) -> bool {
        false
    }
}

/// Whether files that end so are of a rulebook, in letters of either case.
fn is_ours(end: &str) -> bool {
    ["dl", "csv"].iter().any(|ours| end.eq_ignore_ascii_case(ours))
}

/// A path with its end in small letters.
fn lower_end(path: &str) -> String {
    path.rsplit_once('.')
        .map_or(path.to_owned(), |(stem, end)| format!("{stem}.{}", end.to_ascii_lowercase()))
}

/// The files below a folder as paths relative to it, sorted.
fn collect(root: &Path, folder: &Path, into: &mut Vec<String>) -> io::Result<()> {
    let mut entries: Vec<fs::DirEntry> =
        fs::read_dir(root.join(folder))?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = folder.join(entry.file_name());
        // A link to a folder may lead back up.
        if entry.file_type()?.is_dir() {
            collect(root, &path, into)?;
        } else if !entry.path().is_dir()
            && path.extension().and_then(OsStr::to_str).is_some_and(is_ours)
        {
            into.push(path.display().to_string());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_hash_is_that_of_the_embedded_files() {
        let files = RulebookFiles::embedded();
        let all = files.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_ref()));
        assert_eq!(files.hash(), hash::of_files(all));
    }
}
