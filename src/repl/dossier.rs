//! `:dossier`, `:adr` and `:verify`: the steps of the design that is spoken of, records of what it
//! decides, and whether records still say so. The prompt's own rulebook does without the dossier, so that every change
//! is cheap; here the design is stated anew over one that has it.

use std::path::Path;

use crate::answers;
use crate::compare;
use crate::diag::Sources;
use crate::eval::Limits;
use crate::record::{self, Blamed, Folder, Record, Verdict, output};
use crate::report::{Document, Format, Look, Report};
use crate::session::Session;

use super::{Done, Failure, Repl, Reply};

/// Where records stand when nobody says otherwise.
const FOLDER: &str = "docs/adr";

/// What `:dossier` is asked for.
#[derive(Default)]
struct Asked {
    /// This step alone.
    step: Option<i64>,
    /// In this format; else as answers are shown.
    format: Option<Format>,
    /// The tables as SQL, and nothing else.
    sql: bool,
    /// The goals of the lines in place of the lines.
    goals: bool,
}

impl Asked {
    fn read(words: &str, look: Look) -> Result<Self, Failure> {
        let mut asked = Asked::default();
        let mut words = words.split_whitespace();
        while let Some(word) = words.next() {
            match word {
                "--sql" => asked.sql = true,
                "--goals" => asked.goals = true,
                "--format" => {
                    asked.format = Some(format_of(words.next().unwrap_or_default(), look)?)
                }
                word => {
                    let number = word.parse();
                    asked.step = Some(number.map_err(|_| format!("`{word}` is no step's number"))?);
                }
            }
        }
        Ok(asked)
    }
}

/// The format of a document by the name that it has on the command line.
fn format_of(name: &str, look: Look) -> Result<Format, Failure> {
    match name {
        "text" => Ok(Format::Text(look)),
        "md" => Ok(Format::Markdown),
        "json" => Ok(Format::Json),
        "html" => Ok(Format::Html),
        _ => Err("`--format` is one of text, md, json and html".to_owned().into()),
    }
}

/// `:dossier [N] [--goals] [--format FORMAT] [--sql]`
pub(super) fn dossier(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let asked = Asked::read(words, repl.settings.look)?;
    let session = repl.beside_dossier()?;
    if asked.sql {
        reply.answer(answers::sql(&session, 0));
        return Ok(());
    }
    let Some(sections) = answers::dossier(&session, 0, asked.step) else {
        let step = asked.step.unwrap_or_default();
        return Err(format!("there is no step {step}; `:dossier` shows them all").into());
    };
    let sections = if asked.goals { answers::with_goals(sections) } else { sections };
    let Some(format) = asked.format else {
        repl.sections(&name(&session), sections, reply);
        return Ok(());
    };
    let title = session.designs().first().map(|design| design.title.clone()).unwrap_or_default();
    let documents = vec![Document { name: name(&session), title, sections }];
    reply.answer(format.whole(&Report { stamp: session.stamp(), documents, ..Report::default() }));
    Ok(())
}

/// The id of the design that was stated anew.
fn name(session: &Session) -> String {
    session.designs().first().map(|design| design.id.clone()).unwrap_or_default()
}

