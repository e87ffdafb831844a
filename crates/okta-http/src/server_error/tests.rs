//! Both shapes, and everything else that comes in their place.

use super::*;

fn error(status: u16, headers: &[(&str, &str)], body: &str) -> ServerError {
    let headers =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ServerError::from_response(&Response::new(status, headers, body.as_bytes().to_vec()))
}

#[track_caller]
fn check(status: u16, headers: &[(&str, &str)], body: &str, expected: &str) {
    assert_eq!(error(status, headers, body).to_string(), expected);
}

const REQUEST_ID: (&str, &str) = ("X-Okta-Request-Id", "reqVITmLUDPR2-1");

#[test]
fn oauth_shape() {
    let body = r#"{"error":"invalid_client","error_description":"The client_assertion token is expired."}"#;
    check(
        401,
        &[REQUEST_ID],
        body,
        "HTTP 401 `invalid_client`: The client_assertion token is expired. (request id `reqVITmLUDPR2-1`)",
    );
    let error = error(401, &[REQUEST_ID], body);
    assert_eq!(error.oauth_error(), Some("invalid_client"));
    assert_eq!(error.description(), Some("The client_assertion token is expired."));
    assert_eq!(error.request_id.as_deref(), Some("reqVITmLUDPR2-1"));
    assert_eq!((error.error_code(), error.error_id(), error.causes().len()), (None, None, 0));
    check(400, &[], r#"{"error":"server_error"}"#, "HTTP 400 `server_error`");
}

#[test]
fn okta_shape() {
    let body = r#"{"errorCode":"E0000001","errorSummary":"Api validation failed: OAuth2ClientJsonWebKey","errorLink":"E0000001",
        "errorId":"oaeABC","errorCauses":[{"errorSummary":"kid: The value is not unique."},{"other":1}]}"#;
    check(
        400,
        &[],
        body,
        "HTTP 400 `E0000001`: Api validation failed: OAuth2ClientJsonWebKey; kid: The value is not unique. (error id `oaeABC`)",
    );
    let error = error(400, &[], body);
    assert_eq!(error.error_code(), Some("E0000001"));
    assert_eq!(error.error_summary(), Some("Api validation failed: OAuth2ClientJsonWebKey"));
    assert_eq!(error.error_id(), Some("oaeABC"));
    assert_eq!(error.causes(), ["kid: The value is not unique."]);
    assert_eq!(error.oauth_error(), None);
}

#[test]
fn both_shapes_lose_nothing() {
    let error = error(
        400,
        &[],
        r#"{"error":"invalid_request","errorCode":"E1","errorSummary":"why","errorId":"oae"}"#,
    );
    assert_eq!((error.oauth_error(), error.description()), (Some("invalid_request"), Some("why")));
}

#[test]
fn an_empty_body_is_explained_by_the_challenge() {
    let challenge = "Bearer scope=\"okta.groups.read\", error=\"insufficient_scope\", \
        error_description=\"The access token provided does not contain the required scopes.\"";
    check(
        403,
        &[("WWW-Authenticate", challenge)],
        "",
        "HTTP 403 `insufficient_scope`: The access token provided does not contain the required scopes. (missing scope `okta.groups.read`)",
    );
    let error = error(403, &[("www-authenticate", challenge)], "");
    assert_eq!(error.missing_scope(), Some("okta.groups.read"));
    assert_eq!(error.oauth_error(), Some("insufficient_scope"));
    assert_eq!(*error.body, ErrorBody::Empty);
}

#[test]
fn a_scope_is_missing_only_if_the_challenge_says_so() {
    let challenge = "DPoP scope=\"okta.groups.read\", error=\"invalid_dpop_proof\"";
    assert_eq!(error(400, &[("WWW-Authenticate", challenge)], "").missing_scope(), None);
}

#[test]
fn other_bodies_are_quoted_briefly() {
    check(
        502,
        &[("Content-Type", "text/html")],
        "<html>Bad\nGateway</html>",
        "HTTP 502: text/html: <html>Bad Gateway</html>",
    );
    check(500, &[], "", "HTTP 500: empty body");
    for body in [
        "null",
        "[]",
        "{}",
        "\"x\"",
        "{\"error\":1}",
        "{\"error\":{\"code\":1}}",
        "{\"errorCode\":1}",
        "\u{feff}{}",
    ] {
        assert!(matches!(*error(500, &[], body).body, ErrorBody::Other { .. }), "{body}");
    }
    let ErrorBody::Other { excerpt, .. } = *error(500, &[], &"é".repeat(500_000)).body else {
        panic!("shape")
    };
    assert_eq!(excerpt.chars().count(), 81);
    let deep = "[".repeat(100_000);
    assert!(matches!(*error(500, &[], &deep).body, ErrorBody::Other { .. }));
}

#[test]
fn no_server_text_drives_the_terminal() {
    let hostile = r#"\u001b]52;c;AAAA\u0007\u009b31m\u202e\r\nerror: forged"#;
    let oauth = format!(r#"{{"error":"{hostile}","error_description":"{hostile}"}}"#);
    let okta = format!(
        r#"{{"errorCode":"{hostile}","errorSummary":"{hostile}","errorId":"{hostile}","errorCauses":[{{"errorSummary":"{hostile}"}}]}}"#
    );
    for body in [oauth.as_str(), &okta, "\u{1b}[2J\r\u{202e}\u{9b}"] {
        let shown =
            error(400, &[("Content-Type", "text/\u{9b}x"), ("X-Okta-Request-Id", "\u{1b}c")], body)
                .to_string();
        assert!(!shown.chars().any(|c| c.is_control() || c == '\u{202e}'), "{shown:?}");
    }
    let long = format!(r#"{{"error":"x","error_description":"{}"}}"#, "y".repeat(1_000_000));
    assert!(error(400, &[], &long).to_string().len() < 1000);
}
