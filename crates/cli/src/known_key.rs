//! A key file that was read before: what is known of it without reading it again.
//!
//! To find a kept token takes the thumbprint of the client's key, and to read a key whole takes
//! longer than everything else: the factors of an RSA key are tested, a passphrase is stretched. So the
//! public facts are noted with the state that the file was in, and the key is read when something is
//! to be signed.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use jwk_gen::{Algorithm, KeyId, Read, Repair, Thumbprint};
use jwt_sign::{LocalSigner, SignError, Signature, Signer};
use okta_token::FileCache;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::error::CliError;
use crate::key_input;
use crate::settings::{KeyFile, Settings};

/// A file that was changed so recently may change again without its times showing it.
const UNSETTLED: Duration = Duration::from_secs(2);

/// A signer with the client's key, which is not read yet if it is known.
pub(crate) fn signer(
    context: &mut Context<'_>,
    settings: &Settings,
    files: Option<&FileCache>,
) -> Result<Arc<dyn Signer>, CliError> {
    let (Some(files), Some(file)) = (files, settings.key_file()) else {
        return Ok(settings.signer(context.output)?);
    };
    // The times are taken before the file is read: a change in between shows.
    let stamp = Stamp::of(&file.path);
    let known = stamp.as_ref().and_then(|stamp| Facts::noted(files, &file, stamp));
    if let Some(known) = known.and_then(|facts| KnownKey::new(&facts, file.clone())) {
        return Ok(Arc::new(known));
    }
    let Read { key, repairs } = settings.read_key()?;
    key_input::tell(context.output, &repairs);
    let signer = settings.signer_with(&key)?;
    let stamp = stamp.filter(|stamp| stamp.is_settled(context.now()));
    // A key with a blemish is read each time, so that its warning is not said once only.
    if let Some(stamp) = stamp.filter(|_| !repairs.iter().any(Repair::is_warning)) {
        files.keep_note(&subject(&file), &Facts::of(&signer, stamp));
    }
    Ok(Arc::new(signer))
}

/// What changes if the file does, or who may read it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Stamp {
    place: [u64; 2],
    size: u64,
    mode: u32,
    owner: u32,
    modified: [i64; 2],
    changed: [i64; 2],
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::from(&metadata))
    }

    fn is_settled(&self, now: SystemTime) -> bool {
        let secs = u64::try_from(self.changed[0]).unwrap_or_default();
        let changed = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(secs));
        let age = changed.and_then(|changed| now.duration_since(changed).ok());
        age.is_some_and(|age| age > UNSETTLED)
    }
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        Self {
            place: [metadata.dev(), metadata.ino()],
            size: metadata.size(),
            mode: metadata.mode(),
            owner: metadata.uid(),
            modified: [metadata.mtime(), metadata.mtime_nsec()],
            changed: [metadata.ctime(), metadata.ctime_nsec()],
        }
    }
}

/// The public facts about a key, and the state of its file.
#[derive(Deserialize, Serialize)]
struct Facts {
    stamp: Stamp,
    algorithm: String,
    key_id: String,
    thumbprint: String,
}

impl Facts {
    fn of(signer: &LocalSigner, stamp: Stamp) -> Self {
        Self {
            stamp,
            algorithm: signer.algorithm().as_str().to_owned(),
            key_id: signer.key_id().as_str().to_owned(),
            thumbprint: signer.thumbprint().as_str().to_owned(),
        }
    }

    fn noted(files: &FileCache, file: &KeyFile, stamp: &Stamp) -> Option<Self> {
        files.note(&subject(file)).filter(|facts: &Self| facts.stamp == *stamp)
    }
}

/// A file of several keys is another one by each `kid`.
fn subject(file: &KeyFile) -> String {
    let path = std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone());
    format!("key 1 {:?} {}", file.kid, path.display())
}

/// A key that is read when it has to sign.
#[derive(Debug)]
struct KnownKey {
    file: KeyFile,
    algorithm: Algorithm,
    key_id: KeyId,
    thumbprint: Thumbprint,
    signer: OnceLock<LocalSigner>,
}

impl KnownKey {
    fn new(facts: &Facts, file: KeyFile) -> Option<Self> {
        Some(Self {
            file,
            algorithm: facts.algorithm.parse().ok()?,
            key_id: KeyId::new(facts.key_id.as_str()).ok()?,
            thumbprint: facts.thumbprint.parse().ok()?,
            signer: OnceLock::new(),
        })
    }

    fn read(&self) -> Result<LocalSigner, SignError> {
        let unusable = |error: CliError| SignError::Backend(error.message().to_owned().into());
        let signer = LocalSigner::new(&self.file.read().map_err(unusable)?.key)?;
        if *signer.thumbprint() != self.thumbprint {
            let message = format!("`{}` has just become another key", self.file.path.display());
            return Err(SignError::Backend(message.into()));
        }
        Ok(signer)
    }
}

impl Signer for KnownKey {
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
        if let Some(signer) = self.signer.get() {
            return signer.sign(signing_input);
        }
        let signer = self.read()?;
        // A thread that has read it meanwhile has read the same.
        self.signer.get_or_init(|| signer).sign(signing_input)
    }
}
