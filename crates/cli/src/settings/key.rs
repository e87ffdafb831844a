//! The client's key, or its secret.

use std::cmp::Ordering;
use std::convert::identity;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jwk_gen::{KeyId, KeyReader, PrivateJwk, Read, Source};
use jwt_sign::LocalSigner;
use okta_http::Secret;

use super::{Family, Setting, Settings, Sourced, parse};
use crate::error::CliError;
use crate::output::Output;
use crate::{key_input, secret_file, stdin as standard_input};

/// A key file, and what is needed to read it.
#[derive(Clone, Debug)]
pub(crate) struct KeyFile {
    pub(crate) path: PathBuf,
    pub(crate) kid: Option<String>,
    pub(crate) passphrase_file: Option<PathBuf>,
}

impl KeyFile {
    /// Reads the key.
    pub(crate) fn read(&self) -> Result<Read<PrivateJwk>, CliError> {
        self.read_by(KeyReader::new())
    }

    /// Reads the key for nothing but to sign with it.
    pub(crate) fn read_for_signing(&self) -> Result<PrivateJwk, CliError> {
        Ok(self.read_by(KeyReader::new().for_signing())?.key)
    }

    fn read_by(&self, reader: KeyReader) -> Result<Read<PrivateJwk>, CliError> {
        let passphrase = self.passphrase_file.as_deref().map(key_input::passphrase_file);
        let reader = reader.passphrase(passphrase.transpose()?);
        key_input::read_private(&self.path, self.kid.as_deref(), &reader)
    }
}

impl Settings {
    /// The private key, from a file, stdin or Okta's variable.
    pub(crate) fn key(&self, output: &mut Output) -> Result<PrivateJwk, CliError> {
        let Read { key, repairs } = self.read_key()?;
        key_input::tell(output, &repairs);
        Ok(key)
    }

    /// The private key with what was mended, which is not told yet.
    pub(crate) fn read_key(&self) -> Result<Read<PrivateJwk>, CliError> {
        self.read_key_by(identity)
    }

    fn read_key_by(
        &self,
        purpose: fn(KeyReader) -> KeyReader,
    ) -> Result<Read<PrivateJwk>, CliError> {
        let found = self.require(Setting::Key)?;
        let kid = self.find(Setting::Kid).map(|kid| kid.value.as_str());
        let reader = purpose(self.key_reader()?);
        match (&found.origin, jwk_gen::is_key_text(&found.value)) {
            (origin, true) if origin.family() != Family::Ours => parse_key_text(found, kid, reader),
            (_, true) => Err(CliError::settings(format!(
                "{} holds a key where the name of a key file is expected",
                found.origin
            ))
            .with_hint("write the key to a file with mode 0600 and name the file")),
            (origin, false) if origin.names_files() => {
                key_input::read_private(Path::new(found.value.as_str()), kid, &reader)
            }
            (_, false) => key_input::read_private(Path::new(found.value.as_str()), kid, &reader)
                .map_err(|error| in_place_of(found, error)),
        }
    }

    /// How the client's key is read: for Okta, with the passphrase that is set.
    pub(crate) fn key_reader(&self) -> Result<KeyReader, CliError> {
        let file =
            self.find(Setting::KeyPassphraseFile).map(|found| Path::new(found.value.as_str()));
        let passphrase = file.map(key_input::passphrase_file).transpose()?;
        Ok(KeyReader::new().passphrase(passphrase))
    }

    /// A signer with the key and the key id that are set.
    pub(crate) fn signer(&self, output: &mut Output) -> Result<Arc<LocalSigner>, CliError> {
        let Read { key: signer, repairs } = self.read_signer()?;
        key_input::tell(output, &repairs);
        Ok(Arc::new(signer))
    }

    /// The same with what was mended in the key, which is not told yet.
    pub(crate) fn read_signer(&self) -> Result<Read<LocalSigner>, CliError> {
        let Read { key, repairs } = self.read_key_by(KeyReader::for_signing)?;
        Ok(Read { key: self.signer_with(&key)?, repairs })
    }

    /// A signer with `key` and the key id that is set.
    pub(crate) fn signer_with(&self, key: &PrivateJwk) -> Result<LocalSigner, CliError> {
        let signer = LocalSigner::new(key)?;
        let Some(kid) = self.find(Setting::Kid) else { return Ok(signer) };
        Ok(signer.with_key_id(parse(kid, KeyId::new)?))
    }

    /// The file of the key, if the key comes from one that can be read again.
    pub(crate) fn key_file(&self) -> Option<KeyFile> {
        let text = |setting| Some(self.find(setting)?.value.to_string());
        let found = self.find(Setting::Key)?;
        let passphrase_file = text(Setting::KeyPassphraseFile).map(PathBuf::from);
        let passes = [Some(Path::new(found.value.as_str())), passphrase_file.as_deref()];
        let is_file = !jwk_gen::is_key_text(&found.value)
            && !passes.into_iter().flatten().any(standard_input::is_dash);
        let path = PathBuf::from(found.value.as_str());
        is_file.then(|| KeyFile { path, kid: text(Setting::Kid), passphrase_file })
    }

    /// The client's secret, if the client has one instead of a key. Of both, the one that is set
    /// closer to the call is meant.
    pub(crate) fn client_secret(&self) -> Result<Option<Secret>, CliError> {
        let Some(found) = self.find(Setting::ClientSecretFile) else { return Ok(None) };
        if let Some(key) = self.find(Setting::Key) {
            match key.origin.rank().cmp(&found.origin.rank()) {
                Ordering::Less => return Ok(None),
                Ordering::Equal => {
                    let both = format!("{} and {} are both set", key.origin, found.origin);
                    return Err(CliError::settings(both)
                        .with_hint("a client has a key or a secret: leave one of them out"));
                }
                Ordering::Greater => {}
            }
        }
        secret_file::read(Path::new(found.value.as_str()), "client secret").map(Some)
    }
}

/// Says which setting named the file. A text that no file goes by may be a secret in the wrong place and is not shown.
fn in_place_of(found: &Sourced, error: CliError) -> CliError {
    let origin = found.origin.to_string();
    let is_file = fs::symlink_metadata(found.value.as_str()).is_ok();
    if is_file { error.in_place(&origin) } else { error.without_path(&found.value, &origin) }
}

/// Okta's SDKs take the key itself, with line breaks written as two characters as .env files hold
/// them.
fn parse_key_text(
    found: &Sourced,
    kid: Option<&str>,
    reader: KeyReader,
) -> Result<Read<PrivateJwk>, CliError> {
    let reader = reader.source(Source::Variable).kid(kid);
    let read = reader.private(found.value.as_bytes());
    read.map_err(|error| CliError::from(error).in_place(&found.origin.to_string()))
}
