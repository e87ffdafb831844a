//! Rate limits that processes and machines share.

use tests::RedisServer;

use super::*;

#[test]
fn t_06_a_limit_that_one_process_has_met_is_waited_out_by_the_next_one() {
    let (told, waiting) = (limited("30"), limited("3"));
    let sandbox = client(&told.url());
    let impatient = get(&sandbox, &[], &["--max-wait", "1"]);
    assert_eq!(impatient.code, 6, "{impatient}");
    let later = get(&sandbox, &[], &["--max-wait", "1", "--scope", "okta.apps.read"]);
    assert_stands(&later);
    assert_eq!(told.count("POST "), 1);
    let sandbox = client(&waiting.url());
    assert_eq!(get(&sandbox, &[], &["--max-wait", "1"]).code, 6);
    assert_eq!(get(&sandbox, &[], &["--max-wait", "4"]).json()["access_token"], "opaque");
    assert_eq!(waiting.count("POST "), 2);
}

/// Answers the first request by 429 and the others by a token.
fn limited(secs: &'static str) -> HostileServer {
    HostileServer::start(move |_, n| match n {
        0 => answer("429 Slow", &format!("Retry-After: {secs}\r\n"), ""),
        _ => good(),
    })
}

/// What the one is told that comes after the one that met a limit of 30 s.
#[track_caller]
fn assert_stands(told: &Outcome) {
    assert_eq!(told.code, 6, "{told}");
    let error: Value = serde_json::from_str(&told.stderr).unwrap();
    let left = error["error"]["retry_after_s"].as_u64().unwrap();
    assert!((1..=30).contains(&left), "{told}");
    let words =
        format!("a rate limit that another request has met stands for {left} s more: HTTP 429");
    assert!(error["error"]["message"].as_str().unwrap().starts_with(&words), "{told}");
    assert_eq!(error["error"]["hint"], format!("wait {left} s, or allow it: --max-wait {left}"));
}

/// What a server says is kept for others, who are shown it: whatever it repeats of the request, the assertion is not there.
#[test]
fn t_06_a_limit_that_repeats_the_assertion_does_not_hand_it_on() {
    let server = HostileServer::start(|request, _| {
        let form = request.rsplit("\r\n").next().unwrap_or_default();
        let assertion = form.rsplit("client_assertion=").next().unwrap_or_default();
        let (assertion, _) = assertion.split_once('&').unwrap_or((assertion, ""));
        let body = format!("{{\"error\":\"slow\",\"error_description\":\"no {assertion}\"}}");
        answer("429 Slow", "Content-Type: application/json\r\nRetry-After: 30\r\n", &body)
    });
    let sandbox = client(&server.url());
    let met = get(&sandbox, &[], &["--max-wait", "1"]);
    let later = get(&sandbox, &[], &["--max-wait", "1", "--scope", "okta.apps.read"]);
    assert!(server.requests()[0].contains("client_assertion=eyJ"));
    for told in [met, later] {
        assert_eq!(told.code, 6, "{told}");
        assert!(!told.stderr.contains("eyJ"), "{told}");
    }
}

/// Two machines with a client each, and one Redis server.
#[test]
fn t_06_a_limit_that_one_machine_has_met_is_waited_out_by_the_next_one() {
    if is_skipped("redis") {
        return;
    }
    let (told, waiting) = (limited("30"), limited("3"));
    let redis = RedisServer::start(&[]);
    let url = redis.url();
    let within = |sandbox: &Sandbox, longest: &str| {
        sandbox.write("fleet.key", &"a1".repeat(32));
        let fleet = ["--redis-url", &url, "--redis-key-file", "fleet.key", "--max-wait", longest];
        get(sandbox, &[], &fleet)
    };
    let (one, other) = (client(&told.url()), client(&told.url()));
    assert_eq!(within(&one, "1").code, 6);
    assert_stands(&within(&other, "1"));
    assert_eq!(told.count("POST "), 1);
    let (one, other) = (client(&waiting.url()), client(&waiting.url()));
    assert_eq!(within(&one, "1").code, 6);
    assert_eq!(within(&other, "4").json()["access_token"], "opaque");
    assert_eq!(waiting.count("POST "), 2);
}
