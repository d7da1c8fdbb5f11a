//! Differences as sections of an answer.

use crate::answers::{plural, symbols, text};
use crate::report::{Section, Table};

use super::{Comparison, Conclusion, Difference};

/// What differs in what they say.
pub fn differences(comparison: &Comparison) -> Section {
    let row = |(number, it): (usize, &Difference)| {
        let sign = match (&it.before, &it.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        let line = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            text(format!("D{}", number + 1)),
            text(sign),
            text(it.kind.word()),
            text(format!("{}\n{}", it.name, it.file)),
            text(line(&it.before)),
            text(line(&it.after)),
        ]
    };
    let count = comparison.differences.len();
    let said = match count {
        0 => "They say the same.".to_owned(),
        count => format!("{} in what they say.", plural(count, "difference")),
    };
    let headings = [
        ("id", "Id"),
        ("change", "Change"),
        ("kind", "Of"),
        ("what", "What"),
        ("before", "Before"),
        ("after", "After"),
    ];
    let rows = comparison.differences.iter().enumerate().map(row).collect();
    section("differences", "What they say", said, headings.as_slice(), rows)
}

fn section(
    name: &str,
    title: &str,
    said: String,
    headings: &[(&str, &str)],
    rows: Vec<Vec<crate::value::Constant>>,
) -> Section {
    let table =
        Table { name: name.to_owned(), title: String::new(), columns: symbols(headings), rows };
    Section {
        name: name.to_owned(),
        title: title.to_owned(),
        paragraphs: vec![said],
        tables: vec![table],
        ..Section::default()
    }
}

/// What differs in what follows, with the differences that make it.
pub fn conclusions(comparison: &Comparison) -> Section {
    let row = |it: &Conclusion| {
        let because = match &it.witness {
            None => "not found".to_owned(),
            Some(set) => {
                let names = set.iter().map(|&at| {
                    let name = comparison.differences.get(at).map_or("", |it| it.name.as_str());
                    format!("D{} {name}", at + 1)
                });
                names.collect::<Vec<_>>().join("\n")
            }
        };
        let cell = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            text(&*it.design),
            text(&*it.sheet),
            text(&*it.row),
            text(&*it.column),
            text(cell(&it.before)),
            text(cell(&it.after)),
            text(because),
        ]
    };
    let found = comparison.conclusions.len();
    let mut said = match found {
        0 => "The same follows from them.".to_owned(),
        found => format!("{} in what follows from them.", plural(found, "difference")),
    };
    if found > 0 {
        said.push_str(&format!(
            " Each stands beside a smallest set of differences that makes it, taken alone ({} derived).",
            plural(comparison.tried, "combination")
        ));
    }
    for (sheets, who) in [(&comparison.sheets.0, "the old"), (&comparison.sheets.1, "the new")] {
        if !sheets.is_empty() {
            said.push_str(&format!(" Printed by {who} one only: {}.", sheets.join(", ")));
        }
    }
    let headings = [
        ("design", "Design"),
        ("sheet", "Sheet"),
        ("row", "Row"),
        ("column", "Column"),
        ("before", "Before"),
        ("after", "After"),
        ("because", "Because of"),
    ];
    let rows = comparison.conclusions.iter().map(row).collect();
    section("conclusions", "What follows", said, headings.as_slice(), rows)
}
