//! The forms in which a key is written.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jwk_gen::{JwkSet, Keys, Passphrase, PrivateJwk, PublicJwk, SymmetricJwk, key_file};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::error::CliError;
use crate::key_input;
use crate::stdin;

/// What a key is written as.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Form {
    /// JWK (RFC 7517)
    Jwk,
    /// JWK Set
    Jwks,
    /// PKCS#8 in PEM, which nearly everything reads
    Pkcs8,
    /// PKCS#1 in PEM, RSA only
    Pkcs1,
    /// SEC 1 in PEM, EC only
    Sec1,
    /// The public key in PEM
    Spki,
    /// PKCS#8 in DER, or SPKI of a public key
    Der,
    /// A self-signed X.509 certificate in PEM
    Certificate,
}

/// Whether and how a private key is encrypted.
#[derive(Debug, clap::Args)]
pub(super) struct EncryptArgs {
    /// Encrypt the private key (pkcs8 and der); asks for a passphrase
    #[arg(long)]
    encrypt: bool,
    /// File of the passphrase to encrypt with; - for stdin
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

impl EncryptArgs {
    pub(super) fn passphrase(
        &self,
        form: Form,
        context: &Context<'_>,
    ) -> Result<Option<Passphrase>, CliError> {
        let wanted = self.encrypt || self.new_passphrase_file.is_some();
        if wanted && !matches!(form, Form::Pkcs8 | Form::Der) {
            return Err(CliError::usage("only PKCS#8 can be encrypted")
                .with_hint("--to pkcs8 --encrypt, or --to der --encrypt"));
        }
        match &self.new_passphrase_file {
            Some(path) => key_input::passphrase_file(path).map(Some),
            None if self.encrypt => key_input::new_passphrase(context).map(Some),
            None => Ok(None),
        }
    }
}

/// Keys in the form in which they are written.
pub(crate) struct Written {
    bytes: Zeroizing<Vec<u8>>,
    is_secret: bool,
    left_out: Option<String>,
}

impl Written {
    /// Puts keys into a form.
    pub(crate) fn new(
        keys: &Keys,
        form: Form,
        passphrase: Option<&Passphrase>,
    ) -> Result<Self, CliError> {
        match keys {
            Keys::Private(keys) => {
                let left_out = keys.first().and_then(|key| left_out(&key.public(), form));
                private(keys, form, passphrase).map(|it| Self { left_out, ..it })
            }
            Keys::Symmetric(key) => shared(key, form),
            Keys::Public(_) if passphrase.is_some() => {
                Err(CliError::usage("a public key is not encrypted"))
            }
            Keys::Public(keys) => {
                let left_out = keys.keys().first().and_then(|key| left_out(key, form));
                public(keys, form).map(|it| Self { left_out, ..it })
            }
        }
    }

    /// A reader of the key that is told nothing else would take it for another one.
    fn tell_what_is_left_out(&self, context: &mut Context<'_>) {
        if let Some(left_out) = &self.left_out {
            context.output.note(&format!(
                "note: this form has no place for {left_out}: a JWK has, and so has `--kid` where the key is used"
            ));
        }
    }

    /// What is written.
    pub(crate) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.bytes
    }

    /// Into a new file or to stdout; a secret reaches a terminal only if that is asked for by `-`.
    pub(super) fn write(
        &self,
        path: Option<&Path>,
        context: &mut Context<'_>,
    ) -> Result<(), CliError> {
        self.tell_what_is_left_out(context);
        match path {
            Some(path) if !stdin::is_dash(path) => {
                key_file::create_new(path, &self.bytes)?;
                context.output.note(&format!("written to {}", path.display()));
                Ok(())
            }
            None if self.is_secret && context.output.is_terminal() => {
                Err(CliError::usage("a private key is not shown on a terminal unasked")
                    .with_hint("-o FILE, or -o - to show it"))
            }
            _ => context.output.data(&self.bytes),
        }
    }