/// `:verify RECORD...`
pub(super) fn verify(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let mut sources = Sources::new();
    let mut records = Vec::new();
    for path in words.split_whitespace() {
        for (file, text) in texts(path)? {
            match record::read(&file, &text, &mut sources) {
                Some(record) => records.push(record),
                None => {
                    reply.note(format!("{file} is none of archlog's records; it is passed over"))
                }
            }
        }
    }
    if records.is_empty() {
        return Err("say which records: files, or a folder of them".to_owned().into());
    }
    let mut problems = record::same_numbers(&records);
    problems.extend(records.iter().flat_map(|record| record.problems.clone()));
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems, Box::new(sources)));
    }
    let session = repl.beside_dossier()?;
    let id = name(&session);
    let own: Vec<&Record> = records.iter().filter(|record| record.design_id == id).collect();
    if own.len() < records.len() {
        let others = answers::plural(records.len() - own.len(), "record");
        reply.note(format!("{others} of other designs passed over"));
    }
    let options = repl.effort.options(&repl.interrupt);
    let decided = record::decide(&session, 0, Limits::start(&options));
    if let Some(reason) = decided.stopped {
        return Err(format!("stopped: {reason}").into());
    }
    let mut judged: Vec<(&Record, Verdict, Blamed)> = Vec::new();
    for verdict in record::verify(&session, &decided, &own) {
        let Some(record) = own.get(verdict.record).copied() else { continue };
        let decision = decided
            .decisions
            .iter()
            .find(|it| it.key == record.key && Some(&it.chosen) == verdict.derived.as_ref());
        let blamed = record::blame(&session, record, &verdict, decision, None, &options);
        let mut blamed = blamed.map_err(|failure| match failure {
            compare::Failure::Wrong { sources, problems } => Failure::Wrong(problems, sources),
            compare::Failure::Stopped(stopped) => stopped.into(),
        })?;
        for it in &mut blamed.differences {
            // The lines are those of the text that the design was stated anew in.
            it.file =
                it.file.rsplit_once(':').map_or(it.file.as_str(), |(file, _)| file).to_owned();
        }
        judged.push((record, verdict, blamed));
    }
    let beside = record::beside(own.iter().map(|record| &*record.file));
    let beside = beside.map_err(|error| Failure::from(error.to_string()))?;
    let mut sections = output::verdicts(&judged);
    if !own.is_empty() {
        sections.extend(output::unrecorded(&record::unrecorded(&decided, &beside, &id)));
    }
    repl.sections(&id, sections, reply);
    Ok(())
}

/// The texts of a file, or of the Markdown files of a folder.
fn texts(path: &str) -> Result<Vec<(String, String)>, Failure> {
    let said = |error: std::io::Error| Failure::from(error.to_string());
    let text =
        |file: String| record::text_of(Path::new(&file)).map(|text| (file, text)).map_err(said);
    if !Path::new(path).is_dir() {
        return Ok(vec![text(path.to_owned())?]);
    }
    let names = record::names(Path::new(path)).map_err(said)?;
    let names = names.into_iter().filter(|name| name.ends_with(".md"));
    names.map(|name| text(format!("{}/{name}", path.trim_end_matches('/')))).collect()
}

/// `:adr [DIR]`
pub(super) fn adr(repl: &mut Repl, words: &str, reply: &mut Reply) -> Done {
    let out = if words.trim().is_empty() { FOLDER } else { words.trim() };
    if out.starts_with('-') {
        return Err("`:adr DIR` takes a folder and no flags".to_owned().into());
    }
    let own = repl.session.designs().get(repl.current).map(|design| design.path.clone());
    let own = repl.saved_to(repl.current).map(|it| it.path.clone()).or(own).unwrap_or_default();
    // A record names the file of its design, so what it says has to follow from what stands there.
    let saved = repl.log.is_saved(repl.current) && repl.log.keeps_rules(repl.typed());
    if own.is_empty() || !saved {
        let message = "a record names the file of its design, and what is said here is not in one: \
                       `:save FILE.dl` first";
        return Err(message.to_owned().into());
    }
    let session = repl.beside_dossier()?;
    let options = repl.effort.options(&repl.interrupt);
    let decided = record::decide(&session, 0, Limits::start(&options));
    if let Some(reason) = decided.stopped {
        return Err(format!("stopped: {reason}").into());
    }
    let said = |error: std::io::Error| Failure::from(error.to_string());
    let folder = Folder::read(Path::new(out)).map_err(said)?;
    let mut problems = record::same_numbers(&folder.records);
    problems.extend(folder.records.iter().flat_map(|record| record.problems.clone()));
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems, Box::new(folder.sources)));
    }
    let (id, by) = (name(&session), record::rulebook_of(&session.stamp()));
    let changes = folder.update(Path::new(out), &decided, (Path::new(&own), &id, &by));
    repl.sections(&id, vec![output::changes(&changes.map_err(said)?)], reply);
    Ok(())
}
