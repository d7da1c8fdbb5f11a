//! The rulebook that the arguments ask for.

use archlog::kb::{Options, Rulebook};

use crate::args;
use crate::console::Console;

/// Loads it and shows what is odd about it; nothing when it cannot be used, which has been shown
/// then.
pub fn load(arguments: &args::Rulebook, console: &Console) -> Option<Rulebook> {
    let options = Options {
        as_written: arguments.as_written,
        rules: arguments.rules.clone(),
        facts: arguments.facts.clone(),
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
