//! Calls to the management API: token, scope and role, each missing in turn.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, Org, app_body, key};

#[track_caller]
fn is_challenge(answer: Answer, status: u16, error: &str, scope: &str) {
    let answer = answer.is(status);
    assert_eq!(answer.body, "");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer authorization_uri=\"http://"), "{challenge}");
    assert!(challenge.contains(&format!("error=\"{error}\"")), "{challenge}");
    assert!(challenge.contains(&format!("scope=\"{scope}\"")), "{challenge}");
}

#[test]
fn scope_and_role_are_both_needed() {
    let org = Org::start();
    let app = org.app(&[key("a").public()]);
    org.grant(&app, "okta.users.read");
    org.grant(&app, "okta.groups.read");
    let users = org.token(&app, "okta.users.read");
    let get =
        |token: &str, path: &str| org.call(&format!("Bearer {token}"), "GET", path, &Value::Null);
    get(&users, "/api/v1/users").fails(403, "E0000006", "permission");
    org.assign(&app, "REPORT_ADMIN");
    get(&users, "/api/v1/users").fails(403, "E0000006", "permission");
    org.assign(&app, "HELP_DESK_ADMIN");
    assert_eq!(get(&users, "/api/v1/users").is(200).json().as_array().unwrap().len(), 4);
    is_challenge(get(&users, "/api/v1/groups"), 403, "insufficient_scope", "okta.groups.read");
    is_challenge(get(&users, "/api/v1/apps"), 403, "insufficient_scope", "okta.apps.read");
    let groups = org.token(&app, "okta.groups.read");
    get(&groups, "/api/v1/groups").is(200);
}

#[test]
fn manage_covers_reading() {
    let org = Org::start();
    let app = org.provisioned("APP_ADMIN", &["okta.apps.manage"]);
    let bearer = format!("Bearer {}", org.token(&app, "okta.apps.manage"));
    org.call(&bearer, "GET", "/api/v1/apps", &Value::Null).is(200);
    let made = org.call(&bearer, "POST", "/api/v1/apps", &app_body(&[key("b").public()])).is(200);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    org.call(&bearer, "GET", &format!("/api/v1/apps/{id}"), &Value::Null).is(200);
    let register = org.call(&bearer, "POST", "/oauth2/v1/clients", &json!({}));
    is_challenge(register, 403, "insufficient_scope", "okta.clients.register");
}

#[test]
fn a_custom_role_allows_what_its_permissions_say() {
    let org = Org::start();
    let scopes = ["okta.users.read", "okta.apps.read"];
    let app = org.app(&[key("a").public()]);
    scopes.iter().for_each(|scope| org.grant(&app, scope));
    let role = json!({
        "type": "CUSTOM", "role": "cr0EmuDirReader00001", "resource-set": "iamEmuDirectory00001",
    });
    org.admin("POST", &format!("/oauth2/v1/clients/{app}/roles"), &role).is(201);
    let bearer = format!("Bearer {}", org.token(&app, &scopes.join(" ")));
    org.call(&bearer, "GET", "/api/v1/users", &Value::Null).is(200);
    org.call(&bearer, "GET", "/api/v1/apps", &Value::Null).fails(403, "E0000006", "");
}

#[test]
fn granting_is_for_super_administrators() {
    let org = Org::start();
    let scopes = ["okta.appGrants.manage", "okta.roles.manage", "okta.apps.manage"];
    let app = org.provisioned("ORG_ADMIN", &scopes);
    let target = org.app(&[key("b").public()]);
    let bearer = format!("Bearer {}", org.token(&app, &scopes.join(" ")));
    let grant = json!({ "scopeId": "okta.logs.read", "issuer": org.emulator.org_url() });
    let grants = format!("/api/v1/apps/{target}/grants");
    let roles = format!("/oauth2/v1/clients/{target}/roles");
    let role = json!({ "type": "REPORT_ADMIN" });
    org.call(&bearer, "GET", &grants, &Value::Null).is(200);
    org.call(&bearer, "POST", &grants, &grant).fails(403, "E0000006", "");
    org.call(&bearer, "POST", &roles, &role).fails(403, "E0000006", "");
    org.assign(&app, "SUPER_ADMIN");
    let granted = org.call(&bearer, "POST", &grants, &grant).is(201).json();
    assert_eq!(granted["createdBy"], json!({ "id": app, "type": "Client" }));
    org.call(&bearer, "POST", &roles, &role).is(201);
}

