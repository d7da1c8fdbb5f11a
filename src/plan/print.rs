//! Plans as text, for people who ask why a rule is slow.

use std::fmt::{Display, Formatter, Result, Write};

use super::{
    AggregatePlan, Expand, Expression, Operation, Pipeline, Plan, RowCheck, Rows, RulePlan, Slot,
    Source, Stage, Step, StratumPlan,
};
use crate::analyze::program::Program;
use crate::diag::Sources;
use crate::store::{ColumnSet, Database};
use crate::syntax::operators::{CALLS, Functor, INFIX, PREFIXES};
use crate::value::{Constant, RelationId, RuleId};

impl Display for Plan {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        self.print(out, None, None)
    }
}

/// What is known of a program that was run: it is printed beside the plan.
pub struct Known<'a> {
    /// The program.
    pub program: &'a Program,
    /// Its texts.
    pub sources: &'a Sources,
    /// Its relations, if they were derived.
    pub database: Option<&'a Database>,
}

impl Known<'_> {
    /// How many tuples a relation has.
    fn size(&self, relation: RelationId) -> usize {
        self.database.map_or(0, |database| database.relation(relation).len())
    }

    /// What a rule says, and where it stands.
    fn rule(&self, rule: RuleId) -> String {
        let clause = self.program.rules.get(rule.index()).map(|rule| rule.clause.index());
        let clause = clause.and_then(|clause| self.program.clauses.get(clause));
        let span = clause.map(|clause| clause.span).unwrap_or_default();
        let text: Vec<&str> = self.sources.text(span).split_whitespace().collect();
        let (name, line) = (self.sources.name(span), self.sources.position(span).line);
        format!("{} ({name}:{line})", text.join(" "))
    }
}

/// A plan with what is known of its relations and rules.
pub struct Measured<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What is known.
    pub known: Known<'a>,
    /// The relation whose stratum is printed; all strata without one.
    pub only: Option<RelationId>,
}

impl Display for Measured<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        self.plan.print(out, Some(&self.known), self.only)?;
        let mut indices: Vec<(RelationId, ColumnSet)> = Vec::new();
        for stratum in self.plan.strata.iter().filter(|it| it.is_of(self.only)) {
            let rules = stratum.once.iter().chain(&stratum.repeated).chain(&stratum.prunes);
            rules.for_each(|rule| indices_of(&rule.pipeline, &mut indices));
        }
        indices.sort();
        indices.dedup();
        // Whole tuples are found without an index.
        indices.retain(|(relation, by)| by.columns().count() < self.plan.kinds(*relation).len());
        if !indices.is_empty() {
            out.write_str("indices\n")?;
        }
        for (relation, columns) in indices {
            let names: Vec<String> = columns.columns().map(|column| column.to_string()).collect();
            let (name, size) = (self.plan.name(relation), self.known.size(relation));
            let word = if names.len() == 1 { "column" } else { "columns" };
            writeln!(out, "  {name} ({size}) by {word} {}", names.join(", "))?;
        }
        Ok(())
    }
}

/// The indices that a pipeline looks rows up in.
fn indices_of(pipeline: &Pipeline, found: &mut Vec<(RelationId, ColumnSet)>) {
    for stage in &pipeline.stages {
        if let Expand::Rows { relation, by, .. } = &stage.expand
            && !by.is_empty()
        {
            found.push((*relation, *by));
        }
    }
    for step in pipeline.steps() {
        match &step.operation {
            Operation::Check { relation, columns, .. } => {
                let columns = columns.iter().copied().filter(|&it| it < ColumnSet::LIMIT);
                let columns: ColumnSet = columns.collect();
                if !columns.is_empty() {
                    found.push((*relation, columns));
                }
            }
            Operation::Aggregate(aggregate) => indices_of(&aggregate.pipeline, found),
            _ => {}
        }
    }
}

