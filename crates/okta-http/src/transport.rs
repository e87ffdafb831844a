//! The seam between a request and the network.

use crate::{HttpError, Request, Response};

/// Sends one request and returns one answer: no retries, no redirects, no interpretation of the status.
pub trait Transport: Send + Sync {
    /// Performs one round trip.
    ///
    /// # Errors
    ///
    /// [`HttpError`] if there is no complete answer; any status the server sends, other than a redirect, is `Ok`.
    fn round_trip(&self, request: &Request) -> Result<Response, HttpError>;
}
