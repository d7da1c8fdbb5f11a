#![no_main]

#[path = "../../tests/targets/text.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| target::text(bytes));
