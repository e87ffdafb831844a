//! Thumbprints of keys (RFC 7638).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::key_id::KeyId;

/// SHA-256 over the required members of a public key, base64url without padding.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
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

    /// Hashes a shared key, given as base64url, without a copy of it.
    pub(crate) fn of_shared(k: &str) -> Self {
        const START: &str = r#"{"k":""#;
        const END: &str = r#"","kty":"oct"}"#;
        let mut hash = Sha256::new();
        for part in [START, k, END] {
            hash.update(part);
        }
        Self(URL_SAFE_NO_PAD.encode(hash.finalize()))
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
        Self::of_safe_text(thumbprint.0)
    }
}
