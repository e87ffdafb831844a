//! What can sign: the seam for keys that live elsewhere.

use std::error::Error;
use std::fmt;

use jwk_gen::{Algorithm, KeyId, OktaRefusal, Thumbprint};

/// A private key that signs, wherever it lives.
pub trait Signer: fmt::Debug + Send + Sync {
    /// The `alg` of every signature.
    fn algorithm(&self) -> Algorithm;

    /// The `kid` under which the server knows the public half.
    fn key_id(&self) -> &KeyId;

    /// The thumbprint of the public half (RFC 7638). Tokens are cached by it, so that no process is
    /// given a token that its own key could not have got.
    fn thumbprint(&self) -> &Thumbprint;

    /// Signs the octets of a JWS Signing Input (RFC 7515 section 5.1).
    ///
    /// # Errors
    /// [`SignError::Backend`] if the key cannot be used.
    fn sign(&self, signing_input: &[u8]) -> Result<Signature, SignError>;
}

/// A JWS Signature; for ECDSA `r` and `s` side by side (RFC 7518 section 3.4).
///
/// `Debug` shows its length only: with it an assertion in a log could be completed.
#[derive(Clone, Eq, PartialEq)]
pub struct Signature(Vec<u8>);

impl Signature {
    /// Wraps the octets that a signing backend made.
    pub fn new(octets: Vec<u8>) -> Self {
        Self(octets)
    }

    /// The octets.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature([redacted], {} octets)", self.0.len())
    }
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// Okta does not take signatures of this key.
    #[error(transparent)]
    Okta(#[from] OktaRefusal),
    /// The backend does not know the algorithm.
    #[error("signing with `{algorithm}` is not supported")]
    UnsupportedAlgorithm {
        /// The algorithm of the key.
        algorithm: Algorithm,
    },
    /// The header or the claims have no JSON form.
    #[error("the header or the claims cannot be written as JSON")]
    Unserializable(#[source] serde_json::Error),
    /// The signature does not verify with the key's own public half.
    #[error("the key is damaged: its own public half does not verify what it signs")]
    DamagedKey,
    /// The backend refused the key or the operation.
    #[error("the key cannot sign")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}
