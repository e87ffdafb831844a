//! A kept token, as it is listed.

use std::time::SystemTime;

/// What the cache knows of a token, without the token.
#[derive(Clone, Debug)]
pub struct CachedToken {
    /// The client.
    pub client_id: String,
    /// The authorization server.
    pub issuer: String,
    /// The scopes that were granted, separated by spaces.
    pub scope: String,
    /// When it ends, by the wall clock.
    pub expires_at: SystemTime,
    /// The size of its file.
    pub bytes: u64,
}
