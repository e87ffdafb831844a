//! Why there is no token, by what the caller does next.

use std::time::Duration;

use jwt_sign::{AssertionError, DpopKeyError, ProofError, SignError};
use okta_http::{HttpError, Scopes, ServerError};

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
}

fn days(span: Duration) -> String {
    format!("{} days", span.as_secs() / 86_400)
}

/// A [`TokenError`] that several callers share, as the source of another error.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct SharedTokenError(pub std::sync::Arc<TokenError>);
