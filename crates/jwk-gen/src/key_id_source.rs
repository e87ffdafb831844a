//! What the `kid` of a new key is made of.

use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use time::{Date, OffsetDateTime};

use crate::key_id::{InvalidKeyId, KeyId};
use crate::public::PublicJwk;
use crate::symmetric::SymmetricJwk;
use crate::thumbprint::Thumbprint;

/// How a `kid` is chosen.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum KeyIdSource {
    /// The thumbprint (RFC 7638): the same at every run, another for every key.
    #[default]
    Thumbprint,
    /// SHA-256 of the `SubjectPublicKeyInfo`, base64url without padding.
    Sha256,
    /// SHA-1 of the `SubjectPublicKeyInfo`, base64url without padding.
    Sha1,
    /// The day in UTC, `2026-11-23` (ISO 8601).
    Date,
    /// Seconds since 1970 in UTC.
    Timestamp,
    /// A text of one's own.
    Given(KeyId),
    /// No `kid`.
    Absent,
}

impl KeyIdSource {
    /// The `kid` of a key that is made at this time.
    pub fn key_id(&self, key: &PublicJwk, now: SystemTime) -> Option<KeyId> {
        let digest = |octets: &[u8]| Some(KeyId::of_safe_text(URL_SAFE_NO_PAD.encode(octets)));
        match self {
            Self::Sha256 => digest(&Sha256::digest(key.to_spki_der())),
            Self::Sha1 => digest(&Sha1::digest(key.to_spki_der())),
            other => other.independent(key.thumbprint(), now),
        }
    }

    /// The `kid` of a shared key that is made at this time.
    ///
    /// # Errors
    /// [`NoPublicKey`] for the kinds that hash a `SubjectPublicKeyInfo`.
    pub fn key_id_of_shared(
        &self,
        key: &SymmetricJwk,
        now: SystemTime,
    ) -> Result<Option<KeyId>, NoPublicKey> {
        match self {
            Self::Sha256 | Self::Sha1 => Err(NoPublicKey),
            other => Ok(other.independent(key.thumbprint(), now)),
        }
    }

    /// Whether keys made at the same time get different ones.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Thumbprint | Self::Sha256 | Self::Sha1)
    }

    fn independent(&self, thumbprint: Thumbprint, now: SystemTime) -> Option<KeyId> {
        match self {
            Self::Date => Some(KeyId::of_safe_text(iso_date(seconds(now)))),
            Self::Timestamp => Some(KeyId::of_safe_text(seconds(now).to_string())),
            Self::Given(kid) => Some(kid.clone()),
            Self::Absent => None,
            Self::Thumbprint | Self::Sha256 | Self::Sha1 => Some(thumbprint.into()),
        }
    }
}

impl FromStr for KeyIdSource {
    type Err = UnknownKeyIdSource;

    fn from_str(text: &str) -> Result<Self, UnknownKeyIdSource> {
        match text {
            "thumbprint" => Ok(Self::Thumbprint),
            "sha256" => Ok(Self::Sha256),
            "sha1" => Ok(Self::Sha1),
            "date" => Ok(Self::Date),
            "timestamp" => Ok(Self::Timestamp),
            "none" => Ok(Self::Absent),
            _ => {
                let given = text.strip_prefix('=').ok_or(UnknownKeyIdSource::Word)?;
                Ok(Self::Given(KeyId::new(given)?))
            }
        }
    }
}

/// A clock before 1970 counts as 1970.
fn seconds(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs())
}

/// The day; a clock beyond the year 9999 counts as the last day of it.
fn iso_date(seconds: u64) -> String {
    let time =
        i64::try_from(seconds).ok().and_then(|it| OffsetDateTime::from_unix_timestamp(it).ok());
    time.map_or(Date::MAX, OffsetDateTime::date).to_string()
}

/// A kind of `kid` that hashes a public key, for a key that has none.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a shared key has no public half whose hash could be its `kid`")]
pub struct NoPublicKey;

/// A text that names no [`KeyIdSource`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UnknownKeyIdSource {
    /// An unknown word.
    #[error("it is `thumbprint`, `sha256`, `sha1`, `date`, `timestamp`, `none` or `=TEXT`")]
    Word,
    /// The text after `=` is no key ID.
    #[error(transparent)]
    Text(#[from] InvalidKeyId),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `date -u -d @SECONDS +%F`.
    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, date) in [
            (0, "1970-01-01"),
            (68_169_600, "1972-02-29"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (1_795_478_399, "2026-11-23"),
            (1_795_478_400, "2026-11-24"),
            (4_107_542_400, "2100-03-01"),
            (1_735_603_200, "2024-12-31"),
            (253_402_300_799, "9999-12-31"),
            (u64::MAX, "9999-12-31"),
        ] {
            assert_eq!(iso_date(seconds), date);
        }
    }

    #[test]
    fn words_and_texts_parse() {
        assert_eq!("=date".parse(), Ok(KeyIdSource::Given(KeyId::new("date").unwrap())));
        assert_eq!("x".parse::<KeyIdSource>(), Err(UnknownKeyIdSource::Word));
        assert_eq!("=".parse::<KeyIdSource>(), Err(UnknownKeyIdSource::Text(InvalidKeyId)));
    }
}
