//! What Okta's SDKs and Terraform keep, as settings of ours.

use std::fs;

use okta_emulator::Emulator;
use tests::Sandbox;

use crate::{PROGRAM, ready};

/// A service that is ready, and a sandbox that knows nothing of it but its key file `svc.jwk`.
fn forgotten() -> (Emulator, Sandbox, String) {
    let (org, sandbox) = ready();
    let config = sandbox.path().join(".config/okta-m2m/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let id = text.lines().find_map(|line| line.strip_prefix("client_id = ")).unwrap();
    let id = id.trim_matches('"').to_owned();
    fs::remove_file(config).unwrap();
    let sandbox =
        sandbox.without_variable("OKTA_M2M_ORG_URL").without_variable("OKTA_M2M_ADMIN_TOKEN");
    (org, sandbox, id)
}

fn pem(sandbox: &Sandbox) -> String {
    sandbox.run(&["key", "convert", "svc.jwk", "--to", "pkcs8", "-o", "-"]).stdout()
}

fn kid(sandbox: &Sandbox) -> String {
    sandbox.run(&["key", "thumbprint", "svc.jwk"]).stdout().trim_end().to_owned()
}

#[track_caller]
fn check_token(sandbox: &Sandbox, client_id: &str) {
    let token = sandbox.run(&["token", "get", "--no-cache", "--format", "json"]).json();
    assert_eq!(token["client_id"], client_id);
    assert_eq!(token["scope"], "okta.users.read");
}

#[test]
fn a_file_of_the_sdks_is_enough_whatever_the_form_of_the_key() {
    let (org, sandbox, id) = forgotten();
    let (pem, kid) = (pem(&sandbox), kid(&sandbox));
    let jwk = sandbox.read("svc.jwk").replace('\n', " ");
    let block: String = pem.lines().map(|line| format!("      {line}\n")).collect();
    for key in [
        format!("privateKey: |\n{block}    kid: {kid}\n"),
        format!("privateKey: '{}'\n    keyId: {kid}\n", pem.trim_end().replace('\n', "\\n")),
        format!("privateKey: \"{}\"\n    privateKeyId: {kid}\n", pem.replace('\n', "\\n")),
        format!("privateKey: '{}'\n", jwk.trim_end()),
        format!("jwk: {}\n", jwk.trim_end()),
        "privateKey: svc.jwk\n".to_owned(),
        "privateKey: ~/svc.jwk\n".to_owned(),
    ] {
        let url = org.org_url();
        let text = format!(
            "okta:\n  client:\n    orgUrl: {url}/\n    clientId: {id}\n    scopes:\n    - okta.users.read\n\
             \x20   authorizationMode: PrivateKey\n    {key}"
        );
        sandbox.write("okta.yaml", &text);
        check_token(&sandbox, &id);
    }
    fs::create_dir(sandbox.path().join(".okta")).unwrap();
    fs::rename(sandbox.path().join("okta.yaml"), sandbox.path().join(".okta/okta.yaml")).unwrap();
    check_token(&sandbox, &id);
}

#[test]
fn the_file_here_wins_over_the_one_at_home_key_by_key() {
    let (org, sandbox, id) = forgotten();
    fs::create_dir(sandbox.path().join(".okta")).unwrap();
    let home = format!(
        "okta:\n  client:\n    orgUrl: {}\n    clientId: wrong\n    privateKey: svc.jwk\n    scopes: okta.users.read\n",
        org.org_url()
    );
    sandbox.write(".okta/okta.yaml", &home);
    sandbox.write("okta.yaml", &format!("okta:\n  client:\n    clientId: {id}\n"));
    check_token(&sandbox, &id);
}

#[test]
fn a_secret_in_a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let (org, sandbox, id) = forgotten();
    let client =
        format!("    orgUrl: {}\n    clientId: {id}\n    scopes: okta.users.read\n", org.org_url());
    let jwk = sandbox.read("svc.jwk").replace('\n', " ");
    sandbox.write(
        "okta.yaml",
        &format!("okta:\n  client:\n{client}    privateKey: '{}'\n", jwk.trim_end()),
    );
    let path = sandbox.path().join("okta.yaml");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    sandbox.run(&["token", "get"]).refused(3, &["holds a secret (`privateKey`)", "chmod 600"]);
    fs::set_permissions(&path, PermissionsExt::from_mode(0o666)).unwrap();
    sandbox.run(&["token", "get"]).refused(3, &["can be written by others"]);
    sandbox.write("okta.yaml", &format!("okta:\n  client:\n{client}    privateKey: svc.jwk\n"));
    fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    check_token(&sandbox, &id);
}

