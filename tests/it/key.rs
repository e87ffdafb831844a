//! Keys on the command line.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;
use tests::{Outcome, is_skipped};

use crate::sandbox;

const ALGORITHMS: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

#[test]
fn generate_writes_the_private_key_and_prints_the_public_set() {
    for alg in ALGORITHMS {
        let sandbox = sandbox();
        let set = sandbox.run(&["key", "generate", "--alg", alg, "-o", "svc.jwk"]).json();
        let private: Value = serde_json::from_str(&sandbox.read("svc.jwk")).unwrap();
        let public = &set["keys"][0];
        assert_eq!((&public["alg"], &public["use"]), (&Value::from(alg), &Value::from("sig")));
        assert_eq!(public["kid"], private["kid"]);
        assert!(public.get("d").is_none() && private["d"].is_string());
        let mode = fs::metadata(sandbox.path().join("svc.jwk")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let thumbprint = sandbox.run(&["key", "thumbprint", "svc.jwk"]).stdout();
        assert_eq!(thumbprint.trim_end(), private["kid"].as_str().unwrap());
        assert_eq!(sandbox.run(&["key", "public", "svc.jwk"]).json(), set);
        assert_eq!(sandbox.run(&["key", "public", "svc.jwk", "--format", "jwk"]).json(), *public);
    }
}

#[test]
fn openssl_reads_the_public_pem() {
    if is_skipped("openssl") {
        return;
    }
    for alg in ["RS256", "ES256", "ES384", "ES512"] {
        let sandbox = sandbox();
        drop(sandbox.run(&["key", "generate", "--alg", alg, "-o", "k"]).stdout());
        let pem = sandbox.run(&["key", "public", "k", "--format", "pem"]).stdout();
        sandbox.write("k.pem", &pem);
        let again = Command::new("openssl")
            .args(["pkey", "-pubin", "-in", "k.pem", "-pubout"])
            .current_dir(sandbox.path())
            .output()
            .expect("`openssl` starts; install it, for example by `apt-get install openssl`");
        assert_eq!(String::from_utf8_lossy(&again.stdout), pem, "{alg}");
    }
}

#[test]
fn a_minus_prints_the_private_key_and_nothing_else() {
    let sandbox = sandbox();
    let key = sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "-"]).json();
    assert!(key["d"].is_string());
    assert_eq!(sandbox.files(), Vec::<String>::new());
}

#[test]
fn k_03_an_existing_file_is_not_overwritten() {
    for content in ["mine", ""] {
        let sandbox = sandbox();
        sandbox.write("svc.jwk", content);
        sandbox
            .run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"])
            .refused(3, &["`svc.jwk` exists and is not overwritten"]);
        assert_eq!(sandbox.read("svc.jwk"), content);
        assert_eq!(sandbox.files(), ["svc.jwk"]);
    }
}

#[test]
fn a_refused_public_file_leaves_no_private_one_behind() {
    let sandbox = sandbox();
    sandbox.write("taken", "");
    sandbox
        .run(&["key", "generate", "--alg", "ES256", "-o", "k", "--public-out", "taken"])
        .refused(3, &["`taken` exists"]);
    assert_eq!(sandbox.files(), ["taken"]);
}

#[test]
fn wrong_combinations_are_usage() {
    let refused = |arguments: &[&str], words: &[&str]| {
        let sandbox = sandbox();
        sandbox.run(arguments).refused(2, words);
        assert_eq!(sandbox.files(), Vec::<String>::new());
    };
    refused(&["key", "generate", "--alg", "ES256", "--size", "2048"], &["its curve decides"]);
    refused(&["key", "generate", "--size", "1024"], &["1024 bits"]);
    refused(&["key", "generate", "--for", "any", "--size", "1024"], &["1024 bits"]);
    refused(&["key", "generate", "--alg", "PS256"], &["Okta takes no `PS256`", "`--for any`"]);
    refused(&["key", "generate", "--alg", "EdDSA"], &["Okta takes no", "`--for any`"]);
    refused(&["key", "generate", "--use", "enc", "--kty", "RSA"], &["`enc`", "`--for any`"]);
    refused(&["key", "generate", "--for", "any", "--crv", "Ed448"], &["Ed448", "pure Rust"]);
    refused(&["key", "generate", "--for", "any", "--alg", "RSA1_5"], &["oracle"]);
    refused(&["key", "generate", "--count", "2", "--kid", "date"], &["share one `kid`"]);
    refused(&["key", "generate", "--to", "spki"], &["lose the private key"]);
    refused(&["key", "generate", "--encrypt"], &["only PKCS#8 can be encrypted"]);
    refused(&["key", "generate", "--alg", "none"], &["none"]);
    refused(&["key", "generate", "--kid", "x"], &["`thumbprint`", "`=TEXT`"]);
}

