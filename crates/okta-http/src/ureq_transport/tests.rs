//! Against a server on loopback that says exactly what the test scripts.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::*;
use crate::Secret;

/// A server for a number of connections; each gets its bytes after its request was read, then is held open or closed.
struct Server {
    url: String,
    thread: JoinHandle<Vec<String>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Afterwards {
    Close,
    /// Until the client gives up.
    Hold,
}

impl Server {
    fn start(answers: Vec<Vec<u8>>, afterwards: Afterwards) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            answers
                .iter()
                .map(|answer| serve(&listener.accept().unwrap().0, answer, afterwards))
                .collect()
        });
        Self { url, thread }
    }

    fn once(answer: &[u8]) -> Self {
        Self::start(vec![answer.to_vec()], Afterwards::Close)
    }

    /// The requests as they came over the wire.
    fn requests(self) -> Vec<String> {
        self.thread.join().unwrap()
    }
}

fn serve(mut stream: &TcpStream, answer: &[u8], afterwards: Afterwards) -> String {
    let request = read_request(stream);
    stream.write_all(answer).unwrap();
    if afterwards == Afterwards::Hold {
        // Ends when the client closes the connection, however it does so.
        let _ended = stream.read(&mut [0]);
    }
    request
}

fn read_request(mut stream: &TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).unwrap();
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned)
    });
    let mut body = vec![0; length.map_or(0, |it| it.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    head + &String::from_utf8(body).unwrap()
}

fn transport() -> UreqTransport {
    UreqTransport::new(TransportConfig {
        timeout: Duration::from_secs(5),
        body_limit: 1000,
        ..TransportConfig::default()
    })
    .unwrap()
}

fn get(server: &Server) -> Result<Response, HttpError> {
    transport().round_trip(&Request::new(Method::Get, format!("{}/x", server.url)))
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

#[test]
fn one_round_trip() {
    let server = Server::once(&answer(
        "201 Created",
        "X-Okta-Request-Id: req1\r\nLink: a\r\nLink: b\r\n",
        "{}",
    ));
    let request = Request::new(Method::Post, format!("{}/oauth2/v1/token?a=b", server.url))
        .with_credential(ApiCredential::ApiToken(Secret::new("00token")))
        .with_form(&[("scope", "a b")]);
    let response = transport().round_trip(&request).unwrap();
    assert_eq!(
        (response.status, response.body(), response.request_id()),
        (201, &b"{}"[..], Some("req1"))
    );
    assert_eq!(response.header_values("link").collect::<Vec<_>>(), ["a", "b"]);

    let wire = server.requests().remove(0);
    let (head, body) = wire.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "scope=a%20b");
    let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
    assert_eq!(lines.remove(0), "POST /oauth2/v1/token?a=b HTTP/1.1");
    lines.retain(|line| !line.starts_with("host: "));
    lines.sort();
    assert_eq!(
        lines,
        [
            "accept-encoding: identity",
            "accept: application/json",
            "authorization: SSWS 00token",
            "content-length: 11",
            "content-type: application/x-www-form-urlencoded",
            concat!("user-agent: okta-m2m/", env!("CARGO_PKG_VERSION")),
        ]
    );
}

#[test]
fn methods_without_a_body() {
    for (method, has_length) in [
        (Method::Get, false),
        (Method::Delete, false),
        (Method::Post, true),
        (Method::Put, true),
        (Method::Patch, true),
    ] {
        let server = Server::once(&answer("200 OK", "", ""));
        transport().round_trip(&Request::new(method, server.url.clone())).unwrap();
        let wire = server.requests().remove(0);
        assert_eq!(wire.contains("content-length: 0\r\n"), has_length, "{wire}");
        assert!(!wire.contains("transfer-encoding"), "{wire}");
    }
}

#[test]
fn every_status_but_a_redirect_is_an_answer() {
    for status in [200, 204, 400, 401, 429, 500, 503] {
        let body = if status == 204 { "" } else { "x" };
        let server = Server::once(&answer(&format!("{status} X"), "", body));
        assert_eq!(get(&server).unwrap().status, status);
    }
}

#[test]
fn redirects_are_never_followed() {
    let recorder = TcpListener::bind("127.0.0.1:0").unwrap();
    recorder.set_nonblocking(true).unwrap();
    let other = recorder.local_addr().unwrap();
    for (location, host) in [
        (format!("http://{other}/steal"), Some("127.0.0.1")),
        (format!("http://user:hunter2@{other}/steal?token=hunter2"), Some("127.0.0.1")),
        ("https://evil.example/steal".to_owned(), Some("evil.example")),
        (format!("//{other}/steal"), None),
        ("/relative".to_owned(), None),
        ("data:text/plain,x".to_owned(), None),
        (String::new(), None),
    ] {
        for status in [301, 302, 303, 307, 308] {
            for method in [Method::Get, Method::Post] {
                let server = Server::once(&answer(
                    &format!("{status} X"),
                    &format!("Location: {location}\r\n"),
                    "",
                ));
                let request = Request::new(method, server.url.clone())
                    .with_credential(ApiCredential::Bearer(Secret::new("canary-token")));
                let error = transport().round_trip(&request).unwrap_err();
                assert!(!format!("{error} {error:?}").contains("hunter2"));
                match error {
                    HttpError::Redirected { status: seen, location_host } => {
                        assert_eq!((seen, location_host.as_deref()), (status, host), "{location}");
                    }
                    other => panic!("{location}: {other:?}"),
                }
                assert_eq!(server.requests().len(), 1);
            }
        }
    }
    assert_eq!(recorder.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn a_body_has_a_limit() {
    let server = Server::once(&answer("200 OK", "", &"x".repeat(1000)));
    assert_eq!(get(&server).unwrap().body().len(), 1000);

    let by_length = answer("200 OK", "", &"x".repeat(1001));
    let lie = b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nx".to_vec();
    let chunks = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "64\r\n".to_owned() + &"x".repeat(100) + "\r\n"
    );
    let mut chunked = chunks.into_bytes();
    for _ in 0..10 {
        chunked.extend(format!("64\r\n{}\r\n", "x".repeat(100)).bytes());
    }
    let endless = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &[b'x'; 1001]].concat();
    for hostile in [by_length, lie, chunked, endless] {
        let server = Server::start(vec![hostile], Afterwards::Hold);
        assert!(matches!(get(&server), Err(HttpError::BodyTooLarge { limit: 1000 })));
    }
}

#[test]
fn a_compressed_answer_is_refused() {
    for encoding in ["gzip", "br", "gzip, gzip", "unknown"] {
        let server = Server::once(&answer(
            "200 OK",
            &format!("Content-Encoding: {encoding}\r\n"),
            "\u{1f}x",
        ));
        assert!(matches!(get(&server), Err(HttpError::Malformed { .. })), "{encoding}");
    }
    let server = Server::once(&answer("200 OK", "Content-Encoding: identity\r\n", "x"));
    assert_eq!(get(&server).unwrap().body(), b"x");
}

#[test]
fn an_answer_cut_anywhere_is_no_answer() {
    let whole = answer("200 OK", "Content-Type: application/json\r\n", "{\"access_token\":\"t\"}");
    for length in 0..whole.len() {
        let server = Server::once(&whole[..length]);
        let error = get(&server).unwrap_err();
        assert!(matches!(error, HttpError::Disconnected { .. }), "{length}: {error:?}");
    }
}

#[test]
fn nonsense_is_no_answer() {
    for nonsense in [
        &b"ICY 200 OK\r\n\r\n"[..],
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 99 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    ] {
        let server = Server::start(vec![nonsense.to_vec()], Afterwards::Hold);
        let error = get(&server).unwrap_err();
        assert!(
            matches!(error, HttpError::Malformed { .. }),
            "{:?}: {error:?}",
            String::from_utf8_lossy(nonsense)
        );
    }
    let mut long = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
    long.extend(vec![b'x'; 1_000_000]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        read_request(&stream);
        // The client hangs up before it has taken everything.
        let _cut = stream.write_all(&long);
    });
    let error = transport().round_trip(&Request::new(Method::Get, url)).unwrap_err();
    assert!(matches!(error, HttpError::Malformed { .. }), "{error:?}");
    thread.join().unwrap();
}

