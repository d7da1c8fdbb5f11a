//! A sequence as a drawing: a line downwards for everyone who takes part, an arrow for each step, a
//! dashed frame around what happens another way.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::super::html::escape;
use super::svg::{GROUND, LINE, PAD};
use super::{Message, Sequence};

/// The width of a column of text, at most so many of them in a line, and the space around a box.
const COLUMN: f64 = 6.7;
const WIDEST: usize = 38;
const GAP: f64 = 26.0;

const STYLE: &str = "\
.life { stroke: var(--edge); stroke-width: 1; stroke-dasharray: 2 4; }
.who { fill: #e0edff; stroke: #3370c4; stroke-width: 1.5; }
.way { fill: none; stroke: var(--edge); stroke-dasharray: 6 4; }
.step { font-size: 12px; fill: var(--text); paint-order: stroke; stroke: var(--ground); stroke-width: 4px; }
.if, .end { font-size: 11.5px; fill: var(--soft); paint-order: stroke; stroke: var(--ground); stroke-width: 4px; }
.side { text-anchor: start; }
";

/// A step, placed.
struct Placed<'s> {
    message: &'s Message,
    from: usize,
    to: usize,
    operation: Vec<String>,
    guard: Vec<String>,
    outcome: Vec<String>,
}

impl Placed<'_> {
    /// The width of what is written above its arrow.
    fn width(&self) -> f64 {
        let lines = self.operation.iter().chain(&self.guard);
        let columns = lines.map(|line| line.width()).max().unwrap_or(0);
        columns as f64 * COLUMN
    }
}

/// A text in lines of at most [`WIDEST`] columns, if its words allow.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut().filter(|line| line.width() + word.width() < WIDEST) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A sequence as SVG.
pub fn sequence_svg(sequence: &Sequence) -> String {
    let names = sequence.participants();
    let place = |name: &str| names.iter().position(|it| *it == name).unwrap_or(0);
    let steps: Vec<Placed<'_>> = sequence
        .messages
        .iter()
        .map(|message| {
            let from = place(&message.from);
            let to = if message.to.is_empty() { from } else { place(&message.to) };
            let guard = match message.guard.as_str() {
                "" => Vec::new(),
                guard => wrapped(&format!("[{guard}]")),
            };
            let outcome = match message.outcome.as_str() {
                "" => Vec::new(),
                outcome => wrapped(&format!("⇒ {outcome}")),
            };
            Placed { message, from, to, operation: wrapped(&message.operation), guard, outcome }
        })
        .collect();
    let boxes: Vec<f64> = names.iter().map(|name| name.width() as f64 * 7.6 + 2.0 * PAD).collect();
    let lives = lives(&boxes, &steps);
    let mut out = String::new();
    let top = 34.0 + PAD;
    let mut y = top + LINE + PAD;
    let mut right = lives.iter().zip(&boxes).map(|(x, width)| x + width / 2.0).fold(0.0, f64::max);
    for step in &steps {
        let (from, to) = (at(&lives, step.from), at(&lives, step.to));
        let itself = step.from == step.to;
        right = right.max(if itself { from + 34.0 + step.width() } else { 0.0 });
        let outcomes = step.outcome.iter().map(|line| line.width()).max().unwrap_or(0);
        right = right.max(from.min(to) + 10.0 + outcomes as f64 * COLUMN);
    }
    right += PAD;
    let mut way: Option<f64> = None;
    for (step, (begins, ends)) in steps.iter().zip(sequence.ways()) {
        if begins {
            way = Some(y + 4.0);
            y += 8.0;
        }
        y = draw(step, (at(&lives, step.from), at(&lives, step.to)), y, &mut out);
        if let Some(began) = way.filter(|_| ends) {
            y += 8.0;
            // Writing to a string cannot fail, here and below.
            let _ = writeln!(
                out,
                "<rect class=\"way\" x=\"4\" y=\"{began:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"6\"/>",
                right - 8.0,
                y - began
            );
            way = None;
            y += 4.0;
        }
    }
    let (width, height) = (right.max(sequence.title.width() as f64 * 10.0 + 2.0 * PAD), y + PAD);
    let mut heads = String::new();
    for ((name, x), box_width) in names.iter().zip(&lives).zip(&boxes) {
        let _ = writeln!(
            heads,
            "<line class=\"life\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{y:.1}\"/>\
             <rect class=\"who\" x=\"{:.1}\" y=\"{:.1}\" width=\"{box_width:.1}\" height=\"{:.1}\" rx=\"6\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
            top + LINE,
            x - box_width / 2.0,
            top - 8.0,
            LINE + 10.0,
            top + 10.0,
            escape(name)
        );
    }
    let title = escape(&sequence.title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<title>{title}</title>\n\
         <style>\n{GROUND}{STYLE}</style>\n<defs><marker id=\"tip\" markerWidth=\"10\" markerHeight=\"8\" \
         refX=\"9\" refY=\"4\" orient=\"auto\"><path class=\"tip\" d=\"M0 0L10 4L0 8z\"/></marker></defs>\n\
         <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"head\" x=\"{PAD}\" y=\"24\">{title}</text>\n{heads}{out}</svg>\n",
    )
}

/// Where the lines downwards are: far enough apart for their boxes and for what is written between.
fn lives(boxes: &[f64], steps: &[Placed<'_>]) -> Vec<f64> {
    let mut lives: Vec<f64> = Vec::with_capacity(boxes.len());
    for (place, width) in boxes.iter().enumerate() {
        let mut x = match (lives.last(), place.checked_sub(1).and_then(|it| boxes.get(it))) {
            (Some(before), Some(other)) => before + (other + width) / 2.0 + GAP,
            _ => PAD + width / 2.0,
        };
        for step in steps.iter().filter(|step| step.from.max(step.to) == place) {
            let other = step.from.min(step.to);
            if let Some(start) = lives.get(other).filter(|_| other < place) {
                x = x.max(start + step.width() + GAP);
            }
        }
        lives.push(x);
    }
    lives
}

fn at(lives: &[f64], place: usize) -> f64 {
    lives.get(place).copied().unwrap_or(PAD)
}

/// Draws a step from `y` downwards and says where it ends.
fn draw(step: &Placed<'_>, (from, to): (f64, f64), mut y: f64, out: &mut String) -> f64 {
    let itself = step.message.to.is_empty() || step.from == step.to;
    let (x, side) = if itself { (from + 28.0, " side") } else { ((from + to) / 2.0, "") };
    let mut write = |class: &str, side: &str, x: f64, lines: &[String], y: &mut f64| {
        for line in lines {
            *y += LINE - 2.0;
            let _ = writeln!(
                out,
                "<text class=\"{class}{side}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
                escape(line)
            );
        }
    };
    y += 4.0;
    let top = y;
    write("if", side, x, &step.guard, &mut y);
    write("step", side, x, &step.operation, &mut y);
    y += 6.0;
    let mut end = y;
    write("end", " side", from.min(to) + 10.0, &step.outcome, &mut end);
    let line = match itself {
        true => format!("M{from:.1} {:.1}h20V{y:.1}h-18", top + 6.0),
        false => format!("M{from:.1} {y:.1}H{to:.1}"),
    };
    let _ = writeln!(out, "<path class=\"edge\" d=\"{line}\" marker-end=\"url(#tip)\"/>");
    end + 4.0
}
