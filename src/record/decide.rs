//! Session to decisions: what the design decides, each with its proof, what it passed over, and what it
//! rests on.

use std::collections::BTreeSet;

use crate::analyze::program::Clause;
use crate::answers::fact_of;
use crate::eval::{Limits, StopReason};
use crate::explain::{
    Absence, NodeKind, Origin, Proof, Root, State, Subject, Why, WhyNot, show, tree,
};
use crate::report::explanation::{self, Extent, code as code_span, line as markdown_line};
use crate::report::tree::{StepKind, Tree};
use crate::session::{Explained, Session};
use crate::value::{Constant, RelationId, RuleId};

use super::seal::seal;
use super::{Decision, Evidence, Key, Part};

/// The decisions of a design.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// The decisions in the order of their kinds.
    pub decisions: Vec<Decision>,
    /// The parts that a person writes, as a new record has them.
    pub below: Vec<Part>,
    /// Why not all of them are there, if they are not.
    pub stopped: Option<StopReason>,
}

/// What a part of a record is called and by whom it is written.
struct Shape {
    name: String,
    person: bool,
    heading: String,
    empty: String,
}

/// The decisions of a design that is derived, with all that records say of them.
pub fn decide(session: &Session, design: usize, limits: Limits<'_>) -> Decided {
    let Some(explained) = session.explained(design) else { return Decided::default() };
    let shapes = shapes(session, design);
    let person = |shape: &&Shape| shape.person;
    let part = |shape: &Shape| Part {
        heading: shape.heading.clone(),
        text: shape.empty.clone(),
        ..Part::default()
    };
    let below = shapes.iter().filter(person).map(part).collect();
    let mut why = Why::new(&explained);
    why.limit(limits);
    let mut decisions = Vec::new();
    for row in rows(session, design, "title", 6) {
        if why.stopped().is_some() {
            break;
        }
        let mut one = One { session, design, explained: &explained, why: &mut why };
        let ordinal = row.get(4).and_then(number).unwrap_or_default();
        if let Some(decision) = one.decision(&row, &shapes) {
            decisions.push((ordinal, decision));
        }
    }
    decisions.sort_by(|(ordinal, one), (other, two)| {
        (ordinal, &one.key, &one.chosen).cmp(&(other, &two.key, &two.chosen))
    });
    let decisions = decisions.into_iter().map(|(_, decision)| decision).collect();
    Decided { decisions, below, stopped: why.stopped() }
}

/// The relation that records read for something.
pub(super) fn relation(session: &Session, what: &str, arity: usize) -> Option<RelationId> {
    let mut relations = session.rulebook().program.relations.iter();
    let at = relations.position(|it| it.doc.tag("record") == Some(what) && it.arity() == arity)?;
    Some(RelationId::from(at))
}

/// Its rows.
fn rows(session: &Session, design: usize, what: &str, arity: usize) -> Vec<Vec<Constant>> {
    let relation = relation(session, what, arity);
    relation.map(|relation| session.rows(relation, design)).unwrap_or_default()
}

fn number(constant: &Constant) -> Option<i64> {
    match constant {
        Constant::Number(number) => Some(*number),
        _ => None,
    }
}

pub(super) fn text(row: &[Constant], column: usize) -> String {
    row.get(column).map(ToString::to_string).unwrap_or_default()
}

/// A text on one line.
pub(super) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shapes(session: &Session, design: usize) -> Vec<Shape> {
    let mut rows = rows(session, design, "part", 5);
    rows.sort_by_key(|row| row.get(1).and_then(number));
    let shape = |row: Vec<Constant>| Shape {
        name: text(&row, 0),
        person: text(&row, 2) == "person",
        heading: flat(&text(&row, 3)),
        empty: text(&row, 4),
    };
    rows.into_iter().map(shape).collect()
}

/// One decision on its way to be described.
struct One<'a, 'w> {
    session: &'a Session,
    design: usize,
    explained: &'a Explained<'a>,
    why: &'a mut Why<'w>,
}

/// What a row of the ordered list that was not chosen comes to.
#[derive(Default)]
struct Alternative {
    lines: Vec<String>,
    /// Facts whose absence alone keeps it out, if it would go before the choice.
    unsaid: Vec<String>,
    /// Facts that are stated and keep it out.
    against: Vec<String>,
    value: String,
    rank: i64,
    citation: String,
}

