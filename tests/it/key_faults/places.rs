//! K-03, K-04, K-05 and K-08: where a key file cannot be, and what it may never touch.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use tests::{Outcome, Sandbox, is_skipped};

use super::disk::run_in_mounts;
use super::{GENERATE, GENERATE_BOTH, assert_whole, mode, run_with_faults, trace};

/// The user and group `nobody` of most systems; the tests need only that it is not their own.
const NOBODY: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn set_mode(sandbox: &Sandbox, name: &str, mode: u32) {
    fs::set_permissions(sandbox.path().join(name), Permissions::from_mode(mode)).unwrap();
}

#[test]
fn k_03_a_file_that_appears_after_the_check_is_not_overwritten() {
    if is_skipped("strace") {
        return;
    }
    let sandbox = crate::sandbox();
    let outcome = run_with_faults(&sandbox, &["linkat:error=EEXIST"], GENERATE);
    outcome.refused(3, &["`k` exists and is not overwritten"]);
    assert_eq!(sandbox.files(), [""; 0]);
}

/// A slow key, to whoever asks for it in a place that cannot have it.
const SLOW: &[&str] = &["key", "generate", "--alg", "RS256", "--size", "4096", "-o"];

/// Asserts that a run ended before it drew the randomness of a key.
///
/// A key needs 256 random bits at least; the allocator and hash tables draw 128 at most.
#[track_caller]
fn refused_before_work(sandbox: &Sandbox, output: &str, words: &[&str]) {
    let (outcome, calls) = trace(sandbox, &[], &[SLOW, &[output]].concat());
    outcome.refused(3, words);
    assert!(calls.iter().any(|call| call.starts_with("exit_group(3)")), "the trace is whole");
    for call in calls.iter().filter(|call| call.starts_with("getrandom(")) {
        let size = call.rsplit(", ").nth(1).and_then(|size| size.parse::<usize>().ok());
        assert!(size.unwrap() <= 16, "{call}");
    }
}

#[test]
fn k_04_no_key_is_searched_for_a_place_that_cannot_have_it() {
    if is_skipped("strace") {
        return;
    }
    let sandbox = crate::sandbox();
    sandbox.write("taken", "mine");
    symlink("nowhere", sandbox.path().join("link")).unwrap();
    fs::create_dir(sandbox.path().join("loose")).unwrap();
    set_mode(&sandbox, "loose", 0o777);
    let before = sandbox.files();
    refused_before_work(&sandbox, "missing/k", &["cannot open `missing`: No such file"]);
    refused_before_work(&sandbox, "taken/k", &["cannot open `taken`: Not a directory"]);
    refused_before_work(&sandbox, "taken", &["`taken` exists and is not overwritten"]);
    refused_before_work(&sandbox, "link", &["`link` is a symbolic link"]);
    refused_before_work(&sandbox, "loose/k", &["`loose` is writable by others", "chmod go-w"]);
    refused_before_work(&sandbox, "new/", &["`new/` is a directory"]);
    assert_eq!(sandbox.files(), before);
}

#[test]
fn k_04_a_directory_that_we_may_not_write_to() {
    let sandbox = crate::sandbox();
    fs::create_dir(sandbox.path().join("sealed")).unwrap();
    set_mode(&sandbox, "sealed", 0o555);
    set_mode(&sandbox, ".", 0o755);
    let arguments = [SLOW, &["sealed/k"]].concat();
    let outcome =
        if is_root() { sandbox.run_under(&NOBODY, &arguments) } else { sandbox.run(&arguments) };
    outcome.refused(3, &["cannot create `sealed/k`: Permission denied"]);
    assert_eq!(fs::read_dir(sandbox.path().join("sealed")).unwrap().count(), 0);
}

#[test]
fn k_04_a_disk_that_is_mounted_read_only() {
    if is_skipped("namespaces") {
        return;
    }
    let sandbox = crate::sandbox();
    let script = "mount --bind . .; mount -o remount,bind,ro .; cd \"$PWD\"; exec \"$0\" \"$@\"";
    run_in_mounts(&sandbox, script).refused(3, &["cannot create `k`: Read-only file system"]);
    assert_eq!(sandbox.files(), [""; 0]);
}

