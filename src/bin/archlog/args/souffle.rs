//! The rest of Souffle's command line: what archlog has no use for is refused by name, with the way to do
//! here what it does there.

use clap::{Arg, ArgAction, ArgMatches, Command, Error, FromArgMatches};

/// An option of Souffle's that archlog does not have.
struct Foreign {
    short: Option<char>,
    long: &'static str,
    /// Whether a word follows it.
    takes: bool,
    why: &'static str,
}

const fn option(short: char, long: &'static str, takes: bool, why: &'static str) -> Foreign {
    Foreign { short: Some(short), long, takes, why }
}

const fn long(long: &'static str, takes: bool, why: &'static str) -> Foreign {
    Foreign { short: None, long, takes, why }
}

const COMPILE: &str =
    "programs are interpreted; `archlog compile PROGRAM.dl -o DIR` writes one as a Rust crate";
const LIBRARY: &str = "there are no functors of one's own, so no libraries of them";
const PREPROCESSOR: &str =
    "the C preprocessor is not run; run it first: `mcpp -P -D NAME=VALUE PROGRAM.dl | archlog run -`";
const INSIDE: &str = "archlog plans on its own; `--plan` shows how";
const PROFILE: &str = "`-p FILE` and `--profile` say where the time went";

const FOREIGN: [Foreign; 23] = [
    option('c', "compile", false, COMPILE),
    option('o', "dl-program", true, COMPILE),
    option('g', "generate", true, COMPILE),
    long("generate-many", true, COMPILE),
    option('s', "swig", true, COMPILE),
    option('L', "library-dir", true, LIBRARY),
    option('l', "libraries", true, LIBRARY),
    option('M', "macro", true, PREPROCESSOR),
    long("preprocessor", true, PREPROCESSOR),
    option('W', "warn", true, "`archlog check --deny CODE` says which findings count"),
    long("wno", true, "`archlog check --allow CODE` lets a finding pass"),
    option('z', "disable-transformers", true, INSIDE),
    long("inline-exclude", true, "nothing is inlined"),
    long("auto-schedule", true, INSIDE),
    option('u', "profile-use", true, INSIDE),
    long("emit-statistics", false, PROFILE),
    long("live-profile", false, PROFILE),
    long("profile-frequency", false, PROFILE),
    option('r', "debug-report", true, "`--plan` and `--profile=FILE.html` show what a run does"),
    option('t', "provenance", true, "explanations are of designs: `archlog why`"),
    long("show", true, "`--plan` shows how a program is evaluated"),
    long("parse-errors", false, "`archlog check PROGRAM.dl` shows what is wrong with a program"),
    long("legacy", false, "old forms are refused or taken as they are"),
];

/// The first of these options that was typed.
#[derive(Debug, Default)]
pub struct Souffle {
    typed: Option<usize>,
}

impl Souffle {
    /// Why the command cannot be carried out, if one of the options was typed.
    pub fn refusal(&self) -> Option<String> {
        let Foreign { short, long, why, .. } = FOREIGN.get(self.typed?)?;
        let short = short.map(|short| format!("`-{short}`, ")).unwrap_or_default();
        Some(format!("{short}`--{long}` is an option of Souffle's that is not supported: {why}"))
    }
}

impl FromArgMatches for Souffle {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let typed = FOREIGN.iter().position(|it| match it.takes {
            true => matches.contains_id(it.long),
            false => matches.get_flag(it.long),
        });
        Ok(Souffle { typed })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Souffle {
    fn augment_args(command: Command) -> Command {
        FOREIGN.iter().fold(command, |command, it| {
            let action = if it.takes { ArgAction::Append } else { ArgAction::SetTrue };
            let mut argument = Arg::new(it.long).long(it.long).action(action).hide(true);
            if let Some(short) = it.short {
                argument = argument.short(short);
            }
            if it.takes {
                argument = argument.allow_hyphen_values(true);
            }
            command.arg(argument)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
