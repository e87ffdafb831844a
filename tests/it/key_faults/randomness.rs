//! K-07: no random bytes.

use tests::is_skipped;

use super::disk::run_in_mounts;
use super::{GENERATE, assert_whole, run_with_faults, without_unnamed_files};

const NO_RANDOM: &str = "no random bytes from the operating system";

#[test]
fn k_07_without_random_bytes_there_is_no_key() {
    if is_skipped("strace") {
        return;
    }
    for alg in ["ES256", "ES384", "ES512", "RS256"] {
        let sandbox = crate::sandbox();
        let arguments = ["key", "generate", "--alg", alg, "-o", "k"];
        let outcome = run_with_faults(&sandbox, &["getrandom:error=EIO"], &arguments);
        outcome.refused(1, &[NO_RANDOM]);
        assert_eq!(sandbox.files(), [""; 0], "{alg}");
    }
}

/// A kernel without `getrandom(2)`, or a sandbox that forbids it, still has `/dev/urandom`.
#[test]
fn k_07_the_random_device_stands_in() {
    if is_skipped("strace") {
        return;
    }
    for fault in
        ["getrandom:error=ENOSYS", "getrandom:error=EPERM", "getrandom:error=EINTR:when=1+2"]
    {
        let sandbox = crate::sandbox();
        let set = run_with_faults(&sandbox, &[fault], GENERATE).json();
        assert_eq!(assert_whole(&sandbox, "k"), set, "{fault}");
    }
}

#[test]
fn k_07_without_the_random_device_too_there_is_no_key() {
    if is_skipped("strace") || is_skipped("namespaces") {
        return;
    }
    let sandbox = crate::sandbox();
    let script = "mount -t tmpfs tmpfs /dev; exec strace -f -qq -o /proc/self/fd/9 -e trace=all \
                  -e inject=getrandom:error=ENOSYS \"$0\" \"$@\" 9>trace";
    run_in_mounts(&sandbox, script).refused(1, &[NO_RANDOM]);
    assert_eq!(sandbox.files(), ["trace"]);
    assert!(sandbox.read("trace").contains("\"/dev/random\""), "the device was tried");
}

/// Where a temporary file needs a random name, that is the first thing to miss the bytes.
#[test]
fn k_07_without_random_bytes_there_is_no_temporary_file() {
    if is_skipped("strace") {
        return;
    }
    let sandbox = crate::sandbox();
    let faults = [without_unnamed_files(), "getrandom:error=EIO".to_owned()];
    let outcome = run_with_faults(&sandbox, &faults.each_ref().map(String::as_str), GENERATE);
    outcome.refused(3, &["cannot create `k`: Input/output error"]);
    assert_eq!(sandbox.files(), [""; 0]);
}