#[test]
fn k_05_what_is_no_regular_file_is_refused() {
    let sandbox = crate::sandbox();
    let at = |name: &str| sandbox.path().join(name);
    sandbox.write("victim", "precious");
    fs::create_dir(at("directory")).unwrap();
    symlink("victim", at("link")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    symlink("directory", at("to-directory")).unwrap();
    assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
    let before = sandbox.files();
    for (output, is) in [
        ("link", "a symbolic link"),
        ("dangling", "a symbolic link"),
        ("to-directory", "a symbolic link"),
        ("fifo", "a fifo"),
        ("directory", "a directory"),
        ("directory/", "a directory"),
        ("directory/.", "a directory"),
        ("directory/..", "a directory"),
        ("new/", "a directory"),
        ("new/.", "a directory"),
        (".", "a directory"),
        ("/", "a directory"),
        ("/dev/null", "a device"),
        ("/dev/full", "a device"),
        ("/dev/stdout", "a symbolic link"),
    ] {
        let message = format!("`{output}` is {is}, not a regular file");
        for arguments in [
            ["key", "generate", "--alg", "ES256", "-o", output].to_vec(),
            ["key", "generate", "--alg", "ES256", "-o", "k", "--public-out", output].to_vec(),
        ] {
            sandbox.run(&arguments).refused(3, &[&message]);
        }
    }
    assert_eq!(sandbox.files(), before);
    assert_eq!(sandbox.read("victim"), "precious");
    assert!(!at("nowhere").exists());
}

#[test]
fn k_05_a_directory_gets_no_number() {
    let sandbox = crate::sandbox();
    fs::create_dir(sandbox.path().join("directory")).unwrap();
    for output in ["directory/", "directory/.", "directory/..", "new/", ".", "/"] {
        let arguments = ["key", "generate", "--alg", "ES256", "--count", "2", "-o", output];
        sandbox.run(&arguments).refused(3, &[&format!("`{output}` is a directory")]);
    }
    assert_eq!(sandbox.files(), ["directory"]);
}

#[test]
fn k_05_a_minus_is_stdout_and_a_file_of_that_name_has_a_path() {
    let sandbox = crate::sandbox();
    let key = sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "-"]).json();
    assert!(key["d"].is_string());
    assert_eq!(sandbox.files(), [""; 0]);
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "./-"]).stdout());
    assert_whole(&sandbox, "./-");
}

fn generate_under_umask(sandbox: &Sandbox, umask: &str, wrapper: &[&str]) -> Outcome {
    let script = format!("umask {umask}; exec \"$0\" \"$@\"");
    sandbox.run_under(&[&["sh", "-c", script.as_str()], wrapper].concat(), GENERATE_BOTH)
}

#[test]
fn k_08_the_mode_is_0600_under_any_umask() {
    for umask in ["000", "022", "077", "277", "777"] {
        let sandbox = crate::sandbox();
        let set = generate_under_umask(&sandbox, umask, &[]).json();
        assert_eq!(assert_whole(&sandbox, "k"), set, "umask {umask}");
        assert_eq!(mode(&sandbox, "p"), 0o600, "umask {umask}");
    }
}

#[test]
fn k_08_the_mode_is_0600_where_unnamed_files_are_not_possible() {
    if is_skipped("strace") {
        return;
    }
    let fault = "linkat:error=ENOENT:when=1+2";
    let strace = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=all", "--inject", fault];
    for umask in ["000", "277", "777"] {
        let sandbox = crate::sandbox();
        let set = generate_under_umask(&sandbox, umask, &strace).json();
        assert_eq!(assert_whole(&sandbox, "k"), set, "umask {umask}");
    }
}

/// Root can write to files that have no permissions at all.
#[test]
fn k_08_the_mode_is_0600_for_others_than_root() {
    if !is_root() {
        return; // The tests above have shown it.
    }
    for umask in ["000", "777"] {
        let sandbox = crate::sandbox();
        set_mode(&sandbox, ".", 0o755);
        std::os::unix::fs::chown(sandbox.path(), Some(65534), Some(65534)).unwrap();
        let outcome = generate_under_umask(&sandbox, umask, &NOBODY);
        let set = outcome.json();
        assert_eq!(mode(&sandbox, "k"), 0o600, "umask {umask}");
        let public = ["key", "public", "k"];
        assert_eq!(sandbox.run_under(&NOBODY, &public).json(), set, "umask {umask}");
    }
}
