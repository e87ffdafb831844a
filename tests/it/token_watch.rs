//! `token watch` and `token inspect`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, kill_process};
use tests::{HostileServer, Part, Sandbox};

use crate::{PROGRAM, ready};

/// Tokens `t0`, `t1`, … of four seconds each.
fn short_lived() -> HostileServer {
    HostileServer::start(|_, n| {
        let body = format!(r#"{{"access_token":"t{n}","token_type":"Bearer","expires_in":4}}"#);
        let length = body.len();
        vec![Part::of(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        ))]
    })
}

fn client(server: &HostileServer) -> Sandbox {
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_M2M_ORG_URL", &server.url())
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaWATCH")
        .with_variable("OKTA_M2M_KEY", "svc.jwk")
        .with_variable("OKTA_M2M_DPOP", "never")
        .with_variable("OKTA_M2M_SCOPE", "okta.users.read");
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
    sandbox
}

fn end(child: &Child, signal: Signal) {
    let id = i32::try_from(child.id()).unwrap();
    kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
}

#[test]
fn the_file_is_renewed_before_its_token_ends() {
    let server = short_lived();
    let sandbox = client(&server);
    let mut child = sandbox.spawn(&["token", "watch", "-o", "token"]);
    let mut remarks = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut next = || remarks.by_ref().map(Result::unwrap).find(|it| it.contains("good until"));
    assert!(next().unwrap().contains("`token`"));
    assert_eq!(sandbox.read("token"), "t0\n");
    let mode = fs::metadata(sandbox.path().join("token")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    next().unwrap();
    assert_eq!(sandbox.read("token"), "t1\n");
    end(&child, Signal::TERM);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(sandbox.files(), ["svc.jwk", "token"]);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_signal_ends_it_while_a_server_is_silent() {
    let server = HostileServer::start(|_, _| vec![Part::Silence]);
    let sandbox = client(&server);
    let mut child = sandbox.spawn(&["token", "watch", "-o", "token"]);
    while server.requests().is_empty() {
        std::thread::yield_now();
    }
    end(&child, Signal::TERM);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(sandbox.files(), ["svc.jwk"]);
}

#[test]
fn a_failure_at_the_beginning_and_a_place_that_is_none_are_errors() {
    let (_org, sandbox) = ready();
    sandbox.run(&["token", "watch", "-o", "-"]).refused(2, &["-o"]);
    sandbox.run(&["token", "watch", "-o", "no/such/folder"]).refused(3, &["no/such/folder"]);
    let other = ["token", "watch", "-o", "token", "--scope", "okta.unheard.of"];
    sandbox.run(&other).refused(5, &["scope"]);
}

/// Nobody who reads from there would ever see a token, and what a link leads to is not ours.
#[test]
fn what_is_no_regular_file_is_not_replaced() {
    let server = short_lived();
    let sandbox = client(&server);
    sandbox.write("kept", "kept");
    symlink("kept", sandbox.path().join("link")).unwrap();
    symlink("nowhere", sandbox.path().join("dangling")).unwrap();
    fs::create_dir(sandbox.path().join("folder")).unwrap();
    let made = Command::new("mkfifo").arg(sandbox.path().join("pipe")).status().unwrap();
    assert!(made.success());
    let before = sandbox.files();
    for (place, kind) in [
        ("link", "a symbolic link"),
        ("dangling", "a symbolic link"),
        ("folder", "a directory"),
        ("pipe", "a pipe"),
    ] {
        let place = format!("{}/{place}", sandbox.path().display());
        let told = format!("`{place}` is {kind}, not a regular file");
        sandbox.run(&["token", "watch", "-o", &place]).refused(3, &[&told]);
    }
    assert!(server.requests().is_empty());
    assert_eq!(sandbox.files(), before);
    assert!(fs::symlink_metadata(sandbox.path().join("pipe")).unwrap().file_type().is_fifo());
    assert_eq!(sandbox.read("link"), "kept");
}

#[test]
fn what_has_taken_the_place_of_the_file_is_not_replaced() {
    let server = short_lived();
    let sandbox = client(&server);
    sandbox.write("kept", "kept");
    let mut child = sandbox.spawn(&["token", "watch", "-o", "token"]);
    let mut remarks = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(remarks.any(|it| it.contains("good until")));
    fs::remove_file(sandbox.path().join("token")).unwrap();
    symlink("kept", sandbox.path().join("token")).unwrap();
    assert!(remarks.any(|it| it.contains("no new token: `token` is a symbolic link")));
    end(&child, Signal::TERM);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(sandbox.read("kept"), "kept");
    assert!(fs::symlink_metadata(sandbox.path().join("token")).unwrap().is_symlink());
}

/// What may be otherwise in a moment ends nothing, not even before there is a token.
#[test]
fn the_first_token_is_waited_for() {
    let limited = "HTTP/1.1 429 Slow\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n";
    let failing = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";
    for answer in [Some(failing), Some(limited), None] {
        let server =
            HostileServer::start(move |_, _| answer.map_or_else(Vec::new, |it| vec![Part::of(it)]));
        let sandbox = client(&server);
        let mut child = sandbox.spawn(&["token", "watch", "-o", "token", "--timeout", "1"]);
        let mut remarks = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let told = remarks.find(|it| it.contains("no new token: "));
        assert!(told.is_some(), "{answer:?}");
        end(&child, Signal::TERM);
        assert_eq!(child.wait().unwrap().code(), Some(0), "{answer:?}: {told:?}");
        assert_eq!(sandbox.files(), ["svc.jwk"]);
    }
}

#[test]
fn a_token_is_shown_without_its_signature() {
    let (_org, sandbox) = ready();
    // Every JSON Web Token will do; those of an org are opaque here.
    let token = sandbox.run(&["assertion", "create"]).stdout();
    let signature = token.trim().rsplit('.').next().unwrap();
    let shown = sandbox.run_with_input(&["token", "inspect", "--format", "json"], &token).json();
    assert!(shown["claims"]["sub"].as_str().unwrap().starts_with("m2m-svc-"), "{shown}");
    assert!((1..=300).contains(&shown["expires_in"].as_i64().unwrap()), "{shown}");
    let text = sandbox.run_with_input(&["token", "inspect"], &token).stdout();
    assert!(text.contains("expires in") && !text.contains(signature), "{text}");
    let opaque = sandbox.run(&["token", "get"]).stdout();
    sandbox.run_with_input(&["token", "inspect"], &opaque).refused(3, &["opaque"]);
}

#[test]
fn okta_scopes_at_a_custom_server_are_remarked_on() {
    let (_org, sandbox) = ready();
    let get = |more: &[&str]| sandbox.run(&[&["token", "get", "--no-cache"], more].concat());
    let outcome = get(&["--auth-server", "default"]);
    assert!(outcome.stderr.contains("org authorization server"), "{}", outcome.stderr);
    assert!(!get(&[]).stderr.contains("org authorization server"));
    assert!(get(&["-v"]).stderr.contains("clock"), "{}", get(&["-v"]).stderr);
}
