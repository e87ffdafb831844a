//! Keys of unknown format, told apart by their content.

use crate::error::{ParseJwkError, ParsePemError};
use crate::json::Json;
use crate::key_id::KeyId;
use crate::private::PrivateJwk;
use crate::public::PublicJwk;
use crate::set::{self, JwkSet, JwkSetError};

/// Parses a private key: a JWK, a JWK Set, or PEM with PKCS#8 or, for RSA, PKCS#1.
///
/// In a set `kid` chooses the key; a single JWK must have this `kid` or none; a key without one is
/// given it.
///
/// # Errors
/// [`ParseKeyError`]; a public key is named as such.
pub fn parse_private(text: &str, kid: Option<&str>) -> Result<PrivateJwk, ParseKeyError> {
    let key = match Format::of(text)? {
        Format::Pem => PrivateJwk::from_pkcs8_pem(text)?,
        Format::Jwk(json) => PrivateJwk::from_json(json)?,
        Format::Set(items) => PrivateJwk::from_json(choose(items, kid)?)?,
    };
    let Some(wanted) = kid else { return Ok(key) };
    match key.kid() {
        Some(found) if found.as_str() == wanted => Ok(key),
        Some(_) => Err(ParseKeyError::KeyIdNotFound { kid: crate::error::excerpt(wanted) }),
        None => {
            let kid = KeyId::new(wanted).map_err(|_| ParseKeyError::InvalidKeyId)?;
            Ok(key.with_kid(Some(kid)))
        }
    }
}

/// Parses public keys: a JWK, a JWK Set or an SPKI PEM.
///
/// # Errors
/// [`ParseKeyError`]; private keys are refused as such, so that none is published by mistake.
pub fn parse_public(text: &str) -> Result<JwkSet, ParseKeyError> {
    let set = match Format::of(text)? {
        Format::Pem => JwkSet::new(vec![PublicJwk::from_spki_pem(text)?]),
        Format::Jwk(json) => JwkSet::new(vec![PublicJwk::from_json(json)?]),
        Format::Set(items) => JwkSet::from_items(items),
    };
    set.map_err(ParseKeyError::from)
}

enum Format {
    Pem,
    Jwk(Json),
    Set(Vec<Json>),
}

impl Format {
    fn of(text: &str) -> Result<Self, ParseKeyError> {
        let start = text.trim_start_matches('\u{feff}').trim_start();
        if start.is_empty() {
            return Err(ParseKeyError::Empty);
        }
        if start.starts_with(['{', '[', '"']) {
            return Self::of_json(text);
        }
        if start.contains("-----BEGIN ") {
            return Ok(Self::Pem);
        }
        if start.starts_with("PuTTY-User-Key-File") {
            return Err(ParseKeyError::Putty);
        }
        Err(ParseKeyError::UnknownFormat)
    }

    fn of_json(text: &str) -> Result<Self, ParseKeyError> {
        let json = Json::parse(text, set::SIZE_LIMIT)?;
        if json.has_member("keys") && !json.has_member("kty") {
            return Ok(Self::Set(set::items(json)?));
        }
        Ok(Self::Jwk(json))
    }
}

/// Picks the key with the `kid`, or the only key there is.
fn choose(mut items: Vec<Json>, kid: Option<&str>) -> Result<Json, ParseKeyError> {
    if items.is_empty() {
        return Err(JwkSetError::Empty.into());
    }
    let Some(kid) = kid else {
        return match items.pop() {
            Some(only) if items.is_empty() => Ok(only),
            _ => Err(ParseKeyError::KeyIdRequired { count: items.len() + 1 }),
        };
    };
    let mut matching = items.into_iter().filter(|it| it.text_member("kid") == Some(kid));
    match (matching.next(), matching.next()) {
        (Some(key), None) => Ok(key),
        (Some(_), Some(_)) => Err(ParseKeyError::KeyIdAmbiguous),
        (None, _) => Err(ParseKeyError::KeyIdNotFound { kid: crate::error::excerpt(kid) }),
    }
}

/// A text that is no usable key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseKeyError {
    /// Nothing but white space.
    #[error("no key: the text is empty")]
    Empty,
    /// Neither JSON nor PEM.
    #[error("no key: the text is neither a JWK nor PEM")]
    UnknownFormat,
    /// PuTTY's own format.
    #[error("this is a PuTTY key; export it with `puttygen FILE -O private-openssh-new`")]
    Putty,
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
            source => Self::Pem(source),
        }
    }
}
