//! Keys that must not pass, and what is said about them.

use jwk_gen::{
    DecryptError, InvalidKey, JwkSet, JwkSetError, KeyReader, ParseJwkError, ParseKeyError,
    ParsePemError, PrivateJwk, PublicJwk, parse_private, parse_public,
};
use serde_json::{Map, Value, json};

use crate::known_answers::{P256, P521, RSA};

type Object = Map<String, Value>;

fn object(jwk: &str) -> Object {
    serde_json::from_str(jwk).unwrap()
}

fn text(object: &Object) -> String {
    serde_json::to_string(object).unwrap()
}

/// The key with one member exchanged.
fn with(jwk: &str, member: &str, value: impl Into<Value>) -> String {
    let mut object = object(jwk);
    object.insert(member.into(), value.into());
    text(&object)
}

fn without(jwk: &str, member: &str) -> String {
    let mut object = object(jwk);
    object.remove(member).unwrap();
    text(&object)
}

/// The RSA key without its CRT members.
fn bare(jwk: &str) -> String {
    let members = ["p", "q", "dp", "dq", "qi"];
    members.iter().fold(jwk.to_owned(), |jwk, it| without(&jwk, it))
}

fn octets(jwk: &str, member: &str) -> Vec<u8> {
    use base64::Engine;
    let encoded = object(jwk)[member].as_str().unwrap().to_owned();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(encoded).unwrap()
}

fn encoded(octets: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(octets)
}

#[track_caller]
fn refused(jwk: &str) -> String {
    PrivateJwk::parse(jwk).expect_err("the key was accepted").to_string()
}

#[test]
fn rsa_numbers_that_do_not_belong_together() {
    let product = "`p` times `q` is not `n`";
    for (member, expected) in [
        ("n", product),
        ("d", "`d` is not the inverse of `e`"),
        ("p", product),
        ("q", product),
        ("dp", "member `dp` does not belong to this key"),
        ("dq", "member `dq` does not belong to this key"),
        ("qi", "member `qi` does not belong to this key"),
    ] {
        let mut changed = octets(RSA, member);
        *changed.last_mut().unwrap() ^= 2;
        assert_eq!(refused(&with(RSA, member, encoded(&changed))), expected, "{member}");
        let missing = refused(&without(RSA, member));
        let expected = if member == "d" { "public key" } else { "is missing" };
        assert!(missing.contains(expected), "{member}: {missing}");
    }
    let (p, q) = (object(RSA)["p"].clone(), object(RSA)["q"].clone());
    let swapped = with(&with(RSA, "p", q), "q", p.clone());
    assert_eq!(refused(&swapped), "member `dp` does not belong to this key");
    let square = with(RSA, "q", p);
    assert!(refused(&square).contains("`p` times `q` is not `n`"), "{}", refused(&square));
}

/// Every relation of this key holds; only its `p` is the product of two primes of 512 bits.
#[test]
fn factors_that_are_not_prime() {
    let composite = include_str!("../vectors/rsa-composite-factor.json");
    assert_eq!(refused(composite), "`p` and `q` are not both prime");
    assert_eq!(refused(&bare(composite)), "`p` and `q` are not both prime");
}

/// Whoever signs with it is told by its first signature, and of everything else at once.
#[test]
fn a_key_for_signing_is_checked_but_for_its_factors_being_prime() {
    let reader = KeyReader::new().for_signing();
    let composite = include_str!("../vectors/rsa-composite-factor.json");
    let pem = reader.private(composite.as_bytes()).unwrap().key.expose_pkcs8_pem();
    for text in [composite, &bare(composite), &pem] {
        reader.private(text.as_bytes()).unwrap();
        let refusal = KeyReader::new().private(text.as_bytes()).unwrap_err();
        assert!(format!("{refusal:?}").contains("`p` and `q` are not both prime"), "{refusal:?}");
    }
    for member in ["n", "d", "p", "q", "dp", "dq", "qi"] {
        let mut changed = octets(RSA, member);
        *changed.last_mut().unwrap() ^= 2;
        let changed = with(RSA, member, encoded(&changed));
        assert!(reader.private(changed.as_bytes()).is_err(), "{member}");
    }
}

#[test]
fn a_key_without_its_factors() {
    let whole = PrivateJwk::parse(RSA).unwrap();
    let again = PrivateJwk::parse(&bare(RSA)).unwrap();
    assert_eq!(object(&again.expose_json())["d"], object(&whole.expose_json())["d"]);
    let small = PrivateJwk::from_pkcs8_pem(include_str!("../vectors/rsa-e3.pem")).unwrap();
    let refusal = refused(&bare(&small.expose_json()));
    assert!(refusal.contains("`p` to `qi` are missing"), "{refusal}");
}

