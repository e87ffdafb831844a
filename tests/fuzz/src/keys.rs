//! Keys in every form that is read.

use jwk_gen::{JwkSet, KeyReader, PrivateJwk, PublicJwk, parse_public};
use serde_json::Value;

use crate::{assert_clean, text};

/// A private key in any form: PEM, JWK, JWK Set, DER.
pub(crate) fn pem_any(bytes: &[u8]) -> bool {
    match KeyReader::new().private(bytes) {
        Ok(read) => {
            let again = PrivateJwk::parse(&read.key.expose_json()).expect("its own JSON");
            assert_eq!(again.thumbprint(), read.key.thumbprint());
            true
        }
        Err(error) => {
            assert_clean(&error.to_string());
            false
        }
    }
}

/// A private key in DER: PKCS #8, PKCS #1 and SEC 1.
pub(crate) fn der(bytes: &[u8]) -> bool {
    // The reader of files tells the three apart; this one takes nothing but PKCS #8.
    let strict = PrivateJwk::from_pkcs8_der(bytes).ok();
    let read = KeyReader::new().private(bytes).ok();
    if let Some(key) = &strict {
        let again = PrivateJwk::from_pkcs8_der(&key.expose_pkcs8_der()).expect("its own DER");
        assert_eq!(again.thumbprint(), key.thumbprint());
    }
    strict.is_some() || read.is_some()
}

/// One JWK, public or private.
pub(crate) fn jwk(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let public = PublicJwk::parse(text).ok();
    if let Some(key) = &public {
        let json = serde_json::to_string(key).expect("a public key has a JSON form");
        let again = PublicJwk::parse(&json).expect("its own JSON");
        assert_eq!(again.thumbprint(), key.thumbprint());
        assert!(serde_json::from_str::<Value>(&json).expect("JSON").get("d").is_none());
    }
    let private = PrivateJwk::parse(text).ok();
    if let Some(key) = &private {
        let json = serde_json::to_string(&key.public()).expect("a public key has a JSON form");
        assert!(serde_json::from_str::<Value>(&json).expect("JSON").get("d").is_none());
    }
    public.is_some() || private.is_some()
}

/// A JWK Set. What the strict reader takes, a tolerant one takes too and sees the same keys: a member that is there twice
/// would be read as two different things.
pub(crate) fn jwks(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    drop(parse_public(text));
    let Ok(set) = JwkSet::parse(text) else { return false };
    let value: Value = serde_json::from_str(text).expect("what is taken is JSON");
    let members = value.get("keys").and_then(Value::as_array).expect("an array of keys");
    assert!(set.keys().len() <= members.len(), "{text}");
    for key in set.keys() {
        let json = serde_json::to_value(key).expect("a public key has a JSON form");
        // Members of another type of key mean nothing in this one.
        let names = match json["kty"].as_str() {
            Some("RSA") => &["kty", "n", "e"][..],
            Some("EC") => &["kty", "crv", "x", "y"],
            _ => &["kty", "crv", "x"],
        };
        let is_same =
            |member: &Value| names.iter().all(|name| json.get(*name) == member.get(*name));
        assert!(members.iter().any(is_same), "{text}");
        assert!(json.get("d").is_none(), "{text}");
    }
    true
}
