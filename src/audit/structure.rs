//! The program over programs: what depends on what, what can hold, what is of use, which values a
//! column can have. Rules are facts here, and the questions about them are Datalog, run by
//! `crepe!`: every question is one of reachability, which is what Datalog says best.
//!
//! Numbers stand for things: a relation or rule is its index, a column is its relation and place, a
//! constant its place in [`Structure::constants`].

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::program::{Argument, Atom, Literal, Rule, Term};
use crate::syntax::operators::Comparison;
use crate::value::{Constant, RelationId, VariableId, compare_tuples};

use super::{Subject, endless};

/// The rules about rules.
mod datalog {
    // What a Datalog macro makes is not written by hand.
    #![allow(missing_docs, clippy::all, clippy::pedantic)]

    crepe::crepe! {
        // A rule with this head reads this relation.
        @input pub struct Reads(pub u32, pub u32);
        // Somebody outside wants the relation.
        @input pub struct Wanted(pub u32);
        // Somebody outside fills the relation, or the program states facts of it.
        @input pub struct Given(pub u32);
        // The rule's n-th positive condition reads the relation.
        @input pub struct Needs(pub u32, pub u32, pub u32);
        // The rule concludes the relation and has so many positive conditions.
        @input pub struct Concludes(pub u32, pub u32, pub u32);
        // The literal of the rule mentions the variable.
        @input pub struct Mentions(pub u32, pub u32, pub u32);
        // The rule carries a value of a column (relation, place) it reads to one it concludes.
        @input pub struct Carries(pub u32, pub u32, pub u32, pub u32);
        // Somebody looks at the values of the column: compares, joins or computes with them.
        @input pub struct Looks(pub u32, pub u32);
        // The column can have this constant.
        @input pub struct Puts(pub u32, pub u32, pub u32);
        // The column can have values that nobody can list.
        @input pub struct Opens(pub u32, pub u32);

        // The rule hands a column (relation, place) on to one it concludes.
        @input pub struct Passes(pub u32, pub u32, pub u32, pub u32);
        // The rule makes a greater value of a column for one it concludes.
        @input pub struct Grows(pub u32, pub u32, pub u32, pub u32, pub u32);

        // The first relation depends on the second.
        @output pub struct Depends(pub u32, pub u32);
        Depends(a, b) <- Reads(a, b);
        Depends(a, c) <- Depends(a, b), Reads(b, c);

        // Values of the first column come to the second.
        struct Comes(u32, u32, u32, u32);
        Comes(r, a, q, b) <- Passes(r, a, q, b);
        Comes(r, a, p, c) <- Comes(r, a, q, b), Passes(q, b, p, c);
        // The rule is given again what it made greater.
        @output pub struct Endless(pub u32);
        Endless(rule) <- Grows(rule, r, a, q, b), Comes(q, b, r, a);

        // Something that is wanted depends on the relation.
        @output pub struct Serves(pub u32);
        Serves(r) <- Wanted(r);
        Serves(b) <- Serves(a), Reads(a, b);

        // The first n positive conditions of the rule can hold, each by itself.
        struct Reaches(u32, u32);
        // The rule can conclude something.
        @output pub struct Fires(pub u32);
        // The relation can hold a tuple.
        @output pub struct Holds(pub u32);
        Reaches(rule, 0) <- Concludes(rule, _, _);
        Reaches(rule, n + 1) <- Reaches(rule, n), Needs(rule, n, r), Holds(r);
        Fires(rule) <- Concludes(rule, _, n), Reaches(rule, n);
        Holds(r) <- Given(r);
        Holds(r) <- Concludes(rule, r, _), Fires(rule);

        // The values of the column make a difference to somebody.
        @output pub struct Used(pub u32, pub u32);
        Used(r, c) <- Looks(r, c);
        Used(r, c) <- Carries(r, c, to, at), Used(to, at);

        // The two literals of the rule are connected by variables.
        @output pub struct Joined(pub u32, pub u32, pub u32);
        Joined(rule, a, b) <- Mentions(rule, a, v), Mentions(rule, b, v);
        Joined(rule, a, c) <- Joined(rule, a, b), Mentions(rule, b, v), Mentions(rule, c, v);

        // The column can have this constant, at the end of all carrying.
        @output pub struct Value(pub u32, pub u32, pub u32);
        Value(r, c, k) <- Puts(r, c, k);
        Value(to, at, k) <- Value(r, c, k), Carries(r, c, to, at);
        // The column's values cannot be listed.
        @output pub struct Open(pub u32, pub u32);
        Open(r, c) <- Opens(r, c);
        Open(to, at) <- Open(r, c), Carries(r, c, to, at);
    }
}

