//! The prompt at a terminal.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use anyhow::Result;
use archlog::repl::{Repl, step};
use rustyline::error::ReadlineError;

use crate::args;
use crate::console::Console;
use crate::exit::Exit;

use super::editor::{self, LineEditor};
use super::kept::{Kept, Unsaved};
use super::{tell, warn};

/// Reads lines until somebody leaves.
pub fn prompt(repl: Repl, arguments: &args::Repl, console: &Console) -> Result<Exit> {
    let repl = Rc::new(RefCell::new(repl));
    let mut editor = editor::editor(&repl, console)?;
    let history = Kept::history();
    if let Some(path) = &history {
        if let Err(error) = Kept::folder_of(path) {
            warn(console, "the history is not kept", &error);
        }
        // The first time there is none.
        let _ = editor.load_history(path);
    }
    let kept = match Kept::new(arguments.designs.first().map(|path| path.as_path())) {
        Ok(kept) => Some(kept),
        Err(error) => {
            warn(console, "changes are not kept in case of a crash", &error);
            None
        }
    };
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let stamp = repl.borrow().session().stamp();
    console.say(&format!("{name} {version}, rulebook {} ({}). :help", stamp.rulebook, stamp.hash));
    let earlier = kept.as_ref().and_then(Kept::earlier);
    open(&repl, arguments, earlier, &mut editor, console)?;
    keep(&repl, kept.as_ref(), console);
    let exit = lines(&repl, &mut editor, history.as_deref(), kept.as_ref(), console);
    if let Some(kept) = &kept {
        if repl.borrow().is_saved() {
            kept.forget();
        } else {
            let path = kept.path().display().to_string();
            console.say(&format!("unsaved changes are kept in {path}; the next start offers them"));
        }
    }
    exit
}

/// Opens the designs; in the place of the first what an earlier session left unsaved, if that is
/// wanted.
fn open(
    repl: &Rc<RefCell<Repl>>,
    arguments: &args::Repl,
    earlier: Option<Unsaved>,
    editor: &mut LineEditor,
    console: &Console,
) -> Result<()> {
    let mut designs = arguments.designs.clone();
    let own = designs.first().map(|path| path.display().to_string());
    let mut taken = false;
    if let Some(earlier) = earlier {
        console.say("an earlier session ended with changes that were not saved");
        let answer = editor.readline("take them up? [Y/n] ");
        taken = answer.is_ok_and(|answer| !answer.trim().to_lowercase().starts_with('n'));
        if taken {
            match designs.first_mut() {
                Some(first) => first.clone_from(&earlier.path),
                None => designs.push(earlier.path.clone()),
            }
        }
        earlier.set_aside();
        if let (true, Some(first)) = (taken, designs.first_mut()) {
            *first = earlier.aside();
        }
    }
    let events = repl.borrow_mut().open(&designs);
    tell(events, true, console)?;
    if taken {
        repl.borrow_mut().recovered(own.as_deref());
    }
    Ok(())
}

/// Keeps changes that are not saved, in case of a crash.
fn keep(repl: &Rc<RefCell<Repl>>, kept: Option<&Kept>, console: &Console) {
    if let Some(kept) = kept
        && let Err(error) = kept.keep(&repl.borrow())
    {
        warn(console, "this change is not kept in case of a crash", &error);
    }
}

fn lines(
    repl: &Rc<RefCell<Repl>>,
    editor: &mut LineEditor,
    history: Option<&Path>,
    kept: Option<&Kept>,
    console: &Console,
) -> Result<Exit> {
    let mut interrupts = 0;
    loop {
        let prompt = repl.borrow().prompt();
        let line = editor.readline(&prompt);
        match line {
            Ok(line) => {
                interrupts = 0;
                // What begins with a blank is private; what cannot be kept is typed again. Each entry
                // is written at once, so that a crash takes none of them.
                let added = !line.trim().is_empty() && editor.add_history_entry(line.trim_end())?;
                if let (true, Some(path)) = (added, history) {
                    let _ = editor.append_history(path);
                }
                let mut events = step(&mut repl.borrow_mut(), &line);
                events.extend(repl.borrow_mut().finish());
                let told = tell(events, true, console)?;
                if told.changed {
                    keep(repl, kept, console);
                }
                if told.quit {
                    return Ok(Exit::Yes);
                }
            }
            Err(ReadlineError::Interrupted) => {
                interrupts += 1;
                repl.borrow_mut().abandon();
                match interrupts {
                    1 => {}
                    2 => console.say("Ctrl-D leaves; so does a third Ctrl-C"),
                    _ => return Ok(Exit::Interrupted),
                }
            }
            Err(ReadlineError::Eof) => return Ok(Exit::Yes),
            Err(error) => return Err(error.into()),
        }
    }
}
