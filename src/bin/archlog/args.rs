//! What may be typed, as plain data.

use std::path::PathBuf;

use archlog::audit::Pattern;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Derive distributed-system designs from requirements, and explain them.
///
/// archlog is a Datalog rule engine with a rulebook in it. It reads what a system must do as facts,
/// and derives the paths, invariants, mechanisms, read models and failure answers that follow.
#[derive(Debug, Parser)]
#[command(
    name = "archlog",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_long_help = include_str!("../../../docs/help/top.txt")
)]
pub struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub command: Command,

    /// When to use colour: `auto` asks NO_COLOR, CLICOLOR_FORCE and the terminal
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Look")]
    pub color: When,

    /// Draw tables with ASCII only
    #[arg(long, global = true, help_heading = "Look")]
    pub ascii: bool,
}

/// When something is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum When {
    /// Where it makes sense.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands. Each is described where its arguments are.
#[derive(Debug, Subcommand)]
pub enum Command {
    Derive(Derive),
    Repl(Repl),
    Query(Query),
    /// Why something derives: the proof, down to what was said
    ///
    /// The goal is one fact; a variable or `_` asks for each answer. Of all proofs the one that
    /// needs the fewest assumptions is shown.
    #[command(after_long_help = include_str!("../../../docs/help/why.txt"))]
    Why(Why),
    /// Why something does not derive: the nearest miss of each rule, down to what could be said
    ///
    /// The goal is one fact; a variable or `_` stands for anything.
    #[command(name = "why-not", after_long_help = include_str!("../../../docs/help/why-not.txt"))]
    WhyNot(Why),
    /// What would change if other facts were stated
    ///
    /// Changes are facts with a sign: `+fact` states one in addition, `-fact` takes one back. All
    /// of them are made at once.
    #[command(name = "what-if", after_long_help = include_str!("../../../docs/help/what-if.txt"))]
    WhatIf(WhatIf),
    /// What it would take to make something true: all minimal sets of choices
    #[command(after_long_help = include_str!("../../../docs/help/achieve.txt"))]
    Achieve(Achieve),
    /// The open question that settles most, and what each answer would change
    #[command(after_long_help = include_str!("../../../docs/help/ask.txt"))]
    Ask(Ask),
    /// Which conclusions hold whatever is still open, and what the others rest on
    #[command(after_long_help = include_str!("../../../docs/help/ledger.txt"))]
    Ledger(Ledger),
    /// What someone chose against what derives: unjustified, missing, contradicted, unhandled
    #[command(after_long_help = include_str!("../../../docs/help/review.txt"))]
    Review(Review),
    /// The open questions as a form for people who never run archlog, and their answers back
    #[command(after_long_help = include_str!("../../../docs/help/questions.txt"))]
    Questions(Questions),
    Check(Check),
    Test(Test),
    Diff(Diff),
    /// The starter boxes of a design's archetypes in one drawing
    #[command(after_long_help = include_str!("../../../docs/help/map.txt"))]
    Map(Map),
    /// The design document: all steps of the derivation, each line of it derived
    #[command(after_long_help = include_str!("../../../docs/help/dossier.txt"))]
    Dossier(Dossier),
    /// Write a record of each decision of a design, with its reasons
    ///
    /// A record keeps its number, and what somebody wrote below the marked line. One whose decision
    /// changed is marked as superseded, and the new decision gets a record of its own.
    #[command(after_long_help = include_str!("../../../docs/help/adr.txt"))]
    Adr(Adr),
    /// Whether decision records still say what derives, and what is responsible if not
    #[command(after_long_help = include_str!("../../../docs/help/verify.txt"))]
    Verify(Verify),
    /// Read the knowledge base: archetypes, protocols, terms
    #[command(after_long_help = include_str!("../../../docs/help/kb.txt"))]
    Kb(Kb),
    Run(Run),
    Fmt(Fmt),
    Compile(Compile),
    New(New),
    Explain(Explain),
    Completions(Completions),
    Man(Man),
}

