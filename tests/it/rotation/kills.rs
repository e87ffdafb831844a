//! killed at any step, with a client that goes on asking for tokens.

use std::sync::Mutex;
use std::thread;

use tests::is_skipped;

use super::{AT_ONCE, assert_settled, rotate, while_tokens_are_fetched};
use crate::ready;

const KILLED: i32 = 128 + 9;

/// The calls by which a step has its effect here or there, each at its first occurrences.
const CALLS: [(&str, u32); 6] =
    [("rename", 9), ("renameat", 1), ("linkat", 2), ("unlink", 3), ("fsync", 12), ("connect", 16)];

#[test]
fn x_01_to_x_09_a_kill_anywhere_is_resumed_or_aborted_and_no_request_fails() {
    if is_skipped("strace") {
        return;
    }
    let points: Vec<_> =
        CALLS.iter().flat_map(|(call, times)| (1..=*times).map(move |at| (*call, at))).collect();
    let (points, kills) = (Mutex::new(points.into_iter().enumerate()), Mutex::new(0));
    let work = || {
        while let Some((number, (call, at))) = { points.lock().unwrap().next() } {
            if kill_at(call, at, number % 2 == 0) {
                *kills.lock().unwrap() += 1;
            }
        }
    };
    // Most of a run is waiting between two proofs.
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(work);
        }
    });
    let kills = kills.into_inner().unwrap();
    assert!(kills >= 27, "{kills}");
}

/// Whether there was such a call to kill the program at.
fn kill_at(call: &str, at: u32, aborts: bool) -> bool {
    let (_org, sandbox) = ready();
    let inject = format!("inject={call}:signal=SIGKILL:when={at}");
    let trace = format!("trace={call}");
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    while_tokens_are_fetched(&sandbox, || {
        let outcome = sandbox.run_under(&strace, &AT_ONCE);
        if outcome.code != KILLED {
            assert_eq!(outcome.code, 0, "{call} {at}: {outcome}");
            return false;
        }
        let status = rotate(&sandbox, &["--status", "--format", "json"]).json();
        if status["state"] == "none" {
            // Killed before the first note or after the last one.
            let again = sandbox.run(&AT_ONCE);
            assert_eq!(again.code, 0, "{call} {at}: {again}");
        } else {
            settle(&sandbox, aborts, &format!("{call} {at} at {}", status["state"]));
        }
        assert_settled(&sandbox);
        true
    })
}

/// Back if that is possible, else forward.
fn settle(sandbox: &tests::Sandbox, aborts: bool, context: &str) {
    if aborts {
        let outcome = rotate(sandbox, &["--abort"]);
        if outcome.code == 0 {
            return;
        }
        assert!(outcome.stderr.contains("there is no way back"), "{context}: {outcome}");
    }
    let outcome = rotate(sandbox, &["--resume"]);
    assert_eq!(outcome.code, 0, "{context}: {outcome}");
}
