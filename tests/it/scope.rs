//! `scope list`, `scope find`, and what is said about scopes elsewhere.

use crate::{ready, sandbox};

#[test]
fn every_published_scope_is_listed_and_words_choose() {
    let all = sandbox().run(&["scope", "list", "--format", "json"]).json();
    assert_eq!(all.as_array().unwrap().len(), 186);
    let some = sandbox().run(&["scope", "list", "USERS", "write"]).stdout();
    assert!(some.contains("okta.users.manage  "), "{some}");
    assert!(!some.contains("okta.users.read "), "{some}");
    let none = sandbox().run(&["scope", "list", "okta.user.read"]);
    assert!(none.stderr.contains("the closest is `okta.users.read`"), "{none}");
    assert_eq!(none.stdout(), "");
}

#[test]
fn an_operation_is_found_by_template_path_and_url() {
    let template = sandbox().run(&["scope", "find", "GET", "/api/v1/users/{id}"]).stdout();
    let words =
        ["GET /api/v1/users/{id}  (getUser)", "needs  okta.users.read", "or     okta.users.manage"];
    for word in words {
        assert!(template.contains(word), "{template}");
    }
    let url = "https://acme.okta.com/api/v1/users/00u1/lifecycle/suspend?x=y";
    let found = sandbox().run(&["scope", "find", "post", url, "--format", "json"]).json();
    assert_eq!(found["path"], "/api/v1/users/{id}/lifecycle/suspend");
    assert_eq!(found["operation_id"], "suspendUser");
    assert_eq!(found["needs"], "scopes");
    assert_eq!(found["scopes"][0]["scope"], "okta.users.manage");
    let mappings = "/api/v1/apps/0oa1/group-push/mappings";
    let both = sandbox().run(&["scope", "find", "GET", mappings]).stdout();
    assert_eq!(both.matches("needs  ").count(), 2, "{both}");
    let token = sandbox().run(&["scope", "find", "POST", "/oauth2/v1/token"]).stdout();
    assert!(token.contains("the client's own authentication"), "{token}");
}

#[test]
fn what_is_not_found_names_methods_or_the_closest() {
    let find = |method, path| sandbox().run(&["scope", "find", method, path]);
    find("PUT", "/api/v1/users").refused(2, &["the path has GET, POST", "scope find GET"]);
    find("GET", "/api/v1/user").refused(2, &["no operation", "closest are GET /api/v1/users,"]);
    find("FETCH", "/api/v1/users").refused(2, &["none of GET, POST"]);
}

#[test]
fn a_scope_that_looks_wrong_is_warned_about_and_asked_for() {
    let (org, sandbox) = ready();
    let misspelled = sandbox.run(&["token", "get", "--scope", "okta.user.read"]);
    misspelled
        .refused(5, &["warning: `okta.user.read` is no scope", "did you mean `okta.users.read`?"]);
    let grant = sandbox.run(&["grant", "add", "--scope", "okta.users.lifecycle.suspend"]);
    assert!(grant.stderr.contains("ask for `okta.users.manage`"), "{grant}");
    let person = sandbox.run(&["token", "get", "--scope", "okta.users.read.self"]);
    assert!(person.stderr.contains("Okta refuses it to a service"), "{person}");
    drop(org);
}
