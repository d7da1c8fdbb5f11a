//! What can be wrong with a text before it means anything, each kind with the shortest text that
//! has it.

use crate::diag::{Diagnostic, Span, reason};

use super::lexer::Token;

/// `p(.`
pub fn unexpected(found: Token, word: &str, span: Span, expected: &str) -> Diagnostic {
    Diagnostic::error("AL0001", format!("expected {expected}, found {}", shown(found, word)))
        .at(span, format!("expected {expected}"))
}

/// `.decl p(count: number)`
pub fn reserved(span: Span, word: &str, expected: &str) -> Diagnostic {
    Diagnostic::error("AL0008", format!("expected {expected}, found `{word}`"))
        .at(span, "a word of the language")
        .help(format!("nothing may be called `{word}`: write another name, such as `{word}_`"))
}

/// `p(1)` and a line below it `q(1).`
pub fn unfinished(found: Token, word: &str, span: Span, after: Span, expected: &str) -> Diagnostic {
    let found = shown(found, word);
    Diagnostic::error("AL0001", format!("expected {expected}, found {found}"))
        .at(after, format!("expected {expected}"))
        .at(span, format!("before {found}"))
}

/// A token as a message names it: by its text where that says more than its kind.
fn shown(token: Token, word: &str) -> String {
    let telling = matches!(
        token,
        Token::Name | Token::Number | Token::Float | Token::Directive | Token::Unknown
    );
    if telling && word.len() <= 40 { format!("`{word}`") } else { token.to_string() }
}

/// `p("a).`
pub fn open_text(span: Span) -> Diagnostic {
    Diagnostic::error("AL0002", "a text without its closing quote")
        .at(span, "the quote opened here is not closed on this line")
        .help("close it with `\"`; a line break inside a text is written `\\n`")
}

/// `/* p.`
pub fn open_comment(span: Span) -> Diagnostic {
    let opening = Span { end: span.start + 2, ..span };
    Diagnostic::error("AL0003", "a comment without its end")
        .at(opening, "opened here, never closed")
        .help("close it with `*/`")
}

/// `p("\q").`
pub fn unknown_escape(span: Span, escape: char) -> Diagnostic {
    Diagnostic::error("AL0004", format!("unknown escape `\\{escape}` in a text"))
        .at(span, "")
        .help("known escapes are `\\\"`, `\\'`, `\\\\` and `\\a`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t`, `\\v`")
}

/// `p(99999999999999999999).`
pub fn number_out_of_range(span: Span, text: &str) -> Diagnostic {
    let negative = text.starts_with('-') && text.ends_with('u');
    let why = if negative { "unsigned numbers are not negative" } else { "too large" };
    Diagnostic::error("AL0005", format!("the number `{text}` does not fit in 64 bits"))
        .at(span, why)
        .help("numbers run from -9223372036854775808 to 9223372036854775807, unsigned ones to 18446744073709551615")
}

/// `p(((((((( ...`
pub fn too_deep(span: Span, limit: usize) -> Diagnostic {
    Diagnostic::error("AL0006", format!("nested more than {limit} levels deep"))
        .at(span, "one level too many")
        .help("split the rule, or take parentheses away")
}

/// `.declare p().`
pub fn unknown_directive(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::error("AL0007", format!("unknown directive `{name}`"))
        .at(span, "")
        .nearest(name, known.iter().copied())
}

/// `.decl p(x: number) inlin`
pub fn unknown_qualifier(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    let help = format!("qualifiers are {}", known.join(", "));
    malformed(span, &format!("`{name}` is no qualifier of a relation"), &help)
        .nearest(name, known.iter().copied())
}

/// `.functor f(x: number): number`
pub fn unsupported(span: Span, construct: &str) -> Diagnostic {
    Diagnostic::error("AL0010", format!("{construct} is not supported"))
        .at(span, "this construct is part of Souffle, but not of archlog yet")
}

/// `.comp C {` and no `}`
pub fn open_component(opening: Span, end: Span) -> Diagnostic {
    Diagnostic::error("AL0001", "expected another item or `}`, found the end of the text")
        .at(end, "expected another item or `}`")
        .at(opening, "the component opened here is not closed")
}

/// `p(a, b) = 3.` and other shapes that no clause has.
pub fn malformed(span: Span, message: &str, help: &str) -> Diagnostic {
    Diagnostic::error("AL0011", message.to_owned()).at(span, "").help(help.to_owned())
}

/// `/// @says never attached` at the end of a text.
pub fn detached_doc(span: Span) -> Diagnostic {
    Diagnostic::warning("AL0012", "a documentation comment on nothing")
        .at(span, "no declaration, type, fact or rule follows")
        .help("move it above the item it describes, or write `//`")
}

/// A file that is not there, at its inclusion or on its own.
pub fn unreadable(span: Option<Span>, path: &str, problem: &std::io::Error) -> Diagnostic {
    let message = format!("cannot read `{path}`: {}", reason(problem));
    let diagnostic = Diagnostic::error("AL0020", message);
    match span {
        Some(span) => diagnostic
            .at(span, "included here")
            .help("a path is relative to the file that includes it, else to a folder of `-I`"),
        None => diagnostic,
    }
}

/// A file of more than 4 GiB.
pub fn too_large(path: &str) -> Diagnostic {
    Diagnostic::error("AL0021", format!("`{path}` is larger than 4 GiB"))
        .help("split it, or read its facts from a file of their own with `.input`")
}

/// A byte that is no part of UTF-8.
pub fn not_text(span: Span) -> Diagnostic {
    Diagnostic::error("AL0022", "this is not UTF-8 text")
        .at(span, "not UTF-8 (shown as question marks)")
        .help("save the file as UTF-8")
}

/// `.include "a.dl"` in `a.dl`
pub fn included_without_end(span: Span, path: &str, itself: bool) -> Diagnostic {
    let what = if itself { "includes itself without end" } else { "is one inclusion too many" };
    Diagnostic::error("AL0023", format!("`{path}` {what}"))
        .at(span, "included here")
        .help("write `.once` at its top, or take the inclusion away")
}
