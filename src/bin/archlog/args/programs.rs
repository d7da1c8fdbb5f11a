//! What the commands about programs and rulebooks take.

use std::path::{Path, PathBuf};

use archlog::audit::Pattern;
use clap::{Args, ValueEnum};

use super::{DocumentFormat, Effort, FindingFormat, Rulebook, TableFormat, TestFormat};

/// Run any Datalog program in Souffle's dialect
///
/// Facts are read as the program's `.input` directives say and results written as its `.output`
/// directives say, with Souffle's defaults: `REL.facts`, parted by tabs, and `REL.csv`.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/run.txt"))]
pub struct Run {
    /// The program; `-` is standard input
    #[arg(value_name = "PROGRAM.dl")]
    pub program: PathBuf,

    /// The folder that facts are read from
    #[arg(short = 'F', long = "fact-dir", value_name = "DIR", default_value = ".")]
    pub facts: PathBuf,

    /// The folder that results are written to; `-` is standard output
    #[arg(short = 'D', long = "output-dir", value_name = "DIR", default_value = ".")]
    pub output: PathBuf,

    /// A folder to look for included files in that are not beside the file that includes them; of
    /// several the first that has one
    #[arg(short = 'I', long = "include-dir", value_name = "DIR")]
    pub include: Vec<PathBuf>,

    /// Show no warnings
    #[arg(short = 'w', long)]
    pub no_warn: bool,

    /// Say how long each stage took, on standard error
    #[arg(short = 'v', long)]
    pub verbose: bool,

    /// Derive only what is asked for of these relations, parted by commas, or of all (`*`); in place of
    /// the program's pragma
    #[arg(short = 'm', long, value_name = "RELATIONS")]
    pub magic_transform: Option<String>,

    /// Derive these relations whole, whatever else is said; in place of the program's pragma
    #[arg(long, value_name = "RELATIONS")]
    pub magic_transform_exclude: Option<String>,

    /// More pragmas for the program: `KEY:VALUE`, several parted by semicolons
    #[arg(short = 'P', long, value_name = "PRAGMAS")]
    pub pragma: Option<String>,

    /// Take what is beyond Souffle, such as `1.5e3` and `mean` of whole numbers; as the pragma
    /// `extensions`
    #[arg(long)]
    pub extensions: bool,

    /// Answer this question in place of writing results, and derive only what it asks for
    #[arg(long, value_name = "GOAL")]
    pub goal: Option<String>,

    /// The format of the answer to the question
    #[arg(long, value_name = "FORMAT", default_value = "table", requires = "goal")]
    pub format: TableFormat,

    /// Derive relations whole, also where less is asked for
    #[arg(long)]
    pub no_demand: bool,

    /// Print how the rules were evaluated: the order of joins, sizes, indices; write no results
    #[arg(long)]
    pub plan: bool,

    /// Say where the time went: to a file (`.json`, `.html`, else text), or to standard error
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "-"
    )]
    pub profile: Option<PathBuf>,

    /// As `--profile=FILE`
    #[arg(short = 'p', value_name = "FILE", conflicts_with = "profile")]
    pub profile_file: Option<PathBuf>,

    /// Accepted: no preprocessor is run anyway
    #[arg(long, hide = true)]
    pub no_preprocessor: bool,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

impl Run {
    /// Where the profile goes, if one is wanted.
    pub fn profile(&self) -> Option<&Path> {
        self.profile.as_deref().or(self.profile_file.as_deref())
    }
}

/// Check programs, or the rulebook, for what is odd about them
///
/// Without a file the rulebook is checked, with the folders of `--rules` and `--facts` laid over it.
/// Every kind of finding has a page: `archlog explain CODE`. A comment
/// `// archlog: allow CODE reason` lets a finding pass, behind it or above its item.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/check.txt"))]
pub struct Check {
    /// Programs, each on its own with what it includes
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: FindingFormat,

    /// Exit 1 on these as well, and never let them pass by --allow: a code, or a severity
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub deny: Vec<Pattern>,

    /// Let these pass: a code, or `error`, `warning`, `note`
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub allow: Vec<Pattern>,

    /// Look at nothing but these: a code, or a severity
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub only: Vec<Pattern>,

    /// A CSV file of accepted findings: code, subject, reason
    #[arg(long, value_name = "FILE")]
    pub accepted: Option<PathBuf>,

