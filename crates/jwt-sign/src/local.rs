//! Signing with a key in this process.

use std::fmt;

use jwk_gen::{Algorithm, KeyId, PrivateJwk, Thumbprint};

use crate::openssl_key::OpensslKey;
use crate::signer::{SignError, Signature, Signer};

/// A private key, parsed once and used for every signature.
///
/// The first signature of an RSA key is verified with its public half, so that a damaged key is found also if it was read by
/// [`jwk_gen::KeyReader::for_signing`].
pub struct LocalSigner {
    algorithm: Algorithm,
    key_id: KeyId,
    thumbprint: Thumbprint,
    backend: OpensslKey,
}

impl LocalSigner {
    /// Takes the algorithm and the `kid` of the key; without a `kid` the thumbprint stands in.
    ///
    /// # Errors
    /// [`SignError`] if Okta would not take the key's signatures, or OpenSSL the key.
    pub fn new(key: &PrivateJwk) -> Result<Self, SignError> {
        if let Some(refusal) = key.okta_refusal() {
            return Err(refusal.into());
        }
        let thumbprint = key.thumbprint();
        let key_id = key.kid().cloned().unwrap_or_else(|| thumbprint.clone().into());
        Ok(Self { algorithm: key.algorithm(), key_id, thumbprint, backend: OpensslKey::new(key)? })
    }

    /// The same key under the `kid` that the server knows.
    #[must_use]
    pub fn with_key_id(mut self, key_id: KeyId) -> Self {
        self.key_id = key_id;
        self
    }
}

impl Signer for LocalSigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    fn thumbprint(&self) -> &Thumbprint {
        &self.thumbprint
    }

    fn sign(&self, signing_input: &[u8]) -> Result<Signature, SignError> {
        self.backend.sign(signing_input).map(Signature::new)
    }
}

impl fmt::Debug for LocalSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSigner")
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}
