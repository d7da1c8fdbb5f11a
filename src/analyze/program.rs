//! A program whose names are resolved and whose types and safety are checked: what every later
//! stage works on. After this nothing is looked up by name.
//!
//! The shapes are normal forms, so that a plan needs few cases:
//!
//! - a clause with several heads makes one [`Rule`] a head, a disjunction one rule a branch; all of
//!   them name the [`Clause`] they come from;
//! - the arguments of body atoms are variables, constants or wildcards; a computed argument became
//!   a fresh variable and an equality;
//! - an aggregate became a [`Literal::Aggregate`] with a result variable, wherever it stood.

use std::sync::Arc;

use crate::diag::Span;
use crate::syntax::operators::{AggregateOperator, Comparison, DirectiveKind, Functor, Test};
use crate::syntax::tree::Doc;
use crate::value::{ClauseId, Constant, Primitive, RelationId, RuleId, TypeId, VariableId};

/// A whole program, analyzed.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// All types, the four built-in ones first.
    pub types: Vec<Type>,
    /// All relations, by [`RelationId`].
    pub relations: Vec<Arc<Relation>>,
    /// All clauses as written, by [`ClauseId`].
    pub clauses: Vec<Clause>,
    /// All rules, by [`RuleId`]. Facts are not rules.
    pub rules: Vec<Rule>,
    /// Which tuples make others superfluous: the head has the columns of a tuple that goes and
    /// then those of the one that it goes for, both of the head's relation.
    pub subsumptions: Vec<Rule>,
    /// Facts written in the program.
    pub facts: Vec<Fact>,
    /// Input and output directives, in order.
    pub directives: Vec<Directive>,
    /// Groups of relations in an order in which they can be evaluated. Every relation is in
    /// exactly one.
    pub strata: Vec<Stratum>,
    /// Of which relations only what is asked for is to be derived.
    pub wishes: Wishes,
}

/// What a program says about deriving only what is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// It is wanted of all relations.
    pub all: bool,
    /// It is wanted of none, whatever else is said.
    pub none: bool,
    /// The relations that it is wanted of.
    pub only: Vec<RelationId>,
    /// Those that it is not wanted of, whatever else is said.
    pub never: Vec<RelationId>,
}

/// A declared or built-in type.
#[derive(Clone, Debug)]
pub struct Type {
    /// Its name.
    pub name: String,
    /// The kind of value below it.
    pub primitive: Primitive,
    /// The type that it is a subtype of.
    pub base: Option<TypeId>,
    /// The types that a union is put together of.
    pub members: Vec<TypeId>,
    /// The branches of an algebraic data type; a record type has one, without a name.
    pub branches: Vec<Branch>,
}

/// A record type, or a branch of an algebraic data type.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Its name; a record type's is empty.
    pub name: String,
    /// The names and types of its fields.
    pub fields: Vec<(String, TypeId)>,
}

/// A declared relation.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Sets of columns in which no two tuples are the same: of several candidates one is chosen.
    pub choices: Vec<Vec<usize>>,
    /// Where its name is declared.
    pub span: Span,
    /// The comment block on its declaration.
    pub doc: Doc,
}

impl Relation {
    /// How many columns it has.
    pub fn arity(&self) -> usize {
        self.columns.len()
    }
}

/// A column of a relation.
#[derive(Clone, Debug)]
pub struct Column {
    /// The attribute's name.
    pub name: String,
    /// Its declared type.
    pub ty: TypeId,
    /// The kind of value it holds.
    pub primitive: Primitive,
}

/// A fact or rule as written.
#[derive(Clone, Debug)]
pub struct Clause {
    /// The whole clause.
    pub span: Span,
    /// The comment block on it.
    pub doc: Doc,
}

/// A fact as written in a program.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The relation it is in.
    pub relation: RelationId,
    /// One constant a column.
    pub values: Vec<Constant>,
    /// Where it comes from.
    pub clause: ClauseId,
}

/// One head, one conjunction.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it concludes: the relation and a term a column. Variables in it are bound by the body.
    pub head: Head,
    /// What must hold, in the order written. Any order of evaluation that binds variables before
    /// they are needed gives the same answer.
    pub body: Vec<Literal>,
    /// Its variables, by [`VariableId`]; those of aggregates' bodies included.
    pub variables: Vec<Variable>,
    /// The clause it comes from.
    pub clause: ClauseId,
}

impl Rule {
    /// The atoms of its positive conditions, in the order written.
    pub fn positive_atoms(&self) -> impl Iterator<Item = &Atom> {
        positive_atoms(&self.body)
    }
}

/// The atoms of a body's positive conditions, in the order written.
pub fn positive_atoms(body: &[Literal]) -> impl Iterator<Item = &Atom> {
    body.iter().filter_map(|literal| match literal {
        Literal::Positive(atom) => Some(atom),
        _ => None,
    })
}

/// The head of a rule.
#[derive(Clone, Debug)]
pub struct Head {
    /// The relation concluded.
    pub relation: RelationId,
    /// One term a column.
    pub terms: Vec<Term>,
}

/// A variable of a rule.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name; made-up ones start with `@`.
    pub name: String,
    /// The kind of value it stands for.
    pub primitive: Primitive,
}

