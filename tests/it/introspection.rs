//! What the server says about tokens, and taking them back.

use std::fs;

use serde_json::json;
use tests::{HostileServer, Part, Sandbox};

use crate::{PROGRAM, ready};

#[test]
fn a_token_is_active_until_it_is_revoked() {
    let (_org, sandbox) = ready();
    let token = sandbox.run(&["token", "get"]).stdout();
    fs::write(sandbox.path().join("token"), &token).unwrap();
    let introspect = ["token", "introspect", "token", "--format", "json"];
    let answer = sandbox.run(&introspect).json();
    assert_eq!((&answer["active"], &answer["scope"]), (&true.into(), &"okta.users.read".into()));
    assert_eq!(answer["token_type"], "Bearer");
    assert!(sandbox.run(&["token", "introspect", "token"]).stdout().starts_with("active\n"));

    let revoked = sandbox.run_with_input(&["token", "revoke", "-"], &token);
    assert_eq!((revoked.code, revoked.stdout.as_str()), (0, ""), "{revoked}");
    let answer = sandbox.run(&introspect).json();
    assert_eq!(answer, json!({"active": false}));
}

/// A token that was taken back is handed out to nobody, whatever it was got for.
#[test]
fn a_revoked_token_is_not_kept() {
    let (_org, sandbox) = ready();
    assert_eq!(sandbox.run(&["grant", "add", "--scope", "okta.groups.read"]).code, 0);
    let get = |scope: &str| sandbox.run(&["token", "get", "--scope", scope]).stdout();
    let (users, groups) = (get("okta.users.read"), get("okta.groups.read"));
    let revoked = sandbox.run_with_input(&["token", "revoke", "-"], &groups);
    assert_eq!(revoked.code, 0, "{revoked}");
    assert_ne!(get("okta.groups.read"), groups);
    assert_eq!(get("okta.users.read"), users, "another token went as well");
}

#[test]
fn without_a_file_the_client_asks_about_its_own_token() {
    let (_org, sandbox) = ready();
    let answer = sandbox.run(&["token", "introspect", "--format", "json"]).json();
    assert_eq!(answer["active"], true);
}

/// What a revocation of `token` is answered with, over a connection of somebody's.
fn revoking(answer: &str) -> (HostileServer, Sandbox) {
    let answer = answer.to_owned();
    let server = HostileServer::start(move |_, _| vec![Part::of(&answer)]);
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_M2M_ORG_URL", &server.url())
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaREVOKE")
        .with_variable("OKTA_M2M_KEY", "svc.jwk");
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
    sandbox.write("token", "opaque");
    (server, sandbox)
}

#[test]
fn a_token_is_revoked_by_a_success_of_the_servers_own() {
    for (answer, words) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Log in",
            "not JSON (text/html): `<p>Log in`",
        ),
        ("HTTP/1.1 200 OK\r\n\r\n <!DOCTYPE html>", "malformed"),
        ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"error\":\"x\"}", "`error`"),
        ("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", "not 200"),
    ] {
        let (server, sandbox) = revoking(answer);
        sandbox.run(&["token", "revoke", "token"]).refused(8, &[words]);
        assert_eq!(server.count("/oauth2/v1/revoke"), 1, "{answer}");
    }
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nOK",
    ] {
        let (_server, sandbox) = revoking(answer);
        let told = sandbox.run(&["token", "revoke", "token", "--format", "json"]).json();
        assert_eq!(told, json!({ "client_id": "0oaREVOKE", "revoked": true }), "{answer}");
    }
}

#[test]
fn what_is_no_token_is_named_and_not_shown() {
    let (_org, sandbox) = ready();
    for (content, problem) in
        [("", "is empty"), ("two canaries\n", "a character"), ("\u{e9}", "a character")]
    {
        let outcome = sandbox.run_with_input(&["token", "revoke", "-"], content);
        assert!(!outcome.stderr.contains("canaries"), "{outcome}");
        outcome.refused(3, &[problem, "the file of the access token"]);
    }
    let outcome = sandbox.run(&["token", "introspect", "eyJcanary"]);
    assert!(!outcome.stderr.contains("canary"), "{outcome}");
    outcome.refused(3, &["cannot be read"]);
}
