//! Scope and role are told apart in every combination of the two.

use serde_json::{Value, json};

use super::access::without_a_role;
use super::world::{ADMIN, World};

/// Roles by what they let the client do with users and groups.
const ROLES: [(&str, Option<&str>, bool); 4] = [
    ("", None, false),
    ("REPORT_ADMIN", None, false),
    ("READ_ONLY_ADMIN", None, true),
    ("cr0EmuDirReader00001", Some("iamEmuDirectory00001"), true),
];

fn with_role(role: &str, resource_set: Option<&str>) -> World {
    let world = without_a_role();
    if !role.is_empty() {
        let client = world.client_id.clone();
        let mut assign = vec!["role", "assign", "--role", role, "--client-id", &client];
        assign.extend(ADMIN);
        if let Some(set) = resource_set {
            assign.extend(["--resource-set", set]);
        }
        drop(world.sandbox.run(&assign).stdout());
    }
    world
}

#[test]
fn each_of_scope_and_role_is_blamed_if_it_is_missing_and_only_then() {
    for (role, resource_set, suffices) in ROLES {
        let world = with_role(role, resource_set);
        for (scope, granted) in [("okta.users.read", true), ("okta.groups.read", false)] {
            let expected = match (granted, suffices) {
                (false, _) => Some("scopes"),
                (true, false) => Some("role"),
                (true, true) => None,
            };
            for admin in [&[][..], &ADMIN] {
                let outcome = world.doctor(&[&["--scope", scope], admin].concat()).outcome;
                let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
                let findings = report["findings"].as_array().unwrap().iter();
                let failed: Vec<_> = findings.filter(|it| it["status"] == "failure").collect();
                let failed: Vec<_> = failed.into_iter().map(|it| it["check"].clone()).collect();
                let expected: Vec<_> = expected.into_iter().map(|it| json!(it)).collect();
                assert_eq!(failed, expected, "{role} {scope} {admin:?}: {report:#}");
            }
        }
    }
}
