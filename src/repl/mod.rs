//! The prompt without a terminal: text in, events out. One function, [`step`], serves the line
//! editor, `-c`, `-f`, a pipe and the tests.
//!
//! | file | what it does |
//! | --- | --- |
//! | `units` | lines to commands and complete statements |
//! | `edit` | a design or the rules as a text to be edited as a whole |
//! | `log` | the changes, what each does to what is stated, and which are in a file |
//! | `keeping` | all of that as a text, and a session that goes on where such a text was left |
//! | `edits` | what is stated, taken back, declared and ruled; every change numbered, undone and redone |
//! | `commands` | the commands by name, and their help |
//! | `show` | commands that show what is there |
//! | `reasons` | commands that explain and look ahead |
//! | `control` | commands about the session itself: files, settings, watching, expecting |
//! | `scenarios` | the design under several names, and two of them side by side |
//! | `aside` | checks, reviews, forms, questions about rules and proofs |
//! | `beyond` | relations that the prompt's own rulebook does without |
//! | `interview` | questions put one after the other |
//! | `trail` | what an interview asked and what was answered |
//! | `plain` | facts from sentences in plain words, proposed and accepted |
//! | `complete` | what may stand at the cursor |
//! | `arguments` | what may stand behind each command |
//! | `settings` | what can be set, and answers laid out as it says |
//!
//! Nothing here prints, and nothing knows what a rulebook is about. Tags on declarations say the rest:
//!
//! | tag | on | meaning |
//! | --- | --- | --- |
//! | `@command NAME` | a sheet | `:NAME` shows it, besides its own name |
//! | `@values COLUMN LIST` | a relation | the closed list that a column takes its values from; `=OTHER` is the list that another column names, `RELATION.COLUMN` a column of the knowledge base |
//! | `@completion_value` | a relation | list, value, place: what columns with a closed list may have |
//! | `@meaning COLUMN TABLE.COLUMN` | a relation | where the knowledge base says what the values of a column mean |
//! | `@interview N WORDS` | a stated relation | the interview asks for its facts, in this order, and says these words first |
//! | `@part RELATION COLUMN...` | a stated relation | facts of RELATION say these columns by themselves, so that others can be left open |
//! | `@saved` | a relation | a question that `:run` answers; `@example` shows how it is asked |

mod arguments;
mod aside;
mod beyond;
mod commands;
mod complete;
mod control;
mod dossier;
mod edit;
mod edits;
mod interview;
mod keeping;
mod log;
mod plain;
mod plans;
mod reasons;
mod scenarios;
mod settings;
mod show;
mod trail;
mod units;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub use commands::{Help, helps};
pub use complete::{Candidate, Completion, Kind, complete, hint, kinds};
pub use edit::Text;
pub use keeping::Left;
pub use settings::{Effort, MODES, Mode, Paging, Settings};
pub use units::{Units, is_command, is_complete, is_word};

use aside::Beside;
use log::Log;
use scenarios::Scenario;
use trail::Interview;

use crate::analyze::has_errors;
use crate::diag::{Diagnostic, Sources};
use crate::eval::{StopReason, Stopped};
use crate::kb::{self, Rulebook};
use crate::report::tree::Tree;
use crate::report::{Section, Table};
use crate::session::{QueryFailure, Session};

/// What comes of a step, in order.
#[derive(Debug)]
pub enum Event {
    /// A piece of the answer.
    Answer(String),
    /// Said to a person beside the answer; of no use to a program.
    Note(String),
    /// Said to everybody: something was done that was not asked for in so many words.
    Made(String),
    /// What is wrong with a text, or odd about it.
    Problems {
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
        /// All texts.
        sources: Sources,
    },
    /// What was typed cannot be done; a sentence.
    Error(String),
    /// An expectation that does not hold.
    Unmet(String),
    /// A limit was hit, or somebody interrupted; the session is as it was before.
    Stopped(Stopped),
    /// What the designs state, what rules were typed, or what an interview was told, is not what it was.
    Changed,
    /// A text to be edited; [`Repl::edited`] takes what became of it.
    Edit {
        /// What the text is.
        what: Text,
        /// The text.
        text: String,
    },
    /// The end.
    Quit,
}