impl One<'_, '_> {
    fn decision(&mut self, row: &[Constant], shapes: &[Shape]) -> Option<Decision> {
        let key = Key { kind: text(row, 0), subject: text(row, 1), aspect: text(row, 2) };
        let relation = relation(self.session, "decision", 4)?;
        let wanted: Vec<Option<Constant>> = row.iter().take(4).cloned().map(Some).collect();
        let found = *self.session.matching(self.design, relation, &wanted).first()?;
        let proof = self.why.proof(relation, found);
        let tree = tree::of_opened_proof(self.why, &proof, false);
        let alternatives = self.alternatives(&key);
        let evidence = self.evidence(&proof, &tree, &alternatives);
        let values: Vec<Constant> = wanted.into_iter().flatten().collect();
        let mut decision = Decision {
            chosen: text(row, 3),
            title: flat(&text(row, 5)),
            goal: fact_of(self.session, relation, &values),
            key,
            evidence,
            parts: Vec::new(),
        };
        for shape in shapes.iter().filter(|shape| !shape.person) {
            let said = match shape.name.as_str() {
                "decision" => chosen(&decision),
                "why" => reason(&tree),
                "alternatives" => {
                    let lines = alternatives.iter().flat_map(|it| it.lines.iter().cloned());
                    lines.collect::<Vec<_>>().join("\n")
                }
                "assumptions" => assumptions(&tree, &alternatives),
                "citations" => citations(&tree, &alternatives),
                name => self.lines(name, &decision.key),
            };
            let text = if said.is_empty() { shape.empty.clone() } else { said };
            decision.parts.push(Part { heading: shape.heading.clone(), text, ..Part::default() });
        }
        Some(decision)
    }

    /// The lines of a part that the rulebook has lines for.
    fn lines(&self, part: &str, key: &Key) -> String {
        let mut lines: Vec<(Option<i64>, String)> = rows(self.session, self.design, "line", 6)
            .into_iter()
            .filter(|row| {
                let of = [text(row, 0), text(row, 1), text(row, 2), text(row, 3)];
                of == [part, &key.kind, &key.subject, &key.aspect]
            })
            .map(|row| (row.get(4).and_then(number), flat(&text(&row, 5))))
            .collect();
        lines.sort();
        lines.dedup();
        let lines: Vec<String> =
            lines.iter().map(|(_, line)| format!("- {}", markdown_line(line))).collect();
        lines.join("\n")
    }

    /// The rows of the list that were not chosen, in order.
    fn alternatives(&mut self, key: &Key) -> Vec<Alternative> {
        let Some(holds) = relation(self.session, "holds", 4) else { return Vec::new() };
        let of = |row: &[Constant]| {
            [text(row, 0), text(row, 1), text(row, 2)] == [&*key.kind, &*key.subject, &*key.aspect]
        };
        let mut list: Vec<(i64, Vec<Constant>)> = rows(self.session, self.design, "row", 5)
            .into_iter()
            .filter(|row| of(row))
            .filter_map(|row| Some((row.get(3).and_then(number)?, row)))
            .collect();
        list.sort_by_key(|(rank, _)| *rank);
        let found = |row: &[Constant]| {
            let goal: Vec<Option<Constant>> = row.iter().take(4).cloned().map(Some).collect();
            self.session.matching(self.design, holds, &goal).first().copied()
        };
        let held: Vec<Option<usize>> = list.iter().map(|(_, row)| found(row)).collect();
        let first = held.iter().position(Option::is_some);
        let mut alternatives = Vec::new();
        for (at, (rank, row)) in list.iter().enumerate() {
            if Some(at) == first {
                continue;
            }
            let deciding = first.and_then(|first| list.get(first)).map(|(rank, _)| *rank);
            let mut alternative =
                Alternative { value: text(row, 4), rank: *rank, ..Alternative::default() };
            match held.get(at).copied().flatten() {
                Some(found) => self.masked(&mut alternative, (holds, found), deciding),
                None => {
                    let earlier = first.is_none_or(|first| at < first);
                    self.passed_over(&mut alternative, (holds, row), earlier);
                }
            }
            alternatives.push(alternative);
        }
        alternatives
    }

