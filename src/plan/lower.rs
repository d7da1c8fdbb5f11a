//! Rules to pipelines: each literal's operation.

use super::order::Order;
use super::{
    AggregatePlan, ChoicePlan, Determined, Expand, Expression, Operation, Pipeline, RowCheck, Rows,
    RulePlan, Slot, Source, StratumPlan, Told, live, simplify, split,
};
use crate::analyze::program::{Aggregate, Argument, Atom, Literal, Program, Rule, Stratum, Term};
use crate::store::{ColumnSet, Kept};
use crate::syntax::operators::{Comparison, DirectiveKind};
use crate::value::{Constant, Interner, Primitive, RelationId, RuleId, VariableId};

/// Plans the rules of a stratum.
pub(super) fn stratum(
    program: &Program,
    stratum: &Stratum,
    interner: &mut Interner,
) -> StratumPlan {
    let choices = stratum.relations.iter().filter_map(|&relation| {
        let keys = program.relations.get(relation.index())?.choices.clone();
        (!keys.is_empty()).then_some(ChoicePlan { relation, keys })
    });
    let choices: Vec<ChoicePlan> = choices.collect();
    // Where tuples go again, all of a round's are gathered before any is kept: nothing is helped.
    let loses = program.subsumptions.iter().any(|it| stratum.relations.contains(&it.head.relation));
    let plain = choices.is_empty() && !loses;
    let mut once = Vec::new();
    let mut repeated = Vec::new();
    let (mut prepare, mut helpers) = (Vec::new(), Vec::new());
    let mut reads = Vec::new();
    for &id in &stratum.rules {
        let Some(rule) = program.rules.get(id.index()) else { continue };
        collect_reads(&rule.body, &mut reads);
        let rule = simplify::rule(rule);
        let recursive = reading(&rule, &stratum.relations);
        if recursive.is_empty() {
            let mut plan = Lowering::new(&rule, &[], None, interner).plan(id);
            plan.apart = apart(&rule, id, program, stratum);
            once.push(plan);
        }
        let helper = RelationId::helper(helpers.len());
        let split = plain.then(|| split::split(&rule, &recursive, helper)).flatten();
        let Some(split) = split else {
            for &delta in &recursive {
                repeated.push(Lowering::new(&rule, &recursive, Some(delta), interner).plan(id));
            }
            continue;
        };
        helpers.push(split.helper.head.terms.len());
        for (rule, into) in [(&split.helper, &mut prepare), (&split.rest, &mut repeated)] {
            let recursive = reading(rule, &stratum.relations);
            for &delta in &recursive {
                into.push(Lowering::new(rule, &recursive, Some(delta), interner).plan(id));
            }
        }
    }
    let mut prunes = Vec::new();
    for (at, rule) in program.subsumptions.iter().enumerate() {
        if !stratum.relations.contains(&rule.head.relation) {
            continue;
        }
        collect_reads(&rule.body, &mut reads);
        let rule = simplify::rule(rule);
        let recursive: Vec<usize> = reading(&rule, &stratum.relations);
        for &delta in &recursive {
            let id = RuleId::from(program.rules.len() + at);
            prunes.push(Lowering::new(&rule, &recursive, Some(delta), interner).plan(id));
        }
    }
    let mut growing = Vec::new();
    for rule in repeated.iter().chain(&prepare).chain(&prunes) {
        for stage in &rule.pipeline.stages {
            if let Expand::Rows { relation, by, .. } = &stage.expand {
                growing.push((*relation, *by, stage.expand.keeps()));
            }
        }
        for step in rule.pipeline.steps() {
            if let Operation::Check { relation, columns, .. } = &step.operation {
                let columns = columns.iter().copied().filter(|&column| column < ColumnSet::LIMIT);
                growing.push((*relation, columns.collect(), Kept::Rows));
            }
        }
    }
    growing.retain(|(relation, by, _): &(RelationId, ColumnSet, Kept)| {
        !by.is_empty() && (relation.is_helper() || stratum.relations.contains(relation))
    });
    growing.sort();
    growing.dedup();
    reads.retain(|relation| !stratum.relations.contains(relation));
    reads.sort();
    reads.dedup();
    let enough = enough(program, &stratum.relations);
    let relations = stratum.relations.clone();
    StratumPlan {
        relations,
        once,
        repeated,
        prepare,
        helpers,
        growing,
        reads,
        enough,
        choices,
        prunes,
    }
}

