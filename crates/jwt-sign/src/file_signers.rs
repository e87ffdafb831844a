//! The key of a file that may be exchanged while a program runs.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jwk_gen::key_file::{self, Stamp};
use jwk_gen::{KeyReader, Thumbprint};

use crate::{LocalSigner, SignError, Signer, SignerSource};

type ReadKey = dyn Fn() -> Result<Arc<dyn Signer>, SignError> + Send + Sync;
type ReadPrevious = dyn Fn() -> Option<Arc<dyn Signer>> + Send + Sync;

/// The key of a file, which is read again whenever the file has changed: a rotation needs no restart.
///
/// Each call looks at the file's state, and reads it only if that is another one. A key that cannot be read fails that call
/// and no other.
///
/// ```no_run
/// use jwk_gen::KeyReader;
/// use jwt_sign::{FileSigners, SignerSource};
///
/// let signers = FileSigners::open("svc.jwk".into(), KeyReader::new())?;
/// println!("{}", signers.signer()?.key_id().as_str());
/// # Ok::<(), jwt_sign::SignError>(())
/// ```
pub struct FileSigners {
    path: PathBuf,
    read: Box<ReadKey>,
    previous: Option<Box<ReadPrevious>>,
    known: Mutex<Known>,
}

struct Known {
    signer: Arc<dyn Signer>,
    /// The state of the file before it was read; none if the next call is to read it again.
    stamp: Option<Stamp>,
}

impl FileSigners {
    /// The key of the file at `path`, read by `reader`.
    ///
    /// # Errors
    /// [`SignError::Backend`] with the [`key_file::KeyFileError`] if it cannot be read now, or [`SignError`] if Okta would not take
    /// its signatures.
    pub fn open(path: PathBuf, reader: KeyReader) -> Result<Self, SignError> {
        let file = path.clone();
        let read = move || {
            let key = key_file::read(&file, &reader).map_err(|it| SignError::Backend(it.into()))?;
            Ok(Arc::new(LocalSigner::new(&key.key)?) as Arc<dyn Signer>)
        };
        let stamp = Stamp::of(&path);
        let signer = read()?;
        Ok(Self::following(path, (signer, stamp), read))
    }

    /// A signer that was made of the file at `path` while it had this stamp, and a way to make the next.
    pub fn following(
        path: PathBuf,
        (signer, stamp): (Arc<dyn Signer>, Option<Stamp>),
        read: impl Fn() -> Result<Arc<dyn Signer>, SignError> + Send + Sync + 'static,
    ) -> Self {
        let known = Mutex::new(Known { signer, stamp });
        Self { path, read: Box::new(read), previous: None, known }
    }

    /// The same, with a way to find the key that signed before.
    #[must_use]
    pub fn with_previous(
        mut self,
        previous: impl Fn() -> Option<Arc<dyn Signer>> + Send + Sync + 'static,
    ) -> Self {
        self.previous = Some(Box::new(previous));
        self
    }
}

impl SignerSource for FileSigners {
    fn signer(&self) -> Result<Arc<dyn Signer>, SignError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = Stamp::of(&self.path);
        if stamp.is_none() || stamp != known.stamp {
            known.signer = (self.read)()?;
            known.stamp = stamp;
        }
        Ok(Arc::clone(&known.signer))
    }

    fn thumbprint(&self) -> Thumbprint {
        let now = self.signer();
        let known = || {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(&known.signer)
        };
        now.unwrap_or_else(|_| known()).thumbprint().clone()
    }

    fn previous(&self) -> Option<Arc<dyn Signer>> {
        self.previous.as_ref()?()
    }
}

impl fmt::Debug for FileSigners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSigners").field("path", &self.path).finish_non_exhaustive()
    }
}
