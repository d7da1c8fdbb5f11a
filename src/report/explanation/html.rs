//! Explanations as one page that needs nothing beside it, not even a script.
//!
//! Every step is on the page. What other media fold is folded by the style sheet, and a switch at
//! the top shows it; without a style sheet all of it is there.

use super::super::Stamp;
use super::super::html::{STYLE as PAGE, escape};
use super::super::tree::{DetailKind, Tree};
use super::outline::{Fold, Line, Outline, What};
use super::{Extent, Verdict, beside, label, mark, plural, said};

pub(in super::super) const STYLE: &str = include_str!("explanation.css");

/// Steps deeper than this go on in a list of their own: browsers give up on deeper nesting.
const DEEPEST: usize = 60;

/// Explanations as a page.
pub fn html(trees: &[Tree], stamp: &Stamp) -> String {
    let title = match trees {
        [one] => one.subject.clone(),
        _ => plural(trees.len(), "explanation"),
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{}</title>\n<style>\n{PAGE}{STYLE}</style>\n</head>\n<body>\n\
         <p class=\"stamp\">{}</p>\n",
        text(&title),
        text(&stamp.line())
    );
    out.push_str(&sections(trees));
    out.push_str("</body>\n</html>\n");
    out
}

/// Explanations as sections of a page that has [`STYLE`].
pub(in super::super) fn sections(trees: &[Tree]) -> String {
    let mut out = String::new();
    let outlines: Vec<Outline<'_>> = trees.iter().map(Outline::new).collect();
    if outlines.iter().any(|outline| outline.folds(Extent::Folded).is_some()) {
        out.push_str(
            "<p><label><input type=\"checkbox\" id=\"full\"/> Show what is folded</label></p>\n",
        );
    }
    for (index, outline) in outlines.iter().enumerate() {
        Page { outline, prefix: format!("e{}", index + 1), notes: notes(outline) }.write(&mut out);
    }
    out
}

/// What is folded right at a step, by line.
fn notes(outline: &Outline<'_>) -> Vec<Vec<String>> {
    let mut notes = vec![Vec::new(); outline.lines.len()];
    let mut above: Vec<usize> = Vec::new();
    for drawn in outline.view(Extent::Folded) {
        above.truncate(drawn.depth);
        match drawn.what {
            What::Step { line, notes: own, .. } => {
                notes[line].extend(own);
                above.push(line);
            }
            What::More(count, label) => {
                if let Some(line) = above.last() {
                    notes[*line].push(format!("{count} more {label}").trim_end().to_owned());
                }
            }
            What::Again(_) => {}
        }
    }
    notes
}

struct Page<'a> {
    outline: &'a Outline<'a>,
    prefix: String,
    notes: Vec<Vec<String>>,
}