use datalog::*;

/// What is true of a program's structure.
#[derive(Debug, Default)]
pub struct Structure {
    /// The constants that columns hold.
    pub constants: Vec<Constant>,
    holds: FxHashSet<u32>,
    serves: FxHashSet<u32>,
    fires: FxHashSet<u32>,
    endless: FxHashSet<u32>,
    depends: FxHashSet<(u32, u32)>,
    used: FxHashSet<(u32, u32)>,
    joined: FxHashSet<(u32, u32, u32)>,
    open: FxHashSet<(u32, u32)>,
    values: FxHashMap<(u32, u32), FxHashSet<u32>>,
}

impl Structure {
    /// Asks the questions of a program.
    pub fn of(subject: &Subject<'_>) -> Self {
        let mut facts = Facts::default();
        facts.collect(subject);
        let Facts { runtime, constants, .. } = facts;
        let (depends, endless, serves, fires, holds, used, joined, values, open) = runtime.run();
        let mut by_column: FxHashMap<(u32, u32), FxHashSet<u32>> = FxHashMap::default();
        for Value(relation, column, constant) in values {
            by_column.entry((relation, column)).or_default().insert(constant);
        }
        Structure {
            constants,
            holds: holds.into_iter().map(|Holds(r)| r).collect(),
            serves: serves.into_iter().map(|Serves(r)| r).collect(),
            endless: endless.into_iter().map(|Endless(rule)| rule).collect(),
            fires: fires.into_iter().map(|Fires(r)| r).collect(),
            depends: depends.into_iter().map(|Depends(a, b)| (a, b)).collect(),
            used: used.into_iter().map(|Used(r, c)| (r, c)).collect(),
            joined: joined.into_iter().map(|Joined(r, a, b)| (r, a, b)).collect(),
            open: open.into_iter().map(|Open(r, c)| (r, c)).collect(),
            values: by_column,
        }
    }

    /// Whether the relation can hold a tuple.
    pub fn holds(&self, relation: RelationId) -> bool {
        self.holds.contains(&relation.0)
    }

    /// Whether something wanted outside depends on the relation.
    pub fn serves(&self, relation: RelationId) -> bool {
        self.serves.contains(&relation.0)
    }

    /// Whether the rule, by its index, can conclude something.
    pub fn fires(&self, rule: usize) -> bool {
        self.fires.contains(&(rule as u32))
    }

    /// Whether the rule, by its index, concludes a greater value from each, without end.
    pub fn is_endless(&self, rule: usize) -> bool {
        self.endless.contains(&(rule as u32))
    }

    /// Whether the first relation depends on the second, over any number of rules.
    pub fn depends(&self, relation: RelationId, on: RelationId) -> bool {
        self.depends.contains(&(relation.0, on.0))
    }

    /// Whether the values of a column make a difference.
    pub fn is_used(&self, relation: RelationId, column: usize) -> bool {
        self.used.contains(&(relation.0, column as u32))
    }

    /// Whether variables connect two literals of a rule.
    pub fn is_joined(&self, rule: usize, a: usize, b: usize) -> bool {
        self.joined.contains(&(rule as u32, a as u32, b as u32))
    }

    /// All values that a column can have, sorted, or nothing where they cannot be listed.
    pub fn values(&self, relation: RelationId, column: usize) -> Option<Vec<&Constant>> {
        let key = (relation.0, column as u32);
        if self.open.contains(&key) {
            return None;
        }
        let constants = self.values.get(&key);
        let mut values: Vec<&Constant> = constants
            .into_iter()
            .flatten()
            .filter_map(|constant| self.constants.get(*constant as usize))
            .collect();
        values.sort_by(|a, b| compare(a, b));
        Some(values)
    }
}

/// The input of the program over programs.
#[derive(Default)]
struct Facts {
    runtime: Crepe,
    constants: Vec<Constant>,
    numbers: FxHashMap<String, u32>,
}

