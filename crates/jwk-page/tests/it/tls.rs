//! https with a given certificate.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use jwk_gen::PrivateJwk;
use jwk_page::{InvalidTls, Tls};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::harness::{Answer, Page};

/// A self-signed certificate for some names: PEM, DER, key.
fn certificate(names: &[&str]) -> (String, CertificateDer<'static>, PrivateJwk) {
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let certificate = CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
    let key = PrivateJwk::from_pkcs8_pem(&key.serialize_pem()).unwrap();
    (certificate.pem(), CertificateDer::from(certificate.der().to_vec()), key)
}

/// Sends a GET over TLS to the page, which is called by `host`.
fn get(page: &Page, trusted: CertificateDer<'static>, name: &str, host: &str) -> Answer {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerName::try_from(name.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), server).unwrap();
    let port = page.address().rsplit_once(':').unwrap().1;
    let stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    write!(stream, "GET / HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    Answer::parse(&answer)
}

#[test]
fn the_page_is_served_under_its_name_on_every_address() {
    let (pem, der, key) = certificate(&["keys.acme.example", "localhost"]);
    let page = Page::with(|config| {
        config.listen = "0.0.0.0:0".parse().unwrap();
        config.hosts = vec!["keys.acme.example".parse().unwrap()];
        config.tls = Some(Tls::new(pem.as_bytes(), &key).unwrap());
    });
    let answer = get(&page, der.clone(), "keys.acme.example", "keys.acme.example").is(200);
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
    get(&page, der, "localhost", "localhost").is(403);
    // Without TLS there is no answer at all.
    let port = page.address().rsplit_once(':').unwrap().1;
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let request = format!("GET / HTTP/1.1\r\nhost: keys.acme.example:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[test]
fn on_loopback_nothing_else_of_this_machine_is_tied_to_tls() {
    let (pem, der, key) = certificate(&["localhost"]);
    let page = Page::with(|config| config.tls = Some(Tls::new(pem.as_bytes(), &key).unwrap()));
    let answer = get(&page, der, "localhost", "localhost").is(200);
    assert_eq!(answer.header("strict-transport-security"), None);
}

#[test]
fn every_address_at_once_needs_a_name() {
    let (pem, _, key) = certificate(&["localhost"]);
    let mut config = crate::harness::config();
    config.listen = "[::]:0".parse().unwrap();
    config.tls = Some(Tls::new(pem.as_bytes(), &key).unwrap());
    let refusal = jwk_page::KeyPage::start(config).map(drop).unwrap_err();
    assert!(matches!(refusal, jwk_page::StartError::HostRequired { .. }), "{refusal:?}");
}

#[test]
fn a_certificate_of_another_key_is_refused() {
    let (pem, _, key) = certificate(&["localhost"]);
    let (_, _, other) = certificate(&["localhost"]);
    assert!(Tls::new(pem.as_bytes(), &key).is_ok());
    let refusal = |pem: &str, key| Tls::new(pem.as_bytes(), key).map(drop).unwrap_err();
    assert!(matches!(refusal(&pem, &other), InvalidTls::Unsuitable(_)));
    assert!(matches!(refusal("", &key), InvalidTls::NoCertificate));
    assert!(matches!(refusal(&key.public().to_spki_pem(), &key), InvalidTls::NoCertificate));
    let torn = pem.replace("END", "EN");
    assert!(matches!(refusal(&torn, &key), InvalidTls::Chain(_)), "{:?}", refusal(&torn, &key));
}
