//! Tokens that processes share through files.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Child;
use std::thread;

use okta_emulator::{Emulator, EmulatorConfig, Fault};
use serde_json::Value;
use tests::Sandbox;

use crate::PROGRAM;

const TOKEN: &str = "/oauth2/v1/token";
const GET: [&str; 4] = ["token", "get", "--format", "json"];

/// An org with one client, whose profile is the default one, and no token kept.
fn world() -> (Emulator, Sandbox) {
    let emulator = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &emulator);
    let setup = ["setup", "--name", "svc", "--scope", "okta.users.read", "--key", "svc.jwk"];
    let setup = [&setup[..], &["--role", "READ_ONLY_ADMIN", "--alg", "ES256"]].concat();
    drop(sandbox.run(&setup).stdout());
    drop(sandbox.run(&["cache", "clean", "--all"]).stdout());
    (emulator, sandbox)
}

fn token_requests(emulator: &Emulator) -> usize {
    emulator.requests().iter().filter(|it| it.path == TOKEN).count()
}

fn cache_file(sandbox: &Sandbox, ending: &str) -> PathBuf {
    let entries = fs::read_dir(sandbox.path().join(".cache/okta-m2m")).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths.find(|path| path.to_string_lossy().ends_with(ending)).expect(ending)
}

/// What each of so many processes at once came to.
fn run_at_once(sandbox: &Sandbox, processes: usize) -> Vec<(bool, Value)> {
    let children: Vec<Child> = (0..processes).map(|_| sandbox.spawn(&GET)).collect();
    let outputs = children.into_iter().map(|child| child.wait_with_output().unwrap());
    let read = |output: std::process::Output| {
        let ok = output.status.success();
        let bytes = if ok { &output.stdout } else { &output.stderr };
        (ok, serde_json::from_slice(bytes).unwrap())
    };
    outputs.map(read).collect()
}

#[test]
fn a_token_is_asked_for_once_and_given_until_it_is_not_wanted() {
    let (emulator, sandbox) = world();
    let before = token_requests(&emulator);
    let get = |flags: &[&str]| sandbox.run(&[&GET[..], flags].concat()).json();
    let first = get(&[]);
    assert_eq!(first["cached"], false);
    let second = get(&["--min-ttl", "29m"]);
    assert_eq!(second["cached"], true);
    assert_eq!(second["access_token"], first["access_token"]);
    assert_eq!(second["expires_at"], first["expires_at"]);
    drop(sandbox.run(&["api", "GET", "/api/v1/users"]).stdout());
    assert_eq!(token_requests(&emulator) - before, 1);
    let forced = get(&["--force-refresh"]);
    assert_eq!(forced["cached"], false);
    assert_ne!(forced["access_token"], first["access_token"]);
    assert_eq!(get(&["--no-cache"])["cached"], false);
    assert_eq!(get(&[])["access_token"], forced["access_token"]);
    assert_eq!(token_requests(&emulator) - before, 3);
    sandbox.run(&["token", "get", "--min-ttl", "30m"]).refused(2, &["`--min-ttl`", "1800 s"]);
}

#[test]
fn the_listing_shows_everything_but_the_token() {
    let (_emulator, sandbox) = world();
    let token = sandbox.run(&["token", "get"]).stdout();
    let listing = sandbox.run(&["cache", "list", "--format", "json"]).json();
    assert_eq!(listing.as_array().unwrap().len(), 1);
    assert_eq!(listing[0]["scope"], "okta.users.read");
    let text = sandbox.run(&["cache", "list"]).stdout();
    assert!(!text.contains(token.trim()) && text.contains("okta.users.read"), "{text}");
    assert_eq!(sandbox.run(&["cache", "clean"]).stdout(), "0 removed\n");
    assert_eq!(sandbox.run(&["cache", "clean", "--all"]).stdout(), "1 removed\n");
    assert_eq!(sandbox.run(&["cache", "list"]).stdout(), "");
}

#[test]
fn c_02_two_hundred_cold_processes_send_one_request() {
    let (emulator, sandbox) = world();
    let before = token_requests(&emulator);
    let results = run_at_once(&sandbox, 200);
    assert_eq!(token_requests(&emulator) - before, 1);
    assert!(results.iter().all(|(ok, _)| *ok));
    let token = &results[0].1["access_token"];
    assert!(results.iter().all(|(_, result)| result["access_token"] == *token));
    assert_eq!(results.iter().filter(|(_, result)| result["cached"] == false).count(), 1);
}

