//! Which servers are trusted, against a TLS server on loopback.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
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

    fn server_config(&self, names: &[&str], expired: bool) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        if expired {
            parameters.not_before = date_time_ymd(2020, 1, 1);
            parameters.not_after = date_time_ymd(2021, 1, 1);
        }
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        builder.with_no_client_auth().with_single_cert(chain, key).unwrap()
    }
}

/// Serves one connection; its thread returns what arrived inside TLS.
fn serve(config: ServerConfig) -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let connection = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = StreamOwned::new(connection, listener.accept().unwrap().0);
        let mut received = Vec::new();
        let mut byte = [0];
        while !received.ends_with(b"\r\n\r\n")
            && stream.read(&mut byte).is_ok_and(|count| count == 1)
        {
            received.push(byte[0]);
        }
        if !received.is_empty() {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        }
        received
    });
    (port, thread)
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
    let (port, server) = serve(authority.server_config(&["127.0.0.1"], false));
    // Text around the certificate, as in a bundle made by hand, does not matter.
    let pem = format!("# our own\n{}\n{}", Authority::new().pem, authority.pem);
    assert_eq!(round_trip(port, Some(pem)).unwrap().status, 200);
    assert!(String::from_utf8(server.join().unwrap()).unwrap().contains("Bearer canary-token"));
}

#[test]
fn nothing_is_sent_to_a_server_that_is_not_trusted() {
    let authority = Authority::new();
    let foreign = Authority::new();
    let cases = [
        ("unknown to the system", None, &["127.0.0.1"][..], false),
        ("another authority", Some(foreign.pem), &["127.0.0.1"], false),
        ("another host", Some(authority.pem.clone()), &["127.0.0.2", "localhost"], false),
        ("expired", Some(authority.pem.clone()), &["127.0.0.1"], true),
    ];
    for (case, ca_pem, names, expired) in cases {
        let (port, server) = serve(authority.server_config(names, expired));
        let error = round_trip(port, ca_pem).unwrap_err();
        assert!(matches!(error, HttpError::Tls { .. }), "{case}: {error:?}");
        assert!(!error.is_transient() && !error.may_have_been_received(), "{case}");
        assert_eq!(server.join().unwrap(), b"", "{case}");
    }
}

#[test]
fn the_systems_roots_stay_trusted() {
    let authority = Authority::new();
    let RootCerts::Specific(roots) = system_roots_and(authority.pem.as_bytes()).unwrap() else {
        panic!("roots")
    };
    assert_eq!(roots.len(), 1 + rustls_native_certs::load_native_certs().certs.len());
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
