//! The prompt at a terminal.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use anyhow::Result;
use archlog::diag::reason;
use archlog::repl::{Event, Repl, step};
use rustyline::error::ReadlineError;

use crate::args;
use crate::console::Console;
use crate::exit::Exit;

use super::editor::{self, LineEditor};
use super::kept::{self, Kept, Unsaved};
use super::{in_lines, outside, quiet, tell, warn};

/// Reads lines until somebody leaves.
pub fn prompt(repl: Repl, arguments: &args::Repl, console: &Console) -> Result<Exit> {
    let hushed = quiet::hush();
    let repl = Rc::new(RefCell::new(repl));
    let mut editor = editor::editor(&repl, console)?;
    let history = Kept::history();
    if let Some(path) = &history {
        if let Err(error) = Kept::folder_of(path) {
            warn(console, "the history is not kept", &error);
        }
        // The first time there is none; what is no plain file may have no end.
        if path.is_file() {
            let _ = editor.load_history(path);
        }
    }
    let kept = match Kept::new(&arguments.designs) {
        Ok(kept) => Some(kept),
        Err(error) => {
            warn(console, "changes are not kept in case of a crash", &error);
            None
        }
    };
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let stamp = repl.borrow().session().stamp();
    console.say(&format!("{name} {version}, rulebook {} ({}). :help", stamp.rulebook, stamp.hash));
    let mut events = repl.borrow_mut().open(&arguments.designs);
    events.extend(init(&repl, arguments, console));
    tell(events, true, console)?;
    drop(hushed);
    if let Some(kept) = &kept
        && let Some(earlier) = kept.earlier()
    {
        recover(&repl, earlier, kept, &mut editor, console)?;
    }
    let exit = lines(&repl, &mut editor, history.as_deref(), kept.as_ref(), console);
    match (&kept, is_kept(&repl, kept.as_ref())) {
        (Some(kept), None) => kept.forget(),
        (Some(kept), Some(Ok(unsaved))) => {
            let path = kept.path().display();
            console.say(&in_lines(&format!("not saved: {unsaved}"), console));
            let first = arguments.designs.first().map(|it| format!(" {}", it.display()));
            let again = format!("archlog repl{}", first.unwrap_or_default());
            console.say(&format!("it is kept in {path}"));
            console.say(&format!("the next `{again}` offers it"));
        }
        (_, Some(Ok(unsaved) | Err((unsaved, _)))) => {
            console.say(&format!("not saved, and lost: {unsaved}"));
        }
        (None, None) => {}
    }
    exit
}

/// What is unsaved, if anything is, and whether it is on the disk; if not, why.
fn is_kept(
    repl: &Rc<RefCell<Repl>>,
    kept: Option<&Kept>,
) -> Option<std::result::Result<String, (String, String)>> {
    let unsaved = repl.borrow().unsaved().join("; ");
    if unsaved.is_empty() {
        return None;
    }
    let done = match kept {
        Some(kept) => kept.keep(&mut repl.borrow_mut()).map_err(|error| reason(&error)),
        None => Err("the state directory cannot be written".to_owned()),
    };
    Some(match done {
        Ok(()) => Ok(unsaved),
        Err(why) => Err((unsaved, why)),
    })
}

/// Whether who wants to leave may: not the first time where that would lose something.
fn may_leave(
    repl: &Rc<RefCell<Repl>>,
    kept: Option<&Kept>,
    asked: &mut bool,
    console: &Console,
) -> bool {
    if std::mem::replace(asked, true) {
        return true;
    }
    match is_kept(repl, kept) {
        Some(Err((unsaved, why))) => {
            console.say(&format!("not saved: {unsaved}; and nowhere to keep it: {why}"));
            console.say("`:save FILE.dl` saves a design; leaving once more leaves all the same");
            false
        }
        _ => true,
    }
}

