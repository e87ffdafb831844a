//! The short ways to read a key, and why one is refused.

use crate::error::{ParseJwkError, ParsePemError};
use crate::private::PrivateJwk;
use crate::profile::OktaRefusal;
use crate::reader::KeyReader;
use crate::set::{JwkSet, JwkSetError};

/// Parses a private key for Okta in any format that [`KeyReader`] knows, without a passphrase.
///
/// In a set `kid` chooses the key; a single JWK must have this `kid` or none; a key without one is
/// given it.
///
/// # Errors
/// [`ParseKeyError`]; a public key is named as such.
pub fn parse_private(text: &str, kid: Option<&str>) -> Result<PrivateJwk, ParseKeyError> {
    Ok(KeyReader::new().kid(kid).private(text.as_bytes())?.key)
}

/// Parses public keys for Okta in any format that [`KeyReader`] knows.
///
/// # Errors
/// [`ParseKeyError`]; private keys are refused as such, so that none is published by mistake.
pub fn parse_public(text: &str) -> Result<JwkSet, ParseKeyError> {
    Ok(KeyReader::new().public(text.as_bytes())?.key)
}

/// A text that is no usable key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseKeyError {
    /// Nothing but white space.
    #[error("no key found: the text is empty")]
    Empty,
    /// None of the formats.
    #[error("no key found: the content is neither a JWK nor PEM nor DER")]
    UnknownFormat,
    /// Text of two octets a character.
    #[error("this is UTF-16 text; save it as UTF-8")]
    Utf16,
    /// JSON of another encoding.
    #[error("the JSON is not UTF-8")]
    NotUtf8,
    /// A PEM in a file whose line breaks are two characters.
    #[error(r#"`\n` stands where line breaks belong; `printf '%b' "$(cat FILE)"` puts them back"#)]
    LiteralNewlines,
    /// A key that Okta does not take.
    #[error(transparent)]
    Okta(#[from] OktaRefusal),
    /// A shared key where a private key is expected.
    #[error("this is a shared key (`oct`); signing needs a private key")]
    SharedKey,
    /// A shared key among others, which have public halves.
    #[error("the JWK Set mixes a shared key (`oct`) with others; a `kid` must choose one")]
    SharedInSet,
    /// A set with private and public keys.
    #[error("the JWK Set mixes private and public keys")]
    MixedSet,
    /// A private key under a passphrase, and no passphrase.
    #[error("the private key is encrypted, and no passphrase is given")]
    Encrypted,
    /// PuTTY's own format.
    #[error("this is a PuTTY key; export it with `puttygen FILE -O private-openssh-new`")]
    Putty,
    /// OpenSSH's own form of a public key, or its certificate.
    #[error("this is an OpenSSH public key; convert it with `ssh-keygen -e -m PKCS8 -f FILE`")]
    OpenSshPublic,
    /// A private key where public keys are expected.
    #[error("this is a private key (`{evidence}`); `key public` writes its public half")]
    PrivateKey {
        /// The member or PEM label that gave it away.
        evidence: &'static str,
    },
    /// A public key where a private key is expected.
    #[error("this is a public key; signing needs the private key")]
    PublicKey,
    /// A set of several keys, and no `kid` that selects one.
    #[error("the JWK Set has {count} keys; a `kid` must choose one")]
    KeyIdRequired {
        /// How many keys there are.
        count: usize,
    },
    /// No key has this `kid`.
    #[error("no key has the `kid` `{kid}`")]
    KeyIdNotFound {
        /// The `kid` asked for, made printable.
        kid: String,
    },
    /// Several keys have this `kid`.
    #[error("several keys have the `kid`")]
    KeyIdAmbiguous,
    /// A `kid` that cannot be given to a key.
    #[error("a `kid` is 1 to 256 characters of printable ASCII")]
    InvalidKeyId,
    /// A JWK that is refused.
    #[error("the JWK is refused")]
    Jwk(#[source] ParseJwkError),
    /// A JWK Set that is refused.
    #[error("the JWK Set is refused")]
    Set(#[source] JwkSetError),
    /// A PEM that is refused.
    #[error("the PEM is refused")]
    Pem(#[source] ParsePemError),
    /// DER that is refused.
    #[error("the DER is refused")]
    Der(#[source] ParsePemError),
}

impl ParseKeyError {
    /// What no format changes has one name.
    pub(crate) fn of_der(source: ParsePemError) -> Self {
        match Self::from(source) {
            Self::Pem(source) => Self::Der(source),
            other => other,
        }
    }
}

impl From<ParseJwkError> for ParseKeyError {
    fn from(source: ParseJwkError) -> Self {
        match source {
            ParseJwkError::PrivateMember { member } => Self::PrivateKey { evidence: member },
            ParseJwkError::PublicKey => Self::PublicKey,
            source => Self::Jwk(source),
        }
    }
}

impl From<JwkSetError> for ParseKeyError {
    fn from(source: JwkSetError) -> Self {
        match source {
            JwkSetError::Key { source: ParseJwkError::PrivateMember { member }, .. } => {
                Self::PrivateKey { evidence: member }
            }
            source => Self::Set(source),
        }
    }
}

impl From<ParsePemError> for ParseKeyError {
    fn from(source: ParsePemError) -> Self {
        match source {
            ParsePemError::PrivateKey => Self::PrivateKey { evidence: "PRIVATE KEY" },
            ParsePemError::PublicKey => Self::PublicKey,
            ParsePemError::Encrypted => Self::Encrypted,
            source => Self::Pem(source),
        }
    }
}