    /// A row that holds, too, behind the one that decides.
    fn masked(&mut self, it: &mut Alternative, at: (RelationId, usize), deciding: Option<i64>) {
        let proof = self.why.proof(at.0, at.1);
        let tree = tree::of_proof(self.explained, &proof);
        let step = tree.steps.iter().find(|step| step.kind == StepKind::Derived && !step.hidden);
        let said = step.map(|step| step.sentence.clone()).unwrap_or_default();
        it.citation = step.map(|step| step.source.clone()).unwrap_or_default();
        let before = deciding.map(|rank| format!("; row {rank} stands before it"));
        it.lines.push(format!(
            "- **{}** (row {}): {}. It would hold, too{}.",
            markdown_line(&it.value),
            it.rank,
            markdown_line(&flat(&said)),
            before.unwrap_or_default()
        ));
    }

    /// A row that does not hold.
    fn passed_over(
        &mut self,
        it: &mut Alternative,
        (holds, row): (RelationId, &[Constant]),
        earlier: bool,
    ) {
        let goal: Vec<Option<Constant>> = row.iter().take(4).cloned().map(Some).collect();
        let words = {
            let interner = self.why.solver().interner_mut();
            self.explained.words(self.design, holds, &goal, interner)
        };
        let answer = self.why.why_not(holds, words);
        let (value, rank) = (markdown_line(&it.value), it.rank);
        let Some((rule, failing)) = self.nearest(&answer) else {
            it.lines.push(format!("- **{value}** (row {rank}): no rule could conclude it."));
            return;
        };
        let doc = self.doc(rule);
        it.citation = doc.tag("source").unwrap_or_default().to_owned();
        let title = markdown_line(doc.tag("title").unwrap_or_default());
        let failing: Vec<String> = failing.iter().map(|text| code_span(text)).collect();
        let failing = failing.join(", ");
        it.lines.push(format!("- **{value}** (row {rank}): {title}. It fails on {failing}."));
        let roots = answer.roots(true);
        for root in &roots {
            let fact = |fact| show::fact(self.explained, fact);
            let line = match root {
                Root::NeverStated(missing) => format!("nobody says {}", code_span(&fact(missing))),
                Root::StatedOtherwise { wanted, instead, .. } => {
                    it.against.push(fact(instead));
                    let (instead, wanted) = (code_span(&fact(instead)), code_span(&fact(wanted)));
                    format!("stated is {instead}, not {wanted}")
                }
                Root::NotGiven(missing) => {
                    format!("the rulebook has no {}", code_span(&fact(missing)))
                }
                Root::InTheWay(there, origin) => {
                    if matches!(origin, Origin::Stated { .. }) {
                        it.against.push(fact(there));
                    }
                    format!("{} is in the way", code_span(&fact(there)))
                }
                Root::Otherwise(text) => format!("{} comes out otherwise", code_span(text)),
            };
            it.lines.push(format!("  - {line}"));
        }
        let unsaid = |root: &Root| match root {
            Root::NeverStated(fact) => Some(show::fact(self.explained, fact)),
            _ => None,
        };
        if earlier {
            it.unsaid = roots.iter().map(unsaid).collect::<Option<_>>().unwrap_or_default();
        }
    }

    /// The rule that comes nearest to a missing fact, and those of its conditions that fail. Rules
    /// that their author folds away are looked through.
    fn nearest(&self, answer: &WhyNot) -> Option<(RuleId, Vec<String>)> {
        let mut at = 0;
        for _ in 0..answer.missing.len() {
            let attempt = answer.missing.get(at)?.attempts.first()?;
            let failing = attempt
                .conditions
                .iter()
                .filter(|condition| !matches!(condition.state, State::Holds(_)));
            let failing: Vec<_> = failing.collect();
            let next = match failing.as_slice() {
                [only] => match only.state {
                    State::Missing(next) => Some(next),
                    _ => None,
                },
                _ => None,
            };
            match next {
                Some(next) if self.doc(attempt.rule).tag("hide").is_some() => at = next,
                _ => {
                    let texts = failing.iter().map(|condition| condition.text.clone());
                    return Some((attempt.rule, texts.collect()));
                }
            }
        }
        None
    }

    fn doc(&self, rule: RuleId) -> &crate::syntax::tree::Doc {
        let program = self.explained.program();
        &program.clauses[program.rules[rule.index()].clause.index()].doc
    }

