//! Text to tokens. Never fails: what is no token becomes [`Token::Unknown`] and the parser reports
//! it, so that one odd character does not hide the other problems of a text.

use std::fmt;

use logos::Logos;

use crate::diag::{SourceId, Span};

/// The kinds of token. Comments and white space are passed over; documentation comments are not.
#[derive(Logos, Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[logos(skip r"[ \t\r\n\f\u{feff}]+")]
#[logos(skip(r"//[^\n]*", allow_greedy = true))]
#[logos(skip r"/\*[^*]*\*+([^/*][^*]*\*+)*/")]
#[allow(missing_docs)]
pub enum Token {
    #[regex(r"///[^\n]*", priority = 100, allow_greedy = true)]
    Doc,
    #[regex(r"[A-Za-z_?][A-Za-z0-9_?]*")]
    Name,
    #[token("_", priority = 100)]
    Wildcard,
    #[regex(r"[0-9]+u?")]
    #[regex(r"0x[0-9a-fA-F]+u?")]
    #[regex(r"0b[01]+u?")]
    Number,
    #[regex(r"[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?")]
    Float,
    #[regex(r#""([^"\\\n]|\\.)*""#)]
    Text,
    #[regex(r#""([^"\\\n]|\\.)*"#)]
    OpenText,
    #[regex(r"/\*", open_comment)]
    OpenComment,
    #[regex(r"\.\??[A-Za-z_][A-Za-z0-9_?]*")]
    Directive,
    #[token("(")]
    LeftParenthesis,
    #[token(")")]
    RightParenthesis,
    #[token("{")]
    LeftBrace,
    #[token("}")]
    RightBrace,
    #[token("[")]
    LeftBracket,
    #[token("]")]
    RightBracket,
    #[token(",")]
    Comma,
    #[token(";")]
    Semicolon,
    #[token(":-")]
    If,
    #[token("<=")]
    LessOrEqual,
    #[token("?-")]
    Ask,
    #[token("?", priority = 100)]
    QuestionMark,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("!")]
    Not,
    #[token("=")]
    Equal,
    #[token("!=")]
    NotEqual,
    #[token("<")]
    Less,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterOrEqual,
    #[token("<:")]
    Subtype,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("^")]
    Caret,
    #[token("|")]
    Bar,
    #[token("$")]
    Dollar,
    #[token("@")]
    At,
    #[token("#")]
    Hash,
    Unknown,
    End,
}

/// A comment that is opened and never closed swallows the rest of the text.
fn open_comment(lexer: &mut logos::Lexer<'_, Token>) {
    lexer.bump(lexer.remainder().len());
}

impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Token::Doc => "a documentation comment",
            Token::Name => "a name",
            Token::Wildcard => "`_`",
            Token::Number | Token::Float => "a number",
            Token::Text => "a text",
            Token::OpenText => "a text without its closing quote",
            Token::OpenComment => "a comment without its end",
            Token::Directive => "a directive",
            Token::LeftParenthesis => "`(`",
            Token::RightParenthesis => "`)`",
            Token::LeftBrace => "`{`",
            Token::RightBrace => "`}`",
            Token::LeftBracket => "`[`",
            Token::RightBracket => "`]`",
            Token::Comma => "`,`",
            Token::Semicolon => "`;`",
            Token::If => "`:-`",
            Token::LessOrEqual => "`<=`",
            Token::Ask => "`?-`",
            Token::QuestionMark => "`?`",
            Token::Colon => "`:`",
            Token::Dot => "`.`",
            Token::Not => "`!`",
            Token::Equal => "`=`",
            Token::NotEqual => "`!=`",
            Token::Less => "`<`",
            Token::Greater => "`>`",
            Token::GreaterOrEqual => "`>=`",
            Token::Subtype => "`<:`",
            Token::Plus => "`+`",
            Token::Minus => "`-`",
            Token::Star => "`*`",
            Token::Slash => "`/`",
            Token::Percent => "`%`",
            Token::Caret => "`^`",
            Token::Bar => "`|`",
            Token::Dollar => "`$`",
            Token::At => "`@`",
            Token::Hash => "`#`",
            Token::Unknown => "an unknown character",
            Token::End => "the end of the text",
        })
    }
}

/// A token and its place.
#[derive(Clone, Copy, Debug)]
pub struct Lexeme {
    /// The kind.
    pub token: Token,
    /// The place.
    pub span: Span,
}

/// All tokens of a text, the last one [`Token::End`].
pub fn lex(source: SourceId, text: &str) -> Vec<Lexeme> {
    let mut lexemes = Vec::with_capacity(text.len() / 4 + 1);
    for (token, range) in Token::lexer(text).spanned() {
        let span = Span { source, start: range.start as u32, end: range.end as u32 };
        lexemes.push(Lexeme { token: token.unwrap_or(Token::Unknown), span });
    }
    let end = text.len() as u32;
    lexemes.push(Lexeme { token: Token::End, span: Span { source, start: end, end } });
    lexemes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        lex(SourceId(0), text).into_iter().map(|lexeme| lexeme.token).collect()
    }

    #[test]
    fn comments_are_passed_over_and_documentation_is_not() {
        assert_eq!(
            tokens("// a\n/* b ** */ /// @rule r\n//// four\nx"),
            [Token::Doc, Token::Doc, Token::Name, Token::End]
        );
    }

    #[test]
    fn an_open_comment_swallows_the_rest() {
        assert_eq!(tokens("a /* b"), [Token::Name, Token::OpenComment, Token::End]);
    }

    #[test]
    fn a_text_ends_at_its_line() {
        assert_eq!(
            tokens("\"a\\\"b\" \"open\nx"),
            [Token::Text, Token::OpenText, Token::Name, Token::End]
        );
    }

    #[test]
    fn a_clause_ends_with_a_dot_that_no_name_follows() {
        assert_eq!(
            tokens("a(1.5).\n.decl ?x"),
            [
                Token::Name,
                Token::LeftParenthesis,
                Token::Float,
                Token::RightParenthesis,
                Token::Dot,
                Token::Directive,
                Token::Name,
                Token::End
            ]
        );
    }

    #[test]
    fn a_question_mark_is_part_of_a_name_but_not_one_by_itself() {
        assert_eq!(tokens("?x a? x?y _?1"), [[Token::Name; 4].as_slice(), &[Token::End]].concat());
        assert_eq!(tokens("?- ?"), [Token::Ask, Token::QuestionMark, Token::End]);
        assert_eq!(
            tokens("a.?b.c?"),
            [Token::Name, Token::Directive, Token::Directive, Token::End]
        );
    }
}
