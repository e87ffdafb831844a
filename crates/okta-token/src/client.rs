//! Asking for a token.

use std::sync::Arc;
use std::time::SystemTime;

use jwt_sign::{ClientAssertion, ClientId, Signer, Thumbprint};
use okta_http::{HttpClient, Scopes, TokenEndpoint};

use crate::access_token::{AccessToken, Instant};
use crate::dpop::{Dpop, DpopMemory, DpopMode};
use crate::error::TokenError;
use crate::{request, response};

/// One client at one token endpoint.
#[derive(Clone, Debug)]
pub struct TokenClient {
    http: HttpClient,
    endpoint: TokenEndpoint,
    client_id: ClientId,
    signer: Arc<dyn Signer>,
    dpop: Arc<Dpop>,
}

impl TokenClient {
    /// A client that authenticates at `endpoint` with assertions signed by `signer`.
    pub fn new(
        http: HttpClient,
        endpoint: TokenEndpoint,
        client_id: ClientId,
        signer: Arc<dyn Signer>,
    ) -> Self {
        Self { http, endpoint, client_id, signer, dpop: Arc::default() }
    }

    /// The same client with another [`DpopMode`]; its memory begins empty.
    #[must_use]
    pub fn with_dpop(mut self, mode: DpopMode) -> Self {
        self.dpop = Arc::new(Dpop::new(mode));
        self
    }

    /// What is known about DPoP at this server.
    pub fn dpop_memory(&self) -> DpopMemory {
        self.dpop.memory()
    }

    /// Begins with what an earlier run learnt.
    pub fn recall_dpop(&self, memory: DpopMemory) {
        self.dpop.recall(memory);
    }

    /// The thumbprint that the next token will be bound to, as far as that is known (RFC 9449
    /// section 6.1).
    pub fn dpop_binding(&self) -> Option<Thumbprint> {
        self.dpop.binding()
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &TokenEndpoint {
        &self.endpoint
    }

    /// The client id.
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The thumbprint of the key that signs assertions.
    pub fn signing_key_thumbprint(&self) -> &Thumbprint {
        self.signer.thumbprint()
    }

    /// The time by the server's clock.
    pub fn server_time(&self) -> SystemTime {
        self.http.server_time()
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
