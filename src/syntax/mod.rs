//! Text to tree. Knows no meaning; the tree prints back to text that parses to the same tree.
//!
//! The lexer never fails and the parser goes on behind a problem, so one reading of a text finds
//! all that is wrong with it and keeps all that is not.

mod ahead;
pub mod error;
pub mod format;
pub mod lexer;
pub mod load;
pub mod names;
pub mod operators;
pub mod parser;
pub mod printer;
pub mod tree;

pub use format::format;
pub use parser::{parse, parse_goal};