/// Why a statement or command comes to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something is wrong in a text.
    Wrong(Vec<Diagnostic>, Box<Sources>),
    /// A sentence says what.
    Message(String),
    /// A limit.
    Stopped(Stopped),
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Failure::Message(message)
    }
}

impl From<QueryFailure> for Failure {
    fn from(failure: QueryFailure) -> Self {
        match failure {
            QueryFailure::Wrong { diagnostics, sources } => {
                Failure::Wrong(diagnostics, Box::new(sources))
            }
            QueryFailure::Stopped(stopped) => Failure::Stopped(stopped),
        }
    }
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        Failure::Stopped(stopped)
    }
}

pub(crate) type Done = Result<(), Failure>;

/// The events of a step as they come.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    events: Vec<Event>,
}

impl Reply {
    fn answer(&mut self, text: impl Into<String>) {
        self.events.push(Event::Answer(text.into()));
    }

    fn note(&mut self, text: impl Into<String>) {
        self.events.push(Event::Note(text.into()));
    }

    fn fail(&mut self, failure: Failure) {
        self.events.push(match failure {
            Failure::Wrong(diagnostics, sources) => {
                Event::Problems { diagnostics, sources: *sources }
            }
            Failure::Message(message) => Event::Error(message),
            Failure::Stopped(stopped) => Event::Stopped(stopped),
        });
    }
}

/// A session with designs that change, and all that a prompt remembers.
#[derive(Debug)]
pub struct Repl {
    /// What can be set.
    pub settings: Settings,
    /// How hard to try.
    pub effort: Effort,
    session: Session,
    /// Which rulebook it is, to load it anew with what is typed.
    rulebook: kb::Options,
    /// Rulebooks with other rules typed, by these, the last one left first.
    loaded: Vec<(Option<String>, Arc<Rulebook>)>,
    /// The design that is spoken of.
    current: usize,
    log: Log,
    /// The scenario that is changed, and those that were left.
    scenario: String,
    scenarios: Vec<Scenario>,
    /// Rulebooks with parts that deriving does not need.
    beside: Vec<Beside>,
    interrupt: Arc<AtomicBool>,
    /// The explanations that were shown last, for their numbers.
    trees: Vec<Tree>,
    /// The table that was shown last, in full.
    last: Option<Table>,
    /// The goals that are watched, with what answered them.
    watched: Vec<(String, Table)>,
    /// What was typed.
    history: Vec<String>,
    interview: Option<Interview>,
    /// The interview that was left, to be gone on with.
    left: Option<Interview>,
    /// The knowledge base by itself, once it was asked for.
    knowledge: Option<Arc<Rulebook>>,
    /// Warnings that were said.
    warned: BTreeSet<String>,
    units: Units,
    /// Where designs were saved.
    saved: Vec<Saved>,
    /// The texts of designs without any of the changes, by their numbers.
    bases: Vec<(usize, Arc<str>)>,
    /// The text of a design that was edited last and is wrong, to be edited again.
    refused: Option<((Text, usize), String)>,
}

/// A design that was saved.
#[derive(Clone, Debug)]
struct Saved {
    design: usize,
    path: String,
    /// What was written.
    text: String,
}

impl Repl {
    /// A prompt over a rulebook. `options` are those it was loaded with.
    pub fn new(rulebook: Arc<Rulebook>, options: kb::Options, interrupt: Arc<AtomicBool>) -> Self {
        let mut session = Session::new(rulebook);
        let current = session.begin(UNNAMED);
        Repl {
            settings: Settings::default(),
            effort: Effort::default(),
            session,
            rulebook: options,
            loaded: Vec::new(),
            current,
            log: Log::default(),
            scenario: scenarios::MAIN.to_owned(),
            scenarios: Vec::new(),
            beside: Vec::new(),
            interrupt,
            trees: Vec::new(),
            last: None,
            watched: Vec::new(),
            history: Vec::new(),
            interview: None,
            left: None,
            knowledge: None,
            warned: BTreeSet::new(),
            units: Units::default(),
            saved: Vec::new(),
            bases: Vec::new(),
            refused: None,
        }
    }

