//! A key that is known is not read again, and one that has changed is.

use std::fs;

use okta_emulator::{Emulator, EmulatorConfig};
use tests::Sandbox;

use crate::PROGRAM;

/// A client with a kept token, whose key has been noted. Files that have just been written are not, so
/// this takes as many calls as go into two seconds.
fn world() -> (Emulator, Sandbox) {
    let emulator = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &emulator);
    let setup = ["setup", "--name", "svc", "--scope", "okta.users.read", "--key", "svc.jwk"];
    let setup = [&setup[..], &["--role", "READ_ONLY_ADMIN", "--alg", "ES256"]].concat();
    drop(sandbox.run(&setup).stdout());
    // One says when the key was used, the other one what it is.
    while notes(&sandbox) < 2 {
        drop(sandbox.run(&["token", "get"]).stdout());
    }
    (emulator, sandbox)
}

fn notes(sandbox: &Sandbox) -> usize {
    let Ok(entries) = fs::read_dir(sandbox.path().join(".cache/okta-m2m")) else { return 0 };
    let is_note = |name: &str| name.ends_with(".note");
    entries.filter(|entry| is_note(&entry.as_ref().unwrap().file_name().to_string_lossy())).count()
}

/// Whether the program opened the key file during `token get`.
fn opens_the_key(sandbox: &Sandbox, flags: &[&str]) -> bool {
    let strace = ["strace", "-f", "-o", "trace", "-e", "trace=open,openat"];
    drop(sandbox.run_under(&strace, &[&["token", "get"], flags].concat()).stdout());
    sandbox.read("trace").contains("svc.jwk")
}

#[test]
fn a_kept_token_is_found_without_reading_the_key_and_a_new_one_is_signed_with_it() {
    let (_org, sandbox) = world();
    assert!(!opens_the_key(&sandbox, &[]));
    assert!(opens_the_key(&sandbox, &["--force-refresh"]));
    drop(sandbox.run(&["cache", "clean", "--all"]).stdout());
    assert_eq!(notes(&sandbox), 0);
    assert!(opens_the_key(&sandbox, &[]));
}

#[test]
fn another_key_at_the_same_place_does_not_get_the_token_of_the_first() {
    let (_org, sandbox) = world();
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "other.jwk"]).stdout());
    fs::rename(sandbox.path().join("other.jwk"), sandbox.path().join("svc.jwk")).unwrap();
    sandbox.run(&["token", "get"]).refused(4, &["invalid_client"]);
}

/// Its factors are not tested to sign with it: its first signature is verified instead.
#[test]
fn a_damaged_key_gets_no_assertion_out_of_the_program() {
    const DAMAGED: &str =
        include_str!("../../crates/jwk-gen/tests/vectors/rsa-composite-factor.json");
    let (emulator, sandbox) = world();
    fs::write(sandbox.path().join("svc.jwk"), DAMAGED).unwrap();
    let requests = emulator.requests().len();
    let says = &["the key is damaged", "okta-m2m key show", "/svc.jwk"];
    sandbox.run(&["token", "get"]).refused(3, says);
    sandbox.run(&["token", "get", "--no-cache"]).refused(3, says);
    sandbox.run(&["assertion", "create"]).refused(3, says);
    assert_eq!(emulator.requests().len(), requests);
    let publishing = ["key", "public", "svc.jwk"];
    sandbox.run(&publishing).refused(3, &["`p` and `q` are not both prime"]);
}

#[test]
fn a_key_that_others_may_read_now_or_that_is_gone_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (_org, sandbox) = world();
    let key = sandbox.path().join("svc.jwk");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    sandbox.run(&["token", "get"]).refused(3, &["chmod"]);
    fs::remove_file(&key).unwrap();
    sandbox.run(&["token", "get"]).refused(3, &["svc.jwk"]);
}
