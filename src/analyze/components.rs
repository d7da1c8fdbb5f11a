//! Components put in place: what stands in a component is copied once an instance, and what it
//! declares gets the instance's name before its own.
//!
//! All happens on trees, before a name is looked up. Places stay those of the component's text, so
//! a problem is shown where it is written, whatever instance has it. A name means what is declared
//! in the instance, else what is declared around the instance, else what is declared outside.

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::diag::{Diagnostic, Span};
use crate::syntax::names::{Use, names};
use crate::syntax::tree::{Component, ComponentType, Instance, Item, Name, Tree, TypeBody};

use super::error;

/// Instances in instances deeper than this are taken to go on without end.
const MOST_DEPTH: usize = 64;

/// So many items at most all instances together are.
const MOST_ITEMS: usize = 100_000;

/// Whether there is anything to put in place.
pub fn has_components(trees: &[Tree]) -> bool {
    trees
        .iter()
        .flat_map(|tree| &tree.items)
        .any(|item| matches!(item, Item::Component(_) | Item::Instance(_) | Item::Override { .. }))
}

/// The trees without components: each instance is the items it stands for.
pub fn expand(trees: &[Tree], diagnostics: &mut Vec<Diagnostic>) -> Vec<Tree> {
    let mut known = Known::default();
    for tree in trees {
        known.add(&tree.items, None, diagnostics);
    }
    clashes(trees, diagnostics);
    known.check(diagnostics);
    for instance in instances(trees.iter().flat_map(|tree| &tree.items)) {
        known.reference(&instance.of, None, &[], diagnostics);
    }
    let mut named = FxHashSet::default();
    let mut expansion = Expansion { known: &known, left: MOST_ITEMS, endless: false, diagnostics };
    let expanded = |tree: &Tree| {
        let mut items = Vec::with_capacity(tree.items.len());
        for item in &tree.items {
            match item {
                Item::Component(_) | Item::Override { .. } => {}
                // One of a name that another has is reported as such.
                Item::Instance(instance) if !named.insert(instance.name.text.clone()) => {}
                Item::Instance(instance) => {
                    expansion.endless = false;
                    items.extend(expansion.instance(instance, None, &Binding::default(), 0));
                }
                item => items.push(item.clone()),
            }
        }
        Tree { items }
    };
    trees.iter().map(expanded).collect()
}

fn instances<'a>(items: impl Iterator<Item = &'a Item>) -> impl Iterator<Item = &'a Instance> {
    items.filter_map(|item| match item {
        Item::Instance(instance) => Some(instance),
        _ => None,
    })
}

/// Reports names of components and instances that something else has.
fn clashes(trees: &[Tree], diagnostics: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<&str, Span> = FxHashMap::default();
    let items = || trees.iter().flat_map(|tree| &tree.items);
    for item in items() {
        match item {
            Item::Declaration(it) => {
                first.extend(it.names.iter().map(|name| (name.text.as_str(), name.span)));
            }
            Item::Type(it) => drop(first.insert(&it.name.text, it.name.span)),
            _ => {}
        }
    }
    let mut components: FxHashSet<&str> = FxHashSet::default();
    for item in items() {
        let name = match item {
            Item::Component(component) => &component.head.name,
            Item::Instance(instance) => &instance.name,
            _ => continue,
        };
        let is_new = match item {
            Item::Component(_) => components.insert(&*name.text),
            _ => true,
        };
        match first.entry(&name.text) {
            Entry::Vacant(free) => drop(free.insert(name.span)),
            // Two components of one name are reported with the components.
            Entry::Occupied(_) if !is_new => {}
            Entry::Occupied(first) => {
                diagnostics.push(error::declared_twice(name.span, &name.text, *first.get()));
            }
        }
    }
}

/// A component and the one that it stands in.
struct Place<'a> {
    component: &'a Component,
    around: Option<usize>,
}

/// All components of a program.
#[derive(Default)]
struct Known<'a> {
    places: Vec<Place<'a>>,
    by_name: FxHashMap<(Option<usize>, &'a str), usize>,
}

impl<'a> Known<'a> {
    fn add(&mut self, items: &'a [Item], around: Option<usize>, diagnostics: &mut Vec<Diagnostic>) {
        for item in items {
            let Item::Component(component) = item else { continue };
            let name = &component.head.name;
            let index = self.places.len();
            match self.by_name.entry((around, &name.text)) {
                Entry::Occupied(first) => {
                    let first = self.places[*first.get()].component.head.name.span;
                    diagnostics.push(error::declared_twice(name.span, &name.text, first));
                }
                Entry::Vacant(free) => {
                    free.insert(index);
                    self.places.push(Place { component, around });
                    self.add(&component.items, Some(index), diagnostics);
                }
            }
        }
    }