/// A condition in a body.
#[derive(Clone, Debug)]
pub enum Literal {
    /// The atom is in its relation; binds the atom's variables.
    Positive(Atom),
    /// No tuple of the relation matches the atom. Its variables are bound elsewhere; wildcards
    /// match anything.
    Negative(Atom),
    /// A comparison. With [`Comparison::Equal`], one side may be a variable bound by nothing else:
    /// the equality then binds it. Both sides have the primitive type given.
    Compare {
        /// How the sides compare.
        comparison: Comparison,
        /// The kind of value on both sides.
        primitive: Primitive,
        /// The left side.
        left: Term,
        /// The right side.
        right: Term,
        /// Where it is written.
        span: Span,
    },
    /// A test on symbols, such as `contains`.
    Test {
        /// Which.
        test: Test,
        /// `contains(needle, haystack)`, `match(pattern, text)`.
        arguments: [Term; 2],
        /// Whether it is negated.
        negated: bool,
        /// Where it is written.
        span: Span,
    },
    /// `true` or `false`.
    Truth(bool),
    /// An aggregate over a body; binds the result.
    Aggregate(Aggregate),
    /// `result = range(from, to, step)`: binds the result to each value in turn, `to` excluded.
    Range {
        /// The variable bound.
        result: VariableId,
        /// The kind of number.
        primitive: Primitive,
        /// The first value.
        from: Term,
        /// The bound, excluded.
        to: Term,
        /// The step; 1 (or -1 when counting down) when absent.
        step: Option<Term>,
        /// Where it is written.
        span: Span,
    },
}

/// A relation applied to arguments in a body.
#[derive(Clone, Debug)]
pub struct Atom {
    /// The relation.
    pub relation: RelationId,
    /// One argument a column.
    pub arguments: Vec<Argument>,
    /// Where it is written.
    pub span: Span,
}

/// An argument of an atom in a body.
#[derive(Clone, PartialEq, Debug)]
pub enum Argument {
    /// A variable.
    Variable(VariableId),
    /// A constant.
    Constant(Constant),
    /// Anything.
    Wildcard,
}

/// A value to be computed.
#[derive(Clone, PartialEq, Debug)]
pub enum Term {
    /// A variable's value.
    Variable(VariableId),
    /// A constant.
    Constant(Constant),
    /// A functor applied to terms. All terms have the types the functor wants.
    Call {
        /// The functor.
        functor: Functor,
        /// The kind of value it works on, where it works on several (`+` on numbers, floats).
        primitive: Primitive,
        /// Its arguments.
        arguments: Vec<Term>,
        /// Where it is written.
        span: Span,
    },
}

impl Term {
    /// Every place where a variable stands.
    pub fn variables(&self, see: &mut dyn FnMut(VariableId)) {
        match self {
            Term::Variable(variable) => see(*variable),
            Term::Constant(_) => {}
            Term::Call { arguments, .. } => {
                arguments.iter().for_each(|argument| argument.variables(see));
            }
        }
    }
}

impl Literal {
    /// Every place where a variable stands; those inside of an aggregate, its group and its result
    /// included.
    pub fn variables(&self, see: &mut dyn FnMut(VariableId)) {
        match self {
            Literal::Positive(atom) | Literal::Negative(atom) => {
                for argument in &atom.arguments {
                    if let Argument::Variable(variable) = argument {
                        see(*variable);
                    }
                }
            }
            Literal::Compare { left, right, .. } => {
                left.variables(see);
                right.variables(see);
            }
            Literal::Test { arguments, .. } => {
                arguments.iter().for_each(|argument| argument.variables(see));
            }
            Literal::Truth(_) => {}
            Literal::Aggregate(aggregate) => {
                see(aggregate.result);
                aggregate.outer.iter().for_each(|variable| see(*variable));
                aggregate.body.iter().for_each(|literal| literal.variables(see));
                aggregate.target.iter().for_each(|target| target.variables(see));
            }
            Literal::Range { result, from, to, step, .. } => {
                see(*result);
                from.variables(see);
                to.variables(see);
                step.iter().for_each(|step| step.variables(see));
            }
        }
    }
}

/// An aggregate in a body.
///
/// It ranges over the distinct bindings of all variables of its body that are not bound outside.
/// A wildcard of a positive atom in it is such a variable too, as in Souffle: `count : { p(X, _) }`
/// counts tuples. Analysis has named those wildcards, so every solution of the body, in any order
/// of evaluation, is one distinct binding.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// What it computes.
    pub operator: AggregateOperator,
    /// The variable that gets the result.
    pub result: VariableId,
    /// The kind of value of the result.
    pub primitive: Primitive,
    /// What is summed or compared; absent for count.
    pub target: Option<Term>,
    /// What ranges.
    pub body: Vec<Literal>,
    /// Variables of the body that are bound outside of it: the group. They must be bound before.
    pub outer: Vec<VariableId>,
    /// Where it is written.
    pub span: Span,
}

/// Relations that are evaluated together.
#[derive(Clone, Debug)]
pub struct Stratum {
    /// The relations.
    pub relations: Vec<RelationId>,
    /// The rules that conclude them, in order.
    pub rules: Vec<RuleId>,
    /// Whether a rule reads a relation of the stratum itself.
    pub recursive: bool,
}

/// Reading or writing of a relation.
#[derive(Clone, Debug)]
pub struct Directive {
    /// What is to be done.
    pub kind: DirectiveKind,
    /// With which relation.
    pub relation: RelationId,
    /// The parameters as written, in order.
    pub parameters: Vec<(String, String)>,
    /// Where it is written.
    pub span: Span,
}

impl Directive {
    /// The value of a parameter; of the last one where it is written twice, as Souffle takes it.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let written = self.parameters.iter().rev().find(|(key, _)| key == name);
        written.map(|(_, value)| value.as_str())
    }
}
