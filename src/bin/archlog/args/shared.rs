//! What several commands take: a rulebook, and how much effort.

use std::path::PathBuf;

use clap::Args;

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
    /// How many threads; all cores (`auto`) unless said otherwise. The answer is the same for any number
    #[arg(short = 'j', long = "jobs", value_name = "N", value_parser = jobs)]
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

pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    let number: std::num::NonZeroUsize =
        text.parse().map_err(|_| "not a number from 1 on".to_string())?;
    Ok(number.get())
}

fn jobs(text: &str) -> Result<std::num::NonZeroUsize, String> {
    if text == "auto" {
        let cores = std::thread::available_parallelism();
        return Ok(cores.unwrap_or(std::num::NonZeroUsize::MIN));
    }
    text.parse().map_err(|_| "not `auto` and not a number from 1 on".to_owned())
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_string())?;
    std::time::Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
