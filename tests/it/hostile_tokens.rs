//! Token answers that no sound server gives, played to the real program.
//!
//! Each run has 64 MiB of memory, of which what is resident is measured, and is killed a second after its deadline.

use std::sync::Mutex;
use std::thread;

use serde_json::Value;
use tests::{HostileServer, Outcome, Part, Sandbox};

use crate::PROGRAM;

const GOOD: &str = r#"{"access_token":"opaque","token_type":"Bearer","expires_in":3600,"scope":"okta.users.read"}"#;

/// The program as a process with little memory and little time.
const LIMITED: [&str; 5] = ["prlimit", "--data=67108864", "timeout", "-sKILL", "3"];

struct Case {
    name: String,
    answer: Vec<Part>,
    code: i32,
}

fn case(name: impl Into<String>, answer: Vec<Part>, code: i32) -> Case {
    Case { name: name.into(), answer, code }
}

/// A complete answer with these header lines, each ended by CRLF.
fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<Part> {
    vec![Part::Bytes(message(status, headers, body))]
}

fn message(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

const JSON: &str = "Content-Type: application/json\r\n";

fn json(status: &str, body: impl AsRef<[u8]>) -> Vec<Part> {
    answer(status, JSON, body)
}

fn head(text: &str) -> Part {
    Part::of(format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{text}\r\n"))
}

/// The good answer with one member changed, or left out if `value` is empty.
fn with_member(name: &str, value: &str) -> Vec<Part> {
    let members = [
        ("access_token", r#""opaque""#),
        ("token_type", r#""Bearer""#),
        ("expires_in", "3600"),
        ("scope", r#""okta.users.read""#),
    ];
    let members = members.map(|(known, usual)| (known, if known == name { value } else { usual }));
    let members = members.iter().filter(|(_, value)| !value.is_empty());
    let members: Vec<_> = members.map(|(name, value)| format!("\"{name}\":{value}")).collect();
    json("200 OK", format!("{{{}}}", members.join(",")))
}

fn client(server: &HostileServer) -> Sandbox {
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_M2M_ORG_URL", &server.url())
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaHOSTILE")
        .with_variable("OKTA_M2M_KEY", "svc.jwk")
        .with_variable("OKTA_M2M_SCOPE", "okta.users.read")
        .measuring_memory();
    std::fs::create_dir(sandbox.path().join(".cache")).unwrap();
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
    sandbox
}

fn get(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    let flags = ["token", "get", "--format", "json", "--timeout", "2", "--max-wait", "1"];
    sandbox.run_under(&LIMITED, &[&flags[..], more].concat())
}

/// Plays the cases four at a time, and says which came out otherwise than expected.
#[track_caller]
fn play(cases: Vec<Case>) {
    let cases = Mutex::new(cases.into_iter());
    let findings = Mutex::new(Vec::new());
    let next = || cases.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = next() {
                    findings.lock().unwrap().extend(finding(&case));
                }
            });
        }
    });
    let findings = findings.into_inner().unwrap();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

fn finding(case: &Case) -> Option<String> {
    let parts = case.answer.clone();
    let server = HostileServer::start(move |_, _| parts.clone());
    let sandbox = client(&server);
    let outcome = get(&sandbox, &["--no-cache", "--dpop", "never"]);
    let told: Option<Value> = serde_json::from_str(outcome.stderr.trim()).ok();
    let is_sound = match case.code {
        0 => outcome.stdout.contains("opaque"),
        _ => {
            outcome.stdout.is_empty()
                && told.is_some_and(|it| it["error"]["message"].is_string())
                && !outcome.stderr.trim().contains(char::is_control)
        }
    };
    let memory = sandbox.peak_memory();
    let is_small = memory.is_some_and(|kib| kib < 64 * 1024);
    let is_expected = outcome.code == case.code && is_sound && is_small;
    (!is_expected).then(|| {
        let short: String = outcome.stderr.chars().take(400).collect();
        format!("{}: {:?} and not {}, {memory:?} KiB: {short}", case.name, outcome.code, case.code)
    })
}

#[test]
fn v_01_to_v_03_bodies_that_do_not_end_or_end_too_soon() {
    let good_chunk = format!("{:x}\r\n{GOOD}\r\n", GOOD.len());
    let chunked = |rest: &str| vec![head("Transfer-Encoding: chunked\r\n"), Part::of(rest)];
    let mut cases = vec![
        case(
            "V-01 1 GB",
            vec![head("Content-Length: 1073741824\r\n"), Part::Endless(vec![b' '; 65536])],
            8,
        ),
        case("V-01 2^63", vec![head("Content-Length: 9223372036854775808\r\n"), Part::of(GOOD)], 8),
        case(
            "V-01 2^64",
            vec![head("Content-Length: 18446744073709551616\r\n"), Part::of(GOOD)],
            8,
        ),
        case("V-01 no length", vec![head(""), Part::Endless(vec![b' '; 65536])], 8),
        case(
            "V-01 chunks",
            vec![
                head("Transfer-Encoding: chunked\r\n"),
                Part::Endless(b"8\r\n        \r\n".repeat(4096)),
            ],
            8,
        ),
        case("V-03 short", vec![head("Content-Length: 1000\r\n"), Part::of(GOOD)], 7),
        case("V-03 chunk size", chunked("xyz\r\n"), 8),
        case("V-03 negative chunk", chunked("-5\r\nabcde\r\n0\r\n\r\n"), 8),
        case("V-03 17 digits", chunked("10000000000000000\r\nabc"), 8),
        case("V-03 no last chunk", chunked(&good_chunk), 7),
        case("V-03 trailers", chunked(&format!("{good_chunk}0\r\nX: y\r\n\r\n")), 0),
        case(
            "V-01 64 KiB",
            json("200 OK", format!("{GOOD}{}", " ".repeat(65_536 - GOOD.len()))),
            0,
        ),
        case(
            "V-01 64 KiB + 1",
            json("200 OK", format!("{GOOD}{}", " ".repeat(65_537 - GOOD.len()))),
            8,
        ),
    ];
    for encoding in ["gzip", "br", "zstd", "deflate", "gzip, gzip", "unheard-of"] {
        let encoded = format!("Content-Type: application/json\r\nContent-Encoding: {encoding}\r\n");
        cases.push(case(format!("V-02 {encoding}"), answer("200 OK", &encoded, GOOD), 8));
    }
    let whole = message("200 OK", JSON, GOOD);
    for at in (1..whole.len()).step_by(11) {
        cases.push(case(format!("V-03 cut at {at}"), vec![Part::of(&whole[..at])], 7));
    }
    play(cases);
}

#[test]
fn v_04_heads_that_contradict_themselves() {
    let good_chunk = format!("{:x}\r\n{GOOD}\r\n", GOOD.len());
    play(vec![
        case(
            "V-04 long header",
            vec![Part::of(format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20)))],
            8,
        ),
        case(
            "V-04 many headers",
            vec![Part::of(format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(10_000)))],
            8,
        ),
        case("V-04 no colon", vec![head("Nonsense\r\n"), Part::of(GOOD)], 8),
        case("V-04 folded", vec![head("X: y\r\n z\r\nContent-Length: 2\r\n"), Part::of(GOOD)], 8),
        case(
            "V-04 bare LF",
            vec![Part::of(format!(
                "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: {}\n\n{GOOD}",
                GOOD.len()
            ))],
            0,
        ),
        case("V-04 NUL", vec![head("X: a\0b\r\nContent-Length: 2\r\n"), Part::of(GOOD)], 8),
        case(
            "V-04 two lengths",
            vec![
                head(&format!("Content-Length: {}\r\nContent-Length: 2\r\n", GOOD.len())),
                Part::of(GOOD),
            ],
            8,
        ),
        case(
            "V-04 length and chunks",
            vec![
                head(&format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", GOOD.len())),
                Part::of(format!("{good_chunk}0\r\n\r\n")),
            ],
            8,
        ),
    ]);
}