/// The positive literals of a rule that read one of the relations, or a helper.
fn reading(rule: &Rule, relations: &[RelationId]) -> Vec<usize> {
    let reads = |literal: &Literal| match literal {
        Literal::Positive(atom) => atom.relation.is_helper() || relations.contains(&atom.relation),
        _ => false,
    };
    rule.body.iter().enumerate().filter(|(_, it)| reads(it)).map(|(at, _)| at).collect()
}

/// When the head of a rule tells which words its atoms and ranges gave: then a tuple has one solution.
fn determined(rule: &Rule) -> Option<Determined> {
    let head = rule.head.terms.iter().filter_map(|term| match term {
        Term::Variable(variable) => Some(slot(*variable)),
        _ => None,
    });
    let mut determined = Determined { slots: head.collect(), atoms: Vec::new() };
    for literal in &rule.body {
        match literal {
            Literal::Positive(atom) => {
                let columns = atom.arguments.iter().map(|argument| match argument {
                    Argument::Variable(variable) => Told::By(slot(*variable)),
                    Argument::Constant(_) => Told::Always,
                    Argument::Wildcard => Told::Never,
                });
                determined.atoms.push((atom.relation, columns.collect()));
            }
            Literal::Range { result, .. } if !determined.slots.contains(&slot(*result)) => {
                return None;
            }
            _ => {}
        }
    }
    Some(determined)
}

/// Strata of more rules are not looked through for heads that are told apart: each rule would be held
/// against each other.
const MOST_HEADS: usize = 256;

/// Whether each other rule with a rule's head has another constant in one of the head's columns. They
/// are all in its stratum.
fn apart(rule: &Rule, id: RuleId, program: &Program, stratum: &Stratum) -> bool {
    let differ = |(one, other): (&Term, &Term)| match (one, other) {
        (Term::Constant(one), Term::Constant(other)) => one != other,
        _ => false,
    };
    let few = stratum.rules.len() <= MOST_HEADS;
    few && stratum.rules.iter().filter(|other| **other != id).all(|other| {
        let other = program.rules.get(other.index()).map(|other| &other.head);
        other.is_none_or(|other| {
            let same = other.relation == rule.head.relation;
            !same || rule.head.terms.iter().zip(&other.terms).any(differ)
        })
    })
}

/// What `.limitsize` says of relations; of a relation that it names twice the smaller size counts.
fn enough(program: &Program, relations: &[RelationId]) -> Vec<(RelationId, usize)> {
    let limits = program.directives.iter().filter(|directive| {
        directive.kind == DirectiveKind::LimitSize && relations.contains(&directive.relation)
    });
    limits
        .filter_map(|directive| Some((directive.relation, directive.parameter("n")?.parse().ok()?)))
        .collect()
}

fn collect_reads(body: &[Literal], reads: &mut Vec<RelationId>) {
    for literal in body {
        match literal {
            Literal::Positive(atom) | Literal::Negative(atom) => reads.push(atom.relation),
            Literal::Aggregate(aggregate) => collect_reads(&aggregate.body, reads),
            _ => {}
        }
    }
}

/// Whether the variables of a group tell all bindings of a rule apart: no atom has a column or a variable
/// beside them. What else a body has adds no bindings, ranges aside.
fn one_binding_a_group(rule: &Rule, group: &[VariableId]) -> bool {
    let told = |argument: &Argument| match argument {
        Argument::Variable(variable) => group.contains(variable),
        Argument::Constant(_) => true,
        Argument::Wildcard => false,
    };
    rule.body.iter().all(|literal| match literal {
        Literal::Positive(atom) => atom.arguments.iter().all(told),
        Literal::Range { .. } => false,
        _ => true,
    })
}

