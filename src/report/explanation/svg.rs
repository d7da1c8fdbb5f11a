//! An explanation as a drawing that any browser shows: the conclusion at the top left, what it
//! stands on to the right of it.
//!
//! The layout is our own because a proof drawn as a tree needs little: a column for each level, and
//! boxes pushed down until no two of them and no two lines touch. A general layout of graphs would
//! draw a shared step once and cross lines to reach it; here a small box names its number instead.
//! Text is measured by the number of its columns with a width for each that common fonts stay below.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::super::tree::{DetailKind, Tree};
use super::dot::broken;
use super::html::text as escape;
use super::outline::{Drawn, Outline, What};
use super::{Extent, Verdict, label, mark, reference, said};

/// Text is broken at this many columns.
const COLUMNS: usize = 46;

/// The widest a column of each kind of text gets, in pixels.
const SANS: f64 = 7.6;
const SMALL: f64 = 6.8;
const MONO: f64 = 6.9;

const LINE: f64 = 17.0;
const PAD: f64 = 9.0;
const GAP: f64 = 12.0;
const BETWEEN: f64 = 44.0;
const MARGIN: f64 = 20.0;

const STYLE: &str = "\
svg { color-scheme: light dark; --ground: #fff; --text: #16191d; --soft: #5d6673; --edge: #9aa3af; }
svg { --concluded: #3370c4; --given: #2f8a4b; --assumed: #b07d00; --absent: #8a8a8a; --wrong: #c4402f; --open: #7d55b0; --box: #f7f8fa; }
@media (prefers-color-scheme: dark) {
  svg { --ground: #15181c; --text: #e8eaed; --soft: #a3acb8; --edge: #5d6673; --box: #1e2227; }
  svg { --concluded: #7fb0f5; --given: #6fcf8d; --assumed: #e5b53d; --absent: #8a8a8a; --wrong: #ff8d7d; --open: #bd9bf0; }
}
.ground { fill: var(--ground); }
.box { fill: var(--box); stroke-width: 1.5; }
.edge { fill: none; stroke: var(--edge); stroke-width: 1.3; }
text { fill: var(--text); font: 13px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
.head { font-weight: 600; font-size: 16px; }
.atom { font: 11px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: var(--soft); }
.small { font-size: 11.5px; fill: var(--soft); }
.chosen { font-size: 11.5px; font-weight: 600; }
.concluded { stroke: var(--concluded); } .given { stroke: var(--given); }
.assumed { stroke: var(--assumed); stroke-dasharray: 5 3; } .absent { stroke: var(--absent); }
.wrong { stroke: var(--wrong); } .open { stroke: var(--open); }
.chip { stroke: var(--edge); stroke-dasharray: 3 3; }
g:target .box { stroke-width: 3.5; }
";

/// A box with lines of text.
struct Block {
    /// Its column, and the line it is drawn for.
    depth: usize,
    lines: Vec<(&'static str, String)>,
    class: &'static str,
    /// The number of its step, if the step is drawn here.
    number: Option<usize>,
    /// The number of the step it points to.
    points_to: Option<usize>,
    width: f64,
    height: f64,
    x: f64,
    y: f64,
    parent: Option<usize>,
}

/// An explanation as SVG.
pub fn svg(tree: &Tree, extent: Extent) -> String {
    let outline = Outline::new(tree);
    let mut caption = vec![("head", tree.subject.clone())];
    caption.extend((!tree.summary.is_empty()).then(|| ("small", tree.summary.clone())));
    caption.extend(tree.notes.iter().map(|note| ("small", note.clone())));
    for way in &tree.ways {
        caption.push(("small", way.say.clone()));
        caption.extend(way.facts.iter().map(|fact| ("small", fact.clone())));
    }
    caption.extend(outline.folds(extent).map(|folds| ("small", folds)));
    let top = MARGIN + caption.len() as f64 * 20.0 + GAP;
    let mut blocks: Vec<Block> =
        outline.view(extent).iter().map(|drawn| block(&outline, drawn, extent)).collect();
    place(&mut blocks, top);
    let column = |class: &str| if class == "head" { 10.0 } else { SMALL };
    let widest = caption.iter().map(|(class, text)| text.width() as f64 * column(class));
    let boxes = blocks.iter().map(|block| block.x + block.width);
    let width = boxes.chain(widest.map(|width| width + MARGIN)).fold(0.0, f64::max) + MARGIN;
    let bottom = blocks.iter().map(|block| block.y + block.height).fold(top, f64::max);
    let height = bottom + MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<title>{}</title>\n\
         <style>\n{STYLE}</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n",
        escape(&tree.subject)
    );
    for (index, (class, text)) in caption.iter().enumerate() {
        let y = MARGIN + 14.0 + index as f64 * 20.0;
        write_text(class, MARGIN, y, text, &mut out);
    }
    for block in &blocks {
        if let Some(parent) = block.parent.map(|parent| &blocks[parent]) {
            edge(parent, block, &mut out);
        }
    }
    for block in &blocks {
        draw(block, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

fn block(outline: &Outline<'_>, drawn: &Drawn, extent: Extent) -> Block {
    let mut block = Block {
        depth: drawn.depth,
        lines: Vec::new(),
        class: "chip",
        number: None,
        points_to: None,
        width: 0.0,
        height: 0.0,
        x: 0.0,
        y: 0.0,
        parent: None,
    };
    let mut add = |class: &'static str, text: &str| {
        block.lines.extend(broken(text, COLUMNS).into_iter().map(|line| (class, line)));
    };
    match &drawn.what {
        What::More(count, label) => {
            add("small", format!("… {count} more {label}").trim_end());
        }
        What::Again(step) => {
            let number = outline.numbers[*step];
            add("small", &format!("↑ {number} · {}", said(&outline.tree.steps[*step]).0));
            if block.lines.len() > 1 {
                block.lines.truncate(1);
                if let Some((_, line)) = block.lines.last_mut() {
                    line.push_str(" …");
                }
            }
            block.points_to = Some(number);
        }
        What::Step { line, after_chain, notes } => {
            let step = outline.step(*line);
            let number = outline.numbers[outline.lines[*line].step];
            let chain = if *after_chain { "⋯ " } else { "" };
            let label = label(step);
            let label = if label.is_empty() { String::new() } else { format!("{label}: ") };
            let (words, atom) = said(step);
            if step.sentence.is_empty() {
                add("", format!("{chain}{number} · {label}").trim_end_matches([' ', ':', '·']));
                add("atom", words);
            } else {
                add("", &format!("{chain}{number} · {label}{words}"));
                add("atom", atom);
            }
            for detail in &step.details {
                let class = if detail.kind == DetailKind::Chosen { "chosen" } else { "small" };
                add(class, format!("{} {}", mark(detail.kind, false), detail.text).trim_start());
            }
            for note in notes {
                add("small", &format!("⋯ {note}"));
            }
            add("small", &reference(step, extent));
            block.class = Verdict::of(step).class();
            block.number = Some(number);
        }
    }
    let widths = block.lines.iter().map(|(class, text)| {
        let column = match *class {
            "atom" => MONO,
            "small" | "chosen" => SMALL,
            _ => SANS,
        };
        text.width() as f64 * column
    });
    block.width = widths.fold(60.0, f64::max) + 2.0 * PAD;
    block.height = block.lines.len() as f64 * LINE + 2.0 * PAD - 4.0;
    block
}

/// Gives each box its place: a column for each level, and in a column as high up as the boxes above
/// it and the lines beside it let it be.
fn place(blocks: &mut [Block], top: f64) {
    let mut above: Vec<usize> = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    for at in 0..blocks.len() {
        let depth = blocks[at].depth.min(above.len());
        above.truncate(depth);
        blocks[at].parent = above.last().copied();
        above.push(at);
        if columns.len() <= depth {
            columns.push(Column { left: 0.0, width: 0.0, free: top, last: top - GAP });
        }
        let next = blocks.get(at + 1).is_some_and(|next| next.depth > blocks[at].depth);
        let mut y = columns[depth].free;
        if let Some(parent) = blocks[at].parent {
            y = y.max(blocks[parent].y);
        }
        // The lines of two boxes to the same column run down in the same place, so those of the
        // first must have ended where those of the second begin.
        if next && let Some(column) = columns.get(depth + 1) {
            y = y.max(column.last + GAP);
        }
        let block = &mut blocks[at];
        (block.depth, block.y) = (depth, y);
        let column = &mut columns[depth];
        column.width = column.width.max(block.width);
        column.free = y + block.height + GAP;
        column.last = y;
    }
    let mut left = MARGIN;
    for column in &mut columns {
        column.left = left;
        left += column.width + BETWEEN;
    }
    for block in blocks {
        block.x = columns[block.depth].left;
    }
}

/// A column of boxes while they are placed.
struct Column {
    left: f64,
    width: f64,
    /// Where there is room for the next box.
    free: f64,
    /// Where the last box begins.
    last: f64,
}

fn edge(from: &Block, to: &Block, out: &mut String) {
    let (x1, y1) = (from.x + from.width, from.y + PAD + 9.0);
    let (x2, y2) = (to.x, to.y + PAD + 9.0);
    // All lines into a column turn at the same place, close before it.
    let turn = x2 - BETWEEN / 2.0;
    if y2 - y1 < 1.0 {
        let _ = writeln!(out, "<path class=\"edge\" d=\"M{x1:.1} {y1:.1}H{x2:.1}\"/>");
    } else {
        let round = 7.0;
        let _ = writeln!(
            out,
            "<path class=\"edge\" d=\"M{x1:.1} {y1:.1}H{:.1}Q{turn:.1} {y1:.1} {turn:.1} {:.1}V{:.1}\
             Q{turn:.1} {y2:.1} {:.1} {y2:.1}H{x2:.1}\"/>",
            turn - round,
            y1 + round,
            y2 - round,
            turn + round,
        );
    }
}

fn draw(block: &Block, out: &mut String) {
    match (block.number, block.points_to) {
        (Some(number), _) => {
            let _ = writeln!(out, "<g id=\"n{number}\">");
        }
        (None, Some(number)) => {
            let _ = writeln!(out, "<a href=\"#n{number}\">");
        }
        (None, None) => out.push_str("<g>\n"),
    }
    let _ = writeln!(
        out,
        "<rect class=\"box {}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"7\"/>",
        block.class, block.x, block.y, block.width, block.height
    );
    for (index, (class, text)) in block.lines.iter().enumerate() {
        let y = block.y + PAD + 11.0 + index as f64 * LINE;
        write_text(class, block.x + PAD, y, text, out);
    }
    let linked = block.number.is_none() && block.points_to.is_some();
    out.push_str(if linked { "</a>\n" } else { "</g>\n" });
}

fn write_text(class: &str, x: f64, y: f64, text: &str, out: &mut String) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = writeln!(out, "<text{class} x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(text));
}
