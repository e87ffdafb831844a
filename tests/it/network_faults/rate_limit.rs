//! Rate limits that processes and machines share.

use tests::RedisServer;

use super::*;

#[test]
fn t_06_a_limit_that_one_process_has_met_is_waited_out_by_the_next_one() {
    let limited = |_: &str, n: usize| match n {
        0 => answer("429 Slow", "Retry-After: 3\r\n", ""),
        _ => good(),
    };
    let server = HostileServer::start(limited);
    let sandbox = client(&server.url());
    let impatient = get(&sandbox, &[], &["--max-wait", "1"]);
    assert_eq!(impatient.code, 6, "{impatient}");
    let told = get(&sandbox, &[], &["--max-wait", "1", "--scope", "okta.apps.read"]);
    assert_eq!(told.code, 6, "{told}");
    let error: Value = serde_json::from_str(&told.stderr).unwrap();
    assert!((1..=3).contains(&error["error"]["retry_after_s"].as_u64().unwrap()), "{told}");
    assert_eq!(server.count("POST "), 1);
    assert_eq!(get(&sandbox, &[], &["--max-wait", "4"]).json()["access_token"], "opaque");
    assert_eq!(server.count("POST "), 2);
}

/// Two machines with a client each, and one Redis server.
#[test]
fn t_06_a_limit_that_one_machine_has_met_is_waited_out_by_the_next_one() {
    if is_skipped("redis") {
        return;
    }
    let limited = |_: &str, n: usize| match n {
        0 => answer("429 Slow", "Retry-After: 3\r\n", ""),
        _ => good(),
    };
    let server = HostileServer::start(limited);
    let redis = RedisServer::start(&[]);
    let (one, other) = (client(&server.url()), client(&server.url()));
    let url = redis.url();
    let within = |sandbox: &Sandbox, longest: &str| {
        sandbox.write("fleet.key", &"a1".repeat(32));
        let fleet = ["--redis-url", &url, "--redis-key-file", "fleet.key", "--max-wait", longest];
        get(sandbox, &[], &fleet)
    };
    assert_eq!(within(&one, "1").code, 6);
    let told = within(&other, "1");
    assert_eq!(told.code, 6, "{told}");
    assert!(told.stderr.contains("another process has just asked for it"), "{told}");
    assert_eq!(server.count("POST "), 1);
    assert_eq!(within(&other, "4").json()["access_token"], "opaque");
    assert_eq!(server.count("POST "), 2);
}
