//! Which scopes a token request gets.

use serde_json::{Value, json};

use crate::harness::{Org, key, token_fields};

fn request(org: &Org, client: &str, scope: &str) -> crate::harness::Answer {
    org.token_with(&org.assertion(client).sign(&key("a")), scope)
}

#[test]
fn ungranted_scopes_are_dropped_in_silence() {
    let org = Org::start();
    let client = org.provisioned("READ_ONLY_ADMIN", &["okta.users.read", "okta.groups.read"]);
    let scope = "okta.groups.read okta.apps.read okta.users.read okta.groups.read";
    let body = request(&org, &client, scope).is(200).json();
    assert_eq!(body["scope"], "okta.groups.read okta.users.read");
}

#[test]
fn a_grant_of_manage_is_not_a_grant_of_read() {
    let org = Org::start();
    let client = org.provisioned("SUPER_ADMIN", &["okta.users.manage"]);
    request(&org, &client, "okta.users.read").fails_oauth(
        400,
        "consent_required",
        &["You are not allowed any of the requested scopes"],
    );
}

#[test]
fn refused_at_the_org_authorization_server() {
    let org = Org::start();
    let scopes = ["okta.users.read", "okta.users.read.self", "okta.myAccount.email.read"];
    let client = org.provisioned("READ_ONLY_ADMIN", &scopes);
    let long = format!("okta.users.read{}", " okta.users.read".repeat(100));
    for (scope, error, fragment) in [
        ("", "invalid_scope", "No scopes were requested"),
        (" ", "invalid_scope", "No scopes were requested"),
        ("okta.user.read", "invalid_scope", "One or more scopes are not configured"),
        ("okta.users.read okta.x", "invalid_scope", "One or more scopes are not configured"),
        ("OKTA.USERS.READ", "invalid_scope", "Custom scopes are not allowed"),
        ("api:read", "invalid_scope", "Custom scopes are not allowed"),
        ("openid", "invalid_scope", "Cannot request 'openid' scopes"),
        ("okta.users.read offline_access", "invalid_scope", "Cannot request 'openid' scopes"),
        (
            "okta.users.read.self",
            "client_credentials_self_scope_requested",
            "may not request .self scopes",
        ),
        (
            "okta.myAccount.email.read",
            "invalid_scope",
            "scopes are not allowed for this request: [okta.myAccount.email.read]",
        ),
        ("okta.groups.read", "consent_required", "You are not allowed any of the requested"),
        (&long, "invalid_scope", "1024"),
    ] {
        request(&org, &client, scope).fails_oauth(400, error, &[fragment]);
    }
    let compact = org.assertion(&client).sign(&key("a"));
    let fields: Vec<_> =
        token_fields(&compact, "").into_iter().filter(|(name, _)| *name != "scope").collect();
    let fragments = &["No scopes were requested"];
    org.form("/oauth2/v1/token", &fields, &[]).fails_oauth(400, "invalid_scope", fragments);
}

#[test]
fn the_custom_authorization_server_has_its_own_scope() {
    const TOKEN: &str = "/oauth2/default/v1/token";
    let org = Org::start();
    let client = org.provisioned("SUPER_ADMIN", &["okta.users.read"]);
    let post = |scope: &str| {
        let compact = org.assertion_for(&client, TOKEN).sign(&key("a"));
        org.form(TOKEN, &token_fields(&compact, scope), &[])
    };
    let body = post("api:read").is(200).json();
    assert_eq!((&body["scope"], &body["token_type"]), (&json!("api:read"), &json!("Bearer")));
    for (scope, fragment) in [
        ("okta.users.read", "One or more scopes are not configured"),
        ("api:write", "One or more scopes are not configured"),
        ("openid", "Cannot request 'openid' scopes"),
        ("", "does not have any configured default scopes"),
    ] {
        post(scope).fails_oauth(400, "invalid_scope", &[fragment]);
    }
    let token = body["access_token"].as_str().unwrap();
    let call = org.call(&format!("Bearer {token}"), "GET", "/api/v1/users", &Value::Null).is(401);
    let challenge = call.header("www-authenticate").unwrap();
    assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");
    assert!(challenge.contains("not intended for Okta"), "{challenge}");
}