/// What a body turns into, in order, before it is cut into stages.
pub(super) enum Planned {
    Expand(Expand),
    Narrow(Operation),
}

/// A rule while it is planned.
struct Lowering<'a> {
    rule: &'a Rule,
    /// The literals that read the stratum, and which of them is the delta.
    recursive: &'a [usize],
    delta: Option<usize>,
    interner: &'a mut Interner,
    /// How often each variable stands in the rule.
    uses: Vec<usize>,
    slots: Vec<String>,
    creates: bool,
    aggregates: usize,
    /// How many aggregates the body stands in that is being lowered.
    depth: usize,
}

impl<'a> Lowering<'a> {
    fn new(
        rule: &'a Rule,
        recursive: &'a [usize],
        delta: Option<usize>,
        interner: &'a mut Interner,
    ) -> Self {
        let mut uses = vec![0; rule.variables.len()];
        let mut count = |variable: VariableId| uses[variable.index()] += 1;
        rule.head.terms.iter().for_each(|term| term.variables(&mut count));
        rule.body.iter().for_each(|literal| literal.variables(&mut count));
        let slots = rule.variables.iter().map(|variable| variable.name.clone()).collect();
        Lowering {
            rule,
            recursive,
            delta,
            interner,
            uses,
            slots,
            creates: false,
            aggregates: 0,
            depth: 0,
        }
    }

    fn plan(mut self, id: RuleId) -> RulePlan {
        let mut bound = vec![false; self.slots.len()];
        let rule = self.rule;
        let mut planned = self.body(&rule.body, &mut bound, false);
        let mut emit = Vec::with_capacity(rule.head.terms.len());
        for term in &rule.head.terms {
            emit.push(match term {
                Term::Variable(variable) => Source::Slot(slot(*variable)),
                Term::Constant(constant) => self.constant(constant),
                Term::Call { .. } => {
                    let computed = self.fresh("@head");
                    let expression = self.expression(term);
                    self.creates = true;
                    planned.push(Planned::Narrow(Operation::Let(computed, expression)));
                    Source::Slot(computed)
                }
            });
        }
        let mut needs: Vec<RelationId> = rule
            .body
            .iter()
            .filter_map(|literal| match literal {
                Literal::Positive(atom) => Some(atom.relation),
                _ => None,
            })
            .collect();
        needs.sort();
        needs.dedup();
        let delta = self.delta.and_then(|at| match &rule.body[at] {
            Literal::Positive(atom) => Some(atom.relation),
            _ => None,
        });
        let wanted = emit.iter().filter_map(|source| match source {
            Source::Slot(slot) => Some(*slot),
            Source::Constant(..) => None,
        });
        let pipeline = live::pipeline(planned, self.slots.len(), wanted.collect(), false);
        RulePlan {
            rule: id,
            delta,
            needs,
            pipeline,
            head: rule.head.relation,
            emit,
            distinct: determined(rule),
            apart: false,
            creates: self.creates,
            aggregates: self.aggregates,
            slots: self.slots,
        }
    }

    /// Orders and lowers a body. In an `exact` one every solution counts, so that no atom may be
    /// weakened to a check.
    fn body(&mut self, body: &[Literal], bound: &mut [bool], exact: bool) -> Vec<Planned> {
        let mut planned = Vec::with_capacity(body.len());
        let mut left: Vec<usize> = (0..body.len()).collect();
        if !exact && let Some(delta) = self.delta {
            left.retain(|&at| at != delta);
            if let Literal::Positive(atom) = &body[delta] {
                planned.push(self.rows(atom, Rows::Delta, bound));
            }
        }
        while !left.is_empty() {
            let order = Order { body, uses: &self.uses, exact };
            let Some(place) = order.next(&left, bound) else { break };
            let at = left.remove(place);
            let rows = match (exact, self.delta) {
                (false, Some(delta)) if at < delta && self.recursive.contains(&at) => Rows::Old,
                _ => Rows::All,
            };
            let open = match &body[at] {
                Literal::Positive(atom) => order.open_columns(atom, bound),
                _ => 0,
            };
            self.literal(&body[at], rows, bound, open, &mut planned);
        }
        planned
    }

