//! Each kind of failure has the exit code that the contract gives it.

use std::time::Duration;

use okta_http::Response;
use okta_register::RegisterError;

use super::*;

fn refusal(status: u16, body: &str) -> CliError {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let response = Response::new(status, headers, body.as_bytes().to_vec());
    response.into_success().unwrap_err().into()
}

#[track_caller]
fn check(status: u16, body: &str, code: u8) {
    assert_eq!(refusal(status, body).class().code(), code);
}

#[test]
fn the_status_decides_except_for_refused_proofs() {
    check(401, r#"{"error":"invalid_client"}"#, 4);
    check(401, r#"{"error":"invalid_request"}"#, 4);
    check(403, r#"{"errorCode":"E0000006","errorSummary":"x"}"#, 4);
    check(400, r#"{"error":"invalid_dpop_proof"}"#, 4);
    check(400, r#"{"error":"use_dpop_nonce"}"#, 4);
    check(400, r#"{"error":"invalid_scope"}"#, 5);
    check(404, r#"{"errorCode":"E0000007","errorSummary":"x"}"#, 5);
    check(409, "", 5);
    check(500, "<html>", 8);
}

#[test]
fn the_servers_words_are_in_the_message_and_in_the_json() {
    let error =
        refusal(401, r#"{"error":"invalid_client","error_description":"The JWT kid is invalid."}"#);
    assert!(error.message().contains("The JWT kid is invalid."), "{}", error.message());
    assert!(error.hint().unwrap().contains("okta-m2m client show"));
    let json = error.to_json();
    assert_eq!(json["error"]["class"], "client_refused");
    assert_eq!(json["error"]["code"], 4);
    assert_eq!(json["error"]["server"]["error_description"], "The JWT kid is invalid.");
    assert_eq!(json["error"]["server"]["status"], 401);
}

#[test]
fn a_rate_limit_says_how_long() {
    let server = Response::new(429, Vec::new(), Vec::new()).into_success().unwrap_err();
    let retry_after = Duration::from_secs(41);
    let error = CliError::from(HttpError::RateLimited { retry_after, server: Box::new(server) });
    assert_eq!(error.class().code(), 6);
    assert_eq!(error.to_json()["error"]["retry_after_s"], 41);
    assert_eq!(error.hint(), Some("wait 41 s, or allow it: --max-wait 41"));
}

#[test]
fn a_wait_that_was_too_long_is_told_with_all_that_would_have_been_waited() {
    let wait = vec![("Retry-After".to_owned(), "41".to_owned())];
    let mut server = Response::new(503, wait, Vec::new()).into_success().unwrap_err();
    let error = CliError::from(server.clone());
    assert_eq!((error.class().code(), error.hint()), (8, None));
    assert_eq!(error.to_json()["error"]["retry_after_s"], 41);
    server.waits.sufficient = Some(Duration::from_millis(44_300));
    let expected = Some("wait 41 s, or allow it: --max-wait 45");
    assert_eq!(CliError::from(server.clone()).hint(), expected);
    let retry_after = Duration::from_millis(40_100);
    let error = CliError::from(HttpError::RateLimited { retry_after, server: Box::new(server) });
    assert_eq!(error.hint(), expected);
}

#[test]
fn a_registration_of_unknown_outcome_is_unfinished() {
    let server = Response::new(504, Vec::new(), Vec::new()).into_success().unwrap_err();
    let what = "register a service app".to_owned();
    let page = HttpError::Malformed { what: "not JSON (text/html)".to_owned() };
    let app_id = okta_register::AppId::new("0oa1").ok();
    for error in [
        RegisterError::CreationUnconfirmed { what: what.clone(), server },
        RegisterError::OutcomeUnknown { what: what.clone(), source: page },
        RegisterError::UnexpectedAnswer { what, app_id },
    ] {
        let error = CliError::from(error);
        assert_eq!(error.class(), Class::Unfinished);
        assert_eq!(error.hint(), Some("look before you repeat it: okta-m2m client list"));
    }
}
