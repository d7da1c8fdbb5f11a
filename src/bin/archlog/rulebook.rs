//! The rulebook that the arguments ask for.

use archlog::kb::{self, Options, Part, Rulebook};

use crate::args;
use crate::console::Console;

/// As [`load`], with the rules of the dossier where they are asked for.
pub fn load_with(
    arguments: &args::Rulebook,
    part: Part,
    dossier: bool,
    console: &Console,
) -> Option<Rulebook> {
    load_by(&Options { dossier, ..options(arguments, part) }, console)
}

/// Loads a part of it and shows what is odd about it; nothing when it cannot be used, which has been shown
/// then.
pub fn load(arguments: &args::Rulebook, part: Part, console: &Console) -> Option<Rulebook> {
    load_by(&options(arguments, part), console)
}

/// Loads a part for a goal; with the dossier where the goal speaks of it.
pub fn load_for(
    arguments: &args::Rulebook,
    part: Part,
    goal: &str,
    console: &Console,
) -> Option<Rulebook> {
    let dossier = kb::speaks_of_the_dossier(goal);
    load_by(&Options { dossier, ..options(arguments, part) }, console)
}

/// Which rulebook the arguments ask for.
pub fn options(arguments: &args::Rulebook, part: Part) -> Options {
    Options {
        as_written: arguments.as_written,
        rules: arguments.rules.clone(),
        facts: arguments.facts.clone(),
        part,
        dossier: false,
        typed: None,
    }
}

/// As [`load`], with what is asked for said in full.
pub fn load_by(options: &Options, console: &Console) -> Option<Rulebook> {
    match Rulebook::load(options) {
        Ok(rulebook) => {
            console.problems(&rulebook.sources, &rulebook.warnings);
            Some(rulebook)
        }
        Err(unsound) => {
            console.problems(&unsound.sources, &unsound.diagnostics);
            None
        }
    }
}
