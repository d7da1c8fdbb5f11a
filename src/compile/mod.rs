//! A program as a Rust crate for another evaluator: `ascent!` or `crepe!`.
//!
//! A [`Core`] is the part of a program that some relations depend on, cut off at others that are
//! given. [`Core::write`] writes it as a crate: `Cargo.toml` and `src/lib.rs`, with symbols as
//! numbers, a typed way in and out and one by name, and nothing of archlog in it.
//!
//! | module | what it does |
//! | --- | --- |
//! | `core` | cuts the part out |
//! | `error` | what cannot be written |
//! | `names` | names of the program as names of Rust |
//! | `rules` | rules in the order that both macros want |
//! | `shell` | the crate around the macro |

mod core;
pub mod error;
mod names;
mod rules;
mod shell;

use crate::diag::Diagnostic;

pub use core::Core;

/// The macro that a program is written for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// `ascent!`
    Ascent,
    /// `crepe!`
    Crepe,
}

/// A crate, as the texts of its files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Crate {
    /// `Cargo.toml`.
    pub manifest: String,
    /// `src/lib.rs`.
    pub library: String,
}

impl Core {
    /// Writes the crate; what it cannot say in the target is reported, all of it at once.
    pub fn write(&self, target: Target, name: &str) -> Result<Crate, Vec<Diagnostic>> {
        let rules = rules::rules(self, target)?;
        Ok(Crate {
            manifest: shell::manifest(name, target),
            library: shell::library(self, target, &rules),
        })
    }
}
