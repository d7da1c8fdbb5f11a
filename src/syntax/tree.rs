//! The tree of a text: what is written, with its place, and nothing about what it means.

use super::operators::{AggregateOperator, Comparison, DirectiveKind, Functor, Test};
use crate::diag::Span;
use crate::value::Constant;

/// A whole text.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// What is written, in order.
    pub items: Vec<Item>,
}

/// A name and where it is written.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name; qualified names keep their dots.
    pub text: String,
    /// Where it is written.
    pub span: Span,
}

/// The comment block (`///` lines) on an item.
#[derive(Clone, Debug, Default)]
pub struct Doc {
    /// The lines before the first tag, joined by newlines.
    pub text: String,
    /// The tags, in order: `@name rest of the line` (and following lines up to the next tag).
    pub tags: Vec<Tag>,
}

impl Doc {
    /// The value of the first tag of a name.
    pub fn tag(&self, name: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.name == name).map(|tag| tag.value.as_str())
    }

    /// The values of all tags of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.tags.iter().filter(move |tag| tag.name == name).map(|tag| tag.value.as_str())
    }
}

/// A tag in a comment block.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The name without the `@`.
    pub name: String,
    /// What follows it.
    pub value: String,
    /// Where it is written.
    pub span: Span,
}

/// One item of a text.
#[derive(Clone, Debug)]
pub enum Item {
    /// `.decl`
    Declaration(Declaration),
    /// `.type`
    Type(TypeDeclaration),
    /// `.input`, `.output`, `.printsize`, `.limitsize`
    Directive(Directive),
    /// `.include "path"`
    Include {
        /// The path as written.
        path: String,
        /// Where the path is written.
        span: Span,
    },
    /// `.once`
    Once(Span),
    /// `.pragma`, accepted and kept for printing.
    Pragma {
        /// Its words, quotes removed.
        words: Vec<String>,
        /// Where it is written.
        span: Span,
    },
    /// A fact or a rule.
    Clause(Clause),
    /// `.comp`
    Component(Component),
    /// `.init`
    Instance(Instance),
    /// `.override name`, in a component: the rules of this relation are not inherited.
    Override {
        /// The relation.
        relation: Name,
        /// Where it is written.
        span: Span,
    },
    /// A query: `?- body.` or `body?`
    Query(Query),
    /// `.expect goal.`
    Expectation(Expectation),
    /// `-fact.`: takes a fact back (at a prompt).
    Retraction {
        /// The fact.
        atom: Atom,
        /// Where it is written.
        span: Span,
    },
}

impl Item {
    /// Where it is written.
    pub fn span(&self) -> Span {
        match self {
            Item::Declaration(it) => it.span,
            Item::Type(it) => it.span,
            Item::Directive(it) => it.span,
            Item::Clause(it) => it.span,
            Item::Component(it) => it.span,
            Item::Instance(it) => it.span,
            Item::Query(it) => it.span,
            Item::Expectation(it) => it.span,
            Item::Include { span, .. }
            | Item::Once(span)
            | Item::Pragma { span, .. }
            | Item::Override { span, .. }
            | Item::Retraction { span, .. } => *span,
        }
    }
}

/// `.comp Name<T> : Base<T> { ... }`: a text with names of its own, put in place by `.init`.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its name, and the names of its parameters.
    pub head: ComponentType,
    /// What it inherits from.
    pub bases: Vec<ComponentType>,
    /// What stands in it.
    pub items: Vec<Item>,
    /// The comment block on it.
    pub doc: Doc,
    /// Where it is written.
    pub span: Span,
    /// Where the items in it start and end: the inside of its braces.
    pub inside: Span,
}

/// `Name<A, B>`
#[derive(Clone, Debug)]
pub struct ComponentType {
    /// The component.
    pub name: Name,
    /// What stands in the angle brackets: parameters where it is declared, else arguments.
    pub arguments: Vec<Name>,
    /// Where it is written.
    pub span: Span,
}

/// `.init name = Component<A>`
#[derive(Clone, Debug)]
pub struct Instance {
    /// What stands before the names of all that is in it.
    pub name: Name,
    /// The component it is one of.
    pub of: ComponentType,
    /// Where it is written.
    pub span: Span,
}

/// `.decl name(a: type, ...)`; several names may share the columns.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The relations declared.
    pub names: Vec<Name>,
    /// Their columns.
    pub columns: Vec<ColumnDeclaration>,
    /// Qualifiers such as `brie` and `eqrel`.
    pub qualifiers: Vec<Name>,
    /// The columns of each `choice-domain`: no two tuples have the same values in all of them.
    pub choices: Vec<Vec<Name>>,
    /// The comment block on it.
    pub doc: Doc,
    /// Where it is written.
    pub span: Span,
}

/// `name: type`
#[derive(Clone, Debug)]
pub struct ColumnDeclaration {
    /// The attribute's name.
    pub name: Name,
    /// The type's name.
    pub ty: Name,
}

/// `.type`
#[derive(Clone, Debug)]
pub struct TypeDeclaration {
    /// The type declared.
    pub name: Name,
    /// What it is declared to be.
    pub body: TypeBody,
    /// The comment block on it.
    pub doc: Doc,
    /// Where it is written.
    pub span: Span,
}

