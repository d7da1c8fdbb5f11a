//! Pragmas: in Souffle each sets an option of the command line. Those that say how a program is run are
//! passed over; of one that says what is read or written, or that is none, it is told that nothing comes
//! of it.

use crate::diag::Diagnostic;
use crate::syntax::tree::{Item, Tree};

use super::beyond::PRAGMA;
use super::error;
use super::wishes::is_wish;

/// Options of Souffle that change what a program reads, writes or knows; how it is said here.
const FOLDERS: [(&str, &str); 5] = [
    ("fact-dir", "say it on the command line: `-F DIR`"),
    ("output-dir", "say it on the command line: `-D DIR`"),
    ("include-dir", "say it on the command line: `-I DIR`"),
    ("libraries", "there are no functors of one's own"),
    ("library-dir", "there are no functors of one's own"),
];

/// Options of Souffle that say how a program is run.
const PASSED_OVER: [&str; 34] = [
    "auto-schedule",
    "compile",
    "compile-many",
    "debug-report",
    "disable-transformers",
    "dl-program",
    "emit-statistics",
    "generate",
    "generate-many",
    "generate-namespace",
    "help",
    "inline-exclude",
    "jobs",
    "legacy",
    "live-profile",
    "macro",
    "magic-transform",
    "magic-transform-exclude",
    "no-preprocessor",
    "no-warn",
    "parse-errors",
    "preprocessor",
    "profile",
    "profile-frequency",
    "profile-use",
    "provenance",
    "RamSIPS",
    "show",
    "SIPS",
    "suppress-warnings",
    "swig",
    "verbose",
    "warn",
    "wno",
];

/// Warns of pragmas that nothing comes of, though they look as if something did.
pub(super) fn check(trees: &[Tree], diagnostics: &mut Vec<Diagnostic>) {
    for item in trees.iter().flat_map(|tree| &tree.items) {
        let Item::Pragma { words, span } = item else { continue };
        let Some(key) = words.first().filter(|it| *it != PRAGMA && !is_wish(words)) else {
            continue;
        };
        let told = FOLDERS.iter().find(|(folder, _)| folder == key).map(|(_, how)| *how);
        let known = FOLDERS.iter().map(|(name, _)| *name).chain(PASSED_OVER).chain([PRAGMA]);
        if told.is_some() || !PASSED_OVER.contains(&key.as_str()) {
            diagnostics.push(error::not_followed(*span, key, told, known));
        }
    }
}
