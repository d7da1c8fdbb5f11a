//! The folder that records stand in: what is in it, what becomes of it, and how its records name their
//! design. The program and the prompt write records alike.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::{Component, Path, PathBuf};

use crate::diag::Sources;
use crate::io::save_durably;

use super::decide::Decided;
use super::keep::{Change, Keeping, keep};
use super::read::{Record, read};

/// A folder of records.
#[derive(Debug, Default)]
pub struct Folder {
    /// The texts.
    pub sources: Sources,
    /// The records in it, in the order of their files.
    pub records: Vec<Record>,
    /// The names of all its files.
    pub files: Vec<String>,
}

impl Folder {
    /// Reads a folder; one that is not there yet is empty.
    pub fn read(path: &Path) -> Result<Folder> {
        let (mut sources, mut records) = (Sources::new(), Vec::new());
        let files = names(path)?;
        for name in files.iter().filter(|name| name.ends_with(".md")) {
            let path = path.join(name);
            let text = text_of(&path)?;
            records.extend(read(&path.display().to_string(), &text, &mut sources));
        }
        Ok(Folder { sources, records, files })
    }

    /// Brings the records of a design up to date, and says what became of each. The design is named by
    /// its path, its id, and the rulebook that it was derived by.
    pub fn update(
        &self,
        path: &Path,
        decided: &Decided,
        (design, id, rulebook): (&Path, &str, &str),
    ) -> Result<Vec<Change>> {
        let design = relative(path, design)?;
        let keeping =
            Keeping { records: &self.records, files: &self.files, design: &design, id, rulebook };
        let changes = keep(decided, &keeping);
        // New records first: what they supersede says so only once they are there.
        for change in changes.iter().rev() {
            let Some(text) = &change.text else { continue };
            let path = path.join(&change.file);
            save_durably(&path, &mut |out| out.write_all(text.as_bytes()))
                .map_err(|error| about("cannot write", &path, &error))?;
        }
        Ok(changes)
    }
}

/// All records in the folders that files stand in.
pub fn beside<'a>(files: impl Iterator<Item = &'a str>) -> Result<Vec<Record>> {
    let folder = |file| Path::new(file).parent().unwrap_or(Path::new(""));
    let folders: BTreeSet<&Path> = files.map(folder).collect();
    let mut records = Vec::new();
    for folder in folders {
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        records.extend(Folder::read(here)?.records);
    }
    Ok(records)
}

/// An error with what could not be done.
fn about(what: &str, path: &Path, error: &Error) -> Error {
    let reason = crate::diag::reason(error);
    Error::new(error.kind(), format!("{what} `{}`: {reason}", path.display()))
}

/// The names of the files of a folder, in order; none of one that is not there.
pub fn names(path: &Path) -> Result<Vec<String>> {
    let cannot = |error: Error| about("cannot read", path, &error);
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(cannot(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(cannot)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The text of a file; what is no UTF-8 in it is marked, so that its seal does not fit.
pub fn text_of(path: &Path) -> Result<String> {
    let bytes = fs::read(path).map_err(|error| about("cannot read", path, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A path as seen from a folder, with `/` between its parts.
fn relative(folder: &Path, path: &Path) -> Result<String> {
    let absolute =
        |path: &Path| std::path::absolute(path).map_err(|it| about("cannot find", path, &it));
    let (folder, path) = (real(&absolute(folder)?), real(&absolute(path)?));
    let parts = |path: &Path| -> Vec<String> {
        let parts = path.components().filter(|part| *part != Component::CurDir);
        parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let (from, to) = (parts(&folder), parts(&path));
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    if common == 0 {
        return Ok(path.display().to_string());
    }
    let up = std::iter::repeat_n("..", from.len() - common);
    let down = to.iter().skip(common).map(String::as_str);
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// A path without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(real), _, _) => real,
        (Err(_), Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_path_buf(),
    }
}
