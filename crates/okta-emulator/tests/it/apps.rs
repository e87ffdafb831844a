//! `/api/v1/apps`.

use serde_json::{Value, json};

use crate::harness::{Org, app_body, key};

const APPS: &str = "/api/v1/apps";

fn change(pointer: &str, value: Value) -> Value {
    let mut body = app_body(&[key("a").public()]);
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
fn is_created_with_200_and_shown_in_full() {
    let org = Org::start();
    let mut body = app_body(&[key("a").public()]);
    body["visibility"] = json!({ "hide": { "iOS": true, "web": true } });
    let app = org.admin("POST", APPS, &body).is(200).json();
    let id = app["id"].as_str().unwrap();
    assert_eq!(app["credentials"]["oauthClient"]["client_id"], id);
    assert_eq!((&app["status"], &app["name"]), (&json!("ACTIVE"), &json!("oidc_client")));
    assert_eq!(app["visibility"]["hide"]["web"], true);
    assert_eq!(app["settings"]["oauthClient"]["dpop_bound_access_tokens"], false);
    let stored = &app["settings"]["oauthClient"]["jwks"]["keys"][0];
    assert!(stored["id"].as_str().unwrap().starts_with("pks"));
    assert_eq!(stored["status"], "ACTIVE");
    let href = app["_links"]["clientCredentials"][0]["href"].as_str().unwrap();
    assert_eq!(href, org.url(&format!("{APPS}/{id}/credentials/jwks")));
    assert_eq!(org.get(&format!("{APPS}/{id}")).is(200).json(), app);
    let client = org.get(&format!("/oauth2/v1/clients/{id}")).is(200).json();
    assert_eq!(client["client_name"], app["label"]);
}

#[test]
fn read_flip_and_put_back_changes_one_thing() {
    let org = Org::start();
    let mut body = app_body(&[key("a").public(), key("b").with("status", "INACTIVE")]);
    body["settings"]["oauthClient"]["logo_uri"] = json!("https://example.com/logo.png");
    body["profile"] = json!({ "cost-center": 7 });
    let id = org.admin("POST", APPS, &body).is(200).json()["id"].clone();
    let path = format!("{APPS}/{}", id.as_str().unwrap());
    let before = org.get(&path).is(200).json();
    let mut wanted = before.clone();
    wanted["settings"]["oauthClient"]["dpop_bound_access_tokens"] = json!(true);
    let mut after = org.admin("PUT", &path, &wanted).is(200).json();
    wanted["lastUpdated"] = after["lastUpdated"].take();
    after["lastUpdated"] = wanted["lastUpdated"].clone();
    assert_eq!(after, wanted, "ids of keys and unknown members included");
}

#[test]
fn a_replacement_without_keys_drops_them() {
    let org = Org::start();
    let id = org.app(&[key("a").public()]);
    let path = format!("{APPS}/{id}");
    let app = org.admin("PUT", &path, &app_body(&[])).is(200).json();
    assert!(app["settings"]["oauthClient"].get("jwks").is_none());
    let list = org.get(&format!("{path}/credentials/jwks")).is(200).json();
    assert_eq!(list, json!([]));
}

#[test]
fn a_client_id_may_be_chosen_once() {
    let org = Org::start();
    let body = change("/credentials/oauthClient/client_id", json!("nightly-export"));
    let app = org.admin("POST", APPS, &body).is(200).json();
    assert_ne!(app["id"], "nightly-export");
    assert_eq!(app["credentials"]["oauthClient"]["client_id"], "nightly-export");
    org.get("/oauth2/v1/clients/nightly-export").is(200);
    org.get(&format!("{APPS}/nightly-export")).fails(404, "E0000007", "(AppInstance)");
    org.admin("POST", APPS, &body).fails(400, "E0000001", "already in use");
    for bad in [json!("short"), json!("x".repeat(101)), json!("white space"), json!(7)] {
        let body = change("/credentials/oauthClient/client_id", bad);
        org.admin("POST", APPS, &body).fails(400, "E0000001", "client_id");
    }
    let path = format!("{APPS}/{}", app["id"].as_str().unwrap());
    let renamed = change("/credentials/oauthClient/client_id", json!("weekly-export"));
    org.admin("PUT", &path, &renamed).fails(400, "E0000001", "client_id");
}

#[test]
fn bodies_that_are_refused() {
    let org = Org::start();
    for (pointer, value, fragment) in [
        ("/name", json!("bookmark"), "name"),
        ("/signOnMode", json!("SAML_2_0"), "signOnMode"),
        ("/label", json!(""), "label"),
        ("/label", json!("x".repeat(101)), "label"),
        ("/credentials", json!([]), "credentials"),
        ("/settings/oauthClient/grant_types", json!("remove"), "grant_types"),
        ("/settings/oauthClient/response_types", json!(["code"]), "response_types"),
        ("/settings/oauthClient/dpop_bound_access_tokens", json!("yes"), "dpop_bound"),
        ("/settings/oauthClient/jwks_uri", json!("https://example.com/"), "can't both"),
        ("/settings/oauthClient/jwks/keys", json!([key("a").with("status", "LOST")]), "status"),
        ("/credentials/oauthClient/client_secret", json!("short"), ""),
    ] {
        let mut body = change(pointer, value);
        if pointer.ends_with("client_secret") {
            body["credentials"]["oauthClient"]["token_endpoint_auth_method"] =
                json!("client_secret_post");
        }
        org.admin("POST", APPS, &body).fails(400, "E0000001", fragment);
    }
    org.admin("POST", &format!("{APPS}?activate=maybe"), &app_body(&[]))
        .fails(400, "E0000001", "activate");
    assert_eq!(org.get(APPS).is(200).json(), json!([]));
}

#[test]
fn only_an_inactive_app_can_be_deleted() {
    let org = Org::start();
    let id = org.app(&[key("a").public()]);
    let path = format!("{APPS}/{id}");
    org.admin("DELETE", &path, &Value::Null).fails(403, "E0000056", "forbidden");
    let deactivate = format!("{path}/lifecycle/deactivate");
    assert_eq!(org.admin("POST", &deactivate, &Value::Null).is(200).json(), json!({}));
    let app = org.get(&path).json();
    assert_eq!(app["status"], "INACTIVE");
    assert!(app["_links"]["activate"]["href"].as_str().unwrap().ends_with("/activate"));
    org.admin("POST", &format!("{path}/lifecycle/activate"), &Value::Null).is(200);
    org.admin("DELETE", &path, &Value::Null).is(403);
    org.admin("POST", &deactivate, &Value::Null).is(200);
    org.admin("DELETE", &path, &Value::Null).is(204);
    org.get(&path).is(404);
}

#[test]
fn lists_are_filtered_and_paged() {
    let org = Org::start();
    for label in ["One", "Two", "Three"] {
        org.admin("POST", APPS, &change("/label", json!(label))).is(200);
    }
    org.admin("POST", &format!("{APPS}?activate=false"), &change("/label", json!("Four"))).is(200);
    let labels = |query: &str| {
        let apps = org.get(&format!("{APPS}?{query}")).is(200).json();
        let label = |app: &Value| app["label"].as_str().unwrap().to_owned();
        apps.as_array().unwrap().iter().map(label).collect::<Vec<_>>()
    };
    assert_eq!(labels("q=t"), ["Two", "Three"]);
    assert_eq!(labels("filter=status+eq+%22INACTIVE%22"), ["Four"]);
    assert_eq!(labels("filter=name+eq+%22oidc_client%22").len(), 4);
    org.get(&format!("{APPS}?filter=status+eq+ACTIVE")).fails(400, "E0000001", "filter");
    org.get(&format!("{APPS}?filter=user.id+eq+%22x%22")).fails(501, "E0000060", "");
    let page = org.get(&format!("{APPS}?limit=3")).is(200);
    let next = page.link("next").unwrap();
    let rest = org.get(next.strip_prefix(org.emulator.org_url()).unwrap()).is(200);
    assert_eq!(rest.json()[0]["label"], "Four");
    assert_eq!(rest.link("next"), None);
}
