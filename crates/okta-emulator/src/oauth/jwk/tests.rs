//! Keys that are refused, and thumbprints.

use super::*;

/// RFC 7638 section 3.1.
const RFC_7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

fn rsa() -> Value {
    json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"})
}

/// RFC 7517 appendix A.1.
fn ec() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "kid": "1",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    })
}

fn parse(key: &Value) -> Result<PublicJwk, String> {
    PublicJwk::parse(key.as_object().unwrap())
}

#[test]
fn thumbprint_of_rfc_7638() {
    let key = parse(&rsa()).unwrap();
    assert_eq!(key.thumbprint().unwrap(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

#[test]
fn thumbprint_of_rfc_9449() {
    // Section 4.2 has the key, section 6.1 its thumbprint.
    let key = json!({
        "kty": "EC", "crv": "P-256",
        "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
    });
    let thumbprint = parse(&key).unwrap().thumbprint().unwrap();
    assert_eq!(thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

#[test]
fn signatures_of_rfc_7515() {
    // Appendices A.3 and A.4.
    let es256 = json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let es512 = json!({
        "kty": "EC", "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
    });
    for (key, algorithm, input, signature) in [
        (
            es256,
            SignatureAlgorithm::Es256,
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
        (
            es512,
            SignatureAlgorithm::Es512,
            "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA",
            "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
        ),
    ] {
        let key = parse(&key).unwrap();
        let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert_eq!(key.verify(algorithm, input.as_bytes(), &signature), Ok(()));
        signature[7] ^= 1;
        let spoiled = key.verify(algorithm, input.as_bytes(), &signature);
        assert_eq!(spoiled, Err(VerifyError::BadSignature));
    }
}

#[test]
fn accepts_both_types_and_null_for_absent() {
    assert_eq!(parse(&rsa()).unwrap().alg, Some(SignatureAlgorithm::Rs256));
    let mut key = ec();
    key["use"] = Value::Null;
    key["kid"] = Value::Null;
    key["alg"] = Value::Null;
    let key = parse(&key).unwrap();
    assert_eq!((key.kid, key.key_use, key.alg), (None, None, None));
}

#[test]
fn survives_a_round_trip_through_the_state_file() {
    for key in [rsa(), ec()] {
        let key = parse(&key).unwrap();
        let stored = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<PublicJwk>(&stored).unwrap(), key);
    }
}

#[track_caller]
fn refused(mut key: Value, member: &str, value: Value, reason: &str) {
    if value == json!("remove") {
        key.as_object_mut().unwrap().remove(member);
    } else {
        key[member] = value;
    }
    let error = parse(&key).unwrap_err();
    assert!(error.contains(reason), "{error}");
}

#[test]
fn refuses_private_members_by_name() {
    for member in PRIVATE_MEMBERS {
        refused(rsa(), member, json!("AQAB"), &format!("'{member}'"));
    }
}

#[test]
fn refuses_weak_and_malformed_rsa_keys() {
    let short = URL_SAFE_NO_PAD.encode([0xff; 255]);
    refused(rsa(), "n", json!(short), "less than '2,048' bits");
    refused(rsa(), "n", json!(format!("{RFC_7638_N}=")), "not base64url");
    refused(rsa(), "n", json!(URL_SAFE_NO_PAD.encode([0; 257])), "'n'");
    refused(rsa(), "n", json!("remove"), "missing");
    for exponent in ["AQ", "Ag", "AAEAAQ", ""] {
        refused(rsa(), "e", json!(exponent), "'e'");
    }
    refused(rsa(), "alg", json!("ES256"), "'alg'");
    refused(rsa(), "alg", json!("PS256"), "'alg'");
    refused(rsa(), "use", json!("tls"), "'use'");
    refused(rsa(), "kid", json!(7), "'kid'");
    refused(rsa(), "kty", json!("oct"), "'kty'");
    refused(rsa(), "kty", json!("OKP"), "'kty'");
}

#[test]
fn refuses_malformed_ec_keys() {
    refused(ec(), "crv", json!("remove"), "'crv'");
    refused(ec(), "crv", json!("secp256k1"), "'crv'");
    refused(ec(), "crv", json!("P-384"), "'x'");
    refused(ec(), "x", json!("AA"), "'x'");
    // Not on the curve.
    refused(ec(), "y", json!("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"), "not a valid");
    refused(ec(), "alg", json!("ES384"), "'alg'");
}

#[test]
fn an_algorithm_that_does_not_fit_the_key_is_named_so() {
    let wrong = VerifyError::WrongAlgorithm;
    let rsa = parse(&rsa()).unwrap();
    assert_eq!(rsa.verify(SignatureAlgorithm::Es256, b"", b""), Err(wrong));
    assert_eq!(rsa.verify(SignatureAlgorithm::Rs384, b"", b""), Err(wrong), "alg is RS256");
    let ec = parse(&ec()).unwrap();
    assert_eq!(ec.verify(SignatureAlgorithm::Es384, b"", b""), Err(wrong));
    let zeros = ec.verify(SignatureAlgorithm::Es256, b"", &[0; 64]);
    assert_eq!(zeros, Err(VerifyError::BadSignature), "r = s = 0 (CVE-2022-21449)");
}