/// Offers what an earlier session left. It stays where it is until this session keeps it, or somebody
/// says no.
fn recover(
    repl: &Rc<RefCell<Repl>>,
    earlier: Unsaved,
    kept: &Kept,
    editor: &mut LineEditor,
    console: &Console,
) -> Result<()> {
    let path = earlier.path.display().to_string();
    let left = match earlier.read() {
        Ok(left) => left,
        Err(problem) => {
            console.say(&format!("what an earlier session left cannot be read: {problem}"));
            console.say(&format!("it stays in {path}"));
            return Ok(());
        }
    };
    console
        .say(&format!("an earlier session left changes that are in no file, {}:", earlier.age()));
    for line in left.told() {
        console.say(&format!("  {line}"));
    }
    if earlier.more > 0 {
        console.say(&format!(
            "  (older ones, offered once these are saved or declined: {})",
            earlier.more
        ));
    }
    let wanted = loop {
        match editor::ask(editor, "take them up? [Y/n] ") {
            Ok(answer) => match answer.trim().to_lowercase().as_str() {
                "" | "y" | "yes" => break true,
                "n" | "no" => break false,
                _ => console.say("`y` takes them up, `n` does not"),
            },
            Err(ReadlineError::Interrupted | ReadlineError::Eof) => {
                console.say("they stay; the next start offers them again");
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    };
    if !wanted {
        match earlier.decline() {
            Ok(path) => console.say(&format!("they are not offered again; {}", path.display())),
            Err(error) => warn(console, &format!("they stay in {path}"), &error),
        }
        return Ok(());
    }
    let taken = repl.borrow_mut().take_up(&left);
    match taken {
        Ok(events) => {
            tell(events, true, console)?;
            match kept.keep(&mut repl.borrow_mut()) {
                Ok(()) => earlier.forget(),
                Err(error) => warn(console, "what was taken up is not kept here", &error),
            }
        }
        Err(problem) => {
            console.say(&format!("they cannot be taken up: {problem}; they stay in {path}"))
        }
    }
    Ok(())
}

/// Does what somebody wants done at every start. What it types is nothing that could be lost.
fn init(repl: &Rc<RefCell<Repl>>, arguments: &args::Repl, console: &Console) -> Vec<Event> {
    if arguments.no_init {
        return Vec::new();
    }
    let Some(path) = arguments.init.clone().or_else(kept::init) else { return Vec::new() };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        // Nobody has to have one.
        Err(_) if arguments.init.is_none() => return Vec::new(),
        Err(error) => {
            warn(console, &format!("cannot read `{}`", path.display()), &error);
            return Vec::new();
        }
    };
    let mut repl = repl.borrow_mut();
    let mut events = step(&mut repl, &text);
    events.extend(repl.finish());
    repl.settle();
    let quiet = |event: &Event| matches!(event, Event::Note(_) | Event::Changed);
    events.retain(|event| !quiet(event));
    events
}

/// Keeps changes that are not saved, in case of a crash.
fn keep(repl: &Rc<RefCell<Repl>>, kept: Option<&Kept>, console: &Console) {
    if let Some(kept) = kept
        && let Err(error) = kept.keep(&mut repl.borrow_mut())
    {
        warn(console, "this change is not kept in case of a crash", &error);
    }
}

/// Tables are as wide as the terminal is now.
fn resize(repl: &Rc<RefCell<Repl>>, console: &Console) {
    let settings = &mut repl.borrow_mut().settings;
    if !settings.fixed_width {
        settings.look.width = console.look().width;
    }
}

/// Says what came of a step; gives whether that is the end. What changed is on the disk before
/// anybody is told that it did.
fn told(
    repl: &Rc<RefCell<Repl>>,
    events: Vec<Event>,
    kept: Option<&Kept>,
    console: &Console,
) -> Result<bool> {
    if events.iter().any(|event| matches!(event, Event::Changed)) {
        keep(repl, kept, console);
    }
    let paging = repl.borrow().settings.paging;
    let mut quit = false;
    let mut events = events.into_iter().peekable();
    while let Some(event) = events.next() {
        match event {
            Event::Answer(mut text) => {
                while let Some(Event::Answer(more)) =
                    events.next_if(|event| matches!(event, Event::Answer(_)))
                {
                    text.push_str(&more);
                }
                if !outside::is_long(&text, paging) || !quiet::aloud(|| outside::page(&text)) {
                    console.answer(&text)?;
                }
            }
            Event::Edit { what, text } => match quiet::aloud(|| outside::edit(&text)) {
                Ok(edited) => {
                    let events = repl.borrow_mut().edited(what, &edited);
                    quit |= told(repl, events, kept, console)?;
                }
                Err(error) => warn(console, "nothing was edited", &error),
            },
            event => quit |= tell(vec![event], true, console)?.quit,
        }
    }
    Ok(quit)
}

fn lines(
    repl: &Rc<RefCell<Repl>>,
    editor: &mut LineEditor,
    mut history: Option<&Path>,
    kept: Option<&Kept>,
    console: &Console,
) -> Result<Exit> {
    let (mut interrupts, mut asked) = (0, false);
    loop {
        let prompt = repl.borrow().prompt();
        let line = editor.readline(&prompt);
        let typed = editor::typed(editor);
        match line {
            Ok(line) => {
                interrupts = 0;
                let _hushed = quiet::hush();
                // What begins with a blank is private; what cannot be kept is typed again. Each entry
                // is written at once, so that a crash takes none of them.
                let added = !line.trim().is_empty() && editor.add_history_entry(line.trim_end())?;
                if let (true, Some(path)) = (added, history)
                    && let Err(error) = editor.append_history(path)
                {
                    console.say(&format!("the history is not kept: {error}"));
                    history = None;
                }
                resize(repl, console);
                let mut events = step(&mut repl.borrow_mut(), &line);
                events.extend(repl.borrow_mut().finish());
                asked &= events.iter().any(|event| matches!(event, Event::Quit));
                if told(repl, events, kept, console)? && may_leave(repl, kept, &mut asked, console)
                {
                    return Ok(Exit::Yes);
                }
            }
            Err(ReadlineError::Interrupted) => {
                interrupts = if typed { 1 } else { interrupts + 1 };
                repl.borrow_mut().abandon();
                match interrupts {
                    1 => {}
                    2 => console.say("Ctrl-D leaves; so does a third Ctrl-C"),
                    _ => return Ok(Exit::Interrupted),
                }
            }
            Err(ReadlineError::Eof) if may_leave(repl, kept, &mut asked, console) => {
                return Ok(Exit::Yes);
            }
            Err(ReadlineError::Eof) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
