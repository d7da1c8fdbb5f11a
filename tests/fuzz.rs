//! The targets of `fuzz/`, driven without a fuzzer: files of the tests as they are, and mutated.
//!
//! `ARCHLOG_FUZZ_SECONDS=3600 cargo test --test fuzz -- --nocapture NAME` goes on for so long, with
//! other mutations for each `ARCHLOG_FUZZ_SEED`; what fails is kept in `target/fuzz`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod common;
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common::{files_below, root};
use targets::{TARGETS, Target};

/// No input may take longer, in a build that is not optimised either.
const PATIENCE: Duration = Duration::from_secs(60);

/// The files that a target begins with: those of the tests, and the folder of its own.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folders: &[(&str, &str)] = match target {
        "text" => &[
            ("tests/programs", "dl"),
            ("tests/errors", "dl"),
            ("tests/explain", "dl"),
            ("designs", "dl"),
            ("rules/decide", "dl"),
        ],
        "session" => &[("tests/repl", "txt")],
        _ => &[],
    };
    let tested = folders.iter().flat_map(|(folder, extension)| files_below(folder, extension));
    let own = fs::read_dir(root().join("fuzz/corpus").join(target)).unwrap();
    let mut paths: Vec<PathBuf> = own.map(|entry| entry.unwrap().path()).collect();
    paths.extend(tested);
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A number after another, the same for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).unwrap() % end.max(1)
    }

    /// A stretch of a text, mostly a short one.
    fn stretch(&mut self, text: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(text.len() + 1);
        let longest = if self.below(4) == 0 { 400 } else { 12 };
        start..(start + self.below(longest)).min(text.len())
    }
}

/// What means something in one of the texts.
const WORDS: [&str; 64] = [
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ".",
    ";",
    ":-",
    "!",
    "=",
    "!=",
    "<=",
    "<",
    "+",
    "-",
    "*",
    "^",
    "_",
    "?",
    "?-",
    "\"",
    "\\",
    "\n",
    "\r\n",
    "\t",
    "\u{feff}",
    "é",
    "/*",
    "*/",
    "// ",
    "/// @rule r\n",
    "-9223372036854775808",
    "18446744073709551615",
    "0x",
    "1e308",
    "nil",
    "$",
    "count : { ",
    "sum x : ",
    "mean ",
    "range(",
    "cat(",
    "substr(",
    "to_number(",
    "match(\"(\", ",
    ".decl r(a: number)",
    ".type T = [a: T]",
    ".comp C<T> {",
    ".init c = C<number>",
    ".override p",
    "eqrel",
    "inline",
    "choice-domain a",
    "<= ",
    ".plan 0:(1)",
    ".limitsize p(n=1)",
    ":undo\n",
    ":why ",
    ":branch b\n",
    ":switch main\n",
    "- need(",
    "\n> ",
];

/// A text made of a seed by a few changes, some with parts of another.
fn mutated(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut text = seeds[random.below(seeds.len())].clone();
    // Now and then a piece of a text alone, so that what is small is met as well.
    if random.below(3) == 0 {
        let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
        let from = random.below(lines.len());
        text = lines[from..(from + 1 + random.below(20)).min(lines.len())].concat();
    }
    for _ in 0..=random.below(6) {
        let at = random.stretch(&text);
        let with = match random.below(8) {
            0 => Vec::new(),
            1 => vec![random.next().to_le_bytes()[0]],
            2 | 3 => WORDS[random.below(WORDS.len())].into(),
            4 => text[random.stretch(&text)].to_vec(),
            5 => text[at.clone()].repeat(2 + random.below(8)),
            _ => {
                let other = &seeds[random.below(seeds.len())];
                let lines: Vec<&[u8]> = other.split_inclusive(|byte| *byte == b'\n').collect();
                match lines.get(random.below(lines.len())) {
                    Some(line) if random.below(2) == 0 => line.to_vec(),
                    _ => other[random.stretch(other)].to_vec(),
                }
            }
        };
        // What comes in stands beside what is there, or in its place.
        let end = if random.below(2) == 0 { at.start } else { at.end };
        text.splice(at.start..end, with);
    }
    text
}

/// Calls a target; what it fails on is kept.
fn hold(name: &str, target: Target, input: &[u8], keep: bool) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs::create_dir_all(&folder).unwrap();
    let path = |what: &str| folder.join(format!("{name}-{what}"));
    // An input that never comes back, or that takes the process with it, can be told afterwards.
    if keep {
        fs::write(path("last"), input).unwrap();
    }
    let started = Instant::now();
    let done = catch_unwind(AssertUnwindSafe(|| target(input)));
    let taken = started.elapsed();
    if done.is_err() || taken > PATIENCE {
        let hash =
            input.iter().fold(0u32, |hash, byte| hash.wrapping_mul(16_777_619) ^ u32::from(*byte));
        let kept = path(&format!("{hash:08x}"));
        fs::write(&kept, input).unwrap();
        panic!("{name} fails behind {taken:?} on {}", kept.display());
    }
}

/// All seeds, then mutations: so many, or for as long as is asked for.
fn drive(name: &str, cases: usize) {
    let target = TARGETS.iter().find(|(other, _)| *other == name).unwrap().1;
    let asked = |name: &str| std::env::var(name).ok().and_then(|it| it.parse::<u64>().ok());
    let seed = asked("ARCHLOG_FUZZ_SEED").unwrap_or(7);
    let time = asked("ARCHLOG_FUZZ_SECONDS").map(Duration::from_secs);
    let seeds = seeds(name);
    assert!(seeds.len() > 8, "{name} has {} seeds only", seeds.len());
    if time.is_none() && name != "session" {
        seeds.iter().for_each(|seed| hold(name, target, seed, false));
    }
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (started, mut done) = (Instant::now(), 0);
    while time.map_or(done < cases, |time| started.elapsed() < time) {
        hold(name, target, &mutated(&seeds, &mut random), time.is_some());
        done += 1;
    }
    println!("{name}: {done} mutated inputs in {:?}, seed {seed}", started.elapsed());
}

#[test]
fn text() {
    drive("text", 600);
}

#[test]
fn facts() {
    drive("facts", 3000);
}

#[test]
fn session() {
    drive("session", 6);
}
