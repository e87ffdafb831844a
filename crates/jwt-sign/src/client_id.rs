//! Client identifiers (RFC 6749 section 2.2).

use std::fmt;

use serde::{Serialize, Serializer};

/// The `client_id` of a service app: 1 to 100 letters, digits and `$-_.+!*(),`.
///
/// Okta's alphabet, less the quote: that one is only ever a slip of the shell.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClientId(String);

impl ClientId {
    /// Takes a text as a client ID.
    ///
    /// # Errors
    /// [`InvalidClientId`] if Okta could not have issued it.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidClientId> {
        let text = text.into();
        if text.is_empty() {
            return Err(InvalidClientId::Empty);
        }
        if text == "ALL_CLIENTS" {
            return Err(InvalidClientId::Reserved);
        }
        if text.len() > 100 {
            return Err(InvalidClientId::TooLong);
        }
        let allowed = |it: u8| it.is_ascii_alphanumeric() || b"$-_.+!*(),".contains(&it);
        if !text.bytes().all(allowed) {
            return Err(InvalidClientId::ForeignCharacter);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ClientId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A text that cannot be a client ID.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClientId {
    /// Nothing.
    #[error("the client ID is empty")]
    Empty,
    /// Okta's word for every client in access policies.
    #[error("`ALL_CLIENTS` is no client ID: it stands for every client in an access policy")]
    Reserved,
    /// More than 100 characters.
    #[error("a client ID has at most 100 characters")]
    TooLong,
    /// A character outside the alphabet.
    #[error("a client ID consists of letters, digits and `$-_.+!*(),`")]
    ForeignCharacter,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u_09_only_what_okta_issues() {
        for good in ["0oa1b2c3d4E5F6g7h8i9", "a", "svc_1.prod-eu", &"c".repeat(100)] {
            assert_eq!(ClientId::new(good).unwrap().as_str(), good);
        }
        assert_eq!(ClientId::new(""), Err(InvalidClientId::Empty));
        assert_eq!(ClientId::new("ALL_CLIENTS"), Err(InvalidClientId::Reserved));
        assert_eq!(ClientId::new("c".repeat(101)), Err(InvalidClientId::TooLong));
        for bad in [" ", "0oa 1", "0oa1\n", "\"0oa1\"", "'0oa1'", "`0oa1`", "0oa1\0", "0oé", "🤖"]
        {
            assert_eq!(ClientId::new(bad), Err(InvalidClientId::ForeignCharacter), "{bad:?}");
        }
    }
}
