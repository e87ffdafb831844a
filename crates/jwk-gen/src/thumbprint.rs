//! Thumbprints of keys (RFC 7638).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::key_id::KeyId;

/// SHA-256 over the required members of a public key, base64url without padding.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Thumbprint(String);

impl Thumbprint {
    /// Hashes the required members, which the caller has sorted by name (section 3.2).
    ///
    /// All values are base64url or registered names, so that no character needs escaping.
    pub(crate) fn of_members<const N: usize>(members: [(&str, String); N]) -> Self {
        debug_assert!(members.is_sorted_by_key(|(name, _)| *name));
        let members = members.map(|(name, value)| format!("\"{name}\":\"{value}\""));
        let canonical = format!("{{{}}}", members.join(","));
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)))
    }

    /// The text, 43 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Thumbprint> for KeyId {
    fn from(thumbprint: Thumbprint) -> Self {
        Self::of_thumbprint(thumbprint.0)
    }
}
