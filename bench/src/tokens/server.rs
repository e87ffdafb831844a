//! A server that answers every request with a token and counts them: what is measured is the client.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use okta_http::{Clock as _, SystemClock};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the server does besides answering.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Seconds that its tokens live.
    pub(super) expires_in: u64,
    /// How long it thinks about each request.
    pub(super) delay: Duration,
}

pub(super) struct Server {
    pub(super) url: String,
    /// The authority of its certificate, if it speaks TLS.
    pub(super) ca_pem: Option<String>,
    requests: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    pub(super) fn plain(manner: Manner) -> Result<Self> {
        Self::start("http", None, None, manner)
    }

    pub(super) fn tls(manner: Manner) -> Result<Self> {
        let (config, ca_pem) = certificate()?;
        Self::start("https", Some(Arc::new(config)), Some(ca_pem), manner)
    }

    /// Connections so far.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Requests so far.
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn start(
        scheme: &str,
        tls: Option<Arc<ServerConfig>>,
        ca_pem: Option<String>,
        manner: Manner,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("{scheme}://localhost:{}", listener.local_addr()?.port());
        let requests = Arc::new(AtomicUsize::new(0));
        let connections = Arc::new(AtomicUsize::new(0));
        let (counter, accepted) = (Arc::clone(&requests), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                accepted.fetch_add(1, Ordering::SeqCst);
                let (tls, counter) = (tls.clone(), Arc::clone(&counter));
                // A client that hangs up ends its connection and nothing else.
                thread::spawn(move || accept(stream, tls, &counter, manner).ok());
            }
        });
        Ok(Self { url, ca_pem, requests, connections })
    }
}

fn accept(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    requests: &AtomicUsize,
    manner: Manner,
) -> Result<()> {
    stream.set_nodelay(true)?;
    match tls {
        Some(config) => {
            serve(StreamOwned::new(ServerConnection::new(config)?, stream), requests, manner)
        }
        None => serve(stream, requests, manner),
    }
}

/// Requests of one connection, one after the other.
fn serve(stream: impl Read + Write, requests: &AtomicUsize, manner: Manner) -> Result<()> {
    let body = format!(
        r#"{{"token_type":"Bearer","expires_in":{},"access_token":"eyJhbGciOiJSUzI1NiJ9.bench.token","scope":"okta.users.read"}}"#,
        manner.expires_in
    );
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        stream.read_exact(&mut vec![0; length])?;
        requests.fetch_add(1, Ordering::SeqCst);
        SystemClock.sleep(manner.delay);
        stream.get_mut().write_all(answer.as_bytes())?;
        stream.get_mut().flush()?;
    }
}

/// A certificate for `localhost` and the authority that signed it.
fn certificate() -> Result<(ServerConfig, String)> {
    let ca_key = KeyPair::generate()?;
    let mut ca = CertificateParams::new(Vec::new())?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    ca.distinguished_name.push(DnType::CommonName, "authority of a measurement");
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let key = KeyPair::generate()?;
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned()])?;
    leaf.use_authority_key_identifier_extension = true;
    let leaf = leaf.signed_by(&key, &Issuer::new(ca, ca_key))?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)?;
    Ok((config, ca_pem))
}
