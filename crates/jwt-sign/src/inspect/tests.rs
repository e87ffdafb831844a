//! What Okta refuses, case by case.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;

use super::*;

const NOW: i64 = 1_800_000_000;
const ENDPOINT: &str = "https://acme.okta.com/oauth2/v1/token";
const CLIENT: &str = "0oa1b2c3";

fn encode(octets: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

fn compact(header: &str, claims: &str) -> String {
    format!("{}.{}.{}", encode(header), encode(claims), encode([7; 256]))
}

fn expected() -> Expectations<'static> {
    let now = UNIX_EPOCH + Duration::from_secs(NOW as u64);
    Expectations { now, audience: Some(ENDPOINT), client_id: Some(CLIENT) }
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": "k", "typ": "JWT"})
}

fn claims() -> Value {
    json!({"iss": CLIENT, "sub": CLIENT, "aud": ENDPOINT, "iat": NOW - 30, "exp": NOW + 270, "jti": "j"})
}

/// The object with one member exchanged, or taken out by null.
fn with(mut object: Value, member: &str, value: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    match value {
        Value::Null => drop(members.remove(member)),
        value => drop(members.insert(member.into(), value)),
    }
    object
}

fn inspected(header: &Value, claims: &Value) -> Inspection {
    inspect(&compact(&header.to_string(), &claims.to_string()), &expected()).unwrap()
}

/// The claim makes exactly one refusal with this reason and these words, or none.
#[track_caller]
fn check_claim(member: &str, value: Value, refusal: Option<(&str, &str)>) {
    let found = inspected(&header(), &with(claims(), member, value)).refusals;
    check(&found, refusal);
}

#[track_caller]
fn check_header(member: &str, value: Value, refusal: Option<(&str, &str)>) {
    check(&inspected(&with(header(), member, value), &claims()).refusals, refusal);
}

#[track_caller]
fn check(found: &[Refusal], refusal: Option<(&str, &str)>) {
    match (found, refusal) {
        ([], None) => {}
        ([found], Some((reason, words))) => {
            assert_eq!(found.reason.as_str(), format!("client_assertion_{reason}"));
            assert!(found.detail.contains(words), "{found}");
        }
        _ => panic!("{found:?} where {refusal:?} is expected"),
    }
}

#[test]
fn a_good_assertion_is_not_refused_and_not_called_verified() {
    let inspection = inspected(&header(), &claims());
    assert_eq!(inspection.refusals, []);
    assert_eq!(inspection.notes, ["the signature is not verified"]);
    assert_eq!(inspection.claims["iss"], CLIENT);
    assert_eq!(inspection.header["kid"], "k");
}

#[test]
fn algorithms() {
    let foreign = Some(("invalid_signature_algorithm", "not RS256 to ES512"));
    for alg in ["none", "nOnE", "PS256", "EdDSA", "ES256K", "rs256", " RS256", ""] {
        check_header("alg", json!(alg), foreign);
    }
    let shared = Some(("invalid_no_secret", "no secret to share"));
    for alg in ["HS256", "HS384", "HS512"] {
        check_header("alg", json!(alg), shared);
    }
    for no_text in [json!(["RS256"]), json!(256), json!({})] {
        check_header("alg", no_text, Some(("invalid_signature_algorithm", "no text")));
    }
    check_header("alg", Value::Null, Some(("invalid_signature_algorithm", "missing")));
    for alg in ["RS384", "RS512"] {
        check_header("alg", json!(alg), None);
    }
}

#[test]
fn header_members() {
    check_header("kid", Value::Null, Some(("invalid_kid", "missing")));
    for bad in [json!(""), json!(1), json!(["k"])] {
        check_header("kid", bad, Some(("invalid_kid", "no text or empty")));
    }
    check_header("crit", json!(["exp"]), Some(("invalid_jwt", "`crit`")));
    check_header("b64", json!(false), Some(("invalid_jwt", "`b64`")));
    check_header("zip", json!("DEF"), Some(("invalid_jwt", "`zip`")));
    check_header("typ", Value::Null, None);
    check_header("typ", json!("jwt"), None);
}