/// Derive designs: worksheets, open items, problems, assumptions
///
/// A design is a `.dl` file of facts, a `.json` file of the same facts, or a folder with one CSV
/// file a relation. Each design is a world of its own: what one states says nothing of another.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../docs/help/derive.txt"))]
pub struct Derive {
    /// The designs
    #[arg(required = true, value_name = "DESIGN")]
    pub designs: Vec<PathBuf>,

    /// Only these worksheets, by letter or by name, parted by commas
    #[arg(long, value_name = "SHEET", value_delimiter = ',')]
    pub sheet: Vec<String>,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DocumentFormat,

    /// Write a file a worksheet into this folder
    #[arg(short = 'D', long = "output-dir", value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Exit 1 while a design has open items or problems
    #[arg(long)]
    pub strict: bool,

    /// Load the rules of the dossier, too: its five questions about mechanisms are asked like any other
    #[arg(long)]
    pub dossier: bool,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// Work on designs at a prompt: state, ask, explain, undo
///
/// At a terminal there is a prompt with completion and history; `:help` lists the commands. With
/// `-c`, `-f` or a pipe the same statements and commands are read without one, and nothing but
/// answers goes to standard output.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../docs/help/repl.txt"))]
pub struct Repl {
    /// The designs to begin with
    #[arg(value_name = "DESIGN")]
    pub designs: Vec<PathBuf>,

    /// Do this statement or command and leave; may be said several times
    #[arg(short = 'c', long = "command", value_name = "STATEMENT", allow_hyphen_values = true)]
    pub commands: Vec<String>,

    /// Do what a file says and leave; `-` is standard input
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Do what this file says first, at a terminal; else `init.dl` in the configuration directory
    #[arg(long, value_name = "FILE")]
    pub init: Option<PathBuf>,

    /// Do not do what `init.dl` says
    #[arg(long, conflicts_with = "init")]
    pub no_init: bool,

    /// Go on behind an error in a script; the exit code is 2 all the same
    #[arg(long)]
    pub keep_going: bool,

    /// How answers are laid out
    #[arg(long, value_name = "MODE", default_value = "table")]
    pub mode: String,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// The formats of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum DocumentFormat {
    /// Aligned tables.
    Text,
    /// Markdown.
    Md,
    /// JSON (docs/json.md).
    Json,
    /// CSV as RFC 4180 has it.
    Csv,
    /// One self-contained page.
    Html,
}

/// Ask a question about designs
///
/// The goal is the body of a rule: atoms, comparisons, negation. Its variables are the columns of
/// the answer; `_` is left out. It is the last argument; a file with a goal in it will do as well.
/// With several designs the first column of the answer names the design.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../docs/help/query.txt"))]
pub struct Query {
    /// The designs, then the goal or a file with it
    #[arg(required = true, value_name = "DESIGN... GOAL")]
    pub designs_and_goal: Vec<String>,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: TableFormat,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// What `why` and `why-not` take.
#[derive(Debug, Args)]
pub struct Why {
    /// The design
    #[arg(value_name = "DESIGN")]
    pub design: PathBuf,

    /// The fact or pattern
    #[arg(value_name = "GOAL")]
    pub goal: String,

    /// Every answer and every derivation, every rule that could conclude it
    #[arg(long)]
    pub all: bool,

    /// Fold nothing
    #[arg(long)]
    pub full: bool,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TreeFormat,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// What `what-if` takes.
#[derive(Debug, Args)]
pub struct WhatIf {
    /// The design
    #[arg(value_name = "DESIGN")]
    pub design: PathBuf,

    /// The changes, in one argument: `+fact -fact ...`
    #[arg(value_name = "CHANGES", allow_hyphen_values = true)]
    pub changes: String,

    /// Show the workings of the rulebook too
    #[arg(long)]
    pub all: bool,

    /// Say of each line why
    #[arg(long)]
    pub reasons: bool,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DocumentFormat,

    /// Load the rules of the dossier, too: its five questions about mechanisms are asked like any other
    #[arg(long)]
    pub dossier: bool,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// What `achieve` takes.
#[derive(Debug, Args)]
pub struct Achieve {
    /// The design
    #[arg(value_name = "DESIGN")]
    pub design: PathBuf,

    /// The fact or pattern wanted
    #[arg(value_name = "GOAL")]
    pub goal: String,

