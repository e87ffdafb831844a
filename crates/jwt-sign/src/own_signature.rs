//! The check that a key's signatures verify with its own public half.

use std::sync::atomic::{AtomicBool, Ordering};

use josekit::jws::JwsVerifier;
use jwk_gen::{KeyKind, PrivateJwk};

use crate::signer::{SignError, Signature};
use crate::verify;

/// Verifies the first signature of an RSA key.
///
/// A key whose factors are not prime signs, and nothing verifies what it has signed. One verification takes a tenth of the time
/// that a test of the factors takes, and finds every other damage too. Keys of other kinds are read with their public half made
/// anew.
pub(crate) struct OwnSignature {
    verifier: Box<dyn JwsVerifier>,
    verified: AtomicBool,
}

impl OwnSignature {
    /// The check of `key`, if it needs one.
    pub(crate) fn of(key: &PrivateJwk) -> Result<Option<Self>, SignError> {
        if !matches!(key.kind(), KeyKind::Rsa { .. }) {
            return Ok(None);
        }
        let algorithm = key.algorithm();
        let verifier = verify::verifier(algorithm, &key.public())
            .ok_or(SignError::UnsupportedAlgorithm { algorithm })?;
        Ok(Some(Self { verifier, verified: AtomicBool::new(false) }))
    }

    /// Checks `signature` unless one has been before.
    pub(crate) fn check(
        &self,
        signing_input: &[u8],
        signature: &Signature,
    ) -> Result<(), SignError> {
        if self.verified.load(Ordering::Relaxed) {
            return Ok(());
        }
        let verified = self.verifier.verify(signing_input, signature.as_bytes());
        verified.map_err(|_| SignError::DamagedKey)?;
        self.verified.store(true, Ordering::Relaxed);
        Ok(())
    }
}
