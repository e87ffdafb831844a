//! Settings from every place, and what is wrong with them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use okta_emulator::{Emulator, EmulatorConfig};
use serde_json::Value;
use tests::Sandbox;

use crate::{PROGRAM, sandbox};

#[test]
fn the_variables_of_oktas_sdks_are_enough() {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_CLIENT_ORGURL", &format!("{}/", org.org_url()))
        .with_variable("OKTA_CLIENT_TOKEN", org.admin_token());
    let setup = ["setup", "--name", "svc", "--scope", "okta.users.read", "--key", "svc.jwk"];
    let outcome = sandbox.run(&[&setup[..], &["--role", "READ_ONLY_ADMIN"]].concat());
    let client = outcome.stdout();
    let key = sandbox.read("svc.jwk");
    let sandbox = sandbox
        .with_variable("OKTA_M2M_CONFIG", "/nonexistent/config.toml")
        .with_variable("OKTA_CLIENT_CLIENTID", client.trim_end())
        .with_variable("OKTA_CLIENT_PRIVATEKEY", &key)
        .with_variable("OKTA_CLIENT_SCOPES", "okta.users.read");
    let token = sandbox.run(&["token", "get", "--format", "json"]).json();
    assert_eq!(token["client_id"], client.trim_end());
    assert_eq!(token["issuer"], org.org_url());
}

#[test]
fn a_missing_setting_is_named() {
    sandbox().run(&["token", "get"]).refused(2, &["no org url is set", "--org-url"]);
}

#[test]
fn an_admin_url_is_corrected_with_a_note() {
    let sandbox = sandbox();
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "k"]).stdout());
    let create = ["assertion", "create", "--client-id", "0oa1", "--key", "k", "--org-url"];
    let outcome = sandbox.run(&[&create[..], &["https://acme-admin.okta.com/"]].concat());
    assert!(outcome.stderr.contains("note: `--org-url`"), "{outcome}");
    let jwt = outcome.stdout();
    let inspected =
        sandbox.run_with_input(&["assertion", "inspect", "--format", "json"], &jwt).json();
    assert_eq!(inspected["claims"]["aud"], "https://acme.okta.com/oauth2/v1/token");
    assert_eq!(inspected["refusals"], Value::Array(Vec::new()));
}

#[test]
fn u_06_placeholders_and_plain_http_are_usage() {
    for url in ["https://{yourOktaDomain}", "http://acme.okta.com", "https://a@acme.okta.com"] {
        sandbox()
            .run(&["assertion", "create", "--client-id", "a", "--key", "k", "--org-url", url])
            .refused(2, &["`--org-url`: "]);
    }
}

#[test]
fn an_unknown_key_names_the_nearest_one() {
    let sandbox = sandbox();
    sandbox.write("config.toml", "[default]\nclinet_id = \"0oa1\"\n");
    let file = sandbox.path().join("config.toml").to_str().unwrap().to_owned();
    sandbox
        .with_variable("OKTA_M2M_CONFIG", &file)
        .run(&["token", "get"])
        .refused(2, &["config.toml:2", "unknown key `clinet_id`", "nearest key is `client_id`"]);
}

#[test]
fn usage_is_reported_as_json_when_asked_for() {
    let outcome = sandbox().run(&["token", "get", "--no-such-flag", "--format", "json"]);
    let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(error["error"]["class"], "usage");
    outcome.refused(2, &["--no-such-flag"]);
}

#[test]
fn help_and_version_go_to_stdout() {
    assert!(sandbox().run(&["--help"]).stdout().contains("Examples:"));
    assert!(sandbox().run(&["token", "get", "--help"]).stdout().contains("Examples:"));
    assert!(sandbox().run(&["--version"]).stdout().starts_with("okta-m2m "));
    assert!(sandbox().run(&["completions", "bash"]).stdout().contains("okta-m2m"));
}

/// A variable may hold a secret by mistake; the name of a file that is there is none.
#[test]
fn the_command_that_closes_a_key_file_names_it_wherever_its_name_comes_from() {
    let sandbox = sandbox()
        .with_variable("OKTA_M2M_ORG_URL", "http://127.0.0.1:1")
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaKEY");
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
    let open = Permissions::from_mode(0o644);
    fs::set_permissions(sandbox.path().join("svc.jwk"), open).unwrap();
    let create = ["assertion", "create"];
    let chmod = "run `chmod 600 'svc.jwk'`";
    sandbox.run(&[&create[..], &["--key", "svc.jwk"]].concat()).refused(3, &[chmod]);
    let sandbox = sandbox.with_variable("OKTA_M2M_KEY", "svc.jwk");
    sandbox.run(&create).refused(3, &[chmod, "OKTA_M2M_KEY"]);
    let get = ["token", "get", "--scope", "okta.users.read"];
    sandbox.run(&get).refused(3, &[chmod, "OKTA_M2M_KEY"]);
    let sandbox = sandbox.without_variable("OKTA_M2M_KEY").with_variable("OKTA_M2M_KEY", "canary");
    let outcome = sandbox.run(&create);
    assert!(!outcome.stderr.contains("canary"), "{outcome}");
    outcome.refused(3, &["OKTA_M2M_KEY"]);
}
