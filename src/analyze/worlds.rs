//! Many designs in one run: a hidden first column keeps their facts apart.
//!
//! Rules speak of one design. A relation that a design states, or that depends on one, gets a
//! hidden first column that names the design's world, and the rules pass it along. What no design
//! can change stays as it is and is shared by all worlds. The stages after this one know nothing of
//! worlds.
//!
//! ```text
//! path(r) :- need(r, p), retained(p).       path(w, r) :- need(w, r, p), retained(p).
//! none("x") :- !need(_, _).                 none(w, "x") :- !need(w, _, _), @world(w).
//! ```

use std::sync::Arc;

use crate::diag::Span;
use crate::syntax::tree::Doc;
use crate::value::{Primitive, RelationId, RuleId, TypeId, VariableId};

use super::program::{
    Aggregate, Argument, Atom, Column, Head, Literal, Program, Relation, Rule, Stratum, Term,
    Variable,
};

/// A program whose design-dependent relations carry a world.
#[derive(Clone, Debug)]
pub struct Worlds {
    /// The program; strata that no design changes come first. All relations keep their ids.
    pub program: Program,
    /// For each relation, whether it has the hidden first column.
    pub dependent: Vec<bool>,
    /// The relation of one column that holds the worlds there are.
    pub world: RelationId,
    /// How many strata, from the first, are the same in all worlds.
    pub shared_strata: usize,
}

/// The name of the relation of worlds. No text can declare it.
pub const WORLD: &str = "@world";

/// Adds the relation of worlds to a program, without columns as yet. [`separate`] wants it there.
pub fn declare(program: &mut Program) {
    let id = RelationId::from(program.relations.len());
    program.relations.push(Arc::new(Relation {
        name: WORLD.to_owned(),
        columns: Vec::new(),
        choices: Vec::new(),
        span: Span::default(),
        doc: Doc::default(),
    }));
    let stratum = Stratum { relations: vec![id], rules: Vec::new(), recursive: false };
    program.strata.insert(0, stratum);
}

/// Adds the hidden column, given which relations a design states.
pub fn separate(program: &Program, stated: impl Fn(&Relation) -> bool) -> Worlds {
    let world = program.relations.iter().position(|relation| relation.name == WORLD);
    let world = RelationId::from(world.unwrap_or_default());
    let dependent = dependent(program, |relation| relation.name == WORLD || stated(relation));
    let mut separated = program.clone();
    let separation = Separation { dependent: &dependent, world };
    separation.columns(&mut separated);
    // A fact of the program that stands in a dependent relation holds in every world.
    separated.facts.retain(|fact| !dependent[fact.relation.index()]);
    let everywhere = program.facts.iter().filter(|fact| dependent[fact.relation.index()]);
    let first_new = separated.rules.len();
    separated.rules.extend(everywhere.map(|fact| Rule {
        head: Head {
            relation: fact.relation,
            terms: fact.values.iter().cloned().map(Term::Constant).collect(),
        },
        body: Vec::new(),
        variables: Vec::new(),
        clause: fact.clause,
    }));
    separated.rules.iter_mut().for_each(|rule| separation.rule(rule));
    for stratum in &mut separated.strata {
        let new = (first_new..separated.rules.len())
            .map(RuleId::from)
            .filter(|id| stratum.relations.contains(&separated.rules[id.index()].head.relation));
        stratum.rules.extend(new);
    }
    let (mut strata, rest): (Vec<Stratum>, Vec<Stratum>) = std::mem::take(&mut separated.strata)
        .into_iter()
        .partition(|stratum| stratum.relations.iter().all(|id| !dependent[id.index()]));
    let shared_strata = strata.len();
    strata.extend(rest);
    separated.strata = strata;
    Worlds { program: separated, dependent, world, shared_strata }
}

impl Worlds {
    /// The rules of a goal (see [`super::analyze_goal`]) with worlds apart, and whether its answers
    /// carry a world.
    pub fn goal(&self, goal: &Program) -> (Program, bool) {
        let reads = goal.rules.iter().any(|rule| reads_dependent(&rule.body, &self.dependent));
        let mut dependent = self.dependent.clone();
        dependent.push(reads);
        let separation = Separation { dependent: &dependent, world: self.world };
        let mut separated = goal.clone();
        // The relations of this program have their columns already.
        for (relation, known) in separated.relations.iter_mut().zip(&self.program.relations) {
            relation.clone_from(known);
        }
        if let Some(answers) = separated.relations.last_mut().filter(|_| reads) {
            Arc::make_mut(answers).columns.insert(0, world_column());
        }
        separated.rules.iter_mut().for_each(|rule| separation.rule(rule));
        (separated, reads)
    }
}

impl Worlds {
    /// Adds a relation that differs from world to world, behind all others, and the rules that
    /// conclude it, written without worlds. It is evaluated after all strata there are.
    pub fn add(&mut self, mut relation: Relation, rules: impl IntoIterator<Item = Rule>) {
        let id = RelationId::from(self.program.relations.len());
        relation.columns.insert(0, world_column());
        self.program.relations.push(Arc::new(relation));
        self.dependent.push(true);
        let first = self.program.rules.len();
        for mut rule in rules {
            rule.head.relation = id;
            self.rule(&mut rule);
            self.program.rules.push(rule);
        }
        let rules = (first..self.program.rules.len()).map(RuleId::from).collect();
        self.program.strata.push(Stratum { relations: vec![id], rules, recursive: false });
    }

