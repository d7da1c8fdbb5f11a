//! Random programs with every construct of the language against the slow twin of the engine: as they
//! are written, with relations that choose, that are equivalences or lose tuples, and in disguise, with
//! components, records and inlined relations.
//!
//! `ARCHLOG_PROGRAMS=1000000 cargo test --release --test random_programs -- --nocapture` tries so many;
//! `PROPTEST_RNG_SEED` draws others. What fails is shrunk and printed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Instant;

use archlog::analyze::{analyze, has_errors};
use archlog::diag::{Renderer, Sources};
use archlog::syntax::load::tree_of;
use common::disguise::{Disguise, disguised};
use common::naive::{self, Relations};
use common::random::{Sample, guarded_programs, programs};
use common::*;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

/// A program, and how it is disguised.
#[derive(Clone, Debug)]
struct Case {
    sample: Sample,
    how: Option<Disguise>,
}

fn case() -> impl Strategy<Value = Case> {
    let plain = programs().prop_map(|sample| Case { sample, how: None });
    let guarded = guarded_programs(true).prop_map(|sample| Case { sample, how: None });
    let records = prop::option::weighted(0.7, 0..3u8);
    let inline = prop::option::weighted(0.4, 3..9u8);
    let how = (any::<bool>(), records, inline);
    let how = how.prop_map(|(component, records, inline)| Disguise { component, records, inline });
    let disguised = (programs(), how).prop_map(|(sample, how)| Case { sample, how: Some(how) });
    prop_oneof![1 => plain, 1 => guarded, 2 => disguised]
}

/// What became of the cases.
#[derive(Default)]
struct Count {
    plain: Cell<u32>,
    disguised: Cell<u32>,
    refused: Cell<u32>,
    too_large: Cell<u32>,
    tuples: Cell<usize>,
}

/// The twin looks at so many tuples of a program at most.
const MOST: u64 = 10_000_000;

fn one_more(count: &Cell<u32>) {
    count.set(count.get() + 1);
}

impl Count {
    fn check(&self, case: &Case) {
        let text = &case.sample.text;
        let program = program(text);
        let Some(twin) = naive::evaluate_within(MOST, &program, Facts::new()) else {
            return one_more(&self.too_large);
        };
        self.tuples.set(self.tuples.get() + twin.iter().map(|it| it.len()).sum::<usize>());
        let Some(how) = case.how else {
            assert_same(&program, &engine(&program, &Facts::new(), 1).relations, &twin, text);
            return one_more(&self.plain);
        };
        let (otherwise, same) = disguised(text, how);
        let mut sources = Sources::new();
        let (tree, mut problems) = tree_of("disguised.dl", otherwise.clone().into(), &mut sources);
        let (disguised, more) = analyze(&[tree]);
        problems.extend(more);
        if has_errors(&problems) {
            let shown = Renderer { colour: false }.render(&sources, &problems);
            // A relation that is recursive, negated or aggregated over cannot be inlined.
            let codes = problems.iter().filter(|it| has_errors(std::slice::from_ref(*it)));
            let expected = |code: &str| how.inline.is_some() && REFUSED.contains(&code);
            assert!(codes.clone().all(|it| expected(&it.code)), "{shown}{otherwise}");
            return one_more(&self.refused);
        }
        let derived = engine(&disguised, &Facts::new(), 1);
        let names: BTreeMap<&str, usize> =
            disguised.relations.iter().enumerate().map(|(at, it)| (it.name.as_str(), at)).collect();
        let held = |name: &str| {
            let (_, other) = same.iter().find(|(plain, _)| plain == name).unwrap();
            derived.relations[names[other.as_str()]].clone()
        };
        let found: Relations = program.relations.iter().map(|it| held(&it.name)).collect();
        assert_same(&program, &found, &twin, &format!("{otherwise}\nwhich is\n{text}"));
        one_more(&self.disguised);
    }
}

/// The codes of what cannot be inlined.
const REFUSED: [&str; 1] = ["AL0125"];

#[test]
fn random_programs_of_every_construct_derive_as_the_twin_says() {
    let config = programs_config(300);
    let (cases, seed) = (config.cases, config.rng_seed);
    let started = Instant::now();
    let count = Count::default();
    let mut runner = TestRunner::new(config);
    let result = runner.run(&case(), |case| {
        count.check(&case);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    let RngSeed::Fixed(seed) = seed else { panic!("the seed is fixed") };
    let Count { plain, disguised, refused, too_large, tuples } = count;
    println!(
        "{cases} programs agree, seed {seed}, in {:?}: {} as written, {} in disguise, {} that cannot \
         be inlined, {} too large for the twin; {} tuples",
        started.elapsed(),
        plain.get(),
        disguised.get(),
        refused.get(),
        too_large.get(),
        tuples.get(),
    );
    assert!(too_large.get() <= cases / 100, "too many are too large");
    assert!(disguised.get() > cases / 4 && plain.get() > cases / 4 && refused.get() < cases / 4);
}
