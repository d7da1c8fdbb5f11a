//! One rule at a time, as analyzed: its variables, its conditions against each other and against
//! what the relations can hold.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analyze::program::{Aggregate, Argument, Atom, Literal, Rule, Term};
use crate::diag::{Span, nearest};
use crate::syntax::operators::{Comparison, Functor};
use crate::syntax::printer::Literal as Shown;
use crate::value::{ClauseId, Constant, Primitive, VariableId};

use super::structure::{Structure, compare, each_atom, equal_to, term_variables, variables_of};
use super::{Finding, Subject, kinds};

/// Adds what is odd about single rules.
pub fn check(subject: &Subject<'_>, structure: &Structure, findings: &mut Vec<Finding>) {
    variables(subject, findings);
    for (index, rule) in subject.program.rules.iter().enumerate() {
        let check = Check { subject, structure, rule, index };
        check.values(findings);
        check.connection(findings);
        check.conditions(findings);
        check.contradictions(findings);
        check.redundancy(findings);
        check.units(findings);
        check.aggregates(&rule.body, findings);
        check.end(findings);
    }
}

/// Variables that stand in one place only, or are marked as of no interest and stand in several. A
/// clause that makes several rules is judged by all of them.
fn variables(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut clauses: FxHashMap<ClauseId, FxHashMap<&str, usize>> = FxHashMap::default();
    let mut names: FxHashMap<ClauseId, String> = FxHashMap::default();
    for rule in &subject.program.rules {
        let mut all = Vec::new();
        rule.head.terms.iter().for_each(|term| term_variables(term, &mut all));
        rule.body.iter().for_each(|literal| variables_of(literal, &mut all));
        let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
        for variable in all {
            let Some(known) = rule.variables.get(variable.index()) else { continue };
            if !known.name.starts_with('@') {
                *counts.entry(&known.name).or_default() += 1;
            }
        }
        let most = clauses.entry(rule.clause).or_default();
        for (name, count) in counts {
            let known = most.entry(name).or_default();
            *known = count.max(*known);
        }
        let name = || subject.name_of(rule.clause, rule.head.relation);
        names.entry(rule.clause).or_insert_with(name);
    }
    for (clause, counts) in clauses {
        let Some(written) = subject.written(clause) else { continue };
        // A sentence that names a variable uses it.
        let says = written.doc.tag("says").unwrap_or_default();
        let places = super::written::variables(written);
        for (name, count) in counts {
            let found = places.iter().find(|(known, ..)| *known == name);
            let Some((_, span, in_atom)) = found.copied() else { continue };
            let subject = names.get(&clause).cloned().unwrap_or_default();
            match (name.starts_with('_'), count) {
                (false, 1) if says.contains(&format!("{{{name}}}")) => {}
                (false, 1) => findings.push(kinds::single_use(subject, name, span, in_atom)),
                (true, 2..) => findings.push(kinds::marked_as_unused(subject, name, span)),
                _ => {}
            }
        }
    }
}

/// A rule, and what is known around it.
struct Check<'a> {
    subject: &'a Subject<'a>,
    structure: &'a Structure,
    rule: &'a Rule,
    index: usize,
}

impl<'a> Check<'a> {
    fn name(&self) -> String {
        self.subject.name_of(self.rule.clause, self.rule.head.relation)
    }

    fn span(&self) -> Span {
        self.subject.place(self.rule.clause)
    }