    /// The most choices in one answer, at most 8
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub size: u8,

    /// The most answers
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub answers: usize,

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

/// What `ask` takes.
#[derive(Debug, Args)]
pub struct Ask {
    /// The design
    #[arg(value_name = "DESIGN")]
    pub design: PathBuf,

    /// Show every open question, not only the first
    #[arg(long)]
    pub all: bool,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DocumentFormat,

    /// Load the rules of the dossier, too: its five questions about mechanisms are asked like any other
    #[arg(long)]
    pub dossier: bool,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// What `review` takes.
#[derive(Debug, Args)]
pub struct Review {
    /// The design
    #[arg(value_name = "DESIGN")]
    pub design: PathBuf,

    /// Explain each finding, by why or by why not
    #[arg(long)]
    pub why: bool,

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

/// What `questions` takes.
#[derive(Debug, Args)]
pub struct Questions {
    /// The design
    #[arg(value_name = "DESIGN")]
    pub design: PathBuf,

    /// The format of the form
    #[arg(long, value_name = "FORMAT", default_value = "md")]
    pub format: FormFormat,

    /// Read a form that was filled in (Markdown or CSV) and print its answers as facts
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,

    /// Load the rules of the dossier, too: its five questions about mechanisms are asked like any other
    #[arg(long)]
    pub dossier: bool,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// The formats of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum FormFormat {
    /// A page to be filled in.
    Md,
    /// A table to be filled in.
    Csv,
}

/// What `ledger` takes.
#[derive(Debug, Args)]
pub struct Ledger {
    /// The design
    #[arg(value_name = "DESIGN")]
    pub design: PathBuf,

    /// Show conclusions that no answer leads to, too
    #[arg(long)]
    pub all: bool,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DocumentFormat,

    /// Load the rules of the dossier, too: its five questions about mechanisms are asked like any other
    #[arg(long)]
    pub dossier: bool,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// What `map` takes.
#[derive(Debug, Args)]
pub struct Map {
    /// The design
    #[arg(value_name = "DESIGN")]
    pub design: PathBuf,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: MapFormat,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// The formats of a drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum MapFormat {
    /// A line an arrow.
    Text,
    /// A Mermaid flowchart.
    Mermaid,
    /// A Graphviz graph.
    Dot,
    /// A drawing.
    Svg,
}

/// What `dossier` takes.
#[derive(Debug, Args)]
pub struct Dossier {
    /// The design
    #[arg(value_name = "DESIGN")]
    pub design: PathBuf,

    /// The format of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DocumentFormat,

    /// This step alone
    #[arg(long, value_name = "N")]
    pub step: Option<i64>,

    /// The tables of the design as SQL, for PostgreSQL and SQLite, in place of the document
    #[arg(long, conflicts_with_all = ["step", "format"])]
    pub sql: bool,

    /// Which rulebook
    #[command(flatten)]
    pub rulebook: Rulebook,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// What `adr` takes.
#[derive(Debug, Args)]
pub struct Adr {
    /// The design
    #[arg(value_name = "DESIGN")]
    pub design: PathBuf,

    /// The folder of the records
    #[arg(long, value_name = "DIR", default_value = "docs/adr")]
    pub out: PathBuf,

