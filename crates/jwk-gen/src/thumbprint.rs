//! Thumbprints of keys (RFC 7638).

use std::fmt;
use std::str::FromStr;

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

impl FromStr for Thumbprint {
    type Err = InvalidThumbprint;

    /// Reads what [`Thumbprint::as_str`] gives.
    fn from_str(text: &str) -> Result<Self, InvalidThumbprint> {
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(hash) if hash.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(InvalidThumbprint),
        }
    }
}

/// The text is no SHA-256 in base64url.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a thumbprint is 43 characters of base64url")]
pub struct InvalidThumbprint;

impl From<Thumbprint> for KeyId {
    fn from(thumbprint: Thumbprint) -> Self {
        Self::of_safe_text(thumbprint.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_a_hash_and_nothing_else() {
        // RFC 7638 section 3.1.
        let text = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        assert_eq!(text.parse::<Thumbprint>().unwrap().as_str(), text);
        for text in ["", "NzbLsXh8", &format!("{text}="), &format!("{text}AA"), &"!".repeat(43)] {
            assert_eq!(text.parse::<Thumbprint>(), Err(InvalidThumbprint), "{text}");
        }
    }
}