    /// The component of a name as seen from inside of another: its own components, those it
    /// inherits, then those around it.
    fn find(&self, from: Option<usize>, name: &str) -> Option<usize> {
        self.search(from, name, 0)
    }

    fn search(&self, mut from: Option<usize>, name: &str, depth: usize) -> Option<usize> {
        loop {
            if let Some(found) = self.by_name.get(&(from, name)) {
                return Some(*found);
            }
            let here = &self.places[from?];
            for base in here.component.bases.iter().filter(|_| depth < MOST_DEPTH) {
                let inherits = self.search(here.around, &base.name.text, depth + 1);
                let inherited = inherits.and_then(|base| self.by_name.get(&(Some(base), name)));
                if let Some(found) = inherited {
                    return Some(*found);
                }
            }
            from = here.around;
        }
    }

    /// Reports a component that is not there and one with other parameters.
    fn reference(
        &self,
        of: &ComponentType,
        from: Option<usize>,
        parameters: &[&str],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        if parameters.contains(&of.name.text.as_str()) {
            return;
        }
        match self.find(from, &of.name.text) {
            None => diagnostics.push(self.unknown(&of.name)),
            Some(found) => {
                let head = &self.places[found].component.head;
                if head.arguments.len() != of.arguments.len() {
                    diagnostics.push(error::wrong_parameters(of, head));
                }
            }
        }
    }

    fn unknown(&self, name: &Name) -> Diagnostic {
        let known = self.places.iter().map(|place| place.component.head.name.text.as_str());
        error::unknown_component(name.span, &name.text, known)
    }

    /// The parameters that can be seen in a component.
    fn parameters(&self, place: usize) -> Vec<&'a str> {
        let mut seen = Vec::new();
        let mut at = Some(place);
        while let Some(here) = at.map(|at| &self.places[at]) {
            seen.extend(here.component.head.arguments.iter().map(|name| name.text.as_str()));
            at = here.around;
        }
        seen
    }

    /// All that a component inherits from, as far as that does not depend on its parameters.
    fn ancestors(&self, place: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open = vec![place];
        while let Some(at) = open.pop() {
            let here = &self.places[at];
            for base in &here.component.bases {
                if let Some(base) = self.find(here.around, &base.name.text)
                    && !found.contains(&base)
                {
                    found.push(base);
                    open.push(base);
                }
            }
        }
        found
    }

    /// Reports what is wrong with components, whether or not there are instances of them.
    fn check(&self, diagnostics: &mut Vec<Diagnostic>) {
        for (index, Place { component, around }) in self.places.iter().enumerate() {
            let parameters = self.parameters(index);
            for base in &component.bases {
                self.reference(base, *around, &parameters, diagnostics);
            }
            for instance in instances(component.items.iter()) {
                self.reference(&instance.of, Some(index), &parameters, diagnostics);
            }
            let ancestors = self.ancestors(index);
            if ancestors.contains(&index) {
                let name = &component.head.name;
                diagnostics.push(error::component_of_itself(name.span, &name.text));
            }
            let bases = &component.bases;
            let open = bases.iter().any(|it| parameters.contains(&it.name.text.as_str()));
            self.overrides(component, &ancestors, open, diagnostics);
        }
    }

    /// Reports what a component overrides and may not; `open` where a parameter says from what it
    /// inherits, so that not all is known.
    fn overrides(
        &self,
        component: &Component,
        ancestors: &[usize],
        open: bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let declarations = |component: &'a Component| {
            component.items.iter().filter_map(|item| match item {
                Item::Declaration(declaration) => Some(declaration),
                _ => None,
            })
        };
        let inherited: Vec<_> = ancestors
            .iter()
            .filter(|it| !std::ptr::eq(self.places[**it].component, component))
            .flat_map(|it| declarations(self.places[*it].component))
            .collect();
        for item in &component.items {
            let Item::Override { relation, .. } = item else { continue };
            let mut found = inherited.iter().filter_map(|declaration| {
                let name = declaration.names.iter().find(|name| name.text == relation.text)?;
                let may = declaration.qualifiers.iter().any(|it| it.text == "overridable");
                Some((name.span, may))
            });
            match found.next() {
                Some((_, true)) => {}
                Some((span, false)) => {
                    diagnostics.push(error::not_overridable(relation, span));
                }
                None if open => {}
                None => {
                    let names = inherited.iter().flat_map(|it| &it.names);
                    let names = names.map(|name| name.text.as_str());
                    diagnostics.push(error::not_inherited(relation, names));
                }
            }
        }
    }
}

/// What the parameters of a component stand for, each with the component that says so.
type Binding = FxHashMap<String, (Name, Option<usize>)>;

