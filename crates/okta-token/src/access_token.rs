//! An access token and what the server said about it (RFC 6749 section 5.1).

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jwt_sign::{DpopKey, DpopProof};
use okta_http::{ApiCredential, HttpError, Request, Scopes, Secret};

/// How a token is presented (RFC 6749 section 7.1, RFC 9449 section 5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TokenType {
    /// Whoever has the token may use it (RFC 6750).
    Bearer,
    /// The token is bound to a key; each use needs a proof (RFC 9449).
    Dpop,
}

impl TokenType {
    /// Reads `token_type`, which is compared without regard to case (RFC 6749 section 5.1).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("Bearer") {
            Some(Self::Bearer)
        } else if text.eq_ignore_ascii_case("DPoP") {
            Some(Self::Dpop)
        } else {
            None
        }
    }

    /// The name in its registered spelling, which is also the scheme of the `Authorization` header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An instant on both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant {
    pub(crate) wall: SystemTime,
    pub(crate) elapsed: Duration,
}

/// An access token. `Debug` does not show it, and it is wiped when dropped.
#[derive(Clone, Debug)]
pub struct AccessToken {
    token: Secret,
    token_type: TokenType,
    lifetime: Duration,
    /// When the request left. A lifetime counts from here and not from the answer's arrival: that
    /// is never too long, whatever the network did.
    sent_at: Instant,
    scopes: Scopes,
    /// What the token is bound to; there is one exactly if the type is DPoP.
    dpop_key: Option<Arc<DpopKey>>,
    /// Whether the server said nothing about the lifetime.
    has_assumed_lifetime: bool,
}

impl AccessToken {
    pub(crate) fn new(
        token: Secret,
        token_type: TokenType,
        lifetime: Duration,
        sent_at: Instant,
        scopes: Scopes,
    ) -> Self {
        let (dpop_key, has_assumed_lifetime) = (None, false);
        Self { token, token_type, lifetime, sent_at, scopes, dpop_key, has_assumed_lifetime }
    }

    /// The same token, whose lifetime the server has not said.
    pub(crate) fn assuming_its_lifetime(mut self) -> Self {
        self.has_assumed_lifetime = true;
        self
    }

    pub(crate) fn has_assumed_lifetime(&self) -> bool {
        self.has_assumed_lifetime
    }

    /// The token itself, a secret.
    pub fn expose(&self) -> &str {
        self.token.expose()
    }

    /// How the token is presented.
    pub fn token_type(&self) -> TokenType {
        self.token_type
    }

    /// The key that the token is bound to (RFC 9449 section 6), if it is.
    pub fn dpop_key(&self) -> Option<&Arc<DpopKey>> {
        self.dpop_key.as_ref()
    }

    /// The same token bound to `key`.
    pub(crate) fn bound_to(mut self, key: Arc<DpopKey>) -> Self {
        self.dpop_key = Some(key);
        self
    }

    /// The request with this token, and with a proof made at `now` (server's time) if the token is
    /// bound.
    ///
    /// # Errors
    ///
    /// [`HttpError::Unauthorized`] if no proof can be made.
    pub fn authorize(&self, request: Request, now: SystemTime) -> Result<Request, HttpError> {
        self.authorize_with(request, now, None)
    }

    /// Likewise with the nonce that the resource server gave (RFC 9449 section 9).
    pub(crate) fn authorize_with(
        &self,
        request: Request,
        now: SystemTime,
        nonce: Option<String>,
    ) -> Result<Request, HttpError> {
        let Some(key) = &self.dpop_key else {
            return Ok(request.with_credential(ApiCredential::Bearer(self.token.clone())));
        };
        let mut proof = DpopProof::new(request.method().as_str(), request.url(), now)
            .map_err(unauthorized)?
            .with_access_token(self.expose());
        if let Some(nonce) = nonce {
            proof = proof.with_nonce(nonce);
        }
        let proof = proof.sign(key).map_err(unauthorized)?;
        request
            .with_credential(ApiCredential::Dpop(self.token.clone()))
            .with_header("DPoP", proof.expose_compact())
    }

    /// How long the token lives from the moment it was asked for.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// When the token ends, by the local wall clock.
    pub fn expires_at(&self) -> SystemTime {
        self.sent_at.wall.checked_add(self.lifetime).unwrap_or(self.sent_at.wall)
    }

    /// The scopes that were really granted.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// When the request for it left.
    pub(crate) fn sent_at(&self) -> Instant {
        self.sent_at
    }
}

fn unauthorized(source: impl std::error::Error + Send + Sync + 'static) -> HttpError {
    HttpError::Unauthorized { source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(lifetime_secs: u64) -> AccessToken {
        let sent_at = Instant { wall: SystemTime::UNIX_EPOCH, elapsed: Duration::from_secs(100) };
        let lifetime = Duration::from_secs(lifetime_secs);
        let scopes = Scopes::parse("okta.users.read").unwrap();
        AccessToken::new(
            Secret::new("canary".to_owned()),
            TokenType::Bearer,
            lifetime,
            sent_at,
            scopes,
        )
    }

    #[test]
    fn debug_does_not_show_the_token() {
        assert!(!format!("{:?}", token(3600)).contains("canary"));
    }

    #[test]
    fn token_types_are_read_without_regard_to_case() {
        assert_eq!(TokenType::parse("bEARER"), Some(TokenType::Bearer));
        assert_eq!(TokenType::parse("dpop"), Some(TokenType::Dpop));
        assert_eq!(TokenType::parse("N_A"), None);
    }
}