impl Page<'_> {
    fn write(&self, out: &mut String) {
        let tree = self.outline.tree;
        let (steps, levels) = self.outline.size();
        out.push_str(&format!(
            "<section class=\"explanation\" id=\"{}\">\n<h1><code>{}</code></h1>\n",
            self.prefix,
            text(&tree.subject)
        ));
        let size = format!("{}, {}", plural(steps, "step"), plural(levels, "level"));
        let summary =
            if tree.summary.is_empty() { size } else { format!("{}; {size}", tree.summary) };
        out.push_str(&format!("<p>{}</p>\n", text(&summary)));
        let mut blocks = if self.outline.lines.is_empty() { Vec::new() } else { vec![0] };
        let mut next = 0;
        while next < blocks.len() {
            let more = self.block(blocks[next], out);
            blocks.extend(more);
            next += 1;
        }
        for note in &tree.notes {
            out.push_str(&format!("<p>{}</p>\n", text(note)));
        }
        for way in &tree.ways {
            let facts: Vec<String> = way.facts.iter().map(|fact| text(fact)).collect();
            let facts = facts.join("\n");
            out.push_str(&format!("<p>{}</p>\n<pre>{facts}</pre>\n", text(&way.say)));
        }
        if let Some(folds) = self.outline.folds(Extent::Folded) {
            out.push_str(&format!("<p class=\"folds\">{}</p>\n", text(&folds)));
        }
        out.push_str("</section>\n");
    }

    /// Writes the list that starts on a line; gives the lines whose lists go on elsewhere.
    fn block(&self, start: usize, out: &mut String) -> Vec<usize> {
        let lines = &self.outline.lines;
        let base = lines[start].depth;
        let mut later = Vec::new();
        // The lines whose lists are open.
        let mut open: Vec<usize> = Vec::new();
        out.push_str("<ul class=\"steps\">\n");
        let mut at = start;
        while at < lines[start].end {
            while open.last().is_some_and(|line| lines[*line].end <= at) {
                open.pop();
                out.push_str("</ul></details></li>\n");
            }
            let parent = lines[at].end > at + 1;
            if parent && lines[at].depth - base < DEEPEST {
                self.head(at, out);
                out.push_str("<ul>\n");
                open.push(at);
                at += 1;
            } else {
                self.leaf(at, parent, out);
                later.extend(parent.then_some(at));
                at = lines[at].end;
            }
        }
        for _ in open {
            out.push_str("</ul></details></li>\n");
        }
        out.push_str("</ul>\n");
        later
    }

    fn class(&self, line: &Line) -> String {
        let step = &self.outline.tree.steps[line.step];
        let mut class = Verdict::of(step).class().to_owned();
        if line.through {
            class.push_str(" through");
        } else if !matches!(line.fold, None | Some(Fold::Stop | Fold::Absence | Fold::Deep)) {
            class.push_str(" gone");
        }
        class
    }

    /// Opens a step that stands on others.
    fn head(&self, at: usize, out: &mut String) {
        let line = &self.outline.lines[at];
        let id = self.id(line.step);
        // What lies below a stop is not hidden by the style sheet: the reader opens it.
        let open = if self.outline.closed(at) { "" } else { " open=\"\"" };
        out.push_str(&format!("<li{id} class=\"{}\"><details{open}><summary>", self.class(line)));
        self.says(line.step, at, out);
        if self.outline.closed(at) {
            for note in &self.notes[at] {
                out.push_str(&format!(" <span class=\"note\">⋯ {}</span>", text(note)));
            }
        }
        out.push_str("</summary>");
        self.details(at, out);
    }

    fn leaf(&self, at: usize, goes_on: bool, out: &mut String) {
        let line = &self.outline.lines[at];
        let number = self.outline.numbers[line.step];
        if line.again {
            let (words, _) = said(&self.outline.tree.steps[line.step]);
            out.push_str(&format!(
                "<li class=\"again {}\"><a href=\"#{}-{number}\">↑ {number}</a> {}</li>\n",
                self.class(line),
                self.prefix,
                text(words)
            ));
            return;
        }
        // A step that goes on elsewhere has its name there.
        let id = if goes_on { String::new() } else { self.id(line.step) };
        out.push_str(&format!("<li{id} class=\"{}\"><div class=\"says\">", self.class(line)));
        self.says(line.step, at, out);
        out.push_str("</div>");
        self.details(at, out);
        if goes_on {
            out.push_str(&format!(
                "<p><a href=\"#{}-{number}\">goes on further down</a></p>",
                self.prefix
            ));
        }
        out.push_str("</li>\n");
    }

    fn id(&self, step: usize) -> String {
        format!(" id=\"{}-{}\"", self.prefix, self.outline.numbers[step])
    }

    fn says(&self, step: usize, at: usize, out: &mut String) {
        let number = self.outline.numbers[step];
        let step = &self.outline.tree.steps[step];
        let verdict = Verdict::of(step);
        out.push_str(&format!(
            "<a class=\"number\" href=\"#{}-{number}\">{number}</a> \
             <span class=\"glyph\">{}</span> ",
            self.prefix,
            verdict.glyph(false)
        ));
        let label = label(step);
        if !label.is_empty() {
            out.push_str(&format!("<span class=\"label\">{label}</span> "));
        }
        let (words, _) = said(step);
        let atom = beside(self.outline.tree, at, step);
        if step.sentence.is_empty() {
            out.push_str(&format!("<code>{}</code>", text(words)));
        } else {
            out.push_str(&text(words));
        }
        if !atom.is_empty() {
            out.push_str(&format!(" <code>{}</code>", text(atom)));
        }
        let parts: Vec<String> =
            [("rule", &step.rule), ("source", &step.source), ("place", &step.place)]
                .into_iter()
                .filter(|(_, part)| !part.is_empty())
                .map(|(class, part)| format!("<span class=\"{class}\">{}</span>", text(part)))
                .collect();
        if !parts.is_empty() {
            out.push_str(&format!(" <span class=\"reference\">{}</span>", parts.join(" · ")));
        }
    }

    fn details(&self, at: usize, out: &mut String) {
        let step = self.outline.step(at);
        let notes = if self.outline.closed(at) { &[][..] } else { &self.notes[at] };
        if step.details.is_empty() && notes.is_empty() {
            return;
        }
        out.push_str("<ul class=\"details\">");
        for detail in &step.details {
            let chosen = detail.kind == DetailKind::Chosen;
            let class = if chosen { " class=\"chosen\"" } else { "" };
            out.push_str(&format!(
                "<li{class}><span class=\"mark\">{}</span> {}</li>",
                mark(detail.kind, false).trim(),
                text(&detail.text)
            ));
        }
        for note in notes {
            out.push_str(&format!(
                "<li class=\"note\"><span class=\"mark\">⋯</span> {}</li>",
                text(note)
            ));
        }
        out.push_str("</ul>");
    }
}

/// A text as it is: nothing in it is markup, and nothing in it is forbidden in a page.
pub(super) fn text(text: &str) -> String {
    escape(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
