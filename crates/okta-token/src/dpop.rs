//! What a client knows about DPoP at one authorization server (RFC 9449).

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use jwt_sign::{DpopKey, DpopKeyError, DpopProof, SignedJwt, Thumbprint};
use okta_http::Response;

use crate::error::TokenError;
use crate::nonce;

/// Whether token requests carry a DPoP proof.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum DpopMode {
    /// As soon as the server demands it, and from then on.
    #[default]
    Auto,
    /// Always; a token that is not bound is refused.
    Always,
    /// Never, even if the server demands it.
    Never,
}

impl FromStr for DpopMode {
    type Err = UnknownDpopMode;

    fn from_str(text: &str) -> Result<Self, UnknownDpopMode> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err(UnknownDpopMode),
        }
    }
}

impl fmt::Display for DpopMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        })
    }
}

/// The text names no [`DpopMode`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the DPoP mode is neither `auto`, `always` nor `never`")]
pub struct UnknownDpopMode;

/// What earlier requests have taught, worth keeping between runs.
#[derive(Clone, Debug, Default)]
pub struct DpopMemory {
    /// Whether the server demanded a proof.
    pub is_demanded: bool,
    /// The key that tokens are bound to, made once.
    pub key: Option<Arc<DpopKey>>,
    /// The newest nonce of the authorization server.
    pub nonce: Option<String>,
}

/// The mode and the memory of one client, shared by its clones.
#[derive(Debug, Default)]
pub(crate) struct Dpop {
    mode: DpopMode,
    memory: Mutex<DpopMemory>,
}

impl Dpop {
    pub(crate) fn new(mode: DpopMode) -> Self {
        Self { mode, memory: Mutex::default() }
    }

    pub(crate) fn mode(&self) -> DpopMode {
        self.mode
    }

    pub(crate) fn memory(&self) -> DpopMemory {
        self.lock().clone()
    }

    pub(crate) fn recall(&self, memory: DpopMemory) {
        *self.lock() = memory;
    }

    /// Takes note that the server wants proofs.
    pub(crate) fn demand(&self) {
        self.lock().is_demanded = true;
    }

    /// Takes note of the type of a token: where it is not bound, proofs are not wanted any more.
    pub(crate) fn conclude(&self, is_bound: bool) {
        self.lock().is_demanded = is_bound;
    }

    /// Keeps the nonce of an answer, and says whether there was one.
    pub(crate) fn learn_nonce(&self, response: &Response) -> bool {
        let found = nonce::of(response);
        if let Some(nonce) = found {
            self.lock().nonce = Some(nonce.to_owned());
        }
        found.is_some()
    }

    /// The key of the next request's proof, if it carries one.
    pub(crate) fn key_if_used(&self) -> Result<Option<Arc<DpopKey>>, DpopKeyError> {
        if self.is_used() { self.key().map(Some) } else { Ok(None) }
    }

    /// A proof for a token request, by `key`, with the nonce if there is one.
    pub(crate) fn proof(
        &self,
        key: &DpopKey,
        url: &str,
        now: SystemTime,
    ) -> Result<SignedJwt, TokenError> {
        let mut proof = DpopProof::new("POST", url, now)?;
        if let Some(nonce) = self.lock().nonce.clone() {
            proof = proof.with_nonce(nonce);
        }
        Ok(proof.sign(key)?)
    }

    /// Whether the next request carries a proof.
    fn is_used(&self) -> bool {
        match self.mode {
            DpopMode::Auto => self.lock().is_demanded,
            DpopMode::Always => true,
            DpopMode::Never => false,
        }
    }

    /// The key of the next proof, made now if there is none yet.
    fn key(&self) -> Result<Arc<DpopKey>, DpopKeyError> {
        let mut memory = self.lock();
        if let Some(key) = &memory.key {
            return Ok(Arc::clone(key));
        }
        Ok(Arc::clone(memory.key.insert(Arc::new(DpopKey::generate()?))))
    }

    /// The thumbprint that the next token will be bound to, as far as that is known.
    pub(crate) fn binding(&self) -> Option<Thumbprint> {
        if !self.is_used() {
            return None;
        }
        self.lock().key.as_ref().map(|key| key.thumbprint().clone())
    }

    fn lock(&self) -> MutexGuard<'_, DpopMemory> {
        // No invariant spans a panic here.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