#[test]
fn terraforms_variables_are_enough() {
    let (org, sandbox, id) = forgotten();
    let pem = pem(&sandbox);
    let kid = kid(&sandbox);
    let sandbox = sandbox
        .with_variable("OKTA_M2M_ORG_URL", org.org_url())
        .with_variable("OKTA_API_CLIENT_ID", &id)
        .with_variable("OKTA_API_SCOPES", "okta.users.read")
        .with_variable("OKTA_API_PRIVATE_KEY_ID", &kid)
        .with_variable("OKTA_API_PRIVATE_KEY", &pem);
    check_token(&sandbox, &id);
    let sandbox = sandbox
        .without_variable("OKTA_API_PRIVATE_KEY")
        .with_variable("OKTA_API_PRIVATE_KEY", "svc.jwk");
    check_token(&sandbox, &id);
}

#[test]
fn the_api_token_of_the_sdks_file_administers_its_org_and_no_other() {
    let (org, sandbox, id) = forgotten();
    let file = |url: &str| {
        format!("okta:\n  client:\n    orgUrl: {url}\n    token: {}\n", org.admin_token())
    };
    sandbox.write("okta.yaml", &file(org.org_url()));
    let list = sandbox.run(&["client", "list"]).stdout();
    assert!(list.contains(&id), "{list}");
    sandbox.write("okta.yaml", &file("https://other.okta.com"));
    sandbox
        .run(&["client", "list", "--org-url", org.org_url()])
        .refused(2, &["no credential to administer the org is set"]);
}

/// A complete profile needs nothing of others: their files are not even opened.
#[test]
fn files_of_the_sdks_do_not_matter_to_a_complete_profile() {
    let (org, sandbox) = ready();
    sandbox.write("okta.yaml", "this: [is, no\n\tyaml");
    drop(sandbox.run(&["token", "get"]).stdout());
    drop(sandbox.run(&["token", "get", "--no-cache"]).stdout());
    drop(sandbox.run(&["api", "GET", "/api/v1/users"]).stdout());
    let trace = sandbox.path().join("trace");
    let wrapper = ["strace", "-f", "-e", "trace=openat,open", "-o", trace.to_str().unwrap()];
    if !tests::is_skipped("strace") {
        drop(sandbox.run_under(&wrapper, &["token", "get"]).stdout());
        let calls = fs::read_to_string(&trace).unwrap();
        assert!(calls.contains("config.toml") && !calls.contains("okta.yaml"), "{calls}");
    }
    sandbox.run(&["token", "get", "--profile", "none"]).refused(2, &["no profile `none`"]);
    fs::remove_dir_all(sandbox.path().join(".config")).unwrap();
    sandbox.run(&["token", "get"]).refused(2, &["okta.yaml:"]);
    drop(org);
}

#[test]
fn a_time_limit_and_a_proxy_of_the_sdks_go_with_their_org() {
    let sandbox = Sandbox::new(PROGRAM);
    let text = "okta:\n  client:\n    orgUrl: https://acme.okta.com\n    clientId: a\n    token: 00x\n\
                \x20   requestTimeout: 1\n    proxy:\n      host: 127.0.0.1\n      port: 1\n";
    sandbox.write("okta.yaml", text);
    sandbox.run(&["client", "list"]).refused(7, &["Connection refused"]);
    sandbox.write("okta.yaml", &text.replace("requestTimeout: 1", "requestTimeout: soon"));
    sandbox
        .run(&["client", "list"])
        .refused(2, &["`requestTimeout` in okta.yaml:6 is not a number"]);
}
