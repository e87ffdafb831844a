//! Known scopes and operations of Okta's reference.

use super::*;
use crate::Method::{self, Delete, Get, Post, Put};

#[track_caller]
fn check(method: Method, path: &str, id: &str, needs: &[&'static str]) {
    let operation = find_operation(method, path).unwrap();
    assert_eq!(operation.id(), id, "{path}");
    assert_eq!(operation.needs(), Needs::Scopes(needs.to_vec()), "{path}");
}

#[test]
fn a_request_is_found_by_its_template_its_path_or_its_url() {
    check(Get, "/api/v1/users", "listUsers", &["okta.users.read"]);
    check(Get, "/api/v1/users/{id}", "getUser", &["okta.users.read"]);
    check(Get, "/api/v1/users/00u1", "getUser", &["okta.users.read"]);
    check(Post, "/api/v1/users/00u1/lifecycle/suspend", "suspendUser", &["okta.users.manage"]);
    check(Get, "https://acme.okta.com/api/v1/logs?limit=1#x", "listLogEvents", &["okta.logs.read"]);
    check(Get, "/api/v1/groups/", "listGroups", &["okta.groups.read"]);
}

#[test]
fn literal_segments_beat_placeholders() {
    let questions = "/api/v1/users/00u1/factors/questions";
    assert_eq!(find_operation(Get, questions).unwrap().needs(), Needs::ApiToken);
    assert_eq!(find_operation(Delete, questions).unwrap().id(), "unenrollFactor");
    let current = find_operation(Delete, "/api/v1/api-tokens/current").unwrap();
    assert_eq!(current.path(), "/api/v1/api-tokens/current");
}

#[test]
fn some_need_two_scopes_and_some_none() {
    let mappings = "/api/v1/apps/0oa1/group-push/mappings";
    check(Get, mappings, "listGroupPushMappings", &["okta.apps.read", "okta.groups.read"]);
    let needs = |method, path| find_operation(method, path).unwrap().needs();
    assert_eq!(needs(Get, "/.well-known/openid-configuration"), Needs::Nothing);
    assert_eq!(needs(Post, "/oauth2/v1/token"), Needs::ClientAuthentication);
    assert_eq!(needs(Post, "/oauth2/default/v1/introspect"), Needs::ClientAuthentication);
}

#[test]
fn what_is_not_found_says_which_methods_there_are() {
    let methods = |path| find_operation(Put, path).unwrap_err().methods().to_vec();
    assert_eq!(methods("/api/v1/logs"), [Get]);
    assert_eq!(methods("/api/v1/users"), [Get, Post]);
    for path in ["", "/", "/api/v1/nowhere", "/api/v1/users//x", "https://acme.okta.com", "x"] {
        assert_eq!(methods(path), [], "{path}");
    }
}

#[test]
fn the_tables_are_whole_and_in_order() {
    let names: Vec<_> = scopes().map(|scope| scope.name()).collect();
    assert_eq!(names.len(), SCOPES.lines().count() - 1);
    assert_eq!(names.len(), 186);
    assert!(names.is_sorted() && scopes().all(|scope| !scope.purpose().is_empty()));
    let keys: Vec<_> = operations().map(|it| (it.path(), it.method().as_str())).collect();
    assert_eq!(keys.len(), 1029);
    assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(source(), "Okta's OpenAPI 2026.06.3 (Apache-2.0, Copyright Okta, Inc.).");
}

#[test]
fn each_operation_is_found_by_its_own_path_and_needs_published_scopes() {
    for operation in operations() {
        assert_eq!(find_operation(operation.method(), operation.path()), Ok(operation));
        if let Needs::Scopes(needed) = operation.needs() {
            let is_known = |scope: &&str| find_scope(scope).is_some() || *scope == "openid";
            assert!(needed.iter().all(is_known), "{needed:?}");
        }
    }
}

#[test]
fn scopes_are_known_by_name_and_covered_by_manage() {
    assert_eq!(find_scope("okta.users.read").map(|it| it.name()), Some("okta.users.read"));
    for name in
        ["okta.Users.read", "", "okta.users", "users.read", "# From", "okta.users.read\tread"]
    {
        assert_eq!(find_scope(name), None);
    }
    assert!(scopes().all(|scope| find_scope(scope.name()) == Some(scope)));
    assert_eq!(covering_scope("okta.users.read").unwrap().name(), "okta.users.manage");
    assert_eq!(covering_scope("okta.logs.read"), None);
    assert_eq!(covering_scope("okta.users.manage"), None);
    assert!(find_scope("okta.users.read.self").unwrap().is_for_people());
    assert!(find_scope("okta.myAccount.email.read").unwrap().is_for_people());
    assert!(!find_scope("okta.users.read").unwrap().is_for_people());
}
