//! Scenarios: the design as it is now under a name of its own, to be changed and to be left; and two
//! states of affairs side by side.

use std::sync::Arc;

use crate::analyze::facts::StatedFact;
use crate::answers;
use crate::change::Change;
use crate::diag::nearest;
use crate::eval;

use super::edits::{Log, broken_off, rule_again, same};
use super::{Done, Failure, Repl, Reply};

/// What the scenario is called that a design begins with.
pub(super) const MAIN: &str = "main";

/// A scenario that was left.
#[derive(Debug)]
pub(super) struct Scenario {
    pub name: String,
    /// The design that it is one of.
    pub design: usize,
    facts: Vec<StatedFact>,
    log: Log,
    typed: Option<String>,
}

/// `:branch`, `:branch NAME`
pub(super) fn branch(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    if name.is_empty() {
        let here = [repl.scenario.clone()];
        let left = repl.scenarios.iter().filter(|it| it.design == repl.current);
        let mut names: Vec<String> = left.map(|it| it.name.clone()).chain(here).collect();
        names.sort();
        for name in names {
            let mark = if name == repl.scenario { "*" } else { " " };
            reply.answer(format!("{mark} {name}\n"));
        }
        return Ok(());
    }
    if name.contains(char::is_whitespace) {
        return Err("a scenario has a name of one word: `:branch cheaper`".to_owned().into());
    }
    if name == repl.scenario || find(repl, name).is_some() {
        return Err(format!("there is a scenario `{name}` already; `:switch {name}`").into());
    }
    let here = leave(repl);
    repl.log = here.log.clone();
    repl.scenarios.push(here);
    name.clone_into(&mut repl.scenario);
    reply.note(format!("on {name}; `:switch` goes back, `:compare` puts them side by side"));
    Ok(())
}

fn find(repl: &Repl, name: &str) -> Option<usize> {
    repl.scenarios.iter().position(|it| it.name == name && it.design == repl.current)
}

/// The scenario that is left.
fn leave(repl: &mut Repl) -> Scenario {
    let design = repl.session.designs().get(repl.current);
    Scenario {
        name: repl.scenario.clone(),
        design: repl.current,
        facts: design.map(|design| design.facts.clone()).unwrap_or_default(),
        log: std::mem::take(&mut repl.log),
        typed: repl.rulebook.typed.clone(),
    }
}

fn unknown(repl: &Repl, name: &str, what: &str) -> Failure {
    let scenarios = repl.scenarios.iter().map(|it| it.name.as_str());
    let designs = repl.session.designs().iter().map(|it| it.id.as_str());
    let near = nearest(name, scenarios.chain(designs));
    let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("there is no {what} `{name}`{hint}").into()
}

/// `:switch`, `:switch NAME`
pub(super) fn switch(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    let last = repl.scenarios.iter().rposition(|it| it.design == repl.current);
    let found = if name.is_empty() { last } else { find(repl, name) };
    let Some(at) = found else {
        return match name {
            "" => Err("there is no other scenario; `:branch NAME` makes one".to_owned().into()),
            name if name == repl.scenario => Ok(()),
            name => Err(unknown(repl, name, "scenario")),
        };
    };
    let (facts, typed) = (repl.scenarios[at].facts.clone(), repl.scenarios[at].typed.clone());
    let typed_here = repl.rulebook.typed.clone();
    if typed != typed_here {
        rule_again(repl, typed, reply)?;
    }
    let before = repl.session.designs().get(repl.current).map(|it| it.facts.clone());
    let kept = repl.session.keep();
    repl.session.restate(repl.current, facts);
    if let Err(failure) = repl.derive(reply) {
        repl.session.restate(repl.current, before.unwrap_or_default());
        rule_again(repl, typed_here, reply)?;
        repl.session.put_back(kept);
        return Err(failure);
    }
    let to = repl.scenarios.remove(at);
    let here = Scenario { facts: before.unwrap_or_default(), typed: typed_here, ..leave(repl) };
    repl.scenarios.push(here);
    (repl.log, repl.scenario) = (to.log, to.name);
    reply.events.push(super::Event::Changed);
    reply.note(format!("on {}", repl.scenario));
    Ok(())
}

/// `:compare NAME`: a scenario or a design beside the one that is spoken of.
pub(super) fn compare(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let (name, all) = match words.strip_suffix("--all") {
        Some(name) => (name.trim(), true),
        None => (words, false),
    };
    let mut others = repl.session.designs().iter().enumerate();
    let other = others.find(|(at, it)| it.id == name && *at != repl.current);
    let facts = match (other, find(repl, name)) {
        (_, Some(at)) => repl.scenarios[at].facts.clone(),
        (Some((_, design)), None) => design.facts.clone(),
        (None, None) if name.is_empty() => {
            let hint = "say with what: `:compare NAME`, a scenario or a design that is open";
            return Err(hint.to_owned().into());
        }
        (None, None) => return Err(unknown(repl, name, "scenario or design")),
    };
    let design = repl.session.designs().get(repl.current);
    let stated = design.map(|design| design.facts.clone()).unwrap_or_default();
    let naming = repl.session.rulebook().design;
    let only = |these: &[StatedFact], those: &[StatedFact]| -> Vec<StatedFact> {
        let new = these.iter().filter(|it| !those.iter().any(|other| same(it, other)));
        // What a design is called is no difference.
        new.filter(|it| Some(it.relation) != naming).cloned().collect()
    };
    let change = Change { add: only(&facts, &stated), remove: only(&stated, &facts) };
    if change.size() == 0 {
        reply.note("both state the same");
        return Ok(());
    }
    let asked = Arc::clone(&repl.interrupt);
    let options = repl.effort.options(&asked);
    let what_if = repl.session.what_if(repl.current, &change, &options)?;
    let limits = eval::Limits::start(&options);
    let here = design.map_or("", |design| design.id.as_str());
    let here = if repl.scenario == MAIN { here } else { repl.scenario.as_str() };
    let (sections, stopped) =
        answers::compare(&repl.session, &what_if, &change, (here, name), all, limits);
    repl.sections("compare", sections, reply);
    stopped.map_or(Ok(()), |reason| Err(broken_off(reason)))
}

impl Repl {
    /// The scenarios and designs that there are beside this one, with a word about each.
    pub(super) fn others(&self) -> Vec<(String, String)> {
        let scenarios = self.scenarios.iter().filter(|it| it.design == self.current);
        let scenarios = scenarios.map(|it| (it.name.clone(), String::from("scenario")));
        let designs = self.session.designs().iter().enumerate();
        let designs = designs.filter(|(at, _)| *at != self.current);
        scenarios.chain(designs.map(|(_, it)| (it.id.clone(), it.title.clone()))).collect()
    }
}
