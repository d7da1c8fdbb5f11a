//! First-match lists, proved over every point of the space of their inputs.
//!
//! A program says what its spaces are (`space`); nothing about them is known here. For each list,
//! and each space where it has something to say, all combinations that can make a difference are
//! derived (`reach`, `bulk`) and the outcome is judged (`judge`, `gaps`): rows that are never chosen, gaps,
//! overlaps, values never given, inputs that never matter. What is claimed of all points is exact;
//! what is claimed of some point comes with facts that show it (`witness`).

mod bulk;
mod compiled;
mod cone;
mod gaps;
mod judge;
mod kinds;
mod reach;
mod space;
mod table;
mod witness;

use std::time::Instant;

use crate::analyze::program::Program;
use crate::compile::Core;
use crate::diag::Span;
use crate::eval::{Evaluator, Options, Silent, Stopped};
use crate::kb::{Rulebook, is_stated};
use crate::plan::Plan;
use crate::store::Database;
use crate::syntax::operators::DirectiveKind;
use crate::value::{Interner, RelationId};

use super::{Finding, Subject as Audited};

pub use witness::Witness;

use bulk::{Bulk, Ground};
use cone::{Cone, Pattern};
use judge::{Judge, Judged};
use kinds::Row;
use reach::{Obstacle, Reach};
use space::Spaces;
use table::{Subject, Table};
use witness::{Made, Witnesses};

/// How the codes of findings begin that only a proof makes.
pub const PROVED: &str = "AL10";

/// What was proved, what was found, what was left out.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// What is odd.
    pub findings: Vec<Finding>,
    /// What was gone through, a line each.
    pub proved: Vec<String>,
    /// What was not gone through and why, a line each.
    pub skipped: Vec<String>,
    /// Facts that show findings.
    pub witnesses: Vec<Witness>,
    /// How many points were covered.
    pub points: u128,
}

/// Told what is being proved: a line.
pub type Progress<'a> = &'a dyn Fn(&str);

/// Proves the lists of a rulebook, which must have been loaded with its spaces
/// ([`crate::kb::Part::Proof`]).
pub fn rulebook(
    rulebook: &Rulebook,
    options: &Options<'_>,
    progress: Progress<'_>,
) -> Result<Proof, Stopped> {
    let opening = rulebook.design.map(|id| {
        let relation = &rulebook.program.relations[id.index()];
        let values = vec!["\"witness\""; relation.arity()];
        format!("{}({}).", relation.name, values.join(", "))
    });
    let prover = Prover {
        audited: Audited::rulebook(rulebook),
        ground: Ground { program: &rulebook.program, base: &rulebook.base },
        interner: Interner::over(std::sync::Arc::clone(&rulebook.interner)),
        opening,
        options,
        progress,
    };
    prover.all()
}

/// Proves the lists of a program. What its `.input` directives read is not known.
pub fn program(
    subject: Audited<'_>,
    options: &Options<'_>,
    progress: Progress<'_>,
) -> Result<Proof, Stopped> {
    let program = subject.program;
    let (mut interner, mut base) = (Interner::new(), Database::new(program));
    base.insert_facts(program, &mut interner);
    let plan = Plan::new(program, &mut interner);
    // Without a space nothing is read, and a program need not come to an end.
    let spaced = program.relations.iter().any(|relation| relation.doc.tag("space").is_some());
    let strata = if spaced { 0..plan.strata.len() } else { 0..0 };
    Evaluator::new(&plan).run(strata, &mut base, &mut interner, options, &mut Silent)?;
    let ground = Ground { program, base: &base };
    Prover { audited: subject, ground, interner, opening: None, options, progress }.all()
}

/// The part of a rulebook that its lists depend on, with designs kept apart: what `compiled/` is
/// written from. The rulebook must have been loaded with its spaces.
pub fn core(rulebook: &Rulebook) -> Core {
    let mut interner = Interner::over(std::sync::Arc::clone(&rulebook.interner));
    let program = &rulebook.program;
    let spaces = space::spaces(program, &rulebook.base, &interner, &mut Vec::new());
    let subjects = table::subjects(program, &mut interner);
    let subjects = own(subjects, &mut Cone::new(program, &spaces.targets), &mut interner, &spaces);
    let wanted = wanted(&subjects, &spaces.targets);
    Core::of(program, &spaces.targets, &wanted).in_worlds(&spaces.targets)
}

