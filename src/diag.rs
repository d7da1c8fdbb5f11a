//! Places in text, problems as data, and the one renderer.
//!
//! Every stage reports what is wrong as a [`Diagnostic`]: a code with a page of its own, a message,
//! places in the text, and what to do. Nobody formats a problem but [`Renderer`].

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer as Snippets, Snippet};

/// A text that was loaded, by its position in [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SourceId(pub u32);

/// A stretch of a loaded text, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The stretch from the start of this one to the end of another of the same text.
    pub fn to(self, other: Span) -> Span {
        Span { end: other.end.max(self.end), ..self }
    }

    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A text that was loaded, under the name that messages use for it.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as the user wrote it, or a name in angle brackets.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

/// A place as people count: from 1, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
}

/// All texts that were loaded, perhaps behind those of a shared base.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    base: Option<Arc<Sources>>,
    sources: Vec<Source>,
}

impl Sources {
    /// No texts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new layer over texts that are shared; they keep their numbers.
    pub fn over(base: Arc<Sources>) -> Self {
        Sources { base: Some(base), sources: Vec::new() }
    }

    /// Puts other texts below, as many as were there, so that all keep their numbers.
    pub fn rebase(&mut self, base: Arc<Sources>) {
        self.base = Some(base);
    }

    /// Gives the last text another name.
    pub fn rename_last(&mut self, name: &str) {
        if let Some(last) = self.sources.last_mut() {
            name.clone_into(&mut last.name);
        }
    }

    /// Shows a text of this layer with other words, each as long as the one it stands for.
    pub fn reword(&mut self, id: SourceId, words: &dyn Fn(&str) -> String) {
        let below = self.base.as_ref().map_or(0, |base| base.len());
        let at = (id.0 as usize).checked_sub(below);
        if let Some(source) = at.and_then(|at| self.sources.get_mut(at))
            && let text = words(&source.text)
            && text.len() == source.text.len()
        {
            source.text = text.into();
        }
    }

    /// Forgets the last text of this layer.
    pub fn forget_last(&mut self) {
        self.sources.pop();
    }

    /// Keeps a text and gives it a number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end as u32 + 1))
            .collect();
        self.sources.push(Source { name: name.into(), text, line_starts });
        SourceId(self.len() as u32 - 1)
    }

    /// A text by its number.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        let below = self.base.as_ref().map_or(0, |base| base.len());
        match (id.0 as usize).checked_sub(below) {
            Some(index) => self.sources.get(index),
            None => self.base.as_ref()?.get(id),
        }
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.base.as_ref().map_or(0, |base| base.len()) + self.sources.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of the text that a span lies in.
    pub fn name(&self, span: Span) -> &str {
        self.get(span.source).map_or("", |source| &source.name)
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source).and_then(|source| source.text.get(span.range())).unwrap_or("")
    }

    /// Where a span starts, as people count.
    pub fn position(&self, span: Span) -> Position {
        let Some(source) = self.get(span.source) else { return Position { line: 1, column: 1 } };
        let line = source.line_starts.partition_point(|&start| start <= span.start).max(1);
        let start = source.line_starts[line - 1] as usize;
        let before = source.text.get(start..span.start as usize).unwrap_or("");
        Position { line: line as u32, column: before.chars().count() as u32 + 1 }
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The text means nothing until this is mended.
    Error,
    /// The text means something, perhaps not what was meant.
    Warning,
    /// The text means what it should and could say it better.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        })
    }
}

/// A place that a problem points at, and what to say there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is said at the place; may be empty.
    pub text: String,
}

/// A problem as data. The first label is the place; the others are its company.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The code with a page of its own, such as `AL0107`.
    pub code: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence without a full stop.
    pub message: String,
    /// Places, the most important first. Empty where the problem has no place in any text.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning.
    pub fn warning(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// A note.
    pub fn note(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// A problem of a severity.
    pub fn new(
        severity: Severity,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        let (code, message) = (code.into(), message.into());
        Diagnostic { code, severity, message, labels: Vec::new(), help: Vec::new() }
    }

    /// Points at a place.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Says which known name is nearest to the unknown one, if one is near.
    pub fn nearest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(name, known) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// The main place, if the problem has one.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}

/// The known name that is nearest to an unknown one: at most a third of it mistyped. Of equally
/// near names the first in alphabetical order.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = name.chars().count();
    let limit = (letters / 3).max(1);
    known
        .into_iter()
        // What is spelled the same is not what was meant: it is of no use here.
        .filter(|candidate| !candidate.trim().is_empty() && *candidate != name)
        // What is longer or shorter by more is farther, without a look at its letters.
        .filter(|candidate| candidate.chars().count().abs_diff(letters) <= limit)
        .map(|candidate| {
            let distance = if candidate.eq_ignore_ascii_case(name) {
                0
            } else {
                strsim::damerau_levenshtein(name, candidate)
            };
            (distance, candidate)
        })
        // A name of which nothing is left is another name.
        .filter(|(distance, it)| *distance <= limit && *distance < it.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// What an error of the system says, without its number.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        std::io::ErrorKind::NotADirectory | std::io::ErrorKind::AlreadyExists => {
            "what should be a folder on the way there is a file".to_owned()
        }
        _ => error.to_string(),
    }
}

