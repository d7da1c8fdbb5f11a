//! What the points of a list say about it.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::program::Program;
use crate::value::{Interner, Word};

use super::super::Finding;
use super::gaps::gaps;
use super::kinds::{self, Row};
use super::space::Spaces;
use super::table::{Point, Subject, Table};

/// A finding, and a point that shows it if there is one.
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// The place of the table and of the point in it.
    pub shown_by: Option<(usize, usize)>,
}

/// All that is to be said of a list.
pub struct Verdict {
    /// What is odd.
    pub judged: Vec<Judged>,
    /// What is not odd, and was looked at: a few words each.
    pub sound: Vec<String>,
}

/// What a list can say of rows that hold together.
const POLICIES: [&str; 3] = ["first", "unique", "any"];

/// Judges one list by all its points.
pub struct Judge<'a> {
    /// The program.
    pub program: &'a Program,
    /// The words.
    pub interner: &'a Interner,
    /// The list.
    pub subject: &'a Subject,
    /// Its points, space by space.
    pub tables: &'a [Table],
    /// What each row chooses.
    pub outcomes: &'a BTreeMap<i64, BTreeSet<Vec<Word>>>,
    /// The spaces.
    pub spaces: &'a Spaces,
    /// What rows are called, and where they stand.
    pub rows: Vec<Row<'a>>,
}

