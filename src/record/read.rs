//! Text to record. The front matter is a small part of YAML: `key: "text"`, and lists of texts.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, SourceId, Sources, Span};

use super::seal::seal;
use super::{Evidence, Key, MARK, Part, error};

/// What opens and closes the front matter.
pub(super) const FENCE: &str = "---";

/// The first key of every record.
pub(super) const FIRST: &str = "adr";

/// A record as a file has it.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The file as messages name it.
    pub file: String,
    /// Its number.
    pub number: u32,
    /// The title.
    pub title: String,
    /// The design as seen from the folder of the record.
    pub design: String,
    /// The id of the design.
    pub design_id: String,
    /// Which decision it is of.
    pub key: Key,
    /// What was chosen.
    pub decision: String,
    /// The goal that asked for it.
    pub goal: String,
    /// What it rested on.
    pub evidence: Evidence,
    /// The record that it takes the place of.
    pub supersedes: Option<u32>,
    /// The record that took its place, if one did.
    pub superseded_by: Option<u32>,
    /// Whether nothing decides it any more.
    pub retired: bool,
    /// The rulebook that it was derived by.
    pub rulebook: String,
    /// What it says, above the mark.
    pub parts: Vec<Part>,
    /// What stands below the mark; nothing where there is no mark.
    pub below: Option<String>,
    /// The whole text.
    pub text: String,
    /// Where the front matter names the design.
    pub design_span: Span,
    /// Where the front matter has its number.
    pub number_span: Span,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
    /// Whether its front matter is as it was written.
    pub trusted: bool,
}

impl Record {
    /// Whether it is to be held against what derives: it is not superseded or retired.
    pub fn stands(&self) -> bool {
        self.superseded_by.is_none() && !self.retired
    }
}

/// Reads a record; nothing for a text that is none and pretends to be none.
pub fn read(file: &str, text: &str, sources: &mut Sources) -> Option<Record> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = sources.add(file, text);
    let named = || text.lines().nth(1).is_some_and(|line| line.starts_with(&format!("{FIRST}: ")));
    let opened = text.lines().next().is_some_and(|line| line.trim_end() == FENCE) && named();
    if !opened && !text.contains(MARK) && !text.trim().is_empty() {
        return None;
    }
    let lines = lines(source, text);
    let mut record = Record { file: file.to_owned(), text: text.to_owned(), ..Record::default() };
    let whole = lines.first().map_or(Span { source, start: 0, end: 0 }, |line| line.span);
    if !opened {
        let what = "it does not begin with its front matter";
        record.problems.push(error::half_written(whole, what));
    }
    let marked = lines.iter().position(|line| line.text == MARK);
    record.below = marked.map(|at| below(text, lines.get(at).map(|line| line.span)));
    let closed = lines.iter().skip(1).position(|line| line.text == FENCE).map(|at| at + 1);
    let (Some(closed), true) = (closed, opened) else {
        if opened {
            let what = "its front matter does not end";
            record.problems.push(error::half_written(whole, what));
            record.begun(&lines);
        }
        return Some(record);
    };
    let mut front = Front::default();
    for line in lines.iter().take(closed).skip(1) {
        front.line(line, &mut record.problems);
    }
    let fence = lines.get(closed).map_or(whole, |line| line.span);
    record.fill(&front, fence);
    let end = marked.unwrap_or(lines.len());
    let body = lines.get(closed + 1..end).unwrap_or_default();
    record.parts = parts(body, fence);
    match marked {
        None => {
            let last = lines.last().map_or(whole, |line| line.span);
            let what = "it ends before the line below which notes stand";
            record.problems.push(error::half_written(last, what));
        }
        Some(_) => record.check(&front, &lines, closed),
    }
    Some(record)
}

/// What is wrong with records that share a number.
pub fn same_numbers(records: &[Record]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (at, record) in records.iter().enumerate().filter(|(_, record)| record.number > 0) {
        let before = records.iter().take(at).find(|other| other.number == record.number);
        problems.extend(
            before.map(|other| {
                error::same_number(record.number, record.number_span, other.number_span)
            }),
        );
    }
    problems
}

/// A line without what ends it.
struct Line<'a> {
    text: &'a str,
    span: Span,
}

fn lines(source: SourceId, text: &str) -> Vec<Line<'_>> {
    let mut start = 0u32;
    text.split_inclusive('\n')
        .map(|line| {
            let shown = line.trim_end();
            let span = Span { source, start, end: start + shown.len() as u32 };
            start += line.len() as u32;
            Line { text: shown, span }
        })
        .collect()
}

/// The text behind the line of the mark.
fn below(text: &str, mark: Option<Span>) -> String {
    let rest = mark.and_then(|mark| text.get(mark.end as usize..)).unwrap_or_default();
    rest.split_once('\n').map_or("", |(_, rest)| rest).to_owned()
}

/// The keys of a front matter.
#[derive(Default)]
struct Front {
    texts: BTreeMap<String, (String, Span)>,
    lists: BTreeMap<String, Vec<String>>,
    last: String,
}

