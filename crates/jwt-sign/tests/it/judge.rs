//! A JOSE library that shares no signing code with us verifies every algorithm.

use jwk_gen::{Algorithm, KeyId, PrivateJwk};
use jwt_sign::{ClientAssertion, ClientId, LocalSigner, Signer};
use jwtk::HeaderAndClaims;
use jwtk::jwk::Jwk;
use serde_json::{Map, Value};

use crate::{ENDPOINT, key, now};

fn verify(jwt: &str, key: &PrivateJwk) -> jwtk::Result<HeaderAndClaims<Map<String, Value>>> {
    let judge = serde_json::from_str::<Jwk>(&key.public().to_json())?.to_verification_key()?;
    jwtk::verify_only(jwt, &judge)
}

#[track_caller]
fn check(key: &PrivateJwk) {
    let signer = LocalSigner::new(key).unwrap();
    let client_id = ClientId::new("0oa1").unwrap();
    let assertion = ClientAssertion::new(&client_id, ENDPOINT, now()).unwrap();
    for _ in 0..20 {
        let jwt = assertion.sign(&signer).unwrap();
        let verified = verify(jwt.expose_compact(), key).unwrap();
        assert_eq!(verified.header().alg.as_ref(), key.algorithm().as_str());
        assert_eq!(verified.claims().iss.as_deref(), Some("0oa1"));
    }
}

#[test]
fn all_six_algorithms_verify() {
    for algorithm in Algorithm::OKTA {
        check(&key(algorithm));
    }
}

#[test]
fn one_rsa_key_signs_with_each_of_its_algorithms() {
    let rsa = key(Algorithm::Rs256);
    for algorithm in [Algorithm::Rs384, Algorithm::Rs512] {
        check(&rsa.clone().with_algorithm(algorithm).unwrap());
    }
}

#[test]
fn a_key_signs_with_no_algorithm_of_another_kind() {
    for algorithm in Algorithm::OKTA {
        let key = key(algorithm);
        let others = Algorithm::OKTA.into_iter().filter(|it| it.curve() != algorithm.curve());
        for other in others {
            let mismatch = key.clone().with_algorithm(other).unwrap_err();
            assert_eq!((mismatch.algorithm, mismatch.key), (other, key.kind()));
        }
    }
}

#[test]
fn another_key_does_not_verify() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let signer = LocalSigner::new(&key(algorithm)).unwrap();
        let client_id = ClientId::new("0oa1").unwrap();
        let assertion = ClientAssertion::new(&client_id, ENDPOINT, now()).unwrap();
        let jwt = assertion.sign(&signer).unwrap();
        assert!(verify(jwt.expose_compact(), &key(algorithm)).is_err());
    }
}

#[test]
fn the_kid_is_the_keys_own_or_its_thumbprint_or_another() {
    let named = key(Algorithm::Es256);
    let kid = KeyId::new("2026-11").unwrap();
    let renamed = named.clone().with_kid(Some(kid.clone()));
    assert_eq!(LocalSigner::new(&renamed).unwrap().key_id(), &kid);
    let unnamed = LocalSigner::new(&named.clone().with_kid(None)).unwrap();
    assert_eq!(unnamed.key_id().as_str(), named.thumbprint().as_str());
    assert_eq!(unnamed.thumbprint(), &named.thumbprint());
    assert_eq!(unnamed.with_key_id(kid.clone()).key_id(), &kid);
}