/// A name of a type with its article, as in "an `unsigned`".
pub fn one(name: &str) -> String {
    let mut letters = name.chars();
    let (first, second) = (letters.next().unwrap_or_default(), letters.next());
    // A capital that no small letter follows is spoken by its name.
    let spelt = first.is_ascii_uppercase() && !second.is_some_and(|it| it.is_ascii_lowercase());
    let vowel = match spelt {
        true => "AEFHILMNORSX".contains(first),
        false => "aeiou".contains(first.to_ascii_lowercase()),
    };
    format!("{} `{name}`", if vowel { "an" } else { "a" })
}

/// What our own codes begin with; each has a page. Checks of a user's own have other codes.
pub const OWN_CODES: &str = "AL";

/// How many problems are shown in full before the rest is only counted.
pub const SHOWN: usize = 20;

/// Makes text of problems, the only place that does.
#[derive(Clone, Copy, Debug)]
pub struct Renderer {
    /// Whether to use terminal colours.
    pub colour: bool,
}

impl Renderer {
    /// All problems in order of their places, errors of one text together, those without a place
    /// last, at most [`SHOWN`] in full, then how many more there are.
    pub fn render(&self, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
        let mut ordered: Vec<&Diagnostic> = diagnostics.iter().collect();
        let place = |it: &Diagnostic| (it.labels.is_empty(), it.span());
        ordered
            .sort_by(|a, b| (place(a), &a.code, &a.message).cmp(&(place(b), &b.code, &b.message)));
        ordered.dedup();
        let mut text = String::new();
        for diagnostic in ordered.iter().take(SHOWN) {
            text.push_str(&self.one(sources, diagnostic));
            text.push_str("\n\n");
        }
        if ordered.len() > SHOWN {
            text.push_str(&format!("... and {} more\n\n", ordered.len() - SHOWN));
        }
        text
    }

    /// One problem in full.
    pub fn one(&self, sources: &Sources, diagnostic: &Diagnostic) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut group = level
            .primary_title(&diagnostic.message)
            .id(&*diagnostic.code)
            .elements(group_labels(sources, &diagnostic.labels));
        for help in &diagnostic.help {
            group = group.element(Level::HELP.message(help));
        }
        // A code of somebody's own has no page.
        if diagnostic.code.starts_with(OWN_CODES) {
            let more = format!("more: archlog explain {}", diagnostic.code);
            group = group.element(Level::NOTE.message(more));
        }
        let renderer = if self.colour { Snippets::styled() } else { Snippets::plain() };
        let text = renderer.render(&[group]);
        if diagnostic.labels.is_empty() { without_gutter(&text) } else { text }
    }
}

/// Takes out the lines that hold nothing but the bar below a snippet: where there is no snippet
/// they lead nowhere.
fn without_gutter(text: &str) -> String {
    let is_bar = |line: &&str| {
        let mut styled = false;
        let plain = line.chars().filter(|character| {
            let hidden = styled || *character == '\u{1b}';
            styled = hidden && *character != 'm';
            !hidden
        });
        plain.filter(|character| !character.is_whitespace()).eq(['|'])
    };
    text.lines().filter(|line| !is_bar(line)).collect::<Vec<_>>().join("\n")
}

