//! Other programs that the prompt calls: a pager for long answers, an editor for texts.

use std::env;
use std::io::{self, Write};
use std::process::{Command, ExitStatus, Stdio};

use archlog::repl::Paging;

/// What pages where nobody says what does: it leaves at once what fits, keeps colours, and leaves the
/// text on the screen.
const PAGER: &str = "less -FRX";

/// A command from the environment, the first variable that is set.
fn named(variables: &[&str]) -> Option<String> {
    let values = variables.iter().filter_map(|name| env::var(name).ok());
    values.into_iter().find(|value| !value.trim().is_empty())
}

/// A command as a shell understands it, with words behind it.
fn shell(command: &str, words: &[&std::path::Path]) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{command} \"$@\"")).arg("sh").args(words);
    shell
}

/// Whether lines can be drawn anew on the terminal: neither the line editor does on these, nor a pager.
pub fn draws() -> bool {
    let term = env::var("TERM").unwrap_or_default();
    !["dumb", "cons25", "emacs"].contains(&term.as_str())
}

/// Whether an answer goes through the pager.
pub fn is_long(text: &str, paging: Paging) -> bool {
    let height = terminal_size::terminal_size().map(|(_, height)| usize::from(height.0));
    match paging {
        Paging::Off => false,
        Paging::On => !text.is_empty(),
        Paging::Auto => draws() && height.is_some_and(|height| text.lines().count() >= height),
    }
}

/// Shows a text in the pager; gives whether that went well.
pub fn page(text: &str) -> bool {
    let pager = named(&["ARCHLOG_PAGER", "PAGER"]).unwrap_or_else(|| PAGER.to_owned());
    let Ok(mut child) = shell(&pager, &[]).stdin(Stdio::piped()).spawn() else { return false };
    if let Some(mut input) = child.stdin.take() {
        // Who leaves the pager early has seen enough.
        let _ = input.write_all(text.as_bytes());
    }
    // A shell that cannot find the pager says 127.
    child.wait().is_ok_and(|status| status.code() != Some(127))
}

/// Opens a text in the editor; gives what became of it.
pub fn edit(text: &str) -> io::Result<String> {
    let editor = named(&["VISUAL", "EDITOR"]).unwrap_or_else(|| "vi".to_owned());
    let folder = env::temp_dir().join(format!("archlog-edit-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("edit.dl");
    let edited = std::fs::write(&path, text)
        .and_then(|()| shell(&editor, &[&path]).status())
        .and_then(|status| succeeded(status, &editor))
        .and_then(|()| std::fs::read_to_string(&path));
    let _ = std::fs::remove_dir_all(&folder);
    edited
}

fn succeeded(status: ExitStatus, editor: &str) -> io::Result<()> {
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("`{editor}` ended with {status}"))),
    }
}