    /// Opens designs before the first step, and derives.
    pub fn open(&mut self, designs: &[impl AsRef<Path>]) -> Vec<Event> {
        let mut reply = Reply::default();
        for design in designs {
            if let Err(failure) = self.load(&design.as_ref().display().to_string(), &mut reply) {
                reply.fail(failure);
            }
        }
        if let Err(failure) = self.derive(&mut reply) {
            reply.fail(failure);
        }
        reply.events
    }

    /// What was done so far is where the session begins: none of it is a change, or typed.
    pub fn settle(&mut self) {
        self.history.clear();
        // Scenarios that were made go back to where they began.
        if self.scenarios.is_empty() {
            self.log = Log { rules: self.typed().to_owned(), ..Log::default() };
            self.bases.clear();
        }
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The number of the design that is spoken of.
    pub fn current(&self) -> usize {
        self.current
    }

    /// The prompt: the design, `*` where it is not saved, how many things are open.
    pub fn prompt(&self) -> String {
        if let Some(interview) = &self.interview {
            return interview.prompt();
        }
        let id = self.session.designs().get(self.current).map_or("", |design| design.id.as_str());
        let id = if id == UNNAMED { "archlog" } else { id };
        let saved = self.log.is_saved(self.current) && self.log.keeps_rules(self.typed());
        let dirty = if saved { "" } else { "*" };
        let open = self.open_items();
        let open = if open == 0 { String::new() } else { format!(" ?{open}") };
        let scenario = match self.scenario.as_str() {
            scenarios::MAIN => String::new(),
            scenario => format!("@{scenario}"),
        };
        format!("{id}{scenario}{dirty}{open}> ")
    }

    /// The design that is spoken of, as a file holds it.
    pub fn text(&self) -> String {
        self.session.text_of(self.current)
    }

    /// The declarations and rules that were typed.
    pub fn typed(&self) -> &str {
        self.rulebook.typed.as_deref().unwrap_or_default()
    }

    /// What a design was saved as.
    fn saved_to(&self, design: usize) -> Option<&Saved> {
        self.saved.iter().find(|saved| saved.design == design)
    }

    /// Drops what is open: statements that are not complete, and an interview.
    pub fn abandon(&mut self) {
        self.units = Units::default();
        self.leave_interview();
    }

    /// What is still open at the end of the input, done as it stands.
    pub fn finish(&mut self) -> Vec<Event> {
        match self.units.finish() {
            Some(unit) => self.unfinished(&unit, None),
            None => Vec::new(),
        }
    }

    /// Whether lines are answers to the questions of an interview.
    pub fn is_interview(&self) -> bool {
        self.interview.is_some()
    }

    /// Whether statements are open that the next line may complete.
    pub fn is_open(&self) -> bool {
        self.units.is_open()
    }

    /// Does a unit: a command, or statements.
    fn unit(&mut self, unit: &str) -> Vec<Event> {
        let mut reply = Reply::default();
        if unit.trim().is_empty() && self.interview.is_none() {
            return Vec::new();
        }
        self.interrupt.store(false, Ordering::Relaxed);
        if !unit.starts_with(' ') {
            self.history.push(unit.trim_end().to_owned());
        }
        let started = Instant::now();
        let done = if is_command(unit) {
            commands::run(self, unit, &mut reply)
        } else if is_word(unit) {
            Err(commands::word(self, unit.trim()))
        } else {
            edits::statements(self, unit, &mut reply)
        };
        if let Err(failure) = done {
            reply.fail(failure);
        }
        for event in &mut reply.events {
            if let Event::Problems { diagnostics, sources } = event {
                kb::as_typed(unit, diagnostics, sources);
            }
        }
        if self.settings.timing {
            let taken = started.elapsed().as_secs_f64() * 1000.0;
            reply.note(format!("({taken:.1} ms)"));
        }
        reply.events
    }

    /// Does what is open as it stands, since nothing follows, or a command that does not go on with it.
    fn unfinished(&mut self, unit: &str, command: Option<&str>) -> Vec<Event> {
        let before = command.map(|it| format!(" before `{}`", it.trim())).unwrap_or_default();
        if units::lacks_its_end(unit) {
            let what = edits::one_line(unit);
            let message = format!(
                "`{what}` has no end{before}, so nothing is done: a fact or a rule ends with `.`, a \
                 question with `?`"
            );
            self.history.push(unit.trim_end().to_owned());
            return vec![Event::Error(message)];
        }
        let mut events = self.unit(unit);
        if has_failed(&events) && command.is_some() {
            events.push(Event::Note(format!("what was begun{before} is dropped")));
        }
        events
    }

    /// How many rows the sheets of what is open have.
    fn open_items(&self) -> usize {
        let sheets = self.session.rulebook().sheets.iter().filter(|sheet| sheet.open);
        sheets.map(|sheet| self.session.count(sheet.relation, self.current)).sum()
    }

    /// Derives all designs; says warnings that were not said before.
    fn derive(&mut self, reply: &mut Reply) -> Done {
        let asked = Arc::clone(&self.interrupt);
        let known = self.session.diagnostics().len();
        self.session.derive(&self.effort.options(&asked))?;
        let mut new = self.session.take_diagnostics(known);
        new.retain(|warning| self.warned.insert(warning.message.clone()));
        if !new.is_empty() {
            let sources = self.session.sources().clone();
            reply.events.push(Event::Problems { diagnostics: new, sources });
        }
        Ok(())
    }

    /// Shows sections about the design that is spoken of.
    fn sections(&self, name: &str, sections: Vec<Section>, reply: &mut Reply) {
        let stamp = self.session.stamp();
        reply.answer(self.settings.sections(name, "", sections, &stamp));
    }

    /// Shows a table, and keeps it for `:last`.
    fn table(&mut self, table: Table, reply: &mut Reply) {
        reply.answer(self.settings.table(&table, &self.session.stamp()));
        self.last = Some(table);
    }
}

/// What a design is called that was never named.
const UNNAMED: &str = "unnamed";

/// Whether something went wrong.
fn has_failed(events: &[Event]) -> bool {
    events.iter().any(|event| match event {
        Event::Problems { diagnostics, .. } => has_errors(diagnostics),
        Event::Error(_) | Event::Stopped(_) => true,
        _ => false,
    })
}

/// Whether somebody interrupted.
fn is_interrupted(events: &[Event]) -> bool {
    let interrupted = |it: &Stopped| it.reason == StopReason::Interrupted;
    events.iter().any(|event| matches!(event, Event::Stopped(it) if interrupted(it)))
}

/// Does what a text says: any number of lines, statements and commands mixed. What the last line
/// leaves open waits for the next step. Nothing is done behind an interrupt, nor, where
/// [`Settings::bail`] says so, behind what went wrong.
pub fn step(repl: &mut Repl, text: &str) -> Vec<Event> {
    let mut events = Vec::new();
    let text = text.strip_suffix('\n').unwrap_or(text);
    for line in text.split('\n') {
        let half_asked = repl.is_half_asked();
        let answers = repl.interview.is_some() && !repl.units.is_open();
        if answers && !line.trim_start().starts_with(':') {
            let mut reply = Reply::default();
            if let Err(failure) = interview::answer(repl, line.trim(), &mut reply) {
                reply.fail(failure);
            }
            events.extend(reply.events);
            if half_asked || repl.is_half_asked() {
                events.push(Event::Changed);
            }
            continue;
        }
        if let Some(unit) = repl.units.cut(line) {
            events.extend(repl.unfinished(&unit, Some(line)));
            if repl.settings.bail && has_failed(&events) {
                break;
            }
        }
        if let Some(unit) = repl.units.push(line) {
            let about = repl.interview.as_ref().map(|interview| interview.design);
            let mut done = repl.unit(&unit);
            let moved = about.is_some_and(|design| design != repl.current)
                || done.iter().any(|event| matches!(event, Event::Changed));
            let same = repl.interview.as_ref().map(|interview| interview.design) == about;
            if answers && moved && same {
                let mut reply = Reply::default();
                if let Err(failure) = interview::again(repl, &mut reply) {
                    reply.fail(failure);
                }
                done.extend(reply.events);
            }
            events.extend(done);
            if half_asked && answers {
                events.push(Event::Changed);
            }
        }
        let left = events.iter().any(|event| matches!(event, Event::Quit));
        if left || is_interrupted(&events) || repl.settings.bail && has_failed(&events) {
            // What stands behind is not done at all.
            repl.units = Units::default();
            break;
        }
    }
    events
}
