//! What a token endpoint may answer, and what comes of it.

use std::time::SystemTime;

use okta_http::HttpError;

use super::*;

fn answer(status: u16, body: &str) -> Result<AccessToken, TokenError> {
    answer_of_type("application/json", status, body)
}

fn answer_of_type(kind: &str, status: u16, body: &str) -> Result<AccessToken, TokenError> {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    let response = Response::new(status, headers, body.as_bytes().to_vec());
    let sent_at = Instant { wall: SystemTime::UNIX_EPOCH, elapsed: Duration::ZERO };
    parse(
        response,
        &Scopes::parse("okta.users.read okta.groups.read").unwrap(),
        sent_at,
        Binding::default(),
    )
}

/// A complete answer with `member` put in the place of the one it names.
fn with(name: &str, value: &str) -> Result<AccessToken, TokenError> {
    let mut members = [
        ("access_token", r#""eyJ""#),
        ("token_type", r#""Bearer""#),
        ("expires_in", "3600"),
        ("scope", r#""okta.groups.read okta.users.read""#),
    ];
    if let Some(member) = members.iter_mut().find(|member| member.0 == name) {
        member.1 = value;
    }
    let body: Vec<_> = members.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
    answer(200, &format!("{{{}}}", body.join(",")))
}

#[track_caller]
fn check_lifetime(expires_in: &str, secs: u64) {
    assert_eq!(with("expires_in", expires_in).unwrap().lifetime(), Duration::from_secs(secs));
}

#[track_caller]
fn check_invalid(name: &str, value: &str, expected: &str) {
    match with(name, value) {
        Err(TokenError::InvalidAnswer { what }) => assert_eq!(what, expected),
        other => panic!("{name} = {value} gave {other:?}"),
    }
}

#[track_caller]
fn check_malformed(result: Result<AccessToken, TokenError>) {
    assert!(matches!(result, Err(TokenError::Http(HttpError::Malformed { .. }))), "{result:?}");
}

#[test]
fn v_08_a_page_is_no_token_answer_and_is_shown() {
    let page = "<html>Sign in to the guest network</html>";
    let error = answer_of_type("text/html", 200, page).unwrap_err();
    assert!(error.to_string().contains("Sign in to the guest network"), "{error}");
    let token = r#"{"access_token":"a","token_type":"Bearer"}"#;
    check_malformed(answer_of_type("text/plain", 200, token));
}

#[test]
fn t_16_no_lifetime_is_immortal_and_none_panics() {
    check_lifetime("3600", 3600);
    check_lifetime("3600.0", 3600);
    check_lifetime("1e3", 1000);
    check_lifetime(r#""3600""#, 3600);
    check_lifetime(r#""99999999999999999999999""#, 86_400);
    check_lifetime("9223372036854775808", 86_400);
    check_lifetime("1e300", 86_400);
    for zero in ["0", "-1", r#""0""#, "-9223372036854775808"] {
        check_invalid("expires_in", zero, "`expires_in` is not a positive number");
    }
    for malformed in ["3600.9", "[]", "true", r#""0x10""#, r#""""#, "null"] {
        check_malformed(with("expires_in", malformed));
    }
}

#[test]
fn a_token_without_a_lifetime_lives_for_a_minute() {
    let token = answer(200, r#"{"access_token":"a","token_type":"Bearer"}"#).unwrap();
    assert_eq!(token.lifetime(), Duration::from_secs(60));
}

#[test]
fn v_10_an_access_token_that_cannot_be_sent_is_refused() {
    let what = "`access_token` cannot be sent in a header";
    for value in [r#""""#, r#""a b""#, r#""a\r\nX: y""#, r#""é""#] {
        check_invalid("access_token", value, what);
    }
    check_invalid("access_token", &format!("{:?}", "a".repeat(20_000)), what);
    check_invalid("access_token", "null", "`access_token` is missing");
    check_malformed(with("access_token", "1"));
}

#[test]
fn v_11_a_repeated_member_is_refused() {
    let body = r#"{"access_token":"a","access_token":"b","token_type":"Bearer","expires_in":1}"#;
    check_malformed(answer(200, body));
}

#[test]
fn v_12_a_token_type_of_no_use_is_refused() {
    let what = "`token_type` is neither `Bearer` nor `DPoP`";
    check_invalid("token_type", r#""mac""#, what);
    check_invalid("token_type", r#""N_A""#, what);
    check_invalid("token_type", "null", "`token_type` is missing");
    assert_eq!(with("token_type", r#""BEARER""#).unwrap().token_type(), TokenType::Bearer);
}

#[test]
fn v_15_an_error_in_a_success_wins() {
    let body = r#"{"access_token":"a","token_type":"Bearer","expires_in":60,"error":"x"}"#;
    assert!(matches!(answer(200, body), Err(TokenError::InvalidAnswer { .. })));
}

#[test]
fn t_14_scopes_that_were_dropped_are_named() {
    match with("scope", r#""okta.users.read""#) {
        Err(TokenError::ScopesMissing { missing, token }) => {
            assert_eq!(missing.to_string(), "okta.groups.read");
            assert_eq!(token.scopes().to_string(), "okta.users.read");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn more_scopes_than_asked_for_are_no_error() {
    let token = with("scope", r#""okta.groups.read okta.users.read okta.apps.read""#).unwrap();
    assert_eq!(token.scopes().len(), 3);
}

#[test]
fn refusals_keep_the_servers_words_and_say_who_acts() {
    let refused = answer(401, r#"{"error":"invalid_client","error_description":"No."}"#);
    match refused {
        Err(TokenError::ClientRefused(server)) => {
            assert_eq!(server.oauth_error(), Some("invalid_client"));
            assert_eq!(server.description(), Some("No."));
        }
        other => panic!("{other:?}"),
    }
    let scope = answer(400, r#"{"error":"invalid_scope","error_description":"x"}"#);
    assert!(matches!(scope, Err(TokenError::RequestRefused(_))));
    let proof = answer(400, r#"{"error":"invalid_dpop_proof","error_description":"x"}"#);
    assert!(matches!(proof, Err(TokenError::ClientRefused(_))));
    assert!(matches!(answer(503, "<html>"), Err(TokenError::ServerFault(_))));
    check_malformed(answer(200, ""));
    assert!(matches!(answer(204, ""), Err(TokenError::InvalidAnswer { .. })));
}
