//! What-if, achieve, the ledger of assumptions and `ask`, against brute force that derives every
//! completion and every set of choices in full.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what went wrong by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use archlog::analyze::facts::StatedFact;
use archlog::change::{
    Base, Change, Choices, Goal, Label, Ledger, Limits, Search, Setting, Step, achieve, ask,
    ledger, parse_change, parse_goal_fact, what_if,
};
use archlog::diag::{Renderer, Sources};
use archlog::eval::StopReason;
use archlog::explain::tree::of_opened_proof;
use archlog::explain::{NodeKind, Origin, Why};
use archlog::kb::{Options, Rulebook};
use archlog::report::explanation::{self, Extent};
use archlog::report::{Look, Stamp};
use archlog::session::Session;
use archlog::value::{Constant, RelationId};

#[path = "../benches/common/reference.rs"]
#[allow(dead_code, reason = "benches use the rest")]
mod reference;

use reference::{Random, Shape, design};

fn rulebook() -> &'static Arc<Rulebook> {
    static RULEBOOK: OnceLock<Arc<Rulebook>> = OnceLock::new();
    RULEBOOK.get_or_init(|| {
        let loaded = Rulebook::load(&Options::default());
        Arc::new(loaded.unwrap_or_else(|unsound| panic!("{:?}", unsound.diagnostics)))
    })
}

fn facts(text: &str) -> Vec<StatedFact> {
    let mut session = Session::new(Arc::clone(rulebook()));
    session.state_text("test.dl", text.as_bytes().to_vec());
    assert!(session.diagnostics().is_empty(), "{:?}", session.diagnostics());
    session.designs()[0].facts.clone()
}

const MINIMAL: &str = include_str!("../designs/auction-minimal.dl");

