//! Asking for a token.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use jwt_sign::{ClientId, DpopKey, Signer, Thumbprint};
use okta_http::{Clock, HttpClient, Request, Response, Scopes, Secret, TokenEndpoint};

use crate::access_token::{AccessToken, Instant};
use crate::client_auth::ClientAuth;
use crate::dpop::{Dpop, DpopMemory, DpopMode};
use crate::error::TokenError;
use crate::laps::{Laps, is_about_time};
use crate::metadata::ServerMetadata;
use crate::response::Binding;
use crate::{request, response};

/// One client at one token endpoint.
#[derive(Clone, Debug)]
pub struct TokenClient {
    http: HttpClient,
    endpoint: TokenEndpoint,
    client_id: ClientId,
    auth: ClientAuth,
    dpop: Arc<Dpop>,
    /// Empty until the metadata are read; absent if they need not be.
    metadata: Option<Arc<OnceLock<ServerMetadata>>>,
}

impl TokenClient {
    /// A client that authenticates at `endpoint` with assertions signed by `signer`.
    pub fn new(
        http: HttpClient,
        endpoint: TokenEndpoint,
        client_id: ClientId,
        signer: Arc<dyn Signer>,
    ) -> Self {
        Self::authenticating(http, endpoint, client_id, ClientAuth::PrivateKey(signer))
    }

    /// A client that authenticates with a secret (`client_secret_basic`, RFC 6749 section 2.3.1).
    ///
    /// Okta takes that of clients of custom authorization servers and of API service integrations, and
    /// of no other client that asks for `okta.*` scopes.
    pub fn with_client_secret(
        http: HttpClient,
        endpoint: TokenEndpoint,
        client_id: ClientId,
        client_secret: Secret,
    ) -> Self {
        Self::authenticating(http, endpoint, client_id, ClientAuth::Secret(client_secret))
    }

    fn authenticating(
        http: HttpClient,
        endpoint: TokenEndpoint,
        client_id: ClientId,
        auth: ClientAuth,
    ) -> Self {
        Self { http, endpoint, client_id, auth, dpop: Arc::default(), metadata: None }
    }

    /// The same client, which reads the server's metadata before its first request and sends nothing
    /// to a server that is another (RFC 8414 section 3.3).
    #[must_use]
    pub fn with_discovery(mut self) -> Self {
        self.metadata = Some(Arc::default());
        self
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

    /// Begins with what an earlier run learnt. The key of assertions is not taken for the key of
    /// proofs: one key, one purpose.
    pub fn recall_dpop(&self, mut memory: DpopMemory) {
        memory.key = memory.key.filter(|key| self.auth.thumbprint() != Some(key.thumbprint()));
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

    /// The thumbprint of the key that signs assertions, unless the client has a secret instead.
    pub fn signing_key_thumbprint(&self) -> Option<&Thumbprint> {
        self.auth.thumbprint()
    }

    pub(crate) fn http(&self) -> &HttpClient {
        &self.http
    }

    pub(crate) fn dpop(&self) -> Arc<Dpop> {
        Arc::clone(&self.dpop)
    }

    pub(crate) fn auth(&self) -> &ClientAuth {
        &self.auth
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
        self.fetch_having_waited(scopes, Duration::ZERO)
    }

    /// As [`Self::fetch`], for a caller that has spent so much of what one call may wait for a rate limit.
    pub(crate) fn fetch_having_waited(
        &self,
        scopes: &Scopes,
        waited: Duration,
    ) -> Result<AccessToken, TokenError> {
        self.discover()?;
        let laps = Laps::new(Arc::clone(&self.dpop), self.http.clone());
        let http = self.http.clone().having_waited(waited).authorized(Arc::new(laps));
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
        let scope = scopes.to_string();
        let form = request::client_credentials(&scope);
        let request = self.auth.request(&self.client_id, url, &form, now)?;
        match key {
            Some(key) => {
                let proof = self.dpop.proof(key, url, now)?;
                Ok(request.with_header("DPoP", proof.expose_compact())?)
            }
            None => Ok(request),
        }
    }

    /// Reads the metadata once, if they are to be read.
    fn discover(&self) -> Result<(), TokenError> {
        let Some(known) = &self.metadata else { return Ok(()) };
        if known.get().is_none() {
            let metadata = ServerMetadata::fetch(&self.http, &self.endpoint)?;
            // A thread that has read them meanwhile has read the same.
            known.get_or_init(|| metadata);
        }
        Ok(())
    }

    /// What the server says about itself, once it was asked.
    pub fn metadata(&self) -> Option<&ServerMetadata> {
        self.metadata.as_ref()?.get()
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

    pub(crate) fn max_wait(&self) -> Duration {
        self.http.max_wait()
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
