//! Making a key under faults: kills, a broken disk, hostile places, signals, closed outputs.
//!
//! The names of the tests are the rows of the fault matrix.

mod disk;
mod kills;
mod outputs;
mod places;
mod randomness;
mod rivals;
mod signals;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use tests::{Outcome, Sandbox};

/// Makes a small key at `k`.
const GENERATE: &[&str] = &["key", "generate", "--alg", "ES256", "-o", "k"];

/// The same, with the public set at `p` too.
const GENERATE_BOTH: &[&str] =
    &["key", "generate", "--alg", "ES256", "-o", "k", "--public-out", "p"];

/// Runs the program with each of `faults` injected into its system calls by `strace`.
fn run_with_faults(sandbox: &Sandbox, faults: &[&str], arguments: &[&str]) -> Outcome {
    run_traced(sandbox, faults, arguments, "/dev/null")
}

fn run_traced(sandbox: &Sandbox, faults: &[&str], arguments: &[&str], log: &str) -> Outcome {
    let faults: Vec<_> = faults.iter().map(|fault| format!("inject={fault}")).collect();
    let mut wrapper = vec!["strace", "-f", "-qq", "-o", log, "-e", "trace=all"];
    wrapper.extend(faults.iter().flat_map(|fault| ["-e", fault]));
    sandbox.run_under(&wrapper, arguments)
}

/// The system calls of a run, without the process ids.
fn trace(sandbox: &Sandbox, faults: &[&str], arguments: &[&str]) -> (Outcome, Vec<String>) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let path = log.path().to_str().unwrap();
    let outcome = run_traced(sandbox, faults, arguments, path);
    let text = fs::read_to_string(path).unwrap();
    let calls = text.lines().filter_map(|line| line.split_once(' '));
    (outcome, calls.map(|(_, call)| call.trim_start().to_owned()).collect())
}

/// The fault that makes unnamed files (`O_TMPFILE`) impossible in a run of [`GENERATE`].
///
/// Each of them is followed by the named file that stands in for it.
fn without_unnamed_files() -> String {
    let (_, calls) = trace(&crate::sandbox(), &[], GENERATE);
    let mut opened = calls.iter().filter(|call| call.starts_with("openat("));
    let first = opened.position(|call| call.contains("O_TMPFILE")).expect("an unnamed file");
    format!("openat:error=EOPNOTSUPP:when={}+2", first + 1)
}

fn mode(sandbox: &Sandbox, name: &str) -> u32 {
    let metadata = fs::symlink_metadata(sandbox.path().join(name)).unwrap();
    metadata.permissions().mode() & 0o7777
}

/// Asserts that a private file is whole and its owner's alone; gives the public set.
#[track_caller]
fn assert_whole(sandbox: &Sandbox, name: &str) -> Value {
    assert_eq!(mode(sandbox, name), 0o600, "{name}");
    let text = sandbox.read(name);
    assert!(text.ends_with("}\n"), "{text}");
    let key: Value = serde_json::from_str(&text).unwrap();
    assert!(key["d"].is_string());
    sandbox.run(&["key", "public", name]).json()
}
