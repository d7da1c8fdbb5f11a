//! Explanations as data that every medium draws: a graph of steps with a root.
//!
//! A step may be reached from several others; media that draw trees print it once and point to it
//! afterwards. Nothing here knows what the steps are about.

use serde::Serialize;

/// An explanation.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Tree {
    /// What is explained, as a program writes it.
    pub subject: String,
    /// One line that says what the explanation comes to, such as what it rests on.
    pub summary: String,
    /// All steps; the first is the root.
    pub steps: Vec<Step>,
    /// Lines below the explanation, such as what else could be asked.
    pub notes: Vec<String>,
    /// What would change what is explained; the smallest first.
    pub ways: Vec<Way>,
}

/// A change that would make what is explained come out otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Way {
    /// The change in words.
    pub say: String,
    /// The change as facts to copy, each ended by a full stop; those to be taken back with a `-`
    /// before them.
    pub facts: Vec<String>,
}

/// A step of an explanation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Step {
    /// What kind of step it is.
    pub kind: StepKind,
    /// What it says in words; may be empty.
    pub sentence: String,
    /// The fact or condition as a program writes it.
    pub atom: String,
    /// The id of the rule that was used, or nothing.
    pub rule: String,
    /// The passage that is cited, or nothing.
    pub source: String,
    /// The file and line, or nothing.
    pub place: String,
    /// Further lines: rows of a list that were passed over, contributors of an aggregate.
    pub details: Vec<Detail>,
    /// The steps it stands on, by position.
    pub children: Vec<usize>,
    /// Whether it is about what would have to be there and is not: all steps of a why-not are, and
    /// those of a proof that stand below an absence.
    pub negative: bool,
    /// Whether the author of the rulebook wants it folded (`@hide`): its children then stand in its
    /// place, unless all is asked for.
    pub hidden: bool,
    /// Whether the author wants what is below it folded (`@stop`).
    pub stop: bool,
}

/// A line that belongs to a step.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Detail {
    /// What the line is.
    pub kind: DetailKind,
    /// The line.
    pub text: String,
}

/// The kinds of step. The word in quotes is what people are shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// A rule concludes it.
    Derived,
    /// "you said": a design states it.
    Stated,
    /// "supposed": a change that is tried states it.
    Supposed,
    /// "rulebook": a fact of the knowledge base or of the program.
    Rulebook,
    /// "assumed": nobody stated it.
    Assumed,
    /// "ruled out": something else is stated in its place.
    RuledOut,
    /// "failed": no rule concludes it.
    Failed,
    /// "not given": no file or text has it.
    NotGiven,
    /// "computed": a comparison or test.
    Computed,
    /// "gathered": an aggregate.
    Gathered,
    /// "holds": a condition that does (in a why-not).
    Holds,
    /// "missing": a comparison or aggregate that comes out otherwise (in a why-not).
    Missing,
    /// "unknown": a condition about something that a missing one would have named (in a why-not).
    Unknown,
    /// "in the way": a fact that holds and would have to be absent (in a why-not).
    InTheWay,
    /// A rule that could conclude it and does not (in a why-not).
    Attempt,
    /// "not explained": a rule concludes it, and it is not known how.
    Unexplained,
}

/// The kinds of detail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DetailKind {
    /// Plain.
    Plain,
    /// The row of a first-match list that was chosen.
    Chosen,
    /// An earlier row that does not hold.
    PassedOver,
    /// A later row that holds too.
    Masked,
    /// A fact that an aggregate gathered.
    Contributor,
}
