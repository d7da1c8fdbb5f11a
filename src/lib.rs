//! archlog: a Datalog rule engine, and a rulebook that derives distributed-system designs.
//!
//! The modules below stand in the order of the layers: a module uses those above it, never one
//! below. A test holds them to it.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod text;
pub mod diag;
pub mod value;
pub mod syntax;
pub mod analyze;
pub mod store;
pub mod io;
pub mod plan;
pub mod eval;
pub mod report;
pub mod kb;
pub mod explain;
pub mod change;
pub mod session;
pub mod batch;