/// What a type is declared to be.
#[derive(Clone, Debug)]
pub enum TypeBody {
    /// `.type A <: B`
    Subtype(Name),
    /// `.type A = B | C`; with one member an alias.
    Union(Vec<Name>),
    /// `.type A = [a: B, c: D]`
    Record(Vec<ColumnDeclaration>),
    /// `.type A = One {a: B} | Other {}`
    Sum(Vec<(Name, Vec<ColumnDeclaration>)>),
}

/// A directive on relations.
#[derive(Clone, Debug)]
pub struct Directive {
    /// Its name without the dot.
    pub kind: DirectiveKind,
    /// The relations.
    pub relations: Vec<Name>,
    /// The parameters, in order.
    pub parameters: Vec<(Name, String)>,
    /// Where it is written.
    pub span: Span,
}

/// A fact or rule.
#[derive(Clone, Debug)]
pub struct Clause {
    /// The heads; one at least.
    pub heads: Vec<Atom>,
    /// The atom behind `<=`, of a clause by which it makes the only head superfluous.
    pub greater: Option<Atom>,
    /// The body; absent for facts.
    pub body: Option<Body>,
    /// The plan written below it, if any; checked, and kept for printing.
    pub plan: Option<Plan>,
    /// The comment block on it.
    pub doc: Doc,
    /// Where it is written.
    pub span: Span,
}

/// The orders in which a rule's atoms are to be joined. They have no effect.
#[derive(Clone, Debug)]
pub struct Plan {
    /// As written.
    pub text: String,
    /// The versions of the rule that have an order, each with its place: one for each atom that may be
    /// the new one, counted from 0.
    pub versions: Vec<(u64, Span)>,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Query {
    /// What is asked.
    pub body: Body,
    /// Where it is written.
    pub span: Span,
}

/// What a test says must follow, or must not.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// What is expected: a goal. A `!` before all of it is in `negated`.
    pub body: Body,
    /// Whether the goal is to have no answer.
    pub negated: bool,
    /// The comment block on it.
    pub doc: Doc,
    /// Where it is written.
    pub span: Span,
}

/// Conditions, combined.
#[derive(Clone, Debug)]
pub enum Body {
    /// All must hold. Never nested directly in itself.
    And(Vec<Body>),
    /// One must hold. Never nested directly in itself.
    Or(Vec<Body>),
    /// Must not hold.
    Not(Box<Body>, Span),
    /// An atom.
    Atom(Atom),
    /// `left op right`
    Compare {
        /// How the sides compare.
        comparison: Comparison,
        /// The left side.
        left: Expression,
        /// The right side.
        right: Expression,
        /// Where it is written.
        span: Span,
    },
    /// `contains(a, b)` and the like.
    Test {
        /// Which.
        test: Test,
        /// Its arguments as written.
        arguments: Vec<Expression>,
        /// Where it is written.
        span: Span,
    },
    /// `true`, `false`
    Truth(bool, Span),
}

impl Body {
    /// The conditions that are joined by "and" at the top.
    pub fn into_parts(self) -> Vec<Body> {
        match self {
            Body::And(parts) => parts,
            part => vec![part],
        }
    }

    /// The branches that are joined by "or" at the top.
    pub fn into_branches(self) -> Vec<Body> {
        match self {
            Body::Or(branches) => branches,
            branch => vec![branch],
        }
    }
}

/// A relation applied to expressions.
#[derive(Clone, Debug)]
pub struct Atom {
    /// The relation.
    pub name: Name,
    /// One expression a column.
    pub arguments: Vec<Expression>,
    /// Where it is written.
    pub span: Span,
}

/// A value as written.
#[derive(Clone, Debug)]
pub enum Expression {
    /// A variable.
    Variable(Name),
    /// `_`
    Wildcard(Span),
    /// A constant. A plain number is read as `Number` and takes the type its place wants.
    Constant(Constant, Span),
    /// `[a, b]`, `$Branch(a, b)`; `nil` is a constant.
    Record {
        /// The branch; records have none.
        branch: Option<Name>,
        /// The fields.
        arguments: Vec<Expression>,
        /// Where it is written.
        span: Span,
    },
    /// A functor: `cat(a, b)`, `a + b`, `-a`.
    Call {
        /// Which.
        functor: Functor,
        /// Its arguments.
        arguments: Vec<Expression>,
        /// How it is written, for the printer: as a word (`cat`) or a sign (`+`).
        name: Name,
        /// Where it is written.
        span: Span,
    },
    /// `count : { ... }`, `sum x : { ... }`
    Aggregate {
        /// Which.
        operator: AggregateOperator,
        /// What is summed or compared.
        target: Option<Box<Expression>>,
        /// What ranges.
        body: Box<Body>,
        /// Where it is written.
        span: Span,
    },
    /// `range(from, to)`, `range(from, to, step)`
    Range {
        /// The arguments as written.
        arguments: Vec<Expression>,
        /// Where it is written.
        span: Span,
    },
}

impl Expression {
    /// Where it is written.
    pub fn span(&self) -> Span {
        match self {
            Expression::Variable(name) => name.span,
            Expression::Wildcard(span)
            | Expression::Constant(_, span)
            | Expression::Record { span, .. }
            | Expression::Call { span, .. }
            | Expression::Aggregate { span, .. }
            | Expression::Range { span, .. } => *span,
        }
    }
}
