//! Many threads that call an API at once by one client.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use jwk_gen::{Algorithm, KeySpec};
use jwt_sign::{ClientId, LocalSigner};
use okta_http::{
    AuthServer, HttpClient, HttpError, Method, OrgUrl, Request, RetryPolicy, Scopes, SystemClock,
    TokenEndpoint, TransportConfig, UreqTransport,
};
use okta_token::{TokenAuthorizer, TokenClient, TokenSource};
use tests::{HostileServer, Part};

const TOKEN: &str = r#"{"token_type":"Bearer","expires_in":3600,"access_token":"opaque","scope":"okta.users.read"}"#;

fn answer(status: &str, body: &str) -> Vec<Part> {
    let head = "Content-Type: application/json\r\n";
    vec![Part::of(format!(
        "HTTP/1.1 {status}\r\n{head}Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))]
}

/// A client whose calls carry a token of the server.
fn client(url: &str) -> HttpClient {
    let transport = Arc::new(UreqTransport::new(TransportConfig::default()).unwrap());
    let http = HttpClient::new(transport, Arc::new(SystemClock), RetryPolicy::none());
    let key = jwk_gen::generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    let endpoint = TokenEndpoint::new(&OrgUrl::parse(url).unwrap(), &AuthServer::Org);
    let (client_id, signer) = (ClientId::new("0oaSTORM").unwrap(), LocalSigner::new(&key).unwrap());
    let tokens = TokenClient::new(http.clone(), endpoint, client_id, Arc::new(signer));
    let tokens = TokenSource::new(tokens, Scopes::parse("okta.users.read").unwrap());
    http.authorized(Arc::new(TokenAuthorizer::new(Arc::new(tokens))))
}

#[test]
fn a_02_an_api_that_refuses_every_token_does_not_cost_one_for_each_call() {
    let numbers = AtomicUsize::new(0);
    let server = HostileServer::start(move |request, _| {
        if request.starts_with("POST ") {
            let number = numbers.fetch_add(1, Ordering::SeqCst);
            return answer("200 OK", &TOKEN.replace("opaque", &format!("t{number}")));
        }
        answer("401 Unauthorized", r#"{"errorCode":"E0000011"}"#)
    });
    let (http, url) = (client(&server.url()), format!("{}/api/v1/users", server.url()));
    thread::scope(|scope| {
        for _ in 0..200 {
            scope.spawn(|| {
                for _ in 0..2 {
                    let call = || Ok::<_, HttpError>(Request::new(Method::Get, url.as_str()));
                    assert_eq!(http.send(call).unwrap().status, 401);
                }
            });
        }
    });
    assert_eq!(server.count("POST "), 2);
    assert!(server.count("GET ") >= 400);
}

/// Answers on connections that it keeps: to `/api/v1/STATUS/NUMBER` that status, and the number in a header and in the
/// body.
fn echo_on(stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        while reader.read_line(&mut line)? > 2 {
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        reader.read_exact(&mut vec![0; length])?;
        let mut parts = first.split(' ').nth(1).unwrap().split('/').skip(3);
        let (status, number, body) = match (parts.next(), parts.next()) {
            _ if first.starts_with("POST ") => ("200", "", TOKEN.to_owned()),
            (Some(status), Some(number)) => (status, number, format!(r#"{{"number":{number}}}"#)),
            _ => return Ok(()),
        };
        let head = format!("Content-Type: application/json\r\nX-Number: {number}\r\n");
        let length = body.len();
        // As one piece: the second of two would wait for the first to be acknowledged.
        let answer =
            format!("HTTP/1.1 {status} Said\r\n{head}Content-Length: {length}\r\n\r\n{body}");
        (&stream).write_all(answer.as_bytes())?;
    }
}

#[test]
fn a_09_each_of_many_callers_gets_its_own_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || echo_on(stream));
        }
    });
    let http = client(&url);
    thread::scope(|scope| {
        for caller in 0..64 {
            let (http, url) = (&http, &url);
            scope.spawn(move || {
                for call in 0..CALLS {
                    let status = [200, 201, 400, 404, 409, 422][(caller + call) % 6];
                    let number = caller * CALLS + call;
                    let target = format!("{url}/api/v1/{status}/{number}");
                    let request = || Ok::<_, HttpError>(Request::new(Method::Get, target.as_str()));
                    let response = http.send(request).unwrap();
                    let body: serde_json::Value = response.json().unwrap();
                    let told = response.header("x-number").map(str::to_owned);
                    assert_eq!((response.status, told), (status, Some(number.to_string())));
                    assert_eq!(body["number"], number);
                }
            });
        }
    });
}

/// Of each of 64 callers: a hundred thousand in all.
const CALLS: usize = 1600;
