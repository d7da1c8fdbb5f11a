//! What is measured: programs, the facts that are made for them, and sizes.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// A program and how facts for it are made.
pub struct Workload {
    pub name: &'static str,
    /// What it computes.
    pub about: &'static str,
    pub program: fn() -> String,
    /// Makes the facts of a size in a folder, a file a relation.
    facts: fn(f64, &mut Folder<'_>),
}

/// How much a workload derives: about so many tuples.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    pub name: &'static str,
    pub outputs: u32,
    /// How many times each engine runs, if nothing else is asked.
    pub repeats: usize,
}

/// `XS` only shows that everything runs.
pub const SIZES: [Size; 4] = [
    Size { name: "XS", outputs: 2_000, repeats: 1 },
    Size { name: "S", outputs: 100_000, repeats: 7 },
    Size { name: "M", outputs: 1_000_000, repeats: 7 },
    Size { name: "L", outputs: 10_000_000, repeats: 3 },
];

pub const WORKLOADS: [Workload; 11] = [
    Workload {
        name: "tc_rand",
        about: "closure of a sparse random graph",
        program: || include_str!("programs/tc.dl").to_owned(),
        facts: |outputs, folder| folder.pairs("edge", &sparse(outputs)),
    },
    Workload {
        name: "tc_chain",
        about: "closure of a chain",
        program: || include_str!("programs/tc.dl").to_owned(),
        facts: |outputs, folder| {
            let nodes = (2.0 * outputs).sqrt() as u32;
            let edges: Vec<_> = (1..nodes).map(|node| (node - 1, node)).collect();
            folder.pairs("edge", &edges);
        },
    },
    Workload {
        name: "tc_grid",
        about: "closure of a grid",
        program: || include_str!("programs/tc.dl").to_owned(),
        facts: |outputs, folder| folder.pairs("edge", &grid(outputs)),
    },
    Workload {
        name: "tc_out",
        about: "closure of a sparse random graph, written out",
        program: || include_str!("programs/tc_out.dl").to_owned(),
        facts: |outputs, folder| folder.pairs("edge", &sparse(outputs)),
    },
    Workload {
        name: "sg",
        about: "same generation in a tree",
        program: || include_str!("programs/sg.dl").to_owned(),
        facts: |outputs, folder| folder.pairs("edge", &tree(outputs)),
    },
    Workload {
        name: "pointsto",
        about: "what pointers point to, four rules after Andersen",
        program: || include_str!("programs/pointsto.dl").to_owned(),
        facts: pointers,
    },
    Workload {
        name: "cspa",
        about: "value flow, memory alias, value alias",
        program: || include_str!("programs/cspa.dl").to_owned(),
        facts: flows,
    },
    Workload {
        name: "neg",
        about: "pairs of nodes without a path",
        program: || include_str!("programs/neg.dl").to_owned(),
        facts: |outputs, folder| {
            let nodes = outputs.sqrt() as u32;
            let mut random = Random(11);
            let edges: Vec<_> =
                (0..nodes * 7 / 5).map(|_| (random.below(nodes), random.below(nodes))).collect();
            folder.pairs("edge", &edges);
            folder.rows("node", (0..nodes).map(|node| [node]));
        },
    },
    Workload {
        name: "strings",
        about: "joins on symbols, written out",
        program: || include_str!("programs/strings.dl").to_owned(),
        facts: people,
    },
    Workload {
        name: "agg",
        about: "counts and minima by group",
        program: || include_str!("programs/agg.dl").to_owned(),
        facts: |outputs, folder| {
            let rows = (outputs * 0.6) as u32;
            let (shops, items) = (rows / 200 + 1, 150);
            let mut random = Random(13);
            folder.rows(
                "sale",
                (0..rows).map(|id| {
                    [id, random.below(shops), random.below(items), random.below(100_000)]
                }),
            );
        },
    },
    Workload {
        name: "rulebook",
        about: "many designs through 119 rules without recursion, with tables, negation and first-match lists",
        program: rulebook,
        facts: |outputs, folder| {
            let designs = (outputs / 100.0).ceil() as u32;
            let mut random = Random(17);
            let rows = (0..designs).flat_map(|design| (0..30).map(move |field| (design, field)));
            folder.rows("feature", rows.map(|(design, field)| [design, field, random.below(6)]));
            let cells = (0..30).flat_map(|field| (0..6).map(move |value| (field, value)));
            folder.rows(
                "level",
                cells.map(|(field, value)| [field, value, (field * 7 + value * 3) % 5]),
            );
        },
    },
];

/// How many lists the rulebook has.
pub const TOPICS: u32 = 9;

/// The fields that a topic looks at.
pub const fn fields(topic: u32) -> [u32; 3] {
    [topic * 3 % 30, (topic * 3 + 1) % 30, (topic * 5 + 2) % 30]
}

