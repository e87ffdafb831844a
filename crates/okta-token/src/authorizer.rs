//! Access tokens on API calls (RFC 6750 section 2.1, RFC 9449 section 7).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use okta_http::{Authorizer, HttpError, Request, Response, ServerError};

use crate::laps::is_about_time;
use crate::{TokenSource, nonce};

/// Puts the token of a [`TokenSource`] on every request, with a proof if it is bound.
///
/// A 401 makes the source forget that token, once, and the request is sent again with a new one. If
/// the API wants a nonce in the proof, or refuses the proof for its time, the same token is sent
/// again with that nonce, or by the server's clock (RFC 9449 section 9; Okta says both with
/// 400). Later requests begin with the newest nonce.
///
/// The clock is that of the source's client: the requests are to be sent by a clone of its
/// [`okta_http::HttpClient`], so that it learns from their answers.
#[derive(Clone, Debug)]
pub struct TokenAuthorizer {
    tokens: Arc<TokenSource>,
    known: Arc<Mutex<Known>>,
}

/// How often a request is sent again because its proof was refused. Who refuses again does not mean it.
const MOST_LAPS: u32 = 2;

/// What the API's answers have taught, and what the newest proof was made with.
#[derive(Debug, Default)]
struct Known {
    nonce: Option<String>,
    /// Seconds that the proof's time was ahead of the local clock.
    offset: i64,
}

impl TokenAuthorizer {
    /// An authorizer for [`okta_http::HttpClient::authorized`].
    pub fn new(tokens: Arc<TokenSource>) -> Self {
        Self { tokens, known: Arc::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn offset(&self) -> i64 {
        self.tokens.client().clock_offset().unwrap_or_default()
    }
}

impl Authorizer for TokenAuthorizer {
    fn authorize(&self, request: Request) -> Result<Request, HttpError> {
        let unauthorized =
            |error| HttpError::Unauthorized { source: Box::new(crate::SharedTokenError(error)) };
        let token = self.tokens.token().map_err(unauthorized)?;
        let nonce = {
            let mut known = self.known();
            known.offset = self.offset();
            known.nonce.clone()
        };
        token.authorize_with(request, self.tokens.client().server_time(), nonce)
    }

    fn has_remedy(&self, request: &Request, response: &Response, earlier: u32) -> bool {
        let Some(sent) = request.credential() else { return false };
        let nonce = nonce::of(response).map(str::to_owned);
        let mut known = self.known();
        if nonce.is_some() {
            known.nonce.clone_from(&nonce);
        }
        if earlier >= MOST_LAPS || !matches!(response.status, 400 | 401) {
            return false;
        }
        let server = ServerError::from_response(response);
        match server.oauth_error() {
            Some("use_dpop_nonce") => nonce.is_some(),
            Some("invalid_dpop_proof") if is_about_time(&server) => known.offset != self.offset(),
            _ if response.status == 401 && earlier == 0 => {
                drop(known);
                self.tokens.invalidate_text(sent.secret().expose())
            }
            _ => false,
        }
    }
}
