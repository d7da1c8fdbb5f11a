//! The terminal, or what stands in for it: where answers and messages go and how they may look.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use archlog::diag::{Diagnostic, Renderer, Sources, reason};
use archlog::io::near_file;
use archlog::report::Look;

use crate::args::When;

/// Standard output for answers, standard error for everything else.
pub struct Console {
    colour: When,
    ascii: bool,
}

impl Console {
    /// A console as the arguments and the environment want it.
    pub fn new(colour: When, ascii: bool) -> Self {
        Console { colour, ascii: ascii || !speaks_unicode() }
    }

    /// Prints a piece of the answer.
    pub fn answer(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Says something beside the answer. Where nobody can hear it, it is not said.
    pub fn say(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Shows how far a long search has come, on the same line each time; nothing ends it.
    pub fn status(&self, text: &str) {
        let mut stream = io::stderr().lock();
        let _ = write!(stream, "\r\u{1b}[2K{text}");
        let _ = stream.flush();
    }

    /// Says what kept the program from doing what it was asked.
    pub fn fail(&self, error: &anyhow::Error) {
        let (start, end) =
            if self.colours(&io::stderr()) { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
        self.say(&format!("{start}error{end}: {error:#}"));
    }

    /// Shows problems.
    pub fn problems(&self, sources: &Sources, problems: &[Diagnostic]) {
        self.warn(&self.rendered(sources, problems));
    }

    /// What makes text of problems that are the answer.
    pub fn renderer_of_answers(&self) -> Renderer {
        Renderer { colour: self.colours(&io::stdout()) }
    }

    /// Problems as text; nothing where there are none.
    pub fn rendered(&self, sources: &Sources, problems: &[Diagnostic]) -> String {
        Renderer { colour: self.colours(&io::stderr()) }.render(sources, problems)
    }

    /// Shows problems that are text already.
    pub fn warn(&self, problems: &str) {
        let _ = io::stderr().lock().write_all(problems.as_bytes());
    }

    /// How tables on standard output may look.
    pub fn look(&self) -> Look {
        let terminal = io::stdout().is_terminal();
        let width = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
        Look {
            width: if terminal { width.or(Some(100)) } else { None },
            ascii: self.ascii,
            styled: self.colours(&io::stdout()),
        }
    }

    /// Whether what stands on standard output may have colours.
    pub fn colours_answers(&self) -> bool {
        self.colours(&io::stdout())
    }

    fn colours(&self, stream: &impl IsTerminal) -> bool {
        wants_colour(self.colour, stream.is_terminal(), |name| std::env::var(name).ok())
    }
}

/// `--color` decides, then NO_COLOR, then CLICOLOR_FORCE, then the terminal.
fn wants_colour(asked: When, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).is_some_and(|value| !value.is_empty());
    match asked {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if variable("CLICOLOR_FORCE").is_some_and(|it| !it.is_empty() && it != "0") => {
            true
        }
        When::Auto => terminal && variable("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Whether the locale is one of UTF-8. Where none is set, nearly everything understands it today.
fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8") || locale == "c" || locale == "posix"
    })
}

/// What is said of a file that cannot be read, with the name of one that is nearly called so.
pub fn cannot_read(path: &Path, problem: &io::Error) -> anyhow::Error {
    let message = format!("cannot read `{}`: {}", path.display(), reason(problem));
    match near_file(path).filter(|_| problem.kind() == io::ErrorKind::NotFound) {
        Some(near) => anyhow::anyhow!("{message}; did you mean `{near}`?"),
        None => anyhow::anyhow!(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(asked: When, terminal: bool, variables: &[(&str, &str)]) -> bool {
        wants_colour(asked, terminal, |name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string())
        })
    }

    #[test]
    fn what_is_asked_for_goes_before_the_environment_and_that_before_the_terminal() {
        assert!(wants(When::Always, false, &[("NO_COLOR", "1")]));
        assert!(!wants(When::Never, true, &[("CLICOLOR_FORCE", "1")]));
        assert!(!wants(When::Auto, true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(wants(When::Auto, true, &[("NO_COLOR", "")]));
        assert!(wants(When::Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!wants(When::Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!wants(When::Auto, true, &[("TERM", "dumb")]));
        assert!(wants(When::Auto, true, &[("TERM", "xterm")]));
    }
}
