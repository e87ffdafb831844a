//! What an assertion says, octet by octet.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwk_gen::{Algorithm, KeyId};
use jwt_sign::{AssertionError, ClientAssertion, ClientId, LocalSigner, SignedJwt};

use crate::{ENDPOINT, NOW, key, now};

fn client_id() -> ClientId {
    ClientId::new("0oa1b2c3").unwrap()
}

/// Header and claims as text.
fn texts(jwt: &SignedJwt) -> [String; 2] {
    let parts = jwt.expose_compact().split('.').collect::<Vec<_>>();
    assert_eq!(parts.len(), 3);
    [parts[0], parts[1]].map(|it| String::from_utf8(URL_SAFE_NO_PAD.decode(it).unwrap()).unwrap())
}

#[test]
fn header_and_claims_are_exact() {
    let kid = KeyId::new("a \"quoted\" kid").unwrap();
    let signer = LocalSigner::new(&key(Algorithm::Es384)).unwrap().with_key_id(kid);
    let assertion = ClientAssertion::new(&client_id(), ENDPOINT, now()).unwrap();
    let [header, claims] = texts(&assertion.sign(&signer).unwrap());
    assert_eq!(header, r#"{"alg":"ES384","kid":"a \"quoted\" kid","typ":"JWT"}"#);
    let jti = assertion.jwt_id().as_str();
    let (iat, exp) = (NOW - 30, NOW + 270);
    assert_eq!(
        claims,
        format!(
            r#"{{"iss":"0oa1b2c3","sub":"0oa1b2c3","aud":"{ENDPOINT}","iat":{iat},"exp":{exp},"jti":"{jti}"}}"#
        )
    );
    assert_eq!(assertion.expires_at(), 1_800_000_270);
}

#[test]
fn each_assertion_has_its_own_jti_and_each_signature_repeats_it() {
    let signer = LocalSigner::new(&key(Algorithm::Es256)).unwrap();
    let first = ClientAssertion::new(&client_id(), ENDPOINT, now()).unwrap();
    let second = ClientAssertion::new(&client_id(), ENDPOINT, now()).unwrap();
    assert_ne!(first.jwt_id(), second.jwt_id());
    assert_eq!(texts(&first.sign(&signer).unwrap()), texts(&first.sign(&signer).unwrap()));
}

#[test]
fn lifetimes() {
    let with = |lifetime| {
        let assertion = ClientAssertion::new(&client_id(), ENDPOINT, now()).unwrap();
        assertion.with_lifetime(lifetime).map(|it| it.expires_at() - NOW as i64)
    };
    assert_eq!(with(Duration::from_secs(1)), Ok(1));
    assert_eq!(with(Duration::from_millis(1999)), Ok(1));
    assert_eq!(with(Duration::from_secs(3600)), Ok(3600));
    let too_long = Err(AssertionError::LifetimeTooLong { limit: Duration::from_secs(3600) });
    assert_eq!(with(Duration::from_millis(3_600_001)), too_long);
    assert_eq!(with(Duration::MAX), too_long);
    assert_eq!(with(Duration::from_millis(999)), Err(AssertionError::LifetimeTooShort));
    assert_eq!(with(Duration::ZERO), Err(AssertionError::LifetimeTooShort));
}

#[test]
fn times_and_audiences_that_make_no_assertion() {
    let at = |now: SystemTime| ClientAssertion::new(&client_id(), ENDPOINT, now).map(|_| ());
    let out = Err(AssertionError::ClockOutOfRange);
    assert_eq!(at(UNIX_EPOCH), out);
    assert_eq!(at(UNIX_EPOCH - Duration::from_secs(1)), out);
    assert_eq!(at(UNIX_EPOCH + Duration::from_secs(253_402_300_800)), out);
    assert_eq!(at(UNIX_EPOCH + Duration::from_secs(i64::MAX as u64)), out);
    assert_eq!(at(UNIX_EPOCH + Duration::from_secs(30)), Ok(()));
    for audience in ["", " ", "https://a b", "https://a\n", "https://é"] {
        let refusal = ClientAssertion::new(&client_id(), audience, now()).unwrap_err();
        assert_eq!(refusal, AssertionError::InvalidAudience, "{audience:?}");
    }
}
