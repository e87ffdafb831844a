//! K-02: a disk that is full or broken.

use tests::{Outcome, is_skipped};

use super::{GENERATE, GENERATE_BOTH, assert_whole, run_with_faults, without_unnamed_files};

/// An error number and how it reads in a message.
const ERRORS: [(&str, &str); 4] = [
    ("ENOSPC", "No space left on device"),
    ("EDQUOT", "Disk quota exceeded"),
    ("EFBIG", "File too large"),
    ("EIO", "Input/output error"),
];

/// Makes a key while each of `calls` fails with each error, besides `fault`.
fn check(fault: Option<&str>, calls: &[&str]) {
    for (errno, words) in ERRORS {
        for call in calls {
            let sandbox = crate::sandbox();
            let failing = call.replace("error=E", &format!("error={errno}"));
            let faults: Vec<_> = fault.into_iter().chain([failing.as_str()]).collect();
            let outcome = run_with_faults(&sandbox, &faults, GENERATE);
            assert_eq!(sandbox.files(), [""; 0], "{failing}: {outcome}");
            outcome.refused(3, &["`k`", words]);
        }
    }
}

#[test]
fn k_02_a_disk_error_leaves_nothing() {
    if is_skipped("strace") {
        return;
    }
    // The second `fsync` is that of the directory.
    let calls = ["write:error=E:when=1", "fsync:error=E:when=1", "fsync:error=E:when=2"];
    check(None, &calls);
    check(None, &["linkat:error=E"]);
    check(Some(&without_unnamed_files()), &calls);
    check(Some(&without_unnamed_files()), &["linkat:error=E"]);
    check(Some("linkat:error=EPERM"), &["renameat2:error=E"]);
}

#[test]
fn k_02_a_public_file_that_fails_takes_nothing_with_it() {
    if is_skipped("strace") {
        return;
    }
    for (errno, words) in ERRORS {
        let sandbox = crate::sandbox();
        // After the file and the directory of the private key.
        let fault = format!("fsync:error={errno}:when=3");
        let outcome = run_with_faults(&sandbox, &[&fault], GENERATE_BOTH);
        outcome.refused(3, &["private key written to k", "cannot write `p`", words]);
        assert_eq!(sandbox.files(), ["k"]);
        drop(assert_whole(&sandbox, "k"));
    }
}

/// Runs a shell script in a mount namespace of its own, as root there; the program is `"$0" "$@"`.
pub(super) fn run_in_mounts(sandbox: &tests::Sandbox, script: &str) -> Outcome {
    let wrapper = ["unshare", "--map-root-user", "--mount", "sh", "-ec", script];
    sandbox.run_under(&wrapper, GENERATE)
}

#[test]
fn k_02_a_full_disk_leaves_nothing() {
    if is_skipped("namespaces") {
        return;
    }
    let script = |prefill: &str| {
        format!(
            "mkdir disk; mount -t tmpfs -o size=4k,mode=700 tmpfs disk; cd disk; {prefill}
             code=0; \"$0\" \"$@\" || code=$?; echo \"left: $(ls -A)\" >&2; exit $code"
        )
    };
    let full = run_in_mounts(&crate::sandbox(), &script("head -c 4096 /dev/zero > filler"));
    full.refused(3, &["cannot write `k`: No space left on device", "left: filler\n"]);
    let empty = run_in_mounts(&crate::sandbox(), &script(":"));
    assert!(empty.stderr.contains("left: k\n"), "{empty}");
    drop(empty.stdout());
}

#[test]
fn k_02_a_limit_on_the_size_of_files_leaves_nothing() {
    let sandbox = crate::sandbox();
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    let outcome = sandbox.run_under(&["bash", "-c", script], GENERATE);
    outcome.refused(3, &["cannot write `k`: File too large"]);
    assert_eq!(sandbox.files(), [""; 0]);
}
