//! What the commands take that begin a design or explain the program.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Write a commented skeleton design
///
/// The file is NAME.dl. It is never overwritten.
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/new.txt"))]
pub struct New {
    /// The name of the design
    pub name: String,
}

/// Say what a message with a code means
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/explain.txt"))]
pub struct Explain {
    /// The code, such as AL0107, or that of a check of your own
    pub code: Option<String>,

    /// The folder of rules that your own check is in
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
}

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/completions.txt"))]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// Print the manual page, or write one for each command
#[derive(Debug, Args)]
#[command(after_long_help = include_str!("../../../../docs/help/man.txt"))]
pub struct Man {
    /// Write the pages of archlog and of each command into this folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
