//! What HTTP itself asks of a server, and what every answer carries.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::UNIX_EPOCH;

use serde_json::Value;

use crate::harness::{Answer, Org, client_body, key};

#[test]
fn every_answer_has_the_org_s_headers() {
    let org = Org::start();
    let answers = [
        org.get("/api/v1/users").is(200),
        org.send("GET", "/nowhere", &[], "").is(404),
        org.form("/oauth2/v1/token", &[], &[]).is(400),
    ];
    for answer in &answers {
        let number = |name: &str| answer.header(name).unwrap().parse::<i64>().unwrap();
        assert_eq!(number("x-rate-limit-limit"), 600);
        assert!(number("x-rate-limit-remaining") < 600);
        let date = httpdate::parse_http_date(answer.header("date").unwrap()).unwrap();
        let date = date.duration_since(UNIX_EPOCH).unwrap().as_secs();
        let until_reset = number("x-rate-limit-reset") - i64::try_from(date).unwrap();
        assert!((1..=60).contains(&until_reset), "{until_reset}");
    }
    let ids: Vec<_> = answers.iter().map(|it| it.header("x-okta-request-id").unwrap()).collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
    let remaining =
        |answer: &Answer| answer.header("x-rate-limit-remaining").unwrap().parse::<u32>().unwrap();
    assert_eq!(remaining(&org.get("/api/v1/users")), remaining(&answers[0]) - 1);
}

#[test]
fn paths_and_methods() {
    let org = Org::start();
    for path in ["/", "/api/v1", "/api/v1/apps/", "/api/v2/apps", "/oauth2/v1/authorize", "/%ff"] {
        org.get(path).fails(404, "E0000008", "");
    }
    for (method, path) in [
        ("DELETE", "/api/v1/apps"),
        ("PATCH", "/api/v1/apps/x"),
        ("GET", "/oauth2/v1/token"),
        ("PUT", "/oauth2/v1/introspect"),
        ("POST", "/api/v1/users"),
        ("PUT", "/oauth2/v1/clients"),
        ("GET", "/api/v1/apps/x/lifecycle/activate"),
        ("POST", "/oauth2/v1/keys"),
    ] {
        org.admin(method, path, &Value::Null).fails(405, "E0000022", "");
    }
}

#[test]
fn bodies_and_their_types() {
    let org = Org::start();
    let authorization = format!("SSWS {}", org.emulator.admin_token());
    let good = client_body(&[key("a").public()]).to_string();
    let post = |headers: &[(&str, &str)], body: &str| {
        let headers = [&[("authorization", authorization.as_str())], headers].concat();
        org.send("POST", "/oauth2/v1/clients", &headers, body)
    };
    let json = ("content-type", "application/json; charset=utf-8");
    post(&[json], &good).is(201);
    post(&[json, ("accept", "text/html, application/*;q=0.8")], &good).is(201);
    post(&[json, ("accept", "text/html")], &good).fails(400, "E0000019", "");
    post(&[("content-type", "text/plain")], &good).fails(400, "E0000019", "");
    post(&[], &good).fails(400, "E0000021", "");
    for malformed in ["", "{", "[]", "null", r#"{"client_name":"a","client_name":"b"}"#] {
        post(&[json], malformed).fails(400, "E0000003", "");
    }
    let large = format!(r#"{{"client_name":"{}"}}"#, "x".repeat(1024 * 1024));
    let answer = org.try_send(
        "POST",
        &org.url("/oauth2/v1/clients"),
        &[("authorization", &authorization), json],
        large,
    );
    // The server may close before all was sent, which some systems report as a broken pipe.
    if let Ok(answer) = answer {
        answer.fails(413, "E0000003", "");
    }
    assert_eq!(org.get("/oauth2/v1/clients").json().as_array().unwrap().len(), 2);
}

/// Sends raw bytes and returns the status line.
fn raw(org: &Org, text: &str) -> String {
    let address = org.emulator.org_url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

/// E-06; the fuzzer `emulator_http_request` goes on where this ends.
#[test]
fn requests_that_no_client_of_ours_would_send() {
    let org = Org::start();
    let token = org.emulator.admin_token();
    let head = format!("authorization: SSWS {token}\r\nconnection: close\r\n\r\n");
    let get = |host: &str| raw(&org, &format!("GET /api/v1/users HTTP/1.1\r\n{host}{head}"));
    assert!(get("host: localhost\r\n").contains(" 200 "));
    assert!(get("host: [::1]:99\r\n").contains(" 200 "));
    for host in ["host: evil.example:80\r\n", "host: 127.0.0.1.evil.example\r\n", ""] {
        assert!(get(host).contains(" 421 "), "{host}");
    }
    let post =
        format!("POST /api/v1/apps/x/lifecycle/activate HTTP/1.1\r\nhost: localhost\r\n{head}");
    assert!(raw(&org, &post).contains(" 411 "));
    assert!(raw(&org, "\u{1}\u{2}\u{3}\r\n\r\n").contains(" 400 "));
    let smuggled = format!(
        "POST /oauth2/v1/token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\n\
         content-length: 5\r\n{head}abcd"
    );
    assert!(raw(&org, &smuggled).contains(" 400 "));
    assert!(get("host: localhost\r\n").contains(" 200 "), "still up");
}
