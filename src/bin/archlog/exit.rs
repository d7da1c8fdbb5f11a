//! The exit codes, all of them.

use std::fmt;
use std::process::ExitCode;

/// How the program ends. As an error it ends a command early, and why has been said already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Yes, or clean.
    Yes,
    /// No, empty, or findings.
    No,
    /// What was typed or read is wrong.
    Input,
    /// A limit was hit: the answer is incomplete.
    Limit,
    /// The fault is ours.
    Internal,
    /// Ctrl-C.
    Interrupted,
    /// The system asked to end (SIGTERM).
    Terminated,
}

impl fmt::Display for Exit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the command ended early")
    }
}

impl std::error::Error for Exit {}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Yes => 0,
            Exit::No => 1,
            Exit::Input => 2,
            Exit::Limit => 3,
            Exit::Internal => 4,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        })
    }
}
