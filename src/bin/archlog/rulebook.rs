//! The rulebook that the arguments ask for.

use archlog::kb::{Options, Part, Rulebook};

use crate::args;
use crate::console::Console;

/// Loads a part of it and shows what is odd about it; nothing when it cannot be used, which has been shown
/// then.
pub fn load(arguments: &args::Rulebook, part: Part, console: &Console) -> Option<Rulebook> {
    let options = Options {
        as_written: arguments.as_written,
        rules: arguments.rules.clone(),
        facts: arguments.facts.clone(),
        part,
    };
    match Rulebook::load(&options) {
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
