//! Bytes that nobody meant, for everything that reads what comes from outside: nothing panics, and what is taken is right.
//!
//! `OKTA_M2M_TEST_MUTATIONS` says how many inputs each target gets (2,000 unless it is set); the same number gives the same inputs.

use std::env;

use jwk_gen::{JwkSet, KeyReader, PrivateJwk, PublicJwk, parse_public};
use okta_http::{OrgUrl, Response, Scopes, ServerError};
use okta_register::ChosenClientId;

/// The one that jwk-gen's own tests mutate by.
#[path = "../../crates/jwk-gen/tests/it/json_abuse/mutation.rs"]
mod mutation;

use mutation::Mutator;

const EC: &str = include_str!("../../crates/jwk-gen/tests/vectors/rfc7515-a3.json");

/// Gives the target its inputs; it says whether it took one, and some of the unchanged seeds must be taken.
#[track_caller]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "how much is asked for and done"
)]
fn check(seeds: &[&[u8]], target: impl Fn(&[u8]) -> bool) {
    assert!(seeds.iter().any(|seed| target(seed)), "no seed is taken");
    let inputs = env::var("OKTA_M2M_TEST_MUTATIONS").map_or(2_000, |it| it.parse().unwrap());
    let mut mutator = Mutator::new(7517);
    let others = seeds.iter().map(|seed| seed.to_vec()).collect::<Vec<_>>();
    let mut input = || {
        let seed = mutator.choose(seeds);
        mutator.mutate(seed, &others)
    };
    let taken = (0..inputs).filter(|_| target(&input())).count();
    eprintln!("{inputs} inputs, {taken} taken");
    assert!(taken < inputs, "everything is taken");
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// Whether the text could move a terminal's cursor, or turn the direction of what follows.
fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

fn key() -> PrivateJwk {
    PrivateJwk::parse(EC).unwrap()
}

#[test]
fn keys_in_any_form() {
    let pem = key().expose_pkcs8_pem();
    let der = key().expose_pkcs8_der();
    let seeds = [EC.as_bytes(), pem.as_bytes(), &der];
    check(&seeds, |bytes| match KeyReader::new().private(bytes) {
        Ok(read) => {
            let again = PrivateJwk::parse(&read.key.expose_json()).unwrap();
            assert_eq!(again.thumbprint(), read.key.thumbprint());
            true
        }
        Err(error) => {
            assert!(is_clean(&error.to_string()), "{error}");
            false
        }
    });
}

#[test]
fn der() {
    check(&[&key().expose_pkcs8_der()], |bytes| PrivateJwk::from_pkcs8_der(bytes).is_ok());
}

#[test]
fn public_keys_and_sets() {
    let jwk = serde_json::to_string(&key().public()).unwrap();
    let set = format!("{{\"keys\":[{jwk}]}}");
    check(&[jwk.as_bytes(), set.as_bytes()], |bytes| {
        let Some(text) = text(bytes) else { return false };
        drop(PublicJwk::parse(text));
        drop(JwkSet::parse(text));
        let Ok(set) = parse_public(text) else { return false };
        // What the strict reader takes, the tolerant one takes too, with the same members.
        if text.trim_start().starts_with('{') {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            let keys = value["keys"].as_array().map_or(1, Vec::len);
            assert!(set.keys().len() <= keys, "{text}");
        }
        set.iter().all(|key| !serde_json::to_string(key).unwrap().contains("\"d\":"))
    });
}

#[test]
fn assertions() {
    let seeds: [&[u8]; 2] = [
        b"eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiIwb2ExIiwic3ViIjoiMG9hMSIsImF1ZCI6Imh0dHBzOi8vYWNtZS5va3RhLmNvbS9vYXV0aDIvdjEvdG9rZW4iLCJleHAiOjE3ODczMDYzMDB9.AAAA",
        b"eyJhbGciOiJub25lIn0.eyJleHAiOiIxNjE0NjY0MjY3In0.",
    ];
    let now = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_787_306_000);
    check(&seeds, |bytes| {
        let Some(text) = text(bytes) else { return false };
        let expected = jwt_sign::Expectations { now, audience: None, client_id: None };
        jwt_sign::inspect(text, &expected).is_ok()
    });
}

#[test]
fn errors_of_servers() {
    let seeds: [&[u8]; 3] = [
        br#"{"error":"invalid_client","error_description":"The audience claim is wrong."}"#,
        br#"{"errorCode":"E0000006","errorSummary":"no","errorId":"oae1","errorCauses":[{"errorSummary":"x: y"}]}"#,
        b"<html><title>502</title></html>",
    ];
    for kind in ["application/json", "text/html"] {
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        check(&seeds, |bytes| {
            let error =
                ServerError::from_response(&Response::new(400, headers.clone(), bytes.to_vec()));
            let told = format!("{error}");
            assert!(is_clean(&told), "{told:?}");
            error.oauth_error().is_some() || (kind == "text/html" && bytes == seeds[0])
        });
    }
}

#[test]
fn dates_and_links() {
    let org = OrgUrl::parse("https://acme.okta.com").unwrap();
    let seeds: [&[u8]; 2] = [
        b"Sun, 06 Nov 1994 08:49:37 GMT",
        b"<https://acme.okta.com/api/v1/users?after=1>; rel=\"next\"",
    ];
    check(&seeds, |bytes| {
        let Some(text) = text(bytes) else { return false };
        let headers = ["date", "link"].map(|name| (name.to_owned(), text.to_owned())).to_vec();
        let response = Response::new(200, headers, Vec::new());
        if let Ok(Some(next)) = response.next_link(&org) {
            assert!(next.starts_with("https://acme.okta.com/"), "{next}");
        }
        response.date().is_some()
    });
}

#[test]
fn org_urls() {
    let seeds: [&[u8]; 4] = [
        b"https://acme.okta.com",
        b"acme-admin.oktapreview.com/",
        b"http://127.0.0.1:8080",
        b"https://[::1]:8443/oauth2/default",
    ];
    check(&seeds, |bytes| {
        let Some(text) = text(bytes) else { return false };
        let Ok(url) = OrgUrl::parse(text) else { return false };
        // What was taken is written in one way, and read again as the same.
        assert_eq!(OrgUrl::parse(url.as_str()).unwrap(), url, "{text}");
        assert!(url.as_str().starts_with("https://") || url.is_loopback(), "{text}");
        true
    });
}

#[test]
fn scopes_and_client_ids() {
    check(&[b"okta.users.read okta.groups.read", b"openid,profile"], |bytes| {
        let Some(text) = text(bytes) else { return false };
        if let Ok(id) = ChosenClientId::parse(text) {
            assert_eq!(id.as_str(), text);
        }
        let Ok(scopes) = Scopes::parse(text) else { return false };
        assert_eq!(Scopes::parse(&scopes.to_string()).unwrap(), scopes);
        true
    });
}
