//! Which key signs now: the seam for keys that are exchanged while a program runs.

use std::fmt;
use std::sync::Arc;

use jwk_gen::Thumbprint;

use crate::{SignError, Signer};

/// Gives the key to sign with, which may be another one each time.
///
/// A [`Signer`] is one key with the `kid` that belongs to it. Whoever takes both from the same one never mixes them.
pub trait SignerSource: fmt::Debug + Send + Sync {
    /// The key that signs now.
    ///
    /// # Errors
    /// [`SignError`] if there is none that can be used; the next call looks again.
    fn signer(&self) -> Result<Arc<dyn Signer>, SignError>;

    /// The thumbprint of the key that signs now, or of the last one that could be used.
    fn thumbprint(&self) -> Thumbprint;

    /// The key that signed before, while a server may not know the present one yet.
    fn previous(&self) -> Option<Arc<dyn Signer>> {
        None
    }
}

/// The same key always.
#[derive(Clone, Debug)]
pub struct OneSigner(Arc<dyn Signer>);

impl OneSigner {
    /// A source of `signer`.
    pub fn new(signer: Arc<dyn Signer>) -> Self {
        Self(signer)
    }
}

impl SignerSource for OneSigner {
    fn signer(&self) -> Result<Arc<dyn Signer>, SignError> {
        Ok(Arc::clone(&self.0))
    }

    fn thumbprint(&self) -> Thumbprint {
        self.0.thumbprint().clone()
    }
}
