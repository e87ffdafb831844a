//! Access tokens as the org remembers them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::timestamp::Timestamp;

/// Who minted a token.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuthServer {
    /// The org authorization server, the only one that mints Okta scopes.
    Org,
    /// The custom authorization server with the id `default`.
    Default,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct IssuedToken {
    pub(crate) jti: String,
    pub(crate) server: AuthServer,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    /// NumericDate.
    pub(crate) issued: i64,
    /// NumericDate.
    pub(crate) expires: i64,
    /// Thumbprint of the DPoP key that the token is bound to (RFC 9449 section 6.1).
    pub(crate) jkt: Option<String>,
    pub(crate) revoked: bool,
}

impl IssuedToken {
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        !self.revoked && now.seconds() < self.expires
    }
}

/// SHA-256 over the parts, each with its length before it, base64url.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}
