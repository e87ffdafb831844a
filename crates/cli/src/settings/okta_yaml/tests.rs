//! Files of settings, whole and broken.

use std::os::unix::fs::PermissionsExt;

use super::*;

fn read_with(text: &str, mode: u32) -> Result<Option<OktaYaml>, CliError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("okta.yaml");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    OktaYaml::read(&path)
}

fn read(text: &str) -> OktaYaml {
    read_with(text, 0o600).unwrap().unwrap()
}

#[track_caller]
fn check(text: &str, key: &str, expected: Option<(&str, usize)>) {
    let file = read(text);
    let found = file.get(key);
    assert_eq!(found.as_ref().map(|(text, line)| (&**text, *line)), expected, "{text}");
}

#[track_caller]
fn check_refused(text: &str, message: &str) {
    let error = read_with(text, 0o600).unwrap_err();
    assert_eq!(error.class().code(), 2);
    assert!(error.message().contains(message), "{}", error.message());
}

#[test]
fn values_stand_below_okta_client() {
    let text =
        "# mine\nokta:\n  client:\n    orgUrl: https://acme.okta.com\n    clientId: '0oa1'\n";
    check(text, "orgUrl", Some(("https://acme.okta.com", 4)));
    check(text, "clientId", Some(("0oa1", 5)));
    check(text, "token", None);
    check("okta: {client: {kid: 7, proxy: {host: p, port: 80}}}", "proxy.port", Some(("80", 1)));
    check("---\nokta:\n  testing:\n    kid: x\n", "kid", None);
    check("other: 1\n", "orgUrl", None);
    check("", "orgUrl", None);
    check("~\n", "orgUrl", None);
}

#[test]
fn scopes_are_a_list_or_a_text() {
    let scopes = Some(("okta.users.read okta.apps.read", 3));
    check(
        "okta:\n  client:\n    scopes:\n      - okta.users.read\n      - okta.apps.read\n",
        "scopes",
        scopes,
    );
    check("okta:\n  client:\n    scopes: [okta.users.read, okta.apps.read]\n", "scopes", scopes);
    check("okta:\n  client:\n    scopes: okta.users.read okta.apps.read\n", "scopes", scopes);
}

#[test]
fn a_key_is_a_block_a_line_or_a_mapping() {
    let block = "okta:\n  client:\n    privateKey: |\n      -----BEGIN X-----\n      abc\n";
    check(block, "privateKey", Some(("-----BEGIN X-----\nabc\n", 3)));
    let real = "okta:\n  client:\n    privateKey: \"-----BEGIN X-----\\nabc\\n\"\n";
    check(real, "privateKey", Some(("-----BEGIN X-----\nabc\n", 3)));
    let literal = "okta:\n  client:\n    privateKey: '-----BEGIN X-----\\nabc'\n";
    check(literal, "privateKey", Some(("-----BEGIN X-----\\nabc", 3)));
    let jwk = "okta:\n  client:\n    jwk:\n      kty: EC\n      crv: P-256\n";
    check(jwk, "jwk", Some((r#"{"crv":"P-256","kty":"EC"}"#, 4)));
}

#[test]
fn nothing_is_as_none() {
    for value in ["", "''", "~", "null", "\"\"", "[]"] {
        check(&format!("okta:\n  client:\n    token: {value}\n"), "token", None);
    }
    check("okta:\n  client:\n    token: 'null'\n", "token", Some(("null", 3)));
}

#[test]
fn what_is_no_file_of_settings_is_refused_with_its_place() {
    check_refused(
        "okta:\n  client:\n    kid: a\n    kid: b\n",
        "okta.yaml:4:5: a key that was there",
    );
    check_refused("okta:\n  client: &x\n    kid: a\n", "okta.yaml:2:11: anchors and aliases");
    check_refused("okta: &x a\nb: *x\n", "okta.yaml:1:");
    check_refused("- a\n", "okta.yaml:1:1: not a mapping");
    check_refused("okta:\n\tclient: x\n", "okta.yaml:2:");
    check_refused("okta: [a, [b]]\n", "a list of something other than texts");
    check_refused("? [a]\n: b\n", "a key that is no plain text");
    check_refused("okta: {", "okta.yaml:");
    check_refused(&format!("a: {}1{}", "{b: ".repeat(10_000), "}".repeat(10_000)), "too deeply");
    check_refused(&format!("a: {}", "[".repeat(10_000)), "okta.yaml:1:");
    let bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n";
    check_refused(bomb, "anchors and aliases");
}

#[test]
fn a_file_that_others_can_write_is_refused_and_its_secrets_are_its_owners() {
    let text = "okta:\n  client:\n    token: 00secret\n";
    let error = read_with(text, 0o622).unwrap_err();
    assert_eq!(error.class().code(), 3);
    assert!(error.message().contains("can be written by others"), "{}", error.message());
    let file = read_with(text, 0o644).unwrap().unwrap();
    let error = file.require_private("token").unwrap_err();
    assert_eq!(error.class().code(), 3);
    assert!(error.hint().unwrap().starts_with("chmod 600 "));
    assert!(!error.message().contains("00secret"));
    assert!(read(text).require_private("token").is_ok());
    assert!(!format!("{:?}", read(text)).contains("00secret"));
}

#[test]
fn keys_that_nobody_reads_name_the_nearest_one() {
    let file = read(
        "okta:\n  client:\n    clientID: x\n    proxy: {host: p}\n    authorizationMode: Magic\n",
    );
    let warnings = file.warnings();
    assert_eq!(warnings.len(), 2);
    assert!(warnings[0].ends_with(":3: unknown key `clientID`; the nearest is `clientId`"));
    assert!(
        warnings[1].contains(":5: `authorizationMode` is none of SSWS, Bearer"),
        "{warnings:?}"
    );
}
