//! Answers for which the rulebook is loaded once more with parts that deriving does not need: checks,
//! and questions about the rules and about what the design rests on.

use std::path::Path;
use std::sync::Arc;

use crate::answers;
use crate::audit::checks::{self, Whose};
use crate::audit::output::{Entry, Passed, Report, text};
use crate::audit::{Accepted, Selection, Suppressions, sift};
use crate::change::Limits as Choosing;
use crate::diag::{Renderer, Sources, reason};
use crate::eval::{Limits, Options as EvalOptions};
use crate::kb::{self, Part, Rulebook};
use crate::session::Session;
use crate::syntax::parse;
use crate::text::Text;

use super::edits::broken_off;
use super::{Done, Failure, Repl, Reply};

/// A rulebook with one part more, by that part and the rules typed.
#[derive(Debug)]
pub(super) struct Beside {
    part: Part,
    dossier: bool,
    typed: Option<String>,
    rulebook: Arc<Rulebook>,
}

/// What the design's text is called there where no file has it.
const DESIGN: &str = "<design>";

impl Repl {
    /// The design that is spoken of, derived under the rulebook with another part.
    pub(super) fn beside(&mut self, part: Part) -> Result<Session, Failure> {
        self.beside_with(part, false)
    }

    /// The same with the rules of the dossier: what the prompt's own rulebook does without, so that
    /// every change is cheap.
    pub(super) fn beside_dossier(&mut self) -> Result<Session, Failure> {
        self.beside_with(self.rulebook.part, true)
    }

    fn beside_with(&mut self, part: Part, dossier: bool) -> Result<Session, Failure> {
        let typed = &self.rulebook.typed;
        let same = |it: &&Beside| (it.part, it.dossier) == (part, dossier) && it.typed == *typed;
        let rulebook = match self.beside.iter().find(same) {
            Some(known) => Arc::clone(&known.rulebook),
            None => {
                let options = kb::Options { part, dossier, ..self.rulebook.clone() };
                let rulebook = Arc::new(Rulebook::load(&options).map_err(|unsound| {
                    let unsound = *unsound;
                    Failure::Wrong(unsound.diagnostics, Box::new(unsound.sources))
                })?);
                self.beside.retain(|it| (it.part, it.dossier) != (part, dossier));
                let typed = self.rulebook.typed.clone();
                self.beside.push(Beside { part, dossier, typed, rulebook: Arc::clone(&rulebook) });
                rulebook
            }
        };
        let mut session = Session::new(rulebook);
        let text = self.text();
        if !text.trim().is_empty() {
            // As long as the design is as in its file, lines are those of the file.
            let path = self.session.designs().get(self.current).map(|design| design.path.clone());
            let file = self.on_disk(self.current).is_some_and(|there| *there == *text);
            let name = path.filter(|path| file && !path.is_empty());
            session.state_text(name.as_deref().unwrap_or(DESIGN), text.into_bytes());
        }
        session.derive(&self.effort.options(&self.interrupt))?;
        Ok(session)
    }

    /// The design that is spoken of with what it rests on stated beside it.
    pub(super) fn observed(&mut self) -> Result<Session, Failure> {
        let mut session = self.beside(Part::Observed)?;
        let options = self.effort.options(&self.interrupt);
        let (facts, stopped) = answers::grounds(&session, 0, Limits::start(&options));
        if let Some(reason) = stopped {
            return Err(broken_off(reason));
        }
        if let Some(design) = session.designs().first() {
            let facts = design.facts.iter().cloned().chain(facts).collect();
            session.restate(0, facts);
            session.derive(&options)?;
        }
        Ok(session)
    }
}