/// Nine first-match lists over stated features and a table, and what they come to.
fn rulebook() -> String {
    let mut text = String::from(
        ".decl feature(d: number, f: number, v: number)
.input feature
.decl level(f: number, v: number, k: number)
.input level
.decl choice(d: number, topic: number, n: number)
.output choice
.decl open(d: number, topic: number)
.decl verdict(d: number, n: number)
.output verdict
open(d, t) :- choice(d, t, 6).
verdict(d, n) :- feature(d, 0, _), n = count : { open(d, _) }.
",
    );
    for t in 0..TOPICS {
        let [a, b, c] = fields(t);
        let _ = write!(
            text,
            "
.decl first{t}(d: number, k: number)
.decl second{t}(d: number, k: number)
.decl strong{t}(d: number)
.decl weak{t}(d: number)
.decl needs{t}(d: number)
.decl blocked{t}(d: number)
.decl row{t}(d: number, n: number)
first{t}(d, k) :- feature(d, {a}, v), level({a}, v, k).
second{t}(d, k) :- feature(d, {b}, v), level({b}, v, k).
strong{t}(d) :- first{t}(d, k), k >= 3.
weak{t}(d) :- second{t}(d, 0).
needs{t}(d) :- strong{t}(d), !weak{t}(d).
blocked{t}(d) :- feature(d, {c}, 0).
row{t}(d, 1) :- needs{t}(d), !blocked{t}(d).
row{t}(d, 2) :- strong{t}(d), second{t}(d, 1).
row{t}(d, 3) :- first{t}(d, 2), !weak{t}(d).
row{t}(d, 4) :- weak{t}(d), feature(d, {c}, 1).
row{t}(d, 5) :- second{t}(d, k), k > 1.
row{t}(d, 6) :- first{t}(d, _).
choice(d, {t}, n) :- first{t}(d, _), n = min m : {{ row{t}(d, m) }}.
"
        );
    }
    text
}

impl Workload {
    /// Writes program and facts into a folder.
    pub fn prepare(&self, outputs: f64, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("program.dl"), (self.program)())?;
        let mut folder = Folder { path: folder, failed: None };
        (self.facts)(outputs, &mut folder);
        folder.failed.map_or(Ok(()), Err)
    }
}

/// Where fact files go.
struct Folder<'a> {
    path: &'a Path,
    failed: Option<io::Error>,
}

impl Folder<'_> {
    fn save(&mut self, relation: &str, text: &str) {
        if let Err(error) = fs::write(self.path.join(format!("{relation}.facts")), text) {
            self.failed = Some(error);
        }
    }

    fn rows<const N: usize>(&mut self, relation: &str, rows: impl Iterator<Item = [u32; N]>) {
        let mut text = String::new();
        for row in rows {
            for (at, word) in row.iter().enumerate() {
                let _ = write!(text, "{}{word}", if at > 0 { "\t" } else { "" });
            }
            text.push('\n');
        }
        self.save(relation, &text);
    }

    fn pairs(&mut self, relation: &str, pairs: &[(u32, u32)]) {
        self.rows(relation, pairs.iter().map(|&(x, y)| [x, y]));
    }
}

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(bound.max(1))) as u32
    }
}

/// Two edges a node: about two thirds of all pairs have a path.
fn sparse(outputs: f64) -> Vec<(u32, u32)> {
    let nodes = (outputs / 0.64).sqrt() as u32;
    let mut random = Random(7);
    (0..nodes * 2).map(|_| (random.below(nodes), random.below(nodes))).collect()
}

fn grid(outputs: f64) -> Vec<(u32, u32)> {
    let side = (2.0 * outputs.sqrt()).sqrt().round() as u32;
    let at = |x: u32, y: u32| x * side + y;
    let right = (1..side).flat_map(|x| (0..side).map(move |y| (at(x - 1, y), at(x, y))));
    let down = (0..side).flat_map(|x| (1..side).map(move |y| (at(x, y - 1), at(x, y))));
    right.chain(down).collect()
}

/// A tree of random fan-out, whose generations are wide.
fn tree(outputs: f64) -> Vec<(u32, u32)> {
    let nodes = (outputs * 2.1).sqrt() as u32;
    let mut random = Random(3);
    (1..nodes).map(|node| (random.below(node.div_ceil(8).max(1)), node)).collect()
}

/// Pairs of things that are near each other, as the variables of a procedure are.
fn near(random: &mut Random, things: u32, within: u32, count: u32) -> Vec<(u32, u32)> {
    let mut pair = || {
        let one = random.below(things);
        (one, (one + random.below(within)) % things)
    };
    (0..count).map(|_| pair()).collect()
}

/// Variables that point to, take, load and store what is near.
fn pointers(outputs: f64, folder: &mut Folder<'_>) {
    let variables = (outputs / 36.0) as u32 + 20;
    let mut random = Random(5);
    let mut near =
        |share: f64| near(&mut random, variables, 100, (f64::from(variables) * share) as u32);
    folder.pairs("address_of", &near(0.25));
    folder.pairs("assign", &near(0.6));
    folder.pairs("load", &near(0.12));
    folder.pairs("store", &near(0.12));
}

/// Assignments among variables that are near each other, and pointers that are followed.
fn flows(outputs: f64, folder: &mut Folder<'_>) {
    let variables = (outputs / 28.0) as u32 + 20;
    let mut random = Random(9);
    let mut near = |share: f64| -> Vec<(u32, u32)> {
        let near = near(&mut random, variables, 12, (f64::from(variables) * share) as u32);
        near.into_iter().map(|(one, other)| (one, (other + 1) % variables)).collect()
    };
    folder.pairs("assign", &near(0.6));
    folder.pairs("dereference", &near(0.3));
}

/// Who lives and works where, and who knows whom.
fn people(outputs: f64, folder: &mut Folder<'_>) {
    let people = (outputs / 50.0) as u32 + 10;
    let (cities, firms) = (people / 16 + 1, people / 40 + 1);
    let mut random = Random(19);
    let mut table = |relation: &str, rows: u32, one: &str, other: &str, bound: u32| {
        let mut text = String::new();
        for row in 0..rows {
            let _ = writeln!(text, "{one}{:05}\t{other}{:05}", row % people, random.below(bound));
        }
        folder.save(relation, &text);
    };
    table("lives", people, "person ", "the city of ", cities);
    table("works", people, "person ", "firm number ", firms);
    table("knows", people * 2, "person ", "person ", people);
}
