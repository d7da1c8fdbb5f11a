//! The rulebook that the arguments ask for.

use std::sync::atomic::AtomicBool;

use archlog::eval;
use archlog::kb::{self, Options, Part, Rulebook};

use crate::args::{self, Effort};
use crate::console::Console;
use crate::effort;
use crate::exit::Exit;

/// As [`load`], with the rules of the dossier where they are asked for.
pub fn load_with(
    arguments: &args::Rulebook,
    part: Part,
    dossier: bool,
    effort: &Effort,
    console: &Console,
) -> Result<Rulebook, Exit> {
    load_by(&Options { dossier, ..options(arguments, part) }, effort, console)
}

/// Loads a part of it and shows what is odd about it; how the program ends when it cannot be used, which
/// has been shown then.
pub fn load(
    arguments: &args::Rulebook,
    part: Part,
    effort: &Effort,
    console: &Console,
) -> Result<Rulebook, Exit> {
    load_by(&options(arguments, part), effort, console)
}

/// Loads a part for a goal; with the dossier where the goal speaks of it.
pub fn load_for(
    arguments: &args::Rulebook,
    part: Part,
    goal: &str,
    effort: &Effort,
    console: &Console,
) -> Result<Rulebook, Exit> {
    let dossier = kb::speaks_of_the_dossier(goal);
    load_by(&Options { dossier, ..options(arguments, part) }, effort, console)
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

/// As [`load`], with what is asked for said in full. Limits are for what a user lays over it: the
/// rulebook's own part takes what it takes.
pub fn load_by(options: &Options, effort: &Effort, console: &Console) -> Result<Rulebook, Exit> {
    let nobody = AtomicBool::new(false);
    let overlaid = !options.rules.is_empty() || !options.facts.is_empty();
    let limits = match overlaid {
        true => effort::options(effort, &nobody),
        false => eval::Options::default(),
    };
    match Rulebook::load_within(options, &limits) {
        Ok(rulebook) => {
            console.problems(&rulebook.sources, &rulebook.warnings);
            Ok(rulebook)
        }
        Err(unsound) => {
            console.problems(&unsound.sources, &unsound.diagnostics);
            Err(if unsound.stopped.is_some() { Exit::Limit } else { Exit::Input })
        }
    }
}