fn goal(text: &str) -> Goal {
    let mut sources = Sources::new();
    let source = sources.add("<goal>", text);
    parse_goal_fact(rulebook(), source, text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn change(stated: &[StatedFact], text: &str) -> Result<Change, String> {
    let mut sources = Sources::new();
    let source = sources.add("<change>", text);
    parse_change(rulebook(), stated, source, text)
        .map_err(|problems| Renderer { colour: false }.render(&sources, &problems))
}

/// A design with a change, as facts.
fn changed(stated: &[StatedFact], change: &Change) -> Vec<StatedFact> {
    let same = |a: &StatedFact, b: &StatedFact| a.relation == b.relation && a.values == b.values;
    let kept = stated.iter().filter(|fact| !change.remove.iter().any(|gone| same(gone, fact)));
    kept.chain(&change.add).cloned().collect()
}

/// Everything that derives from a design, relation by relation, in a session of its own.
fn derived(stated: &[StatedFact], relation: RelationId) -> BTreeSet<Vec<String>> {
    let base = Base::new(rulebook(), stated, &Limits::default());
    let base = base.unwrap_or_else(|stopped| panic!("{stopped}"));
    rows(&base, relation)
}

fn rows(base: &Base<'_>, relation: RelationId) -> BTreeSet<Vec<String>> {
    let rows = base.database().relation(relation);
    let columns = &rulebook().program.relations[relation.index()].columns;
    (0..rows.len())
        .map(|row| {
            let words = rows.row(row).skip(1).zip(columns);
            words.map(|(word, c)| base.interner().constant(word, c.primitive).to_string()).collect()
        })
        .collect()
}

fn texts(values: &[Constant]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn holds(stated: &[StatedFact], goal: &Goal) -> bool {
    derived(stated, goal.relation).iter().any(|row| {
        row.iter().zip(&goal.values).all(|(text, value)| match value {
            Some(value) => *text == value.to_string(),
            None => true,
        })
    })
}

fn search(size: usize) -> Search<'static> {
    Search { size, answers: usize::MAX, limits: Limits::default(), progress: &|_, _, _| () }
}

#[test]
fn a_change_shows_in_what_derives_and_each_new_line_has_a_proof() {
    let stated = facts(MINIMAL);
    let change = change(&stated, r#"+judgement("place_bid", "one_writer_owns_scope", "Yes")"#);
    let change = change.unwrap_or_else(|text| panic!("{text}"));
    let sources = Sources::new();
    let found = what_if(rulebook(), &sources, &stated, &change, &Limits::default());
    let found = found.unwrap_or_else(|stopped| panic!("{stopped}"));
    let mechanism = found.difference.conclusions().find(|r| r.name == "base_mechanism");
    let mechanism = mechanism.unwrap_or_else(|| panic!("{:?}", found.difference));
    assert_eq!(texts(&mechanism.removed[0].values), ["place_bid", "CAS on (state, version)"]);
    assert_eq!(mechanism.added.len(), 1);
    assert!(found.difference.workings().count() > 0);
    let mut supposed = false;
    for relation in &found.difference.relations {
        for line in &relation.added {
            let mut why = Why::new(&found.variant);
            let proof = why.proof(relation.relation, line.row);
            assert!(!proof.nodes.is_empty(), "{line:?}");
            supposed |= proof
                .nodes
                .iter()
                .any(|node| matches!(&node.kind, NodeKind::Given { origin: Origin::Supposed, .. }));
        }
    }
    assert!(supposed, "the change is a leaf of what follows from it, and labelled so");
    let mut why = Why::new(&found.variant);
    let proof = why.proof(mechanism.relation, mechanism.added[0].row);
    let tree = of_opened_proof(&mut why, &proof, false);
    let (look, stamp) = (Look::default(), Stamp::default());
    let trees = std::slice::from_ref(&tree);
    for (medium, drawn) in [
        ("text", explanation::text(&tree, look, Extent::Full)),
        ("Markdown", explanation::markdown(&tree, Extent::Full)),
        ("JSON", explanation::json(trees, &stamp)),
        ("HTML", explanation::html(trees, &stamp)),
        ("Mermaid", explanation::mermaid(&tree, Extent::Full)),
        ("DOT", explanation::dot(&tree, Extent::Full)),
        ("SVG", explanation::svg(&tree, Extent::Full)),
    ] {
        assert!(drawn.contains("supposed"), "{medium}: {drawn}");
    }
}

#[test]
fn the_ledger_is_about_subjects_of_the_kind_of_each_relation() {
    let stated = facts(&format!(
        "{MINIMAL}\nneed(\"tell\", 9, \"system\", \"async deliver\", \"N1\", \"Tell everybody\").\n\
         on(\"tell\", \"Auction\").\n"
    ));
    let found =
        ledger(rulebook(), &stated, &Limits::default(), &|_| ()).unwrap_or_else(|e| panic!("{e}"));
    let mut about: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in &found.entries {
        let name = rulebook().program.relations[entry.relation.index()].name.clone();
        about.entry(name).or_default().insert(entry.values[0].to_string());
    }
    let texts = |all: &[&str]| all.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let objects = about.remove("primary").unwrap_or_default();
    assert!(objects.is_superset(&texts(&["Auction", "AuctionView"])), "{objects:?}");
    assert!(about.contains_key("required_companion"), "{about:?}");
    for (name, subjects) in about.iter().filter(|(name, _)| *name != "modeled_incorrectly") {
        // Whether they are paths or not.
        assert_eq!(*subjects, texts(&["place_bid", "view_highest_bid", "tell"]), "{name}");
    }
    let companions = found.entries.iter().filter(|entry| {
        rulebook().program.relations[entry.relation.index()].name == "required_companion"
    });
    let labelled = companions.filter(|entry| entry.label != Label::Open).count();
    assert!(labelled >= 3 * 9, "every companion of every requirement: {labelled}");
}

#[test]
fn the_difference_is_that_of_two_designs_derived_alone() {
    for seed in 1..6 {
        let stated = facts(&design(seed, &SMALL));
        let mut random = Random::new(seed * 77);
        let mut base =
            Base::new(rulebook(), &stated, &Limits::default()).unwrap_or_else(|e| panic!("{e}"));
        let choices = Choices::of(&mut base);
        let settings: Vec<Setting> = (0..4)
            .map(|_| {
                let choice = random.below(choices.choices.len());
                let value = random.below(choices.choices[choice].values.len());
                Setting { choice, value }
            })
            .collect();
        let change = choices.change(&base, &settings);
        let sources = Sources::new();
        let found = what_if(rulebook(), &sources, &stated, &change, &Limits::default())
            .unwrap_or_else(|e| panic!("{e}"));
        let after = Base::new(rulebook(), &changed(&stated, &change), &Limits::default())
            .unwrap_or_else(|e| panic!("{e}"));
        for index in 0..rulebook().program.relations.len() {
            let relation = RelationId::from(index);
            if !rulebook().worlds.dependent[index] || relation == rulebook().worlds.world {
                continue;
            }
            let (one, other) = (rows(&base, relation), rows(&after, relation));
            let said = found.difference.relations.iter().find(|r| r.relation == relation);
            let lines = |added: bool| -> BTreeSet<Vec<String>> {
                let lines = said.map(|r| if added { &r.added } else { &r.removed });
                lines.into_iter().flatten().map(|line| texts(&line.values)).collect()
            };
            assert_eq!(lines(true), other.difference(&one).cloned().collect(), "{seed} {index}");
            assert_eq!(lines(false), one.difference(&other).cloned().collect(), "{seed} {index}");
        }
    }
}

#[test]
fn a_wrong_change_is_reported_where_it_stands() {
    let stated = facts(MINIMAL);
    let wrong = |text: &str| change(&stated, text).err().unwrap_or_default();
    let shown = wrong(r#"+judgment("place_bid", "merge_law", "Yes") -context("Topology", "x")"#);
    assert!(shown.contains("did you mean `judgement`?"), "{shown}");
    assert!(shown.contains("<change>:1:2") && shown.contains("<change>:1:45"), "{shown}");
    assert!(shown.contains(r#"stated is `context("Topology", "single service distributed")`"#));
    assert!(wrong(r#"context("Topology", "x")"#).contains("AL0043"));
    assert!(wrong("+").contains("AL0043"));
    assert!(wrong("").contains("AL0043"));
    assert!(wrong("+judgement(\"a\"").contains("AL0001"));
    assert!(wrong("+base_mechanism(\"a\", \"lease\")").contains("base_mechanism"));
}

#[test]
fn a_goal_is_one_atom() {
    let wrong = |text: &str| {
        let mut sources = Sources::new();
        let source = sources.add("<goal>", text);
        let problems = parse_goal_fact(rulebook(), source, text).err().unwrap_or_default();
        Renderer { colour: false }.render(&sources, &problems)
    };
    assert!(wrong("base_mechanism(X, \"lease\"), path(X, _, _)").contains("AL0116"));
    assert!(wrong("base_mechanism(X, X)").contains("AL0116"));
    assert!(wrong("base_mechanism(\"a\")").contains("AL0108"));
    assert!(wrong("base_mechansm(\"a\", \"b\")").contains("base_mechanism"));
    assert_eq!(goal("base_mechanism(\"a\", _)?").values.len(), 2);
}

#[test]
fn what_holds_already_and_what_never_can_are_said_at_once() {
    let stated = facts(MINIMAL);
    let found = achieve(rulebook(), &stated, &goal("base_mechanism(\"place_bid\", _)"), &search(2))
        .unwrap_or_else(|e| panic!("{e}"));
    assert!(found.holds && found.plans.is_empty());
    let found =
        achieve(rulebook(), &stated, &goal("base_mechanism(\"nobody\", \"lease\")"), &search(2))
            .unwrap_or_else(|e| panic!("{e}"));
    assert!(!found.holds && found.impossible);
}

#[test]
fn a_search_that_is_interrupted_says_to_which_size_it_was_complete() {
    let stated = facts(MINIMAL);
    let interrupt = AtomicBool::new(false);
    let stop_later = |size: usize, _: usize, _: usize| {
        if size == 2 {
            interrupt.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let limits = Limits { interrupt: Some(&interrupt), ..Limits::default() };
    let search = Search { size: 3, answers: usize::MAX, limits, progress: &stop_later };
    let wanted = goal("base_mechanism(\"place_bid\", \"lease\")");
    let found = achieve(rulebook(), &stated, &wanted, &search).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(found.stopped, Some(StopReason::Interrupted));
    assert_eq!(found.complete_to, 1);
}

#[test]
fn a_ledger_tells_how_far_it_has_come() {
    let stated = facts(MINIMAL);
    let steps = std::sync::Mutex::new(Vec::new());
    let told = |step: Step| steps.lock().unwrap().push(step);
    let found =
        ledger(rulebook(), &stated, &Limits::default(), &told).unwrap_or_else(|e| panic!("{e}"));
    let steps = steps.into_inner().unwrap();
    assert_eq!(steps.first(), Some(&Step::Subjects(1)));
    for (at, scope) in found.scopes.iter().enumerate() {
        let step = Step::Scope { number: at + 1, of: found.scopes.len(), tried: scope.tried };
        assert!(steps.contains(&step), "{step:?}: {steps:?}");
    }
}

#[test]
fn a_limit_is_named_as_it_was_given() {
    let stated = facts(MINIMAL);
    let time = Duration::from_millis(1_500);
    let wanted = goal("base_mechanism(\"place_bid\", \"lease\")");
    let limits = Limits { deadline: Some((Instant::now(), time)), ..Limits::default() };
    let search = Search { limits, ..search(2) };
    let stopped = achieve(rulebook(), &stated, &wanted, &search).err();
    assert_eq!(stopped.map(|stopped| stopped.reason), Some(StopReason::Time(time)));
}

#[test]
fn a_wrong_design_has_a_ledger_that_says_what_it_could_not_enumerate() {
    let wrong = include_str!("../designs/wrong.dl");
    let mut session = Session::new(Arc::clone(rulebook()));
    session.state_text("wrong.dl", wrong.as_bytes().to_vec());
    let stated = session.designs()[0].facts.clone();
    let ledger =
        ledger(rulebook(), &stated, &Limits::default(), &|_| ()).unwrap_or_else(|e| panic!("{e}"));
    assert!(ledger.scopes.iter().any(|scope| !scope.complete));
    let tried: usize = ledger.scopes.iter().map(|scope| scope.tried).sum();
    assert!(tried < 40_000, "{tried}");
    assert!(ledger.entries.iter().any(|entry| entry.label == Label::Open));
}

#[test]
fn a_lease_takes_an_exclusive_holder_that_may_crash() {
    let stated = facts(MINIMAL);
    let wanted = goal("base_mechanism(\"place_bid\", \"lease\")");
    let found = achieve(rulebook(), &stated, &wanted, &search(2)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((found.complete_to, found.stopped), (2, None));
    assert!(!found.plans.is_empty());
    for plan in &found.plans {
        assert!(holds(&changed(&stated, &plan.change), &wanted), "{plan:?}");
        let fields: Vec<&str> =
            plan.settings.iter().map(|s| found.choice(*s).field.as_str()).collect();
        assert!(fields.contains(&"exclusive_holder"), "{fields:?}");
    }
    let ranks: Vec<_> =
        found.plans.iter().map(|p| (p.contradicted, p.added, p.collateral)).collect();
    assert!(ranks.is_sorted(), "{ranks:?}");
}

/// Small enough for brute force.
const SMALL: Shape = Shape { requirements: 3, objects: 2, answered: 70, context: 4 };

#[test]
fn achieve_finds_exactly_what_trying_everything_finds() {
    let Some(relation) = rulebook().relation("base_mechanism") else { panic!("no such relation") };
    let mut answers = 0;
    for (seed, mechanism) in
        [(1, "lease"), (2, "append log"), (3, "CAS on version"), (4, "single writer"), (5, "Saga")]
    {
        let stated = facts(&design(seed, &Shape { requirements: 2, objects: 1, ..SMALL }));
        let symbol = |text: &str| Some(Constant::Symbol(text.into()));
        let wanted = Goal { relation, values: vec![symbol("req1"), symbol(mechanism)] };
        let found =
            achieve(rulebook(), &stated, &wanted, &search(2)).unwrap_or_else(|e| panic!("{e}"));
        if found.holds {
            continue;
        }
        let minimal = minimal_pairs(&stated, &wanted);
        let said: BTreeSet<Vec<Setting>> =
            found.plans.iter().map(|plan| plan.settings.clone()).collect();
        assert_eq!(said, minimal, "{seed} {mechanism}");
        answers += said.len();
    }
    assert!(answers > 0, "no goal had an answer, so nothing was compared");
}

/// All minimal sets of one or two settings that make a goal true, by trying every one.
fn minimal_pairs(stated: &[StatedFact], wanted: &Goal) -> BTreeSet<Vec<Setting>> {
    let mut base =
        Base::new(rulebook(), stated, &Limits::default()).unwrap_or_else(|e| panic!("{e}"));
    let choices = Choices::of(&mut base);
    let settings: Vec<Setting> = (0..choices.choices.len())
        .flat_map(|choice| {
            let values = 0..choices.choices[choice].values.len();
            values.map(move |value| Setting { choice, value })
        })
        .filter(|&setting| !choices.is_set(&base, setting))
        .collect();
    let sets: Vec<Vec<Setting>> = settings
        .iter()
        .enumerate()
        .flat_map(|(at, one)| {
            let pairs = settings[at + 1..].iter().filter(|other| other.choice != one.choice);
            std::iter::once(vec![*one]).chain(pairs.map(|other| vec![*one, *other]))
        })
        .collect();
    let works = trying(&base, &choices, &sets, wanted);
    works
        .iter()
        .filter(|set| set.len() == 1 || !set.iter().any(|one| works.contains(&vec![*one])))
        .cloned()
        .collect()
}

#[test]
fn achieve_finds_exactly_what_trying_everything_finds_on_a_shipped_design() {
    let stated = facts(MINIMAL);
    let mut answers = 0;
    for text in [
        "base_mechanism(\"place_bid\", \"lease\")",
        "base_mechanism(\"place_bid\", \"CRDT\")",
        "write_shape(\"place_bid\", \"multi-service transaction\")",
        "required_companion(\"place_bid\", \"fencing token\")",
        "primary(\"Auction\", \"No\")",
    ] {
        let wanted = goal(text);
        let found =
            achieve(rulebook(), &stated, &wanted, &search(2)).unwrap_or_else(|e| panic!("{e}"));
        let said: BTreeSet<Vec<Setting>> =
            found.plans.iter().map(|plan| plan.settings.clone()).collect();
        assert!(!found.holds, "{text}");
        assert_eq!(said, minimal_pairs(&stated, &wanted), "{text}");
        answers += said.len();
    }
    assert!(answers > 0, "no goal had an answer, so nothing was compared");
}

/// The sets that make a goal true, each derived in full.
fn trying(
    base: &Base<'_>,
    choices: &Choices,
    sets: &[Vec<Setting>],
    wanted: &Goal,
) -> BTreeSet<Vec<Setting>> {
    let pattern: Vec<Option<String>> =
        wanted.values.iter().map(|value| value.as_ref().map(ToString::to_string)).collect();
    let found = base.derive(
        &archlog::change::Slice::whole(base),
        sets.len(),
        false,
        &Limits::default(),
        &|at| choices.edit(base, &sets[at]),
        &|database, interner, range| {
            let rows = database.relation(wanted.relation);
            let matches = (0..rows.len()).filter(|&row| {
                rows.row(row).skip(1).zip(&pattern).all(|(word, wanted)| {
                    wanted.as_ref().is_none_or(|wanted| interner.symbol(word) == wanted)
                })
            });
            matches.map(|row| range.start + rows.word(row, 0).0 as usize).collect::<Vec<_>>()
        },
        &|_| (),
    );
    let found = found.unwrap_or_else(|e| panic!("{e}"));
    found.into_iter().flatten().map(|at| sets[at].clone()).collect()
}

/// The conclusions of every completion, found by answering all open questions at once, in every
/// way, again and again until none is open.
fn completions(
    base: &Base<'_>,
    choices: &Choices,
    relations: &[RelationId],
) -> Vec<BTreeSet<Vec<String>>> {
    let mut frontier: Vec<Vec<Setting>> = vec![Vec::new()];
    let mut conclusions = Vec::new();
    let rows: Vec<Vec<Option<u32>>> = (0..choices.choices.len())
        .map(|choice| match choices.open_row(base, choice) {
            Some((_, row)) => row.into_iter().map(|word| Some(word.0)).collect(),
            None => Vec::new(),
        })
        .collect();
    let [open] = choices.open[..] else { panic!("no relation of open choices") };
    while !frontier.is_empty() {
        let worlds = base.derive(
            &archlog::change::Slice::whole(base),
            frontier.len(),
            false,
            &Limits::default(),
            &|at| choices.edit(base, &frontier[at]),
            &|database, interner, range| {
                let mut found =
                    vec![(BTreeSet::<Vec<String>>::new(), Vec::<usize>::new()); range.len()];
                for &relation in relations {
                    let declared = &rulebook().program.relations[relation.index()];
                    let rows = database.relation(relation);
                    for row in 0..rows.len() {
                        let values = rows.row(row).skip(1).zip(&declared.columns);
                        let mut texts = vec![declared.name.clone()];
                        texts.extend(
                            values.map(|(w, c)| interner.constant(w, c.primitive).to_string()),
                        );
                        found[rows.word(row, 0).0 as usize].0.insert(texts);
                    }
                }
                let opened = database.relation(open);
                for row in 0..opened.len() {
                    let tuple: Vec<Option<u32>> =
                        opened.row(row).skip(1).map(|word| Some(word.0)).collect();
                    if let Some(choice) = rows.iter().position(|other| *other == tuple) {
                        found[opened.word(row, 0).0 as usize].1.push(choice);
                    }
                }
                found
            },
            &|_| (),
        );
        let worlds = worlds.unwrap_or_else(|e| panic!("{e}"));
        let mut next = Vec::new();
        for (settings, (found, mut opened)) in frontier.iter().zip(worlds.into_iter().flatten()) {
            opened.retain(|choice| settings.iter().all(|setting| setting.choice != *choice));
            if opened.is_empty() {
                conclusions.push(found);
                continue;
            }
            let mut grown = vec![settings.clone()];
            for choice in opened {
                grown = grown
                    .iter()
                    .flat_map(|settings| {
                        let values = 0..choices.choices[choice].values.len();
                        values.map(move |value| {
                            let mut more = settings.clone();
                            more.push(Setting { choice, value });
                            more
                        })
                    })
                    .collect();
            }
            next.append(&mut grown);
        }
        assert!(next.len() < 20_000, "too many completions to try: {}", next.len());
        frontier = next;
    }
    conclusions
}

fn label(
    ledger: &Ledger,
    completions: &[BTreeSet<Vec<String>>],
) -> BTreeMap<Vec<String>, (Label, Label)> {
    let named = |relation: RelationId| rulebook().program.relations[relation.index()].name.clone();
    ledger
        .entries
        .iter()
        .map(|entry| {
            let mut fact = vec![named(entry.relation)];
            fact.extend(texts(&entry.values));
            let count = completions.iter().filter(|found| found.contains(&fact)).count();
            let truth = match count {
                0 => Label::Excluded,
                count if count == completions.len() => Label::Certain,
                _ => Label::Contingent,
            };
            (fact, (entry.label, truth))
        })
        .collect()
}

#[test]
fn every_label_equals_brute_force_over_all_completions() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let shapes = [
        (SMALL, 1..7u64),
        (Shape { requirements: 2, objects: 1, answered: 80, context: 3 }, 10..14),
        (Shape { requirements: 3, objects: 2, answered: 85, context: 0 }, 20..24),
    ];
    for (shape, seeds) in shapes {
        for seed in seeds {
            let stated = facts(&design(seed, &shape));
            let mut base = Base::new(rulebook(), &stated, &Limits::default())
                .unwrap_or_else(|e| panic!("{e}"));
            let choices = Choices::of(&mut base);
            // Actors and the like touch no conclusion; brute force need not go through them.
            let open: usize = choices
                .open_choices()
                .iter()
                .map(|&at| choices.choices[at].values.len())
                .fold(1, usize::saturating_mul);
            if open > 4_000 {
                continue;
            }
            let ledger = ledger(rulebook(), &stated, &Limits::default(), &|_| ())
                .unwrap_or_else(|e| panic!("{e}"));
            let relations: Vec<RelationId> = (0..rulebook().program.relations.len())
                .map(RelationId::from)
                .filter(|id| {
                    rulebook().program.relations[id.index()].doc.tag("conclusion").is_some()
                })
                .collect();
            let all = completions(&base, &choices, &relations);
            let labels = label(&ledger, &all);
            for (fact, (said, truth)) in &labels {
                assert_eq!(said, truth, "design {seed}: {fact:?} of {} completions", all.len());
                *seen.entry(format!("{said:?}")).or_default() += 1;
            }
            for fact in all.iter().flatten() {
                assert!(labels.contains_key(fact), "design {seed}: {fact:?} is not in the ledger");
            }
            rests_on_agrees(&stated, &ledger);
        }
    }
    for label in ["Certain", "Contingent", "Excluded"] {
        assert!(seen.get(label).is_some_and(|count| *count > 5), "{seen:?}");
    }
}

/// Answering all questions that a contingent conclusion rests on settles it.
fn rests_on_agrees(stated: &[StatedFact], before: &Ledger) {
    let contingent = before.entries.iter().find(|entry| entry.label == Label::Contingent);
    let Some(entry) = contingent else { return };
    assert!(!entry.rests_on.is_empty());
    let mut base =
        Base::new(rulebook(), stated, &Limits::default()).unwrap_or_else(|e| panic!("{e}"));
    let choices = Choices::of(&mut base);
    let settings: Vec<Setting> =
        entry.rests_on.iter().map(|&choice| Setting { choice, value: 0 }).collect();
    let settled = changed(stated, &choices.change(&base, &settings));
    let after =
        ledger(rulebook(), &settled, &Limits::default(), &|_| ()).unwrap_or_else(|e| panic!("{e}"));
    let now = after
        .entries
        .iter()
        .find(|other| other.relation == entry.relation && other.values == entry.values);
    assert!(now.is_none_or(|now| now.label != Label::Contingent), "{entry:?} {now:?}");
}

#[test]
fn what_ask_says_an_answer_settles_it_settles() {
    let stated = facts(MINIMAL);
    let (questions, before) =
        ask(rulebook(), &stated, &Limits::default(), &|_| ()).unwrap_or_else(|e| panic!("{e}"));
    assert!(!questions.is_empty());
    let waiting = |choice: usize| {
        let open = before.entries.iter().filter(|entry| entry.label == Label::Contingent);
        open.filter(|entry| entry.rests_on.contains(&choice)).count()
    };
    let order: Vec<(usize, i64)> =
        questions.iter().map(|q| (q.waiting, -before.choices.choices[q.choice].place)).collect();
    assert!(order.is_sorted_by(|a, b| a >= b), "{order:?}");
    assert!(questions.iter().all(|q| q.waiting == waiting(q.choice)));
    let mut base =
        Base::new(rulebook(), &stated, &Limits::default()).unwrap_or_else(|e| panic!("{e}"));
    let choices = Choices::of(&mut base);
    for question in questions.iter().take(3) {
        for answer in &question.answers {
            let setting = Setting { choice: question.choice, value: answer.value };
            let answered = changed(&stated, &choices.change(&base, &[setting]));
            let after = ledger(rulebook(), &answered, &Limits::default(), &|_| ())
                .unwrap_or_else(|e| panic!("{e}"));
            let label = |relation: RelationId, values: &[Constant]| {
                let found = after
                    .entries
                    .iter()
                    .find(|entry| entry.relation == relation && entry.values == values);
                found.map_or(Label::Excluded, |entry| entry.label)
            };
            for (relation, values) in &answer.certain {
                assert_eq!(label(*relation, values), Label::Certain, "{values:?}");
            }
            for (relation, values) in &answer.excluded {
                assert_eq!(label(*relation, values), Label::Excluded, "{values:?}");
            }
            for (relation, values) in &answer.added {
                assert!(derived(&answered, *relation).contains(&texts(values)));
                assert!(!derived(&stated, *relation).contains(&texts(values)));
            }
        }
    }
    assert!(before.entries.iter().any(|entry| entry.label == Label::Contingent));
}

#[test]
fn answers_do_not_depend_on_the_number_of_threads() {
    let stated = facts(&design(3, &SMALL));
    let two = Limits { threads: 2, ..Limits::default() };
    let run = |limits: &Limits<'_>| {
        let (questions, ledger) =
            ask(rulebook(), &stated, limits, &|_| ()).unwrap_or_else(|e| panic!("{e}"));
        let wanted = goal("base_mechanism(\"req1\", \"lease\")");
        let search = Search { limits: *limits, ..search(2) };
        let found =
            achieve(rulebook(), &stated, &wanted, &search).unwrap_or_else(|e| panic!("{e}"));
        (questions, ledger.entries, ledger.scopes, found.plans, found.tried)
    };
    assert_eq!(run(&Limits::default()), run(&two));
}