/// One snippet a text, with the labels that lie in it. Only the lines from the first label to the
/// last are handed over, and of a line longer than a screen only what surrounds its first label.
fn group_labels<'a>(sources: &'a Sources, labels: &'a [Label]) -> Vec<Element<'a>> {
    let mut order: Vec<SourceId> = Vec::new();
    for label in labels {
        if !order.contains(&label.span.source) {
            order.push(label.span.source);
        }
    }
    let primary = labels.first().map(|label| label.span);
    let mut elements = Vec::with_capacity(order.len());
    for id in order {
        let Some(source) = sources.get(id) else { continue };
        let here: Vec<&Label> = labels.iter().filter(|label| label.span.source == id).collect();
        let excerpt = excerpt(&source.text, here.iter().map(|label| label.span));
        let annotations = here.iter().filter_map(|label| {
            let range = clamp(label.span, &source.text);
            let inside = excerpt.start <= range.start && range.start <= excerpt.end;
            if !inside {
                return None;
            }
            let end = range.end.min(excerpt.end);
            let range = range.start - excerpt.start..end - excerpt.start;
            let kind = if Some(label.span) == primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let annotation = kind.span(range);
            Some(if label.text.is_empty() { annotation } else { annotation.label(&label.text) })
        });
        let line = source.line_starts.partition_point(|start| *start as usize <= excerpt.start);
        let snippet = Snippet::source(&source.text[excerpt.clone()])
            .line_start(line.max(1))
            .annotations(annotations.collect::<Vec<_>>());
        let starts = |line: usize| {
            source.line_starts.get(line.saturating_sub(1)).map_or(0, |at| *at as usize)
        };
        if starts(line) == excerpt.start {
            elements.push(snippet.path(&source.name).into());
            continue;
        }
        // The place is that in the whole line, of which the excerpt lacks the start.
        let place =
            here.first().map_or(excerpt.start, |label| clamp(label.span, &source.text).start);
        let line = source.line_starts.partition_point(|start| *start as usize <= place);
        let before = source.text.get(starts(line)..place).unwrap_or_default();
        let origin = Origin::path(&source.name).line(line).char_column(before.chars().count() + 1);
        elements.extend([origin.into(), snippet.into()]);
    }
    elements
}

/// Of longer lines only what is around the problem is looked at. Of shorter ones, too, no more is shown than fits.
const LONG_LINE: usize = 10_000;

/// So much of them is, before the problem and from there on.
const AROUND: (usize, usize) = (100, 200);

/// The part of a text that shows the spans: whole lines, unless they are long.
fn excerpt(text: &str, spans: impl Iterator<Item = Span> + Clone) -> Range<usize> {
    let first = spans.clone().map(|span| clamp(span, text).start).min().unwrap_or(0);
    let last = spans.map(|span| clamp(span, text).end).max().unwrap_or(0);
    let start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    if end - start <= LONG_LINE || text[start..end].lines().all(|line| line.len() <= LONG_LINE) {
        return start..end;
    }
    let near = |at: usize| Span { start: at as u32, end: at as u32, ..Span::default() };
    let from = clamp(near(first.saturating_sub(AROUND.0).max(start)), text).start;
    let to = clamp(near((first + AROUND.1).min(end)), text).start;
    let to = text[first..to].find('\n').map_or(to, |at| first + at);
    from..to
}

/// A span that surely lies in the text and on its character boundaries.
fn clamp(span: Span, text: &str) -> Range<usize> {
    let floor = |at: u32| {
        let mut at = (at as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    start..floor(span.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_in_part() {
        let mut sources = Sources::new();
        let text = format!("a\n{}here{}\nb", "x".repeat(100_000), "y".repeat(100_000));
        let source = sources.add("long.dl", text);
        let span = Span { source, start: 100_002, end: 100_006 };
        let problem = Diagnostic::error("AL0001", "a problem").at(span, "it is here");
        let shown = Renderer { colour: false }.render(&sources, &[problem]);
        assert!(shown.len() < 2_000, "{}", shown.len());
        assert!(shown.contains("long.dl:2:100001") && shown.contains("^^^^ it is here"), "{shown}");
    }

    #[test]
    fn a_problem_without_a_place_has_no_gutter() {
        let problem = Diagnostic::error("AL0001", "nothing there").help("look elsewhere");
        for colour in [false, true] {
            let shown = Renderer { colour }.render(&Sources::new(), std::slice::from_ref(&problem));
            assert_eq!(shown.trim_end().lines().count(), 3, "{shown}");
            assert_eq!(shown.contains('\u{1b}'), colour);
        }
    }

    #[test]
    fn places_are_counted_in_characters() {
        let mut sources = Sources::new();
        let source = sources.add("t.dl", "é\nçç x");
        let span = Span { source, start: 8, end: 9 };
        assert_eq!(sources.position(span), Position { line: 2, column: 4 });
        assert_eq!(sources.text(span), "x");
    }

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let known = ["replication", "partition", "path"];
        assert_eq!(nearest("replicaton", known), Some("replication"));
        assert_eq!(nearest("pth", known), Some("path"));
        assert_eq!(nearest("sheep", known), None);
        assert_eq!(nearest("z", ["a", "za"]), Some("za"));
        assert_eq!(nearest("z", ["a"]), None);
    }
}
