//! Key IDs (RFC 7517 section 4.5).

use std::fmt;

use serde::{Serialize, Serializer};

/// A `kid`: 1 to 256 characters of printable ASCII, compared case by case.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(String);

impl KeyId {
    /// Takes a text as a key ID.
    ///
    /// # Errors
    /// [`InvalidKeyId`] if the text is empty, too long or not printable ASCII.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidKeyId> {
        let text = text.into();
        let printable = text.bytes().all(|it| matches!(it, b' '..=b'~'));
        if text.is_empty() || text.len() > 256 || !printable {
            return Err(InvalidKeyId);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes digits, dates and base64url, which are always key IDs.
    pub(crate) fn of_safe_text(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A text that cannot be a key ID.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a key ID is 1 to 256 characters of printable ASCII")]
pub struct InvalidKeyId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_printable_ascii_of_sensible_length() {
        for good in ["a", "2026-11", "../../etc/passwd", "a' OR 1=1--", &"k".repeat(256)] {
            assert_eq!(KeyId::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "\0", "a\r\nX: y", "clé", "🔑", "\u{202e}", "\u{7f}", &"k".repeat(257)] {
            assert_eq!(KeyId::new(bad), Err(InvalidKeyId), "{bad:?}");
        }
    }
}
