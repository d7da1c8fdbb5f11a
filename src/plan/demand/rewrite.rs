//! The program in which relations are asked for: what was decided, written down as rules.

use std::sync::Arc;

use crate::analyze::program::{
    Argument, Atom, Clause, Fact, Head, Literal, Program, Relation, Rule, Term, Variable,
};
use crate::analyze::stratify;
use crate::store::ColumnSet;
use crate::syntax::operators::{Comparison, DirectiveKind};
use crate::syntax::tree::Doc;
use crate::value::{ClauseId, Constant, RelationId, VariableId};

use super::chain::Chain;
use super::pass::Passed;
use super::{Search, Version};

/// The program in which the versions that were found stand for their relations.
pub(super) fn rewrite(search: &Search<'_>, chains: &[Chain]) -> Option<Program> {
    let mut program = search.program.clone();
    program.rules.clear();
    let asked = search.versions.iter().filter(|version| !version.known.is_empty());
    let mut made: Vec<(Version, RelationId)> = Vec::new();
    for version in asked {
        made.push((*version, declare(&mut program, *version)));
    }
    let mut rewriting = Rewriting { search, chains, made, program };
    for version in &search.versions {
        rewriting.version(*version);
    }
    let mut program = rewriting.program;
    let mut problems = Vec::new();
    program.strata = stratify(&program, &mut problems);
    debug_assert!(problems.is_empty(), "questions have no part in negations");
    problems.is_empty().then_some(program)
}

/// Declares a version, and behind it the relation of its questions.
fn declare(program: &mut Program, version: Version) -> RelationId {
    let relation = Arc::clone(&program.relations[version.relation.index()]);
    let columns: Vec<String> = version.known.columns().map(|it| it.to_string()).collect();
    let name = format!("{}@{}", relation.name, columns.join("_"));
    let known = version.known.columns().filter_map(|it| relation.columns.get(it).cloned());
    let asked = Relation {
        name: format!("?{name}"),
        columns: known.collect(),
        choices: Vec::new(),
        span: relation.span,
        doc: Doc::default(),
    };
    let id = RelationId::from(program.relations.len());
    program.relations.push(Arc::new(Relation { name, ..Relation::clone(&relation) }));
    program.relations.push(Arc::new(asked));
    id
}

struct Rewriting<'a> {
    search: &'a Search<'a>,
    chains: &'a [Chain],
    /// The relation of each version; that of its questions is the next one.
    made: Vec<(Version, RelationId)>,
    program: Program,
}

