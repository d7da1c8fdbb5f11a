//! Proofs and why-nots as explanations that can be drawn.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::tree::{Detail, DetailKind, Step, StepKind, Tree};
use crate::syntax::printer::Literal as Written;
use crate::value::{Constant, RuleId};

use super::proof::{Absence, Choice, Gathered, Node, NodeKind, Origin, Proof, Unproved};
use super::why::Why;
use super::why_not::{Attempt, Condition, Never, Pattern, Root, State, WhyNot};
use super::{Subject, show};

/// At most so many missing facts are explained below the absences of one proof.
const MOST_BELOW: usize = 200;

/// A proof as an explanation that says why what is absent in it is absent: what no rule concludes
/// opens into its why-not, once however often it is absent. `all` shows every rule that could
/// conclude it, not only the nearest. `why` is the explainer that made the proof.
pub fn of_opened_proof(why: &mut Why<'_>, proof: &Proof, all: bool) -> Tree {
    let subject = why.subject();
    let mut tree = of_proof(subject, proof);
    let mut patterns: Vec<Pattern> = Vec::new();
    let mut at: Vec<Option<usize>> = Vec::new();
    let mut known: BTreeMap<Pattern, usize> = BTreeMap::new();
    // Steps are the nodes of the proof, in order. Of equal absences the first stands for all.
    let mut stands: Vec<usize> = (0..tree.steps.len()).collect();
    for (index, node) in proof.nodes.iter().enumerate() {
        let NodeKind::Absent { fact, wanted, absence: Absence::Underivable } = &node.kind else {
            continue;
        };
        let pattern = (fact.relation, wanted.clone());
        stands[index] = *known.entry(pattern.clone()).or_insert(index);
        if stands[index] == index {
            patterns.push(pattern);
            at.push(Some(index));
        }
    }
    if patterns.is_empty() {
        return tree;
    }
    for step in &mut tree.steps {
        step.children.iter_mut().for_each(|child| *child = stands[*child]);
    }
    let open = (0..patterns.len()).collect();
    let answer = why.why_none(patterns, MOST_BELOW);
    at.resize(answer.missing.len(), None);
    let steps = std::mem::take(&mut tree.steps);
    let mut unrolled = Unrolled { subject, answer: &answer, all, steps, at };
    unrolled.open(open);
    tree.steps = unrolled.steps;
    if answer.cut {
        tree.notes.push("not every absence is opened to its end: there is too much of it".into());
    }
    tree
}

/// A proof as an explanation. What is absent in it is not opened.
pub fn of_proof(subject: &dyn Subject, proof: &Proof) -> Tree {
    let steps: Vec<Step> = proof.nodes.iter().map(|node| step(subject, node)).collect();
    let root = proof.nodes.first();
    let said = steps.iter().filter(|step| step.kind == StepKind::Stated).count();
    let assumed = proof.assumptions();
    let absent: BTreeSet<&str> = proof
        .nodes
        .iter()
        .zip(&steps)
        .filter(|(node, _)| match &node.kind {
            NodeKind::Absent { absence, .. } => *absence == Absence::Underivable,
            _ => false,
        })
        .map(|(_, step)| step.atom.as_str())
        .collect();
    let absent = match absent.len() {
        0 => String::new(),
        absent => format!(", {}", plural(absent, "absence")),
    };
    let mut notes = Vec::new();
    if let Some(Node { kind: NodeKind::Derived { others, .. } }) = root
        && others.count > 0
    {
        let more = if others.more { "at least " } else { "" };
        let s = if others.count == 1 { "" } else { "s" };
        notes.push(format!("{more}{} other derivation{s}", others.count));
    }
    Tree {
        subject: steps.first().map_or_else(String::new, |step| step.atom.clone()),
        summary: format!(
            "rests on {}{absent} and {}",
            plural(said, "fact"),
            plural_u64(assumed, "assumption")
        ),
        steps,
        notes,
        ways: Vec::new(),
    }
}