#[test]
fn another_keys_modulus() {
    let other = object(include_str!("../vectors/rfc7517-a2.json"))["keys"][1]["n"].clone();
    assert!(refused(&with(RSA, "n", other)).contains("`p` times `q` is not `n`"));
}

#[test]
fn rsa_sizes_are_bounded_before_arithmetic() {
    let sized = |octets: usize| {
        let mut n = vec![0xff; octets];
        n[0] = 0x80;
        with(RSA, "n", encoded(&n))
    };
    for (octets, bits) in [(64, 512), (128, 1024), (255, 2040), (1025, 8200), (40_000, 320_000)] {
        let refusal = PrivateJwk::parse(&sized(octets)).unwrap_err();
        assert_eq!(refusal, InvalidKey::RsaSize { bits }.into());
    }
    let mut odd = octets(RSA, "n");
    odd[0] = 0x7f;
    let refusal = PrivateJwk::parse(&with(RSA, "n", encoded(&odd))).unwrap_err();
    assert_eq!(refusal, InvalidKey::RsaSize { bits: 2047 }.into());
    let huge = encoded(&vec![0xff; 40_000]);
    for member in ["d", "p", "q", "dp", "qi", "e"] {
        assert!(refused(&with(RSA, member, huge.as_str())).contains(&format!("`{member}`")));
    }
}

#[test]
fn public_exponents() {
    let cases: [(&[u8], &str); 7] = [
        (&[], "is empty"),
        (&[0], "has a leading zero octet"),
        (&[1], "is 1"),
        (&[2], "is even"),
        (&[1, 0, 0], "is even"),
        (&[0, 1, 0, 1], "has a leading zero octet"),
        (&[2, 0, 0, 0, 1], "is 2^33 or more"),
    ];
    for (e, problem) in cases {
        let refusal = refused(&with(RSA, "e", encoded(e)));
        assert_eq!(refusal, format!("member `e` {problem}"), "{e:?}");
    }
}

#[test]
fn a_small_exponent_is_accepted_with_a_warning() {
    let small = include_str!("../vectors/rsa-e3.pem");
    let key = PrivateJwk::from_pkcs8_pem(small).unwrap();
    assert_eq!(key.warnings(), [jwk_gen::KeyWarning::SmallPublicExponent]);
    assert_eq!(PrivateJwk::parse(RSA).unwrap().warnings(), []);
}

#[test]
fn leading_zeros_change_a_thumbprint_and_are_refused() {
    for member in ["n", "e"] {
        let padded = [&[0], octets(RSA, member).as_slice()].concat();
        let refusal = refused(&with(RSA, member, encoded(&padded)));
        assert_eq!(refusal, format!("member `{member}` has a leading zero octet"));
    }
    let padded = [&[0], octets(RSA, "d").as_slice()].concat();
    let key = PrivateJwk::parse(&with(RSA, "d", encoded(&padded))).unwrap();
    assert_eq!(*key.expose_json(), *PrivateJwk::parse(RSA).unwrap().expose_json());
}

#[test]
fn base64url_is_strict() {
    let d = object(P256)["d"].as_str().unwrap().to_owned();
    let standard = d.replace('-', "+");
    assert_ne!(standard, d);
    // The last of 43 characters carries two unused bits.
    let trailing_bits = format!("{}J", &d[..42]);
    for bad in [format!("{d}="), standard, format!(" {d}"), format!("{d}\n"), trailing_bits] {
        let refusal = refused(&with(P256, "d", bad));
        assert_eq!(refusal, "member `d` is not base64url without padding");
    }
}

