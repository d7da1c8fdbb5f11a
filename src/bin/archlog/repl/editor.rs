//! The line editor: completion, hints, colours, and when a statement is complete. All of it asks the
//! library; nothing here knows the language.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use anyhow::Result;
use archlog::repl::{Kind, Repl, complete, hint, is_command, is_complete, kinds};
use archlog::report::shortened;
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter, HistoryHinter};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{ColorMode, CompletionType, Config, Context, Editor, Helper};

use crate::console::Console;

/// How many statements the history holds.
const HISTORY: usize = 2000;

/// What is said in grey in the line behind a statement that is not complete.
const OPEN: &str = "it ends with `.` or `?`; an empty line gives it up";

/// The editor of the prompt.
pub type LineEditor = Editor<Help, FileHistory>;

/// An editor over a prompt.
pub fn editor(repl: &Rc<RefCell<Repl>>, console: &Console) -> Result<LineEditor> {
    let colour = console.colours_answers();
    let config = Config::builder()
        .max_history_size(HISTORY)?
        .history_ignore_dups(true)?
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .color_mode(if colour { ColorMode::Enabled } else { ColorMode::Disabled })
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Help {
        repl: Rc::clone(repl),
        files: FilenameCompleter::new(),
        history: HistoryHinter::new(),
        asking: Cell::new(false),
        typed: Cell::new(false),
    }));
    Ok(editor)
}

/// What the editor asks about a line.
pub struct Help {
    repl: Rc<RefCell<Repl>>,
    files: FilenameCompleter,
    history: HistoryHinter,
    /// Whether the line is the answer to a question and no statement.
    asking: Cell<bool>,
    /// Whether anything was on the line.
    typed: Cell<bool>,
}

/// Whether anything was on the line since this was asked last.
pub fn typed(editor: &LineEditor) -> bool {
    editor.helper().is_some_and(|help| help.typed.take())
}

/// Asks somebody a question; the answer is a line.
pub fn ask(editor: &mut LineEditor, question: &str) -> rustyline::Result<String> {
    let asking = |editor: &LineEditor, it: bool| {
        if let Some(help) = editor.helper() {
            help.asking.set(it);
        }
    };
    asking(editor, true);
    let answer = editor.readline(question);
    asking(editor, false);
    answer
}

impl Helper for Help {}

impl Completer for Help {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        at: usize,
        context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let found = complete(&self.repl.borrow(), line, at);
        if found.file {
            return self.files.complete(line, at, context);
        }
        let pairs = found.candidates.into_iter().map(|candidate| Pair {
            display: match candidate.note.as_str() {
                "" => candidate.text.clone(),
                note => {
                    let width = terminal_size::terminal_size();
                    let width = width.map_or(usize::MAX, |(width, _)| usize::from(width.0));
                    let width = width.saturating_sub(2);
                    shortened(&format!("{}  {note}", candidate.text), width)
                }
            },
            replacement: candidate.text,
        });
        Ok((found.start, pairs.collect()))
    }
}

/// Something in grey behind the cursor.
pub struct Grey {
    text: String,
    /// Whether it can be taken as it stands.
    typed: bool,
}

impl Hint for Grey {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        self.typed.then_some(&self.text)
    }
}

impl Hinter for Help {
    type Hint = Grey;

    fn hint(&self, line: &str, at: usize, context: &Context<'_>) -> Option<Grey> {
        self.typed.set(self.typed.get() || !line.is_empty());
        if at < line.len() || line.is_empty() || self.asking.get() {
            return None;
        }
        let repl = self.repl.borrow();
        if line.ends_with('\n') && !repl.is_interview() && !is_complete(line) {
            return Some(Grey { text: OPEN.to_owned(), typed: false });
        }
        let columns = hint(&repl, line).map(|text| Grey { text, typed: false });
        let earlier = || Some(Grey { text: self.history.hint(line, at, context)?, typed: true });
        columns.or_else(earlier)
    }
}

impl Highlighter for Help {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        let mut out = String::with_capacity(line.len() * 2);
        let mut at = 0;
        for (range, kind) in kinds(&self.repl.borrow(), line) {
            let (Some(before), Some(word)) = (line.get(at..range.start), line.get(range.clone()))
            else {
                return Cow::Borrowed(line);
            };
            let colour = match kind {
                Kind::Command => "1;34",
                Kind::Relation => "36",
                Kind::Unknown => "31",
                Kind::Text => "32",
                Kind::Number => "33",
            };
            out.push_str(&format!("{before}\u{1b}[{colour}m{word}\u{1b}[0m"));
            at = range.end;
        }
        out.push_str(line.get(at..).unwrap_or_default());
        Cow::Owned(out)
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(format!("\u{1b}[1m{prompt}\u{1b}[0m"))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\u{1b}[2m{hint}\u{1b}[0m"))
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        true
    }
}

impl Validator for Help {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        let abandoned = text.ends_with('\n');
        // A pasted block is complete when its last statement is.
        let last = text.lines().last().unwrap_or_default();
        let complete = is_complete(text) || is_command(last) || abandoned;
        Ok(if self.asking.get() || self.repl.borrow().is_interview() || complete {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}