fn plural(count: usize, what: &str) -> String {
    plural_u64(count as u64, what)
}

fn plural_u64(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// An empty step of a kind.
pub fn blank(kind: StepKind, atom: String) -> Step {
    Step {
        kind,
        sentence: String::new(),
        atom,
        rule: String::new(),
        source: String::new(),
        place: String::new(),
        details: Vec::new(),
        children: Vec::new(),
        negative: false,
        hidden: false,
        stop: false,
    }
}

fn step(subject: &dyn Subject, node: &Node) -> Step {
    match &node.kind {
        NodeKind::Derived { fact, rule, bindings, premises, assumed, list, .. } => {
            let kind = if *assumed { StepKind::Assumed } else { StepKind::Derived };
            let mut step = blank(kind, show::fact(subject, fact));
            rule_step(subject, *rule, &mut step);
            step.sentence = sentence(subject, *rule, bindings);
            step.children = premises.iter().map(|premise| premise.0).collect();
            step.stop |= *assumed;
            if let Some(choice) = list {
                step.details = choice_lines(subject, choice);
            }
            step
        }
        NodeKind::Given { fact, origin } => {
            let stated = subject.is_stated(fact.relation);
            let kind = match origin {
                Origin::Supposed => StepKind::Supposed,
                _ if stated => StepKind::Stated,
                _ => StepKind::Rulebook,
            };
            let mut step = blank(kind, show::fact(subject, fact));
            (step.place, step.source) = origin_of(origin);
            step
        }
        NodeKind::Unproved { fact, reason } => {
            let mut step = blank(StepKind::Unexplained, show::fact(subject, fact));
            step.sentence = match reason {
                Unproved::Stopped => "a rule concludes it; the search stopped before it said how",
                Unproved::Order => {
                    "a rule concludes it from a sum of floats, which comes out otherwise when they \
                     are added in another order"
                }
                Unproved::Fault => {
                    "a rule concludes it, and no derivation was found: this is a fault of archlog"
                }
            }
            .to_owned();
            step
        }
        NodeKind::Absent { fact, absence, .. } => {
            let atom = format!("!{}", show::fact(subject, fact));
            let mut step = match absence {
                Absence::NeverStated => blank(StepKind::Assumed, atom),
                Absence::NotGiven => blank(StepKind::NotGiven, atom),
                Absence::Underivable => blank(StepKind::Failed, atom),
                Absence::StatedOtherwise { instead, origin } => {
                    let mut step = blank(StepKind::RuledOut, atom);
                    (step.place, _) = origin_of(origin);
                    step.sentence = format!("stated instead: {}", show::fact(subject, instead));
                    step
                }
            };
            // Where the author folds a relation away, that it lacks something is folded too.
            let relation = &subject.program().relations[fact.relation.index()];
            step.hidden = relation.doc.tag("hide").is_some();
            step
        }
        NodeKind::Computed { written, values } => {
            let mut step = blank(StepKind::Computed, values.clone());
            if written != values {
                step.sentence.clone_from(written);
            }
            step
        }
        NodeKind::Aggregate(gathered) => gathered_step(subject, gathered),
    }
}

fn gathered_step(subject: &dyn Subject, gathered: &Gathered) -> Step {
    let result = Written(&gathered.result);
    let mut step = blank(StepKind::Gathered, format!("{result} = {}", gathered.written));
    let group: Vec<String> =
        gathered.group.iter().map(|(name, value)| format!("{name} = {}", Written(value))).collect();
    let of = if group.is_empty() { String::new() } else { format!(" for {}", group.join(", ")) };
    step.sentence = match gathered.size {
        0 => format!("{} over nothing{of}", gathered.operator),
        size => format!("{} over {}{of}", gathered.operator, plural(size, "solution")),
    };
    if let Some(margin) = &gathered.margin {
        step.sentence.push_str(&format!("; margin {margin}"));
    }
    for (value, facts) in &gathered.contributors {
        let facts: Vec<String> = facts.iter().map(|fact| show::fact(subject, fact)).collect();
        let text = match gathered.operator {
            "count" => facts.join(", "),
            _ => format!("{} from {}", Written(value), facts.join(", ")),
        };
        step.details.push(Detail { kind: DetailKind::Contributor, text });
    }
    if gathered.size > gathered.contributors.len() {
        let text = format!("... and {} more", gathered.size - gathered.contributors.len());
        step.details.push(Detail { kind: DetailKind::Plain, text });
    }
    step
}

/// The id, citation, place and wishes of a rule.
pub fn rule_step(subject: &dyn Subject, rule: RuleId, step: &mut Step) {
    let program = subject.program();
    let clause = &program.clauses[program.rules[rule.index()].clause.index()];
    step.rule = clause.doc.tag("rule").unwrap_or_default().to_owned();
    step.source = clause.doc.tag("source").unwrap_or_default().to_owned();
    step.hidden = clause.doc.tag("hide").is_some();
    step.stop = clause.doc.tag("stop").is_some();
    let (file, line) = subject.place(clause.span);
    step.place = if file.is_empty() { String::new() } else { format!("{file}:{line}") };
}

/// The sentence of a rule (`@says`) with the values of its variables put in. Its title where it
/// has no sentence.
pub fn sentence(subject: &dyn Subject, rule: RuleId, bindings: &[(String, Constant)]) -> String {
    let program = subject.program();
    let doc = &program.clauses[program.rules[rule.index()].clause.index()].doc;
    let Some(says) = doc.tag("says") else {
        return doc.tag("title").unwrap_or_default().to_owned();
    };
    let mut text = String::new();
    let mut rest = says;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|at| open + at) else { break };
        let name = &rest[open + 1..close];
        text.push_str(&rest[..open]);
        match bindings.iter().find(|(known, _)| known == name) {
            Some((_, value)) => text.push_str(&value.to_string()),
            None => text.push_str(&rest[open..=close]),
        }
        rest = &rest[close + 1..];
    }
    text.push_str(rest);
    text
}