    fn variable(&self, variable: VariableId) -> &'a str {
        self.rule.variables.get(variable.index()).map_or("", |it| it.name.as_str())
    }

    fn column(&self, atom: &Atom, column: usize) -> String {
        let relation = &self.subject.program.relations[atom.relation.index()];
        let name = relation.columns.get(column).map_or("", |it| it.name.as_str());
        format!("{}.{name}", relation.name)
    }

    fn positive(&self) -> impl Iterator<Item = (usize, &'a Atom)> {
        self.rule.body.iter().enumerate().filter_map(|(place, literal)| match literal {
            Literal::Positive(atom) => Some((place, atom)),
            _ => None,
        })
    }

    fn negative(&self) -> impl Iterator<Item = &'a Atom> {
        self.rule.body.iter().filter_map(|literal| match literal {
            Literal::Negative(atom) => Some(atom),
            _ => None,
        })
    }

    /// Conditions on values that a column never has.
    fn values(&self, findings: &mut Vec<Finding>) {
        if !self.structure.fires(self.index) {
            return;
        }
        let mut atoms = Vec::new();
        self.rule.body.iter().for_each(|literal| each_atom(literal, &mut |atom| atoms.push(atom)));
        for atom in atoms.into_iter().filter(|atom| self.structure.holds(atom.relation)) {
            let found = findings.len();
            for (column, argument) in atom.arguments.iter().enumerate() {
                let wanted = match argument {
                    Argument::Constant(constant) => Some(constant),
                    Argument::Variable(variable) => equal_to(self.rule, *variable),
                    Argument::Wildcard => None,
                };
                let Some(wanted) = wanted else { continue };
                let Some(known) = self.structure.values(atom.relation, column) else { continue };
                if !known.contains(&wanted) {
                    let name = self.column(atom, column);
                    self.never(findings, atom.span, &name, &Shown(wanted).to_string(), &known);
                }
            }
            if findings.len() == found {
                self.rows(atom, findings);
            }
        }
        self.compared(findings);
        self.joins(findings);
    }

    fn never(
        &self,
        findings: &mut Vec<Finding>,
        span: Span,
        name: &str,
        value: &str,
        known: &[&Constant],
    ) {
        let known: Vec<String> = known.iter().map(|value| Shown(value).to_string()).collect();
        findings.push(kinds::value_never_there(self.name(), span, name, value, &known));
    }

    /// Conditions on several columns whose values are all there, and never in one tuple.
    fn rows(&self, atom: &Atom, findings: &mut Vec<Finding>) {
        let fixed: Vec<(usize, &Constant)> = (atom.arguments.iter().enumerate())
            .filter_map(|(column, argument)| match argument {
                Argument::Constant(constant) => Some((column, constant)),
                _ => None,
            })
            .collect();
        if fixed.len() < 2 || !self.subject.is_listed(atom.relation) {
            return;
        }
        let fits = |row: &[Constant]| fixed.iter().all(|(at, it)| row.get(*at) == Some(*it));
        if !self.subject.listed(atom.relation).any(fits) {
            let names: Vec<String> = fixed.iter().map(|(at, _)| self.column(atom, *at)).collect();
            let values: Vec<String> = fixed.iter().map(|(_, it)| Shown(it).to_string()).collect();
            let name = self.subject.relation(atom.relation);
            let finding = kinds::row_never_there(self.name(), atom.span, name, &names, &values);
            findings.push(finding);
        }
    }

    /// Whether a text is nearly one that a column has, and no column of the variable has it.
    fn is_misspelt(&self, variable: VariableId, constant: &Constant, known: &[&Constant]) -> bool {
        let elsewhere = self.positive().any(|(_, atom)| {
            atom.arguments.iter().enumerate().any(|(column, it)| {
                let values = || self.structure.values(atom.relation, column);
                *it == Argument::Variable(variable)
                    && values().is_none_or(|values| values.contains(&constant))
            })
        });
        let Constant::Symbol(text) = constant else { return false };
        let known = known.iter().filter_map(|it| match it {
            Constant::Symbol(text) => Some(&**text),
            _ => None,
        });
        !elsewhere && nearest(text, known).is_some()
    }

    /// Comparisons with a constant that no value of the column meets, or that names none of them.
    fn compared(&self, findings: &mut Vec<Finding>) {
        for literal in &self.rule.body {
            let Literal::Compare { comparison, left, right, span, .. } = literal else { continue };
            let (variable, comparison, constant) = match (left, right) {
                (Term::Variable(it), Term::Constant(constant)) => (*it, *comparison, constant),
                (Term::Constant(constant), Term::Variable(it)) => {
                    (*it, turned(*comparison), constant)
                }
                _ => continue,
            };
            // What equals a constant was looked at where the variable stands.
            if comparison == Comparison::Equal {
                continue;
            }
            let places = self.positive().flat_map(|(_, atom)| {
                let columns = atom.arguments.iter().enumerate();
                let own = columns.filter(|(_, it)| **it == Argument::Variable(variable));
                own.map(move |(column, _)| (atom, column))
            });
            for (atom, column) in places {
                let Some(known) = self.structure.values(atom.relation, column) else { continue };
                let met = |value: &&Constant| comparison.allows(compare(value, constant));
                let never = match comparison {
                    // What is kept out need not be there, if it is no misspelling of what is.
                    Comparison::NotEqual => self.is_misspelt(variable, constant, &known),
                    _ => !known.iter().any(met),
                };
                if never && !known.is_empty() {
                    let value = match comparison {
                        Comparison::NotEqual => Shown(constant).to_string(),
                        other => format!("{} {}", other.sign(), Shown(constant)),
                    };
                    let name = self.column(atom, column);
                    self.never(findings, *span, &name, &value, &known);
                    break;
                }
            }
        }
    }

    /// Variables whose columns share no value.
    fn joins(&self, findings: &mut Vec<Finding>) {
        let mut places: Vec<(VariableId, &Atom, usize)> = Vec::new();
        for (_, atom) in self.positive() {
            for (column, argument) in atom.arguments.iter().enumerate() {
                if let Argument::Variable(variable) = argument {
                    places.push((*variable, atom, column));
                }
            }
        }
        let mut reported = FxHashSet::default();
        for (at, (variable, atom, column)) in places.iter().enumerate() {
            let others = places.iter().skip(at + 1).filter(|other| other.0 == *variable);
            for (_, other, place) in others {
                if (atom.relation, column) == (other.relation, place) {
                    continue;
                }
                let one = self.structure.values(atom.relation, *column);
                let two = self.structure.values(other.relation, *place);
                let (Some(one), Some(two)) = (one, two) else { continue };
                if one.is_empty() || two.is_empty() || one.iter().any(|value| two.contains(value)) {
                    continue;
                }
                if reported.insert(*variable) {
                    let (a, b) = (self.column(atom, *column), self.column(other, *place));
                    let shown = |values: &[&Constant]| {
                        values.first().map(|it| Shown(it).to_string()).unwrap_or_default()
                    };
                    let example =
                        format!("`{a}` is {} and the like, `{b}` is {}", shown(&one), shown(&two));
                    let name = self.variable(*variable);
                    findings.push(kinds::never_meet(
                        self.name(),
                        name,
                        (&a, atom.span),
                        (&b, other.span),
                        example,
                    ));
                }
            }
        }
    }

    /// Parts of the body that no variable connects.
    fn connection(&self, findings: &mut Vec<Finding>) {
        let has_variables = |atom: &Atom| {
            atom.arguments.iter().any(|argument| match argument {
                // What equals a constant picks one value: it needs no connection.
                Argument::Variable(variable) => equal_to(self.rule, *variable).is_none(),
                _ => false,
            })
        };
        let atoms: Vec<(usize, &Atom)> =
            self.positive().filter(|(_, atom)| has_variables(atom)).collect();
        // What is combined with one tuple is not multiplied.
        let single = |atom: &Atom| self.subject.is_single(atom.relation);
        let atoms: Vec<_> = atoms.into_iter().filter(|(_, atom)| !single(atom)).collect();
        // The first atom of each part.
        let mut parts: Vec<(usize, &Atom)> = Vec::new();
        for (place, atom) in atoms {
            let joined = |part: &(usize, &Atom)| {
                part.0 == place || self.structure.is_joined(self.index, part.0, place)
            };
            if !parts.iter().any(joined) {
                parts.push((place, atom));
            }
        }
        if parts.len() > 1 {
            let named: Vec<(&str, Span)> =
                parts.iter().map(|(_, it)| (self.subject.relation(it.relation), it.span)).collect();
            findings.push(kinds::falls_apart(self.name(), &named));
        }
    }

    /// Conditions that are always true or never.
    fn conditions(&self, findings: &mut Vec<Finding>) {
        let (mut reads, mut silent) = (false, true);
        for literal in &self.rule.body {
            reads |= !matches!(
                literal,
                Literal::Compare { .. } | Literal::Truth(_) | Literal::Test { .. }
            );
            let (truth, span) = match literal {
                Literal::Compare { comparison, left, right, span, primitive } => {
                    (constant_comparison(*comparison, left, right, *primitive), *span)
                }
                Literal::Truth(truth) => (Some(*truth), self.span()),
                Literal::Positive(atom) if atom.relation == self.rule.head.relation => {
                    if self.is_head(atom) {
                        findings.push(kinds::own_premise(self.name(), self.span(), atom.span));
                    }
                    continue;
                }
                _ => continue,
            };
            let Some(truth) = truth else { continue };
            silent = false;
            let condition = match literal {
                Literal::Truth(truth) => truth.to_string(),
                _ => self.subject.sources.text(span).to_owned(),
            };
            findings.push(match truth {
                // `p(1) :- true.` is a fact in disguise, which is said below.
                true if !matches!(literal, Literal::Truth(_)) || self.rule.body.len() > 1 => {
                    kinds::always_true(self.name(), span, &condition)
                }
                true => continue,
                false => kinds::always_false(self.name(), span, &condition),
            });
        }
        let constant = self.rule.head.terms.iter().all(|term| match term {
            Term::Constant(_) => true,
            Term::Variable(variable) => equal_to(self.rule, *variable).is_some(),
            Term::Call { .. } => false,
        });
        let only_truth =
            self.rule.body.iter().all(|literal| matches!(literal, Literal::Truth(true)));
        if !reads && constant && (silent || only_truth) {
            findings.push(kinds::fact_in_disguise(self.name(), self.span()));
        }
    }

    fn is_head(&self, atom: &Atom) -> bool {
        let pairs = self.rule.head.terms.iter().zip(&atom.arguments);
        pairs.into_iter().all(|(term, argument)| match (term, argument) {
            (Term::Variable(a), Argument::Variable(b)) => a == b,
            (Term::Constant(a), Argument::Constant(b)) => a == b,
            _ => false,
        })
    }

    /// Conditions that exclude each other.
    fn contradictions(&self, findings: &mut Vec<Finding>) {
        for (_, atom) in self.positive() {
            let denied = self.negative().find(|negative| {
                negative.relation == atom.relation && covers(&negative.arguments, &atom.arguments)
            });
            if let Some(negative) = denied {
                let name = self.subject.relation(atom.relation);
                let because =
                    format!("`{name}` would have to hold and not to hold of the same values");
                let spans = [atom.span, negative.span];
                findings.push(kinds::contradiction(self.name(), &spans, &because));
            }
        }
    }

    /// Conditions that another one implies.
    fn redundancy(&self, findings: &mut Vec<Finding>) {
        let positive: Vec<(usize, &Atom)> = self.positive().collect();
        for (place, atom) in &positive {
            let stronger = positive.iter().find(|(other, candidate)| {
                other != place
                    && candidate.relation == atom.relation
                    && covers(&atom.arguments, &candidate.arguments)
                    // Of two equal ones the later is too many.
                    && (place > other || !covers(&candidate.arguments, &atom.arguments))
            });
            if let Some((_, stronger)) = stronger {
                findings.push(kinds::redundant(self.name(), atom.span, &[stronger.span]));
            }
        }
        let negative: Vec<&Atom> = self.negative().collect();
        for (place, atom) in negative.iter().enumerate() {
            let stronger = negative.iter().enumerate().find(|(other, candidate)| {
                *other != place
                    && candidate.relation == atom.relation
                    && covers(&candidate.arguments, &atom.arguments)
                    && (place > *other || !covers(&atom.arguments, &candidate.arguments))
            });
            if let Some((_, stronger)) = stronger {
                findings.push(kinds::redundant(self.name(), atom.span, &[stronger.span]));
            }
        }
    }

    /// Comparisons and sums of columns whose names end with different units.
    fn units(&self, findings: &mut Vec<Finding>) {
        let mut units: FxHashMap<VariableId, (String, Unit)> = FxHashMap::default();
        for (_, atom) in self.positive() {
            let columns = &self.subject.program.relations[atom.relation.index()].columns;
            for (argument, column) in atom.arguments.iter().zip(columns) {
                if let (Argument::Variable(variable), Some(unit)) = (argument, unit(&column.name)) {
                    let name = format!("{}.{}", self.subject.relation(atom.relation), column.name);
                    match units.get(variable) {
                        Some((known, before)) if clash(*before, unit) => {
                            findings.push(kinds::units_differ(
                                self.name(),
                                atom.span,
                                known,
                                &name,
                            ));
                        }
                        Some(_) => {}
                        None => drop(units.insert(*variable, (name, unit))),
                    }
                }
            }
        }
        let pair = |a: &Term, b: &Term| match (a, b) {
            (Term::Variable(a), Term::Variable(b)) => {
                let (one, two) = (units.get(a)?, units.get(b)?);
                clash(one.1, two.1).then(|| (one.0.clone(), two.0.clone()))
            }
            _ => None,
        };
        for literal in &self.rule.body {
            let Literal::Compare { left, right, span, .. } = literal else { continue };
            let mut sides = vec![(left, right)];
            for term in [left, right] {
                if let Term::Call { functor: Functor::Add | Functor::Subtract, arguments, .. } =
                    term
                    && let [a, b] = arguments.as_slice()
                {
                    sides.push((a, b));
                }
            }
            if let Some((a, b)) = sides.into_iter().find_map(|(a, b)| pair(a, b)) {
                findings.push(kinds::units_differ(self.name(), *span, &a, &b));
            }
        }
    }

    /// Values that grow from tuple to tuple without a bound.
    fn end(&self, findings: &mut Vec<Finding>) {
        if self.structure.is_endless(self.index) && self.structure.fires(self.index) {
            let sources = self.subject.sources;
            let grown = super::endless::growing(self.rule).into_iter().next();
            let shown = grown.map(|it| sources.text(it.span)).unwrap_or_default();
            findings.push(kinds::never_ends(self.name(), self.span(), shown));
        }
    }

    /// Aggregates over a variable that another one outside is called like.
    fn aggregates(&self, body: &[Literal], findings: &mut Vec<Finding>) {
        let mut inside = FxHashSet::default();
        inside_aggregates(body, &mut inside);
        for literal in body {
            let Literal::Aggregate(Aggregate { target, span, body, .. }) = literal else {
                continue;
            };
            let mut ranging = FxHashSet::default();
            target.iter().for_each(|it| it.variables(&mut |variable| _ = ranging.insert(variable)));
            let mut names: Vec<&str> = ranging.iter().map(|it| self.variable(*it)).collect();
            names.sort_unstable();
            for name in names {
                let others = (0..self.rule.variables.len()).map(VariableId::from);
                let mut others = others.filter(|it| !inside.contains(it));
                if others.any(|it| self.variable(it) == name) {
                    findings.push(kinds::shadowing_target(self.name(), *span, name));
                }
            }
            self.aggregates(body, findings);
        }
    }
}

