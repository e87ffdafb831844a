//! TLS in front of a server that does not speak it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Takes connections on a loopback port and passes one request of each on; over when dropped.
pub struct TlsFront {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
}

impl TlsFront {
    /// Serves with the certificate and the key, both in PEM, in front of the server at `url`.
    pub fn start(certificate: &str, key: &str, url: &str) -> Self {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a private key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().expect("TLS 1.2 and 1.3");
        let chain = vec![certificate.expect("a certificate")];
        let config = builder.with_no_client_auth().with_single_cert(chain, key);
        let config = Arc::new(config.expect("a key of the certificate"));
        let behind = url.strip_prefix("http://").expect("a plain URL").to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (config, behind) = (Arc::clone(&config), behind.clone());
                // A client that does not trust the certificate ends its own connection only.
                thread::spawn(move || pass_on(&config, stream?, &behind));
            }
        });
        Self { address, is_over }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
    }
}

fn pass_on(config: &Arc<ServerConfig>, stream: TcpStream, behind: &str) -> io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    let mut front = StreamOwned::new(connection, stream);
    let request = crate::hostile_server::read_request(&mut front)?;
    let mut server = TcpStream::connect(behind)?;
    server.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    front.write_all(&answer)?;
    front.conn.send_close_notify();
    front.flush()
}
