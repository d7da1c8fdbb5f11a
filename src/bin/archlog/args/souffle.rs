//! The rest of Souffle's command line: what archlog has no use for is refused by name, with the way to do
//! here what it does there.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// An option of Souffle's that archlog does not have.
struct Foreign {
    short: Option<char>,
    long: &'static str,
    why: &'static str,
}

const fn option(short: char, long: &'static str, why: &'static str) -> Foreign {
    Foreign { short: Some(short), long, why }
}

const fn long(long: &'static str, why: &'static str) -> Foreign {
    Foreign { short: None, long, why }
}

const COMPILE: &str =
    "programs are interpreted; `archlog compile PROGRAM.dl -o DIR` writes one as a Rust crate";
const LIBRARY: &str = "there are no functors of one's own, so no libraries of them";
const PREPROCESSOR: &str = "the C preprocessor is not run; run it first: `mcpp -P -D NAME=VALUE PROGRAM.dl | archlog run -`";
const INSIDE: &str = "archlog plans on its own; `--plan` shows how";
const PROFILE: &str = "`-p FILE` and `--profile` say where the time went";

const FOREIGN: [Foreign; 26] = [
    option('c', "compile", COMPILE),
    option('C', "compile-many", COMPILE),
    option('N', "generate-namespace", COMPILE),
    option('o', "dl-program", COMPILE),
    option('g', "generate", COMPILE),
    option('G', "generate-many", COMPILE),
    option('s', "swig", COMPILE),
    option('L', "library-dir", LIBRARY),
    option('l', "libraries", LIBRARY),
    option('M', "macro", PREPROCESSOR),
    long("preprocessor", PREPROCESSOR),
    option('W', "warn", "`archlog check --deny CODE` says which findings count"),
    long("wno", "`archlog check --allow CODE` lets a finding pass"),
    option('z', "disable-transformers", INSIDE),
    long("inline-exclude", "nothing is inlined"),
    option('a', "auto-schedule", INSIDE),
    option('u', "profile-use", INSIDE),
    long("emit-statistics", PROFILE),
    long("live-profile", PROFILE),
    long("profile-frequency", PROFILE),
    option('r', "debug-report", "`--plan` and `--profile=FILE.html` show what a run does"),
    option('t', "provenance", "explanations are of designs: `archlog why`"),
    long("show", "`--plan` shows how a program is evaluated"),
    long("parse-errors", "`archlog check PROGRAM.dl` shows what is wrong with a program"),
    long("version", "`archlog --version` says which archlog this is"),
    long("legacy", "old forms are refused or taken as they are"),
];

/// What is said where one of these options was typed to `archlog run`. None of them is told to the parser, so
/// that neither help nor completions have them.
pub fn refusal(error: &Error) -> Option<String> {
    let usage = error.to_string();
    let to_run = usage.lines().any(|it| it.starts_with("Usage: ") && it.contains(" run "));
    if error.kind() != ErrorKind::UnknownArgument || !to_run {
        return None;
    }
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg) else { return None };
    let is_it = |it: &&Foreign| {
        let short = it.short.is_some_and(|short| *typed == format!("-{short}"));
        short || typed.strip_prefix("--") == Some(it.long)
    };
    let Foreign { short, long, why } = FOREIGN.iter().find(is_it)?;
    let short = short.map(|short| format!("`-{short}`, ")).unwrap_or_default();
    Some(format!("{short}`--{long}` is an option of Souffle's that is not supported: {why}"))
}
