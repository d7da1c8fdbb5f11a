//! What the commands take that say why, and what would change it.

use std::path::PathBuf;

use clap::Args;

use super::{DocumentFormat, Effort, Rulebook, TreeFormat};

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
