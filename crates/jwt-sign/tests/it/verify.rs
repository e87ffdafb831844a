//! Assertions that others have signed, and what is made of them without the right key.

use jwk_gen::{Algorithm, JwkSet, KeyId, KeyUse, PrivateJwk, PublicJwk};
use jwt_sign::{
    ClientAssertion, ClientId, Expectations, LocalSigner, RefusalReason, Verification, verify,
};
use jwtk::HeaderAndClaims;
use jwtk::jwk::Jwk;
use jwtk::rsa::RsaAlgorithm;
use serde_json::json;

use crate::known_answers::{A2, A3, P256, RSA};
use crate::{ENDPOINT, NOW, key, now};

fn expected() -> Expectations<'static> {
    Expectations { now: now(), audience: Some(ENDPOINT), client_id: Some("0oa1") }
}

fn set(keys: &[PublicJwk]) -> JwkSet {
    JwkSet::new(keys.to_vec()).unwrap()
}

fn verified(jwt: &str, keys: &[PublicJwk]) -> Verification {
    verify(jwt, &set(keys), &expected()).unwrap()
}

fn reasons(verification: &Verification) -> Vec<RefusalReason> {
    verification.inspection.refusals.iter().map(|it| it.reason).collect()
}

/// An assertion of ours, by a key that is called `kid`.
fn signed(key: &PrivateJwk, kid: &str) -> String {
    let signer = LocalSigner::new(key).unwrap().with_key_id(KeyId::new(kid).unwrap());
    let assertion = ClientAssertion::new(&ClientId::new("0oa1").unwrap(), ENDPOINT, now()).unwrap();
    assertion.sign(&signer).unwrap().expose_compact().to_owned()
}

fn called(key: &PrivateJwk, kid: &str) -> PublicJwk {
    key.public().with_kid(Some(KeyId::new(kid).unwrap()))
}

/// RFC 7515 appendices A.2 and A.3: the signatures are right, whatever Okta would say to the claims.
#[test]
fn the_standards_examples_are_signed_by_their_keys() {
    for (jwk, compact) in [(RSA, A2), (P256, A3)] {
        let key = PrivateJwk::parse(jwk).unwrap().public();
        let found = verified(compact, std::slice::from_ref(&key));
        assert_eq!(found.signed_by, Some(key.thumbprint()));
        assert!(!found.is_accepted());
        assert!(reasons(&found).contains(&RefusalReason::ExpiredToken), "{:?}", reasons(&found));
        assert!(!reasons(&found).contains(&RefusalReason::InvalidSignature));
    }
}

/// Signed by a library that is not josekit.
#[test]
fn assertions_of_a_foreign_library_are_taken() {
    for algorithm in Algorithm::OKTA {
        let key = key(algorithm);
        let foreign: Jwk = serde_json::from_str(&key.expose_json()).unwrap();
        let rsa = match algorithm {
            Algorithm::Rs384 => RsaAlgorithm::RS384,
            Algorithm::Rs512 => RsaAlgorithm::RS512,
            _ => RsaAlgorithm::RS256,
        };
        let signing = foreign.to_signing_key(rsa).unwrap();
        let claims = json!({"iss": "0oa1", "sub": "0oa1", "aud": ENDPOINT, "iat": NOW, "exp": NOW + 300, "jti": "j"});
        let mut claims = HeaderAndClaims::with_claims(claims);
        claims.set_kid("k");
        let jwt = jwtk::sign(&mut claims, &signing).unwrap();
        let found = verified(&jwt, &[called(&key, "k")]);
        assert!(found.is_accepted(), "{algorithm}: {:?}", found.inspection.refusals);
        assert_eq!(found.signed_by, Some(key.thumbprint()));
    }
}

#[test]
fn the_key_is_the_one_that_the_assertion_names() {
    let (one, other) = (key(Algorithm::Es256), key(Algorithm::Es256));
    let jwt = signed(&one, "one");
    let keys = [called(&other, "other"), called(&one, "one")];
    assert!(verified(&jwt, &keys).is_accepted());
    // The right key under another name is not looked for, and the wrong one under this name does not do.
    let renamed = verified(&jwt, &[called(&one, "else")]);
    assert_eq!(reasons(&renamed), [RefusalReason::InvalidKid]);
    assert_eq!(renamed.inspection.refusals[0].detail, "no key goes by `one`, only `else`");
    let wrong = verified(&jwt, &[called(&other, "one")]);
    assert_eq!((reasons(&wrong), wrong.signed_by), (vec![RefusalReason::InvalidSignature], None));
    // A key without a name goes by its thumbprint.
    let nameless = one.public().with_kid(None);
    let by_thumbprint = signed(&one, one.thumbprint().as_str());
    assert!(verified(&by_thumbprint, &[nameless]).is_accepted());
}

#[test]
fn a_changed_assertion_is_refused() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es384] {
        let key = key(algorithm);
        let jwt = signed(&key, "k");
        let parts: Vec<_> = jwt.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else { panic!("{jwt}") };
        let other = signed(&key, "k");
        let other_claims = other.split('.').nth(1).unwrap();
        let exchanged = format!("{header}.{other_claims}.{signature}");
        let empty = format!("{header}.{claims}.");
        for changed in [exchanged, empty] {
            let found = verified(&changed, &[called(&key, "k")]);
            assert_eq!(reasons(&found), [RefusalReason::InvalidSignature], "{algorithm}");
            assert_eq!(found.signed_by, None);
        }
    }
}

/// What the header says about the algorithm does not choose how the key is used (RFC 8725 section 3.1).
#[test]
fn an_algorithm_that_is_not_the_keys_is_refused() {
    let rsa = key(Algorithm::Rs256);
    let jwt = signed(&rsa.clone().with_algorithm(Algorithm::Rs512).unwrap(), "k");
    let found = verified(&jwt, &[called(&rsa, "k")]);
    assert_eq!(reasons(&found), [RefusalReason::InvalidSignatureAlgorithm]);
    let jwt = signed(&key(Algorithm::Es256), "k");
    let found = verified(&jwt, &[called(&rsa, "k")]);
    assert_eq!(reasons(&found), [RefusalReason::InvalidSignatureAlgorithm]);
    let mut json: serde_json::Value = serde_json::from_str(&called(&rsa, "k").to_json()).unwrap();
    json["use"] = json!("enc");
    json.as_object_mut().unwrap().remove("alg");
    json.as_object_mut().unwrap().remove("key_ops");
    let for_encryption = PublicJwk::parse(&json.to_string()).unwrap();
    assert_eq!(for_encryption.key_use(), Some(KeyUse::Encryption));
    let found = verified(&signed(&rsa, "k"), &[for_encryption]);
    assert_eq!(reasons(&found), [RefusalReason::InvalidSignatureAlgorithm]);
}