    /// Passes the world along in a rule that was written without worlds.
    pub fn rule(&self, rule: &mut Rule) {
        Separation { dependent: &self.dependent, world: self.world }.rule(rule);
    }
}

fn world_column() -> Column {
    Column {
        name: WORLD.to_owned(),
        ty: TypeId::from(Primitive::Number as usize),
        primitive: Primitive::Number,
    }
}

/// The stated relations and all that depend on them.
fn dependent(program: &Program, stated: impl Fn(&Relation) -> bool) -> Vec<bool> {
    let mut dependent: Vec<bool> =
        program.relations.iter().map(|relation| stated(relation)).collect();
    // Strata come in order of dependency, so one pass over them settles everything.
    for stratum in &program.strata {
        let reads = stratum
            .rules
            .iter()
            .any(|rule| reads_dependent(&program.rules[rule.index()].body, &dependent))
            || stratum.relations.iter().any(|id| dependent[id.index()]);
        if reads {
            stratum.relations.iter().for_each(|id| dependent[id.index()] = true);
        }
    }
    dependent
}

fn reads_dependent(literals: &[Literal], dependent: &[bool]) -> bool {
    literals.iter().any(|literal| match literal {
        Literal::Positive(atom) | Literal::Negative(atom) => dependent[atom.relation.index()],
        Literal::Aggregate(aggregate) => reads_dependent(&aggregate.body, dependent),
        _ => false,
    })
}

struct Separation<'a> {
    dependent: &'a [bool],
    world: RelationId,
}

impl Separation<'_> {
    fn columns(&self, program: &mut Program) {
        for (relation, dependent) in program.relations.iter_mut().zip(self.dependent) {
            if *dependent {
                Arc::make_mut(relation).columns.insert(0, world_column());
            }
        }
    }

    fn rule(&self, rule: &mut Rule) {
        if !self.dependent[rule.head.relation.index()] {
            return;
        }
        let world = VariableId::from(rule.variables.len());
        rule.variables.push(Variable { name: WORLD.to_owned(), primitive: Primitive::Number });
        rule.head.terms.insert(0, Term::Variable(world));
        let bound = rule.body.iter().any(
            |literal| matches!(literal, Literal::Positive(atom) if self.dependent[atom.relation.index()]),
        );
        self.literals(&mut rule.body, world);
        if !bound {
            let arguments = vec![Argument::Variable(world)];
            let span = Default::default();
            let atom = Atom { relation: self.world, arguments, span };
            rule.body.push(Literal::Positive(atom));
        }
    }

    /// Adds the world to all dependent atoms; says whether there were any.
    fn literals(&self, literals: &mut [Literal], world: VariableId) -> bool {
        let mut any = false;
        for literal in literals {
            any |= match literal {
                Literal::Positive(atom) | Literal::Negative(atom) => self.atom(atom, world),
                Literal::Aggregate(aggregate) => self.aggregate(aggregate, world),
                _ => false,
            };
        }
        any
    }

    fn atom(&self, atom: &mut Atom, world: VariableId) -> bool {
        let dependent = self.dependent[atom.relation.index()];
        if dependent {
            atom.arguments.insert(0, Argument::Variable(world));
        }
        dependent
    }

    fn aggregate(&self, aggregate: &mut Aggregate, world: VariableId) -> bool {
        let any = self.literals(&mut aggregate.body, world);
        if any {
            aggregate.outer.push(world);
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::SourceId;
    use crate::syntax::parse;

    use super::super::analyze;
    use super::*;

    #[test]
    fn only_what_depends_on_a_design_gets_a_world() {
        let text = "/// @stated\n.decl need(r: symbol)\n.decl kind(k: symbol)\n.decl all(k: symbol)\n\
            .decl none(k: symbol)\n.decl many(n: number)\nkind(\"a\").\nall(k) :- kind(k).\n\
            none(k) :- kind(k), !need(k).\nmany(n) :- n = count : { need(_) }.\nneed(\"b\").";
        let (mut program, problems) = analyze(&[parse(SourceId(0), text).0]);
        assert_eq!(problems, []);
        declare(&mut program);
        let worlds = separate(&program, |relation| relation.doc.tag("stated").is_some());
        assert_eq!(worlds.dependent, [true, false, false, true, true, true]);
        let arities: Vec<usize> = worlds.program.relations.iter().map(|it| it.arity()).collect();
        assert_eq!(arities, [2, 1, 1, 2, 2, 1]);
        assert_eq!(worlds.shared_strata, 2);
        // `none`, `many` and the fact of `need` read the worlds, having no other positive atom.
        let reading = worlds.program.rules.iter().filter(|rule| {
            matches!(rule.body.last(), Some(Literal::Positive(atom)) if atom.relation == worlds.world)
        });
        assert_eq!(reading.count(), 3);
    }
}
