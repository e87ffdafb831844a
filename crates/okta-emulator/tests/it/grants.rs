//! `/api/v1/apps/{id}/grants`.

use serde_json::{Value, json};

use crate::harness::{Org, key};

#[test]
fn a_scope_is_granted_and_revoked() {
    let org = Org::start();
    let app = org.app(&[key("a").public()]);
    let path = format!("/api/v1/apps/{app}/grants");
    let body = json!({ "scopeId": "okta.users.read", "issuer": org.emulator.org_url() });
    let grant = org.admin("POST", &path, &body).is(201).json();
    assert!(grant["id"].as_str().unwrap().starts_with("oag"));
    assert_eq!(grant["clientId"], json!(app));
    assert_eq!((&grant["source"], &grant["status"]), (&json!("ADMIN"), &json!("ACTIVE")));
    assert_eq!(grant["issuer"], org.emulator.org_url());
    let one = format!("{path}/{}", grant["id"].as_str().unwrap());
    assert_eq!(org.get(&one).is(200).json(), grant);
    assert_eq!(org.get(&path).is(200).json(), json!([grant]));
    let expanded = org.get(&format!("{path}?expand=scope")).json();
    assert_eq!(expanded[0]["_embedded"]["scope"]["id"], "okta.users.read");
    org.admin("POST", &path, &body).fails(409, "E0000195", "already");
    org.admin("DELETE", &one, &Value::Null).is(204);
    org.get(&one).fails(404, "E0000007", "Not found: Resource not found: oag");
    assert_eq!(org.get(&path).json(), json!([]));
}

#[test]
fn issuer_and_scope_must_be_the_org_s() {
    let org = Org::start();
    let app = org.app(&[key("a").public()]);
    let url = org.emulator.org_url();
    let slash = format!("{url}/");
    for (scope, issuer, fragment) in [
        ("okta.users.read", "https://example.okta.com", "issuer"),
        ("okta.users.read", &slash, "issuer"),
        ("okta.users.read", "", "issuer"),
        ("okta.users.lifecycle.activate", url, "scopeId"),
        ("api:read", url, "scopeId"),
        ("", url, "scopeId"),
    ] {
        let body = json!({ "scopeId": scope, "issuer": issuer });
        org.admin("POST", &format!("/api/v1/apps/{app}/grants"), &body)
            .fails(400, "E0000001", fragment);
    }
    let body = json!({ "scopeId": "okta.users.read", "issuer": url });
    org.admin("POST", "/api/v1/apps/0oaNone/grants", &body).fails(404, "E0000007", "0oaNone");
}

#[test]
fn a_token_keeps_its_scope_when_the_grant_goes() {
    let org = Org::start();
    let app = org.provisioned("READ_ONLY_ADMIN", &["okta.users.read"]);
    let token = org.token(&app, "okta.users.read");
    let path = format!("/api/v1/apps/{app}/grants");
    let id = org.get(&path).json()[0]["id"].as_str().unwrap().to_owned();
    org.admin("DELETE", &format!("{path}/{id}"), &Value::Null).is(204);
    org.call(&format!("Bearer {token}"), "GET", "/api/v1/users", &Value::Null).is(200);
    let assertion = org.assertion(&app).sign(&key("a"));
    org.token_with(&assertion, "okta.users.read").fails_oauth(400, "consent_required", &[]);
}
