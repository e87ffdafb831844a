//! The fuzzers' targets on any toolchain: the committed corpora, and mutations of them that are the same at every run.
//!
//! `OKTA_M2M_TEST_MUTATIONS` says how many inputs each target gets (2,000 unless it is set).

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use fuzz_targets::{TARGETS, Target};

/// The one that jwk-gen's own tests mutate by.
#[path = "../../crates/jwk-gen/tests/it/json_abuse/mutation.rs"]
mod mutation;

use mutation::Mutator;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let folder = folder().join("corpus").join(target.name);
    let files = fs::read_dir(&folder).unwrap_or_else(|_| panic!("no {}", folder.display()));
    let mut paths: Vec<_> = files.map(|it| it.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Some of the corpus is taken and some of the rest is not: a target that takes all or nothing tests nothing.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "how much is asked for and done"
)]
fn check(target: &Target) {
    let corpus = corpus(target);
    let taken = corpus.iter().filter(|bytes| (target.run)(bytes)).count();
    assert!(taken > 0, "{}: nothing of its corpus is taken", target.name);
    let inputs = env::var("OKTA_M2M_TEST_MUTATIONS").map_or(2_000, |it| it.parse().unwrap());
    let mut mutator = Mutator::new(7517);
    let seeds: Vec<&[u8]> = corpus.iter().map(Vec::as_slice).collect();
    let others: Vec<_> = corpus.iter().filter(|it| !it.is_empty()).cloned().collect();
    let mut input = || {
        let seed = mutator.choose(&seeds);
        mutator.mutate(seed, &others)
    };
    let taken = (0..inputs).filter(|_| (target.run)(&input())).count();
    eprintln!("{}: {inputs} inputs, {taken} taken", target.name);
    assert!(taken < inputs, "{}: everything is taken", target.name);
}

fn check_each(names: &[&str]) {
    let mut targets = TARGETS.iter().filter(|it| names.contains(&it.name));
    assert_eq!(targets.clone().count(), names.len());
    targets.by_ref().for_each(check);
}

const KEYS: [&str; 4] = ["pem_any", "der_pkcs8_pkcs1_sec1", "jwk", "jwks_dup_strict"];
const SIGNED: [&str; 3] = ["jws_compact_verify", "dpop_proof_verify", "assertion_inspect"];
const ANSWERS: [&str; 4] =
    ["token_response", "okta_error_body", "http_date_ratelimit_headers", "link_header"];
const SETTINGS: [&str; 4] = ["config_toml", "okta_yaml", "issuer_url", "scope_string"];
const STORED: [&str; 3] = ["cache_entry_decode", "rotation_journal_decode", "redis_value_aead"];
const REQUESTS: [&str; 1] = ["emulator_http_request"];

#[test]
fn keys_in_any_form() {
    check_each(&KEYS);
}

#[test]
fn what_is_signed() {
    check_each(&SIGNED);
}

#[test]
fn answers_of_servers() {
    check_each(&ANSWERS);
}

#[test]
fn settings() {
    check_each(&SETTINGS);
}

#[test]
fn what_was_stored() {
    check_each(&STORED);
}

#[test]
fn requests_to_the_emulator() {
    check_each(&REQUESTS);
}

#[test]
fn every_target_is_run_here_and_by_a_fuzzer() {
    let here = [&KEYS[..], &SIGNED, &ANSWERS, &SETTINGS, &STORED, &REQUESTS].concat();
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    for Target { name, .. } in TARGETS {
        assert!(here.contains(name), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let fuzzer = fs::read_to_string(folder().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(fuzzer.contains(&format!("run(\"{name}\", bytes)")), "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}
