//! Why there is no token, by what the caller does next.

use std::time::Duration;

use jwt_sign::{AssertionError, DpopKeyError, ProofError, SignError};
use okta_http::{HttpError, Scopes, ServerError};
use serde::{Deserialize, Serialize};

use crate::AccessToken;

/// Why there is no usable token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The server refused this client: its assertion, its registration or its network zone.
    #[error("the server refused this client: {0}")]
    ClientRefused(ServerError),
    /// The server refused this request: its scopes or its form.
    #[error("the server refused this request: {0}")]
    RequestRefused(ServerError),
    /// The server left out scopes that were asked for. The token it gave is good for the rest.
    #[error("the server granted `{}` and left out `{missing}`", .token.scopes())]
    ScopesMissing {
        /// Asked for and not granted.
        missing: Scopes,
        /// What the server gave instead.
        token: Box<AccessToken>,
    },
    /// The server failed, after retries.
    #[error("the server failed: {0}")]
    ServerFault(ServerError),
    /// The server answered with something that is not a token answer (RFC 6749 section 5.1).
    #[error("the token answer is unusable: {what}")]
    InvalidAnswer {
        /// What is wrong with it, without its content.
        what: &'static str,
    },
    /// What the server says about itself is what another server would say.
    #[error("the metadata of the server are not its own: `{member}` is another server's")]
    ForeignMetadata {
        /// The first member that differs.
        member: &'static str,
    },
    /// The server refused the time of the assertion, and its clock is further from ours than a day, so
    /// that one of them is wrong.
    #[error("the local clock and the server's are {} apart: {server}", days(*.apart))]
    ClockWrong {
        /// By how much.
        apart: Duration,
        /// What the server said.
        server: ServerError,
    },
    /// The request could not be sent or its answer not be read.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The client assertion could not be made.
    #[error(transparent)]
    Assertion(#[from] AssertionError),
    /// The client assertion or the DPoP proof could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The DPoP proof could not be made.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// There is no key for DPoP proofs.
    #[error(transparent)]
    DpopKey(#[from] DpopKeyError),
    /// The server gave a token that is not bound to the key of the proof, and the client takes no other (RFC 9449 section 5).
    #[error("the token answer is unusable: its token is not bound to the key of the proof")]
    NotBound,
    /// Another request, of this machine or of the fleet, has met a rate limit of the endpoint that has not ended yet.
    #[error("a rate limit that another request has met stands for {} s more: {message}", whole_secs(*retry_after))]
    LimitStands {
        /// What the server said to it.
        message: String,
        /// How long it stands.
        retry_after: Duration,
    },
    /// Another process that uses the same cache has just failed.
    #[error("another process has just asked for it: {message}")]
    FailedElsewhere {
        /// What kind of failure that was.
        kind: FailureKind,
        /// What it said.
        message: String,
        /// How long until another try makes sense.
        retry_after: Duration,
    },
}

/// A failure by what the caller does next, as processes tell one another.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureKind {
    /// The server refused the client.
    Client,
    /// The server refused the request.
    Request,
    /// The server wants to be asked later.
    RateLimited,
    /// The server cannot be reached.
    Network,
    /// The server cannot be trusted to be the one that was meant.
    Untrusted,
    /// The request could not be made.
    Local,
    /// The server failed, or its answer is unusable.
    Server,
}

impl FailureKind {
    pub(crate) fn of(error: &TokenError) -> Self {
        match error {
            TokenError::ClientRefused(_) | TokenError::ClockWrong { .. } => Self::Client,
            TokenError::RequestRefused(_) | TokenError::ScopesMissing { .. } => Self::Request,
            TokenError::Http(HttpError::RateLimited { .. }) | TokenError::LimitStands { .. } => {
                Self::RateLimited
            }
            TokenError::Http(HttpError::Tls { .. }) => Self::Untrusted,
            TokenError::Http(
                HttpError::Unreachable { .. }
                | HttpError::ProxyRefused { .. }
                | HttpError::TimedOut { .. }
                | HttpError::Disconnected { .. },
            ) => Self::Network,
            TokenError::ServerFault(_)
            | TokenError::InvalidAnswer { .. }
            | TokenError::NotBound
            | TokenError::ForeignMetadata { .. }
            | TokenError::Http(_) => Self::Server,
            TokenError::Assertion(_)
            | TokenError::Sign(_)
            | TokenError::Proof(_)
            | TokenError::DpopKey(_) => Self::Local,
            TokenError::FailedElsewhere { kind, .. } => *kind,
        }
    }
}

impl TokenError {
    /// How long to leave the server alone after this, the last of `strikes` failures in a row and
    /// one.
    pub(crate) fn pause(&self, strikes: u32) -> Duration {
        let doubled = |first: u64, longest: u64| {
            let secs = first.saturating_mul(1_u64.checked_shl(strikes).unwrap_or(longest));
            Duration::from_secs(secs.min(longest))
        };
        match self {
            Self::Http(HttpError::RateLimited { retry_after, .. })
            | Self::LimitStands { retry_after, .. }
            | Self::FailedElsewhere { retry_after, .. } => *retry_after,
            _ => match FailureKind::of(self) {
                FailureKind::Client | FailureKind::Request => doubled(30, 300),
                FailureKind::Untrusted => Duration::from_secs(5),
                _ => doubled(1, 60),
            },
        }
    }
}

/// A part of a second is as good as a whole one.
fn whole_secs(span: Duration) -> u128 {
    span.as_millis().div_ceil(1000)
}

fn days(span: Duration) -> String {
    format!("{} days", span.as_secs() / 86_400)
}

/// A [`TokenError`] that several callers share, as the source of another error.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct SharedTokenError(pub std::sync::Arc<TokenError>);