#[test]
fn signatures_of_the_wrong_form() {
    let refusals = |alg: &str, signature: &[u8]| {
        let header = with(header(), "alg", json!(alg)).to_string();
        let compact =
            format!("{}.{}.{}", encode(header), encode(claims().to_string()), encode(signature));
        inspect(&compact, &expected()).unwrap().refusals
    };
    let signature = "invalid_signature";
    check(&refusals("RS256", b""), Some((signature, "empty")));
    check(&refusals("RS256", &[1; 128]), Some((signature, "too few")));
    check(
        &refusals("ES256", &[0x30; 71]),
        Some((signature, "has 64 octets, not 71; it looks like DER")),
    );
    check(&refusals("ES384", &[1; 64]), Some((signature, "has 96 octets")));
    for (alg, octets) in [("ES256", 64), ("ES384", 96), ("ES512", 132), ("RS256", 512)] {
        check(&refusals(alg, &vec![1; octets]), None);
    }
}

#[test]
fn clients() {
    check_claim("iss", Value::Null, Some(("invalid_issuer", "missing")));
    check_claim("iss", json!("other"), Some(("invalid_issuer", "`other`")));
    check_claim("iss", json!([CLIENT]), Some(("invalid_issuer", "no text")));
    check_claim("sub", Value::Null, Some(("invalid_subject", "missing")));
    check_claim("sub", json!("0оa1b2c3"), Some(("invalid_subject", "not the client ID")));
    let differing = with(claims(), "sub", json!("other")).to_string();
    let anyone = Expectations { client_id: None, ..expected() };
    let found = inspect(&compact(&header().to_string(), &differing), &anyone).unwrap().refusals;
    check(&found, Some(("invalid_subject", "differs from `iss`")));
}

#[test]
fn audiences() {
    let reason = "invalid_audience";
    let issuer = Some((reason, "is an issuer"));
    let foreign = Some((reason, "not the endpoint"));
    let slash = Some((reason, "double slash"));
    check_claim("aud", Value::Null, Some((reason, "missing")));
    check_claim("aud", json!(7), Some((reason, "no text")));
    check_claim("aud", json!([]), Some((reason, "empty array")));
    check_claim("aud", json!([ENDPOINT]), None);
    check_claim("aud", json!([ENDPOINT, "https://other"]), Some((reason, "more than")));
    check_claim("aud", json!([1]), Some((reason, "more than")));
    check_claim("aud", json!("https://acme.okta.com"), issuer);
    check_claim("aud", json!("https://acme.okta.com/"), issuer);
    check_claim("aud", json!("https://acme.okta.com/oauth2"), issuer);
    check_claim("aud", json!("https://acme.okta.com/oauth2/default"), issuer);
    check_claim("aud", json!("https://acme.okta.com//oauth2/v1/token"), slash);
    check_claim("aud", json!("https://acme.okta.com/oauth2/v1/token/"), foreign);
    check_claim("aud", json!("https://ACME.okta.com/oauth2/v1/token"), foreign);
    check_claim("aud", json!("https://acme.okta.com/oauth2/default/v1/token"), foreign);
    check_claim("aud", json!("https://evil.example/oauth2/v1/token"), foreign);
    check_claim("aud", json!("token"), foreign);
}

