//! Why there is no answer to work with.

use std::error::Error;
use std::time::Duration;

use crate::ServerError;

/// The cause of a failure, from a library that is not part of our API.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why a request got no usable answer.
///
/// A status such as 400 or 500 is an answer, not an error: see [`crate::Response::into_success`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// No connection came about: name resolution, connect or proxy failed. Nothing was sent.
    #[error("`{host}` cannot be reached")]
    Unreachable {
        /// The host of the request.
        host: String,
        /// What the network said.
        source: BoxError,
    },
    /// The proxy refused to connect to the host. Nothing was sent.
    #[error("the proxy refuses to connect to `{host}`: HTTP {status}{}", proxy_wants(*status))]
    ProxyRefused {
        /// The host of the request.
        host: String,
        /// The status of the proxy's answer; 407 if it wants a user name and a password (RFC 9110 section 15.5.8),
        /// for which tinyproxy says 401 to those that are wrong.
        status: u16,
    },
    /// The deadline passed.
    #[error("no answer from `{host}` in time")]
    TimedOut {
        /// The host of the request.
        host: String,
        /// Whether the server may have received the request.
        sent: bool,
    },
    /// The connection ended before the answer was complete.
    #[error("the connection to `{host}` ended before the answer was complete")]
    Disconnected {
        /// The host of the request.
        host: String,
        /// What the network said.
        source: BoxError,
    },
    /// The server could not be authenticated. Nothing was sent.
    #[error("no trusted TLS connection to `{host}`")]
    Tls {
        /// The host of the request.
        host: String,
        /// What is wrong with the certificate or the handshake.
        source: BoxError,
    },
    /// The server redirects. It is never followed, because the request carries a credential.
    #[error("HTTP {status} redirects to {}, which is not followed", quoted(location_host.as_deref()))]
    Redirected {
        /// The status of the answer.
        status: u16,
        /// The host it points to, if it names another place by an absolute URL.
        location_host: Option<String>,
    },
    /// The body of the answer is longer than [`crate::TransportConfig::body_limit`], or `stream_limit` if it is streamed.
    #[error("the answer is longer than {limit} bytes")]
    BodyTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The answer is not what the protocol prescribes.
    #[error("the answer is malformed: {what}")]
    Malformed {
        /// What is wrong with it.
        what: String,
    },
    /// The request cannot be sent as it is; a mistake of the caller.
    #[error("the request is invalid: {what}")]
    InvalidRequest {
        /// What is wrong with it.
        what: String,
    },
    /// A setting of the transport cannot be used.
    #[error("the transport settings are invalid: {what}")]
    InvalidConfig {
        /// Which setting, and why.
        what: String,
    },
    /// There is no credential to send the request with.
    #[error("the request cannot be authorised")]
    Unauthorized {
        /// Why there is none.
        source: BoxError,
    },
    /// The org's rate limit is exhausted for longer than the caller wants to wait.
    #[error("rate limited for {} s", retry_after.as_secs())]
    RateLimited {
        /// How long until another try makes sense.
        retry_after: Duration,
        /// What the server said.
        #[source]
        server: Box<ServerError>,
    },
    /// A request that must not be repeated was sent, and no answer came: whether it was carried out is not known.
    #[error("whether the request was carried out is not known")]
    OutcomeUnknown {
        /// Why there was no answer.
        source: Box<Self>,
    },
}

impl HttpError {
    /// Whether the server can have received the whole request.
    pub(crate) fn may_have_been_received(&self) -> bool {
        match self {
            Self::Disconnected { .. }
            | Self::BodyTooLarge { .. }
            | Self::Malformed { .. }
            | Self::OutcomeUnknown { .. } => true,
            Self::TimedOut { sent, .. } => *sent,
            Self::Unreachable { .. }
            | Self::ProxyRefused { .. }
            | Self::Tls { .. }
            | Self::Redirected { .. }
            | Self::InvalidRequest { .. }
            | Self::InvalidConfig { .. }
            | Self::Unauthorized { .. }
            | Self::RateLimited { .. } => false,
        }
    }

    /// Whether another try may succeed where this one failed.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Disconnected { .. } => true,
            Self::ProxyRefused { status, .. } => matches!(status, 502..=504),
            _ => false,
        }
    }
}

fn proxy_wants(status: u16) -> &'static str {
    if matches!(status, 401 | 407) { " (it wants a user name and a password)" } else { "" }
}

fn quoted(host: Option<&str>) -> String {
    host.map_or_else(|| "another place".to_owned(), |host| format!("`{host}`"))
}
