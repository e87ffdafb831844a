//! A key file that was read before: what is known of it without reading it again.
//!
//! To find a kept token takes the thumbprint of the client's key, and to read a key whole takes
//! longer than everything else: the members of an RSA key are checked, a passphrase is stretched. So the
//! public facts are noted with the state that the file was in, and the key is read when something is
//! to be signed.

use std::sync::{Arc, OnceLock};

use jwk_gen::key_file::Stamp;
use jwk_gen::{Algorithm, KeyId, Read, Repair, Thumbprint};
use jwt_sign::{FileSigners, LocalSigner, OneSigner, SignError, Signature, Signer, SignerSource};
use okta_token::FileCache;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::error::CliError;
use crate::key_input;
use crate::rotation::RotationFolder;
use crate::settings::{KeyFile, Settings};

/// The client's key, which is not read yet if it is known, and is read again whenever its file is exchanged.
pub(crate) fn signers(
    context: &mut Context<'_>,
    settings: &Settings,
    files: Option<&FileCache>,
) -> Result<Arc<dyn SignerSource>, CliError> {
    let Some(file) = settings.key_file() else {
        return Ok(Arc::new(OneSigner::new(settings.signer(context.output)?)));
    };
    // The times are taken before the file is read: a change in between shows.
    let stamp = Stamp::of(&file.path);
    let signer = signer(context, settings, files, (&file, stamp.clone()))?;
    let (again, previous) = (file.clone(), file.clone());
    let signers = FileSigners::following(file.path, (signer, stamp), move || read(&again));
    Ok(Arc::new(signers.with_previous(move || {
        let path = RotationFolder::of(&previous.path).ok()?.previous()?;
        read(&KeyFile { path, kid: None, ..previous.clone() }).ok()
    })))
}

fn signer(
    context: &mut Context<'_>,
    settings: &Settings,
    files: Option<&FileCache>,
    (file, stamp): (&KeyFile, Option<Stamp>),
) -> Result<Arc<dyn Signer>, CliError> {
    let Some(files) = files else { return Ok(settings.signer(context.output)?) };
    let known = stamp.as_ref().and_then(|stamp| Facts::noted(files, file, stamp));
    if let Some(known) = known.and_then(|facts| KnownKey::new(&facts, file.clone())) {
        return Ok(Arc::new(known));
    }
    let Read { key: signer, repairs } = settings.read_signer()?;
    key_input::tell(context.output, &repairs);
    let stamp = stamp.filter(|stamp| stamp.is_settled(context.now()));
    // A key with a blemish is read each time, so that its warning is not said once only.
    if let Some(stamp) = stamp.filter(|_| !repairs.iter().any(Repair::is_warning)) {
        files.keep_note(&subject(file), &Facts::of(&signer, stamp));
    }
    Ok(Arc::new(signer))
}

/// Reads a key while the program runs.
fn read(file: &KeyFile) -> Result<Arc<dyn Signer>, SignError> {
    let unusable = |error: CliError| SignError::Backend(error.message().to_owned().into());
    let signer = LocalSigner::new(&file.read_for_signing().map_err(unusable)?)?;
    Ok(match &file.kid {
        Some(kid) => Arc::new(signer.with_key_id(KeyId::new(kid.as_str()).map_err(boxed)?)),
        None => Arc::new(signer),
    })
}

fn boxed(error: impl std::error::Error + Send + Sync + 'static) -> SignError {
    SignError::Backend(Box::new(error))
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
        let signer = LocalSigner::new(&self.file.read_for_signing().map_err(unusable)?)?;
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
