//! What a key is for (RFC 7517 section 4.2).

use std::fmt;

/// The `use` member.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum KeyUse {
    /// `sig`: signatures and MACs.
    Signature,
    /// `enc`: encryption.
    Encryption,
}

impl KeyUse {
    /// The registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signature => "sig",
            Self::Encryption => "enc",
        }
    }
}

impl fmt::Display for KeyUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
