//! What a kept token is found by.

use std::fmt;

use jwt_sign::Thumbprint;
use okta_http::Scopes;
use sha2::{Digest, Sha256};

use crate::client::TokenClient;

/// The version of the composition; another one finds nothing of this one.
const VERSION: &str = "okm1";

/// A hash over everything that makes one token another: the issuer, the token endpoint, the client
/// id, the key that signs assertions or the secret, the scopes, and the key that the token is bound to.
///
/// The thumbprint stands for the signing key because a key id is text that anybody chooses: who
/// holds another key never finds a token that this key could not have got.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// The key of a token with `scopes` for `client`, by what the client knows of DPoP now.
    pub fn of(client: &TokenClient, scopes: &Scopes) -> Self {
        let mut hash = client_hash(VERSION, client);
        let binding = client.dpop_binding();
        let binding = binding.as_ref().map_or("", Thumbprint::as_str);
        for part in [scopes.to_string().as_str(), NO_RESOURCE, binding] {
            add(&mut hash, part);
        }
        Self(hash.finalize().into())
    }

    /// What all tokens for `client` have in common, whatever their scopes.
    pub(crate) fn client(client: &TokenClient) -> Self {
        Self(client_hash("okm1-client", client).finalize().into())
    }

    /// What all tokens with `scopes` for `client` have in common, bound or not: where their client's
    /// memory is kept and what they wait for.
    pub(crate) fn family(client: &TokenClient, scopes: &Scopes) -> Self {
        let mut hash = client_hash("okm1-family", client);
        add(&mut hash, scopes.to_string());
        Self(hash.finalize().into())
    }

    /// What all clients of the endpoint have in common: a rate limit.
    pub(crate) fn endpoint(client: &TokenClient) -> Self {
        let mut hash = Sha256::new();
        let issuer = client.endpoint().issuer();
        for part in ["okm1-endpoint", &issuer, client.endpoint().as_str()] {
            add(&mut hash, part);
        }
        Self(hash.finalize().into())
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash itself.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash in 64 hexadecimal digits, as names of files and keys of stores have it.
    pub fn as_hex(&self) -> String {
        use fmt::Write;
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a `String` does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CacheKey({})", self.as_hex())
    }
}

/// No token is asked for a certain resource (RFC 8707).
const NO_RESOURCE: &str = "";

fn client_hash(version: &str, client: &TokenClient) -> Sha256 {
    let mut hash = Sha256::new();
    let issuer = client.endpoint().issuer();
    for part in [version, &issuer, client.endpoint().as_str(), client.client_id().as_str()] {
        add(&mut hash, part);
    }
    add(&mut hash, client.auth().fingerprint());
    hash
}

/// With its length before it, no part can pass for the end of one and the start of another.
fn add(hash: &mut Sha256, part: impl AsRef<[u8]>) {
    let part = part.as_ref();
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    hash.update(length.to_be_bytes());
    hash.update(part);
}
