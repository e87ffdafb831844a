//! DPoP proofs: the values of RFC 9449, and a foreign judge of what we sign.

use jwk_gen::{Algorithm, PublicJwk};
use jwt_sign::{DpopKey, DpopProof, ProofError};
use jwtk::jwk::Jwk;
use serde_json::{Map, Value};

use crate::{NOW, key, now};

/// The header and the claims of a proof, once its signature is verified by the key in its header.
fn judged(proof: &DpopProof, key: &DpopKey) -> (Value, Map<String, Value>) {
    use base64::Engine as _;
    let jwt = proof.sign(key).unwrap();
    let compact = jwt.expose_compact();
    let header = compact.split('.').next().unwrap();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    let judge = serde_json::from_value::<Jwk>(header["jwk"].clone()).unwrap();
    let judge = judge.to_verification_key().unwrap();
    let verified = jwtk::verify_only::<Map<String, Value>>(compact, &judge).unwrap();
    let mut claims = verified.claims().extra.clone();
    claims.insert("iat".into(), verified.claims().iat.unwrap().as_secs().into());
    claims.insert("jti".into(), verified.claims().jti.clone().unwrap().into());
    (header, claims)
}

/// Section 7.1: the hash of the token in figure 12.
#[test]
fn the_hash_of_the_token_is_that_of_the_standard() {
    let proof = DpopProof::new("GET", "https://resource.example.org/protectedresource", now());
    let proof = proof.unwrap().with_access_token("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
    let (_, claims) = judged(&proof, &DpopKey::generate().unwrap());
    assert_eq!(claims["ath"], "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

/// Section 6.1: the thumbprint of the key in figure 2.
#[test]
fn the_thumbprint_of_the_key_is_that_of_the_standard() {
    let key = r#"{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"}"#;
    let thumbprint = PublicJwk::parse(key).unwrap().thumbprint();
    assert_eq!(thumbprint.as_str(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

/// Section 4.2, and Okta's comparison: the path decoded, without query and fragment.
#[test]
fn a_proof_has_the_members_of_the_standard_and_no_others() {
    let url = "https://acme.okta.com/api/v1/users?limit=1#x";
    for algorithm in Algorithm::OKTA {
        let key = DpopKey::new(key(algorithm)).unwrap();
        let proof = DpopProof::new("PATCH", url, now()).unwrap().with_nonce("n-1");
        let (header, claims) = judged(&proof, &key);
        assert_eq!(
            (&header["typ"], &header["alg"]),
            (&"dpop+jwt".into(), &algorithm.as_str().into())
        );
        assert_eq!(header.as_object().unwrap().len(), 3);
        let public = header["jwk"].as_object().unwrap();
        assert!(
            ["d", "p", "q", "dp", "dq", "qi", "kid", "use"]
                .iter()
                .all(|it| !public.contains_key(*it))
        );
        assert_eq!(claims["htm"], "PATCH");
        assert_eq!(claims["htu"], "https://acme.okta.com/api/v1/users");
        assert_eq!(claims["nonce"], "n-1");
        assert!(claims["iat"].as_u64().is_some_and(|iat| (NOW - 60..=NOW).contains(&iat)));
        assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() >= 22));
        assert!(!claims.contains_key("ath"));
    }
}

#[test]
fn what_is_no_request_has_no_proof() {
    for (method, url, expected) in [
        ("get", "https://acme.okta.com/", ProofError::InvalidMethod),
        ("", "https://acme.okta.com/", ProofError::InvalidMethod),
        ("GET", "/api/v1/users", ProofError::InvalidUrl),
        ("GET", "ftp://acme.okta.com/", ProofError::InvalidUrl),
    ] {
        assert_eq!(DpopProof::new(method, url, now()).unwrap_err(), expected, "{method} {url}");
    }
}
