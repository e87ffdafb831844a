//! Asking for a token.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use jwt_sign::{ClientId, DpopKey, OneSigner, Signer, SignerSource, Thumbprint};
use okta_http::{Clock, HttpClient, Request, Response, Scopes, Secret, TokenEndpoint};

use crate::access_token::{AccessToken, Instant};
use crate::client_auth::{ClientAuth, Credential};
use crate::dpop::{Dpop, DpopMemory, DpopMode};
use crate::error::TokenError;
use crate::laps::{Laps, RateLimits, is_about_time};
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
    /// Until when the key before the present one is the better one, by the clock that never goes back.
    on_previous_key: Arc<Mutex<Option<Duration>>>,
}

/// What a request has to do with those of others at the same endpoint.
#[derive(Default)]
pub(crate) struct Others {
    /// How much of what one call may wait for a rate limit has been spent on theirs.
    pub(crate) waited: Duration,
    /// Who tells them of a rate limit.
    pub(crate) limits: Option<Arc<dyn RateLimits>>,
}

/// How long a key that was not accepted is not tried again while the one before it is.
const ON_PREVIOUS_KEY: Duration = Duration::from_secs(60);

impl TokenClient {
    /// A client that authenticates at `endpoint` with assertions signed by `signer`.
    pub fn new(
        http: HttpClient,
        endpoint: TokenEndpoint,
        client_id: ClientId,
        signer: Arc<dyn Signer>,
    ) -> Self {
        Self::with_signers(http, endpoint, client_id, Arc::new(OneSigner::new(signer)))
    }

    /// A client whose key may be exchanged while it is used: each request is signed with the key that `signers` gives then.
    ///
    /// A server that does not know a new key yet refuses the client; then the key before it, if `signers` has one, is tried
    /// once, and used for a minute if it works.
    pub fn with_signers(
        http: HttpClient,
        endpoint: TokenEndpoint,
        client_id: ClientId,
        signers: Arc<dyn SignerSource>,
    ) -> Self {
        Self::authenticating(http, endpoint, client_id, ClientAuth::PrivateKey(signers))
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
        let (dpop, on_previous_key) = (Arc::default(), Arc::default());
        Self { http, endpoint, client_id, auth, dpop, metadata: None, on_previous_key }
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
        memory.key =
            memory.key.filter(|key| self.auth.thumbprint().as_ref() != Some(key.thumbprint()));
        self.dpop.recall(memory);
    }

    /// The thumbprint that the next token will be bound to, as far as that is known (RFC 9449
    /// section 6.1).
    pub fn dpop_binding(&self) -> Option<Thumbprint> {
        self.dpop.binding()
    }

    /// Whether `token`, which an earlier run was given, is one that this client would take from the server.
    pub(crate) fn takes(&self, token: &AccessToken) -> bool {
        self.dpop.mode() != DpopMode::Always || token.dpop_key().is_some()
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &TokenEndpoint {
        &self.endpoint
    }

    /// The client id.
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The thumbprint of the key that signs assertions now, unless the client has a secret instead.
    pub fn signing_key_thumbprint(&self) -> Option<Thumbprint> {
        self.auth.thumbprint()
    }

    /// Whether the server took the key before the present one and not the present one, within the last minute.
    pub fn uses_previous_key(&self) -> bool {
        let until = *self.on_previous_key.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| self.clock().elapsed() < until)
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
        self.fetch_among_others(scopes, &Others::default())
    }

    /// As [`Self::fetch`], for a caller that shares the rate limits it meets.
    pub(crate) fn fetch_among_others(
        &self,
        scopes: &Scopes,
        others: &Others,
    ) -> Result<AccessToken, TokenError> {
        self.discover()?;
        if self.uses_previous_key()
            && let Some(previous) = self.auth.previous()
        {
            return self.fetch_by(&previous, scopes, others);
        }
        match self.fetch_by(&self.auth.credential()?, scopes, others) {
            Err(TokenError::ClientRefused(server))
                if server.oauth_error() == Some("invalid_client") =>
            {
                let token = self.fetch_by_previous(scopes, others);
                token.ok_or(TokenError::ClientRefused(server))
            }
            outcome => outcome,
        }
    }

    /// One try with the key before the present one, which the server may not know yet.
    fn fetch_by_previous(&self, scopes: &Scopes, others: &Others) -> Option<AccessToken> {
        let token = self.fetch_by(&self.auth.previous()?, scopes, others).ok()?;
        let until = self.clock().elapsed().saturating_add(ON_PREVIOUS_KEY);
        *self.on_previous_key.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
        Some(token)
    }

    fn fetch_by(
        &self,
        credential: &Credential,
        scopes: &Scopes,
        others: &Others,
    ) -> Result<AccessToken, TokenError> {
        let laps = Laps::new(Arc::clone(&self.dpop), self.http.clone());
        let laps = laps.telling(others.limits.clone());
        let http = self.http.clone().having_waited(others.waited).authorized(Arc::new(laps));
        let mut sent_at = self.now();
        let mut key = None;
        let response = http.send(|| {
            sent_at = self.now();
            key = self.dpop.key_if_used()?;
            self.request(credential, scopes, key.as_deref())
        })?;
        self.conclude(response, scopes, sent_at, key)
    }

    /// One attempt: an assertion of its own, and a proof of its own if `key` is there.
    fn request(
        &self,
        credential: &Credential,
        scopes: &Scopes,
        key: Option<&DpopKey>,
    ) -> Result<Request, TokenError> {
        let (now, url) = (self.http.server_time(), self.endpoint.as_str());
        let scope = scopes.to_string();
        let form = request::client_credentials(&scope);
        let request = credential.request(&self.client_id, url, &form, now)?;
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

    /// Whether a server has answered yet, also if its clock is not known from that.
    pub fn was_answered(&self) -> bool {
        self.http.was_answered()
    }

    pub(crate) fn recall_clock_offset(&self, seconds: i64) {
        self.http.recall_clock_offset(seconds);
    }

    pub(crate) fn max_wait(&self) -> Duration {
        self.http.max_wait()
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.http.deadline()
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
