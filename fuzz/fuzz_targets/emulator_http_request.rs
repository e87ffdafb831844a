//! The fuzzer `emulator_http_request`; what it holds to be true stands in tests/fuzz.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz_targets::run("emulator_http_request", bytes);
});
