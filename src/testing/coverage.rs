//! What tests exercise of a rulebook.
//!
//! | item | it is exercised when, in some test, |
//! | --- | --- |
//! | a rule | it concludes something |
//! | a condition of a rule | it alone keeps the rule from concluding: all others hold, and it does not |
//! | a row of a first-match list | it is the first that holds |
//!
//! That a condition was true somewhere is said by its rule. A condition that only names or counts
//! something cannot be false, and what no design can change is not for a design to exercise: neither
//! is counted. Each item is a goal, evaluated with the tests.

use crate::analyze::Goal;
use crate::analyze::program::{Argument, Atom, Head, Literal, Rule, Term, Variable};
use crate::explain::{List, Lists};
use crate::kb::Rulebook;
use crate::value::{ClauseId, Constant, RelationId, RuleId, VariableId};

use super::{Suite, rules};

/// Something that tests can exercise.
#[derive(Clone, Debug)]
pub struct Item {
    /// What of the rule.
    pub kind: ItemKind,
    /// The rule.
    pub rule: RuleId,
    /// What holds where it is exercised.
    pub(super) goal: RelationId,
}

/// What of a rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ItemKind {
    /// That it concludes something.
    Fires,
    /// That a condition alone keeps it from concluding.
    Decides(usize),
    /// That its row of a list is chosen.
    Chosen(i64),
}

/// What tests exercise.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Every item, by rule.
    pub items: Vec<Covered>,
}

/// An item, and whether tests exercise it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Covered {
    /// What.
    pub kind: ItemKind,
    /// The file of the rule.
    pub file: String,
    /// Its line.
    pub line: u32,
    /// The id of the rule, else the relation that it concludes.
    pub rule: String,
    /// The condition as written, the rank of the row, or nothing.
    pub text: String,
    /// The first design that exercises it.
    pub by: Option<String>,
}

/// The items of a rulebook, and the goals that say whether they are exercised; goals number on from
/// `first`.
pub(super) fn items(rulebook: &Rulebook, first: usize) -> (Vec<Item>, Vec<Goal>) {
    let program = &rulebook.program;
    let mut made =
        Made { first: program.relations.len() + first, items: Vec::new(), goals: Vec::new() };
    let lists = Lists::find(program);
    for (index, rule) in program.rules.iter().enumerate() {
        let id = RuleId::from(index);
        if !rulebook.worlds.dependent[rule.head.relation.index()] || rule.body.is_empty() {
            continue;
        }
        made.add(ItemKind::Fires, id, goal(rule, rule.body.clone()));
        for at in 0..rule.body.len() {
            if let Some(body) = rules::decided_by(rule, at) {
                made.add(ItemKind::Decides(at), id, goal(rule, body));
            }
        }
        for list in lists.iter() {
            if let Some((rank, _)) = list.rules.iter().find(|(_, rule)| *rule == id) {
                made.add(ItemKind::Chosen(*rank), id, chosen(rulebook, list, *rank));
            }
        }
    }
    (made.items, made.goals)
}

struct Made {
    first: usize,
    items: Vec<Item>,
    goals: Vec<Goal>,
}

impl Made {
    fn add(&mut self, kind: ItemKind, rule: RuleId, goal: Goal) {
        let id = RelationId::from(self.first + self.goals.len());
        self.items.push(Item { kind, rule, goal: id });
        self.goals.push(goal);
    }
}

/// A goal without columns: whether a body holds.
fn goal(rule: &Rule, body: Vec<Literal>) -> Goal {
    let head = Head { relation: rule.head.relation, terms: Vec::new() };
    Goal { columns: Vec::new(), rules: vec![Rule { head, body, ..rule.clone() }] }
}

/// `row(rank, x), !earlier(rank, x)`
fn chosen(rulebook: &Rulebook, list: &List, rank: i64) -> Goal {
    let relation = &rulebook.program.relations[list.rows.index()];
    let variable = |(at, column): (usize, &crate::analyze::program::Column)| Variable {
        name: format!("@{at}"),
        primitive: column.primitive,
    };
    let variables = relation.columns.iter().enumerate().map(variable).collect();
    let argument = |at: usize| match at == list.rank {
        true => Argument::Constant(Constant::Number(rank)),
        false => Argument::Variable(VariableId::from(at)),
    };
    let arguments: Vec<Argument> = (0..relation.arity()).map(argument).collect();
    let atom = |relation| Atom { relation, arguments: arguments.clone(), span: Default::default() };
    let body = vec![Literal::Positive(atom(list.rows)), Literal::Negative(atom(list.earlier))];
    let head = Head { relation: list.rows, terms: Vec::<Term>::new() };
    let clause = ClauseId(0);
    Goal { columns: Vec::new(), rules: vec![Rule { head, body, variables, clause }] }
}

impl Suite {
    /// What the tests exercise.
    pub fn coverage(&self) -> Coverage {
        let (rulebook, designs) = (self.session.rulebook(), self.session.designs());
        let covered = |item: &Item| {
            let by = (0..designs.len()).find(|&design| self.session.count(item.goal, design) > 0);
            let by = by.map(|design| designs[design].id.clone());
            Covered::of(rulebook, item, by)
        };
        Coverage { items: self.coverage.iter().map(covered).collect() }
    }
}

impl Covered {
    pub(super) fn of(rulebook: &Rulebook, item: &Item, by: Option<String>) -> Covered {
        let rule = &rulebook.program.rules[item.rule.index()];
        let clause = &rulebook.program.clauses[rule.clause.index()];
        let sources = &rulebook.sources;
        Covered {
            kind: item.kind,
            file: sources.name(clause.span).to_owned(),
            line: sources.position(clause.span).line,
            rule: name_of(rulebook, item.rule),
            text: match item.kind {
                ItemKind::Fires => String::new(),
                ItemKind::Decides(at) => rules::written(&rule.body[at], sources),
                ItemKind::Chosen(rank) => rank.to_string(),
            },
            by,
        }
    }
}

/// The id of a rule, else the relation that it concludes.
pub(super) fn name_of(rulebook: &Rulebook, rule: RuleId) -> String {
    let rule = &rulebook.program.rules[rule.index()];
    let id = rulebook.program.clauses[rule.clause.index()].doc.tag("rule");
    let relation = || rulebook.program.relations[rule.head.relation.index()].name.as_str();
    id.unwrap_or_else(relation).to_owned()
}

impl Coverage {
    /// How many items of a kind there are, and how many of them are exercised.
    pub fn count(&self, of: impl Fn(ItemKind) -> bool) -> (usize, usize) {
        let items = self.items.iter().filter(|item| of(item.kind));
        items.fold((0, 0), |(all, done), item| (all + 1, done + usize::from(item.by.is_some())))
    }

    /// What no test exercises. Of a rule that never concludes anything, nothing else is said.
    pub fn missing(&self) -> impl Iterator<Item = &Covered> {
        self.items.iter().filter(|item| item.by.is_none())
    }
}
