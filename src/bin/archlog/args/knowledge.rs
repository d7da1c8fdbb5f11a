//! What the commands about the knowledge base take.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::shared::at_least_one;
use super::{DocumentFormat, ExportFormat, SequenceFormat};

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
