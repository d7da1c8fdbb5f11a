//! A profile as text, as JSON and as a page with bars.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::diag::Sources;
use crate::eval::Profile;

use super::html::{close, escape, open};
use super::{Heading, Look, Stamp, Table, text_table};
use crate::value::{Constant, Primitive};

/// How many characters of a rule are shown.
const SHOWN: usize = 90;

/// Profiles in the three shapes that there are of them.
#[derive(Clone, Copy, Debug)]
pub struct ShownProfile<'a> {
    /// What was measured.
    pub profile: &'a Profile,
    /// What was read and written.
    pub moved: &'a [Moved],
    /// Where rules are written.
    pub sources: &'a Sources,
}

/// A relation that was read or written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Whether it was written.
    pub written: bool,
    /// Its name.
    pub name: String,
    /// How many tuples there were.
    pub tuples: usize,
    /// How long that took.
    pub time: Duration,
}

impl ShownProfile<'_> {
    /// Tables for people.
    pub fn text(&self, look: Look) -> String {
        let profile = self.profile;
        let mut text = format!(
            "{} in {}; {} of relations, {} of symbols\n\n",
            time(profile.time),
            rounds(profile.rounds),
            bytes(profile.relations.iter().map(|it| it.memory).sum()),
            bytes(profile.symbols)
        );
        let mut relations =
            table("relations", &["taken", "share", "tuples", "rounds", "memory", "name"]);
        for it in &profile.relations {
            let cells = [time(it.time), self.share(it.time), number(it.tuples), number(it.rounds)];
            relations.rows.push(row(cells.into_iter().chain([bytes(it.memory), it.name.clone()])));
        }
        text.push_str(&text_table(&relations, look));
        text.push('\n');
        let mut rules =
            table("rules", &["taken", "share", "runs", "concluded", "new", "place", "rule"]);
        for (it, (place, written)) in profile.rules.iter().zip(self.written()) {
            let cells = [
                time(it.time),
                self.share(it.time),
                number(it.runs as usize),
                number(it.concluded),
                number(it.new),
                place,
                written,
            ];
            rules.rows.push(row(cells));
        }
        text.push_str(&text_table(&rules, look));
        if !self.moved.is_empty() {
            let mut moved = table("moved", &["taken", "tuples", "loaded", "stored"]);
            for it in self.moved {
                let (loaded, stored) = match it.written {
                    true => (String::new(), it.name.clone()),
                    false => (it.name.clone(), String::new()),
                };
                moved.rows.push(row([time(it.time), number(it.tuples), loaded, stored]));
            }
            text.push('\n');
            text.push_str(&text_table(&moved, look));
        }
        text
    }

    /// What was read, or what was written, for JSON.
    fn moved(&self, written: bool) -> Vec<Value> {
        let these = self.moved.iter().filter(|it| it.written == written);
        let one = |it: &Moved| json!({"name": it.name, "milliseconds": milliseconds(it.time), "tuples": it.tuples});
        these.map(one).collect()
    }

    /// One object; times in milliseconds, memory in bytes.
    pub fn json(&self) -> String {
        let profile = self.profile;
        let relations: Vec<Value> = profile
            .relations
            .iter()
            .map(|it| {
                json!({
                    "name": it.name, "milliseconds": milliseconds(it.time),
                    "tuples": it.tuples, "rounds": it.rounds, "bytes": it.memory,
                })
            })
            .collect();
        let rules: Vec<Value> = profile
            .rules
            .iter()
            .zip(self.written())
            .map(|(it, (place, written))| {
                json!({
                    "rule": it.rule.0, "concludes": it.relation, "place": place, "text": written,
                    "milliseconds": milliseconds(it.time), "runs": it.runs,
                    "concluded": it.concluded, "new": it.new,
                })
            })
            .collect();
        let whole = json!({
            "milliseconds": milliseconds(profile.time), "rounds": profile.rounds,
            "symbol_bytes": profile.symbols, "relations": relations, "rules": rules,
            "loaded": self.moved(false), "stored": self.moved(true),
        });
        format!("{whole:#}\n")
    }

    /// A page that needs nothing beside it.
    pub fn html(&self, stamp: &Stamp, title: &str) -> String {
        let profile = self.profile;
        let mut out = open(stamp, title, STYLE);
        let _ = write!(
            out,
            "<h1>{}</h1>\n<p>{} in {}; {} of relations, {} of symbols.</p>\n",
            escape(title),
            time(profile.time),
            rounds(profile.rounds),
            bytes(profile.relations.iter().map(|it| it.memory).sum()),
            bytes(profile.symbols)
        );
        out.push_str("<h2>Relations</h2>\n<table>\n<tr><th>Time<th>Tuples<th>Rounds<th>Memory<th>Relation</tr>\n");
        let most = profile.relations.iter().map(|it| it.time).max().unwrap_or_default();
        let largest = profile.relations.iter().map(|it| it.memory).max().unwrap_or_default();
        for it in &profile.relations {
            let _ = writeln!(
                out,
                "<tr><td>{}<td>{}<td>{}<td>{}<td><code>{}</code></tr>",
                bar(it.time.as_secs_f64(), most.as_secs_f64(), &time(it.time)),
                number(it.tuples),
                number(it.rounds),
                bar(it.memory as f64, largest as f64, &bytes(it.memory)),
                escape(&it.name)
            );
        }
        out.push_str("</table>\n<h2>Rules</h2>\n<table>\n<tr><th>Time<th>Runs<th>Concluded<th>New<th>Place<th>Rule</tr>\n");
        let most = profile.rules.iter().map(|it| it.time).max().unwrap_or_default();
        for (it, (place, written)) in profile.rules.iter().zip(self.written()) {
            let _ = writeln!(
                out,
                "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td><code>{}</code></tr>",
                bar(it.time.as_secs_f64(), most.as_secs_f64(), &time(it.time)),
                number(it.runs as usize),
                number(it.concluded),
                number(it.new),
                escape(&place),
                escape(&written)
            );
        }
        out.push_str("</table>\n");
        for (title, written) in [("Loaded", false), ("Stored", true)] {
            let these = || self.moved.iter().filter(|it| it.written == written);
            let Some(most) = these().map(|it| it.time).max() else { continue };
            let _ =
                writeln!(out, "<h2>{title}</h2>\n<table>\n<tr><th>Time<th>Tuples<th>Relation</tr>");
            for it in these() {
                let _ = writeln!(
                    out,
                    "<tr><td>{}<td>{}<td><code>{}</code></tr>",
                    bar(it.time.as_secs_f64(), most.as_secs_f64(), &time(it.time)),
                    number(it.tuples),
                    escape(&it.name)
                );
            }
            out.push_str("</table>\n");
        }
        out.push_str(&close());
        out
    }

    /// Where each rule stands, and its start.
    fn written(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.profile.rules.iter().map(|rule| {
            let position = self.sources.position(rule.span);
            let place = format!("{}:{}", self.sources.name(rule.span), position.line);
            let words: Vec<&str> = self.sources.text(rule.span).split_whitespace().collect();
            let text = words.join(" ");
            let shown = match text.char_indices().nth(SHOWN) {
                Some((at, _)) => format!("{}...", text.get(..at).unwrap_or_default()),
                None => text,
            };
            (place, shown)
        })
    }

    fn share(&self, time: Duration) -> String {
        let whole = self.profile.time.as_secs_f64();
        let share = if whole > 0.0 { time.as_secs_f64() / whole * 100.0 } else { 0.0 };
        format!("{share:.1} %")
    }
}