fn origin_of(origin: &Origin) -> (String, String) {
    match origin {
        Origin::Stated { file, line } => (format!("{file}:{line}"), String::new()),
        Origin::Written { file, line, source } | Origin::File { file, line, source } => {
            (format!("{file}:{line}"), source.clone())
        }
        Origin::Supposed => ("<change>".to_owned(), String::new()),
        Origin::Unplaced => (String::new(), String::new()),
    }
}

fn choice_lines(subject: &dyn Subject, choice: &Choice) -> Vec<Detail> {
    let program = subject.program();
    let name = |rule: RuleId| {
        let clause = &program.clauses[program.rules[rule.index()].clause.index()];
        clause.doc.tag("rule").unwrap_or("a row").to_owned()
    };
    let mut lines: Vec<Detail> = choice
        .passed_over
        .iter()
        .map(|row| Detail {
            kind: DetailKind::PassedOver,
            text: format!("row {} {}: fails on {}", row.rank, name(row.rule), row.failing),
        })
        .collect();
    let rows = &program.relations[choice.rows.index()].name;
    lines.push(Detail {
        kind: DetailKind::Chosen,
        text: format!("row {} of {rows} is the first that holds", choice.rank),
    });
    lines.extend(choice.masked.iter().map(|(rank, rule)| Detail {
        kind: DetailKind::Masked,
        text: format!("row {rank} {} would hold too", name(*rule)),
    }));
    lines
}

/// The kind of step that a missing fact is.
fn missing_kind(absence: &Absence) -> StepKind {
    match absence {
        Absence::NeverStated => StepKind::Assumed,
        Absence::StatedOtherwise { .. } => StepKind::RuledOut,
        Absence::NotGiven => StepKind::NotGiven,
        Absence::Underivable => StepKind::Failed,
    }
}