    /// Write anew what somebody changed by hand above the marked line
    #[arg(long)]
    pub force: bool,

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

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct Verify {
    /// The records, or folders of them
    #[arg(required = true, value_name = "RECORD")]
    pub records: Vec<PathBuf>,

    /// Exit 1 on these as well: a code, or `warning` for other reasons and other words
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub deny: Vec<Pattern>,

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

/// What `kb` takes.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Kb {
    /// What of it
    #[command(subcommand)]
    pub command: KbCommand,

    /// A folder of rules to lay over the rulebook's own
    #[arg(long, value_name = "DIR", global = true)]
    pub rules: Vec<PathBuf>,

    /// A folder of facts to lay over the rulebook's own; NAME.add.csv adds rows to NAME.csv
    #[arg(long, value_name = "DIR", global = true)]
    pub facts: Vec<PathBuf>,
}

/// What can be asked of the knowledge base.
#[derive(Debug, Subcommand)]
pub enum KbCommand {
    /// Everything it has a page of
    List {
        /// The format of the answer
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: DocumentFormat,
    },
    /// The page of an id or a name
    Show {
        /// The id or the name
        #[arg(value_name = "ID")]
        id: String,
        /// The format of the answer
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: DocumentFormat,
    },
    /// Terms that answer some words, slips of the keyboard allowed
    Search {
        /// The words
        #[arg(required = true, value_name = "WORD")]
        words: Vec<String>,
        /// The most terms
        #[arg(long, value_name = "N", default_value = "20", value_parser = at_least_one)]
        limit: usize,
        /// The format of the answer
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: DocumentFormat,
    },
    /// The protocols of an archetype, or the one of an id
    Protocol {
        /// The id
        #[arg(value_name = "ID")]
        id: String,
        /// The format of the answer
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: SequenceFormat,
    },
    /// What two documents say differently
    Diff {
        /// Of one archetype alone
        #[arg(value_name = "ID")]
        id: Option<String>,
        /// The format of the answer
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: DocumentFormat,
    },
    /// Every table with its citations
    Export {
        /// The format
        #[arg(long, value_name = "FORMAT", default_value = "json")]
        format: ExportFormat,
        /// Where to: a folder for CSV, a file for SQLite and JSON
        #[arg(short = 'o', long = "output", value_name = "PATH")]
        output: Option<PathBuf>,
    },
}

/// The formats of a protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum SequenceFormat {
    /// A line a step.
    Text,
    /// Markdown with the diagram in it.
    Md,
    /// A Mermaid sequence diagram.
    Mermaid,
}

/// The formats of an export.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ExportFormat {
    /// A file a table.
    Csv,
    /// One JSON text (docs/json.md).
    Json,
    /// A SQLite database.
    Sqlite,
}

/// The formats of an explanation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum TreeFormat {
    /// An indented tree.
    Text,
    /// A nested Markdown list.
    Md,
    /// JSON (docs/json.md).
    Json,
    /// One self-contained page that unfolds.
    Html,
    /// A Mermaid flowchart.
    Mermaid,
    /// A Graphviz graph.
    Dot,
    /// A drawing.
    Svg,
}

/// The formats of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum TableFormat {
    /// An aligned table.
    Table,
    /// CSV as RFC 4180 has it, with a header.
    Csv,
    /// Tab-separated values with a header.
    Tsv,
    /// One JSON object (docs/json.md).
    Json,
    /// A JSON object a row.
    Jsonl,
}

/// Run any Datalog program in Souffle's dialect
///
/// Facts are read as the program's `.input` directives say and results written as its `.output`
/// directives say, with Souffle's defaults: `REL.facts`, parted by tabs, and `REL.csv`.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../docs/help/run.txt"))]
pub struct Run {
    /// The program
    #[arg(value_name = "PROGRAM.dl")]
    pub program: PathBuf,

    /// The folder that facts are read from
    #[arg(short = 'F', long = "fact-dir", value_name = "DIR", default_value = ".")]
    pub facts: PathBuf,

    /// The folder that results are written to; `-` is standard output
    #[arg(short = 'D', long = "output-dir", value_name = "DIR", default_value = ".")]
    pub output: PathBuf,

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
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub profile: Option<PathBuf>,

    /// How hard to try
    #[command(flatten)]
    pub effort: Effort,
}

/// Which rulebook a design is derived by.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rulebook")]
pub struct Rulebook {
    /// The letter of the written rules alone: no resolutions, no suggestions
    #[arg(long)]
    pub as_written: bool,

    /// A folder of rules to lay over the rulebook's own; a file of the same name replaces one.
    /// Of several folders the last one lies on top
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,

    /// A folder of facts to lay over the rulebook's own; a file of the same name replaces one, and
    /// NAME.add.csv adds rows to NAME.csv. Of several folders the last one lies on top
    #[arg(long, value_name = "DIR")]
    pub facts: Vec<PathBuf>,
}

/// How many threads, and when to give up.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Effort")]
pub struct Effort {
    /// How many threads; all cores unless said otherwise. The answer is the same for any number
    #[arg(short = 'j', long = "jobs", value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,

