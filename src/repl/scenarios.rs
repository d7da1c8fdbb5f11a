//! Scenarios: all designs as they are now under a name of their own, to be changed and to be left; and
//! two states of affairs side by side.

use std::sync::Arc;

use crate::analyze::facts::StatedFact;
use crate::answers;
use crate::change::Change;
use crate::diag::nearest;
use crate::eval;

use super::edits::{broken_off, restate, rule_again, same};
use super::log::{Log, Stated, stated};
use super::{Done, Failure, Repl, Reply, Saved};

/// What the scenario is called that a design begins with.
pub(super) const MAIN: &str = "main";

/// A scenario that was left. What it states follows from the changes.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub name: String,
    pub log: Log,
    pub typed: Option<String>,
    /// Where it was saved.
    pub saved: Vec<Saved>,
}

/// `:branch`, `:branch NAME`
pub(super) fn branch(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    if name.is_empty() {
        let left = repl.scenarios.iter().map(|it| it.name.clone());
        let mut names: Vec<String> = left.chain([repl.scenario.clone()]).collect();
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
    repl.scenarios.push(here(repl));
    name.clone_into(&mut repl.scenario);
    reply.events.push(super::Event::Changed);
    reply.note(format!("on {name}; `:switch` goes back, `:compare` puts them side by side"));
    Ok(())
}

fn find(repl: &Repl, name: &str) -> Option<usize> {
    repl.scenarios.iter().position(|it| it.name == name)
}

/// The scenario that is changed.
pub(super) fn here(repl: &Repl) -> Scenario {
    let (name, typed) = (repl.scenario.clone(), repl.rulebook.typed.clone());
    Scenario { name, log: repl.log.clone(), typed, saved: repl.saved.clone() }
}

/// What a design states in a scenario that was left.
fn stated_in(repl: &Repl, there: &Log, design: usize) -> Stated {
    there.made(design, repl.log.unmade(design, stated(&repl.session, design)))
}

/// How many names a message lists.
const LISTED: usize = 12;

/// What to say of a name that none of these is: the nearest, else all of them, else what makes one.
pub(super) fn among(name: &str, known: &[&str], makes: &str) -> String {
    if let Some(near) = nearest(name, known.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    let quoted: Vec<String> = known.iter().take(LISTED).map(|it| format!("`{it}`")).collect();
    let more = match known.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match quoted.split_last() {
        None => makes.to_owned(),
        Some((only, [])) => format!("there is {only}; {makes}"),
        Some((last, rest)) if more.is_empty() => {
            format!("there are {} and {last}", rest.join(", "))
        }
        _ => format!("there are {}{more}", quoted.join(", ")),
    }
}

fn unknown(repl: &Repl, name: &str, what: &str, known: &[&str]) -> Failure {
    if name == repl.scenario {
        return format!("`{name}` is the scenario that is changed here").into();
    }
    let here = repl.session.designs().get(repl.current);
    if here.is_some_and(|design| design.id == name) {
        return format!("`{name}` is the design that is spoken of").into();
    }
    let hint = among(name, known, "`:branch NAME` makes a scenario");
    format!("there is no {what} `{name}`; {hint}").into()
}

/// `:switch`, `:switch NAME`
pub(super) fn switch(repl: &mut Repl, name: &str, reply: &mut Reply) -> Done {
    let last = repl.scenarios.len().checked_sub(1);
    let found = if name.is_empty() { last } else { find(repl, name) };
    let Some(at) = found else {
        return match name {
            "" => Err("there is no other scenario; `:branch NAME` makes one".to_owned().into()),
            name if name == repl.scenario => Ok(()),
            name => {
                let known: Vec<&str> = repl.scenarios.iter().map(|it| it.name.as_str()).collect();
                Err(unknown(repl, name, "scenario", &known))
            }
        };
    };
    let (left, to) = (here(repl), repl.scenarios[at].clone());
    let mut designs: Vec<usize> = left.log.touched().chain(to.log.touched()).collect();
    designs.sort_unstable();
    designs.dedup();
    let states = |log: &Log| -> Vec<(usize, Stated)> {
        designs.iter().map(|&design| (design, stated_in(repl, log, design))).collect()
    };
    let (before, after) = (states(&left.log), states(&to.log));
    if to.typed != left.typed {
        rule_again(repl, to.typed, reply)?;
    }
    let kept = repl.session.keep();
    for (design, stated) in after {
        restate(repl, design, stated);
    }
    if let Err(failure) = repl.derive(reply) {
        for (design, stated) in before {
            restate(repl, design, stated);
        }
        rule_again(repl, left.typed, reply)?;
        repl.session.put_back(kept);
        return Err(failure);
    }
    repl.scenarios.remove(at);
    repl.scenarios.push(left);
    (repl.log, repl.scenario, repl.saved) = (to.log, to.name, to.saved);
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
        (_, Some(at)) => stated_in(repl, &repl.scenarios[at].log, repl.current).facts,
        (Some((_, design)), None) => design.facts.clone(),
        (None, None) => {
            let known = repl.others();
            let known: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
            if name.is_empty() {
                let hint = among(name, &known, "`:branch NAME` makes a scenario");
                return Err(format!("say with what: `:compare NAME`; {hint}").into());
            }
            return Err(unknown(repl, name, "scenario or design", &known));
        }
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
    /// The scenarios that there are beside this one.
    pub(super) fn scenario_names(&self) -> Vec<(String, String)> {
        self.scenarios.iter().map(|it| (it.name.clone(), String::new())).collect()
    }

    /// The scenarios and designs that there are beside this one, with a word about each.
    pub(super) fn others(&self) -> Vec<(String, String)> {
        let scenarios = self.scenarios.iter();
        let scenarios = scenarios.map(|it| (it.name.clone(), String::from("scenario")));
        let designs = self.session.designs().iter().enumerate();
        let designs = designs.filter(|(at, _)| *at != self.current);
        scenarios.chain(designs.map(|(_, it)| (it.id.clone(), it.title.clone()))).collect()
    }
}
