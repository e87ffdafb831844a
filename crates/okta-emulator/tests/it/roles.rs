//! `/oauth2/v1/clients/{id}/roles`.

use serde_json::{Value, json};

use crate::harness::{Org, client_body, key};

fn setup() -> (Org, String) {
    let org = Org::start();
    let client = org.app(&[key("a").public()]);
    let path = format!("/oauth2/v1/clients/{client}/roles");
    (org, path)
}

#[test]
fn a_standard_role_is_assigned_once() {
    let (org, path) = setup();
    let body = json!({ "type": "HELP_DESK_ADMIN" });
    let role = org.admin("POST", &path, &body).is(201).json();
    assert_eq!(role["label"], "Help Desk Administrator");
    assert_eq!((&role["type"], &role["assignmentType"]), (&body["type"], &json!("CLIENT")));
    assert!(role.get("resource-set").is_none());
    org.admin("POST", &path, &body).fails(409, "E0000263", "already");
    let one = format!("{path}/{}", role["id"].as_str().unwrap());
    assert_eq!(org.get(&one).is(200).json(), role);
    assert_eq!(org.get(&path).is(200).json(), json!([role]));
    org.admin("DELETE", &one, &Value::Null).is(204);
    org.get(&one).is(404);
    org.admin("POST", &path, &body).is(201);
}

#[test]
fn a_custom_role_needs_a_resource_set_and_both_must_exist() {
    let (org, path) = setup();
    let roles = org.get("/api/v1/iam/roles").is(200).json();
    let sets = org.get("/api/v1/iam/resource-sets").is(200).json();
    let (role, set) = (&roles["roles"][0]["id"], &sets["resource-sets"][0]["id"]);
    let body = json!({ "type": "CUSTOM", "role": role, "resource-set": set });
    let assigned = org.admin("POST", &path, &body).is(201).json();
    assert_eq!((&assigned["role"], &assigned["resource-set"]), (role, set));
    assert_eq!(assigned["label"], "Directory reader");
    org.admin("POST", &path, &body).fails(409, "E0000090", "already");
    for (member, value, code, status) in [
        ("role", "cr0Unknown0000000000", "E0000007", 404),
        ("resource-set", "iamUnknown0000000000", "E0000007", 404),
        ("role", "", "E0000001", 400),
        ("resource-set", "", "E0000001", 400),
        ("type", "WIZARD", "E0000001", 400),
        ("type", "", "E0000001", 400),
    ] {
        let mut body = body.clone();
        body[member] = json!(value);
        org.admin("POST", &path, &body).fails(status, code, "");
    }
}

#[test]
fn newer_standard_roles_come_with_their_policy() {
    let (org, path) = setup();
    let role = org.admin("POST", &path, &json!({ "type": "ACCESS_CERTIFICATIONS_ADMIN" }));
    let role = role.is(201).json();
    assert_eq!(role["resource-set"], "ACCESS_CERTIFICATIONS_IAM_POLICY");
    assert!(role["id"].as_str().unwrap().starts_with("irb"));
}

#[test]
fn roles_are_for_service_apps() {
    let (org, _) = setup();
    let mut web = client_body(&[key("a").public()]);
    web["application_type"] = json!("web");
    web["grant_types"] = json!(["authorization_code"]);
    web["response_types"] = json!(["code"]);
    web["redirect_uris"] = json!(["https://example.com/"]);
    let web = org.admin("POST", "/oauth2/v1/clients", &web).is(201).json();
    let path = format!("/oauth2/v1/clients/{}/roles", web["client_id"].as_str().unwrap());
    org.admin("POST", &path, &json!({ "type": "APP_ADMIN" })).fails(400, "E0000227", "service");
    let none = "/oauth2/v1/clients/0oaNone/roles";
    org.admin("POST", none, &json!({ "type": "APP_ADMIN" })).fails(
        404,
        "E0000007",
        "(PublicClientApp)",
    );
}
