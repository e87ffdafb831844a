//! Which servers are trusted, against a TLS server on loopback.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;
use crate::Secret;

/// A certification authority of one test.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(parameters, key) }
    }

    /// An authority that this one vouches for, which is not what its `pem` says.
    fn intermediate(&self) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "between");
        let pem = parameters.signed_by(&key, &self.issuer).unwrap().pem();
        Self { pem, issuer: Issuer::new(parameters, key) }
    }

    fn server_config(&self, names: &[&str], expired: bool) -> ServerConfig {
        self.server_config_with(names, expired, &[])
    }

    /// The same with more certificates after the server's own.
    fn server_config_with(&self, names: &[&str], expired: bool, more: &[&str]) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        if expired {
            parameters.not_before = date_time_ymd(2020, 1, 1);
            parameters.not_after = date_time_ymd(2021, 1, 1);
        }
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let more = more.iter().map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap());
        let own = CertificateDer::from(certificate.der().to_vec());
        let chain = std::iter::once(own).chain(more).collect();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        builder().with_single_cert(chain, key).unwrap()
    }
}

fn builder() -> rustls::ConfigBuilder<ServerConfig, rustls::server::WantsServerCert> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth()
}

/// Serves a number of connections; its thread returns what arrived inside TLS by each.
fn serve_each(config: ServerConfig, connections: usize) -> (u16, JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(config);
    let thread = std::thread::spawn(move || {
        (0..connections).map(|_| serve_one(&config, listener.accept().unwrap().0)).collect()
    });
    (port, thread)
}

fn serve_one(config: &Arc<ServerConfig>, stream: TcpStream) -> Vec<u8> {
    let connection = ServerConnection::new(Arc::clone(config)).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let mut received = Vec::new();
    let mut byte = [0];
    while !received.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        received.push(byte[0]);
    }
    if !received.is_empty() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer).unwrap();
    }
    received
}

fn round_trip(port: u16, ca_pem: Option<String>) -> Result<Response, HttpError> {
    let config =
        TransportConfig { ca_pem: ca_pem.map(String::into_bytes), ..TransportConfig::default() };
    let request = Request::new(Method::Get, format!("https://127.0.0.1:{port}/"))
        .with_credential(ApiCredential::Bearer(Secret::new("canary-token")));
    UreqTransport::new(config)?.round_trip(&request)
}

#[test]
fn a_given_authority_is_trusted() {
    let authority = Authority::new();
    let (port, server) = serve_each(authority.server_config(&["127.0.0.1"], false), 1);
    // Text around the certificate, as in a bundle made by hand, does not matter.
    let pem = format!("# our own\n{}\n{}", Authority::new().pem, authority.pem);
    assert_eq!(round_trip(port, Some(pem)).unwrap().status, 200);
    assert!(
        String::from_utf8(server.join().unwrap().remove(0))
            .unwrap()
            .contains("Bearer canary-token")
    );
}

#[test]
fn t_08_nothing_is_sent_to_a_server_that_is_not_trusted() {
    let authority = Authority::new();
    let foreign = Authority::new();
    let cases = [
        ("unknown to the system", None, &["127.0.0.1"][..], false, 1),
        // Once more with the roots of the system.
        ("another authority", Some(foreign.pem), &["127.0.0.1"], false, 2),
        ("another host", Some(authority.pem.clone()), &["127.0.0.2", "localhost"], false, 1),
        ("expired", Some(authority.pem.clone()), &["127.0.0.1"], true, 1),
    ];
    for (case, ca_pem, names, expired, connections) in cases {
        let (port, server) = serve_each(authority.server_config(names, expired), connections);
        let error = round_trip(port, ca_pem).unwrap_err();
        assert!(matches!(error, HttpError::Tls { .. }), "{case}: {error:?}");
        assert!(!error.is_transient() && !error.may_have_been_received(), "{case}");
        assert_eq!(server.join().unwrap(), vec![Vec::<u8>::new(); connections], "{case}");
    }
}

#[test]
fn t_08_a_certificate_that_vouches_for_itself_and_a_chain_with_a_gap_are_not_trusted() {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let chain = vec![CertificateDer::from(own.cert.der().to_vec())];
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let own = builder().with_single_cert(chain, key).unwrap();
    let root = Authority::new();
    let between = root.intermediate();
    let with_gap = between.server_config(&["127.0.0.1"], false);
    for (case, config) in [("itself", own), ("a gap", with_gap)] {
        let (port, server) = serve_each(config, 2);
        let error = round_trip(port, Some(root.pem.clone())).unwrap_err();
        assert!(matches!(error, HttpError::Tls { .. }), "{case}: {error:?}");
        assert_eq!(server.join().unwrap(), [b"", b""], "{case}");
    }
    let whole = between.server_config_with(&["127.0.0.1"], false, &[&between.pem]);
    let (port, server) = serve_each(whole, 1);
    assert_eq!(round_trip(port, Some(root.pem.clone())).unwrap().status, 200, "without the gap");
    server.join().unwrap();
}

