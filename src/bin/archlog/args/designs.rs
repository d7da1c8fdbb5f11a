//! What the commands about designs take.

use std::path::PathBuf;

use clap::Args;

use super::{DocumentFormat, Effort, FormFormat, MapFormat, Rulebook, TableFormat};

/// Derive designs: worksheets, open items, problems, assumptions
///
/// A design is a `.dl` file of facts, a `.json` file of the same facts, or a folder with one CSV
/// file a relation. Each design is a world of its own: what one states says nothing of another.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/derive.txt"))]
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
#[command(after_long_help = include_str!("../../../../docs/help/repl.txt"))]
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

/// Ask a question about designs
///
/// The goal is the body of a rule: atoms, comparisons, negation. Its variables are the columns of
/// the answer; `_` is left out. It is the last argument; a file with a goal in it will do as well.
/// With several designs the first column of the answer names the design.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/query.txt"))]
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
