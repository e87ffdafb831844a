//! Roles that are assigned, were assigned, and are not.

use serde_json::{Value, json};

use super::*;
use crate::StandardRole;
use crate::scripted_org::{Org, answer, cut, empty, refusal};

const LIST: &str = "GET /oauth2/v1/clients/0oa1/roles";
const POST: &str = r#"POST /oauth2/v1/clients/0oa1/roles {"type":"READ_ONLY_ADMIN"}"#;

fn read_only() -> AdminRole {
    AdminRole::Standard(StandardRole::ReadOnlyAdmin)
}

fn custom() -> AdminRole {
    AdminRole::parse("cr04cx", Some("iam4cx")).unwrap()
}

fn assigned(json: &Value) -> Value {
    let mut role = json!({"id": "irb1", "label": "x", "status": "ACTIVE", "assignmentType": "CLIENT", "_links": {}});
    role.as_object_mut().unwrap().extend(json.as_object().unwrap().clone());
    role
}

#[test]
fn a_role_is_assigned_whatever_the_success_is_called() {
    for status in [200, 201] {
        let org = Org::new(vec![
            answer(200, &json!([])),
            answer(status, &assigned(&json!({"type": "READ_ONLY_ADMIN"}))),
        ]);
        assert_eq!(
            org.registrar().assign_role("0oa1", &read_only()).unwrap(),
            RoleOutcome::Assigned
        );
        assert_eq!(org.requests(), [LIST, POST]);
    }
    let org = Org::new(vec![answer(200, &json!([])), empty(201)]);
    assert_eq!(org.registrar().assign_role("0oa1", &custom()).unwrap(), RoleOutcome::Assigned);
    assert_eq!(
        org.requests()[1],
        r#"POST /oauth2/v1/clients/0oa1/roles {"type":"CUSTOM","role":"cr04cx","resource-set":"iam4cx"}"#
    );
}

#[test]
fn a_role_that_is_there_is_not_assigned_again() {
    let standard = assigned(&json!({"type": "READ_ONLY_ADMIN"}));
    let iam = assigned(
        &json!({"type": "WORKFLOWS_ADMIN", "role": "WORKFLOWS_ADMIN", "resource-set": "WORKFLOWS_IAM_POLICY"}),
    );
    let own = assigned(&json!({"type": "CUSTOM", "role": "cr04cx", "resource-set": "iam4cx"}));
    let workflows = AdminRole::Standard(StandardRole::WorkflowsAdmin);
    for (listed, role) in [(standard, read_only()), (iam, workflows), (own, custom())] {
        let org = Org::new(vec![answer(200, &json!([listed]))]);
        assert_eq!(
            org.registrar().assign_role("0oa1", &role).unwrap(),
            RoleOutcome::AlreadyAssigned
        );
        assert_eq!(org.requests(), [LIST]);
    }
}

#[test]
fn the_same_custom_role_over_other_resources_is_another() {
    let other = assigned(&json!({"type": "CUSTOM", "role": "cr04cx", "resource-set": "iam9zz"}));
    let org = Org::new(vec![answer(200, &json!([other])), empty(201)]);
    assert_eq!(org.registrar().assign_role("0oa1", &custom()).unwrap(), RoleOutcome::Assigned);
    assert_eq!(org.requests().len(), 2);
}

#[test]
fn the_org_may_know_better_than_its_list() {
    for code in ["E0000090", "E0000263"] {
        let org = Org::new(vec![answer(200, &json!([])), refusal(409, code)]);
        assert_eq!(
            org.registrar().assign_role("0oa1", &read_only()).unwrap(),
            RoleOutcome::AlreadyAssigned
        );
    }
    let org = Org::new(vec![answer(200, &json!([])), cut(), refusal(409, "E0000090")]);
    assert_eq!(
        org.registrar().assign_role("0oa1", &read_only()).unwrap(),
        RoleOutcome::AlreadyAssigned
    );
}

#[test]
fn a_chosen_client_id_is_one_segment_of_the_path() {
    let id = "My$app-_.+!*'(),";
    let org = Org::new(vec![
        answer(200, &json!([])),
        empty(201),
        answer(200, &json!([])),
        empty(204),
        answer(200, &json!([])),
    ]);
    let registrar = org.registrar();
    assert_eq!(registrar.assign_role(id, &read_only()).unwrap(), RoleOutcome::Assigned);
    assert!(registrar.roles(id).unwrap().is_empty());
    registrar.revoke_role(id, "irb1").unwrap();
    registrar.roles("../a?b#c%2f").unwrap();
    let path = "/oauth2/v1/clients/My%24app-_.%2B%21%2A%27%28%29%2C/roles";
    assert_eq!(
        org.requests(),
        [
            format!("GET {path}"),
            format!(r#"POST {path} {{"type":"READ_ONLY_ADMIN"}}"#),
            format!("GET {path}"),
            format!("DELETE {path}/irb1"),
            "GET /oauth2/v1/clients/..%2Fa%3Fb%23c%252f/roles".to_owned(),
        ]
    );
    let org = Org::new(Vec::new());
    for id in ["", ".", "..", "a b", "a\n", "ü", &"x".repeat(101)] {
        let error = org.registrar().roles(id).unwrap_err();
        assert!(matches!(error, RegisterError::InvalidClientId), "{id:?}: {error:?}");
    }
    assert!(org.requests().is_empty());
}

#[test]
fn refusals_are_told() {
    // E0000268 is a concurrent change: whether to try again is the caller's decision.
    for code in ["E0000227", "E0000006", "E0000268"] {
        let org = Org::new(vec![answer(200, &json!([])), refusal(403, code)]);
        match org.registrar().assign_role("0oa1", &read_only()).unwrap_err() {
            RegisterError::Refused(server) => assert_eq!(server.error_code(), Some(code)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn revocation() {
    let org = Org::new(vec![empty(204)]);
    org.registrar().revoke_role("0oa1", "irb1").unwrap();
    assert!(matches!(
        org.registrar().revoke_role("0oa1", "../x"),
        Err(RegisterError::InvalidId(_))
    ));
    assert_eq!(org.requests(), ["DELETE /oauth2/v1/clients/0oa1/roles/irb1"]);
}

#[test]
fn roles_as_json() {
    let own = assigned(&json!({"type": "CUSTOM", "role": "cr04cx", "resource-set": "iam4cx"}));
    let org = Org::new(vec![answer(200, &json!([own]))]);
    insta::assert_snapshot!(
        serde_json::to_string(&org.registrar().roles("0oa1").unwrap()).unwrap(),
        @r#"[{"id":"irb1","type":"CUSTOM","label":"x","status":"ACTIVE","role":"cr04cx","resource_set":"iam4cx"}]"#
    );
}
