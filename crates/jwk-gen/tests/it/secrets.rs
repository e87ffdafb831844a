//! Nothing secret appears where it was not asked for.

use jwk_gen::{PrivateJwk, parse_private};

use crate::known_answers::{P256, P521, RSA};

/// The values of the private members, as a JWK writes them and as octets in decimal and hex.
fn marks(jwk: &str) -> Vec<String> {
    use base64::Engine;
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(jwk).unwrap();
    let private = ["d", "p", "q", "dp", "dq", "qi"];
    let values = private.iter().filter_map(|it| object.get(*it)?.as_str().map(str::to_owned));
    let mut marks = Vec::new();
    for value in values {
        let octets = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&value).unwrap();
        let decimal = format!("{:?}", &octets[..8]);
        marks.push(decimal.trim_matches(['[', ']']).to_owned());
        marks.push(octets[..8].iter().map(|it| format!("{it:02x}")).collect());
        marks.push(value[..12].to_owned());
    }
    marks
}

#[track_caller]
fn check(shown: &str, marks: &[String]) {
    for mark in marks {
        assert!(!shown.to_lowercase().contains(&mark.to_lowercase()), "{mark} in {shown}");
    }
}

#[test]
fn debug_shows_the_public_half_only() {
    for jwk in [RSA, P256, P521] {
        let key = PrivateJwk::parse(jwk).unwrap();
        let marks = marks(jwk);
        assert!(!marks.is_empty());
        check(&format!("{key:?}{key:#?}"), &marks);
        assert!(key.expose_json().contains(marks[2].as_str()), "the marks are real");
    }
}

#[test]
fn errors_quote_no_secret() {
    for jwk in [RSA, P256, P521] {
        let marks = marks(jwk);
        let d: serde_json::Map<String, serde_json::Value> = serde_json::from_str(jwk).unwrap();
        let d = d["d"].as_str().unwrap();
        for broken in [
            jwk.replace(d, &format!("{d}=")),
            jwk.replace(d, &d.replace(['A', 'E', '-'], "B")),
            jwk.replace(&format!("\"{d}\""), d),
            jwk.replace("\"d\"", "\"kty\""),
            jwk.replace("\"d\"", "\"kid\""),
            jwk.replacen('}', "", 1),
            format!("{jwk}{jwk}"),
        ] {
            let refusal = parse_private(&broken, None).unwrap_err();
            let mut shown = format!("{refusal:?}");
            let mut cause: Option<&dyn std::error::Error> = Some(&refusal);
            while let Some(error) = cause {
                shown.push_str(&error.to_string());
                cause = error.source();
            }
            check(&shown, &marks);
        }
    }
}
