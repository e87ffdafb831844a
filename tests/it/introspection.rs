//! What the server says about tokens, and taking them back.

use std::fs;

use crate::ready;

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
    assert_eq!(answer, serde_json::json!({"active": false}));
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
