//! The seam to a store that many machines share.

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::cache_key::CacheKey;

/// A store of tokens, and of what limits their requests, for a fleet. It never fails: what it cannot do is done without it.
///
/// The store's own remaining time is the only clock that its readers share, so that no machine's
/// wall clock decides how old a token is. Implementations seal what they are given: it may hold a
/// token.
pub trait FleetCache: fmt::Debug + Send + Sync {
    /// What was stored under `key`, if it is there and whole.
    fn load(&self, key: &CacheKey) -> Option<FleetEntry>;

    /// Stores `bytes` for `remaining`, unless what is there remains longer.
    fn store(&self, key: &CacheKey, bytes: &[u8], remaining: Duration);

    /// Tries to become the one machine that asks for the token of `key`.
    fn lease(&self, key: &CacheKey) -> Lease;

    /// What its users should know about it, each thing once. Nothing, unless it says otherwise.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What a [`FleetCache`] has under a key.
#[derive(Debug)]
pub struct FleetEntry {
    /// The bytes that were stored, a secret.
    pub bytes: Zeroizing<Vec<u8>>,
    /// How long they remain, by the store's clock.
    pub remaining: Duration,
}

/// The outcome of [`FleetCache::lease`].
#[derive(Debug)]
pub enum Lease {
    /// This machine asks; the lease ends when the guard is dropped.
    Acquired(Box<dyn LeaseGuard>),
    /// Another machine asks.
    Held,
    /// The store cannot be reached.
    Unavailable,
}

/// Gives a lease back when dropped.
pub trait LeaseGuard: fmt::Debug + Send {}
