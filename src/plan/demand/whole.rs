//! Which relations have to be derived whole, and of which it is worth asking for a part.

use crate::analyze::program::{Literal, Program, positive_atoms};
use crate::syntax::operators::DirectiveKind;
use crate::value::RelationId;

use super::Asked;

/// Why it is worth asking for a part of a relation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Worth {
    /// It depends on itself.
    Recursive,
    /// A rule of it has several atoms.
    Joins,
    /// It rests on such a relation.
    RestsOn(RelationId),
}

/// What is known of a program's relations beforehand.
pub(super) struct Cone<'a> {
    program: &'a Program,
    rules_of: Vec<Vec<usize>>,
    worth: Vec<Option<Worth>>,
    /// Relations that are derived whole, and all that they rest on as well.
    closed: Vec<bool>,
    whole: Vec<Option<String>>,
}

impl<'a> Cone<'a> {
    pub(super) fn new(program: &'a Program, roots: &[RelationId], asked: Asked) -> Self {
        let count = program.relations.len();
        let mut rules_of = vec![Vec::new(); count];
        for (at, rule) in program.rules.iter().enumerate() {
            rules_of[rule.head.relation.index()].push(at);
        }
        let (closed, whole) = (vec![false; count], vec![None; count]);
        let mut cone = Cone { program, rules_of, worth: vec![None; count], closed, whole };
        cone.find_worth();
        cone.close(roots);
        let wishes = &program.wishes;
        for index in 0..count {
            let relation = RelationId::from(index);
            let named = wishes.all || wishes.only.contains(&relation);
            if wishes.none || wishes.never.contains(&relation) {
                cone.make_whole(relation, "the program wants it so");
            } else if asked == Asked::AsWished && !named {
                cone.make_whole(relation, "the program does not name it");
            } else if cone.worth[index].is_none() {
                cone.make_whole(relation, "it neither joins nor repeats");
            }
        }
        for relation in roots {
            cone.make_whole(*relation, "all of it is wanted");
        }
        cone
    }

    /// The rules that conclude a relation.
    pub(super) fn rules_of(&self, relation: RelationId) -> &[usize] {
        self.rules_of.get(relation.index()).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing that the relation rests on may be derived in part.
    pub(super) fn is_closed(&self, relation: RelationId) -> bool {
        self.closed[relation.index()]
    }

    /// Whether the relation is derived whole.
    pub(super) fn is_whole(&self, relation: RelationId) -> bool {
        self.whole[relation.index()].is_some()
    }

    /// Has a relation derived whole; a reason that was given before stays.
    pub(super) fn make_whole(&mut self, relation: RelationId, reason: &str) {
        self.whole[relation.index()].get_or_insert_with(|| reason.to_owned());
    }

    /// Why a relation is derived whole.
    pub(super) fn reason(&self, relation: RelationId) -> &str {
        self.whole[relation.index()].as_deref().unwrap_or_default()
    }

    /// Why it is worth asking for a part of a relation, if it is.
    pub(super) fn worth(&self, relation: RelationId) -> Option<Worth> {
        self.worth[relation.index()]
    }

    fn find_worth(&mut self) {
        for stratum in &self.program.strata {
            for relation in &stratum.relations {
                let rules = &self.rules_of[relation.index()];
                let bodies = rules.iter().map(|rule| self.program.rules[*rule].body.as_slice());
                let mut atoms = bodies.clone().flat_map(positive_atoms);
                let worthy = atoms.find(|atom| self.worth[atom.relation.index()].is_some());
                self.worth[relation.index()] = if stratum.recursive {
                    Some(Worth::Recursive)
                } else if bodies.clone().any(|body| positive_atoms(body).count() > 1) {
                    Some(Worth::Joins)
                } else {
                    worthy.map(|atom| Worth::RestsOn(atom.relation))
                };
            }
        }
    }

    /// Finds what has to be whole among what the roots reach.
    fn close(&mut self, roots: &[RelationId]) {
        let program = self.program;
        let mut reached = vec![false; program.relations.len()];
        let mut queue = roots.to_vec();
        let mut closed: Vec<RelationId> = Vec::new();
        while let Some(relation) = queue.pop() {
            if std::mem::replace(&mut reached[relation.index()], true) {
                continue;
            }
            let declared = &program.relations[relation.index()];
            let loses = program.subsumptions.iter().any(|it| it.head.relation == relation);
            let limited = program.directives.iter().any(|directive| {
                directive.kind == DirectiveKind::LimitSize && directive.relation == relation
            });
            if loses || limited || !declared.choices.is_empty() {
                self.make_whole(relation, "what is in it depends on the order of deriving");
                closed.push(relation);
            }
            for body in self.bodies(relation) {
                queue.extend(positive_atoms(body).map(|atom| atom.relation));
                let whole = needed_whole(body);
                for relation in &whole {
                    self.make_whole(*relation, "a negation or an aggregate reads it");
                }
                queue.extend(whole.iter().copied());
                closed.extend(whole);
            }
        }
        while let Some(relation) = closed.pop() {
            if std::mem::replace(&mut self.closed[relation.index()], true) {
                continue;
            }
            let reason = format!("{} needs all of it", program.relations[relation.index()].name);
            for body in self.bodies(relation) {
                let below: Vec<RelationId> = positive_atoms(body)
                    .map(|atom| atom.relation)
                    .chain(needed_whole(body))
                    .collect();
                for below in below {
                    self.make_whole(below, &reason);
                    closed.push(below);
                }
            }
        }
    }

    /// The bodies from which a relation is concluded or loses tuples.
    pub(super) fn bodies(&self, relation: RelationId) -> Vec<&'a [Literal]> {
        let program = self.program;
        let rules = self.rules_of[relation.index()].iter().map(|rule| &program.rules[*rule]);
        let loses = program.subsumptions.iter().filter(|it| it.head.relation == relation);
        rules.chain(loses).map(|rule| rule.body.as_slice()).collect()
    }
}

/// The relations that a body needs whole: those under negations and aggregates.
pub(super) fn needed_whole(body: &[Literal]) -> Vec<RelationId> {
    let mut found = Vec::new();
    for literal in body {
        match literal {
            Literal::Negative(atom) => found.push(atom.relation),
            Literal::Aggregate(aggregate) => {
                found.extend(positive_atoms(&aggregate.body).map(|atom| atom.relation));
                found.extend(needed_whole(&aggregate.body));
            }
            _ => {}
        }
    }
    found
}
