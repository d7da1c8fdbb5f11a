//! Tree to program: names, types, safety, strata. The only place where a name is looked up.

pub mod program;
