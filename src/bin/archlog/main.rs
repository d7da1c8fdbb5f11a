//! The program around the library.
fn main() {}
