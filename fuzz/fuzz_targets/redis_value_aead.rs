//! The fuzzer `redis_value_aead`; what it holds to be true stands in tests/fuzz.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz_targets::run("redis_value_aead", bytes);
});
