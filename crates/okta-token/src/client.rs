//! Asking for a token.

use std::sync::Arc;

use jwt_sign::{ClientAssertion, ClientId, Signer};
use okta_http::{HttpClient, Scopes, TokenEndpoint};

use crate::access_token::{AccessToken, Instant};
use crate::error::TokenError;
use crate::{request, response};

/// One client at one token endpoint.
#[derive(Clone, Debug)]
pub struct TokenClient {
    http: HttpClient,
    endpoint: TokenEndpoint,
    client_id: ClientId,
    signer: Arc<dyn Signer>,
}

impl TokenClient {
    /// A client that authenticates at `endpoint` with assertions signed by `signer`.
    pub fn new(
        http: HttpClient,
        endpoint: TokenEndpoint,
        client_id: ClientId,
        signer: Arc<dyn Signer>,
    ) -> Self {
        Self { http, endpoint, client_id, signer }
    }

    /// Asks for a token with `scopes` (RFC 6749 section 4.4).
    ///
    /// Every attempt signs an assertion of its own; its audience is the URL that the request goes
    /// to, because both come from the same [`TokenEndpoint`].
    ///
    /// # Errors
    ///
    /// [`TokenError`], whose variants say what to do next. A token with fewer scopes than asked for
    /// is [`TokenError::ScopesMissing`].
    pub fn fetch(&self, scopes: &Scopes) -> Result<AccessToken, TokenError> {
        let mut sent_at = self.now();
        let response = self.http.send(|| {
            sent_at = self.now();
            let assertion =
                ClientAssertion::new(&self.client_id, self.endpoint.as_str(), sent_at.wall)?;
            let assertion = assertion.sign(self.signer.as_ref())?;
            Ok::<_, TokenError>(request::client_credentials(&self.endpoint, scopes, &assertion))
        })?;
        response::parse(response, scopes, sent_at)
    }

    pub(crate) fn now(&self) -> Instant {
        let clock = self.http.clock();
        Instant { wall: clock.now(), elapsed: clock.elapsed() }
    }
}
