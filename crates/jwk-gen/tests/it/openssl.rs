//! OpenSSL's program reads what we write, and writes what we read.

use std::io::Write;
use std::process::{Command, Stdio};

use jwk_gen::{Algorithm, KeySpec, PrivateJwk, PublicJwk, generate, parse_private};

/// Runs `openssl` on an input and returns its standard output.
#[track_caller]
pub(crate) fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut program = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program `openssl` must be installed and in PATH: it judges our encodings");
    program.stdin.take().unwrap().write_all(input).unwrap();
    let output = program.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {complaint}");
    output.stdout
}

#[track_caller]
pub(crate) fn openssl_text(arguments: &[&str], input: &str) -> String {
    String::from_utf8(openssl(arguments, input.as_bytes())).unwrap()
}

#[test]
fn openssl_accepts_our_keys() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::Es512] {
        let key = generate(KeySpec::new(algorithm, None).unwrap()).unwrap();
        let pem = key.expose_pkcs8_pem();
        let verdict = openssl_text(&["pkey", "-check", "-noout"], &pem);
        assert!(verdict.contains("is valid"), "{algorithm}: {verdict}");
        let public = openssl_text(&["pkey", "-pubout"], &pem);
        assert_eq!(public, key.public().to_spki_pem(), "{algorithm}");
        let der = openssl(&["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"], pem.as_bytes());
        assert_eq!(PrivateJwk::from_pkcs8_der(&der).unwrap().thumbprint(), key.thumbprint());
        assert_eq!(openssl_text(&["pkey", "-pubin"], &public), public);
    }
}

#[test]
fn openssl_finds_our_rsa_factors_prime() {
    for bits in [2048, 3072, 4096] {
        let key = generate(KeySpec::new(Algorithm::Rs256, Some(bits)).unwrap()).unwrap();
        let verdict = openssl_text(&["rsa", "-check", "-noout"], &key.expose_pkcs8_pem());
        assert_eq!(verdict, "RSA key ok\n", "{bits}");
    }
}

#[test]
fn we_accept_openssls_keys() {
    let options: [&[&str]; 6] = [
        &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
        &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2050"],
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    ];
    for option in options {
        let pem = openssl_text(&[&["genpkey"], option].concat(), "");
        let key = PrivateJwk::from_pkcs8_pem(&pem).unwrap();
        assert_eq!(*key.expose_pkcs8_pem(), pem, "{option:?}");
        let public = openssl_text(&["pkey", "-pubout"], &pem);
        assert_eq!(PublicJwk::from_spki_pem(&public).unwrap(), key.public());
    }
}

#[test]
fn we_accept_traditional_rsa_keys() {
    let pem = openssl_text(&["genrsa", "-traditional", "2048"], "");
    assert!(pem.starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    let key = PrivateJwk::from_pkcs8_pem(&pem).unwrap();
    assert_eq!(openssl_text(&["pkey", "-pubout"], &pem), key.public().to_spki_pem());
}

#[test]
fn keys_of_other_kinds_are_named() {
    let refused = |option: &[&str]| {
        let pem = openssl_text(&[&["genpkey"], option].concat(), "");
        let error = parse_private(&pem, None).expect_err("accepted");
        format!(
            "{error} {}",
            std::error::Error::source(&error).map_or(String::new(), ToString::to_string)
        )
    };
    let curve = |name: &str| {
        let name = format!("ec_paramgen_curve:{name}");
        refused(&["-algorithm", "EC", "-pkeyopt", &name])
    };
    assert!(refused(&["-algorithm", "ED25519"]).contains("`OKP Ed25519`"));
    assert!(refused(&["-algorithm", "X25519"]).contains("`OKP X25519`"));
    assert!(refused(&["-algorithm", "ED448"]).contains("`Ed448`"));
    assert!(refused(&["-algorithm", "RSA-PSS"]).contains("Okta takes no `PS256`"));
    assert!(curve("secp256k1").contains("Okta takes no key of kind `EC secp256k1`"));
    for name in ["secp224r1", "brainpoolP256r1"] {
        assert!(curve(name).contains("curve is not supported"), "{name}");
    }
    let explicit = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let explicit = [&explicit[..], &["-pkeyopt", "ec_param_enc:explicit"]].concat();
    assert!(refused(&explicit).contains("by name"));
    let weak = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"];
    assert!(refused(&weak).contains("1024 bits is refused"));
    let primes = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_primes:3"];
    assert!(refused(&primes).contains("more than two primes"));
}

#[test]
fn an_encrypted_key_is_named() {
    let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    let encrypt = ["pkcs8", "-topk8", "-passout", "pass:secret"];
    let pem = openssl_text(&encrypt, &key.expose_pkcs8_pem());
    let refusal = PrivateJwk::from_pkcs8_pem(&pem).unwrap_err();
    assert_eq!(refusal, jwk_gen::ParsePemError::Encrypted);
}
