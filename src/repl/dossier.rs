//! `:dossier` and `:verify`: the steps of the design that is spoken of, and whether decision records
//! still say what it decides. The prompt's own rulebook does without the dossier, so that every change
//! is cheap; here the design is stated anew over one that has it.

use crate::answers;
use crate::compare;
use crate::diag::Sources;
use crate::eval::Limits;
use crate::io::{Directory, Files};

use crate::record::{self, Blamed, Record, Verdict, output};
use crate::session::Session;

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
        let step = words.trim();
        return Err(format!("there is no step {step}; `:dossier` shows them all").into());
    };
    repl.sections(&name(&session), sections, reply);
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
    repl.sections(&id, output::verdicts(&judged), reply);
    Ok(())
}

/// The texts of a file, or of the Markdown files of a folder.
fn texts(path: &str) -> Result<Vec<(String, String)>, Failure> {
    let cannot = |error: std::io::Error| -> Failure {
        format!("cannot read `{path}`: {}", crate::diag::reason(&error)).into()
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if !std::path::Path::new(path).is_dir() {
        let bytes = Directory::new(".").read(path).map_err(cannot)?;
        return Ok(vec![(path.to_owned(), text(bytes))]);
    }
    let folder = Directory::new(path);
    let mut names = folder.list().map_err(cannot)?;
    names.retain(|name| name.ends_with(".md"));
    names.sort();
    let read = |name: String| -> Result<(String, String), Failure> {
        let bytes = folder.read(&name).map_err(cannot)?;
        Ok((format!("{}/{name}", path.trim_end_matches('/')), text(bytes)))
    };
    names.into_iter().map(read).collect()
}
