//! Program to plan. Every choice is made here and can be printed.
//!
//! A rule becomes a *pipeline*: a row of stages, each of which takes a batch of bindings (a column
//! of words for each variable that is still needed), extends it by what one atom matches, and
//! narrows it by whatever can be tested then. Evaluation pushes batches through and chooses
//! nothing.
//!
//! **Order.** Greedy. Whatever can be tested or computed with the variables bound so far comes
//! first; then the atom with most of its columns bound; then aggregates; an atom that shares
//! nothing with what is bound comes last. Of equals, one whose first column is bound; then the one
//! written first.
//!
//! **Recursion.** A rule that reads relations of its own stratum has a pipeline for each such atom.
//! That atom scans the *delta*, the rows that the last round made, and comes first; atoms of the
//! stratum written before it read only what is older, those after it read everything. So each
//! combination of rows meets exactly once.
//!
//! **Helpers.** Where two atoms of a recursive rule share a variable that nothing else needs, the two
//! become a relation of their own (see `split`).
//!
//! **Variables.** Each variable of a rule has a slot in the batch. A slot is carried on only while a
//! later step or the head needs it. An atom of whose new variables none is ever needed is a mere
//! check: it never multiplies the batch.
//!
//! **Constants** are words from here on, and `x = "a"` is gone: the variable was replaced.

pub mod demand;
mod live;
mod lower;
mod order;
mod print;
mod simplify;
mod split;

pub use print::{Known, Measured};

use crate::analyze::program::{Program, Relation};
use crate::diag::Span;
use crate::store::{ColumnSet, Kept};
use crate::syntax::operators::{AggregateOperator, Comparison, Functor, Test};
use crate::value::{Constant, Interner, Primitive, RelationId, RuleId, Word};

/// How to evaluate a program.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The strata in order of evaluation, as in the program.
    pub strata: Vec<StratumPlan>,
    /// The names of the relations, for printing.
    names: Vec<String>,
    /// The kinds of their columns.
    kinds: Vec<Vec<Primitive>>,
}

/// How to evaluate the relations of a stratum.
#[derive(Clone, Debug)]
pub struct StratumPlan {
    /// The relations.
    pub relations: Vec<RelationId>,
    /// Rules that read no relation of the stratum; they run once.
    pub once: Vec<RulePlan>,
    /// Rules that do; they run until nothing is new, each with a pipeline for each atom that can
    /// be the delta.
    pub repeated: Vec<RulePlan>,
    /// Rules that bring the helpers up to date, at the start of each round.
    pub prepare: Vec<RulePlan>,
    /// The helpers: relations that stand for a part of a body, by how many columns each has. They are
    /// called [`RelationId::helper`] and are gone when the stratum is done.
    pub helpers: Vec<usize>,
    /// The indices on relations of the stratum and on helpers, which grow with them, and what they keep
    /// if they can.
    pub growing: Vec<(RelationId, ColumnSet, Kept)>,
    /// All relations that the rules read, those in negations and aggregates included, those of the
    /// stratum left out.
    pub reads: Vec<RelationId>,
    /// Relations of the stratum with so many tuples that no further round is begun, as
    /// `.limitsize` asks.
    pub enough: Vec<(RelationId, usize)>,
    /// Relations of the stratum that hold one tuple a key only.
    pub choices: Vec<ChoicePlan>,
    /// What makes tuples of the stratum superfluous: each concludes the columns of one that goes
    /// and those of the one that it goes for.
    pub prunes: Vec<RulePlan>,
}

/// A relation of which candidates are chosen.
#[derive(Clone, Debug)]
pub struct ChoicePlan {
    /// The relation.
    pub relation: RelationId,
    /// The columns of each of its keys.
    pub keys: Vec<Vec<usize>>,
}

/// How to evaluate a rule, or one choice of delta of a recursive rule.
#[derive(Clone, Debug)]
pub struct RulePlan {
    /// The rule.
    pub rule: RuleId,
    /// The relation whose delta it starts from.
    pub delta: Option<RelationId>,
    /// The relations of its positive atoms: if one is empty, so is the result.
    pub needs: Vec<RelationId>,
    /// What makes the bindings.
    pub pipeline: Pipeline,
    /// The relation concluded.
    pub head: RelationId,
    /// The words of the head's columns.
    pub emit: Vec<Source>,
    /// When no two of its solutions conclude the same tuple; nothing if that cannot be known.
    pub distinct: Option<Determined>,
    /// Whether no other rule concludes a tuple of its: a column is another constant there.
    pub apart: bool,
    /// Whether it can make a word that no interner knows yet.
    pub creates: bool,
    /// How many aggregates there are in it, nested ones included.
    pub aggregates: usize,
    /// The names of its slots, for printing.
    slots: Vec<String>,
}

