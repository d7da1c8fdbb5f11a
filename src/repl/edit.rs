//! A design, or the rules that were typed, as one text to be edited: what became of it is one change.

use crate::analyze::facts::{StatedFact, stated_facts};
use crate::analyze::has_errors;
use crate::syntax::parse;

use super::edits::{self, rule_change, same};
use super::{Done, Event, Failure, Repl, Reply};

/// A text that can be edited as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Text {
    /// The design that is spoken of.
    Design,
    /// The declarations and rules that were typed.
    Rules,
}

/// `:edit`, `:edit rules`
pub(super) fn edit(repl: &mut Repl, what: &str, reply: &mut Reply) -> Done {
    let (what, text) = match what {
        "" => (Text::Design, repl.text()),
        "rules" => (Text::Rules, repl.typed().to_owned()),
        _ => return Err(format!("`:edit` or `:edit rules`, not `:edit {what}`").into()),
    };
    reply.events.push(Event::Edit { what, text });
    Ok(())
}

impl Repl {
    /// Takes a text that was edited; where something in it is wrong, nothing changes.
    pub fn edited(&mut self, what: Text, text: &str) -> Vec<Event> {
        let mut reply = Reply::default();
        let done = match what {
            Text::Design => design(self, text, &mut reply),
            Text::Rules => rule_change(self, text, &mut reply),
        };
        if let Err(failure) = done {
            reply.fail(failure);
        }
        reply.events
    }
}

/// The facts of a text become those of the design.
fn design(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    let source = repl.session.note("<edited>", text);
    let rulebook = repl.session.rulebook();
    let (tree, mut problems) = parse(source, text);
    let facts = stated_facts(&rulebook.statable, &rulebook.program, &tree, &mut problems);
    let sources = repl.session.sources().clone();
    repl.session.forget_last();
    if has_errors(&problems) {
        return Err(Failure::Wrong(problems, Box::new(sources)));
    }
    let stated = repl.session.designs().get(repl.current).map(|design| design.facts.clone());
    let stated = stated.unwrap_or_default();
    let not_in = |those: &[StatedFact]| {
        let those = those.to_vec();
        move |fact: &&StatedFact| !those.iter().any(|other| same(other, fact))
    };
    let gone: Vec<StatedFact> = stated.iter().filter(not_in(&facts)).cloned().collect();
    let new: Vec<StatedFact> = facts.iter().filter(not_in(&stated)).cloned().collect();
    if gone.is_empty() && new.is_empty() {
        reply.note("nothing was changed");
        return Ok(());
    }
    edits::make(repl, new, gone, reply)
}