impl Judge<'_> {
    /// All that is to be said.
    pub fn all(&self) -> Verdict {
        let mut judged = Vec::new();
        let list = &self.program.relations[self.subject.chosen.index()];
        let rows_relation = &self.program.relations[self.subject.list.rows.index()];
        let policy = rows_relation.doc.tag("hit").map_or("first", str::trim);
        if !POLICIES.contains(&policy) {
            let finding = kinds::misfit(rows_relation, "`@hit unique`, `@hit any` or `@hit first`");
            judged.push(Judged { finding, shown_by: None });
        }
        let defaults = self.defaults(&mut judged);
        let (mut hold, mut chosen) = (true, defaults.is_none());
        for row in &self.rows {
            let held = self.points().filter(|(.., it)| it.rows.contains(&row.rank));
            let Some((table, place, _)) = held.clone().next() else {
                judged.push(Judged { finding: kinds::never_holds(list, row), shown_by: None });
                hold = false;
                continue;
            };
            if held.clone().any(|(.., it)| it.rows.first() == Some(&row.rank)) {
                continue;
            }
            if defaults.is_some_and(|rank| rank < row.rank) {
                continue;
            }
            chosen = false;
            let by = cover(held.map(|(.., point)| point), row.rank);
            let finding = kinds::masked(list, row, &by);
            judged.push(Judged { finding, shown_by: Some((table, place)) });
        }
        let gaps = gaps(self.program, self.interner, self.subject, self.tables);
        let mut sound = vec![(hold, "every row can hold"), (chosen, "none is masked")];
        sound.push((gaps.is_empty(), "no gap"));
        match (list.doc.tag("total"), gaps.first()) {
            (Some(_), Some(gap)) => judged.push(Judged {
                finding: kinds::no_default(list, &gap.condition),
                shown_by: Some(gap.shown_by),
            }),
            _ => judged.extend(gaps.into_iter().map(|gap| Judged {
                finding: kinds::gap(list, &gap.condition, gap.exact),
                shown_by: Some(gap.shown_by),
            })),
        }
        let ordered = self.overlaps(policy, &mut judged);
        self.values(&mut judged);
        // Behind a row that always holds nothing matters.
        let matters = defaults.is_none() && self.inputs(&mut judged);
        sound.push((matters, "every input matters"));
        let sound = sound.into_iter().filter(|(holds, _)| *holds).map(|(_, it)| it.to_owned());
        let mut sound: Vec<String> = sound.collect();
        if !ordered.is_empty() {
            sound.push(format!("order decides between {}", kinds::shown(&ordered)));
        }
        Verdict { judged, sound }
    }

    fn points(&self) -> impl Iterator<Item = (usize, usize, &Point)> + Clone {
        self.tables.iter().enumerate().flat_map(|(table, it)| {
            it.points.iter().enumerate().map(move |(place, point)| (table, place, point))
        })
    }

    /// The first row that always holds, if it is not the last.
    fn defaults(&self, judged: &mut Vec<Judged>) -> Option<i64> {
        let list = &self.program.relations[self.subject.chosen.index()];
        let count = self.points().count();
        let always =
            |rank: i64| count > 1 && self.points().all(|(.., point)| point.rows.contains(&rank));
        let row = self.rows.iter().find(|row| always(row.rank))?;
        let holds = |rank: i64| self.points().any(|(.., point)| point.rows.contains(&rank));
        let behind: Vec<i64> = self
            .rows
            .iter()
            .map(|it| it.rank)
            .filter(|rank| *rank > row.rank && holds(*rank))
            .collect();
        if behind.is_empty() {
            return None;
        }
        let shown_by = self.points().find(|(.., it)| it.rows.contains(&behind[0]));
        let shown_by = shown_by.map(|(table, place, _)| (table, place));
        judged.push(Judged { finding: kinds::default_not_last(list, row, &behind), shown_by });
        Some(row.rank)
    }

    /// Rows that hold together, and what follows for the order of rows. Gives the pairs between which
    /// the order decides.
    fn overlaps(&self, policy: &str, judged: &mut Vec<Judged>) -> Vec<(i64, i64)> {
        let list = &self.program.relations[self.subject.chosen.index()];
        let rows_relation = &self.program.relations[self.subject.list.rows.index()];
        let none = BTreeSet::new();
        let outcome = |rank: i64| self.outcomes.get(&rank).unwrap_or(&none);
        let mut pairs: BTreeMap<(i64, i64), (usize, usize)> = BTreeMap::new();
        for (table, place, point) in self.points() {
            for (at, a) in point.rows.iter().enumerate() {
                for b in &point.rows[at + 1..] {
                    pairs.entry((*a, *b)).or_insert((table, place));
                }
            }
        }
        let differ = |(a, b): &(i64, i64)| outcome(*a) != outcome(*b);
        let different: Vec<(i64, i64)> = pairs.keys().copied().filter(|it| differ(it)).collect();
        let wrong: Vec<(i64, i64)> = match policy {
            "unique" => pairs.keys().copied().collect(),
            "any" => different.clone(),
            _ => Vec::new(),
        };
        if let Some(first) = wrong.first()
            && let Some(row) = self.rows.iter().find(|row| row.rank == first.1)
        {
            let finding = kinds::overlap(list, policy, &wrong, row);
            judged.push(Judged { finding, shown_by: pairs.get(first).copied() });
        }
        let hold = |rank: i64| self.points().any(|(.., point)| point.rows.contains(&rank));
        let holding: Vec<&Row<'_>> = self.rows.iter().filter(|row| hold(row.rank)).collect();
        let values: BTreeSet<_> = holding.iter().map(|row| outcome(row.rank)).collect();
        if policy != "first" || values.len() < 2 {
            return Vec::new();
        }
        if different.is_empty() {
            let stricter = if pairs.is_empty() { "unique" } else { "any" };
            let finding = kinds::could_be_stricter(list, rows_relation, stricter);
            judged.push(Judged { finding, shown_by: None });
            return Vec::new();
        }
        for row in holding {
            if !different.iter().any(|(a, b)| *a == row.rank || *b == row.rank) {
                let finding = kinds::place_is_noise(list, row);
                judged.push(Judged { finding, shown_by: None });
            }
        }
        different
    }

    /// Values that the list is to give and never gives.
    fn values(&self, judged: &mut Vec<Judged>) {
        let list = &self.program.relations[self.subject.chosen.index()];
        let columns = &list.columns;
        let text = |tuple: &Vec<Word>| {
            let words = tuple.iter().zip(&self.subject.outcome);
            let values: Vec<String> = words
                .map(|(word, column)| {
                    self.interner.constant(*word, columns[*column].primitive).to_string()
                })
                .collect();
            values.join(", ")
        };
        let given: BTreeSet<String> =
            self.points().flat_map(|(.., point)| point.chosen.iter().map(text)).collect();
        for (name, value) in &self.spaces.outcomes {
            if *name == list.name && !given.contains(value) {
                judged.push(Judged { finding: kinds::never_chosen(list, value), shown_by: None });
            }
        }
    }

    /// Variables that the rows depend on and that never change what is chosen; says whether there
    /// are none.
    fn inputs(&self, judged: &mut Vec<Judged>) -> bool {
        let list = &self.program.relations[self.subject.chosen.index()];
        let mut idle: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for table in self.tables {
            let space = &self.spaces.spaces[table.space];
            for variable in &table.variables {
                if table.moves.get(variable).is_none_or(BTreeSet::is_empty) {
                    let known = &space.variables[*variable];
                    let values = known.values.iter().map(|value| match value.name.as_str() {
                        "" => "left open",
                        name => name,
                    });
                    idle.insert(&known.name, values.collect());
                }
            }
        }
        for (variable, values) in &idle {
            let finding = kinds::idle_input(list, variable, values);
            judged.push(Judged { finding, shown_by: None });
        }
        idle.is_empty()
    }
}

/// Few rows before a row, one of which holds at each of some points.
fn cover<'p>(points: impl Iterator<Item = &'p Point>, rank: i64) -> Vec<i64> {
    let mut left: Vec<&Point> = points.collect();
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for point in &left {
            for row in point.rows.iter().filter(|row| **row < rank) {
                *counts.entry(*row).or_default() += 1;
            }
        }
        let most = counts.iter().max_by_key(|(row, count)| (**count, -**row));
        let Some((row, _)) = most else { break };
        chosen.push(*row);
        left.retain(|point| !point.rows.contains(row));
    }
    chosen.sort_unstable();
    chosen
}
