//! Client assertions (RFC 7523 section 3) as Okta's token endpoint takes them.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::client_id::ClientId;
use crate::compact::SignedJwt;
use crate::jwt_id::{JwtId, RandomUnavailable};
use crate::numeric_date::numeric_date;
use crate::signer::{SignError, Signer};

/// Okta allows no skew: an `iat` in its future is refused, so that ours lies in the past.
pub(crate) const BACKDATED_SECS: i64 = 30;

/// Enough for a slow request, and far from the limit whatever the clocks say.
const LIFETIME: Duration = Duration::from_secs(270);

/// Okta refuses an `exp` more than an hour ahead.
const LIFETIME_LIMIT: Duration = Duration::from_secs(3600);

/// The last second of the year 9999, as far as RFC 3339 reaches.
const LATEST: i64 = 253_402_300_799;

/// The claims with which a client proves who it is, for one request to one endpoint.
///
/// Make a new one for every attempt: Okta takes each `jti` once, even if it then refuses the request.
#[derive(Clone, Debug)]
pub struct ClientAssertion {
    now: i64,
    claims: Claims,
}

/// The claims; they are written in this order.
#[derive(Clone, Debug, Serialize)]
struct Claims {
    iss: ClientId,
    sub: ClientId,
    aud: String,
    iat: i64,
    exp: i64,
    jti: JwtId,
}

impl ClientAssertion {
    /// An assertion that is valid from 30 seconds before `now` to 270 seconds after it.
    ///
    /// `audience` is the URL of the endpoint that the assertion is sent to.
    ///
    /// # Errors
    /// [`AssertionError`].
    pub fn new(
        client_id: &ClientId,
        audience: &str,
        now: SystemTime,
    ) -> Result<Self, AssertionError> {
        if audience.is_empty() || !audience.bytes().all(|it| it.is_ascii_graphic()) {
            return Err(AssertionError::InvalidAudience);
        }
        let now = numeric_date(now);
        if !(BACKDATED_SECS..=LATEST).contains(&now) {
            return Err(AssertionError::ClockOutOfRange);
        }
        let claims = Claims {
            iss: client_id.clone(),
            sub: client_id.clone(),
            aud: audience.to_owned(),
            iat: now - BACKDATED_SECS,
            exp: now,
            jti: JwtId::random()?,
        };
        Self { now, claims }.with_lifetime(LIFETIME)
    }

    /// Moves `exp` to this long after `now`, in whole seconds.
    ///
    /// # Errors
    /// [`AssertionError::LifetimeTooLong`] beyond an hour, [`AssertionError::LifetimeTooShort`]
    /// below a second.
    pub fn with_lifetime(mut self, lifetime: Duration) -> Result<Self, AssertionError> {
        if lifetime > LIFETIME_LIMIT {
            return Err(AssertionError::LifetimeTooLong { limit: LIFETIME_LIMIT });
        }
        let secs = i64::try_from(lifetime.as_secs()).unwrap_or(0);
        if secs == 0 {
            return Err(AssertionError::LifetimeTooShort);
        }
        self.claims.exp = self.now + secs;
        Ok(self)
    }

    /// Signs the assertion.
    ///
    /// # Errors
    /// [`SignError`] from the signer.
    pub fn sign(&self, signer: &dyn Signer) -> Result<SignedJwt, SignError> {
        SignedJwt::sign(&self.claims, signer)
    }

    /// The `jti`.
    pub fn jwt_id(&self) -> &JwtId {
        &self.claims.jti
    }

    /// The `exp`, in seconds since 1970.
    pub fn expires_at(&self) -> i64 {
        self.claims.exp
    }
}

/// Why there is no assertion.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AssertionError {
    /// The audience is no URL.
    #[error("the audience is empty or has characters that no URL has")]
    InvalidAudience,
    /// The clock is before 1970 or after 9999.
    #[error("the clock is before 1970 or after 9999")]
    ClockOutOfRange,
    /// Okta would refuse the `exp`.
    #[error("a lifetime of more than {} seconds is refused by Okta", limit.as_secs())]
    LifetimeTooLong {
        /// The longest lifetime.
        limit: Duration,
    },
    /// The assertion would expire at once.
    #[error("a lifetime of less than a second")]
    LifetimeTooShort,
    /// The operating system gave no random bytes.
    #[error(transparent)]
    RandomUnavailable(#[from] RandomUnavailable),
}