    /// Show what is accepted, too, with the reasons
    #[arg(long)]
    pub all: bool,

    /// Go through every point that the ordered lists can meet: rows never chosen, gaps, overlaps
    #[arg(long)]
    pub prove: bool,

    /// Write the facts that show what --prove found into this folder, a file each
    #[arg(long, value_name = "DIR", requires = "prove")]
    pub witnesses: Option<PathBuf>,

    /// Mend what can be mended without changing what a program concludes
    #[arg(long, requires = "files")]
    pub fix: bool,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,
}

/// Test a rulebook: do designs come to what they expect?
///
/// A test is a design with `.expect goal.` in it, or `.expect !goal.` for what must not follow. All
/// tests are derived together, each in a world of its own. Without a file the tests of the rulebook
/// that is built in are run.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/test.txt"))]
pub struct Test {
    /// Designs, and folders of designs
    #[arg(value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,

    /// Show which rules conclude something in some test, which conditions decide, and which rows of
    /// lists are chosen
    #[arg(long)]
    pub coverage: bool,

    /// Propose tests for what none exercises: the smallest designs that do
    #[arg(long = "gen", conflicts_with_all = ["mutate", "coverage"])]
    pub generate: bool,

    /// Write what `--gen` proposes into this folder, a file a test
    #[arg(short = 'D', long = "output-dir", value_name = "DIR", requires = "generate")]
    pub output: Option<PathBuf>,

    /// Leave out or negate each condition of each rule, and show what no test notices
    #[arg(long)]
    pub mutate: bool,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TestFormat,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// Compare two rulebooks, or two designs
///
/// Shows what differs in what they say and in what follows from them, and beside each conclusion that
/// changes a smallest set of differences that makes it change. Two designs are compared by one
/// rulebook; two rulebooks over the designs named, or over those that are built in.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/diff.txt"))]
pub struct Diff {
    /// The old one
    #[arg(value_name = "OLD")]
    pub old: PathBuf,

    /// The new one
    #[arg(value_name = "NEW")]
    pub new: PathBuf,

    /// The designs to derive by two rulebooks, and folders of designs
    #[arg(value_name = "DESIGN")]
    pub designs: Vec<PathBuf>,

    /// Compare the texts of two rulebooks alone
    #[arg(long, conflicts_with = "designs")]
    pub no_designs: bool,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DocumentFormat,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// Write programs in the one style
///
/// Files are replaced, whole or not at all; comments and the order of everything are kept. A file
/// with an error in it is left as it is.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/fmt.txt"))]
pub struct Fmt {
    /// The files
    #[arg(value_name = "FILE", required_unless_present = "stdin", conflicts_with = "stdin")]
    pub files: Vec<PathBuf>,

    /// Change nothing: name the files that would change, and exit 1 if there are any
    #[arg(long)]
    pub check: bool,

    /// Read a program from standard input and print it
    #[arg(long)]
    pub stdin: bool,
}

/// Write a program as a Rust crate for another evaluator
///
/// The crate holds what the wanted relations depend on, as `ascent!` or `crepe!`, with a typed way
/// in and out. It needs nothing of archlog. Relations named by `--given` are cut off: what concludes
/// them is left out, and their tuples come from outside.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/compile.txt"))]
pub struct Compile {
    /// The program
    #[arg(value_name = "PROGRAM")]
    pub program: PathBuf,

    /// The macro that the rules are written for
    #[arg(long, value_name = "TARGET", default_value = "ascent")]
    pub target: CompileTarget,

    /// Write `Cargo.toml` and `src/lib.rs` into this folder; without it `src/lib.rs` is printed
    #[arg(short = 'o', long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// The name of the crate; by itself that of the folder
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Relations whose tuples come from outside, parted by commas
    #[arg(long, value_name = "RELATION", value_delimiter = ',')]
    pub given: Vec<String>,

    /// Relations to be derived, parted by commas; by itself those with `.output`
    #[arg(long, value_name = "RELATION", value_delimiter = ',')]
    pub wanted: Vec<String>,

    /// Keep designs apart: given relations get a first column with the number of the design
    #[arg(long)]
    pub designs: bool,
}

/// A macro of another evaluator.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum CompileTarget {
    /// `ascent!`
    Ascent,
    /// `crepe!`
    Crepe,
}
