//! Client assertions (RFC 7523) by Okta's rules, which are stricter than the standard's.
//!
//! No allowance for clock skew; `aud` is the one URL that was called, alone in an array at most; a
//! `jti` counts once.

use axum::http::StatusCode;
use jwtk::VerificationKey as _;
use jwtk::hmac::{HmacAlgorithm, HmacKey};
use serde_json::Value;

use super::algorithm::SignatureAlgorithm;
use super::error::OAuthError;
use super::jwk::{KeyUse, VerifyError};
use super::jws::{CompactJws, Malformed};
use crate::context::Context;
use crate::org::{App, AuthMethod, ClientKey, Keys, Status};
use crate::timestamp::Timestamp;

/// An assertion may not outlive this, in seconds.
const LONGEST_LIFETIME: i64 = 3600;
/// A number beyond this is not a date in seconds but one in milliseconds.
const LATEST_SECONDS: i64 = 100_000_000_000;
/// RFC 7518 section 3.2: an HMAC key is at least as long as the hash.
const HMAC_ALGORITHMS: [(&str, HmacAlgorithm, usize); 3] = [
    ("HS256", HmacAlgorithm::HS256, 32),
    ("HS384", HmacAlgorithm::HS384, 48),
    ("HS512", HmacAlgorithm::HS512, 64),
];

/// Why an assertion is refused: Okta's internal names, which its System Log shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refusal {
    InvalidIssuer,
    InvalidSubject,
    NoSecret,
    InvalidAudience,
    ExpirationRequired,
    ExpiredToken,
    ExpiresTooFarInFuture,
    IssuedAtInFuture,
    AlreadyUsed,
    InvalidSignature,
    InvalidJwt,
    InvalidKid,
    InvalidJwks,
    InvalidSignatureAlgorithm,
    JwksNotConfigured,
    JwksUriUnreachable,
    NotSignedWithSigningKey,
    InvalidSecretLength,
}

impl Refusal {
    fn description(self) -> &'static str {
        match self {
            Self::InvalidIssuer => {
                "The issuer claim for client_assertion is not a valid client_id."
            }
            Self::InvalidSubject => {
                "The subject claim for client_assertion is not a valid client_id."
            }
            Self::NoSecret => {
                "The client identified by the issuer and subject claim of the client_assertion \
                 does not have a client secret."
            }
            Self::InvalidAudience => {
                "The audience claim for client_assertion must be the endpoint invoked for the \
                 request."
            }
            Self::ExpirationRequired => {
                "The client_assertion must contain the 'exp' claim as seconds since the epoch."
            }
            Self::ExpiredToken => "The client_assertion token is expired.",
            Self::ExpiresTooFarInFuture => {
                "The client_assertion token has an expiration too far into the future."
            }
            Self::IssuedAtInFuture => {
                "The client_assertion token must be issued before the current time."
            }
            Self::AlreadyUsed => "The client_assertion token has already been used.",
            Self::InvalidSignature => "The client_assertion signature is invalid.",
            Self::InvalidJwt => "The parsing of the client_assertion failed.",
            Self::InvalidKid => "The client_assertion JWT kid is invalid.",
            Self::InvalidJwks => "The client JWKSet is invalid.",
            Self::InvalidSignatureAlgorithm => {
                "The client_assertion signature algorithm is invalid."
            }
            Self::JwksNotConfigured => "The client does not have a JWKSet configured.",
            Self::JwksUriUnreachable => "Error retrieving the client JWKSet from jwks_uri.",
            Self::NotSignedWithSigningKey => {
                "The client_assertion needs to be signed using a signing key."
            }
            Self::InvalidSecretLength => "The client secret is too short to verify a JWT HMAC.",
        }
    }
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", refusal.description())
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::InvalidJwt
    }
}

/// Verifies an assertion for the endpoint `url` and uses up its `jti`.
///
/// Returns the id of the client that made it.
pub(super) fn verify(
    context: &mut Context<'_>,
    compact: &str,
    url: &str,
) -> Result<String, Refusal> {
    let jws = CompactJws::parse(compact)?;
    if jws.header.contains_key("jwk") {
        return Err(Refusal::InvalidJwt);
    }
    let algorithm = jws.header_string("alg")?.ok_or(Refusal::InvalidSignatureAlgorithm)?;
    let issuer = jws.claim_string("iss")?.unwrap_or_default();
    let app =
        context.org.client(issuer).filter(|app| app.is_active()).ok_or(Refusal::InvalidIssuer)?;
    if jws.claim_string("sub")? != Some(&app.client_id) {
        return Err(Refusal::InvalidSubject);
    }
    if !is_audience(jws.claims.get("aud"), url) {
        return Err(Refusal::InvalidAudience);
    }
    verify_signature(app, &jws, algorithm)?;
    let expires = check_times(&jws, context.now)?;
    let client_id = app.client_id.clone();
    if let Some(jti) = jws.claim_string("jti")?
        && !context.org.spent.spend(&["assertion", &client_id, jti], expires)
    {
        return Err(Refusal::AlreadyUsed);
    }
    Ok(client_id)
}