/// The variables that only the aggregates of a body have, and those within them.
fn inside_aggregates(body: &[Literal], found: &mut FxHashSet<VariableId>) {
    for literal in body {
        if let Literal::Aggregate(aggregate) = literal {
            let mut see = |variable: VariableId| {
                if !aggregate.outer.contains(&variable) {
                    found.insert(variable);
                }
            };
            aggregate.body.iter().for_each(|literal| literal.variables(&mut see));
            aggregate.target.iter().for_each(|target| target.variables(&mut see));
        }
    }
}

/// Whether the first pattern matches all that the second does: it has the same argument or a
/// wildcard in each place.
fn covers(wider: &[Argument], narrower: &[Argument]) -> bool {
    wider.len() == narrower.len()
        && wider.iter().zip(narrower).all(|(a, b)| *a == Argument::Wildcard || a == b)
}

/// Whether a comparison comes out the same whatever the variables are.
fn constant_comparison(
    comparison: Comparison,
    left: &Term,
    right: &Term,
    primitive: Primitive,
) -> Option<bool> {
    match (left, right) {
        (Term::Constant(a), Term::Constant(b)) => Some(comparison.allows(compare(a, b))),
        // Of floats, one is not equal to itself.
        (Term::Variable(a), Term::Variable(b)) if a == b && primitive != Primitive::Float => {
            Some(comparison.allows(std::cmp::Ordering::Equal))
        }
        _ => None,
    }
}