#[test]
fn audiences_without_an_expected_endpoint() {
    let refusals = |aud: &str| {
        let claims = with(claims(), "aud", json!(aud)).to_string();
        let anywhere = Expectations { audience: None, ..expected() };
        inspect(&compact(&header().to_string(), &claims), &anywhere).unwrap().refusals
    };
    let issuer = Some(("invalid_audience", "issuer"));
    check(&refusals("https://acme.okta.com"), issuer);
    check(&refusals("https://acme.okta.com/oauth2/aus1"), issuer);
    check(&refusals("https://acme.okta.com//oauth2/v1/token"), Some(("invalid_audience", "slash")));
    for endpoint in [
        ENDPOINT,
        "http://127.0.0.1:8080/oauth2/v1/token",
        "https://a.example/oauth2/aus1/v1/introspect",
        "https://a.example/oauth2/default/v1/revoke",
    ] {
        check(&refusals(endpoint), None);
    }
    for other in [
        "",
        "token",
        "/oauth2/v1/token",
        "ftp://acme.okta.com/oauth2/v1/token",
        "https:///oauth2/v1/token",
        "https://user@acme.okta.com/oauth2/v1/token",
        "https://acme.okta.com/oauth2/v1/authorize",
        "https://acme.okta.com/oauth2/v1/token/",
        "https://acme.okta.com/oauth2/v1/token?a=b",
        "https://acme.okta.com/oauth2/a/b/v1/token",
        "https://acme.okta.com/api/v1/users",
        "https://acme okta.com/oauth2/v1/token",
    ] {
        check(&refusals(other), Some(("invalid_audience", "no URL of a token")));
    }
}

#[test]
fn expirations() {
    let required = |words| Some(("expiration_required", words));
    check_claim("exp", Value::Null, required("missing"));
    check_claim("exp", json!("1800000270"), required("is a text"));
    check_claim("exp", json!(1_800_000_270.0), required("no whole number"));
    check_claim("exp", json!(1.8e300), required("no whole number"));
    check_claim("exp", json!(u64::MAX), required("no whole number"));
    check_claim("exp", json!(i64::MAX), required("milliseconds"));
    check_claim("exp", json!((NOW + 270) * 1000), required("milliseconds"));
    check_claim("exp", json!(true), required("no number"));
    check_claim("exp", json!([NOW]), required("no number"));
    check_claim("exp", json!(NOW), Some(("expired_token", "0 s ago")));
    check_claim("exp", json!(NOW - 5), Some(("expired_token", "5 s ago")));
    check_claim("exp", json!(i64::MIN), Some(("expired_token", "ago")));
    check_claim("exp", json!(NOW + 1), None);
    check_claim("exp", json!(NOW + 3600), None);
    check_claim("exp", json!(NOW + 3601), Some(("expires_too_far_in_future", "3601 s ahead")));
    let edge = inspected(&header(), &with(claims(), "exp", json!(NOW + 3600)));
    assert!(edge.notes.iter().any(|it| it.contains("runs fast")), "{:?}", edge.notes);
}

#[test]
fn times_of_issue_and_start() {
    for name in ["iat", "nbf"] {
        let future = |words| Some(("issued_at_in_future", words));
        check_claim(name, Value::Null, None);
        for past in [NOW, NOW - 3600, -1, i64::MIN] {
            check_claim(name, json!(past), None);
        }
        check_claim(name, json!(NOW + 1), future("1 s ahead"));
        check_claim(name, json!(i64::MAX), future("ahead"));
        check_claim(name, json!(u64::MAX), future("ahead"));
        for bad in [json!("1800000000"), json!(NOW as f64), json!(1.5), json!(true), json!([NOW])] {
            check_claim(name, bad, Some(("invalid_jwt", &format!("`{name}` is no whole number"))));
        }
    }
}

#[test]
fn no_time_overflows_whatever_the_clock_says() {
    let clocks =
        [UNIX_EPOCH - Duration::from_secs(1 << 40), UNIX_EPOCH + Duration::from_secs(1 << 40)];
    let extremes = [json!(i64::MIN), json!(i64::MAX), json!(u64::MAX)];
    for (now, extreme) in clocks.into_iter().flat_map(|it| extremes.iter().map(move |e| (it, e))) {
        let claims = ["iat", "nbf", "exp"]
            .into_iter()
            .fold(claims(), |it, name| with(it, name, extreme.clone()));
        let expected = Expectations { now, ..expected() };
        let inspection = inspect(&compact(&header().to_string(), &claims.to_string()), &expected);
        let future = |it: &&Refusal| it.reason == RefusalReason::IssuedAtInFuture;
        let ahead = inspection.unwrap().refusals.iter().filter(future).count();
        assert_eq!(ahead, if *extreme == json!(i64::MIN) { 0 } else { 2 }, "{extreme}");
    }
}

