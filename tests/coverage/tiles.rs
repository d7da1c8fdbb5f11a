//! Whether a text is made of given terms, to the letter, and of nothing else but what stands
//! between terms.
//!
//! A row of a table comes with its cells run together. So the text is laid with tiles: a cell of
//! the facts that reads exactly as the text goes on there, then a comma, an arrow, a bracket, then
//! the next cell. At the end of a column nothing need stand between. The laying that uses the
//! least text of no tile wins; only a column in our own words may have such text.

use std::collections::{BTreeSet, HashMap};

/// Terms by their first character.
#[derive(Default)]
pub struct Terms {
    by_first: HashMap<char, Vec<String>>,
}

impl Terms {
    pub fn new(terms: BTreeSet<String>) -> Terms {
        let mut by_first: HashMap<char, Vec<String>> = HashMap::new();
        for term in terms {
            if let Some(first) = term.chars().next() {
                by_first.entry(first).or_default().push(term);
            }
        }
        Terms { by_first }
    }

    /// The terms that `rest` begins with; its first letter may be of another case.
    fn at<'a>(&'a self, rest: &'a str, any_case: bool) -> impl Iterator<Item = &'a str> {
        let first = rest.chars().next();
        let other = |first: char| {
            if first.is_lowercase() {
                first.to_ascii_uppercase()
            } else {
                first.to_ascii_lowercase()
            }
        };
        let second = first.filter(|_| any_case).map(other).filter(|second| Some(*second) != first);
        let firsts = [first, second].into_iter().flatten();
        firsts.filter_map(|first| self.by_first.get(&first)).flatten().map(String::as_str).filter(
            move |term| {
                let mut term = term.chars();
                let begin = term.next().map_or(0, char::len_utf8);
                rest.get(begin..).is_some_and(|rest| rest.starts_with(term.as_str()))
            },
        )
    }
}

/// How a text was laid.
#[derive(Debug, Default)]
pub struct Laid {
    /// Column, term, and the label that it follows in that column, in the order of the text.
    pub tiles: Vec<(usize, String, String)>,
    /// Column and text that no term covers.
    pub gaps: Vec<(usize, String)>,
}

/// How the cells of a column come over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// To the letter.
    Letter,
    /// To the letter, but for the case of the first.
    AnyCase,
    /// In words of our own, or to the letter.
    Ours,
    /// Terms to the letter, then what follows from them in words of our own.
    TermsThenOurs,
}

/// What the text is like.
pub struct Layout<'a> {
    pub columns: &'a [Column],
    /// Labels and connecting words that need no term.
    pub words: &'a [&'a str],
    /// White space alone separates terms, and so do dots and comparisons: code.
    pub code: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Skip,
    Tile,
    Gap,
    Column,
}

/// States of a column: nothing laid yet, just laid a term, past a separator after a term.
const FRESH: usize = 0;
const LAID: usize = 1;
const BETWEEN: usize = 2;
/// Past a text in our own words: the column is at its end.
const WORDED: usize = 3;
const STATES: usize = 4;

/// Between two columns, where the text still tells them apart.
const WALL: &str = " | ";

/// What a character costs that no term covers, in terms.
const GAP: usize = 8;

