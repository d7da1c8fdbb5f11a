//! `:dossier`: the steps of the design that is spoken of. The prompt's own rulebook does without the
//! dossier, so that every change is cheap; here the design is stated anew over one that has it.

use crate::answers;

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
    let session = repl.beside_dossier()?;
    let Some(sections) = answers::dossier(&session, 0, only) else {
        return Err("there is no such step".to_owned().into());
    };
    let design = repl.session.designs().get(repl.current);
    let id = design.map_or_else(String::new, |design| design.id.clone());
    repl.sections(&id, sections, reply);
    Ok(())
}
