//! Embeds the rulebook: every file of [`FOLDERS`] becomes a pair of its path and its bytes in one
//! table; and computes the hash of the rulebook.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/kb/hash.rs"]
mod hash;
#[path = "build/unread.rs"]
mod unread;

/// The rulebook, its examples and tests, and the pages about problems.
const FOLDERS: [&str; 6] =
    ["rules", "facts", "queries", "designs", "tests/rulebook", "docs/errors"];

/// The rule files that a derivation does not load.
const NOT_DERIVED: [&str; 8] = [
    "rules/checks/",
    "rules/dossier/",
    "rules/proofs/",
    "rules/meta.dl",
    "queries/dossier/",
    "queries/kb/",
    "queries/meta/",
    "queries/saved/",
];

/// What a conclusion can depend on.
const RULEBOOK: [&str; 3] = ["rules/", "facts/", "queries/"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let mut paths = Vec::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        collect(&root, Path::new(folder), &mut paths)?;
    }
    paths.sort();
    let mut table = String::from("&[\n");
    for path in &paths {
        let absolute = root.join(path).display().to_string();
        writeln!(table, "    ({path:?}, include_bytes!({absolute:?})),")
            .map_err(io::Error::other)?;
    }
    table.push_str("]\n");
    println!("cargo::rerun-if-changed=src/kb/hash.rs");
    let rulebook = paths.iter().filter(|path| RULEBOOK.iter().any(|it| path.starts_with(it)));
    let contents: Vec<(&str, Vec<u8>)> = rulebook
        .map(|path| Ok((path.as_str(), fs::read(root.join(path))?)))
        .collect::<io::Result<_>>()?;
    let hash = hash::of_files(contents.iter().map(|(path, bytes)| (*path, bytes.as_slice())));
    let folder = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(folder.join("hash.rs"), format!("{hash:?}"))?;
    println!("cargo::rerun-if-changed=build/unread.rs");
    let read = |path: &str| !NOT_DERIVED.iter().any(|it| path.starts_with(it));
    let rules = contents.iter().filter(|(path, _)| path.ends_with(".dl") && read(path));
    let rules = rules.filter_map(|(path, bytes)| Some((*path, std::str::from_utf8(bytes).ok()?)));
    fs::write(folder.join("unread.rs"), format!("&{:?}", unread::unread(rules)))?;
    let target = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("embedded.rs");
    fs::write(target, table)
}

/// All `.dl`, `.csv` and `.md` files below a folder, as paths with `/` from the root.
fn collect(root: &Path, folder: &Path, into: &mut Vec<String>) -> io::Result<()> {
    let absolute = root.join(folder);
    if !absolute.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(absolute)? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            collect(root, &path, into)?;
        } else if path.extension().is_some_and(|end| end == "dl" || end == "csv" || end == "md") {
            into.push(path.display().to_string().replace('\\', "/"));
        }
    }
    Ok(())
}
