//! Many threads that call an API at once by one client.

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
    let head = "Content-Type: application/json\r\nConnection: close\r\n";
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
        for _ in 0..64 {
            scope.spawn(|| {
                for _ in 0..3 {
                    let call = || Ok::<_, HttpError>(Request::new(Method::Get, url.as_str()));
                    assert_eq!(http.send(call).unwrap().status, 401);
                }
            });
        }
    });
    assert_eq!(server.count("POST "), 2);
    assert!(server.count("GET ") >= 192);
}

#[test]
fn a_09_each_of_many_callers_gets_its_own_answer() {
    let server = HostileServer::start(|request, _| {
        if request.starts_with("POST ") {
            return answer("200 OK", TOKEN);
        }
        // GET /api/v1/STATUS/NUMBER
        let mut parts = request.split(' ').nth(1).unwrap().split('/').skip(3);
        let (status, number) = (parts.next().unwrap(), parts.next().unwrap());
        answer(&format!("{status} Said"), &format!(r#"{{"number":{number},"status":{status}}}"#))
    });
    let (http, url) = (client(&server.url()), server.url());
    thread::scope(|scope| {
        for caller in 0..64 {
            let (http, url) = (&http, &url);
            scope.spawn(move || {
                for call in 0..50 {
                    let status = [200, 201, 400, 404, 409, 422][(caller + call) % 6];
                    let number = caller * 1000 + call;
                    let target = format!("{url}/api/v1/{status}/{number}");
                    let request = || Ok::<_, HttpError>(Request::new(Method::Get, target.as_str()));
                    let response = http.send(request).unwrap();
                    let body: serde_json::Value = response.json().unwrap();
                    let expected = serde_json::json!({"number": number, "status": status});
                    assert_eq!((response.status, body), (status, expected));
                }
            });
        }
    });
    assert_eq!(server.count("POST "), 1);
}
