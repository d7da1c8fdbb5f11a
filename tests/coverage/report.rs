//! The tables of the report, and the lists that it is compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::cover::Carried;
use super::facts::Row;
use super::records;
use super::seed::{self, Heading, Item, Seed};

/// Whether an item is the one that a list names, whole or by its beginning and `…`.
fn is_named(named: &str, text: &str) -> bool {
    match named.strip_suffix('…') {
        Some(begins) => text.starts_with(begins),
        None => text == named,
    }
}

/// What a row says in words that have too little in common with the text to be matched.
pub struct Said {
    entries: Vec<(Vec<String>, bool)>,
}

impl Said {
    pub fn read() -> Said {
        Said { entries: records("said.csv").into_iter().map(|row| (row, false)).collect() }
    }

    /// Whether the list names the item, and the row that it names is there.
    fn has(&mut self, seed: &Seed, item: &Item, rows: &[Row]) -> bool {
        let section = seed::path(&seed.headings, item.heading);
        let named = self.entries.iter_mut().find(|(row, _)| {
            row[0] == seed.source && row[1] == section && is_named(&row[2], &item.text)
        });
        let Some((named, met)) = named else { return false };
        *met = rows.iter().any(|row| {
            row.relation == named[3]
                && row.source == named[0]
                && row.terms().any(|term| is_named(&named[4], &term))
        });
        *met
    }

    /// Entries that name no item, or no row.
    pub fn unused(&self) -> Vec<String> {
        let unused = self.entries.iter().filter(|(_, met)| !met);
        unused
            .map(|(row, _)| format!("said.csv: no such item or row: {}", row.join(", ")))
            .collect()
    }
}

/// What no fact carries over, with the reason.
pub struct LeftOut {
    /// Source, section, how the item begins; whether an item was met.
    entries: Vec<(Vec<String>, bool)>,
}

impl LeftOut {
    pub fn read() -> LeftOut {
        LeftOut { entries: records("left_out.csv").into_iter().map(|row| (row, false)).collect() }
    }

    /// Whether the item is listed.
    fn has(&mut self, seed: &Seed, item: &Item) -> bool {
        let section = seed::path(&seed.headings, item.heading);
        let mut found = false;
        for (row, met) in &mut self.entries {
            if row[0] == seed.source && row[1] == section && is_named(&row[2], &item.text) {
                *met = true;
                found = true;
            }
        }
        found
    }

    /// Entries that name nothing missing.
    pub fn unused(&self) -> Vec<String> {
        let unused = self.entries.iter().filter(|(_, met)| !met);
        unused
            .map(|(row, _)| {
                format!("left_out.csv: nothing is missing at {} {}: {}", row[0], row[1], row[2])
            })
            .collect()
    }
}

#[derive(Default)]
struct Count {
    letter: usize,
    own_words: usize,
    left_out: usize,
    missing: usize,
}

impl Count {
    fn line(&self, name: &str) -> String {
        let carried = self.letter + self.own_words;
        let present = carried + self.left_out + self.missing;
        format!(
            "{present:>7} {carried:>8} {:>9} {:>9} {:>8}  {name}",
            self.own_words, self.left_out, self.missing
        )
    }

    fn add(&mut self, other: &Count) {
        self.letter += other.letter;
        self.own_words += other.own_words;
        self.left_out += other.left_out;
        self.missing += other.missing;
    }
}

/// Prints the table of a document and every item that is missing, and returns the latter.
pub fn print(
    seed: &Seed,
    carried: &[Option<Carried>],
    rows: &[Row],
    said: &mut Said,
    left_out: &mut LeftOut,
) -> Vec<String> {
    let mut sections: BTreeMap<usize, Count> = BTreeMap::new();
    let mut problems = Vec::new();
    for (item, carried) in seed.items.iter().zip(carried) {
        let Some(carried) = carried else { continue };
        let chapter = seed::ancestry(&seed.headings, item.heading);
        let chapter =
            chapter.into_iter().rev().find(|&at| seed.headings[at].level > 0).unwrap_or(0);
        let count = sections.entry(chapter).or_default();
        match carried {
            Carried::Letter => count.letter += 1,
            Carried::OwnWords => count.own_words += 1,
            Carried::Missing(_) if said.has(seed, item, rows) => count.own_words += 1,
            Carried::Missing(_) if left_out.has(seed, item) => count.left_out += 1,
            Carried::Missing(why) => {
                count.missing += 1;
                let place = seed::path(&seed.headings, item.heading);
                problems.push(format!(
                    "{}:{}: {place}: {:?}: {why}",
                    seed.source, item.line, item.text
                ));
            }
        }
    }
    println!("\n{} {}", seed.source, seed.headings[0].text);
    println!("present  carried (in ours)  left out  missing  section");
    let mut total = Count::default();
    for (chapter, count) in &sections {
        println!("{}", count.line(&seed.headings[*chapter].text));
        total.add(count);
    }
    println!("{}", total.line("all of it"));
    for problem in &problems {
        println!("missing {problem}");
    }
    problems
}

/// Rows of each relation by the heading that they cite, against `counts.csv`.
pub fn check_counts(rows: &[Row], headings: &BTreeMap<String, Vec<Heading>>) {
    let mut counts: BTreeMap<[String; 3], usize> = BTreeMap::new();
    for row in rows {
        let section =
            row.heading.map(|at| seed::path(&headings[&row.source], at)).unwrap_or_default();
        *counts.entry([row.source.clone(), section, row.relation.clone()]).or_default() += 1;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/coverage/counts.csv");
    if std::env::var_os("ARCHLOG_UPDATE").is_some() {
        let mut writer = csv::Writer::from_path(&path).unwrap();
        writer.write_record(["source", "section", "relation", "rows"]).unwrap();
        for (key, rows) in &counts {
            writer.write_record(key.iter().chain([&rows.to_string()])).unwrap();
        }
        return writer.flush().unwrap();
    }
    let recorded: BTreeMap<[String; 3], usize> = records("counts.csv")
        .into_iter()
        .map(|row| ([row[0].clone(), row[1].clone(), row[2].clone()], row[3].parse().unwrap()))
        .collect();
    let keys: BTreeSet<_> = counts.keys().chain(recorded.keys()).collect();
    let wrong: Vec<String> = keys
        .into_iter()
        .filter(|key| counts.get(*key) != recorded.get(*key))
        .map(|key| {
            let count =
                |of: &BTreeMap<[String; 3], usize>| of.get(key).copied().unwrap_or_default();
            format!("{}: {} rows, {} recorded", key.join(", "), count(&counts), count(&recorded))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "facts/ has not the rows that tests/coverage/counts.csv records (ARCHLOG_UPDATE=1 renews it):\n{}",
        wrong.join("\n")
    );
}

/// `stated.csv`: how many different values a column of a relation has.
pub fn check_stated(rows: &[Row]) {
    for stated in records("stated.csv") {
        let [what, source, relation, columns, count] = &stated[..] else {
            panic!("stated.csv: {stated:?}")
        };
        let mut values = BTreeSet::new();
        for row in rows.iter().filter(|row| row.relation == *relation && row.source == *source) {
            let value: Vec<&str> = columns
                .split('+')
                .map(|column| {
                    let cell = row.cells.iter().find(|(name, _)| name == column);
                    cell.unwrap_or_else(|| panic!("{relation} has no column {column}")).1.as_str()
                })
                .collect();
            values.insert(value);
        }
        assert_eq!(values.len().to_string(), *count, "{what}: {columns} of {relation}");
    }
}
