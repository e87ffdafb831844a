//! What a rotation needs from the machine it runs on.

use std::time::SystemTime;

use jwk_gen::{PublicJwk, Thumbprint};
use okta_http::BoxError;

use super::Journal;

/// Where private keys are, and which of them is signed with.
///
/// Whatever a call has done is durable when it returns. Each call can be repeated.
pub trait KeyStore {
    /// The journal of the rotation that is under way, if one is.
    ///
    /// # Errors
    ///
    /// If it cannot be read whole.
    fn journal(&self) -> Result<Option<Journal>, BoxError>;

    /// Replaces the journal.
    ///
    /// # Errors
    ///
    /// If it cannot be made durable; the one before is still there then.
    fn keep(&mut self, journal: &Journal) -> Result<(), BoxError>;

    /// Notes how a rotation ended and removes its journal.
    ///
    /// # Errors
    ///
    /// If the journal may still be there.
    fn close(&mut self, journal: &Journal, closing: Closing) -> Result<(), BoxError>;

    /// The thumbprint of the key that is signed with.
    ///
    /// # Errors
    ///
    /// If there is no such key.
    fn current(&self) -> Result<Thumbprint, BoxError>;

    /// Stores a new key beside the others and gives its public half. A key that an earlier try has left is taken up.
    ///
    /// # Errors
    ///
    /// If it cannot be made or stored; nothing is left behind then.
    fn generate(&mut self, old: &Thumbprint) -> Result<PublicJwk, BoxError>;

    /// The public half of a stored key.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn public(&self, key: &Thumbprint) -> Result<Option<PublicJwk>, BoxError>;

    /// Makes a stored key the one that is signed with, at once and as a whole; the one before stays stored.
    ///
    /// # Errors
    ///
    /// If the key is not stored or cannot be put in place; the one before is still in place then.
    fn promote(&mut self, key: &Thumbprint) -> Result<(), BoxError>;

    /// Removes a key that is not signed with.
    ///
    /// # Errors
    ///
    /// If it may still be there.
    fn forget(&mut self, key: &Thumbprint) -> Result<(), BoxError>;
}

/// How a rotation ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Closing {
    /// The new key has replaced the old one.
    Finished,
    /// The old key is in place as before.
    Aborted,
}

/// A real token request, past every cache.
pub trait TokenProbe {
    /// Asks for a token with a stored key.
    ///
    /// # Errors
    ///
    /// [`ProbeError`], by whether the server has judged the key.
    fn token(&self, key: &Thumbprint) -> Result<(), ProbeError>;

    /// When a key of this machine has signed last, as far as that is known.
    fn last_use(&self, _key: &Thumbprint) -> Option<SystemTime> {
        None
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// The server does not accept the client or its key.
    #[error("the server does not accept the key")]
    Refused(#[source] BoxError),
    /// There was no answer that says anything about the key.
    #[error("no token could be had")]
    Failed(#[source] BoxError),
}
