//! `:dossier`: the steps of the design that is spoken of. The prompt's own rulebook does without the
//! dossier, so that every change is cheap; here the design is stated anew over one that has it.

use std::sync::Arc;

use crate::answers;
use crate::kb::{self, Rulebook};
use crate::session::Session;

use super::{Done, Failure, Repl, Reply};

/// `:dossier [N]`
pub(super) fn dossier(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let only = match words.trim() {
        "" => None,
        word => {
            let number: i64 =
                word.parse().map_err(|_| Failure::from(format!("`{word}` is no step's number")))?;
            Some(number)
        }
    };
    let options = kb::Options { dossier: true, ..repl.rulebook.clone() };
    let loaded = Rulebook::load(&options).map_err(|unsound| {
        let unsound = *unsound;
        Failure::Wrong(unsound.diagnostics, Box::new(unsound.sources))
    })?;
    let mut session = Session::new(Arc::new(loaded));
    let Some(design) = repl.session.designs().get(repl.current) else { return Ok(()) };
    let facts: String = design
        .facts
        .iter()
        .map(|fact| format!("{}.\n", answers::fact_of(&repl.session, fact.relation, &fact.values)))
        .collect();
    if !session.state_text(&design.path, facts.into_bytes()) {
        return Err("nothing is stated yet".to_owned().into());
    }
    session.derive(&repl.effort.options(&repl.interrupt))?;
    let Some(sections) = answers::dossier(&session, 0, only) else {
        return Err("there is no such step".to_owned().into());
    };
    let id = design.id.clone();
    repl.sections(&id, sections, reply);
    Ok(())
}
