//! `config explain` and `config check`.

use serde_json::Value;
use tests::Sandbox;

use crate::{ready, sandbox};

/// A sandbox with a configuration file of its own.
fn with_config(text: &str) -> Sandbox {
    let sandbox = sandbox();
    sandbox.write("config.toml", text);
    let file = sandbox.path().join("config.toml").to_str().unwrap().to_owned();
    sandbox.with_variable("OKTA_M2M_CONFIG", &file)
}

fn setting<'a>(all: &'a Value, name: &str) -> &'a Value {
    let settings = all["settings"].as_array().unwrap();
    settings.iter().find(|it| it["setting"] == name).unwrap()
}

const YAML: &str = "okta:\n  client:\n    orgUrl: https://yaml.okta.com\n    token: 00yamlSecretToken\n\
                    \x20   kid: yaml-kid\n    clientId: 0oaYaml\n";

#[test]
fn every_place_of_a_setting_is_told_in_order() {
    let sandbox = with_config("[default]\norg_url = \"https://profile.okta.com\"\n")
        .with_variable("OKTA_M2M_ORG_URL", "https://variable.okta.com")
        .with_variable("OKTA_CLIENT_ORGURL", "https://sdk.okta.com")
        .with_variable("OKTA_ORG_NAME", "terraform");
    sandbox.write("okta.yaml", YAML);
    let explain = ["config", "explain", "--format", "json", "--org-url", "https://flag.okta.com"];
    let all = sandbox.run(&explain).json();
    let org = setting(&all, "org_url");
    assert_eq!(org["value"], "https://flag.okta.com");
    assert_eq!(org["source"]["kind"], "flag");
    let others = org["overrides"].as_array().unwrap();
    let told: Vec<_> = others
        .iter()
        .map(|it| {
            format!("{} {}", it["source"]["kind"].as_str().unwrap(), it["value"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            "variable https://variable.okta.com",
            "profile https://profile.okta.com",
            "sdk_variable https://sdk.okta.com",
            "okta_yaml https://yaml.okta.com",
            "terraform_variable https://terraform.okta.com",
        ]
    );
    assert_eq!(others[3]["source"]["line"], 3);
    assert_eq!(setting(&all, "timeout")["source"]["kind"], "default");
    assert_eq!(setting(&all, "key")["value"], Value::Null);
}

#[test]
fn secrets_and_what_may_be_one_are_not_shown() {
    let key = "-----BEGIN PRIVATE KEY-----\\nMIIhunter2\\n-----END PRIVATE KEY-----";
    let sandbox = sandbox()
        .with_variable("OKTA_CLIENT_PRIVATEKEY", key)
        .with_variable("OKTA_M2M_KEY", "hunter2-in-the-wrong-place")
        .with_variable("OKTA_M2M_ADMIN_TOKEN", "00hunter2")
        .with_variable("OKTA_M2M_REDIS_URL", "rediss://u:hunter2@redis.example")
        .with_variable("OKTA_M2M_ORG_URL", "https://u:hunter2@acme.okta.com")
        .with_variable("HTTPS_PROXY", "http://u:hunter2@proxy.example");
    sandbox.write("okta.yaml", &YAML.replace("00yamlSecretToken", "00hunter2"));
    for format in ["text", "json"] {
        for command in ["explain", "check"] {
            let outcome = sandbox.run(&["config", command, "--format", format]);
            assert!(!outcome.stdout.is_empty(), "{outcome}");
            assert!(!outcome.stdout.contains("hunter2"), "{outcome}");
            assert!(!outcome.stderr.contains("hunter2"), "{outcome}");
        }
    }
    let all = sandbox.run(&["config", "explain", "--format", "json"]).json();
    assert_eq!(setting(&all, "key")["masked"], true);
    assert_eq!(setting(&all, "admin_token")["masked"], true);
    assert_eq!(setting(&all, "kid")["value"], Value::Null);
}

#[test]
fn a_foreign_key_id_does_not_go_with_our_key() {
    let (org, sandbox) = ready();
    sandbox
        .write("okta.yaml", "okta:\n  client:\n    kid: of-another-key\n    dpopEnabled: true\n");
    let all = sandbox.run(&["config", "explain", "--format", "json"]).json();
    assert_eq!(setting(&all, "kid")["value"], Value::Null);
    assert_eq!(setting(&all, "kid")["overrides"][0]["standing"], "unrelated");
    assert_eq!(setting(&all, "dpop")["value"], "auto");
    let text = sandbox.run(&["config", "explain"]).stdout();
    assert!(text.contains("left out: it belongs to another key"), "{text}");
    drop(sandbox.run(&["token", "get", "--no-cache"]).stdout());
    drop(org);
}

#[test]
fn sound_settings_have_no_problem() {
    let (org, sandbox) = ready();
    let outcome = sandbox.run(&["config", "check", "--format", "json"]);
    assert_eq!(outcome.json()["problems"], Value::Array(Vec::new()));
    assert_eq!(sandbox.run(&["config", "check"]).stdout(), "no problem found\n");
    drop(org);
}

#[test]
fn all_problems_are_told_at_once() {
    let sandbox = with_config(
        "[default]\norg_ulr = \"x\"\norg_url = \"http://acme.okta.com\"\nclient_id = \"a b\"\n\
         key = \"none.jwk\"\nscope = \"okta.user.read\"\ndpop = \"perhaps\"\n\
         redis_url = \"redis://far.example\"\n[a]\nkdi = \"1\"\n",
    )
    .with_variable("OKTA_M2M_TIMEOUT", "soon")
    .with_variable("OKTA_M2M_AUTH_SERVER", "");
    let outcome = sandbox.run(&["config", "check", "--format", "json"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    let found: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let problems = found["problems"].as_array().unwrap();
    for words in [
        "config.toml:2:1: profile `default` has the unknown key `org_ulr`",
        "config.toml:10:1: profile `a` has the unknown key `kdi`",
        "the org URL is plain `http`",
        "`client_id` of profile `default`",
        "`none.jwk`",
        "`dpop` of profile `default`",
        "no sealing key",
        "`OKTA_M2M_TIMEOUT` is not a number of seconds",
        "`OKTA_M2M_AUTH_SERVER` is set and empty",
    ] {
        let is_told = |it: &Value| it["message"].as_str().unwrap().contains(words);
        assert!(problems.iter().any(is_told), "{words} in {found}");
    }
    assert_eq!(problems.len(), 9, "{found}");
    assert!(found["warnings"][0].as_str().unwrap().contains("did you mean `okta.users.read`?"));
    let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(error["error"]["message"], "the settings have 9 problems");
}

#[test]
fn problems_of_files_alone_are_3() {
    use std::os::unix::fs::PermissionsExt;

    let (org, sandbox) = ready();
    let key = sandbox.path().join("svc.jwk");
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).unwrap();
    let config = sandbox.path().join(".config/okta-m2m/config.toml");
    std::fs::set_permissions(&config, PermissionsExt::from_mode(0o666)).unwrap();
    let outcome = sandbox.run(&["config", "check"]);
    assert_eq!(outcome.code, 3, "{outcome}");
    for words in ["config.toml` can be written by others", "svc.jwk", "chmod 600"] {
        assert!(outcome.stdout.contains(words), "{outcome}");
    }
    drop(org);
}
