//! Pairs of rules and pairs of facts: the same twice, and one that another makes idle.
//!
//! A rule subsumes another of the same head if its variables can be replaced so that the heads are
//! the same and each of its conditions is among the other's, or weaker: it then concludes all that
//! the other does. Two rules that subsume each other are the same up to names. The search tries
//! each condition against each, which is exponential at worst and quick on rules that people write;
//! it gives up behind [`MOST_STEPS`].

use rustc_hash::FxHashMap;

use crate::analyze::program::{Aggregate, Argument, Atom, Fact, Literal, Rule, Term};
use crate::diag::Span;
use crate::value::{RelationId, VariableId};

use super::{Finding, Subject, kinds};

/// How many pairs of conditions are tried for a pair of rules.
const MOST_STEPS: usize = 20_000;

/// Adds what is said twice.
pub fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    rules(subject, findings);
    facts(subject, findings);
}

fn rules(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut by_head: FxHashMap<RelationId, Vec<&Rule>> = FxHashMap::default();
    for rule in &subject.program.rules {
        by_head.entry(rule.head.relation).or_default().push(rule);
    }
    let mut heads: Vec<_> = by_head.into_iter().collect();
    heads.sort_by_key(|(relation, _)| *relation);
    for (relation, rules) in heads {
        let signatures: Vec<Vec<(u8, RelationId)>> = rules.iter().map(|it| signature(it)).collect();
        for (at, rule) in rules.iter().enumerate() {
            let within = |small: usize, large: usize| {
                signatures[small].iter().all(|part| signatures[large].contains(part))
            };
            let other = rules.iter().enumerate().find(|(place, other)| {
                *place != at
                    && other.clause != rule.clause
                    && within(*place, at)
                    && subsumes(other, rule)
                    // Of two that are the same the later is too many.
                    && (*place < at || !(within(at, *place) && subsumes(rule, other)))
            });
            let Some((place, other)) = other else { continue };
            let name = subject.name_of(rule.clause, relation);
            let (span, first) = (subject.place(rule.clause), subject.place(other.clause));
            findings.push(match within(at, place) && subsumes(rule, other) {
                true => kinds::same_rule(name, span, first),
                false => kinds::subsumed(name, span, first),
            });
        }
    }
}

/// The kinds of condition and the relations that a rule has, each once.
fn signature(rule: &Rule) -> Vec<(u8, RelationId)> {
    let mut parts: Vec<(u8, RelationId)> = rule
        .body
        .iter()
        .map(|literal| match literal {
            Literal::Positive(atom) => (0, atom.relation),
            Literal::Negative(atom) => (1, atom.relation),
            Literal::Aggregate(_) => (2, RelationId(0)),
            Literal::Compare { .. } => (3, RelationId(0)),
            Literal::Test { .. } => (4, RelationId(0)),
            Literal::Range { .. } => (5, RelationId(0)),
            Literal::Truth(_) => (6, RelationId(0)),
        })
        .collect();
    parts.sort();
    parts.dedup();
    parts
}

/// Whether the first rule concludes all that the second does, as far as their texts show it.
fn subsumes(wider: &Rule, narrower: &Rule) -> bool {
    let mut matching = Matching { images: FxHashMap::default(), steps: 0 };
    let heads = wider.head.terms.iter().zip(&narrower.head.terms);
    for (a, b) in heads {
        if !matching.term(a, b) {
            return false;
        }
    }
    // Atoms first: they say what variables stand for.
    let mut wanted: Vec<&Literal> = wider.body.iter().collect();
    wanted.sort_by_key(|literal| !matches!(literal, Literal::Positive(_)));
    matching.all(&wanted, &narrower.body)
}

/// Whether one row of a list holds wherever another does, as far as their texts show it: the rank,
/// at this place of their heads, may differ.
pub(super) fn holds_wherever(wider: &Rule, narrower: &Rule, rank: usize) -> bool {
    let mut matching = Matching { images: FxHashMap::default(), steps: 0 };
    let heads = wider.head.terms.iter().zip(&narrower.head.terms).enumerate();
    let same = heads.filter(|(column, _)| *column != rank).all(|(_, (a, b))| matching.term(a, b));
    let mut wanted: Vec<&Literal> = wider.body.iter().collect();
    wanted.sort_by_key(|literal| !matches!(literal, Literal::Positive(_)));
    same && matching.all(&wanted, &narrower.body)
}

/// What the variables of the wider rule stand for in the narrower.
struct Matching {
    images: FxHashMap<VariableId, Image>,
    steps: usize,
}

#[derive(Clone, PartialEq)]
enum Image {
    Term(Term),
    /// A wildcard, by the place it is written at: each is another value.
    Wildcard(Span, usize),
}

