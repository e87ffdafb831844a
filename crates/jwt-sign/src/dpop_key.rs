//! Keys that access tokens are bound to (RFC 9449).

use std::fmt;

use jwk_gen::{Algorithm, GenerateError, KeySpec, ParseJwkError, PrivateJwk, Thumbprint};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::local::LocalSigner;
use crate::signer::{SignError, Signer};

/// What a public key in a proof's header consists of; `kid` and the like have no meaning there.
const MEMBERS: [&str; 6] = ["kty", "crv", "x", "y", "n", "e"];

/// The key of DPoP proofs, parsed once. It is never the key of client assertions: one key, one purpose.
pub struct DpopKey {
    key: PrivateJwk,
    signer: LocalSigner,
    public: Map<String, Value>,
}

impl DpopKey {
    /// Makes a new ES256 key.
    ///
    /// # Errors
    /// [`DpopKeyError`] if the operating system gives no random bytes, or OpenSSL refuses the key.
    pub fn generate() -> Result<Self, DpopKeyError> {
        let spec = KeySpec::new(Algorithm::Es256, None).map_err(|_| DpopKeyError::Unusable)?;
        Ok(Self::new(jwk_gen::generate(spec)?)?)
    }

    /// Reads a key that was kept in the form of [`Self::expose_jwk`].
    ///
    /// # Errors
    /// [`DpopKeyError`] if the text is no private JWK, or one that Okta takes no proofs of.
    pub fn parse(jwk: &str) -> Result<Self, DpopKeyError> {
        Ok(Self::new(PrivateJwk::parse(jwk)?)?)
    }

    /// Takes a key of one of Okta's algorithms.
    ///
    /// # Errors
    /// [`SignError`] if the key is not one of Okta's algorithms, or OpenSSL refuses it.
    pub fn new(key: PrivateJwk) -> Result<Self, SignError> {
        let signer = LocalSigner::new(&key)?;
        let public: Map<String, Value> =
            serde_json::from_str(&key.public().to_json()).map_err(SignError::Unserializable)?;
        let public = public.into_iter().filter(|(name, _)| MEMBERS.contains(&name.as_str()));
        let public = public.collect();
        Ok(Self { key, signer, public })
    }

    /// The key itself as a JWK, to be kept with the token that is bound to it.
    pub fn expose_jwk(&self) -> Zeroizing<String> {
        self.key.expose_json()
    }

    /// The thumbprint (RFC 7638), which the token's `cnf.jkt` repeats (RFC 9449 section 6.1).
    pub fn thumbprint(&self) -> &Thumbprint {
        self.signer.thumbprint()
    }

    pub(crate) fn signer(&self) -> &dyn Signer {
        &self.signer
    }

    /// The public half as it goes into the header of a proof.
    pub(crate) fn public_members(&self) -> &Map<String, Value> {
        &self.public
    }
}

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DpopKey").field("thumbprint", self.thumbprint()).finish_non_exhaustive()
    }
}

/// Why there is no new key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DpopKeyError {
    /// No key could be made.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The key cannot sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The text is no private key.
    #[error(transparent)]
    Parse(#[from] ParseJwkError),
    /// ES256 is not to be had.
    #[error("no ES256 key can be described")]
    Unusable,
}