    /// Lowers a literal, of whose columns so many are open.
    fn literal(
        &mut self,
        literal: &Literal,
        rows: Rows,
        bound: &mut [bool],
        open: usize,
        planned: &mut Vec<Planned>,
    ) {
        let operation = match literal {
            Literal::Truth(true) => return,
            Literal::Truth(false) => Operation::Never,
            Literal::Positive(atom) if open > 0 => {
                planned.push(self.rows(atom, rows, bound));
                return;
            }
            Literal::Positive(atom) => self.check(atom, rows, bound, false),
            Literal::Negative(atom) => self.check(atom, Rows::All, bound, true),
            Literal::Test { test, arguments: [first, second], negated, span } => Operation::Test {
                test: *test,
                arguments: [self.expression(first), self.expression(second)],
                negated: *negated,
                span: *span,
            },
            Literal::Compare { comparison, primitive, left, right, .. } => {
                let free = |term: &Term| match term {
                    Term::Variable(variable) if !bound[variable.index()] => Some(*variable),
                    _ => None,
                };
                let (binds, value) = match (free(left), free(right)) {
                    (Some(variable), _) => (Some(variable), right),
                    (None, Some(variable)) => (Some(variable), left),
                    (None, None) => (None, left),
                };
                match binds {
                    Some(variable) => {
                        bound[variable.index()] = true;
                        self.creates |= matches!(value, Term::Call { .. });
                        Operation::Let(slot(variable), self.expression(value))
                    }
                    None => Operation::Compare(
                        *comparison,
                        *primitive,
                        self.expression(left),
                        self.expression(right),
                    ),
                }
            }
            Literal::Range { result, primitive, from, to, step, span } => {
                self.creates = true;
                let (result, check) = self.result(*result, *primitive, bound);
                planned.push(Planned::Expand(Expand::Range {
                    result,
                    primitive: *primitive,
                    from: self.expression(from),
                    to: self.expression(to),
                    step: step.as_ref().map(|step| self.expression(step)),
                    span: *span,
                }));
                planned.extend(check.map(Planned::Narrow));
                return;
            }
            Literal::Aggregate(aggregate) => {
                let (result, check) = self.result(aggregate.result, aggregate.primitive, bound);
                let aggregate = self.aggregate(aggregate, result);
                // Where groups come again, whoever shares the rule out would compute them again.
                self.creates |= !aggregate.chooses() || !aggregate.apart;
                planned.push(Planned::Narrow(Operation::Aggregate(Box::new(aggregate))));
                planned.extend(check.map(Planned::Narrow));
                return;
            }
        };
        planned.push(Planned::Narrow(operation));
    }

    /// Where a computed result goes: to its variable, or to a slot of its own that is compared
    /// with the variable if that is bound already.
    fn result(
        &mut self,
        variable: VariableId,
        primitive: Primitive,
        bound: &mut [bool],
    ) -> (Slot, Option<Operation>) {
        if !bound[variable.index()] {
            bound[variable.index()] = true;
            return (slot(variable), None);
        }
        let computed = self.fresh("@result");
        let compare = Operation::Compare(
            Comparison::Equal,
            primitive,
            Expression::Slot(computed, primitive),
            Expression::Slot(slot(variable), primitive),
        );
        (computed, Some(compare))
    }

