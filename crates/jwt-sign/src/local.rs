//! Signing with a key in this process.

use std::fmt;

use josekit::JoseError;
use josekit::jws::{ES256, ES384, ES512, JwsSigner, RS256, RS384, RS512};
use jwk_gen::{Algorithm, KeyId, PrivateJwk, Thumbprint};

use crate::own_signature::OwnSignature;
use crate::signer::{SignError, Signature, Signer};

/// A private key, parsed once and used for every signature.
///
/// The first signature of an RSA key is verified with its public half, so that a damaged key is found also if it was read by
/// [`jwk_gen::KeyReader::for_signing`].
pub struct LocalSigner {
    algorithm: Algorithm,
    key_id: KeyId,
    thumbprint: Thumbprint,
    backend: Box<dyn JwsSigner>,
    own_signature: Option<OwnSignature>,
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
        Ok(Self {
            algorithm: key.algorithm(),
            key_id,
            thumbprint,
            backend: backend(key)?,
            own_signature: OwnSignature::of(key)?,
        })
    }

    /// The same key under the `kid` that the server knows.
    #[must_use]
    pub fn with_key_id(mut self, key_id: KeyId) -> Self {
        self.key_id = key_id;
        self
    }
}

/// josekit accepts JWKs whose numbers do not belong together; PKCS#8 made by `jwk-gen` is checked.
fn backend(key: &PrivateJwk) -> Result<Box<dyn JwsSigner>, SignError> {
    let der = key.expose_pkcs8_der();
    let der = der.as_slice();
    Ok(match key.algorithm() {
        Algorithm::Rs256 => Box::new(RS256.signer_from_der(der).map_err(refused)?),
        Algorithm::Rs384 => Box::new(RS384.signer_from_der(der).map_err(refused)?),
        Algorithm::Rs512 => Box::new(RS512.signer_from_der(der).map_err(refused)?),
        Algorithm::Es256 => Box::new(ES256.signer_from_der(der).map_err(refused)?),
        Algorithm::Es384 => Box::new(ES384.signer_from_der(der).map_err(refused)?),
        Algorithm::Es512 => Box::new(ES512.signer_from_der(der).map_err(refused)?),
        algorithm => return Err(SignError::UnsupportedAlgorithm { algorithm }),
    })
}

fn refused(source: JoseError) -> SignError {
    SignError::Backend(source.into())
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
        let signature = Signature::new(self.backend.sign(signing_input).map_err(refused)?);
        if let Some(own) = &self.own_signature {
            own.check(signing_input, &signature)?;
        }
        Ok(signature)
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
