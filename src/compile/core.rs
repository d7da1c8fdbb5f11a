//! The part of a program that some relations depend on.

use crate::analyze::program::{Literal, Program, Relation};
use crate::analyze::worlds::{self, WORLD};
use crate::syntax::operators::DirectiveKind;
use crate::value::{RelationId, RuleId};

/// A part of a program, cut off at relations that are given.
#[derive(Clone, Debug)]
pub struct Core {
    /// The program of that part. All relations keep their ids; those that are no part of it are
    /// declared and have no rules.
    pub program: Program,
    /// For each relation, whether it is a part.
    pub holds: Vec<bool>,
    /// The relations that come from outside: given ones, and those that only files and facts fill.
    pub inputs: Vec<RelationId>,
    /// The relations wanted.
    pub wanted: Vec<RelationId>,
    /// For each relation, whether its first column names the world of a tuple.
    pub in_worlds: Vec<bool>,
}

impl Core {
    /// Cuts out what the wanted relations depend on. The rules and facts of given relations are
    /// left out: their tuples come from outside.
    pub fn of(program: &Program, given: &[RelationId], wanted: &[RelationId]) -> Core {
        let count = program.relations.len();
        let mut holds = vec![false; count];
        let mut open: Vec<RelationId> = wanted.to_vec();
        while let Some(relation) = open.pop() {
            if std::mem::replace(&mut holds[relation.index()], true) || given.contains(&relation) {
                continue;
            }
            let rules = program.rules.iter().filter(|rule| rule.head.relation == relation);
            rules.flat_map(|rule| &rule.body).for_each(|literal| reads(literal, &mut open));
        }
        let kept = |relation: RelationId| holds[relation.index()] && !given.contains(&relation);
        let mut part = Program {
            types: program.types.clone(),
            relations: program.relations.clone(),
            clauses: program.clauses.clone(),
            ..Program::default()
        };
        let mut renumbered = vec![None; program.rules.len()];
        for (index, rule) in program.rules.iter().enumerate() {
            if kept(rule.head.relation) {
                renumbered[index] = Some(RuleId::from(part.rules.len()));
                part.rules.push(rule.clone());
            }
        }
        let subsumptions = program.subsumptions.iter();
        part.subsumptions.extend(subsumptions.filter(|it| kept(it.head.relation)).cloned());
        // Of directives those that change what is derived.
        let limits = program.directives.iter().filter(|it| it.kind == DirectiveKind::LimitSize);
        part.directives.extend(limits.filter(|it| kept(it.relation)).cloned());
        let facts = program.facts.iter().filter(|fact| kept(fact.relation));
        part.facts.extend(facts.cloned());
        for stratum in &program.strata {
            let mut stratum = stratum.clone();
            let rules = stratum.rules.iter().filter_map(|rule| renumbered[rule.index()]);
            stratum.rules = rules.collect();
            part.strata.push(stratum);
        }
        let input = |id: &RelationId| {
            let has_rules = || part.rules.iter().any(|rule| rule.head.relation == *id);
            let has_facts = || part.facts.iter().any(|fact| fact.relation == *id);
            let read = || {
                program
                    .directives
                    .iter()
                    .any(|it| it.relation == *id && it.kind == DirectiveKind::Input)
            };
            holds[id.index()] && (given.contains(id) || read() || !has_rules() && !has_facts())
        };
        let inputs = (0..count).map(RelationId::from).filter(input).collect();
        let in_worlds = vec![false; count];
        Core { program: part, holds, inputs, wanted: wanted.to_vec(), in_worlds }
    }

    /// The same with a first column that names the world of a tuple, for given relations and all
    /// that depend on them: what is given in one world says nothing in another.
    pub fn in_worlds(mut self, given: &[RelationId]) -> Core {
        if !self.program.relations.iter().any(|relation| relation.name == WORLD) {
            worlds::declare(&mut self.program);
            self.holds.push(false);
        }
        let names: Vec<&str> = given.iter().map(|id| self.name(*id)).collect();
        let stated = |relation: &Relation| names.contains(&relation.name.as_str());
        let separate = worlds::separate(&self.program, stated);
        let mut read = Vec::new();
        let bodies = separate.program.rules.iter().flat_map(|rule| &rule.body);
        bodies.for_each(|literal| reads(literal, &mut read));
        if read.contains(&separate.world) {
            self.holds[separate.world.index()] = true;
            self.inputs.push(separate.world);
        }
        Core { program: separate.program, in_worlds: separate.dependent, ..self }
    }

    /// The relation of worlds, where anything reads it.
    pub fn world(&self) -> Option<RelationId> {
        self.inputs.iter().copied().find(|id| self.name(*id) == WORLD)
    }

    /// The name of a relation.
    pub fn name(&self, relation: RelationId) -> &str {
        self.program.relations.get(relation.index()).map_or("", |it| it.name.as_str())
    }

    /// The relations that are a part, by name.
    pub fn relations(&self) -> Vec<RelationId> {
        let ids = (0..self.holds.len()).filter(|index| self.holds[*index]).map(RelationId::from);
        let mut relations: Vec<RelationId> = ids.collect();
        relations.sort_by_key(|id| self.name(*id));
        relations
    }
}

/// All relations that a literal reads.
fn reads(literal: &Literal, into: &mut Vec<RelationId>) {
    match literal {
        Literal::Positive(atom) | Literal::Negative(atom) => into.push(atom.relation),
        Literal::Aggregate(aggregate) => {
            aggregate.body.iter().for_each(|literal| reads(literal, into));
        }
        _ => {}
    }
}