#[test]
fn c_03_a_holder_that_is_killed_is_succeeded() {
    let (emulator, sandbox) = world();
    let before = token_requests(&emulator);
    emulator.inject(Fault::silence(TOKEN));
    let mut holder = sandbox.spawn(&GET);
    while token_requests(&emulator) == before {
        thread::yield_now();
    }
    let waiters: Vec<Child> = (0..8).map(|_| sandbox.spawn(&GET)).collect();
    holder.kill().unwrap();
    drop(holder.wait());
    for waiter in waiters {
        assert!(waiter.wait_with_output().unwrap().status.success());
    }
    assert_eq!(token_requests(&emulator) - before, 2);
}

#[test]
fn c_05_a_damaged_file_is_a_miss_and_is_replaced() {
    let (emulator, sandbox) = world();
    drop(sandbox.run(&GET).json());
    let path = cache_file(&sandbox, ".token");
    let whole = fs::read(&path).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    for damaged in [&b""[..], b"garbage", &whole[..whole.len() - 1], &changed] {
        fs::write(&path, damaged).unwrap();
        let before = token_requests(&emulator);
        let outcome = sandbox.run(&["token", "get"]);
        assert!(outcome.stderr.contains("is damaged and not used"), "{outcome}");
        drop(outcome.stdout());
        assert_eq!(token_requests(&emulator) - before, 1);
        assert_eq!(sandbox.run(&GET).json()["cached"], true);
    }
}

#[test]
fn c_06_without_a_usable_folder_there_is_still_a_token() {
    let (_emulator, sandbox) = world();
    sandbox.write("file", "");
    let sandbox = sandbox.with_variable("OKTA_M2M_CACHE_DIR", "file/below");
    let outcome = sandbox.run(&["token", "get"]);
    assert!(outcome.stderr.contains("no tokens are kept in `file/below`"), "{outcome}");
    drop(outcome.stdout());
    assert_eq!(sandbox.run(&GET).json()["cached"], false);
}

#[test]
fn c_07_a_file_that_others_can_read_is_not_used() {
    let (_emulator, sandbox) = world();
    drop(sandbox.run(&GET).json());
    let path = cache_file(&sandbox, ".token");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let folder = fs::metadata(path.parent().unwrap()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(sandbox.run(&GET).json()["cached"], false);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

/// Who waited while another failed shares its failure; who comes later asks anew.
#[test]
fn c_10_processes_that_waited_share_one_failure() {
    let (emulator, sandbox) = world();
    let before = token_requests(&emulator);
    let body = r#"{"error":"invalid_client"}"#;
    let refusal = Fault::answer(TOKEN, 401).with_body("application/json", body).times(1000);
    emulator.inject(refusal);
    let results = run_at_once(&sandbox, 40);
    for (ok, result) in &results {
        assert!(!ok);
        assert_eq!(result["error"]["code"], 4, "{result}");
    }
    let requests = token_requests(&emulator) - before;
    assert!(requests < 40, "{requests} requests");
    sandbox.run(&["token", "get"]).refused(4, &[]);
    assert_eq!(token_requests(&emulator) - before, requests + 1);
}

/// A job without a session keeps its tokens where one with a session does not.
#[test]
fn the_folders_of_all_sessions_are_listed_and_cleaned() {
    let (_org, sandbox) = world();
    let session = sandbox.path().join("session");
    fs::create_dir(&session).unwrap();
    let session = format!("XDG_RUNTIME_DIR={}", session.display());
    let within = |arguments: &[&str]| sandbox.run_under(&["env", &session], arguments);
    drop(sandbox.run(&["token", "get"]).stdout());
    let listed = || within(&["cache", "list", "--format", "json"]).json();
    assert_eq!(listed().as_array().unwrap().len(), 1);
    drop(within(&["token", "get", "--scope", "okta.users.read", "--force-refresh"]).stdout());
    assert_eq!(listed().as_array().unwrap().len(), 2);
    let cleaned = within(&["cache", "clean", "--all", "--format", "json"]).json();
    assert_eq!(cleaned["removed"], 2);
    assert_eq!(listed().as_array().unwrap().len(), 0);
    assert_eq!(sandbox.run(&["token", "get", "--format", "json"]).json()["cached"], false);
}
