//! The standards' own keys: RFC 7515 appendix A, RFC 7517 appendix A, RFC 7638 section 3.1.

use jwk_gen::{
    Algorithm, Curve, JwkSet, KeyKind, KeyUse, OktaRefusal, ParseKeyError, PrivateJwk, PublicJwk,
    parse_private, parse_public,
};

pub(crate) const RSA: &str = include_str!("../vectors/rfc7515-a2.json");
pub(crate) const P256: &str = include_str!("../vectors/rfc7515-a3.json");
pub(crate) const P521: &str = include_str!("../vectors/rfc7515-a4.json");
const PUBLIC_SET: &str = include_str!("../vectors/rfc7517-a1.json");
const PRIVATE_SET: &str = include_str!("../vectors/rfc7517-a2.json");

/// The public half is what the standard prints, and both halves survive every encoding.
#[track_caller]
fn check(jwk: &str, kind: KeyKind, algorithm: Algorithm) {
    let key = PrivateJwk::parse(jwk).unwrap();
    assert_eq!((key.kind(), key.algorithm()), (kind, algorithm));
    let printed: serde_json::Map<String, serde_json::Value> = serde_json::from_str(jwk).unwrap();
    let public: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&key.public().to_json()).unwrap();
    for member in ["kty", "crv", "x", "y", "n", "e"] {
        assert_eq!(public.get(member), printed.get(member), "{member}");
    }
    assert!(!public.contains_key("d"));
    for again in [
        PrivateJwk::parse(&key.expose_json()).unwrap(),
        PrivateJwk::from_pkcs8_pem(&key.expose_pkcs8_pem()).unwrap(),
        PrivateJwk::from_pkcs8_der(&key.expose_pkcs8_der()).unwrap(),
    ] {
        assert_eq!(*again.expose_json(), *key.expose_json());
    }
    assert_eq!(PublicJwk::from_spki_pem(&key.public().to_spki_pem()).unwrap(), key.public());
}

#[test]
fn rfc_7515_keys() {
    check(RSA, KeyKind::Rsa { modulus_bits: 2048 }, Algorithm::Rs256);
    check(P256, KeyKind::Ec(Curve::P256), Algorithm::Es256);
    check(P521, KeyKind::Ec(Curve::P521), Algorithm::Es512);
}

#[test]
fn rfc_7517_public_set() {
    let set = JwkSet::parse(PUBLIC_SET).unwrap();
    assert_eq!(set.len(), 2);
    let signing = set.find("2011-04-29").unwrap();
    assert_eq!(signing.algorithm(), Some(Algorithm::Rs256));
    assert_eq!(set.find("1").unwrap().key_use(), Some(KeyUse::Encryption));
    assert_eq!(set.find("2"), None);
    assert_eq!(parse_public(PUBLIC_SET).unwrap(), set);
    assert_eq!(JwkSet::parse(&set.to_json()).unwrap(), set);
    assert_eq!(serde_json::from_str::<PublicJwk>(&signing.to_json()).unwrap(), *signing);
}

#[test]
fn rfc_7517_private_set() {
    let chosen = parse_private(PRIVATE_SET, Some("2011-04-29")).unwrap();
    assert_eq!(chosen.kid().unwrap().as_str(), "2011-04-29");
    let refusal = |kid| parse_private(PRIVATE_SET, kid).unwrap_err();
    assert_eq!(refusal(None), ParseKeyError::KeyIdRequired { count: 2 });
    assert_eq!(refusal(Some("2")), ParseKeyError::KeyIdNotFound { kid: "2".into() });
    assert_eq!(refusal(Some("1")), ParseKeyError::Okta(OktaRefusal::Use));
    assert!(matches!(parse_public(PRIVATE_SET), Err(ParseKeyError::PrivateKey { evidence: "d" })));
}

#[test]
fn rfc_7638_thumbprint() {
    let set = JwkSet::parse(PUBLIC_SET).unwrap();
    let thumbprint = set.find("2011-04-29").unwrap().thumbprint();
    assert_eq!(thumbprint.as_str(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

#[test]
fn the_thumbprint_sees_neither_order_nor_escapes_nor_labels() {
    let expected = PrivateJwk::parse(P256).unwrap().thumbprint();
    let (x, y) = (
        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    );
    for jwk in [
        format!(r#"{{"y":"{y}","x":"{x}","crv":"P-256","kty":"EC"}}"#),
        format!(r#"{{"\u006bty":"\u0045C","crv":"P-256","x":"{x}","y":"{y}"}}"#),
        format!(
            r#"{{"kid":"k","use":"sig","alg":"ES256","x5u":"http://[::1]/","other":[{{"a":1}}],
            "kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#
        ),
    ] {
        assert_eq!(PublicJwk::parse(&jwk).unwrap().thumbprint(), expected);
    }
}

#[test]
fn factors_are_recovered_from_the_exponents() {
    let whole = PrivateJwk::parse(RSA).unwrap();
    let mut object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(RSA).unwrap();
    for member in ["p", "q", "dp", "dq", "qi"] {
        object.remove(member);
    }
    let recovered = PrivateJwk::parse(&serde_json::to_string(&object).unwrap()).unwrap();
    assert_eq!(recovered.thumbprint(), whole.thumbprint());
    assert!(recovered.expose_json().contains("\"qi\""));
    let again = PrivateJwk::parse(&recovered.expose_json()).unwrap();
    assert_eq!(*again.expose_json(), *recovered.expose_json());
}
