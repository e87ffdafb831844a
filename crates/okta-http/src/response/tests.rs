//! Bodies that are and are not the JSON they should be.

use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize, PartialEq)]
struct Token {
    access_token: String,
}

fn response(content_type: Option<&str>, body: &[u8]) -> Response {
    let headers = content_type.map(|it| ("Content-Type".to_owned(), it.to_owned()));
    Response::new(200, headers.into_iter().collect(), body.to_vec())
}

#[track_caller]
fn malformed(content_type: Option<&str>, body: &[u8], expected: &str) {
    match response(content_type, body).json::<Token>() {
        Err(HttpError::Malformed { what }) => assert_eq!(what, expected),
        other => panic!("{other:?}"),
    }
}

const JSON: Option<&str> = Some("application/json");
const TOKEN: &[u8] = br#"{"access_token":"canary"}"#;

#[test]
fn json_by_type_and_content() {
    for content_type in [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/json;charset=\"utf-8\"",
        "application/hal+json",
    ] {
        assert_eq!(
            response(Some(content_type), TOKEN).json::<Token>().unwrap().access_token,
            "canary"
        );
    }
}

#[test]
fn other_types_are_refused_without_showing_the_body() {
    malformed(None, TOKEN, "not JSON (no content type)");
    malformed(Some("text/plain"), TOKEN, "not JSON (text/plain)");
    malformed(
        Some("application/json; charset=utf-16"),
        TOKEN,
        "not JSON (application/json; charset=utf-16)",
    );
    malformed(
        Some("application/x-www-form-urlencoded"),
        b"access_token=canary",
        "not JSON (application/x-www-form-urlencoded)",
    );
    malformed(JSON, b"", "the body is empty");
}

#[test]
fn a_captive_portal_is_quoted() {
    let page = format!("<html>\n\u{1b}[2J<h1>Log in</h1>{}", "x".repeat(1000));
    let expected =
        format!("not JSON (text/html): `<html> \\u{{1b}}[2J<h1>Log in</h1>{}…`", "x".repeat(49));
    malformed(Some("text/html"), page.as_bytes(), &expected);
}

#[test]
fn broken_json_is_located_not_quoted() {
    for body in [
        &b"\xef\xbb\xbf{\"access_token\":\"canary\"}"[..],
        b"{\"access_token\":\"canary\"}x",
        b"{\"access_token\":\"canary\"}{}",
        b"{\"access_token\":\"canary\"}\0",
        b")]}'\n{\"access_token\":\"canary\"}",
        b"{\"access_token\":\"canary\xff\"}",
        b"{\0\"\0a\0",
        b"{\"access_token\":\"canary\",\"access_token\":\"canary\"}",
        b"{\"access_token\":\"canary\"",
        b"\"canary\"",
        b"{\"access_token\":null}",
        b"[\"canary\", 1]",
    ] {
        let error = response(JSON, body).json::<Token>().unwrap_err().to_string();
        assert!(error.contains("JSON") && error.contains("(line "), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}

#[test]
fn depth_and_size_of_unused_members_do_no_harm() {
    let depth = 100_000;
    let body =
        format!("{{\"x\":{}{},\"access_token\":\"t\"}}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(response(JSON, body.as_bytes()).json::<Token>().unwrap().access_token, "t");
    let body = format!("{{\"x\":\"{}\",\"id\":123,\"access_token\":\"t\"}}", "y".repeat(1_000_000));
    assert_eq!(response(JSON, body.as_bytes()).json::<Token>().unwrap().access_token, "t");
}

#[test]
fn debug_shows_neither_body_nor_cookies() {
    let headers =
        [("Set-Cookie", "canary"), ("DPoP-Nonce", "canary"), ("X-Okta-Request-Id", "req1")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let debug = format!("{:?}", Response::new(200, headers, TOKEN.to_vec()));
    assert!(!debug.contains("canary"), "{debug}");
    assert!(debug.contains("req1") && debug.contains("Set-Cookie"), "{debug}");
}

#[test]
fn headers_are_found_whatever_their_case() {
    let headers = [
        ("Link", "a"),
        ("link", "b"),
        ("X-Okta-Request-Id", "req1"),
        ("Date", "Fri, 21 Aug 2026 10:00:00 GMT"),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let response = Response::new(200, headers, Vec::new());
    assert_eq!(response.header_values("LINK").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(response.request_id(), Some("req1"));
    let since_epoch = response.date().unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(since_epoch.as_secs(), 1_787_306_400);
    assert_eq!(response.header("missing"), None);
}

#[test]
fn dates_that_are_none() {
    for date in [
        "",
        "soon",
        "1787306400",
        "Fri, 21 Aug 2026 10:00:00 +0200",
        "Fri, 99 Aug 2026 10:00:00 GMT",
    ] {
        let headers = vec![("Date".to_owned(), date.to_owned())];
        assert_eq!(Response::new(200, headers, Vec::new()).date(), None, "{date}");
    }
}

#[test]
fn v_19_two_dates_and_that_of_a_kept_answer_are_none() {
    let date = |more: &[(&str, &str)]| {
        let headers = [&[("Date", "Fri, 21 Aug 2026 10:00:00 GMT")], more].concat();
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Response::new(200, headers.collect(), Vec::new()).date()
    };
    assert!(date(&[]).is_some());
    assert_eq!(date(&[("date", "Fri, 21 Aug 2026 10:05:00 GMT")]), None);
    assert_eq!(date(&[("Age", "300")]), None);
}

#[test]
fn secrets_sent_back_are_replaced() {
    let headers = vec![(
        "WWW-Authenticate".to_owned(),
        "Bearer error_description=\"bad canary-token\"".to_owned(),
    )];
    let mut response =
        Response::new(401, headers, b"you sent canary-token, canary-token!".to_vec());
    response.redact(&[Secret::new("canary-token"), Secret::new("you")]);
    assert_eq!(response.body(), b"you sent [redacted], [redacted]!");
    assert_eq!(
        response.header("www-authenticate"),
        Some("Bearer error_description=\"bad [redacted]\"")
    );
}

#[test]
fn a_secret_among_other_bytes_is_replaced_too() {
    let mut response = Response::new(502, Vec::new(), b"\xff sent canary-token".to_vec());
    response.redact(&[Secret::new("canary-token")]);
    assert_eq!(response.body(), "\u{fffd} sent [redacted]".as_bytes());
}

#[test]
fn only_2xx_is_success() {
    for status in [200, 201, 204, 206, 299] {
        assert!(Response::new(status, Vec::new(), Vec::new()).into_success().is_ok());
    }
    for status in [100, 199, 304, 400, 401, 500, 600, 999] {
        assert_eq!(
            Response::new(status, Vec::new(), Vec::new()).into_success().unwrap_err().status,
            status
        );
    }
}
