//! An explanation for a terminal: the conclusion first, a line a step, what it stands on below it.

use unicode_width::UnicodeWidthStr;

use super::super::text::{Look, visible};
use super::super::tree::{DetailKind, Tree};
use super::super::wrap::{fitting, wrapped, wrapped_from};
use super::outline::{Drawn, Outline, What};
use super::{Extent, Verdict, label, mark, plural, reference, said};

/// Text is not squeezed into fewer columns than this.
const LEAST: usize = 24;

/// A terminal is taken to be no narrower than this.
const NARROWEST: usize = 40;

/// Without a width, steps deeper than this go on in a block of their own.
const DEEPEST: usize = 40;

/// An explanation as text.
pub fn text(tree: &Tree, look: Look, extent: Extent) -> String {
    let outline = Outline::new(tree);
    let mut page = Page { outline: &outline, look, extent, out: String::new() };
    page.paragraph(Paint::Bold, &tree.subject);
    let (steps, levels) = outline.size();
    let size = format!("{}, {}", plural(steps, "step"), plural(levels, "level"));
    let summary = if tree.summary.is_empty() { size } else { format!("{}; {size}", tree.summary) };
    page.paragraph(Paint::Plain, &summary);
    let view = outline.view(extent);
    if !view.is_empty() {
        page.out.push('\n');
        page.lines(&view);
        page.out.push('\n');
    }
    for note in &tree.notes {
        page.paragraph(Paint::Plain, note);
    }
    for way in &tree.ways {
        page.paragraph(Paint::Plain, &way.say);
        // Not wrapped, as they are to be copied.
        for fact in &way.facts {
            page.out.push_str(&format!("    {}\n", clean(fact)));
        }
    }
    if let Some(folds) = outline.folds(extent) {
        page.paragraph(Paint::Dim, &format!("{folds} (`--full` shows them)"));
    }
    page.out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Paint {
    Plain,
    Bold,
    Dim,
    Green,
    Yellow,
    Red,
    Cyan,
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Paint::Plain => "",
            Paint::Bold => "\u{1b}[1m",
            Paint::Dim => "\u{1b}[2m",
            Paint::Green => "\u{1b}[32m",
            Paint::Yellow => "\u{1b}[33m",
            Paint::Red => "\u{1b}[31m",
            Paint::Cyan => "\u{1b}[36m",
        }
    }

    fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Concluded => Paint::Cyan,
            Verdict::Given => Paint::Green,
            Verdict::Assumed => Paint::Yellow,
            Verdict::Wrong => Paint::Red,
            Verdict::Absent | Verdict::Open => Paint::Dim,
        }
    }
}

struct Page<'a> {
    outline: &'a Outline<'a>,
    look: Look,
    extent: Extent,
    out: String,
}

/// What stands to the left of a step: on its first line, and on all further ones.
struct Margin {
    first: String,
    rest: String,
}

