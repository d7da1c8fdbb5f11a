//! What the commands about a dossier and its records take.

use std::path::PathBuf;

use archlog::audit::Pattern;
use clap::Args;

use super::{DocumentFormat, Effort, Rulebook};

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

    /// The goal of each line in place of the lines: what `archlog why` takes
    #[arg(long, conflicts_with = "sql")]
    pub goals: bool,

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
