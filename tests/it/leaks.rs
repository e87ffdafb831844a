//! Secrets do not show.

use okta_emulator::{Emulator, EmulatorConfig};
use serde_json::Value;
use tests::Sandbox;

use crate::PROGRAM;

#[test]
fn tm_08_no_command_tells_a_secret_on_stderr() {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let setup = ["setup", "-v", "--name", "svc", "--scope", "okta.users.read", "--key", "svc.jwk"];
    let mut outcomes = vec![sandbox.run(&setup)];
    let key: Value = serde_json::from_str(&sandbox.read("svc.jwk")).unwrap();
    let token = sandbox.run(&["token", "get"]).stdout();
    for (code, command) in [
        (0, &["token", "get", "-v"][..]),
        (5, &["token", "get", "-v", "--scope", "okta.groups.read"]),
        (4, &["api", "-v", "GET", "/api/v1/users"]),
        (0, &["client", "show", "-v"]),
        (5, &["grant", "add", "-v", "--scope", "okta.unheard.of"]),
        (0, &["assertion", "create", "-v"]),
        (0, &["key", "show", "-v", "svc.jwk"]),
    ] {
        let outcome = sandbox.run(command);
        assert_eq!(outcome.code, code, "{outcome}");
        outcomes.push(outcome);
    }
    let text = |name: &str| key[name].as_str().unwrap();
    let secrets = [text("d"), text("p"), text("q"), token.trim_end(), org.admin_token()];
    for outcome in &outcomes {
        for secret in secrets {
            assert!(!outcome.stderr.contains(secret), "{outcome}");
        }
        assert!(!outcome.stderr.contains("eyJ"), "{outcome}");
    }
}

#[test]
fn tm_01_a_secret_given_as_a_flag_is_refused_and_not_repeated() {
    let sandbox = Sandbox::new(PROGRAM);
    for flag in ["--admin-token=00canary", "--token=00canary", "--private-key=00canary"] {
        let outcome = sandbox.run(&["client", "list", flag]);
        assert!(!outcome.stderr.contains("canary"), "{outcome}");
        outcome.refused(2, &["unexpected argument"]);
    }
}

#[test]
fn tm_08_a_secret_where_a_file_is_meant_is_not_repeated() {
    let sandbox = Sandbox::new(PROGRAM).with_variable("OKTA_M2M_ORG_URL", "https://acme.okta.com");
    let jwk = sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "-"]).stdout();
    let bare = "MIIEvQIBADANcanary";
    let quoted = format!("'{jwk}");
    let canary = serde_json::from_str::<Value>(&jwk).unwrap()["d"].as_str().unwrap().to_owned();
    let create = ["assertion", "create", "--client-id", "0oa1"];
    for (name, value) in [
        ("OKTA_CLIENT_PRIVATEKEY", bare),
        ("OKTA_CLIENT_PRIVATEKEY", quoted.as_str()),
        ("OKTA_M2M_KEY", bare),
        ("OKTA_M2M_KEY", jwk.as_str()),
    ] {
        let sandbox = Sandbox::new(PROGRAM)
            .with_variable("OKTA_M2M_ORG_URL", "https://acme.okta.com")
            .with_variable(name, value);
        let outcome = sandbox.run(&create);
        assert!(!outcome.stderr.contains("canary"), "{outcome}");
        assert!(!outcome.stderr.contains(&canary), "{outcome}");
        assert!([2, 3].contains(&outcome.code), "{outcome}");
        assert!(outcome.stderr.contains(name), "{outcome}");
    }
    let outcome = sandbox.run(&["client", "list", "--admin-token-file", "00canary"]);
    assert!(!outcome.stderr.contains("canary"), "{outcome}");
    outcome.refused(3, &["the file of the API token"]);
}