/// The comparison read from right to left.
pub fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// What the end of a column's name says it counts: the dimension and the unit.
type Unit = (&'static str, &'static str);

fn unit(name: &str) -> Option<Unit> {
    const UNITS: [(&str, &str); 19] = [
        ("ns", "duration"),
        ("us", "duration"),
        ("ms", "duration"),
        ("s", "duration"),
        ("sec", "duration"),
        ("seconds", "duration"),
        ("minutes", "duration"),
        ("min", "duration"),
        ("hours", "duration"),
        ("days", "duration"),
        ("bytes", "size"),
        ("kb", "size"),
        ("mb", "size"),
        ("gb", "size"),
        ("kib", "size"),
        ("mib", "size"),
        ("gib", "size"),
        ("milliseconds", "duration"),
        ("microseconds", "duration"),
    ];
    let (_, last) = name.rsplit_once('_')?;
    UNITS.iter().find(|(unit, _)| *unit == last).map(|(unit, dimension)| (*dimension, *unit))
}

fn clash(a: Unit, b: Unit) -> bool {
    let plain = |unit: &'static str| match unit {
        "sec" | "seconds" => "s",
        "minutes" => "min",
        "milliseconds" => "ms",
        "microseconds" => "us",
        other => other,
    };
    a.0 == b.0 && plain(a.1) != plain(b.1)
}
