//! The seam between a request and the network.

use crate::{HttpError, Request, Response, StreamedResponse};

/// Sends one request and returns one answer: no retries, no redirects, no interpretation of the status.
pub trait Transport: Send + Sync {
    /// Performs one round trip.
    ///
    /// # Errors
    ///
    /// [`HttpError`] if there is no complete answer; any status the server sends, other than a redirect, is `Ok`.
    fn round_trip(&self, request: &Request) -> Result<Response, HttpError>;

    /// Performs one round trip and leaves the body of a success (2xx) to be read by the caller.
    ///
    /// # Errors
    ///
    /// As [`Self::round_trip`], up to the end of the headers.
    fn open(&self, request: &Request) -> Result<StreamedResponse, HttpError> {
        self.round_trip(request).map(StreamedResponse::from)
    }
}