impl Page<'_> {
    fn width(&self) -> Option<usize> {
        self.look.width.map(|width| usize::from(width).max(NARROWEST))
    }

    fn paint(&mut self, paint: Paint, text: &str) {
        if self.look.styled && paint != Paint::Plain && !text.is_empty() {
            self.out.push_str(paint.code());
            self.out.push_str(text);
            self.out.push_str("\u{1b}[0m");
        } else {
            self.out.push_str(text);
        }
    }

    fn paragraph(&mut self, paint: Paint, text: &str) {
        let width = self.width();
        for line in wrapped(&clean(text), width) {
            self.paint(paint, &line);
            self.out.push('\n');
        }
    }

    /// Draws lines; what lies too deep for the width goes on in blocks of its own behind them.
    fn lines(&mut self, view: &[Drawn]) {
        let deepest = match self.width() {
            Some(width) => (width.saturating_sub(LEAST + 10) / 3).max(2),
            None => DEEPEST,
        };
        // The first line of each block, and whether the step goes on there.
        let mut blocks = vec![0];
        let mut next = 0;
        while next < blocks.len() {
            if next > 0 {
                self.out.push('\n');
            }
            let more = self.block(view, blocks[next], deepest);
            blocks.extend(more);
            next += 1;
        }
    }

    fn block(&mut self, view: &[Drawn], start: usize, deepest: usize) -> Vec<usize> {
        let base = view[start].depth;
        let mut later = Vec::new();
        let mut shown = Vec::new();
        let mut at = start;
        while at < view[start].end {
            let depth = view[at].depth - base;
            shown.push((at, depth));
            if depth == deepest && view[at].end > at + 1 {
                later.push(at);
                at = view[at].end;
            } else {
                at += 1;
            }
        }
        // Whether another child of the same step follows, from the last line upwards.
        let mut follows = vec![false; shown.len()];
        let mut open = vec![false; deepest + 2];
        for (at, (_, depth)) in shown.iter().enumerate().rev() {
            follows[at] = open[*depth];
            open[*depth] = true;
            open[depth + 1..].fill(false);
        }
        let [branch, last, bar, gap] = if self.look.ascii {
            ["|- ", "`- ", "|  ", "   "]
        } else {
            ["├─ ", "└─ ", "│  ", "   "]
        };
        let mut guides: Vec<&str> = Vec::new();
        for (index, (at, depth)) in shown.iter().enumerate() {
            guides.truncate(depth.saturating_sub(1));
            let mut margin = Margin { first: guides.concat(), rest: guides.concat() };
            if *depth > 0 {
                margin.first.push_str(if follows[index] { branch } else { last });
                margin.rest.push_str(if follows[index] { bar } else { gap });
                guides.push(if follows[index] { bar } else { gap });
            }
            let has_children = shown.get(index + 1).is_some_and(|(_, next)| next > depth);
            margin.rest.push_str(if has_children { bar } else { gap });
            let continued = *depth == deepest && view[*at].end > at + 1;
            self.drawn(&view[*at], &margin, continued);
        }
        later
    }

    fn drawn(&mut self, drawn: &Drawn, margin: &Margin, continued: bool) {
        let outline = self.outline;
        let tree = outline.tree;
        match &drawn.what {
            What::More(count, label) => {
                let label = if label.is_empty() { "" } else { &format!(" ({label})") };
                self.paint(Paint::Dim, &margin.first);
                let dots = if self.look.ascii { "..." } else { "…" };
                self.paint(Paint::Dim, &format!("{dots} {count} more{label}\n"));
            }
            What::Again(step) => {
                let arrow = if self.look.ascii { "^" } else { "↑" };
                self.paint(Paint::Dim, &margin.first);
                let head = format!("{arrow} {} ", outline.numbers[*step]);
                self.paint(Paint::Dim, &head);
                let shown = &tree.steps[*step];
                let label = label(shown);
                let text = if label.is_empty() {
                    said(shown).0.to_owned()
                } else {
                    format!("{label}  {}", said(shown).0)
                };
                let text = clean(&text);
                let text = match self.width() {
                    Some(width) => {
                        let room = width.saturating_sub(margin.first.width() + head.width());
                        shortened(&text, room.max(LEAST), self.look.ascii)
                    }
                    None => text,
                };
                self.body(margin, head.width(), &[(Paint::Dim, text)], "");
            }
            What::Step { line, after_chain, notes } => {
                let step = outline.step(*line);
                let verdict = Verdict::of(step);
                let dots = if self.look.ascii { "... " } else { "⋯ " };
                let number = format!("{} ", outline.numbers[outline.lines[*line].step]);
                let glyph = verdict.glyph(self.look.ascii);
                self.paint(Paint::Dim, &margin.first);
                if *after_chain {
                    self.paint(Paint::Dim, dots);
                }
                self.paint(Paint::Dim, &number);
                self.paint(Paint::of(verdict), glyph);
                self.out.push(' ');
                let label = label(step);
                let mut head = number.width() + glyph.width() + 1;
                head += if *after_chain { dots.width() } else { 0 };
                if !label.is_empty() {
                    self.paint(Paint::of(verdict), label);
                    self.out.push_str("  ");
                    head += label.width() + 2;
                }
                let (words, atom) = said(step);
                let root = *line == 0 && atom == tree.subject;
                let atom = if root { "" } else { atom };
                let plain =
                    if step.sentence.is_empty() && !root { Paint::Dim } else { Paint::Plain };
                let mut parts = vec![(plain, words.to_owned())];
                if !atom.is_empty() {
                    parts.push((Paint::Dim, atom.to_owned()));
                }
                self.body(margin, head, &parts, &reference(step, self.extent));
                for detail in &step.details {
                    let mark = mark(detail.kind, self.look.ascii);
                    let paint = match detail.kind {
                        DetailKind::Chosen => Paint::Green,
                        _ => Paint::Dim,
                    };
                    self.below(margin, mark, paint, &detail.text);
                }
                for note in notes {
                    self.below(margin, dots.trim_end(), Paint::Dim, note);
                }
                if continued {
                    self.below(margin, dots.trim_end(), Paint::Dim, "goes on further down");
                }
            }
        }
    }

    /// What a step says, behind its number: the parts on one line with the reference at the right
    /// where all fit, else each part on lines of its own.
    fn body(&mut self, margin: &Margin, head: usize, parts: &[(Paint, String)], right: &str) {
        let right = clean(right);
        let right =
            if self.look.ascii { right.replace('…', "...").replace('·', "-") } else { right };
        let parts: Vec<(Paint, String)> =
            parts.iter().map(|(paint, text)| (*paint, clean(text))).collect();
        let left = margin.first.width() + head;
        let Some(width) = self.width() else {
            for (index, (paint, text)) in parts.iter().enumerate() {
                self.out.push_str(if index > 0 { "  " } else { "" });
                self.paint(*paint, text);
            }
            if !right.is_empty() {
                self.out.push_str("  ");
                self.paint(Paint::Dim, &right);
            }
            self.out.push('\n');
            return;
        };
        let together: usize =
            parts.iter().map(|(_, text)| text.width() + 2).sum::<usize>().saturating_sub(2);
        let right_width = if right.is_empty() { 0 } else { right.width() + 2 };
        if left + together + right_width <= width {
            for (index, (paint, text)) in parts.iter().enumerate() {
                self.out.push_str(if index > 0 { "  " } else { "" });
                self.paint(*paint, text);
            }
            self.right(width, left + together, &right);
            return;
        }
        // Further lines start below the glyph, or the text where there is room.
        let hang = margin.rest.width() + 2;
        let mut pending = Some(right).filter(|right| !right.is_empty());
        for (index, (paint, text)) in parts.iter().enumerate() {
            let start = if index == 0 { left } else { hang };
            let lines = wrapped_from(text, width, start, hang);
            for (row, line) in lines.iter().enumerate() {
                let start = if index > 0 || row > 0 {
                    self.paint(Paint::Dim, &margin.rest);
                    self.out.push_str("  ");
                    hang
                } else {
                    left
                };
                self.paint(*paint, line);
                let used = start + line.width();
                let fits = pending.as_ref().is_some_and(|right| used + right.width() + 2 <= width);
                if fits && row + 1 == lines.len() {
                    let right = pending.take().unwrap_or_default();
                    self.right(width, used, &right);
                } else {
                    self.out.truncate(self.out.trim_end_matches(' ').len());
                    self.out.push('\n');
                }
            }
        }
        if let Some(right) = pending {
            for line in wrapped_from(&right, width, hang, hang) {
                self.paint(Paint::Dim, &margin.rest);
                self.right(width, margin.rest.width(), &line);
            }
        }
    }

    /// Ends a line with a text at the right edge.
    fn right(&mut self, width: usize, used: usize, text: &str) {
        if !text.is_empty() {
            let gap = width.saturating_sub(used + text.width());
            self.out.push_str(&" ".repeat(gap));
            self.paint(Paint::Dim, text);
        }
        self.out.push('\n');
    }

    /// A line that belongs to a step, behind a mark.
    fn below(&mut self, margin: &Margin, mark: &str, paint: Paint, text: &str) {
        let start = margin.rest.width() + 2 + mark.width() + 1;
        let width = self.width();
        let text = clean(text);
        let lines = match width {
            Some(width) => wrapped_from(&text, width, start, start),
            None => vec![text],
        };
        for (row, line) in lines.iter().enumerate() {
            self.paint(Paint::Dim, &margin.rest);
            self.out.push_str("  ");
            if row == 0 {
                self.paint(paint, mark);
            } else {
                self.out.push_str(&" ".repeat(mark.width()));
            }
            self.out.push(' ');
            self.paint(if paint == Paint::Dim { Paint::Plain } else { paint }, line);
            self.out.push('\n');
        }
    }
}

/// A text on one line, that cannot give orders to the terminal.
pub(super) fn clean(text: &str) -> String {
    visible(&text.replace('\n', " "))
}

/// A text that fits into a width, its end left out if it has to be.
fn shortened(text: &str, width: usize, ascii: bool) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let dots = if ascii { "..." } else { "…" };
    format!("{}{dots}", &text[..fitting(text, width.saturating_sub(dots.width()))])
}