    fn aggregate(&mut self, aggregate: &Aggregate, result: Slot) -> AggregatePlan {
        let number = self.aggregates;
        self.aggregates += 1;
        let lane = self.fresh("@lane");
        let mut bound = vec![false; self.slots.len()];
        for variable in &aggregate.outer {
            bound[variable.index()] = true;
        }
        let apart = self.depth == 0 && one_binding_a_group(self.rule, &aggregate.outer);
        self.depth += 1;
        let planned = self.body(&aggregate.body, &mut bound, true);
        self.depth -= 1;
        let target = aggregate.target.as_ref().map(|target| self.expression(target));
        let mut wanted = vec![lane];
        if let Some(target) = &target {
            target.slots(&mut |slot| wanted.push(slot));
        }
        AggregatePlan {
            number,
            operator: aggregate.operator,
            primitive: target.as_ref().map_or(aggregate.primitive, Expression::primitive),
            result,
            group: aggregate.outer.iter().map(|variable| slot(*variable)).collect(),
            apart,
            lane,
            pipeline: live::pipeline(planned, self.slots.len(), wanted, true),
            target,
        }
    }

    /// An atom that binds variables.
    fn rows(&mut self, atom: &Atom, rows: Rows, bound: &mut [bool]) -> Planned {
        let mut by = ColumnSet::default();
        let mut key = Vec::new();
        let mut checks = Vec::new();
        let mut take: Vec<(usize, Slot)> = Vec::new();
        for (column, argument) in atom.arguments.iter().enumerate() {
            let source = match argument {
                Argument::Wildcard => continue,
                Argument::Constant(constant) => self.constant(constant),
                Argument::Variable(variable) if bound[variable.index()] => {
                    Source::Slot(slot(*variable))
                }
                Argument::Variable(variable) => {
                    let slot = slot(*variable);
                    match take.iter().find(|(_, taken)| *taken == slot) {
                        Some(&(first, _)) => checks.push(RowCheck::Same(first, column)),
                        None => take.push((column, slot)),
                    }
                    continue;
                }
            };
            if rows != Rows::Delta && column < ColumnSet::LIMIT {
                by = by.with(column);
                key.push(source);
            } else {
                checks.push(RowCheck::Word(column, source));
            }
        }
        for (_, slot) in &take {
            bound[slot.index()] = true;
        }
        Planned::Expand(Expand::Rows { relation: atom.relation, rows, by, key, checks, take })
    }

    /// An atom that binds nothing that is needed.
    fn check(&mut self, atom: &Atom, rows: Rows, bound: &[bool], negated: bool) -> Operation {
        let mut columns = Vec::new();
        let mut key = Vec::new();
        for (column, argument) in atom.arguments.iter().enumerate() {
            let source = match argument {
                Argument::Constant(constant) => self.constant(constant),
                Argument::Variable(variable) if bound[variable.index()] => {
                    Source::Slot(slot(*variable))
                }
                Argument::Wildcard | Argument::Variable(_) => continue,
            };
            columns.push(column);
            key.push(source);
        }
        Operation::Check { relation: atom.relation, rows, columns, key, negated }
    }

    fn expression(&mut self, term: &Term) -> Expression {
        match term {
            Term::Variable(variable) => {
                let primitive = self.rule.variables[variable.index()].primitive;
                Expression::Slot(slot(*variable), primitive)
            }
            Term::Constant(constant) => {
                Expression::Constant(self.interner.intern(constant), constant.clone())
            }
            Term::Call { functor, primitive, arguments, span } => Expression::Call {
                functor: *functor,
                primitive: *primitive,
                arguments: arguments.iter().map(|argument| self.expression(argument)).collect(),
                span: *span,
            },
        }
    }

    fn constant(&mut self, constant: &Constant) -> Source {
        Source::Constant(self.interner.intern(constant), constant.clone())
    }

    fn fresh(&mut self, name: &str) -> Slot {
        self.slots.push(name.to_owned());
        Slot(self.slots.len() as u32 - 1)
    }
}

fn slot(variable: VariableId) -> Slot {
    Slot(variable.0)
}

impl Pipeline {
    /// All its steps that narrow.
    pub(super) fn steps(&self) -> impl Iterator<Item = &super::Step> {
        self.first.iter().chain(self.stages.iter().flat_map(|stage| &stage.then))
    }
}
