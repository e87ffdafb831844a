//! `/oauth2/v1/clients`.

use serde_json::{Value, json};

use crate::harness::{Org, client_body, key};

const CLIENTS: &str = "/oauth2/v1/clients";

fn change(pointer: &str, value: Value) -> Value {
    let mut body = client_body(&[key("a").public()]);
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value == json!("remove") {
        parent.remove(member);
    } else {
        parent.insert(member.to_owned(), value);
    }
    body
}

#[test]
fn is_created_read_replaced_and_deleted() {
    let org = Org::start();
    let created = org.admin("POST", CLIENTS, &client_body(&[key("a").public()])).is(201).json();
    let id = created["client_id"].as_str().unwrap();
    assert!(id.starts_with("0oa") && id.len() == 20);
    assert_eq!(created["client_name"], "Nightly export");
    assert_eq!(created["jwks"]["keys"][0]["kid"], "a");
    assert!(created["client_id_issued_at"].is_i64());
    assert!(
        created.get("client_secret").is_none() && created.get("dpop_bound_access_tokens").is_none()
    );
    let path = format!("{CLIENTS}/{id}");
    assert_eq!(org.get(&path).is(200).json(), created);

    let mut body = client_body(&[key("b").public()]);
    body["client_id"] = json!(id);
    body["client_name"] = json!("Renamed");
    body["logo_uri"] = json!("https://example.com/logo.png");
    let replaced = org.admin("PUT", &path, &body).is(200).json();
    assert_eq!(replaced["client_name"], "Renamed");
    assert_eq!(replaced["logo_uri"], "https://example.com/logo.png");
    assert_eq!(replaced["jwks"]["keys"].as_array().unwrap().len(), 1);
    assert_eq!(replaced["jwks"]["keys"][0]["kid"], "b");
    assert_eq!(replaced["client_id_issued_at"], created["client_id_issued_at"]);

    assert_eq!(org.admin("DELETE", &path, &Value::Null).is(204).body, "");
    org.get(&path).fails(404, "E0000007", &format!("{id} (PublicClientApp)"));
    org.admin("DELETE", &path, &Value::Null).is(404);
}

#[test]
fn metadata_that_is_refused() {
    let org = Org::start();
    let key_a = key("a");
    let two = |first: Value, second: Value| json!({ "keys": [first, second] });
    let many: Vec<_> = (0..51).map(|at| key_a.with("kid", at.to_string())).collect();
    let rows = [
        ("/client_name", json!("remove"), "client_name"),
        ("/client_name", json!(" "), "client_name"),
        ("/client_id", json!("chosen-by-client"), "client_id"),
        ("/client_id_issued_at", json!(1), "client_id_issued_at"),
        ("/application_type", json!("robot"), "application_type"),
        ("/grant_types", json!(["telepathy"]), "grant_types"),
        ("/grant_types", json!(["authorization_code"]), "grant_types"),
        ("/grant_types", json!("remove"), "grant_types"),
        ("/response_types", json!(["code"]), "response_types"),
        ("/response_types", json!("remove"), "response_types"),
        ("/token_endpoint_auth_method", json!("tls_client_auth"), "token_endpoint_auth_method"),
        ("/jwks_uri", json!("https://example.com/jwks"), "can't both be specified"),
        ("/jwks", json!({ "keys": [] }), "at least one key"),
        ("/jwks", json!({ "keys": ["x"] }), "jwks"),
        ("/jwks", two(key_a.public(), key_a.public()), "unique `kid`"),
        ("/jwks", two(key_a.public(), key("b").with("kid", Value::Null)), "unique `kid`"),
        ("/jwks", json!({ "keys": many }), "(50)"),
        ("/jwks/keys", json!([key_a.with("d", "AAAA")]), "private key member 'd'"),
        ("/jwks/keys", json!([key_a.with("kty", "OKP")]), "'kty'"),
        (
            "/jwks/keys",
            json!([key_a.with("use", "enc"), key("b").with("use", "enc")]),
            "only one active encryption key",
        ),
    ];
    for (pointer, value, fragment) in rows {
        org.admin("POST", CLIENTS, &change(pointer, value)).fails_oauth(
            400,
            "invalid_client_metadata",
            &[fragment],
        );
    }
    assert_eq!(org.get(CLIENTS).is(200).json(), json!([]));
    let mut uri = change("/jwks", json!("remove"));
    uri["jwks_uri"] = json!("ftp://example.com/jwks");
    org.admin("POST", CLIENTS, &uri).fails_oauth(400, "invalid_client_metadata", &["jwks_uri"]);
}