#[test]
fn ec_numbers_that_do_not_belong_together() {
    for (jwk, order) in [(P256, [&[0xff; 4][..], &[0; 4], &[0xff; 24]].concat())] {
        let zero = vec![0; octets(jwk, "d").len()];
        for d in [zero, order, vec![0xff; 32]] {
            let refusal = refused(&with(jwk, "d", encoded(&d)));
            assert_eq!(refusal, "member `d` is not between 1 and the order of the curve");
        }
    }
    for jwk in [P256, P521] {
        for member in ["x", "y", "d"] {
            let whole = octets(jwk, member);
            for wrong in [&whole[1..], &[&[0], &whole[..]].concat(), &[]] {
                let refusal = refused(&with(jwk, member, encoded(wrong)));
                assert_eq!(refusal, format!("member `{member}` has not the length of the curve"));
            }
        }
        let mut off = octets(jwk, "y");
        *off.last_mut().unwrap() ^= 1;
        let refusal = refused(&with(jwk, "y", encoded(&off)));
        assert_eq!(refusal, "`x` and `y` are no point on the curve");
        let mut other = octets(jwk, "d");
        *other.last_mut().unwrap() ^= 1;
        let refusal = refused(&with(jwk, "d", encoded(&other)));
        assert_eq!(refusal, "`x` and `y` do not belong to `d`");
    }
    let zero = encoded(&[0; 32]);
    let origin = with(&with(P256, "x", zero.as_str()), "y", zero.as_str());
    assert_eq!(refused(&origin), "`x` and `y` are no point on the curve");
}

#[test]
fn labels() {
    let cases = [
        ("kty", json!("rsa"), "key type `rsa` is not supported"),
        ("kty", json!("oct"), "key type `oct` is not supported"),
        ("kty", json!("OKP"), "member `crv` names a curve of key type `EC`"),
        ("kty", json!(1), "member `kty` is not a string"),
        ("crv", json!("p-256"), "curve `p-256` is not supported"),
        ("crv", json!("Ed448"), "curve `Ed448` is not supported: no released library"),
        ("crv", json!("Ed25519"), "member `crv` names a curve of key type `OKP`"),
        ("crv", json!("secp256k1"), "`x` and `y` are no point on the curve"),
        ("crv", json!("P-384"), "member `x` has not the length of the curve"),
        ("alg", json!("RS256"), "a key of kind `EC P-256` cannot be used with `RS256`"),
        ("alg", json!("ES384"), "a key of kind `EC P-256` cannot be used with `ES384`"),
        ("alg", json!("HS256"), "a key of kind `EC P-256` cannot be used with `HS256`"),
        ("alg", json!("PS256"), "a key of kind `EC P-256` cannot be used with `PS256`"),
        ("alg", json!("none"), "algorithm `none` is not supported: it leaves the token unsigned"),
        ("alg", json!(null), "member `alg` is not a string"),
        ("use", json!("SIG"), "member `use` is neither `sig` nor `enc`"),
        ("key_ops", json!(["sign", "sign"]), "member `key_ops` has an operation twice"),
        ("key_ops", json!("sign"), "member `key_ops` is not an array of strings"),
        ("key_ops", json!([1]), "member `key_ops` is not an array of strings"),
        ("kid", json!(""), "member `kid` is not 1 to 256 characters"),
        ("kid", json!("a\nb"), "member `kid` is not 1 to 256 characters"),
        ("kid", json!(7), "member `kid` is not a string"),
        ("d", json!({}), "member `d` is not a string"),
    ];
    for (member, value, expected) in cases {
        let message = refused(&with(P256, member, value));
        assert!(message.starts_with(expected), "{member}: {message}");
    }
    assert!(PrivateJwk::parse(&with(P256, "key_ops", json!(["sign"]))).is_ok());
    for (member, value, expected) in [
        ("use", json!("enc"), "Okta takes no key whose `use` is `enc` for signatures"),
        ("key_ops", json!(["verify"]), "Okta takes no key whose `key_ops` leave signing out"),
    ] {
        let jwk = with(P256, member, value);
        assert_eq!(parse_private(&jwk, None).unwrap_err().to_string(), expected);
        assert!(PrivateJwk::parse(&jwk).is_ok(), "it is a sound key");
    }
    for (key_use, operations) in [("sig", json!(["sign", "deriveKey"])), ("enc", json!(["sign"]))] {
        let jwk = with(&with(P256, "use", key_use), "key_ops", operations);
        assert_eq!(refused(&jwk), "member `key_ops` contradicts `use`");
    }
    let contradictory = with(&with(P256, "alg", "ES256"), "use", "enc");
    assert_eq!(refused(&contradictory), "member `use` contradicts `alg`");
    let multi_prime = refused(&with(RSA, "oth", json!([])));
    assert!(multi_prime.contains("more than two primes"), "{multi_prime}");
}

