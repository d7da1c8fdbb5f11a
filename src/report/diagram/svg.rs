//! A graph as a drawing that any browser shows. Where boxes and arrows go is `layout-rs`'s work;
//! what is written here is what they look like.

use std::fmt::Write as _;

use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;
use unicode_width::UnicodeWidthStr;

use super::super::html::escape;
use super::{Graph, Node, colours};

/// Widest a column of text gets, and the height of a line, in pixels.
const COLUMN: f64 = 7.6;
pub(super) const LINE: f64 = 17.0;
pub(super) const PAD: f64 = 12.0;
const CAPTION: f64 = 34.0;
/// The height of a line beside an arrow.
const BESIDE_LINE: f64 = 13.0;

/// What all drawings look like.
pub(super) const GROUND: &str = "\
svg { color-scheme: light dark; --ground: #fff; --text: #16191d; --soft: #5d6673; --edge: #667085; }
@media (prefers-color-scheme: dark) {
  svg { --ground: #15181c; --text: #e8eaed; --soft: #a3acb8; --edge: #a3acb8; }
}
.ground { fill: var(--ground); }
.edge { fill: none; stroke: var(--edge); stroke-width: 1.4; }
.tip { fill: var(--edge); }
text { font: 13px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: #16191d; text-anchor: middle; }
.head { font-weight: 600; font-size: 16px; text-anchor: start; fill: var(--text); }
.small { font-size: 11.5px; fill: #454d58; }
.beside { font-size: 11.5px; fill: var(--soft); paint-order: stroke; stroke: var(--ground); stroke-width: 4px; }
";

/// A graph as SVG.
pub fn svg(graph: &Graph) -> String {
    let (out, labels) = (String::new(), String::new());
    let mut canvas = Canvas { graph, out, labels, right: 0.0, bottom: CAPTION };
    if !graph.nodes.is_empty() {
        let mut drawing = VisualGraph::new(Orientation::LeftToRight);
        let places: Vec<_> = graph
            .nodes
            .iter()
            .enumerate()
            .map(|(at, node)| {
                let shape = ShapeKind::new_box(&at.to_string());
                let look = StyleAttr::simple();
                // A layout from left to right is one from top to bottom, turned.
                drawing.add_node(Element::create(shape, look, Orientation::LeftToRight, size(node)))
            })
            .collect();
        for edge in &graph.edges {
            let ends = (places.get(edge.from), places.get(edge.to));
            let (Some(from), Some(to)) = ends else { continue };
            drawing.add_edge(arrow(&edge.label), *from, *to);
        }
        drawing.do_it(false, false, false, &mut canvas);
    }
    let title = graph.title.width() as f64 * 10.0;
    let (width, height) = (canvas.right.max(title) + 2.0 * PAD, canvas.bottom + PAD);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<title>{0}</title>\n\
         <style>\n{GROUND}</style>\n<defs><marker id=\"tip\" markerWidth=\"10\" markerHeight=\"8\" \
         refX=\"9\" refY=\"4\" orient=\"auto\"><path class=\"tip\" d=\"M0 0L10 4L0 8z\"/></marker></defs>\n\
         <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"head\" x=\"{PAD}\" y=\"24\">{0}</text>\n{1}{2}</svg>\n",
        escape(&graph.title),
        canvas.out,
        canvas.labels
    )
}

/// An arrow with a label as the layout gets it: marked, so that it is not taken for the number of a
/// box, and in short lines, as its width parts the boxes. The layout splits an arrow with a label and
/// writes the label where it is split.
fn arrow(label: &str) -> Arrow {
    let label = if label.is_empty() { String::new() } else { format!("{BESIDE}{}", broken(label)) };
    let look = StyleAttr::new(Color::fast("black"), 2, None, 0, LETTER);
    Arrow::new(
        LineEndKind::None,
        LineEndKind::Arrow,
        LineStyleKind::Normal,
        &label,
        &look,
        &None,
        &None,
    )
}

const BESIDE: char = '=';

/// How wide the layout takes a letter of a label to be, in pixels.
const LETTER: usize = 8;

/// How many columns a line of a label has, unless a word is longer.
const SHORT: usize = 18;

/// A label in short lines, broken between words.
fn broken(label: &str) -> String {
    let (mut out, mut column) = (String::new(), 0);
    for word in label.split_whitespace() {
        let width = word.width();
        if column > 0 && column + 1 + width > SHORT {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out
}

/// The lines of a box: its label, then smaller what is said of it.
fn lines(node: &Node) -> Vec<(&'static str, &str)> {
    let mut lines = vec![("", node.label.as_str())];
    lines.extend(
        [&node.kind, &node.note]
            .into_iter()
            .filter(|line| !line.is_empty())
            .map(|line| ("small", line.as_str())),
    );
    lines
}

fn size(node: &Node) -> Point {
    let lines = lines(node);
    let width = lines.iter().map(|(_, text)| text.width() as f64 * COLUMN).fold(40.0, f64::max);
    Point::new(width + 2.0 * PAD, lines.len() as f64 * LINE + 1.5 * PAD)
}

/// What the layout draws on. A box comes as a rectangle, then its number as text.
struct Canvas<'a> {
    graph: &'a Graph,
    out: String,
    /// What stands beside arrows, over all of them.
    labels: String,
    right: f64,
    bottom: f64,
}

impl Canvas<'_> {
    fn reach(&mut self, x: f64, y: f64) {
        self.right = self.right.max(x);
        self.bottom = self.bottom.max(y + CAPTION);
    }
}

impl RenderBackend for Canvas<'_> {
    fn draw_rect(
        &mut self,
        _: Point,
        _: Point,
        _: &StyleAttr,
        _: Option<String>,
        _: Option<ClipHandle>,
    ) {
    }

    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_circle(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_text(&mut self, at: Point, text: &str, _: &StyleAttr) {
        let node = text.parse().ok().and_then(|index: usize| self.graph.nodes.get(index));
        let Some(node) = node else {
            let lines: Vec<&str> = text.strip_prefix(BESIDE).unwrap_or(text).lines().collect();
            let above = lines.len().saturating_sub(1) as f64 * BESIDE_LINE / 2.0;
            for (number, line) in lines.into_iter().enumerate() {
                let y = at.y + CAPTION - above + number as f64 * BESIDE_LINE;
                self.reach(at.x + line.width() as f64 * COLUMN / 2.0, y - CAPTION);
                // Writing to a string cannot fail, here and below.
                let _ = writeln!(
                    self.labels,
                    "<text class=\"beside\" x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
                    at.x,
                    escape(line)
                );
            }
            return;
        };
        let size = size(node);
        let (x, y) = (at.x - size.x / 2.0, at.y - size.y / 2.0 + CAPTION);
        let (fill, line) = colours(self.graph.kind(node));
        let _ = writeln!(
            self.out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"7\" \
             fill=\"{fill}\" stroke=\"{line}\" stroke-width=\"1.5\"/>",
            size.x, size.y
        );
        for (index, (class, text)) in lines(node).into_iter().enumerate() {
            let class =
                if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
            let y = y + PAD + 8.0 + index as f64 * LINE;
            let _ = writeln!(
                self.out,
                "<text{class} x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
                at.x,
                escape(text)
            );
        }
        self.reach(at.x + size.x / 2.0, at.y + size.y / 2.0);
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _: bool,
        (start, end): (bool, bool),
        _: &StyleAttr,
        _: Option<String>,
        _: &str,
    ) {
        let [(from, leaving), (to, arriving), rest @ ..] = path else { return };
        let at = |point: &Point| format!("{:.1} {:.1}", point.x, point.y + CAPTION);
        let mut line = format!("M{}C{} {} {}", at(from), at(leaving), at(to), at(arriving));
        for (control, point) in rest {
            let _ = write!(line, "S{} {}", at(control), at(point));
        }
        for (control, point) in path {
            self.reach(control.x.max(point.x), control.y.max(point.y));
        }
        let tip = |drawn: bool, place: &str| {
            if drawn { format!(" marker-{place}=\"url(#tip)\"") } else { String::new() }
        };
        let tips = tip(start, "start") + &tip(end, "end");
        let _ = writeln!(self.out, "<path class=\"edge\" d=\"{line}\"{tips}/>");
    }

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn a_label_is_broken_between_words_and_no_word_is_lost() {
        assert_eq!(broken("end_time reached OR owner closes"), "end_time reached\nOR owner closes");
        assert_eq!(broken("writes"), "writes");
        let long = "a word_that_is_longer_than_a_line stays";
        assert_eq!(broken(long), "a\nword_that_is_longer_than_a_line\nstays");
        assert_eq!(broken(long).replace('\n', " "), long);
    }
}