    fn evidence(&self, proof: &Proof, tree: &Tree, alternatives: &[Alternative]) -> Evidence {
        let mut facts: BTreeSet<String> = BTreeSet::new();
        let mut rows: BTreeSet<String> = BTreeSet::new();
        let mut rules: BTreeSet<String> = BTreeSet::new();
        for node in &proof.nodes {
            match &node.kind {
                NodeKind::Derived { rule, .. } => {
                    rules.insert(self.rule(*rule));
                }
                NodeKind::Given { fact, origin } => {
                    let text = show::fact(self.explained, fact);
                    match origin {
                        Origin::Stated { .. } => facts.insert(text),
                        _ => rows.insert(text),
                    };
                }
                NodeKind::Absent { absence: Absence::StatedOtherwise { instead, .. }, .. } => {
                    facts.insert(show::fact(self.explained, instead));
                }
                _ => {}
            }
        }
        rules.remove("");
        let mut against: BTreeSet<String> =
            alternatives.iter().flat_map(|it| it.against.iter().cloned()).collect();
        against.retain(|fact| !facts.contains(fact));
        let mut assumptions: BTreeSet<String> = assumed(tree).map(|(atom, _)| atom).collect();
        assumptions
            .extend(alternatives.iter().flat_map(|it| &it.unsaid).map(|it| format!("!{it}")));
        let list = |set: BTreeSet<String>| set.into_iter().collect();
        Evidence {
            facts: list(facts),
            against: list(against),
            assumptions: list(assumptions),
            rules: list(rules),
            rows: list(rows),
        }
    }

    fn rule(&self, rule: RuleId) -> String {
        let program = self.explained.program();
        sealed(self.session, &program.clauses[program.rules[rule.index()].clause.index()])
    }
}

/// A rule by its id, with a number for its text; nothing for one without an id.
pub(super) fn sealed(session: &Session, clause: &Clause) -> String {
    let Some(id) = clause.doc.tag("rule") else { return String::new() };
    format!("{id} {}", seal(&flat(session.sources().text(clause.span))))
}

/// What is chosen, in words.
fn chosen(decision: &Decision) -> String {
    format!(
        "**{}**.\n\nAsk `archlog why` for {}.",
        markdown_line(&decision.title),
        code_span(&decision.goal)
    )
}

/// The proof without its heading and without places, which change with every line of a file.
fn reason(tree: &Tree) -> String {
    let mut tree = tree.clone();
    for step in &mut tree.steps {
        step.place.clear();
    }
    let text = explanation::markdown(&tree, Extent::Folded);
    let mut lines = text.lines();
    lines.next();
    let text = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    text.strip_prefix("rests on").map_or(text.clone(), |rest| format!("It rests on{rest}"))
}

/// The assumptions of a proof: as a program writes them, and in words.
fn assumed(tree: &Tree) -> impl Iterator<Item = (String, String)> + '_ {
    let steps = tree.steps.iter().filter(|it| it.kind == StepKind::Assumed && !it.negative);
    steps.map(|step| (step.atom.clone(), step.sentence.clone()))
}

fn assumptions(tree: &Tree, alternatives: &[Alternative]) -> String {
    let mut lines: Vec<String> = assumed(tree)
        .map(|(atom, words)| match words.as_str() {
            "" => format!("- {}", code_span(&atom)),
            words => format!("- {} {}", markdown_line(&flat(words)), code_span(&atom)),
        })
        .collect();
    for it in alternatives.iter().filter(|it| !it.unsaid.is_empty()) {
        let facts: Vec<String> = it.unsaid.iter().map(|fact| code_span(fact)).collect();
        let (value, rank) = (markdown_line(&it.value), it.rank);
        lines.push(format!(
            "- **{value}** (row {rank}) is kept out because nobody says {}.",
            facts.join(" and ")
        ));
    }
    let mut seen = BTreeSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    lines.join("\n")
}

/// The passages cited by what is shown of the proof, and by the alternatives.
fn citations(tree: &Tree, alternatives: &[Alternative]) -> String {
    let shown = tree.steps.iter().filter(|step| !step.negative && !step.hidden);
    let cited = shown.map(|step| &step.source).chain(alternatives.iter().map(|it| &it.citation));
    let cited: BTreeSet<&str> =
        cited.flat_map(|source| source.split("; ")).filter(|source| !source.is_empty()).collect();
    let lines: Vec<String> = cited.iter().map(|it| format!("- {}", markdown_line(it))).collect();
    lines.join("\n")
}
