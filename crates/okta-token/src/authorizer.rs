//! Access tokens on API calls (RFC 6750 section 2.1, RFC 9449 section 7).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use okta_http::{Authorizer, HttpError, Request, Response};

use crate::{TokenSource, nonce};

/// Puts the token of a [`TokenSource`] on every request, with a proof if it is bound.
///
/// A 401 makes the source forget that token, once, and the request is sent again with a new one. If
/// it is because the API wants a nonce in the proof, the same token is sent again with that
/// (RFC 9449 section 9); later requests begin with the newest nonce.
#[derive(Clone, Debug)]
pub struct TokenAuthorizer {
    tokens: Arc<TokenSource>,
    /// The newest nonce of the API.
    nonce: Arc<Mutex<Option<String>>>,
}

impl TokenAuthorizer {
    /// An authorizer for [`okta_http::HttpClient::authorized`].
    pub fn new(tokens: Arc<TokenSource>) -> Self {
        Self { tokens, nonce: Arc::default() }
    }

    fn nonce(&self) -> MutexGuard<'_, Option<String>> {
        self.nonce.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authorizer for TokenAuthorizer {
    fn authorize(&self, request: Request) -> Result<Request, HttpError> {
        let unauthorized =
            |error| HttpError::Unauthorized { source: Box::new(crate::SharedTokenError(error)) };
        let token = self.tokens.token().map_err(unauthorized)?;
        let nonce = self.nonce().clone();
        token.authorize_with(request, self.tokens.client().server_time(), nonce)
    }

    fn has_remedy(&self, request: &Request, response: &Response, earlier: u32) -> bool {
        let Some(sent) = request.credential() else { return false };
        let nonce = nonce::of(response);
        if let Some(nonce) = nonce {
            *self.nonce() = Some(nonce.to_owned());
        }
        if response.status == 401 && wants_nonce(response) {
            return nonce.is_some() && earlier == 0;
        }
        response.status == 401
            && earlier == 0
            && self.tokens.invalidate_text(sent.secret().expose())
    }
}

/// Whether the challenge asks for a nonce (RFC 9449 section 9).
fn wants_nonce(response: &Response) -> bool {
    response.headers().any(|(name, value)| {
        name.eq_ignore_ascii_case("www-authenticate") && value.contains("\"use_dpop_nonce\"")
    })
}
