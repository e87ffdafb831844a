//! Asking for a token.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jwt_sign::{ClientAssertion, ClientId, DpopKey, Signer, Thumbprint};
use okta_http::{Clock, HttpClient, Request, Response, Scopes, TokenEndpoint};

use crate::access_token::{AccessToken, Instant};
use crate::dpop::{Dpop, DpopMemory, DpopMode};
use crate::error::TokenError;
use crate::laps::{Laps, is_about_time};
use crate::response::Binding;
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

    pub(crate) fn http(&self) -> &HttpClient {
        &self.http
    }

    pub(crate) fn dpop(&self) -> Arc<Dpop> {
        Arc::clone(&self.dpop)
    }

    pub(crate) fn signer(&self) -> &dyn Signer {
        self.signer.as_ref()
    }

    /// The time by the server's clock.
    pub fn server_time(&self) -> SystemTime {
        self.http.server_time()
    }

    /// Asks for a token with `scopes` (RFC 6749 section 4.4).
    ///
    /// Every attempt signs an assertion of its own; its audience is the URL that the request goes
    /// to, because both come from the same [`TokenEndpoint`]. Whether it carries a DPoP proof is the
    /// [`DpopMode`]'s choice; a demand for one and for a nonce is met within this call. An assertion
    /// that is refused for its time is signed once more by the server's clock.
    ///
    /// # Errors
    ///
    /// [`TokenError`], whose variants say what to do next. A token with fewer scopes than asked for
    /// is [`TokenError::ScopesMissing`].
    pub fn fetch(&self, scopes: &Scopes) -> Result<AccessToken, TokenError> {
        let laps = Laps::new(Arc::clone(&self.dpop), self.http.clone());
        let http = self.http.clone().authorized(Arc::new(laps));
        let mut sent_at = self.now();
        let mut key = None;
        let response = http.send(|| {
            sent_at = self.now();
            key = self.dpop.key_if_used()?;
            self.request(scopes, key.as_deref())
        })?;
        self.conclude(response, scopes, sent_at, key)
    }

    /// One attempt: an assertion of its own, and a proof of its own if `key` is there.
    fn request(&self, scopes: &Scopes, key: Option<&DpopKey>) -> Result<Request, TokenError> {
        let (now, url) = (self.http.server_time(), self.endpoint.as_str());
        let assertion = ClientAssertion::new(&self.client_id, url, now)?;
        let assertion = assertion.sign(self.signer.as_ref())?;
        let proof = key.map(|key| self.dpop.proof(key, url, now)).transpose()?;
        Ok(request::client_credentials(&self.endpoint, scopes, &assertion, proof.as_ref())?)
    }

    fn conclude(
        &self,
        response: Response,
        scopes: &Scopes,
        sent_at: Instant,
        key: Option<Arc<DpopKey>>,
    ) -> Result<AccessToken, TokenError> {
        let apart = response.date().map(|date| distance(date, self.http.clock().now()));
        let is_required = self.dpop.mode() == DpopMode::Always;
        let token = response::parse(response, scopes, sent_at, Binding { key, is_required });
        match (&token, apart) {
            (Ok(token), _) => self.dpop.conclude(token.dpop_key().is_some()),
            (Err(TokenError::ClientRefused(server)), Some(apart))
                if apart > A_DAY && is_about_time(server) =>
            {
                return Err(TokenError::ClockWrong { apart, server: server.clone() });
            }
            _ => {}
        }
        token
    }

    /// Seconds that the server's clock is ahead of the local one, as far as that is known.
    pub fn clock_offset(&self) -> Option<i64> {
        self.http.clock_offset()
    }

    pub(crate) fn recall_clock_offset(&self, seconds: i64) {
        self.http.recall_clock_offset(seconds);
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.http.clock()
    }

    pub(crate) fn now(&self) -> Instant {
        let clock = self.http.clock();
        Instant { wall: clock.now(), elapsed: clock.elapsed() }
    }
}

/// A server that is further off is not believed.
const A_DAY: Duration = Duration::from_secs(24 * 3600);

fn distance(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|reversed| reversed.duration())
}

#[cfg(test)]
mod tests;