#[test]
fn members_that_occur_twice() {
    let doubled = |member: &str| P256.replacen('{', &format!("{{\"{member}\": \"x\","), 1);
    for member in ["kty", "d"] {
        let expected = ParseJwkError::DuplicateMember { member: member.into() };
        assert_eq!(PrivateJwk::parse(&doubled(member)).unwrap_err(), expected);
    }
    let unknown = P256.replacen('{', r#"{"o": 1, "o": 2,"#, 1);
    let nested = P256.replacen('{', r#"{"o": [{"i": 1, "\u0069": 2}],"#, 1);
    assert_eq!(refused(&unknown), "member `o` occurs twice");
    assert_eq!(refused(&nested), "member `i` occurs twice");
    let keys = serde_json::from_str::<PublicJwk>(r#"{"kty":"EC","kty":"EC"}"#).unwrap_err();
    assert!(keys.to_string().starts_with("member `kty` occurs twice"), "{keys}");
}

#[test]
fn private_members_are_never_taken_for_public_ones() {
    for (jwk, member) in [(RSA, "d"), (P256, "d"), (P521, "d")] {
        let member_refused = ParseJwkError::PrivateMember { member };
        assert_eq!(PublicJwk::parse(jwk), Err(member_refused.clone()));
        let set = format!("{{\"keys\":[{jwk}]}}");
        let in_set = JwkSetError::Key { index: 0, source: member_refused };
        assert_eq!(JwkSet::parse(&set), Err(in_set));
        assert_eq!(parse_public(&set), Err(ParseKeyError::PrivateKey { evidence: member }));
        assert!(parse_public(jwk).unwrap_err().to_string().contains("key public"));
    }
    for member in ["p", "q", "dp", "dq", "qi", "oth", "k"] {
        let public = PrivateJwk::parse(RSA).unwrap().public().to_json();
        let refusal = PublicJwk::parse(&with(&public, member, "AQ"));
        assert_eq!(refusal, Err(ParseJwkError::PrivateMember { member }));
    }
}

#[test]
fn sets() {
    let key = PrivateJwk::parse(P256).unwrap().public();
    let named = |name: &str| key.clone().with_kid(Some(jwk_gen::KeyId::new(name).unwrap()));
    assert_eq!(JwkSet::new(vec![]), Err(JwkSetError::Empty));
    let twice = JwkSet::new(vec![named("a"), named("b"), named("a")]).unwrap_err();
    assert_eq!(twice.to_string(), "two keys of the set have the `kid` `a`");
    let other = PrivateJwk::parse(P521).unwrap().public();
    let other = other.with_kid(Some(jwk_gen::KeyId::new("A").unwrap()));
    assert_eq!(JwkSet::new(vec![named("a"), other.clone()]).unwrap().len(), 2);
    for same in [named("b"), key.clone()] {
        let twice = JwkSet::new(vec![named("a"), other.clone(), same]);
        assert_eq!(twice, Err(JwkSetError::DuplicateKey { index: 2 }));
    }
    for (text, expected) in [
        (r#"{"keys":[]}"#, "the JWK Set is empty"),
        (r#"{"keys":{}}"#, "not a JWK Set"),
        (r#"{"keys":null}"#, "not a JWK Set"),
        (r#"{"keys":[1]}"#, "key 0 of the set is refused"),
        (r#"[]"#, "not a JWK Set"),
        (P256, "not a JWK Set"),
    ] {
        assert_eq!(JwkSet::parse(text).unwrap_err().to_string(), expected, "{text}");
    }
    let many = vec!["{}"; 101].join(",");
    assert_eq!(
        JwkSet::parse(&format!("{{\"keys\":[{many}]}}")).unwrap_err().to_string(),
        "not a JWK Set"
    );
}

#[test]
fn texts_that_hold_no_private_key() {
    let private = PrivateJwk::parse(P256).unwrap();
    let (pem, spki) = (private.expose_pkcs8_pem().to_string(), private.public().to_spki_pem());
    let block = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    let refusal = |text: &str| parse_private(text, None).unwrap_err();
    let pem_refusal = |text: &str| match refusal(text) {
        ParseKeyError::Pem(source) => source,
        other => panic!("{other:?}"),
    };
    for empty in ["", " \r\n\t", "\u{feff}\n"] {
        assert_eq!(refusal(empty), ParseKeyError::Empty);
    }
    assert_eq!(refusal("# just a comment\n"), ParseKeyError::UnknownFormat);
    assert_eq!(refusal("PuTTY-User-Key-File-3: ssh-rsa\n"), ParseKeyError::Putty);
    assert_eq!(refusal(&spki), ParseKeyError::PublicKey);
    assert_eq!(refusal(&private.public().to_json()), ParseKeyError::PublicKey);
    assert_eq!(pem_refusal(&format!("{pem}{pem}")), ParsePemError::Ambiguous { count: 2 });
    assert_eq!(pem_refusal(&block("CERTIFICATE")), ParsePemError::Certificate);
    assert_eq!(refusal(&block("ENCRYPTED PRIVATE KEY")), ParseKeyError::Encrypted);
    assert_eq!(pem_refusal(&block("OPENSSH PRIVATE KEY")), ParsePemError::OpenSsh);
    assert_eq!(pem_refusal(&block("PRIVATE KEY")), ParsePemError::MalformedDer);
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    assert_eq!(pem_refusal(old), ParsePemError::Decrypt(DecryptError::Unsupported));
    let unpaired = |line| ParsePemError::Unpaired { line };
    assert_eq!(pem_refusal(pem.split("-----END").next().unwrap()), unpaired(1));
    assert_eq!(pem_refusal(&pem.replace("END PRIVATE", "END PUBLIC")), unpaired(5));
    let lone_cr = pem.replacen("\nM", "\nM\r", 1);
    assert_eq!(pem_refusal(&lone_cr), ParsePemError::NotBase64 { line: 1 });
    assert!(matches!(pem_refusal(&pem.repeat(400)), ParsePemError::TooLarge { .. }));
    assert_eq!(parse_public(&pem), Err(ParseKeyError::PrivateKey { evidence: "PRIVATE KEY" }));
    let both = format!("{spki}{pem}");
    assert_eq!(parse_public(&both), Err(ParseKeyError::PrivateKey { evidence: "PRIVATE KEY" }));
}

#[test]
fn text_around_a_pem_and_foreign_line_ends_do_no_harm() {
    let key = PrivateJwk::parse(RSA).unwrap();
    let pem = key.expose_pkcs8_pem().to_string();
    for text in [
        pem.replace('\n', "\r\n"),
        pem.replace('\n', " \t\n"),
        format!("\u{feff}{pem}"),
        format!("# created: 2026\nBag Attributes\n{pem}trailing \0 bytes"),
        pem.trim_end().to_owned(),
        format!("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{pem}"),
    ] {
        assert_eq!(parse_private(&text, None).unwrap().thumbprint(), key.thumbprint());
    }
}

#[test]
fn damaged_der() {
    let der = PrivateJwk::parse(P256).unwrap().expose_pkcs8_der();
    let refused = |der: &[u8]| PrivateJwk::from_pkcs8_der(der).is_err();
    assert!(!refused(&der));
    assert!(refused(&[&der[..], &[0]].concat()), "trailing bytes");
    for length in 0..der.len() {
        assert!(refused(&der[..length]), "{length} bytes");
    }
    let long = [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &der[2..]].concat();
    assert!(refused(&long), "length overflow");
    let indefinite = [&[0x30, 0x80], &der[2..], &[0, 0]].concat();
    assert!(refused(&indefinite), "indefinite length");
}

/// A changed octet gives an error or the same key, and never a panic.
#[test]
fn no_flipped_octet_makes_another_key() {
    let key = PrivateJwk::parse(P256).unwrap();
    let der = key.expose_pkcs8_der();
    let mut accepted = 0;
    for index in 0..der.len() {
        for bit in 0..8 {
            let mut changed = der.to_vec();
            changed[index] ^= 1 << bit;
            if let Ok(other) = PrivateJwk::from_pkcs8_der(&changed) {
                assert_eq!(other.thumbprint(), key.thumbprint(), "octet {index}, bit {bit}");
                accepted += 1;
            }
        }
    }
    assert!(accepted < 16, "{accepted} changes went unnoticed");
}

#[test]
fn a_kid_is_chosen_checked_or_given() {
    let unnamed = parse_private(P256, None).unwrap();
    assert_eq!(unnamed.kid(), None);
    let given = parse_private(P256, Some("mine")).unwrap();
    assert_eq!(given.kid().unwrap().as_str(), "mine");
    let named = with(P256, "kid", "a");
    assert!(parse_private(&named, Some("a")).is_ok());
    let other = parse_private(&named, Some("b")).unwrap_err();
    assert_eq!(other, ParseKeyError::KeyIdNotFound { kid: "b".into() });
    assert_eq!(parse_private(P256, Some("é")).unwrap_err(), ParseKeyError::InvalidKeyId);
    let set = format!("{{\"keys\":[{named},{named}]}}");
    assert_eq!(parse_private(&set, Some("a")).unwrap_err(), ParseKeyError::KeyIdAmbiguous);
}
