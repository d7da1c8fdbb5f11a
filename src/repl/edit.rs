//! A design, or the rules that were typed, as one text to be edited: what became of it is one change.

use crate::analyze::facts::StatedFact;
use crate::analyze::has_errors;

use super::edits::{rule_change, same, whole_change};
use super::log;
use super::{Done, Event, Failure, Repl, Reply};

/// What a text is called that was edited, until it is a change.
const EDITED: &str = "your text";

/// A text that can be edited as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Text {
    /// The design that is spoken of.
    Design,
    /// The declarations and rules that were typed.
    Rules,
}

/// `:edit`, `:edit rules`, `:edit anew`, `:edit rules anew`
pub(super) fn edit(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let (what, anew) = match words {
        "" => (Text::Design, false),
        "anew" => (Text::Design, true),
        "rules" => (Text::Rules, false),
        "rules anew" => (Text::Rules, true),
        _ => return Err(format!("`:edit`, `:edit rules` or `anew`, not `:edit {words}`").into()),
    };
    let of = (what, repl.current);
    let refused = repl.refused.take().filter(|(it, _)| *it == of && !anew);
    let text = match (refused, what) {
        (Some((_, text)), _) => text,
        (None, Text::Design) => repl.text(),
        (None, Text::Rules) => repl.typed().to_owned(),
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
            self.refused = Some(((what, self.current), text.to_owned()));
            reply.note("`:edit` goes on with your text, `:edit anew` without it");
        }
        reply.events
    }
}

/// A text becomes the design's, with its comments and in its order.
fn design(repl: &mut Repl, text: &str, reply: &mut Reply) -> Done {
    if text == repl.text() {
        reply.note("nothing was changed");
        return Ok(());
    }
    let made = repl.log.done.len();
    let (source, facts, problems) = repl.session.read(EDITED, text);
    let sources = repl.session.sources().clone();
    let done = if has_errors(&problems) {
        Err(Failure::Wrong(problems, Box::new(sources)))
    } else {
        let told = told(repl, &facts);
        whole_change(repl, told, facts, source, reply)
    };
    match repl.log.done.len() {
        after if after > made => repl.session.rename_last(&format!("change {after}")),
        _ => repl.session.forget_last(),
    }
    done
}

/// What an edited text changes, as statements that would do the same.
fn told(repl: &Repl, facts: &[StatedFact]) -> String {
    let stated = log::stated(&repl.session, repl.current).facts;
    let not_in =
        |those: &[StatedFact], fact: &StatedFact| !those.iter().any(|other| same(other, fact));
    let gone = stated.iter().filter(|fact| not_in(facts, fact));
    let gone = gone.map(|fact| format!("-{}.", repl.session.written(fact)));
    let new = facts.iter().filter(|fact| not_in(&stated, fact));
    let new = new.map(|fact| format!("{}.", repl.session.written(fact)));
    let lines: Vec<String> = gone.chain(new).collect();
    if lines.is_empty() { "// comments, or the order, edited".to_owned() } else { lines.join("\n") }
}
