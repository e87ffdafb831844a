//! Keys in files.

use std::path::Path;
use std::time::SystemTime;

use jwk_gen::key_file::{self, KeyFileError};
use jwk_gen::{Algorithm, KeyKind, KeySpec, Keys, PrivateJwk, PublicJwk, Thumbprint, generate};
use okta_http::{BoxError, Clock};
use okta_register::rotation::{Closing, Journal, KeyStore};
use serde_json::json;

use super::RotationFolder;
use crate::commands::key::form::{Form, Written};
use crate::error::CliError;
use crate::key_input;
use crate::settings::KeyFile;

/// The key file, the folder beside it, and how a new key is made.
#[derive(Clone)]
pub(crate) struct FileKeyStore<'a> {
    folder: &'a RotationFolder,
    file: &'a KeyFile,
    algorithm: Option<Algorithm>,
    clock: &'a dyn Clock,
}

impl<'a> FileKeyStore<'a> {
    /// A store whose new keys have this algorithm, or that of the key they replace.
    pub(crate) fn new(
        folder: &'a RotationFolder,
        file: &'a KeyFile,
        algorithm: Option<Algorithm>,
        clock: &'a dyn Clock,
    ) -> Self {
        Self { folder, file, algorithm, clock }
    }

    /// The form in which the key file is written, if a new key can be written in it.
    pub(crate) fn form(&self) -> Result<Form, CliError> {
        let text = key_file::read_private_bytes(self.folder.key_file())?;
        form_of(&text).ok_or_else(|| {
            let message = format!("{} is no JWK and no PEM", self.folder.key_file().display());
            CliError::usage(message)
                .with_hint("write the key anew first: okta-m2m key convert FILE --to jwk -o NEW")
        })
    }

    /// Reads a key that the rotation knows: the one that is signed with, or one that is kept.
    pub(crate) fn read(&self, key: &Thumbprint) -> Result<PrivateJwk, CliError> {
        let present = self.read_file(self.folder.key_file())?;
        if present.thumbprint() == *key {
            return Ok(present);
        }
        self.read_file(&self.folder.stored(key))
    }

    fn read_file(&self, path: &Path) -> Result<PrivateJwk, CliError> {
        let file = KeyFile { path: path.to_owned(), kid: None, ..self.file.clone() };
        Ok(file.read()?.key)
    }

    /// The present key gets a file that never changes before anything takes its place.
    fn keep_present(&self, present: &PrivateJwk) -> Result<(), BoxError> {
        let text = key_file::read_private_bytes(self.folder.key_file())?;
        match key_file::create_new(&self.folder.stored(&present.thumbprint()), &text) {
            Err(KeyFileError::AlreadyExists { .. }) => Ok(()),
            kept => Ok(kept?),
        }
    }

    fn make(&self, present: &PrivateJwk) -> Result<PublicJwk, CliError> {
        let key = generate(self.spec(present)?)?;
        let passphrase = self.file.passphrase_file.as_deref().map(key_input::passphrase_file);
        let form = self.form()?;
        let encrypts = matches!(form, Form::Pkcs8) && is_encrypted(self.folder.key_file())?;
        let passphrase = passphrase.filter(|_| encrypts).transpose()?;
        let thumbprint = key.thumbprint();
        let public = key.public();
        let written = Written::new(&Keys::Private(vec![key]), form, passphrase.as_ref())?;
        key_file::create_new(&self.folder.stored(&thumbprint), &written.into_bytes())?;
        Ok(public)
    }

    fn spec(&self, present: &PrivateJwk) -> Result<KeySpec, CliError> {
        let algorithm = self.algorithm.unwrap_or_else(|| present.algorithm());
        let bits = match present.kind() {
            KeyKind::Rsa { modulus_bits } if algorithm == present.algorithm() => {
                u32::try_from(modulus_bits).ok()
            }
            _ => None,
        };
        Ok(KeySpec::new(algorithm, bits)?)
    }
}

impl KeyStore for FileKeyStore<'_> {
    fn journal(&self) -> Result<Option<Journal>, BoxError> {
        Ok(self.folder.journal()?)
    }

    fn keep(&mut self, journal: &Journal) -> Result<(), BoxError> {
        Ok(self.folder.keep(journal)?)
    }

    fn close(&mut self, journal: &Journal, closing: Closing) -> Result<(), BoxError> {
        let now = self.clock.now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let outcome = if closing == Closing::Finished { "finished" } else { "aborted" };
        let line = json!({
            "outcome": outcome, "app_id": journal.app_id, "started_at": journal.started_at, "ended_at": now,
            "old": journal.old, "new": journal.stage.new_key(),
        });
        Ok(self.folder.close(&line.to_string())?)
    }

    fn current(&self) -> Result<Thumbprint, BoxError> {
        let key = self.read_file(self.folder.key_file()).map_err(boxed)?;
        Ok(key.thumbprint())
    }

    fn generate(&mut self, old: &Thumbprint) -> Result<PublicJwk, BoxError> {
        let present = self.read(old).map_err(boxed)?;
        self.keep_present(&present)?;
        // A key that is kept and not the old one was made by a try that was cut off.
        match self.folder.stored_keys()?.iter().find(|key| *key != old) {
            Some(key) => Ok(self.read(key).map_err(boxed)?.public()),
            None => self.make(&present).map_err(boxed),
        }
    }

    fn public(&self, key: &Thumbprint) -> Result<Option<PublicJwk>, BoxError> {
        if !self.folder.stored_keys()?.contains(key) {
            return Ok(None);
        }
        Ok(Some(self.read(key).map_err(boxed)?.public()))
    }

    fn promote(&mut self, key: &Thumbprint) -> Result<(), BoxError> {
        if self.current()? == *key {
            return Ok(());
        }
        let text = key_file::read_private_bytes(&self.folder.stored(key))?;
        Ok(key_file::replace(self.folder.key_file(), &text)?)
    }

    fn forget(&mut self, key: &Thumbprint) -> Result<(), BoxError> {
        Ok(self.folder.forget(key)?)
    }
}

fn form_of(text: &[u8]) -> Option<Form> {
    let text = str::from_utf8(text).ok()?;
    let labels = [
        ("-----BEGIN RSA PRIVATE KEY-----", Form::Pkcs1),
        ("-----BEGIN EC PRIVATE KEY-----", Form::Sec1),
        ("-----BEGIN PRIVATE KEY-----", Form::Pkcs8),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----", Form::Pkcs8),
    ];
    if text.trim_start().starts_with('{') {
        return (!text.contains("\"keys\"")).then_some(Form::Jwk);
    }
    labels.into_iter().find(|(label, _)| text.contains(label)).map(|(_, form)| form)
}

fn is_encrypted(path: &Path) -> Result<bool, CliError> {
    let text = key_file::read_private_bytes(path)?;
    Ok(str::from_utf8(&text).is_ok_and(|text| text.contains("-----BEGIN ENCRYPTED ")))
}

fn boxed(error: CliError) -> BoxError {
    error.message().to_owned().into()
}