    /// Into a new file, of which the person is told.
    pub(super) fn write_private(
        &self,
        path: &Path,
        context: &mut Context<'_>,
    ) -> Result<(), CliError> {
        key_file::create_new(path, &self.bytes)?;
        context.output.note(&format!("private key written to {}", path.display()));
        self.tell_what_is_left_out(context);
        Ok(())
    }

    fn secret(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self { bytes, is_secret: true, left_out: None }
    }

    /// JSON ends with a line break in a file.
    fn secret_json(text: &str) -> Self {
        Self::secret(with_line_break(text))
    }

    pub(super) fn public(bytes: Vec<u8>) -> Self {
        Self { bytes: Zeroizing::new(bytes), is_secret: false, left_out: None }
    }
}

/// The key id, in a form that has labels for nothing. A thumbprint is no loss: it stands in where there is no key id.
fn left_out(key: &PublicJwk, form: Form) -> Option<String> {
    if matches!(form, Form::Jwk | Form::Jwks) {
        return None;
    }
    let kid = key.kid().filter(|kid| **kid != key.thumbprint().into())?;
    Some(format!("the key id `{kid}`"))
}

fn with_line_break(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(b'\n');
    bytes
}

fn octets(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

fn private(
    keys: &[PrivateJwk],
    form: Form,
    passphrase: Option<&Passphrase>,
) -> Result<Written, CliError> {
    if form == Form::Jwks {
        return Ok(Written::secret_json(&jwk_gen::expose_private_set(keys)));
    }
    let [key] = keys else { return Err(several(keys.len())) };
    Ok(match (form, passphrase) {
        (Form::Pkcs8, Some(it)) => Written::secret(octets(&key.to_encrypted_pkcs8_pem(it)?)),
        (Form::Der, Some(it)) => Written::secret(Zeroizing::new(key.to_encrypted_pkcs8_der(it)?)),
        (Form::Jwk | Form::Jwks, _) => Written::secret_json(&key.expose_json()),
        (Form::Pkcs8, None) => Written::secret(octets(&key.expose_pkcs8_pem())),
        (Form::Pkcs1, _) => Written::secret(octets(&key.expose_pkcs1_pem()?)),
        (Form::Sec1, _) => Written::secret(octets(&key.expose_sec1_pem()?)),
        (Form::Spki, _) => Written::public(key.public().to_spki_pem().into_bytes()),
        (Form::Der, None) => Written::secret(key.expose_pkcs8_der()),
        (Form::Certificate, _) => return Err(CliError::usage(NO_CERTIFICATE)),
    })
}

fn shared(key: &SymmetricJwk, form: Form) -> Result<Written, CliError> {
    match form {
        Form::Jwk => Ok(Written::secret_json(&key.expose_json())),
        _ => {
            Err(CliError::usage("a shared key (`oct`) is written as a JWK only")
                .with_hint("--to jwk"))
        }
    }
}

/// The public keys in a form.
pub(super) fn public(keys: &JwkSet, form: Form) -> Result<Written, CliError> {
    let only = || only(keys);
    Ok(match form {
        Form::Jwks => Written::public(format!("{}\n", keys.to_json()).into_bytes()),
        Form::Jwk => Written::public(format!("{}\n", only()?.to_json()).into_bytes()),
        Form::Spki => Written::public(only()?.to_spki_pem().into_bytes()),
        Form::Der => Written::public(only()?.to_spki_der()),
        Form::Pkcs8 | Form::Pkcs1 | Form::Sec1 | Form::Certificate => {
            return Err(CliError::usage("this is a public key; that form holds private ones")
                .with_hint("--to jwk, jwks, spki or der"));
        }
    })
}

const NO_CERTIFICATE: &str = "a certificate does not hold the private key";

fn only(keys: &JwkSet) -> Result<&PublicJwk, CliError> {
    match keys.keys() {
        [key] => Ok(key),
        keys => Err(several(keys.len())),
    }
}

pub(super) fn several(count: usize) -> CliError {
    CliError::usage(format!("the file holds {count} keys, not one"))
        .with_hint("choose one: --kid KID, or all: a JWK Set")
}