impl Front {
    fn line(&mut self, line: &Line<'_>, problems: &mut Vec<Diagnostic>) {
        if line.text.is_empty() {
            return;
        }
        if let Some(item) = line.text.strip_prefix("  - ") {
            match (quoted(item), self.lists.get_mut(&self.last)) {
                (Some(item), Some(list)) => list.push(item),
                _ => problems.push(error::edited(line.span, "this line of its front matter")),
            }
            return;
        }
        let Some((key, value)) = line.text.split_once(':') else {
            problems.push(error::edited(line.span, "this line of its front matter"));
            return;
        };
        self.last = key.to_owned();
        match value.trim() {
            "" => drop(self.lists.insert(key.to_owned(), Vec::new())),
            value => {
                let value = quoted(value).unwrap_or_else(|| value.to_owned());
                self.texts.insert(key.to_owned(), (value, line.span));
            }
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(|(text, _)| text.as_str())
    }

    fn number(&self, key: &str) -> Option<u32> {
        self.text(key)?.trim_start_matches("ADR-").parse().ok()
    }

    fn list(&self, key: &str) -> Vec<String> {
        self.lists.get(key).cloned().unwrap_or_default()
    }

    fn span(&self, key: &str, or: Span) -> Span {
        self.texts.get(key).map_or(or, |(_, span)| *span)
    }
}

fn quoted(text: &str) -> Option<String> {
    serde_json::from_str(text).ok()
}

impl Record {
    fn fill(&mut self, front: &Front, fence: Span) {
        let wanted = [FIRST, "title", "design", "design-id", "kind", "subject", "decision", "seal"];
        let missing: Vec<&str> =
            wanted.into_iter().filter(|key| front.text(key).is_none()).collect();
        if !missing.is_empty() {
            let what = format!("its front matter does not say `{}`", missing.join("`, `"));
            self.problems.push(error::half_written(fence, &what));
        } else if front.number(FIRST).is_none() {
            let span = front.span(FIRST, fence);
            self.problems.push(error::half_written(span, "its number is no number"));
        }
        let text = |key: &str| front.text(key).unwrap_or_default().to_owned();
        self.number = front.number(FIRST).unwrap_or_default();
        self.number_span = front.span(FIRST, fence);
        self.title = text("title");
        self.design = text("design");
        self.design_span = front.span("design", fence);
        self.design_id = text("design-id");
        self.key = Key { kind: text("kind"), subject: text("subject"), aspect: text("aspect") };
        self.decision = text("decision");
        self.goal = text("goal");
        self.supersedes = front.number("supersedes");
        self.superseded_by = front.number("superseded-by");
        self.retired = front.text("retired").is_some();
        self.rulebook = text("rulebook");
        self.evidence = Evidence {
            facts: front.list("facts"),
            against: front.list("against"),
            assumptions: front.list("assumptions"),
            rules: front.list("rules"),
            rows: front.list("rows"),
        };
    }

    /// Takes what there is of a front matter that does not end, to tell which record it is of.
    fn begun(&mut self, lines: &[Line<'_>]) {
        let mut front = Front::default();
        lines.iter().skip(1).for_each(|line| front.line(line, &mut Vec::new()));
        self.number = front.number(FIRST).unwrap_or_default();
        self.title = front.text("title").unwrap_or_default().to_owned();
    }

    /// Holds the text against its seal; the first thing that is not as it was written is named.
    fn check(&mut self, front: &Front, lines: &[Line<'_>], closed: usize) {
        let Some(sealed) = front.text("seal") else { return };
        let sealed: Vec<&str> = sealed.split(' ').collect();
        let matter = lines.get(1..closed).unwrap_or_default();
        let matter: Vec<&str> =
            matter.iter().map(|it| it.text).filter(|it| !it.starts_with("seal:")).collect();
        let number = front.span("seal", Span::default());
        if sealed.first() != Some(&seal(&matter.join("\n")).as_str()) {
            let first = lines.get(1).map_or(number, |line| line.span);
            self.problems.push(error::edited(first, "its front matter"));
            return;
        }
        self.trusted = true;
        for (at, part) in self.parts.iter().enumerate() {
            if sealed.get(at + 1) == Some(&seal(&part.sealed()).as_str()) {
                continue;
            }
            let what = match part.heading.as_str() {
                "" => "its title".to_owned(),
                heading => format!("the part `{heading}`"),
            };
            self.problems.push(error::edited(part.span, &what));
            return;
        }
        if sealed.len() > self.parts.len() + 1 {
            let what = format!("its parts: it has {} too few", sealed.len() - self.parts.len() - 1);
            self.problems.push(error::edited(number, &what));
        }
    }
}

impl Part {
    /// What its seal is about.
    pub(super) fn sealed(&self) -> String {
        format!("{}\n{}", self.heading, self.text)
    }
}

/// The parts of a body; the first has no heading, and all above the first heading.
fn parts(lines: &[Line<'_>], fence: Span) -> Vec<Part> {
    let first = lines.iter().find(|line| !line.text.is_empty()).map_or(fence, |line| line.span);
    let mut parts = vec![Part { span: first, ..Part::default() }];
    for line in lines {
        match line.text.strip_prefix("## ") {
            Some(heading) => {
                let heading = heading.to_owned();
                parts.push(Part { heading, text: String::new(), span: line.span });
            }
            None => {
                if let Some(part) = parts.last_mut() {
                    part.text.push_str(line.text);
                    part.text.push('\n');
                }
            }
        }
    }
    for part in &mut parts {
        part.text = part.text.trim().to_owned();
    }
    parts
}
