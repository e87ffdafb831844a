//! Keys from one format to another, and what is said on the way.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;
use tests::{Sandbox, is_skipped};

use crate::sandbox;

/// A sandbox with `k`, a private JWK of this algorithm.
fn with_key(alg: &str) -> Sandbox {
    let sandbox = sandbox();
    drop(sandbox.run(&["key", "generate", "--for", "any", "--alg", alg, "-o", "k"]).stdout());
    sandbox
}

fn openssl(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = Command::new("openssl").args(arguments).current_dir(sandbox.path()).output();
    let output =
        output.expect("`openssl` starts; install it, for example by `apt-get install openssl`");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_form_is_a_new_private_file_that_reads_again() {
    for (alg, form) in [
        ("RS256", "pkcs8"),
        ("RS256", "pkcs1"),
        ("RS256", "der"),
        ("ES384", "sec1"),
        ("ES256K", "jwks"),
        ("EdDSA", "pkcs8"),
    ] {
        let sandbox = with_key(alg);
        let convert = ["key", "convert", "k", "--for", "any", "--to", form];
        drop(sandbox.run(&[&convert[..], &["-o", "out"]].concat()).stdout());
        let mode = std::fs::metadata(sandbox.path().join("out")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let thumbprint = |file| sandbox.run(&["key", "thumbprint", file, "--for", "any"]).stdout();
        assert_eq!(thumbprint("out"), thumbprint("k"), "{alg} {form}");
        sandbox.run(&[&convert[..], &["-o", "out"]].concat()).refused(3, &["not overwritten"]);
    }
}

#[test]
fn forms_that_do_not_fit_the_key_are_usage() {
    let sandbox = with_key("ES256");
    for (form, words) in [
        ("pkcs1", "PKCS#1 has no place for a key of kind `EC P-256`"),
        ("text", "invalid value 'text'"),
    ] {
        sandbox.run(&["key", "convert", "k", "--to", form]).refused(2, &[words]);
    }
    sandbox.write("public", &sandbox.run(&["key", "public", "k"]).stdout());
    sandbox.run(&["key", "convert", "public", "--to", "pkcs8"]).refused(2, &["public key"]);
    let shared = with_key("HS256");
    for command in [&["key", "public", "k"][..], &["key", "convert", "k", "--to", "pkcs8"]] {
        shared.run(&[command, &["--for", "any"]].concat()).refused(2, &["shared key"]);
    }
}

#[test]
fn a_passphrase_locks_and_opens() {
    if is_skipped("openssl") {
        return;
    }
    let sandbox = with_key("RS256");
    sandbox.write("pass", "correct horse\n");
    let lock = ["key", "convert", "k", "--to", "pkcs8", "--new-passphrase-file", "pass"];
    drop(sandbox.run(&[&lock[..], &["-o", "locked"]].concat()).stdout());
    let opened = openssl(&sandbox, &["pkey", "-in", "locked", "-passin", "file:pass"]);
    assert_eq!(opened, sandbox.run(&["key", "convert", "k", "--to", "pkcs8"]).stdout());

    let show = ["key", "show", "locked"];
    sandbox.run(&show).refused(3, &["encrypted", "--key-passphrase-file FILE"]);
    sandbox.write("wrong", "incorrect");
    sandbox
        .run(&[&show[..], &["--key-passphrase-file", "wrong"]].concat())
        .refused(3, &["the passphrase does not open the key"]);
    let shown = sandbox.run(&[&show[..], &["--key-passphrase-file", "pass"]].concat()).stdout();
    assert!(shown.starts_with("private RSA 2048 key\n"), "{shown}");

    let create =
        ["assertion", "create", "--org-url", "https://acme.okta.com", "--client-id", "0oa1"];
    let create = [&create[..], &["--key", "locked"]].concat();
    sandbox.run(&create).refused(3, &["encrypted"]);
    let flag = ["--key-passphrase-file", "pass"];
    assert!(sandbox.run(&[&create[..], &flag].concat()).stdout().starts_with("eyJ"));
    let variable = sandbox.with_variable("OKTA_M2M_KEY_PASSPHRASE_FILE", "pass");
    assert!(variable.run(&create).stdout().starts_with("eyJ"));
}

#[test]
fn an_encrypted_key_is_made_without_a_plain_one_on_disk() {
    if is_skipped("openssl") {
        return;
    }
    let sandbox = sandbox();
    sandbox.write("pass", "hunter2");
    let generate = ["key", "generate", "--alg", "ES256", "--to", "pkcs8", "-o", "locked"];
    let flags = ["--new-passphrase-file", "pass"];
    let set = sandbox.run(&[&generate[..], &flags].concat()).json();
    assert_eq!(sandbox.files(), ["locked", "pass"]);
    let public = openssl(&sandbox, &["pkey", "-in", "locked", "-passin", "file:pass", "-pubout"]);
    sandbox.write("public", &public);
    let thumbprint = sandbox.run(&["key", "thumbprint", "public"]).stdout();
    assert_eq!(Some(thumbprint.trim_end()), set["keys"][0]["kid"].as_str());
}

#[test]
fn repairs_are_named_for_those_who_ask() {
    let sandbox = with_key("ES256");
    let pem = sandbox.run(&["key", "convert", "k", "--to", "pkcs8"]).stdout();
    sandbox.write("crlf", &format!("my key\r\n{}", pem.replace('\n', "\r\n")));
    let outcome = sandbox.run(&["-v", "key", "show", "crlf"]);
    for words in ["CR LF", "text around the PEM block"] {
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    }
    assert_eq!(sandbox.run(&["key", "show", "crlf"]).stderr, "");

    let escaped = pem.replace('\n', "\\n");
    sandbox.write("escaped", &escaped);
    sandbox.run(&["key", "show", "escaped"]).refused(3, &[r"`\n`", "printf '%b'"]);
    let thumbprint = sandbox.run(&["key", "thumbprint", "k"]).stdout();
    assert_eq!(sandbox.run_with_input(&["key", "thumbprint", "-"], &escaped).stdout(), thumbprint);
    let flags = ["--org-url", "https://acme.okta.com", "--client-id", "0oa1"];
    let create = [&["assertion", "create"][..], &flags].concat();
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &pem);
    for value in [&escaped, &format!("'{}'", pem.replace('\n', " ")), &base64] {
        let sandbox = sandbox_with_variable(value);
        assert!(sandbox.run(&create).stdout().starts_with("eyJ"), "{value}");
    }
}

fn sandbox_with_variable(key: &str) -> Sandbox {
    sandbox().with_variable("OKTA_CLIENT_PRIVATEKEY", key)
}

#[test]
fn several_keys_have_numbered_files_and_one_public_set() {
    let sandbox = sandbox();
    let generate = ["key", "generate", "--alg", "ES256", "--count", "3"];
    let set = sandbox.run(&[&generate[..], &["-o", "svc.jwk"]].concat()).json();
    assert_eq!(sandbox.files(), ["svc-1.jwk", "svc-2.jwk", "svc-3.jwk"]);
    for (index, file) in sandbox.files().iter().enumerate() {
        let thumbprint = sandbox.run(&["key", "thumbprint", file]).stdout();
        assert_eq!(Some(thumbprint.trim_end()), set["keys"][index]["kid"].as_str());
    }
    sandbox.run(&[&generate[..], &["-o", "svc.jwk"]].concat()).refused(3, &["`svc-1.jwk` exists"]);

    let private: Value = sandbox.run(&[&generate[..], &["-o", "-"]].concat()).json();
    let keys = private["keys"].as_array().unwrap();
    assert!(keys.len() == 3 && keys.iter().all(|key| key["d"].is_string()));
    sandbox.write("set", &private.to_string());
    let kid = keys[1]["kid"].as_str().unwrap();
    let chosen = sandbox.run(&["key", "thumbprint", "set", "--kid", kid]).stdout();
    assert_eq!(chosen.trim_end(), kid);
    sandbox.run(&["key", "convert", "set", "--to", "pkcs8"]).refused(2, &["3 keys", "--kid KID"]);
}

#[test]
fn openssl_reads_the_certificate_of_a_key() {
    if is_skipped("openssl") {
        return;
    }
    let sandbox = with_key("ES256");
    let convert = ["key", "convert", "k", "--to", "certificate", "--subject", "svc", "-o", "c"];
    drop(sandbox.run(&convert).stdout());
    let key = openssl(&sandbox, &["x509", "-in", "c", "-noout", "-pubkey"]);
    assert_eq!(key, sandbox.run(&["key", "public", "k", "--format", "pem"]).stdout());
    assert_eq!(
        openssl(&sandbox, &["x509", "-in", "c", "-noout", "-subject"]),
        "subject=CN = svc\n"
    );
    sandbox.run(&["key", "show", "c"]).refused(3, &["certificate", "openssl x509"]);
    let agreement = with_key("ECDH-ES");
    drop(agreement.run(&["key", "public", "k", "--for", "any"]).stdout());
}

#[test]
fn a_key_in_the_place_of_its_file_is_not_repeated_however_it_is_wrapped() {
    let sandbox = with_key("ES256");
    let base64 =
        |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let der = std::fs::read(sandbox.path().join("k")).unwrap();
    let key = jwk_gen::parse_private(std::str::from_utf8(&der).unwrap(), None).unwrap();
    // The shortest: PKCS#8 without the public half, which is optional (RFC 5915 section 3).
    let scalar = &key.expose_pkcs8_der()[36..68];
    let short = [&SHORT_PKCS8[..], scalar].concat();
    let quoted = format!("'{}'", base64(&key.expose_pkcs8_der()));
    let spaced = base64(&key.expose_pkcs8_der()).replace('A', "A ");
    for text in [base64(&short), quoted, spaced] {
        let flags = ["--org-url", "https://acme.okta.com", "--client-id", "0oa1"];
        let create = [&["assertion", "create"][..], &flags].concat();
        let outcome = sandbox.run(&[&create[..], &["--key", &text]].concat());
        assert!(!outcome.stderr.contains(&text[4..24]), "{outcome}");
        outcome.refused(2, &["`--key` holds a key where the name of a key file is expected"]);
        assert!(sandbox_with_variable(&text).run(&create).stdout().starts_with("eyJ"));
    }
}

/// `PrivateKeyInfo` of P-256 up to the scalar.
const SHORT_PKCS8: [u8; 35] = [
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01,
    0x01, 0x04, 0x20,
];

#[test]
fn a_passphrase_file_is_as_private_as_a_key_file() {
    let sandbox = with_key("ES256");
    sandbox.write("open", "x");
    let path = sandbox.path().join("open");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let convert = ["key", "convert", "k", "--to", "pkcs8", "--new-passphrase-file"];
    for (file, words) in [("open", "chmod 600"), ("/dev/zero", "a device")] {
        sandbox.run(&[&convert[..], &[file]].concat()).refused(3, &[words]);
    }
}

/// The org would know the key by one name, and assertions would call it by another.
#[test]
fn a_key_id_that_the_form_has_no_place_for_is_told() {
    let sandbox = sandbox();
    let generate = ["key", "generate", "--alg", "ES256", "--kid", "=mine", "-o"];
    let made = sandbox.run(&[&generate[..], &["k.pem", "--to", "pkcs8"]].concat());
    assert!(made.stderr.contains("note: this form has no place for the key id `mine`"), "{made}");
    drop(sandbox.run(&[&generate[..], &["k.jwk"]].concat()).stdout());
    for form in ["sec1", "spki", "der"] {
        let converted = sandbox.run(&["key", "convert", "k.jwk", "--to", form, "-o", form]);
        assert!(converted.stderr.contains("the key id `mine`"), "{form}: {converted}");
    }
    // A JWK holds it, and a thumbprint is found again.
    let quiet = |arguments: &[&str]| {
        let outcome = sandbox.run(arguments);
        assert!(outcome.code == 0 && !outcome.stderr.contains("no place"), "{outcome}");
    };
    quiet(&["key", "convert", "k.jwk", "--to", "jwks", "-o", "k.jwks"]);
    quiet(&["key", "generate", "--alg", "ES256", "--to", "pkcs8", "-o", "usual.pem"]);
}
