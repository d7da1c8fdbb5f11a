//! A proof: why a fact is there, down to facts that need no reason.
//!
//! A proof is a graph of nodes, each fact once however often it is used. It ends by itself: the
//! premises of a fact are rows of earlier rounds.

use serde::Serialize;

use crate::value::{Constant, RelationId, RuleId, Word};

/// A node of a proof, by its position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct NodeId(pub usize);

/// A fact, named.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact {
    /// Its relation.
    pub relation: RelationId,
    /// Its row in the database; `None` for a fact that is not there.
    pub row: Option<usize>,
    /// Its values, hidden columns left out. `None` stands for "anything" in a fact that is absent.
    pub values: Vec<Option<Constant>>,
}

/// A proof of a fact.
#[derive(Clone, PartialEq, Debug)]
pub struct Proof {
    /// All nodes. The root is the first; a node's premises come behind it.
    pub nodes: Vec<Node>,
}

/// A step of a proof.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// What holds here.
    pub kind: NodeKind,
}

/// The kinds of step.
#[derive(Clone, PartialEq, Debug)]
pub enum NodeKind {
    /// A rule concludes a fact.
    Derived {
        /// The fact.
        fact: Fact,
        /// The rule.
        rule: RuleId,
        /// The values of the rule's named variables, in order of appearance.
        bindings: Vec<(String, Constant)>,
        /// A node for each literal of the rule, in the order written.
        premises: Vec<NodeId>,
        /// How many other ways there are to derive it from facts that came before it.
        others: Others,
        /// Whether the rule stands in for something nobody said (`@assumption`).
        assumed: bool,
        /// What the fact passed over, where it is the choice of a first-match list.
        list: Option<Choice>,
    },
    /// A design states the fact, or a file or text gives it.
    Given {
        /// The fact.
        fact: Fact,
        /// Where it comes from.
        origin: Origin,
    },
    /// A rule concludes a fact, and it is not known how.
    Unproved {
        /// The fact.
        fact: Fact,
        /// Why it is not known.
        reason: Unproved,
    },
    /// No such fact is there, and a rule wanted none.
    Absent {
        /// What is not there.
        fact: Fact,
        /// The same as words of the explainer that made the proof, an entry a column, the hidden
        /// ones included.
        wanted: Vec<Option<Word>>,
        /// In which way it is not.
        absence: Absence,
    },
    /// A comparison or test holds.
    Computed {
        /// The condition as written.
        written: String,
        /// The condition with its values.
        values: String,
    },
    /// A value was gathered from many facts.
    Aggregate(Gathered),
}

/// Why no derivation is known of a fact that was derived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unproved {
    /// The search was stopped before it came to it.
    Stopped,
    /// Floats that are added up in another order can come to another sum, and here they do.
    Order,
    /// There is none to be found: a fault of ours.
    Fault,
}

/// How many other derivations there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Others {
    /// How many were found.
    pub count: usize,
    /// Whether there may be more than were counted.
    pub more: bool,
}

/// Where a fact comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A design states it.
    Stated {
        /// The file.
        file: String,
        /// The line.
        line: u32,
    },
    /// A change that is tried states it.
    Supposed,
    /// A rule file has it as a fact.
    Written {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// What it cites (`@source`), or nothing.
        source: String,
    },
    /// A fact file has it.
    File {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// What the row cites, or nothing.
        source: String,
    },
    /// It was given without a place, such as at a prompt.
    Unplaced,
}

/// In which way a fact is absent.
#[derive(Clone, PartialEq, Debug)]
pub enum Absence {
    /// Nobody stated it, and nobody stated otherwise: an assumption.
    NeverStated,
    /// Something else is stated in its place.
    StatedOtherwise {
        /// What is stated.
        instead: Fact,
        /// Where.
        origin: Origin,
    },
    /// A file or the program could have it and has not.
    NotGiven,
    /// No rule concludes it.
    Underivable,
}

/// What an aggregate gathered.
#[derive(Clone, PartialEq, Debug)]
pub struct Gathered {
    /// The operator's name.
    pub operator: &'static str,
    /// The aggregate as written.
    pub written: String,
    /// Its value.
    pub result: Constant,
    /// The values of the variables that make the group.
    pub group: Vec<(String, Constant)>,
    /// How many solutions the group has.
    pub size: usize,
    /// The solutions that matter most, each with the value it brings and the facts it stands on.
    pub contributors: Vec<(Constant, Vec<Fact>)>,
    /// Where the value is compared with another: how far it is from the edge, as text.
    pub margin: Option<String>,
}

/// What the choice of a first-match list passed over, and what it hides.
#[derive(Clone, PartialEq, Debug)]
pub struct Choice {
    /// The relation of rows that hold.
    pub rows: RelationId,
    /// The rank of the chosen row.
    pub rank: i64,
    /// How many rows the list has in all.
    pub of: usize,
    /// Every earlier row, in order, with why it does not hold.
    pub passed_over: Vec<PassedOver>,
    /// The ranks of later rows that hold too.
    pub masked: Vec<(i64, RuleId)>,
}

/// A row of a first-match list that does not hold.
#[derive(Clone, PartialEq, Debug)]
pub struct PassedOver {
    /// Its rank.
    pub rank: i64,
    /// The rule that would conclude it.
    pub rule: RuleId,
    /// The first condition that fails, with what is known of its values.
    pub failing: String,
}

impl Proof {
    /// A node.
    pub fn node(&self, id: NodeId) -> &NodeKind {
        &self.nodes[id.0].kind
    }

    /// The node of the fact that is proved.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// How many leaves of the proof, drawn out as a tree, are assumptions.
    pub fn assumptions(&self) -> u64 {
        // Premises come behind what they are premises of, so one pass from the back settles all.
        let mut counts = vec![0u64; self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate().rev() {
            counts[index] = match &node.kind {
                NodeKind::Derived { assumed: true, .. } => 1,
                NodeKind::Derived { premises, .. } => {
                    premises.iter().fold(0u64, |sum, premise| sum.saturating_add(counts[premise.0]))
                }
                NodeKind::Absent { absence: Absence::NeverStated, .. } => 1,
                _ => 0,
            };
        }
        counts.first().copied().unwrap_or(0)
    }
}