/// When a tuple of a rule's head tells its whole solution.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Determined {
    /// The head's variables, with which it starts.
    pub slots: Vec<Slot>,
    /// The positive atoms: all their variables must be told in the end. An atom whose leading columns
    /// are told and are a key of its relation tells the rest.
    pub atoms: Vec<(RelationId, Vec<Told>)>,
}

/// A column of an atom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    /// It has the word of a variable.
    By(Slot),
    /// It is always the same.
    Always,
    /// Nothing tells it but the other columns.
    Never,
}

impl Determined {
    /// Whether the head tells the solution, `key` saying how many leading columns of a relation tell
    /// its rows apart, where that is known.
    pub fn holds(&self, key: impl Fn(RelationId) -> Option<usize>) -> bool {
        let mut told = self.slots.clone();
        let mut left: Vec<&(RelationId, Vec<Told>)> = self.atoms.iter().collect();
        loop {
            let before = left.len();
            left.retain(|(relation, columns)| {
                let is_told = |column: &Told| match column {
                    Told::By(slot) => told.contains(slot),
                    Told::Always => true,
                    Told::Never => false,
                };
                let all = columns.iter().all(is_told);
                let leading = |key: usize| columns.iter().take(key).all(is_told);
                if !all && !key(*relation).is_some_and(leading) {
                    return true;
                }
                told.extend(columns.iter().filter_map(|column| match column {
                    Told::By(slot) => Some(*slot),
                    _ => None,
                }));
                false
            });
            if left.is_empty() || left.len() == before {
                return left.is_empty();
            }
        }
    }
}

/// A place in a batch for the words of one variable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(pub u32);

impl Slot {
    /// The position of its column.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Steps from an input batch to output batches.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    /// How many slots a batch has.
    pub slots: usize,
    /// What is done with the input batch.
    pub first: Vec<Step>,
    /// What extends it, one after the other.
    pub stages: Vec<Stage>,
    /// Whether every solution counts, as in an aggregate; else equal ones may be merged.
    pub exact: bool,
}

/// An extension of a batch and the narrowing after it.
#[derive(Clone, Debug)]
pub struct Stage {
    /// What it is extended by.
    pub expand: Expand,
    /// The slots of the input that are still needed.
    pub carry: Vec<Slot>,
    /// The steps after.
    pub then: Vec<Step>,
}

/// How a batch is extended.
#[derive(Clone, Debug)]
pub enum Expand {
    /// By rows of a relation.
    Rows {
        /// The relation.
        relation: RelationId,
        /// Which of its rows.
        rows: Rows,
        /// The columns that are looked up, in an index; empty for a scan.
        by: ColumnSet,
        /// The words of those columns, in ascending order of the columns.
        key: Vec<Source>,
        /// What else the row must fulfil.
        checks: Vec<RowCheck>,
        /// The columns that are needed, and where they go.
        take: Vec<(usize, Slot)>,
    },
    /// By the numbers of a range.
    Range {
        /// Where each number goes; absent when none is needed.
        result: Slot,
        /// The kind of number.
        primitive: Primitive,
        /// The first.
        from: Expression,
        /// The bound, excluded.
        to: Expression,
        /// The step.
        step: Option<Expression>,
        /// Where it is written.
        span: Span,
    },
}

impl Expand {
    /// What the index it looks into had best keep: the words of the other column of two, if they are all
    /// that is needed.
    pub fn keeps(&self) -> Kept {
        match self {
            Expand::Rows { by, checks, take, .. }
                if by.len() == 1 && checks.is_empty() && take.len() == 1 =>
            {
                Kept::Words
            }
            _ => Kept::Rows,
        }
    }
}

/// Which rows of a relation an atom reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rows {
    /// All that there are at the start of the round.
    All,
    /// Those that the last round made.
    Delta,
    /// Those that are older than the delta.
    Old,
}

/// A test on a row.
#[derive(Clone, Debug)]
pub enum RowCheck {
    /// The column has this word.
    Word(usize, Source),
    /// Two columns have the same word.
    Same(usize, usize),
}

/// A word for each binding of a batch.
#[derive(Clone, PartialEq, Debug)]
pub enum Source {
    /// That of a variable.
    Slot(Slot),
    /// The same everywhere.
    Constant(Word, Constant),
}

/// A step that keeps, drops or completes bindings.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub operation: Operation,
    /// The slots that were bound before and are needed after.
    pub keep: Vec<Slot>,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Keeps the bindings for which a relation has, or has not, a matching row.
    Check {
        /// The relation.
        relation: RelationId,
        /// Which of its rows.
        rows: Rows,
        /// The columns that are compared, ascending.
        columns: Vec<usize>,
        /// Their words.
        key: Vec<Source>,
        /// Whether there must be no such row.
        negated: bool,
    },
    /// Keeps the bindings that compare.
    Compare(Comparison, Primitive, Expression, Expression),
    /// Keeps the bindings that pass a test.
    Test {
        /// Which.
        test: Test,
        /// On what.
        arguments: [Expression; 2],
        /// Whether it must fail.
        negated: bool,
        /// Where it is written.
        span: Span,
    },
    /// Computes a variable. Bindings for which there is no value are dropped.
    Let(Slot, Expression),
    /// Computes an aggregate for the group of each binding.
    Aggregate(Box<AggregatePlan>),
    /// Drops everything.
    Never,
}

