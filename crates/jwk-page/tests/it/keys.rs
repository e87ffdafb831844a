//! Keys by `POST /keys`: what is asked for is made, what cannot be made is refused.

use jwk_gen::{JwkSet, PrivateJwk, PublicJwk};
use serde_json::{Value, json};

use crate::harness::{Answer, CERTIFICATE, NOW, Page, wanted_with};

fn private(answer: &Answer) -> Value {
    serde_json::from_str(&answer.pane("private-jwk")).unwrap()
}

/// Every row that the page offers, with small RSA keys only.
#[test]
fn every_combination_that_is_offered_is_made_as_offered() {
    let page = Page::start();
    let html = page.get("/").is(200).body;
    let start = html.find(r#"id="choices">"#).unwrap() + r#"id="choices">"#.len();
    let choices = &html[start..start + html[start..].find('<').unwrap()];
    let choices: Value = serde_json::from_str(choices).unwrap();
    let mut rsa = 0;
    for row in choices["rows"].as_array().unwrap() {
        if row["kty"] == "RSA" {
            rsa += 1;
            if row["size"] != 2048 || rsa > 6 {
                continue;
            }
        }
        let mut wanted = wanted_with(json!({}));
        for name in ["kty", "crv", "use", "alg", "size"] {
            wanted[name] = row[name].clone();
        }
        let answer = page.make(&wanted).is(200);
        assert_eq!(answer.json()["note"], row["okta"], "{row}");
        let shared = row["kty"] == "oct";
        let text = answer.pane(if shared { "shared-jwk" } else { "private-jwk" });
        let jwk: Value = serde_json::from_str(&text).unwrap();
        for name in ["kty", "crv", "use", "alg"] {
            assert_eq!(jwk.get(name).unwrap_or(&Value::Null), &row[name], "{row} {name}");
        }
        assert!(jwk.get("kid").is_some());
        assert_eq!(answer.json()["panes"].as_array().unwrap().len(), if shared { 1 } else { 5 });
    }
}

#[test]
fn the_panes_are_one_key() {
    let page = Page::start();
    let answer = page.make(&wanted_with(json!({"certificate": true}))).is(200);
    let key = PrivateJwk::parse(&answer.pane("private-jwk")).unwrap();
    let public = PublicJwk::parse(&answer.pane("public-jwk")).unwrap();
    let set = JwkSet::parse(&answer.pane("public-set")).unwrap();
    assert_eq!(key.public(), public);
    assert_eq!(set.keys(), std::slice::from_ref(&public));
    assert_eq!(*key.expose_pkcs8_pem(), answer.pane("private-pem"));
    assert_eq!(public.to_spki_pem(), answer.pane("public-pem"));
    assert_eq!(answer.pane("certificate"), CERTIFICATE);
    let kid = key.kid().unwrap();
    let files: Vec<_> =
        answer.json()["panes"].as_array().unwrap().iter().map(|it| it["file"].clone()).collect();
    let suffixes = ["jwk", "public.jwk", "jwks", "pem", "public.pem", "crt"];
    assert_eq!(files, suffixes.map(|it| Value::from(format!("{kid}.{it}"))));
    for pane in answer.json()["panes"].as_array().unwrap() {
        let is_secret = pane["id"].as_str().unwrap().starts_with("private");
        assert_eq!(pane["secret"], is_secret, "{pane}");
        assert!(pane["text"].as_str().unwrap().ends_with('\n'));
    }
}

#[test]
fn the_kid_is_what_was_chosen() {
    let page = Page::start();
    let kid =
        |kid: &str| private(&page.make(&wanted_with(json!({"kid": kid}))).is(200))["kid"].clone();
    assert_eq!(kid("date"), "2026-11-23");
    assert_eq!(kid("timestamp"), NOW.to_string());
    assert_eq!(kid("=2026 w48"), "2026 w48");
    assert_eq!(kid("none"), Value::Null);
    assert_eq!(kid("sha256").as_str().unwrap().len(), 43);
    assert_eq!(kid("sha1").as_str().unwrap().len(), 27);
    let answer = page.make(&wanted_with(json!({}))).is(200);
    let key = PrivateJwk::parse(&answer.pane("private-jwk")).unwrap();
    assert_eq!(key.kid().unwrap().as_str(), key.thumbprint().as_str());
}

#[test]
fn a_certificate_that_cannot_be_made_is_explained_and_the_key_is_there() {
    let page = Page::start();
    let answer =
        page.make(&wanted_with(json!({"certificate": true, "kid": "=no certificate"}))).is(200);
    let panes = answer.json()["panes"].as_array().unwrap().clone();
    assert_eq!(panes[5]["text"], Value::Null);
    assert_eq!(panes[5]["problem"], "not for this key");
    assert!(private(&answer)["d"].is_string());
}

/// W-06: what a browser could take for markup comes back as the text that it is.
#[test]
fn w_06_a_kid_is_text() {
    let page = Page::start();
    for kid in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "javascript:alert(1)",
        "{{choices}}",
        "${alert(1)}",
        "' OR 1=1 --",
        "../../etc/passwd",
        "\\u003cscript\\u003e",
        "&lt;b&gt;",
    ] {
        let answer = page.make(&wanted_with(json!({"kid": format!("={kid}")}))).is(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(private(&answer)["kid"], kid);
        for pane in answer.json()["panes"].as_array().unwrap() {
            let file = pane["file"].as_str().unwrap();
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            assert!(file.chars().all(plain) && !file.starts_with('.'), "{file}");
        }
    }
    for kid in ["", "\0", "a\r\nX: y", "\u{202e}", "clé", &"k".repeat(257)] {
        let answer = page.make(&wanted_with(json!({"kid": format!("={kid}")}))).is(400);
        assert!(answer.json()["error"].as_str().unwrap().contains("key ID"), "{answer:?}");
    }
}

#[test]
fn what_cannot_be_made_is_refused_in_words() {
    let page = Page::start();
    for (members, word) in [
        (json!({"alg": "ES384"}), "ES384"),
        (json!({"alg": "RSA1_5"}), "RSA1_5"),
        (json!({"alg": "none"}), "unsigned"),
        (json!({"crv": "Ed448"}), "Ed448"),
        (json!({"crv": "X448"}), "X448"),
        (json!({"kty": "RSA"}), "RSA"),
        (json!({"kty": "<b>"}), "<b>"),
        (json!({"kty": "RSA", "crv": null, "alg": "RS256", "size": 1024}), "1024"),
        (json!({"size": 256}), "size"),
        (json!({"use": "enc"}), "enc"),
        (json!({"use": "both"}), "use"),
        (json!({"kid": "name"}), "thumbprint"),
        (
            json!({"kty": "oct", "crv": null, "alg": "HS256", "size": 256, "kid": "sha1"}),
            "no public half",
        ),
        (
            json!({"kty": "oct", "crv": null, "alg": "HS256", "size": 256, "certificate": true}),
            "no public half",
        ),
        (json!({"kty": "oct", "crv": null, "alg": "HS512", "size": 256}), "HS512"),
        (json!({"more": 1}), "more"),
        (json!({"certificate": "yes"}), "boolean"),
    ] {
        let answer = page.make(&wanted_with(members)).is(400);
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(word), "{word} is not in {error}");
    }
    for wanted in [json!({}), json!([]), json!("x"), Value::Null] {
        page.make(&wanted).is(400);
    }
}