#[test]
fn the_keys_of_an_app_with_scopes_are_for_super_administrators() {
    let org = Org::start();
    let app = org.provisioned("APP_ADMIN", &["okta.apps.manage", "okta.clients.manage"]);
    let target = org.app(&[key("b").public()]);
    let bearer = format!("Bearer {}", org.token(&app, "okta.apps.manage okta.clients.manage"));
    let jwks = format!("/api/v1/apps/{target}/credentials/jwks");
    org.call(&bearer, "POST", &jwks, &key("c").public()).is(201);
    org.grant(&target, "okta.logs.read");
    let id = org.get(&jwks).json()[0]["id"].as_str().unwrap().to_owned();
    let another = key("other").public();
    for (method, path, body) in [
        ("POST", jwks.clone(), &another),
        ("DELETE", format!("{jwks}/{id}"), &Value::Null),
        ("POST", format!("{jwks}/{id}/lifecycle/deactivate"), &Value::Null),
        ("PUT", format!("/api/v1/apps/{target}"), &app_body(&[])),
        ("PUT", format!("/oauth2/v1/clients/{target}"), &json!({})),
    ] {
        org.call(&bearer, method, &path, body).fails(403, "E0000006", "");
    }
    org.admin("POST", &jwks, &another).is(201);
}

#[test]
fn credentials_that_open_nothing() {
    let org = Org::start();
    org.send("GET", "/api/v1/users", &[], "").fails(403, "E0000005", "Invalid session");
    for scheme in ["Basic YTpi", "Negotiate x"] {
        org.call(scheme, "GET", "/api/v1/users", &Value::Null).fails(403, "E0000005", "");
    }
    for unknown in ["SSWS wrong", "SSWS", "Bearer wrong", "DPoP wrong"] {
        let answer = org.call(unknown, "GET", "/api/v1/users", &Value::Null);
        answer.fails(401, "E0000011", "Invalid token provided");
    }
}

#[test]
fn a_token_dies_of_age_and_of_its_app_s_deactivation() {
    let org = Org::start();
    let app = org.provisioned("READ_ONLY_ADMIN", &["okta.users.read"]);
    let token = org.token(&app, "okta.users.read");
    let get =
        |token: &str| org.call(&format!("Bearer {token}"), "GET", "/api/v1/users", &Value::Null);
    org.emulator.advance_clock(Duration::from_secs(3590));
    get(&token).is(200);
    org.emulator.advance_clock(Duration::from_secs(11));
    let late = get(&token);
    assert!(late.header("www-authenticate").unwrap().contains("expired"));
    is_challenge(late, 401, "invalid_token", "okta.users.read");

    let token = org.token(&app, "okta.users.read");
    get(&token).is(200);
    for action in ["deactivate", "activate"] {
        let path = format!("/api/v1/apps/{app}/lifecycle/{action}");
        org.admin("POST", &path, &Value::Null).is(200);
        is_challenge(get(&token), 401, "invalid_token", "okta.users.read");
    }
    get(&org.token(&app, "okta.users.read")).is(200);
}

#[test]
fn users_and_groups_page_by_link() {
    let org = Org::start();
    for (path, count) in [("/api/v1/users", 4), ("/api/v1/groups", 3)] {
        let mut next = Some(format!("{path}?limit=1"));
        let mut ids = Vec::new();
        while let Some(page) = next {
            let answer = org.get(&page).is(200);
            let items = answer.json();
            assert_eq!(items.as_array().unwrap().len(), 1);
            ids.push(items[0]["id"].as_str().unwrap().to_owned());
            next = answer
                .link("next")
                .map(|it| it.strip_prefix(org.emulator.org_url()).unwrap().to_owned());
        }
        assert_eq!(ids.len(), count);
        assert_eq!(org.get(&format!("{path}/{}", ids[1])).is(200).json()["id"], ids[1]);
        org.get(&format!("{path}?q=a")).fails(501, "E0000060", "");
        org.get(&format!("{path}/unknown")).fails(404, "E0000007", "unknown");
    }
    let by_login = org.get("/api/v1/users/alice.smith%40example.com").is(200).json();
    assert_eq!(by_login["profile"]["firstName"], "Alice");
}
