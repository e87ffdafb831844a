//! API answers that no sound server gives, played to the real program.

mod filter;

use std::time::Duration;

use okta_http::{Clock as _, SystemClock};
use serde_json::Value;
use tests::{HostileServer, Outcome, Part, Sandbox};

use crate::PROGRAM;

const TOKEN: &str = "/oauth2/v1/token";

fn answer(status: &str, headers: &str, body: &str) -> Vec<Part> {
    let length = body.len();
    vec![Part::of(format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    ))]
}

/// A server that gives tokens, numbered, and answers everything else by `api`.
fn serving(api: impl Fn(&str) -> Vec<Part> + Send + Sync + 'static) -> HostileServer {
    HostileServer::start(move |request, n| {
        if !request.starts_with(&format!("POST {TOKEN} ")) {
            return api(request);
        }
        let token = format!(
            r#"{{"access_token":"canary-{n}","token_type":"Bearer","expires_in":3600,"scope":"okta.users.read"}}"#
        );
        answer("200 OK", "", &token)
    })
}

fn client(server: &HostileServer) -> Sandbox {
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_M2M_ORG_URL", &server.url())
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaHOSTILE")
        .with_variable("OKTA_M2M_KEY", "svc.jwk")
        .with_variable("OKTA_M2M_DPOP", "never")
        .with_variable("OKTA_M2M_SCOPE", "okta.users.read")
        .measuring_memory();
    std::fs::create_dir(sandbox.path().join(".cache")).unwrap();
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
    sandbox
}

fn api(sandbox: &Sandbox, arguments: &[&str]) -> Outcome {
    api_within(sandbox, "6", arguments)
}

fn api_within(sandbox: &Sandbox, seconds: &str, arguments: &[&str]) -> Outcome {
    let limits = ["prlimit", "--data=67108864", "timeout", "-sKILL", seconds];
    let flags = ["--timeout", "5", "--max-wait", "2"];
    let outcome = sandbox.run_under(&limits, &[&["api"], arguments, &flags[..]].concat());
    let memory = sandbox.peak_memory();
    assert!(memory.is_some_and(|kib| kib < 64 * 1024), "{memory:?} KiB: {}", outcome.stderr);
    outcome
}

#[test]
fn a_01_a_token_that_is_refused_twice_is_refused() {
    let server =
        serving(|_| answer("401 No", "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n", "{}"));
    let sandbox = client(&server);
    assert_eq!(api(&sandbox, &["GET", "/api/v1/users"]).code, 4);
    assert_eq!((server.count(TOKEN), server.count("/api/v1/users")), (2, 2));
}

#[test]
fn a_01_a_token_that_is_refused_once_is_replaced_and_the_call_repeated() {
    let server = serving(|request| {
        if request.contains("canary-0") {
            answer("401 No", "", "{}")
        } else {
            answer("200 OK", "", "[]")
        }
    });
    let sandbox = client(&server);
    assert_eq!(api(&sandbox, &["GET", "/api/v1/users"]).stdout(), "[]\n");
    assert_eq!((server.count(TOKEN), server.count("/api/v1/users")), (2, 2));
}

#[test]
fn a_03_a_missing_scope_is_named_and_no_token_is_asked_for_again() {
    let challenge =
        "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"okta.users.manage\"\r\n";
    let server = serving(move |_| answer("403 No", challenge, "{}"));
    let sandbox = client(&server);
    api(&sandbox, &["GET", "/api/v1/users"]).refused(4, &["okta.users.manage"]);
    assert_eq!(server.count(TOKEN), 1);
}

#[test]
fn a_04_a_rate_limit_of_the_api_costs_no_token() {
    let server = serving(|_| answer("429 Slow", "Retry-After: 1\r\n", "{}"));
    let sandbox = client(&server);
    assert_eq!(api(&sandbox, &["GET", "/api/v1/users"]).code, 6);
    assert_eq!(server.count(TOKEN), 1);
    assert!(server.count("/api/v1/users") > 1);
}

#[test]
fn a_05_a_post_of_unknown_fate_is_not_repeated() {
    for fate in [Vec::new(), vec![Part::Silence], vec![Part::of("HTTP/1.1 200 OK\r\nContent-Le")]] {
        let server = serving(move |_| fate.clone());
        let sandbox = client(&server);
        let call = ["POST", "/api/v1/users", "-f", "a=b", "--timeout", "2"];
        let limits = ["timeout", "-sKILL", "6"];
        let outcome = sandbox.run_under(&limits, &[&["api"], &call[..]].concat());
        assert_eq!(outcome.code, 10, "{outcome}");
        assert!(outcome.stderr.contains("okta-m2m api GET"), "{outcome}");
        assert_eq!(server.count("/api/v1/users"), 1);
    }
}

