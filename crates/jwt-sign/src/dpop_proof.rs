//! DPoP proofs (RFC 9449 section 4.2), as Okta compares them.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwk_gen::Algorithm;
use openssl::sha::sha256;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::client_assertion::BACKDATED_SECS;
use crate::compact::SignedJwt;
use crate::dpop_key::DpopKey;
use crate::jwt_id::{JwtId, RandomUnavailable};
use crate::numeric_date::numeric_date;
use crate::request_target::request_target;
use crate::signer::SignError;

/// The claims with which the holder of a key proves, for one request, that it has the key.
///
/// Make a new one for every attempt: Okta takes each `jti` once.
#[derive(Clone, Debug)]
pub struct DpopProof {
    claims: Claims,
}

/// The claims; they are written in this order.
#[derive(Clone, Debug, Serialize)]
struct Claims {
    htm: String,
    htu: String,
    iat: i64,
    jti: JwtId,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
}

/// The JOSE header; its members are written in this order.
#[derive(Serialize)]
struct Header<'a> {
    typ: &'static str,
    alg: Algorithm,
    jwk: &'a Map<String, Value>,
}

impl DpopProof {
    /// A proof for one request: its method, such as `POST`, and its absolute URL.
    ///
    /// The URL goes into `htu` without query and fragment, and with its path percent-decoded, which
    /// is what Okta compares it with. `iat` lies 30 seconds before `now`, because Okta refuses a
    /// proof from its future and takes one for five minutes.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn new(method: &str, url: &str, now: SystemTime) -> Result<Self, ProofError> {
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(ProofError::InvalidMethod);
        }
        let htu = request_target(url).ok_or(ProofError::InvalidUrl)?;
        let iat = numeric_date(now).checked_sub(BACKDATED_SECS).filter(|iat| *iat >= 0);
        let iat = iat.ok_or(ProofError::ClockOutOfRange)?;
        let jti = JwtId::random()?;
        let htm = method.to_owned();
        Ok(Self { claims: Claims { htm, htu, iat, jti, ath: None, nonce: None } })
    }

    /// The same proof for a request that carries `access_token` (`ath`).
    #[must_use]
    pub fn with_access_token(mut self, access_token: &str) -> Self {
        self.claims.ath = Some(URL_SAFE_NO_PAD.encode(sha256(access_token.as_bytes())));
        self
    }

    /// The same proof with the nonce that the server asked for (RFC 9449 section 8).
    #[must_use]
    pub fn with_nonce(mut self, nonce: impl Into<String>) -> Self {
        self.claims.nonce = Some(nonce.into());
        self
    }

    /// Signs the proof.
    ///
    /// # Errors
    /// [`SignError`] if the key cannot be used.
    pub fn sign(&self, key: &DpopKey) -> Result<SignedJwt, SignError> {
        let signer = key.signer();
        let header = Header { typ: "dpop+jwt", alg: signer.algorithm(), jwk: key.public_members() };
        SignedJwt::sign_with_header(&header, &self.claims, signer)
    }

    /// The `htu`.
    pub fn target(&self) -> &str {
        &self.claims.htu
    }

    /// The `jti`.
    pub fn jwt_id(&self) -> &JwtId {
        &self.claims.jti
    }
}

/// Why there is no proof.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The method is not written in capitals.
    #[error("the method is not a word in capital letters")]
    InvalidMethod,
    /// The URL is not absolute.
    #[error("the URL is not an absolute http or https URL")]
    InvalidUrl,
    /// The clock is before 1970.
    #[error("the clock is before 1970")]
    ClockOutOfRange,
    /// The operating system gave no random bytes.
    #[error(transparent)]
    RandomUnavailable(#[from] RandomUnavailable),
}
