//! T-10: a server whose clock is another than this machine's.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use okta_http::{Clock as _, SystemClock};
use serde_json::Value;
use tests::{HostileServer, Outcome, Part, Sandbox};

use crate::PROGRAM;

const GOOD: &str = r#"{"access_token":"opaque","token_type":"Bearer","expires_in":3600,"scope":"okta.users.read"}"#;
const EARLY: &str = r#"{"error":"invalid_client","error_description":"The client_assertion token must be issued before the current time."}"#;

fn get(sandbox: &Sandbox) -> Outcome {
    sandbox.run(&["token", "get", "--no-cache", "-v"])
}

/// By how many seconds the program says that the server's clock is `off`.
#[track_caller]
fn check_told(outcome: &Outcome, seconds: u64, off: &str) {
    let told = outcome.stderr.lines().find_map(|line| {
        let (_, offset) = line.split_once("clock of the server: ")?;
        offset.strip_suffix(&format!(" s {off} this machine's"))?.parse::<u64>().ok()
    });
    assert!(told.is_some_and(|told| told.abs_diff(seconds) <= 2), "{seconds}: {outcome}");
}

#[test]
fn t_10_a_server_whose_clock_is_ahead_is_followed_and_that_is_told() {
    for seconds in [90, 600, 23 * 3600] {
        let (org, sandbox) = crate::ready();
        org.advance_clock(Duration::from_secs(seconds));
        let outcome = get(&sandbox);
        check_told(&outcome, seconds, "ahead of");
        drop(outcome.stdout());
    }
    let (org, sandbox) = crate::ready();
    org.advance_clock(Duration::from_secs(30 * 86_400));
    let month = sandbox.run(&["token", "get", "--no-cache"]);
    month.refused(3, &["days apart", "set the clock of this machine"]);
}

/// A server so many seconds behind, which takes no assertion from its future, as Okta does not.
fn behind(seconds: u64) -> (HostileServer, Sandbox) {
    let server = HostileServer::start(move |request, _| {
        let now = SystemClock.now() - Duration::from_secs(seconds);
        let now_s = now.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let is_early = assertion(request)["iat"].as_u64().unwrap() > now_s;
        let (status, body) = if is_early { ("401 No", EARLY) } else { ("200 OK", GOOD) };
        let (date, length) = (httpdate::fmt_http_date(now), body.len());
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nDate: {date}\r\nContent-Length: {length}\r\n\r\n"
        );
        vec![Part::of(format!("{head}{body}"))]
    });
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_M2M_ORG_URL", &server.url())
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaCLOCK")
        .with_variable("OKTA_M2M_KEY", "svc.jwk")
        .with_variable("OKTA_M2M_SCOPE", "okta.users.read");
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
    (server, sandbox)
}

/// The claims of the client assertion in a request.
fn assertion(request: &str) -> Value {
    let jwt = request.split("client_assertion=").nth(1).unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

#[test]
fn t_10_a_server_whose_clock_is_behind_is_followed_and_that_is_told() {
    for seconds in [90, 600, 23 * 3600] {
        let (server, sandbox) = behind(seconds);
        let outcome = get(&sandbox);
        check_told(&outcome, seconds, "behind");
        assert_eq!(outcome.stdout(), "opaque\n");
        let sent: Vec<_> = server.requests().iter().map(|it| assertion(it)).collect();
        assert_eq!(sent.len(), 2, "{seconds}");
        assert_ne!(sent[0]["jti"], sent[1]["jti"]);
    }
    let (server, sandbox) = behind(30 * 86_400);
    get(&sandbox).refused(3, &["days apart", "set the clock of this machine"]);
    assert_eq!(server.requests().len(), 1);
}
