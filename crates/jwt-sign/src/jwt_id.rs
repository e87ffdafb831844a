//! JWT IDs (RFC 7519 section 4.1.7).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, Serializer};

/// A `jti`: 128 random bits as 22 characters of base64url. Okta takes each one once.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct JwtId(String);

impl JwtId {
    /// Draws a new ID from the operating system.
    ///
    /// # Errors
    /// [`RandomUnavailable`] if the operating system gives no random bytes.
    pub fn random() -> Result<Self, RandomUnavailable> {
        let mut octets = [0; 16];
        getrandom::fill(&mut octets).map_err(|_| RandomUnavailable)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(octets)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for JwtId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no random bytes from the operating system")]
pub struct RandomUnavailable;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn twenty_thousand_differ() {
        let ids = (0..20_000).map(|_| JwtId::random().unwrap()).collect::<HashSet<_>>();
        assert_eq!(ids.len(), 20_000);
        assert!(ids.iter().all(|it| it.as_str().len() == 22));
    }
}
