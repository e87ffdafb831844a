//! Okta's reasons to refuse a client assertion, by their internal names.

use std::fmt;

use serde::{Serialize, Serializer};

/// One reason for which Okta would refuse an assertion.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Refusal {
    /// Okta's name for it.
    pub reason: RefusalReason,
    /// What is wrong, for people.
    pub detail: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.detail)
    }
}

/// Okta's internal name for a refusal, as its System Log shows it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RefusalReason {
    /// `exp` is missing or not in whole seconds.
    ExpirationRequired,
    /// `exp` has passed.
    ExpiredToken,
    /// `exp` is more than an hour ahead.
    ExpiresTooFarInFuture,
    /// `aud` is not the endpoint's URL.
    InvalidAudience,
    /// `iss` is not the client ID.
    InvalidIssuer,
    /// Not a JWT that can be parsed.
    InvalidJwt,
    /// `kid` is missing or unknown.
    InvalidKid,
    /// Signed with a shared secret that the client does not have.
    InvalidNoSecret,
    /// The signature cannot be right.
    InvalidSignature,
    /// `alg` is none that Okta takes.
    InvalidSignatureAlgorithm,
    /// `sub` is not the client ID.
    InvalidSubject,
    /// `iat` is in the future.
    IssuedAtInFuture,
}

impl RefusalReason {
    /// Okta's name, for example `client_assertion_invalid_audience`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExpirationRequired => "client_assertion_expiration_required",
            Self::ExpiredToken => "client_assertion_expired_token",
            Self::ExpiresTooFarInFuture => "client_assertion_expires_too_far_in_future",
            Self::InvalidAudience => "client_assertion_invalid_audience",
            Self::InvalidIssuer => "client_assertion_invalid_issuer",
            Self::InvalidJwt => "client_assertion_invalid_jwt",
            Self::InvalidKid => "client_assertion_invalid_kid",
            Self::InvalidNoSecret => "client_assertion_invalid_no_secret",
            Self::InvalidSignature => "client_assertion_invalid_signature",
            Self::InvalidSignatureAlgorithm => "client_assertion_invalid_signature_algorithm",
            Self::InvalidSubject => "client_assertion_invalid_subject",
            Self::IssuedAtInFuture => "client_assertion_issued_at_in_future",
        }
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for RefusalReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Makes foreign text fit for a message: printable, and at most 80 characters of it.
pub(crate) fn excerpt(text: &str) -> String {
    let mut shown = text.chars().take(80).flat_map(char::escape_debug).collect::<String>();
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    shown
}