impl Facts {
    fn collect(&mut self, subject: &Subject<'_>) {
        let program = subject.program;
        for (index, relation) in program.relations.iter().enumerate() {
            let id = RelationId::from(index);
            if subject.is_wanted(id) {
                self.runtime.extend([Wanted(id.0)]);
                self.runtime.extend((0..relation.arity()).map(|column| Looks(id.0, column as u32)));
            }
            if subject.is_filled(id) {
                self.runtime.extend([Given(id.0)]);
                match subject.rows(id) {
                    Some(rows) => rows.iter().for_each(|row| self.row(id, row)),
                    None => self
                        .runtime
                        .extend((0..relation.arity()).map(|column| Opens(id.0, column as u32))),
                }
            }
        }
        for fact in &program.facts {
            self.runtime.extend([Given(fact.relation.0)]);
            self.row(fact.relation, &fact.values);
        }
        for (index, rule) in program.rules.iter().enumerate() {
            self.rule(index as u32, rule);
            self.passes(subject, index as u32, rule);
        }
        // What decides which tuples stay is looked at.
        for rule in &program.subsumptions {
            let head = rule.head.relation.0;
            rule.body.iter().for_each(|literal| {
                each_atom(literal, &mut |atom| self.runtime.extend([Reads(head, atom.relation.0)]));
            });
            self.looks(rule);
        }
        for (index, relation) in program.relations.iter().enumerate() {
            if !relation.choices.is_empty() {
                let columns = (0..relation.arity()).map(|column| column as u32);
                self.runtime.extend(columns.map(|column| Looks(index as u32, column)));
            }
        }
    }

    /// What a recursive rule hands on.
    fn passes(&mut self, subject: &Subject<'_>, index: u32, rule: &Rule) {
        let head = rule.head.relation;
        let strata = &subject.program.strata;
        let Some(own) = strata.iter().find(|it| it.relations.contains(&head)) else { return };
        let recursive = |relation: RelationId| own.relations.contains(&relation);
        for pass in endless::passes(subject, rule, &recursive) {
            let (from, column, to) = (pass.from.0, pass.column as u32, pass.to as u32);
            self.runtime.extend([Passes(from, column, head.0, to)]);
            if pass.grows {
                self.runtime.extend([Grows(index, from, column, head.0, to)]);
            }
        }
    }

    fn row(&mut self, relation: RelationId, values: &[Constant]) {
        for (column, value) in values.iter().enumerate() {
            let number = self.number(value);
            self.runtime.extend([Puts(relation.0, column as u32, number)]);
        }
    }

    fn number(&mut self, constant: &Constant) -> u32 {
        let next = self.constants.len() as u32;
        let number = *self.numbers.entry(format!("{constant:?}")).or_insert(next);
        if number == next {
            self.constants.push(constant.clone());
        }
        number
    }

    fn rule(&mut self, index: u32, rule: &Rule) {
        let head = rule.head.relation.0;
        let positive: Vec<&Atom> = rule.positive_atoms().collect();
        for (place, atom) in positive.iter().enumerate() {
            self.runtime.extend([Needs(index, place as u32, atom.relation.0)]);
        }
        self.runtime.extend([Concludes(index, head, positive.len() as u32)]);
        for (place, literal) in rule.body.iter().enumerate() {
            let mut variables = Vec::new();
            variables_of(literal, &mut variables);
            let mentions =
                variables.iter().map(|variable| Mentions(index, place as u32, variable.0));
            self.runtime.extend(mentions);
            each_atom(literal, &mut |atom| {
                self.runtime.extend([Reads(head, atom.relation.0)]);
            });
        }
        self.flow(rule, &positive);
        self.looks(rule);
    }

    /// Where the values of the head's columns come from.
    fn flow(&mut self, rule: &Rule, positive: &[&Atom]) {
        let head = rule.head.relation.0;
        for (column, term) in rule.head.terms.iter().enumerate() {
            let column = column as u32;
            match term {
                Term::Constant(constant) => {
                    let number = self.number(constant);
                    self.runtime.extend([Puts(head, column, number)]);
                }
                Term::Variable(variable) => match equal_to(rule, *variable) {
                    Some(constant) => {
                        let number = self.number(constant);
                        self.runtime.extend([Puts(head, column, number)]);
                    }
                    // One place is enough: a value of the head has passed all of them.
                    None => match places_of(positive, *variable).first() {
                        Some((relation, at)) => {
                            self.runtime.extend([Carries(relation.0, *at, head, column)]);
                        }
                        None => self.runtime.extend([Opens(head, column)]),
                    },
                },
                Term::Call { .. } => self.runtime.extend([Opens(head, column)]),
            }
        }
    }

