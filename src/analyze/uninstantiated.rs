//! What would be wrong with components that have no instance. Souffle does not look into them.
//!
//! Each is put in place once, beside the program, and what is an error then is a warning. Parameters
//! stand for texts there; of what depends on the type that they stand for nothing is said.

use rustc_hash::FxHashSet;

use crate::diag::{Diagnostic, Severity, Span};
use crate::syntax::tree::{Component, ComponentType, Instance, Item, Name, Tree};
use crate::value::Primitive;

use super::error;

/// What the trial instance is called: no text can name it.
const TRIAL: &str = "@";

/// Components beyond so many are not looked into, since each is a program of its own.
const MOST: usize = 50;

/// Codes of problems with types begin so.
const OF_TYPES: &str = "AL02";

/// Warnings about the components of a program without errors that has no instances of them.
pub(super) fn check(
    trees: &[Tree],
    analyze: impl Fn(&[Tree]) -> Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut named = FxHashSet::default();
    trees.iter().for_each(|tree| uses(&tree.items, &mut named));
    let alone = trees.iter().flat_map(|tree| &tree.items).filter_map(|item| match item {
        Item::Component(component) if !named.contains(&*component.head.name.text) => {
            Some(component)
        }
        _ => None,
    });
    let span = Span::default();
    // A parameter that is to be a component, which nothing can stand for.
    let unknown = error::unknown_component(span, "", []).code;
    let mixed = error::mixed_union(span, "", Primitive::Symbol, Primitive::Number).code;
    let mut found = Vec::new();
    for component in alone.take(MOST) {
        let mut trees = trees.to_vec();
        trees.push(Tree { items: vec![Item::Instance(trial(component))] });
        let problems = analyze(&trees);
        let parameters = !component.head.arguments.is_empty();
        let instances = match problems.iter().any(|it| it.code == unknown) {
            true => of_parameters(component),
            false => Some(Vec::new()),
        };
        let Some(instances) = instances else { continue };
        let told = problems.into_iter().filter(|it| {
            let of_any_type = !parameters || !it.code.starts_with(OF_TYPES) && it.code != mixed;
            let of_instance = it.code == unknown;
            let mut words = name_in(it).split('.').rev().skip(1);
            let inside = words.any(|word| instances.contains(&word));
            it.severity == Severity::Error && of_any_type && !of_instance && !inside
        });
        let name = &component.head.name.text;
        found.extend(told.map(|it| error::in_no_instance(name, without_trial(it))));
    }
    found
}

/// The name that a problem speaks of.
fn name_in(problem: &Diagnostic) -> &str {
    problem.message.split('`').nth(1).unwrap_or_default()
}

/// The names of the instances in a component that are of a parameter of it; nothing where a parameter is
/// inherited from, or handed on, so that it cannot be told what is in it.
fn of_parameters(component: &Component) -> Option<Vec<&str>> {
    let is_parameter = |it: &Name| component.head.arguments.iter().any(|own| own.text == it.text);
    let hands_on = |it: &ComponentType| it.arguments.iter().any(is_parameter);
    if component.bases.iter().any(|base| is_parameter(&base.name) || hands_on(base)) {
        return None;
    }
    let mut names = Vec::new();
    for item in &component.items {
        match item {
            Item::Instance(instance) if hands_on(&instance.of) => return None,
            Item::Instance(instance) if is_parameter(&instance.of.name) => {
                names.push(instance.name.text.as_str());
            }
            _ => {}
        }
    }
    Some(names)
}

fn trial(component: &Component) -> Instance {
    let span = component.head.span;
    let name = Name { text: TRIAL.to_owned(), span };
    let symbol = |it: &Name| Name { text: "symbol".to_owned(), span: it.span };
    let arguments = component.head.arguments.iter().map(symbol).collect();
    Instance { name, of: ComponentType { arguments, ..component.head.clone() }, span }
}

/// All names that stand where a component may be named.
fn uses<'a>(items: &'a [Item], named: &mut FxHashSet<&'a str>) {
    let mut of = |it: &'a ComponentType| {
        named.insert(&it.name.text);
        named.extend(it.arguments.iter().map(|it| it.text.as_str()));
    };
    let mut inner = Vec::new();
    for item in items {
        match item {
            Item::Instance(instance) => of(&instance.of),
            Item::Component(component) => {
                component.bases.iter().for_each(&mut of);
                inner.push(&component.items);
            }
            _ => {}
        }
    }
    inner.into_iter().for_each(|items| uses(items, named));
}

/// A problem that does not speak of the trial.
fn without_trial(mut problem: Diagnostic) -> Diagnostic {
    let prefix = format!("{TRIAL}.");
    let texts = problem.labels.iter_mut().map(|it| &mut it.text);
    for text in texts.chain(&mut problem.help).chain([&mut problem.message]) {
        *text = text.replace(&prefix, "");
    }
    problem
}
