//! Who authorises requests, and what comes of a refusal.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{ApiCredential, HttpError, Request, Response};

/// Puts a credential on every request, attempts included.
///
/// A credential that lives for one attempt, such as a DPoP proof, and one that may have to be
/// renewed, such as an access token, both need to know of each attempt and of its answer.
pub trait Authorizer: fmt::Debug + Send + Sync {
    /// The request with a credential, made for this attempt.
    ///
    /// # Errors
    ///
    /// [`HttpError::Unauthorized`] with the reason if there is no credential.
    fn authorize(&self, request: Request) -> Result<Request, HttpError>;

    /// Looks at the answer to an authorised request, whatever its status. `true` says that the same
    /// request is worth one more attempt, because another credential will be on it; `earlier` counts
    /// the attempts that were made for this reason before.
    fn has_remedy(&self, request: &Request, response: &Response, earlier: u32) -> bool;

    /// Is told of each 429, without the secrets of the request, and of the `wait` that it asks for, before that is waited out.
    /// Does nothing unless it says otherwise.
    fn note_rate_limit(&self, _wait: Duration, _response: &Response) {}
}

impl Authorizer for ApiCredential {
    fn authorize(&self, request: Request) -> Result<Request, HttpError> {
        Ok(request.with_credential(self.clone()))
    }

    fn has_remedy(&self, _: &Request, _: &Response, _: u32) -> bool {
        false
    }
}

impl<A: Authorizer + ?Sized> Authorizer for Arc<A> {
    fn authorize(&self, request: Request) -> Result<Request, HttpError> {
        self.as_ref().authorize(request)
    }

    fn has_remedy(&self, request: &Request, response: &Response, earlier: u32) -> bool {
        self.as_ref().has_remedy(request, response, earlier)
    }

    fn note_rate_limit(&self, wait: Duration, response: &Response) {
        self.as_ref().note_rate_limit(wait, response);
    }
}
