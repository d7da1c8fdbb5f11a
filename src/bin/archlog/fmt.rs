//! `fmt`: programs in the one style.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use anyhow::{Context, Result};
use archlog::diag::Sources;
use archlog::io::save_durably;
use archlog::syntax::format;
use archlog::syntax::load::tree_of;

use crate::args::Fmt;
use crate::console::{Console, cannot_read};
use crate::exit::Exit;

/// Formats files in place, or standard input to standard output.
pub fn fmt(arguments: &Fmt, console: &Console) -> Result<Exit> {
    if arguments.stdin {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        let Some(texts) = formatted("<stdin>", bytes, console) else { return Ok(Exit::Input) };
        return match arguments.check {
            true => Ok(if texts.changed() { Exit::No } else { Exit::Yes }),
            false => console.answer(&texts.after).map(|()| Exit::Yes).map_err(Into::into),
        };
    }
    let (mut changed, mut wrong) = (false, false);
    for path in &arguments.files {
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|problem| cannot_read(path, &problem))?;
        let Some(texts) = formatted(&name, bytes, console) else {
            wrong = true;
            continue;
        };
        if !texts.changed() {
            continue;
        }
        changed = true;
        match arguments.check {
            true => console.answer(&format!("{name}:{}: would change\n", texts.first_line()))?,
            false => {
                write(path, &texts.after)?;
                console.say(&format!("formatted {name}"));
            }
        }
    }
    Ok(match (wrong, changed && arguments.check) {
        (true, _) => Exit::Input,
        (false, true) => Exit::No,
        (false, false) => Exit::Yes,
    })
}

/// A text before and after.
struct Texts {
    before: String,
    after: String,
}

impl Texts {
    fn changed(&self) -> bool {
        self.before != self.after
    }

    /// The first line that differs, from 1.
    fn first_line(&self) -> usize {
        let same = self.before.lines().zip(self.after.lines()).take_while(|(a, b)| a == b);
        same.count() + 1
    }
}

/// The text of a file and what it should be; nothing where it is wrong, which has been shown then.
fn formatted(name: &str, bytes: Vec<u8>, console: &Console) -> Option<Texts> {
    let mut sources = Sources::new();
    let (_, problems) = tree_of(name, bytes, &mut sources);
    let source = archlog::diag::SourceId(0);
    let before = sources.get(source).map(|it| it.text.to_string()).unwrap_or_default();
    match format(source, &before) {
        Ok(after) if problems.is_empty() => Some(Texts { before, after }),
        _ => {
            console.problems(&sources, &problems);
            None
        }
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    save_durably(path, &mut |file: &mut dyn Write| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write `{}`", path.display()))
}