/// Okta tolerates an array of the one URL; RFC 7519 section 4.1.3 would take more members.
fn is_audience(aud: Option<&Value>, url: &str) -> bool {
    match aud {
        Some(Value::Array(members)) => matches!(members.as_slice(), [only] if only == url),
        Some(aud) => aud == url,
        None => false,
    }
}

fn verify_signature(app: &App, jws: &CompactJws<'_>, algorithm: &str) -> Result<(), Refusal> {
    let is_hmac = HMAC_ALGORITHMS.iter().any(|(name, ..)| *name == algorithm);
    if app.client.auth_method == AuthMethod::ClientSecretJwt || is_hmac {
        return verify_hmac(app, jws, algorithm);
    }
    let algorithm =
        SignatureAlgorithm::from_name(algorithm).ok_or(Refusal::InvalidSignatureAlgorithm)?;
    let key = verification_key(app, jws.header_string("kid")?)?;
    key.jwk.verify(algorithm, jws.signing_input, &jws.signature).map_err(|error| match error {
        VerifyError::UnusableKey => Refusal::InvalidJwks,
        VerifyError::WrongAlgorithm => Refusal::InvalidSignatureAlgorithm,
        VerifyError::BadSignature => Refusal::InvalidSignature,
    })
}

/// The key that the assertion says it was signed with; which one that is, the org decides.
fn verification_key<'a>(app: &'a App, kid: Option<&str>) -> Result<&'a ClientKey, Refusal> {
    let keys = match &app.client.keys {
        Keys::JwksUri(_) => return Err(Refusal::JwksUriUnreachable),
        Keys::Jwks(keys) => keys,
    };
    let key = match (kid, keys.as_slice()) {
        (_, []) => return Err(Refusal::JwksNotConfigured),
        (None, [only]) => only,
        (None, _) => return Err(Refusal::InvalidKid),
        (Some(kid), keys) => {
            let named = keys.iter().find(|key| key.jwk.kid.as_deref() == Some(kid));
            named.ok_or(Refusal::InvalidKid)?
        }
    };
    if key.status == Status::Inactive {
        return Err(Refusal::InvalidKid);
    }
    if key.jwk.key_use == Some(KeyUse::Enc) {
        return Err(Refusal::NotSignedWithSigningKey);
    }
    Ok(key)
}

/// `client_secret_jwt`: only for clients that have a secret and said so.
fn verify_hmac(app: &App, jws: &CompactJws<'_>, algorithm: &str) -> Result<(), Refusal> {
    let secret = app.client.client_secret.as_deref().ok_or(Refusal::NoSecret)?;
    let (_, hmac, shortest) = HMAC_ALGORITHMS
        .into_iter()
        .find(|(name, ..)| *name == algorithm)
        .filter(|_| app.client.auth_method == AuthMethod::ClientSecretJwt)
        .ok_or(Refusal::InvalidSignatureAlgorithm)?;
    if secret.len() < shortest {
        return Err(Refusal::InvalidSecretLength);
    }
    HmacKey::from_bytes(secret.as_bytes(), hmac)
        .verify(jws.signing_input, &jws.signature, algorithm)
        .map_err(|_| Refusal::InvalidSignature)
}

/// Checks `exp`, `iat` and `nbf`; returns `exp`.
fn check_times(jws: &CompactJws<'_>, now: Timestamp) -> Result<i64, Refusal> {
    let now = now.seconds();
    let expires = jws
        .claim_seconds("exp")
        .ok()
        .flatten()
        .filter(|exp| *exp < LATEST_SECONDS)
        .ok_or(Refusal::ExpirationRequired)?;
    if expires <= now {
        return Err(Refusal::ExpiredToken);
    }
    if expires > now + LONGEST_LIFETIME {
        return Err(Refusal::ExpiresTooFarInFuture);
    }
    for claim in ["iat", "nbf"] {
        if jws.claim_seconds(claim)?.is_some_and(|moment| moment > now) {
            return Err(Refusal::IssuedAtInFuture);
        }
    }
    Ok(expires)
}
