//! What is done with bytes that mean no good: three functions that take any bytes and must come back,
//! with everything held that holds of any input. `tests/fuzz.rs` calls them with mutated files of the
//! tests, `fuzz/` from libFuzzer.

pub mod facts;
pub mod session;
pub mod text;

/// A target: bytes in, a panic where something does not hold.
pub type Target = fn(&[u8]);

/// All of them by their names.
pub const TARGETS: [(&str, Target); 3] =
    [("text", text::text), ("facts", facts::facts), ("session", session::session)];
