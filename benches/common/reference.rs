//! The reference design: generated from a seed, so that benches and tests speak of the same one.
//!
//! 25 requirements over 15 objects: 13 critical writes, 8 important reads, 2 notifications and 2
//! requirements that were set aside. Two thirds of the judgement questions are answered, objects are
//! mostly said by their class, and one field of the execution context is left open.

use std::fmt::Write as _;

/// A small generator of numbers that look random: the same from the same seed, everywhere.
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below another.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound.max(1)
    }

    /// One of several.
    pub fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

const WRITES: [&str; 15] = [
    "exclusive_holder",
    "may_all_succeed",
    "merge_law",
    "winner_loser",
    "valid_only_under_current_state",
    "replaces_stable_value",
    "needs_conflict_resolution",
    "appends_immutable_record",
    "invalidates_peers",
    "one_writer_owns_scope",
    "one_writer_per_partition",
    "partitions_independent",
    "stream_processing",
    "publishes_downstream",
    "non_idempotent",
];

const READS: [&str; 5] =
    ["served_directly", "read_dominates", "fans_out", "location_lookup", "join_heavy_one_row"];

/// How large a design is and how much of it is said.
pub struct Shape {
    /// How many requirements.
    pub requirements: usize,
    /// How many objects.
    pub objects: usize,
    /// How many of a hundred judgement questions are answered.
    pub answered: usize,
    /// How many of the five context fields are stated.
    pub context: usize,
}

/// The shape of the reference design.
pub const REFERENCE: Shape = Shape { requirements: 25, objects: 15, answered: 66, context: 4 };

/// The reference design.
pub fn reference() -> String {
    design(1, &REFERENCE)
}

/// A design of some shape from a seed.
pub fn design(seed: u64, shape: &Shape) -> String {
    let mut random = Random::new(seed);
    let mut text = String::new();
    let mut say = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    say(format!("design(\"reference-{seed}\", \"Reference {seed}\")."));
    for object in 1..=shape.objects {
        let class =
            random.one(&["entity", "event", "process", "process", "relationship", "intent"]);
        say(format!("object(\"Object{object}\", \"{class}\")."));
        if random.percent(30) {
            let evolution = random.one(&["append-only", "overwrite", "state machine", "merge"]);
            say(format!("evolution(\"Object{object}\", \"{evolution}\")."));
        }
    }
    for number in 1..=shape.requirements {
        let req = format!("req{number}");
        let kind = number * 100 / shape.requirements.max(1);
        let (priority, actor, operation) = match kind {
            0..=52 => {
                let operation =
                    random.one(&["conditional write", "append event", "overwrite state"]);
                ("C1", random.one(&["user", "client", "worker"]), operation)
            }
            53..=84 => ("R1", "client", random.one(&["read source", "read projection"])),
            85..=92 => ("N1", "system", "async deliver"),
            _ => ("C2", "admin", "overwrite state"),
        };
        say(format!(
            "need(\"{req}\", {number}, \"{actor}\", \"{operation}\", \"{priority}\", \"Requirement {number}\")."
        ));
        let object = 1 + random.below(shape.objects);
        say(format!("on(\"{req}\", \"Object{object}\")."));
        if priority == "C1" {
            let kind = random.one(&["eligibility", "uniqueness", "ordering", "accounting"]);
            say(format!("rule(\"inv{number}\", \"{req}\", \"{kind}\")."));
        }
        let questions: &[&str] = match priority {
            "C1" => &WRITES,
            "R1" => &READS,
            _ => &[],
        };
        for question in questions {
            if random.percent(shape.answered) {
                let answer = if random.percent(30) { "Yes" } else { "No" };
                say(format!("judgement(\"{req}\", \"{question}\", \"{answer}\")."));
            }
        }
    }
    let context = [
        ("Holder model", "worker"),
        ("Topology", "single service distributed"),
        ("Write coordination scope", "per object scope"),
        ("Read consistency target", "bounded stale allowed"),
        ("Compensation acceptable?", "No"),
    ];
    for (field, value) in context.iter().take(shape.context) {
        say(format!("context(\"{field}\", \"{value}\")."));
    }
    text
}