#[test]
fn v_30_a_chain_of_a_hundred_certificates_is_looked_through_in_time() {
    let (root, strangers) = (Authority::new(), (0..100).map(|_| Authority::new()));
    let strangers: Vec<_> = strangers.map(|it| it.pem).collect();
    let more: Vec<_> = strangers.iter().map(String::as_str).collect();
    let (port, server) = serve_each(root.server_config_with(&["127.0.0.1"], false, &more), 1);
    assert_eq!(round_trip(port, Some(root.pem.clone())).unwrap().status, 200);
    server.join().unwrap();
    let stranger = Authority::new();
    let (port, server) = serve_each(stranger.server_config_with(&["127.0.0.1"], false, &more), 1);
    let error = round_trip(port, Some(root.pem)).unwrap_err();
    assert!(matches!(error, HttpError::Tls { .. }), "{error:?}");
    server.join().unwrap();
}

/// What a client says before anything is agreed on.
#[test]
fn v_29_no_protocol_but_http_1_is_offered_or_understood() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut acceptor = rustls::server::Acceptor::default();
        loop {
            acceptor.read_tls(&mut stream).unwrap();
            if let Some(accepted) = acceptor.accept().unwrap() {
                return accepted.client_hello().alpn().map(Iterator::count);
            }
        }
    });
    round_trip(port, Some(Authority::new().pem)).unwrap_err();
    assert_eq!(server.join().unwrap(), None, "protocols offered");

    // An empty SETTINGS frame (RFC 9113 section 3.4), again and again.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        while stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0].repeat(1000)).is_ok() {}
    });
    let transport = UreqTransport::new(TransportConfig::default()).unwrap();
    let error = transport.round_trip(&Request::new(Method::Get, url)).unwrap_err();
    assert!(matches!(error, HttpError::Malformed { .. }), "{error:?}");
    server.join().unwrap();
}

/// A process has one system; the counter belongs to the one test that uses it.
static SYSTEM: OnceLock<String> = OnceLock::new();
static SYSTEM_READS: AtomicUsize = AtomicUsize::new(0);

fn counted_system() -> Roots {
    SYSTEM_READS.fetch_add(1, Ordering::Relaxed);
    roots_of(SYSTEM.get().unwrap().as_bytes()).unwrap()
}

#[test]
fn the_systems_roots_are_read_when_the_given_ones_do_not_suffice_and_only_once() {
    let (given, system) = (Authority::new(), Authority::new());
    SYSTEM.set(system.pem.clone()).unwrap();
    let config =
        TransportConfig { ca_pem: Some(given.pem.clone().into()), ..TransportConfig::default() };
    let transport = UreqTransport::trusting(config, counted_system).unwrap();
    let get = |port| {
        let request = Request::new(Method::Get, format!("https://127.0.0.1:{port}/"));
        transport.round_trip(&request).map(|response| response.status)
    };
    let serve_by = |authority: &Authority, connections| {
        serve_each(authority.server_config(&["127.0.0.1"], false), connections)
    };

    let (port, server) = serve_by(&given, 1);
    assert_eq!((get(port).unwrap(), SYSTEM_READS.load(Ordering::Relaxed)), (200, 0));
    server.join().unwrap();

    let (port, server) = serve_by(&system, 2);
    assert_eq!((get(port).unwrap(), SYSTEM_READS.load(Ordering::Relaxed)), (200, 1));
    let received = server.join().unwrap();
    assert_eq!(received[0], b"", "nothing is sent to a server that is not trusted yet");
    assert!(received[1].starts_with(b"GET / "));

    // Both stay trusted, without a second look.
    for authority in [&system, &given] {
        let (port, server) = serve_by(authority, 1);
        assert_eq!((get(port).unwrap(), SYSTEM_READS.load(Ordering::Relaxed)), (200, 1));
        server.join().unwrap();
    }
}

#[test]
fn a_server_without_tls_is_not_trusted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        listener.accept().unwrap().0.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    assert!(matches!(round_trip(port, Some(Authority::new().pem)), Err(HttpError::Tls { .. })));
    server.join().unwrap();
}