/// The steps of a why-not.
struct Unrolled<'a> {
    subject: &'a dyn Subject,
    answer: &'a WhyNot,
    /// Whether to show every rule that could conclude a missing fact, not only the nearest.
    all: bool,
    steps: Vec<Step>,
    /// Where each missing fact stands among the steps, once it does.
    at: Vec<Option<usize>>,
}

/// A why-not as an explanation: of the nearest miss of each missing fact, or of all rules that
/// could conclude it.
pub fn of_why_not(subject: &dyn Subject, answer: &WhyNot, all: bool) -> Tree {
    let at = vec![None; answer.missing.len()];
    let mut unrolled = Unrolled { subject, answer, all, steps: Vec::new(), at };
    unrolled.missing(0);
    let asked = answer.missing.first().map(|missing| show::fact(subject, &missing.fact));
    let rules = answer.missing.first().map_or(0, |missing| {
        missing.attempts.iter().map(|attempt| attempt.rule).collect::<BTreeSet<_>>().len()
    });
    let never = answer.missing.first().is_some_and(|missing| {
        missing.attempts.iter().all(|attempt| attempt.never == Some(Never::Alone))
    });
    let cut = answer.missing.first().is_some_and(|missing| missing.cut);
    let mut notes: Vec<String> = answer
        .instead
        .iter()
        .map(|fact| format!("instead: {}", show::fact(subject, fact)))
        .collect();
    notes.extend(answer.roots(!all).iter().map(|root| root_line(subject, root)));
    if answer.cut {
        notes.push("the search was cut short; there may be more to it".to_owned());
    }
    let summary = match rules {
        0 if cut => "not derived; the search stopped before it said why".to_owned(),
        0 => "not derived; no rule could conclude it".to_owned(),
        rules if never => format!(
            "not derived; {} could conclude it, and can never hold for it",
            plural(rules, "rule")
        ),
        1 => "not derived; 1 rule could conclude it".to_owned(),
        rules => format!("not derived; {rules} rules could conclude it, the nearest first"),
    };
    let subject = asked.unwrap_or_default();
    Tree { subject, summary, steps: unrolled.steps, notes, ways: Vec::new() }
}

fn root_line(subject: &dyn Subject, root: &Root) -> String {
    match root {
        Root::NeverStated(fact) => format!("never stated: {}", show::fact(subject, fact)),
        Root::StatedOtherwise { wanted, instead, origin } => {
            let (place, _) = origin_of(origin);
            format!(
                "stated otherwise: {} ({place}); wanted: {}",
                show::fact(subject, instead),
                show::fact(subject, wanted)
            )
        }
        Root::NotGiven(fact) => format!("not in the rulebook: {}", show::fact(subject, fact)),
        Root::InTheWay(fact, origin) => {
            let (place, _) = origin_of(origin);
            format!("in the way: {} ({place})", show::fact(subject, fact))
        }
        Root::Otherwise(text) => format!("comes out otherwise: {text}"),
    }
}

