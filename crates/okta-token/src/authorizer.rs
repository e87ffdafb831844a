//! Access tokens on API calls (RFC 6750 section 2.1, RFC 9449 section 7).

use std::sync::Arc;

use okta_http::{Authorizer, HttpError, Request, Response};

use crate::TokenSource;

/// Puts the token of a [`TokenSource`] on every request, with a proof if it is bound.
///
/// A 401 makes the source forget that token, once, and the request is sent again with a new one.
#[derive(Clone, Debug)]
pub struct TokenAuthorizer {
    tokens: Arc<TokenSource>,
}

impl TokenAuthorizer {
    /// An authorizer for [`okta_http::HttpClient::authorized`].
    pub fn new(tokens: Arc<TokenSource>) -> Self {
        Self { tokens }
    }
}

impl Authorizer for TokenAuthorizer {
    fn authorize(&self, request: Request) -> Result<Request, HttpError> {
        let unauthorized =
            |error| HttpError::Unauthorized { source: Box::new(crate::SharedTokenError(error)) };
        let token = self.tokens.token().map_err(unauthorized)?;
        token.authorize(request, self.tokens.client().server_time())
    }

    fn has_remedy(&self, request: &Request, response: &Response, earlier: u32) -> bool {
        let Some(sent) = request.credential() else { return false };
        response.status == 401
            && earlier == 0
            && self.tokens.invalidate_text(sent.secret().expose())
    }
}