#[test]
fn the_kid_is_as_asked_for() {
    let kid = |kid: &str| {
        let sandbox = sandbox();
        let set = sandbox.run(&["key", "generate", "--alg", "ES256", "--kid", kid]).json();
        assert_eq!(sandbox.files(), ["key.jwk"]);
        set["keys"][0].get("kid").cloned()
    };
    assert_eq!(kid("=2026-11"), Some(Value::from("2026-11")));
    assert_eq!(kid("none"), None);
}

#[test]
fn show_tells_what_a_file_holds_and_no_secret() {
    let sandbox = sandbox();
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "k"]).stdout());
    let secret: Value = serde_json::from_str(&sandbox.read("k")).unwrap();
    let text = sandbox.run(&["key", "show", "k"]).stdout();
    assert!(text.starts_with("private EC P-256 key\n"), "{text}");
    assert!(!text.contains(secret["d"].as_str().unwrap()));
    let json = sandbox.run(&["key", "show", "k", "--format", "json"]).json();
    assert_eq!((&json["private"], &json["alg"]), (&Value::from(true), &Value::from("ES256")));
    assert_eq!(json["kid"], json["thumbprint"]);
}

#[test]
fn s_01_a_key_that_others_can_read_is_not_used() {
    let sandbox = sandbox();
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "k"]).stdout());
    let path = sandbox.path().join("k");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = |outcome: Outcome| outcome.refused(3, &["chmod 600"]);
    refused(sandbox.run(&["key", "show", "k"]));
    refused(sandbox.run(&[
        "assertion",
        "create",
        "--org-url",
        "https://acme.okta.com",
        "--client-id",
        "0oa1",
        "--key",
        "k",
    ]));
}

#[test]
fn files_that_hold_no_key_are_class_3() {
    let sandbox = sandbox();
    for (content, words) in [
        ("", "empty"),
        ("{", "JWK"),
        ("hello", "neither a JWK nor PEM"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate"),
    ] {
        sandbox.write("k", content);
        sandbox.run(&["key", "thumbprint", "k"]).refused(3, &[words]);
    }
    sandbox.run(&["key", "thumbprint", "missing"]).refused(3, &["missing"]);
}

#[test]
fn a_minus_is_stdin() {
    let sandbox = sandbox();
    let set = sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "k"]).stdout();
    let private = sandbox.read("k");
    for input in [&set, &private] {
        assert_eq!(sandbox.run_with_input(&["key", "public", "-"], input).stdout(), set);
    }
    let create = [
        "assertion",
        "create",
        "--org-url",
        "https://acme.okta.com",
        "--client-id",
        "0oa1",
        "--key",
        "-",
    ];
    assert!(sandbox.run_with_input(&create, &private).stdout().starts_with("eyJ"));
    sandbox
        .run(&["key", "generate", "-o", "n", "--public-out", "-"])
        .refused(2, &["`--public-out -`"]);
    sandbox
        .run(&["key", "generate", "-o", "n", "--public-out", "n"])
        .refused(2, &["the same file"]);
    assert_eq!(sandbox.files(), ["k"]);
}

/// One thumbprint in 64 begins with a dash.
#[test]
fn a_key_id_may_begin_with_a_dash() {
    let sandbox = sandbox();
    sandbox.run(&["key", "generate", "--alg", "ES256", "--kid", "=-dash", "-o", "a.jwk"]).stdout();
    let shown = sandbox.run(&["key", "show", "a.jwk", "--kid", "-dash", "--format", "json"]).json();
    assert_eq!(shown["kid"], "-dash");
    let (org, sandbox) = crate::ready();
    let absent = sandbox.run(&["client-key", "activate", "--kid", "-dash"]);
    assert!(absent.stderr.contains("`-dash`"), "{absent}");
    drop(org);
}
