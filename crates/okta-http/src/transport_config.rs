//! Settings of the transport.

use std::fmt;
use std::time::Duration;

/// Settings of [`crate::UreqTransport`].
#[derive(Clone)]
pub struct TransportConfig {
    /// The longest time for one whole round trip.
    pub timeout: Duration,
    /// The longest time to connect, TLS handshake included.
    pub connect_timeout: Duration,
    /// Certificates in PEM that are trusted in addition to the system's.
    pub ca_pem: Option<Vec<u8>>,
    /// The URL of a proxy; without it none is used, whatever the environment says. Loopback addresses bypass it.
    pub proxy: Option<String>,
    /// What to call ourselves.
    pub user_agent: String,
    /// The longest body that is read whole, in bytes.
    pub body_limit: u64,
    /// The longest body that is read while it arrives, in bytes.
    pub stream_limit: u64,
}

impl Default for TransportConfig {
    /// 30 s for a round trip, 3 s to connect, 4 MiB of body or 32 MiB of it streamed, the system's roots and no proxy.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(3),
            ca_pem: None,
            proxy: None,
            user_agent: concat!("okta-m2m/", env!("CARGO_PKG_VERSION")).to_owned(),
            body_limit: 4 * 1024 * 1024,
            stream_limit: 32 * 1024 * 1024,
        }
    }
}

impl fmt::Debug for TransportConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportConfig")
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("ca_pem_bytes", &self.ca_pem.as_ref().map(Vec::len))
            // Its URL may hold a password.
            .field("proxy", &self.proxy.as_ref().map(|_| "[redacted]"))
            .field("user_agent", &self.user_agent)
            .field("body_limit", &self.body_limit)
            .field("stream_limit", &self.stream_limit)
            .finish()
    }
}
