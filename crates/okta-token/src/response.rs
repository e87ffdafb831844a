//! The token answer (RFC 6749 sections 5.1 and 5.2), parsed once.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jwt_sign::DpopKey;
use okta_http::{Response, Scopes, Secret, ServerError};
use serde::{Deserialize, Deserializer, de};

use crate::access_token::{AccessToken, Instant, TokenType};
use crate::error::TokenError;

/// What the request said about DPoP.
#[derive(Debug, Default)]
pub(crate) struct Binding {
    /// The key of its proof.
    pub(crate) key: Option<Arc<DpopKey>>,
    /// Whether a token that is not bound is refused (RFC 9449 section 5).
    pub(crate) is_required: bool,
}

impl Binding {
    fn bind(self, token: AccessToken) -> Result<AccessToken, TokenError> {
        match (token.token_type(), self.key) {
            (TokenType::Dpop, Some(key)) => Ok(token.bound_to(key)),
            (TokenType::Dpop, None) => Err(TokenError::InvalidAnswer {
                what: "its token is bound to a key, and the request had none",
            }),
            (TokenType::Bearer, _) if self.is_required => Err(TokenError::NotBound),
            (TokenType::Bearer, _) => Ok(token),
        }
    }
}

/// Reads the answer to a request for `requested` that left at `sent_at`.
pub(crate) fn parse(
    response: Response,
    requested: &Scopes,
    sent_at: Instant,
    binding: Binding,
) -> Result<AccessToken, TokenError> {
    let response = response.into_success().map_err(refused)?;
    if response.status != 200 {
        return Err(TokenError::InvalidAnswer { what: "its status is not 200" });
    }
    let answer: Answer = response.json()?;
    let token = binding.bind(answer.into_token(requested, sent_at)?)?;
    let missing = requested.difference(token.scopes());
    if missing.is_empty() {
        Ok(token)
    } else {
        Err(TokenError::ScopesMissing { missing, token: Box::new(token) })
    }
}

/// Sorts a refusal by who has to act. Okta answers a refused proof with 400 (RFC 9449 section 5).
pub(crate) fn refused(server: ServerError) -> TokenError {
    let names_the_client = matches!(
        server.oauth_error(),
        Some("invalid_client" | "invalid_dpop_proof" | "use_dpop_nonce")
    );
    match server.status {
        500.. => TokenError::ServerFault(server),
        401 | 403 => TokenError::ClientRefused(server),
        _ if names_the_client => TokenError::ClientRefused(server),
        _ => TokenError::RequestRefused(server),
    }
}

/// The members that this grant uses; others are ignored, a repeated one is refused by serde.
#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    token_type: Option<String>,
    #[serde(default, deserialize_with = "expires_in")]
    expires_in: Option<i64>,
    scope: Option<String>,
    /// Whether it is there at all: even `null` does not belong into a success.
    #[serde(default, deserialize_with = "present")]
    error: bool,
}

impl Answer {
    fn into_token(self, requested: &Scopes, sent_at: Instant) -> Result<AccessToken, TokenError> {
        let invalid = |what| TokenError::InvalidAnswer { what };
        if self.error {
            return Err(invalid("it has a member `error` in a success"));
        }
        let token = self.access_token.ok_or(invalid("`access_token` is missing"))?;
        let token = Secret::new(token);
        if !is_sendable(token.expose()) {
            return Err(invalid("`access_token` cannot be sent in a header"));
        }
        let token_type = self.token_type.ok_or(invalid("`token_type` is missing"))?;
        let token_type = TokenType::parse(&token_type)
            .ok_or(invalid("`token_type` is neither `Bearer` nor `DPoP`"))?;
        let lifetime =
            lifetime(self.expires_in).ok_or(invalid("`expires_in` is not a positive number"))?;
        let scopes = match self.scope {
            // RFC 6749 section 5.1: left out when identical to what was asked for.
            None => requested.clone(),
            Some(text) => {
                Scopes::parse_parameter(&text).map_err(|_| invalid("`scope` is malformed"))?
            }
        };
        let token = AccessToken::new(token, token_type, lifetime, sent_at, scopes);
        Ok(if self.expires_in.is_none() { token.assuming_its_lifetime() } else { token })
    }
}

/// RFC 6750 section 2.1 allows fewer characters; every visible one is safe in a header.
fn is_sendable(token: &str) -> bool {
    (1..=16 * 1024).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `expires_in` is only recommended (RFC 6749 section 5.1): a token without it is kept for a
/// minute. None lives longer than a day, whatever the server says.
fn lifetime(expires_in: Option<i64>) -> Option<Duration> {
    let secs = u64::try_from(expires_in.unwrap_or(60)).ok().filter(|secs| *secs > 0)?;
    Some(Duration::from_secs(secs.min(86_400)))
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Accepts whole seconds in the spellings that servers use: `3600`, `3600.0`, `"3600"`.
fn expires_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_any(Seconds).map(Some)
}

struct Seconds;

impl de::Visitor<'_> for Seconds {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of seconds")
    }

    fn visit_u64<E: de::Error>(self, secs: u64) -> Result<i64, E> {
        Ok(i64::try_from(secs).unwrap_or(i64::MAX))
    }

    fn visit_i64<E: de::Error>(self, secs: i64) -> Result<i64, E> {
        Ok(secs)
    }

    fn visit_f64<E: de::Error>(self, secs: f64) -> Result<i64, E> {
        if secs.is_finite() && secs.fract() == 0.0 {
            Ok(secs as i64) // saturates
        } else {
            Err(E::invalid_value(de::Unexpected::Float(secs), &self))
        }
    }

    fn visit_str<E: de::Error>(self, digits: &str) -> Result<i64, E> {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(E::invalid_value(de::Unexpected::Str("text"), &self));
        }
        Ok(digits.parse().unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests;
