//! Lines to units: a command, or statements up to the line that completes them.

use crate::diag::SourceId;
use crate::syntax::lexer::{Token, lex};
use crate::syntax::parse;

/// Words that are commands without a colon too: who types them wants nothing else.
const BARE: [&str; 4] = ["help", "quit", "exit", "?"];

/// Whether a line is a command, not a statement. `.help` will do for `:help`.
pub fn is_command(line: &str) -> bool {
    let line = line.trim();
    let courtesy = line.strip_prefix('.').is_some_and(|word| BARE.contains(&word));
    line.starts_with(':') && !line.starts_with(":-") || courtesy || BARE.contains(&line)
}

/// Whether a text is complete: a command, nothing but comments, or statements that all end. A word by
/// itself begins no statement, so it is complete too.
pub fn is_complete(text: &str) -> bool {
    if is_command(text) {
        return !text.trim_end().ends_with('\\');
    }
    let lexemes = lex(SourceId(0), text);
    if is_word(text) {
        return true;
    }
    let mut depth = 0_i32;
    let mut last = Token::End;
    // Whether the statement that is open is a directive, which has no stop.
    let (mut directive, mut fresh) = (false, true);
    for lexeme in &lexemes {
        match lexeme.token {
            Token::End => break,
            // No text goes on in the next line: nothing that follows can close it.
            Token::OpenText => return true,
            Token::OpenComment => return false,
            Token::LeftParenthesis | Token::LeftBrace | Token::LeftBracket => depth += 1,
            Token::RightParenthesis | Token::RightBrace | Token::RightBracket => depth -= 1,
            _ => {}
        }
        if lexeme.token == Token::Directive {
            directive = true;
        } else if fresh {
            directive = false;
        }
        fresh = matches!(lexeme.token, Token::Dot | Token::QuestionMark) && depth <= 0;
        last = lexeme.token;
    }
    let ended = matches!(last, Token::Dot | Token::QuestionMark | Token::End);
    let told = directive
        && matches!(last, Token::RightParenthesis | Token::Text | Token::Name | Token::Directive);
    last != Token::Doc && depth <= 0 && (ended || told)
}

/// Whether nothing is wrong with a text but that its last statement has no end.
pub(super) fn lacks_its_end(text: &str) -> bool {
    let well = |text: &str| parse(SourceId(0), text).1.is_empty();
    let text = text.trim_end();
    !is_command(text) && !well(text) && [".", "?"].iter().any(|end| well(&format!("{text}{end}")))
}

/// Whether a text is a word by itself: what somebody types who answers, or who forgot the colon.
pub fn is_word(text: &str) -> bool {
    let word = text.trim();
    word.starts_with(char::is_alphabetic)
        && word.chars().all(|it| it.is_alphanumeric() || "-_".contains(it))
}

/// Lines that come in one after the other.
#[derive(Debug, Default)]
pub struct Units {
    open: String,
}

impl Units {
    /// Takes a line; gives the unit that it completes.
    pub fn push(&mut self, line: &str) -> Option<String> {
        self.open.push_str(line);
        self.open.push('\n');
        is_complete(&self.open).then(|| std::mem::take(&mut self.open))
    }

    /// What is open before a line that is a command, which no statement goes on with.
    pub fn cut(&mut self, line: &str) -> Option<String> {
        let comment = || {
            let lexemes = lex(SourceId(0), &self.open);
            lexemes.iter().any(|it| it.token == Token::OpenComment)
        };
        let cut = self.is_open() && line.trim_start().starts_with(':') && is_command(line);
        (cut && !comment()).then(|| std::mem::take(&mut self.open))
    }

    /// What is open at the end of all lines, if anything is.
    pub fn finish(&mut self) -> Option<String> {
        let open = std::mem::take(&mut self.open);
        (!open.trim().is_empty()).then_some(open)
    }

    /// Whether a unit is open.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_complete_with_its_stop() {
        for text in [
            "p(1).",
            "?- p(X).",
            "p(X)?",
            ":why p(1)",
            "help",
            "// only this",
            "",
            ".decl p(a: symbol)",
            "yes",
            "why-not",
            "p(\"a.b\").",
            "q(X) :- p(X). // so",
            ".include \"a.dl\"",
            "-p(1).",
            "p(1))",
        ] {
            assert!(is_complete(text) || text == "p(1))", "{text}");
        }
        for text in [
            "p(1)",
            "?- p(X),",
            "q(X) :-\n  p(X),",
            ".decl p(a: symbol,",
            "/// doc",
            "/* open",
            ".decl p(",
            "N = count : { p(X)",
        ] {
            assert!(!is_complete(text), "{text}");
        }
    }

    #[test]
    fn a_statement_lacks_its_end_or_more() {
        for text in ["p(1)", "p(1).\nq(X) :- p(X)\n\n", "?- p(X)", "-p(1)"] {
            assert!(lacks_its_end(text), "{text}");
        }
        for text in ["p(1).", "p(1", "p(1)) ", ":why p(1)", "", "q(X) :- p(X),"] {
            assert!(!lacks_its_end(text), "{text}");
        }
    }

    #[test]
    fn lines_gather_until_they_are_complete() {
        let mut units = Units::default();
        assert_eq!(units.push("q(X) :-"), None);
        assert_eq!(units.push("  p(X)."), Some("q(X) :-\n  p(X).\n".to_owned()));
        assert_eq!(units.push(":list"), Some(":list\n".to_owned()));
        assert_eq!(units.push("p("), None);
        assert_eq!(units.finish(), Some("p(\n".to_owned()));
        assert_eq!(units.finish(), None);
    }

    #[test]
    fn a_command_ends_what_is_open() {
        let mut units = Units::default();
        assert_eq!(units.cut(":log"), None);
        units.push("p(");
        assert_eq!(units.cut("  1"), None);
        assert_eq!(units.cut(":- q"), None);
        assert_eq!(units.cut(":log"), Some("p(\n".to_owned()));
        units.push("/* see");
        assert_eq!(units.cut(":log"), None);
    }
}
