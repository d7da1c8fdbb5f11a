//! An explanation as a nested list of GitHub-flavoured Markdown.

use super::super::markdown::escape;
use super::super::tree::{DetailKind, Tree};
use super::outline::{Drawn, Outline, What};
use super::{Extent, Verdict, beside, label, mark, plural, reference, said};

/// Steps deeper than this go on in a list of their own.
const DEEPEST: usize = 12;

/// An explanation as Markdown. Its heading is of the second level.
pub fn markdown(tree: &Tree, extent: Extent) -> String {
    let outline = Outline::new(tree);
    let mut out = format!("## {}\n\n", code(&tree.subject));
    let (steps, levels) = outline.size();
    let size = format!("{}, {}", plural(steps, "step"), plural(levels, "level"));
    let summary = if tree.summary.is_empty() { size } else { format!("{}; {size}", tree.summary) };
    out.push_str(&format!("{}\n\n", line(&summary)));
    let view = outline.view(extent);
    let mut blocks = if view.is_empty() { Vec::new() } else { vec![0] };
    let mut next = 0;
    while next < blocks.len() {
        let more = list(&outline, &view, blocks[next], extent, &mut out);
        blocks.extend(more);
        out.push('\n');
        next += 1;
    }
    for note in &tree.notes {
        out.push_str(&format!("{}\n\n", line(note)));
    }
    for way in &tree.ways {
        let facts: String = way.facts.iter().map(|fact| format!("- {}\n", code(fact))).collect();
        out.push_str(&format!("{}\n\n{facts}\n", line(&way.say)));
    }
    if let Some(folds) = outline.folds(extent) {
        out.push_str(&format!("*{} (`--full` shows them)*\n\n", line(&folds)));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Writes the list that starts on a line; gives the lines whose lists go on elsewhere.
fn list(
    outline: &Outline<'_>,
    view: &[Drawn],
    start: usize,
    extent: Extent,
    out: &mut String,
) -> Vec<usize> {
    let base = view[start].depth;
    let mut later = Vec::new();
    let mut at = start;
    while at < view[start].end {
        let drawn = &view[at];
        let depth = drawn.depth - base;
        let indent = "  ".repeat(depth);
        item(outline, drawn, &indent, extent, out);
        if depth == DEEPEST && drawn.end > at + 1 {
            out.push_str(&format!("{indent}  - ⋯ goes on further down\n"));
            later.push(at);
            at = drawn.end;
        } else {
            at += 1;
        }
    }
    later
}

fn item(outline: &Outline<'_>, drawn: &Drawn, indent: &str, extent: Extent, out: &mut String) {
    match &drawn.what {
        What::More(count, label) => {
            let label = if label.is_empty() { "" } else { &format!(" ({label})") };
            out.push_str(&format!("{indent}- … {count} more{label}\n"));
        }
        What::Again(step) => {
            let number = outline.numbers[*step];
            let words = words(outline, *step);
            out.push_str(&format!("{indent}- ↑ **{number}** {words}\n"));
        }
        What::Step { line: at, after_chain, notes } => {
            let step = outline.step(*at);
            let glyph = Verdict::of(step).glyph(false);
            let number = outline.numbers[outline.lines[*at].step];
            let chain = if *after_chain { "⋯ " } else { "" };
            let words = words(outline, outline.lines[*at].step);
            out.push_str(&format!("{indent}- {chain}**{number}** {glyph} {words}"));
            let atom = beside(outline.tree, *at, step);
            if !atom.is_empty() {
                out.push_str(&format!(" {}", code(atom)));
            }
            let reference = reference(step, extent);
            if !reference.is_empty() {
                out.push_str(&format!(" — *{}*", line(&reference)));
            }
            out.push('\n');
            for detail in &step.details {
                let text = line(&detail.text);
                let mark = mark(detail.kind, false);
                let text = match detail.kind {
                    DetailKind::Chosen => format!("**{text}**"),
                    _ => text,
                };
                let mark = if mark == " " { String::new() } else { format!("{} ", escape(mark)) };
                out.push_str(&format!("{indent}  - {mark}{text}\n"));
            }
            for note in notes {
                out.push_str(&format!("{indent}  - ⋯ {}\n", line(note)));
            }
        }
    }
}

fn words(outline: &Outline<'_>, step: usize) -> String {
    let step = &outline.tree.steps[step];
    let label = label(step);
    let label = if label.is_empty() { String::new() } else { format!("{label}: ") };
    let (words, _) = said(step);
    let words = if step.sentence.is_empty() { code(words) } else { line(words) };
    format!("{label}{words}")
}

/// A text on one line. What would begin a list or a heading there is escaped.
pub fn line(text: &str) -> String {
    let text = escape(&text.replace('\n', " "));
    match text.chars().next() {
        Some('#' | '+' | '-' | '>' | '=') => format!("\\{text}"),
        _ => text,
    }
}

/// A text as code, whatever backquotes are in it.
pub fn code(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => visible.push(' '),
            control if control.is_control() => visible.extend(control.escape_default()),
            other => visible.push(other),
        }
    }
    let mut longest = 0;
    let mut run = 0;
    for character in visible.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 || visible.is_empty() { " " } else { "" };
    format!("{fence}{pad}{visible}{pad}{fence}")
}