/// The lists that depend on a variable of some space.
fn own(
    subjects: Vec<Subject>,
    cone: &mut Cone<'_>,
    interner: &mut Interner,
    spaces: &Spaces,
) -> Vec<Subject> {
    let mut own = subjects;
    own.retain(|subject| {
        let pattern = rows_of(subject, cone.program());
        spaces.spaces.iter().any(|it| !cone.variables(&pattern, it, interner).is_empty())
    });
    own
}

fn rows_of(subject: &Subject, program: &Program) -> Pattern {
    let rows = subject.list.rows;
    Pattern { relation: rows, columns: vec![None; program.relations[rows.index()].arity()] }
}

/// The relations that are wanted of every point: of each list its rows, what it chooses, and what
/// its rows look at.
fn wanted(subjects: &[Subject], targets: &[RelationId]) -> Vec<RelationId> {
    let of = |it: &Subject| {
        let looks = it.looks.iter().map(|look| look.relation);
        [it.list.rows, it.chosen].into_iter().chain(looks).collect::<Vec<_>>()
    };
    let mut wanted: Vec<RelationId> = subjects.iter().flat_map(of).collect();
    wanted.retain(|id| !targets.contains(id));
    wanted.sort();
    wanted.dedup();
    wanted
}

struct Prover<'a> {
    audited: Audited<'a>,
    ground: Ground<'a>,
    interner: Interner,
    /// What a witness begins with.
    opening: Option<String>,
    options: &'a Options<'a>,
    progress: Progress<'a>,
}

impl<'a> Prover<'a> {
    fn all(mut self) -> Result<Proof, Stopped> {
        let program = self.ground.program;
        let mut proof = Proof::default();
        let spaces = space::spaces(program, self.ground.base, &self.interner, &mut proof.findings);
        let subjects = table::subjects(program, &mut self.interner);
        let mut cone = Cone::new(program, &spaces.targets);
        let outside = self.outside();
        let mut open = Vec::new();
        for subject in subjects {
            let name = program.relations[subject.chosen.index()].name.clone();
            let pattern = rows_of(&subject, program);
            if let Some(relation) =
                cone.unbounded(&pattern, &|id| outside[id.index()], &mut self.interner)
            {
                proof.skipped.push(format!("the list `{name}`: {}", self.unbounded(relation)));
            } else {
                open.push(subject);
            }
        }
        if open.is_empty() && proof.skipped.is_empty() {
            proof.skipped.push("proofs: there is no first-match list".to_owned());
        }
        let varied = own(open.clone(), &mut cone, &mut self.interner, &spaces);
        for subject in &open {
            if !varied.iter().any(|other| other.list.rows == subject.list.rows) {
                let name = &program.relations[subject.chosen.index()].name;
                proof.skipped.push(format!("the list `{name}`: nothing it depends on varies"));
            }
        }
        let subjects = varied;
        if subjects.is_empty() {
            return Ok(proof);
        }
        let wanted = wanted(&subjects, &spaces.targets);
        let bulk = Bulk::new(self.ground, &mut self.interner, &spaces.targets, &wanted).compiled();
        let witnesses = Witnesses::new(
            self.ground,
            &mut self.interner,
            &spaces.targets,
            &|id| outside[id.index()],
            &subjects,
            self.opening.clone(),
        );
        for subject in &subjects {
            let proved = self.list(subject, &spaces, &mut cone, &bulk, &wanted, &witnesses);
            let name = &program.relations[subject.chosen.index()].name;
            match proved {
                Ok(one) => {
                    proof.findings.extend(one.findings);
                    proof.proved.extend(one.proved);
                    proof.witnesses.extend(one.witnesses);
                    proof.points += one.points;
                }
                Err(Obstacle::Many(count)) => proof.skipped.push(format!(
                    "the list `{name}`: {} combinations are more than can be gone through",
                    grouped(count)
                )),
                Err(Obstacle::Stopped(stopped)) => return Err(stopped),
            }
        }
        Ok(proof)
    }

    /// The relations that designs or files fill.
    fn outside(&self) -> Vec<bool> {
        let program = self.ground.program;
        let mut outside: Vec<bool> = program.relations.iter().map(|it| is_stated(it)).collect();
        for directive in &program.directives {
            // What a rulebook reads from files is there.
            if directive.kind == DirectiveKind::Input && self.opening.is_none() {
                outside[directive.relation.index()] = true;
            }
        }
        outside
    }