#[test]
fn a_replacement_is_whole_and_keeps_the_type() {
    let org = Org::start();
    let created = org.admin("POST", CLIENTS, &client_body(&[key("a").public()])).is(201).json();
    let path = format!("{CLIENTS}/{}", created["client_id"].as_str().unwrap());
    let with_id = |mut body: Value| {
        body["client_id"] = created["client_id"].clone();
        body
    };
    for (body, fragment) in [
        (client_body(&[key("a").public()]), "client_id"),
        (with_id(change("/grant_types", json!("remove"))), "grant_types"),
        (with_id(change("/token_endpoint_auth_method", json!("remove"))), "token_endpoint_auth"),
        (with_id(change("/application_type", json!("web"))), "application_type"),
        (with_id(change("/client_secret_expires_at", json!(0))), "client_secret_expires_at"),
    ] {
        org.admin("PUT", &path, &body).fails_oauth(400, "invalid_client_metadata", &[fragment]);
    }
    assert_eq!(org.get(&path).is(200).json(), created);
}

#[test]
fn a_replacement_here_leaves_alone_what_only_the_apps_api_shows() {
    let org = Org::start();
    let mut body = crate::harness::app_body(&[key("a").public()]);
    body["settings"]["oauthClient"]["dpop_bound_access_tokens"] = json!(true);
    body["settings"]["notes"] = json!({ "admin": "made by a test" });
    let id = org.admin("POST", "/api/v1/apps", &body).is(200).json()["id"].clone();
    let id = id.as_str().unwrap();
    let mut replacement = client_body(&[key("b").public()]);
    replacement["client_id"] = json!(id);
    org.admin("PUT", &format!("{CLIENTS}/{id}"), &replacement).is(200);
    let app = org.get(&format!("/api/v1/apps/{id}")).is(200).json();
    assert_eq!(app["settings"]["oauthClient"]["dpop_bound_access_tokens"], true);
    assert_eq!(app["settings"]["notes"]["admin"], "made by a test");
    assert_eq!(app["settings"]["oauthClient"]["jwks"]["keys"][0]["kid"], "b");
}

#[test]
fn secrets_are_made_for_clients_that_use_one() {
    let org = Org::start();
    let body = change("/token_endpoint_auth_method", json!("client_secret_basic"));
    let created = org.admin("POST", CLIENTS, &body).is(201).json();
    assert!(created["client_secret"].as_str().unwrap().len() >= 40);
    assert_eq!(created["client_secret_expires_at"], 0);
}

#[test]
fn lists_page_by_page() {
    let org = Org::start();
    let mut ids = Vec::new();
    for name in ["Ant", "Bee", "Antelope", "Bear", "Antler"] {
        let body = change("/client_name", json!(name));
        ids.push(org.admin("POST", CLIENTS, &body).is(201).json()["client_id"].clone());
    }
    let first = org.get(&format!("{CLIENTS}?limit=2&q=Ant")).is(200);
    assert_eq!(first.json().as_array().unwrap().len(), 2);
    assert_eq!(first.link("self").unwrap(), org.url(&format!("{CLIENTS}?limit=2&q=Ant")));
    let next = first.link("next").unwrap();
    let second = org.get(next.strip_prefix(org.emulator.org_url()).unwrap()).is(200);
    assert_eq!(second.json()[0]["client_id"], ids[4]);
    assert_eq!(second.json().as_array().unwrap().len(), 1);
    assert_eq!(second.link("next"), None);
    for bad in ["limit=0", "limit=201", "limit=x", "after=%00", "after=AAAA"] {
        org.get(&format!("{CLIENTS}?{bad}")).fails(400, "E0000001", ":");
    }
}