/// Whoever repeats what a success has done does it twice: only calls that may be repeated fail as answers do.
#[test]
fn a_05_what_fails_after_a_success_is_half_done() {
    let json = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n";
    let cut = (format!("{json}Content-Length: 9\r\n\r\n{{}}"), 7, "ended before");
    let chunk = (format!("{json}Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 8, "malformed");
    let whole = format!("{json}Content-Length: 2\r\n\r\n[]");
    let html = "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\n<p>".to_owned();
    for (filter, (answer, code, said)) in [
        (None, cut.clone()),
        (None, chunk.clone()),
        (Some(".id"), cut),
        (Some(".id"), chunk),
        (Some(".id"), (whole, 1, "`--jq` does not fit")),
        (Some(".id"), (html, 8, "no JSON")),
    ] {
        let sent = answer.clone();
        let server = serving(move |_| vec![Part::of(&sent)]);
        let sandbox = client(&server);
        let call = |words: &[&'static str]| {
            let filter = filter.map(|filter| ["--jq", filter]);
            api(&sandbox, &[words, filter.as_ref().map_or(&[][..], |it| it)].concat())
        };
        for words in [&["GET", "/api/v1/groups"][..], &["POST", "/api/v1/groups", "--idempotent"]] {
            let outcome = call(words);
            assert_eq!(outcome.code, code, "{answer}: {outcome}");
        }
        for method in ["POST", "PATCH"] {
            let outcome = call(&[method, "/api/v1/groups"]);
            assert_eq!(outcome.code, 10, "{answer}: {outcome}");
            for words in
                ["the server answered 201, and then: ", said, "okta-m2m api GET /api/v1/groups"]
            {
                assert!(outcome.stderr.contains(words), "{answer}: {outcome}");
            }
        }
    }
}

#[test]
fn a_06_what_is_too_long_or_compressed_is_not_taken() {
    for headers in ["Content-Length: 10737418240\r\n", "Content-Encoding: gzip\r\n"] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}\r\n");
        let server = serving(move |_| vec![Part::of(&head), Part::Endless(vec![b' '; 65_536])]);
        let outcome = api(&client(&server), &["GET", "/api/v1/users"]);
        outcome.refused(8, &[]);
    }
}

