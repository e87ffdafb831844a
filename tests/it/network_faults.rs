//! Names that nobody resolves, ports where nobody answers, limits and gateways, met by the real program.

mod rate_limit;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use serde_json::Value;
use tests::{HostileServer, Outcome, Part, Sandbox, TlsFront, is_skipped};

use crate::PROGRAM;

const GOOD: &str = r#"{"access_token":"opaque","token_type":"Bearer","expires_in":3600,"scope":"okta.users.read"}"#;

/// A hang shows as the exit code of a killed process; a machine that is busy does not.
const AT_MOST: [&str; 3] = ["timeout", "-sKILL", "10"];

fn client(org_url: &str) -> Sandbox {
    let sandbox = Sandbox::new(PROGRAM)
        .with_variable("OKTA_M2M_ORG_URL", org_url)
        .with_variable("OKTA_M2M_CLIENT_ID", "0oaNETWORK")
        .with_variable("OKTA_M2M_KEY", "svc.jwk")
        .with_variable("OKTA_M2M_DPOP", "never")
        .with_variable("OKTA_M2M_SCOPE", "okta.users.read");
    drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
    sandbox
}

fn get(sandbox: &Sandbox, wrapper: &[&str], more: &[&str]) -> Outcome {
    let flags = [&["token", "get", "--format", "json", "--timeout", "2"], more].concat();
    sandbox.run_under(&[&AT_MOST[..], wrapper].concat(), &flags)
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<Part> {
    let length = body.len();
    vec![Part::of(format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    ))]
}

fn good() -> Vec<Part> {
    answer("200 OK", "Content-Type: application/json\r\n", GOOD)
}

/// Answers every question by the code that it is given, or by nothing, in a network that has nothing else in it.
const NAME_SERVER: &str = r#"
import fcntl, socket, struct, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(server, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
server.bind(("127.0.0.1", 53))
open("ready", "w").close()
while True:
    query, sender = server.recvfrom(512)
    if sys.argv[1] != "silence":
        head = query[:2] + bytes([0x81, 0x80 | int(sys.argv[1])]) + query[4:6] + bytes(6)
        server.sendto(head + query[12:], sender)
"#;

#[test]
fn t_01_a_name_server_that_fails_or_is_silent_is_a_failure_of_the_network() {
    if is_skipped("namespaces") || is_skipped("python") {
        return;
    }
    let sandbox = client("https://acme.okta.example");
    sandbox.write("server.py", NAME_SERVER);
    for kind in ["3", "2", "silence"] {
        let script = format!(
            "echo nameserver 127.0.0.1 > resolv.conf; mount --bind resolv.conf /etc/resolv.conf
             rm -f ready; mkfifo ready; python3 server.py {kind} & server=$!; : < ready
             code=0; \"$0\" \"$@\" || code=$?; kill $server; exit $code"
        );
        let unshare = ["unshare", "--map-root-user", "--net", "--mount", "sh", "-ec", &script];
        get(&sandbox, &unshare, &["--no-cache"]).refused(7, &["acme.okta.example"]);
    }
}

#[test]
fn t_01_without_a_network_the_host_is_named() {
    if is_skipped("namespaces") {
        return;
    }
    let sandbox = client("https://acme.okta.example");
    let unshare = ["unshare", "--map-root-user", "--net"];
    get(&sandbox, &unshare, &["--no-cache"]).refused(7, &["acme.okta.example"]);
    let sandbox = client("https://192.0.2.1");
    get(&sandbox, &unshare, &["--no-cache"]).refused(7, &["192.0.2.1"]);
}

/// Whom to trust stays open; it is not the client's key.
#[test]
fn a_hint_about_another_file_than_the_key_does_not_name_the_key() {
    let server = HostileServer::start(|_, _| good());
    let (key, name) = (KeyPair::generate().unwrap(), vec!["localhost".to_owned()]);
    let certificate = CertificateParams::new(name).unwrap().self_signed(&key).unwrap();
    let front = TlsFront::start(&certificate.pem(), &key.serialize_pem(), &server.url());
    let client = client(&format!("https://localhost:{}", front.port()));
    let outcome = get(&client, &[], &["--no-cache"]);
    assert!(!outcome.stderr.contains("svc.jwk"), "{outcome}");
    outcome.refused(7, &["--ca-file FILE"]);
}

#[test]
fn t_02_a_port_where_nobody_accepts_is_left_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let soon = Duration::from_millis(500);
    // What comes after the queue is full is dropped without an answer.
    let mut queue = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, soon) {
        queue.push(stream);
    }
    let sandbox = client(&format!("http://{address}"));
    get(&sandbox, &[], &["--no-cache"]).refused(7, &["no answer from `127.0.0.1` in time"]);
    drop((listener, queue));
}

#[test]
fn t_02_a_connection_that_is_reset_is_a_failure_of_the_network() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            // What was received and not read makes the end a reset.
            drop(stream.and_then(|stream| stream.peek(&mut [0])));
        }
    });
    let sandbox = client(&url);
    get(&sandbox, &[], &["--no-cache"]).refused(7, &["127.0.0.1"]);
}