#[test]
fn a_missing_jti_is_a_note() {
    check_claim("jti", Value::Null, None);
    check_claim("jti", json!(1), Some(("invalid_jwt", "`jti` is no text")));
    let inspection = inspected(&header(), &with(claims(), "jti", Value::Null));
    assert!(inspection.notes.iter().any(|it| it.contains("`jti` is missing")));
}

#[test]
fn members_that_occur_twice() {
    let doubled = r#"{"alg":"none","alg":"RS256","kid":"k"}"#;
    let refusals = inspect(&compact(doubled, &claims().to_string()), &expected()).unwrap().refusals;
    check(&refusals, Some(("invalid_jwt", "`alg` occurs twice")));
    let twice = claims().to_string().replacen('{', r#"{"x":{"y":1,"y":2},"#, 1);
    let refusals = inspect(&compact(&header().to_string(), &twice), &expected());
    check(&refusals.unwrap().refusals, Some(("invalid_jwt", "`y` occurs twice")));
}

#[test]
fn every_reason_is_listed() {
    let found = inspected(
        &json!({"alg": "none"}),
        &json!({"iss": "x", "aud": "https://acme.okta.com", "exp": "1", "iat": NOW + 60}),
    );
    let reasons = found.refusals.iter().map(|it| it.reason).collect::<Vec<_>>();
    use RefusalReason::*;
    let expected = [
        InvalidSignatureAlgorithm,
        InvalidKid,
        InvalidIssuer,
        InvalidSubject,
        InvalidAudience,
        ExpirationRequired,
        IssuedAtInFuture,
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn what_is_no_compact_jws() {
    let good = compact(&header().to_string(), &claims().to_string());
    let refusal = |text: &str| inspect(text, &expected()).unwrap_err();
    let parts = good.split('.').collect::<Vec<_>>();
    for text in ["", "a", "a.b", "a.b.c.d", &".".repeat(60_000), &format!("{good}.")] {
        assert_eq!(refusal(text), InspectError::NotThreeParts);
    }
    let joined = |index: usize, part: &str| {
        let mut parts = parts.clone();
        parts[index] = part;
        parts.join(".")
    };
    assert_eq!(refusal(&joined(1, "e30=")), InspectError::Padded { part: "claims" });
    for bad in ["e3+w", "e3 w", "e\n30"] {
        assert_eq!(refusal(&joined(0, bad)), InspectError::NotBase64Url { part: "header" });
    }
    for bad in ["[]", "1", "", "{}x", "\u{feff}{}", "{'a':1}"] {
        let text = joined(1, &encode(bad));
        assert_eq!(refusal(&text), InspectError::NotJsonObject { part: "claims" }, "{bad}");
    }
    let deep = encode(format!("{{\"a\":{}1{}}}", "[".repeat(20_000), "]".repeat(20_000)));
    assert_eq!(refusal(&joined(1, &deep)), InspectError::NotJsonObject { part: "claims" });
    assert_eq!(refusal(&"a".repeat(70_000)), InspectError::TooLarge { limit: 65536 });
    assert_eq!(refusal("a").reason().as_str(), "client_assertion_invalid_jwt");
    assert!(refusal("a").to_string().starts_with("client_assertion_invalid_jwt"));
}

#[test]
fn foreign_text_is_made_printable() {
    let claims = with(claims(), "aud", json!("\u{1b}]52;c;\u{202e}".repeat(100)));
    let refusals = inspected(&header(), &claims).refusals;
    let shown = refusals[0].to_string();
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
    assert!(shown.len() < 1500, "{}", shown.len());
}

#[test]
fn json_form() {
    let inspection = inspected(&header(), &with(claims(), "exp", Value::Null));
    let json = serde_json::to_value(&inspection).unwrap();
    assert_eq!(json["refusals"][0]["reason"], "client_assertion_expiration_required");
    assert!(json["notes"].is_array() && json["header"]["alg"] == "RS256");
}
