//! The page's certificate and key (RFC 8446).

use std::fmt;
use std::sync::Arc;

use jwk_gen::PrivateJwk;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// A certificate chain with the private key of its first certificate.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

impl Tls {
    /// Takes a chain as PEM, the server's certificate first, and the key that belongs to it.
    ///
    /// # Errors
    /// [`InvalidTls`] if the chain is no PEM, is empty, or belongs to another key.
    pub fn new(chain_pem: &[u8], key: &PrivateJwk) -> Result<Self, InvalidTls> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain_pem)
            .collect::<Result<_, _>>()
            .map_err(|source| InvalidTls::Chain(Box::new(source)))?;
        if chain.is_empty() {
            return Err(InvalidTls::NoCertificate);
        }
        let key = PrivatePkcs8KeyDer::from(key.expose_pkcs8_der().to_vec());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|source| InvalidTls::Unsuitable(Box::new(source)))?
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from(key))
            .map_err(|source| InvalidTls::Unsuitable(Box::new(source)))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.0))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// A certificate or key that no server can use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTls {
    /// The chain is no PEM.
    #[error("the certificate chain is malformed")]
    Chain(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is no certificate in the text.
    #[error("no certificate was found")]
    NoCertificate,
    /// Certificate and key do not belong together, or their kind is not offered.
    #[error("the certificate and its key cannot be used")]
    Unsuitable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
