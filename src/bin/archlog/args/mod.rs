//! What may be typed, as plain data.

mod designs;
mod document;
mod formats;
mod knowledge;
mod manual;
mod programs;
mod reasons;
mod shared;
mod souffle;

use clap::{Parser, Subcommand, ValueEnum};

pub use designs::{Derive, Map, Query, Questions, Repl, Review};
pub use document::{Adr, Dossier, Verify};
pub use formats::{
    DocumentFormat, ExportFormat, FindingFormat, FormFormat, MapFormat, SequenceFormat,
    TableFormat, TestFormat, TreeFormat,
};
pub use knowledge::{Kb, KbCommand};
pub use manual::{Completions, Explain, Man, New};
pub use programs::{Check, Compile, CompileTarget, Diff, Fmt, Run, Test};
pub use reasons::{Achieve, Ask, Ledger, WhatIf, Why};
pub use shared::{Effort, Rulebook};
pub use souffle::refusal;

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
    after_long_help = include_str!("../../../../docs/help/top.txt")
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
    #[command(after_long_help = include_str!("../../../../docs/help/why.txt"))]
    Why(Why),
    /// Why something does not derive: the nearest miss of each rule, down to what could be said
    ///
    /// The goal is one fact; a variable or `_` stands for anything.
    #[command(name = "why-not", after_long_help = include_str!("../../../../docs/help/why-not.txt"))]
    WhyNot(Why),
    /// What would change if other facts were stated
    ///
    /// Changes are facts with a sign: `+fact` states one in addition, `-fact` takes one back. All
    /// of them are made at once.
    #[command(name = "what-if", after_long_help = include_str!("../../../../docs/help/what-if.txt"))]
    WhatIf(WhatIf),
    /// What it would take to make something true: all minimal sets of choices
    #[command(after_long_help = include_str!("../../../../docs/help/achieve.txt"))]
    Achieve(Achieve),
    /// The open question that settles most, and what each answer would change
    #[command(after_long_help = include_str!("../../../../docs/help/ask.txt"))]
    Ask(Ask),
    /// Which conclusions hold whatever is still open, and what the others rest on
    #[command(after_long_help = include_str!("../../../../docs/help/ledger.txt"))]
    Ledger(Ledger),
    /// What someone chose against what derives: unjustified, missing, contradicted, unhandled
    #[command(after_long_help = include_str!("../../../../docs/help/review.txt"))]
    Review(Review),
    /// The open questions as a form for people who never run archlog, and their answers back
    #[command(after_long_help = include_str!("../../../../docs/help/questions.txt"))]
    Questions(Questions),
    Check(Check),
    Test(Test),
    Diff(Diff),
    /// The starter boxes of a design's archetypes in one drawing
    #[command(after_long_help = include_str!("../../../../docs/help/map.txt"))]
    Map(Map),
    /// The design document: all steps of the derivation, each line of it derived
    #[command(after_long_help = include_str!("../../../../docs/help/dossier.txt"))]
    Dossier(Dossier),
    /// Write a record of each decision of a design, with its reasons
    ///
    /// A record keeps its number, and what somebody wrote below the marked line. One whose decision
    /// changed is marked as superseded, and the new decision gets a record of its own.
    #[command(after_long_help = include_str!("../../../../docs/help/adr.txt"))]
    Adr(Adr),
    /// Whether decision records still say what derives, and what is responsible if not
    #[command(after_long_help = include_str!("../../../../docs/help/verify.txt"))]
    Verify(Verify),
    /// Read the knowledge base: archetypes, protocols, terms
    #[command(after_long_help = include_str!("../../../../docs/help/kb.txt"))]
    Kb(Kb),
    Run(Run),
    Fmt(Fmt),
    Compile(Compile),
    New(New),
    Explain(Explain),
    Completions(Completions),
    Man(Man),
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
