//! The fuzzer `dpop_proof_verify`; what it holds to be true stands in tests/fuzz.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz_targets::run("dpop_proof_verify", bytes);
});