#[test]
fn t_03_what_the_server_says_of_a_refusal_is_told_whole_and_clean() {
    let body =
        r#"{"error":"invalid_client","error_description":"The \u001b[31mclient is unknown."}"#;
    for status in ["400 Bad Request", "401 Unauthorized"] {
        let headers = "Content-Type: application/json\r\nX-Okta-Request-Id: req-7\r\n";
        let server = HostileServer::start(move |_, _| answer(status, headers, body));
        let sandbox = client(&server.url());
        let outcome = get(&sandbox, &[], &["--no-cache"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (4, ""), "{outcome}");
        let told: Value = serde_json::from_str(&outcome.stderr).unwrap();
        let server = &told["error"]["server"];
        assert_eq!(server["error"], "invalid_client");
        assert_eq!(server["request_id"], "req-7");
        let message = told["error"]["message"].as_str().unwrap();
        for words in ["invalid_client", "client is unknown.", "req-7"] {
            assert!(message.contains(words), "{message}");
        }
        assert!(!message.contains('\u{1b}') && !message.contains("empty"), "{message}");
    }
}

#[test]
fn t_07_a_gateway_that_names_a_time_is_asked_again_after_it() {
    let busy = |_: &str, n: usize| match n {
        0 => answer("503 Busy", "Retry-After: 1\r\n", ""),
        _ => good(),
    };
    let server = HostileServer::start(busy);
    let sandbox = client(&server.url());
    assert_eq!(get(&sandbox, &[], &["--no-cache"]).json()["access_token"], "opaque");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn t_07_a_wait_that_is_too_long_is_told_in_all() {
    let busy = |_: &str, n: usize| match n {
        0 => answer("503 Busy", "Retry-After: 1\r\n", ""),
        _ => answer("503 Busy", "Retry-After: 2\r\n", ""),
    };
    let server = HostileServer::start(busy);
    let told = get(&client(&server.url()), &[], &["--no-cache", "--max-wait", "2"]);
    assert_eq!(told.code, 8, "{told}");
    let error: Value = serde_json::from_str(&told.stderr).unwrap();
    assert_eq!(error["error"]["retry_after_s"], 2);
    assert_eq!(error["error"]["hint"], "wait 2 s, or allow it: --max-wait 3");
}

#[test]
fn t_07_a_server_that_failed_is_asked_again() {
    for status in ["500 Oops", "501 No", "599 Odd"] {
        let failed = move |_: &str, n: usize| match n {
            0 => answer(status, "", ""),
            _ => good(),
        };
        let server = HostileServer::start(failed);
        let sandbox = client(&server.url());
        assert_eq!(get(&sandbox, &[], &["--no-cache"]).json()["access_token"], "opaque");
        assert_eq!(server.count("POST "), 2, "{status}");
    }
}

#[test]
fn a_02_processes_whose_tokens_are_refused_share_one_new_token() {
    let server = HostileServer::start(|request, _| match request.starts_with("POST ") {
        true => good(),
        false => answer("401 Unauthorized", "", ""),
    });
    let sandbox = client(&server.url());
    for _ in 0..5 {
        sandbox.run(&["api", "/api/v1/users"]).refused(4, &["401"]);
    }
    assert_eq!(server.count("POST "), 2);
}

#[test]
fn v_19_a_clock_that_cannot_be_learnt_is_told_from_one_that_was_not_asked() {
    let dates = ["Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "Date: soon\r\n"];
    for date in dates {
        let headers = format!("Content-Type: application/json\r\n{date}");
        let server = HostileServer::start(move |_, _| answer("200 OK", &headers, GOOD));
        let sandbox = client(&server.url());
        let told = sandbox.run(&["token", "get", "-v"]);
        assert!(told.stderr.contains("is missing or unusable"), "{told}");
        let kept = sandbox.run(&["token", "get", "-v"]);
        assert!(kept.stderr.contains("no server was asked"), "{kept}");
    }
}

#[test]
fn t_09_a_captive_portal_is_shown_in_eighty_clean_characters() {
    let page = format!("<h1>\x1b]0;owned\x07Sign in\u{9b}\u{202e}</h1>{}", "x".repeat(10_000));
    let server = HostileServer::start(move |_, _| {
        answer("200 OK", "Content-Type: text/html; charset=utf-8\r\n", &page)
    });
    let sandbox = client(&server.url());
    let outcome = sandbox.run(&["token", "get", "--no-cache"]);
    assert!(outcome.stderr.len() < 400, "{outcome}");
    let dangerous = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!outcome.stderr.contains(dangerous), "{:?}", outcome.stderr);
    outcome.refused(8, &["not JSON (text/html", "Sign in"]);
}

#[test]
fn v_17_no_text_of_a_server_drives_a_terminal_or_makes_lines_of_its_own() {
    let evil = r#"{"error":"odd\u001b[2J","error_description":"\u001b]52;c;aGk=\u0007\u001b]8;;http://evil.example\u001b\\click\u009b31m\u202e\u2066\u200b\rok\nwarning: all is well\n%s"}"#;
    let server = HostileServer::start(move |_, _| {
        answer("400 Bad Request", "Content-Type: application/json\r\n", evil)
    });
    let sandbox = client(&server.url());
    for verbose in [&["token", "get", "--no-cache"][..], &["token", "get", "--no-cache", "-v"]] {
        let outcome = sandbox.run(verbose);
        let dangerous = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!outcome.stderr.contains(dangerous), "{:?}", outcome.stderr);
        let invented = outcome.stderr.lines().any(|line| line.starts_with("warning: all"));
        assert!(!invented, "{outcome}");
        outcome.refused(5, &["click"]);
    }
}

#[test]
fn v_34_an_answer_about_another_clients_token_is_not_taken() {
    for (named, code) in [("0oaNETWORK", 0), ("0oaOTHER", 8)] {
        let about = format!(r#"{{"active":true,"client_id":"{named}","scope":"okta.users.read"}}"#);
        let server = HostileServer::start(move |request, _| {
            if request.starts_with("POST /oauth2/v1/introspect ") {
                answer("200 OK", "Content-Type: application/json\r\n", &about)
            } else {
                good()
            }
        });
        let sandbox = client(&server.url());
        let outcome = sandbox.run(&["token", "introspect"]);
        assert_eq!(outcome.code, code, "{outcome}");
        assert!(code == 0 || outcome.stderr.contains("another client's token"), "{outcome}");
    }
}

#[test]
fn v_22_a_nonce_of_a_success_is_taken_for_the_next_request_if_it_is_one() {
    let bound = GOOD.replace("Bearer", "DPoP");
    for (line, nonce) in [
        ("DPoP-Nonce: n-1\r\n", Value::from("n-1")),
        ("DPoP-Nonce: n-1\r\nDPoP-Nonce: n-2\r\n", Value::Null),
        ("DPoP-Nonce: \r\n", Value::Null),
    ] {
        let (headers, bound) = (format!("Content-Type: application/json\r\n{line}"), bound.clone());
        let server = HostileServer::start(move |_, _| answer("200 OK", &headers, &bound));
        let sandbox = client(&server.url());
        for _ in 0..2 {
            let flags = ["--dpop", "always", "--force-refresh"];
            assert_eq!(get(&sandbox, &[], &flags).json()["access_token"], "opaque");
        }
        let requests = server.requests();
        assert_eq!(requests.len(), 2, "{line}");
        assert_eq!(crate::proof_of(&requests[1])["nonce"], nonce, "{line}");
    }
}

#[test]
fn t_16_a_lifetime_that_is_missing_is_warned_of() {
    for (answer_of, is_warned) in
        [(GOOD.to_owned(), false), (GOOD.replace(r#""expires_in":3600,"#, ""), true)]
    {
        let server = HostileServer::start(move |_, _| {
            answer("200 OK", "Content-Type: application/json\r\n", &answer_of)
        });
        let sandbox = client(&server.url());
        for flags in [&["token", "get"][..], &["token", "get", "--no-cache"]] {
            let outcome = sandbox.run(flags);
            assert_eq!(outcome.stderr.contains("`expires_in`"), is_warned, "{outcome}");
            assert_eq!(outcome.stdout(), "opaque\n");
        }
    }
}

#[test]
fn t_11_a_nonce_that_one_process_was_given_spares_the_next_one_a_request() {
    let demand = r#"{"error":"use_dpop_nonce"}"#;
    let bound = GOOD.replace("Bearer", "DPoP");
    let server = HostileServer::start(move |_, n| match n {
        0 => answer("400 No", "Content-Type: application/json\r\nDPoP-Nonce: n-1\r\n", demand),
        _ => answer("200 OK", "Content-Type: application/json\r\n", &bound),
    });
    let sandbox = client(&server.url());
    for requests in [2, 3] {
        let flags = ["--dpop", "always", "--force-refresh"];
        assert_eq!(get(&sandbox, &[], &flags).json()["token_type"], "DPoP");
        assert_eq!(server.requests().len(), requests);
    }
    assert_eq!(crate::proof_of(&server.requests()[2])["nonce"], "n-1");
}

#[test]
fn t_13_a_token_that_is_not_bound_is_not_taken_for_one_that_is() {
    let server = HostileServer::start(|_, _| good());
    let sandbox = client(&server.url());
    get(&sandbox, &[], &["--dpop", "always"]).refused(8, &["not bound"]);
    assert_eq!(sandbox.run(&["cache", "list"]).stdout(), "");
}

/// A server that says nothing at all, and one whose greeting is another protocol's.
#[test]
fn v_35_nothing_and_another_protocol_are_no_answer() {
    let server =
        HostileServer::start(|_, _| answer("200 OK", "Content-Type: application/json\r\n", ""));
    let sandbox = client(&server.url());
    get(&sandbox, &[], &["--no-cache"]).refused(8, &["body is empty"]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            drop((&stream).write_all(b"SSH-2.0-OpenSSH_9.2\r\n"));
        }
    });
    assert!([7, 8].contains(&get(&client(&url), &[], &["--no-cache"]).code));
}