impl Rewriting<'_> {
    /// The relation of a version.
    fn relation(&self, version: Version) -> RelationId {
        let made = self.made.iter().find(|(other, _)| *other == version);
        made.map_or(version.relation, |(_, relation)| *relation)
    }

    /// The relation of a version's questions.
    fn question(&self, version: Version) -> RelationId {
        RelationId::from(self.relation(version).index() + 1)
    }

    /// Writes the rules of a version, and those of what it asks.
    fn version(&mut self, version: Version) {
        let search = self.search;
        if search.cone.is_closed(version.relation) {
            let rules = search.cone.rules_of(version.relation).iter();
            self.program.rules.extend(rules.map(|rule| search.program.rules[*rule].clone()));
            return;
        }
        let passed = search.passed(version);
        let chain = self.chains.iter().find(|chain| chain.version == version);
        for &at in search.cone.rules_of(version.relation) {
            let here: Vec<&Passed<'_>> =
                passed.iter().filter(|(rule, _)| *rule == at).map(|(_, it)| it).collect();
            let mut rule = search.rules[at].clone();
            let guard = self.opened(version, &mut rule);
            let body = self.body(&search.rules[at].body, &here);
            let itself = here.iter().find(|it| search.read(it) == version);
            for passed in &here {
                self.ask(version, &rule, guard.as_ref(), &body, passed, chain);
            }
            if let (Some(_), Some(_)) = (chain, itself) {
                continue;
            }
            // Where the opened head has a comparison more, it stays behind the others.
            let more = rule.body.split_off(body.len());
            rule.body = self.guarded(version, guard, body.into_iter().chain(more).collect());
            rule.head.relation = self.relation(version);
            if let Some(chain) = chain {
                answer_first(&mut rule.head.terms, chain);
            }
            self.program.rules.push(rule);
        }
        if !version.known.is_empty() && self.has_facts(version.relation) {
            self.facts(version, chain);
        }
    }

    /// The question that a rule answers. A term that is computed in a column that is known becomes a
    /// variable of which the question says the word.
    fn opened(&self, version: Version, rule: &mut Rule) -> Option<Atom> {
        if version.known.is_empty() {
            return None;
        }
        let relation = &self.search.program.relations[version.relation.index()];
        let mut arguments = Vec::new();
        for column in version.known.columns() {
            let (Some(term), Some(declared)) =
                (rule.head.terms.get_mut(column), relation.columns.get(column))
            else {
                continue;
            };
            arguments.push(match term {
                Term::Variable(variable) => Argument::Variable(*variable),
                Term::Constant(constant) => Argument::Constant(constant.clone()),
                Term::Call { span, .. } => {
                    let (span, primitive) = (*span, declared.primitive);
                    let variable = VariableId::from(rule.variables.len());
                    rule.variables.push(Variable { name: "@asked".to_owned(), primitive });
                    let right = std::mem::replace(term, Term::Variable(variable));
                    let left = Term::Variable(variable);
                    let comparison = Comparison::Equal;
                    rule.body.push(Literal::Compare { comparison, primitive, left, right, span });
                    Argument::Variable(variable)
                }
            });
        }
        Some(Atom { relation: self.question(version), arguments, span: relation.span })
    }

    /// A body that reads versions.
    fn body(&self, body: &[Literal], passed: &[&Passed<'_>]) -> Vec<Literal> {
        let mut body = body.to_vec();
        for passed in passed {
            let relation = self.relation(self.search.read(passed));
            if let Some(Literal::Positive(atom)) = body.get_mut(passed.at) {
                atom.relation = relation;
            }
        }
        body
    }

    /// A body with the question before it, unless a condition holds for nothing but what is asked.
    fn guarded(&self, version: Version, guard: Option<Atom>, body: Vec<Literal>) -> Vec<Literal> {
        let itself = self.relation(version);
        let implied = |guard: &Atom| {
            body.iter().any(|literal| match literal {
                Literal::Positive(atom) if atom.relation == itself => {
                    known(atom, version.known) == guard.arguments
                }
                _ => false,
            })
        };
        let guard = guard.filter(|guard| !implied(guard));
        guard.map(Literal::Positive).into_iter().chain(body).collect()
    }

    /// Writes the rule that says with which words a condition asks for its relation.
    fn ask(
        &mut self,
        version: Version,
        rule: &Rule,
        guard: Option<&Atom>,
        body: &[Literal],
        passed: &Passed<'_>,
        chain: Option<&Chain>,
    ) {
        let target = self.search.read(passed);
        if target.known.is_empty() {
            return;
        }
        let arguments = known(passed.atom, target.known);
        if target == version && guard.is_some_and(|guard| guard.arguments == arguments) {
            return;
        }
        let relation = self.question(target);
        let constant = |argument: &Argument| match argument {
            Argument::Constant(constant) => Some(constant.clone()),
            _ => None,
        };
        let constants: Option<Vec<Constant>> = arguments.iter().map(constant).collect();
        if let (Some(values), true) = (constants, version.known.is_empty()) {
            self.program.facts.push(Fact { relation, values, clause: rule.clause });
            return;
        }
        let before: Vec<Literal> = match chain {
            // What follows of a question is asked in the place of it: no condition may be missing.
            Some(_) if target == version => {
                let rest = (0..body.len()).filter(|at| *at != passed.at);
                rest.map(|at| body[at].clone()).chain(rule.body[body.len()..].to_vec()).collect()
            }
            _ => passed.before.iter().map(|at| body[*at].clone()).collect(),
        };
        // A chain answers the first question alone, so nothing waits for answers to others.
        let itself = self.relation(version);
        let waits = |literal: &Literal| match literal {
            Literal::Positive(atom) => chain.is_some() && atom.relation == itself,
            _ => false,
        };
        let before = before.into_iter().filter(|literal| !waits(literal)).collect();
        let body = self.guarded(version, guard.cloned(), before);
        let terms = arguments.into_iter().filter_map(term).collect();
        let head = Head { relation, terms };
        self.program.rules.push(Rule { head, body, ..rule.clone() });
    }

    /// Whether a relation has tuples that no rule concludes.
    fn has_facts(&self, relation: RelationId) -> bool {
        let program = self.search.program;
        program.facts.iter().any(|fact| fact.relation == relation)
            || program
                .directives
                .iter()
                .any(|it| it.kind == DirectiveKind::Input && it.relation == relation)
    }

    /// Writes the rule that answers with the facts of the relation.
    fn facts(&mut self, version: Version, chain: Option<&Chain>) {
        let relation = &self.search.program.relations[version.relation.index()];
        let span = relation.span;
        let clause = ClauseId::from(self.program.clauses.len());
        self.program.clauses.push(Clause { span, doc: Doc::default() });
        let variables = relation
            .columns
            .iter()
            .map(|column| Variable { name: column.name.clone(), primitive: column.primitive });
        let all: Vec<VariableId> = (0..relation.columns.len()).map(VariableId::from).collect();
        let arguments = all.iter().copied().map(Argument::Variable).collect();
        let atom = Atom { relation: version.relation, arguments, span };
        let question = self.question(version);
        let arguments = known(&atom, version.known);
        let asked = Atom { relation: question, arguments, span };
        let mut terms: Vec<Term> = all.into_iter().map(Term::Variable).collect();
        if let Some(chain) = chain {
            answer_first(&mut terms, chain);
        }
        self.program.rules.push(Rule {
            head: Head { relation: self.relation(version), terms },
            body: vec![Literal::Positive(asked), Literal::Positive(atom)],
            variables: variables.collect(),
            clause,
        });
    }
}

/// The arguments in the columns that are known.
fn known(atom: &Atom, known: ColumnSet) -> Vec<Argument> {
    known.columns().filter_map(|column| atom.arguments.get(column).cloned()).collect()
}

fn term(argument: Argument) -> Option<Term> {
    match argument {
        Argument::Variable(variable) => Some(Term::Variable(variable)),
        Argument::Constant(constant) => Some(Term::Constant(constant)),
        Argument::Wildcard => None,
    }
}

/// Has a head answer the first question of a chain.
fn answer_first(terms: &mut [Term], chain: &Chain) {
    for (column, constant) in chain.version.known.columns().zip(&chain.first) {
        if let Some(term) = terms.get_mut(column) {
            *term = Term::Constant(constant.clone());
        }
    }
}
