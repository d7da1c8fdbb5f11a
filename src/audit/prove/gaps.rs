//! Gaps: conditions under which no row of a list holds, told so that they stay the same as long as
//! what they say does.
//!
//! A condition is as short as it can be, and of those equally short the first by name is taken; of
//! all conditions few are taken that cover every point where no row holds, the shortest first. What
//! rows there are besides, and in which order they look at what, makes no difference to either.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::analyze::program::Program;
use crate::value::{Interner, Word};

use super::table::{Subject, Table};

/// Points where no row holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Gap {
    /// What they have in common.
    pub condition: String,
    /// The place of the table, and of a point in it.
    pub shown_by: (usize, usize),
    /// Whether nothing else has it in common.
    pub exact: bool,
}

/// No more gaps than this are described of one list.
const MOST_GAPS: usize = 24;

/// How many ways of telling a point from others are tried before any way will do.
const MOST_STEPS: usize = 20_000;

/// The looks that something is told by, as bits.
type Looks = u128;

/// What looks see, each value by a number that is the same in all tables.
type Seen = Vec<u32>;

/// Conditions under which no row holds, each as short as it can be, that cover all points where
/// none does; with a point of each, and whether the condition tells it from all others.
pub fn gaps(
    program: &Program,
    interner: &Interner,
    subject: &Subject,
    tables: &[Table],
) -> Vec<Gap> {
    let looks = Ordered::of(program, subject);
    let mut numbers: FxHashMap<&[Word], u32> = FxHashMap::default();
    let mut values: Vec<&[Word]> = Vec::new();
    let mut open: BTreeMap<Seen, (usize, usize)> = BTreeMap::new();
    let mut taken: BTreeSet<Seen> = BTreeSet::new();
    for (at, table) in tables.iter().enumerate() {
        for (place, point) in table.points.iter().enumerate() {
            let number = |look: &usize| {
                let seen = point.seen.get(*look).copied().unwrap_or_default();
                let seen = table.values.get(seen as usize).map_or(&[][..], Vec::as_slice);
                let next = values.len() as u32;
                *numbers.entry(seen).or_insert_with(|| {
                    values.push(seen);
                    next
                })
            };
            let seen: Seen = looks.order.iter().map(number).collect();
            match point.rows.is_empty() {
                true => drop(open.entry(seen).or_insert((at, place))),
                false => drop(taken.insert(seen)),
            }
        }
    }
    // What each open point is told by, with the point.
    let mut conditions: BTreeMap<(usize, String), Told> = BTreeMap::new();
    for seen in open.keys() {
        let apart: Vec<Looks> = taken.iter().map(|other| differing(seen, other)).collect();
        let exact = !apart.contains(&0);
        let kept = telling(&apart, looks.order.len());
        let mut told: Vec<(bool, String)> = bits(kept)
            .map(|at| {
                let look = &subject.looks[looks.order[at]];
                let values = values.get(seen[at] as usize).copied().unwrap_or_default();
                (values.is_empty(), look.condition(program, values, interner))
            })
            .collect();
        told.sort();
        let told: Vec<String> = told.into_iter().map(|(_, text)| text).collect();
        let condition = match told.is_empty() {
            true => "anything is the case".to_owned(),
            false => told.join(", "),
        };
        let first = || Told { kept, seen: seen.clone(), exact };
        conditions.entry((told.len(), condition)).or_insert_with(first);
    }
    let mut left: BTreeSet<&Seen> = open.keys().collect();
    let mut gaps = Vec::new();
    for ((_, condition), told) in conditions {
        let before = left.len();
        let apart = |seen: &Seen| differing(seen, &told.seen) & told.kept != 0;
        left.retain(|seen| apart(seen));
        // The first point is the plainest.
        let shown_by = open.iter().filter(|(seen, _)| !apart(seen)).map(|(_, at)| *at).min();
        if let (true, Some(shown_by)) = (left.len() < before, shown_by) {
            gaps.push(Gap { condition, shown_by, exact: told.exact });
        }
        if gaps.len() == MOST_GAPS {
            break;
        }
    }
    gaps.sort();
    gaps
}

/// What tells a point where no row holds.
struct Told {
    kept: Looks,
    seen: Seen,
    exact: bool,
}

/// The looks of a list in an order that depends on their names alone.
struct Ordered {
    order: Vec<usize>,
}

impl Ordered {
    fn of(program: &Program, subject: &Subject) -> Self {
        let name = |look: usize| {
            let look = &subject.looks[look];
            let relation = &program.relations[look.relation.index()].name;
            (relation.as_str(), &look.written, look.value)
        };
        let mut order: Vec<usize> = (0..subject.looks.len()).collect();
        order.sort_by(|a, b| name(*a).cmp(&name(*b)));
        order.truncate(Looks::BITS as usize);
        Ordered { order }
    }
}

fn differing(a: &Seen, b: &Seen) -> Looks {
    let pairs = a.iter().zip(b).enumerate();
    pairs.filter(|(_, (a, b))| a != b).fold(0, |all, (at, _)| all | 1 << at)
}

fn bits(looks: Looks) -> impl Iterator<Item = usize> {
    (0..Looks::BITS as usize).filter(move |at| looks & 1 << at != 0)
}

/// The fewest looks by which a point differs from all others, given by which it differs from each;
/// of equally few the first. All looks where some other point differs by none.
fn telling(apart: &[Looks], count: usize) -> Looks {
    let all = match count {
        128.. => Looks::MAX,
        count => (1 << count) - 1,
    };
    // What differs by more differs anyhow.
    let mut least: Vec<Looks> = apart.iter().copied().filter(|it| *it != 0).collect();
    least.sort_by_key(|it| (it.count_ones(), *it));
    least.dedup();
    let mut kept: Vec<Looks> = Vec::new();
    for it in least {
        if !kept.iter().any(|known| known & it == *known) {
            kept.push(it);
        }
    }
    if apart.contains(&0) {
        return all;
    }
    let mut search = Search { apart: &kept, best: None, steps: 0 };
    search.go(0);
    search.best.unwrap_or(all)
}

struct Search<'a> {
    apart: &'a [Looks],
    best: Option<Looks>,
    steps: usize,
}

impl Search<'_> {
    fn go(&mut self, taken: Looks) {
        let key = |it: Looks| (it.count_ones(), !it.reverse_bits());
        let Some(next) = self.apart.iter().find(|it| *it & taken == 0) else {
            if self.best.is_none_or(|best| key(taken) < key(best)) {
                self.best = Some(taken);
            }
            return;
        };
        self.steps += 1;
        let most = self.best.map_or(u32::MAX, Looks::count_ones);
        if taken.count_ones() >= most || self.steps > MOST_STEPS && self.best.is_some() {
            return;
        }
        bits(*next).for_each(|at| self.go(taken | 1 << at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_looks_tell_a_point_and_of_equally_few_the_first() {
        assert_eq!(telling(&[0b110, 0b011], 3), 0b010);
        assert_eq!(telling(&[0b110, 0b111], 3), 0b010);
        assert_eq!(telling(&[0b001, 0b110], 3), 0b011);
        assert_eq!(telling(&[], 3), 0);
        // Nothing tells it from the second.
        assert_eq!(telling(&[0b001, 0], 3), 0b111);
    }
}