/// A value for each binding of a batch.
#[derive(Clone, Debug)]
pub enum Expression {
    /// That of a variable.
    Slot(Slot, Primitive),
    /// The same everywhere.
    Constant(Word, Constant),
    /// A functor applied to values.
    Call {
        /// The functor.
        functor: Functor,
        /// The kind of value it works on, where there are several.
        primitive: Primitive,
        /// Its arguments.
        arguments: Vec<Expression>,
        /// Where it is written.
        span: Span,
    },
}

impl Expression {
    /// The kind of value it has.
    pub fn primitive(&self) -> Primitive {
        match self {
            Expression::Slot(_, primitive) => *primitive,
            Expression::Constant(_, constant) => constant.primitive(),
            Expression::Call { functor, primitive, .. } => match functor {
                Functor::Cat | Functor::Substring | Functor::ToString => Primitive::Symbol,
                Functor::Length | Functor::Ordinal | Functor::ToNumber => Primitive::Number,
                Functor::ToUnsigned => Primitive::Unsigned,
                Functor::ToFloat => Primitive::Float,
                Functor::Record { .. } => Primitive::Record,
                _ => *primitive,
            },
        }
    }
}

/// How to compute an aggregate. The groups of a batch that are new go through its pipeline
/// together, each with its number in the slot `lane`.
#[derive(Clone, Debug)]
pub struct AggregatePlan {
    /// Its number among the aggregates of its rule.
    pub number: usize,
    /// What it computes.
    pub operator: AggregateOperator,
    /// The kind of value that is summed or compared.
    pub primitive: Primitive,
    /// Where the result goes.
    pub result: Slot,
    /// The variables of the group.
    pub group: Vec<Slot>,
    /// Whether no two bindings that come to it are of one group.
    pub apart: bool,
    /// Where the number of the group goes.
    pub lane: Slot,
    /// What ranges.
    pub pipeline: Pipeline,
    /// What is summed or compared.
    pub target: Option<Expression>,
}

impl AggregatePlan {
    /// Whether its result is one of the words that it ranges over.
    pub fn chooses(&self) -> bool {
        matches!(self.operator, AggregateOperator::Minimum | AggregateOperator::Maximum)
            && matches!(self.target, Some(Expression::Slot(..)))
    }
}

impl Plan {
    /// Plans a whole program. Its constants are interned.
    pub fn new(program: &Program, interner: &mut Interner) -> Plan {
        let strata = program
            .strata
            .iter()
            .map(|stratum| lower::stratum(program, stratum, interner))
            .collect();
        let names = program.relations.iter().map(|relation| relation.name.clone()).collect();
        let kinds = |relation: &Relation| relation.columns.iter().map(|it| it.primitive).collect();
        let kinds = program.relations.iter().map(|relation| kinds(relation)).collect();
        Plan { strata, names, kinds }
    }

    /// The kinds of a relation's columns.
    pub fn kinds(&self, relation: RelationId) -> &[Primitive] {
        self.kinds.get(relation.index()).map_or(&[], Vec::as_slice)
    }

    /// The strata apart that depend on none of the given relations, and those that do: what can be
    /// evaluated once, and what must be evaluated for each set of facts. A stratum that holds one
    /// of the relations depends on it. Both in order.
    pub fn split(&self, relations: &[RelationId]) -> (Vec<usize>, Vec<usize>) {
        let mut depends = vec![false; self.names.len()];
        for relation in relations {
            if let Some(flag) = depends.get_mut(relation.index()) {
                *flag = true;
            }
        }
        (0..self.strata.len()).partition(|&at| {
            let stratum = &self.strata[at];
            let touched =
                stratum.reads.iter().chain(&stratum.relations).any(|id| depends[id.index()]);
            if touched {
                for id in &stratum.relations {
                    depends[id.index()] = true;
                }
            }
            !touched
        })
    }

    /// The strata that the given relations need, their own included, in order: enough to answer a
    /// question about them.
    pub fn needed(&self, relations: &[RelationId]) -> Vec<usize> {
        let mut wanted = vec![false; self.names.len()];
        for relation in relations {
            if let Some(flag) = wanted.get_mut(relation.index()) {
                *flag = true;
            }
        }
        let mut strata: Vec<usize> = Vec::new();
        for (at, stratum) in self.strata.iter().enumerate().rev() {
            if stratum.relations.iter().any(|id| wanted[id.index()]) {
                strata.push(at);
                for id in &stratum.reads {
                    wanted[id.index()] = true;
                }
            }
        }
        strata.reverse();
        strata
    }
}