struct Expansion<'a, 'd> {
    known: &'a Known<'a>,
    left: usize,
    /// Whether the instance that is put in place goes on without end.
    endless: bool,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Expansion<'_, '_> {
    /// The component of a name that may be a parameter.
    fn resolve(&mut self, name: &Name, from: Option<usize>, binding: &Binding) -> Option<usize> {
        let Some((bound, scope)) = binding.get(&name.text) else {
            return self.known.find(from, &name.text);
        };
        let found = self.known.find(*scope, &bound.text);
        if found.is_none() {
            self.diagnostics.push(self.known.unknown(bound));
        }
        found
    }

    /// What the parameters of a component stand for where it is named like this.
    fn bind(
        &self,
        to: usize,
        of: &ComponentType,
        from: Option<usize>,
        binding: &Binding,
    ) -> Binding {
        let formal = &self.known.places[to].component.head.arguments;
        let mut extended = binding.clone();
        for (formal, actual) in formal.iter().zip(&of.arguments) {
            let bound = binding.get(&actual.text).cloned().unwrap_or((actual.clone(), from));
            extended.insert(formal.text.clone(), bound);
        }
        extended
    }

    fn instance(
        &mut self,
        instance: &Instance,
        from: Option<usize>,
        binding: &Binding,
        depth: usize,
    ) -> Vec<Item> {
        if self.endless {
            return Vec::new();
        }
        if depth > MOST_DEPTH || self.left == 0 {
            // Each of several instances in itself would go down as far, and in each of these again.
            self.endless = true;
            self.diagnostics.push(error::instances_without_end(instance.span));
            return Vec::new();
        }
        let Some(place) = self.resolve(&instance.of.name, from, binding) else {
            return Vec::new();
        };
        let head = &self.known.places[place].component.head;
        if head.arguments.len() != instance.of.arguments.len() {
            self.diagnostics.push(error::wrong_parameters(&instance.of, head));
            return Vec::new();
        }
        if self.known.ancestors(place).contains(&place) {
            return Vec::new();
        }
        let bound = self.bind(place, &instance.of, from, binding);
        let mut items = Vec::new();
        self.content(place, &bound, &FxHashSet::default(), depth, &mut items);
        // What the outermost instance declares itself is kept, so that nothing else is said of it.
        if self.endless && depth > 0 {
            return Vec::new();
        }
        let mut declared: FxHashSet<(Use, String)> = FxHashSet::default();
        for item in &items {
            match item {
                Item::Declaration(it) => {
                    declared.extend(it.names.iter().map(|name| (Use::Relation, name.text.clone())));
                }
                Item::Type(it) => {
                    declared.insert((Use::Type, it.name.text.clone()));
                    if let TypeBody::Sum(branches) = &it.body {
                        let names = branches.iter().map(|(name, _)| name.text.clone());
                        declared.extend(names.map(|name| (Use::Branch, name)));
                    }
                }
                _ => {}
            }
        }
        for item in &mut items {
            names(item, &mut |used, name| {
                if declared.contains(&(used, name.text.clone())) {
                    name.text = format!("{}.{}", instance.name.text, name.text);
                }
            });
        }
        items
    }

    /// The items of a component and of what it inherits from, without the rules that are
    /// overridden further down.
    fn content(
        &mut self,
        place: usize,
        binding: &Binding,
        overridden: &FxHashSet<&str>,
        depth: usize,
        items: &mut Vec<Item>,
    ) {
        let Place { component, around } = &self.known.places[place];
        self.left = self.left.saturating_sub(1);
        if depth > MOST_DEPTH || self.left == 0 || self.endless {
            return;
        }
        let mut further = overridden.clone();
        for item in &component.items {
            if let Item::Override { relation, .. } = item {
                further.insert(&relation.text);
            }
        }
        for base in &component.bases {
            let Some(found) = self.resolve(&base.name, *around, binding) else { continue };
            let bound = self.bind(found, base, *around, binding);
            self.content(found, &bound, &further, depth + 1, items);
        }
        for item in &component.items {
            match item {
                Item::Component(_) | Item::Override { .. } => {}
                Item::Instance(instance) => {
                    items.extend(self.instance(instance, Some(place), binding, depth + 1));
                }
                item => {
                    let mut item = item.clone();
                    if let Item::Clause(clause) = &mut item {
                        clause.heads.retain(|head| !overridden.contains(head.name.text.as_str()));
                        if clause.heads.is_empty() {
                            continue;
                        }
                    }
                    names(&mut item, &mut |used, name| {
                        if let (Use::Type, Some((bound, _))) = (used, binding.get(&name.text)) {
                            name.text.clone_from(&bound.text);
                        }
                    });
                    self.left = self.left.saturating_sub(1);
                    items.push(item);
                }
            }
        }
    }
}
