//! Project Wycheproof's vectors (T1-05, T1-06): signatures that were made to be taken by mistake.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wycheproof::{TestResult, ecdsa, rsa_pkcs1_verify};

use super::PublicJwk;
use crate::oauth::algorithm::SignatureAlgorithm;

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn parse(jwk: &Value) -> Result<PublicJwk, String> {
    PublicJwk::parse(jwk.as_object().unwrap())
}

/// Whether the signature is taken, and whether it should be.
#[track_caller]
fn check(what: &str, expected: TestResult, is_taken: bool) {
    match expected {
        TestResult::Valid => assert!(is_taken, "{what} is valid"),
        TestResult::Invalid => assert!(!is_taken, "{what} is invalid"),
        TestResult::Acceptable => {}
    }
}

#[test]
fn ecdsa_signatures() {
    for (name, algorithm, curve, size) in [
        (ecdsa::TestName::EcdsaSecp256r1Sha256P1363, SignatureAlgorithm::Es256, "P-256", 32),
        (ecdsa::TestName::EcdsaSecp384r1Sha384P1363, SignatureAlgorithm::Es384, "P-384", 48),
        (ecdsa::TestName::EcdsaSecp521r1Sha512P1363, SignatureAlgorithm::Es512, "P-521", 66),
    ] {
        let mut checked = 0;
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            // 4, x, y (SEC 1 section 2.3.3).
            let (x, y) = group.key.key[1..].split_at(size);
            let key = parse(&json!({ "kty": "EC", "crv": curve, "x": encode(x), "y": encode(y) }));
            let key = key.unwrap();
            for test in group.tests {
                let is_taken = key.verify(algorithm, &test.msg, &test.sig).is_ok();
                check(&format!("{curve} {}: {}", test.tc_id, test.comment), test.result, is_taken);
                checked += 1;
            }
        }
        assert!(checked > 200, "{curve}: {checked}");
    }
}

#[test]
fn rsa_signatures() {
    use rsa_pkcs1_verify::TestName::{Rsa2048Sha256, Rsa2048Sha512, Rsa3072Sha384, Rsa4096Sha256};
    for (name, algorithm) in [
        (Rsa2048Sha256, SignatureAlgorithm::Rs256),
        (Rsa4096Sha256, SignatureAlgorithm::Rs256),
        (Rsa3072Sha384, SignatureAlgorithm::Rs384),
        (Rsa2048Sha512, SignatureAlgorithm::Rs512),
    ] {
        let mut checked = 0;
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let without_zeros = |number: &[u8]| {
                encode(&number[number.iter().take_while(|byte| **byte == 0).count()..])
            };
            let (n, e) = (without_zeros(&group.key.n), without_zeros(&group.key.e));
            let key = parse(&json!({ "kty": "RSA", "n": n, "e": e })).unwrap();
            for test in group.tests {
                let is_taken = key.verify(algorithm, &test.msg, &test.sig).is_ok();
                check(&format!("{name:?} {}: {}", test.tc_id, test.comment), test.result, is_taken);
                checked += 1;
            }
        }
        assert!(checked > 200, "{name:?}: {checked}");
    }
}