impl Plan {
    fn print(
        &self,
        out: &mut Formatter<'_>,
        known: Option<&Known<'_>>,
        only: Option<RelationId>,
    ) -> Result {
        let called = |rule: &RulePlan| match known {
            None => format!("rule {}", rule.rule.0),
            Some(known) => known.rule(rule.rule),
        };
        for (at, stratum) in self.strata.iter().enumerate() {
            let idle =
                stratum.once.is_empty() && stratum.repeated.is_empty() && stratum.prunes.is_empty();
            if idle || !stratum.is_of(only) {
                continue;
            }
            let names: Vec<&str> = stratum.relations.iter().map(|id| self.name(*id)).collect();
            writeln!(out, "stratum {at}: {}", names.join(", "))?;
            for choice in &stratum.choices {
                let keys: Vec<String> =
                    choice.keys.iter().map(|columns| format!("{columns:?}")).collect();
                writeln!(
                    out,
                    "  one tuple of {} a key: {}",
                    self.name(choice.relation),
                    keys.join(", ")
                )?;
            }
            for rule in &stratum.prunes {
                let delta = rule.delta.map_or("?", |delta| self.name(delta));
                writeln!(out, "  take out, for new {delta}")?;
                self.rule(out, rule, known)?;
            }
            for rule in &stratum.once {
                writeln!(out, "  {}, once", called(rule))?;
                self.rule(out, rule, known)?;
            }
            for rule in &stratum.prepare {
                let delta = rule.delta.map_or("?", |delta| self.name(delta));
                writeln!(out, "  {}, a part of it, for new {delta}", called(rule))?;
                self.rule(out, rule, known)?;
            }
            for rule in &stratum.repeated {
                let delta = rule.delta.map_or("?", |delta| self.name(delta));
                writeln!(out, "  {}, for new {delta}", called(rule))?;
                self.rule(out, rule, known)?;
            }
        }
        Ok(())
    }
}

impl StratumPlan {
    /// Whether it makes a relation, or any where none is named.
    fn is_of(&self, only: Option<RelationId>) -> bool {
        only.is_none_or(|relation| self.relations.contains(&relation))
    }
}

impl Plan {
    fn name(&self, relation: RelationId) -> &str {
        let unnamed = if relation.is_helper() { "(helper)" } else { "?" };
        self.names.get(relation.index()).map_or(unnamed, |name| name)
    }

    fn rule(&self, out: &mut Formatter<'_>, rule: &RulePlan, known: Option<&Known<'_>>) -> Result {
        let printer = Printer { plan: self, slots: &rule.slots, known };
        printer.pipeline(out, &rule.pipeline, 4)?;
        let words = rule.emit.iter().map(|source| printer.source(source)).collect::<Vec<_>>();
        writeln!(out, "    emit {}({})", self.name(rule.head), words.join(", "))
    }
}

struct Printer<'a> {
    plan: &'a Plan,
    slots: &'a [String],
    known: Option<&'a Known<'a>>,
}