const STYLE: &str = "
.bar { display: inline-block; min-width: 14em; background: linear-gradient(#7aa6da, #7aa6da) no-repeat left; padding: 0 .3em; }
td { font-variant-numeric: tabular-nums; }
";

fn bar(part: f64, most: f64, text: &str) -> String {
    let width = if most > 0.0 { part / most * 100.0 } else { 0.0 };
    format!(
        "<span class=\"bar\" style=\"background-size:{width:.1}% 100%\">{}</span>",
        escape(text)
    )
}

/// A table whose columns are texts; all but the last are set flush right.
fn table(name: &str, columns: &[&str]) -> Table {
    let last = columns.len().saturating_sub(if name == "relations" { 1 } else { 2 });
    let heading = |(at, column): (usize, &&str)| {
        Heading::new(*column, if at < last { Primitive::Number } else { Primitive::Symbol })
    };
    let columns = columns.iter().enumerate().map(heading).collect();
    Table { name: name.to_owned(), title: String::new(), columns, rows: Vec::new() }
}

fn row(cells: impl IntoIterator<Item = String>) -> Vec<Constant> {
    cells.into_iter().map(|cell| Constant::Symbol(cell.into())).collect()
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// A time as people read it.
pub fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        10.0.. => format!("{seconds:.1} s"),
        1.0.. => format!("{seconds:.2} s"),
        0.001.. => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{:.0} us", seconds * 1e6),
    }
}

/// A count with its thousands apart.
pub fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn rounds(rounds: u32) -> String {
    format!("{rounds} {}", if rounds == 1 { "round" } else { "rounds" })
}

fn bytes(bytes: usize) -> String {
    let bytes = bytes as f64;
    match bytes {
        1e9.. => format!("{:.2} GB", bytes / 1e9),
        1e6.. => format!("{:.1} MB", bytes / 1e6),
        1e3.. => format!("{:.1} kB", bytes / 1e3),
        _ => format!("{bytes:.0} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(["0", "999", "1,000", "12,345,678"], [0, 999, 1000, 12_345_678].map(number)[..]);
        assert_eq!(time(Duration::from_micros(7)), "7 us");
        assert_eq!(time(Duration::from_micros(7250)), "7.2 ms");
        assert_eq!(time(Duration::from_millis(12_345)), "12.3 s");
        assert_eq!([bytes(5), bytes(1500), bytes(2_000_000)], ["5 B", "1.5 kB", "2.0 MB"]);
    }
}