/// `:check`, `:check --all`, `:check --accepted FILE`
pub(super) fn check(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let (mut all, mut path) = (false, None);
    let mut rest = words.split_whitespace();
    while let Some(word) = rest.next() {
        match (word, rest.clone().next()) {
            ("--all", _) => all = true,
            ("--accepted", Some(file)) => (path, _) = (Some(file), rest.next()),
            _ => {
                let known = "`:check`, with `--all` and `--accepted FILE`";
                return Err(format!("{known}, not `:check {words}`").into());
            }
        }
    }
    let session = repl.beside(Part::Checks)?;
    let Some(explained) = session.explained(0) else { return Ok(()) };
    let mut sources = Sources::over(Arc::new(session.sources().clone()));
    let id = session.designs().first().map_or("", |design| design.id.as_str());
    let rulebook = session.rulebook();
    let findings = checks::run(rulebook, &explained, Whose::Design(0, id), &mut sources);
    let source = crate::diag::SourceId(rulebook.sources.len() as u32);
    let written = sources.get(source).map(|it| (source, parse(source, &it.text).0));
    let trees: Vec<_> = written.into_iter().collect();
    let suppressions = Suppressions::of(&sources, &trees);
    let mut accepted = match path {
        Some(path) => read_accepted(path, &mut sources)?,
        None => Accepted::default(),
    };
    let sifted = sift(findings, &suppressions, &mut accepted, &Selection::default());
    let renderer = Renderer { colour: repl.settings.look.styled };
    let mut report = Report::default();
    let entries =
        sifted.kept.into_iter().map(|finding| Entry::new(&sources, &renderer, finding, None));
    report.findings = entries.collect();
    let comments = sifted.suppressed.into_iter().map(|(finding, reason)| {
        (finding, Passed { in_source: true, reason, resolution: String::new() })
    });
    let entries = sifted.accepted.into_iter().map(|(finding, reason, resolution)| {
        (finding, Passed { in_source: false, reason, resolution })
    });
    let passed = comments.chain(entries);
    let passed = passed.map(|(it, passed)| Entry::new(&sources, &renderer, it, Some(passed)));
    report.passed = passed.collect();
    let count = checks::checks(&rulebook.program)
        .iter()
        .filter(|it| rulebook.worlds.dependent[it.relation.index()])
        .count();
    report.looked_at.push(format!("{id}: {count} checks"));
    reply.answer(text(&report, all));
    Ok(())
}

/// A file of findings that are accepted.
fn read_accepted(path: &str, sources: &mut Sources) -> Result<Accepted, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|problem| format!("cannot read `{path}`: {}", reason(&problem)))?;
    let source = sources.add(path, Text::new(bytes).text);
    Ok(Accepted::read(sources, source))
}

/// `:review`, `:review --why`
pub(super) fn review(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let why = match words {
        "" => false,
        "--why" => true,
        _ => return Err(format!("`:review` or `:review --why`, not `:review {words}`").into()),
    };
    let review = answers::review(&repl.session, repl.current);
    let goals = review.goals.clone();
    repl.sections("review", review.sections, reply);
    if !why {
        if !goals.is_empty() {
            reply.note("`:review --why` says why, or why not, of each");
        }
        return Ok(());
    }
    let asked = Arc::clone(&repl.interrupt);
    let options: EvalOptions<'_> = repl.effort.options(&asked);
    let limits = Limits::start(&options);
    let (trees, stopped) = answers::explain_goals(&repl.session, repl.current, &goals, limits)?;
    let extent = crate::report::explanation::Extent::Folded;
    reply.answer(repl.settings.trees(&trees, extent, &repl.session.stamp()));
    repl.trees = trees;
    stopped.map_or(Ok(()), |reason| Err(broken_off(reason)))
}

/// `:questions`, `:questions --answers FILE`
pub(super) fn questions(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let beside = match words.split_once("--dossier") {
        Some(_) => Some(repl.beside_dossier()?),
        None => None,
    };
    let words = words.replace("--dossier", "");
    let words = words.trim();
    let asked = Arc::clone(&repl.interrupt);
    let options = repl.effort.options(&asked);
    let (session, design) = match &beside {
        Some(beside) => (beside, 0),
        None => (&repl.session, repl.current),
    };
    let (questions, ledger) = session.ask(design, &options, &|_| ())?;
    let form = answers::Form::of(session, design, &questions, &ledger);
    match words.split_once(char::is_whitespace).unwrap_or((words, "")) {
        ("", _) => reply.answer(form.markdown()),
        ("csv", _) => reply.answer(form.csv()),
        ("--answers", path) if !path.trim().is_empty() => {
            let path = path.trim();
            let bytes = std::fs::read(Path::new(path))
                .map_err(|problem| format!("cannot read `{path}`: {}", reason(&problem)))?;
            let text = answers::form_text(&bytes)
                .map_err(|problem| format!("cannot read `{path}`: {problem}"))?;
            let limits = Choosing::from_options(&options);
            let filled = form.filled(session, design, &text, &limits)?;
            if !filled.problems.is_empty() {
                let problems = filled.problems.iter();
                let problems = problems.map(|(line, problem)| format!("{path}:{line}: {problem}"));
                let problems: Vec<String> = problems.collect();
                return Err(format!("nothing was taken\n{}", problems.join("\n")).into());
            }
            if let Some(nothing) = filled.nothing_new() {
                reply.note(format!("`{path}`: {nothing}"));
                return Ok(());
            }
            super::edits::statements(repl, &filled.facts, reply)?;
            if filled.open > 0 {
                reply.note(format!("{} left open", filled.open));
            }
        }
        _ => {
            return Err("`:questions`, `:questions csv` or `:questions --answers FILE`"
                .to_owned()
                .into());
        }
    }
    Ok(())
}