impl Matching {
    fn all(&mut self, wanted: &[&Literal], given: &[Literal]) -> bool {
        let Some((first, rest)) = wanted.split_first() else { return true };
        for literal in given {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return false;
            }
            let before = self.images.clone();
            if self.literal(first, literal) && self.all(rest, given) {
                return true;
            }
            self.images = before;
        }
        false
    }

    /// Whether the given condition implies the wanted one.
    fn literal(&mut self, wanted: &Literal, given: &Literal) -> bool {
        match (wanted, given) {
            (Literal::Positive(a), Literal::Positive(b)) => self.positive(a, b),
            (Literal::Negative(a), Literal::Negative(b)) => self.negative(a, b),
            (
                Literal::Compare { comparison: a, left, right, primitive, .. },
                Literal::Compare { comparison: b, left: from, right: to, primitive: of, .. },
            ) => a == b && primitive == of && self.term(left, from) && self.term(right, to),
            (
                Literal::Test { test: a, arguments: x, negated, .. },
                Literal::Test { test: b, arguments: y, negated: also, .. },
            ) => a == b && negated == also && self.terms(x, y),
            (Literal::Truth(a), Literal::Truth(b)) => a == b,
            (Literal::Aggregate(a), Literal::Aggregate(b)) => self.aggregate(a, b),
            (
                Literal::Range { result: a, from, to, step, .. },
                Literal::Range { result: b, from: f, to: t, step: s, .. },
            ) => {
                self.variable(*a, *b)
                    && self.term(from, f)
                    && self.term(to, t)
                    && self.option(step.as_ref(), s.as_ref())
            }
            _ => false,
        }
    }

    fn positive(&mut self, a: &Atom, b: &Atom) -> bool {
        let span = b.span;
        let pairs = a.arguments.iter().zip(&b.arguments).enumerate();
        a.relation == b.relation
            && pairs.into_iter().all(|(place, (a, b))| match (a, b) {
                (Argument::Wildcard, _) => true,
                (Argument::Constant(a), Argument::Constant(b)) => a == b,
                (Argument::Variable(a), Argument::Variable(b)) => self.variable(*a, *b),
                (Argument::Variable(a), Argument::Constant(b)) => {
                    self.image(*a, Image::Term(Term::Constant(b.clone())))
                }
                (Argument::Variable(a), Argument::Wildcard) => {
                    self.image(*a, Image::Wildcard(span, place))
                }
                _ => false,
            })
    }

    /// `!p(_)` implies `!p(x)`, not the other way round.
    fn negative(&mut self, a: &Atom, b: &Atom) -> bool {
        a.relation == b.relation
            && a.arguments.iter().zip(&b.arguments).all(|(a, b)| match (a, b) {
                (_, Argument::Wildcard) => true,
                (Argument::Constant(a), Argument::Constant(b)) => a == b,
                (Argument::Variable(a), Argument::Variable(b)) => self.variable(*a, *b),
                (Argument::Variable(a), Argument::Constant(b)) => {
                    self.image(*a, Image::Term(Term::Constant(b.clone())))
                }
                _ => false,
            })
    }

    /// Aggregates are compared part by part, in the order written.
    fn aggregate(&mut self, a: &Aggregate, b: &Aggregate) -> bool {
        a.operator == b.operator
            && a.primitive == b.primitive
            && a.body.len() == b.body.len()
            && a.outer.len() == b.outer.len()
            && a.body.iter().zip(&b.body).all(|(a, b)| self.exactly(a, b))
            && self.option(a.target.as_ref(), b.target.as_ref())
            && self.variable(a.result, b.result)
    }

    /// Inside an aggregate a weaker condition is another aggregate.
    fn exactly(&mut self, a: &Literal, b: &Literal) -> bool {
        let same = |a: &Atom, b: &Atom| {
            let wild = |it: &Argument| *it == Argument::Wildcard;
            a.arguments.iter().zip(&b.arguments).all(|(a, b)| wild(a) == wild(b))
        };
        match (a, b) {
            (Literal::Positive(x), Literal::Positive(y))
            | (Literal::Negative(x), Literal::Negative(y)) => same(x, y) && self.literal(a, b),
            _ => self.literal(a, b),
        }
    }

    fn option(&mut self, a: Option<&Term>, b: Option<&Term>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => self.term(a, b),
            (None, None) => true,
            _ => false,
        }
    }

    fn terms(&mut self, a: &[Term], b: &[Term]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.term(a, b))
    }

    fn term(&mut self, a: &Term, b: &Term) -> bool {
        match (a, b) {
            (Term::Variable(a), b) => self.image(*a, Image::Term(without_places(b))),
            (Term::Constant(a), Term::Constant(b)) => a == b,
            (
                Term::Call { functor: a, primitive, arguments: x, .. },
                Term::Call { functor: b, primitive: of, arguments: y, .. },
            ) => a == b && primitive == of && self.terms(x, y),
            _ => false,
        }
    }

    fn variable(&mut self, a: VariableId, b: VariableId) -> bool {
        self.image(a, Image::Term(Term::Variable(b)))
    }

    fn image(&mut self, variable: VariableId, image: Image) -> bool {
        *self.images.entry(variable).or_insert_with(|| image.clone()) == image
    }
}

/// Terms are the same wherever they are written.
fn without_places(term: &Term) -> Term {
    match term {
        Term::Call { functor, primitive, arguments, .. } => Term::Call {
            functor: *functor,
            primitive: *primitive,
            arguments: arguments.iter().map(without_places).collect(),
            span: Span::default(),
        },
        plain => plain.clone(),
    }
}

/// Facts that are written twice.
fn facts(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut first: FxHashMap<(RelationId, String), &Fact> = FxHashMap::default();
    for fact in &subject.program.facts {
        let key = (fact.relation, format!("{:?}", fact.values));
        let before = *first.entry(key).or_insert(fact);
        if before.clause != fact.clause {
            let name = subject.relation(fact.relation).to_owned();
            let (span, place) = (subject.place(fact.clause), subject.place(before.clause));
            findings.push(kinds::same_fact(name, span, place));
        }
    }
}
