//! Faults and the log of requests.

use std::time::Duration;

use okta_emulator::Fault;
use serde_json::{Value, json};

use crate::harness::{Org, client_body, key};

const CLIENTS: &str = "/oauth2/v1/clients";

/// E-05.
#[test]
fn a_fault_meets_as_many_requests_as_it_was_armed_for() {
    let org = Org::start();
    let html = Fault::answer(CLIENTS, 503)
        .for_method("GET")
        .with_header("retry-after", "1")
        .with_body("text/html", "<html>Back soon</html>")
        .times(2);
    org.emulator.inject(html);
    org.get("/api/v1/users").is(200);
    org.admin("POST", CLIENTS, &client_body(&[key("a").public()])).is(201);
    for _ in 0..2 {
        let answer = org.get(CLIENTS).is(503);
        assert_eq!(answer.body, "<html>Back soon</html>");
        assert_eq!(answer.header("content-type"), Some("text/html"));
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    org.get(CLIENTS).is(200);
    assert_eq!(org.emulator.armed_faults(), []);
}

#[test]
fn faults_come_in_the_order_of_arming() {
    let org = Org::start();
    for status in [500, 502] {
        org.emulator.inject(Fault::answer("/", status));
    }
    assert_eq!(org.emulator.armed_faults().len(), 2);
    let statuses: Vec<_> = (0..3).map(|_| org.get(CLIENTS).status).collect();
    assert_eq!(statuses, [500, 502, 200]);
    org.emulator.inject(Fault::answer("/", 42).with_header("a b", ""));
    org.get(CLIENTS).is(500);
}

#[test]
fn a_rate_limit_says_when_it_is_lifted() {
    let org = Org::start();
    org.emulator.inject(Fault::rate_limited(CLIENTS, Duration::from_secs(7)));
    let answer = org.get(CLIENTS).fails(429, "E0000047", "rate limit");
    assert_eq!(answer.all("x-rate-limit-limit").collect::<Vec<_>>(), ["600"]);
    assert_eq!(answer.header("x-rate-limit-remaining"), Some("0"));
    let date = httpdate::parse_http_date(answer.header("date").unwrap()).unwrap();
    let reset: u64 = answer.header("x-rate-limit-reset").unwrap().parse().unwrap();
    let wait = reset - date.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!((6..=7).contains(&wait), "{wait}");
}

#[test]
fn a_lost_response_leaves_the_work_done() {
    let org = Org::start();
    let authorization = format!("SSWS {}", org.emulator.admin_token());
    for (fault, expected) in
        [(Fault::lost_response(CLIENTS), 1), (Fault::cut_response(CLIENTS, 300), 2)]
    {
        org.emulator.inject(fault.for_method("POST"));
        let headers =
            [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let body = client_body(&[key("a").public()]).to_string();
        let lost = org.try_send("POST", &org.url(CLIENTS), &headers, body);
        assert!(lost.is_err(), "{lost:?}");
        let clients = org.get(CLIENTS).is(200).json();
        assert_eq!(clients.as_array().unwrap().len(), expected);
    }
    let posts = org.emulator.requests().into_iter().filter(|it| it.method == "POST");
    assert_eq!(posts.map(|it| it.status).collect::<Vec<_>>(), [201, 201]);
}

#[test]
fn silence_is_heard_by_one_client_only() {
    let org = Org::start();
    org.emulator.inject(Fault::silence("/api/v1/groups"));
    let impatient = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_millis(100)))
        .proxy(None)
        .build()
        .new_agent();
    let url = org.url("/api/v1/groups");
    let error = impatient.get(&url).call().unwrap_err();
    assert!(matches!(error, ureq::Error::Timeout(_)), "{error}");
    org.get("/api/v1/groups").is(200);
}

#[test]
fn the_log_keeps_what_was_sent_and_hides_credentials() {
    let org = Org::start();
    let client = org.provisioned("READ_ONLY_ADMIN", &["okta.users.read"]);
    let assertion = org.assertion(&client).sign(&key("a"));
    let token = org.token_with(&assertion, "okta.users.read").is(200).json();
    let token = token["access_token"].as_str().unwrap();
    let headers = [("authorization", format!("Bearer {token}")), ("cookie", "sid=abc".to_owned())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    org.send("GET", "/api/v1/users?limit=1", &headers, "").is(200);

    let log = org.emulator.requests();
    let request = log.last().unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/api/v1/users"));
    assert_eq!((request.query.as_deref(), request.status), (Some("limit=1"), 200));
    let header = |name: &str| {
        let (_, value) = request.headers.iter().find(|(key, _)| key == name).unwrap();
        value.as_str()
    };
    assert_eq!(header("authorization"), "Bearer [redacted]");
    assert_eq!(header("cookie"), "[redacted]");
    let whole = serde_json::to_string(&log).unwrap();
    assert!(whole.contains(&assertion));
    for secret in [token, org.emulator.admin_token(), "sid=abc"] {
        assert!(!whole.contains(secret));
    }
    let over_http = org.send("GET", "/_emulator/requests", &[], "").is(200).json();
    assert_eq!(over_http, json!(log));
    assert_eq!(org.emulator.requests().len(), log.len(), "looking is not noted");
    org.admin("DELETE", "/_emulator/requests", &Value::Null).is(404);
}
