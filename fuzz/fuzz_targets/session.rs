#![no_main]

#[path = "../../tests/targets/session.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| target::session(bytes));