#[test]
fn a_slow_answer_meets_the_deadline() {
    let whole = answer("200 OK", "", "0123456789");
    for length in [0, 10, whole.len() - 5] {
        let server = Server::start(vec![whole[..length].to_vec()], Afterwards::Hold);
        let config =
            TransportConfig { timeout: Duration::from_millis(200), ..TransportConfig::default() };
        let start = Instant::now();
        let request = Request::new(Method::Post, server.url.clone()).with_form(&[("a", "b")]);
        let error = UreqTransport::new(config).unwrap().round_trip(&request).unwrap_err();
        assert!(matches!(error, HttpError::TimedOut { sent: true, .. }), "{length}: {error:?}");
        assert!(start.elapsed() < Duration::from_secs(4));
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn t_05_a_server_that_stalls_at_any_byte_is_left_at_the_deadline() {
    let whole = answer("200 OK", "Content-Type: application/json\r\n", "{\"access_token\":\"t\"}");
    let stall_at = |length: usize| {
        let server = Server::start(vec![whole[..length].to_vec()], Afterwards::Hold);
        let config =
            TransportConfig { timeout: Duration::from_millis(300), ..TransportConfig::default() };
        let request = Request::new(Method::Post, server.url.clone()).with_form(&[("a", "b")]);
        let error = UreqTransport::new(config).unwrap().round_trip(&request).unwrap_err();
        assert!(matches!(error, HttpError::TimedOut { .. }), "{length}: {error:?}");
    };
    std::thread::scope(|scope| {
        for first in 0..16 {
            let (stall_at, end) = (&stall_at, whole.len());
            scope.spawn(move || (first..end).step_by(16).for_each(stall_at));
        }
    });
}

#[test]
fn a_closed_port_is_unreachable_and_nothing_was_sent() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for request in [
        Request::new(Method::Get, format!("http://{address}/")),
        Request::new(Method::Post, format!("http://{address}/")),
        Request::new(Method::Post, format!("http://{address}/")).with_form(&[("a", "b")]),
    ] {
        match transport().round_trip(&request).unwrap_err() {
            HttpError::Unreachable { host, .. } => assert_eq!(host, "127.0.0.1"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_connection_closed_after_a_post_may_have_carried_it_out() {
    let server = Server::once(b"");
    let request = Request::new(Method::Post, server.url.clone()).with_form(&[("a", "b")]);
    let error = transport().round_trip(&request).unwrap_err();
    assert!(matches!(error, HttpError::Disconnected { .. }) && error.may_have_been_received());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_empty_body_does_not_make_a_lost_answer_an_unsent_request() {
    let request = |server: &Server| {
        Request::new(Method::Post, server.url.clone()).with_body("application/json", Vec::new())
    };
    let server = Server::once(b"");
    let error = transport().round_trip(&request(&server)).unwrap_err();
    assert!(error.may_have_been_received(), "{error:?}");
    assert!(server.requests()[0].contains("content-length: 0\r\n"));

    let server = Server::start(vec![Vec::new()], Afterwards::Hold);
    let config =
        TransportConfig { timeout: Duration::from_millis(200), ..TransportConfig::default() };
    let error = UreqTransport::new(config).unwrap().round_trip(&request(&server)).unwrap_err();
    assert!(matches!(error, HttpError::TimedOut { sent: true, .. }), "{error:?}");
}

#[test]
fn plain_http_goes_to_loopback_only() {
    for url in [
        "http://acme.okta.com/",
        "http://10.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://0x7f.1/",
        "http://user:hunter2@127.0.0.1/",
        "https://user:hunter2@acme.okta.com/",
        "ftp://127.0.0.1/",
        "/relative",
        "",
        "https://",
        "https://acme.okta.com/a b",
        "https://acme.okta.com/\r\nX: y",
    ] {
        let error = transport().round_trip(&Request::new(Method::Get, url)).unwrap_err();
        assert!(matches!(error, HttpError::InvalidRequest { .. }), "{url}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

#[test]
fn a_proxy_never_sees_loopback_traffic() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let server = Server::once(&answer("200 OK", "", ""));
    let config = TransportConfig {
        proxy: Some(format!("http://{}", proxy.local_addr().unwrap())),
        ..TransportConfig::default()
    };
    let response = UreqTransport::new(config)
        .unwrap()
        .round_trip(&Request::new(Method::Get, server.url.clone()));
    assert_eq!(response.unwrap().status, 200);
    assert_eq!(proxy.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn localhost_is_this_machine() {
    let server = Server::once(&answer("200 OK", "", "x"));
    let url = server.url.replace("127.0.0.1", "localhost");
    assert_eq!(transport().round_trip(&Request::new(Method::Get, url)).unwrap().status, 200);
    assert!(server.requests()[0].contains("host: localhost:"));
}

#[test]
fn a_proxy_is_used_for_everything_else() {
    let server =
        Server::once(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    let config = TransportConfig { proxy: Some(server.url.clone()), ..TransportConfig::default() };
    let request = Request::new(Method::Get, "https://acme.okta.example/x")
        .with_credential(ApiCredential::Bearer(Secret::new("canary-token")));
    let error = UreqTransport::new(config).unwrap().round_trip(&request).unwrap_err();
    assert!(matches!(error, HttpError::ProxyRefused { status: 407, .. }), "{error:?}");
    let wire = server.requests().remove(0);
    assert!(wire.starts_with("CONNECT acme.okta.example:443 "), "{wire}");
    assert!(!wire.contains("canary"), "{wire}");
}

#[test]
fn a_credential_that_no_header_can_carry_is_not_sent() {
    for secret in ["", "a b", "a\r\nX: y", "é"] {
        let request = Request::new(Method::Get, "http://127.0.0.1:9/")
            .with_credential(ApiCredential::Bearer(Secret::new(secret)));
        let error = transport().round_trip(&request).unwrap_err();
        assert!(matches!(error, HttpError::InvalidRequest { .. }), "{error:?}");
    }
}

#[test]
fn connections_are_reused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        for _ in 0..3 {
            read_request(&stream);
            stream.write_all(&answer("200 OK", "", "x")).unwrap();
        }
    });
    let transport = transport();
    for _ in 0..3 {
        assert_eq!(
            transport.round_trip(&Request::new(Method::Get, url.clone())).unwrap().status,
            200
        );
    }
    thread.join().unwrap();
}

#[test]
fn settings_are_checked() {
    let invalid = |config: TransportConfig| match UreqTransport::new(config).unwrap_err() {
        HttpError::InvalidConfig { what } => what,
        other => panic!("{other:?}"),
    };
    let with_ca = |pem: &str| TransportConfig {
        ca_pem: Some(pem.as_bytes().to_vec()),
        ..TransportConfig::default()
    };
    assert_eq!(invalid(with_ca("")), "the CA file holds no certificate");
    assert_eq!(
        invalid(with_ca("-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n")),
        "the CA file is no valid PEM"
    );
    let proxy = TransportConfig {
        proxy: Some("carrier-pigeon://hunter2".to_owned()),
        ..TransportConfig::default()
    };
    assert!(!format!("{proxy:?}").contains("hunter2"));
    assert_eq!(invalid(proxy), "the proxy is no proxy URL");
    let agent = TransportConfig { user_agent: "a\nb".to_owned(), ..TransportConfig::default() };
    assert_eq!(invalid(agent), "the user agent is no header value");
}

fn open(server: &Server, stream_limit: u64) -> Result<StreamedResponse, HttpError> {
    let config = TransportConfig {
        timeout: Duration::from_millis(500),
        body_limit: 10,
        stream_limit,
        ..TransportConfig::default()
    };
    UreqTransport::new(config).unwrap().open(&Request::new(Method::Get, server.url.clone()))
}

fn read_all(mut response: StreamedResponse) -> Result<String, HttpError> {
    let mut text = String::new();
    response.read_to_string(&mut text).map_err(|error| error.downcast().unwrap())?;
    Ok(text)
}

#[test]
fn a_success_is_streamed_beyond_the_limit_of_whole_answers() {
    let server = Server::once(&answer("200 OK", "X-A: b\r\n", &"x".repeat(1000)));
    let response = open(&server, 1000).unwrap();
    assert_eq!((response.head().status, response.head().header("x-a")), (200, Some("b")));
    assert_eq!(response.head().body(), b"");
    assert_eq!(read_all(response).unwrap().len(), 1000);
}

#[test]
fn an_answer_other_than_a_success_is_whole_and_can_be_read_too() {
    let response = open(&Server::once(&answer("404 Not Found", "", "nothing")), 1000).unwrap();
    assert_eq!(response.head().body(), b"nothing");
    assert_eq!(read_all(response).unwrap(), "nothing");
    let long = open(&Server::once(&answer("404 Not Found", "", "nothing here")), 1000);
    assert!(matches!(long, Err(HttpError::BodyTooLarge { limit: 10 })), "{long:?}");
}

#[test]
fn a_06_a_stream_ends_at_its_limit() {
    let announced = open(&Server::once(&answer("200 OK", "", "12345")), 4);
    assert!(matches!(announced, Err(HttpError::BodyTooLarge { limit: 4 })), "{announced:?}");
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n";
    assert_eq!(read_all(open(&Server::once(chunked), 5).unwrap()).unwrap(), "12345");
    let error = read_all(open(&Server::once(chunked), 4).unwrap()).unwrap_err();
    assert!(matches!(error, HttpError::BodyTooLarge { limit: 4 }), "{error:?}");
}

#[test]
fn a_cut_or_stalled_stream_is_an_error_of_reading() {
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345";
    let error = read_all(open(&Server::once(half), 100).unwrap()).unwrap_err();
    assert!(matches!(error, HttpError::Disconnected { .. }), "{error:?}");
    let server = Server::start(vec![half.to_vec()], Afterwards::Hold);
    let error = read_all(open(&server, 100).unwrap()).unwrap_err();
    assert!(matches!(error, HttpError::TimedOut { sent: true, .. }), "{error:?}");
}

#[test]
fn lines_that_no_server_takes_are_refused_and_shorter_ones_are_sent_whole() {
    let longest = LONGEST_LINE - "x-y".len();
    for (length, is_sent) in [(longest, true), (longest + 1, false)] {
        let server = Server::once(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        let request = Request::new(Method::Get, &server.url);
        let request = request.with_header("x-y", &"h".repeat(length)).unwrap();
        let sent = transport().round_trip(&request);
        if is_sent {
            sent.unwrap();
            assert!(server.requests()[0].contains(&format!("x-y: {}\r\n", "h".repeat(length))));
        } else {
            let error = sent.unwrap_err().to_string();
            assert!(error.contains("longer than 32704 octets"), "{error}");
        }
    }
    let token = ApiCredential::Bearer(Secret::new("t".repeat(33_000)));
    let request = Request::new(Method::Get, "http://127.0.0.1:9/").with_credential(token);
    let error = transport().round_trip(&request).unwrap_err();
    assert!(matches!(error, HttpError::InvalidRequest { .. }), "{error:?}");
    let request = Request::new(Method::Get, format!("http://127.0.0.1:9/{}", "p".repeat(33_000)));
    let error = transport().round_trip(&request).unwrap_err();
    assert!(matches!(error, HttpError::InvalidRequest { .. }), "{error:?}");
}