    fn unbounded(&self, relation: RelationId) -> String {
        let relation = &self.ground.program.relations[relation.index()];
        let columns = relation.columns.iter();
        let number = columns.clone().find(|it| it.primitive != crate::value::Primitive::Symbol);
        match number {
            Some(column) => format!("column `{}` of `{}` is unbounded", column.name, relation.name),
            None => {
                format!("nothing says what `{}` can hold (no `@picks` names it)", relation.name)
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "all that the lists of a program share")]
    fn list(
        &mut self,
        subject: &Subject,
        spaces: &Spaces,
        cone: &mut Cone<'a>,
        bulk: &Bulk,
        wanted: &[RelationId],
        witnesses: &Witnesses<'_>,
    ) -> Result<Proof, Obstacle> {
        let started = Instant::now();
        let program = self.ground.program;
        let name = &program.relations[subject.chosen.index()].name;
        let mut tables: Vec<Table> = Vec::new();
        for (number, space) in spaces.spaces.iter().enumerate() {
            (self.progress)(&format!("proving `{name}` over {}", space.name));
            let mut reach = Reach {
                ground: self.ground,
                cone,
                space,
                targets: &spaces.targets,
                interner: &mut self.interner,
                options: self.options,
                derived: 0,
            };
            let table = table::table(subject, number, &mut reach, bulk, wanted)?;
            // A list that has nothing to say in a space is not proved over it.
            if !table.points.is_empty() && !table.variables.is_empty() {
                tables.push(table);
            }
        }
        let outcomes = table::outcomes(
            subject,
            &tables,
            &spaces.spaces,
            self.ground,
            &mut self.interner,
            &spaces.targets,
            self.options,
        )?;
        let rows = subject.list.rules.iter().map(|(rank, rule)| {
            let rule = &program.rules[rule.index()];
            let tagged = program.clauses[rule.clause.index()].doc.tag("rule");
            let span: Span = self.audited.place(rule.clause);
            let name = tagged.unwrap_or(&program.relations[rule.head.relation.index()].name);
            Row { rank: *rank, name, span }
        });
        let mut rows: Vec<Row<'_>> = rows.collect();
        rows.dedup_by_key(|row| row.rank);
        let judge = Judge {
            program,
            interner: &self.interner,
            subject,
            tables: &tables,
            outcomes: &outcomes,
            spaces,
            rows,
        };
        let judge::Verdict { judged, sound } = judge.all();
        let mut proof = Proof::default();
        for Judged { mut finding, shown_by } in judged {
            if let Some((table, point)) = shown_by {
                let table = &tables[table];
                let point = &table.points[point];
                let seen = point.seen.iter().map(|it| table.values[*it as usize].clone()).collect();
                let (rows, chosen) = (point.rows.clone(), point.chosen.clone());
                let made = Made { rows, chosen, seen };
                let code = finding.problem.code.to_string();
                let about = (code.as_str(), finding.subject.as_str());
                let witness = witnesses.of(
                    &mut self.interner,
                    self.options,
                    &spaces.spaces[table.space],
                    &table.choice(point),
                    subject,
                    made,
                    about,
                )?;
                match witness {
                    Some(witness) => {
                        finding.witness.push(format!("this shows it: {}", witness.facts.join(" ")));
                        proof.witnesses.push(witness);
                    }
                    None => finding.witness.push(
                        "the list comes to it; nothing that can be stated was found to".to_owned(),
                    ),
                }
            }
            proof.findings.push(finding);
        }
        let points: u128 = tables.iter().map(|table| table.covered).sum();
        let derived: usize = tables.iter().map(|table| table.derived).sum();
        let said = match sound.is_empty() {
            true => "gone through".to_owned(),
            false => sound.join(", "),
        };
        let evaluator = tables.first().map_or("the engine", |table| table.evaluator);
        let of: Vec<&str> =
            tables.iter().map(|table| spaces.spaces[table.space].name.as_str()).collect();
        proof.proved.push(format!(
            "`{name}` ({} rows): {said}; proved over {} points of {} in {:.1} s ({} combinations, by {evaluator})",
            subject.list.rules.len(),
            grouped(points),
            of.join(" and "),
            started.elapsed().as_secs_f64(),
            grouped(derived as u128),
        ));
        proof.points = points;
        Ok(proof)
    }
}

/// A number with its thousands apart.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
