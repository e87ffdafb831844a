//! `key serve`: the page of keys as a command.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use tests::{Sandbox, Served, get, get_trusting, post_json_as, send};

use crate::sandbox;

const LOOPBACK: [&str; 4] = ["key", "serve", "--listen", "127.0.0.1:0"];

/// A key in `NAME.jwk` with its public set in `NAME.jwks`.
fn key(sandbox: &Sandbox, name: &str, kid: &str) -> Value {
    let (private, public) = (format!("{name}.jwk"), format!("{name}.jwks"));
    let flags = ["--alg", "ES256", "--kid", kid, "-o", &private, "--public-out", &public];
    sandbox.run(&[&["key", "generate"], &flags[..]].concat()).json()
}

fn serve(sandbox: &Sandbox, more: &[&str]) -> Served {
    let page = Served::start(sandbox, &[&LOOPBACK, more].concat());
    assert!(page.remark().contains("keeps none"));
    page
}

#[test]
fn it_prints_where_the_page_is_and_ends_by_a_signal() {
    let sandbox = sandbox();
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let page = serve(&sandbox, &[]);
        assert!(page.line().starts_with("http://127.0.0.1:"), "{}", page.line());
        assert!(get(page.line()).body.contains("Make a key"));
        assert_eq!(get(&format!("{}jwks.json", page.line())).status, 404);
        let outcome = page.end_by(signal);
        assert_eq!((outcome.code, &*outcome.stdout, &*outcome.stderr), (code, "", ""));
    }
    let page = Served::start(&sandbox, &[&LOOPBACK[..], &["--format", "json"]].concat());
    let printed: Value = serde_json::from_str(page.line()).unwrap();
    assert_eq!(get(printed["url"].as_str().unwrap()).status, 200);
}

fn wanted() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "size": null,
        "kid": "none", "certificate": false,
    })
}

#[test]
fn w_03_a_script_without_the_header_of_the_page_gets_no_key() {
    let sandbox = sandbox();
    let page = serve(&sandbox, &[]);
    let keys = format!("{}keys", page.line());
    assert_eq!(send("POST", &keys, None, Some(&wanted())).status, 403);
    assert_eq!(send("GET", &keys, None, None).status, 405);
}

#[test]
fn w_04_nothing_about_a_key_is_written_anywhere() {
    let sandbox = sandbox();
    let page = Served::start(&sandbox, &[&LOOPBACK[..], &["-v"]].concat());
    let keys = format!("{}keys", page.line());
    let answer = post_json_as(("x-okta-m2m-key-page", "1"), &keys, &wanted());
    assert!(answer.body.contains("PRIVATE KEY"), "{}", answer.body);
    let outcome = page.end_by("TERM");
    assert_eq!(outcome.stdout, "");
    assert_eq!(outcome.stderr, "makes keys and keeps none; interrupt to stop");
    assert_eq!(sandbox.files(), Vec::<String>::new());
}

#[test]
fn w_08_an_address_for_others_needs_tls_and_a_name() {
    let sandbox = sandbox();
    let listen = |address: &str, more: &[&str]| {
        sandbox.run(&[&["key", "serve", "--listen", address], more].concat())
    };
    for address in ["0.0.0.0:0", "[::]:8484", "10.0.0.1:0"] {
        let host = ["--host", "keys.acme.example"];
        listen(address, &host).refused(2, &["reached from other machines", "--tls-cert FILE"]);
    }
    write_certificate(&sandbox, "keys.acme.example");
    let tls = ["--tls-cert", "tls.pem", "--tls-key", "tls.key"];
    listen("0.0.0.0:0", &tls).refused(2, &["a host name is needed", "--host NAME"]);
    listen("127.0.0.1:0", &tls[..2]).refused(2, &["--tls-key"]);
    listen("127.0.0.1:0", &["--host", "https://keys"]).refused(2, &["neither `NAME` nor"]);
    listen("localhost:0", &[]).refused(2, &["--listen"]);
}

/// A certificate and its key, as `tls.pem` and `tls.key`.
fn write_certificate(sandbox: &Sandbox, name: &str) {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
    sandbox.write("tls.pem", &certificate.pem());
    sandbox.write("tls.key", &key.serialize_pem());
}