#[test]
fn v_18_an_api_that_repeats_the_token_does_not_show_it() {
    let server = serving(|request| {
        let token = request.lines().find_map(|it| it.strip_prefix("authorization: ")).unwrap();
        answer("400 No", "", &format!(r#"{{"errorCode":"E1","errorSummary":"not {token}"}}"#))
    });
    let outcome = api(&client(&server), &["GET", "/api/v1/users", "-v"]);
    assert!(!outcome.stderr.contains("canary-0"), "{outcome}");
    outcome.refused(5, &["[redacted]"]);
}

#[test]
fn a_06_an_endless_answer_ends_at_the_limit() {
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let server = serving(move |_| vec![Part::of(head), Part::Endless(chunk.clone().into_bytes())]);
    let sandbox = client(&server);
    assert_eq!(api(&sandbox, &["GET", "/api/v1/users"]).code, 8);
}

#[test]
fn a_08_pages_in_a_circle_end() {
    let server = serving(|request| {
        let host = request.lines().find_map(|it| it.strip_prefix("host: ")).unwrap().to_owned();
        let next = format!("Link: <http://{host}/api/v1/users?after=x>; rel=\"next\"\r\n");
        answer("200 OK", &next, "[]")
    });
    let sandbox = client(&server);
    assert_eq!(api(&sandbox, &["GET", "/api/v1/users", "--paginate"]).code, 8);
    assert!(server.count("/api/v1/users") <= 3);
}

#[test]
fn v_23_pages_of_another_origin_are_not_fetched() {
    for place in [
        "https://evil.example/next",
        "//evil.example/x",
        "http://127.0.0.1:1/x",
        "http://a@127.0.0.1/",
    ] {
        let next = format!("Link: <{place}>; rel=\"next\"\r\n");
        let server = serving(move |_| answer("200 OK", &next, "[]"));
        let sandbox = client(&server);
        let outcome = api(&sandbox, &["GET", "/api/v1/users", "--paginate"]);
        assert_eq!(outcome.code, 8, "{place}: {}", outcome.stderr);
        assert_eq!(server.count("/api/v1/users"), 1);
    }
    let server = serving(|_| answer("200 OK", "Link: http://x; rel=\"next\"\r\n", "[]"));
    assert_eq!(api(&client(&server), &["GET", "/api/v1/users", "--paginate"]).code, 8);
}

#[test]
fn v_23_ten_thousand_pages_go_through_little_memory() {
    let server = serving(|request| {
        let path = request.split(' ').nth(1).unwrap();
        let number: u32 = path.rsplit('=').next().unwrap().parse().unwrap_or_default();
        let next = format!("Link: </api/v1/users?after={}>; rel=\"next\"\r\n", number + 1);
        let headers = if number < 9_999 { next } else { String::new() };
        answer("200 OK", &headers, "[1]")
    });
    let sandbox = client(&server);
    let pages = ["GET", "/api/v1/users", "--paginate"];
    // Each page has its own deadline.
    let printed = api_within(&sandbox, "120", &pages).stdout();
    assert_eq!(printed.lines().count(), 10_000);
    assert_eq!(server.count(TOKEN), 1);
}

#[test]
fn a_10_no_path_takes_the_token_elsewhere() {
    let server = serving(|_| answer("200 OK", "", "{}"));
    let sandbox = client(&server);
    let evil = HostileServer::start(|_, _| answer("200 OK", "", "{}"));
    let port = evil.url().rsplit_once(':').unwrap().1.to_owned();
    let absolute = format!("{}/api/v1/users", evil.url());
    let without_scheme = format!("//127.0.0.1:{port}/api");
    let userinfo = format!("@127.0.0.1:{port}/api");
    let paths = [
        &*absolute,
        &*without_scheme,
        &*userinfo,
        "/api/../../x",
        "/a%0d%0aX: y",
        "/a b",
        "/a\r\nX: y",
        "/é",
        "\\\\evil",
    ];
    for path in paths {
        let outcome = api(&sandbox, &["GET", path]);
        assert!(matches!(outcome.code, 0 | 2), "{path}: {:?} {}", outcome.code, outcome.stderr);
    }
    assert!(evil.requests().is_empty());
    let injected = |request: &String| request.lines().any(|line| line.starts_with("X:"));
    assert!(!server.requests().iter().any(injected));
}

const BOUND: &str =
    r#"{"access_token":"canary","token_type":"DPoP","expires_in":3600,"scope":"okta.users.read"}"#;

/// RFC 9449 says it by a challenge with 401, Okta with 400.
#[test]
fn an_api_that_wants_a_nonce_gets_it_with_the_same_token() {
    let challenge = "WWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\nDPoP-Nonce: n-1\r\n";
    let nonce = "DPoP-Nonce: n-1\r\n";
    let body = r#"{"error":"use_dpop_nonce","error_description":"give one"}"#;
    for (status, headers, body) in [
        ("401 Unauthorized", challenge, "{}"),
        ("401 Unauthorized", nonce, body),
        ("400 Bad Request", challenge, ""),
        ("400 Bad Request", nonce, body),
    ] {
        let server = HostileServer::start(move |_, n| match n {
            0 => answer("200 OK", "", BOUND),
            1 => answer(status, headers, body),
            _ => answer("200 OK", "", "[]"),
        });
        let sandbox = client(&server);
        let call = ["GET", "/api/v1/users", "--dpop", "always"];
        assert_eq!(api(&sandbox, &call).stdout(), "[]\n", "{status}");
        let requests = server.requests();
        assert_eq!(requests.len(), 3, "{status}");
        let proof = |request: &str| crate::proof_of(request);
        assert_eq!(proof(&requests[1])["nonce"], Value::Null);
        assert_eq!(proof(&requests[2])["nonce"], "n-1");
        assert_ne!(proof(&requests[1])["jti"], proof(&requests[2])["jti"]);
    }
}

#[test]
fn an_api_that_wants_nonce_after_nonce_is_left() {
    let demand = r#"{"error":"use_dpop_nonce","error_description":"Resource server requires nonce in DPoP proof."}"#;
    let server = HostileServer::start(move |_, n| match n {
        0 => answer("200 OK", "", BOUND),
        _ => answer("400 Bad Request", "DPoP-Nonce: n-1\r\n", demand),
    });
    let sandbox = client(&server);
    let refused = api(&sandbox, &["GET", "/api/v1/users", "--dpop", "always"]);
    assert_eq!((refused.code, server.requests().len()), (4, 4), "{refused}");
    // It is not switched off here.
    assert!(refused.stderr.contains("again and again, or gives none"), "{refused}");
    assert!(!refused.stderr.contains("--dpop auto"), "{refused}");
}

/// A local clock that runs ahead makes proofs of the future, which every later run would make again.
#[test]
fn a_proof_that_is_refused_for_its_time_is_made_by_the_servers_clock() {
    let refusal = r#"{"error":"invalid_dpop_proof","error_description":"The DPoP proof was issued in the future."}"#;
    let behind = |secs| {
        let date = httpdate::fmt_http_date(SystemClock.now() - Duration::from_secs(secs));
        format!("Date: {date}\r\n")
    };
    // By the API, and by the token endpoint.
    for refused_at in [1, 0] {
        let server = HostileServer::start(move |request, n| match n {
            n if n == refused_at => answer("400 Bad Request", &behind(60), refusal),
            _ if request.starts_with("POST") => answer("200 OK", "", BOUND),
            _ => answer("200 OK", "", "[]"),
        });
        let sandbox = client(&server);
        let call = ["GET", "/api/v1/users", "--dpop", "always"];
        assert_eq!(api(&sandbox, &call).stdout(), "[]\n", "{refused_at}");
        let requests = server.requests();
        assert_eq!(requests.len(), 3, "{refused_at}");
        let issued = |at: usize| crate::proof_of(&requests[at])["iat"].as_i64().unwrap();
        let earlier = issued(refused_at) - issued(refused_at + 1);
        assert!((58..=62).contains(&earlier), "{earlier}");
    }
}
