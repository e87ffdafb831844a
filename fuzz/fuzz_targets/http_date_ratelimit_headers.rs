//! The fuzzer `http_date_ratelimit_headers`; what it holds to be true stands in tests/fuzz.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz_targets::run("http_date_ratelimit_headers", bytes);
});