impl Unrolled<'_> {
    /// The step of a missing fact, with all below it; the step that is there if it was met before.
    fn missing(&mut self, index: usize) -> usize {
        let root = self.fact_step(index);
        self.open(vec![index]);
        root
    }

    /// Opens missing facts that have a step, and all below them. Steps are made first and opened
    /// later, so that no chain is too deep for the stack.
    fn open(&mut self, mut open: Vec<usize>) {
        open.reverse();
        while let Some(index) = open.pop() {
            let Some(at) = self.at[index] else { continue };
            let missing = &self.answer.missing[index];
            if missing.cut {
                let text = "not looked into: the search was cut short".to_owned();
                self.steps[at].details.push(Detail { kind: DetailKind::Plain, text });
            }
            let shown = if self.all { missing.attempts.len() } else { 1 };
            for attempt in missing.attempts.iter().take(shown) {
                let step = self.attempt(attempt, &mut open);
                self.steps[at].children.push(step);
            }
            if missing.attempts.len() > shown {
                let text = match missing.attempts.len() - shown {
                    1 => "1 other way is no nearer to it".to_owned(),
                    others => format!("{others} other ways are no nearer to it"),
                };
                self.steps[at].details.push(Detail { kind: DetailKind::Plain, text });
            }
        }
    }

    /// Adds a step about what is missing.
    fn push(&mut self, mut step: Step) -> usize {
        step.negative = true;
        self.steps.push(step);
        self.steps.len() - 1
    }

    fn fact_step(&mut self, index: usize) -> usize {
        let missing = &self.answer.missing[index];
        let kind = missing_kind(&missing.absence);
        let mut step = blank(kind, show::fact(self.subject, &missing.fact));
        if let Absence::StatedOtherwise { instead, origin } = &missing.absence {
            (step.place, _) = origin_of(origin);
            step.sentence = format!("stated instead: {}", show::fact(self.subject, instead));
        }
        let at = self.push(step);
        self.at[index] = Some(at);
        at
    }

    /// The step of a missing fact, which is to be opened if it is new.
    fn at_or_new(&mut self, index: usize, open: &mut Vec<usize>) -> usize {
        if let Some(known) = self.at[index] {
            return known;
        }
        open.push(index);
        self.fact_step(index)
    }

    fn attempt(&mut self, attempt: &Attempt, open: &mut Vec<usize>) -> usize {
        let (holding, of) = (attempt.holding(), attempt.conditions.len());
        let mut step = blank(StepKind::Attempt, format!("{holding} of {of} conditions hold"));
        rule_step(self.subject, attempt.rule, &mut step);
        let program = self.subject.program();
        let clause = &program.clauses[program.rules[attempt.rule.index()].clause.index()];
        step.sentence = clause.doc.tag("title").unwrap_or_default().to_owned();
        (step.hidden, step.stop) = (false, false);
        let never = attempt.never.as_ref().map(|never| match never {
            Never::Alone => "can never hold, whatever is stated".to_owned(),
            Never::ThisWay => "cannot hold with the rows shown here; others may do".to_owned(),
            Never::Together(fact) => format!(
                "can never hold together with the rest: {} has to be there for one and not for \
                 the other",
                show::fact(self.subject, fact)
            ),
        });
        step.details.extend(never.map(|text| Detail { kind: DetailKind::Plain, text }));
        let at = self.push(step);
        for condition in &attempt.conditions {
            let child = self.condition(condition, open);
            self.steps[at].children.push(child);
        }
        at
    }

    fn condition(&mut self, condition: &Condition, open: &mut Vec<usize>) -> usize {
        let text = condition.text.clone();
        let mut step = match &condition.state {
            State::Holds(_) => blank(StepKind::Holds, text),
            State::Unknown => blank(StepKind::Unknown, text),
            State::Otherwise => blank(StepKind::Missing, text),
            State::NotOpened(absence) => blank(missing_kind(absence), text),
            State::InTheWay { facts, lacking, .. } => {
                let mut step = blank(StepKind::InTheWay, text);
                step.details = facts
                    .iter()
                    .map(|fact| Detail {
                        kind: DetailKind::Plain,
                        text: format!("there is {}", show::fact(self.subject, fact)),
                    })
                    .collect();
                let at = self.push(step);
                for index in lacking {
                    let child = self.at_or_new(*index, open);
                    self.steps[at].children.push(child);
                }
                return at;
            }
            State::Missing(index) => {
                // A fact that only has to be stated needs no step of its own below the condition.
                return self.at_or_new(*index, open);
            }
        };
        if let State::Holds(Some(fact)) = &condition.state {
            step.atom = show::fact(self.subject, fact);
        }
        self.push(step)
    }
}