impl Printer<'_> {
    fn pipeline(&self, out: &mut Formatter<'_>, pipeline: &Pipeline, indent: usize) -> Result {
        self.steps(out, &pipeline.first, indent)?;
        for stage in &pipeline.stages {
            self.stage(out, stage, indent)?;
        }
        Ok(())
    }

    fn steps(&self, out: &mut Formatter<'_>, steps: &[Step], indent: usize) -> Result {
        steps.iter().try_for_each(|step| self.operation(out, &step.operation, indent))
    }

    fn stage(&self, out: &mut Formatter<'_>, stage: &Stage, indent: usize) -> Result {
        write!(out, "{:indent$}", "")?;
        match &stage.expand {
            Expand::Rows { relation, rows, by, key, checks, take } => {
                let verb = if by.is_empty() { "scan" } else { "look up" };
                write!(out, "{verb} {}{}", which(*rows), self.named(*relation))?;
                let columns: Vec<usize> = by.columns().collect();
                self.key(out, &columns, key)?;
                for (at, check) in checks.iter().enumerate() {
                    out.write_str(if at == 0 { " where " } else { " and " })?;
                    match check {
                        RowCheck::Word(column, source) => {
                            write!(out, "column {column} = {}", self.source(source))?;
                        }
                        RowCheck::Same(one, other) => {
                            write!(out, "columns {one} and {other} are the same")?;
                        }
                    }
                }
                for (at, (column, slot)) in take.iter().enumerate() {
                    let before = if at == 0 { " giving " } else { ", " };
                    write!(out, "{before}{} (column {column})", self.slot(*slot))?;
                }
            }
            Expand::Range { result, from, to, step, .. } => {
                let step = step.as_ref().map(|step| format!(", {}", self.expression(step)));
                write!(
                    out,
                    "let {} = range({}, {}{})",
                    self.slot(*result),
                    self.expression(from),
                    self.expression(to),
                    step.unwrap_or_default()
                )?;
            }
        }
        out.write_char('\n')?;
        self.steps(out, &stage.then, indent)
    }

    fn operation(&self, out: &mut Formatter<'_>, operation: &Operation, indent: usize) -> Result {
        write!(out, "{:indent$}", "")?;
        match operation {
            Operation::Check { relation, rows, columns, key, negated } => {
                let not = if *negated { "no " } else { "" };
                write!(out, "keep if {not}{}{}", which(*rows), self.named(*relation))?;
                self.key(out, columns, key)?;
                out.write_char('\n')
            }
            Operation::Compare(comparison, _, left, right) => {
                let (left, right) = (self.expression(left), self.expression(right));
                writeln!(out, "keep if {left} {} {right}", comparison.sign())
            }
            Operation::Test { test, arguments: [first, second], negated, .. } => {
                let name = test.name();
                let not = if *negated { "not " } else { "" };
                let (first, second) = (self.expression(first), self.expression(second));
                writeln!(out, "keep if {not}{name}({first}, {second})")
            }
            Operation::Let(slot, value) => {
                writeln!(out, "let {} = {}", self.slot(*slot), self.expression(value))
            }
            Operation::Aggregate(aggregate) => self.aggregate(out, aggregate, indent),
            Operation::Never => writeln!(out, "keep nothing"),
        }
    }

    fn aggregate(
        &self,
        out: &mut Formatter<'_>,
        aggregate: &AggregatePlan,
        indent: usize,
    ) -> Result {
        let name = aggregate.operator.name();
        write!(out, "let {} = {name}", self.slot(aggregate.result))?;
        if let Some(target) = &aggregate.target {
            write!(out, " {}", self.expression(target))?;
        }
        let group: Vec<&str> = aggregate.group.iter().map(|slot| self.slot(*slot)).collect();
        if !group.is_empty() {
            write!(out, " for each {}", group.join(", "))?;
        }
        out.write_str(" over\n")?;
        self.pipeline(out, &aggregate.pipeline, indent + 4)
    }

    fn key(&self, out: &mut Formatter<'_>, columns: &[usize], key: &[Source]) -> Result {
        for (at, (column, source)) in columns.iter().zip(key).enumerate() {
            let before = if at == 0 { " by " } else { ", " };
            write!(out, "{before}column {column} = {}", self.source(source))?;
        }
        Ok(())
    }

    /// A relation's name, and its size where that is known.
    fn named(&self, relation: RelationId) -> String {
        let name = self.plan.name(relation);
        match self.known {
            None => name.to_owned(),
            Some(known) => format!("{name} ({})", known.size(relation)),
        }
    }

    fn slot(&self, slot: Slot) -> &str {
        self.slots.get(slot.index()).map_or("?", |name| name)
    }

    fn source(&self, source: &Source) -> String {
        match source {
            Source::Slot(slot) => self.slot(*slot).to_owned(),
            Source::Constant(_, constant) => literal(constant),
        }
    }

    fn expression(&self, expression: &Expression) -> String {
        match expression {
            Expression::Slot(slot, _) => self.slot(*slot).to_owned(),
            Expression::Constant(_, constant) => literal(constant),
            Expression::Call { functor, arguments, .. } => {
                let arguments: Vec<String> =
                    arguments.iter().map(|argument| self.expression(argument)).collect();
                match (infix(*functor), arguments.as_slice()) {
                    (Some(sign), [left, right]) => format!("({left} {sign} {right})"),
                    _ => format!("{}({})", prefix(*functor), arguments.join(", ")),
                }
            }
        }
    }
}

fn literal(constant: &Constant) -> String {
    match constant {
        Constant::Symbol(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

fn which(rows: Rows) -> &'static str {
    match rows {
        Rows::All => "",
        Rows::Delta => "new ",
        Rows::Old => "old ",
    }
}

fn infix(functor: Functor) -> Option<&'static str> {
    INFIX.iter().find(|(_, other, ..)| *other == functor).map(|(sign, ..)| *sign)
}

fn prefix(functor: Functor) -> &'static str {
    let call = CALLS.iter().find(|(_, other, ..)| *other == functor).map(|(name, ..)| *name);
    let sign = PREFIXES.iter().find(|(_, other)| *other == functor).map(|(sign, _)| *sign);
    match functor {
        Functor::Convert => "convert",
        Functor::Record { .. } => "record",
        Functor::Field(_) => "field",
        _ => call.or(sign).or(infix(functor)).unwrap_or("?"),
    }
}
