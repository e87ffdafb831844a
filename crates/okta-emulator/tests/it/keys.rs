//! `/api/v1/apps/{id}/credentials/jwks`.

use serde_json::{Value, json};

use crate::harness::{Org, app_body, key};

fn path(app: &str) -> String {
    format!("/api/v1/apps/{app}/credentials/jwks")
}

#[test]
fn a_key_lives_and_dies() {
    let org = Org::start();
    let app = org.app(&[key("a").public()]);
    let path = path(&app);
    let added = org.admin("POST", &path, &key("b").public()).is(201).json();
    let id = added["id"].as_str().unwrap();
    assert!(id.starts_with("pks"));
    assert_eq!((&added["kid"], &added["status"]), (&json!("b"), &json!("ACTIVE")));
    assert!(added["created"].as_str().unwrap().ends_with('Z'));
    let one = format!("{path}/{id}");
    assert_eq!(org.get(&one).is(200).json(), added);
    let list = org.get(&path).is(200).json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[1], added);

    let delete = org.admin("DELETE", &one, &Value::Null);
    delete.fails(400, "E0000001", "can't delete an active JSON Web Key");
    let post = |action: &str| {
        org.admin("POST", &format!("{one}/lifecycle/{action}"), &Value::Null).is(200).json()
    };
    let inactive = post("deactivate");
    assert_eq!(inactive["status"], "INACTIVE");
    assert!(inactive["_links"].get("delete").is_some());
    assert_eq!(post("deactivate")["status"], "INACTIVE", "twice is fine");
    assert_eq!(post("activate")["status"], "ACTIVE");
    post("deactivate");
    org.admin("DELETE", &one, &Value::Null).is(204);
    org.get(&one).fails(404, "E0000007", "(JsonWebKey)");
}

#[test]
fn the_last_active_key_stays() {
    let org = Org::start();
    let app = org.app(&[key("a").public(), key("b").with("use", "enc")]);
    let path = path(&app);
    let list = org.get(&path).json();
    let deactivate = |at: usize| {
        let id = list[at]["id"].as_str().unwrap();
        org.admin("POST", &format!("{path}/{id}/lifecycle/deactivate"), &Value::Null)
    };
    deactivate(0).fails(400, "E0000001", "Can't deactivate the only active JSON Web Key");
    deactivate(1).fails(400, "E0000001", "You can't deactivate the active encryption key.");
    org.admin("POST", &path, &key("c").public()).is(201);
    deactivate(0).is(200);
}

#[test]
fn additions_that_are_refused() {
    let org = Org::start();
    let app = org.app(&[key("a").public(), key("b").with("use", "enc")]);
    let path = path(&app);
    let c = key("c");
    for (body, fragment) in [
        (c.with("kid", "a"), "All keys in the 'jwks' must have a unique `kid`."),
        (c.with("kid", Value::Null), "Each key should have a unique kid when adding multiple"),
        (c.with("use", "enc"), "only one active encryption key in the 'jwks'"),
        (c.with("d", "AAAA"), "private key member"),
        (c.with("alg", "ES384"), "'alg'"),
        (json!({ "kty": "RSA", "n": "_w", "e": "AQAB", "kid": "r" }), "less than '2,048' bits"),
    ] {
        org.admin("POST", &path, &body).fails(400, "E0000001", fragment);
    }
    let mut inactive = c.with("use", "enc");
    inactive["status"] = json!("INACTIVE");
    let id = org.admin("POST", &path, &inactive).is(201).json()["id"].clone();
    let activate = format!("{path}/{}/lifecycle/activate", id.as_str().unwrap());
    let refused = org.admin("POST", &activate, &Value::Null);
    refused.fails(400, "E0000001", "only one active encryption key");
    org.get("/api/v1/apps/0oaNone/credentials/jwks").fails(404, "E0000007", "(AppInstance)");
    org.get(&format!("{path}/pksNone")).fails(404, "E0000007", "(JsonWebKey)");
}

#[test]
fn a_first_key_without_kid_bars_a_second() {
    let org = Org::start();
    let app = org.app(&[key("a").with("kid", Value::Null)]);
    org.admin("POST", &path(&app), &key("b").public()).fails(
        400,
        "E0000001",
        "Use the Apps API to update the JWKS to add a kid for the existing key",
    );
}

#[test]
fn fifty_keys_are_enough() {
    let org = Org::start();
    let keys: Vec<_> = (0..50).map(|at| key("a").with("kid", at.to_string())).collect();
    let app = org.app(&keys);
    let refused = org.admin("POST", &path(&app), &key("b").public());
    refused.fails(400, "E0000001", "maximum number of keys allowed (50)");
}

#[test]
fn a_client_with_a_jwks_uri_has_no_keys_here() {
    let org = Org::start();
    let mut body = app_body(&[]);
    body["settings"]["oauthClient"]["jwks_uri"] = json!("https://example.com/jwks");
    let app = org.admin("POST", "/api/v1/apps", &body).is(200).json();
    let path = path(app["id"].as_str().unwrap());
    assert_eq!(org.get(&path).is(200).json(), json!([]));
    org.admin("POST", &path, &key("a").public()).fails(400, "E0000001", "jwks_uri");
}
