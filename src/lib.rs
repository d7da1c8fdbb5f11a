//! archlog: a Datalog rule engine, and a rulebook that derives distributed-system designs.
//!
//! The stages in a row, on three lines of Datalog:
//!
//! ```
//! use archlog::analyze::analyze;
//! use archlog::diag::Sources;
//! use archlog::eval::{Options, evaluate};
//! use archlog::plan::Plan;
//! use archlog::store::Database;
//! use archlog::syntax::parse;
//! use archlog::value::{Interner, RelationId};
//!
//! let text = ".decl edge(a: number, b: number) .decl path(a: number, b: number)
//!     edge(1, 2). edge(2, 3).
//!     path(a, b) :- edge(a, b). path(a, c) :- path(a, b), edge(b, c).";
//!
//! let source = Sources::new().add("paths.dl", text);
//! let (tree, problems) = parse(source, text); // text to tree
//! let (program, more) = analyze(&[tree]); // tree to program: names, types, safety, strata
//! assert!(problems.is_empty() && more.is_empty());
//!
//! let (mut interner, mut database) = (Interner::new(), Database::new(&program));
//! database.insert_facts(&program, &mut interner);
//! let plan = Plan::new(&program, &mut interner); // program to plan
//! evaluate(&plan, &mut database, &mut interner, &Options::default()).unwrap(); // to a larger database
//!
//! assert_eq!(database.relation(RelationId(1)).len(), 3);
//! ```
//!
//! [`kb::Rulebook`] and [`session::Session`] are the same with the rulebook in place and designs as
//! facts.
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
pub mod compile;
pub mod explain;
pub mod change;
pub mod audit;
pub mod session;
pub mod batch;
pub mod answers;
pub mod compare;
pub mod record;
pub mod testing;
pub mod repl;
