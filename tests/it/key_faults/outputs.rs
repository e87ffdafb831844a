//! K-10: nobody takes the public JWK Set.

use std::fs;

use tests::{Outcome, Sandbox};

use super::{GENERATE_BOTH, assert_whole};

/// Makes a key with redirections as bash writes them, asserts that both files are whole, and gives
/// what stderr says.
#[track_caller]
fn check(script: &str, code: i32) -> String {
    let sandbox = crate::sandbox();
    let outcome = run(&sandbox, script, GENERATE_BOTH);
    assert_eq!(outcome.code, code, "{script}: {outcome}");
    assert_eq!(outcome.stdout, "", "{script}");
    assert!(!outcome.stderr.contains("panicked"), "{script}: {outcome}");
    let set = assert_whole(&sandbox, "k");
    let public = fs::read_to_string(sandbox.path().join("p")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&public).unwrap(), set, "{script}");
    outcome.stderr
}

fn run(sandbox: &Sandbox, script: &str, arguments: &[&str]) -> Outcome {
    sandbox.run_under(&["bash", "-c", script], arguments)
}

#[test]
fn k_10_a_full_device_is_class_3() {
    let stderr = check("\"$0\" \"$@\" > /dev/full", 3);
    assert!(stderr.contains("the result cannot be written: No space left"), "{stderr}");
    check("\"$0\" \"$@\" > /dev/full 2> /dev/full", 3);
}

#[test]
fn k_10_a_reader_that_is_gone_ends_quietly() {
    let stderr = check("exec 3> >(exec true); wait $!; \"$0\" \"$@\" >&3", 141);
    assert_eq!(stderr, "private key written to k\n");
}

/// Rust opens `/dev/null` for a stream that is closed, so that no program can tell them apart.
#[test]
fn k_10_a_closed_stream_is_as_good_as_none() {
    let stderr = check("\"$0\" \"$@\" >&-", 0);
    assert_eq!(stderr, "private key written to k\n");
    check("\"$0\" \"$@\" >&- 2>&- <&-", 0);
}

#[test]
fn k_10_a_private_key_that_cannot_be_printed_is_class_3() {
    let sandbox = crate::sandbox();
    let to_stdout = ["key", "generate", "--alg", "ES256", "-o", "-"];
    let outcome = run(&sandbox, "\"$0\" \"$@\" > /dev/full", &to_stdout);
    outcome.refused(3, &["the result cannot be written"]);
    assert_eq!(sandbox.files(), [""; 0]);
}
