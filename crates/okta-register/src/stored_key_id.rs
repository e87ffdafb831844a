//! Okta's own id of a key.

use std::fmt;

use crate::InvalidAppId;
use crate::app_id::is_id;

/// The id that Okta gave a stored key, such as `pks1b2c3`; not its `kid`, which the client chose. Safe to put into a path.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StoredKeyId(String);

impl StoredKeyId {
    /// Checks an id: 1 to 100 ASCII letters, digits, `-` and `_`.
    ///
    /// # Errors
    ///
    /// [`InvalidAppId`] for anything else, because it could change the path of a request.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidAppId> {
        let text = text.into();
        if is_id(&text) { Ok(Self(text)) } else { Err(InvalidAppId) }
    }

    /// The id as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StoredKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