#[test]
fn v_05_v_06_and_v_35_statuses_and_what_comes_before_an_answer() {
    let mut cases = vec![
        case("V-05 HTTP/9.9", vec![Part::of("HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}")], 8),
        case("V-05 ICY", vec![Part::of("ICY 200 OK\r\nContent-Length: 2\r\n\r\n{}")], 8),
        case("V-05 99", json("99 Odd", GOOD), 8),
        case("V-05 199", json("199 Odd", GOOD), 8),
        case("V-05 204", json("204 No Content", GOOD), 8),
        case(
            "V-06 hints without end",
            vec![Part::Endless(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".to_vec())],
            8,
        ),
        case(
            "V-06 10 000 hints",
            [
                vec![Part::of("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(10_000))],
                json("200 OK", GOOD),
            ]
            .concat(),
            8,
        ),
        case("V-06 endless 100", vec![Part::Endless(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())], 8),
        case(
            "V-06 hints",
            [vec![Part::of("HTTP/1.1 103 Early Hints\r\n\r\n")], json("200 OK", GOOD)].concat(),
            0,
        ),
        case("V-35", json("200 OK", ""), 8),
    ];
    for status in ["201 Created", "202 Accepted", "206 Partial", "299 Odd", "600 Odd", "999 Odd"] {
        cases.push(case(format!("V-05 {status}"), json(status, GOOD), 8));
    }
    play(cases);
}

#[test]
fn v_07_to_v_09_redirects_types_and_texts() {
    let mut cases = vec![case("V-08 no type", answer("200 OK", "", GOOD), 8)];
    for place in [
        "https://evil.example/",
        "http://127.0.0.1:1/",
        "http://a:b@evil.example/",
        "//evil.example/",
        "/elsewhere",
        "data:,x",
        "/oauth2/v1/token",
        "",
    ] {
        for status in ["301 A", "302 B", "303 C", "307 D", "308 E"] {
            let redirect = answer(status, &format!("Location: {place}\r\n"), "");
            cases.push(case(format!("V-07 {status} {place}"), redirect, 8));
        }
    }
    for media_type in [
        "text/html",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "application/json; charset=utf-16",
    ] {
        let headers = format!("Content-Type: {media_type}\r\n");
        cases.push(case(format!("V-08 {media_type}"), answer("200 OK", &headers, GOOD), 8));
    }
    let utf_16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bodies: [(&str, Vec<u8>); 10] = [
        ("BOM", [b"\xef\xbb\xbf", GOOD.as_bytes()].concat()),
        ("UTF-16", utf_16),
        ("latin-1", b"{\"access_token\":\"\xe9\"}".to_vec()),
        ("trailing", format!("{GOOD}x").into()),
        ("two", format!("{GOOD}{GOOD}").into()),
        ("NUL", format!("{GOOD}\0").into()),
        ("prefix", format!(")]}}'\n{GOOD}").into()),
        ("array", format!("[{GOOD}]").into()),
        ("null", b"null".to_vec()),
        ("text", b"\"opaque\"".to_vec()),
    ];
    cases.extend(bodies.map(|(name, body)| case(format!("V-09 {name}"), json("200 OK", body), 8)));
    play(cases);
}

#[test]
fn v_10_to_v_15_members() {
    let mut cases = Vec::new();
    let mut add = |name: &str, values: &[&str], code: i32| {
        for value in values {
            let short: String = value.chars().take(40).collect();
            cases.push(case(format!("{name} {short}"), with_member(name, value), code));
        }
    };
    let (long, huge) =
        (format!("\"{}\"", "x".repeat(16_385)), format!("\"{}\"", "x".repeat(1 << 20)));
    add("access_token", &["", "null", "\"\"", "7", "[]", "{}", &long, &huge], 8);
    add("access_token", &[r#""a\r\nb""#, r#""a b""#, "\"é\"", r#""a\u0000""#], 8);
    add("token_type", &["", "null", "\"mac\"", "\"N_A\"", "\"\"", "7", "\"DPoP\""], 8);
    add("token_type", &["\"bearer\"", "\"BEARER\""], 0);
    add(
        "expires_in",
        &["null", "0", "-1", "\"0x10\"", "3600.9", "1e400", "[]", "true", "\"\"", "NaN"],
        8,
    );
    add("expires_in", &["", "\"3600\"", "1e3", "3600.0", "2147483648", "9223372036854775808"], 0);
    add("scope", &["[]", "7", "\"okta.users.read okta.\\u0000\""], 8);
    add(
        "scope",
        &["", "\"okta.apps.read okta.users.read\"", "\"okta.users.read okta.users.read\""],
        0,
    );
    add("scope", &["\"okta.apps.read\"", "\"\""], 5);
    for twice in ["access_token\":\"b", "token_type\":\"Bearer", "scope\":\"okta.users.read"] {
        let body = GOOD.replacen('{', &format!("{{\"{twice}\","), 1);
        cases.push(case(format!("V-11 {twice}"), json("200 OK", body), 8));
    }
    cases.push(case(
        "V-11 expires_in",
        json("200 OK", GOOD.replacen('{', "{\"expires_in\":1,", 1)),
        8,
    ));
    for error in ["null", "\"invalid_scope\"", "\"\""] {
        let body = GOOD.replacen('{', &format!("{{\"error\":{error},"), 1);
        cases.push(case(format!("V-15 {error}"), json("200 OK", body), 8));
    }
    cases.push(case("V-15 400", json("400 Bad Request", GOOD), 5));
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let deepest = "[".repeat(100_000) + &"]".repeat(100_000);
    let body = GOOD.replacen('{', &format!("{{\"id\":{deepest},"), 1);
    cases.push(case("V-33 100 000 deep", json("200 OK", body), 8));
    for unused in ["123", &format!("\"{}\"", "x".repeat(30_000)), &deep] {
        let body = GOOD.replacen('{', &format!("{{\"id\":{unused},"), 1);
        let short: String = unused.chars().take(9).collect();
        cases.push(case(format!("V-33 {short}"), json("200 OK", body), 0));
    }
    play(cases);
}

#[test]
fn v_16_to_v_18_and_v_22_errors_and_headers() {
    let okta = r#"{"errorCode":"E0000047","errorSummary":"sum","errorId":"oae7","errorCauses":[]}"#;
    let oauth = r#"{"error":"invalid_client","error_description":"why"}"#;
    let both = r#"{"error":"invalid_scope","errorCode":"E1","errorId":"oae8"}"#;
    let evil = r#"{"error":"x","error_description":"\u001b]52;c;aGk=\u0007\u009b\u202e\rok\n%s"}"#;
    let megabyte = format!(r#"{{"error":"x","error_description":"{}"}}"#, "y".repeat(60_000));
    let cases = vec![
        case("V-16 Okta", json("403 Forbidden", okta), 4),
        case("V-16 OAuth", json("401 Unauthorized", oauth), 4),
        case("V-16 OAuth 400", json("400 Bad Request", oauth), 4),
        case("V-16 both", json("400 Bad Request", both), 5),
        case("V-16 HTML", answer("400 Bad Request", "Content-Type: text/html\r\n", "<b>no</b>"), 5),
        case("V-16 empty", answer("400 Bad Request", "", ""), 5),
        case("V-17", json("400 Bad Request", evil), 5),
        case("V-17 long", json("400 Bad Request", megabyte), 5),
        case(
            "V-17 1 MB",
            json("400 Bad Request", format!("{{\"error\":\"{}\"}}", "y".repeat(1 << 20))),
            8,
        ),
        case("T-07", answer("503 Busy", "Retry-After: 60\r\n", ""), 8),
        case("T-09 407", answer("407 Proxy", "", ""), 5),
        case("T-09 502", answer("502 Bad Gateway", "Content-Type: text/html\r\n", "<h1>"), 8),
        case("500", json("500 Oops", okta), 8),
        case(
            "V-22 long",
            answer(
                "200 OK",
                &format!(
                    "Content-Type: application/json\r\nDPoP-Nonce: {}\r\n",
                    "n".repeat(1 << 20)
                ),
                GOOD,
            ),
            8,
        ),
    ];
    play(cases);
}

#[test]
fn v_19_to_v_21_dates_and_limits() {
    let mut cases = Vec::new();
    let now = "Sun, 06 Nov 1994 08:49:37 GMT";
    for date in [
        "",
        "garbage",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        now,
        "Sat, 01 Jan 2099 00:00:00 GMT",
        "Tue, 24 Nov 2026 08:49:37 +0200",
    ] {
        let headers =
            format!("Content-Type: application/json\r\nDate: {date}\r\nSet-Cookie: a=b\r\n");
        cases.push(case(format!("V-19 {date}"), answer("200 OK", &headers, GOOD), 0));
    }
    let two = format!("Content-Type: application/json\r\nDate: {now}\r\nDate: {now}\r\n");
    cases.push(case("V-19 two", answer("200 OK", &two, GOOD), 0));
    for reset in [
        "",
        "0",
        "-1",
        "1",
        "1787306440000",
        "9223372036854775808",
        "soon",
        "99999999999999999999999",
    ] {
        let headers = format!(
            "X-Rate-Limit-Reset: {reset}\r\nX-Rate-Limit-Reset: {reset}\r\nDate: {now}\r\n"
        );
        cases.push(case(format!("V-20 {reset}"), answer("429 Slow", &headers, ""), 6));
    }
    cases.push(case("V-20 no header", answer("429 Slow", "", ""), 6));
    for after in ["999999999", "120", "Fri, 31 Dec 2049 23:59:59 GMT"] {
        cases.push(case(
            format!("V-21 {after}"),
            answer("429 Slow", &format!("Retry-After: {after}\r\n"), ""),
            6,
        ));
    }
    play(cases);
}

#[test]
fn t_05_a_server_that_stalls_or_drips_is_left_at_the_deadline() {
    let whole = message("200 OK", JSON, GOOD);
    let stalled = |at: usize| vec![Part::of(&whole[..at]), Part::Silence];
    let points = [0, 1, 18, 40, 70, 75, 100, whole.len() - 1];
    let mut cases: Vec<_> = points.map(|at| case(format!("stalls at {at}"), stalled(at), 7)).into();
    cases.push(case("drips", vec![Part::Dripped(whole.clone())], 7));
    play(cases);
}

#[test]
fn t_02_a_closed_port_is_a_failure_of_the_network() {
    let server = HostileServer::start(|_, _| Vec::new());
    let sandbox = client(&server);
    drop(server);
    get(&sandbox, &["--no-cache"]).refused(7, &["127.0.0.1"]);
}

#[test]
fn t_04_a_lost_answer_is_asked_for_by_a_new_assertion() {
    let script = |_: &str, n: usize| if n == 0 { Vec::new() } else { json("200 OK", GOOD) };
    let server = HostileServer::start(script);
    let sandbox = client(&server);
    assert_eq!(get(&sandbox, &["--no-cache", "--dpop", "never"]).json()["access_token"], "opaque");
    let requests = server.requests();
    let assertion = |request: &str| request.split("client_assertion=").nth(1).map(str::to_owned);
    assert_eq!(requests.len(), 2);
    assert_ne!(assertion(&requests[0]).unwrap(), assertion(&requests[1]).unwrap());
}

#[test]
fn v_07_a_redirect_is_answered_by_nothing() {
    let server = HostileServer::start(|_, _| answer("307 No", "Location: /elsewhere\r\n", ""));
    let sandbox = client(&server);
    get(&sandbox, &["--no-cache"]).refused(8, &["redirect"]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn v_18_what_the_server_repeats_of_our_secrets_is_not_shown() {
    let echo = |request: &str, _: usize| {
        let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        json("400 Bad Request", format!(r#"{{"error":"odd","error_description":"{body}"}}"#))
    };
    let server = HostileServer::start(echo);
    let sandbox = client(&server);
    let outcome = get(&sandbox, &["--no-cache", "-v", "--dpop", "never"]);
    assert_eq!(outcome.code, 5);
    let body = server.requests().remove(0);
    let assertion = body.split("client_assertion=").nth(1).unwrap();
    for part in assertion.split('.') {
        assert!(!outcome.stderr.contains(&part[..20]), "{}", outcome.stderr);
    }
}

/// The local clock is right, whatever these dates say.
#[test]
fn v_19_a_date_that_is_none_moves_no_clock() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    for lines in [
        "",
        "Date: soon\r\n",
        &format!("Date: {date}\r\n"),
        &format!("Date: {date}\r\nDate: {date}\r\n"),
    ] {
        let headers = format!("Content-Type: application/json\r\n{lines}");
        let server = HostileServer::start(move |_, _| answer("200 OK", &headers, GOOD));
        let sandbox = client(&server);
        let outcome = sandbox.run(&["token", "get", "--no-cache", "--dpop", "never", "-v"]);
        assert!(outcome.stderr.contains("clock of the server: not known"), "{lines}: {outcome}");
    }
}

#[test]
fn v_24_no_cookie_is_ever_sent() {
    let busy = || answer("503 Busy", "Set-Cookie: id=canary; Path=/\r\n", "");
    let server =
        HostileServer::start(move |_, n| if n == 0 { busy() } else { json("200 OK", GOOD) });
    let sandbox = client(&server);
    drop(get(&sandbox, &["--no-cache", "--dpop", "never"]).json());
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|it| !it.to_ascii_lowercase().contains("cookie")), "{requests:?}");
}

#[test]
fn v_22_a_nonce_that_is_none_is_not_sent() {
    let long = "n".repeat(257);
    let lines = [
        "",
        "DPoP-Nonce: \r\n",
        "DPoP-Nonce: a\r\nDPoP-Nonce: b\r\n",
        "DPoP-Nonce: a\"b\r\n",
        "DPoP-Nonce: a b\r\n",
        &format!("DPoP-Nonce: {long}\r\n"),
    ];
    for line in lines.map(str::to_owned) {
        let headers = format!("Content-Type: application/json\r\n{line}");
        let demand = r#"{"error":"use_dpop_nonce","error_description":"give one"}"#;
        let server = HostileServer::start(move |_, _| answer("400 Bad Request", &headers, demand));
        let sandbox = client(&server);
        let outcome = get(&sandbox, &["--no-cache", "--dpop", "always"]);
        assert_eq!(outcome.code, 4, "{line} {}", outcome.stderr);
        assert_eq!(server.requests().len(), 1, "{line}");
    }
}

#[test]
fn t_12_a_server_that_always_wants_another_nonce_is_left() {
    let demand = |_: &str, n: usize| {
        let headers = format!("{JSON}DPoP-Nonce: n{n}\r\n");
        answer("400 Bad Request", &headers, r#"{"error":"use_dpop_nonce"}"#)
    };
    let server = HostileServer::start(demand);
    let sandbox = client(&server);
    let left = get(&sandbox, &["--no-cache", "--dpop", "always"]);
    assert_eq!(left.code, 4, "{left}");
    assert!((2..=3).contains(&server.requests().len()), "{}", server.requests().len());
}
