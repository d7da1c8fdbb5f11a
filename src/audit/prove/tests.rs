//! What is said of all points, held against points gone through one by one.

use std::collections::BTreeSet;

use super::*;
use crate::kb::{Options as KbOptions, Part};
use crate::value::Word;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % bound
    }
}

/// What a list makes of a point.
type Made = (Vec<i64>, BTreeSet<Vec<Word>>);

/// What the engine makes of choices of values for all variables of a space.
fn made(
    bulk: &Bulk,
    wanted: &[RelationId],
    subject: &Subject,
    interner: &mut Interner,
    space: &space::Space,
    choices: &[reach::Choice],
) -> Vec<Made> {
    let mut all = Vec::new();
    let numbers = interner.clone();
    let mut see = |_: usize, derived: bulk::Derived| {
        let tuples = |id: RelationId| {
            let place = wanted.iter().position(|it| *it == id);
            derived.iter().filter(move |(at, _)| Some(*at) == place).map(|(_, tuple)| tuple)
        };
        let rank = |tuple: &Vec<Word>| numbers.number(tuple[subject.list.rank]);
        let ranks: BTreeSet<i64> = tuples(subject.list.rows).map(rank).collect();
        let outcome = |tuple: &Vec<Word>| subject.outcome.iter().map(|it| tuple[*it]).collect();
        all.push((ranks.into_iter().collect(), tuples(subject.chosen).map(outcome).collect()));
    };
    let say = |number: usize, say: &mut dyn FnMut(&space::Fact)| {
        reach::said(space, &choices[number], say);
    };
    bulk.run(interner, &Options::default(), choices.len(), &say, &mut see).unwrap();
    all
}

fn check(as_written: bool) {
    let options = KbOptions { as_written, part: Part::Proof, ..KbOptions::default() };
    let rulebook = Rulebook::load(&options).unwrap();
    let program = &rulebook.program;
    let ground = Ground { program, base: &rulebook.base };
    let mut interner = (*rulebook.interner).clone();
    let spaces = space::spaces(program, &rulebook.base, &interner, &mut Vec::new());
    let mut cone = Cone::new(program, &spaces.targets);
    let subjects = table::subjects(program, &mut interner);
    let subjects = own(subjects, &mut cone, &mut interner, &spaces);
    let wanted = wanted(&subjects, &spaces.targets);
    let engine = Bulk::new(ground, &mut interner, &spaces.targets, &wanted);
    let compiled = Bulk::new(ground, &mut interner, &spaces.targets, &wanted).compiled();
    let stated = (0..program.relations.len()).map(RelationId::from);
    let stated: Vec<RelationId> =
        stated.filter(|id| is_stated(&program.relations[id.index()])).collect();
    let whole = Bulk::new(ground, &mut interner, &stated, &wanted);
    assert_ne!(engine.evaluator(), compiled.evaluator());
    let (mut numbers, mut exhausted, mut tried) = (Numbers(7), 0, 0);
    for subject in &subjects {
        for (number, space) in spaces.spaces.iter().enumerate() {
            let mut reach = Reach {
                ground,
                cone: &mut cone,
                space,
                targets: &spaces.targets,
                interner: &mut interner,
                options: &Options::default(),
                derived: 0,
            };
            let table = table::table(subject, number, &mut reach, &compiled, &wanted).unwrap();
            if table.points.is_empty() {
                continue;
            }
            let known: BTreeSet<Made> =
                table.points.iter().map(|it| (it.rows.clone(), it.chosen.clone())).collect();
            let sizes: Vec<usize> = space.variables.iter().map(|it| it.values.len()).collect();
            // All points where there are few of them, and some where there are many.
            let variables: Vec<usize> = table.variables.iter().copied().collect();
            let few = table.covered < 1000;
            let count = if few { table.covered as usize } else { 2000 };
            let choice = |point: usize, numbers: &mut Numbers| -> reach::Choice {
                let mut rest = point;
                let mut value = |variable: usize| match (few, variables.contains(&variable)) {
                    (true, true) => {
                        let value = rest % sizes[variable];
                        rest /= sizes[variable];
                        value
                    }
                    _ => numbers.below(sizes[variable]),
                };
                (0..sizes.len()).map(|it| (it, value(it))).collect()
            };
            let choices: Vec<_> = (0..count).map(|point| choice(point, &mut numbers)).collect();
            let found = made(&engine, &wanted, subject, &mut interner, space, &choices);
            // Where a list has nothing to say no row holds.
            let blank = (Vec::new(), BTreeSet::new());
            for (choice, made) in choices.iter().zip(&found) {
                assert!(known.contains(made) || *made == blank, "{made:?} of {choice:?}");
            }
            tried += count;
            // What the whole rulebook makes of what designs would state is a point of the space too.
            let stated: Vec<_> = choices.iter().take(300).cloned().collect();
            let of_designs = made(&whole, &wanted, subject, &mut interner, space, &stated);
            assert!(of_designs.iter().any(|it| *it != blank));
            for (choice, made) in stated.iter().zip(&of_designs) {
                assert!(known.contains(made) || *made == blank, "{made:?} of {choice:?}");
            }
            if as_written {
                // Nothing is suggested: what is stated is what counts.
                assert_eq!(of_designs, found[..stated.len()]);
            }
            if few {
                let all: BTreeSet<Made> = found.iter().cloned().collect();
                assert!(known.is_subset(&all), "points that there are not");
                exhausted += 1;
            }
            // One variable changed at a time: what never matters never does.
            for variable in &variables {
                let moved: Vec<reach::Choice> = (choices.iter().take(300))
                    .map(|choice| {
                        let mut choice = choice.clone();
                        choice[*variable].1 = numbers.below(sizes[*variable]);
                        choice
                    })
                    .collect();
                let after = made(&engine, &wanted, subject, &mut interner, space, &moved);
                let changed = found.iter().zip(&after).any(|(a, b)| a.1 != b.1);
                let matters = table.moves.get(variable).is_some_and(|pairs| !pairs.is_empty());
                assert!(matters || !changed, "{}", space.variables[*variable].name);
                assert!(!few || matters == changed, "{}", space.variables[*variable].name);
            }
        }
    }
    assert!(exhausted > 0 && tried > 4000, "{exhausted} spaces exhausted, {tried} points tried");
}

#[test]
fn what_is_proved_of_all_points_is_so_of_each() {
    check(false);
}

#[test]
fn what_is_proved_of_all_points_is_so_of_each_as_written() {
    check(true);
}

#[test]
fn numbers_are_grouped() {
    let shown = [0, 12, 999, 1000, 1_234_567].map(grouped);
    assert_eq!(shown, ["0", "12", "999", "1,000", "1,234,567"]);
}
