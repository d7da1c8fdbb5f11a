//! What is in no file of the user's as a text, so that another session can go on where this one ended:
//! every design that was changed as it was at first, all scenarios with all changes, made and undone.
//!
//! The text is JSON of one form, which has a number. A change is kept as it was typed, with the places
//! of the facts that it took back and the facts that it stated; what a design states follows from that.

use std::path::{Path, absolute};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analyze::facts::StatedFact;
use crate::diag::SourceId;
use crate::kb;
use crate::session::Design;
use crate::text::Text;

use super::edits::{one_line, restate, rule_again};
use super::interview::LeftInterview;
use super::log::{Change, Log, Stated, stated};
use super::scenarios::{Scenario, here};
use super::{Done, Event, Failure, Repl, Reply, Saved, UNNAMED};

/// The form that this version writes and reads.
const FORM: u32 = 2;

/// A session that ended with changes that were in no file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Left {
    form: u32,
    designs: Vec<LeftDesign>,
    /// The design that was spoken of, among these.
    current: usize,
    /// The scenario that was changed.
    scenario: String,
    /// All scenarios, that one last.
    scenarios: Vec<LeftScenario>,
    /// An interview that was not at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interview: Option<LeftInterview>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LeftDesign {
    id: String,
    /// The path as it was given, and from the root; empty for a design that came from no file.
    path: String,
    whole_path: String,
    /// Its text before any change.
    text: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LeftScenario {
    name: String,
    /// The rules typed before any change, and those that are in a file.
    rules: String,
    saved_rules: String,
    /// Of designs that were saved, how many changes held then.
    saved: Vec<(usize, Option<usize>)>,
    /// Where designs were saved, and what was written.
    files: Vec<(usize, String, String)>,
    done: Vec<LeftChange>,
    undone: Vec<LeftChange>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LeftChange {
    text: String,
    design: usize,
    /// The places of the facts that it took back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    removed: Vec<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    added: Vec<String>,
    /// All rules typed after it, where it changed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rules: Option<String>,
    /// The design's whole text after it, where that was edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    whole: Option<String>,
}

impl Left {
    /// Reads what [`Repl::left`] wrote; else says what is wrong with it.
    pub fn read(text: &str) -> Result<Left, String> {
        let left: Left = serde_json::from_str(text).map_err(|problem| problem.to_string())?;
        if left.form == FORM {
            Ok(left)
        } else {
            Err(format!("it has form {}, and this archlog reads form {FORM}", left.form))
        }
    }

    /// The files that its designs came from or were saved to.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let saved = self.scenarios.iter().flat_map(|it| &it.files);
        let saved = saved.map(|(_, path, _)| path.as_str());
        let read = self.designs.iter().map(|design| design.whole_path.as_str());
        read.chain(saved).filter(|path| !path.is_empty())
    }

    /// What there is to be taken up, a line each: designs, and scenarios with their changes.
    pub fn told(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (number, design) in self.designs.iter().enumerate() {
            let of = match design.path.as_str() {
                "" => " (new)".to_owned(),
                path => format!(" ({path})"),
            };
            lines.push(format!("{}{of}", design.id));
            let mut scenarios: Vec<&LeftScenario> = self.scenarios.iter().collect();
            scenarios.sort_by(|one, other| one.name.cmp(&other.name));
            for scenario in scenarios {
                let own: Vec<&LeftChange> =
                    scenario.done.iter().filter(|change| change.design == number).collect();
                let mark = if scenario.name == self.scenario { "*" } else { " " };
                let last = own.last().map(|it| format!(", the last: {}", one_line(&it.text)));
                let count = counted(own.len(), "change");
                let told = match scenario.saved_in(number) {
                    Some("") => counted(0, "change"),
                    Some(path) => format!("saved in {}", short(path)),
                    None => format!("{count}{}", last.unwrap_or_default()),
                };
                lines.push(format!("{mark} {}: {told}", scenario.name));
            }
            if self.interview.as_ref().is_some_and(|it| it.design == number) {
                lines.push("  and an interview that was not at its end".to_owned());
            }
        }
        lines
    }
}

