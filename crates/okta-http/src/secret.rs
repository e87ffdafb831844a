//! Text that must not be seen: redacted, wiped on drop, read by one method only.

use std::fmt;

use zeroize::Zeroizing;

/// A secret, such as an API token or an access token.
///
/// `Debug` shows no part of it, there is no `Display` and no `Serialize`, and the memory is wiped on drop.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; nothing is trimmed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}