    /// Stop deriving after this many seconds, exit 3; so long may also take what --rules and --facts
    /// lay over the rulebook. Reading other files is not counted
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub limit_time: Option<std::time::Duration>,

    /// Stop when there are more than this many tuples, exit 3; of rules laid over the rulebook as many on
    /// top of its own
    #[arg(long, value_name = "N")]
    pub limit_tuples: Option<usize>,

    /// Stop when a stratum takes more than this many rounds, exit 3
    #[arg(long, value_name = "N")]
    pub limit_rounds: Option<u32>,

    /// Stop when the relations of a derivation take more than this many MiB, exit 3, or what --facts
    /// and --rules name
    #[arg(long, value_name = "MIB")]
    pub limit_memory: Option<usize>,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number: std::num::NonZeroUsize =
        text.parse().map_err(|_| "not a number from 1 on".to_string())?;
    Ok(number.get())
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_string())?;
    std::time::Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Check programs, or the rulebook, for what is odd about them
///
/// Without a file the rulebook is checked, with the folders of `--rules` and `--facts` laid over it.
/// Every kind of finding has a page: `archlog explain CODE`. A comment
/// `// archlog: allow CODE reason` lets a finding pass, behind it or above its item.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../docs/help/check.txt"))]
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
#[command(after_long_help = include_str!("../../../docs/help/test.txt"))]
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
#[command(after_long_help = include_str!("../../../docs/help/diff.txt"))]
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

/// The formats of what tests came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum TestFormat {
    /// Aligned tables.
    Text,
    /// Markdown.
    Md,
    /// JSON (docs/json.md).
    Json,
    /// JUnit's XML, without coverage and mutants.
    Junit,
    /// The Test Anything Protocol, without coverage and mutants.
    Tap,
}

/// The formats of findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum FindingFormat {
    /// Text with the source lines.
    Text,
    /// JSON (docs/json.md).
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub's workflows.
    Github,
    /// A page of what is on record and accepted.
    Markdown,
}

/// Write programs in the one style
///
/// Files are replaced, whole or not at all; comments and the order of everything are kept. A file
/// with an error in it is left as it is.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../docs/help/fmt.txt"))]
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
#[command(after_long_help = include_str!("../../../docs/help/compile.txt"))]
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

/// Write a commented skeleton design
///
/// The file is NAME.dl. It is never overwritten.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../docs/help/new.txt"))]
pub struct New {
    /// The name of the design
    pub name: String,
}

/// Say what a message with a code means
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../docs/help/explain.txt"))]
pub struct Explain {
    /// The code, such as AL0107, or that of a check of your own
    pub code: Option<String>,

    /// The folder of rules that your own check is in
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
}

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../docs/help/completions.txt"))]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// Print the manual page, or write one for each command
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../docs/help/man.txt"))]
pub struct Man {
    /// Write the pages of archlog and of each command into this folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_a_long_help_with_examples() {
        for command in Arguments::command().get_subcommands() {
            let after = command.get_after_long_help().map(|text| text.to_string());
            let name = command.get_name();
            assert!(after.unwrap_or_default().contains("archlog "), "{name} has no example");
        }
    }

    #[test]
    fn the_examples_in_the_help_can_be_typed() {
        let top = Arguments::command();
        let helps = top.get_subcommands().chain([&top]).filter_map(|it| it.get_after_long_help());
        let mut tried = 0;
        for line in
            helps.flat_map(|help| help.to_string().lines().map(str::to_string).collect::<Vec<_>>())
        {
            let Some(example) = line.strip_prefix("  archlog ") else { continue };
            let example = example.split("   ").next().unwrap_or_default();
            let example = example.split(['<', '>', '|']).next().unwrap_or_default();
            let words = shell_words(example);
            let parsed = Arguments::try_parse_from([vec!["archlog".to_string()], words].concat());
            assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            tried += 1;
        }
        assert!(tried > 15, "{tried}");
    }

    fn shell_words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (index, part) in text.split('\'').enumerate() {
            if index % 2 == 1 {
                words.push(part.to_string());
            } else {
                words.extend(part.split_whitespace().map(str::to_string));
            }
        }
        words
    }
}