impl LeftChange {
    /// Whether it changes what a design states.
    fn restates(&self) -> bool {
        !self.removed.is_empty() || !self.added.is_empty() || self.whole.is_some()
    }
}

impl LeftScenario {
    /// The file that has all of a design, nothing where it was never changed; none where no file has it.
    fn saved_in(&self, design: usize) -> Option<&str> {
        let own = self.done.iter().filter(|it| it.design == design && it.restates()).count();
        let mark = self.saved.iter().find(|(saved, _)| *saved == design);
        if mark.map_or(Some(0), |(_, mark)| *mark) != Some(own) {
            return None;
        }
        let file = self.files.iter().find(|(saved, _, _)| *saved == design);
        Some(file.map_or("", |(_, path, _)| path.as_str()))
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The rules typed before any change of a log, of those typed after all.
fn rules_before(log: &Log, typed: Option<&String>) -> String {
    let first = log.done.iter().find_map(|change| change.rules.as_ref());
    first.map_or(typed, |(before, _)| before.as_ref()).cloned().unwrap_or_default()
}

fn whole(path: &str) -> String {
    let whole = if path.is_empty() { None } else { absolute(path).ok() };
    whole.map_or_else(|| path.to_owned(), |path| path.display().to_string())
}

/// A path as it was given where that leads to the same file from here too.
fn from_here(path: &str, whole_path: &str) -> String {
    if whole(path) == whole_path { path } else { whole_path }.to_owned()
}

/// A path from the root as it is said here: without the folder that one is in.
fn short(whole_path: &str) -> String {
    let here = std::env::current_dir().ok();
    let rest =
        here.and_then(|here| Path::new(whole_path).strip_prefix(here).ok().map(Path::to_owned));
    rest.map_or_else(|| whole_path.to_owned(), |rest| rest.display().to_string())
}

impl Repl {
    /// All scenarios, the one that is changed last.
    fn all_scenarios(&self) -> Vec<Scenario> {
        self.scenarios.iter().cloned().chain([here(self)]).collect()
    }

    /// Whether all changes are in files of the user's.
    pub fn is_saved(&self) -> bool {
        if self.is_half_asked() {
            return false;
        }
        let saved = |log: &Log, typed: &str| log.unsaved().is_empty() && log.keeps_rules(typed);
        let typed = |it: &Scenario| it.typed.clone().unwrap_or_default();
        saved(&self.log, self.typed()) && self.scenarios.iter().all(|it| saved(&it.log, &typed(it)))
    }

    /// What is in no file of the user's, a line each: a design or the rules typed, in which scenarios.
    pub fn unsaved(&self) -> Vec<String> {
        let mut scenarios = self.all_scenarios();
        scenarios.sort_by(|one, other| one.name.cmp(&other.name));
        let several = scenarios.len() > 1;
        let mut lines = Vec::new();
        for (number, design) in self.session.designs().iter().enumerate() {
            let unsaved = scenarios.iter().filter(|it| !it.log.is_saved(number));
            let told: Vec<String> = unsaved
                .map(|it| {
                    let count = counted(it.log.count(number), "change");
                    if several { format!("{count} on {}", it.name) } else { count }
                })
                .collect();
            if !told.is_empty() {
                lines.push(format!("{}: {}", design.id, told.join(", ")));
            }
        }
        if let Some(design) = self.half_asked() {
            let id = self.session.designs().get(design).map_or("", |design| design.id.as_str());
            lines.push(format!("{id}: what an interview asked and is not stated yet"));
        }
        let rules = scenarios.iter().filter(|it| {
            let typed = it.typed.as_deref().unwrap_or_default();
            !it.log.keeps_rules(typed)
        });
        let rules: Vec<&str> = rules.map(|it| it.name.as_str()).collect();
        if !rules.is_empty() {
            let on = if several { format!(" on {}", rules.join(", ")) } else { String::new() };
            lines.push(format!("rules typed here{on}"));
        }
        lines
    }

    /// The text of a design without any of the changes.
    fn base(&mut self, design: usize) -> Arc<str> {
        if let Some((_, text)) = self.bases.iter().find(|(number, _)| *number == design) {
            return Arc::clone(text);
        }
        let Stated { facts, text } = self.log.unmade(design, stated(&self.session, design));
        let text: Arc<str> = self.session.text_were(design, &facts, text).into();
        self.bases.push((design, Arc::clone(&text)));
        text
    }

    /// The content of a design's file as this session knows it; nothing where it never read or wrote
    /// one.
    pub(super) fn on_disk(&self, design: usize) -> Option<Arc<str>> {
        if let Some(saved) = self.saved_to(design) {
            return Some(saved.text.as_str().into());
        }
        let path = &self.session.designs().get(design)?.path;
        let sources = self.session.sources();
        let ids = (0..sources.len() as u32).rev().map(SourceId);
        let mut texts = ids.filter_map(|id| sources.get(id));
        texts.find(|it| it.name == *path && !path.is_empty()).map(|it| Arc::clone(&it.text))
    }

    /// All that is in no file of the user's, for another session to go on with; nothing where all is.
    pub fn left(&mut self) -> Option<String> {
        if self.is_saved() {
            return None;
        }
        let scenarios = self.all_scenarios();
        let changes = scenarios.iter().flat_map(|it| it.log.done.iter().chain(&it.log.undone));
        let marked = scenarios.iter().flat_map(|it| it.log.unsaved());
        let mut designs: Vec<usize> = changes.map(|it| it.design).chain(marked).collect();
        designs.push(self.current);
        designs.extend(self.half_asked());
        designs.sort_unstable();
        designs.dedup();
        let place = |design: usize| designs.iter().position(|it| *it == design).unwrap_or_default();
        let scenarios = scenarios.iter().map(|it| self.left_scenario(it, &place)).collect();
        let (current, scenario) = (place(self.current), self.scenario.clone());
        let interview = match self.half_asked() {
            Some(_) => self.left_interview(&place),
            None => None,
        };
        let designs = designs.iter().map(|&design| self.left_design(design)).collect();
        let left = Left { form: FORM, designs, current, scenario, scenarios, interview };
        serde_json::to_string(&left).ok()
    }

    fn left_design(&mut self, number: usize) -> LeftDesign {
        let text = self.base(number).to_string();
        let design = self.session.designs().get(number);
        let path = design.map(|it| it.path.clone()).unwrap_or_default();
        let id = design.map(|it| it.id.clone()).unwrap_or_default();
        LeftDesign { id, whole_path: whole(&path), path, text }
    }

    fn left_scenario(&self, scenario: &Scenario, place: &dyn Fn(usize) -> usize) -> LeftScenario {
        let log = &scenario.log;
        let text_of = |source| self.session.sources().get(source).map(|it| it.text.to_string());
        let change = |it: &Change| LeftChange {
            text: it.text.clone(),
            design: place(it.design),
            removed: it.removed.iter().map(|(at, _)| *at).collect(),
            added: it.added.iter().map(|fact| self.session.written(fact)).collect(),
            rules: it.rules.as_ref().map(|(_, after)| after.clone().unwrap_or_default()),
            whole: it.whole.and_then(|(_, after)| text_of(after?)),
        };
        let known = |design: &usize| log.done.iter().any(|it| it.design == *design);
        let saved = log.saved.iter().filter(|(it, mark)| known(it) || *mark != Some(0));
        let saved_marks: Vec<usize> = saved.clone().map(|(design, _)| *design).collect();
        LeftScenario {
            name: scenario.name.clone(),
            rules: rules_before(log, scenario.typed.as_ref()),
            saved_rules: log.rules.clone(),
            saved: saved.map(|(design, mark)| (place(*design), *mark)).collect(),
            files: scenario
                .saved
                .iter()
                .filter(|it| saved_marks.contains(&it.design))
                .map(|it| (place(it.design), whole(&it.path), it.text.clone()))
                .collect(),
            done: log.done.iter().map(change).collect(),
            undone: log.undone.iter().map(change).collect(),
        }
    }

    /// Goes on where another session ended, in the place of what the designs are that it was about.
    /// Where that cannot be, nothing changes, and a sentence says why.
    pub fn take_up(&mut self, left: &Left) -> Result<Vec<Event>, String> {
        let mut reply = Reply::default();
        let before = (self.session.clone(), self.rulebook.typed.clone());
        let failure = match self.taken_up(left, &mut reply) {
            Ok(()) => return Ok(reply.events),
            Err(failure) => failure,
        };
        (self.session, self.rulebook.typed) = before;
        Err(match failure {
            Failure::Message(message) => message,
            Failure::Stopped(stopped) => stopped.to_string(),
            Failure::Wrong(problems, _) => match problems.first() {
                Some(problem) => problem.message.clone(),
                None => String::from("it is wrong"),
            },
        })
    }

    fn taken_up(&mut self, left: &Left, reply: &mut Reply) -> Done {
        let mut begun = Vec::with_capacity(left.designs.len());
        let mut places: Vec<usize> = Vec::with_capacity(left.designs.len());
        for design in &left.designs {
            let path = from_here(&design.path, &design.whole_path);
            let place = self.place_for(&path, &design.whole_path, &places);
            let (source, facts, _) = self.session.read(&path, &design.text);
            begun.push(Stated { facts, text: Some(source) });
            places.push(place);
        }
        let mut scenarios = Vec::with_capacity(left.scenarios.len());
        for scenario in &left.scenarios {
            scenarios.push(self.read_scenario(scenario, &places, begun.clone())?);
        }
        let (Some(now), Some(current)) = (scenarios.pop(), places.get(left.current)) else {
            return Err("something is missing in it".to_owned().into());
        };
        if now.typed.as_deref().unwrap_or_default() != self.typed() {
            rule_again(self, now.typed.clone(), reply)?;
        }
        for (&design, stated) in places.iter().zip(begun) {
            restate(self, design, now.log.made(design, stated));
        }
        self.derive(reply)?;
        self.current = *current;
        (self.log, self.scenario, self.scenarios) = (now.log, now.name, scenarios);
        self.saved = now.saved;
        self.bases.clear();
        if let Some(interview) = &left.interview
            && let Some(&design) = places.get(interview.design)
        {
            self.left = self.read_interview(interview, design);
            reply.note("an interview was going on; `:new` goes on with it");
        }
        reply.events.push(Event::Changed);
        for &design in &places {
            let path = match (self.saved_to(design), self.session.designs().get(design)) {
                (Some(saved), _) => saved.path.clone(),
                (None, design) => design.map(|it| it.path.clone()).unwrap_or_default(),
            };
            if let (Ok(there), Some(known)) = (std::fs::read(&path), self.on_disk(design))
                && path.ends_with(".dl")
                && *Text::new(there).text != *known
            {
                reply.note(format!("`{path}` is not what it was: somebody else wrote it since"));
            }
        }
        Ok(())
    }

    /// The number of a design of a path: one that is open, the blank one that a prompt begins with, or
    /// else a new one.
    fn place_for(&mut self, path: &str, whole_path: &str, taken: &[usize]) -> usize {
        let designs = self.session.designs();
        let open = |it: &Design| !it.path.is_empty() && whole(&it.path) == whole_path;
        if let Some(at) = designs.iter().position(open) {
            return at;
        }
        let blank = |it: &Design| it.path.is_empty() && it.facts.is_empty();
        let blank = designs.iter().position(blank).filter(|at| !taken.contains(at));
        let at = blank.unwrap_or_else(|| self.session.begin(UNNAMED));
        self.session.came_from(at, path);
        at
    }

    fn read_scenario(
        &mut self,
        left: &LeftScenario,
        places: &[usize],
        mut states: Vec<Stated>,
    ) -> Result<Scenario, Failure> {
        let mut log = Log { rules: left.saved_rules.clone(), ..Log::default() };
        for (design, mark) in &left.saved {
            log.saved.extend(places.get(*design).map(|&design| (design, *mark)));
        }
        let mut rules = left.rules.clone();
        let mut typed = rules.clone();
        for (at, change) in left.done.iter().enumerate() {
            log.done.push(self.read_change(change, at + 1, places, &mut states, &mut rules)?);
            typed.clone_from(&rules);
        }
        for (at, change) in left.undone.iter().rev().enumerate() {
            let number = left.done.len() + at + 1;
            let change = self.read_change(change, number, places, &mut states, &mut rules)?;
            log.undone.insert(0, change);
        }
        let files = left.files.iter().filter_map(|(design, path, text)| {
            let design = *places.get(*design)?;
            Some(Saved { design, path: short(path), text: text.clone() })
        });
        let saved = files.collect();
        Ok(Scenario { name: left.name.clone(), log, typed: Some(typed), saved })
    }

    /// A change as it was, made of what the designs state before it.
    fn read_change(
        &mut self,
        left: &LeftChange,
        number: usize,
        places: &[usize],
        states: &mut [Stated],
        rules: &mut String,
    ) -> Result<Change, Failure> {
        let unreadable = || {
            Failure::Message(format!(
                "`{}` is nothing this rulebook can read",
                one_line(&left.text)
            ))
        };
        let (Some(stated), Some(&design)) = (states.get_mut(left.design), places.get(left.design))
        else {
            return Err(unreadable());
        };
        let name = format!("change {number}");
        let (mut added, mut after) = (Vec::new(), None);
        if let Some(text) = &left.whole {
            let (source, facts, _) = self.session.read(&name, text);
            (added, after) = (facts, Some(source));
        } else if !left.added.is_empty() {
            // As it was typed, so that facts say where they are written; else by themselves.
            let written = kb::undotted(&left.text);
            added = self.read_facts(&name, &written, &left.added);
            if added.len() < left.added.len() {
                added = self.read_facts(&name, &(left.added.join(".\n") + "."), &left.added);
            }
        }
        let fact = |at: &usize| Some((*at, stated.facts.get(*at)?.clone()));
        let removed: Vec<(usize, StatedFact)> = left.removed.iter().filter_map(fact).collect();
        if added.len() != left.added.len() || removed.len() != left.removed.len() {
            return Err(unreadable());
        }
        let change = Change {
            text: left.text.clone(),
            design,
            removed,
            added,
            rules: left.rules.as_ref().map(|after| {
                let before = std::mem::replace(rules, after.clone());
                (Some(before), Some(after.clone()))
            }),
            whole: after.map(|after| (stated.text, Some(after))),
        };
        change.make(stated);
        Ok(change)
    }

    /// Facts as they are written.
    pub(super) fn written_facts(&mut self, written: &[String]) -> Vec<StatedFact> {
        if written.is_empty() {
            return Vec::new();
        }
        let found = self.read_facts("an interview", &(written.join(".\n") + "."), written);
        self.session.forget_last();
        found
    }

    /// Of the facts that a text states, these.
    fn read_facts(&mut self, name: &str, text: &str, wanted: &[String]) -> Vec<StatedFact> {
        let (_, facts, _) = self.session.read(name, text);
        let find = |wanted: &String| facts.iter().find(|it| self.session.written(it) == *wanted);
        wanted.iter().filter_map(find).cloned().collect()
    }
}