/// Lays `text`; an error is the part of the text that could not be laid, from the furthest place
/// reached.
pub fn lay(text: &str, terms: &Terms, layout: &Layout) -> Result<Laid, String> {
    let columns = layout.columns.len();
    let width = columns * STATES;
    let id = |at: usize, column: usize, state: usize| at * width + column * STATES + state;
    let mut cost = vec![usize::MAX; (text.len() + 1) * width];
    let mut from: Vec<Option<(usize, Step)>> = vec![None; cost.len()];
    let mut furthest = 0;
    cost[id(0, 0, FRESH)] = 0;

    for at in 0..=text.len() {
        if !text.is_char_boundary(at) {
            continue;
        }
        let rest = &text[at..];
        let separators = separators(text, at, layout);
        for column in 0..columns {
            for state in 0..STATES {
                let here = id(at, column, state);
                if cost[here] == usize::MAX {
                    continue;
                }
                if state != FRESH {
                    furthest = furthest.max(at);
                }
                let mut reach = |to: usize, extra: usize, step: Step| {
                    let total = cost[here] + extra;
                    if total < cost[to] {
                        cost[to] = total;
                        from[to] = Some((here, step));
                    }
                };
                let after = if state == FRESH { FRESH } else { BETWEEN };
                if state != WORDED {
                    for &end in &separators {
                        reach(id(end, column, after), 0, Step::Skip);
                    }
                }
                if state == FRESH || state == BETWEEN {
                    let any_case = layout.columns[column] == Column::AnyCase;
                    for term in terms.at(rest, any_case) {
                        reach(id(at + term.len(), column, LAID), 1, Step::Tile);
                    }
                }
                let gap = match layout.columns[column] {
                    Column::Ours => state == FRESH,
                    Column::TermsThenOurs => state == FRESH || state == BETWEEN,
                    Column::Letter | Column::AnyCase => false,
                };
                if gap {
                    for (length, char) in rest.char_indices() {
                        let length = length + char.len_utf8();
                        reach(id(at + length, column, WORDED), GAP * length, Step::Gap);
                    }
                }
                if state != FRESH && column + 1 < columns {
                    let wall = if rest.starts_with(WALL) { WALL.len() } else { 0 };
                    reach(id(at + wall, column + 1, FRESH), 0, Step::Column);
                }
            }
        }
    }

    let last = [LAID, BETWEEN, WORDED].map(|state| id(text.len(), columns - 1, state));
    let end = last.into_iter().min_by_key(|&end| cost[end]).unwrap();
    if cost[end] == usize::MAX {
        return Err(text[furthest..].to_owned());
    }
    let mut steps = Vec::new();
    let mut here = end;
    while let Some((before, step)) = from[here] {
        steps.push((step, before % width / STATES, &text[before / width..here / width]));
        here = before;
    }
    let (mut laid, mut label) = (Laid::default(), "");
    for (step, column, part) in steps.into_iter().rev() {
        match step {
            Step::Tile => laid.tiles.push((column, part.to_owned(), label.to_owned())),
            Step::Gap => laid.gaps.push((column, part.to_owned())),
            Step::Column => label = "",
            Step::Skip if layout.words.contains(&part.trim()) => label = part.trim(),
            Step::Skip => {}
        }
    }
    Ok(laid)
}

/// Where a separator that begins at `at` may end.
fn separators(text: &str, at: usize, layout: &Layout) -> Vec<usize> {
    const MARKS: [&str; 25] = [
        ",", ";", ":", "|->", "->", "=>", "<-", "→", "←", "↔", "+", "/", "|", "(", ")", "[", "]",
        "{", "}", "“", "”", "...", "…", "≠", "□",
    ];
    const SPACED: [&str; 9] = [" — ", " – ", " - ", " = ", " and ", " or ", " vs ", " then ", ". "];
    const CODE: [&str; 9] = [".", "=", "<", ">", "!", "\"", "'", "*", " "];
    let rest = &text[at..];
    let mut ends = Vec::new();
    let mut add = |length: usize| ends.push(at + length);
    let spaces = rest.len() - rest.trim_start().len();
    for mark in MARKS {
        if mark == "|" && layout.columns.len() > 1 {
            continue;
        }
        if rest[spaces..].starts_with(mark) {
            let after = &rest[spaces + mark.len()..];
            add(spaces + mark.len() + after.len() - after.trim_start().len());
        }
    }
    for mark in SPACED {
        if rest.starts_with(mark) {
            add(mark.len());
        }
        // After a mark the space before a word is used up.
        let used = &mark[1..];
        if at > 0 && text[..at].ends_with(' ') && mark.starts_with(' ') && rest.starts_with(used) {
            add(used.len());
        }
    }
    if layout.code {
        for mark in CODE {
            if rest.starts_with(mark) {
                add(mark.len());
            }
        }
    }
    for word in layout.words {
        let begins = at == 0
            || layout.columns.len() > 1
            || !text[..at].ends_with(char::is_alphanumeric)
            || !rest.starts_with(char::is_alphanumeric);
        if rest[spaces..].starts_with(word) && (begins || spaces > 0) {
            let after = &rest[spaces + word.len()..];
            add(spaces + word.len() + after.len() - after.trim_start().len());
        }
    }
    if rest.starts_with(' ')
        && (text[..at].ends_with('?')
            || is_id(text[..at].rsplit([' ', ',']).next().unwrap_or_default()))
    {
        add(1);
    }
    if rest == "." || rest == " " {
        add(1);
    }
    ends
}

/// `A01`, `I21`, `M1`: what follows after a space is a name.
fn is_id(word: &str) -> bool {
    let Some(number) = word.strip_prefix(|char: char| char.is_ascii_uppercase()) else {
        return false;
    };
    !number.is_empty() && number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit())
}
