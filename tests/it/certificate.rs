//! Self-signed certificates, as the program `openssl` sees them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, UNIX_EPOCH};

use jwk_gen::{Algorithm, KeySpec, generate};
use jwt_sign::self_signed_certificate;
use tests::is_skipped;

const SIGNS: &str = "Digital Signature";

fn openssl(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("openssl");
    let output = command.args(arguments).current_dir(folder).output();
    output.expect("`openssl` starts; install it, for example by `apt-get install openssl`")
}

#[test]
fn openssl_takes_a_certificate_and_finds_what_it_says() {
    if is_skipped("openssl") {
        return;
    }
    let begin = UNIX_EPOCH + Duration::from_secs(1_798_761_600);
    let end = begin + Duration::from_secs(365 * 24 * 60 * 60);
    for (algorithm, signature, usage) in [
        (Algorithm::Rs256, "sha256WithRSAEncryption", SIGNS),
        (Algorithm::Rs384, "sha384WithRSAEncryption", SIGNS),
        (Algorithm::Rs512, "sha512WithRSAEncryption", SIGNS),
        (Algorithm::Es256, "ecdsa-with-SHA256", SIGNS),
        (Algorithm::Es384, "ecdsa-with-SHA384", SIGNS),
        (Algorithm::Es512, "ecdsa-with-SHA512", SIGNS),
        (Algorithm::Ps384, "sha384WithRSAEncryption", SIGNS),
        (Algorithm::Es256k, "ecdsa-with-SHA256", SIGNS),
        (Algorithm::EdDsa, "ED25519", SIGNS),
        (Algorithm::RsaOaep256, "sha256WithRSAEncryption", "Key Encipherment"),
        (Algorithm::EcdhEsA256kw, "ecdsa-with-SHA256", "Key Agreement"),
    ] {
        let key = generate(KeySpec::new(algorithm, None).unwrap()).unwrap();
        let certificate = self_signed_certificate(&key, "Dienst für Zürich", begin, end).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("c.pem"), certificate.to_pem()).unwrap();
        fs::write(folder.path().join("c.der"), certificate.to_der()).unwrap();
        let run = |arguments: &[&str]| {
            let output = openssl(folder.path(), arguments);
            assert!(output.status.success(), "{algorithm}: {output:?}");
            String::from_utf8(output.stdout).unwrap()
        };

        // The whole of 2027, whatever the date of today.
        let at = ["-attime", "1800000000"];
        let strict = ["-x509_strict", "-check_ss_sig", "-CAfile", "c.pem", "c.pem"];
        assert_eq!(run(&[&["verify"][..], &at, &strict].concat()), "c.pem: OK\n");
        let public = run(&["x509", "-in", "c.pem", "-noout", "-pubkey"]);
        assert_eq!(public, key.public().to_spki_pem());
        let text = run(&["x509", "-in", "c.der", "-noout", "-text", "-nameopt", "utf8"]);
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        for line in [
            "Version: 3 (0x2)",
            "Issuer: CN=Dienst für Zürich",
            "Subject: CN=Dienst für Zürich",
            "Not Before: Jan  1 00:00:00 2027 GMT",
            "Not After : Jan  1 00:00:00 2028 GMT",
            "X509v3 Basic Constraints: critical",
            "CA:FALSE",
            "X509v3 Key Usage: critical",
            usage,
            "X509v3 Subject Key Identifier:",
        ] {
            assert!(lines.contains(&line), "{algorithm}: `{line}` is not in\n{text}");
        }
        let signed = format!("Signature Algorithm: {signature}");
        assert_eq!(lines.iter().filter(|line| **line == signed).count(), 2, "{text}");
    }
}
