//! Introspection and revocation.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{ASSERTION_TYPE, Answer, Org, key};

fn post(org: &Org, client: &str, path: &str, token: &str) -> Answer {
    let assertion = org.assertion_for(client, path).sign(&key("a"));
    let fields = [
        ("token", token),
        ("token_type_hint", "access_token"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion),
    ];
    org.form(path, &fields, &[])
}

const INTROSPECT: &str = "/oauth2/v1/introspect";
const REVOKE: &str = "/oauth2/v1/revoke";

#[test]
fn a_live_token_is_described_to_its_client_only() {
    let org = Org::start();
    let client = org.provisioned("READ_ONLY_ADMIN", &["okta.users.read"]);
    let token = org.token(&client, "okta.users.read");
    let body = post(&org, &client, INTROSPECT, &token).is(200).json();
    assert_eq!(body["active"], true);
    assert_eq!((&body["client_id"], &body["sub"]), (&json!(client), &json!(client)));
    assert_eq!(
        (&body["scope"], &body["token_type"]),
        (&json!("okta.users.read"), &json!("Bearer"))
    );
    assert_eq!(body["exp"].as_i64().unwrap() - body["iat"].as_i64().unwrap(), 3600);
    assert_eq!(body["iss"], org.emulator.org_url());
    assert!(body.get("cnf").is_none());

    let inactive = json!({ "active": false });
    let other = org.app(&[key("a").public()]);
    assert_eq!(post(&org, &other, INTROSPECT, &token).is(200).json(), inactive);
    assert_eq!(post(&org, &client, INTROSPECT, "unknown").is(200).json(), inactive);
    let custom = post(&org, &client, "/oauth2/default/v1/introspect", &token);
    assert_eq!(custom.is(200).json(), inactive, "minted by another server");
    org.emulator.advance_clock(Duration::from_secs(3600));
    assert_eq!(post(&org, &client, INTROSPECT, &token).is(200).json(), inactive);
}

#[test]
fn a_client_revokes_its_own_tokens() {
    let org = Org::start();
    let client = org.provisioned("READ_ONLY_ADMIN", &["okta.users.read"]);
    let other = org.app(&[key("a").public()]);
    let token = org.token(&client, "okta.users.read");
    let active = || post(&org, &client, INTROSPECT, &token).json()["active"].clone();
    for (by, what) in [(&other, token.as_str()), (&client, "unknown")] {
        assert_eq!(post(&org, by, REVOKE, what).is(200).body, "");
    }
    assert_eq!(active(), true);
    post(&org, &client, REVOKE, &token).is(200);
    assert_eq!(active(), false);
    org.call(&format!("Bearer {token}"), "GET", "/api/v1/users", &Value::Null).is(401);
}

#[test]
fn the_assertion_must_be_for_this_endpoint_and_the_token_be_there() {
    let org = Org::start();
    let client = org.app(&[key("a").public()]);
    for path in [INTROSPECT, REVOKE] {
        let assertion = org.assertion(&client).sign(&key("a"));
        let fields = [
            ("token", "x"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        let fragments = &["audience claim", "must be the endpoint invoked"];
        org.form(path, &fields, &[]).fails_oauth(401, "invalid_client", fragments);
        let assertion = org.assertion_for(&client, path).sign(&key("a"));
        let fields = [fields[1], ("client_assertion", assertion.as_str())];
        let fragments = &["required parameter", "is missing"];
        org.form(path, &fields, &[]).fails_oauth(400, "invalid_request", fragments);
        let fragments = &["No client credentials found"];
        org.form(path, &[("token", "x")], &[]).fails_oauth(401, "invalid_client", fragments);
    }
}
