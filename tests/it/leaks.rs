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
    for command in [
        &["token", "get", "-v"][..],
        &["token", "get", "-v", "--scope", "okta.groups.read"],
        &["api", "-v", "GET", "/api/v1/users"],
        &["client", "show", "-v"],
        &["grant", "add", "-v", "--scope", "okta.unheard.of"],
        &["assertion", "create", "-v"],
        &["key", "show", "-v", "svc.jwk"],
    ] {
        outcomes.push(sandbox.run(command));
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