#[test]
fn a_given_certificate_serves_the_page_by_https() {
    let sandbox = sandbox();
    write_certificate(&sandbox, "localhost");
    let flags = ["--listen", "0.0.0.0:0", "--host", "localhost"];
    let tls = ["--tls-cert", "tls.pem", "--tls-key", "tls.key"];
    let page = Served::start(&sandbox, &[&["key", "serve"], &flags[..], &tls].concat());
    assert!(page.line().starts_with("https://localhost:"), "{}", page.line());
    let answer = get_trusting(&sandbox.read("tls.pem"), page.line());
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("Make a key"), "{}", answer.body);
}

#[test]
fn a_certificate_or_a_key_that_cannot_serve_is_refused() {
    let sandbox = sandbox();
    write_certificate(&sandbox, "localhost");
    let serve = |certificate: &str, key: &str| {
        let flags = ["--tls-cert", certificate, "--tls-key", key];
        sandbox.run(&[&LOOPBACK[..], &flags].concat())
    };
    drop(key(&sandbox, "other", "none"));
    serve("tls.pem", "other.jwk").refused(3, &["cannot be used"]);
    serve("tls.key", "tls.key").refused(3, &["no certificate"]);
    serve("absent", "tls.key").refused(3, &["`absent` cannot be read"]);
    serve("tls.pem", "absent").refused(3, &["`absent`"]);
    let path = sandbox.path().join("tls.key");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    serve("tls.pem", "tls.key").refused(3, &["open to others", "chmod 600"]);
}

#[test]
fn published_files_are_one_set_and_are_read_again() {
    let sandbox = sandbox();
    let (first, second) = (key(&sandbox, "first", "=a"), key(&sandbox, "second", "=b"));
    let page = serve(&sandbox, &["--publish", "first.jwks", "second.jwks"]);
    let url = format!("{}jwks.json", page.line());
    let published = || get(&url).json()["keys"].as_array().unwrap().clone();
    let (first, second) = (first["keys"][0].clone(), second["keys"][0].clone());
    assert_eq!(published(), [first.clone(), second.clone()]);
    assert_eq!(get(&url).content_type, "application/jwk-set+json");
    let third = key(&sandbox, "third", "=c")["keys"][0].clone();
    sandbox.write("second.jwks", &sandbox.read("third.jwks"));
    assert_eq!(published(), [first.clone(), third.clone()]);
    sandbox.write("second.jwks", &sandbox.read("second.jwk"));
    assert_eq!(published(), [first, third]);
    let remark = page.remark();
    assert!(
        remark.contains("still serving the last good keys") && remark.contains("private key"),
        "{remark}"
    );
    assert!(!remark.contains(second["x"].as_str().unwrap()));
}

#[test]
fn private_keys_and_keys_that_make_no_set_are_not_published() {
    let sandbox = sandbox();
    drop(key(&sandbox, "first", "=a"));
    drop(key(&sandbox, "second", "=a"));
    let publish = |files: &[&str]| sandbox.run(&[&LOOPBACK[..], &["--publish"], files].concat());
    publish(&["first.jwk"]).refused(3, &["first.jwk", "private key", "okta-m2m key public FILE"]);
    publish(&["first.jwks", "second.jwk"]).refused(3, &["second.jwk", "private key"]);
    publish(&["first.jwks", "second.jwks"]).refused(3, &["have the `kid` `a`"]);
    publish(&["first.jwks", "absent"]).refused(3, &["`absent`"]);
    publish(&[]).refused(2, &["--publish"]);
    sandbox.write("empty", r#"{"keys": []}"#);
    publish(&["empty"]).refused(3, &["empty"]);
}

#[test]
fn a_published_key_that_okta_refuses_is_said() {
    let sandbox = sandbox();
    let flags = [
        "--for",
        "any",
        "--alg",
        "EdDSA",
        "--kid",
        "=ed",
        "-o",
        "ed.jwk",
        "--public-out",
        "ed.jwks",
    ];
    drop(sandbox.run(&[&["key", "generate"], &flags[..]].concat()).stdout());
    let page = Served::start(&sandbox, &[&LOOPBACK[..], &["--publish", "ed.jwks"]].concat());
    let remark = page.remark();
    assert!(remark.contains("warning: key `ed`: Okta takes no key of kind"), "{remark}");
    assert_eq!(get(&format!("{}jwks.json", page.line())).json()["keys"][0]["kid"], "ed");
}

#[test]
fn an_address_that_is_taken_is_said() {
    let sandbox = sandbox();
    let page = serve(&sandbox, &[]);
    let address = page.line().trim_start_matches("http://").trim_end_matches('/');
    let again = sandbox.run(&["key", "serve", "--listen", address]);
    again.refused(3, &["cannot listen on", address]);
}
