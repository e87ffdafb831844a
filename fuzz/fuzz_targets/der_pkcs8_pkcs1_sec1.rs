//! The fuzzer `der_pkcs8_pkcs1_sec1`; what it holds to be true stands in tests/fuzz.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz_targets::run("der_pkcs8_pkcs1_sec1", bytes);
});
