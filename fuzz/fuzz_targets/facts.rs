#![no_main]

#[path = "../../tests/targets/facts.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| target::facts(bytes));