    /// Which columns the rule looks at: those with a constant, and those whose variable stands
    /// anywhere else but once in the head.
    fn looks(&mut self, rule: &Rule) {
        let mut counts: FxHashMap<VariableId, usize> = FxHashMap::default();
        let mut all = Vec::new();
        rule.body.iter().for_each(|literal| variables_of(literal, &mut all));
        // What is computed with is looked at.
        for term in rule.head.terms.iter().filter(|term| matches!(term, Term::Call { .. })) {
            let before = all.len();
            term_variables(term, &mut all);
            all.extend_from_within(before..);
        }
        all.iter().for_each(|variable| *counts.entry(*variable).or_default() += 1);
        for literal in &rule.body {
            // What an aggregate ranges over is told apart by all of its columns.
            let ranges = matches!(literal, Literal::Aggregate(_));
            each_atom(literal, &mut |atom| {
                for (column, argument) in atom.arguments.iter().enumerate() {
                    let looked_at = match argument {
                        Argument::Constant(_) => true,
                        Argument::Variable(variable) => {
                            ranges || counts.get(variable).copied() > Some(1)
                        }
                        Argument::Wildcard => false,
                    };
                    if looked_at {
                        self.runtime.extend([Looks(atom.relation.0, column as u32)]);
                    }
                }
            });
        }
    }
}

/// How two constants of one type are ordered.
pub fn compare(a: &Constant, b: &Constant) -> std::cmp::Ordering {
    compare_tuples(std::slice::from_ref(a), std::slice::from_ref(b))
}

/// The constant that a rule equates a variable with, if any.
pub fn equal_to(rule: &Rule, variable: VariableId) -> Option<&Constant> {
    rule.body.iter().find_map(|literal| match literal {
        Literal::Compare { comparison: Comparison::Equal, left, right, .. } => {
            match (left, right) {
                (Term::Variable(it), Term::Constant(constant))
                | (Term::Constant(constant), Term::Variable(it))
                    if *it == variable =>
                {
                    Some(constant)
                }
                _ => None,
            }
        }
        _ => None,
    })
}

/// The columns of positive atoms that a variable stands in.
pub fn places_of(positive: &[&Atom], variable: VariableId) -> Vec<(RelationId, u32)> {
    let mut places = Vec::new();
    for atom in positive {
        for (column, argument) in atom.arguments.iter().enumerate() {
            if *argument == Argument::Variable(variable) {
                places.push((atom.relation, column as u32));
            }
        }
    }
    places
}

/// All variables of a literal, each as often as it stands there.
pub fn variables_of(literal: &Literal, into: &mut Vec<VariableId>) {
    match literal {
        Literal::Positive(atom) | Literal::Negative(atom) => {
            into.extend(atom.arguments.iter().filter_map(|argument| match argument {
                Argument::Variable(variable) => Some(*variable),
                _ => None,
            }));
        }
        Literal::Compare { left, right, .. } => {
            term_variables(left, into);
            term_variables(right, into);
        }
        Literal::Test { arguments, .. } => {
            arguments.iter().for_each(|term| term_variables(term, into));
        }
        Literal::Truth(_) => {}
        Literal::Aggregate(aggregate) => {
            into.push(aggregate.result);
            aggregate.target.iter().for_each(|term| term_variables(term, into));
            aggregate.body.iter().for_each(|literal| variables_of(literal, into));
        }
        Literal::Range { result, from, to, step, .. } => {
            into.push(*result);
            [Some(from), Some(to), step.as_ref()]
                .into_iter()
                .flatten()
                .for_each(|term| term_variables(term, into));
        }
    }
}

/// All variables of a term, each as often as it stands there.
pub fn term_variables(term: &Term, into: &mut Vec<VariableId>) {
    match term {
        Term::Variable(variable) => into.push(*variable),
        Term::Constant(_) => {}
        Term::Call { arguments, .. } => {
            arguments.iter().for_each(|argument| term_variables(argument, into));
        }
    }
}

/// All atoms of a literal, those in aggregates included.
pub fn each_atom<'a>(literal: &'a Literal, seen: &mut dyn FnMut(&'a Atom)) {
    match literal {
        Literal::Positive(atom) | Literal::Negative(atom) => seen(atom),
        Literal::Aggregate(aggregate) => {
            aggregate.body.iter().for_each(|literal| each_atom(literal, seen));
        }
        _ => {}
    }
}
