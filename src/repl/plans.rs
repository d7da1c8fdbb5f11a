//! How the rules of a relation are evaluated, and over how much.

use super::show::relation;
use super::{Done, Repl, Reply};
use crate::plan::{Known, Measured};

/// `:plan RELATION`
pub(super) fn plan(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    let beyond = repl.beyond(name)?;
    let (session, design) = beyond.as_ref().map_or((&repl.session, repl.current), |it| (it, 0));
    let rulebook = session.rulebook();
    let id = relation(repl, rulebook, name)?;
    let database = session.derived(design).map(|(database, _)| &**database);
    let known = Known { program: &rulebook.worlds.program, sources: &rulebook.sources, database };
    let text = Measured { plan: &rulebook.plan, known, only: Some(id) }.to_string();
    if text.is_empty() {
        reply.note(format!("no rule concludes {name}"));
    }
    reply.answer(text);
    Ok(())
}
