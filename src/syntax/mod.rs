//! Text to tree. Knows no meaning; the tree prints back to text that parses to the same tree.

pub mod operators;
pub mod tree;
