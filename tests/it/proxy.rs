//! A proxy with a password, by a program that nobody here wrote.

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use tests::{HostileServer, Outcome, Part, Sandbox, TinyProxy, TlsFront, is_skipped};

use crate::PROGRAM;

const TOKEN: &str = r#"{"access_token":"opaque","token_type":"Bearer","expires_in":3600,"scope":"okta.users.read"}"#;

fn json(status: &str, body: &str) -> Vec<Part> {
    let length = body.len();
    vec![Part::of(format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    ))]
}

/// An org that is reached through a proxy only, and a client of it.
struct World {
    org: HostileServer,
    _front: TlsFront,
    host: String,
    sandbox: Sandbox,
}

/// On Linux the unspecified address leads to this machine, and no program counts it as a loopback address, which would
/// need no proxy.
const HOST: &str = "0.0.0.0";

impl World {
    fn new() -> Self {
        let mut ca = CertificateParams::default();
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &ca).unwrap();
        let org = HostileServer::start(|request, _| {
            if request.starts_with("POST /oauth2/v1/token ") {
                json("200 OK", TOKEN)
            } else {
                json("200 OK", "[]")
            }
        });
        let front = TlsFront::start(&leaf.pem(), &key.serialize_pem(), &org.url());
        let host = format!("{HOST}:{}", front.port());
        let sandbox = Sandbox::new(PROGRAM)
            .with_variable("OKTA_M2M_ORG_URL", &format!("https://{host}"))
            .with_variable("OKTA_M2M_CLIENT_ID", "0oaPROXY")
            .with_variable("OKTA_M2M_KEY", "svc.jwk")
            .with_variable("OKTA_M2M_DPOP", "never")
            .with_variable("OKTA_M2M_CA_FILE", "ca.pem")
            .with_variable("OKTA_M2M_SCOPE", "okta.users.read");
        sandbox.write("ca.pem", &ca.pem());
        drop(sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout());
        Self { org, _front: front, host, sandbox }
    }

    /// Runs the program with the proxy at `url`.
    fn run(self, url: &str, arguments: &[&str]) -> (Self, Outcome) {
        let Self { org, _front, host, sandbox } = self;
        let sandbox = sandbox.without_variable("HTTPS_PROXY").with_variable("HTTPS_PROXY", url);
        let outcome = sandbox.run(arguments);
        (Self { org, _front, host, sandbox }, outcome)
    }
}

#[test]
fn tokens_and_calls_go_through_a_proxy_with_its_password_and_a_private_authority() {
    if is_skipped("proxy") {
        return;
    }
    let proxy = TinyProxy::start("svc", "right");
    let url = proxy.url("svc", "right");
    let (world, outcome) = World::new().run(&url, &["token", "get"]);
    assert_eq!(outcome.stdout(), "opaque\n");
    let (world, outcome) = world.run(&url, &["api", "GET", "/api/v1/users"]);
    assert_eq!(outcome.stdout(), "[]\n");
    let requests = world.org.requests();
    assert_eq!(requests.len(), 2, "{requests:?}");
    // What is for the proxy does not reach the org.
    assert!(requests.iter().all(|it| !it.to_ascii_lowercase().contains("proxy-authorization")));
    assert!(requests[1].contains("Bearer opaque"), "{}", requests[1]);
    let log = proxy.end();
    let tunnels = log.lines().filter(|line| line.contains(&format!("CONNECT {}", world.host)));
    assert_eq!(tunnels.count(), 2, "{log}");
    assert!(!log.contains("opaque") && !log.contains("client_assertion"), "{log}");
}

#[test]
fn t_09_a_proxy_that_refuses_the_password_is_told_from_the_org() {
    if is_skipped("proxy") {
        return;
    }
    let proxy = TinyProxy::start("svc", "right");
    let wrong = proxy.url("svc", "hunter2");
    let none = proxy.url("svc", "right").replace("svc:right@", "");
    let mut world = World::new();
    // RFC 9110 has 407 for both; tinyproxy has not.
    for (url, status) in [(wrong, "HTTP 401"), (none, "HTTP 407")] {
        for call in [&["token", "get"][..], &["api", "GET", "/api/v1/users"]] {
            let (next, outcome) = world.run(&url, call);
            world = next;
            assert!(!outcome.stderr.contains("hunter2"), "{outcome}");
            let refusal = "the proxy refuses to connect to `0.0.0.0`";
            outcome
                .refused(7, &[refusal, status, "wants a user name and a password", "HTTPS_PROXY="]);
        }
    }
    assert!(world.org.requests().is_empty());
}

/// A proxy that answers `CONNECT` by anything but a tunnel.
#[test]
fn t_09_a_proxy_that_answers_in_the_orgs_place_gets_no_assertion() {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<h1>Hi\x1b[";
    for (answer, words) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "HTTP 407"),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<h1>", "HTTP 502"),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "HTTP 403"),
        (page, "`acme.okta.example`"),
    ] {
        let proxy = HostileServer::start(move |_, _| vec![Part::of(answer)]);
        let sandbox = World::new().sandbox;
        let sandbox = sandbox
            .without_variable("OKTA_M2M_ORG_URL")
            .with_variable("OKTA_M2M_ORG_URL", "https://acme.okta.example")
            .with_variable("HTTPS_PROXY", &proxy.url());
        let outcome = sandbox.run(&["token", "get", "--timeout", "2"]);
        assert!(!outcome.stderr.contains('\x1b'), "{outcome}");
        outcome.refused(7, &[words]);
        let requests = proxy.requests();
        assert!(requests.iter().all(|it| it.starts_with("CONNECT acme.okta.example:443 ")));
        assert!(requests.iter().all(|it| !it.contains("client_assertion")), "{requests:?}");
    }
}
